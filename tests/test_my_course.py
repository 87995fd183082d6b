"""bn_helpers/my_course.py: what a student wrote stays, whatever lessons become."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import lessons
import nbformat
import pytest

from bn_helpers import my_course

ROOT = Path(__file__).parents[1]
FIRST, SECOND = "00_start_here.ipynb", "02_xavier_and_he.ipynb"
NEW, NEWS = "02-new_xavier_and_he.ipynb", my_course.NEWS


def write(path, *sources, output="1", **metadata):
    """A lesson as `make refresh` stores it; `metadata` is what JupyterLab adds."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": [output]}]
    code = {"cell_type": "code", "metadata": {}, "outputs": outputs}
    cells = [
        code | {"id": f"c{n}", "execution_count": n, "source": [source]}
        for n, source in enumerate(sources, 1)
    ]
    form = {"kernelspec": my_course.KERNEL, "language_info": my_course.LANGUAGE} | metadata
    notebook = {"cells": cells, "metadata": form, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder notebooks/ with two lessons, and what people leave there."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in (FIRST, SECOND, "Untitled.ipynb", "00_start_here-Copy1.ipynb"):
        write(folder / name, "# fill this in")
    monkeypatch.setattr(my_course, "PLACES", (tmp_path / "nowhere", folder))
    monkeypatch.setattr(my_course, "ROOT", tmp_path)
    return folder


@pytest.fixture
def mine(course):
    """my_course/ after its first update."""
    folder = course.parent / "my_course"
    my_course.update(folder)
    return folder


def work(path, source="w = rng.normal()"):
    """What JupyterLab saves when a student has filled in a cell."""
    write(
        path,
        source,
        output="0.3",
        language_info={"name": "python", "version": "3.12.1"},
        widgets={},
    )


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name[0] != ".")


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_lessons_alone_are_copied_and_the_first_is_opened(course):
    folder = course.parent / "my_course"
    said, opened = my_course.update(folder)
    assert names(folder) == [FIRST, SECOND]
    assert (folder / FIRST).read_bytes() == (course / FIRST).read_bytes()
    assert said == ["Copied to my_course/: lessons 00, 02. No update changes what you write there."]
    assert opened == folder / FIRST


def test_they_are_copied_once(mine):
    work(mine / SECOND)
    before = contents(mine)
    assert my_course.update(mine) == ([], mine / FIRST)
    assert contents(mine) == before


def test_the_glossary_stands_beside_the_lessons_is_renewed_and_is_kept_where_it_was_changed(course):
    glossary, mine = course / my_course.GLOSSARY, course.parent / "my_course"
    for text in ("one", "two"):
        glossary.write_text(text, encoding="utf-8")
        my_course.update(mine)
        assert (mine / glossary.name).read_text(encoding="utf-8") == text
    (mine / glossary.name).write_text("two, and my notes", encoding="utf-8")
    glossary.write_text("three", encoding="utf-8")
    my_course.update(mine)
    assert (mine / glossary.name).read_text(encoding="utf-8") == "two, and my notes"


def test_a_lesson_that_came_later_or_was_deleted_is_copied(course, mine):
    write(course / "03_covariate_shift.ipynb", "new")
    (mine / FIRST).unlink()
    assert my_course.update(mine)[0][0].startswith("Copied to my_course/: lessons 00, 03.")
    assert names(mine) == [FIRST, SECOND, "03_covariate_shift.ipynb"]


def test_an_update_is_offered_beside_a_file_that_was_changed_and_a_page_leads_to_both(course, mine):
    work(mine / SECOND)
    before = (mine / SECOND).read_bytes()
    write(course / SECOND, "# fill this in, please")
    said, opened = my_course.update(mine)
    assert (mine / SECOND).read_bytes() == before
    assert (mine / NEW).read_bytes() == (course / SECOND).read_bytes()
    there_is = f"There is a new version of lesson 02, in my_course/: {NEW}."
    assert said == [f"{there_is} What you wrote is as you left it."]
    assert opened == mine / NEWS
    page = opened.read_text(encoding="utf-8")
    assert said[0] in page
    assert re.findall(r"\]\((.*?)\)", page) == [NEW, SECOND]
    assert "make fresh" in page
    assert my_course.update(mine) == ([], mine / FIRST)  # told once
    (mine / NEW).unlink()
    assert my_course.update(mine) == ([], mine / FIRST)  # and not wanted


