"""The controls of a live figure: sliders, menus, a check box, a button, Play.

Each function returns a maker: a function without arguments that makes the widget.
"""

from functools import partial
from numbers import Integral, Real

import ipywidgets
import numpy as np
from traitlets import Int, TraitError, link


def slider(low, high, *, start, label, log=False, hint=""):
    """A slider from low to high.

    It has whole numbers if all three are whole, else 100 steps; with `log`, 20 steps a
    decade. `label` is its name. `hint` is a longer text, which is shown on hover and
    read out after the name. ValueError unless low <= start <= high.
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
    """A slider over the given values, at equal distances on the track.

    ValueError if `start` is not one of them.
    """
    if start not in values:
        raise ValueError(f"steps: expected start to be one of {list(values)}, got {start!r}")
    # The class tells the page that no number can be typed here.
    properties = {"options": list(values), "_dom_classes": ["bn-steps"]}
    return partial(_control, ipywidgets.SelectionSlider, label, hint, start, **properties)


def timeline(last, *, start=0, step=1, label, hint=""):
    """A slider over the steps 0 to last, with buttons to play, pause and go back to 0.

    The player moves the slider, one `step` at a time, as an arrow key does.
    ValueError unless start and last are multiples of step.
    """
    if start % step or last % step or not 0 <= start <= last:
        came = f"{start}, {last}, {step}"
        raise ValueError(f"timeline: expected multiples of step, start <= last; got {came}")
    properties = dict(min=0, max=last, step=step, _dom_classes=["bn-timeline"])
    return partial(_control, ipywidgets.IntSlider, label, hint, start, **properties)


def choice(*options, label, hint="", start=None):
    """A menu; it starts at the first option, or at `start`."""
    start = options[0] if start is None else start
    return partial(_control, ipywidgets.Dropdown, label, hint, start, options=options)


def switch(*, label, start=False, hint=""):
    """A check box."""
    return partial(_control, ipywidgets.Checkbox, label, hint, start)


def presets(settings, *, label, hint=""):
    """A menu whose options set other controls: {option: {control: value}}.

    It starts at the first option, whose values should be those that the controls start
    at. It is blank, and its value None, once another of these controls has moved.
    """
    make = partial(_control, Presets, label, hint, next(iter(settings)), options=list(settings))
    return partial(make, settings=settings)


class Presets(ipywidgets.Dropdown):
    """The menu of `presets`."""

    def __init__(self, *, settings, **properties):
        super().__init__(**properties)
        self.settings = settings


def expand(widgets, values):
    """`values` by name, after those that a chosen preset among them stands for."""
    expanded = {}
    for name, value in values.items():
        expanded |= getattr(widgets[name], "settings", {}).get(value, {})
    return expanded | values


def following(widgets, moved):
    """The values, by name, that change with the control that was moved.

    A preset sets others, and is itself blank once one of these has moved.
    """
    values = {}
    for name, widget in widgets.items():
        settings = getattr(widget, "settings", {})
        if widget is moved:
            values |= settings.get(widget.value, {})
        elif any(moved is widgets[other] for setting in settings.values() for other in setting):
            values[name] = None
    return values


def button(*, label, hint=""):
    """A button; the argument of `update` is the number of clicks so far."""
    return partial(_control, Button, label, hint, 0)


class Button(ipywidgets.Button):
    """The button of `button`, which counts its clicks."""

    value = Int(0)

    def __init__(self, **properties):
        super().__init__(**properties | {"style": {}, "layout": {"width": "5em"}})
        self.on_click(self._count)

    def _count(self, _):
        self.value += 1


def play(*, label, interval=40, stop=True, hint=""):
    """Buttons to play, pause and go back to the start, for a computation in steps.

    There is a tick at most every `interval` ms. The argument of `update` is the number
    of ticks: 0 at the start and after the stop button, then 1, 2, 3. Other controls do
    not change it. `update` raises StopIteration(sentence) when the computation ends.
    With stop=False there is no stop button.
    """
    # The value of the widget merges ticks, so it is not used as the count.
    properties = {"max": 10**9, "interval": interval, "show_repeat": False}
    properties |= {} if stop else {"_dom_classes": ["bn-no-stop"]}
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
    """The widget as the page shows it: a Play has a label, a timeline has a Play."""
    if "bn-timeline" in widget._dom_classes:
        return _played(widget)
    if not isinstance(widget, ipywidgets.Play):
        return widget
    widget.layout.width = "8em"
    layout = {"width": "9em", "justify_content": "flex-end"}
    return ipywidgets.HBox([ipywidgets.Label(widget.description, layout=layout), widget])


def together(widgets):
    """Several controls side by side, in two rows where the page is narrow."""
    for widget in widgets:
        if not isinstance(widget, ipywidgets.Play | Button):
            widget.style.description_width = "7em"
            widget.layout.flex, widget.layout.min_width = "1 1 17em", "17em"
    layout = {"flex_flow": "row wrap", "align_items": "center", "max_width": "60em"}
    return ipywidgets.HBox([row(widget) for widget in widgets], layout=layout)


def _played(slider):
    properties = dict(min=0, max=slider.max, step=slider.step, value=slider.value)
    player = ipywidgets.Play(interval=100, show_repeat=False, **properties)
    # In the kernel: linked on the page, both would tell the kernel of each move.
    link((player, "value"), (slider, "value"))
    slider.layout.flex, slider.layout.min_width = "0 1 32em", "16em"
    return ipywidgets.HBox([slider, player], layout={"flex_flow": "row wrap"})


def start_at(figure, name, widget, value):
    """Set the start value of a control; ValueError if it does not take the value.

    `figure` and `name` are the names of the figure and the control in the message.
    """
    reason = ""
    try:
        widget.value = value
    except TraitError as error:
        reason = str(error)
    reached = widget.value  # a widget moves a value that is out of range, without an error
    numbers = isinstance(reached, Real) and isinstance(value, Real)
    same = np.isclose(reached, value) if numbers else reached == value
    if reason or not same or isinstance(widget, ipywidgets.Play):
        raise ValueError(f"{figure}: {name} cannot start at {value!r}. {reason}".strip())
