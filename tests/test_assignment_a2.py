"""Assignment a2: slips are named, right answers pass, students have own numbers."""

import contextlib
import re
import tomllib
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from answers.a2 import WRONG
from support.assignments import ROOT, contracts, formulas, questions

from bn_classroom.author import beside, styles
from bn_helpers.checks import HINTS, MISCONCEPTIONS
from bn_helpers.checks.calling import reports_of
from bn_helpers.checks.judging import judge
from bn_helpers.checks.question import expected_of
from bn_helpers.checks.verdict import READ

NAME = "a2_batchnorm_forward"
FOLDER = ROOT / NAME
CONTRACTS = contracts(NAME)
ASKED = questions(NAME)
NOTEBOOK = nbformat.read(FOLDER / "notebook.ipynb", as_version=4)
# Answers to further inputs need no further processor.
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.once) for seed in (1, 2, 3))]
KEYS = [f"student{i}" for i in range(60)]
looking = beside(FOLDER / "questions.py", "looking")


def judged(contract, answer, seed):
    expected = expected_of(contract.question, seed)
    names, returns = contract.question.names, contract.question.returns
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        return judge(reports_of(answer, expected.calls, names, returns), expected)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CONTRACTS)
def test_every_formula_of_a_slip_is_named_as_this_slip(name, seed):
    for slip, formula in formulas(CONTRACTS[name].question):
        verdict = judged(CONTRACTS[name], formula, seed)
        assert not verdict
        hints = [HINTS.get(i, i) for i in (verdict.slip, slip)]
        assert verdict.slip == slip or hints[0] == hints[1], (slip, verdict)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CONTRACTS)
def test_right_answers_pass_in_every_style(name, seed):
    contract = CONTRACTS[name]
    assert len(contract.variants) >= 3
    truth = contract.question.truth
    general = styles(truth)
    assert len(general) + len(contract.variants) >= 8
    for answer in [truth, *contract.variants, *general.values()]:
        assert (verdict := judged(contract, answer, seed)), (answer, verdict)


@pytest.mark.parametrize(("name", "answer", "fitting"), WRONG)
def test_a_wrong_answer_of_a_student_gets_a_name_that_fits(name, answer, fitting):
    verdict = judged(CONTRACTS[name], answer, 0)
    assert not verdict
    assert verdict.slip in fitting, verdict


def test_each_question_has_three_contracts_for_one_name():
    for several in ASKED.QUESTIONS.values():
        assert len(several) == 3
        assert len({contract.define for contract in several}) == 1
    for several in (*ASKED.NUMBERS.values(), *ASKED.WRITTEN.values()):
        assert len(several) == 3


def of_question(question, contract=None, **nbgrader):
    """The cells of a question that all contracts share, and those of one."""
    for cell in NOTEBOOK.cells:
        about, graded = cell.metadata.get("bn", {}), cell.metadata.get("nbgrader", {})
        mine = about.get("question") == question and about.get("contract") in (None, contract)
        if mine and nbgrader.items() <= graded.items():
            yield cell


def solutions(cell):
    """The lines of code between the marks, without empty ones."""
    parts = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S)
    return [line for part in parts for line in part.splitlines() if line.strip()]


WRITTEN = tomllib.loads(
    (Path(__file__).parent / "answers/a2_written.toml").read_text(encoding="utf-8")
)


def test_answers_of_somebody_who_did_not_know_the_checks_are_judged_rightly():
    """None that is right is refused, none that is wrong accepted, 85 % are named."""
    nameless = Counter()
    for answer in WRITTEN["answer"]:
        contract, names = CONTRACTS[answer["contract"]], {"np": np}
        for cell in answer["source"].split("# %%"):
            with contextlib.suppress(Exception):  # of the student's own code
                exec(cell, names)
        verdict = contract.question.judged(names.get(contract.define))
        assert bool(verdict) == ("mistake" not in answer), (answer, verdict)
        if not verdict:
            nameless[verdict.slip in ("unknown", "range-limited", "argument-ignored")] += 1
    assert nameless[True] < 0.15 * nameless.total()


@pytest.mark.parametrize("question", [*ASKED.QUESTIONS, *ASKED.NUMBERS])
def test_the_contracts_of_a_question_cost_the_same_number_of_lines(question):
    several = (ASKED.QUESTIONS | ASKED.NUMBERS)[question]
    answers = [list(of_question(question, c.name, solution=True)) for c in several]
    assert [len(cells) for cells in answers] == [1, 1, 1]
    assert len({len(solutions(cell)) for (cell,) in answers}) == 1


@pytest.mark.parametrize("question", ASKED.QUESTIONS)
def test_the_solution_of_the_notebook_is_right_and_its_gaps_are_open_lines(question):
    for contract in ASKED.QUESTIONS[question]:
        (cell,) = of_question(question, contract.name, solution=True)
        defined = {"np": np}
        exec(cell.source, defined)
        assert (verdict := judged(contract, defined[contract.define], 0)), verdict
        gaps = re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION", "...", cell.source, flags=re.S)
        exec(gaps, untouched := {"np": np})
        verdict = judged(contract, untouched[contract.define], 0)
        assert verdict.slip in ("line-missing", "nothing-returned")
        asked = tuple(cell.source[cell.source.index("(") + 1 :].split("):")[0].split(", "))
        assert asked == contract.question.names


