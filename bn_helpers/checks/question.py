"""A question is data: cases, the right formula, and the formulas of known slips."""

import inspect
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, wraps

import numpy as np

from .. import ledger, plots
from .answering import Expected
from .calling import reports_of
from .errors import Stop
from .judging import judge
from .verdict import HINTS, Verdict, not_yet, stopped

NO_TRY = {
    "nothing-returned",
    "line-missing",
    "not-a-function",
    "symptom-open",
}  # nothing was written yet
TRIES = 3  # wrong ones, after which the right result and a right answer are shown
_tries = {}  # a check -> (its last slip, the number of wrong tries in a row)


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of a function. Called with the function, it answers with a Verdict.

    cases: rng -> list of argument tuples. The first two have the same shapes and differ
    in every argument; the last is small and, where that is possible, has integers.
    truth: a right answer; students may see its source. slips: {id of a misconception: a
    formula, or a tuple of formulas}. What returns several arrays returns a tuple.
    rtol, of the largest value of an array, leaves room for rounding and float32.
    """

    cases: Callable
    truth: Callable
    slips: dict
    passed: str  # what to say of a right answer
    returns: tuple = ("result",)  # names of the results
    axes: tuple = ()  # names of the axes of the first result: ("row", "column")
    measure: Callable | None = None  # (arguments, results) -> a sentence, or (id, sentence)
    rtol: float = 1e-4

    @property
    def names(self):
        """The names of the arguments."""
        return tuple(inspect.signature(self.truth).parameters)

    def __call__(self, *answers):
        return told(self, self.judged, answers, self.truth)

    def judged(self, answer):
        """The Verdict on a function, whatever was tried before."""
        expected = expected_of(self)
        reports = reports_of(answer, expected.calls, self.names, self.returns)
        return replace(judge(reports, expected), printed=reports[-1].printed or reports[0].printed)

    def __repr__(self):
        return f"<check of {self.truth.__name__}({', '.join(self.names)})>"


@cache
def expected_of(question, seed=0):
    """What is Expected of an answer; another `seed` makes a hidden set."""
    cases = question.cases(np.random.default_rng(seed))
    first, second = cases[:2]
    third = next(case for case in (*cases[2:], first) if _shapes(case) == _shapes(first))
    exchanged = [
        (*case[:i], other[i], *case[i + 1 :])
        for case, other in ((first, second), (second, third))
        for i in range(len(first))
    ]
    calls = [*cases, *exchanged, first]
    truths = [question.truth(*call) for call in calls]
    wanted = list(map(_tuple, truths))
    slips = [
        (name, [_values(formula, call, w) for call, w in zip(calls, wanted)])
        for name, formulas in question.slips.items()
        for formula in (formulas if isinstance(formulas, tuple) else (formulas,))
    ]
    about = {
        k: getattr(question, k) for k in ("passed", "names", "returns", "axes", "rtol", "measure")
    }
    logical = not isinstance(truths[0], tuple) and np.asarray(truths[0]).dtype == bool
    return Expected(calls, wanted, slips, len(cases), logical=logical, **about)


def _shapes(case):
    return [np.shape(argument) for argument in case]


def _values(formula, call, wanted):
    """The results of a slip's formula in the wanted shapes; NaN where it fails."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            values = _tuple(formula(*call))
        return tuple(np.broadcast_to(v, w.shape) for v, w in zip(values, wanted))
    except (ArithmeticError, ValueError):
        return tuple(np.full(w.shape, np.nan) for w in wanted)


def _tuple(values):
    values = values if isinstance(values, tuple) else (values,)
    return tuple(np.asarray(value, float) for value in values)


def told(check, judged, answers, truth):
    """The Verdict `judged(answer)`, with what the tries before allow to say.

    check: the check, or a name for it. truth: a right answer, or a tuple of functions
    that are one; () where no right answer is shown.
    """
    truths = truth if isinstance(truth, tuple) else (truth,)
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        verdict = judged(*answers) if len(answers) == 1 else not_yet("not-a-function")
    former, wrong = _tries.get(check, (None, 0))
    wrong = 0 if verdict else wrong + (verdict.slip not in NO_TRY)
    _tries[check] = verdict.slip, wrong
    if verdict:
        _keep_solved(_name(check, truths))
    hint = HINTS.get(verdict.slip, "") if verdict.slip == former else ""
    if verdict or wrong < TRIES:
        return replace(verdict, hint=hint, wanted="")
    return replace(verdict, hint=hint, way="\n\n".join(map(inspect.getsource, truths)))


def _name(check, truths):
    if isinstance(check, str):
        return check
    return getattr(check, "__name__", truths[0].__name__).removeprefix("check_")


def _keep_solved(name):
    """Note in the ledger that an exercise is solved, if a notebook runs."""
    if plots.can_display():
        with suppress(ValueError):  # a damaged ledger is said where predictions are shown
            if {"exercise": name} not in ledger.kept():
                ledger.keep({"exercise": name})


def asked_by(truth):
    """Decorator: makes `judge_calls(call) -> Verdict` a check like a Question.

    call(calls, names) gives the Reports of the student's function. `truth` is right.
    """

    def decorate(judge_calls):
        @wraps(judge_calls)
        def check(*answers) -> Verdict:
            return told(check, judged, answers, truth)

        def judged(answer):
            reports = []

            def call(calls, names):
                reports.extend(new := reports_of(answer, calls, names))
                return new

            try:
                verdict = judge_calls(call)
            except Stop as stop:
                verdict = stopped(stop)
            return replace(verdict, printed=reports[0].printed)

        return check

    return decorate
