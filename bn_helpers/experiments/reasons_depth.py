"""Lesson 09: gradients of deep stacks, with and without batch norm and shortcuts."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..batchnorm import BatchNorm
from ..data import load_digits
from ..initializers import he_normal, lecun_normal
from ..layers import Linear, ReLU, unchecked_cross_entropy
from ..measures import share_right
from ..network import Network
from ..training import train

DEPTHS = (2, 5, 10, 20, 30, 40, 50)
SCALES = (0.5, 0.8, 1, 1.25, 2)  # of the weights, in units of the right one
TRAINED = (5, 20, 50)  # hidden layers of the stacks that learn
WIDTH, BATCH = 128, 256
KINDS = ("without", "with", "with, skip")
STARTS = {"ReLU": he_normal, "linear": lecun_normal}
STEPS = 300
LIMIT = np.sqrt(np.pi / (np.pi - 1))  # growth of a wide ReLU layer in a large batch


class Skip:
    """out = x + branch(x), for a list of layers that keeps the shape of x."""

    def __init__(self, layers):
        self.branch = Network(layers)

    @property
    def params(self):
        return self._by_name("params")

    @property
    def grads(self):
        return self._by_name("grads")

    def _by_name(self, kind):
        layers = enumerate(self.branch.layers)
        return {(i, k): v for i, layer in layers for k, v in getattr(layer, kind).items()}

    def forward(self, x, *, training):
        return x + self.branch.outputs(x, training=training)[-1]

    def backward(self, dout):
        return dout + self.branch.backward(dout)


def stack(kind, activation, depth, rng, *, scale=1.0, width=WIDTH):
    """A network 64-width-...-10 with `depth` hidden layers, of one of KINDS.

    activation: "ReLU" or "linear". scale: of the hidden weights, in units of He's (with
    linear layers: of the root of 1 / fan_in).
    """
    start, hidden = STARTS[activation], []
    for fan_in, fan_out in pairwise([64, *[width] * depth]):
        W = scale * start(fan_in, fan_out, rng)
        block = [Linear(W)] + [BatchNorm(fan_out)] * (kind != "without")
        block += [ReLU()] * (activation == "ReLU")
        hidden += [Skip(block)] if "skip" in kind and fan_in == fan_out else block
    return Network([*hidden, Linear(lecun_normal(width, 10, rng), np.zeros(10))])


@lru_cache(maxsize=300)
def gradient_sizes(kind, activation, depth, scale=1.0, width=WIDTH, batch=BATCH):
    """Size of the gradient at the outputs of each hidden layer, (depth,).

    It is the norm over a batch of digits at the first step; weights of seed 0.
    """
    X, y, _, _ = load_digits()
    network = stack(kind, activation, depth, np.random.default_rng(0), scale=scale, width=width)
    rows = np.random.default_rng(1).permutation(len(y))[:batch]
    with np.errstate(all="ignore"):
        logits = network.outputs(X[rows], training=True)[-1]
        _, gradient = unchecked_cross_entropy(logits, y[rows])
        return _norms(network, gradient)


def _norms(network, gradient):
    """Norms of the gradient in front of each Linear or Skip but the first."""
    norms = []
    for layer in reversed(network.layers[1:]):
        gradient = layer.backward(gradient)
        if isinstance(layer, Linear | Skip):
            norms.append(np.linalg.norm(gradient))
    return np.array(norms[::-1])


def growth(norms):
    """The factor by which a gradient grows from layer to layer, on its way down."""
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))


def trained(kind, depth, seed):
    """Test accuracy of a ReLU stack of width 64 after 300 steps at rate 0.05."""
    X, y, X_test, y_test = load_digits()
    rng = np.random.default_rng(seed)
    network = stack(kind, "ReLU", depth, rng, width=64)
    train(network, X, y, steps=STEPS, lr=0.05, batch_size=60, rng=rng)
    with np.errstate(all="ignore"):
        return share_right(network.forward(X_test, training=False), y_test)
