"""Wrong formulas of batch norm, put together from parts, with means over any axes.

x is an input and `axis` what its means run over. e stands for eps, g and b for gamma
and beta.
"""

import numpy as np


def rows_of(x):
    """x (N, C) or (N, C, H, W) as rows (m, C)."""
    return x if x.ndim == 2 else x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def like(rows, x):
    """Rows (m, C) in the shape of x."""
    if x.ndim == 2:
        return rows
    N, C, H, W = x.shape
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def mean(x, axis):
    return x.mean(axis, keepdims=True)


def var(x, axis, ddof=0):
    return x.var(axis, ddof=ddof, keepdims=True)


def right_divisor(x, axis, e):
    return np.sqrt(var(x, axis) + e)


def minimum(x, axis):
    return x.min(axis, keepdims=True)


def extent(x, axis, e):
    return np.ptp(x, axis=axis, keepdims=True)


def count(x, axis):
    return x.size / mean(x, axis).size


DIVISORS = {  # what a wrong formula divides by
    "eps-outside-root": (
        lambda x, axis, e: np.sqrt(var(x, axis)) + e,
        lambda x, axis, e: np.sqrt(var(x, axis)) + np.sqrt(e),
    ),
    "eps-forgotten": lambda x, axis, e: np.sqrt(var(x, axis)),
    "eps-fixed": tuple(
        lambda x, axis, e, own=own: np.sqrt(var(x, axis) + own) for own in (1e-5, 1e-8, 1e-3)
    ),
    "eps-squared": lambda x, axis, e: np.sqrt(var(x, axis) + e**2),
    "unbiased-in-training": (
        lambda x, axis, e: np.sqrt(var(x, axis, 1) + e),
        lambda x, axis, e: np.sqrt(var(x, axis, 1)) + e,
        lambda x, axis, e: np.sqrt(var(x, axis, 1)),
    ),
    "divided-by-variance": (lambda x, axis, e: var(x, axis) + e, lambda x, axis, e: var(x, axis)),
    "root-twice": lambda x, axis, e: (var(x, axis) + e) ** 0.25,
    "sum-for-mean": lambda x, axis, e: np.sqrt(var(x, axis) * count(x, axis) + e),
    "squares-not-centred": lambda x, axis, e: np.sqrt((x * x).mean(axis, keepdims=True) + e),
    "mean-deviation": (
        lambda x, axis, e: abs(x - mean(x, axis)).mean(axis, keepdims=True) + e,
        lambda x, axis, e: abs(x - mean(x, axis)).mean(axis, keepdims=True),
    ),
    "not-divided": lambda x, axis, e: 1.0,
    "std-multiplied": lambda x, axis, e: 1 / np.sqrt(var(x, axis) + e),
}
AFFINE = {  # what a wrong formula does with the normalized values h
    "scale-and-shift-forgotten": lambda h, g, b: h,
    "shift-forgotten": lambda h, g, b: g * h,
    "scale-forgotten": lambda h, g, b: h + b,
    "gamma-positive": lambda h, g, b: abs(g) * h + b,
    "gamma-is-not-variance": (
        lambda h, g, b: np.sqrt(g) * h + b,
        lambda h, g, b: np.sqrt(abs(g)) * h + b,
        lambda h, g, b: g**2 * h + b,
    ),
    "gamma-beta-swapped": lambda h, g, b: b * h + g,
    "shift-inside": lambda h, g, b: g * (h + b),
    "shift-sign": lambda h, g, b: g * h - b,
    "gamma-divides": lambda h, g, b: h / g + b,
}


CENTRES = {  # what a wrong formula subtracts
    "mean-kept": lambda x, axis: 0.0,
    "mean-sign": lambda x, axis: -mean(x, axis),
    "median-for-mean": lambda x, axis: np.median(x, axis, keepdims=True),
}
BRACKETS = (  # mu is the mean, v the variance
    lambda x, mu, v, e, g, b: g * x - mu / np.sqrt(v + e) + b,
    lambda x, mu, v, e, g, b: g * (x - mu / np.sqrt(v + e)) + b,
    lambda x, mu, v, e, g, b: (g * x - mu) / np.sqrt(v + e) + b,
    lambda x, mu, v, e, g, b: (g * (x - mu) + b) / np.sqrt(v + e),
    lambda x, mu, v, e, g, b: x - mu / np.sqrt(v + e),
    lambda x, mu, v, e, g, b: g * (x - mu) / np.sqrt(v) + e + b,
    lambda x, mu, v, e, g, b: g * ((x - mu) / np.sqrt(v) + e) + b,
)


def each(parts, make):
    """{id: the formulas that `make` builds}; it gives a tuple for each part."""
    return {
        name: sum(map(make, several if isinstance(several, tuple) else (several,)), ())
        for name, several in parts.items()
    }


def slips_over(axis, spread):
    """Slips of batch norm with means over `axis`: {id: formulas}.

    `spread` gives gamma and beta the axes of x.
    """

    def made(centre=mean, divisor=right_divisor, affine=lambda h, g, b: g * h + b):
        return lambda x, g, b, e: affine(
            (x - centre(x, axis)) / divisor(x, axis, e), spread(g), spread(b)
        )

    def with_and_without_shift(**part):
        return made(**part), made(**part, affine=AFFINE["shift-forgotten"])

    def whole(formula):
        return lambda x, g, b, e: formula(x, mean(x, axis), var(x, axis), e, spread(g), spread(b))

    return {
        **each(DIVISORS, lambda part: with_and_without_shift(divisor=part)),
        **each(CENTRES, lambda part: with_and_without_shift(centre=part)),
        **each(AFFINE, lambda part: (made(affine=part),)),
        "brackets": tuple(map(whole, BRACKETS)),
        "minimum-and-maximum": (
            made(minimum, extent),
            made(minimum, lambda *x: extent(*x) + x[-1]),
        ),
    }


def over(*axis, spread=lambda v: v):
    """Batch norm with means over other axes."""
    return lambda x, g, b, e: (
        spread(g) * (x - mean(x, axis)) / np.sqrt(var(x, axis) + e) + spread(b)
    )
