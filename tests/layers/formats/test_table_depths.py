"""Elevations that a table of corners states in words: whose they are, and those not used."""

import time

import pytest

from layers.errors import FormatError
from layers.formats.table.depths import stated

from .corner_rows import BOX, FAR, HEAD, INNER, SIX, areas, codes, ring


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


def test_a_column_of_elevations_without_heading_numbers_nothing(table):
    rows = [(x, y, z) for (x, y), z in zip(SIX, (12, 13, 14, 12, 15, 16), strict=True)]
    source = table(*rows, head=("X", "Y", ""))
    assert len(source.geometry[0].exterior.coords) == 7


def test_elevations_beside_a_deduction(table):
    cut = [("扣除范围",), *ring(INNER)]
    source = table(*ring(), *cut, ("开采深度：由1250米至980米标高",))
    assert (source.columns["top_elevation_m"].to_pylist(), areas(source)) == (["1250"], [960000])
    message = r"of the parcel or of that part\?"
    with pytest.raises(FormatError, match=message):
        table(*ring(), *cut, ("由192米至185米标高",))
    with pytest.raises(FormatError, match=message):
        table(*ring(), cut[0], ("由192米至185米标高",), *cut[1:])


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


def test_elevations_of_some_parcels_are_told(table):
    rows = [("一采区",), *ring(), ("开采标高：1250～980m",), ("二采区",), *ring(FAR)]
    source = table(*rows)
    assert source.columns["top_elevation_m"].to_pylist() == ["1250", None]
    assert codes(source) == ["depth_partial"]


def test_elevations_beside_a_name_are_those_of_the_corners_below(table):
    rows = [("矿山名称：甲矿",), *ring(), ("矿山名称：乙矿 开采标高：1150～900m",), *ring(FAR)]
    source = table(*rows)
    assert source.columns["矿山名称"].to_pylist() == ["甲矿", "乙矿"]
    assert source.columns["top_elevation_m"].to_pylist() == [None, "1150"]
    assert source.columns["bottom_elevation_m"].to_pylist() == [None, "900"]
    assert codes(source) == ["depth_partial"]


def test_a_column_of_heights_is_told_once(table):
    rows = [("甲", *c, 1250 + k) for k, c in enumerate(ring())]
    rows += [("乙", *c, 1250 + k % 2) for k, c in enumerate(ring(FAR))]
    source = table(*rows, head=("地块", *HEAD, "高程"))
    assert codes(source) == ["column_ignored"]
