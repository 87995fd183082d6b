"""Lesson 09: more and less noise of the batch statistics, and dropout beside it."""

from functools import partial
from itertools import pairwise

import numpy as np

from ..batchnorm import BatchNorm, batchnorm_backward, batchnorm_forward, batchnorm_layers
from ..data import load_digits
from ..initializers import he_normal
from ..layers import Dropout, Linear, ReLU, softmax_cross_entropy
from ..measures import batch_statistics, population_statistics, share_right
from ..network import Network
from ..training import train

GROUPS = (240, 60, 20, 8, 4)  # of the 240 images of each step
SEEDS = range(10)
STEPS = 300
PLACES = ("none", "before batch norm", "before the last layer")  # of dropout


class GroupedBatchNorm(BatchNorm):
    """Batch norm that cuts training batches into groups with their own statistics."""

    def __init__(self, num_features, group):
        super().__init__(num_features)
        self.group = group

    def forward(self, x, *, training):
        if not training:
            return super().forward(x, training=False)
        columns, groups = self._columns(x), len(x) // self.group
        gamma, beta = (np.tile(self.params[name], groups) for name in ("gamma", "beta"))
        out, self._groups = batchnorm_forward(columns, gamma, beta, self.eps)
        unbiased = self._groups.var * (self.group / (self.group - 1))
        self._update(*(v.reshape(groups, -1).mean(axis=0) for v in (self._groups.mu, unbiased)))
        self._in_training = True
        return self._rows_of(out)

    def backward(self, dout):
        dx, *gradients = batchnorm_backward(self._columns(dout), self._groups)
        for name, gradient in zip(("gamma", "beta"), gradients):
            self.grads[name] = gradient.reshape(-1, self.num_features).sum(axis=0)
        return self._rows_of(dx)

    def _columns(self, x):
        """x (N, D) with the groups side by side, as more features: (group, ...)."""
        return x.reshape(-1, self.group, self.num_features).swapaxes(0, 1).reshape(self.group, -1)

    def _rows_of(self, columns):
        parts = columns.reshape(self.group, -1, self.num_features)
        return parts.swapaxes(0, 1).reshape(-1, self.num_features)


def network_of(norm, rng, dropout="none"):
    """A ReLU network 64-100-100-100-10; dropout of 0.5 stands at one of PLACES.

    norm: a function that makes a norm layer for so many units; None leaves it out.
    """
    layers, sizes = [], (64, 100, 100, 100)
    for fan_in, fan_out in pairwise(sizes):
        if dropout == "before batch norm" and layers:
            layers.append(Dropout(0.5, rng))
        W = he_normal(fan_in, fan_out, rng)
        layers.append(Linear(W, None if norm else np.zeros(fan_out)))
        layers += [norm(fan_out), ReLU()] if norm else [ReLU()]
    if dropout == "before the last layer":
        layers.append(Dropout(0.5, rng))
    return Network([*layers, Linear(he_normal(100, 10, rng), np.zeros(10))])


def record_groups(group, seed):
    """Train on the digits of some writers, in steps of 240; measure in evaluation.

    `group` images share statistics; None: without batch norm. Returns the training
    loss, the loss on other writers, and the share right there.
    """
    X, y, X_test, y_test = load_digits(split="writers")
    rng = np.random.default_rng(seed)
    network = network_of(group and partial(GroupedBatchNorm, group=group), rng)
    train(network, X, y, steps=STEPS, lr=0.1, batch_size=240, rng=rng)
    logits, others = (network.forward(rows, training=False) for rows in (X, X_test))
    losses = softmax_cross_entropy(logits, y)[0], softmax_cross_entropy(others, y_test)[0]
    return *losses, share_right(others, y_test)


def record_dropout(place, seed):
    """The same beside dropout, in steps of 60: variance in evaluation, and share right.

    The first is the variance of what goes into the second batch norm, without dropout,
    divided by its running variance; the mean over the units. The last one is the share
    right once the statistics are measured without dropout.
    """
    X, y, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = network_of(BatchNorm, rng, place)
    train(network, X, y, steps=STEPS, lr=0.1, batch_size=60, rng=rng)
    right = share_right(network.forward(X_test, training=False), y_test)
    running = batch_statistics(network)[1][1]
    network.layers = [layer for layer in network.layers if not isinstance(layer, Dropout)]
    outputs = network.outputs(X, training=False)
    second = batchnorm_layers(network)[1]
    ratio = outputs[network.layers.index(second) - 1].var(axis=0) / running
    for bn, (mean, var) in zip(batchnorm_layers(network), population_statistics(network, X)):
        bn.running_mean, bn.running_var = mean, var
    again = share_right(network.forward(X_test, training=False), y_test)
    return ratio[running > 1e-3].mean(), right, again
