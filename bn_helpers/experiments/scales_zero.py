"""Lesson 08b: batch norm and weights that start at zero."""

import numpy as np

from ..batchnorm import batchnorm_layers
from ..initializers import he_normal
from ..measures import over_seeds
from ..training import accuracy, train
from .scales_networks import digits, drawn, gradients, linears

NAMES = ("W1", "gamma1", "beta1", "W2", "gamma2", "beta2", "W3", "b3")


def zero(network):
    """The network with all its weights set to 0."""
    for layer in linears(network):
        layer.params["W"] = np.zeros_like(layer.params["W"])
    return network


def random_in(*numbers):
    """A start: random He weights in the layers with these numbers, zeros elsewhere."""

    def start(network, rng):
        for number in numbers:
            layer = linears(network)[number - 1]
            layer.params["W"] = he_normal(*layer.params["W"].shape, rng)

    return start


def own_input(network, rng):
    """A start without chance: unit j reads input j alone, with the weight 0.1."""
    for layer in linears(network):
        fan_in, units = layer.params["W"].shape
        layer.params["W"][np.arange(units) % fan_in, np.arange(units)] = 0.1


def random_beta(network, rng):
    """A start: all weights are 0, but each beta is drawn from N(0, 0.1^2)."""
    for bn in batchnorm_layers(network):
        bn.params["beta"] = 0.1 * rng.standard_normal(bn.num_features)


STARTS = {
    "all weights 0": random_in(),
    "only layer 1 random": random_in(1),
    "only the last layer random": random_in(3),
    "only the last layer 0": random_in(1, 2),
    "all weights 0, beta random": random_beta,
    "no weight random: each unit reads one input": own_input,
}


def started(start, seed):
    """A network of 64-100-100-10 ReLU units with batch norm, from a name in STARTS."""
    network = zero(drawn(seed))
    STARTS[start](network, np.random.default_rng(seed))
    return network


def first_gradients(network):
    """The norm of each gradient in the first step, for 60 digits, by NAMES."""
    X, y, _, _ = digits()
    gradients(network, X[:60], y[:60])
    arrays = [layer.grads[name] for layer in network.layers for name in layer.grads]
    return dict(zip(NAMES, map(np.linalg.norm, arrays)))


def learned(start, seeds=5, steps=200):
    """Test accuracies (seeds,) after some steps at rate 0.1."""

    def run(seed):
        X, y, X_test, y_test = digits()
        network, rng = started(start, seed), np.random.default_rng([seed, 1])
        train(network, X, y, steps=steps, lr=0.1, batch_size=60, rng=rng)
        return accuracy(network, X_test, y_test)

    return over_seeds(run, seeds=seeds)
