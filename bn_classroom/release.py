"""What is handed out: a folder without solutions, rubrics or hidden inputs."""

import copy
import secrets
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from .author import ASSIGNMENTS, authored, load
from .build import NotBuilt, build, write_bundle, write_student
from .faults import solutions

ROOT = ASSIGNMENTS.parent
README = """\
# {name}

Version {version}, release {release}.

Keep all files of this folder together.
On Windows write `py` for `python3`, and `.venv\\Scripts\\` for `.venv/bin/`.

1. Install Python 3.11 or newer. Then, in this folder:

       python3 -m venv .venv
       .venv/bin/pip install "./{wheel}[lab]"

2. Open the notebook: `.venv/bin/jupyter lab {name}.ipynb`. Write your id into its first code cell.
3. Write your answers where the three dots stand. `check("...")` says what is right.
4. Run all cells. The last one says whether something is open. Save.
5. See that it runs from the top: `.venv/bin/pytest --nbval-lax {name}.ipynb`.
   It passes if the last cell does.
6. Hand in the file `{name}.ipynb`, under any name.

The checks here use inputs that you can see. The grades come from other inputs.
"""


def release(name, key, to, bundle, nbgrader=False):
    """Write the student's folder `to` and the grader's file `bundle`; gives the Built.

    nbgrader: the checks raise an error where an answer is wrong, as its tests do.
    FileExistsError if one of them is there: what was handed out is never edited.
    NotBuilt if something in the folder must not be there.
    """
    to, bundle = Path(to), Path(bundle)
    for path in to, bundle:
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise FileExistsError(f"release: expected a new folder and file, {path} is there")
    if to.resolve() in bundle.resolve().parents:
        raise ValueError(f"release: the bundle {bundle} must not lie in the student's folder {to}")
    built = build(name, key, secrets.token_hex())
    built = raising(built) if nbgrader else built
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "release")
        folder.mkdir()
        wheel = _fill(folder, name, built)
        text = README.format(wheel=wheel, name=name, **_facts(built))
        (folder / "README.md").write_text(text, encoding="utf-8")
        if wrong := list(leaks(folder, name)):
            raise NotBuilt("\n".join(wrong))
        shutil.copytree(folder, to, dirs_exist_ok=True)
    bundle.parent.mkdir(parents=True, exist_ok=True)
    write_bundle(built, bundle)
    return built


def raising(built):
    """The Built with checks that raise; JupyterLab then stops at the first of them."""
    notebook = copy.deepcopy(built.notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source += ".or_raise()"
    return built._replace(notebook=notebook)


def _facts(built):
    return {"version": built.about["version"], "release": built.about["release"]}


def _fill(folder, name, built):
    """Put notebook, arrays, data and the wheel into the folder; the wheel's name."""
    write_student(built, folder)
    for file in load(name).HANDED_OUT:
        shutil.copy(ASSIGNMENTS / name / file, folder)
    data = folder / "data"
    data.mkdir()
    for file in "digits.npz", "README.md":
        shutil.copy(ROOT / "data" / file, data)
    shutil.copy(ROOT / "LICENSE", folder)
    command = [sys.executable, "-I", "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        raise NotBuilt(f"The wheel of bn_helpers could not be built. {run.stderr.strip()[-500:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel.name


def leaks(folder, name):
    """Sentences on files of a release that have what only graders may have.

    Lessons have single lines of plain batch norm in common with solutions. A file must
    not have all lines of one.
    """
    whole = authored(name)
    forbidden = ["BEGIN SOLUTION", "END SOLUTION", "bn_classroom", "tests/answers"]
    forbidden += [c.source for c in whole.cells if c.metadata.get("bn", {}).get("rubric")]
    secret = [*({words} for words in forbidden), *solutions(whole)]
    for path, text in _texts(folder):
        for words in secret:
            if all(part in text for part in words):
                yield f"{path} contains: {' | '.join(sorted(words))}"


def _texts(folder):
    """(name, text) of all files of a folder, and of those inside of wheels."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                for inside in wheel.namelist():
                    yield f"{path.name}/{inside}", wheel.read(inside).decode("utf-8", "replace")
        elif path.is_file():
            yield path.name, path.read_text(encoding="utf-8", errors="replace")
