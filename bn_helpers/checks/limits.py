"""Questions of lesson 09b: layer norm, group norm, and what layer norm cannot see."""

import numpy as np

from .normalizing import over, slips_over
from .question import Question


def batches(rng, *shapes_and_eps):
    """(x, gamma, beta, eps): examples of many spreads, down to the root of eps."""
    for shape, eps in shapes_and_eps:
        N, C = shape[:2]
        each = [N] + [1] * (len(shape) - 1)
        spread = np.geomspace(3, np.sqrt(eps), N).reshape(each)
        x = rng.standard_normal(shape) + rng.uniform(-1, 1, [1, C, *each[2:]])
        x = x * spread + rng.uniform(-2, 2, N).reshape(each)
        signs = np.where(np.arange(C) % 2, -1, 1)
        yield x, rng.uniform(0.4, 3, C) * signs, rng.uniform(-2, 2, C), eps


def layernorm(x, gamma, beta, eps):
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)  # (N, 1)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


check_layernorm = Question(
    cases=lambda rng: [
        *batches(rng, ((7, 4), 2e-3), ((7, 4), 0.3), ((5, 5), 1e-7), ((3, 6), 4.0)),
        (np.array([[1, 4, 4], [10, 10, 40]]), np.array([2, -1, 1]), np.array([3, 0, 1]), 2),
    ],
    truth=layernorm,
    slips={
        "axis-of-examples": over(0),
        "one-mean-for-all": (
            over(0, 1),
            lambda x, g, b, e: g * (x - x.mean()) / np.sqrt(x.var(1, keepdims=True) + e) + b,
            lambda x, g, b, e: g * (x - x.mean(1, keepdims=True)) / np.sqrt(x.var() + e) + b,
        ),
        **slips_over(1, lambda v: v),
    },
    passed="Each example has its own mean and variance, and none depends on another one.",
    axes=("example", "feature"),
)


def groupnorm(x, gamma, beta, groups, eps):
    parts = x.reshape(len(x), groups, -1)  # a row of values for each group
    mean, var = parts.mean(axis=2, keepdims=True), parts.var(axis=2, keepdims=True)
    x_hat = ((parts - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * x_hat + beta[:, None, None]


def grouped(formula, interleaved=False):
    """A formula over (x, gamma, beta, eps), with x (N, groups, C/groups, H, W)."""

    def out(x, g, b, k, e):
        N, C, H, W = x.shape
        sizes = (C // k, k) if interleaved else (k, C // k)
        values = formula(x.reshape(N, *sizes, H, W), *(v.reshape(*sizes, 1, 1) for v in (g, b)), e)
        return values.reshape(x.shape)

    return out


def plain(*axis):
    """Normalization over other axes of (N, C, H, W), without groups."""
    formula = over(*axis, spread=lambda v: v[:, None, None])
    return lambda x, g, b, k, e: formula(x, g, b, e)


def with_size(x, g, b, k, e):
    """Groups of k channels in place of k groups."""
    return groupnorm(x, g, b, x.shape[1] // k, e)


def each_group(formulas):
    formulas = formulas if isinstance(formulas, tuple) else (formulas,)
    return tuple(map(grouped, formulas))


def grouped_cases(rng):
    shapes = (((4, 6, 2, 3), 2e-3), 2), (((4, 6, 2, 3), 0.3), 3), (((3, 8, 2, 2), 1e-7), 4)
    for shape_and_eps, groups in shapes:
        x, gamma, beta, eps = next(batches(rng, shape_and_eps))
        yield x, gamma, beta, groups, eps
    x = np.array([[[[0, 4]], [[1, 3]], [[8, 4]], [[5, 7]], [[2, 2]], [[9, 1]]]])
    yield x, np.array([2, -1, 1, 3, 1, -2]), np.array([3, 0, 1, -1, 2, 1]), 2, 2


check_groupnorm = Question(
    cases=lambda rng: list(grouped_cases(rng)),
    truth=groupnorm,
    slips={
        "batch-norm-for-groups": plain(0, 2, 3),
        "instance-for-groups": plain(2, 3),
        "layer-for-groups": plain(1, 2, 3),
        "group-size-for-groups": with_size,
        "groups-interleaved": grouped(over(1, 3, 4), interleaved=True),
        "groups-over-images": grouped(over(0, 2, 3, 4)),
        "groups-by-place": grouped(over(2)),
        **{name: each_group(f) for name, f in slips_over((2, 3, 4), lambda v: v).items()},
    },
    passed="Each group of channels of each image has its own mean and variance.",
    axes=("image", "channel"),
)


def layernorm_of_line(h, a, c):
    return np.sign(a) * h


def normalized_rows(rng, *shape):
    """Rows of mean 0 and std 1, as layer norm gives them."""
    x = rng.standard_normal(shape)
    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


check_layernorm_of_line = Question(
    cases=lambda rng: [
        (normalized_rows(rng, 3, 4), 2.5, 1.5),
        (normalized_rows(rng, 3, 4), -0.4, -3.0),
        (normalized_rows(rng, 2, 5), -2.0, 0.5),
        (np.array([[-1, 1], [1, -1]]), -3, 2),
    ],
    truth=layernorm_of_line,
    slips={
        "line-sign-forgotten": lambda h, a, c: h,
        "line-not-normalized": (
            lambda h, a, c: a * h + c,
            lambda h, a, c: a * h,
            lambda h, a, c: np.abs(a) * h,
            lambda h, a, c: h + c,
            lambda h, a, c: np.sign(a) * h + c,
        ),
        "line-divides": (lambda h, a, c: h / a, lambda h, a, c: h / np.abs(a)),
        "line-always-turned": lambda h, a, c: -h,
    },
    passed="The size of a and the shift c are removed. Only the sign of a is left.",
    axes=("example", "feature"),
)
