"""Lesson 01: one sum, saturated outputs, equal answers, and two layers."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch
from ..experiments.initialization import ACTIVATIONS, INPUTS, WIDTHS, measured, sums, two_layers
from ..live import explore

SPAN = 10  # z is shown from -10 to 10
WIDE = 30  # and where the sums may be wider, from -30 to 30
SHOWN = 20  # examples and units of a picture of outputs
SUM = "{n} {inputs}, weight std {std:.2g}: the sums have std {z}. The formula says {formula}."
CURVE = (
    "The sigmoid rises from 0 to 1. Its slope is 0.25 at z = 0, and nearly 0 in the flat parts, "
    "below -4.6 and above 4.6."
)
THREE = (
    "Sums of layer 1 and outputs of layer 2 of a sigmoid network, for weights of std 0.01, 0.2 "
    "and 1. With 0.01 each unit of layer 2 gives nearly the same output to all examples."
)
SATURATED = (
    "Weight std {std:.2g}: the sums have std {z}, {flat:.0%} of the outputs are saturated. "
    "The mean slope is {slope:.2g}, {part:.0%} of the largest."
)
EQUAL = (
    "Weight std {std:.2g}. Between examples the outputs of layer 1 vary by {first}, "
    "those of layer 2 by {second}. All outputs of layer 2 vary by {pooled}."
)
SENTENCE = (
    "{n} {inputs}, weight std {std:.2g}, {activation}. Layer 1: the sums have std {z} "
    "(formula {formula}), {flat:.0%} of the outputs are flat, the mean slope is {slope:.2g}. "
    "Between examples, outputs vary by {first} and {second}."
)


@explore(
    n=steps(INPUTS, start=100, label="inputs n", hint="how many terms each sum has"),
    std=slider(1e-2, 3.0, start=1.0, log=True, label="weight std", hint="of all weights"),
    size=(7.2, 2.2),
)
def weighted_sum(fig):
    """Live: Gaussian inputs, and their sums with weights of a std; n is 1 to 512."""
    draws = [_wide(ax, words) for ax, words in zip(fig.subplots(1, 2), ("input x", "sum z"))]

    def update(n, std):
        x, z = sums(n)
        for draw, values in zip(draws, (x, std * z)):
            draw(values)
        formula = std * np.sqrt(n * np.mean(x**2))
        numbers = dict(z=_short(std * z.std()), formula=_short(formula))
        return SUM.format(n=n, inputs="input" + "s" * (n > 1), std=std, **numbers)

    return update


def _wide(ax, words):
    """Prepare a histogram from -30 to 30: `draw(values)`."""
    fill, title = plots.histogram(ax, -WIDE, WIDE, bins=60), ax.set_title(" ")
    ax.set_xticks([-WIDE, -15, 0, 15, WIDE], [f"≤ −{WIDE}", "−15", "0", "15", f"≥ {WIDE}"])
    plots.name(ax, x=words)

    def draw(values):
        fill(values)
        title.set_text(f"{words}, std {_short(values.std())}")

    return draw


def flat_parts():
    """Show the sigmoid and its slope; the flat parts are grey."""
    sigmoid = ACTIVATIONS["sigmoid"]
    z = np.linspace(-SPAN, SPAN, 201)
    with plots.card(height=2.1) as fig:
        left, right = fig.subplots(1, 2)
        left.plot(z, sigmoid.function(z), color=plots.INK)
        right.plot(z, sigmoid.slope(z, sigmoid.function(z)), color=plots.INK)
        plots.name(left, x="sum z", y="output a", title="sigmoid")
        plots.name(right, x="sum z", y="slope", title="its slope a (1 - a)")
        for ax in (left, right):
            _grey_ends(ax, SPAN)
    plots.show(fig, CURVE)


def _grey_ends(ax, span):
    """Mark where the sigmoid is flat, on an axis from -span to span."""
    low, high = ACTIVATIONS["sigmoid"].flat
    for start, end in ((-span, low), (high, span)):
        ax.axvspan(start, end, color="#dddddd", zorder=0)
    ax.set_xlim(-span, span)


@explore(
    std=slider(1e-2, 3.0, start=1.0, log=True, label="weight std", hint="of all weights"),
    size=(7.2, 2.8),
)
def saturation(fig):
    """Live: the sums of a layer, and which of its outputs are saturated."""
    left, right = fig.subplots(1, 2)
    draw_sums, draw_flat = _wide(left, "sum z"), _saturated(right)
    _grey_ends(left, WIDE)

    def update(std):
        numbers, (z, _), _ = _sigmoid_layers(std)
        draw_sums(z)
        draw_flat(z)
        numbers |= {"z": _short(numbers["z"]), "part": numbers["slope"] / 0.25}
        return SATURATED.format(std=std, **numbers)

    return update


def _sigmoid_layers(std):
    """What is measured of two sigmoid layers, and the (sums, outputs) of each."""
    setting = dict(std=std, activation="sigmoid", width=100, digits=False)
    layers = two_layers(**setting)
    return measured(layers, **setting), *layers


def _saturated(ax):
    """Prepare the picture of saturated outputs, one dot for each: `draw(z)`."""
    plots.image(ax, np.zeros((100, 100)), "black: saturated", limits=(0, 1))
    plots.name(ax, x="100 units", y="100 examples")
    low, high = ACTIVATIONS["sigmoid"].flat

    def draw(z):
        z = z[:100]
        ax.images[0].set_data(((z < low) | (z > high)).astype(float))

    return draw


@explore(
    std=slider(1e-2, 3.0, start=0.01, log=True, label="weight std", hint="of all weights"),
    size=(7.2, 3.0),
)
def answers(fig):
    """Live: the outputs of two sigmoid layers, one row for each example."""
    draws = [_outputs(ax) for ax in fig.subplots(1, 2)]

    def update(std):
        numbers, (_, first), (_, second) = _sigmoid_layers(std)
        for i, (draw, a) in enumerate(zip(draws, (first, second)), 1):
            draw(a, f"layer {i}")
        words = {name: _short(numbers[name]) for name in ("first", "second")}
        return EQUAL.format(std=std, pooled=_short(second.std()), **words)

    return update


def _outputs(ax):
    """Prepare a picture of outputs, white the smallest: `draw(a, title)`."""
    plots.image(ax, np.zeros((SHOWN, SHOWN)), "outputs", limits=(0, 1))
    plots.name(ax, x=f"{SHOWN} units", y=f"{SHOWN} examples")

    def draw(a, title):
        a = a[:SHOWN, :SHOWN]
        low, high = a.min(), a.max()
        ax.images[0].set_data((a - low) / (high - low))
        ax.title.set_text(f"{title}: {low:.2f} (white) to {high:.2f}")

    return draw


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

    std: 0.001 to 3. width: units per layer, 16 to 512. digits: the inputs are the
    course's images, else as many Gaussian numbers as there are units.
    """
    top, bottom = fig.subplots(2, 2)
    panels = [_layer(i + 1, *axes) for i, axes in enumerate(zip(top, bottom))]

    def update(std, activation, width, digits):
        setting = dict(std=std, activation=activation, width=width, digits=digits)
        layers = two_layers(**setting)
        for draw, (z, a) in zip(panels, layers):
            draw(z, a, ACTIVATIONS[activation])
        numbers = measured(layers, **setting)
        numbers |= {name: _short(numbers[name]) for name in ("z", "formula", "first", "second")}
        inputs = "pixels" if digits else "Gaussian inputs"
        return SENTENCE.format(std=std, activation=activation, inputs=inputs, **numbers)

    return update


