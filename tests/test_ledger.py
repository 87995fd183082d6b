"""The one file on the student's machine: it is never damaged, and never in the way."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bn_helpers import ledger

pytestmark = pytest.mark.once
ENTRY = {"question": "01-spread-of-a-sum", "prediction": "100", "right": False}
OTHER = {"exercise": "1", "passed": True}  # another kind, as a later edition may write it


@pytest.fixture
def file(monkeypatch, tmp_path):
    """The ledger in a folder that does not exist yet."""
    file = tmp_path / "data" / "predictions.json"
    monkeypatch.setattr(ledger, "FILE", file)
    return file


def test_entries_of_any_kind_are_kept_in_order(file):
    assert ledger.kept() == []
    assert ledger.keep(ENTRY) == ledger.keep(OTHER) == ledger.keep(ENTRY) == ""
    assert ledger.kept() == [ENTRY, OTHER, ENTRY]


def test_the_file_is_plain_json_that_a_teacher_can_read(file):
    ledger.keep({"prediction": "größer"})
    assert json.loads(file.read_text(encoding="utf-8")) == [{"prediction": "größer"}]
    assert "größer" in file.read_text(encoding="utf-8")
    assert [path.name for path in file.parent.iterdir()] == ["predictions.json"]


def test_a_file_that_an_editor_saved_with_a_byte_order_mark_is_read(file):
    file.parent.mkdir()
    file.write_text(json.dumps([ENTRY]), encoding="utf-8-sig")
    assert ledger.kept() == [ENTRY]


def test_forget_deletes_the_file_and_may_be_called_twice(file):
    ledger.keep(ENTRY)
    ledger.forget()
    assert not file.exists()
    ledger.forget()
    assert ledger.kept() == []


@pytest.mark.parametrize("damaged", ["{", '{"a": 1}', "", "[1, 2]", "[" * 100_000])
def test_a_damaged_file_is_named_and_left_as_it_is(file, damaged):
    file.parent.mkdir()
    file.write_text(damaged, encoding="utf-8")
    assert "predictions.json: expected a JSON list of objects" in ledger.keep(ENTRY)
    assert file.read_text(encoding="utf-8") == damaged
    with pytest.raises(ValueError, match="Move it away"):
        ledger.kept()


def test_a_file_that_cannot_be_read_is_named(file):
    file.mkdir(parents=True)
    with pytest.raises(ValueError, match=r"predictions\.json: expected a readable file, got: .+"):
        ledger.kept()
    assert "expected a readable file" in ledger.keep(ENTRY)


def test_a_full_disk_is_told_in_one_line_and_leaves_what_was_kept(file, monkeypatch):
    ledger.keep(ENTRY)
    before = file.read_bytes()

    def full(self, text, **_):
        self.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    why = ledger.keep(OTHER)
    assert why == f"{file.parent}: No space left on device. Set BN_LAB_DATA to another folder."
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["predictions.json"]


def test_a_tilde_in_BN_LAB_DATA_is_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("BN_LAB_DATA", "~/mine")
    assert ledger._file() == tmp_path / "mine" / "predictions.json"


# --- accounts as containers and labs give them ----------------------------------------

KEEP = """
import pwd

def unknown(uid):
    raise KeyError(uid)

pwd.getpwuid = unknown  # an account that the system has no entry for
from bn_helpers import ledger, plots
why = ledger.keep({"question": "a question"})
ledger.forget()
plots.lines([0, 1], {"a": [1, 2]}, xlabel="step", ylabel="loss")
print(ledger.kept(), len(why.splitlines()), why)
"""
NOWHERE = os.path.join(os.devnull, "home")  # a folder that nobody can make, root neither
NO_HOME = "No home folder is known. Set BN_LAB_DATA to a folder."
CASES = [  # settings of the account, HERE for the folder of the test; how the reason begins
    ({}, NO_HOME),
    ({"HOME": ""}, NO_HOME),
    ({"HOME": NOWHERE}, f"{NOWHERE}/"),
    ({"HOME": "HERE", "XDG_DATA_HOME": NOWHERE}, f"{NOWHERE}/batch-normalization-lab: Not a d"),
    ({"HOME": NOWHERE, "BN_LAB_DATA": "~/x"}, f"{NOWHERE}/x: Not a directory. Set BN_LAB_DATA"),
    ({"BN_LAB_DATA": "~/x"}, NO_HOME),
]


@pytest.mark.skipif("os.name == 'nt'")
@pytest.mark.parametrize(("settings", "why"), CASES)
def test_without_a_home_folder_all_runs_and_one_line_tells_why(tmp_path, settings, why):
    homes = {"HOME", "USERPROFILE", "BN_LAB_DATA", "MPLCONFIGDIR"}
    clean = {k: v for k, v in os.environ.items() if k not in homes and not k.startswith("XDG_")}
    paths = [str(Path(ledger.__file__).parents[1]), clean.get("PYTHONPATH", "")]
    settings = {k: str(tmp_path) if v == "HERE" else v for k, v in settings.items()}
    run = subprocess.run(
        [sys.executable, "-P", "-c", KEEP],
        env=clean | settings | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.stderr == ""
    assert run.stdout.splitlines()[-1].startswith(f"[] 1 {why}")
    assert not (tmp_path / "~").exists()
