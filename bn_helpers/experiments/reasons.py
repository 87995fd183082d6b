"""Lesson 09: noise after batch norm, and how far the inputs of a layer move."""

from copy import deepcopy

import numpy as np

from ..batchnorm import BatchNorm
from ..data import endless_minibatches
from ..initializers import he_normal, normal
from ..layers import ReLU, Sigmoid, unchecked_cross_entropy
from ..network import Network, mlp
from ..training import accuracy, sgd_step

SIZES = (0.5, 1, 2, 4)  # of the noise; Santurkar et al. have 0.5
CASES = ("without", "with", *(f"with, noise {size}" for size in SIZES))
STARTS = {"sigmoid": (Sigmoid, normal(0.1)), "ReLU": (ReLU, he_normal)}
SEEDS = range(5)
STEPS, EVERY = 600, 20
JITTER = 0.1  # the noise of single values


class UnitNoise:
    """In training out = factor * x + offset; each pass draws new ones for each unit.

    x is (N, D). A unit's offset is between -size and size, its factor between 1 and
    1 + size / 2. Each value adds a small part of its own to both. In evaluation the
    factor is the mean one, and the offset is 0 (Santurkar et al. 2018, appendix A).
    """

    params = grads = {}  # noqa: RUF012, it has none

    def __init__(self, size, rng):
        self.size, self.rng = size, rng

    def forward(self, x, *, training):
        if not training:
            self._factor = 1 + self.size / 4
            return x * self._factor
        units = x.shape[1]
        factor = self.rng.uniform(1, 1 + self.size / 2, units)
        offset = self.rng.uniform(-self.size, self.size, units)
        self._factor = factor + JITTER * self.rng.standard_normal(x.shape)
        return x * self._factor + offset + JITTER * self.rng.uniform(-1, 1, x.shape)

    def backward(self, dout):
        return dout * self._factor


def network_of(case, activation, seed):
    """A network 64-100-100-100-10 of one of CASES, and the generator of its batches.

    The networks of a seed have the same weights and get the same batches.
    """
    kind, start = STARTS[activation]
    rng, own = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    sizes = [64, 100, 100, 100, 10]
    batchnorm = case != "without"
    network = mlp(sizes, activation=kind, initializer=start, rng=rng, batchnorm=batchnorm)
    size = float(case.rpartition("noise ")[2]) if "noise" in case else None
    return Network(_with_noise(network.layers, size, own)), rng


def _with_noise(layers, size, rng):
    for layer in layers:
        yield layer
        if size and isinstance(layer, BatchNorm):
            yield UnitNoise(size, rng)


def record_run(case, activation, seed, digits, steps=STEPS):
    """Train a network of CASES at rate 0.1 and measure it at every 20th step.

    digits: (X_train, y_train, X_test, y_test). Returns arrays by name: the test
    accuracy in evaluation; how far one step moves the inputs of the last hidden layer
    (`moves`); and, for the weights of this layer, what the steps of the layers below
    change in the gradient (`shift_of_gradient`): relative size, and cosine.
    """
    X, y, X_test, y_test = digits
    network, rng = network_of(case, activation, seed)
    batches, seen = endless_minibatches(X, y, 60, rng), []
    for step in range(steps + 1):
        batch = next(batches)
        if step % EVERY:
            sgd_step(network, *batch, lr=0.1)
            continue
        right, change = accuracy(network, X_test, y_test), shift_of_gradient(network, batch)
        before = last_inputs(network, X_test)
        sgd_step(network, *batch, lr=0.1)
        moved = np.median(moves(before, last_inputs(network, X_test)))
        seen.append((right, moved, *change))
    return dict(zip(("accuracy", "moved", "change", "cosine"), np.array(seen).T))


def last_inputs(network, X):
    """Inputs (N, D) of the last hidden activation for X, with the statistics of X.

    Noise is that of one step of training. Nothing in the network changes.
    """
    return deepcopy(network).outputs(X, training=True)[-3]  # before activation and logits


def moves(before, after):
    """|change of the median| / (percentile 85 - 15, before), for each unit: (D,)."""
    low, high = np.percentile(before, (15, 85), axis=0)
    return np.abs(np.median(after, axis=0) - np.median(before, axis=0)) / (high - low)


def shift_of_gradient(network, batch, lr=0.1):
    """What the steps of the layers below change in the gradient of a layer's weights.

    The layer is the last hidden one; batch and noise are the same before and after.
    Returns |G' - G| / |G| and the cosine between both (Santurkar et al. 2018,
    definition 2.1).
    """
    network = deepcopy(network)
    other = deepcopy(network)  # with the same state of the noise
    place = max(i for i, layer in enumerate(network.layers[:-1]) if "W" in layer.params)
    _fill_gradients(network, *batch)
    for below, layer in zip(network.layers[:place], other.layers):
        for name, gradient in below.grads.items():
            layer.params[name] -= lr * gradient
    _fill_gradients(other, *batch)
    G, moved = (net.layers[place].grads["W"] for net in (network, other))
    cosine = np.sum(G * moved) / (np.linalg.norm(G) * np.linalg.norm(moved))
    return np.linalg.norm(moved - G) / np.linalg.norm(G), cosine


def _fill_gradients(network, X, y):
    _, dlogits = unchecked_cross_entropy(network.outputs(X, training=True)[-1], y)
    network.backward(dlogits)


def steps_to(record, case, activation, share=0.9):
    """The first recorded step at which the test accuracy passes `share`, (5,).

    It is infinite for a run that does not.
    """
    passed = record[f"{activation}, {case}"]["accuracy"] > share
    return np.where(passed.any(axis=1), EVERY * passed.argmax(axis=1), np.inf)


def spread(values, form=".2f"):
    """ "0.02 to 0.03", the smallest and the largest of some values; "0.4" if alike."""
    ends = dict.fromkeys(f"{end:{form}}" for end in (min(values), max(values)))
    return " to ".join(ends)
