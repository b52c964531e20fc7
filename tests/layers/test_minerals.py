import pyarrow as pa
import pytest

from layers import catalog, minerals


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
