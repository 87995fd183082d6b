"""Lesson 08: figure 1 of the paper, on the digits and on MNIST."""

import numpy as np

from ..batchnorm import BatchNorm
from ..initializers import normal
from ..layers import Sigmoid
from ..measures import normalize_in_batches
from ..network import mlp
from ..training import accuracy, train

STD, RATE, BATCH, STEPS = 0.1, 0.1, 60, 5000  # the paper gives neither STD nor RATE
PERCENTILES = (15, 50, 85)
UNITS = 5  # units of the last hidden layer whose inputs are recorded
LOOKED_AT = 2000  # test images for the percentiles, at most


def figure1_network(inputs, batchnorm, rng):
    """Three hidden layers of 100 sigmoids in float32 (paper, section 4.1)."""
    sizes = [inputs, 100, 100, 100, 10]
    kind = dict(activation=Sigmoid, initializer=normal(STD), dtype=np.float32)
    return mlp(sizes, rng=rng, batchnorm=batchnorm, **kind)


def figure1_run(data, batchnorm, seed, *, lr=RATE, legs=((STEPS, 50),)):
    """Train one network of figure 1; returns arrays by name, one entry for each look.

    data: (X_train, y_train, X_test, y_test). legs: pairs (steps, every), one after the
    other; the run looks before the first step and after `every` steps of each leg.
    "accuracy": on the test images, in evaluation mode. "percentiles": of the inputs of
    UNITS sigmoids of the last hidden layer, (looks, 3, UNITS). "steps": of the looks.
    The same seed gives the same weights and batches with and without batch norm.
    """
    X, y, X_test, y_test = (part.astype(np.float32) if part.ndim == 2 else part for part in data)
    rng = np.random.default_rng(seed)
    network = figure1_network(X.shape[1], batchnorm, rng)
    look = {
        "accuracy": lambda network: accuracy(network, X_test, y_test),
        "percentiles": lambda network: unit_percentiles(network, X_test[:LOOKED_AT]),
    }
    seen, start = {"steps": [], "accuracy": [], "percentiles": []}, 0
    for steps, every in legs:
        settings = dict(steps=steps, every=every, lr=lr, batch_size=BATCH, rng=rng)
        history = train(network, X, y, record=look, **settings)
        first = 1 if start else 0  # a later leg begins with the look that ended the last one
        seen["steps"] += [start + step for step in history.steps[first:]]
        for name, values in history.records.items():
            seen[name] += values[first:]
        start += steps
    return {name: np.array(values) for name, values in seen.items()}


def unit_percentiles(network, X):
    """Percentiles of the inputs of the last hidden Sigmoid for X (N, D): (3, UNITS).

    Batch norm uses the statistics of X.
    """
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            X = normalize_in_batches(X, layer, len(X))[0]
        else:
            inputs = X if isinstance(layer, Sigmoid) else None
            X = layer.forward(X, training=False)
            if inputs is not None:
                last = inputs
    return np.percentile(last[:, :UNITS], PERCENTILES, axis=0)


def steps_to(steps, accuracies, share):
    """The first of `steps` (T,) at which each row of accuracies (S, T) reaches `share`.

    NaN for a row that never does: (S,).
    """
    reached = np.asarray(accuracies) >= share
    return np.where(reached.any(axis=1), np.asarray(steps)[reached.argmax(axis=1)], np.nan)


def at(record, case, step):
    """The accuracies of a recorded case at a step: those of the seeds that came so far.

    A step after the last look stands for the last look.
    """
    run = record[case]
    look = np.searchsorted(run["steps"], min(step, run["steps"][-1]))
    values = run["accuracy"][:, look]
    return values[np.isfinite(values)]
