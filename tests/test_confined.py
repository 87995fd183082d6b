"""Honest answers are found in a notebook, run confined, and come back as they are."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
from answers.submitted import CALLS, FORWARD, KEY, NUMBERS, RIGHT, TROUBLES, WANTED
from support.submissions import LINUX, SMALL, TIER, cell, reports_of, task_of, works

from bn_classroom import confine
from bn_classroom.confined import runner, wire

pytestmark = pytest.mark.once


def asked(cells, tier=TIER, **more):
    task = task_of("batchnorm", KEY, []) | {"grade_id": "batchnorm", "calls": wire.encode(CALLS)}
    (row,) = confine.run(cells, [task | more], tier=tier, limits=confine.Limits(**SMALL))
    return row


IN_B = ("in its cell", "helpers around it", "Jupyter and what is not here", "prints 1 MB")
TRIED = [(TIER, name) for name in RIGHT] + [("B", name) for name in IN_B if LINUX]


@pytest.mark.parametrize(("tier", "name"), TRIED)
def test_an_honest_answer_is_found_and_gives_its_numbers(tier, name):
    if not works(tier):
        pytest.skip(f"not run: tier {tier} does not work here")  # test_confine is red then
    cells, rule, used = RIGHT[name]
    row = asked(cells, tier)
    assert (row["rule"], row["used"]) == (rule, used), row
    (report,) = reports_of(row)
    assert report.trouble is None, report.trouble
    np.testing.assert_allclose(report.results[0], WANTED, rtol=1e-13)
    assert report.kept


def test_an_answer_comes_back_with_its_type_and_every_bit():
    source = "def batchnorm(x, gamma, beta):\n    return (x / 3).astype(np.float32)"
    (report,) = reports_of(asked([cell(KEY, source)]))
    assert report.results[0].dtype == np.float32
    assert np.array_equal(report.results[0], (CALLS[0][0] / 3).astype(np.float32))


def test_the_same_answer_gives_the_same_numbers():
    drawn = "[hash('a'), *np.random.rand(2), *map(hash, {'a', 'b', 'c'}), random.random()]"
    source = f"import random\ndef batchnorm(x, gamma, beta):\n    return np.array({drawn})"
    first, second = (reports_of(asked([cell(KEY, source)]))[0].results[0] for _ in range(2))
    assert first.size == 7
    assert np.array_equal(first, second)


def test_a_source_that_kills_its_reader_costs_one_cell(monkeypatch):
    def named(source):
        return os._exit(3) if source == "kills" else {"defines": [source]}

    monkeypatch.setattr(runner.reading, "named", named)
    cells = [cell(str(i), source) for i, source in enumerate(["a", "kills", "b", "kills", "c"])]
    rows = runner._names(cells, [2, 3], {**SMALL, "tier": ""})
    killed = {"trouble": ["died", "Exit code 3."]}
    assert rows == [{"defines": ["a"]}, killed, {"defines": ["b"]}, killed, {"defines": ["c"]}]


def test_no_more_is_read_than_a_notebook_can_hold():
    many = [cell(str(i), "#" * 190_000) for i in range(30)]
    row = asked([cell(KEY, FORWARD), *many])
    assert "reports" in row
    assert asked([*many, cell(KEY, FORWARD)])["trouble"][0] == "too-large"


@pytest.mark.parametrize(("cells", "trouble", "said"), TROUBLES)
def test_what_cannot_be_asked_says_why(cells, trouble, said):
    name, detail = asked(cells)["trouble"]
    assert name == trouble
    assert said in detail


def test_an_error_says_the_line_of_the_cell():
    (report,) = reports_of(asked([cell(KEY, FORWARD.replace("mu =", "mu = nothing +"))]))
    assert report.trouble[0] == "raised"
    assert "name 'nothing' is not defined (line 3 of your cell)" in report.trouble[1]


def test_numbers_are_read_and_nothing_is_run():
    task = {"kind": "values", "define": ["size", "share"], "calls": [], "names": [], "returns": []}
    tasks = [task_of("", "numbers", []) | task]
    for source, wanted in NUMBERS:
        cells = [cell("numbers", source)]
        (row,) = confine.run(cells, tasks, tier=TIER, limits=confine.Limits(**SMALL))
        assert numbers_of(row) == wanted


def numbers_of(row):
    """The numbers of a row, or the id of its trouble."""
    if "trouble" in row:
        return row["trouble"][0]
    (report,) = wire.decode_reports(row["reports"], 1, 2, SimpleNamespace)
    return report.trouble[0] if report.trouble else [a.item() for a in report.results]
