"""Data: digits, recorded runs, MNIST from a folder, Gaussian points; and batches."""

import hashlib
from io import BytesIO
from itertools import chain, repeat, starmap
from pathlib import Path

import numpy as np

from . import _require as require
from ._mnist import read_mnist

RESTORE = "Restore it with `git checkout data/{}.npz`, or install the package again"
ROOT = Path(__file__).parents[1]
PLACES = ROOT / "bn_helpers_data", ROOT / "data"  # of an installed wheel, of a clone
# Of digits.npz, see data/README.md
SHA256 = "af104d81e7cd419be5f343d23c6ca2e4e4ff847b06636260802df8e903c6183f"
FORM = 1415  # row at which a form begins: the labels of each form are in the same order


def load_digits(*, split="balanced"):
    """X_train (N, 64), y_train (N,), X_test, y_test of 1797 real handwritten digits.

    An image is 8 x 8 pixels. Pixels are float64 in [0, 1] (the original 0..16 divided
    by 16), labels are integers 0..9. "balanced": every fifth image of each digit is a
    test image, so the same people wrote both parts. "writers": the test part are the
    last 382 rows, which stand on forms of their own, so nearly all of them are by other
    people. Source: data/README.md.
    ValueError for another split or a damaged file, FileNotFoundError if the file is
    missing.
    """
    if not isinstance(split, str) or split not in ("balanced", "writers"):
        raise ValueError(f'split: expected "balanced" or "writers", got {require.shown(split)}')
    images, labels = _read_digits(_digits_file())
    X, y = images / 16, labels.astype(np.int64)
    if split == "writers":
        test = np.arange(len(y)) >= FORM
    else:
        nth = np.empty_like(y)  # this is the nth image of its digit
        for digit in range(10):
            nth[y == digit] = np.arange((y == digit).sum())
        test = nth % 5 == 4
    return X[~test], y[~test], X[test], y[test]


def _digits_file():
    paths = [place / "digits.npz" for place in PLACES]
    for path in paths:
        if path.exists():
            return path
    wheel, clone = paths
    raise FileNotFoundError(
        f"digits.npz: expected at {wheel} or {clone}, found at neither; install again"
    )


def _read_digits(path):
    try:
        data = path.read_bytes()
    except OSError as error:
        came = f"{error.strerror}; install again"
        raise ValueError(f"{path}: expected a file that can be read, got: {came}") from None
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        came = f"{found[:12]}...; the file is damaged. {RESTORE.format('digits')}"
        raise ValueError(f"{path}: expected SHA-256 {SHA256[:12]}..., got {came}")
    with np.load(BytesIO(data), allow_pickle=False) as file:
        return file["images"], file["labels"]


def load_recorded(name):
    """The arrays, by name, that data/recorded/`name`.py has recorded.

    An array that is stored as "with, rate 2: loss" belongs to a case; it is
    record["with, rate 2"]["loss"]. ValueError for an unknown name, with a list of the
    known ones, and for a damaged file.
    """
    paths = [path for place in PLACES for path in place.glob("recorded/*.npz")]
    # Copies such as "x (1).npz" and "._x.npz" are left out.
    files = {path.stem: path for path in paths if path.stem.isidentifier()}
    if not isinstance(name, str) or name not in files:
        raise ValueError(f"name: expected one of {sorted(files)}, got {require.shown(name)}")
    try:
        return _by_case(_read_arrays(files[name]))
    # zipfile, zlib and NumPy each raise their own errors, also MemoryError.
    except Exception as error:
        came = f"a damaged file ({error}). {RESTORE.format(f'recorded/{name}')}"
        raise ValueError(
            f"{files[name]}: expected the arrays that {name}.py recorded, got {came}"
        ) from None


def _read_arrays(path):
    data = path.read_bytes()
    with np.load(BytesIO(data), allow_pickle=False) as file:
        arrays = dict(file)
    complete = len(arrays) == data.count(b"PK\x03\x04")  # a damaged table may omit some
    are_arrays = all(isinstance(array, np.ndarray) for array in arrays.values())
    if not arrays or not complete or not are_arrays:
        raise ValueError("arrays are missing")
    return arrays


def _by_case(arrays):
    record = {}
    for name, array in arrays.items():
        case, _, measured = name.rpartition(": ")
        (record.setdefault(case, {}) if case else record)[measured] = array
    return record


def load_mnist(folder):
    """X_train (60000, 784), y_train (60000,), X_test (10000, 784), y_test (10000,).

    They are read from the reader's own four IDX files, gzipped or not. Other data in
    the same format and any size (Fashion-MNIST) works too. `folder` is a str or a Path:
    the folder that holds the files, one that has a single such folder up to two levels
    below (torchvision's root), or one of the files. Pixels are float32 in [0, 1],
    labels integers 0..9.

    FileNotFoundError if a file is missing. ValueError if something else has its name,
    or if the parts do not belong together: image sizes or numbers of labels differ, or
    there are more test than training images, so that the two parts are exchanged. Each
    names the file, what was expected and what to do.
    """
    parts = read_mnist(folder)
    return tuple(
        array
        for images, labels in parts
        for array in (images.reshape(len(images), -1) / np.float32(255), labels.astype(np.int64))
    )


def gaussian_cloud(n, mean, cov, rng):
    """n points (n, D) from a Gaussian of mean (D,) and covariance cov (D, D), float64.

    ValueError if cov is not symmetric and positive semidefinite, and for anything but
    arrays of finite real numbers.
    """
    mean = require.floats("mean", mean, "D").astype(np.float64)
    cov = require.floats("cov", cov, len(mean), len(mean)).astype(np.float64)
    if not np.allclose(cov, cov.T):
        raise ValueError(f"cov: expected a symmetric matrix, got {cov.tolist()}")
    L, E = np.linalg.eigh(cov)
    if L.min() < -1e-9 * np.abs(cov).max():
        came = f"the smallest {L.min():.3g}"
        raise ValueError(
            f"cov: expected a symmetric matrix without negative eigenvalues, got {came}"
        )
    # The symmetric root does not depend on the signs of the eigenvectors.
    root = E * np.sqrt(np.maximum(L, 0)) @ E.T
    shape = require.count("n", n), len(mean)
    return mean + require.generator("rng", rng).standard_normal(shape) @ root


def minibatches(X, y, batch_size, rng):
    """Yield (X (batch_size, ...), y (batch_size,)) for one epoch of the shuffled data.

    An incomplete last batch is dropped, so that every step sees batch_size rows. Other
    rows are dropped in each epoch. X is (N, ...) and y (N,), finite real numbers whose
    dtype is kept. Anything else raises ValueError at the call.
    """
    return _epoch(*_checked(X, y, batch_size, rng))


def endless_minibatches(X, y, batch_size, rng):
    """`minibatches` of one epoch after the other; each epoch has its own order."""
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
