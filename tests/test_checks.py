"""Each check meets right answers, and wrong ones that it can name."""

import copy
import math
import re
from functools import partial

import numpy as np
import pytest
from answers import (
    attack,
    backward,
    bugs,
    comparison,
    forward,
    inference,
    initialization,
    limits,
    reasons,
    rescaling,
    scales,
    shift,
)
from answers.hostile import TROUBLE
from answers.initialization import normal, raises, step_on_a_copy, talks
from answers.submitted import TROUBLES
from support.assignments import NAMES, slips

from bn_helpers import checks
from bn_helpers.batchnorm import batchnorm_backward
from bn_helpers.checks import (
    HINTS,
    MISCONCEPTIONS,
    Verdict,
    check_batchnorm_backward,
    check_batchnorm_conv,
    check_batchnorm_forward,
    check_he_weights,
    check_sgd_step,
    check_weight_std,
)
from bn_helpers.checks.calling import reports_of
from bn_helpers.checks.judging import judge
from bn_helpers.checks.measuring import fact
from bn_helpers.checks.question import Question, expected_of
from bn_helpers.checks.verdict import NotPassed

SUBJECTS = backward, bugs, comparison, forward, inference, initialization, limits
SUBJECTS += reasons, rescaling, scales, shift
RIGHT = [row for subject in SUBJECTS for row in subject.RIGHT]
SLIPS = [row for subject in SUBJECTS for row in subject.SLIPS]


GRADING = {
    "own-differs",
    "own-without-id",
    "own-not-typed",
    "own-impossible",
}  # of the grader: met in test_grade


QUESTIONS = {n: q for n, q in vars(checks).items() if isinstance(q, Question)}
FORMULAS = [
    (name, slip, i)
    for name, question in QUESTIONS.items()
    for slip, formulas in question.slips.items()
    for i in range(len(formulas) if isinstance(formulas, tuple) else 1)
]


@pytest.mark.once
@pytest.mark.parametrize(("name", "slip", "i"), FORMULAS)
def test_the_formula_of_a_slip_is_named_as_this_slip(name, slip, i):
    question = QUESTIONS[name]
    formulas = question.slips[slip]
    verdict = question.judged((formulas if isinstance(formulas, tuple) else (formulas,))[i])
    assert (verdict.passed, verdict.slip) == (False, slip), verdict


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_of_another_seed_has_other_numbers_and_judges_alike(name):
    question = QUESTIONS[name]
    expected, hidden = (expected_of(question, seed) for seed in (0, 1))
    reports = reports_of(question.truth, hidden.calls, question.names, question.returns)
    assert judge(reports, hidden).passed
    assert len(expected.calls) == len(hidden.calls)


def test_or_raise_raises_the_message_of_what_is_wrong_and_nothing_else():
    check_sgd_step(lambda w, grad, lr: w - lr * grad).or_raise()
    with pytest.raises(NotPassed, match="returned nothing"):
        check_sgd_step(lambda w, grad, lr: None).or_raise()


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_a_right_answer_passes_however_it_is_written(check, answer):
    verdict = check(answer)
    assert verdict.passed, verdict
    assert verdict.slip is None


@pytest.mark.parametrize(("check", "answer"), attack.RIGHT)
def test_a_right_answer_of_a_writer_who_had_not_read_the_checks_passes(check, answer):
    assert (verdict := check(answer)), verdict


@pytest.mark.once
@pytest.mark.parametrize(("check", "answer", "fitting"), attack.WRONG)
def test_a_wrong_answer_of_such_a_writer_gets_a_name_that_fits(check, answer, fitting):
    verdict = check(answer)
    assert not verdict
    assert verdict.slip in fitting


@pytest.mark.once
@pytest.mark.parametrize(("check", "answer", "slip"), SLIPS)
def test_a_slip_is_named_and_never_raised(check, answer, slip):
    verdict = check(answer)
    assert (verdict.passed, verdict.slip) == (False, slip)
    assert MISCONCEPTIONS[slip] in verdict.message
    assert "nan" not in verdict.message
    verdict.message.encode()
    verdict._repr_html_()


def test_every_misconception_of_the_table_can_be_met_here():
    named = {row[2] for row in SLIPS} | {slip for _, slip, _ in FORMULAS}
    named |= {row[2] for row in BEHAVIOUR} | GRADING
    named |= {row[1] for row in TROUBLES}  # of the grader: met in test_confined
    named |= {name for names, _ in TROUBLE.values() if len(names) == 1 for name in names}
    named |= {slip for name in NAMES for slip in slips(name)}
    assert set(MISCONCEPTIONS) - named == set()


