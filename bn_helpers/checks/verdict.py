"""The answer of a check: "right", or the name of the mistake. It shows itself."""

import base64
import html
import tomllib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

TEXTS = Path(__file__).parents[1] / "texts" / "misconceptions.toml"


def _read(kind):
    """The texts of one kind, "says", "hint" or "read", by id of the misconception."""
    table = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    return {name: " ".join(text[kind].split()) for name, text in table.items() if kind in text}


MISCONCEPTIONS = _read("says")
HINTS = _read("hint")
READ = _read("read")  # a heading to read again: "05_batchnorm_forward.ipynb#6. What ..."


class NotPassed(Exception):
    """An answer that a check does not accept; its text is the verdict's message."""

    def _render_traceback_(self):  # for IPython: the sentence alone
        return [f"Not yet: {self}"]


@dataclass(frozen=True)
class Verdict:
    """passed; slip, an id in MISCONCEPTIONS or None; message, what to read.

    True if passed. `message` is the same whenever the same answer is checked, and it is
    what a notebook stores as text. The rest depends on the tries before.
    """

    passed: bool
    slip: str | None
    message: str
    hint: str = ""  # a further step
    wanted: str = ""  # a small case, with the student's result and the right one
    printed: str = ""  # what the student's code printed
    way: str = ""  # code of one right answer
    word: str = ""  # in the place of Right or Not yet
    read: str = ""  # what to read again: "lesson 05, One number is not enough"
    picture: Callable | None = field(default=None, repr=False, compare=False)  # () -> (PNG, text)

    def __bool__(self):
        return self.passed

    def or_raise(self):
        """NotPassed, with the message, if not passed: for a cell that fails then."""
        if not self.passed:
            raise NotPassed(self.message)

    def __repr__(self):
        return f"{self._word()}: {self.message}"

    def _word(self):
        return self.word or ("Right" if self.passed else "Not yet")

    def __str__(self):
        """All of it as text, for a terminal."""
        parts = {"Hint: {}": self.hint, "{}": self.wanted, "Your code printed:\n{}": self.printed}
        parts["Read again: {}"] = self.read
        parts["One way to write it:\n\n{}"] = self.way
        return "\n".join([repr(self), *(form.format(text) for form, text in parts.items() if text)])

    def _repr_html_(self):
        mark, colour = ("✓", "#009E73") if self.passed else ("→", "#767676")
        lines = [f"<strong>{mark} {self._word()}.</strong> {html.escape(self.message)}"]
        lines += [f"<em>Hint.</em> {html.escape(self.hint)}"] * bool(self.hint)
        lines += [html.escape(self.wanted)] * bool(self.wanted)
        lines += [f"Read again: {html.escape(self.read)}"] * bool(self.read)
        style = f"border-left: 4px solid {colour}; padding-left: 0.8em"  # predict.js looks for it
        return f'<p style="{style}">{"<br>".join(lines)}</p>{self._below()}'

    def _below(self):
        """HTML: what the code printed, a way to write it (closed), the picture."""
        below = ""
        if self.printed:
            text = html.escape(self.printed)
            below += f'<p style="color: #767676">Your code printed:</p><pre>{text}</pre>'
        if self.way:
            code = html.escape(self.way)
            below += f"<details><summary>One way to write it</summary><pre>{code}</pre></details>"
        return below + (self._drawn() if self.picture else "")

    def _drawn(self):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                png, text = self.picture()
        except (ValueError, ArithmeticError):  # numbers too large to draw; the words are enough
            return ""
        image = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        return f'<img alt="{html.escape(text)}" style="max-width: 36em" src="{image}">'


def heading(read):
    """ "05_batchnorm_forward.ipynb#1. By hand" as "lesson 05, 1. By hand"."""
    file, _, title = read.partition("#")
    return f"lesson {file.split('_')[0]}, {title}" if read else ""


def right(message):
    return Verdict(True, None, message)


def not_yet(name, detail="", **shown):
    """The verdict with the text of a misconception; `detail` says what was seen."""
    return Verdict(False, name, f"{MISCONCEPTIONS[name]} {detail}".strip(), **shown)


def stopped(stop):
    """The verdict of the Stop that ended a check."""
    name, detail = stop.args
    return not_yet(name, detail, **stop.shown)
