"""Columns and remarks that say which rings of a table are taken out, and headings that seem to."""

import pytest
import shapely

from layers.errors import FormatError

from .corner_rows import FAR, HEAD, INNER, SQUARE, areas, ring

ISLE = [(3760250, 38500250), (3760350, 38500250), (3760350, 38500350), (3760250, 38500350)]
REFUSED_RING = "overlaps another ring"


def signed(sign, places):
    return [(*corner, sign) for corner in ring(places)]


# -- columns of signs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "plus", "minus"),
    [
        ("是否扣除", "否", "是"), ("是否扣除", "0", "1"), ("是否扣除", "×", "√"),
        ("扣除标志", "0", "1"), ("扣除标识", "", "扣除"), ("扣除标志", "0.0", "1.0"),
        ("加减", "1", "-1"), ("加减", "1.0", "-1.0"), ("加减号", "＋", "－"),
        ("正负", "正", "负"), ("扣除", "否", "是"), ("扣除区", "0", "1"),
        ("是否空洞", "否", "是"), ("是否为内环", "0", "1"), ("内外圈", "外", "内"),
        ("符号", "+", "-"), ("面积标识", "1", "-1"), ("是否挖空", "否", "是"),
    ],
)  # fmt: skip
def test_a_column_of_signs_takes_a_parcel_out_of_the_one_above(table, title, plus, minus):
    rows = [
        *[("甲", *corner, plus) for corner in ring()],
        *[("乙", *corner, minus) for corner in ring(INNER)],
        *[("丙", *corner, plus) for corner in ring(FAR)],
    ]
    source = table(*rows, head=("地块", *HEAD, title))
    assert areas(source) == [1_000_000 - 40_000, 1_000_000]
    assert title not in source.columns


@pytest.mark.parametrize(
    ("title", "sign"),
    [("加减", "未知"), ("加减", "0"), ("是否扣除", "-"), ("是否扣除", "2"), ("加减号", "否")],
)
def test_a_sign_that_is_none(table, title, sign):
    rows = [("甲", *corner, sign) for corner in ring()]
    with pytest.raises(FormatError, match="看不出是加是减"):
        table(*rows, head=("地块", *HEAD, title))


def test_a_deduction_outside_of_the_parcel_above(table):
    rows = [("甲", *c, 1) for c in ring()] + [("乙", *c, -1) for c in ring(FAR)]
    with pytest.raises(FormatError, match="does not lie within the parcel above"):
        table(*rows, head=("地块", *HEAD, "加减"))


@pytest.mark.parametrize(("bottom", "refused"), [("980", False), ("1100", True)])
def test_a_deduction_between_elevations_of_its_own(table, bottom, refused):
    # Taken out between 1250 and 1100 m only, the ground of the parcel remains.
    head = ("地块", *HEAD, "上限标高", "下限标高", "加减")
    rows = [("甲", *c, 1250, 980, 1) for c in ring()]
    rows += [("乙", *c, 1250, bottom, -1) for c in ring(INNER)]
    if refused:
        with pytest.raises(FormatError, match="空间扣除"):
            table(*rows, head=head)
    else:
        assert areas(table(*rows, head=head)) == [960_000]


@pytest.mark.parametrize(("title", "plus"), [("加减", "+"), ("是否扣除", "否")])
def test_a_ring_that_the_column_adds_is_no_hole(table, title, plus):
    rows = [*signed(plus, SQUARE), *signed(plus, INNER)]
    with pytest.raises(FormatError, match=f"row 6: what is not to be taken out {REFUSED_RING}"):
        table(*rows, head=(*HEAD, title))


def test_a_deduction_ends_where_the_column_says_so(table):
    head = (*HEAD, "是否扣除")
    source = table(*signed("否", SQUARE), *signed("是", INNER), *signed("否", FAR), head=head)
    assert areas(source) == [1_000_000 - 40_000 + 1_000_000]
    island = [*signed("否", SQUARE), *signed("是", INNER), *signed("否", ISLE)]
    assert areas(table(*island, head=head)) == [1_000_000 - 40_000 + 10_000]


def test_a_sign_in_the_first_cell_of_several_rows(table):
    rows = [*ring(), (*ring(INNER)[0], "是"), *[(*c, "") for c in ring(INNER)[1:]]]
    assert areas(table(*rows, head=(*HEAD, "是否扣除"))) == [960_000]


