"""A student's check and hand_in, with an assignment made up for these tests."""

import numpy as np
import pytest

from bn_helpers.batchnorm import batchnorm_forward
from bn_helpers.checks import stored
from bn_helpers.checks.assignment import NotReady, assignment
from bn_helpers.checks.question import Question, expected_of

DOUBLED = Question(
    cases=lambda rng: [
        *((rng.standard_normal((4, 3)), rng.random(3), e, True) for e in (0.1, 0.3)),
        (np.array([[1, 2], [3, 5]]), np.array([1, 2]), 2, True),
    ],
    truth=lambda x, gamma, eps, both: (2 * x * gamma, x.sum() + eps),
    slips={
        "no-step": lambda x, gamma, eps, both: (x, eps),
        "wrong-sign": (
            lambda x, gamma, eps, both: (-2 * x * gamma, eps),
            lambda x, gamma, eps, both: (1 / 0, eps),
        ),
    },
    passed="Twice.",
    returns=("out", "total"),
    axes=("row", "column"),
)
TOLD = {"points": 2, "id": "a", "grade_id": "a", "read": "05_batchnorm_forward.ipynb#x"}
ABOUT = {
    "id": "made_up",
    "version": 1,
    "questions": [
        {**TOLD, "name": "doubled", "kind": "function", "define": ["doubled"]},
        {
            **TOLD,
            "name": "own",
            "kind": "values",
            "define": ["size", "share"],
            "within": {"size": 0, "share": 0.01},
            "allowed": {"size": [4, 8, 16], "share": [0.5, 0.505, 0.52]},
            "practice": {"size": 8, "share": 0.5},
        },
        {**TOLD, "name": "why", "kind": "written", "define": []},
    ],
}
RIGHT = """
def doubled(x, gamma, eps, both):
    return 2 * x * gamma, x.sum() + eps
size, share, student = 8, 0.505, "practice"
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run(source): execute it in a notebook's namespace, and give the namespace."""
    monkeypatch.chdir(tmp_path)
    stored.write("made_up.npz", {"doubled": expected_of(DOUBLED)}, **ABOUT)
    check, hand_in = assignment("made_up")
    names = {"check": check, "hand_in": hand_in, "np": np, "batchnorm_forward": batchnorm_forward}

    def run(source):
        exec(source, names)
        return names

    return run


def verdict(run, source, question="doubled"):
    return run(f"{source}\nverdict = check({question!r})")["verdict"]


def test_what_is_expected_comes_back_from_the_file(tmp_path):
    expected = expected_of(DOUBLED)
    stored.write(tmp_path / "a.npz", {"doubled": expected}, id="a")
    about, back = stored.read(tmp_path / "a.npz")
    assert about == {"id": "a"}
    back = back["doubled"]
    for name in ("cases", "passed", "names", "returns", "axes", "rtol"):
        assert getattr(back, name) == getattr(expected, name)
    for one, two in zip(back.calls, expected.calls, strict=True):
        assert list(map(type, one)) == list(map(type, two))
        for a, b in zip(one, two, strict=True):
            np.testing.assert_array_equal(a, b)
            assert np.asarray(a).dtype == np.asarray(b).dtype
    assert [name for name, _ in back.slips] == ["no-step", "wrong-sign", "wrong-sign"]
    for (_, one), (_, two) in zip(back.slips, expected.slips, strict=True):
        for a, b in zip(one, two, strict=True):
            for got, want in zip(a, b, strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-6)


def test_a_right_answer_is_found_by_its_name(run):
    assert verdict(run, RIGHT)


def test_a_slip_has_its_name_and_the_heading_to_read_again(run):
    wrong = verdict(run, "doubled = lambda x, gamma, eps, both: (x, eps)")
    assert (wrong.passed, wrong.slip) == (False, "no-step")
    assert "Read again: lesson 05, x" in str(wrong)
    assert "Read again" not in repr(wrong)


