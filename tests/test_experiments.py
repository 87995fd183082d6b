import math
from itertools import combinations

import numpy as np
import pytest

from bn_helpers.batchnorm import BatchNorm, batchnorm_backward, batchnorm_forward
from bn_helpers.checks.depth import diagnose
from bn_helpers.data import load_digits, load_recorded
from bn_helpers.experiments import (
    backward,
    backward_constants,
    depth,
    forward,
    inference,
    rescaling,
    scales,
    scales_plane,
    scales_rates,
    scales_zero,
    shift,
    shift_inside,
    start,
)
from bn_helpers.experiments import inference_company as company
from bn_helpers.experiments.training_lab import TrainingRun
from bn_helpers.gradients import numerical_gradient
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Linear, ReLU, Sigmoid
from bn_helpers.network import Network, mlp
from bn_helpers.training import accuracy
from bn_helpers.whitening import standardize, zca_whiten


@pytest.mark.parametrize("m", [1, 2, 9])
def test_one_among_many_is_what_batch_norm_makes_of_its_row(m):
    rng = np.random.default_rng(0)
    x, example = rng.standard_normal((50, 3)), rng.standard_normal(3)
    rows = np.random.default_rng(0).integers(50, size=(forward.BATCHES, m - 1))  # as in company
    sums, squares = forward.company(x, m)
    x_hat = forward.one_among_many(example, sums, squares, m)
    for k in (0, 7, forward.BATCHES - 1):
        _, cache = batchnorm_forward(np.vstack([example, x[rows[k]]]), np.ones(3), np.zeros(3))
        np.testing.assert_allclose(x_hat[k], cache.x_hat[0], atol=1e-7)


@pytest.mark.parametrize("values", [(1.0, 4.0), (1.0, 2.0, 6.0), (-3.0, -3.0, 3.0)])
def test_in_the_plane_a_common_shift_is_not_seen_and_distances_are_those_in_space(values):
    x = np.array(values)
    place = forward.in_plane(x)
    np.testing.assert_allclose(forward.in_plane(x + 7), place, atol=1e-12)
    assert np.hypot(*place) == pytest.approx(np.sqrt(np.sum((x - x.mean()) ** 2)))


def test_three_ways_to_normalize_agree_with_a_loop_over_batches():
    x, new = forward.draws("a Gaussian")
    seen = forward.one_or_many("a Gaussian", 8)
    by_hand = [(b - b.mean()) / np.sqrt(b.var() + 1e-5) for b in x.reshape(-1, 8)]
    np.testing.assert_allclose(np.sort(seen.many), np.sort(np.ravel(by_hand)), atol=1e-9)
    np.testing.assert_allclose(seen.evaluation, (new - x.mean()) / x.std())
    # the mean of 1/s for Gaussian values, from the inverse chi distribution: 1.20
    assert seen.factor == pytest.approx(1.20, abs=0.03)
    assert np.abs(seen.many).max() <= np.sqrt(7)
    assert np.abs(seen.evaluation).max() > 3


def test_the_batch_that_is_shown_has_image_0_first():
    y = np.array([2, 0, 1, 0, 2, 1])
    assert forward.batch_of_first(np.arange(6), 3) == [0, 1, 2]
    order = forward.by_class(y)
    assert list(order) == [1, 3, 2, 5, 0, 4]
    assert list(order[forward.batch_of_first(order, 2)]) == [0, 4]
    assert list(order[forward.batch_of_first(order, 3)]) == [0, 5, 4]


def test_the_means_of_batches_vary_with_the_root_of_the_batch_size():
    one = start.ink().std()
    for size in start.SIZES:
        sampling_error = 1 / np.sqrt(2 * start.BATCHES)  # of a std, relative
        assert start.batch_means(size).std() == pytest.approx(
            one / np.sqrt(size), rel=5 * sampling_error
        )


