"""Questions of lesson 03."""

import numpy as np

from .measuring import shown
from .question import Question


def adjusted(p, before, now):
    one = p * now / before
    zero = (1 - p) * (1 - now) / (1 - before)
    return one / (one + zero)


def bayes(p, one, zero):
    return p * one / (p * one + (1 - p) * zero)


def odds(p, before, now):
    return p / (1 - p) * now / before * (1 - before) / (1 - now)


def by_shares(formula):
    """A formula of p, the shares of label 1 before and now, and those of label 0."""
    return lambda p, b, n: formula(p, b, n, 1 - b, 1 - n)


check_adjusted = Question(
    cases=lambda rng: [
        (rng.uniform(0.02, 0.98, 6), 0.5, 0.9),
        (rng.uniform(0.02, 0.98, 6), 0.3, 0.04),
        (rng.uniform(0.02, 0.98, 4), 0.97, 0.62),
        (np.array([0.5, 0.2]), 0.5, 0.8),
    ],
    truth=adjusted,
    slips={
        "not-normalized": (
            lambda p, b, n: p * n / b,
            lambda p, b, n: np.minimum(p * n / b, 1),
            lambda p, b, n: p * n / b / (p * n / b).sum(),
            lambda p, b, n: p * n,
            lambda p, b, n: p * n / b * (1 - n) / (1 - b),
        ),
        "odds-returned": odds,
        "log-odds-returned": lambda p, b, n: np.log(odds(p, b, n)),
        "old-share-forgotten": (
            lambda p, b, n: bayes(p, n, 1 - n),
            lambda p, b, n: p * n / (p * n + 1 - p),
        ),
        "other-label-forgotten": (
            lambda p, b, n: bayes(p, n / b, 1),
            lambda p, b, n: bayes(p, 1, (1 - n) / (1 - b)),
            lambda p, b, n: bayes(p, n / b, (1 - b) / (1 - n)),
            lambda p, b, n: bayes(p, n / b, 1 - n),
        ),
        "shares-swapped": (
            lambda p, b, n: bayes(p, b / n, (1 - b) / (1 - n)),
            lambda p, b, n: bayes(p, b, 1 - b),
        ),
        "shift-ignored": lambda p, b, n: p,
        "other-label": lambda p, b, n: 1 - adjusted(p, b, n),
        "difference-added": (
            lambda p, b, n: p + n - b,
            lambda p, b, n: np.clip(p + n - b, 0, 1),
            lambda p, b, n: np.minimum(p + n - b, 1),
        ),
        "brackets": (
            by_shares(lambda p, b, n, b0, n0: p * n / b / p * n / b + (1 - p) * n0 / b0),
            by_shares(lambda p, b, n, b0, n0: p * n / b + (1 - p) * n0 / b0),
            by_shares(lambda p, b, n, b0, n0: p * n / b / (p * n / b) + (1 - p) * n0 / b0),
            lambda p, b, n: p * n / b / (p * n / b + 1 - p * (1 - n) / (1 - b)),
        ),
    },
    passed="Bayes' rule with the new shares of the labels.",
    axes=("entry",),
    measure=lambda arguments, results: (
        f"Your probabilities run from {shown(results[0].min())} to {shown(results[0].max())}."
    ),
)


def moved(before, after):
    low, high = np.percentile(before, [15, 85], axis=0)
    return np.abs(np.median(after, axis=0) - np.median(before, axis=0)) / (high - low)


def units(rng):
    """Inputs of some units at two moments: lopsided, shifted to both sides, and far."""
    for n, sides in ((1001, (1, -1, 1)), (1001, (-1, 1, -1)), (1002, (1, -1))):
        before = rng.exponential(2, (n, len(sides))) * rng.uniform(0.5, 2, len(sides))
        shift = rng.uniform(3, 5, len(sides)) * sides
        yield before, rng.exponential(1, (n, len(sides))) + shift
    before = np.array([[1], [1], [1], [3], [4], [4], [7], [9], [9], [9]])
    yield before, np.array([[2], [10], [10], [10], [10], [10], [10], [10], [11], [12]])


def spread(x, low=15, high=85, axis=0):
    low, high = np.percentile(x, (low, high), axis=axis)
    return high - low


def medians(b, a):
    return np.median(a, axis=0) - np.median(b, axis=0)


def means(b, a):
    return a.mean(axis=0) - b.mean(axis=0)


def by_ends(formula):
    """A formula of the movement and of percentiles 15 and 85 before."""
    return lambda b, a: formula(np.abs(medians(b, a)), *np.percentile(b, (15, 85), axis=0))


check_moved = Question(
    cases=lambda rng: list(units(rng)),
    truth=moved,
    slips={
        "sign-kept": (
            lambda b, a: medians(b, a) / spread(b),
            lambda b, a: -medians(b, a) / spread(b),
        ),
        "one-direction-only": (
            lambda b, a: np.maximum(medians(b, a), 0) / spread(b),
            lambda b, a: np.maximum(-medians(b, a), 0) / spread(b),
        ),
        "mean-for-median": tuple(
            lambda b, a, of=of: np.abs(means(b, a)) / of(b)
            for of in (spread, lambda b: b.std(0), lambda b: 1)
        ),
        "std-for-spread": (
            lambda b, a: np.abs(medians(b, a)) / b.std(0),
            lambda b, a: np.abs(medians(b, a)) / b.std(0, ddof=1),
            lambda b, a: np.abs(medians(b, a)) / a.std(0),
        ),
        "spread-forgotten": (lambda b, a: np.abs(medians(b, a)), medians),
        "spread-after": (
            lambda b, a: np.abs(medians(b, a)) / spread(a),
            lambda b, a: np.abs(medians(b, a)) / spread(np.vstack([b, a])),
        ),
        "whole-range": lambda b, a: np.abs(medians(b, a)) / np.ptp(b, axis=0),
        "other-percentiles": tuple(
            lambda b, a, low=low, high=high: np.abs(medians(b, a)) / spread(b, low, high)
            for low, high in ((25, 75), (16, 84), (10, 90), (5, 95), (15, 50), (50, 85), (20, 80))
        ),
        "percentile-as-share": lambda b, a: np.abs(medians(b, a)) / spread(b, 0.15, 0.85),
        "units-pooled": (
            lambda b, a: np.full(
                b.shape[1], abs(np.median(a) - np.median(b)) / spread(b, axis=None)
            ),
            lambda b, a: np.abs(medians(b, a)) / spread(b, axis=None),
            lambda b, a: np.abs(np.median(a) - np.median(b)) / spread(b),
        ),
        "median-of-differences": (
            lambda b, a: np.median(np.abs(a - b), axis=0) / spread(b),
            lambda b, a: np.abs(np.median(a - b, axis=0)) / spread(b),
        ),
        "brackets": (
            lambda b, a: np.abs(np.median(a, axis=0) - np.median(b, axis=0) / spread(b)),
            lambda b, a: np.median(a, axis=0) - np.median(b, axis=0) / spread(b),
            by_ends(lambda distance, low, high: distance / high - low),
            by_ends(lambda distance, low, high: distance / low - high),
        ),
        "spread-multiplied": lambda b, a: np.abs(medians(b, a)) * spread(b),
    },
    passed="The movement of each unit, measured with its own spread.",
    axes=("unit",),
    rtol=0.01,  # percentiles may be interpolated in other ways
)
