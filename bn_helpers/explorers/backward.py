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

TOLERANCES = {f"1e{exponent}": 10.0**exponent for exponent in range(-9, 1)}
SMALLEST, LARGEST = 1e-12, 10  # the smallest and the largest error on the axis
CHECK = (
    "Batch of {m}, dout {upstream}, {kind} error up to {tolerance} allowed: {found} of "
    "{wrong} wrong passes are found (crosses), the right one {right} (error {error}). {verdict}"
)
SUMMARY = (
    "dx is a direct part, less a common part, less a part along x̂. For three examples one "
    "direction is left, along the circle. Without the two parts nothing is left for one example, "
    "and next to nothing for two."
)


def _small(error):
    """The error as the tolerances are written, or that it is below all of them."""
    digit, exponent = f"{error:.0e}".split("e")
    return "below 1e-9" if error < 1e-9 else f"{digit}e{int(exponent)}"


@explore(
    batch_size=steps(SIZES, start=8, label="batch size m", hint="of the check"),
    upstream=choice(*UPSTREAM, label="dout", hint="the gradient that comes from above"),
    tolerance=steps(
        list(TOLERANCES), start="1e-6", label="tolerance", hint="largest error accepted"
    ),
    absolute=switch(label="absolute error", hint="else relative to the largest dx"),
    size=(7.2, 2.8),
)
def gradient_check(fig):
    """Live: a gradient check of the right backward pass and of eight wrong ones.

    There are 4 features. batch_size: 1 to 32. upstream: in UPSTREAM. tolerance: in
    TOLERANCES. absolute: it holds for the error itself, else for the error relative to
    the largest dx.
    """
    draw = _passes(fig.subplots())

    def update(batch_size, upstream, tolerance, absolute):
        seen, allowed = errors(batch_size, upstream, absolute), TOLERANCES[tolerance]
        draw(seen, allowed)
        found = sum(error > allowed for name, error in seen.items() if name != RIGHT)
        passes = seen[RIGHT] <= allowed
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
        stacked(left, most=6)(three_parts(6, "random", 0.7))
        plane(middle)(on_circle(35, 0.0, -3))
        middle.set_title("three examples")
        shares = [typical(m, units=1000)[0] for m in SIZES]
        right.plot(SIZES, shares, color=plots.INK, marker="o", markersize=4)
        right.set(xscale="log", ylim=(0, 1.1))
        plots.log_ticks(right.xaxis, [1, 2, 4, 8, 16, 32])
        plots.name(right, "batch size m", "typical |dx| of |γ dout / s|", "what is left")
    plots.show(fig, SUMMARY)
