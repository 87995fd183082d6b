"""Make the environment of the course, check it before each make target, and repair it.

    python3 tools/environment.py [FOLDER]    # called by make; FOLDER: .venv by default

It installs the packages of requirements.lock and the course itself. It never removes
what works: pip loads all packages before it changes anything, and without a network the
installed packages are used. This file needs no package. It also runs on Python 3.6, to
say that this Python is too old.
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
# Settings of pip that say how to reach packages are kept. Others (user, target,
# prefix) would install to another place.
NETWORK = re.compile(
    "PIP_(.*INDEX.*|FIND_LINKS|TRUSTED_HOST|PROXY|.*CERT|.*CACHE_DIR|.*TIMEOUT|RETRIES|KEYRING.*"
    "|USE_FEATURE)$"
)
OPTIONS = ["--no-deps", "--disable-pip-version-check", "--no-input"]
OPTIONS += ["--retries", "2", "--progress-bar", "off"]
# Python runs this line when it starts. It moves the folders of PYTHONPATH to the end,
# so that they hide no package of the environment.
LAST = (
    "import os, sys; others = os.environ.get('PYTHONPATH', '').split(os.pathsep); "
    "sys.path.sort(key=set(map(os.path.abspath, filter(None, others))).__contains__)"
)
# pytest reads here that the instructors' grader has an option for it: --bundle.
PLUGIN = {
    "METADATA": "Metadata-Version: 2.1\nName: bn-classroom\nVersion: 0\n",
    "entry_points.txt": "[pytest11]\nbn_classroom = bn_classroom.collector\n",
}
EDITABLE = "*batch_normalization_lab*"  # an older make installed the course under this name


class Failed(Exception):
    """What could not be done: a sentence, and the last lines of the output."""


def main(folder):
    if sys.version_info < (3, 11):  # noqa: UP036, any Python may run this
        version = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"This course needs Python 3.11 or newer; this is {version}. "
            "Try: make PYTHON=python3.12 lab"
        )
    with one_at_a_time(folder):
        try:
            bring_up_to_date(folder)
        except (Failed, OSError) as error:
            reason, _, details = str(error).partition("\n")
            if not usable(folder):
                sys.exit(f"The environment could not be made: {reason}\n{details}".strip())
            sentence = f"The packages could not be brought up to date: {reason}"
            print(sentence, "Those that are here are used.", flush=True)


def bring_up_to_date(folder):
    stamp = folder / ".ready"  # contains the digest of the lock that was installed last
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stored = stamp.read_text(encoding="utf-8") if stamp.is_file() else None
    if look(folder) != ([], True) or stored != digest:
        mend(folder)
        stamp.write_text(digest, encoding="utf-8")


def look(folder):
    """(names of damaged packages, whether the other packages fit the lock)."""
    site = site_packages(folder)
    if site is None:
        return [], False
    locked, versions, damaged = entries(), {}, []
    for info, name, version in installed(site):
        versions[name] = version
        if name in {*locked, "pip"} and not complete(site, info):
            damaged.append(name)
    always = {name for name, (_, lines) in locked.items() if " ;" not in lines.split("\n")[0]}
    expected = {name: locked[name][0] for name in always | versions.keys() & locked.keys()}
    has_course = all(map(Path.is_file, own(site))) and not [*site.glob(EDITABLE)]
    return damaged, has_course and all(versions.get(n) == v for n, v in expected.items())


def own(site):
    """{path: text} of the files that make the course a part of the environment."""
    plugin = {site / "bn_classroom-0.dist-info" / name: text for name, text in PLUGIN.items()}
    # With a relative path the folder of the course may be moved, and have any name.
    return {site / "course.pth": f"{os.path.relpath(ROOT, site)}\n{LAST}\n", **plugin}


def mend(folder):
    """Make the environment, or repair it; Failed if that is not possible."""
    for old in folder.glob(f"lib/python3*/site-packages/{EDITABLE}"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    if site_packages(folder) is None:
        make(folder)
    if site_packages(folder) is None:
        raise Failed(f"its Python does not start ({sys.executable}).")
    site, (damaged, _) = site_packages(folder), look(folder)
    for path, text in own(site).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if "pip" in damaged or not (site / "pip").is_dir():
        for part in site.glob("pip*"):
            shutil.rmtree(part)
        run([python(folder), "-I", "-m", "ensurepip"], "pip could not be installed.")
    install_again(folder, site, damaged)
    pip(folder, "--require-hashes", "-r", LOCK)
    for old in folder.glob("lib/python3*"):
        if old not in site.parents:
            shutil.rmtree(old)


def install_again(folder, site, damaged):
    """Write the damaged packages of the lock over their old files."""
    locked = {name: entry for name, entry in entries().items() if name in damaged}
    if not locked:
        return
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "damaged.txt")
        file.write_text("".join(lines for _, lines in locked.values()), encoding="utf-8")
        pip(folder, "--ignore-installed", "--require-hashes", "-r", file)
    for info, name, version in installed(site):
        if name in locked and version != locked[name][0]:
            shutil.rmtree(info)


def make(folder):
    """Make an environment of the Python that runs this.

    Packages of an earlier environment of the same version are kept.
    """
    if not works(sys.executable, "-c", "import ensurepip, venv"):
        advice = "On Debian or Ubuntu: sudo apt install make python3-venv"
        raise Failed(f"Python's venv is missing. {advice}")
    if any(folder.glob("lib/python3*/site-packages/numpy")):
        print("The environment is mended, one to five minutes.", flush=True)
    else:
        count = sum(" ;" not in lines.split("\n")[0] for _, lines in entries().values())
        print(f"First use: about {round(count, -1)} packages, one to five minutes.", flush=True)
    if folder.is_symlink() or folder.is_file():
        folder.rename(f"{folder}.{time.time():.0f}")  # it belongs to somebody
    for link in folder.glob("bin/python*"):  # the old Python may be gone
        link.unlink()
    run([sys.executable, "-I", "-m", "venv", folder], f"{folder.name} could not be made.")


def pip(folder, *arguments):
    """Run pip install, and print its progress after every twenty packages."""
    command = [python(folder), "-I", "-m", "pip", "install", *OPTIONS, *arguments]
    seen = 0

    def tell(line):
        nonlocal seen
        if line.startswith(("Collecting ", "Processing ")):  # "Processing" is from a folder
            seen += 1
            if seen % 20 == 0:
                print(f"  {seen} packages found", flush=True)
        elif line.startswith("Installing collected packages") and seen > 1:
            print(f"  installing {seen} packages", flush=True)

    run(command, "pip could not install them (no network?).", tell, **in_files(folder))


def in_files(folder):
    """Environment variables from pip's files: how to reach packages.

    With these variables pip reads none of its files.
    """
    command = [python(folder), "-I", "-m", "pip", "config", "list"]
    files = {name: value for name, value in os.environ.items() if name == "PIP_CONFIG_FILE"}
    result = subprocess.run(command, env={**clean(), **files}, capture_output=True)
    listed, found = os.fsdecode(result.stdout), {"PIP_CONFIG_FILE": os.devnull}
    for option, value in re.findall(r"^(?:global|install)\.([a-z-]+)=(.+)$", listed, flags=re.M):
        name = f"PIP_{option.upper().replace('-', '_')}"
        if NETWORK.match(name) and not os.environ.get(name):
            found[name] = ast.literal_eval(value)
    return found


def run(command, sentence, tell=None, **settings):
    """Run a command, with `tell` for each line; Failed with `sentence` if it fails."""
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
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise Failed("\n".join([sentence, *("  " + line for line in errors[-3:])]))


def clean():
    """The environment variables without those that change what Python and pip do."""
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
    """The folder of the packages; None if its Python fails or is too old."""
    code = (
        "import os, sys, sysconfig; new = str(sys.version_info >= (3, 11)); "
        "lines = os.linesep.join([new, sys.prefix, sysconfig.get_path('purelib')]); "
        "sys.stdout.buffer.write(os.fsencode(lines))"  # the name may not be text
    )
    command = [python(folder), "-I", "-c", code]
    try:
        result = subprocess.run(command, env=clean(), capture_output=True)
        new, prefix, site = os.fsdecode(result.stdout).split("\n")[:3]
    except (OSError, ValueError):
        return None
    fits = new == "True" and Path(prefix).resolve() == folder.resolve()
    return Path(site) if fits and Path(site).is_dir() else None


def usable(folder):
    """Whether all packages that are needed can be imported, in any version."""
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    return site_packages(folder) is not None and works(python(folder), "-B", "-c", code, *NEEDED)


def works(interpreter, *arguments):
    """Whether this Python runs with these arguments without an error."""
    command = [interpreter, "-I", *arguments]
    return subprocess.run(command, env=clean(), capture_output=True).returncode == 0


def entries():
    """The packages of the lock: {name: (version, its lines)}."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8"), flags=re.M)
    found = {}
    for block in blocks:
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", block)
        if match:
            found[canonical(match.group(1))] = match.group(2), block
    return found


