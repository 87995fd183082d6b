"""Which files belong to the course, and which are lessons.

    python tools/lessons.py           # the lessons
    python tools/lessons.py stored    # an error if a lesson has not its stored form

Copies, notes and files of the system that stand beside the lessons are not lessons. A
lesson that has not the form in which `make refresh` stores it was edited by an author,
or by a student outside of my_course/. One test says so. No other test reads it.
"""

import subprocess
import sys
from pathlib import Path

from bn_helpers import my_course

ROOT = Path(__file__).resolve().parents[1]


def lessons():
    """Every lesson, in order."""
    return my_course.lessons(ROOT / "notebooks")


def stored():
    """The lessons in the form that `make refresh` writes."""
    return [path for path in lessons() if my_course.is_stored(path)]


def complaint():
    """What to say of the lessons in another form; "" if there are none."""
    names = ", ".join(path.name for path in lessons() if path not in stored())
    return names and (
        f"Not as `make refresh` stores a lesson: {names}. If you worked there, `make lab` copies "
        "your work to my_course/. Then `git checkout notebooks` brings the lesson back."
    )


def in_git(pattern):
    """The files of a pattern that git knows, also deleted ones; [] without git."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--", pattern]
    try:
        names = subprocess.run(command, capture_output=True).stdout.decode().split("\0")
    except OSError:
        return []
    return [ROOT / name for name in names if name]


def code():
    """The Python files of the course that git knows and that exist; [] without git."""
    return [path for path in in_git("*.py") if path.exists()]


if __name__ == "__main__":
    if sys.argv[1:] == ["stored"]:
        sys.exit(complaint() or None)
    print(*(path.relative_to(ROOT) for path in lessons()))
