"""What a check answers: right, or the slip by name. A check shows itself and never raises."""

import base64
import html
import io
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import wraps

import numpy as np

from .misconceptions import HINTS, MISCONCEPTIONS


@dataclass(frozen=True)
class Verdict:
    """passed; slip, an id in MISCONCEPTIONS or None; message, what to read. Displays itself in a notebook.

    `picture`, if there is one, draws got against wanted when the verdict is shown: () -> (PNG bytes, text).
    """

    passed: bool
    slip: str | None
    message: str
    picture: Callable | None = field(default=None, repr=False, compare=False)

    def __str__(self):
        return f"{'Right' if self.passed else 'Not yet'}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        mark, colour = ("✓", "#009E73") if self.passed else ("→", "#767676")
        shown = (
            f'<p style="border-left: 4px solid {colour}; padding-left: 0.8em"><strong>{mark} '
            f"{'Right' if self.passed else 'Not yet'}.</strong> {html.escape(self.message)}</p>"
        )
        if self.picture:
            png, text = self.picture()
            data = base64.b64encode(png).decode()
            shown += f'<img alt="{html.escape(text)}" style="max-width: 36em" src="data:image/png;base64,{data}">'
        return shown


def right(message):
    return Verdict(True, None, message)


def slip(name, detail="", picture=None):
    return Verdict(False, name, f"{MISCONCEPTIONS[name]} {detail}".strip(), picture)


class Slip(Exception):
    """Ends a check early; `verdict` says with what."""

    def __init__(self, name, detail="", picture=None):
        self.verdict = slip(name, detail, picture)


def check(run):
    """Decorator: `run(answer)` returns a Verdict or raises Slip; the check then never raises.

    The same slip twice in a row gets a further hint. What the student's code prints is not shown, and what it does
    to NumPy's global generator is undone.
    """
    former = None

    @wraps(run)
    def guarded(answer):
        nonlocal former
        state = np.random.get_state()  # noqa: NPY002, a student may draw from it
        try:
            with redirect_stdout(io.StringIO()), warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                verdict = run(answer)
        except Slip as ended:
            verdict = ended.verdict
        finally:
            np.random.set_state(state)  # noqa: NPY002
        again, former = verdict.slip == former, verdict.slip
        if again and verdict.slip in HINTS:
            verdict = replace(verdict, message=f"{verdict.message} Hint: {HINTS[verdict.slip]}")
        return verdict

    return guarded


def answer_of(function, *arguments, shape=()):
    """What the student's function returns, as a finite float array of `shape`; Slip otherwise."""
    if not callable(function):
        raise Slip("not-a-number", f"The check needs your function itself, got {type(function).__name__}.")
    before = [np.copy(a) if isinstance(a, np.ndarray) else None for a in arguments]
    try:
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
    """Verdict on a function of numbers or arrays: `truth` and each of `slips` {id: function} are tried on `cases`.

    rtol leaves room for rounded constants; the formulas of the slips differ by far more.
    """
    wanted = [truth(*case) for case in cases]
    answers = [answer_of(function, *case, shape=np.shape(value)) for case, value in zip(cases, wanted)]

    def agrees(values):
        return all(np.allclose(answer, value, rtol=rtol, atol=0) for answer, value in zip(answers, values))

    if agrees(wanted):
        return right(passed)
    for name, formula in slips.items():
        if agrees([formula(*case) for case in cases]):
            return slip(name)
    return slip("unknown")
