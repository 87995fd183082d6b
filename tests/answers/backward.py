"""Right and wrong answers to the exercises of lesson 06."""

import numpy as np

from bn_helpers.batchnorm import Cache, batchnorm_backward
from bn_helpers.checks import (
    check_batchnorm_backward,
    check_batchnorm_backward_conv,
    check_statistics_gradients,
)
from bn_helpers.gradients import numerical_gradient


def with_the_helper(dout, x_hat, gamma, std):
    return batchnorm_backward(dout, Cache(x_hat, gamma, std, 0, 0))


def dx_by(formula):
    return lambda dout, h, gamma, s: (formula(gamma * dout, h, s), (dout * h).sum(0), dout.sum(0))


def by_steps(dout, x_hat, gamma, std):
    m = len(dout)
    dx_hat, xc = gamma * dout, x_hat * std
    dstd = -(dx_hat * xc).sum(0) / std**2
    dvar = dstd / (2 * std)
    dxc = dx_hat / std + 2 * xc * dvar / m
    return dxc - dxc.mean(0), (dout * x_hat).sum(0), dout.sum(0)


def by_jacobian(dout, x_hat, gamma, std):
    m, dx = len(dout), np.empty_like(dout)
    for k in range(dout.shape[1]):
        h = x_hat[:, [k]]
        dx[:, k] = (np.eye(m) - 1 / m - h @ h.T / m) @ dout[:, k] * gamma[k] / std[k]
    return dx, np.einsum("nd,nd->d", dout, x_hat), np.sum(dout, axis=0)


def by_loop(dout, x_hat, gamma, std):
    m, D = dout.shape
    dgamma = [sum(dout[i, k] * x_hat[i, k] for i in range(m)) for k in range(D)]
    dbeta = [sum(dout[i, k] for i in range(m)) for k in range(D)]
    dx = [
        [
            gamma[k] / std[k] * (dout[i, k] - dbeta[k] / m - x_hat[i, k] * dgamma[k] / m)
            for k in range(D)
        ]
        for i in range(m)
    ]
    return dx, dgamma, dbeta


def right(g, h, s):
    return (g - g.mean(0) - h * (g * h).mean(0)) / s


def statistics(dvar_factor=-0.5, power=-1.5, dmu=lambda g, x, s: -g.sum(0) / s, centre=np.mean):
    def gradients(g, x, eps):
        v = x.var(0) + eps
        return dvar_factor * np.sum(g * (x - centre(x, axis=0)), axis=0) * v**power, dmu(
            g, x, np.sqrt(v)
        )

    return gradients


def numerically(g, x, eps):
    def x_hat(mu, var):
        return (x - mu) / np.sqrt(var + eps)

    mu, var = x.mean(0), x.var(0)
    return numerical_gradient(lambda v: x_hat(mu, v), var, g), numerical_gradient(
        lambda u: x_hat(u, var), mu, g
    )


def with_the_vanishing_term(g, x, eps):
    s, xc = np.sqrt(x.var(0) + eps), x - x.mean(0)
    dvar = -np.sum(g * xc, 0) / (2 * s**3)
    return dvar, -np.sum(g, 0) / s + dvar * np.mean(-2 * xc, 0)


def conv_as_rows(dout, x_hat, gamma, std):
    N, C, H, W = dout.shape
    dout, x_hat = (v.transpose(0, 2, 3, 1).reshape(-1, C) for v in (dout, x_hat))
    dx, dgamma, dbeta = with_the_helper(dout, x_hat, gamma, std)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def conv_by_channel(dout, x_hat, gamma, std):
    m = dout[:, 0].size
    dgamma = np.einsum("nchw,nchw->c", dout, x_hat)
    dbeta = np.einsum("nchw->c", dout)
    dx = [
        g / s * (d - b / m - h * a / m)
        for g, s, d, h, a, b in zip(
            gamma, std, np.moveaxis(dout, 1, 0), np.moveaxis(x_hat, 1, 0), dgamma, dbeta
        )
    ]
    return np.stack(dx, axis=1), dgamma, dbeta


def conv_over(*axes, dx_only=True):
    def gradients(dout, h, gamma, s):
        g = gamma[:, None, None] * dout
        dx = g - g.mean(axes, keepdims=True) - h * (g * h).mean(axes, keepdims=True)
        others = (0, 2, 3) if dx_only else axes
        return dx / s[:, None, None], (dout * h).sum(others), dout.sum(others)

    return gradients


def conv_with_images_for_m(dout, h, gamma, s):
    _, dgamma, dbeta = conv_over(0, 2, 3)(dout, h, gamma, s)
    a, b, scale = (v[:, None, None] for v in (dgamma, dbeta, gamma / s))
    return scale * (dout - (b + h * a) / len(dout)), dgamma, dbeta


