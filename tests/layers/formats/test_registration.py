"""Registration strings and the published corner lists."""

import time

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import FormatError
from layers.formats import read
from layers.formats.text.registration import parse_registration

OUTER = (
    "4,1,3760000.00,38500000.00,2,3761000.00,38500000.00,3,3761000.00,38501000.00,"
    "4,3760000.00,38501000.00,285,8,,1,"
)
CUT = (
    "4,1,3760200.00,38500200.00,2,3760400.00,38500200.00,3,3760400.00,38500400.00,"
    "4,3760200.00,38500400.00,192,185,扣除某采石场范围,-1,"
)
STRING = f"2,{OUTER}{CUT}"
PUBLISHED = """拐点,X(起标高),Y(止标高)
1,3760000.0000,38500000.000, , ,
2,3761000.0000,38500000.000, , ,
3,3761000.0000,38501000.000, , ,
4,3760000.0000,38501000.000, , ,
*,229.5,70,某采区,1,
1,3762000.0000,38502000.000, , ,
2,3763000.0000,38502000.000, , ,
3,3763000.0000,38503000.000, , ,
*,363,10,另一采区,1,
"""


def codes(source):
    return [i.code for i in source.issues]


def test_deduction_stays_in_space(write_text):
    source = read(write_text(STRING))
    assert source.format == "registration string" and source.declared == 1
    assert source.geometry[0].bounds == (38500000, 3760000, 38501000, 3761000)
    assert source.geometry[0].area == 1e6  # not cut in plan
    assert {k: v.to_pylist() for k, v in source.columns.items()} == {
        "top_elevation_m": [285.0],
        "bottom_elevation_m": [8.0],
    }
    parts = source.companions["right_part"]
    assert parts.declared == 2
    assert {k: v.to_pylist() for k, v in parts.columns.items()} == {
        "parent_licence_no": [None, None], "sign": [1, -1], "top_elevation_m": [285.0, 192.0],
        "bottom_elevation_m": [8.0, 185.0], "remark": [None, "扣除某采石场范围"],
    }  # fmt: skip
    assert shapely.area(parts.geometry).tolist() == [1e6, 4e4]
    assert source.issues == ()


def test_elevations_are_those_of_the_added_parts():
    high_cut = CUT.replace("192,185", "400,2")
    second = OUTER.replace("285,8", "290,20").replace("376", "377")
    source = parse_registration(f"3,{OUTER}{high_cut}{second}")
    assert source.columns["top_elevation_m"].to_pylist() == [290.0]
    assert source.columns["bottom_elevation_m"].to_pylist() == [8.0]


def test_no_datum_is_asked_for(write_text):
    source = read(write_text(STRING))
    assert source.crs is None
    assert "3-degree zone 38" in source.crs_note and "38" in source.crs_note


@pytest.mark.parametrize(
    ("line", "epsg"), [("坐标系：2000国家大地坐标系", 4526), ("1980西安坐标系", 2362)]
)
def test_datum_named_in_the_text(write_text, line, epsg):
    source = read(write_text(f"{line}\n{STRING}"))
    assert source.crs.to_epsg() == epsg
    assert source.companions["right_part"].crs == source.crs


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("许可证号：C4100 0020 1005 3120 065432", "C4100002010053120065432"),
        ("采矿许可证号：C4100002010053120065432（副本）", "C4100002010053120065432"),
        ("许可证号：C4100002010053120065432。", "C4100002010053120065432"),
        ("许可证号：待办", None), ("许可证号：无", None),
    ],
)  # fmt: skip
def test_a_licence_number_is_whole_or_none(write_text, line, number):
    source = read(write_text(f"{line}\n{STRING}"))
    found = source.columns.get("licence_no")
    assert (found.to_pylist() if found else [None]) == [number]


def test_two_lines_name_no_datum_together():
    source = parse_registration(f"测绘地点西安\n坐标\n{STRING}")
    assert source.crs is None and "没有写明坐标系" in source.crs_note


def test_two_datums_are_refused(write_text):
    with pytest.raises(FormatError, match="more than one datum"):
        read(write_text(f"2000国家大地坐标系\n1980西安坐标系\n{STRING}"))


def test_six_degree_prefix(write_text):
    source = read(write_text("CGCS2000\n" + STRING.replace(",38", ",19")))
    assert source.crs.to_epsg() == 4497


