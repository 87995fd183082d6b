"""Questions of lesson 02."""

import math

import numpy as np

from .draws import FIT, drawn, draws_of, from_normal
from .errors import Stop
from .pictures import compared
from .question import Question, asked_by
from .verdict import right

STD_OF = {  # what a wrong scheme for He's weights has as its std
    "n-minus-one": lambda i, o: math.sqrt(2 / (i - 1)),
    "n-plus-one": lambda i, o: math.sqrt(2 / (i + 1)),
    "fan-out-for-fan-in": lambda i, o: math.sqrt(2 / o),
    "limit-for-std": lambda i, o: math.sqrt(6 / i),
    "xavier-for-he": lambda i, o: math.sqrt(2 / (i + o)),
    "variance-for-mean-square": lambda i, o: math.sqrt(1 / (variance(0) * i)),
    "two-forgotten": lambda i, o: math.sqrt(1 / i),
    "variance-for-std": lambda i, o: 2 / i,
    "two-outside-root": lambda i, o: 2 / math.sqrt(i),
    "root-over-fan-in": lambda i, o: math.sqrt(2) / i,
    "scale-inverted": lambda i, o: math.sqrt(i / 2),
    "root-twice": lambda i, o: (2 / i) ** 0.25,
    "not-scaled": lambda i, o: 1.0,
    "uniform-limit-is-std": lambda i, o: math.sqrt(2 / i / 3),
}


def he_weights(fan_in, fan_out, rng):
    return math.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out))


@asked_by(he_weights)
def check_he_weights(call):
    """he_weights(fan_in, fan_out, rng) -> W (fan_in, fan_out), normal with He's std."""
    layers = [(300, 240), (420, 150)]
    W = [drawn(call, layer, seed) for seed, layer in enumerate(layers)]
    narrow = draws_of(call, (5, 6000), [np.random.default_rng(7)])  # tells n from n - 1
    layers, W = [*layers, (5, 6000)], [*W, *narrow]
    fan_in, fan_out = layers[0]
    wanted = math.sqrt(2 / fan_in) * np.random.default_rng(0).standard_normal(layers[0])
    picture = compared(W[0], wanted, f"weights of a layer {fan_in} to {fan_out}")
    stds = np.array([w.std() for w in W])

    def off(std):
        return np.abs(stds / [std(*layer) for layer in layers] - 1)

    if (off(he_std) > (0.015, 0.015, 0.03)).any():  # chance: 0.003, 0.003 and 0.004 at one sigma
        raise Stop(*_on_std(stds, off), picture=picture)
    if max(from_normal(w, he_std(*layer)) for w, layer in zip(W, layers)) > FIT:
        raise Stop("not-normal", picture=picture)
    return right("Normal weights whose std follows the fan-in. A ReLU layer keeps the mean square.")


def he_std(fan_in, fan_out):
    return math.sqrt(2 / fan_in)


def _on_std(stds, off):
    """(id, detail) for weights with wrong stds."""
    for name, std in STD_OF.items():
        if off(std).max() < 0.03:
            return name, ""
    factors = stds / [he_std(i, None) for i in (300, 420, 5)]
    seen = f"Your weights have std {stds[0]:.3g} for 300 inputs and {stds[1]:.3g} for 420."
    if np.ptp(stds) < 0.03 * stds[0]:
        return "same-for-every-layer", seen
    if np.ptp(factors) < 0.03 * factors[0]:
        return "constant-factor", f"Your std is {factors[0]:.3g} times the right one."
    return "std-off", seen


def xavier_std(fan_in, fan_out):
    return math.sqrt(2 / (fan_in + fan_out))


