"""Lesson 06: right and wrong backward passes, and what a gradient check can tell apart."""

from functools import cache

import numpy as np

from ..batchnorm import batchnorm_forward
from ..gradients import numerical_gradient, relative_error

RIGHT = "right"
SIZES = (1, 2, 3, 4, 6, 8, 16, 32)
EPS = 1e-5
UPSTREAM = {  # (m, D) gradients from above, from random numbers r and normalized values h
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
    """A backward pass (dout, x, gamma, eps) -> dx from a formula of g, h, s and the
    mean.

    g is gamma dout, h the normalized values, s the std with eps.
    """

    def backward(dout, x, gamma, eps):
        s = np.sqrt(x.var(axis=0) + eps)
        h = (x - x.mean(axis=0)) / s
        return formula(gamma * dout, h, s, lambda values: values.mean(axis=0))

    return backward


def _divided_by_less(g, h, s, mean):
    m = len(g)
    return (g - mean(g) - m / max(m - 1, 1) * h * mean(g * h)) / s


BACKWARD = {  # name: (dout, x, gamma, eps) -> dx; the first is right
    RIGHT: _pass(lambda g, h, s, mean: (g - mean(g) - h * mean(g * h)) / s),
    "statistics as constants": _pass(lambda g, h, s, mean: g / s),
    "without the variance": _pass(lambda g, h, s, mean: (g - mean(g)) / s),
    "without the mean": _pass(lambda g, h, s, mean: (g - h * mean(g * h)) / s),
    "sign of the variance": _pass(lambda g, h, s, mean: (g - mean(g) + h * mean(g * h)) / s),
    "1/m forgotten": _pass(lambda g, h, s, mean: (g - mean(g) - len(g) * h * mean(g * h)) / s),
    "divided by m - 1": _pass(_divided_by_less),
    "gamma forgotten": lambda dout, x, gamma, eps: BACKWARD[RIGHT](
        dout, x, np.ones_like(gamma), eps
    ),
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
    """The largest error of dx (4 features) by each pass in BACKWARD; relative unless
    `absolute`.
    """
    x, dout, gamma, numerical = case(m, upstream, 4, seed)
    found = {name: dx(dout, x, gamma, EPS) for name, dx in BACKWARD.items()}
    if absolute:
        return {name: float(np.abs(dx - numerical).max()) for name, dx in found.items()}
    return {name: relative_error(dx, numerical) for name, dx in found.items()}
