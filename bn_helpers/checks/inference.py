"""Checks of lesson 07."""

import math

import numpy as np

from .verdict import check, compare


@check
def check_running_update(update):
    """update(running_mean, running_var, batch, momentum) -> the new (running_mean, running_var), both (D,).

    batch is (N, D); momentum weighs the new batch; running_var averages the unbiased variance.
    """
    rng = np.random.default_rng()

    def mixed(mean, var, batch, alpha, ddof=1, spread=np.var):
        new = batch.mean(axis=0), spread(batch, axis=0, ddof=ddof)
        return tuple((1 - alpha) * old + alpha * value for old, value in zip((mean, var), new))

    return compare(
        update,
        [
            (rng.standard_normal(D), rng.uniform(0.5, 2, D), rng.normal(1, 2, (m, D)), float(rng.uniform(0.1, 0.4)))
            for m, D in ((3, 4), (6, 2))
        ],
        truth=mixed,
        slips={
            "momentum-reversed": lambda mean, var, batch, alpha: mixed(mean, var, batch, 1 - alpha),
            "biased-running-var": lambda *arguments: mixed(*arguments, ddof=0),
            "std-averaged": (
                lambda *arguments: mixed(*arguments, spread=np.std),
                lambda *arguments: mixed(*arguments, spread=np.std, ddof=0),
            ),
            "old-forgotten": lambda mean, var, batch, alpha: mixed(mean, var, batch, 1),
            "nothing-forgotten": lambda mean, var, batch, alpha: (
                mean + alpha * batch.mean(0),
                var + alpha * batch.var(0, ddof=1),
            ),
            "new-unweighted": lambda mean, var, batch, alpha: (
                (1 - alpha) * mean + batch.mean(0),
                (1 - alpha) * var + batch.var(0, ddof=1),
            ),
            "momentum-ignored": lambda mean, var, batch, alpha: mixed(mean, var, batch, 0.5),
            "means-swapped": lambda *arguments: mixed(*arguments)[::-1],
        },
        passed="old and new average, each with its own weight, and the unbiased variance.",
        names=("running_mean", "running_var", "batch", "momentum"),
        rtol=1e-4,
    )


@check
def check_batches_needed(batches_needed):
    """batches_needed(momentum, share) -> batches after which less than `share` of the start value is left."""
    rng = np.random.default_rng()
    return compare(
        batches_needed,
        [(float(rng.uniform(0.002, 0.02)), float(rng.uniform(0.01, 0.2))) for _ in range(4)],
        truth=lambda alpha, share: math.log(share) / math.log(1 - alpha),
        slips={
            "sign-of-count": lambda alpha, share: math.log(share) / -math.log(1 - alpha),
            "weight-of-new": lambda alpha, share: math.log(share) / math.log(alpha),
            "complement-of-share": lambda alpha, share: math.log(1 - share) / math.log(1 - alpha),
            "straight-line": (lambda alpha, share: (1 - share) / alpha, lambda alpha, share: 1 / (alpha * share)),
            "half-life-for-share": lambda alpha, share: math.log(0.5) / math.log(1 - alpha),
            "time-constant": lambda alpha, share: 1 / alpha,
            "share-for-count": lambda alpha, share: (1 - alpha) ** share,
            "ratio-inverted": lambda alpha, share: math.log(1 - alpha) / math.log(share),
        },
        passed="the weight of the start value falls by the same factor with every batch.",
        names=("momentum", "share"),
        rtol=0.03,  # a whole number of batches will do
    )


@check
def check_fold(fold):
    """fold(W, b, gamma, beta, mean, var, eps) -> (W', b'): one linear layer in place of two.

    W (D, M), everything else but eps (M,): x @ W' + b' equals x @ W + b followed by batch norm in evaluation.
    """
    rng = np.random.default_rng()

    def cases():
        for D, M in ((3, 5), (4, 4)):
            b, mean, beta = rng.uniform(1, 3, (3, M))
            yield rng.standard_normal((D, M)), b, rng.uniform(1, 3, M), beta, mean, rng.uniform(0.2, 4, M), 0.05

    def folded(W, b, gamma, beta, mean, var, eps):
        scale = gamma / np.sqrt(var + eps)
        return W * scale, (b - mean) * scale + beta

    def bias(formula):
        return lambda W, b, g, beta, mean, var, eps: (
            W * g / np.sqrt(var + eps),
            formula(b, g / np.sqrt(var + eps), beta, mean),
        )

    def instead(**changed):
        return lambda W, b, g, beta, mean, var, eps: folded(
            W,
            **dict(b=b, gamma=g, beta=beta, mean=mean, var=var, eps=eps)
            | {k: f(g, var) for k, f in changed.items()},
        )

    return compare(
        fold,
        list(cases()),
        truth=folded,
        slips={
            "bias-not-scaled": bias(lambda b, scale, beta, mean: b - mean * scale + beta),
            "bias-forgotten": bias(lambda b, scale, beta, mean: beta - mean * scale),
            "mean-unfolded": bias(lambda b, scale, beta, mean: b * scale + beta),
            "mean-not-scaled": bias(lambda b, scale, beta, mean: b * scale - mean + beta),
            "beta-unfolded": bias(lambda b, scale, beta, mean: (b - mean) * scale),
            "beta-scaled": bias(lambda b, scale, beta, mean: (b - mean + beta) * scale),
            "mean-sign": bias(lambda b, scale, beta, mean: (b + mean) * scale + beta),
            "scale-forgotten": instead(gamma=lambda g, var: np.ones_like(g)),
            "eps-forgotten": instead(eps=lambda g, var: 0.0),
            "divided-by-variance": lambda W, b, g, beta, mean, var, eps: (
                W * g / (var + eps),
                (b - mean) * g / (var + eps) + beta,
            ),
            "eps-outside-root": lambda W, b, g, beta, mean, var, eps: (
                W * g / (np.sqrt(var) + eps),
                (b - mean) * g / (np.sqrt(var) + eps) + beta,
            ),
            "weights-unfolded": lambda W, *rest: (W, folded(W, *rest)[1]),
        },
        passed="one linear layer does what two did.",
        names=("W", "b", "gamma", "beta", "mean", "var", "eps"),
        rtol=1e-4,
    )
