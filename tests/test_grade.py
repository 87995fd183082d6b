"""Whole submissions: bytes and bundle in, a row out."""

import copy
import json

import nbformat
import numpy as np
import pytest
from support.submissions import needs_tier

from bn_classroom import confine
from bn_classroom.build import draft, write_bundle
from bn_classroom.collect import grade_all
from bn_classroom.grade import grade, open_bundle
from bn_classroom.sample import solved
from bn_helpers.checks import stored

pytestmark = pytest.mark.once
NAME = "a2_batchnorm_forward"
KEY = "a class's secret"


@pytest.fixture(scope="module")
def built():
    return draft(NAME, KEY)


@pytest.fixture(scope="module")
def bundle(built, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "bundle"
    write_bundle(built, path)
    return open_bundle(path)


@pytest.fixture(scope="module")
def graded(bundle):
    """graded(notebook or bytes): its row."""
    tier = needs_tier()

    def graded(submission):
        data = submission if isinstance(submission, bytes) else nbformat.writes(submission).encode()
        row = grade(data, bundle, tier=tier)
        assert row == json.loads(json.dumps(row))
        return row

    return graded


def slips(row):
    return {name: one["slip"] for name, one in row["questions"].items() if one["slip"]}


def answer(notebook, built, question):
    """The answer cell of a question in a notebook."""
    (cell_id,) = (q["id"] for q in built.about["questions"] if q["name"] == question)
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def test_a_right_notebook_gets_all_points_that_a_program_gives(built, graded):
    row = graded(solved(built, "s1"))
    assert (row["status"], row["student"], row["notes"]) == ("graded", "s1", [])
    assert slips(row) == {}
    points = [q["points"] for q in built.about["questions"] if q["kind"] != "written"]
    assert row["points"] == sum(points)


def test_an_untouched_notebook_gets_none(built, graded):
    row = graded(built.notebook)
    assert row["points"] == 0
    assert set(slips(row)) == {"batchnorm", "maps", "undo", "own"}


@pytest.mark.parametrize("question", ["batchnorm", "maps", "undo"])
@pytest.mark.parametrize(
    ("source", "slip"),
    [
        ("def {name}(*arguments):\n    return None", "nothing-returned"),
        ("def {name}(*arguments):\n    1 / 0", "raised"),
        ("def {name}(*arguments):\n    while True: pass", "too-long"),
        ("import os\ndef {name}(*arguments):\n    os._exit(0)", "died"),
        ("def {name}(*arguments:\n", "raised"),
        ("from bn_helpers.batchnorm import batchnorm_forward as {name}", "helper-called"),
    ],
)
def test_a_wrong_answer_costs_its_own_points_alone(built, graded, question, source, slip):
    if question != "batchnorm" and slip == "too-long":
        pytest.skip("once is enough: it takes seconds")
    (name,) = (q["define"][0] for q in built.about["questions"] if q["name"] == question)
    row = graded(solved(built, "s1", **{question: source.replace("{name}", name)}))
    assert slips(row) == {question: slip}


def test_numbers_of_another_student_are_wrong(built, graded):
    other = solved(built, "s2")
    for cell in other.cells:
        cell.source = cell.source.replace('"s2"', '"s1"')
    assert slips(graded(other)) == {"own": "own-differs"}


def test_without_an_id_the_own_numbers_do_not_count(built, graded):
    notebook = solved(built, "s1")
    for cell in notebook.cells:
        cell.source = cell.source.replace('student = "s1"', 'student = "..."')
    row = graded(notebook)
    assert slips(row) == {"own": "own-without-id"}
    assert "No student id was found." in row["notes"]


def duplicated(notebook, built):
    cell = copy.deepcopy(answer(notebook, built, "batchnorm"))
    notebook.cells.append(cell | {"id": "copy"})


def reversed_cells(notebook, built):
    notebook.cells.reverse()


def without_checks(notebook, built):
    notebook.cells = [c for c in notebook.cells if not c.source.startswith(("check(", "hand_in"))]


def checks_edited(notebook, built):
    for cell in notebook.cells:
        if cell.source.startswith("check("):
            cell.source = "print('Right: all of it.')"


def without_ids(notebook, built):
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"new-{number}"


def without_ids_and_metadata(notebook, built):
    without_ids(notebook, built)
    for cell in notebook.cells:
        cell["metadata"] = {}


def in_latin_1(notebook, built):
    notebook.cells.append(nbformat.v4.new_markdown_cell("é"))


def patched(notebook, built):
    cell = answer(notebook, built, "undo")
    cell.source = (
        "import builtins, numpy as np\nnp.allclose = lambda *a, **k: True\n"
        "builtins.print = lambda *a: None\n" + cell.source
    )


def with_magics(notebook, built):
    cell = answer(notebook, built, "undo")
    cell.source = f"%%time\n{cell.source}"
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%matplotlib inline\n!ls"))


@pytest.mark.parametrize(
    "change",
    [
        duplicated,
        reversed_cells,
        without_checks,
        checks_edited,
        without_ids,
        without_ids_and_metadata,
        in_latin_1,
        patched,
        with_magics,
    ],
)
def test_what_is_beside_the_answers_changes_no_grade(built, graded, change):
    notebook = solved(built, "s1")
    change(notebook, built)
    text = json.dumps(notebook, ensure_ascii=False)
    data = text.encode("latin-1" if change is in_latin_1 else "utf-8")
    assert slips(graded(data)) == {}


def test_hard_coded_results_of_the_visible_inputs_are_wrong(built, graded, tmp_path):
    stored.write(tmp_path / "a.npz", built.visible, **built.about)
    visible = stored.read(tmp_path / "a.npz")[1]["undo"]
    (name,) = (q["define"][0] for q in built.about["questions"] if q["name"] == "undo")
    known = [
        ([np.asarray(a).tolist() for a in call], [np.asarray(w).tolist() for w in wanted])
        for call, wanted in zip(visible.calls, visible.wanted)
    ]
    source = (
        f"KNOWN = {known!r}\ndef {name}(*arguments):\n    for call, wanted in KNOWN:\n"
        "        if [np.asarray(a).tolist() for a in arguments] == call:\n"
        "            return tuple(map(np.array, wanted))\n"
    )
    assert slips(graded(solved(built, "s1", undo=source))) == {"undo": "nothing-returned"}


def test_a_file_of_another_release_is_noted(built, graded):
    notebook = solved(built, "s1")
    notebook.metadata["bn_assignment"]["release"] = "another"
    assert graded(notebook)["notes"] == ["The file is of the release another."]


def test_the_same_file_gets_the_same_grade(built, graded):
    notebook = solved(built, "s1", maps="maps = 3")
    assert graded(notebook) == graded(notebook)


def test_a_class_is_graded_once_and_one_bad_file_stops_nobody(built, bundle, tmp_path, monkeypatch):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ipynb").write_bytes(nbformat.writes(solved(built, "s1")).encode())
    (folder / "b.ipynb").write_bytes(b"\0\1\2")
    (folder / "c.txt").write_bytes(b"")
    (folder / "d").symlink_to("/etc/passwd")
    tier = needs_tier()
    rows = grade_all(folder, bundle, tmp_path / "out", tier=tier)
    assert [row["file"] for row in rows] == ["a.ipynb", "b.ipynb", "c.txt", "d"]
    assert [row["status"] == "graded" for row in rows] == [True, False, False, False]
    monkeypatch.setattr(confine, "run", None)
    assert grade_all(folder, bundle, tmp_path / "out", tier=tier) == rows


def test_a_failure_of_the_grader_is_said_and_not_kept(built, bundle, tmp_path, monkeypatch):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ipynb").write_bytes(nbformat.writes(solved(built, "s1")).encode())
    with monkeypatch.context() as broken:
        broken.setattr(confine, "run", None)
        (row,) = grade_all(folder, bundle, tmp_path / "out", tier="A")
    assert row["status"].startswith("The grader failed")
    (row,) = grade_all(folder, bundle, tmp_path / "out", tier=needs_tier())
    assert row["status"] == "graded"
