"""Lesson 05 (so far a preview): the same digits, normalized in batches of another size."""

import numpy as np

from .. import plots
from ..batchnorm import BatchNorm, batchnorm_forward
from ..layers import Tanh
from ..live import explore, steps

SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
SPAN = 4  # normalized values are shown from -4 to 4


def normalize_in_batches(x, bn, batch_size):
    """out and x_hat (N', D): each batch of `batch_size` rows of x (N, D) by its own statistics.

    A shorter last batch is left out. Nothing in bn changes.
    """
    batches, D = len(x) // batch_size, x.shape[1]
    rows = x[: batches * batch_size].reshape(batches, batch_size, D)
    columns = rows.swapaxes(0, 1).reshape(batch_size, batches * D)  # the batches side by side, as more features
    gamma, beta = (np.tile(bn.params[name], batches) for name in ("gamma", "beta"))
    out, cache = batchnorm_forward(columns, gamma, beta, bn.eps)
    return [v.reshape(batch_size, batches, D).swapaxes(0, 1).reshape(-1, D) for v in (out, cache.x_hat)]


def forward_in_batches(network, x, batch_size):
    """Logits (N', C), and by hidden layer the normalized values and the activations, each (N', H)."""
    x_hats, activations = [], []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            x, x_hat = normalize_in_batches(x, layer, batch_size)
            x_hats.append(x_hat)
        else:
            x = layer.forward(x, training=False)
            if isinstance(layer, Tanh):
                activations.append(x)
    return x, x_hats, activations


@explore(
    batch_size=steps(SIZES, start=64, label="batch size m", hint="how many digits share mean and variance"),
    size=(7.2, 3.9),
)
def batch_size(fig, network, X, y):
    """Live: a trained network (tanh, batch norm) on X (N, D) with labels y (N,), cut into batches; N >= 256.

    Top: normalized values, bottom: outputs, one column per hidden layer. batch_size: 1 to 256.
    """
    X, y = X[: SIZES[-1]], y[: SIZES[-1]]
    _, reference, _ = forward_in_batches(network, X, len(X))
    axes = fig.subplots(2, len(reference), squeeze=False)
    tops = [plots.histogram(ax, -SPAN, SPAN, bins=64) for ax in axes[0]]
    bottoms = [plots.histogram(ax, -1, 1, bins=50) for ax in axes[1]]
    bounds = [
        ax.axvline(0, color=plots.INK, linestyle=":", linewidth=1.2, zorder=0.5) for ax in axes[0] for _ in range(2)
    ]
    for i, ax in enumerate(axes[0]):
        ax.set(title=f"layer {i + 1}: normalized $\\hat{{x}}$", xticks=np.linspace(-SPAN, SPAN, 5))
        axes[1, i].set(title=f"layer {i + 1}: tanh outputs")
    right_running = np.mean(np.argmax(network.forward(X, training=False), axis=1) == y)

    def update(batch_size):
        logits, x_hats, activations = forward_in_batches(network, X, batch_size)
        for fill, values in zip(tops + bottoms, x_hats + activations):
            fill(values)
        bound = np.sqrt(batch_size - 1)
        for i, line in enumerate(bounds):
            line.set_xdata([(-1) ** i * bound] * 2)
        right = np.mean(np.argmax(logits, axis=1) == y[: len(logits)])
        where = "dotted" if bound <= SPAN else "outside the picture"
        largest = max(np.abs(x_hat).max() for x_hat in x_hats)
        return (
            f"Batches of {batch_size}: no normalized value is larger than {largest:.2f} "
            f"(bound √(m − 1) = {bound:.2f}, {where}). Judged with the statistics of its batch, {right:.0%} of "
            f"{len(logits)} test digits are read right; with the running statistics, {right_running:.0%}."
        )

    return update
