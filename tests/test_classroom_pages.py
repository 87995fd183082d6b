"""The pages for a class hold what was graded, and nothing that a student planted."""

import csv
import html
import re

import pytest

from bn_classroom import pages, people
from bn_classroom.grade import Bundle
from bn_helpers.checks import MISCONCEPTIONS

pytestmark = pytest.mark.once

READ = "05_batchnorm_forward.ipynb#9. One mean"
QUESTIONS = [
    {"name": "batchnorm", "kind": "function", "points": 3, "read": READ},
    {"name": "own", "kind": "values", "points": 2, "read": ""},
    {"name": "why", "kind": "written", "points": 2, "read": ""},
]
ABOUT = {"id": "a2_batchnorm_forward", "contracts": {"why": "company"}, "questions": QUESTIONS}
BUNDLE = Bundle(ABOUT, {})


def row(file, student, *slips, status="graded", text="because"):
    graded = {
        q["name"]: {"points": 0 if slip else q["points"], "slip": slip, "rule": "id"}
        for q, slip in zip(QUESTIONS, slips)
    }
    graded["why"] = {"points": None, "slip": "", "rule": "", "text": text}
    points = sum(one["points"] or 0 for one in graded.values())
    own = {"file": file, "student": student, "status": status, "notes": [], "points": points}
    return {**own, "tier": "A", "questions": graded}


@pytest.fixture
def written(tmp_path):
    """written(rows, roster): the folder with the pages."""

    def written(rows, roster=None):
        pages.write(tmp_path, rows, BUNDLE, roster)
        return tmp_path

    return written


def table(folder):
    with open(folder / "grades.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_file_has_a_line_with_its_points_and_slips(written):
    rows = [row("a.ipynb", "s1", "", ""), row("b.ipynb", "s2", "eps-forgotten", "own-differs")]
    one, two = table(written(rows))
    assert (one["student"], one["points"], one["of"], one["batchnorm"]) == ("s1", "5", "7", "3")
    assert (two["points"], two["batchnorm: what"], two["why"]) == ("0", "eps-forgotten", "")


def test_two_files_of_one_student_and_an_id_that_is_not_on_the_roster_are_noted(written):
    rows = [row("a", "s1", "", ""), row("b", "s1", "", ""), row("c", "s9", "", "")]
    one, two, three = table(written(rows, roster=["s1", "s2"]))
    assert "another file" in one["notes"]
    assert "another file" in two["notes"]
    assert "not on the roster" in three["notes"]


def test_the_class_page_ranks_what_to_teach_again_with_its_heading(written):
    rows = [
        row("a", "s1", "eps-forgotten", ""),
        row("b", "s2", "axis-of-features", ""),
        row("c", "s3", "axis-of-features", ""),
        row("d", "", "answer-missing", "answer-missing", status="The file is empty."),
    ]
    page = (written(rows) / "class.html").read_text(encoding="utf-8")
    first, second = (html.escape(MISCONCEPTIONS[s]) for s in ("axis-of-features", "eps-forgotten"))
    assert page.index(first) < page.index(second)
    assert "lesson 05, 1. Three numbers, by hand" in page  # of the slip
    assert 'aria-label="0 of 3 right"' in page
    assert "The file is empty." in page


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "|", "%"])
def test_no_cell_of_the_table_begins_as_a_formula(written, start):
    evil = f'{start}HYPERLINK("x")'
    (one,) = table(written([row(evil, evil, "", "", text=evil)]))
    assert one["file"][0] == one["student"][0] == "'"


def test_html_of_a_student_stays_text(written):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=y>"
    folder = written([row(f"{evil}.ipynb", evil, "", "", text=evil, status="graded")])
    written_pages = list(folder.rglob("*.html"))
    assert len(written_pages) == 3
    for path in written_pages:
        page = path.read_text(encoding="utf-8")
        assert "<script" not in page
        assert "<img" not in page


