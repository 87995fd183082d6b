"""Four ways to rescale data: to [0, 1], to mean 0 and std 1, and white in two ways.

Each takes x (N, D), one row per example, and uses the statistics of `like` (M, D). That
is x itself unless given, so test data can be rescaled like the training data.
Statistics divide by M. All return (N, D) of the dtype of x, and raise ValueError for
anything but arrays of finite real numbers.
"""

import numpy as np

from . import _require as require


def minmax_scale(x, like=None):
    """(x - min) / (max - min) for each feature; ValueError for a constant feature."""
    x, like = _both(x, like)
    low, high = like.min(axis=0), like.max(axis=0)
    _varies(high - low)
    return (x - low) / (high - low)


def standardize(x, like=None, eps=0.0):
    """(x - mean) / sqrt(var + eps) for each feature.

    ValueError for a constant feature, unless eps > 0.
    """
    x, like = _both(x, like)
    var = like.var(axis=0) + require.between("eps", eps, 0)
    _varies(var)
    return (x - like.mean(axis=0)) / np.sqrt(var)


def pca_whiten(x, like=None, eps=0.0):
    """(x - mean) E / sqrt(L + eps): mean 0 and covariance I.

    E and L are the eigenvectors and eigenvalues of the covariance. ValueError if it is
    singular (constant or dependent features, or no more rows than features), unless
    eps > 0. Then directions of variance far below eps stay near 0. An eigenvector may
    have two signs; the one with a positive largest component is taken.
    """
    x, mean, L, E = _eigen(x, like, eps)
    return (x - mean) @ E / np.sqrt(L)


def zca_whiten(x, like=None, eps=0.0):
    """(x - mean) times the symmetric root of the inverse covariance (paper, section 2).

    This is `pca_whiten`, rotated back. Of all ways to whiten, it stays closest to the
    centred data (Kessy, Lewin & Strimmer 2018).
    """
    x, mean, L, E = _eigen(x, like, eps)
    return (x - mean) @ (E / np.sqrt(L) @ E.T)


def _both(x, like):
    x = require.floats("x", x, "N", "D")
    if like is None:
        return x, x
    return x, require.floats("like", like, "M", x.shape[1]).astype(x.dtype, copy=False)


def _varies(spread):
    if not spread.all():
        came = f"feature {int(np.argmin(spread))} is constant; leave it out"
        raise ValueError(f"x: expected features that vary, but {came}")


def _eigen(x, like, eps):
    """x, and of `like`: the mean, the eigenvalues plus eps, the eigenvectors."""
    (x, like), eps = _both(x, like), require.between("eps", eps, 0)
    mean, D = like.mean(axis=0), like.shape[1]
    centred = like - mean
    covariance = centred.T @ centred / len(like)
    widest = min(covariance.dtype, np.dtype(np.float64))  # that LAPACK knows
    L, E = np.linalg.eigh(covariance.astype(widest, copy=False))
    L = np.maximum(L, 0)
    # Without a rule each machine may choose other signs.
    E *= np.sign(E[np.abs(E).argmax(axis=0), np.arange(D)])
    smallest = L.max() * D * np.finfo(L.dtype).eps
    rank = int(np.sum(smallest < L))
    if eps == 0 and rank < D:
        raise ValueError(
            f"x: expected a covariance of full rank {D}, got rank {rank} from {len(like)} rows; "
            "give more rows, leave dependent features out, or pass eps > 0"
        )
    return x, mean, L + eps, E
