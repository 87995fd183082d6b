"""The second step at each patient of lesson 10: a student's test is tested.

A test takes an implementation and answers True if it is right, else False.
"""

from dataclasses import replace
from functools import wraps

import numpy as np

from .calling import reports_of, undisturbed
from .errors import Stop
from .verdict import not_yet, stopped

RUNS = 3  # of each test, so that luck shows
KINDS = "broken", "right", "right, written differently", "unseen", "unseen, too"


def words_of(test, implementation):
    """The set of what the test says in some runs: True, False or both; else Stop."""
    return _answers(test, implementation, [])[0]


def _answer(test, implementation, printed):
    """(what the test says, whether it has called the implementation).

    What it prints is added to the list `printed`.
    """
    calls = []

    @wraps(implementation)
    def watched(*arguments, **named):
        calls.append(0)
        return implementation(*arguments, **named)

    report = reports_of(test, [(watched,)], ("implementation",))[0]
    printed.append(report.printed)
    if report.trouble:
        name, detail = report.trouble
        raise Stop(*(_asserts(detail) if detail.startswith("AssertionError") else (name, detail)))
    (value,) = report.results
    if value.shape or value.dtype.kind != "b":
        kind = f"an array of shape {value.shape}" if value.shape else f"{value}"
        raise Stop("test-not-bool", f"It returned {kind}.")
    return bool(value), bool(calls)


def _asserts(detail):
    return "test-asserts", detail.split("\n")[0].split(" (line")[0][:80]


def _answers(test, implementation, printed):
    """What the test says in some runs with other random numbers, and if it called."""
    answers = []
    for run in range(RUNS):
        with undisturbed():
            np.random.seed(run)  # noqa: NPY002, a student's code may use it
            answers.append(_answer(test, implementation, printed))
    return {answer for answer, _ in answers}, any(called for _, called in answers)


def judged_test(test, implementations, blind, strict, unseen):
    """The Verdict on a test, or None if it is right.

    implementations: five of them, as in KINDS. The words: where to look if the test is
    blind, what a right implementation may do, and what each unseen one does.
    """
    printed = []
    verdict = _judged(test, implementations, printed, blind, strict, unseen)
    return None if verdict is None else replace(verdict, printed=printed[0])


def _judged(test, implementations, printed, *words):
    told = {}
    for kind, implementation in zip(KINDS, implementations):
        try:
            answers, called = _answers(test, implementation, printed)
        except Stop as stop:
            return _stopped(stop, kind)
        if not called:
            return not_yet("test-calls-nothing")
        if len(answers) > 1:
            return not_yet("test-lucky", f"So it was with an implementation that is {kind}.")
        told[kind] = answers.pop()
    return _named(*told.values(), *words)


def _stopped(stop, kind):
    """The Verdict of a Stop, with the kind of implementation at which it came."""
    name, detail = stop.args
    if name == "raised":
        detail += f" Your test stopped there. It had an implementation that is {kind}."
    return stopped(Stop(name, detail, **stop.shown))


def _named(broken, right, other, first, second, blind, strict, unseen):
    if broken and not right:
        return not_yet("test-reversed")
    if broken:
        return not_yet("test-blind", blind)
    if not (right or other):
        return not_yet("test-refuses-right", strict)
    if not (right and other):
        return not_yet("test-refuses-one", strict)
    if first or second:
        return not_yet("test-fits-one", unseen[0] if first else unseen[1])
    return None