def test_published_form(write_text):
    source = read(write_text(PUBLISHED, encoding="gb18030"))
    assert source.format == "published corner list" and source.encoding == "GB18030"
    assert source.geometry[0].area == 1e6 + 5e5
    assert source.columns["top_elevation_m"].to_pylist() == [363.0]
    assert source.columns["bottom_elevation_m"].to_pylist() == [10.0]
    parts = source.companions["right_part"]
    assert parts.columns["remark"].to_pylist() == ["某采区", "另一采区"]
    assert parts.labels == ("第 1 个矿权 第 1 块", "第 1 个矿权 第 2 块")


def test_several_rights_led_by_their_numbers(write_text):
    text = f"许可证号：C001\n{PUBLISHED}\n采矿许可证号: C002\n{PUBLISHED}"
    source = read(write_text(text))
    assert source.columns["licence_no"].to_pylist() == ["C001", "C002"]
    assert source.declared == 2 and source.labels == ("许可证 C001", "许可证 C002")
    parts = source.companions["right_part"]
    assert parts.columns["parent_licence_no"].to_pylist() == ["C001", "C001", "C002", "C002"]


@pytest.mark.parametrize(
    "line", ["许可证号：C1", "采矿许可证编号: C1", "许可证号码=C1", "采矿证号 C1", "许可证：C1，"]
)
def test_the_licence_number_and_nothing_of_its_title(line):
    source = parse_registration(f"{line}\n{STRING}")
    assert source.columns["licence_no"].to_pylist() == ["C1"]


def test_a_line_about_the_licence_is_no_number():
    source = parse_registration(f"采矿许可证有效期：2030年\n{STRING}")
    assert "licence_no" not in source.columns and codes(source) == ["remark_unread"]
    source = parse_registration(f"采矿许可证C4100002010053120065432，有效期至2030年\n{STRING}")
    assert source.columns["licence_no"].to_pylist() == ["C4100002010053120065432"]
    with pytest.raises(FormatError, match="line 1 does not fit: 许可证为C41"):
        parse_registration(f"许可证为C4100002010053120065432\n{STRING}")


def test_unled_rights_are_refused(write_text):
    body = PUBLISHED.split("\n", 1)[1]
    with pytest.raises(FormatError, match="no licence number after the blank line"):
        read(write_text(f"{PUBLISHED}\n{body}"))
    with pytest.raises(FormatError, match="one of the rights has no licence number"):
        read(write_text(f"{PUBLISHED}\n许可证号：C002\n{PUBLISHED}"))


def test_remark_and_sign_disagree():
    turned = parse_registration(STRING.replace(",-1,", ",1,"))
    assert codes(turned) == ["sign_contradicted", "part_without_effect"]
    for name, told in (("某采石场", []), ("二采区", ["sign_contradicted"])):
        assert codes(parse_registration(STRING.replace("扣除某采石场范围", name))) == told


def test_swapped_axes():
    turned = "1,3,1,38500000,3760000,2,38501000,3760000,3,38501000,3761000,285,8,,1,"
    source = parse_registration(turned)
    assert source.geometry[0].bounds == (38500000, 3760000, 38501000, 3761000)
    assert codes(source) == ["axes_swapped"]


def test_missing_elevations_are_null_and_said():
    source = parse_registration(f"1,{OUTER}".replace("285,8", ","))
    assert source.columns["top_elevation_m"].to_pylist() == [None]
    assert codes(source) == ["elevation_missing"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            STRING.replace("2,4,", "3,4,", 1),
            "no positive integer|ends where the corner count of ring 3",
        ),
        (STRING.replace("2,4,", "1,4,", 1), "something follows the last ring"),
        (STRING.replace("2,4,", "2,5,", 1), "field"),
        (STRING.replace("285,8", "8,285"), "top elevation 8.0 is below"),
        (STRING.replace(",-1,", ",0,"), "is not ±1"),
        (STRING.replace("3761000.00", "37*1000.00", 1), "masked digits"),
        (STRING.replace("3761000.00", "abc", 1), "field 7: 'abc' is not a number"),
        (STRING.replace("38501000.00", "39501000.00", 1), "corner 3761000.0, 39501000.0"),
        (STRING.replace(",1,4,1,376", ",-1,4,1,376"), "no part is added"),
        ("1,2,1,3760000,38500000,2,3761000,38500000,9,8,,1,", "fewer than 3 corners"),
        ("1,3,1,33.9,114,2,34,114,3,34,114.1,9,8,,1,", "in no plane"),
        (PUBLISHED.rsplit("*", 1)[0], r"not closed by a \* line"),
        (PUBLISHED.replace("*,363,10,另一采区,1,", "*,363,10,1,"), "line 10: part 2: '' is not ±1"),
        (PUBLISHED.replace("3763000.0000,", "3763000.0000;", 1), "line 8"),
        (PUBLISHED.replace("*,229.5,70", "*,70,229.5"), "line 6: part 1: top elevation"),
        (f"某县采矿权 3761000.00\n{STRING}", "line 1 does not fit"),
        ("许可证号：C1\n", "has no corners"),
        ("", "holds no corners"),
    ],
)
def test_grammar_violations(text, said):
    with pytest.raises(FormatError, match=said):
        parse_registration(text)


