"""Lesson 08b: a weight vector with two entries, its gradient, and its steps."""

import numpy as np

from .. import plots
from ..controls import steps, switch, timeline
from ..experiments import scales_plane as experiment
from ..experiments.scales_plane import BEST, LENGTHS, RATES, STEPS
from ..live import explore

STEP = "#882255"
SENTENCE = (
    "Step {step}: W has length {length:.2f}, its gradient {slope:.2f}. The angle between them is "
    "{angle:.1f}°. Effective rate {effective:.2f}. W is {off:.0f}° from the best direction."
)
HALF = 2.7  # of the plane that is drawn


@explore(
    lr=steps(RATES, start=0.3, label="learning rate", hint="of the two weights"),
    length=steps(LENGTHS, start=1, label="first length", hint="of W, before the first step"),
    step=timeline(STEPS, label="step", hint="how many steps were taken"),
    decay=switch(label="weight decay", hint="each step also takes a share of W away"),
    size=(7.2, 3.0),
)
def right_angle(fig):
    """Live: two weights before batch norm, and how they move in batches of 20.

    Left the plane of the weights. The circle has all weights with the outputs' scale of
    now; the dashed ray is the best direction. Right the length of W and its angle to
    that ray over the steps. lr, length: of RATES and LENGTHS. step: 0 to 60. decay:
    whether weights decay.
    """
    axes = fig.subplot_mosaic([["plane", "length"], ["plane", "off"]], width_ratios=(1.2, 1))
    draw_plane = weights(axes["plane"])
    draw_length = _course(axes["length"], "length of W", (0, 3))
    draw_off = _course(axes["off"], "degrees from best", (0, 180))
    axes["off"].set_yticks((0, 90, 180))

    def update(lr, length, step, decay):
        walk = experiment.walk(lr, length, decay)
        draw_plane(lr, length, decay, step)
        lengths, off = experiment.lengths(walk.W), experiment.degrees_off(walk.W)
        draw_length(lengths, step)
        draw_off(off, step)
        w, slope = walk.W[step], walk.dW[step]
        size = np.linalg.norm(slope)
        return SENTENCE.format(
            step=step,
            length=lengths[step],
            slope=size,
            angle=np.degrees(np.arccos(w @ slope / (lengths[step] * size))),
            effective=lr / lengths[step] ** 2,
            off=off[step],
        )

    return update


def weights(ax):
    """Prepare the plane of the two weights: `draw(lr, length, decay, step)`."""
    ax.set(xlim=(-HALF, HALF), ylim=(-1.5, HALF), aspect="equal", xticks=(-2, 0, 2))
    ax.set_yticks((0, 2))
    plots.name(ax, "first weight", "second weight")
    ray = 4 * np.array([np.cos(BEST), np.sin(BEST)])
    ax.plot([0, ray[0]], [0, ray[1]], color=plots.INK, linestyle="--", linewidth=0.9, zorder=0)
    ax.text(*(2.05 * ray / 4 + [0.1, -0.3]), "best", size=9, zorder=0)
    (first,) = ax.plot([], [], color=plots.FAINT, linestyle=":", linewidth=1.2)
    (circle,) = ax.plot([], [], color=plots.INK, linewidth=0.9)
    (radius,) = ax.plot([], [], color=plots.INK, linewidth=1.6)
    (path,) = ax.plot([], [], ".-", color=STEP, linewidth=1, markersize=4)
    (next_step,) = ax.plot([], [], color=STEP, linewidth=2.6)
    (here,) = ax.plot([], [], "o", color=STEP, markersize=8, markeredgecolor="white", zorder=4)
    turns = np.linspace(0, 2 * np.pi, 200)

    def draw(lr, length, decay, step):
        W, dW = experiment.walk(lr, length, decay)
        w = W[step]
        size = np.linalg.norm(w)
        start = np.linalg.norm(W[0])
        first.set_data(start * np.cos(turns), start * np.sin(turns))
        circle.set_data(size * np.cos(turns), size * np.sin(turns))
        radius.set_data([0, w[0]], [0, w[1]])
        path.set_data(*W[: step + 1].T)
        arrow = w - dW[step]
        next_step.set_data([w[0], arrow[0]], [w[1], arrow[1]])
        here.set_data([w[0]], [w[1]])

    return draw


def _course(ax, what, limits):
    """Prepare a curve over the steps with a dot at the present one: `draw(y, step)`."""
    ax.set(xlim=(0, STEPS), ylim=limits)
    plots.name(ax, "step", what)
    (curve,) = ax.plot([], [], color=plots.INK, linewidth=1.2)
    (dot,) = ax.plot([], [], "o", color=STEP, markersize=7, zorder=4)

    def draw(values, step):
        curve.set_data(range(STEPS + 1), values)
        dot.set_data([step], [values[step]])

    return draw