def test_the_deep_network_agrees_with_a_network_of_layers_and_its_backward_pass():
    x, weights, dout = depth.draws()
    deep, std = 6, np.sqrt(2 / depth.WIDTH)
    layers = [part for W in weights[:deep] for part in (Linear(W * std, None), ReLU())]
    network = Network(layers)
    out = network.forward(x, training=False)
    np.testing.assert_allclose(depth.forward("He", "ReLU")[0][deep - 1], out, rtol=1e-10)
    network.forward(x, training=True)
    gradient, stds = dout, []
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, ReLU):
            stds.append(gradient.std())
    np.testing.assert_allclose(depth.backward("He", "ReLU", deep), stds[::-1], rtol=1e-10)


def test_one_factor_is_multiplied_as_often_as_there_are_layers():
    rng = np.random.default_rng(0)
    h = rng.standard_normal((depth.EXAMPLES, 100))
    for _ in range(7):
        h = h @ (0.03 * rng.standard_normal((100, 100)))
    assert depth.powers()[6] * 0.3**7 == pytest.approx(h.std())


@pytest.mark.parametrize("shape", depth.SHAPES)
def test_the_product_of_fan_in_over_fan_out_telescopes(shape):
    sizes = depth.SHAPES[shape]
    signal, gradient = depth.fans(shape, "1 / fan_out")
    assert signal[-1] / signal[0] == pytest.approx(sizes[0] / sizes[-1], rel=0.25)
    assert gradient[0] / gradient[-1] == pytest.approx(1, rel=0.25)
    signal, gradient = depth.fans(shape, "1 / fan_in")
    assert signal[-1] / signal[0] == pytest.approx(1, rel=0.25)
    assert gradient[0] / gradient[-1] == pytest.approx(sizes[-1] / sizes[0], rel=0.25)


def test_he_keeps_the_mean_square_of_relu_on_average_and_draws_vary_more_with_depth():
    squares = depth.relu_draws()
    assert squares[:, 0].mean() == pytest.approx(1, abs=0.02)
    assert squares.mean() == pytest.approx(1, abs=0.2)
    logarithms = np.log10(squares).std(axis=0)
    assert logarithms[0] < logarithms[9] < logarithms[49]


def test_a_change_of_relu_weights_grows_like_the_root_of_the_layers_whatever_their_std():
    changes = depth.changed("He", "ReLU", 0.01)
    np.testing.assert_allclose(depth.changed("N(0, 1)", "ReLU", 0.01), changes, rtol=1e-6)
    ratios = changes / (0.01 * np.sqrt(np.arange(1, 51)))
    assert 0.5 < ratios.min() < ratios.max() < 2
    assert depth.changed("N(0, 1)", "tanh", 0.01)[-1] == pytest.approx(np.sqrt(2), abs=0.1)


def test_pairs_of_examples_are_alike_by_the_cosine_of_their_outputs():
    a, (i, j) = depth.forward("He", "tanh")[0][4], np.triu_indices(depth.EXAMPLES, k=1)
    cosines = np.sum(a[i] * a[j], axis=1) / np.linalg.norm(a[i], axis=1)
    cosines /= np.linalg.norm(a[j], axis=1)
    assert depth.alike("He", "tanh")[4] == pytest.approx(np.mean(np.abs(cosines)))


def test_two_of_the_unknown_layers_have_the_same_pooled_std_and_three_diagnoses():
    layers = depth.unknown_layers()
    assert [diagnose(a) for a in layers.values()] == [0, 1, 2]
    assert layers["A"].std() == pytest.approx(layers["B"].std(), rel=0.05)


def test_the_record_of_the_network_that_waits_begins_as_the_run_does():
    record = load_recorded("asleep")
    for rate in depth.RATES:
        run = depth.waiting_run(rate, seed=3)
        run.at(200)
        accuracies, between = zip(*run.looks)
        case = record[f"rate {rate}"]
        np.testing.assert_allclose(case["accuracy"][3, :3], accuracies, atol=0.02)
        np.testing.assert_allclose(case["between"][3, :3], between, rtol=0.02)
    assert (record["rate 2"]["accuracy"][:, -1] > 0.9).sum() == 3


def test_the_record_of_sixteen_scales_begins_as_the_runs_do():
    record = load_recorded("scales")
    np.testing.assert_allclose(record["scales"], scales.SCALES)
    for kind in scales.KINDS:
        again = scales.record_run(kind, 0.025, seed=1, epochs=2)
        for name, values in again.items():
            np.testing.assert_allclose(values, record[kind][name][6, 1, :3], atol=0.02)


