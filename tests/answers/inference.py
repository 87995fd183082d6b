"""Right and wrong answers to the exercises of lesson 07."""

import math

import numpy as np

from bn_helpers.batchnorm import BatchNorm, fold_batchnorm
from bn_helpers.checks import check_batches_needed, check_fold, check_running_update


def with_the_layer(mean, var, batch, momentum):
    bn = BatchNorm(len(mean), momentum=momentum)
    bn.running_mean, bn.running_var = mean, var
    bn.forward(batch, training=True)
    return bn.running_mean, bn.running_var


def by_loop(mean, var, batch, momentum):
    means, variances = [], []
    for k in range(len(mean)):
        mu = sum(batch[:, k]) / len(batch)
        unbiased = sum((x - mu) ** 2 for x in batch[:, k]) / (len(batch) - 1)
        means.append(mean[k] + momentum * (mu - mean[k]))
        variances.append(var[k] + momentum * (unbiased - var[k]))
    return means, variances


def updated(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def with_spread(spread):
    return lambda mean, var, x, a: (updated(mean, x.mean(0), a), updated(var, spread(x), a))


def counted(momentum, share):
    left, n = 1.0, 0
    while left >= share:
        left, n = left * (1 - momentum), n + 1
    return n


def as_one_array(W, b, gamma, beta, mean, var, eps):
    both = np.vstack([W, b - mean]) * (gamma / np.sqrt(var + eps))
    return both[:-1], both[-1] + beta


def by_columns(W, b, gamma, beta, mean, var, eps):
    columns, biases = [], []
    for k in range(W.shape[1]):
        s = gamma[k] / math.sqrt(var[k] + eps)
        columns.append(s * W[:, k])
        biases.append(s * (b[k] - mean[k]) + beta[k])
    return np.column_stack(columns), biases


def by_probing(W, b, gamma, beta, mean, var, eps):
    def both(x):
        return gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta

    at_zero = both(np.zeros(len(W)))
    return both(np.eye(len(W))) - at_zero, at_zero


def with_the_helper(W, b, gamma, beta, mean, var, eps):
    bn = BatchNorm(len(b), eps=eps)
    bn.params = {"gamma": gamma, "beta": beta}
    bn.running_mean, bn.running_var = mean, var
    return fold_batchnorm(W, b, bn)


def folded(W, bias, scale):
    return W * scale, bias


RIGHT = [
    (check_running_update, with_the_layer),
    (check_running_update, by_loop),
    (check_running_update, with_spread(lambda x: x.var(0, ddof=1))),
    (check_running_update, with_spread(lambda x: x.var(0) * len(x) / (len(x) - 1))),
    (check_running_update, with_spread(lambda x: x.std(0, ddof=1) ** 2)),
    (check_running_update, with_spread(lambda x: np.diag(np.cov(x.T)))),
    (check_running_update, with_spread(lambda x: ((x - x.mean(0)) ** 2).sum(0) / (len(x) - 1))),
    (
        check_running_update,
        lambda m, v, x, a: list(with_spread(lambda x: x.var(0, ddof=1))(m, v, x.astype("f"), a)),
    ),
    (check_batches_needed, counted),
    (check_batches_needed, lambda a, s: math.floor(math.log(s) / math.log(1 - a)) + 1),
    (check_batches_needed, lambda a, s: math.ceil(math.log(s, 1 - a))),
    (check_batches_needed, lambda a, s: np.ceil(np.log2(s) / np.log2(1 - a))),
    (check_batches_needed, lambda a, s: np.ceil(np.log(s) / np.log1p(-a))),
    (check_batches_needed, lambda a, s: int(math.log(s) / math.log(1 - a)) + 1),
    (check_batches_needed, lambda a, s: next(n for n in range(10_000) if (1 - a) ** n < s)),
    (check_batches_needed, lambda a, s: np.argmax((1 - a) ** np.arange(10_000) < s)),
    (check_fold, as_one_array),
    (check_fold, by_columns),
    (check_fold, by_probing),
    (check_fold, with_the_helper),
    (
        check_fold,
        lambda W, b, g, be, m, v, e: (
            W @ np.diag(g / np.sqrt(v + e)),
            g * (b - m) / np.sqrt(v + e) + be,
        ),
    ),
    (
        check_fold,
        lambda W, b, g, be, m, v, e: [W * g / np.sqrt(v + e), (b - m) * (g / np.sqrt(v + e)) + be],
    ),
    (
        check_fold,
        lambda W, b, g, be, m, v, e: (
            (W.T * (g / (v + e) ** 0.5)[:, None]).T,
            (b - m) * g / (v + e) ** 0.5 + be,
        ),
    ),
    (check_fold, lambda *a: tuple(part.astype(np.float32) for part in as_one_array(*a))),
]
SLIPS = [
    (check_running_update, with_spread(lambda x: x.var(0)), "biased-running-var"),
    (check_running_update, with_spread(lambda x: x.std(0, ddof=1)), "std-averaged"),
    (check_running_update, lambda *a: with_the_layer(*a)[0], "wrong-count"),
    (check_running_update, lambda m, v, x, a: with_the_layer(m, v, x, 0.05), "argument-ignored"),
    (check_fold, lambda W, b, *rest: (W * rest[0][:, None], b), "raised"),
]
