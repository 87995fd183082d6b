"""Lesson 07: running averages, both modes, networks trained with many batch sizes."""

from copy import deepcopy
from functools import cache

import numpy as np

from ..batchnorm import batchnorm_layers, recalibrate
from ..data import endless_minibatches, load_digits
from ..initializers import he_normal, xavier_normal
from ..layers import Sigmoid, Tanh
from ..measures import (
    batch_statistics,
    evaluate,
    over_seeds,
    population_statistics,
    share_right,
)
from ..network import mlp
from ..training import Progress, sgd_step, train

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
HALF = BATCHES // 2  # from here on errors are measured, and here the truth may jump
TENS = 10  # batches whose weights are one bar
UNITS = [64, 100, 100, 100, 10]  # of the networks
DRAWN = 2**18  # Gaussian values that are normalized in batches
STOPS = (1, 3, 10, 30, 100, 300)  # the network is measured after these training steps


def digits():
    """Training images and labels, and 256 shuffled test images with theirs."""
    X, y, X_test, y_test = load_digits()
    order = np.random.default_rng(0).permutation(len(y_test))[:256]  # every batch size divides 256
    return X, y, X_test[order], y_test[order]


def first_layer(X):
    """The sums (N, 100) of a first layer for X (N, 64), before any training."""
    return X @ he_normal(64, 100, np.random.default_rng(0))


def recalibrated(network, X):
    """A copy of the network with plain averages over X (N, 64), in batches of 60."""
    copy = deepcopy(network)
    recalibrate(copy, X, 60)
    return copy


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


def random_batches(values, jump=False):
    """Mean and biased variance of random batches of values, by batch size in FROM_ONE.

    Each is (200,). The third entry is the truth for each batch, (2, 200). With `jump`
    the values after half of the batches are 2 stds higher and 1.5 times as wide.
    """
    rng = np.random.default_rng(0)
    mean, std = values.mean(), values.std()
    early_and_late = np.stack([values, mean + 2 * std + 1.5 * (values - mean)])
    which = int(jump) * (np.arange(BATCHES) >= HALF)
    truth = np.stack([early_and_late.mean(axis=1), early_and_late.var(axis=1)])[:, which]
    statistics = {}
    for m in FROM_ONE:
        rows = rng.integers(len(values), size=(BATCHES, m))
        batch = early_and_late[which[:, None], rows]
        statistics[m] = batch.mean(axis=1), batch.var(axis=1), truth
    return statistics


def shares_of_tens(momentum):
    """The weights in the average after 200 batches: of the start, of each ten (20,)."""
    weights = momentum * (1.0 - momentum) ** np.arange(BATCHES)[::-1]
    return (1 - momentum) ** BATCHES, weights.reshape(-1, TENS).sum(axis=1)


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
    network = _untrained(Sigmoid, xavier_normal, rng, momentum=1)  # only the last batch counts
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


def without_start(seen, momentum):
    """The same average as if there had been no start value."""
    left = (1 - momentum) ** len(seen)
    start = np.array([0.0, 1.0])[:, None]
    return (statistics_after(seen, momentum) - left * start) / (1 - left)


def judge(runs, X, y):
    """A function (batch_size, training_steps) -> hidden outputs and accuracies.

    It evaluates the networks of `train_runs` on X (N, 64) with labels y (N,). The
    hidden outputs are those with population statistics, and so is the second result.
    The third are the accuracies for each momentum in MOMENTA.
    """

    @cache
    def judged(batch_size, training_steps):
        seen, stages = runs[batch_size]
        network, population = stages[training_steps]
        logits, activations = evaluate(network, X, population)
        shares = [
            share_with(network, X, y, statistics_after(seen[:training_steps], momentum))
            for momentum in MOMENTA
        ]
        return activations, share_right(logits, y), shares

    return judged


def share_with(network, X, y, statistics):
    """The accuracy of a network on X (N, 64), y (N,) with the `statistics` given."""
    return share_right(evaluate(network, X, statistics)[0], y)


def running_errors(mean, variance, truth):
    """The error of the running mean, and the mean ratio of the running variance.

    truth: true mean and variance for each batch (2, 200). The error is a root mean
    square in stds. Both are taken over the second half of the batches.
    """
    (mu, var), late = truth[:, HALF:], slice(HALF, None)
    return np.sqrt(np.mean((mean[late] - mu) ** 2 / var)), np.mean(variance[late] / var)


def typical_factor(running, true):
    """The typical factor between running and true variances (layers, D), at least 1."""
    ratios = np.maximum(running, 1e-9) / true
    return np.exp(np.mean(np.abs(np.log(ratios))))


def _untrained(activation, start, rng, momentum):
    network = mlp(UNITS, activation=activation, initializer=start, rng=rng, batchnorm=True)
    for bn in batchnorm_layers(network):
        bn.momentum = momentum
    return network


def trained(X, y, seed=0, *, activation=Tanh, momentum=0.1, steps=300, lr=0.1):
    """A network of three hidden layers of 100 units with batch norm, after training."""
    rng = np.random.default_rng(seed)
    network = _untrained(activation, he_normal, rng, momentum)
    train(network, X, y, steps=steps, lr=lr, batch_size=60, rng=rng)
    return network


def lags(train_set, test_set, activation, momenta, steps=100):
    """Accuracies (5 seeds, momenta + 2) with running statistics after so many steps.

    Batches of 64 at rate 0.5, from Xavier weights. In the last two columns the momentum
    is 0.01 without the start value, and the statistics are those of the population.
    """

    def run(seed):
        rng = np.random.default_rng(seed)
        network = _untrained(activation, xavier_normal, rng, momentum=1)
        record = {"statistics": batch_statistics}
        settings = dict(steps=steps, lr=0.5, batch_size=64, rng=rng, record=record, every=1)
        seen = np.array(train(network, *train_set, **settings).records["statistics"][1:])
        tried = [statistics_after(seen, momentum) for momentum in momenta]
        tried += [without_start(seen, 0.01), population_statistics(network, train_set[0])]
        return [share_with(network, *test_set, statistics) for statistics in tried]

    return over_seeds(run)


@cache
def gaussian():
    """Gaussian values (2**18,) of mean 0 and std 1."""
    return np.random.default_rng(0).standard_normal(DRAWN)


@cache
def in_batches(batch_size):
    """Those values, normalized in batches, and the mean of 1/s over the batches."""
    batches = gaussian().reshape(-1, batch_size)
    centred = batches - batches.mean(axis=1, keepdims=True)
    s = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    return (centred / s).ravel(), np.mean(1 / s)
