"""Lesson 07: one image among others, and the ways to treat batch norm at test time."""

from copy import deepcopy

import numpy as np

from ..batchnorm import BatchNorm, recalibrate
from ..measures import forward_in_batches, share_right, softmax
from ..training import accuracy

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
ONE_DIGIT = 20  # images of a batch that shows one digit only


def answer(network, image):
    """Probabilities (10,) of the digits for one image (64,) in evaluation mode."""
    return softmax(network.forward(image[None], training=False))[0]


def company(X, y, image, others, batch_size, one_digit):
    """The image (64,) and random rows of X (N, 64) below it; `others` is their seed.

    With `one_digit` all these rows show the same digit, the last one of `others`.
    """
    rng = np.random.default_rng(others)
    rows = X[y == others % 10] if one_digit else X
    return np.vstack([image, rows[rng.integers(len(rows), size=batch_size - 1)]])


def answer_in_company(network, together):
    """The same for the first row of `together`, one batch, with its own statistics."""
    return softmax(forward_in_batches(network, together, len(together))[0])[0]


def answers_change(network, X, batch_size, images=60, times=40):
    """Share of the first images that get more than one answer in random company."""
    rng, read = np.random.default_rng(0), []
    for k in range(images * times):
        others = X[rng.integers(len(X), size=batch_size - 1)]
        together = np.vstack([X[k % images], others])
        read.append(answer_in_company(network, together).argmax())
    return np.mean(np.ptp(np.reshape(read, (times, images)), axis=0) > 0)


def ways_to_judge(network, X, y):
    """{a way to treat batch norm at test time: accuracy on X (N, 64), y (N,)}."""

    def own_batch(rows, m):
        return share_right(forward_in_batches(network, X[rows], m)[0], y[rows])

    by_digit = np.concatenate([np.flatnonzero(y == digit)[:ONE_DIGIT] for digit in range(10)])
    return {
        "running statistics": accuracy(network, X, y),
        "own batch, of 8": own_batch(np.arange(len(X)), 8),
        f"own batch, of {ONE_DIGIT}": own_batch(np.arange(len(X)), ONE_DIGIT),
        f"own batch, of {ONE_DIGIT}, one digit": own_batch(by_digit, ONE_DIGIT),
        "gamma and beta alone": share_right(without_statistics(network, X, keep=True), y),
        "batch norm left out": share_right(without_statistics(network, X, keep=False), y),
    }


def without_statistics(network, x, keep):
    """Logits without any statistics; `keep` says whether gamma and beta are used."""
    for layer in network.layers:
        if not isinstance(layer, BatchNorm):
            x = layer.forward(x, training=False)
        elif keep:
            x = x * layer.params["gamma"] + layer.params["beta"]
    return x


def measured(network, X, y, X_train, y_train):
    """{what is measured to find a fault: an accuracy}, X (N, 64) are test images."""
    cured = deepcopy(network)
    recalibrate(cured, X_train, 60)
    return {
        "training": accuracy(network, X_train, y_train),
        "test": accuracy(network, X, y),
        "recalibrated": accuracy(cured, X, y),
        "own batches of 128": share_right(forward_in_batches(network, X, 128)[0], y),
    }
