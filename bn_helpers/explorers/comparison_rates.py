"""Lesson 08: learning rates, the size of the pixels, ImageNet, and a summary."""

import numpy as np

from .. import plots
from ..controls import choice, steps
from ..experiments.comparison_figure1 import steps_to
from ..experiments.comparison_rates import IMAGENET, KINDS, PIXEL_RATE, PIXELS, RATES, STEPS
from ..live import explore

SIDES = {"without": plots.WITHOUT_BATCHNORM, "with": plots.WITH_BATCHNORM}
MARKS = {"without": "o", "with": "s"}
RATE = (
    "{kind}, rate {rate:g}. At step 100 without batch norm {ends[0]:.2f} to {ends[1]:.2f}, with it "
    "{ends[2]:.2f} to {ends[3]:.2f}. At step 1000 {ends[4]:.2f} to {ends[5]:.2f}, and "
    "{ends[6]:.2f} to {ends[7]:.2f}."
)
PIXEL = "Medians of five seeds at step 1000, rate {rate}, without and with batch norm. {told}."
REPORTED = "Steps to 72.2%, as the paper reports them: {told}."
SUMMARY = (
    "Left: on MNIST batch norm needs far fewer steps to 90% at rate 0.1, and half as many at rate "
    "2. Middle: it widens the range of learning rates. Right: on ImageNet batch norm alone "
    "saves about half of the steps."
)


@explore(
    rate=steps(RATES, start=0.05, label="learning rate", hint="of both networks"),
    kind=choice(*KINDS, label="network", hint="sigmoid with Xavier weights, ReLU with He weights"),
    size=(7.2, 3.1),
)
def learning_rates(fig, record):
    """Live: five seeds without and with batch norm at a learning rate, as recorded.

    `record` is load_recorded("learning_rates"). Left: over the steps. Right: the
    accuracy at the end for all ten rates.
    """
    left, right = fig.subplots(1, 2)
    # Mixed colours where lines meet would be too many for the palette of a picture.
    curves = {
        side: [left.plot([], [], linewidth=1, antialiased=False, **look)[0] for _ in range(5)]
        for side, look in SIDES.items()
    }
    left.set(xlim=(0, STEPS), ylim=(0, 1))
    plots.name(left, "step", "test accuracy", "at this rate")
    draw = _by_rate(right)
    _legend(fig, right)
    mark = right.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2)

    def update(rate, kind):
        place, ends = RATES.index(rate), []
        runs = {side: record[f"{kind}, {side}"]["accuracy"] for side in SIDES}
        for side, accuracies in runs.items():
            for curve, values in zip(curves[side], accuracies[place]):
                curve.set_data(record["steps"], values)
        draw(runs)
        mark.set_xdata([rate, rate])
        for look in (list(record["steps"]).index(100), -1):
            for accuracies in runs.values():
                ends += [accuracies[place, :, look].min(), accuracies[place, :, look].max()]
        return RATE.format(kind=kind, rate=rate, ends=ends)

    return update


def _legend(fig, ax):
    """Name the two kinds of lines of `ax` below the figure."""
    fig.legend(handles=ax.get_lines()[::2], loc="outside lower center", ncols=2, fontsize=9)


def _by_rate(ax):
    """Prepare the accuracies at the end by rate; returns `draw({side: accuracies})`."""
    ax.set(xscale="log", xlim=(0.008, 12), ylim=(0, 1))
    plots.log_ticks(ax.xaxis, [0.01, 0.1, 1, 10])
    plots.name(ax, "learning rate", "test accuracy", f"at step {STEPS}, all rates")
    x = np.repeat(RATES, 5)
    dots, lines = {}, {}
    for side, look in SIDES.items():
        (lines[side],) = ax.plot([], [], linewidth=1.4, label=f"{side} batch norm", **look)
        style = dict(color=look["color"], marker=MARKS[side], markersize=3, antialiased=False)
        (dots[side],) = ax.plot([], [], linestyle="", **style)

    def draw(runs):
        for side, accuracies in runs.items():
            last = accuracies[:, :, -1]
            dots[side].set_data(x, last.ravel())
            lines[side].set_data(RATES, np.median(last, axis=1))

    return draw


def pixels(record):
    """Show five seeds for pixels of four sizes, two activations, with and without."""
    told = []
    with plots.card(height=3.8) as fig:
        axes = fig.subplots(len(KINDS), len(PIXELS), sharex=True, sharey=True)
        for row, kind in zip(axes, KINDS):
            for place, (ax, way) in enumerate(zip(row, PIXELS)):
                medians = []
                for side, look in SIDES.items():
                    runs = record[f"{kind}, {side}"]["pixels"][place]
                    ax.plot(record["steps"], runs.T, linewidth=1, **look)
                    medians.append(np.median(runs[:, -1]))
                told.append(f"{kind}, pixels {way}: {medians[0]:.2f} and {medians[1]:.2f}")
                ax.set(xlim=(0, STEPS), ylim=(0, 1))
                title = f"pixels {way}" if kind == next(iter(KINDS)) else None
                plots.name(ax, "step" if ax in axes[-1] else None, title=title)
            plots.name(row[0], y=f"{kind}, test accuracy")
    plots.show(fig, PIXEL.format(rate=PIXEL_RATE, told="; ".join(told)))


def imagenet():
    """Show the steps that the networks of the paper needed for 72.2 %."""
    with plots.card(height=2.0) as fig:
        _reported(fig.subplots())
    told = "; ".join(f"{n} {m} million" for n, (m, _) in IMAGENET.items() if m)
    plots.show(fig, REPORTED.format(told=told))


def _reported(ax):
    shown = {name: millions for name, (millions, _) in IMAGENET.items() if millions}
    for place, (name, millions) in enumerate(shown.items()):
        look = SIDES["without" if name == "Inception" else "with"]
        hatch = "//" if name == "Inception" else None
        ax.barh(-place, millions, height=0.6, color=look["color"], hatch=hatch, edgecolor="white")
        ax.text(millions + 0.5, -place, f"{millions}", va="center", size=9)
    ax.set(xlim=(0, 36), yticks=-np.arange(len(shown)), yticklabels=list(shown))
    plots.name(ax, "million steps to 72.2%", "network")


def summary(mnist, rates):
    """Show the lesson in one picture, from its two records."""
    with plots.card(height=2.9) as fig:
        left, middle, right = fig.subplots(1, 3, width_ratios=(1, 1.1, 1.1))
        for place, rate in enumerate(("0.1", "2")):
            for side, look in SIDES.items():
                run = mnist[f"{side}, rate {rate}"]
                needed = steps_to(run["steps"], run["accuracy"], 0.9)
                style = dict(color=look["color"], marker=MARKS[side], alpha=0.6)
                left.plot(np.full(len(needed), place), needed, linestyle="", **style)
        left.set(yscale="log", xlim=(-0.5, 1.5), xticks=[0, 1], xticklabels=["0.1", "2"])
        left.set_ylim(100, 10_000)
        plots.log_ticks(left.yaxis, [100, 1000, 10_000])
        plots.name(left, "learning rate", "steps to 90%", "MNIST")
        _by_rate(middle)({side: rates[f"ReLU, {side}"]["accuracy"] for side in SIDES})
        plots.name(middle, title="digits, ReLU")
        _legend(fig, middle)
        _reported(right)
        plots.name(right, title="ImageNet")
    plots.show(fig, SUMMARY)
