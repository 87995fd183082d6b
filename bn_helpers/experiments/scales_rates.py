"""Lesson 08b: how long the weights become, and what this makes of the learning rate."""

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import endless_minibatches
from ..training import accuracy
from .scales_networks import DEEP, digits, drawn, gradients, linears, normalized, step

BATCH = 60


def batches(seed):
    """Endless batches of 60 training digits."""
    X, y, _, _ = digits()
    return endless_minibatches(X, y, BATCH, np.random.default_rng([seed, 1]))


def growth(lr, seed, steps=200):
    """Squared norm of each weight matrix (3, 3): at the start, growth, sum of updates.

    One row for each layer. The last column adds up the squared norms of the updates.
    """
    network, stream = drawn(seed), batches(seed)
    start = _squares([layer.params["W"] for layer in linears(network)])
    updates = 0
    for _ in range(steps):
        gradients(network, *next(stream))
        updates = updates + lr**2 * _squares([layer.grads["W"] for layer in linears(network)])
        step(network, lr)
    end = _squares([layer.params["W"] for layer in linears(network)])
    return np.stack([start, end - start, updates], axis=1)


def _squares(arrays):
    return np.array([np.sum(array**2) for array in arrays])


def losses(times, hidden_lr, seed, steps=100):
    """The loss (steps,) of each batch; the normalized weights begin `times` as large.

    They have the rate hidden_lr, all other parameters 0.1.
    """
    network, stream, course = drawn(seed), batches(seed), []
    for layer in normalized(network):
        layer.params["W"] *= times
    for _ in range(steps):
        course.append(gradients(network, *next(stream)))
        step(network, 0.1, hidden_lr)
    return np.array(course)


def too_fast(batchnorm, lr, seed, steps=5):
    """Norms of the second weights and their gradient before each step, (steps, 2)."""
    network, stream, norms = drawn(seed, batchnorm=batchnorm), batches(seed), []
    with np.errstate(all="ignore"):
        for _ in range(steps):
            gradients(network, *next(stream))
            layer = linears(network)[1]
            norms.append([np.linalg.norm(v) for v in (layer.params["W"], layer.grads["W"])])
            step(network, lr)
    return np.array(norms)


def decayed(decay, seed, steps=400, lr=0.5):
    """Training with weight decay: squared norm of the second weights, test accuracy.

    The first is relative to the start. Only normalized weights decay.
    """
    network, stream = drawn(seed), batches(seed)
    _, _, X_test, y_test = digits()
    start = np.sum(linears(network)[1].params["W"] ** 2)
    for _ in range(steps):
        gradients(network, *next(stream))
        step(network, lr, decay=decay)
    return np.sum(linears(network)[1].params["W"] ** 2) / start, accuracy(network, X_test, y_test)


def rescaled(network, times):
    """Multiply all normalized weights; the outputs in training stay the same."""
    for layer in normalized(network):
        layer.params["W"] *= times


def spreads(scale, seed=0):
    """Std of the normalized values of each hidden layer for 1000 digits, (5,)."""
    return [bn.cache.x_hat.std() for bn in _normalizing(scale, seed)]


def variances(scale, seed=0):
    """Mean over the units of the variance of their sums for 1000 digits, (5,)."""
    return [bn.cache.var.mean() for bn in _normalizing(scale, seed)]


def _normalizing(scale, seed):
    """The BatchNorm layers of a deep network after 1000 digits went through."""
    network = drawn(seed, scale, units=DEEP)
    network.forward(digits()[0], training=True)
    return batchnorm_layers(network)
