"""Lesson 06: a gradient step by step, its three parts, and right and wrong passes."""

from functools import cache
from typing import NamedTuple

import numpy as np

from ..batchnorm import batchnorm_forward
from ..gradients import numerical_gradient, relative_error

RIGHT = "right"
SIZES = (1, 2, 3, 4, 6, 8, 16, 32)
EPS = 1e-5
FOUR = np.array([1.0, 2.0, 4.0, 9.0])
MOST = 8  # examples of a batch whose parts are drawn
UPSTREAM = {  # name: dout (m, D) from random numbers r and normalized values h, both (m, D)
    "random": lambda r, h: r,
    "all ones": lambda r, h: np.ones_like(r),
    "one example": lambda r, h: 2 * np.eye(len(h))[_farthest(h)].T,
    "equal to x̂": lambda r, h: h,
}
PARTS = "random", "one example", "equal to x̂"  # before a common part is added


def _farthest(h):
    """For each unit the example farthest from the mean; the first of equal ones."""
    return np.abs(h).round(6).argmax(axis=0)


class Walk(NamedTuple):
    """One unit, forward and backward in small steps: (m,), or one number for the batch.

    `direct` is the part of dxc that does not go through s, and `share` the other one.
    """

    x: np.ndarray
    mu: float
    xc: np.ndarray
    var: float
    s: float
    x_hat: np.ndarray
    y: np.ndarray
    dout: np.ndarray
    dgamma: float
    dbeta: float
    dx_hat: np.ndarray
    direct: np.ndarray
    ds: float
    dvar: float
    share: np.ndarray
    dxc: np.ndarray
    dmu: float
    dx: np.ndarray


def walk(dout, gamma=2.0, beta=0.5, x=FOUR):
    """The Walk for inputs x (m,) and an upstream gradient dout (m,)."""
    dout, m = np.asarray(dout, float), len(x)
    mu = x.mean()
    xc = x - mu
    var = (xc**2).mean()
    s = np.sqrt(var + EPS)
    x_hat = xc / s
    dgamma, dbeta, dx_hat = (dout * x_hat).sum(), dout.sum(), gamma * dout
    direct = dx_hat / s
    ds = -(dx_hat * xc).sum() / s**2
    dvar = ds / (2 * s)
    share = 2 / m * xc * dvar
    dxc = direct + share
    dmu = -dxc.sum()
    back = (dout, dgamma, dbeta, dx_hat, direct, ds, dvar, share, dxc, dmu, dxc + dmu / m)
    return Walk(x, mu, xc, var, s, x_hat, gamma * x_hat + beta, *back)


@cache
def batch(m):
    """x (m, 1) of one unit and random numbers (m, 1) of mean 0."""
    rng = np.random.default_rng(126)
    x, r = rng.normal(2, 3, (MOST, 1))[:m], rng.standard_normal((MOST, 1))[:m]
    return x, r - r.mean()


class Parts(NamedTuple):
    """dx of one unit and what it is made of, each (m,) and in units of gamma / s."""

    dout: np.ndarray
    x_hat: np.ndarray
    direct: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    dx: np.ndarray  # by finite differences


def three_parts(m, upstream, common):
    """The Parts for m examples, a name in PARTS, and a number added to every dout."""
    x, r = batch(m)
    s = np.sqrt(x.var(axis=0) + EPS)
    h = (x - x.mean(axis=0)) / s
    dout = UPSTREAM[upstream](r, h) + common
    one, zero = np.ones(1), np.zeros(1)
    dx = s * numerical_gradient(lambda x: batchnorm_forward(x, one, zero, EPS)[0], x, dout)
    lost = -np.full_like(dout, dout.mean()), -h * np.mean(dout * h)
    return Parts(*(part[:, 0] for part in (dout, h, dout, *lost, dx)))


class OnCircle(NamedTuple):
    """Three examples: their normalized values, dout and dx, (3,) each."""

    x_hat: np.ndarray
    dout: np.ndarray
    dx: np.ndarray  # in units of gamma / s
    along: float  # what is lost along x_hat, as its mean product with dout


AXES = np.radians([210, 330, 90])
PLANE = np.sqrt(2 / 3) * np.stack([np.cos(AXES), np.sin(AXES)], axis=1)


def in_plane(values):
    """Two coordinates of three values, seen along the line of equal values."""
    return np.asarray(values) @ PLANE


def on_circle(degrees, common, third, size=1.5):
    """A batch 0, 1, third with a dout of length `size` beside its common part.

    degrees: the angle in the plane from x_hat to dout.
    """
    x = np.array([0.0, 1.0, third])
    s = np.sqrt(x.var() + EPS)
    x_hat = (x - x.mean()) / s
    place, angle = in_plane(x_hat), np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    dout = PLANE @ (place @ turn) * size / np.sqrt(3) + common
    along = np.mean(dout * x_hat)
    return OnCircle(x_hat, dout, dout - dout.mean() - x_hat * along, along)


def typical(m, seed=32, units=50):
    """|dx| for random dout and batches of m: (typical, largest, the closest pair).

    `typical` is the median of |dx|, and both are in units of the median of |dout / s|.
    The last is (distance, largest |dx|) of the unit with the narrowest inputs.
    """
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(3, 2, (m, units)), rng.standard_normal((m, units))
    s = np.sqrt(x.var(axis=0) + EPS)
    dx = np.abs(BACKWARD[RIGHT](dout, x, np.ones(units), EPS))
    dx = dx / np.median(np.abs(dout / s))
    narrow = np.argmin(s)
    return np.median(dx), dx.max(), (np.ptp(x[:, narrow]), dx[:, narrow].max())


def post(dout, x, gamma, eps=EPS, root=lambda x: x.std(axis=0) + 0.001):
    """The backward code of a post, whose std is sqrt(var) + 0.001.

    root: what the step from the std to the variance divides by.
    """
    m, xc = len(x), x - x.mean(axis=0)
    std = x.std(axis=0) + 0.001
    dxc = gamma * dout / std
    dstd = -np.sum(gamma * dout * xc / std**2, axis=0)
    dxc = dxc + xc * dstd / root(x) / m
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
    "code of a post": post,
}


@cache
def case(m, upstream, features, seed=3):
    """x and dout (m, features), gamma (features,), and dx by finite differences.

    A random dout has a mean of about 0.7 in each column.
    """
    rng = np.random.default_rng(seed)
    x, r = rng.normal(2, 3, (m, features)), rng.standard_normal((m, features)) + 0.7
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
