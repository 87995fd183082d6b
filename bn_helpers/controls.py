"""The controls of a live figure: sliders, a menu, a check box, Play.

Each function returns a maker: a function without arguments that makes the widget.
"""

from functools import partial
from numbers import Integral, Real

import ipywidgets
import numpy as np
from traitlets import TraitError


def slider(low, high, *, start, label, log=False, hint=""):
    """A slider from low to high.

    It has whole numbers if all three are whole, else 100 steps; with `log`, 20 steps a
    decade. `label` names it. `hint`, a few words more, is shown on hover and read out
    after the name.
    """
    if not low <= start <= high or (log and low <= 0):
        came = f"{low}, {start}, {high}"
        raise ValueError(f"slider: expected low <= start <= high, and low > 0 with log; got {came}")
    if log:
        kind, properties = ipywidgets.FloatLogSlider, {"step": 0.05, "readout_format": ".2g"}
        low, high = np.log10(low), np.log10(high)
    elif all(isinstance(number, Integral) for number in (low, high, start)):
        kind, properties = ipywidgets.IntSlider, {}
        low, high, start = int(low), int(high), int(start)
    else:
        kind, properties = ipywidgets.FloatSlider, {"step": (high - low) / 100}
    return partial(_control, kind, label, hint, start, min=low, max=high, **properties)


def steps(values, *, start, label, hint=""):
    """A slider over the given values, equally spaced on the track."""
    if start not in values:
        raise ValueError(f"steps: expected start to be one of {list(values)}, got {start!r}")
    own = {
        "options": list(values),
        "_dom_classes": ["bn-steps"],
    }  # the page lets nothing be typed there
    return partial(_control, ipywidgets.SelectionSlider, label, hint, start, **own)


def choice(*options, label, hint=""):
    """A menu; it starts at the first option."""
    return partial(_control, ipywidgets.Dropdown, label, hint, options[0], options=options)


def switch(*, label, start=False, hint=""):
    """A check box."""
    return partial(_control, ipywidgets.Checkbox, label, hint, start)


def play(*, label, interval=40, hint=""):
    """Buttons play, pause and back-to-the-start, for a computation in steps.

    There is a tick at most every `interval` ms. The argument of `update` counts the
    ticks: 0 at the start and after the stop button, then 1, 2, 3. Other controls do not
    change it. `raise StopIteration(sentence)` in `update` when there is nothing more to
    do.
    """
    # The value of the widget merges ticks, so it is not used as the count.
    properties = {"max": 10**9, "interval": interval, "show_repeat": False}
    return partial(_control, ipywidgets.Play, label, hint, 0, **properties)


def _control(kind, label, hint, start, **properties):
    return kind(
        value=start,
        description=label,
        tooltip=hint or label,
        style={"description_width": "9em"},
        layout={"width": "auto", "max_width": "32em"},
        **properties,
    )


def row(widget):
    """The widget as the page shows it: a Play does not show its name by itself."""
    if not isinstance(widget, ipywidgets.Play):
        return widget
    widget.layout.width = "8em"
    name = ipywidgets.Label(
        widget.description, layout={"width": "9em", "justify_content": "flex-end"}
    )
    return ipywidgets.HBox([name, widget])


def start_at(figure, name, widget, value):
    """Set a control before its figure is made; ValueError for a value that it does not
    take.
    """
    why = ""
    try:
        widget.value = value
    except TraitError as error:
        why = str(error)
    reached = widget.value  # a widget moves what is out of range, silently
    numbers = isinstance(reached, Real) and isinstance(value, Real)
    same = np.isclose(reached, value) if numbers else reached == value
    if why or not same or isinstance(widget, ipywidgets.Play):
        raise ValueError(f"{figure}: {name} cannot start at {value!r}. {why}".strip())
