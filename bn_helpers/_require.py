"""Bad input raises a ValueError that names the argument, what was expected, what came.

A plain array is a numpy.ndarray, also one mapped from a file, or whatever `np.asarray`
reads: lists, a table of another library. Other subclasses are refused, since their
values mean something else. A masked array would lose its mask, and `*` of two matrices
is `@`.
"""

import os
import warnings
from numbers import Integral, Real
from pathlib import Path

import numpy as np

INTEGERS = np.typecodes["AllInteger"]
REALS = "fdg" + INTEGERS  # float32, float64 and wider
DRAWN = "e" + REALS  # float16 is exact enough to draw, but not to compute with


def floats(name, value, *shape):
    """`value` as a finite float array of `shape`; ValueError otherwise.

    In `shape` a letter stands for any size of at least 1, and a last ... for any axes.
    float32, float64 and wider are kept, in this machine's byte order; integers become
    float64.
    """
    array = finite(name, value, *shape)
    kind = np.float64 if array.dtype.kind in "iu" else array.dtype.newbyteorder("=")
    return array.astype(kind, copy=False)


def finite(name, value, *shape, **kinds):
    """The same, but integers stay integers; `kinds` are as for `numbers`."""
    array = numbers(name, value, *shape, **kinds)
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        came = f"{int(bad.sum())} NaN or infinite, the first at index {first}"
        raise ValueError(f"{name}: expected finite numbers, got {came}")
    return array


def batch(name, value):
    """`value` as finite floats of shape (N, D), or (N, C, H, W) if it has four axes."""
    array = plain(name, value, "ND")
    return floats(name, array, *("NCHW" if array.ndim == 4 else "ND"))


def numbers(name, value, *shape, types=REALS, what="float32 or float64 numbers"):
    """`value` as a plain array of `shape` and one of the `types`; ValueError otherwise.

    Its numbers may be NaN. `what` says in the message which types are expected.
    """
    array = plain(name, value, shape)
    if array.size == 0 or not _fits(array.shape, shape):
        number = array.ndim or array.dtype.char in DRAWN
        came = f"shape {array.shape}" if number else type(array.item()).__name__
        raise ValueError(f"{name}: expected {wanted(shape)}, got {came}")
    if array.dtype.char not in types:
        raise ValueError(f"{name}: expected {what}, got dtype {array.dtype}")
    return array


def _fits(sizes, shape):
    if shape[-1:] == (...,):
        shape = shape[:-1]
        sizes = sizes[: len(shape)]
    same = (isinstance(s, str) or s == n for s, n in zip(shape, sizes))
    return len(sizes) == len(shape) and all(same)


def plain(name, value, shape):
    """`value` as a plain array of anything; ValueError if it cannot be one.

    `shape` is the one that the message says is expected.
    """
    if isinstance(value, np.ndarray):
        _refuse_subclass(name, value)
        return np.asarray(value)
    try:
        # NumPy warns of a masked value in a list.
        with warnings.catch_warnings(action="ignore"):
            array = np.asarray(value)
    # Arrays of another library may raise any error.
    except Exception as error:
        came = f"{type(value).__name__}, which NumPy cannot read"
        if isinstance(value, list | tuple) and isinstance(error, ValueError):
            came = "rows of different lengths"
        raise ValueError(f"{name}: expected {wanted(shape)}, got {came}") from None
    if array.dtype.char in DRAWN:
        _refuse_rows(name, value)
    return array


def _refuse_rows(name, value):
    """Raise ValueError if a nested list contains an array that is not plain."""
    if isinstance(value, list | tuple):
        for row in value:
            _refuse_rows(name, row)
    elif isinstance(value, np.ndarray):
        _refuse_subclass(name, value)


def _refuse_subclass(name, array):
    kind = type(array)
    if kind is not np.ndarray and kind is not np.memmap:
        masked = isinstance(array, np.ma.MaskedArray)
        advice = f"fill it first, {name}.filled(0)" if masked else f"np.asarray({name}) makes one"
        raise ValueError(f"{name}: expected a plain array, got {kind.__name__}; {advice}")


def real_array(name, value, *shape):
    """`value` if it is a plain array of float32 or wider; ValueError otherwise.

    `shape` is as for `floats`; without one any shape will do. Integers become float64.
    NaN is not looked for: that would cost time in every step, and a diverging run may
    be watched.
    """
    if not isinstance(value, np.ndarray):
        came = type(value).__name__
        raise ValueError(f"{name}: expected an array, such as np.array({name}), got {came}")
    _refuse_subclass(name, value)
    if value.dtype.char not in REALS:
        raise ValueError(f"{name}: expected float32 or float64 numbers, got dtype {value.dtype}")
    if shape and (value.size == 0 or not _fits(value.shape, shape)):
        raise ValueError(f"{name}: expected {wanted(shape)}, got shape {value.shape}")
    return value.astype(np.float64) if value.dtype.kind in "iu" else value


