"""Batch norm of one worker's rows of a batch that several workers share."""

import numpy as np

from bn_classroom.normalized import Sample, batches, joined, over, slips_of, with_statistics


def batchnorm(x, other_count, other_mean, other_var, gamma, beta, eps):
    total = len(x) + other_count
    mu = (x.sum(axis=0) + other_count * other_mean) / total
    own, other = ((x - mu) ** 2).sum(axis=0), other_var + (other_mean - mu) ** 2
    var = (own + other_count * other) / total
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def cases(rng):
    forms = ((4, 4), 2e-3), ((4, 4), 0.3), ((5, 5), 1e-7), ((6, 3), 4.0)
    for (x, *rest), count in zip(batches(rng, *forms), (9, 6, 11, 3)):
        spread = x.std(axis=0) + 1e-3
        mean = x.mean(axis=0) + spread * rng.uniform(0.5, 2, x.shape[1])
        yield x, count, mean, (spread * rng.uniform(0.6, 2, x.shape[1])) ** 2, *rest
    x, mean, var = np.array([[1, 10], [4, 40]]), np.array([7, 12]), np.array([3, 20])
    yield x, 4, mean, var, np.array([2, -1]), np.array([3, 0]), 2


def all_rows(x, n, m, v, g, b, e):
    """The Sample with the other rows as m - std and m + std, each n/2 times."""
    std = np.sqrt(v)
    weights = np.concatenate([np.ones(len(x)), [n / 2, n / 2]])
    return Sample(np.concatenate([x, [m - std], [m + std]]), weights, x, g, b, e)


def of_shares(statistics):
    """A formula with statistics(x, n, m, v, mu) -> (mean, variance); mu is right."""

    def formula(s, x, n, m, v, *_):
        return statistics(x, n, m, v, (x.sum(0) + n * m) / (len(x) + n))

    return with_statistics(all_rows, formula)


def own_squares(x, mu):
    return ((x - mu) ** 2).sum(0)


def variance(x, n, m, v, mu, total=None):
    return (own_squares(x, mu) + n * (v + (m - mu) ** 2)) / (total or len(x) + n)


def averaged(x, n, m, v):
    return (len(x) * x.var(0) + n * v) / (len(x) + n)


