"""Four ways to rescale data: to [0, 1], to mean 0 and std 1, and white in two ways.

Each takes x (N, D), one row per example, and works with the statistics of `like` (M,
D), which is x itself unless given: test data are rescaled like the training data.
Statistics divide by M. All return (N, D) of the dtype of x, and raise a ValueError for
what is no array of finite real numbers.
"""

import numpy as np

from . import _require as require


def minmax_scale(x, like=None):
    """(x - min) / (max - min), feature by feature; ValueError for a constant feature."""
    x, like = _both(x, like)
    low, high = like.min(axis=0), like.max(axis=0)
    _varies(high - low)
    return (x - low) / (high - low)


def standardize(x, like=None, eps=0.0):
    """(x - mean) / sqrt(var + eps), feature by feature; ValueError for a constant
    feature, unless eps > 0.
    """
    x, like = _both(x, like)
    var = like.var(axis=0) + require.between("eps", eps, 0)
    _varies(var)
    return (x - like.mean(axis=0)) / np.sqrt(var)


def pca_whiten(x, like=None, eps=0.0):
    """(x - mean) E / sqrt(L + eps), with eigenvectors E and eigenvalues L of the
    covariance: mean 0, covariance I.

    ValueError if the covariance is singular (constant or dependent features, or no more
    rows than features), unless eps > 0, which leaves directions of variance far below
    eps as they are near 0. Of the two signs that an eigenvector may have, the one with
    a positive largest component is taken.
    """
    x, mean, L, E = _eigen(x, like, eps)
    return (x - mean) @ E / np.sqrt(L)


def zca_whiten(x, like=None, eps=0.0):
    """(x - mean) times the symmetric root of the inverse covariance (paper, section 2);
    as pca_whiten, turned back.

    Of all ways to whiten this one stays closest to the centred data (Kessy, Lewin &
    Strimmer 2018).
    """
    x, mean, L, E = _eigen(x, like, eps)
    return (x - mean) @ (E / np.sqrt(L) @ E.T)


def _both(x, like):
    x = require.floats("x", x, "N", "D")
    return x, x if like is None else require.floats("like", like, "M", x.shape[1]).astype(
        x.dtype, copy=False
    )


def _varies(spread):
    if not spread.all():
        feature = int(np.argmin(spread))
        raise ValueError(
            f"x: expected features that vary, but feature {feature} is constant; leave it out"
        )


def _eigen(x, like, eps):
    """x, the mean of `like`, eigenvalues of its covariance plus eps, eigenvectors."""
    (x, like), eps = _both(x, like), require.between("eps", eps, 0)
    mean, D = like.mean(axis=0), like.shape[1]
    centred = like - mean
    covariance = centred.T @ centred / len(like)
    widest = min(covariance.dtype, np.dtype(np.float64))  # that LAPACK knows
    L, E = np.linalg.eigh(covariance.astype(widest, copy=False))
    L = np.maximum(L, 0)
    E *= np.sign(
        E[np.abs(E).argmax(axis=0), np.arange(D)]
    )  # else each machine may choose its signs
    smallest = L.max() * D * np.finfo(L.dtype).eps
    rank = int(np.sum(smallest < L))
    if eps == 0 and rank < D:
        raise ValueError(
            f"x: expected a covariance of full rank {D}, got rank {rank} from {len(like)} rows; "
            "give more rows, leave dependent features out, or pass eps > 0"
        )
    return x, mean, L + eps, E
