"""Patients 1 to 4 of lesson 10: forward passes and running statistics."""

import numpy as np

# --- 1: one unit's values in float32, x (N, D)


def normalized(x):
    mean = x.mean(axis=0)
    var = (x**2).mean(axis=0) - mean**2
    return (x - mean) / np.sqrt(var + 1e-5)


def two_passes(x):
    mean = x.mean(axis=0)
    var = ((x - mean) ** 2).mean(axis=0)
    return (x - mean) / np.sqrt(var + 1e-5)


def first_row_subtracted(x):
    return normalized(x - x[0])


def clipped(x):
    mean = x.mean(axis=0)
    var = np.maximum((x**2).mean(axis=0) - mean**2, 0)
    return (x - mean) / np.sqrt(var + 1e-5)


def common_mean_subtracted(x):
    return normalized(x - x.mean())


# --- 2: maps, x (N, C, H, W)


def normalized_maps(x):
    flat = x.reshape(len(x), -1)
    mean, var = flat.mean(axis=0), flat.var(axis=0)
    x_hat = (flat - mean) / np.sqrt(var + 1e-5)
    return x_hat.reshape(x.shape)


def over(*axes):
    """Maps that are normalized over these axes."""

    def normalized_maps(x):
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        return (x - mean) / np.sqrt(var + 1e-5)

    return normalized_maps


def by_channel(x):
    channels = [x[:, c] for c in range(x.shape[1])]
    return np.stack([(c - c.mean()) / np.sqrt(c.var() + 1e-5) for c in channels], axis=1)


def rows_as_stored(x):
    rows = x.reshape(-1, x.shape[1])
    return ((rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 1e-5)).reshape(x.shape)


# --- 3: running statistics; momentum is the weight of the new batch


def update(running_mean, running_var, batch, momentum):
    mean, var = batch.mean(axis=0), batch.var(axis=0, ddof=1)
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return running_mean, running_var


def updated(running_mean, running_var, batch, momentum):
    mean, var = batch.mean(axis=0), batch.var(axis=0, ddof=1)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var
    return running_mean, running_var


def moved_toward(running_mean, running_var, batch, momentum):
    m = len(batch)
    mean = sum(batch) / m
    var = sum((batch - mean) ** 2) / (m - 1)
    return (
        running_mean + momentum * (mean - running_mean),
        running_var + momentum * (var - running_var),
    )


def variance_reversed(*case):
    return updated(*case)[0], update(*case)[1]


def mean_reversed(*case):
    return update(*case)[0], updated(*case)[1]


# --- 4: both modes; state is {"mean": (D,), "var": (D,)}, and training changes it


def forward(x, state, training, momentum=0.1):
    mean, var = x.mean(axis=0), x.var(axis=0)
    state["mean"] = (1 - momentum) * state["mean"] + momentum * mean
    state["var"] = (1 - momentum) * state["var"] + momentum * x.var(axis=0, ddof=1)
    if not training:
        mean, var = state["mean"], state["var"]
    return (x - mean) / np.sqrt(var + 1e-5)


def two_modes(x, state, training, momentum=0.1):
    mean, var = state["mean"], state["var"]
    if training:
        mean, var = x.mean(axis=0), x.var(axis=0)
        state["mean"] = (1 - momentum) * state["mean"] + momentum * mean
        state["var"] = (1 - momentum) * state["var"] + momentum * x.var(axis=0, ddof=1)
    return (x - mean) / np.sqrt(var + 1e-5)


def two_modes_by_update(x, state, training, momentum=0.1):
    if not training:
        scale = 1 / np.sqrt(state["var"] + 1e-5)
        return x * scale - state["mean"] * scale
    state["mean"], state["var"] = moved_toward(state["mean"], state["var"], x, momentum)
    return two_passes(x)


def batch_in_evaluation(x, state, training, momentum=0.1):
    if training:
        return two_modes(x, state, training, momentum)
    return two_passes(x)


def moves_afterwards(x, state, training, momentum=0.1):
    out = two_modes(x, state, training, momentum)
    if not training:
        two_modes(x, state, True, momentum)
    return out
