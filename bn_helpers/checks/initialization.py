"""Questions of lesson 01."""

import math

import numpy as np

from .draws import FIT, drawn, from_uniform
from .errors import Stop
from .pictures import compared
from .question import Question, asked_by
from .verdict import right

SIGMOID_EDGE, TANH_EDGE = math.log(99), math.atanh(0.99)  # sigmoid(ln 99) = 0.99


def weight_std(n, mean_square, wanted):
    return wanted / math.sqrt(n * mean_square)


check_weight_std = Question(
    cases=lambda rng: [(5, 0.3, 2.5), (64, 3.2, 0.7), (784, 0.09, 1.3), (2, 0.04, 0.2), (4, 9, 3)],
    truth=weight_std,
    slips={
        "fan-in-forgotten": lambda n, q, s: s / math.sqrt(q),
        "root-of-fan-in-forgotten": lambda n, q, s: s / (n * math.sqrt(q)),
        "root-forgotten": (lambda n, q, s: s / (n * q), lambda n, q, s: math.sqrt(s) / (n * q)),
        "wanted-ignored": lambda n, q, s: 1 / math.sqrt(n * q),
        "variance-for-std": lambda n, q, s: s**2 / (n * q),
        "mean-square-forgotten": lambda n, q, s: s / math.sqrt(n),
        "spread-inverted": (
            lambda n, q, s: s * math.sqrt(n * q),
            lambda n, q, s: math.sqrt(n * q) / s,
            lambda n, q, s: math.sqrt(n * q),
        ),
        "n-minus-one": lambda n, q, s: s / math.sqrt((n - 1) * q),
        "sum-for-product": (
            lambda n, q, s: s / math.sqrt(n + q),
            lambda n, q, s: s / (math.sqrt(n) + math.sqrt(q)),
        ),
        "he-for-xavier": (
            lambda n, q, s: math.sqrt(2 / n),
            lambda n, q, s: s * math.sqrt(2 / n / q),
        ),
        "brackets": (
            lambda n, q, s: s / math.sqrt(n) * q,
            lambda n, q, s: s / math.sqrt(n) * math.sqrt(q),
            lambda n, q, s: s / n * math.sqrt(q),
            lambda n, q, s: math.sqrt(s / n * q),
        ),
    },
    passed="Your weights give the wanted spread for every n, and for inputs of any size.",
    rtol=5e-3,
)


def saturated_share(std):
    return math.erfc(math.atanh(0.99) / std / math.sqrt(2))


def tails(threshold):
    return math.erfc(threshold / math.sqrt(2))


def density(threshold):
    return math.exp(-(threshold**2) / 2) / math.sqrt(2 * math.pi)


check_saturated_share = Question(
    cases=lambda rng: [(2.3,), (5.7,), (0.95,), (31.0,), (2,)],
    truth=saturated_share,
    slips={
        "one-tail": (
            lambda s: tails(TANH_EDGE / s) / 2,
            lambda s: math.erfc(TANH_EDGE / s) / 2,
            lambda s: 1 - tails(TANH_EDGE / s) / 2,
        ),
        "tails-twice": lambda s: 2 * tails(TANH_EDGE / s),
        "complement": lambda s: 1 - tails(TANH_EDGE / s),
        "percent-for-share": lambda s: 100 * tails(TANH_EDGE / s),
        "sigmoid-threshold": (
            lambda s: tails(SIGMOID_EDGE / s),
            lambda s: tails(SIGMOID_EDGE / 2 / s),
            lambda s: tails(SIGMOID_EDGE / s) / 2,
            lambda s: math.erfc(SIGMOID_EDGE / s),
        ),
        "percentile-for-edge": tuple(lambda s, z=z: tails(z / s) for z in (2.576, 1.96)),
        "output-for-sum": (
            lambda s: tails(0.99 / s),
            lambda s: tails(math.tanh(0.99) / s),
            lambda s: tails(1 / s),
        ),
        "other-edge": tuple(
            lambda s, edge=edge: tails(math.atanh(edge) / s) for edge in (0.995, 0.9, 0.95, 0.999)
        ),
        "artanh-doubled": lambda s: tails(2 * TANH_EDGE / s),
        "std-forgotten": (lambda s: tails(TANH_EDGE), lambda s: tails(TANH_EDGE) / s),
        "std-inverted": lambda s: tails(TANH_EDGE * s),
        "root-of-two-forgotten": lambda s: math.erfc(TANH_EDGE / s),
        "variance-in-threshold": lambda s: tails(TANH_EDGE / s**2),
        "std-root": lambda s: tails(TANH_EDGE / math.sqrt(s)),
        "density-for-share": (
            lambda s: 2 * density(TANH_EDGE / s),
            lambda s: density(TANH_EDGE / s),
            lambda s: density(TANH_EDGE / s) / s,
        ),
    },
    passed="Both tails, with the threshold of tanh in units of std.",
    rtol=0.04,  # 2.65 for artanh(0.99) will do, and 1.41 for the root of two
)


def uniform_weights(fan_in, fan_out, std, rng):
    limit = math.sqrt(3) * std
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@asked_by(uniform_weights)
def check_uniform_weights(call):
    """uniform_weights(fan_in, fan_out, std, rng) -> W (fan_in, fan_out), uniform."""
    for fan_in, fan_out, std, seed in ((300, 280, 0.02, 1), (160, 140, 2.5, 2)):
        W = drawn(call, (fan_in, fan_out, std), seed)
        limit, own_limit = math.sqrt(3) * std, np.abs(W).max()
        wanted = np.random.default_rng(0).uniform(-limit, limit, W.shape)
        picture = compared(W, wanted, f"weights for std {std:.3g}")
        spread = W.std() / std
        seen = f"For std {std:.3g} your weights have std {W.std():.3g}."
        if from_uniform(W, std) < FIT:
            raise Stop("uniform-limit-is-std", picture=picture)
        if from_uniform(W, limit) > FIT or abs(spread - 1) > 0.01:
            if from_uniform(W, own_limit) < FIT:
                raise Stop("uniform-wrong-limit", seen, picture=picture)
            close = abs(spread - 1) < 0.02
            raise Stop("not-uniform" if close else "std-off", seen, picture=picture)
    return right(
        "Uniform values with the asked spread. A sum of many is as wide as with Gaussian weights."
    )
