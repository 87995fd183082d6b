"""Batch normalization (Ioffe & Szegedy 2015): the pure functions, and the layer with
its state.

The functions take x (N, D), one row per example. The layer takes that or (N, C, H, W),
where each channel is one feature and every place of every image one example (paper,
section 3.2).
"""

from collections.abc import Mapping
from copy import deepcopy

import numpy as np

from . import _equations as equations
from . import _require as require
from ._equations import Cache


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """out (N, D) and a cache: algorithm 1 of the paper, for x (N, D), gamma (D,), beta
    (D,).

    A batch of one gives out = beta, since every value is its own mean. ValueError for
    wrong shapes, non-finite values, or eps = 0 with a constant feature.
    """
    x = require.floats("x", x, "N", "D")
    gamma, beta = (
        require.floats(k, v, x.shape[1]).astype(x.dtype)
        for k, v in (("gamma", gamma), ("beta", beta))
    )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        out, cache = equations.forward(x, gamma, beta, require.between("eps", eps, 0))
    if not np.isfinite(cache.var).all():
        raise ValueError(
            f"x: expected values whose squares {x.dtype} can hold, got up to {np.abs(x).max():.1e}"
        )
    if not cache.std.all():
        column = int(np.argmin(cache.std))
        raise ValueError(
            f"eps: expected more than 0, since feature {column} of x is constant; got {eps!r}"
        )
    return out, cache


def batchnorm_backward(dout, cache):
    """Gradients dx (N, D), dgamma (D,), dbeta (D,) of a loss, given dout (N, D) (paper,
    section 3).

    mu and var depend on every row of x, so dx loses its mean and its component along
    x_hat: it is 0 for a batch of one and of the size of eps for a batch of two.
    ValueError for what is no cache of `batchnorm_forward`, and for another shape or
    non-finite values.
    """
    if not isinstance(cache, Cache):
        raise ValueError(
            f"cache: expected what batchnorm_forward returned, got {type(cache).__name__}"
        )
    x_hat = require.floats("cache.x_hat", cache.x_hat, "N", "D")
    gamma, std = (
        require.floats(f"cache.{k}", getattr(cache, k), x_hat.shape[1]) for k in ("gamma", "std")
    )
    dout = require.floats("dout", dout, *x_hat.shape).astype(x_hat.dtype)
    return equations.backward(dout, cache._replace(x_hat=x_hat, gamma=gamma, std=std))


def batchnorm_inference(x, gamma, beta, mean, var, eps=1e-5):
    """out (N, D) with given statistics mean (D,), var (D,): one fixed affine map per
    feature (section 3.1).

    Sums run in float64, so that float32 input far from 0 loses nothing; out has the
    dtype of x.
    """
    x = require.floats("x", x, "N", "D")
    names = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    gamma, beta, mean, var = (
        require.floats(name, value, x.shape[1]) for name, value in names.items()
    )
    std = np.sqrt(_variance("var", var) + require.between("eps", eps, 0))
    if not std.all():
        raise ValueError(
            f"eps: expected more than 0, since var of feature {int(np.argmin(std))} is 0; got {eps!r}"
        )
    return equations.inference(x, gamma, beta, mean.astype(np.float64), std)[0]


def _variance(name, var):
    if var.min() < 0:
        raise ValueError(f"{name}: expected variances of at least 0, got {var.min()}")
    return var


