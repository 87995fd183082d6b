"""Lesson 08: figure 1 of the paper, on the digits and on MNIST."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps
from ..experiments.comparison_figure1 import RATE, UNITS, at
from ..live import explore

SIDES = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM}
RATES = ("0.1", "2")
STEPS = (100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000, 20_000, 50_000)
LAST = {"0.1": 50_000, "2": 3000}
TICKS = {"0.1": [100, 1000, 10_000], "2": [100, 300, 1000, 3000]}
ON_DIGITS = (
    "One seed, rate {rate}. Test accuracy at step 500: without batch norm {early[0]:.1f}, with it "
    "{early[1]:.1f}. At step 5000: {late[0]:.1f} and {late[1]:.1f}."
)
ON_MNIST = (
    "Rate {rate}, step {step}, {seeds} seeds.{end} Test accuracy without batch norm {low:.2f} to "
    "{high:.2f}, with it {low_bn:.2f} to {high_bn:.2f}. Percentiles 15 and 85 of unit {unit}: "
    "{ends[0]:.1f}, {ends[1]:.1f} and {ends[2]:.1f}, {ends[3]:.1f}."
)
END = " These runs end here."  # said where the slider stands at a later step


def figure1(runs):
    """Show test accuracy and percentiles of unit 1: {"without": run, "with": run}.

    A run is what `figure1_run` returns.
    """
    with plots.card(height=2.6) as fig:
        left, *rights = _axes(fig)
        for ax, (side, run) in zip(rights, runs.items()):
            left.plot(run["steps"], run["accuracy"], **SIDES[side])
            for curve in run["percentiles"][:, :, 0].T:
                ax.plot(run["steps"], curve, linewidth=1.2, **SIDES[side])
            ax.set_ylim(-2.5, 2.5)
        _words(left, 0.35, 0.88, 0.6, 0.4)
    looks = {int(step): i for i, step in enumerate(runs["with"]["steps"])}
    early, late = ([run["accuracy"][looks[at]] for run in runs.values()] for at in (500, 5000))
    plots.show(fig, ON_DIGITS.format(rate=RATE, early=early, late=late))


def _words(ax, x, y, x_without, y_without):
    """Name the curves of `ax`; the places are shares of its width and height."""
    for side, place in {"with": (x, y), "without": (x_without, y_without)}.items():
        look = dict(color=SIDES[side]["color"], transform=ax.transAxes, size=9)
        ax.text(*place, side, **look)


def _axes(fig):
    """Three axes, (a), (b) and (c) of the paper's figure."""
    left, *rights = fig.subplots(1, 3)
    left.set_ylim(0, 1)
    plots.name(left, "step", "test accuracy", "(a)")
    for ax, letter, side in zip(rights, "bc", SIDES):
        plots.name(ax, "step", "input of the unit", f"({letter}) {side} batch norm")
    return left, *rights


@explore(
    rate=choice(*RATES, label="learning rate", hint="of both networks"),
    step=steps(STEPS, start=1000, label="step", hint="the step that the sentence is about"),
    unit=slider(1, UNITS, start=1, label="unit", hint="of the last hidden layer"),
    size=(7.2, 2.9),
)
def mnist(fig, record):
    """Live: figure 1 of the paper on MNIST, as recorded.

    `record` is load_recorded("figure1_mnist"). (a): a curve for each seed. (b), (c):
    percentiles 15, 50 and 85 of the input of a unit, seed 0. At rate 2 the runs end at
    step 3000. unit: 1 to 5.
    """
    left, *rights = _axes(fig)
    curves = {side: [left.plot([], [], linewidth=1)[0] for _ in range(5)] for side in SIDES}
    bundles = {
        side: [ax.plot([], [], linewidth=1.3, **look)[0] for _ in range(3)]
        for ax, (side, look) in zip(rights, SIDES.items())
    }
    for side, look in SIDES.items():
        for curve in curves[side]:
            curve.set(**look)
    _words(left, 0.04, 0.7, 0.5, 0.3)
    marks = [ax.axvline(100, color=plots.INK, linestyle=":", linewidth=1.2) for ax in fig.axes]
    for ax in fig.axes:
        ax.set(xscale="log")

    def update(rate, step, unit):
        asked, step = step, min(step, LAST[rate])
        cases = {side: record[f"{side}, rate {rate}"] for side in SIDES}
        _set_axes(fig.axes, rate, cases)
        accuracies, ends = [], []
        for side, run in cases.items():
            for curve, values in zip(curves[side], run["accuracy"]):
                curve.set_data(run["steps"], values)
            percentiles = run["percentiles"][0, :, :, unit - 1].astype(float).T
            for curve, values in zip(bundles[side], percentiles):
                curve.set_data(run["steps"], values)
            accuracies.append(at(record, f"{side}, rate {rate}", step))
            ends += list(percentiles[[0, 2], np.searchsorted(run["steps"], step)])
        for mark in marks:
            mark.set_xdata([step, step])
        (low, high), (low_bn, high_bn) = ((v.min(), v.max()) for v in accuracies)
        numbers = dict(low=low, high=high, low_bn=low_bn, high_bn=high_bn, ends=ends)
        setting = dict(rate=rate, step=step, unit=unit, seeds=len(accuracies[0]))
        setting["end"] = END if asked > step else ""
        return ON_MNIST.format(**setting, **numbers).replace("-0.0,", "0.0,")

    return update


def _set_axes(axes, rate, cases):
    """Ranges and ticks of the three axes, which depend on the rate."""
    if axes[0].get_xlim()[1] == LAST[rate]:
        return
    limit = max(np.abs(run["percentiles"][0, 1:]).max() for run in cases.values())
    for ax in axes:
        ax.set_xlim(90, LAST[rate])
        plots.log_ticks(ax.xaxis, TICKS[rate])
    for ax in axes[1:]:
        ax.set_ylim(-1.05 * limit, 1.05 * limit)
