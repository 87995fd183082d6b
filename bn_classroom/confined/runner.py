"""The program in the confinement: one for a submission, one child for each question.

It imports NumPy, gives up its rights, and forks. It never reads a question's inputs:
the child does, which runs that question and no other. All that a child can do is
compute, and write into one pipe, from which this program takes a limited number of
bytes for a limited time. Frames on standard input and output are 8 bytes of length,
then JSON.
"""

import gc
import json
import os
import resource
import select
import signal
import sys
import time
import types

from . import cells as reading
from . import lockdown

READING = 6  # times that reading is begun, the first time and behind cells that kill it
LOOK = 0.1  # seconds between two looks at the clocks
PATIENCE = 0.25  # seconds for a child to end after its last word


def main():
    """Serve one submission, until standard input ends."""
    config = json.loads(sys.argv[2])
    calling = _import(config)
    _lock(config)
    gc.freeze()
    if (size := _length()) is None:  # nobody asks
        return
    header = json.loads(_exactly(0, size))
    cells = header["cells"]
    names = _names(cells, header["first"], config)
    while (size := _length()) is not None:
        ended, data = _forked(_answering(cells, names, header["first"], calling), size, config)
        _send(1, json.dumps(ended).encode() + b"\n" + data)


def _import(config):
    """`calling` of bn_helpers' checks, which needs NumPy and its neighbour `errors`.

    Afterwards nothing of the folders it came from can be imported.
    """
    sys.path[:] = [path for path in sys.path if path != sys.argv[1]]
    package = sys.modules["checking"] = types.ModuleType("checking")
    package.__path__ = [config["checks"]]
    sys.path.append(config["packages"])
    import numpy.linalg
    import numpy.random  # noqa: F401  # here once, and not in each child
    from checking import calling

    from . import answer

    answer.warm_up(calling)
    sys.path.remove(config["packages"])
    package.__path__ = []
    sys.path_importer_cache.clear()
    return calling


def _lock(config):
    """Give up what this program does not need itself."""
    if not config["tier"]:
        return
    readable, listed = config["readable"], config["library"]
    numpy = os.path.join(config["packages"], "numpy")
    lockdown.drop_root([listed, numpy, *filter(os.path.isdir, readable)])
    lockdown.keep_alone()
    if not lockdown.restrict_files(readable, listed) and config["tier"] == "B":
        raise OSError("no Landlock")


def _names(cells, first, config):
    """What each cell defines and needs, read in a child: a source may kill it."""
    order = sorted(range(len(cells)), key=lambda i: i not in first)
    rows, done = [{} for _ in cells], 0
    config = {**config, "cpu": min(config["cpu"], 2), "wall": min(config["wall"], 3)}
    for _ in range(READING):
        ended, data = _forked(_reading([cells[i] for i in order[done:]]), 0, config)
        for line in data.split(b"\n")[:-1]:
            rows[order[done]] = json.loads(line)
            done += 1
        if done == len(cells):
            break
        rows[order[done]] = {"trouble": ended or ["died", ""]}
        done += 1
    return rows


def _reading(cells):
    def work(_, send):
        for cell in cells:
            row = cell.get("trouble") and {"trouble": cell["trouble"]}
            send(json.dumps(row or reading.named(cell["source"])).encode() + b"\n")

    return work


def _answering(cells, names, asked, calling):
    def work(data, send):
        from .answer import result

        task = json.loads(data)
        plan = reading.plan(task, cells, names, asked)
        send(json.dumps(plan).encode() + b"\n")  # before a line of the student's runs
        if "trouble" not in plan:
            send(json.dumps(result(task, plan, cells, calling)).encode())

    return work


def _forked(work, size, config):
    """(trouble or None, bytes) of `work(input, send)` in a child of its own.

    size: of the child's input, which stands next on standard input.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(work, size, write, config)
    os.close(write)
    try:
        return _watch(pid, read, config)
    finally:
        os.close(read)


def _child(work, size, write, config):
    """Run `work` without rights and end."""
    status = 1
    try:
        data = _exactly(0, size)
        for place in (0, 1):  # what the runner hears and says
            os.dup2(2, place)
        write = os.dup2(write, 3)
        os.closerange(4, 256)
        lockdown.limit(config["memory"], config["cpu"])
        if config["tier"]:
            lockdown.keep_alone()  # what it had set to die with its parent is not inherited
            lockdown.restrict_signals()
            lockdown.filter_calls()
        work(data, lambda said: _write(write, said))
        status = 0
    finally:
        os._exit(status)


def _watch(pid, read, config):
    """(trouble or None, bytes) that a child says until it ends, or is ended."""
    said, deadline, ended = bytearray(), time.monotonic() + config["wall"], None
    while not ended:
        ready = select.select([read], [], [], LOOK)[0]
        if ready and not (data := os.read(read, 65536)):
            break
        said += data if ready else b""
        if len(said) > config["output"]:
            ended = ["too-large", "It said too much."]
        elif _computed(pid) > config["cpu"]:
            ended = ["too-long", f"It computed for {config['cpu']} seconds."]
        elif time.monotonic() > deadline:
            ended = ["too-long", f"It ran for {config['wall']} seconds."]
    status, used = _reaped(pid, 0 if ended else PATIENCE)
    return ended or _died(status, used, config), bytes(said)


def _computed(pid):
    """The CPU seconds of a child; 0 where only RLIMIT_CPU knows them."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3)
    except OSError:
        return 0


def _reaped(pid, patience):
    """(status, CPU seconds) of a child, which is killed if it does not end in time."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage.ru_utime + usage.ru_stime
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return status, usage.ru_utime + usage.ru_stime


def _died(status, used, config):
    """The trouble of a child that did not end by itself; None if it did."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return None
    if code in (-signal.SIGKILL, -signal.SIGXCPU) and used > config["cpu"] / 2:
        return ["too-long", f"It computed for {config['cpu']} seconds."]
    return ["died", signal.Signals(-code).name if code < 0 else f"Exit code {code}."]


def _length():
    """The length of the next frame; None at the end of standard input."""
    head = _exactly(0, 8)
    return int.from_bytes(head, "big") if len(head) == 8 else None


def _exactly(file, size):
    """`size` bytes; fewer where the file ends."""
    parts = bytearray()
    while len(parts) < size and (data := os.read(file, size - len(parts))):
        parts += data
    return bytes(parts)


def _send(file, data):
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in usage)
    data = json.dumps(cpu).encode() + b"\n" + data
    _write(file, len(data).to_bytes(8, "big") + data)


def _write(file, data):
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
