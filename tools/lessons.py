"""Which files are the course's own.

    python tools/lessons.py           # the lessons
    python tools/lessons.py stored    # an error if one of them is not as `make refresh` stores it

Copies, notes and what systems leave beside the lessons are no lessons. One that is not as `make refresh`
stores it was edited by an author, or by a student in place of my_course/: one test says so, no other tests it.
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
    """The lessons that are as `make refresh` stores them, as far as their form tells."""
    return [path for path in lessons() if my_course.is_stored(path)]


def in_git(pattern):
    """The files of a pattern that git knows, deleted ones too; none without git."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--", pattern]
    try:
        names = subprocess.run(command, capture_output=True).stdout.decode().split("\0")
    except OSError:
        return []
    return [ROOT / name for name in names if name]


def code():
    """The course's own files of Python, not what others have put beside them; none without git."""
    return [path for path in in_git("*.py") if path.exists()]


def others():
    """What to say of the lessons that are not as `make refresh` stores them; "" if there are none."""
    names = ", ".join(path.name for path in lessons() if path not in stored())
    return names and (
        f"Not as `make refresh` stores a lesson: {names}. If you worked there, `make lab` copies your work to "
        "my_course/; then `git checkout notebooks` brings the lesson back."
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["stored"]:
        sys.exit(others() or None)
    print(*(path.relative_to(ROOT) for path in lessons()))
