"""tests/ itself: what several tests share stands in support/."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = sorted(path for path in TESTS.rglob("*.py") if not path.name.startswith("."))


def imported(path):
    """The names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_test_imports_a_test(path):
    tests = {path.stem for path in FILES if path.stem.startswith("test_")}
    assert {name.split(".")[0] for name in imported(path)}.isdisjoint(tests | {"conftest"})


def test_beside_the_tests_lies_nothing_that_they_share():
    shared = [path.name for path in TESTS.glob("*.py") if not path.name.startswith("test_")]
    assert shared == ["conftest.py"]
