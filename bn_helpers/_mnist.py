"""Find the four IDX files of MNIST where downloads put them, and read them."""

import gzip
import math
import os
import zlib

import numpy as np

from ._require import path as a_path

PARTS = [(f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte") for part in ("train", "t10k")]
NAMES = [name for part in PARTS for name in part]
SPELLINGS = {
    name: [name, f"{name}.gz", dot := name.replace("-idx", ".idx"), f"{dot}.gz"] for name in NAMES
}
ALL_SPELLINGS = {spelling for spellings in SPELLINGS.values() for spelling in spellings}

ONCE, AGAIN, SAME = "unpack it", "get it again", "take all files from the same source"
LFS = "run `git lfs pull` where it came from"
# The first bytes of other files with these names: what such a file is, what to do
SIGNATURES = {
    b"\x1f\x8b": ("a gzip file within a gzip file", ONCE),
    b"PK": ("a zip file", ONCE),
    b"BZh": ("a bzip2 file", ONCE),
    b"\xfd7zXZ": ("an xz file", ONCE),
    b"7z\xbc\xaf": ("a 7z file", ONCE),
    b"Rar!": ("a rar file", ONCE),
    b"\x93NUMPY": ("an array file of NumPy", AGAIN),
    b"version https://git-lfs": ("a pointer of Git LFS", LFS),
}
OTHER = {9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}
# By the third byte of an IDX file
TYPES = {8: ""} | {code: f" of {dtype}" for code, dtype in OTHER.items()}
CHUNK = 2**20  # bytes at a time: a damaged header may ask for more than fits into memory


def read_mnist(folder):
    """The images and labels of MNIST: [(X, y) for training, (X, y) for test], uint8.

    X has shape (N, H, W) and y has shape (N,). FileNotFoundError if a file is missing,
    ValueError if a file is not what its name says.
    """
    home = _home(a_path("folder", folder))
    paths = {name: _find(home, name) for name in NAMES}
    for name, path in paths.items():
        if path is None:
            raise FileNotFoundError(
                f"{home / name}: expected this file or {name}.gz, found neither; put it there"
            )
    arrays = {name: _read_idx(path, name) for name, path in paths.items()}
    for images, labels in PARTS:
        _belong_together(paths[images], arrays[images], paths[labels], arrays[labels])
    (train, _), (test, _) = PARTS
    if len(arrays[train]) < len(arrays[test]):
        raise ValueError(
            f"{paths[train]}: expected at least as many training as test images, got "
            f"{len(arrays[train])} and {len(arrays[test])}; the two parts are exchanged, "
            "name their files the other way round"
        )
    size, other = (" x ".join(map(str, arrays[name].shape[1:])) for name in (train, test))
    if size != other:
        raise ValueError(
            f"{paths[test]}: expected images of {size} pixels, as in {paths[train].name}, got {other}; {SAME}"
        )
    return [(arrays[images], arrays[labels]) for images, labels in PARTS]


def _belong_together(images, X, labels, y):
    if len(X) != len(y):
        raise ValueError(
            f"{labels}: expected one label for each of the {len(X)} images in {images.name}, "
            f"got {len(y)}; take both files from the same source"
        )
    if y.max() > 9:
        raise ValueError(
            f"{labels}: expected labels from 0 to 9, got {y.max()}; get the file again"
        )
    if X.min() == X.max():
        raise ValueError(
            f"{images}: expected pixels that differ, got {X.max()} in all of them; {AGAIN}"
        )


# --- where the files are ------------------------------------------------------------


def _home(folder):
    """The folder with the files: `folder`, the only one below it, or its parent."""
    while folder.name in ALL_SPELLINGS and len(_found(folder)) < len(NAMES):
        folder = folder.parent  # a file was given, or the folder that Kaggle makes for it
    if not os.path.isdir(folder):
        came = (
            "a file; unpack an archive, and give the folder" if os.path.isfile(folder) else "none"
        )
        raise FileNotFoundError(
            f"{folder}: expected a folder with the four MNIST files, found {came}"
        )
    if _found(folder):
        return folder
    try:
        there = sorted(os.listdir(folder))
    except OSError as error:
        raise ValueError(
            f"{folder}: expected a folder that can be read, got: {error.strerror or error}"
        ) from None
    below = [path for depth in ("*/", "*/*/") for path in sorted(folder.glob(depth))]
    homes = {
        path.resolve(): path for path in below if path.name not in ALL_SPELLINGS and _found(path)
    }
    if not homes:
        came = (
            ", ".join(there[:3]) + (f" and {len(there) - 3} more" if len(there) > 3 else "")
            or "nothing"
        )
        raise FileNotFoundError(
            f"{folder}: expected {NAMES[0]} and the other three IDX files there or below, "
            f"found {came}; put them there, gzipped or not (.npz, .csv and archives are not read)"
        )
    if len(homes) > 1:
        came = " and in ".join(str(path.relative_to(folder)) for path in homes.values())
        raise ValueError(
            f"{folder}: expected MNIST files in one folder below, found some in {came}; give that folder"
        )
    return next(iter(homes.values()))


def _found(folder):
    return [name for name in NAMES if _find(folder, name)]


def _find(folder, name):
    """The path of `name` in `folder`, or in a folder called so; None if there is none.

    Something that is not a file is taken only if there is no file.
    """
    spellings = SPELLINGS[name]
    own = [folder / spelling for spelling in spellings]
    nested = [path / spelling for path in own if os.path.isdir(path) for spelling in spellings]
    for fits, paths in ((os.path.isfile, own), (os.path.isfile, nested), (os.path.lexists, own)):
        for path in paths:
            if fits(path):
                return path
    return None


# --- what is in them ----------------------------------------------------------------


def _read_idx(path, name):
    """The uint8 array of one IDX file; ValueError if `path` is anything else."""
    if not os.path.isfile(path):
        came = (
            "a folder"
            if os.path.isdir(path)
            else "a broken link"
            if os.path.islink(path)
            else "something else"
        )
        raise ValueError(f"{path}: expected a file, got {came}; put the file {name} there")
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"  # gzip, whatever its name says
        with (gzip.open if packed else open)(path, "rb") as file:
            return _parse(file, path, name)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path}: expected a whole gzip file, got a damaged one ({error}); {AGAIN}"
        ) from None
    except OSError as error:
        raise ValueError(
            f"{path}: expected a file that can be read, got: {error.strerror or error}; {AGAIN}"
        ) from None


