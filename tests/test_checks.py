"""Each check meets right answers, written in more than one way, and every slip that it can name."""

import math
from decimal import Decimal
from statistics import NormalDist

import numpy as np
import pytest

from bn_helpers.checks import MISCONCEPTIONS, check_saturated_share, check_uniform_weights, check_weight_std
from bn_helpers.checks.verdict import Verdict


def uniform(scale, low=-1.0, high=1.0, shape=lambda i, o: (i, o)):
    return lambda i, o, std, rng: rng.uniform(low * scale * std, high * scale * std, shape(i, o))


def raises(*_):
    raise KeyError("oops")


def tails(threshold):
    return math.erfc(threshold / math.sqrt(2))


def stops(*_):
    raise SystemExit


ROOT3, EDGE = math.sqrt(3), math.atanh(0.99)
RIGHT = [
    (check_weight_std, lambda n, q, s: s / np.sqrt(n * q)),
    (check_weight_std, lambda n, q, s: (s**2 / n / q) ** 0.5),
    (check_weight_std, lambda n, q, s: np.float32(s / np.sqrt(n * q))),
    (check_weight_std, lambda n, q, s: Decimal(s) / Decimal(n * q).sqrt()),
    (check_saturated_share, lambda s: tails(EDGE / s)),
    (check_saturated_share, lambda s: tails(2.65 / s)),
    (check_saturated_share, lambda s: round(tails(0.5 * math.log(199) / s), 4)),
    (check_saturated_share, lambda s: 2 * (1 - NormalDist(0, s).cdf(EDGE))),
    (check_saturated_share, lambda s: np.array(tails(EDGE / s))),
    (check_uniform_weights, uniform(ROOT3)),
    (check_uniform_weights, lambda i, o, s, rng: (2 * rng.random((i, o)) - 1) * s * ROOT3),
    (check_uniform_weights, lambda i, o, s, rng: rng.uniform(-1, 1, (i, o)).astype(np.float32) * s * ROOT3),
]
SLIPS = [
    (check_weight_std, lambda n, q, s: s / math.sqrt(q), "fan-in-forgotten"),
    (check_weight_std, lambda n, q, s: s / n / math.sqrt(q), "root-of-fan-in-forgotten"),
    (check_weight_std, lambda n, q, s: s / (n * q), "root-forgotten"),
    (check_weight_std, lambda n, q, s: 1 / math.sqrt(n * q), "wanted-ignored"),
    (check_weight_std, lambda n, q, s: s**2 / n / q, "variance-for-std"),
    (check_weight_std, lambda n, q, s: s / math.sqrt(n), "mean-square-forgotten"),
    (check_weight_std, lambda n, q, s: s * math.sqrt(n * q), "spread-inverted"),
    (check_weight_std, lambda n, q, s: math.sqrt(s / (n * q)), "wrong-power"),
    (check_weight_std, lambda n, q, s: s / n, "wrong-power"),
    (check_weight_std, lambda n, q, s: 0.1, "wrong-power"),
    (check_weight_std, lambda n, q, s: 0.0, "wrong-power"),
    (check_weight_std, lambda n, q, s: 2 * s / math.sqrt(n * q), "unknown"),
    (check_weight_std, lambda n, q, s: None, "nothing-returned"),
    (check_weight_std, lambda n, q, s: ..., "nothing-returned"),
    (check_weight_std, lambda n, q, s: f"{s / math.sqrt(n * q)}", "not-a-number"),
    (check_weight_std, lambda n, q, s: "a tenth", "not-a-number"),
    (check_weight_std, lambda n, q, s: {s}, "not-a-number"),
    (check_weight_std, lambda n, q, s: [s, s], "wrong-shape"),
    (check_weight_std, lambda n, q, s: [s / math.sqrt(n * q)], "wrong-shape"),
    (check_weight_std, lambda n, q, s: math.nan, "not-finite"),
    (check_weight_std, lambda n: n, "raised"),
    (check_weight_std, raises, "raised"),
    (check_weight_std, stops, "raised"),
    (check_weight_std, 0.1, "not-a-number"),
    (check_saturated_share, lambda s: tails(EDGE / s) / 2, "one-tail"),
    (check_saturated_share, lambda s: 1 - tails(EDGE / s), "complement"),
    (check_saturated_share, lambda s: 100 * tails(EDGE / s), "percent-for-share"),
    (check_saturated_share, lambda s: tails(math.log(99) / s), "sigmoid-threshold"),
    (check_saturated_share, lambda s: tails(0.99 / s), "output-for-sum"),
    (check_saturated_share, lambda s: tails(EDGE), "std-forgotten"),
    (check_saturated_share, lambda s: tails(EDGE * s), "std-inverted"),
    (check_saturated_share, lambda s: math.erfc(EDGE / s), "root-of-two-forgotten"),
    (check_saturated_share, lambda s: tails(EDGE / s**2), "variance-in-threshold"),
    (check_saturated_share, lambda s: 0.646, "unknown"),
    (check_uniform_weights, uniform(1.0), "uniform-limit-is-std"),
    (check_uniform_weights, uniform(3.0), "uniform-wrong-limit"),
    (check_uniform_weights, uniform(1 / ROOT3), "uniform-wrong-limit"),
    (check_uniform_weights, uniform(2 * ROOT3, low=0.0), "uniform-positive"),
    (check_uniform_weights, uniform(ROOT3, shape=lambda i, o: (o, i)), "fans-swapped"),
    (check_uniform_weights, lambda i, o, s, rng: rng.normal(0, s, (i, o)), "not-uniform"),
    (check_uniform_weights, lambda i, o, s, rng: rng.choice([-s, s], (i, o)), "not-uniform"),
    (check_uniform_weights, lambda i, o, s, rng: rng.normal(0, 2 * s, (i, o)), "unknown"),
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
    (check_uniform_weights, lambda i, o, s, rng: rng.uniform(-s, s) * np.ones((i, o)), "repeated-weights"),
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


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_a_right_answer_passes_however_it_is_written(check, answer):
    verdict = check(answer)
    assert verdict.passed, verdict
    assert verdict.slip is None


@pytest.mark.parametrize(("check", "answer", "slip"), SLIPS)
def test_a_slip_is_named_and_never_raised(check, answer, slip):
    verdict = check(answer)
    assert (verdict.passed, verdict.slip) == (False, slip)
    assert MISCONCEPTIONS[slip] in verdict.message


def test_every_misconception_of_the_table_can_be_met_here():
    met = {slip for _, _, slip in SLIPS} | {"input-changed"}
    assert met == set(MISCONCEPTIONS)


def test_a_function_that_changes_its_argument_is_told_so():
    from bn_helpers.checks.verdict import Slip, answer_of

    def double(x):
        x *= 2
        return x

    with pytest.raises(Slip) as ended:
        answer_of(double, np.ones(3), shape=(3,))
    assert ended.value.verdict.slip == "input-changed"


def test_a_verdict_shows_itself_as_text_and_as_escaped_html():
    verdict = Verdict(False, "raised", "TypeError: <lambda>() & more")
    assert repr(verdict) == "Not yet: TypeError: <lambda>() & more"
    assert "&lt;lambda&gt;() &amp; more" in verdict._repr_html_()
    assert "✓" in Verdict(True, None, "so it is")._repr_html_()


def test_no_message_gives_the_answer_away():
    for text in MISCONCEPTIONS.values():
        assert not any(code in text for code in ("np.", "math.", "**", "sqrt("))


def test_a_wrong_power_is_told_by_what_it_does():
    assert "half as wide; yours change by a factor of 0.25." in check_weight_std(lambda n, q, s: s / n).message


def test_an_error_in_the_students_code_is_told_with_its_line():
    assert "KeyError: 'oops' (line " in check_weight_std(raises).message


def test_tables_of_answers_do_not_pass_twice():
    seen = {}

    def remembers(n, q, s):
        return seen.setdefault(len(seen), s / math.sqrt(n * q)) if len(seen) < 4 else seen[0]

    assert check_weight_std(remembers).passed
    assert not check_weight_std(remembers).passed
