"""Lesson 05: digits in batches of any size, one image in many, three histograms."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments import forward as experiment
from ..experiments.forward import BATCHES, PARTS, SHAPES, SIZES
from ..live import explore
from .forward_small_batches import DIAMOND, DOTTED, mapping, plane

SPAN = 4  # normalized values are shown from -4 to 4
SHOWN = 10  # images of a batch that are drawn, in rows of 5
DIGITS = (
    "Batches of {m}: the largest normalized value is {largest:.2f} (bound {bound:.2f}). "
    "{right:.0%} are right, with running statistics {running:.0%}. In random batches one image has "
    "noise {noise:.2f} (1/√m: {root:.2f})."
)
COMPANIONS = (
    "Image of {digit}, {batches} batches of {m}. Unit 1: x̂ from {low:.2f} to {high:.2f}, std "
    "{std:.2f}; with all images {fixed:.2f}. All units: std {noise:.2f} (1/√m: {root:.2f})."
)
WAYS = "one", "many", "evaluation"
THREE = (
    "{kind}, batches of {m}. Skewness of one batch {one:.2f}, many batches {many:.2f}, evaluation "
    "{evaluation:.2f}. Largest size {largest:.2f} (bound {bound:.2f}), in evaluation {free:.2f}. "
    "1/s is on average {factor:.2f}/σ."
)

SUMMARY = (
    "Inputs 1 to 5 become outputs of mean β and std γ, none beyond 2γ. A batch of three becomes a "
    "point on a circle. The share of digits that is right rises with the batch size, and the "
    "noise falls like 1/√m."
)


@explore(
    batch_size=steps(
        SIZES, start=64, label="batch size m", hint="how many digits share mean and variance"
    ),
    together=switch(label="sorted by class", hint="equal digits stand in one batch"),
    size=(7.2, 4.0),
)
def batches_of_digits(fig, network, X, y):
    """Live: a trained network with batch norm, for digits in batches.

    X is (N, D) and the labels y are (N,), with N >= 256. Top: one batch with answers,
    and all normalized values. Bottom: over the batch size, the share that is right and
    the noise of the first image. batch_size: 1 to 256. together: sorted by class.
    """
    X, y = X[: SIZES[-1]], y[: SIZES[-1]]
    running = experiment.right_in_evaluation(network, X, y)
    orders = np.arange(len(y)), experiment.by_class(y)
    shares = [experiment.right_by_size(network, X[order], y[order]) for order in orders]
    sums, example = experiment.first_sums(network, X, X[:1])
    (noise,) = experiment.noise(example, {m: experiment.company(sums, m) for m in SIZES})
    top, bottom = fig.subplots(2, 2, width_ratios=(1, 1.2), height_ratios=(1.1, 1))
    draw_images, draw_values = _thumbnails(top[0]), _values(top[1])
    draw_right = by_size(bottom[0], "share right", running)
    draw_noise = by_size(bottom[1], "noise: std of $\\hat{x}$ of one image")
    bottom[1].plot(SIZES, 1 / np.sqrt(SIZES), **DOTTED)
    bottom[1].text(20, 0.3, "dotted: $1/\\sqrt{m}$", size=9)

    def update(batch_size, together):
        order = orders[together]
        seen = experiment.in_batches(network, X[order], y[order], batch_size)
        batch = experiment.batch_of_first(order, batch_size)
        draw_images(X[order[batch]], y[order[batch]], seen.answers[batch])
        bound = np.sqrt(batch_size - 1)
        draw_values(seen.x_hat, bound)
        draw_right(shares[together], batch_size)
        draw_noise(noise, batch_size)
        numbers = dict(right=seen.right, running=running, root=batch_size**-0.5)
        numbers |= dict(bound=bound, noise=noise[SIZES.index(batch_size)])
        return DIGITS.format(m=batch_size, largest=np.abs(seen.x_hat).max(), **numbers)

    return update


def _thumbnails(ax):
    """Prepare SHOWN images with answers below: `draw(X, y, answers)`."""
    plots.image(ax, np.zeros((24, 50)), limits=(0, 1))
    title, picture = ax.set_title("one batch"), ax.images[0]
    words = [
        ax.text(i % 5 * 10 + 4.5, i // 5 * 12 + 9.9, "", ha="center", va="center", size=8)
        for i in range(SHOWN)
    ]

    def draw(X, y, answers):
        paper = np.zeros((24, 50))
        for i, pixels in enumerate(X[:SHOWN]):
            paper[i // 5 * 12 :, i % 5 * 10 + 1 :][:8, :8] = pixels.reshape(8, 8)
        picture.set_data(paper)
        for i, text in enumerate(words):
            mark = " ✗" if i < len(X) and answers[i] != y[i] else ""
            text.set_text(f"{answers[i]}{mark}" if i < len(X) else "")
        title.set_text(f"{min(len(X), SHOWN)} of a batch of {len(X)}, with answers")

    return draw


def _values(ax):
    """Prepare a histogram of x_hat with dotted bounds: `draw(x_hat, bound)`."""
    fill = plots.histogram(ax, -SPAN, SPAN, bins=65)  # 0 in the middle of one
    bounds = [ax.axvline(0, zorder=0.5, **DOTTED) for _ in range(2)]
    plots.name(ax, x="$\\hat{x}$", title="normalized values of all hidden units")

    def draw(x_hat, bound):
        fill(x_hat)
        for line, place in zip(bounds, (-bound, bound)):
            line.set_xdata([place] * 2)

    return draw


def by_size(ax, title, level=None):
    """Prepare a curve over the batch size: `draw(values, batch_size)` marks one place.

    values has a number for each of SIZES. level: with running statistics.
    """
    ax.set(xscale="log", xlim=(0.85, 300), ylim=(0, 1.08))
    plots.name(ax, "batch size m", title.split(":")[0], title)
    plots.log_ticks(ax.xaxis, [1, 2, 4, 16, 64, 256])
    if level is not None:
        ax.axhline(level, **DOTTED)
        ax.text(280, 0.05, "dotted: running statistics", ha="right", size=9)
    (curve,) = ax.plot([], [], color=plots.INK, marker=".", linewidth=1)
    (marker,) = ax.plot([], [], **DIAMOND)

    def draw(values, batch_size):
        curve.set_data(SIZES, values)
        marker.set_data([batch_size], [values[SIZES.index(batch_size)]])

    return draw


@explore(
    batch_size=steps(SIZES, start=8, label="batch size m", hint="the image and its companions"),
    image=slider(0, 9, start=3, label="digit", hint="the first test image of this digit"),
    size=(7.2, 3.4),
)
def companions(fig, network, X, examples):
    """Live: one of ten `examples` (10, D) in many random batches of rows of X (N, D).

    All is measured at the first layer. A row of dots for each batch size: x_hat of unit
    1, a dot for each batch. batch_size: 1 to 256, this row is dark. image: 0 to 9.
    """
    x, sums = experiment.first_sums(network, X, examples)
    companies = {m: experiment.company(x, m) for m in SIZES}
    spreads = experiment.noise(sums, companies)
    left, ax = fig.subplots(1, 2, width_ratios=(1, 3.4))
    plots.image(left, np.zeros((8, 8)), "the image", limits=(0, 1))
    draw_rain = _rain(ax)

    def update(batch_size, image):
        left.images[0].set_data(examples[image].reshape(8, 8))
        among = [experiment.one_among_many(sums[image], *companies[m], m)[:, 0] for m in SIZES]
        fixed, chosen = sums[image, 0], SIZES.index(batch_size)
        draw_rain(among, chosen, fixed)
        numbers = dict(low=among[chosen].min(), high=among[chosen].max(), fixed=fixed)
        numbers |= dict(
            std=among[chosen].std(), noise=spreads[image, chosen], root=batch_size**-0.5
        )
        told = COMPANIONS.format(digit=image, batches=BATCHES, m=batch_size, **numbers)
        return told.replace("-0.00", "0.00")

    return update


def _rain(ax):
    """Prepare a row of dots for each batch size: `draw(among, chosen, fixed)`.

    among: values of x_hat by batch size. The row `chosen` is dark, and a dotted line
    stands at `fixed`.
    """
    rng, rows = np.random.default_rng(0), np.arange(len(SIZES))
    places = rows[:, None] + rng.uniform(-0.3, 0.3, (len(SIZES), 150))
    ax.set(xlim=(-SPAN, SPAN), ylim=(len(SIZES) - 0.4, -0.6), yticks=rows, yticklabels=SIZES)
    plots.name(ax, "$\\hat{x}$ of unit 1, a dot for each batch", "batch size m")
    style = dict(linestyle="none", marker=".", markersize=4)
    (dots,) = ax.plot([], [], color=plots.FILL, **style)
    (dark,) = ax.plot([], [], color=plots.INK, **style)
    line = ax.axvline(0, **DOTTED)

    def draw(among, chosen, fixed):
        values = np.array([row[: places.shape[1]] for row in among])
        dots.set_data(values.ravel(), places.ravel())
        dark.set_data(values[chosen], places[chosen])
        line.set_xdata([fixed] * 2)

    return draw


@explore(
    batch_size=steps(PARTS, start=4, label="batch size m", hint="of the third histogram"),
    kind=choice(*SHAPES, label="shape", hint="of the values before batch norm"),
    size=(7.2, 2.3),
)
def one_many_evaluation(fig):
    """Live: 4800 values of a unit, as one batch, in batches of m, and in evaluation.

    batch_size: 2 to 4800. kind: "two humps", "a tail" or "a Gaussian".
    """
    axes = fig.subplots(1, 4)
    before, *fills = [plots.histogram(ax, -SPAN, SPAN, bins=60) for ax in axes]
    titles = ["before, 4800 values", "one batch of 4800", "batches of m", "evaluation, others"]
    words = [ax.set_title(title, size=9) for ax, title in zip(axes, titles)]
    bounds = [ax.axvline(0, zorder=0.5, **DOTTED) for ax in axes[2:] for _ in range(2)]
    for ax, label, end in zip(axes, ("x", *["$\\hat{x}$"] * 3), (10, 3, 3, 3)):
        plots.name(ax, x=label)
        ax.set_xticks([-end, 0, end])

    def update(batch_size, kind):
        seen = experiment.one_or_many(kind, batch_size)
        before(seen.before, -15, 15)
        for fill, values in zip(fills, (seen.one, seen.many, seen.evaluation)):
            fill(values)
        words[2].set_text(f"batches of {batch_size}")
        bound = np.sqrt(batch_size - 1)
        for i, line in enumerate(bounds):
            line.set_xdata([(-1) ** i * bound] * 2)
        skews = {name: experiment.skewness(getattr(seen, name)) for name in WAYS}
        numbers = dict(bound=bound, largest=np.abs(seen.many).max(), factor=seen.factor)
        numbers |= dict(free=np.abs(seen.evaluation).max()) | skews
        return THREE.format(kind=kind[0].upper() + kind[1:], m=batch_size, **numbers).replace(
            "-0.00", "0.00"
        )

    return update


def summary(network, X, y):
    """Show the lesson in one picture: a batch of five, one of three, and any size.

    X (N, D) with labels y (N,) are digits, N >= 256.
    """
    X, y, x, three = X[: SIZES[-1]], y[: SIZES[-1]], np.arange(1, 6.0), np.array([0, 1, 3.0])
    out, mean, std = experiment.one_unit(x)
    with plots.card(7.2, 2.7) as fig:
        left, middle, right = fig.subplots(1, 3, width_ratios=(1.6, 1.1, 1.4))
        mapping(left, 5.5)(x, out, (mean, std), (0, 1), (-2, 2))
        plane(middle)(three, experiment.one_unit(three)[0])
        by_size(right, "share right")(experiment.right_by_size(network, X, y), 64)
        right.plot(SIZES, 1 / np.sqrt(SIZES), **DOTTED)
        right.text(20, 0.3, "$1/\\sqrt{m}$", size=9)
        plots.name(left, title="five values, none beyond 2γ")
        plots.name(middle, title="three: a circle")
        plots.name(right, y="share", title="any size: answers, noise")
    plots.show(fig, SUMMARY)
