"""Batch norm of sequences of different lengths, padded."""

import numpy as np

from bn_classroom.normalized import Sample, also_wrong, batches, joined, right, slips_of
from bn_classroom.normalized_maps import as_rows, back_from, by_means, over


def batchnorm_maps(x, mask, gamma, beta, eps):
    counts = np.broadcast_to(mask[:, None, :], x.shape)
    mu = x.mean(axis=(0, 2), keepdims=True, where=counts)
    var = x.var(axis=(0, 2), keepdims=True, where=counts)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return np.where(counts, gamma[:, None] * x_hat + beta[:, None], 0)


def cases(rng):
    for x, *rest in batches(rng, ((5, 3, 6), 2e-3), ((5, 3, 6), 0.3), ((5, 5, 5), 1e-7)):
        lengths = rng.permutation([2, *rng.integers(3, x.shape[2] + 1, len(x) - 1)])
        mask = np.arange(x.shape[2]) < lengths[:, None]
        x[0, 0, 0] = 0  # a value like any other
        padding = rng.uniform(3, 9, (len(x), 1, x.shape[2]))
        yield x + np.where(mask[:, None, :], 0, padding), mask, *rest
    mask = np.array([[True, True, False], [True, True, True]])
    yield np.array([[[1, 4, 9]], [[4, 0, 7]]]), mask, np.array([2]), np.array([3]), 2


def by_mask(change=lambda m: m, zeroed=True, kept=lambda x, b: 0.0):
    """The Sample with weights from the mask; `kept` stands in the other places."""

    def sample(x, m, g, b, e):
        rows, shape = as_rows(x, (1,))
        to_x = back_from(shape, (1,))

        def back(out):
            out = to_x(out)
            return np.where(m[:, None, :], out, kept(x, b[:, None])) if zeroed else out

        return Sample(rows, change(m).ravel() * 1.0, rows, g, b, e, back)

    return sample


def of_places(mean_of, var_of=None):
    """Formulas by means, with places that are zeroed and that are not."""
    formula = by_means(mean_of, var_of)
    return (lambda x, m, *rest: np.where(m[:, None, :], formula(x, m, *rest), 0)), formula


def kept(x, m, axis=(0, 2)):
    m = m[:, None, :]
    return (x * m).sum(axis, keepdims=True) / (m + 0 * x).sum(axis, keepdims=True)


def counted(x, m):
    return (x * m[:, None, :]).mean((0, 2), keepdims=True)


def plain(x, *_):
    return x.mean((0, 2), keepdims=True)


def zeros_in_variance(x, mu, m):
    distances = (np.where(m[:, None, :], x, 0) - mu) ** 2
    return distances.sum(axis=(0, 2), keepdims=True) / m.sum()


