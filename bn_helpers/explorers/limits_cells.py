"""Lesson 09b: which cells share mean and variance, as one picture."""

import numpy as np

from .. import plots
from ..controls import choice, steps, switch
from ..experiments.limits_cells import GROUPS, NORMS, PLACES, C, N, members, shared
from ..live import explore

ACROSS, BACK, DOWN = np.array([1, 0]), np.array([0.5, 0.42]), np.array([0, -0.75])
COLOURS = [  # of matplotlib's map Set3
    *("#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462"),
    *("#b3de69", "#fccde5", "#d9d9d9", "#bc80bd", "#ccebc5", "#ffed6f"),
]
SENTENCE = "{norm}: {means} means, each of {values}: {images}, {channels}, {places}. {verdict}"
ALONE = "Each value is alone, so only beta is left."
COMPANY = "The other images of the batch count."
BY_ITSELF = "No other image counts."


def faces():
    """The quads that are seen of the block, and the cell (n, c, p) of each.

    They are the front (image 1), the top (place 1) and the right side (last channel).
    """
    front = [(0, c, p) for c in range(C) for p in range(PLACES)]
    top = [(n, c, 0) for n in range(N) for c in range(C)]
    side = [(n, C - 1, p) for n in range(N) for p in range(PLACES)]
    quads = [_quad(c * ACROSS + p * DOWN, ACROSS, DOWN) for _, c, p in front]
    quads += [_quad(c * ACROSS + n * BACK, ACROSS, BACK) for n, c, _ in top]
    quads += [_quad(C * ACROSS + n * BACK + p * DOWN, BACK, DOWN) for n, _, p in side]
    return quads, [*front, *top, *side]


def _quad(corner, one, other):
    return np.array([corner, corner + one, corner + one + other, corner + other])


def block(ax, names=("", "", "")):
    """Prepare the block of cells; returns `draw(number)` for number (N, C, places).

    names: of the front edge, the edge to the back, and the edge down.
    """
    ax.set(xlim=(-0.8, C + N * BACK[0] + 0.3), aspect="equal")
    ax.set(ylim=(PLACES * DOWN[1] - 0.7, N * BACK[1] + 0.2))
    ax.set_axis_off()
    middles = (C / 2, PLACES * DOWN[1] - 0.4), (0.45, N * BACK[1] / 2 + 0.35), (-0.4, -1.5)
    front, _, down = (
        ax.text(*middle, name, ha="center", va="center", rotation=angle, size=9)
        for middle, name, angle in zip(middles, names, (0, 40, 90))
    )
    quads, cells = faces()
    drawn = [ax.fill(*quad.T, edgecolor=plots.INK, linewidth=0.8)[0] for quad in quads]

    def draw(number):
        front.set_y(number.shape[2] * DOWN[1] - 0.4)
        down.set_visible(number.shape[2] > 1)
        for patch, (n, c, p) in zip(drawn, cells):
            there = p < number.shape[2]
            patch.set_visible(there)
            patch.set_facecolor(COLOURS[number[n, c, p]] if there else "white")

    return draw


def letters(ax):
    """Prepare the cells as an array with letters; returns `draw(number)`.

    A row is an image. The places of a channel stand side by side.
    """
    picture = plots.squares(ax, np.zeros((N, C * PLACES)), "Set3", (0, 11))
    texts = [
        [ax.text(0, n, "", ha="center", va="center") for _ in range(C * PLACES)] for n in range(N)
    ]
    lines = [ax.axvline(0, color="white", linewidth=5) for _ in range(C - 1)]
    ax.set(yticks=range(N), yticklabels=[f"image {n + 1}" for n in range(N)])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    width = None

    def draw(number):
        nonlocal width
        places = number.shape[2]
        flat = number.reshape(N, -1)
        picture.set_data(flat)
        if width != flat.shape[1]:  # new ticks cost a drawing of the whole figure
            width = flat.shape[1]
            ax.set_xlim(-0.5, width - 0.5)
            for c, line in enumerate(lines):
                line.set_xdata([(c + 1) * places - 0.5] * 2)
            middles = np.arange(C) * places + (places - 1) / 2
            ax.set_xticks(middles, [f"channel {c + 1}" for c in range(C)])
        for row, numbers in zip(texts, flat):
            for i, text in enumerate(row):
                text.set_position((i, text.get_position()[1]))
                text.set_text("abcdefghijkl"[numbers[i]] if i < len(numbers) else "")

    return draw


@explore(
    norm=choice(*NORMS, label="norm", hint="which cells share mean and variance"),
    groups=steps(GROUPS, start=2, label="groups", hint="of channels, for group norm"),
    one_place=switch(label="one place", hint="rows (N, C) in place of images (N, C, H, W)"),
    size=(7.2, 2.4),
)
def shared_cells(fig):
    """Live: the cells of three images with four channels that share mean and variance.

    norm: batch, layer, instance or group norm. groups: 1, 2 or 4, for group norm.
    one_place: rows (3, 4) in place of images (3, 4, 2, 2).
    """
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.5))
    draw_block = block(left, ("channels", "images", "places"))
    draw_letters = letters(right)

    def update(norm, groups, one_place):
        places = 1 if one_place else PLACES
        number = members(norm, groups, places)
        draw_block(number)
        draw_letters(number)
        return told(norm, groups, places)

    return update


def told(norm, groups, places):
    """What the picture shows, as a sentence."""
    means, *sizes = shared(norm, groups, places)
    values = int(np.prod(sizes))
    verdict = ALONE if values == 1 else COMPANY if sizes[0] > 1 else BY_ITSELF
    words = [_counted(*pair) for pair in zip(sizes, ("image", "channel", "place"))]
    name = norm.capitalize() + f", {_counted(groups, 'group')}" * (norm == "group norm")
    numbers = dict(
        zip(("images", "channels", "places"), words), means=means, values=_counted(values, "value")
    )
    return SENTENCE.format(norm=name, verdict=verdict, **numbers)


def _counted(number, word):
    return f"{number} {word}{'s' * (number > 1)}"
