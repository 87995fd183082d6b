"""JupyterLab for this course: `jupyter lab --config=jupyter/jupyter_lab_config.py`, which `make lab` runs.

No news, no update check, widget state saved with a notebook, one BLAS thread in every kernel.
Nobody's own settings are touched: labconfig/ beside this file is only added to the places that are read.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821, given by Jupyter

here = str(Path(__file__).resolve().parent)
paths = os.environ.get("JUPYTER_CONFIG_PATH")
os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([here, paths]) if paths else here

c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"

# Encrypt what server and kernel say to each other; without it each kernel prints a warning.
c.KernelManager.transport_encryption = "auto"

# The arrays of the lessons are small: one thread is faster than many that wait for each other.
for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    name = "VECLIB_MAXIMUM_THREADS" if library == "VECLIB" else f"{library}_NUM_THREADS"
    os.environ.setdefault(name, "1")
