"""The results of an answer beside what was expected of it: arrays and words."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .measuring import in_words, shown, which_results
from .verdict import not_yet

YOURS = "your {name} is {yours}"
RIGHT = "the right {name} is {right}"
YOURS_AND_RIGHT = "your {name} is {yours}, right is {right}"


@dataclass(frozen=True)
class Expected:
    """Arguments, and the results of the truth and of each slip.

    calls: argument tuples. The first `cases` of them are the question's cases. In those
    after them one argument of the first case is exchanged for that of the second, and
    then one of the second for that of a third (if it has the same shapes, else of the
    first). The last call is the first one again.
    """

    calls: list
    wanted: list  # for each call a tuple of arrays
    slips: list  # (id of a misconception, such a list)
    cases: int
    passed: str  # what to say of a right answer
    names: tuple  # of the arguments
    returns: tuple  # names of the results
    axes: tuple  # names of the axes of the first result: ("row", "column")
    rtol: float  # of the largest value of an array
    logical: bool = False  # whether the results are True or False
    measure: Callable | None = None  # (arguments, results) -> a sentence, or (id, sentence)


class Answer:
    """The reports of an answer beside what was expected, and what of it is right."""

    def __init__(self, reports, expected):
        self.reports, self.expected = reports, expected
        self.results = [report.results for report in reports if not report.trouble]
        self.trouble = reports[-1].trouble
        self.right = self.agrees(expected.wanted)  # (calls, results)
        self.wrong = np.flatnonzero(~self.right.all(axis=0))  # places of wrong results

    def agrees(self, values):
        """Booleans (calls, results): is the result what `values` has there?"""
        rtol = self.expected.rtol
        return np.array(
            [[close(*pair, rtol) for pair in zip(*call)] for call in zip(self.results, values)]
        ).reshape(-1, len(self.expected.returns))

    def gives(self, values):
        """Whether all results are what `values` has there."""
        pairs = (pair for call in zip(self.results, values) for pair in zip(*call))
        return all(close(*pair, self.expected.rtol) for pair in pairs)

    def part(self, i):
        """The results number `i` of all calls, got and wanted."""
        return [r[i] for r in self.results], [w[i] for w in self.expected.wanted]

    def exchanged(self, i):
        """The call with argument `i` of the second case and the others of the first."""
        return self.expected.cases + i

    def exchanges(self, i):
        """Pairs of calls that differ in argument `i` alone, the first case first."""
        if len(self.expected.names) == 1:  # any two cases of one shape
            shapes = [np.shape(case[0]) for case in self.expected.calls[: self.expected.cases]]
            pairs = combinations(range(len(shapes)), 2)
            return [(a, b) for a, b in pairs if shapes[a] == shapes[b]]
        return [(0, self.exchanged(i)), (1, self.exchanged(i + len(self.expected.names)))]

    def which(self):
        return which_results(self.expected.returns, self.wrong)

    def not_yet(self, name, *details):
        """The verdict on wrong numbers, with what is right and a small case."""
        case = self.small_case(YOURS)
        wanted = self.small_case(RIGHT, "There") if case in details else ""
        detail = " ".join(filter(None, [*details, self.which()]))
        return not_yet(name, detail, wanted=wanted or self.small_case(YOURS_AND_RIGHT))

    def small_case(self, form, opening="For {arguments}"):
        """The last case and, for each wrong result, the `form` filled in."""
        k = self.expected.cases - 1
        if k >= len(self.results):
            return ""
        told = []
        for i in self.wrong:
            name = self.expected.returns[i]
            if self.right[k, i]:
                told.append(f"your {name} happens to be right")
                continue
            pair = self.results[k][i], self.expected.wanted[k][i]
            if self.expected.logical and np.isin(pair, (0, 1)).all():
                pair = (np.asarray(values, bool) for values in pair)
            yours, right = map(shown, pair)
            told.append(form.format(name=name, yours=yours, right=right))
        arguments = in_words(self.expected.names, self.expected.calls[k])
        return f"{opening.format(arguments=arguments)} {', '.join(told)}."


def close(got, want, rtol):
    """Whether two arrays agree up to rtol of the largest value; NaN agrees with NaN."""
    return agree(got, want, rtol).all()


def agree(got, want, rtol):
    """The same for each entry: booleans in the shape of the arrays."""
    finite = np.abs(want[np.isfinite(want)])
    return np.isclose(got, want, rtol=0, atol=rtol * finite.max(initial=0), equal_nan=True)
