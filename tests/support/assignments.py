"""The authored assignments: their questions, and slips and variants one by one."""

from functools import cache
from pathlib import Path

from bn_classroom.author import beside

ROOT = Path(__file__).parents[2] / "assignments"
NAMES = [path.parent.name for path in sorted(ROOT.glob("*/questions.py"))]


@cache
def questions(name):
    return beside(ROOT / name / "questions.py", "questions")


def contracts(name):
    """{name of a contract: Contract} of the questions that ask for a function."""
    return {c.name: c for several in questions(name).QUESTIONS.values() for c in several}


def formulas(question):
    """(id, formula) for each formula of a slip."""
    for name, several in question.slips.items():
        for formula in several if isinstance(several, tuple) else (several,):
            yield name, formula


def slips(name):
    """All ids that answers to an assignment can meet."""
    asked = questions(name)
    numbers = (form for several in asked.NUMBERS.values() for form in several)
    return {slip for c in contracts(name).values() for slip in c.question.slips} | {
        slip for form in numbers for slip in form.slips
    }
