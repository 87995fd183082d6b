"""Pictures as arrays, and a figure drawn as a whole."""

from lab_in_browser import pixels

from bn_helpers import plots

__all__ = ["full_draw", "pixels"]


def full_draw(figure):
    """The pixels (H, W, 4) of a live figure that is drawn anew, every artist of it."""
    for artist in figure.fig.findobj():
        artist.set_animated(False)
    return pixels(plots.png(figure.fig, level=1))