check_xavier_std = Question(
    cases=lambda rng: [(60, 700), (900, 130), (3, 8), (2048, 2048), (6, 2)],
    truth=xavier_std,
    slips={
        "fan-in-alone": lambda i, o: math.sqrt(1 / i),
        "fan-out-alone": lambda i, o: math.sqrt(1 / o),
        "larger-fan": tuple(
            lambda i, o, f=f, of=of: math.sqrt(f / of(i, o)) for of in (max, min) for f in (1, 2)
        ),
        "he-for-xavier": (lambda i, o: math.sqrt(2 / i), lambda i, o: math.sqrt(2 / o)),
        "variance-for-std": lambda i, o: 2 / (i + o),
        "two-forgotten": lambda i, o: math.sqrt(1 / (i + o)),
        "two-outside-root": lambda i, o: 2 / math.sqrt(i + o),
        "limit-for-std": lambda i, o: math.sqrt(6 / (i + o)),
        "root-over-fan-in": (lambda i, o: math.sqrt(2) / (i + o), lambda i, o: 1 / (i + o)),
        "n-plus-one": lambda i, o: math.sqrt(2 / (i + o + 1)),
        "root-twice": lambda i, o: (2 / (i + o)) ** 0.25,
        "brackets": (
            lambda i, o: math.sqrt(2 / i + o),
            lambda i, o: math.sqrt(2) / i + o,
            lambda i, o: 2 / i + o,
        ),
        "product-of-fans": (
            lambda i, o: math.sqrt(2 / (i * o)),
            lambda i, o: math.sqrt(1 / (i * o)),
            lambda i, o: (i * o) ** -0.25,
        ),
        "mean-of-variances": (
            lambda i, o: math.sqrt((1 / i + 1 / o) / 2),
            lambda i, o: math.sqrt(1 / i + 1 / o),
            lambda i, o: math.sqrt(2 / i + 2 / o),
        ),
        "mean-of-stds": (
            lambda i, o: (math.sqrt(1 / i) + math.sqrt(1 / o)) / 2,
            lambda i, o: math.sqrt(1 / i) + math.sqrt(1 / o),
            lambda i, o: (math.sqrt(2 / i) + math.sqrt(2 / o)) / 2,
        ),
        "roots-added": (
            lambda i, o: 2 / (math.sqrt(i) + math.sqrt(o)),
            lambda i, o: math.sqrt(2) / (math.sqrt(i) + math.sqrt(o)),
        ),
        "scale-inverted": (
            lambda i, o: math.sqrt((i + o) / 2),
            lambda i, o: math.sqrt(2 * (i + o)),
        ),
    },
    passed="The compromise between the signal's condition and the gradient's.",
    rtol=5e-3,
)


def leaky_std(fan_in, slope):
    return math.sqrt(2 / ((1 + slope**2) * fan_in))


def variance(s):
    """Of leaky(z), z ~ N(0, 1); its mean square is (1 + s^2) / 2."""
    return (1 + s**2) / 2 - (1 - s) ** 2 / (2 * math.pi)


check_leaky_std = Question(
    cases=lambda rng: [(40, 0.15), (500, 0.7), (4, 0.4), (300, 0.01), (100, 0), (8, 1), (8, 0.5)],
    truth=leaky_std,
    slips={
        "slope-ignored": (
            lambda n, s: math.sqrt(2 / n),
            lambda n, s: math.sqrt(1 / n),
            lambda n, s: 2 / n,
        ),
        "slope-not-squared": (
            lambda n, s: math.sqrt(2 / ((1 + s) * n)),
            lambda n, s: math.sqrt(2 / ((1 + s) ** 2 * n)),
            lambda n, s: math.sqrt(2 * (1 + s) / n),
        ),
        "gain-inverted": (
            lambda n, s: math.sqrt(2 * (1 + s**2) / n),
            lambda n, s: math.sqrt((1 + s**2) / (2 * n)),
            lambda n, s: math.sqrt(2 / ((1 - s**2) * n)),
            lambda n, s: math.sqrt(2 / ((1 - s) * n)),
        ),
        "brackets": (
            lambda n, s: math.sqrt(2 / (1 + s**2 * n)),
            lambda n, s: math.sqrt(2 / (n + s**2)),
            lambda n, s: math.sqrt(2 / (1 + s**2) * n),
            lambda n, s: math.sqrt(2 / 1 + s**2 * n),
            lambda n, s: math.sqrt(2 / n * (1 + s) ** 2),
            lambda n, s: math.sqrt(2 / n + s**2),
        ),
        "root-over-fan-in": lambda n, s: math.sqrt(2 / (1 + s**2)) / n,
        "mean-slope": lambda n, s: 2 / ((1 + s) * math.sqrt(n)),
        "variance-for-mean-square": lambda n, s: math.sqrt(1 / (variance(s) * n)),
        "variance-for-std": lambda n, s: 2 / ((1 + s**2) * n),
        "two-forgotten": lambda n, s: math.sqrt(1 / ((1 + s**2) * n)),
        "two-outside-root": lambda n, s: 2 / math.sqrt((1 + s**2) * n),
        "fan-in-forgotten": lambda n, s: math.sqrt(2 / (1 + s**2)),
        "n-minus-one": lambda n, s: math.sqrt(2 / ((1 + s**2) * (n - 1))),
        "scale-inverted": lambda n, s: math.sqrt((1 + s**2) * n / 2),
        "limit-for-std": lambda n, s: math.sqrt(6 / ((1 + s**2) * n)),
    },
    passed="With slope 0 it is He's rule, with slope 1 the rule without activation.",
    rtol=5e-3,
)


