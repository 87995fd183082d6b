"""Mistakes that a mended implementation of lesson 10 may have: the formula of each."""

import numpy as np

from . import bugs_backward as late
from . import bugs_forward as early

# --- 1: columns


def _centred(x, axis=0):
    return x - x.mean(axis=axis, keepdims=True)


COLUMNS = {
    "squares-not-centred": (early.normalized, early.clipped, early.common_mean_subtracted),
    "unbiased-in-training": lambda x: _centred(x) / np.sqrt(x.var(axis=0, ddof=1) + 1e-5),
    "not-divided": _centred,
    "divided-by-variance": lambda x: _centred(x) / (x.var(axis=0) + 1e-5),
    "mean-kept": lambda x: x / np.sqrt(x.var(axis=0) + 1e-5),
    "axis-of-features": lambda x: _centred(x, 1) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5),
    "one-mean-for-all": (
        lambda x: _centred(x, None) / np.sqrt(x.var() + 1e-5),
        lambda x: _centred(x, None) / np.sqrt(x.var(axis=0) + 1e-5),
        lambda x: _centred(x) / np.sqrt(x.var() + 1e-5),
    ),
}

# --- 3: running statistics


def _unbiased(x):
    return x.var(axis=0, ddof=1)


def updated_with(mean=lambda x: x.mean(axis=0), var=_unbiased, old=lambda a: 1 - a, new=float):
    """The update with other statistics of the batch, or with other weights."""
    return lambda running_mean, running_var, batch, momentum: (
        old(momentum) * running_mean + new(momentum) * mean(batch),
        old(momentum) * running_var + new(momentum) * var(batch),
    )


UPDATES = {
    "momentum-reversed": (early.update, early.variance_reversed, early.mean_reversed),
    "biased-running-var": updated_with(var=lambda x: x.var(axis=0)),
    "corrected-twice": updated_with(var=lambda x: _unbiased(x) * len(x) / (len(x) - 1)),
    "std-averaged": updated_with(var=lambda x: x.std(axis=0, ddof=1)),
    "one-mean-for-all": updated_with(np.mean, lambda x: x.var(ddof=1)),
    "means-swapped": lambda *case: early.updated(*case)[::-1],
    "no-update": lambda *case: case[:2],
    "one-of-two": (
        lambda *case: (early.updated(*case)[0], case[1]),
        lambda *case: (case[0], early.updated(*case)[1]),
    ),
    "old-forgotten": updated_with(old=lambda a: 0, new=lambda a: 1),
    "nothing-forgotten": updated_with(old=lambda a: 1),
    "momentum-ignored": tuple(
        updated_with(old=lambda _, own=own: 1 - own, new=lambda _, own=own: own)
        for own in (0.1, 0.5, 0.9)
    ),
}

# --- 4: both modes


def two_modes_with(divisor=0, correction=1, momentum=0.1, own=True):
    """Both modes, with other variances, momentum, or running statistics in training."""

    def forward(x, state, training):
        mean, var = x.mean(axis=0), x.var(axis=0, ddof=divisor)
        new = {"mean": mean, "var": x.var(axis=0, ddof=correction)}
        if training:
            for name, value in new.items():
                state[name] = (1 - momentum) * state[name] + momentum * value
        if not (training and own):
            mean, var = state["mean"], state["var"]
        return (x - mean) / np.sqrt(var + 1e-5)

    return forward


def running_before_update(x, state, training):
    out = early.two_modes(x, state.copy(), False)
    early.two_modes(x, state, training)
    return out


MODES = {
    "evaluation-updates": (early.forward, early.moves_afterwards),
    "batch-for-running": early.batch_in_evaluation,
    "training-keeps-state": (
        two_modes_with(momentum=0),
        lambda x, state, training: early.two_modes(x, state.copy(), False),
    ),
    "running-for-batch": (two_modes_with(own=False), running_before_update),
    "momentum-reversed": two_modes_with(momentum=0.9),
    "biased-running-var": two_modes_with(correction=0),
    "unbiased-in-training": two_modes_with(divisor=1),
}

# --- 5: saving


def without_copies(layers, new_layers):
    late.with_statistics(layers, new_layers)
    for old, new in zip(layers, new_layers):
        new.params = old.params


# --- 6: folding


def _eps_outside(W, b, gamma, beta, mean, var, eps):
    f = gamma / (np.sqrt(var) + eps)
    return W * f, (b - mean) * f + beta


FOLDS = {
    "bias-forgotten": late.fold,
    "bias-not-scaled": late.bias_not_scaled,
    "beta-unfolded": late.shift_forgotten,
    "fold-eps-forgotten": lambda *case: late.folded(*case[:-1], 0),
    "eps-outside-root": _eps_outside,
}

# --- 7: forward and backward


def outside_throughout(x, dout, eps):
    """eps outside of the root, with the backward pass that belongs to it."""
    x_hat, _ = late.layer(x, dout, eps)
    narrow = np.sqrt(x.var(axis=0))
    common = dout.mean(axis=0) + x_hat * (dout * x_hat).mean(axis=0) * (narrow + eps) / narrow
    return x_hat, (dout - common) / (narrow + eps)


LAYERS = {
    "eps-outside-root": (late.layer, outside_throughout),
    "statistics-constant": late.statistics_constant,
    "variance-path": late.mean_alone,
    "path-sign": late.sign_reversed,
}

# --- 8: passes that a good check refuses, beside those that the lesson shows


def _too_large_in(*columns):
    """A layer whose dx is 1% too large in these columns."""

    def layer(x, dout, eps):
        x_hat, dx = late.closed_form(x, dout, eps)
        dx[:, np.unique(np.mod(columns, dx.shape[1]))] *= 1.01
        return x_hat, dx

    return layer


UNSEEN_PASSES = {"1% too large": _too_large_in(0, 1, 2)} | {
    f"1% too large in column {k}": _too_large_in(k) for k in range(3)
}
