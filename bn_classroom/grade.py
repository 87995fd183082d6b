"""Grade one submission: bytes and bundle in, what goes into JSON out. No kernel starts.

The student's code runs confined. What is expected of it stays in this process.
"""

from pathlib import Path
from typing import NamedTuple

from bn_helpers.checks import MISCONCEPTIONS, stored
from bn_helpers.checks.assignment import near
from bn_helpers.checks.calling import Report
from bn_helpers.checks.judging import judge

from . import confine
from .author import load
from .confined import wire
from .reading import Unreadable, read

VERSION = 2  # of this grader: a change of it grades all files anew


class Bundle(NamedTuple):
    about: dict
    expected: dict  # {question: Expected}, with hidden inputs


def open_bundle(path):
    """The Bundle in a file that `release` wrote; ValueError if it is not one."""
    try:
        about, expected = stored.read(Path(path))
        about["contracts"]  # the arrays of students have none
        return Bundle(about, expected)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"open_bundle: expected a bundle of release, got {path}: {error}"
        ) from None


def grade(data, bundle, *, tier, meter=None):
    """The grades of one file, as a dict of texts and numbers.

    status: "graded", or a sentence on why nothing could be. questions: for each its
    points, its slip ("" if right) and the rule by which it was found. `meter` is
    called with the CPU seconds of the confined process.
    """
    questions = bundle.about["questions"]
    try:
        submission = read(data)
    except Unreadable as error:
        return unread(str(error), bundle, tier)
    notes = []
    if submission.release != bundle.about["release"]:
        notes.append(f"The file is of the release {submission.release or 'without a name'}.")
    if not submission.student:
        notes.append("No student id was found.")
    code = [cell._asdict() for cell in submission.cells if cell.kind == "code"]
    asked = [question for question in questions if question["kind"] != "written"]
    ran = confine.run(code, [_task(question, bundle) for question in asked], tier=tier, meter=meter)
    answers = dict(zip((question["name"] for question in asked), ran))
    graded = [_graded(question, answers, bundle, submission) for question in questions]
    return _row(submission.student, "graded", graded, tier, notes)


def unread(why, bundle, tier):
    """The same for a file that has no cells, with the sentence `why`."""
    return _row("", why, [_unread(question) for question in bundle.about["questions"]], tier)


def _row(student, status, graded, tier, notes=()):
    known = [one["points"] for one in graded if one["points"] is not None]
    questions = {one.pop("name"): one for one in graded}
    return {
        "student": student,
        "status": status,
        "notes": list(notes),
        "points": sum(known),
        "tier": tier,
        "questions": questions,
    }


def _unread(question):
    points = None if question["kind"] == "written" else 0
    return {"name": question["name"], "points": points, "slip": "answer-missing", "rule": ""}


def _task(question, bundle):
    expected = bundle.expected.get(question["name"])
    return {
        "question": question["name"],
        "id": question["id"],
        "grade_id": question["grade_id"],
        "kind": question["kind"],
        "define": question["define"],
        "calls": wire.encode(expected.calls) if expected else [],
        "names": list(expected.names) if expected else [],
        "returns": list(expected.returns) if expected else [],
    }


def _graded(question, answers, bundle, submission):
    """{name, points, slip, rule} of one question, and the text of a written answer."""
    name = question["name"]
    if question["kind"] == "written":
        text = _written(question, submission.cells)
        return {"name": name, "points": None, "slip": "", "rule": "", "text": text}
    ran = answers[name]
    slip = _slip(question, ran, bundle, submission)
    points = 0 if slip else question["points"]
    return {"name": name, "points": points, "slip": slip, "rule": ran["rule"]}


def _slip(question, ran, bundle, submission):
    """The id of what is wrong; "" if nothing is."""
    if "trouble" in ran:
        name = ran["trouble"][0]
        return name if name in MISCONCEPTIONS else "died"
    if question["kind"] != "function":
        (report,) = wire.decode_reports(ran["reports"], 1, len(question["define"]))
        if report["trouble"]:
            name = report["trouble"][0]
            return "own-not-typed" if name == "not-a-number" else name
        return _of_numbers(question, report["results"], bundle, submission)
    expected = bundle.expected[question["name"]]
    counts = len(expected.calls), len(expected.returns)
    verdict = judge(wire.decode_reports(ran["reports"], *counts, Report), expected)
    return verdict.slip or ""


def _of_numbers(question, results, bundle, submission):
    """The id of what is wrong with numbers that depend on the student's id."""
    name = question["name"]
    if submission.student in ("", "practice"):
        return "own-without-id"
    contracts = load(bundle.about["id"]).NUMBERS[name]
    (numbers,) = (c for c in contracts if c.name == bundle.about["contracts"][name])
    got, within = dict(zip(question["define"], map(float, results))), question["within"]

    def fits(wanted):
        return all(near(got[key], wanted[key], within[key]) for key in within)

    student = submission.student
    if fits(numbers.truth(student)):
        return ""
    slips = (slip for slip, formula in numbers.slips.items() if fits(formula(student)))
    return next(slips, "own-differs")


def _written(question, cells):
    """The text of a written answer, by its cell's id, then by its grade_id."""
    for key in "id", "grade_id":
        for cell in cells:
            if cell.kind == "markdown" and getattr(cell, key) == question[key]:
                return cell.source[:5000]
    return ""
