"""Right and wrong answers to the exercises of lesson 09b."""

import numpy as np

from bn_helpers.batchnorm import batchnorm_forward
from bn_helpers.checks import check_groupnorm, check_layernorm, check_layernorm_of_line
from bn_helpers.normalization import groupnorm_forward, layernorm_forward


def as_batchnorm(x, gamma, beta, eps):
    ones, zeros = np.ones(len(x)), np.zeros(len(x))
    return gamma * batchnorm_forward(x.T, ones, zeros, eps)[0].T + beta


def by_example(x, gamma, beta, eps):
    return np.array([gamma * (row - row.mean()) / np.sqrt(row.var() + eps) + beta for row in x])


def by_group(x, gamma, beta, groups, eps):
    out, size = np.empty(x.shape), x.shape[1] // groups
    for n in range(len(x)):
        for first in range(0, x.shape[1], size):
            part = x[n, first : first + size]
            out[n, first : first + size] = (part - part.mean()) / np.sqrt(part.var() + eps)
    return gamma[:, None, None] * out + beta[:, None, None]


def five_axes(x, gamma, beta, groups, eps):
    N, C, H, W = x.shape
    parts = x.reshape(N, groups, C // groups, H, W)
    mean, var = (f(parts, axis=(2, 3, 4), keepdims=True) for f in (np.mean, np.var))
    x_hat = ((parts - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)
    return x_hat * gamma.reshape(C, 1, 1) + beta.reshape(C, 1, 1)


RIGHT = [
    (check_layernorm, as_batchnorm),
    (check_layernorm, by_example),
    (check_layernorm, lambda x, g, b, e: layernorm_forward(x, g, b, e)[0]),
    (check_layernorm, lambda x, g, b, e: by_example(x, g, b, e).tolist()),
    (check_layernorm, lambda x, g, b, e: by_example(x.astype(np.float32), g, b, e)),
    (check_groupnorm, by_group),
    (check_groupnorm, five_axes),
    (check_groupnorm, lambda x, g, b, k, e: groupnorm_forward(x, g, b, k, e)[0]),
    (check_layernorm_of_line, lambda h, a, c: h if a > 0 else -h),
    (check_layernorm_of_line, lambda h, a, c: a / abs(a) * h),
    (
        check_layernorm_of_line,
        lambda h, a, c: layernorm_forward(a * h + c, np.ones(h.shape[1]), 0 * h[0], 1e-12)[0],
    ),
]
SLIPS = [
    (check_layernorm, lambda x, g, b, e: batchnorm_forward(x, g, b, e)[0], "axis-of-examples"),
    (check_layernorm, lambda x, g, b, e: g * (x - x.mean(1)) / x.std(1) + b, "raised"),
    (check_groupnorm, lambda x, g, b, k, e: layernorm_forward(x, g, b, e)[0], "layer-for-groups"),
    (check_groupnorm, lambda x, g, b, k, e: x.reshape(len(x), k, -1), "wrong-shape"),
    (check_layernorm_of_line, lambda h, a, c: h, "line-sign-forgotten"),
    (check_layernorm_of_line, lambda h, a, c: a * h + c, "line-not-normalized"),
]
