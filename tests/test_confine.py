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
SMALL = {"cpu": 0.5, "wall": 3, "memory": 700 << 20, "output": 300_000, "start": 60}
INPUTS = [np.array([1.5, -2.0]), np.array([[3.0]])]
MARK = 4321 + 1 / 16  # an input that only the neighbours of a hostile question get
ATTACKS = {**hostile.REFUSED, **{k: v[1] for k, v in hostile.TROUBLE.items()}, **hostile.HARMLESS}
# A process for each group, which must outlive all of them.
GROUPS = [
    list(hostile.REFUSED),
    list(hostile.HARMLESS),
    *(list(hostile.TROUBLE)[i::3] for i in range(3)),
]
USERS = [(tier, uid) for tier in ("A", "B") for uid in (0, NOBODY)]
WALLS = [pytest.param(t, u, id=f"{t}-{'nobody' if u else 'root'}") for t, u in USERS]
MARKED = [*INPUTS, np.array([MARK])]
HONEST = "def two(x):\n    return x * 3"


def task_of(name, key, inputs):
    """A question on a function, which the cell with this id answers."""
    task = {"question": key, "id": key, "grade_id": "", "define": [name], "kind": "function"}
    calls = wire.encode([(x,) for x in inputs])
    return task | {"calls": calls, "names": ["x"], "returns": ["y"]}


def cell(key, source, grade_id=""):
    return {"id": key, "grade_id": grade_id, "source": source}


def jobs_of(secret):
    """(name, cells, tasks): hostile answers, an honest one before and behind each."""
    for i, group in enumerate(GROUPS):
        cells, tasks = [cell("start", HONEST)], [task_of("two", "start", MARKED)]
        for name in group:
            source = f"{hostile.HEAD}\n{ATTACKS[name]}".replace("SECRET", str(secret))
            cells += [cell(name, source), cell(f"behind {name}", HONEST)]
            tasks += [task_of("one", name, INPUTS), task_of("two", f"behind {name}", MARKED)]
        yield str(i), cells, tasks


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
    inside = [
        Path(n).resolve()
        for n in needed
        if any(Path(n).resolve().is_relative_to(c) for c in closed)
    ]
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
def test_a_hostile_answer_gets_nowhere_and_the_next_question_keeps_its_points(
    tier, uid, name, outcome
):
    done = outcome(tier, uid)
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


FORWARD = """
def batchnorm(x, gamma, beta):
    mu = x.mean(axis=0)
    return gamma * (x - mu) / np.sqrt(x.var(axis=0) + 1e-5) + beta
"""
CALLS = [(np.array([[1.0, 2.0], [3.0, 7.0], [4.0, 0.0]]), np.array([2.0, 3.0]), np.ones(2))]
WANTED = CALLS[0][1] * (CALLS[0][0] - CALLS[0][0].mean(0)) / np.sqrt(CALLS[0][0].var(0) + 1e-5) + 1
HELPED = """
def batchnorm(x, gamma, beta):
    return scaled(normalized(x), gamma) + beta
"""
NORMALIZED = "def normalized(x):\n    return (x - x.mean(0)) / np.sqrt(x.var(0) + SMALL)"
SCALED = "from math import sqrt\ndef scaled(x, gamma):\n    return sqrt(4) * x * gamma / 2"
STRANGE = """
import matplotlib.pyplot as plt, numpy
from bn_helpers import check, load_digits
from bn_helpers.checks import *
import bn_helpers.plots as plots
get_ipython().run_line_magic('matplotlib', 'inline')
images = load_digits().train[0]
plt.plot(images)
"""
CLASS = """
class Layer:
    def __call__(self, x, gamma, beta):
        return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + beta
batchnorm = Layer()
"""
LATER = "SMALL = 1e-5"
KEY = "the cell's own id"
HONEST_ROWS = {  # name: (cells, the rule, the cells that were used too)
    "in its cell": ([cell(KEY, FORWARD)], "cell id", []),
    "id renamed": ([cell("x1", FORWARD, "batchnorm")], "grade_id", []),
    "ids lost": ([cell("x1", FORWARD), cell("x2", "y = batchnorm")],
                 "the one cell that defines batchnorm", []),
    "copies elsewhere": ([cell("x1", "batchnorm = 1"), cell(KEY, FORWARD)], "cell id", []),
    "emptied, written below": ([cell(KEY, "..."), cell("x1", FORWARD)],
                               "the one cell that defines batchnorm", []),
    "helpers around it": (
        [cell("a", NORMALIZED), cell("b", SCALED), cell("no", "raise KeyError"),
         cell(KEY, HELPED), cell("c", LATER), cell("d", "np = scaled = None")],
        "cell id", ["c", "a", "b"]),
    "Jupyter and what is not here": ([cell(KEY, STRANGE + FORWARD + "check('batchnorm')")],
                                     "cell id", []),
    "a scratch line above": ([cell(KEY, "print(batchnorm)\n1 / 0" + FORWARD)], "cell id", []),
    "another cell that cannot be read": ([cell("x", "def ("), cell(KEY, FORWARD)], "cell id", []),
    "an object": ([cell(KEY, CLASS)], "cell id", []),
    "prints 1 MB": ([cell(KEY, FORWARD.replace("    mu", "    print('x' * 1000000)\n    mu"))],
                    "cell id", []),
    "a future": ([cell(KEY, "from __future__ import annotations" + FORWARD.replace(
        "(x,", "(x: Array,"))], "cell id", []),
}  # fmt: skip
TIER = confine.find_tier() if LINUX else ""