def _layer(number, sums, outputs):
    """Prepare the axes of a layer for sums z, outputs a: `draw(z, a, activation)`."""
    fill_z = plots.histogram(sums, -SPAN, SPAN, bins=60)
    fill_a = plots.histogram(outputs, 0, 1, bins=50)
    draw_curve = _curve(sums)
    titles = [ax.set_title("z") for ax in (sums, outputs)]
    sums.set_xticks([-SPAN, -5, 0, 5, SPAN], [f"≤ −{SPAN}", "−5", "0", "5", f"≥ {SPAN}"])
    plots.name(sums, x="sum z")
    plots.name(outputs, x="output a")

    def draw(z, a, activation):
        fill_z(z)
        low, high = activation.range
        fill_a(a, low, high)
        outputs.xaxis.label.set_text("output a" + ", last bar: 10 and more" * (high == SPAN))
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


def summary():
    """Show sums and answers for three weight stds: too small, between, too large."""
    with plots.card(height=4.4) as fig:
        for std, above, below in zip((0.01, 0.2, 1.0), *fig.subplots(2, 3)):
            numbers, (z, _), (_, second) = _sigmoid_layers(std)
            _wide(above, "sum z")(z)
            _grey_ends(above, WIDE)
            above.set_title(f"weights {std:g}: {numbers['flat']:.0%} saturated")
            _outputs(below)(second, "layer 2")
    plots.show(fig, THREE)
