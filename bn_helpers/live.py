"""Live figures: controls wired to a picture that is redrawn while the hand still moves.

    @explore(std=slider(0.01, 1.0, start=0.1, label="weight std"))
    def activations(fig):
        fill = plots.histogram(fig.subplots(), -1, 1)          # plain matplotlib, run once

        def update(std):                                       # run for every value
            h = np.tanh(x @ (W * std))
            fill(h)
            return f"Weights of std {std:.2g} give activations of std {h.std():.2f}."

        return update

    activations()

`update` sets data and texts of what was made once (`title.set_text`, not `ax.set_title`, which would
also reset the font) and returns the sentence below the picture. Only what moves is drawn again; that is
found, not declared. Picture and sentence are display outputs that are updated in place, so the saved
notebook holds both.
"""

import html
import inspect
import threading
from functools import partial, wraps
from numbers import Integral, Real

import ipywidgets
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.axis import Axis
from traitlets import TraitError

from . import plots
from ._page import Page
from ._png import Palette


def slider(low, high, *, start, label, log=False, hint=""):
    """A slider from low to high: whole numbers if all three are, else 100 steps; with `log`, 20 steps a decade.

    `label` names it; `hint`, a few words more, is shown on hover and read out after the name.
    """
    if not low <= start <= high or (log and low <= 0):
        raise ValueError(f"slider: expected low <= start <= high, and low > 0 with log; got {low}, {start}, {high}")
    if log:
        exponents = {"min": np.log10(low), "max": np.log10(high), "step": 0.05}
        return partial(_control, ipywidgets.FloatLogSlider, label, hint, start, readout_format=".2g", **exponents)
    if all(isinstance(number, Integral) for number in (low, high, start)):
        return partial(_control, ipywidgets.IntSlider, label, hint, int(start), min=int(low), max=int(high))
    return partial(_control, ipywidgets.FloatSlider, label, hint, start, min=low, max=high, step=(high - low) / 100)


def steps(values, *, start, label, hint=""):
    """A slider over the given values, equally spaced on the track."""
    if start not in values:
        raise ValueError(f"steps: expected start to be one of {list(values)}, got {start!r}")
    own = {"options": list(values), "_dom_classes": ["bn-steps"]}  # the page lets nothing be typed there
    return partial(_control, ipywidgets.SelectionSlider, label, hint, start, **own)


def choice(*options, label, hint=""):
    """A menu; it starts at the first option."""
    return partial(_control, ipywidgets.Dropdown, label, hint, options[0], options=options)


def switch(*, label, start=False, hint=""):
    """A check box."""
    return partial(_control, ipywidgets.Checkbox, label, hint, start)


def play(*, label, interval=40, hint=""):
    """Play, pause and back-to-the-start buttons that step a computation, at most every `interval` ms.

    The argument of `update` counts the ticks: 0 at the start and after the stop button, then 1, 2, 3;
    other controls leave it as it is. `raise StopIteration(sentence)` in `update` when there is no more to do.
    """
    forever = 10**9  # the value of the widget merges ticks, so it is not used as the count
    return partial(_control, ipywidgets.Play, label, hint, 0, max=forever, interval=interval, show_repeat=False)


def _control(kind, label, hint, start, **properties):
    return kind(
        value=start,
        description=label,
        tooltip=hint or label,
        style={"description_width": "9em"},
        layout={"width": "auto", "max_width": "32em"},
        **properties,
    )


def _row(widget):
    """The widget as the page shows it; a Play does not show its name by itself."""
    if not isinstance(widget, ipywidgets.Play):
        return widget
    widget.layout.width = "8em"
    name = ipywidgets.Label(widget.description, layout={"width": "9em", "justify_content": "flex-end"})
    return ipywidgets.HBox([name, widget])


