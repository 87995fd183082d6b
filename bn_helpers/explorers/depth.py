"""Lesson 02: signal and gradient through up to 50 layers."""

import numpy as np

from .. import plots
from ..controls import choice, slider, steps
from ..experiments.depth import (
    ACTIVATIONS,
    DEEPEST,
    RULES,
    SCHEMES,
    SHAPES,
    backward,
    changed,
    powers,
    spreads,
)
from ..experiments.depth import fans as fans_of
from ..experiments.depth import forward as outputs_of
from ..live import explore

STDS = (0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.14, 0.16, 0.2)
LAYERS = np.arange(1, DEEPEST + 1)
ENDS = (10, 50)  # of an axis: each change of it takes as long as ten pictures
SMALLEST, LARGEST = 1e-9, 1e3  # the ends of the logarithmic axes
ROUNDING = 1e-12  # below it, a spread of numbers near 1 is an error of the computer
CHANGED = ("Xavier", "He", "N(0, 1)")
LAW = dict(color=plots.INK, linestyle=":")

POWER = (
    "Weight std {std:g}: one layer multiplies the std by {factor:g}. After 50 layers it is "
    "{end}; {factor:g} to the power of 50 is {formula}."
)
FANS = (
    "Units {shape}, Var(w) = {rule}. Mean squares: the signal goes from 1 to {signal:.2f} at the "
    "last layer, the gradient from 1 to {gradient:.2f} at the inputs."
)
DEEP = (
    "{activation}, {depth} layer{s}, weights {scheme}: the outputs of layer {depth} have std "
    "{pooled} pooled and {between} between examples. {arrives}"
)
ARRIVES = "The gradient's std at layer 1 is {part} times that at layer {depth}."
CHANGE = (
    "{activation}, all weights changed by about {share:g}%. The outputs of layer 50 change by "
    "{Xavier:.1%} with Xavier, {He:.1%} with He and {N:.1%} with N(0, 1)."
)
SUMMARY = (
    "Stds by layer. Factors 0.8, 1 and 1.2 over 50 layers vanish, stay, explode. ReLU layers keep "
    "their spread with He weights only. Sigmoid layers lose it from most starts. One layer: all "
    "outputs are spread out, and one unit is a spike."
)


def _log(ax, low, high, ticks, x=DEEPEST + 1):
    ax.set(xlim=(0, x), ylim=(low, high), yscale="log")
    plots.log_ticks(ax.yaxis, ticks, labels=False)


@explore(
    std=steps(STDS, start=0.12, label="weight std", hint="of the weights of all layers"),
    size=(7.2, 2.6),
)
def fifty_layers(fig):
    """Live: 50 layers of 100 units without activation, and the power of one factor."""
    ax = fig.subplots()
    _log(ax, 1e-16, 1e16, [1e-15, 1e-10, 1e-5, 1, 1e5, 1e10, 1e15])
    plots.name(ax, x="layer", y="std of the sums")
    (line,) = ax.plot([], [], color=plots.FAINT, linewidth=1, label="power of the factor")
    (dots,) = ax.plot([], [], ".", color=plots.INK, label="measured")
    plots.legend(ax, loc="upper left")

    def update(std):
        factor = std * 10
        formula, measured = factor**LAYERS, powers() * factor**LAYERS
        line.set_data(LAYERS, formula)
        dots.set_data(LAYERS, measured)
        end, formula = _short(measured[-1]), _short(formula[-1])
        return POWER.format(std=std, factor=factor, end=end, formula=formula)

    return update


@explore(
    shape=choice(*SHAPES, label="units", hint="of the layers, the inputs first"),
    rule=choice(*RULES, label="Var(w)", hint="the rule for the weights of each layer"),
    size=(7.2, 2.5),
)
def fans(fig):
    """Live: signal and gradient through layers of different sizes, no activation."""
    left, *axes = fig.subplots(1, 3)
    draw_bars = plots.bars(left, range(7))
    left.set(ylim=(0, 850), xticks=range(7))
    plots.name(left, x="layer (0: inputs)", y="units")
    dots = []
    for ax, title in zip(axes, ("signal, forward", "gradient, backward")):
        _log(ax, 0.01, 100, [0.01, 0.1, 1, 10, 100])
        ax.axhline(1, color=plots.FAINT, linestyle=":", linewidth=1)
        ax.set(xlim=(-0.5, 6.5), xticks=range(7))
        plots.name(ax, x="layer", y="mean square", title=title)
        dots.append(ax.plot([], [], "o-", color=plots.INK, markersize=4, linewidth=0.8)[0])

    def update(shape, rule):
        sizes = SHAPES[shape]
        draw_bars([*sizes, 0][:7])
        signal, gradient = measured = fans_of(shape, rule)
        for line, values in zip(dots, measured):
            line.set_data(range(len(sizes)), values)
        ends = dict(signal=signal[-1] / signal[0], gradient=gradient[0] / gradient[-1])
        return FANS.format(shape=shape, rule=rule, **ends)

    return update


