"""A plugin of pytest: `pytest --bundle B FOLDER`.

Each question of each file is a test. It calls `grade`, as the command does. Every run
of pytest in the course's environment loads this file, so what it needs is imported
where it is used.
"""

from functools import cache
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--bundle", type=Path, help="grade the submissions with this bundle")


def pytest_collect_directory(path, parent):
    bundle = parent.config.getoption("bundle")
    named = {Path(argument).resolve() for argument in parent.config.args}
    if bundle and path.resolve() in named:
        return Submissions.from_parent(parent, path=path)
    return None


class Submissions(pytest.Directory):
    def collect(self):
        from . import confine
        from .collect import files
        from .grade import grade, open_bundle

        bundle, tier = open_bundle(self.config.getoption("bundle")), confine.find_tier()
        if not tier:
            raise pytest.UsageError("No confinement is offered here; see bn-classroom grade --help")
        for file in files(self.path):
            graded = cache(lambda file=file: grade(file.read(), bundle, tier=tier))
            for question in bundle.about["questions"]:
                if question["kind"] != "written":
                    name = f"{file.name}::{question['name']}"
                    yield Graded.from_parent(self, name=name, graded=graded, asked=question["name"])


class Graded(pytest.Item):
    def __init__(self, *, graded, asked, **rest):
        super().__init__(**rest)
        self.graded, self.asked = graded, asked

    def runtest(self):
        from bn_helpers.checks import MISCONCEPTIONS

        row = self.graded()
        assert row["status"] == "graded", row["status"]
        slip = row["questions"][self.asked]["slip"]
        assert not slip, MISCONCEPTIONS[slip]

    def repr_failure(self, excinfo):
        return str(excinfo.value)

    def reportinfo(self):
        return self.path, None, self.name
