"""Rows of a table of corners that hold no corner, and what they do to rings and parcels."""

import time

import pytest

from layers.errors import FormatError
from layers.formats.table.depths import stated

from .corner_rows import BOX, FAR, FAR_BOX, HEAD, INNER, SIX, SQUARE, areas, codes, ring

# -- corners that would be lost --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["拐点4", "点4", "⑦", "ZD01-5", "J4", "j 4", "界址点4", "J04", "（4）", "4号"]
)
def test_a_corner_without_coordinates_is_never_passed_over(table, name):
    rows = ring(SIX)
    with pytest.raises(FormatError, match="row 5: a corner without coordinates"):
        table(*rows[:3], (name, "", ""), *rows[4:])


def test_a_corner_named_like_the_others(table):
    places = [f"{side}角" for side in ("东", "南", "西", "北", "中", "上")]
    rows = [(n, x, y) for n, (x, y) in zip(places, SIX, strict=True)]
    assert table(*rows).declared == 1
    with pytest.raises(FormatError, match="row 5: a corner without coordinates"):
        table(*rows[:3], ("北角", "", ""), *rows[4:])


@pytest.mark.parametrize(
    "row",
    [
        ("J4;3761200;38500900",),
        ("J4 3761200.000 38500900.000",),
        ("J4", "", "", "3761200", "38500900"),
        ("", "", "", "3761200", "38500900"),
        ("X=3761200 Y=38500900",),
    ],
)
def test_coordinates_outside_of_their_columns(table, row):
    rows = ring(SIX)
    with pytest.raises(FormatError, match=r"row 5: (coordinates outside|a corner without)"):
        table(*rows[:3], row, *rows[4:], head=(*HEAD, "备注", "备注2"))


@pytest.mark.parametrize("cell", ["缺", "-", "待测", "/"])
def test_cells_that_say_that_a_coordinate_is_missing(table, cell):
    rows = ring(SIX)
    with pytest.raises(FormatError, match="row 5: a corner without coordinates"):
        table(*rows[:3], ("", cell, cell), *rows[4:])


def test_numbers_without_coordinates_between_corners(table):
    rows = [(*r, 10) for r in ring(SIX)]
    with pytest.raises(FormatError, match=r"row 5: numbers without coordinates: a lost corner\?"):
        table(*rows[:3], ("", "", "", "12.5"), *rows[4:], head=(*HEAD, "边长"))


# -- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        [("续表",), HEAD],
        [("续表1",), HEAD],
        [("（续上表）",), HEAD],
        [("第2页",)],
        [("第 2 页 共 3 页",), HEAD],
        [("共3页 第2页",)],
        [("2/3",)],
        [("- 2 -",)],
        [("Page 2 of 3",)],
        [("接下页",), ("",), ("接上页",)],
        [("",), ("续表",), HEAD],
        [("某矿拐点坐标表（续）",), HEAD],
        [("某矿拐点坐标表",), ("点 号", "X坐标（m）", "Y坐标（m）")],
        [("制表：张三",), ("",), ("某矿拐点坐标表（第2页）",), HEAD],
    ],
)  # fmt: skip
def test_a_table_goes_on_over_the_page(table, rows):
    six = ring(SIX)
    source = table(*six[:3], *rows, *six[3:], above=[("某矿拐点坐标表",)])
    assert (source.declared, len(source.geometry[0].exterior.coords)) == (1, 7)
    assert source.issues == ()
    assert "块段名称" not in source.columns


@pytest.mark.parametrize(
    "words", ["（续下页）", "未完待续", "（转下页）", "（下转第2页）", "接下页"]
)
def test_words_that_turn_the_page(table, words):
    six = ring(SIX)
    source = table(*six[:3], (words,), *six[3:])
    assert (source.declared, len(source.geometry[0].exterior.coords)) == (1, 7)
    assert source.issues == ()
    with pytest.raises(FormatError, match=r"row 8: .* no corner follows: is the table cut short"):
        table(*six, (words,))


@pytest.mark.parametrize("words", ["5-8", "五", "第五点", "5号点", "续表", "续上表", "接上页"])
def test_words_at_the_end_that_name_corners(table, words):
    with pytest.raises(FormatError, match=r"row 6: .* no corner follows: is the table cut short"):
        table(*ring(), (words,))


@pytest.mark.parametrize(
    "words",
    [
        "余见附件",
        "续见附件",
        "以下见附表",
        "后略",
        "等",
        "……等12点",
        "5—8点见附图",
        "其余拐点详见附图",
    ],
)
def test_corners_given_elsewhere(table, words):
    for rows in ([*ring(), (words,)], [*ring(), (words,), ("二采区",), *ring(FAR)]):
        with pytest.raises(FormatError, match=r"row 6: .* are corners left out"):
            table(*rows)


