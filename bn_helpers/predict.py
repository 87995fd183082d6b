"""The student's predictions: asked before the cell that answers, kept, compared.

A prediction is kept in `predictions.json` beside the notebook, first answer first, so that a change
of mind stays visible. Nothing is sent anywhere.
"""

import html
import json
import os
from pathlib import Path

import ipywidgets
from IPython.display import display

LEDGER = "predictions.json"


def ask(name, *options, answer, because):
    """Show the options of question `name` as buttons; after a choice, the verdict and `because`.

    The explanation is there from the start as a closed block, for readers without a kernel. ValueError
    if `answer` is not one of `options`.
    """
    if answer not in options:
        raise ValueError(f"answer: expected one of {options}, got {answer!r}")
    buttons = ipywidgets.ToggleButtons(
        options=options, value=None, style={"button_width": "auto"}, tooltip="your prediction"
    )
    display(buttons)
    text = display(_closed(answer, because), raw=True, display_id=True)

    def chosen(change):
        kept = _keep(name, change.new, change.new == answer)
        text.update(_open(change.new, answer, because, kept), raw=True)

    buttons.observe(chosen, "value")


def ledger(folder="."):
    """The kept predictions: a list of {"question", "prediction", "right"}, oldest first.

    ValueError if the file is not such a list.
    """
    path = Path(folder) / LEDGER
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        entries = None
    if not isinstance(entries, list):
        raise ValueError(f"{path}: expected a list of predictions in JSON, got something else; move the file away")
    return entries


def _keep(question, prediction, right):
    """Add one entry; returns what to tell the student if that was not possible. Never overwrites a damaged file."""
    try:
        entries = [*ledger(), {"question": question, "prediction": prediction, "right": right}]
        new = Path(f"{LEDGER}.new")
        new.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(new, LEDGER)
    except (OSError, ValueError) as error:
        return f"This prediction could not be kept. {error}"
    return ""


def _closed(answer, because):
    return {
        "text/html": "<details><summary>What happens, and why (decide first)</summary>"
        f"<p><strong>{html.escape(answer)}.</strong> {html.escape(because)}</p></details>",
        "text/plain": f"What happens, and why: {answer}. {because}",
    }


def _open(prediction, answer, because, kept):
    verdict = "as it happens" if prediction == answer else f"it turns out otherwise: {answer}"
    plain = f"You predicted {prediction}; {verdict}. {because} {kept}".strip()
    return {
        "text/html": f"<details open><summary>You predicted <strong>{html.escape(prediction)}</strong>; "
        f"{html.escape(verdict)}</summary><p>{html.escape(because)}</p></details><p>{html.escape(kept)}</p>",
        "text/plain": plain,
    }
