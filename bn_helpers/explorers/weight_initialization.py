"""Lesson 01: how the spread of the weights travels through two layers."""

from functools import lru_cache

import numpy as np

from .. import plots
from ..data import load_digits
from ..live import choice, explore, slider, steps, switch

LN99 = np.log(99)  # sigmoid(ln 99) = 0.99

# name: function, slope from z and a, end of the flat parts (z below, z above), range of a
ACTIVATIONS = {
    "sigmoid": (lambda z: 0.5 * (1 + np.tanh(z / 2)), lambda z, a: a * (1 - a), (-LN99, LN99), (0, 1)),
    "tanh": (np.tanh, lambda z, a: 1 - a**2, (-np.arctanh(0.99), np.arctanh(0.99)), (-1, 1)),
    "ReLU": (lambda z: np.maximum(z, 0), lambda z, a: z > 0, (0, np.inf), (0, 10)),
}
SPAN, EXAMPLES = 10, 480  # z is shown from -10 to 10


@lru_cache(maxsize=16)
def _layers_of(width, digits):
    """Inputs x (480, n), the sums x @ W for weights of std 1 (480, width), and weights for a second layer."""
    rng = np.random.default_rng(0)
    x = load_digits()[0][::3][:EXAMPLES] if digits else rng.standard_normal((EXAMPLES, width))
    return x, x @ rng.standard_normal((x.shape[1], width)), rng.standard_normal((width, width))


@explore(
    std=slider(1e-3, 3.0, start=1.0, log=True, label="weight std", hint="standard deviation of all weights"),
    activation=choice(*ACTIVATIONS, label="activation", hint="function from the sums to the outputs"),
    width=steps((16, 32, 64, 100, 128, 256, 512), start=100, label="units per layer", hint="in both layers"),
    digits=switch(label="use digits", hint="the course's images as inputs, else Gaussian numbers"),
    size=(7.2, 4.2),
)
def two_layers(fig):
    """Live: sums (top) and outputs (bottom) of two layers; `two_layers(std=0.1, digits=True)` starts there.

    std: of the weights, 0.001 to 3; activation: "sigmoid", "tanh" or "ReLU"; width: units per layer, 16 to
    512; digits: the course's images as inputs, else Gaussian numbers, as many as there are units.
    """
    top, bottom = fig.subplots(2, 2)
    z_fills = [plots.histogram(ax, -SPAN, SPAN, bins=60) for ax in top]
    a_fills = [plots.histogram(ax, 0, 1, bins=50) for ax in bottom]
    curves = [ax.plot([], [], color=plots.INK)[0] for ax in top]
    flat = [[ax.axvspan(0, 1, color="#dddddd", zorder=0) for _ in range(2)] for ax in top]
    grid = np.linspace(-SPAN, SPAN, 201)
    titles = [[ax.set_title("z") for ax in row] for row in (top, bottom)]
    for ax in top:
        ax.set_xticks([-SPAN, -5, 0, 5, SPAN], [f"≤ −{SPAN}", "−5", "0", "5", f"≥ {SPAN}"])

    def update(std, activation, width, digits):
        f, slope, (low, high), a_range = ACTIVATIONS[activation]
        x, sums, W2 = _layers_of(width, digits)
        z1 = sums * std
        a1 = f(z1)
        z2 = a1 @ (W2 * std)
        a2 = f(z2)
        for i, (z, a) in enumerate(((z1, a1), (z2, a2))):
            z_fills[i](z)
            a_fills[i](a, *a_range)
            curves[i].set_data(grid, (f(grid) - a_range[0]) / (a_range[1] - a_range[0]))
            for span, (start, end) in zip(flat[i], ((-SPAN, low), (min(high, SPAN), SPAN))):
                span.set(x=start, width=end - start)
            titles[0][i].set_text(f"layer {i + 1}: sums z, std {_short(z.std())}")
            titles[1][i].set_text(f"layer {i + 1}: outputs, std {_short(a.std())}")
        formula = std * np.sqrt(x.shape[1] * np.mean(x**2))
        still = np.mean((z1 < low) | (z1 > high))
        between = [_short(between_examples(a)) for a in (a1, a2)]
        return (
            f"{x.shape[1]} {'pixels' if digits else 'Gaussian inputs'}, weights of std {std:.2g}, {activation}: "
            f"z of layer 1 has std {_short(z1.std())} (formula: {_short(formula)}), {still:.0%} of its outputs lie "
            f"in the flat part (grey), and the mean slope is {np.mean(slope(z1, a1)):.2g}. From example to example "
            f"an output varies by {between[0]} in layer 1 and by {between[1]} in layer 2."
        )

    return update


def between_examples(a):
    """Standard deviation of one unit's output over the examples, root mean square over the units."""
    return np.sqrt(a.var(axis=0).mean())


def _short(number):
    """Two digits, written out where that is readable."""
    return f"{number:.0f}" if 100 <= number < 1e6 else f"{number:.2g}"
