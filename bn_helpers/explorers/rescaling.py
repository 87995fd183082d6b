"""Lesson 04: a cloud, rescaled in several ways; statistics outside the gradient."""

import numpy as np

from .. import plots
from ..controls import choice, slider
from ..experiments import rescaling as experiment
from ..experiments.rescaling import METHODS, MODES, STEPS
from ..live import explore

REACH = 4.0  # both axes of the cloud run from -4 to 4
CLOUD = (
    "Correlation {before:.2f} before. {method}, turned by {degrees} degrees: means {means}, "
    "variances {a:.2f} and {b:.2f}, {correlation}. The cloud is {white}."
)
OUTSIDE = (
    "{mode} the gradient, rate {lr:.2g}, step {step}: the bias is {b:.2f} and the weight "
    "{w:.2f}. The loss went from {first:.3f} to {last:.3f}, between {lowest:.3f} and "
    "{highest:.3f}."
)


@explore(
    correlation=slider(
        -1.0, 1.0, start=0.9, label="correlation", hint="of the two features, before"
    ),
    method=choice(*METHODS, label="rescaled by", hint="what is done to the cloud"),
    degrees=slider(0, 180, start=0, label="then turned by", hint="degrees, around the middle"),
    size=(7.2, 3.6),
)
def cloud(fig):
    """Live: 400 points of two features before and after rescaling, with covariances.

    The circle has radius 1. Three points are marked, which shows where they move.
    correlation: -1 to 1. method: a name in METHODS. degrees: after that the points are
    turned by 0 to 180 degrees.
    """
    panels = [_cloud(ax, title) for ax, title in zip(fig.subplots(1, 2), ("before", "after"))]

    def update(correlation, method, degrees):
        x, marked = experiment.points(correlation)
        after = experiment.turned(METHODS[method](x), degrees)
        for draw, values in zip(panels, (x, after)):
            draw(values, marked)
        setting = dict(before=correlation, method=method, degrees=degrees)
        return _plain_zeros(CLOUD.format(**setting, **_described(after)))

    return update


def _described(x):
    """The words and numbers for a cloud x (N, 2) in the sentence."""
    (a, c), (_, b) = np.cov(x.T, bias=True)
    white = abs(a - 1) < 0.005 and abs(b - 1) < 0.005 and abs(c) < 0.005
    varies = a * b > 1e-9
    return {
        "means": " and ".join(f"{mean:.2f}" for mean in x.mean(axis=0)),
        "a": a,
        "b": b,
        "correlation": f"correlation {c / np.sqrt(a * b):.2f}" if varies else "no correlation",
        "white": "white" if white else "not white",
    }


def _cloud(ax, title):
    """Prepare one cloud and its covariance; returns `draw(values, marked)`."""
    circle = np.linspace(0, 2 * np.pi, 91)
    ax.plot(np.cos(circle), np.sin(circle), color=plots.FAINT, linestyle=":", linewidth=1.2)
    dots = ax.plot([], [], linestyle="none", marker=".", markersize=4, color=plots.FILL)[0]
    marks = [ax.plot([], [], marker=m, markersize=8, color=plots.INK)[0] for m in "D^s"]
    ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    plots.name(ax, "feature 1", "feature 2", title)
    text = ax.text(0.02, 0.96, "", transform=ax.transAxes, va="top", size=9)

    def draw(values, marked):
        dots.set_data(*np.clip(values, -REACH, REACH).T)
        for mark, row in zip(marks, marked):
            mark.set_data([values[row, 0]], [values[row, 1]])
        (a, c), (_, b) = np.cov(values.T, bias=True) + 0.0
        covariance = f"covariance\n{a:5.2f} {c:5.2f}\n{c:5.2f} {b:5.2f}"
        text.set_text(covariance.replace("-0.00", " 0.00"))

    return draw


def _plain_zeros(sentence):
    return sentence.replace("-0.00", "0.00")


@explore(
    lr=slider(
        0.01, 1.0, start=0.1, log=True, label="learning rate", hint="of plain gradient descent"
    ),
    mode=choice(
        *MODES, label="normalized", hint="what is normalized, and whether the gradient knows"
    ),
    step=slider(0, STEPS, start=100, label="step", hint="how far to look"),
    size=(7.2, 2.6),
)
def outside_the_gradient(fig):
    """Live: bias, weight and loss of one normalized unit (paper, section 2).

    The curves end at `step`, 0 to 200. lr: 0.01 to 1. mode: "mean, outside", "mean and
    std, outside" or "mean and std, inside".
    """
    limits = {"bias b": (-2, 42), "weight w": (-6, 6), "loss": (0, 2.2)}
    panels = [_course(*part) for part in zip(fig.subplots(1, 3), limits, limits.values())]

    def update(lr, mode, step):
        w, b, loss = experiment.outside_the_gradient(mode, lr)
        for draw, values in zip(panels, (b, w, loss)):
            draw(values, step)
        losses = loss[: step + 1]
        setting = dict(mode=mode.capitalize(), lr=lr, step=step)
        extremes = dict(lowest=losses.min(), highest=losses.max())
        numbers = dict(b=b[step], w=w[step], first=losses[0], last=losses[-1], **extremes)
        return _plain_zeros(OUTSIDE.format(**setting, **numbers))

    return update


def _course(ax, title, ylim):
    """Prepare a curve over the steps; returns `draw(values, step)`.

    The curve ends at `step`.
    """
    curve = ax.plot([], [], color=plots.INK, linewidth=1.4)[0]
    marker = ax.plot([], [], color=plots.INK, marker="D", markersize=7)[0]
    ax.set(xlim=(-3, STEPS + 3), ylim=ylim)
    plots.name(ax, "step", title.split()[-1], title)

    def draw(values, step):
        shown = np.clip(values, *ylim)
        curve.set_data(np.arange(step + 1), shown[: step + 1])
        marker.set_data([step], [shown[step]])

    return draw