def test_the_name_of_a_page_leads_out_of_no_folder_and_no_two_are_alike(written):
    rows = [row(name, "../../etc/x", "", "") for name in ("a", "b")]
    names = sorted(path.name for path in (written(rows) / "feedback").iterdir())
    assert len(names) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+\.html", name) for name in names)


def test_the_page_of_a_student_has_a_hint_and_no_number_of_a_hidden_input(written):
    (page,) = (written([row("a", "s1", "eps-forgotten", "")]) / "feedback").iterdir()
    text = page.read_text(encoding="utf-8")
    assert "2 of 5 points. 2 more are not marked yet." in text
    assert "0 of 3" in text
    assert "Read again: lesson 05, Where epsilon goes" in text
    assert "not marked yet" in text


def test_a_roster_is_the_first_column(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student,name\ns1,A\n s2 ,B\n\n", encoding="utf-8-sig")
    assert people.read_roster(path) == ["s1", "s2"]


def test_marks_of_a_person_are_put_in_last(written, tmp_path):
    path = tmp_path / "marks.csv"
    lines = "student,question,points,comment\ns1,why,1.5,Half <b>\ns1,batchnorm,2,Nearly\n"
    path.write_text(lines, encoding="utf-8")
    rows = [row("a", "s1", "eps-forgotten", ""), row("b", "s2", "", "")]
    pages.write(tmp_path, rows, BUNDLE, None, people.read_marks(path))
    one, two = table(tmp_path)
    assert (one["points"], one["why"], one["batchnorm"]) == ("5.5", "1.5", "2.0")
    assert (two["points"], two["why"]) == ("5", "")
    (page,) = (tmp_path / "feedback").glob("s1-*")
    assert "Half &lt;b&gt;" in page.read_text(encoding="utf-8")


def test_marks_in_another_form_are_an_error_that_says_the_columns(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("name,points\ns1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected the columns student,question,points,comment"):
        people.read_marks(path)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("s9,why,1,", "nobody has the id s9"),
        ("s1,who,1,", "there is no question who"),
        ("s1,why,99,", "expected 0 to 2, got 99"),
        ("s1,why,-1,", "expected 0 to 2, got -1"),
        ("s1,why,nan,", "expected 0 to 2, got nan"),
        ("s1,why,many,", "line 2 of .*: many points"),
    ],
)
def test_a_mark_that_cannot_be_meant_is_an_error_and_nothing_is_written(tmp_path, line, sentence):
    path = tmp_path / "marks.csv"
    path.write_text(f"student,question,points,comment\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        pages.write(tmp_path, [row("a", "s1", "", "")], BUNDLE, None, people.read_marks(path))
    assert not (tmp_path / "grades.csv").exists()


def test_labels_semicolons_and_lines_without_points_are_taken_as_marks(tmp_path):
    one = row("a", "S1", "", "")
    path = tmp_path / "marks.csv"
    lines = f"student;question;points;comment\n{people.label(one)};why;1,5;\ns1;own;;later\n"
    path.write_text(lines, encoding="latin-1")
    pages.write(tmp_path, [one], BUNDLE, None, people.read_marks(path))
    assert table(tmp_path)[0]["points"] == "6.5"


def test_who_handed_in_nothing_is_listed_and_capitals_make_no_difference(written):
    page = written([row("a", "S1", "", "")], roster=["s1", "s2", "s3"]) / "class.html"
    text = page.read_text(encoding="utf-8")
    assert "Nothing came from</h2><p>s2, s3</p>" in text
    assert "not on the roster" not in text


def test_the_page_to_mark_has_the_rubric_and_labels_in_place_of_names(written):
    one = row("a", "s1", "", "", text="because <b>")
    text = (written([one]) / "to_mark.html").read_text(encoding="utf-8")
    assert "Rubric" in text
    assert people.label(one) in text
    assert "s1" not in text
    assert "because &lt;b&gt;" in text


def test_a_former_page_of_feedback_goes(written):
    written([row("a", "s1", "", ""), row("b", "s2", "", "")])
    folder = written([row("a", "s1", "", "")])
    assert len(list((folder / "feedback").iterdir())) == 1
