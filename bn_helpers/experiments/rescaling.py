"""Lesson 04: a cloud, descent on two features, small batches, one unit, and digits."""

from functools import cache, lru_cache

import numpy as np

from ..data import load_digits
from ..whitening import minmax_scale, pca_whiten, standardize, zca_whiten

POINTS = 400
EPS = 1e-6  # with it a cloud of correlation 1 stays finite
MARKED = ((1.5, 1.0), (-1.5, 1.0), (0.0, -1.8))  # three points of the white cloud are near these
METHODS = {
    "centred only": lambda x: x - x.mean(axis=0),
    "min-max": lambda x: minmax_scale(x),
    "standardize": lambda x: standardize(x),
    "PCA whitening": lambda x: pca_whiten(x, eps=EPS),
    "ZCA whitening": lambda x: zca_whiten(x, eps=EPS),
}
VERSIONS = "as they are", "centred", "standardized", "whitened"
LONGEST = 10**6  # steps of a descent that are looked at
SMALL = 1e-6  # of the first loss: then a descent is done
SIZES = (2, 4, 8, 16, 20, 21, 24, 32, 64, 128, 256)  # of small batches
STEPS = 100


def points(correlation, stds=(1.4, 0.7), mean=(0.8, -0.6)):
    """x (POINTS, 2) with this correlation, and the numbers of the three marked rows.

    Mean and stds of x are exactly those that are given.
    """
    z = pca_whiten(np.random.default_rng(0).standard_normal((POINTS, 2)))
    second = correlation * z[:, 0] + np.sqrt(max(1 - correlation**2, 0)) * z[:, 1]
    marked = [int(np.argmin(np.sum((z - place) ** 2, axis=1))) for place in MARKED]
    return np.stack([z[:, 0], second], axis=1) * stds + mean, marked


def steps_of_zca():
    """The cloud of correlation 0.9 before and after each step: {name: (POINTS, 2)}."""
    x, _ = points(0.9)
    white = METHODS["PCA whitening"](x) * [-1, 1]  # with this sign a turn, not a mirror
    return {
        "before": x,
        "centred": METHODS["centred only"](x),
        "turned": white * np.sqrt(np.linalg.eigvalsh(np.cov(x.T, bias=True)) + EPS),
        "divided: PCA": white,
        "turned back: ZCA": METHODS["ZCA whitening"](x),
    }


def turned(x, degrees):
    """x (N, 2), rotated around its mean."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return (x - x.mean(axis=0)) @ np.array([[c, s], [-s, c]]) + x.mean(axis=0)


def curvatures(version, std, correlation, moved):
    """The loss of a linear unit with a bias: its curvatures (3,), and its parts (3,).

    The features have stds `std` and 1 and both have the mean `moved`. The target is the
    first minus the second, centred. A part is the share of the first loss, at weights
    0, along an eigenvector of E[z z'] with z = (features, 1).
    """
    covariance = np.array([[std**2, correlation * std], [correlation * std, 1.0]])
    map_, weights, mean = np.eye(2), np.array([1.0, -1.0]), np.zeros(2)
    if version == "as they are":
        mean = np.full(2, moved)
    elif version == "standardized":
        map_ = np.diag([1 / std, 1.0])
    elif version == "whitened":
        L, E = np.linalg.eigh(covariance)
        map_ = E / np.sqrt(L) @ E.T
    second_moments = np.eye(3)
    second_moments[:2, :2] = map_ @ covariance @ map_.T + np.outer(mean, mean)
    second_moments[:2, 2] = second_moments[2, :2] = mean
    L, E = np.linalg.eigh(second_moments)
    error = np.append(np.linalg.solve(map_.T, weights), 0.0) @ E
    parts = L * error**2
    return L, parts / parts.sum()


def losses(version, std, correlation, moved, steps):
    """The loss after each number in `steps`, as a share of the first, at the best rate.

    The best rate is 2 / (largest + smallest curvature).
    """
    L, parts = curvatures(version, std, correlation, moved)
    return (1 - 2 / (L[0] + L[-1]) * L) ** (2 * np.asarray(steps, float)[:, None]) @ parts


def steps_needed(version, std, correlation, moved):
    """The number of steps to SMALL of the first loss; LONGEST + 1 stands for more."""
    steps = np.arange(1.0, 101)
    low = 0
    for block in 10**4, 100, 1:  # first in large steps, then in between
        late = losses(version, std, correlation, moved, low + block * steps) > SMALL
        low += block * int(late.sum())
    return low + 1


@lru_cache(maxsize=64)
def batch_variances(n, units):
    """Variances (units,) of a batch along its eigenvectors, the largest first.

    All true variances are 1, and all true correlations 0.
    """
    x = np.random.default_rng(3).standard_normal((n, units))
    variances = np.zeros(units)
    found = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)[: n - 1] ** 2 / n
    variances[: len(found)] = found
    return variances


def one_unit(slope=0.5):
    """Inputs u and targets of mean 1, both (50,); they rise by `slope` per std of u."""
    rng = np.random.default_rng(0)
    u, noise = standardize(rng.standard_normal((50, 2))).T
    return u, 1 + slope * u + 0.3 * noise


def outside_the_gradient(lr, with_std=False, inside=False, slope=0.5):
    """w, b and loss, each (STEPS + 1,), of one normalized unit x = w u + b in training.

    with_std: the unit is divided by its std, too; else w stays 1. The step treats mean
    and std as constants (paper, section 2), unless the gradient goes through them:
    `inside`.
    """
    u, target = one_unit(slope)
    w, b, course = 1.0, 0.0, []
    for _ in range(STEPS + 1):
        x_hat, s = normalized(w * u + b, with_std)
        course.append((w, b, 0.5 * np.mean((x_hat - target) ** 2)))
        g = (x_hat - target) / len(u)
        if inside:
            g = g - g.mean() - x_hat * np.mean(g * x_hat) * with_std
        w, b = w - lr * np.sum(g * u) / s * with_std, b - lr * np.sum(g) / s
    return np.array(course).T


def normalized(x, with_std):
    """x (N,) without its mean, divided by its std or by 1; and this divisor."""
    s = np.sqrt(x.var() + 1e-12) if with_std else 1.0
    return (x - x.mean()) / s, s


@cache
def images():
    """The training images (N, 64)."""
    return load_digits()[0]


@lru_cache(maxsize=8)
def digits_in_ways(eps):
    """The training images (N, 64) in four ways: {name: array}."""
    x = images()
    return {
        "pixels": x,
        "standardized": standardize(x, eps=eps),
        "PCA": pca_whiten(x, eps=eps),
        "ZCA": zca_whiten(x, eps=eps),
    }


@lru_cache(maxsize=64)
def largest_correlation(way, eps):
    """The largest size of a correlation of two columns that vary, of digits_in_ways."""
    x = digits_in_ways(eps)[way]
    varied = x[:, x.std(axis=0) > 1e-9]
    return np.abs(np.corrcoef(varied.T) - np.eye(varied.shape[1])).max()
