"""jupyter/jupyter_lab_config.py, read as JupyterLab reads it. (The browser tests run with it, too.)"""

import os
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection as Connection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from traitlets.config import PyFileConfigLoader

ROOT = Path(__file__).parents[1]


@pytest.fixture
def load(monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return PyFileConfigLoader("jupyter_lab_config.py", path=str(ROOT / "jupyter")).load_config


def test_the_lab_opens_at_the_first_lesson(load):
    config = load()
    assert config.LabApp.default_url == "/lab/tree/notebooks/00_start_here.ipynb"
    assert config.ServerApp.root_dir == str(ROOT)


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
