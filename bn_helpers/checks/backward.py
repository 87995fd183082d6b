"""Checks of lesson 06. The batches have five or more examples and random gradients, so that every slip shows."""

import numpy as np

from .verdict import check, compare


@check
def check_batchnorm_backward(backward):
    """backward(dout, x_hat, gamma, std) -> (dx, dgamma, dbeta): dout, x_hat (N, D), the rest (D,)."""
    rng = np.random.default_rng()

    def cases():
        for N, D, eps in ((7, 3, 1e-5), (5, 5, 0.5)):
            x = rng.normal(1, 2, (N, D))
            std = np.sqrt(x.var(axis=0) + eps)
            yield rng.standard_normal((N, D)) + 0.5, (x - x.mean(axis=0)) / std, rng.uniform(1.5, 3, D), std

    def gradients(dx):
        """The three gradients, with dx from a formula of g = gamma dout, x_hat, std and the batch size."""
        return lambda dout, h, gamma, s: (dx(gamma * dout, h, s, len(dout)), (dout * h).sum(0), dout.sum(0))

    def right(g, h, s, m):
        return (g - g.mean(0) - h * (g * h).mean(0)) / s

    def also(dgamma=lambda dout, h: (dout * h).sum(0), dbeta=lambda dout, h: dout.sum(0)):
        return lambda dout, h, gamma, s: (right(gamma * dout, h, s, len(dout)), dgamma(dout, h), dbeta(dout, h))

    return compare(
        backward,
        list(cases()),
        truth=gradients(right),
        slips={
            "statistics-constant": gradients(lambda g, h, s, m: g / s),
            "variance-path": gradients(lambda g, h, s, m: (g - g.mean(0)) / s),
            "mean-path": gradients(lambda g, h, s, m: (g - h * (g * h).mean(0)) / s),
            "path-sign": (
                gradients(lambda g, h, s, m: (g - g.mean(0) + h * (g * h).mean(0)) / s),
                gradients(lambda g, h, s, m: (g + g.mean(0) - h * (g * h).mean(0)) / s),
                gradients(lambda g, h, s, m: (g + g.mean(0) + h * (g * h).mean(0)) / s),
            ),
            "sum-for-mean": (
                gradients(lambda g, h, s, m: (g - g.sum(0) - h * (g * h).sum(0)) / s),
                gradients(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).sum(0)) / s),
                gradients(lambda g, h, s, m: (g - g.sum(0) - h * (g * h).mean(0)) / s),
            ),
            "unbiased-in-training": gradients(
                lambda g, h, s, m: (g - g.mean(0) - h * (g * h).sum(0) / (m - 1)) / s
            ),
            "squares-for-m": gradients(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).sum(0) / (h**2).sum(0)) / s),
            "over-features": gradients(
                lambda g, h, s, m: (g - g.mean(1, keepdims=True) - h * (g * h).mean(1, keepdims=True)) / s
            ),
            "direction-reversed": gradients(lambda g, h, s, m: -(g - g.mean(0) - h * (g * h).mean(0)) / s),
            "averaged": gradients(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).mean(0)) / s / m),
            "std-not-divided": gradients(lambda g, h, s, m: g - g.mean(0) - h * (g * h).mean(0)),
            "std-multiplied": gradients(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).mean(0)) * s),
            "divided-by-variance": gradients(lambda g, h, s, m: (g - g.mean(0) - h * (g * h).mean(0)) / s**2),
            "x-hat-forgotten": gradients(lambda g, h, s, m: (g - g.mean(0) - (g * h).mean(0)) / s),
            "product-forgotten": gradients(lambda g, h, s, m: (g - g.mean(0) - h * g.mean(0)) / s),
            "scale-forgotten": lambda dout, h, gamma, s: gradients(right)(dout, h, np.ones_like(gamma), s),
            "dgamma-without-x-hat": also(dgamma=lambda dout, h: dout.sum(0)),
            "parameters-averaged": (
                also(lambda dout, h: (dout * h).mean(0), lambda dout, h: dout.mean(0)),
                also(dgamma=lambda dout, h: (dout * h).mean(0)),
                also(dbeta=lambda dout, h: dout.mean(0)),
            ),
            "parameters-scaled": lambda dout, h, gamma, s: (
                right(gamma * dout, h, s, len(dout)),
                (gamma * dout * h).sum(0),
                (gamma * dout).sum(0),
            ),
            "gamma-beta-swapped": lambda dout, h, gamma, s: (
                right(gamma * dout, h, s, len(dout)),
                dout.sum(0),
                (dout * h).sum(0),
            ),
        },
        passed="all three gradients, with both paths through the statistics.",
        names=("dout", "x_hat", "gamma", "std"),
        rtol=1e-5,
    )


