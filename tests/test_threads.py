"""The package limits BLAS itself: a lesson is as fast on a hub as under `make lab`."""

import ast
import os
import subprocess
import sys

import pytest

COUNT = "print([lib['num_threads'] for lib in threadpool_info() if lib['user_api'] == 'blas'])"


def counted(code, **settings):
    """BLAS threads, by library, after `code` in a fresh Python with these settings."""
    env = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    code = f"import numpy; from threadpoolctl import threadpool_info; {code}; {COUNT}"
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=env | settings
    )
    assert run.stderr == ""
    return ast.literal_eval(run.stdout)


@pytest.mark.parametrize("module", ["training", "plots", "live", "explorers.start"])
def test_what_trains_or_draws_leaves_blas_one_thread(module):
    assert set(counted(f"import bn_helpers.{module}")) <= {1}


@pytest.mark.parametrize("name", ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"])
def test_a_count_that_the_reader_has_set_is_respected(name):
    settings = {name: "2"}
    assert counted("import bn_helpers.training", **settings) == counted("pass", **settings)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="with one core there is nothing to limit")
def test_without_the_package_blas_would_take_every_core():
    assert counted("import bn_helpers.layers") == counted("pass")
    assert max(counted("pass")) > 1


@pytest.mark.parametrize("fault", ["1 / 0", "__import__('warnings').warn('no BLAS')"])
def test_where_no_blas_can_be_limited_the_import_is_silent(fault):
    broken = f"import threadpoolctl; threadpoolctl.threadpool_limits = lambda *a, **k: {fault}"
    assert counted(f"{broken}; import bn_helpers.training") == counted("pass")