def test_overlapping_added_parts_are_united():
    second = OUTER.replace("385", "385").replace("3760000", "3760500").replace("3761000", "3761500")
    source = parse_registration(f"2,{OUTER}{second}")
    assert source.geometry[0].area == 1.5e6


def test_added_part_that_crosses_itself_among_others():
    bow = "4,1,3762000,38500000,2,3763000,38501000,3,3763000,38500000,4,3762000,38501000,9,8,,1,"
    with pytest.raises(FormatError, match="crosses itself"):
        parse_registration(f"2,{OUTER}{bow}")


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(alphabet="0123456789,.*-+\n 扣除", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        source = parse_registration(text)
    except FormatError as error:
        assert "\n" not in str(error)
    else:
        assert source.declared == len(source.geometry) > 0


COORDINATES = [k + n * 3 for k in (3, 4) for n in range(4)]
COORDINATES += [k + n * 3 for k in (20, 21) for n in range(4)]


@pytest.mark.parametrize("position", COORDINATES)
@pytest.mark.parametrize("value", ["", "x", "9", "-1", "*1", "38", "1e5", "NaN", "0x10"])
def test_a_wrong_coordinate_never_passes(position, value):
    fields = STRING.split(",")
    assert float(fields[position]) > 1e6
    fields[position] = value
    with pytest.raises(FormatError):
        parse_registration(",".join(fields))


# -- corner numbers ------------------------------------------------------------------------------

SQUARE = [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)]


def published(*parts):
    """Return a published list; each part has the numbers given, at the corners of SQUARE."""
    lines = []
    for k, numbers in enumerate(parts):
        corners = [SQUARE[i % 4] for i in range(len(numbers))]
        lines += [f"{n},{x + 2000 * k},{y}" for n, (x, y) in zip(numbers, corners, strict=True)]
        lines.append("*,100,50,某采区,1,")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "parts",
    [
        ["1234"],
        [["01", "02", "03", "04"]],
        ["12341"],  # closed by the first corner
        ["12345"],  # closed by a point with its own number
        ["1234", "1234"],
        ["1234", "5678"],
        ["12341", "56785"],
        ["12345", "6789"],
        ["12345", "5678"],
    ],
)
def test_corner_numbers_of_the_published_form_run_on(parts):
    parsed = parse_registration(published(*parts))
    assert shapely.area(parsed.companions["right_part"].geometry).tolist() == [1e6] * len(parts)
    assert parsed.issues == ()


@pytest.mark.parametrize(
    ("parts", "line", "number", "due"),
    [
        (["124"], 3, "4", "3"),
        (["1224"], 3, "2", "3"),
        (["234"], 1, "2", "1"),
        (["4321"], 1, "4", "1"),
        (["1231"], 4, "1", "4"),  # the number of the first corner at another place
        (["1234", "678"], 6, "6", "1 / 5"),
        (["1234", "124"], 8, "4", "3"),
        ([["1", "2", "2-1", "3"]], 3, "2-1", "3"),
        ([["1", "2", "9" * 5000]], 3, "9" * 30, "3"),
    ],
)
def test_a_lost_or_doubled_corner_of_the_published_form(parts, line, number, due):
    with pytest.raises(FormatError) as caught:
        parse_registration(published(*parts))
    said = f"line {line}: corner number {number} where {due} is due"
    assert said in caught.value.en
    assert f"第 {line} 行：点号 {number}，应为 {due}" in caught.value.zh


@pytest.mark.parametrize(
    ("numbers", "en"),
    [
        ("1 2 4 5", "corner numbers jump from 2 to 4"),
        ("1 2 2 4", "corner number 2 is given twice"),
        ("1 2 3 4", None),
        ("7 8 9 10", None),
        ("J1 J2 J3 J4", None),
    ],
)
def test_corner_numbers_of_the_string(numbers, en):
    corners = zip(numbers.split(), SQUARE, strict=True)
    ring = ",".join(f"{n},{x},{y}" for n, (x, y) in corners)
    source = parse_registration(f"1,4,{ring},285,8,,1,")
    assert codes(source) == (["corner_numbers"] if en else [])
    assert source.declared == 1 and source.geometry[0].area == 1e6
    if en:
        assert source.issues[0].en == f"right 1 part 1: {en}"
        assert source.issues[0].severity == "warning"


