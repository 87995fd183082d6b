"""README.md and other pages: short enough, each link leads to a file, whole tables."""

import re
from pathlib import Path

import pytest
from lessons import in_git, lessons
from support.pages import table

from bn_helpers.my_course import number_of

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
IN_GIT = [path for path in in_git("*.md") if path.exists()]
PAGES = IN_GIT or [README, ROOT / "CONTRIBUTING.md", *ROOT.glob("*/*.md")]


def words(page):
    """What `wc -w` counts, without the signs of Markdown that stand alone."""
    return [word for word in page.split() if re.search(r"\w", word)]


def test_the_readme_has_at_most_450_words():
    assert len(words(README.read_text(encoding="utf-8"))) <= 450


def test_the_readme_lists_the_lessons_in_order():
    linked = re.findall(r"\]\((notebooks/[^)]+\.ipynb)\)", README.read_text(encoding="utf-8"))
    assert linked == [path.relative_to(ROOT).as_posix() for path in lessons()]
    numbers = [number_of(path.name) for path in lessons()]
    heads = [row[0].split(".")[0] for row in table(README, 2)]
    assert heads == [f"[{number[1:] if number[0] == '0' else number}" for number in numbers]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_to_one(page):
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_readme():
    reached, new = set(), {README}
    while new:
        reached |= new
        links = {
            (page.parent / link).resolve()
            for page in new
            for link in re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text(encoding="utf-8"))
        }
        new = links - reached
    assert reached == set(PAGES)


def test_the_glossary_has_each_term_once_in_alphabetical_order_in_three_languages():
    rows = table(ROOT / "notebooks/glossary.md", 4)
    terms = [english.casefold() for english, _, _, _ in rows]
    assert terms == sorted(set(terms))
    assert all(all(row) for row in rows)
    assert {"company", "pooled", "between examples"} <= {term.split(",")[0] for term in terms}
