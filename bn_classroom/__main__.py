"""The commands: build, release, grade."""

import argparse
import shutil
import sys
from pathlib import Path

from . import collect, confine, pages, people
from .author import ASSIGNMENTS, load
from .build import NotBuilt, build, write_student
from .faults import all_faults
from .grade import open_bundle
from .release import release

NOTEBOOKS = ASSIGNMENTS.parent / "notebooks" / "assignments"
NAMES = sorted(path.parent.name for path in ASSIGNMENTS.glob("*/questions.py"))
NO_TIER = (
    "This machine offers neither namespaces nor Landlock, so a student's code could read "
    "and change your files. Use Linux (on Windows: WSL 2), or install bubblewrap. "
    "--trust-students runs the code all the same."
)


def main(arguments=None):
    options = parser().parse_args(arguments)
    try:
        return options.command(options)
    except NotBuilt as error:
        return f"The assignment was not built.\n{error}"
    except (ValueError, OSError) as error:
        return f"{error}"
    except KeyboardInterrupt:
        return "Stopped. What was graded is kept: the same command goes on from there."


def parser():
    made = argparse.ArgumentParser(
        prog="bn-classroom", description=sys.modules[__package__].__doc__
    )
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = made.add_subparsers(required=True, metavar="build | release | grade")
    one = commands.add_parser("build", help="check the assignments, write notebooks/assignments")
    one.set_defaults(command=_build)
    one = commands.add_parser("release", help="write a student's folder and a grader's bundle")
    one.add_argument("--assignment", choices=NAMES, default=NAMES[0] if NAMES else None)
    one.add_argument("--key", required=True, help="the class's secret: a text, or a file with it")
    one.add_argument("--to", required=True, type=Path, help="a new folder, for students")
    one.add_argument("--bundle", type=Path, help="a new file, for graders (default: TO.bundle)")
    one.add_argument(
        "--nbgrader", action="store_true", help="checks that raise, for its autograder"
    )
    one.set_defaults(command=_release)
    one = commands.add_parser("grade", help="grade all files of a folder or a zip archive")
    one.add_argument("submissions", type=Path)
    one.add_argument("--bundle", required=True, type=Path)
    one.add_argument("--out", required=True, type=Path)
    one.add_argument("--roster", type=Path, help="a CSV file whose first column has the ids")
    one.add_argument("--marks", type=Path, help="a CSV file of points that a person gave")
    one.add_argument("--workers", type=_count, help="files at a time (default: one for each core)")
    one.add_argument("--trust-students", action="store_true", help="run their code unconfined")
    one.set_defaults(command=_grade)
    return made


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return int(text)


def _build(_):
    NOTEBOOKS.mkdir(exist_ok=True)
    for name in NAMES:
        if wrong := all_faults(name):
            raise NotBuilt("\n".join(wrong))
        write_student(build(name), NOTEBOOKS)
        for file in load(name).HANDED_OUT:
            shutil.copy(ASSIGNMENTS / name / file, NOTEBOOKS)
        print(f"{name}: built, {NOTEBOOKS / name}.ipynb")


def _release(options):
    key = options.key
    if Path(key).is_file():
        key = Path(key).read_text(encoding="utf-8").strip()
    elif len(Path(key).parts) > 1 or Path(key).suffix:
        raise ValueError(f"--key: expected a text or a file that is there, got {key}")
    if not key:
        raise ValueError("--key: expected a text, got nothing")
    bundle = options.bundle or options.to.with_name(f"{options.to.name}.bundle")
    built = release(options.assignment, key, options.to, bundle, options.nbgrader)
    print(f"For students: {options.to}, release {built.about['release']}")
    print(f"For graders, to be kept secret with the key: {bundle}")


def _grade(options):
    bundle = open_bundle(options.bundle)
    roster = people.read_roster(options.roster) if options.roster else None
    marks = people.read_marks(options.marks) if options.marks else ()
    tier = "" if options.trust_students else confine.find_tier()
    if not tier and not options.trust_students:
        return NO_TIER
    rows = collect.grade_all(
        options.submissions, bundle, options.out, tier=tier, workers=options.workers
    )
    pages.write(options.out, rows, bundle, roster, marks)
    graded = sum(row["status"] == "graded" for row in rows)
    other = sum(any("of the release" in note for note in row["notes"]) for row in rows)
    failed = [row for row in rows if row["status"].startswith("The grader failed")]
    print(f"{graded} of {len(rows)} files graded, in tier {tier or 'none: unconfined'}.")
    if other:
        release = bundle.about["release"]
        print(f"{other} of them are of another release than this bundle ({release}): is it right?")
    print(f"The class: {options.out / 'class.html'}. The grades: {options.out / 'grades.csv'}")
    if failed:
        return f"The grader failed on {len(failed)} files: {failed[0]['file']} and so on."


if __name__ == "__main__":
    sys.exit(main())
