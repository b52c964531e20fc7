"""Which source field is which column."""

import pyarrow as pa
import pytest

from layers.catalog import schema
from layers.errors import LayerError
from layers.fields import map_fields
from layers.headings import Rest

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
    names = ["采矿许可证", "bottom_ele", "排洪设"]
    cells = {name: pa.array(["C1400002010012110054321"]) for name in names}
    found, _ = mapped(names, cut=True, cells=cells)
    assert found == {"licence_no": ["采矿许可证"], "bottom_elevation_m": ["bottom_ele"]}
    assert mapped(["采矿许可证"])[0] == {}


def test_a_cut_name_that_may_be_two_columns_is_not_used():
    found, result = mapped(["有效期"], cut=True)
    assert found == {}
    assert [i.code for i in result.issues] == ["field_ambiguous", "fields_ignored"]
    assert "valid_from, valid_to" in result.issues[0].en


def test_a_name_may_have_been_cut_before_it_came_into_another_format():
    # 建设性 is what a Shapefile in UTF-8 leaves of 建设性质, and keeps when it is converted.
    found, result = mapped(["建设性"])
    assert found == {} and result.doubtful == {"project_type": ("建设性",)}
    assert [i.code for i in result.issues] == ["field_ambiguous", "fields_ignored"]
    assert "seems cut and may be project_type; not used" in result.issues[0].en
    for fields in (["建设性质", "建设性"], ["有效期"], ["建设"]):
        _, result = mapped(fields)
        assert dict(result.doubtful) == {}
        assert [i.code for i in result.issues] == ["fields_ignored"]


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


# -- names cut at ten bytes, and the fields of units -----------------------------------------------

POND = schema("tailings_facility")


@pytest.mark.parametrize("field", ["总库容", "库容", "设计库容"])
def test_an_alias_spelled_whole_is_no_cut_field_of_units(field):
    # 总库容 has 9 bytes in UTF-8 and begins 总库容单位.
    found, result = mapped([field], POND, cut=True)
    assert found == {"total_volume_m3": [field]}
    assert dict(result.units) == {} and result.issues == ()
    found, result = mapped([field, "总库容单位"], POND, cut=True)
    assert found == {"total_volume_m3": [field]}
    assert result.units == {"total_volume_m3": ("总库容单位",)}


def test_what_begins_both_a_column_and_its_units_is_the_column_where_it_has_none():
    # 生产规 is what UTF-8 leaves of 生产规模, and of 生产规模单位.
    found, result = mapped(["生产规"], cut=True)
    assert found == {"capacity_kt_a": ["生产规"]}
    assert result.matches["capacity_kt_a"][0].unclear and dict(result.units) == {}
    assert [(i.severity, i.code) for i in result.issues] == [("info", "field_cut")]
    assert "1 field names seem cut and are taken as what they begin: 生产规" in result.issues[0].en
    found, result = mapped(["SCGM", "生产规"], cut=True)
    assert found == {"capacity_kt_a": ["SCGM"]}
    assert result.units == {"capacity_kt_a": ("生产规",)}
    # The units may stand before the cut field of the numbers.
    found, result = mapped(["规模单", "生产规"], cut=True)
    assert (found, result.units) == (
        {"capacity_kt_a": ["生产规"]}, {"capacity_kt_a": ("规模单",)},
    )  # fmt: skip


def test_a_name_known_to_be_cut_is_not_the_alias_it_looks_like():
    found, result = mapped(["总库容", "总库容…"], POND, cut=True)
    assert found == {"total_volume_m3": ["总库容"]}
    assert result.units == {"total_volume_m3": ("总库容…",)}
    assert mapped(["库容…"], POND, cut=True)[0] == {}
    assert mapped(["总坝高…"], POND, cut=True)[0] == {}


def cut_at_ten_bytes(*names, alone=True):
    """Return decoded name -> rest of fields as UTF-8 is cut in a Shapefile."""
    return {
        n.encode()[:10].decode(errors="ignore"): Rest(n.encode()[9:10], "UTF-8", alone)
        for n in names
    }


