"""Lesson 05: five points that share their statistics, digits in batches of any size, one digit among others."""

import numpy as np

from .. import plots
from ..batchnorm import BatchNorm, batchnorm_forward
from ..live import explore, slider, steps

SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
SPAN = 4  # sums and normalized values are shown from -4 to 4
FOUR, REACH = (1, 2, 3, 4), 20  # the points that stay; where the fifth may go
BATCHES = 500  # random batches of each size


@explore(
    fifth=slider(-REACH, REACH, start=5, label="fifth point", hint="where the fifth example lies"),
    gamma=slider(0.0, 2.0, start=1.0, label="gamma γ", hint="scale of the outputs"),
    beta=slider(-4.0, 4.0, start=0.0, label="beta β", hint="shift of the outputs"),
    size=(7.2, 2.4),
)
def five_points(fig):
    """Live: one unit, a batch of five; four inputs stay at 1, 2, 3, 4. `five_points(fifth=20)` starts there.

    Top: inputs, bottom: outputs. fifth: -20 to 20; gamma: 0 to 2; beta: -4 to 4.
    """
    axes = fig.subplots(2, 1)
    rows = []
    for ax, name, reach in ((axes[0], "inputs x", REACH), (axes[1], "outputs y", 8)):
        ax.set(xlim=(-reach * 1.05, reach * 1.05), ylim=(-1, 1), yticks=[], ylabel=name)
        ax.spines.left.set_visible(False)
        ax.yaxis.label.set(rotation=0, ha="right", va="center")
        four = ax.plot(
            [], [], linestyle="none", marker="o", markersize=9, color=plots.FILL, markeredgecolor=plots.INK
        )
        rows.append((four[0], ax.plot([], [], marker="D", markersize=8, color=plots.INK)[0]))
    bounds = [axes[1].axvline(0, color=plots.INK, linestyle=":", linewidth=1.2, zorder=0.5) for _ in range(2)]

    def update(fifth, gamma, beta):
        x = np.array([*FOUR, fifth], dtype=float)
        out, cache = batchnorm_forward(x[:, None], [gamma], [beta])
        for (four, one), values in zip(rows, (x, out[:, 0])):
            four.set_data(values[:4], np.zeros(4))
            one.set_data(values[4:], [0])
        for bound, sign in zip(bounds, (-1, 1)):
            bound.set_xdata([beta + sign * gamma * 2] * 2)
        written = ", ".join(f"{value:.2f}" for value in out[:, 0])
        return (
            f"Inputs 1, 2, 3, 4 and {fifth}: mean {cache.mu[0]:.2f}, std {np.sqrt(cache.var[0]):.2f}. Outputs "
            f"{written}; their mean is {out.mean():.2f} and their std {out.std():.2f}. None can pass the "
            f"dotted lines at β ± 2γ, {beta - 2 * gamma:.1f} and {beta + 2 * gamma:.1f}."
        ).replace("-0.00", "0.00")

    return update


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
    """Logits (N', C), and by hidden layer the sums before batch norm and the normalized values, each (N', H)."""
    sums, x_hats = [], []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            sums.append(x)
            x, x_hat = normalize_in_batches(x, layer, batch_size)
            x_hats.append(x_hat)
        else:
            x = layer.forward(x, training=False)
    return x, sums, x_hats


@explore(
    batch_size=steps(SIZES, start=64, label="batch size m", hint="how many digits share mean and variance"),
    size=(7.2, 3.9),
)
def batch_size(fig, network, X, y):
    """Live: a trained network with batch norm on X (N, D) with labels y (N,), cut into batches; N >= 256.

    One column per hidden layer, top: sums before batch norm, bottom: normalized values. batch_size: 1 to 256.
    """
    X, y = X[: SIZES[-1]], y[: SIZES[-1]]
    layers = sum(isinstance(layer, BatchNorm) for layer in network.layers)
    axes = fig.subplots(2, layers, squeeze=False)
    before, after = ([plots.histogram(ax, -SPAN, SPAN, bins=64) for ax in row] for row in axes)
    bounds = [
        ax.axvline(0, color=plots.INK, linestyle=":", linewidth=1.2, zorder=0.5) for ax in axes[1] for _ in range(2)
    ]
    for i, (top, bottom) in enumerate(axes.T):
        top.set(title=f"layer {i + 1}: sums, before", xticks=np.linspace(-SPAN, SPAN, 5))
        bottom.set(title=f"layer {i + 1}: normalized $\\hat{{x}}$", xticks=np.linspace(-SPAN, SPAN, 5))
    right_running = np.mean(np.argmax(network.forward(X, training=False), axis=1) == y)

    def update(batch_size):
        logits, sums, x_hats = forward_in_batches(network, X, batch_size)
        for fill, values in zip(before + after, sums + x_hats):
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


