"""Gradient checks by finite differences, and the reasons why one may prove nothing."""

from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from . import _require as require

# Reasons why a check proves nothing, by the number of values per channel
TOO_FEW = {
    1: "with a batch of one, batch norm outputs beta whatever x is: both sides are 0",
    2: "with a batch of two, x_hat is -1 and +1 whatever x is: "
    "the true dx is of the size of eps, or rounding",
}
CONSTANT = (
    "the upstream gradient of batch norm (layer {}) is constant over the batch, so its true dx is 0"
)
NOTHING_BEFORE = (
    "nothing is compared before batch norm (layer {}), so its gradient to x is "
    "never used; put a Linear layer before it or pass wrt_input=True"
)


def numerical_gradient(f, x, dout, step=1e-5):
    """d sum(f(x) * dout) / dx by central differences, of the shape of x.

    `f` takes a float64 array like x and returns one of the shape of dout; x itself does
    not change. f is evaluated twice per value of x. The error is about step^2, plus
    rounding / step. The result is float64. ValueError for anything but arrays of real
    numbers, NaN or infinite in x or dout, or a wrong shape of dout.
    """
    step = _positive(step)
    x, dout = require.floats("x", x, ...).astype(np.float64), require.floats("dout", dout, ...)
    out = require.numbers("f(x)", f(x.copy()), ...)
    if out.shape != dout.shape:
        raise ValueError(f"dout: expected the shape of f(x), {out.shape}, got {dout.shape}")
    dx = np.empty_like(x)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += step
        below[i] -= step
        # The sum of f(x) * dout may be large and its change small: subtract first.
        dx[i] = np.sum(np.subtract(f(above), f(below)) * dout) / (2 * step)
    return dx


def _positive(step):
    if require.between("step", step, 0) == 0:
        raise ValueError("step: expected more than 0, got 0")
    return float(step)


def relative_error(a, b):
    """max |a - b| / max(|a|, |b|) over two arrays of one shape.

    It is 0 if both are 0 everywhere, and NaN if a value is NaN. ValueError for
    different shapes, empty arrays, and anything but arrays of real numbers.
    """
    a, b = (require.numbers(name, value, ...).astype(float) for name, value in (("a", a), ("b", b)))
    if a.shape != b.shape:
        raise ValueError(f"b: expected the shape of a, {a.shape}, got {b.shape}")
    size = max(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).max() / size) if size else 0.0


@dataclass
class GradientCheck:
    """The outcome of `check_gradient`; it prints one sentence for each finding."""

    errors: dict = field(default_factory=dict)  # relative error by name, "0.W" is W of layer 0
    zero: list = field(default_factory=list)  # names whose gradient is 0 on both sides
    corners: dict = field(default_factory=dict)  # number of values left out at corners, by name
    wrong: list = field(default_factory=list)  # names that disagree
    vacuous: list = field(default_factory=list)  # reasons why agreement would prove nothing

    @property
    def passed(self):
        """True only if everything agrees and agreement means something."""
        return not self.wrong and not self.vacuous

    def __str__(self):
        lines = [f"No proof: {reason}." for reason in self.vacuous]
        lines += [f"{name}: wrong, relative error {self.errors[name]:.0e}." for name in self.wrong]
        lines += [f"{name}: zero on both sides, so it tests nothing." for name in self.zero]
        corners = self.corners.items()
        lines += [f"{name}: no proof at a corner here, {n} left out." for name, n in corners]
        if self.passed and not self.zero:
            what = "All others" if self.corners else "All gradients"
            lines.append(f"{what} agree; largest relative error {max(self.errors.values()):.0e}.")
        return "\n".join(lines)

    __repr__ = __str__


def check_gradient(network, x, dout, *, wrt_input=False, step=1e-5, tolerance=1e-6):
    """Compare the backward pass of `network` with finite differences: a GradientCheck.

    `network` is a Network, a list of layers or one layer. x is its input and dout the
    upstream gradient, of the shape of the output. All parameters are compared, with
    `wrt_input` dx too. The network does not change. ValueError for bad arguments.

    A check is vacuous, and does not pass,
    - if a batch norm layer has one or two values per channel, or an upstream gradient
      that is constant over the batch: then its dx is 0 or as small as eps, whatever the
      code does;
    - if nothing that is compared lies before the batch norm;
    - if every gradient is 0.

    Where the function has a corner or bends within the step (ReLU at 0), a difference
    quotient is no derivative. Such values are left out. If no value of a parameter
    remains, the check is vacuous.
    """
    step = _positive(step)
    layers = getattr(network, "layers", network if isinstance(network, list) else [network])
    x = require.batch("x", x).astype(np.float64)
    if reasons := _too_few_values(layers, x):
        return GradientCheck(vacuous=reasons)
    out, used = _run(layers, x)
    dout = require.floats("dout", dout, *out.shape)
    upstreams = _upstreams(used, dout)
    check = GradientCheck(vacuous=_vacuous(layers, upstreams, wrt_input))
    # Rounding alone changes a quotient by this much. A smaller gradient counts as 0.
    noise = 10 * np.finfo(float).eps * np.abs(out).max() * np.abs(dout).sum() / step
    compared = _compared(layers, used, x, upstreams[0] if wrt_input else None)
    for name, (ours, f, value) in compared.items():
        _compare(check, name, ours, f, value, dout, step, tolerance, noise)
    if len(check.zero) == len(compared):
        nothing = "every gradient is 0 on both sides" if compared else "there is nothing to compare"
        check.vacuous.append(nothing)
    return check


