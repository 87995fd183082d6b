"""Lesson 06: the graph of batch norm, its gradient for a few examples, and what a gradient check can tell apart."""

from functools import cache

import numpy as np

from .. import plots
from ..batchnorm import batchnorm_forward
from ..gradients import numerical_gradient, relative_error
from ..live import choice, explore, slider, steps, switch

BOXES = {
    "x": (0.05, 0.5, "x"),
    "mu": (0.2, 0.85, "$\\mu$ = mean of x"),
    "xc": (0.32, 0.5, "$x_c = x - \\mu$"),
    "var": (0.48, 0.12, "$\\sigma^2$ = mean of $x_c^2$"),
    "std": (0.66, 0.85, "s = root of $\\sigma^2 + \\epsilon$"),
    "x_hat": (0.75, 0.5, "$\\hat{x} = x_c / s$"),
    "out": (0.93, 0.5, "$y = \\gamma \\hat{x} + \\beta$"),
}
ARROWS = (
    ("x", "mu", ""),
    ("x", "xc", ""),
    ("mu", "xc", ""),
    ("xc", "var", ""),
    ("var", "std", ""),
    ("xc", "x_hat", ""),
    ("std", "x_hat", ""),
    ("x_hat", "out", ""),
)


def graph():
    """Show the computation graph of the forward pass."""
    plots.chart(BOXES, ARROWS, "Computation graph of batch norm.", height=2.2)


def _post(dout, x, gamma, eps):
    """The backward code of a post, whose std is sqrt(var) + 0.001."""
    m, xc = len(x), x - x.mean(axis=0)
    std = x.std(axis=0) + 0.001
    dxc = gamma * dout / std
    dstd = -np.sum(gamma * dout * xc / std**2, axis=0)
    dxc = dxc + xc * dstd / std / m
    return dxc - dxc.mean(axis=0)


def _of(formula):
    """A backward pass (dout, x, gamma, eps) -> dx from a formula of g = gamma dout, x_hat, s and the mean."""

    def backward(dout, x, gamma, eps):
        s = np.sqrt(x.var(axis=0) + eps)
        return formula(gamma * dout, (x - x.mean(axis=0)) / s, s, lambda values: values.mean(axis=0))

    return backward


RIGHT = "right"
BACKWARD = {  # name: (dout, x, gamma, eps) -> dx; the first is right
    RIGHT: _of(lambda g, h, s, mean: (g - mean(g) - h * mean(g * h)) / s),
    "statistics as constants": _of(lambda g, h, s, mean: g / s),
    "without the variance": _of(lambda g, h, s, mean: (g - mean(g)) / s),
    "without the mean": _of(lambda g, h, s, mean: (g - h * mean(g * h)) / s),
    "sign of the variance": _of(lambda g, h, s, mean: (g - mean(g) + h * mean(g * h)) / s),
    "1/m forgotten": _of(lambda g, h, s, mean: (g - mean(g) - len(g) * h * mean(g * h)) / s),
    "divided by m - 1": _of(
        lambda g, h, s, mean: (g - mean(g) - len(g) / max(len(g) - 1, 1) * h * mean(g * h)) / s
    ),
    "gamma forgotten": lambda dout, x, gamma, eps: BACKWARD[RIGHT](dout, x, np.ones_like(gamma), eps),
    "code of a post": _post,
}
SIZES = (1, 2, 3, 4, 6, 8, 16, 32)
UPSTREAM = {  # (m, D) gradients from above, from random numbers r and normalized values h
    "random": lambda r, h: r,
    "all ones": lambda r, h: np.ones_like(r),
    "one example": lambda r, h: np.eye(len(r), 1) * np.ones_like(r),
    "equal to x_hat": lambda r, h: h,
}
EPS = 1e-5


@cache
def case(m, upstream, features, seed=3):
    """x and dout (m, features), gamma (features,), and dx by finite differences."""
    rng = np.random.default_rng(seed)
    x, r, gamma = rng.normal(2, 3, (m, features)), rng.standard_normal((m, features)), rng.uniform(1.2, 2, features)
    dout = UPSTREAM[upstream](r, (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS))
    beta = np.zeros(features)
    return x, dout, gamma, numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, EPS)[0], x, dout)


upstream_menu = choice(*UPSTREAM, label="dout", hint="the gradient that comes from above")


