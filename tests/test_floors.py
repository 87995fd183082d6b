"""The rooms of bn_helpers: who may import whom, and what from other libraries."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from lessons import code

pytestmark = pytest.mark.once

PACKAGE = Path(__file__).parents[1] / "bn_helpers"
NEVER = {"subprocess", "socket", "multiprocessing", "asyncio", "concurrent", "urllib", "requests"}
NEVER |= {"torch", "scipy"}
WORDS = [
    "start",
    "initialization",
    "depth",
    "shift",
    "rescaling",
    "forward",
    "backward",
    "inference",
    "comparison",
    "scales",
    "reasons",
    "limits",
    "bugs",
]


def of_lessons(folder):
    """The files of a folder whose names begin with the word of a lesson."""
    names = sorted(path.stem for path in (PACKAGE / folder).glob("*.py"))
    return [f"{folder}/{name}" for name in names if name.split("_")[0] in WORDS]


class Room(NamedTuple):
    """Files in order: each imports from those before it, and from the rooms named."""

    files: list
    rooms: list = []  # noqa: RUF012, never changed
    libraries: set = set()  # noqa: RUF012, beside NumPy and Python's own
    apart: bool = False  # files of two lessons do not know each other


MATHEMATICS = ["_mnist", "data", "initializers", "layers", "_equations", "_states", "batchnorm"]
MATHEMATICS += ["normalization", "whitening"]
BELOW = ["require", "mathematics"]
CHECKING = ["verdict", "errors", "calling", "measuring", "answering", "behaviours", "judging"]
CHECKING += ["question", "stored", "assignment"]
NUMBERS = [*BELOW, "threads", "networks", "measures"]
ROOMS = {
    # floor 0
    "require": Room(["_require"]),
    "mathematics": Room([*MATHEMATICS, "gradients"], ["require"]),
    "my_course": Room(["my_course"]),
    "threads": Room(["_threads"], [], {"threadpoolctl"}),
    "canvas": Room(["_png", "_canvas"], [], {"matplotlib", "PIL"}),
    # floor 1
    "networks": Room(["network", "training"], [*BELOW, "threads"], {"tqdm"}),
    "measures": Room(["measures"], BELOW),
    "plots": Room(
        ["_card", "_artists", "_table", "plots"],
        ["require", "canvas", "threads"],
        {"matplotlib", "IPython"},
    ),
    # floor 2
    "training_lab": Room(["experiments/training_lab"], NUMBERS),
    "experiments": Room(
        of_lessons("experiments"),
        [*NUMBERS, "training_lab"],
        apart=True,
    ),
    "live": Room(
        ["_page", "_redraw", "controls", "live"],
        ["canvas", "plots"],
        {"matplotlib", "IPython", "ipywidgets", "traitlets"},
    ),
    "ledger": Room(["ledger"], ["require"], {"platformdirs"}),
    "predict": Room(
        ["predict", "progress"], ["plots", "live", "ledger"], {"IPython", "ipywidgets"}
    ),
    "checks": Room(
        [f"checks/{name}" for name in [*CHECKING, "pictures", "draws", "normalizing"]],
        [*NUMBERS, "plots", "ledger"],
    ),
    "questions": Room(
        of_lessons("checks"),
        [*BELOW, "checks"],
        apart=True,
    ),
    "capstone": Room(
        ["checks/capstone_answer", "checks/capstone_parts", "checks/capstone"],
        [*NUMBERS, "checks", "questions"],
    ),
    # floor 3
    "explorers": Room(of_lessons("explorers"), ["plots", "live", "experiments"], apart=True),
}


def name_of(path):
    """The name of a file in ROOMS: "layers", "explorers/depth"."""
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


ROOM_OF = {file: room for room, (files, *_) in ROOMS.items() for file in files}
IN_GIT = [path for path in code() if PACKAGE in path.parents]
PATHS = IN_GIT or [path for path in sorted(PACKAGE.rglob("*.py")) if name_of(path) in ROOM_OF]
FILES = [path for path in PATHS if path.name != "__init__.py"]


def imports(path):
    """(own files, foreign packages) that a file imports, wherever in it the import
    stands.
    """
    own, foreign = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            foreign |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            foreign.add(node.module.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            start = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            own |= {own_file(start, alias.name) for alias in node.names}
    return own, foreign


def own_file(start, name):
    """The file that `from start import name` reads: `name` below a folder, else `start`
    itself.
    """
    below = start / f"{name}.py"
    return name_of(below if below.exists() else start.with_suffix(".py"))


def test_every_file_has_a_room():
    assert {name_of(path) for path in FILES} == set(ROOM_OF)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_from_the_rooms_below_it_and_from_files_before_it(path):
    """The first file of a lesson may know the second ones, whose names it begins."""
    own, foreign = imports(path)
    file = name_of(path)
    room = ROOMS[ROOM_OF[file]]
    word = file.split("_")[0]
    second = [other for other in room.files if other.startswith(f"{word}_") and other != file]
    before = second if room.apart else room.files[: room.files.index(file)]
    allowed = {*before, *(below for name in room.rooms for below in ROOMS[name].files)}
    assert own <= allowed
    assert not foreign & NEVER
    assert foreign <= {"numpy"} | room.libraries | set(sys.stdlib_module_names)


def test_no_room_is_above_itself():
    for i, room in enumerate(ROOMS.values()):
        assert set(room.rooms) <= set(list(ROOMS)[:i])


@pytest.mark.parametrize("word", WORDS)
def test_a_live_figure_takes_its_numbers_from_its_own_experiment(word):
    own, _ = imports(PACKAGE / f"explorers/{word}.py")
    assert {file for file in own if file.startswith("experiments/")} == {f"experiments/{word}"}


def test_an_import_with_one_dot_in_a_folder_is_seen(tmp_path):
    path = PACKAGE / "explorers" / "made_up.py"

    class Text(type(path)):
        def read_text(self, **_):
            return (
                "from . import depth\nfrom .shift import cloud\nfrom .. import plots\nimport numpy"
            )

    own, foreign = imports(Text(path))
    assert own == {"explorers/depth", "explorers/shift", "plots"}
    assert foreign == {"numpy"}


def test_what_computes_is_imported_without_matplotlib_or_widgets():
    rooms = "require", "mathematics", "networks", "measures", "training_lab", "experiments"
    files = [file for room in rooms for file in ROOMS[room].files]
    modules = ", ".join(f"bn_helpers.{file.replace('/', '.')}" for file in files)
    heavy = "[m for m in ('matplotlib', 'ipywidgets') if m in sys.modules]"
    code = f"import sys, {modules}; print({heavy})"
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert run.stdout == "[]\n"


def test_nothing_in_the_package_starts_a_thread():
    starters = {"Thread", "Timer", "ThreadPoolExecutor", "Popen", "Process"}
    for path in PATHS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not names & starters, path
