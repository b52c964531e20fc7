"""Which source field is which column."""

import pytest

from layers.catalog import schema
from layers.errors import LayerError
from layers.fields import map_fields

RIGHT = schema("mining_right")


def mapped(fields, shape=RIGHT, stated=None, **more):
    result = map_fields(fields, shape, stated or {}, file="权.shp", **more)
    return {k: [m.field for m in v] for k, v in result.matches.items()}, result


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("许可证号", "licence_no"),
        ("采矿许可证号", "licence_no"),
        ("XKZH", "licence_no"),
        ("xkzh", "licence_no"),
        ("LICENCE_NO", "licence_no"),
        ("矿山名称", "name"),
        ("KSMC", "name"),
        ("采矿权人", "holder"),
        ("CKQR", "holder"),
        ("开采主矿种", "mineral"),
        ("KCZKZ", "mineral"),
        ("开采方式", "method"),
        ("KCFS", "method"),
        ("设计规模", "capacity_kt_a"),
        ("SJGM", "capacity_kt_a"),
        ("生产规模（万吨/年）", "capacity_kt_a"),
        ("起标高", "top_elevation_m"),
        ("开采止标高", "bottom_elevation_m"),
        ("有效期起", "valid_from"),
        ("有效期止", "valid_to"),
        (" 服务 年限 ", "service_life_a"),
    ],
)
def test_aliases(field, column):
    assert mapped([field])[0] == {column: [field]}


def test_aliases_of_ponds():
    fields = ["尾矿库名称", "尾矿库编号", "总坝高", "总库容", "等别", "筑坝方式"]
    found, _ = mapped(fields, schema("tailings_facility"))
    columns = ["name", "facility_no", "total_dam_height_m", "total_volume_m3", "grade"]
    assert found == dict(zip([*columns, "dam_method"], [[f] for f in fields], strict=True))


def test_precedence_is_stated_then_name_then_alias():
    fields = ["采矿许可证号", "许可证号", "licence_no"]
    assert mapped(fields)[0]["licence_no"] == ["licence_no", "许可证号", "采矿许可证号"]
    stated = {"licence_no": "采矿许可证号"}
    assert mapped(fields, stated=stated)[0]["licence_no"] == ["采矿许可证号"]


def test_a_stated_field_must_exist():
    with pytest.raises(LayerError, match="no field '证号x', stated as the source of licence_no"):
        mapped(["许可证号"], stated={"licence_no": "证号x"})


def test_a_range_field_holds_both_elevations():
    found, result = mapped(["开采标高"])
    assert found == {"top_elevation_m": ["开采标高"], "bottom_elevation_m": ["开采标高"]}
    assert all(m.both for ms in result.matches.values() for m in ms)
    _, result = mapped(["上限标高"])
    assert not result.matches["top_elevation_m"][0].both


def test_one_field_stated_for_both_elevations_is_a_range():
    stated = {"top_elevation_m": "BG", "bottom_elevation_m": "BG"}
    _, result = mapped(["BG"], stated=stated)
    assert [m.both for ms in result.matches.values() for m in ms] == [True, True]


def test_units_in_field_names_and_beside_them():
    _, result = mapped(["生产规模（万吨/年）"])
    assert (
        result.matches["capacity_kt_a"][0].unit,
        result.matches["capacity_kt_a"][0].unclear,
    ) == (
        "万吨/年",
        False,
    )
    _, result = mapped(["生产规模", "生产规模单位"])
    assert result.units == {"capacity_kt_a": ("生产规模单位",)}
    assert result.matches["capacity_kt_a"][0].unclear


def test_a_unit_in_the_name_of_a_count_is_not_dropped():
    _, result = mapped(["人口（万人）"], schema("settlement"))
    assert result.matches["population"][0].unit == "万人"


def test_names_cut_at_ten_bytes():
    # 5 Chinese characters in GBK, 3 in UTF-8, 10 letters of a contract name.
    found, _ = mapped(["采矿许可证", "bottom_ele", "排洪设"], cut=True)
    assert found == {"licence_no": ["采矿许可证"], "bottom_elevation_m": ["bottom_ele"]}
    assert mapped(["采矿许可证"])[0] == {}


def test_a_cut_name_that_may_be_two_columns_is_not_used():
    found, result = mapped(["有效期"], cut=True)
    assert found == {}
    assert [i.code for i in result.issues] == ["field_ambiguous", "fields_ignored"]
    assert "valid_from, valid_to" in result.issues[0].en


def test_short_names_are_never_taken_for_cut_ones():
    assert mapped(["采矿"], cut=True)[0] == {}


def test_left_over_fields_are_listed_once():
    _, result = mapped(["许可证号", "a", "b", "my_id"], used=["my_id"])
    assert [(i.severity, i.code) for i in result.issues] == [("info", "fields_ignored")]
    assert "a, b" in result.issues[0].en


def test_a_cut_unit_field_is_still_one():
    found, result = mapped(["生产规模", "生产规模单"], cut=True)
    assert found == {"capacity_kt_a": ["生产规模"]}
    assert result.units == {"capacity_kt_a": ("生产规模单",)}
    assert mapped(["生产规模", "生产规模单"])[1].units == {}
