"""Lesson 09b: small batches, with four kinds of normalization."""

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import load_digits
from ..layers import softmax_cross_entropy
from ..measures import evaluate, population_statistics, share_right
from ..training import accuracy, train
from .limits_networks import GROUPS, NORMS, SEEDS, network_of  # noqa: F401, for the figures

SIZES = (2, 4, 8, 16, 32, 64, 128)
RULES = {"0.05": lambda m: 0.05, "0.1 m/60": lambda m: 0.1 * m / 60}
EPOCHS = 8


def small_batches(norm, batch_size, rule, seed, epochs=EPOCHS):
    """Test accuracy after each epoch (epochs,), and the same with exact statistics.

    The exact ones are population statistics of all training images. The second array
    is NaN without batch norm.
    """
    X, y, X_test, y_test = load_digits()
    network, rng = network_of(norm, seed), np.random.default_rng(100 + seed)
    settings = dict(lr=RULES[rule](batch_size), batch_size=batch_size, rng=rng, epochs=1)
    running, exact = [], []
    for _ in range(epochs):
        train(network, X, y, every=10**6, **settings)
        running.append(accuracy(network, X_test, y_test))
        exact.append(with_exact_statistics(network, X, X_test, y_test))
    return np.array(running), np.array(exact)


def with_exact_statistics(network, X, X_test, y_test):
    """The test accuracy with population statistics; NaN without batch norm."""
    if not batchnorm_layers(network):
        return np.nan
    with np.errstate(all="ignore"):
        logits, _ = evaluate(network, X_test, population_statistics(network, X))
    return share_right(logits, y_test)


def first_gradients(batch_size, seed=0, batches=200):
    """Sizes of the gradient of each first unit's weights in random batches (200, 100).

    The network is new and has batch norm. No step is made.
    """
    X, y, _, _ = load_digits()
    network, rng = network_of("batch norm", seed), np.random.default_rng(seed)
    sizes = []
    for _ in range(batches):
        rows = rng.integers(len(X), size=batch_size)
        logits = network.forward(X[rows], training=True)
        network.backward(softmax_cross_entropy(logits, y[rows])[1])
        sizes.append(np.linalg.norm(network.layers[0].grads["W"], axis=0))
    return np.array(sizes)
