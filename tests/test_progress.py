"""bn_helpers/progress.py: the table of lessons, and what the ledger knows of each."""

import re
from pathlib import Path

import nbformat
import pytest
from support.notebooks import markdown
from support.pages import table

from bn_helpers import _table, checks, ledger, plots, predict, progress
from bn_helpers.checks.bugs_fixes import FIXES
from bn_helpers.checks.bugs_models import MODELS
from bn_helpers.my_course import lessons, number_of

ROOT = Path(__file__).parents[1]
FILES = lessons(ROOT / "notebooks")


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """Call it to get what `show` displays, as (HTML, text) of each table."""
    monkeypatch.setattr(ledger, "FILE", tmp_path / "predictions.json")
    for module in (plots, _table):
        monkeypatch.setattr(module, "can_display", lambda: True)
    outputs = []
    monkeypatch.setattr(_table, "display", lambda data, raw: outputs.append(data))

    def show():
        outputs.clear()
        progress.show()
        return [(data["text/html"], data["text/plain"]) for data in outputs]

    return show


def answer(name, right=True):
    question = predict.QUESTIONS[name]
    options = [o for o in question["options"] if (o == question["answer"]) == right]
    ledger.keep({"question": name, "prediction": options[0], "right": right})


def row(text, number):
    (line,) = (line for line in text.splitlines() if line.startswith(number))
    return line


# --- the list of lessons --------------------------------------------------------------


def test_the_lessons_are_those_of_the_course_in_order():
    assert [lesson["file"] for lesson in progress.LESSONS.values()] == [f.name for f in FILES]
    assert list(progress.LESSONS) == [number_of(path.name) for path in FILES]


@pytest.mark.parametrize("number", progress.LESSONS)
def test_the_exercises_are_those_that_the_lesson_checks(number):
    path = ROOT / "notebooks" / progress.LESSONS[number]["file"]
    source = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
    names = dict.fromkeys(re.findall(r"checks\.check_(\w+)\(", source))
    asked = [_truth(getattr(checks, f"check_{name}")) for name in names]
    assert sorted(progress.LESSONS[number]["exercises"]) == sorted(asked)


def _truth(check):
    """The name of the function that a check asks for."""
    return check.truth.__name__ if hasattr(check, "truth") else check.__name__[len("check_") :]


def test_no_two_exercises_have_one_name():
    names = [name for lesson in progress.LESSONS.values() for name in lesson["exercises"]]
    assert len(names) == len(set(names))


def test_the_readme_has_the_same_lessons_and_questions():
    rows = [(link, question) for link, question in table(ROOT / "README.md", 2)]
    for (link, question), lesson in zip(rows, progress.LESSONS.values(), strict=True):
        assert f"(notebooks/{lesson['file']})" in link
        assert question == lesson["question"]


@pytest.mark.parametrize("number", progress.LESSONS)
def test_the_minutes_are_those_in_the_head_of_the_lesson(number):
    lesson = progress.LESSONS[number]
    head = markdown(nbformat.read(ROOT / "notebooks" / lesson["file"], 4)).split("\n## ")[0]
    minutes = re.findall(r"(\d+) minutes", head)
    assert sum(map(int, minutes)) == lesson["minutes"]


# --- what is shown --------------------------------------------------------------------


def test_at_first_nothing_is_done_and_each_lesson_is_a_link(shown):
    ((html, text),) = shown()
    for number, lesson in progress.LESSONS.items():
        assert f'<a href="{lesson["file"]}">{number} {lesson["title"]}</a>' in html
    asked = sum(name.startswith("01-") for name in predict.QUESTIONS)
    assert f"0 of {asked}" in row(text, "01")
    assert "✓" not in text


def test_a_lesson_is_done_when_all_is_predicted_and_solved(shown):
    names = [name for name in predict.QUESTIONS if name.startswith("00-")]
    for name in names:
        answer(name)
    assert f"{len(names)} of {len(names)}, {len(names)} right" in row(shown()[0][1], "00")
    assert "✓" not in shown()[0][1]
    ledger.keep({"exercise": "sgd_step"})
    assert row(shown()[0][1], "00").endswith("✓")


def test_a_prediction_that_was_wrong_last_is_listed_with_its_lesson(shown):
    answer("00-batch-mean", right=False)
    (_, (html, text)) = shown()
    assert "How much do the means" in text
    assert 'href="00_start_here.ipynb"' in html
    answer("00-batch-mean", right=True)
    assert len(shown()) == 1


def test_entries_of_a_former_version_of_the_course_are_let_be(shown):
    ledger.keep({"question": "00-gone", "prediction": "7", "right": False})
    ledger.keep({"exercise": "gone"})
    assert len(shown()) == 1


def test_odd_entries_count_neither_as_answered_nor_as_solved(shown):
    name = next(iter(predict.QUESTIONS))
    for entry in ({"question": ["x"]}, {"question": name}, {"exercise": ["x"]}, {}):
        ledger.keep(entry)
    ((_, text),) = shown()
    assert "0 of" in row(text, "00")
    ledger.keep({"exercise": "sgd_step"})
    assert "1 of 1" in row(shown()[0][1], "00")


