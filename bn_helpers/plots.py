"""Still figures and tables from plain arrays, and parts of live figures.

`card`, `show`, `table` and the other names of `_artists`, `_card` and `_table` are part
of this module. For a figure of your own, use `with plots.card() as fig:`, plain
matplotlib, and `plots.show(fig, "its words")`.
"""

import re
from numbers import Integral

import numpy as np
from matplotlib.ticker import NullLocator

from . import _require as require
from . import _threads  # noqa: F401, for its effect
from ._artists import bars, legend, squares  # noqa: F401, for the live figures
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
from ._table import Link, named, table  # noqa: F401

VALUES = dict(types=require.DRAWN, what="real numbers")  # these can be drawn

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
    names = dict(xlabel=x, ylabel=y, title=title)
    ax.set(**{key: words for key, words in names.items() if words is not None})


def log_ticks(axis, values, labels=True):
    """Set the ticks of a logarithmic axis; with `labels` they are plain numbers."""
    axis.set_ticks(values, [f"{value:g}" for value in values] if labels else None)
    axis.set_minor_locator(NullLocator())


def image(ax, pixels, title="", limits=None):
    """Draw one grey image (H, W) without axes, from white to black.

    limits: the values that are drawn (white, black); without them the smallest and the
    largest value. ValueError for anything but a plain array of real numbers.
    """
    pixels = require.numbers("pixels", pixels, "H", "W", **VALUES)
    squares(ax, pixels, "gray_r", limits)
    ax.set(title=title, xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)


def histograms(arrays, low, high, *, bins=40, xlabel="activation", **style):
    """Show a row of histograms from low to high: `histograms({"inputs": x}, -5, 5)`.

    Values beyond low and high are counted in the first and the last bar. ValueError for
    anything but arrays of real numbers, for no values and for NaN.
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
    mean = mean if abs(mean) > std / 100 else 0.0  # its digits would mean nothing
    return f"mean {mean:.2g}, standard deviation {std:.2g}"


def lines(x, curves, *, xlabel, ylabel, styles=None, ylim=None, log=""):
    """Show curves over x, each named at its end.

    `lines(steps, {"He": losses}, xlabel="step", ylabel="loss")`. styles: {label: line
    properties}, such as INITIALIZERS. ylim: (low, high) or None. log: the axes that are
    logarithmic, "x", "y" or "xy". NaN is left out. ValueError if a curve and x differ
    in length, and for anything but arrays of real numbers.
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
        _label_ends(ax, dict(zip(curves, drawn)))
    courses = [f"{label}: from {y[0]:.2g} to {y[-1]:.2g}" for label, y in curves.items()]
    show(fig, f"{ylabel} over {xlabel}. {'; '.join(courses)}.")


def _label_ends(ax, curves):
    """Write the label of each line right of its last value, without overlaps."""
    ends = [(line.get_xdata()[-1], _last(line.get_ydata())) for line in curves.values()]
    heights = ax.transAxes.inverted().transform(ax.transData.transform(ends))[:, 1]
    for (label, line), height in zip(curves.items(), _apart(heights, 0.09)):
        colour = line.get_color()
        ax.text(1.01, height, label, transform=ax.transAxes, va="center", color=colour)


def diagram(boxes, arrows, text, *, height=3.2):
    """Show boxes that are joined by arrows.

    boxes: {name: (x, y, words)} with the centre x, y in 0..1. arrows: a list of (start,
    end, word), two names of boxes and a word on the arrow or "". For readers who do not
    see the picture, `text` begins the description and the arrows follow.
    """
    with card(height=height) as fig:
        ax = fig.subplots()
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        frame = dict(boxstyle="round", facecolor="white", edgecolor=FAINT)
        drawn = {key: _words(ax, *box, frame) for key, box in boxes.items()}
        for start, end, word in arrows:
            _arrow(ax, drawn[start], drawn[end], word)
    spoken = {key: _spoken(words) for key, (_, _, words) in boxes.items()}
    steps = [(spoken[start], f"{word}: " * bool(word), spoken[end]) for start, end, word in arrows]
    show(fig, f"{text} {'; '.join(f'{start} -> {word}{end}' for start, word, end in steps)}.")


def _words(ax, x, y, words, box):
    return ax.text(x, y, words, ha="center", va="center", size=9, bbox=box)


def _arrow(ax, start, end, word):
    """Draw an arrow between two boxes, with `word` in the middle."""
    ends = end.get_position(), start.get_position()
    patches = dict(patchA=start.get_bbox_patch(), patchB=end.get_bbox_patch())
    ax.annotate("", *ends, arrowprops=dict(arrowstyle="->", color=INK) | patches)
    if word:
        _words(ax, *np.mean(ends, axis=0), word, dict(facecolor="white", edgecolor="none"))


def _spoken(words):
    """The words of a box for a screen reader: one line, without TeX."""
    return re.sub(r"[$\\{}]", "", words.replace("\n", " ").replace(r"\hat{x}", "x_hat"))


def _last(y):
    """The last finite value of a curve, which may have diverged; 0 if there is none."""
    finite = np.asarray(y, dtype=float)[np.isfinite(y)]
    return finite[-1] if len(finite) else 0.0


def _apart(heights, gap):
    """Label heights with at least `gap` between neighbours and none above 1.

    Each is as near as possible to where it was.
    """
    order = np.argsort(heights, kind="stable")
    moved, last = dict.fromkeys(range(len(heights))), -np.inf
    for i in order:
        moved[i] = last = max(heights[i], last + gap)
    last = 1 + gap
    for i in order[::-1]:
        moved[i] = last = min(moved[i], last - gap)
    return moved.values()


def histogram(ax, low, high, bins=40, **style):
    """Draw an empty histogram on `ax`; returns `fill(values)`, which sets its bars.

    `fill` returns the counts (bins,). Heights are relative to the highest bar, so that
    the axes never change. Values beyond low and high are counted in the first and the
    last bar. `fill(values, low, high)` moves the range. ValueError for no values and
    for NaN.
    """
    _check_range(low, high, bins)
    style = {"color": FILL, "fill": True} | style
    drawn = ax.stairs(np.zeros(bins), np.linspace(low, high, bins + 1), **style)
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
        drawn.set_data(counts / counts.max(), edges)
        return counts

    return fill


def _check_range(low, high, bins):
    numbers = [require.scalar(value) for value in (low, high, bins)]
    ordered = None not in numbers and -np.inf < low < high < np.inf
    if not ordered or not isinstance(numbers[2], Integral) or bins < 1:
        came = ", ".join(map(require.shown, (low, high, bins)))
        raise ValueError(f"low, high, bins: expected low < high and at least one bin, got {came}")
