"""Lesson 05: five points that share their statistics, batches of any size, one digit
among others.
"""

import numpy as np

from .. import plots
from ..controls import slider, steps
from ..experiments import forward as experiment
from ..experiments.forward import SIZES
from ..live import explore

SPAN = 4  # sums and normalized values are shown from -4 to 4
REACH = 20  # how far the fifth may go
DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
POINTS = (
    "Inputs 1, 2, 3, 4 and {fifth}: mean {mean:.2f}, std {std:.2f}. Outputs {outputs}: mean "
    "{out_mean:.2f}, std {out_std:.2f}. None can pass the dotted lines at β ± 2γ, {low:.1f} and {high:.1f}."
)
DIGITS = (
    "Batches of {m}: the largest normalized value is {largest:.2f} (bound √(m − 1) = {bound:.2f}, "
    "{where}). Of {n} test digits, {right:.0%} are right with statistics of the batch, {running:.0%} "
    "with running statistics."
)
COMPANIONS = (
    "Image of {digit}, 500 batches of {m}. Unit 1: batch means have std {mean:.2f} (formula "
    "{formula:.2f}), batch stds {std_low:.2f} to {std_high:.2f}, x̂ {low:.2f} to {high:.2f}. All units: "
    "x̂ has std {noise:.2f} (1/√m: {root:.2f})."
)


@explore(
    fifth=slider(-REACH, REACH, start=5, label="fifth point", hint="where the fifth example lies"),
    gamma=slider(0.0, 2.0, start=1.0, label="gamma γ", hint="scale of the outputs"),
    beta=slider(-4.0, 4.0, start=0.0, label="beta β", hint="shift of the outputs"),
    size=(7.2, 2.6),
)
def five_points(fig):
    """Live: one unit, a batch of five; four inputs stay at 1, 2, 3, 4.

    Top: inputs, bottom: outputs. fifth: -20 to 20; gamma: 0 to 2; beta: -4 to 4.
    `five_points(fifth=20)` starts there.
    """
    axes = fig.subplots(2, 1)
    rows = [_row(axes[0], "inputs x", REACH), _row(axes[1], "outputs y", 8)]
    bounds = [axes[1].axvline(0, zorder=0.5, **DOTTED) for _ in range(2)]

    def update(fifth, gamma, beta):
        x, out, mean, std = experiment.five_points(fifth, gamma, beta)
        for (four, one), values in zip(rows, (x, out)):
            four.set_data(values[:4], np.zeros(4))
            one.set_data(values[4:], [0])
        for bound, sign in zip(bounds, (-1, 1)):
            bound.set_xdata([beta + sign * gamma * 2] * 2)
        sentence = POINTS.format(
            fifth=fifth,
            mean=mean,
            std=std,
            outputs=", ".join(f"{value:.2f}" for value in out),
            out_mean=out.mean(),
            out_std=out.std(),
            low=beta - 2 * gamma,
            high=beta + 2 * gamma,
        )
        return sentence.replace("-0.00", "0.00")

    return update


def _row(ax, name, reach):
    """The four points and the fifth, on a line from -reach to reach."""
    ax.set(xlim=(-reach * 1.05, reach * 1.05), ylim=(-1, 1), yticks=[])
    plots.name(ax, x=f"value of {name[-1]}", y=name)
    ax.spines.left.set_visible(False)
    ax.yaxis.label.set(rotation=0, ha="right", va="center")
    dots = dict(linestyle="none", marker="o", markersize=9, markeredgecolor=plots.INK)
    four = ax.plot([], [], color=plots.FILL, **dots)[0]
    return four, ax.plot([], [], marker="D", markersize=8, color=plots.INK)[0]


