"""Lesson 05: small batches, digits in batches of any size, one image in many."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..batchnorm import batchnorm_forward, batchnorm_layers
from ..data import load_digits, minibatches
from ..initializers import he_normal
from ..layers import ReLU, Sigmoid, softmax_cross_entropy
from ..measures import forward_in_batches, share_right
from ..network import mlp
from ..training import accuracy, sgd_step

FOUR = (1, 2, 3, 4)  # these points do not move
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256)
BATCHES = 500  # random batches of each size
VALUES = 4800  # of each shape
PARTS = (2, 3, 4, 5, 6, 8, 16, 32, 64, 240, VALUES)  # batch sizes that divide VALUES


def one_unit(x, gamma=1.0, beta=0.0):
    """Outputs (m,), mean and std of one unit for its inputs x (m,)."""
    out, cache = batchnorm_forward(np.asarray(x, float)[:, None], [gamma], [beta])
    return out[:, 0], cache.mu[0], np.sqrt(cache.var[0])


def in_plane(values):
    """Two coordinates of 2 or 3 values as a point, seen along the line of equal values.

    Add one number to all values, and nothing changes. The distance from the middle is
    the root of the sum of the squares of the values, once their mean is subtracted.
    """
    return np.asarray(values) @ axes_in_plane(len(values))


def axes_in_plane(m):
    """The directions (m, 2) of the axes of m = 2 or 3 examples, seen in this way."""
    angles = np.radians([180, 0] if m == 2 else [210, 330, 90])
    return np.sqrt(1 - 1 / m) * np.stack([np.cos(angles), np.sin(angles)], axis=1)


class Digits(NamedTuple):
    """Some images through a network whose batches have their own statistics."""

    x_hat: np.ndarray  # (N', H), the normalized values of all hidden layers
    answers: np.ndarray  # (N',), the digits that the network says
    right: float  # the share that is right


def in_batches(network, X, y, batch_size):
    """The Digits of X (N, D) with labels y (N,), cut into batches of `batch_size`."""
    logits, _, x_hats = forward_in_batches(network, X, batch_size)
    return Digits(np.hstack(x_hats), np.argmax(logits, axis=1), share_right(logits, y))


def by_class(y):
    """The order (N,) of the labels y in which equal ones stand together."""
    return np.argsort(y, kind="stable")


def batch_of_first(order, batch_size):
    """Places in `order` of the batch that has image 0 in it, which comes first."""
    place = int(np.argmax(order == 0))
    start = place - place % batch_size
    return [place, *(i for i in range(start, start + batch_size) if i != place)]


def right_by_size(network, X, y):
    """The share of X (N, D) that is right, for each of the batch sizes of SIZES."""
    return [in_batches(network, X, y, m).right for m in SIZES]


def right_in_evaluation(network, X, y):
    """The share of X (N, D) that is right with running statistics."""
    return accuracy(network, X, y)


def first_sums(network, X, examples):
    """Sums of the first layer, standardized, for X (N, D) and for examples (M, D).

    Both are in stds of the sums of X, from their mean.
    """
    x, examples = (network.layers[0].forward(rows, training=False) for rows in (X, examples))
    mean, std = x.mean(axis=0), x.std(axis=0)
    return (x - mean) / std, (examples - mean) / std


def company(x, batch_size):
    """Sum and sum of squares, each (BATCHES, D), over companions in random batches.

    In each batch these are batch_size - 1 random rows of x (N, D).
    """
    rng = np.random.default_rng(0)
    rows = rng.integers(len(x), size=(BATCHES, batch_size - 1))
    rows = rows + len(x) * np.arange(BATCHES)[:, None]
    counts = np.bincount(rows.ravel(), minlength=BATCHES * len(x)).astype(float)
    counts = counts.reshape(BATCHES, -1)  # how often each row is in each batch
    return counts @ x, counts @ x**2


def one_among_many(example, sums, squares, batch_size):
    """x_hat of `example` (D,) in each batch, (BATCHES, D).

    `sums` and `squares` are those of its `company`.
    """
    mu = (sums + example) / batch_size
    var = np.maximum((squares + example**2) / batch_size - mu**2, 0)
    return (example - mu) / np.sqrt(var + 1e-5)


def noise(examples, companies):
    """Std of x_hat over the batches, as an array (examples, sizes).

    It is the root mean square over the units. companies: {batch size: the result of
    `company`}.
    """
    stds = [
        [one_among_many(one, *sums, m).std(axis=0) for m, sums in companies.items()]
        for one in examples
    ]
    return np.sqrt(np.mean(np.square(stds), axis=2))


SHAPES = {  # kind -> function that draws `n` values
    "two humps": lambda rng, n: np.where(
        rng.random(n) < 0.75, rng.normal(-4, 1, n), rng.normal(6, 1, n)
    ),
    "a tail": lambda rng, n: rng.exponential(3, n),
    "a Gaussian": lambda rng, n: rng.normal(2, 4, n),
}


class OneOrMany(NamedTuple):
    """Values (VALUES,) of one unit, normalized in three ways."""

    before: np.ndarray
    one: np.ndarray  # as one batch
    many: np.ndarray  # in batches of m
    evaluation: np.ndarray  # other values, with mean and std of those before
    factor: float  # the mean of 1/s over the batches, in units of 1/std of all


@lru_cache(maxsize=len(SHAPES))
def draws(kind):
    """VALUES values of this shape, and as many others for evaluation."""
    rng = np.random.default_rng(3)
    return SHAPES[kind](rng, VALUES), SHAPES[kind](rng, VALUES)


@lru_cache(maxsize=len(SHAPES) * len(PARTS))
def one_or_many(kind, batch_size):
    """The OneOrMany of a shape; `batch_size` divides VALUES."""
    x, new = draws(kind)
    one, mean, std = one_unit(x)
    columns = x.reshape(-1, batch_size).T  # a column for each batch
    _, cache = batchnorm_forward(columns, *np.ones((2, columns.shape[1])))
    return OneOrMany(x, one, cache.x_hat.ravel(), (new - mean) / std, np.mean(std / cache.std))


def skewness(x):
    """How lopsided the values x are: 0 for a symmetric shape."""
    return np.mean(((x - x.mean()) / x.std()) ** 3)


def trained(activation, held, seed):
    """(test accuracy, training loss) after 12 epochs on the digits.

    activation: "Sigmoid" or "ReLU", in three hidden layers of 100 units with batch
    norm. held: gamma and beta stay 1 and 0.
    """
    X, y, X_test, y_test = load_digits()
    rng, kind = np.random.default_rng(seed), {"Sigmoid": Sigmoid, "ReLU": ReLU}[activation]
    sizes = [64, 100, 100, 100, 10]
    network = mlp(sizes, activation=kind, initializer=he_normal, rng=rng, batchnorm=True)
    for _ in range(12):
        for rows, labels in minibatches(X, y, 60, rng):
            sgd_step(network, rows, labels, lr=0.1)
            for bn in batchnorm_layers(network) if held else ():
                bn.params["gamma"][:], bn.params["beta"][:] = 1, 0
    loss, _ = softmax_cross_entropy(network.forward(X, training=False), y)
    return accuracy(network, X_test, y_test), loss
