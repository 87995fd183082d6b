"""tools/environment.py: what happened to .venv, folder or network, and what it does."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import pytest
from lessons import code

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]
LOCK = """# made by a test
one==1.0 \\
    --hash=sha256:11
two==2.0 ; sys_platform == 'nowhere' \\
    --hash=sha256:22
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An environment with pip alone, to be copied: making one takes seconds."""
    folder = tmp_path_factory.mktemp("empty") / ".venv"
    subprocess.run(
        [sys.executable, "-I", "-m", "venv", folder], check=True, env=environment.clean()
    )
    return folder


@pytest.fixture
def course(tmp_path, monkeypatch, empty):
    """A course folder with a whole environment; pip is recorded, not run."""
    name = "course (1) 한글's".encode(sys.getfilesystemencoding(), "replace")
    root = tmp_path / os.fsdecode(name)
    root.mkdir()
    (root / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (root / "here.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(environment, "ROOT", root)
    monkeypatch.setattr(environment, "LOCK", root / "requirements.lock")
    monkeypatch.setattr(environment, "NEEDED", ["one"])
    monkeypatch.setattr(environment, "pip", Pip(root / ".venv"))
    shutil.copytree(empty, root / ".venv", symlinks=True)
    environment.main(root / ".venv")
    environment.pip.calls.clear()
    return root / ".venv"


class Pip:
    """Stands for pip: keeps the calls; with a network it writes package `one`."""

    def __init__(self, folder):
        self.folder, self.calls, self.network = folder, [], True

    def __call__(self, folder, *arguments):
        self.calls.append(list(map(str, arguments)))
        if not self.network:
            raise environment.Failed("pip could not install them (no network?).\n  ERROR: no way")
        site = environment.site_packages(folder)
        shutil.rmtree(site / "one-0.9.dist-info", ignore_errors=True)
        for file, text in {
            "one.py": "",
            "one-1.0.dist-info/RECORD": "one.py,,\none-1.0.dist-info/RECORD,,\n",
        }.items():
            (site / file).parent.mkdir(exist_ok=True)
            (site / file).write_text(text, encoding="utf-8")


def site(course):
    return environment.site_packages(course)


def test_a_whole_environment_is_left_alone_and_pip_is_not_asked(course, capsys):
    capsys.readouterr()
    environment.main(course)
    assert environment.pip.calls == []
    assert capsys.readouterr().out == ""


def test_the_first_use_is_announced_with_the_number_of_packages(course, capsys):
    shutil.rmtree(course)
    environment.main(course)
    # One package is about 0, rounded to tens.
    assert capsys.readouterr().out == "First use: about 0 packages, one to five minutes.\n"
    assert [call[-2:] for call in environment.pip.calls] == [["-r", str(environment.LOCK)]]


DAMAGES = {
    "a file of a package": lambda folder: (site(folder) / "one.py").unlink(),
    "its list of files": lambda folder: (site(folder) / "one-1.0.dist-info/RECORD").unlink(),
    "a package": lambda folder: shutil.rmtree(site(folder) / "one-1.0.dist-info"),
    "another version": lambda folder: (site(folder) / "one-1.0.dist-info").rename(
        site(folder) / "one-0.9.dist-info"
    ),
    "the way to the course": lambda folder: (site(folder) / "course.pth").unlink(),
    "the plugin of pytest": lambda folder: shutil.rmtree(site(folder) / "bn_classroom-0.dist-info"),
    "an interrupted build": lambda folder: (folder / ".ready").unlink(),
    "pip": lambda folder: shutil.rmtree(site(folder) / "pip"),
    "python": lambda folder: (folder / "bin/python").unlink(),
    "all links to python": lambda folder: [link.unlink() for link in folder.glob("bin/python*")],
    "links that lead nowhere": lambda folder: [
        (link.unlink(), link.symlink_to("/nowhere/python"))
        for link in [*folder.glob("bin/python*")]
    ],
    "its configuration": lambda folder: (folder / "pyvenv.cfg").unlink(),
    "all": shutil.rmtree,
    "a file in its place": lambda folder: (
        shutil.rmtree(folder),
        folder.write_text("mine", encoding="utf-8"),
    ),
    "a link that leads nowhere": lambda folder: (
        shutil.rmtree(folder),
        folder.symlink_to("/nowhere"),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_broken_is_rebuilt(course, damage):
    damage(course)
    environment.main(course)
    assert environment.look(course) == ([], True)
    assert environment.works(environment.python(course), "-c", "import here, one, pip")
    environment.pip.calls.clear()
    environment.main(course)
    assert environment.pip.calls == []


def test_what_somebody_else_put_in_its_place_is_kept(course):
    shutil.rmtree(course)
    course.write_text("mine", encoding="utf-8")
    environment.main(course)
    (kept,) = course.parent.glob(".venv.[0-9]*")
    assert kept.read_text(encoding="utf-8") == "mine"


def test_the_way_to_the_course_needs_no_network(course):
    DAMAGES["the way to the course"](course)
    environment.pip.network = False
    environment.main(course)
    assert environment.works(environment.python(course), "-c", "import here")


@pytest.mark.parametrize("damage", ["another version", "an interrupted build"])
def test_without_a_network_one_sentence_is_said_and_what_works_is_used(course, damage, capsys):
    DAMAGES[damage](course)
    before = sorted(course.rglob("*"))
    environment.pip.network = False
    capsys.readouterr()
    environment.main(course)
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "could not be brought up to date" in said
    assert "Those that are here are used" in said
    assert sorted(course.rglob("*")) == before
    environment.pip.network = True
    environment.main(course)
    assert environment.look(course) == ([], True)


def test_a_new_lock_is_installed_and_not_forgotten_without_a_network(course):
    environment.LOCK.write_text(LOCK + "# newer\n", encoding="utf-8")
    environment.pip.network = False
    environment.main(course)
    environment.main(course)
    assert len(environment.pip.calls) == 2
    environment.pip.network = True
    environment.main(course)
    environment.main(course)
    assert len(environment.pip.calls) == 3


def test_where_nothing_works_one_sentence_says_so(course):
    shutil.rmtree(course)
    environment.pip.network = False
    with pytest.raises(SystemExit) as stop:
        environment.main(course)
    assert str(stop.value).startswith(
        "The environment could not be made: pip could not install them (no network?)."
    )
    assert "ERROR: no way" in str(stop.value)


def test_settings_that_lead_pip_elsewhere_are_dropped_and_those_of_a_network_stay(monkeypatch):
    stray = dict.fromkeys(
        ["PIP_TARGET", "PIP_PREFIX", "PIP_DRY_RUN", "PYTHONHOME", "PYTHONPATH"], "/elsewhere"
    )
    school = {
        "PIP_INDEX_URL": "a",
        "PIP_EXTRA_INDEX_URL": "b",
        "PIP_CERT": "c",
        "PIP_PROXY": "d",
        "https_proxy": "e",
    }
    for name, value in {**stray, **school, "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1"}.items():
        monkeypatch.setenv(name, value)
    kept = environment.clean()
    assert kept.keys() & stray.keys() == set()
    assert {name: kept[name] for name in school} == school
    assert kept["PIP_USER"] == kept["PIP_REQUIRE_VIRTUALENV"] == "0"


def test_progress_is_told_every_twenty_packages(monkeypatch, capsys):
    def run(command, sentence, tell, **settings):
        for i in range(45):
            tell(f"Collecting package{i}\n")
        tell("Installing collected packages: a, b\n")

    monkeypatch.setattr(environment, "run", run)
    monkeypatch.setattr(environment, "in_files", lambda folder: {})
    environment.pip(Path(".venv"), "-r", "lock")
    assert (
        capsys.readouterr().out
        == "  20 packages found\n  40 packages found\n  installing 45 packages\n"
    )


def test_the_lock_of_the_course_is_read_whole():
    entries = environment.entries()
    assert len(entries) == (ROOT / "requirements.lock").read_text(encoding="utf-8").count(
        "=="
    ) - sum(lines.split("\n")[0].count("==") - 1 for _, lines in entries.values())
    assert all("--hash=sha256:" in lines for _, lines in entries.values())


def test_make_calls_no_script_of_the_environment_since_these_name_a_folder():
    for name in ("Makefile", ".pre-commit-config.yaml", "CONTRIBUTING.md", ".ci/run"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            scripts = [word for word in line.replace("`", " ").split() if ".venv/bin/" in word]
            assert all(word.endswith("/python") for word in scripts), line


def test_an_editable_install_is_read_in_every_encoding(tmp_path):
    folder = tmp_path / "한글 漢字"
    for part in ("bn_helpers", "data", "notebooks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / part, folder / part)
    build = "import hatchling.build; hatchling.build.build_editable('wheel')"
    subprocess.run([sys.executable, "-P", "-c", build], cwd=folder, check=True, capture_output=True)
    (wheel,) = (folder / "wheel").glob("*.whl")
    shutil.unpack_archive(wheel, folder / "site", "zip")
    (pth,) = (folder / "site").glob("*.pth")
    assert pth.read_bytes().isascii()
    code = "import site; site.addsitedir('site'); "
    code += "from bn_helpers import data as d; print(d.load_digits()[0].shape)"
    legacy = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    run = [sys.executable, "-P", "-c", code]
    out = subprocess.run(run, cwd=folder, env=environment.clean() | legacy, capture_output=True)
    assert out.stdout == b"(1442, 64)\n", out.stderr.decode(errors="replace")


def test_nothing_is_read_or_written_in_the_encoding_of_the_machine():
    for path in code():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(
                keyword.arg == "encoding" for keyword in node.keywords
            ):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in node.args[1:])
            reads = name in ("read_text", "write_text") or (
                isinstance(node.func, ast.Name) and name == "open"
            )
            assert not reads or binary, f"{path.name}, line {node.lineno}"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no git here")
def test_a_checkout_on_windows_has_the_line_ends_with_which_all_runs(tmp_path):
    config = ["-c", "core.autocrlf=true", "-c", "core.eol=crlf"]
    command = ["git", *config, "-C", ROOT, "checkout-index", "-a", f"--prefix={tmp_path}/"]
    subprocess.run(command, check=True)
    files = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and path.suffix not in (".npz", ".png", ".gif")
    ]
    assert len(files) > 50
    assert [path.name for path in files if b"\r\n" in path.read_bytes()] == []
