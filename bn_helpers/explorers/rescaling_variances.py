"""Lesson 04: descent on two features, the variances of a batch, digits in four ways."""

import numpy as np

from .. import plots
from ..controls import slider, steps
from ..experiments import rescaling as experiment
from ..experiments.rescaling import LONGEST, SIZES, SMALL, VERSIONS
from ..live import explore

UNITS = 5, 10, 20, 50, 100
STDS = 1, 2, 3, 4, 5, 6, 7, 8
CORRELATIONS = 0, 0.5, 0.8, 0.9, 0.95, 0.99
CELL = 15  # pixels of a square in a picture of signed values
PAPER = 0.3  # their grey
FULL = 2.0  # this value or a larger one fills its cell
DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
HATCHED = dict(hatch="////", linewidth=0, alpha=0.6)  # directions that are missing
DESCENT = (
    "Stds {std} and 1, correlation {correlation}, moved by {moved:.1f}. Steps that are "
    "needed: as they are {0}, centred {1}, standardized {2}, whitened {3}."
)
BATCH = (
    "A batch of {n}, {units} units: {rank} directions vary, missing: {missing}. Variances from "
    "{low:.2g} to {high:.2g}. In new examples, whitened with this batch, up to {new}."
)
WAYS = (
    "Digit {digit}, ε = {eps:.2g}. Largest correlation of two columns: pixels {pixels:.2f}, "
    "standardized {standardized:.2f}, PCA {PCA:.2f}, ZCA {ZCA:.2f}. ZCA has variances from "
    "{low:.2f} to {high:.2f}."
)


