"""Lesson 03: clouds that shift between training and test, and what a layer is fed while its network learns."""

from copy import deepcopy

import numpy as np

from .. import plots
from ..batchnorm import BatchNorm
from ..data import endless_minibatches
from ..initializers import normal
from ..layers import Sigmoid, softmax_cross_entropy
from ..live import choice, explore, slider, steps, switch
from ..network import mlp
from ..training import accuracy, sgd_step
from .weight_initialization import ACTIVATIONS, between_examples

CASES = {  # name: (with batch norm?, learning rate)
    "without, rate 0.1": (False, 0.1),
    "with, rate 0.1": (True, 0.1),
    "without, rate 2": (False, 2.0),
    "with, rate 2": (True, 2.0),
}
SEEDS = range(5)
STEPS = (0, 1, 3, 10, 30, 50, *range(100, 1000, 100), *range(1000, 2000, 250), *range(2000, 5001, 250))
UNITS = 5  # units of the last hidden layer of which all values are kept


def record_run(case, seed, digits, stops=STEPS):
    """A network of CASES, trained on digits (X_train, y_train, X_test, y_test), looked at after each of `stops`.

    By name, one entry for each look: accuracy on the test images, and what `look` sees there.
    """
    X, y, X_test, y_test = digits
    batchnorm, lr = CASES[case]
    rng = np.random.default_rng(seed)
    network = mlp(
        [64, 100, 100, 100, 10], activation=Sigmoid, initializer=normal(0.1), rng=rng, batchnorm=batchnorm
    )
    batches = endless_minibatches(X, y, 60, rng)
    seen = []
    for step in range(stops[-1] + 1):
        if step in stops:
            seen.append({"accuracy": accuracy(network, X_test, y_test)} | look(deepcopy(network), X_test, y_test))
        sgd_step(network, *next(batches), lr)
    return {name: np.array([entry[name] for entry in seen]) for name in seen[0]}


def look(network, X, y):
    """What the hidden Sigmoids are fed for X (N, 64), batch norm with the statistics of X, and what comes back.

    loss; values (N, UNITS) and percentiles 15, 50, 85 (3, 100) in the last hidden layer; by hidden layer the mean
    slope, the std of what is fed (pooled, and between examples), the mean gamma and the std of the gradient there.
    """
    fed, slopes, gammas, x = [], [], [], X
    for layer in network.layers:
        out = layer.forward(x, training=True)
        if isinstance(layer, BatchNorm):
            gammas.append(layer.params["gamma"].mean())
        if isinstance(layer, Sigmoid):
            fed.append(x)
            slopes.append(np.mean(out * (1 - out)))
        x = out
    loss, gradient = softmax_cross_entropy(x, y)
    gradients = []
    for layer in reversed(network.layers):
        gradient = layer.backward(gradient)
        if isinstance(layer, Sigmoid):
            gradients.append(gradient.std())
    return {
        "loss": loss,
        "values": fed[-1][:, :UNITS],
        "percentiles": np.percentile(fed[-1], (15, 50, 85), axis=0),
        "slopes": slopes,
        "stds": [values.std() for values in fed],
        "between": [between_examples(values) for values in fed],
        "gamma": gammas or [np.nan] * len(fed),
        "gradients": gradients[::-1],
    }


KINDS = ("covariate", "prior", "concept")
POINTS, CENTRE, SPREAD, FARTHEST = 600, (-1.2, 0.0), (0.8, 1.0), 2.4
SPAN = 4  # of the axes
INPUTS = {"without, rate 0.1": 1.5, "with, rate 0.1": 4.0, "without, rate 2": 6.0}  # shown up to here, and down


def clouds(kind, amount, n=POINTS, seed=0):
    """Training and test points, x (n, 2) and labels (n,) of 0 and 1, the test side shifted by `amount` in 0..1.

    "covariate": x moves, the rule stays; "prior": label 1 becomes frequent, points of a class stay alike;
    "concept": x stays, the rule moves.
    """
    rng = np.random.default_rng(seed)
    sides = []
    for side_amount in (0, amount):
        more = 8 * n if kind == "prior" else n  # of which n are chosen by their label
        x = rng.standard_normal((more, 2)) * SPREAD + CENTRE
        if kind == "covariate":
            x[:, 0] += FARTHEST * side_amount
        rule = x[:, 1] - 0.5 * x[:, 0] ** 2 + 0.8 - (1.5 * side_amount if kind == "concept" else 0)
        y = rng.random(more) < 1 / (1 + np.exp(-4 * rule))
        if kind == "prior":
            ones = round((0.5 + 0.45 * side_amount) * n)
            rows = np.concatenate([np.flatnonzero(y)[:ones], np.flatnonzero(~y)[: n - ones]])
            x, y = x[rows], y[rows]
        sides += [x, y.astype(int)]
    return tuple(sides)


def fit(x, y, curved):
    """Weights of a logistic regression on 1, x1, x2, and with `curved` on x1 squared, too (Newton's method)."""
    F = _features(x, curved)
    w = np.zeros(F.shape[1])
    for _ in range(10):
        p = 1 / (1 + np.exp(-np.clip(F @ w, -30, 30)))
        curvature = (F * (p * (1 - p))[:, None]).T @ F + 0.5 * np.eye(len(w))  # 0.5: keeps weights finite
        w = w - np.linalg.solve(curvature, F.T @ (p - y) + 0.5 * w)
    return w


def share_right(w, x, y):
    """Share of points x (n, 2) that the classifier with weights w gives their label."""
    return float(np.mean((_features(x, len(w) == 4) @ w > 0) == y))


def _features(x, curved):
    columns = [np.ones(len(x)), x[:, 0], x[:, 1], x[:, 0] ** 2]
    return np.stack(columns if curved else columns[:3], axis=1)


