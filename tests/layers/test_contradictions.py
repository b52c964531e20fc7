"""What is told of features, and of layers, that contradict themselves or one another."""

import dataclasses

import pytest

from layers import between
from layers.account import Refused
from layers.catalog import schema
from layers.loader import load

GOAF_CUBE = {"顶板标高": [760.0] * 3, "底板标高": [735.0] * 3}


@pytest.fixture
def read(make_source, settings):
    def make(name, columns, shapes=None, **more):
        keys = settings(source="表.gpkg", ids="auto", duplicate_ids="number")
        return load(make_source(columns, shapes), schema(name), keys, **more)

    return make


def told(layer):
    codes = ("contradiction", "numbers_alike", "owner_unknown")
    return [(i.severity, i.code, i.feature, i.en) for i in layer.issues if i.code in codes]


def one_of_two(en, *names):
    said = f"表.gpkg: {len(names)} features: {en}; one of the two is wrong (judged as given): "
    return [("warning", "contradiction", names[0], said + ", ".join(names))]


def test_a_closed_pond_that_discharges(read):
    layer = read("tailings_facility", {
        "尾矿库编号": ["A", "B", "C", "D"],
        "运行状况": ["已闭库", "已闭库", "运行", "已闭库"],
        "正在排放": ["是", "否", "是", None],
    })  # fmt: skip
    assert told(layer) == one_of_two("the status is closed, and it is said to be discharging", "A")
    assert layer.text("status").tolist() == ["closed", "closed", "operating", "closed"]


def test_a_new_pond_that_was_in_use(read):
    layer = read("tailings_facility", {
        "尾矿库编号": list("ABCDEFG"),
        "建设性质": ["新建", "新建", "新建", None, None, "已有", "新建"],
        "运行状况": ["停用", "拟建", None, "拟建", "拟建", "停用", "拟建"],
        "停用日期": [None, None, None, "2022-11-30", None, "2022-11-30", None],
        "正在排放": [None, None, None, None, "是", None, "否"],
        "已达最终标高": [None, None, "是", None, None, "是", "否"],
    })  # fmt: skip
    assert told(layer) == one_of_two(
        "the pond is new (or planned), and yet in use, stopped or closed; project_type is that of "
        "the project now judged, not of the day it was built", "A", "C", "D", "E",
    )  # fmt: skip
    assert layer.text("project_type").tolist() == ["new"] * 3 + [None, None, "existing", "new"]


def test_an_exploration_right_that_mines(read):
    layer = read("mining_right", {
        "许可证号": ["A", "B", "C", "D"],
        "矿业权类型": ["探矿权", "探矿权", "探矿权", "采矿权"],
        "开采方式": ["地下", None, None, "地下"],
        "生产规模（万吨/年）": [None, 30.0, 0.0, 30.0],
    })  # fmt: skip
    assert told(layer) == one_of_two(
        "the type is exploration, and yet there is a mining method, a capacity or production",
        "A", "B",
    )  # fmt: skip
    assert not layer.is_unread("right_type").any()


def test_the_number_of_a_mining_licence_leaves_the_type_open(read):
    numbers = ["C1400002020017120142001", "T1400002020017120142001", "C14", None]
    layer = read("mining_right", {"许可证号": numbers, "矿业权类型": ["探矿权"] * 4})
    assert told(layer) == [(
        "warning", "contradiction", numbers[0],
        "表.gpkg: 1 features: the type is exploration, and the number that of a mining licence "
        f"(C...); one of the two is wrong (right_type is taken as missing): {numbers[0]}",
    )]  # fmt: skip
    assert layer.text("right_type").tolist() == [None, *["exploration"] * 3]
    assert layer.is_unread("right_type").tolist() == [True, False, False, False]


def test_an_angle_of_soil_where_there_is_none(read):
    layer = read("goaf", {
        "采空区编号": ["A", "B", "C"], "表土厚度": [0.0, 0.0, 5.0],
        "表土移动角": [45.0, None, 45.0],
    })  # fmt: skip
    assert told(layer) == one_of_two(
        "the soil is 0 m thick (an empty cell may read so), and yet has an angle of movement", "A"
    )