RIGHT = [
    (check_batchnorm_backward_conv, conv_over(0, 2, 3)),
    (check_batchnorm_backward_conv, conv_as_rows),
    (check_batchnorm_backward_conv, conv_by_channel),
    (
        check_batchnorm_backward_conv,
        lambda *a: [part.astype(np.float32) for part in conv_over(0, 2, 3)(*a)],
    ),
    (check_batchnorm_backward, with_the_helper),
    (check_batchnorm_backward, by_steps),
    (check_batchnorm_backward, by_jacobian),
    (check_batchnorm_backward, by_loop),
    (check_batchnorm_backward, dx_by(right)),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: ((g - g.mean(0)) - h * np.mean(g * h, 0)) * (1 / s)),
    ),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (len(g) * g - g.sum(0) - h * (g * h).sum(0)) / (len(g) * s)),
    ),
    (check_batchnorm_backward, lambda *a: [part.astype(np.float32) for part in by_steps(*a)]),
    (check_statistics_gradients, statistics()),
    (check_statistics_gradients, numerically),
    (check_statistics_gradients, with_the_vanishing_term),
    (check_statistics_gradients, lambda g, x, e: tuple(v.tolist() for v in statistics()(g, x, e))),
    (
        check_statistics_gradients,
        lambda g, x, e: [v.astype(np.float32) for v in statistics()(g, x, e)],
    ),
    (
        check_statistics_gradients,
        lambda g, x, e: (with_the_vanishing_term(g, x, e)[0], (-g / np.sqrt(x.var(0) + e)).sum(0)),
    ),
    (
        check_statistics_gradients,
        lambda g, x, e: statistics(dmu=lambda g, x, s: np.einsum("nd->d", -g / s))(g, x, e),
    ),
    (
        check_statistics_gradients,
        lambda g, x, e: (
            -0.5 * ((x - x.mean(0)) * g).sum(0) / (x.var(0) + e) / np.sqrt(x.var(0) + e),
            -g.sum(0) * (x.var(0) + e) ** -0.5,
        ),
    ),
]
SLIPS = [
    (check_batchnorm_backward_conv, conv_over(0), "per-place"),
    (check_batchnorm_backward_conv, conv_over(2, 3), "per-image"),
    (check_batchnorm_backward_conv, conv_over(1, 2, 3), "per-example"),
    (check_batchnorm_backward_conv, conv_over(0, 1, 2, 3), "one-mean-for-all"),
    (check_batchnorm_backward_conv, conv_with_images_for_m, "places-forgotten"),
    (check_batchnorm_backward_conv, conv_over(0, dx_only=False), "wrong-shape"),
    (
        check_batchnorm_backward_conv,
        lambda d, h, g, s: (
            d * (g / s)[:, None, None],
            (d * h).sum((0, 2, 3)),
            d.sum((0, 2, 3)),
        ),
        "statistics-constant",
    ),
    (check_batchnorm_backward_conv, lambda d, h, g, s: (g * d / s, 0, 0), "raised"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: g / s), "statistics-constant"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: (g - g.mean(0)) / s), "variance-path"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: (g - h * (g * h).mean(0)) / s), "mean-path"),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g - g.mean(0) + h * (g * h).mean(0)) / s),
        "path-sign",
    ),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g + g.mean(0) + h * (g * h).mean(0)) / s),
        "path-sign",
    ),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g - g.mean(0) - h * (g * h).sum(0)) / s),
        "sum-for-mean",
    ),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g - g.mean(0) - h * (g * h).sum(0) / (len(g) - 1)) / s),
        "unbiased-in-training",
    ),
    (check_batchnorm_backward, dx_by(lambda g, h, s: right(g, h, s) * s), "std-not-divided"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: right(g, h, s) * s**2), "std-multiplied"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: right(g, h, s) / s), "divided-by-variance"),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g - g.mean(0) - (g * h).mean(0)) / s),
        "x-hat-forgotten",
    ),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g - g.mean(0) - h * g.mean(0)) / s),
        "product-forgotten",
    ),
    (check_batchnorm_backward, lambda d, h, g, s: right(g * d, h, s), "wrong-count"),
    (check_batchnorm_backward, lambda d, h, g, s: (right(g * d, h, s), d * h, d), "wrong-shape"),
    (check_statistics_gradients, lambda g, x, e: (..., ...), "line-missing"),
    (check_statistics_gradients, statistics(dvar_factor=-1), "half-forgotten"),
    (check_statistics_gradients, statistics(dvar_factor=0.5), "dvar-sign"),
    (check_statistics_gradients, statistics(dvar_factor=-1, power=-1), "std-for-variance"),
    (
        check_batchnorm_backward,
        dx_by(lambda g, h, s: (g - g.mean(0) - h * (g * h).sum(0) / (h * h).sum(0)) / s),
        "squares-for-m",
    ),
    (check_batchnorm_backward, dx_by(lambda g, h, s: right(g.T, h.T, 1).T / s), "over-features"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: -right(g, h, s)), "direction-reversed"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: right(g, h, s) / len(g)), "averaged"),
    (check_batchnorm_backward, dx_by(lambda g, h, s: 0 * g), "zero-result"),
    (check_statistics_gradients, statistics(dmu=lambda g, x, s: g.sum(0) / s), "derivative-sign"),
    (check_statistics_gradients, statistics(power=-0.5), "power-of-the-root"),
    (check_statistics_gradients, statistics(centre=lambda x, axis: 0), "not-centred"),
    (check_statistics_gradients, statistics(dmu=lambda g, x, s: -g.mean(0) / s), "averaged"),
    (
        check_statistics_gradients,
        statistics(dmu=lambda g, x, s: -g.sum(0) / s**2),
        "divided-by-variance",
    ),
    (check_statistics_gradients, statistics(dmu=lambda g, x, s: -g.sum(0)), "dmu-not-divided"),
]