def test_two_weights_stand_at_a_right_angle_to_their_gradient_and_grow_by_its_square():
    walk = scales_plane.walk(0.3, 1, False)
    angles = np.sum(walk.W * walk.dW, axis=1)
    np.testing.assert_allclose(angles, 0, atol=1e-4)  # epsilon is 1e-5
    squares = scales_plane.lengths(walk.W) ** 2
    updates = 0.09 * np.sum(walk.dW**2, axis=1)
    np.testing.assert_allclose(np.diff(squares), updates[:-1], atol=1e-4)
    assert scales_plane.degrees_off(walk.W)[0] == pytest.approx(140)


def test_the_same_effective_rate_gives_the_same_course_of_two_weights():
    one, other = scales_plane.walk(0.3, 1, False), scales_plane.walk(0.075, 0.5, False)
    off = [scales_plane.degrees_off(walk.W) for walk in (one, other)]
    np.testing.assert_allclose(*off, atol=0.1)


@pytest.mark.parametrize("start", scales_zero.STARTS)
def test_where_all_other_gradients_are_zero_the_start_is_one_that_never_learns(start):
    network = scales_zero.started(start, seed=0)
    sizes = scales_zero.first_gradients(network)
    stuck = start in list(scales_zero.STARTS)[:3]
    assert (sizes["W3"] == 0) == stuck
    assert sizes["b3"] > 0


def test_weights_with_batch_norm_grow_by_their_updates_and_the_last_layer_does_not():
    start, growth, updates = scales_rates.growth(1, seed=0, steps=20).T
    np.testing.assert_allclose(growth[:2], updates[:2], rtol=1e-3)
    assert growth[2] != pytest.approx(updates[2], rel=0.1)
    assert (start > growth).all()


def test_a_running_average_is_that_of_the_layer_for_every_momentum():
    X = load_digits()[2]
    for momentum in (0, 0.1, 1):
        bn = BatchNorm(3, momentum=momentum)
        batches = np.split(X[:350, 20:23], 7)
        for rows in batches:
            bn.forward(rows, training=True)
        seen = np.stack([np.stack([rows.mean(0), rows.var(0, ddof=1)]) for rows in batches])
        mean, var = inference.statistics_after(seen[:, None], momentum)[0]
        np.testing.assert_allclose(mean, bn.running_mean, atol=1e-12)
        np.testing.assert_allclose(var, bn.running_var, atol=1e-12)
        course = inference.running_averages(seen[:, 0, 1], 0.0, momentum)
        assert course[-1] == pytest.approx(bn.running_mean[1])


def test_the_weights_of_an_average_add_up_to_one_and_are_those_of_the_rule():
    for momentum in (0, 0.01, 0.1, 1):
        left, shares = inference.shares_of_tens(momentum)
        assert left + shares.sum() == pytest.approx(1)
        ones = np.zeros(inference.BATCHES)
        ones[-10:] = 1  # only the last ten batches
        assert inference.running_averages(ones, 0.0, momentum)[-1] == pytest.approx(shares[-1])
        started = inference.running_averages(0 * ones, 1.0, momentum)
        assert started[-1] == pytest.approx(left)


def test_an_average_without_its_start_is_a_weighted_mean_of_the_batches():
    seen = np.random.default_rng(0).normal(size=(20, 1, 2, 3))
    weights = 0.9 ** np.arange(20)[::-1]
    expected = np.average(seen, axis=0, weights=weights)
    np.testing.assert_allclose(inference.without_start(seen, 0.1), expected)


def test_after_the_jump_the_batches_are_those_of_moved_and_stretched_values():
    values = load_digits()[0][:, 20]
    calm = inference.random_batches(values)
    means, variances, truth = inference.random_batches(values, jump=True)[8]
    half, std = inference.HALF, values.std()
    np.testing.assert_array_equal(means[:half], calm[8][0][:half])
    moved = values.mean() + 2 * std + 1.5 * (calm[8][0][half:] - values.mean())
    np.testing.assert_allclose(means[half:], moved)
    np.testing.assert_allclose(variances[half:], 2.25 * calm[8][1][half:])
    np.testing.assert_allclose(truth[:, 0], [values.mean(), std**2])
    np.testing.assert_allclose(truth[:, -1], [values.mean() + 2 * std, 2.25 * std**2])


