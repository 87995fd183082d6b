"""What is done in the course, what was right, and where to look again."""

import tomllib
from collections import Counter

import numpy as np
from IPython.display import display

from . import ledger, plots
from .predict import QUESTIONS, TEXTS, line, predictions

LESSONS = tomllib.loads((TEXTS / "lessons.toml").read_text(encoding="utf-8"))
COLUMNS = "question", "minutes", "predictions", "exercises", "done"
AGAIN = "you predicted", "answer", "lesson"
NOT_YET = "No prediction is kept yet. The lessons ask {asked} questions, before the results."
CLOSING = (
    "Of {asked} questions you answered {answered}: {first} right at once, {later} right later. "
    "Right by lesson: {shares}."
)
KINDS = {  # of the questions of a lesson, from left to right: the look of a bar
    "right at once": dict(facecolor="#009E73", edgecolor="#009E73"),
    "right later": dict(facecolor="white", edgecolor="#009E73", hatch="////"),
    "look again": dict(facecolor="#cccccc", edgecolor="#cccccc"),
    "not answered": dict(facecolor="white", edgecolor=plots.FAINT, linestyle=":"),
}


def show():
    """Show the lessons, with links, and how far you are in each.

    Below stands where to look again: each question whose last prediction was different
    from the answer. ValueError if the ledger cannot be read.
    """
    entries = ledger.kept()
    last = {entry["question"]: entry["prediction"] for entry in predictions(entries)}
    solved = [entry.get("exercise") for entry in entries]
    rows = {_link(number): _row(number, last, solved) for number in LESSONS}
    plots.table(rows, dict.fromkeys(COLUMNS, ""), corner="lesson")
    wrong = [name for name in last if not _is_right(name, last)]
    again = {line(QUESTIONS[name]["question"]): _link(name.split("-")[0]) for name in sorted(wrong)}
    if again:
        plots.table(again, {"lesson": ""}, corner="look again at")


def closing():
    """Show what you predicted in the whole course: a picture, and where to look again.

    Each lesson has a bar. The first and the last choice for a question count. A ledger
    that is absent or damaged is an empty one; of damage the reason is told.
    """
    try:
        entries = ledger.kept()
    except ValueError as error:
        plots.say(str(error))
        entries = []
    first, last = {}, {}
    for entry in predictions(entries):
        first.setdefault(entry["question"], entry["prediction"])
        last[entry["question"]] = entry["prediction"]
    _picture({number: _counts(number, first, last) for number in LESSONS})
    wrong = [name for name in QUESTIONS if name in last and not _is_right(name, last)]
    again = {line(QUESTIONS[name]["question"]): _choice(name, last) for name in wrong}
    if again:
        plots.table(again, dict.fromkeys(AGAIN, ""), corner="look again at")


def _choice(name, last):
    return last[name], QUESTIONS[name]["answer"], _link(name.split("-")[0])


def _counts(number, first, last):
    """How many questions of a lesson are of each of the KINDS."""
    kinds = Counter()
    for name in QUESTIONS:
        if name.startswith(f"{number}-"):
            kinds[_kind(name, first, last)] += 1
    return [kinds[kind] for kind in KINDS]


def _kind(name, first, last):
    if name not in last:
        return "not answered"
    if not _is_right(name, last):
        return "look again"
    return "right at once" if _is_right(name, first) else "right later"


def _picture(counts):
    """Show the KINDS of each lesson as a bar, and the sum of all in a sentence."""
    numbers = np.array(list(counts.values()))
    left = np.cumsum(numbers, axis=1) - numbers
    with plots.card(7.2, 0.9 + 0.24 * len(counts)) as fig:
        ax = fig.subplots()
        for k, (kind, look) in enumerate(KINDS.items()):
            rows = range(len(counts))
            ax.barh(rows, numbers[:, k], left=left[:, k], height=0.7, label=kind, **look)
        names = [f"{number} {LESSONS[number]['title']}" for number in counts]
        ax.set_yticks(range(len(names)), names)
        ax.tick_params("y", length=0)
        for row, (asked, right) in enumerate(zip(numbers.sum(axis=1), numbers[:, :2].sum(axis=1))):
            if numbers[row, :3].any():
                ax.text(asked + 0.1, row, f"{right} of {asked}", va="center", size=9)
        most = 1.1 * numbers.sum(axis=1).max()  # with room for the last words
        ax.set(xlim=(0, most), ylim=(len(names) - 0.4, -0.6), xlabel="questions")
        ax.xaxis.get_major_locator().set_params(integer=True)
        fig.legend(ncols=4, loc="outside upper center", fontsize=9)
    sentence = _sentence(numbers, counts)
    plots.show(fig, sentence)
    if plots.can_display():
        display({"text/html": f"<p>{sentence}</p>", "text/plain": sentence}, raw=True)


def _sentence(numbers, counts):
    first, later, wrong, open_ = map(int, numbers.sum(axis=0))
    answered = first + later + wrong
    told = dict(asked=answered + open_, answered=answered, first=first, later=later)
    shares = [
        f"{number}: {right_first + right_later} of {sum(rest) + right_first + right_later}"
        for number, (right_first, right_later, *rest) in counts.items()
        if right_first + right_later + rest[0]
    ]
    return (CLOSING if answered else NOT_YET).format(**told, shares=", ".join(shares))


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
