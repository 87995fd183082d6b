"""Lesson 07: running averages, both modes of the layer, networks in evaluation."""

import numpy as np

from .. import plots
from ..controls import choice, steps, switch
from ..experiments import inference as experiment
from ..experiments.inference import FROM_ONE, HALF, MOMENTA, SIZES, STARTS, STOPS
from ..live import explore
from . import inference_panels as panels

MOMENTUM = dict(
    start=0.1, label="momentum α", hint="weight of the new batch in the running average"
)
AVERAGE = (
    "Momentum {momentum:g} (Keras: {keras:g}), {half_life}. From batch {half} "
    "on the running mean is {error:.3f} stds off (formula, when warm: {formula:.3f}), the running "
    "variance {variance}."
)
MODES = (
    "Batches of {m}: 1/s is on average {factor:.2f} times 1/σ. The largest normalized value is "
    "{largest:.2f} in training and {wide:.2f} in evaluation."
)
NETWORKS = (
    "Momentum {momentum:g}, batches of {m}, {steps}{cured}: {share:.0%} of {n} test digits are "
    "right. With population statistics {population:.0%}. The running variances differ from the "
    "true ones by a factor of {factor:.3g}."
)
COURSES = {  # momentum: the look of its curve in the summary
    0.02: dict(color=plots.INK, linestyle="--"),
    0.1: dict(color=plots.INK, linestyle="-"),
    0.5: dict(color="#882255", linestyle="-", linewidth=1),
}
SUMMARY = (
    "Left: after a jump of the truth the average with momentum 0.02 lags, that with 0.5 is noisy, "
    "and that with 0.1 is between. Middle: in batches of 4 no normalized value passes 1.73, in "
    "evaluation there is no bound. Right: small momenta lose the accuracy, and recalibration "
    "brings it back."
)
CHART_BOXES = {
    "start": (0.15, 0.88, "test accuracy far below\nthat seen in training"),
    "mode": (0.5, 0.88, "is the answer the same\nin any company?"),
    "switch": (0.86, 0.88, "evaluation mode is off:\ntraining=False"),
    "known": (0.5, 0.5, "good on TRAINING data\nin evaluation mode?"),
    "cure": (0.15, 0.5, "does recalibration\ncure it?"),
    "new": (0.86, 0.5, "good with large random\nbatches of the new data?"),
    "lagged": (0.1, 0.1, "statistics: momentum too\nsmall or large, few steps,\nnot saved"),
    "weights": (0.36, 0.1, "weights: has not learned;\nrate, steps, batch size?"),
    "other": (0.63, 0.1, "other data: recalibrate\non all classes of them"),
    "overfit": (0.89, 0.1, "not batch norm: other\nkind of data, overfitting"),
}
CHART_ARROWS = (
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


@explore(
    momentum=steps(MOMENTA, **MOMENTUM),
    batch_size=steps(FROM_ONE, start=8, label="batch size m", hint="how many images a batch has"),
    kind=choice(
        *STARTS,
        label="convention",
        hint="start of mean and variance; which batch variance is averaged",
    ),
    jump=switch(label="the truth jumps", hint="after 100 batches the values are others"),
    size=(7.2, 3.4),
)
def running_average(fig, values):
    """Live: running mean and variance of one unit's sums over 200 random batches.

    The batches are drawn from `values` (N,); the weights do not change. momentum: 0 to
    1, the weight of the new batch. batch_size: 1 to 256. kind: a name in STARTS. jump:
    whether the values are others from batch 100 on.
    """
    batches = {jump: experiment.random_batches(values, jump) for jump in (False, True)}
    axes = fig.subplot_mosaic([["mean", "var"], ["weights", "var"]], height_ratios=(2, 1))
    draw = [panels.course(axes[key], key, values) for key in ("mean", "var")]
    draw_weights = panels.weights(axes["weights"])

    def update(momentum, batch_size, kind, jump):
        *seen, truth = batches[jump][batch_size]
        averages = experiment.courses(*seen, batch_size, momentum, kind)
        exists = batch_size > 1 or not STARTS[kind][1]  # no unbiased variance of one value
        for i in (0, 1):
            draw[i](seen[i], averages[i], truth[i], exists or i == 0)
        draw_weights(momentum)
        error, ratio = experiment.running_errors(*averages, truth)
        return AVERAGE.format(
            momentum=momentum,
            keras=1 - momentum,
            half_life=_half_life(momentum),
            half=HALF,
            error=error,
            formula=np.sqrt(momentum / (2 - momentum) / batch_size),
            variance=f"is {ratio:.2f} times the true one" if exists else "does not exist",
        )

    return update


def _half_life(momentum):
    if momentum == 0:
        return "no half-life"
    if momentum == 1:
        return "half-life 0 batches"
    return f"half-life {experiment.half_life(momentum):.3g} batches"


@explore(
    batch_size=steps(SIZES, start=4, label="batch size m", hint="of the training batches"),
    size=(7.2, 2.6),
)
def two_modes(fig):
    """Live: Gaussian values, normalized in batches and with their true statistics.

    batch_size: 2 to 256.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1.6, 1))
    draw_values, draw_factor = panels.both_modes(left), panels.factors(right)
    wide = np.abs(experiment.gaussian()).max()

    def update(batch_size):
        values, factor = experiment.in_batches(batch_size)
        draw_values(values, batch_size)
        draw_factor(factor, batch_size)
        largest = np.abs(values).max()
        return MODES.format(m=batch_size, factor=factor, largest=largest, wide=wide)

    return update


@explore(
    momentum=steps(MOMENTA, **MOMENTUM),
    batch_size=steps(
        SIZES, start=64, label="batch size m", hint="of the training batches, at least 2"
    ),
    training_steps=steps(
        STOPS, start=100, label="training steps", hint="how long the network has learned"
    ),
    recalibrate=switch(label="recalibrate", hint="take population statistics in their place"),
    size=(7.2, 2.9),
)
def running_statistics(fig, runs, X, y):
    """Live: networks of `train_runs`, evaluated by running statistics.

    X is (N, 64), the labels y are (N,). Left the accuracy over the momentum, then
    running against true variance of all units, and the outputs of the last hidden
    layer; the outline is that with population statistics. momentum: 0 to 1.
    batch_size: 2 to 256. training_steps: 1 to 300. recalibrate: whether the running
    statistics are computed again for the finished weights.
    """
    left, middle, right = fig.subplots(1, 3, width_ratios=(1.5, 1, 1))
    draw_shares, draw_variances = panels.shares(left), panels.variances(middle)
    draw_outputs = panels.outputs(right)
    judged = experiment.judge(runs, X, y)

    def update(momentum, batch_size, training_steps, recalibrate):
        seen, stages = runs[batch_size]
        network, population = stages[training_steps]
        wanted, best, shares = judged(batch_size, training_steps)
        running = true = np.array(population)
        share, outputs = best, wanted
        if not recalibrate:
            running = experiment.statistics_after(seen[:training_steps], momentum)
            share = shares[MOMENTA.index(momentum)]
            _, outputs = experiment.evaluate(network, X, running)
        draw_shares(shares, best, MOMENTA.index(momentum), share)
        draw_variances(true[:, 1], running[:, 1])
        draw_outputs(outputs[-1], wanted[-1])
        return NETWORKS.format(
            momentum=momentum,
            m=batch_size,
            steps="1 step" if training_steps == 1 else f"{training_steps} steps",
            cured=", recalibrated" * recalibrate,
            share=share,
            n=len(y),
            population=best,
            factor=experiment.typical_factor(running[:, 1], true[:, 1]),
        )

    return update


def flow_chart():
    """Show where to look when evaluation is far worse than training."""
    plots.diagram(CHART_BOXES, CHART_ARROWS, "Flow chart for bad evaluation.")


def summary(values, runs, X, y):
    """Show the lesson in one still picture, for the page to keep.

    The arguments are those of the figures.
    """
    with plots.card(7.2, 2.8) as fig:
        axes = fig.subplots(1, 3)
        means, variances, truth = experiment.random_batches(values, jump=True)[8]
        for momentum, look in COURSES.items():
            averages = experiment.courses(means, variances, 8, momentum, next(iter(STARTS)))
            draw = panels.course(axes[0], "mean", values, label=f"α = {momentum:g}", **look)
            draw(means, averages[0], truth[0])
        axes[0].legend(loc="upper left", fontsize=8)
        panels.both_modes(axes[1])(experiment.in_batches(4)[0], 4)
        axes[1].set_title("training, evaluation")
        _, best, shares = experiment.judge(runs, X, y)(64, 100)
        panels.shares(axes[2])(shares, best, MOMENTA.index(0.01), best)
    plots.show(fig, SUMMARY)
