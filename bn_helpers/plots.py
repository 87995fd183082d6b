"""Still figures from plain arrays, and the look that all figures of the course share.

A figure is a white card with round corners in the picture itself, so that it looks the same
on a light and on a dark page. It is made without pyplot and shown by `show`.
"""

import re
import sys
from base64 import b64encode
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext
from numbers import Integral

import matplotlib as mpl
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from . import _require as require
from . import _threads  # noqa: F401, for its effect
from ._canvas import Canvas
from ._png import Palette

DPI, DENSITY = 100, 2  # CSS pixels per inch; device pixels per CSS pixel, for sharp screens and print

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
INK, FAINT, FILL = "#222222", "#767676", "#88CCEE"  # text and curves; marks and frames; bars

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.edgecolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "figure.dpi": DPI,
    "text.hinting": "none",  # faster, and placed alike at every density
}


def use_style():
    """The course's look for the reader's own pyplot figures, too; called once in a notebook's setup cell."""
    mpl.rcParams.update(STYLE)


NO_LOOK = re.compile("backend|interactive|toolbar")  # how windows behave: the reader's
LOOK = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if not NO_LOOK.match(key)} | STYLE


def look():
    """A context in which matplotlib is set as for all figures of the course, whatever the reader has set.

    Some settings (fonts, the minus sign) are read when a figure is drawn, so drawing needs it as well as making.
    """
    changes = {key: value for key, value in LOOK.items() if mpl.rcParams[key] != value}
    return mpl.rc_context(changes) if changes else nullcontext()  # else a millisecond for each frame


@contextmanager
def card(width=7.2, height=2.4):
    """`with card() as fig:` a new Figure of width x height inches in the course's look."""
    with look():
        fig = Figure(figsize=(width, height), dpi=DPI * DENSITY, layout="constrained", facecolor="none")
        Canvas(fig)
        fig.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
        edge, radius = 0.5 / 72, 0.08  # inches
        box = FancyBboxPatch(
            (edge, edge),
            width - 2 * edge,
            height - 2 * edge,
            boxstyle=f"round,pad=0,rounding_size={radius}",
            transform=fig.dpi_scale_trans,
            facecolor="white",
            edgecolor="#bbbbbb",
            linewidth=0.8,
            zorder=-1,
        )
        box.set_in_layout(False)
        fig.add_artist(box)
        yield fig


def png(fig, level=9):
    """The figure as PNG bytes; `level` of compression, 1 is quick, 9 is small."""
    with look():
        fig.canvas.draw()
    return Palette()(fig.canvas.buffer_rgba(), level)


def bundle(fig, data, text):
    """Data and metadata with which `IPython.display.display` shows PNG bytes at the figure's CSS size.

    The bytes become base64 text here, since not every kernel does that (Pyodide's does not).
    """
    width, height = (round(inches * DPI) for inches in fig.get_size_inches())
    data = b64encode(data).decode("ascii")
    return {"image/png": data, "text/plain": text}, {"image/png": {"width": width, "height": height}}


def can_display():
    """Whether something shows what is displayed: a notebook, not a plain Python or a terminal."""
    return get_ipython() is not None and type(get_ipython()).__name__ != "TerminalInteractiveShell"


