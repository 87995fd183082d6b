"""A lesson asks for a prediction before the cell that shows the answer.

The questions stand in texts/questions.toml, so that the lesson's cell does not contain
the answer. The ledger keeps every choice, also a later choice for the same question.
"""

import tomllib
from functools import partial
from html import escape as escape_html
from pathlib import Path

import ipywidgets
from IPython.display import display

from . import ledger, plots
from ._page import Page

TEXTS = Path(__file__).with_name("texts")
QUESTIONS = tomllib.loads((TEXTS / "questions.toml").read_text(encoding="utf-8"))
REVIEWED = "you predicted", "answer", "verdict"  # the heads of the table of a lesson
NOTED = "Noted: {}. Look at the result. Then open this line."
escape = partial(escape_html, quote=False)  # no text here is an attribute


def ask(name):
    """Show question `name` with its options as buttons, and the verdict after a choice.

    The explanation is on the page from the start, in a closed block, for readers
    without a kernel. JupyterLab and Voila cover the results below, up to the next
    heading or exercise, until the student chooses or skips. The verdict of a check and
    an error are never covered. If the ledger has a former prediction, nothing is
    covered until the student wants to be asked again. Plain Python prints the question.
    ValueError if there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"name: expected one of {list(QUESTIONS)}, got {name!r}")
    question = QUESTIONS[name]
    if not plots.can_display():
        plots.say(f"{_asked(question)['text/plain']} (Choose in a notebook, such as JupyterLab.)")
        return
    display(_asked(question), raw=True)
    buttons = ipywidgets.ToggleButtons(
        options=question["options"],
        value=None,
        style={"button_width": "auto"},
        tooltip="your prediction",
    )
    again = ipywidgets.Button(description="ask me again", tooltip="cover the result again")
    former = _former(name)
    again.layout.display = None if former else "none"
    page = Page([buttons, again], [_explained(question, former, former=True)], "predict.js")

    def chosen(change):
        again.layout.display = "none"
        note = _keep(name, change.new)
        page.update([_explained(question, change.new, note)])

    def ask_again(_):
        again.layout.display = "none"
        page.update([_explained(question)])

    buttons.observe(chosen, "value")
    again.on_click(ask_again)


def review(lesson):
    """Show the last predictions of a lesson, such as "00", beside the answers.

    The answer to a question without a prediction is left out. ValueError if there is no
    such lesson, and if the ledger cannot be read.
    """
    asked = [name for name in QUESTIONS if name.startswith(f"{lesson}-")]
    if not asked:
        lessons = sorted({name.split("-")[0] for name in QUESTIONS})
        raise ValueError(f"lesson: expected one of {lessons}, got {lesson!r}")
    last = {entry["question"]: entry["prediction"] for entry in predictions(kept())}
    rows = {}
    for name in asked:
        answer, prediction = QUESTIONS[name]["answer"], last.get(name)
        seen = "right" if prediction == answer else "look again"
        row = ("", "", "not answered") if prediction is None else (prediction, answer, seen)
        rows[line(QUESTIONS[name]["question"])] = row
    plots.table(rows, dict.fromkeys(REVIEWED, ""), corner="question (run again after more answers)")


def kept():
    """The predictions so far, oldest first: [{"question", "prediction", "right"}, ...].

    ValueError if the ledger cannot be read, or if it is damaged.
    """
    return [entry for entry in ledger.kept() if "question" in entry]


def predictions(entries):
    """Those of the ledger's entries that answer a question of the course, with a text.

    What was changed by hand, or is of a former version of the course, is left out.
    """
    return [
        entry
        for entry in entries
        if isinstance(name := entry.get("question"), str)
        and name in QUESTIONS
        and isinstance(entry.get("prediction"), str)
    ]


def forget():
    """Delete the ledger, if there is one."""
    ledger.forget()


def _former(name):
    """The last prediction for question `name` in the ledger, or None."""
    try:
        former = [e["prediction"] for e in predictions(kept()) if e["question"] == name]
    except ValueError:  # said when the next prediction is kept
        return None
    return former[-1] if former and former[-1] in QUESTIONS[name]["options"] else None


def _keep(name, prediction):
    """Add a prediction to the ledger; returns "", or why that was not possible."""
    right = prediction == QUESTIONS[name]["answer"]
    reason = ledger.keep({"question": name, "prediction": prediction, "right": right})
    return f"This prediction could not be kept. {reason}" if reason else ""


def _asked(question):
    text, options = line(question["question"]), " / ".join(question["options"])
    return {
        "text/html": f"<p><strong>Predict.</strong> {escape(text)} <em>{escape(options)}</em></p>",
        "text/plain": f"Predict. {text} {options}",
    }


def _explained(question, prediction=None, note="", *, former=False):
    """The explanation as (data, metadata), in a block that a click opens.

    So a prediction is followed by a look at the result, and then by the reason. After a
    wrong prediction one more sentence says why people choose it. `note` stands below.
    """
    summary = "Decide first. Then read what happens, and why."
    parts, kind = [], "bn-question"
    if prediction is not None:
        kind = "bn-question bn-decided"
        summary = f"Last time you predicted: {prediction}." if former else NOTED.format(prediction)
        right = prediction == question["answer"]
        parts = ["✓ This is right." if right else "→ The answer is different."]
        parts += [line(question["tempting"].get(prediction, ""))]
    answer, because = f"Answer: {question['answer']}.", line(question["because"])
    body = [*map(escape, parts), f"<strong>{escape(answer)}</strong> {escape(because)}"]
    body = "".join(f"<p>{part}</p>" for part in body if part)
    block = f'<details class="{kind}"><summary>{escape(summary)}</summary>{body}</details>'
    bundle = {
        "text/html": block + f"<p>{escape(note)}</p>" * bool(note),
        "text/plain": line(" ".join([summary, *parts, answer, because, note])),
    }
    return bundle, {}


def line(text):
    """`text` in one line, with single spaces."""
    return " ".join(text.split())