def without_zeros(x, m, g, b, e):
    z = np.where(m[:, None, :], x, 0)
    n = (z != 0).sum(axis=(0, 2), keepdims=True)
    mu = z.sum(axis=(0, 2), keepdims=True) / n
    var = (np.where(z != 0, x - mu, 0) ** 2).sum(axis=(0, 2), keepdims=True) / n
    out = g[:, None] * (x - mu) / np.sqrt(var + e) + b[:, None]
    return np.where(m[:, None, :], out, 0)


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
        lambda x, m, *rest: batchnorm_maps(x, ~m, *rest),
        lambda x, m, *rest: np.where(m[:, None, :], 0, right(by_mask(zeroed=False))(x, m, *rest)),
    ),
    "masked-rows-counted": (
        *of_places(counted, lambda x, mu, m: (x * m[:, None, :]).var((0, 2), keepdims=True)),
        *of_places(counted),
        *of_places(counted, lambda x, mu, m: kept((x - mu) ** 2, m)),
        *of_places(kept, lambda x, mu, m: counted((x - mu) ** 2, m)),
        *of_places(kept, lambda x, mu, m: plain((x * m[:, None, :] - mu) ** 2)),
        *of_places(kept, lambda x, mu, m: zeros_in_variance(x, mu, m)),
        *of_places(kept, lambda x, mu, m: (x * m[:, None, :]).var((0, 2), keepdims=True)),
        lambda x, m, *rest: over(0, 2)(x * m[:, None, :], *rest),
    ),
    "mask-in-one": (
        *of_places(kept, lambda x, mu, m: x.var((0, 2), keepdims=True)),
        *of_places(kept, lambda x, mu, m: plain((x - mu) ** 2)),
        *of_places(plain, lambda x, mu, m: kept((x - mu) ** 2, m)),
        *of_places(plain, lambda x, mu, m: kept((x - kept(x, m)) ** 2, m)),
    ),
    "masked-not-zeroed": (
        right(by_mask(zeroed=False)),
        right(by_mask(kept=lambda x, b: x)),
        lambda x, m, *rest: right(by_mask(zeroed=False))(x * m[:, None, :], m, *rest),
    ),
    "rows-miscounted": sum(
        (
            of_places(lambda x, m, count=count: kept(x, m) * m.sum() / count(x, m))
            for count in (
                lambda x, m: m.sum() * x.shape[1],
                lambda x, m: len(x),
                lambda x, m: x.shape[2],
            )
        ),
        (),
    ),
    "masked-beta-left": right(by_mask(kept=lambda x, b: b)),
    "mean-of-means": (
        *of_places(lambda x, m: kept(x, m, 2).mean(0, keepdims=True)),
        *of_places(
            lambda x, m: kept(x, m, 2).mean(0, keepdims=True),
            lambda x, mu, m: kept((x - kept(x, m, 2)) ** 2, m, 2).mean(0, keepdims=True),
        ),
        *of_places(
            lambda x, m: kept(x, m, 2).mean(0, keepdims=True),
            lambda x, mu, m: kept((x - mu) ** 2, m),
        ),
        *of_places(lambda x, m: kept(x, m, 0).mean(2, keepdims=True)),
    ),
    "variances-averaged": (
        *of_places(
            kept, lambda x, mu, m: kept((x - kept(x, m, 2)) ** 2, m, 2).mean(0, keepdims=True)
        ),
        *of_places(kept, lambda x, mu, m: kept((x - kept(x, m, 2)) ** 2, m)),
        *of_places(kept, lambda x, mu, m: kept((x - kept(x, m, 0)) ** 2, m)),
    ),
    "per-sequence": (
        *of_places(lambda x, m: kept(x, m, 2)),
        *of_places(lambda x, m: x.mean(2, keepdims=True)),
    ),
    "per-place": (
        *of_places(lambda x, m: kept(x, m, 0)),
        *of_places(lambda x, m: x.mean(0, keepdims=True)),
    ),
    "across-channels": (
        *of_places(lambda x, m: kept(x, m, (0, 1, 2))),
        *of_places(lambda x, m: kept(x, m, (0, 1))),
        *of_places(lambda x, m: x.mean((0, 1, 2), keepdims=True)),
    ),
    "per-example": (
        *of_places(lambda x, m: kept(x, m, (1, 2))),
        *of_places(lambda x, m: kept(x, m, 1)),
    ),
    "unbiased-in-training": of_places(
        kept, lambda x, mu, m: kept((x - mu) ** 2, m) * m.sum() / (m.sum() - 1)
    ),
}


def by_loop(x, mask, gamma, beta, eps):
    out = np.zeros(x.shape)
    for c in range(x.shape[1]):
        values = [v for row, m in zip(x[:, c], mask) for v, counts in zip(row, m) if counts]
        mu = sum(values) / len(values)
        var = sum((v - mu) ** 2 for v in values) / len(values)
        for n, t in zip(*np.nonzero(mask)):
            out[n, c, t] = gamma[c] * (x[n, c, t] - mu) / (var + eps) ** 0.5 + beta[c]
    return out


def by_rows(x, mask, gamma, beta, eps):
    rows = x.transpose(0, 2, 1)
    out = np.zeros(rows.shape)
    kept = rows[mask]
    out[mask] = gamma * (kept - kept.mean(axis=0)) / np.sqrt(kept.var(axis=0) + eps) + beta
    return out.transpose(0, 2, 1)


def by_array(x, mask, gamma, beta, eps):
    places = np.ma.array(x, mask=np.broadcast_to(~mask[:, None, :], x.shape))
    mu, var = places.mean(axis=(0, 2)), places.var(axis=(0, 2))
    out = gamma[:, None] * (places - mu[:, None]) / np.ma.sqrt(var + eps)[:, None] + beta[:, None]
    return out.filled(0)


def by_einsum(x, mask, gamma, beta, eps):
    m, count = mask.astype(float), mask.sum()
    centred = x - np.einsum("ncl,nl->c", x, m)[:, None] / count
    var = np.einsum("ncl,nl->c", centred**2, m) / count
    return (centred * (gamma / np.sqrt(var + eps))[:, None] + beta[:, None]) * m[:, None]


SLIPS = joined(OWN, slips_of(by_mask()))
VARIANTS = by_loop, by_rows, by_array, by_einsum
