"""gamma and beta for a wanted mean and std of the outputs."""

import numpy as np


def gamma_and_beta(var, eps, wanted_mean, wanted_std):
    std = np.sqrt(var / (var + eps))
    return wanted_std / std, wanted_mean


def cases(rng):
    for D, eps in ((4, 2e-3), (4, 0.3), (3, 1e-5)):
        yield rng.uniform(0.2, 5, D) * eps, eps, rng.uniform(-3, 3, D), rng.uniform(0.4, 3, D)
    yield np.array([7, 2]), 2, np.array([1, -4]), np.array([3, 2])


def by_gamma(formula):
    return lambda var, eps, mean, std: (formula(var, eps, std), mean)


def by_beta(formula):
    return lambda var, eps, mean, std: (
        gamma_and_beta(var, eps, mean, std)[0],
        formula(var, eps, mean, std),
    )


SLIPS = {
    "normalized-std-is-one": by_gamma(lambda v, e, s: s),
    "spread-of-input": (
        by_gamma(lambda v, e, s: s * np.sqrt(v + e)),
        by_gamma(lambda v, e, s: np.sqrt(v + e)),
        by_gamma(lambda v, e, s: s * np.sqrt(v)),
    ),
    "input-std-divides": (
        by_gamma(lambda v, e, s: s / np.sqrt(v + e)),
        by_gamma(lambda v, e, s: s / np.sqrt(v)),
        by_gamma(lambda v, e, s: s / (v + e)),
        by_gamma(lambda v, e, s: s / v),
    ),
    "spread-ratio-inverted": (
        by_gamma(lambda v, e, s: s * np.sqrt(v / (v + e))),
        by_gamma(lambda v, e, s: np.sqrt((v + e) / v) / s),
        by_gamma(lambda v, e, s: np.sqrt(v / (v + e)) / s),
    ),
    "spread-ratio-without-root": (
        by_gamma(lambda v, e, s: s * (v + e) / v),
        by_gamma(lambda v, e, s: s * v / (v + e)),
        by_gamma(lambda v, e, s: s * (v + e) / np.sqrt(v)),
        by_gamma(lambda v, e, s: s * np.sqrt(v + e) / v),
    ),
    "gamma-is-not-variance": (
        by_gamma(lambda v, e, s: s**2 * np.sqrt((v + e) / v)),
        by_gamma(lambda v, e, s: s**2 * (v + e) / v),
        by_gamma(lambda v, e, s: np.sqrt(s * (v + e) / v)),
        by_gamma(lambda v, e, s: s**2),
        by_gamma(lambda v, e, s: np.sqrt(s)),
    ),
    "wanted-ignored-std": by_gamma(lambda v, e, s: np.sqrt((v + e) / v)),
    "root-twice": by_gamma(lambda v, e, s: s * ((v + e) / v) ** 0.25),
    "eps-outside-root": (
        by_gamma(lambda v, e, s: s * (np.sqrt(v) + e) / np.sqrt(v)),
        by_gamma(lambda v, e, s: s * (np.sqrt(v) + np.sqrt(e)) / np.sqrt(v)),
    ),
    "eps-squared": by_gamma(lambda v, e, s: s * np.sqrt((v + e**2) / v)),
    "eps-fixed": tuple(
        by_gamma(lambda v, e, s, own=own: s * np.sqrt((v + own) / v)) for own in (1e-5, 1e-8, 1e-3)
    ),
    "eps-added": (
        by_gamma(lambda v, e, s: s + e),
        by_gamma(lambda v, e, s: np.sqrt(s**2 + e)),
        by_gamma(lambda v, e, s: s + np.sqrt(e)),
        by_gamma(lambda v, e, s: s * np.sqrt(1 + e)),
    ),
    "beta-sign": by_beta(lambda v, e, m, s: -m),
    "beta-scaled": (
        by_beta(lambda v, e, m, s: m * s),
        by_beta(lambda v, e, m, s: m / s),
        by_beta(lambda v, e, m, s: m / np.sqrt(v + e)),
        by_beta(lambda v, e, m, s: m * np.sqrt(v + e)),
        by_beta(lambda v, e, m, s: m * s * np.sqrt((v + e) / v)),
        by_beta(lambda v, e, m, s: m * np.sqrt((v + e) / v)),
    ),
    "gamma-beta-swapped": lambda *case: gamma_and_beta(*case)[::-1],
    "start-values": (
        lambda var, *_: (np.ones(len(var)), np.zeros(len(var))),
        by_beta(lambda v, e, m, s: 0 * m),
    ),
}


def by_ratio(var, eps, wanted_mean, wanted_std):
    return wanted_std * np.sqrt((var + eps) / var), wanted_mean


def by_list(var, eps, wanted_mean, wanted_std):
    gamma = [s * (1 + eps / v) ** 0.5 for v, s in zip(var, wanted_std)]
    return gamma, list(wanted_mean)


def in_float32(var, eps, wanted_mean, wanted_std):
    var, std = np.float32(var), np.float32(wanted_std)
    return np.array([std / np.sqrt(var) * np.sqrt(var + np.float32(eps)), wanted_mean])


def by_variance(var, eps, wanted_mean, wanted_std):
    normalized = var / (var + eps)
    return np.sqrt(np.square(wanted_std) / normalized), 1.0 * wanted_mean


VARIANTS = by_ratio, by_list, in_float32, by_variance