# -- lines around the numbers --------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "拐点5,3760500.0000,38500000.000, , ,",
        "点号5,3760500,38500000",
        "序号 5,37*0500.0000,38500000.000",
        "点号*,363,10,另一采区,1,",
        "坐标系：CGCS2000,5,3760500.0000,38500000.000",
        "*注：坐标为2000国家大地坐标系",
    ],
)
def test_a_heading_that_holds_data_is_refused(line):
    text = PUBLISHED.replace("*,229.5", f"{line}\n*,229.5")
    with pytest.raises(FormatError, match="line 6 does not fit"):
        parse_registration(text)


@pytest.mark.parametrize(
    "line",
    [
        "拐点坐标（2000国家大地坐标系，3度带，38带）：",
        "点号,X坐标(米),Y坐标(米)",
        "坐标系：CGCS 2000",
        "中央子午线：114°",
        "拐点坐标 2000国家大地坐标系，1985国家高程基准",
    ],
)
def test_a_heading_with_years_and_zones_is_one(line):
    assert parse_registration(f"{line}\n{STRING}").geometry[0].area == 1e6


@pytest.mark.parametrize("line", ["中央子午线：117°", "拐点坐标（3度带，39带）", "6度带"])
def test_a_heading_without_a_datum_may_not_contradict_the_eastings(line):
    with pytest.raises(FormatError, match=r"the eastings tell zone 38|zone 38 of the eastings"):
        parse_registration(f"2000国家大地坐标系\n{line}\n{STRING}")


def test_a_second_list_below_a_heading_is_not_joined():
    second = PUBLISHED.replace("376", "378")
    for between in ("", "\n", "2000国家大地坐标系\n"):
        with pytest.raises(FormatError, match="no licence number after the blank line or heading"):
            parse_registration(PUBLISHED + between + second)


@pytest.mark.parametrize(
    "line",
    [
        "许可证号：C1,1,4,1,3760000.00,38500000.00",
        "许可证号：C1；C2",
        "许可证号：C1、C2",
    ],
)
def test_a_licence_number_does_not_take_the_rest_of_its_line(line):
    source = parse_registration(f"许可证号：C1，有效期至2030年\n{STRING}")
    assert source.columns["licence_no"].to_pylist() == ["C1"]
    with pytest.raises(FormatError, match="line 1 does not fit"):
        parse_registration(f"{line}\n{STRING}")


# -- signs and elevations ------------------------------------------------------------------------


def test_an_added_part_within_another_adds_nothing():
    inner = CUT.replace("扣除某采石场范围,-1", ",1")
    source = parse_registration(f"2,{OUTER}{inner}")
    assert [(i.code, i.en) for i in source.issues] == [
        ("part_without_effect", "right 1 part 2: has sign 1 but lies within another added part; "
         "if taken out, its sign is -1"),
    ]  # fmt: skip
    assert source.geometry[0].area == 1e6
    above = inner.replace("192,185", "400,285")  # at elevations of its own it adds
    assert codes(parse_registration(f"2,{OUTER}{above}")) == []


def test_a_deduction_where_nothing_is_added():
    apart, above = CUT.replace("376", "379"), CUT.replace("192,185", "400,285")
    for cut in (apart, above):
        assert codes(parse_registration(f"2,{OUTER}{cut}")) == ["part_without_effect"]


@pytest.mark.parametrize("remark", ["挖除重叠区", "不含某采石场", "某保护区除外", "核减范围"])
def test_more_words_of_deduction(remark):
    assert codes(parse_registration(STRING.replace("扣除某采石场范围", remark))) == []
    added = f"1,{OUTER}".replace("8,,1", f"8,{remark},1")
    assert codes(parse_registration(added)) == ["sign_contradicted"]


def test_elevations_of_zero_are_not_stated():
    source = parse_registration(f"1,{OUTER}".replace("285,8", "0,0.0"))
    assert source.columns["top_elevation_m"].to_pylist() == [None]
    assert source.columns["bottom_elevation_m"].to_pylist() == [None]
    assert [i.en for i in source.issues] == [
        "right 1 part 1: elevations 0,0 are taken as not stated"
    ]
    sea = parse_registration(f"1,{OUTER}".replace("285,8", "0,-50"))
    assert sea.columns["top_elevation_m"].to_pylist() == [0.0] and sea.issues == ()
    flat = parse_registration(f"1,{OUTER}".replace("285,8", "20,20"))
    assert codes(flat) == ["elevation_equal"]


# -- digits and commas ---------------------------------------------------------------------------


