"""How pytest tests a lesson: nbval runs it, `printed` compares the texts."""

import os
import re
from pathlib import Path

import lessons
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile
from printed import difference

TOGETHER = "test_confine.py", "test_hand_in.py", "test_build.py"  # what is costly to set up
STORED = lessons.stored()
SOLVED = {"my_course", "assignments"}  # folders of notebooks in which students write
EXERCISE = re.compile(r"^checks\.check_\w+\(", re.MULTILINE)
STUDENTS = {lessons.ROOT / "notebooks", lessons.ROOT / "my_course"}
os.environ["TQDM_DISABLE"] = "1"  # no progress bars, here and in every kernel
path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))  # of kernels


class Text(str):
    """Equal to a text whose numbers differ by one unit of the last digit at most."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return difference(self, other) is None

    def __ne__(self, other):
        return not self == other


class Cell(IPyNbCell):
    def sanitize(self, output):
        return Text(output) if isinstance(output, str) else output

    def format_output_compare(self, key, left, right):
        super().format_output_compare(key, left, right)
        self.comparison_traceback.insert(0, f"{key}, {difference(left, right)}")


class Notebook(IPyNbFile):
    def collect(self):
        for cell in super().collect():
            own = {key: getattr(cell, key) for key in ("name", "cell_num", "cell", "options")}
            if self.path.parent.name in SOLVED and EXERCISE.search(cell.cell.source):
                own["options"] |= {"check": False}  # the verdict of what a student has written
            yield Cell.from_parent(self, **own)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, which only `make test` needs
def pytest_xdist_make_scheduler(config, log):
    """What belongs together runs in one process: a lesson, the browser, the attacks."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::")[0]
            if "test_browser" in file:
                return "browser"
            together = file.startswith("notebooks") or file.endswith(TOGETHER)
            return file if together else nodeid

    return Together(config, log)


def pytest_ignore_collect(collection_path, config):
    """Leave out what people put beside the lessons, unless it is named by hand."""
    named = {Path(argument.split("::")[0]).resolve() for argument in config.args}
    here = collection_path.parent
    if here.name == "my_course" and here in named:
        named.add(collection_path)
    beside = collection_path.suffix == ".ipynb" or not STUDENTS.isdisjoint(collection_path.parents)
    if beside and collection_path.is_file() and collection_path not in {*STORED, *named}:
        return True


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    collectors = yield
    return [
        Notebook.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c
        for c in collectors
    ]
