"""jupyter/jupyter_lab_config.py, read as JupyterLab reads it."""

import os
import shutil
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection as Connection,
)
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from lessons import lessons
from traitlets.config import PyFileConfigLoader

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
FIRST = lessons()[0].name


@pytest.fixture
def folder(tmp_path):
    """As much of a course folder as the configuration reads."""
    for part in ("jupyter", "notebooks"):
        shutil.copytree(ROOT / part, tmp_path / "course" / part)
    (tmp_path / "course/bn_helpers").mkdir()
    shutil.copy(ROOT / "bn_helpers/my_course.py", tmp_path / "course/bn_helpers")
    return tmp_path / "course"


@pytest.fixture
def load(folder, monkeypatch, capsys):
    """A function that reads the configuration; the lessons have been copied before."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    load = PyFileConfigLoader("jupyter_lab_config.py", path=str(folder / "jupyter")).load_config
    load()
    capsys.readouterr()
    return load


def test_the_lab_copies_the_lessons_and_opens_at_the_first_copy(folder, load, capsys):
    shutil.rmtree(folder / "my_course")
    config = load()
    assert config.LabApp.default_url == f"/lab/tree/my_course/{FIRST}"
    assert config.ServerApp.root_dir == str(folder)
    assert capsys.readouterr().out.startswith("Copied to my_course/: lessons 00, 01, ")
    assert load().LabApp.default_url == config.LabApp.default_url
    assert capsys.readouterr().out == ""


def test_it_opens_at_the_page_of_what_is_new_once(folder, load, capsys):
    lesson, mine = folder / "notebooks" / FIRST, folder / "my_course" / FIRST
    mine.write_text("changed", encoding="utf-8")
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace("Start here", "Start"), encoding="utf-8"
    )
    assert load().LabApp.default_url == "/lab/tree/my_course/WHAT_IS_NEW.md"
    assert capsys.readouterr().out.startswith("There is a new version of lesson 00, ")
    assert load().LabApp.default_url == f"/lab/tree/my_course/{FIRST}"
    assert mine.read_text(encoding="utf-8") == "changed"


def test_where_no_copy_can_be_made_the_lessons_open_and_one_line_says_so(folder, load, capsys):
    shutil.rmtree(folder / "my_course")
    (folder / "my_course").touch()
    assert load().LabApp.default_url == f"/lab/tree/notebooks/{FIRST}"
    out = capsys.readouterr().out
    assert out.endswith(f"a file has this name. {Path('notebooks', FIRST)} opens all the same.\n")
    assert out.count("\n") == 1


def test_without_lessons_it_opens_at_the_copies_and_without_these_at_its_start(
    folder, load, capsys
):
    shutil.rmtree(folder / "notebooks")
    assert load().LabApp.default_url == f"/lab/tree/my_course/{FIRST}"
    shutil.rmtree(folder / "my_course")
    assert load().LabApp.default_url == "/lab"
    assert capsys.readouterr().out.count("\n") == 2


def test_kernels_run_the_code_of_this_folder(folder, load):
    load()
    assert os.environ["PYTHONPATH"].split(os.pathsep)[0] == str(folder)


def test_no_news_are_fetched(load):
    config = load().LabApp
    assert (config.news_url, config.check_for_updates_class) == (
        None,
        "jupyterlab.NeverCheckForUpdate",
    )


OWN = [
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "IPYTHONDIR",
    "MPLCONFIGDIR",
]


@pytest.fixture
def home(load, monkeypatch):
    """A function that sets the home folder; no variable names another place."""
    for name in [*OWN, *(name for name in os.environ if name.startswith("XDG_"))]:
        monkeypatch.delenv(name, raising=False)
    at_exit = Mock()
    monkeypatch.setattr("atexit.register", at_exit)
    yield lambda path: monkeypatch.setenv("HOME", str(path))
    for call in at_exit.call_args_list:
        if call.args[0] is shutil.rmtree:
            shutil.rmtree(call.args[1])


@pytest.mark.skipif("os.name == 'nt'")
def test_a_home_that_cannot_be_written_is_replaced_for_jupyter_and_kernels_and_one_line_says_so(
    load, home, capsys
):
    home(os.path.join(os.devnull, "home"))
    load()
    assert len(capsys.readouterr().out.splitlines()) == 1
    folders = [Path(os.environ[name]) for name in OWN]
    assert all(folder.is_dir() for folder in folders)
    assert len({folder.parent for folder in folders}) == 1
    load()  # once more: it can be written now
    assert capsys.readouterr().out == ""
    assert [Path(os.environ[name]) for name in OWN] == folders


def test_a_home_that_can_be_written_is_left_as_it_is(load, home, capsys, tmp_path_factory):
    home(home_folder := tmp_path_factory.mktemp("home"))
    load()
    assert capsys.readouterr().out == ""
    assert not any(name in os.environ for name in OWN)
    assert list(home_folder.iterdir()) == []


def test_kernel_messages_are_sent_at_once(load, monkeypatch):
    monkeypatch.setattr(Connection, "connect", lambda self: "connected")
    kind = load().ServerApp.kernel_websocket_connection_class
    assert issubclass(kind, Connection)
    connection = kind.__new__(kind)  # without a kernel
    connection.websocket_handler = Mock(spec=KernelWebsocketHandler)
    assert connection.connect() == "connected"
    connection.websocket_handler.set_nodelay.assert_called_once_with(True)


def test_a_server_built_in_another_way_is_left_alone(load, monkeypatch):
    monkeypatch.setitem(sys.modules, Connection.__module__, None)
    assert "kernel_websocket_connection_class" not in load().ServerApp
