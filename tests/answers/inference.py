"""Right and wrong answers to the exercises of lesson 07."""

import math

import numpy as np

from bn_helpers.batchnorm import BatchNorm, batchnorm_inference, fold_batchnorm
from bn_helpers.checks import (
    check_batches_needed,
    check_converted,
    check_evaluate,
    check_fold,
    check_layer,
    check_network,
    check_running_update,
)
from bn_helpers.checks.capstone_answer import MyBatchNorm, built, folded, recalibrated
from bn_helpers.initializers import zeros
from bn_helpers.layers import Linear, Tanh
from bn_helpers.network import Network, mlp


def with_the_layer(mean, var, batch, momentum):
    bn = BatchNorm(len(mean), momentum=momentum)
    bn.running_mean, bn.running_var = mean, var
    bn.forward(batch, training=True)
    return bn.running_mean, bn.running_var


def by_loop(mean, var, batch, momentum):
    means, variances = [], []
    for k in range(len(mean)):
        mu = sum(batch[:, k]) / len(batch)
        unbiased = sum((x - mu) ** 2 for x in batch[:, k]) / (len(batch) - 1)
        means.append(mean[k] + momentum * (mu - mean[k]))
        variances.append(var[k] + momentum * (unbiased - var[k]))
    return means, variances


