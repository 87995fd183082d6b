"""An error in a student's code, in words: its text, the student's line, and advice."""

import functools
import inspect
import re
import sys
import traceback
from pathlib import Path

LIBRARIES = sys.stdlib_module_names | {"bn_helpers", "numpy"}
LONGEST = 200  # characters of an error's text


class Stop(Exception):
    """Ends a check early: an id of a misconception, a detail, what else is shown."""

    def __init__(self, name, detail="", **shown):
        super().__init__(name, detail)
        self.shown = shown


def described(error, function, arguments, names):
    """One line on an `error` that `function(*arguments)` raised."""
    text = _text(error)
    advice = _advice(text, arguments, names, _name(function))
    said = f"{type(error).__name__}: {text}".rstrip(". ") + _place(function, error)
    return f"{said}. {advice}." if advice else f"{said}."


def own_names(function, names):
    """The names that the student gave to the arguments; `names` if there are none."""
    try:
        own = tuple(inspect.signature(function).parameters)
    except Exception:  # whatever was passed as a function
        return names
    return own if len(own) == len(names) else names


def refused_fractions(error):
    """Whether NumPy would not put fractions into an array of integers in place."""
    return isinstance(error, TypeError) and "Cannot cast ufunc" in _text(error)


def _text(error):
    try:
        text = str(error).encode("utf-8", "replace").decode()
    except Exception:
        text = "an error without words"
    return text if len(text) < LONGEST else text[:LONGEST] + "..."


def _place(function, error):
    """Where in the function's own file it happened: in a cell, or in a named file."""
    try:
        function = _inner(function)
        file = Path(function.__code__.co_filename)
        library = _library(function, file)
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(file)]
    except Exception:
        return ""
    if library:
        return f" (inside of {function.__name__}, a function of {library}; no line of yours)"
    cell = not file.is_file() or file.parent.name.startswith("ipykernel_")  # a debugger's cells
    return f" (line {lines[-1]} of {'your cell' if cell else file.name})" if lines else ""


def _inner(function):
    """The function that a partial, a decorator or a callable object holds."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    return function if hasattr(function, "__code__") else type(function).__call__


def _library(function, file):
    """The library that a function comes from; "" if it is the student's own."""
    top = (function.__module__ or "").split(".")[0]
    return top if top in LIBRARIES or "site-packages" in file.parts else ""


def _name(function):
    try:
        return _inner(function).__name__
    except Exception:  # whatever was passed as a function
        return ""


def _advice(text, arguments, names, called):
    """A sentence on what to do about an error's text; "" if there is none.

    called: the name of the function that the check called.
    """
    shapes = re.search(r"broadcast together with shapes (\(.*\))", text)
    if shapes:
        numbers = (re.findall(r"\d+", shape) for shape in re.findall(r"\(([\d,]*)\)", shapes[1]))
        return _on_shapes([tuple(map(int, shape)) for shape in numbers], arguments, names)
    miscalled = re.search(
        r"([^\s.]+)\(\) (takes .* positional argument|missing \d+ required)", text
    )
    if miscalled and miscalled[1] == called:
        many = "argument" if len(names) == 1 else "arguments"
        return f"The check calls your function with {len(names)} {many}: {', '.join(names)}"
    for pattern, advice in ADVICE.items():
        if match := re.search(pattern, text):
            return advice.format(*match.groups())
    return ""


ADVICE = {
    r"\(size (\d+) is different from (\d+)\)": (
        "In a product A @ B the columns of A must be as many as the rows of B: here {1} and {0}"
    ),
    r"Cannot cast ufunc .* to dtype\('u?int": (
        "An array of integers cannot take fractions in place. An expression makes a new array"
    ),
    r"only (?:length-1|size-1|0-dimensional) arrays can be converted": (
        "Functions of the math module take one number. NumPy's take arrays"
    ),
    r"boolean index did not match": (
        "A mask in brackets has the shape of the first axes of the array that it chooses from"
    ),
    r"truth value of an array": "Python's if, and, or, min and max compare single numbers",
    r"math domain error|nonnegative input|positive input": (
        "A root or a logarithm met a negative number or 0"
    ),
}


def _on_shapes(shapes, arguments, names):
    """How two shapes that NumPy cannot broadcast could meet."""
    if len(shapes) != 2:
        return ""
    small, large = sorted(shapes, key=len)
    owners = [n for n, a in zip(names, arguments) if getattr(a, "shape", None) == small]
    axes = [i for i, size in enumerate(large[:-1]) if small == (size,)]
    if len(small) == 1 < len(large) and axes:
        fit = small + (1,) * (len(large) - 1 - axes[0])
        if owners:
            have = "have" if len(owners) > 1 else "has"
            return (
                f"An array of shape {small} must become {fit} to meet {large}. "
                f"{' and '.join(owners)} {have} this shape, and so has a mean without keepdims=True"
            )
        return (
            f"{small} has one value for each row. To meet {large} it must be {fit}, or {large[-1:]}"
        )
    return f"NumPy compares shapes from the last axis on: {small} does not meet {large}"
