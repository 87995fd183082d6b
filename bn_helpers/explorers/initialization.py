"""Lesson 01: how the spread of the weights passes through two layers."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments.initialization import ACTIVATIONS, WIDTHS, measured, two_layers
from ..live import explore

SPAN = 10  # z is shown from -10 to 10
SENTENCE = (
    "{n} {inputs}, weight std {std:.2g}, {activation}. Layer 1: the sums have std {z} "
    "(formula {formula}), {flat:.0%} of the outputs are flat, the mean slope is {slope:.2g}. "
    "Between examples, outputs vary by {first} and {second}."
)


@explore(
    std=slider(
        1e-3, 3.0, start=1.0, log=True, label="weight std", hint="standard deviation of all weights"
    ),
    activation=choice(
        *ACTIVATIONS, label="activation", hint="function from the sums to the outputs"
    ),
    width=steps(WIDTHS, start=100, label="units per layer", hint="in both layers"),
    digits=switch(label="use digits", hint="the course's images as inputs, else Gaussian numbers"),
    size=(7.2, 4.2),
)
def two_layer_network(fig):
    """Live: sums (top) and outputs (bottom) of two layers; the grey parts are flat.

    std: of the weights, 0.001 to 3. activation: "sigmoid", "tanh" or "ReLU". width:
    units per layer, 16 to 512. digits: the inputs are the course's images, else as many
    Gaussian numbers as there are units. `two_layer_network(std=0.1, digits=True)`
    starts with these values.
    """
    top, bottom = fig.subplots(2, 2)
    panels = [_layer(i + 1, *axes) for i, axes in enumerate(zip(top, bottom))]

    def update(std, activation, width, digits):
        setting = dict(std=std, activation=activation, width=width, digits=digits)
        layers = two_layers(**setting)
        for draw, (z, a) in zip(panels, layers):
            draw(z, a, ACTIVATIONS[activation])
        numbers = measured(layers, **setting)
        for name in ("z", "formula", "first", "second"):
            numbers[name] = _short(numbers[name])
        inputs = "pixels" if digits else "Gaussian inputs"
        return SENTENCE.format(std=std, activation=activation, inputs=inputs, **numbers)

    return update


def _layer(number, sums, outputs):
    """Prepare the two axes of a layer; returns `draw(z, a, activation)`.

    z are its sums and a its outputs, arrays of any shape.
    """
    fill_z = plots.histogram(sums, -SPAN, SPAN, bins=60)
    fill_a = plots.histogram(outputs, 0, 1, bins=50)
    draw_curve = _curve(sums)
    titles = [ax.set_title("z") for ax in (sums, outputs)]
    sums.set_xticks([-SPAN, -5, 0, 5, SPAN], [f"≤ −{SPAN}", "−5", "0", "5", f"≥ {SPAN}"])
    plots.name(sums, x="sum z")
    plots.name(outputs, x="output a")

    def draw(z, a, activation):
        fill_z(z)
        fill_a(a, *activation.range)
        draw_curve(activation)
        titles[0].set_text(f"layer {number}: sums z, std {_short(z.std())}")
        titles[1].set_text(f"layer {number}: outputs, std {_short(a.std())}")

    return draw


def _curve(ax):
    """Prepare the curve of an activation, grey where it is flat: `draw(activation)`."""
    curve = ax.plot([], [], color=plots.INK)[0]
    spans = [ax.axvspan(0, 1, color="#dddddd", zorder=0) for _ in range(2)]
    grid = np.linspace(-SPAN, SPAN, 201)

    def draw(activation):
        low, high = activation.range
        curve.set_data(grid, (activation.function(grid) - low) / (high - low))
        start, end = activation.flat
        for span, (left, right) in zip(spans, ((-SPAN, start), (min(end, SPAN), SPAN))):
            span.set(x=left, width=right - left)

    return draw


def _short(number):
    """The number with two digits; larger ones as whole numbers."""
    return f"{number:.0f}" if 100 <= number < 1e6 else f"{number:.2g}"
