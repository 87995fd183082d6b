"""Questions of lesson 08b: scaled weights, the effective rate, squared norms, zeros."""

import numpy as np

from .question import Question


def scaled_gradient(dW, a):
    return dW / a


def scalings(rng):
    """Gradients (D, M) and positive factors (M,) that differ by more than 10."""
    for D, M in ((4, 3), (4, 3), (3, 3)):
        yield rng.standard_normal((D, M)), rng.uniform(0.2, 0.9, M) * 10.0 ** np.arange(M)
    yield np.array([[8, 6], [4, -12]]), np.array([2, 4])


check_scaled_gradient = Question(
    cases=lambda rng: list(scalings(rng)),
    truth=scaled_gradient,
    slips={
        "gradient-grows": lambda dW, a: dW * a,
        "gradient-same": lambda dW, a: dW,
        "gradient-scaled-twice": lambda dW, a: dW / a**2,
        "gradient-root": lambda dW, a: dW / np.sqrt(a),
        "one-factor-for-all": (
            lambda dW, a: dW / a.mean(),
            lambda dW, a: dW / a[0],
            lambda dW, a: dW / np.prod(a),
            lambda dW, a: dW / np.linalg.norm(a),
            lambda dW, a: dW / a.max(),
            lambda dW, a: dW / a.sum(),
        ),
        "rows-scaled": lambda dW, a: (dW.T / np.resize(a, len(dW))).T,
    },
    passed="Weights that are a times as large get a gradient of one a-th.",
    axes=("row", "column"),
)


def effective_rate(W, lr):
    return lr / (W**2).sum(axis=0)


def columns(rng):
    """Weights (D, M) whose columns have other lengths than 1, and rates."""
    for (D, M), lr in (((5, 3), 0.3), ((5, 3), 0.07), ((3, 3), 2.0)):
        yield rng.standard_normal((D, M)) * rng.uniform(0.5, 4, M), lr
    yield np.array([[3, 1], [4, 2]]), 2


check_effective_rate = Question(
    cases=lambda rng: list(columns(rng)),
    truth=effective_rate,
    slips={
        "norm-not-squared": lambda W, lr: lr / np.sqrt((W**2).sum(0)),
        "one-norm-for-all": (
            lambda W, lr: np.full(W.shape[1], lr / (W**2).sum()),
            lambda W, lr: np.full(W.shape[1], lr / np.sqrt((W**2).sum())),
        ),
        "norm-of-rows": lambda W, lr: lr / np.resize((W**2).sum(1), W.shape[1]),
        "mean-for-sum": (
            lambda W, lr: lr / (W**2).mean(0),
            lambda W, lr: lr / W.var(0),
        ),
        "norm-multiplies": (
            lambda W, lr: lr * (W**2).sum(0),
            lambda W, lr: lr * np.sqrt((W**2).sum(0)),
        ),
        "square-of-the-sum": lambda W, lr: lr / W.sum(0) ** 2,
        "absolute-for-square": lambda W, lr: lr / np.abs(W).sum(0),
        "norm-to-the-fourth": lambda W, lr: lr / (W**2).sum(0) ** 2,
        "rate-squared": lambda W, lr: lr**2 / (W**2).sum(0),
        "rate-forgotten": lambda W, lr: 1 / (W**2).sum(0),
    },
    passed="Each unit has its own length, and so its own effective rate.",
    axes=("unit",),
)


def squared_norm(norm, gradient_norms, lr):
    return norm**2 + lr**2 * np.sum(gradient_norms**2)


def courses(rng):
    """A first norm, norms of some gradients, and a rate."""
    for T, lr in ((4, 0.3), (4, 0.8), (6, 1.7)):
        yield rng.uniform(1.5, 4), rng.uniform(0.5, 3, T), lr
    yield 3, np.array([1, 2]), 2


check_squared_norm = Question(
    cases=lambda rng: list(courses(rng)),
    truth=squared_norm,
    slips={
        "norms-added": (
            lambda n, g, lr: (n + lr * g.sum()) ** 2,
            lambda n, g, lr: n + lr * g.sum(),
        ),
        "norm-shrinks": (
            lambda n, g, lr: n**2 - lr**2 * (g**2).sum(),
            lambda n, g, lr: (n - lr * g.sum()) ** 2,
        ),
        "rate-not-squared": lambda n, g, lr: n**2 + lr * (g**2).sum(),
        "norms-not-squared": lambda n, g, lr: n**2 + lr**2 * g.sum(),
        "start-not-squared": lambda n, g, lr: n + lr**2 * (g**2).sum(),
        "updates-joined": lambda n, g, lr: n**2 + lr**2 * g.sum() ** 2,
        "start-left-out": lambda n, g, lr: lr**2 * (g**2).sum(),
        "growth-averaged": lambda n, g, lr: n**2 + lr**2 * (g**2).mean(),
        "last-update-only": lambda n, g, lr: n**2 + lr**2 * g[-1] ** 2,
        "root-of-the-sum": lambda n, g, lr: np.sqrt(squared_norm(n, g, lr)),
        "rate-forgotten": lambda n, g, lr: n**2 + (g**2).sum(),
    },
    passed="At a right angle squared lengths are added, step by step.",
)


def moves(zero):
    hidden = not any(zero[:-1])  # all hidden layers have weights other than 0
    return [hidden and not zero[-1]] * (len(zero) - 1) + [hidden]


def starts(rng):
    """Which layers are 0: one of each kind, and all combinations of three layers."""
    yield (np.array([False, False, False, True]),)
    yield (np.array([False, True, False, False]),)
    for number in (0, 1, 2, 3, 5, 6, 7, 4):  # last the layers of which only the last is 0
        yield (np.array([bool(number & 1), bool(number & 2), bool(number & 4)]),)


def by_layer(rule):
    """The layers that move by a rule (is it 0, those before, those after) -> bool."""
    return lambda zero: [bool(rule(zero[i], zero[:i], zero[i + 1 :])) for i in range(len(zero))]


check_moves = Question(
    cases=lambda rng: list(starts(rng)),
    truth=moves,
    slips={
        "only-own-weights": by_layer(lambda own, before, after: not own),
        "way-back-forgotten": (
            by_layer(lambda own, before, after: not any(before)),
            by_layer(lambda own, before, after: not any(before) and not own),
            lambda zero: [not any(zero[:-1])] * len(zero),
        ),
        "way-forward-forgotten": (
            by_layer(lambda own, before, after: not any(after)),
            by_layer(lambda own, before, after: not any(after) and not own),
        ),
        "last-layer-always": (
            lambda zero: [*moves(zero)[:-1], True],
            lambda zero: [*np.logical_not(zero[:-1]), True],
        ),
        "only-hidden-zeros": lambda zero: [not any(zero[:-1])] * (len(zero) - 1) + [True],
        "last-layer-like-others": lambda zero: [not any(zero)] * len(zero),
        "asleep-at-zero": by_layer(lambda own, before, after: not any(before) and not any(after)),
        "all-move": lambda zero: [True] * len(zero),
        "moved-for-still": lambda zero: [not value for value in moves(zero)],
    },
    passed="A hidden layer of zeros stops all others. A last layer of zeros, only for one step.",
    axes=("layer",),
)