def _parse(file, path, name):
    kind, ndim = ("images", 3) if "images" in name else ("labels", 1)
    magic, header = 0x0800 + ndim, 4 + 4 * ndim  # 08: unsigned bytes
    data = bytearray(file.read(512))
    if data[:4] != magic.to_bytes(4, "big"):
        came, advice = _recognize(bytes(data), f"this is not the file {name}, {AGAIN}")
        raise ValueError(
            f"{path}: expected magic number {magic} (IDX, {kind}), got {came}; {advice}"
        )
    if len(data) < header:
        raise ValueError(
            f"{path}: expected {header} bytes of header, got {len(data)}; the file is cut short, {AGAIN}"
        )
    shape = tuple(int.from_bytes(data[i : i + 4], "big") for i in range(4, header, 4))
    size = header + math.prod(shape)
    if 0 in shape:
        raise ValueError(f"{path}: expected at least one entry, got shape {shape}; {AGAIN}")
    while len(data) <= size and (chunk := file.read(min(CHUNK, size + 1 - len(data)))):
        data += chunk
    if len(data) != size:
        came, state = ("more", "damaged") if len(data) > size else (len(data), "cut short")
        raise ValueError(
            f"{path}: expected {size} bytes for an array of shape {shape}, got {came}; the file is {state}, {AGAIN}"
        )
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _recognize(start, advice):
    """(what the file is, what to do), from its first bytes `start`.

    What to do is `advice`, if nothing better is known.
    """
    for signature, what in SIGNATURES.items():
        if start.startswith(signature):
            return what
    if start[257:262] == b"ustar":
        return "a tar archive", ONCE
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "a web page", "the address led to a page about the file, get the file itself"
    if len(start) < 4:
        return "a file of under 4 bytes" if start else "an empty file", AGAIN
    magic = int.from_bytes(start[:4], "big")
    if start[:2] == b"\0\0" and start[2] in TYPES:
        kind = {1: "labels", 3: "images"}.get(start[3], f"{start[3]} axes")
        return f"{magic} (IDX, {kind}{TYPES[start[2]]})", advice
    if start.isascii() and b"\0" not in start:
        return "text, such as a table (.csv)", advice
    return f"{magic}", advice
