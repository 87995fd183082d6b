"""Lesson 05: five points, digits in batches of any size, one digit among others."""

import numpy as np

from .. import plots
from ..controls import slider, steps
from ..experiments import forward as experiment
from ..experiments.forward import BATCHES, SIZES
from ..live import explore

SPAN = 4  # sums and normalized values are shown from -4 to 4
REACH = 20  # the fifth point moves from -20 to 20
DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
POINTS = (
    "Inputs 1, 2, 3, 4 and {fifth}: mean {mean:.2f}, std {std:.2f}. Outputs {outputs}: mean "
    "{out_mean:.2f}, std {out_std:.2f}. None can pass the dotted lines at β ± 2γ, {low:.1f} "
    "and {high:.1f}."
)
DIGITS = (
    "Batches of {m}: the largest normalized value is {largest:.2f} (bound √(m − 1) = "
    "{bound:.2f}, {where}). Of {n} test digits, {right:.0%} are right with statistics of the "
    "batch, {running:.0%} with running statistics."
)
COMPANIONS = (
    "Image of {digit}, {batches} batches of {m}. Unit 1: batch means have std {mean:.2f} (formula "
    "{formula:.2f}), batch stds {std_low:.2f} to {std_high:.2f}, x̂ {low:.2f} to {high:.2f}. "
    "All units: x̂ has std {noise:.2f} (1/√m: {root:.2f})."
)


@explore(
    fifth=slider(-REACH, REACH, start=5, label="fifth point", hint="where the fifth example lies"),
    gamma=slider(0.0, 2.0, start=1.0, label="gamma γ", hint="scale of the outputs"),
    beta=slider(-4.0, 4.0, start=0.0, label="beta β", hint="shift of the outputs"),
    size=(7.2, 2.6),
)
def five_points(fig):
    """Live: one unit and a batch of five; four inputs stay at 1, 2, 3, 4.

    Top: inputs, bottom: outputs. fifth: -20 to 20. gamma: 0 to 2. beta: -4 to 4.
    `five_points(fifth=20)` starts with this value.
    """
    axes = fig.subplots(2, 1)
    rows = [_row(axes[0], "inputs x", REACH), _row(axes[1], "outputs y", 8)]
    bounds = [axes[1].axvline(0, zorder=0.5, **DOTTED) for _ in range(2)]

    def update(fifth, gamma, beta):
        x, out, mean, std = experiment.five_points(fifth, gamma, beta)
        for (four, one), values in zip(rows, (x, out)):
            four.set_data(values[:4], np.zeros(4))
            one.set_data(values[4:], [0])
        low, high = beta - 2 * gamma, beta + 2 * gamma
        for bound, place in zip(bounds, (low, high)):
            bound.set_xdata([place] * 2)
        outputs = ", ".join(f"{value:.2f}" for value in out)
        spread = dict(mean=mean, std=std, out_mean=out.mean(), out_std=out.std())
        sentence = POINTS.format(fifth=fifth, outputs=outputs, low=low, high=high, **spread)
        return sentence.replace("-0.00", "0.00")

    return update


def _row(ax, name, reach):
    """Make the four points and the fifth, on a line from -reach to reach."""
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
    """Live: a trained network with batch norm, for digits in batches.

    X is (N, D) and the labels y are (N,), with N >= 256. Each hidden layer has a
    column. Top: sums before batch norm, bottom: normalized values. batch_size: 1 to
    256.
    """
    X, y = X[: SIZES[-1]], y[: SIZES[-1]]
    running = experiment.accuracy(network, X, y)
    layers = len(experiment.in_batches(network, X, y, len(X))[0])
    draw = _layers(fig.subplots(2, layers, squeeze=False))

    def update(batch_size):
        sums, x_hats, n, right = experiment.in_batches(network, X, y, batch_size)
        bound = np.sqrt(batch_size - 1)
        draw(sums, x_hats, bound)
        largest = max(np.abs(x_hat).max() for x_hat in x_hats)
        where = "dotted" if bound <= SPAN else "not shown"
        shares = dict(n=n, right=right, running=running)
        return DIGITS.format(m=batch_size, largest=largest, bound=bound, where=where, **shares)

    return update