def test_a_tuple_in_the_place_of_one_number_is_a_wrong_count():
    verdict = checks.check_batches_needed(lambda *_: (1, 2))
    assert verdict.slip == "wrong-count"
    assert "Expected one array. Got a tuple of 2 values." in verdict.message


def test_a_result_that_is_nearly_right_everywhere_is_measured():
    got = np.array([[1.0, 2.0], [3.0, 4.0]])
    want = got + np.array([[0.003, -0.003], [-0.003, 0.003]])
    assert "No value is off by more than 0.1%" in fact(got, want, ("row", "column"))


def test_no_two_misconceptions_say_the_same_and_hints_belong_to_one_of_them():
    assert len(set(MISCONCEPTIONS.values())) == len(MISCONCEPTIONS)
    assert HINTS.keys() <= MISCONCEPTIONS.keys()


def test_the_same_slip_twice_in_a_row_gets_a_hint():
    def uphill(w, g, lr):
        return w + lr * g

    check_sgd_step(step_on_a_copy)
    first, second = check_sgd_step(uphill), check_sgd_step(uphill)
    assert (first.hint, second.hint) == ("", HINTS["uphill"])
    assert f"Hint: {HINTS['uphill']}" in str(second)
    assert repr(first) == repr(second)  # what a notebook stores does not depend on the tries
    check_sgd_step(lambda w, g, lr: w - g)
    assert check_sgd_step(uphill).hint == ""


def test_a_check_leaves_what_a_student_owns_as_it_was(capsys):
    np.random.seed(0)  # noqa: NPY002
    before, errors = np.random.get_state()[1].copy(), np.geterr()  # noqa: NPY002
    assert check_sgd_step(talks).passed
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert np.geterr() == errors
    assert capsys.readouterr().out == ""


def test_a_check_that_is_called_in_another_way_answers_in_words():
    assert check_sgd_step().slip == check_sgd_step(step_on_a_copy, 3).slip == "not-a-function"


def test_numbers_too_large_to_draw_leave_the_words():
    verdict = check_he_weights(lambda i, o, rng: 1e308 * rng.uniform(-1, 1, (i, o)))
    assert not verdict.passed
    assert "<img" not in verdict._repr_html_()


def test_right_answers_in_float32_pass_every_time():
    def step(w, g, lr):
        return w.astype(np.float32) - np.float32(lr) * g.astype(np.float32)

    assert all(check_sgd_step(step).passed for _ in range(2000))


def test_a_slip_with_a_picture_shows_got_against_wanted():
    verdict = check_he_weights(normal(lambda i, o: math.sqrt(1 / i)))
    shown = verdict._repr_html_()
    assert 'src="data:image/png;base64,' in shown
    yours, wanted = (
        float(n) for n in re.search(r"yours have std (\S+), wanted (\S+)\.", shown).groups()
    )
    assert yours / wanted == pytest.approx(1 / math.sqrt(2), rel=0.02)


def test_a_verdict_shows_itself_as_text_and_as_escaped_html():
    verdict = Verdict(False, "raised", "TypeError: <lambda>() & more")
    assert repr(verdict) == "Not yet: TypeError: <lambda>() & more"
    assert "&lt;lambda&gt;() &amp; more" in verdict._repr_html_()
    assert "✓" in Verdict(True, None, "so it is")._repr_html_()


def test_no_message_gives_the_answer_away():
    for text in [*MISCONCEPTIONS.values(), *HINTS.values()]:
        assert not any(code in text for code in ("np.", "math.", "**", "sqrt("))


def test_a_wrong_power_is_told_by_what_it_does_to_one_argument():
    verdict = check_weight_std(lambda n, q, s: s**3 / math.sqrt(n * q))
    assert verdict.slip == "wrong-power"
    assert "When wanted alone goes from 2.5 to 0.7 yours changes by a factor of " in verdict.message
    assert verdict.message.endswith("it must be 0.28.")


def test_an_error_in_the_students_code_is_told_with_its_line():
    assert "KeyError: 'oops' (line " in check_weight_std(raises).message


def test_a_mask_of_another_shape_is_told_what_a_mask_needs():
    verdict = check_batchnorm_forward(lambda x, g, b, e: x[np.ones((len(x), 9), bool)])
    assert "A mask in brackets has the shape of the first axes" in verdict.message


# --- answers that behave badly ----------------------------------------------------


def step(w, g, lr):
    return w - lr * g


def remembered(function):
    """The first result of each shape, again and again."""
    seen = {}
    return lambda w, g, lr: seen.setdefault(np.shape(w), function(w, g, lr)).copy()


def growing():
    calls = []

    def hidden_state(w, g, lr):
        calls.append(0)
        return step(w, g, lr) + (len(calls) > 2)

    return hidden_state


