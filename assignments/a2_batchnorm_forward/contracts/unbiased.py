"""gamma and beta that give the input back, from the unbiased variance."""

import numpy as np


def gamma_and_beta(mean, var, m, eps):
    biased = var * (m - 1) / m
    return np.sqrt(biased + eps), mean


def cases(rng):
    for D, m, eps in ((4, 5, 2e-3), (4, 3, 0.3), (3, 4, 1e-5)):
        yield rng.uniform(1, 3, D), rng.uniform(0.2, 5, D) * eps, m, eps
    yield np.array([5, -2]), np.array([14, 8]), 2, 2


def by_gamma(formula):
    return lambda mean, var, m, eps: (formula(var, m, eps), mean)


def by_beta(formula):
    return lambda mean, var, m, eps: (
        gamma_and_beta(mean, var, m, eps)[0],
        formula(mean, gamma_and_beta(mean, var, m, eps)[0], m),
    )


SLIPS = {
    "conversion-forgotten": by_gamma(lambda v, m, e: np.sqrt(v + e)),
    "conversion-inverted": (
        by_gamma(lambda v, m, e: np.sqrt(v * m / (m - 1) + e)),
        by_gamma(lambda v, m, e: np.sqrt(v * m / (m - 1))),
        by_gamma(lambda v, m, e: np.sqrt((v + e) * m / (m - 1))),
    ),
    "conversion-with-eps": (
        by_gamma(lambda v, m, e: np.sqrt((v + e) * (m - 1) / m)),
        by_gamma(lambda v, m, e: np.sqrt(v + e) * (m - 1) / m),
        by_gamma(lambda v, m, e: np.sqrt(v + e * (m - 1) / m)),
    ),
    "conversion-of-std": (
        by_gamma(lambda v, m, e: np.sqrt(v) * (m - 1) / m + e),
        by_gamma(lambda v, m, e: np.sqrt(v * ((m - 1) / m) ** 2 + e)),
        by_gamma(lambda v, m, e: np.sqrt(v * np.sqrt((m - 1) / m) + e)),
        by_gamma(lambda v, m, e: np.sqrt(v) * (m - 1) / m),
    ),
    "conversion-half": (
        by_gamma(lambda v, m, e: np.sqrt(v / m + e)),
        by_gamma(lambda v, m, e: np.sqrt(v * (m - 1) + e)),
        by_gamma(lambda v, m, e: np.sqrt(v / (m - 1) + e)),
        by_gamma(lambda v, m, e: np.sqrt(v * m + e)),
        by_gamma(lambda v, m, e: np.sqrt(v - 1 / m + e)),
    ),
    "conversion-off-by-one": (
        by_gamma(lambda v, m, e: np.sqrt(v * m / (m + 1) + e)),
        by_gamma(lambda v, m, e: np.sqrt(v * (m - 2) / (m - 1) + e)),
        by_gamma(lambda v, m, e: np.sqrt(v * (m + 1) / m + e)),
    ),
    "undo-eps-forgotten": (
        by_gamma(lambda v, m, e: np.sqrt(v * (m - 1) / m)),
        by_gamma(lambda v, m, e: np.sqrt(v)),
    ),
    "eps-fixed": tuple(
        by_gamma(lambda v, m, e, own=own: np.sqrt(v * (m - 1) / m + own))
        for own in (1e-5, 1e-8, 1e-3)
    ),
    "eps-outside-root": (
        by_gamma(lambda v, m, e: np.sqrt(v * (m - 1) / m) + e),
        by_gamma(lambda v, m, e: np.sqrt(v * (m - 1) / m) + np.sqrt(e)),
        by_gamma(lambda v, m, e: np.sqrt(v) + e),
    ),
    "eps-squared": by_gamma(lambda v, m, e: np.sqrt(v * (m - 1) / m + e**2)),
    "gamma-is-not-variance": (
        by_gamma(lambda v, m, e: v * (m - 1) / m + e),
        by_gamma(lambda v, m, e: v * (m - 1) / m),
        by_gamma(lambda v, m, e: v + e),
    ),
    "root-twice": by_gamma(lambda v, m, e: (v * (m - 1) / m + e) ** 0.25),
    "gamma-inverted": (
        by_gamma(lambda v, m, e: 1 / np.sqrt(v * (m - 1) / m + e)),
        by_gamma(lambda v, m, e: 1 / np.sqrt(v + e)),
    ),
    "beta-sign": by_beta(lambda mean, s, m: -mean),
    "beta-scaled": (
        by_beta(lambda mean, s, m: mean * s),
        by_beta(lambda mean, s, m: mean / s),
        by_beta(lambda mean, s, m: -mean / s),
    ),
    "mean-converted": (
        by_beta(lambda mean, s, m: mean * (m - 1) / m),
        by_beta(lambda mean, s, m: mean * m / (m - 1)),
    ),
    "gamma-beta-swapped": lambda *case: gamma_and_beta(*case)[::-1],
    "start-values": (
        lambda mean, *_: (np.ones(len(mean)), np.zeros(len(mean))),
        by_gamma(lambda v, m, e: np.ones(len(v))),
        by_beta(lambda mean, s, m: 0 * mean),
    ),
}


def by_sum(mean, var, m, eps):
    squares = (m - 1) * var
    return np.sqrt(squares / m + eps), mean + 0.0


def by_list(mean, var, m, eps):
    return [(v - v / m + eps) ** 0.5 for v in var], list(mean)


def in_float32(mean, var, m, eps):
    var = np.float32(var) * np.float32((m - 1) / m)
    return np.stack([np.sqrt(var + np.float32(eps)), np.float32(mean)])


def by_hypot(mean, var, m, eps):
    return np.hypot(np.sqrt(var * (1 - 1 / m)), np.sqrt(eps)), mean


VARIANTS = by_sum, by_list, in_float32, by_hypot
