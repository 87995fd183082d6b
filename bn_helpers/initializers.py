"""Initial weights: each scheme is a function (fan_in, fan_out, rng) -> W (fan_in, fan_out).

All are zero-mean; they differ in the variance of one weight. For equal widths
`xavier_normal` and `lecun_normal` coincide; many posts call the second one "Xavier".
"""

import numpy as np

from . import _require as require


def zeros(fan_in, fan_out, rng=None):
    """W = 0 (fan_in, fan_out): every unit of a layer starts, and stays, like every other."""
    return np.zeros((require.count("fan_in", fan_in), require.count("fan_out", fan_out)))


def normal(std=0.01):
    """The scheme W ~ N(0, std^2), the same for every layer width; `normal(1.0)` is "N(0, 1)"."""
    std = require.between("std", std, 0)

    def scheme(fan_in, fan_out, rng):
        shape = require.count("fan_in", fan_in), require.count("fan_out", fan_out)
        return std * require.generator("rng", rng).standard_normal(shape)

    return scheme


def xavier_normal(fan_in, fan_out, rng):
    """Var(w) = 2 / (fan_in + fan_out) (Glorot & Bengio 2010): a compromise of signal and gradient."""
    return normal(np.sqrt(2 / (require.count("fan_in", fan_in) + require.count("fan_out", fan_out))))(
        fan_in, fan_out, rng
    )


def he_normal(fan_in, fan_out, rng):
    """Var(w) = 2 / fan_in (He et al. 2015): ReLU halves the mean square, the 2 gives it back."""
    return normal(np.sqrt(2 / require.count("fan_in", fan_in)))(fan_in, fan_out, rng)


def lecun_normal(fan_in, fan_out, rng):
    """Var(w) = 1 / fan_in (LeCun et al. 1998): a weighted sum keeps the mean square of its inputs."""
    return normal(np.sqrt(1 / require.count("fan_in", fan_in)))(fan_in, fan_out, rng)