OWN = {
    "others-ignored": lambda x, n, m, v, g, b, e: over(0)(x, g, b, e),
    "others-only": of_shares(lambda x, n, m, v, mu: (m, v)),
    "others-in-one": (
        of_shares(lambda x, n, m, v, mu: (mu, x.var(0))),
        of_shares(lambda x, n, m, v, mu: (mu, ((x - mu) ** 2).mean(0))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), variance(x, n, m, v, mu))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), averaged(x, n, m, v))),
        of_shares(lambda x, n, m, v, mu: (mu, v)),
        of_shares(lambda x, n, m, v, mu: (m, x.var(0))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), v)),
        of_shares(lambda x, n, m, v, mu: (m, variance(x, n, m, v, mu))),
        of_shares(lambda x, n, m, v, mu: (x.mean(0), variance(x, n, m, v, x.mean(0)))),
    ),
    "variances-averaged": (
        of_shares(lambda x, n, m, v, mu: (mu, averaged(x, n, m, v))),
        of_shares(lambda x, n, m, v, mu: (mu, (x.var(0) + v) / 2)),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                ((len(x) - 1) * x.var(0, ddof=1) + n * v) / (len(x) + n - 1),
            )
        ),
        of_shares(lambda x, n, m, v, mu: (mu, (len(x) * x.var(0, ddof=1) + n * v) / (len(x) + n))),
    ),
    "mean-of-means": (
        of_shares(lambda x, n, m, v, mu: ((x.mean(0) + m) / 2, (x.var(0) + v) / 2)),
        of_shares(lambda x, n, m, v, mu: ((x.mean(0) + m) / 2, averaged(x, n, m, v))),
        of_shares(lambda x, n, m, v, mu: ((x.mean(0) + m) / 2, variance(x, n, m, v, mu))),
        of_shares(
            lambda x, n, m, v, mu: (c := (x.mean(0) + m) / 2, variance(x, n, m, v, c)),
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (x.mean(0) + m) / 2,
                (((x - c) ** 2).mean(0) + v + (m - c) ** 2) / 2,
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, (((x - mu) ** 2).mean(0) + v + (m - mu) ** 2) / 2),
        ),
    ),
    "distance-forgotten": (
        of_shares(lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * v) / (len(x) + n))),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (len(x) * x.var(0) + n * (v + (m - mu) ** 2)) / (len(x) + n),
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, x.mean(0)) + n * v + n * (m - x.mean(0)) ** 2) / (len(x) + n),
            )
        ),
    ),
    "distance-counted-once": (
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, mu) + n * v + (m - mu) ** 2) / (len(x) + n),
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                averaged(x, n, m, v) + (x.mean(0) - mu) ** 2 + (m - mu) ** 2,
            )
        ),
        of_shares(lambda x, n, m, v, mu: (mu, averaged(x, n, m, v) + (x.mean(0) - m) ** 2)),
    ),
    "distance-not-squared": (
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * (v + m - mu)) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * (v + abs(m - mu))) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                mu,
                (own_squares(x, mu) + n * (v - (m - mu) ** 2)) / (len(x) + n),
            )
        ),
    ),
    "others-as-one-row": (
        of_shares(
            lambda x, n, m, v, mu: (c := (x.sum(0) + m) / (len(x) + n), variance(x, n, m, v, c))
        ),
        of_shares(
            lambda x, n, m, v, mu: (c := (x.sum(0) + m) / (len(x) + 1), variance(x, 1, m, v, c))
        ),
        of_shares(lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + v) / (len(x) + n))),
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + v + (m - mu) ** 2) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (x.sum(0) + m) / (len(x) + n),
                (own_squares(x, c) + v + (m - c) ** 2) / (len(x) + n),
            )
        ),
    ),
    "rows-miscounted": (
        of_shares(lambda x, n, m, v, mu: (c := (x.sum(0) + n * m) / n, variance(x, n, m, v, c, n))),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (x.sum(0) + n * m) / len(x),
                variance(x, n, m, v, c, len(x)),
            )
        ),
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, v, mu, n))),
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, v, mu, len(x)))),
        of_shares(
            lambda x, n, m, v, mu: (
                c := (n * x.mean(0) + len(x) * m) / (len(x) + n),
                (n * (x.var(0) + (x.mean(0) - c) ** 2) + len(x) * (v + (m - c) ** 2))
                / (len(x) + n),
            )
        ),
        of_shares(
            lambda x, n, m, v, mu: (x.mean(0) + m, x.var(0) + v),
        ),
    ),
    "other-variance-changed": (
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, v**2, mu))),
        of_shares(lambda x, n, m, v, mu: (mu, variance(x, n, m, np.sqrt(v), mu))),
    ),
    "brackets": (
        of_shares(
            lambda x, n, m, v, mu: (mu, own_squares(x, mu) + n * (v + (m - mu) ** 2) / (len(x) + n))
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, own_squares(x, mu) / (len(x) + n) + n * (v + (m - mu) ** 2))
        ),
        of_shares(
            lambda x, n, m, v, mu: (mu, (own_squares(x, mu) + n * v + (m - mu)) / (len(x) + n))
        ),
    ),
    "one-mean-for-all": of_shares(
        lambda x, n, m, v, mu: (
            c := (x.sum() + n * m) / (len(x) + n),
            (((x - c) ** 2).sum() + n * (v + (m - c) ** 2)) / (len(x) + n),
        )
    ),
    "axis-of-features": lambda x, n, m, v, g, b, e: over(1)(x, g, b, e),
}


def by_list(x, other_count, other_mean, other_var, gamma, beta, eps):
    out = np.zeros(x.shape)
    N, total = x.shape[0], x.shape[0] + other_count
    for d, (m, v) in enumerate(zip(other_mean, other_var)):
        mu = N / total * x[:, d].mean() + other_count / total * m
        between = N * (x[:, d].mean() - mu) ** 2 + other_count * (m - mu) ** 2
        var = (N * x[:, d].var() + other_count * v + between) / total
        out[:, d] = gamma[d] * (x[:, d] - mu) / np.sqrt(var + eps) + beta[d]
    return out


def by_moments(x, other_count, other_mean, other_var, gamma, beta, eps):
    p = other_count / (len(x) + other_count)
    mu = (1 - p) * x.mean(axis=0) + p * other_mean
    square = (1 - p) * (x * x).mean(axis=0) + p * (other_var + other_mean**2)
    return gamma * (x - mu) * (square - mu**2 + eps) ** -0.5 + beta


def by_pairs(x, other_count, other_mean, other_var, gamma, beta, eps):
    """With the formula of Chan, Golub and LeVeque."""
    N, mean = len(x), x.mean(axis=0)
    delta = other_mean - mean
    mu = mean + delta * other_count / (N + other_count)
    both = N * x.var(axis=0) + other_count * other_var
    var = (both + delta**2 * N * other_count / (N + other_count)) / (N + other_count)
    return gamma * ((x - mu) / np.sqrt(var + eps)) + beta


def by_rows(x, other_count, other_mean, other_var, gamma, beta, eps):
    s = all_rows(x, other_count, other_mean, other_var, gamma, beta, eps)
    mu = np.average(s.rows, axis=0, weights=s.weights)
    var = np.average((s.rows - mu) ** 2, axis=0, weights=s.weights)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


SLIPS = joined(OWN, slips_of(all_rows))
VARIANTS = by_list, by_moments, by_pairs, by_rows
