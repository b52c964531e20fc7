"""In which unit the numbers of a field are: stated by heading, beside it, in the cell, or not."""

import numpy as np
import pytest

from layers.catalog import schema
from layers.loader import load

RIGHT, POND, GOAF = schema("mining_right"), schema("tailings_facility"), schema("goaf")


@pytest.fixture
def read(make_source, settings, codes_of):
    def make(shape, column, columns):
        """Return the values, the unread rows, and the codes of what was said of units."""
        n = len(next(iter(columns.values())))
        fields = {shape.number: [f"A{k}" for k in range(n)], **columns}
        layer = load(make_source(fields), shape, settings())
        values = [None if np.isnan(v) else v for v in layer.number(column).tolist()]
        said = [c for c in codes_of(layer.issues) if c.startswith("unit") or c.endswith("value")]
        return values, np.flatnonzero(layer.is_unread(column)).tolist(), said

    return make


def test_a_bare_number_of_several_possible_units_is_not_read(make_source, settings, read):
    columns = {"生产规模": [30.0, 400_000.0, None, 50.0]}
    assert read(RIGHT, "capacity_kt_a", columns) == (
        [None, None, None, None],
        [0, 1, 3],
        ["unit_missing"],
    )
    source = make_source({"licence_no": list("ABCD"), **columns})
    (said,) = [i for i in load(source, RIGHT, settings()).issues if i.code == "unit_missing"]
    assert (said.severity, said.feature) == ("warning", "第 1 行")
    assert said.zh == (
        "权.gpkg：字段“生产规模”未注明单位，其中 3 个数值的单位可能是 kt/a、万吨/年、吨/年，"
        "按空值处理，首见于第 1 行；请写明单位，如 生产规模（万吨/年），"
        "或另设单位字段 规模单位"
    )
    assert "3 of its numbers may be in kt/a, 万吨/年, 吨/年" in said.en


@pytest.mark.parametrize("kind", [float, str])
def test_a_bare_volume_is_read_where_no_other_unit_is_possible(read, kind):
    # 1.2 million: as 万m3 it would be twelve times what the largest pond of the country holds.
    columns = {"总库容": [kind(1_200_000), kind(120), kind(0)]}
    assert read(POND, "total_volume_m3", columns) == (
        [1_200_000, None, 0],
        [1],
        ["unit_assumed", "unit_missing"],
    )
    columns = {"体积": [kind(97.5001), kind(30_001), kind(25_000)]}
    assert read(GOAF, "volume_m3", columns) == (
        [None, 30_001, 25_000],
        [0],
        ["unit_assumed", "unit_missing"],
    )


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("生产规模（万吨/年）", 30), ("capacity_kt_a", 300), ("生产规模", "30万吨/年")],
)
def test_a_stated_unit_is_read_without_a_word(read, heading, cell):
    assert read(RIGHT, "capacity_kt_a", {heading: [cell]}) == ([300.0], [], [])


def test_only_rows_whose_unit_cell_is_empty_are_of_unknown_unit(read):
    columns = {"生产规模": [30, 30], "生产规模单位": ["万吨/年", None]}
    assert read(RIGHT, "capacity_kt_a", columns) == ([300.0, None], [1], ["unit_missing"])


def test_text_with_units_in_plain_digits_states_them(read):
    columns = {"总库容": ["1200万m3", "50万m3", "3000m3", "1.2亿m³"]}
    assert read(POND, "total_volume_m3", columns) == ([1.2e7, 5e5, 3000.0, 1.2e8], [], [])


@pytest.mark.parametrize(
    "columns",
    [
        {"总库容（万m3）": ["1200万m3", "1200", "1200万m³", "12000000m3"]},
        {"总库容": ["1200万m3", "1200", "1200", "12000000m3"], "库容单位": ["万m3"] * 4},
    ],
    ids=["heading", "beside"],
)
def test_the_unit_of_a_cell_goes_before_that_of_its_heading(read, columns):
    assert read(POND, "total_volume_m3", columns) == ([1.2e7] * 4, [], [])


def test_each_field_has_its_own_unit(read):
    columns = {
        "生产规模": [300000, 300000],
        "生产规模单位": ["吨/年", "吨/年"],
        "设计规模": [30, None],
        "设计规模单位": ["万吨/年", "万吨/年"],
    }
    assert read(RIGHT, "capacity_kt_a", columns)[0] == [300.0, 300.0]


