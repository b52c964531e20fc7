"""Rows of a table of corners that hold no corner, and what they do to rings."""

import pytest

from layers.errors import FormatError

from .corner_rows import BOX, FAR, HEAD, SIX, SQUARE, areas, codes, ring

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


# -- headings --------------------------------------------------------------------------------------


def test_numbers_again_after_a_second_header(table):
    source = table(*ring(), HEAD, *ring(FAR))
    assert (areas(source), codes(source)) == ([1e6, 1e6], ["parcel_by_row"])


def test_letters_that_change_begin_a_ring(table):
    source = table(*ring(letter="A"), *ring(FAR, letter="B"))
    assert (areas(source), codes(source)) == ([2e6], ["ring_by_letters"])
    on = table(*ring(SIX[:3], letter="A"), *ring(SIX[3:], 4, letter="B"))
    assert len(on.geometry[0].exterior.coords) == 7


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


# -- what is said of rows passed over --------------------------------------------------------------


def test_rows_passed_over_are_told(table):
    source = table(*ring(), ("合计4个点",), ("制表日期：2024年5月",), ("审核：李四",))
    (issue,) = source.issues
    assert (issue.severity, issue.code) == ("info", "rows_ignored")
    assert issue.en == "rows 6, 7 are remarks and are not read: 合计4个点"


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


def test_titles_with_table_numbers_and_pages(table):
    six = ring(SIX)
    for rows in ([("续表1 拐点坐标表",), HEAD], [("表1 拐点坐标表（第二页）",)], [("第二页",)]):
        source = table(*six[:3], *rows, *six[3:], above=[("表1 拐点坐标表",)])
        assert (source.declared, len(source.geometry[0].exterior.coords)) == (1, 7)
        assert source.issues == ()


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


def test_a_second_ring_that_begins_at_the_first_corner(table):
    below = [("J1", *SQUARE[0]), ("J2", 3759000, 38500000), ("J3", 3759000, 38499000),
             ("J4", 3760000, 38499000)]  # fmt: skip
    source = table(*ring(), *below)
    assert (areas(source), codes(source)) == ([2e6], ["rings_apart"])
    tail = [("J1", *SQUARE[0]), ("J5", 3759000, 38500000), ("J6", 3759000, 38499000),
            ("J7", 3760000, 38499000)]  # fmt: skip
    source = table(*ring(), *tail)
    assert codes(source) == ["ring_unclosed", "rings_apart"]


def test_a_blank_row_before_the_closing_point(table):
    assert table(*ring(), ("",), ring()[0]).geometry[0].equals(BOX)


def test_a_table_of_control_points_alone(table):
    with pytest.raises(FormatError, match="from row 2 on no place is a corner by its name"):
        table(*ring(letter="控制点"))


@pytest.mark.parametrize("row", [("合计", 4), ("面积(km²)", "1.0000"), ("周长", "", "3801.25")])
def test_a_sum_below_the_corners_is_a_remark(table, row):
    source = table(*ring(), row)
    assert source.geometry[0].equals(BOX)
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


def test_counts_in_chinese_numerals(table):
    for words, told in (("矿区范围由六个拐点圈定", 6), ("共有十二个界址点", 12)):
        source = table(*ring(), (words,))
        issue = next(i for i in source.issues if i.code == "corner_count")
        assert f"写明 {told} 个拐点，读到 4 个" in issue.zh
    assert "corner_count" not in codes(table(*ring(), ("矿区范围由四个拐点圈定",)))
