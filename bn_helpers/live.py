"""Live figures: controls wired to a picture that is redrawn while the hand still moves.

    @explore(std=slider(0.01, 1.0, start=0.1, label="weight std"))
    def activations(fig):
        fill = plots.histogram(fig.subplots(), -1, 1)  # plain matplotlib, run once

        def update(std):  # run for every value
            h = np.tanh(x @ (W * std))
            fill(h)
            return f"Weights of std {std:.2g} give activations of std {h.std():.2f}."

        return update

    activations()

`update` sets data and texts of what was made once. It uses `title.set_text`, since
`ax.set_title` would also reset the font. It returns the sentence below the picture.
Picture and sentence are display outputs that are updated in place, so the saved
notebook holds both.
"""

import html
import inspect
import threading
from functools import partial, update_wrapper

import ipywidgets
from IPython import get_ipython
from IPython.display import display

from . import plots
from ._page import Page
from ._png import Palette
from ._redraw import Redraw
from .controls import row, start_at


def explore(*, size=(7.2, 3.0), **controls):
    """Decorator for `draw(fig, *data)`, which returns `update(**values) -> sentence`.

    Each control is named like an argument of `update`; `size` is in inches. The result
    is an Explorer.
    """
    return partial(Explorer, controls=controls, size=size)


class Explorer:
    """A live figure that is shown when called: `activations(std=0.5)`.

    Its arguments are data for `draw`, its keywords other start values of the controls.
    ValueError for a start value that no control takes.
    """

    def __init__(self, draw, controls, size):
        update_wrapper(self, draw)
        self._draw, self._controls, self._size = draw, controls, size
        data = list(inspect.signature(draw).parameters.values())[1:]  # without fig
        choices = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in controls]
        self.__signature__ = inspect.Signature(data + choices)

    def __call__(self, *data, **start):
        self.live(*data, **start).show()

    def live(self, *data, **start):
        """The Live figure, not shown yet."""
        name, controls = self.__name__, self._controls
        if unknown := start.keys() - controls.keys():
            came = sorted(unknown)
            raise ValueError(f"{name}: expected start values for {list(controls)}, got {came}")
        widgets = {control: make() for control, make in controls.items()}
        for control, value in start.items():
            start_at(name, control, widgets[control], value)
        return Live(self._draw, data, widgets, self._size)

    def filmstrip(self, *data, settings):
        """Show still pictures, each with its sentence, one for each dict in `settings`."""
        figure = self.live(*data)
        for setting in settings:
            figure.update(**setting)
            figure.still()
        figure.close()


class Live:
    """One live figure.

    `update(**values)` -> sentence, `png()` -> the picture, `show()` puts it on the
    page.
    """

    def __init__(self, draw, data, widgets, size):
        self.name, self.widgets = draw.__qualname__, widgets
        plays = (name for name, widget in widgets.items() if isinstance(widget, ipywidgets.Play))
        self._ticks = dict.fromkeys(plays, 0)
        self._lock = threading.RLock()  # callbacks run on a thread of the kernel's own
        self._page = None  # once shown
        self._setting = False  # several controls are being set: draw once, at the end
        self._encode = Palette().png
        with plots.card(*size) as self.fig:
            self._redraw = Redraw(self.fig)
            self._draw_values = draw(self.fig, *data)
            self._draw()

    @property
    def values(self):
        """What `update` is called with, by name: the values of the controls, the ticks
        of a Play.
        """
        return {name: widget.value for name, widget in self.widgets.items()} | self._ticks

    def update(self, **values):
        """Set the controls (and the ticks of a Play) named in `values`, redraw, and
        return the sentence.
        """
        if unknown := values.keys() - self.widgets.keys():
            known, came = list(self.widgets), sorted(unknown)
            raise ValueError(f"{self.name}: expected values for {known}, got {came}")
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
            came = type(sentence).__name__
            raise ValueError(f"{self.name}: expected update to return a sentence, got {came}")
        self.sentence = sentence

    def _outputs(self):
        """The picture and the sentence below it, as a `Page` takes them."""
        return [plots.bundle(self.fig, self.png(), self.sentence), _paragraph(self.sentence)]

    def png(self):
        """The picture as it stands, as PNG bytes."""
        with self._lock, plots.look():
            return self._encode(self._redraw.pixels())

    def show(self):
        """Display controls, picture and sentence, and redraw whenever a control moves."""
        if not plots.can_display():
            where = "(A notebook shows the picture and its controls: JupyterLab, for instance.)"
            plots.say(f"{self.sentence} {where}")
            return
        _close_former(self)
        rows = [row(widget) for widget in self.widgets.values()]
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
        """Take the controls off the page and stop a Play; the last picture and sentence
        stay.
        """
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


def _all(widget):
    """The widget and what it holds."""
    return (
        [widget, *(part for child in getattr(widget, "children", ()) for part in _all(child))]
        if widget
        else []
    )


def _paragraph(sentence):
    text = f'<p class="bn-live">{html.escape(sentence, quote=False)}</p>'
    return {"text/html": text, "text/plain": sentence}, {}


_shown = {}  # cell -> (its execution, the figures that it shows)


def _close_former(live):
    """Close what an earlier execution of the same cell showed, so that a re-run leaves
    no ghost behind.
    """
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get(
        "cellId", live.name
    )  # front ends without cell ids: one of each name
    execution = parent.get("header", {}).get("msg_id")
    former_execution, figures = _shown.get(cell, (None, []))
    if former_execution != execution:
        for figure in figures:
            figure.close()
        figures = []
    _shown[cell] = execution, [*figures, live]
