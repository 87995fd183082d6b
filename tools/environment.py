"""The environment of the course: made on first use, looked at before each make target, mended where it is broken.

    python3 tools/environment.py [FOLDER]    # what make calls; FOLDER is .venv if none is named

It installs what requirements.lock lists, and the course itself. What works is never taken away: pip loads all
it needs before it changes anything, and without a network the packages that are there are used. This file runs
on Python 3.6 too, to say that it is too old, and needs no package.
"""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
NEEDED = ["numpy", "matplotlib", "ipywidgets", "jupyterlab", "ipykernel", "pytest", "nbval", "ruff"]
# Settings of pip that say how to reach packages stay; others (user, target, prefix) lead elsewhere.
NETWORK = re.compile(
    "PIP_(.*INDEX.*|FIND_LINKS|TRUSTED_HOST|PROXY|.*CERT|.*CACHE_DIR|.*TIMEOUT|RETRIES|KEYRING.*|USE_FEATURE)$"
)
# What PYTHONPATH adds comes last, so that it hides nothing of ours. Python runs this line as it starts.
LAST = (
    "import os, sys; others = os.environ.get('PYTHONPATH', '').split(os.pathsep); "
    "sys.path.sort(key=set(map(os.path.abspath, filter(None, others))).__contains__)"
)
EDITABLE = "*batch_normalization_lab*"  # an older make installed the course so, and that led to one folder


class Failed(Exception):
    """What could not be done: one sentence, then the last lines of what was tried."""


def main(folder):
    if sys.version_info < (3, 11):  # noqa: UP036, any Python may be the first
        version = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"This course needs Python 3.11 or newer; this is {version}. Try: make PYTHON=python3.12 lab")
    with one_at_a_time(folder):
        stamp, digest = folder / ".ready", hashlib.sha256(LOCK.read_bytes()).hexdigest()  # the last lock it got
        try:
            if look(folder) != ([], True) or not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest:
                mend(folder)
                stamp.write_text(digest, encoding="utf-8")
        except (Failed, OSError) as error:
            what, _, details = str(error).partition("\n")
            if not usable(folder):
                sys.exit(f"The environment could not be made: {what}\n{details}".strip())
            print(f"The packages could not be brought up to date: {what} Those that are here are used.", flush=True)


def look(folder):
    """The names of packages that are not as they were installed, and whether the others fit the lock."""
    site = site_packages(folder)
    if site is None:
        return [], False
    locked, there, damaged = entries(), {}, []
    for info, name, version in installed(site):
        there[name] = version
        if name in {*locked, "pip"} and not complete(site, info):
            damaged.append(name)
    always = {name for name, (_, lines) in locked.items() if " ;" not in lines.split("\n")[0]}
    expected = {name: locked[name][0] for name in always | there.keys() & locked.keys()}
    here = (site / "course.pth").is_file() and not [*site.glob(EDITABLE)]
    return damaged, here and all(there.get(n) == v for n, v in expected.items())


