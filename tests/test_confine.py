"""Students' code runs confined: honest answers come back, hostile ones get nowhere.

All submissions of a tier and a user are run at once, in two threads. The tests read
what came of them.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from answers import hostile
from answers.submitted import FORWARD, KEY
from support.submissions import LINUX, MUST, SMALL, TIER, cell, reports_of, task_of

from bn_classroom import confine

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
NOBODY = 65534
INPUTS = [np.array([1.5, -2.0]), np.array([[3.0]])]
MARK = 4321 + 1 / 16  # an input that only the neighbours of a hostile question get
ATTACKS = {**hostile.REFUSED, **{k: v[1] for k, v in hostile.TROUBLE.items()}, **hostile.HARMLESS}
# A process for each group, which must outlive all of them.
GROUPS = [
    *(list(hostile.TROUBLE)[i::4] for i in range(4)),
    list(hostile.REFUSED),
    list(hostile.HARMLESS),
]
EXPECTED = '{"expected": 12345678}'
QUICK = {*hostile.REFUSED, *hostile.HARMLESS}
# "room" is tier A without bubblewrap: the same walls, put up by `confined.room`.
WALLS = [
    pytest.param(wall, uid, name, id=f"{wall}-{'nobody' if uid else 'root'}-{name}")
    for wall in ("A", "B", "room")
    for uid in (0, NOBODY)
    for name in ATTACKS
    if wall != "room" or name in QUICK
]
MARKED = [*INPUTS, np.array([MARK])]
HONEST = "def two(x):\n    return x * 3"


def jobs_of(secret, attacks=ATTACKS):
    """(name, cells, tasks): hostile answers, an honest one before and behind each."""
    for i, group in enumerate(GROUPS):
        if not {*group} <= {*attacks}:
            continue
        cells, tasks = [cell("start", HONEST)], [task_of("two", "start", MARKED)]
        for name in group:
            source = f"{hostile.HEAD}\n{ATTACKS[name]}".replace("SECRET", str(secret))
            cells += [cell(name, source), cell(f"behind {name}", HONEST)]
            tasks += [task_of("one", name, INPUTS), task_of("two", f"behind {name}", MARKED)]
        yield str(i), cells, tasks


@pytest.fixture(scope="session")
def outcome():
    """outcome(wall, uid): what came of all submissions there."""
    kept = {}
    with TemporaryDirectory(prefix="bn-") as folder:
        secret = Path(folder) / "secret.json"
        secret.write_text(EXPECTED, encoding="utf-8")
        secret.chmod(0o666)  # all that keeps anybody from it is the confinement
        Path(folder).chmod(0o777)

        def look(wall, uid):
            if (wall, uid) not in kept:
                attacks = QUICK if wall == "room" else ATTACKS
                kept[wall, uid] = ran(wall, uid, list(jobs_of(secret, attacks)), secret)
                assert secret.read_text(encoding="utf-8") == EXPECTED
                assert os.listdir(folder) == ["secret.json"]
            return kept[wall, uid]

        yield look


def ran(wall, uid, jobs, secret):
    """What the helper program says; skipped where this machine cannot try it."""
    if not LINUX:
        pytest.skip("not run: only Linux confines")
    if uid != os.geteuid() and os.geteuid() != 0:
        if uid == 0:
            pytest.skip("not run: needs root")
        uid = os.geteuid()  # who runs this is nobody enough
    places = [str(ROOT), str(Path(np.__file__).parent.parent)]
    asked = {"uid": uid, "wall": wall, "limits": SMALL, "jobs": jobs, "secret": str(secret)}
    program = [sys.executable, "-I", str(ROOT / "tests/support/confined_run.py")]
    if uid and closed_folders(places) and not shutil.which("bwrap") and not MUST:
        pytest.skip("not run: Python lies where nobody can enter, and there is no bubblewrap")
    command = [*(seen_by_all(places) if uid else []), *program, json.dumps(places)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    if not said["confined"] and not MUST:
        pytest.skip(f"not run: {wall} does not work here as user {uid}")
    assert said["confined"], f"{wall} does not work here as user {uid}"
    assert (said["uid"], said["read"]) == (uid, EXPECTED)  # the helper itself can read it
    return said["done"]


def closed_folders(places):
    """The outermost folders above Python and `places` that others cannot enter."""
    folders = [Path(n).resolve().parents for n in needed(places)]
    closed = (next((p for p in reversed(f) if not p.stat().st_mode & 1), None) for f in folders)
    return set(closed) - {None} if os.geteuid() == 0 else set()


def needed(places):
    return [*places, sys.base_prefix, sys.prefix]


def seen_by_all(places):
    """A view of the files in which anybody can enter the folders that Python needs.

    Python may lie in root's home, which only root can enter.
    """
    closed = closed_folders(places)
    if not closed:
        return []
    inside = [
        Path(n).resolve()
        for n in needed(places)
        if any(Path(n).resolve().is_relative_to(c) for c in closed)
    ]
    view = ["bwrap", "--dev-bind", "/", "/"]
    for place in sorted(closed):
        view += ["--perms", "0755", "--tmpfs", str(place)]
    for place in inside:
        parents = [p for p in reversed(place.parents) if any(p.is_relative_to(c) for c in closed)]
        for parent in parents:
            view += [] if parent in closed else ["--perms", "0755", "--dir", str(parent)]
        view += ["--ro-bind", str(place), str(place)]
    return [*view, "--"]


@pytest.mark.parametrize(("wall", "uid", "name"), WALLS)
def test_a_hostile_answer_gets_nowhere_and_the_next_question_keeps_its_points(
    wall, uid, name, outcome
):
    done = outcome(wall, uid)
    ((i, group),) = ((i, group) for i, group in enumerate(GROUPS) if name in group)
    rows = done[str(i)]["rows"][2 * group.index(name) :][:3]
    for row in (rows[0], rows[2]):
        assert row["rule"] == "cell id"
        got = [report.results[0].tolist() for report in reports_of(row)]
        assert got == [(x * 3).tolist() for x in MARKED]
    judge_attack(name, rows[1])


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
        assert [r.results[0].tolist() for r in reports_of(row)] == [
            (x * 2).tolist() for x in INPUTS
        ]


def test_a_process_that_cannot_start_is_trouble_and_no_error(monkeypatch):
    monkeypatch.setattr(confine.tiers, "command", lambda *_: [sys.executable, "-c", "1 / 0"])
    rows = confine.run([cell(KEY, FORWARD)], [task_of("batchnorm", KEY, [])] * 3, tier=TIER)
    assert [row["trouble"][0] for row in rows] == ["died"] * 3


def test_a_process_that_is_killed_costs_one_question(monkeypatch):
    rows, read = [], confine._read

    def once(process, *rest):
        rows.append(process)
        if len(rows) == 2:
            process.kill()
        return read(process, *rest)

    monkeypatch.setattr(confine, "_read", once)
    done = confine.run([cell("a", HONEST)], [task_of("two", "a", INPUTS)] * 3, tier=TIER)
    assert ["trouble" in row for row in done] == [False, True, False]


def test_without_walls_only_limits_hold():
    rows = confine.run(
        [cell("a", "def two(x):\n    while True: pass"), cell("b", HONEST)],
        [task_of("two", "a", INPUTS), task_of("two", "b", INPUTS)],
        tier="", limits=confine.Limits(**SMALL),
    )  # fmt: skip
    assert rows[0]["trouble"][0] == "too-long"
    assert len(reports_of(rows[1])) == len(INPUTS)
    assert not confine.confined("")


def test_the_tier_that_is_found_confines():
    if not LINUX:
        pytest.skip("not run: only Linux confines")
    assert TIER or not MUST