def test_the_name_of_an_update_stands_next_to_the_students_file():
    everything = [
        *(path.name for path in lessons.lessons()),
        NEW,
        "02-2026-11-26_xavier_and_he.ipynb",
    ]
    order = [name[:2] for name in sorted(everything)]
    assert order == sorted(order)


def test_a_file_that_was_only_opened_and_saved_is_replaced(course, mine):
    saved = {"language_info": {"name": "python", "version": "3.12.1"}, "widgets": {"state": {}}}
    write(mine / SECOND, "# fill this in", **saved)
    write(course / SECOND, "# fill this in, please")
    said, opened = my_course.update(mine)
    assert (mine / SECOND).read_bytes() == (course / SECOND).read_bytes()
    assert names(mine) == [FIRST, SECOND, NEWS]
    assert said == ["There is a new version of lesson 02. It is in place: you had changed nothing."]
    assert opened == mine / NEWS
    assert "make fresh" not in opened.read_text(encoding="utf-8")  # nothing to choose


def test_a_file_that_was_run_is_kept(course, mine):
    write(mine / SECOND, "# fill this in", output="2")
    before = (mine / SECOND).read_bytes()
    write(course / SECOND, "# fill this in, please")
    my_course.update(mine)
    assert (mine / SECOND).read_bytes() == before
    assert (mine / NEW).exists()


def test_a_lesson_of_which_only_outputs_changed_is_not_offered(course, mine):
    work(mine / SECOND)
    write(course / SECOND, "# fill this in", output="one")
    assert my_course.update(mine) == ([], mine / FIRST)
    assert names(mine) == [FIRST, SECOND]


def test_an_offer_that_nobody_has_changed_gives_way_to_the_next_and_another_does_not(course, mine):
    work(mine / SECOND)
    for version in ("second", "third"):
        write(course / SECOND, version)
        my_course.update(mine)
    assert names(mine) == [FIRST, NEW, SECOND, NEWS]
    assert (mine / NEW).read_bytes() == (course / SECOND).read_bytes()
    work(mine / NEW, "my second work")
    before = (mine / NEW).read_bytes()
    write(course / SECOND, "fourth")
    my_course.update(mine)
    assert (mine / NEW).read_bytes() == before
    assert (mine / "02-new-2_xavier_and_he.ipynb").read_bytes() == (course / SECOND).read_bytes()


def test_a_file_of_which_nothing_is_remembered_is_kept(course, mine):
    shutil.rmtree(mine / ".handed_out")
    assert my_course.update(mine) == ([], mine / FIRST)
    write(course / SECOND, "second")
    before = (mine / SECOND).read_bytes()
    my_course.update(mine)
    assert (mine / SECOND).read_bytes() == before
    assert (mine / NEW).exists()


@pytest.mark.parametrize(
    "content", ["", "<html>", "[]", '{"cells": 3}', '{"cells": [3]}', "\udcff"]
)
def test_a_file_that_is_no_notebook_any_more_is_kept(course, mine, content):
    (mine / SECOND).write_bytes(content.encode("utf-8", "surrogateescape"))
    before = (mine / SECOND).read_bytes()
    write(course / SECOND, "second")
    my_course.update(mine)
    assert (mine / SECOND).read_bytes() == before
    assert (mine / NEW).exists()


@pytest.mark.parametrize("content", [None, "", "<html>", "<<<<<<< HEAD"])
def test_work_in_the_courses_own_file_is_copied_and_survives_its_return(course, content):
    original = (course / SECOND).read_bytes()
    work(course / SECOND) if content is None else (course / SECOND).write_text(
        content, encoding="utf-8"
    )
    worked, folder = (course / SECOND).read_bytes(), course.parent / "my_course"
    said, opened = my_course.update(folder)
    assert (folder / SECOND).read_bytes() == worked
    assert said[1].startswith(
        f"You worked in notebooks/: lesson 02. That work is copied to my_course/: {SECOND}."
    )
    assert "`git checkout notebooks`" in said[1]
    assert opened == folder / NEWS
    assert my_course.update(folder) == ([], folder / FIRST)
    (course / SECOND).write_bytes(original)  # git checkout notebooks
    my_course.update(folder)
    assert (folder / SECOND).read_bytes() == worked
    assert (folder / NEW).read_bytes() == original
    assert my_course.update(folder) == ([], folder / FIRST)


