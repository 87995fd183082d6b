"""Lesson 09: the loss and its gradient along the direction of a step."""

from copy import deepcopy

import numpy as np

from ..data import endless_minibatches
from ..initializers import he_normal, xavier_normal
from ..layers import ReLU, Sigmoid, Tanh, unchecked_cross_entropy
from ..network import mlp
from ..training import sgd_step

STARTS = {
    "ReLU": (ReLU, he_normal),
    "tanh": (Tanh, xavier_normal),
    "sigmoid": (Sigmoid, xavier_normal),
}
SIDES = {"without": False, "with": True}
SEEDS = range(5)
STEPS, EVERY, RATE = 300, 10, 0.1
TIMES = np.linspace(0, 4, 17)  # how far: in steps of rate 0.1


def record_run(activation, side, seed, X, y, steps=STEPS):
    """Train a network of five hidden layers on digits; look ahead at every 10th step.

    side: one of SIDES. Returns arrays by name: the losses of the batch along its
    gradient (stops, TIMES), and the largest |change of the gradient| / |move| (stops,).
    """
    kind, start = STARTS[activation]
    rng, sizes = np.random.default_rng(seed), [64, *[100] * 5, 10]
    options = dict(activation=kind, initializer=start, batchnorm=SIDES[side])
    network, seen = mlp(sizes, rng=rng, **options), []
    for step, batch in zip(range(steps + 1), endless_minibatches(X, y, 60, rng)):
        if step % EVERY == 0:
            seen.append(along_gradient(network, batch))
        sgd_step(network, *batch, RATE)
    losses, changes = zip(*seen)
    return {"losses": np.array(losses), "change": np.array(changes)}


def along_gradient(network, batch):
    """Losses (TIMES,) of w - t * 0.1 * gradient; largest change of the gradient.

    The change is divided by the length of the move. The network does not change.
    """
    network = deepcopy(network)
    _, start = _loss_and_gradient(network, *batch)
    start = [gradient.copy() for gradient in start]
    values = [value for layer in network.layers for value in layer.params.values()]
    origin, losses, changes = [value.copy() for value in values], [], []
    for t in TIMES:
        for value, at, gradient in zip(values, origin, start):
            value[...] = at - t * RATE * gradient
        loss, gradients = _loss_and_gradient(network, *batch)
        losses.append(loss)
        if t:
            changes.append(_distance(gradients, start) / (t * RATE * _distance(start)))
    return np.array(losses), max(changes)


def _loss_and_gradient(network, X, y):
    """The loss, and the gradients of all parameters in the order of the layers."""
    loss, dlogits = unchecked_cross_entropy(network.outputs(X, training=True)[-1], y)
    network.backward(dlogits)
    return loss, [layer.grads[name] for layer in network.layers for name in layer.params]


def _distance(a, b=None):
    parts = a if b is None else [x - y for x, y in zip(a, b)]
    return np.sqrt(sum(np.sum(part**2) for part in parts))


def ranges(record, activation, side):
    """Largest minus smallest loss along the gradient, for moves of 0.25 to 4 steps.

    Returns (5, stops), for each seed and each recorded step.
    """
    losses = record[f"{activation}, {side}"]["losses"].astype(float)[..., 1:]
    return losses.max(axis=-1) - losses.min(axis=-1)