def mend(folder):
    """Make the environment, or bring it to the state that is wanted; Failed if that cannot be done."""
    for old in folder.glob(f"lib/python3*/site-packages/{EDITABLE}"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    if site_packages(folder) is None:
        make(folder)
    if site_packages(folder) is None:
        raise Failed(f"its Python does not start ({sys.executable}).")
    site, locked, (damaged, _) = site_packages(folder), entries(), look(folder)
    # As a relative path the course is found wherever its folder moves, and whatever letters are in its name.
    (site / "course.pth").write_text(f"{os.path.relpath(ROOT, site)}\n{LAST}\n", encoding="utf-8")
    if "pip" in damaged or not (site / "pip").is_dir():
        for part in site.glob("pip*"):
            shutil.rmtree(part)
        run([python(folder), "-I", "-m", "ensurepip"], "pip could not be installed.")
    damaged = [name for name in damaged if name in locked]
    if damaged:
        with tempfile.TemporaryDirectory() as temporary:
            again = Path(temporary, "damaged.txt")
            again.write_text("".join(locked[name][1] for name in damaged), encoding="utf-8")
            pip(folder, "--ignore-installed", "--require-hashes", "-r", again)  # new files over the old ones
        for info, name, version in installed(site):
            if name in damaged and version != locked[name][0]:
                shutil.rmtree(info)
    pip(folder, "--require-hashes", "-r", LOCK)
    for old in folder.glob("lib/python3*"):
        if old not in site.parents:
            shutil.rmtree(old)


def make(folder):
    """An environment of the Python that runs this; packages that an earlier one of its version had stay."""
    if not works_here("import ensurepip, venv"):
        raise Failed("Python's venv is missing. On Debian or Ubuntu: sudo apt install make python3-venv")
    if any(folder.glob("lib/python3*/site-packages/numpy")):
        print("The environment is mended, one to five minutes.", flush=True)
    else:
        count = sum(" ;" not in lines.split("\n")[0] for _, lines in entries().values())
        print(f"First use: about {round(count, -1)} packages, one to five minutes.", flush=True)
    if folder.is_symlink() or folder.is_file():
        folder.rename(f"{folder}.{time.time():.0f}")  # somebody's own
    for link in folder.glob("bin/python*"):  # to a Python that is gone
        link.unlink()
    run([sys.executable, "-I", "-m", "venv", folder], f"{folder.name} could not be made.")


def pip(folder, *arguments):
    """Run pip install, and tell every twenty packages how far it is."""
    options = ["--no-deps", "--disable-pip-version-check", "--no-input", "--retries", "2", "--progress-bar", "off"]
    seen = 0

    def tell(line):
        nonlocal seen
        if line.startswith(("Collecting ", "Processing ")):  # from an index, from a folder
            seen += 1
            if seen % 20 == 0:
                print(f"  {seen} packages found", flush=True)
        elif line.startswith("Installing collected packages") and seen > 1:
            print(f"  installing {seen} packages", flush=True)

    run(
        [python(folder), "-I", "-m", "pip", "install", *options, *arguments],
        "pip could not install them (no network?).",
        tell,
        **in_files(folder),
    )


def in_files(folder):
    """The settings in pip's files that say how to reach packages, as variables; no other is read then."""
    command = [python(folder), "-I", "-m", "pip", "config", "list"]
    files = {name: value for name, value in os.environ.items() if name == "PIP_CONFIG_FILE"}
    out = subprocess.run(command, env={**clean(), **files}, capture_output=True)
    found = {"PIP_CONFIG_FILE": os.devnull}
    listed = re.findall(r"^(?:global|install)\.([a-z-]+)=(.+)$", os.fsdecode(out.stdout), flags=re.M)
    for option, value in listed:
        name = f"PIP_{option.upper().replace('-', '_')}"
        if NETWORK.match(name) and not os.environ.get(name):
            found[name] = ast.literal_eval(value)
    return found


def run(command, sentence, tell=None, **settings):
    """Run a command line by line; Failed, with the sentence and its last lines, if it fails."""
    lines = []
    with subprocess.Popen(
        [str(part) for part in command],
        env={**clean(), **settings},
        cwd=ROOT,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        for line in process.stdout:
            lines.append(line.rstrip())
            if tell:
                tell(line)
    if process.returncode:
        said = [line for line in lines if line.startswith("ERROR")] or lines
        raise Failed("\n".join([sentence, *("  " + line for line in said[-3:])]))


def clean():
    """The surroundings without what bends Python or pip."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
        and (not name.startswith("PIP_") or re.match(NETWORK, name))
    }
    return {**kept, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONIOENCODING": "utf-8"}


def python(folder):
    return folder / "bin" / "python"


def site_packages(folder):
    """Where the environment's Python has its packages; None if it does not run or is too old."""
    code = (
        "import os, sys, sysconfig; new = str(sys.version_info >= (3, 11)); "
        "lines = os.linesep.join([new, sys.prefix, sysconfig.get_path('purelib')]); "
        "sys.stdout.buffer.write(os.fsencode(lines))"  # a folder's name may have no letters here, only bytes
    )
    try:
        out = subprocess.run([python(folder), "-I", "-c", code], env=clean(), capture_output=True)
        new, prefix, site = os.fsdecode(out.stdout).split("\n")[:3]
    except (OSError, ValueError):
        return None
    own = new == "True" and Path(prefix).resolve() == folder.resolve()
    return Path(site) if own and Path(site).is_dir() else None


def usable(folder):
    """Whether the packages are there, in whatever version, without which nothing goes on."""
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    return site_packages(folder) is not None and works(folder, "-B", "-c", code, *NEEDED)


def works(folder, *arguments):
    return subprocess.run([python(folder), "-I", *arguments], env=clean(), capture_output=True).returncode == 0


def works_here(code):
    return subprocess.run([sys.executable, "-I", "-c", code], env=clean(), capture_output=True).returncode == 0


def entries():
    """What the lock lists: {name: (version, its lines)}."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8"), flags=re.M)
    found = {}
    for block in blocks:
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", block)
        if match:
            found[canonical(match.group(1))] = match.group(2), block
    return found


def installed(site):
    """(folder, name, version) of each package that says that it is there."""
    for info in site.glob("*.dist-info"):
        name, _, version = info.name[: -len(".dist-info")].rpartition("-")
        yield info, canonical(name), version


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def complete(site, info):
    """Whether the files are there that a package has listed, those beside it in full size."""
    try:
        for line in (info / "RECORD").read_text(encoding="utf-8").splitlines():
            file, _, size = line.rsplit(",", 2)
            if not file.endswith(".pyc"):
                found = os.stat(os.path.join(site, file.strip('"'))).st_size
                if size and not file.startswith("..") and found != int(size):  # programs may differ
                    return False
    except (OSError, ValueError):
        return False
    return True


class one_at_a_time:
    """Wait until no other make works on the environment."""

    def __init__(self, folder):
        self.path = folder.with_name(folder.name + ".lock")

    def __enter__(self):
        try:
            import fcntl

            self.file = open(self.path, "w", encoding="utf-8")
            fcntl.flock(self.file, fcntl.LOCK_EX)
        except (ImportError, OSError):  # a folder that is read-only: nothing is written there
            self.file = None

    def __exit__(self, *_):
        if self.file:
            self.file.close()


if __name__ == "__main__":
    try:
        main(Path(os.path.abspath(sys.argv[1])) if len(sys.argv) > 1 else ROOT / ".venv")
    except KeyboardInterrupt:
        sys.exit("Stopped. The next make goes on from here.")
