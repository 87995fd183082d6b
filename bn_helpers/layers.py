"""Layers of a network. Each has `forward(x, *, training)` and `backward(dout)`.

`backward` returns the gradient of its input and fills `grads`. A layer keeps what its
backward pass needs. Rows are examples: x is (N, D). Layers that work value by value
also take images (N, C, H, W). Convolution, AveragePooling and Flatten take only images.
The output has the dtype of the input; integers become float64. A layer raises
ValueError for a wrong shape, for anything but a plain array of real numbers, and for
backward before forward. It does not look for NaN, so that a diverging run can be
watched until it ends.
"""

from types import MappingProxyType

import numpy as np

from . import _require as require

NONE = MappingProxyType({})  # of a layer without parameters


class Linear:
    """x (N, D) -> x @ W + b (N, M), with W (D, M) and b (M,).

    b is None where batch norm follows.
    """

    def __init__(self, W, b=None):
        W = require.floats("W", W, "D", "M")
        self.params = {"W": W.copy()}
        if b is not None:
            self.params["b"] = require.floats("b", b, W.shape[1]).astype(W.dtype)
        self.grads, self._shape = {}, None

    def forward(self, x, *, training):
        x, D = require.real_array("x", x), len(self.params["W"])
        if x.ndim != 2 or x.shape[1] != D or x.size == 0:
            raise ValueError(f"x: expected {require.wanted(('N', D))}, got shape {x.shape}")
        params = {name: value.astype(x.dtype, copy=False) for name, value in self.params.items()}
        self._x, out = x, x @ params["W"]
        self._shape = out.shape
        return out + params["b"] if "b" in params else out

    def backward(self, dout):
        dout = require.upstream(dout, self._shape)
        self.grads["W"] = self._x.T @ dout
        if "b" in self.params:
            self.grads["b"] = dout.sum(axis=0)
        return dout @ self.params["W"].T.astype(dout.dtype, copy=False)


class Convolution:
    """x (N, C, H, W) -> out (N, F, H', W'), with W (F, C, KH, KW) and b (F,).

    Each of the F filters looks at windows of KH x KW pixels, one pixel apart:
    out[n, f, i, j] = b[f] + the sum of W[f] * x[n, :, i : i + KH, j : j + KW].
    x first gets `padding` rows and columns of zeros on each side, so that
    H' = H + 2 padding - KH + 1. b is None where batch norm follows. The weights of
    C * KH * KW pixels make one sum, so that number is the fan-in:
    `he_normal(C * KH * KW, F, rng).T.reshape(F, C, KH, KW)`.
    """

    def __init__(self, W, b=None, *, padding=0):
        W = require.floats("W", W, "F", "C", "KH", "KW")
        self.params, self.padding = {"W": W.copy()}, require.count("padding", padding, at_least=0)
        if b is not None:
            self.params["b"] = require.floats("b", b, len(W)).astype(W.dtype)
        self.grads, self._shape = {}, None

    def forward(self, x, *, training):
        _, C, KH, KW = self.params["W"].shape
        x, p = require.real_array("x", x, "N", C, "H", "W"), self.padding
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        if padded.shape[2] < KH or padded.shape[3] < KW:
            expected = f"images of at least {KH} x {KW} pixels with their padding"
            raise ValueError(f"x: expected {expected}, got shape {x.shape}")
        params = {name: value.astype(x.dtype, copy=False) for name, value in self.params.items()}
        self._windows = np.lib.stride_tricks.sliding_window_view(padded, (KH, KW), axis=(2, 3))
        out = np.einsum("nchwij,fcij->nfhw", self._windows, params["W"], optimize=True)
        self._shape = out.shape
        return out + params["b"][:, None, None] if "b" in params else out

    def backward(self, dout):
        dout, p = require.upstream(dout, self._shape), self.padding
        self.grads["W"] = np.einsum("nchwij,nfhw->fcij", self._windows, dout, optimize=True)
        if "b" in self.params:
            self.grads["b"] = dout.sum(axis=(0, 2, 3))
        W = self.params["W"].astype(dout.dtype, copy=False)
        dx = _sum_of_windows(np.einsum("fcij,nfhw->nchwij", W, dout, optimize=True))
        return dx[:, :, p : dx.shape[2] - p, p : dx.shape[3] - p]


