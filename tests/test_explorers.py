import re
from itertools import product

import ipywidgets
import numpy as np
import pytest
from support.pixels import full_draw, pixels

from bn_helpers._png import COARSEST
from bn_helpers.batchnorm import BatchNorm, batchnorm_backward, batchnorm_forward
from bn_helpers.data import load_digits, load_recorded
from bn_helpers.explorers import batchnorm_backward as backward
from bn_helpers.explorers import batchnorm_forward as batch
from bn_helpers.explorers import covariate_shift as shift
from bn_helpers.explorers import inference_statistics as inference
from bn_helpers.explorers import start_here, xavier_and_he
from bn_helpers.explorers import whitening as white
from bn_helpers.explorers.weight_initialization import ACTIVATIONS, two_layers
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Linear, ReLU, Sigmoid, Tanh
from bn_helpers.network import Network, mlp
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
    if hasattr(widget, "options"):
        return [widget.options[0], widget.options[-1]] if len(widget.options) > 5 else list(widget.options)
    return [widget.base**end if hasattr(widget, "base") else end for end in (widget.min, widget.max)]


def anywhere(widget, rng):
    if isinstance(widget, ipywidgets.Checkbox) or hasattr(widget, "options"):
        return rng.choice(getattr(widget, "options", [False, True])).item()
    if hasattr(widget, "base"):
        return widget.base ** rng.uniform(widget.min, widget.max)
    if isinstance(widget, ipywidgets.FloatSlider):
        return rng.uniform(widget.min, widget.max)
    return rng.integers(widget.min, widget.max + 1).item()


EXPLORERS = {  # each with the function that gives its data
    start_here.batch_mean: lambda network, X, y: (),
    two_layers: lambda network, X, y: (),
    xavier_and_he.depth: lambda network, X, y: (),
    shift.dataset_shift: lambda network, X, y: (),
    shift.internal_shift: lambda network, X, y: (load_recorded("internal_shift"),),
    white.cloud: lambda network, X, y: (),
    white.section_2: lambda network, X, y: (),
    batch.five_points: lambda network, X, y: (),
    batch.batch_size: lambda network, X, y: (network, X, y),
    batch.companions: lambda network, X, y: (network, X, X[:10]),
    backward.paths: lambda network, X, y: (),
    backward.check_panel: lambda network, X, y: (),
    inference.running_average: lambda network, X, y: (X[:, 20],),
    inference.momentum: lambda network, X, y: (inference.train_runs(X, y), X, y),
    inference.company: lambda network, X, y: (network, X, X[0]),
}


@pytest.mark.once
@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda explorer: explorer.__name__)
def test_both_ends_of_every_control_and_500_random_settings_are_drawn(explorer, network, digits):
    figure = explorer.live(*EXPLORERS[explorer](network, *digits))
    rng = np.random.default_rng(0)
    settings = [dict(zip(figure.widgets, values)) for values in product(*map(ends, figure.widgets.values()))]
    settings += [{name: anywhere(widget, rng) for name, widget in figure.widgets.items()} for _ in range(500)]
    for setting in settings:
        sentence = figure.update(**setting)
        assert not re.search(r"\b(nan|inf)\b", sentence), setting
        png = figure.png()
    assert (
        np.mean(np.abs(pixels(png) - full_draw(figure)).max(axis=-1) > COARSEST) < 1e-4
    )  # though only what moves was drawn


@pytest.mark.parametrize("digits", [False, True])
@pytest.mark.parametrize("width", [64, 256])
def test_the_sentence_has_the_formulas_std_and_the_measured_one_is_close(width, digits):
    X = load_digits()[0]
    figure = two_layers.live(std=0.1, width=width, digits=digits)
    measured, formula = (
        float(figure.sentence.split(word)[1].split()[0].rstrip("),"))
        for word in ("z of layer 1 has std ", "formula: ")
    )
    n, mean_square = (64, np.mean(X**2)) if digits else (width, 1.0)
    assert formula == pytest.approx(0.1 * np.sqrt(n * mean_square), rel=0.06)  # two digits, another sample
    assert measured == pytest.approx(formula, rel=0.1)


def test_saturation_and_slope_are_those_of_a_gaussian():
    sentence = two_layers.live(std=1.0).sentence
    assert "64% of its outputs" in sentence  # theory 64.6 %
    assert "mean slope is 0.04." in sentence


def test_the_activations_of_the_explorer_are_those_of_the_layers():
    z = np.linspace(-8, 8, 101)[:, None]
    for name, layer in (("sigmoid", Sigmoid()), ("tanh", Tanh()), ("ReLU", ReLU())):
        f, slope, _, _ = ACTIVATIONS[name]
        np.testing.assert_allclose(f(z), layer.forward(z, training=False), rtol=1e-12)
        np.testing.assert_allclose(slope(z, f(z)), layer.backward(np.ones_like(z)), rtol=1e-12)


