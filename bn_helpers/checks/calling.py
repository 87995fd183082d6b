"""Run a student's function and report what it did, as arrays and words.

A report can be sent to another process: it holds numbers and text, nothing else.
"""

import inspect
import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace

import numpy as np

from .errors import Stop, described, own_names, refused_fractions

PRINTED = 10  # lines that are shown of what the student's code prints
WIDE = 200  # characters of such a line


@dataclass(frozen=True)
class Report:
    """What one call did: its results, or the trouble that it met."""

    results: tuple = ()  # arrays of numbers
    trouble: tuple | None = None  # (id of a misconception, detail)
    came: str = ""  # the container of a single result: "a tuple of 2 values"
    kept: bool = True  # whether the results are still the same after all calls
    printed: str = ""


def reports_of(function, calls, names=(), returns=("result",)):
    """A Report for each argument tuple of `calls`, up to the first that meets trouble.

    Arguments are copied, except generators. What the code prints is caught, and what it
    does to NumPy's global generator is undone. Only KeyboardInterrupt passes through.
    """
    reports, values = [], []
    with undisturbed() as printed:
        for arguments in calls:
            try:
                value, results = _result(function, arguments, names, returns)
            except Stop as stop:
                reports.append(Report(trouble=stop.args, printed=_first_lines(printed)))
                break
            text = _first_lines(printed) if not reports else ""
            reports.append(Report(results, came=_container(value), printed=text))
            values.append(value)
        return [
            replace(report, kept=_still(value, report.results, len(returns)))
            for report, value in zip(reports, values)
        ] + reports[len(values) :]


@contextmanager
def undisturbed():
    """No output, no warnings, NumPy's generator as before; gives the text caught."""
    generator, printed = np.random.get_bit_generator(), io.StringIO()
    state = generator.state
    try:
        with (
            redirect_stdout(printed),
            redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            yield printed
    finally:
        np.random.set_bit_generator(generator)
        generator.state = state


def _first_lines(printed):
    lines = [line[:WIDE] for line in printed.getvalue().splitlines()]
    more = [f"... and {len(lines) - PRINTED} more lines"] * (len(lines) > PRINTED)
    return "\n".join(lines[:PRINTED] + more)


def _result(function, arguments, names, returns):
    """(what the function returned, its results as arrays); Stop if there are none."""
    if not callable(function):
        raise Stop("not-a-function", f"Got {type(function).__name__}.")
    given = tuple(a.copy() if isinstance(a, np.ndarray) else a for a in arguments)
    try:
        value = function(*given)
    except (KeyboardInterrupt, Stop):
        raise
    except BaseException as error:  # whatever a student's code does, the check answers in words
        if refused_fractions(error) and has_integers(arguments):  # in place, in a copy of its own
            return _result(function, tuple(map(_as_floats, arguments)), names, returns)
        names = own_names(function, names)
        raise Stop("raised", described(error, function, arguments, names)) from None
    if not all(map(_same, given, arguments)):
        raise Stop("input-changed", "And it returned nothing." if value is None else "")
    if value is None:
        raise Stop("nothing-returned")
    return value, tuple(map(_numbers, _parts(value, returns), returns))


def has_integers(arguments):
    """Whether one of them is an array of integers."""
    return any(isinstance(a, np.ndarray) and a.dtype.kind in "iu" for a in arguments)


def _as_floats(a):
    return a.astype(float) if isinstance(a, np.ndarray) else a


def _same(a, b):
    """Whether an argument that is an array is as it was before the call."""
    return not isinstance(b, np.ndarray) or (
        (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    )


def _parts(value, returns):
    if len(returns) == 1:
        return [value]
    array = isinstance(value, np.ndarray)
    several = value.ndim > 0 if array else isinstance(value, tuple | list)
    if not several or len(value) != len(returns):
        came = f"{len(value)} values" if several and not array else "one thing"
        wanted = f"Expected {len(returns)}, with commas between them: {', '.join(returns)}"
        raise Stop("wrong-count", f"{wanted}. Got {came}.")
    return list(value)


def _numbers(value, name):
    """`value` as an array of numbers, whole numbers kept as such; Stop otherwise."""
    if value is None or value is Ellipsis:
        raise Stop("line-missing", f"Your {name} is {'None' if value is None else 'three dots'}.")
    _refuse(value)
    try:
        if "numpy.ma" in sys.modules and np.ma.is_masked(value):  # its import takes long
            raise Stop("not-finite", "Some are masked.")
        array = np.array(value)
        if array.dtype.kind == "O":  # Decimal, Fraction, or something else inside of a list
            _refuse_parts(value)
            array = array.astype(float)
    except Stop:
        raise
    except Exception as error:
        raise _unreadable(value, error) from None
    if array.dtype.kind == "c":
        raise Stop("not-a-number", "It is complex: is there a root of a negative number?")
    if array.dtype.kind not in "biuf":
        raise Stop("not-a-number", f"It is {_kind(value)}.")
    return array


def _refuse(value):
    """Stop for what only promises a result."""
    if inspect.iscoroutine(value):
        value.close()
        raise Stop("not-a-number", "It is a coroutine: write def without async before it.")
    if inspect.isgenerator(value):
        if value.gi_code.co_name == "<genexpr>":
            raise Stop("not-a-number", "It is a generator: square brackets make a list of it.")
        raise Stop("not-a-number", "It is a generator: write return in place of yield.")
    if inspect.isroutine(value) or isinstance(value, np.ufunc):
        raise Stop("not-a-number", "It is a function: call it, with brackets behind its name.")
    if isinstance(value, Iterator):
        kind = type(value).__name__
        raise Stop("not-a-number", f"It is a {kind} object: list(...) makes a list of it.")


def _refuse_parts(value):
    if isinstance(value, tuple | list):
        for part in value:
            if part is None or part is Ellipsis:
                raise Stop("line-missing", "One of your values is None or three dots.")
            _refuse_parts(part)


def _unreadable(value, error):
    """The Stop for what NumPy cannot read."""
    if isinstance(error, OverflowError):
        return Stop("not-finite", "One is larger than a float can be.")
    if isinstance(value, tuple):
        return Stop("wrong-count", f"Expected one array. Got {_container(value)}.")
    if isinstance(value, list) and isinstance(error, ValueError):
        return Stop("not-a-number", "It is a list whose rows have different lengths.")
    if {"detach", "numpy"} <= set(dir(type(value))):
        advice = "value.detach().cpu().numpy() gives an array"
        return Stop("not-a-number", f"It is a tensor that NumPy cannot read: {advice}.")
    return Stop("not-a-number", f"It is {_kind(value)}.")


def _kind(value):
    name = {"str": "text", "dict": "a dictionary"}.get(type(value).__name__, type(value).__name__)
    return name if " " in name or name == "text" else f"of type {name}"


def _container(value):
    """ "a tuple of 2 values", if that is what came."""
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)} values"
    return ""


def _still(value, results, count):
    """Whether a result that was returned earlier has kept its values."""
    parts = [value] if count == 1 else list(value)
    return all(
        np.array_equal(part, result, equal_nan=True)
        for part, result in zip(parts, results)
        if isinstance(part, np.ndarray) and part.dtype == result.dtype
    )
