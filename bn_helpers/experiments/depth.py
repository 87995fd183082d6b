"""Lesson 02: signal and gradient through up to 50 layers, and a network that waits."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..data import load_digits
from ..initializers import he_normal, normal, xavier_normal
from ..layers import ReLU, Sigmoid, Tanh
from ..measures import ACTIVATIONS, between_examples, over_seeds
from ..network import mlp
from ..training import accuracy, train
from .training_lab import TrainingRun

WIDTH = 64
EXAMPLES = 64
DEEPEST = 50
SCHEMES = {  # std of the weights of a layer with n inputs and n units
    "Xavier": lambda n: np.sqrt(1 / n),
    "He": lambda n: np.sqrt(2 / n),
    "0.01": lambda n: 0.01,
    "N(0, 1)": lambda n: 1.0,
    "zeros": lambda n: 0.0,
}
SHAPES = {  # units of each layer, the inputs first
    "800 to 25": (800, 400, 200, 100, 50, 25),
    "25 to 800": (25, 50, 100, 200, 400, 800),
    "100 to 800 to 100": (100, 200, 400, 800, 400, 200, 100),
    "200 everywhere": (200,) * 7,
}
RULES = {  # variance of the weights, from fan-in i and fan-out o
    "1 / fan_in": lambda i, o: 1 / i,
    "1 / fan_out": lambda i, o: 1 / o,
    "2 / (fan_in + fan_out)": lambda i, o: 2 / (i + o),
}
SIZES = (64, 50, 50, 50, 50, 50, 10)  # of the networks that train on the digits
CHANGES = {  # what is changed: activation, first weights, rate
    "sigmoid, 0.01, rate 0.5": (Sigmoid, normal(0.01), 0.5),
    "→ rate 0.05": (Sigmoid, normal(0.01), 0.05),
    "→ ReLU": (ReLU, normal(0.01), 0.5),
    "→ Xavier": (Sigmoid, xavier_normal, 0.5),
    "→ N(0, 1)": (Sigmoid, normal(1.0), 0.5),
    "ReLU, N(0, 1), rate 0.3": (ReLU, normal(1.0), 0.3),
    "→ rate 0.002": (ReLU, normal(1.0), 0.002),
    "→ rate 0.00001": (ReLU, normal(1.0), 0.00001),
    "→ He": (ReLU, he_normal, 0.3),
    "→ He, rate 0.05": (ReLU, he_normal, 0.05),
    "tanh, Xavier, rate 0.05": (Tanh, xavier_normal, 0.05),
    "→ rate 0.5": (Tanh, xavier_normal, 0.5),
}
RATES = ("2", "0.5")  # of the runs that are recorded
SEEDS, STEPS, EVERY = range(5), 10_000, 100


@lru_cache(maxsize=1)
def powers():
    """Std of the sums by layer (50,): layers of 100 units, weights of std 0.1.

    There is no activation, so with another std the l-th is (std / 0.1)^l times as
    large.
    """
    rng = np.random.default_rng(0)
    h, stds = rng.standard_normal((EXAMPLES, 100)), []
    for _ in range(DEEPEST):
        h = h @ (0.1 * rng.standard_normal((100, 100)))
        stds.append(h.std())
    return np.array(stds)


@lru_cache(maxsize=len(SHAPES) * len(RULES))
def fans(shape, rule):
    """Mean squares by layer, two arrays (L + 1,): of the signal and of the gradient.

    The layers have no activation. Inputs have mean square 1, and so has the gradient at
    the last sums.
    """
    rng, sizes = np.random.default_rng(0), SHAPES[shape]
    weights = [np.sqrt(RULES[rule](i, o)) * rng.standard_normal((i, o)) for i, o in pairwise(sizes)]
    signal = [rng.standard_normal((EXAMPLES, sizes[0]))]
    gradient = [rng.standard_normal((EXAMPLES, sizes[-1]))]
    for W in weights:
        signal.append(signal[-1] @ W)
    for W in weights[::-1]:
        gradient.append(gradient[-1] @ W.T)
    return [np.array([np.mean(v**2) for v in values]) for values in (signal, gradient[::-1])]


@lru_cache(maxsize=1)
def relu_draws(draws=100, width=100):
    """Mean squares (100, 50) of the outputs of 50 ReLU layers with He weights.

    One row for each draw of the weights, one column for each layer.
    """
    rng, squares = np.random.default_rng(1), []
    for _ in range(draws):
        h = rng.standard_normal((20, width))
        for _ in range(DEEPEST):
            h = np.maximum(h @ (np.sqrt(2 / width) * rng.standard_normal((width, width))), 0)
            squares.append(np.mean(h**2))
    return np.reshape(squares, (draws, DEEPEST))


@lru_cache(maxsize=1)
def draws():
    """Inputs (64, 64), weights of std 1 (50, 64, 64), a gradient (64, 64)."""
    rng = np.random.default_rng(0)
    shapes = (EXAMPLES, WIDTH), (DEEPEST, WIDTH, WIDTH), (EXAMPLES, WIDTH)
    return tuple(rng.standard_normal(shape) for shape in shapes)


@lru_cache(maxsize=len(SCHEMES) * len(ACTIVATIONS))
def forward(scheme, activation):
    """Outputs (64, 64) of all 50 layers, and the slopes there."""
    function, slope, *_ = ACTIVATIONS[activation]
    a, weights, _ = draws()
    outputs, slopes = [], []
    for W in weights * SCHEMES[scheme](WIDTH):
        z = a @ W
        a = function(z)
        outputs.append(a)
        slopes.append(slope(z, a))
    return outputs, slopes


@lru_cache(maxsize=len(SCHEMES) * len(ACTIVATIONS))
def spreads(scheme, activation):
    """Stds of the outputs by layer, two arrays (50,): pooled, and between examples."""
    outputs, _ = forward(scheme, activation)
    return [np.array([std(a) for a in outputs]) for std in (np.std, between_examples)]


@lru_cache(maxsize=len(SCHEMES) * len(ACTIVATIONS) * DEEPEST)
def backward(scheme, activation, depth):
    """Std of the gradient at the sums of layers 1 to `depth`, an array.

    At the outputs of layer `depth` the gradient has std 1.
    """
    _, slopes = forward(scheme, activation)
    _, weights, gradient = draws()
    std, stds = SCHEMES[scheme](WIDTH), []
    for layer in reversed(range(depth)):
        gradient = gradient * slopes[layer]
        stds.append(gradient.std())
        gradient = (gradient @ weights[layer].T) * std
    return np.array(stds[::-1])


@lru_cache(maxsize=3 * len(ACTIVATIONS) * len(SCHEMES))
def changed(scheme, activation, share):
    """How much the outputs change by layer (50,), relative to their size.

    Every weight is multiplied by 1 + share * e with its own e from N(0, 1).
    """
    function = ACTIVATIONS[activation].function
    a, weights, _ = draws()
    noise = np.random.default_rng(7).standard_normal(weights.shape)
    outputs, changes = forward(scheme, activation)[0], []
    for W, before in zip(weights * (1 + share * noise) * SCHEMES[scheme](WIDTH), outputs):
        a = function(a @ W)
        changes.append(np.linalg.norm(a - before) / np.linalg.norm(before))
    return np.array(changes)


def alike(scheme, activation):
    """Mean over pairs of examples of |cosine| between their outputs, by layer (50,)."""
    pairs, means = np.triu_indices(EXAMPLES, k=1), []
    for a in forward(scheme, activation)[0]:
        unit = a / np.linalg.norm(a, axis=1, keepdims=True)
        means.append(np.mean(np.abs(unit @ unit.T)[pairs]))
    return np.array(means)


def unknown_layers():
    """Outputs of three sigmoid layers (1000, 400), called A, B and C."""
    sigmoid = ACTIVATIONS["sigmoid"].function
    rng = np.random.default_rng(4)

    def layers(std, depth):
        h = rng.standard_normal((1000, 400))
        for _ in range(depth):
            h = sigmoid(h @ (std * rng.standard_normal((400, 400))))
        return h

    return {"A": layers(0.025, 1), "B": layers(0.05, 5), "C": layers(0.5, 1)}


def final(activation, start, lr, seed):
    """Test accuracy of a network of SIZES after 200 steps of 60 digits."""
    X_train, y_train, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = mlp(SIZES, activation=activation, initializer=start, rng=rng)
    train(network, X_train, y_train, steps=200, lr=lr, batch_size=60, rng=rng)
    return accuracy(network, X_test, y_test)


def single_changes():
    """The final accuracies of five seeds, {what is changed: (5,)}."""
    return {name: over_seeds(final, *case) for name, case in CHANGES.items()}


def waiting_run(rate, seed):
    """A TrainingRun on the digits: five hidden sigmoid layers of 50 units, Xavier.

    A look is the test accuracy and the stds between test images of the five layers.
    """
    X_train, y_train, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = mlp(SIZES, activation=Sigmoid, initializer=xavier_normal, rng=rng)

    def look(network):
        hidden = network.activations(X_test, training=False)
        return accuracy(network, X_test, y_test), [between_examples(a) for a in hidden]

    return TrainingRun(
        network,
        X_train,
        y_train,
        lr=float(rate),
        batch_size=60,
        rng=rng,
        look=look,
        every=EVERY,
    )
