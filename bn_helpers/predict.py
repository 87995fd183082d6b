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
escape = partial(escape_html, quote=False)  # no text here is an attribute


def ask(name):
    """Show question `name` with its options as buttons, and the verdict after a choice.

    The explanation is on the page from the start, in a closed block, for readers
    without a kernel. JupyterLab and Voila cover the results below, up to the next
    heading, until the student chooses or skips. If the ledger has a former prediction,
    nothing is covered until the student wants to be asked again. Plain Python prints
    the question.
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


def kept():
    """The predictions so far, oldest first: [{"question", "prediction", "right"}, ...].

    ValueError if the ledger cannot be read, or if it is damaged.
    """
    return [entry for entry in ledger.kept() if "question" in entry]


def forget():
    """Delete the ledger, if there is one."""
    ledger.forget()


def _former(name):
    """The last prediction for question `name` in the ledger, or None."""
    try:
        former = [entry["prediction"] for entry in kept() if entry["question"] == name]
    except ValueError:  # said when the next prediction is kept
        return None
    return former[-1] if former and former[-1] in QUESTIONS[name]["options"] else None


def _keep(name, prediction):
    """Add a prediction to the ledger; returns "", or why that was not possible."""
    right = prediction == QUESTIONS[name]["answer"]
    reason = ledger.keep({"question": name, "prediction": prediction, "right": right})
    return f"This prediction could not be kept. {reason}" if reason else ""


def _asked(question):
    text, options = _line(question["question"]), " / ".join(question["options"])
    return {
        "text/html": f"<p><strong>Predict.</strong> {escape(text)} <em>{escape(options)}</em></p>",
        "text/plain": f"Predict. {text} {options}",
    }


def _explained(question, prediction=None, note="", *, former=False):
    """The explanation as (data, metadata): closed before a choice, open after it.

    After a wrong prediction one more sentence says why people choose it. A `former`
    prediction leaves the block closed, but nothing is covered.
    """
    state, verdict = _verdict(prediction, question["answer"], former)
    tempting = _line(question["tempting"].get(prediction, ""))
    answer, because = f"Answer: {question['answer']}.", _line(question["because"])
    reason = f"<strong>{escape(answer)}</strong> {escape(because)}"
    body = "".join(f"<p>{part}</p>" for part in (escape(tempting), reason, escape(note)) if part)
    bundle = {
        "text/html": f"<details {state}><summary>{escape(verdict)}</summary>{body}</details>",
        "text/plain": _line(f"{verdict} {tempting} {answer} {because} {note}"),
    }
    return bundle, {}


def _verdict(prediction, answer, former):
    """The attributes of the block, and its first line."""
    if prediction is None:
        return 'class="bn-question"', "Decide first. Then read what happens, and why."
    if former:
        return 'class="bn-question bn-decided"', f"Last time you predicted: {prediction}."
    verdict = "This is right." if prediction == answer else "The answer is different."
    return 'class="bn-question bn-decided" open', f"You predicted: {prediction}. {verdict}"


def _line(text):
    """`text` in one line, with single spaces."""
    return " ".join(text.split())
