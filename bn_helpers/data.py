"""Real and synthetic data: digits and recorded runs that ship with the course, MNIST
from a folder, batches.
"""

import hashlib
from io import BytesIO
from itertools import chain, repeat, starmap
from pathlib import Path

import numpy as np

from . import _require as require
from ._mnist import read_mnist

ROOT = Path(__file__).parents[1]
PLACES = ROOT / "bn_helpers_data", ROOT / "data"  # of an installed wheel, of a clone
SHA256 = "af104d81e7cd419be5f343d23c6ca2e4e4ff847b06636260802df8e903c6183f"  # of digits.npz, see data/README.md


def load_digits(*, split="balanced"):
    """X_train (N, 64), y_train (N,), X_test, y_test: 1797 real handwritten digits of 8
    x 8 pixels.

    Pixels are float64 in [0, 1] (the original 0..16 divided by 16), labels integers
    0..9. "balanced": every fifth image of each digit is a test image, so writers are in
    both parts. "writers": the last 450 rows are the test part; other people wrote them,
    so it is harder. Source: data/README.md. ValueError for another split or a damaged
    file, FileNotFoundError if the file is missing.
    """
    if not isinstance(split, str) or split not in ("balanced", "writers"):
        raise ValueError(f'split: expected "balanced" or "writers", got {require.shown(split)}')
    images, labels = _read_digits(_digits_file())
    X, y = images / 16, labels.astype(np.int64)
    if split == "writers":
        test = np.arange(len(y)) >= len(y) - 450
    else:
        nth = np.empty_like(y)  # this is the nth image of its digit
        for digit in range(10):
            nth[y == digit] = np.arange((y == digit).sum())
        test = nth % 5 == 4
    return X[~test], y[~test], X[test], y[test]


def _digits_file():
    places = [place / "digits.npz" for place in PLACES]
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(
        f"digits.npz: expected at {places[0]} or {places[1]}, found at neither; install again"
    )


def _read_digits(path):
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"{path}: expected a file that can be read, got: {error.strerror}; install again"
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise ValueError(
            f"{path}: expected SHA-256 {SHA256[:12]}..., got {found[:12]}...; the file is damaged. "
            "Restore it with `git checkout data/digits.npz`, or install the package again"
        )
    with np.load(BytesIO(data), allow_pickle=False) as file:
        return file["images"], file["labels"]


def load_recorded(name):
    """The arrays, by name, that data/recorded/`name`.py has recorded.

    A name such as "with, rate 2: loss" is that of an array of a case: record["with,
    rate 2"]["loss"]. ValueError if there is no such record, which says which there are,
    or if its file is damaged.
    """
    files = [path for place in PLACES for path in place.glob("recorded/*.npz")]
    files = {
        path.stem: path for path in files if path.stem.isidentifier()
    }  # no copies "x (1)", no "._x"
    if not isinstance(name, str) or name not in files:
        raise ValueError(f"name: expected one of {sorted(files)}, got {require.shown(name)}")
    try:
        data = files[name].read_bytes()
        with np.load(BytesIO(data), allow_pickle=False) as file:
            arrays = dict(file)
        whole = len(arrays) == data.count(b"PK\x03\x04")  # a damaged table may leave some out
        if (
            not arrays
            or not whole
            or not all(isinstance(array, np.ndarray) for array in arrays.values())
        ):
            raise ValueError("arrays are missing")
    except Exception as error:  # zipfile, zlib and NumPy each raise their own, MemoryError too
        raise ValueError(
            f"{files[name]}: expected the arrays that {name}.py recorded, got a damaged file ({error}). "
            f"Restore it with `git checkout data/recorded/{name}.npz`, or install the package again"
        ) from None
    return _by_case(arrays)


def _by_case(arrays):
    record = {}
    for name, array in arrays.items():
        case, _, measured = name.rpartition(": ")
        (record.setdefault(case, {}) if case else record)[measured] = array
    return record


def load_mnist(folder):
    """X_train (60000, 784), y_train (60000,), X_test (10000, 784), y_test (10000,) from
    the four IDX files.

    The files are the reader's own, gzipped or not; other data in the same format and
    any size (Fashion-MNIST) works too. `folder` is a str or a Path: the folder that
    holds them, one that has a single such folder up to two levels below (torchvision's
    root), or one of the files. Pixels are float32 in [0, 1], labels integers 0..9.
    FileNotFoundError or ValueError names the file, what was expected and what to do,
    also for whatever else lies under these names, and for parts that do not belong
    together: image sizes or numbers of labels that differ, and more test than training
    images, which have been exchanged.
    """
    parts = read_mnist(folder)
    return tuple(
        array
        for images, labels in parts
        for array in (images.reshape(len(images), -1) / np.float32(255), labels.astype(np.int64))
    )


def gaussian_cloud(n, mean, cov, rng):
    """n points (n, D) in float64 from a Gaussian of mean (D,) and covariance cov (D,
    D).

    ValueError if cov is not symmetric and positive semidefinite, and for what is no
    array of finite real numbers.
    """
    mean = require.floats("mean", mean, "D").astype(np.float64)
    cov = require.floats("cov", cov, len(mean), len(mean)).astype(np.float64)
    if not np.allclose(cov, cov.T):
        raise ValueError(f"cov: expected a symmetric matrix, got {cov.tolist()}")
    L, E = np.linalg.eigh(cov)
    if L.min() < -1e-9 * np.abs(cov).max():
        raise ValueError(
            f"cov: expected a symmetric matrix without negative eigenvalues, got the smallest {L.min():.3g}"
        )
    root = (
        E * np.sqrt(np.maximum(L, 0)) @ E.T
    )  # the symmetric one, which no sign of an eigenvector changes
    return (
        mean
        + require.generator("rng", rng).standard_normal((require.count("n", n), len(mean))) @ root
    )


def minibatches(X, y, batch_size, rng):
    """Yield (X (batch_size, ...), y (batch_size,)) once through the shuffled data: one
    epoch.

    A shorter rest is left out, so that each step has the same noise; another rest each
    epoch. X is (N, ...) and y (N,), finite real numbers whose dtype is kept. ValueError
    for others, at the call.
    """
    return _epoch(*_checked(X, y, batch_size, rng))


def endless_minibatches(X, y, batch_size, rng):
    """`minibatches` epoch after epoch, shuffled anew for each."""
    return chain.from_iterable(starmap(_epoch, repeat(_checked(X, y, batch_size, rng))))


def _checked(X, y, batch_size, rng):
    X = require.finite("X", X, "N", ...)
    y, batch_size = require.finite("y", y, len(X)), require.count("batch_size", batch_size)
    if batch_size > len(X):
        raise ValueError(f"batch_size: expected at most the {len(X)} rows of X, got {batch_size}")
    return X, y, batch_size, require.generator("rng", rng)


def _epoch(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield X[rows], y[rows]
