"""BLAS gets one thread; importing this module is what does it.

The arrays of the course are small. Threads that wait for each other make a training step ten times slower,
and a notebook on a hub or in an editor has nobody else to set this.
"""

import os
import warnings
from contextlib import suppress

import numpy  # noqa: F401, a library that is not loaded yet cannot be limited
from threadpoolctl import threadpool_limits

COUNTS = [f"{library}_NUM_THREADS" for library in ("OPENBLAS", "GOTO", "OMP", "MKL", "BLIS")]

if not any(map(os.environ.get, COUNTS)):  # a number that the reader has set is respected
    with suppress(Exception), warnings.catch_warnings(action="ignore"):  # without BLAS there is nothing to limit
        threadpool_limits(1, user_api="blas")
