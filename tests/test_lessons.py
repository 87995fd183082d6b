"""tools/lessons.py and conftest.py: which files are lessons, and which are tested."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import lessons
import pytest

from bn_helpers import my_course

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]
NAME = "00_start_here.ipynb"
BESIDE = [
    "00_start_here-Copy1.ipynb",
    "00 my answers.ipynb",
    "00_start_here (1).ipynb",
    "._00_start_here.ipynb",
    "00_start_here-checkpoint.ipynb",
    "00_Start_Here.ipynb",
    "Untitled.ipynb",
    ".~00_start_here.ipynb",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A course in git with one lesson, and what people and systems leave beside it."""
    for part in ("tools", "jupyter"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for part in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / part, tmp_path)
    (tmp_path / "notebooks").mkdir()
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": [],
        "source": "pass",
        "id": "a",
    }
    stored = {
        "cells": [cell],
        "metadata": {"kernelspec": my_course.KERNEL, "language_info": my_course.LANGUAGE},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    for name in [NAME, *BESIDE]:
        (tmp_path / "notebooks" / name).write_text(json.dumps(stored), encoding="utf-8")
    (tmp_path / "notebooks/08_a_folder.ipynb").mkdir()
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", f"notebooks/{NAME}", "tools/lessons.py", "tools/printed.py")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=b", "commit", "-qm", "A lesson")
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    return tmp_path


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def work(folder, source="1 / 0"):
    """What JupyterLab saves when a student has filled in a cell."""
    path = folder / "notebooks" / NAME
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0] |= {"source": source, "execution_count": 7}
    notebook["metadata"]["language_info"]["version"] = "3.12.1"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_what_lies_beside_the_lessons_is_no_lesson(folder):
    assert [path.name for path in lessons.lessons()] == [NAME]


def test_a_lesson_that_was_worked_in_is_named_and_no_other_test_reads_it(folder):
    assert (lessons.stored(), lessons.complaint()) == (lessons.lessons(), "")
    path = work(folder)
    assert (lessons.lessons(), lessons.stored()) == ([path], [])
    assert lessons.complaint().startswith(
        f"Not as `make refresh` stores a lesson: {NAME}. If you worked there, "
    )


def test_a_lesson_that_was_refreshed_is_tested(folder):
    path = folder / "notebooks" / NAME
    refreshed = json.loads(path.read_text(encoding="utf-8"))
    refreshed["cells"][0]["source"] = "pass  # by an author, stored by make refresh"
    path.write_text(json.dumps(refreshed), encoding="utf-8")
    assert lessons.stored() == [path]


@pytest.mark.parametrize("content", ["", "<html>", "[]", '{"cells": 3}', "\udcff"])
def test_a_lesson_that_is_no_notebook_any_more_is_named(folder, content):
    (folder / "notebooks" / NAME).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert lessons.stored() == []
    assert NAME in lessons.complaint()


def pytest_in(folder, *arguments):
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def test_a_run_of_the_tests_takes_no_file_of_a_student(folder):
    for place in ("notebooks/my work", "tests", "my_course"):
        (folder / place).mkdir()
    for place in (
        "notebooks/my work/00_start_here.ipynb",
        "tests/Untitled.ipynb",
        f"my_course/{NAME}",
    ):
        shutil.copy(folder / "notebooks/Untitled.ipynb", folder / place)
    for place in ("tests", "notebooks", "notebooks/my work", "my_course"):
        test = f"def test_it():\n    assert {place == 'tests'}\n"
        (folder / place / f"test_{place[:5]}{len(place)}.py").write_text(test, encoding="utf-8")
    for arguments in ([], ["."]):
        result = pytest_in(folder, *arguments)
        assert "2 passed" in result.stdout, result.stdout  # the lesson's cell, and the test
        assert "failed" not in result.stdout
    work(folder)
    result = pytest_in(folder)
    assert "1 passed" in result.stdout, result.stdout


def test_a_notebook_that_is_named_by_hand_is_tested(folder):
    assert "1 passed" in pytest_in(folder, "notebooks/00 my answers.ipynb").stdout
    mine = folder / "my_course" / NAME
    mine.parent.mkdir()
    work(folder).rename(mine)
    for named in (mine, "my_course"):
        assert "ZeroDivisionError" in pytest_in(folder, "--nbval", named).stdout


def test_where_students_write_the_verdict_of_an_exercise_is_not_compared(folder):
    checks = "from types import SimpleNamespace\nchecks = SimpleNamespace(check_it=print)\n"
    verdict = f"{checks}checks.check_it('Right')"
    path = work(folder)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    output = {"name": "stdout", "output_type": "stream", "text": ["Not yet\n"]}
    notebook["cells"] = [
        notebook["cells"][0] | {"source": source, "outputs": [output], "id": f"cell-{i}"}
        for i, source in enumerate([verdict, "print('Right')", f"{checks}checks.check_it(1 / 0)"])
    ]
    places = [folder / place / NAME for place in ("my_course", "assignments", "notebooks")]
    for place in places:
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(notebook), encoding="utf-8")
    run = pytest_in(folder, "--nbval", "-rp", *places).stdout
    passed = re.findall(r"^PASSED (\S+)/.*::Cell (\d)", run, re.M)
    assert passed == [("my_course", "0"), ("assignments", "0")], run
    assert "2 passed" in run
    assert "7 failed" in run


def test_lint_looks_at_what_git_knows_and_at_no_file_of_a_student(folder):
    def lint():
        return subprocess.run(
            [sys.executable, "tools/lint.py"], cwd=folder, capture_output=True, text=True
        )

    bad = "import sys,os\n"
    for place in ("mine.py", "tools/mine.py", "notebooks/mine.py", "jupyter/._mine.py"):
        (folder / place).write_text(bad, encoding="utf-8")
    for place in ("tools/mine.ipynb", "Untitled.ipynb"):
        shutil.copy(work(folder, bad), folder / place)
    assert (lint().returncode, lint().stdout) == (0, "")
    (folder / "tools/printed.py").write_text(bad, encoding="utf-8")
    assert lint().returncode == 1
    assert "printed.py" in lint().stdout
    shutil.rmtree(folder / ".git")
    assert (lint().returncode, lint().stdout.count("\n")) == (0, 1)


def test_before_a_commit_a_lesson_must_be_as_make_refresh_stores_it(folder):
    command = [sys.executable, "tools/lessons.py", "stored"]
    assert subprocess.run(command, cwd=folder).returncode == 0
    work(folder)
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith(f"Not as `make refresh` stores a lesson: {NAME}.")
