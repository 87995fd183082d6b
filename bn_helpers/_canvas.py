"""A matplotlib canvas that draws text from tiles.

Each word and each digit is rendered once, then copied. Matplotlib itself lays out and
renders every letter of a changed text again, which takes most of a millisecond for a
title.
"""

import re
from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg


class Canvas(FigureCanvasAgg):
    """The Agg canvas; it draws horizontal text without formulas from tiles."""

    renderer = None

    def get_renderer(self):
        size, old = (*self.figure.bbox.size, self.figure.dpi), self.renderer
        if old is None or size != (old.width, old.height, old.dpi):
            self.renderer = _Renderer(*size)
        return self.renderer


class _Renderer(RendererAgg):
    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath or angle or not gc.get_antialiased():
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        for tile, left, bottom, (width, _, _) in _tiles(s, prop, self.dpi, gc.get_rgb()):
            self.draw_image(gc, round(x) + left, round(self.height - y) + bottom, tile)
            x += width

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        widths, heights, descents = np.transpose([size for *_, size in _tiles(s, prop, self.dpi)])
        return sum(widths), max(heights - descents) + max(descents), max(descents)


def _tiles(s, prop, dpi, colour=(0, 0, 0, 1)):
    return [_tile(piece, prop, dpi, tuple(colour)) for piece in re.findall(r"\d|\D+", s)]


@lru_cache(maxsize=2000)
def _tile(piece, prop, dpi, colour):
    """Render `piece`; returns (RGBA, left, bottom, size).

    RGBA (H, W, 4) has the bottom row first and no empty border. left and bottom are its
    offset in pixels from the start of the text's base line. size is the (width, height,
    descent) of the piece.
    """
    measure = RendererAgg(1, 1, dpi).get_text_width_height_descent
    size = width, height, descent = measure(piece, prop, False)
    margin = int(height) + 2  # letters may reach beyond their own width
    renderer = RendererAgg(int(width) + 2 * margin, int(height) + 2 * margin, dpi)
    gc = renderer.new_gc()
    gc.set_foreground(colour, isRGBA=True)
    base = margin + int(descent)
    renderer.draw_text(gc, margin, renderer.height - base, piece, prop, 0)
    rgba = np.asarray(renderer.buffer_rgba())[::-1]
    rows, columns = rgba[..., 3].any(axis=1).nonzero()[0], rgba[..., 3].any(axis=0).nonzero()[0]
    if not len(rows):  # a space
        return rgba[:0, :0], 0, 0, size
    (bottom, top), (left, right) = rows[[0, -1]], columns[[0, -1]]
    return rgba[bottom : top + 1, left : right + 1].copy(), left - margin, bottom - base, size
