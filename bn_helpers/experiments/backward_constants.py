"""Lesson 06: networks whose gradient goes back through some of the statistics only."""

import numpy as np

from ..batchnorm import BatchNorm
from ..data import load_digits
from ..initializers import he_normal
from ..layers import Linear, ReLU, Tanh, softmax_cross_entropy
from ..network import Network, mlp
from ..training import accuracy, train

ACTIVATIONS = {"ReLU": ReLU, "tanh": Tanh}
BOTH, NONE = ("mean", "variance"), ()  # the statistics through which a gradient goes back
BATCH, STEPS, LR = 60, 300, 0.1


class Partly(BatchNorm):
    """A BatchNorm whose gradient goes back through the statistics in `ways` only."""

    ways = BOTH

    def backward(self, dout):
        super().backward(dout)  # for dgamma and dbeta
        x_hat, g = self.cache.x_hat, dout * self.params["gamma"]
        mean = g.mean(axis=0) if "mean" in self.ways else 0
        along = (g * x_hat).mean(axis=0) if "variance" in self.ways else 0
        return (g - mean - x_hat * along) / self.cache.std


def partly(features, ways):
    """A Partly with these `ways`."""
    layer = Partly(features)
    layer.ways = ways
    return layer


def deep_network(activation, ways, rng):
    """The network of lesson 05 (three hidden layers of 100) with a Partly in each."""
    network = mlp(
        [64, 100, 100, 100, 10],
        activation=ACTIVATIONS[activation],
        initializer=he_normal,
        rng=rng,
        batchnorm=True,
    )
    return Network(
        [partly(100, ways) if isinstance(part, BatchNorm) else part for part in network.layers]
    )


def hidden_weights(network):
    """The Linear layers that stand before a batch norm."""
    return [part for part in network.layers[:-1] if isinstance(part, Linear)]


def size(network):
    return np.sqrt(sum(np.sum(part.params["W"] ** 2) for part in hidden_weights(network)))


def trained(activation, ways, seed):
    """300 steps on the digits: (last loss, test accuracy, growth of the weights' norm).

    activation: "ReLU" or "tanh". ways: BOTH, NONE, ("mean",) or ("variance",).
    """
    X, y, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = deep_network(activation, ways, rng)
    before = size(network)
    losses = train(network, X, y, steps=STEPS, lr=LR, batch_size=BATCH, rng=rng).losses
    right = accuracy(network, X_test, y_test)
    return np.mean(losses[-20:]), right, size(network) - before


def gradients(network, X, y):
    """The gradients (n, m) of all weights that stand before a batch norm."""
    logits = network.forward(X, training=True)
    network.backward(softmax_cross_entropy(logits, y)[1])
    return [part.grads["W"].copy() for part in hidden_weights(network)]


def cosine(a, b):
    """The cosine of the angle between two arrays of one shape."""
    return np.sum(a * b) / np.linalg.norm(a) / np.linalg.norm(b)


def cosines(activation, seed):
    """Cosines of the right and the wrong gradient, for each hidden layer at the start.

    The wrong one takes mean and variance as constants, in all layers.
    """
    X, y, _, _ = load_digits()
    chosen = np.random.default_rng(seed).permutation(len(y))[:BATCH]
    right, wrong = (
        gradients(deep_network(activation, ways, np.random.default_rng(seed)), X[chosen], y[chosen])
        for ways in (BOTH, NONE)
    )
    return [cosine(a, b) for a, b in zip(right, wrong)]


def across(ways):
    """How far a unit's weights are from a right angle to their gradient: |cosine|.

    It is the mean over the units of a first layer before batch norm, for a random dout.
    """
    x, rng = load_digits()[0][:BATCH], np.random.default_rng(5)
    W, layer = he_normal(64, 100, rng), partly(100, ways)
    layer.forward(x @ W, training=True)
    dW = x.T @ layer.backward(rng.standard_normal((BATCH, 100)))
    return np.mean([abs(cosine(*pair)) for pair in zip(W.T, dW.T)])
