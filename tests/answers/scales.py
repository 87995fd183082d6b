"""Right and wrong answers to the exercises of lesson 08b."""

import numpy as np

from bn_helpers.batchnorm import batchnorm_layers
from bn_helpers.checks import (
    check_effective_rate,
    check_moves,
    check_scaled_gradient,
    check_squared_norm,
)
from bn_helpers.data import load_digits
from bn_helpers.initializers import he_normal
from bn_helpers.layers import Linear, ReLU, softmax_cross_entropy
from bn_helpers.network import mlp


def by_columns(dW, a):
    return np.stack([dW[:, k] / a[k] for k in range(len(a))], axis=1)


def by_units(W, lr):
    return [lr / (w @ w) for w in W.T]


def by_pythagoras(norm, gradient_norms, lr):
    for g in gradient_norms:
        norm = np.hypot(norm, lr * g)
    return norm**2


def by_training(zero):
    """The gradients of a network with such layers."""
    X, y, _, _ = load_digits()
    sizes = [64, *[30] * (len(zero) - 1), 10]
    rng = np.random.default_rng(0)
    network = mlp(sizes, activation=ReLU, initializer=he_normal, rng=rng, batchnorm=True)
    linears = [layer for layer in network.layers if isinstance(layer, Linear)]
    for layer, is_zero in zip(linears, zero):
        layer.params["W"] = layer.params["W"] * (not is_zero)
    _, dlogits = softmax_cross_entropy(network.forward(X[:50], training=True), y[:50])
    network.backward(dlogits)
    assert len(batchnorm_layers(network)) == len(zero) - 1
    return [bool(layer.grads["W"].any()) for layer in linears]


def forgotten_last(zero):
    return [not any(zero[:-1])] * (len(zero) - 1) + [True]


RIGHT = [
    (check_scaled_gradient, lambda dW, a: dW / a),
    (check_scaled_gradient, by_columns),
    (check_effective_rate, lambda W, lr: lr / np.sum(W**2, axis=0)),
    (check_effective_rate, lambda W, lr: lr / np.linalg.norm(W, axis=0) ** 2),
    (check_effective_rate, by_units),
    (check_squared_norm, lambda norm, g, lr: norm**2 + np.sum((lr * g) ** 2)),
    (check_squared_norm, by_pythagoras),
    (check_moves, by_training),
]

SLIPS = [
    (check_scaled_gradient, lambda dW, a: a * dW, "gradient-grows"),
    (check_scaled_gradient, lambda dW, a: dW / a.mean(), "one-factor-for-all"),
    (check_effective_rate, lambda W, lr: lr / np.linalg.norm(W, axis=0), "norm-not-squared"),
    (
        check_effective_rate,
        lambda W, lr: lr / np.linalg.norm(W) ** 2 * np.ones(W.shape[1]),
        "one-norm-for-all",
    ),
    (check_squared_norm, lambda norm, g, lr: (norm + lr * sum(g)) ** 2, "norms-added"),
    (check_squared_norm, lambda norm, g, lr: norm**2 + lr * sum(g**2), "rate-not-squared"),
    (check_scaled_gradient, lambda dW, a: dW / np.linalg.norm(a), "one-factor-for-all"),
    (check_moves, lambda zero: [not z for z in zero], "only-own-weights"),
    (check_moves, forgotten_last, "only-hidden-zeros"),
    (check_moves, lambda zero: [not any(zero)] * len(zero), "last-layer-like-others"),
]
