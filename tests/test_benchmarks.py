"""benchmarks/ still runs, and its table says what was measured. No time is judged."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.submissions import needs_tier

from benchmarks import grading
from benchmarks.slider_latency import code_of, table

ROOT = Path(__file__).parents[1]


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
    page = (ROOT / "benchmarks/README.md").read_text(encoding="utf-8")
    head = table({}, {}).splitlines()[0]
    assert head in page


@pytest.mark.once
def test_the_benchmark_of_grading_runs_and_prints_the_columns_of_the_page(capsys):
    needs_tier()
    grading.main(8)
    page = (ROOT / "benchmarks/README.md").read_text(encoding="utf-8")
    lines = capsys.readouterr().out.splitlines()
    tiers, head, *rows = lines[0], lines[3], *lines[5:]
    assert head in page
    assert tiers.startswith("tier ")
    assert [cells(row)[1:3] for row in rows[:2]] == [["2", "2"], ["8", "8"]]


@pytest.mark.browser
def test_the_benchmark_runs_and_sees_the_picture_follow():
    few = ["--contenders=ours", "--runs=1", "--moves=2", "--drags=1"]
    command = [sys.executable, ROOT / "benchmarks/slider_latency.py", *few]
    out = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert out.returncode == 0, out.stderr
    ours = cells(out.stdout.splitlines()[-1])
    assert ours[0] == "ours"
    assert re.fullmatch(r"\d+ \(\d+, \d+\)", ours[1]), ours  # nan: no change was seen
    assert ours[-1] == "1 of 1"
