"""`make environment` as a whole, with real pip: what shell, folder or network do to it.

The course here has two small packages; the Makefile and tools/environment.py are ours.
What tools/environment.py does step by step is tested in test_venv.py.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = ("numpy", "matplotlib", "ipywidgets", "jupyterlab", "ipykernel", "pytest", "nbval", "ruff")
USED = {f"{name}/__init__.py": "version = 1\n" for name in NAMES} | {
    "matplotlib/ft2font.py": "",
    "numpy/part.py": "",
}
pytestmark = pytest.mark.once


def wheel(folder, name, version, files):
    """Write a wheel; returns its line in a lock."""
    info = f"{name}-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, text in files.items():
        digest = (
            base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        )
        lines.append(f"{path},sha256={digest},{len(text)}\n")
    files[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name_in, text in files.items():
            archive.writestr(name_in, text)
    return (
        f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """A folder of wheels, the lock of today and the lock of tomorrow."""
    folder = tmp_path_factory.mktemp("index")
    base = wheel(folder, "base", "1", USED)
    today, tomorrow = (wheel(folder, "other", v, {"other.py": f"version = {v}\n"}) for v in "12")
    return folder, base + today, base + tomorrow


@pytest.fixture(scope="module")
def made(tmp_path_factory, index):
    """A course with its environment, below a folder of spaces, brackets and letters."""
    folder = tmp_path_factory.mktemp("made") / in_this_encoding("내 과정 (1) 日本")
    for name in ("Makefile", "tools/environment.py"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "bn_helpers").mkdir()
    (folder / "bn_helpers/__init__.py").write_text("", encoding="utf-8")
    (folder / "requirements.lock").write_text(index[1], encoding="utf-8")
    run = make(folder, index)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("First use: about ")
    return folder


@pytest.fixture
def course(made, tmp_path):
    """A copy of that course: so each test is one of a folder that was copied."""
    return shutil.copytree(made, tmp_path / in_this_encoding("복사 (2)"), symlinks=True)


def in_this_encoding(name):
    return os.fsdecode(name.encode(sys.getfilesystemencoding(), "replace"))


def settings(index, **more):
    bent = ("PIP_", "PYTHON", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(bent)}
    return kept | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index[0])} | more


def make(folder, index, *arguments, **more):
    command = ["make", "environment", f"PYTHON={sys.executable}", *arguments]
    env = settings(index, **more)
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def in_environment(folder, index, code="pass", **more):
    """What some code prints, in another folder, with the environment's Python."""
    code = (
        f"import bn_helpers, other, numpy.part; {code}; print(bn_helpers.__file__, other.version)"
    )
    command = [folder / ".venv/bin/python", "-c", code]
    return subprocess.run(
        command, cwd=folder.parent, env=settings(index, **more), capture_output=True, text=True
    )


def assert_well(folder, index, version=1, **more):
    run = in_environment(folder, index, **more)
    assert run.stdout == f"{folder / 'bn_helpers/__init__.py'} {version}\n", run.stderr


def one_line(run, words):
    lines = [
        line for line in (run.stdout + run.stderr).splitlines() if not line.startswith("make: ")
    ]
    assert len(lines) == 1, lines
    assert words in lines[0]


def test_a_whole_environment_is_left_alone_and_nothing_is_said(course, index):
    before = sorted((path, path.lstat().st_mtime) for path in (course / ".venv").rglob("*"))
    run = make(course, index, PIP_FIND_LINKS="/nowhere")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert sorted((path, path.lstat().st_mtime) for path in (course / ".venv").rglob("*")) == before


def test_a_copied_folder_runs_its_own_code_and_so_does_a_moved_one(course, index):
    assert_well(course, index)
    moved = course.rename(course.with_name("moved"))
    assert make(moved, index).stdout == ""
    assert_well(moved, index)


@pytest.mark.parametrize("python", ["/nowhere/python3", "false"])
def test_a_whole_environment_needs_no_other_python(course, index, python):
    run = make(course, index, f"PYTHON={python}")
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize(
    "locale", [("ko_KR", "EUC-KR"), ("ja_JP", "EUC-JP"), ("ja_JP", "SHIFT_JIS")]
)
def test_a_folder_whose_name_is_in_a_legacy_encoding(course, index, tmp_path, locale):
    language, encoding = locale
    command = ["localedef", "-i", language, "-f", encoding, tmp_path / "locale"]
    if not shutil.which("localedef") or subprocess.run(command, capture_output=True).returncode > 1:
        pytest.skip(f"no locale {language}.{encoding} can be made here")
    there = os.path.join(os.fsencode(tmp_path), "漢字".encode(encoding))
    os.rename(course, there)
    os.remove(os.path.join(there, b".venv/.ready"))
    env = settings(index, LOCPATH=str(tmp_path), LC_ALL="locale")
    run = subprocess.run(
        ["make", "environment", f"PYTHON={sys.executable}"], cwd=there, env=env, capture_output=True
    )
    assert run.returncode == 0, run.stderr
    code = "import bn_helpers as b, os, other; "
    code += "print(os.path.samefile(b.__file__, 'bn_helpers/__init__.py'))"
    run = subprocess.run(
        [b".venv/bin/python", "-I", "-c", code], cwd=there, env=env, capture_output=True
    )
    assert run.stdout == b"True\n", run.stderr


def test_what_lies_beside_the_makefile_hides_no_module_of_python(course, index):
    for name in ("random.py", "token.py", "subprocess.py", "numpy.py"):
        (course / name).write_text("1 / 0\n", encoding="utf-8")
    remove(site(course) / "other.py")
    run = make(course, index)
    assert run.returncode == 0, run.stderr
    assert_well(course, index)


