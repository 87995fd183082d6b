"""jupyter/jupyter_lab_config.py, read as JupyterLab reads it. (The browser tests run with it, too.)"""

import os
import shutil
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection as Connection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from lessons import lessons
from traitlets.config import PyFileConfigLoader

ROOT = Path(__file__).parents[1]


@pytest.fixture
def load(monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return PyFileConfigLoader("jupyter_lab_config.py", path=str(ROOT / "jupyter")).load_config


def test_the_lab_opens_at_the_first_lesson(load):
    config = load()
    assert config.LabApp.default_url == f"/lab/tree/notebooks/{lessons()[0].name}"
    assert config.ServerApp.root_dir == str(ROOT)


OWN = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"]


@pytest.fixture
def home(load, monkeypatch):
    """A function that sets the home folder, in an environment without anything that names another place."""
    for name in [*OWN, *(name for name in os.environ if name.startswith("XDG_"))]:
        monkeypatch.delenv(name, raising=False)
    at_exit = Mock()
    monkeypatch.setattr("atexit.register", at_exit)
    yield lambda path: monkeypatch.setenv("HOME", str(path))
    for call in at_exit.call_args_list:
        if call.args[0] is shutil.rmtree:
            shutil.rmtree(call.args[1])


@pytest.mark.skipif("os.name == 'nt'")
def test_a_home_that_cannot_be_written_is_replaced_for_jupyter_and_kernels_and_one_line_says_so(load, home, capsys):
    home(os.path.join(os.devnull, "home"))
    load()
    assert len(capsys.readouterr().out.splitlines()) == 1
    folders = [Path(os.environ[name]) for name in OWN]
    assert all(folder.is_dir() for folder in folders)
    assert len({folder.parent for folder in folders}) == 1
    load()  # once more: it can be written now
    assert capsys.readouterr().out == ""
    assert [Path(os.environ[name]) for name in OWN] == folders


def test_a_home_that_can_be_written_is_left_as_it_is(load, home, capsys, tmp_path):
    home(tmp_path)
    load()
    assert capsys.readouterr().out == ""
    assert not any(name in os.environ for name in OWN)
    assert list(tmp_path.iterdir()) == []


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
