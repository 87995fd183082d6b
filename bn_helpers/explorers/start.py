"""Lesson 00: means of batches, a network of six weights, and the learning rate."""

import numpy as np

from .. import plots
from ..controls import slider, steps
from ..experiments.start import (
    BATCHES,
    SIZES,
    STEPS,
    along_first_of_W2,
    batch_means,
    batches,
    descent,
    images,
    ink,
    walk,
)
from ..live import explore

SENTENCE = (
    "{works} Batches of {m}: their means have std {std:.4f}. The std of single images, "
    "{one:.4f}, divided by √{m} is {formula:.4f}."
)
WALK = {  # the steps of the walk, in order, and what is said of each
    "inputs": "Example {i}: the inputs are {x[0]:g} and {x[1]:g}. Wanted is {y:g}.",
    "hidden": "First hidden unit: tanh({x[0]:g} · {W1[0][0]:g} + {x[1]:g} · {W1[1][0]:g}) "
    "= {h[0]:.3f}.",
    "output": "The network says {h[0]:.3f} · {W2[0][0]:g} + {h[1]:.3f} · {W2[1][0]:g} "
    "= {y_hat:.3f}. Wanted is {y:g}.",
    "loss": "The loss of this example is ({y_hat:.3f} - {y:g})² = {loss:.3f}.",
    "slope of the output": "Back: the slope at the output is 2 · ({y_hat:.3f} - {y:g}) "
    "= {dy_hat:.3f}.",
    "slopes of W2": "The first weight of W2 multiplies {h[0]:.3f}. So its slope is "
    "{h[0]:.3f} · {dy_hat:.3f} = {dW2[0][0]:.3f}.",
    "slopes of hidden": "The first hidden output is multiplied by {W2[0][0]:g}. So its slope is "
    "{W2[0][0]:g} · {dy_hat:.3f} = {dh[0]:.3f}.",
    "slopes of W1": "Before the tanh the slope is {dh[0]:.3f} · (1 - {h[0]:.3f}²) = {dz[0]:.3f}. "
    "The first weight of W1 multiplies {x[0]:g}, so its slope is {dW1[0][0]:.3f}.",
}
PLACES = {  # the centres of the units in the picture, 0..1
    "x1": (0.06, 0.78),
    "x2": (0.06, 0.22),
    "h1": (0.4, 0.78),
    "h2": (0.4, 0.22),
    "out": (0.72, 0.5),
    "loss": (0.94, 0.5),
}
VALLEY = -1.5, 5.5  # the weights that are drawn
RATE = "Rate {lr:.3g}, {k} step{s}: the weight is {w:.2f}, the loss {loss:.3f}. {seen}"
THROWN = "Rate {lr:.3g}: each step ends higher up. After {k} steps the weight is outside."
SUMMARY = (
    "Left: the std of the means of batches falls like 1/√m. Right: steps along one weight. A "
    "small rate goes down into the valley, a larger one jumps over it, a too large one climbs out."
)
RATES = 0.5, 4, 6.5  # in the summary
PAPER = 160  # pixels: 16 images of 8 pixels, each with a margin of 1
SLOPE = "#882255"  # what runs backward


