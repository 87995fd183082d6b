"""Lesson 09b: a recurrent network, and whose statistics each step uses."""

import numpy as np

from .. import plots
from ..controls import choice, steps
from ..experiments.limits_recurrent import BLANKS, ROWS
from ..live import explore
from .limits_curves import NOW, STYLES, curves, told

WAYS = ("by step", "shared", "own batch")
STATISTICS = {  # what stands beside a row of the image
    "by step": "statistics of step {}",
    "shared": "mean of all steps",
    "own batch": "the test batch itself",
}
SENTENCE = (
    "Empty rows: {blanks}. Steps: {steps}. Test accuracy of five seeds: batch norm, statistics "
    "{way}: {batch}; none {none}; layer norm {layer}."
)
SPREADS = "The std of the sums at step 1 is {first}, at steps 2 to 8 {later} (five seeds)."


@explore(
    blanks=steps(BLANKS, start=0, label="empty rows", hint="before the digit"),
    statistics=choice(*WAYS, label="statistics", hint="of batch norm in evaluation"),
    size=(7.2, 3.0),
)
def longer_sequences(fig, record, image):
    """Live: a digit (64,) read row by row, and accuracy with more steps than trained.

    record: `data.load_recorded("limits_recurrent")`. blanks: 0 to 4 empty rows.
    statistics: what batch norm uses in evaluation.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.3))
    show = sequence(left, image)
    names = "batch norm", "none", "layer norm"
    draw = curves(right, names, np.array(BLANKS))
    (dots,) = right.plot([], [], **NOW)
    right.set(xlim=(-0.3, 4.3), ylim=(0, 1.03), xticks=BLANKS)
    plots.name(right, "empty rows before the digit", "test accuracy")
    plots.legend(right, loc="lower left")

    def update(blanks, statistics):
        show(blanks, statistics)
        runs = {name: record[name]["longer"] for name in names[1:]}
        runs["batch norm"] = record[f"batch norm, {statistics}"]["longer"]
        draw(runs)
        dots.set_data([blanks] * 3, [np.median(values[:, blanks]) for values in runs.values()])
        last = {name.split()[0]: told(values[:, blanks]) for name, values in runs.items()}
        return SENTENCE.format(blanks=blanks, steps=ROWS + blanks, way=statistics, **last)

    return update


def sequence(ax, image):
    """Prepare the rows of an image (64,), one a step: `draw(blanks, statistics)`."""
    last = ROWS + BLANKS[-1]
    plots.image(ax, np.zeros((last, ROWS)), limits=(0, 1))
    ax.set(title="step, row, and what batch norm uses", xlim=(-2, 17))
    texts = [ax.text(8.2, t, "", va="center", size=9) for t in range(last)]
    numbers = [ax.text(-0.8, t, f"{t + 1}", va="center", ha="right", size=9) for t in range(last)]

    def draw(blanks, statistics):
        pixels = np.zeros((last, ROWS))
        pixels[blanks : blanks + ROWS] = image.reshape(ROWS, ROWS)
        ax.images[0].set_data(pixels)
        for t, (text, number) in enumerate(zip(texts, numbers)):
            there = t < blanks + ROWS
            text.set_text(STATISTICS[statistics].format(min(t + 1, ROWS)) if there else "")
            number.set_visible(there)

    return draw


def step_spreads(record):
    """Show the running std of the sums at each step, five seeds."""
    with plots.card(7.2, 2.2) as fig:
        ax = fig.subplots()
        steps_, values = np.arange(1, ROWS + 1), record["spreads"]
        for run in values:
            ax.plot(steps_, run, **STYLES["batch norm"] | dict(linewidth=1, markersize=3))
        ax.set(ylim=(0, None), xticks=steps_)
        plots.name(ax, "step", "std of the sums")
    plots.show(fig, SPREADS.format(first=told(values[:, 0]), later=told(values[:, 1:])))
