"""What is wrong with an assignment, in sentences: it is not built then."""

from itertools import chain

import numpy as np

from bn_helpers.checks import HINTS
from bn_helpers.checks.calling import Report, reports_of
from bn_helpers.checks.judging import judge
from bn_helpers.checks.question import expected_of

from .author import SOLUTION, VISIBLE, load, styles

STYLES = 8  # right answers in at least so many styles


def faults(contract, seed):
    """Sentences on slips that pass, slips that look alike, right answers refused."""
    expected = expected_of(contract.question, seed)
    return [f"{contract.name}: {text}" for text in _faults(contract, expected)]


def all_faults(name):
    """The same of all contracts of an assignment, with inputs of three seeds."""
    contracts = chain.from_iterable(load(name).QUESTIONS.values())
    return [text for c in contracts for seed in (VISIBLE, 1, 2) for text in faults(c, seed)]


def _faults(contract, expected):
    for name, values in expected.slips:
        verdict = judge([Report(results) for results in values], expected)
        if verdict:
            yield f"the slip {name} passes"
        elif verdict.slip != name and HINTS.get(verdict.slip) != HINTS.get(name):
            yield f"the slip {name} looks like {verdict.slip}, and their hints differ"
    right = [*contract.variants, *styles(contract.question.truth).values()]
    if len(right) < STYLES:
        yield f"expected right answers in {STYLES} styles, got {len(right)}"
    for answer in right:
        verdict = judge(
            reports_of(answer, expected.calls, expected.names, expected.returns), expected
        )
        if not verdict:
            yield f"a right answer is refused, {answer}: {verdict!r}"


def leaks(built, authored):
    """Sentences on what students would get and must not."""
    cells = built.notebook.cells
    text = "\n".join(cell.source for cell in cells)
    for lines in solutions(authored):
        for line in lines:
            if line in text:
                yield f"a line of a solution is in the student's notebook: {line}"
    for cell in authored.cells:
        if cell.metadata.get("bn", {}).get("rubric") and cell.source in text:
            yield "a rubric is in the student's notebook"
    for question, hidden in built.hidden.items():
        if any(map(_alike, hidden.calls[0], built.visible[question].calls[0])):
            yield f"{question}: hidden inputs are those that students have"


def solutions(authored):
    """For each cell with a solution its lines; those that say little are left out."""
    for cell in authored.cells:
        pieces = (match[0].splitlines()[1:-1] for match in SOLUTION.finditer(cell.source))
        lines = {line.strip() for line in chain.from_iterable(pieces) if len(line.strip()) > 20}
        if lines:
            yield lines


def _alike(a, b):
    return isinstance(a, np.ndarray) and a.size > 4 and a.shape == b.shape and np.array_equal(a, b)
