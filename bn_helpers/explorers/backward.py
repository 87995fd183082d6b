"""Lesson 06: which mistakes a gradient check finds, and the lesson in one picture."""

import numpy as np

from .. import plots
from ..controls import choice, steps, switch
from ..experiments.backward import (
    BACKWARD,
    RIGHT,
    SIZES,
    UPSTREAM,
    errors,
    on_circle,
    three_parts,
    typical,
)
from ..live import explore
from .backward_parts import plane, stacked

TOLERANCES = (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
SMALLEST, LARGEST = 1e-12, 10  # the smallest and the largest error on the axis
CHECK = (
    "Batch of {m}, dout {upstream}, {kind} error up to {tolerance:.0e} allowed: {found} of "
    "{wrong} wrong passes are found (crosses), the right one {right} (error {error}). {verdict}"
)
SUMMARY = (
    "dx is a direct part, less a common part, less a part along x̂. For three examples one "
    "direction is left, along the circle. Without the two parts nothing is left for one example, "
    "and next to nothing for two."
)


def _small(value):
    """The number in words; "0" if it is 0 up to rounding."""
    return "0" if abs(value) < 1e-9 else f"{value:.0e}" if abs(value) < 5e-3 else f"{value:.2f}"


@explore(
    batch_size=steps(SIZES, start=8, label="batch size m", hint="of the check"),
    upstream=choice(*UPSTREAM, label="dout", hint="the gradient that comes from above"),
    tolerance=steps(TOLERANCES, start=1e-6, label="tolerance", hint="largest error that passes"),
    absolute=switch(label="absolute error", hint="else relative to the largest dx"),
    size=(7.2, 2.8),
)
def gradient_check(fig):
    """Live: a gradient check of the right backward pass and of eight wrong ones.

    There are 4 features. batch_size: 1 to 32. upstream: in UPSTREAM. tolerance: 1e-9
    to 1. absolute: it holds for the error itself, else for the error relative to the
    largest dx.
    """
    draw = _passes(fig.subplots())

    def update(batch_size, upstream, tolerance, absolute):
        seen = errors(batch_size, upstream, absolute)
        draw(seen, tolerance)
        found = sum(error > tolerance for name, error in seen.items() if name != RIGHT)
        passes = seen[RIGHT] <= tolerance
        return CHECK.format(
            m=batch_size,
            upstream=upstream,
            kind="absolute" if absolute else "relative",
            tolerance=tolerance,
            found=found,
            wrong=len(seen) - 1,
            right="passes" if passes else "is refused",
            error=_small(seen[RIGHT]),
            verdict=_verdict(passes, len(seen) - 1 - found),
        )

    return update


def _verdict(passes, missed):
    if not passes:
        return "It refuses the right pass."
    return f"It misses {missed}." if missed else "It tells right from wrong."


def _passes(ax):
    """Prepare a row for each backward pass; returns `draw(errors, tolerance)`."""
    rows = dict(zip(BACKWARD, range(len(BACKWARD))[::-1]))
    ax.set(xscale="log", xlim=(SMALLEST / 3, LARGEST), ylim=(-0.7, len(rows) - 0.3))
    plots.name(ax, "error of dx", "backward pass")
    ax.set_yticks(list(rows.values()), rows)
    ax.minorticks_off()
    passed = ax.plot([], [], linestyle="none", marker="D", markersize=7, color=plots.INK)[0]
    refused = ax.plot([], [], linestyle="none", marker="X", markersize=8, color=plots.FAINT)[0]
    line = ax.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2)

    def draw(errors, tolerance):
        for marks, passes in ((passed, True), (refused, False)):
            names = [name for name, error in errors.items() if (error <= tolerance) is passes]
            shown = np.clip([errors[name] for name in names], SMALLEST, LARGEST)
            marks.set_data(shown, [rows[name] for name in names])
        line.set_xdata([tolerance] * 2)

    return draw


def summary():
    """Show the lesson in one still picture, for the page to keep."""
    with plots.card(7.2, 2.7) as fig:
        left, middle, right = fig.subplots(1, 3, width_ratios=(1.5, 1.1, 1.2))
        stacked(left)(three_parts(6, "random", 0.7))
        plane(middle)(on_circle(60, 0.0, 3))
        middle.set_title("three examples")
        shares = [typical(m, units=1000)[0] for m in SIZES]
        right.plot(SIZES, shares, color=plots.INK, marker="o", markersize=4)
        right.set(xscale="log", ylim=(0, 1.1))
        plots.log_ticks(right.xaxis, [1, 2, 4, 8, 16, 32])
        plots.name(right, "batch size m", "typical |dx| of |γ dout / s|", "what is left")
    plots.show(fig, SUMMARY)
