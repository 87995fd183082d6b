"""Any bytes are a submission or a sentence on why they are none."""

import json

import nbformat
import pytest

from bn_classroom.reading import LARGEST, Unreadable, plain_python, read


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
        (b"x" * (LARGEST + 1), "The file has 5 MB. At most 5 MB are read."),
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
    assert plain_python("a = 1") == "a = 1"
    assert "run_line_magic" in plain_python("%matplotlib inline\na = 1")
    assert "system" in plain_python("!rm -rf /")
    assert "run_cell_magic" in plain_python("%%bash\nls")
    assert plain_python("a = = %%% (") is not None
