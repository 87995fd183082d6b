"""Lesson 08: what the learning rate and the size of the pixels change."""

import numpy as np

from ..initializers import he_normal, xavier_normal
from ..layers import ReLU, Sigmoid
from ..network import mlp
from ..training import accuracy, train

KINDS = {"sigmoid": (Sigmoid, xavier_normal), "ReLU": (ReLU, he_normal)}
SIDES = {"without": False, "with": True}  # batch norm
RATES = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3, 6, 10)
SEEDS, STEPS, EVERY, BATCH = range(5), 1000, 25, 60
BASE = 0.05  # the rate that is multiplied by 1, 5 and 30, as in section 4.2.2 of the paper
PIXELS = {  # what is done to the pixels of training and test images
    "x 1/4": lambda X, X_train: X / 4,
    "x 1": lambda X, X_train: X,
    "x 4": lambda X, X_train: 4 * X,
    "standardized": lambda X, X_train: standardized(X, X_train),
}
PIXEL_RATE = 0.5
IMAGENET = {  # millions of steps to 72.2 %, best accuracy; section 4.2.2 and figure 3 of the paper
    "Inception": (31.0, "72.2%"),
    "BN-Baseline": (13.3, "72.7%"),
    "BN-x5": (2.1, "73.0%"),
    "BN-x30": (2.7, "74.8%"),
    "BN-x5-Sigmoid": (None, "69.8%"),
}


def standardized(X, X_train):
    """X with mean 0 and std 1 for each pixel of the training images."""
    std = X_train.std(axis=0)
    return (X - X_train.mean(axis=0)) / np.where(std == 0, 1, std)


def rate_run(digits, kind, side, lr, seed, *, steps=STEPS, pixels="x 1"):
    """Test accuracies after every EVERY steps, from step 0: (steps / EVERY + 1,).

    The network is 64-100-100-100-10 in float32; `kind` is one of KINDS, `side` one of
    SIDES, `pixels` one of PIXELS. digits: (X_train, y_train, X_test, y_test). A run
    that diverges keeps its last accuracy. The same seed gives the same weights and
    batches on both sides.
    """
    X, y, X_test, y_test = digits
    X, X_test = (PIXELS[pixels](part, X).astype(np.float32) for part in (X, X_test))
    rng, (activation, initializer) = np.random.default_rng(seed), KINDS[kind]
    settings = dict(activation=activation, initializer=initializer, batchnorm=SIDES[side])
    network = mlp([64, 100, 100, 100, 10], rng=rng, dtype=np.float32, **settings)
    record = {"accuracy": lambda network: accuracy(network, X_test, y_test)}
    settings = dict(steps=steps, lr=lr, batch_size=BATCH, rng=rng, every=EVERY)
    seen = train(network, X, y, record=record, **settings).records["accuracy"]
    seen += [accuracy(network, X_test, y_test)] * (steps // EVERY + 1 - len(seen))
    return np.array(seen, np.float32)


def losses(digits, kind, side, factor, steps):
    """The losses of the first steps at PIXEL_RATE (steps,), with pixels times `factor`.

    They are computed in float64, with seed 0.
    """
    X, y, _, _ = digits
    rng, (activation, initializer) = np.random.default_rng(0), KINDS[kind]
    settings = dict(activation=activation, initializer=initializer, batchnorm=SIDES[side])
    network = mlp([64, 100, 100, 100, 10], rng=rng, **settings)
    settings = dict(steps=steps, lr=PIXEL_RATE, batch_size=BATCH, rng=rng)
    return np.array(train(network, factor * X, y, **settings).losses)


def at_the_end(record, kind, side, rate):
    """The last recorded accuracies of the five seeds, (5,)."""
    return record[f"{kind}, {side}"]["accuracy"][RATES.index(rate), :, -1]