# --- the close of the course ----------------------------------------------------------


@pytest.fixture
def closed(shown, monkeypatch, capsys):
    """Call it for what `closing` shows: words of the picture, table, what is said."""
    words, tables = [], []
    monkeypatch.setattr(plots, "show", lambda fig, text: words.append(text) or fig.canvas.draw())
    monkeypatch.setattr(_table, "display", lambda data, raw: tables.append(data))
    monkeypatch.setattr(progress, "display", lambda data, raw: None)

    def close():
        words.clear()
        tables.clear()
        progress.closing()
        return words[0], "".join(t["text/html"] for t in tables), capsys.readouterr().out

    return close


def test_without_predictions_the_close_tells_how_many_are_asked(closed):
    words, table_, said = closed()
    assert words.startswith("No prediction is kept yet.")
    assert f" {len(predict.QUESTIONS)} questions" in words
    assert (table_, said) == ("", "")


def test_the_close_counts_the_first_and_the_last_prediction_by_lesson(closed):
    first, second, third = [name for name in predict.QUESTIONS if name.startswith("01-")][:3]
    answer(first)
    answer(second, right=False)
    answer(second)
    answer(third, right=False)
    asked = sum(name.startswith("01-") for name in predict.QUESTIONS)
    words, table_, _ = closed()
    assert "you answered 3: 1 right at once, 1 right later." in words
    assert words.endswith(f"Right by lesson: 01: 2 of {asked}.")
    assert predict.line(predict.QUESTIONS[third]["question"]) in table_
    assert predict.QUESTIONS[third]["answer"] in table_
    assert 'href="01_weight_initialization.ipynb"' in table_
    assert predict.line(predict.QUESTIONS[second]["question"]) not in table_


def test_a_question_that_was_right_first_and_wrong_last_is_to_be_looked_at_again(closed):
    name = next(iter(predict.QUESTIONS))
    answer(name)
    answer(name, right=False)
    words, table_, _ = closed()
    assert "you answered 1: 0 right at once, 0 right later." in words
    assert predict.line(predict.QUESTIONS[name]["question"]) in table_


@pytest.mark.parametrize("text", ["{", "[1]", "", "\x00"])
def test_the_close_tells_of_a_damaged_ledger_and_shows_an_empty_one(closed, text):
    ledger.FILE.write_text(text, encoding="utf-8")
    words, _, said = closed()
    assert words.startswith("No prediction is kept yet.")
    assert "expected a JSON list of objects" in said
    assert ledger.FILE.read_text(encoding="utf-8") == text


def test_the_close_needs_no_home_folder_and_lets_odd_entries_be(closed, monkeypatch):
    for entry in ({"question": ["x"]}, {"question": "01-gone"}, {"exercise": 3}, {}):
        ledger.keep(entry)
    name = next(iter(predict.QUESTIONS))
    ledger.keep({"question": name, "prediction": ["no", "text"]})
    ledger.keep({"question": name})
    assert closed()[0].startswith("No prediction is kept yet.")
    answer(name)
    assert "you answered 1: 1 right at once" in closed()[0]
    monkeypatch.setattr(ledger, "FILE", None)
    assert closed()[0].startswith("No prediction is kept yet.")


def test_in_a_terminal_the_close_is_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(ledger, "FILE", tmp_path / "predictions.json")
    progress.closing()
    assert "No prediction is kept yet." in capsys.readouterr().out


# --- exercises are noted --------------------------------------------------------------


def test_a_right_answer_in_a_notebook_is_noted_once_and_a_wrong_one_is_not(shown):
    def right(w, gradient, lr):
        return w - lr * gradient

    checks.check_sgd_step(lambda w, gradient, lr: w + lr * gradient)
    assert ledger.kept() == []
    for _ in range(2):
        checks.check_sgd_step(right)
    assert ledger.kept() == [{"exercise": "sgd_step"}]


def test_a_patient_of_lesson_10_is_noted_when_all_three_steps_are_right(shown):
    check = checks.check_patient_6
    check("A", MODELS[6], lambda *arguments: arguments[:2])
    assert ledger.kept() == []
    check("A", MODELS[6], FIXES[6][1])
    assert ledger.kept() == [{"exercise": "patient_6"}]
    assert "patient_6" in progress.LESSONS["10"]["exercises"]


def test_outside_of_a_notebook_nothing_is_noted(monkeypatch, tmp_path):
    monkeypatch.setattr(ledger, "FILE", tmp_path / "predictions.json")
    checks.check_sgd_step(lambda w, gradient, lr: w - lr * gradient)
    assert ledger.kept() == []


def test_a_damaged_ledger_does_not_disturb_a_check(shown):
    ledger.FILE.write_text("{", encoding="utf-8")
    assert checks.check_sgd_step(lambda w, gradient, lr: w - lr * gradient).passed
    assert ledger.FILE.read_text(encoding="utf-8") == "{"
