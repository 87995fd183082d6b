"""Lesson 06: the gradient of batch norm for a few examples, and what a gradient check
tells apart.
"""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments.backward import BACKWARD, EPS, RIGHT, SIZES, UPSTREAM, case, errors
from ..live import explore

SMALLEST, LARGEST = 1e-12, 10  # errors that the axis shows
PATHS = (
    "Batch of {m}, dout {upstream}, backward pass: {backward}. dx adds up to {sum}, dx times x_hat to "
    "{along}. The largest true dx is {largest}, the largest error {error}."
)
CHECK = (
    "Batch of {m}, dout {upstream}, {kind} error up to {tolerance:.0e} allowed: {found} of {wrong} "
    "wrong passes are found (crosses), the right one {right} (error {error}). The largest true dx is "
    "{largest}."
)
UPSTREAM_MENU = choice(*UPSTREAM, label="dout", hint="the gradient that comes from above")


@explore(
    batch_size=slider(1, 12, start=6, label="examples", hint="batch size m"),
    upstream=UPSTREAM_MENU,
    backward=choice(*BACKWARD, label="backward pass", hint="the right one, or one with a mistake"),
    size=(7.2, 2.6),
)
def paths(fig):
    """Live: one unit, m examples: the gradient from above, and dx by a backward pass.

    The diamonds are dx by finite differences. batch_size: 1 to 12; upstream: "random",
    "all ones", "one example" or "equal to x_hat"; backward: a name in BACKWARD.
    """
    left, right = fig.subplots(1, 2)
    for ax, title in ((left, "from above: dout"), (right, "to the input: dx")):
        ax.set(xlim=(0.3, 12.7), ylim=(-2, 2), xticks=[1, 4, 8, 12])
        plots.name(ax, "example", title.split()[-1], title)
        ax.axhline(0, color=plots.FAINT, linewidth=0.8)
    above, below = (ax.bar(range(1, 13), np.zeros(12), color=plots.FILL) for ax in (left, right))
    dots = right.plot([], [], linestyle="none", marker="D", markersize=5, color=plots.INK)[0]
    right.text(0.5, 1.7, "bars: backward pass   ◆ finite differences", size=8)

    def update(batch_size, upstream, backward):
        x, dout, gamma, numerical = case(batch_size, upstream, 1)
        dx = BACKWARD[backward](dout, x, gamma, EPS)
        for bars, values in ((above, dout), (below, dx)):
            for bar, height in zip(bars, np.append(values, np.zeros(12 - batch_size))):
                bar.set_height(np.clip(height, -2, 2))
        dots.set_data(np.arange(1, batch_size + 1), numerical[:, 0])
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS)
        return PATHS.format(
            m=batch_size,
            upstream=upstream,
            backward=backward,
            sum=_small(float(dx.sum())),
            along=_small(float(np.sum(dx * x_hat))),
            largest=_small(np.abs(numerical).max()),
            error=_small(np.abs(dx - numerical).max()),
        )

    return update


def _small(value):
    """A number of which only matters whether it is 0, but for rounding."""
    return "0" if abs(value) < 1e-9 else f"{value:.0e}" if abs(value) < 5e-3 else f"{value:.2f}"


@explore(
    batch_size=steps(SIZES, start=2, label="batch size m", hint="of the check"),
    upstream=UPSTREAM_MENU,
    tolerance=slider(
        1e-9, 1.0, start=1e-6, log=True, label="tolerance", hint="largest error that passes"
    ),
    absolute=switch(label="absolute error", hint="else relative to the largest dx"),
    size=(7.2, 2.8),
)
def gradient_check(fig):
    """Live: a gradient check of the right backward pass and of eight wrong ones, 4
    features.

    batch_size: 1 to 32; upstream: as in `paths`; tolerance: 1e-9 to 1; absolute: of the
    error itself, else of the error relative to the largest dx.
    """
    ax = fig.subplots()
    names = list(BACKWARD)
    heights = range(len(names))[::-1]
    ax.set(xscale="log", xlim=(SMALLEST / 3, LARGEST), ylim=(-0.7, len(names) - 0.3))
    plots.name(ax, "error of dx", "backward pass")
    ax.set_yticks(heights, names)
    ax.minorticks_off()
    passed = ax.plot([], [], linestyle="none", marker="D", markersize=7, color=plots.INK)[0]
    refused = ax.plot([], [], linestyle="none", marker="X", markersize=8, color=plots.FAINT)[0]
    line = ax.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2)

    def update(batch_size, upstream, tolerance, absolute):
        found = errors(batch_size, upstream, absolute)
        for marks, wanted in ((passed, True), (refused, False)):
            shown = [
                (np.clip(error, SMALLEST, LARGEST), y)
                for error, y in zip(found.values(), heights)
                if (error <= tolerance) is wanted
            ]
            marks.set_data(*zip(*shown)) if shown else marks.set_data([], [])
        line.set_xdata([tolerance] * 2)
        return CHECK.format(
            m=batch_size,
            upstream=upstream,
            kind="absolute" if absolute else "relative",
            tolerance=tolerance,
            found=sum(error > tolerance for name, error in found.items() if name != RIGHT),
            wrong=len(names) - 1,
            right="passes" if found[RIGHT] <= tolerance else "is refused",
            error=_small(found[RIGHT]),
            largest=_small(np.abs(case(batch_size, upstream, 4)[3]).max()),
        )

    return update
