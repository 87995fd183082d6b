"""Checks of lesson 01. Inputs are drawn here, so that a printed number cannot be the answer."""

import math

import numpy as np

from .verdict import Slip, answer_of, check, compare, right

LN99 = math.log(99)  # sigmoid(ln 99) = 0.99


@check
def check_weight_std(weight_std):
    """weight_std(n, mean_square, wanted) -> the weight std for which z = x @ w has std `wanted`."""
    rng = np.random.default_rng(0)
    cases = [(int(n), float(q), float(s)) for n, q, s in zip(rng.integers(9, 900, 4), *rng.uniform(0.2, 4, (2, 4)))]
    return compare(
        weight_std,
        cases,
        truth=lambda n, q, s: s / math.sqrt(n * q),
        slips={
            "fan-in-forgotten": lambda n, q, s: s / math.sqrt(q),
            "root-of-fan-in-forgotten": lambda n, q, s: s / (n * math.sqrt(q)),
            "variance-for-std": lambda n, q, s: s**2 / (n * q),
            "mean-square-forgotten": lambda n, q, s: s / math.sqrt(n),
            "spread-inverted": lambda n, q, s: s * math.sqrt(n * q),
        },
        passed="your weights give the wanted spread for every n, and for inputs of any size.",
    )


@check
def check_saturated_share(saturated_share):
    """saturated_share(std) -> share of sigmoid outputs below 0.01 or above 0.99, for z ~ N(0, std^2)."""

    def tails(threshold):
        return math.erfc(threshold / math.sqrt(2))

    return compare(
        saturated_share,
        [(1.7,), (3.0,), (10.0,), (40.0,)],
        truth=lambda s: tails(LN99 / s),
        slips={
            "one-tail": lambda s: tails(LN99 / s) / 2,
            "complement": lambda s: 1 - tails(LN99 / s),
            "percent-for-share": lambda s: 100 * tails(LN99 / s),
            "std-forgotten": lambda s: tails(LN99),
            "variance-in-threshold": lambda s: tails(LN99 / s**2),
        },
        passed="both tails, with the threshold in units of std.",
    )


@check
def check_uniform_weights(uniform_weights):
    """uniform_weights(fan_in, fan_out, std, rng) -> W (fan_in, fan_out), uniform, mean 0, of that std."""
    shape = 300, 200

    def draw(seed, std):
        return answer_of(uniform_weights, *shape, std, np.random.default_rng(seed), shape=shape)

    for std in (0.05, 2.0):
        W, again, other = draw(1, std), draw(1, std), draw(2, std)
        if np.array_equal(W, other) or not np.array_equal(W, again):
            raise Slip("constant-weights" if np.ptp(W) == 0 else "generator-ignored")
        if W.min() >= 0 or W.max() <= 0:
            raise Slip("uniform-positive")
        error = 5 / math.sqrt(W.size)  # five standard errors of a relative spread, and more
        if abs(W.std() / std - 1 / math.sqrt(3)) < error:
            raise Slip("uniform-limit-is-std")
        if abs(W.std() / std - 1) > error or abs(W.mean()) > error * std:
            raise Slip("unknown", f"For std {std} your weights have std {W.std():.3g} and mean {W.mean():.2g}.")
        if np.abs(W).max() > math.sqrt(3) * std * (1 + error):
            raise Slip("not-uniform")
    return right("uniform values with the asked spread; a sum of many of them is as wide as with Gaussian weights.")
