"""Batch normalization (Ioffe & Szegedy 2015): pure functions, and a layer with state.

The functions take x (N, D), one row per example. The layer takes that or (N, C, H, W),
where each channel is one feature and every place of every image one example (paper,
section 3.2).
"""

from copy import deepcopy

import numpy as np

from . import _equations as equations
from . import _require as require
from ._equations import Cache
from ._states import arrays, pytorch_names  # noqa: F401, the second is public here


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each feature by its batch statistics: out (N, D) and the Cache.

    This is algorithm 1 of the paper, for x (N, D), gamma (D,) and beta (D,). A batch of
    one gives out = beta, since every value is its own mean. ValueError for wrong
    shapes, non-finite values, or eps = 0 with a constant feature.
    """
    x = require.floats("x", x, "N", "D")
    parameters = _of_length(x.shape[1], {"gamma": gamma, "beta": beta})
    gamma, beta = (value.astype(x.dtype) for value in parameters)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        out, cache = equations.forward(x, gamma, beta, require.between("eps", eps, 0))
    if not np.isfinite(cache.var).all():
        came = f"up to {np.abs(x).max():.1e}"
        raise ValueError(f"x: expected values whose squares {x.dtype} can hold, got {came}")
    _refuse_zero(cache.std, eps, "feature {} of x is constant")
    return out, cache


def batchnorm_backward(dout, cache):
    """Gradients dx (N, D), dgamma (D,) and dbeta (D,) of a loss, given dout (N, D).

    mu and var depend on every row of x, so dx loses its mean and its component along
    x_hat (paper, section 3). dx is 0 for a batch of one, and as small as eps for a
    batch of two. ValueError if `cache` is not from `batchnorm_forward`, and for wrong
    shapes or non-finite values.
    """
    if not isinstance(cache, Cache):
        came = type(cache).__name__
        raise ValueError(f"cache: expected what batchnorm_forward returned, got {came}")
    x_hat = require.floats("cache.x_hat", cache.x_hat, "N", "D")
    stored = {"cache.gamma": cache.gamma, "cache.std": cache.std}
    gamma, std = _of_length(x_hat.shape[1], stored)
    dout = require.floats("dout", dout, *x_hat.shape).astype(x_hat.dtype)
    return equations.backward(dout, cache._replace(x_hat=x_hat, gamma=gamma, std=std))


def batchnorm_inference(x, gamma, beta, mean, var, eps=1e-5):
    """Normalize x (N, D) by the given mean (D,) and var (D,): out (N, D).

    This is one fixed affine map per feature (paper, section 3.1). It is computed in
    float64, so that float32 input far from 0 loses no digits. out has the dtype of x.
    ValueError for wrong shapes, non-finite values, a negative variance, or eps = 0 with
    a variance of 0.
    """
    x = require.floats("x", x, "N", "D")
    values = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    gamma, beta, mean, var = _of_length(x.shape[1], values)
    std = np.sqrt(_variance("var", var) + require.between("eps", eps, 0))
    _refuse_zero(std, eps, "var of feature {} is 0")
    return equations.inference(x, gamma, beta, mean.astype(np.float64), std)[0]


def _of_length(length, values):
    """Each of `values`, a dict by name, as floats of shape (length,)."""
    return [require.floats(name, value, length) for name, value in values.items()]


def _refuse_zero(std, eps, reason):
    if not std.all():
        reason = reason.format(int(np.argmin(std)))
        raise ValueError(f"eps: expected more than 0, since {reason}; got {eps!r}")


def _variance(name, var):
    if var.min() < 0:
        raise ValueError(f"{name}: expected variances of at least 0, got {var.min()}")
    return var


class BatchNorm:
    """The layer: it uses batch statistics in training, running ones in evaluation.

    params: gamma (C,) = 1 and beta (C,) = 0, of `dtype` float32 or float64. State:
    running_mean (C,) = 0, running_var (C,) = initial_var (float64) and num_batches.
    `momentum` is the weight of the NEW batch, as in PyTorch; None takes the plain
    average of all batches so far. running_var averages the unbiased variance (algorithm
    2), and with unbiased=False the batch's own. Some courses do so, and begin with
    initial_var=0. `cache` is the Cache of the last forward pass.
    """

    def __init__(
        self,
        num_features,
        *,
        momentum=0.1,
        eps=1e-5,
        dtype=np.float64,
        initial_var=1.0,
        unbiased=True,
    ):
        self.num_features = require.count("num_features", num_features)
        self.initial_var = require.between("initial_var", initial_var, 0)
        self.unbiased = bool(unbiased)
        self.momentum = None if momentum is None else require.between("momentum", momentum, 0, 1)
        self.eps = require.between("eps", eps, 0)
        if self.eps == 0:
            raise ValueError("eps: expected more than 0, as a feature may be constant; got 0")
        dtype = require.dtype("dtype", dtype)
        gamma, beta = np.ones(self.num_features, dtype), np.zeros(self.num_features, dtype)
        self.params = {"gamma": gamma, "beta": beta}
        self.grads, self._shape = {}, None  # the shape of the last output
        self.reset_statistics()

    def reset_statistics(self):
        """Set the state from before the first batch; gamma and beta stay."""
        self.running_mean = np.zeros(self.num_features)
        self.running_var = np.full(self.num_features, float(self.initial_var))
        self.num_batches = 0

    def forward(self, x, *, training):
        """x (N, C) or (N, C, H, W) -> out of the same shape and dtype.

        ValueError for another shape, and in training for a single value per channel,
        since the unbiased variance divides by m - 1.
        """
        x = require.real_array("x", x)
        rows = self._rows(x)  # (m, C)
        m = len(rows)
        if training and m == 1:
            came = f"shape {x.shape}"
            raise ValueError(f"x: expected more than one value per channel in training, got {came}")
        gamma, beta = (self.params[k].astype(rows.dtype, copy=False) for k in ("gamma", "beta"))
        if training:
            out, self.cache = equations.forward(rows, gamma, beta, self.eps)
            var = self.cache.var * (m / (m - 1)) if self.unbiased else self.cache.var
            self._update(self.cache.mu, var)
        else:
            mean, var = self.running_mean, self.running_var
            std = np.sqrt(var + self.eps)
            out, x_hat = equations.inference(rows, gamma, beta, mean, std)
            self.cache = Cache(x_hat, gamma, std.astype(rows.dtype), mean, var)
        self._trained, self._shape = training, x.shape
        return self._like(out, x.shape)

    def backward(self, dout):
        """Gradient dx of the shape of dout; fills `grads`.

        After a pass in evaluation the statistics are constants.
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
        """Copies of parameters and state by name; (C,), and num_batches a 0-d array."""
        names = ("running_mean", "running_var", "num_batches")
        state = self.params | {name: getattr(self, name) for name in names}
        return {name: np.array(value) for name, value in state.items()}

    def load_state_dict(self, state):
        """Take over what `state_dict` returned, as a dict or an open .npz file.

        The state of a PyTorch BatchNorm1d or BatchNorm2d is taken, too: see
        `pytorch_names`. ValueError for a wrong name or shape, or a damaged file; then
        nothing changes.
        """
        own = self.state_dict()
        state = arrays(state, own.keys())
        new = {k: require.floats(f"state[{k!r}]", state[k], *own[k].shape) for k in own}
        _variance("state['running_var']", new["running_var"])
        num_batches = require.count("state['num_batches']", state["num_batches"], at_least=0)
        self.params = {name: new[name].copy() for name in ("gamma", "beta")}
        self.running_mean = new["running_mean"].astype(np.float64)
        self.running_var = new["running_var"].astype(np.float64)
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
    """W' (D, M) and b' (M,) of one linear layer that does the work of two.

    It equals `x @ W + b` followed by `bn` in evaluation (paper, section 3.1). b may be
    None. ValueError if W does not have bn.num_features columns.
    """
    W = require.floats("W", W, "D", bn.num_features)
    b = np.zeros(bn.num_features, W.dtype) if b is None else require.floats("b", b, bn.num_features)
    scale = bn.params["gamma"] / np.sqrt(bn.running_var + bn.eps)
    shift = (b - bn.running_mean) * scale + bn.params["beta"]
    return (W * scale).astype(W.dtype), shift.astype(W.dtype)


def recalibrate(network, X, batch_size):
    """Replace the running statistics of every BatchNorm by plain averages over X.

    This is algorithm 2 of the paper. The weights stay as they are. X is (N, D) or
    (N, C, H, W). It is cut into batches in order, without an incomplete last one. Each
    batch goes through a copy of `network` in training mode. ValueError where that
    cannot be done; then nothing changes.
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
