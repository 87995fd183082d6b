"""docs/claims.md: every row points to a heading; what is called computed stands in the stored output below it."""

import re
from pathlib import Path

import nbformat
import pytest
from printed import SPACED, near
from support.notebooks import lesson_named, printed

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs/claims.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [A-E?]\d", line)
]


def section(lesson, heading):
    """The code cells under a heading, up to the next of its level or above."""
    path = lesson_named(lesson)
    under, level = [], None  # level: of the heading, while inside of its section
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code" and level:
            under.append(cell)
        for marks, title in re.findall(r"^(#+) (.+)$", cell.source, re.M) if cell.cell_type == "markdown" else ():
            if title == heading:
                level = len(marks)
            elif level and len(marks) <= level:
                level = None
    assert under, f"{path.name} has no heading {heading!r} with code cells"
    return under


def stands(quote, text):
    """Whether the quote stands in the text, its numbers to one unit: `make refresh` may change a last digit."""
    words_and_numbers = SPACED.split(quote)
    pattern = "".join(SPACED.pattern if i % 2 else re.escape(part) for i, part in enumerate(words_and_numbers))
    quoted = words_and_numbers[1::2]
    return any(all(map(near, quoted, match.groups())) for match in re.finditer(pattern, text))


def test_the_table_is_there_and_its_ids_are_unique():
    assert len(ROWS) >= 14
    assert all(len(row) == 5 for row in ROWS)
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_claim_is_settled_where_the_table_says(row):
    _, claim, verdict, where, settled = row
    assert claim
    assert verdict in {"right", "partly right", "wrong", "open"}
    lesson, heading = re.fullmatch(r"(\d\d), (.+)", where).groups()
    cells = section(lesson, heading)
    kind, _, detail = settled.partition(": ")
    assert kind in {"computed", "cited", "wording"}
    numbers = re.findall(r"`([^`]+)`", detail)
    assert bool(numbers) == (kind == "computed")
    for number in numbers:
        assert len(number) > 10  # a bare digit stands everywhere
        assert stands(number, printed(cells)), f"{number} is not printed in {heading!r} of lesson {lesson}"
    assert kind != "cited" or re.search(r"section \d", detail)
