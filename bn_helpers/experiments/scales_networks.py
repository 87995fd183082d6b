"""Lesson 08b: the data and the networks that its experiments share."""

from functools import cache

import numpy as np

from ..batchnorm import BatchNorm
from ..data import load_digits
from ..initializers import he_normal, normal
from ..layers import Linear, ReLU, unchecked_cross_entropy
from ..network import mlp

DEEP = [64, 100, 100, 100, 100, 100, 10]
SMALL = [64, 100, 100, 10]


@cache
def digits():
    """X (1000, 64) and y of training images, X_test (355, 64) and y_test."""
    X, y, X_test, y_test = load_digits()
    rows = np.random.default_rng(0).permutation(len(y))[:1000]
    return X[rows], y[rows], X_test, y_test


def drawn(seed, scale=None, *, batchnorm=True, units=SMALL):
    """A ReLU network with weights of std `scale`, or with He weights.

    With and without batch norm the weights are the same.
    """
    start = he_normal if scale is None else normal(scale)
    rng = np.random.default_rng(seed)
    return mlp(units, activation=ReLU, initializer=start, rng=rng, batchnorm=batchnorm)


def linears(network):
    """The Linear layers of a network, in order; the last one gives the logits."""
    return [layer for layer in network.layers if isinstance(layer, Linear)]


def normalized(network):
    """The Linear layers that a BatchNorm follows."""
    pairs = zip(network.layers, network.layers[1:])
    return [layer for layer, after in pairs if isinstance(after, BatchNorm)]


def gradients(network, X, y):
    """The loss of a batch; the gradients are then in the layers."""
    loss, dlogits = unchecked_cross_entropy(network.outputs(X, training=True)[-1], y)
    network.backward(dlogits)
    return loss


def step(network, lr, hidden_lr=None, decay=0.0):
    """A step along the gradients; the normalized weights have a rate of their own.

    decay: the share of these weights that a step at rate 1 takes away.
    """
    special = normalized(network)
    for layer in network.layers:
        rate = lr if layer not in special or hidden_lr is None else hidden_lr
        for name, gradient in layer.grads.items():
            pull = decay * layer.params[name] if layer in special else 0
            layer.params[name] -= rate * (gradient + pull)
