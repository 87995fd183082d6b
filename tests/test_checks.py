"""Each check meets right answers, written in more than one way, and every slip that it can name."""

import math

import numpy as np
import pytest

from bn_helpers.checks import MISCONCEPTIONS, check_saturated_share, check_uniform_weights, check_weight_std
from bn_helpers.checks.verdict import Verdict

LN99 = math.log(99)


def uniform(scale, low=-1.0, high=1.0, shape=lambda i, o: (i, o)):
    return lambda i, o, std, rng: rng.uniform(low * scale * std, high * scale * std, shape(i, o))


def raises(*_):
    raise KeyError("oops")


ROOT3 = math.sqrt(3)
TAILS = math.erfc
RIGHT = [
    (check_weight_std, lambda n, q, s: s / np.sqrt(n * q)),
    (check_weight_std, lambda n, q, s: (s**2 / n / q) ** 0.5),
    (check_weight_std, lambda n, q, s: np.float32(s / np.sqrt(n * q))),
    (check_saturated_share, lambda s: math.erfc(LN99 / s / math.sqrt(2))),
    (check_saturated_share, lambda s: 2 * (1 - 0.5 * (1 + math.erf(4.595 / s / math.sqrt(2))))),
    (check_saturated_share, lambda s: np.array(math.erfc(LN99 / s / math.sqrt(2)))),
    (check_uniform_weights, uniform(ROOT3)),
    (check_uniform_weights, lambda i, o, s, rng: (2 * rng.random((i, o)) - 1) * s * ROOT3),
    (check_uniform_weights, lambda i, o, s, rng: rng.uniform(-1, 1, (i, o)).astype(np.float32) * s * ROOT3),
]
SLIPS = [
    (check_weight_std, lambda n, q, s: s / math.sqrt(q), "fan-in-forgotten"),
    (check_weight_std, lambda n, q, s: s / n / math.sqrt(q), "root-of-fan-in-forgotten"),
    (check_weight_std, lambda n, q, s: s**2 / n / q, "variance-for-std"),
    (check_weight_std, lambda n, q, s: s / math.sqrt(n), "mean-square-forgotten"),
    (check_weight_std, lambda n, q, s: s * math.sqrt(n * q), "spread-inverted"),
    (check_weight_std, lambda n, q, s: 0.1, "unknown"),
    (check_weight_std, lambda n, q, s: None, "nothing-returned"),
    (check_weight_std, lambda n, q, s: ..., "nothing-returned"),
    (check_weight_std, lambda n, q, s: "0.1", "unknown"),
    (check_weight_std, lambda n, q, s: "a tenth", "not-a-number"),
    (check_weight_std, lambda n, q, s: [s, s], "wrong-shape"),
    (check_weight_std, lambda n, q, s: math.nan, "not-finite"),
    (check_weight_std, lambda n: n, "raised"),
    (check_weight_std, raises, "raised"),
    (check_weight_std, 0.1, "not-a-number"),
    (check_saturated_share, lambda s: TAILS(LN99 / s / math.sqrt(2)) / 2, "one-tail"),
    (check_saturated_share, lambda s: 1 - TAILS(LN99 / s / math.sqrt(2)), "complement"),
    (check_saturated_share, lambda s: 100 * TAILS(LN99 / s / math.sqrt(2)), "percent-for-share"),
    (check_saturated_share, lambda s: TAILS(LN99 / math.sqrt(2)), "std-forgotten"),
    (check_saturated_share, lambda s: TAILS(LN99 / s**2 / math.sqrt(2)), "variance-in-threshold"),
    (check_saturated_share, lambda s: 0.646, "unknown"),
    (check_uniform_weights, uniform(1.0), "uniform-limit-is-std"),
    (check_uniform_weights, uniform(2 * ROOT3, low=0.0), "uniform-positive"),
    (check_uniform_weights, uniform(ROOT3, shape=lambda i, o: (o, i)), "fans-swapped"),
    (check_uniform_weights, lambda i, o, s, rng: rng.normal(0, s, (i, o)), "not-uniform"),
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
    (check_uniform_weights, lambda i, o, s, rng: np.full((i, o), s), "constant-weights"),
    (check_uniform_weights, lambda i, o, s, rng: np.zeros((i, o)), "constant-weights"),
    (check_uniform_weights, uniform(3.0), "unknown"),
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
