"""Lesson 06: dx as three parts, and what is left of a gradient on a circle."""

import numpy as np

from .. import plots
from ..controls import choice, slider
from ..experiments.backward import MOST, PARTS, in_plane, on_circle, three_parts
from ..live import explore

SLOPE = "#882255"  # what runs backward
LOOKS = {  # the parts of dx, from the first to the last, and what each is
    "direct": dict(facecolor=plots.FILL, edgecolor="white", linewidth=0),
    "mean": dict(facecolor="white", edgecolor=plots.INK, hatch="////", linewidth=0.8),
    "variance": dict(facecolor="#555555", edgecolor="white", linewidth=0),
}
ADDED = slider(-1.0, 1.0, start=0.7, label="added to dout", hint="the common part of the gradient")
THREE = (
    "{m} examples, dout: {upstream}, plus {common:.2f}. In units of γ/s, the mean takes {mean:.2f} "
    "from each, the variance up to {variance:.2f}. Largest dx {largest:.2f}. Sum of dx {sum:.2f}, "
    "of dx times x̂ {product:.2f}."
)
CIRCLE = (
    "dout is {degrees}° from x̂, plus {common:.2f} for all. Lost: the common part {mean:.2f}, and "
    "{along:.2f} times x̂. Left: dx of length {length:.2f} (in units of γ/s)."
)


@explore(
    batch_size=slider(1, MOST, start=6, label="examples", hint="batch size m"),
    upstream=choice(*PARTS, label="dout", hint="before the common part is added"),
    common=ADDED,
    size=(7.2, 2.5),
)
def parts(fig):
    """Live: dout, x_hat and dx of one unit; dx is stacked from its three parts.

    batch_size: 1 to 8. upstream: "random", "one example" or "equal to x̂". common: -1
    to 1. All of dx is in units of gamma / s. The diamonds are finite differences.
    """
    left, middle, right = fig.subplots(1, 3, width_ratios=(1, 1, 1.7), sharey=True)
    draw_dout, draw_x_hat = _bars(left, "dout"), _bars(middle, "$\\hat{x}$")
    draw_dx = stacked(right)

    def update(batch_size, upstream, common):
        seen = three_parts(batch_size, upstream, common)
        draw_dout(seen.dout)
        draw_x_hat(seen.x_hat)
        draw_dx(seen)
        numbers = dict(mean=seen.dout.mean(), variance=np.abs(seen.variance).max())
        numbers |= dict(sum=seen.dx.sum(), product=seen.dx @ seen.x_hat)
        numbers |= dict(largest=np.abs(seen.dx).max(), common=common)
        told = THREE.format(m=batch_size, upstream=upstream, **numbers)
        return told.replace("-0.00", "0.00").replace("1 examples", "1 example")

    return update


def _bars(ax, title):
    """Prepare a bar for each example: `draw(values)` for values (m,)."""
    _examples(ax, "value", title)
    draw_bars = plots.bars(ax, range(1, MOST + 1))

    def draw(values):
        draw_bars(padded(values))

    return draw


def _examples(ax, what, title=None, most=MOST):
    ax.set(xlim=(0.3, most + 0.7), ylim=(-3.1, 3.1), xticks=range(1, most + 1))
    plots.name(ax, "example", what, title)
    ax.axhline(0, color=plots.FAINT, linewidth=0.8)


def padded(values):
    return np.append(values, np.zeros(MOST - len(values)))


def stacked(ax, most=MOST):
    """Prepare bars that are stacked from the three parts of dx: `draw(Parts)`.

    most: how many examples have a place on the axis.
    """
    _examples(ax, "dx in units of γ/s", most=most)
    bars = {
        name: plots.bars(ax, range(1, MOST + 1), label=name, **look) for name, look in LOOKS.items()
    }
    style = dict(linestyle="none", marker="D", markersize=6, color=SLOPE, zorder=4)
    (dots,) = ax.plot([], [], markeredgecolor="white", label="dx", **style)
    ends = dict(loc="lower center", bbox_to_anchor=(0.5, 0.98), borderaxespad=0)
    plots.legend(ax, ncols=4, fontsize=8, columnspacing=0.8, handletextpad=0.4, **ends)

    def draw(parts):
        above, below = np.zeros(MOST), np.zeros(MOST)
        for name in LOOKS:
            values = padded(getattr(parts, name))
            bars[name](values, np.where(values > 0, above, below))
            above, below = above + np.maximum(values, 0), below + np.minimum(values, 0)
        dots.set_data(np.arange(1, len(parts.dx) + 1), parts.dx)

    return draw