def test_flat_parts_end_where_the_output_is_99_percent_of_its_limit():
    for name in ("sigmoid", "tanh"):
        f, _, (low, high), (_, a_high) = ACTIVATIONS[name]
        assert f(high) == pytest.approx(0.99)
        assert (low, a_high) == (-high, 1)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_each_batch_is_normalized_by_its_own_statistics(network, digits, size):
    bn = network.layers[1]
    x = network.layers[0].forward(digits[0], training=False)
    out, x_hat = batch.normalize_in_batches(x, bn, size)
    assert len(out) == len(x) // size * size
    for start in range(0, len(out), size):
        rows = slice(start, start + size)
        expected, cache = batchnorm_forward(x[rows], bn.params["gamma"], bn.params["beta"])
        np.testing.assert_allclose(out[rows], expected, atol=1e-12)
        np.testing.assert_allclose(x_hat[rows], cache.x_hat, atol=1e-12)


def test_one_batch_of_everything_is_the_networks_training_mode_and_nothing_changes(network, digits):
    before = [layer.state_dict() for layer in network.layers[1::3][:2]]
    logits, sums, x_hats = batch.forward_in_batches(network, digits[0], len(digits[0]))
    after = [layer.state_dict() for layer in network.layers[1::3][:2]]
    assert all(np.array_equal(a[name], b[name]) for a, b in zip(before, after) for name in a)
    np.testing.assert_allclose(logits, network.forward(digits[0], training=True), atol=1e-10)
    for x, x_hat in zip(sums, x_hats, strict=True):
        np.testing.assert_allclose((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5), x_hat, atol=1e-10)


def test_every_batch_size_of_the_slider_respects_the_bound(network, digits):
    figure = batch.batch_size.live(network, *digits)
    for size in batch.SIZES:
        sentence = figure.update(batch_size=size)
        largest = float(sentence.split("larger than ")[1].split()[0])
        assert largest <= round(np.sqrt(size - 1), 2)
    assert "Batches of 256" in sentence


def test_a_batch_of_one_leaves_chance_and_a_large_one_reads_digits(network, digits):
    figure = batch.batch_size.live(network, *digits)

    def share(size):
        return float(figure.update(batch_size=size).split("batch, ")[1].split("%")[0])

    assert share(1) < 20  # every normalized value is 0, so every image gets the same answer
    assert share(256) > 90


@pytest.mark.parametrize("m", [1, 2, 9])
def test_one_among_many_is_what_batch_norm_makes_of_its_row(m):
    rng = np.random.default_rng(0)
    x, example = rng.standard_normal((50, 3)), rng.standard_normal(3)
    rows = np.random.default_rng(0).integers(50, size=(batch.BATCHES, m - 1))  # as in company
    sums, squares = batch.company(x, m)
    mu, std, x_hat = batch.one_among_many(example, sums, squares, m)
    for k in (0, 7, batch.BATCHES - 1):
        _, cache = batchnorm_forward(np.vstack([example, x[rows[k]]]), np.ones(3), np.zeros(3))
        np.testing.assert_allclose(mu[k], cache.mu, atol=1e-12)
        np.testing.assert_allclose(std[k], np.sqrt(cache.var), atol=1e-7)
        np.testing.assert_allclose(x_hat[k], cache.x_hat[0], atol=1e-7)


def test_moving_one_point_moves_all_outputs_and_none_passes_the_bound():
    figure = batch.five_points.live()
    assert "Outputs -1.41, -0.71, 0.00, 0.71, 1.41;" in figure.sentence
    far = figure.update(fifth=20)
    assert "Outputs -0.71, -0.57, -0.42, -0.28, 1.98;" in far
    assert "Outputs 1.00, 1.00, 1.00, 1.00, 1.00;" in figure.update(gamma=0.0, beta=1.0)


def test_the_noise_of_one_example_falls_with_the_root_of_the_batch_size(network, digits):
    figure = batch.companions.live(network, digits[0], digits[0][:10])

    def noise(m):
        return float(figure.update(batch_size=m).split("its std is ")[1].split()[0])

    assert noise(8) / noise(128) == pytest.approx(4, rel=0.15)
    assert noise(1) == 0


def test_the_means_of_batches_vary_with_the_root_of_the_batch_size():
    one = start_here.ink().std()
    for size in start_here.SIZES:
        sampling_error = 1 / np.sqrt(2 * start_here.BATCHES)  # of a std, relative
        assert start_here.batch_means(size).std() == pytest.approx(one / np.sqrt(size), rel=5 * sampling_error)


