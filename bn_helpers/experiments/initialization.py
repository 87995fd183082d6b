"""Lesson 01: the spread of weights through two layers, and runs from each start."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..data import load_digits
from ..initializers import normal, zeros
from ..layers import ReLU, Sigmoid, Tanh
from ..measures import ACTIVATIONS, between_examples
from ..network import mlp
from ..training import accuracy
from .training_lab import TrainingRun

LAYERS = {"sigmoid": Sigmoid, "tanh": Tanh, "ReLU": ReLU}

INPUTS = (1, 2, 4, 8, 16, 32, 64, 100, 128, 256, 512)
WIDTHS = (16, 32, 64, 100, 128, 256, 512)
EXAMPLES = 480
STARTS = {
    "zeros": zeros,
    "std 0.01": normal(0.01),
    "std 0.2": normal(0.2),
    "N(0, 1)": normal(1.0),
}
RATES = (0.005, 0.05, 0.5, 5.0)
STEPS, EVERY = 300, 10
SHOWN = 60  # test images whose hidden outputs are shown


@lru_cache(maxsize=2 * len(WIDTHS))
def draws(width, digits):
    """Inputs x (480, n), their sums (480, width), and weights (width, width).

    The inputs are digits, or as many Gaussian numbers as there are units. The sums have
    weights of std 1. The weights that are returned have std 1, too; they are those of
    the second layer.
    """
    rng = np.random.default_rng(0)
    x = load_digits()[0][::3][:EXAMPLES] if digits else rng.standard_normal((EXAMPLES, width))
    return x, x @ rng.standard_normal((x.shape[1], width)), rng.standard_normal((width, width))


@lru_cache(maxsize=len(INPUTS))
def sums(n):
    """Gaussian inputs x (480, n), and their sums (480, 100) with weights of std 1."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((EXAMPLES, n))
    return x, x @ rng.standard_normal((n, 100))


def two_layers(std, activation, width, digits):
    """Sums and outputs, ((z, a), (z, a)), of two layers whose weights have that std.

    All are (480, width).
    """
    function, (_, sums, W2) = ACTIVATIONS[activation].function, draws(width, digits)
    z1 = sums * std
    a1 = function(z1)
    z2 = a1 @ (W2 * std)
    return (z1, a1), (z2, function(z2))


def measured(layers, std, activation, width, digits):
    """The numbers for the sentence below `two_layers`, by name.

    "formula" is the expected std of the sums of layer 1: std times the root of
    n mean(x^2). "first" and "second" tell how the outputs vary between examples.
    """
    (z, a), (_, second) = layers
    _, slope, (low, high), _ = ACTIVATIONS[activation]
    x = draws(width, digits)[0]
    return {
        "n": x.shape[1],
        "z": z.std(),
        "formula": std * np.sqrt(x.shape[1] * np.mean(x**2)),
        "flat": np.mean((z < low) | (z > high)),
        "slope": np.mean(slope(z, a)),
        "first": between_examples(a),
        "second": between_examples(second),
    }


class Look(NamedTuple):
    """What is seen of a network: test accuracy, and the outputs of its hidden layers.

    hidden: for each layer (60, 100). between: how they vary between examples, a number
    for each layer.
    """

    accuracy: float
    hidden: list
    between: list


@lru_cache(maxsize=48)  # all of them: 3 MB each
def training_run(activation, start, lr):
    """A TrainingRun on the digits: two hidden layers of 100 units, batches of 60."""
    X_train, y_train, X_test, y_test = load_digits()
    rng = np.random.default_rng(0)
    network = mlp(
        [64, 100, 100, 10], activation=LAYERS[activation], initializer=STARTS[start], rng=rng
    )

    def look(network):
        with np.errstate(all="ignore"):
            hidden = network.activations(X_test[:SHOWN], training=False)
        hidden = [np.nan_to_num(outputs) for outputs in hidden]  # of a run that diverged
        between = [between_examples(outputs) for outputs in hidden]
        return Look(accuracy(network, X_test, y_test), hidden, between)

    return TrainingRun(
        network, X_train, y_train, lr=lr, batch_size=60, rng=rng, look=look, every=EVERY
    )
