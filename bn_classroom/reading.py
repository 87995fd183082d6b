"""The cells of a submission, out of any bytes: nothing of it is run or believed."""

import ast
import json
import re
from typing import NamedTuple
from unicodedata import normalize

from IPython.core.inputtransformer2 import TransformerManager

LARGEST = 5_000_000  # bytes of a file
LONGEST = 100_000  # characters of a cell
MOST = 500  # cells
ID = re.compile(r"^[ \t]*student[ \t]*(?::[ \t]*\w+[ \t]*)?=[ \t]*([^\n]{1,100})", re.MULTILINE)
MAGIC = re.compile(r"^[ \t]*[%!?]|\?[ \t]*$|=[ \t]*[%!]", re.MULTILINE)
PATIENCE = 1_000_000  # characters, times lines with magics, that are transformed of a file


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
        raise Unreadable(f"The file is larger than {LARGEST // 1_000_000} MB. It is not read.")
    stored = _parsed(data)
    cells = with_plain_python(_cell(cell) for cell in _cells(stored)[:MOST])
    if not cells:
        raise Unreadable("The notebook has no cells.")
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    own = _dict(_dict(_dict(stored).get("metadata")).get("bn_assignment"))
    return Submission(_student(code), _text(own.get("release"))[:64], cells)


def _student(code):
    """The id that the code states: a text or a whole number; "" if there is none."""
    for found in ID.finditer(code):
        try:
            value = ast.literal_eval(found[1].strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = " ".join(str(value).split())[:64]
            return "" if text == "..." else text
    return ""


def same(student):
    """An id as it is compared: capitals and spaces make no difference."""
    return "".join(normalize("NFKC", student).split()).casefold()


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
    return Cell(_text(stored.get("id"))[:64], _text(own.get("grade_id"))[:64], kind, source)


def _dict(value):
    return value if isinstance(value, dict) else {}


def _text(value):
    """A text, or the list of lines that a notebook keeps in its place."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return clean(value) if isinstance(value, str) else ""


def clean(text):
    """The text with a question mark for what cannot be written to a file."""
    return text.encode("utf-8", "replace").decode()


def with_plain_python(cells):
    """The cells, with IPython's syntax in code as calls, as far as patience goes."""
    rows, left = [], PATIENCE
    for cell in cells:
        lines = len(MAGIC.findall(cell.source)) if cell.kind == "code" else 0
        left -= lines * len(cell.source)
        if lines and left >= 0:
            cell = cell._replace(source=plain_python(cell.source))
        rows.append(cell)
    return rows


def plain_python(source):
    """A cell's source with IPython's own syntax as calls of get_ipython()."""
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # it is no Python either; what runs it says so
        return source
