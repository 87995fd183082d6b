"""Lesson 06: the question for the derivatives to mean and variance.

eps comes from a wide range, so that its place shows.
"""

import numpy as np

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
        (np.array([[1.0, 2], [2, 0], [3, 1]]), np.array([[1, 2], [4, 5], [4, 2]]), 2),
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
            with_dvar(power=power) for power in (-0.5, -0.75, -1, -2, -3, -4.5, 1.5)
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
    passed="Both derivatives: a sum over the examples for each unit.",
    returns=("dvar", "dmu"),
    axes=("entry",),
    rtol=1e-5,
)
