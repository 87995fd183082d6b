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

BELOW_A_TENTH = (0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07)
MOMENTA = (*BELOW_A_TENTH, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9, 1)
SIZES = (2, 4, 8, 16, 32, 64, 128, 256)  # for training, where a layer refuses batches of one
FROM_ONE = (1, *SIZES)
STARTS = {  # name: start of the running variance, is the batch variance unbiased?
    "start 0 and 1, unbiased": (1.0, True),
    "start 0 and 1, biased": (1.0, False),
    "start 0 and 0, biased": (0.0, False),
}
BATCHES = 200  # for a running average
STOPS = (1, 3, 10, 30, 100, 300)  # the network is measured after these training steps


def running_averages(values, start, momentum):
    """The running average (T,) after each of the `values` (T,), from `start`."""
    averages, average = [], start
    for value in values:
        average = (1 - momentum) * average + momentum * value
        averages.append(average)
    return np.array(averages)


def half_life(momentum):
    """The number of batches after which the weight of the old average has halved.

    0 < momentum < 1.
    """
    return -np.log(2) / np.log1p(-momentum)


def random_batches(values):
    """Mean and biased variance of random batches of values, by batch size in FROM_ONE.

    Each is (200,).
    """
    rng = np.random.default_rng(0)
    drawn = {m: values[rng.integers(len(values), size=(BATCHES, m))] for m in FROM_ONE}
    return {m: (batch.mean(axis=1), batch.var(axis=1)) for m, batch in drawn.items()}


def courses(means, variances, batch_size, momentum, kind):
    """Running mean and running variance, each (T,), after each of T batches.

    means and variances (T,) are those of the batches, the variances biased. kind: a
    name in STARTS. An unbiased variance does not exist for batches of one; the biased
    one is used then.
    """
    start, unbiased = STARTS[kind]
    if unbiased:
        variances = variances * batch_size / max(batch_size - 1, 1)
    return running_averages(means, 0.0, momentum), running_averages(variances, start, momentum)


def train_runs(X, y):
    """Train a Sigmoid network on X (N, 64), y (N,) with each batch size in SIZES.

    This takes a few seconds. Returns by batch size: mean and unbiased variance of every
    batch, (300 steps, 3 layers, 2, 100 units); and {step: (network, its population
    statistics)} for the steps in STOPS.
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
        bn.momentum = 1  # so the running statistics are those of the last batch
    batches, seen, stages = endless_minibatches(X, y, batch_size, rng), [], {}
    for step in range(1, STOPS[-1] + 1):
        sgd_step(network, *next(batches), lr=0.5)
        seen.append(batch_statistics(network))
        if step in STOPS:
            stages[step] = deepcopy(network), population_statistics(network, X)
    return np.array(seen), stages


def statistics_after(seen, momentum):
    """Running mean and variance (layers, 2, D) after the batches `seen`, from 0 and 1.

    seen: their means and variances (T, layers, 2, D).
    """
    weights = momentum * (1.0 - momentum) ** np.arange(len(seen))[::-1]
    start = np.array([0.0, 1.0])[:, None] * (1 - momentum) ** len(seen)
    return np.tensordot(weights, seen, axes=1) + start


def judge(runs, X, y):
    """A function (batch_size, training_steps) -> hidden outputs and two accuracies.

    It evaluates the networks of `train_runs` on X (N, 64) with labels y (N,). The
    hidden outputs are those with population statistics. The accuracies are those with
    population statistics and with the statistics of the test batches. All are computed
    here, once.
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
    """The error of the running mean, and the mean ratio of the running variance.

    The error is a root mean square in stds. The ratio is to the true variance. Both are
    taken over the second half of the batches.
    """
    second_half = slice(BATCHES // 2, None)
    error = np.sqrt(np.mean((mean[second_half] - true_mean) ** 2)) / np.sqrt(true_var)
    return error, variance[second_half].mean() / true_var


def distance(running, true):
    """How far running statistics (layers, 2, D) are from the true ones: two numbers.

    They are the error of the means in stds (root mean square), and the typical factor
    between the variances.
    """
    error = np.sqrt(np.mean((running[:, 0] - true[:, 0]) ** 2 / true[:, 1]))
    ratios = np.maximum(running[:, 1], 1e-9) / true[:, 1]
    return error, np.exp(np.mean(np.abs(np.log(ratios))))


def answer(network, image):
    """Probabilities (10,) of the digits for one image (64,) in evaluation mode."""
    return softmax(network.forward(image[None], training=False))[0]


def answer_in_company(network, X, image, others, batch_size):
    """The same in training mode, among random rows of X; `others` is their seed."""
    rng = np.random.default_rng(others)
    rows = np.vstack([image, X[rng.integers(len(X), size=batch_size - 1)]])
    return softmax(forward_in_batches(network, rows, batch_size)[0])[0]
