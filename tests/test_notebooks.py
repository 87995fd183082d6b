"""The rules of the stored lessons; `make refresh` stores them in one stable form."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbconvert
import nbformat
import pytest
from lessons import complaint
from nbconvert import HTMLExporter
from support.notebooks import LESSONS, code_cells, markdown, outputs

from bn_helpers.my_course import KERNEL, LANGUAGE, number_of

ROOT = Path(__file__).parents[1]
LIVE = "nbval-ignore-output"


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return request.param, nbformat.read(request.param, as_version=4)


def test_every_lesson_is_as_make_refresh_stores_it():
    assert complaint() == ""


def test_a_lesson_begins_with_its_only_level_1_heading_that_has_its_number(lesson):
    path, notebook = lesson
    headings = re.findall(r"^# .*", markdown(notebook), flags=re.M)
    assert len(headings) == 1
    assert notebook.cells[0].source.startswith(f"# {number_of(path.name).removeprefix('0')}. ")


def test_a_lesson_has_30_to_60_cells(lesson):
    assert 30 <= len(lesson[1].cells) <= 60


def test_a_lesson_keeps_its_budget_of_words_headings_and_lines(lesson):
    _, notebook = lesson
    prose = [_words(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    assert sum(prose) <= 2200
    assert max(prose) <= 130
    assert len(re.findall(r"^## ", markdown(notebook), flags=re.M)) <= 10
    for cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        assert lines <= (40 if "checks." in cell.source else 15), cell.source


def _words(source):
    """Words of prose: a table is read by its rows, a formula is one thing."""
    lines = [line for line in source.splitlines() if not line.startswith("|")]
    prose = re.sub(r"\$+[^$]+\$+", "formula", "\n".join(lines))
    return len(re.findall(r"[\w'-]+", prose))


def test_the_first_code_cell_is_the_only_one_that_imports_and_imports_are_sorted(lesson):
    _, notebook = lesson
    first, *others = code_cells(notebook)
    assert "plots.use_style()" in first.source
    assert not re.search(r"sys\.path|pip install|^!|^%|__version__", first.source, flags=re.M)
    for cell in others:
        assert not any(
            isinstance(node, ast.Import | ast.ImportFrom)
            for node in ast.walk(ast.parse(cell.source))
        )


def test_code_cells_are_short_narrow_and_come_after_prose(lesson):
    _, notebook = lesson
    for cell in code_cells(notebook):
        lines = cell.source.splitlines()
        assert len(lines) <= (40 if "checks." in cell.source else 25)
        assert max(map(len, lines)) <= 92, max(lines, key=len)  # what a window of 1200 px shows
    # prose after two at most
    assert "ccc" not in "".join(cell.cell_type[0] for cell in notebook.cells)


def test_cells_are_stored_executed_in_order_without_errors_or_words_on_stderr(lesson):
    _, notebook = lesson
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert [
        o for o in outputs(notebook.cells) if o.output_type == "error" or o.get("name") == "stderr"
    ] == []
    assert "it/s" not in str(outputs(notebook.cells))  # a progress bar


def test_nothing_is_stored_that_depends_on_the_machine_or_needs_a_kernel(lesson):
    path, notebook = lesson
    assert path.stat().st_size < 600_000
    assert notebook.metadata == {"kernelspec": KERNEL, "language_info": LANGUAGE}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
    for output in outputs(notebook.cells):
        assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
        text = str(
            {k: v for k, v in output.get("data", {}).items() if k.startswith("text")}
        ) + output.get("text", "")
        assert not re.search(r"object at 0x|/home/|/root/|/Users/|Traceback", text)


def test_every_live_cell_keeps_its_picture_and_its_sentence(lesson):
    _, notebook = lesson
    live = [
        cell
        for cell in code_cells(notebook)
        if LIVE in cell.metadata.get("tags", [])
        and not re.search(r"predict\.|progress\.", cell.source)
    ]
    assert live
    for cell in live:
        picture, sentence = (output.data for output in cell.outputs)
        assert picture["image/png"]
        assert picture["text/plain"] == sentence["text/plain"] in sentence["text/html"]


def test_only_live_cells_are_left_out_of_the_comparison(lesson):
    _, notebook = lesson
    for cell in code_cells(notebook):
        ignored = LIVE in cell.metadata.get("tags", [])
        assert set(cell.metadata.get("tags", [])) <= {LIVE}
        # so no printed number can hide there
        assert not ignored or len(cell.source.splitlines()) == 1
        assert "NBVAL_" not in cell.source  # nbval's other way to let a cell off


def test_every_picture_has_a_text_and_a_numbered_caption_in_order(lesson):
    _, notebook = lesson
    pictures = [o.data for o in outputs(notebook.cells) if "image/png" in o.get("data", {})]
    assert all(len(data["text/plain"]) > 30 for data in pictures)
    captions = re.findall(
        r"^\*\*Figures? (\d+)(?: and (\d+))?(?: \(live\))?\.\*\* \S", markdown(notebook), flags=re.M
    )
    numbers = [int(n) for pair in captions for n in pair if n]
    assert numbers == list(range(1, len(pictures) + 1))


def test_markdown_images_have_a_text_and_details_are_closed(lesson):
    text = markdown(lesson[1])
    assert not re.search(r"!\[\s*\]|<img(?![^>]*alt=)", text)
    assert text.count("<details>") == text.count("</details>") == text.count("</summary>")


@pytest.mark.once
def test_a_page_made_without_a_kernel_has_every_picture_and_sentence(lesson):
    path, notebook = lesson
    page, _ = HTMLExporter().from_filename(path)
    pictures = [o.data for o in outputs(notebook.cells) if "image/png" in o.get("data", {})]
    assert page.count("<img") == len(pictures)
    assert "Error displaying widget" not in page
    for cell in code_cells(notebook):
        if LIVE in cell.metadata.get("tags", []):
            assert cell.outputs[-1].data["text/html"] in page


@pytest.mark.once
def test_a_lesson_becomes_a_script_with_its_prose(lesson):
    path, _ = lesson
    script, resources = nbconvert.get_exporter("script")().from_filename(path)
    assert resources["output_extension"] == ".py"
    ast.parse(script)
    assert "# ## " in script  # a heading, as a comment


@pytest.mark.once
def test_two_runs_of_refresh_give_identical_files(tmp_path):
    shortest = min(LESSONS, key=lambda path: path.stat().st_size)
    results = []
    for run in ("first", "second"):
        copy = tmp_path / run / shortest.name
        copy.parent.mkdir()
        shutil.copy(shortest, copy)
        subprocess.run(
            [sys.executable, ROOT / "tools/refresh.py", copy], check=True, capture_output=True
        )
        results.append(copy.read_bytes())
    assert results[0] == results[1]
