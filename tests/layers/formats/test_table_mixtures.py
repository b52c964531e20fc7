"""Tables whose rows may be of several rights, or of no corner: refused or told, never joined."""

import pytest

from layers.errors import FormatError
from layers.formats import read

from .corner_rows import FAR, HEAD, INNER, SQUARE, areas, codes, ring

# -- rings of several rights -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["/", "无", "办理中", "C41000020*****", "4.1E+12"])
def test_a_key_that_names_nobody_joins_no_rings(table, key):
    rows = [(key, *c) for c in (*ring(), *ring(FAR))]
    with pytest.raises(FormatError, match=r"row 6: 许可证号 .* names nothing"):
        table(*rows, head=("许可证号", *HEAD))
    assert areas(table(*rows[:4], head=("许可证号", *HEAD))) == [1_000_000]


@pytest.mark.parametrize("title", ["名称", "采矿权人", "乡镇", "备注", "档案号"])
@pytest.mark.parametrize("start", [1, 5])
def test_a_column_that_changes_between_rings_or_within_one(table, title, start):
    one, other = ("7", "8") if title == "档案号" else ("甲", "乙")
    rows = [(*c, one) for c in ring()] + [(*c, other) for c in ring(FAR, start)]
    if title == "名称" and start == 1:
        assert areas(table(*rows, head=(*HEAD, title))) == [1_000_000, 1_000_000]
        return
    with pytest.raises(FormatError, match=f"row 6: {title} changes from"):
        table(*rows, head=(*HEAD, title))


def test_numbers_of_rings_are_no_names(table):
    rows = [(*c, 600 + k) for k, c in enumerate((*ring(), *ring(FAR)))]
    assert areas(table(*rows, head=(*HEAD, "边长"))) == [2_000_000]
    rows = [(*c, 1.0) for c in ring()] + [(*c, 2.0) for c in ring(FAR)]
    source = table(*rows, head=(*HEAD, "面积"))
    assert areas(source) == [2_000_000] and "field_conflict" in codes(source)


def test_a_serial_number_parts_mines_of_one_name(table):
    rows = [(n, "甲", *c) for n, places in ((1, SQUARE), (2, FAR)) for c in ring(places)]
    assert areas(table(*rows, head=("序号", "矿山名称", *HEAD))) == [1_000_000, 1_000_000]


def test_one_outline_given_twice_is_told(table):
    source = table(("矿区范围",), *ring(), ("附表一",), *ring())
    assert "parcel_repeated" in codes(source)


def test_a_ring_of_other_letters_that_becomes_a_hole_is_told_as_such(table):
    source = table(*ring(), *ring(INNER, letter="B"))
    assert areas(source) == [960_000]
    assert codes(source) == ["ring_by_letters", "ring_as_hole"]


# -- rows that are no corners ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["选厂", "办公区", "西南角", "一号井", "a"])
def test_a_place_with_a_name_among_numbers_is_no_corner(table, name):
    with pytest.raises(FormatError, match=r"row 6: .* is no name like 'J4' above"):
        table(*ring(), (name, 3760500, 38500500))


def test_a_number_among_names_is_no_corner(table):
    names = [(n, x, y) for n, (x, y) in zip("甲乙丙丁", SQUARE, strict=True)]
    with pytest.raises(FormatError, match="is no name like '丁' above"):
        table(*names, ("1", 3760500, 38500500))


def test_a_closing_point_may_have_any_name(table):
    assert areas(table(*ring(), ("闭合点", *SQUARE[0]))) == [1_000_000]


@pytest.mark.parametrize("name", ["3（作废）", "作废", "变更前", "原3", "3改为"])
def test_a_corner_that_is_void(table, name):
    rows = ring()
    with pytest.raises(FormatError, match="row 4: a corner called"):
        table(*rows[:2], (name, *rows[2][1:]), rows[3])


@pytest.mark.parametrize("remark", ["作废", "注销", "控制点"])
def test_a_remark_that_one_corner_is_void(table, remark):
    rows = [(*c, remark if k == 2 else "") for k, c in enumerate(ring())]
    with pytest.raises(FormatError, match="row 4: beside the corner stands"):
        table(*rows, head=(*HEAD, "备注"))


def test_a_remark_beside_one_corner_is_not_that_of_the_right(table):
    rows = [(*c, "界桩已埋" if k == 2 else "") for k, c in enumerate(ring())]
    assert table(*rows, head=(*HEAD, "备注")).columns["备注"].to_pylist() == [None]
    rows = [(*c, "新立" if k == 0 else "") for k, c in enumerate(ring())]
    assert table(*rows, head=(*HEAD, "备注")).columns["备注"].to_pylist() == ["新立"]


@pytest.mark.parametrize("letters", ["KZD", "CK", "GNSS", "PD", "QZK", "井", "监测点", "见矿点"])
def test_more_names_of_other_places(table, letters):
    source = table(*ring(), *ring(INNER, letter=letters))
    assert areas(source) == [1_000_000] and codes(source) == ["rows_aside"]


