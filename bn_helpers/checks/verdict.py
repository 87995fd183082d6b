"""What a check answers: right, or the slip by name. A check shows itself and never raises."""

import html
import traceback
from dataclasses import dataclass

import numpy as np

from .misconceptions import MISCONCEPTIONS


@dataclass(frozen=True)
class Verdict:
    """passed; slip, an id in MISCONCEPTIONS or None; message, what to read. Displays itself in a notebook."""

    passed: bool
    slip: str | None
    message: str

    def __str__(self):
        return f"{'Right' if self.passed else 'Not yet'}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        mark, colour = ("✓", "#009E73") if self.passed else ("→", "#767676")
        return (
            f'<p style="border-left: 4px solid {colour}; padding-left: 0.8em"><strong>{mark} '
            f"{'Right' if self.passed else 'Not yet'}.</strong> {html.escape(self.message)}</p>"
        )


def right(message):
    return Verdict(True, None, message)


def slip(name, detail=""):
    return Verdict(False, name, f"{MISCONCEPTIONS[name]} {detail}".strip())


class Slip(Exception):
    """Ends a check early; `verdict` says with what."""

    def __init__(self, name, detail=""):
        self.verdict = slip(name, detail)


def check(run):
    """Decorator: `run(answer)` returns a Verdict or raises Slip; the check then never raises."""

    def guarded(answer):
        try:
            return run(answer)
        except Slip as ended:
            return ended.verdict

    guarded.__name__, guarded.__doc__ = run.__name__, run.__doc__
    return guarded


def answer_of(function, *arguments, shape=()):
    """What the student's function returns, as a finite float array of `shape`; Slip otherwise."""
    if not callable(function):
        raise Slip("not-a-number", f"The check needs your function itself, got {type(function).__name__}.")
    before = [np.copy(a) if isinstance(a, np.ndarray) else None for a in arguments]
    try:
        with np.errstate(all="ignore"):
            value = function(*arguments)
    except (Exception, SystemExit) as error:  # whatever a student's code does, the check answers in words
        raise Slip("raised", f"{type(error).__name__}: {error}{_line(function, error)}") from None
    if value is None or value is Ellipsis:
        raise Slip("nothing-returned")
    for argument, copy in zip(arguments, before):
        if copy is not None and not np.array_equal(argument, copy, equal_nan=True):
            raise Slip("input-changed")
    try:
        array = np.asarray(value)
        if array.dtype.kind in "US":  # text that looks like numbers
            raise ValueError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise Slip("not-a-number", f"It is a {type(value).__name__}.") from None
    if array.shape != shape:
        if array.ndim == 2 and array.T.shape == shape:
            raise Slip("fans-swapped")
        expected = f"Expected shape {shape}" if shape else "Return one number, not an array or a list"
        raise Slip("wrong-shape", f"{expected}; it has shape {array.shape}.")
    if not np.isfinite(array).all():
        raise Slip("not-finite")
    return array


def _line(function, error):
    """Where in the student's own code it happened, if it did."""
    source = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == source]
    return f" (line {lines[-1]} of your cell)" if lines else ""


def compare(function, cases, truth, slips, passed, rtol=5e-3):
    """Verdict on a function of numbers: `truth` and each of `slips` {id: function} are tried on all `cases`.

    rtol leaves room for rounded constants; the formulas of the slips differ by far more.
    """
    answers = np.array([answer_of(function, *case) for case in cases])

    def agrees(formula):
        return np.allclose(answers, [formula(*case) for case in cases], rtol=rtol, atol=0)

    if agrees(truth):
        return right(passed)
    for name, formula in slips.items():
        if agrees(formula):
            return slip(name)
    return slip("unknown")
