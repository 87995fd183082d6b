"""Lesson 09b: unmixed batches, and statistics in fine-tuning."""

import numpy as np

from .. import plots
from ..controls import choice, steps
from ..experiments.limits_networks import NORMS
from ..experiments.limits_statistics import BATCHES, DIGITS, NEW, WAYS
from ..live import explore
from .limits_curves import curves, told

UNMIXED = "Test accuracy of five seeds with one digit in a batch: {one}. With ten digits: {ten}."
SENTENCE = (
    "{what}, batches of {m}. Accuracy of five seeds: as it is {first}, recalibrated {second}. "
    "After 200 steps: frozen {third}, moving {fourth}, recalibrated, frozen {fifth}."
)


def unmixed(record):
    """Show the test accuracy over the number of digits in a training batch.

    record: `data.load_recorded("limits_statistics")`.
    """
    runs = {norm: record["unmixed"][norm] for norm in NORMS}
    with plots.card(7.2, 2.6) as fig:
        ax = fig.subplots()
        curves(ax, NORMS, np.array(DIGITS))(runs)
        ax.set(ylim=(0, 1.03), xticks=DIGITS)
        ax.legend(loc="lower right")
        plots.name(ax, "different digits in a training batch of 20", "test accuracy")
    one, ten = (
        ", ".join(f"{norm} {told(values[:, place])}" for norm, values in runs.items())
        for place in (0, -1)
    )
    plots.show(fig, UNMIXED.format(one=one, ten=ten))


@explore(
    what=choice(*NEW, label="new images", hint="on which the network is tuned"),
    batch_size=steps(BATCHES, start=4, label="tuning batch", hint="in fine-tuning"),
    size=(7.2, 2.4),
)
def fine_tuning(fig, record):
    """Live: test accuracy on new images, for five ways to treat the statistics.

    record: `data.load_recorded("limits_statistics")`. what: images of other writers, or
    the same with 0.3 times the ink. batch_size: 2, 4 or 20.
    """
    ax = fig.subplots()
    places = -np.arange(len(WAYS))
    (dots,) = ax.plot([], [], "o", color=plots.INK, alpha=0.5)
    names = [
        "as it is",
        "recalibrated",
        "tuned, frozen",
        "tuned, moving",
        "recalibrated, then frozen",
    ]
    ax.set(xlim=(0, 1), ylim=(places[-1] - 0.5, 0.5), yticks=places, yticklabels=names)
    ax.axhline(-1.5, color=plots.FAINT, linewidth=0.8)
    plots.name(ax, "test accuracy on the new images, five seeds", "statistics")

    def update(what, batch_size):
        runs = record["tuning"][what][:, BATCHES.index(batch_size)]  # (5 seeds, 5 ways)
        dots.set_data(runs.ravel(), np.tile(places, len(runs)))
        shares = dict(zip(("first", "second", "third", "fourth", "fifth"), map(told, runs.T)))
        return SENTENCE.format(what=what.capitalize(), m=batch_size, **shares)

    return update
