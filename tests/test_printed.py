"""The rule that compares a stored lesson with a fresh run; pytest follows it."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from printed import difference

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.once

SAME = [
    ("std 0.37", "std 0.38"),
    ("std 0.37", "std 0.36"),
    ("loss 0.100", "loss 0.099"),
    ("  9.99  1.0", " 10.00  1.0"),  # a longer number shifts its column
    ("[ 0.  0.5]", "[-0.  0.5]"),  # rounded to 0 from below
    ("[1.   0.25]", "[0.99 0.25]"),  # NumPy cuts 1.00 to 1.
    ("error 1e-05", "error 9e-06"),
    ("error 2.5e-09 m", "error 2.4e-09 m"),
    ("-0.5 to 3%", "-0.4 to 4%"),
    ("gradient 4e+15", "gradient 5e+15"),
    ("a\n  0.10\nb", "a\n  0.11\nb"),
]
OTHER = [
    ("std 0.37", "std 0.39", "line 1: stored 0.37, now 0.39, in 'std 0.39'"),
    ("a\nb 0.37 0.5", "a\nb 0.37 0.7", "line 2: stored 0.5, now 0.7, in 'b 0.37 0.7'"),
    ("rank 1", "rank 2", "line 1: stored 1, now 2, in 'rank 2'"),
    ("2 of 5 seeds", "3 of 5 seeds", None),
    ("steps: 12.", "steps: 13.", None),  # a whole number before a full stop
    ("[1.]", "[2.]", None),
    ("12%", "14%", None),
    ("12%", "0.12", None),
    ("0.1", "0.15", None),  # a unit of the finer one
    ("9.0", "9.000000000000002", None),
    ("error 1e-05", "error 1e-06", None),
    ("1e-05", "3e-05", None),
    ("True 0.5", "False 0.5", "line 1: stored 'True 0.5', now 'False 0.5'"),
    ("W1 moved", "W2 moved", None),  # part of a name
    ("0.5 nan", "0.5 0.5", None),
    ("loss 0.5", "loss 0.5\nand more", "stored 1 lines, now 2"),
    ("1 2", "12", None),
    ("a b", "ab", None),
    ("", "0.5", None),
]


@pytest.mark.parametrize(("stored", "fresh"), SAME)
def test_one_unit_of_the_last_digit_is_the_same_text(stored, fresh):
    assert difference(stored, fresh) is None
    assert difference(fresh, stored) is None


@pytest.mark.parametrize(("stored", "fresh", "sentence"), OTHER)
def test_more_is_another_text_and_the_number_is_named(stored, fresh, sentence):
    assert difference(stored, fresh)
    assert difference(fresh, stored)
    assert sentence in (None, difference(stored, fresh))


def pytest_on(folder, text):
    """Run `pytest --nbval` in some folder on a notebook that has stored this text."""
    cell = nbformat.v4.new_code_cell("print('one batch', 0.25, 3)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata.kernelspec = {"display_name": "Python 3", "name": "python3"}
    env = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    command = [sys.executable, "-m", "pytest", "--nbval", "--color=no", "-p", "no:cacheprovider"]
    # git ignores it; conftest.py holds there, as everywhere below the root
    artifacts = ROOT / "test-artifacts"
    artifacts.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=artifacts) as below:
        nbformat.write(notebook, Path(below, "lesson.ipynb"))
        return subprocess.run(
            [*command, Path(below, "lesson.ipynb")],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
        )


def test_pytest_typed_by_hand_takes_one_unit(tmp_path):
    run = pytest_on(tmp_path, "one batch 0.24 3\n")
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ("0.23 3", "stored 0.23, now 0.25"),
        ("0.25 2", "stored 2, now 3"),
        ("0.25 x", "stored 'one batch 0.25 x'"),
    ],
)
def test_pytest_names_the_number_that_is_off(tmp_path, stored, named):
    run = pytest_on(tmp_path, f"one batch {stored}\n")
    assert run.returncode == 1
    assert f"stdout, line 1: {named}" in run.stdout