def installed(site):
    """Yield (folder, name, version) of each installed package."""
    for info in site.glob("*.dist-info"):
        name, _, version = info.name[: -len(".dist-info")].rpartition("-")
        yield info, canonical(name), version


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def complete(site, info):
    """Whether all files that a package lists exist, those in `site` with their size."""
    try:
        for line in (info / "RECORD").read_text(encoding="utf-8").splitlines():
            file, _, size = line.rsplit(",", 2)
            if not file.endswith(".pyc"):
                found = os.stat(os.path.join(site, file.strip('"'))).st_size
                if size and not file.startswith("..") and found != int(size):  # scripts may differ
                    return False
    except (OSError, ValueError):
        return False
    return True


class one_at_a_time:
    """Wait until no other make changes the environment."""

    def __init__(self, folder):
        self.path = folder.with_name(folder.name + ".lock")

    def __enter__(self):
        try:
            import fcntl

            self.file = open(self.path, "w", encoding="utf-8")
            fcntl.flock(self.file, fcntl.LOCK_EX)
        # In a read-only folder nothing is written.
        except (ImportError, OSError):
            self.file = None

    def __exit__(self, *_):
        if self.file:
            self.file.close()


if __name__ == "__main__":
    try:
        main(Path(os.path.abspath(sys.argv[1])) if len(sys.argv) > 1 else ROOT / ".venv")
    except KeyboardInterrupt:
        sys.exit("Stopped. The next make goes on from here.")
