"""Questions of lesson 09."""

import numpy as np

from .errors import Stop
from .measuring import listed
from .question import Question, asked_by
from .verdict import right

CLAIMS = {  # where to read about each
    "A": "section 2, figure 2",
    "B": "section 1, figure 1",
    "C": "lesson 05, section 2",
    "D": "lesson 05, Before or after the nonlinearity?",
    "E": "section 3, figure 3",
    "F": "section 3, below figure 3",
    "G": "section 1, figure 1",
    "H": "section 4, other writers",
}
KINDS = {1: "computed", 2: "measured", 3: "hypothesized", 4: "refuted"}


def noisy(x, factor, offset, dout):
    out = factor * x + offset
    dx = factor * dout
    return out, dx


def arrays(rng, *shape):
    """x, a factor, an offset and dout of one shape; the factors are near 1."""
    x, offset, dout = rng.normal(0, 1, (3, *shape))
    return x, rng.uniform(0.5, 2, shape), offset, dout


check_noisy = Question(
    cases=lambda rng: [
        arrays(rng, 6, 4),
        arrays(rng, 6, 4),
        arrays(rng, 3, 2),
        tuple(np.array([row]) for row in ([1, -2], [2, 3], [1, 5], [4, -1])),
    ],
    truth=noisy,
    slips={
        "noise-multiplied-sum": lambda x, f, o, d: (f * (x + o), f * d),
        "noise-offset-missing": lambda x, f, o, d: (f * x, f * d),
        "noise-factor-missing": (lambda x, f, o, d: (x + o, d), lambda x, f, o, d: (x + o, f * d)),
        "gradient-without-factor": lambda x, f, o, d: (f * x + o, d),
        "gradient-with-offset": (
            lambda x, f, o, d: (f * x + o, f * d + o),
            lambda x, f, o, d: (f * x + o, f * (d + o)),
        ),
        "gradient-of-factor": (
            lambda x, f, o, d: (f * x + o, x * d),
            lambda x, f, o, d: (f * x + o, f * x * d),
        ),
        "gradient-divided": lambda x, f, o, d: (f * x + o, d / f),
        "noise-divides": lambda x, f, o, d: (x / f + o, d / f),
    },
    passed="The noise is a line for each value: its slope passes the gradient on.",
    returns=("out", "dx"),
    axes=("row", "column"),
)


def loss_range(w, curvature, rates):
    gradient = curvature * w
    moved = w - rates[:, None] * gradient
    losses = 0.5 * np.sum(curvature * moved**2, axis=1)
    return losses.max() - losses.min()


def along(loss, direction=lambda w, a: a * w, spread=np.ptp):
    """A range of other losses, along another direction, or with another spread."""
    return lambda w, a, rates: spread(loss(w - rates[:, None] * direction(w, a), a))


def bowl(w, a):
    return 0.5 * np.sum(a * w**2, axis=1)


def loss_at(w, a, rates):
    return bowl(w - rates[:, None] * (a * w), a)


def losses_in_turn(w, a, rates):
    """The losses if each move starts where the last one ended."""
    return bowl(w * np.cumprod(1 - rates[:, None] * a, axis=0), a)


def bowls(rng):
    for D in (4, 4, 6):
        rates = np.sort(rng.uniform(0.05, 0.6, 5))
        yield rng.normal(0, 2, D), rng.uniform(0.2, 4, D), rates
    yield np.array([2, 1]), np.array([1, 4]), np.array([0, 1])