def _boundary(w, x1):
    """x2 at which the classifier is undecided, for each x1, cut to the axes."""
    return np.clip(-(w[0] + w[1] * x1 + (w[3] * x1**2 if len(w) == 4 else 0)) / w[2], -SPAN, SPAN)


@explore(
    amount=slider(0.0, 1.0, start=0.0, label="shift", hint="of the test data, from none to all"),
    kind=choice(*KINDS, label="what shifts", hint="the points, the share of the labels, or the rule"),
    curved=switch(label="curved classifier", hint="the right family of curves, else a straight line"),
    size=(7.2, 3.1),
)
def dataset_shift(fig):
    """Live: training points (left) and shifted test points (right), and a classifier trained on the left.

    amount: 0 to 1; kind: "covariate", "prior" or "concept"; curved: a classifier of the right family.
    """
    axes = fig.subplots(1, 2, sharey=True)
    marks, x1 = [], np.linspace(-SPAN, SPAN, 121)
    for ax, title in zip(axes, ("training", "test")):
        ax.set(title=title, xlim=(-SPAN, SPAN), ylim=(-SPAN, SPAN), xlabel="$x_1$", xticks=[-4, -2, 0, 2, 4])
        zeros = ax.plot([], [], linestyle="none", marker="o", markersize=3.5, color=plots.FILL)[0]
        ones = ax.plot([], [], linestyle="none", marker="x", markersize=4, color=plots.FAINT)[0]
        marks.append((zeros, ones))
    axes[0].set_ylabel("$x_2$")
    learned = [ax.plot([], [], color=plots.INK)[0] for ax in axes]
    own = axes[1].plot([], [], color=plots.INK, linestyle=":")[0]

    def update(amount, kind, curved):
        x, y, x_test, y_test = clouds(kind, amount)
        w, w_test = fit(x, y, curved), fit(x_test, y_test, curved)
        for (zeros, ones), points, labels in zip(marks, (x, x_test), (y, y_test)):
            points, labels = points[::2], labels[::2]  # half of them are enough to see
            zeros.set_data(*points[labels == 0].T)
            ones.set_data(*points[labels == 1].T)
        for line, weights in zip((*learned, own), (w, w, w_test)):
            line.set_data(x1, _boundary(weights, x1))
        shares = share_right(w, x, y), share_right(w, x_test, y_test), share_right(w_test, x_test, y_test)
        return (
            f"{kind.capitalize()} shift, {amount:.0%}: label 1 (crosses) has a share of {y.mean():.0%} in training "
            f"and {y_test.mean():.0%} in the test. The classifier (solid) is right on {shares[0]:.0%} of the "
            f"training points and {shares[1]:.0%} of the test points; one of its kind trained on the test side "
            f"(dotted), on {shares[2]:.0%}."
        )

    return update


@explore(
    step=steps(STEPS, start=1000, label="training step", hint="how long the network has learned"),
    unit=slider(1, UNITS, start=1, label="unit", hint="of the last hidden layer"),
    fast=switch(label="rate 2 without", hint="the network without batch norm at rate 2 in place of 0.1"),
    size=(7.2, 3.7),
)
def internal_shift(fig, record):
    """Live: what one unit of the last hidden layer is fed while the network learns; `record` of load_recorded.

    Left without batch norm, right with it. Top: all test images at this step; bottom: percentiles 15, 50, 85 over
    the steps. step: 0 to 5000; unit: 1 to 5; fast: the network without batch norm at rate 2.
    """
    tops, bottoms = fig.subplots(2, 2)
    kinds = ("without batch norm", plots.WITHOUT_BATCHNORM), ("with batch norm", plots.WITH_BATCHNORM)
    fills, courses, here = [], [], []
    for top, bottom, (name, style) in zip(tops, bottoms, kinds):
        fills.append(plots.histogram(top, -4, 4, bins=96))
        top.set(title=name, xlabel="input of the unit's sigmoid")
        courses.append([bottom.plot([], [], linewidth=1.4, **style)[0] for _ in range(3)])
        here.append(bottom.axvline(1, color=plots.INK, linestyle=":", linewidth=1.2))
        bottom.set(xscale="log", xlim=(0.5, 5000), xlabel="training step", ylabel="percentiles")
        bottom.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"], minor=False)
        bottom.minorticks_off()
    sigmoid, sigmoid_slope, *_ = ACTIVATIONS["sigmoid"]
    places = np.maximum(STEPS, 0.5)  # step 0 at the edge of a logarithmic axis

    def update(step, unit, fast):
        now = STEPS.index(step)
        told = []
        for case, fill, lines, line in zip(
            ("without, rate 2" if fast else "without, rate 0.1", "with, rate 0.1"), fills, courses, here
        ):
            values = record[f"{case}: values"][0, :, :, unit - 1].astype(float)
            percentiles, span = np.percentile(values, (15, 50, 85), axis=1), INPUTS[case]
            fill(values[now], -span, span)
            if line.axes.get_ylim() != (-span, span):
                line.axes.set_ylim(-span, span)
            for curve, course in zip(lines, percentiles):
                curve.set_data(places, np.clip(course, -span, span))
            line.set_xdata([max(step, 0.5)] * 2)
            low, middle, high = percentiles[:, now]
            slope = np.mean(sigmoid_slope(values[now], sigmoid(values[now])))
            told.append(
                f"percentiles {low:.2f}, {middle:.2f}, {high:.2f}, mean slope {slope:.2f}, test accuracy of the "
                f"network {record[f'{case}: accuracy'][0, now]:.0%}"
            )
        rate = "2" if fast else "0.1"
        return (
            f"Step {step}, unit {unit}. Without batch norm, rate {rate}: {told[0]}. With it, rate 0.1: {told[1]}."
        )

    return update
