"""Batch norm of one worker's rows of a batch that several workers share."""

import numpy as np

from bn_classroom.author import beside
from bn_classroom.normalized import batches

wrong = beside(__file__, "share_slips")


def batchnorm(x, other_count, other_mean, other_var, gamma, beta, eps):
    total = len(x) + other_count
    mu = (x.sum(axis=0) + other_count * other_mean) / total
    own, other = ((x - mu) ** 2).sum(axis=0), other_var + (other_mean - mu) ** 2
    var = (own + other_count * other) / total
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def cases(rng):
    forms = ((4, 4), 2e-3), ((4, 4), 0.3), ((5, 5), 1e-7), ((6, 3), 4.0)
    for (x, *rest), count in zip(batches(rng, *forms), (9, 6, 11, 3)):
        spread = x.std(axis=0) + 0.1 * np.sqrt(rest[-1])
        mean = x.mean(axis=0) + spread * rng.uniform(0.5, 2, x.shape[1])
        yield x, count, mean, (spread * rng.uniform(0.6, 2, x.shape[1])) ** 2, *rest
    x, mean, var = np.array([[1, 10], [4, 40]]), np.array([7, 12]), np.array([3, 20])
    yield x, 4, mean, var, np.array([2, -1]), np.array([3, 0]), 2


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
    s = wrong.all_rows(x, other_count, other_mean, other_var, gamma, beta, eps)
    mu = np.average(s.rows, axis=0, weights=s.weights)
    var = np.average((s.rows - mu) ** 2, axis=0, weights=s.weights)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


SLIPS = wrong.SLIPS
VARIANTS = by_list, by_moments, by_pairs, by_rows
