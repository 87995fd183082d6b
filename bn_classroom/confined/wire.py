"""Arguments and reports as JSON, with the shape, the type and every bit of an array.

What comes back from a student's process is text that anybody may have written. It is
either reports of capped size, or Malformed. Nothing is unpickled, nothing evaluated.
"""

import math

import numpy as np

KINDS = {"bool", "float16", "float32", "float64", "longdouble"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
VALUES = 200_000  # in all arrays of an answer; an honest one has some thousands
AXES = 16
TEXT = 3000  # characters of a detail, or of what was printed
TROUBLES = {  # all that a report can say; each is an id of texts/misconceptions.toml
    "raised", "not-a-function", "input-changed", "nothing-returned", "wrong-count",
    "line-missing", "not-a-number", "not-finite", "helper-called", "answer-missing",
    "answer-twice", "too-long", "too-large", "died",
}  # fmt: skip


class Malformed(ValueError):
    """What came is not a list of reports."""


def encode(value):
    """An argument of a call as JSON: arrays, numbers, text, tuples, generators."""
    if isinstance(value, np.ndarray):
        return {"array": encode_array(value)}
    if isinstance(value, np.generic):
        return {"scalar": encode_array(np.asarray(value))}
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, tuple):
        return {"tuple": [encode(part) for part in value]}
    if isinstance(value, list):
        return [encode(part) for part in value]
    if isinstance(value, np.random.Generator):
        return {"generator": value.bit_generator.state}
    if value is None or isinstance(value, bool | int | str):
        return value
    raise ValueError(f"value: expected arrays, numbers or text, got {type(value).__name__}")


def decode(data):
    """The argument that `encode` made `data` of."""
    if isinstance(data, list):
        return [decode(part) for part in data]
    if not isinstance(data, dict):
        return data
    ((kind, held),) = data.items()
    return DECODERS[kind](held)


def encode_array(array):
    """{"shape", "dtype", "values"}: floats as hex text, so that no bit is lost.

    Of a longdouble the bits of a float64 are kept.
    """
    kind = array.dtype.name
    if array.dtype.kind == "f":
        kind = "longdouble" if array.dtype.itemsize > 8 else kind
        values = list(map(float.hex, array.astype(float).ravel().tolist()))
    else:
        values = array.ravel().tolist()
    return {"shape": list(array.shape), "dtype": kind, "values": values}


def decode_array(data):
    """The array; Malformed if `data` is anything but one of a known type and size."""
    shape, kind, values = (_part(data, key) for key in ("shape", "dtype", "values"))
    _expect(isinstance(shape, list) and len(shape) <= AXES, "shape")
    _expect(all(type(n) is int and 0 <= n <= VALUES for n in shape), "shape")
    _expect(isinstance(kind, str) and kind in KINDS, "dtype")
    _expect(isinstance(values, list) and len(values) == math.prod(shape) <= VALUES, "values")
    numbers = {"b": _booleans, "f": _floats}.get(np.dtype(kind).kind, _integers)(values)
    try:
        with np.errstate(all="ignore"):
            return np.array(numbers, numbers_of(kind)).astype(kind).reshape(shape)
    except (ValueError, OverflowError):
        raise Malformed("values") from None


def numbers_of(kind):
    """The type in which values of a `kind` are read, before they get their own."""
    return float if np.dtype(kind).kind == "f" else kind


def encode_report(report):
    """A Report of bn_helpers' `checks.calling` as JSON."""
    return {
        "results": list(map(encode_array, report.results)),
        "trouble": list(report.trouble) if report.trouble else None,
        "came": report.came,
        "kept": bool(report.kept),
        "printed": report.printed,
    }


def decode_reports(rows, calls, returns, make=dict):
    """[make(results=, trouble=, came=, kept=, printed=)], of untrusted `rows`.

    calls, returns: how many there were. There is a report for each call, up to the
    first trouble. One without trouble has as many arrays as the answer must return.
    """
    _expect(isinstance(rows, list) and 1 <= len(rows) <= calls, "reports")
    reports = [_report(row) for row in rows]
    troubles = [report["trouble"] for report in reports]
    _expect(not any(troubles[:-1]), "trouble")
    _expect(bool(troubles[-1]) or len(rows) == calls, "reports")
    for report in reports:
        _expect(bool(report["trouble"]) or len(report["results"]) == returns, "results")
    _expect(sum(a.size for r in reports for a in r["results"]) <= VALUES, "values")
    return [make(**report) for report in reports]


def _report(row):
    results, trouble, kept = (_part(row, key) for key in ("results", "trouble", "kept"))
    _expect(isinstance(results, list) and len(results) <= AXES, "results")
    _expect(type(kept) is bool, "kept")
    arrays = tuple(map(decode_array, results))
    came = text(_part(row, "came"))
    return {
        "results": () if trouble is not None else arrays,
        "trouble": None if trouble is None else trouble_of(trouble),
        "came": came if arrays and arrays[0].ndim else "",  # a tuple has a length
        "kept": kept,
        "printed": text(_part(row, "printed")),
    }


def trouble_of(data):
    """(id, detail) of untrusted `data`."""
    _expect(isinstance(data, list) and len(data) == 2, "trouble")
    name, detail = data
    _expect(isinstance(name, str) and name in TROUBLES, "trouble")
    return name, text(detail)


def text(data):
    """Untrusted text, cut, without control characters and halves of a character."""
    _expect(isinstance(data, str), "text")
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in data[:TEXT])
    return clean.encode("utf-8", "replace").decode()


def _part(data, key):
    _expect(isinstance(data, dict) and key in data, key)
    return data[key]


def _expect(holds, what):
    if not holds:
        raise Malformed(what)


def _booleans(values):
    _expect(all(type(value) is bool for value in values), "values")
    return values


def _integers(values):
    _expect(all(type(value) is int for value in values), "values")
    return values


def _floats(values):
    _expect(all(type(value) is str and len(value) < 40 for value in values), "values")
    try:
        return list(map(float.fromhex, values))
    except (ValueError, OverflowError):
        raise Malformed("values") from None


def _generator(state):
    kind = getattr(np.random, state["bit_generator"])()
    kind.state = state
    return np.random.Generator(kind)


DECODERS = {
    "array": decode_array,
    "scalar": lambda held: decode_array(held)[()],
    "float": float.fromhex,
    "tuple": lambda held: tuple(map(decode, held)),
    "generator": _generator,
}
