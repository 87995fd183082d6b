"""Bad input is refused by name: which argument, what was expected, what came.

A plain array is a numpy.ndarray, one mapped from a file too, or whatever `np.asarray`
reads: lists, a table of another library. Other subclasses are refused, since their
values mean something else: of a masked array the masked ones would come back, and `*`
of a matrix is `@`.
"""

import os
import warnings
from numbers import Integral, Real
from pathlib import Path

import numpy as np

INTEGERS = np.typecodes["AllInteger"]
REALS = "fdg" + INTEGERS  # float32, float64 and wider
DRAWN = "e" + REALS  # float16 is enough to be looked at, and too coarse to compute with


def floats(name, value, *shape):
    """`value` as a finite float array of `shape`: a letter stands for any size >= 1, a
    last ... for any axes.

    float32, float64 and wider are kept, in this machine's order of bytes; integers
    become float64. ValueError otherwise.
    """
    array = finite(name, value, *shape)
    return array.astype(
        np.float64 if array.dtype.kind in "iu" else array.dtype.newbyteorder("="), copy=False
    )


def finite(name, value, *shape, **kinds):
    """The same with integers as they are; `kinds` of dtypes as for `numbers`."""
    array = numbers(name, value, *shape, **kinds)
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name}: expected finite numbers, got {int(bad.sum())} NaN or infinite, the first at index {where}"
        )
    return array


def batch(name, value):
    """`value` as finite floats of shape (N, D), or (N, C, H, W) if it has four axes."""
    array = plain(name, value, "ND")
    return floats(name, array, *("NCHW" if array.ndim == 4 else "ND"))


def numbers(name, value, *shape, types=REALS, what="float32 or float64 numbers"):
    """`value` as a plain array of `shape` and one of `types`, NaN or not; ValueError
    otherwise.
    """
    array = plain(name, value, shape)
    sizes, more = (shape[:-1], True) if shape[-1:] == (...,) else (shape, False)
    fits = array.ndim >= len(sizes) if more else array.ndim == len(sizes)
    if (
        not fits
        or not all(isinstance(s, str) or s == n for s, n in zip(sizes, array.shape))
        or array.size == 0
    ):
        number = array.ndim or array.dtype.char in DRAWN
        came = f"shape {array.shape}" if number else type(array.item()).__name__
        raise ValueError(f"{name}: expected {wanted(shape)}, got {came}")
    if array.dtype.char not in types:
        raise ValueError(f"{name}: expected {what}, got dtype {array.dtype}")
    return array


def plain(name, value, shape):
    """`value` as a plain array, whatever is in it; ValueError, which tells the `shape`,
    if it cannot be one.
    """
    if isinstance(value, np.ndarray):
        _refuse_subclass(name, value)
        return np.asarray(value)
    try:
        with warnings.catch_warnings(action="ignore"):  # a masked value in a list
            array = np.asarray(value)
    except Exception as error:  # another library's arrays raise what they like
        ragged = isinstance(value, list | tuple) and isinstance(error, ValueError)
        came = (
            "rows of different lengths"
            if ragged
            else f"{type(value).__name__}, which NumPy cannot read"
        )
        raise ValueError(f"{name}: expected {wanted(shape)}, got {came}") from None
    if array.dtype.char in DRAWN:
        _refuse_rows(name, value)
    return array


def _refuse_rows(name, value):
    """ValueError for an array in a nested list that is not plain."""
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


def real_array(name, value):
    """`value` if it is a plain array of float32 or wider, with integers as float64;
    ValueError otherwise.

    Its numbers are not looked at: that would cost time in every step, and a diverging
    run may be watched.
    """
    if not isinstance(value, np.ndarray):
        raise ValueError(
            f"{name}: expected an array, such as np.array({name}), got {type(value).__name__}"
        )
    _refuse_subclass(name, value)
    if value.dtype.char not in REALS:
        raise ValueError(f"{name}: expected float32 or float64 numbers, got dtype {value.dtype}")
    return value.astype(np.float64) if value.dtype.kind in "iu" else value


def batch_or_images(value):
    """x as a `real_array` of shape (N, D) or (N, C, H, W), not empty; ValueError
    otherwise.
    """
    x = real_array("x", value)
    if x.ndim not in (2, 4) or x.size == 0:
        raise ValueError(f"x: expected shape (N, D) or shape (N, C, H, W), got shape {x.shape}")
    return x


def upstream(dout, shape):
    """The gradient as a `real_array` of the `shape` of the layer's last output, None
    before any.
    """
    if shape is None:
        raise ValueError("backward: expected a forward pass before it, got none")
    if not isinstance(dout, np.ndarray) or dout.shape != shape:
        came = f"shape {dout.shape}" if isinstance(dout, np.ndarray) else type(dout).__name__
        raise ValueError(f"dout: expected {wanted(shape)}, got {came}")
    return real_array("dout", dout)


def labels(name, value, length, num_classes):
    """`value` (length,) as integer class labels in 0..num_classes-1; ValueError
    otherwise.
    """
    array = numbers(name, value, length, types=INTEGERS, what="integer class labels")
    if array.min() < 0 or array.max() >= num_classes:
        raise ValueError(
            f"{name}: expected labels from 0 to {num_classes - 1}, got {array.min()} to {array.max()}"
        )
    return array


def wanted(shape):
    if shape == (...,):
        return "an array of at least one number"
    return f"shape ({', '.join('...' if s is ... else str(s) for s in shape)}{',' if len(shape) == 1 else ''})"


def scalar(value):
    """The real number that `value` is, a 0-d array's too; None if it is none (True,
    "1", a masked value).
    """
    if type(value) is np.ndarray and value.ndim == 0:
        value = value[()]
    return (
        value if isinstance(value, Real) and not isinstance(value, bool | np.timedelta64) else None
    )


def count(name, value, at_least=1):
    """`value` as an int >= at_least; ValueError otherwise."""
    number = scalar(value)
    if not isinstance(number, Integral) or not at_least <= number <= np.iinfo(np.intp).max:
        raise ValueError(
            f"{name}: expected a whole number of at least {at_least}, got {shown(value)}"
        )
    return int(number)


def generator(name, value):
    """`value` if it is a numpy.random.Generator; ValueError otherwise."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(
            f"{name}: expected a numpy.random.Generator, such as np.random.default_rng(0), got {shown(value)}"
        )
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
    """`value` as a float with low <= value <= high and finite; ValueError otherwise."""
    try:
        number = float(np.nan if (number := scalar(value)) is None else number)
    except OverflowError:  # a whole number of more than 308 digits
        number = np.inf
    if not (low <= number <= high and np.isfinite(number)):
        limits = f"from {low:g} to {high:g}" if np.isfinite(high) else f"of at least {low:g}"
        raise ValueError(f"{name}: expected a finite number {limits}, got {shown(value)}")
    return number


def path(name, value):
    """`value`, a str or a Path, as a Path with its `~` written out; ValueError
    otherwise.
    """
    if not isinstance(value, str | os.PathLike) or "\0" in str(value) or not str(value):
        raise ValueError(f'{name}: expected a path, such as "~/{name}", got {shown(value)}')
    try:
        return Path(value).expanduser()
    except (RuntimeError, TypeError):  # no home folder, or no such user; a path made of bytes
        raise ValueError(
            f"{name}: expected a path whose ~ is a known folder, got {shown(value)}"
        ) from None


def shown(value):
    """`value` in at most one short line, for the end of a message."""
    try:
        text = repr(value)
    except Exception:  # a whole number of thousands of digits, or a class of somebody's
        text = ""
    return text if 0 < len(text) <= 80 and "\n" not in text else type(value).__name__
