import itertools
import random
import re

import ipywidgets
import numpy as np
import pytest
from support.axes import unnamed
from support.pixels import full_draw, pixels
from support.sigmoid_layers import sigmoid_layers

from bn_helpers._png import COARSEST
from bn_helpers.batchnorm import batchnorm_backward, batchnorm_forward
from bn_helpers.checks.bugs_patients import BROKEN, RIGHT
from bn_helpers.controls import Button
from bn_helpers.data import load_digits, load_recorded
from bn_helpers.experiments import inference as experiment
from bn_helpers.experiments.backward import FOUR, PARTS, in_plane, on_circle, three_parts, walk
from bn_helpers.experiments.forward import SIZES
from bn_helpers.experiments.rescaling import METHODS, points
from bn_helpers.experiments.shift import digits_network
from bn_helpers.explorers import (
    backward,
    backward_graph,
    backward_parts,
    bugs,
    comparison,
    comparison_figure1,
    comparison_rates,
    depth,
    depth_asleep,
    forward,
    forward_small_batches,
    inference,
    inference_company,
    initialization,
    initialization_run,
    limits,
    limits_cells,
    limits_recurrent,
    limits_statistics,
    reasons,
    reasons_depth,
    reasons_smoothness,
    rescaling,
    rescaling_variances,
    scales,
    scales_plane,
    shift,
    shift_inside,
    start,
)
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Tanh
from bn_helpers.network import mlp
from bn_helpers.training import train


@pytest.fixture(scope="module")
def network():
    X, y, _, _ = load_digits()
    rng = np.random.default_rng(0)
    network = mlp([64, 50, 50, 10], activation=Tanh, initializer=he_normal, rng=rng, batchnorm=True)
    train(network, X, y, steps=200, lr=0.1, batch_size=60, rng=rng)
    return network


@pytest.fixture(scope="module")
def digits():
    return load_digits()[2:]


def ends(widget):
    """The extreme values of a control; all of them where it offers a few."""
    if isinstance(widget, ipywidgets.Checkbox):
        return [False, True]
    if isinstance(widget, Button):
        return [0, 1]
    if hasattr(widget, "options"):
        return (
            [widget.options[0], widget.options[-1]]
            if len(widget.options) > 5
            else list(widget.options)
        )
    return [
        widget.base**end if hasattr(widget, "base") else end for end in (widget.min, widget.max)
    ]


def anywhere(widget, rng):
    if isinstance(widget, ipywidgets.Checkbox) or hasattr(widget, "options"):
        return rng.choice(getattr(widget, "options", [False, True])).item()
    if isinstance(widget, Button):
        return rng.integers(10).item()
    if hasattr(widget, "base"):
        return widget.base ** rng.uniform(widget.min, widget.max)
    if isinstance(widget, ipywidgets.FloatSlider):
        return rng.uniform(widget.min, widget.max)
    return rng.integers(widget.min, widget.max + 1).item()


