"""Notebooks' cells and questions as the grader hands them to the confinement."""

import os
import sys
from functools import cache
from types import SimpleNamespace

import pytest

from bn_classroom import confine
from bn_classroom.confined import wire

SMALL = {"cpu": 0.5, "wall": 3, "memory": 500 << 20, "output": 300_000, "start": 60}
LINUX = sys.platform == "linux"
# .ci/run sets CI. Hosted machines set it too, and may refuse namespaces.
MUST = "CI" in os.environ and "GITHUB_ACTIONS" not in os.environ
TIER = confine.find_tier() if LINUX else ""


def needs_tier():
    """The tier of this machine; the test is skipped where there is none, but on CI."""
    if not TIER and MUST:
        pytest.fail("Nothing confines here: install bubblewrap.")
    return TIER or pytest.skip("not run: nothing confines on this machine")


@cache
def works(tier):
    """Whether a tier confines on this machine."""
    return not tier or confine.confined(tier)


def cell(key, source, grade_id=""):
    return {"id": key, "grade_id": grade_id, "source": source}


def task_of(name, key, inputs):
    """A question on a function, which the cell with this id answers."""
    task = {"question": key, "id": key, "grade_id": "", "define": [name], "kind": "function"}
    calls = wire.encode([(x,) for x in inputs])
    return task | {"calls": calls, "names": ["x"], "returns": ["y"]}


def reports_of(row):
    return wire.decode_reports(row["reports"], len(row["reports"]), 1, SimpleNamespace)
