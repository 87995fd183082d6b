"""Redraw a figure quickly: after the first time, only artists that move are drawn."""

import numpy as np
from matplotlib.axis import Axis
from matplotlib.spines import Spine


class Redraw:
    """Gives the `pixels()` of one figure.

    Artists that changed are detected; you need not list them.
    """

    def __init__(self, fig):
        self.fig = fig
        self.background = None  # the pixels of the artists that do not move
        self.moving = []  # the artists that have moved so far, and those that may cover them

    def pixels(self):
        """The RGBA buffer (H, W, 4) of the figure as it is now.

        Animated artists do not make their figure stale. So a stale figure means that an
        artist changed which did not move before. Then all of the figure is drawn, and
        the artist becomes one of those that move. Else only these are drawn.
        """
        fig, canvas = self.fig, self.fig.canvas
        if self.background is None:
            canvas.draw()  # this also places the axes
            fig.set_layout_engine("none")
            self._keep_background()
        elif fig.stale:
            self.moving = _moving(fig, self.moving)
            canvas.draw()
            self._keep_background()
        canvas.restore_region(self.background)
        for artist in self.moving:
            if artist.axes is None or artist.axes.get_visible():
                fig.draw_artist(artist)
            _settle(artist)  # a legend that is drawn places its frame, which is no change
        fig.stale = False
        return canvas.buffer_rgba()

    def set_dpi(self, dpi):
        """Draw `dpi` pixels an inch from now on."""
        self.fig.dpi = dpi
        self.background = None
        self.pixels()  # takes long, and the hand rests now

    def _keep_background(self):
        self.background = self.fig.canvas.copy_from_bbox(self.fig.bbox)
        _settle(self.fig)


def _settle(artist):
    """Forget that the artist or a part of it has changed."""
    for part in artist.findobj():
        part.stale = False


def _moving(fig, known):
    """The artists that move and those that may cover them, in drawing order.

    `known` are those that moved before; the ones that moved now are added, and those
    that are hidden, since they will be shown.
    """
    present = fig.findobj()
    ticks = {part for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for part in axis.findobj()}
    grounds = {fig.patch, *(ax.patch for ax in fig.axes)}
    found = {a for a in present if a.stale or not a.get_visible()}
    # If ticks or grounds change, the whole figure is drawn, each time.
    found = {a for a in found if not a.get_children()} - ticks - grounds
    if found <= set(known) <= set(present):
        return known
    moving = set(known) | found
    for ax in fig.axes:
        if zorders := [artist.get_zorder() for artist in moving if artist.axes is ax]:
            moving |= _covers(ax, min(zorders))
    for artist in moving:
        artist.set_animated(True)
    order = {ax: i for i, ax in enumerate(sorted(fig.axes, key=lambda ax: ax.get_zorder()))}

    def place(artist):
        return order.get(artist.axes, len(order)), artist.get_zorder()

    return sorted((a for a in present if a in moving), key=place)


def _covers(ax, lowest):
    """The artists above zorder `lowest` on `ax`, which may cover an artist there.

    They may be a frame, a grid, lines, an inset or a twin.
    """
    axes = ax.figure.axes
    layers = [(ax, lowest), *((other, -np.inf) for other in axes[axes.index(ax) + 1 :])]
    return {
        child
        for other, bottom in layers
        if other.bbox.overlaps(ax.bbox)
        for child in set(other.get_children()) - {other.patch}
        if child.get_visible() and child.get_zorder() >= bottom and _reaches(child, ax.bbox)
        if other.axison or not isinstance(child, Axis | Spine)
    }


def _reaches(artist, box):
    """Whether the artist draws inside `box`."""
    # The ticks and labels of an axis lie outside, its grid lies inside.
    if isinstance(artist, Axis):
        return any(line.get_visible() for line in artist.get_gridlines())
    return box.overlaps(artist.get_window_extent())
