"""Lesson 06: the gradient of batch norm for a few examples, and what a check finds."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments.backward import BACKWARD, EPS, RIGHT, SIZES, UPSTREAM, case, errors
from ..live import explore

SMALLEST, LARGEST = 1e-12, 10  # the smallest and the largest error on the axis
MOST = 12  # examples that fit into the picture
PATHS = (
    "Batch of {m}, dout {upstream}, backward pass: {backward}. dx adds up to {sum}, dx times "
    "x_hat to {product}. The largest true dx is {largest}, the largest error {error}."
)
CHECK = (
    "Batch of {m}, dout {upstream}, {kind} error up to {tolerance:.0e} allowed: {found} of "
    "{wrong} wrong passes are found (crosses), the right one {right} (error {error}). The "
    "largest true dx is {largest}."
)
GRAPH_BOXES = {  # name: centre x, y in 0..1, and words
    "x": (0.05, 0.5, "x"),
    "mu": (0.2, 0.85, "$\\mu$ = mean of x"),
    "xc": (0.32, 0.5, "$x_c = x - \\mu$"),
    "var": (0.44, 0.12, "$\\sigma^2$ = mean of $x_c^2$"),
    "std": (0.72, 0.12, "s = root of $\\sigma^2 + \\epsilon$"),
    "x_hat": (0.75, 0.5, "$\\hat{x} = x_c / s$"),
    "out": (0.93, 0.5, "$y = \\gamma \\hat{x} + \\beta$"),
}
GRAPH_ARROWS = (
    ("x", "mu", ""),
    ("x", "xc", ""),
    ("mu", "xc", ""),
    ("xc", "var", ""),
    ("var", "std", ""),
    ("xc", "x_hat", ""),
    ("std", "x_hat", ""),
    ("x_hat", "out", ""),
)
UPSTREAM_MENU = choice(*UPSTREAM, label="dout", hint="the gradient that comes from above")


def graph():
    """Show the computation graph of the forward pass."""
    plots.diagram(GRAPH_BOXES, GRAPH_ARROWS, "Computation graph of batch norm.", height=2.2)


@explore(
    batch_size=slider(1, MOST, start=6, label="examples", hint="batch size m"),
    upstream=UPSTREAM_MENU,
    backward=choice(*BACKWARD, label="backward pass", hint="the right one, or one with a mistake"),
    size=(7.2, 2.6),
)
def paths(fig):
    """Live: the gradient from above and dx by a backward pass, for one unit.

    The diamonds are dx by finite differences. batch_size: 1 to 12. upstream: "random",
    "all ones", "one example" or "equal to x_hat". backward: a name in BACKWARD.
    """
    left, right = fig.subplots(1, 2)
    draw_dout = _bars(left, "from above: dout")
    draw_dx = _bars(right, "to the input: dx")
    dots = right.plot([], [], linestyle="none", marker="D", markersize=5, color=plots.INK)[0]
    right.text(0.5, 1.7, "bars: backward pass   ◆ finite differences", size=8)

    def update(batch_size, upstream, backward):
        x, dout, gamma, numerical = case(batch_size, upstream, 1)
        dx = BACKWARD[backward](dout, x, gamma, EPS)
        draw_dout(dout)
        draw_dx(dx)
        dots.set_data(np.arange(1, batch_size + 1), numerical[:, 0])
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS)
        numbers = dict(sum=float(dx.sum()), product=float(np.sum(dx * x_hat)))
        numbers |= dict(largest=np.abs(numerical).max(), error=np.abs(dx - numerical).max())
        words = {name: _small(number) for name, number in numbers.items()}
        return PATHS.format(m=batch_size, upstream=upstream, backward=backward, **words)

    return update


def _bars(ax, title):
    """Prepare a bar for each example; returns `draw(values)` for values (m, 1)."""
    ax.set(xlim=(0.3, MOST + 0.7), ylim=(-2, 2), xticks=[1, 4, 8, MOST])
    plots.name(ax, "example", title.split()[-1], title)
    ax.axhline(0, color=plots.FAINT, linewidth=0.8)
    bars = ax.bar(range(1, MOST + 1), np.zeros(MOST), color=plots.FILL)

    def draw(values):
        for bar, height in zip(bars, np.append(values, np.zeros(MOST - len(values)))):
            bar.set_height(np.clip(height, -2, 2))

    return draw


def _small(value):
    """The number in words; "0" if it is 0 up to rounding."""
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
    """Live: a gradient check of the right backward pass and of eight wrong ones.

    There are 4 features. batch_size: 1 to 32. upstream: as in `paths`. tolerance: 1e-9
    to 1. absolute: it holds for the error itself, else for the error relative to the
    largest dx.
    """
    draw = _passes(fig.subplots())

    def update(batch_size, upstream, tolerance, absolute):
        found = errors(batch_size, upstream, absolute)
        draw(found, tolerance)
        return CHECK.format(
            m=batch_size,
            upstream=upstream,
            kind="absolute" if absolute else "relative",
            tolerance=tolerance,
            found=sum(error > tolerance for name, error in found.items() if name != RIGHT),
            wrong=len(found) - 1,
            right="passes" if found[RIGHT] <= tolerance else "is refused",
            error=_small(found[RIGHT]),
            largest=_small(np.abs(case(batch_size, upstream, 4)[3]).max()),
        )

    return update


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
