"""RGBA pixels to PNG bytes, quickly: a palette that is learned as colours come, and arrays that are used again.

A plot has few colours, each with its antialiased edges. Colours are told apart by 5 bits a channel; each such
cell gets the commonest exact colour met in it (others in it are off by 7 of 255 at most), and cells that are close
share an entry when room runs out.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image  # a dependency of matplotlib

COLOURS, UNKNOWN = 247, 255  # entries for opaque colours; between the two: the translucent ones by opacity
BLOCK = 2**17  # pixels are looked up so many at a time, which a cache holds
COARSEST = 13  # of 255: where colours that share an entry would differ more, the picture is stored without loss


class Palette:
    """`png(rgba)` -> PNG bytes of an array (H, W, 4) of uint8.

    What is not opaque (a card's corners) must be so in every picture of one size. The first picture
    learns the colours; later ones cost three passes over the pixels and a lookup.
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
        height, width, _ = self.shape
        index = self.index.reshape(height, width)
        self.lines[0, 1:] = index[0]
        np.subtract(index[1:], index[:-1], out=self.lines[1:, 1:])  # each row less the one above: half the bytes
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in (
                (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
                (b"PLTE", self.entries[:, :3].tobytes()),
                (b"tRNS", self.entries[:, 3].tobytes()),
                (b"IDAT", zlib.compress(self.lines, level)),
                (b"IEND", b""),
            )
        )

    def _start(self, rgba):
        """Arrays for this size (fresh ones each time would cost more than the sums), and the translucent pixels."""
        self.shape, (height, width, _) = rgba.shape, rgba.shape
        self.key, self.place = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.intp)
        self.index, self.lines = np.empty(height * width, np.uint8), np.empty((height, width + 1), np.uint8)
        self.lines[:, 0] = 2  # the filter "up"
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
        """Entries for new colours, commonest first; where room runs out, all again and a little coarser."""
        colours, counts = np.unique(pixels, return_counts=True)
        colours = colours[np.argsort(-counts, kind="stable")]
        _, first = np.unique(_keys(colours), return_index=True)
        new = colours[np.sort(first)]  # the commonest colour of each cell
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


def _keys(pixels, out=None):
    """Of little-endian RGBA, 5 bits a channel in 16 bits, one to one."""
    key = np.bitwise_and(pixels, np.uint32(0xF8F8F8), out=out)
    key *= np.uint32(0x2101)
    key >>= np.uint32(16)
    return key