def company(x, batch_size):
    """Sum and sum of squares (BATCHES, D) over m - 1 random rows of x (N, D), for each of 500 batches."""
    rng = np.random.default_rng(0)
    rows = rng.integers(len(x), size=(BATCHES, batch_size - 1)) + len(x) * np.arange(BATCHES)[:, None]
    chosen = np.bincount(rows.ravel(), minlength=BATCHES * len(x)).reshape(BATCHES, -1).astype(float)
    return chosen @ x, chosen @ x**2


def one_among_many(example, sums, squares, batch_size):
    """Batch mean, batch std and x_hat of `example` (D,), each (BATCHES, D), joined by the company of these sums."""
    mu = (sums + example) / batch_size
    var = np.maximum((squares + example**2) / batch_size - mu**2, 0)
    return mu, np.sqrt(var), (example - mu) / np.sqrt(var + 1e-5)


@explore(
    batch_size=steps(SIZES, start=8, label="images per batch", hint="the image and its m − 1 companions"),
    image=slider(0, 9, start=3, label="image of a", hint="the first test image of this digit"),
    size=(7.2, 3.9),
)
def companions(fig, network, X, examples):
    """Live: one of ten `examples` (10, D) in 500 random batches, joined by rows of X (N, D), at the first layer.

    Histograms of batch mean, batch std and normalized value of unit 1; std of the normalized value (root mean
    square over the units) by batch size. batch_size: 1 to 256; image: 0 to 9.
    """
    x, examples = (network.layers[0].forward(rows, training=False) for rows in (X, examples))
    mean, std = x.mean(axis=0), x.std(axis=0)
    x, examples = (x - mean) / std, (examples - mean) / std  # in units of the population's std
    table = {m: company(x, m) for m in SIZES}
    noise = [[one_among_many(one, *table[m], m)[2].std(axis=0) for m in SIZES] for one in examples]
    noise = np.sqrt(np.mean(np.square(noise), axis=2))  # (10, sizes)
    axes = fig.subplots(2, 2).ravel()
    fills = [plots.histogram(ax, low, high, bins=60) for ax, low, high in zip(axes, (-2, 0, -SPAN), (2, 2, SPAN))]
    for ax, title in zip(axes, ("mean of the batch", "std of the batch", "$\\hat{x}$ of the image")):
        ax.set_title(f"unit 1: {title}")
    marks = [
        axes[i].axvline(value, color=plots.INK, linestyle=":", linewidth=1.2)
        for i, value in ((0, 0), (1, 1), (2, 0))
    ]
    right = axes[3]
    right.set(xscale="log", yscale="log", xlim=(1.6, 320), ylim=(0.04, 1.6), title="std of $\\hat{x}$, all units")
    right.set_xticks([2, 8, 32, 128], ["2", "8", "32", "128"], minor=False)
    right.set_yticks([0.1, 1], ["0.1", "1"], minor=False)
    right.minorticks_off()
    right.plot(SIZES[1:], 1 / np.sqrt(SIZES[1:]), color=plots.FAINT, linestyle=":", linewidth=1.2)
    right.text(2.1, 0.045, "dotted: $1/\\sqrt{m}$", color=plots.FAINT, size=9)
    curve = right.plot([], [], color=plots.INK, marker=".", linewidth=1)[0]
    here = right.plot([], [], color=plots.INK, marker="D", markersize=8)[0]

    def update(batch_size, image):
        mu, stds, x_hat = one_among_many(examples[image], *table[batch_size], batch_size)
        for fill, values in zip(fills, (mu, stds, x_hat)):
            fill(values[:, 0])
        marks[2].set_xdata([examples[image, 0]] * 2)
        curve.set_data(SIZES[1:], noise[image, 1:])
        now = noise[image, SIZES.index(batch_size)]
        here.set_data([batch_size], [now])
        low, high = x_hat[:, 0].min(), x_hat[:, 0].max()
        return (
            f"An image of {image} in 500 batches of {batch_size}. Unit 1, in units of its std over all images: the "
            f"means of the batches have std {mu[:, 0].std():.2f} (formula √(m − 1) / m: "
            f"{np.sqrt(batch_size - 1) / batch_size:.2f}), their stds lie between {stds[:, 0].min():.2f} and "
            f"{stds[:, 0].max():.2f}, and the image's normalized value between {low:.2f} and {high:.2f}. "
            f"Over all units its std is {now:.2f} (1/√m: {batch_size**-0.5:.2f})."
        ).replace("-0.00", "0.00")

    return update