def test_the_deep_explorer_agrees_with_a_network_of_layers_and_its_backward_pass():
    x, weights, dout = xavier_and_he._draws()
    depth, std = 6, np.sqrt(2 / xavier_and_he.WIDTH)
    layers = [part for W in weights[:depth] for part in (Linear(W * std, None), ReLU())]
    network = Network(layers)
    out = network.forward(x, training=False)
    np.testing.assert_allclose(xavier_and_he.forward("He", "ReLU")[0][depth - 1], out, rtol=1e-10)
    network.forward(x, training=True)
    gradient, stds = dout, []
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, ReLU):
            stds.append(gradient.std())
    np.testing.assert_allclose(xavier_and_he.backward("He", "ReLU", depth), stds[::-1], rtol=1e-10)


def test_sentences_of_the_deep_explorer_tell_the_three_numbers():
    sentence = xavier_and_he.depth.live().sentence
    assert sentence.startswith("Xavier weights, sigmoid, 10 layers: the outputs of layer 10 have std 0.1")
    dead = xavier_and_he.depth.live(scheme="zeros").sentence
    assert "varies by 0 between examples" in dead
    assert "has 0 times the std" in dead


def test_the_first_figure_says_that_widgets_work_once_it_has_moved():
    figure = start_here.batch_mean.live()
    assert figure.sentence.startswith("Move the slider.")
    assert figure.update(batch_size=64).startswith("Widgets work here. Batches of 64")


def test_a_running_average_is_that_of_the_layer_for_every_momentum(network, digits):
    X, _ = digits
    for momentum in (0, 0.1, 1):
        bn = BatchNorm(3, momentum=momentum)
        batches = np.split(X[:350, 20:23], 7)
        for rows in batches:
            bn.forward(rows, training=True)
        seen = np.stack([np.stack([rows.mean(0), rows.var(0, ddof=1)]) for rows in batches])
        mean, var = inference.running_statistics(seen[:, None], momentum)[0]
        np.testing.assert_allclose(mean, bn.running_mean, atol=1e-12)
        np.testing.assert_allclose(var, bn.running_var, atol=1e-12)
        course = inference.running_averages(seen[:, 0, 1], 0.0, momentum)
        assert course[-1] == pytest.approx(bn.running_mean[1])


def test_evaluating_with_the_running_statistics_is_the_networks_evaluation_mode(network, digits):
    sigmoid = Network([Sigmoid() if isinstance(layer, Tanh) else layer for layer in network.layers])
    logits, activations = inference.evaluate(sigmoid, digits[0], inference.statistics(sigmoid))
    np.testing.assert_allclose(logits, sigmoid.forward(digits[0], training=False), atol=1e-10)
    assert len(activations) == 2


def test_population_statistics_are_those_of_one_batch_of_everything_and_change_nothing(network, digits):
    before = network.layers[1].running_mean.copy()
    (mean, var), *_ = inference.population_statistics(network, digits[0])
    sums = network.layers[0].forward(digits[0], training=False)
    np.testing.assert_allclose(mean, sums.mean(axis=0), atol=1e-10)
    np.testing.assert_allclose(var, sums.var(axis=0, ddof=1), atol=1e-10)
    assert np.array_equal(network.layers[1].running_mean, before)


def test_the_momentum_figure_tells_a_lag_from_a_network_that_has_not_learned(digits):
    figure = inference.momentum.live(inference.train_runs(*load_digits()[:2]), *digits)

    def shares(**values):
        return [int(share) for share in re.findall(r"(\d+)% with", figure.update(**values))]

    running, population, _ = shares(momentum=0.001, batch_size=64, training_steps=300)
    assert running < 50 < 90 < population
    running, population, _ = shares(momentum=0.1)
    assert min(running, population) > 90
    assert max(shares(batch_size=2)) < 60  # training itself fails with batches of two


def test_company_moves_an_answer_in_training_mode_only(network, digits):
    figure = inference.company.live(network, digits[0], digits[0][0])
    told = [figure.update(others=k) for k in range(4)]
    together, alone = zip(*(sentence.split("; with running ") for sentence in told))
    assert len({sentence.split(" images in all.")[1] for sentence in together}) == 4
    assert len(set(alone)) == 1


def test_of_the_backward_passes_only_the_right_one_agrees_with_finite_differences():
    errors = backward.errors(8, "random")
    assert errors.pop("right") < 1e-8
    assert min(errors.values()) > 1e-4
    assert len(errors) == 8


def test_the_right_backward_pass_of_the_explorer_is_the_helpers():
    x, dout, gamma, _ = backward.case(6, "random", 4)
    _, cache = batchnorm_forward(x, gamma, np.zeros(4), backward.EPS)
    np.testing.assert_allclose(
        backward.BACKWARD["right"](dout, x, gamma, backward.EPS), batchnorm_backward(dout, cache)[0], atol=1e-12
    )