def asked(cells, tier=TIER, **more):
    task = task_of("batchnorm", KEY, []) | {"grade_id": "batchnorm", "calls": wire.encode(CALLS)}
    (row,) = confine.run(cells, [task | more], tier=tier, limits=confine.Limits(**SMALL))
    return row


@pytest.mark.parametrize("name", HONEST_ROWS)
@pytest.mark.parametrize("tier", ["A", "B"] if LINUX else [""])
def test_an_honest_answer_is_found_and_gives_its_numbers(tier, name):
    cells, rule, used = HONEST_ROWS[name]
    row = asked(cells, tier)
    assert (row["rule"], row["used"]) == (rule, used), row
    (report,) = reports_of(row)
    assert report.trouble is None, report.trouble
    np.testing.assert_allclose(report.results[0], WANTED, rtol=1e-13)
    assert report.kept


def test_an_answer_comes_back_with_its_type_and_every_bit():
    source = "def batchnorm(x, gamma, beta):\n    return (x / 3).astype(np.float32)"
    (report,) = reports_of(asked([cell(KEY, source)]))
    assert report.results[0].dtype == np.float32
    assert np.array_equal(report.results[0], (CALLS[0][0] / 3).astype(np.float32))


TROUBLES = [
    ([cell(KEY, "x = 1")], ["answer-missing", "Looked for batchnorm."]),
    ([], ["answer-missing", "Looked for batchnorm."]),
    ([cell("a", FORWARD), cell("b", FORWARD)], ["answer-twice", "Looked for batchnorm."]),
    ([cell(KEY, FORWARD), cell(KEY, FORWARD)], ["answer-twice", "Looked for batchnorm."]),
    ([cell(KEY, "if 0:\n    batchnorm = 1")], ["answer-missing", "Looked for batchnorm."]),
    ([cell(KEY, "def batchnorm(x:\n")], ["raised", "line 1 of your cell"]),
    ([cell(KEY, "import torch\nbatchnorm = torch.x")], ["raised", "No module named 'torch'"]),
    ([cell(KEY, "from bn_helpers import batchnorm_forward as f\n"
           "def batchnorm(*a):\n    return f(*a)")], ["helper-called", "It calls batchnorm_forward."]),
    ([cell(KEY, "import bn_helpers\nbatchnorm = bn_helpers.batchnorm.batchnorm_forward")],
     ["helper-called", "It calls batchnorm_forward."]),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "trouble"), TROUBLES)
def test_what_cannot_be_asked_says_why(cells, trouble):
    name, detail = asked(cells)["trouble"]
    assert name == trouble[0]
    assert trouble[1] in detail


def test_an_error_says_the_line_of_the_cell():
    (report,) = reports_of(asked([cell(KEY, FORWARD.replace("mu =", "mu = nothing +"))]))
    assert report.trouble[0] == "raised"
    assert "name 'nothing' is not defined (line 3 of your cell)" in report.trouble[1]


NUMBERS = [
    ("size = 16\nshare = -0.75  # mine", [16, -0.75]),
    ("size, share = 16, .5", [16, 0.5]),
    ("size: int = 1\nsize = 2\nshare = 1e400", [2, np.inf]),
    ("size = ...\nshare = 1", "line-missing"),
    ("size = __import__('os')\nshare = 1", "not-a-number"),
    ("size = '16'\nshare = 1", "not-a-number"),
    ("size = 10 ** 5\nshare = 1", "not-a-number"),
    (f"size = {'9' * 300}\nshare = 1", "not-a-number"),
    ("size = 1", "answer-missing"),
]


