"""Checks of lesson 01. Each draws fresh inputs, so that a printed number cannot be the answer."""

import math

import numpy as np

from .verdict import Slip, answer_of, check, compare, right, slip

SIGMOID_EDGE, TANH_EDGE = math.log(99), math.atanh(0.99)  # sigmoid(ln 99) = 0.99


@check
def check_weight_std(weight_std):
    """weight_std(n, mean_square, wanted) -> the weight std for which z = x @ w has std `wanted`."""
    rng = np.random.default_rng()
    cases = [(int(n), float(q), float(s)) for n, q, s in zip(rng.integers(9, 900, 4), *rng.uniform(0.2, 4, (2, 4)))]
    verdict = compare(
        weight_std,
        cases,
        truth=lambda n, q, s: s / math.sqrt(n * q),
        slips={
            "fan-in-forgotten": lambda n, q, s: s / math.sqrt(q),
            "root-of-fan-in-forgotten": lambda n, q, s: s / (n * math.sqrt(q)),
            "root-forgotten": lambda n, q, s: s / (n * q),
            "wanted-ignored": lambda n, q, s: 1 / math.sqrt(n * q),
            "variance-for-std": lambda n, q, s: s**2 / (n * q),
            "mean-square-forgotten": lambda n, q, s: s / math.sqrt(n),
            "spread-inverted": lambda n, q, s: s * math.sqrt(n * q),
        },
        passed="your weights give the wanted spread for every n, and for inputs of any size.",
    )
    return _wrong_power(weight_std, *cases[0]) or verdict if verdict.slip == "unknown" else verdict


def _wrong_power(weight_std, n, q, s):
    """A formula that this check does not know: which argument does it follow wrongly?"""
    base = answer_of(weight_std, n, q, s)
    trials = {
        "With four times as many inputs the weights must be half as wide": ((4 * n, q, s), 0.5),
        "With inputs of four times the mean square the weights must be half as wide": ((n, 4 * q, s), 0.5),
        "For sums four times as wide the weights must be four times as wide": ((n, q, 4 * s), 4.0),
    }
    for rule, (case, factor) in trials.items():
        ratio = answer_of(weight_std, *case) / base if base else math.nan
        if not math.isclose(ratio, factor, rel_tol=0.01):
            return slip("wrong-power", f"{rule}; yours change by a factor of {ratio:.3g}.")
    return None


@check
def check_saturated_share(saturated_share):
    """saturated_share(std) -> share of tanh outputs above 0.99 or below -0.99, for z ~ N(0, std^2)."""

    def tails(threshold):
        return math.erfc(threshold / math.sqrt(2))

    return compare(
        saturated_share,
        [(float(std),) for std in np.random.default_rng().uniform((1.2, 2.5, 8), (1.8, 5, 20))],
        truth=lambda s: tails(TANH_EDGE / s),
        slips={
            "one-tail": lambda s: tails(TANH_EDGE / s) / 2,
            "complement": lambda s: 1 - tails(TANH_EDGE / s),
            "percent-for-share": lambda s: 100 * tails(TANH_EDGE / s),
            "sigmoid-threshold": lambda s: tails(SIGMOID_EDGE / s),
            "output-for-sum": lambda s: tails(0.99 / s),
            "std-forgotten": lambda s: tails(TANH_EDGE),
            "std-inverted": lambda s: tails(TANH_EDGE * s),
            "root-of-two-forgotten": lambda s: math.erfc(TANH_EDGE / s),
            "variance-in-threshold": lambda s: tails(TANH_EDGE / s**2),
        },
        passed="both tails, with the threshold of tanh in units of std.",
        rtol=0.02,  # 2.65 for artanh(0.99) will do
    )


@check
def check_uniform_weights(uniform_weights):
    """uniform_weights(fan_in, fan_out, std, rng) -> W (fan_in, fan_out), uniform, mean 0, of that std."""
    fresh = np.random.default_rng()
    for fan_in, fan_out in ((300, 200), (150, 400)):
        std, seed = float(fresh.uniform(0.02, 3)), int(fresh.integers(1_000_000))
        W, again, other = (
            answer_of(uniform_weights, fan_in, fan_out, std, np.random.default_rng(k), shape=(fan_in, fan_out))
            for k in (seed, seed, seed + 1)
        )
        if _repeats(W) or _repeats(W.T):
            raise Slip("repeated-weights")
        if np.array_equal(W, other) or not np.array_equal(W, again):
            raise Slip("generator-ignored")
        if W.min() >= 0 or W.max() <= 0:
            raise Slip("uniform-positive")
        limit = math.sqrt(3) * std
        if _distance_from_uniform(W, std) < 0.015:
            raise Slip("uniform-limit-is-std")
        if _distance_from_uniform(W, limit) > 0.015:  # chance reaches that once in 10^11 draws
            own_limit = np.abs(W).max()
            if _distance_from_uniform(W, own_limit) < 0.015:
                raise Slip("uniform-wrong-limit")
            close = abs(W.std() / std - 1) < 0.02
            raise Slip(
                "not-uniform" if close else "unknown", f"For std {std:.3g} your weights have std {W.std():.3g}."
            )
    return right("uniform values with the asked spread; a sum of many of them is as wide as with Gaussian weights.")


def _repeats(W):
    return len(np.unique(W, axis=0)) < len(W)


def _distance_from_uniform(W, limit):
    """Largest distance between the shares of W below a value and those of uniform numbers (Kolmogorov-Smirnov)."""
    shares = (np.arange(W.size) + 0.5) / W.size
    return np.abs(np.clip((np.sort(W, axis=None) / limit + 1) / 2, 0, 1) - shares).max()
