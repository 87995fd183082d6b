"""For the tests in a browser: a JupyterLab as `make lab` starts it, and Chromium."""

import shutil
from pathlib import Path

import pytest
from lab_in_browser import start_browser, start_lab

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A `Lab` on a copy of the lessons; predictions go to its folder."""
    folder = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "jupyter", "bn_helpers", "data"):
        shutil.copytree(ROOT / part, folder / part)
    config = "--config=jupyter/jupyter_lab_config.py"
    with start_lab(folder, config, BN_LAB_DATA=str(folder / "predictions")) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser():
    with start_browser() as chromium:
        yield chromium
