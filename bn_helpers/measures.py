"""What the lessons measure: spreads, statistics of batches, shares, several seeds."""

from copy import deepcopy
from typing import NamedTuple

import numpy as np

from .batchnorm import (
    BatchNorm,
    batchnorm_forward,
    batchnorm_inference,
    batchnorm_layers,
    recalibrate,
)
from .layers import ReLU, Sigmoid, Tanh

ARCTANH99 = np.arctanh(0.99)
LN99 = np.log(99)


class Activation(NamedTuple):
    """An activation, with what the figures measure and draw of it."""

    function: object  # from sums z to outputs a
    slope: object  # from z and a to the slope at z
    flat: tuple  # the curve is flat below the first z and above the second
    range: tuple  # the smallest and the largest output that is drawn


ACTIVATIONS = {  # sigmoid(ln 99) = 0.99, so the flat parts are within 0.01 of a limit
    "sigmoid": Activation(
        lambda z: 0.5 * (1 + np.tanh(z / 2)), lambda z, a: a * (1 - a), (-LN99, LN99), (0, 1)
    ),
    "tanh": Activation(np.tanh, lambda z, a: 1 - a**2, (-ARCTANH99, ARCTANH99), (-1, 1)),
    "ReLU": Activation(lambda z: np.maximum(z, 0), lambda z, a: z > 0, (0, np.inf), (0, 10)),
}


def between_examples(a):
    """Std of one unit's output over the examples, for outputs a (N, D).

    It is the root mean square over the D units.
    """
    return np.sqrt(a.var(axis=0).mean())


def share_right(logits, y):
    """Share of the rows of logits (N', C) whose largest value is at the label.

    y is (N,) with N >= N'; labels without a row of logits are left out.
    """
    return float(np.mean(np.argmax(logits, axis=1) == y[: len(logits)]))


def softmax(logits):
    """Probabilities (N, C) of logits (N, C)."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def over_seeds(run, *arguments, seeds=5):
    """An array with `run(*arguments, seed)` for each of the seeds 0, 1, ..."""
    return np.array([run(*arguments, seed) for seed in range(seeds)])


def normalize_in_batches(x, bn, batch_size):
    """out and x_hat (N', D) of x (N, D), cut into batches of `batch_size` rows.

    Each batch is normalized by its own statistics. An incomplete last batch is left
    out. Nothing in bn changes.
    """
    batches, D = len(x) // batch_size, x.shape[1]
    rows = x[: batches * batch_size].reshape(batches, batch_size, D)
    # The batches stand side by side, as D more features each.
    columns = rows.swapaxes(0, 1).reshape(batch_size, batches * D)
    gamma, beta = (np.tile(bn.params[name], batches) for name in ("gamma", "beta"))
    out, cache = batchnorm_forward(columns, gamma, beta, bn.eps)
    wide = (out, cache.x_hat)
    return [v.reshape(batch_size, batches, D).swapaxes(0, 1).reshape(-1, D) for v in wide]


def forward_in_batches(network, x, batch_size):
    """Logits (N', C) of x (N, D), with what goes into and out of each normalization.

    Each batch of `batch_size` rows is normalized by its own statistics. The second and
    third result are lists by hidden layer: the sums before batch norm and the
    normalized values, each (N', H).
    """
    sums, x_hats = [], []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            sums.append(x)
            x, x_hat = normalize_in_batches(x, layer, batch_size)
            x_hats.append(x_hat)
        else:
            x = layer.forward(x, training=False)
    return x, sums, x_hats


def evaluate(network, x, statistics):
    """Logits and hidden outputs for x (N, D), with the `statistics` that are given.

    statistics: [(mean, var), ...] in the order of the batch norm layers, in place of
    the running statistics.
    """
    statistics, activations = iter(statistics), []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            gamma, beta = layer.params["gamma"], layer.params["beta"]
            x = batchnorm_inference(x, gamma, beta, *next(statistics), layer.eps)
        else:
            x = layer.forward(x, training=False)
            if isinstance(layer, Sigmoid | Tanh | ReLU):
                activations.append(x)
    return x, activations


def batch_statistics(network):
    """The running (mean, var) of each batch norm layer."""
    return [(bn.running_mean, bn.running_var) for bn in batchnorm_layers(network)]


def population_statistics(network, X):
    """The (mean, unbiased var) of each batch norm layer over all of X, layer by layer.

    This is algorithm 2 of the paper with one batch. The network does not change.
    """
    copy = deepcopy(network)
    recalibrate(copy, X, len(X))
    return batch_statistics(copy)
