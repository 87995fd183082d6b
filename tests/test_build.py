"""An assignment is built, handed out and kept from those who must not see it."""

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bn_classroom import build as building
from bn_classroom import faults as finding
from bn_classroom.__main__ import NOTEBOOKS, main
from bn_classroom.author import ASSIGNMENTS, authored, load
from bn_classroom.build import NotBuilt, draft
from bn_classroom.faults import faults
from bn_classroom.release import leaks, raising, release
from bn_helpers.checks import stored

pytestmark = pytest.mark.once
NAME = "a2_batchnorm_forward"
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """(the Built, the student's folder, the grader's file) of a release."""
    folder = tmp_path_factory.mktemp("release")
    return (
        release(NAME, "a key", folder / "out", folder / "bundle"),
        folder / "out",
        folder / "bundle",
    )


def test_what_stands_in_the_repository_is_as_built():
    built = draft(NAME)
    kept = nbformat.read(NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    assert kept == nbformat.from_dict(built.notebook), "./bn-classroom build makes it anew"
    about, expected = stored.read(NOTEBOOKS / f"{NAME}.npz")
    assert about == built.about
    for question, now in built.visible.items():
        for one, two in zip(expected[question].wanted, now.wanted, strict=True):
            for a, b in zip(one, two, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    for file in load(NAME).HANDED_OUT:
        assert (NOTEBOOKS / file).read_bytes() == (ASSIGNMENTS / NAME / file).read_bytes()


def test_a_built_notebook_has_ids_of_nbgrader_and_no_solution():
    notebook = draft(NAME).notebook
    nbformat.validate(notebook)
    ids = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
    assert len(ids) == len(set(ids)) == 9
    assert all(
        c.metadata.nbgrader.schema_version == 3 for c in notebook.cells if "nbgrader" in c.metadata
    )
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "SOLUTION" not in text
    assert "Rubric" not in text
    locked = [c for c in notebook.cells if c.source.startswith("check(")]
    assert locked
    assert not any(cell.metadata.editable for cell in locked)


def test_a_key_chooses_contracts_and_hidden_inputs():
    keys = [draft(NAME, key) for key in ("a", "b", "c", "d", "e", "f")]
    for question in keys[0].secret["contracts"]:
        assert len({built.secret["contracts"][question] for built in keys}) > 1
    one, two = draft(NAME, "a"), draft(NAME, "a")
    assert one.about == two.about
    assert one.about["release"] != keys[1].about["release"]
    for question, hidden in one.hidden.items():
        a, b = hidden.calls[0][0], two.hidden[question].calls[0][0]
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, one.visible[question].calls[0][0])


@pytest.fixture
def contract():
    return load(NAME).QUESTIONS["undo"][0]


def changed(contract, **about):
    return replace(contract, question=replace(contract.question, **about))


def test_a_slip_that_passes_is_a_fault(contract):
    truth = contract.question.truth
    wrong = changed(contract, slips={"eps-forgotten": truth})
    assert faults(wrong, 0) == ["line: the slip eps-forgotten passes"]


def test_two_slips_that_look_alike_are_a_fault(contract):
    def formula(mean, var, eps, a, c):
        return a, c

    wrong = changed(contract, slips={"eps-forgotten": formula, "beta-sign": formula})
    (sentence,) = faults(wrong, 0)
    assert sentence == "line: the slip beta-sign looks like eps-forgotten, and their hints differ"


def test_a_right_answer_that_is_refused_is_a_fault(contract):
    wrong = replace(contract, variants=(lambda mean, var, eps, a, c: (a, c),))
    assert any("a right answer is refused" in sentence for sentence in faults(wrong, 0))


def test_too_few_styles_are_a_fault(contract, monkeypatch):
    monkeypatch.setattr(finding, "styles", lambda truth: {})
    few = replace(contract, variants=())
    assert faults(few, 0) == ["line: expected right answers in 8 styles, got 0"]


def test_an_assignment_with_a_fault_is_not_built(monkeypatch):
    monkeypatch.setattr(building, "faults", lambda contract, seed: ["a sentence"])
    with pytest.raises(NotBuilt, match="a sentence"):
        building.build(NAME)


@pytest.mark.parametrize("words", ["share = weights", "Rubric"])
def test_a_solution_in_the_students_notebook_is_a_fault(words):
    built = draft(NAME)
    whole = authored(NAME)
    assert list(finding.leaks(built, whole)) == []
    for cell in whole.cells:
        if "BEGIN SOLUTION" in cell.source or "Rubric" in cell.source:
            built.notebook.cells.append(nbformat.v4.new_markdown_cell(cell.source))
    assert list(finding.leaks(built, whole))


def test_a_release_has_what_students_need_and_nothing_else(handed_out):
    built, folder, bundle = handed_out
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    (wheel,) = (name for name in names if name.endswith(".whl"))
    assert names - {wheel} == {
        "LICENSE",
        "README.md",
        f"{NAME}.ipynb",
        f"{NAME}.npz",
        "data/README.md",
        "data/digits.npz",
        *load(NAME).HANDED_OUT,
    }
    assert bundle.is_file()
    with zipfile.ZipFile(folder / wheel) as packed:
        tops = {name.split("/")[0] for name in packed.namelist()}
    assert {top for top in tops if not top.endswith("dist-info")} == {
        "bn_helpers",
        "bn_helpers_data",
    }
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert wheel in readme
    assert built.about["release"] in readme


def test_a_release_has_no_solution_and_no_hidden_input(handed_out):
    built, folder, _ = handed_out
    assert list(leaks(folder, NAME)) == []
    _, visible = stored.read(folder / f"{NAME}.npz")
    for question, hidden in built.hidden.items():
        known = {np.asarray(a).tobytes() for call in visible[question].calls[:2] for a in call}
        secret = [a for a in hidden.calls[0] if np.size(a) > 3 and np.asarray(a).dtype.kind == "f"]
        assert secret
        assert known.isdisjoint(np.asarray(a).tobytes() for a in secret)


def test_a_solution_that_is_put_into_a_release_is_seen(handed_out, tmp_path):
    (tmp_path / "notes.md").write_bytes((ASSIGNMENTS / NAME / "notebook.ipynb").read_bytes())
    whole = authored(NAME)
    cell = next(cell for cell in whole.cells if "BEGIN SOLUTION" in cell.source)
    (tmp_path / "one.py").write_text(
        cell.source.replace("### BEGIN SOLUTION", ""), encoding="utf-8"
    )
    assert any("notes.md" in sentence for sentence in leaks(tmp_path, NAME))
    assert any("one.py" in sentence for sentence in leaks(tmp_path, NAME))


def test_for_nbgrader_the_checks_raise():
    built = draft(NAME)
    sources = [cell.source for cell in raising(built).notebook.cells]
    checks = [source for source in sources if source.startswith("check(")]
    assert checks
    assert all(source.endswith(").or_raise()") for source in checks)
    assert not any("or_raise" in cell.source for cell in built.notebook.cells)


def test_what_was_handed_out_is_never_written_over(handed_out):
    _, folder, bundle = handed_out
    with pytest.raises(FileExistsError, match="expected a new folder and file"):
        release(NAME, "another key", folder, bundle.with_name("new"))
    with pytest.raises(FileExistsError, match="expected a new folder and file"):
        release(NAME, "another key", folder.with_name("new"), bundle)
    with pytest.raises(ValueError, match="must not lie in the student's folder"):
        release(NAME, "another key", folder.with_name("new"), folder.with_name("new") / "b")


def test_the_command_says_what_it_lacks(handed_out, tmp_path):
    _, folder, bundle = handed_out

    def graded(submissions, bundle=bundle, out=tmp_path / "out"):
        options = ["grade", submissions, "--bundle", bundle, "--out", out]
        return main(list(map(str, options)))

    assert "expected a folder, a zip archive or a notebook" in graded(tmp_path / "nothing")
    assert not (tmp_path / "out").exists()
    assert "expected a bundle of release" in graded(folder, bundle=__file__)
    assert "expected a bundle of release" in graded(folder, bundle=folder / f"{NAME}.npz")
    assert "must not lie in the submissions" in graded(folder, out=folder / "out")


@pytest.mark.parametrize("key", ["", "no/such/file", "key.txt"])
def test_a_key_is_a_text_or_a_file_that_is_there(tmp_path, key):
    said = main(["release", "--key", key, "--to", str(tmp_path / "out")])
    assert said.startswith("--key: expected a text")
    assert not (tmp_path / "out").exists()


def test_hidden_inputs_need_more_than_the_key(handed_out):
    built, _, _ = handed_out
    guessed = draft(NAME, "a key")
    assert guessed.secret == built.secret
    assert guessed.about["release"] != built.about["release"]
    for question, hidden in built.hidden.items():
        assert not np.array_equal(hidden.calls[0][0], guessed.hidden[question].calls[0][0])


def test_make_refresh_refuses_an_assignment():
    path = NOTEBOOKS / f"{NAME}.ipynb"
    before = path.read_bytes()
    command = [sys.executable, "-P", "tools/refresh.py", str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode
    assert "is built, not refreshed: ./bn-classroom build" in run.stderr
    assert path.read_bytes() == before


def test_assignments_are_no_lessons_and_are_left_out_of_the_suite():
    from lessons import lessons

    assert not any("assignments" in path.parts for path in lessons())
    command = [sys.executable, "-I", "-m", "pytest", "--collect-only", "-q", "notebooks"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "00_start_here" in run.stdout
    assert NAME not in run.stdout
