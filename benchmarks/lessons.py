"""How long each lesson takes, from the start of its kernel to its last cell.

    python -m benchmarks.lessons

The lessons take turns. Processor time is that of the kernel. A cell that takes more
than five seconds has a word about it in the text before it.
"""

import os
import random
import resource
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np
from nbclient import NotebookClient

from .common import progress, spread, table, target

sys.path.append(str(Path(__file__).parents[1] / "tools"))
from lessons import lessons
from refresh import OPTIONS

WANTED = 20  # seconds
HEAD = ["lesson", "run-all, s", "processor, s", "longest cell, s", "at most"]


def run(path):
    """Run a lesson: its seconds, processor seconds, and those of its longest cell."""
    nb = nbformat.read(path, as_version=4)
    options = OPTIONS | {"record_timing": True, "timeout": 600}
    before, start = processor(), time.perf_counter()
    NotebookClient(nb, resources={"metadata": {"path": path.parent}}, **options).execute()
    seconds, used = time.perf_counter() - start, processor() - before
    return seconds, used, max(map(duration, nb.cells))


def processor():
    """Seconds of processor time of all processes that were started here and ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def duration(cell):
    """Seconds that a cell ran; 0 for one that did not."""
    times = cell.metadata.get("execution", {})
    ends = [times.get(f"iopub.status.{status}") for status in ("busy", "idle")]
    start, end = (datetime.fromisoformat(at) if at else datetime.min for at in ends)
    return (end - start).total_seconds()


def rows(measured):
    """A row for each lesson in `measured`, {name: [(seconds, processor, longest)]}."""
    for name, runs in measured.items():
        seconds, used, longest = np.array(runs).T
        met = target(np.median(seconds), WANTED, at_most=True)
        yield [name, spread(seconds, ".1f"), f"{np.median(used):.1f}", f"{longest.max():.1f}", met]
    seconds, used, _ = np.sum([np.median(runs, axis=0) for runs in measured.values()], axis=0)
    yield ["all", f"{seconds:.0f}", f"{used:.0f}", "", ""]


def main(rounds=2):
    paths, measured = lessons(), {path.stem: [] for path in lessons()}
    os.environ["TQDM_DISABLE"] = "1"  # read by the kernels when they start
    with TemporaryDirectory() as folder:
        os.environ["BN_LAB_DATA"] = folder  # no prediction was made before
        for r in range(rounds):
            for path in random.sample(paths, len(paths)):
                measured[path.stem].append(run(path))
            progress(r + 1, rounds)
    print(table(HEAD, rows(measured)))


if __name__ == "__main__":
    main()