def _run(layers, x):
    """The output for x, and a copy of the layers after that pass.

    Each run starts from the same running statistics and the same dropout.
    """
    layers = deepcopy(layers)
    for layer in layers:
        x = layer.forward(x, training=True)
    return x, layers


def _upstreams(used, dout):
    """The gradient at the input of each layer, in order, then dout.

    The `grads` of all layers are filled.
    """
    upstreams = [dout]
    for layer in reversed(used):
        upstreams.insert(0, layer.backward(upstreams[0]))
    return upstreams


def _vacuous(layers, upstreams, wrt_input):
    """The reasons why the gradient through a batch norm layer would not be tested."""
    reasons = []
    for i, layer in enumerate(layers):
        if _is_batchnorm(layer):
            reasons += _constant(i, upstreams[i + 1])
            if not wrt_input and not any(before.params for before in layers[:i]):
                reasons.append(NOTHING_BEFORE.format(i))
    return reasons


def _compared(layers, used, x, dx):
    """By name of a parameter, or "x": (our gradient, f, value).

    f is the output as a function of the parameter, `value` what the parameter is.
    """

    def output_with(i, name, value):
        changed = deepcopy(layers)
        changed[i].params[name] = value
        return _run(changed, x)[0]

    compared = {
        f"{i}.{name}": (used[i].grads[name], partial(output_with, i, name), value)
        for i, layer in enumerate(layers)
        for name, value in layer.params.items()
    }
    if dx is not None:
        compared["x"] = (dx, lambda x: _run(layers, x)[0], x)
    return compared


def _compare(check, name, ours, f, value, dout, step, tolerance, noise):
    """Compare the gradient `ours` with finite differences of f at `value`.

    What is found is entered into `check`.
    """
    numerical = numerical_gradient(f, value, dout, step)
    allowed = max(tolerance * np.abs(numerical).max(), noise)
    smooth = np.ones(numerical.shape, bool)
    differ = ~(np.abs(ours - numerical) <= allowed)  # NaN differs, too
    for i in map(tuple, np.argwhere(differ)):
        if not _bends(f, value, i, dout, step, np.abs(ours[i] - numerical[i])):
            check.wrong.append(name)
            break
        smooth[i] = False
    check.errors[name] = relative_error(ours[smooth], numerical[smooth]) if smooth.any() else 0.0
    if not smooth.all():
        check.corners[name] = int(np.sum(~smooth))
    if not smooth.any():
        check.vacuous.append(f"{name} has a corner at each of its values here; move x a little")
    elif np.abs(numerical).max() <= noise and name not in check.wrong:
        check.zero.append(name)


def _bends(f, x, i, dout, step, error):
    """Whether f has a corner or bend within the step that explains `error` at x[i].

    For a smooth function, half the step gives the same quotient and a quarter of the
    second difference.
    """

    def differences(step):
        above, below = x.copy(), x.copy()
        above[i] += step
        below[i] -= step
        above, middle, below = f(above), f(x.copy()), f(below)
        weight = dout / (2 * step)
        return (above - below) * weight, (above - 2 * middle + below) * weight

    (first, second), (first_half, second_half) = differences(step), differences(step / 2)
    change = np.abs(first - first_half).sum(), np.abs(second - 2 * second_half).sum()
    # A corner within the step changes one of them by at least a third of the error.
    return max(change) >= error / 4


def _is_batchnorm(layer):
    return hasattr(layer, "running_mean")


def _too_few_values(layers, x):
    for layer in deepcopy(layers):
        if _is_batchnorm(layer) and (values := x.size // x.shape[1]) in TOO_FEW:  # per channel
            return [TOO_FEW[values]]
        x = layer.forward(x, training=True)
    return []


def _constant(i, upstream):
    rows = np.moveaxis(upstream, 1, -1).reshape(-1, upstream.shape[1])
    if np.ptp(rows, axis=0).max() > 1e-12 * np.abs(rows).max():
        return []
    return [CONSTANT.format(i)]
