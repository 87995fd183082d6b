"""Still figures and tables from plain arrays, and what live figures draw with.

`card`, `show`, `table` and the other names of `_card` and `_table` are part of this
module. A figure of your own: `with plots.card() as fig:`, plain matplotlib,
`plots.show(fig, "its words")`.
"""

import re
from numbers import Integral

import numpy as np
from matplotlib.ticker import NullLocator

from . import _require as require
from . import _threads  # noqa: F401, for its effect
from ._card import (  # noqa: F401, the names of the look
    DENSITY,
    DPI,
    FAINT,
    FILL,
    INK,
    bundle,
    can_display,
    card,
    look,
    png,
    say,
    show,
    use_style,
)
from ._table import named, table  # noqa: F401

VALUES = dict(types=require.DRAWN, what="real numbers")  # that can be drawn

# One meaning per colour in the whole course, and never colour alone.
WITH_BATCHNORM = dict(color="#0072B2", linestyle="-")
WITHOUT_BATCHNORM = dict(color="#D55E00", linestyle="--")
INITIALIZERS = {
    "zeros": dict(color="#767676", linestyle=":"),
    "N(0, 1)": dict(color="black", linestyle="--"),
    "0.01": dict(color="#CC79A7", linestyle="-"),
    "Xavier": dict(color="#009E73", linestyle="-"),
    "He": dict(color="#332288", linestyle="-"),
}


def name(ax, x=None, y=None, title=None):
    """Name the axes of `ax`; an axis without ticks needs no name."""
    ax.set(**{key: v for key, v in dict(xlabel=x, ylabel=y, title=title).items() if v is not None})


def log_ticks(axis, values, labels=True):
    """Set the ticks of a logarithmic axis; with `labels` they are plain numbers."""
    axis.set_ticks(values, [f"{value:g}" for value in values] if labels else None)
    axis.set_minor_locator(NullLocator())


def image(ax, pixels, title=""):
    """Draw one grey image (H, W), from white for the smallest value to black, without
    axes.
    """
    ax.imshow(require.numbers("pixels", pixels, "H", "W", **VALUES), cmap="gray_r")
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def histograms(arrays, low, high, *, bins=40, xlabel="activation", **style):
    """Show a row of histograms, all from low to high: `histograms({"inputs": x}, -5,
    5)`.

    Values beyond low and high are counted in the first and the last bar. ValueError for
    what is no array of real numbers, for no values and for NaN.
    """
    items = named("arrays", arrays)
    arrays = {title: require.numbers(title, values, ..., **VALUES) for title, values in items}
    with card(width=7.2, height=2.1) as fig:
        for ax, (title, values) in zip(np.ravel(fig.subplots(1, len(arrays))), arrays.items()):
            histogram(ax, low, high, bins, **style)(values)
            name(ax, x=xlabel, title=title)
    spreads = [f"{title}: {_spread(values)}" for title, values in arrays.items()]
    show(fig, f"Histograms of {xlabel}. {'; '.join(spreads)}.")


def _spread(values):
    mean, std = np.mean(values), np.std(values)
    mean = mean if abs(mean) > std / 100 else 0.0  # digits that say nothing
    return f"mean {mean:.2g}, standard deviation {std:.2g}"


def lines(x, curves, *, xlabel, ylabel, styles=None, ylim=None, log=""):
    """Curves over x, each named at its end.

    `lines(steps, {"He": losses}, xlabel="step", ylabel="loss")`. styles: {label: line
    properties}, such as INITIALIZERS; ylim: (low, high) or None; log: "x", "y" or "xy",
    the axes that are logarithmic. NaN is left out. ValueError for a curve of another
    length than x, and for what is no array of real numbers.
    """
    x = require.finite("x", x, "N", **VALUES)
    items = named("curves", curves)
    curves = {label: require.numbers(label, y, "N", **VALUES) for label, y in items}
    for label, y in curves.items():
        if len(y) != len(x):
            raise ValueError(f"{label}: expected {len(x)} values, one for each x, got {len(y)}")
    with card(width=7.2, height=2.8) as fig:
        ax = fig.subplots()
        drawn = [ax.plot(x, y, **(styles or {}).get(label, {}))[0] for label, y in curves.items()]
        ax.set(**{f"{axis}scale": "log" for axis in log})
        ax.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim, xlim=(x[0], x[-1]))
        if "x" in log:
            log_ticks(ax.xaxis, x)
        _name_at_the_end(ax, {label: line for label, line in zip(curves, drawn)})
    courses = [f"{label}: from {y[0]:.2g} to {y[-1]:.2g}" for label, y in curves.items()]
    show(fig, f"{ylabel} over {xlabel}. {'; '.join(courses)}.")


