"""Students' code runs confined: honest answers come back, hostile ones get nowhere.

All submissions of a tier and a user are run at once, in two threads; the tests read what
came of them.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from answers import hostile

from bn_classroom import confine
from bn_classroom.confined import wire

ROOT = Path(__file__).parent.parent
LINUX = sys.platform == "linux"
NOBODY = 65534
SMALL = {"cpu": 1, "wall": 3, "memory": 700 << 20, "output": 300_000, "start": 60}
INPUTS = [np.array([1.5, -2.0]), np.array([[3.0]])]
MARK = 4321 + 1 / 16  # an input that only the neighbours of a hostile question get
ATTACKS = {**hostile.REFUSED, **{k: v[1] for k, v in hostile.TROUBLE.items()}, **hostile.HARMLESS}
USERS = [(tier, uid) for tier in ("A", "B") for uid in (0, NOBODY)]
WALLS = [pytest.param(t, u, id=f"{t}-{'nobody' if u else 'root'}") for t, u in USERS]
NEIGHBOURS = {"before": "def before(x):\n    return x * 3", "after": "after = lambda x: x * 3"}


def task_of(name, inputs, **more):
    """A question that the cell of this name answers."""
    task = {"question": name, "id": name, "grade_id": "", "define": [name], "kind": "function"}
    calls = wire.encode([(x,) for x in inputs])
    return task | {"calls": calls, "names": ["x"], "returns": ["y"], **more}


def jobs_of(secret):
    """(name, cells, tasks) of each hostile answer, between two honest ones."""
    marked = [*INPUTS, np.array([MARK])]
    tasks = [task_of("before", marked), task_of("one", INPUTS), task_of("after", marked)]
    for name, source in ATTACKS.items():
        source = f"{hostile.HEAD}\n{source}".replace("SECRET", str(secret))
        cells = {"before": NEIGHBOURS["before"], "one": source, "after": NEIGHBOURS["after"]}
        yield name, [{"id": k, "grade_id": "", "source": v} for k, v in cells.items()], tasks


@pytest.fixture(scope="session")
def outcome(tmp_path_factory):
    """outcome(tier, uid): what came of all submissions there."""
    folder, kept = tmp_path_factory.mktemp("beside"), {}
    secret = folder / "secret.json"
    secret.write_text('{"expected": 12345678}')
    secret.chmod(0o666)
    for place in [folder, *folder.parents]:  # what nobody cannot reach proves nothing
        if place.owner() == Path.home().owner() and place.name.startswith(("pytest", "beside")):
            place.chmod(0o755)

    def look(tier, uid):
        if (tier, uid) not in kept:
            kept[tier, uid] = ran(tier, uid, list(jobs_of(secret)))
            assert secret.read_text() == '{"expected": 12345678}'
            assert os.listdir(folder) == ["secret.json"]
        return kept[tier, uid]

    return look


def ran(tier, uid, jobs):
    """What the helper program says; skipped where this machine cannot try it."""
    if not LINUX:
        pytest.skip("not run: only Linux confines")
    if uid != os.geteuid() and os.geteuid() != 0:
        if uid == 0:
            pytest.skip("not run: needs root")
        uid = os.geteuid()  # who runs this is nobody enough
    places = [str(ROOT), str(Path(np.__file__).parent.parent)]
    asked = {"uid": uid, "tier": tier, "limits": SMALL, "jobs": jobs}
    program = [sys.executable, "-I", str(ROOT / "tests/support/confined_run.py")]
    command = [*(seen_by_all(places) if uid else []), *program, json.dumps(places)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["confined"], f"tier {tier} does not work here as user {uid}"
    assert said["uid"] == uid
    return said["done"]


def seen_by_all(places):
    """A view of the files in which nobody can enter the folders that Python needs.

    Python may lie in root's home, which only root can enter.
    """
    needed = [*places, sys.base_prefix, sys.prefix]
    closed = {
        next((p for p in reversed(Path(n).resolve().parents) if not p.stat().st_mode & 1), None)
        for n in needed
    } - {None}
    if not closed or os.geteuid() != 0:
        return []
    inside = [Path(n).resolve() for n in needed if any(Path(n).resolve().is_relative_to(c) for c in closed)]
    view = [shutil.which("bwrap") or "bwrap", "--dev-bind", "/", "/"]
    for place in sorted(closed):
        view += ["--perms", "0755", "--tmpfs", str(place)]
    for place in inside:
        parents = [p for p in reversed(place.parents) if any(p.is_relative_to(c) for c in closed)]
        for parent in parents:
            view += [] if parent in closed else ["--perms", "0755", "--dir", str(parent)]
        view += ["--ro-bind", str(place), str(place)]
    return [*view, "--"]


def reports_of(row):
    return wire.decode_reports(row["reports"], len(row["reports"]), 1, SimpleNamespace)


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize(("tier", "uid"), WALLS)
def test_a_hostile_answer_gets_nowhere_and_its_neighbours_keep_their_results(
    tier, uid, name, outcome
):
    before, one, after = outcome(tier, uid)[name]["rows"]
    for row in (before, after):
        assert row["rule"] == "cell id"
        got = [report.results[0].tolist() for report in reports_of(row)]
        assert got == [(x * 3).tolist() for x in INPUTS] + [[MARK * 3]]
    judge_attack(name, one)


def judge_attack(name, row):
    """Assert that this attack has failed as it should."""
    if name in hostile.REFUSED:
        assert "reports" in row, row
        for report in reports_of(row):
            assert report.trouble is None, report.trouble
            assert report.results[0].tolist() == [1.0] * report.results[0].size
    elif name in hostile.TROUBLE:
        troubles = [row["trouble"]] if "trouble" in row else [r.trouble for r in reports_of(row)]
        assert {trouble and trouble[0] for trouble in troubles} <= hostile.TROUBLE[name][0], row
    elif "reports" in row:
        assert [r.results[0].tolist() for r in reports_of(row)] == [(x * 2).tolist() for x in INPUTS]


@pytest.mark.parametrize(("tier", "uid"), WALLS)
def test_no_attack_takes_long(tier, uid, outcome):
    # Per question: its wall limit, reading and a busy machine.
    assert max(done["wall"] for done in outcome(tier, uid).values()) < 60
