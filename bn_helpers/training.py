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
    """A bar for runs of more than two seconds, without tqdm's monitor thread; off with
    TQDM_DISABLE=1.

    Call `update()`; do not iterate over the bar. In a notebook an iterated bar would
    stay visible after an early exit and would ignore TQDM_DISABLE.
    """

    monitor_interval = 0

    def __init__(self, total):
        super().__init__(
            total=total, delay=2, leave=False, disable=os.environ.get("TQDM_DISABLE", "0") != "0"
        )


@dataclass
class History:
    """What a run left: one loss a step, and what was recorded every so many steps."""

    losses: list = field(default_factory=list)  # mean loss (nats) of each step's own batch
    steps: list = field(default_factory=list)  # steps taken when something was recorded, from 0
    records: dict = field(default_factory=dict)  # by name, one value per entry of `steps`
    diverged_at: int | None = (
        None  # the step (from 1) whose loss was not finite; the run stopped there
    )


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
    steps = _steps(steps, epochs, len(X) // batch_size)
    history = History(records={name: [] for name in record or {}})

    def look(step):
        history.steps.append(step)
        for name, function in (record or {}).items():
            history.records[name].append(function(network))

    with np.errstate(all="ignore"), Progress(steps) as bar:
        look(0)
        for step in range(1, steps + 1):
            loss = _step(network, *next(batches), lr)
            if not np.isfinite(loss):
                history.diverged_at = step
                bar.total = None  # a bar that ends early would turn red and stay
                break
            history.losses.append(loss)
            if step % every == 0 or step == steps:
                look(step)
            bar.update()
    return history


def _steps(steps, epochs, steps_per_epoch):
    if (steps is None) == (epochs is None):
        raise ValueError(
            f"steps, epochs: expected one of the two, got steps={steps!r} and epochs={epochs!r}"
        )
    if steps is None:
        return require.count("epochs", epochs) * steps_per_epoch
    return require.count("steps", steps)


def _num_classes(network, X):
    return network.forward(X[:1], training=False).shape[1]


def sgd_step(network, X, y, lr):
    """One step on one batch: each parameter moves by -lr times its gradient. Returns
    the loss before it.

    X is (N, D) or (N, C, H, W), y (N,). ValueError for bad arguments. A loss that is
    not finite is returned and changes no parameter.
    """
    X, lr = require.batch("X", X), require.between("lr", lr, 0)
    y = require.labels("y", y, len(X), _num_classes(network, X))
    return _step(network, X, y, lr)


def _step(network, X, y, lr):
    """The same for trusted arguments."""
    loss, dlogits = unchecked_cross_entropy(network.outputs(X, training=True)[-1], y)
    if np.isfinite(loss):
        network.backward(dlogits)
        for layer in network.layers:
            for name, gradient in layer.grads.items():
                layer.params[name] -= lr * gradient
    return loss


def accuracy(network, X, y):
    """Share of the rows of X (N, D) whose largest output is at the label y (N,), in
    evaluation mode.

    A network that has diverged is at chance, without a warning. ValueError for bad
    arguments.
    """
    X = require.batch("X", X)
    with np.errstate(all="ignore"):
        logits = network.forward(X, training=False)
    return float(np.mean(np.argmax(logits, axis=1) == require.labels("y", y, *logits.shape)))