@check
def check_statistics_gradients(gradients):
    """gradients(dx_hat, x, eps) -> (dvar, dmu): the paper's derivatives to variance and mean; dx_hat, x (N, D)."""
    rng = np.random.default_rng()
    shapes = ((6, 3), (5, 4))
    cases = [
        (rng.standard_normal(shape) + 0.5, rng.normal(2, 1.5, shape), eps)
        for shape, eps in zip(shapes, (0.1, 1e-3))
    ]

    def dvar(g, x, eps, factor=-0.5, power=-1.5, centred=True):
        return factor * np.sum(g * (x - x.mean(0) * centred), axis=0) * (x.var(0) + eps) ** power

    def dmu(g, x, eps):
        return -g.sum(0) / np.sqrt(x.var(0) + eps)

    def with_dvar(**changed):
        return lambda g, x, eps: (dvar(g, x, eps, **changed), dmu(g, x, eps))

    def with_dmu(formula):
        return lambda g, x, eps: (dvar(g, x, eps), formula(g, x, np.sqrt(x.var(0) + eps)))

    return compare(
        gradients,
        cases,
        truth=with_dvar(),
        slips={
            "half-forgotten": with_dvar(factor=-1),
            "std-for-variance": lambda g, x, eps: (2 * np.sqrt(x.var(0) + eps) * dvar(g, x, eps), dmu(g, x, eps)),
            "dvar-sign": with_dvar(factor=0.5),
            "derivative-sign": (
                with_dmu(lambda g, x, s: g.sum(0) / s),
                lambda g, x, eps: (-dvar(g, x, eps), -dmu(g, x, eps)),
            ),
            "power-of-the-root": (
                with_dvar(power=-0.5),
                with_dvar(power=-1),
                with_dvar(power=-2),
                with_dvar(power=-3),
            ),
            "not-centred": with_dvar(centred=False),
            "eps-forgotten": lambda g, x, eps: (dvar(g, x, 0), dmu(g, x, 0)),
            "averaged": (
                lambda g, x, eps: (dvar(g, x, eps) / len(g), dmu(g, x, eps) / len(g)),
                with_dmu(lambda g, x, s: -g.mean(0) / s),
                lambda g, x, eps: (dvar(g, x, eps) / len(g), dmu(g, x, eps)),
            ),
            "divided-by-variance": with_dmu(lambda g, x, s: -g.sum(0) / s**2),
            "dmu-not-divided": with_dmu(lambda g, x, s: -g.sum(0)),
            "eps-outside-root": lambda g, x, eps: (
                -0.5 * np.sum(g * (x - x.mean(0)), axis=0) / (x.std(0) + eps) ** 3,
                -g.sum(0) / (x.std(0) + eps),
            ),
            "means-swapped": lambda g, x, eps: (dmu(g, x, eps), dvar(g, x, eps)),
        },
        passed="both derivatives; the second term of the one to the mean adds up to 0.",
        names=("dx_hat", "x", "eps"),
        rtol=1e-5,
    )
