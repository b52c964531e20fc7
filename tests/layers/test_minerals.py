import pyarrow as pa
import pytest

from layers import catalog, minerals
from layers.loader import load


@pytest.mark.parametrize(
    ("mineral", "expected"),
    [
        ("铁矿", "metal"),
        ("铁", "metal"),
        ("铁矿石", "metal"),
        ("铜、金", "metal"),
        ("铅矿；锌矿", "metal"),
        ("建筑石料用灰岩", "building_stone"),
        ("建筑用砂", "building_sand"),
        ("砖瓦用粘土", "clay"),
        ("饰面用花岗岩", "dimension_stone"),
        ("水泥用石灰岩", "other_nonmetal"),
        ("萤石(普通)", "other_nonmetal"),
        ("矿泉水", "water_gas"),
        ("建筑石料用花岗岩", "building_stone"),
        ("建筑石料用灰岩、白云岩", "building_stone"),
        ("普通建筑石料用片麻岩矿", "building_stone"),
        ("建筑石料（灰岩）", "building_stone"),
        ("石灰岩（建筑石料用）", "building_stone"),
        ("建筑用石料（花岗岩）", "building_stone"),
        ("建筑石料用灰岩（矿）", "building_stone"),
        ("花岗岩（饰面用）", "dimension_stone"),
        ("石灰岩（水泥用）", "other_nonmetal"),
        ("砖瓦页岩", "clay"),
        ("金矿（岩金）", "metal"),
        ("铁矿（石膏）", None),
        ("铁矿（煤）", None),
        ("煤（铁矿）", None),
        ("建筑石料用灰岩、水泥用灰岩", None),
        ("机制砂", None),
        # The rock does not tell what it is quarried for.
        ("石灰岩", None),
        ("花岗岩", None),
        ("铁矿、石膏", None),
        ("煤", None),
        ("", None),
    ],
)
def test_class_of_a_mineral(mineral, expected):
    assert minerals.mineral_class(mineral) == expected


def test_classes_are_those_of_the_schema():
    codes = catalog.schema("mining_right").column("mineral_class").codes
    assert set(minerals.classes().values()) == set(codes)


def test_unknown_minerals_are_named_once():
    array, issues = minerals.derive(pa.array(["铁矿", "石灰岩", None, "石灰岩"]))
    assert array.to_pylist() == ["metal", None, None, None]
    assert [(i.severity, i.code) for i in issues] == [("info", "unknown_mineral")]
    assert issues[0].zh.endswith("：石灰岩")


def test_a_stated_class_that_says_less_than_the_mineral(make_source, settings):
    right = catalog.schema("mining_right")
    columns = {
        "licence_no": list("ABCDEFG"),
        "开采矿种": ["石膏", "建筑石料用灰岩", "铁矿", "铜矿", "石灰岩", None, "铁矿"],
        "矿种大类": [
            "非金属矿产", "建材类非金属", "黑色金属矿产", "有色金属矿产", "非金属", "非金属",
            "非金属矿产",
        ],
    }  # fmt: skip
    layer = load(make_source(columns), right, settings())
    assert layer.table.column("mineral_class").to_pylist() == [
        "other_nonmetal", "building_stone", "metal", "metal", None, None, None,
    ]  # fmt: skip
    assert layer.is_unread("mineral_class").tolist() == [False] * 6 + [True]
    (said,) = [i for i in layer.issues if i.code in ("field_conflict", "unknown_code")]
    assert said.severity == "error" and "“铁矿”与矿种大类“非金属矿产”" in said.zh
