"""Questions of lesson 07."""

import math

import numpy as np

from .question import Question


def update(running_mean, running_var, batch, momentum):
    mean, var = batch.mean(axis=0), batch.var(axis=0, ddof=1)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var
    return running_mean, running_var


def running(rng):
    """Batches of few rows, so that m and m - 1 differ; any momentum."""
    for (m, D), momentum in (((3, 4), 0.3), ((3, 4), 0.85), ((6, 2), 0.01), ((4, 4), 1.0)):
        yield rng.normal(2, 1, D), rng.uniform(0.5, 2, D), rng.normal(1, 2, (m, D)), momentum
    yield np.array([0, 4]), np.array([1, 2]), np.array([[2, 3], [4, 9]]), 0.25


def mean_of(x, old):
    return x.mean(axis=0)


def unbiased(x, old):
    return x.var(axis=0, ddof=1)


def mixed(mean=mean_of, var=unbiased, weight=lambda a: a, keep=lambda a: 1 - a):
    """The update with other weights, or with statistics from (batch, running mean)."""
    return lambda m, v, x, a: (
        keep(weight(a)) * m + weight(a) * mean(x, m),
        keep(weight(a)) * v + weight(a) * var(x, m),
    )


check_running_update = Question(
    cases=lambda rng: list(running(rng)),
    truth=update,
    slips={
        "momentum-reversed": (
            mixed(weight=lambda a: 1 - a),
            mixed(weight=lambda a: 1 - a, var=lambda x, m: x.var(0)),
        ),
        "momentum-squared": (mixed(weight=lambda a: a**2), mixed(weight=math.sqrt)),
        "biased-running-var": mixed(var=lambda x, m: x.var(0)),
        "correction-inverted": mixed(var=lambda x, m: x.var(0) * (len(x) - 1) / len(x)),
        "corrected-twice": mixed(var=lambda x, m: unbiased(x, m) * len(x) / (len(x) - 1)),
        "old-corrected-too": lambda m, v, x, a: (
            update(m, v, x, a)[0],
            ((1 - a) * v + a * x.var(0)) * len(x) / (len(x) - 1),
        ),
        "running-mean-in-variance": (
            mixed(var=lambda x, m: ((x - m) ** 2).sum(0) / (len(x) - 1)),
            mixed(var=lambda x, m: ((x - m) ** 2).mean(0)),
        ),
        "squares-not-centred": (
            mixed(var=lambda x, m: (x**2).mean(0)),
            mixed(var=lambda x, m: (x**2).sum(0) / (len(x) - 1)),
        ),
        "one-mean-for-all": (
            mixed(mean=lambda x, m: x.mean(), var=lambda x, m: x.var(ddof=1)),
            mixed(mean=lambda x, m: x.mean(), var=lambda x, m: x.var()),
        ),
        "one-of-two": (
            lambda m, v, x, a: (update(m, v, x, a)[0], v),
            lambda m, v, x, a: (m, update(m, v, x, a)[1]),
        ),
        "std-averaged": (
            mixed(var=lambda x, m: x.std(0, ddof=1)),
            mixed(var=lambda x, m: x.std(0)),
        ),
        "sum-for-mean": mixed(
            mean=lambda x, m: x.sum(0), var=lambda x, m: ((x - x.mean(0)) ** 2).sum(0)
        ),
        "old-forgotten": (
            mixed(weight=lambda a: 1.0),
            lambda m, v, x, a: (a * x.mean(0), a * unbiased(x, m)),
        ),
        "nothing-forgotten": (
            mixed(keep=lambda a: 1.0),
            lambda m, v, x, a: (m + x.mean(0), v + unbiased(x, m)),
        ),
        "new-unweighted": lambda m, v, x, a: (
            (1 - a) * m + x.mean(0),
            (1 - a) * v + unbiased(x, m),
        ),
        "momentum-ignored": tuple(
            mixed(weight=lambda a, own=own: own) for own in (0.5, 0.1, 0.9, 0.01, 0.99)
        ),
        "means-swapped": lambda *arguments: update(*arguments)[::-1],
        "no-update": lambda m, v, x, a: (m, v),
    },
    passed="Old and new average, each with its own weight, and the unbiased variance.",
    returns=("running_mean", "running_var"),
    axes=("entry",),
)


def batches_needed(momentum, share):
    return math.floor(math.log(share) / math.log(1 - momentum)) + 1


def whole(formula):
    """The formula as it is, and rounded in each way."""
    roundings = (float, math.floor, math.ceil, round)
    return tuple(lambda *case, to=to: to(formula(*case)) for to in roundings)


def exact(momentum, share):
    return math.log(share) / math.log(1 - momentum)


