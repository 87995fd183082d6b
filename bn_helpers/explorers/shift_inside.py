"""Lesson 03: the inputs of a layer in a network that learns."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments.shift_inside import (
    CASES,
    STEPS,
    UNITS,
    in_own_spreads,
    path_lengths,
    steps_to,
    unit_course,
)
from ..live import explore

RATES = ("0.1", "2")
SIDES = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM}
# Both sides have the same axis; it depends on the rate and on the unit of measure.
AXIS_LIMIT = {("0.1", False): 4, ("2", False): 10, ("0.1", True): 25, ("2", True): 260}
TICKS = {25: 20, 260: 200}
OWN = "input of the unit's sigmoid", "input, in own spreads"
PLACES = np.maximum(STEPS, 0.5)  # step 0 is drawn at the edge of the logarithmic axis
LOOKS = {
    case: plots.WITH_BATCHNORM if batchnorm else plots.WITHOUT_BATCHNORM
    for case, (batchnorm, _) in CASES.items()
}
MARKS = {case: "^" if rate == 2 else "o" for case, (_, rate) in CASES.items()}

INTERNAL = (
    "Step {step}, unit {unit}, rate {rate}. Without batch norm: {without}. With it: {with_}. "
    "The medians are {far:.1f} and {near:.1f} own spreads from the start."
)
UNIT = "percentiles {low:.2f}, {middle:.2f}, {high:.2f}, accuracy {accuracy:.0%}"
SLOPES = (
    "Left: mean slope of the sigmoids of layer 3. Right: gradient of layer 1 divided by that of "
    "layer 3. At step 300: {told}."
)
STORY = "Path length until step 1000, and steps to 90%: medians of five seeds. {told}."


@explore(
    step=steps(STEPS, start=1000, label="training step", hint="how long the network has learned"),
    unit=slider(1, UNITS, start=1, label="unit", hint="of the last hidden layer"),
    rate=choice(*RATES, label="learning rate", hint="of both networks"),
    own=switch(label="in its own spreads", hint="the unit of both axes: percentile 85 minus 15"),
    size=(7.2, 3.3),
)
def internal_shift(fig, record):
    """Live: the inputs of one unit of the last hidden layer while the network learns.

    `record` is load_recorded("internal_shift"). Left: without batch norm, right: with
    it, on the same scale. Top: all test images at this step. Bottom: percentiles 15,
    50, 85 over the steps. step: 0 to 5000. unit: 1 to 5. rate: of both networks. own:
    each move of the median is measured by the spread that the unit had before it.
    """
    columns = fig.subplots(2, 2).T
    draws = [_unit(*axes, *side) for axes, side in zip(columns, SIDES.items())]

    def update(step, unit, rate, own):
        stop, told, places = STEPS.index(step), [], []
        for side, draw in zip(SIDES, draws):
            case = f"{side}, rate {rate}"
            values, percentiles = unit_course(record, case, unit - 1)
            in_spreads = in_own_spreads(values, percentiles)
            shown, bundle = in_spreads if own else (values, percentiles)
            draw(shown[stop], bundle, stop, AXIS_LIMIT[rate, own], OWN[own])
            numbers = dict(zip(("low", "middle", "high"), percentiles[:, stop]))
            told.append(UNIT.format(accuracy=record[case]["accuracy"][0, stop], **numbers))
            places.append(in_spreads[1][1, stop])
        setting = dict(step=step, unit=unit, rate=rate, without=told[0], with_=told[1])
        said = INTERNAL.format(far=places[0], near=places[1], **setting)
        return said.replace("-0.0 ", "0.0 ").replace("-0.00", "0.00")

    return update


def _unit(top, bottom, name, style):
    """Prepare a column; returns `draw(values, percentiles, stop, span, words)`.

    values: at one step, whose number in STEPS is `stop`. percentiles: over the steps.
    The axes run from -span to span. words: the name of the upper one.
    """
    fill = plots.histogram(top, -4, 4, bins=96)
    plots.name(top, x=OWN[False], title=f"{name} batch norm")
    curves = _bundle(bottom, style)
    bottom.yaxis.set_label_coords(-0.22, 0.5)  # left of the widest number, for every setting
    marker = bottom.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2)

    def draw(values, percentiles, stop, span, words):
        fill(values, -span, span)
        if bottom.get_ylim() != (-span, span):
            end = TICKS.get(span, span)
            bottom.set(ylim=(-span, span), yticks=(-end, 0, end))
            top.xaxis.label.set_text(words)
        for curve, course in zip(curves, percentiles):
            curve.set_data(PLACES, course)
        marker.set_xdata([PLACES[stop]] * 2)

    return draw


def _bundle(ax, style):
    ax.set(xscale="log", xlim=(0.5, 5000))
    plots.name(ax, x="training step", y="percentiles")
    plots.log_ticks(ax.xaxis, [1, 10, 100, 1000])
    return [ax.plot([], [], linewidth=1.4, **style)[0] for _ in range(3)]


def own_spreads(ax, record, side, unit=0):
    """Draw the percentiles of a unit at rate 0.1, in its own spreads, into `ax`."""
    _, percentiles = in_own_spreads(*unit_course(record, f"{side}, rate 0.1", unit))
    for curve, course in zip(_bundle(ax, SIDES[side]), percentiles):
        curve.set_data(PLACES, course)
    ax.set_ylim(-25, 25)
    plots.name(ax, y="in own spreads")


def saturation(record):
    """Show how steep the sigmoids are and what gradient arrives, of four networks."""
    stop, told = STEPS.index(300), []
    with plots.card(height=3.0) as fig:
        left, right = fig.subplots(1, 2)
        for case, style in LOOKS.items():
            slopes, gradients = (record[case][name] for name in ("slopes", "gradients"))
            courses = slopes[:, :, 2].mean(axis=0), (gradients[..., 0] / gradients[..., 2]).mean(0)
            look = style | dict(marker=MARKS[case], markersize=3.5, linewidth=1.2)
            for ax, course in zip((left, right), courses):
                ax.plot(PLACES, course, label=case.replace(",", " batch norm,"), **look)
            told.append(f"{case} {courses[0][stop]:.2f} and {courses[1][stop]:.2f}")
        left.set(xscale="log", ylim=(0, 0.26))
        right.set(xscale="log", yscale="log")
        plots.name(left, "training step", "mean of layer 3", "slope of the sigmoid")
        plots.name(right, "training step", "layer 1 / layer 3", "size of the gradient")
        for ax in (left, right):
            plots.log_ticks(ax.xaxis, [1, 10, 100, 1000])
        plots.log_ticks(right.yaxis, [0.1, 1, 10])
        fig.legend(handles=left.get_lines(), loc="outside lower center", ncols=2, borderaxespad=0.8)
    plots.show(fig, SLOPES.format(told="; ".join(told)))


def story(record):
    """Show five seeds of four networks: how far medians move, and who learns first."""
    with plots.card(height=3.0) as fig:
        axes = fig.subplots(1, 2, sharey=True)
        words = "path length", "path length, in own spreads"
        for number, (ax, word) in enumerate(zip(axes, words)):
            scatter(ax, record, number)
            plots.name(ax, x=word)
        plots.name(axes[0], y="steps to 90%")
    told = []
    for case in CASES:
        plain, own = (np.median(lengths) for lengths in path_lengths(record, case))
        steps_needed = np.median(steps_to(record, case))
        told.append(f"{case}: {plain:.1f}, in own spreads {own:.1f}, {steps_needed:.0f} steps")
    plots.show(fig, STORY.format(told="; ".join(told)))


def scatter(ax, record, measure=1):
    """Draw a point for each seed of four networks: path length, steps to 90%.

    measure: 0 for the path length as it is, 1 for that in the unit's own spreads.
    """
    ax.set(xscale="log", yscale="log", ylim=(15, 12000))
    plots.log_ticks(ax.yaxis, [30, 100, 300, 1000, 3000])
    ax.set_xlim(*((0.2, 40), (0.02, 2000))[measure])
    plots.log_ticks(ax.xaxis, ([1, 10], [0.1, 1, 10, 100])[measure])
    for case, style in LOOKS.items():
        x, y = path_lengths(record, case)[measure], steps_to(record, case)
        ax.plot(x, y, MARKS[case], color=style["color"], alpha=0.7, markersize=6)
        look = dict(size=8.5, color=style["color"])
        words = case.replace(", ", " batch norm,\n")
        if case in ("without, rate 0.1", "with, rate 2"):
            ax.text(1.5 * x.max(), np.median(y), words, va="center", **look)
        elif case == "with, rate 0.1":
            ax.text(np.median(x), 1.45 * y.max(), words, ha="center", **look)
        else:
            ax.text(np.median(x), y.min() / 1.45, words, ha="center", va="top", **look)
