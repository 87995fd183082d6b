"""Live figures: a picture with controls, redrawn while a control moves.

    @explore(std=slider(0.01, 1.0, start=0.1, label="weight std"))
    def activations(fig):
        fill = plots.histogram(fig.subplots(), -1, 1)  # plain matplotlib, once

        def update(std):  # called for every value
            h = np.tanh(x @ (W * std))
            fill(h)
            return f"Weights of std {std:.2g} give activations of std {h.std():.2f}."

        return update

    activations()

`update` sets data and texts of artists that were made once. It uses `title.set_text`,
since `ax.set_title` would also reset the font. It returns the sentence below the
picture. Picture and sentence are display outputs that are updated in place, so the
saved notebook contains both.
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
from .controls import expand, following, row, start_at, together


def explore(*, size=(7.2, 3.0), rows=(), density=plots.DENSITY, **controls):
    """Decorate `draw(fig, *data)`, which returns `update(**values) -> sentence`.

    The result is an Explorer. Each control has the name of an argument of `update`;
    `size` is in inches. `rows` has the names of controls that stand side by side. A
    smaller `density` is less sharp and faster.
    """
    return partial(Explorer, controls=controls, look=(size, rows, density))


class Explorer:
    """A live figure that is shown when called: `activations(std=0.5)`.

    Its arguments are data for `draw`. Its keywords are start values of the controls.
    ValueError for a start value that its control does not take.
    """

    def __init__(self, draw, controls, look):
        update_wrapper(self, draw)
        self._draw, self._controls, self._look = draw, controls, look
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
        for control, value in expand(widgets, start).items():
            start_at(name, control, widgets[control], value)
        return Live(self._draw, data, widgets, *self._look)

    def filmstrip(self, *data, settings):
        """Show a still picture and its sentence for each dict in `settings`."""
        figure = self.live(*data)
        for setting in settings:
            figure.update(**setting)
            figure.still()
        figure.close()


class Live:
    """One live figure.

    `update(**values)` returns the sentence, `png()` the picture; `show()` displays both
    with the controls.
    """

    def __init__(self, draw, data, widgets, size, rows, density):
        self.name, self.widgets = draw.__qualname__, widgets
        self._rows, self._density = rows or [[name] for name in widgets], density
        plays = (name for name, widget in widgets.items() if isinstance(widget, ipywidgets.Play))
        self._ticks = dict.fromkeys(plays, 0)
        self._lock = threading.RLock()  # some kernels run callbacks on a thread of their own
        self._page = None  # once shown
        self._setting = False  # several controls are being set: draw once, at the end
        self._encode = Palette().png
        with plots.card(*size, density) as self.fig:
            self._redraw = Redraw(self.fig)
            self._draw_values = draw(self.fig, *data)
            self._draw()

    @property
    def values(self):
        """The values of the controls, by name; for a Play the number of its ticks."""
        return {name: widget.value for name, widget in self.widgets.items()} | self._ticks

    def update(self, **values):
        """Set the controls in `values`, redraw, and return the sentence.

        For a Play the number of ticks is set. ValueError for an unknown name.
        """
        if unknown := values.keys() - self.widgets.keys():
            known, came = list(self.widgets), sorted(unknown)
            raise ValueError(f"{self.name}: expected values for {known}, got {came}")
        with self._lock:
            self._set(values)
            self._draw()
            if self._page:
                self._page.update(self._outputs())
            return self.sentence

    def _set(self, values):
        self._setting = True
        try:
            for name, value in expand(self.widgets, values).items():
                if name in self._ticks:
                    self._ticks[name] = value
                else:
                    self.widgets[name].value = value
        finally:
            self._setting = False

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
        """The picture and the sentence below it, as the outputs of a `Page`."""
        return [plots.bundle(self.fig, self.png(), self.sentence), _paragraph(self.sentence)]

    def png(self):
        """The current picture as PNG bytes."""
        with self._lock, plots.look():
            return self._encode(self._redraw.pixels())

    def plain(self, on=True):
        """Draw one pixel for each CSS pixel, which is all that a plain screen can show.

        `on` may be false: then the figure is as sharp as it was made.
        """
        with self._lock, plots.look():
            self._redraw.set_dpi(plots.DPI * (1 if on else self._density))

    def show(self):
        """Display controls, picture and sentence; redraw whenever a control moves."""
        if not plots.can_display():
            advice = "(A notebook shows the picture and its controls: JupyterLab, for instance.)"
            plots.say(f"{self.sentence} {advice}")
            return
        _close_former(self)
        rows = [[self.widgets[name] for name in names] for names in self._rows]
        rows = [together(parts) if parts[1:] else row(*parts) for parts in rows]
        screen = ipywidgets.ToggleButton(layout={"display": "none"})
        screen.add_class("bn-screen")  # live.js presses it where the screen is plain
        screen.observe(lambda change: self.plain(change.new), "value")
        self._page = Page([*rows, screen], self._outputs(), "live.js")
        for widget in self.widgets.values():
            widget.observe(self._moved, "value")

    def still(self):
        """Display the current picture and sentence, without controls."""
        if not plots.can_display():
            plots.say(f"{self.sentence} (A notebook shows the picture: JupyterLab, for instance.)")
            return
        for data, metadata in self._outputs():
            display(data, metadata=metadata, raw=True)

    def close(self):
        """Remove the controls from the page and stop a Play.

        The last picture and sentence stay.
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
                    if change.new and not change.owner.playing:
                        return  # the page sent this tick before it heard of the end
                    self._ticks[name] = self._ticks[name] + 1 if change.new else 0
            self._set(following(self.widgets, change.owner))
            try:
                self._draw()
                self._page.update(self._outputs())
            # Front ends hide the errors of callbacks, so the sentence says it.
            except Exception as error:
                self._pause()
                sentence = f"This setting could not be drawn. {type(error).__name__}: {error}"
                self._page.update([self._page.outputs[0], _paragraph(sentence)])


def _all(widget):
    """The widget and all widgets inside it; [] for None."""
    if widget is None:
        return []
    return [widget, *(part for child in getattr(widget, "children", ()) for part in _all(child))]


def _paragraph(sentence):
    text = f'<p class="bn-live">{html.escape(sentence, quote=False)}</p>'
    return {"text/html": text, "text/plain": sentence}, {}


_shown = {}  # cell -> (its execution, the figures that it shows)


def _close_former(live):
    """Close the figures that an earlier execution of the same cell showed.

    A front end without cell ids keeps one figure of each name.
    """
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId", live.name)
    execution = parent.get("header", {}).get("msg_id")
    former_execution, figures = _shown.get(cell, (None, []))
    if former_execution != execution:
        for figure in figures:
            figure.close()
        figures = []
    _shown[cell] = execution, [*figures, live]
