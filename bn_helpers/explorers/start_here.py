"""Lesson 00: how much the mean of a batch varies, and whether widgets work here."""

from functools import lru_cache

import numpy as np

from .. import plots
from ..data import load_digits
from ..live import explore, steps

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
START, BATCHES = 4, 2000  # the first size; batches that are drawn for each


def ink():
    """The mean pixel of each training image (1442,), between 0 (paper) and 1."""
    return load_digits()[0].mean(axis=1)


@lru_cache(maxsize=len(SIZES))
def batch_means(size):
    """The mean ink of 2000 random batches of `size` images (2000,)."""
    values = ink()
    return values[np.random.default_rng(0).integers(len(values), size=(BATCHES, size))].mean(axis=1)


@explore(
    batch_size=steps(SIZES, start=START, label="batch size m", hint="how many images are averaged"),
    size=(7.2, 2.3),
)
def batch_mean(fig):
    """Live: the mean ink of 2000 random batches of `batch_size` digits, 1 to 256."""
    ax = fig.subplots()
    fill = plots.histogram(ax, 0.1, 0.5, bins=100)
    ax.set(title="2000 random batches", xlabel="mean ink of the batch (0 paper, 1 black)")
    ax.axvline(ink().mean(), color=plots.INK, linestyle=":", linewidth=1.2)
    spread_of_one = ink().std()

    def update(batch_size):
        means = batch_means(batch_size)
        fill(means)
        one = spread_of_one / np.sqrt(batch_size)
        works = "Move the slider." if batch_size == START else "Widgets work here."
        return (
            f"{works} Batches of {batch_size}: their means have std {means.std():.4f}; that of single images, "
            f"{spread_of_one:.4f}, divided by the root of {batch_size} is {one:.4f}."
        )

    return update
