"""Lesson 09b: what small batches do to four kinds of normalization."""

import numpy as np

from .. import plots
from ..controls import choice, steps, switch
from ..experiments.limits import EPOCHS, NORMS, RULES, SIZES
from ..live import explore
from . import limits_cells as cells
from .limits_curves import NOW, curves, told

SENTENCE = (
    "Batches of {m}, rate {rate:.2g}. Test accuracy of five seeds after epoch 8: batch norm{exact} "
    "{batch}, none {none}, layer norm {layer}, group norm {group}."
)
SUMMARY = (
    "Left, test accuracy over the batch size: at 2 images batch norm fails, and the others do not. "
    "Right, the cells that share mean and variance in batch, layer, group and instance norm."
)


@explore(
    batch_size=steps(SIZES, start=8, label="batch size m", hint="images in a training batch"),
    rule=choice(*RULES, label="learning rate", hint="the same for all, or in proportion to m"),
    exact=switch(label="exact statistics", hint="batch norm judged with population statistics"),
    size=(7.2, 3.0),
)
def small_batches(fig, record):
    """Live: test accuracy over the batch size, and over the epochs.

    record: `data.load_recorded("limits")`. batch_size: 2 to 128. rule: of the learning
    rate. exact: whether batch norm is judged with population statistics.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1.3, 1), sharey=True)
    over_sizes = sizes(left)
    over_epochs = curves(right, NORMS, np.arange(1, EPOCHS + 1))
    right.set(xlim=(0.5, EPOCHS + 0.5), xticks=range(2, EPOCHS + 1, 2))
    plots.name(right, "epoch", title="over the epochs")
    (dots,) = left.plot([], [], **NOW)

    def update(batch_size, rule, exact):
        runs = accuracies(record, rule, exact)
        place = SIZES.index(batch_size)
        ends = {norm: values[:, :, -1] for norm, values in runs.items()}
        over_sizes(ends)
        over_epochs({norm: values[:, place] for norm, values in runs.items()})
        dots.set_data([batch_size] * len(ends), [np.median(v[:, place]) for v in ends.values()])
        last = {norm.split()[0]: told(values[:, place]) for norm, values in ends.items()}
        words = " with exact statistics" * exact
        return SENTENCE.format(m=batch_size, rate=RULES[rule](batch_size), exact=words, **last)

    return update


def sizes(ax):
    """Prepare the accuracy over the batch size: `draw({norm: (5, sizes)})`."""
    ax.set(xscale="log", xlim=(1.7, 150), ylim=(0, 1.03))
    plots.log_ticks(ax.xaxis, SIZES)
    plots.name(ax, "batch size m", "test accuracy", "after 8 epochs")
    draw = curves(ax, NORMS, np.array(SIZES))
    plots.legend(ax, loc="lower right", fontsize=9)
    return draw


def accuracies(record, rule, exact=False):
    """{norm: accuracies (5 seeds, 7 batch sizes, 8 epochs)} of one rule."""
    runs = {norm: record[f"{rule}, {norm}"]["accuracy"] for norm in NORMS}
    if exact:
        runs["batch norm"] = record[f"{rule}, batch norm"]["exact"]
    return runs


def summary(record):
    """Show the lesson in one still picture, for the page to keep."""
    with plots.card(7.2, 2.8) as fig:
        places = [["sizes", *cells.NORMS[:2]], ["sizes", *cells.NORMS[2:]]]
        axes = fig.subplot_mosaic(places, width_ratios=(2, 1, 1))
        runs = accuracies(record, "0.05")
        sizes(axes["sizes"])({norm: values[:, :, -1] for norm, values in runs.items()})
        for norm in cells.NORMS:
            cells.block(axes[norm])(cells.members(norm, 2))
            axes[norm].set_title(norm)
    plots.show(fig, SUMMARY)