def _sum_of_windows(windows):
    """Images whose pixels are the sums over all windows in which they lie."""
    N, C, H, W, KH, KW = windows.shape
    images = np.zeros((N, C, H + KH - 1, W + KW - 1), windows.dtype)
    for i, j in np.ndindex(KH, KW):
        images[:, :, i : i + H, j : j + W] += windows[..., i, j]
    return images


class AveragePooling:
    """x (N, C, H, W) -> the mean of each block of k x k pixels (N, C, H/k, W/k).

    k is the `size`. ValueError if it does not divide H and W.
    """

    params = grads = NONE
    _shape = None

    def __init__(self, size):
        self.size = require.count("size", size)

    def forward(self, x, *, training):
        x, k = require.real_array("x", x, "N", "C", "H", "W"), self.size
        if x.shape[2] % k or x.shape[3] % k:
            raise ValueError(f"x: expected H and W that {k} divides, got shape {x.shape}")
        # Of each block take the pixel in row i and column j; add up over i and j.
        out = sum(x[:, :, i::k, j::k] for i, j in np.ndindex(k, k)) / k**2
        self._shape = out.shape
        return out

    def backward(self, dout):
        dout, k = require.upstream(dout, self._shape), self.size
        return dout.repeat(k, axis=2).repeat(k, axis=3) / k**2


class Flatten:
    """x (N, C, H, W) -> out (N, C*H*W), so that a Linear can follow."""

    params = grads = NONE
    _shape = None

    def forward(self, x, *, training):
        self._images = require.real_array("x", x, "N", "C", "H", "W")
        out = self._images.reshape(len(x), -1)
        self._shape = out.shape
        return out

    def backward(self, dout):
        return require.upstream(dout, self._shape).reshape(self._images.shape)


class Sigmoid:
    """out = 1 / (1 + exp(-x)); its slope out (1 - out) is at most 1/4."""

    params = grads = NONE
    _shape = None  # of the last output

    def forward(self, x, *, training):
        x = require.batch_or_images(x)
        self._shape = x.shape
        self._out = 0.5 * (1 + np.tanh(0.5 * x))  # the same function, without overflow in exp
        return self._out

    def backward(self, dout):
        return require.upstream(dout, self._shape) * self._out * (1 - self._out)


class Tanh:
    """out = tanh(x); its slope 1 - out^2 is at most 1."""

    params = grads = NONE
    _shape = None

    def forward(self, x, *, training):
        x = require.batch_or_images(x)
        self._shape = x.shape
        self._out = np.tanh(x)
        return self._out

    def backward(self, dout):
        return require.upstream(dout, self._shape) * (1 - self._out**2)


class ReLU:
    """out = max(x, 0); its slope is 1 where x > 0, else 0 (also at x = 0)."""

    params = grads = NONE
    _shape = None

    def forward(self, x, *, training):
        x = require.batch_or_images(x)
        self._shape = x.shape
        self._passed = x > 0
        return np.maximum(x, 0)

    def backward(self, dout):
        return require.upstream(dout, self._shape) * self._passed


class Dropout:
    """In training each value becomes 0 with probability p; in evaluation none does.

    The values that remain are divided by 1 - p. This keeps the mean, so that evaluation
    needs no factor (Srivastava et al. 2014).
    """

    params = grads = NONE
    _shape = None

    def __init__(self, p, rng):
        self.p, self.rng = require.between("p", p, 0, 1), require.generator("rng", rng)
        if self.p == 1:
            came = "1, which would drop everything"
            raise ValueError(f"p: expected a probability below 1, got {came}")

    def forward(self, x, *, training):
        x = require.batch_or_images(x)
        self._shape = x.shape
        self._scale = (self.rng.random(x.shape) >= self.p) / (1 - self.p) if training else 1.0
        return (x * self._scale).astype(x.dtype, copy=False)

    def backward(self, dout):
        dout = require.upstream(dout, self._shape)
        return (dout * self._scale).astype(dout.dtype, copy=False)


def softmax_cross_entropy(logits, y):
    """Mean loss in nats (a float) and its gradient dlogits (N, C).

    logits is (N, C), the labels y are (N,). ValueError for non-finite logits, wrong
    shapes, or labels outside 0..C-1.
    """
    logits = require.floats("logits", logits, "N", "C")
    return unchecked_cross_entropy(logits, require.labels("y", y, *logits.shape))


def unchecked_cross_entropy(logits, y):
    """The same for trusted arguments.

    A run that diverges gets a non-finite loss, not an error.
    """
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)  # no overflow in exp
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return float(-log_p[rows, y].mean()), dlogits / len(y)
