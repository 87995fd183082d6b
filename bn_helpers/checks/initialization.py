"""Checks of lessons 01 and 02. Each draws fresh inputs, so that a printed number cannot be the answer."""

import math
from statistics import NormalDist

import numpy as np

from .pictures import compared
from .verdict import Slip, answer_of, check, compare, right, slip

FIT = 0.03  # of two distributions, at most; chance reaches it once in 10^9 draws of 13,000
SIGMOID_EDGE, TANH_EDGE = math.log(99), math.atanh(0.99)  # sigmoid(ln 99) = 0.99


@check
def check_weight_std(weight_std):
    """weight_std(n, mean_square, wanted) -> the weight std for which z = x @ w has std `wanted`."""
    rng = np.random.default_rng()
    sizes = [int(rng.integers(3, 7)), *map(int, rng.integers(9, 900, 3))]  # a small one tells n from n - 1
    cases = [(n, float(q), float(s)) for n, q, s in zip(sizes, *rng.uniform(0.2, 4, (2, 4)))]
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
            "n-minus-one": lambda n, q, s: s / math.sqrt((n - 1) * q),
            "brackets": (
                lambda n, q, s: s / math.sqrt(n) * q,
                lambda n, q, s: s / math.sqrt(n) * math.sqrt(q),
                lambda n, q, s: s / n * math.sqrt(q),
            ),
        },
        passed="your weights give the wanted spread for every n, and for inputs of any size.",
    )
    return _wrong_power(weight_std, *cases[0]) or verdict if verdict.slip == "unknown" else verdict


def _wrong_power(weight_std, n, q, s):
    """A formula that this check does not know: which argument does it follow wrongly?"""
    base = float(answer_of(weight_std, n, q, s))
    trials = {
        "With four times as many inputs the weights must be half as wide": ((4 * n, q, s), 0.5),
        "With inputs of four times the mean square the weights must be half as wide": ((n, 4 * q, s), 0.5),
        "For sums four times as wide the weights must be four times as wide": ((n, q, 4 * s), 4.0),
    }
    for rule, (case, factor) in trials.items():
        ratio = float(answer_of(weight_std, *case)) / base
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
            "one-tail": (lambda s: tails(TANH_EDGE / s) / 2, lambda s: math.erfc(TANH_EDGE / s) / 2),
            "tails-twice": lambda s: 2 * tails(TANH_EDGE / s),
            "complement": lambda s: 1 - tails(TANH_EDGE / s),
            "percent-for-share": lambda s: 100 * tails(TANH_EDGE / s),
            "sigmoid-threshold": (
                lambda s: tails(SIGMOID_EDGE / s),
                lambda s: tails(SIGMOID_EDGE / 2 / s),
                lambda s: tails(SIGMOID_EDGE / s) / 2,
                lambda s: math.erfc(SIGMOID_EDGE / s),
            ),
            "percentile-for-edge": lambda s: tails(2.576 / s),
            "output-for-sum": (lambda s: tails(0.99 / s), lambda s: tails(math.tanh(0.99) / s)),
            "std-forgotten": lambda s: tails(TANH_EDGE),
            "std-inverted": lambda s: tails(TANH_EDGE * s),
            "root-of-two-forgotten": lambda s: math.erfc(TANH_EDGE / s),
            "variance-in-threshold": lambda s: tails(TANH_EDGE / s**2),
        },
        passed="both tails, with the threshold of tanh in units of std.",
        names=("std",),
        rtol=0.05,  # 2.65 for artanh(0.99) will do, and so will a share that was measured on many draws
    )


@check
def check_uniform_weights(uniform_weights):
    """uniform_weights(fan_in, fan_out, std, rng) -> W (fan_in, fan_out), uniform, mean 0, of that std."""
    fresh = np.random.default_rng()
    for fan_in, fan_out in ((fresh.integers(150, 180), 100), (90, fresh.integers(140, 170))):
        fan_in, fan_out = int(fan_in), int(fan_out)
        std, seed = float(fresh.uniform(0.02, 3)), int(fresh.integers(1_000_000))
        W = drawn(uniform_weights, fan_in, fan_out, std, seed=seed)
        wanted = np.random.default_rng(0).uniform(-1, 1, W.shape) * math.sqrt(3) * std
        picture = compared(W, wanted, f"weights for std {std:.3g}")
        if W.min() >= 0 or W.max() <= 0:
            raise Slip("uniform-positive", picture=picture)
        limit = math.sqrt(3) * std
        if _distance_from_uniform(W, std) < FIT:
            raise Slip("uniform-limit-is-std", picture=picture)
        if _distance_from_uniform(W, limit) > FIT or abs(W.std() / std - 1) > 0.02:
            own_limit = np.abs(W).max()
            if _distance_from_uniform(W, own_limit) < FIT:
                raise Slip("uniform-wrong-limit", picture=picture)
            close = abs(W.std() / std - 1) < 0.02
            detail = "" if close else f"For std {std:.3g} your weights have std {W.std():.3g}."
            raise Slip("not-uniform" if close else "unknown", detail, picture)
    return right("uniform values with the asked spread; a sum of many of them is as wide as with Gaussian weights.")


