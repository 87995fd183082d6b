"""Questions of lesson 06: the whole backward pass, for rows and for maps.

Upstream gradients are random and gamma has both signs, so that slips show.
"""

import numpy as np

from .measuring import shown
from .normalizing import like, rows_of
from .question import Question


def my_backward(dout, x_hat, gamma, std):
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    g = gamma * dout
    dx = (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta


def upstream(rng):
    for (N, D), eps in (((7, 3), 0.02), ((7, 3), 0.5), ((5, 5), 1e-5)):
        x = rng.normal(1, 2, (N, D)) * rng.uniform(0.3, 2, D)
        std = np.sqrt(x.var(axis=0) + eps)
        gamma = rng.uniform(0.5, 3, D) * np.where(np.arange(D) % 2, -1, 1)
        yield rng.standard_normal((N, D)) + 0.5, (x - x.mean(axis=0)) / std, gamma, std
    x_hat = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    yield np.array([[1.0], [2.0], [3.0], [6.0]]), x_hat, np.array([-2]), np.array([4])


def dx_by(formula):
    """The three gradients, with dx from a formula of g = gamma dout, x_hat, std, m."""
    return lambda dout, h, gamma, s: (
        formula(gamma * dout, h, s, len(dout)),
        (dout * h).sum(0),
        dout.sum(0),
    )


def right_dx(g, h, s, m=None):
    return (g - g.mean(0) - h * (g * h).mean(0)) / s


def others_by(formula):
    """The three gradients, with dgamma and dbeta from a formula of all arguments."""
    return lambda *arguments: (my_backward(*arguments)[0], *formula(*arguments))


def with_all(formula):
    """The three gradients, with dx from a formula of all arguments."""
    return lambda dout, h, gamma, s: (formula(dout, h, gamma, s), (dout * h).sum(0), dout.sum(0))


def sums_of(arguments, results):
    """The two sums over the batch that must be (nearly) 0 in dx."""
    (_, x_hat, _, _), (dx, *_) = arguments, results
    plain, along = dx.sum(axis=0).round(3), (dx * x_hat).sum(axis=0).round(3)
    return (
        f"The columns of your dx add up to {shown(plain)}; "
        f"those of dx times x_hat to {shown(along)}. All of these should be (nearly) 0."
    )


check_batchnorm_backward = Question(
    cases=lambda rng: list(upstream(rng)),
    truth=my_backward,
    slips={
        "statistics-constant": (
            dx_by(lambda g, h, s, m: g / s),
            with_all(lambda d, h, gamma, s: d / s),
        ),
        "variance-path": dx_by(lambda g, h, s, m: (g - g.mean(0)) / s),
        "mean-path": dx_by(lambda g, h, s, m: (g - h * (g * h).mean(0)) / s),
        "path-sign": (
            dx_by(lambda g, h, s, m: (g - g.mean(0) + h * (g * h).mean(0)) / s),
            dx_by(lambda g, h, s, m: (g + g.mean(0) - h * (g * h).mean(0)) / s),
            dx_by(lambda g, h, s, m: (g + g.mean(0) + h * (g * h).mean(0)) / s),
        ),
        "sum-for-mean": (
            dx_by(lambda g, h, s, m: (g - g.sum(0) - h * (g * h).sum(0)) / s),
            dx_by(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).sum(0)) / s),
            dx_by(lambda g, h, s, m: (g - g.sum(0) - h * (g * h).mean(0)) / s),
            dx_by(lambda g, h, s, m: m * right_dx(g, h, s)),
            dx_by(lambda g, h, s, m: (m * g - g.mean(0) - h * (g * h).mean(0)) / (m * s)),
        ),
        "unbiased-in-training": (
            dx_by(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).sum(0) / (m - 1)) / s),
            dx_by(lambda g, h, s, m: (g - (g.sum(0) + h * (g * h).sum(0)) / (m - 1)) / s),
        ),
        "squares-for-m": dx_by(
            lambda g, h, s, m: (g - g.mean(0) - h * (g * h).sum(0) / (h**2).sum(0)) / s
        ),
        "over-features": dx_by(
            lambda g, h, s, m: (
                (g - g.mean(1, keepdims=True) - h * (g * h).mean(1, keepdims=True)) / s
            )
        ),
        "one-mean-for-all": (
            dx_by(lambda g, h, s, m: (g - g.mean() - h * (g * h).mean()) / s),
            dx_by(lambda g, h, s, m: (g - g.mean() - h * (g * h).mean(0)) / s),
            dx_by(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).mean()) / s),
        ),
        "direction-reversed": dx_by(lambda g, h, s, m: -right_dx(g, h, s)),
        "averaged": (
            dx_by(lambda g, h, s, m: right_dx(g, h, s) / m),
            lambda dout, h, gamma, s: tuple(v / len(dout) for v in my_backward(dout, h, gamma, s)),
        ),
        "std-not-divided": dx_by(lambda g, h, s, m: right_dx(g, h, 1)),
        "std-multiplied": dx_by(lambda g, h, s, m: right_dx(g, h, 1 / s)),
        "divided-by-variance": dx_by(lambda g, h, s, m: right_dx(g, h, s**2)),
        "power-of-the-root": (
            dx_by(lambda g, h, s, m: right_dx(g, h, s**3)),
            dx_by(lambda g, h, s, m: right_dx(g, h, np.sqrt(s))),
        ),
        "brackets": (
            dx_by(lambda g, h, s, m: g - g.mean(0) - h * (g * h).mean(0) / s),
            dx_by(lambda g, h, s, m: g / s - g.mean(0) - h * (g * h).mean(0)),
            dx_by(lambda g, h, s, m: (g - g.mean(0)) / s - h * (g * h).mean(0)),
        ),
        "x-hat-forgotten": dx_by(lambda g, h, s, m: (g - g.mean(0) - (g * h).mean(0)) / s),
        "x-hat-squared": dx_by(lambda g, h, s, m: (g - g.mean(0) - (g * h * h).mean(0)) / s),
        "product-forgotten": dx_by(lambda g, h, s, m: (g - g.mean(0) - h * g.mean(0)) / s),
        "scale-forgotten": (
            with_all(lambda d, h, gamma, s: right_dx(d, h, s)),
            with_all(lambda d, h, gamma, s: (gamma * d - d.mean(0) - h * (d * h).mean(0)) / s),
            with_all(lambda d, h, gamma, s: (d - (gamma * (d + h * (d * h).mean(0))).mean(0)) / s),
        ),
        "gamma-twice": with_all(lambda d, h, gamma, s: gamma * right_dx(gamma * d, h, s)),
        "gamma-divides": with_all(lambda d, h, gamma, s: right_dx(d / gamma, h, s)),
        "gamma-positive": with_all(lambda d, h, gamma, s: right_dx(abs(gamma) * d, h, s)),
        "dgamma-without-x-hat": others_by(lambda d, h, gamma, s: (d.sum(0), d.sum(0))),
        "parameters-averaged": others_by(lambda d, h, gamma, s: ((d * h).mean(0), d.mean(0))),
        "parameters-scaled": others_by(
            lambda d, h, gamma, s: ((gamma * d * h).sum(0), (gamma * d).sum(0))
        ),
        "parameters-sign": others_by(lambda d, h, gamma, s: (-(d * h).sum(0), -d.sum(0))),
        "xc-for-x-hat": others_by(lambda d, h, gamma, s: ((d * h * s).sum(0), d.sum(0))),
        "summed-over-all": others_by(
            lambda d, h, gamma, s: ((d * h).sum() + 0 * s, d.sum() + 0 * s)
        ),
        "gamma-beta-swapped": others_by(lambda d, h, gamma, s: (d.sum(0), (d * h).sum(0))),
    },
    passed="All three gradients, with both paths through the statistics.",
    returns=("dx", "dgamma", "dbeta"),
    axes=("row", "column"),
    measure=sums_of,
    rtol=1e-5,
)


