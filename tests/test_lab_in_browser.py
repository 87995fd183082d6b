"""find_chromium.py and lab_in_browser.py in tools/, as far as no browser is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from find_chromium import HOW
from lab_in_browser import Lab, start_browser, start_lab, wait_for

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("chosen", "said"), [(sys.executable, ""), ("/not/there", HOW + "\n")])
def test_the_script_says_how_to_get_a_browser_and_fails_only_if_there_is_none(chosen, said):
    command = [sys.executable, ROOT / "tools/find_chromium.py"]
    environment = os.environ | {"CHROMIUM": chosen}
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (bool(said), said)


def test_without_a_browser_none_is_started_and_the_error_says_how_to_get_one(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/not/there")
    with pytest.raises(RuntimeError, match="sudo apt install chromium"), start_browser():
        pass


def test_a_server_that_ends_at_once_is_told_with_its_log(tmp_path):
    config = f"--config={tmp_path / 'config.py'}"
    (tmp_path / "config.py").write_text("raise SystemExit('no such day')", encoding="utf-8")
    with pytest.raises(RuntimeError, match="no such day"), start_lab(tmp_path, config):
        pass


def test_waiting_gives_the_first_true_value_and_ends_with_a_word_about_what():
    values = iter([0, "", "here"])
    assert wait_for(lambda: next(values), "a value") == "here"
    with pytest.raises(TimeoutError, match=r"waited 0\.1 s in vain for the sun"):
        wait_for(lambda: False, "the sun", seconds=0.1)


def test_a_file_opens_as_for_a_student_or_in_a_workspace_of_its_own():
    lab = Lab("http://here", Path())
    assert lab.url("notebooks/a.ipynb").startswith("http://here/lab/tree/notebooks/a.ipynb?")
    assert "/lab/workspaces/two/tree/a.ipynb?" in lab.url("a.ipynb", "two")