@pytest.mark.parametrize(("m", "formula"), [(4, np.sqrt(8 / np.pi)), (8, 1.2026)])
def test_the_mean_of_one_over_s_is_that_of_the_chi_distribution(m, formula):
    # E[1/s] for s^2 = chi^2_(m-1) / m: root(m/2) Gamma((m-2)/2) / Gamma((m-1)/2)
    exact = np.sqrt(m / 2) * math.gamma((m - 2) / 2) / math.gamma((m - 1) / 2)
    assert exact == pytest.approx(formula, rel=1e-3)
    assert inference.in_batches(m)[1] == pytest.approx(exact, rel=0.01)


def test_a_batch_normalized_in_the_lesson_is_what_batch_norm_makes_of_it():
    values, _ = inference.in_batches(8)
    x = inference.gaussian()[:8, None]
    _, cache = batchnorm_forward(x, np.ones(1), np.zeros(1))
    np.testing.assert_allclose(values[:8], cache.x_hat[:, 0], atol=1e-12)


def test_companions_of_one_digit_show_that_digit_and_the_image_comes_first():
    X, y = load_digits()[2:]
    batch = company.company(X, y, X[0], others=13, batch_size=16, one_digit=True)
    assert np.array_equal(batch[0], X[0])
    threes = {row.tobytes() for row in X[y == 3]}
    assert all(row.tobytes() in threes for row in batch[1:])
    assert company.company(X, y, X[0], 13, 1, one_digit=False).shape == (1, 64)


def test_a_batch_of_one_digit_is_at_chance_and_the_measures_tell_faults_apart():
    X, y, X_test, y_test = inference.digits()
    network = inference.trained(X, y)
    ways = company.ways_to_judge(network, X_test, y_test)
    assert ways["own batch, of 20, one digit"] < 0.3 < 0.9 < ways["own batch, of 20"]
    assert company.answers_change(network, X_test, 8) < company.answers_change(network, X_test, 2)
    lagging = inference.trained(X, y, momentum=0.0)
    seen = company.measured(lagging, X_test, y_test, X, y)
    assert seen["recalibrated"] > 0.9 > seen["test"]
    cured = inference.recalibrated(lagging, X)
    assert accuracy(cured, X_test, y_test) == seen["recalibrated"]


def test_of_the_backward_passes_only_the_right_one_agrees_with_finite_differences():
    errors = backward.errors(8, "random")
    assert errors.pop("right") < 1e-8
    assert min(errors.values()) > 1e-4
    assert len(errors) == 8


def test_the_right_backward_pass_is_the_helpers():
    x, dout, gamma, _ = backward.case(6, "random", 4)
    _, cache = batchnorm_forward(x, gamma, np.zeros(4), backward.EPS)
    np.testing.assert_allclose(
        backward.BACKWARD["right"](dout, x, gamma, backward.EPS),
        batchnorm_backward(dout, cache)[0],
        atol=1e-12,
    )


def test_a_gradient_through_all_statistics_is_the_layers_and_one_through_none_is_not():
    x, dout = np.random.default_rng(0).normal(2, 1, (2, 6, 3))
    layer, whole, none = (
        BatchNorm(3),
        *(backward_constants.partly(3, w) for w in (("mean", "variance"), ())),
    )
    for bn in (layer, whole, none):
        bn.forward(x, training=True)
    dx = layer.backward(dout)
    np.testing.assert_allclose(whole.backward(dout), dx, atol=1e-12)
    assert np.abs(none.backward(dout) - dx).max() > 0.1
    assert backward_constants.across(backward_constants.BOTH) < 1e-3
    assert backward_constants.across(backward_constants.NONE) > 0.05


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
    np.testing.assert_allclose(
        w / w[2], [0.8, 0, 1, -0.5], atol=0.06
    )  # x2 - x1^2 / 2 + 0.8, up to a factor


