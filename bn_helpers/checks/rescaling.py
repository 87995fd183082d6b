"""Questions of lesson 04."""

import numpy as np

from .measuring import shown
from .question import Question


def clouds(rng, shapes, small):
    """Correlated features with different means and similar eigenvalues."""
    for n, d in shapes:
        turn, _ = np.linalg.qr(rng.standard_normal((d, d)))
        xc = rng.standard_normal((n, d))
        xc -= xc.mean(axis=0)
        white = np.linalg.qr(xc)[0] * np.sqrt(n)
        yield white * rng.uniform(0.5, 3, d) @ turn * rng.uniform(0.7, 1.5, d) + rng.uniform(
            1, 4, d
        )
    yield np.array(small)


def alone(*shapes, small):
    return lambda rng: [(x,) for x in clouds(rng, shapes, small)]


def minmax(x):
    low, high = x.min(axis=0), x.max(axis=0)
    return (x - low) / (high - low)


def standardized(x, like=None, ddof=0):
    like = x if like is None else like
    return (x - like.mean(axis=0)) / like.std(axis=0, ddof=ddof)


def range_of(arguments, results):
    (x,) = results
    low, high = shown(x.min(axis=0)), shown(x.max(axis=0))
    return f"Your columns have minima {low} and maxima {high}."


check_minmax = Question(
    cases=alone((9, 3), (9, 3), (12, 4), small=[[1, 40], [2, 10], [5, 30]]),
    truth=minmax,
    slips={
        "brackets": (
            lambda x: x - x.min(0) / (x.max(0) - x.min(0)),
            lambda x: x - x.min(0) / x.max(0) - x.min(0),
            lambda x: (x - x.min(0)) / x.max(0) - x.min(0),
            lambda x: x - x.min(0) / x.max(0),
        ),
        "minimum-forgotten": (
            lambda x: (x - x.min(0)) / x.max(0),
            lambda x: x / (x.max(0) - x.min(0)),
        ),
        "maximum-alone": (lambda x: x / x.max(0), lambda x: x / x.max()),
        "sum-for-difference": lambda x: (x - x.min(0)) / (x.max(0) + x.min(0)),
        "one-range-for-all": (
            lambda x: (x - x.min()) / (x.max() - x.min()),
            lambda x: (x - x.min(0)) / (x.max() - x.min()),
            lambda x: (x - x.min()) / (x.max(0) - x.min(0)),
        ),
        "standardized": (standardized, lambda x: standardized(x, ddof=1)),
        "std-for-range": (
            lambda x: (x - x.min(0)) / x.std(0),
            lambda x: (x - x.min(0)) / x.std(0, ddof=1),
        ),
        "not-divided": lambda x: x - x.min(0),
        "mean-for-minimum": (
            lambda x: (x - x.mean(0)) / (x.max(0) - x.min(0)),
            lambda x: (x - x.mean(0)) / x.max(0),
        ),
        "other-range": (lambda x: 2 * minmax(x) - 1, lambda x: minmax(x) - 0.5),
        "turned-round": (lambda x: 1 - minmax(x), lambda x: -minmax(x)),
        "rows-rescaled": lambda x: minmax(x.T).T,
    },
    passed="Every feature runs from 0 to 1.",
    axes=("row", "column"),
    measure=range_of,
)


def standardize_like(test, train):
    return (test - train.mean(axis=0)) / train.std(axis=0)


def pairs(rng):
    for shapes in (((6, 3), (11, 3)), ((6, 3), (11, 3)), ((4, 4), (4, 4))):
        yield tuple(clouds(rng, shapes, [0]))[:2]
    yield np.array([[4, 10]]), np.array([[1, 10], [3, 30]])


def mean_and_std(arguments, results):
    (out,) = results
    return f"Your columns have mean {shown(out.mean(axis=0))} and std {shown(out.std(axis=0))}."


