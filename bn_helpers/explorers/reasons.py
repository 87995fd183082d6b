"""Lesson 09: networks that learn with noise after batch norm, and the summary."""

from itertools import zip_longest

import numpy as np

from .. import plots
from ..controls import choice, steps
from ..experiments.reasons import CASES, SIZES, steps_to
from ..live import explore
from .reasons_depth import draw_stacks
from .reasons_smoothness import by_activation

NOISY = dict(color=plots.INK, linestyle="-.")
LOOKS = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM, "with noise": NOISY}
SENTENCE = (
    "{activation}, noise {noise:g}. One step moves a unit by {moved} of its spread. Steps to 90%: "
    "{steps}. (Without batch norm, with it, with noise; medians of five seeds.)"
)
SUMMARY = (
    "ReLU networks with strong noise after batch norm still need few steps. Along the gradient "
    "the loss is smoother with batch norm for ReLU and rougher for sigmoid. In deep stacks with "
    "batch norm gradients grow, and skip connections slow this."
)


@explore(
    noise=steps((0, *SIZES), start=0, label="noise", hint="largest offset of a unit"),
    activation=choice("ReLU", "sigmoid", label="activation", hint="of all hidden layers"),
    size=(7.2, 3.0),
)
def noise_after(fig, record):
    """Live: networks that learn without batch norm, with it, and with noise after it.

    record: `data.load_recorded("noise_after")`. Left the test accuracy over the steps,
    right how far one step moves the inputs of the last hidden layer; medians of five
    seeds. noise: 0 or one of SIZES. activation: of the networks.
    """
    left, right = fig.subplots(1, 2)
    left.set(ylim=(0, 1.02))
    plots.name(left, "step", "test accuracy", "who learns, the first 200 steps")
    right.set(yscale="log", ylim=(5e-4, 2))
    plots.log_ticks(right.yaxis, [0.001, 0.01, 0.1, 1])
    plots.name(right, "step", "move, in own spreads", "what one step moves")
    draws = [_courses(ax, record["steps"]) for ax in (left, right)]
    left.set_xlim(0, 200)
    fig.legend(left.get_lines(), [*LOOKS], loc="outside lower center", ncols=3, borderaxespad=0.8)

    def update(noise, activation):
        cases = ["without", "with", f"with, noise {noise:g}" if noise else "with"]
        runs = [record[f"{activation}, {case}"] for case in cases]
        shown = runs if noise else runs[:2]  # else its line would cover that without noise
        for draw, measured in zip(draws, ("accuracy", "moved")):
            draw([run[measured] for run in shown])
        moved = [f"{np.median(run['moved']):.2g}" for run in runs]
        needed = [np.median(steps_to(record, case, activation)) for case in cases]
        told = [f"{step:.0f}" if step < np.inf else "not within 600" for step in needed]
        setting = dict(activation=activation, noise=noise)
        return SENTENCE.format(moved=", ".join(moved), steps=", ".join(told), **setting)

    return update


def _courses(ax, stops):
    """Prepare a line for each of LOOKS: `draw(values)`.

    values: for each an array (seeds, stops); the last one may be missing.
    """
    ax.set_xlim(0, stops[-1])
    lines = [ax.plot([], [], **look)[0] for look in LOOKS.values()]
    lines[-1].set_antialiased(False)  # where three lines meet there would be too many colours

    def draw(values):
        for line, runs in zip_longest(lines, values):
            line.set_data(*([[], []] if runs is None else [stops, np.median(runs, axis=0)]))

    return draw


def by_noise(ax, record, activation="ReLU"):
    """Draw the steps to 90% of five seeds for each case into `ax`."""
    for place, case in enumerate(CASES):
        look = LOOKS.get(case, NOISY)
        needed = steps_to(record, case, activation)
        ax.plot(np.full(len(needed), place), needed, "o", color=look["color"], alpha=0.6)
    words = ["without", "with", *map("{:g}".format, SIZES)]
    ax.set(ylim=(0, 150), xticks=range(len(CASES)))
    ax.set_xticklabels(words, rotation=60)
    plots.name(ax, "batch norm, noise", "steps to 90%", "ReLU, noise after it")


def summary(noise, along, stacks):
    """Show the lesson in one picture, from its three records."""
    with plots.card(7.2, 2.9) as fig:
        left, middle, right = fig.subplots(1, 3)
        by_noise(left, noise)
        by_activation(middle, along)
        draw_stacks(right, stacks)
    plots.show(fig, SUMMARY)
