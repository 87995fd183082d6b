"""Lesson 02: signal and gradient through up to 50 layers."""

import numpy as np

from .. import plots
from ..controls import choice, slider
from ..experiments.depth import ACTIVATIONS, DEEPEST, SCHEMES, forward, spreads
from ..live import explore

# The styles of three curves
POOLED = dict(linewidth=1.2)
BETWEEN = dict(linestyle="none", marker=".", markersize=4)
GRADIENT = dict(marker=".", markersize=4, linewidth=1)
SMALLEST, LARGEST = 1e-9, 1e3  # the ends of the logarithmic axes
SENTENCE = (
    "{scheme} weights, {activation}, {depth} layer{s}: the outputs of layer {depth} have std "
    "{pooled:.2g} pooled and {between:.2g} between examples. The gradient at layer 1 has "
    "{part:.2g} times the std of that at layer {depth}."
)


@explore(
    scheme=choice(*SCHEMES, label="weights", hint="how the weights of every layer are drawn"),
    activation=choice(
        *ACTIVATIONS, label="activation", hint="function from the sums to the outputs"
    ),
    depth=slider(1, DEEPEST, start=10, label="layers", hint="how deep the network is"),
    size=(7.2, 2.9),
)
def deep_network(fig):
    """Live: a network of `depth` layers of 64 units on 200 Gaussian inputs.

    Left: all outputs of the last layer. Middle: their std by layer, pooled and between
    examples. Right: std of the gradient by layer, relative to that at the last layer.
    scheme: "Xavier", "He", "0.01", "N(0, 1)" or "zeros". activation: "sigmoid", "tanh"
    or "ReLU". depth: 1 to 50. `deep_network(activation="ReLU", depth=50)` starts with
    these values.
    """
    left, middle, right = fig.subplots(1, 3)
    draw_last = _last_layer(left)
    lines = _by_layer(middle, right)
    layers = np.arange(1, DEEPEST + 1)

    def update(scheme, activation, depth):
        draw_last(forward(scheme, activation)[0][depth - 1], depth, activation)
        pooled, between, parts = measured = spreads(scheme, activation, depth)
        for line, values in zip(lines, measured):
            line.set_data(layers[:depth], np.clip(values, SMALLEST, LARGEST))
        setting = dict(scheme=scheme, activation=activation, depth=depth, s="s" * (depth > 1))
        numbers = dict(pooled=pooled[-1], between=between[-1], part=parts[0])
        return SENTENCE.format(**setting, **numbers)

    return update


def _last_layer(ax):
    """Prepare the histogram; returns `draw(outputs, depth, activation)`."""
    fill, title, shown = plots.histogram(ax, 0, 1, bins=50), ax.title, {}
    ax.set(title="last layer, pooled", xticks=[0, 1], xlabel="output")

    def draw(outputs, depth, activation):
        low, high = ACTIVATIONS[activation].range
        relu = activation == "ReLU"
        if relu:
            high = max(outputs.max(), 1e-300)
        fill((outputs - low) / (high - low))
        if shown.get("activation") != activation:
            ax.set_xticklabels([f"{low}".replace("-", "−"), "largest" if relu else f"{high}"])
            shown["activation"] = activation
        title.set_text(f"layer {depth}, pooled")

    return draw


def _by_layer(middle, right):
    """Make the three curves: std pooled, std between examples, std of the gradient."""
    styles = (middle, POOLED), (middle, BETWEEN), (right, GRADIENT)
    lines = [ax.plot([], [], color=plots.INK, **style)[0] for ax, style in styles]
    plots.name(middle, "layer", "std", "std of the outputs")
    plots.name(right, "layer", "relative std", "gradient / that of the last")
    for ax in (middle, right):
        ax.set(xlim=(0, DEEPEST + 1), ylim=(SMALLEST, LARGEST), yscale="log")
        plots.log_ticks(ax.yaxis, [1e-9, 1e-6, 1e-3, 1, 1e3], labels=False)
    place = dict(transform=middle.transAxes, ha="right", va="top")
    middle.text(0.97, 0.95, "— pooled\n•  between examples", size=9, **place)
    return lines
