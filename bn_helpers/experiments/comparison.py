"""Lesson 08: two networks that train side by side, without and with batch norm.

This file has the numbers of the training lab: real networks on the real digits.
"""

import time
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import load_digits
from ..initializers import he_normal, normal, xavier_normal, zeros
from ..layers import Linear, ReLU, Sigmoid, Tanh
from ..measures import ACTIVATIONS, between_examples, share_right
from ..network import mlp
from .training_lab import Pair

LAYERS = {"sigmoid": Sigmoid, "tanh": Tanh, "ReLU": ReLU}
STARTS = {
    "N(0, 0.1²)": normal(0.1),
    "N(0, 0.01²)": normal(0.01),
    "N(0, 1)": normal(1.0),
    "Xavier": xavier_normal,
    "He": he_normal,
    "zeros": zeros,
}
BATCH_SIZES = [2, 4, 8, 16, 32, 60, 128, 256]
MOMENTA = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
DEPTHS = [1, 2, 3, 4, 5]  # hidden layers, of 100 units each
LAST = 5000  # step
SHOWN = 60  # test images whose activations are drawn
PERCENTILES = (15, 50, 85)  # as in figure 1 of the paper
INTERVAL = 1 / 16  # seconds from one picture to the next
SEED = 0
MOST = 200  # points of a curve that are drawn

FIGURE_1 = dict(
    lr=0.1, batch_size=60, momentum=0.1, activation="sigmoid", initializer="N(0, 0.1²)", depth=3
)
RELU = FIGURE_1 | dict(activation="ReLU", initializer="He")
SETTINGS = {
    "the paper's figure 1": FIGURE_1,
    "ReLU from He": RELU,
    "batches of two": RELU | dict(batch_size=2),
    "learning rate 3.2": RELU | dict(lr=10**0.5),  # a place of the slider
    "ReLU from N(0, 1)": RELU | dict(initializer="N(0, 1)", depth=5),
    "tanh from N(0, 1)": FIGURE_1 | dict(activation="tanh", initializer="N(0, 1)", depth=5),
    "momentum 0.001": FIGURE_1 | dict(momentum=0.001),
    "all weights zero": RELU | dict(initializer="zeros"),
}

# When is a network stuck, and why? Each is a measured share or spread.
JUDGED = 50  # step from which this is asked
LEARNS = 0.5  # accuracy of a network that is not stuck
LEARNED = np.log(10) / 2  # loss (nats) of a network whose running statistics lag
DEAD = 0.8  # share of the units of a layer that give 0 to every image
FLAT = 0.5  # share of the outputs of a layer where the activation is flat
ASLEEP = 0.02  # std of the last hidden outputs between images
EDGE = 0.01  # an output this near to its limit lies where the activation is flat
SIGNS = 0.5  # share of the normalized values that are -1 or 1


@lru_cache(maxsize=1)
def digits():
    """X (1442, 64), y, X_test (355, 64), y_test: the digits in float32."""
    X, y, X_test, y_test = load_digits()
    return X.astype(np.float32), y, X_test.astype(np.float32), y_test


def new_pair(activation, initializer, depth):
    """A `Pair` "without" and "with" batch norm, from the same first weights."""
    networks = {
        name: mlp(
            [64, *[100] * depth, 10],
            activation=LAYERS[activation],
            initializer=STARTS[initializer],
            rng=np.random.default_rng(SEED),
            batchnorm=name == "with",
            dtype=np.float32,
        )
        for name in ("without", "with")
    }
    X, y, _, _ = digits()
    return Pair(networks, X, y, lr=0.1, batch_size=60, momentum=0.1, seed=SEED)


class Look(NamedTuple):
    """What is seen of a network after some steps, on the test images in evaluation.

    hidden: the outputs of each hidden layer (60, 100); [] of one that has diverged.
    percentiles: of the input of the first unit in the last hidden layer. gradients: the
    length of the last step's gradient to the weights of each layer.
    """

    accuracy: float
    hidden: list
    percentiles: np.ndarray
    gradients: list
    stuck: tuple  # (the reason, its numbers by name), or ("", {})


def look(run, activation):
    """The Look at a TrainingRun whose network has this activation."""
    _, _, X_test, y_test = digits()
    signs = signs_only(run.network)  # of the last batch: the next line writes over it
    with np.errstate(all="ignore"):
        outputs = run.network.outputs(X_test, training=False)
        sums = outputs[-3][:, 0]
        hidden = [
            out[:SHOWN]
            for layer, out in zip(run.network.layers, outputs)
            if isinstance(layer, LAYERS[activation])
        ]
        gradients = [
            float(np.linalg.norm(layer.grads["W"]))
            for layer in run.network.layers
            if isinstance(layer, Linear) and layer.grads
        ]
        finite = not run.diverged_at and all(np.isfinite(out).all() for out in hidden)
        hidden = hidden if finite else []
        percentiles = np.percentile(sums, PERCENTILES) if finite else np.full(3, np.nan)
    accuracy = share_right(outputs[-1], y_test)
    reason = stuck(run, accuracy, hidden, signs, activation)
    return Look(accuracy, hidden, percentiles, gradients, reason)


