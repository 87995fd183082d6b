"""Lesson 03: clouds that shift from training to test; inputs of a layer that learns."""

from copy import deepcopy

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import endless_minibatches
from ..initializers import normal
from ..layers import Sigmoid, softmax_cross_entropy
from ..measures import ACTIVATIONS, between_examples
from ..network import mlp
from ..training import accuracy, sgd_step

KINDS = ("covariate", "prior", "concept")
POINTS = 600
CENTRE = (-1.2, 0.0)  # of the training points
SPREAD = (0.8, 1.0)  # of both sides
FARTHEST = 2.4  # the largest covariate shift of the test points

CASES = {  # name: (with batch norm?, learning rate)
    "without, rate 0.1": (False, 0.1),
    "with, rate 0.1": (True, 0.1),
    "without, rate 2": (False, 2.0),
    "with, rate 2": (True, 2.0),
}
SHOWN = ("without, rate 0.1", "with, rate 0.1", "without, rate 2")  # their values are recorded
SEEDS = range(5)
STEPS = (0, 1, 3, 10, 30, 50, *range(100, 1000, 100), *range(1000, 5001, 250))
UNITS = 5  # units of the last hidden layer whose values are recorded


def clouds(kind, amount, n=POINTS, seed=0):
    """Training points x (n, 2), their labels y (n,) of 0 and 1; the same for the test.

    The test data are shifted by `amount`, from 0 to 1. "covariate": x moves, the rule
    stays. "prior": label 1 becomes frequent, the points of a class stay as they are.
    "concept": x stays, the rule moves.
    """
    rng = np.random.default_rng(seed)
    return (*_side(kind, 0, n, rng), *_side(kind, amount, n, rng))


def _side(kind, amount, n, rng):
    more = 8 * n if kind == "prior" else n  # then n of them are chosen by their label
    x = rng.standard_normal((more, 2)) * SPREAD + CENTRE
    if kind == "covariate":
        x[:, 0] += FARTHEST * amount
    rule = x[:, 1] - 0.5 * x[:, 0] ** 2 + 0.8 - (1.5 * amount if kind == "concept" else 0)
    y = rng.random(more) < 1 / (1 + np.exp(-4 * rule))
    if kind == "prior":
        ones = round((0.5 + 0.45 * amount) * n)
        rows = np.concatenate([np.flatnonzero(y)[:ones], np.flatnonzero(~y)[: n - ones]])
        x, y = x[rows], y[rows]
    return x, y.astype(int)


def fit(x, y, curved):
    """Weights of a logistic regression on 1, x1 and x2, by Newton's method.

    With `curved` it uses x1^2, too.
    """
    F = _features(x, curved)
    w = np.zeros(F.shape[1])
    for _ in range(10):
        p = 1 / (1 + np.exp(-np.clip(F @ w, -30, 30)))
        # The penalty 0.5 keeps the weights finite.
        curvature = (F * (p * (1 - p))[:, None]).T @ F + 0.5 * np.eye(len(w))
        w = w - np.linalg.solve(curvature, F.T @ (p - y) + 0.5 * w)
    return w


def share_classified(w, x, y):
    """Share of the points x (n, 2) that the weights w give their label y (n,)."""
    return float(np.mean((_features(x, len(w) == 4) @ w > 0) == y))


def boundary(w, x1):
    """x2 at which the classifier is undecided, for each x1."""
    return -(w[0] + w[1] * x1 + (w[3] * x1**2 if len(w) == 4 else 0)) / w[2]


def _features(x, curved):
    columns = [np.ones(len(x)), x[:, 0], x[:, 1], x[:, 0] ** 2]
    return np.stack(columns if curved else columns[:3], axis=1)


def record_run(case, seed, digits, stops=STEPS):
    """Train a network of CASES on digits and measure it at the steps in `stops`.

    digits: (X_train, y_train, X_test, y_test). Returns arrays by name, with one entry
    for each stop: the accuracy on the test images, and what `look` measures.
    """
    X, y, X_test, y_test = digits
    batchnorm, lr = CASES[case]
    rng = np.random.default_rng(seed)
    sizes, start = [64, 100, 100, 100, 10], normal(0.1)
    network = mlp(sizes, activation=Sigmoid, initializer=start, rng=rng, batchnorm=batchnorm)
    batches = endless_minibatches(X, y, 60, rng)
    seen = []
    for step in range(stops[-1] + 1):
        if step in stops:
            measured = {"accuracy": accuracy(network, X_test, y_test)}
            seen.append(measured | look(deepcopy(network), X_test, y_test))
        sgd_step(network, *next(batches), lr)
    return {name: np.array([entry[name] for entry in seen]) for name in seen[0]}


def look(network, X, y):
    """Measure every hidden Sigmoid on X (N, 64): its input, its slope and its gradient.

    Batch norm uses the statistics of X. Returns by name the loss; values (N, UNITS) and
    percentiles 15, 50, 85 (3, 100) of the inputs in the last hidden layer; and lists by
    hidden layer: mean slopes, stds of the inputs (pooled, and between examples), mean
    gammas, stds of the gradient.
    """
    outputs = network.outputs(X, training=True)
    passes = list(zip(network.layers, [X, *outputs], outputs))
    inputs = [x for layer, x, _ in passes if isinstance(layer, Sigmoid)]
    hidden = [out for layer, _, out in passes if isinstance(layer, Sigmoid)]
    gammas = [bn.params["gamma"].mean() for bn in batchnorm_layers(network)]
    loss, gradient = softmax_cross_entropy(outputs[-1], y)
    return {
        "loss": loss,
        "values": inputs[-1][:, :UNITS],
        "percentiles": np.percentile(inputs[-1], (15, 50, 85), axis=0),
        "slopes": [np.mean(a * (1 - a)) for a in hidden],
        "stds": [values.std() for values in inputs],
        "between": [between_examples(values) for values in inputs],
        "gamma": gammas or [np.nan] * len(inputs),
        "gradients": _gradients(network, gradient),
    }


def _gradients(network, gradient):
    """The std of the gradient at the inputs of each Sigmoid, in the order of layers."""
    stds = []
    for layer in reversed(network.layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, Sigmoid):
            stds.append(gradient.std())
    return stds[::-1]


def unit_course(record, case, unit):
    """The recorded inputs of a unit of the last hidden layer, over the steps.

    unit: from 0. Returns the values for the test images (steps, N), their percentiles
    15, 50, 85 (3, steps), and the mean slope of the sigmoid there (steps,).
    """
    sigmoid, slope, *_ = ACTIVATIONS["sigmoid"]
    values = record[case]["values"][0, :, :, unit].astype(float)
    slopes = slope(values, sigmoid(values)).mean(axis=1)
    return values, np.percentile(values, (15, 50, 85), axis=1), slopes