def test_a_small_mine_beyond_any_small_mine(read):
    layer = read("mining_right", {
        "许可证号": ["A", "B", "C", "D"],
        "矿山规模": ["小型", "小型", "大型", None],
        "生产规模（万吨/年）": [400.0, 100.0, 400.0, 400.0],
    })  # fmt: skip
    assert told(layer) == one_of_two(
        "the size class is small, and the capacity over 1,000 kt/a, beyond any small mine", "A"
    )


@pytest.mark.parametrize("name", ["open_pit", "waste_dump"])
def test_a_slope_far_lower_than_its_own_elevations(read, name):
    layer = read(name, {
        "编号": ["A", "B", "C", "D"],
        "高度": [21.0, 70.0, 210.0, 21.0],
        "上限标高": [945.0, 945.0, 835.0, None],
        "下限标高": [735.0, 735.0, 735.0, 735.0],
    })  # fmt: skip
    assert told(layer) == one_of_two(
        "the height is less than a third of what the elevations span", "A"
    )


def test_a_goaf_that_holds_a_thousand_times_its_volume(read):
    # The squares are 0.01 degrees wide: 0.95 km2, 24 million m3 at 25 m of height.
    layer = read(
        "goaf",
        {"采空区编号": list("ABC"), "体积（立方米）": [9_000.0, 90_000.0, None], **GOAF_CUBE},
    )
    assert told(layer) == one_of_two(
        "the volume is less than a thousandth of what outline and elevations hold", "A"
    )


def test_voids_without_height(read):
    flat = "top and bottom elevations are equal, which leaves no height"
    layer = read("goaf", {
        "采空区编号": list("ABC"), "顶板标高": [-1.0, 5.0, None], "底板标高": [-1.0, 4.0, None],
    })  # fmt: skip
    assert told(layer) == one_of_two(flat, "A")
    layer = read("working", {
        "编号": list("ABC"), "所属许可证号": ["X"] * 3, "类别": ["采场", "平硐", None],
        "顶板标高": [8.0] * 3, "底板标高": [8.0] * 3,
    })  # fmt: skip
    assert told(layer) == one_of_two(flat, "A", "C")


def test_numbers_that_are_one_but_for_their_typing(read):
    layer = read("mining_right", {"许可证号": ["kq-1", "KQ-1号", "KQ-2", "KQ-2", "B", None]})
    assert told(layer) == [(
        "warning", "numbers_alike", "KQ-1号/kq-1",
        "表.gpkg: numbers that differ only in letter case or a 号 are judged as one: KQ-1号/kq-1",
    )]  # fmt: skip
    assert layer.source_id.tolist() == ["kq-1", "KQ-1号", "KQ-2", "KQ-2#2", "B", "表-6"]


def said(name, *layers):
    return told(between.checked({layer.name: layer for layer in layers})[name])


@pytest.fixture
def rights(read):
    columns = {
        "许可证号": ["A", "B", "C"], "原许可证号": ["OLD", None, None], "权利状态": ["有效"] * 3,
        "开采方式": ["地下", "露天", "露天"], "上限标高": [900.0] * 3, "下限标高": [600.0] * 3,
    }  # fmt: skip
    return read("mining_right", columns)


def owned(read, name, owners, **columns):
    numbers = [f"{k}" for k in range(1, len(owners) + 1)]
    return read(name, {"编号": numbers, "所属许可证号": owners, **columns})


def test_owners_that_are_in_no_layer(read, rights):
    voids = owned(read, "working", ["a号", "OLD", None, "X", "X", "Y", "LOST"])
    # A refused row has its number; what it was is told there.
    lost = dataclasses.replace(rights, refused=Refused(rights.shapes.bounds[:1], ("LOST",)))
    assert said("working", voids, lost) == [(
        "warning", "owner_unknown", "X",
        "表.gpkg: 3 features belong to numbers that mining_right does not have, and count as "
        "nobody's; check them: X, Y",
    )]  # fmt: skip
    assert said("working", voids, dataclasses.replace(rights, registered=False)) == []