def test_the_byte_left_of_a_letter_tells_which_alias_was_cut():
    # 有效期起 and 有效期至 leave E8, 有效期止 alone leaves E6, and 许可证号 E5.
    rests = {"有效期…1": Rest(b"\xe8", "UTF-8"), "有效期…2": Rest(b"\xe6", "UTF-8"),
             **cut_at_ten_bytes("许可证号")}  # fmt: skip
    cells = {"有效期…1": pa.array(["2021-03-01"]), "有效期…2": pa.array(["2031-02-28"]),
             "许可证": pa.array(["C1400002010012110054321"])}  # fmt: skip
    found, result = mapped(list(rests), cut=True, rests=rests, cells=cells)
    assert found == {"licence_no": ["许可证"], "valid_to": ["有效期…2"]}
    assert dict(result.doubtful) == {"valid_from": ("有效期…1",)}
    assert [i.code for i in result.issues] == ["field_ambiguous", "field_cut", "fields_ignored"]
    # Another byte is another word.
    found, result = mapped(["许可证"], cut=True, rests=cut_at_ten_bytes("许可证面积"))
    assert found == {} and dict(result.doubtful) == {}
    assert [i.code for i in result.issues] == ["fields_ignored"]


def test_a_day_is_no_term():
    # Eleven bytes leave two of 起: 有效期起, or 有效期起止.
    rests = {"有效期": Rest("起".encode()[:2], "UTF-8")}
    for word, column in (("2021-03-01", "valid_from"), ("2021-03-01至2031-02-28", None)):
        cells = {"有效期": pa.array([word])}
        found, result = mapped(["有效期"], cut=True, rests=rests, cells=cells)
        assert found == ({column: ["有效期"]} if column else {})
        assert set(result.doubtful) == (set() if column else {"valid_from", "valid_to"})


def test_a_lone_name_cut_in_a_letter_is_not_the_alias_it_looks_like():
    rests = cut_at_ten_bytes("总坝高程")
    found, result = mapped(["总坝高"], POND, cut=True, rests=rests)
    assert found == {} and dict(result.doubtful) == {"total_dam_height_m": ("总坝高",)}
    assert [i.code for i in result.issues] == ["field_ambiguous", "fields_ignored"]


def test_of_two_names_cut_at_the_same_place_neither_is_certain():
    rests = cut_at_ten_bytes("许可证号", alone=False)
    found, result = mapped(["许可证"], cut=True, rests=rests)
    assert found == {} and "may be licence_no, valid_to; not used" in result.issues[0].en


def test_a_bracket_that_was_cut_itself_is_one_cut_inside():
    rests = cut_at_ten_bytes("总库容（m³）", "总坝高（m）")
    found, result = mapped(list(rests), POND, cut=True, rests=rests)
    assert found == {"total_dam_height_m": ["总坝高"], "total_volume_m3": ["总库容"]}
    assert [(i.severity, i.code) for i in result.issues] == [("warning", "field_cut")] * 2


def test_a_name_cut_inside_its_bracket_is_what_stands_before_it():
    # GBK leaves half of the last bracket of 总坝高（m）, UTF-8 a byte of 米 in 坝高（米）.
    rests = {"总坝高（m": Rest(b"\xa3", "GB18030"), "坝高（": Rest(b"\xe7", "UTF-8")}
    for field, units in (("总坝高（m", "m"), ("坝高（", None)):
        found, result = mapped([field], POND, cut=True, rests={field: rests[field]})
        assert found == {"total_dam_height_m": [field]}
        assert result.matches["total_dam_height_m"][0].unit == units


@pytest.mark.parametrize(
    ("field", "unit", "severity"),
    [("总库容（万", "万m3", "info"), ("总库容（亿", "亿m3", "info"), ("总库容（m", "m3", "info"),
     ("总库容（", None, "warning")],
)  # fmt: skip
def test_the_one_unit_that_a_cut_bracket_begins(field, unit, severity):
    found, result = mapped([field], POND, cut=True)
    assert found == {"total_volume_m3": [field]}
    assert result.matches["total_volume_m3"][0].unit == unit
    assert [(i.severity, i.code) for i in result.issues] == [(severity, "field_cut")]


