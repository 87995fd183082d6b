"""Execute notebooks from a fresh kernel and store them in one stable form: `make refresh`.

A stored lesson has execution counts 1..n, pictures and sentences, no widget state and no widget views
(no renderer could show them), no metadata but tags. Two runs give identical files.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from bn_helpers.my_course import KERNEL, LANGUAGE

KERNEL_ONLY = {"application/vnd.jupyter.widget-view+json", "application/javascript"}  # of no use without one
LIVE = "nbval-ignore-output"  # cells whose stored outputs differ from a fresh run's: the views are stripped


def refresh(path):
    """Execute the notebook at `path` in its own folder and write it back; raises if a cell fails."""
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        cell.metadata = {"tags": tags} if (tags := cell.metadata.get("tags")) else {}
    nb.metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    client = NotebookClient(
        nb,
        timeout=120,
        resources={"metadata": {"path": Path(path).parent}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,  # else prints are cut wherever the messages happened to be
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only
    )
    client.execute()
    for cell in nb.cells:
        if cell.cell_type == "code":
            strip(cell)
    nb.metadata.language_info = LANGUAGE  # without the version of this machine's Python
    nbformat.validate(nb)
    nbformat.write(nb, path)


def strip(cell):
    """Remove widget views from a code cell, and tag it, so that nbval does not miss them."""
    views = [output for output in cell.outputs if not KERNEL_ONLY.isdisjoint(output.get("data", {}))]
    if views:
        cell.outputs = [output for output in cell.outputs if output not in views]
        cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), LIVE})
    for output in cell.outputs:
        output.pop("transient", None)


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"  # no bar is stored; set before the kernels start
    for notebook in map(os.path.expanduser, sys.argv[1:]):
        refresh(notebook)
        print(notebook)