def _name_at_the_end(ax, curves):
    """Write the label of each line right of its last value, moved where two would
    overlap.
    """
    places = [(line.get_xdata()[-1], _last(line.get_ydata())) for line in curves.values()]
    heights = ax.transAxes.inverted().transform(ax.transData.transform(places))[:, 1]
    for (label, line), height in zip(curves.items(), _apart(heights, 0.09)):
        colour = line.get_color()
        ax.text(1.01, height, label, transform=ax.transAxes, va="center", color=colour)


def diagram(boxes, arrows, text, *, height=3.2):
    """Boxes and arrows: {name: (x, y, words)} with x and y in 0..1, and (start, end,
    word) each.

    The text for readers who do not see it begins with `text` and follows the arrows.
    """
    with card(height=height) as fig:
        ax = fig.subplots()
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        frame = dict(boxstyle="round", facecolor="white", edgecolor=FAINT)
        drawn = {
            name: ax.text(x, y, words, ha="center", va="center", size=9, bbox=frame)
            for name, (x, y, words) in boxes.items()
        }
        for start, end, word in arrows:
            ends = [boxes[end][:2], boxes[start][:2]]
            patches = {
                "patchA": drawn[start].get_bbox_patch(),
                "patchB": drawn[end].get_bbox_patch(),
            }
            ax.annotate("", *ends, arrowprops=dict(arrowstyle="->", color=INK) | patches)
            if word:
                paper = dict(facecolor="white", edgecolor="none")
                ax.text(*np.mean(ends, axis=0), word, ha="center", va="center", size=9, bbox=paper)
    words = {name: _spoken(words) for name, (_, _, words) in boxes.items()}
    along = [
        f"{words[start]} -> {word + ': ' if word else ''}{words[end]}"
        for start, end, word in arrows
    ]
    show(fig, f"{text} {'; '.join(along)}.")


def _spoken(words):
    """Words of a picture for the ear: one line, and no TeX."""
    return re.sub(r"[$\\{}]", "", words.replace("\n", " ").replace(r"\hat{x}", "x_hat"))


def _last(y):
    """The last finite value: where a curve that diverged left the picture."""
    finite = np.asarray(y, dtype=float)[np.isfinite(y)]
    return finite[-1] if len(finite) else 0.0


def _apart(heights, gap):
    """Label heights at least `gap` apart and none above 1, each as near as possible to
    its own.
    """
    moved, last, order = (
        dict.fromkeys(range(len(heights))),
        -np.inf,
        np.argsort(heights, kind="stable"),
    )
    for i in order:
        moved[i] = last = max(heights[i], last + gap)
    last = 1 + gap
    for i in order[::-1]:
        moved[i] = last = min(moved[i], last - gap)
    return moved.values()


def histogram(ax, low, high, bins=40, **style):
    """An empty histogram on `ax`; returns `fill(values)`, which sets its bars.

    `fill` returns the counts (bins,). Heights are relative to the highest bar, so that
    the axes never change. Values beyond low and high are counted in the first and the
    last bar. `fill(values, low, high)` moves the range. ValueError for no values and
    for NaN.
    """
    given = [require.scalar(value) for value in (low, high, bins)]
    if (
        None in given
        or not -np.inf < low < high < np.inf
        or not isinstance(given[2], Integral)
        or bins < 1
    ):
        came = ", ".join(map(require.shown, (low, high, bins)))
        raise ValueError(f"low, high, bins: expected low < high and a bin at least, got {came}")
    style = {"color": FILL, "fill": True} | style
    bars = ax.stairs(np.zeros(bins), np.linspace(low, high, bins + 1), **style)
    ax.set(xlim=(low, high), ylim=(0, 1.08), yticks=[])
    ax.spines.left.set_visible(False)

    def fill(values, low=low, high=high):
        values = np.ravel(require.numbers("values", values, ..., **VALUES))
        values = np.clip(values, float(low), float(high))
        if np.isnan(values.min()):
            raise ValueError("values: expected numbers, got NaN among them")
        if ax.get_xlim() != (low, high):
            ax.set_xlim(low, high)
        counts, edges = np.histogram(values, bins, (low, high))
        bars.set_data(counts / counts.max(), edges)
        return counts

    return fill
