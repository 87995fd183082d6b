"""Lesson 00: means of batches, a network of six weights, steps along one weight."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..data import load_digits

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BATCHES = 2000  # drawn for each size
STEPS = 20  # of gradient descent along one weight


@lru_cache(maxsize=1)
def images():
    """The training images (1442, 8, 8), from 0 (paper) to 1."""
    return load_digits()[0].reshape(-1, 8, 8)


def ink():
    """The mean pixel of each training image (1442,), between 0 (paper) and 1."""
    return load_digits()[0].mean(axis=1)


@lru_cache(maxsize=len(SIZES))
def batches(size):
    """The indices of the images in 2000 random batches (2000, size)."""
    return np.random.default_rng(0).integers(len(ink()), size=(BATCHES, size))


@lru_cache(maxsize=len(SIZES))
def batch_means(size):
    """The mean ink of 2000 random batches of `size` images (2000,)."""
    return ink()[batches(size)].mean(axis=1)


class Walk(NamedTuple):
    """One example through h = tanh(x W1), y_hat = h W2, loss (y_hat - y)^2, and back.

    A name that begins with d is the slope of this example's loss.
    """

    x: np.ndarray  # (2,)
    y: float
    h: np.ndarray  # (2,)
    y_hat: float
    loss: float
    dy_hat: float
    dW2: np.ndarray  # (2, 1)
    dh: np.ndarray  # (2,)
    dz: np.ndarray  # (2,), before the tanh
    dW1: np.ndarray  # (2, 2)


def walk(x, y, W1, W2):
    """The Walk of one example: x (2,), y (1,), W1 (2, 2), W2 (2, 1)."""
    h = np.tanh(x @ W1)
    y_hat = float((h @ W2)[0])
    dy_hat = 2 * (y_hat - float(y[0]))
    dh = dy_hat * W2[:, 0]
    dz = dh * (1 - h**2)
    return Walk(
        x=x,
        y=float(y[0]),
        h=h,
        y_hat=y_hat,
        loss=(y_hat - float(y[0])) ** 2,
        dy_hat=dy_hat,
        dW2=dy_hat * h[:, None],
        dh=dh,
        dz=dz,
        dW1=np.outer(x, dz),
    )


def along_first_of_W2(x, y, W1, W2):
    """(loss, slope): functions of the first weight of W2, the others as they are.

    x (N, 2), y (N, 1), W1 (2, 2), W2 (2, 1). Both take an array of weights.
    """
    h = np.tanh(x @ W1)
    wanted = y[:, 0] - h[:, 1] * W2[1, 0]

    def error(w):
        return np.multiply.outer(w, h[:, 0]) - wanted

    def loss(w):
        return np.mean(error(w) ** 2, axis=-1)

    def slope(w):
        return np.mean(2 * error(w) * h[:, 0], axis=-1)

    return loss, slope


def descent(slope, w, lr):
    """The weight at the start and after each of 20 steps (21,)."""
    path = [w]
    for _ in range(STEPS):
        path.append(path[-1] - lr * slope(path[-1]))
    return np.array(path)
