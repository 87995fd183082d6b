"""Lesson 04: a cloud, rescaled in several ways; one unit that is normalized outside of its gradient."""

import numpy as np

from .. import plots
from ..live import choice, explore, slider
from ..whitening import minmax_scale, pca_whiten, standardize, zca_whiten

POINTS, EPS, REACH = 400, 1e-6, 4.0
MARKED = ((1.5, 1.0), (-1.5, 1.0), (0.0, -1.8))  # where three points lie in the white cloud
METHODS = {
    "centred only": lambda x: x - x.mean(axis=0),
    "min-max": lambda x: minmax_scale(x),
    "standardize": lambda x: standardize(x),
    "PCA whitening": lambda x: pca_whiten(x, eps=EPS),
    "ZCA whitening": lambda x: zca_whiten(x, eps=EPS),
}
STEPS = 200


def points(correlation, n=POINTS):
    """x (n, 2) of mean (0.8, -0.6) and stds 1.4 and 0.7, of that correlation; and the three marked rows."""
    z = pca_whiten(np.random.default_rng(0).standard_normal((n, 2)))
    second = correlation * z[:, 0] + np.sqrt(max(1 - correlation**2, 0)) * z[:, 1]
    marked = [int(np.argmin(np.sum((z - place) ** 2, axis=1))) for place in MARKED]
    return np.stack([1.4 * z[:, 0] + 0.8, 0.7 * second - 0.6], axis=1), marked


def turned(x, degrees):
    """x (N, 2), turned around 0."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return x @ np.array([[c, s], [-s, c]])


@explore(
    correlation=slider(-1.0, 1.0, start=0.9, label="correlation", hint="of the two features, before"),
    method=choice(*METHODS, label="rescaled by", hint="what is done to the cloud"),
    degrees=slider(0, 180, start=0, label="then turned by", hint="degrees, around the middle"),
    size=(7.2, 3.6),
)
def cloud(fig):
    """Live: 400 points of two features, before (left) and after (right), with their covariances.

    correlation: -1 to 1; method: a name in METHODS; degrees: turned by 0 to 180 after that. The circle has radius
    1; three points are marked, so that one sees where they go.
    """
    axes = fig.subplots(1, 2)
    circle = np.linspace(0, 2 * np.pi, 91)
    dots, marks, texts = [], [], []
    for ax, title in zip(axes, ("before", "after")):
        ax.plot(np.cos(circle), np.sin(circle), color=plots.FAINT, linestyle=":", linewidth=1.2)
        dots.append(ax.plot([], [], linestyle="none", marker=".", markersize=4, color=plots.FILL)[0])
        marks.append([ax.plot([], [], marker=m, markersize=8, color=plots.INK)[0] for m in "D^s"])
        ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), title=title, aspect="equal", xlabel="feature 1")
        texts.append(ax.text(0.02, 0.96, "", transform=ax.transAxes, va="top", size=9))
    axes[0].set_ylabel("feature 2")

    def update(correlation, method, degrees):
        x, marked = points(correlation)
        after = turned(METHODS[method](x), degrees)
        for values, dot, three, text in zip((x, after), dots, marks, texts):
            dot.set_data(*np.clip(values, -REACH, REACH).T)
            for mark, row in zip(three, marked):
                mark.set_data([values[row, 0]], [values[row, 1]])
            (a, c), (_, b) = np.cov(values.T, bias=True) + 0.0
            text.set_text(f"covariance\n{a:5.2f} {c:5.2f}\n{c:5.2f} {b:5.2f}".replace("-0.00", " 0.00"))
        (a, c), (_, b) = np.cov(after.T, bias=True)
        both = a * b > 1e-9
        white = abs(a - 1) < 0.005 and abs(b - 1) < 0.005 and abs(c) < 0.005
        means = " and ".join(f"{mean:.2f}" for mean in after.mean(axis=0)).replace("-0.00", "0.00")
        told = (
            f"correlation {c / np.sqrt(a * b):.2f}".replace("-0.00", "0.00")
            if both
            else "no correlation to speak of"
        )
        return (
            f"Correlation {correlation:.2f} before. {method}, turned by {degrees} degrees: means {means}, "
            f"variances {a:.2f} and {b:.2f}, {told}. The cloud is {'' if white else 'not '}white."
        )

    return update


MODES = {  # what is normalized, is the gradient sent through it?
    "mean, outside": ("mean", False),
    "mean and std, outside": ("mean and std", False),
    "mean and std, inside": ("mean and std", True),
}


def outside_the_gradient(mode, lr, steps=STEPS, slope=0.5):
    """w, b and the loss (steps + 1,) of one unit x = w u + b, normalized and compared with a target of mean 1.

    The target rises by `slope` per std of u, with noise.

    "outside": the step takes mean and std for constants (paper, section 2); "inside": it does not.
    """
    what, through = MODES[mode]
    rng = np.random.default_rng(0)
    u = rng.standard_normal(50)
    target = 1 + slope * standardize(u[:, None])[:, 0] + 0.3 * rng.standard_normal(50)
    w, b, course = 1.0, 0.0, []
    for _ in range(steps + 1):
        x = w * u + b
        s = np.sqrt(x.var() + 1e-12) if what == "mean and std" else 1.0
        x_hat = (x - x.mean()) / s
        course.append((w, b, 0.5 * np.mean((x_hat - target) ** 2)))
        g = (x_hat - target) / len(u)
        if through:
            g = g - g.mean() - x_hat * np.mean(g * x_hat)
        w, b = w - lr * np.sum(g * u) / s * (what == "mean and std"), b - lr * np.sum(g) / s
    return np.array(course).T


@explore(
    lr=slider(0.01, 1.0, start=0.1, log=True, label="learning rate", hint="of plain gradient descent"),
    mode=choice(*MODES, label="normalized", hint="what is normalized, and whether the gradient knows"),
    step=slider(0, STEPS, start=100, label="step", hint="how far to look"),
    size=(7.2, 2.6),
)
def section_2(fig):
    """Live: bias, weight and loss of one normalized unit, up to a step; the example of the paper's section 2.

    lr: 0.01 to 1; mode: "mean, outside", "mean and std, outside" or "mean and std, inside"; step: 0 to 200.
    """
    axes = fig.subplots(1, 3)
    curves = [ax.plot([], [], color=plots.INK, linewidth=1.4)[0] for ax in axes]
    here = [ax.plot([], [], color=plots.INK, marker="D", markersize=7)[0] for ax in axes]
    for ax, title, ylim in zip(axes, ("bias b", "weight w", "loss"), ((-2, 42), (-6, 6), (0, 2.2))):
        ax.set(title=title, xlabel="step", xlim=(-3, STEPS + 3), ylim=ylim)

    def update(lr, mode, step):
        w, b, loss = outside_the_gradient(mode, lr)
        for values, curve, mark in zip((b, w, loss), curves, here):
            low, high = mark.axes.get_ylim()
            shown = np.clip(values, low, high)
            curve.set_data(np.arange(step + 1), shown[: step + 1])
            mark.set_data([step], [shown[step]])
        until = loss[: step + 1]
        return (
            f"{mode.capitalize()} the gradient, rate {lr:.2g}, step {step}: the bias is {b[step]:.2f} and the "
            f"weight {w[step]:.2f}; the loss went from {loss[0]:.3f} to {loss[step]:.3f} and was never below "
            f"{until.min():.3f} nor above {until.max():.3f}."
        ).replace("-0.00", "0.00")

    return update
