"""The cells of a submission, out of any bytes: nothing of it is run or believed."""

import json
import re
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

LARGEST = 5_000_000  # bytes of a file
LONGEST = 100_000  # characters of a cell
MOST = 500  # cells
ID = re.compile(r"""^student\s*=\s*(["'])([^"'\n]{1,64})\1""", re.MULTILINE)
MAGIC = re.compile(r"^\s*[%!?]|\?\s*$|=\s*[%!]", re.MULTILINE)


class Unreadable(Exception):
    """Why a file has no cells: a sentence for the student."""


class Cell(NamedTuple):
    id: str
    grade_id: str
    kind: str  # "code" or "markdown"
    source: str


class Submission(NamedTuple):
    student: str  # the id that stands in the file; "" if there is none
    release: str
    cells: list


def read(data):
    """The Submission in the bytes of a file; Unreadable with the reason."""
    if len(data) > LARGEST:
        size, most = len(data) / 1e6, LARGEST // 1_000_000
        raise Unreadable(f"The file has {size:.0f} MB. At most {most} MB are read.")
    stored = _parsed(data)
    cells = [_cell(cell) for cell in _cells(stored)[:MOST]]
    if not cells:
        raise Unreadable("The notebook has no cells.")
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    found = ID.search(code)
    own = _dict(_dict(_dict(stored).get("metadata")).get("bn_assignment"))
    student = found[2].strip() if found else ""
    return Submission("" if student == "..." else student, _text(own.get("release"))[:64], cells)


def _parsed(data):
    if not data.strip():
        raise Unreadable("The file is empty.")
    try:
        try:
            return json.loads(data)
        except UnicodeDecodeError:
            return json.loads(data.decode("latin-1"))
    except (ValueError, RecursionError):
        if b"<<<<<<<" in data and b">>>>>>>" in data:
            raise Unreadable("The file has the marks of a merge conflict in it.") from None
        raise Unreadable("The file is not a notebook.") from None


def _cells(stored):
    """The list of cells, of this format (4) or the former one (3)."""
    stored = _dict(stored)
    sheets = stored.get("worksheets")
    if isinstance(sheets, list) and sheets:
        stored = _dict(sheets[0])
    cells = stored.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("The file is not a notebook.")
    return [cell for cell in cells if isinstance(cell, dict)]


def _cell(stored):
    kind = _text(stored.get("cell_type"))
    source = _text(stored.get("source", stored.get("input")))[:LONGEST]
    own = _dict(_dict(stored.get("metadata")).get("nbgrader"))
    source = plain_python(source) if kind == "code" else source
    return Cell(_text(stored.get("id"))[:64], _text(own.get("grade_id"))[:64], kind, source)


def _dict(value):
    return value if isinstance(value, dict) else {}


def _text(value):
    """A text, or the list of lines that a notebook keeps in its place."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def plain_python(source):
    """A cell's source with IPython's own syntax as calls of get_ipython()."""
    if not MAGIC.search(source):
        return source
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # it is no Python either; what runs it says so
        return source