def test_full_width_digits_and_signs_are_read():
    text = STRING.replace("3761000.00", "３７６１０００．００", 1).replace(",-1,", ",－1,")
    source = parse_registration(text + "\x1a")
    assert source.companions["right_part"].columns["sign"].to_pylist() == [1, -1]
    assert source.geometry[0].area == 1e6 and source.issues == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STRING.replace("3761000.00", "3_761_000.00", 1), "'3_761_000.00' is not a number"),
        (STRING.replace("3761000.00", "3.761e6", 1), "'3.761e6' is not a number"),
        (STRING.replace("285,8,", "285,.8,"), "'.8' is not a number"),
        (STRING.replace("285,8,", "285.,8,"), "'285.' is not a number"),
        (STRING.replace("3761000.00,", "3761000.00，", 1), r"is not a number \(full-width comma\)"),
        (
            PUBLISHED.replace("2,3761000.0000,", "2，3761000.0000，", 1),
            r"line 3: .*full-width comma",
        ),
        (PUBLISHED.replace("*,229.5,70", "*，229.5，70", 1), r"line 6: .*full-width comma"),
        ("- " + STRING, "'- 2' is no positive integer"),
    ],
)
def test_numbers_that_only_a_program_would_read(text, said):
    with pytest.raises(FormatError, match=said):
        parse_registration(text)


def test_a_footnote_does_not_make_a_published_list(write_text):
    table = "点号,X,Y\n1,3760000,38500000\n2,3761000,38500000\n3,3761000,38501000\n"
    assert read(write_text(table)).format == "coordinate table"
    noted = write_text(table + "*注：坐标以实测为准\n", "noted.txt")
    assert read(noted).format == "coordinate table"


@pytest.mark.parametrize("heading", ["序号,点号,X,Y", "序号,圈号,X,Y"])
def test_a_table_of_whole_numbers_is_no_registration_string(write_text, heading):
    rows = "1,1,3760000,38500000\n2,1,3761000,38500000\n3,1,3761000,38501000\n"
    if "点号" in heading:
        rows = rows.replace("2,1", "2,2").replace("3,1", "3,3")
    source = read(write_text(f"{heading}\n{rows}", "a.csv"))
    assert source.format == "coordinate table" and source.geometry[0].area == 5e5


def test_a_string_may_be_broken_after_any_field(write_text):
    source = read(write_text(STRING.replace("2,4,", "2,\n4,\n", 1).replace(",-1,", ",\n-1,")))
    assert source.format == "registration string" and source.geometry[0].area == 1e6


def test_many_parts_take_no_long(write_text):
    side = 60
    parts = [
        OUTER.replace("3760000.00", f"{3760000 + 3000 * i}.00")
        .replace("3761000.00", f"{3761000 + 3000 * i}.00")
        .replace("38500000.00", f"{38500000 + 3000 * j}.00")
        .replace("38501000.00", f"{38501000 + 3000 * j}.00")
        for i in range(side)
        for j in range(side)
    ]
    source = parse_registration(f"{side * side}," + "".join(parts))
    assert source.geometry[0].area == side * side * 1e6 and source.issues == ()


def test_a_licence_number_on_the_line_of_the_datum_is_not_lost():
    source = parse_registration(f"2000国家大地坐标系 许可证号：C9\n{STRING}")
    assert source.columns["licence_no"].to_pylist() == ["C9"] and source.crs.to_epsg() == 4526


@pytest.mark.parametrize("number", ["C41****12", "C41000020××××××065432", "C4100002010XXX1200"])
def test_a_masked_licence_number_is_told(number):
    source = parse_registration(f"许可证号：{number}\n{STRING}")
    assert source.columns["licence_no"].to_pylist() == [number]
    (said,) = source.issues
    assert said.code == "licence_masked" and said.en.endswith(f"licence number {number} is masked")


@pytest.mark.parametrize("remark", ["不扣除某处", "未扣除", "无需扣除", "不予扣除"])
def test_what_is_not_taken_out_is_added(remark):
    kept = STRING.replace("扣除某采石场范围,-1", f"{remark},1")
    assert "sign_contradicted" not in codes(parse_registration(kept))


@pytest.mark.parametrize("remark", ["扣除红线后拟设范围", "扣除后保留", "扣除面积0", "不扣除"])
def test_what_a_deduction_leaves_is_added(remark):
    kept = STRING.replace("扣除某采石场范围,-1", f"{remark},1")
    assert "sign_contradicted" not in codes(parse_registration(kept))
    taken = STRING.replace("扣除某采石场范围", remark)
    assert codes(parse_registration(taken)) == ["sign_contradicted"]


