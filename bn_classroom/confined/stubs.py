"""What stands in a student's process for bn_helpers and for Jupyter.

Everything of bn_helpers can be imported. While cells are run, calling it does nothing.
While an answer is asked, calling it is noted: the contract forbids it.
"""

import importlib.machinery
import sys
import types

called = []  # names of the helpers that an answer has called
asked = []  # not empty: from now on a call is noted


class HelperCalled(Exception):
    """An answer called a helper."""


class Stub:
    """Any function, class or value of bn_helpers."""

    def __init__(self, name="", *_):  # a class statement gives its bases and its body too
        self.__name__ = str(name)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(name)

    def _used(self, *_, **__):
        if not asked:
            return Stub(self.__name__)
        called.append(self.__name__)
        raise HelperCalled(self.__name__)

    __call__ = __getitem__ = __array__ = __enter__ = __exit__ = _used


class StubModule(types.ModuleType):
    """bn_helpers, or a module of it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(name)


class Finder:
    """Finds bn_helpers and every module of it."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """The spec of a StubModule; None for what others find."""
        if name.split(".")[0] == "bn_helpers":
            return importlib.machinery.ModuleSpec(name, Finder, is_package=True)
        return None

    @staticmethod
    def create_module(spec):
        """An empty module in which every name is found."""
        return StubModule(spec.name)

    @staticmethod
    def exec_module(module):
        """Nothing is run."""


class Shell:
    """What get_ipython() gives: magics that do nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


def notebook():
    """The names that a notebook has before its first cell."""
    sys.meta_path.insert(0, Finder)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    shell = Shell()
    main.__dict__.update(get_ipython=lambda: shell, display=lambda *_, **__: None)
    return main.__dict__
