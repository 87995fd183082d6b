"""Lesson 09: gradients in deep stacks."""

import numpy as np

from .. import plots
from ..controls import choice, steps, switch
from ..experiments.reasons_depth import DEPTHS, KINDS, LIMIT, SCALES, STARTS, growth
from ..live import explore

SKIP = dict(color=plots.INK, linestyle="-.")
LOOKS = dict(zip(KINDS, (plots.WITHOUT_BATCHNORM, plots.WITH_BATCHNORM, SKIP)))
NAMES = dict(zip(KINDS, ("without batch norm", "with batch norm", "with, and skip")))
END = 1e8  # of the axis, on both sides of 1
SENTENCE = (
    "{depth} {activation} layers, weights {scale} times {right}. Gradient of layer 1, in units of "
    "the last: {without} without batch norm, {with_} with it ({factor:.2f} a layer){more}."
)
MORE = ", {skip} with skip"


@explore(
    depth=steps(DEPTHS, start=10, label="layers", hint="hidden layers of the stack"),
    scale=steps(SCALES, start=1, label="weights", hint="times He's, for linear layers LeCun's"),
    activation=choice(*STARTS, label="activation", hint="after each batch norm"),
    skip=switch(label="skip connections", hint="each layer adds its input to its output"),
    size=(7.2, 3.0),
)
def deep_stacks(fig, record):
    """Live: the size of the gradient in every layer of a stack, at the first step.

    record: `data.load_recorded("deep_stacks")`. Sizes are in units of that of the last
    layer. The dotted line grows by 1.21 a layer. depth: 2 to 50. scale: of the weights.
    """
    ax = fig.subplots()
    _axes(ax)
    lines = {kind: ax.plot([], [], **look)[0] for kind, look in LOOKS.items()}
    (dotted,) = ax.plot([], [], color=plots.INK, linestyle=":", linewidth=1.2)
    names = [*NAMES.values(), "1.21 a layer"]
    legend = dict(loc="outside lower center", ncols=4, borderaxespad=0.8)
    fig.legend([*lines.values(), dotted], names, **legend)

    def update(depth, scale, activation, skip):
        ends = {}
        for kind, line in lines.items():
            norms = _norms(record, kind, depth, activation, scale)
            line.set_data(np.arange(1, depth + 1), norms / norms[-1])
            ends[kind] = _in_words(norms[0] / norms[-1])
            if kind == "with":
                factor = growth(norms)
        lines["with, skip"].set_visible(skip)
        dotted.set_data([1, depth], [LIMIT ** (depth - 1), 1])
        right = "He's" if activation == "ReLU" else "LeCun's"
        more = MORE.format(skip=ends["with, skip"]) if skip else ""
        setting = dict(depth=depth, activation=activation, scale=scale, right=right, more=more)
        numbers = dict(without=ends["without"], with_=ends["with"], factor=factor)
        return SENTENCE.format(**setting, **numbers)

    return update


def _in_words(ratio):
    """A ratio with two digits: 36, 10000, 6.2e14."""
    text = f"{ratio:.2g}"
    return f"{float(text):.0f}" if 100 <= ratio < 1e6 else text.replace("e+", "e")


def _axes(ax):
    ax.set(xlim=(0, 51), yscale="log", ylim=(1 / END, END))
    plots.log_ticks(ax.yaxis, [1e-8, 1e-4, 1, 1e4, 1e8], labels=False)
    plots.name(ax, "layer", "gradient / last layer's")


def _norms(record, kind, depth, activation, scale):
    return record[f"{kind}, depth {depth}"][activation][SCALES.index(scale)].astype(float)


def draw_stacks(ax, record, depth=50):
    """Draw the gradients of the three kinds of ReLU stacks into `ax`."""
    for kind, look in LOOKS.items():
        norms = _norms(record, kind, depth, "ReLU", 1)
        ax.plot(np.arange(1, depth + 1), norms / norms[-1], **look)
    ax.set(xlim=(0, 51), yscale="log", ylim=(0.1, 1e5))
    plots.log_ticks(ax.yaxis, [1, 100, 1e4], labels=False)
    plots.name(ax, "layer", "gradient / last layer's", "50 layers (- · skip)")
