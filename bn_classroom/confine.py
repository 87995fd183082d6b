"""Run the answers of a submission in a confined process, and take what it says.

What goes in are cells and inputs. Right answers, seeds and formulas stay here. What
comes out is checked byte by byte: reports of capped size, or the name of a trouble.
"""

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

from . import tiers
from .confined import wire

LONGEST = 200_000  # characters of a cell
CELLS = 1000
ALL = 4_000_000  # characters of all cells


@dataclass(frozen=True)
class Limits:
    """What one question may use."""

    cpu: float = 4  # seconds
    wall: float = 8  # seconds
    memory: int = 1 << 30  # bytes of addresses; NumPy alone has some 200 MB
    output: int = 6_000_000  # bytes of what it says
    start: int = 30  # seconds in which a process starts, on a busy machine


LIMITS = Limits()
ANYBODY = Limits(cpu=2, wall=20)


class Lost(Exception):
    """The confined process ended, hung or spoke nonsense."""


def run(cells, tasks, *, tier, limits=LIMITS, meter=None):
    """For each task {"rule", "used", "reports"} or {"rule", "used", "trouble"}.

    cells: [{"id", "grade_id", "source"}], in the order of the file. tasks:
    [{"question", "id", "grade_id", "define", "kind", "calls", "names", "returns"}],
    with `calls` encoded by `wire.encode`. `wire.decode_reports` reads reports.
    tier: what `find_tier` found; "" runs without walls, for students that one trusts.
    meter: is called with the CPU seconds of each process.

    Whatever students' code does, nothing is raised.
    """
    if os.name != "posix":
        raise OSError("grading needs fork: use WSL 2 on Windows")
    if tier not in ("A", "B", ""):
        raise ValueError(f'tier: expected "A", "B" or "", got {tier!r}')
    rows, deadline = [], time.monotonic() + limits.start + len(tasks) * (limits.wall + 1)
    sent = {"cells": _capped(cells)}
    while len(rows) < len(tasks):
        rows += _served(sent, tasks[len(rows) :], tier, limits, deadline, meter)
    return rows


@cache
def find_tier():
    """ "A", "B", or "" where students' code cannot be confined. Tried, not guessed."""
    return next((tier for tier in ("A", "B") if confined(tier)), "")


def confined(tier):
    """Whether a program that tries to get out of a tier gets nowhere."""
    with tempfile.NamedTemporaryFile(prefix="bn-", suffix=".txt") as secret:
        os.chmod(secret.name, 0o644)
        cell = {"id": "probe", "grade_id": "", "source": PROBE.format(secret=secret.name)}
        task = {"question": "probe", "id": "probe", "grade_id": "", "define": ["probe"]}
        task |= {"kind": "function", "calls": wire.encode([()]), "names": [], "returns": ["got"]}
        try:
            (row,) = run([cell], [task], tier=tier, limits=ANYBODY)
        except (OSError, subprocess.SubprocessError, LookupError):
            return False
    if "reports" not in row:
        return False
    (report,) = wire.decode_reports(row["reports"], 1, 1)
    return bool(report["results"]) and report["results"][0].tolist() == [1] * 7


# Each line that is refused is a 1; the last is a 1 because something still works.
PROBE = """
import os, socket, subprocess, sys, threading

def tries():
    yield lambda: open({secret!r}).read()
    yield lambda: os.listdir(os.path.dirname({secret!r}))
    yield lambda: open({secret!r} + ".new", "w")
    yield lambda: socket.socket()
    yield lambda: os.kill(os.getppid(), 0)
    yield lambda: os.fork() or os._exit(0)

def probe():
    got = []
    for attempt in tries():
        try:
            attempt()
        except OSError:
            got.append(1)
        else:
            got.append(0)
    return [*got, int(np.linalg.det(np.eye(3)))]
"""


def _capped(cells):
    """The cells without what is too long to read."""
    rows, left = [], ALL
    for cell in cells[:CELLS]:
        row = {key: str(cell.get(key) or "")[:LONGEST] for key in ("id", "grade_id", "source")}
        left -= len(row["source"])
        if left < 0 or len(str(cell.get("source"))) > LONGEST:
            row |= {"source": "", "trouble": ["too-large", "This cell is too long."]}
        rows.append(row)
    return rows