@explore(
    std=steps(STDS, start=4, label="std of feature 1", hint="feature 2 has std 1"),
    correlation=steps(CORRELATIONS, start=0.9, label="correlation", hint="of the two features"),
    moved=slider(0.0, 10.0, start=0.0, label="moved by", hint="the mean of both features"),
    size=(7.2, 3.0),
)
def descent(fig):
    """Live: two features, and the loss of gradient descent on four versions of them.

    Each version has its own best rate. std: in STDS. correlation: in CORRELATIONS.
    moved: 0 to 10, the mean of both features.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.7))
    left.plot([0], [0], color=plots.INK, marker="P", markersize=8, linestyle="none", zorder=3)
    dots = left.plot([], [], linestyle="none", marker=".", markersize=4, color=plots.FILL)[0]
    left.set(xlim=(-18, 26), ylim=(-18, 26), aspect="equal")
    left.annotate("zero", (0, 0), (3, -5), size=9)
    plots.name(left, "feature 1", "feature 2", "the features")
    number = np.unique(np.geomspace(1, LONGEST, 200).round())
    style = dict(color=plots.INK, linewidth=1.4)
    curves = [
        right.plot([], [], **style, linestyle=dash, label=version)[0]
        for version, dash in zip(VERSIONS, (":", "--", "-.", "-"))
    ]
    right.set(xscale="log", yscale="log", xlim=(1, LONGEST), ylim=(SMALL, 1.5))
    plots.log_ticks(right.xaxis, [1, 10, 100, 1000, 10000, 100000])
    plots.log_ticks(right.yaxis, [1e-6, 1e-4, 0.01, 1])
    plots.name(right, "step", "loss / first loss")
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, handlelength=3.2)

    def update(std, correlation, moved):
        x, _ = experiment.points(correlation, (std, 1.0), (moved, moved))
        dots.set_data(*x.T)
        setting = std, correlation, moved
        for curve, version in zip(curves, VERSIONS):
            loss = experiment.losses(version, *setting, number - 1)
            curve.set_data(number, np.maximum(loss, SMALL / 10))
        needed = [_counted(experiment.steps_needed(v, *setting)) for v in VERSIONS]
        return DESCENT.format(*needed, std=std, correlation=correlation, moved=moved)

    return update


def _counted(steps):
    return "more than a million" if steps > LONGEST else f"{steps:,}".replace(",", " ")


def _short(number):
    return f"{number:.0f}" if number >= 100 else f"{number:.2g}"


@explore(
    n=steps(SIZES, start=8, label="batch size", hint="examples in the batch"),
    units=steps(UNITS, start=20, label="units", hint="of the layer"),
    size=(7.2, 2.5),
)
def small_batch(fig):
    """Live: the variances of one batch along its eigenvectors; all true ones are 1.

    Right: of new examples, whitened with this batch. n: 2 to 256. units: 5 to 100.
    """
    left, right = axes = fig.subplots(1, 2)
    bars = [ax.stairs([0], [0, 1], color=plots.FILL, fill=True) for ax in axes]
    for ax, title in zip(axes, ("one batch", "new examples, whitened with it")):
        ax.axhline(1, **DOTTED)
        ax.set(xlim=(0, 1), xticks=[])
        plots.name(ax, "eigenvectors of the batch", "variance", title)
    gaps = [ax.axvspan(0, 1, facecolor="white", edgecolor=plots.FAINT, **HATCHED) for ax in axes]
    left.set(ylim=(0, 5))
    right.set(yscale="log", ylim=(0.1, 1000))
    plots.log_ticks(right.yaxis, [0.1, 1, 10, 100, 1000])
    box = dict(facecolor="white", edgecolor="none", pad=2)
    style = dict(ha="right", size=9, bbox=box, zorder=3)
    words = [ax.text(0.98, 0.9, "", transform=ax.transAxes, **style) for ax in axes]

    def update(n, units):
        variances = experiment.batch_variances(n, units)
        there = variances[variances > 0]
        edges = np.linspace(0, 1, units + 1)
        bars[0].set_data(variances, edges)
        new = np.full(units, 0.1)
        new[: len(there)] = 1 / there
        bars[1].set_data(new, edges, 0.1)
        missing = units - len(there)
        told = f"variance 0: {missing} of {units}", f"missing: {missing} of {units}"
        for text, gap, word in zip(words, gaps, told):
            text.set_text(word if missing else "")
            gap.set(visible=missing > 0, x=len(there) / units, width=missing / units)
        numbers = dict(rank=len(there), missing=missing, low=there[-1], high=there[0])
        return BATCH.format(n=n, units=units, new=_short(1 / there[-1]), **numbers)

    return update


@explore(
    digit=slider(0, 9, start=3, label="digit", hint="the first training image of this digit"),
    eps=slider(1e-4, 1.0, start=0.01, log=True, label="epsilon", hint="added to the eigenvalues"),
    size=(7.2, 2.0),
)
def whitened_digits(fig, y):
    """Live: one training image in four ways; y (N,) are the labels.

    Beside the pixels a black square is above the mean, a white one below. The larger,
    the farther. digit: 0 to 9. eps: 0.0001 to 1.
    """
    firsts = [int(np.argmax(y == digit)) for digit in range(10)]
    axes = fig.subplots(1, 4)
    for ax, title in zip(axes, ("pixels", "standardized", "PCA whitening", "ZCA whitening")):
        plots.image(ax, np.zeros((8, 8) if title == "pixels" else (8 * CELL,) * 2), title, (0, 1))

    def update(digit, eps):
        ways = experiment.digits_in_ways(eps)
        for ax, x in zip(axes, ways.values()):
            image = x[firsts[digit]].reshape(8, 8)
            ax.images[0].set_data(image if ax is axes[0] else squares(image))
        numbers = {way: experiment.largest_correlation(way, eps) for way in ways}
        variances = ways["ZCA"].var(axis=0)
        numbers |= dict(low=variances.min(), high=variances.max())
        return WAYS.format(digit=digit, eps=eps, **numbers)

    return update


def squares(values):
    """A picture (H CELL, W CELL) of signed values (H, W): a square in each cell.

    Its area is the size of the value, and FULL fills the cell. Black is positive, white
    negative.
    """
    half = np.sqrt(np.minimum(np.abs(values) / FULL, 1)) / 2
    places = np.abs((np.arange(CELL) + 0.5) / CELL - 0.5)
    inside = np.maximum(places[:, None], places)  # (CELL, CELL), the distance from the middle
    large = half.repeat(CELL, 0).repeat(CELL, 1) >= np.tile(inside, values.shape)
    return np.where(large, np.kron(values > 0, np.ones((CELL, CELL))), PAPER)
