"""Lesson 07: a running average, networks with running statistics, an image in other
company.
"""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps
from ..experiments import inference as experiment
from ..experiments.inference import BATCHES, FROM_ONE, MOMENTA, SIZES, STARTS, STOPS
from ..live import explore

MOMENTUM = dict(start=0.1, hint="weight of the new batch in the running average")
DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
AVERAGE = (
    "Momentum {momentum:g} (Keras: {keras:g}), batches of {m}, {kind}, {half_life}. From batch 100 the "
    "running mean is {off:.3f} stds off (formula {formula:.3f}). The running variance {variance}."
)
STATISTICS = (
    "Momentum {momentum:g}, batches of {m}, {steps}. Of {n} test digits, {running:.0%} are right with "
    "running statistics, {population:.0%} with population statistics, {own:.0%} with batch statistics. "
    "Running means: {off:.2g} stds off. Running variances: factor {ratio:.3g}."
)
COMPANY = (
    "Company {others}, {m} images in all. With the statistics of the batch the answer is {digit} "
    "(probability {sure:.2f}). With running statistics it is {alone} ({alone_sure:.2f}), in any company."
)


@explore(
    momentum=steps(MOMENTA, label="momentum α", **MOMENTUM),
    batch_size=steps(FROM_ONE, start=8, label="batch size m", hint="how many images a batch has"),
    kind=choice(
        *STARTS,
        label="convention",
        hint="start of mean and variance; which batch variance is averaged",
    ),
    size=(7.2, 2.6),
)
def running_average(fig, values):
    """Live: running mean and variance of one unit's sums `values` (N,) over 200 random
    batches.

    The weights do not change. momentum: 0 to 1, the weight of the new batch;
    batch_size: 1 to 256; kind: "start 0 and 1, unbiased" (this course, PyTorch), "start
    0 and 1, biased" or "start 0 and 0, biased".
    """
    table = experiment.random_batches(values)
    true_mean, true_var = values.mean(), values.var()
    draw = _averages(fig.subplots(1, 2), true_mean, true_var)

    def update(momentum, batch_size, kind):
        start, unbiased = STARTS[kind]
        means, variances = table[batch_size]
        exists = batch_size > 1 or not unbiased
        if unbiased:
            variances = variances * batch_size / max(batch_size - 1, 1)
        mean = experiment.running_averages(means, 0.0, momentum)
        variance = experiment.running_averages(variances, start, momentum)
        formula = np.sqrt(momentum / (2 - momentum) / batch_size)
        draw(mean, variance, formula * np.sqrt(true_var), exists)
        off, times = experiment.running_errors(mean, variance, true_mean, true_var)
        return AVERAGE.format(
            momentum=momentum,
            keras=1 - momentum,
            m=batch_size,
            kind=kind,
            half_life=_half_life(momentum),
            off=off,
            formula=formula,
            variance=f"is {times:.2f} times the truth" if exists else "does not exist",
        )

    return update


def _averages(axes, true_mean, true_var):
    """Prepare both courses; returns `draw(means, variances, error, exists)`."""
    std, at = np.sqrt(true_var), np.arange(1, BATCHES + 1)
    axes[0].set_ylim(min(0, true_mean - 2 * std), max(0, true_mean + 2 * std))
    axes[1].set_ylim(0, max(1.1, 2 * true_var))
    for ax, title, truth in zip(axes, ("running mean", "running variance"), (true_mean, true_var)):
        plots.name(ax, "batch", title.split()[-1], title)
        ax.set_xlim(0, BATCHES)
        ax.axhline(truth, **DOTTED)
    curves = [ax.plot([], [], color=plots.INK, linewidth=1.4)[0] for ax in axes]
    bands = [axes[0].axhline(0, color=plots.FAINT, linestyle="--", linewidth=1) for _ in range(2)]

    def draw(means, variances, error, exists):
        for curve, course in zip(curves, (means, variances)):
            curve.set_data(at, course)
        curves[1].set_visible(exists)
        for band, sign in zip(bands, (-1, 1)):
            band.set_ydata([true_mean + sign * error] * 2)

    return draw


def _half_life(momentum):
    if momentum == 0:
        return "no half-life"
    if momentum == 1:
        return "half-life 0 batches"
    return f"half-life {experiment.half_life(momentum):.3g} batches"


