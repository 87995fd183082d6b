"""JupyterLab for this course: what `make lab` runs, with --config and this file.

It copies the lessons to my_course/ and opens the first one there. It looks for no news
and no update, and saves the state of widgets with a notebook. It changes nobody's own
settings: it only adds labconfig/, beside this file, to the places that are read.
"""

import atexit
import os
import runpy
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

c = get_config()  # noqa: F821, given by Jupyter

here = Path(__file__).resolve().parent
c.ServerApp.root_dir = str(here.parent)
c.ServerApp.allow_root = True  # in a container; the server listens on this machine only
c.Application.log_level = "ERROR"  # nothing that puzzles; the address is printed all the same

# Kernels run the code of this folder, whatever the environment was made for.
for variable, own in {"JUPYTER_CONFIG_PATH": here, "PYTHONPATH": here.parent}.items():
    paths = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([str(own), paths]) if paths else str(own)

# The student's copy of the lessons. If none can be made, the lessons themselves open.
root, folder = here.parent, here.parent / "my_course"
course = runpy.run_path(str(root / "bn_helpers" / "my_course.py"))
lessons = course["lessons"]
try:
    said, page = course["update"](folder)
except ValueError as error:
    said, page = [str(error)], next(iter(lessons(folder)), None)
except OSError as error:
    page = (lessons(folder) + lessons(root / "notebooks"))[0]
    said = [f"{course['trouble'](folder, error)} {page.relative_to(root)} opens all the same."]
print(*said, sep="\n", end="\n" * bool(said), flush=True)
c.LabApp.default_url = f"/lab/tree/{page.relative_to(root).as_posix()}" if page else "/lab"


def can_be_written(folder):
    """Whether `folder` can be made and written; tries a file: a disk may be full."""
    nearest = next(path for path in (Path(folder), *Path(folder).parents) if os.path.exists(path))
    with suppress(OSError), tempfile.TemporaryFile(dir=nearest) as file:
        file.write(bytes(2**16))
        file.flush()
        return True
    return False


# Some home folders cannot be written: in a container, on a full disk. What Jupyter,
# IPython and Matplotlib write for themselves then goes to a temporary folder.
OWN = {
    "JUPYTER_CONFIG_DIR": jupyter_config_dir,
    "JUPYTER_DATA_DIR": jupyter_data_dir,
    "JUPYTER_RUNTIME_DIR": jupyter_runtime_dir,
}
if not all(can_be_written(folder()) for folder in OWN.values()):
    temporary = tempfile.mkdtemp(prefix="batch-normalization-lab-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    for name in [*OWN, "IPYTHONDIR", "MPLCONFIGDIR"]:
        os.environ[name] = os.path.join(temporary, name.lower())
        os.mkdir(os.environ[name])
    print("The home folder cannot be written. Jupyter's settings are lost when it ends.")

c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"

# Encrypt what server and kernel say to each other. Else each kernel prints a warning.
c.KernelManager.transport_encryption = "auto"

# A moved slider is answered by several small messages. The server holds the second
# back until the browser has acknowledged the first, 40 ms later (Nagle's algorithm). No
# figure could follow more than 20 times a second. Other servers than 2 are left alone.
with suppress(ImportError):
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

    class PromptConnection(ZMQChannelsWebsocketConnection):
        def connect(self):
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    c.ServerApp.kernel_websocket_connection_class = PromptConnection

# When it opens a notebook, JupyterLab writes the kernel's description into it, and from
# then on calls it "not saved". The lessons are stored without a version of Python. So
# the description is put in when the file is read.
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