@check
def check_xavier_std(xavier_std):
    """xavier_std(fan_in, fan_out) -> Glorot's std."""
    fresh = np.random.default_rng()
    return compare(
        xavier_std,
        [(3, 8), *((int(i), int(o)) for i, o in zip(fresh.integers(20, 900, 3), fresh.integers(1000, 3000, 3)))],
        truth=lambda i, o: math.sqrt(2 / (i + o)),
        slips={
            "fan-in-alone": lambda i, o: math.sqrt(1 / i),
            "fan-out-alone": lambda i, o: math.sqrt(1 / o),
            "he-for-xavier": (lambda i, o: math.sqrt(2 / i), lambda i, o: math.sqrt(2 / o)),
            "variance-for-std": lambda i, o: 2 / (i + o),
            "two-forgotten": lambda i, o: math.sqrt(1 / (i + o)),
            "two-outside-root": lambda i, o: 2 / math.sqrt(i + o),
            "limit-for-std": lambda i, o: math.sqrt(6 / (i + o)),
            "root-over-fan-in": (lambda i, o: math.sqrt(2) / (i + o), lambda i, o: 1 / (i + o)),
            "brackets": (lambda i, o: math.sqrt(2 / i + o), lambda i, o: math.sqrt(2) / i + o),
            "product-of-fans": (
                lambda i, o: math.sqrt(2 / (i * o)),
                lambda i, o: math.sqrt(1 / (i * o)),
                lambda i, o: (i * o) ** -0.25,
            ),
            "mean-of-variances": (
                lambda i, o: math.sqrt((1 / i + 1 / o) / 2),
                lambda i, o: math.sqrt(1 / i + 1 / o),
            ),
            "mean-of-stds": lambda i, o: (math.sqrt(1 / i) + math.sqrt(1 / o)) / 2,
            "scale-inverted": lambda i, o: math.sqrt((i + o) / 2),
        },
        passed="the compromise between the signal's condition and the gradient's.",
        names=("fan_in", "fan_out"),
    )


@check
def check_leaky_std(leaky_std):
    """leaky_std(fan_in, slope) -> the std with which a leaky ReLU keeps the mean square."""
    fresh = np.random.default_rng()

    def variance(s):  # of leaky(z), z ~ N(0, 1); its mean square is (1 + s^2) / 2
        return (1 + s**2) / 2 - (1 - s) ** 2 / (2 * math.pi)

    return compare(
        leaky_std,
        [(int(n), float(s)) for n, s in zip([4, *fresh.integers(20, 900, 3)], fresh.uniform(0.15, 0.7, 4))],
        truth=lambda n, s: math.sqrt(2 / ((1 + s**2) * n)),
        slips={
            "slope-ignored": (lambda n, s: math.sqrt(2 / n), lambda n, s: math.sqrt(1 / n), lambda n, s: 2 / n),
            "slope-not-squared": (
                lambda n, s: math.sqrt(2 / ((1 + s) * n)),
                lambda n, s: math.sqrt(2 / ((1 + s) ** 2 * n)),
            ),
            "gain-inverted": (
                lambda n, s: math.sqrt(2 * (1 + s**2) / n),
                lambda n, s: math.sqrt((1 + s**2) / (2 * n)),
                lambda n, s: math.sqrt(2 / ((1 - s**2) * n)),
            ),
            "brackets": (lambda n, s: math.sqrt(2 / (1 + s**2 * n)), lambda n, s: math.sqrt(2 / (1 + s**2) * n)),
            "root-over-fan-in": lambda n, s: math.sqrt(2 / (1 + s**2)) / n,
            "mean-slope": lambda n, s: 2 / ((1 + s) * math.sqrt(n)),
            "variance-for-mean-square": lambda n, s: math.sqrt(1 / (variance(s) * n)),
            "variance-for-std": lambda n, s: 2 / ((1 + s**2) * n),
            "two-forgotten": lambda n, s: math.sqrt(1 / ((1 + s**2) * n)),
            "fan-in-forgotten": lambda n, s: math.sqrt(2 / (1 + s**2)),
            "scale-inverted": lambda n, s: math.sqrt((1 + s**2) * n / 2),
        },
        passed="with slope 0 it is He's rule, with slope 1 the rule without activation.",
        names=("fan_in", "slope"),
    )


