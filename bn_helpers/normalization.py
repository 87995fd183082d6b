"""Layer, group and instance norm: each example is normalized by its own statistics.

They differ in which values of an example share a mean and a variance:

- layer norm: all of them (Ba et al. 2016),
- group norm: those of C / groups neighbouring channels (Wu & He 2018),
- instance norm: those of one channel (Ulyanov et al. 2016).

So layer norm is group norm with one group, and instance norm is group norm with C
groups. Batch norm normalizes columns of examples. Here the values that share statistics
are put into one column each, and the equations of batch norm do the rest. No example
depends on another one, so training and evaluation compute the same.

The layers `LayerNorm`, `GroupNorm` and `InstanceNorm` stand in a Network in the place
of a BatchNorm. They keep no statistics.
"""

from typing import NamedTuple

import numpy as np

from . import _equations as equations
from . import _require as require


class GroupCache(NamedTuple):
    """What the backward pass needs. N examples, C features or channels."""

    x_hat: np.ndarray  # the normalized values, of the shape of x
    gamma: np.ndarray  # (C,)
    std: np.ndarray  # (N, groups), sqrt(var + eps)
    mu: np.ndarray  # (N, groups), the mean of each group
    var: np.ndarray  # (N, groups), its biased variance


def layernorm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each example by its own mean and variance: out and the GroupCache.

    x and out are (N, C) or (N, C, H, W), gamma and beta are (C,). Source: Ba et al.
    2016. For images gamma and beta belong to channels, as in group norm with one group
    (Wu & He 2018). PyTorch's GroupNorm(1, C) does so. Its LayerNorm has the same
    statistics, but gamma and beta (C, H, W), one of each for each pixel of each
    channel. ValueError for wrong shapes, non-finite values, or eps = 0 with a constant
    example.
    """
    return _forward(require.batch("x", x), gamma, beta, 1, eps)


def groupnorm_forward(x, gamma, beta, groups, eps=1e-5):
    """Normalize each group of channels of each example: out and the GroupCache.

    x and out are (N, C) or (N, C, H, W), gamma and beta are (C,). `groups` divides C. A
    group has C / groups neighbouring channels. If it is a single value, out = beta.
    Source: Wu & He 2018. ValueError for wrong shapes or groups, non-finite values, or
    eps = 0 with a constant group.
    """
    x, groups = require.batch("x", x), require.count("groups", groups)
    return _forward(x, gamma, beta, _divisor(groups, x.shape[1]), eps)


def instancenorm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each channel of each image: out (N, C, H, W) and the GroupCache.

    x is (N, C, H, W), gamma and beta are (C,). If an image is one pixel, out = beta.
    Source: Ulyanov et al. 2016. ValueError for wrong shapes, non-finite values, or
    eps = 0 with a constant channel.
    """
    x = require.floats("x", x, "N", "C", "H", "W")
    return _forward(x, gamma, beta, x.shape[1], eps)


def layernorm_backward(dout, cache):
    """Gradients dx (like x), dgamma (C,) and dbeta (C,) of a loss, given dout like x.

    ValueError if `cache` is not from the forward function, for a wrong shape of dout,
    or for non-finite values.
    """
    return _backward(dout, cache)


def groupnorm_backward(dout, cache):
    """Gradients dx (like x), dgamma (C,) and dbeta (C,) of a loss, given dout like x.

    ValueError if `cache` is not from the forward function, for a wrong shape of dout,
    or for non-finite values.
    """
    return _backward(dout, cache)


def instancenorm_backward(dout, cache):
    """Gradients dx (N, C, H, W), dgamma (C,) and dbeta (C,), given dout like x.

    ValueError if `cache` is not from the forward function, for a wrong shape of dout,
    or for non-finite values.
    """
    return _backward(dout, cache)