def my_backward_conv(dout, x_hat, gamma, std):
    axes = (0, 2, 3)
    dgamma, dbeta = (dout * x_hat).sum(axis=axes), dout.sum(axis=axes)
    g = gamma[:, None, None] * dout
    mean = g.mean(axis=axes, keepdims=True)
    along = (g * x_hat).mean(axis=axes, keepdims=True)
    dx = (g - mean - x_hat * along) / std[:, None, None]
    return dx, dgamma, dbeta


def upstream_maps(rng):
    """The arguments of `upstream`, with one channel for each of its columns."""
    for shape, eps in (((4, 3, 2, 5), 0.02), ((4, 3, 2, 5), 0.5), ((2, 2, 2, 2), 1e-5)):
        C = shape[1]
        x = rng.normal(1, 2, shape) * rng.uniform(0.3, 2, C)[:, None, None]
        rows = rows_of(x)
        std = np.sqrt(rows.var(axis=0) + eps)
        gamma = rng.uniform(0.5, 3, C) * np.where(np.arange(C) % 2, -1, 1)
        x_hat = like((rows - rows.mean(axis=0)) / std, x)
        yield rng.standard_normal(shape) + 0.5, x_hat, gamma, std
    small = np.array([1.0, -1.0, 1.0, -1.0]).reshape(2, 1, 1, 2)
    yield np.array([1.0, 2.0, 3.0, 6.0]).reshape(small.shape), small, np.array([-2]), np.array([4])


