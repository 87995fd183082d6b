"""Fast conversion of RGBA pixels to PNG bytes, with a palette that learns new colours.

A plot has few colours, each with its antialiased edges. Colours are grouped by the
upper 5 bits of each channel. Each group is drawn in its most frequent colour, so other
colours of the group are wrong by at most 7 of 255. When the palette is full, similar
groups share an entry. The arrays are used again for each picture.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image  # a dependency of matplotlib

COLOURS = 247  # entries for opaque colours; the entries after them are for translucent ones
UNKNOWN = 255  # stands in the table for a group without an entry
BLOCK = 2**17  # the number of pixels in one look-up: as many as fit into a cache
COARSEST = 13  # of 255: if sharing an entry would cost more, the picture is stored exactly


class Palette:
    """`png(rgba)` returns the PNG bytes of an array (H, W, 4) of uint8.

    Pixels that are not opaque (the corners of a card) must be the same in all pictures
    of one size. The first picture fills the palette. A later picture without new
    colours takes three passes over the pixels and a look-up.
    """

    def __init__(self):
        self.shape = None

    def png(self, rgba, level=1):
        rgba = np.ascontiguousarray(rgba)
        if rgba.shape != self.shape:
            self._start(rgba)
        if self.radius <= COARSEST:
            pixels = rgba.reshape(-1, 4).view("<u4")[:, 0]
            if self._look_up(pixels).max() == UNKNOWN:
                self._learn(pixels[self.index == UNKNOWN])
                self._look_up(pixels)
        if self.radius > COARSEST:
            file = io.BytesIO()
            Image.fromarray(rgba).save(file, "png", compress_level=level)
            return file.getvalue()
        self.index[self.translucent] = self.opacity
        return self._file(level)

    def _file(self, level):
        height, width, _ = self.shape
        index = self.index.reshape(height, width)
        self.lines[0, 1:] = index[0]
        # Each row is stored minus the row above it, which halves the size of the file.
        np.subtract(index[1:], index[:-1], out=self.lines[1:, 1:])
        chunks = {
            b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),
            b"PLTE": self.entries[:, :3].tobytes(),
            b"tRNS": self.entries[:, 3].tobytes(),
            b"IDAT": zlib.compress(self.lines, level),
            b"IEND": b"",
        }
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks.items())

    def _start(self, rgba):
        """Make the arrays for this size, and find the translucent pixels.

        New arrays for each picture would take longer than the computation.
        """
        self.shape, (height, width, _) = rgba.shape, rgba.shape
        self.key, self.place = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.intp)
        self.index = np.empty(height * width, np.uint8)
        self.lines = np.empty((height, width + 1), np.uint8)
        self.lines[:, 0] = 2  # the PNG filter "up"
        self.entries = np.zeros((UNKNOWN, 4), np.uint8)
        self.seen, self.radius = np.empty(0, np.uint32), 0
        self._forget()
        flat = rgba.reshape(-1, 4)
        self.translucent = np.flatnonzero(flat[:, 3] < 255)
        self.opacity = COLOURS + (flat[self.translucent, 3] >> 5)
        for entry in np.unique(self.opacity):
            self.entries[entry] = np.median(flat[self.translucent[self.opacity == entry]], axis=0)

    def _forget(self):
        self.table, self.known = np.full(65536, UNKNOWN, np.uint8), 0

    def _look_up(self, pixels):
        for start in range(0, len(pixels), BLOCK):
            block, index = pixels[start : start + BLOCK], self.index[start : start + BLOCK]
            place = self.place[: len(block)]
            place[:] = _keys(block, self.key[: len(block)])
            self.table.take(place, out=index, mode="clip")
        return self.index

    def _learn(self, pixels):
        """Enter new colours, the most frequent first.

        When the palette is full, enter all colours again, with a larger distance within
        which colours share an entry.
        """
        colours, counts = np.unique(pixels, return_counts=True)
        colours = colours[np.argsort(-counts, kind="stable")]
        _, first = np.unique(_keys(colours), return_index=True)
        new = colours[np.sort(first)]  # the most frequent colour of each group
        self.seen = np.concatenate([self.seen, new])
        while self.radius <= COARSEST and not self._enter(new):
            self._forget()
            self.radius, new = self.radius + 4, self.seen

    def _enter(self, colours):
        for colour, key in zip(colours.view(np.uint8).reshape(-1, 4), _keys(colours)):
            distance = np.abs(self.entries[: self.known, :3].astype(int) - colour[:3]).max(axis=1)
            entry = int(distance.argmin()) if self.known else 0
            if not self.known or distance[entry] > self.radius:
                if self.known == COLOURS:
                    return False
                entry, self.known = self.known, self.known + 1
                self.entries[entry] = [*colour[:3], 255]
            self.table[key] = entry
        return True


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _keys(pixels, out=None):
    """The group of each pixel: 5 bits a channel of little-endian RGBA, in 16 bits."""
    key = np.bitwise_and(pixels, np.uint32(0xF8F8F8), out=out)
    key *= np.uint32(0x2101)
    key >>= np.uint32(16)
    return key