@pytest.mark.parametrize(
    "words", ["第1页 共2页", "共2页 第1页", "第1页/共3页", "1/2", "第一页 共十二页"]
)
def test_pages_that_are_missing(table, words):
    source = table(*ring(), (words,))
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "pages_missing")]
    assert source.geometry[0].equals(BOX)


@pytest.mark.parametrize(
    "footer", [("第1页", "共1页", ""), ("第2页 共2页",), ("共十页 第十页",), ("- 1 -",), ("第3页",)]
)
def test_pages_at_the_end(table, footer):
    source = table(*ring(), footer)
    assert source.issues == ()
    assert source.geometry[0].equals(BOX)


def test_a_page_between_corners_without_numbers(table):
    six = [r[1:] for r in ring(SIX)]
    source = table(*six[:3], ("续表",), HEAD[1:], *six[3:], head=HEAD[1:])
    assert (source.declared, len(source.geometry[0].exterior.coords)) == (1, 7)
    with pytest.raises(FormatError, match="row 5: the header stands again"):
        table(*six[:3], HEAD[1:], *six[3:], head=HEAD[1:])


def test_a_heading_that_goes_on_over_the_page(table):
    six = ring(SIX)
    source = table(("一采区",), *six[:3], ("一采区（续）",), HEAD, *six[3:])
    assert (source.labels, source.issues) == (("地块 一采区",), ())
    assert len(source.geometry[0].exterior.coords) == 7


def test_a_second_table_of_another_system(table):
    with pytest.raises(FormatError, match="row 6: a second header differs from the first"):
        table(*ring(), ("点号", "X（1980西安坐标系）", "Y"), *ring(FAR))
    with pytest.raises(FormatError, match="row 6: a second header differs from the first"):
        table(*ring(), ("点号", "备注", "X坐标", "Y坐标"), *ring(FAR))
    with pytest.raises(FormatError, match="a second header differs"):
        table(*ring(), ("点号", "X2000", "Y2000"), *ring(FAR), head=("点号", "X80", "Y80"))
    again = table(*ring(), ("点号", "X80", "Y80"), *ring(FAR), head=("点号", "X80", "Y80"))
    assert areas(again) == [1_000_000, 1_000_000]


# -- headings --------------------------------------------------------------------------------------


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


def test_numbers_again_after_a_second_header(table):
    source = table(*ring(), HEAD, *ring(FAR))
    assert (areas(source), codes(source)) == ([1e6, 1e6], ["parcel_by_row"])


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


def test_letters_that_change_begin_a_ring(table):
    source = table(*ring(letter="A"), *ring(FAR, letter="B"))
    assert (areas(source), codes(source)) == ([2e6], ["ring_by_letters"])
    on = table(*ring(SIX[:3], letter="A"), *ring(SIX[3:], 4, letter="B"))
    assert len(on.geometry[0].exterior.coords) == 7


# -- what is taken out -----------------------------------------------------------------------------


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


# -- places that are no corners --------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "中心点",
        "矿区中心点坐标",
        "平均",
        "井口",
        "主井",
        "重心",
        "控制点K1",
        "最大值",
        "面积",
        "风井1",
    ],
)
def test_places_that_are_no_corners(table, name):
    for rows in ([*ring(), (name, 3760500, 38500500)], [(name, 3760500, 38500500), *ring()]):
        source = table(*rows)
        assert source.geometry[0].equals(BOX)
        assert codes(source) == ["rows_aside"]
    source = table(*ring(), (name, 1000000, ""))
    assert source.geometry[0].equals(BOX)


def test_no_corners_under_their_heading(table):
    with pytest.raises(FormatError, match="row 2: under '控制点' stand no corners"):
        table(("控制点",), ("K1", 3760500, 38500500), ("K2", 3760600, 38500500), *ring())


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["J1", "J3", "J2", "J4"], "corner numbers jump from J1 to J3"),
        (["①", "②", "④", "⑤"], "corner numbers jump from ② to ④"),
        (["J1", "J2", "", "J4"], "a corner without number"),
        (["J1", "J2", "J3", ""], "row 5: a corner without number"),
        (["J1", "J2", "J2", "J3"], "corner number J2 is given twice"),
    ],
)
def test_numbers_in_no_order(table, names, said):
    source = table(*[(n, *p) for n, p in zip(names, SQUARE, strict=True)])
    assert [i.en for i in source.issues if said in i.en]
    assert source.geometry[0].equals(BOX)