@pytest.mark.parametrize(
    "row",
    [("……", "……", "……"), ("...", "...", "..."), ("……", "", ""), ("⋮", "", ""), ("（略）", "", ""),
     ("以下略", "", ""), ("同上", "", ""), ("点1（缺）", "", ""), ("第1点", "", ""),
     ("（中略）", "", ""), ("此处省略3点", "", "")],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("numbered", [True, False])
def test_dots_and_words_for_corners_left_out(table, row, place, numbered):
    rows = ring() if numbered else [("", *places) for places in SQUARE]
    with pytest.raises(FormatError):
        table(*rows[:place], row, *rows[place:])


def test_a_blank_row_in_a_ring_without_numbers_is_told(table):
    rows = [("", *places) for places in (*SQUARE, *FAR)]
    source = table(*rows[:4], ("", "", ""), *rows[4:])
    assert codes(source) == ["ring_by_blank_row"]


def test_a_remark_of_every_row_takes_out_its_own_ring_alone(table):
    rows = [(*c, "") for c in ring()]
    rows += [(*c, "扣除") for c in ring(INNER, 5)] + [(*c, "") for c in ring(FAR, 9)]
    with pytest.raises(FormatError):  # 备注 is blank again, numbers run on: of which ring is J9?
        table(*rows[:8], *[(*c, "扣除") for c in ring(FAR, 9)], head=(*HEAD, "备注"))
    assert areas(table(*rows, head=(*HEAD, "备注"))) == [1_960_000]


def test_what_differs_from_corner_to_corner_is_unread_not_empty(table):
    rows = [(*c, kind) for c, kind in zip(ring(), ("新建", "扩建", "改建", "其他"), strict=True)]
    source = table(*rows, head=(*HEAD, "项目性质"))
    assert source.columns["项目性质"].to_pylist() == [None]
    assert source.lost["项目性质"].tolist() == [0]


def test_a_number_of_noughts_is_a_number(table):
    rows = [("00", *c) for c in (*ring(), *ring(FAR))]
    assert areas(table(*rows, head=("地块编号", *HEAD))) == [2_000_000]


# -- outlines whose columns are called otherwise ---------------------------------------------------


def written(path, *rows):
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")
    return read(path)


@pytest.mark.parametrize(
    "name", ["序号", "点", "号", "名称", "测点", "标识", "坐标点号", "采矿权拐点"]
)
@pytest.mark.parametrize("beside", ["备注", "高程", "边长", "H"])
def test_an_outline_by_its_title_and_its_numbers(tmp_path, name, beside):
    rows = [(k, x, y, "100.5") for k, (x, y) in enumerate(SQUARE, 1)]
    source = written(tmp_path / "a.csv", ("矿区范围",), (name, "X", "Y", beside), *rows)
    assert [(g.geom_type, g.area) for g in source.geometry] == [("Polygon", 1e6)]


@pytest.mark.parametrize(
    ("title", "head", "value"),
    [
        ("矿区范围内村庄一览表", ("序号", "X", "Y", "村名"), "大沟村"),
        ("钻孔", ("序号", "X", "Y", "高程"), "100"),
        ("矿区范围", ("序号", "X", "Y", "尾矿库名称"), "大沟"),
    ],
)
def test_numbered_places_are_no_outline(tmp_path, title, head, value):
    rows = [(k, x, y, f"{value}{'东南西北'[k - 1]}") for k, (x, y) in enumerate(SQUARE, 1)]
    source = written(tmp_path / "a.csv", (title,), head, *rows)
    assert {g.geom_type for g in source.geometry} == {"Point"}


@pytest.mark.parametrize(
    ("column", "word"),
    [("运行状况", "停用"), ("权利状态", "注销"), ("状态", "废止"), ("备注", "井口已封闭"),
     ("备注", "由乙矿改为甲矿"), ("库型", "废弃库")],
)  # fmt: skip
def test_what_is_said_once_of_a_ring_is_not_of_its_first_corner(tmp_path, column, word):
    rows = [("大沟" * (k == 1), word * (k == 1), k, x, y) for k, (x, y) in enumerate(SQUARE, 1)]
    source = written(tmp_path / "a.csv", ("名称", column, "点号", "X", "Y"), *rows)
    assert source.columns[column].to_pylist() == [word]
    assert [g.area for g in source.geometry] == [1e6]


@pytest.mark.parametrize(("at", "word"), [(1, "作废"), (3, "停用"), (3, "井口")])
def test_a_void_corner_beside_a_name_said_once(tmp_path, at, word):
    rows = [("大沟" * (k == 1), word * (k == at), k, x, y) for k, (x, y) in enumerate(SQUARE, 1)]
    with pytest.raises(FormatError, match="is it one still"):
        written(tmp_path / "a.csv", ("名称", "备注", "点号", "X", "Y"), *rows)
