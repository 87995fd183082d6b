"""What is done in the course, what was right, and where to look again."""

import tomllib
from collections import Counter

from . import ledger, plots
from .predict import QUESTIONS, TEXTS, line

LESSONS = tomllib.loads((TEXTS / "lessons.toml").read_text(encoding="utf-8"))
COLUMNS = "question", "minutes", "predictions", "exercises", "done"


def show():
    """Show the lessons, with links, and how far you are in each.

    Below stands where to look again: each question whose last prediction was different
    from the answer. ValueError if the ledger cannot be read.
    """
    entries = ledger.kept()
    last = {entry["question"]: entry["prediction"] for entry in entries if "question" in entry}
    solved = {entry["exercise"] for entry in entries if "exercise" in entry}
    rows = {_link(number): _row(number, last, solved) for number in LESSONS}
    plots.table(rows, dict.fromkeys(COLUMNS, ""), corner="lesson")
    wrong = [name for name in last if name in QUESTIONS and not _is_right(name, last)]
    again = {line(QUESTIONS[name]["question"]): _link(name.split("-")[0]) for name in sorted(wrong)}
    if again:
        plots.table(again, {"lesson": ""}, corner="look again at")


def _row(number, last, solved):
    """The cells of a lesson, for `plots.table`."""
    lesson = LESSONS[number]
    asked = [name for name in QUESTIONS if name.startswith(f"{number}-")]
    answered = Counter(_is_right(name, last) for name in asked if name in last)
    right = f", {answered[True]} right" * bool(answered)
    exercises = [name for name in lesson["exercises"] if name in solved]
    done = answered.total() == len(asked) and len(exercises) == len(lesson["exercises"])
    return (
        lesson["question"],
        str(lesson["minutes"]),
        f"{answered.total()} of {len(asked)}{right}",
        f"{len(exercises)} of {len(lesson['exercises'])}",
        "✓" * done,
    )


def _link(number):
    lesson = LESSONS[number]
    return plots.Link(f"{number} {lesson['title']}", lesson["file"])


def _is_right(name, last):
    return last[name] == QUESTIONS[name]["answer"]
