"""Questions of lesson 05.

Inputs have wide and narrow columns, so that the place of eps shows.
"""

import numpy as np

from .measuring import shown
from .normalizing import mean, over, slips_over, var
from .question import Question


def batches(rng, *shapes_and_eps):
    """(x, gamma, beta, eps): the spread along axis 1 falls from 3 to the root of eps.

    gamma has both signs, and eps comes from the whole of its range.
    """
    for shape, eps in shapes_and_eps:
        C = shape[1]
        along = [1, -1] + [1] * (len(shape) - 2)
        spread = np.geomspace(3, np.sqrt(eps), C).reshape(along)
        x = rng.standard_normal(shape) * spread + rng.uniform(-2, 2, C).reshape(along)
        signs = np.where(np.arange(C) % 2, -1, 1)
        yield x, rng.uniform(0.4, 3, C) * signs, rng.uniform(-2, 2, C), eps


def batchnorm(x, gamma, beta, eps):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return gamma * x_hat + beta


def batchnorm_conv(x, gamma, beta, eps):
    mean, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]


def means_and_stds(axis):
    """What to say of a result: its statistics over `axis`, beside gamma and beta."""

    def measure(arguments, results):
        (_, gamma, beta, _), (out,) = arguments, results
        means, stds = shown(out.mean(axis=axis).round(2)), shown(out.std(axis=axis).round(2))
        what = "columns" if axis == 0 else "channels"
        return (
            f"Your {what} have means {means}, beta is {shown(beta.round(2))}; "
            f"they have stds {stds}, gamma is {shown(gamma.round(2))}."
        )

    return measure


check_batchnorm_forward = Question(
    cases=lambda rng: [
        *batches(rng, ((7, 4), 2e-3), ((7, 4), 0.3), ((5, 5), 1e-7), ((6, 3), 4.0)),
        (np.array([[1, 10], [4, 10], [4, 40]]), np.array([2, -1]), np.array([3, 0]), 2),
    ],
    truth=batchnorm,
    slips={
        "axis-of-features": over(1),
        "one-mean-for-all": (
            over(0, 1),
            lambda x, g, b, e: g * (x - x.mean()) / np.sqrt(x.var(0) + e) + b,
            lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var() + e) + b,
        ),
        **slips_over(0, lambda v: v),
    },
    passed="Every column has mean beta and, up to eps, std gamma.",
    axes=("row", "column"),
    measure=means_and_stds(0),
)


def undo(mean, var, eps):
    return np.sqrt(var + eps), mean


def gamma_by(formula):
    return lambda mean, var, eps: (formula(var, eps), mean)


def beta_by(formula):
    return lambda mean, var, eps: (np.sqrt(var + eps), formula(mean, np.sqrt(var + eps)))


check_undo_batchnorm = Question(
    cases=lambda rng: [
        *((rng.uniform(1, 3, 4), rng.uniform(0.2, 5, 4) * e, e) for e in (2e-3, 0.3)),
        (rng.uniform(-3, -1, 3), rng.uniform(0.2, 5, 3) * 1e-5, 1e-5),
        (np.array([5, -2]), np.array([7, 0]), 2),
    ],
    truth=undo,
    slips={
        "undo-eps-forgotten": gamma_by(lambda var, eps: np.sqrt(var)),
        "eps-fixed": tuple(
            gamma_by(lambda var, eps, own=own: np.sqrt(var + own)) for own in (1e-5, 1e-8, 1e-3)
        ),
        "eps-outside-root": (
            gamma_by(lambda var, eps: np.sqrt(var) + eps),
            gamma_by(lambda var, eps: np.sqrt(var) + np.sqrt(eps)),
        ),
        "eps-squared": gamma_by(lambda var, eps: np.sqrt(var + eps**2)),
        "gamma-is-not-variance": (
            gamma_by(lambda var, eps: var + eps),
            gamma_by(lambda var, eps: var),
        ),
        "root-twice": gamma_by(lambda var, eps: (var + eps) ** 0.25),
        "gamma-inverted": (
            gamma_by(lambda var, eps: 1 / np.sqrt(var + eps)),
            gamma_by(lambda var, eps: 1 / np.sqrt(var)),
        ),
        "beta-sign": beta_by(lambda mean, s: -mean),
        "beta-scaled": (
            beta_by(lambda mean, s: mean / s),
            beta_by(lambda mean, s: mean * s),
            beta_by(lambda mean, s: -mean / s),
            beta_by(lambda mean, s: -mean * s),
        ),
        "gamma-beta-swapped": lambda mean, var, eps: (mean, np.sqrt(var + eps)),
        "start-values": (
            lambda mean, var, eps: (np.ones(len(mean)), np.zeros(len(mean))),
            gamma_by(lambda var, eps: np.ones(len(var))),
            beta_by(lambda mean, s: np.zeros(len(mean))),
        ),
    },
    passed="With these two, batch norm returns what it got.",
    returns=("gamma", "beta"),
    axes=("entry",),
)


def maps(v):
    """gamma or beta with the axes of (N, C, H, W)."""
    return v[:, None, None]


def as_rows(x, g, b, e):
    return batchnorm(x.reshape(-1, len(g)), g, b, e).reshape(x.shape)


def not_moved_back(x, g, b, e):
    return np.moveaxis(batchnorm_conv(x, g, b, e), 1, -1).reshape(x.shape)


def variances_averaged(*axis):
    """The mean over the channel of the variances over `axis` alone."""
    return lambda x, g, b, e: (
        maps(g) * (x - mean(x, (0, 2, 3))) / np.sqrt(mean(var(x, axis), (0, 2, 3)) + e) + maps(b)
    )


check_batchnorm_conv = Question(
    cases=lambda rng: [
        *batches(rng, ((5, 3, 4, 6), 2e-3), ((5, 3, 4, 6), 0.3), ((3, 4, 4, 4), 1e-7)),
        (
            np.array([[[[0, 4]], [[1, 3]]], [[[8, 4]], [[5, 7]]]]),
            np.array([-2, 1]),
            np.array([1, 0]),
            2,
        ),
    ],
    truth=batchnorm_conv,
    slips={
        "per-place": over(0, spread=maps),
        "per-image": over(2, 3, spread=maps),
        "per-example": over(1, 2, 3, spread=maps),
        "across-channels": (over(1, spread=maps), over(0, 1, spread=maps)),
        "one-mean-for-all": over(0, 1, 2, 3, spread=maps),
        "one-spatial-axis": (over(0, 2, spread=maps), over(0, 3, spread=maps)),
        "variances-averaged": (
            variances_averaged(0),
            variances_averaged(2, 3),
            variances_averaged(0, 2),
            variances_averaged(0, 3),
        ),
        "channels-mixed-up": (as_rows, not_moved_back),
        **slips_over((0, 2, 3), maps),
    },
    passed="One mean and one variance for each channel, over images and places.",
    axes=("image", "channel"),
    measure=means_and_stds((0, 2, 3)),
)
