"""benchmarks/ still runs, and its tables say what was measured. No time is judged."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.notebooks import LESSONS
from support.submissions import needs_tier

from benchmarks import __main__ as bench
from benchmarks import common, explorers, grading, lessons
from benchmarks.slider_latency import code_of, table

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks/README.md"
pytestmark = pytest.mark.once


def measured(ms, fps, right=True):
    return [{"ms": ms, "kB": 3.0}] * 3, [{"fps": fps, "right": right}] * 2


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def rows(**contenders):
    moves = {name: rows for name, (rows, _) in contenders.items()}
    drags = {name: rows for name, (_, rows) in contenders.items()}
    return [cells(line) for line in table(moves, drags).splitlines()[2:]]


def test_ratios_are_taken_to_the_limit_and_to_interact():
    limit, interact = rows(limit=measured(40.0, 20.0), interact=measured(200.0, 5.0, right=False))
    assert limit == ["limit", "40 (40, 40)", "1.00", "5.0", "3", "20.0", "1.00", "2 of 2"]
    assert interact == ["interact", "200 (200, 200)", "5.00", "1.0", "3", "5.0", "0.25", "0 of 2"]


def test_without_limit_and_interact_no_ratio_is_printed():
    (ours,) = rows(ours=measured(40.0, 20.0))
    assert [ours[i] for i in (2, 3, 6)] == ["-"] * 3


def test_a_float32_contender_is_the_same_cell_on_narrower_numbers():
    assert code_of("ours_float32").endswith(code_of("ours"))
    assert "float32" in code_of("ours_float32").removesuffix(code_of("ours"))


def test_the_tables_of_the_page_have_the_columns_that_the_benchmark_prints():
    page = PAGE.read_text(encoding="utf-8")
    head = table({}, {}).splitlines()[0]
    assert head in page


def test_contenders_take_turns_and_each_has_a_time_for_every_round():
    ticks, order = iter(range(10_000)), []
    contenders = {name: (lambda name=name: order.append(name)) for name in ("a", "b", "c")}
    seconds = common.take_turns(contenders, rounds=20, turn=3, clock=lambda: next(ticks))
    # A tick is a second, and a call takes none: a turn is one second of three calls.
    assert {name: list(values) for name, values in seconds.items()} == dict.fromkeys(
        contenders, [1 / 3] * 20
    )
    turns = order[len(contenders) * 3 :: 3]
    assert [sorted(turns[i : i + 3]) for i in range(0, 60, 3)] == [["a", "b", "c"]] * 20
    assert len({tuple(turns[i : i + 3]) for i in range(0, 60, 3)}) > 1  # shuffled


def test_a_slow_contender_is_called_once_in_a_turn():
    clock, called = iter(range(0, 10_000, 50)), []
    common.take_turns({"slow": lambda: called.append(1)}, rounds=4, turn=1, clock=clock.__next__)
    assert len(called) == 3 + 4


def test_a_cell_has_the_median_and_both_quartiles():
    assert common.spread([1, 2, 3, 4, 50]) == "3.00 (2.00, 4.00)"
    assert common.spread([0.0123456, 0.0123456], ".2g") == "0.012 (0.012, 0.012)"


@pytest.mark.parametrize(
    ("measured", "at_most", "said"),
    [(1.6, False, "1.5: yes"), (1.4, False, "1.5: NO"), (1.4, True, "1.5: yes")],
)
def test_a_target_that_is_missed_is_said_aloud(measured, at_most, said):
    assert common.target(measured, 1.5, at_most=at_most) == said


def test_nothing_measured_meets_no_target():
    assert common.target(float("nan"), 1.5).endswith("NO")
    assert common.target(float("nan"), 1.5, at_most=True).endswith("NO")


def test_a_table_has_a_line_for_each_row():
    expected = "| a | b |\n| --- | --- |\n| 1 | x |\n| 2 | y |"
    assert common.table(["a", "b"], [[1, "x"], [2, "y"]]) == expected


MARKED = "# Page\n\n<!-- make bench: one -->\n\nold\n\n<!-- end of one -->\n\nbehind\n"


def test_what_is_written_stands_between_its_marks_and_nothing_else_changes(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(MARKED, encoding="utf-8")
    for text in ("| 1 |", "\\1 and \\g<0>\n"):  # also what a pattern would read
        common.write("one", text, page)
        assert page.read_text(encoding="utf-8") == MARKED.replace("old", text.strip())


@pytest.mark.parametrize(
    "text", ["no mark", MARKED.replace("end of one", "end of two"), MARKED + MARKED]
)
def test_a_page_without_its_place_stays_as_it_is(tmp_path, text):
    page = tmp_path / "README.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(KeyError, match="no place for one"):
        common.write("one", "| 1 |", page)
    assert page.read_text(encoding="utf-8") == text


def test_the_page_has_a_place_for_every_part(tmp_path):
    copy = tmp_path / "README.md"
    copy.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for part in (*bench.PARTS, *bench.SLOW):
        common.write(part, f"measured {part}", copy)
        assert f"measured {part}" in copy.read_text(encoding="utf-8")


def test_without_pytorch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SystemExit, match="pip install"):
        common.torch()


def test_a_part_that_cannot_run_keeps_its_table_and_the_others_run(monkeypatch, capsys):
    written = []
    monkeypatch.setattr(bench, "write", lambda part, text: written.append((part, text)))
    monkeypatch.setattr(bench, "machine", lambda: "a machine")

    def run(command, **_):
        fails = command[-1] == "benchmarks.sgd_step"
        return subprocess.CompletedProcess(command, int(fails), "" if fails else "| 1 |\n")

    monkeypatch.setattr(bench.subprocess, "run", run)
    assert bench.main(["sgd_step", "lessons"])
    ((part, text),) = written
    assert part == "lessons"
    assert text.startswith("| 1 |\n\n")
    assert "a machine" in text
    assert "sgd_step: not measured, its table stays" in capsys.readouterr().err


def test_an_unknown_part_is_refused():
    with pytest.raises(SystemExit, match=r"expected some of .*lessons.*, got slow"):
        bench.main(["slow"])


def test_the_rows_of_the_lessons_have_medians_and_a_sum():
    measured = {"01_a": [(10.0, 8.0, 2.0), (12.0, 8.0, 3.0)], "02_b": [(25.0, 20.0, 9.0)] * 2}
    first, second, both = lessons.rows(measured)
    assert first == ["01_a", "11.0 (10.5, 11.5)", "8.0", "3.0", "20: yes"]
    assert second[-1] == "20: NO"
    assert both == ["all", "36", "28", "", ""]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_figures_of_a_lesson_are_found_with_what_stands_before_them(path):
    cells = explorers.cells_of(path)
    assert sum(figure is not None for figure, _ in cells) * 2 == len(cells) > 0
    for (nothing, before), (figure, source) in zip(cells[::2], cells[1::2]):
        assert nothing is None
        assert before.startswith("%%capture")
        assert "predict." not in before
        assert figure.__name__ in source
        assert explorers.places(figure)


def test_the_benchmark_of_grading_runs_and_prints_the_columns_of_the_page(capsys):
    needs_tier()
    grading.main(8)  # two right files in each tier, and classes of 2 and 8
    page = PAGE.read_text(encoding="utf-8")
    lines = capsys.readouterr().out.splitlines()
    tiers, head, *rows = lines[0], lines[3], *lines[5:]
    assert head in page
    assert tiers.startswith("tier ")
    assert [cells(row)[1:3] for row in rows[:2]] == [["2", "2"], ["8", "8"]]


@pytest.mark.browser
def test_the_benchmark_runs_and_sees_the_picture_follow():
    few = ["--contenders=ours", "--runs=1", "--moves=2", "--drags=1"]
    command = [sys.executable, "-m", "benchmarks.slider_latency", *few]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert out.returncode == 0, out.stderr
    ours = cells(out.stdout.splitlines()[-1])
    assert ours[0] == "ours"
    assert re.fullmatch(r"\d+ \(\d+, \d+\)", ours[1]), ours  # nan: no change was seen
    assert ours[-1] == "1 of 1"


@pytest.mark.parametrize("path", sorted(PAGE.parent.glob("*.py")), ids=lambda path: path.stem)
def test_what_a_part_imports_of_the_course_is_there(path):
    """Parts that need PyTorch do not run here, but their imports do."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bn_"):
            exec(ast.unparse(node), {})