def test_a_ring_that_begins_with_no_first_number(table):
    source = table(("甲",), *ring(SIX[:3]), ("乙",), *ring(FAR, 5))
    assert [i.en for i in source.issues] == [
        "parcel 乙 row 7: the numbers of this ring begin with J5 and follow no other"
    ]
    assert table(("甲",), *ring(), ("乙",), *ring(FAR, 5)).issues == ()


def test_circled_numbers_begin_again(table):
    rows = [(n, *p) for part in (SQUARE, FAR) for n, p in zip("①②③④", part, strict=True)]
    assert areas(table(*rows)) == [2e6]


def test_a_ring_that_closes_while_numbers_run_on(table):
    rows = [*SQUARE, SQUARE[0], *FAR]
    source = table(*ring(rows))
    assert (areas(source), codes(source)) == ([2e6], ["ring_by_place", "ring_unclosed"])
    closed = [*ring(), ("J1", *SQUARE[0]), *ring(FAR), ("J1", *FAR[0])]
    assert (areas(table(*closed)), codes(table(*closed))) == ([2e6], ["rings_apart"])


def test_a_table_that_says_how_many_corners_it_has(table):
    for told in ("矿区范围由4个拐点圈定", "共 ４ 个界址点"):
        assert "corner_count" not in codes(table(*ring(), (told,)))
    source = table(*ring(SIX[:3]), ("矿区范围由4个拐点圈定",))
    assert "第 1 个地块 row 2: the table says 4 corners, it holds 3" in [
        i.en for i in source.issues
    ]
    source = table(("甲（4个拐点）",), *ring(), ("乙（5个拐点）",), *ring(FAR))
    assert codes(source) == ["corner_count"]


def test_names_and_values_in_two_cells(table):
    source = table(("矿山名称", "甲矿"), *ring(), ("矿山名称：", "乙矿"), *ring(FAR))
    assert source.columns["矿山名称"].to_pylist() == ["甲矿", "乙矿"]
    assert table(("K1矿段",), *ring(), ("K2矿段",), *ring(FAR)).declared == 2


# -- what is said of rows passed over --------------------------------------------------------------


def test_rows_passed_over_are_told(table):
    source = table(*ring(), ("合计4个点",), ("制表日期：2024年5月",), ("审核：李四",))
    (issue,) = source.issues
    assert (issue.severity, issue.code) == ("info", "rows_ignored")
    assert issue.en == "rows 6, 7 are remarks and are not read: 合计4个点"


def test_a_value_that_was_filled_down(table):
    source = table(*[(*r, 30 + k) for k, r in enumerate(ring())], head=(*HEAD, "生产规模"))
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "field_conflict")]
    counted = table(*[(*r, 1 + k) for k, r in enumerate(ring())], head=(*HEAD, "行数"))
    assert [(i.severity, i.code) for i in counted.issues] == [("info", "column_ignored")]


# -- elevations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("由1,250米至980米标高", ("1250", "980")),
        ("开采深度：从1，250米至800米标高", ("1250", "800")),
        ("由+120m至-50m", ("120", "-50")),
        ("由负50米至负120米标高", ("-50", "-120")),
        ("由980米至1250米标高", ("1250", "980")),
        ("2020-2025年开采标高1250-980米", ("1250", "980")),
        ("1号至3号矿体的开采标高为1250至980米，面积见表", ("1250", "980")),
        ("开采深度：由1250米至980米标高，共有4个拐点圈定", ("1250", "980")),
        ("开采标高：1250m~980m（1985国家高程基准）", ("1250", "980")),
        ("开采高程1250米至980米", ("1250", "980")),
        ("面积：1平方公里；标高：1250～980米", ("1250", "980")),
        ("采矿许可证标高：1250～980米", ("1250", "980")),
        ("开采标高：1250〜980米", ("1250", "980")),
        ("由1250m标高至980m标高", ("1250", "980")),
    ],
)
def test_elevations_in_sentences(table, told, found):
    source = table(*ring(), (told.replace(",", "，"),))
    assert source.columns["top_elevation_m"].to_pylist() == [found[0]]
    assert source.columns["bottom_elevation_m"].to_pylist() == [found[1]]
    assert "块段名称" not in source.columns


@pytest.mark.parametrize(
    "told",
    [
        "1 250米至980米标高",
        "1号至3号矿体标高",
        "开采深度50至200米",
        "一区由9米至7米标高；二区由6米至5米",
        "标高1250-980；900-800",
        "最低开采标高980米",
        "开采标高：由一千二百五十米至九百八十米",
        "开采深度：由1250米至980米标高（其中一采区由1200米至1000米）",
        "由1250米至980米",
        "标高由12.50.3米至980米",
    ],
)
def test_elevations_that_are_not_understood_are_told(table, told):
    source = table(*ring(), (told,))
    assert "top_elevation_m" not in source.columns
    assert "depth_unread" in codes(source)
    assert "块段名称" not in source.columns
    assert source.geometry[0].equals(BOX)


