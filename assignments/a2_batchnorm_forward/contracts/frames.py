"""Batch norm of video: each frame number has its own statistics."""

import numpy as np

from bn_classroom.normalized import Sample, also_wrong, batches, joined, slips_of
from bn_classroom.normalized_maps import affine, as_rows, averaged, back_from, by_means, over


def batchnorm_maps(x, gamma, beta, eps):
    axes = 0, 3, 4
    mu = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return gamma[:, None, None, None] * x_hat + beta[:, None, None, None]


def cases(rng):
    forms = ((4, 3, 5, 2, 4), 2e-3), ((4, 3, 5, 2, 4), 0.3), ((3, 3, 3, 3, 3), 1e-7)
    for x, *rest in batches(rng, *forms):
        C, T = x.shape[1:3]
        wide, shift = rng.uniform(0.5, 2, (C, T, 1, 1)), rng.uniform(-2, 2, (C, T, 1, 1))
        yield x * wide + shift * x.std(axis=(0, 2, 3, 4), keepdims=True), *rest
    x = np.array([0, 4, 1, 3, 8, 4, 5, 7]).reshape(2, 1, 2, 1, 2)
    yield x, np.array([-2]), np.array([1]), 2


def by_frame(x, g, b, e):
    rows, shape = as_rows(x, (1, 2))
    g, b = (np.repeat(v, x.shape[2]) for v in (g, b))
    return Sample(rows, np.ones(len(rows)), rows, g, b, e, back_from(shape, (1, 2)))


def in_order_of_memory(x, g, b, e):
    """The reshape that a hurried student writes: numbers in the order of memory."""
    rows = x.reshape(-1, len(g) * x.shape[2])
    h = (rows - rows.mean(0)) / np.sqrt(rows.var(0) + e)
    return affine(h.reshape(x.shape), g, b)


def frames_as_images(x, g, b, e):
    N, C, T, H, W = x.shape
    return over(0, 2, 3)(x.reshape(N * T, C, H, W), g, b, e).reshape(x.shape)


def by_channel(x, g, b, e):
    rows, shape = as_rows(x, (1,))
    return Sample(rows, np.ones(len(rows)), rows, g, b, e, back_from(shape, (1,)))


OWN = {
    "steps-joined": (over(0, 2, 3, 4), *also_wrong(by_channel)),
    "per-place": over(0),
    "per-image": (over(3, 4), over(2, 3, 4)),
    "one-spatial-axis": (over(0, 3), over(0, 4), over(0, 2, 3), over(0, 2, 4)),
    "across-channels": tuple(
        over(*a) for a in ((0, 1, 3, 4), (1, 3, 4), (0, 1), (0, 1, 2), (1,), (0, 1, 2, 3))
    ),
    "per-example": over(1, 2, 3, 4),
    "one-frame-for-all": tuple(
        by_means(
            lambda x, k=k: x[:, :, [k]].mean((0, 3, 4), keepdims=True),
            lambda x, mu, k=k: x[:, :, [k]].var((0, 3, 4), keepdims=True),
        )
        for k in (0, -1)
    ),
    "steps-only": (over(0, 2), over(2)),
    "one-mean-for-all": over(0, 1, 2, 3, 4),
    "variances-averaged": (
        averaged((3, 4), (0,)),
        averaged((0,), (3, 4)),
        averaged((0, 3), (4,)),
        averaged((0, 4), (3,)),
        by_means(
            lambda x: x.mean((0, 3, 4), keepdims=True),
            lambda x, mu: x.var((0, 3, 4), keepdims=True).mean(2, keepdims=True),
        ),
    ),
    "contract-in-one": (
        by_means(
            lambda x: x.mean((0, 3, 4), keepdims=True),
            lambda x, mu: x.var((0, 2, 3, 4), keepdims=True),
        ),
        by_means(
            lambda x: x.mean((0, 2, 3, 4), keepdims=True),
            lambda x, mu: x.var((0, 3, 4), keepdims=True),
        ),
        *(
            by_means(
                lambda x: x.mean((0, 3, 4), keepdims=True),
                lambda x, mu, axis=axis: x.var(axis, keepdims=True),
            )
            for axis in ((3, 4), 0, (0, 3), (0, 4))
        ),
    ),
    "channels-mixed-up": (in_order_of_memory, frames_as_images),
}


def by_loop(x, gamma, beta, eps):
    out = np.empty(x.shape)
    for c, (g, b) in enumerate(zip(gamma, beta)):
        for t in range(x.shape[2]):
            values = x[:, c, t]
            out[:, c, t] = g * (values - values.mean()) / np.sqrt(values.var() + eps) + b
    return out


def as_channels_last(x, gamma, beta, eps):
    N, C, T, H, W = x.shape
    rows = x.transpose(0, 3, 4, 1, 2).reshape(-1, C, T)
    x_hat = (rows - rows.mean(0)) / np.sqrt(rows.var(0) + eps)
    out = gamma[:, None] * x_hat + beta[:, None]
    return out.reshape(N, H, W, C, T).transpose(0, 3, 4, 1, 2)


def by_einsum(x, gamma, beta, eps):
    count = x.shape[0] * x.shape[3] * x.shape[4]
    centred = x - np.einsum("ncthw->ct", x)[..., None, None] / count
    var = np.einsum("ncthw,ncthw->ct", centred, centred) / count
    return np.einsum("c,ct,ncthw->ncthw", gamma, (var + eps) ** -0.5, centred) + beta.reshape(
        1, -1, 1, 1, 1
    )


SLIPS = joined(OWN, slips_of(by_frame))
VARIANTS = by_loop, as_channels_last, by_einsum
