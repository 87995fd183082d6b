"""Which files belong to the course, which are lessons, and which lessons are tested.

    python tools/lessons.py           # the lessons that are tested
    python tools/lessons.py all       # every lesson
    python tools/lessons.py code      # every file of Python that git knows
    python tools/lessons.py stored    # an error if a lesson has not its stored form

Copies, notes and files of the system that stand beside the lessons are not lessons. A
lesson in which somebody has worked is not tested. Such a lesson is not in the form in
which `make refresh` stores it, and it differs from the last commit, if there is git. A
lesson that is committed is tested in any form.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# as JupyterLab writes it
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# what `nbconvert --to script` needs
LANGUAGE = {"name": "python", "file_extension": ".py", "nbconvert_exporter": "python"}


def lessons():
    """Every lesson, in order."""
    name = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")
    paths = (path for path in (ROOT / "notebooks").glob("*.ipynb") if name.fullmatch(path.name))
    return sorted(path for path in paths if path.is_file())


def left_out():
    """The lessons in which somebody has worked, and the deleted ones."""
    every = sorted({*lessons(), *in_git("notebooks/[0-9][0-9]_*.ipynb")})
    return [path for path in every if not is_stored_form(path) and not is_committed(path)]


def untouched():
    """All lessons except those that are left out."""
    return sorted(set(lessons()) - set(left_out()))


def is_stored_form(path):
    """Whether the file has the form that `make refresh` writes."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        counts = [cell["execution_count"] for cell in code]
        metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
        return counts == list(range(1, len(code) + 1)) and notebook["metadata"] == metadata
    except (OSError, ValueError, LookupError, TypeError):
        return False


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


def is_committed(path):
    """Whether the file is the same as in the last commit; False without git."""
    command = ["git", "-C", ROOT, "diff", "--quiet", "HEAD", "--", path]
    try:
        known = subprocess.run(["git", "-C", ROOT, "ls-files", "--error-unmatch", path], capture_output=True)
        return known.returncode == 0 == subprocess.run(command, capture_output=True).returncode
    except OSError:
        return False


if __name__ == "__main__":
    if sys.argv[1:] == ["stored"]:
        other = [path.name for path in lessons() if not is_stored_form(path)]
        sys.exit(f"Not as `make refresh` stores a lesson: {', '.join(other)}" if other else None)
    choice = {"all": lessons, "code": code}.get(" ".join(sys.argv[1:]), untouched)
    print(*(path.relative_to(ROOT) for path in choice()))