check_standardize_like = Question(
    cases=lambda rng: list(pairs(rng)),
    truth=standardize_like,
    slips={
        "own-statistics": (
            lambda test, train: standardized(test),
            lambda test, train: standardized(test, ddof=1),
        ),
        "statistics-of-both": (
            lambda test, train: standardized(test, np.vstack([test, train])),
            lambda test, train: standardized(test, np.vstack([test, train]), ddof=1),
        ),
        "half-own-statistics": (
            lambda test, train: (test - test.mean(0)) / train.std(0),
            lambda test, train: (test - train.mean(0)) / test.std(0),
        ),
        "divided-by-variance": lambda test, train: (test - train.mean(0)) / train.var(0),
        "std-multiplied": lambda test, train: (test - train.mean(0)) * train.std(0),
        "root-twice": lambda test, train: (test - train.mean(0)) / np.sqrt(train.std(0)),
        "divides-by-less": lambda test, train: standardized(test, train, ddof=1),
        "brackets": lambda test, train: test - train.mean(0) / train.std(0),
        "one-mean-for-all": (
            lambda test, train: (test - train.mean()) / train.std(),
            lambda test, train: (test - train.mean(0)) / train.std(),
            lambda test, train: (test - train.mean()) / train.std(0),
        ),
        "sum-for-mean": (
            lambda test, train: (test - train.sum(0)) / train.std(0),
            lambda test, train: (test - train.mean(0)) / train.std(0) / np.sqrt(len(train)),
        ),
        "not-divided": lambda test, train: test - train.mean(0),
        "mean-kept": (
            lambda test, train: test / train.std(0),
            lambda test, train: test / test.std(0),
        ),
        "minimum-and-maximum": lambda test, train: (test - train.min(0)) / np.ptp(train, 0),
        "standardizing-undone": lambda test, train: test * train.std(0) + train.mean(0),
        "mean-sign": lambda test, train: (test + train.mean(0)) / train.std(0),
    },
    passed="The test data are measured with the training data's mean and std.",
    axes=("row", "column"),
    measure=mean_and_std,
)


def zca(x):
    xc = x - x.mean(axis=0)
    L, E = np.linalg.eigh(xc.T @ xc / len(x))  # covariance = E @ diag(L) @ E.T
    return xc @ (E / np.sqrt(L)) @ E.T


def whitened(power=-0.5, back=True, centred=True, measured=True, ddof=0, other=False, eps=0.0):
    """ZCA with one part changed. measured: is the covariance that of x - mean?"""

    def formula(x):
        xc = x - x.mean(axis=0)
        y = xc if measured else x
        L, E = np.linalg.eigh(y.T @ y / (len(x) - ddof))
        scaled = E * (L + eps) ** power
        M = E.T @ (E.T * (L + eps) ** power).T if other else scaled @ E.T if back else scaled
        return (xc if centred else x) @ M

    return formula


def axes_of(arguments, results):
    """White in other axes, in whatever order and with whatever signs?"""
    (x,) = results
    covariance = np.cov(x.T, bias=True)
    size = covariance[0, 0]
    if np.allclose(covariance, size * np.eye(len(covariance)), atol=1e-3 * size):
        return "not-turned-back", ""
    off = np.abs(covariance - np.diag(np.diag(covariance))).max()
    spreads = shown(np.sqrt(np.diag(covariance)))
    means = shown(np.round(x.mean(axis=0), 3))
    return f"Your columns have mean {means}, std {spreads} and a covariance of up to {shown(off)}."


def inverse_root_of_entries(x):
    xc = x - x.mean(axis=0)
    return xc @ np.linalg.inv(np.sqrt(xc.T @ xc / len(x)))


def inverse_root_of_sizes(x):
    xc = x - x.mean(axis=0)
    return xc @ np.linalg.inv(np.sqrt(np.abs(xc.T @ xc / len(x))))


check_zca = Question(
    cases=alone((30, 3), (30, 3), (40, 4), small=[[1, 0], [5, 4], [7, 4], [3, 0]]),
    truth=zca,
    slips={
        "eigenvalue-for-root": (whitened(-1), whitened(-1, back=False)),
        "not-turned-back": (whitened(back=False), lambda x: -whitened(back=False)(x)),
        "mean-kept": (whitened(centred=False), lambda x: np.linalg.qr(x)[0] * np.sqrt(len(x))),
        "covariance-not-centred": (
            whitened(measured=False),
            whitened(centred=False, measured=False),
            whitened(centred=False, measured=False, ddof=1),
            whitened(centred=False, measured=False, back=False),
            whitened(measured=False, back=False),
        ),
        "divides-by-less": (whitened(ddof=1), whitened(ddof=1, back=False)),
        "division-forgotten": (lambda x: zca(x) / np.sqrt(len(x)), lambda x: zca(x) / len(x)),
        "small-eps": tuple(whitened(eps=eps) for eps in (1e-1, 1e-2, 1e-3)),
        "root-inverted": (whitened(0.5), whitened(0.5, back=False), whitened(1)),
        "root-twice": whitened(-0.25),
        "standardized-before": (
            lambda x: zca(standardized(x)),
            lambda x: zca(standardized(x, ddof=1)),
        ),
        "root-of-entries": (inverse_root_of_entries, inverse_root_of_sizes),
        "eigenvectors-transposed": whitened(other=True),
        "standardized": (standardized, lambda x: standardized(x, ddof=1)),
        "not-divided": lambda x: x - x.mean(0),
    },
    passed="Mean 0, covariance I, and as close to the data as a white cloud can be.",
    axes=("row", "column"),
    measure=axes_of,
    rtol=1e-3,
)