class GroupNorm:
    """The layer: each group of channels of each example is normalized by itself.

    params: gamma (C,) = 1 and beta (C,) = 0, of `dtype` float32 or float64. `groups`
    divides C, the num_features. Training and evaluation are the same. `cache` is the
    GroupCache of the last forward pass. ValueError as in BatchNorm.
    """

    _shape = None  # of the last output

    def __init__(self, num_features, groups, *, eps=1e-5, dtype=np.float64):
        self.num_features = require.count("num_features", num_features)
        self.groups = _divisor(require.count("groups", groups), self.num_features)
        self.eps = require.between("eps", eps, 0)
        if self.eps == 0:
            raise ValueError("eps: expected more than 0, as a group may be constant; got 0")
        dtype = require.dtype("dtype", dtype)
        gamma, beta = np.ones(self.num_features, dtype), np.zeros(self.num_features, dtype)
        self.params, self.grads = {"gamma": gamma, "beta": beta}, {}

    def forward(self, x, *, training):
        """x (N, C) or (N, C, H, W) -> out of the same shape and dtype."""
        x, C = require.batch_or_images(x), self.num_features
        if x.shape[1] != C or x.size == 0:
            raise ValueError(f"x: expected shape (N, {C}) or (N, {C}, H, W), got shape {x.shape}")
        gamma, beta = (self.params[k].astype(x.dtype, copy=False) for k in ("gamma", "beta"))
        out, self.cache = _normalize(x, gamma, beta, self.groups, self.eps)
        self._shape = x.shape
        return out

    def backward(self, dout):
        """Gradient dx of the shape of dout; fills `grads`."""
        dx, dgamma, dbeta = _gradients(require.upstream(dout, self._shape), self.cache)
        self.grads.update(gamma=dgamma, beta=dbeta)
        return dx


class LayerNorm(GroupNorm):
    """Group norm with one group: all values of an example share mean and variance."""

    def __init__(self, num_features, *, eps=1e-5, dtype=np.float64):
        super().__init__(num_features, 1, eps=eps, dtype=dtype)


class InstanceNorm(GroupNorm):
    """Group norm with C groups: each channel of each image has its own statistics.

    On x (N, C) each value is alone, and out = beta.
    """

    def __init__(self, num_features, *, eps=1e-5, dtype=np.float64):
        super().__init__(num_features, num_features, eps=eps, dtype=dtype)


def _forward(x, gamma, beta, groups, eps):
    gamma, beta = (
        require.floats(name, value, x.shape[1]).astype(x.dtype)
        for name, value in (("gamma", gamma), ("beta", beta))
    )
    eps = require.between("eps", eps, 0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        out, cache = _normalize(x, gamma, beta, groups, eps)
    _refuse_extremes(x, cache.std, cache.var)
    return out, cache


def _normalize(x, gamma, beta, groups, eps):
    """The same for trusted arguments."""
    N = len(x)
    _, columns = equations.forward(_columns(x, N * groups), 1, 0, eps)
    std, mu, var = (value.reshape(N, groups) for value in columns[2:])
    x_hat = columns.x_hat.T.reshape(x.shape)
    out = _by_channel(gamma, x) * x_hat + _by_channel(beta, x)
    return out, GroupCache(x_hat, gamma, std, mu, var)


def _backward(dout, cache):
    if not isinstance(cache, GroupCache):
        came = type(cache).__name__
        raise ValueError(f"cache: expected what the forward function returned, got {came}")
    x_hat = cache.x_hat
    return _gradients(require.floats("dout", dout, *x_hat.shape).astype(x_hat.dtype), cache)


def _gradients(dout, cache):
    """The same for trusted arguments."""
    x_hat, gamma, std, _, _ = cache
    dx_hat = dout * _by_channel(gamma, dout)
    columns = equations.Cache(_columns(x_hat, std.size), 1, std.ravel(), None, None)
    dx, _, _ = equations.backward(_columns(dx_hat, std.size), columns)
    others = (0, 2, 3)[: dout.ndim - 1]  # all axes but the channels
    return dx.T.reshape(dout.shape), (dout * x_hat).sum(axis=others), dout.sum(axis=others)


def _divisor(groups, C):
    if C % groups:
        raise ValueError(f"groups: expected a divisor of {C} channels, got {groups}")
    return groups


def _columns(x, number):
    """x cut in order into `number` parts of one length, each a column."""
    return x.reshape(number, -1).T


def _by_channel(value, x):
    """`value` (C,) so that it is broadcast over x (N, C) or (N, C, H, W)."""
    return value if x.ndim == 2 else value[:, None, None]


def _refuse_extremes(x, std, var):
    if not np.isfinite(var).all():
        came = f"up to {np.abs(x).max():.1e}"
        raise ValueError(f"x: expected values whose squares {x.dtype} can hold, got {came}")
    if not std.all():
        example, group = (int(i) for i in np.argwhere(std == 0)[0])
        reason = f"group {group} of example {example} of x is constant"
        raise ValueError(f"eps: expected more than 0, since {reason}; got 0")
