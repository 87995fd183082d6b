"""Batch norm of weighted examples."""

import numpy as np

from bn_classroom.normalized import (
    Sample,
    also_wrong,
    batches,
    joined,
    over,
    right,
    slips_of,
    with_statistics,
)

FORMS = ((7, 4), 2e-3), ((7, 4), 0.3), ((5, 5), 1e-7), ((6, 3), 4.0)
SMALL = np.array([2, -1]), np.array([3, 0]), 2  # gamma, beta, eps


def batchnorm(x, weights, gamma, beta, eps):
    share = weights / weights.sum()
    mu = share @ x
    var = share @ (x - mu) ** 2
    return gamma * (x - mu) / np.sqrt(var + eps) + beta


def cases(rng):
    for x, *rest in batches(rng, *FORMS):
        yield x, rng.uniform(0.3, 4, len(x)), *rest
    yield np.array([[1, 10], [4, 10], [4, 40]]), np.array([2, 1, 1]), *SMALL


def by_weights(change=lambda w: w):
    """The Sample with weights made from the given ones."""
    return lambda x, w, g, b, e: Sample(x, change(w), x, g, b, e)


def of_weights(statistics):
    """A formula with statistics(x, w (N, 1)) -> (mean, variance)."""
    return with_statistics(by_weights(), lambda s, x, w, *_: statistics(x, w[:, None]))


def centre(x, w):
    return (w * x).sum(0) / w.sum()


def squares(x, w, mu):
    return (w * (x - mu) ** 2).sum(0)


def product_scaled(x, w, g, b, e):
    return over(0)(w[:, None] * x, g, b, e)


OWN = {
    "weights-ignored": (
        right(by_weights(lambda w: np.ones(len(w)))),
        *also_wrong(by_weights(lambda w: np.ones(len(w)))),
    ),
    "weights-in-one": (
        of_weights(lambda x, w: (centre(x, w), x.var(0))),
        of_weights(lambda x, w: (centre(x, w), ((x - centre(x, w)) ** 2).mean(0))),
        of_weights(lambda x, w: (x.mean(0), squares(x, w, centre(x, w)) / w.sum())),
        of_weights(lambda x, w: (x.mean(0), squares(x, w, x.mean(0)) / w.sum())),
        of_weights(lambda x, w: (centre(x, w), squares(x, w, x.mean(0)) / w.sum())),
    ),
    "weights-divided-twice": (
        of_weights(lambda x, w: (mu := centre(x, w) / len(x), squares(x, w, mu) / w.sum())),
        of_weights(
            lambda x, w: (mu := centre(x, w) / len(x), squares(x, w, mu) / w.sum() / len(x))
        ),
        of_weights(lambda x, w: (mu := centre(x, w), squares(x, w, mu) / w.sum() / len(x))),
    ),
    "weights-not-divided": (
        of_weights(lambda x, w: (mu := (w * x).mean(0), squares(x, w, mu) / len(x))),
        of_weights(lambda x, w: (mu := (w * x).sum(0), squares(x, w, mu))),
        of_weights(lambda x, w: (mu := (w * x).sum(0), squares(x, w, mu) / len(x))),
        of_weights(lambda x, w: (mu := (w * x).mean(0), squares(x, w, mu) / w.sum())),
        of_weights(lambda x, w: (mu := (w * x).sum(0), squares(x, w, mu) / w.sum())),
        of_weights(lambda x, w: (centre(x, w), squares(x, w, centre(x, w)) / len(x))),
        of_weights(lambda x, w: (mu := (w * x).mean(0), ((x - mu) ** 2).mean(0))),
        of_weights(lambda x, w: (mu := (w * x).sum(0) / w.max(), squares(x, w, mu) / w.max())),
        of_weights(
            lambda x, w: (
                mu := (w * x).mean(0) / w.max(),
                squares(x, w, mu) / w.max() / len(x),
            )
        ),
    ),
    "weights-squared": (
        right(by_weights(lambda w: w**2)),
        right(by_weights(np.sqrt)),
        of_weights(lambda x, w: (mu := centre(x, w), squares(x, w**2, mu) / w.sum())),
        of_weights(lambda x, w: (mu := centre(x, w), squares(x, w**2, mu) / (w**2).sum())),
        of_weights(lambda x, w: (mu := centre(x, w), squares(x, w**2, mu) / w.sum() ** 2)),
        of_weights(lambda x, w: (mu := centre(x, w), squares(x, (w / w.sum()) ** 2, mu) / len(x))),
    ),
    "weights-inverted": right(by_weights(lambda w: 1 / w)),
    "weights-softmax": right(by_weights(lambda w: np.exp(w - w.max()))),
    "weights-scale-rows": (
        product_scaled,
        of_weights(lambda x, w: ((w * x).mean(0), (w * x).var(0))),
        of_weights(lambda x, w: (mu := centre(x, w), (w * (x - mu)).var(0))),
        of_weights(lambda x, w: (centre(x, w), (w * x).var(0))),
        lambda x, w, g, b, e: product_scaled(x, w / w.sum(), g, b, e),
        lambda x, w, g, b, e: product_scaled(x, w / w.mean(), g, b, e),
    ),
    "stds-averaged": lambda x, w, g, b, e: (
        g * (x - w @ x / w.sum()) / (w @ np.sqrt((x - w @ x / w.sum()) ** 2 + e) / w.sum()) + b
    ),
    "weights-on-result": (
        lambda x, w, g, b, e: (w / w.sum())[:, None] * batchnorm(x, w, g, 0, e) + b,
        lambda x, w, g, b, e: w[:, None] * batchnorm(x, w, g, b, e),
        lambda x, w, g, b, e: w[:, None] * over(0)(x, g, b, e),
        lambda x, w, g, b, e: w[:, None] * over(0)(x, g, 0, e) + b,
        lambda x, w, g, b, e: w[:, None] * batchnorm(x, w, g, 0, e) + b,
        lambda x, w, g, b, e: (w / w.sum())[:, None] * over(0)(x, g, b, e),
    ),
    "unbiased-in-training": (
        of_weights(lambda x, w: (mu := centre(x, w), squares(x, w, mu) / (w.sum() - 1))),
        of_weights(
            lambda x, w: (mu := centre(x, w), squares(x, w, mu) / w.sum() * len(x) / (len(x) - 1))
        ),
        of_weights(
            lambda x, w: (
                mu := centre(x, w),
                squares(x, w, mu) / (w.sum() - (w**2).sum() / w.sum()),
            )
        ),
    ),
    "squares-not-centred": of_weights(lambda x, w: (centre(x, w), (x**2).mean(0))),
    "one-mean-for-all": (
        of_weights(lambda x, w: (mu := (w * x).sum() / w.sum(), squares(x, w, mu).sum() / w.sum())),
        of_weights(
            lambda x, w: (
                mu := (w * x).sum() / w.sum() / x.shape[1],
                squares(x, w, mu).sum() / w.sum() / x.shape[1],
            )
        ),
        of_weights(lambda x, w: (mu := centre(x, w), (squares(x, w, mu) / w.sum()).mean())),
    ),
    "axis-of-features": lambda x, w, g, b, e: over(1)(x, g, b, e),
}


