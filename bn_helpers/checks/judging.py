"""Judge an answer from reports and arrays alone: it may have run anywhere."""

import numpy as np

from .answering import YOURS, Answer, close
from .behaviours import BEHAVIOURS
from .calling import has_integers
from .errors import Stop
from .measuring import fact
from .verdict import not_yet, right, stopped


def judge(reports, expected):
    """The Verdict on the `reports` of an answer, which end at the first trouble.

    Looks in this order: is it right, a known slip, trouble of a call, a slip in one of
    several results, a behaviour that has a name. Else it is "unknown", with what can be
    measured.
    """
    try:
        for report, wanted, call in zip(reports, expected.wanted, expected.calls):
            _same_shapes(report, wanted, call, expected)
    except Stop as stop:
        return stopped(stop)
    answer = Answer(reports, expected)
    looks = (_passes, _known, _trouble, _known_in_part, *BEHAVIOURS, _unknown)
    verdicts = (look(answer) for look in looks)
    return next(verdict for verdict in verdicts if verdict is not None)


def _same_shapes(report, wanted, call, expected):
    """Stop if a result has another shape than wanted."""
    names = expected.returns
    for got, want, name in zip(report.results, wanted, names):
        if got.shape == want.shape:
            continue
        as_long = got.shape[:1] == want.shape[:1]  # a number has no length
        if len(names) == 1 and report.came.startswith("a tuple") and not as_long:
            raise Stop("wrong-count", f"Expected one array. Got {report.came}.")
        shape = f"Expected shape {want.shape}" if want.shape else "Expected one number"
        owners = [n for n, a in zip(expected.names, call) if np.shape(a) == got.shape]
        advice = f" This is the shape of {owners[0]}." if owners and got.ndim else ""
        if got.size == want.size and got.ndim > want.ndim:
            advice = " An axis of length 1 is too much: keepdims=True leaves one."
        elif got.shape == want.shape[::-1]:
            advice = " Rows and columns are exchanged."
        elif _one_for_each_row(got, want, call):
            advice = " This is one number for each row. Expected is one for each column."
        whose = "your result" if len(names) == 1 else f"your {name}"
        raise Stop("wrong-shape", f"{shape}, {whose} has shape {got.shape}.{advice}")


def _one_for_each_row(got, want, call):
    """Whether each table among the arguments has the shape (len(got), len(want))."""
    tables = [np.shape(a) for a in call if np.ndim(a) == 2]
    return bool(tables) and all((*got.shape, *want.shape) == shape for shape in tables)


def _passes(answer):
    if answer.trouble or len(answer.wrong):
        return None
    if not all(report.kept for report in answer.reports):
        return not_yet("buffer-shared")
    return right(answer.expected.passed)


def _known(answer):
    """A slip whose formula gives all results of the calls that worked."""
    if len(answer.results) < 2 or not len(answer.wrong):
        return None
    for name, values in answer.expected.slips:
        if answer.gives(values):
            return answer.not_yet(name)
    return None


def _trouble(answer):
    if not answer.trouble:
        return None
    name, detail = answer.trouble
    first, last = (answer.expected.calls[k] for k in (0, len(answer.results)))
    if has_integers(last) and not has_integers(first):
        detail += " This happened with integers as arguments."
    return not_yet(name, detail)


def _known_in_part(answer):
    """A slip whose formula gives one of several results as it is."""
    if len(answer.expected.returns) == 1:
        return None
    for i in answer.wrong:
        got, _ = answer.part(i)
        for name, values in answer.expected.slips:
            values = [v[i] for v in values]
            rtol = answer.expected.rtol
            if all(map(close, got, values, [rtol] * len(got))):
                return answer.not_yet(name)
    return None


def _unknown(answer):
    """A mistake without a name: what can be measured, and a small case."""
    expected = answer.expected
    k = int(np.argmin(answer.right.all(axis=1)))  # the first call that is wrong
    name, said = "unknown", ""
    if expected.measure:
        said = expected.measure(expected.calls[k], answer.results[k])
        name, said = said if isinstance(said, tuple) else (name, said)
    i = answer.wrong[0]
    seen = fact(answer.results[k][i], expected.wanted[k][i], expected.axes if i == 0 else ())
    if (shape := expected.wanted[k][i].shape) != expected.wanted[expected.cases - 1][i].shape:
        seen = f"For a result of shape {shape}: {seen[0].lower()}{seen[1:]}"
    if name != "unknown":
        return answer.not_yet(name, said)
    first = "The first inputs give the right result, others do not." if k else ""
    return answer.not_yet(name, first, said, seen, answer.small_case(YOURS))