check_loss_range = Question(
    cases=lambda rng: [*bowls(rng)],
    truth=loss_range,
    slips={
        "range-uphill": along(bowl, lambda w, a: -a * w),
        "curvature-forgotten": (along(bowl, lambda w, a: w), along(bowl, lambda w, a: a)),
        "loss-half-forgotten": along(lambda w, a: np.sum(a * w**2, axis=1)),
        "losses-not-summed": (
            lambda w, a, rates: np.ptp(0.5 * a * (w - rates[:, None] * a * w) ** 2),
        ),
        "std-of-losses": along(bowl, spread=np.std),
        "one-loss-for-range": (along(bowl, spread=np.max), along(bowl, spread=np.min)),
        "start-for-range": (
            lambda w, a, rates: abs(bowl(w[None], a)[0] - loss_at(w, a, rates)[-1]),
            lambda w, a, rates: bowl(w[None], a)[0] - loss_at(w, a, rates).min(),
            lambda w, a, rates: np.ptp(loss_at(w, a, np.append(rates, 0))),
        ),
        "ends-for-range": (
            lambda w, a, rates: abs(loss_at(w, a, rates)[-1] - loss_at(w, a, rates)[0]),
            lambda w, a, rates: loss_at(w, a, rates)[-1] - loss_at(w, a, rates)[0],
        ),
        "range-of-one": lambda w, a, rates: 0.0,
        "moves-in-turn": lambda w, a, rates: np.ptp(losses_in_turn(w, a, rates)),
        "gradient-normalized": along(bowl, lambda w, a: a * w / np.linalg.norm(a * w)),
    },
    passed="The largest minus the smallest loss on the way, as in figure 2.",
)


def growth(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))


check_growth = Question(
    cases=lambda rng: [
        (np.sort(rng.uniform(0.5, 20, 6))[::-1],),
        (np.sort(rng.uniform(0.5, 20, 6)),),
        (np.exp(rng.normal(0, 1, 9)),),
        (np.array([8, 3, 2]),),
    ],
    truth=growth,
    slips={
        "growth-inverted": lambda n: (n[-1] / n[0]) ** (1 / (len(n) - 1)),
        "layers-for-steps": (
            lambda n: (n[0] / n[-1]) ** (1 / len(n)),
            lambda n: (n[-1] / n[0]) ** (1 / len(n)),
        ),
        "whole-growth": (lambda n: n[0] / n[-1], lambda n: n[-1] / n[0]),
        "growth-divided": (
            lambda n: n[0] / n[-1] / (len(n) - 1),
            lambda n: n[0] / n[-1] / len(n),
            lambda n: (n[0] - n[-1]) / (len(n) - 1),
        ),
        "ratios-averaged": (
            lambda n: np.mean(n[:-1] / n[1:]),
            lambda n: np.median(n[:-1] / n[1:]),
        ),
        "ratios-averaged-inverted": (
            lambda n: np.mean(n[1:] / n[:-1]),
            lambda n: np.median(n[1:] / n[:-1]),
        ),
        "log-for-factor": lambda n: np.log(n[0] / n[-1]) / (len(n) - 1),
        "square-root-only": lambda n: np.sqrt(n[0] / n[-1]),
    },
    passed="The factor, multiplied with itself for each step between layers, gives the whole.",
)


def sorted_claims():
    A, B, C, D = 2, 4, 1, 3
    E, F, G, H = 4, 1, 2, 3
    return [A, B, C, D, E, F, G, H]


@asked_by(sorted_claims)
def check_sorted_claims(call):
    """sorted_claims() -> the kinds of the eight claims A to H, as a list of numbers."""
    (report,) = call([()], ())
    if report.trouble:
        raise Stop(*report.trouble)
    (kinds,) = report.results
    if kinds.shape != (len(CLAIMS),):
        raise Stop("wrong-shape", f"Expected {len(CLAIMS)} kinds, got shape {kinds.shape}.")
    if not np.isin(kinds, [*KINDS]).all():
        raise Stop("kind-unknown")
    placed = zip(CLAIMS, kinds, sorted_claims())
    wrong = [letter for letter, kind, own in placed if kind != own]
    if wrong:
        places = "; ".join(f"{letter}: {CLAIMS[letter]}" for letter in wrong)
        number = len(CLAIMS) - len(wrong)
        raise Stop(
            "claims-misplaced", f"{number} of {len(CLAIMS)} are right. Look again at {places}."
        )
    return right(f"Two are {listed(KINDS.values())} each.")
