"""What a check answers: right, or the slip by name. A check shows itself and never raises."""

import base64
import html
import io
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from functools import wraps
from itertools import chain
from pathlib import Path

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
        return shown + (self._drawn() if self.picture else "")

    def _drawn(self):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                png, text = self.picture()
        except (ValueError, ArithmeticError):  # numbers so large that there is nothing to see; the words are enough
            return ""
        data = base64.b64encode(png).decode()
        return f'<img alt="{html.escape(text)}" style="max-width: 36em" src="data:image/png;base64,{data}">'


def right(message):
    return Verdict(True, None, message)


def slip(name, detail="", picture=None):
    return Verdict(False, name, f"{MISCONCEPTIONS[name]} {detail}".strip(), picture)


class Slip(Exception):
    """Ends a check early; `verdict` says with what."""

    def __init__(self, name, detail="", picture=None):
        self.verdict = slip(name, detail, picture)


def check(run):
    """Decorator: `run(answer)` returns a Verdict or raises Slip; the check never raises (but KeyboardInterrupt).

    The same slip twice in a row gets a further hint. What the student's code prints is not shown, and what it does
    to NumPy's global generator is undone.
    """
    former = None

    @wraps(run)
    def guarded(*answers):
        nonlocal former
        generator = np.random.get_bit_generator()
        state = generator.state
        try:
            with (
                redirect_stdout(io.StringIO()),
                redirect_stderr(io.StringIO()),
                warnings.catch_warnings(),
                np.errstate(all="ignore"),
            ):
                warnings.simplefilter("ignore")
                verdict = run(*answers) if len(answers) == 1 else slip("not-a-function")
        except Slip as ended:
            verdict = ended.verdict
        finally:
            np.random.set_bit_generator(generator)
            generator.state = state
        again, former = verdict.slip == former, verdict.slip
        if again and verdict.slip in HINTS:
            verdict = replace(verdict, message=f"{verdict.message} Hint: {HINTS[verdict.slip]}")
        return verdict

    return guarded


def answer_of(function, *arguments, shape=(), fans=False):
    """What the student's function returns, as a finite float array of `shape`; Slip otherwise.

    fans: the shape is (fan_in, fan_out), so a transposed answer has a name.
    """
    return _array(_returned(function, arguments), shape, fans)


def answers_of(function, *arguments, shapes):
    """The same for a function that returns one array for each of the `shapes`, as a tuple."""
    value = _returned(function, arguments)
    if len(shapes) == 1:
        return (_array(value, shapes[0]),)
    if not hasattr(value, "__len__") or len(value) != len(shapes):
        came = len(value) if isinstance(value, tuple | list) else "one thing"
        raise Slip("wrong-count", f"Expected {len(shapes)}, with commas between them; got {came}.")
    return tuple(_array(part, shape) for part, shape in zip(value, shapes))


def _returned(function, arguments):
    """What the student's function returns, if it returns; Slip otherwise."""
    if not callable(function):
        raise Slip("not-a-function", f"Got {type(function).__name__}.")
    before = [(a.dtype, a.shape, a.tobytes()) if isinstance(a, np.ndarray) else None for a in arguments]
    try:
        value = function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a student's code does, the check answers in words
        raise Slip("raised", f"{_say(error)}{_line(function, error)}") from None
    if any(b is not None and b != (a.dtype, a.shape, a.tobytes()) for a, b in zip(arguments, before)):
        raise Slip("input-changed", "And it returned nothing." if value is None else "")
    if value is None or value is Ellipsis:
        raise Slip("nothing-returned")
    return value


def _array(value, shape, fans=False):
    if value is Ellipsis:
        raise Slip("line-missing")
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":  # text, complex numbers, dates
            raise ValueError
        if np.ma.getmaskarray(value).any():
            raise Slip("not-finite", "Some are masked.")
        got, array = array.shape, array.astype(float) if array.shape == shape else array
    except Slip:
        raise
    except Exception:
        raise Slip("not-a-number", f"It is a {type(value).__name__}.") from None
    if got != shape:
        if fans and got == shape[::-1]:
            raise Slip("fans-swapped")
        expected = f"Expected shape {shape}" if shape else "Return one number, not an array or a list"
        raise Slip("wrong-shape", f"{expected}; it has shape {got}.")
    if not np.isfinite(array).all():
        raise Slip("not-finite")
    return array


def _say(error):
    """The error in one line, whatever it is."""
    try:
        text = str(error).encode("utf-8", "replace").decode()
    except Exception:
        text = "an error without words"
    return f"{type(error).__name__}: {text if len(text) < 200 else text[:200] + '...'}"


def _line(function, error):
    """Where in the function's own file it happened, if it did: the student's cell, or a file that has a name."""
    try:
        source = function.__code__.co_filename
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == source]
        file = Path(source)
        cell = not file.is_file() or file.parent.name.startswith("ipykernel_")  # a debugger writes cells there
        place = "your cell" if cell else file.name
    except Exception:
        return ""
    return f" (line {lines[-1]} of {place})" if lines else ""


def compare(function, cases, truth, slips, passed, names=(), rtol=5e-3):
    """Verdict on a function of numbers or arrays: `truth` and each of `slips` are tried on all `cases`.

    What returns several arrays returns a tuple of them. slips: {id: a formula, or a tuple of them}; names: of the
    arguments, to say which is ignored. rtol, of the largest value of an array, leaves room for rounded constants;
    the formulas of the slips differ by far more.
    """

    def values(formula):
        results = [formula(*case) for case in cases]
        return [tuple(map(np.asarray, v if isinstance(v, tuple) else (v,))) for v in results]

    wanted = values(truth)
    answers = [
        answers_of(function, *case, shapes=[part.shape for part in parts]) for case, parts in zip(cases, wanted)
    ]

    def agrees(values):
        return all(
            np.allclose(answer, value, rtol=0, atol=rtol * np.abs(value).max())
            for answer, value in zip(chain(*answers), chain(*values))
        )

    if agrees(wanted):
        return right(passed)
    for name, formulas in slips.items():
        for formula in formulas if isinstance(formulas, tuple) else (formulas,):
            if agrees(values(formula)):
                return slip(name)
    return _by_behaviour(function, cases, wanted, answers, names)


def _by_behaviour(function, cases, wanted, answers, names):
    """A formula that no slip knows: what does it do wrong?"""
    got, want = (np.concatenate([np.ravel(part) for part in chain(*values)]) for values in (answers, wanted))
    if not all(np.any(part) for part in chain(*answers)):
        return slip("zero-result")
    if any(np.array_equal(got, np.round(want, k)) for k in range(5)):
        return slip("rounded")
    ratios = got / want
    if np.abs(ratios - 1).max() < 0.01:
        return slip("almost")
    if np.ptp(ratios) < 0.01 * abs(ratios[0]):
        return slip(
            "constant-factor", f"Yours is {ratios[0]:.3g} times what it should be, whatever the arguments are."
        )
    for i, name in enumerate(names):
        case = list(cases[0])
        case[i] = case[i] * 2 if isinstance(case[i], int) else case[i] * 0.8  # stays in its range, whatever that is
        try:
            varied = answers_of(function, *case, shapes=[part.shape for part in wanted[0]])
        except Slip:
            continue
        if all(map(np.array_equal, varied, answers[0])):
            return slip("argument-ignored", f"It is {name}.")
    return slip("unknown")
