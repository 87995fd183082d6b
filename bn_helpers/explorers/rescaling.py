"""Lesson 04: a cloud in five ways, and a unit normalized outside of the gradient."""

import numpy as np

from .. import plots
from ..controls import choice, slider, switch, timeline
from ..experiments import rescaling as experiment
from ..experiments.rescaling import METHODS, STEPS
from ..live import explore

WIDE = -4.4, 4.4  # both axes of a cloud
NEAR = -0.4, 1.6  # after min-max scaling
DOTTED = dict(color=plots.FAINT, linestyle=":", linewidth=1.2)
LINE = dict(color=plots.INK, linewidth=1.4)
DOTS = dict(linestyle="none", marker=".", markersize=4, color=plots.FILL)
AROUND = np.stack([np.cos(np.linspace(0, 2 * np.pi, 91)), np.sin(np.linspace(0, 2 * np.pi, 91))])
CLOUD = (
    "Correlation {before:.2f} before. {method}, turned by {degrees} degrees: means {means}, "
    "variances {a:.2f} and {b:.2f}, {correlation}. The cloud is {white}."
)
OUTSIDE = (
    "Rate {lr:.2g}, step {step}, {what} {through} the gradient: b is {b:.2f}, w is {w:.2f}. The "
    "loss was {first:.3f} at first and is {last:.3f}. Its largest value was {highest:.3f}."
)
STEPS_OF_ZCA = (
    "A cloud of correlation 0.9, its mean taken away, turned to its eigenvectors, divided by the "
    "roots of the eigenvalues, and turned back. The last two are white."
)
SUMMARY = (
    "Two features of correlation 0.9. Standardizing leaves a narrow cloud, PCA and ZCA whitening "
    "make it round. A bias that is normalized outside of the gradient grows with each step, and "
    "the loss stays."
)


@explore(
    correlation=slider(
        -1.0, 1.0, start=0.9, label="correlation", hint="of the two features, before"
    ),
    method=choice(*METHODS, label="rescaled by", hint="what is done to the cloud"),
    degrees=slider(0, 180, start=0, label="then turned by", hint="degrees, around the middle"),
    size=(7.2, 3.0),
)
def cloud(fig):
    """Live: 400 points of two features before and after rescaling, with covariances.

    Three points are marked, which shows where they move. correlation: -1 to 1. method:
    a name in METHODS. degrees: after that the points are turned by 0 to 180 degrees.
    """
    before, after = (Cloud(ax, title) for ax, title in zip(fig.subplots(1, 2), ("before", "after")))
    before.circle.set_visible(False)

    def update(correlation, method, degrees):
        x, marked = experiment.points(correlation)
        result = experiment.turned(METHODS[method](x), degrees)
        before.draw(x, marked)
        after.look(NEAR if method == "min-max" else WIDE, _axes_after(method, degrees))
        after.draw(result, marked)
        setting = dict(before=correlation, method=method[0].upper() + method[1:], degrees=degrees)
        return _plain_zeros(CLOUD.format(**setting, **_described(result)))

    return update


def _axes_after(method, degrees):
    """What an axis shows after rescaling and turning; its number follows."""
    if degrees % 180:
        return "turned axis"
    return "along eigenvector" if method.startswith("PCA") else "feature"


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


class Cloud:
    """A panel with a cloud, its covariance, and a circle of radius 1.

    The ellipse has the std of the cloud in each direction, and its two axes are drawn.
    """

    def __init__(self, ax, title):
        self.ax = ax
        plots.name(ax, title=title)
        ax.set(aspect="equal")
        ax.locator_params(nbins=5)
        self.circle = ax.plot(*AROUND, **DOTTED)[0]
        self.dots = ax.plot([], [], **DOTS)[0]
        self.ellipse = ax.plot([], [], **LINE)[0]
        self.marks = [ax.plot([], [], color=plots.INK, marker=m, markersize=8)[0] for m in "D^s"]
        self.text = ax.text(0.02, 0.98, "", transform=ax.transAxes, va="top", size=9)
        self.look(WIDE)

    def look(self, limits, name="feature"):
        """Set what both axes show, and their names, to which a number is added."""
        if self.ax.get_xlim() != limits:
            self.ax.set(xlim=limits, ylim=limits)
        self.ax.xaxis.label.set_text(f"{name} 1")
        self.ax.yaxis.label.set_text(f"{name} 2")

    def draw(self, values, marked=()):
        self.dots.set_data(*values.T)
        for mark, row in zip(self.marks, marked):
            mark.set_data([values[row, 0]], [values[row, 1]])
        covariance = np.cov(values.T, bias=True) + 0.0
        self.ellipse.set_data(*_ellipse(values.mean(axis=0), covariance))
        (a, c), (_, b) = covariance
        words = f"covariance\n{a:5.2f} {c:5.2f}\n{c:5.2f} {b:5.2f}"
        self.text.set_text(words.replace("-0.00", " 0.00"))


def _ellipse(mean, covariance):
    """The line (2, K) around an ellipse of one std, and through its two axes."""
    L, E = np.linalg.eigh(covariance)
    half = E * np.sqrt(np.maximum(L, 0))  # (2, 2), half of an axis in each column
    gap = np.full((2, 1), np.nan)
    axes = [gap, half[:, :1], -half[:, :1], gap, half[:, 1:], -half[:, 1:]]
    return np.hstack([half @ AROUND, *axes]) + mean[:, None]


