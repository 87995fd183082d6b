"""Lesson 03: clouds that shift between training and test, and what a layer is fed while its network learns."""

from copy import deepcopy
from itertools import repeat

import numpy as np

from .. import plots
from ..data import minibatches
from ..initializers import normal
from ..layers import Sigmoid, softmax_cross_entropy
from ..live import choice, explore, slider, steps, switch
from ..network import mlp
from ..training import accuracy, sgd_step

CASES = {  # name: (with batch norm?, learning rate)
    "without, rate 0.1": (False, 0.1),
    "with, rate 0.1": (True, 0.1),
    "without, rate 2": (False, 2.0),
}
SEEDS = range(5)
STEPS = (0, 1, 3, 10, 30, 50, *range(100, 1000, 100), *range(1000, 2000, 250), *range(2000, 5001, 250))
UNITS = 5  # units of the last hidden layer of which all values are kept


def record_run(case, seed, digits, stops=STEPS):
    """A network of CASES, trained on digits (X_train, y_train, X_test, y_test), looked at after each of `stops`.

    By name, one entry for each look: accuracy on the test images, and what `look` sees there.
    """
    X, y, X_test, y_test = digits
    batchnorm, lr = CASES[case]
    rng = np.random.default_rng(seed)
    network = mlp(
        [64, 100, 100, 100, 10], activation=Sigmoid, initializer=normal(0.1), rng=rng, batchnorm=batchnorm
    )
    batches = (batch for _ in repeat(0) for batch in minibatches(X, y, 60, rng))
    seen = []
    for step in range(stops[-1] + 1):
        if step in stops:
            seen.append({"accuracy": accuracy(network, X_test, y_test)} | look(deepcopy(network), X_test, y_test))
        sgd_step(network, *next(batches), lr)
    return {name: np.array([entry[name] for entry in seen]) for name in seen[0]}


def look(network, X, y):
    """What the hidden Sigmoids are fed for X (N, 64), batch norm with the statistics of X, and what comes back.

    loss; values (N, UNITS) and percentiles 15, 50, 85 (3, 100) in the last hidden layer; by hidden layer the mean
    slope, the std of what is fed, and the std of the gradient there.
    """
    fed, slopes, x = [], [], X
    for layer in network.layers:
        out = layer.forward(x, training=True)
        if isinstance(layer, Sigmoid):
            fed.append(x)
            slopes.append(np.mean(out * (1 - out)))
        x = out
    loss, gradient = softmax_cross_entropy(x, y)
    gradients = []
    for layer in reversed(network.layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, Sigmoid):
            gradients.append(gradient.std())
    return {
        "loss": loss,
        "values": fed[-1][:, :UNITS],
        "percentiles": np.percentile(fed[-1], (15, 50, 85), axis=0),
        "slopes": slopes,
        "stds": [values.std() for values in fed],
        "gradients": gradients[::-1],
    }
