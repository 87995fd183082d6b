"""Lesson 05: one example in many batches of any size."""

import numpy as np

from ..batchnorm import batchnorm_forward
from ..measures import forward_in_batches, share_right
from ..training import accuracy  # noqa: F401, for the figure

FOUR = (1, 2, 3, 4)  # these points do not move
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
BATCHES = 500  # random batches of each size


def five_points(fifth, gamma, beta):
    """Inputs 1, 2, 3, 4 and `fifth` (5,), their outputs (5,), their mean and std."""
    x = np.array([*FOUR, fifth], dtype=float)
    out, cache = batchnorm_forward(x[:, None], [gamma], [beta])
    return x, out[:, 0], cache.mu[0], np.sqrt(cache.var[0])


def in_batches(network, X, y, batch_size):
    """Sums, normalized values, number of images, and the share classified correctly.

    X (N, D) with labels y (N,) is cut into batches, each normalized by its own
    statistics. Sums and normalized values are lists by layer.
    """
    logits, sums, x_hats = forward_in_batches(network, X, batch_size)
    return sums, x_hats, len(logits), share_right(logits, y)


def first_sums(network, X, examples):
    """Sums of the first layer, standardized, for X (N, D) and for examples (M, D).

    Both are in stds of the sums of X, from their mean.
    """
    x, examples = (network.layers[0].forward(rows, training=False) for rows in (X, examples))
    mean, std = x.mean(axis=0), x.std(axis=0)
    return (x - mean) / std, (examples - mean) / std


def company(x, batch_size):
    """Sum and sum of squares, each (BATCHES, D), over companions in random batches.

    In each batch these are batch_size - 1 random rows of x (N, D).
    """
    rng = np.random.default_rng(0)
    rows = rng.integers(len(x), size=(BATCHES, batch_size - 1))
    rows = rows + len(x) * np.arange(BATCHES)[:, None]
    counts = np.bincount(rows.ravel(), minlength=BATCHES * len(x)).astype(float)
    counts = counts.reshape(BATCHES, -1)  # how often each row is in each batch
    return counts @ x, counts @ x**2


def one_among_many(example, sums, squares, batch_size):
    """Batch mean, batch std and x_hat of `example` (D,), each (BATCHES, D).

    `sums` and `squares` are those of its `company`.
    """
    mu = (sums + example) / batch_size
    var = np.maximum((squares + example**2) / batch_size - mu**2, 0)
    return mu, np.sqrt(var), (example - mu) / np.sqrt(var + 1e-5)


def noise(examples, companies):
    """Std of x_hat over the batches, as an array (examples, sizes).

    It is the root mean square over the units. companies: {batch size: the result of
    `company`}.
    """
    stds = [
        [one_among_many(one, *sums, m)[2].std(axis=0) for m, sums in companies.items()]
        for one in examples
    ]
    return np.sqrt(np.mean(np.square(stds), axis=2))
