"""Arrays arrive with every bit, and what is no report is refused."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from bn_classroom.confined import wire

VALUES = [
    *(np.arange(6).reshape(2, 3).astype(k) for k in sorted(wire.KINDS)),
    np.array([np.nan, np.inf, -0.0, 5e-324, 1 / 3]), np.array(7), np.zeros((0, 3)),
    1 / 3, 3, True, None, "text", (1, [2.5, (np.float32(0.1),)]),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_what_is_sent_arrives(value):
    sent = wire.decode(json.loads(json.dumps(wire.encode(value))))
    assert repr(sent) == repr(value)


def test_a_generator_arrives_where_it_stands():
    rng = np.random.default_rng(3)
    rng.random(5)
    sent = wire.decode(json.loads(json.dumps(wire.encode(rng))))
    assert sent.random() == rng.random()


GOOD = wire.encode_report(
    SimpleNamespace(results=(np.ones(2),), trouble=None, came="", kept=True, printed="")
)
ARRAY = GOOD["results"][0]
BAD = [
    None, 1, "x", {}, [], [None], [[]], [GOOD] * 3, [{**GOOD, "kept": 1}], [{**GOOD, "came": None}],
    [{**GOOD, "results": []}], [{**GOOD, "results": [ARRAY] * 2}], [{**GOOD, "results": {}}],
    [{**GOOD, "trouble": ["unheard-of", ""]}], [{**GOOD, "trouble": ["raised"]}],
    [{**GOOD, "trouble": []}], [{**GOOD, "trouble": ["raised", {}]}], [{**GOOD, "printed": 5}],
    [{k: v for k, v in GOOD.items() if k != "kept"}],
    *([{**GOOD, "results": [array]}] for array in (
        None, [], {**ARRAY, "dtype": "object"}, {**ARRAY, "dtype": "O"}, {**ARRAY, "dtype": []},
        {**ARRAY, "shape": [3]}, {**ARRAY, "shape": [-2]}, {**ARRAY, "shape": [2.0]},
        {**ARRAY, "shape": [True, 2]}, {**ARRAY, "shape": [10**30, 0], "values": []},
        {**ARRAY, "shape": [1] * 200 + [2]}, {**ARRAY, "values": ["1", 2]},
        {**ARRAY, "values": ["1", "x"]}, {**ARRAY, "values": ["1", "0x" + "f" * 99]},
        {**ARRAY, "values": ["1", "0x1p9999"]}, {**ARRAY, "values": "11"},
        *({**ARRAY, "dtype": kind, "values": values} for kind, values in (
            ("int8", [1, 999]), ("uint8", [-1, 0]), ("bool", [1, 0]), ("int64", [1.0, 2]),
            ("int64", [True, 2]),
        )),
    )),
]  # fmt: skip


@pytest.mark.parametrize("rows", BAD, ids=lambda rows: repr(rows)[:80])
def test_what_is_no_report_is_malformed(rows):
    with pytest.raises(wire.Malformed):
        wire.decode_reports(rows, 1, 1)


def test_text_is_cut_and_plain():
    row = {**GOOD, "printed": "a\x00\x1b[31m\ud800" + "x" * 10**6, "came": "a tuple"}
    (report,) = wire.decode_reports([row], 1, 1)
    assert report["printed"].startswith("a  [31m")
    assert len(report["printed"]) <= wire.TEXT
    report["printed"].encode()