def in_a_buffer():
    buffers = {}

    def shared(w, g, lr):
        out = buffers.setdefault(np.shape(w), np.zeros(np.shape(w)))
        out[...] = step(w, g, lr)
        return out

    return shared


def like_the_input(x, g, b, e):
    out = np.empty_like(x)
    out[...] = g * (x - x.mean(0)) / np.sqrt(x.var(0) + e) + b
    return out


def copied(fan_in, fan_out, rng):
    return math.sqrt(2 / fan_in) * copy.deepcopy(rng).standard_normal((fan_in, fan_out))


def with_a_dead_unit(fan_in, fan_out, rng):
    W = math.sqrt(2 / fan_in) * rng.standard_normal((fan_in, fan_out))
    W[:, 0] = 0
    return W


def gaussian(shift=0.0, scale=1.0, more=0):
    return lambda i, o, rng: (
        scale * math.sqrt(2 / (i + more)) * (rng.standard_normal((i, o)) + shift)
    )


async def later(w, g, lr):
    return step(w, g, lr)


def yields(w, g, lr):
    yield step(w, g, lr)


class Tensor:
    """As one of another library that NumPy cannot read, since it has a gradient."""

    def detach(self): ...

    def numpy(self): ...

    def __array__(self, *_, **__):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def forward_with(gamma=np.array, eps=float):
    def forward(x, g, b, e):
        return gamma(g) * (x - x.mean(0)) / np.sqrt(x.var(0) + eps(e)) + b

    return forward


def backward(**changed):
    def gradients(dout, x_hat, gamma, std):
        parts = {"dx": dout, "dgamma": (dout * x_hat).sum(0), "dbeta": dout.sum(0)}
        return tuple((parts | {k: f(parts) for k, f in changed.items()}).values())

    return gradients


BEHAVIOUR = [
    (check_sgd_step, remembered(step), "remembers", ""),
    (check_sgd_step, growing(), "remembers", ""),
    (check_sgd_step, in_a_buffer(), "buffer-shared", ""),
    (check_batchnorm_forward, like_the_input, "integer-array", ""),
    (
        check_batchnorm_forward,
        forward_with(eps=lambda e: min(e, 1)),
        "range-limited",
        "It is right where eps is 0.3, and wrong where it is 2.",
    ),
    (
        check_sgd_step,
        lambda w, g, lr: np.minimum(step(w, g, lr), 1),
        "result-limited",
        "No value of yours is above 1.",
    ),
    (
        check_sgd_step,
        lambda w, g, lr: step(w, np.clip(g, -1, 1), lr),
        "range-limited",
        "It is right where the size of an entry of gradient is ",
    ),
    (
        check_batchnorm_forward,
        forward_with(eps=lambda e: 0.1 + e),
        "unknown",
        "Your columns have means",
    ),
    (check_he_weights, copied, "generator-copied", ""),
    (check_he_weights, with_a_dead_unit, "dead-unit", ""),
    (check_he_weights, gaussian(shift=0.05), "mean-not-zero", "It is 0.05 times their std."),
    (check_he_weights, gaussian(scale=1.03), "constant-factor", "Your std is 1.03 times"),
    (check_he_weights, gaussian(more=1), "n-plus-one", ""),
    (check_he_weights, gaussian(more=-1), "n-minus-one", ""),
    (check_sgd_step, later, "not-a-number", "It is a coroutine: write def without async"),
    (check_sgd_step, yields, "not-a-number", "It is a generator: write return in place of"),
    (
        check_sgd_step,
        lambda w, g, lr: (v for v in w),
        "not-a-number",
        "square brackets make a list",
    ),
    (check_sgd_step, lambda w, g, lr: Tensor(), "not-a-number", "value.detach().cpu().numpy()"),
    (check_sgd_step, lambda w, g, lr: (w, g), "wrong-count", "Got a tuple of 2 values."),
    (check_batchnorm_backward, lambda *_: (None, None, None), "line-missing", "Your dx is None."),
    (
        check_batchnorm_backward,
        backward(dgamma=lambda parts: parts["dgamma"][None]),
        "wrong-shape",
        "your dgamma has shape (1, 3). An axis of length 1 is too much",
    ),
    (
        check_batchnorm_conv,
        lambda x, g, b, e: g * x + b,
        "raised",
        "(3,) must become (3, 1, 1) to meet",
    ),
]


@pytest.mark.once
@pytest.mark.parametrize(("check", "answer", "slip", "detail"), BEHAVIOUR)
def test_a_behaviour_is_named_in_true_words(check, answer, slip, detail):
    verdict = check(answer)
    assert not verdict
    if slip:
        assert verdict.slip == slip, verdict
    assert detail in verdict.message