def batch_or_images(value):
    """`value` as a `real_array` x of shape (N, D) or (N, C, H, W), not empty.

    ValueError otherwise.
    """
    x = real_array("x", value)
    if x.ndim not in (2, 4) or x.size == 0:
        raise ValueError(f"x: expected shape (N, D) or shape (N, C, H, W), got shape {x.shape}")
    return x


def upstream(dout, shape):
    """dout as a `real_array` of the layer's last output `shape`; ValueError otherwise.

    `shape` is None before the first forward pass.
    """
    if shape is None:
        raise ValueError("backward: expected a forward pass before it, got none")
    if not isinstance(dout, np.ndarray) or dout.shape != shape:
        came = f"shape {dout.shape}" if isinstance(dout, np.ndarray) else type(dout).__name__
        raise ValueError(f"dout: expected {wanted(shape)}, got {came}")
    return real_array("dout", dout)


def labels(name, value, length, num_classes):
    """`value` (length,) as integer labels in 0..num_classes-1; ValueError otherwise."""
    array = numbers(name, value, length, types=INTEGERS, what="integer class labels")
    low, high = array.min(), array.max()
    if low < 0 or high >= num_classes:
        last = num_classes - 1
        raise ValueError(f"{name}: expected labels from 0 to {last}, got {low} to {high}")
    return array


def wanted(shape):
    """The words for `shape` in a message."""
    if shape == (...,):
        return "an array of at least one number"
    sizes = ", ".join("..." if size is ... else str(size) for size in shape)
    return f"shape ({sizes},)" if len(shape) == 1 else f"shape ({sizes})"


def scalar(value):
    """`value` as one real number, also from a 0-d array; None if it is none.

    True, "1" and a masked value are none.
    """
    if type(value) is np.ndarray and value.ndim == 0:
        value = value[()]
    real = isinstance(value, Real) and not isinstance(value, bool | np.timedelta64)
    return value if real else None


def count(name, value, at_least=1):
    """`value` as an int >= at_least; ValueError otherwise."""
    number = scalar(value)
    if not isinstance(number, Integral) or not at_least <= number <= np.iinfo(np.intp).max:
        came = shown(value)
        raise ValueError(f"{name}: expected a whole number of at least {at_least}, got {came}")
    return int(number)


def generator(name, value):
    """`value` if it is a numpy.random.Generator; ValueError otherwise."""
    if not isinstance(value, np.random.Generator):
        example = "a numpy.random.Generator, such as np.random.default_rng(0)"
        raise ValueError(f"{name}: expected {example}, got {shown(value)}")
    return value


def dtype(name, value):
    """`value` as the dtype float32 or float64; ValueError otherwise."""
    try:
        kind = np.dtype(value)
    except TypeError:
        kind = None
    if value is None or kind not in (np.float32, np.float64):
        raise ValueError(f"{name}: expected np.float32 or np.float64, got {shown(value)}")
    return kind


def between(name, value, low, high=np.inf):
    """`value` as a finite float, low <= value <= high; ValueError otherwise."""
    try:
        number = float(np.nan if (number := scalar(value)) is None else number)
    except OverflowError:  # a whole number of more than 308 digits
        number = np.inf
    if not (low <= number <= high and np.isfinite(number)):
        limits = f"from {low:g} to {high:g}" if np.isfinite(high) else f"of at least {low:g}"
        raise ValueError(f"{name}: expected a finite number {limits}, got {shown(value)}")
    return number


def path(name, value):
    """`value`, a str or a Path, as a Path without `~`; ValueError otherwise."""
    if not isinstance(value, str | os.PathLike) or "\0" in str(value) or not str(value):
        raise ValueError(f'{name}: expected a path, such as "~/{name}", got {shown(value)}')
    try:
        return Path(value).expanduser()
    # RuntimeError means no home folder or no such user, TypeError a path of bytes.
    except (RuntimeError, TypeError):
        came = shown(value)
        raise ValueError(f"{name}: expected a path whose ~ is a known folder, got {came}") from None


def shown(value):
    """`value` in one short line, for the end of a message."""
    try:
        text = repr(value)
    # A number has thousands of digits, or a class has a broken repr.
    except Exception:
        text = ""
    return text if 0 < len(text) <= 80 and "\n" not in text else type(value).__name__
