"""Right and wrong answers to lessons 00 to 02, and what no exercise stumbles over."""

import math
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from bn_helpers.checks import (
    check_diagnose,
    check_he_weights,
    check_leaky_std,
    check_saturated_share,
    check_sgd_step,
    check_uniform_weights,
    check_weight_std,
    check_xavier_std,
)


def uniform(scale, low=-1.0, high=1.0, shape=lambda i, o: (i, o)):
    return lambda i, o, std, rng: rng.uniform(low * scale * std, high * scale * std, shape(i, o))


def flat(a):
    return int(np.mean((a < 0.01) | (a > 0.99)) > 0.5)


def alike(a):
    return int(np.mean(np.std(a, axis=0)) < 0.02)


def told_by_numbers(outputs):
    ends = np.sum(outputs < 0.01) + np.sum(outputs > 0.99)
    if ends > outputs.size / 2:
        return 2.0
    stds = [outputs[:, j].std() for j in range(outputs.shape[1])]
    return 1.0 if sum(stds) < 0.02 * len(stds) else 0.0


def raises(*_):
    raise KeyError("oops")


def tails(threshold):
    return math.erfc(threshold / math.sqrt(2))


def stops(*_):
    raise SystemExit


def recurses(*arguments):
    return recurses(*arguments)


def normal(std, mean=0.0, shape=lambda i, o: (i, o)):
    """A scheme of normal weights whose std is a function of the fans."""
    return lambda i, o, rng: mean + std(i, o) * rng.standard_normal(shape(i, o))


def he(i, o=None):
    return math.sqrt(2 / i)


def loops(i, o, rng):
    W = np.zeros((i, o))
    for row in W:
        for k in range(o):
            row[k] = rng.normal(0, he(i))
    return W


def out_argument(i, o, rng):
    W = np.empty((i, o))
    rng.standard_normal(out=W)
    return np.multiply(W, he(i), out=W)


def step_in_place(w, g, lr):
    w -= lr * g
    return w


def step_on_a_copy(w, g, lr):
    w = w.copy()
    w -= lr * g
    return w


def step_by_loop(w, g, lr):
    new = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        new[i] = w[i] - lr * g[i]
    return new


class Wordless(Exception):
    def __str__(self):
        raise RuntimeError


def mute(*_):
    raise Wordless


def cancelled(*_):
    raise GeneratorExit


class Awkward:
    """Is called and converted, and fails at both in its own way."""

    def __getattr__(self, name):
        raise (
            AttributeError if name == "__name__" else RuntimeError(name)
        )  # pytest asks for the name

    def __call__(self, *arguments):
        raise RuntimeError("\ud800")


def talks(w, g, lr):
    print("w is", w)
    np.random.seed(3)  # noqa: NPY002
    np.random.rand()  # noqa: NPY002
    return w - lr * g


