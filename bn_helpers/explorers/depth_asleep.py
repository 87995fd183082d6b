"""Lesson 02: a layer in two pictures, single changes, and a network that waits."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, timeline
from ..experiments.depth import EVERY, RATES, SEEDS, STEPS
from ..live import explore

GAINS = (1, 2, 4, 6, 10)
DASHES = "-", "--", "-.", ":", (0, (1, 4))
ONE_LAYER = (
    "{gain} times Xavier, layer {layer}: std {pooled:.2f} pooled, {between:.2g} between examples. "
    "{flat:.0%} of the outputs are flat. Unit 1 gives {low:.3f} to {high:.3f}."
)
WAITING = (
    "Rate {rate}, step {step}. Test accuracy of the five seeds: {accuracies}. Between examples, "
    "layer 5 varies by {low:.1g} to {high:.1g}."
)


@explore(
    layer=slider(1, 5, start=5, label="layer", hint="which of the five"),
    gain=steps(GAINS, start=1, label="times Xavier", hint="the weights' std, in units of Xavier's"),
    size=(7.2, 2.6),
)
def one_layer(fig, five_layers):
    """Live: all outputs of a sigmoid layer, one unit of it, and 60 examples x 60 units.

    five_layers: a function gain -> weights and outputs (1000, 100) of five layers.
    """
    *axes, right = fig.subplots(1, 3)
    fills = [plots.histogram(ax, 0, 1, bins=100) for ax in axes]
    for ax, title in zip(axes, ("all units, all examples", "unit 1, all examples")):
        plots.name(ax, x="output", title=title)
    plots.image(right, np.zeros((60, 60)), "outputs, white 0, black 1", limits=(0, 1))
    right.set(xlabel="60 units", ylabel="60 examples")
    networks = {}

    def update(layer, gain):
        if gain not in networks:
            _, networks[gain] = five_layers(gain)
        a = networks[gain][layer - 1]
        fills[0](a)
        fills[1](a[:, 0])
        right.images[0].set_data(a[:60, :60])
        numbers = dict(pooled=a.std(), between=np.sqrt(a.var(axis=0).mean()))
        numbers |= dict(flat=np.mean(np.abs(a - 0.5) > 0.49), low=a[:, 0].min())
        return ONE_LAYER.format(gain=gain, layer=layer, high=a[:, 0].max(), **numbers)

    return update


def remedies(results):
    """Show the test accuracy of five seeds for each change: {name: five numbers}."""
    with plots.card(height=0.9 + 0.22 * len(results)) as fig:
        ax = fig.subplots()
        for place, finals in enumerate(results.values()):
            ax.plot(finals, np.full(len(finals), -place), "o", color=plots.INK, alpha=0.5)
        ax.axvline(0.1, color=plots.INK, linestyle=(0, (1, 3)), linewidth=1.6, zorder=0)
        ax.set(xlim=(0, 1), yticks=-np.arange(len(results)), yticklabels=list(results))
        words = "test accuracy after 200 steps, five seeds (dotted: chance)"
        plots.name(ax, x=words, y="activation, weights, rate")
    told = [f"{name} {min(v):.2f} to {max(v):.2f}" for name, v in results.items()]
    plots.show(fig, f"Test accuracy of five seeds. {'; '.join(told)}.")


@explore(
    rate=choice(*RATES, label="learning rate", hint="of all 10 000 steps"),
    step=timeline(STEPS, start=STEPS, step=EVERY, label="step", hint="steps of training so far"),
    size=(7.2, 2.6),
)
def waiting(fig, record):
    """Live: five seeds of a deep sigmoid network from Xavier weights, as recorded.

    record: `data.load_recorded("asleep")`. Left the test accuracy, right the std
    between test images by layer.
    """
    left, right = fig.subplots(1, 2, width_ratios=(2, 1))
    left.set(xlim=(0, STEPS), ylim=(0, 1))
    plots.name(left, x="step", y="test accuracy")
    right.set(xlim=(0, 6), ylim=(1e-6, 1), yscale="log")
    plots.log_ticks(right.yaxis, [1e-6, 1e-4, 1e-2, 1], labels=False)
    plots.name(right, x="layer", y="std between examples")
    style = [dict(color=plots.INK, linestyle=DASHES[seed], linewidth=1.2) for seed in SEEDS]
    courses = [left.plot([], [], label=f"seed {s}", **style[s])[0] for s in SEEDS]
    layers = [right.plot([], [], marker=".", **style[s])[0] for s in SEEDS]
    plots.legend(left, loc="upper left")

    def update(rate, step):
        now, run = step // EVERY, record[f"rate {rate}"]
        for seed in SEEDS:
            courses[seed].set_data(record["steps"][: now + 1], run["accuracy"][seed, : now + 1])
            layers[seed].set_data(range(1, 6), run["between"][seed, now])
        last = run["between"][:, now, -1]
        accuracies = ", ".join(f"{value:.2f}" for value in run["accuracy"][:, now])
        setting = dict(rate=rate, step=step, accuracies=accuracies)
        return WAITING.format(**setting, low=last.min(), high=last.max())

    return update