SMALL = (  # the network of lesson 00: x, y, W1, W2
    np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 1.0]]),
    np.array([[1.0], [0.0], [1.0], [-1.0]]),
    np.array([[0.5, -0.2], [0.1, 0.3]]),
    np.array([[0.4], [0.2]]),
)
PATIENTS = {f"patient {n}": (RIGHT[n][0], BROKEN[n]) for n in (1, 6, 7)}
EXPLORERS = {  # each with the function that gives its data
    start.batch_mean: lambda network, X, y: (),
    start.small_network: lambda network, X, y: SMALL,
    start.valley: lambda network, X, y: SMALL,
    initialization.two_layer_network: lambda network, X, y: (),
    initialization.weighted_sum: lambda network, X, y: (),
    initialization.saturation: lambda network, X, y: (),
    initialization.answers: lambda network, X, y: (),
    initialization_run.training_run: lambda network, X, y: (),
    depth.fifty_layers: lambda network, X, y: (),
    depth.fans: lambda network, X, y: (),
    depth_asleep.one_layer: lambda network, X, y: (sigmoid_layers,),
    depth.deep_network: lambda network, X, y: (),
    depth.small_change: lambda network, X, y: (),
    depth_asleep.waiting: lambda network, X, y: (load_recorded("asleep"),),
    shift.dataset_shift: lambda network, X, y: (),
    shift.moved_digit: lambda network, X, y: (network, X, y),
    shift_inside.internal_shift: lambda network, X, y: (load_recorded("internal_shift"),),
    rescaling.cloud: lambda network, X, y: (),
    rescaling_variances.descent: lambda network, X, y: (),
    rescaling_variances.small_batch: lambda network, X, y: (),
    rescaling.outside_the_gradient: lambda network, X, y: (),
    rescaling_variances.whitened_digits: lambda network, X, y: (load_digits()[1],),
    forward_small_batches.five_points: lambda network, X, y: (),
    forward_small_batches.circle: lambda network, X, y: (),
    forward_small_batches.shared_cells: lambda network, X, y: (),
    forward.batches_of_digits: lambda network, X, y: (network, X, y),
    forward.companions: lambda network, X, y: (network, X, X[:10]),
    forward.one_many_evaluation: lambda network, X, y: (),
    backward_graph.graph: lambda network, X, y: (),
    backward_parts.parts: lambda network, X, y: (),
    backward_parts.circle: lambda network, X, y: (),
    backward.gradient_check: lambda network, X, y: (),
    inference_company.image_in_company: lambda network, X, y: (network, X, y, X[0]),
    inference.running_average: lambda network, X, y: (X[:, 20],),
    inference.two_modes: lambda network, X, y: (),
    inference.running_statistics: lambda network, X, y: (experiment.train_runs(X, y), X, y),
    comparison.training_lab: lambda network, X, y: (0, 0.0),
    bugs.bench: lambda network, X, y: (PATIENTS,),
    bugs.running_means: lambda network, X, y: (),
    reasons.noise_after: lambda network, X, y: (load_recorded("noise_after"),),
    reasons_smoothness.loss_along: lambda network, X, y: (load_recorded("loss_along"),),
    reasons_depth.deep_stacks: lambda network, X, y: (load_recorded("deep_stacks"),),
    scales.sixteen_scales: lambda network, X, y: (load_recorded("scales"),),
    scales_plane.right_angle: lambda network, X, y: (),
    limits.small_batches: lambda network, X, y: (load_recorded("limits"),),
    limits_cells.shared_cells: lambda network, X, y: (),
    limits_recurrent.longer_sequences: lambda network, X, y: (
        load_recorded("limits_recurrent"),
        X[3],
    ),
    limits_statistics.fine_tuning: lambda network, X, y: (load_recorded("limits_statistics"),),
    comparison_figure1.mnist: lambda network, X, y: (load_recorded("figure1_mnist"),),
    comparison_rates.learning_rates: lambda network, X, y: (load_recorded("learning_rates"),),
}
MOST = 256  # settings of all ends together; of more, some are chosen at random


@pytest.mark.once
@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda explorer: explorer.__name__)
def test_both_ends_of_every_control_and_random_settings_are_told_and_drawn(
    explorer, network, digits
):
    """500 random settings have a sentence; one in 25 is drawn, which takes longer."""
    figure = explorer.live(*EXPLORERS[explorer](network, *digits))
    rng, shuffled = np.random.default_rng(0), random.Random(0)
    both = [
        dict(zip(figure.widgets, values))
        for values in itertools.product(*map(ends, figure.widgets.values()))
    ]
    both = both if len(both) <= MOST else shuffled.sample(both, MOST // 16)
    settings = [
        {name: anywhere(widget, rng) for name, widget in figure.widgets.items()} for _ in range(500)
    ]
    drawn = itertools.cycle([False] * 24 + [True])
    for setting, draws in [*zip(both, itertools.repeat(True)), *zip(settings, drawn)]:
        sentence = figure.update(**setting)
        assert not re.search(r"\b(nan|inf)\b", sentence), setting
        assert len(sentence.split()) <= 35, sentence
        if draws:
            png = figure.png()
    assert (
        np.mean(np.abs(pixels(png) - full_draw(figure)).max(axis=-1) > COARSEST) < 1e-4
    )  # though only what moves was drawn


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda explorer: explorer.__name__)
def test_every_axis_with_ticks_has_a_name(explorer, network, digits):
    figure = explorer.live(*EXPLORERS[explorer](network, *digits))
    figure.png()
    assert unnamed(figure.fig) == []


@pytest.mark.parametrize("digits", [False, True])
@pytest.mark.parametrize("width", [64, 256])
def test_the_sentence_has_the_formulas_std_and_the_measured_one_is_close(width, digits):
    X = load_digits()[0]
    figure = initialization.two_layer_network.live(std=0.1, width=width, digits=digits)
    measured, formula = (
        float(figure.sentence.split(word)[1].split()[0].rstrip("),"))
        for word in ("the sums have std ", "(formula ")
    )
    n, mean_square = (64, np.mean(X**2)) if digits else (width, 1.0)
    assert formula == pytest.approx(
        0.1 * np.sqrt(n * mean_square), rel=0.06
    )  # two digits, another sample
    assert measured == pytest.approx(formula, rel=0.1)


