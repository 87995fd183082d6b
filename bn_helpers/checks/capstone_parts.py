"""The parts of the layer that the last exercise of lesson 07 asks for.

Each part of the layer is a Question about a function. An adapter makes this function
from the student's class.
"""

from dataclasses import replace

import numpy as np

from .backward import check_batchnorm_backward
from .forward import check_batchnorm_conv, check_batchnorm_forward
from .inference import check_running_update
from .inference_evaluation import check_evaluate
from .normalizing import like, rows_of
from .question import Question

# --- from a class to the function that a question asks for


def layer_of(Layer, gamma, beta, eps, momentum=0.1, mean=None, var=None):
    layer = Layer(len(gamma), momentum, eps)
    layer.params = {"gamma": np.array(gamma, float), "beta": np.array(beta, float)}
    if mean is not None:
        layer.running_mean, layer.running_var = np.array(mean, float), np.array(var, float)
    return layer


def forward(Layer):
    return lambda x, gamma, beta, eps: layer_of(Layer, gamma, beta, eps).forward(x, training=True)


def running(Layer):
    def update(running_mean, running_var, batch, momentum):
        ones = np.ones(batch.shape[1])
        layer = layer_of(Layer, ones, ones, 1e-5, momentum, running_mean, running_var)
        layer.forward(batch, training=True)
        return layer.running_mean, layer.running_var

    return update


def evaluation(Layer):
    def evaluate(x, gamma, beta, running_mean, running_var, eps):
        layer = layer_of(Layer, gamma, beta, eps, 0.1, running_mean, running_var)
        return layer.forward(x, training=False)

    return evaluate


def backward(Layer, training=True):
    def gradients(dout, x, gamma, eps):
        beta = np.zeros(len(gamma))
        mean, var = beta + 0.5, beta + 2.0
        layer = layer_of(Layer, gamma, beta, eps, 0.1, mean, var)
        layer.forward(x, training=True)  # so the mode of the last pass must be remembered
        layer.running_mean, layer.running_var = mean, var
        layer.forward(x, training=training)
        dx = layer.backward(dout)
        return dx, layer.grads.get("gamma"), layer.grads.get("beta")

    return gradients


# --- the questions that no lesson asks before


def maps(rng, *shapes):
    for shape, eps in shapes:
        C = shape[1]
        gamma = rng.uniform(0.5, 3, C) * np.where(np.arange(C) % 2, -1, 1)
        yield rng.standard_normal(shape) + 0.5, rng.normal(1, 2, shape), gamma, eps
    small = (4, 1) + (1,) * (len(shape) - 2)
    dout, x = np.array([[1.0, 2.0, 3.0, 6.0], [1.0, -1.0, 1.0, -1.0]]).reshape(2, *small)
    yield dout, x, np.array([-2.0]), 3


def statistics(x, eps):
    rows = rows_of(x)
    s = np.sqrt(rows.var(axis=0) + eps)
    return (rows - rows.mean(axis=0)) / s, s


def by_rows(formula):
    """The gradients of training by a formula of lesson 06, on rows."""

    def gradients(dout, x, gamma, eps):
        x_hat, s = statistics(x, eps)
        dx, dgamma, dbeta = formula(rows_of(dout), x_hat, gamma, s)
        return like(dx, x), dgamma, dbeta

    return gradients


def constants(scale=lambda gamma, s: gamma / s):
    """The gradients of evaluation, where mean and variance are constants."""

    def gradients(dout, x, gamma, eps):
        s = np.sqrt(2.0 + eps)
        x_hat, rows = (rows_of(x) - 0.5) / s, rows_of(dout)
        return like(rows * scale(gamma, s), x), (rows * x_hat).sum(axis=0), rows.sum(axis=0)

    return gradients


def training_terms(dout, x, gamma, eps):
    """In evaluation, but with the terms of training."""
    s = np.sqrt(2.0 + eps)
    return check_batchnorm_backward.truth(dout, (x - 0.5) / s, gamma, np.full(len(gamma), s))


check_backward = Question(
    cases=lambda rng: list(maps(rng, ((7, 3), 0.02), ((7, 3), 0.5), ((5, 2), 1e-5))),
    truth=by_rows(check_batchnorm_backward.truth),
    slips={
        name: tuple(map(by_rows, formulas)) if isinstance(formulas, tuple) else by_rows(formulas)
        for name, formulas in check_batchnorm_backward.slips.items()
    },
    passed="",
    returns=("dx", "grads['gamma']", "grads['beta']"),
    axes=("row", "column"),
)
check_backward_of_maps = replace(
    check_backward,
    cases=lambda rng: list(
        maps(rng, ((4, 3, 2, 5), 0.02), ((4, 3, 2, 5), 0.5), ((2, 2, 2, 2), 1e-5))
    ),
    axes=("image", "channel"),
)
check_evaluation_backward = Question(
    cases=lambda rng: list(maps(rng, ((7, 3), 0.02), ((7, 3), 0.5), ((5, 2), 1e-5))),
    truth=constants(),
    slips={
        "training-terms": (training_terms, by_rows(check_batchnorm_backward.truth)),
        "scale-forgotten": constants(lambda gamma, s: 1 / s),
        "std-not-divided": constants(lambda gamma, s: gamma),
        "std-multiplied": constants(lambda gamma, s: gamma * s),
        "divided-by-variance": constants(lambda gamma, s: gamma / s**2),
    },
    passed="",
    returns=("dx", "grads['gamma']", "grads['beta']"),
    axes=("row", "column"),
)


def update_of_maps(running_mean, running_var, batch, momentum):
    return check_running_update.truth(running_mean, running_var, rows_of(batch), momentum)


def images_counted(running_mean, running_var, batch, momentum):
    """The variance of all places, corrected as if each image gave one value."""
    rows, N = rows_of(batch), len(batch)
    mean, _ = update_of_maps(running_mean, running_var, batch, momentum)
    return mean, (1 - momentum) * running_var + momentum * rows.var(axis=0) * N / (N - 1)


check_update_of_maps = Question(
    cases=lambda rng: [
        (rng.normal(2, 1, 3), rng.uniform(0.5, 2, 3), rng.normal(1, 2, (N, 3, 2, 2)), momentum)
        for N, momentum in ((2, 0.3), (2, 0.85), (4, 0.1))
    ],
    truth=update_of_maps,
    slips={"images-counted": images_counted},
    passed="",
    returns=("running_mean", "running_var"),
    axes=("channel",),
)
PARTS = {  # what is judged: the question, and the adapter
    "training, x (N, C)": (check_batchnorm_forward, forward),
    "running statistics": (check_running_update, running),
    "evaluation": (check_evaluate, evaluation),
    "backward after training": (check_backward, backward),
    "backward after evaluation": (check_evaluation_backward, lambda L: backward(L, False)),
    "training, x (N, C, H, W)": (check_batchnorm_conv, forward),
    "running statistics, x (N, C, H, W)": (check_update_of_maps, running),
    "backward, x (N, C, H, W)": (check_backward_of_maps, backward),
}
