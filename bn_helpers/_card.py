"""The look that all figures of the course share: a white card, how it is drawn, how it
is shown.

A figure is a white card with round corners in the picture itself, so that it looks the
same on a light and on a dark page. It is made without pyplot and shown by `show`.
`plots` hands these names on.
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
    "text.hinting": "none",  # faster, and placed alike at every density
}


def use_style():
    """The course's look for the reader's own pyplot figures, too; called once in a
    notebook's setup cell.
    """
    mpl.rcParams.update(STYLE)


NO_LOOK = re.compile("backend|interactive|toolbar")  # how windows behave is the reader's choice
LOOK = {
    key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if not NO_LOOK.match(key)
} | STYLE


def look():
    """A context with matplotlib's settings for all figures of the course, whatever the
    reader has set.

    Some settings (fonts, the minus sign) are read when a figure is drawn. So drawing
    needs this context as well as making.
    """
    changes = {key: value for key, value in LOOK.items() if mpl.rcParams[key] != value}
    # An rc_context costs a millisecond, which each frame would pay.
    return mpl.rc_context(changes) if changes else nullcontext()


@contextmanager
def card(width=7.2, height=2.4):
    """`with card() as fig:` a new Figure of width x height inches in the course's look."""
    with look():
        fig = Figure(
            figsize=(width, height), dpi=DPI * DENSITY, layout="constrained", facecolor="none"
        )
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
    return Palette().png(fig.canvas.buffer_rgba(), level)


def bundle(fig, data, text):
    """Data and metadata with which `IPython.display.display` shows PNG bytes at the
    figure's CSS size.

    The bytes become base64 text here, since not every kernel does that (Pyodide's does
    not).
    """
    width, height = (round(inches * DPI) for inches in fig.get_size_inches())
    data = b64encode(data).decode("ascii")
    return {"image/png": data, "text/plain": text}, {
        "image/png": {"width": width, "height": height}
    }


def can_display():
    """Whether something shows what is displayed: a notebook, not a plain Python or a
    terminal.
    """
    shell = get_ipython()
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"


def say(text):
    """Print a text. A letter that the terminal does not have is written with a
    backslash.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def show(fig, text):
    """Display a figure made with `card`; `text` says what it shows, to readers who do
    not see it.
    """
    if not can_display():
        say(f"{text} (A notebook shows the picture: JupyterLab, for instance.)")
        return
    data, metadata = bundle(fig, png(fig), text)
    display(data, metadata=metadata, raw=True)
