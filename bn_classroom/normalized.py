"""Wrong formulas of batch norm under a contract, put together from parts.

A contract turns its arguments into a `Sample`: which rows the statistics are of, how
much each row counts, what is normalized, and how the result gets its form.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bn_helpers.checks import forward
from bn_helpers.checks.normalizing import AFFINE, BRACKETS


def batches(rng, *shapes_and_eps):
    """(x, gamma, beta, eps) as in lesson 05, with narrow columns near 0.

    So right answers in float32 keep the digits that they are judged by.
    """
    for x, gamma, beta, eps in forward.batches(rng, *shapes_and_eps):
        others = (0, *range(2, x.ndim))
        near = 0.9 * x.mean(axis=others, keepdims=True) if eps < 1e-5 else 0
        yield x - near, gamma, beta, eps


@dataclass(frozen=True)
class Sample:
    rows: np.ndarray  # (M, K): the statistics are of these
    weights: np.ndarray  # (M,): how much a row counts
    values: np.ndarray  # (P, K): these are normalized
    gamma: np.ndarray  # (K,)
    beta: np.ndarray  # (K,)
    eps: float
    back: Callable = lambda out: out  # (P, K) -> the result in its form

    @property
    def total(self):
        return self.weights.sum()


def mean(s, about=0.0):
    return s.weights @ (s.rows - about) / s.total


def var(s, about=None):
    """The variance, or the mean square of the distances from `about`."""
    return s.weights @ (s.rows - (mean(s) if about is None else about)) ** 2 / s.total


def deviation(s):
    return s.weights @ abs(s.rows - mean(s)) / s.total


def corrected(s):
    return var(s) * s.total / (s.total - 1)


def affine(h, gamma, beta):
    return gamma * h + beta


def normal(s, mu, divisor, scale=affine):
    """The result with a centre mu (K,), a divisor (K,) and a scale and shift."""
    return s.back(scale((s.values - mu) / divisor, s.gamma, s.beta))


def with_statistics(sample, statistics, scale=affine):
    """The formula with `statistics(s, *arguments) -> (mean, variance)` of a Sample."""

    def formula(*arguments):
        s = sample(*arguments)
        mu, v = statistics(s, *arguments)
        return normal(s, mu, np.sqrt(v + s.eps), scale)

    return formula


def right(sample):
    return with_statistics(sample, lambda s, *_: (mean(s), var(s)))


DIVISORS = {
    "eps-outside-root": (
        lambda s: np.sqrt(var(s)) + s.eps,
        lambda s: np.sqrt(var(s)) + np.sqrt(s.eps),
    ),
    "eps-forgotten": (lambda s: np.sqrt(var(s)),),
    "eps-fixed": tuple(lambda s, own=own: np.sqrt(var(s) + own) for own in (1e-5, 1e-8, 1e-3)),
    "eps-squared": (lambda s: np.sqrt(var(s) + s.eps**2),),
    "unbiased-in-training": (
        lambda s: np.sqrt(corrected(s) + s.eps),
        lambda s: np.sqrt(corrected(s)) + s.eps,
        lambda s: np.sqrt(corrected(s)),
    ),
    "divided-by-variance": (lambda s: var(s) + s.eps, lambda s: var(s)),
    "root-twice": (lambda s: (var(s) + s.eps) ** 0.25,),
    "sum-for-mean": (lambda s: np.sqrt(var(s) * s.total + s.eps),),
    "squares-not-centred": (lambda s: np.sqrt(var(s, 0.0) + s.eps),),
    "mean-deviation": (lambda s: deviation(s) + s.eps, deviation),
    "not-divided": (lambda s: 1.0,),
    "std-multiplied": (lambda s: 1 / np.sqrt(var(s) + s.eps),),
}
CENTRES = {
    "mean-kept": (lambda s: 0.0,),
    "mean-sign": (lambda s: -mean(s),),
    "one-mean-for-all": (lambda s: mean(s).mean(),),
}


def slips_of(sample):
    """Slips that batch norm has under any contract: {id: formulas}."""

    def by_divisor(divisor):
        return lambda *a: normal(s := sample(*a), mean(s), divisor(s))

    def by_centre(centre):
        return lambda *a: normal(s := sample(*a), centre(s), np.sqrt(var(s) + s.eps))

    def by_scale(scale):
        return lambda *a: normal(s := sample(*a), mean(s), np.sqrt(var(s) + s.eps), scale)

    def whole(formula):
        return lambda *a: (s := sample(*a)).back(
            formula(s.values, mean(s), var(s), s.eps, s.gamma, s.beta)
        )

    scales = {k: v if isinstance(v, tuple) else (v,) for k, v in AFFINE.items()}
    return {
        **{name: tuple(map(by_divisor, parts)) for name, parts in DIVISORS.items()},
        **{name: tuple(map(by_centre, parts)) for name, parts in CENTRES.items()},
        **{name: tuple(map(by_scale, parts)) for name, parts in scales.items()},
        "brackets": tuple(map(whole, BRACKETS)),
    }


def over(axis):
    """Plain batch norm of x (N, D) with means over `axis`."""
    return lambda x, gamma, beta, eps: (
        gamma * (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps) + beta
    )


def also_wrong(sample):
    """Formulas that have a usual slip beside that of the sample."""
    names = "eps-outside-root", "eps-forgotten", "unbiased-in-training"
    divisors = [divisor for name in names for divisor in DIVISORS[name]]
    return tuple(
        lambda *a, divisor=divisor: normal(s := sample(*a), mean(s), divisor(s))
        for divisor in divisors
    )


def joined(own, general):
    """The slips of a contract before those of any: {id: a tuple of formulas}."""

    def formulas(slips, name):
        several = slips.get(name, ())
        return several if isinstance(several, tuple) else (several,)

    return {name: formulas(own, name) + formulas(general, name) for name in own | general}
