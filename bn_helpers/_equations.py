"""The equations of batch norm (Ioffe & Szegedy 2015), without checks.

x is (N, D), one row per example; gamma, beta, mean and std are (D,).
"""

from typing import NamedTuple

import numpy as np


class Cache(NamedTuple):
    """The values that the backward pass needs and the lessons print.

    N examples, D features.
    """

    x_hat: np.ndarray  # (N, D), the normalized values
    gamma: np.ndarray  # (D,)
    std: np.ndarray  # (D,), sqrt(var + eps)
    mu: np.ndarray  # (D,), the batch mean
    var: np.ndarray  # (D,), the biased batch variance (divides by N)


def forward(x, gamma, beta, eps):
    """Normalize by batch statistics: out (N, D) and the Cache (algorithm 1)."""
    mu = x.mean(axis=0)
    xc = x - mu
    # Rounding leaves a small mean in xc. Without it a constant feature is exactly 0,
    # and the variance of float32 values around 1e4 loses no digits.
    rest = xc.mean(axis=0)
    xc -= rest
    var = (xc * xc).mean(axis=0)
    std = np.sqrt(var + eps)
    x_hat = xc / std
    out = gamma * x_hat + beta
    return out, Cache(x_hat, gamma, std, mu.astype(np.float64) + rest, var)


def backward(dout, cache):
    """Gradients dx (N, D), dgamma (D,) and dbeta (D,), given dout (N, D).

    dx has mean 0, and its component along x_hat is 0 up to eps.
    """
    x_hat, gamma, std, _, _ = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma / std * (dout - (dbeta + x_hat * dgamma) / len(dout))
    return dx, dgamma, dbeta


def inference(x, gamma, beta, mean, std):
    """Normalize by given statistics: out and x_hat (N, D), both of the dtype of x."""
    x_hat = (x - mean) / std
    return (gamma * x_hat + beta).astype(x.dtype), x_hat.astype(x.dtype)
