"""A network in training that can be taken to any step: plain SGD, and looks at it."""

import numpy as np

from ..data import endless_minibatches
from ..training import sgd_step


class TrainingRun:
    """Plain SGD on X (N, D) and labels y (N,), as far as somebody asks for it.

    look: a function network -> value, called before the first step and after every
    `every` steps. `losses` has the mean loss (nats) of each step's batch so far. A loss
    that is not finite ends the run: `diverged_at` is its step, from 1.
    """

    def __init__(self, network, X, y, *, lr, batch_size, rng, look, every):
        self.network, self.lr, self.look, self.every = network, lr, look, every
        self.losses, self.looks, self.diverged_at = [], [look(network)], None
        self._batches = endless_minibatches(X, y, batch_size, rng)

    def at(self, step):
        """The look after `step` steps, or the last one of a run that ended."""
        with np.errstate(all="ignore"):
            while len(self.losses) < step and not self.diverged_at:
                self._step()
        return self.looks[min(step // self.every, len(self.looks) - 1)]

    def _step(self):
        loss = sgd_step(self.network, *next(self._batches), self.lr)
        if not np.isfinite(loss):
            self.diverged_at = len(self.losses) + 1
            return
        self.losses.append(loss)
        if len(self.losses) % self.every == 0:
            self.looks.append(self.look(self.network))