def test_words_above_a_published_list_do_not_make_it_a_table(write_text):
    title = "许可证号：C9拐点,X(起标高),Y(止标高)"
    with pytest.raises(FormatError, match="line 1 does not fit"):
        read(write_text(f"{title}\n{PUBLISHED}"))


@pytest.mark.parametrize("kept", [4, 5])
def test_a_published_list_cut_short_is_no_table(write_text, kept):
    cut = "\n".join(PUBLISHED.splitlines()[:kept]) + "\n"
    with pytest.raises(FormatError, match="not closed by a \\* line"):
        read(write_text(cut))


@pytest.mark.parametrize(
    "line",
    [
        "开采深度：由285米至8米", "开采标高：285米至8米", "发证日期：2024-05-10", "延续：2年",
        "经济类型：国有企业", "项目类型：新立", "备注：无", "联系电话：0371-65901234",
        "联系电话：13812345678", "矿区范围拐点坐标：", "矿区面积(平方公里)：1",
        "生产规模：100,000吨/年", "图幅号：I49E001001",
    ],
)  # fmt: skip
def test_what_people_write_above_a_string_is_told(line):
    corners = "".join(f"{k},{x},{y}," for k, (x, y) in enumerate(
        [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)], 1
    ))  # fmt: skip
    source = parse_registration(f"{line}\n2000国家大地坐标系\n1,4,{corners}285,8,,1,\n")
    assert source.geometry[0].area == 1_000_000
    told = [i.zh for i in source.issues if i.code == "remark_unread"]
    assert told == ([] if "面积" in line or "坐标" in line else [f"文字说明未采用：{line}"])


@pytest.mark.parametrize(
    "line", ["备注：1,4380000,38500000", "地址：113.3000,35.0730", "备注：38500000"]
)
def test_a_remark_holds_no_corner(line):
    with pytest.raises(FormatError):
        parse_registration(f"{line}\n2000国家大地坐标系\n1,3,1,3760000,38500000,2,3761000,38500000,"
                           "3,3761000,38501000,285,8,,1,\n")  # fmt: skip


def test_titles_and_bare_licence_numbers_above_strings():
    corners = "".join(f"{k},{x},{y}," for k, (x, y) in enumerate(
        [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)], 1
    ))  # fmt: skip
    string = f"1,4,{corners}285,8,,1,\n"
    text = f"某县甲矿采矿权转让公示\n区域坐标：\n{{}}\n{string}{{}}\n{string}"
    source = parse_registration(text.format("C4100002009041210012345", "C4100002009041210012346"))
    numbers = ["C4100002009041210012345", "C4100002009041210012346"]
    assert source.columns["licence_no"].to_pylist() == numbers
    assert [g.area for g in source.geometry] == [1_000_000] * 2


SQUARE_LINES = ["1,3760000,38500000,,,", "2,3761000,38500000,,,", "3,3761000,38501000,,,"]


@pytest.mark.parametrize("as_pasted", [
    lambda text: text.replace(",", "\t"), lambda text: text.replace(",", "，"),
    lambda text: text.replace("\n", "\n\n"), lambda text: text.replace(",,,\n", ", , ,\n"),
])  # fmt: skip
def test_published_lists_as_web_pages_paste_them(tmp_path, as_pasted):
    path = tmp_path / "公示.txt"
    lines = ["序号,X(起标高),Y(止标高)", *SQUARE_LINES, "*,1250,980,,1,"]
    path.write_text(as_pasted("\n".join(lines) + "\n"), encoding="utf-8")
    source = read(path)
    assert (source.format, [g.area for g in source.geometry]) == (
        "published corner list", [500_000],
    )  # fmt: skip
    assert source.columns["top_elevation_m"].to_pylist() == [1250]


def test_a_blank_line_after_a_closed_part_may_begin_another_right(tmp_path):
    path = tmp_path / "公示.txt"
    part = "\n".join([*SQUARE_LINES, "*,1250,980,,1,"])
    path.write_text(f"{part}\n\n{part.replace('376', '377')}\n", encoding="utf-8")
    with pytest.raises(FormatError, match="no licence number after the blank line"):
        read(path)


def test_a_string_behind_its_own_name():
    corners = "1,3760000,38500000,2,3761000,38500000,3,3761000,38501000,"
    source = parse_registration(f"2000国家大地坐标系\n区域坐标：1,3,{corners}285,8,,1,\n")
    assert source.geometry[0].area == 500_000


