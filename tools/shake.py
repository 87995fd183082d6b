"""Shake the last bit of every matrix product, as another processor's BLAS would: what is printed must not care.

Each value of a product `a @ b`, in bn_helpers and in the cells of a notebook, moves up or down by one unit in the
last place: at random, by the seed SHAKE in the environment, and the same product always in the same way. A kernel
imports this at its start (`make portable` sees to it), pytest with `-p shake`; the package knows nothing of it.
"""

import ast
import os
import sys
import zlib
from importlib.machinery import PathFinder, SourceFileLoader

import numpy as np

SEED = int(os.environ["SHAKE"])


def shaken(product):
    """The product with its floats off by one unit in the last place; what is 0 is 0 on every machine."""
    if not isinstance(product, np.ndarray | np.generic) or product.dtype.kind != "f":
        return product
    rng = np.random.default_rng([SEED, zlib.crc32(product.tobytes())])
    sign = 2 * rng.integers(2, size=product.shape, dtype=np.int8) - 1
    moved = product + np.spacing(product) * sign.astype(product.dtype)
    return np.where(product == 0, product, moved)[()]


def either_sign(matrix, *args, eigh=np.linalg.eigh, **kwargs):
    """`eigh` with some eigenvectors turned round: each is one of two, and libraries choose differently."""
    result = eigh(matrix, *args, **kwargs)
    signs = 2 * np.random.default_rng(SEED).integers(2, size=result.eigenvalues.shape) - 1
    return result._replace(eigenvectors=result.eigenvectors * signs.astype(result.eigenvectors.dtype))


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
    """Compiles a module from its source, with its products shaken."""

    def get_code(self, name):
        path = self.get_filename(name)
        return compile(Products().visit(ast.parse(self.get_data(path))), path, "exec")


class Finder:
    """Has every module of bn_helpers loaded by `Loader`."""

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
