"""Lesson 00: how much the mean of a batch varies."""

from functools import lru_cache

import numpy as np

from ..data import load_digits

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BATCHES = 2000  # drawn for each size


def ink():
    """The mean pixel of each training image (1442,), between 0 (paper) and 1."""
    return load_digits()[0].mean(axis=1)


@lru_cache(maxsize=len(SIZES))
def batch_means(size):
    """The mean ink of 2000 random batches of `size` images (2000,)."""
    values = ink()
    rows = np.random.default_rng(0).integers(len(values), size=(BATCHES, size))
    return values[rows].mean(axis=1)
