"""How long grading takes: CPU seconds a file, the wall of a class, memory.

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
from bn_classroom.grade import grade, open_bundle
from bn_classroom.sample import write

NAME = "a2_batchnorm_forward"


@contextlib.contextmanager
def a_class(count):
    """(the bundle, a folder of `count` made files, a folder for what comes out)."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        built = draft(NAME, "a key")
        write_bundle(built, folder / "bundle")
        write(built, folder / "in", count)
        yield open_bundle(folder / "bundle"), folder / "in", folder / "out"


def cpu_of_a_file(tier, count=20):
    """CPU seconds of grading a right file: of the grader, and of what it confines."""
    with a_class(2 * count) as (bundle, submissions, _):
        right = [p for i, p in enumerate(sorted(submissions.iterdir())) if i % 3 < 2][:count]
        grade(right[0].read_bytes(), bundle, tier=tier)
        inside, start = [], time.process_time()
        for path in right:
            row = grade(path.read_bytes(), bundle, tier=tier, meter=inside.append)
            assert row["points"] == 15, row
        return (time.process_time() - start) / count, sum(inside) / count


def wall_of_a_class(tier, count):
    """(files that were graded, seconds of the wall, MB of the grader)."""
    with a_class(count) as (bundle, submissions, out):
        start = time.perf_counter()
        with contextlib.redirect_stderr(io.StringIO()):
            rows = grade_all(submissions, bundle, out, tier=tier)
        wall = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return sum(row["status"] == "graded" for row in rows), wall, memory


def main(count):
    tiers = [tier for tier in ("A", "B") if confine.confined(tier)]
    for tier in tiers:
        outside, inside = cpu_of_a_file(tier, min(20, count // 4))
        print(f"tier {tier}: CPU s a file: {outside:.3f} of the grader, {inside:.3f} confined")
    print("\n| tier | files | graded | wall, s | largest memory of the grader, MB |")
    print("|---|---|---|---|---|")
    for tier in tiers:
        for files in (count // 4, count):
            graded, wall, memory = wall_of_a_class(tier, files)
            print(f"| {tier} | {files} | {graded} | {wall:.0f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 200)