def montage(pixels, columns):
    """Images (m, 8, 8) in rows of `columns`, as one picture (PAPER, PAPER)."""
    tiles = np.pad(pixels, ((0, 0), (1, 1), (1, 1)))
    rows = tiles.reshape(-1, columns, 10, 10).swapaxes(1, 2).reshape(-1, columns * 10)
    large = np.kron(rows, np.ones((16 // columns, 16 // columns)))
    picture = np.zeros((PAPER, PAPER))
    picture[: len(large)] = large
    return picture


@explore(
    batch_size=steps(SIZES, start=4, label="batch size m", hint="how many images are averaged"),
    size=(7.2, 2.6),
)
def batch_mean(fig):
    """Live: one batch of digits, and the mean ink of 2000, of `batch_size` 1 to 256."""
    left, ax = fig.subplots(1, 2, width_ratios=(1, 2.2))
    plots.image(left, np.zeros((PAPER, PAPER)), limits=(0, 1))
    title, picture = left.set_title("one batch"), left.images[0]
    fill = plots.histogram(ax, 0.1, 0.5, bins=100)
    plots.name(ax, x="mean ink of the batch (0 paper, 1 black)", title=f"{BATCHES} random batches")
    ax.axvline(ink().mean(), color=plots.INK, linestyle=":", linewidth=1.2)
    one, moved = ink().std(), set()

    def update(batch_size):
        means = batch_means(batch_size)
        moved.add(batch_size)
        fill(means)
        columns = 2 ** int(np.ceil(np.log2(batch_size) / 2))
        picture.set_data(montage(images()[batches(batch_size)[0]], columns))
        title.set_text(f"one batch: mean ink {means[0]:.2f}")
        return SENTENCE.format(
            works="Widgets work here." if len(moved) > 1 else "Move the slider.",
            m=batch_size,
            std=means.std(),
            one=one,
            formula=one / np.sqrt(batch_size),
        )

    return update


@explore(
    step=steps(list(WALK), start="inputs", label="step", hint="forward, then backward"),
    example=slider(1, 4, start=3, label="example", hint="which of the four examples"),
    size=(7.2, 3.2),
)
def small_network(fig, x, y, W1, W2):
    """Live: one example in a network of 2, 2 and 1 units, forward and back.

    x (4, 2), y (4, 1), W1 (2, 2), W2 (2, 1).
    """
    ax = fig.subplots()
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    edges = {(f"x{i + 1}", f"h{j + 1}"): W1[i, j] for i in range(2) for j in range(2)}
    edges |= {(f"h{j + 1}", "out"): W2[j, 0] for j in range(2)} | {("out", "loss"): None}
    on_edges = {ends: _edge(ax, *ends, weight) for ends, weight in edges.items()}
    frame = dict(boxstyle="round,pad=0.5", facecolor="white", edgecolor=plots.INK)
    units = {
        key: ax.text(*place, "", ha="center", va="center", bbox=frame, zorder=3)
        for key, place in PLACES.items()
    }
    below = {
        key: ax.text(a, b - 0.16, "", ha="center", va="center", color=SLOPE, size=8)
        for key, (a, b) in PLACES.items()
    }
    wanted = ax.text(PLACES["loss"][0], PLACES["loss"][1] + 0.16, "", ha="center", size=8)

    def update(step, example):
        seen = walk(x[example - 1], y[example - 1], W1, W2)
        now = list(WALK).index(step)
        wanted.set_text(f"wanted {seen.y:g}")
        for key, (name, value, since) in _values(seen).items():
            units[key].set_text(f"{name}\n{value:.3f}" if now >= since else f"{name}\n")
        for key, (value, since) in _unit_slopes(seen).items():
            below[key].set_text(f"slope {value:.3f}" if now >= since else "")
        for ends, (value, since) in _weight_slopes(seen).items():
            on_edges[ends].set_text(f"slope {value:.3f}" if now >= since else "")
        return WALK[step].format(i=example, W1=W1, W2=W2, **seen._asdict())

    return update


def _edge(ax, start, end, weight):
    """Draw a weight; returns the text for its slope, which stands below its number."""
    (a, b), (c, d) = PLACES[start], PLACES[end]
    ax.plot((a, c), (b, d), color=plots.FAINT, linewidth=1, zorder=1)
    share = 0.45 if end == "out" else 0.28  # of the way, where lines do not meet
    place = (a + share * (c - a), b + share * (d - b))
    style = dict(ha="center", va="center", size=8, zorder=2)
    style["bbox"] = dict(facecolor="white", edgecolor="none", pad=1)
    if weight is not None:
        ax.text(*place, f"{weight:g}", **style)
    return ax.text(place[0], place[1] - 0.075, "", color=SLOPE, **style)


def _values(seen):
    """Name and value of each unit, and the step at which the value is known."""
    return {
        "x1": ("$x_1$", seen.x[0], 0),
        "x2": ("$x_2$", seen.x[1], 0),
        "h1": ("$h_1$", seen.h[0], 1),
        "h2": ("$h_2$", seen.h[1], 1),
        "out": (r"$\hat{y}$", seen.y_hat, 2),
        "loss": ("loss", seen.loss, 3),
    }


def _unit_slopes(seen):
    return {"out": (seen.dy_hat, 4), "h1": (seen.dh[0], 6), "h2": (seen.dh[1], 6)}


def _weight_slopes(seen):
    slopes = {(f"h{j + 1}", "out"): (seen.dW2[j, 0], 5) for j in range(2)}
    return slopes | {
        (f"x{i + 1}", f"h{j + 1}"): (seen.dW1[i, j], 7) for i in range(2) for j in range(2)
    }


@explore(
    lr=slider(0.1, 8.1, start=0.5, label="learning rate", hint="how long the steps are"),
    taken=slider(0, STEPS, start=STEPS, label="steps taken", hint="how many of the 20 steps"),
    size=(7.2, 3.0),
)
def valley(fig, x, y, W1, W2):
    """Live: the loss along the first weight of W2, and 20 steps of gradient descent.

    x (N, 2), y (N, 1), W1 (2, 2), W2 (2, 1).
    """
    loss, slope = along_first_of_W2(x, y, W1, W2)
    weights = np.linspace(*VALLEY, 200)
    ax = fig.subplots()
    draw = _way(ax, loss)
    plots.name(ax, x="the weight (the other five stay as they are)", y="loss")
    first = float(W2[0, 0])
    bottom = weights[loss(weights).argmin()]

    def update(lr, taken):
        path = descent(slope, first, lr)[: taken + 1]
        draw(path)
        return _on_steps(path, loss(path), bottom, lr)

    return update


def _way(ax, loss):
    """Draw the loss along the weight; returns `draw(path)` for the steps on it."""
    weights = np.linspace(*VALLEY, 200)
    ax.plot(weights, loss(weights), color=plots.FAINT)
    ax.set(xlim=VALLEY, ylim=(0, 2.2))
    (way,) = ax.plot([], [], "o-", color=plots.INK, markersize=4, linewidth=0.8)
    (last,) = ax.plot([], [], "o", color=plots.INK, markersize=9)

    def draw(path):
        way.set_data(path, loss(path))
        last.set_data(path[-1:], loss(path[-1:]))

    return draw


def _on_steps(path, losses, bottom, lr):
    taken = len(path) - 1
    if not VALLEY[0] < path[-1] < VALLEY[1]:
        return THROWN.format(lr=lr, k=taken)
    sides = np.sign(np.where(abs(path - bottom) < 0.01, 0, path - bottom))  # 0 is too near to see
    jumps = int(np.sum(sides[1:] * sides[:-1] < 0))
    seen = f"{jumps or 'None'} of them jumped over the lowest point."
    return RATE.format(
        lr=lr, k=taken, s="s" * (taken != 1), w=path[-1], loss=losses[-1], seen=seen * bool(taken)
    ).strip()


def summary(x, y, W1, W2):
    """Show the lesson in one still picture: the noise of a mean, and three rates."""
    loss, slope = along_first_of_W2(x, y, W1, W2)
    with plots.card(height=2.6) as fig:
        noise, *valleys = fig.subplots(1, 4, width_ratios=(1.5, 1, 1, 1))
        noise.loglog(SIZES, ink().std() / np.sqrt(SIZES), color=plots.FAINT)
        noise.plot(SIZES, [batch_means(m).std() for m in SIZES], "o", color=plots.INK)
        plots.name(noise, "batch size m", "std of the means", "dots; line: falls like 1/√m")
        plots.log_ticks(noise.xaxis, [1, 4, 16, 64, 256])
        plots.log_ticks(noise.yaxis, [0.002, 0.004, 0.008, 0.016, 0.032])
        for ax, lr in zip(valleys, RATES):
            _way(ax, loss)(descent(slope, float(W2[0, 0]), lr)[:8])
            plots.name(ax, "one weight", "loss", f"rate {lr:g}")
    plots.show(fig, SUMMARY)