ROOT3, EDGE = math.sqrt(3), math.atanh(0.99)
GAUSSIAN = np.random.default_rng(0).standard_normal(400_000)
RIGHT = [
    (check_sgd_step, lambda w, g, lr: w - lr * g),
    (check_sgd_step, lambda w, g, lr: -g * lr + w),
    (check_sgd_step, step_on_a_copy),
    (check_sgd_step, step_by_loop),
    (check_sgd_step, talks),
    (check_sgd_step, lambda w, g, lr: np.subtract(w, lr * g, out=np.empty(w.shape))),
    (check_sgd_step, lambda w, g, lr: w.astype(np.float32) - np.float32(lr) * g.astype(np.float32)),
    (check_sgd_step, lambda w, g, lr: (w - lr * g).tolist()),
    (check_sgd_step, lambda w, g, lr: np.einsum("k,k...->...", [1.0, -lr], np.stack([w, g]))),
    (check_xavier_std, lambda i, o: math.sqrt(2 / (i + o))),
    (check_xavier_std, lambda i, o: ((i + o) / 2) ** -0.5),
    (check_xavier_std, lambda i, o: np.sqrt(6 / (i + o)) / np.sqrt(3)),
    (check_xavier_std, lambda i, o: 1 / np.sqrt(np.mean([i, o]))),
    (check_xavier_std, lambda i, o: np.float32(2 / (i + o)) ** 0.5),
    (check_xavier_std, lambda i, o: math.exp(0.5 * (math.log(2) - math.log(i + o)))),
    (check_xavier_std, lambda i, o: Decimal(2) ** Decimal("0.5") / Decimal(i + o).sqrt()),
    (check_xavier_std, lambda i, o: np.array(math.sqrt(2 / (i + o)))),
    (check_leaky_std, lambda n, s: math.sqrt(2 / ((1 + s**2) * n))),
    (check_leaky_std, lambda n, s: (n * (1 + s * s) / 2) ** -0.5),
    (check_leaky_std, lambda n, s: np.sqrt(2 / (1 + s**2)) / np.sqrt(n)),
    (check_leaky_std, lambda n, s: 1 / math.sqrt(n * np.mean([1, s**2]))),
    (check_leaky_std, lambda n, s: math.sqrt(2) / math.hypot(1, s) / math.sqrt(n)),
    (check_leaky_std, lambda n, s: round(math.sqrt(2 / ((1 + s**2) * n)), 5)),
    (check_leaky_std, lambda n, s: np.float32(np.sqrt(2 / n / (1 + s**2)))),
    (check_leaky_std, lambda n, s: np.linalg.norm([1, s]) ** -1 * (2 / n) ** 0.5),
    (check_he_weights, normal(he)),
    (check_he_weights, lambda i, o, rng: rng.normal(0, he(i), (i, o))),
    (check_he_weights, lambda i, o, rng: rng.normal(scale=he(i), size=(o, i)).T),
    (
        check_he_weights,
        lambda i, o, rng: rng.standard_normal((i, o), dtype=np.float32) * np.float32(he(i)),
    ),
    (check_he_weights, lambda i, o, rng: np.stack([rng.normal(0, he(i), o) for _ in range(i)])),
    (
        check_he_weights,
        lambda i, o, rng: (rng.standard_normal(i * o) / np.sqrt(i / 2)).reshape(i, o),
    ),
    (check_he_weights, lambda i, o, rng: np.einsum("io,->io", rng.standard_normal((i, o)), he(i))),
    (check_he_weights, loops),
    (check_he_weights, out_argument),
    (check_diagnose, told_by_numbers),
    (check_diagnose, lambda a: 2 * flat(a) or int(np.sqrt(a.var(axis=0).mean()) < 0.02)),
    (check_diagnose, lambda a: np.array([0, 1, 2, 2])[2 * flat(a) + (a.std(0).mean() < 0.02)]),
    (check_weight_std, lambda n, q, s: s / np.sqrt(n * q)),
    (check_weight_std, lambda n, q, s: (s**2 / n / q) ** 0.5),
    (check_weight_std, lambda n, q, s: np.float32(s / np.sqrt(n * q))),
    (check_weight_std, lambda n, q, s: Decimal(s) / Decimal(n * q).sqrt()),
    (check_weight_std, lambda n, q, s: s * (n * q) ** -0.5),
    (check_weight_std, lambda n, q, s: s / np.linalg.norm(np.full(n, np.sqrt(q)))),
    (check_weight_std, lambda n, q, s: np.sqrt(np.divide(s**2, n * q, out=np.zeros(())))),
    (
        check_weight_std,
        lambda n, q, s: math.exp(math.log(s) - 0.5 * math.log(n) - 0.5 * math.log(q)),
    ),
    (check_weight_std, lambda n, q, s: Fraction(s) / Fraction(math.sqrt(n * q))),
    (check_saturated_share, lambda s: tails(EDGE / s)),
    (check_saturated_share, lambda s: 1 - math.erf(EDGE / s / math.sqrt(2))),
    (check_saturated_share, lambda s: np.float32(tails(EDGE / s))),
    (check_saturated_share, lambda s: math.erfc(2.65 / 1.41 / s)),
    (check_saturated_share, lambda s: np.mean(np.abs(np.tanh(s * GAUSSIAN)) > 0.99)),
    (check_saturated_share, lambda s: tails(2.65 / s)),
    (check_saturated_share, lambda s: round(tails(0.5 * math.log(199) / s), 4)),
    (check_saturated_share, lambda s: 2 * (1 - NormalDist(0, s).cdf(EDGE))),
    (check_saturated_share, lambda s: np.array(tails(EDGE / s))),
    (check_uniform_weights, uniform(ROOT3)),
    (check_uniform_weights, lambda i, o, s, rng: (2 * rng.random((i, o)) - 1) * s * ROOT3),
    (check_uniform_weights, lambda i, o, s, rng: rng.uniform(-ROOT3 * s, ROOT3 * s, (o, i)).T),
    (check_uniform_weights, lambda i, o, s, rng: (rng.random((i, o)) - 0.5) * s * math.sqrt(12)),
    (
        check_uniform_weights,
        lambda i, o, s, rng: np.stack([rng.uniform(-s, s, o) * ROOT3 for _ in range(i)]),
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: rng.uniform(-s * 3**0.5, s * 3**0.5, i * o).reshape(i, o),
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: np.einsum("io,->io", rng.uniform(-1, 1, (i, o)), s * ROOT3),
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: [[rng.uniform(-1, 1) * ROOT3 * s for _ in range(o)] for _ in range(i)],
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: rng.uniform(-1, 1, (i, o)).astype(np.float32) * s * ROOT3,
    ),
]
SLIPS = [
    (check_sgd_step, step_in_place, "input-changed"),
    (check_sgd_step, recurses, "raised"),
    (check_sgd_step, lambda w, g, lr: (w - lr * g)[0], "wrong-shape"),
    (check_sgd_step, lambda w, g, lr: w - 2 * lr * g, "step-scaled"),
    (check_sgd_step, lambda w, g, lr: (w - lr * g) * 2, "constant-factor"),
    (check_sgd_step, lambda w, g, lr: (w - lr * g).T if w.ndim == 2 else w - lr * g, "wrong-shape"),
    (check_sgd_step, lambda w, g, lr: np.zeros_like(w), "zero-result"),
    (check_xavier_std, lambda i, o: 0.07 / i, "argument-ignored"),
    (check_xavier_std, lambda i, o: math.sqrt(2 / (i + o + 1)), "n-plus-one"),
    (check_xavier_std, lambda i, o: 2 // (i + o), "zero-result"),
    (check_diagnose, lambda a: 2 if flat(a) else int(np.std(a) < 0.02), "pooled-for-between"),
    (check_diagnose, lambda a: 2 if flat(a) else int(a.std(1).max() < 0.02), "units-for-examples"),
    (check_diagnose, lambda a: 2 if np.mean(a > 0.99) > 0.5 else alike(a), "one-end"),
    (check_diagnose, lambda a: int(alike(a)), "saturation-forgotten"),
    (check_diagnose, lambda a: 2 * flat(a), "sleep-forgotten"),
    (check_diagnose, lambda a: alike(a) or 2 * flat(a), "asleep-first"),
    (check_diagnose, lambda a: 1 if flat(a) else 2 * alike(a), "codes-exchanged"),
    (check_diagnose, lambda a: 2 * flat(a) or int(a.std(0).min() < 0.02), "one-unit-counts"),
    (check_diagnose, lambda a: 2 * flat(a) or int(np.ptp(a, 0).max() < 0.04), "one-unit-counts"),
    (
        check_diagnose,
        lambda a: 2 if np.mean(np.abs(a - 0.5) > 0.4) > 0.5 else alike(a),
        "edge-too-wide",
    ),
    (check_diagnose, lambda a: "asleep", "not-a-number"),
    (check_diagnose, lambda a: 1, "one-for-all"),
    (check_he_weights, normal(lambda i, o: math.sqrt(2 / o)), "fan-out-for-fan-in"),
    (check_he_weights, normal(lambda i, o: math.sqrt(2 / (i + o))), "xavier-for-he"),
    (check_he_weights, normal(lambda i, o: math.sqrt(1 / i)), "two-forgotten"),
    (check_he_weights, normal(lambda i, o: 2 / i), "variance-for-std"),
    (check_he_weights, normal(lambda i, o: 2 / math.sqrt(i)), "two-outside-root"),
    (check_he_weights, normal(lambda i, o: math.sqrt(2) / i), "root-over-fan-in"),
    (check_he_weights, normal(lambda i, o: math.sqrt(i / 2)), "scale-inverted"),
    (check_he_weights, normal(lambda i, o: 1.0), "not-scaled"),
    (check_he_weights, normal(lambda i, o: 0.01), "same-for-every-layer"),
    (check_he_weights, normal(lambda i, o: 0.3 / math.sqrt(i)), "constant-factor"),
    (check_he_weights, normal(he, mean=0.05), "mean-not-zero"),
    (check_he_weights, normal(lambda i, o: math.sqrt(6 / i)), "limit-for-std"),
    (
        check_he_weights,
        lambda i, o, rng: np.sort(normal(he)(i, o, rng), axis=None).reshape(i, o),
        "dependent-weights",
    ),
    (check_he_weights, lambda i, o, rng: normal(he)(i, o, rng).astype(int), "zero-result"),
    (check_he_weights, normal(he, shape=lambda i, o: (o, i)), "fans-swapped"),
    (
        check_he_weights,
        lambda i, o, rng: rng.uniform(-he(i), he(i), (i, o)),
        "uniform-limit-is-std",
    ),
    (
        check_he_weights,
        lambda i, o, rng: rng.uniform(-ROOT3 * he(i), ROOT3 * he(i), (i, o)),
        "not-normal",
    ),
    (check_he_weights, lambda i, o, rng: he(i) * rng.random((i, o)), "uniform-positive"),
    (
        check_he_weights,
        lambda i, o, rng: he(i) * np.random.default_rng(0).standard_normal((i, o)),
        "generator-ignored",
    ),
    (check_he_weights, lambda i, o, rng: he(i) * np.random.randn(i, o), "generator-ignored"),  # noqa: NPY002
    (check_he_weights, lambda i, o, rng: np.full((i, o), he(i)), "repeated-weights"),
    (
        check_he_weights,
        lambda i, o, rng: he(i) * rng.standard_normal(o) * np.ones((i, 1)),
        "repeated-weights",
    ),
    (check_he_weights, lambda i, o, rng: rng.standard_normal((i, o)) / 0, "not-finite"),
    (check_weight_std, lambda n, q, s: math.sqrt(s / (n * q)), "wrong-power"),
    (check_weight_std, lambda n, q, s: s / n, "argument-ignored"),
    (check_weight_std, lambda n, q, s: 0.1, "argument-ignored"),
    (check_weight_std, lambda n, q, s: 0.0, "zero-result"),
    (check_weight_std, lambda n, q, s: -s / math.sqrt(n * q), "constant-factor"),
    (check_weight_std, lambda n, q, s: round(s / math.sqrt(n * q), 2), "rounded"),
    (check_weight_std, lambda n, q, s: s / math.sqrt(n * q) + 5j, "not-a-number"),
    (check_weight_std, lambda n, q, s: np.ma.masked_array(1.0, True), "not-finite"),
    (check_weight_std, lambda n, q, s: 10**400, "not-finite"),
    (check_weight_std, lambda n, q, s: Awkward(), "not-a-number"),
    (check_weight_std, mute, "raised"),
    (check_weight_std, cancelled, "raised"),
    (check_weight_std, Awkward(), "raised"),
    (check_weight_std, lambda n, q, s: 2 * s / math.sqrt(n * q), "constant-factor"),
    (check_weight_std, lambda n, q, s: None, "nothing-returned"),
    (check_weight_std, lambda n, q, s: ..., "line-missing"),
    (check_weight_std, lambda n, q, s: f"{s / math.sqrt(n * q)}", "not-a-number"),
    (check_weight_std, lambda n, q, s: "a tenth", "not-a-number"),
    (check_weight_std, lambda n, q, s: {s}, "not-a-number"),
    (check_weight_std, lambda n, q, s: [s, s], "wrong-shape"),
    (check_weight_std, lambda n, q, s: [s / math.sqrt(n * q)], "wrong-shape"),
    (check_weight_std, lambda n, q, s: math.nan, "not-finite"),
    (check_weight_std, lambda n: n, "raised"),
    (check_weight_std, raises, "raised"),
    (check_weight_std, stops, "raised"),
    (check_weight_std, 0.1, "not-a-function"),
    (check_saturated_share, lambda s: 0.646, "argument-ignored"),
    (check_uniform_weights, uniform(1.0), "uniform-limit-is-std"),
    (check_uniform_weights, uniform(3.0), "uniform-wrong-limit"),
    (check_uniform_weights, uniform(1 / ROOT3), "uniform-wrong-limit"),
    (check_uniform_weights, uniform(2 * ROOT3, low=0.0), "uniform-positive"),
    (check_uniform_weights, uniform(ROOT3, shape=lambda i, o: (o, i)), "fans-swapped"),
    (check_uniform_weights, lambda i, o, s, rng: rng.normal(0, s, (i, o)), "not-uniform"),
    (check_uniform_weights, lambda i, o, s, rng: rng.choice([-s, s], (i, o)), "not-uniform"),
    (check_uniform_weights, lambda i, o, s, rng: rng.normal(0, 2 * s, (i, o)), "std-off"),
    (
        check_uniform_weights,
        lambda i, o, s, rng: np.random.default_rng(0).uniform(-s, s, (i, o)),
        "generator-ignored",
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: np.random.default_rng().uniform(-s, s, (i, o)),
        "generator-ignored",
    ),
    (check_uniform_weights, lambda i, o, s, rng: np.full((i, o), s), "repeated-weights"),
    (
        check_uniform_weights,
        lambda i, o, s, rng: rng.uniform(-s, s) * np.ones((i, o)),
        "repeated-weights",
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: np.repeat(rng.uniform(-s, s, (i, 1)), o, axis=1),
        "repeated-weights",
    ),
    (
        check_uniform_weights,
        lambda i, o, s, rng: np.repeat(rng.uniform(-s, s, (1, o)), i, axis=0),
        "repeated-weights",
    ),
    (check_uniform_weights, lambda i, o, s, rng: rng.uniform(-1, 1), "wrong-shape"),
]