def test_the_record_of_internal_shift_is_that_of_its_script():
    record = load_recorded("internal_shift")
    assert tuple(record["steps"]) == shift_inside.STEPS
    for case in ("with, rate 0.1", "without, rate 0.1"):
        stops = shift_inside.STEPS[:6]
        again = shift_inside.record_run(case, 1, load_digits(), stops=stops)
        for name, values in again.items():
            if name != "values":
                np.testing.assert_allclose(values, record[case][name][1, :6], atol=4e-3)


def test_in_own_spreads_the_bundle_is_one_wide_and_a_move_is_measured_by_the_spread_before():
    values = np.array([np.linspace(-1, 1, 201), np.linspace(5, 9, 201)])
    percentiles = np.percentile(values, (15, 50, 85), axis=1)
    scaled, bundle = shift_inside.in_own_spreads(values, percentiles)
    np.testing.assert_allclose(bundle, [[-0.5, 4.5], [0, 5], [0.5, 5.5]])  # 7 / 1.4 = 5
    np.testing.assert_allclose(np.percentile(scaled, (15, 50, 85), axis=1), bundle)


def test_the_story_holds_in_the_four_pairs_with_and_without_batch_norm_and_fails_across_rates():
    record = load_recorded("internal_shift")
    own = {case: shift_inside.path_lengths(record, case)[1] for case in shift_inside.CASES}
    far = {case: np.median(lengths) for case, lengths in own.items()}
    late = {case: np.mean(shift_inside.steps_to(record, case)) for case in shift_inside.CASES}
    for a, b in combinations(shift_inside.CASES, 2):
        same_kind = a.split(",")[0] == b.split(",")[0]
        assert ((far[a] > far[b]) == (late[a] > late[b])) != same_kind


def test_moved_digits_lose_what_leaves_and_get_empty_pixels():
    X = np.arange(1.0, 65)[None]
    rows = shift.moved_digits(X, 0.5, 2).reshape(8, 8)
    np.testing.assert_array_equal(rows[:, :2], 0)
    np.testing.assert_array_equal(rows[:, 2:], 0.5 * X.reshape(8, 8)[:, :6])
    np.testing.assert_array_equal(shift.moved_digits(X, 1, 0), X)


def test_importance_weights_make_training_points_look_like_the_test():
    for kind in ("covariate", "prior"):
        x, y, x_test, y_test = shift.clouds(kind, 0.4, n=50_000)
        weights = shift.importance(kind, 0.4, x, y)
        np.testing.assert_allclose(
            (weights[:, None] * x).mean(axis=0), x_test.mean(axis=0), atol=0.05
        )
        assert np.mean(weights * y) == pytest.approx(y_test.mean(), abs=0.02)


def test_the_parts_of_a_step_add_up_and_apart_has_no_common_move():
    changes = shift_inside.changes_of_a_step(1.0, 0.5, (1,), load_digits())
    below, own, below_apart, own_apart = changes[1]
    assert below > own > 10 * own_apart
    assert below_apart > own_apart


def test_the_last_inputs_in_batches_of_two_are_two_values_for_each_unit():
    rng, X = np.random.default_rng(0), load_digits()[0][:20]
    network = mlp([64, 30, 10], activation=Sigmoid, initializer=he_normal, rng=rng, batchnorm=True)
    inputs = shift_inside.last_inputs(network, X, 2)
    assert inputs.shape == (20, 30)
    np.testing.assert_allclose(inputs[::2], -inputs[1::2], atol=1e-9)


def test_outside_of_the_gradient_the_bias_grows_by_rate_times_mean_target_and_the_loss_stays():
    _, b, loss = rescaling.outside_the_gradient(0.1)
    np.testing.assert_allclose(b, 0.1 * np.arange(len(b)), rtol=1e-9)
    assert np.ptp(loss) < 1e-12
    for with_std in (False, True):
        courses = rescaling.outside_the_gradient(0.1, with_std, inside=True)
        assert np.ptp(courses, axis=1).max() < 1e-6
    w, b, loss = rescaling.outside_the_gradient(0.1, with_std=True)
    assert w.min() < 0  # it went through 0
    assert np.ptp(loss) > 0.5


