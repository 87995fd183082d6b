"""Lesson 03: the inputs of a layer in a network that learns."""

from copy import deepcopy

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import endless_minibatches
from ..initializers import normal
from ..layers import Sigmoid, softmax_cross_entropy
from ..measures import between_examples
from ..network import mlp
from ..training import accuracy, sgd_step

CASES = {  # name: (with batch norm?, learning rate)
    "without, rate 0.1": (False, 0.1),
    "with, rate 0.1": (True, 0.1),
    "without, rate 2": (False, 2.0),
    "with, rate 2": (True, 2.0),
}
SEEDS = range(5)
STEPS = (0, 1, 3, *range(10, 100, 10), *range(100, 1000, 100), *range(1000, 5001, 250))
UNITS = 5  # units of the last hidden layer whose values are recorded


def record_run(case, seed, digits, stops=STEPS):
    """Train a network of CASES on digits and measure it at the steps in `stops`.

    digits: (X_train, y_train, X_test, y_test). Returns arrays by name, with one entry
    for each stop: the accuracy on the test images, and what `look` measures.
    """
    X, y, X_test, y_test = digits
    batchnorm, lr = CASES[case]
    rng = np.random.default_rng(seed)
    sizes, start = [64, 100, 100, 100, 10], normal(0.1)
    network = mlp(sizes, activation=Sigmoid, initializer=start, rng=rng, batchnorm=batchnorm)
    batches = endless_minibatches(X, y, 60, rng)
    seen = []
    for step in range(stops[-1] + 1):
        if step in stops:
            measured = {"accuracy": accuracy(network, X_test, y_test)}
            seen.append(measured | look(deepcopy(network), X_test, y_test))
        sgd_step(network, *next(batches), lr)
    return {name: np.array([entry[name] for entry in seen]) for name in seen[0]}


def look(network, X, y):
    """Measure every hidden Sigmoid on X (N, 64): its input, its slope and its gradient.

    Batch norm uses the statistics of X. Returns by name the loss; values (N, UNITS) and
    percentiles 15, 50, 85 (3, 100) of the inputs in the last hidden layer; and lists by
    hidden layer: mean slopes, stds of the inputs (pooled, and between examples), mean
    gammas, stds of the gradient.
    """
    outputs = network.outputs(X, training=True)
    passes = list(zip(network.layers, [X, *outputs], outputs))
    inputs = [x for layer, x, _ in passes if isinstance(layer, Sigmoid)]
    hidden = [out for layer, _, out in passes if isinstance(layer, Sigmoid)]
    gammas = [bn.params["gamma"].mean() for bn in batchnorm_layers(network)]
    loss, gradient = softmax_cross_entropy(outputs[-1], y)
    return {
        "loss": loss,
        "values": inputs[-1][:, :UNITS],
        "percentiles": np.percentile(inputs[-1], (15, 50, 85), axis=0),
        "slopes": [np.mean(a * (1 - a)) for a in hidden],
        "stds": [values.std() for values in inputs],
        "between": [between_examples(values) for values in inputs],
        "gamma": gammas or [np.nan] * len(inputs),
        "gradients": _gradients(network, gradient),
    }


def _gradients(network, gradient):
    """The std of the gradient at the inputs of each Sigmoid, in the order of layers."""
    stds = []
    for layer in reversed(network.layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, Sigmoid):
            stds.append(gradient.std())
    return stds[::-1]


def unit_course(record, case, unit):
    """The recorded inputs of a unit of the last hidden layer, over the steps.

    unit: from 0. Returns the values for the test images (steps, N) and their
    percentiles 15, 50, 85 (3, steps).
    """
    values = record[case]["values"][0, :, :, unit].astype(float)
    return values, np.percentile(values, (15, 50, 85), axis=1)


def in_own_spreads(values, percentiles):
    """Values (steps, N) and percentiles (3, steps) of a unit, in its own spreads.

    The spread is the distance between the outer percentiles. The median starts at 0.
    Each of its moves is divided by the spread before this move.
    """
    low, median, high = percentiles
    spread = high - low
    place = np.concatenate([[0], np.cumsum(np.diff(median) / spread[:-1])])
    scaled = (values - median[:, None]) / spread[:, None] + place[:, None]
    return scaled, (percentiles - median) / spread + place


def path_lengths(record, case, until=1000):
    """How far the median of a unit moves until a step, all its moves added.

    Returns the path lengths as they are and in the unit's own spreads, each (5,): for
    each seed, the median over the units of the last hidden layer.
    """
    stop = list(record["steps"]).index(until)
    low, median, high = np.moveaxis(record[case]["percentiles"].astype(float)[:, : stop + 1], 2, 0)
    moves = np.abs(np.diff(median, axis=1))
    in_spreads = moves / (high - low)[:, :-1]
    return [np.median(v.sum(axis=1), axis=1) for v in (moves, in_spreads)]


def steps_to(record, case, share=0.9):
    """The first recorded step at which the test accuracy passes `share`, (5,)."""
    return record["steps"][np.argmax(record[case]["accuracy"] > share, axis=1)]


def changes_of_a_step(start, lr, stops, digits):
    """What one step changes in the sums of layer 3 of a sigmoid network, at each stop.

    start: the std of the weights. digits: (X_train, y_train, X_test, y_test). Returns
    {stop: four numbers}, each a mean size over the test images. From below, by the
    layer itself; then the same without what is common to all images.
    """
    X, y, X_test, _ = digits
    rng = np.random.default_rng(0)
    sizes = [64, 100, 100, 100, 10]
    network = mlp(sizes, activation=Sigmoid, initializer=normal(start), rng=rng)
    changes = {}
    for step, batch in zip(range(1, stops[-1] + 1), endless_minibatches(X, y, 60, rng)):
        if step in stops:
            changes[step] = _changes(network, batch, lr, X_test)
        else:
            sgd_step(network, *batch, lr)
    return changes


def _changes(network, batch, lr, X):
    layer = network.layers[4]
    before, W, b = network.outputs(X, training=False)[3], *map(np.copy, layer.params.values())
    sgd_step(network, *batch, lr)
    after = network.outputs(X, training=False)[3]
    parts = (after - before) @ W, after @ (layer.params["W"] - W) + layer.params["b"] - b
    apart = [part - part.mean(axis=0) for part in parts]
    return [np.mean(np.abs(part)) for part in (*parts, *apart)]


def last_inputs(network, X, batch_size):
    """Inputs (N', D) of the last hidden Sigmoid for X (N, 64), in batches.

    Batch norm uses the statistics of each batch. An incomplete last batch is left out.
    """
    network, place = deepcopy(network), len(network.layers) - 3
    batches = X[: len(X) // batch_size * batch_size].reshape(-1, batch_size, X.shape[1])
    return np.vstack([network.outputs(batch, training=True)[place] for batch in batches])