def diagnose(outputs):
    flat = np.mean(np.abs(outputs - 0.5) > 0.49)
    between = np.std(outputs, axis=0).mean()
    return 2 if flat > 0.5 else 1 if between < 0.02 else 0


def layers_to_diagnose(rng):
    """Outputs (N, D) of sigmoid layers, all far from the limits that are told."""
    units, examples = rng.uniform(0.25, 0.75, 30), rng.uniform(0.25, 0.75, (200, 1))
    noise = 1e-3 * rng.standard_normal((200, 30))
    ends = np.where(rng.random((200, 30)) < 0.5, 0.003, 0.998)
    yield units + noise  # asleep: each unit has its own number
    yield np.where(rng.random((200, 30)) < 0.1, 0.5, ends)  # saturated at both ends
    yield np.clip(rng.normal(0.5, 0.12, (150, 40)), 0.05, 0.95)  # healthy
    yield examples + noise  # healthy: all units agree, and the examples differ
    yield 0.5 + noise  # asleep, and the units are alike
    yield 0.004 + np.abs(noise)  # saturated at one end, and the same for all examples
    yield 0.996 - np.abs(noise)
    yield np.where(rng.random((200, 30)) < 0.5, 0.06, 0.95)  # healthy, and nearly flat
    yield np.where(np.arange(30) == 7, 0.5, examples)  # healthy, but for one unit
    yield np.where(
        np.arange(30) == 7, 0.3 + examples / 2, units + noise
    )  # asleep, but for one unit
    yield np.array([[0.2, 1, 1], [0.2, 1, 1], [0.3, 1, 1]])


def by(flat=None, between=None, codes=(0, 1, 2), asleep_first=False):
    """A diagnosis with other measurements: functions of the outputs."""

    def of(outputs):
        is_flat = np.mean(flat(outputs) if flat else np.abs(outputs - 0.5) > 0.49) > 0.5
        is_alike = (between(outputs) if between else outputs.std(axis=0).mean()) < 0.02
        seen = (1, 2) if asleep_first else (2, 1)
        found = {2: is_flat, 1: is_alike}
        return codes[next((code for code in seen if found[code]), 0)]

    return of


check_diagnose = Question(
    cases=lambda rng: [(outputs,) for outputs in layers_to_diagnose(rng)],
    truth=diagnose,
    slips={
        "pooled-for-between": by(between=np.std),
        "units-for-examples": by(between=lambda a: a.std(axis=1).mean()),
        "one-end": (by(flat=lambda a: a > 0.99), by(flat=lambda a: a < 0.01)),
        "saturation-forgotten": by(flat=lambda a: a > 2),
        "sleep-forgotten": by(between=lambda a: 1),
        "middle-for-ends": by(flat=lambda a: np.abs(a - 0.5) < 0.49),
        "one-unit-counts": (
            by(between=lambda a: a.std(axis=0).min()),
            by(between=lambda a: a.std(axis=0).max()),
        ),
        "edge-too-wide": tuple(
            by(flat=lambda a, edge=edge: np.abs(a - 0.5) > 0.5 - edge) for edge in (0.1, 0.2)
        ),
        "asleep-first": by(asleep_first=True),
        "one-for-all": (lambda a: 0, lambda a: 1, lambda a: 2),
        "codes-exchanged": (by(codes=(0, 2, 1)), by(codes=(1, 0, 2)), by(codes=(2, 1, 0))),
    },
    passed="You asked for the spread between examples. The histogram of all outputs hides it.",
)