def say(text):
    """Print a text; a letter that the terminal has not is written with a backslash."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def show(fig, text):
    """Display a figure made with `card`; `text` says what it shows, for readers who do not see it."""
    if not can_display():
        say(f"{text} (A notebook shows the picture: JupyterLab, for instance.)")
        return
    data, metadata = bundle(fig, png(fig), text)
    display(data, metadata=metadata, raw=True)


def histograms(arrays, low, high, *, bins=40, xlabel="activation", **style):
    """A row of histograms, all from low to high: `histograms({"inputs": x, "sums": x @ W}, -5, 5)`.

    Values beyond low and high are counted in the first and the last bar. ValueError for what is no array of
    real numbers, for no values and for NaN.
    """
    arrays = {title: require.numbers(title, values, ..., **VALUES) for title, values in _named("arrays", arrays)}
    with card(width=7.2, height=2.1) as fig:
        for ax, (title, values) in zip(np.ravel(fig.subplots(1, len(arrays))), arrays.items()):
            histogram(ax, low, high, bins, **style)(values)
            ax.set(title=title, xlabel=xlabel)
    show(fig, f"Histograms of {xlabel}. {'; '.join(f'{title}: {_spread(v)}' for title, v in arrays.items())}.")


def _spread(values):
    mean, std = np.mean(values), np.std(values)
    mean = mean if abs(mean) > std / 100 else 0.0  # digits that say nothing
    return f"mean {mean:.2g}, standard deviation {std:.2g}"


def lines(x, curves, *, xlabel, ylabel, styles=None, ylim=None):
    """Curves over x, each named at its end: `lines(steps, {"He": losses}, xlabel="step", ylabel="loss")`.

    styles: {label: line properties}, such as INITIALIZERS; ylim: (low, high) or None. NaN is left out. ValueError
    for a curve of another length than x, and for what is no array of real numbers.
    """
    x = require.finite("x", x, "N", **VALUES)
    curves = {label: require.numbers(label, y, "N", **VALUES) for label, y in _named("curves", curves)}
    for label, y in curves.items():
        if len(y) != len(x):
            raise ValueError(f"{label}: expected {len(x)} values, one for each x, got {len(y)}")
    with card(width=7.2, height=2.8) as fig:
        ax = fig.subplots()
        colours = [ax.plot(x, y, **(styles or {}).get(label, {}))[0].get_color() for label, y in curves.items()]
        ax.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim, xlim=(x[0], x[-1]))
        ends = [
            ax.transAxes.inverted().transform(ax.transData.transform((x[-1], _last(y))))[1] for y in curves.values()
        ]
        for label, colour, height in zip(curves, colours, _apart(ends, 0.09)):
            ax.text(1.01, height, label, transform=ax.transAxes, va="center", color=colour)
    courses = [f"{label}: from {y[0]:.2g} to {y[-1]:.2g}" for label, y in curves.items()]
    show(fig, f"{ylabel} over {xlabel}. {'; '.join(courses)}.")


def chart(boxes, arrows, text, *, height=3.2):
    """Boxes and arrows: {name: (x, y, words)} with x and y in 0..1, and (start, end, word) for each arrow.

    The text for readers who do not see it begins with `text` and goes along the arrows.
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
            ends = dict(patchA=drawn[start].get_bbox_patch(), patchB=drawn[end].get_bbox_patch())
            ax.annotate("", boxes[end][:2], boxes[start][:2], arrowprops=dict(arrowstyle="->", color=INK) | ends)
            if word:
                x, y = np.mean([boxes[start][:2], boxes[end][:2]], axis=0)
                ax.text(
                    x, y, word, ha="center", va="center", size=9, bbox=dict(facecolor="white", edgecolor="none")
                )
    said = {name: _spoken(words) for name, (_, _, words) in boxes.items()}
    told = "; ".join(f"{said[start]} -> {word + ': ' if word else ''}{said[end]}" for start, end, word in arrows)
    show(fig, f"{text} {told}.")


def _spoken(words):
    """Words of a picture for the ear: one line, and no TeX."""
    return re.sub(r"[$\\{}]", "", words.replace("\n", " ").replace(r"\hat{x}", "x_hat"))


def _named(name, values):
    """The items of a dict; ValueError for anything else, and for an empty one."""
    if not isinstance(values, Mapping) or not values:
        raise ValueError(
            f"{name}: expected a dict of names and values, such as {{'inputs': x}}, got {require.shown(values)}"
        )
    return values.items()


def _last(y):
    """The last finite value: where a curve that diverged left the picture."""
    finite = np.asarray(y, dtype=float)[np.isfinite(y)]
    return finite[-1] if len(finite) else 0.0


def _apart(heights, gap):
    """The heights of labels, moved as little as keeps them `gap` apart, none above 1."""
    moved, last, order = dict.fromkeys(range(len(heights))), -np.inf, np.argsort(heights, kind="stable")
    for i in order:
        moved[i] = last = max(heights[i], last + gap)
    last = 1 + gap
    for i in order[::-1]:
        moved[i] = last = min(moved[i], last - gap)
    return moved.values()


def histogram(ax, low, high, bins=40, **style):
    """An empty histogram on `ax`; returns `fill(values)`, which sets its bars and returns the counts (bins,).

    Heights are relative to the highest bar, so that the axes never change. Values beyond low and
    high are counted in the first and the last bar. `fill(values, low, high)` moves the range. ValueError for
    no values and for NaN.
    """
    given = [require.scalar(value) for value in (low, high, bins)]
    if None in given or not -np.inf < low < high < np.inf or not isinstance(given[2], Integral) or bins < 1:
        came = ", ".join(map(require.shown, (low, high, bins)))
        raise ValueError(f"low, high, bins: expected low < high and a bin at least, got {came}")
    bars = ax.stairs(np.zeros(bins), np.linspace(low, high, bins + 1), **{"color": FILL, "fill": True} | style)
    ax.set(xlim=(low, high), ylim=(0, 1.08), yticks=[])
    ax.spines.left.set_visible(False)

    def fill(values, low=low, high=high):
        values = np.clip(np.ravel(require.numbers("values", values, ..., **VALUES)), float(low), float(high))
        if np.isnan(values.min()):
            raise ValueError("values: expected numbers, got NaN among them")
        if ax.get_xlim() != (low, high):
            ax.set_xlim(low, high)
        counts, edges = np.histogram(values, bins, (low, high))
        bars.set_data(counts / counts.max(), edges)
        return counts

    return fill