@explore(
    batch_size=slider(1, 12, start=6, label="examples", hint="batch size m"),
    upstream=upstream_menu,
    backward=choice(*BACKWARD, label="backward pass", hint="the right one, or one with a mistake"),
    size=(7.2, 2.6),
)
def paths(fig):
    """Live: one unit, m examples: the gradient from above, and dx by a backward pass and by finite differences.

    batch_size: 1 to 12; upstream: "random", "all ones", "one example" or "equal to x_hat"; backward: a name in
    BACKWARD.
    """
    left, right = fig.subplots(1, 2)
    for ax, name in ((left, "from above: dout"), (right, "to the input: dx")):
        ax.set(title=name, xlim=(0.3, 12.7), ylim=(-2, 2), xticks=[1, 4, 8, 12], xlabel="example")
        ax.axhline(0, color=plots.FAINT, linewidth=0.8)
    above = left.bar(range(1, 13), np.zeros(12), color=plots.FILL)
    below = right.bar(range(1, 13), np.zeros(12), color=plots.FILL)
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
        along = [float(np.sum(dx * direction)) for direction in (np.ones_like(x), x_hat)]
        told = [_small(value) for value in along]
        return (
            f"Batch of {batch_size}, dout {upstream}, backward pass: {backward}. Its dx add up to {told[0]}, and "
            f"times x_hat to {told[1]}. The largest true dx is {_small(np.abs(numerical).max())}; the pass "
            f"is off by at most {_small(np.abs(dx - numerical).max())}."
        )

    return update


def _small(value):
    """A number of which all that counts is whether it is 0, but for rounding."""
    return "0" if abs(value) < 1e-9 else f"{value:.0e}" if abs(value) < 5e-3 else f"{value:.2f}"


@cache
def errors(m, upstream, absolute=False, seed=3):
    """The largest error of dx (4 features) by each backward pass in BACKWARD, relative to dx unless `absolute`."""
    x, dout, gamma, numerical = case(m, upstream, 4, seed)
    found = {name: dx(dout, x, gamma, EPS) for name, dx in BACKWARD.items()}
    if absolute:
        return {name: float(np.abs(dx - numerical).max()) for name, dx in found.items()}
    return {name: relative_error(dx, numerical) for name, dx in found.items()}


@explore(
    batch_size=steps(SIZES, start=2, label="batch size m", hint="of the check"),
    upstream=upstream_menu,
    tolerance=slider(1e-9, 1.0, start=1e-6, log=True, label="tolerance", hint="largest error that passes"),
    absolute=switch(label="absolute error", hint="else relative to the largest dx"),
    size=(7.2, 2.8),
)
def check_panel(fig):
    """Live: a gradient check of the right backward pass and of eight wrong ones, 4 features.

    batch_size: 1 to 32; upstream: as in `paths`; tolerance: 1e-9 to 1; absolute: of the error itself, else of the
    error relative to the largest dx.
    """
    ax = fig.subplots()
    names, smallest = list(BACKWARD), 1e-12
    ax.set(xscale="log", xlim=(smallest / 3, 10), ylim=(-0.7, len(names) - 0.3), xlabel="error of dx")
    ax.set_yticks(range(len(names))[::-1], names)
    ax.minorticks_off()
    good = ax.plot([], [], linestyle="none", marker="D", markersize=7, color=plots.INK)[0]
    bad = ax.plot([], [], linestyle="none", marker="X", markersize=8, color=plots.FAINT)[0]
    line = ax.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2)

    def update(batch_size, upstream, tolerance, absolute):
        found = errors(batch_size, upstream, absolute)
        places = [
            (np.clip(error, smallest, 10), y) for error, y in zip(found.values(), reversed(range(len(names))))
        ]
        for marks, wanted in ((good, True), (bad, False)):
            shown = [place for place, error in zip(places, found.values()) if (error <= tolerance) is wanted]
            marks.set_data(*zip(*shown)) if shown else marks.set_data([], [])
        line.set_xdata([tolerance] * 2)
        killed = sum(error > tolerance for name, error in found.items() if name != RIGHT)
        right = "passes" if found[RIGHT] <= tolerance else "is refused, too"
        kind, largest = "absolute" if absolute else "relative", np.abs(case(batch_size, upstream, 4)[3]).max()
        return (
            f"Batch of {batch_size}, dout {upstream}, {kind} error up to {tolerance:.0e} allowed: {killed} of "
            f"{len(names) - 1} wrong backward passes are found (crosses), and the right one {right} (error "
            f"{_small(found[RIGHT])}). The largest true dx is {_small(largest)}."
        )

    return update
