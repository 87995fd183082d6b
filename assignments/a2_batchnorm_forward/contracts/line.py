"""gamma and beta with which batch norm is a given line."""

import numpy as np


def gamma_and_beta(mean, var, eps, a, c):
    std = np.sqrt(var + eps)
    return a * std, a * mean + c


def cases(rng):
    def signs(D):
        return np.where(np.arange(D) % 2, -1, 1)

    for D, eps in ((4, 2e-3), (4, 0.3), (3, 1e-5)):
        var, a = rng.uniform(0.2, 5, D) * eps, rng.uniform(0.4, 3, D) * signs(D)
        yield rng.uniform(1, 3, D), var, eps, a, rng.uniform(0.5, 2, D)
    yield np.array([5, -2]), np.array([7, 2]), 2, np.array([2, -3]), np.array([1, 4])


def by_gamma(formula):
    return lambda mean, var, eps, a, c: (formula(var, eps, a), a * mean + c)


def by_beta(formula):
    return lambda mean, var, eps, a, c: (
        a * np.sqrt(var + eps),
        formula(mean, np.sqrt(var + eps), a, c),
    )


SLIPS = {
    "line-ignored": lambda mean, var, eps, a, c: (np.sqrt(var + eps), mean),
    "slope-forgotten": (
        by_gamma(lambda v, e, a: np.sqrt(v + e)),
        by_beta(lambda mean, s, a, c: mean + c),
    ),
    "offset-forgotten": by_beta(lambda mean, s, a, c: a * mean),
    "mean-forgotten": by_beta(lambda mean, s, a, c: c),
    "line-for-parameters": (lambda mean, var, eps, a, c: (a, c), by_gamma(lambda v, e, a: a)),
    "offset-scaled": (
        by_beta(lambda mean, s, a, c: a * (mean + c)),
        by_beta(lambda mean, s, a, c: c * s + a * mean),
        by_beta(lambda mean, s, a, c: a * mean + c / s),
        by_beta(lambda mean, s, a, c: a * mean + a * s * c),
    ),
    "undo-eps-forgotten": by_gamma(lambda v, e, a: a * np.sqrt(v)),
    "eps-fixed": tuple(
        by_gamma(lambda v, e, a, own=own: a * np.sqrt(v + own)) for own in (1e-5, 1e-8, 1e-3)
    ),
    "eps-outside-root": (
        by_gamma(lambda v, e, a: a * (np.sqrt(v) + e)),
        by_gamma(lambda v, e, a: a * (np.sqrt(v) + np.sqrt(e))),
        by_gamma(lambda v, e, a: a * np.sqrt(v) + e),
    ),
    "eps-squared": by_gamma(lambda v, e, a: a * np.sqrt(v + e**2)),
    "gamma-is-not-variance": (
        by_gamma(lambda v, e, a: a * (v + e)),
        by_gamma(lambda v, e, a: a * v),
        by_gamma(lambda v, e, a: a**2 * (v + e)),
    ),
    "slope-under-root": (
        by_gamma(lambda v, e, a: np.sqrt(a**2 * v + e)),
        by_gamma(lambda v, e, a: a * np.sqrt(a**2 * v + e)),
        by_gamma(lambda v, e, a: np.sqrt(abs(a) * v + e)),
        by_gamma(lambda v, e, a: np.sqrt(abs(a) * (v + e))),
        by_gamma(lambda v, e, a: np.sqrt(a * (v + e))),
    ),
    "slope-positive": (
        by_gamma(lambda v, e, a: abs(a) * np.sqrt(v + e)),
        by_beta(lambda mean, s, a, c: abs(a) * mean + c),
        lambda mean, var, eps, a, c: (abs(a) * np.sqrt(var + eps), abs(a) * mean + c),
    ),
    "slope-divides": (
        by_gamma(lambda v, e, a: np.sqrt(v + e) / a),
        by_beta(lambda mean, s, a, c: mean / a + c),
        lambda mean, var, eps, a, c: (np.sqrt(var + eps) / a, (mean - c) / a),
    ),
    "slope-added": by_gamma(lambda v, e, a: a + np.sqrt(v + e)),
    "root-twice": by_gamma(lambda v, e, a: a * (v + e) ** 0.25),
    "gamma-inverted": (
        by_gamma(lambda v, e, a: a / np.sqrt(v + e)),
        by_gamma(lambda v, e, a: a / np.sqrt(v)),
    ),
    "beta-sign": (
        by_beta(lambda mean, s, a, c: c - a * mean),
        by_beta(lambda mean, s, a, c: -a * mean),
        by_beta(lambda mean, s, a, c: c - mean),
        by_beta(lambda mean, s, a, c: a * mean - c),
    ),
    "beta-scaled": (
        by_beta(lambda mean, s, a, c: a * mean / s + c),
        by_beta(lambda mean, s, a, c: a * mean * s + c),
        by_beta(lambda mean, s, a, c: c - a * mean / s),
        by_beta(lambda mean, s, a, c: mean / s + c),
    ),
    "gamma-beta-swapped": lambda *case: gamma_and_beta(*case)[::-1],
    "start-values": lambda mean, *_: (np.ones(len(mean)), np.zeros(len(mean))),
}


def by_points(mean, var, eps, a, c):
    """From two points of the line: x = mean, and x one divisor above it."""
    std = np.hypot(np.sqrt(var), np.sqrt(eps))
    beta = a * mean + c
    return a * (mean + std) + c - beta, beta


def by_list(mean, var, eps, a, c):
    gamma = [slope * (v + eps) ** 0.5 for v, slope in zip(var, a)]
    return gamma, [slope * mu + offset for mu, slope, offset in zip(mean, a, c)]


def in_float32(mean, var, eps, a, c):
    mean, var, a, c = (np.asarray(v, np.float32) for v in (mean, var, a, c))
    return np.stack([a * np.sqrt(var + np.float32(eps)), c + mean * a])


def by_logarithm(mean, var, eps, a, c):
    gamma = np.sign(a) * np.exp(np.log(np.abs(a)) + np.log(var + eps) / 2)
    return gamma, np.add(c, np.multiply(a, mean))


VARIANTS = by_points, by_list, in_float32, by_logarithm
