"""Run the cells of one answer, and report what it does with a question's inputs."""

import __future__

import ast
import random

import numpy as np

from . import stubs
from .cells import without_magic
from .wire import VALUES, decode, encode_array, encode_report

TOO_MUCH = ("MemoryError", "_ArrayMemoryError")


def warm_up(calling):
    """Do once what is slow the first time, before children inherit the memory."""
    np.random.seed(0)  # noqa: NPY002  # what students may draw from
    reports = calling.reports_of(lambda x: x.mean(axis=0), [(np.ones((3, 2)),)], ("x",))
    return list(map(encode_report, reports)), decode([1.0])


def result(task, plan, cells, calling):
    """{"reports"} or {"trouble"} of the answer in `cells`, found as `plan` says."""
    source = cells[plan["cell"]]["source"]
    try:
        if task["kind"] == "values":
            return {"reports": [_values(source, task["define"])]}
        return _function(task, plan, cells, calling)
    except MemoryError:
        return {"trouble": ["too-large", "Out of memory."]}
    except calling.Stop as stop:
        return {"trouble": list(stop.args)}


def _function(task, plan, cells, calling):
    names, error = stubs.notebook(), None
    names["np"] = np
    for place in [*plan["used"], plan["cell"]]:
        error = run_cell(cells[place]["source"], f"<cell {place}>", names)
    name = task["define"][0]
    if name not in names:
        raise calling.Stop(*_missing(error, name))
    calls = decode(task["calls"])
    np.random.seed(0)  # noqa: NPY002  # the same answer gives the same numbers
    random.seed(0)
    stubs.asked.append(True)
    reports = calling.reports_of(names[name], calls, task["names"], task["returns"])
    if stubs.called:
        raise calling.Stop("helper-called", f"It calls {stubs.called[0]}.")
    return _sized(reports)


def _sized(reports):
    """The reports as JSON; trouble where they are too large, or memory was."""
    if sum(array.size for report in reports for array in report.results) > VALUES:
        return {"trouble": ["too-large", "It returned too many numbers."]}
    name, detail = reports[-1].trouble or ("", "")
    if name == "raised" and detail.startswith(TOO_MUCH):
        return {"trouble": ["too-large", detail]}
    return {"reports": list(map(encode_report, reports))}


def run_cell(source, file, names):
    """The first error of a cell, or None. A line that fails does not stop the others.

    So an answer below an import of what is not here, or below a test of the student's
    own, is found.
    """
    first, flags = None, 0
    for statement in _statements(source, file):
        try:
            flags |= _future(statement)
            module = ast.Module([statement], [])
            exec(compile(module, file, "exec", flags, True), names)
        except BaseException as error:  # also SystemExit
            first = error if first is None else first
    return first


def _statements(source, file):
    for statement in ast.parse(without_magic(source), file).body:
        if isinstance(statement, ast.Import):  # one of several may not be here
            for alias in statement.names:
                yield ast.copy_location(ast.Import([alias]), statement)
        else:
            yield statement


def _future(statement):
    if not isinstance(statement, ast.ImportFrom) or statement.module != "__future__":
        return 0
    features = (getattr(__future__, alias.name, None) for alias in statement.names)
    return sum(feature.compiler_flag for feature in features if feature)


def _missing(error, name):
    """The trouble of a cell that has not defined the answer's name."""
    if error is None:
        return "answer-missing", f"Looked for {name}."
    if isinstance(error, MemoryError):
        return "too-large", "Out of memory."
    try:
        said = str(error)[:200]
    except BaseException:  # a class of the student's own
        said = "an error without words"
    return "raised", f"{type(error).__name__}: {said}{_line(error)}."


def _line(error):
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<cell "):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {line} of your cell)" if line else ""


def _values(source, wanted):
    """One report: the numbers that are written in a cell, without running it."""
    found = {}
    for statement in ast.parse(without_magic(source)).body:
        for name, value in _assigned(statement):
            found[name] = value
    report = {"trouble": None, "came": "", "kept": True, "printed": "", "results": []}
    for name in wanted:
        value = found.get(name)
        if value is None or (isinstance(value, ast.Constant) and value.value in (None, ...)):
            detail = f"Your {name} is still open."
            return {**report, "trouble": ["line-missing", detail], "results": []}
        number = _number(value)
        if number is None:
            detail = f"Write {name} as a plain number, such as 0.5 or 16."
            return {**report, "trouble": ["not-a-number", detail], "results": []}
        report["results"].append(encode_array(np.array(number)))
    return report


def _assigned(statement):
    """(name, expression) of `a = 1`, `a: int = 1` and `a, b = 1, 2`."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    value = getattr(statement, "value", None)
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = zip(target.elts, value.elts)
            yield from ((t.id, v) for t, v in pairs if isinstance(t, ast.Name))


def _number(node):
    """The number that an expression writes; None for anything else."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, int) and abs(value) >= 2**63:
        return None
    return value if isinstance(value, int | float) else None
