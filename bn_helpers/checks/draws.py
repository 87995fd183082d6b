"""Judge weights that a student's function draws, with fixed seeds."""

import math
from statistics import NormalDist

import numpy as np

from .errors import Stop
from .pictures import compared

FIT = 0.02  # largest distance of two distributions; chance: far below 1e-9 for 22,000 draws
MEAN = 5  # standard errors that a mean may be away from 0, and 1.5 % of the std at least


def drawn(call, arguments, seed):
    """W (fan_in, fan_out) that a scheme (fan_in, fan_out, ..., rng) draws.

    call(calls, names) gives the Reports of the scheme.

    Stop if the weights do not come from the generator that is passed, if they depend on
    each other, if their mean is not 0, or if a unit has no weights.
    """
    fan_in, fan_out, *others = arguments
    W, *_ = draws_of(call, arguments, [np.random.default_rng(seed)])
    if not W.any():
        raise Stop("zero-result")
    _no_repeats(W)
    _follows(call, (12, 8, *others), seed)
    picture = compared(W, W - W.mean(), "weights")
    if W.min() >= 0 or W.max() <= 0:
        raise Stop("uniform-positive", picture=picture)
    for sums, terms in ((W.sum(axis=0), fan_in), (W.sum(axis=1), fan_out)):
        if not 0.3 < sums.var() / (terms * W.var()) < 2.5:  # variances of independent weights add
            raise Stop("dependent-weights", picture=picture)
    if abs(W.mean()) > W.std() * max(0.015, MEAN / math.sqrt(W.size)):
        detail = f"It is {W.mean() / W.std():.2f} times their std."
        raise Stop("mean-not-zero", detail, picture=picture)
    return W


def draws_of(call, arguments, generators):
    """The weights (fan_in, fan_out) from each of the generators; Stop if that fails."""
    shape = arguments[:2]
    names = (*("fan_in", "fan_out", "std")[: len(arguments)], "rng")
    reports = call([(*arguments, rng) for rng in generators], names)
    for report in reports:
        if report.trouble:
            raise Stop(*report.trouble)
        (W,) = report.results
        if W.shape == shape[::-1] != shape:
            raise Stop("fans-swapped")
        if W.shape != shape:
            raise Stop("wrong-shape", f"Expected shape {shape}, your result has shape {W.shape}.")
        if not np.isfinite(W).all():
            raise Stop("not-finite")
    if not all(report.kept for report in reports):
        raise Stop("buffer-shared")
    return [np.asarray(report.results[0], float) for report in reports]


def _follows(call, arguments, seed):
    """Stop if the same state gives other weights, or another state the same ones."""
    rng, same, other = map(np.random.default_rng, (seed, seed, seed + 1))
    first, second, again, others = draws_of(call, arguments, [rng, rng, same, other])
    if np.array_equal(first, others) or not np.array_equal(first, again):
        raise Stop("generator-ignored")
    if np.array_equal(first, second):
        raise Stop("generator-copied")


def _no_repeats(W):
    """Stop for rows or columns that are 0 or that repeat."""
    for lines in (W.T, W):
        if not lines.any(axis=1).all():
            raise Stop("dead-unit")
        if len(np.unique(lines, axis=0)) < len(lines):
            raise Stop("repeated-weights")


def from_uniform(W, limit):
    """Largest distance (Kolmogorov-Smirnov) of W from uniform values within limit."""
    return _distance(W, lambda w: np.clip((w / limit + 1) / 2, 0, 1))


def from_normal(W, std):
    return _distance(W, np.vectorize(NormalDist(0, std).cdf))


def _distance(W, share_below):
    shares = (np.arange(W.size) + 0.5) / W.size
    return np.abs(share_below(np.sort(W, axis=None)) - shares).max()
