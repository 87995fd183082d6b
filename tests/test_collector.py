"""pytest over a folder of submissions: a test for each question of each file."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support.submissions import needs_tier

from bn_classroom.build import draft, write_bundle
from bn_classroom.sample import solved

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]


def test_each_question_of_each_file_is_a_test(tmp_path):
    needs_tier()
    built = draft("a2_batchnorm_forward", "a key")
    write_bundle(built, tmp_path / "bundle")
    folder = tmp_path / "in"
    folder.mkdir()
    wrong = solved(built, "s2", undo="def gamma_and_beta(*arguments):\n    return None")
    nbformat.write(solved(built, "s1"), folder / "one.ipynb")
    nbformat.write(wrong, folder / "two.ipynb")
    (folder / "three.ipynb").write_text("", encoding="utf-8")
    command = [sys.executable, "-I", "-m", "pytest", "-q", "-rfp", "-p", "no:cacheprovider"]
    command += ["--bundle", tmp_path / "bundle", folder]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "7 passed" in run.stdout, run.stdout
    assert "5 failed" in run.stdout
    assert "two.ipynb::undo" in run.stdout
    assert "Your function returned nothing." in run.stdout
    assert "The file is empty." in run.stdout
    assert "Traceback" not in run.stdout
