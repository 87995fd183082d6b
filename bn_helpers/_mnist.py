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
# By the first bytes of a file that is no IDX file: what it is, what to do
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
            expected = f"expected this file or {name}.gz"
            raise FileNotFoundError(f"{home / name}: {expected}, found neither; put it there")
    arrays = {name: _read_idx(path, name) for name, path in paths.items()}
    for images, labels in PARTS:
        _check_part(paths[images], arrays[images], paths[labels], arrays[labels])
    (train, _), (test, _) = PARTS
    _check_both_parts(paths[train], arrays[train], paths[test], arrays[test])
    return [(arrays[images], arrays[labels]) for images, labels in PARTS]


def _check_part(images, X, labels, y):
    if len(X) != len(y):
        expected = f"one label for each of the {len(X)} images in {images.name}"
        raise ValueError(
            f"{labels}: expected {expected}, got {len(y)}; take both files from the same source"
        )
    if y.max() > 9:
        came = f"{y.max()}; get the file again"
        raise ValueError(f"{labels}: expected labels from 0 to 9, got {came}")
    if X.min() == X.max():
        came = f"{X.max()} in all of them; {AGAIN}"
        raise ValueError(f"{images}: expected pixels that differ, got {came}")


def _check_both_parts(train, X_train, test, X_test):
    if len(X_train) < len(X_test):
        raise ValueError(
            f"{train}: expected at least as many training as test images, got {len(X_train)} "
            f"and {len(X_test)}; the two parts are exchanged, name their files the other way round"
        )
    size, other = (" x ".join(map(str, X.shape[1:])) for X in (X_train, X_test))
    if size != other:
        expected = f"images of {size} pixels, as in {train.name}"
        raise ValueError(f"{test}: expected {expected}, got {other}; {SAME}")


# --- where the files are ------------------------------------------------------------


def _home(folder):
    """The folder with the files: `folder`, the only one below it, or its parent."""
    # A file was given, or the folder that Kaggle makes for it.
    while folder.name in ALL_SPELLINGS and len(_found(folder)) < len(NAMES):
        folder = folder.parent
    if not os.path.isdir(folder):
        is_file = os.path.isfile(folder)
        came = "a file; unpack an archive, and give the folder" if is_file else "none"
        raise FileNotFoundError(
            f"{folder}: expected a folder with the four MNIST files, found {came}"
        )
    return folder if _found(folder) else _home_below(folder, _listed(folder))


def _home_below(folder, names):
    below = [path for depth in ("*/", "*/*/") for path in sorted(folder.glob(depth))]
    fit = [path for path in below if path.name not in ALL_SPELLINGS and _found(path)]
    homes = list({path.resolve(): path for path in fit}.values())  # two links to one folder
    if not homes:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        came = ", ".join(names[:3]) + more or "nothing"
        raise FileNotFoundError(
            f"{folder}: expected {NAMES[0]} and the other three IDX files there or below, "
            f"found {came}; put them there, gzipped or not (.npz, .csv and archives are not read)"
        )
    if len(homes) > 1:
        came = " and in ".join(str(path.relative_to(folder)) for path in homes)
        raise ValueError(
            f"{folder}: expected MNIST files in one folder below, found some in {came}; "
            "give that folder"
        )
    return homes[0]


def _listed(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        came = error.strerror or error
        raise ValueError(f"{folder}: expected a folder that can be read, got: {came}") from None


def _found(folder):
    return [name for name in NAMES if _find(folder, name)]


def _find(folder, name):
    """The path of `name` in `folder` or in a folder of that name, or None.

    A path that is not a file is returned only if there is no file.
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
        kinds = {"a folder": os.path.isdir, "a broken link": os.path.islink}
        came = next((kind for kind, test in kinds.items() if test(path)), "something else")
        raise ValueError(f"{path}: expected a file, got {came}; put the file {name} there")
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"  # gzip, whatever its name says
        with (gzip.open if packed else open)(path, "rb") as file:
            return _parse(file, path, name)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        came = f"a damaged one ({error}); {AGAIN}"
        raise ValueError(f"{path}: expected a whole gzip file, got {came}") from None
    except OSError as error:
        came = f"{error.strerror or error}; {AGAIN}"
        raise ValueError(f"{path}: expected a file that can be read, got: {came}") from None


def _parse(file, path, name):
    kind, ndim = ("images", 3) if "images" in name else ("labels", 1)
    magic, header = 0x0800 + ndim, 4 + 4 * ndim  # 08: unsigned bytes
    data = bytearray(file.read(512))
    if data[:4] != magic.to_bytes(4, "big"):
        came, advice = _recognize(bytes(data), f"this is not the file {name}, {AGAIN}")
        expected = f"magic number {magic} (IDX, {kind})"
        raise ValueError(f"{path}: expected {expected}, got {came}; {advice}")
    if len(data) < header:
        came = f"{len(data)}; the file is cut short, {AGAIN}"
        raise ValueError(f"{path}: expected {header} bytes of header, got {came}")
    shape = tuple(int.from_bytes(data[i : i + 4], "big") for i in range(4, header, 4))
    if 0 in shape:
        raise ValueError(f"{path}: expected at least one entry, got shape {shape}; {AGAIN}")
    _read_up_to(header + math.prod(shape), data, file, path, shape)
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _read_up_to(size, data, file, path, shape):
    """Read the rest of `file` into `data`; ValueError unless there are `size` bytes."""
    while len(data) <= size and (chunk := file.read(min(CHUNK, size + 1 - len(data)))):
        data += chunk
    if len(data) != size:
        came, state = ("more", "damaged") if len(data) > size else (len(data), "cut short")
        expected = f"{size} bytes for an array of shape {shape}"
        raise ValueError(f"{path}: expected {expected}, got {came}; the file is {state}, {AGAIN}")


def _recognize(start, advice):
    """(what the file is, what to do), both texts, from its first bytes `start`.

    `advice` is what to do if nothing better is known.
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
