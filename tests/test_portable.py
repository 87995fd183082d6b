"""`make portable`: the shaken last bit, the rows, and what it says of a red cell."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import portable
import pytest
from find_chromium import find_chromium

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.once


def in_python(code, **settings):
    """What `code` prints in a fresh Python that sees tools/."""
    env = os.environ | {"PYTHONPATH": str(ROOT / "tools")} | settings
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=env
    )
    assert run.stderr == ""
    return run.stdout


SHAKEN = """
import numpy as np
{first}
from bn_helpers.layers import Linear
rng = np.random.default_rng(0)
x, W = rng.standard_normal((200, 30)), rng.standard_normal((30, 20))
W[:, 0] = 0
print(*Linear(W).forward(x, training=True).ravel().tolist())
"""


def products(seed=None):
    first = "" if seed is None else "import shake"
    printed = in_python(SHAKEN.format(first=first), SHAKE=str(seed or 0))
    return [float(number) for number in printed.split()]


def test_every_product_of_a_layer_is_one_unit_in_the_last_place_off_and_zeros_stay():
    true, shaken = products(), products(seed=0)
    assert shaken != products(seed=1)
    assert shaken == products(seed=0)
    zeros = true[::20]
    assert set(zeros) == {0.0} == set(shaken[::20])
    steps = [abs(a - b) / abs(a) for a, b in zip(true, shaken) if a]
    assert min(steps) > 0
    assert max(steps) < 2.3e-16


def test_a_kernel_that_reads_the_start_up_file_shakes_the_products_of_its_cells(tmp_path):
    code = (
        "import numpy as np\nthird = np.ones(3) / 3\nprint(third @ third == (third * third).sum())"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    command = [sys.executable, ROOT / "tools/refresh.py", tmp_path / "lesson.ipynb"]
    quiet = {"IPYTHONDIR": str(tmp_path / "quiet")}  # this test itself may run in a shaken row
    for settings, printed in ((quiet, "True\n"), (portable.shaking(tmp_path), "False\n")):
        subprocess.run(
            command, check=True, env=os.environ | settings | {"SHAKE": "0"}, capture_output=True
        )
        (cell,) = nbformat.read(tmp_path / "lesson.ipynb", 4).cells
        assert cell.outputs[0].text == printed


def test_the_rows_are_those_that_its_page_promises():
    names = [row.name for row in portable.rows()]
    page = (ROOT / "docs/portable.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\| (`[^|]+) \|", page, flags=re.M)
    promised = re.findall(r"`([^`]+)`", " ".join(first_cells))
    assert names[:9] == promised[:-1]
    assert names[9:] == list(portable.find_pythons())
    assert len(names) > 9


def test_a_row_that_is_not_there_is_refused_by_name():
    with pytest.raises(SystemExit, match=r"ONLY: expected some of plain shaken-0 .*, got shakn"):
        portable.main(["shakn"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Cell 2\n\nstdout, line 3: stored 1, now 2, in 'rank 2'\n mismatch",
            "stdout, line 3: stored 1, now 2, in 'rank 2'",
        ),
        ("    assert 1 == 2\nE   assert 1 == 2\nE     more", "assert 1 == 2"),
        ("ImportError: no module", "ImportError: no module"),
        ("", ""),
    ],
)
def test_a_red_cell_is_told_in_one_line(text, said):
    assert portable.reason(text) == said


def test_a_column_of_which_nothing_ran_is_red(tmp_path, monkeypatch):
    report = tmp_path / "report.xml"
    monkeypatch.setattr(portable, "COLUMNS", ["00_start_here", "05_batchnorm_forward", "tests"])
    lesson = "notebooks.00_start_here.ipynb"
    red = "<failure>E   assert 1 == 2</failure>"
    report.write_text(
        f'<testsuites><testsuite><testcase classname="{lesson}" name="Cell 0" />'
        '<testcase classname="tests.test_x" '
        f'name="test_y">{red}</testcase></testsuite></testsuites>',
        encoding="utf-8",
    )
    read = portable.read(report)
    assert read["00_start_here"] == []
    assert read["tests"] == ["tests.test_x test_y: assert 1 == 2"]
    assert read["05_batchnorm_forward"] == ["nothing ran"]
    report.unlink()  # pytest itself failed
    assert set(map(tuple, portable.read(report).values())) == {("nothing ran",)}


def test_replay_says_which_number_differs(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(
            code, execution_count=1, outputs=[nbformat.v4.new_output("stream", text=text)]
        )
        for code, text in (
            ("x = 0.25\nprint(x)", "0.24\n"),
            ("print(x, 3)", "0.25 2\n"),
            ("1 / 0", ""),
        )
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "lesson.ipynb")
    run = subprocess.run(
        [sys.executable, ROOT / "tools/replay.py", tmp_path / "lesson.ipynb"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    first, second, last = run.stdout.splitlines()
    assert first == "  code cell 1: line 1: stored 2, now 3, in '0.25 3'"
    assert second == "  code cell 2: ZeroDivisionError('division by zero')"
    assert last.startswith("lesson.ipynb: code cells [1, 2] differ")


def test_a_tilde_that_no_shell_has_written_out_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    cell = nbformat.v4.new_code_cell("1", execution_count=1, outputs=[])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "lesson.ipynb")
    for tool, last in (("refresh", "lesson.ipynb"), ("replay", "lesson.ipynb: as stored")):
        run = [sys.executable, ROOT / "tools" / f"{tool}.py", "~/lesson.ipynb"]
        assert last in subprocess.run(run, capture_output=True, text=True, check=True).stdout
    browser = tmp_path / "browser"
    browser.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", "~/browser")
    assert find_chromium() == str(browser)
