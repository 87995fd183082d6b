"""Bad input is refused by name: which argument, what was expected, what came."""

import numpy as np


def floats(name, value, *shape):
    """`value` as a finite float array of `shape`; a letter in `shape` stands for any size >= 1.

    float32, float64 and wider are kept, integers become float64. ValueError otherwise.
    """
    array = numbers(name, value, *shape)
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f" or array.dtype.itemsize < 4:
        raise ValueError(f"{name}: expected float32 or float64 numbers, got dtype {array.dtype}")
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name}: expected finite numbers, got {int(bad.sum())} NaN or infinite, the first at index {where}"
        )
    return array


def batch(name, value):
    """`value` as finite floats of shape (N, D), or (N, C, H, W) if it has four axes."""
    try:
        axes = np.ndim(value)
    except ValueError:  # rows of different lengths, which `floats` refuses by name
        axes = 2
    return floats(name, value, *("NCHW" if axes == 4 else "ND"))


def real_array(value):
    """x if it is an array of float32, float64 or integers; ValueError otherwise.

    Its numbers are not looked at: that would cost time in every step, and a diverging run may be watched.
    """
    if not isinstance(value, np.ndarray):
        raise ValueError(f"x: expected an array, such as np.array(x), got {type(value).__name__}")
    if value.dtype.kind not in "iuf" or value.dtype == np.float16:
        raise ValueError(f"x: expected float32 or float64 numbers, got dtype {value.dtype}")
    return value


def batch_or_images(value):
    """x if it is a `real_array` of shape (N, D) or (N, C, H, W); ValueError otherwise."""
    if real_array(value).ndim not in (2, 4):
        raise ValueError(f"x: expected shape (N, D) or shape (N, C, H, W), got shape {value.shape}")
    return value


def upstream(dout, shape):
    """The upstream gradient `dout` if it has the `shape` of the layer's last output, None before any."""
    if shape is None:
        raise ValueError("backward: expected a forward pass before it, got none")
    if np.shape(dout) != shape or not isinstance(dout, np.ndarray):
        came = f"shape {dout.shape}" if isinstance(dout, np.ndarray) else type(dout).__name__
        raise ValueError(f"dout: expected {wanted(shape)}, got {came}")
    return dout


def labels(name, value, length, num_classes):
    """`value` (length,) as integer class labels in 0..num_classes-1; ValueError otherwise."""
    array = numbers(name, value, length)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected integer class labels, got dtype {array.dtype}")
    if array.min() < 0 or array.max() >= num_classes:
        raise ValueError(f"{name}: expected labels from 0 to {num_classes - 1}, got {array.min()} to {array.max()}")
    return array


def numbers(name, value, *shape):
    """`value` as an array of `shape`, whatever its dtype."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name}: expected {wanted(shape)}, got rows of different lengths") from None
    fits = array.ndim == len(shape) and all(isinstance(s, str) or s == n for s, n in zip(shape, array.shape))
    if not fits or array.size == 0:
        raise ValueError(f"{name}: expected {wanted(shape)}, got shape {array.shape}")
    return array


def wanted(shape):
    return f"shape ({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def count(name, value, at_least=1):
    """`value` as an int >= at_least; ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < at_least:
        raise ValueError(f"{name}: expected a whole number of at least {at_least}, got {value!r}")
    return int(value)


def generator(name, value):
    """`value` if it is a numpy.random.Generator; ValueError otherwise."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(
            f"{name}: expected a numpy.random.Generator, such as np.random.default_rng(0), got {value!r}"
        )
    return value


def between(name, value, low, high=np.inf):
    """`value` as a float with low <= value <= high and finite; ValueError otherwise."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not (low <= number <= high and np.isfinite(number)):
        limits = f"from {low:g} to {high:g}" if np.isfinite(high) else f"of at least {low:g}"
        raise ValueError(f"{name}: expected a finite number {limits}, got {value!r}")
    return number
