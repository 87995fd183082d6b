"""What is expected of an answer as arrays in a file: results, and no formula of them.

A file holds for each question three arrays and a description. `calls` and `wanted` are
all numbers one after the other, and each row of `slips` is like `wanted`.
"""

import json

import numpy as np

from .answering import Expected

KEPT = ("cases", "passed", "names", "returns", "axes", "rtol")


def write(path, expected, **about):
    """Store {question: Expected} and what else is told `about` the assignment."""
    arrays, questions = {}, {}
    for name, one in expected.items():
        arrays |= {f"{name}.{part}": flat for part, flat in _flat(one).items()}
        questions[name] = _described(one)
    arrays["about"] = np.array(json.dumps({**about, "expected": questions}))
    np.savez_compressed(path, **arrays)


def read(path):
    """(what is told about the assignment, {question: Expected}).

    FileNotFoundError if there is no file, ValueError if it is not one of these.
    """
    with np.load(path, allow_pickle=False) as arrays:
        about = json.loads(str(arrays["about"]))
        described = about.pop("expected")
        return about, {name: _expected(arrays, name, one) for name, one in described.items()}


def _flat(expected):
    slips = [_joined(value for call in values for value in call) for _, values in expected.slips]
    wanted = [value for call in expected.wanted for value in call]
    return {
        "calls": _joined(argument for call in expected.calls for argument in call),
        "wanted": _joined(wanted),
        "slips": np.array(slips, np.float32),
    }


def _joined(parts):
    return np.concatenate([np.ravel(part).astype(float) for part in parts])


def _described(expected):
    return {
        **{key: getattr(expected, key) for key in KEPT},
        "calls": [[_form(argument) for argument in call] for call in expected.calls],
        "wanted": [[np.shape(value) for value in call] for call in expected.wanted],
        "slips": [name for name, _ in expected.slips],
    }


def _form(argument):
    """(dtype, shape) of an array; (name of the type, None) of a number."""
    if isinstance(argument, np.ndarray):
        return argument.dtype.name, argument.shape
    return type(argument).__name__, None


def _expected(arrays, name, described):
    kept = {key: described[key] for key in KEPT}
    kept |= {key: tuple(kept[key]) for key in ("names", "returns", "axes")}
    shapes = described["wanted"]
    return Expected(
        calls=_calls(arrays[f"{name}.calls"], described["calls"]),
        wanted=_results(arrays[f"{name}.wanted"], shapes),
        slips=[
            (slip, _results(row, shapes))
            for slip, row in zip(described["slips"], arrays[f"{name}.slips"].astype(float))
        ],
        **kept,
    )


def _calls(flat, forms):
    numbers = {"float": float, "int": int, "bool": bool}
    calls, at = [], 0
    for call in forms:
        arguments = []
        for kind, shape in call:
            size = int(np.prod(shape)) if shape is not None else 1
            part, at = flat[at : at + size], at + size
            array = shape is not None
            arguments.append(part.astype(kind).reshape(shape) if array else numbers[kind](part[0]))
        calls.append(tuple(arguments))
    return calls


def _results(flat, shapes):
    """Tuples of arrays of these shapes, one for each call."""
    calls, at = [], 0
    for call in shapes:
        results = []
        for shape in call:
            size = int(np.prod(shape))
            results.append(flat[at : at + size].reshape(shape))
            at += size
        calls.append(tuple(results))
    return calls
