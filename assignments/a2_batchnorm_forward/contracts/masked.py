"""Batch norm of the rows that a mask lets count."""

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


def batchnorm(x, mask, gamma, beta, eps):
    mu = x[mask].mean(axis=0)
    var = x[mask].var(axis=0)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return np.where(mask[:, None], gamma * x_hat + beta, 0)


def cases(rng):
    for x, *rest in batches(rng, *FORMS):
        mask = rng.permutation(np.arange(len(x)) < len(x) - 2)
        x[np.flatnonzero(mask)[0], 0] = 0  # a value like any other
        yield x + np.where(mask, 0, rng.uniform(3, 9, len(x)))[:, None], mask, *rest
    yield np.array([[1, 10], [4, 10], [9, 9], [4, 40]]), np.array([True, True, False, True]), *SMALL


def by_mask(change=lambda m: m, zeroed=True, kept=lambda x, b: 0.0):
    """The Sample with weights from the mask; `kept` stands in the other rows."""

    def sample(x, m, g, b, e):
        def back(out):
            return np.where(m[:, None], out, kept(x, b)) if zeroed else out

        return Sample(x, change(m) * 1.0, x, g, b, e, back)

    return sample


def of_mask(statistics, zeroed=(True, False)):
    """Formulas with statistics(x, m (N, 1)), with rows zeroed and without."""
    return tuple(
        with_statistics(by_mask(zeroed=z), lambda s, x, m, *_: statistics(x, m[:, None]))
        for z in zeroed
    )


def kept_mean(x, m):
    return (x * m).sum(0) / m.sum()


def kept_squares(x, m, mu):
    return (m * (x - mu) ** 2).sum(0)


def without_zeros(x, m, g, b, e):
    z = np.where(m[:, None], x, 0)
    n = (z != 0).sum(axis=0)
    mu = z.sum(axis=0) / n
    var = (np.where(z != 0, x - mu, 0) ** 2).sum(axis=0) / n
    return np.where(m[:, None], g * (x - mu) / np.sqrt(var + e) + b, 0)


OWN = {
    "zeros-not-counted": without_zeros,
    "mask-ignored": (
        right(by_mask(np.ones_like)),
        right(by_mask(np.ones_like, zeroed=False)),
        *also_wrong(by_mask(np.ones_like)),
        *also_wrong(by_mask(np.ones_like, zeroed=False)),
    ),
    "mask-reversed": (
        right(by_mask(np.logical_not)),
        right(by_mask(np.logical_not, zeroed=False)),
        lambda x, m, g, b, e: batchnorm(x, ~m, g, b, e),
        lambda x, m, g, b, e: np.where(~m[:, None], right(by_mask(zeroed=False))(x, m, g, b, e), 0),
    ),
    "masked-rows-counted": (
        *of_mask(lambda x, m: (kept_mean(x, m), kept_mean(x**2, m) - (x * m).mean(0) ** 2)),
        *of_mask(lambda x, m: (mu := kept_mean(x, m), (m * x**2).mean(0) - mu**2)),
        *of_mask(lambda x, m: ((x * m).mean(0), (x * m).var(0))),
        *of_mask(lambda x, m: (mu := (x * m).mean(0), (m * (x - mu) ** 2).mean(0))),
        *of_mask(lambda x, m: (mu := (x * m).mean(0), kept_squares(x, m, mu) / m.sum())),
        *of_mask(lambda x, m: (mu := kept_mean(x, m), kept_squares(x, m, mu) / len(x))),
        *of_mask(lambda x, m: (mu := kept_mean(x, m), ((x * m - mu) ** 2).mean(0))),
        *of_mask(lambda x, m: (mu := kept_mean(x, m), ((x * m - mu) ** 2).sum(0) / m.sum())),
        *of_mask(lambda x, m: (kept_mean(x, m), (x * m).var(0))),
        *of_mask(lambda x, m: ((x * m).mean(0), kept_squares(x, m, kept_mean(x, m)) / m.sum())),
        lambda x, m, g, b, e: over(0)(x * m[:, None], g, b, e),
    ),
    "mask-in-one": (
        *of_mask(lambda x, m: (kept_mean(x, m), x.var(0))),
        *of_mask(lambda x, m: (mu := kept_mean(x, m), ((x - mu) ** 2).mean(0))),
        *of_mask(lambda x, m: (x.mean(0), kept_squares(x, m, kept_mean(x, m)) / m.sum())),
        *of_mask(lambda x, m: (mu := x.mean(0), kept_squares(x, m, mu) / m.sum())),
    ),
    "first-rows-taken": (
        *of_mask(lambda x, m: (x[: m.sum()].mean(0), x[: m.sum()].var(0))),
        lambda x, m, g, b, e: batchnorm(x, m, g, b, e)[np.argsort(~m, kind="stable")],
    ),
    "one-mean-for-all": (
        *of_mask(lambda x, m: (x[m[:, 0]].mean(), x[m[:, 0]].var())),
        *of_mask(lambda x, m: (x[m[:, 0]].mean(0), x[m[:, 0]].var())),
    ),
    "masked-not-zeroed": (
        lambda x, m, g, b, e: right(by_mask(zeroed=False))(x * m[:, None], m, g, b, e),
        right(by_mask(kept=lambda x, b: 1.0)),
        right(by_mask(zeroed=False)),
        right(by_mask(kept=lambda x, b: x)),
    ),
    "masked-beta-left": right(by_mask(kept=lambda x, b: b)),
    "unbiased-in-training": (
        *of_mask(lambda x, m: (mu := kept_mean(x, m), kept_squares(x, m, mu) / (m.sum() - 1))),
        *of_mask(lambda x, m: (mu := kept_mean(x, m), kept_squares(x, m, mu) / (len(x) - 1))),
    ),
    "axis-of-features": (
        lambda x, m, g, b, e: over(1)(x, g, b, e),
        lambda x, m, g, b, e: np.where(m[:, None], over(1)(x, g, b, e), 0),
    ),
}


def in_place(x, mask, gamma, beta, eps):
    out = np.zeros(x.shape)
    kept = x[mask]
    out[mask] = gamma * (kept - kept.mean(0)) / np.sqrt(kept.var(0) + eps) + beta
    return out


def by_array(x, mask, gamma, beta, eps):
    rows = np.ma.array(x, mask=np.repeat(~mask[:, None], x.shape[1], axis=1))
    x_hat = (rows - rows.mean(axis=0)) / np.ma.sqrt(rows.var(axis=0) + eps)
    return (gamma * x_hat + beta).filled(0)


def by_product(x, mask, gamma, beta, eps):
    m, count = mask.astype(float), np.count_nonzero(mask)
    mu = m @ x / count
    var = m @ np.square(x - mu) / count
    return m[:, np.newaxis] * (gamma / np.sqrt(var + eps) * (x - mu) + beta)


def by_where(x, mask, gamma, beta, eps):
    where = np.broadcast_to(mask[:, None], x.shape)
    mu, var = x.mean(axis=0, where=where), x.var(axis=0, where=where)
    out = gamma * (x - mu) / np.sqrt(var + eps) + beta
    out[~mask] = 0
    return out


SLIPS = joined(OWN, slips_of(by_mask()))
VARIANTS = in_place, by_array, by_product, by_where