def test_work_that_goes_on_in_the_courses_own_file_is_copied_beside(course, mine):
    for source in ("first", "second"):
        work(mine / SECOND)
        work(course / SECOND, source)
        before = (mine / SECOND).read_bytes()
        my_course.update(mine)
        assert (mine / SECOND).read_bytes() == before
    beside = "02-from-notebooks_xavier_and_he.ipynb"
    assert names(mine) == [FIRST, beside, SECOND, NEWS]
    assert (mine / beside).read_bytes() == (course / SECOND).read_bytes()


def test_fresh_puts_a_clean_copy_there_and_keeps_the_old_one_under_its_date_twice_a_day(
    course, mine
):
    day = datetime(2026, 11, 25, 12).timestamp()
    kept = []
    for source in ("first", "second"):
        work(mine / SECOND, source)
        os.utime(mine / SECOND, (day, day))
        before = (mine / SECOND).read_bytes()
        path, old = my_course.fresh("02", mine)
        kept.append(old.name)
        assert (path, old.read_bytes()) == (mine / SECOND, before)
        assert path.read_bytes() == (course / SECOND).read_bytes()
    assert kept == ["02-2026-11-25_xavier_and_he.ipynb", "02-2026-11-25-2_xavier_and_he.ipynb"]
    assert names(mine) == [FIRST, *sorted(kept), SECOND]


def test_fresh_takes_the_place_of_an_offer_and_is_remembered(course, mine):
    work(mine / SECOND)
    write(course / SECOND, "second")
    my_course.update(mine)
    my_course.fresh("02", mine)
    assert NEW not in names(mine)
    write(course / SECOND, "third")
    my_course.fresh("02", mine)
    write(course / SECOND, "fourth")
    my_course.update(mine)
    assert (mine / SECOND).read_bytes() == (course / SECOND).read_bytes()
    assert NEW not in names(mine)


@pytest.mark.parametrize("number", ["2", "02", SECOND, f"my_course/{SECOND}", "02_xavier_and_he"])
def test_fresh_makes_the_folder_and_takes_a_number_or_a_name(course, number):
    folder = course.parent / "my_course"
    assert my_course.fresh(number, folder) == (folder / SECOND, None)
    assert names(folder) == [SECOND]


@pytest.mark.parametrize("number", ["01", "", "x", "020", "-2"])
def test_fresh_refuses_a_lesson_that_there_is_not(mine, number):
    with pytest.raises(ValueError, match="lesson: expected one of 00 02, got"):
        my_course.fresh(number, mine)


def test_fresh_gives_no_work_for_a_clean_lesson(course, mine):
    work(course / SECOND)
    before = contents(mine)
    with pytest.raises(ValueError, match="expected the lesson as it came, got work of yours"):
        my_course.fresh("02", mine)
    assert contents(mine) == before


@pytest.fixture
def full(monkeypatch):
    """A function after which the disk is full: a copy ends in the middle."""

    def copyfile(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:50])
        raise OSError(errno.ENOSPC, "No space left on device", str(source), None, str(target))

    return lambda: monkeypatch.setattr(shutil, "copyfile", copyfile)


def test_a_full_disk_leaves_no_half_of_a_lesson_and_takes_none_away(course, mine, full):
    work(mine / SECOND)
    write(course / FIRST, "second")
    write(course / SECOND, "second")
    before = contents(mine)
    full()
    with pytest.raises(OSError, match="No space left"):
        my_course.update(mine)
    with pytest.raises(OSError, match="No space left"):
        my_course.fresh("02", mine)
    assert contents(mine) == before


def test_what_could_not_be_written_is_done_the_next_time(course, mine, full, monkeypatch):
    work(mine / SECOND)
    write(course / SECOND, "second")
    full()
    with pytest.raises(OSError, match="No space left"):
        my_course.update(mine)
    monkeypatch.undo()
    monkeypatch.setattr(my_course, "PLACES", (course,))
    my_course.update(mine)
    assert (mine / NEW).read_bytes() == (course / SECOND).read_bytes()


def call(monkeypatch, capsys, *arguments):
    """What the command line prints and why it ends."""
    monkeypatch.setattr(sys, "argv", ["my_course", *map(str, arguments)])
    try:
        my_course.main()
    except SystemExit as error:
        return capsys.readouterr().out, error.code
    return capsys.readouterr().out, None


