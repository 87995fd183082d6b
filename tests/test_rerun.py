"""Cells are run again, at once and after all later ones: they print what is stored, which the text quotes."""

import pytest
from printed import difference
from replay import replay
from test_notebooks import LESSONS

HINT = " Hint:"  # what a check adds when it sees the same mistake again


def twice_and_then_backwards(cells):
    for cell in cells:
        yield cell
        yield cell
    yield from reversed(cells)


@pytest.mark.once
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_cell_says_the_same_when_it_is_run_again_and_after_all_others(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    off = []
    for number, tags, stored, now in replay(path.name, twice_and_then_backwards):
        if isinstance(now, BaseException):
            off.append((number, repr(now)))
        elif "nbval-ignore-output" not in tags and (wrong := difference(stored, now.split(HINT)[0].strip())):
            off.append((number, wrong))
    assert off == []
