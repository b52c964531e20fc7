"""findings.csv for spreadsheets, and its defence against formulas."""

import csv

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reports import write
from analysis.reports.text import inert, public_source


@pytest.fixture
def cells(results, tmp_path):
    write(results, tmp_path, {"csv"})
    data = (tmp_path / "findings.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfsubject,feature_id,source_id,name,layer,rule,rule_title,")
    # Eight rows and the header; the newline inside a name is a bare LF.
    assert data.count(b"\r\n") == 9
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_headers(cells):
    assert list(cells[0]) == [
        "subject", "feature_id", "source_id", "name", "layer", "rule", "rule_title", "verdict",
        "reason", "measured", "threshold", "unit", "comparison", "uncertainty", "related_layer",
        "related", "article", "quote", "message_zh", "message_en",
    ]  # fmt: skip


def test_rows(cells):
    assert cells[1] == {
        "subject": "0", "feature_id": "mining_right:C1", "source_id": "C1", "name": "青石梁\n矿",
        "layer": "mining_right", "rule": "MR101", "rule_title": "规则MR101", "verdict": "FAIL",
        "reason": "overlap", "measured": "0.479", "threshold": "0.0", "unit": "km2",
        "comparison": "<=", "uncertainty": "0.1", "related_layer": "mining_right",
        "related": "'=cmd()", "article": "中华人民共和国矿产资源法 第二十三条",
        "quote": "不得重叠", "message_zh": "说明 1", "message_en": "message 1",
    }  # fmt: skip
    assert cells[3]["source_id"] == "'=cmd()"
    assert cells[3]["name"] == "'@SUM(1+1)"
    assert cells[3]["measured"] == repr(1 / 3)
    assert cells[4]["source_id"] == "-5"
    assert cells[4]["measured"] == ""  # infinite: none within reach
    assert cells[2]["measured"] == cells[2]["uncertainty"] == cells[2]["related"] == ""


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@A1", "'@A1"), ("\tx", "'\tx"),
        ("\rx", "'\rx"), ("＝1", "'＝1"), ("  =1", "'  =1"), ("-5", "-5"), ("+1.5e-3", "+1.5e-3"),
        ("-1-2", "'-1-2"), ("-", "'-"), ("a=1", "a=1"), ("", ""), ("矿", "矿"), (None, None),
        ("<=", "<="), ("-.5", "-.5"), ("-5\n=1", "'-5\n=1"), ("- 5", "'- 5"), ("-5\n", "'-5\n"),
    ],
)  # fmt: skip
def test_inert(text, out):
    assert inert(pa.array([text], pa.string())).to_pylist() == [out]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.text(alphabet="=+-@\t\r\n 0123456789.eE'a矿＝", max_size=8), max_size=8))
def test_no_cell_runs_and_no_text_is_lost(texts):
    for before, after in zip(texts, inert(pa.array(texts, pa.string())).to_pylist(), strict=True):
        assert after in (before, "'" + before)
        if after == before and before[:1] in ("=", "+", "-", "@", "\t", "\r", "＝") and before:
            float(before)


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("postgresql://u:p@h/db#a.b", "postgresql://u:***@h/db#a.b"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("D:\\矿\\a:b@c.shp", "D:\\矿\\a:b@c.shp"),
    ],
)
def test_passwords_stay_at_home(source, out):
    assert public_source(source) == out