def test_the_command_says_what_it_did_and_what_to_open(course, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first = Path("my_course", FIRST)
    out, code = call(monkeypatch, capsys)
    assert (out.splitlines()[1:], code) == ([f"Open {first} in JupyterLab."], None)
    assert call(monkeypatch, capsys) == (f"Open {first} in JupyterLab.\n", None)
    out, code = call(monkeypatch, capsys, "--fresh", "00", "02")
    lines = out.splitlines()
    assert code is None
    assert len(lines) == 2
    assert lines[0].startswith(
        f"{first} is the lesson as it came. Your file is kept: my_course{os.sep}00-2"
    )
    write(course / FIRST, "second")
    work(tmp_path / first)
    out, code = call(monkeypatch, capsys)
    assert out.splitlines()[-1] == f"Open {Path('my_course', NEWS)} in JupyterLab."


@pytest.mark.parametrize("place", [".", "notebooks", "my_course"])
def test_in_a_clone_the_copies_lie_beside_the_lessons(mine, place, monkeypatch, capsys):
    monkeypatch.chdir(mine.parent / place)
    (mine / FIRST).unlink()
    assert call(monkeypatch, capsys)[1] is None
    assert (mine / FIRST).exists()
    assert not list(mine.parent.glob("*/my_course"))


def test_elsewhere_they_lie_where_one_is_also_if_one_is_in_them(
    course, tmp_path_factory, monkeypatch, capsys
):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for place in (elsewhere, elsewhere / "my_course"):
        monkeypatch.chdir(place)
        assert call(monkeypatch, capsys)[1] is None
    assert names(elsewhere) == ["my_course"]
    assert names(elsewhere / "my_course") == [FIRST, SECOND]


def test_another_folder_can_be_named(course, tmp_path, monkeypatch, capsys):
    assert call(monkeypatch, capsys, "--folder", tmp_path / "a/b")[1] is None
    assert names(tmp_path / "a/b") == [FIRST, SECOND]


def test_what_goes_wrong_is_said_in_one_line(course, tmp_path, monkeypatch, capsys):
    (tmp_path / "a file").touch()
    other = "--folder names another place."
    for arguments, line in {
        (
            "--folder",
            tmp_path / "a file",
        ): f"{tmp_path / 'a file'} cannot be written: a file has this name. {other}",
        (
            "--folder",
            tmp_path / "a file/b",
        ): f"{tmp_path / 'a file/b'} cannot be written: Not a directory. {other}",
        ("--fresh", "12"): "lesson: expected one of 00 02, got 12",
    }.items():
        assert call(monkeypatch, capsys, *arguments) == ("", line)

    def read_only(self, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", str(self))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "mkdir", read_only)
    assert call(monkeypatch, capsys) == (
        "",
        f"my_course cannot be written: Read-only file system. {other}",
    )
    shutil.rmtree(course)
    assert call(monkeypatch, capsys)[1].startswith("lessons: expected them in")


def test_it_runs_without_the_package_and_without_any_other(tmp_path):
    run = [sys.executable, "-I", "-S", ROOT / "bn_helpers/my_course.py", "--folder", tmp_path / "x"]
    result = subprocess.run(run, capture_output=True, text=True, encoding="utf-8")
    assert (result.returncode, result.stderr) == (0, "")
    wanted = [*(path.name for path in lessons.stored()), my_course.GLOSSARY]
    assert names(tmp_path / "x") == wanted


def test_a_lesson_links_to_what_is_copied_with_it_alone_so_that_links_hold_in_a_copy():
    linked = set()
    for path in lessons.lessons():
        for cell in nbformat.read(path, as_version=4).cells:
            sources = [cell.source] * (cell.cell_type == "markdown")
            sources += [
                output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])
            ]
            for source in sources:
                links = re.findall(r"\]\(\s*([^)\s]+)|\b(?:href|src)=[\"']([^\"']+)", source)
                linked |= {one or other for one, other in links}
    linked = {
        link.split("#")[0]
        for link in linked
        if not re.match(r"https?:|mailto:|data:|#|attachment:", link)
    }
    assert linked <= {path.name for path in lessons.lessons()} | {my_course.GLOSSARY}
    assert len(linked) > 5


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here")
def test_make_clean_leaves_the_copies(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("my_course", "build"):
        (tmp_path / folder).mkdir()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert names(tmp_path) == ["Makefile", "my_course"]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no git here")
def test_git_does_not_see_the_copies():
    run = ["git", "-C", ROOT, "check-ignore", "-q", f"my_course/{FIRST}"]
    assert subprocess.run(run).returncode == 0
