import numpy as np
import pytest

from bn_helpers.batchnorm import BatchNorm, batchnorm_backward, batchnorm_forward
from bn_helpers.data import load_digits, load_recorded
from bn_helpers.experiments import backward, depth, forward, inference, rescaling, shift, start
from bn_helpers.experiments.training_lab import TrainingRun
from bn_helpers.gradients import numerical_gradient
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Linear, ReLU
from bn_helpers.network import Network, mlp


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
    assert tuple(record["steps"]) == shift.STEPS
    again = shift.record_run("with, rate 0.1", 1, load_digits(), stops=shift.STEPS[:6])
    for name, values in again.items():
        if name != "values":
            np.testing.assert_allclose(values, record["with, rate 0.1"][name][1, :6], atol=4e-3)


def test_outside_of_the_gradient_the_bias_grows_by_rate_times_mean_target_and_the_loss_stays():
    _, b, loss = rescaling.outside_the_gradient("mean, outside", 0.1)
    np.testing.assert_allclose(b, b[1] * np.arange(len(b)), rtol=1e-9)
    assert np.ptp(loss) < 1e-12
    w, b, loss = rescaling.outside_the_gradient("mean and std, inside", 0.1)
    assert max(np.ptp(w), np.ptp(b), np.ptp(loss)) < 1e-6
    w, b, loss = rescaling.outside_the_gradient("mean and std, outside", 0.1)
    assert w.min() < 0  # it went through 0
    assert np.ptp(loss) > 0.5


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