def by_loop(x, weights, gamma, beta, eps):
    out = np.empty(x.shape)
    total = sum(weights)
    for d in range(x.shape[1]):
        mu = sum(w * v for w, v in zip(weights, x[:, d])) / total
        var = sum(w * (v - mu) ** 2 for w, v in zip(weights, x[:, d])) / total
        for n in range(len(x)):
            out[n, d] = gamma[d] * (x[n, d] - mu) / (var + eps) ** 0.5 + beta[d]
    return out


def by_average(x, weights, gamma, beta, eps):
    mu = np.average(x, axis=0, weights=weights)
    var = np.average((x - mu) ** 2, axis=0, weights=weights)
    return (x - mu) / np.sqrt(var + eps) * gamma + beta


def by_cov(x, weights, gamma, beta, eps):
    mean = np.einsum("n,nd->d", weights, x) / weights.sum()
    centred = x - mean
    var = np.einsum("n,nd,nd->d", weights, centred, centred) / weights.sum()
    return np.einsum("d,nd->nd", gamma / np.hypot(np.sqrt(var), np.sqrt(eps)), centred) + beta


def in_float32(x, weights, gamma, beta, eps):
    x, w = x.astype(np.float32), weights.astype(np.float32)[:, None]
    mu = (w * x).sum(axis=0, keepdims=True) / w.sum()
    var = (w * np.square(x - mu)).sum(axis=0, keepdims=True) / w.sum()
    return gamma * ((x - mu) / np.sqrt(var + eps)) + beta


SLIPS = joined(OWN, slips_of(by_weights()))
VARIANTS = by_loop, by_average, by_cov, in_float32