def explore(*, size=(7.2, 3.0), **controls):
    """Decorator for `draw(fig, *data)`, which returns `update(**values) -> sentence`.

    Each control is named like an argument of update; `size` is in inches. The decorated function shows
    the live figure when called; its arguments are data for `draw`, its keywords other start values:
    `activations(std=0.5)`. `.live(...)` makes the figure without showing it, `.filmstrip(settings=[{"std":
    0.1}, {"std": 0.5}])` shows still pictures of a few settings.
    """

    def decorate(draw):
        @wraps(draw)
        def open_figure(*data, **start):
            open_figure.live(*data, **start).show()

        def live(*data, **start):
            unknown = start.keys() - controls.keys()
            if unknown:
                raise ValueError(
                    f"{draw.__name__}: expected start values for {list(controls)}, got {sorted(unknown)}"
                )
            widgets = {name: control() for name, control in controls.items()}
            for name, value in start.items():
                _start(draw.__name__, name, widgets[name], value)
            return Live(draw, data, widgets, size)

        def filmstrip(*data, settings):
            """Show still pictures, each with its sentence, one for each dict in `settings`."""
            figure = live(*data)
            for setting in settings:
                figure.update(**setting)
                figure.still()
            figure.close()

        data = list(inspect.signature(draw).parameters.values())[1:]  # without fig
        choices = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in controls]
        open_figure.__signature__ = inspect.Signature(data + choices)
        open_figure.live, open_figure.filmstrip = live, filmstrip
        return open_figure

    return decorate


def _start(figure, name, widget, value):
    """Set a control before its figure is made; ValueError for what it does not take."""
    why = ""
    try:
        widget.value = value
    except TraitError as error:
        why = str(error)
    reached = widget.value
    same = np.isclose(reached, value) if isinstance(reached, Real) and isinstance(value, Real) else reached == value
    if why or not same or isinstance(widget, ipywidgets.Play):  # a widget moves what is out of range, silently
        raise ValueError(f"{figure}: {name} cannot start at {value!r}. {why}".strip())


class Live:
    """One live figure: `update(**values)` -> sentence, `png()` -> the picture, `show()` puts it on the page."""

    def __init__(self, draw, data, widgets, size):
        self.name, self.widgets = draw.__qualname__, widgets
        self._ticks = {name: 0 for name, widget in widgets.items() if isinstance(widget, ipywidgets.Play)}
        self._lock = threading.RLock()  # callbacks run on a thread of the kernel's, not on the main one
        self._page = None  # once shown
        self._setting = False  # several controls are being set: draw once, at the end
        self._background, self._moving, self._encode = None, [], Palette()
        with plots.card(*size) as self.fig:
            self._draw_values = draw(self.fig, *data)
            self._draw()

    @property
    def values(self):
        """What `update` is called with, by name: the values of the controls, the ticks of a Play."""
        return {name: widget.value for name, widget in self.widgets.items()} | self._ticks

    def update(self, **values):
        """Set the controls (and the ticks of a Play) named in `values`, redraw, and return the sentence."""
        if unknown := values.keys() - self.widgets.keys():
            raise ValueError(f"{self.name}: expected values for {list(self.widgets)}, got {sorted(unknown)}")
        with self._lock:
            self._setting = True
            try:
                for name, value in values.items():
                    if name in self._ticks:
                        self._ticks[name] = value
                    else:
                        self.widgets[name].value = value
            finally:
                self._setting = False
            self._draw()
            if self._page:
                self._page.update(self._outputs())
            return self.sentence

    def _draw(self):
        try:
            with plots.look():
                sentence = self._draw_values(**self.values)
        except StopIteration as end:
            self._pause()
            sentence = end.value
        if not isinstance(sentence, str):
            raise ValueError(f"{self.name}: expected update to return a sentence, got {type(sentence).__name__}")
        self.sentence = sentence

    def _outputs(self):
        """The picture and the sentence below it, as a `Page` takes them."""
        return [plots.bundle(self.fig, self.png(), self.sentence), _paragraph(self.sentence)]

    def png(self):
        """The picture as it stands, as PNG bytes."""
        with self._lock, plots.look():
            return self._encode(self._pixels())

    def show(self):
        """Display controls, picture and sentence, and redraw whenever a control moves."""
        if not plots.can_display():
            plots.say(f"{self.sentence} (A notebook shows the picture and its controls: JupyterLab, for instance.)")
            return
        _close_former(self)
        rows = [_row(widget) for widget in self.widgets.values()]
        self._page = Page(rows, self._outputs(), "live.js")
        for widget in self.widgets.values():
            widget.observe(self._moved, "value")

    def still(self):
        """Display picture and sentence as they stand, without controls."""
        if not plots.can_display():
            plots.say(f"{self.sentence} (A notebook shows the picture: JupyterLab, for instance.)")
            return
        for data, metadata in self._outputs():
            display(data, metadata=metadata, raw=True)

    def close(self):
        """Take the controls off the page and stop a Play; the last picture and sentence stay."""
        self._pause()
        for widget in [*_all(self._page and self._page.box), *self.widgets.values()]:
            widget.unobserve_all()
            widget.close()

    def _pause(self):
        for name in self._ticks:
            self.widgets[name].playing = False

    def _moved(self, change):
        with self._lock:  # picture and sentence of one setting stay together
            if self._setting:
                return
            for name in self._ticks:
                if change.owner is self.widgets[name]:
                    self._ticks[name] = self._ticks[name] + 1 if change.new else 0
            try:
                self._draw()
                self._page.update(self._outputs())
            except Exception as error:  # nobody would see it: front ends hide what callbacks raise
                self._pause()
                sentence = f"This setting could not be drawn. {type(error).__name__}: {error}"
                self._page.update([self._page.outputs[0], _paragraph(sentence)])

    def _pixels(self):
        """The RGBA buffer: a full draw if something new has changed, else only what moves over the background.

        Animated artists do not make their figure stale, so a stale figure means that something changed
        which did not move before; from then on it is one of those that move.
        """
        fig, canvas = self.fig, self.fig.canvas
        if self._background is None or fig.stale:
            if self._background is None:
                canvas.draw()  # places the axes, once
                fig.set_layout_engine("none")
            else:
                self._moving = _moving(fig, self._moving)
                canvas.draw()
            self._background = canvas.copy_from_bbox(fig.bbox)
            for artist in fig.findobj():
                artist.stale = False
        canvas.restore_region(self._background)
        for artist in self._moving:
            fig.draw_artist(artist)
        return canvas.buffer_rgba()


