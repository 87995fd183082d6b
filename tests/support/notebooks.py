"""The stored lessons that are tested, and the parts of a notebook."""

import pytest
from lessons import lessons, stored

LESSONS = stored()


def lesson_named(start):
    """The path of the lesson that begins with `start`; skips if it is not as stored."""
    start = start if "_" in start else f"{start}_"  # "09" is not 09b
    (path,) = (path for path in lessons() if path.name.startswith(start))
    return (
        path if path in LESSONS else pytest.skip(f"{path.name} is not as `make refresh` stores it")
    )


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