@pytest.mark.parametrize(
    ("setting", "found", "right"),
    [
        (dict(batch_size=8), 8, "passes"),
        (dict(batch_size=1), 2, "passes"),
        (dict(batch_size=8, upstream="all ones"), 8, "is refused"),
        (dict(batch_size=8, upstream="all ones", absolute=True), 2, "passes"),
        (dict(batch_size=2), 8, "is refused"),
        (dict(batch_size=2, tolerance=1e-3), 8, "passes"),
    ],
)
def test_the_panel_counts_the_mistakes_that_a_check_finds(setting, found, right):
    sentence = backward.check_panel.live().update(**setting)
    assert f"{found} of 8 wrong backward passes are found (crosses), and the right one {right}" in sentence


def test_each_kind_of_shift_changes_what_it_says_and_keeps_the_rest():
    def shares(kind):
        x, y, x_test, y_test = shift.clouds(kind, 1.0, n=20_000)
        return (
            x.mean(axis=0),
            y.mean(),
            x_test.mean(axis=0),
            y_test.mean(),
            x[y == 1].mean(axis=0),
            x_test[y_test == 1].mean(axis=0),
        )

    x, y, x_test, y_test, ones, ones_test = shares("covariate")
    np.testing.assert_allclose(x_test - x, [shift.FARTHEST, 0], atol=0.05)
    x, y, x_test, y_test, ones, ones_test = shares("prior")
    assert (y, y_test) == pytest.approx((0.5, 0.95), abs=1e-3)
    np.testing.assert_allclose(ones, ones_test, atol=0.05)
    x, y, x_test, y_test, ones, ones_test = shares("concept")
    np.testing.assert_allclose(x, x_test, atol=0.05)
    assert y_test < y / 2


def test_the_classifier_finds_a_rule_of_its_family():
    x, y, _, _ = shift.clouds("covariate", 0.0, n=20_000)
    w = shift.fit(x, y, curved=True)
    np.testing.assert_allclose(w / w[2], [0.8, 0, 1, -0.5], atol=0.06)  # x2 - x1^2 / 2 + 0.8, up to a factor


def test_covariate_shift_costs_the_line_and_hardly_the_curve():
    def lost(curved):
        sentence = shift.dataset_shift.live().update(amount=1.0, curved=curved)
        test, own = (int(n) for n in re.findall(r"(\d+)%", sentence)[-2:])
        return own - test

    assert lost(curved=False) > 25
    assert lost(curved=True) < 10


def test_the_record_of_internal_shift_is_that_of_its_script():
    record = load_recorded("internal_shift")
    assert tuple(record["steps"]) == shift.STEPS
    again = shift.record_run("with, rate 0.1", 1, load_digits(), stops=shift.STEPS[:6])
    for name, values in again.items():
        if name != "values":
            np.testing.assert_allclose(values, record[f"with, rate 0.1: {name}"][1, :6], atol=4e-3)


def test_the_cloud_has_the_correlation_of_the_slider_and_only_whitening_removes_it():
    for correlation in (-1, -0.4, 0, 0.9, 1):
        x, _ = white.points(correlation)
        assert np.corrcoef(x.T)[0, 1] == pytest.approx(correlation, abs=1e-9)
    figure = white.cloud.live()
    for method in white.METHODS:
        sentence = figure.update(method=method)
        assert ("correlation 0.90" in sentence) == ("whitening" not in method), method
        assert ("is white" in sentence) == ("whitening" in method)
    assert "is white" in figure.update(degrees=37)
    assert "is not white" in figure.update(correlation=1.0)


def test_outside_of_the_gradient_the_bias_grows_by_rate_times_mean_target_and_the_loss_stays():
    _, b, loss = white.outside_the_gradient("mean, outside", 0.1)
    np.testing.assert_allclose(b, b[1] * np.arange(len(b)), rtol=1e-9)
    assert np.ptp(loss) < 1e-12
    w, b, loss = white.outside_the_gradient("mean and std, inside", 0.1)
    assert max(np.ptp(w), np.ptp(b), np.ptp(loss)) < 1e-6
    w, b, loss = white.outside_the_gradient("mean and std, outside", 0.1)
    assert w.min() < 0  # it went through 0
    assert np.ptp(loss) > 0.5


def test_a_batch_of_one_has_no_unbiased_variance_and_the_figure_says_so():
    figure = inference.running_average.live(load_digits()[0][:, 20])
    assert "does not exist for batches of one" in figure.update(batch_size=1)
    assert "is on average 0.00 times" in figure.update(kind="start 0 and 0, biased")