def test_a_blank_below_a_ring_whose_every_row_has_a_sign_says_nothing(table):
    rows = [*signed("", SQUARE), *signed("扣除", INNER), *signed("", FAR)]
    assert areas(table(*rows, head=(*HEAD, "扣除标志"))) == [1_960_000]


def test_a_heading_against_the_column(table):
    rows = [*signed("否", SQUARE), ("扣除范围", "", "", ""), *signed("否", INNER)]
    with pytest.raises(FormatError, match="a heading takes out what the column adds"):
        table(*rows, head=(*HEAD, "是否扣除"))


# -- remarks, headings, names ----------------------------------------------------------------------


def test_a_remark_that_a_ring_is_not_taken_out(table):
    rows = [*signed("", SQUARE), *signed("不扣除", INNER)]
    with pytest.raises(FormatError, match=REFUSED_RING):
        table(*rows, head=(*HEAD, "备注"))
    rows = [*signed("", SQUARE), *signed("扣除", INNER)]
    assert areas(table(*rows, head=(*HEAD, "备注"))) == [960_000]


@pytest.mark.parametrize("remark", ["境内界桩", "县内界址", "天窗岭"])
def test_words_of_a_deduction_within_others(table, remark):
    places = [*SQUARE[:3], (3760900, 38500900), (3760500, 38500800), (3760400, 38500900), SQUARE[3]]
    rows = [(*c, remark if 3 <= k < 6 else "") for k, c in enumerate(ring(places))]
    (found,) = table(*rows, head=(*HEAD, "备注")).geometry
    assert shapely.equals_exact(found, shapely.Polygon([(y, x) for x, y in places]))


@pytest.mark.parametrize("name", ["天窗岭铁矿", "内界沟矿区", "除外山"])
def test_a_mine_with_such_a_name_is_not_taken_out(table, name):
    rows = [("甲", *c) for c in ring()] + [(name, *c) for c in ring(INNER)]
    source = table(*rows, head=("地块", *HEAD))
    assert areas(source) == [1_000_000, 40_000]


@pytest.mark.parametrize(
    "title",
    ["控制点坐标", "矿区中心点坐标", "钻孔坐标", "见矿钻孔", "井口坐标：", "已知点", "采样点",
     "验证点", "图框", "影像图四角"],
)  # fmt: skip
def test_a_title_of_places_that_are_no_corners(table, title):
    with pytest.raises(FormatError, match="stand no corners"):
        table(*ring(), above=[(title,), ("单位：米",)])
    with pytest.raises(FormatError, match="stand no corners"):
        table((title, "", ""), *ring())


def test_a_title_of_a_deduction_alone(table):
    with pytest.raises(FormatError, match="a deduction without a parcel above it"):
        table(*ring(), above=[("扣除范围拐点坐标",)])
    assert areas(table(*ring(), above=[("矿区范围（已扣除基本农田）拐点坐标",)])) == [1_000_000]


@pytest.mark.parametrize("letters", ["ZK", "KZ", "GPS", "BM", "GCP"])
def test_names_of_boreholes_and_control_points(table, letters):
    with pytest.raises(FormatError, match="no place is a corner by its name"):
        table(*ring(letter=letters))
    source = table(*ring(), *ring(INNER, letter=letters))
    assert areas(source) == [1_000_000]
    assert [i.code for i in source.issues] == ["rows_aside"]


def test_a_column_of_control_points_counts_no_corners(table):
    source = table(*ring(), head=("控制点号", "X坐标", "Y坐标"))
    assert source.geometry[0].geom_type == "Point"


@pytest.mark.parametrize("title", ["扣除", "面积标识", "内外圈"])
def test_a_sign_parts_rings_whose_numbers_run_on(table, title):
    plus, minus = {"扣除": "否是", "面积标识": ("1", "-1"), "内外圈": "外内"}[title]
    rows = [("甲", *c, plus) for c in ring()] + [("甲", *c, minus) for c in ring(INNER, 5)]
    assert areas(table(*rows, head=("地块", *HEAD, title))) == [960_000]


def test_a_column_of_ones_alone_is_no_column_of_signs(table):
    source = table(*[(*c, 1) for c in ring()], head=(*HEAD, "类型"))
    assert areas(source) == [1_000_000] and source.columns["类型"].to_pylist() == ["1"]
