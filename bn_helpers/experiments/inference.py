"""Lesson 07: running averages, and networks trained with batches of many sizes."""

from copy import deepcopy
from functools import cache

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import endless_minibatches
from ..initializers import xavier_normal
from ..layers import Sigmoid
from ..measures import (
    batch_statistics,
    evaluate,
    forward_in_batches,
    population_statistics,
    share_right,
    softmax,
)
from ..network import mlp
from ..training import Progress, sgd_step

MOMENTA = (
    0,
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.03,
    0.05,
    0.07,
    0.1,
    0.15,
    0.2,
    0.3,
    0.5,
    0.7,
    0.9,
    1,
)
SIZES = (2, 4, 8, 16, 32, 64, 128, 256)  # to train with: a layer refuses one value per channel
FROM_ONE = (1, *SIZES)
STARTS = {  # start of the running variance; is the batch variance unbiased?
    "start 0 and 1, unbiased": (1.0, True),
    "start 0 and 1, biased": (1.0, False),
    "start 0 and 0, biased": (0.0, False),
}
BATCHES = 200  # of which a running average is taken
STOPS = (1, 3, 10, 30, 100, 300)  # training steps after which the network is measured


def running_averages(values, start, momentum):
    """The running average after each of the `values` (T,), from `start`: an array (T,)."""
    averages, average = [], start
    for value in values:
        average = (1 - momentum) * average + momentum * value
        averages.append(average)
    return np.array(averages)


def half_life(momentum):
    """Batches after which the weight of the old average has halved; momentum between 0
    and 1.
    """
    return -np.log(2) / np.log1p(-momentum)


def random_batches(values):
    """By batch size in FROM_ONE: mean and biased variance, each (200,), of random
    batches of values.
    """
    rng = np.random.default_rng(0)
    drawn = {m: values[rng.integers(len(values), size=(BATCHES, m))] for m in FROM_ONE}
    return {m: (batch.mean(axis=1), batch.var(axis=1)) for m, batch in drawn.items()}


def train_runs(X, y):
    """Sigmoid networks trained on X (N, 64) with labels y (N,), one for each of SIZES;
    a few seconds.

    By batch size: the mean and the unbiased variance of every batch, (300, 3 layers, 2,
    100 units); and after each of STOPS steps the network with its population
    statistics.
    """
    bar, runs = Progress(len(SIZES)), {}
    for m in SIZES:
        runs[m] = _train_run(X, y, m)
        bar.update()
    bar.close()
    return runs


def _train_run(X, y, batch_size):
    rng = np.random.default_rng(0)
    sizes = [64, 100, 100, 100, 10]
    network = mlp(sizes, activation=Sigmoid, initializer=xavier_normal, rng=rng, batchnorm=True)
    for bn in batchnorm_layers(network):
        bn.momentum = 1  # so its running statistics are those of the last batch
    batches, seen, stages = endless_minibatches(X, y, batch_size, rng), [], {}
    for step in range(1, STOPS[-1] + 1):
        sgd_step(network, *next(batches), lr=0.5)
        seen.append(batch_statistics(network))
        if step in STOPS:
            stages[step] = deepcopy(network), population_statistics(network, X)
    return np.array(seen), stages


def statistics_after(seen, momentum):
    """Running [(mean, var), ...] by layer, from 0 and 1, after the batches `seen` (T,
    layers, 2, D).
    """
    weights = momentum * (1.0 - momentum) ** np.arange(len(seen))[::-1]
    start = np.array([0.0, 1.0])[:, None] * (1 - momentum) ** len(seen)
    return np.tensordot(weights, seen, axes=1) + start


def judge(runs, X, y):
    """A function (batch_size, training_steps) -> what population and batch statistics
    make of X.

    It returns the hidden outputs with population statistics, and the accuracies on
    labels y (N,) with these and with the statistics of the test batches. All are
    computed here, once.
    """

    @cache
    def judged(batch_size, training_steps):
        network, population = runs[batch_size][1][training_steps]
        logits, activations = evaluate(network, X, population)
        own = forward_in_batches(network, X, batch_size)[0]
        return activations, [share_right(logits, y), share_right(own, y)]

    for m in SIZES:
        for stop in STOPS:
            judged(m, stop)
    return judged


def running_errors(mean, variance, true_mean, true_var):
    """Error of the running mean in stds (root mean square), mean ratio of the running
    variance.

    Both over the second half of the batches.
    """
    late, std = slice(BATCHES // 2, None), np.sqrt(true_var)
    off = np.sqrt(np.mean((mean[late] - true_mean) ** 2)) / std
    return off, variance[late].mean() / true_var


def distance(running, true):
    """How far running statistics (layers, 2, D) are from the true ones.

    The error of the means in stds (root mean square), and the typical factor of the
    variances.
    """
    off = np.sqrt(np.mean((running[:, 0] - true[:, 0]) ** 2 / true[:, 1]))
    ratios = np.maximum(running[:, 1], 1e-9) / true[:, 1]
    return off, np.exp(np.mean(np.abs(np.log(ratios))))


def answer(network, image):
    """Probabilities (10,) of the digits for one image (64,) in evaluation mode."""
    return softmax(network.forward(image[None], training=False))[0]


def answer_in_company(network, X, image, others, batch_size):
    """The same in training mode, among rows of X that the seed `others` draws."""
    rng = np.random.default_rng(others)
    rows = np.vstack([image, X[rng.integers(len(X), size=batch_size - 1)]])
    return softmax(forward_in_batches(network, rows, batch_size)[0])[0]