# -- second look -----------------------------------------------------------------------------------


def test_corners_above_the_header_are_not_lost(table):
    with pytest.raises(FormatError, match="row 2: coordinates above the header"):
        table(*ring(SIX)[2:], above=[("拐点表",), ring()[0], ring()[1]])
    source = table(*ring(), above=[("控制点K1", 3760500, 38500500)])
    assert codes(source) == ["rows_aside"]
    assert source.geometry[0].equals(BOX)


@pytest.mark.parametrize(
    "footer",
    [
        ("制表：张三", "审核：李四", "2024年5月1日"),
        ("", "", "2024-05-01"),
        ("面积（平方公里）", "1.0"),
        ("备注", "共2页", "2024年"),
    ],
)
def test_footers_whose_numbers_stand_under_the_coordinates(table, footer):
    source = table(*ring(), ("", "", ""), footer)
    assert source.geometry[0].equals(BOX)
    assert set(codes(source)) <= {"rows_ignored", "rows_aside"}
    assert codes(source)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (("开采标高", "1250~980米", ""), "1250"),
        (("开采深度（米）：1250～980",), "1250"),
        (("开采深度", "由1250米至980米标高"), "1250"),
        (("开采标高", "1250", "980"), None),
        (("开采深度（m）", "+1250", "+980"), None),
        (("开采深度(m)", "1250～980", ""), "1250"),
    ],
)
def test_elevations_in_several_cells(table, row, found):
    source = table(*ring(), row)
    if found is None:
        assert (codes(source), "top_elevation_m" in source.columns) == (["depth_unread"], False)
    else:
        assert source.columns["top_elevation_m"].to_pylist() == [found]
    assert "块段名称" not in source.columns


def test_a_note_on_the_height_system_is_no_elevation(table):
    note = "注：1、坐标系为2000国家大地坐标系，3度带；2、高程采用1985国家高程基准。"
    assert codes(table(*ring(), (note.replace(",", "，"),))) == []


def test_titles_with_table_numbers_and_pages(table):
    six = ring(SIX)
    for rows in ([("续表1 拐点坐标表",), HEAD], [("表1 拐点坐标表（第二页）",)], [("第二页",)]):
        source = table(*six[:3], *rows, *six[3:], above=[("表1 拐点坐标表",)])
        assert (source.declared, len(source.geometry[0].exterior.coords)) == (1, 7)
        assert source.issues == ()


def test_cells_beside_corners_that_take_out(table):
    rows = [(*r, "矿区") for r in ring()] + [(*r, "扣除区") for r in ring(INNER, 5)]
    source = table(*rows, head=(*HEAD, "类型"))
    assert (areas(source), source.issues) == ([1e6 - 4e4], ())
    assert source.columns["类型"].to_pylist() == ["矿区"]


def test_lengths_of_sides_between_the_corners(table):
    rows = [row for r in [*ring(), ring()[0]] for row in ((*r, ""), ("", "", "", 1000))]
    source = table(*rows, head=(*HEAD, "边长"))
    assert (source.geometry[0].equals(BOX), codes(source)) == (True, ["rows_ignored"])


def test_corners_that_stand_twice_as_merged_cells_do(table):
    closed = [*ring(), ring()[0]]
    source = table(*[r for r in closed for _ in (1, 2)])
    assert (source.geometry[0].equals(BOX), source.issues) == (True, ())
    assert len(source.geometry[0].exterior.coords) == 5
    # The next ring, or the next parcel, may begin where the one before closed.
    tail = [("J1", *SQUARE[0]), ("J5", 3759000, 38500000), ("J6", 3759000, 38499000)]
    source = table(*closed, *tail, ("J7", 3760000, 38499000))
    assert areas(source) == [2e6]
    keyed = [("甲", *r) for r in closed] + [("乙", *r) for r in (*tail, ("J7", 3760000, 38499000))]
    assert areas(table(*keyed, head=("地块", *HEAD))) == [1e6, 1e6]


def test_blank_rows_after_every_corner(table):
    spaced = [row for r in ring() for row in (r, ("", "", ""))]
    assert table(*spaced).geometry[0].equals(BOX)