def _plain_zeros(sentence):
    return sentence.replace("-0.00", "0.00")


@explore(
    lr=slider(
        0.01, 0.2, start=0.1, log=True, label="learning rate", hint="of plain gradient descent"
    ),
    what=choice("mean", "mean and std", label="normalized by", hint="what the unit subtracts"),
    inside=switch(label="inside the gradient", hint="the step knows of the normalization"),
    step=timeline(STEPS, start=STEPS, label="step", hint="steps of training so far"),
    size=(7.2, 2.4),
)
def outside_the_gradient(fig):
    """Live: inputs, normalized inputs, bias, weight and loss of one unit.

    It is the example of the paper's section 2. lr: 0.01 to 0.2. what: "mean" or "mean
    and std". inside: the gradient goes through them. step: 0 to 100.
    """
    left, *right = fig.subplots(1, 3, width_ratios=(1.8, 1, 1))
    draw_rows, (u, target) = _rows(left), experiment.one_unit()
    draw_bias = course(right[0], ("b", "w"), (-5, 26))
    draw_loss = course(right[1], ("loss",), (0, 2))

    def update(lr, what, inside, step):
        with_std = what != "mean"
        w, b, loss = experiment.outside_the_gradient(lr, with_std, inside)
        x = w[step] * u + b[step]
        draw_rows(x, experiment.normalized(x, with_std)[0], target)
        draw_bias(step, b, w)
        draw_loss(step, loss)
        numbers = dict(b=b[step], w=w[step], first=loss[0], last=loss[step])
        setting = dict(lr=lr, step=step, what=what, through="inside" if inside else "outside of")
        highest = loss[: step + 1].max()
        return _plain_zeros(OUTSIDE.format(**setting, **numbers, highest=highest))

    return update


def _rows(ax):
    """Prepare three rows of dots on one scale: `draw(x, x_hat, target)`, each (50,)."""
    ax.set(xlim=(-5, 26), ylim=(-0.5, 2.5))
    ax.set_yticks([2, 1, 0], ["$x = wu + b$", "$\\hat{x}$", "target"])
    ax.tick_params(axis="y", length=0)
    ax.spines.left.set_visible(False)
    plots.name(ax, x="value", title="50 examples")
    style = dict(linestyle="none", marker="o", markersize=3.5, color=plots.FILL)
    rows = [ax.plot([], [], **style, mec=plots.INK, mew=0.5)[0] for _ in range(3)]
    means = ax.plot([], [], linestyle="none", marker="|", markersize=24, color=plots.INK)[0]
    apart = 0.5 * (np.arange(50) * 0.618 % 1) - 0.25  # each dot at its own height, to be seen

    def draw(*values):
        for row, height, x in zip(rows, (2, 1, 0), values):
            row.set_data(x, height + apart)
        means.set_data([np.mean(x) for x in values], [2, 1, 0])

    return draw


def course(ax, names, ylim):
    """Prepare a curve for each of one or two names: `draw(step, *courses)`.

    courses are (STEPS + 1,). The curves end at `step`; the second one is dotted.
    """
    curves = [ax.plot([], [], **LINE, linestyle=dash)[0] for _, dash in zip(names, ("-", ":"))]
    ends = ax.plot([], [], color=plots.INK, linestyle="none", marker="D", markersize=6)[0]
    ax.set(xlim=(-3, STEPS + 5), ylim=ylim)
    words = ", ".join(names)
    plots.name(ax, "step", words, f"{words} (dotted)" if len(names) > 1 else words)

    def draw(step, *courses):
        for curve, values in zip(curves, courses):
            curve.set_data(np.arange(step + 1), values[: step + 1])
        ends.set_data([step] * len(names), [values[step] for values in courses])

    return draw


def steps_of_zca():
    """Show a cloud before ZCA whitening and after each of its four steps, still."""
    with plots.card(7.2, 1.7) as fig:
        for ax, (title, values) in zip(fig.subplots(1, 5), experiment.steps_of_zca().items()):
            panel = _small(ax, title, WIDE)
            panel.draw(values, experiment.points(0.9)[1])
            panel.text.set_text("")
    plots.show(fig, STEPS_OF_ZCA)


def _small(ax, title, limits=(-3.3, 3.3)):
    """A Cloud without numbers at its axes."""
    panel = Cloud(ax, title)
    panel.look(limits)
    for mark in panel.marks:
        mark.set_markersize(5)
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    return panel


def summary():
    """Show the lesson in one picture: a cloud in four ways, and a bias that drifts."""
    x, _ = experiment.points(0.9)
    ways = "centred only", "standardize", "PCA whitening", "ZCA whitening"
    with plots.card(7.2, 2.0) as fig:
        *axes, right = fig.subplots(1, 5, width_ratios=(1, 1, 1, 1, 0.9))
        for ax, way in zip(axes, ways):
            panel = _small(ax, way)
            panel.draw(METHODS[way](x))
            panel.text.set_text("")
        _, b, loss = experiment.outside_the_gradient(0.1)
        course(right, ("b", "loss"), (0, 12))(STEPS, b, loss)
    plots.show(fig, SUMMARY)
