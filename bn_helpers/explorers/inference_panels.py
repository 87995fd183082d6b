"""Lesson 07: parts of its figures. Each function prepares axes and returns `draw`."""

import numpy as np

from .. import plots
from ..experiments import inference as experiment
from ..experiments.inference import BATCHES, MOMENTA, SIZES, TENS

DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
DOTS = dict(linestyle="none", marker=".", color=plots.INK)
PALE = DOTS | dict(markersize=3, color="#a8a8a8")
NOW = dict(marker="o", markersize=8, color="#882255", linestyle="none", zorder=4)


def course(ax, key, values, **style):
    """Prepare one running average: `draw(seen, average, truth, exists)`, each (200,).

    key: "mean" or "var". style: of the curve.
    """
    mean, var = values.mean(), values.var()
    name, limits = {
        "mean": ("mean", (min(0, mean - 2 * var**0.5), mean + 4 * var**0.5)),
        "var": ("variance", (0, 5 * var)),
    }[key]
    plots.name(ax, "batch", name, f"running {name}")
    ax.set(xlim=(-12, BATCHES), ylim=limits)
    number = np.arange(1, BATCHES + 1)
    dots = ax.plot([], [], **PALE)[0]
    true = ax.plot([], [], **DOTTED)[0]
    curve = ax.plot([], [], **({"color": plots.INK, "linewidth": 1.4} | style))[0]

    def draw(seen, average, truth, exists=True):
        dots.set_data(number, np.clip(seen, *limits))
        true.set_data(number, truth)
        curve.set_data(number, average)
        curve.set_visible(exists)

    return draw


def weights(ax):
    """Prepare the weights in the last average: `draw(momentum)`."""
    ax.set(xlim=(-12, BATCHES), ylim=(0, 1.05), yticks=[0, 1])
    plots.name(ax, "batch (each bar: ten of them)", "weight")
    hatched = dict(facecolor="white", edgecolor=plots.INK, hatch="////", linewidth=1)
    draw_start = plots.bars(ax, [-6], width=8, **hatched)
    draw_shares = plots.bars(ax, np.arange(0, BATCHES, TENS) + TENS / 2, width=0.85 * TENS)
    label = ax.text(0, 0.8, "", size=8)

    def draw(momentum):
        left, shares = experiment.shares_of_tens(momentum)
        draw_start([left])
        draw_shares(shares)
        label.set_text(f"hatched: the start value, {left:.0%}")

    return draw


def both_modes(ax):
    """Prepare two histograms; returns `draw(values, batch_size)`."""
    fill = plots.histogram(ax, -5, 5, bins=80)
    plots.histogram(ax, -5, 5, bins=80, fill=False, color=plots.INK)(experiment.gaussian())
    bounds = [ax.axvline(0, **DOTTED) for _ in range(2)]
    plots.name(ax, "normalized value", title="filled: training, outline: evaluation")

    def draw(values, batch_size):
        fill(values)
        for line, sign in zip(bounds, (-1, 1)):
            line.set_xdata([sign * np.sqrt(batch_size - 1)] * 2)

    return draw


def factors(ax):
    """Prepare the mean of 1/s over the batch size: `draw(factor, batch_size)`."""
    ax.plot(SIZES, [experiment.in_batches(m)[1] for m in SIZES], ".-", color=plots.INK)
    ax.axhline(1, **DOTTED)
    ax.set(xscale="log", yscale="log", ylim=(0.9, 9))
    plots.log_ticks(ax.xaxis, (2, 8, 32, 128))
    plots.log_ticks(ax.yaxis, (1, 2, 4, 8))
    plots.name(ax, "batch size m", "σ times mean of 1/s")
    dot = ax.plot([], [], **NOW)[0]
    return lambda factor, batch_size: dot.set_data([batch_size], [factor])


def shares(ax):
    """Prepare the accuracy over the momentum: `draw(shares, best, place, share)`."""
    ticks = [MOMENTA.index(momentum) for momentum in (0, 0.01, 0.1, 1)]
    ax.set(xlim=(-0.5, len(MOMENTA) - 0.5), ylim=(0, 1.03))
    ax.set_xticks(ticks, ["0", "0.01", "0.1", "1"])
    plots.name(ax, "momentum α", "share right", "test accuracy")
    population = ax.axhline(0, **DOTTED)
    ax.text(len(MOMENTA) - 1, 0.5, "dotted: population\nstatistics", size=8, ha="right")
    curve = ax.plot([], [], ".-", color=plots.INK, linewidth=1.4)[0]
    dot = ax.plot([], [], **NOW)[0]

    def draw(shares, best, place, share):
        population.set_ydata([best, best])
        curve.set_data(range(len(shares)), shares)
        dot.set_data([place], [share])

    return draw


def variances(ax, low=0.01, high=10):
    """Prepare running against true variances; returns `draw(true, running)`."""
    ax.plot([low, high], [low, high], **DOTTED)
    dots = ax.plot([], [], **DOTS, markersize=3)[0]
    ax.set(xlim=(low, high), ylim=(low, high), xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        plots.log_ticks(axis, [0.01, 0.1, 1, 10])
    plots.name(ax, "true variance", "running variance", "300 units")
    return lambda true, running: dots.set_data(
        *(np.clip(values.ravel(), low, high) for values in (true, running))
    )


def outputs(ax):
    """Prepare the outputs of a layer and those wanted: `draw(outputs, wanted)`."""
    outline = plots.histogram(ax, 0, 1, bins=50, fill=False, color=plots.INK, zorder=3)
    fill = plots.histogram(ax, 0, 1, bins=50)
    plots.name(ax, x="output", title="layer 3: outputs")
    ax.set_xticks([0, 0.5, 1])

    def draw(outputs, wanted):
        fill(outputs)
        outline(wanted)

    return draw