def test_a_header_of_two_rows(table):
    both = [*ring(), *ring(FAR)]
    source = table(*both, above=[("点号", "坐标", "")], head=("", "X", "Y"))
    assert (areas(source), set(source.columns)) == ([2e6], set())
    assert areas(table(*both, head=("", "X", "Y"))) == [2e6]  # J1 ... without a heading
    keyed = [("甲", *r) for r in ring()] + [("乙", *r) for r in ring(FAR)]
    source = table(*keyed, above=[("地块", "点号", "坐标", "")], head=("", "", "X", "Y"))
    assert source.columns["地块"].to_pylist() == ["甲", "乙"]


def test_one_letter_headings_over_one_letter_corners(table):
    rows = [[(n, *p) for n, p in zip("ABCD", part, strict=True)] for part in (SQUARE, FAR)]
    assert areas(table(("甲",), *rows[0], ("乙",), *rows[1])) == [1e6, 1e6]
    with pytest.raises(FormatError, match="row 3: a corner without coordinates"):
        table(rows[0][0], ("B", "", ""), *rows[0][2:])


@pytest.mark.parametrize(
    "below",
    [
        ("", "（m）", "（m）"),
        ("1", "2", "3"),
        ("甲", "1", "2"),
        ("（1）", "（2）", "（3）"),
        ("", "米", "米"),
    ],
)
def test_units_and_column_numbers_below_the_header(table, below):
    source = table(below, *ring())
    assert (source.geometry[0].equals(BOX), source.issues) == (True, ())
    assert set(source.columns) == set()
    with pytest.raises(FormatError):
        table(*ring(SIX[:3]), ("1", "2", "3"), *ring(SIX[3:], 4))


def test_a_ring_that_stands_twice(table):
    for rows in ([*ring(), *ring()], [*ring(), ring()[0], *ring(), ring()[0]]):
        with pytest.raises(FormatError, match="this ring crosses itself or another ring"):
            table(*rows)


def test_a_second_ring_that_begins_at_the_first_corner(table):
    below = [("J1", *SQUARE[0]), ("J2", 3759000, 38500000), ("J3", 3759000, 38499000),
             ("J4", 3760000, 38499000)]  # fmt: skip
    source = table(*ring(), *below)
    assert (areas(source), codes(source)) == ([2e6], ["rings_apart"])
    tail = [("J1", *SQUARE[0]), ("J5", 3759000, 38500000), ("J6", 3759000, 38499000),
            ("J7", 3760000, 38499000)]  # fmt: skip
    source = table(*ring(), *tail)
    assert codes(source) == ["ring_unclosed", "rings_apart"]


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


def test_a_blank_row_before_the_closing_point(table):
    assert table(*ring(), ("",), ring()[0]).geometry[0].equals(BOX)


def test_a_column_of_elevations_without_heading_numbers_nothing(table):
    rows = [(x, y, z) for (x, y), z in zip(SIX, (12, 13, 14, 12, 15, 16), strict=True)]
    source = table(*rows, head=("X", "Y", ""))
    assert len(source.geometry[0].exterior.coords) == 7


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


def test_elevations_beside_a_deduction(table):
    cut = [("扣除范围",), *ring(INNER)]
    source = table(*ring(), *cut, ("开采深度：由1250米至980米标高",))
    assert (source.columns["top_elevation_m"].to_pylist(), areas(source)) == (["1250"], [960000])
    message = r"of the parcel or of that part\?"
    with pytest.raises(FormatError, match=message):
        table(*ring(), *cut, ("由192米至185米标高",))
    with pytest.raises(FormatError, match=message):
        table(*ring(), cut[0], ("由192米至185米标高",), *cut[1:])


def test_a_table_of_control_points_alone(table):
    with pytest.raises(FormatError, match="from row 2 on no place is a corner by its name"):
        table(*ring(letter="控制点"))


@pytest.mark.parametrize("row", [("合计", 4), ("面积(km²)", "1.0000"), ("周长", "", "3801.25")])
def test_a_sum_below_the_corners_is_a_remark(table, row):
    source = table(*ring(), row)
    assert source.geometry[0].equals(BOX)
    assert [(i.severity, i.code) for i in source.issues] == [("info", "rows_ignored")]


def test_a_signature_with_date_and_seal_is_no_heading(table):
    source = table(*ring(), ("某县自然资源局（盖章）",), ("2024年5月6日",))
    assert source.geometry[0].equals(BOX) and source.labels == ("第 1 个地块",)
    assert [(i.severity, i.code) for i in source.issues] == [("info", "rows_ignored")]


def test_whole_corner_numbers_with_a_decimal(table):
    names = [f"{k}.0" for k in range(1, 5)]
    rows = [(n, x, y) for n, (x, y) in zip(names, SQUARE, strict=True)]
    assert table(*rows).issues == ()
    assert codes(table(rows[0], *rows[2:], head=HEAD)) == ["corner_numbers"]


