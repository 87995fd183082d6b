"""Lesson 02: signal and gradient through up to 50 layers."""

from functools import lru_cache

import numpy as np

from ..measures import ACTIVATIONS, between_examples

WIDTH = 64
EXAMPLES = 200
DEEPEST = 50
SCHEMES = {  # std of the weights of a layer with n inputs and n units
    "Xavier": lambda n: np.sqrt(1 / n),
    "He": lambda n: np.sqrt(2 / n),
    "0.01": lambda n: 0.01,
    "N(0, 1)": lambda n: 1.0,
    "zeros": lambda n: 0.0,
}


@lru_cache(maxsize=1)
def draws():
    """Inputs (200, 64), weights of std 1 (50, 64, 64), a gradient (200, 64)."""
    rng = np.random.default_rng(0)
    shapes = (EXAMPLES, WIDTH), (DEEPEST, WIDTH, WIDTH), (EXAMPLES, WIDTH)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@lru_cache(maxsize=len(SCHEMES) * len(ACTIVATIONS))
def forward(scheme, activation):
    """Outputs (200, 64) of all 50 layers, and the slopes there."""
    function, slope, *_ = ACTIVATIONS[activation]
    a, weights, _ = draws()
    outputs, slopes = [], []
    for W in weights * SCHEMES[scheme](WIDTH):
        z = a @ W
        a = function(z)
        outputs.append(a)
        slopes.append(slope(z, a))
    return outputs, slopes


def backward(scheme, activation, depth):
    """Std of the gradient at the sums of layers 1 to `depth`, a list.

    At the outputs of layer `depth` the gradient has std 1.
    """
    _, slopes = forward(scheme, activation)
    _, weights, gradient = draws()
    stds = []
    for layer in reversed(range(depth)):
        gradient = gradient * slopes[layer]
        stds.append(gradient.std())
        gradient = gradient @ (weights[layer].T * SCHEMES[scheme](WIDTH))
    return stds[::-1]


def spreads(scheme, activation, depth):
    """Three lists by layer, 1 to `depth`: stds of outputs, in two ways, and gradients.

    The first are pooled, the second are between examples. The third are relative to the
    gradient at layer `depth`, and 0 if that is 0.
    """
    outputs = forward(scheme, activation)[0][:depth]
    gradients = backward(scheme, activation, depth)
    parts = [gradient / gradients[-1] if gradients[-1] else 0.0 for gradient in gradients]
    return [a.std() for a in outputs], [between_examples(a) for a in outputs], parts
