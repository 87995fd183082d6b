"""Networks in training that can be taken further, while somebody watches: plain SGD."""

import time

import numpy as np

from ..batchnorm import batchnorm_layers
from ..data import endless_minibatches
from ..training import unchecked_sgd_step


class TrainingRun:
    """Plain SGD on X (N, D) and labels y (N,), as far as somebody asks for it.

    look: a function network -> value, called before the first step and after every
    `every` steps. `losses` has the mean loss (nats) of each step's batch so far. A loss
    that is not finite ends the run: `diverged_at` is its step, from 1. `lr` may be set
    at any time, and `use_batches` changes the batch size; both act from the next step.
    """

    def __init__(self, network, X, y, *, lr, batch_size, rng, look=lambda _: None, every=1):
        self.network, self.lr, self.look, self.every = network, lr, look, every
        self.losses, self.looks, self.diverged_at = [], [look(network)], None
        self._data, self._batch = (X, y, rng), None
        self.use_batches(batch_size)

    def use_batches(self, size):
        """Take batches of another size from now on, in a new order of the examples."""
        X, y, rng = self._data
        self._batches = endless_minibatches(X, y, size, rng)

    def at(self, step):
        """The look after `step` steps, or the last one of a run that ended."""
        with np.errstate(all="ignore"):
            while len(self.losses) < step and not self.diverged_at:
                self._step()
        return self.looks[min(step // self.every, len(self.looks) - 1)]

    def _step(self):
        self._batch = self._batch or next(self._batches)  # kept if the step is interrupted
        loss = unchecked_sgd_step(self.network, *self._batch, self.lr)
        self._batch = None
        if not np.isfinite(loss):
            self.diverged_at = len(self.losses) + 1
            return
        self.losses.append(loss)
        if len(self.losses) % self.every == 0:
            self.looks.append(self.look(self.network))


class Pair:
    """Two networks that train on the same batches, in turn.

    networks: a dict by name. X (N, D), y (N,). Both runs draw their batches with
    generators of the same seed. `step` is the number of steps so far.
    """

    def __init__(self, networks, X, y, *, lr, batch_size, momentum, seed):
        self.step, self._batch_size = 0, batch_size
        self.runs = {
            name: TrainingRun(
                network, X, y, lr=lr, batch_size=batch_size, rng=np.random.default_rng(seed)
            )
            for name, network in networks.items()
        }
        self.use(lr, batch_size, momentum)

    def use(self, lr, batch_size, momentum):
        """Take these values from the next step on.

        `momentum` is that of all batch norm layers.
        """
        for run in self.runs.values():
            run.at(self.step)  # if the last call was interrupted
            run.lr = lr
            if batch_size != self._batch_size:
                run.use_batches(batch_size)
            for bn in batchnorm_layers(run.network):
                bn.momentum = momentum
        self._batch_size = batch_size

    def train(self, steps):
        """Both take `steps` more steps; one that has diverged takes none."""
        self.step += steps
        for run in self.runs.values():
            run.at(self.step)

    def train_for(self, seconds, last):
        """Train for about this time, one step at least, up to step `last`."""
        end = time.perf_counter() + seconds
        while not self.ended(last):
            self.train(1)
            if time.perf_counter() > end:
                return

    def ended(self, last):
        """Whether step `last` is reached or both have diverged."""
        diverged = all(run.diverged_at for run in self.runs.values())
        return diverged or self.step >= last