@explore(
    scheme=choice(*SCHEMES, label="weights", hint="how the weights of every layer are drawn"),
    activation=choice(
        *ACTIVATIONS, label="activation", hint="function from the sums to the outputs"
    ),
    depth=slider(1, DEEPEST, start=10, label="layers", hint="how deep the network is"),
    size=(7.2, 3.0),
)
def deep_network(fig):
    """Live: a network of `depth` layers of 64 units, from five starts.

    Left: all outputs of the last layer. Middle and right: the std between examples and
    the std of the gradient, by layer. The start `scheme` is drawn with dots.
    """
    left, middle, right = fig.subplots(1, 3)
    fill, title = plots.histogram(left, 0, 1, bins=50), left.set_title("last layer")
    plots.name(left, x="output")
    outputs, gradients = (_five_curves(ax) for ax in (middle, right))
    plots.name(middle, "layer", "std between examples", "outputs")
    plots.name(right, "layer", "std / that of the last", "gradient")
    fig.legend(handles=list(outputs.values()), loc="outside lower center", ncols=5, borderaxespad=0)

    def update(scheme, activation, depth):
        low, high = ACTIVATIONS[activation].range
        fill(outputs_of(scheme, activation)[0][depth - 1], low, high)
        title.set_text(f"layer {depth}, all outputs")
        last = next(last for last in ENDS if depth <= last)
        for ax in (middle, right):
            if ax.get_xlim() != (0, last + 1):
                ax.set(xlim=(0, last + 1), xticks=np.arange(1, 6) * last // 5)
        left.xaxis.label.set_text("output" + ", last bar: 10 and more" * (activation == "ReLU"))
        for name in SCHEMES:
            stds = backward(name, activation, depth)
            shown = spreads(name, activation)[1][:depth], stds / (stds[-1] or 1)
            for line, values in zip((outputs[name], gradients[name]), shown):
                line.set_data(LAYERS[:depth], np.clip(values, SMALLEST / 9, LARGEST * 9))
                line.set(marker="." if name == scheme else "", linewidth=1 + (name == scheme))
        return _on_depth(scheme, activation, depth)

    return update


def _five_curves(ax):
    """A line for each scheme on a logarithmic axis, by name.

    Without antialiasing: five colours with soft edges are too many for a palette.
    """
    _log(ax, SMALLEST, LARGEST, [1e-9, 1e-6, 1e-3, 1, 1e3])
    return {
        name: ax.plot([], [], label=name, antialiased=False, **plots.INITIALIZERS[name])[0]
        for name in SCHEMES
    }


def _on_depth(scheme, activation, depth):
    pooled, between = (stds[depth - 1] for stds in spreads(scheme, activation))
    stds = backward(scheme, activation, depth)
    part = stds[0] / (stds[-1] or 1)
    part = _short(part) if part < 1e12 else "more than 1e12"  # chaos: not the same everywhere
    arrives = ARRIVES.format(part=part, depth=depth)
    return DEEP.format(
        scheme=scheme,
        activation=activation[0].upper() + activation[1:],
        depth=depth,
        s="s" * (depth > 1),
        pooled=_short(pooled),
        between=_short(between) if not 0 < between < ROUNDING < pooled else "less than 1e-12",
        arrives=arrives if stds[0] else "No gradient reaches layer 1.",
    )


def _short(number):
    """Two digits; 100 to a million as a whole number."""
    return f"{number:.0f}" if 100 <= number < 1e6 else f"{number:.2g}"


@explore(
    activation=choice("ReLU", "tanh", "sigmoid", label="activation", hint="of all 50 layers"),
    share=steps((0.001, 0.01, 0.1), start=0.01, label="change", hint="of each weight, relative"),
    size=(7.2, 2.8),
)
def small_change(fig):
    """Live: all weights change a little; how much do the outputs change, by layer?"""
    ax = fig.subplots()
    _log(ax, 1e-4, 4, [1e-4, 1e-3, 1e-2, 0.1, 1])
    plots.name(ax, x="layer", y="change of the outputs, relative")
    styles = {
        name: plots.INITIALIZERS[name] | dict(linewidth=3.5 - i) for i, name in enumerate(CHANGED)
    }
    lines = {name: ax.plot([], [], label=name, **style)[0] for name, style in styles.items()}
    (law,) = ax.plot([], [], ".", markersize=3, color=plots.INK, label="change · √layer")
    plots.legend(ax, loc="lower right", ncols=4)

    def update(activation, share):
        for name, line in lines.items():
            line.set_data(LAYERS, changed(name, activation, share))
        law.set_data(LAYERS, share * np.sqrt(LAYERS))
        ends = {
            name[0] if name[0] == "N" else name: line.get_ydata()[-1]
            for name, line in lines.items()
        }
        return CHANGE.format(activation=activation, share=100 * share, **ends)

    return update


def summary(asleep):
    """Show the lesson in one picture: one factor, a layer in two pictures, five starts.

    asleep: the outputs (N, D) of a sigmoid layer.
    """
    with plots.card(height=4.2) as fig:
        (first, second), (third, fourth) = fig.subplots(2, 2)
        _log(first, 1e-6, 1e6, [1e-5, 1, 1e5])
        first.set(xlim=(0, 65))
        for factor, style in ((0.8, ":"), (1, "-"), (1.2, "--")):
            stds = powers() * factor**LAYERS
            first.plot(LAYERS, stds, color=plots.INK, linestyle=style)
            first.text(51, stds[-1], f"factor {factor:g}", size=8, va="center")
        plots.name(first, "layer", "std of the sums", "n Var(w) = 1, or it vanishes or explodes")
        for ax, name in ((second, "ReLU"), (third, "sigmoid")):
            for scheme, line in _five_curves(ax).items():
                line.set_data(LAYERS, np.clip(spreads(scheme, name)[1], SMALLEST / 9, LARGEST * 9))
            plots.name(ax, "layer", "std between examples", name)
        plots.legend(third, loc="lower right", ncols=2, fontsize=8)
        second.set_title("ReLU needs He: n Var(w) = 2")
        third.set_title("Sigmoid: asleep from most starts")
        plots.histogram(fourth, 0, 1, bins=100)(asleep)
        plots.histogram(fourth, 0, 1, bins=100, color=plots.INK)(asleep[:, 0])
        plots.name(fourth, x="output", title="one layer: all units, and one unit (black)")
    plots.show(fig, SUMMARY)
