import os

# before NumPy is imported: one BLAS thread, and no progress bars, here and in every kernel
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ["TQDM_DISABLE"] = "1"

from in_jupyterlab import browser, lab  # noqa: E402, F401, fixtures for the tests in a browser