NOTICE = (
    "某县甲矿采矿权转让公示", "转让人：甲公司", "受让人：乙公司", "转让方式：出售",
    "公示时间：10个工作日", "公示期：2024年5月6日至2024年5月17日", "监督电话：0371-65901234",
    "成交价：120.5万元", "服务年限：10年", "统一社会信用代码：91410000MA3X1234XX",
)  # fmt: skip
FOOTER = ("特此公示。", "某县自然资源局", "2024年5月6日", "二〇二四年五月六日")


def test_a_published_list_in_its_notice(tmp_path):
    path = tmp_path / "公示.txt"
    lines = [*NOTICE, "序号,X(起标高),Y(止标高)", *SQUARE_LINES, "*,1250,980,,1,", *FOOTER]
    path.write_text("\n".join(lines), encoding="utf-8")
    source = read(path)
    assert source.geometry[0].area == 500_000
    (told,) = [i for i in source.issues if i.code == "remark_unread"]
    assert "转让人：甲公司" in told.zh


@pytest.mark.parametrize("line", ["……", "（略）", "* 扣除", "4380000", "38500000 3760000"])
def test_a_line_that_may_stand_for_corners_refuses_a_notice(tmp_path, line):
    path = tmp_path / "公示.txt"
    lines = [*NOTICE, "序号,X(起标高),Y(止标高)", *SQUARE_LINES, line, "*,1250,980,,1,"]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(FormatError):
        read(path)


@pytest.mark.parametrize("gap", [" ", "、", "  ", " 、", ";", "|", " | "])
@pytest.mark.parametrize("star", ["*", "＊"])
@pytest.mark.parametrize("headed", [True, False])
def test_a_published_list_without_its_commas(write_text, gap, star, headed):
    cut = PUBLISHED.replace("363,10,另一采区,1,", "192,-5,某采石场,-1,")
    cut = cut.replace("376", "3760", 0).replace("3762000", "3760200").replace("3763000", "3760400")
    cut = cut.replace("38502000", "38500200").replace("38503000", "38500400")
    lines = [line.replace(", ,", "").rstrip(",").replace(",", gap) for line in cut.splitlines()]
    text = "\n".join(lines[not headed :]).replace("*", star)
    source = read(write_text(f"2000国家大地坐标系\n{text}"))
    assert source.format == "published corner list" and source.declared == 1
    assert source.geometry[0].area == 1e6  # the deduction is a body in space
    parts = source.companions["right_part"]
    assert {k: v.to_pylist() for k, v in parts.columns.items()} == {
        "parent_licence_no": [None, None], "sign": [1, -1], "top_elevation_m": [229.5, 192.0],
        "bottom_elevation_m": [70.0, -5.0], "remark": ["某采区", "某采石场"],
    }  # fmt: skip
    assert shapely.area(parts.geometry).tolist() == [1e6, 2e4]


AROUND = [
    "监督举报电话：12336", "邮政编码：450000", "报名时间：2024年5月6日9时至2024年6月3日17时",
    "出让收益起始价：1234.56万元", "边坡角：55°", "豫自然资规〔2024〕3号", "附件1", "共1页",
    "比例尺1:2000", "与周边矿权最近距离350.25米", "1、矿区范围", "1号矿体长350米，宽40米",
    "3度分带，中央子午线114度", "开户行：中国银行某县支行 账号：41001234567890123",
    "矿区范围由4个拐点圈定，面积2平方公里，开采标高229.5米至10米",
    "地理坐标：东经114°00′12″-114°02′30″；北纬39°30′10″-39°32′20″",
]  # fmt: skip


@pytest.mark.parametrize("line", AROUND)
def test_lines_of_a_notice_around_a_list(write_text, line):
    for text in (f"{line}\n{PUBLISHED}", f"{PUBLISHED}{line}\n"):
        source = read(write_text(f"2000国家大地坐标系\n{text}"))
        assert source.format == "published corner list" and source.crs.to_epsg() == 4526
        assert source.geometry[0].area == 1e6 + 5e5


@pytest.mark.parametrize(
    "line",
    ["拐点4：见附图", "4，3762500.00 385o2500.00", "第四点 3762500.0，38502500", "……", "第4点缺",
     "第四点 东经114°01′12″，北纬39°31′10″", "拐点4（中心桩） 3762500 38502500",
     "X=3762500 Y=38502500", "* 363 某采区", "*注 3762500 38502500"],
)  # fmt: skip
def test_what_may_be_a_corner_is_no_notice(write_text, line):
    with pytest.raises(FormatError):
        read(write_text(PUBLISHED.replace("*,363", f"{line}\n*,363")))


