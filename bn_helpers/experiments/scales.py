"""Lesson 08b: networks that learn from sixteen start scales."""

import numpy as np

from ..measures import forward_in_batches, share_right
from ..training import accuracy, train
from .scales_networks import DEEP, digits, drawn

SCALES = (1, 0.54, 0.29, 0.16, 0.086, 0.046, 0.025, 0.014)  # stds of the first weights
SCALES += (0.0074, 0.004, 0.0022, 0.0012, 0.00063, 0.00034, 0.00018, 0.0001)
KINDS = ("without", "with")  # batch norm
PARTS = ("train", "test")
MODES = ("evaluation", "batch statistics")
SEEDS = range(5)
EPOCHS = 20
BATCH = 100  # ten updates an epoch
LR = 0.01


def record_run(kind, scale, seed, epochs=EPOCHS):
    """Accuracies by epoch, {"train, evaluation": (epochs + 1,)}, for PARTS and MODES.

    A run that diverges keeps its last accuracies.
    """
    X, y, X_test, y_test = digits()
    sets = dict(zip(PARTS, ((X, y), (X_test, y_test))))
    judges = {f"{part}, {mode}": _judge(mode, *sets[part]) for part in PARTS for mode in MODES}
    settings = dict(lr=LR, batch_size=BATCH, rng=np.random.default_rng([seed, 1]))
    network = drawn(seed, scale, batchnorm=kind == "with", units=DEEP)
    history = train(network, X, y, epochs=epochs, record=judges, every=len(y) // BATCH, **settings)
    return {name: _filled(values, epochs + 1) for name, values in history.records.items()}


def _judge(mode, X, y):
    if mode == "evaluation":
        return lambda network: accuracy(network, X, y)
    return lambda network: share_right(forward_in_batches(network, X, BATCH)[0], y)


def _filled(values, length):
    return np.array(values + values[-1:] * (length - len(values)))
