"""Lesson 10: a broken implementation beside a right one, running means, training."""

from functools import cache
from typing import NamedTuple

import numpy as np

from ..batchnorm import BatchNorm
from ..data import load_digits
from ..gradients import numerical_gradient
from ..initializers import he_normal, xavier_normal
from ..layers import Sigmoid, Tanh
from ..network import mlp
from ..training import accuracy, train

SIZES = (4, 8, 16, 32)
STDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)
FAR = 10_000  # stds: a mean far from 0
EPS = 1e-3
UNITS = 3
LEAST, MOST = 1e-7, 10.0  # errors that are shown
CALLS = 30  # training batches, and as many in evaluation
MOMENTA = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
BATCHES = (4, 16, 64)


class Seen(NamedTuple):
    """Right values and a patient's, (n, UNITS) each; the largest right one is 1."""

    right: np.ndarray
    broken: np.ndarray

    @property
    def error(self):
        """The largest difference, between LEAST and MOST; no number counts as MOST."""
        difference = np.nan_to_num(np.abs(self.broken - self.right), nan=MOST, posinf=MOST)
        return float(np.clip(difference.max(), LEAST, MOST))


def draws(m):
    """Three arrays of random numbers (m, UNITS)."""
    return np.random.default_rng(10).standard_normal((3, m, UNITS))


def normalized(functions, m, std, far):
    x = (std * (draws(m)[0] + FAR * far)).astype(np.float32)
    return [function(x) for function in functions]


def folded(functions, m, std, far):
    """Outputs of three units, whose sums have this std and the mean b."""
    x, W, other = draws(m)
    W = std * W[:UNITS] / np.sqrt(UNITS)
    b, gamma = std * (np.array([1.5, -1.0, 0.6]) + FAR * far), np.array([1.0, 1.5, 0.7])
    beta, mean, var = other[0], b, np.full(UNITS, std**2)
    outputs = []
    for fold in functions:
        W_new, b_new = fold(W, b, gamma, beta, mean, var, EPS)
        outputs.append(x @ W_new + b_new)
    return outputs


def gradients(functions, m, std, far):
    """dx by finite differences of the patient's own output, and as the patient says."""
    x, dout, _ = draws(m)
    x = std * (x + FAR * far)
    broken, _ = functions
    wanted = numerical_gradient(lambda x: broken(x, dout, EPS)[0], x, dout, step=1e-4 * std)
    return wanted, broken(x, dout, EPS)[1]


KINDS = {"patient 1": normalized, "patient 6": folded, "patient 7": gradients}


def seen(patients, name, m, std, far):
    """The Seen of a patient; patients: {name: (right function, broken function)}."""
    return _seen(*patients[name], name, m, std, far)


@cache
def _seen(right, broken, name, m, std, far):
    functions = (broken, right) if name == "patient 7" else (right, broken)
    with np.errstate(all="ignore"):
        wanted, given = KINDS[name](functions, m, std, far)
    size = np.abs(wanted).max()
    return Seen(wanted / size, given / size)


# --- running means --------------------------------------------------------------------


@cache
def batch_means(m):
    """Means of CALLS training batches of N(2, 1), then of CALLS others of N(1, 1)."""
    rng = np.random.default_rng(3)
    means = [rng.normal(centre, 1, (CALLS, m)).mean(axis=1) for centre in (2.0, 1.0)]
    return np.concatenate(means)


def running_means(momentum, m):
    """The running mean after each call, {line: (2 CALLS + 1,)}: right, X, Y and Z.

    In the middle the layer is saved and loaded. The second half is evaluation.
    """
    means, alpha = batch_means(m), momentum
    return {
        "right": _course(means, alpha),
        "X": _course(means, alpha, loaded=0.0),
        "Y": _course(means, 1 - alpha),
        "Z": _course(means, alpha, moves=True),
    }


def _course(means, alpha, *, loaded=None, moves=False):
    course = [0.0]
    for i, mean in enumerate(means):
        old = loaded if i == CALLS and loaded is not None else course[-1]
        moved = i < CALLS or moves
        course.append((1 - alpha) * old + alpha * mean if moved else old)
    return np.array(course)


# --- networks -------------------------------------------------------------------------


class WithPass(BatchNorm):
    """Batch norm that goes backward as one of the passes of the lesson does."""

    def __init__(self, num_features, backward_pass):
        super().__init__(num_features)
        self.backward_pass = backward_pass

    def forward(self, x, *, training):
        self.x = x
        return super().forward(x, training=training)

    def backward(self, dout):
        super().backward(dout)  # dgamma and dbeta
        return self.backward_pass(self.x, dout * self.params["gamma"], self.eps)[1]


def sigmoid_network(seed):
    """A network for the digits, with batch norm, not trained yet."""
    rng, sizes = np.random.default_rng(seed), [64, 50, 50, 10]
    return mlp(sizes, activation=Sigmoid, initializer=xavier_normal, rng=rng, batchnorm=True)


def trained(backward_pass, seed, steps=200):
    """(mean loss of the last 50 steps, test accuracy) of a network on the digits."""
    losses, share = _run(backward_pass, seed, steps)
    return losses[-50:].mean(), share


LETTERS = {  # the passes of figure 1 in another order
    "P": "without the last term",
    "Q": "right",
    "R": "sign of the last term",
    "S": "statistics constant",
}


def four_losses(passes, seed=0, steps=200):
    """{letter: losses, each a mean over ten steps}; passes: {name in LETTERS: pass}."""
    runs = {letter: _run(passes[name], seed, steps) for letter, name in LETTERS.items()}
    return {letter: losses.reshape(-1, 10).mean(axis=1) for letter, (losses, _) in runs.items()}


@cache
def _run(backward_pass, seed, steps):
    X, y, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = mlp([64, 50, 50, 10], activation=Tanh, initializer=he_normal, rng=rng, batchnorm=True)
    for i, layer in enumerate(network.layers):
        if isinstance(layer, BatchNorm):
            network.layers[i] = WithPass(layer.num_features, backward_pass)
    history = train(network, X, y, steps=steps, lr=0.1, batch_size=60, rng=rng)
    return np.array(history.losses), accuracy(network, X_test, y_test)
