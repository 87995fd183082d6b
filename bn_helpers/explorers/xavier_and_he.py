"""Lesson 02: signal and gradient through up to 50 layers."""

from functools import lru_cache

import numpy as np

from .. import plots
from ..live import choice, explore, slider
from .weight_initialization import ACTIVATIONS, between_examples

WIDTH, EXAMPLES, DEEPEST = 64, 200, 50
SCHEMES = {  # std of the weights of a layer with n inputs and n units
    "Xavier": lambda n: np.sqrt(1 / n),
    "He": lambda n: np.sqrt(2 / n),
    "0.01": lambda n: 0.01,
    "N(0, 1)": lambda n: 1.0,
    "zeros": lambda n: 0.0,
}
STYLES = ({}, dict(linestyle="none", marker=".", markersize=4))  # pooled; between examples
SMALLEST, LARGEST = 1e-9, 1e3  # what the logarithmic axes show


@lru_cache(maxsize=1)
def _draws():
    """Inputs (EXAMPLES, WIDTH), weights of std 1 (DEEPEST, WIDTH, WIDTH), a gradient (EXAMPLES, WIDTH)."""
    rng = np.random.default_rng(0)
    shapes = (EXAMPLES, WIDTH), (DEEPEST, WIDTH, WIDTH), (EXAMPLES, WIDTH)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@lru_cache(maxsize=len(SCHEMES) * len(ACTIVATIONS))
def forward(scheme, activation):
    """Outputs (EXAMPLES, WIDTH) of all DEEPEST layers, and the slopes there."""
    f, slope, _, _ = ACTIVATIONS[activation]
    a, weights, _ = _draws()
    outputs, slopes = [], []
    for W in weights * SCHEMES[scheme](WIDTH):
        z = a @ W
        a = f(z)
        outputs.append(a)
        slopes.append(slope(z, a))
    return outputs, slopes


def backward(scheme, activation, depth):
    """Std of the gradient at the sums of layers 1 to `depth`, for a gradient of std 1 at the last output."""
    _, slopes = forward(scheme, activation)
    _, weights, gradient = _draws()
    stds = []
    for layer in reversed(range(depth)):
        gradient = gradient * slopes[layer]
        stds.append(gradient.std())
        gradient = gradient @ (weights[layer].T * SCHEMES[scheme](WIDTH))
    return stds[::-1]


@explore(
    scheme=choice(*SCHEMES, label="weights", hint="how the weights of every layer are drawn"),
    activation=choice(*ACTIVATIONS, label="activation", hint="function from the sums to the outputs"),
    depth=slider(1, DEEPEST, start=10, label="layers", hint="how deep the network is"),
    size=(7.2, 2.9),
)
def depth(fig):
    """Live: a network of `depth` layers of 64 units on 200 Gaussian inputs; `depth(activation="ReLU", depth=50)`.

    Left: all outputs of the last layer. Middle: their std by layer, pooled and between examples. Right: std of
    the gradient by layer, as part of that at the last. scheme: "Xavier", "He", "0.01", "N(0, 1)" or "zeros".
    """
    left, middle, right = fig.subplots(1, 3)
    fill = plots.histogram(left, 0, 1, bins=50)
    left.set(title="last layer, pooled", xticks=[0, 1])
    title = left.title
    layers = np.arange(1, DEEPEST + 1)
    lines = [middle.plot([], [], color=plots.INK, linewidth=1.2, **style)[0] for style in STYLES]
    lines.append(right.plot([], [], color=plots.INK, marker=".", markersize=4, linewidth=1)[0])
    for ax, name in ((middle, "std of the outputs"), (right, "gradient / that of the last")):
        ax.set(title=name, xlabel="layer", xlim=(0, DEEPEST + 1), ylim=(SMALLEST, LARGEST), yscale="log")
        ax.set_yticks([1e-9, 1e-6, 1e-3, 1, 1e3], minor=False)
        ax.minorticks_off()
    middle.text(
        0.97, 0.95, "— pooled\n•  between examples", transform=middle.transAxes, ha="right", va="top", size=9
    )
    shown = {}

    def update(scheme, activation, depth):
        outputs, _ = forward(scheme, activation)
        last = outputs[depth - 1]
        low, high = ACTIVATIONS[activation][3]
        if activation == "ReLU":
            high = max(last.max(), 1e-300)
        fill((last - low) / (high - low))
        if shown.get("activation") != activation:
            left.set_xticklabels([f"{low}".replace("-", "−"), "largest" if activation == "ReLU" else f"{high}"])
            shown["activation"] = activation
        pooled = [a.std() for a in outputs[:depth]]
        between = [between_examples(a) for a in outputs[:depth]]
        gradients = backward(scheme, activation, depth)
        parts = [g / gradients[-1] if gradients[-1] else 0.0 for g in gradients]
        for line, values in zip(lines, (pooled, between, parts)):
            line.set_data(layers[:depth], np.clip(values, SMALLEST, LARGEST))
        title.set_text(f"layer {depth}, pooled")
        deep = f"{depth} layer{'s' if depth > 1 else ''}"
        return (
            f"{scheme} weights, {activation}, {deep}: the outputs of layer {depth} have std {pooled[-1]:.2g} "
            f"pooled, and one unit varies by {between[-1]:.2g} between examples. The gradient that reaches "
            f"layer 1 has {parts[0]:.2g} times the std of that at layer {depth}."
        )

    return update
