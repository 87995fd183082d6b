"""Lesson 07: a running average and the truth, networks with running statistics, an image in other company."""

from copy import deepcopy
from functools import cache

import numpy as np

from .. import initializers, plots
from ..batchnorm import BatchNorm, batchnorm_inference, recalibrate
from ..data import endless_minibatches
from ..layers import Sigmoid
from ..live import choice, explore, slider, steps
from ..network import mlp
from ..training import Progress, sgd_step
from .batchnorm_forward import forward_in_batches

MOMENTA = (0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9, 1)
SIZES = (2, 4, 8, 16, 32, 64, 128, 256)  # to train with: a layer refuses one value per channel
FROM_ONE = (1, *SIZES)
STARTS = {  # start of the running variance, is the batch variance unbiased?
    "start 0 and 1, unbiased": (1.0, True),
    "start 0 and 1, biased": (1.0, False),
    "start 0 and 0, biased": (0.0, False),
}
BATCHES = 200
STOPS = (1, 3, 10, 30, 100, 300)  # training steps after which the network is looked at
MOMENTUM = dict(start=0.1, hint="weight of the new batch in the running average")


def running_averages(values, start, momentum):
    """The running average after each of the `values` (T,), from `start`: an array (T,)."""
    averages, average = [], start
    for value in values:
        average = (1 - momentum) * average + momentum * value
        averages.append(average)
    return np.array(averages)


def half_life(momentum):
    """Batches after which the weight of what was there has halved, for a momentum between 0 and 1."""
    return -np.log(2) / np.log1p(-momentum)


