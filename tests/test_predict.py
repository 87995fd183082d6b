import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from support.notebooks import LESSONS, code_cells, lesson_named

from bn_helpers import _page, plots, predict


@pytest.fixture
def page(monkeypatch, tmp_path):
    """What `ask` displays, in order; the predictions go to a folder that is not there yet."""
    monkeypatch.setattr(predict, "LEDGER", tmp_path / "data" / "predictions.json")
    outputs = []

    class Handle:
        def update(self, data, **_):
            outputs.append(data)

    def display(data, **_):
        outputs.append(data)
        return Handle()

    for module in (predict, _page):
        monkeypatch.setattr(module, "display", display)
    monkeypatch.setattr(plots, "can_display", lambda: True)
    return outputs


def ask(page, name="01-spread-of-a-sum"):
    predict.ask(name)
    return page[1].children[0]  # the buttons


def test_before_the_choice_the_explanation_is_there_but_closed(page):
    buttons = ask(page)
    question, _, explanation, script = page
    assert question["text/plain"].startswith("Predict. The inputs have std 1")
    assert "1 / 3 / 10 / 100" in question["text/html"]
    assert explanation["text/html"].startswith('<details class="bn-question"><summary>')
    assert "variance 100" in explanation["text/html"]
    assert set(script) == {"application/javascript", "text/plain"}
    assert buttons.value is None
    assert not predict.LEDGER.exists()


def test_a_choice_opens_the_explanation_with_the_verdict(page):
    buttons = ask(page)
    buttons.value = "3"
    assert page[-1]["text/html"].startswith(
        '<details class="bn-question bn-decided" open><summary>You predicted 3; it turns out otherwise'
    )
    buttons.value = "10"
    assert page[-1]["text/plain"].startswith("You predicted 10, and so it is")


def test_every_choice_is_kept_in_order(page):
    buttons = ask(page)
    buttons.value = "3"
    buttons.value = "10"
    assert predict.kept() == [
        {"question": "01-spread-of-a-sum", "prediction": "3", "right": False},
        {"question": "01-spread-of-a-sum", "prediction": "10", "right": True},
    ]


@pytest.mark.parametrize("damaged", ["{", '{"a": 1}', "", "[1, 2]", "[" * 100_000])
def test_a_damaged_ledger_is_named_and_left_as_it_is(page, damaged):
    predict.LEDGER.parent.mkdir()
    predict.LEDGER.write_text(damaged, encoding="utf-8")
    buttons = ask(page)
    buttons.value = "3"
    assert "This prediction could not be kept." in page[-1]["text/plain"]
    assert "predictions.json: expected a list" in page[-1]["text/plain"]
    assert "turns out otherwise" in page[-1]["text/plain"]
    assert predict.LEDGER.read_text(encoding="utf-8") == damaged
    with pytest.raises(ValueError, match="move the file away"):
        predict.kept()


def test_an_unknown_question_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"name: expected one of \['01-.*, got 'no such'"):
        predict.ask("no such")


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_a_question_is_complete_and_its_lesson_asks_it(name):
    question = predict.QUESTIONS[name]
    assert set(question) == {"question", "options", "answer", "because"}
    assert question["answer"] in question["options"]
    assert len(set(question["options"])) == len(question["options"]) >= 3
    lesson = lesson_named(name[:2])
    sources = [cell.source for cell in code_cells(nbformat.read(lesson, 4))]
    assert sources.count(f'predict.ask("{name}")') == 1


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_below_each_question_and_before_the_next_heading_stands_a_result_that_is_covered(lesson):
    cells = nbformat.read(lesson, 4).cells
    asked = [i for i, cell in enumerate(cells) if "predict.ask(" in cell.source]
    for i in asked:
        for cell in cells[i + 1 :]:
            if cell.cell_type == "code" and cell.outputs:
                break  # covered: see predict.js and the tests in a browser
            assert not re.search("^#|predict.ask", cell.source, re.MULTILINE), f"no result below {cells[i].source}"
        else:
            pytest.fail(f"no result below {cells[i].source}")
    assert asked


