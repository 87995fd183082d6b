"""Real and synthetic data: digits and recorded runs that ship with the course, MNIST from a folder, batches."""

import gzip
import hashlib
import zlib
from itertools import chain, repeat, starmap
from pathlib import Path

import numpy as np

from ._arrays import count, finite, floats, generator

HERE = Path(__file__).parent
SHA256 = "af104d81e7cd419be5f343d23c6ca2e4e4ff847b06636260802df8e903c6183f"  # of digits.npz, see data/README.md


def load_digits(*, split="balanced"):
    """X_train (N, 64), y_train (N,), X_test, y_test: 1797 real handwritten digits of 8 x 8 pixels.

    Pixels are float64 in [0, 1] (the original 0..16 divided by 16), labels integers 0..9. "balanced":
    every fifth image of each digit is a test image, so writers are in both parts. "writers": the last
    450 rows are the test part; other people wrote them, so it is harder. Source: data/README.md.
    ValueError for another split or a damaged file, FileNotFoundError if the file is missing.
    """
    if split not in ("balanced", "writers"):
        raise ValueError(f'split: expected "balanced" or "writers", got {split!r}')
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
    places = HERE / "digits.npz", HERE.parent / "data" / "digits.npz"  # an installed wheel, a clone
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"digits.npz: expected at {places[0]} or {places[1]}, found at neither; install again")


def _read_digits(path):
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256:
        raise ValueError(
            f"{path}: expected SHA-256 {SHA256[:12]}..., got {found[:12]}...; the file is damaged. "
            "Restore it with `git checkout data/digits.npz`, or install the package again"
        )
    with np.load(path, allow_pickle=False) as file:
        return file["images"], file["labels"]


def load_recorded(name):
    """The arrays, by name, that data/recorded/`name`.py has recorded: runs that are too long for a lesson.

    ValueError if there is no such record; it says which there are.
    """
    places = HERE / "recorded", HERE.parent / "data" / "recorded"  # an installed wheel, a clone
    files = {path.stem: path for place in places for path in place.glob("*.npz")}
    if name not in files:
        raise ValueError(f"name: expected one of {sorted(files)}, got {name!r}")
    with np.load(files[name], allow_pickle=False) as file:
        return dict(file)


def load_mnist(folder):
    """X_train (60000, 784), y_train (60000,), X_test (10000, 784), y_test (10000,) from the four IDX files.

    The files are the reader's own, gzipped or not, in `folder`; other data in the same format and
    any size (Fashion-MNIST) works too. Pixels are float32 in [0, 1], labels integers 0..9.
    FileNotFoundError or ValueError names the file, what was expected and what to do.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: expected a folder with the four MNIST files, found none")
    parts = []
    for part in ("train", "t10k"):
        X, images = _read_idx(folder, f"{part}-images-idx3-ubyte", 3)
        y, labels = _read_idx(folder, f"{part}-labels-idx1-ubyte", 1)
        if len(X) != len(y):
            raise ValueError(
                f"{labels}: expected one label for each of the {len(X)} images in {images.name}, got {len(y)}; "
                "take both files from the same source"
            )
        if y.max() > 9:
            raise ValueError(f"{labels}: expected labels from 0 to 9, got {y.max()}; get the file again")
        parts += [X.reshape(len(X), -1) / np.float32(255), y.astype(np.int64)]
    return tuple(parts)


def _read_idx(folder, name, ndim):
    """The uint8 array of one IDX file, and its path."""
    names = [name, f"{name}.gz", name.replace("-idx", ".idx"), name.replace("-idx", ".idx") + ".gz"]
    path = next((folder / n for n in names if (folder / n).is_file()), None)
    if path is None:
        raise FileNotFoundError(f"{folder / name}: expected this file or {name}.gz, found neither; put it there")
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":  # gzip, whatever the file is called
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(
                f"{path}: expected a whole gzip file, got a damaged one ({error}); get it again"
            ) from None
    magic, expected = int.from_bytes(data[:4], "big"), 0x0800 + ndim  # 08: unsigned bytes
    if len(data) < 4 or magic != expected:
        kind = "images" if ndim == 3 else "labels"
        came = f"{magic}" if len(data) >= 4 else "a file of under 4 bytes"
        raise ValueError(
            f"{path}: expected magic number {expected} (IDX, {kind}), got {came}; "
            f"this is not the file {name}, get it again"
        )
    header = 4 + 4 * ndim
    shape = tuple(int.from_bytes(data[i : i + 4], "big") for i in range(4, header, 4))
    size = header + int(np.prod(shape, dtype=np.int64))
    if len(data) >= header and 0 in shape:
        raise ValueError(f"{path}: expected at least one entry, got shape {shape}; get it again")
    if len(data) < header or len(data) != size:
        raise ValueError(
            f"{path}: expected {size} bytes for an array of shape {shape}, got {len(data)}; "
            f"the file is {'cut short' if len(data) < size else 'damaged'}, get it again"
        )
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape), path


def gaussian_cloud(n, mean, cov, rng):
    """n points (n, D) in float64 from a Gaussian of mean (D,) and covariance cov (D, D).

    ValueError if cov is not symmetric and positive semidefinite, and for what is no array of finite real numbers.
    """
    mean = floats("mean", mean, "D").astype(np.float64)
    cov = floats("cov", cov, len(mean), len(mean)).astype(np.float64)
    if not np.allclose(cov, cov.T):
        raise ValueError(f"cov: expected a symmetric matrix, got {cov.tolist()}")
    L, E = np.linalg.eigh(cov)
    if L.min() < -1e-9 * np.abs(cov).max():
        raise ValueError(
            f"cov: expected a symmetric matrix without negative eigenvalues, got the smallest {L.min():.3g}"
        )
    root = E * np.sqrt(np.maximum(L, 0)) @ E.T  # the symmetric one, which no sign of an eigenvector changes
    return mean + generator("rng", rng).standard_normal((count("n", n), len(mean))) @ root


def minibatches(X, y, batch_size, rng):
    """Yield (X (batch_size, ...), y (batch_size,)) once through the shuffled data: one epoch.

    A shorter rest is left out, so that each step has the same noise; another rest each epoch. X is (N, ...) and
    y (N,), finite real numbers whose dtype is kept. ValueError for others, at the call.
    """
    return _epoch(*_checked(X, y, batch_size, rng))


def endless_minibatches(X, y, batch_size, rng):
    """`minibatches` epoch after epoch, shuffled anew for each."""
    return chain.from_iterable(starmap(_epoch, repeat(_checked(X, y, batch_size, rng))))


def _checked(X, y, batch_size, rng):
    X = finite("X", X, "N", ...)
    y, batch_size = finite("y", y, len(X)), count("batch_size", batch_size)
    if batch_size > len(X):
        raise ValueError(f"batch_size: expected at most the {len(X)} rows of X, got {batch_size}")
    return X, y, batch_size, generator("rng", rng)


def _epoch(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X) - batch_size + 1, batch_size):
        rows = order[start : start + batch_size]
        yield X[rows], y[rows]