@pytest.mark.parametrize(
    "answer", [gaussian(scale=1.02), gaussian(scale=0.98), gaussian(shift=0.02)]
)
def test_the_same_answer_always_gets_the_same_verdict(answer):
    assert len({repr(check_he_weights(answer)) for _ in range(20)}) == 1


def test_a_verdict_is_true_if_it_has_passed():
    assert bool(check_sgd_step(step)) is True
    assert bool(check_sgd_step(lambda w, g, lr: w)) is False


def test_gammas_without_their_sign_and_arguments_that_are_cut_do_not_pass():
    assert check_batchnorm_forward(forward_with())
    assert not check_batchnorm_forward(forward_with(gamma=abs))
    for low, high in ((0, 1e-3), (0, 1), (1e-5, 9), (1e-3, 9)):
        cut = partial(np.clip, a_min=low, a_max=high)
        assert not check_batchnorm_forward(forward_with(eps=cut))


def test_after_three_wrong_tries_the_right_result_and_a_closed_way_to_write_it_are_shown():
    def odd(w, g, lr):
        return w - lr * g**3 + 1

    check_sgd_step(step)
    verdicts = [check_sgd_step(odd) for _ in range(4)]
    assert [bool(verdict.way) for verdict in verdicts] == [False, False, True, True]
    assert ["the right result is" in str(verdict) for verdict in verdicts] == [
        False,
        False,
        True,
        True,
    ]
    assert (
        "<details><summary>One way to write it</summary><pre>def sgd_step("
        in verdicts[2]._repr_html_()
    )
    assert len({repr(verdict) for verdict in verdicts}) == 1
    assert not check_sgd_step(step).way


def test_the_fallback_says_what_can_be_measured_and_shows_a_small_case():
    wrong = forward_with(eps=lambda e: 0.1 + e)
    verdict = check_batchnorm_forward(wrong)
    assert verdict.slip == "unknown"
    assert "Your columns have mean" in verdict.message
    assert "your result is [[" in verdict.message
    assert "right is" not in verdict.message


def test_what_changes_with_an_argument_in_any_case_is_not_said_to_ignore_it():
    verdict = checks.check_moves.judged(lambda zero: [not zero[0]] * (len(zero) - 1) + [False])
    assert verdict.slip == "unknown"

    third = expected_of(checks.check_speed_up).calls[2][1]

    def two_values(steps, without, with_bn, share):
        return 20 + np.array_equal(without, third)

    message = checks.check_speed_up.judged(two_values).message
    assert "It ignores steps, with_bn and share." in message


def test_where_the_places_of_another_example_are_told_its_shape_is_told():
    message = checks.check_scaled_gradient.judged(lambda dW, a: dW / [1, *a[1:]]).message
    assert "For a result of shape (4, 3): right for columns 1 and 2, not for column 0." in message


def test_true_and_false_are_told_as_such():
    verdict = checks.check_moves.judged(lambda zero: [not zero[0]] * (len(zero) - 1) + [False])
    assert "your result is [True, True, False]" in verdict.message


def test_which_of_several_results_is_right_is_said():
    message = check_batchnorm_backward(backward()).message
    assert "dgamma and dbeta are right, dx is not." in message


def test_what_the_code_prints_is_shown_below_the_verdict_ten_lines_at_most():
    def chatty(w, g, lr):
        for i in range(30):
            print("line", i, "<b>")
        return w

    shown = check_sgd_step(chatty)._repr_html_()
    assert "line 9 &lt;b&gt;" in shown
    assert "line 10 " not in shown
    assert "and 20 more lines" in shown


def test_a_helper_of_the_package_that_raises_is_no_line_of_the_students():
    message = check_batchnorm_forward(batchnorm_backward).message
    assert "inside of batchnorm_backward, a function of bn_helpers; no line of yours" in message


def test_the_line_that_raised_is_said_of_the_cell_or_of_the_file_in_which_it_stands(tmp_path):
    def defined_in(filename):
        names = {"np": np}
        source = "\n\ndef f(fan_in, fan_out, rng):\n    return np.zeros(3) @ np.zeros(4)\n"
        exec(compile(source, filename, "exec"), names)
        return names["f"]

    mine = tmp_path / "mine.py"
    mine.write_text("", encoding="utf-8")
    assert "(line 4 of your cell)" in check_he_weights(defined_in("<cell>")).message
    assert "(line 4 of mine.py)" in check_he_weights(defined_in(str(mine))).message
    written = tmp_path / "ipykernel_12" / "34.py"  # by a debugger
    written.parent.mkdir()
    written.write_text("", encoding="utf-8")
    assert "(line 4 of your cell)" in check_he_weights(defined_in(str(written))).message
    of_the_package = check_batchnorm_forward(
        batchnorm_backward
    ).message  # a helper that raises on these arguments
    assert "of your cell" not in of_the_package