def test_units_of_a_column_without_a_field_are_left_over():
    found, result = mapped(["生产规模单位"])
    assert found == {} and dict(result.units) == {}
    assert [i.code for i in result.issues] == ["fields_ignored"]


def test_what_to_do_about_an_ambiguous_name_can_be_done():
    _, result = mapped(["许可证"], cut=True)
    assert "Rename the field, or save the data as GeoPackage" in result.issues[0].en
    assert (
        "请把字段改名，或从原数据另存为 GeoPackage 或 GBK 编码的 Shapefile" in result.issues[0].zh
    )
    # An empty text answers for nothing; a status left open is not the same as none.
    assert set(result.doubtful) == {"right_type", "status", "valid_from", "valid_to"}
    assert set(result.doubtful.values()) == {("许可证",)}


@pytest.mark.parametrize(
    ("field", "unit", "unclear"),
    [
        ("总库容（", None, True),
        ("总库容（万", "万m3", False),
        ("总库容（m", "m3", False),
        ("总库容（m3", "m3", False),
        ("总库容（现", "现", False),
    ],
)
def test_the_unit_of_a_heading_cut_inside_its_bracket(field, unit, unclear):
    _, result = mapped([field], POND, cut=True)
    (match,) = result.matches["total_volume_m3"]
    assert (match.field, match.unit, match.unclear) == (field, unit, unclear)
    severity = "info" if unit in ("m3", "万m3") else "warning"
    assert [(i.severity, i.code) for i in result.issues] == [(severity, "field_cut")]


def test_a_capacity_cut_inside_its_bracket_may_be_of_any_unit():
    for field, unit in (("年产量（万", "万"), ("年产量（千", "千"), ("年产量（k", "k")):
        assert mapped([field], cut=True)[1].matches["capacity_kt_a"][0].unit == unit
    assert mapped(["生产规模（"], cut=True)[1].matches["capacity_kt_a"][0].unclear


# -- units in headings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "column", "unit"),
    [
        ("总库容/万m³", "total_volume_m3", "万m3"),
        ("总库容_万m3", "total_volume_m3", "万m3"),
        ("总库容 万m3", "total_volume_m3", "万m3"),
        ("总库容【万m3】", "total_volume_m3", "万m3"),
        ("总库容〔万m3〕", "total_volume_m3", "万m3"),
        ("总库容（万立方）", "total_volume_m3", "万立方米"),
        ("总库容（立方）", "total_volume_m3", "立方米"),
        ("总库容（万m^3）", "total_volume_m3", "万m3"),
        ("总库容（单位：万m3）", "total_volume_m3", "万m3"),
        ("总坝高/m", "total_dam_height_m", "m"),
        ("总坝高（现状）", "total_dam_height_m", "现状"),
        ("总坝高（必填）", "total_dam_height_m", None),
    ],
)
def test_units_as_headings_write_them(field, column, unit):
    _, result = mapped([field], POND)
    (match,) = result.matches[column]
    assert (match.unit, match.unclear, result.issues) == (unit, False, ())


def test_a_unit_behind_a_stroke_keeps_its_own_stroke_and_its_capitals():
    assert mapped(["生产规模/万吨/年"])[1].matches["capacity_kt_a"][0].unit == "万吨/年"
    assert mapped(["生产规模（MT/a）"])[1].matches["capacity_kt_a"][0].unit == "MT/a"


@pytest.mark.parametrize(
    "field", ["总库容_1", "总库容/设计", "总库容万m3", "ZKR_M3", "_m", "（m）"]
)
def test_what_is_no_unit_behind_a_stroke_is_not_dropped(field):
    assert mapped([field], POND)[0] == {}


# -- remarks in headings ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("开采方式（变更前）", "method"),
        ("开采方式【现状】", "method"),
        ("开采方式（2019年）", "method"),
        ("开采方式（地下）", "method"),
        ("开采方式（露天/变更前）", "method"),
        ("开采方式（其他）", "method"),
        ("许可证号（原）", "licence_no"),
        ("有效期止（2019年）", "valid_to"),
        ("一次性总体设计（原）", "overall_design"),
        ("建设性质（新建（含改建））", "project_type"),
        ("建设性质（", "project_type"),
    ],
)
def test_a_remark_may_make_a_text_another_thing(field, column):
    found, result = mapped([field])
    assert found == {} and result.doubtful == {column: (field,)}
    first, second = result.issues
    assert (first.severity, first.code, second.code) == (
        "warning", "field_ambiguous", "fields_ignored",
    )  # fmt: skip
    assert f"'{field}'" in first.en and column in first.en
    # The user's word stands.
    found, result = mapped([field], stated={column: field})
    assert (found, dict(result.doubtful), result.issues) == ({column: [field]}, {}, ())