def _moving(fig, known):
    """The artists that move, those that do so for the first time included, and what lies over them, as drawn."""
    present = fig.findobj()
    ticks = {part for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for part in axis.findobj()}
    grounds = {fig.patch, *(ax.patch for ax in fig.axes)}
    found = {a for a in present if a.stale and not a.get_children()}
    moving = set(known) | found - ticks - grounds  # of these two: a full draw, each time
    for ax in fig.axes:
        if zorders := [artist.get_zorder() for artist in moving if artist.axes is ax]:
            moving |= _over(ax, min(zorders))
    for artist in moving:
        artist.set_animated(True)
    order = {ax: i for i, ax in enumerate(sorted(fig.axes, key=lambda ax: ax.get_zorder()))}
    return sorted(
        (a for a in present if a in moving), key=lambda a: (order.get(a.axes, len(order)), a.get_zorder())
    )


def _over(ax, lowest):
    """What is drawn above an artist of zorder `lowest` on `ax` and may hide it: frame, grid, lines, inset, twin."""
    axes = ax.figure.axes
    layers = [(ax, lowest), *((other, -np.inf) for other in axes[axes.index(ax) + 1 :])]
    return {
        child
        for other, bottom in layers
        if other.bbox.overlaps(ax.bbox)
        for child in set(other.get_children()) - {other.patch}
        if child.get_visible() and child.get_zorder() >= bottom and _reaches(child, ax.bbox)
    }


def _reaches(artist, box):
    if isinstance(artist, Axis):  # ticks and labels lie outside, its grid does not
        return any(line.get_visible() for line in artist.get_gridlines())
    return box.overlaps(artist.get_window_extent())


def _all(widget):
    """The widget and what it holds."""
    return [widget, *(part for child in getattr(widget, "children", ()) for part in _all(child))] if widget else []


def _paragraph(sentence):
    text = f'<p class="bn-live">{html.escape(sentence, quote=False)}</p>'
    return {"text/html": text, "text/plain": sentence}, {}


_shown = {}  # cell -> (its execution, the figures that it shows)


def _close_former(live):
    """Close what an earlier execution of the same cell showed, so that a re-run leaves no ghost behind."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId", live.name)  # front ends without cell ids: one of each name
    execution = parent.get("header", {}).get("msg_id")
    former_execution, figures = _shown.get(cell, (None, []))
    if former_execution != execution:
        for figure in figures:
            figure.close()
        figures = []
    _shown[cell] = execution, [*figures, live]
