"""Headings, footers and columns of a table of corners: which parcel they name, part or take out."""

import pytest

from layers.errors import FormatError

from .corner_rows import BOX, FAR, FAR_BOX, HEAD, INNER, SIX, SQUARE, areas, codes, ring


@pytest.mark.parametrize(
    ("one", "two", "names"),
    [
        ("一采区：", "二采区：", ["一采区", "二采区"]),
        ("矿山名称：甲矿", "矿山名称：乙矿", ["甲矿", "乙矿"]),
        ("许可证号：C100", "许可证号：C200", ["C100", "C200"]),
        ("一采区（9米至7米标高）", "二采区（8米至6米标高）", ["一采区", "二采区"]),
    ],
)
def test_headings_part_parcels(table, one, two, names):
    source = table((one,), *ring(), (two,), *ring(FAR))
    assert source.columns["块段名称"].to_pylist() == names
    assert [g.equals(b) for g, b in zip(source.geometry, (BOX, FAR_BOX), strict=True)] == [True] * 2
    key = one.partition("：")[0]
    if "：" in one and one[-1] != "：":
        assert source.columns[key].to_pylist() == names
    if "标高" in one:
        assert source.columns["top_elevation_m"].to_pylist() == ["9", "8"]


@pytest.mark.parametrize(
    "between", ["面积：1平方公里", "合计", "小计", "备注：见附图", "长" * 41, "由9米至7米标高"]
)
def test_what_only_parts_parcels_is_told(table, between):
    source = table(*ring(), (between,), *ring(FAR))
    assert areas(source) == [1e6, 1e6]
    assert "parcel_by_row" in codes(source)
    with pytest.raises(FormatError, match="row 7: this ring lies inside another parcel"):
        table(*ring(), (between,), *ring(INNER))


def test_a_licence_that_is_blank(table):
    head = ("许可证号", *HEAD)
    filled = [("C1", *r) for r in ring()]
    with pytest.raises(FormatError, match="row 6: a new ring without 许可证号"):
        table(*filled, *[("", *r) for r in ring(FAR)], head=head)
    once = [("C1" if k == 0 else "", *r) for k, r in enumerate(ring())]
    source = table(*once, *[("", *r) for r in ring(FAR)], head=head)
    assert codes(source) == ["group_inherited"]
    assert source.columns["许可证号"].to_pylist() == ["C1"]


@pytest.mark.parametrize("title", ["尾矿库编号", "尾矿库名称", "矿体编号", "设施代码"])
def test_columns_that_name_the_parcels(table, title):
    rows = [(n, *r) for n, part in (("T1", SQUARE), ("T2", FAR)) for r in ring(part)]
    source = table(*rows, head=(title, *HEAD))
    assert source.columns[title].to_pylist() == ["T1", "T2"]
    assert areas(source) == [1e6, 1e6]


@pytest.mark.parametrize(
    "heading",
    ["扣除范围", "内圈", "扣除：", "除外区域", "空洞", "内界", "（二）扣除范围：", "内环1"],
)
def test_a_heading_that_takes_out(table, heading):
    for start in (1, 5):
        source = table(("一采区",), *ring(), (heading,), *ring(INNER, start))
        assert (areas(source), source.labels) == ([1e6 - 4e4], ("地块 一采区",))
        assert source.issues == ()
    with pytest.raises(FormatError, match="row 7: what is taken out does not lie within"):
        table(*ring(), (heading,), *ring(FAR))
    with pytest.raises(FormatError, match="row 3: a deduction without a parcel above it"):
        table((heading,), *ring())


def test_after_what_is_taken_out_comes_another_parcel(table):
    source = table(*ring(), ("扣除范围",), *ring(INNER), ("二采区",), *ring(FAR))
    assert areas(source) == [1e6 - 4e4, 1e6]


def test_words_that_take_out_in_columns(table):
    rows = [(n, *r) for n, part in (("甲", SQUARE), ("扣除", INNER)) for r in ring(part)]
    source = table(*rows, head=("地块名称", *HEAD))
    assert (areas(source), source.labels) == ([1e6 - 4e4], ("地块 甲",))
    rows = [(n, *r) for n, part in (("外圈", SQUARE), ("内圈", INNER)) for r in ring(part)]
    assert areas(table(*rows, head=("圈号", *HEAD))) == [1e6 - 4e4]


@pytest.mark.parametrize("text", ["扣除范围：无", "本矿区无扣除范围", "已扣除重叠部分后的范围"])
def test_words_that_take_out_nothing(table, text):
    assert areas(table(*ring(), (text,))) == [1e6]