def test_a_ledger_is_plain_json_that_a_teacher_can_read(page):
    ask(page).value = "100"
    assert json.loads(predict.LEDGER.read_text(encoding="utf-8"))[0]["prediction"] == "100"
    assert [p.name for p in predict.LEDGER.parent.iterdir()] == ["predictions.json"]
    predict.forget()
    predict.forget()
    assert predict.kept() == []


# --- accounts as containers and labs give them -----------------------------------------------------------

KEEP = """
import pwd

def unknown(uid):
    raise KeyError(uid)

pwd.getpwuid = unknown  # an account that the system has no entry for
from bn_helpers import plots, predict
note = predict.keep("a question", "3", False)
predict.forget()
plots.lines([0, 1], {"a": [1, 2]}, xlabel="step", ylabel="loss")
print(predict.kept(), len(note.splitlines()), note)
"""
NOWHERE = os.path.join(os.devnull, "home")  # a folder that nobody can make, root neither


@pytest.mark.skipif("os.name == 'nt'")
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "No home folder is known; BN_LAB_DATA can name another."),
        ({"HOME": ""}, "No home folder is known; BN_LAB_DATA can name another."),
        ({"HOME": NOWHERE}, f"{NOWHERE}/"),
        (
            {"HOME": "HERE", "XDG_DATA_HOME": NOWHERE},
            f"{NOWHERE}/batch-normalization-lab: Not a directory; BN_LAB_D",
        ),
        ({"HOME": NOWHERE, "BN_LAB_DATA": "~/x"}, f"{NOWHERE}/x: Not a directory; BN_LAB_DATA can name another."),
        ({"BN_LAB_DATA": "~/x"}, "No home folder is known; BN_LAB_DATA can name another."),
    ],
)
def test_without_a_home_folder_all_runs_and_one_line_says_what_is_not_kept(tmp_path, settings, why):
    homes = {"HOME", "USERPROFILE", "BN_LAB_DATA", "MPLCONFIGDIR"}
    clean = {name: value for name, value in os.environ.items() if name not in homes and not name.startswith("XDG_")}
    paths = os.pathsep.join([str(Path(predict.__file__).parents[1]), *filter(None, [clean.get("PYTHONPATH")])])
    settings = {name: str(tmp_path) if value == "HERE" else value for name, value in settings.items()}
    run = subprocess.run(
        [sys.executable, "-P", "-c", KEEP],
        env=clean | settings | {"PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.stderr == ""
    kept, note = run.stdout.splitlines()[-1][:4], run.stdout.splitlines()[-1][5:]
    assert kept == "[] 1"
    assert note.startswith(f"This prediction could not be kept. {why}")
    assert not (tmp_path / "~").exists()


def test_a_tilde_in_BN_LAB_DATA_is_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("BN_LAB_DATA", "~/mine")
    assert predict._ledger() == tmp_path / "mine" / "predictions.json"


def test_a_full_disk_is_said_in_one_line_and_leaves_what_was_kept(page, monkeypatch):
    ask(page).value = "100"
    before = predict.LEDGER.read_bytes()

    def full(self, text, **_):
        self.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    note = predict.keep("01-spread-of-a-sum", "3", False)
    assert note == (
        f"This prediction could not be kept. {predict.LEDGER.parent}: No space left on device; "
        "BN_LAB_DATA can name another."
    )
    assert predict.LEDGER.read_bytes() == before
    assert [path.name for path in predict.LEDGER.parent.iterdir()] == ["predictions.json"]


def test_a_ledger_that_cannot_be_read_is_named(page):
    predict.LEDGER.mkdir(parents=True)
    with pytest.raises(ValueError, match=r"predictions\.json: expected a file that can be read, got: .+"):
        predict.kept()
    ask(page).value = "3"
    assert "This prediction could not be kept." in page[-1]["text/plain"]


def test_a_plain_python_prints_the_question_in_one_line(capsys):
    predict.ask("01-spread-of-a-sum")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Predict. The inputs have std 1")
    assert line.endswith("1 / 3 / 10 / 100 (It can be answered in a notebook: JupyterLab, for instance.)")


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_no_question_that_is_printed_tells_its_answer(name, capsys):
    predict.ask(name)
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 1
    assert " ".join(predict.QUESTIONS[name]["because"].split())[:40] not in printed
