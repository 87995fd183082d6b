"""The look that all figures of the course share, and how they are shown.

A figure is a white card with round corners in the picture itself, so that it looks the
same on a light and on a dark page. It is made without pyplot and shown by `show`.
These names are also names of `plots`.
"""

import re
import sys
from base64 import b64encode
from contextlib import contextmanager, nullcontext

import matplotlib as mpl
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ._canvas import Canvas
from ._png import Palette

DPI = 100  # CSS pixels per inch
DENSITY = 2  # device pixels per CSS pixel, for sharp screens and print

INK = "#222222"  # text and curves
FAINT = "#767676"  # marks and frames
FILL = "#88CCEE"  # bars

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
    "text.hinting": "none",  # this is faster, and the same at every density
}


def use_style():
    """Give the reader's own pyplot figures the look of the course, too.

    A lesson calls this once, in its first cell.
    """
    mpl.rcParams.update(STYLE)


NO_LOOK = re.compile("backend|interactive|toolbar")  # the reader chooses how windows behave
DEFAULTS = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if not NO_LOOK.match(key)}
LOOK = DEFAULTS | STYLE


def look():
    """A context with matplotlib's settings for the course, whatever the reader has set.

    A figure needs it when it is made and when it is drawn, since some settings (fonts,
    the minus sign) are read in drawing.
    """
    changes = {key: value for key, value in LOOK.items() if mpl.rcParams[key] != value}
    # An rc_context costs a millisecond for each picture.
    return mpl.rc_context(changes) if changes else nullcontext()


@contextmanager
def card(width=7.2, height=2.4, density=DENSITY):
    """`with card() as fig:` makes a Figure of width x height inches with the look."""
    with look():
        size, dpi = (width, height), DPI * density
        fig = Figure(figsize=size, dpi=dpi, layout="constrained", facecolor="none")
        Canvas(fig)
        fig.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
        fig.add_artist(_paper(width, height, fig.dpi_scale_trans))
        yield fig


def _paper(width, height, inches):
    """The white card; `inches` is the transform in whose units its size is given."""
    edge, radius = 0.5 / 72, 0.08
    box = FancyBboxPatch(
        (edge, edge),
        width - 2 * edge,
        height - 2 * edge,
        boxstyle=f"round,pad=0,rounding_size={radius}",
        transform=inches,
        facecolor="white",
        edgecolor="#bbbbbb",
        linewidth=0.8,
        zorder=-1,
    )
    box.set_in_layout(False)
    return box


def png(fig, level=9):
    """The figure as PNG bytes; a `level` of 1 compresses fast, 9 makes a small file."""
    with look():
        fig.canvas.draw()
    return Palette().png(fig.canvas.buffer_rgba(), level)


def bundle(fig, data, text):
    """Data and metadata for `display`, with PNG bytes at the figure's CSS size.

    The bytes become base64 text here, since not every kernel does that (Pyodide's does
    not).
    """
    width, height = (round(inches * DPI) for inches in fig.get_size_inches())
    picture = {"image/png": b64encode(data).decode("ascii"), "text/plain": text}
    return picture, {"image/png": {"width": width, "height": height}}


def can_display():
    """Whether a notebook shows what is displayed; Python in a terminal does not."""
    shell = get_ipython()
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"


def say(text):
    """Print a text; a letter that the terminal does not have gets a backslash code."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def show(fig, text):
    """Display a figure made with `card`.

    `text` says what it shows, for readers who do not see it.
    """
    if not can_display():
        say(f"{text} (A notebook shows the picture: JupyterLab, for instance.)")
        return
    data, metadata = bundle(fig, png(fig), text)
    display(data, metadata=metadata, raw=True)