def test_a_deduction_in_space(table):
    with pytest.raises(FormatError, match="a deduction with elevations of its own"):
        table(*ring(), ("扣除范围（192米至185米标高）",), *ring(INNER))


def test_a_named_parcel_inside_another_is_told(table):
    source = table(("甲",), *ring(), ("乙",), *ring(INNER))
    assert (areas(source), codes(source)) == ([1e6, 4e4], ["parcel_inside"])


def test_names_and_values_in_two_cells(table):
    source = table(("矿山名称", "甲矿"), *ring(), ("矿山名称：", "乙矿"), *ring(FAR))
    assert source.columns["矿山名称"].to_pylist() == ["甲矿", "乙矿"]
    assert table(("K1矿段",), *ring(), ("K2矿段",), *ring(FAR)).declared == 2


def test_a_value_that_was_filled_down(table):
    source = table(*[(*r, 30 + k) for k, r in enumerate(ring())], head=(*HEAD, "生产规模"))
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "field_conflict")]
    counted = table(*[(*r, 1 + k) for k, r in enumerate(ring())], head=(*HEAD, "行数"))
    assert [(i.severity, i.code) for i in counted.issues] == [("info", "column_ignored")]


def test_cells_beside_corners_that_take_out(table):
    rows = [(*r, "矿区") for r in ring()] + [(*r, "扣除区") for r in ring(INNER, 5)]
    source = table(*rows, head=(*HEAD, "类型"))
    assert (areas(source), source.issues) == ([1e6 - 4e4], ())
    assert source.columns["类型"].to_pylist() == ["矿区"]


def test_a_ring_that_stands_twice(table):
    for rows in ([*ring(), *ring()], [*ring(), ring()[0], *ring(), ring()[0]]):
        with pytest.raises(FormatError, match="this ring crosses itself or another ring"):
            table(*rows)


def test_a_heading_within_one_run_of_numbers_is_told(table):
    for above in ([], [("一采区",)]):
        source = table(*above, *ring(SIX)[:3], ("见附图",), *ring(SIX)[3:])
        assert codes(source) == ["parcel_by_row"]
    assert table(("一采区",), *ring(), ("二采区",), *ring(FAR, 5)).issues == ()


def test_a_page_within_what_is_taken_out(table):
    inner = ring(INNER)
    page = [("制表：张三", "", "日期：2024年5月"), HEAD]
    source = table(*ring(), ("内圈",), *inner[:1], *page, *inner[1:])
    assert areas(source) == [1e6 - 4e4]
    keyed = [("甲", *r) for r in ring()] + [("", "内圈")] + [("甲", *r) for r in inner]
    keyed += [("乙", *r) for r in ring(FAR)]
    assert areas(table(*keyed, head=("地块", *HEAD))) == [1e6 - 4e4, 1e6]


def test_headings_under_headings(table):
    third = [(x + 10_000, y) for x, y in SQUARE]
    source = table(("甲矿",), ("一采区",), *ring(), ("二采区",), *ring(FAR),
                   ("乙矿",), ("一采区",), *ring(third))  # fmt: skip
    assert source.columns["块段名称"].to_pylist() == ["一采区", "二采区", "乙矿 一采区"]


def test_a_heading_without_corners_is_told(table):
    assert codes(table(("一采区",), *ring(), ("二采区",))) == ["heading_without_corners"]
    assert codes(table(*ring(), ("生产规模：30万吨/年",))) == ["rows_ignored"]


def test_a_deduction_without_corners_is_told(table):
    for rows in ([("扣除范围",)], [("扣除范围",), ("二采区",), *ring(FAR)]):
        source = table(("一采区",), *ring(), *rows)
        assert codes(source) == ["heading_without_corners"]
        assert source.geometry[0].equals(BOX)


def test_a_signature_with_date_and_seal_is_no_heading(table):
    source = table(*ring(), ("某县自然资源局（盖章）",), ("2024年5月6日",))
    assert source.geometry[0].equals(BOX) and source.labels == ("第 1 个地块",)
    assert [(i.severity, i.code) for i in source.issues] == [("info", "rows_ignored")]


@pytest.mark.parametrize("above", [("采矿许可证号：C100",), ("采矿许可证号", "C100")])
def test_a_licence_number_above_the_header(table, above):
    source = table(*ring(), above=[above])
    assert source.columns["采矿许可证号"].to_pylist() == ["C100"]