def test_without_a_python_there_is_one_sentence(course, index):
    shutil.rmtree(course / ".venv")
    one_line(make(course, index, "PYTHON=/nowhere/python3"), "PYTHON=python3")


def remove(path):
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def site(folder):
    (path,) = (folder / ".venv").glob("lib/python*/site-packages")
    return path


def broken_python(folder):
    remove(folder / ".venv/bin/python")
    (folder / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (folder / ".venv/bin/python").chmod(0o755)


def as_an_older_makefile_left_it(folder):
    remove(site(folder) / "course.pth")
    elsewhere = folder.parent / "elsewhere"
    (elsewhere / "bn_helpers").mkdir(parents=True)
    (elsewhere / "bn_helpers/__init__.py").write_text("", encoding="utf-8")
    link = site(folder) / "_editable_impl_batch_normalization_lab.pth"
    link.write_text(f"{elsewhere}\n", encoding="utf-8")


DAMAGE = {
    "no lib": lambda folder: remove(folder / ".venv/lib"),
    "python does not start": broken_python,
    "a file cut": lambda folder: (site(folder) / "other.py").write_text("", encoding="utf-8"),
    "pip in parts, and a file": lambda folder: (
        remove(site(folder) / "pip/_internal/resolution"),
        remove(site(folder) / "other.py"),
    ),
    "made by an older Makefile": as_an_older_makefile_left_it,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_broken_is_mended(course, index, damage):
    damage(course)
    run = make(course, index)
    assert run.returncode == 0, run.stderr
    assert_well(course, index)
    assert make(course, index, PIP_FIND_LINKS="/nowhere").stdout == ""


def test_settings_for_another_pip_or_python_bend_nothing(course, index):
    remove(site(course) / "other.py")
    names = ("TARGET", "PREFIX", "ROOT", "PYTHON", "CONSTRAINT", "REQUIREMENT", "LOG")
    shell = {f"PIP_{name}": "/nowhere/at-all" for name in names}
    shell |= dict.fromkeys(
        ["PIP_USER", "PIP_DRY_RUN", "PIP_REQUIRE_VIRTUALENV", "PYTHONSAFEPATH"], "1"
    )
    shell |= {"PIP_NO_BINARY": ":all:", "PYTHONHOME": "/nowhere", "VIRTUAL_ENV": "/nowhere/env"}
    run = make(course, index, **shell)
    assert run.returncode == 0, run.stderr
    assert_well(course, index)


def test_a_file_of_settings_says_where_packages_are_and_not_where_they_go(course, index, tmp_path):
    remove(site(course) / "other.py")
    file = tmp_path / "pip.conf"
    file.write_text(
        f"[global]\nno-index = true\nfind-links = {index[0]}\ntarget = /nowhere/a\n"
        "[install]\nuser = true\nprefix = /nowhere/b\nconstraint = /nowhere/c\n",
        encoding="utf-8",
    )
    # "": not set
    run = make(course, index, PIP_CONFIG_FILE=str(file), PIP_FIND_LINKS="", PIP_NO_INDEX="")
    assert run.returncode == 0, run.stderr
    assert_well(course, index)


def test_what_pythonpath_adds_comes_last(course, index, tmp_path):
    own = tmp_path / "own"
    (own / "bn_helpers").mkdir(parents=True)
    for name in (
        "bn_helpers/__init__.py",
        "numpy.py",
        "other.py",
        "subprocess.py",
        "tomllib.py",
        "random.py",
    ):
        (own / name).write_text("1 / 0\n", encoding="utf-8")
    (own / "students_own.py").write_text("", encoding="utf-8")
    remove(site(course) / "other.py")
    run = make(course, index, PYTHONPATH=str(own))
    assert run.returncode == 0, run.stderr
    assert make(course, index, PYTHONPATH=str(own)).stdout == ""
    run = in_environment(course, index, "import random, students_own", PYTHONPATH=str(own))
    assert run.stdout == f"{course / 'bn_helpers/__init__.py'} 1\n", run.stderr


def test_another_lock_is_followed(course, index):
    (course / "requirements.lock").write_text(index[2], encoding="utf-8")
    assert make(course, index).returncode == 0
    assert_well(course, index, 2)
    assert make(course, index).stdout == ""


def test_another_lock_without_a_network_leaves_what_works(course, index):
    (course / "requirements.lock").write_text(index[2], encoding="utf-8")
    run = make(course, index, PIP_FIND_LINKS=str(course))
    assert run.returncode == 0, run.stderr
    assert "of before" in run.stdout or "are used" in run.stdout
    assert_well(course, index, 1)
    assert make(course, index).returncode == 0
    assert_well(course, index, 2)


def test_what_cannot_be_imported_is_not_called_usable(course, index):
    (site(course) / "numpy/__init__.py").write_text("1 / 0\n", encoding="utf-8")
    run = make(course, index, PIP_FIND_LINKS=str(course))
    assert run.returncode != 0
    assert "The environment could not be made" in run.stderr


def test_a_students_own_packages_stay(course, index):
    (site(course) / "mine-1.dist-info").mkdir()
    (site(course) / "mine.py").write_text("", encoding="utf-8")
    (course / "requirements.lock").write_text(index[2], encoding="utf-8")
    assert make(course, index).returncode == 0
    assert (site(course) / "mine.py").exists()
    assert make(course, index).stdout == ""


def test_two_at_once_make_one_environment(course, index):
    remove(course / ".venv")
    command = ["make", "-j4", "environment", f"PYTHON={sys.executable}"]
    both = [
        subprocess.Popen(
            command, cwd=course, env=settings(index), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("First use" in text for text in said) == 1
    assert_well(course, index)
