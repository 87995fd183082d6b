"""Plain stochastic gradient descent, watched."""

import os
from dataclasses import dataclass, field

import numpy as np
from tqdm.auto import tqdm

from . import _require as require
from . import _threads  # noqa: F401, for its effect
from .data import endless_minibatches
from .layers import unchecked_cross_entropy


class Progress(tqdm):
    """A bar for runs of more than two seconds, without tqdm's monitor thread; off with TQDM_DISABLE=1.

    It is moved by hand: in a notebook, leaving a loop over the bar itself would show it, and tqdm's own
    reading of TQDM_DISABLE is lost there.
    """

    monitor_interval = 0

    def __init__(self, total):
        super().__init__(total=total, delay=2, leave=False, disable=os.environ.get("TQDM_DISABLE", "0") != "0")


@dataclass
class History:
    """What a run left: one loss a step, and what was recorded every so many steps."""

    losses: list = field(default_factory=list)  # mean loss (nats) of each step's own batch
    steps: list = field(default_factory=list)  # steps taken when something was recorded, from 0
    records: dict = field(default_factory=dict)  # by name, one value per entry of `steps`
    diverged_at: int | None = None  # the step (from 1) whose loss was not finite; the run stopped there


def train(network, X, y, *, lr, batch_size, rng, steps=None, epochs=None, record=None, every=100):
    """Train in place on X (N, D) with labels y (N,) and return a History.

    Say either `steps` or `epochs`. `record` is a dict of functions network -> value, called before
    the first step, every `every` steps and after the last. ValueError for bad arguments; a run that
    diverges stops at its first non-finite loss, without warnings.
    """
    X = require.floats("X", X, "N", "D")
    if (steps is None) == (epochs is None):
        raise ValueError(f"steps, epochs: expected one of the two, got steps={steps!r} and epochs={epochs!r}")
    batch_size, every = require.count("batch_size", batch_size), require.count("every", every)
    if batch_size > len(X):
        raise ValueError(f"batch_size: expected at most the {len(X)} rows of X, got {batch_size}")
    lr = require.between("lr", lr, 0)
    num_classes = network.forward(X[:1], training=False).shape[1]
    y = require.labels("y", y, len(X), num_classes)
    steps = (
        require.count("epochs", epochs) * (len(X) // batch_size) if steps is None else require.count("steps", steps)
    )

    history = History(records={name: [] for name in record or {}})
    batches = endless_minibatches(X, y, batch_size, rng)
    with np.errstate(all="ignore"), Progress(steps + 1) as bar:
        for step in range(steps + 1):
            if step > 0:
                loss = _step(network, *next(batches), lr)
                if not np.isfinite(loss):
                    history.diverged_at = step
                    bar.total = None  # a bar that ends early would turn red and stay
                    break
                history.losses.append(loss)
            if step % every == 0 or step == steps:
                history.steps.append(step)
                for name, function in (record or {}).items():
                    history.records[name].append(function(network))
            bar.update()
    return history


def sgd_step(network, X, y, lr):
    """One step on one batch: each parameter moves by -lr times its gradient. Returns the loss before it.

    X is (N, D) or (N, C, H, W), y (N,). ValueError for bad arguments; a loss that is not finite is returned, and
    moves nothing.
    """
    X, lr = require.batch("X", X), require.between("lr", lr, 0)
    y = require.labels("y", y, len(X), network.forward(X[:1], training=False).shape[1])
    return _step(network, X, y, lr)


def _step(network, X, y, lr):
    """The same for trusted arguments."""
    loss, dlogits = unchecked_cross_entropy(network._outputs(X, True)[-1], y)
    if np.isfinite(loss):
        network.backward(dlogits)
        for layer in network.layers:
            for name, gradient in layer.grads.items():
                layer.params[name] -= lr * gradient
    return loss


def accuracy(network, X, y):
    """Share of the rows of X (N, D) whose largest output is at the label y (N,), in evaluation mode.

    A network that has diverged is at chance, without a warning. ValueError for bad arguments.
    """
    X = require.batch("X", X)
    with np.errstate(all="ignore"):
        logits = network.forward(X, training=False)
    return float(np.mean(np.argmax(logits, axis=1) == require.labels("y", y, *logits.shape)))