@check
def check_he_weights(he_weights):
    """he_weights(fan_in, fan_out, rng) -> W (fan_in, fan_out), normal, mean 0, He's std."""
    fresh = np.random.default_rng()
    draws = []
    for fan_in, fan_out in zip(map(int, fresh.integers((200, 370), (300, 450))), (120, 90)):
        seed = int(fresh.integers(1_000_000))
        W = drawn(he_weights, fan_in, fan_out, seed=seed)
        wanted = math.sqrt(2 / fan_in) * np.random.default_rng(0).standard_normal(W.shape)
        draws.append((fan_in, fan_out, W, compared(W, wanted, f"weights of a layer {fan_in} to {fan_out}")))
    picture = draws[0][-1]

    def all_have(std):
        return all(abs(W.std() / std(i, o) - 1) < 0.025 for i, o, W, _ in draws)  # chance: 0.004 at one sigma

    if all(W.min() >= 0 or W.max() <= 0 for _, _, W, _ in draws):
        raise Slip("uniform-positive", picture=picture)
    if not all_have(lambda i, o: math.sqrt(2 / i)):
        for name, std in {
            "fan-out-for-fan-in": lambda i, o: math.sqrt(2 / o),
            "limit-for-std": lambda i, o: math.sqrt(6 / i),
            "xavier-for-he": lambda i, o: math.sqrt(2 / (i + o)),
            "two-forgotten": lambda i, o: math.sqrt(1 / i),
            "variance-for-std": lambda i, o: 2 / i,
            "two-outside-root": lambda i, o: 2 / math.sqrt(i),
            "root-over-fan-in": lambda i, o: math.sqrt(2) / i,
            "scale-inverted": lambda i, o: math.sqrt(i / 2),
            "not-scaled": lambda i, o: 1.0,
            "uniform-limit-is-std": lambda i, o: math.sqrt(2 / i / 3),
            "same-for-every-layer": lambda i, o: draws[0][2].std(),
        }.items():
            if all_have(std):
                raise Slip(name, picture=picture)
        fan_in, _, W, _ = draws[0]
        raise Slip("unknown", f"Your weights have std {W.std():.3g} for {fan_in} inputs.", picture)
    for i, _, W, picture in draws:
        if abs(W.mean()) > 0.1 * W.std():
            raise Slip("mean-not-zero", picture=picture)
        if _distance_from_normal(W, math.sqrt(2 / i)) > FIT:
            raise Slip("not-normal", picture=picture)
    return right("normal weights whose std follows the fan-in; a ReLU layer keeps the mean square.")


def drawn(scheme, fan_in, fan_out, *arguments, seed):
    """W (fan_in, fan_out) of a student's scheme, which must follow the generator passed, and repeat nothing."""
    W = answer_of(
        scheme, fan_in, fan_out, *arguments, np.random.default_rng(seed), shape=(fan_in, fan_out), fans=True
    )
    if not W.any():
        raise Slip("zero-result")
    if _repeats(W) or _repeats(W.T):
        raise Slip("repeated-weights")
    first, again, other = (
        answer_of(scheme, 12, 8, *arguments, np.random.default_rng(k), shape=(12, 8))
        for k in (seed, seed, seed + 1)
    )
    if np.array_equal(first, other) or not np.array_equal(first, again):
        raise Slip("generator-ignored")
    centred = W - W.mean()
    for axis, terms in ((0, fan_in), (1, fan_out)):  # sums of independent weights: their variances add
        if not 0.3 < centred.sum(axis=axis).var() / (terms * W.var()) < 2.5:
            raise Slip("dependent-weights")
    return W


def _repeats(W):
    return len(np.unique(W, axis=0)) < len(W)


def _distance_from_uniform(W, limit):
    """Largest distance between the shares of W below a value and those of uniform numbers (Kolmogorov-Smirnov)."""
    return _distance(W, lambda w: np.clip((w / limit + 1) / 2, 0, 1))


def _distance_from_normal(W, std):
    return _distance(W, np.vectorize(NormalDist(0, std).cdf))


def _distance(W, share_below):
    shares = (np.arange(W.size) + 0.5) / W.size
    return np.abs(share_below(np.sort(W, axis=None)) - shares).max()