def descend(z, target):
    """The loss (8,) before each step of gradient descent, as a share of the first."""
    curvatures = np.linalg.eigvalsh(z.T @ z / len(z))
    w, losses = np.zeros(3), []
    for _ in range(8):
        losses.append(np.mean((z @ w - target) ** 2))
        w -= 2 / (curvatures[0] + curvatures[-1]) * z.T @ (z @ w - target) / len(z)
    return np.array(losses) / losses[0]


@pytest.mark.parametrize("version", rescaling.VERSIONS)
def test_the_losses_of_a_descent_are_those_of_a_loop(version):
    x, _ = rescaling.points(0.9, (4.0, 1.0), (3.0, 3.0))
    features = dict(
        zip(rescaling.VERSIONS, (x, x - x.mean(axis=0), standardize(x), zca_whiten(x)))
    )[version]
    target = (x - x.mean(axis=0)) @ [1.0, -1.0]
    looped = descend(np.column_stack([features, np.ones(len(x))]), target)
    told = rescaling.losses(version, 4.0, 0.9, 3.0, np.arange(8))
    np.testing.assert_allclose(told, looped, atol=1e-9)
    needed = rescaling.steps_needed(version, 4.0, 0.9, 3.0)
    before, after = rescaling.losses(version, 4.0, 0.9, 3.0, [needed - 1, needed])
    assert after <= rescaling.SMALL < before


def test_a_batch_varies_in_one_direction_less_than_it_has_examples():
    for n, units in ((2, 5), (8, 20), (20, 20), (21, 20), (256, 100)):
        variances = rescaling.batch_variances(n, units)
        assert (variances > 0).sum() == min(n - 1, units)
        assert len(variances) == units


X4 = np.array([[1, 0], [0, 1], [1, 1], [-1, 1.0]])
Y4 = np.array([[1], [0], [1], [-1.0]])
W1, W2 = np.array([[0.5, -0.2], [0.1, 0.3]]), np.array([[0.4], [0.2]])


def test_the_slopes_of_a_walk_are_those_of_the_loss_of_its_example():
    for x, y in zip(X4, Y4):
        seen = start.walk(x, y, W1, W2)
        for name, slope in {"W1": seen.dW1, "W2": seen.dW2}.items():

            def loss(w, name=name, x=x, y=y):
                weights = {"W1": W1, "W2": W2} | {name: w}
                return np.array(start.walk(x, y, **weights).loss)

            near = numerical_gradient(loss, {"W1": W1, "W2": W2}[name], np.ones(()))
            np.testing.assert_allclose(slope, near, atol=1e-8)


def test_one_weight_jumps_above_a_rate_and_diverges_above_twice_that_rate():
    loss, slope = start.along_first_of_W2(X4, Y4, W1, W2)
    assert loss(0.4) == pytest.approx(0.5525, abs=1e-4)
    once = 1 / (slope(1.0) - slope(0.0))  # the rate that ends at the lowest point
    assert once == pytest.approx(3.05, abs=0.01)
    for factor, jumps, grows in ((0.9, False, False), (1.1, True, False), (2.1, True, True)):
        path = start.descent(slope, 0.4, factor * once)
        lowest = path[0] - once * slope(path[0])
        assert (path[1] > lowest) == jumps
        assert (loss(path[2]) > loss(path[1])) == grows


def test_a_training_run_goes_on_where_it_stopped_and_ends_at_a_loss_that_is_no_number():
    def run(lr):
        X, y, _, _ = load_digits()
        rng = np.random.default_rng(0)
        network = mlp([64, 20, 10], activation=ReLU, initializer=he_normal, rng=rng)
        look = lambda network: network.layers[0].params["W"].copy()  # noqa: E731
        return TrainingRun(network, X, y, lr=lr, batch_size=60, rng=rng, look=look, every=5)

    one, other = run(0.1), run(0.1)
    for step in (5, 15, 10, 20):
        seen = one.at(step)
    np.testing.assert_array_equal(seen, other.at(20))
    assert one.losses == other.losses
    assert len(one.looks) == 5
    wild = run(1e200)
    last = wild.at(100)
    assert wild.diverged_at < 100
    np.testing.assert_array_equal(last, wild.at(0) if len(wild.looks) == 1 else wild.looks[-1])
