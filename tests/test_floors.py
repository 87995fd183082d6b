"""The floors of bn_helpers: a module imports from lower floors only, and what it may import from elsewhere."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from lessons import code

PACKAGE = Path(__file__).parents[1] / "bn_helpers"

FLOORS = {
    "explorers": 3,
    "live": 2,
    "predict": 2,
    "checks": 2,
    "training": 1,
    "network": 1,
    "plots": 1,
    "_page": 1,
    "batchnorm": 0,
    "layers": 0,
    "initializers": 0,
    "gradients": 0,
    "whitening": 0,
    "data": 0,
    "my_course": 0,
    "_mnist": -1,
    "_require": -2,
    "_threads": -1,
    "_png": -1,
    "_canvas": -1,
}
WITH_MATPLOTLIB = {"_png", "_canvas"}  # the floor below plots
ALSO = {"_threads": {"threadpoolctl"}}  # by name, beside NumPy
NUMPY_ALONE = [name for name, floor in FLOORS.items() if floor <= 0 and name not in WITH_MATPLOTLIB]
NEVER = {"subprocess", "socket", "multiprocessing", "asyncio", "concurrent", "urllib", "requests", "torch", "scipy"}


def module_of(path):
    """The name in FLOORS to which a file belongs."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


IN_GIT = [path for path in code() if PACKAGE in path.parents]
FILES = IN_GIT or [path for path in sorted(PACKAGE.rglob("*.py")) if module_of(path) in {"__init__", *FLOORS}]


def imports(path):
    """(own modules, foreign packages) that a file imports, wherever in it the import stands."""
    own, foreign = set(), set()
    depth = len(path.relative_to(PACKAGE).parts)  # dots that lead to the package itself
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            foreign |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            foreign.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            own |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
    return own, foreign


def test_every_module_has_a_floor():
    assert {module_of(path) for path in FILES} - {"__init__"} == set(FLOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_down_the_floors(path):
    own, foreign = imports(path)
    if (module := module_of(path)) == "__init__":
        assert not own
        return
    assert {name: FLOORS[name] for name in own if FLOORS[name] >= FLOORS[module]} == {}
    assert not foreign & NEVER
    if module in NUMPY_ALONE:
        assert foreign <= {"numpy"} | ALSO.get(module, set()) | set(sys.stdlib_module_names)


def test_training_is_the_only_floor_1_module_that_reads_another_library_than_numpy_and_matplotlib():
    assert imports(PACKAGE / "training.py")[1] - set(sys.stdlib_module_names) == {"numpy", "tqdm"}
    assert imports(PACKAGE / "network.py")[1] - set(sys.stdlib_module_names) == {"numpy"}


def test_the_mathematics_is_imported_without_matplotlib_or_widgets():
    modules = ", ".join(f"bn_helpers.{name}" for name in [*NUMPY_ALONE, "network"])
    heavy = "[m for m in ('matplotlib', 'ipywidgets', 'IPython') if m in sys.modules]"
    code = f"import sys, {modules}; print({heavy})"
    assert subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_nothing_in_the_package_starts_a_thread():
    starters = {"Thread", "Timer", "ThreadPoolExecutor", "Popen", "Process"}
    for path in FILES:
        names = {
            n.attr for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Attribute)
        }
        assert not names & starters, path