def signs_only(network):
    """For each batch norm layer, the share of the normalized values near -1 or 1.

    They are those of the last batch; [] without batch norm or before the first batch.
    """
    caches = [bn.cache for bn in batchnorm_layers(network) if hasattr(bn, "cache")]
    return [np.mean(np.abs(np.abs(cache.x_hat) - 1) < EDGE) for cache in caches]


def stuck(run, accuracy, hidden, signs, activation):
    """Why a network does not learn: the name of a reason, and its numbers.

    ("", {}) if it learns or has taken fewer than 50 steps. A network may meet several
    criteria; the first counts.
    """
    if run.diverged_at:
        return "diverged", {"step": run.diverged_at}
    if len(run.losses) < JUDGED or accuracy >= LEARNS:
        return "", {}
    loss = np.mean(run.losses[-JUDGED:])
    if signs and loss < LEARNED:
        return "late", {"loss": loss}
    for name, low, values in criteria(hidden, signs, activation):
        layer = int(np.argmax(values))
        if values[layer] >= low:
            return name, {"layer": layer + 1, "share": values[layer]}
    between = between_examples(hidden[-1]) if hidden else np.nan
    if between < ASLEEP:
        return "asleep", {"layer": len(hidden), "between": between}
    return "unknown", {}


def criteria(hidden, signs, activation):
    """(name, smallest share, the share for each layer) of the reasons by layer."""
    if not hidden:
        return
    if activation == "ReLU":
        yield "dead", DEAD, [np.mean((a == 0).all(axis=0)) for a in hidden]
    else:
        low, high = ACTIVATIONS[activation].range
        yield "saturated", FLAT, [np.mean((a < low + EDGE) | (a > high - EDGE)) for a in hidden]
    if signs:
        yield "signs", SIGNS, signs


class Lab:
    """The pair of networks that the controls ask for, and what was seen of it.

    `looks` has a Look for each network. `points` has one row for each picture so far:
    the step, and by network the accuracy and three percentiles. `interval` seconds from
    one picture to the next are aimed at; what drawing leaves of them is for training.
    """

    def __init__(self, steps=0, interval=INTERVAL):
        self.interval, self._steps, self._trained = interval, steps, 0.0
        self.start, self._setting, self._counts = None, None, (0, 0, 0)

    def follow(self, setting, play, step, reset, lr, batch_size, momentum, **start):
        """Train as the controls say; return whether a Play goes on after that.

        play, step, reset: how often each was asked for so far. Another `setting` or
        `start` (activation, initializer, depth) begins a new run.
        """
        former, self._counts = self._counts, (play, step, reset)
        played, stepped, again = (new - old for new, old in zip(self._counts, former))
        chosen, self._setting = setting not in (None, self._setting), setting
        fresh = self.start is None
        if start != self.start or chosen or again or played < 0:
            self.start, self.points = start, []
            self.pair = new_pair(**start)
        self.pair.use(lr, batch_size, momentum)
        if fresh:
            self._train_before()
        elif stepped:
            self.pair.train(1)
        elif played > 0 and not again:
            self._train_on()
        self._see()
        return not (stepped or again or self.pair.ended(LAST))

    def _train_on(self):
        """Train for the time left until the next picture, and for a fifth at least."""
        drawing = time.perf_counter() - self._trained
        self.pair.train_for(max(self.interval - drawing, self.interval / 5), LAST)
        self._trained = time.perf_counter()

    def _train_before(self):
        """Take the steps before the first picture, with points on the way."""
        stride = max(1, self._steps // (MOST // 2))
        while self.pair.step < self._steps:
            self._see()
            self.pair.train(min(stride, self._steps - self.pair.step))

    def _see(self):
        self.looks = {
            name: look(run, self.start["activation"]) for name, run in self.pair.runs.items()
        }
        if self.points and self.points[-1][0] == self.pair.step:
            self.points.pop()
        seen = [value for one in self.looks.values() for value in (one.accuracy, *one.percentiles)]
        if len(self.points) == MOST:
            del self.points[1::2]
        self.points.append([self.pair.step, *seen])

    def losses(self, name):
        """Steps and mean losses, in at most 200 blocks of a run."""
        losses = np.array(self.pair.runs[name].losses)
        width = max(1, -(-len(losses) // MOST))
        blocks = len(losses) // width
        means = losses[: blocks * width].reshape(blocks, width).mean(axis=1)
        return width * np.arange(1, blocks + 1), means
