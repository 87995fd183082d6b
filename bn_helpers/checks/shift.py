"""Checks of lesson 03."""

import numpy as np

from .verdict import check, compare


@check
def check_adjusted(adjusted):
    """adjusted(p, before, now) -> probability of label 1 after a prior shift: p (N,), the shares of label 1."""
    rng = np.random.default_rng()
    cases = [
        (rng.uniform(0.05, 0.95, 6), float(b), float(n)) for b, n in zip((0.5, 0.3), rng.uniform(0.6, 0.95, 2))
    ]

    def bayes(p, one, zero):
        return p * one / (p * one + (1 - p) * zero)

    return compare(
        adjusted,
        cases,
        truth=lambda p, before, now: bayes(p, now / before, (1 - now) / (1 - before)),
        slips={
            "not-normalized": (
                lambda p, before, now: p * now / before,
                lambda p, before, now: np.minimum(p * now / before, 1),
            ),
            "odds-returned": lambda p, before, now: p / (1 - p) * now / before * (1 - before) / (1 - now),
            "old-share-forgotten": lambda p, before, now: bayes(p, now, 1 - now),
            "other-label-forgotten": (
                lambda p, before, now: bayes(p, now / before, 1),
                lambda p, before, now: bayes(p, 1, (1 - now) / (1 - before)),
                lambda p, before, now: bayes(p, now / before, (1 - before) / (1 - now)),
            ),
            "shares-swapped": lambda p, before, now: bayes(p, before / now, (1 - before) / (1 - now)),
            "shift-ignored": lambda p, before, now: p,
            "other-label": lambda p, before, now: 1 - bayes(p, now / before, (1 - now) / (1 - before)),
            "difference-added": (
                lambda p, before, now: p + now - before,
                lambda p, before, now: np.clip(p + now - before, 0, 1),
            ),
        },
        passed="Bayes' rule with the new shares of the labels.",
        names=("p", "before", "now"),
        rtol=1e-4,
    )


@check
def check_moved(moved):
    """moved(before, after) -> how far the median has moved, in units of the 85th minus the 15th percentile before.

    before, after (N, D): inputs of D units at two moments; the result is (D,), never negative.
    """
    rng = np.random.default_rng()
    cases = []
    for N, D in ((4001, 3), (6001, 4)):
        before = rng.exponential(2, (N, D)) * rng.uniform(0.5, 2, D)  # lopsided, so that the median is not the mean
        shift = rng.uniform(3, 5, D) * np.where(np.arange(D) % 2, -1, 1)  # both directions
        cases.append((before, rng.exponential(1, (N, D)) + shift))

    def spread(x):
        low, high = np.percentile(x, (15, 85), axis=0)
        return high - low

    def medians(before, after):
        return np.median(after, axis=0) - np.median(before, axis=0)

    return compare(
        moved,
        cases,
        truth=lambda b, a: np.abs(medians(b, a)) / spread(b),
        slips={
            "sign-kept": (lambda b, a: medians(b, a) / spread(b), lambda b, a: -medians(b, a) / spread(b)),
            "one-direction-only": (
                lambda b, a: np.maximum(medians(b, a), 0) / spread(b),
                lambda b, a: np.maximum(-medians(b, a), 0) / spread(b),
            ),
            "mean-for-median": lambda b, a: np.abs(a.mean(0) - b.mean(0)) / spread(b),
            "std-for-spread": lambda b, a: np.abs(medians(b, a)) / b.std(0),
            "spread-forgotten": lambda b, a: np.abs(medians(b, a)),
            "spread-after": lambda b, a: np.abs(medians(b, a)) / spread(a),
            "whole-range": lambda b, a: np.abs(medians(b, a)) / np.ptp(b, axis=0),
            "units-pooled": lambda b, a: np.full(b.shape[1], abs(np.median(a) - np.median(b)) / spread(b.ravel())),
            "median-of-differences": lambda b, a: np.median(np.abs(a - b), axis=0) / spread(b),
        },
        passed="the movement of each unit, measured with its own spread.",
        names=("before", "after"),
        rtol=0.01,  # percentiles may be interpolated in other ways
    )
