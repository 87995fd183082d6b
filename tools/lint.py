"""Check the course's own files with ruff: `make lint`.

Files that git does not know are not checked.
"""

import subprocess
import sys

from lessons import ROOT, code, stored


def main():
    if not code():
        print("Without git nobody knows which files are the course's: their style is not checked.")
        return 0
    ruff, quiet = [sys.executable, "-I", "-m", "ruff"], ["--quiet", "--force-exclude"]
    check = [*ruff, "check", *quiet, *code(), *stored()]
    form = [*ruff, "format", "--check", *quiet, *code()]
    return max(subprocess.run(command, cwd=ROOT).returncode for command in (check, form))


if __name__ == "__main__":
    sys.exit(main())