def test_saturation_and_slope_are_those_of_a_gaussian():
    sentence = initialization.two_layer_network.live(std=1.0).sentence
    assert "64% of the outputs are flat" in sentence  # theory 64.6 %
    assert "mean slope is 0.04." in sentence


def told(word, sentence):
    """The number that follows a word."""
    return float(sentence.split(word)[1].split()[0].strip("(),.:;%"))


def test_every_batch_size_of_the_slider_respects_the_bound(network, digits):
    figure = forward.batches_of_digits.live(network, *digits)
    for size in SIZES:
        sentence = figure.update(batch_size=size)
        assert told("normalized value is ", sentence) <= round(np.sqrt(size - 1), 2)
        assert told("(bound ", sentence) == round(np.sqrt(size - 1), 2)
    assert "Batches of 256" in sentence


def test_a_batch_of_one_leaves_chance_and_a_large_one_reads_digits(network, digits):
    figure = forward.batches_of_digits.live(network, *digits)

    def share(size, together=False):
        return told("). ", figure.update(batch_size=size, together=together))

    assert share(1) < 20  # every normalized value is 0, so every image gets the same answer
    assert share(256) > 90
    assert share(16, together=True) < share(16) - 40
    assert share(256, together=True) == share(256)


def test_moving_one_point_moves_all_outputs_and_none_passes_the_bound():
    figure = forward_small_batches.five_points.live()
    assert "Outputs -1.41, -0.71, 0.00, 0.71, 1.41: mean 0.00, std 1.00." in figure.sentence
    far = figure.update(fifth=10)
    assert "Outputs -0.95, -0.63, -0.32, 0.00, 1.90: mean" in far
    assert "Outputs 1.00, 1.00, 1.00, 1.00, 1.00: mean" in figure.update(gamma=0.0, beta=1.0)


@pytest.mark.parametrize("values", [(0, 1, 3), (-3, -3, 3), (2, -1, -1), (-3, 2, 0)])
@pytest.mark.parametrize("pair", [False, True])
def test_every_normalized_batch_lies_on_the_circle_of_radius_root_m(values, pair):
    first, second, third = values
    figure = forward_small_batches.circle.live()
    sentence = figure.update(first=first, second=second, third=third, pair=pair)
    if len(set(values[pair:])) > 1:
        assert told("The point is ", sentence) == told("√m is ", sentence)
    else:
        assert told("The point is ", sentence) == 0
    x_hat = [float(x) for x in sentence.split("Normalized: ")[1].split(". The")[0].split(", ")]
    assert max(map(abs, x_hat)) <= told("√(m − 1) = ", sentence)


@pytest.mark.parametrize("axes", forward_small_batches.AXES)
def test_cells_share_a_mean_as_numpy_computes_it(axes):
    sentence = forward_small_batches.shared_cells.live(axes=axes).sentence
    x = np.arange(24.0).reshape(3, 2, 2, 2)
    means = x.mean(axis=eval(axes))
    assert f"number of means {means.size}, each from {24 // means.size} values" in sentence


def test_the_noise_of_one_example_falls_with_the_root_of_the_batch_size(network, digits):
    figure = forward.companions.live(network, digits[0], digits[0][:10])

    def noise(m):
        return told("All units: std ", figure.update(batch_size=m))

    assert noise(8) / noise(128) == pytest.approx(4, rel=0.15)
    assert noise(1) == 0


def test_one_batch_keeps_its_shape_and_small_batches_do_not():
    figure = forward.one_many_evaluation.live()
    for kind in forward.SHAPES:
        sentence = figure.update(kind=kind, batch_size=2)
        assert told("many batches ", sentence) == 0  # two spikes
        whole = figure.update(batch_size=forward.PARTS[-1])
        assert told("many batches ", whole) == told("of one batch ", whole)
        assert told("on average ", whole.replace("/σ", "")) == 1


def test_sentences_of_the_deep_explorer_tell_the_three_numbers():
    sentence = depth.deep_network.live().sentence
    assert sentence.startswith("Sigmoid, 10 layers, weights Xavier: the outputs of layer 10 have")
    dead = depth.deep_network.live(scheme="zeros", activation="ReLU").sentence
    assert dead.endswith("0 pooled and 0 between examples. No gradient reaches layer 1.")
    rounding = depth.deep_network.live(depth=50).sentence
    assert "pooled and less than 1e-12 between examples" in rounding
    exploding = dict(scheme="N(0, 1)", activation="tanh", depth=50)
    assert "more than 1e12 times" in depth.deep_network.live(**exploding).sentence


