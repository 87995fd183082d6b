"""Lesson 10: the patients, the checks of symptom, test and fix, the figures."""

import inspect
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from answers import bugs as answers
from support.notebooks import lesson_named, markdown

from bn_helpers.checks import MISCONCEPTIONS, bugs_patients
from bn_helpers.checks.bugs import PATIENTS
from bn_helpers.checks.bugs_fixes import FIXES, QUESTIONS
from bn_helpers.checks.bugs_models import MODELS
from bn_helpers.checks.bugs_patients import BROKEN, PASSES, RIGHT, UNSEEN
from bn_helpers.checks.bugs_words import SYMPTOMS
from bn_helpers.data import load_digits
from bn_helpers.experiments import bugs as experiment
from bn_helpers.explorers import bugs as explorer

LESSON = "10_bug_clinic"
NUMBERS = sorted(BROKEN)
BENCH = {f"patient {n}": (RIGHT[n][0], BROKEN[n]) for n in (1, 6, 7)}
FORMULAS = [
    (question, slip, formula)
    for question in QUESTIONS
    for slip, formulas in question.slips.items()
    for formula in (formulas if isinstance(formulas, tuple) else (formulas,))
]

# --- patients -------------------------------------------------------------------------


@pytest.mark.parametrize("n", NUMBERS)
def test_the_lesson_shows_the_broken_code_as_the_check_runs_it(n):
    notebook = nbformat.read(lesson_named(LESSON), 4)
    source = inspect.getsource(BROKEN[n]).strip()
    assert any(source in cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("n", NUMBERS)
def test_the_model_test_says_false_true_true_false_false(n):
    said = [MODELS[n](one) for one in (BROKEN[n], *RIGHT[n], *UNSEEN[n])]
    assert said == [False, True, True, False, False]


@pytest.mark.parametrize("n", NUMBERS)
def test_a_patient_is_cured_by_both_right_implementations(n):
    fixes = RIGHT[n] if n != 8 else RIGHT[n][:1]
    for fix in fixes:
        assert PATIENTS[n].judged(answers.with_fix(n, fix)).passed


def test_the_symptoms_have_their_letter_at_different_places():
    places = [letters.index(right) for right, letters in SYMPTOMS.values()]
    assert set(places) == {0, 1, 2}


@pytest.mark.parametrize("n", NUMBERS)
def test_the_letter_is_told_in_the_lessons_answers(n):
    text = markdown(nbformat.read(lesson_named(LESSON), 4))
    hidden = text.split(f"**Exercise {n}.**")[1].split("<details>")[1].split("</summary>")[1]
    assert hidden.strip().startswith(SYMPTOMS[n][0])


# --- verdicts -------------------------------------------------------------------------


@pytest.mark.parametrize(("question", "slip", "formula"), FORMULAS)
def test_the_formula_of_a_slip_in_a_fix_is_named_as_this_slip(question, slip, formula):
    assert question.judged(formula).slip == slip


@pytest.mark.parametrize(("n", "fix", "slip"), answers.WRONG_FIXES)
def test_a_broken_implementation_is_no_fix(n, fix, slip):
    verdict = PATIENTS[n].judged(answers.with_fix(n, fix))
    assert not verdict.passed
    assert verdict.message.startswith("Symptom and test are right. Fix: ")
    assert slip is None or verdict.slip == slip


def test_there_are_enough_tests_of_students_and_each_patient_has_right_and_wrong_ones():
    right, wrong = answers.TESTS, {n for n, _, _ in answers.WRONG_TESTS}
    assert set(right) == wrong == set(NUMBERS)
    assert sum(map(len, right.values())) + len(answers.WRONG_TESTS) >= 40


def test_a_symptom_may_be_a_small_letter_and_the_number_of_answers_is_told():
    check = PATIENTS[1]
    assert check("b", MODELS[1], FIXES[1][1])
    assert check("b", MODELS[1]).slip == check().slip == "wrong-count"


def test_the_step_that_is_wrong_is_said_first():
    def empty(_): ...

    check = PATIENTS[3]
    assert check.judged(("?", empty, empty)).message.startswith("Symptom: ")
    assert check.judged(("Y", empty, empty)).message.startswith("The symptom is right. Test: ")
    verdict = check.judged(("Y", MODELS[3], empty))
    assert verdict.message.startswith("Symptom and test are right. Fix: ")
    assert MISCONCEPTIONS["wrong-count"] in check.judged((1, 2)).message


def test_what_a_students_test_prints_is_shown_with_the_verdict():
    def talks(update):
        print("mean", update(np.zeros(1), np.ones(1), np.array([[2.0], [6.0]]), 0.1)[0])
        return True

    verdict = PATIENTS[3].judged(("Y", talks, FIXES[3][1]))
    assert verdict.slip == "test-blind"
    assert verdict.printed == "mean [3.6]"


def test_after_three_wrong_tries_a_test_and_a_fix_are_shown():
    check = PATIENTS[6]
    check("A", MODELS[6], FIXES[6][1])
    shown = [check("B", MODELS[6], FIXES[6][1]).way for _ in range(3)]
    assert [bool(way) for way in shown] == [False, False, True]
    assert "def test_6(fold):" in shown[2]
    assert "def folded(" in shown[2]


SAID = [  # what a verdict says beside its misconception, and must not say of others
    (2, answers.channel_means_and_variances, "Patient 2 has these, too. Compare values."),
    (7, answers.differences(dout=1.0), "dx is 0"),
    (2, answers.compares_with_the_input, "An x that is not normalized yet is none."),
    (
        5,
        answers.forgets_the_mode,
        "Your test stopped there. It had an implementation that is broken.",
    ),
]


@pytest.mark.parametrize(("n", "test", "words"), SAID)
def test_the_verdict_on_a_students_test_fits_what_the_test_did(n, test, words):
    assert words in PATIENTS[n].judged(answers.with_test(n, test)).message


def test_an_error_in_another_function_brings_no_advice_on_the_arguments_of_the_test():
    message = PATIENTS[5].judged(answers.with_test(5, answers.forgets_the_mode)).message
    assert "training" in message
    assert "calls your function" not in message
    message = PATIENTS[5].judged(answers.with_test(5, lambda: True)).message
    assert "The check calls your function with 1 argument: implementation." in message


@pytest.mark.parametrize("n", NUMBERS)
def test_another_symptom_is_said_to_differ_where_the_letters_come_from(n):
    right, letters = SYMPTOMS[n]
    for letter in set(letters) - {right}:
        message = PATIENTS[n].judged((letter, None, None)).message
        assert ("table" in message) == (n in (2, 8)), message
        assert ("figure" in message) != (n in (2, 8)), message


def test_a_check_that_passes_is_told_how_many_wrong_passes_it_had_not_seen():
    message = PATIENTS[8].judged(answers.with_fix(8, answers.check_of_ten)).message
    assert "refuses the four wrong ones and 4 others that you have not seen" in message


def test_a_check_that_sorts_by_luck_is_told_what_it_accepts():
    verdict = PATIENTS[8].judged(answers.with_fix(8, answers.check_of(2, tolerance=1e-4)))
    assert "1% too large in column 1" in verdict.message
    assert answers.check_of(2, tolerance=1e-4)(PASSES["right"])


# --- numbers of the figures -----------------------------------------------------------


@pytest.mark.parametrize("m", experiment.SIZES)
def test_the_three_patients_on_the_bench_have_the_symptoms_of_their_letters(m):
    def errors(patient, far=False):
        return [experiment.seen(BENCH, patient, m, std, far).error for std in experiment.STDS]

    assert max(errors("patient 1")) < 1e-6 < 0.1 < min(errors("patient 1", far=True))
    narrow_to_wide = errors("patient 7")
    assert all(a > 2 * b for a, b in pairwise(narrow_to_wide))
    for std in experiment.STDS:
        seen = experiment.seen(BENCH, "patient 6", m, std, far=False)
        offset = seen.broken - seen.right
        np.testing.assert_allclose(offset, offset[:1].repeat(m, axis=0), atol=1e-9)


@pytest.mark.parametrize("momentum", experiment.MOMENTA)
def test_the_running_means_are_those_of_patients_3_4_and_5(momentum):
    m, calls = 16, experiment.CALLS
    courses = experiment.running_means(momentum, m)
    means = experiment.batch_means(m)
    state, mean = {"mean": np.zeros(1), "var": np.ones(1)}, np.zeros(1)
    for i, value in enumerate(means):
        batch = np.full((m, 1), value)
        BROKEN[4](batch, state, i < calls, momentum)
        assert state["mean"][0] == pytest.approx(courses["Z"][i + 1])
        if i < calls:
            mean, _ = BROKEN[3](mean, np.ones(1), batch, momentum)
        assert mean[0] == pytest.approx(courses["Y"][i + 1])
    assert set(courses["X"][calls + 1 :]) == {0.0}
    np.testing.assert_array_equal(courses["X"][: calls + 1], courses["right"][: calls + 1])


def test_the_letters_of_figure_1_are_those_of_its_answer():
    text = markdown(nbformat.read(lesson_named(LESSON), 4))
    said = dict(
        P="P lacks the last term",
        Q="Q is right",
        R="R has its sign wrong",
        S="S takes the statistics",
    )
    assert all(words in text for words in said.values())
    assert list(experiment.LETTERS.values()) == [
        "without the last term",
        "right",
        "sign of the last term",
        "statistics constant",
    ]
    assert set(experiment.LETTERS) == set(said)
    assert set(experiment.LETTERS.values()) < set(PASSES)


def test_the_passes_in_a_network_are_those_of_the_lesson():
    X, _, _, _ = load_digits()
    layer, right = experiment.WithPass(64, PASSES["right"]), experiment.BatchNorm(64)
    dout = np.random.default_rng(0).normal(size=(20, 64))
    for one in (layer, right):
        one.forward(X[:20], training=True)
    np.testing.assert_allclose(layer.backward(dout), right.backward(dout), atol=1e-9)


def test_the_figures_tell_what_their_answers_say():
    figure = explorer.running_means.live(momentum=0.5)
    right, y = (figure.sentence.split(word)[1].split(",")[0] for word in ("mean is ", "Y "))
    assert right == y
    assert len(bugs_patients.PASSES) == 6
    limit = 0.002  # of the test that the lesson names
    found = {
        m: [
            s
            for s in experiment.STDS
            if experiment.seen(BENCH, "patient 7", m, s, False).error > limit
        ]
        for m in experiment.SIZES
    }
    assert found[8] == [0.01, 0.03, 0.1]
    assert found[4] != found[8]
