"""The pages to print: `make sheets`."""

from html.parser import HTMLParser

import pytest
from sheets import LESSONS, PARTS, sheet


class Seen(HTMLParser):
    """The tags of a page, the description of its picture, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.alt, self.text = [], "", ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.alt += dict(attributes).get("alt", "")

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("number", LESSONS)
def test_a_page_has_the_picture_in_words_and_formulas_that_are_no_source_text(number):
    seen = Seen(sheet(number))
    assert seen.tags.count("img") == 1
    assert len(seen.alt.split()) > 10
    assert seen.tags.count("math") >= 3 or number == "10"  # it has code, and no formulas
    assert seen.tags.count("li") + seen.tags.count("tr") >= 4  # a list, or a table
    assert not set("$\\") & set(seen.text)


def test_a_formula_takes_its_heading_and_the_table_of_its_symbols():
    text = "## 1. Sums\n\n$$z = xW$$\n\n| symbol | shape |\n|---|---|\n| $x$ | (N, D) |\n\n$$a$$\n"
    (heading, *_), (_, z, shapes), (_, a, none) = PARTS.findall(text)
    assert heading == "1. Sums"
    assert (z, a, none) == ("$$z = xW$$", "$$a$$", "")
    assert shapes.endswith("(N, D) |\n")


@pytest.mark.browser
@pytest.mark.parametrize("number", LESSONS)
def test_a_page_is_one_sheet_of_paper(number, browser):
    page = browser.new_page()
    page.set_content(sheet(number))
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    assert page.locator("img").evaluate("image => image.naturalWidth") > 1000
    page.close()