@explore(
    batch_size=steps(
        SIZES, start=64, label="batch size m", hint="how many digits share mean and variance"
    ),
    size=(7.2, 4.1),
)
def batches_of_digits(fig, network, X, y):
    """Live: a trained network with batch norm on X (N, D), labels y (N,), cut into
    batches; N >= 256.

    One column per hidden layer. Top: sums before batch norm, bottom: normalized values.
    batch_size: 1 to 256.
    """
    X, y = X[: SIZES[-1]], y[: SIZES[-1]]
    layers = len(experiment.in_batches(network, X, y, len(X))[0])
    axes = fig.subplots(2, layers, squeeze=False)
    fills = [[plots.histogram(ax, -SPAN, SPAN, bins=64) for ax in row] for row in axes]
    bounds = [ax.axvline(0, zorder=0.5, **DOTTED) for ax in axes[1] for _ in range(2)]
    for i, (top, bottom) in enumerate(axes.T, start=1):
        plots.name(top, x="sum", title=f"layer {i}: sums, before")
        plots.name(bottom, x="$\\hat{x}$", title=f"layer {i}: normalized $\\hat{{x}}$")
        for ax in (top, bottom):
            ax.set_xticks(np.linspace(-SPAN, SPAN, 5))
    running = experiment.accuracy(network, X, y)

    def update(batch_size):
        sums, x_hats, n, right = experiment.in_batches(network, X, y, batch_size)
        for fill, values in zip(fills[0] + fills[1], sums + x_hats):
            fill(values)
        bound = np.sqrt(batch_size - 1)
        for i, line in enumerate(bounds):
            line.set_xdata([(-1) ** i * bound] * 2)
        return DIGITS.format(
            m=batch_size,
            largest=max(np.abs(x_hat).max() for x_hat in x_hats),
            bound=bound,
            where="dotted" if bound <= SPAN else "not shown",
            n=n,
            right=right,
            running=running,
        )

    return update


@explore(
    batch_size=steps(
        SIZES, start=8, label="images per batch", hint="the image and its m − 1 companions"
    ),
    image=slider(0, 9, start=3, label="image of a", hint="the first test image of this digit"),
    size=(7.2, 4.2),
)
def companions(fig, network, X, examples):
    """Live: one of ten `examples` (10, D) in 500 random batches, joined by rows of X
    (N, D).

    At the first layer: histograms of batch mean, batch std and normalized value of unit
    1; std of the normalized value (root mean square over the units) by batch size.
    batch_size: 1 to 256; image: 0 to 9.
    """
    x, examples = experiment.first_sums(network, X, examples)
    companies = {m: experiment.company(x, m) for m in SIZES}
    spreads = experiment.noise(examples, companies)
    axes = fig.subplots(2, 2).ravel()
    fills, mark = _unit_1(axes[:3])
    curve, here = _noise(axes[3])

    def update(batch_size, image):
        sums = companies[batch_size]
        unit_1 = experiment.one_among_many(examples[image], *sums, batch_size)
        mu, stds, x_hat = (values[:, 0] for values in unit_1)
        for fill, values in zip(fills, (mu, stds, x_hat)):
            fill(values)
        mark.set_xdata([examples[image, 0]] * 2)
        curve.set_data(SIZES[1:], spreads[image, 1:])
        now = spreads[image, SIZES.index(batch_size)]
        here.set_data([batch_size], [now])
        sentence = COMPANIONS.format(
            digit=image,
            m=batch_size,
            mean=mu.std(),
            formula=np.sqrt(batch_size - 1) / batch_size,
            std_low=stds.min(),
            std_high=stds.max(),
            low=x_hat.min(),
            high=x_hat.max(),
            noise=now,
            root=batch_size**-0.5,
        )
        return sentence.replace("-0.00", "0.00")

    return update


def _unit_1(axes):
    """Three histograms with a dotted line each; the last line is where the image lies."""
    kinds = ("mean of the batch", 2), ("std of the batch", 2), ("$\\hat{x}$ of the image", SPAN)
    fills = []
    for ax, (title, high) in zip(axes, kinds):
        fills.append(plots.histogram(ax, 0 if "std" in title else -high, high, bins=60))
        plots.name(ax, x="in stds of the unit", title=f"unit 1: {title}")
    marks = [ax.axvline(place, **DOTTED) for ax, place in zip(axes, (0, 1, 0))]
    plots.name(axes[2], x="$\\hat{x}$")
    return fills, marks[2]


def _noise(ax):
    """The std of x_hat by batch size: the curve, and the point where we are."""
    ax.set(xscale="log", yscale="log", xlim=(1.6, 320), ylim=(0.04, 1.6))
    plots.name(ax, "batch size m", "std", "std of $\\hat{x}$, all units")
    plots.log_ticks(ax.xaxis, [2, 8, 32, 128])
    plots.log_ticks(ax.yaxis, [0.1, 1])
    ax.plot(SIZES[1:], 1 / np.sqrt(SIZES[1:]), color=plots.FAINT, linestyle=":", linewidth=1.2)
    ax.text(2.1, 0.045, "dotted: $1/\\sqrt{m}$", color=plots.FAINT, size=9)
    curve = ax.plot([], [], color=plots.INK, marker=".", linewidth=1)[0]
    return curve, ax.plot([], [], color=plots.INK, marker="D", markersize=8)[0]
