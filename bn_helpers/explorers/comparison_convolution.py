"""Lesson 08: a convolutional network learns, and one image on its way through it."""

import numpy as np

from .. import plots
from ..experiments.comparison_convolution import EVERY, RATE, STEPS, first_block

SIDES = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM}
CURVES = (
    "Test accuracy of a convolutional network, five seeds, rate {rate}. At step {step} the best "
    "without batch norm has about {high:.1f}, the worst with it about {low:.1f}."
)
MAPS = (
    "One image, and what the eight filters make of it: sums, normalized by one mean and one "
    "variance for each channel, ReLU, and 4 x 4 means."
)


def conv_curves(steps, accuracies):
    """Show accuracies (5, T) at the steps (T,): {"without": ..., "with": ...}."""
    with plots.card(width=5.2, height=2.5) as fig:
        ax = fig.subplots()
        for side, rows in accuracies.items():
            lines = ax.plot(steps, rows.T, linewidth=1.2, **SIDES[side])
            lines[0].set_label(f"{side} batch norm")
        ax.set(xlim=(0, STEPS), ylim=(0, 1), xticks=range(0, STEPS + 1, 2 * EVERY))
        ax.legend(loc="upper left", fontsize=8)
        plots.name(ax, "step", "test accuracy")
    high, low = accuracies["without"][:, -1].max(), accuracies["with"][:, -1].min()
    plots.show(fig, CURVES.format(rate=RATE, step=STEPS, high=high, low=low))


def feature_maps(network, image):
    """Show an image (64,) and its maps in the first block of a network."""
    outputs, means, stds = first_block(network, image[None])
    rows = ("convolution", "batch norm", "ReLU", "pooling")
    with plots.card(height=3.5) as fig:
        axes = fig.subplots(4, 9)
        for ax in axes[:, 0]:
            ax.set_axis_off()
        axes[0, 0].set_axis_on()
        plots.image(axes[0, 0], image.reshape(8, 8), "image")
        for row, word, maps in zip(axes[:, 1:], rows, outputs):
            limit = np.abs(maps).max()
            for c, (ax, values) in enumerate(zip(row, maps[0])):
                title = f"mean {means[c]:.1f}\nstd {stds[c]:.1f}".replace("-0.0", "0.0")
                plots.image(ax, values, title if word == rows[0] else "", (-limit, limit))
                ax.title.set_size(7)
            row[0].set_ylabel(word, size=8)
    plots.show(fig, MAPS)
