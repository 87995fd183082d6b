"""Change the last bit of every matrix product, as the BLAS of another processor would.

Printed numbers must not depend on it. Each value of a product `a @ b`, in bn_helpers
and in the cells of a notebook, moves up or down by one unit in the last place. The
direction is random, with the seed SHAKE from the environment. The same product always
changes in the same way. `make portable` lets each kernel import this module when it
starts, and pytest imports it with `-p shake`. The package itself does not know this
module.
"""

import ast
import os
import sys
import zlib
from importlib.machinery import PathFinder, SourceFileLoader

import numpy as np

SEED = int(os.environ["SHAKE"])


def shaken(product):
    """`product` with its floats changed by one unit in the last place.

    A 0 stays 0, because it is 0 on every machine.
    """
    if not isinstance(product, np.ndarray | np.generic) or product.dtype.kind != "f":
        return product
    rng = np.random.default_rng([SEED, zlib.crc32(product.tobytes())])
    sign = 2 * rng.integers(2, size=product.shape, dtype=np.int8) - 1
    moved = product + np.spacing(product) * sign.astype(product.dtype)
    return np.where(product == 0, product, moved)[()]


def either_sign(matrix, *args, eigh=np.linalg.eigh, **kwargs):
    """`eigh` with the sign of some eigenvectors changed.

    Both signs are right, and libraries choose differently.
    """
    result = eigh(matrix, *args, **kwargs)
    signs = 2 * np.random.default_rng(SEED).integers(2, size=result.eigenvalues.shape) - 1
    vectors = result.eigenvectors
    return result._replace(eigenvectors=vectors * signs.astype(vectors.dtype))


class Products(ast.NodeTransformer):
    """Rewrites a @ b as shaken(a @ b)."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        function = ast.parse("__import__('shake').shaken", mode="eval").body
        call = ast.Call(function, [node], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))


class Loader(SourceFileLoader):
    """Compiles a module from its source, with its products rewritten."""

    def get_code(self, name):
        path = self.get_filename(name)
        return compile(Products().visit(ast.parse(self.get_data(path))), path, "exec")


class Finder:
    """Lets `Loader` load every module of bn_helpers."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] != "bn_helpers":
            return None
        if spec := PathFinder.find_spec(name, path):
            spec.loader = Loader(name, spec.origin)
        return spec


np.linalg.eigh = either_sign
sys.meta_path.insert(0, Finder)
if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
    shell.ast_transformers.append(Products())
