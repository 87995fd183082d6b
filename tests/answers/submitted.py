"""Cells of students who do their best, and what the grader makes of them."""

import numpy as np
from support.submissions import cell

FORWARD = """
def batchnorm(x, gamma, beta):
    mu = x.mean(axis=0)
    return gamma * (x - mu) / np.sqrt(x.var(axis=0) + 1e-5) + beta
"""
CALLS = [(np.array([[1.0, 2.0], [3.0, 7.0], [4.0, 0.0]]), np.array([2.0, 3.0]), np.ones(2))]
WANTED = CALLS[0][1] * (CALLS[0][0] - CALLS[0][0].mean(0)) / np.sqrt(CALLS[0][0].var(0) + 1e-5) + 1
HELPED = """
def batchnorm(x, gamma, beta):
    return scaled(normalized(x), gamma) + beta
"""
NORMALIZED = "def normalized(x):\n    return (x - x.mean(0)) / np.sqrt(x.var(0) + SMALL)"
SCALED = "from math import sqrt\ndef scaled(x, gamma):\n    return sqrt(4) * x * gamma / 2"
STRANGE = """
import matplotlib.pyplot as plt, numpy
from bn_helpers import check, load_digits
from bn_helpers.checks import *
import bn_helpers.plots as plots
get_ipython().run_line_magic('matplotlib', 'inline')
images = load_digits().train[0]
plt.plot(images)
"""
CLASS = """
class Layer:
    def __call__(self, x, gamma, beta):
        return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + beta
batchnorm = Layer()
"""
LATER = "SMALL = 1e-5"
KEY = "the cell's own id"
# name: (cells, the rule, the cells that are used too)
RIGHT = {
    "in its cell": ([cell(KEY, FORWARD)], "cell id", []),
    "id renamed": ([cell("x1", FORWARD, "batchnorm")], "grade_id", []),
    "ids lost": ([cell("x1", FORWARD), cell("x2", "y = batchnorm")],
                 "the one cell that defines batchnorm", []),
    "copies elsewhere": ([cell("x1", "batchnorm = 1"), cell(KEY, FORWARD)], "cell id", []),
    "emptied, written below": ([cell(KEY, "..."), cell("x1", FORWARD)],
                               "the one cell that defines batchnorm", []),
    "wrong in its cell, right below": ([cell(KEY, "batchnorm = 1"), cell("x1", FORWARD)],
                                       "the last cell that defines batchnorm", []),
    "helpers around it": (
        [cell("a", NORMALIZED), cell("b", SCALED), cell("no", "raise KeyError"),
         cell(KEY, HELPED), cell("c", LATER), cell("d", "np = scaled = None")],
        "cell id", ["c", "a", "b"]),
    "Jupyter and what is not here": ([cell(KEY, STRANGE + FORWARD + "check('batchnorm')")],
                                     "cell id", []),
    "timed": ([cell(KEY, f"get_ipython().run_cell_magic('time', '', {FORWARD!r})\n")],
              "cell id", []),
    "a constant of a star": (
        [cell("a", "from numpy import *"), cell(KEY, FORWARD.replace("np.sqrt", "sqrt"))],
        "cell id", ["a"]),
    "a scratch line above": ([cell(KEY, "print(batchnorm)\n1 / 0" + FORWARD)], "cell id", []),
    "another cell that cannot be read": ([cell("x", "def ("), cell(KEY, FORWARD)], "cell id", []),
    "an object": ([cell(KEY, CLASS)], "cell id", []),
    "prints 1 MB": ([cell(KEY, FORWARD.replace("    mu", "    print('x' * 1000000)\n    mu"))],
                    "cell id", []),
    "a future": ([cell(KEY, "from __future__ import annotations" + FORWARD.replace(
        "(x,", "(x: Array,"))], "cell id", []),
}  # fmt: skip

TROUBLES = [  # (cells, id of the trouble, a piece of what is said)
    ([cell(KEY, "x = 1")], "answer-missing", "Looked for batchnorm."),
    ([], "answer-missing", "Looked for batchnorm."),
    ([cell("a", FORWARD), cell("b", FORWARD)], "answer-twice", "Looked for batchnorm."),
    ([cell(KEY, "if 0:\n    batchnorm = 1")], "answer-missing", "Looked for batchnorm."),
    ([cell(KEY, "def batchnorm(x:\n")], "raised", "line 1 of your cell"),
    ([cell(KEY, "import torch\nbatchnorm = torch.x")], "raised", "No module named 'torch'"),
    ([cell(KEY, "from bn_helpers import batchnorm_forward as f\ndef batchnorm(*a):\n"
           "    return f(*a)")], "helper-called", "It calls batchnorm_forward."),
    ([cell(KEY, "import bn_helpers\nbatchnorm = bn_helpers.batchnorm.batchnorm_forward")],
     "helper-called", "It calls batchnorm_forward."),
]  # fmt: skip

NUMBERS = [
    ("size = 16\nshare = -0.75  # mine", [16, -0.75]),
    ("size, share = 16, .5", [16, 0.5]),
    ("size: int = 1\nsize = 2\nshare = 1e400", [2, np.inf]),
    ("size = ...\nshare = 1", "line-missing"),
    ("size = __import__('os')\nshare = 1", "not-a-number"),
    ("size = '16'\nshare = 1", "not-a-number"),
    ("size = 10 ** 5\nshare = 1", "not-a-number"),
    (f"size = {'9' * 300}\nshare = 1", "not-a-number"),
    ("size = 1", "answer-missing"),
    ("def (", "raised"),
]
