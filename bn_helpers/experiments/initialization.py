"""Lesson 01: how the spread of the weights passes through two layers."""

from functools import lru_cache

import numpy as np

from ..data import load_digits
from ..measures import ACTIVATIONS, between_examples

WIDTHS = (16, 32, 64, 100, 128, 256, 512)
EXAMPLES = 480


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
    n mean(x^2).
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
