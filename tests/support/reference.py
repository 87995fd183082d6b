"""Values of PyTorch, as the scripts in `tests/reference/` stored them."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "reference"
# Values of order 1 and sums of at most 60 terms: rounding is some 1e-15, some 1e-6 in
# float32. atol is for what cancels, such as where dout and x lose their means.
SAME = {"float64": {"rtol": 1e-10, "atol": 1e-13}, "float32": {"rtol": 1e-5, "atol": 1e-5}}


def cases(file, kind=""):
    """The cases of a file whose names begin with `kind`: a dict of dicts of arrays."""
    found = {}
    with np.load(FOLDER / f"{file}.npz") as arrays:
        for name in arrays.files:
            case, key = name.split("/", 1)
            if case.startswith(kind):
                found.setdefault(case, {})[key] = arrays[name]
    return found


def assert_same(case, got, wanted):
    """Each array of the dict `got` is the one of `wanted`, and has its dtype."""
    for name, value in got.items():
        np.testing.assert_allclose(value, wanted[name], **SAME[case.split()[-1]], err_msg=name)
        assert value.dtype == wanted[name].dtype, name
