"""Lesson 08: a small convolutional network on the digits."""

import numpy as np

from ..batchnorm import BatchNorm
from ..initializers import he_normal
from ..layers import AveragePooling, Convolution, Flatten, Linear, ReLU
from ..network import Network
from ..training import accuracy, train

RATE, BATCH, STEPS, EVERY = 0.1, 60, 100, 10


def images(X):
    """Rows of pixels X (N, 64) as images (N, 1, 8, 8)."""
    return X.reshape(-1, 1, 8, 8)


def conv_layers(rng, batchnorm):
    """The layers of a network for (N, 1, 8, 8): 8 filters, 16 filters, 10 outputs."""
    layers = []
    for C, F in ((1, 8), (8, 16)):
        fan_in = C * 3 * 3
        W = he_normal(fan_in, F, rng).T.reshape(F, C, 3, 3)
        layers.append(Convolution(W, None if batchnorm else np.zeros(F), padding=1))
        layers += [BatchNorm(F)] * batchnorm
        layers += [ReLU(), AveragePooling(2)]
    return [*layers, Flatten(), Linear(he_normal(16 * 2 * 2, 10, rng), np.zeros(10))]


def conv_run(digits, batchnorm, seed, make=conv_layers):
    """A trained network of the layers that `make(rng, batchnorm)` returns.

    Returns the network, the steps and the test accuracies at them. digits: (X_train,
    y_train, X_test, y_test).
    """
    X, y, X_test, y_test = digits
    rng = np.random.default_rng(seed)
    network = Network(make(rng, batchnorm))
    record = {"accuracy": lambda network: accuracy(network, images(X_test), y_test)}
    settings = dict(steps=STEPS, lr=RATE, batch_size=BATCH, rng=rng, every=EVERY)
    history = train(network, images(X), y, record=record, **settings)
    return network, np.array(history.steps), np.array(history.records["accuracy"])


def first_block(network, X):
    """What the first block makes of images X (N, 64), and the statistics that it uses.

    Returns the maps after each of its four layers (N, 8, H, W), and the running means
    and stds (8,) of its BatchNorm. `network` is one with batch norm.
    """
    bn = network.layers[1]
    maps = network.outputs(images(X), training=False)[:4]
    return maps, bn.running_mean, np.sqrt(bn.running_var)


def folded(network):
    """A Network that does what `network` does in evaluation, without BatchNorm."""
    layers = []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            W = layers.pop().params["W"]
            f = layer.params["gamma"] / np.sqrt(layer.running_var + layer.eps)
            b = layer.params["beta"] - layer.running_mean * f
            layers.append(Convolution(W * f[:, None, None, None], b, padding=1))
        else:
            layers.append(layer)
    return Network(layers)