def test_a_comma_for_a_decimal_point_takes_nothing_off_in_silence(table):
    rows = [(*row, 567) for row in ring()]
    source = table(*rows, head=(*HEAD, ""))
    (issue,) = [i for i in source.issues if i.code == "decimal_comma"]
    assert issue.severity == "warning" and issue.zh.startswith("第 2 行起 4 行")


def test_remarks_without_heading_behind_decimals_are_no_decimals(table):
    rows = [(name, f"{x}.5", f"{y}.5", 7) for name, x, y in ring()]
    assert "decimal_comma" not in codes(table(*rows, head=(*HEAD, "")))


# -- names above -----------------------------------------------------------------------------------


@pytest.mark.parametrize("above", [("采矿许可证号：C100",), ("采矿许可证号", "C100")])
def test_a_licence_number_above_the_header(table, above):
    source = table(*ring(), above=[above])
    assert source.columns["采矿许可证号"].to_pylist() == ["C100"]


def test_corners_below_a_heading_of_another_datum(table):
    rows = [*ring(), ("2000国家大地坐标系", "", ""), *ring(FAR)]
    with pytest.raises(FormatError, match="row 6: what stands below is in another datum"):
        table(*rows, head=("点号", "西安80坐标X", "西安80坐标Y"))


def test_two_licence_numbers_above_the_header_name_nothing(table):
    source = table(*ring(), above=[("许可证号：C100",), ("许可证号：C200",)])
    assert "许可证号" not in source.columns


@pytest.mark.parametrize(
    ("first", "second", "epsg"),
    [
        ("X80", "Y80", 2362), ("X2000", "Y2000", 4526), ("X(2000)", "Y(2000)", 4526),
        ("X1954", "Y1954", 2414), ("北(X)", "东(Y)", None), ("北坐标X", "东坐标Y", None),
        ("X80坐标", "Y80坐标", 2362), ("拐点X坐标", "拐点Y坐标", None),
    ],
)  # fmt: skip
def test_headings_of_eastings_and_northings(table, first, second, epsg):
    source = table(*ring(), head=("点号", first, second))
    assert areas(source) == [1_000_000]
    assert (source.crs.to_epsg() if source.crs else None) == epsg


def test_b_and_l(table):
    places = [(35.127777778, 113.577777778), (35.127777778, 113.597777778), (35.18, 113.59)]
    source = table(*ring(places), head=("点号", "B", "L"))
    assert source.geometry[0].exterior.coords[0] == (113.577777778, 35.127777778)


# -- what titles, headings and remarks say together ------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "epsg"),
    [
        ("2000国家大地坐标系", "注：坐标系为1980西安坐标系", None),
        ("1980西安坐标系", "注：坐标系为2000国家大地坐标系", None),
        ("2000国家大地坐标系", "注：由1980西安坐标系转换而来", 4526),
        ("2000国家大地坐标系", "注：由1980西安坐标系转换为2000国家大地坐标系", 4526),
        ("2000国家大地坐标系", "注：由1980西安坐标系，尚未转换", None),
        ("2000国家大地坐标系", "高程采用1985国家高程基准", 4526),
    ],
)
def test_a_title_and_a_remark(table, above, below, epsg):
    source = table(*ring(), (below,), above=[(above,)])
    assert (source.crs.to_epsg() if source.crs else None) == epsg
    assert "depth_unread" not in codes(source)


@pytest.mark.parametrize(
    "words",
    ["以上坐标已偏移", "以上坐标经脱密处理", "脱敏", "坐标已作保密处理", "坐标单位：公里",
     "以上坐标加常数X+3000000", "X坐标省略前两位", "坐标系待核实", "坐标系不详",
     "中央子午线未确定", "坐标系暂定", "坐标系可能为1980西安坐标系"],
)  # fmt: skip
def test_words_that_say_that_numbers_were_changed(table, words):
    title = ("2000国家大地坐标系",)
    for source in (
        table(*ring(), (words,), above=[title]),
        table(*ring(), above=[title, (words,)]),
    ):
        assert source.crs is None
        assert "of its coordinates" in source.crs_note


@pytest.mark.parametrize(
    "words",
    ["坐标已核实", "坐标无需复核", "如坐标需核实请联系我局", "坐标系已核实，无误",
     "坐标经现场实测确定", "已核实坐标", "以上坐标，未经核准不得变更", "未经核准不得变更坐标",
     "坐标见附图，采矿权人待定", "坐标示意图", "矿区范围示意图"],
)  # fmt: skip
def test_words_that_say_that_nothing_is_wrong(table, words):
    source = table(*ring(), (words,), above=[("2000国家大地坐标系",)])
    assert source.crs.to_epsg() == 4526


