"""More questions of lesson 07: the forward pass in evaluation, momentum converted."""

import numpy as np

from .normalizing import AFFINE
from .question import Question


def evaluate(x, gamma, beta, running_mean, running_var, eps):
    x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * x_hat + beta


def batches(rng):
    """Few rows far from the running statistics; gamma has both signs."""
    for (N, D), eps in (((5, 3), 0.05), ((5, 3), 1.3), ((3, 3), 1e-5)):
        gamma = rng.uniform(0.4, 3, D) * np.where(np.arange(D) % 2, -1, 1)
        beta, mean = rng.uniform(1, 3, (2, D))
        var = np.geomspace(max(eps, 0.01), 4, D) * rng.uniform(0.8, 1.2, D)
        yield rng.normal(3, 1, (N, D)), gamma, beta, mean, var, eps
    integers = np.array([[3, -2], [5, 1], [2, 4], [7, 2]])
    yield np.array([[8, 6], [2, 0]]), *integers, 2


def normalized(form):
    """Evaluation with another rule (x, mean, var, eps) for the normalized values."""
    return lambda x, g, b, mean, var, e: g * form(x, mean, var, e) + b


def affine(form):
    """Evaluation with another rule for what follows the normalization."""
    return lambda x, g, b, mean, var, e: form((x - mean) / np.sqrt(var + e), g, b)


def divided(divisor):
    return normalized(lambda x, mean, var, e: (x - mean) / divisor(var, e))


check_evaluate = Question(
    cases=lambda rng: list(batches(rng)),
    truth=evaluate,
    slips={
        name: tuple(map(affine, forms)) if isinstance(forms, tuple) else affine(forms)
        for name, forms in AFFINE.items()
    }
    | {
        "batch-for-running": (
            normalized(lambda x, mean, var, e: (x - x.mean(0)) / np.sqrt(x.var(0) + e)),
            normalized(lambda x, mean, var, e: (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + e)),
            normalized(lambda x, mean, var, e: (x - mean) / np.sqrt(x.var(0) + e)),
            normalized(lambda x, mean, var, e: (x - x.mean(0)) / np.sqrt(var + e)),
        ),
        "mean-unfolded": normalized(lambda x, mean, var, e: x / np.sqrt(var + e)),
        "mean-sign": normalized(lambda x, mean, var, e: (x + mean) / np.sqrt(var + e)),
        "not-divided": divided(lambda var, e: 1.0),
        "divided-by-variance": (divided(lambda var, e: var + e), divided(lambda var, e: var)),
        "std-multiplied": divided(lambda var, e: 1 / np.sqrt(var + e)),
        "root-twice": divided(lambda var, e: (var + e) ** 0.25),
        "eps-forgotten": divided(lambda var, e: np.sqrt(var)),
        "eps-fixed": tuple(
            divided(lambda var, e, own=own: np.sqrt(var + own)) for own in (1e-5, 1e-3)
        ),
        "eps-outside-root": (
            divided(lambda var, e: np.sqrt(var) + e),
            divided(lambda var, e: np.sqrt(var) + np.sqrt(e)),
        ),
        "eps-squared": divided(lambda var, e: np.sqrt(var + e**2)),
        "brackets": (
            normalized(lambda x, mean, var, e: x - mean / np.sqrt(var + e)),
            lambda x, g, b, mean, var, e: g * x - mean / np.sqrt(var + e) + b,
        ),
    },
    passed="Each row depends on itself only. gamma and beta stay in use.",
    axes=("row", "column"),
)


def converted(momentum, running_var, start, m, batches):
    left = momentum**batches * start
    unbiased = (running_var - left) * m / (m - 1)
    return 1 - momentum, unbiased + momentum**batches


def kept(rng):
    """Small batches and few of them, so that start value and m - 1 show."""
    for momentum, start, m, n in ((0.9, 0.0, 4, 3), (0.7, 1.0, 3, 5), (0.99, 1.0, 8, 20)):
        yield momentum, rng.uniform(1, 3, 4), start, m, n
    yield 0.75, np.array([3, 5]), 4, 2, 2


def with_var(formula):
    """The conversion with another running variance: (var, left, start, m) -> it."""
    return lambda a, var, start, m, n: (1 - a, formula(var, a**n, start, m))


check_converted = Question(
    cases=lambda rng: list(kept(rng)),
    truth=converted,
    slips={
        "momentum-not-converted": lambda a, *rest: (a, converted(a, *rest)[1]),
        "not-unbiased": (
            with_var(lambda var, left, start, m: var),
            with_var(lambda var, left, start, m: var - left * start + left),
        ),
        "start-scaled": with_var(lambda var, left, start, m: var * m / (m - 1)),
        "start-not-removed": (
            with_var(lambda var, left, start, m: var * m / (m - 1) + left),
            with_var(lambda var, left, start, m: var * m / (m - 1) + left * (1 - start)),
        ),
        "start-put-back": with_var(
            lambda var, left, start, m: (var - left * start) * m / (m - 1) + left * start
        ),
        "start-missing": with_var(lambda var, left, start, m: (var - left * start) * m / (m - 1)),
        "correction-inverted": with_var(
            lambda var, left, start, m: (var - left * start) * (m - 1) / m + left
        ),
        "share-of-new": lambda a, var, start, m, n: (
            1 - a,
            (var - (1 - a) ** n * start) * m / (m - 1) + (1 - a) ** n,
        ),
        "one-step-only": lambda a, var, start, m, n: (
            1 - a,
            (var - a * start) * m / (m - 1) + a,
        ),
    },
    passed="Momentum, start value and divisor are three separate conventions.",
    returns=("momentum", "running_var"),
)
