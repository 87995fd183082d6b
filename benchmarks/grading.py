"""How long grading takes: CPU seconds a submission, a class of 200, memory.

python -m benchmarks.grading [COUNT]
"""

import contextlib
import io
import resource
import sys
import tempfile
import time
from pathlib import Path

from bn_classroom import confine
from bn_classroom.build import draft, write_bundle
from bn_classroom.collect import grade_all
from bn_classroom.grade import open_bundle
from bn_classroom.sample import write

NAME = "a2_batchnorm_forward"


def measured(count):
    """A line of the table: files, seconds of the wall and of the CPU, memory."""
    tier = confine.find_tier()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        built = draft(NAME, "a key")
        write_bundle(built, folder / "bundle")
        write(built, folder / "in", count)
        bundle = open_bundle(folder / "bundle")
        before, start = cpu(), time.perf_counter()
        with contextlib.redirect_stderr(io.StringIO()):
            rows = grade_all(folder / "in", bundle, folder / "out", tier=tier)
        wall, spent = time.perf_counter() - start, cpu() - before
    graded = sum(row["status"] == "graded" for row in rows)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return tier, count, graded, wall, spent / count, memory


def cpu():
    """CPU seconds of this process and of those that it started and that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(count):
    print("| tier | files | graded | wall, s | CPU, s a file | memory of the grader, MB |")
    print("|---|---|---|---|---|---|")
    for files in (count // 4, count):
        tier, files, graded, wall, each, memory = measured(files)
        print(
            f"| {tier} | {files} | {graded} | {wall:.0f} | {each:.2f} | {memory:.0f} |", flush=True
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
