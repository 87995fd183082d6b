"""Lesson 09b: curves over five seeds, one for each kind of normalization."""

import numpy as np

from .. import plots

STYLES = {
    "batch norm": plots.WITH_BATCHNORM | dict(marker="o"),
    "none": plots.WITHOUT_BATCHNORM | dict(marker="s"),
    "layer norm": dict(color=plots.INK, linestyle="-.", marker="^", antialiased=False),
    "group norm": dict(color=plots.FAINT, linestyle=":", marker="v", antialiased=False),
}
NOW = dict(marker="o", markersize=10, color=plots.INK, fillstyle="none", linestyle="none", zorder=5)


def curves(ax, names, x):
    """Prepare a curve for each of the names: `draw({name: values (5, len(x))})`.

    A curve is the median of the seeds; thin bars reach from the lowest to the highest.
    """
    kinds = {
        name: STYLES[name] | dict(linewidth=1.4, markersize=4, markeredgewidth=0) for name in names
    }
    lines = {name: ax.plot([], [], label=name, **kind)[0] for name, kind in kinds.items()}
    thin = dict(linewidth=0.8, antialiased=False)  # so the picture has fewer colours
    bars = {name: ax.plot([], [], color=kinds[name]["color"], **thin)[0] for name in names}
    gap = np.full(len(x), np.nan)

    def draw(values):
        for name, runs in values.items():
            lines[name].set_data(x, np.median(runs, axis=0))
            ends = np.stack([runs.min(axis=0), runs.max(axis=0), gap], axis=1)
            bars[name].set_data(np.repeat(x, 3), ends.ravel())

    return draw


def told(values):
    """ "0.35 to 0.51", or one number where both are the same."""
    low, high = f"{np.min(values):.2f}", f"{np.max(values):.2f}"
    return low if low == high else f"{low} to {high}"