def _layers(axes):
    """Prepare two rows of histograms; returns `draw(sums, x_hats, bound)`.

    sums and x_hats are lists by layer; dotted lines show plus and minus the bound.
    """
    fills = [[plots.histogram(ax, -SPAN, SPAN, bins=64) for ax in row] for row in axes]
    bounds = [ax.axvline(0, zorder=0.5, **DOTTED) for ax in axes[1] for _ in range(2)]
    for i, (top, bottom) in enumerate(axes.T, start=1):
        plots.name(top, x="sum", title=f"layer {i}: sums, before")
        plots.name(bottom, x="$\\hat{x}$", title=f"layer {i}: normalized $\\hat{{x}}$")
        for ax in (top, bottom):
            ax.set_xticks(np.linspace(-SPAN, SPAN, 5))

    def draw(sums, x_hats, bound):
        for fill, values in zip(fills[0] + fills[1], sums + x_hats):
            fill(values)
        for i, line in enumerate(bounds):
            line.set_xdata([(-1) ** i * bound] * 2)

    return draw


@explore(
    batch_size=steps(
        SIZES, start=8, label="images per batch", hint="the image and its m − 1 companions"
    ),
    image=slider(0, 9, start=3, label="image of a", hint="the first test image of this digit"),
    size=(7.2, 4.2),
)
def companions(fig, network, X, examples):
    """Live: one of ten `examples` (10, D) in many random batches of rows of X (N, D).

    All is measured at the first layer. Histograms: batch mean, batch std and normalized
    value of unit 1. Curve: std of the normalized value by batch size, root mean square
    over the units. batch_size: 1 to 256. image: 0 to 9.
    """
    x, examples = experiment.first_sums(network, X, examples)
    companies = {m: experiment.company(x, m) for m in SIZES}
    spreads = experiment.noise(examples, companies)
    axes = fig.subplots(2, 2).ravel()
    draw_unit_1 = _unit_1(axes[:3])
    draw_noise = _noise(axes[3])

    def update(batch_size, image):
        sums = companies[batch_size]
        unit_1 = experiment.one_among_many(examples[image], *sums, batch_size)
        mu, stds, x_hat = (values[:, 0] for values in unit_1)
        draw_unit_1(mu, stds, x_hat, examples[image, 0])
        noise = draw_noise(spreads[image], batch_size)
        theory = dict(formula=np.sqrt(batch_size - 1) / batch_size, root=batch_size**-0.5)
        std_range = dict(mean=mu.std(), std_low=stds.min(), std_high=stds.max())
        numbers = dict(low=x_hat.min(), high=x_hat.max(), noise=noise, **std_range, **theory)
        sentence = COMPANIONS.format(digit=image, batches=BATCHES, m=batch_size, **numbers)
        return sentence.replace("-0.00", "0.00")

    return update


def _unit_1(axes):
    """Prepare three histograms; returns `draw(means, stds, x_hats, example)`.

    The dotted line in the third is at the sum of the example itself.
    """
    kinds = ("mean of the batch", 2), ("std of the batch", 2), ("$\\hat{x}$ of the image", SPAN)
    fills = []
    for ax, (title, high) in zip(axes, kinds):
        fills.append(plots.histogram(ax, 0 if "std" in title else -high, high, bins=60))
        plots.name(ax, x="in stds of the unit", title=f"unit 1: {title}")
    *_, marker = [ax.axvline(place, **DOTTED) for ax, place in zip(axes, (0, 1, 0))]
    plots.name(axes[2], x="$\\hat{x}$")

    def draw(means, stds, x_hats, example):
        for fill, values in zip(fills, (means, stds, x_hats)):
            fill(values)
        marker.set_xdata([example] * 2)

    return draw


def _noise(ax):
    """Prepare the std of x_hat by batch size; returns `draw(stds, batch_size)`.

    `draw` marks this batch size and returns its std.
    """
    ax.set(xscale="log", yscale="log", xlim=(1.6, 320), ylim=(0.04, 1.6))
    plots.name(ax, "batch size m", "std", "std of $\\hat{x}$, all units")
    plots.log_ticks(ax.xaxis, [2, 8, 32, 128])
    plots.log_ticks(ax.yaxis, [0.1, 1])
    ax.plot(SIZES[1:], 1 / np.sqrt(SIZES[1:]), color=plots.FAINT, linestyle=":", linewidth=1.2)
    ax.text(2.1, 0.045, "dotted: $1/\\sqrt{m}$", color=plots.FAINT, size=9)
    curve = ax.plot([], [], color=plots.INK, marker=".", linewidth=1)[0]
    marker = ax.plot([], [], color=plots.INK, marker="D", markersize=8)[0]

    def draw(stds, batch_size):
        std = stds[SIZES.index(batch_size)]
        curve.set_data(SIZES[1:], stds[1:])
        marker.set_data([batch_size], [std])
        return std

    return draw