@explore(
    degrees=slider(0, 180, start=60, label="angle to x̂", hint="from x̂ to dout, in degrees"),
    common=ADDED,
    third=slider(-3, 3, start=3, label="third value", hint="the others are 0 and 1"),
    size=(7.2, 2.9),
)
def circle(fig):
    """Live: a batch of three on its circle, a gradient, and what is left of it.

    degrees: 0 to 180. common: -1 to 1. third: -3 to 3.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.1))
    draw_bars, draw_plane = _pairs(left), plane(right)

    def update(degrees, common, third):
        seen = on_circle(degrees, common, third)
        draw_bars(seen.dout, seen.dx)
        draw_plane(seen)
        numbers = dict(along=seen.along, length=np.linalg.norm(seen.dx), mean=seen.dout.mean())
        told = CIRCLE.format(degrees=degrees, common=common, **numbers)
        return told.replace("-0.00", "0.00")

    return update


def _pairs(ax):
    """Prepare bars of dout and dx for three examples: `draw(dout, dx)`."""
    ax.set(xlim=(0.4, 3.6), ylim=(-2.4, 2.4), xticks=[1, 2, 3])
    plots.name(ax, "example", "value", "dout (hollow) and dx in units of γ/s")
    ax.axhline(0, color=plots.FAINT, linewidth=0.8)
    places = np.arange(1, 4)
    hollow = dict(facecolor="white", edgecolor=plots.INK, linewidth=1)
    draw_dout = plots.bars(ax, places - 0.18, 0.34, **hollow)
    draw_dx = plots.bars(ax, places + 0.18, 0.34, facecolor=SLOPE)

    def draw(dout, dx):
        draw_dout(dout)
        draw_dx(dx)

    return draw


def plane(ax):
    """Prepare the view along the line of equal values: `draw(OnCircle)`."""
    ax.set(xlim=(-3.7, 3.7), ylim=(-3.2, 3.6), aspect="equal")
    ax.set_axis_off()
    ends = 3.4 * in_plane(np.eye(3)) / np.sqrt(2 / 3)
    for word, (a, b) in zip(("first", "second", "third"), ends):
        ax.plot([-a, 0.87 * a], [-b, 0.87 * b], color="#bbbbbb", linewidth=0.8, zorder=0)
        ax.text(a, b, word, ha="center", va="center", size=8, zorder=0)
    angles = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.sqrt(3) * np.cos(angles), np.sqrt(3) * np.sin(angles), color=plots.INK, linewidth=1)
    (radius,) = ax.plot([], [], color=plots.FAINT, linewidth=0.8)
    # each lies so that it is seen where it falls on another: at 0, 90 and 180 degrees
    (left,) = ax.plot([], [], color=SLOPE, linewidth=3.6)
    (given,) = ax.plot([], [], color=plots.INK, linewidth=1.2)
    (lost,) = ax.plot([], [], color=plots.INK, linestyle=":", linewidth=2.6)
    style = dict(linestyle="none", zorder=4)
    (place,) = ax.plot([], [], marker="D", markersize=8, color=plots.INK, **style)
    (tip,) = ax.plot([], [], marker="o", markersize=8, color="white", mec=plots.INK, **style)
    (end,) = ax.plot([], [], marker="o", markersize=4, color=SLOPE, **style)

    def draw(seen):
        start, dout, dx = map(in_plane, (seen.x_hat, seen.dout, seen.dx))
        radius.set_data(*np.stack([(0, 0), start], axis=1))
        given.set_data(*np.stack([start, start + dout], axis=1))
        left.set_data(*np.stack([start, start + dx], axis=1))
        lost.set_data(*np.stack([start + dout, start + dx], axis=1))
        for point, where in ((tip, start + dout), (end, start + dx), (place, start)):
            point.set_data(*where[:, None])

    return draw
