"""Lesson 06: right and wrong backward passes, and which of them a check can find."""

from functools import cache

import numpy as np

from ..batchnorm import batchnorm_forward
from ..gradients import numerical_gradient, relative_error

RIGHT = "right"
SIZES = (1, 2, 3, 4, 6, 8, 16, 32)
EPS = 1e-5
UPSTREAM = {  # name: dout (m, D) from random numbers r and normalized values h, both (m, D)
    "random": lambda r, h: r,
    "all ones": lambda r, h: np.ones_like(r),
    "one example": lambda r, h: np.eye(len(r), 1) * np.ones_like(r),
    "equal to x_hat": lambda r, h: h,
}


def _post(dout, x, gamma, eps):
    """The backward code of a post, whose std is sqrt(var) + 0.001."""
    m, xc = len(x), x - x.mean(axis=0)
    std = x.std(axis=0) + 0.001
    dxc = gamma * dout / std
    dstd = -np.sum(gamma * dout * xc / std**2, axis=0)
    dxc = dxc + xc * dstd / std / m
    return dxc - dxc.mean(axis=0)


def _pass(formula):
    """A backward pass (dout, x, gamma, eps) -> dx from `formula(g, h, s, mean)`.

    g is gamma dout, h are the normalized values, s is the std with eps, and mean is the
    function that takes the mean over the batch.
    """

    def backward(dout, x, gamma, eps):
        s = np.sqrt(x.var(axis=0) + eps)
        h = (x - x.mean(axis=0)) / s
        return formula(gamma * dout, h, s, lambda values: values.mean(axis=0))

    return backward


def _divided_by_less(g, h, s, mean):
    m = len(g)
    return (g - mean(g) - m / max(m - 1, 1) * h * mean(g * h)) / s


def _without_gamma(dout, x, gamma, eps):
    return BACKWARD[RIGHT](dout, x, np.ones_like(gamma), eps)


BACKWARD = {  # name: backward pass (dout, x, gamma, eps) -> dx; only the first is right
    RIGHT: _pass(lambda g, h, s, mean: (g - mean(g) - h * mean(g * h)) / s),
    "statistics as constants": _pass(lambda g, h, s, mean: g / s),
    "without the variance": _pass(lambda g, h, s, mean: (g - mean(g)) / s),
    "without the mean": _pass(lambda g, h, s, mean: (g - h * mean(g * h)) / s),
    "sign of the variance": _pass(lambda g, h, s, mean: (g - mean(g) + h * mean(g * h)) / s),
    "1/m forgotten": _pass(lambda g, h, s, mean: (g - mean(g) - len(g) * h * mean(g * h)) / s),
    "divided by m - 1": _pass(_divided_by_less),
    "gamma forgotten": _without_gamma,
    "code of a post": _post,
}


@cache
def case(m, upstream, features, seed=3):
    """x and dout (m, features), gamma (features,), and dx by finite differences."""
    rng = np.random.default_rng(seed)
    x, r = rng.normal(2, 3, (m, features)), rng.standard_normal((m, features))
    gamma, beta = rng.uniform(1.2, 2, features), np.zeros(features)
    dout = UPSTREAM[upstream](r, (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPS))
    numerical = numerical_gradient(lambda x: batchnorm_forward(x, gamma, beta, EPS)[0], x, dout)
    return x, dout, gamma, numerical


@cache
def errors(m, upstream, absolute=False, seed=3):
    """The largest error of dx, for each pass in BACKWARD and 4 features.

    It is relative to the largest dx unless `absolute`.
    """
    x, dout, gamma, numerical = case(m, upstream, 4, seed)
    found = {name: dx(dout, x, gamma, EPS) for name, dx in BACKWARD.items()}
    if absolute:
        return {name: float(np.abs(dx - numerical).max()) for name, dx in found.items()}
    return {name: relative_error(dx, numerical) for name, dx in found.items()}
