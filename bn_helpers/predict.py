"""The student's predictions: asked before the cell that answers, kept, compared.

Questions stand in questions.toml, so that a lesson's cell does not show the answer. Predictions are kept in one
file in the user's own data folder, a change of mind after the first, too; `kept()` lists them, `forget()` deletes
the file. Nothing is sent anywhere. (Two lessons that write in the same instant: one of the two is kept.)
"""

import json
import os
import tomllib
from contextlib import suppress
from functools import partial
from html import escape as escape_html
from pathlib import Path

import ipywidgets
from IPython.display import display
from platformdirs import user_data_path

from . import plots
from ._page import Page
from ._require import path

QUESTIONS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))
escape = partial(escape_html, quote=False)  # nothing here is an attribute


def _ledger():
    """The file of predictions, in BN_LAB_DATA or the user's data folder; None if no home folder is known."""
    try:
        if chosen := os.environ.get("BN_LAB_DATA"):
            return path("BN_LAB_DATA", chosen) / "predictions.json"
        folder = user_data_path("batch-normalization-lab", appauthor=False).expanduser()
    except (RuntimeError, ValueError):
        return None
    return folder / "predictions.json"


LEDGER = _ledger()


def ask(name):
    """Show question `name` with its options as buttons; after a choice, the verdict and the explanation.

    The explanation is there from the start as a closed block, for readers without a kernel. In JupyterLab
    and Voila the results below, up to the next heading, are covered until there is a choice or a skip.
    A plain Python prints the question. ValueError if there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"name: expected one of {list(QUESTIONS)}, got {name!r}")
    question = QUESTIONS[name]
    if not plots.can_display():
        asked = " ".join(_asked(question)["text/plain"].split())
        plots.say(f"{asked} (It can be answered in a notebook: JupyterLab, for instance.)")
        return
    display(_asked(question), raw=True)
    buttons = ipywidgets.ToggleButtons(
        options=question["options"], value=None, style={"button_width": "auto"}, tooltip="your prediction"
    )
    page = Page([buttons], [_explained(question)], "predict.js")

    def chosen(change):
        note = keep(name, change.new, change.new == question["answer"])
        page.update([_explained(question, change.new, note)])

    buttons.observe(chosen, "value")


def kept():
    """The predictions so far: a list of {"question", "prediction", "right"}, oldest first.

    ValueError if the file is not such a list, or cannot be read.
    """
    if LEDGER is None:
        return []
    try:
        entries = json.loads(LEDGER.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ValueError(f"{LEDGER}: expected a file that can be read, got: {error.strerror}") from None
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(
            f"{LEDGER}: expected a list of predictions in JSON, got something else; move the file away"
        )
    return entries


def forget():
    """Delete the file of predictions, if there is one."""
    if LEDGER is not None:
        with suppress(FileNotFoundError, NotADirectoryError):
            LEDGER.unlink()


def keep(question, prediction, right):
    """Add one prediction; returns "" or one line, why that was not possible. A damaged file is left as it is."""
    if LEDGER is None:
        return "This prediction could not be kept. No home folder is known; BN_LAB_DATA can name another."
    new = LEDGER.with_suffix(f".{os.getpid()}")
    try:
        entries = [*kept(), {"question": question, "prediction": prediction, "right": right}]
        LEDGER.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(new, LEDGER)
    except OSError as error:
        with suppress(OSError):
            new.unlink()  # what a full disk left of it
        return (
            f"This prediction could not be kept. {LEDGER.parent}: {error.strerror}; BN_LAB_DATA can name another."
        )
    except ValueError as error:
        return f"This prediction could not be kept. {error}"
    return ""


def _asked(question):
    text, options = question["question"], " / ".join(question["options"])
    return {
        "text/html": f"<p><strong>Predict.</strong> {escape(text)} <em>{escape(options)}</em></p>",
        "text/plain": f"Predict. {text} {options}",
    }


def _explained(question, prediction=None, note=""):
    """The closed block before the choice, the open one with the verdict after it; (data, metadata)."""
    answer, because = question["answer"], " ".join(question["because"].split())
    decided = 'class="bn-question bn-decided" open'
    if prediction is None:
        state, summary = 'class="bn-question"', "What happens, and why (decide first)"
    elif prediction == answer:
        state, summary = decided, f"You predicted {prediction}, and so it is"
    else:
        state, summary = decided, f"You predicted {prediction}; it turns out otherwise"
    bundle = {
        "text/html": f"<details {state}><summary>{escape(summary)}</summary><p><strong>{escape(answer)}."
        f"</strong> {escape(because)} {escape(note)}</p></details>",
        "text/plain": f"{summary}: {answer}. {because} {note}".strip(),
    }
    return bundle, {}
