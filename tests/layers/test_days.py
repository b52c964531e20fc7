"""Days, and terms of rights: fields that hold both ends, ends that name a month or a year."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import days
from layers.catalog import schema
from layers.loader import load

RIGHT = schema("mining_right")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("2024-01-31", date(2024, 1, 31)),
        ("2024/1/31", date(2024, 1, 31)),
        ("2024.1.31", date(2024, 1, 31)),
        ("2024年1月31日", date(2024, 1, 31)),
        ("２０２４年１月３１日", date(2024, 1, 31)),
        ("20240131", date(2024, 1, 31)),
        ("2024-01-31T08:30:00Z", date(2024, 1, 31)),
        ("2024/1/31 0:00:00", date(2024, 1, 31)),
        ("2024/1/31 23:59", date(2024, 1, 31)),
        ("2024-01-31 24:00:00", date(2024, 1, 31)),
        # An instant is dated in China.
        ("2024-01-31T15:59:59Z", date(2024, 1, 31)),
        ("2024-01-31T16:00:00.000Z", date(2024, 2, 1)),
        ("2024-01-31T20:00:00+08:00", date(2024, 1, 31)),
        ("2024-01-31T23:30:00+0900", date(2024, 1, 31)),
        ("2024-02-01T00:30:00+09", date(2024, 1, 31)),
        ("2023-12-31T20:00:00-05:00", date(2024, 1, 1)),
        # Times that no clock shows.
        ("2024-01-31 25:61", None),
        ("2024-01-31 12:61", None),
        ("2024-01-31T20:00:61", None),
        ("2024-01-31T24:00:00Z", None),
        ("2024-01-31T20:00:00+25:00", None),
        ("2024-02-30", None),
        ("2024-1/31", None),
        ("2024年1月", None),
        ("31/01/2024", None),
        ("24-1-31", None),
        ("45322", None),
        ("0001-01-01", None),
        ("长期", None),
    ],
)
def test_day(word, expected):
    assert days.day(word) == expected


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_in_every_form(when):
    forms = [
        when.isoformat(),
        f"{when:%Y%m%d}",
        f"{when.year}年{when.month}月{when.day}日",
        f"{when.year}/{when.month}/{when.day}",
    ]
    assert [days.day(f) for f in forms] == [when] * 4


@pytest.mark.parametrize(
    "word",
    ["2024年 1月 31日", "2024 年 1 月 31 日", "2024年1月31号", "2024年元月31日", "2024年01月31"],
)
def test_dates_as_people_write_them(word):
    assert days.day(word) == date(2024, 1, 31)


def test_a_term_without_end():
    assert days.day("9999-12-31") == days.day("9999年12月31日") == date(9999, 12, 31)
    assert days.day("9999-12-30") is None and days.day("2200-01-01") is None


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("2019-03-15", date(2019, 3, 15)),
        ("2019年3月", date(2019, 3, 31)),
        ("2019-02", date(2019, 2, 28)),
        ("2019年", date(2019, 12, 31)),
        ("2009年至2019年", date(2019, 12, 31)),
        ("2019.3.15止", date(2019, 3, 15)),
        ("至2031年5月31日", date(2031, 5, 31)),
        ("2019.10", date(2019, 10, 31)),
        ("2019.1", None),  # a spreadsheet's 2019.10 as well
        ("2019", None),
        ("45000", None),
        ("长期", None),
        ("2019年13月", None),
        ("2020-1-1至长期", None),
    ],
)
def test_the_last_day_of_a_term(word, day):
    assert days.last_day(word) == day


@pytest.mark.parametrize(
    ("word", "both"),
    [
        ("2020年3月至2030年3月", (date(2020, 3, 1), date(2030, 3, 31))),
        ("自2020年3月1日至2030年2月28日", (date(2020, 3, 1), date(2030, 2, 28))),
        ("2020-03-01～2030-02-28", (date(2020, 3, 1), date(2030, 2, 28))),
        ("2020.3.1-2030.2.28", (date(2020, 3, 1), date(2030, 2, 28))),
        ("20200301-20300228", (date(2020, 3, 1), date(2030, 2, 28))),
        ("2030-03-01至2020-03-01", None),
        ("10年", None),
        ("2030-03-01", None),
    ],
)
def test_both_ends_of_a_term(word, both):
    assert days.ends(word) == both


@pytest.mark.parametrize(
    "field",
    [
        "有效期（止）",
        "有效期截止日期",
        "截止有效期",
        "许可证有效期止",
        "采矿许可证有效期至",
        "到期日期",
    ],
)
def test_names_of_the_end(make_source, settings, codes_of, field):
    layer = load(make_source({"licence_no": ["A", "B"], field: ["2031-05-31", "2019年3月"]}), RIGHT,
                 settings())  # fmt: skip
    assert layer.table.column("valid_to").to_pylist() == [date(2031, 5, 31), date(2019, 3, 31)]
    (said,) = [i for i in layer.issues if i.code == "date_rounded"]
    assert said.severity == "info" and "2019年3月" in said.zh and "2031" not in said.zh


def test_a_field_of_both_ends(make_source, settings, codes_of):
    cells = ["2020年3月至2030年3月", "10年", None]
    layer = load(make_source({"licence_no": list("ABC"), "有效期起止": cells}), RIGHT, settings())
    assert layer.table.column("valid_from").to_pylist() == [date(2020, 3, 1), None, None]
    assert layer.table.column("valid_to").to_pylist() == [date(2030, 3, 31), None, None]
    assert np.flatnonzero(layer.is_unread("valid_to")).tolist() == [1]
    assert "unreadable_value" in codes_of(layer.issues)
