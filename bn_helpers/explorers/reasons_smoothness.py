"""Lesson 09: the loss along the direction of a step."""

import numpy as np

from .. import plots
from ..controls import choice, timeline
from ..experiments.reasons_smoothness import EVERY, SIDES, STARTS, STEPS, ranges
from ..live import explore

LOOKS = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM}
LIMITS = {"ReLU": 2.0, "tanh": 1.5, "sigmoid": 0.8}  # of the change of the loss that is drawn
SENTENCE = (
    "{activation}, step {step}. Along the gradient the loss varies by {far:.2g} without and by "
    "{near:.2g} with batch norm. Loss before the move: {high:.2f} and {low:.2f}. All medians of "
    "five seeds."
)


@explore(
    step=timeline(STEPS, start=100, step=EVERY, label="step", hint="steps of training so far"),
    activation=choice(*STARTS, label="activation", hint="of all hidden layers"),
    size=(7.2, 3.0),
)
def loss_along(fig, record):
    """Live: the loss of one batch along its gradient, at a step of training.

    record: `data.load_recorded("loss_along")`. Left: the change of the loss after moves
    of 0 to 4 steps of rate 0.1; a line for each of five seeds. Right: the range of the
    loss over the steps of training, as a median of the seeds. step: 0 to 300.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1.1, 1))
    left.set_xlim(0, 4)
    plots.name(left, "move, in steps of rate 0.1", "change of the loss", "along the gradient")
    left.yaxis.set_label_coords(-0.16, 0.5)  # left of the widest number, for every setting
    bundles = {
        # Mixed colours where lines meet would be too many for the palette of a picture.
        side: [left.plot([], [], antialiased=False, **look, linewidth=1)[0] for _ in range(5)]
        for side, look in LOOKS.items()
    }
    right.set(xlim=(0, STEPS), yscale="log", ylim=(1e-3, 10))
    plots.log_ticks(right.yaxis, [0.001, 0.01, 0.1, 1, 10])
    plots.name(right, "step of training", "range of the loss", "over training")
    courses = {side: right.plot([], [], **look)[0] for side, look in LOOKS.items()}
    marker = right.axvline(0, color=plots.INK, linestyle=":", linewidth=1.2)
    names = [f"{side} batch norm" for side in LOOKS]
    fig.legend([*courses.values()], names, loc="outside lower center", ncols=2, borderaxespad=0.8)

    def update(step, activation):
        stop, varied, before = step // EVERY, {}, {}
        limit = LIMITS[activation]
        if left.get_ylim() != (-limit, limit):
            left.set(ylim=(-limit, limit), yticks=(-limit, 0, limit))
        for side in SIDES:
            losses = record[f"{activation}, {side}"]["losses"][:, stop].astype(float)
            for line, course in zip(bundles[side], losses):
                line.set_data(record["times"], course - course[0])
            spans = ranges(record, activation, side)
            courses[side].set_data(record["steps"], np.median(spans, axis=0))
            varied[side], before[side] = np.median(spans[:, stop]), np.median(losses[:, 0])
        marker.set_xdata([step] * 2)
        numbers = dict(far=varied["without"], near=varied["with"])
        numbers |= dict(high=before["without"], low=before["with"])
        return SENTENCE.format(activation=activation, step=step, **numbers)

    return update


def by_activation(ax, record):
    """Draw the median range of the loss of five seeds, for each activation."""
    for place, activation in enumerate(STARTS):
        for side, look in LOOKS.items():
            medians = np.median(ranges(record, activation, side), axis=1)
            mark = "o" if side == "with" else "x"
            ax.plot(np.full(len(medians), place), medians, mark, color=look["color"], alpha=0.7)
    ax.set(yscale="log", ylim=(0.01, 3), xlim=(-0.5, 2.5))
    ax.set_xticks(range(len(STARTS)), [*STARTS])
    plots.log_ticks(ax.yaxis, [0.01, 0.1, 1])
    plots.name(ax, "x without, o with", "range of the loss", "along the gradient")
