"""Each check meets right answers, written in more than one way, and every slip that it can name."""

import math
import re

import numpy as np
import pytest
from answers import backward, forward, inference, initialization, rescaling, shift
from answers.initialization import normal, raises, step_on_a_copy, talks
from bn_helpers.checks.misconceptions import HINTS

from bn_helpers.batchnorm import batchnorm_backward
from bn_helpers.checks import (
    MISCONCEPTIONS,
    Verdict,
    check_batchnorm_forward,
    check_he_weights,
    check_sgd_step,
    check_weight_std,
)

SUBJECTS = backward, forward, inference, initialization, rescaling, shift
RIGHT = [row for subject in SUBJECTS for row in subject.RIGHT]
SLIPS = [row for subject in SUBJECTS for row in subject.SLIPS]


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
    assert "nan" not in verdict.message
    verdict.message.encode()
    verdict._repr_html_()


def test_every_misconception_of_the_table_can_be_met_here():
    assert {slip for _, _, slip in SLIPS} == set(MISCONCEPTIONS)


def test_no_two_misconceptions_say_the_same_and_hints_belong_to_one_of_them():
    assert len(set(MISCONCEPTIONS.values())) == len(MISCONCEPTIONS)
    assert HINTS.keys() <= MISCONCEPTIONS.keys()


def test_the_same_slip_twice_in_a_row_gets_a_hint():
    def uphill(w, g, lr):
        return w + lr * g

    check_sgd_step(step_on_a_copy)
    assert "Hint:" not in check_sgd_step(uphill).message
    assert check_sgd_step(uphill).message.endswith(f"Hint: {HINTS['uphill']}")
    check_sgd_step(lambda w, g, lr: w - g)
    assert "Hint:" not in check_sgd_step(uphill).message


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
    yours, wanted = (float(n) for n in re.search(r"yours have std (\S+), wanted (\S+)\.", shown).groups())
    assert yours / wanted == pytest.approx(1 / math.sqrt(2), rel=0.02)


def test_a_verdict_shows_itself_as_text_and_as_escaped_html():
    verdict = Verdict(False, "raised", "TypeError: <lambda>() & more")
    assert repr(verdict) == "Not yet: TypeError: <lambda>() & more"
    assert "&lt;lambda&gt;() &amp; more" in verdict._repr_html_()
    assert "✓" in Verdict(True, None, "so it is")._repr_html_()


def test_no_message_gives_the_answer_away():
    for text in [*MISCONCEPTIONS.values(), *HINTS.values()]:
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
    of_the_package = check_batchnorm_forward(batchnorm_backward).message  # a helper that raises on these arguments
    assert "of your cell" not in of_the_package
