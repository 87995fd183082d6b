"""Initial weights. Each scheme maps (fan_in, fan_out, rng) to W (fan_in, fan_out).

All have mean 0. They differ in the variance of one weight. For equal widths
`xavier_normal` and `lecun_normal` are the same; many posts call the second one
"Xavier". W is of `dtype` float64 or float32. The same rng gives the same weights in
both, up to rounding.
"""

import numpy as np

from . import _require as require


def zeros(fan_in, fan_out, rng=None, dtype=np.float64):
    """All-zero weights.

    All units of the layer are identical, and training keeps them identical.
    """
    shape = require.count("fan_in", fan_in), require.count("fan_out", fan_out)
    return np.zeros(shape, require.dtype("dtype", dtype))


def normal(std=0.01):
    """The scheme W ~ N(0, std^2), the same for every layer width.

    `normal(1.0)` is the scheme that posts call "N(0, 1)".
    """
    std = require.between("std", std, 0)

    def scheme(fan_in, fan_out, rng, dtype=np.float64):
        shape = require.count("fan_in", fan_in), require.count("fan_out", fan_out)
        weights = std * require.generator("rng", rng).standard_normal(shape)
        return weights.astype(require.dtype("dtype", dtype), copy=False)

    return scheme


def xavier_normal(fan_in, fan_out, rng, dtype=np.float64):
    """Var(w) = 2 / (fan_in + fan_out) (Glorot & Bengio 2010).

    This is a compromise between keeping the signal and keeping the gradient.
    """
    both = require.count("fan_in", fan_in) + require.count("fan_out", fan_out)
    return normal(np.sqrt(2 / both))(fan_in, fan_out, rng, dtype)


def he_normal(fan_in, fan_out, rng, dtype=np.float64):
    """Var(w) = 2 / fan_in (He et al. 2015).

    The factor 2 makes up for ReLU, which halves the mean square.
    """
    return normal(np.sqrt(2 / require.count("fan_in", fan_in)))(fan_in, fan_out, rng, dtype)


def lecun_normal(fan_in, fan_out, rng, dtype=np.float64):
    """Var(w) = 1 / fan_in (LeCun et al. 1998).

    A weighted sum keeps the mean square of its inputs.
    """
    return normal(np.sqrt(1 / require.count("fan_in", fan_in)))(fan_in, fan_out, rng, dtype)