@pytest.mark.parametrize(
    "words",
    ["以上坐标有误，以批复为准", "作废", "（本表作废）", "坐标待核实", "拐点坐标未经现场复核",
     "以上坐标仅供参考", "坐标须重新实测后再报", "待核实坐标", "概略坐标", "示意性拐点坐标",
     "矿区范围拐点坐标（暂定）", "坐标，待核实", "坐标由设计单位提供，未经实测", "（待核实）",
     "注：仅供参考", "坐标没有核实过", "坐标尚未最终确定", "坐标需业主确认", "坐标存疑"],
)  # fmt: skip
def test_words_that_say_that_the_coordinates_are_wrong(table, words):
    with pytest.raises(FormatError, match="they cannot be used"):
        table(*ring(), (words.replace(",", "，"),), above=[("2000国家大地坐标系",)])


@pytest.mark.parametrize(
    "words",
    ["坐标准确无误", "坐标未作偏移", "坐标单位：米", "原许可证作废", "注：Y坐标省略带号38",
     "如坐标有误的，请于十日内更正", "以上坐标如有错误，以批复为准"],
)  # fmt: skip
def test_words_that_leave_the_coordinates_as_they_are(table, words):
    source = table(*ring(), (words.replace(",", "，"),), above=[("2000国家大地坐标系",)])
    assert source.crs.to_epsg() == 4526
    assert source.geometry[0].equals(BOX)


@pytest.mark.parametrize(
    ("first", "second", "title", "epsg"),
    [
        ("X_1980", "Y_1980", "", 2362), ("80X", "80Y", "", 2362), ("2000X", "2000Y", "", 4526),
        ("X_1980", "Y_1980", "2000国家大地坐标系", None), ("X80", "Y2000", "", None),
    ],
)  # fmt: skip
def test_years_beside_x_and_y(table, first, second, title, epsg):
    source = table(*ring(), head=("点号", first, second), above=[(title,)])
    assert (source.crs.to_epsg() if source.crs else None) == epsg


def test_a_table_below_a_title_in_another_datum(table):
    with pytest.raises(FormatError, match="row 2: what stands below is in another datum"):
        table(("1980西安坐标系",), *ring(), head=("点号", "X2000", "Y2000"))


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


def test_degrees_packed_by_a_remark(table):
    places = [(35.0730, 113.3000), (35.0730, 113.3100), (35.0800, 113.3100)]
    rows = [(f"J{k}", f"{lat:.4f}", f"{lon:.4f}") for k, (lat, lon) in enumerate(places, 1)]
    source = table(*rows, ("注：坐标格式为度分秒",), head=("点号", "纬度", "经度"))
    assert source.geometry[0].bounds == pytest.approx((113.5, 35.125, 113 + 31 / 60, 35 + 8 / 60))


# -- elevations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "开采标高：1250米至980米，1150米至880米", "开采标高：1250～1100m，1050～980m",
        "开采标高：1250～1100，1050～980米", "开采标高：1250米至980米变更为880米",
        "开采标高：1250米至980米至880米", "开采标高：1250米至980米（其中Ⅱ号矿体880米）",
    ],
)  # fmt: skip
def test_elevations_of_which_one_would_be_left_out(table, text):
    source = table(*ring(), (text.replace(",", "，"), "", ""))
    assert "top_elevation_m" not in source.columns
    assert "depth_unread" in codes(source)


@pytest.mark.parametrize(
    "words",
    [
        "注：",
        "申请",
        "拟",
        "设计",
        "核定",
        "现",
        "采矿许可证",
        "拟设采矿权",
        "拟变更",
        "四、",
        "",
    ],
)
def test_words_before_elevations_are_no_parcel(table, words):
    source = table(*ring(), (f"{words}开采标高：1250米至980米", "", ""))
    assert source.columns["top_elevation_m"].to_pylist() == ["1250"]


@pytest.mark.parametrize(
    "told",
    [
        "地面标高：1350米至1300米", "矿区标高：1350-1300", "侵蚀基准面标高+1000米至+980米",
        "原开采标高：1250米至980米", "相邻矿山开采标高：1250米至980米",
        "资源量估算标高：1250～900米",
        "已采标高1250米至1100米", "禁采标高：1240米至1000米", "原 开采标高：1250米至980米",
        "井口标高：1230-990", "海拔高程1230～990m", "1250米至1100米标高已采空",
        "开采标高：1250米至980米（原）", "设计标高：1250米至980米", "开采标高：80～380米（负值）",
    ],
)  # fmt: skip
def test_elevations_of_something_else_are_told_and_not_used(table, told):
    for source in (table(*ring(), (told,)), table(*ring(), above=[(told,)])):
        assert "top_elevation_m" not in source.columns
        assert "块段名称" not in source.columns
        assert [(i.severity, i.code) for i in source.issues] == [("warning", "depth_unread")]
        assert "没有写明是开采标高" in source.issues[0].zh


