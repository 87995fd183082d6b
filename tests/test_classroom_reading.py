"""Any bytes are a submission or a sentence on why they are none."""

import json

import nbformat
import pytest

from bn_classroom import reading
from bn_classroom.reading import LARGEST, Unreadable, plain_python, read, same

pytestmark = pytest.mark.once


def notebook(*cells, **metadata):
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells}).encode()


def code(source, **more):
    return {"cell_type": "code", "source": source, **more}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"PK\x03\x04 and more", "The file is not a notebook."),
        (b"\xff\xfe\xfd", "The file is not a notebook."),
        (b"[" * 100_000, "The file is not a notebook."),
        (b"3", "The file is not a notebook."),
        (b'{"cells": 3}', "The file is not a notebook."),
        (notebook(), "The notebook has no cells."),
        (notebook(3, None, "a"), "The notebook has no cells."),
        (b"<<<<<<< HEAD\n{}\n=======\n>>>>>>> b\n", "The file has the marks of a merge conflict"),
        (b"x" * (LARGEST + 1), "The file is larger than 5 MB. It is not read."),
    ],
)
def test_what_cannot_be_read_is_said(data, sentence):
    with pytest.raises(Unreadable, match=sentence.replace(".", r"\.")):
        read(data)


def test_cells_id_and_release_are_found():
    own = {"bn_assignment": {"release": "abc"}}
    cells = (
        code('student = "s1"', id="i"),
        code(["a = 1\n", "b"], metadata={"nbgrader": {"grade_id": "g"}}),
    )
    submission = read(notebook(*cells, **own))
    assert (submission.student, submission.release) == ("s1", "abc")
    assert [cell.source for cell in submission.cells] == ['student = "s1"', "a = 1\nb"]
    assert [cell.id for cell in submission.cells] == ["i", ""]
    assert [cell.grade_id for cell in submission.cells] == ["", "g"]


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": 3, "source": None},
        {"source": [1, "a", None]},
        {"cell_type": "code", "source": {}, "metadata": [], "id": 7},
        {"cell_type": "code", "source": "a", "metadata": {"nbgrader": "x"}},
        {"cell_type": "code", "source": "a", "metadata": {"nbgrader": {"grade_id": []}}},
    ],
)
def test_a_cell_of_a_wrong_form_is_read_as_far_as_it_goes(cell):
    (found,) = read(notebook(cell)).cells
    assert all(isinstance(part, str) for part in found)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_other_encodings_are_read(encoding):
    text = json.dumps(json.loads(notebook(code('a = "é"'))), ensure_ascii=False)
    assert read(text.encode(encoding)).cells[0].source == 'a = "é"'


def test_a_notebook_of_the_former_format_is_read():
    new = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('student = "s2"')])
    old = nbformat.convert(new, 3)
    assert read(nbformat.v3.writes_json(old).encode()).student == "s2"


def test_syntax_of_ipython_becomes_calls():
    assert plain_python("a = 1").strip() == "a = 1"
    assert "run_line_magic" in plain_python("%matplotlib inline\na = 1")
    assert "system" in plain_python("!rm -rf /")
    assert "run_cell_magic" in plain_python("%%bash\nls")
    assert plain_python("a = = %%% (") is not None


@pytest.mark.parametrize(
    ("line", "student"),
    [
        ('student = "s1"  # my id', "s1"),
        ("student = 's # 1'", "s # 1"),
        ("student = 20231234", "20231234"),
        ('student = "O\'Brien"', "O'Brien"),
        ("student = ('s77')", "s77"),
        ("student = '''s1'''", "s1"),
        ('student: str = "x"', "x"),
        ('  student="x"', "x"),
        ('student = "..."', ""),
        ("student = ...", ""),
        ("student = name", ""),
        ("student = True", ""),
        ("student = ((((((((((((((((((((((((((((((((((((((((((((((((((((((", ""),
        ('student = "' + "x" * 99 + '"', ""),
    ],
)
def test_an_id_is_found_however_it_is_written(line, student):
    assert read(notebook(code(line))).student == student


def test_halves_of_characters_are_replaced():
    cells = code('student = "\ud800"'), {"cell_type": "markdown", "source": "a\ud800"}
    found = read(notebook(*cells, bn_assignment={"release": "\ud800"}))
    assert (found.student, found.release, found.cells[1].source) == ("?", "?", "a?")


@pytest.mark.parametrize(
    "source", ["\n" * 50_000 + "x", "%a\n" * 30_000, "? " * 40_000, "%a\n" * 800]
)
def test_a_cell_that_would_take_long_to_transform_is_left_as_it_is(source, monkeypatch):
    cost = []
    monkeypatch.setattr(
        reading, "plain_python", lambda s: cost.append(len(reading.MAGIC.findall(s)) * len(s)) or s
    )
    assert len(read(notebook(*[code(source)] * 40)).cells) == 40
    assert sum(cost) <= reading.PATIENCE


def test_ids_are_compared_without_capitals_and_spaces():
    assert same("Kim  Min") == same("kimmin") != same("kim-min")
    assert same("e\u0301") == same("\u00e9")
