"""Run the parts and write what they print into README.md: `make bench`.

    make bench                               # all that take a few minutes
    make bench ONLY="sgd_step normalization" # some, also slow ones

Each part is a module beside this file with a `main()` that prints a Markdown table. It
runs in a process of its own, one after the other. A part that cannot run says why, and
its old table stays.
"""

import os
import platform
import subprocess
import sys
from datetime import date
from importlib import metadata
from pathlib import Path

from threadpoolctl import threadpool_info

from .common import write

HERE = Path(__file__).parent
PARTS = "sgd_step", "normalization", "lessons", "explorers", "training_lab"
SLOW = "grading", "slider_latency"  # only if they are named
PACKAGES = "numpy", "torch", "matplotlib", "jupyterlab"


def machine():
    """One line about the machine and the versions."""
    installed = {d.name.lower(): d.version for d in metadata.distributions()}
    versions = [f"{name} {installed[name]}" for name in PACKAGES if name in installed]
    python = f"Python {platform.python_version()}"
    return ", ".join([processor(), f"{os.cpu_count()} cores", kernel(), python, *versions])


def processor():
    """The name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def kernel():
    """Which of its kernels BLAS has chosen; NumPy must be loaded."""
    import numpy  # noqa: F401

    kinds = (lib.get("architecture") for lib in threadpool_info() if lib["user_api"] == "blas")
    return f"BLAS for {next(kinds, 'an unknown processor')}"


def load():
    return f"{os.getloadavg()[0]:.1f}"


def run(part):
    """Run a part and write its table; returns whether that was possible."""
    print(f"{part} ...", file=sys.stderr, flush=True)
    before = load()
    command = [sys.executable, "-P", "-m", f"benchmarks.{part}"]
    result = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        print(f"{part}: not measured, its table stays\n", file=sys.stderr)
        return False
    how = f"{date.today()}, {machine()}. Load {before} before and {load()} after."
    write(part, f"{result.stdout.strip()}\n\n{how}")
    print(f"{result.stdout}\n{how}\n")
    return True


def main(only):
    there = {part for part in (*PARTS, *SLOW) if (HERE / f"{part}.py").exists()}
    if unknown := set(only) - there:
        sys.exit(f"ONLY: expected some of {' '.join(sorted(there))}, got {' '.join(unknown)}")
    chosen = [part for part in only or PARTS if part in there]
    return not all([run(part) for part in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