def test_a_layer_that_is_asleep_is_a_spike_in_its_own_histogram():
    figure = depth_asleep.one_layer.live(sigmoid_layers)
    assert "std 0.12 pooled, 0.00064 between examples" in figure.sentence
    assert "Unit 1 gives 0.624 to 0.629" in figure.sentence
    assert "53% of the outputs are flat" in figure.update(gain=10)


def test_a_seed_that_learns_and_one_that_does_not_are_told_at_each_step():
    figure = depth_asleep.waiting.live(load_recorded("asleep"))
    assert "five seeds: 0.96, 0.96, 0.41, 0.97, 0.10." in figure.sentence
    assert "five seeds: 0.10, 0.10, 0.10, 0.10, 0.10." in figure.update(step=200)


def test_the_first_figure_says_that_widgets_work_once_it_has_moved():
    figure = start.batch_mean.live()
    assert figure.sentence.startswith("Move the slider.")
    assert figure.update(batch_size=64).startswith("Widgets work here. Batches of 64")


def test_the_momentum_figure_tells_a_lag_from_a_network_that_has_not_learned(digits):
    figure = inference.running_statistics.live(experiment.train_runs(*load_digits()[:2]), *digits)

    def shares(**values):
        return [int(share) for share in re.findall(r"(\d+)%", figure.update(**values))]

    running, population = shares(momentum=0.001, batch_size=64, training_steps=300)
    assert running < 50 < 90 < population
    recalibrated, again = shares(recalibrate=True)
    assert recalibrated == again == population
    running, population = shares(momentum=0.1, recalibrate=False)
    assert min(running, population) > 90
    assert max(shares(batch_size=2)) < 60  # training itself fails with batches of two


def test_company_moves_an_answer_in_training_mode_only(network, digits):
    figure = inference_company.image_in_company.live(network, *digits, digits[0][0])
    told = [figure.update(others=k) for k in range(4)]
    together, alone = zip(*(sentence.split(" With running ") for sentence in told))
    assert len({sentence.split(" images in all.")[1] for sentence in together}) == 4
    assert len(set(alone)) == 1
    assert "Company 13, all of digit 3, 8 images" in figure.update(others=13, one_digit=True)


def test_at_rest_a_small_momentum_is_best_and_after_a_jump_a_larger_one():
    figure = inference.running_average.live(load_digits()[0][:, 20])

    def best(jump):
        sentences = {a: figure.update(momentum=a, jump=jump) for a in experiment.MOMENTA}
        errors = {a: float(re.search(r"mean is (\S+) stds", s)[1]) for a, s in sentences.items()}
        return min(errors, key=errors.get)

    assert best(jump=False) <= 0.07
    assert 0.2 <= best(jump=True) <= 0.5


def test_training_is_bounded_and_evaluation_is_not():
    figure = inference.two_modes.live()
    for m in experiment.SIZES:
        training, evaluation = re.search(
            r"is (\S+) in training and (\S+) in evaluation", figure.update(batch_size=m)
        ).groups()
        assert float(training) <= round(np.sqrt(m - 1), 2)
        assert float(evaluation) > 4


@pytest.mark.parametrize(
    ("setting", "found", "right"),
    [
        (dict(batch_size=8), 8, "passes"),
        (dict(batch_size=1), 2, "passes"),
        (dict(batch_size=8, upstream="all ones"), 8, "is refused"),
        (dict(batch_size=8, upstream="all ones", absolute=True), 2, "passes"),
        (dict(batch_size=2), 8, "is refused"),
        (dict(batch_size=2, tolerance="1e-3"), 8, "passes"),
    ],
)
def test_the_panel_counts_the_mistakes_that_a_check_finds(setting, found, right):
    sentence = backward.gradient_check.live().update(**setting)
    assert f"{found} of 8 wrong passes are found (crosses), the right one {right}" in sentence


@pytest.mark.parametrize("loss", backward_graph.LOSSES)
def test_the_walk_back_ends_at_the_gradient_that_the_helper_gives(loss):
    dout = np.array(backward_graph.LOSSES[loss], float)[:, None]
    _, cache = batchnorm_forward(FOUR[:, None], [2.0], [0.5])
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    seen = walk(dout[:, 0])
    np.testing.assert_allclose(seen.dx, dx[:, 0], atol=1e-12)
    np.testing.assert_allclose((seen.dgamma, seen.dbeta), (dgamma[0], dbeta[0]), atol=1e-12)
    sentence = backward_graph.graph.live(loss=loss).update(step=backward_graph.LAST)
    assert f"the first gets {abs(dx[0, 0]):.3f}. All dx together: 0.000." in sentence