def updated(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def with_spread(spread):
    return lambda mean, var, x, a: (updated(mean, x.mean(0), a), updated(var, spread(x), a))


def counted(momentum, share):
    left, n = 1.0, 0
    while left >= share:
        left, n = left * (1 - momentum), n + 1
    return n


def as_one_array(W, b, gamma, beta, mean, var, eps):
    both = np.vstack([W, b - mean]) * (gamma / np.sqrt(var + eps))
    return both[:-1], both[-1] + beta


def by_columns(W, b, gamma, beta, mean, var, eps):
    columns, biases = [], []
    for k in range(W.shape[1]):
        s = gamma[k] / math.sqrt(var[k] + eps)
        columns.append(s * W[:, k])
        biases.append(s * (b[k] - mean[k]) + beta[k])
    return np.column_stack(columns), biases


def by_probing(W, b, gamma, beta, mean, var, eps):
    def both(x):
        return gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta

    at_zero = both(np.zeros(len(W)))
    return both(np.eye(len(W))) - at_zero, at_zero


def with_the_helper(W, b, gamma, beta, mean, var, eps):
    bn = BatchNorm(len(b), eps=eps)
    bn.params = {"gamma": gamma, "beta": beta}
    bn.running_mean, bn.running_var = mean, var
    return fold_batchnorm(W, b, bn)


def as_fold(x, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale)


def row_by_row(x, gamma, beta, mean, var, eps):
    return [batchnorm_inference(row[None], gamma, beta, mean, var, eps)[0] for row in x * 1.0]


def replayed(momentum, running_var, start, m, batches):
    """Back to the mean of the batch variances, and forward by our rule."""
    weight = 1 - momentum**batches
    mean_of_batches = (running_var - momentum**batches * start) / weight
    return 1 - momentum, weight * mean_of_batches * m / (m - 1) + (1 - weight)


class Ours(BatchNorm):
    """The layer of the package, called as the exercise calls it."""

    def __init__(self, num_features, momentum=0.1, eps=1e-5):
        super().__init__(num_features, momentum=momentum, eps=eps)


class ByTranspose(MyBatchNorm):
    def rows(self, x):
        return x if x.ndim == 2 else x.swapaxes(0, 1).reshape(x.shape[1], -1).T

    def like(self, rows, x):
        if x.ndim == 2:
            return rows
        N, C, H, W = x.shape
        return rows.T.reshape(C, N, H, W).swapaxes(0, 1)


class Open(MyBatchNorm):
    """The layer with the gaps that the lesson leaves."""

    def forward(self, x, *, training):
        rows = self.rows(x)
        mean, var = ..., ...
        self.x_hat = (rows - mean) / np.sqrt(var + self.eps)
        return self.x_hat


class Biased(MyBatchNorm):
    def update(self, mean, var, m):
        super().update(mean, var * (m - 1) / m, m)


class ImagesCounted(MyBatchNorm):
    def forward(self, x, *, training):
        self.images = len(x)
        return super().forward(x, training=training)

    def update(self, mean, var, m):
        N = self.images
        super().update(mean, var * (m - 1) / m * N / (N - 1), m)


class NormalizedOnly(MyBatchNorm):
    """Without gamma and beta in evaluation, as in a published solution."""

    def forward(self, x, *, training):
        out = super().forward(x, training=training)
        return out if training else self.like(self.x_hat, x)


class AlwaysTraining(MyBatchNorm):
    def backward(self, dout):
        self.training = True
        return super().backward(dout)


class NeverTraining(MyBatchNorm):
    def backward(self, dout):
        self.training = False
        return super().backward(dout)


class PlacesApart(MyBatchNorm):
    def rows(self, x):
        return x if x.ndim == 2 else x.reshape(-1, x.shape[1])


class Moves(MyBatchNorm):
    def forward(self, x, *, training):
        out = super().forward(x, training=training)
        if not training:
            self.running_mean = 0.9 * self.running_mean
        return out


class ParametersOnly(MyBatchNorm):
    def state_dict(self):
        return {name: value.copy() for name, value in self.params.items()}


class Shared(MyBatchNorm):
    def state_dict(self):
        state = dict(running_mean=self.running_mean, running_var=self.running_var)
        return self.params | state


class Forgets(MyBatchNorm):
    def load_state_dict(self, state):
        self.params = {name: np.array(state[name]) for name in ("gamma", "beta")}


class Raises(MyBatchNorm):
    def forward(self, x, *, training):
        return super().forward(x, training=training)

    def backward(self, dout):
        raise KeyError("oops")


def network(answers):
    return check_network(*answers)


def one_layer_twice(rng):
    made, one = built(rng), MyBatchNorm(100)
    made.layers = [one if isinstance(layer, MyBatchNorm) else layer for layer in made.layers]
    return made


def not_replaced(rng):
    return mlp([64, 100, 100, 10], activation=Tanh, initializer=zeros, rng=rng, batchnorm=True)


def from_zero(rng):
    made = built(rng)
    for layer in made.layers:
        if isinstance(layer, Linear):
            layer.params["W"] *= 0
    return made


def with_open_line(rng):
    made = built(rng)
    made.layers[1] = ...
    return made


def as_it_was(network, batches):
    for batch in batches:
        network.forward(batch, training=True)


def back_to_the_start(network, batches):
    recalibrated(network, batches)
    for layer in network.layers:
        if isinstance(layer, MyBatchNorm):
            layer.params["gamma"] = np.ones(100)


def without_scale(network):
    return Network([layer for layer in network.layers if not isinstance(layer, MyBatchNorm)])


RIGHT = [
    (check_running_update, with_the_layer),
    (check_running_update, by_loop),
    (check_running_update, with_spread(lambda x: x.var(0, ddof=1))),
    (check_running_update, with_spread(lambda x: x.var(0) * len(x) / (len(x) - 1))),
    (check_running_update, with_spread(lambda x: x.std(0, ddof=1) ** 2)),
    (check_running_update, with_spread(lambda x: np.diag(np.cov(x.T)))),
    (check_running_update, with_spread(lambda x: ((x - x.mean(0)) ** 2).sum(0) / (len(x) - 1))),
    (
        check_running_update,
        lambda m, v, x, a: list(with_spread(lambda x: x.var(0, ddof=1))(m, v, x.astype("f"), a)),
    ),
    (check_batches_needed, counted),
    (check_batches_needed, lambda a, s: math.floor(math.log(s) / math.log(1 - a)) + 1),
    (check_batches_needed, lambda a, s: math.ceil(math.log(s, 1 - a))),
    (check_batches_needed, lambda a, s: np.ceil(np.log2(s) / np.log2(1 - a))),
    (check_batches_needed, lambda a, s: np.ceil(np.log(s) / np.log1p(-a))),
    (check_batches_needed, lambda a, s: int(math.log(s) / math.log(1 - a)) + 1),
    (check_batches_needed, lambda a, s: next(n for n in range(10_000) if (1 - a) ** n < s)),
    (check_batches_needed, lambda a, s: np.argmax((1 - a) ** np.arange(10_000) < s)),
    (check_fold, as_one_array),
    (check_fold, by_columns),
    (check_fold, by_probing),
    (check_fold, with_the_helper),
    (
        check_fold,
        lambda W, b, g, be, m, v, e: (
            W @ np.diag(g / np.sqrt(v + e)),
            g * (b - m) / np.sqrt(v + e) + be,
        ),
    ),
    (
        check_fold,
        lambda W, b, g, be, m, v, e: [W * g / np.sqrt(v + e), (b - m) * (g / np.sqrt(v + e)) + be],
    ),
    (
        check_fold,
        lambda W, b, g, be, m, v, e: (
            (W.T * (g / (v + e) ** 0.5)[:, None]).T,
            (b - m) * g / (v + e) ** 0.5 + be,
        ),
    ),
    (check_fold, lambda *a: tuple(part.astype(np.float32) for part in as_one_array(*a))),
    (check_evaluate, batchnorm_inference),
    (check_evaluate, as_fold),
    (check_evaluate, row_by_row),
    (check_evaluate, lambda x, g, b, mean, var, e: g * (x - mean) * (var + e) ** -0.5 + b),
    (check_converted, replayed),
    (
        check_converted,
        lambda a, var, start, m, n: [1 - a, m * (var - a**n * start) / (m - 1) + a**n],
    ),
    (check_layer, MyBatchNorm),
    (check_layer, ByTranspose),
    (check_layer, Ours),
    (network, (MyBatchNorm, built, recalibrated, folded)),
]
SLIPS = [
    (check_running_update, with_spread(lambda x: x.var(0)), "biased-running-var"),
    (check_running_update, with_spread(lambda x: x.std(0, ddof=1)), "std-averaged"),
    (check_running_update, lambda *a: with_the_layer(*a)[0], "wrong-count"),
    (check_running_update, lambda m, v, x, a: with_the_layer(m, v, x, 0.05), "argument-ignored"),
    (check_fold, lambda W, b, *rest: (W * rest[0][:, None], b), "raised"),
    (check_layer, Open, "line-missing"),
    (check_layer, MyBatchNorm(3), "not-a-class"),
    (check_layer, Biased, "biased-running-var"),
    (check_layer, NormalizedOnly, "scale-and-shift-forgotten"),
    (check_layer, NeverTraining, "statistics-constant"),
    (check_layer, AlwaysTraining, "training-terms"),
    (check_layer, PlacesApart, "unknown"),
    (check_layer, ImagesCounted, "images-counted"),
    (check_layer, Moves, "evaluation-updates"),
    (check_layer, ParametersOnly, "state-incomplete"),
    (check_layer, Shared, "state-shared"),
    (check_layer, Forgets, "state-not-loaded"),
    (check_layer, Raises, "raised"),
    (network, (MyBatchNorm, built, recalibrated), "wrong-count"),
    (network, (Biased, built, recalibrated, folded), "biased-running-var"),
    (network, (MyBatchNorm, with_open_line, recalibrated, folded), "line-missing"),
    (network, (MyBatchNorm, one_layer_twice, recalibrated, folded), "layers-not-replaced"),
    (network, (MyBatchNorm, not_replaced, recalibrated, folded), "layers-not-replaced"),
    (network, (MyBatchNorm, from_zero, recalibrated, folded), "not-learned"),
    (network, (MyBatchNorm, built, as_it_was, folded), "batches-not-alike"),
    (network, (MyBatchNorm, built, back_to_the_start, folded), "weights-moved"),
    (network, (MyBatchNorm, built, recalibrated, lambda net: net), "not-folded"),
    (network, (MyBatchNorm, built, recalibrated, lambda net: None), "nothing-returned"),
    (network, (MyBatchNorm, built, recalibrated, lambda net: net.layers), "not-a-network"),
    (network, (MyBatchNorm, built, recalibrated, without_scale), "fold-differs"),
]
