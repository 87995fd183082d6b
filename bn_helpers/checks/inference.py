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
            "momentum-reversed": (
                lambda mean, var, batch, alpha: mixed(mean, var, batch, 1 - alpha),
                lambda mean, var, batch, alpha: mixed(mean, var, batch, 1 - alpha, ddof=0),
            ),
            "biased-running-var": lambda *arguments: mixed(*arguments, ddof=0),
            "old-corrected-too": lambda mean, var, batch, alpha: (
                mixed(mean, var, batch, alpha)[0],
                mixed(mean, var, batch, alpha, ddof=0)[1] * len(batch) / (len(batch) - 1),
            ),
            "one-mean-for-all": (
                lambda mean, var, batch, alpha: (
                    (1 - alpha) * mean + alpha * batch.mean(),
                    (1 - alpha) * var + alpha * batch.var(ddof=1),
                ),
                lambda mean, var, batch, alpha: (
                    (1 - alpha) * mean + alpha * batch.mean(),
                    (1 - alpha) * var + alpha * batch.var(),
                ),
            ),
            "one-of-two": (
                lambda mean, var, batch, alpha: (mixed(mean, var, batch, alpha)[0], var),
                lambda mean, var, batch, alpha: (mean, mixed(mean, var, batch, alpha)[1]),
            ),
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
    """batches_needed(momentum, share) -> the fewest batches after which less than `share` of the start is left."""
    rng = np.random.default_rng()
    cases = [
        (float(rng.uniform(*momenta)), float(rng.uniform(0.01, 0.03)))
        for momenta in ((0.002, 0.02), (0.002, 0.02), (0.05, 0.3), (0.45, 0.6))
    ]

    def whole(formula):
        return tuple(lambda *case, to=to: to(formula(*case)) for to in (float, math.floor, math.ceil, round))

    def exact(alpha, share):
        return math.log(share) / math.log(1 - alpha)

    return compare(
        batches_needed,
        cases,
        truth=lambda *case: math.floor(exact(*case)) + 1,
        slips={
            "not-whole": (exact, lambda *case: exact(*case) + 1),
            "one-off": (lambda *case: math.floor(exact(*case)), lambda *case: math.floor(exact(*case)) + 2),
            "sign-of-count": whole(lambda *case: -exact(*case)),
            "weight-of-new": whole(lambda alpha, share: math.log(share) / math.log(alpha)),
            "complement-of-share": whole(lambda alpha, share: math.log(1 - share) / math.log(1 - alpha)),
            "straight-line": (
                *whole(lambda alpha, share: (1 - share) / alpha),
                *whole(lambda alpha, share: 1 / (alpha * share)),
            ),
            "small-momentum-only": whole(lambda alpha, share: -math.log(share) / alpha),
            "half-life-for-share": whole(lambda alpha, share: math.log(0.5) / math.log(1 - alpha)),
            "time-constant": whole(lambda alpha, share: 1 / alpha),
            "share-for-count": lambda alpha, share: (1 - alpha) ** share,
            "ratio-inverted": lambda alpha, share: math.log(1 - alpha) / math.log(share),
        },
        passed="the weight of the start value falls by the same factor with every batch.",
        names=("momentum", "share"),
        rtol=1e-9,
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
            gamma = rng.uniform(1, 3, M) * np.where(np.arange(M) % 2, -1, 1)
            yield rng.standard_normal((D, M)), b, gamma, beta, mean, rng.uniform(0.2, 4, M), 0.05

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
            "bias-not-scaled": (
                bias(lambda b, scale, beta, mean: b - mean * scale + beta),
                bias(lambda b, scale, beta, mean: b - mean + beta),
                bias(lambda b, scale, beta, mean: b),
            ),
            "bias-forgotten": bias(lambda b, scale, beta, mean: beta - mean * scale),
            "mean-unfolded": bias(lambda b, scale, beta, mean: b * scale + beta),
            "mean-not-scaled": bias(lambda b, scale, beta, mean: b * scale - mean + beta),
            "beta-unfolded": bias(lambda b, scale, beta, mean: (b - mean) * scale),
            "beta-scaled": bias(lambda b, scale, beta, mean: (b - mean + beta) * scale),
            "mean-sign": bias(lambda b, scale, beta, mean: (b + mean) * scale + beta),
            "scale-forgotten": (
                instead(gamma=lambda g, var: np.ones_like(g)),
                lambda W, b, g, *rest: (W / np.sqrt(rest[2] + rest[3]), folded(W, b, g, *rest)[1]),
                lambda W, b, g, *rest: (folded(W, b, g, *rest)[0], folded(W, b, np.ones_like(g), *rest)[1]),
            ),
            "gamma-positive": instead(gamma=lambda g, var: np.abs(g)),
            "fold-eps-forgotten": (instead(eps=lambda g, var: 0.0), instead(eps=lambda g, var: 1e-3)),
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
