"""Plain stochastic gradient descent that records measurements while it runs."""

import os
from dataclasses import dataclass, field

import numpy as np
from tqdm.auto import tqdm

from . import _require as require
from . import _threads  # noqa: F401, for its effect
from .data import endless_minibatches
from .layers import unchecked_cross_entropy


class Progress(tqdm):
    """A bar for runs of more than two seconds, without tqdm's monitor thread.

    Call `update()`; do not iterate over the bar. In a notebook an iterated bar would
    stay visible after an early exit and would ignore TQDM_DISABLE. TQDM_DISABLE=1 turns
    the bar off.
    """

    monitor_interval = 0

    def __init__(self, total):
        disable = os.environ.get("TQDM_DISABLE", "0") != "0"
        super().__init__(total=total, delay=2, leave=False, disable=disable)


@dataclass
class History:
    """What a run recorded.

    losses: the mean loss (nats) of each step's own batch.
    steps: the numbers of steps after which something was recorded, from 0.
    records: by name, one value for each entry of `steps`.
    diverged_at: the step (from 1) whose loss was not finite, so that the run stopped.
    """

    losses: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    records: dict = field(default_factory=dict)
    diverged_at: int | None = None


def train(network, X, y, *, lr, batch_size, rng, steps=None, epochs=None, record=None, every=100):
    """Train in place on X (N, D) or (N, C, H, W) with labels y (N,); return a History.

    Give either `steps` or `epochs`. `record` is a dict of functions network -> value,
    called before the first step, after every `every` steps and after the last.
    ValueError for bad arguments. A run that diverges stops at its first non-finite
    loss, without warnings.
    """
    X, lr = require.batch("X", X), require.between("lr", lr, 0)
    y = require.labels("y", y, len(X), _num_classes(network, X))
    every, batches = require.count("every", every), endless_minibatches(X, y, batch_size, rng)
    steps, record = _steps(steps, epochs, len(X) // batch_size), record or {}
    history = History(records={name: [] for name in record})
    with np.errstate(all="ignore"), Progress(steps) as bar:
        _record(history, 0, network, record)
        for step in range(1, steps + 1):
            loss = unchecked_sgd_step(network, *next(batches), lr)
            if not np.isfinite(loss):
                history.diverged_at = step
                bar.total = None  # a bar that ends early would turn red and stay
                break
            history.losses.append(loss)
            if step % every == 0 or step == steps:
                _record(history, step, network, record)
            bar.update()
    return history


def _record(history, step, network, functions):
    history.steps.append(step)
    for name, function in functions.items():
        history.records[name].append(function(network))


def _steps(steps, epochs, steps_per_epoch):
    if (steps is None) == (epochs is None):
        came = f"steps={steps!r} and epochs={epochs!r}"
        raise ValueError(f"steps, epochs: expected one of the two, got {came}")
    if steps is None:
        return require.count("epochs", epochs) * steps_per_epoch
    return require.count("steps", steps)


def _num_classes(network, X):
    return network.forward(X[:1], training=False).shape[1]


def sgd_step(network, X, y, lr):
    """Move each parameter by -lr times its gradient; return the loss before that.

    This is one step on one batch: X (N, D) or (N, C, H, W), y (N,). ValueError for bad
    arguments. A loss that is not finite is returned and changes no parameter.
    """
    X, lr = require.batch("X", X), require.between("lr", lr, 0)
    y = require.labels("y", y, len(X), _num_classes(network, X))
    return unchecked_sgd_step(network, X, y, lr)


def unchecked_sgd_step(network, X, y, lr):
    """The same for trusted arguments."""
    loss, dlogits = unchecked_cross_entropy(network.outputs(X, training=True)[-1], y)
    if np.isfinite(loss):
        network.backward(dlogits)
        for layer in network.layers:
            for name, gradient in layer.grads.items():
                layer.params[name] -= lr * gradient
    return loss


def accuracy(network, X, y):
    """Share of the rows of X (N, D) whose largest output is at the label y (N,).

    The network is in evaluation mode. One that has diverged is at chance, without a
    warning. ValueError for bad arguments.
    """
    X = require.batch("X", X)
    with np.errstate(all="ignore"):
        logits = network.forward(X, training=False)
    return float(np.mean(np.argmax(logits, axis=1) == require.labels("y", y, *logits.shape)))
