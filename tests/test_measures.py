import numpy as np
import pytest

from bn_helpers.batchnorm import batchnorm_forward
from bn_helpers.data import load_digits
from bn_helpers.initializers import he_normal
from bn_helpers.layers import ReLU, Sigmoid, Tanh
from bn_helpers.measures import (
    ACTIVATIONS,
    batch_statistics,
    between_examples,
    evaluate,
    forward_in_batches,
    normalize_in_batches,
    over_seeds,
    population_statistics,
    share_right,
    softmax,
)
from bn_helpers.network import Network, mlp
from bn_helpers.training import accuracy, train


@pytest.fixture(scope="module")
def digits():
    return load_digits()[2:]


@pytest.fixture(scope="module")
def network():
    X, y, _, _ = load_digits()
    rng = np.random.default_rng(0)
    network = mlp([64, 50, 50, 10], activation=Tanh, initializer=he_normal, rng=rng, batchnorm=True)
    train(network, X, y, steps=200, lr=0.1, batch_size=60, rng=rng)
    return network


def test_the_activations_are_those_of_the_layers():
    z = np.linspace(-8, 8, 101)[:, None]
    for name, layer in (("sigmoid", Sigmoid()), ("tanh", Tanh()), ("ReLU", ReLU())):
        f, slope, *_ = ACTIVATIONS[name]
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
    out, x_hat = normalize_in_batches(x, bn, size)
    assert len(out) == len(x) // size * size
    for start in range(0, len(out), size):
        rows = slice(start, start + size)
        expected, cache = batchnorm_forward(x[rows], bn.params["gamma"], bn.params["beta"])
        np.testing.assert_allclose(out[rows], expected, atol=1e-12)
        np.testing.assert_allclose(x_hat[rows], cache.x_hat, atol=1e-12)


def test_one_batch_of_everything_is_the_networks_training_mode_and_nothing_changes(network, digits):
    before = [layer.state_dict() for layer in network.layers[1::3][:2]]
    logits, sums, x_hats = forward_in_batches(network, digits[0], len(digits[0]))
    after = [layer.state_dict() for layer in network.layers[1::3][:2]]
    assert all(np.array_equal(a[name], b[name]) for a, b in zip(before, after) for name in a)
    np.testing.assert_allclose(logits, network.forward(digits[0], training=True), atol=1e-10)
    for x, x_hat in zip(sums, x_hats, strict=True):
        np.testing.assert_allclose(
            (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5), x_hat, atol=1e-10
        )


def test_evaluating_with_the_running_statistics_is_the_networks_evaluation_mode(network, digits):
    sigmoid = Network([Sigmoid() if isinstance(layer, Tanh) else layer for layer in network.layers])
    logits, activations = evaluate(sigmoid, digits[0], batch_statistics(sigmoid))
    np.testing.assert_allclose(logits, sigmoid.forward(digits[0], training=False), atol=1e-10)
    assert len(activations) == 2


def test_population_statistics_are_those_of_one_batch_of_everything_and_change_nothing(
    network, digits
):
    before = network.layers[1].running_mean.copy()
    (mean, var), *_ = population_statistics(network, digits[0])
    sums = network.layers[0].forward(digits[0], training=False)
    np.testing.assert_allclose(mean, sums.mean(axis=0), atol=1e-10)
    np.testing.assert_allclose(var, sums.var(axis=0, ddof=1), atol=1e-10)
    assert np.array_equal(network.layers[1].running_mean, before)


def test_between_examples_ignores_what_is_the_same_for_all_examples():
    a = np.array([[1.0, 5.0], [3.0, 5.0]])
    assert between_examples(a) == pytest.approx(np.sqrt((1 + 0) / 2))
    assert between_examples(a + np.array([10, -10])) == between_examples(a)


def test_the_share_right_is_the_accuracy_of_the_logits_that_there_are(network, digits):
    X, y = digits
    logits = network.forward(X, training=False)
    assert share_right(logits, y) == accuracy(network, X, y)
    assert share_right(logits[:10], y) == accuracy(network, X[:10], y[:10])


def test_softmax_gives_probabilities_of_logits_of_any_size():
    p = softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]]))
    np.testing.assert_allclose(p, [[0.5, 0.5], [0.25, 0.75]])


def test_over_seeds_runs_the_seeds_in_order():
    assert over_seeds(lambda seed: (seed, -seed), seeds=3).tolist() == [[0, 0], [1, -1], [2, -2]]
    assert over_seeds(pow, 2).tolist() == [1, 2, 4, 8, 16]
