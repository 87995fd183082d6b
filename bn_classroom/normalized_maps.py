"""Wrong formulas of batch norm for maps: means over other axes or other places."""

import numpy as np


def affine(h, gamma, beta):
    """gamma h + beta, with gamma and beta (C,) along axis 1 of h."""
    along = (-1,) + (1,) * (h.ndim - 2)
    return gamma.reshape(along) * h + beta.reshape(along)


def by_means(mean_of, var_of=None):
    """A formula from mean_of(x, ...) and var_of(x, mu, ...), each ready to meet x."""

    def formula(x, *rest):
        *more, gamma, beta, eps = rest
        mu = mean_of(x, *more)
        v = mean_of((x - mu) ** 2, *more) if var_of is None else var_of(x, mu, *more)
        return affine((x - mu) / np.sqrt(v + eps), gamma, beta)

    return formula


def over(*axis):
    """Means over `axis`, whatever else the contract says."""
    return by_means(lambda x, *_: x.mean(axis, keepdims=True))


def averaged(inner, outer):
    """Variances over `inner`, averaged over `outer`; the mean is over both."""
    return by_means(
        lambda x: x.mean(inner + outer, keepdims=True),
        lambda x, mu: x.var(inner, keepdims=True).mean(outer, keepdims=True),
    )


def as_rows(x, axes):
    """x as rows (M, K): the axes in `axes` stay, as K columns."""
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    return moved.reshape(-1, np.prod(moved.shape[-len(axes) :])), moved.shape


def back_from(shape, axes):
    return lambda out: np.moveaxis(out.reshape(shape), range(-len(axes), 0), axes)
