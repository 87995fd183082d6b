"""docs/claims.md: each row names a heading, and what it quotes is printed below it."""

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


def headings(cell):
    """The pairs ("##", title) in a markdown cell."""
    return re.findall(r"^(#+) (.+)$", cell.source, re.M) if cell.cell_type == "markdown" else []


def section(lesson, heading):
    """The code cells under a heading, up to the next of its level or above."""
    path = lesson_named(lesson)
    under, level = [], None  # level: of the heading, while inside of its section
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code" and level:
            under.append(cell)
        for marks, title in headings(cell):
            if title == heading:
                level = len(marks)
            elif level and len(marks) <= level:
                level = None
    assert under, f"{path.name} has no heading {heading!r} with code cells"
    return under


def folded(text):
    """The text with each run of blanks as one: the columns of a table may move."""
    return re.sub(r"[^\S\n]+", " ", text)


def stands(quote, text):
    """Whether the quote is in the text; numbers may differ by one unit."""
    parts = SPACED.split(folded(quote))
    pattern = "".join(SPACED.pattern if i % 2 else re.escape(part) for i, part in enumerate(parts))
    found = re.finditer(pattern, folded(text))
    return any(all(map(near, parts[1::2], match.groups())) for match in found)


def test_the_table_is_there_and_its_ids_are_unique():
    assert len(ROWS) >= 14
    assert all(len(row) == 5 for row in ROWS)
    assert len({row[0] for row in ROWS}) == len(ROWS)


def test_the_rows_are_in_the_order_of_the_lessons_and_of_their_headings():
    def place(row):
        lesson, heading = row[3].split(", ", 1)
        cells = nbformat.read(lesson_named(lesson), 4).cells
        titles = [title for cell in cells for _, title in headings(cell)]
        return lesson, titles.index(heading)

    places = [place(row) for row in ROWS]
    assert places == sorted(places)


def test_a_quote_is_found_where_columns_are_wider_and_not_where_a_word_or_number_differs():
    printed_now = "name    loss   rate\n1/fan_in  mean   9e-07"
    assert stands("name loss rate", printed_now)
    assert stands("1/fan_in mean 8e-07", printed_now)
    for other in ("name rate", "rate 1/fan_in", "1/fan_in mean 7e-07"):
        assert not stands(other, printed_now)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_claim_is_settled_where_the_table_says(row):
    _, claim, verdict, where, settled = row
    assert claim
    assert verdict in {"right", "partly right", "wrong", "open"}
    lesson, heading = re.fullmatch(r"(\d\d[a-z]?), (.+)", where).groups()
    cells = section(lesson, heading)
    kind, _, detail = settled.partition(": ")
    assert kind in {"computed", "cited", "wording"}
    numbers = re.findall(r"`([^`]+)`", detail)
    assert bool(numbers) == (kind == "computed")
    for number in numbers:
        assert len(number) > 8  # a bare digit stands everywhere
        assert stands(number, printed(cells)), f"{number} is not printed under {where}"
    assert kind != "cited" or re.search(r"section \d", detail)