@explore(
    momentum=steps(MOMENTA, label="momentum", **MOMENTUM),
    batch_size=steps(
        SIZES, start=64, label="batch size m", hint="of the training batches, at least 2"
    ),
    training_steps=steps(
        STOPS, start=100, label="training steps", hint="how long the network has learned"
    ),
    size=(7.2, 4.6),
)
def running_statistics(fig, runs, X, y):
    """Live: networks of `train_runs`, evaluated on X (N, 64) with labels y (N,) by
    running statistics.

    Top: outputs of each hidden layer (outlined: with population statistics). Bottom:
    running against true mean and variance of all units, and accuracies. momentum: 0 to
    1; batch_size: 2 to 256; training_steps: 1 to 300.
    """
    top, bottom = fig.subplots(2, 3)
    draw_outputs = _outputs(top)
    draw_means = _against(bottom[0], "mean", -6, 6)
    draw_variances = _against(bottom[1], "variance", 0.01, 100)
    bottom[1].set(xscale="log", yscale="log")
    bars = _accuracies(bottom[2])
    judged = experiment.judge(runs, X, y)

    def update(momentum, batch_size, training_steps):
        seen, stages = runs[batch_size]
        network, population = stages[training_steps]
        running = experiment.statistics_after(seen[:training_steps], momentum)
        true, (wanted, accuracies) = np.array(population), judged(batch_size, training_steps)
        logits, activations = experiment.evaluate(network, X, running)
        draw_outputs(activations, wanted)
        draw_means(true[:, 0], running[:, 0])
        draw_variances(true[:, 1], running[:, 1])
        shares = [experiment.share_right(logits, y), *accuracies]
        for bar, share in zip(bars, shares):
            bar.set_width(share)
        off, ratio = experiment.distance(running, true)
        return STATISTICS.format(
            momentum=momentum,
            m=batch_size,
            steps="1 step" if training_steps == 1 else f"{training_steps} steps",
            n=len(y),
            running=shares[0],
            population=shares[1],
            own=shares[2],
            off=off,
            ratio=ratio,
        )

    return update


def _outputs(axes):
    """Prepare the histograms of three layers; returns `draw(activations, wanted)`."""
    outline = dict(bins=50, fill=False, color=plots.INK, zorder=3)
    outlines = [plots.histogram(ax, 0, 1, **outline) for ax in axes]
    fills = [plots.histogram(ax, 0, 1, bins=50) for ax in axes]
    for i, ax in enumerate(axes, start=1):
        plots.name(ax, x="output", title=f"layer {i}: outputs")
        ax.set_xticks([0, 0.5, 1])

    def draw(activations, wanted):
        for fill, outline, a, b in zip(fills, outlines, activations, wanted):
            fill(a)
            outline(b)

    return draw


def _against(ax, what, low, high):
    """Prepare running against true statistics; returns `draw(true, running)`."""
    ax.plot([low, high], [low, high], color=plots.FAINT, linestyle=":", linewidth=1.2)
    dots = ax.plot([], [], linestyle="none", marker=".", markersize=3, color=plots.INK)[0]
    ax.set(xlim=(low, high), ylim=(low, high))
    plots.name(ax, f"true {what}", f"running {what}", f"{what}s")

    def draw(true, running):
        dots.set_data(*(np.clip(values.ravel(), low, high) for values in (true, running)))

    return draw


def _accuracies(ax):
    ax.set(xlim=(0, 1), ylim=(-0.6, 2.6), xticks=[0, 0.5, 1])
    plots.name(ax, "share right", "statistics", "test accuracy")
    ax.set_yticks([2, 1, 0], ["running", "population", "own batch"])
    return ax.barh([2, 1, 0], [0, 0, 0], color=plots.FILL, height=0.6)


@explore(
    others=slider(0, 60, start=0, label="other company", hint="the companions are drawn anew"),
    batch_size=steps(FROM_ONE, start=8, label="images in all", hint="the image and its companions"),
    size=(7.2, 2.5),
)
def image_in_company(fig, network, X, image):
    """Live: one `image` (64,) classified by a trained network among random rows of X
    (N, 64).

    Left in training mode, right in evaluation mode. others: which companions, 0 to 60;
    batch_size: 1 to 256.
    """
    axes = fig.subplots(1, 3, width_ratios=[1, 2, 2])
    plots.image(axes[0], image.reshape(8, 8), "the image")
    titles = "with the batch's statistics", "with running statistics"
    bars, fixed = [_probabilities(ax, title) for ax, title in zip(axes[1:], titles)]
    alone = experiment.answer(network, image)
    for bar, height in zip(fixed, alone):
        bar.set_height(height)

    def update(others, batch_size):
        together = experiment.answer_in_company(network, X, image, others, batch_size)
        for bar, height in zip(bars, together):
            bar.set_height(height)
        return COMPANY.format(
            others=others,
            m=batch_size,
            digit=together.argmax(),
            sure=together.max(),
            alone=alone.argmax(),
            alone_sure=alone.max(),
        )

    return update


def _probabilities(ax, title):
    bars = ax.bar(range(10), np.zeros(10), color=plots.FILL)
    ax.set(ylim=(0, 1.05), xticks=range(10), yticks=[0, 0.5, 1])
    plots.name(ax, "digit", "probability", title)
    return bars
