"""What an author of an assignment writes, beside the notebook: questions as data."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import nbformat
import numpy as np

from bn_helpers.checks.question import Question

ASSIGNMENTS = Path(__file__).parents[1] / "assignments"
VISIBLE = 0  # the seed of the inputs that students may see
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Contract:
    """One form of a question about a function. A class gets one of its contracts."""

    name: str
    define: str  # the name that the student defines, the same for all contracts
    question: Question
    variants: tuple  # right answers in other styles, written by hand
    read: str  # heading to read again: "05_batchnorm_forward.ipynb#1. Three numbers, by hand"


@dataclass(frozen=True)
class Numbers:
    """One form of a question whose answer are numbers that depend on the student."""

    name: str
    truth: Callable  # key -> {name: number}
    tolerance: dict  # name -> the largest difference that is accepted
    allowed: dict  # name -> the numbers that an answer can be
    read: str
    slips: dict = field(default_factory=dict)  # id -> (key -> {name: number})


@dataclass(frozen=True)
class Written:
    """One form of a question that is answered in words; a person reads the answer.

    Its prompt and its rubric are cells of the notebook.
    """

    name: str
    points: int
    read: str


def beside(path, name):
    """The module `name`.py; `name` is a path from the folder of the file `path`."""
    file = Path(path).parent / f"{name}.py"
    spec = spec_from_file_location(f"{file.parent.name}_{file.stem}", file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def load(name):
    """The module `questions.py` of an assignment."""
    return beside(ASSIGNMENTS / name / "questions.py", "questions")


def authored(name):
    """The notebook of an assignment with its solutions, rubrics and all contracts."""
    return nbformat.read(ASSIGNMENTS / name / "notebook.ipynb", as_version=4)


class Called:
    """A function as an object with state of its own."""

    def __init__(self, function):
        self.function, self.count = function, 0

    def __call__(self, *arguments):
        self.count += 1
        return self.function(*arguments)


def styles(truth):
    """Right answers in styles that any function can have: {style: function}."""

    def with_results(change):
        def answer(*arguments):
            value = truth(*arguments)
            return tuple(map(change, value)) if isinstance(value, tuple) else change(value)

        return answer

    def with_arguments(change):
        def answer(*arguments):
            return truth(*(change(a) if isinstance(a, np.ndarray) else a for a in arguments))

        return answer

    return {
        "float32 result": with_results(lambda a: np.asarray(a).astype(np.float32)),
        "longdouble": with_results(lambda a: np.asarray(a, np.longdouble)),
        "nested list": with_results(lambda a: np.asarray(a).tolist()),
        "Fortran order": with_results(lambda a: np.array(a, order="F")),
        "a view": with_results(lambda a: np.repeat(np.asarray(a)[..., None], 2, axis=-1)[..., 0]),
        "float64 first": with_arguments(lambda a: a.astype(float) if a.dtype != bool else a),
        "float32 arguments": with_arguments(
            lambda a: a.astype(np.float32) if a.dtype != bool else a
        ),
        "callable object": Called(truth),
        "partial": partial(truth),
    }
