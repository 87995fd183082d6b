"""Lesson 09b: a recurrent network that reads the digits row by row."""

from copy import copy, deepcopy

import numpy as np

from ..batchnorm import BatchNorm
from ..data import endless_minibatches, load_digits
from ..initializers import xavier_normal
from ..layers import Linear, Tanh, unchecked_cross_entropy
from ..measures import share_right
from ..normalization import LayerNorm

ROWS, PIXELS, HIDDEN = 8, 8, 50
NORMS = {"none": None, "batch norm": BatchNorm, "layer norm": LayerNorm}
STEPS, EVERY, RATE, BATCH = 600, 50, 0.1, 60
BLANKS = (0, 1, 2, 3, 4)  # empty rows before the digit: steps that training has never seen


class Recurrent:
    """z = x_t Wx + h Wh, h = tanh(norm(z)) for each row x_t; logits from the last h.

    The network is unrolled: `rows` has a list of layers for each of the eight steps.
    Their weights, gamma and beta are the same arrays. Each BatchNorm keeps the running
    statistics of its own step.
    """

    def __init__(self, norm, seed, hidden=HIDDEN):
        rng, make = np.random.default_rng(seed), NORMS[norm]
        self.hidden = hidden
        bias = None if make else np.zeros(hidden)
        read = Linear(xavier_normal(PIXELS, hidden, rng), bias)
        recur = Linear(xavier_normal(hidden, hidden, rng))
        self.last = Linear(xavier_normal(hidden, 10, rng), np.zeros(10))
        self.shared = [read, recur, *([make(hidden)] if make else []), Tanh()]
        self.rows = [[_twin(layer) for layer in self.shared] for _ in range(ROWS)]

    def forward(self, images, *, training):
        """images (N, T, 8) -> logits (N, 10). Rows after the eighth use its layers."""
        h = np.zeros((len(images), self.hidden))
        for t in range(images.shape[1]):
            read, recur, *rest = self.rows[min(t, ROWS - 1)]
            h = read.forward(images[:, t], training=training) + recur.forward(h, training=training)
            for layer in rest:
                h = layer.forward(h, training=training)
        return self.last.forward(h, training=training)

    def backward(self, dlogits):
        """Fill the `grads` of all layers: back through the eight steps."""
        dh = self.last.backward(dlogits)
        for read, recur, *rest in reversed(self.rows):
            for layer in reversed(rest):
                dh = layer.backward(dh)
            read.backward(dh)
            dh = recur.backward(dh)

    def gradients(self):
        """Pairs of a parameter array and its gradient, summed over the steps."""
        for place, layer in enumerate(self.shared):
            for name, value in layer.params.items():
                yield value, sum(row[place].grads[name] for row in self.rows)
        for name, value in self.last.params.items():
            yield value, self.last.grads[name]

    def batchnorms(self):
        """The BatchNorm of each step, in order."""
        return [layer for row in self.rows for layer in row if isinstance(layer, BatchNorm)]


def _twin(layer):
    """A layer with the same parameters, and gradients and statistics of its own."""
    twin = copy(layer)
    twin.grads = {}
    return twin


def rows_of(X, blanks=0):
    """Images X (N, 64) as rows (N, blanks + 8, 8), the empty rows first."""
    return np.pad(X.reshape(-1, ROWS, PIXELS), ((0, 0), (blanks, 0), (0, 0)))


def sgd_step(network, images, y):
    """One step of plain SGD; the loss before it."""
    loss, dlogits = unchecked_cross_entropy(network.forward(images, training=True), y)
    network.backward(dlogits)
    for value, gradient in network.gradients():
        value -= RATE * gradient
    return loss


def trained(norm, seed, steps=STEPS):
    """A trained network, and its test accuracy after every 50 steps (steps / 50,)."""
    X, y, X_test, y_test = load_digits()
    network = Recurrent(norm, seed)
    batches = endless_minibatches(X, y, BATCH, np.random.default_rng(100 + seed))
    course = []
    for step in range(1, steps + 1):
        images, labels = next(batches)
        sgd_step(network, rows_of(images), labels)
        if step % EVERY == 0:
            course.append(share(network, X_test, y_test))
    return network, np.array(course)


def share(network, X, y, blanks=0, training=False):
    """Share of the images that a copy of the network classifies correctly."""
    logits = deepcopy(network).forward(rows_of(X, blanks), training=training)
    return share_right(logits, y)


def with_shared_statistics(network):
    """A copy whose steps all have the same running statistics: the mean over steps."""
    network = deepcopy(network)
    layers = network.batchnorms()
    mean = np.mean([bn.running_mean for bn in layers], axis=0)
    var = np.mean([bn.running_var for bn in layers], axis=0)
    for bn in layers:
        bn.running_mean, bn.running_var = mean, var
    return network


def longer(network, X, y):
    """{how batch norm is evaluated: accuracy by number of empty rows (5,)}."""
    ways = {"": (network, False)}
    if network.batchnorms():
        ways = {
            "by step": (network, False),
            "shared": (with_shared_statistics(network), False),
            "own batch": (network, True),
        }
    return {
        way: np.array([share(judged, X, y, blanks, training) for blanks in BLANKS])
        for way, (judged, training) in ways.items()
    }


def spreads(network):
    """The running std of the sums at each of the eight steps (8,), rms over units."""
    return np.sqrt([bn.running_var.mean() for bn in network.batchnorms()])
