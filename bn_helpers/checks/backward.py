"""Questions of lesson 06.

Upstream gradients are random and gamma has both signs, so that slips show.
"""

import numpy as np

from .measuring import shown
from .question import Question


def statistics_gradients(dx_hat, x, eps):
    xc = x - x.mean(axis=0)
    s = np.sqrt(x.var(axis=0) + eps)
    dvar = -0.5 * np.sum(dx_hat * xc, axis=0) / s**3
    dmu = -np.sum(dx_hat, axis=0) / s
    return dvar, dmu


def dvar(g, x, eps, factor=-0.5, power=-1.5, centred=True, axis=0):
    return factor * np.sum(g * (x - x.mean(0) * centred), axis=axis) * (x.var(0) + eps) ** power


def dmu(g, x, eps):
    return -g.sum(0) / np.sqrt(x.var(0) + eps)


def with_dvar(**changed):
    return lambda g, x, eps: (dvar(g, x, eps, **changed), dmu(g, x, eps))


def with_dmu(formula):
    return lambda g, x, eps: (dvar(g, x, eps), formula(g, x, np.sqrt(x.var(0) + eps)))


def with_std(std):
    """Both gradients with another std of x and eps."""
    return lambda g, x, eps: (
        -0.5 * np.sum(g * (x - x.mean(0)), axis=0) / std(x, eps) ** 3,
        -g.sum(0) / std(x, eps),
    )


check_statistics_gradients = Question(
    cases=lambda rng: [
        *(
            (rng.standard_normal(shape) + 0.5, rng.normal(2, 1.5, shape), eps)
            for shape, eps in (((6, 3), 0.05), ((6, 3), 1.5), ((5, 5), 1e-5))
        ),
        (np.array([[1.0], [2.0], [3.0]]), np.array([[1], [4], [4]]), 2),
    ],
    truth=statistics_gradients,
    slips={
        "half-forgotten": (with_dvar(factor=-1), with_dvar(factor=1)),
        "std-for-variance": lambda g, x, eps: (
            2 * np.sqrt(x.var(0) + eps) * dvar(g, x, eps),
            dmu(g, x, eps),
        ),
        "dvar-sign": with_dvar(factor=0.5),
        "derivative-sign": (
            with_dmu(lambda g, x, s: g.sum(0) / s),
            lambda g, x, eps: (-dvar(g, x, eps), -dmu(g, x, eps)),
        ),
        "power-of-the-root": tuple(
            with_dvar(power=power) for power in (-0.5, -0.75, -2, -3, -4.5, 1.5)
        ),
        "not-centred": with_dvar(centred=False),
        "eps-forgotten": with_std(lambda x, eps: x.std(0)),
        "eps-fixed": tuple(
            with_std(lambda x, eps, own=own: np.sqrt(x.var(0) + own)) for own in (1e-5, 1e-3)
        ),
        "eps-outside-root": (
            with_std(lambda x, eps: x.std(0) + eps),
            with_std(lambda x, eps: x.std(0) + np.sqrt(eps)),
        ),
        "unbiased-in-training": with_std(lambda x, eps: np.sqrt(x.var(0, ddof=1) + eps)),
        "averaged": (
            lambda g, x, eps: (dvar(g, x, eps) / len(g), dmu(g, x, eps) / len(g)),
            with_dmu(lambda g, x, s: -g.mean(0) / s),
            lambda g, x, eps: (dvar(g, x, eps) / len(g), dmu(g, x, eps)),
        ),
        "one-mean-for-all": (
            with_dmu(lambda g, x, s: -g.sum() / s),
            with_dvar(axis=None),
            lambda g, x, eps: (dvar(g, x, eps, axis=None), -g.sum() / np.sqrt(x.var(0) + eps)),
        ),
        "divided-by-variance": with_dmu(lambda g, x, s: -g.sum(0) / s**2),
        "std-multiplied": with_dmu(lambda g, x, s: -g.sum(0) * s),
        "dmu-not-divided": with_dmu(lambda g, x, s: -g.sum(0)),
        "means-swapped": lambda g, x, eps: (dmu(g, x, eps), dvar(g, x, eps)),
    },
    passed="Both derivatives. The second term of the one to the mean adds up to 0.",
    returns=("dvar", "dmu"),
    axes=("entry",),
    rtol=1e-5,
)


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