@pytest.mark.parametrize("other", ["资源储量估算标高：1300m-900m", "原开采标高：1250米至880米"])
def test_elevations_of_the_right_beside_others(table, other):
    own = ("开采标高：1250m-980m",)
    ways = (table(*ring(), own, (other,)), table(*ring(), (other,), own),
            table(*ring(), above=[own, (other,)]))  # fmt: skip
    for source in ways:
        assert source.columns["top_elevation_m"].to_pylist() == ["1250"]
        assert source.columns["bottom_elevation_m"].to_pylist() == ["980"]
        assert [(i.severity, i.code) for i in source.issues] == [("info", "depth_unread")]


@pytest.mark.parametrize(
    "rows",
    [[("开采标高：1250米至980米（假定高程）",)],
     [("开采标高：1250米至980米",), ("高程系统：相对高程",)]],
)  # fmt: skip
def test_elevations_that_count_from_no_national_datum(table, rows):
    source = table(*ring(), *rows)
    assert "top_elevation_m" not in source.columns
    assert "depth_unread" in codes(source)


def test_elevations_said_twice_alike(table):
    twice = [("标高：从1250米至980米",), ("开采深度：由1250米至980米标高 共有4个拐点圈定",)]
    for rows in ([*ring(), *twice], [*twice, *ring()]):
        source = table(*rows)
        assert source.columns["bottom_elevation_m"].to_pylist() == ["980"]
    with pytest.raises(FormatError, match="elevations of a parcel given twice"):
        table(*ring(), twice[0], ("开采深度：由1250米至900米标高",))


def test_the_system_of_heights_states_no_elevations(table):
    words = "CGCS2000坐标系 高斯投影 3°带 中央经线114° 1985国家高程"
    assert codes(table(*ring(), above=[(words,)])) == []


def test_an_area_in_words_is_told(table):
    source = table(*ring(), ("面积：零点四平方公里",))
    assert [(i.severity, i.code) for i in source.issues] == [("info", "rows_ignored")]


def test_a_long_line_of_elevations_is_read_in_time(table):
    began = time.perf_counter()
    assert stated("1250米至" * 100_000 + "980米") is None
    assert time.perf_counter() - began < 30


def test_headings_with_elevations_name_parcels(table):
    source = table(
        ("一采区（1250米至980米标高）",), *ring(), ("2号井（1150米至880米标高）",), *ring(FAR)
    )
    assert source.columns["块段名称"].to_pylist() == ["一采区", "2号井"]
    assert source.columns["top_elevation_m"].to_pylist() == ["1250", "1150"]


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


def test_counts_in_chinese_numerals(table):
    for words, told in (("矿区范围由六个拐点圈定", 6), ("共有十二个界址点", 12)):
        source = table(*ring(), (words,))
        issue = next(i for i in source.issues if i.code == "corner_count")
        assert f"写明 {told} 个拐点，读到 4 个" in issue.zh
    assert "corner_count" not in codes(table(*ring(), ("矿区范围由四个拐点圈定",)))


def test_elevations_of_some_parcels_are_told(table):
    rows = [("一采区",), *ring(), ("开采标高：1250～980m",), ("二采区",), *ring(FAR)]
    source = table(*rows)
    assert source.columns["top_elevation_m"].to_pylist() == ["1250", None]
    assert codes(source) == ["depth_partial"]


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


def test_elevations_beside_a_name_are_those_of_the_corners_below(table):
    rows = [("矿山名称：甲矿",), *ring(), ("矿山名称：乙矿 开采标高：1150～900m",), *ring(FAR)]
    source = table(*rows)
    assert source.columns["矿山名称"].to_pylist() == ["甲矿", "乙矿"]
    assert source.columns["top_elevation_m"].to_pylist() == [None, "1150"]
    assert source.columns["bottom_elevation_m"].to_pylist() == [None, "900"]
    assert codes(source) == ["depth_partial"]


# -- names and footers -----------------------------------------------------------------------------


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


def test_a_column_of_heights_is_told_once(table):
    rows = [("甲", *c, 1250 + k) for k, c in enumerate(ring())]
    rows += [("乙", *c, 1250 + k % 2) for k, c in enumerate(ring(FAR))]
    source = table(*rows, head=("地块", *HEAD, "高程"))
    assert codes(source) == ["column_ignored"]