check_batches_needed = Question(
    cases=lambda rng: list(
        zip(
            (0.0137, 0.113, 0.0021, 0.29, 0.63, 0.93, 0.5),
            (0.0213, 0.71, 0.0107, 0.013, 0.052, 0.4, 0.2),
        )
    ),
    truth=batches_needed,
    slips={
        "not-whole": (exact, lambda *case: exact(*case) + 1),
        "one-off": (
            lambda *case: math.floor(exact(*case)),
            lambda *case: math.floor(exact(*case)) + 2,
            lambda *case: round(exact(*case)),
            lambda *case: round(exact(*case)) + 1,
        ),
        "sign-of-count": whole(lambda *case: -exact(*case)),
        "weight-of-new": whole(lambda a, share: math.log(share) / math.log(a)),
        "complement-of-share": whole(lambda a, share: math.log(1 - share) / math.log(1 - a)),
        "straight-line": (
            *whole(lambda a, share: (1 - share) / a),
            *whole(lambda a, share: 1 / (a * share)),
            *whole(lambda a, share: share / a),
        ),
        "small-momentum-only": whole(lambda a, share: -math.log(share) / a),
        "half-life-for-share": whole(lambda a, share: math.log(0.5) / math.log(1 - a)),
        "time-constant": whole(lambda a, share: 1 / a),
        "share-for-count": (lambda a, share: (1 - a) ** share, lambda a, share: share ** (1 - a)),
        "ratio-inverted": whole(lambda a, share: math.log(1 - a) / math.log(share)),
        "log-of-ratio": (
            *whole(lambda a, share: math.log(share / (1 - a))),
            *whole(lambda a, share: math.log(share) - math.log(1 - a)),
        ),
        "logs-mixed": (
            *whole(lambda a, share: math.log2(share) / math.log(1 - a)),
            *whole(lambda a, share: math.log10(share) / math.log(1 - a)),
        ),
        "logs-multiplied": whole(lambda a, share: math.log(share) * math.log(1 - a)),
    },
    passed="The weight of the start value falls by the same factor with every batch.",
    rtol=1e-9,
)


def fold(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta


def layers(rng):
    for (D, M), eps in (((3, 5), 0.05), ((3, 5), 1.3), ((4, 4), 1e-5)):
        b, mean, beta = rng.uniform(1, 3, (3, M))
        gamma = rng.uniform(0.4, 3, M) * np.where(np.arange(M) % 2, -1, 1)
        var = np.geomspace(max(eps, 0.01), 4, M) * rng.uniform(0.8, 1.2, M)
        yield rng.standard_normal((D, M)), b, gamma, beta, mean, var, eps
    integers = np.array([[7, 5], [-3, 1], [1, 2], [3, 1], [7, 2]])
    yield np.array([[1.0, 2.0]]), *integers, 2


def bias(formula):
    """The fold with a bias from a formula of b, scale, beta and running mean."""
    return lambda W, b, g, beta, mean, var, eps: (
        W * g / np.sqrt(var + eps),
        formula(b, g / np.sqrt(var + eps), beta, mean),
    )


def scaled(scale):
    """The fold with another scale, a formula of gamma, var and eps."""
    return lambda W, b, g, beta, mean, var, eps: (
        W * scale(g, var, eps),
        (b - mean) * scale(g, var, eps) + beta,
    )


check_fold = Question(
    cases=lambda rng: list(layers(rng)),
    truth=fold,
    slips={
        "bias-not-scaled": (
            bias(lambda b, s, beta, mu: b - mu * s + beta),
            bias(lambda b, s, beta, mu: b - mu + beta),
            bias(lambda b, s, beta, mu: b),
            bias(lambda b, s, beta, mu: b + beta),
            bias(lambda b, s, beta, mu: b - mu),
        ),
        "bias-forgotten": bias(lambda b, s, beta, mu: beta - mu * s),
        "mean-unfolded": (
            bias(lambda b, s, beta, mu: b * s + beta),
            bias(lambda b, s, beta, mu: b * s),
        ),
        "mean-not-scaled": bias(lambda b, s, beta, mu: b * s - mu + beta),
        "beta-unfolded": (
            bias(lambda b, s, beta, mu: (b - mu) * s),
            bias(lambda b, s, beta, mu: beta),
        ),
        "beta-scaled": bias(lambda b, s, beta, mu: (b - mu + beta) * s),
        "shift-sign": bias(lambda b, s, beta, mu: (b - mu) * s - beta),
        "mean-sign": (
            bias(lambda b, s, beta, mu: (b + mu) * s + beta),
            bias(lambda b, s, beta, mu: (mu - b) * s + beta),
        ),
        "scale-forgotten": scaled(lambda g, var, eps: 1 / np.sqrt(var + eps)),
        "gamma-positive": scaled(lambda g, var, eps: np.abs(g) / np.sqrt(var + eps)),
        "gamma-is-not-variance": scaled(lambda g, var, eps: np.sqrt(g / (var + eps))),
        "fold-eps-forgotten": tuple(
            scaled(lambda g, var, eps, own=own: g / np.sqrt(var + own)) for own in (0, 1e-3, 1e-5)
        ),
        "brackets": scaled(lambda g, var, eps: g / np.sqrt(var) + eps),
        "divided-by-variance": (
            scaled(lambda g, var, eps: g / (var + eps)),
            scaled(lambda g, var, eps: g / var),
        ),
        "not-divided": scaled(lambda g, var, eps: g),
        "root-twice": scaled(lambda g, var, eps: g / (var + eps) ** 0.25),
        "std-multiplied": (
            scaled(lambda g, var, eps: np.sqrt(var + eps) / g),
            scaled(lambda g, var, eps: np.sqrt(var + eps) * g),
        ),
        "eps-outside-root": (
            scaled(lambda g, var, eps: g / (np.sqrt(var) + eps)),
            scaled(lambda g, var, eps: g / (np.sqrt(var) + np.sqrt(eps))),
        ),
        "eps-squared": scaled(lambda g, var, eps: g / np.sqrt(var + eps**2)),
        "weights-unfolded": lambda W, *rest: (W, fold(W, *rest)[1]),
        "rows-scaled": lambda W, b, g, beta, mean, var, eps: (
            (W.T * np.resize(g / np.sqrt(var + eps), len(W))).T,
            fold(W, b, g, beta, mean, var, eps)[1],
        ),
    },
    passed="One linear layer does what two did.",
    returns=("W", "b"),
    axes=("row", "column"),
)