def _served(sent, tasks, tier, limits, deadline, meter):
    """Rows of at least one task: of all, if the confined process lives so long."""
    rows, used = [], 0.0
    first = {task[key] for task in tasks for key in ("id", "grade_id")} - {"", None}
    cells = sent["cells"]
    first = [i for i, c in enumerate(cells) if {c["id"], c["grade_id"]} & first]
    process = _started(tier, limits)
    try:
        _write(process, {**sent, "first": first}, deadline)
        for task in tasks:
            _write(process, task, deadline)
            used, said = _read(process, deadline, limits)
            rows.append(_row(said, task, cells))
    except Lost as lost:
        rows.append({"rule": "", "used": [], "trouble": list(lost.args)})
    finally:
        _end(process)
    if meter:
        meter(used)
    return rows


def _started(tier, limits):
    """The process: own session, empty environment, nothing open but two pipes."""
    process = subprocess.Popen(
        tiers.command(tier, limits),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=tiers.environment(),
        cwd="/",
        start_new_session=True,
        bufsize=0,
    )
    for pipe in (process.stdin, process.stdout):
        os.set_blocking(pipe.fileno(), False)
    return process


def _end(process):
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def _write(process, data, deadline):
    """Send one frame; Lost if it is not taken."""
    data = json.dumps(data).encode()
    view = memoryview(len(data).to_bytes(8, "big") + data)
    while view:
        _wait([], [process.stdin], deadline)
        try:
            view = view[os.write(process.stdin.fileno(), view) :]
        except OSError:
            raise Lost("died", "") from None


def _read(process, deadline, limits):
    """(CPU seconds up to now, bytes) of one frame; Lost if none comes."""
    size = int.from_bytes(_exactly(process, 8, deadline), "big")
    if size > limits.output + 100_000:
        raise Lost("too-large", "")
    used, _, said = _exactly(process, size, deadline).partition(b"\n")
    try:
        return float(used), said
    except ValueError:
        raise Lost("died", "") from None


def _exactly(process, size, deadline):
    data = bytearray()
    while len(data) < size:
        _wait([process.stdout], [], deadline)
        part = os.read(process.stdout.fileno(), min(size - len(data), 1 << 20))
        if not part:
            raise Lost("died", "")
        data += part
    return bytes(data)


def _wait(readable, writable, deadline):
    left = deadline - time.monotonic()
    if left <= 0 or not any(select.select(readable, writable, [], left)):
        raise Lost("too-long", "")


def _row(said, task, cells):
    """What one child said: the plan, which was said before a student's code ran, then
    the result."""
    row = {"rule": "", "used": []}
    try:
        ended, plan, data = [*said.split(b"\n", 2), b"", b""][:3]
        if plan:
            row |= _plan(json.loads(plan), cells)
        if ended := json.loads(ended):
            return row | {"trouble": list(wire.trouble_of(ended))}
        return row if "trouble" in row else row | _result(json.loads(data), task)
    except (ValueError, RecursionError, MemoryError):  # Malformed is a ValueError
        return row | {"trouble": ["died", "It answered in no form that can be read."]}


def _plan(plan, cells):
    row = {"rule": plan["rule"], "used": [cells[i]["id"] for i in plan.get("used", [])]}
    trouble = plan.get("trouble")
    return row | ({"trouble": list(wire.trouble_of(trouble))} if trouble else {})


def _result(data, task):
    if isinstance(data, dict) and "trouble" in data:
        return {"trouble": list(wire.trouble_of(data["trouble"]))}
    values = task["kind"] == "values"
    calls, returns = (1, len(task["define"])) if values else (
        len(task["calls"]), len(task["returns"])
    )  # fmt: skip
    rows = data.get("reports") if isinstance(data, dict) else None
    reports = wire.decode_reports(rows, calls, returns, SimpleNamespace)
    return {"reports": list(map(wire.encode_report, reports))}