@explore(
    momentum=steps(MOMENTA, label="momentum α", **MOMENTUM),
    batch_size=steps(FROM_ONE, start=8, label="batch size m", hint="how many images a batch has"),
    kind=choice(*STARTS, label="convention", hint="start of mean and variance; which batch variance is averaged"),
    size=(7.2, 2.6),
)
def running_average(fig, values):
    """Live: running mean and variance of one unit's sums `values` (N,) over 200 random batches; the weights rest.

    momentum: 0 to 1, the weight of the new batch; batch_size: 1 to 256; kind: "start 0 and 1, unbiased" (this
    course, PyTorch), "start 0 and 1, biased" or "start 0 and 0, biased".
    """
    rng = np.random.default_rng(0)
    batches = {m: values[rng.integers(len(values), size=(BATCHES, m))] for m in FROM_ONE}
    table = {m: (drawn.mean(axis=1), drawn.var(axis=1)) for m, drawn in batches.items()}
    true_mean, true_var = values.mean(), values.var()
    std, at = np.sqrt(true_var), np.arange(1, BATCHES + 1)
    axes = fig.subplots(1, 2)
    axes[0].set(title="running mean", ylim=(min(0, true_mean - 2 * std), max(0, true_mean + 2 * std)))
    axes[1].set(title="running variance", ylim=(0, max(1.1, 2 * true_var)))
    for ax, truth in zip(axes, (true_mean, true_var)):
        ax.set(xlabel="batch", xlim=(0, BATCHES))
        ax.axhline(truth, color=plots.INK, linestyle=":", linewidth=1.2)
    curves = [ax.plot([], [], color=plots.INK, linewidth=1.4)[0] for ax in axes]
    bands = [axes[0].axhline(0, color=plots.FAINT, linestyle="--", linewidth=1) for _ in range(2)]

    def update(momentum, batch_size, kind):
        start, unbiased = STARTS[kind]
        means, variances = table[batch_size]
        exists = batch_size > 1 or not unbiased
        if unbiased:
            variances = variances * batch_size / max(batch_size - 1, 1)
        courses = running_averages(means, 0.0, momentum), running_averages(variances, start, momentum)
        for curve, course in zip(curves, courses):
            curve.set_data(at, course)
        curves[1].set_visible(exists)
        error = std * np.sqrt(momentum / (2 - momentum) / batch_size)
        for band, sign in zip(bands, (-1, 1)):
            band.set_ydata([true_mean + sign * error] * 2)
        late, late_var = (course[BATCHES // 2 :] for course in courses)
        off = np.sqrt(np.mean((late - true_mean) ** 2)) / std
        times = late_var.mean() / true_var
        variance = (
            f"is on average {times:.2f} times the true one" if exists else "does not exist for batches of one"
        )
        left = [(1 - momentum) ** count for count in (10, 100)]
        return (
            f"Momentum {momentum:g} (of the new batch: this course, PyTorch), called {1 - momentum:g} (of the old "
            f"average) by Keras and by codes of the paper's time; batches of {batch_size}; {kind}. "
            f"{_lasting(momentum)} Of the start {left[0]:.2g} is left after 10 batches, {left[1]:.2g} after 100. "
            f"In the second hundred the running mean is off by {off:.3f} stds (formula, dashed: {error / std:.3f}) "
            f"and the running variance {variance}."
        )

    return update


def _lasting(momentum):
    if momentum == 0:
        return "Nothing of what was there is ever lost."
    if momentum == 1:
        return "Nothing of what was there is left after one batch."
    return f"What was there loses half of its weight in {half_life(momentum):.3g} batches."


def evaluate(network, x, statistics):
    """Logits and Sigmoid outputs for x; batch norm with the given [(mean, var), ...] in place of its own."""
    statistics, activations = iter(statistics), []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            x = batchnorm_inference(x, layer.params["gamma"], layer.params["beta"], *next(statistics), layer.eps)
        else:
            x = layer.forward(x, training=False)
            if isinstance(layer, Sigmoid):
                activations.append(x)
    return x, activations


def statistics(network):
    """The running (mean, var) of each batch norm layer."""
    return [(bn.running_mean, bn.running_var) for bn in network.layers if isinstance(bn, BatchNorm)]


def population_statistics(network, X):
    """The (mean, unbiased var) of each batch norm layer over all of X, layer by layer (algorithm 2)."""
    copy = deepcopy(network)
    recalibrate(copy, X, len(X))
    return statistics(copy)


def train_runs(X, y):
    """Sigmoid networks trained on X (N, 64) with labels y (N,), one for each of SIZES; a few seconds.

    By batch size: the mean and the unbiased variance of every batch, (300, 3 layers, 2, 100 units); and after
    each of STOPS steps the network with its population statistics.
    """
    runs = {}
    bar = Progress(len(SIZES))
    for m in SIZES:
        rng = np.random.default_rng(0)
        sizes, start = [64, 100, 100, 100, 10], initializers.xavier_normal
        network = mlp(sizes, activation=Sigmoid, initializer=start, rng=rng, batchnorm=True)
        for layer in network.layers:
            if isinstance(layer, BatchNorm):
                layer.momentum = 1  # so its running statistics are those of the last batch
        batches, seen, stages = endless_minibatches(X, y, m, rng), [], {}
        for step in range(1, STOPS[-1] + 1):
            sgd_step(network, *next(batches), lr=0.5)
            seen.append(statistics(network))
            if step in STOPS:
                stages[step] = deepcopy(network), population_statistics(network, X)
        runs[m] = np.array(seen), stages
        bar.update()
    bar.close()
    return runs


def running_statistics(seen, momentum):
    """[(mean, var), ...] by layer after the batches `seen` (T, layers, 2, D), from mean 0 and variance 1."""
    weights = momentum * (1.0 - momentum) ** np.arange(len(seen))[::-1]
    start = np.array([0.0, 1.0])[:, None] * (1 - momentum) ** len(seen)
    return np.tensordot(weights, seen, axes=1) + start


@explore(
    momentum=steps(MOMENTA, label="momentum", **MOMENTUM),
    batch_size=steps(SIZES, start=64, label="batch size m", hint="of the training batches, at least 2"),
    training_steps=steps(STOPS, start=100, label="training steps", hint="how long the network has learned"),
    size=(7.2, 4.2),
)
def momentum(fig, runs, X, y):
    """Live: networks of `train_runs`, evaluated on X (N, 64) with labels y (N,) by running statistics.

    Top: outputs of each hidden layer (outlined: with population statistics). Bottom: running against true mean and
    variance of all units, and accuracies. momentum: 0 to 1; batch_size: 2 to 256; training_steps: 1 to 300.
    """
    axes = fig.subplots(2, 3)
    outlines = [plots.histogram(ax, 0, 1, bins=50, fill=False, color=plots.INK, zorder=3) for ax in axes[0]]
    fills = [plots.histogram(ax, 0, 1, bins=50) for ax in axes[0]]
    for i, ax in enumerate(axes[0]):
        ax.set(title=f"layer {i + 1}: outputs", xticks=[0, 0.5, 1])
    dots = []
    for ax, name, (low, high) in zip(axes[1], ("means", "variances"), ((-6, 6), (0.01, 100))):
        ax.plot([low, high], [low, high], color=plots.FAINT, linestyle=":", linewidth=1.2)
        dots.append(ax.plot([], [], linestyle="none", marker=".", markersize=3, color=plots.INK)[0])
        ax.set(title=f"{name}, running by true", xlim=(low, high), ylim=(low, high))
    axes[1, 1].set(xscale="log", yscale="log")
    last = axes[1, 2]
    last.set(title="test accuracy", xlim=(0, 1), ylim=(-0.6, 2.6), xticks=[0, 0.5, 1])
    last.set_yticks([2, 1, 0], ["running", "population", "own batch"])
    bars = last.barh([2, 1, 0], [0, 0, 0], color=plots.FILL, height=0.6)

    def right(logits):
        return np.mean(np.argmax(logits, axis=1) == y[: len(logits)])

    @cache
    def judged(batch_size, training_steps):
        """The hidden outputs with population statistics; accuracies with these and with those of test batches."""
        network, population = runs[batch_size][1][training_steps]
        logits, activations = evaluate(network, X, population)
        return activations, [right(logits), right(forward_in_batches(network, X, batch_size)[0])]

    for m in SIZES:  # once, so that no move waits for it
        for stop in STOPS:
            judged(m, stop)

    def update(momentum, batch_size, training_steps):
        seen, stages = runs[batch_size]
        network, population = stages[training_steps]
        running = running_statistics(seen[:training_steps], momentum)
        true, (wanted, accuracies) = np.array(population), judged(batch_size, training_steps)
        logits, activations = evaluate(network, X, running)
        for fill, outline, a, b in zip(fills, outlines, activations, wanted):
            fill(a)
            outline(b)
        for i, dot in enumerate(dots):
            low, high = dot.axes.get_xlim()
            dot.set_data(np.clip(true[:, i].ravel(), low, high), np.clip(running[:, i].ravel(), low, high))
        accuracies = [right(logits), *accuracies]
        for bar, share in zip(bars, accuracies):
            bar.set_width(share)
        off = np.sqrt(np.mean((running[:, 0] - true[:, 0]) ** 2 / true[:, 1]))
        ratio = np.exp(np.mean(np.abs(np.log(np.maximum(running[:, 1], 1e-9) / true[:, 1]))))
        times = "step" if training_steps == 1 else "steps"
        return (
            f"Momentum {momentum:g}, batches of {batch_size}, {training_steps} {times}. Right on {len(y)} test "
            f"digits: {accuracies[0]:.0%} with the running statistics, {accuracies[1]:.0%} with those of all "
            f"training images, {accuracies[2]:.0%} with those of the digit's own test batch. Running means are off "
            f"by {off:.2g} stds (root mean square), running variances typically by a factor of {ratio:.3g}."
        )

    return update


@explore(
    others=slider(0, 60, start=0, label="other company", hint="the companions are drawn anew"),
    batch_size=steps(FROM_ONE, start=8, label="images in all", hint="the image and its companions"),
    size=(7.2, 2.5),
)
def company(fig, network, X, image):
    """Live: one `image` (64,) judged by a trained network among random rows of X (N, 64), in both modes.

    others: which companions, 0 to 60; batch_size: 1 to 256.
    """
    axes = fig.subplots(1, 3, width_ratios=[1, 2, 2])
    axes[0].imshow(image.reshape(8, 8), cmap="gray_r")
    axes[0].set(title="the image", xticks=[], yticks=[])
    bars = []
    for ax, title in zip(axes[1:], ("with the batch's statistics", "with running statistics")):
        bars.append(ax.bar(range(10), np.zeros(10), color=plots.FILL))
        ax.set(title=title, ylim=(0, 1.05), xticks=range(10), xlabel="digit", yticks=[0, 0.5, 1])
    alone = softmax(network.forward(image[None], training=False))[0]
    for bar, height in zip(bars[1], alone):
        bar.set_height(height)

    def update(others, batch_size):
        rng = np.random.default_rng(others)
        rows = np.vstack([image, X[rng.integers(len(X), size=batch_size - 1)]])
        together = softmax(forward_in_batches(network, rows, batch_size)[0])
        for bar, height in zip(bars[0], together[0]):
            bar.set_height(height)
        return (
            f"Company {others}, {batch_size} images in all. With the statistics of the batch the image is read as "
            f"{together[0].argmax()} (probability {together[0].max():.2f}); with running statistics as "
            f"{alone.argmax()} ({alone.max():.2f}), whatever the company."
        )

    return update


def softmax(logits):
    """Probabilities (N, C) of logits (N, C)."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


BOXES = {  # name: where it stands, what it says
    "start": (0.15, 0.88, "test accuracy far below\nthat seen in training"),
    "mode": (0.5, 0.88, "evaluation mode on? same\nanswer in any company?"),
    "switch": (0.86, 0.88, "switch it on:\ntraining=False"),
    "known": (0.5, 0.5, "good on TRAINING data\nin evaluation mode?"),
    "cure": (0.15, 0.5, "does recalibration\ncure it?"),
    "new": (0.86, 0.5, "good with large random\nbatches of the new data?"),
    "lagged": (0.1, 0.1, "statistics: momentum too\nsmall or large, few steps,\nnot saved"),
    "weights": (0.36, 0.1, "weights: has not learned;\nrate, steps, batch size?"),
    "other": (0.63, 0.1, "other data: recalibrate\non all classes of them"),
    "overfit": (0.89, 0.1, "not batch norm: other\nkind of data, overfitting"),
}
ARROWS = (
    ("start", "mode", ""),
    ("mode", "switch", "no"),
    ("mode", "known", "yes"),
    ("known", "cure", "no"),
    ("known", "new", "yes"),
    ("cure", "lagged", "yes"),
    ("cure", "weights", "no"),
    ("new", "other", "yes"),
    ("new", "overfit", "no"),
)


def flow_chart():
    """Show where to look when evaluation is far worse than training."""
    plots.chart(BOXES, ARROWS, "Flow chart for bad evaluation.")