@pytest.mark.parametrize(("source", "wanted"), NUMBERS)
def test_numbers_are_read_and_nothing_is_run(source, wanted):
    more = {"kind": "values", "define": ["size", "share"], "calls": [], "names": [], "returns": []}
    row = asked([cell(KEY, source)], **more)
    if isinstance(wanted, list):
        (report,) = wire.decode_reports(row["reports"], 1, 2, SimpleNamespace)
        assert [a.item() for a in report.results] == wanted
    elif "reports" in row:
        assert row["reports"][0]["trouble"][0] == wanted
    else:
        assert row["trouble"][0] == wanted


def test_a_process_that_cannot_start_is_trouble_and_no_error(monkeypatch):
    monkeypatch.setattr(confine.tiers, "command", lambda *_: [sys.executable, "-c", "1 / 0"])
    rows = confine.run([cell(KEY, FORWARD)], [task_of("batchnorm", KEY, [])] * 3, tier=TIER)
    assert [row["trouble"][0] for row in rows] == ["died"] * 3


def test_a_process_that_is_killed_costs_one_question(monkeypatch):
    rows, read = [], confine._read

    def once(process, *rest):
        if not rows:
            process.kill()
        rows.append(process)
        return read(process, *rest)

    monkeypatch.setattr(confine, "_read", once)
    done = confine.run([cell("a", HONEST)], [task_of("two", "a", INPUTS)] * 3, tier=TIER)
    assert ["trouble" in row for row in done] == [True, False, False]


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
    assert ("A" if shutil.which("bwrap") else "B") == TIER


VALUES = [
    *(np.arange(6).reshape(2, 3).astype(k) for k in sorted(wire.KINDS)),
    np.array([np.nan, np.inf, -0.0, 5e-324, 1 / 3]), np.array(7), np.zeros((0, 3)),
    1 / 3, 3, True, None, "text", (1, [2.5, (np.float32(0.1),)]),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_what_is_sent_arrives(value):
    sent = wire.decode(json.loads(json.dumps(wire.encode(value))))
    assert repr(sent) == repr(value)


def test_a_generator_arrives_where_it_stands():
    rng = np.random.default_rng(3)
    rng.random(5)
    sent = wire.decode(json.loads(json.dumps(wire.encode(rng))))
    assert sent.random() == rng.random()


GOOD = wire.encode_report(
    SimpleNamespace(results=(np.ones(2),), trouble=None, came="", kept=True, printed="")
)
ARRAY = GOOD["results"][0]
BAD = [
    None, 1, "x", {}, [], [None], [[]], [GOOD] * 3, [{**GOOD, "kept": 1}], [{**GOOD, "came": None}],
    [{**GOOD, "results": []}], [{**GOOD, "results": [ARRAY] * 2}], [{**GOOD, "results": {}}],
    [{**GOOD, "trouble": ["unheard-of", ""]}], [{**GOOD, "trouble": ["raised"]}],
    [{**GOOD, "trouble": []}], [{**GOOD, "trouble": ["raised", {}]}], [{**GOOD, "printed": 5}],
    [{k: v for k, v in GOOD.items() if k != "kept"}],
    *([{**GOOD, "results": [array]}] for array in (
        None, [], {**ARRAY, "dtype": "object"}, {**ARRAY, "dtype": "O"}, {**ARRAY, "dtype": []},
        {**ARRAY, "shape": [3]}, {**ARRAY, "shape": [-2]}, {**ARRAY, "shape": [2.0]},
        {**ARRAY, "shape": [True, 2]}, {**ARRAY, "shape": [10**30, 0], "values": []},
        {**ARRAY, "shape": [1] * 200 + [2]}, {**ARRAY, "values": ["1", 2]},
        {**ARRAY, "values": ["1", "x"]}, {**ARRAY, "values": ["1", "0x" + "f" * 99]},
        {**ARRAY, "values": ["1", "0x1p9999"]}, {**ARRAY, "values": "11"},
        {**ARRAY, "dtype": "int8", "values": [1, 999]}, {**ARRAY, "dtype": "bool", "values": [1, 0]},
        {**ARRAY, "dtype": "int64", "values": [1.0, 2]}, {**ARRAY, "dtype": "uint8", "values": [-1, 0]},
        {**ARRAY, "dtype": "int64", "values": [True, 2]},
    )),
]  # fmt: skip


@pytest.mark.parametrize("rows", BAD, ids=lambda rows: repr(rows)[:80])
def test_what_is_no_report_is_malformed(rows):
    with pytest.raises(wire.Malformed):
        wire.decode_reports(rows, 1, 1)


def test_text_is_cut_and_plain():
    row = {**GOOD, "printed": "a\x00\x1b[31m\ud800" + "x" * 10**6, "came": "a tuple"}
    (report,) = wire.decode_reports([row], 1, 1)
    assert report["printed"].startswith("a  [31m")
    assert len(report["printed"]) <= wire.TEXT
    report["printed"].encode()
