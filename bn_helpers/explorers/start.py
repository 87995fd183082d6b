"""Lesson 00: how much the mean of a batch varies, and whether widgets work here."""

import numpy as np

from .. import plots
from ..controls import steps
from ..experiments.start import BATCHES, SIZES, batch_means, ink
from ..live import explore

START = 4  # the first batch size
SENTENCE = (
    "{works} Batches of {m}: their means have std {std:.4f}. The std of single images, "
    "{one:.4f}, divided by √{m} is {formula:.4f}."
)


@explore(
    batch_size=steps(SIZES, start=START, label="batch size m", hint="how many images are averaged"),
    size=(7.2, 2.3),
)
def batch_mean(fig):
    """Live: the mean ink of 2000 random batches of `batch_size` digits, 1 to 256."""
    ax = fig.subplots()
    fill = plots.histogram(ax, 0.1, 0.5, bins=100)
    plots.name(ax, x="mean ink of the batch (0 paper, 1 black)", title=f"{BATCHES} random batches")
    ax.axvline(ink().mean(), color=plots.INK, linestyle=":", linewidth=1.2)
    one = ink().std()

    def update(batch_size):
        means = batch_means(batch_size)
        fill(means)
        return SENTENCE.format(
            works="Move the slider." if batch_size == START else "Widgets work here.",
            m=batch_size,
            std=means.std(),
            one=one,
            formula=one / np.sqrt(batch_size),
        )

    return update
