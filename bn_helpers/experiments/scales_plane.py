"""Lesson 08b: a unit with two weights, whose length batch norm takes away."""

from functools import cache
from typing import NamedTuple

import numpy as np

from ..batchnorm import batchnorm_backward, batchnorm_forward

RATES = (0.02, 0.05, 0.075, 0.15, 0.3, 0.6, 1.2)
LENGTHS = (0.5, 1, 2)  # of the first weights
STEPS = 60
BATCH = 20
DECAY = 0.1
BEST = np.radians(20)  # the direction of the weights that made the targets
START = np.radians(160)


class Walk(NamedTuple):
    """Weights (61, 2) before each step and at the end, and their gradients."""

    W: np.ndarray
    dW: np.ndarray


@cache
def points():
    """Inputs (200, 2) and targets (200, 1) of mean 0 and std 1, with some noise."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((200, 2))
    t = x @ [np.cos(BEST), np.sin(BEST)] + 0.3 * rng.standard_normal(200)
    return x, ((t - t.mean()) / t.std())[:, None]


def gradient(w, x, t):
    """The gradient (2,) of half the mean squared error of a unit with batch norm."""
    x_hat, cache = batchnorm_forward(x @ w[:, None], np.ones(1), np.zeros(1))
    dz, _, _ = batchnorm_backward((x_hat - t) / len(x), cache)
    return (x.T @ dz)[:, 0]


@cache
def walk(lr, length, decay):
    """The Walk of a unit whose first weights have this length, in batches of 20."""
    x, t = points()
    rng = np.random.default_rng(0)
    w, W, dW = length * np.array([np.cos(START), np.sin(START)]), [], []
    for _ in range(STEPS + 1):
        rows = rng.choice(len(x), BATCH, replace=False)
        W.append(w)
        dW.append(gradient(w, x[rows], t[rows]))
        w = w - lr * (dW[-1] + decay * DECAY * w)
    return Walk(np.array(W), np.array(dW))


def lengths(W):
    """The lengths of the rows of W (T, 2)."""
    return np.linalg.norm(W, axis=1)


def degrees_off(W):
    """The angles between the rows of W (T, 2) and the best direction, in degrees."""
    turned = np.arctan2(W[:, 1], W[:, 0]) - BEST
    return np.degrees(np.abs((turned + np.pi) % (2 * np.pi) - np.pi))
