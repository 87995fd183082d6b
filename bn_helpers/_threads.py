"""Importing this module limits BLAS to one thread.

The arrays of the course are small. With several threads, which wait for each other, a
training step can take ten times as long. On a hub or in an editor nobody else sets it.
"""

import os
import warnings
from contextlib import suppress

import numpy  # noqa: F401, only a loaded library can be limited
from threadpoolctl import threadpool_limits

COUNTS = [f"{library}_NUM_THREADS" for library in ("OPENBLAS", "GOTO", "OMP", "MKL", "BLIS")]

if not any(map(os.environ.get, COUNTS)):  # else the reader has chosen a number
    # Without BLAS there is nothing to limit.
    with suppress(Exception), warnings.catch_warnings(action="ignore"):
        threadpool_limits(1, user_api="blas")
