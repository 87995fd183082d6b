"""Lesson 01: the spread of weights through two layers, and a network that trains."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps, switch, timeline
from ..experiments.initialization import (
    ACTIVATIONS,
    EVERY,
    RATES,
    STARTS,
    STEPS,
    WIDTHS,
    measured,
    two_layers,
)
from ..experiments.initialization import training_run as run_of
from ..live import explore

SPAN = 10  # z is shown from -10 to 10
SENTENCE = (
    "{n} {inputs}, weight std {std:.2g}, {activation}. Layer 1: the sums have std {z} "
    "(formula {formula}), {flat:.0%} of the outputs are flat, the mean slope is {slope:.2g}. "
    "Between examples, outputs vary by {first} and {second}."
)
RUN = (
    "{activation} from {start}, rate {lr:g}, after {step} steps: test accuracy {accuracy:.2f}. "
    "{seen} Between examples, outputs vary by {first} and {second}."
)
OUTPUTS = {"sigmoid": (0, 1), "tanh": (-1, 1), "ReLU": (0, 10)}  # the range that is drawn
CHANCE = np.log(10)  # the loss (nats) if all ten digits are equally probable


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


@explore(
    start=choice(
        "std 0.01",
        *(s for s in STARTS if s != "std 0.01"),
        label="start",
        hint="the first weights, in all layers",
    ),
    activation=choice(*ACTIVATIONS, label="activation", hint="of the two hidden layers"),
    lr=steps(RATES, start=0.5, label="learning rate", hint="the same in all layers"),
    step=timeline(STEPS, start=STEPS, step=EVERY, label="step", hint="steps of training so far"),
    size=(7.2, 2.6),
)
def training_run(fig):
    """Live: a network of two hidden layers while it trains on the digits.

    start: of the weights. activation: "sigmoid", "tanh", "ReLU". lr: 0.005 to 5. step:
    0 to 300. Left the loss, then the hidden outputs for 60 test images.
    """
    left, *axes = fig.subplots(1, 3, width_ratios=(1.4, 1, 1))
    left.set(xlim=(0, STEPS), ylim=(1e-3, 1e3), yscale="log")
    plots.log_ticks(left.yaxis, (1e-3, 1e-1, 10, 1e3))
    plots.name(left, x="step", y="loss of the batch (nats)")
    left.axhline(CHANCE, color=plots.FAINT, linestyle=":", linewidth=1)
    left.text(STEPS, CHANCE * 1.3, "chance", ha="right", size=8, color=plots.FAINT)
    (curve,) = left.plot([], [], color=plots.INK, linewidth=1)
    fills = [plots.histogram(ax, 0, 1, bins=50) for ax in axes]
    for number, ax in enumerate(axes, 1):
        plots.name(ax, x="output", title=f"layer {number}")

    def update(start, activation, lr, step):
        run = run_of(activation, start, lr)
        now = run.at(step)
        losses = run.losses[:step]
        curve.set_data(range(1, len(losses) + 1), np.clip(losses, 1e-3, 1e3))
        low, high = OUTPUTS[activation]
        for ax, fill, outputs in zip(axes, fills, now.hidden):
            fill(outputs, low, high)
            ax.xaxis.label.set_text("output" + ", last bar: 10 and more" * (activation == "ReLU"))
        first, second = map(_short, now.between)
        return RUN.format(
            activation=activation[0].upper() + activation[1:],
            start=start,
            lr=lr,
            step=step,
            accuracy=now.accuracy,
            seen=_seen(run, step),
            first=first,
            second=second,
        )

    return update


def _seen(run, step):
    """What the last ten losses say, beside chance."""
    if not step:
        return "No step was taken."
    if run.diverged_at and run.diverged_at <= step:
        return f"At step {run.diverged_at} the loss was no number."
    last = np.mean(run.losses[max(step - EVERY, 0) : step])
    if last > 2 * CHANCE:
        return "The loss is far above chance."
    return "It has learned." if last < CHANCE / 2 else "The loss is near chance."
