"""Lesson 01: a network while it trains, from four starts."""

import numpy as np

from .. import plots
from ..controls import choice, steps, timeline
from ..experiments.initialization import ACTIVATIONS, EVERY, RATES, STARTS, STEPS
from ..experiments.initialization import training_run as run_of
from ..live import explore

RUN = (
    "{activation} from {start}, rate {lr:g}, after {step} steps: test accuracy {accuracy:.2f}. "
    "{seen} Between examples, outputs vary by {first:.2g} and {second:.2g}."
)
OUTPUTS = {"sigmoid": (0, 1), "tanh": (-1, 1), "ReLU": (0, 10)}  # the range that is drawn
FIRST = "std 0.01"  # the start that is shown first
LEARNED = 0.8  # accuracy
CHANCE = np.log(10)  # the loss (nats) if all ten digits are equally probable


@explore(
    start=choice(*STARTS, start=FIRST, label="start", hint="the first weights, in all layers"),
    activation=choice(*ACTIVATIONS, label="activation", hint="of the two hidden layers"),
    lr=steps(RATES, start=0.5, label="learning rate", hint="the same in all layers"),
    step=timeline(STEPS, start=STEPS, step=EVERY, label="step", hint="steps of training so far"),
    size=(7.2, 2.6),
)
def training_run(fig):
    """Live: a network of two hidden layers while it trains on the digits.

    start: of the weights. activation: "sigmoid", "tanh", "ReLU". lr: 0.005 to 5. step:
    0 to 300. Left the loss, then the hidden outputs for 60 test images.
    """
    left, *axes = fig.subplots(1, 3, width_ratios=(1.4, 1, 1))
    left.set(xlim=(0, STEPS), ylim=(1e-3, 1e3), yscale="log")
    plots.log_ticks(left.yaxis, (1e-3, 1e-1, 10, 1e3))
    plots.name(left, x="step", y="loss of the batch")
    left.axhline(CHANCE, color=plots.FAINT, linestyle=":", linewidth=1)
    left.text(STEPS, 3e2, "dotted: chance", ha="right", size=8, color=plots.FAINT)
    (curve,) = left.plot([], [], color=plots.INK, linewidth=1)
    fills = [plots.histogram(ax, 0, 1, bins=50) for ax in axes]
    for lr in RATES:  # each trains for 0.1 s, which is too long below the hand
        run_of(next(iter(ACTIVATIONS)), FIRST, lr).at(STEPS)
    for number, ax in enumerate(axes, 1):
        plots.name(ax, x="output", title=f"layer {number}")

    def update(start, activation, lr, step):
        run = run_of(activation, start, lr)
        now = run.at(step)
        losses = run.losses[:step]
        curve.set_data(range(1, len(losses) + 1), np.clip(losses, 1e-3, 1e3))
        low, high = OUTPUTS[activation]
        for ax, fill, outputs in zip(axes, fills, now.hidden):
            fill(outputs, low, high)
            ax.xaxis.label.set_text("output" + ", last bar ≥ 10" * (activation == "ReLU"))
        first, second = now.between
        return RUN.format(
            activation=activation[0].upper() + activation[1:],
            start=start,
            lr=lr,
            step=step,
            accuracy=now.accuracy,
            seen=_seen(run, step, now.accuracy),
            first=first,
            second=second,
        )

    return update


def _seen(run, step, accuracy):
    """What the accuracy and the last ten losses say, beside chance."""
    if not step:
        return "No step was taken."
    if run.diverged_at and run.diverged_at <= step:
        return f"At step {run.diverged_at} the loss was no number."
    last = np.mean(run.losses[max(step - EVERY, 0) : step])
    if accuracy > LEARNED:
        return "It has learned." + " A few images cost a lot." * bool(last > CHANCE / 2)
    if last > 2 * CHANCE:
        return "The loss is far above chance."
    return "It learns." if last < CHANCE / 2 else "The loss is near chance."
