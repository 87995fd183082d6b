"""One list of dependencies: what else names them must agree with pyproject.toml."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from lessons import lessons
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
pytestmark = pytest.mark.once
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # matplotlib without a window system


def test_the_package_itself_needs_six_libraries_none_with_an_upper_bound():
    needed = [Requirement(line) for line in PROJECT["dependencies"]]
    assert [r.name for r in needed] == [
        "numpy",
        "matplotlib",
        "ipywidgets",
        "tqdm",
        "platformdirs",
        "threadpoolctl",
    ]
    assert all(spec.operator == ">=" for r in needed for spec in r.specifier)
    assert PROJECT["requires-python"] == ">=3.11"


def locked():
    """{name: pinned version} of requirements.lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.M)
    return {canonicalize_name(name): version for name, version in lines}


@pytest.mark.parametrize("line", PROJECT["dependencies"] + EXTRAS["lab"] + EXTRAS["test"])
def test_the_lock_holds_a_version_that_pyproject_allows(line):
    requirement = Requirement(line)
    assert locked()[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_lock_has_a_hash_for_everything_and_names_no_index():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry
    assert not re.search(r"://|--index|--find-links|--extra-index", text)


def test_environment_yml_lists_the_dependencies_and_the_lab_with_the_same_bounds():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-e ."]}
    expected = [Requirement(line) for line in PROJECT["dependencies"] + EXTRAS["lab"]]
    expected = [f"{CONDA_NAMES.get(r.name, r.name)}{r.specifier}" for r in expected]
    assert [line for line in conda if not re.match(r"(python|pip)\b", line)] == expected
    assert f"python{PROJECT['requires-python']}" in conda


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the wheel as pip installs it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-I", "-m", "pip", "--isolated", "wheel", "-qq", "-w", folder]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    assert wheel.name.endswith("py3-none-any.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def run(site, code, folder):
    """What Python prints that has the wheel; the folder of the tests is hidden."""
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(site)!r}); {code}"]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_an_installed_wheel_reads_the_digits_the_records_and_the_questions(site, tmp_path):
    code = (
        "import bn_helpers.predict, bn_helpers.data as d; assert 'site' in d.__file__; "
        "print(d.load_digits()[0].shape, len(d.load_recorded('internal_shift')) > 0, "
        "len(bn_helpers.predict.QUESTIONS) > 0)"
    )
    assert run(site, code, tmp_path) == "(1442, 64) True True\n"


def test_an_installed_wheel_copies_the_lessons_to_an_empty_folder(site, tmp_path):
    code = "from bn_helpers import my_course; assert 'site' in my_course.__file__; my_course.main()"
    out = run(site, code, tmp_path)
    assert out.splitlines()[-1] == f"Open {Path('my_course', lessons()[0].name)} in JupyterLab."
    copies = {path.name: path.read_bytes() for path in (tmp_path / "my_course").glob("*.ipynb")}
    assert copies == {path.name: path.read_bytes() for path in lessons()}


def test_the_readme_names_the_commands_that_the_makefile_has():
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    )
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(
            re.findall(r"make ([a-z-]+)(?=[`\n ])", (ROOT / page).read_text(encoding="utf-8"))
        )
        assert named <= targets, page
    assert {"lab", "test"} <= set(
        re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    )
