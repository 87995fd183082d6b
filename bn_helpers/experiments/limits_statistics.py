"""Lesson 09b: batches that are not mixed, fine-tuning, and cases for a table."""

from copy import deepcopy

import numpy as np

from ..batchnorm import recalibrate
from ..data import load_digits
from ..initializers import he_normal, zeros
from ..layers import ReLU, unchecked_cross_entropy
from ..network import mlp
from ..training import accuracy, sgd_step, train
from .limits_networks import UNITS, network_of

IN_BATCH = 20  # images in a batch of few digits
DIGITS = (1, 2, 3, 5, 10)  # that stand in one batch
UNMIXED = dict(epochs=10, rate=0.05)
WAYS = ("as it is", "recalibrated", "frozen", "moving", "recalibrated, frozen")
NEW = {"other writers": 1.0, "faint": 0.3}  # data: the ink is multiplied by this
BATCHES = (2, 4, 20)
FEW = 40  # images for fine-tuning
TUNING = dict(steps=200, rate=0.02)


def batches_of_few(y, digits, rng):
    """Rows of the batches of one epoch; each has only so many different digits.

    y (N,) are labels. The images of a batch are drawn evenly from its digits.
    """
    rows = [rng.permutation(np.flatnonzero(y == digit)) for digit in range(10)]
    for _ in range(len(y) // IN_BATCH):
        chosen = rng.permutation(10)[:digits]
        each = IN_BATCH // digits + (IN_BATCH % digits > 0)
        yield np.concatenate([rng.choice(rows[d], each) for d in chosen])[:IN_BATCH]


def unmixed(norm, digits, seed):
    """Test accuracy of a network whose training batches have few different digits."""
    X, y, X_test, y_test = load_digits()
    network, rng = network_of(norm, seed), np.random.default_rng(100 + seed)
    for _ in range(UNMIXED["epochs"]):
        for rows in batches_of_few(y, digits, rng):
            sgd_step(network, X[rows], y[rows], UNMIXED["rate"])
    return accuracy(network, X_test, y_test)


def before_tuning(seed):
    """A network with batch norm, trained on the digits of the first writers."""
    X, y, _, _ = load_digits(split="writers")
    network = network_of("batch norm", seed)
    rng = np.random.default_rng(100 + seed)
    train(network, X, y, lr=0.1, batch_size=60, steps=600, rng=rng, every=600)
    return network


def tuned(network, what, batch_size, seed):
    """{what is done with the statistics: test accuracy on the new digits}.

    40 images of the new digits are for tuning, all others are for the test.
    """
    _, _, X, y = load_digits(split="writers")
    X, order = NEW[what] * X, np.random.default_rng(seed).permutation(len(y))
    own, test = order[:FEW], order[FEW:]
    recalibrated = deepcopy(network)
    recalibrate(recalibrated, X[own], FEW)
    networks = {
        "as it is": network,
        "recalibrated": recalibrated,
        "frozen": fine_tuned(network, X[own], y[own], batch_size, seed, training=False),
        "moving": fine_tuned(network, X[own], y[own], batch_size, seed, training=True),
        "recalibrated, frozen": fine_tuned(
            recalibrated, X[own], y[own], batch_size, seed, training=False
        ),
    }
    return {way: accuracy(networks[way], X[test], y[test]) for way in WAYS}


def fine_tuned(network, X, y, batch_size, seed, *, training):
    """A copy after 200 small steps; without `training` its statistics are frozen."""
    network, rng = deepcopy(network), np.random.default_rng(200 + seed)
    with np.errstate(all="ignore"):
        for _ in range(TUNING["steps"]):
            rows = rng.choice(len(X), batch_size, replace=False)
            logits = network.outputs(X[rows], training=training)[-1]
            network.backward(unchecked_cross_entropy(logits, y[rows])[1])
            for layer in network.layers:
                for name, gradient in layer.grads.items():
                    layer.params[name] -= TUNING["rate"] * gradient
    return network


def mixed_run(initializer, rate, batchnorm, seed, steps=1000):
    """Test accuracy of a ReLU network after `steps` steps on batches of 60."""
    X, y, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = mlp(UNITS, activation=ReLU, initializer=initializer, rng=rng, batchnorm=batchnorm)
    settings = dict(lr=rate, batch_size=60, rng=np.random.default_rng(100 + seed))
    train(network, X, y, steps=steps, every=steps, **settings)
    return accuracy(network, X_test, y_test)


CLOSING = {  # a case without special batches: the weights and the learning rate
    "zero weights": (zeros, 0.1),
    "rate 6": (he_normal, 6.0),
    "tuned": (he_normal, 0.3),
}
