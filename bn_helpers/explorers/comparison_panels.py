"""Lesson 08: the panels of the training lab, which are drawn once and follow a Lab."""

import numpy as np

from .. import plots
from ..experiments.comparison import DEPTHS, LAST, PERCENTILES, digits

STYLES = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM}
CHANCE = np.log(10)  # the loss (nats) if all ten digits are equally probable
ENDS = (500, 1000, 2000, LAST)  # of the axis of steps, as the run goes on
REACH = (5, 20, 100)  # of the axis of percentiles, as they grow
LOSSES, NORMS = (1e-3, 1e2), (1e-5, 1e2)  # what is drawn
ABOVE = 3  # frames and words lie below what moves, so that they are not drawn again
OUTPUTS = {"sigmoid": (0, 1), "tanh": (-1, 1), "ReLU": (0, 4)}


def panels_of(fig):
    """The panels on a new figure: functions that show a Lab."""
    fig.get_layout_engine().set(h_pad=0.07)
    rows = fig.add_gridspec(3, 1, height_ratios=(0.12, 1.5, 1))
    words = names(fig.add_subplot(rows[0]))
    above = rows[1].subgridspec(1, 4).subplots()
    below = np.ravel(rows[2].subgridspec(1, len(DEPTHS)).subplots())
    for ax in [*above, *below]:
        ax.tick_params(labelsize=8)
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
            text.set_size(9)
    upper = [draw(ax) for draw, ax in zip((accuracies, losses, percentiles, gradients), above)]
    return [words, *upper, *(outputs(ax, number) for number, ax in enumerate(below, 1))]


def names(ax):
    """Which line is which network, and that both are real."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(-1, 1))
    count, _, tested, _ = map(len, digits())
    real = f"real networks, real digits: {count} to train, {tested} to test"
    ax.text(1, 0, real, ha="right", va="center", size=8, color=plots.FAINT)
    places = {"with": (0, "with batch norm"), "without": (0.3, "without")}
    written = {}
    for name, (x, words) in places.items():
        ax.plot([x, x + 0.04], [0, 0], linewidth=1.3, **STYLES[name])
        colour = STYLES[name]["color"]
        written[name] = ax.text(x + 0.05, 0, words, va="center", size=9, color=colour)

    def show(lab):
        for name, text in written.items():
            diverged = bool(lab.pair.runs[name].diverged_at)
            text.set_text(places[name][1] + ": diverged" * diverged)

    return show


def _lines(ax, **style):
    """An empty line for each network, by name."""
    style = dict(linewidth=1.3, zorder=ABOVE) | style
    return {name: ax.plot([], [], **line | style)[0] for name, line in STYLES.items()}


def _follow(ax, step):
    """Make room for `step` on the axis of steps."""
    end = next(end for end in ENDS if step <= end)
    if ax.get_xlim()[1] != end:
        ax.set_xlim(0, end)


def accuracies(ax):
    ax.set(xlim=(0, ENDS[0]), ylim=(0, 1))
    plots.name(ax, x="step", y="test accuracy")
    lines = _lines(ax)

    def show(lab):
        _follow(ax, lab.pair.step)
        points = np.array(lab.points)
        for i, line in enumerate(lines.values()):
            line.set_data(points[:, 0], points[:, 1 + i * (1 + len(PERCENTILES))])

    return show


def losses(ax):
    ax.set(xlim=(0, ENDS[0]), ylim=LOSSES, yscale="log")
    plots.log_ticks(ax.yaxis, (0.01, 1, 100))
    plots.name(ax, x="step", y="loss of the batch")
    ax.axhline(CHANCE, color=plots.FAINT, linestyle=":", linewidth=1)
    words = dict(ha="right", size=8, color=plots.FAINT, zorder=1)
    ax.text(0.97, 0.76, "dotted: chance", transform=ax.transAxes, **words)
    lines = _lines(ax)

    def show(lab):
        _follow(ax, lab.pair.step)
        for name, line in lines.items():
            steps, means = lab.losses(name)
            line.set_data(steps, np.clip(means, *LOSSES))

    return show


def percentiles(ax):
    ax.set(xlim=(0, ENDS[0]), ylim=(-REACH[0], REACH[0]))
    plots.name(ax, x="step", y="unit input: 15, 50, 85 %")
    ax.yaxis.label.set_size(8)
    lines = _lines(ax)

    def show(lab):
        _follow(ax, lab.pair.step)
        points = np.array(lab.points)
        largest = 0
        for i, line in enumerate(lines.values()):
            first = 2 + i * (1 + len(PERCENTILES))
            curves = points[:, first : first + len(PERCENTILES)]
            # One line of three parts, as a gap ends each, is drawn faster than three.
            gap = np.full((1, len(PERCENTILES)), np.nan)
            heights = np.concatenate([curves, gap]).T.ravel()
            line.set_data(np.tile([*points[:, 0], np.nan], len(PERCENTILES)), heights)
            lately = np.abs(curves[len(curves) // 2 :])
            largest = max(largest, np.nanmax(lately, initial=0))
        reach = next((reach for reach in REACH if largest < reach), REACH[-1])
        if ax.get_ylim()[1] != reach:
            ax.set_ylim(-reach, reach)

    return show


def gradients(ax):
    ax.set(xlim=(0.7, len(DEPTHS) + 1.3), ylim=NORMS, yscale="log", xticks=[1, 2, 3, 4, 5, 6])
    plots.log_ticks(ax.yaxis, (0.001, 0.1, 10))
    plots.name(ax, x="layer", y="gradient norm")
    lines = _lines(ax, marker="o", markersize=3)

    def show(lab):
        for name, line in lines.items():
            norms = lab.looks[name].gradients
            line.set_data(range(1, len(norms) + 1), np.clip(norms, *NORMS))

    return show


def outputs(ax, number):
    """The histogram of one hidden layer, for both networks."""
    fills = {
        name: plots.histogram(ax, 0, 1, fill=False, linewidth=1.2, zorder=ABOVE, **style)
        for name, style in STYLES.items()
    }
    bars = dict(zip(fills, ax.patches))
    plots.name(ax, x="output", title=f"layer {number}")

    def show(lab):
        low, high = OUTPUTS[lab.start["activation"]]
        present = number <= lab.start["depth"]
        if ax.get_visible() != present:
            ax.set_visible(present)
        ax.xaxis.label.set_text("output" + ", last: ≥ 4" * (high == 4))
        for name, look in lab.looks.items() if present else ():
            if look.hidden:
                fills[name](look.hidden[number - 1], low, high)
            else:  # it has diverged
                bars[name].set_data(np.zeros(len(bars[name].get_data().values)))

    return show
