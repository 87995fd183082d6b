"""Lesson 07: running averages, networks in evaluation, an image and its companions."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps
from ..experiments import inference as experiment
from ..experiments.inference import BATCHES, FROM_ONE, MOMENTA, SIZES, STARTS, STOPS
from ..live import explore

MOMENTUM = dict(start=0.1, hint="weight of the new batch in the running average")
DOTTED = dict(color=plots.INK, linestyle=":", linewidth=1.2)
SHARES = ("running", "population", "own")  # statistics with which digits are classified
AVERAGE = (
    "Momentum {momentum:g} (Keras: {keras:g}), batches of {m}, {kind}, {half_life}. From batch "
    "{half} the running mean is {error:.3f} stds off (formula {formula:.3f}). The running variance "
    "{variance}."
)
STATISTICS = (
    "Momentum {momentum:g}, batches of {m}, {steps}. Of {n} test digits, {running:.0%} are "
    "right with running statistics, {population:.0%} with population statistics, {own:.0%} "
    "with batch statistics. Running means: {error:.2g} stds off. Running variances: factor "
    "{ratio:.3g}."
)
COMPANY = (
    "Company {others}, {m} images in all. With the statistics of the batch the answer is "
    "{digit} (probability {sure:.2f}). With running statistics it is {alone} "
    "({alone_sure:.2f}), in any company."
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
    """Live: running mean and variance of one unit's sums over 200 random batches.

    The batches are drawn from `values` (N,); the weights do not change. momentum: 0 to
    1, the weight of the new batch. batch_size: 1 to 256. kind: "start 0 and 1,
    unbiased" (this course, PyTorch), "start 0 and 1, biased" or "start 0 and 0,
    biased".
    """
    batches = experiment.random_batches(values)
    true_mean, true_var = values.mean(), values.var()
    draw = _averages(fig.subplots(1, 2), true_mean, true_var)

    def update(momentum, batch_size, kind):
        means, variances = experiment.courses(*batches[batch_size], batch_size, momentum, kind)
        exists = batch_size > 1 or not STARTS[kind][1]  # no unbiased variance of one value
        formula = np.sqrt(momentum / (2 - momentum) / batch_size)
        draw(means, variances, formula * np.sqrt(true_var), exists)
        error, ratio = experiment.running_errors(means, variances, true_mean, true_var)
        variance = f"is {ratio:.2f} times the truth" if exists else "does not exist"
        setting = dict(momentum=momentum, keras=1 - momentum, m=batch_size, kind=kind)
        words = dict(half_life=_half_life(momentum), variance=variance)
        numbers = dict(half=BATCHES // 2, error=error, formula=formula)
        return AVERAGE.format(**numbers, **setting, **words)

    return update


def _averages(axes, true_mean, true_var):
    """Prepare both courses; returns `draw(means, variances, error, exists)`.

    error: the expected error of the mean, drawn as two lines. exists: whether there is
    a running variance.
    """
    std, batches = np.sqrt(true_var), np.arange(1, BATCHES + 1)
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
            curve.set_data(batches, course)
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
    """Live: networks of `train_runs`, evaluated by running statistics.

    X is (N, 64), the labels y are (N,). Top: outputs of each hidden layer; the outline
    is that with population statistics. Bottom: running against true mean and variance
    of all units, and accuracies. momentum: 0 to 1. batch_size: 2 to 256.
    training_steps: 1 to 300.
    """
    top, bottom = fig.subplots(2, 3)
    draw_outputs = _outputs(top)
    draw_statistics = _statistics(*bottom[:2])
    bars = _accuracies(bottom[2])
    judged = experiment.judge(runs, X, y)

    def update(momentum, batch_size, training_steps):
        seen, stages = runs[batch_size]
        network, population = stages[training_steps]
        running = experiment.statistics_after(seen[:training_steps], momentum)
        true, (wanted, accuracies) = np.array(population), judged(batch_size, training_steps)
        logits, activations = experiment.evaluate(network, X, running)
        draw_outputs(activations, wanted)
        draw_statistics(true, running)
        shares = dict(zip(SHARES, [experiment.share_right(logits, y), *accuracies]))
        _set_sizes(bars, shares.values(), "width")
        error, ratio = experiment.distance(running, true)
        setting = dict(momentum=momentum, m=batch_size, steps=_steps(training_steps), n=len(y))
        return STATISTICS.format(error=error, ratio=ratio, **setting, **shares)

    return update


def _steps(number):
    return "1 step" if number == 1 else f"{number} steps"


def _set_sizes(bars, sizes, side):
    """Set the "width" or the "height" of each bar."""
    for bar, size in zip(bars, sizes):
        bar.set(**{side: size})


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


def _statistics(left, right):
    """Prepare running against true means and variances; returns `draw(true, running)`.

    Both are (layers, 2, D).
    """
    draw_means = _against(left, "mean", -6, 6)
    draw_variances = _against(right, "variance", 0.01, 100)
    right.set(xscale="log", yscale="log")
    for axis in (right.xaxis, right.yaxis):
        plots.log_ticks(axis, [0.01, 1, 100])

    def draw(true, running):
        draw_means(true[:, 0], running[:, 0])
        draw_variances(true[:, 1], running[:, 1])

    return draw


def _against(ax, name, low, high):
    """Prepare running against true values; returns `draw(true, running)`."""
    ax.plot([low, high], [low, high], color=plots.FAINT, linestyle=":", linewidth=1.2)
    dots = ax.plot([], [], linestyle="none", marker=".", markersize=3, color=plots.INK)[0]
    ax.set(xlim=(low, high), ylim=(low, high))
    plots.name(ax, f"true {name}", f"running {name}", f"{name}s")

    def draw(true, running):
        dots.set_data(*(np.clip(values.ravel(), low, high) for values in (true, running)))

    return draw


def _accuracies(ax):
    """Make three bars, in the order of SHARES."""
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
    """Live: a trained network classifies one `image` (64,) among rows of X (N, 64).

    Left: training mode, right: evaluation mode. others: 0 to 60, each draws other
    companions. batch_size: 1 to 256.
    """
    axes = fig.subplots(1, 3, width_ratios=[1, 2, 2])
    plots.image(axes[0], image.reshape(8, 8), "the image")
    titles = "with the batch's statistics", "with running statistics"
    bars, fixed = [_probabilities(ax, title) for ax, title in zip(axes[1:], titles)]
    alone = experiment.answer(network, image)
    _set_sizes(fixed, alone, "height")

    def update(others, batch_size):
        together = experiment.answer_in_company(network, X, image, others, batch_size)
        _set_sizes(bars, together, "height")
        digits = dict(digit=together.argmax(), alone=alone.argmax())
        probabilities = dict(sure=together.max(), alone_sure=alone.max())
        return COMPANY.format(others=others, m=batch_size, **digits, **probabilities)

    return update


def _probabilities(ax, title):
    bars = ax.bar(range(10), np.zeros(10), color=plots.FILL)
    ax.set(ylim=(0, 1.05), xticks=range(10), yticks=[0, 0.5, 1])
    plots.name(ax, "digit", "probability", title)
    return bars
