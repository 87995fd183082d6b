"""Right and wrong answers to the exercises of lesson 05."""

import math

import numpy as np

from bn_helpers.batchnorm import BatchNorm, batchnorm_forward
from bn_helpers.checks import check_batchnorm_conv, check_batchnorm_forward, check_undo_batchnorm


def batchnorm_by_loop(x, gamma, beta, eps):
    out = np.empty(x.shape)
    for k in range(x.shape[1]):
        column = x[:, k]
        mu = sum(column) / len(column)
        var = sum((v - mu) ** 2 for v in column) / len(column)
        out[:, k] = [gamma[k] * (v - mu) / math.sqrt(var + eps) + beta[k] for v in column]
    return out


def batchnorm_with_the_layer(x, gamma, beta, eps):
    bn = BatchNorm(x.shape[1], eps=eps)
    bn.params = {"gamma": gamma, "beta": beta}
    return bn.forward(x, training=True)


def conv_as_rows(x, gamma, beta, eps):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    return batchnorm_forward(rows, gamma, beta, eps)[0].reshape(N, H, W, C).transpose(0, 3, 1, 2)


def conv_over(*axis, eps=None, ddof=0):
    def out(x, gamma, beta, own):
        mu, var = x.mean(axis, keepdims=True), x.var(axis, ddof=ddof, keepdims=True)
        x_hat = (x - mu) / np.sqrt(var + (own if eps is None else eps))
        return gamma[:, None, None] * x_hat + beta[:, None, None]

    return out


def conv_by_channel(x, gamma, beta, eps):
    out = [
        g * (c - c.mean()) / np.sqrt(c.var() + eps) + b
        for c, g, b in zip(np.moveaxis(x, 1, 0), gamma, beta)
    ]
    return np.stack(out, axis=1)


RIGHT = [
    (check_batchnorm_forward, lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var(0) + e) + b),
    (check_batchnorm_forward, lambda x, g, b, e: batchnorm_forward(x, g, b, e)[0]),
    (check_batchnorm_forward, batchnorm_by_loop),
    (check_batchnorm_forward, batchnorm_with_the_layer),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: (x - x.mean(0)) * (g * (x.var(0) + e) ** -0.5) + b,
    ),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: g * (x.T - x.T.mean(1)[:, None]).T / (x.std(0) ** 2 + e) ** 0.5 + b,
    ),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: (g * (x - x.mean(0)) / np.sqrt(x.var(0) + e) + b).tolist(),
    ),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: g * ((x - np.mean(x, 0)) / np.hypot(x.std(0), np.sqrt(e))) + b,
    ),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: (g * (x - x.mean(0)) / np.sqrt(x.var(0) + e) + b).astype(np.float32),
    ),
    (check_undo_batchnorm, lambda mean, var, eps: (np.sqrt(var + eps), mean)),
    (check_undo_batchnorm, lambda mean, var, eps: [(var + eps) ** 0.5, mean]),
    (check_undo_batchnorm, lambda mean, var, eps: np.array([np.sqrt(var + eps), mean])),
    (check_undo_batchnorm, lambda mean, var, eps: (np.hypot(np.sqrt(var), eps**0.5), mean + 0)),
    (check_undo_batchnorm, lambda mean, var, eps: ([math.sqrt(v + eps) for v in var], list(mean))),
    (check_undo_batchnorm, lambda mean, var, eps: (np.exp(np.log(var + eps) / 2), 1.0 * mean)),
    (
        check_undo_batchnorm,
        lambda mean, var, eps: (np.linalg.norm([var**0.5, mean * 0 + eps**0.5], axis=0), mean),
    ),
    (check_undo_batchnorm, lambda mean, var, eps: (np.sqrt(var + eps).tolist(), mean.tolist())),
    (check_batchnorm_conv, conv_over(0, 2, 3)),
    (check_batchnorm_conv, conv_as_rows),
    (check_batchnorm_conv, batchnorm_with_the_layer),
    (check_batchnorm_conv, conv_by_channel),
    (check_batchnorm_conv, lambda x, g, b, e: conv_over(0, 2, 3)(x.astype(np.float32), g, b, e)),
    (check_batchnorm_conv, lambda x, g, b, e: conv_over(0, 3, 2)(x, g, b, e).tolist()),
    (
        check_batchnorm_conv,
        lambda x, g, b, e: np.moveaxis(conv_over(0, 2, 3)(x, g, b, e), 1, 1).copy(),
    ),
    (
        check_batchnorm_conv,
        lambda x, g, b, e: (
            np.einsum("nchw,c->nchw", conv_over(0, 2, 3)(x, np.ones_like(g), 0 * b, e), g)
            + b.reshape(1, -1, 1, 1)
        ),
    ),
]
SLIPS = [
    (check_batchnorm_forward, lambda x, g, b, e: x - x.mean(1), "raised"),
    (check_batchnorm_forward, lambda x, g, b, e: batchnorm_forward(x, g, b, e), "wrong-count"),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: batchnorm_forward(x, g, b, e)[0].mean(0),
        "wrong-shape",
    ),
    (check_undo_batchnorm, lambda mean, var, eps: np.sqrt(var + eps), "wrong-count"),
    (check_undo_batchnorm, lambda mean, var, eps: 3.0, "wrong-count"),
    (check_batchnorm_conv, conv_over(0), "per-place"),
    (check_batchnorm_conv, conv_over(2, 3), "per-image"),
    (check_batchnorm_conv, conv_over(1, 2, 3), "per-example"),
    (check_batchnorm_conv, conv_over(1), "across-channels"),
    (check_batchnorm_conv, conv_over(0, 1, 2, 3), "one-mean-for-all"),
    (check_batchnorm_conv, conv_over(0, 2), "one-spatial-axis"),
    (check_batchnorm_conv, conv_over(0, 2, 3, eps=0), "eps-forgotten"),
    (check_batchnorm_conv, conv_over(0, 2, 3, ddof=1), "unbiased-in-training"),
    (check_batchnorm_conv, lambda x, g, b, e: g * x + b, "raised"),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: 1.004 * batchnorm_forward(x, g, b, e)[0],
        "almost",
    ),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: g * (x - np.median(x, 0)) / np.sqrt(x.var(0) + e) + b,
        "median-for-mean",
    ),
    (
        check_batchnorm_forward,
        lambda x, g, b, e: batchnorm_forward(x, g, b, 1e-3)[0],
        "eps-fixed",
    ),
]
