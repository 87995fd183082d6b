"""Parts of live figures that are drawn several times as fast as matplotlib's own.

These names are also names of `plots`.
"""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.image import PcolorImage

from ._card import FILL


def legend(ax, **style):
    """Add a legend below all else, so that a live figure need not draw it each time."""
    ax.legend(**style).set_zorder(0)


def squares(ax, values, cmap, limits):
    """Draw values (H, W) as squares, the first row on top; returns the Squares.

    limits: the values that have the first and the last colour of `cmap`; without them
    the smallest and the largest value.
    """
    picture = Squares(ax, cmap=cmap, norm=Normalize(*limits or ()))
    picture.set_data(values)
    picture.set_clip_path(ax.patch)
    ax.add_image(picture)
    height, width = np.shape(values)
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    return picture


class Squares(PcolorImage):
    """What `squares` draws. It looks like `imshow` and is drawn several times as fast.

    For `imshow` the values are first repeated for each pixel, then coloured.
    """

    def set_data(self, values):
        edges = (np.arange(length + 1) - 0.5 for length in reversed(np.shape(values)))
        super().set_data(*edges, values)

    def get_window_extent(self, renderer=None):
        return self.axes.bbox


def bars(ax, places, width=0.8, **style):
    """Prepare bars at `places`; returns `draw(heights, bottoms=0)`.

    All bars are one artist, which is drawn several times as fast as those of `ax.bar`.
    """
    places = np.asarray(places, dtype=float)
    edges = np.ravel([places - width / 2, places + width / 2], order="F")

    def with_gaps(values):
        spaced = np.full(len(edges) - 1, np.nan)
        spaced[::2] = values
        return spaced

    style = {"facecolor": FILL, "linewidth": 0} | style
    drawn = ax.stairs(0 * edges[1:], edges, fill=True, **style)

    def draw(heights, bottoms=0):
        drawn.set_data(with_gaps(np.add(bottoms, heights)), baseline=with_gaps(bottoms))

    return draw
