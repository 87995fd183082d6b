"""Lesson 08b: learning from sixteen start scales."""

import numpy as np

from .. import plots
from ..controls import steps, switch
from ..experiments import scales as experiment
from ..experiments.scales import EPOCHS, KINDS, MODES, PARTS, SCALES
from ..live import explore
from . import scales_plane as plane

STYLES = {  # blends of both colours, where lines cross, would fill the palette of a picture
    "without": plots.WITHOUT_BATCHNORM | dict(antialiased=False),
    "with": plots.WITH_BATCHNORM,
}
MARKS = {"without": "s", "with": "o"}  # of the dots, so that colour is not alone
SENTENCE = (
    "Scale {scale:g}, {mode}. After 20 epochs, five seeds: without batch norm {without} of the "
    "test images are right, with it {with}."
)
SUMMARY = (
    "Left: median test accuracy over the scale of the first weights. Without batch norm two of "
    "sixteen scales learn, with it nine. Middle: a weight vector moves at a right angle to itself "
    "and becomes longer. Right: batches against running statistics in the first epochs, scale "
    "0.025."
)


@explore(
    scale=steps(SCALES[::-1], start=0.025, label="scale", hint="std of the first weights"),
    batch_statistics=switch(
        label="batch statistics", hint="judge with the statistics of batches of 100 images"
    ),
    size=(7.2, 2.7),
)
def sixteen_scales(fig, record):
    """Live: accuracies of ten recorded runs over the epochs, from one start scale.

    Right the median of the last test accuracies for all scales. scale: one of SCALES.
    batch_statistics: whether batch norm uses those of batches of 100, in place of
    running statistics. The record is data/recorded/scales.npz.
    """
    axes = fig.subplots(1, 3, sharey=True)
    panels = [_courses(ax, part) for ax, part in zip(axes, PARTS)]
    draw_ends = ends(axes[2])
    axes[2].set_title("test, all scales")

    def update(scale, batch_statistics):
        mode = MODES[batch_statistics]
        place = SCALES.index(scale)
        for draw, part in zip(panels, PARTS):
            draw({kind: record[kind][f"{part}, {mode}"][place] for kind in KINDS})
        draw_ends({kind: record[kind][f"test, {mode}"][:, :, -1] for kind in KINDS}, place)
        last = {kind: record[kind][f"test, {mode}"][place, :, -1] for kind in KINDS}
        told = {kind: between(values) for kind, values in last.items()}
        return SENTENCE.format(scale=scale, mode=mode, **told)

    return update


def between(shares):
    """The smallest and the largest share as words: "83% to 89%"."""
    low, high = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return low if low == high else f"{low} to {high}"


def _courses(ax, part):
    """Prepare the curves of five seeds of each kind: `draw({kind: (5, epochs)})`."""
    plots.name(ax, "epoch", "share right" if part == PARTS[0] else None, f"{part} images")
    ax.set(xlim=(-0.6, EPOCHS), ylim=(-0.03, 1.05), xticks=(0, 5, 10, 15, 20))
    lines = {
        kind: [ax.plot([], [], linewidth=1.2, **STYLES[kind])[0] for _ in experiment.SEEDS]
        for kind in KINDS
    }

    def draw(shares):
        for kind in KINDS:
            for line, course in zip(lines[kind], shares[kind]):
                # from the end, so that equal curves have their dashes at equal places
                line.set_data(np.arange(EPOCHS + 1)[::-1], course[::-1])

    return draw


def ends(ax):
    """Prepare medians over the scale: `draw({kind: (16, 5)}, place)`."""
    ax.set(xlim=(0.00006, 1.7), ylim=(-0.03, 1.05), xscale="log")
    plots.log_ticks(ax.xaxis, (0.0001, 0.01, 1))
    plots.name(ax, "scale of the first weights")
    curves, dots = {}, {}
    for kind in KINDS:
        style = STYLES[kind]
        curves[kind] = ax.plot([], [], marker=".", markersize=3, linewidth=1.2, **style)[0]
        look = dict(linestyle="none", marker=MARKS[kind], markersize=8, zorder=4)
        dots[kind] = ax.plot([], [], color=style["color"], markeredgecolor="white", **look)[0]
    for kind, height in zip(KINDS, (0.13, 0.88)):
        ax.text(0.003, height, kind, size=8, ha="center", zorder=0)

    def draw(shares, place):
        for kind in KINDS:
            medians = np.median(shares[kind].astype(float), axis=1)
            curves[kind].set_data(SCALES, medians)
            dots[kind].set_data([SCALES[place]], [medians[place]])

    return draw


def first_epochs(record, scale=0.025):
    """Show the median test accuracy in the first ten epochs from one scale."""
    shown = medians(record, scale)
    dotted = plots.WITH_BATCHNORM | dict(linestyle=":")
    looks = plots.WITHOUT_BATCHNORM, plots.WITH_BATCHNORM, dotted
    plots.lines(
        np.arange(11),
        shown,
        xlabel="epoch (ten updates each)",
        ylabel="share of test images right",
        styles=dict(zip(shown, looks)),
        ylim=(0, 1.03),
    )


def medians(record, scale, epochs=10):
    """{what is drawn: median test accuracy over the seeds (epochs + 1,)}."""
    place, test = SCALES.index(scale), [f"test, {mode}" for mode in MODES]
    cases = {
        "without": record["without"][test[0]],
        "with, evaluation": record["with"][test[0]],
        "with, batch statistics": record["with"][test[1]],
    }
    return {
        name: np.median(shares[place].astype(float), axis=0)[: epochs + 1]
        for name, shares in cases.items()
    }


def summary(record):
    """Show the lesson in one still picture, for the page to keep."""
    with plots.card(7.2, 2.8) as fig:
        axes = fig.subplots(1, 3)
        last = {kind: record[kind]["test, evaluation"][:, :, -1] for kind in KINDS}
        ends(axes[0])(last, SCALES.index(0.025))
        axes[0].set(ylabel="share right")
        axes[0].set_title("sixteen scales")
        plane.weights(axes[1])(0.3, 1, False, 6)
        axes[1].set_title("W at a right angle")
        _early(axes[2], record)
    plots.show(fig, SUMMARY)


def _early(ax, record):
    evaluation, batches = list(medians(record, 0.025).values())[1:]
    ax.plot(evaluation, label="evaluation", **plots.WITH_BATCHNORM)
    ax.plot(batches, label="batch statistics", **plots.WITH_BATCHNORM | dict(linestyle=":"))
    ax.set(xlim=(0, 10), ylim=(0, 1.03))
    ax.legend(fontsize=8, loc="lower right")
    plots.name(ax, "epoch", "share right", "with batch norm")