def test_a_grade_is_no_number_with_a_unit():
    assert mapped(["等别（设计）"], POND)[1].doubtful == {"grade": ("等别（设计）",)}
    for field in ("等别（等）", "等别（1-5）", "等别（一至五）"):
        assert mapped([field], POND)[0] == {"grade": [field]}
    part = schema("right_part")
    assert mapped(["加减标志（+1/-1）"], part)[0] == {"sign": ["加减标志（+1/-1）"]}


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("建设性质（新建/改扩建）", "project_type"),
        ("开采方式（露天、地下）", "method"),
        ("一次性总体设计（是/否）", "overall_design"),
        ("有效期止（yyyy-mm-dd）", "valid_to"),
        ("有效期止（年月日）", "valid_to"),
        ("许可证号（必填）", "licence_no"),
        ("县级行政区代码（6位）", "county_code"),
        ("有效期止（格式：2024-01-31）", "valid_to"),
        ("建设性质（新建、改建、扩建、其他）", "project_type"),
        ("开采方式（露天/地下等）", "method"),
        ("开采方式（Mining method）", "method"),
        ("开采矿种（主矿种）", "mineral"),
        ("矿山名称（原）", "name"),
    ],
)
def test_a_remark_that_only_explains_is_left_out(field, column):
    found, result = mapped([field])
    assert found == {column: [field]} and dict(result.doubtful) == {}


def test_a_name_without_remark_comes_first():
    assert mapped(["矿山名称（曾用名）", "矿山名称"])[0]["name"] == [
        "矿山名称",
        "矿山名称（曾用名）",
    ]


@pytest.mark.parametrize(
    "field",
    [
        "*建设性质", "建设性质*", "★建设性质", "建设性质：", "1、建设性质", "5.建设性质",
        "建设性质①", "（5）建设性质", "一、建设性质",
        "*2．建设性质（必填）", "projectType", "Project type",
        "项目建设性质", "建设项目性质", "矿山建设性质",
    ],
)  # fmt: skip
def test_marks_and_numbers_around_a_name_do_not_matter(field):
    for shape in (RIGHT, schema("tailings_facility")):
        assert mapped([field], shape)[0] == {"project_type": [field]}


@pytest.mark.parametrize("shape", ["mining_right", "tailings_facility", "goaf", "river"])
def test_both_titles_are_names(shape):
    for column in schema(shape).columns:
        for title in (column.zh, column.en):
            assert column.name in mapped([title], schema(shape))[0]


def test_a_name_near_one_whose_emptiness_is_an_answer_is_told():
    for field in ("建设性质_1", "t_建设性质", "建设性质代码", "本期建设性质"):
        found, result = mapped([field])
        assert found == {} and result.doubtful == {"project_type": (field,)}
        assert [i.code for i in result.issues] == ["field_ambiguous", "fields_ignored"]
        assert result.issues[0].severity == "warning" and field in result.issues[0].zh
    # Beside the field itself it is told only where that is blank; a generic word says nothing.
    for fields, doubts in (
        (["建设性质", "建设性质_1"], {"project_type": ("建设性质_1",)}),
        (["数据截止日期", "审核状态", "地块类型"], {}),
    ):
        found, result = mapped(fields)
        assert result.doubtful == doubts and result.untold == set(fields[1:2] if doubts else ())
        assert [i.code for i in result.issues] == ["fields_ignored"]


@pytest.mark.parametrize(
    "field",
    ["a" + "*" * 100_000 + "b", "1、" * 30_000, "(" * 50_000],
    ids=["star", "number", "open"],
)
def test_long_names_of_fields_are_taken_apart_in_time(field):
    assert mapped([field])[0] == {}