def test_two_licence_numbers_above_the_header_name_nothing(table):
    source = table(*ring(), above=[("许可证号：C100",), ("许可证号：C200",)])
    assert "许可证号" not in source.columns


@pytest.mark.parametrize(
    ("names", "licences"),
    [(("一采区", "二采区"), ["C1", "C1"]), (("甲矿", "乙矿"), [None, None]),
     ((None, "乙矿"), ["C1", None]), ((None, "2号区块"), ["C1", "C1"])],
)  # fmt: skip
def test_a_licence_number_above_is_not_that_of_another_mine(table, names, licences):
    one, two = ([(name,)] if name else [] for name in names)
    source = table(*one, *ring(), *two, *ring(FAR), above=[("采矿许可证号：C1",)])
    told = source.columns.get("采矿许可证号")
    assert (told.to_pylist() if told else [None, None]) == licences


def test_names_and_values_in_cells_of_one_row(table):
    source = table(*ring(), above=[("采矿许可证号", "C1", "矿山名称：", "甲矿")])
    assert source.columns["采矿许可证号"].to_pylist() == ["C1"]
    assert source.columns["矿山名称"].to_pylist() == ["甲矿"]


@pytest.mark.parametrize(
    ("one", "two", "names"),
    [
        ("矿段：Ⅰ", "矿段：Ⅱ", ["矿段Ⅰ", "矿段Ⅱ"]),
        ("采区：一采区", "采区：二采区", ["一采区", "二采区"]),
        ("采矿权人：甲公司", "采矿权人：乙公司", ["甲公司", "乙公司"]),
        ("单位：甲公司", "单位：乙公司", ["甲公司", "乙公司"]),
        ("采矿权：甲矿", "采矿权：乙矿", ["甲矿", "乙矿"]),
    ],
)
def test_names_behind_a_colon_head_the_corners_below(table, one, two, names):
    for start in (1, 5):
        source = table((one,), *ring(), (two,), *ring(FAR, start=start))
        assert source.columns["块段名称"].to_pylist() == names
        assert [g.equals(b) for g, b in zip(source.geometry, (BOX, FAR_BOX), strict=True)]


def test_outer_rings_that_nothing_names_are_told(table):
    for blank in ([], [("",)]):
        source = table(*ring(), *blank, *ring(FAR))
        assert (areas(source), codes(source)) == ([2e6], ["rings_apart"])
    named = [("甲", *row) for row in (*ring(), *ring(FAR))]
    assert codes(table(*named, head=("地块", *HEAD))) == []


def test_a_part_of_another_mine_inside_is_no_hole(table):
    source = table(*ring(), ("重叠区：乙矿",), *ring(INNER, start=5))
    assert areas(source) == [1e6, 4e4]
    assert codes(source) == ["parcel_by_row", "parcel_inside"]


@pytest.mark.parametrize(
    "words", ["开采矿种：铜矿", "成交价：123456元", "联系人：张三", "采矿权人：甲公司"]
)
def test_what_else_is_said_behind_a_colon_is_a_remark(table, words):
    source = table(*ring(), (words,))
    assert "块段名称" not in source.columns
    assert set(codes(source)) <= {"rows_ignored"}
    if "公司" not in words:
        source = table(*ring(), (words,), *ring(FAR, start=5))
        assert areas(source) == [2e6]
        assert words[:20] in source.issues[-1].zh


def test_headings_that_say_more_than_a_name(table):
    rows = [("一采区（2000国家大地坐标系）",), *ring(), ("二采区（面积1平方公里）",), *ring(FAR)]
    source = table(*rows)
    assert source.columns["块段名称"].to_pylist() == ["一采区", "二采区"]
    with pytest.raises(FormatError, match="row 7: what stands below is in another datum"):
        table(("一采区",), *ring(), ("二采区（1980西安坐标系）",), *ring(FAR))


def test_tables_one_below_the_other_with_titles(table):
    source = table(*ring(), ("乙矿",), HEAD, *ring(FAR), above=[("甲矿",)])
    assert source.columns["块段名称"].to_pylist() == ["甲矿", "乙矿"]


@pytest.mark.parametrize(
    "text",
    ["某县自然资源局", "二〇二四年五月六日", "无扣除范围", "以下空白", "本表一式三份"],
)
def test_ordinary_footers_are_no_headings(table, text):
    assert codes(table(*ring(), (text, "", ""))) == []


def test_a_heading_below_the_last_corner_is_told(table):
    assert codes(table(*ring(), ("二采区", "", ""))) == ["heading_without_corners"]
