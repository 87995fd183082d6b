"""Lesson 03: clouds that shift from training to test; inputs of a layer that learns."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments.shift import (
    KINDS,
    STEPS,
    UNITS,
    boundary,
    clouds,
    fit,
    share_classified,
    unit_course,
)
from ..live import explore

SPAN = 4  # both axes of the clouds run from -4 to 4
AXIS_LIMIT = {"without, rate 0.1": 1.5, "with, rate 0.1": 4.0, "without, rate 2": 6.0}
DATASET = (
    "{kind} shift, {amount:.0%}. Label 1 (crosses) is {share:.0%} of training and "
    "{share_test:.0%} of the test. The classifier (solid) is right on {train:.0%} and "
    "{test:.0%}. One trained on test points (dotted) is right on {own:.0%}."
)
INTERNAL = (
    "Step {step}, unit {unit}. Without batch norm, rate {rate}: {without}. "
    "With it, rate 0.1: {with_}."
)
UNIT = (
    "percentiles {low:.2f}, {middle:.2f}, {high:.2f}, mean slope {slope:.2f}, "
    "test accuracy {accuracy:.0%}"
)


@explore(
    amount=slider(0.0, 1.0, start=0.0, label="shift", hint="of the test data, from none to all"),
    kind=choice(
        *KINDS, label="what shifts", hint="the points, the share of the labels, or the rule"
    ),
    curved=switch(
        label="curved classifier", hint="the right family of curves, else a straight line"
    ),
    size=(7.2, 3.1),
)
def dataset_shift(fig):
    """Live: training points, shifted test points, and a classifier.

    Left: training points; the classifier is trained on these. Right: test points. The
    dotted line is a classifier trained on the test points. amount: 0 to 1. kind:
    "covariate", "prior" or "concept". curved: the classifier is of the right family,
    else it is a straight line.
    """
    axes = fig.subplots(1, 2, sharey=True)
    sides = [_side(ax, title) for ax, title in zip(axes, ("training", "test"))]
    plots.name(axes[0], y="$x_2$")
    dotted = axes[1].plot([], [], color=plots.INK, linestyle=":")[0]
    x1 = np.linspace(-SPAN, SPAN, 121)

    def update(amount, kind, curved):
        x, y, x_test, y_test = clouds(kind, amount)
        w, w_test = fit(x, y, curved), fit(x_test, y_test, curved)
        line, line_test = (np.clip(boundary(weights, x1), -SPAN, SPAN) for weights in (w, w_test))
        for draw, points, labels in zip(sides, (x, x_test), (y, y_test)):
            draw(points, labels, x1, line)
        dotted.set_data(x1, line_test)
        cases = {"train": (w, x, y), "test": (w, x_test, y_test), "own": (w_test, x_test, y_test)}
        numbers = {name: share_classified(*case) for name, case in cases.items()}
        numbers |= dict(amount=amount, share=y.mean(), share_test=y_test.mean())
        return DATASET.format(kind=kind.capitalize(), **numbers)

    return update


def _side(ax, title):
    """Prepare one cloud; returns `draw(points, labels, x1, x2)`.

    The classifier's line has the value x2 at each x1.
    """
    ax.set(xlim=(-SPAN, SPAN), ylim=(-SPAN, SPAN), xticks=[-4, -2, 0, 2, 4])
    plots.name(ax, x="$x_1$", title=title)
    zeros = ax.plot([], [], linestyle="none", marker="o", markersize=3.5, color=plots.FILL)[0]
    ones = ax.plot([], [], linestyle="none", marker="x", markersize=4, color=plots.FAINT)[0]
    line = ax.plot([], [], color=plots.INK)[0]

    def draw(points, labels, x1, x2):
        points, labels = points[::2], labels[::2]  # half of the points are enough to see
        zeros.set_data(*points[labels == 0].T)
        ones.set_data(*points[labels == 1].T)
        line.set_data(x1, x2)

    return draw


@explore(
    step=steps(STEPS, start=1000, label="training step", hint="how long the network has learned"),
    unit=slider(1, UNITS, start=1, label="unit", hint="of the last hidden layer"),
    fast=switch(
        label="rate 2 without", hint="the network without batch norm at rate 2 in place of 0.1"
    ),
    size=(7.2, 3.7),
)
def internal_shift(fig, record):
    """Live: the inputs of one unit of the last hidden layer while the network learns.

    `record` is load_recorded("internal_shift"). Left: without batch norm, right: with
    it. Top: all test images at this step. Bottom: percentiles 15, 50, 85 over the
    steps. step: 0 to 5000. unit: 1 to 5. fast: the network without batch norm has rate
    2.
    """
    (top, top_with), (bottom, bottom_with) = fig.subplots(2, 2)
    draw_without = _unit(top, bottom, "without batch norm", plots.WITHOUT_BATCHNORM)
    draw_with = _unit(top_with, bottom_with, "with batch norm", plots.WITH_BATCHNORM)

    def update(step, unit, fast):
        stop, words = STEPS.index(step), []
        cases = "without, rate 2" if fast else "without, rate 0.1", "with, rate 0.1"
        for case, draw in zip(cases, (draw_without, draw_with)):
            values, percentiles, slopes = unit_course(record, case, unit - 1)
            draw(values[stop], percentiles, stop, AXIS_LIMIT[case])
            numbers = dict(zip(("low", "middle", "high"), percentiles[:, stop]))
            numbers |= dict(slope=slopes[stop], accuracy=record[case]["accuracy"][0, stop])
            words.append(UNIT.format(**numbers))
        rate = "2" if fast else "0.1"
        return INTERNAL.format(step=step, unit=unit, rate=rate, without=words[0], with_=words[1])

    return update


def _unit(top, bottom, name, style):
    """Prepare a column; returns `draw(values, percentiles, stop, span)`.

    values: at one step, whose number in STEPS is `stop`. percentiles: over the steps.
    The axes run from -span to span.
    """
    fill = plots.histogram(top, -4, 4, bins=96)
    plots.name(top, x="input of the unit's sigmoid", title=name)
    curves = [bottom.plot([], [], linewidth=1.4, **style)[0] for _ in range(3)]
    marker = bottom.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2)
    bottom.set(xscale="log", xlim=(0.5, 5000))
    plots.name(bottom, x="training step", y="percentiles")
    plots.log_ticks(bottom.xaxis, [1, 10, 100, 1000])
    places = np.maximum(STEPS, 0.5)  # step 0 is drawn at the edge of the logarithmic axis

    def draw(values, percentiles, stop, span):
        fill(values, -span, span)
        if bottom.get_ylim() != (-span, span):
            bottom.set_ylim(-span, span)
        for curve, course in zip(curves, percentiles):
            curve.set_data(places, np.clip(course, -span, span))
        marker.set_xdata([places[stop]] * 2)

    return draw