def test_units_that_contradict_each_other_are_not_read(read):
    columns = {
        "证载规模": [30, 30],
        "规模单位": ["万吨/年", "万吨/年"],
        "生产能力单位": ["吨/年", "万吨/年"],
    }
    assert read(RIGHT, "capacity_kt_a", columns) == ([None, 300.0], [0], ["unreadable_value"])


def test_a_heading_and_a_unit_beside_it_that_contradict_are_not_read(read):
    columns = {
        "生产规模（千吨/年）": [4000.0, 4.0, 4.0, 4.0],
        "生产规模单位": ["吨/年", "千吨/年", None, "kt/a"],
    }
    assert read(RIGHT, "capacity_kt_a", columns) == (
        [None, 4.0, 4.0, 4.0],
        [0],
        ["unreadable_value"],
    )


def test_a_unit_beside_another_field_does_not_contradict_a_heading(read):
    columns = {
        "生产规模（千吨/年）": [300.0],
        "设计规模": [30],
        "设计规模单位": ["万吨/年"],
    }
    assert read(RIGHT, "capacity_kt_a", columns)[0] == [300.0]


@pytest.mark.parametrize("unit", ["MT/a", "mt/a", "MT"])
def test_tonnes_or_millions_of_them_are_not_read(read, unit):
    not_read = ([None], [0], ["unreadable_value"])
    assert read(RIGHT, "capacity_kt_a", {f"生产规模（{unit}）": [400_000.0]}) == not_read
    beside = {"生产规模": [400_000.0], "生产规模单位": [unit]}
    assert read(RIGHT, "capacity_kt_a", beside) == not_read


def test_millions_of_tonnes(read):
    assert read(RIGHT, "capacity_kt_a", {"生产规模（Mt/a）": [0.4]}) == ([400.0], [], [])
    beside = {"生产规模": [0.4], "生产规模单位": ["Mt/a"]}
    assert read(RIGHT, "capacity_kt_a", beside) == ([400.0], [], [])


@pytest.mark.parametrize(
    "heading",
    [
        "上限标高（m，1985国家高程基准）", "上限标高（1985国家高程基准，米）",
        "上限标高（m）（85高程）", "上限标高（米）", "上限标高（m/1985国家高程基准）",
    ],
)  # fmt: skip
def test_headings_that_name_metres_and_the_datum(read, heading):
    assert read(GOAF, "top_elevation_m", {heading: [1250.0, 980.0]}) == ([1250.0, 980.0], [], [])


def test_ranges_under_a_heading_that_names_metres_and_the_datum(read):
    columns = {"开采标高（m，1985国家高程基准）": ["1250~980"]}
    assert read(RIGHT, "bottom_elevation_m", columns) == ([980.0], [], [])


@pytest.mark.parametrize(
    ("shape", "column", "field", "unit_field", "unit", "value"),
    [
        ("river", "width_m", "河宽", "河宽单位", "km", 60.0),
        ("river", "width_m", "河宽", "河宽_uom", "km", 60.0),
        ("river", "width_m", "河宽", "河宽单位", "m", 0.06),
        ("river", "width_m", "河宽", "河宽_uom", "urn:ogc:def:uom:EPSG::9001", 0.06),
        ("river", "width_m", "河宽", "河宽_uom", "metre", 0.06),
        ("river", "width_m", "河宽", "河宽单位", None, 0.06),
        ("river", "width_m", "河宽", "河宽单位", "百米", None),
        ("tailings_facility", "total_dam_height_m", "总坝高", "坝高单位", "百米", None),
        ("tailings_facility", "total_dam_height_m", "ZBG", "ZBGDW", "km", 60.0),
        ("tailings_facility", "total_dam_height_m", "总坝高", "建设单位", "甲公司", None),
    ],
)
def test_a_unit_in_a_field_beside_any_measured_one(
    read, shape, column, field, unit_field, unit, value
):
    values, unread, _ = read(schema(shape), column, {field: [0.06], unit_field: [unit]})
    assert values == [pytest.approx(value) if value else None]
    # 0.06 m is no dam; the builder of one is no unit.
    assert unread == ([] if value else [0])


@pytest.mark.parametrize("unit", ["m", "km"])
def test_a_unit_beside_a_range_of_elevations(read, unit):
    columns = {"开采标高": ["1250~980"], "开采标高单位": [unit]}
    values, unread, _ = read(RIGHT, "top_elevation_m", columns)
    assert (values, unread) == (([1250.0], []) if unit == "m" else ([None], [0]))


def test_the_unit_of_people(read):
    place = schema("settlement")
    columns = {"人口": [1000, 1000], "人口单位": ["人", "万人"]}
    assert read(place, "population", columns)[:2] == ([1000.0, None], [1])
