"""Cells are run again, after all later ones: they print what is stored."""

from numbers import Number

import numpy as np
import pytest
from IPython import get_ipython
from printed import difference
from replay import replay
from support.axes import unnamed
from support.notebooks import LESSONS

from bn_helpers import _card

HINT = " Hint:"  # what a check adds when it sees the same mistake again
pytestmark = pytest.mark.once


@pytest.fixture
def shown(monkeypatch):
    """The still figures that the cells show, as drawn: a list that grows."""
    figures, bundle = [], _card.bundle
    monkeypatch.setattr(
        _card, "bundle", lambda fig, *rest: figures.append(fig) or bundle(fig, *rest)
    )
    return figures


def forwards_and_backwards(cells):
    """Each cell again after all later ones, and the last one again at once."""
    yield from cells
    yield from reversed(cells)


def kind(value):
    """What a name stands for: numbers of any shape, words, a callable, or its type."""
    for kinds in ((Number, np.bool_, np.ndarray), (str,)):
        if isinstance(value, kinds):
            return kinds[0].__name__
    return "callable" if callable(value) else type(value).__name__


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_cell_run_again_says_the_same_and_names_and_axes_are_named_well(path, monkeypatch, shown):
    monkeypatch.chdir(path.parent)
    off, kinds = [], {}
    for number, tags, stored, now in replay(path.name, forwards_and_backwards):
        if isinstance(now, BaseException):
            off.append((number, repr(now)))
        elif "nbval-ignore-output" not in tags and (
            wrong := difference(stored, now.split(HINT)[0].strip())
        ):
            off.append((number, wrong))
        off += [(number, "has no name", *where) for fig in shown for where in unnamed(fig)]
        shown.clear()
        for name, value in list(get_ipython().user_ns.items()):
            if not name.startswith("_") and kinds.setdefault(name, kind(value)) != kind(value):
                off.append((number, f"{name} was {kinds[name]}, is {kind(value)}"))
    assert off == []