def test_the_notebook_is_valid_and_its_parts_are_marked():
    nbformat.validate(NOTEBOOK)
    assert not any(cell.get("outputs") for cell in NOTEBOOK.cells)
    for question in (*ASKED.QUESTIONS, *ASKED.NUMBERS):
        (check,) = of_question(question, grade=True)
        assert check.source == f'check("{question}")'
        assert check.metadata["nbgrader"]["locked"]
    for form in ASKED.WRITTEN["why"]:
        cells = list(of_question("why", form.name))
        assert [cell.metadata["bn"].get("rubric", False) for cell in cells] == [
            False,
            False,
            False,
            True,
        ]
        assert all(f"**{points}**" in cells[-1].source for points in (0, 1, 2))
    for cell in NOTEBOOK.cells:
        formulas_left_out = re.sub(r"\$\$.*?\$\$", "", cell.source, flags=re.S)
        assert cell.metadata.get("bn", {}).get("rubric") or len(formulas_left_out.split()) <= 130
        assert len(cell.source.splitlines()) <= 40
    assert NOTEBOOK.cells[1].source.startswith('student = "..."')
    assert NOTEBOOK.cells[-1].source == "hand_in()"


@cache
def headings(lesson):
    cells = nbformat.read(ROOT.parent / "notebooks" / lesson, as_version=4).cells
    lines = (line for cell in cells for line in cell.source.splitlines())
    return {line.lstrip("#").strip() for line in lines if line.startswith("##")}


def test_the_headings_to_read_again_exist():
    forms = [*ASKED.QUESTIONS.values(), *ASKED.NUMBERS.values(), *ASKED.WRITTEN.values()]
    for read in [*READ.values(), *(form.read for several in forms for form in several)]:
        lesson, heading = read.split("#", 1)
        assert heading in headings(lesson)


# --- question 4


@pytest.mark.parametrize("name", [form.name for form in ASKED.NUMBERS["own"]])
def test_numbers_keep_their_distance_from_the_goal(name):
    for key in KEYS[:20]:
        numbers, goal, k = looking.measured(name, key)
        assert np.abs(numbers - goal).min() >= 3
        assert 0 < k < len(looking.SIZES) - 1
        network, x, _, _ = looking.own.own(key, name)
        every = [network.forward(x, training=False)]
        every += [looking.logits(network, x, m) for m in looking.SIZES]
        ordered = np.sort(every, axis=-1)
        assert (ordered[..., -1] - ordered[..., -2]).min() > 1e-4


@pytest.mark.once
@pytest.mark.parametrize("form", ASKED.NUMBERS["own"], ids=lambda form: form.name)
def test_different_students_have_different_numbers(form):
    pairs = Counter(tuple(form.truth(key).values()) for key in KEYS)
    assert pairs.most_common(1)[0][1] <= 0.08 * len(KEYS), pairs.most_common(3)


@pytest.mark.parametrize("form", ASKED.NUMBERS["own"], ids=lambda form: form.name)
def test_a_loop_over_batches_finds_the_right_numbers(form):
    network, x, labels, goal = looking.own.own(" Student 7", form.name)
    before = network.forward(x, training=False)
    wanted = labels
    if form.name == "evaluation":
        wanted = network.forward(x, training=False).argmax(axis=1)
    found = None
    for m in reversed(looking.SIZES):
        batches = [x[i : i + m] for i in range(0, len(x), m)]
        answers = [network.forward(batch, training=True).argmax(axis=1) for batch in batches]
        right = int((np.concatenate(answers) == wanted).sum())
        count = len(x) - right if form.name == "evaluation" else right
        if count > goal if form.name == "evaluation" else count < goal:
            break
        found = {"batch_size": m, "count": count}
    assert found == form.truth("student7")
    assert np.array_equal(network.forward(x, training=False), before)


@pytest.mark.parametrize("form", ASKED.NUMBERS["own"], ids=lambda form: form.name)
def test_wrong_numbers_differ_from_the_right_ones(form):
    assert set(form.slips) <= MISCONCEPTIONS.keys()
    for key in KEYS[:20]:
        right = form.truth(key)
        assert all(slip(key) != right for slip in form.slips.values())


def test_the_numbers_of_the_notebook_are_right():
    for form in ASKED.NUMBERS["own"]:
        (cell,) = of_question("own", form.name, solution=True)
        exec(cell.source, typed := {})
        assert {name: typed[name] for name in ("batch_size", "count")} == form.truth("practice")
        (text,) = (c for c in of_question("own", form.name) if "Practise first" in c.source)
        _, goal, _ = looking.measured(form.name, "practice")
        said = "Its goal is {}. If you get batch size {batch_size} and count {count}, "
        assert said.format(goal, **form.truth("practice")) in text.source