@pytest.mark.parametrize("upstream", PARTS)
@pytest.mark.parametrize("m", [1, 2, 3, 8])
def test_the_three_parts_add_up_to_dx_and_a_common_part_is_removed(m, upstream):
    few, many = (three_parts(m, upstream, common) for common in (-1, 1))
    for seen in (few, many):
        np.testing.assert_allclose(seen.direct + seen.mean + seen.variance, seen.dx, atol=1e-5)
    np.testing.assert_allclose(few.dx, many.dx, atol=1e-5)


def test_of_a_gradient_on_the_circle_only_the_tangent_is_left():
    figure = backward_parts.circle.live()
    assert "dx of length 0.00 " in figure.update(degrees=0)
    assert "dx of length 1.50 " in figure.update(degrees=90)
    for third in (-3, 0, 3):
        seen = on_circle(40, 0.7, third)
        assert abs(in_plane(seen.dx) @ in_plane(seen.x_hat)) < 1e-4
        assert np.hypot(*in_plane(seen.dx)) == pytest.approx(np.linalg.norm(seen.dx))


def test_covariate_shift_costs_the_line_and_hardly_the_curve():
    def lost(classifier, amount=1.0, kind="covariate"):
        setting = dict(amount=amount, kind=kind, classifier=classifier)
        sentence = shift.dataset_shift.live().update(**setting)
        test, own = (int(n) for n in re.findall(r"(\d+)%", sentence)[-2:])
        return own - test

    assert lost("line") > 25
    assert lost("curve") < 10
    assert lost("weighted line", 0.5) < 4
    assert lost("weighted line", kind="prior") < 2 < 6 < lost("line", kind="prior")
    assert lost("weighted line", kind="concept") > 20


def test_the_lines_of_shifted_points_leave_the_axes_without_shelves():
    figure = shift.dataset_shift.live(amount=1.0)
    lines = [line for ax in figure.fig.axes for line in ax.get_lines()]
    ends = [np.abs(line.get_ydata()).max() for line in lines]
    assert len(ends) == 5
    assert min(ends) > shift.SPAN


def test_a_digit_that_leaves_its_place_is_lost_and_the_share_is_that_of_all_digits(digits):
    X, y, X_test, y_test = load_digits()
    figure = shift.moved_digit.live(digits_network(X, y, seed=0), X_test, y_test)
    assert told("digits ", figure.sentence) > 94
    assert told("digits ", figure.update(right=1)) < 50
    assert told("digits ", figure.update(right=0, ink=0.2)) > 80


def test_both_sides_have_one_scale_and_own_spreads_show_who_moves():
    figure = shift_inside.internal_shift.live(load_recorded("internal_shift"))
    for own in (False, True):
        sentence = figure.update(own=own)
        *_, left, right = (ax.get_ylim() for ax in figure.fig.axes)
        assert left == right
    assert abs(told("medians are ", sentence)) > 10
    assert abs(told("-16.0 and ", sentence)) < 1


def test_every_percentile_and_every_name_stays_inside_when_the_scale_changes():
    figure = shift_inside.internal_shift.live(load_recorded("internal_shift"))
    figure.png()  # the layout is made here
    for rate, own, unit in itertools.product(("0.1", "2"), (False, True), range(1, 6)):
        figure.update(rate=rate, own=own, unit=unit)
        for ax in figure.fig.axes:
            low, high = ax.get_ylim()
            assert all(low <= y <= high for line in ax.lines for y in line.get_ydata())
    figure.png()
    assert all(ax.yaxis.label.get_window_extent().x0 >= 0 for ax in figure.fig.axes)


def test_the_cloud_has_the_correlation_of_the_slider_and_only_whitening_removes_it():
    for correlation in (-1, -0.4, 0, 0.9, 1):
        x, _ = points(correlation)
        assert np.corrcoef(x.T)[0, 1] == pytest.approx(correlation, abs=1e-9)
    figure = rescaling.cloud.live()
    for method in METHODS:
        sentence = figure.update(method=method)
        assert ("correlation 0.90" in sentence) == ("whitening" not in method), method
        assert ("is white" in sentence) == ("whitening" in method)
    assert "is white" in figure.update(degrees=37)
    assert "is not white" in figure.update(correlation=1.0)


def test_a_batch_of_one_has_no_unbiased_variance_and_the_figure_says_so():
    figure = inference.running_average.live(load_digits()[0][:, 20])
    assert "the running variance does not exist" in figure.update(batch_size=1)
    assert "variance is 0.00 times the true one" in figure.update(kind="start 0 and 0, biased")