def on_rows(formula):
    """The three gradients of maps, by a formula for rows."""

    def gradients(dout, x_hat, gamma, std):
        dx, dgamma, dbeta = formula(rows_of(dout), rows_of(x_hat), gamma, std)
        return like(dx, dout), dgamma, dbeta

    return gradients


def means_over(*axes, count=None):
    """The three gradients with dx from means over other axes.

    count: what the sums are divided by, from dout; without it their number.
    """

    def dx(dout, h, gamma, s):
        g = gamma[:, None, None] * dout
        m = g.size / g.sum(axis=axes).size if count is None else count(dout)
        sums = (g.sum(axis=axes, keepdims=True) + h * (g * h).sum(axis=axes, keepdims=True)) / m
        return (g - sums) / s[:, None, None]

    return lambda *arguments: (dx(*arguments), *my_backward_conv(*arguments)[1:])


def mixed_up(dout, x_hat, gamma, std):
    """Rows that are cut in the order of storage, so that channels mix."""
    rows = (values.reshape(-1, len(gamma)) for values in (dout, x_hat))
    dx, dgamma, dbeta = my_backward(*rows, gamma, std)
    return dx.reshape(dout.shape), dgamma, dbeta


def each_on_rows(formulas):
    return tuple(map(on_rows, formulas if isinstance(formulas, tuple) else (formulas,)))


check_batchnorm_backward_conv = Question(
    cases=lambda rng: list(upstream_maps(rng)),
    truth=my_backward_conv,
    slips={
        "places-forgotten": means_over(0, 2, 3, count=len),
        "per-place": means_over(0),
        "per-image": means_over(2, 3),
        "per-example": means_over(1, 2, 3),
        "across-channels": means_over(1),
        "one-spatial-axis": (means_over(0, 2), means_over(0, 3)),
        "channels-mixed-up": mixed_up,
        **{
            name: each_on_rows(formulas)
            for name, formulas in check_batchnorm_backward.slips.items()
            if name != "over-features"
        },
    },
    passed="All three gradients: m is N times H times W.",
    returns=("dx", "dgamma", "dbeta"),
    axes=("image", "channel"),
    rtol=1e-5,
)
