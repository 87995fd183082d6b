"""What `pytest --nbval-lax` says of a notebook that is handed in, state by state."""

import copy
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from nbclient import NotebookClient

from bn_classroom.author import ASSIGNMENTS, load
from bn_classroom.build import draft, write_student
from bn_classroom.sample import solved

pytestmark = pytest.mark.once
NAME = "a2_batchnorm_forward"
WRONG = "batchnorm = lambda *arguments: arguments[0]"
STATES = {  # state -> whether it passes
    "untouched": False,
    "one right, one wrong, the others open": False,
    "one wrong, the others open": False,
    "nothing solved, outputs cleared": False,
    "a forged output and a comment for nbval": False,
    "all right": True,
    "all right, outputs cleared": True,
    "all right, not run again before saving": True,
    "all right, two earlier cells run a second time": True,
    "all right, with two scratch cells": True,
    "one wrong, run twice": False,
    "nothing solved, a tag on the last cell": True,  # what a student can still beat
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """{state: whether pytest passes}, all states in one run."""
    folder = tmp_path_factory.mktemp("states")
    built = without_pictures(draft(NAME))
    write_student(built, folder)
    for file in load(NAME).HANDED_OUT:
        shutil.copy(ASSIGNMENTS / NAME / file, folder)
    for state, notebook in states(built, folder).items():
        nbformat.write(notebook, folder / f"{state}.ipynb")
    (folder / f"{built.about['id']}.ipynb").unlink()
    command = [sys.executable, "-I", "-m", "pytest", "-q", "--nbval-lax", "--junitxml=said.xml"]
    command += ["-p", "no:cacheprovider", "--rootdir=.", *(f"{state}.ipynb" for state in STATES)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    failed = dict.fromkeys(STATES, 0)
    for case in ElementTree.parse(folder / "said.xml").iter("testcase"):
        state = next(s for s in sorted(STATES, key=len) if case.get("classname").startswith(s))
        failed[state] += any(part.tag in ("failure", "error") for part in case)
    return {state: not number for state, number in failed.items()}


def without_pictures(built):
    """The Built without cells that draw, which take long and are not handed in."""
    notebook = copy.deepcopy(built.notebook)
    notebook.cells = [cell for cell in notebook.cells if "plt.show()" not in cell.source]
    return built._replace(notebook=notebook)


def states(built, folder):
    """{state: the notebook in this state}."""
    nothing, right = copy.deepcopy(built.notebook), solved(built, "s1")
    one_wrong = dict.fromkeys(q["name"] for q in built.about["questions"])
    two = {q["name"]: None for q in built.about["questions"][1:]}
    untouched, done = run(nothing, folder), run(right, folder)
    forged = copy.deepcopy(untouched)
    forged.cells[-1].source = f"# NBVAL_IGNORE_OUTPUT\n{forged.cells[-1].source}"
    forged.cells[-1].outputs = copy.deepcopy(done.cells[-1].outputs)
    stale = copy.deepcopy(done)
    for cell, old in zip(stale.cells, untouched.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = old.outputs, old.execution_count
    again = copy.deepcopy(done)
    for cell in [cell for cell in again.cells if cell.cell_type == "code"][2:4]:
        cell.execution_count = 99
    scratch = copy.deepcopy(done)
    timing = "import time\ntime.time()"
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"
    for source in timing, plot:
        cell = nbformat.v4.new_code_cell(source)
        cell.outputs = [nbformat.v4.new_output("stream", text="1 loop\n")]
        cell.execution_count = 77
        scratch.cells.insert(-1, cell)
    tagged = copy.deepcopy(built.notebook)
    for cell in tagged.cells:
        if cell.source.startswith(("check(", "hand_in(")) or "(student" in cell.source:
            cell.metadata["tags"] = ["raises-exception"]
    return {
        "untouched": untouched,
        "one right, one wrong, the others open": solved(built, "s1", **{**two, "maps": "maps = 3"}),
        "one wrong, the others open": solved(built, "s1", **{**one_wrong, "batchnorm": WRONG}),
        "nothing solved, outputs cleared": nothing,
        "a forged output and a comment for nbval": forged,
        "all right": done,
        "all right, outputs cleared": right,
        "all right, not run again before saving": stale,
        "all right, two earlier cells run a second time": again,
        "all right, with two scratch cells": scratch,
        "one wrong, run twice": run(solved(built, "s1", batchnorm=WRONG), folder),
        "nothing solved, a tag on the last cell": tagged,
    }


def run(notebook, folder):
    """A copy of it as JupyterLab stores it after Run All."""
    notebook = copy.deepcopy(notebook)
    resources = {"metadata": {"path": folder}}
    return NotebookClient(notebook, resources=resources, timeout=60, allow_errors=True).execute()


@pytest.mark.parametrize("state", STATES)
def test_a_notebook_in_a_state_passes_or_not(said, state):
    assert said[state] == STATES[state]
