"""Patients 5 to 8 of lesson 10: saving, folding, backward, a gradient check."""

import numpy as np

from ..batchnorm import BatchNorm
from ..gradients import numerical_gradient, relative_error

# --- 5: a network is saved, and loaded into the layers of a new one


def save_and_load(layers, new_layers):
    for old, new in zip(layers, new_layers):
        for name, value in old.params.items():
            new.params[name] = value.copy()


def with_statistics(layers, new_layers):
    save_and_load(layers, new_layers)
    for old, new in zip(layers, new_layers):
        if isinstance(old, BatchNorm):
            new.running_mean = old.running_mean.copy()
            new.running_var = old.running_var.copy()


def by_state_dict(layers, new_layers):
    for old, new in zip(layers, new_layers):
        if hasattr(old, "state_dict"):
            new.load_state_dict(old.state_dict())
        else:
            new.params = {name: np.array(value) for name, value in old.params.items()}


def variance_lost(layers, new_layers):
    save_and_load(layers, new_layers)
    for old, new in zip(layers, new_layers):
        if isinstance(old, BatchNorm):
            new.running_mean = old.running_mean.copy()


def scale_and_shift_lost(layers, new_layers):
    for old, new in zip(layers, new_layers):
        if isinstance(old, BatchNorm):
            new.running_mean, new.running_var = old.running_mean.copy(), old.running_var.copy()
        else:
            new.params = {name: value.copy() for name, value in old.params.items()}


# --- 6: a linear layer W (D, M), b (M,), and batch norm in evaluation, as one layer


def fold(W, b, gamma, beta, mean, var, eps):
    f = gamma / np.sqrt(var + eps)
    return W * f, beta - mean * f


def folded(W, b, gamma, beta, mean, var, eps):
    f = gamma / np.sqrt(var + eps)
    return W * f, (b - mean) * f + beta


def folded_by_probing(W, b, gamma, beta, mean, var, eps):
    def both(x):
        return gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta

    at_zero = both(np.zeros(len(W)))
    return both(np.eye(len(W))) - at_zero, at_zero


def bias_not_scaled(W, b, gamma, beta, mean, var, eps):
    f = gamma / np.sqrt(var + eps)
    return W * f, b - mean * f + beta


def shift_forgotten(W, b, gamma, beta, mean, var, eps):
    f = gamma / np.sqrt(var + eps)
    return W * f, (b - mean) * f


# --- 7: forward and backward, x and dout (N, D)


def layer(x, dout, eps):
    xc = x - x.mean(axis=0)
    std = np.sqrt((xc**2).mean(axis=0)) + eps
    x_hat = xc / std
    common = dout.mean(axis=0) + x_hat * (dout * x_hat).mean(axis=0)
    return x_hat, (dout - common) / std


def closed_form(x, dout, eps):
    xc = x - x.mean(axis=0)
    std = np.sqrt((xc**2).mean(axis=0) + eps)
    x_hat = xc / std
    common = dout.mean(axis=0) + x_hat * (dout * x_hat).mean(axis=0)
    return x_hat, (dout - common) / std


def by_derivatives(x, dout, eps):
    m, xc = len(x), x - x.mean(axis=0)
    std = np.sqrt((xc * xc).sum(axis=0) / m + eps)
    dvar = -(dout * xc).sum(axis=0) / (2 * std**3)
    dxc = dout / std + 2 * xc * dvar / m
    return xc / std, dxc - dxc.sum(axis=0) / m


def _with_dx(dx):
    """A layer with the right output, and dx from (dout, x_hat, std)."""

    def layer(x, dout, eps):
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) / std
        return x_hat, dx(dout, x_hat, std)

    return layer


statistics_constant = _with_dx(lambda dout, x_hat, std: dout / std)
mean_alone = _with_dx(lambda dout, x_hat, std: (dout - dout.mean(axis=0)) / std)
sign_reversed = _with_dx(
    lambda dout, x_hat, std: (dout - dout.mean(axis=0) + x_hat * (dout * x_hat).mean(axis=0)) / std
)
half_as_large = _with_dx(
    lambda dout, x_hat, std: (
        (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0)) / std / 2
    )
)

PASSES = {
    "right": closed_form,
    "right, as derivatives": by_derivatives,
    "statistics constant": statistics_constant,
    "without the last term": mean_alone,
    "sign of the last term": sign_reversed,
    "half as large": half_as_large,
}

# --- 8: a gradient check of such a layer: is dx the derivative?


def gradient_check(layer):
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(2, 1, 3))  # a batch of one
    _, dx = layer(x, dout, 1e-5)
    wanted = numerical_gradient(lambda x: layer(x, dout, 1e-5)[0], x, dout)
    return np.abs(dx - wanted).max() < 1e-6


def gradient_check_of_eight(layer):
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(2, 8, 3))
    _, dx = layer(x, dout, 1e-5)
    wanted = numerical_gradient(lambda x: layer(x, dout, 1e-5)[0], x, dout)
    return relative_error(dx, wanted) < 1e-6


def along_a_line(layer):
    rng = np.random.default_rng(1)
    x, dout, way = rng.normal(2, 3, size=(3, 6, 4))
    step = 1e-5
    above, below = (layer(x + s * way, dout, 1e-5)[0] for s in (step, -step))
    slope, dx = ((above - below) * dout).sum() / (2 * step), layer(x, dout, 1e-5)[1]
    return bool(abs((dx * way).sum() - slope) < 1e-6 * abs(slope))


def check_of_two(layer):
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(2, 2, 3))
    x[1] = x[0] + 2
    wanted = numerical_gradient(lambda x: layer(x, dout, 1e-5)[0], x, dout)
    return np.abs(layer(x, dout, 1e-5)[1] - wanted).max() < 1e-4


def check_of_all_ones(layer):
    x = np.random.default_rng(0).normal(size=(8, 3))
    dout = np.ones((8, 3))
    wanted = numerical_gradient(lambda x: layer(x, dout, 1e-5)[0], x, dout)
    return relative_error(layer(x, dout, 1e-5)[1], wanted) < 1e-6