def test_blank_lines_everywhere_part_nothing(write_text):
    source = read(write_text(PUBLISHED.replace("\n", "\n\n")))
    assert source.declared == 1 and source.geometry[0].area == 1e6 + 5e5
    assert source.columns["top_elevation_m"].to_pylist() == [363.0]


@pytest.mark.parametrize(
    "form",
    ["配号坐标：\n{}", "统一配号坐标串：\n{}", "{}。", "{};", '"{}"', "“{}”", "某县甲铁矿\n{}",
     "关于甲铁矿采矿权的说明\n配号坐标\n{}"],
)  # fmt: skip
def test_a_string_as_people_hand_it_on(write_text, form):
    for string in (STRING, STRING.rstrip(",")):
        source = read(write_text(form.format(string)))
        assert source.format == "registration string" and source.geometry[0].area == 1e6
        assert source.companions["right_part"].columns["sign"].to_pylist() == [1, -1]


@pytest.mark.parametrize("line", ["未完待续", "（续下页）", "余见附件", "……等12点"])
def test_a_list_that_goes_on_elsewhere_is_refused(write_text, line):
    with pytest.raises(FormatError, match=r"no corner follows|does not fit"):
        read(write_text(f"{PUBLISHED}{line}\n"))


def test_words_that_the_numbers_are_not_true(write_text):
    for text in (PUBLISHED, f"{STRING}\n"):
        with pytest.raises(FormatError, match="they cannot be used"):
            read(write_text(f"2000国家大地坐标系\n{text}以上坐标有误\n"))
        for words in ("以上坐标经脱密处理", "坐标来自高德地图"):
            source = read(write_text(f"2000国家大地坐标系\n{text}{words}\n"))
            assert source.crs is None


@pytest.mark.parametrize("said", ["此点有误", "作废", "坐标待核实", "删除", "至5号点为弧线"])
def test_a_part_whose_remark_calls_it_wrong_is_refused(write_text, said):
    with pytest.raises(FormatError, match=f"写有“{said}”"):
        read(write_text(f"2000国家大地坐标系\n{PUBLISHED.replace('某采区', said)}"))
    text = PUBLISHED.replace("某采区", "原平矿段水泥桩")
    assert len(read(write_text(f"2000国家大地坐标系\n{text}"))) == 1


# -- several corners on one line -----------------------------------------------------------------

ON_ONE_LINE = (
    "2000国家大地坐标系\n"
    + "".join(f"{n},{x},{y}.000, , ," for n, (x, y) in enumerate(SQUARE, 1))
    + "*,229.5,70,某采区,1,"
    + "".join(f"{n},{x + 2000},{y}.000, , ," for n, (x, y) in enumerate(SQUARE, 1))
    + "*,363,10,另一采区,1,"
    + "".join(
        f"{n},{3760200 + x},{38500200 + y}.000, , ,"
        for n, (x, y) in enumerate([(0, 0), (100, 0), (100, 100), (0, 100)], 1)
    )
    + "*,192,185,扣除采石场,-1,\n"
)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("\n1,", "\n拐点,X(起标高),Y(止标高) 1,"),
        lambda text: text.replace(",", "，"),
        lambda text: text.replace("3,3761000", "\n3,3761000").replace(",*", "\n*"),
        lambda text: text.replace("\n1,", "\n①,").replace(",2,376", ",②,376"),
    ],
)
def test_a_published_list_on_one_line(change):
    source = parse_registration(change(ON_ONE_LINE))
    assert source.geometry[0].area == 2e6
    parts = source.companions["right_part"]
    assert parts.columns["sign"].to_pylist() == [1, 1, -1]
    assert parts.columns["top_elevation_m"].to_pylist() == [229.5, 363, 192]
    assert [shape.area for shape in parts.geometry] == [1e6, 1e6, 1e4]
    assert source.crs.to_epsg() == 4526


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3,3761000,38501000.000", "3,*61000,38501000.000"),
        ("3,3761000,38501000.000", "3,38501000.000"),
        ("*,363,10,另一采区,1,", ""),
        ("某采区,1,", "某采区,"),
        ("*,192,185,扣除采石场,-1,", ""),
    ],
)
def test_what_one_line_has_lost_is_refused(old, new):
    assert ON_ONE_LINE.count(old) == 1
    with pytest.raises(FormatError):
        parse_registration(ON_ONE_LINE.replace(old, new))


def test_a_long_line_is_parted_in_time():
    started = time.monotonic()
    for text in ("*,1,2," * 20_000, "1,3760000.0," * 20_000, "1,3760000,38500000," * 20_000 + "*,"):
        with pytest.raises(FormatError):
            parse_registration(text)
    assert time.monotonic() - started < 5
