"""JupyterLab for this course: `jupyter lab --config=jupyter/jupyter_lab_config.py`, which `make lab` runs.

It opens at the first lesson: no news, no update check, widget state saved with a notebook. Nobody's own
settings are touched: labconfig/ beside this file is only added to the places that are read.
"""

import os
from contextlib import suppress
from pathlib import Path

c = get_config()  # noqa: F821, given by Jupyter

here = Path(__file__).resolve().parent
first = min((here.parent / "notebooks").glob("*.ipynb")).name
c.ServerApp.root_dir = str(here.parent)
c.ServerApp.allow_root = True  # in a container one is root; the server listens on this machine only
c.LabApp.default_url = f"/lab/tree/notebooks/{first}"
c.Application.log_level = "ERROR"  # the address is printed all the same, and nothing that puzzles

paths = os.environ.get("JUPYTER_CONFIG_PATH")
os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([str(here), paths]) if paths else str(here)

c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"

# Encrypt what server and kernel say to each other; without it each kernel prints a warning.
c.KernelManager.transport_encryption = "auto"

# A moved slider is answered by several small messages. The server holds the second back until the browser has
# acknowledged the first, 40 ms later (Nagle's algorithm), so that no figure could follow more than 20 times a
# second. A server that is built in another way than version 2 is left alone.
with suppress(ImportError):
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

    class PromptConnection(ZMQChannelsWebsocketConnection):
        def connect(self):
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    c.ServerApp.kernel_websocket_connection_class = PromptConnection

# When it opens a notebook, JupyterLab writes the kernel's description into it, and calls it "not saved" from then on.
# The lessons are stored without the version of anybody's Python, so it is put in as the file is read.
with suppress(ImportError):
    from ipykernel.ipkernel import IPythonKernel
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

    class Notebooks(AsyncLargeFileManager):
        async def get(self, path, *arguments, **options):
            model = await super().get(path, *arguments, **options)
            if model["type"] == "notebook" and model["content"]:
                metadata = model["content"]["metadata"]
                if metadata.get("kernelspec", {}).get("name") == "python3":
                    metadata["language_info"] = IPythonKernel.language_info
            return model

    c.ServerApp.contents_manager_class = Notebooks
