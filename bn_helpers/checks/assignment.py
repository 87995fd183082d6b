"""A graded assignment on the student's side: `check("a question")` and `hand_in()`.

Its file of arrays stands beside the notebook. It has results, but no formula.
"""

import ast
import sys
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from numbers import Real
from pathlib import Path

from . import stored
from .calling import reports_of
from .errors import Stop
from .judging import judge
from .question import told
from .verdict import READ, heading, not_yet, right

LONGEST_ID = 64  # characters


class NotReady(Exception):
    """A hand-in in which something is open or wrong."""

    def _render_traceback_(self):  # for IPython: the sentence alone
        return [f"Not ready: {self}"]


def assignment(name):
    """(check, hand_in) of the assignment whose arrays stand in this folder.

    Both look for the answers by name in the notebook that calls them. FileNotFoundError
    if the arrays are not here.
    """
    path = Path(f"{name}.npz")
    if not path.is_file():
        raise FileNotFoundError(
            f"assignment: expected the file {path} beside this notebook; "
            f"it is not in {Path.cwd()}. Copy it from the folder that you were given."
        )
    about, expected = stored.read(path)
    questions = {question["name"]: question for question in about["questions"]}

    def check(question):
        """The Verdict on what the notebook has for a question."""
        if question not in questions:
            came = f"expected one of {list(questions)}, got {question!r}"
            raise ValueError(f"check: {came}")
        names = sys._getframe(1).f_globals
        verdict = told(f"{name}/{question}", judged, [(questions[question], names)], ())
        read = READ.get(verdict.slip, questions[question]["read"])
        return replace(verdict, read="" if verdict else heading(read))

    def judged(asked):
        question, names = asked
        return JUDGES[question["kind"]](question, names, expected.get(question["name"]))

    def hand_in():
        """Say what is open or wrong; NotReady if anything is."""
        names = sys._getframe(1).f_globals
        verdicts = {one: judged((questions[one], names)) for one in questions}
        wrong = [one for one, verdict in verdicts.items() if not verdict]
        for one, verdict in verdicts.items():
            print(f"{one}: {verdict!r}")
        if missing := _no_id(names.get("student")):
            wrong.insert(0, "student")
            print(f"student: Not yet: {missing}")
        if wrong:
            raise NotReady(f"{len(wrong)} open or wrong: {', '.join(wrong)}.")
        written = [one for one in questions if questions[one]["kind"] == "written"]
        when = f"Ready, if {' and '.join(written)} is written." if written else "Ready."
        print(f"{when} Save the notebook, and hand it in.")

    return check, hand_in


def is_open(value):
    """Whether it stands for an answer that is not given yet."""
    empty = isinstance(value, str) and value.strip() in ("", "...")
    return empty or value is None or value is ...


def _no_id(student):
    """What is missing where a student's id must stand; "" if nothing is."""
    if is_open(student) or not isinstance(student, str | int) or len(str(student)) > LONGEST_ID:
        return "Write your id into the first code cell, and run all cells."
    if student == "practice":
        return "practice is not your id. Write your own into the first code cell. Run all cells."
    return ""


def _function(question, names, expected):
    """The Verdict on the function that the notebook defines."""
    (wanted,) = question["define"]
    if is_open(names.get(wanted)):
        return not_yet("answer-missing", f"The name is {wanted}.")
    function = without_helpers(names[wanted])
    reports = reports_of(function, expected.calls, expected.names, expected.returns)
    verdict = judge(reports, expected)
    return replace(verdict, printed=reports[0].printed)


def _values(question, names, _):
    """The Verdict on numbers, which only the grader can compute."""
    values = {name: names.get(name) for name in question["define"]}
    for name, value in values.items():
        if is_open(value):
            return not_yet("answer-missing", f"The name is {name}.")
        if not isinstance(value, Real) or not _is_typed(name, names.get("In", ())):
            return not_yet("own-not-typed", f"The name is {name}.")
        if value not in (allowed := question["allowed"][name]):
            return not_yet("own-impossible", f"Your {name} is {value}. Expected {_shown(allowed)}.")
    told = ", ".join(f"{name} = {value}" for name, value in values.items())
    practice = question["practice"]
    if names.get("student") != "practice":
        return replace(right(f"{told}. The grader compares them, not this check."), word="Noted")
    if all(near(values[name], practice[name], question["within"][name]) for name in values):
        return right(f"{told}: these are the numbers for the id practice.")
    return not_yet("own-differs", f"Yours: {told}.")


def _is_typed(name, inputs):
    """Whether the last cell that gives a name a value writes it as a number.

    inputs: the sources of the cells that have run, as a notebook keeps them. The grader
    reads these numbers. It does not compute them.
    """
    for source in reversed(inputs):
        with suppress(SyntaxError, ValueError):
            for node in reversed(ast.parse(source).body):
                targets = [ast.unparse(target) for target in getattr(node, "targets", ())]
                if name in targets:
                    return _is_number(node.value)
    return True


def _is_number(node):
    try:
        return isinstance(ast.literal_eval(node), Real)
    except ValueError:
        return False


def _shown(allowed):
    if len(allowed) > 20:
        return f"a whole number from {allowed[0]} to {allowed[-1]}"
    return f"one of {', '.join(map(str, allowed))}"


def near(value, wanted, within):
    """Whether a number is within a distance of the wanted one."""
    return abs(value - wanted) <= within


def _written(question, names, _):
    said = "not judged here. A person reads it. Look yourself: is it written?"
    return replace(right(said), word="Written")


JUDGES = {"function": _function, "values": _values, "written": _written}


def without_helpers(function):
    """The function; a call of bn_helpers inside of it is a Stop, "helper-called"."""
    if not callable(function):
        return function

    @wraps(function)
    def watched(*arguments):
        called = []

        def watch(frame, event, _):
            module = frame.f_globals.get("__name__") or ""
            if event == "call" and module.startswith("bn_helpers.") and module != __name__:
                called.append(frame.f_code.co_name)

        former = sys.getprofile()
        sys.setprofile(watch)
        try:
            return function(*arguments)
        finally:
            sys.setprofile(former)
            if called:
                raise Stop("helper-called", f"It is {called[0]}.")

    return watched
