"""Batch norm of maps whose border does not count in the statistics."""

import numpy as np

from bn_classroom.normalized import Sample, also_wrong, batches, joined, slips_of
from bn_classroom.normalized_maps import affine, as_rows, back_from, by_means, over


def batchnorm_maps(x, gamma, beta, eps):
    inner = x[:, :, 1:-1, 1:-1]
    mu = inner.mean(axis=(0, 2, 3), keepdims=True)
    var = inner.var(axis=(0, 2, 3), keepdims=True)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]


def is_inner(shape):
    inner = np.zeros(shape[-2:], bool)
    inner[1:-1, 1:-1] = True
    return inner


def cases(rng):
    forms = ((4, 3, 5, 6), 2e-3), ((4, 3, 5, 6), 0.3), ((5, 5, 5, 5), 1e-7)
    for x, *rest in batches(rng, *forms):
        edge = rng.uniform(0.5, 2, x.shape) * x.std(axis=(0, 2, 3), keepdims=True)
        yield x + np.where(is_inner(x.shape), 0, edge), *rest
    x = np.array([[9, 8, 7], [1, 0, 2], [3, 2, 4], [0, 6, 0], [5, 4, 1], [7, 7, 3]])
    yield x.reshape(2, 1, 3, 3), np.array([-2]), np.array([1]), 2


def by_inner(x, g, b, e):
    values, shape = as_rows(x, (1,))
    rows, _ = as_rows(x[:, :, 1:-1, 1:-1], (1,))
    return Sample(rows, np.ones(len(rows)), values, g, b, e, back_from(shape, (1,)))


def part(rows, columns=slice(None), axis=(0, 2, 3)):
    return by_means(
        lambda x: x[:, :, rows, columns].mean(axis, keepdims=True), _var(rows, columns, axis)
    )


def _var(rows, columns, axis):
    return lambda x, mu: x[:, :, rows, columns].var(axis, keepdims=True)


ALL, INNER = slice(None), slice(1, -1)


def inner(x, axis=(0, 2, 3)):
    return x[:, :, 1:-1, 1:-1].mean(axis, keepdims=True)


def zeroed(x):
    return np.where(is_inner(x.shape), x, 0)


def by_all(x, g, b, e):
    rows, shape = as_rows(x, (1,))
    return Sample(rows, np.ones(len(rows)), rows, g, b, e, back_from(shape, (1,)))


OWN = {
    "border-counted": (over(0, 2, 3), *also_wrong(by_all)),
    "border-on-one-side": (
        part(slice(1, None), slice(1, None)),
        part(slice(None, -1), slice(None, -1)),
        part(INNER, ALL),
        part(ALL, INNER),
    ),
    "border-too-wide": part(slice(2, -2), slice(2, -2)),
    "border-of-zeros-counted": (
        by_means(
            lambda x: zeroed(x).mean((0, 2, 3), keepdims=True),
            lambda x, mu: zeroed(x).var((0, 2, 3), keepdims=True),
        ),
        lambda x, g, b, e: over(0, 2, 3)(zeroed(x), g, b, e),
        by_means(
            lambda x: inner(x),
            lambda x, mu: (
                ((x - mu)[:, :, 1:-1, 1:-1] ** 2).sum((0, 2, 3), keepdims=True)
                / (x.size / x.shape[1])
            ),
        ),
    ),
    "border-alone": by_means(
        lambda x: x[:, :, ~is_inner(x.shape)].mean((0, 2), keepdims=True)[..., None],
        lambda x, mu: x[:, :, ~is_inner(x.shape)].var((0, 2), keepdims=True)[..., None],
    ),
    "border-not-normalized": (
        lambda x, g, b, e: np.where(is_inner(x.shape), batchnorm_maps(x, g, b, e), x),
        lambda x, g, b, e: np.pad(
            batchnorm_maps(x, g, b, e)[:, :, 1:-1, 1:-1], ((0, 0), (0, 0), (1, 1), (1, 1)), "edge"
        ),
        lambda x, g, b, e: np.where(
            is_inner(x.shape), batchnorm_maps(x, g, b, e), over(0, 2, 3)(x, g, b, e)
        ),
        lambda x, g, b, e: np.where(is_inner(x.shape), batchnorm_maps(x, g, b, e), 0),
        lambda x, g, b, e: np.where(
            is_inner(x.shape), batchnorm_maps(x, g, b, e), affine(0 * x, g, b)
        ),
    ),
    "contract-in-one": (
        by_means(inner, lambda x, mu: x.var((0, 2, 3), keepdims=True)),
        by_means(inner, lambda x, mu: x[:, :, 1:-1, 1:-1].var((2, 3), keepdims=True)),
        by_means(inner, lambda x, mu: ((x - mu) ** 2).mean((0, 2, 3), keepdims=True)),
        by_means(
            lambda x: x.mean((0, 2, 3), keepdims=True),
            lambda x, mu: x[:, :, 1:-1, 1:-1].var((0, 2, 3), keepdims=True),
        ),
        by_means(
            lambda x: x.mean((0, 2, 3), keepdims=True),
            lambda x, mu: ((x - mu)[:, :, 1:-1, 1:-1] ** 2).mean((0, 2, 3), keepdims=True),
        ),
    ),
    "per-image": (part(INNER, INNER, (2, 3)), over(2, 3)),
    "across-channels": (part(INNER, INNER, (0, 1, 2, 3)), over(0, 1, 2, 3)),
    "per-example": (part(INNER, INNER, (1, 2, 3)), over(1, 2, 3)),
    "variances-averaged": (
        by_means(inner, lambda x, mu: x[:, :, 1:-1, 1:-1].var((2, 3), keepdims=True).mean(0)),
        by_means(inner, lambda x, mu: x[:, :, 1:-1, 1:-1].var(0).mean((1, 2), keepdims=True)),
    ),
}


def by_loop(x, gamma, beta, eps):
    out = np.empty(x.shape)
    for c in range(x.shape[1]):
        values = x[:, c, 1 : x.shape[2] - 1, 1 : x.shape[3] - 1].ravel()
        mu = sum(values) / len(values)
        var = sum((v - mu) ** 2 for v in values) / len(values)
        out[:, c] = gamma[c] * (x[:, c] - mu) / (var + eps) ** 0.5 + beta[c]
    return out


def by_where(x, gamma, beta, eps):
    where = np.broadcast_to(is_inner(x.shape), x.shape)
    mu = x.mean(axis=(0, 2, 3), keepdims=True, where=where)
    var = x.var(axis=(0, 2, 3), keepdims=True, where=where)
    return (x - mu) * (gamma.reshape(1, -1, 1, 1) / np.sqrt(var + eps)) + beta[None, :, None, None]


def channels_last(x, gamma, beta, eps):
    x = np.moveaxis(x, 1, -1)
    rows = x[:, 1:-1, 1:-1].reshape(-1, x.shape[-1])
    std = np.hypot(rows.std(axis=0), eps**0.5)
    return np.moveaxis(gamma * (x - rows.mean(axis=0)) / std + beta, -1, 1)


SLIPS = joined(OWN, slips_of(by_inner))
VARIANTS = by_loop, by_where, channels_last
