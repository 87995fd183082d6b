"""The stored lessons that are tested, and the parts of a notebook."""

import pytest
from lessons import code, left_out, untouched

LESSONS = untouched()


def lesson_named(start):
    """The path of the lesson whose name begins with `start`; skips the test if it is left out."""
    path = next((path for path in LESSONS if path.name.startswith(start)), None)
    gone = any(path.name.startswith(start) for path in left_out()) or not code()  # code(): git is there
    assert path or gone, f"there is no lesson {start}"
    return path or pytest.skip(f"lesson {start} is left out: somebody has worked there, or it is gone")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook):
    """The text of all markdown cells."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(cells):
    return [output for cell in cells for output in cell.get("outputs", [])]


def printed(cells):
    """The text that the stored outputs of `cells` show."""
    texts = [o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in outputs(cells)]
    return "\n".join(texts)
