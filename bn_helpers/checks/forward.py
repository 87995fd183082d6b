"""Checks of lesson 05. The inputs have wide and narrow columns, so that the place of eps shows."""

import numpy as np

from .verdict import check, compare

EPS = (1e-5, 1e-3)


def normalized(x, eps, axis=0, ddof=0):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, ddof=ddof, keepdims=True) + eps)


def cases(rng, shapes, channel):
    """(x, gamma, beta, eps) for each shape; the spread along axis `channel` runs from 3 down to the root of eps."""
    for shape, eps in zip(shapes, EPS):
        C = shape[channel]
        along = [-1 if i == channel else 1 for i in range(len(shape))]
        spread, mean = np.geomspace(3, np.sqrt(eps), C), rng.uniform(-2, 2, C)
        x = rng.standard_normal(shape) * spread.reshape(along) + mean.reshape(along)
        yield x, rng.uniform(1.5, 3, C), rng.uniform(-2, 2, C), eps


@check
def check_batchnorm_forward(batchnorm):
    """batchnorm(x, gamma, beta, eps) -> out: x (N, D) and gamma, beta (D,) in, (N, D) out."""
    return compare(
        batchnorm,
        list(cases(np.random.default_rng(), ((7, 4), (5, 5)), 1)),
        truth=lambda x, g, b, eps: g * normalized(x, eps) + b,
        slips={
            "eps-outside-root": lambda x, g, b, eps: g * (x - x.mean(0)) / (x.std(0) + eps) + b,
            "eps-forgotten": lambda x, g, b, eps: g * normalized(x, 0) + b,
            "eps-fixed": tuple(lambda x, g, b, eps, own=own: g * normalized(x, own) + b for own in (1e-5, 1e-8)),
            "unbiased-in-training": lambda x, g, b, eps: g * normalized(x, eps, ddof=1) + b,
            "axis-of-features": lambda x, g, b, eps: g * normalized(x, eps, axis=1) + b,
            "one-mean-for-all": lambda x, g, b, eps: g * normalized(x, eps, axis=None) + b,
            "scale-and-shift-forgotten": lambda x, g, b, eps: normalized(x, eps),
            "shift-forgotten": lambda x, g, b, eps: g * normalized(x, eps),
            "scale-forgotten": lambda x, g, b, eps: normalized(x, eps) + b,
            "gamma-is-not-variance": lambda x, g, b, eps: np.sqrt(g) * normalized(x, eps) + b,
            "gamma-beta-swapped": lambda x, g, b, eps: b * normalized(x, eps) + g,
            "shift-inside": lambda x, g, b, eps: g * (normalized(x, eps) + b),
            "divided-by-variance": lambda x, g, b, eps: g * (x - x.mean(0)) / (x.var(0) + eps) + b,
            "not-divided": lambda x, g, b, eps: g * (x - x.mean(0)) + b,
            "mean-kept": lambda x, g, b, eps: g * x / np.sqrt(x.var(0) + eps) + b,
            "minimum-and-maximum": lambda x, g, b, eps: g * (x - x.min(0)) / (np.ptp(x, 0) + eps) + b,
        },
        passed="every column has mean beta and, up to eps, std gamma.",
        names=("x", "gamma", "beta", "eps"),
        rtol=1e-4,
    )


@check
def check_undo_batchnorm(undo):
    """undo(mean, var, eps) -> (gamma, beta) with which batch norm returns its input: all (D,)."""
    rng = np.random.default_rng()
    return compare(
        undo,
        [(rng.uniform(1, 3, 4), rng.uniform(0.2, 5, 4) * eps, eps) for eps in (1e-5, 1e-1)],
        truth=lambda mean, var, eps: (np.sqrt(var + eps), mean),
        slips={
            "undo-eps-forgotten": lambda mean, var, eps: (np.sqrt(var), mean),
            "eps-outside-root": lambda mean, var, eps: (np.sqrt(var) + eps, mean),
            "gamma-is-not-variance": (
                lambda mean, var, eps: (var + eps, mean),
                lambda mean, var, eps: (var, mean),
            ),
            "gamma-inverted": lambda mean, var, eps: (1 / np.sqrt(var + eps), mean),
            "beta-sign": lambda mean, var, eps: (np.sqrt(var + eps), -mean),
            "beta-scaled": (
                lambda mean, var, eps: (np.sqrt(var + eps), mean / np.sqrt(var + eps)),
                lambda mean, var, eps: (np.sqrt(var + eps), mean * np.sqrt(var + eps)),
            ),
            "gamma-beta-swapped": lambda mean, var, eps: (mean, np.sqrt(var + eps)),
            "start-values": (
                lambda mean, var, eps: (np.ones(4), np.zeros(4)),
                lambda mean, var, eps: (np.ones(4), mean),
                lambda mean, var, eps: (np.sqrt(var + eps), np.zeros(4)),
            ),
        },
        passed="with these two, batch norm returns what it got.",
        names=("mean", "var", "eps"),
        rtol=1e-5,
    )


@check
def check_batchnorm_conv(batchnorm_conv):
    """batchnorm_conv(x, gamma, beta, eps) -> out: x (N, C, H, W) and gamma, beta (C,) in, (N, C, H, W) out."""

    def over(*axis, own=None, ddof=0):
        return lambda x, g, b, eps: (
            g[:, None, None] * normalized(x, eps if own is None else own, axis, ddof) + b[:, None, None]
        )

    def channel(x, eps):
        return normalized(x, eps, (0, 2, 3))

    def eps_outside(x, g, b, eps):
        x_hat = (x - x.mean((0, 2, 3), keepdims=True)) / (x.std((0, 2, 3), keepdims=True) + eps)
        return g[:, None, None] * x_hat + b[:, None, None]

    def as_rows(x, g, b, eps):
        return (g * normalized(x.reshape(-1, len(g)), eps) + b).reshape(x.shape)

    def not_moved_back(x, g, b, eps):
        return np.moveaxis(over(0, 2, 3)(x, g, b, eps), 1, -1).reshape(x.shape)

    return compare(
        batchnorm_conv,
        list(cases(np.random.default_rng(), ((5, 3, 4, 6), (3, 4, 4, 4)), 1)),
        truth=over(0, 2, 3),
        slips={
            "per-place": over(0),
            "per-image": over(2, 3),
            "per-example": over(1, 2, 3),
            "across-channels": (over(1), over(0, 1)),
            "one-mean-for-all": over(0, 1, 2, 3),
            "one-spatial-axis": (over(0, 2), over(0, 3)),
            "channels-mixed-up": (as_rows, not_moved_back),
            "eps-outside-root": eps_outside,
            "eps-forgotten": over(0, 2, 3, own=0),
            "eps-fixed": (over(0, 2, 3, own=1e-5), over(0, 2, 3, own=1e-8)),
            "unbiased-in-training": over(0, 2, 3, ddof=1),
            "scale-and-shift-forgotten": lambda x, g, b, eps: channel(x, eps),
            "shift-forgotten": lambda x, g, b, eps: g[:, None, None] * channel(x, eps),
            "scale-forgotten": lambda x, g, b, eps: channel(x, eps) + b[:, None, None],
            "gamma-beta-swapped": lambda x, g, b, eps: over(0, 2, 3)(x, b, g, eps),
        },
        passed="one mean and one variance for each channel, over images and places.",
        names=("x", "gamma", "beta", "eps"),
        rtol=1e-4,
    )
