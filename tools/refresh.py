"""Execute notebooks in a fresh kernel, and store them in one form: `make refresh`.

A stored lesson has execution counts 1..n, pictures and sentences. It has no widget
state and no widget views, which no page could show without a kernel, and no metadata
except tags. Two runs write identical files.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from bn_helpers.my_course import KERNEL, LANGUAGE

# Outputs that need a kernel
KERNEL_ONLY = {"application/vnd.jupyter.widget-view+json", "application/javascript"}
LIVE = "nbval-ignore-output"  # the tag of cells from which such outputs are removed
OPTIONS = {
    "timeout": 120,
    "store_widget_state": False,
    "record_timing": False,
    "coalesce_streams": True,  # else the messages of the kernel decide where prints are cut
    "extra_arguments": ["--IPKernelApp.log_level=40"],  # errors only
}


def refresh(path):
    """Execute the notebook at `path` and write it; raises if a cell fails.

    SystemExit for an assignment: its metadata must stay, and its last cell fails.
    """
    nb = nbformat.read(path, as_version=4)
    if "bn_assignment" in nb.metadata:
        raise SystemExit(f"{path} is built, not refreshed: ./bn-classroom build")
    for cell in nb.cells:
        cell.metadata = {"tags": tags} if (tags := cell.metadata.get("tags")) else {}
    nb.metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    resources = {"metadata": {"path": Path(path).parent}}
    NotebookClient(nb, resources=resources, **OPTIONS).execute()
    for cell in nb.cells:
        if cell.cell_type == "code":
            strip(cell)
    nb.metadata.language_info = LANGUAGE  # without the version of this machine's Python
    nbformat.validate(nb)
    nbformat.write(nb, path)


def strip(cell):
    """Remove widget views from a code cell; a tag tells nbval not to expect them."""
    kept = [output for output in cell.outputs if KERNEL_ONLY.isdisjoint(output.get("data", {}))]
    if len(kept) < len(cell.outputs):
        cell.outputs = kept
        cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), LIVE})
    for output in cell.outputs:
        output.pop("transient", None)


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"  # read by the kernels when they start: no progress bar
    with TemporaryDirectory() as folder:
        os.environ["BN_LAB_DATA"] = folder  # no prediction was made before
        for notebook in map(os.path.expanduser, sys.argv[1:]):
            refresh(notebook)
            print(notebook)