class BatchNorm:
    """The layer: batch statistics in training, running statistics in evaluation.

    params: gamma (C,) = 1 and beta (C,) = 0, of `dtype` float32 or float64. State:
    running_mean (C,) = 0, running_var (C,) = 1 (both float64) and num_batches.
    `momentum` weighs the NEW batch, as in PyTorch; None takes the plain average of all
    batches so far. running_var averages the unbiased variance (algorithm 2). `cache` is
    the Cache of the last forward pass.
    """

    def __init__(self, num_features, *, momentum=0.1, eps=1e-5, dtype=np.float64):
        self.num_features = require.count("num_features", num_features)
        self.momentum = None if momentum is None else require.between("momentum", momentum, 0, 1)
        self.eps = require.between("eps", eps, 0)
        if self.eps == 0:
            raise ValueError(
                "eps: expected more than 0 in a layer, where a feature may become constant; got 0"
            )
        dtype = require.dtype("dtype", dtype)
        gamma, beta = np.ones(self.num_features, dtype), np.zeros(self.num_features, dtype)
        self.params = {"gamma": gamma, "beta": beta}
        self.grads, self._shape = {}, None  # the shape of the last output
        self.reset_statistics()

    def reset_statistics(self):
        """Back to the state before the first batch; gamma and beta stay."""
        self.running_mean, self.running_var = (
            np.zeros(self.num_features),
            np.ones(self.num_features),
        )
        self.num_batches = 0

    def forward(self, x, *, training):
        """x (N, C) or (N, C, H, W) -> out of the same shape and dtype.

        ValueError for another shape, and in training for a single value per channel,
        since the unbiased variance divides by m - 1.
        """
        x = require.real_array("x", x)
        rows = self._rows(x)  # (m, C)
        gamma, beta = (
            self.params[name].astype(rows.dtype, copy=False) for name in ("gamma", "beta")
        )
        if training:
            m = len(rows)
            if m == 1:
                raise ValueError(
                    f"x: expected more than one value per channel in training, got shape {x.shape}"
                )
            out, self.cache = equations.forward(rows, gamma, beta, self.eps)
            self._update(self.cache.mu, self.cache.var * (m / (m - 1)))
        else:
            std = np.sqrt(self.running_var + self.eps)
            out, x_hat = equations.inference(rows, gamma, beta, self.running_mean, std)
            self.cache = Cache(
                x_hat, gamma, std.astype(rows.dtype), self.running_mean, self.running_var
            )
        self._trained, self._shape = training, x.shape
        return self._like(out, x.shape)

    def backward(self, dout):
        """dx of the shape of dout; fills grads. In evaluation the statistics are
        constants.
        """
        dout = require.upstream(dout, self._shape)
        rows = self._rows(dout)
        if self._trained:
            dx, dgamma, dbeta = equations.backward(rows, self.cache)
        else:
            dx = rows * (self.cache.gamma / self.cache.std)
            dgamma, dbeta = (rows * self.cache.x_hat).sum(axis=0), rows.sum(axis=0)
        self.grads.update(gamma=dgamma, beta=dbeta)
        return self._like(dx, dout.shape)

    def state_dict(self):
        """Copies of gamma, beta, running_mean, running_var (C,) and num_batches (a 0-d
        array), by name.
        """
        state = self.params | {
            name: getattr(self, name) for name in ("running_mean", "running_var", "num_batches")
        }
        return {name: np.array(value) for name, value in state.items()}

    def load_state_dict(self, state):
        """Take over what `state_dict` gave, as a dict or an open .npz file.

        ValueError, and nothing changed, if a name or shape is off, or the file is
        damaged.
        """
        own = self.state_dict()
        if not isinstance(state, Mapping) or state.keys() != own.keys():
            came = sorted(map(str, state)) if isinstance(state, Mapping) else require.shown(state)
            raise ValueError(f"state: expected the names {sorted(own)}, got {came}")
        try:
            state = dict(state)
        except (
            Exception
        ) as error:  # a file is read only here; zipfile, zlib and NumPy raise what they like
            raise ValueError(
                f"state: expected arrays, got a damaged file ({error}); save it again"
            ) from None
        new = {
            name: require.floats(f"state[{name!r}]", state[name], *own[name].shape) for name in own
        }
        _variance("state['running_var']", new["running_var"])
        num_batches = require.count("state['num_batches']", state["num_batches"], at_least=0)
        self.params = {name: new[name].copy() for name in ("gamma", "beta")}
        self.running_mean, self.running_var = (
            new[name].astype(np.float64) for name in ("running_mean", "running_var")
        )
        self.num_batches = num_batches

    def _update(self, mean, var):
        self.num_batches += 1
        momentum = 1 / self.num_batches if self.momentum is None else self.momentum
        self.running_mean = (1 - momentum) * self.running_mean + momentum * mean
        self.running_var = (1 - momentum) * self.running_var + momentum * var

    def _rows(self, x):
        if x.ndim not in (2, 4) or x.shape[1] != self.num_features or x.size == 0:
            C = self.num_features
            raise ValueError(f"x: expected shape (N, {C}) or (N, {C}, H, W), got shape {x.shape}")
        return x if x.ndim == 2 else x.transpose(0, 2, 3, 1).reshape(-1, self.num_features)

    def _like(self, rows, shape):
        if len(shape) == 2:
            return rows
        N, C, H, W = shape
        return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def fold_batchnorm(W, b, bn):
    """W' (D, M), b' (M,): one linear layer equal to `x @ W + b` followed by `bn` in
    evaluation.

    b may be None. ValueError if W does not have bn.num_features columns (paper, section
    3.1).
    """
    W = require.floats("W", W, "D", bn.num_features)
    b = np.zeros(bn.num_features, W.dtype) if b is None else require.floats("b", b, bn.num_features)
    scale = bn.params["gamma"] / np.sqrt(bn.running_var + bn.eps)
    return (W * scale).astype(W.dtype), ((b - bn.running_mean) * scale + bn.params["beta"]).astype(
        W.dtype
    )


def recalibrate(network, X, batch_size):
    """Replace the running statistics of every BatchNorm in `network` by plain averages
    over X.

    This is algorithm 2 of the paper. The weights stay as they are. X is (N, D) or (N,
    C, H, W). It is cut into batches in order, without an incomplete last one; each goes
    through a copy of the network in training mode. ValueError, and nothing changed,
    where that cannot be done.
    """
    if not batchnorm_layers(network):
        raise ValueError("network: expected at least one BatchNorm layer, got none")
    batch_size = require.count("batch_size", batch_size, at_least=2)
    X = require.batch("X", X)
    if len(X) < batch_size:
        raise ValueError(f"X: expected at least one batch of {batch_size} rows, got {len(X)}")
    copy = deepcopy(network)
    for bn in batchnorm_layers(copy):
        bn.reset_statistics()
        bn.momentum = None
    for start in range(0, len(X) - batch_size + 1, batch_size):
        copy.forward(X[start : start + batch_size], training=True)
    for bn, new in zip(batchnorm_layers(network), batchnorm_layers(copy)):
        bn.running_mean, bn.running_var = new.running_mean, new.running_var
        bn.num_batches = new.num_batches


def batchnorm_layers(network):
    """The BatchNorm layers of a network, in order."""
    return [layer for layer in network.layers if isinstance(layer, BatchNorm)]