def test_old_owners_of_goafs_are_worth_knowing(read, rights):
    found = said("goaf", owned(read, "goaf", ["A", "X"]), rights)
    assert [(s, c, f) for s, c, f, _ in found] == [("info", "owner_unknown", "X")]
    found = said("goaf", owned(read, "goaf", ["Y", "X"]), rights)
    assert [(s, c, f) for s, c, f, _ in found] == [("warning", "owner_unknown", "Y")]


def test_toes_of_no_pond(read):
    ponds = read("tailings_facility", {"尾矿库编号": ["WK-1"]})
    toes = read("dam_toe", {"坝脚编号": ["1", "2"], "尾矿库编号": ["wk-1", "WK-2"]},
                [s.centroid for s in ponds.geometry.repeat(2)])  # fmt: skip
    found = said("dam_toe", toes, ponds)
    assert [(s, c, f) for s, c, f, _ in found] == [("warning", "owner_unknown", "WK-2")]


def test_stopes_of_an_open_pit(read, rights):
    kinds = ["采场", "竖井", "平硐", "采场"]
    voids = owned(read, "working", ["A", "B", "C", "B"], 类别=kinds)
    assert said("working", voids, rights) == [(
        "warning", "contradiction", "B",
        "表.gpkg: 1 rights are mined by open pit and yet have stopes or shafts; they are not "
        "judged as underground mines, check them: B",
    )]  # fmt: skip


def test_stopes_of_an_exploration_right(read):
    rights = read("mining_right", {"许可证号": ["A", "B"], "矿业权类型": ["探矿权", "采矿权"]})
    voids = owned(read, "working", ["A", "B", "A"], 类别=["采场", "采场", "平硐"])
    assert said("working", voids, rights) == [(
        "warning", "contradiction", "A",
        "表.gpkg: 1 rights are for exploration and yet have stopes; they are not judged as "
        "underground mines, check them: A",
    )]  # fmt: skip


def test_voids_far_from_the_elevations_of_their_licence(read, rights):
    voids = owned(read, "goaf", ["A", "A", "A", "A", "B"],
                  顶板标高=[850.0, -1.0, 500.0, 8889.0, None],
                  底板标高=[800.0, -2.0, 499.0, 8888.0, None])  # fmt: skip
    assert said("goaf", voids, rights) == [(
        "warning", "contradiction", "2",
        "表.gpkg: 2 features lie over 100 m above or below the elevations of their licence; are "
        "theirs wrong (judged as given)? 2, 4",
    )]  # fmt: skip


def test_one_orebody_number_in_rights_far_apart(read, make_source):
    # The squares follow each other at 0.02 degrees.
    columns = {
        "许可证号": list("ABCDEF"), "权利状态": ["有效"] * 5 + ["注销"],
        "矿体编号": ["I号矿体", "K-2", None, "k2", "Ⅰ", "K2"],
    }  # fmt: skip
    rights = read("mining_right", columns)
    assert said("mining_right", rights) == [(
        "warning", "contradiction", "I号矿体",
        "表.gpkg: rights over 5 km apart name one orebody and are judged to be on it; if each "
        "mine numbers its own, make the numbers unique: I号矿体",
    )]  # fmt: skip
    drawn = read("orebody", {"矿体编号": ["I"]})
    assert said("mining_right", rights, drawn) == []


def test_an_orebody_deeper_than_the_mine(read):
    columns = {"许可证号": list("ABC"), "矿体埋深": [1250.0, 420.0, 1250.0],
               "矿井深度": [420.0, 420.0, None]}  # fmt: skip
    assert told(read("mining_right", columns)) == one_of_two(
        "the orebody is said to lie deeper than the mine goes", "A"
    )


def test_orebodies_that_no_mine_on_them_reaches(read, rights):
    # Orebody k lies under right k; B and C are open pits, which need not reach any.
    tops = {"矿体编号": ["1", "2"], "矿体顶标高": [-1.0, -1.0]}
    assert said("orebody", read("orebody", tops), rights) == [(
        "warning", "contradiction", "1",
        "表.gpkg: the tops of 1 orebodies lie over 300 m above or below the elevations of an "
        "underground mine on them; are they wrong (judged as given)? 1",
    )]  # fmt: skip
    tops["矿体顶标高"] = [301.0, -1.0]
    assert said("orebody", read("orebody", tops), rights) == []
