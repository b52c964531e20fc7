"""Words of attribute tables: what they say, and what must not be read into them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import days, parse


@pytest.mark.parametrize(
    ("word", "unit", "expected"),
    [
        ("30万吨/年", "kt/a", 300.0),
        ("30 万吨", "kt/a", 300.0),
        ("0.5 Mt/a", "kt/a", 500.0),
        ("5E2 KT/A", "kt/a", 500.0),
        ("500000 MT/a", "kt/a", None),
        ("0.5mt", "kt/a", None),
        ("1.1万吨/年", "kt/a", 11.0),
        ("450000吨/年", "kt/a", 450.0),
        ("３０", "kt/a", 30.0),
        ("120米", "m", 120.0),
        ("1.2km", "m", 1200.0),
        ("1.2万立方米", "m3", 12000.0),
        ("3×", "m3", None),
        ("1.2亿m³", "m3", 1.2e8),
        ("1,234,567", "m3", 1234567.0),
        ("1,234.5", "m", 1234.5),
        # A Chinese comma parts two numbers: the depths of two orebodies.
        ("30，150", "m", None),
        ("1，234.5", "m", None),
        ("３０，１５０", "m", None),
        ("65°", "deg", 65.0),
        ("5年", "a", 5.0),
        ("3人", None, 3.0),
        ("-50", "m", -50.0),
        ("−50", "m", -50.0),
        ("1e3", "m", 1000.0),
        # Volume per year is no mass per year: the density is not ours to guess.
        ("30万立方米/年", "kt/a", None),
        ("30万m3/a", "kt/a", None),
        ("1,5", "m", None),
        ("12,34", "m", None),
        ("1 200", "m", None),
        ("约30", "m", None),
        ("30-50", "m", None),
        ("1e999", "m", None),
        ("nan", "m", None),
        ("inf", "m", None),
        ("", "m", None),
        ("50×10⁴t/a", "kt/a", 500.0),
        ("50 x 10^4 t/a", "kt/a", 500.0),
        ("1.2*10⁴m³", "m3", 12000.0),
        ("120\u200bm", "m", 120.0),
        ("‑50", "m", -50.0),
        # A raised or circled digit behind a digit is no digit of the number.
        ("5010⁴t/a", "kt/a", None),
        ("50.10⁴t/a", "kt/a", None),
        ("50 104t/a", "kt/a", None),
        ("50²", "m", None),
        ("50①", "m", None),
        ("3½", "m", None),
        ("米", "m", None),
    ],
)
def test_number(word, unit, expected):
    assert parse.number(word, unit) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("1250~980", (1250.0, 980.0)),
        ("1250～980米", (1250.0, 980.0)),
        ("由1250米至980米标高", (1250.0, 980.0)),
        ("从1250m到980m", (1250.0, 980.0)),
        ("1250-980", (1250.0, 980.0)),
        ("1250—980", (1250.0, 980.0)),
        ("980~1250", (1250.0, 980.0)),
        ("+50米至-200米标高", (50.0, -200.0)),
        ("-50~-200", (-50.0, -200.0)),
        ("1250.5m～980.25m", (1250.5, 980.25)),
        # The hyphen may be a minus sign: not read.
        ("+100-50", None),
        ("-50-100", None),
        ("1250--980", None),
        ("1250", None),
        ("1250~980~700", None),
        ("1250~980;970~900", None),
        ("见附图", None),
    ],
)
def test_elevations(word, expected):
    assert parse.elevations(word) == expected


@pytest.mark.parametrize("word", ["true", "True", "1", "是", "有", "１", " YES "])
def test_flag_true(word):
    assert parse.flag(word) is True


@pytest.mark.parametrize("word", ["false", "0", "否", "无", "No"])
def test_flag_false(word):
    assert parse.flag(word) is False


@pytest.mark.parametrize("word", ["", "2", "未知", "是否"])
def test_flag_neither(word):
    assert parse.flag(word) is None


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=30))
def test_no_text_makes_the_parsers_fail(word):
    for unit in parse.UNITS:
        value = parse.number(word, unit)
        assert value is None or abs(value) < float("inf")
    days.day(word)
    parse.flag(word)
    ends = parse.elevations(word)
    assert ends is None or ends[0] >= ends[1]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_with_separators(value):
    assert parse.number(f"{value:,}", "m") == value


@pytest.mark.parametrize(
    "word",
    [
        "1250〜980", "1250∼980", "由1250米至980米标高，共由6个拐点圈定",
        "由1250米至980米标高，共由6个拐点圈定。", "1250米～980米（1985国家高程基准）",
    ],
)  # fmt: skip
def test_elevations_as_licences_write_them(word):
    assert parse.elevations(word) == (1250.0, 980.0)


@pytest.mark.parametrize(
    "word", ["1250米～980米（1956黄海高程）", "由1250米至980米标高，6", "1250~"]
)
def test_elevations_with_more_behind_them(word):
    assert parse.elevations(word) is None
