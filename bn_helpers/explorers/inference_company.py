"""Lesson 07: an image among its companions."""

import numpy as np

from .. import plots
from ..controls import steps, switch, timeline
from ..experiments import inference_company as experiment
from ..live import explore

PAPER = 160  # pixels of the picture of a batch: 16 images of 8 pixels, each with a margin of 1
MARK = "#882255"  # the image itself
SENTENCE = (
    "Company {others}{kind}, {m} images in all. With the statistics of the batch the answer is "
    "{digit} (probability {sure:.2f}). With running statistics it is {alone} "
    "({alone_sure:.2f}), in any company."
)


@explore(
    others=timeline(60, label="other company", hint="the companions are drawn anew"),
    batch_size=steps(
        experiment.SIZES, start=8, label="images in all", hint="the image and its companions"
    ),
    one_digit=switch(label="all of one digit", hint="all companions show the same digit"),
    size=(7.2, 2.6),
)
def image_in_company(fig, network, X, y, image):
    """Live: a trained network classifies one `image` (64,) among rows of X (N, 64).

    y (N,) are the labels of X. Left the batch, then the probabilities in training mode
    and in evaluation mode. others: 0 to 60, each draws other companions; with
    `one_digit` its last digit is theirs. batch_size: 1 to 256.
    """
    axes = fig.subplots(1, 3, width_ratios=[1.5, 2, 2])
    plots.image(axes[0], np.zeros((PAPER, PAPER)), "the batch", limits=(0, 1))
    picture = axes[0].images[0]
    (frame,) = axes[0].plot([], [], color=MARK, linewidth=2, clip_on=False)
    titles = "with the batch's statistics", "with running statistics"
    draw_bars, draw_fixed = [_probabilities(ax, title) for ax, title in zip(axes[1:], titles)]
    alone = experiment.answer(network, image)
    draw_fixed(alone)

    def update(others, batch_size, one_digit):
        batch = experiment.company(X, y, image, others, batch_size, one_digit)
        columns = 2 ** int(np.ceil(np.log2(batch_size) / 2))
        picture.set_data(_side_by_side(batch, columns))
        side = PAPER / columns
        frame.set_data(np.array([0, 1, 1, 0, 0]) * side - 0.5, np.array([0, 0, 1, 1, 0]) * side)
        together = experiment.answer_in_company(network, batch)
        draw_bars(together)
        return SENTENCE.format(
            others=others,
            kind=f", all of digit {others % 10}" if one_digit else "",
            m=batch_size,
            digit=together.argmax(),
            sure=together.max(),
            alone=alone.argmax(),
            alone_sure=alone.max(),
        )

    return update


def _probabilities(ax, title):
    draw = plots.bars(ax, range(10))
    ax.set(ylim=(0, 1.05), xticks=range(10), yticks=[0, 0.5, 1])
    plots.name(ax, "digit", "probability", title)
    return draw


def _side_by_side(batch, columns):
    """Images (m, 64) in rows of `columns`, as one picture (PAPER, PAPER)."""
    tiles = np.pad(batch.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    rows = np.pad(tiles, ((0, -len(tiles) % columns), (0, 0), (0, 0)))
    rows = rows.reshape(-1, columns, 10, 10).swapaxes(1, 2).reshape(-1, columns * 10)
    large = np.kron(rows, np.ones((16 // columns, 16 // columns)))
    picture = np.zeros((PAPER, PAPER))
    picture[: len(large)] = large
    return picture