@pytest.mark.parametrize("source", ["", "doubled = ...", "doubled = None", "doubled = ''"])
def test_an_answer_that_is_not_there_is_a_verdict_and_no_error(run, source):
    missing = verdict(run, source)
    assert (missing.passed, missing.slip) == (False, "answer-missing")
    assert "doubled" in missing.message


def test_another_thing_in_its_place_is_a_verdict(run):
    assert verdict(run, "doubled = np.ones(3)").slip == "not-a-function"


@pytest.mark.parametrize(
    "source",
    [
        "doubled = batchnorm_forward",
        "def doubled(x, gamma, eps, both):\n    batchnorm_forward(x, gamma, gamma, eps)\n"
        "    return 2 * x * gamma, x.sum() + eps",
        "def doubled(x, gamma, eps, both):\n    try:\n        batchnorm_forward(1, 2, 3, 4)\n"
        "    except Exception:\n        return 2 * x * gamma, x.sum() + eps",
    ],
)
def test_a_call_of_a_helper_is_named(run, source):
    called = verdict(run, source)
    assert called.slip == "helper-called"
    assert "batchnorm_forward" in called.message


def test_the_same_answer_stores_the_same_text_however_often_it_is_checked(run):
    source = "doubled = lambda x, gamma, eps, both: (x * 3.3, eps)"
    assert len({repr(verdict(run, source)) for _ in range(5)}) == 1


def test_an_unknown_question_is_an_error_that_lists_them(run):
    with pytest.raises(ValueError, match=r"expected one of \['doubled', 'own', 'why'\], got 'x'"):
        run("check('x')")


def test_numbers_for_the_id_practice_are_judged_and_others_are_noted(run):
    assert verdict(run, RIGHT, "own")
    assert verdict(run, "share = 0.52", "own").slip == "own-differs"
    noted = verdict(run, "student = 's1'", "own")
    assert noted
    assert repr(noted) == "Noted: size = 8, share = 0.52. The grader compares them, not this check."
    assert verdict(run, "size = '8'", "own").slip == "own-not-typed"
    assert verdict(run, "size = ...", "own").slip == "answer-missing"
    impossible = verdict(run, "size = 9", "own")
    assert impossible.slip == "own-impossible"
    assert "Your size is 9. Expected one of 4, 8, 16." in impossible.message
    computed = "size = 4 + 4\nIn = ['size = 8', 'size = 4 + 4', '%magic', 'check(1)']"
    assert verdict(run, computed, "own").slip == "own-not-typed"
    assert verdict(run, "In = ['size = 4 + 4', 'size = 8']", "own")


def test_hand_in_lists_what_is_open_or_wrong_and_raises(run, capsys):
    with pytest.raises(NotReady, match=r"3 open or wrong: student, doubled, own\."):
        run("student = '...'\nhand_in()")
    printed = capsys.readouterr().out
    assert "why: Written: not judged here. A person reads it." in printed
    assert "student: Not yet" in printed
    with pytest.raises(NotReady, match=r"1 open or wrong: doubled\."):
        run(f"{RIGHT}\nstudent = 7\ndoubled = lambda *a: None\nhand_in()")


def test_hand_in_raises_nothing_when_all_is_right(run, capsys):
    run(f"{RIGHT}\nstudent = 's1'\nhand_in()")
    assert "Ready, if why is written. Save the notebook" in capsys.readouterr().out


@pytest.mark.parametrize("student", ["'practice'", "'...'", "''", "None", "1.5", "'x' * 65"])
def test_hand_in_asks_for_an_id(run, capsys, student):
    with pytest.raises(NotReady, match=r"1 open or wrong: student\."):
        run(f"{RIGHT}\nstudent = {student}\nhand_in()")
    assert "first code cell" in capsys.readouterr().out


def test_without_its_arrays_the_assignment_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"expected the file made_up\.npz beside"):
        assignment("made_up")
