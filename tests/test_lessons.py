"""tools/lessons.py and conftest.py: which files are lessons, which are tested, and what is said of the others."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import lessons
import pytest

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
    """A course folder in git with one lesson, and beside it what people and systems leave."""
    for part in ("tools", "jupyter"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for part in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / part, tmp_path)
    (tmp_path / "notebooks").mkdir()
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": "pass", "id": "a"}
    stored = {
        "cells": [cell],
        "metadata": {"kernelspec": lessons.KERNEL, "language_info": lessons.LANGUAGE},
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


def test_the_lessons_here_are_all_tested_where_they_are_as_they_were_committed():
    changed = subprocess.run(["git", "-C", ROOT, "diff", "--quiet", "HEAD", "--", "notebooks"], capture_output=True)
    assert changed.returncode or lessons.untouched() == lessons.lessons()


def test_a_lesson_that_was_worked_in_is_left_out_and_one_that_was_refreshed_is_not(folder):
    assert (lessons.untouched(), lessons.left_out()) == (lessons.lessons(), [])
    path = work(folder)
    assert (lessons.untouched(), lessons.left_out()) == ([], [path])
    git(folder, "checkout", "--", ".")
    refreshed = json.loads(path.read_text(encoding="utf-8"))
    refreshed["cells"][0]["source"] = "pass  # by an author, stored by make refresh"
    path.write_text(json.dumps(refreshed), encoding="utf-8")
    assert lessons.untouched() == [path]


def test_what_is_committed_is_tested_even_if_it_was_not_refreshed(folder):
    path = work(folder)
    git(folder, "-c", "user.name=a", "-c", "user.email=b", "commit", "-qam", "Not refreshed")
    assert lessons.untouched() == [path]


def test_a_deleted_lesson_is_said_to_be_left_out_unless_that_was_committed(folder):
    path = folder / "notebooks" / NAME
    path.unlink()
    assert (lessons.untouched(), lessons.left_out()) == ([], [path])
    git(folder, "-c", "user.name=a", "-c", "user.email=b", "commit", "-qam", "No lesson")
    assert lessons.left_out() == []


def test_without_git_the_form_alone_decides(folder):
    shutil.rmtree(folder / ".git")
    assert lessons.left_out() == []
    path = work(folder)
    assert lessons.left_out() == [path]


@pytest.mark.parametrize("content", ["", "<html>", "[]", '{"cells": 3}', "\udcff"])
def test_a_lesson_that_is_no_notebook_any_more_is_left_out(folder, content):
    path = folder / "notebooks" / NAME
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert lessons.left_out() == [path]


def pytest_in(folder, *arguments):
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def test_a_run_of_the_tests_says_what_it_leaves_out_and_takes_no_file_beside_the_lessons(folder):
    (folder / "notebooks/my work").mkdir()
    (folder / "tests").mkdir()
    for place in ("notebooks/my work/00_start_here.ipynb", "tests/Untitled.ipynb"):
        shutil.copy(folder / "notebooks/Untitled.ipynb", folder / place)
    for place in ("tests/test_one.py", "notebooks/test_mine.py", "notebooks/my work/test_mine.py"):
        (folder / place).write_text(f"def test_it():\n    assert {'notebooks' not in place}\n", encoding="utf-8")
    result = pytest_in(folder)
    assert "2 passed" in result.stdout, result.stdout  # the lesson's cell, and the test
    assert "Left out" not in result.stdout
    work(folder)
    result = pytest_in(folder)
    assert "1 passed" in result.stdout, result.stdout
    assert result.stdout.count(f"Left out, since somebody has worked there: notebooks/{NAME}.") >= 1


def test_a_notebook_that_is_named_by_hand_is_tested(folder):
    assert "1 passed" in pytest_in(folder, "notebooks/00 my answers.ipynb").stdout
    work(folder)
    assert "ZeroDivisionError" in pytest_in(folder, f"notebooks/{NAME}").stdout


def test_the_lab_opens_at_a_lesson_and_without_any_at_its_start(folder):
    code = (
        "import os; from traitlets.config import PyFileConfigLoader as Loader; "
        "print(Loader('jupyter_lab_config.py', path='jupyter').load_config().LabApp.default_url, "
        "os.environ['PYTHONPATH'].split(os.pathsep)[0])"
    )

    def opened():
        out = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
        return out.stdout.split()

    assert opened() == [f"/lab/tree/notebooks/{NAME}", str(folder)]
    (folder / "notebooks" / NAME).unlink()
    assert opened() == ["/lab", str(folder)]


def test_lint_looks_at_what_git_knows_and_at_no_file_of_a_student(folder):
    def lint():
        return subprocess.run([sys.executable, "tools/lint.py"], cwd=folder, capture_output=True, text=True)

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
    assert (run.returncode, run.stderr) == (1, f"Not as `make refresh` stores a lesson: {NAME}\n")
