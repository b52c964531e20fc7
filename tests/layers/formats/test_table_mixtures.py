"""Tables whose rows may be of several rights, or of no corner: refused or told, never joined."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

from .corner_rows import FAR, HEAD, INNER, SIX, SQUARE, areas, codes, ring

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


@pytest.mark.parametrize(
    "rows",
    [
        [*ring(), (), *ring(INNER)],
        [*ring(), *ring(INNER)],
        [*ring(), ring()[0], *ring(INNER, 5), ring(INNER, 5)[0]],
        [(*c, "甲") for c in (*ring(), *ring(INNER))],
    ],
)
def test_an_unnamed_ring_inside_another_is_told(table, rows):
    head = (*HEAD, "地块名称") if len(rows[0]) > 3 else HEAD
    source = table(*rows, head=head)
    assert (areas(source), codes(source)) == ([960_000], ["ring_as_hole"])


def test_a_ring_with_the_number_of_the_one_round_it(table):
    rows = [("1", *c) for part in (SQUARE, INNER) for c in ring(part)]
    with pytest.raises(FormatError, match="has the number of the one round it, 1"):
        table(*rows, head=("圈号", *HEAD))


def test_rings_that_have_numbers_of_their_own(table):
    rows = [(n, *c) for n, part in (("1", SQUARE), ("2", INNER)) for c in ring(part)]
    source = table(*rows, head=("圈号", *HEAD))
    assert (areas(source), codes(source)) == ([960_000], [])
    rows = [("1", *c) for part in (SQUARE, FAR) for c in ring(part)]
    assert areas(table(*rows, head=("圈号", *HEAD))) == [2_000_000]
    isle = [(x + 400, y) for x, y in INNER]
    rows = [(n, *c) for n, part in (("1", SQUARE), ("2", INNER), ("2", isle)) for c in ring(part)]
    assert areas(table(*rows, head=("圈号", *HEAD))) == [920_000]


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
    with pytest.raises(FormatError, match=r"row 4: (beside the corner|says of its)"):
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
    with pytest.raises(FormatError, match=r"is it one still|cannot be used"):
        written(tmp_path / "a.csv", ("名称", "备注", "点号", "X", "Y"), *rows)


# -- whose a ring is -------------------------------------------------------------------------------


def keyed(words, places=SIX, start=1):
    return [(word, *c) for word, c in zip(words, ring(places, start), strict=True)]


FAR_SIX = [(x + 5000, y) for x, y in SIX]
MIDDLE = ["", "", "", "{}", "", ""]


@pytest.mark.parametrize("first", [MIDDLE, ["{}"] + [""] * 5])
@pytest.mark.parametrize("title", ["许可证号", "矿山名称"])
@pytest.mark.parametrize("gap", [[], [("",) * 4]])
def test_a_key_beside_a_middle_corner(table, first, title, gap):
    one = keyed([w.format("甲") for w in first])
    two = keyed([w.format("乙") for w in MIDDLE], FAR_SIX)
    with pytest.raises(FormatError, match=f"{title} '.' stands beside a middle corner"):
        table(*one, *gap, *two, head=(title, *HEAD))


def test_keys_written_once_over_numbers_that_run_on(table):
    rows = [*keyed(["甲", "", "", ""], SQUARE), *keyed(["乙", "", "", ""], FAR, 5)]
    source = table(*rows, head=("矿山名称", *HEAD))
    assert (areas(source), source.labels) == ([1e6, 1e6], ("地块 甲", "地块 乙"))


@pytest.mark.parametrize("title", ["采矿权人", "开采矿种"])
def test_a_value_beside_one_corner_of_each_of_two_outer_rings(table, title):
    rows = [(*c, w.format("甲")) for c, w in zip(ring(SIX), MIDDLE, strict=True)]
    rows += [(*c, w.format("乙")) for c, w in zip(ring(FAR_SIX), MIDDLE, strict=True)]
    with pytest.raises(FormatError, match=f"{title} changes from '甲' to '乙'"):
        table(*rows, head=(*HEAD, title))
    assert len(table(*rows, head=(*HEAD, "备注")).geometry) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("甲矿（一采区）", "甲矿(一采区)"), ("甲矿", "甲 矿"), ("1", "1.0"), ("ABC矿", "abc矿"),
     ("甲—矿", "甲-矿"), ("甲矿Ⅰ", "甲矿I"),
     ("C1000002010013110000001", "Ｃ1000002010013110000001")],
)  # fmt: skip
@pytest.mark.parametrize("title", ["矿山名称", "圈号"])
def test_a_key_in_two_spellings_is_one(table, one, other, title):
    source = table(*keyed([one] * 3 + [other] * 3), head=(title, *HEAD))
    assert len(source.geometry) == 1 and len(source.geometry[0].exterior.coords) == 7
    if title == "矿山名称":
        assert source.columns[title].to_pylist() == [one]


def test_a_longer_name_over_numbers_that_run_on(table):
    def rows(other, start=4):
        return keyed(["某县甲铁矿"] * 4, SQUARE) + keyed([other] * 4, FAR, start + 1)

    with pytest.raises(FormatError, match="numbers run on from 矿山名称 '某县甲铁矿'"):
        table(*rows("某县甲铁矿有限公司"), head=("矿山名称", *HEAD))
    for other, start in (("某县甲铁矿二采区", 4), ("某县乙铁矿", 4), ("某县甲铁矿有限公司", 0)):
        assert areas(table(*rows(other, start), head=("矿山名称", *HEAD))) == [1e6, 1e6]


@pytest.mark.parametrize("title", ["环", "圈", "圈数", "环序", "第几圈"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_counts_rings_is_not_passed_over(table, title, first):
    rows = [(*c, first) for c in ring()] + [(*c, first + 1) for c in ring(FAR, 5)]
    with pytest.raises(FormatError, match=f"row 6: {title} changes from '{first}'"):
        table(*rows, head=(*HEAD, title))


def test_the_number_of_a_ring_written_in_its_first_row(table):
    rows = [(n if k == 0 else "", *c)
            for n, part in ((1, ring()), (2, ring(INNER, 5)))
            for k, c in enumerate(part)]  # fmt: skip
    assert areas(table(*rows, head=("圈号", *HEAD))) == [960_000]
    rows = [("C1" if k == 0 else "", *row) for k, row in enumerate(rows)]
    more = [("C2" if k == 0 else "", *row) for k, row in enumerate(rows[:4])]
    more = [(more[k][0], rows[k][1], *c) for k, c in enumerate(ring(FAR))]
    assert areas(table(*rows, *more, head=("许可证号", "圈号", *HEAD))) == [960_000, 1e6]


@pytest.mark.parametrize(
    "names",
    ["J1 J2 J3 J3-1 J4 J5", "1 2 3 3.1 4 5", "1 2 3 3-1 3-2 4", "1 2 3 补1 补2 4",
     "J1 J2 J3 K1 J4 J5", "1 2 3 4 4-1 5", "拐1 拐2 拐3 界1 拐4 拐5"],
)  # fmt: skip
def test_corners_that_were_put_in_are_of_their_ring(table, names):
    source = table(*((n, *c) for n, c in zip(names.split(), SIX, strict=True)))
    assert [g.equals(shapely.Polygon([(y, x) for x, y in SIX])) for g in source.geometry] == [True]
    assert codes(source) == ["corner_numbers"]


def test_three_corners_between_two_numbers_that_follow(table):
    rows = [*ring(), *ring(INNER, letter="K"), ("J5", 3760500, 38499500)]
    with pytest.raises(FormatError, match="J5 follows J4: are K1 and others between them a ring"):
        table(*rows)


EIGHT = [
    (3760000 + x, 38500000 + y)
    for x, y in (
        *((500, 0), (350, 350), (0, 500), (-350, 350)),
        *((-500, 0), (-350, -350), (0, -500), (350, -350)),
    )
]


def test_a_blank_row_within_an_outline_is_asked_about(table):
    rows, blank = ring(EIGHT), [("", "", "")]
    with pytest.raises(FormatError, match="row 7: numbers run on after a blank row"):
        table(*rows[:4], *blank, *rows[4:])
    closed = [*rows[:4], ("J1", *EIGHT[0]), *blank, *rows[4:], ("J5", *EIGHT[4])]
    assert shapely.get_num_geometries(table(*closed).geometry[0]) == 2
    assert areas(table(*ring(), *blank, *ring(INNER, 5))) == [960_000]


@pytest.mark.parametrize("title", ["类型", "名称", "权利状态"])
@pytest.mark.parametrize("once", [True, False])
def test_a_ring_of_another_name_is_no_hole(table, title, once):
    rows = [("甲", *c, word if k == 0 or not once else "")
            for word, part in (("矿区", SQUARE), ("采空区", INNER))
            for k, c in enumerate(ring(part))]  # fmt: skip
    with pytest.raises(FormatError, match=f"row 6: {title} changes from '矿区' to '采空区'"):
        table(*rows, head=("矿山名称", *HEAD, title))
    taken = [(*row[:4], row[4].replace("采空区", "扣除区")) for row in rows]
    if not once:
        assert areas(table(*taken, head=("矿山名称", *HEAD, title))) == [960_000]


def test_parcels_of_other_keys_inside_each_other_are_told(table):
    rows = [(n, "C1", *c) for n, part in (("外围", SQUARE), ("内部", INNER)) for c in ring(part)]
    source = table(*rows, head=("区域", "许可证号", *HEAD))
    assert (areas(source), codes(source)) == ([1e6, 4e4], ["parcel_inside"])


@pytest.mark.parametrize("name", ["县测绘局石料厂", "某单位石料厂", "标高山铁矿"])
def test_a_mine_is_no_footer(tmp_path, name):
    places = [(1134608, 345846), (1134631, 345851), (1134640, 345838), (1134626, 345825)]
    far = [(lon + 100, lat + 100) for lon, lat in places]
    rows = [("甲矿", *p) for p in places] + [(name, *p) for p in far]
    path = tmp_path / "t.csv"
    foot = ("测绘单位", "某院", ""), ("开采标高", 1250, 980)
    text = "\n".join(",".join(map(str, r)) for r in (("矿山名称", "经度", "纬度"), *rows, *foot))
    path.write_text("2000国家大地坐标系\n" + text, "utf-8")
    source = read(path)
    assert source.columns["矿山名称"].to_pylist() == ["甲矿", name]


@pytest.mark.parametrize(
    ("title", "one", "other"),
    [("类型", "外", "内"), ("面积", "1平方公里", "0.04平方公里"), ("备注", "", "埋石")],
)
def test_what_else_is_said_of_a_hole(table, title, one, other):
    rows = [(*c, one) for c in ring()] + [(*c, other) for c in ring(INNER)]
    assert areas(table(*rows, head=(*HEAD, title))) == [960_000]


def test_an_outline_of_before_a_change_is_none_now(table):
    heads = (("变更前矿区范围",), *ring(), ("变更后矿区范围",), *ring(FAR))
    with pytest.raises(FormatError, match="'变更前矿区范围' is an outline of before"):
        table(*heads)
    rows = [(n, *c) for n, part in (("变更后", SQUARE), ("变更前", FAR)) for c in ring(part)]
    with pytest.raises(FormatError, match="row 6: '变更前' is an outline of before"):
        table(*rows, head=("范围", *HEAD))
    assert areas(table(("原矿区范围",), *ring(), ("扩大区",), *ring(FAR))) == [1e6, 1e6]


@pytest.mark.parametrize("counts", [(2, 1), (1, 2, 1), (0, 1, 0)])
def test_a_column_that_counts_rings_in_any_order(table, counts):
    far = [[(x + 5000 * k, y) for x, y in SQUARE] for k in range(3)]
    rows = [(*c, n) for k, n in enumerate(counts) for c in ring(far[k], 4 * k + 1)]
    with pytest.raises(FormatError, match="row 6: 组 changes from"):
        table(*rows, head=(*HEAD, "组"))
    assert len(table(*rows, head=(*HEAD, "高程")).geometry) == 1


def test_a_number_written_once_over_two_blocks_is_that_of_both(table):
    rows = [("C1" if n + k == 0 else "", name if k == 0 else "", *c)
            for n, (name, part) in enumerate((("一区", ring()), ("二区", ring(FAR, 5))))
            for k, c in enumerate(part)]  # fmt: skip
    source = table(*rows, head=("许可证号", "区块", *HEAD))
    assert source.columns["许可证号"].to_pylist() == ["C1", "C1"]
    assert source.columns["区块"].to_pylist() == ["一区", "二区"]


@pytest.mark.parametrize("title", ["界标类型", "是否埋石", "界址线类别"])
def test_codes_of_corners_count_no_rings(table, title):
    rows = [(*c, 1 + k // 3) for k, c in enumerate(ring(SIX))]
    assert len(table(*rows, head=(*HEAD, title)).geometry[0].exterior.coords) == 7


def test_a_ring_that_ends_in_corners_as_put_in(table):
    def named(names, places):
        return [(n, *c) for n, c in zip(names.split(), places, strict=True)]

    with pytest.raises(FormatError, match="row 6: corners from 4-1 on: put in, or another ring"):
        table(*named("1 2 3 4", SQUARE), *named("4-1 4-2 4-3 4-4", FAR))
    assert len(table(*named("1 2 3 4 4-1 4-2", SIX)).geometry[0].exterior.coords) == 7
    assert areas(table(*named("1-1 1-2 1-3 1-4", SQUARE))) == [1e6]
