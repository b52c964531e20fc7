"""Parcels of a table of corners: how many rings they have, what they are called, whose they are."""

import math

import pytest

from layers.errors import FormatError
from layers.formats.table import corner_names

from .corner_rows import FAR, HEAD, SQUARE, areas, codes, ring


def circle(corners):
    turns = (2 * math.pi * k / corners for k in range(corners))
    return [
        (round(3760000 + 900 * math.cos(t), 3), round(38500000 + 900 * math.sin(t), 3))
        for t in turns
    ]


def test_the_work_grows_with_the_corners_of_a_ring(table, monkeypatch):
    calls = []
    numbered = corner_names.numbered
    monkeypatch.setattr(corner_names, "numbered", lambda name: calls.append(name) or numbered(name))
    source = table(*ring(circle(300)))
    assert len(source.geometry[0].exterior.coords) == 301
    few = len(calls)
    calls.clear()
    assert len(table(*ring(circle(600))).geometry[0].exterior.coords) == 601
    assert len(calls) < 2.5 * few


# -- names and licence numbers ---------------------------------------------------------------------


def column(source, name):
    values = source.columns.get(name)
    return None if values is None else values.to_pylist()


@pytest.mark.parametrize(
    ("one", "two", "heading", "told"),
    [
        ("矿山：甲矿", "矿山：乙矿", "乙矿", ("矿山名称", ["甲矿", "乙矿"])),
        ("采矿权：甲矿", "采矿权：乙矿", "乙矿", ("采矿权名称", ["甲矿", "乙矿"])),
        ("项目：甲矿", "项目：乙矿", "乙矿", ("项目名称", ["甲矿", "乙矿"])),
        ("1.甲矿（许可证号：C1）", "2.乙矿（许可证号：C2）", "乙矿", ("许可证号", ["C1", "C2"])),
        ("许可证号：C1 矿山名称：甲矿", "乙矿 面积0.31km2", "乙矿", ("许可证号", ["C1", None])),
        ("许可证号：C1", "某公司" * 13 + "的矿山", None, ("许可证号", ["C1", None])),
        ("许可证号：C1", "面积：1平方公里", None, ("许可证号", ["C1", "C1"])),
        ("附件1：甲矿", "附件2：乙矿", "乙矿", None),
        ("矿段：Ⅰ", "矿段：Ⅱ", "矿段Ⅱ", None),
    ],
)  # fmt: skip
def test_what_a_heading_names_is_that_of_the_parcels_below_it(table, one, two, heading, told):
    for repeated in ((), (HEAD,)):
        source = table(*ring(), (two,), *repeated, *ring(FAR), above=[(one,)])
        assert areas(source) == [1e6, 1e6]
        if heading:
            assert column(source, "块段名称")[1] == heading
        if told:
            assert column(source, told[0]) == told[1]
        assert ("parcel_by_row" in codes(source)) == (heading is None)


def test_names_in_cells_of_their_own_between_the_parcels(table):
    one, two = (
        [("许可证号", f"C410000{k}", ""), ("矿山名称", f"{n}矿", "")]
        for k, n in ((1, "甲"), (2, "乙"))
    )
    source = table(*ring(), *two, *ring(FAR), above=one)
    assert column(source, "许可证号") == ["C4100001", "C4100002"]
    assert column(source, "矿山名称") == ["甲矿", "乙矿"]
    assert codes(source) == []


def test_names_below_the_last_corner(table):
    source = table(*ring(), ("许可证号：C1 开采标高：1250～980m",))
    assert (column(source, "许可证号"), column(source, "top_elevation_m")) == (["C1"], ["1250"])
    source = table(("一采区",), *ring(), ("二采区",), *ring(FAR), ("许可证号：C1",))
    assert column(source, "许可证号") == ["C1", "C1"]
    other = table(*ring(), ("许可证号：C2",), above=[("许可证号：C1",)])
    assert (column(other, "许可证号"), codes(other)) == (["C1"], ["heading_without_corners"])
    with pytest.raises(FormatError, match="row 11: 许可证号: above or below its corners"):
        table(*ring(), ("许可证号：C1",), *ring(FAR), ("许可证号：C2",))
    more = table(("许可证号：C1",), *ring(), ("许可证号：C2",), *ring(FAR), ("许可证号：C3",))
    assert column(more, "许可证号") == ["C1", "C2"]
    assert codes(more) == ["heading_without_corners"]


def test_an_area_that_repeats_the_name_of_the_parcel_above_it(table):
    source = table(
        ("一采区",), *ring(), ("一采区 面积1km2",), ("二采区",), *ring(FAR), ("二采区 面积1km2",)
    )
    assert column(source, "块段名称") == ["一采区", "二采区"]
    assert codes(source) == ["rows_ignored"]


# -- elevations ------------------------------------------------------------------------------------


def test_elevations_beside_a_name_are_those_of_the_parcel_below(table):
    source = table(
        *ring(), ("矿山名称：乙矿 开采标高：1150～900m",), *ring(FAR), above=[("矿山名称：甲矿",)]
    )
    assert column(source, "矿山名称") == ["甲矿", "乙矿"]
    assert column(source, "top_elevation_m") == [None, "1150"]
    assert column(source, "bottom_elevation_m") == [None, "900"]


def test_elevations_below_the_last_of_several_parcels(table):
    last = ("开采标高：1250～980m",)
    source = table(("一采区",), *ring(), ("二采区",), *ring(FAR), last)
    assert (column(source, "top_elevation_m"), codes(source)) == (None, ["depth_unread"])
    both = table(("一采区",), *ring(), ("开采标高：1150～980m",), ("二采区",), *ring(FAR), last)
    assert column(both, "top_elevation_m") == ["1150", "1250"]


def test_heading_elevations_and_header_of_each_parcel(table):
    source = table(*ring(), ("乙矿",), ("开采标高：1150～900m",), HEAD, *ring(FAR),
                   above=[("甲矿",), ("开采标高：1250～980m",)])  # fmt: skip
    assert column(source, "块段名称") == ["甲矿", "乙矿"]
    assert column(source, "top_elevation_m") == ["1250", "1150"]
    assert codes(source) == []


@pytest.mark.parametrize("below", [True, False])
def test_elevations_that_name_their_parcel(table, below):
    one, two = ("一采区开采标高：1250～980m",), ("二采区开采标高：1150～900m",)
    rows = [("一采区",), *ring(), one, ("二采区",), *ring(FAR), two]
    if below:
        rows = [("一采区",), *ring(), ("二采区",), *ring(FAR), two, one]
    source = table(*rows)
    assert column(source, "块段名称") == ["一采区", "二采区"]
    assert column(source, "top_elevation_m") == ["1250", "1150"]
    assert column(source, "bottom_elevation_m") == ["980", "900"]
    assert codes(source) == []


def test_a_kind_of_work_below_the_corners_is_no_name(table):
    assert "项目名称" not in table(*ring(), ("项目：露天开采",)).columns


def test_a_deduction_beside_its_first_corner_alone_is_asked_about(table):
    first, *others = ring([(x / 2 + 1880100, y / 2 + 19250100) for x, y in SQUARE])
    rows = [*((*r, "") for r in ring()), (*first, "扣除"), *((*r, "") for r in others)]
    with pytest.raises(FormatError, match=r"row 6: .* fewer than 3 corners .*: write 扣除"):
        table(*rows, head=(*HEAD, "备注"))
