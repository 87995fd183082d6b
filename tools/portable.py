"""Run all lessons and tests as on other machines, and print one table: `make portable`.

    make portable                        # all rows
    make portable ONLY="shaken-0 loops"  # some

A row sets environment variables, or it has its own environment below build/portable/:
the lowest and the newest NumPy and matplotlib, and each Python on this machine. The
failures are named below the table, and the whole output of pytest is in
build/portable/. OPENBLAS_CORETYPE is not changed.
"""

import os
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from lessons import stored
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from bn_helpers._threads import COUNTS

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "portable"
COLUMNS = [path.stem for path in stored()] + ["tests"]
PYTEST = ["-q", "-m", "not browser and not once", "--color=no", "-p", "no:cacheprovider"]
# The rows share the cores, and two BLAS threads are slow.
PYTEST += ["--nbval-cell-timeout=600", "--timeout=1200"]


@dataclass
class Row:
    """One way to run everything.

    settings: environment variables. base: the Python of the row's own environment; None
    takes the environment of `make test`. packages: pip installs these there after the
    lock. options: those of pytest.
    """

    name: str
    settings: dict = field(default_factory=dict)
    base: Path | None = None
    packages: tuple = ()
    options: tuple = ()


def rows():
    pythons, own = find_pythons(), Path(sys.executable)
    loops = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    drawn = [line for line in project["dependencies"] if line.startswith(("numpy", "matplotlib"))]
    lowest = tuple(line.replace(">=", "==") for line in drawn)
    newest = max(pythons, key=lambda name: int(name.rpartition(".")[2]))
    return [
        Row("plain"),  # no setting at all
        *[Row(f"shaken-{seed}", {"SHAKE": str(seed)}) for seed in range(3)],
        Row("loops", {"NPY_DISABLE_CPU_FEATURES": loops}),  # without NumPy's vector loops
        *[Row(f"threads-{n}", dict.fromkeys(COUNTS, str(n))) for n in (1, 2)],
        # An old matplotlib uses functions that a new pyparsing deprecates.
        Row("lowest", {}, own, lowest, ("-W", "default::DeprecationWarning")),
        Row("newest", base=pythons[newest], packages=("--upgrade", "numpy", "matplotlib")),
        *[Row(name, base=path) for name, path in pythons.items()],
    ]


def find_pythons():
    """Each Python from 3.11 on that starts: {"python3.12": its path}."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    found = {}
    for minor in range(11, 20):
        name = f"python3.{minor}"
        for path in [folder / name for folder in folders if (folder / name).exists()]:
            result = subprocess.run([path, "-c", "import ensurepip, venv"], capture_output=True)
            if result.returncode == 0:
                found.setdefault(name, path)
    return found or {f"python3.{sys.version_info.minor}": Path(sys.executable)}


def environment(row):
    """The Python that runs a row; makes the row's own environment if it has one."""
    if row.base is None:
        return Path(sys.executable)
    folder = BUILD / row.name
    command = [row.base, ROOT / "tools/environment.py", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    python = folder / "bin" / "python"
    if row.packages:
        subprocess.run([python, "-m", "pip", "install", "-qq", *row.packages], check=True)
    return python


def run(row):
    """Run lessons and tests; returns {column: its failures}."""
    python = environment(row)
    report = BUILD / f"{row.name}.xml"
    report.unlink(missing_ok=True)
    env = {name: value for name, value in os.environ.items() if name not in COUNTS} | row.settings
    command = [python, "-P", "-m", "pytest", *PYTEST, f"--junitxml={report}", *row.options]
    with TemporaryDirectory() as folder:
        if "SHAKE" in row.settings:
            env |= shaking(folder)
            command += ["-p", "shake"]
        with open(BUILD / f"{row.name}.txt", "w", encoding="utf-8") as log:
            subprocess.run(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    return read(report)


def read(report):
    """The failures in a report of pytest by column; a column without a test fails."""
    red, ran = {column: [] for column in COLUMNS}, set()
    for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
        column = next((c for c in COLUMNS if f"{c}.ipynb" in case.get("classname")), "tests")
        ran.add(column)
        name = f"{case.get('classname')} {case.get('name')}"
        for failure in [*case.iter("failure"), *case.iter("error")]:
            red[column].append(f"{name}: {reason(failure.text or '')}")
    return red | {column: ["nothing ran"] for column in COLUMNS if column not in ran}


def shaking(folder):
    """The environment variables with which every kernel begins with `import shake`.

    `folder` becomes the folder of IPython's settings.
    """
    startup = Path(folder, "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "first.py").write_text("import shake\n", encoding="utf-8")
    return {"IPYTHONDIR": str(folder), "PYTHONPATH": str(ROOT / "tools")}


def reason(text):
    """The line that says why a test failed: the named number, or an assertion."""
    named = re.search(r"^.*(line \d+: stored .*|stored \d+ lines.*)$", text, flags=re.M)
    errors = re.findall(r"^E +(.*)$", text, flags=re.M) or text.strip().splitlines() or [""]
    return named[0] if named else errors[0]


def main(only):
    BUILD.mkdir(parents=True, exist_ok=True)
    table = rows()
    if unknown := set(only) - {row.name for row in table}:
        known = " ".join(row.name for row in table)
        sys.exit(f"ONLY: expected some of {known}, got {' '.join(sorted(unknown))}")
    table = [row for row in table if row.name in only or not only]
    width = max(len(row.name) for row in table)
    print(" " * width, *[f"{column[:5]:>6s}" for column in COLUMNS], flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = []
        for row, red in zip(table, pool.map(run, table)):
            cells = [f"{len(red[column])} red" if red[column] else "green" for column in COLUMNS]
            print(f"{row.name:{width}s}", *[f"{cell:>6s}" for cell in cells], flush=True)
            failures = [failure for column in COLUMNS for failure in red[column]]
            results += [f"{row.name}: {failure}" for failure in failures]
    print(*results, sep="\n", end="\n" if results else "")
    return bool(results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
