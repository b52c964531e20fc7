"""The national corner text: every line accounted for."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

HEAD = """[属性描述]
格式版本号=1.01版本
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
SQUARE = """5,100.0000,1,一号地块,面,I49G001,采矿,0602,@
J1,1,3760000.000,38500000.000
J2,1,3761000.000,38500000.000
J3,1,3761000.000,38501000.000
J4,1,3760000.000,38501000.000
J1,1,3760000.000,38500000.000
"""


def codes(source):
    return [i.code for i in source.issues]


def test_one_square(write_text):
    source = read(write_text(HEAD + SQUARE))
    assert source.format == "national corner text"
    assert source.crs.to_epsg() == 4526
    assert source.declared == 1 and source.labels == ("地块 1（一号地块）",)
    assert source.geometry[0].bounds == (38500000, 3760000, 38501000, 3761000)
    assert {k: v.to_pylist() for k, v in source.columns.items()} == {
        "地块编号": ["1"], "地块名称": ["一号地块"], "图幅号": ["I49G001"], "用途": ["采矿"],
        "地类编码": ["0602"], "声明面积_公顷": [100.0],
    }  # fmt: skip
    assert source.issues == ()


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030"])
def test_same_in_every_encoding(write_text, codec):
    text = (HEAD + SQUARE).replace("\n", "\r\n")
    source = read(write_text(text, encoding=codec))
    assert source.columns["地块名称"].to_pylist() == ["一号地块"]
    assert source.geometry[0].area == 1e6


def test_closing_point_absent_and_count_either_way(write_text):
    opened = SQUARE.rsplit("J1", 1)[0]
    for count in (4,):
        source = read(write_text(HEAD + opened.replace("5,100", f"{count},100", 1)))
        assert source.geometry[0].area == 1e6
    assert read(write_text(HEAD + SQUARE.replace("5,100", "4,100", 1))).geometry[0].area == 1e6
    with pytest.raises(FormatError, match=r"line 11: declares 5 corners, has 4"):
        read(write_text(HEAD + opened))
    with pytest.raises(FormatError, match="declares 7"):
        read(write_text(HEAD + SQUARE.replace("5,100", "7,100", 1)))


def ring(number, x, y, size, first=1):
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    return "".join(f"J{first + k},{number},{a},{b}\n" for k, (a, b) in enumerate(corners))


def parcel(*rings, area="", count=None):
    lines = "".join(rings)
    return f"{count or lines.count(chr(10))},{area},1,甲,面,,,,@\n{lines}"


OUTER = ring(1, 3760000, 38500000, 1000)


def test_hole_and_further_part(write_text):
    hole, apart = ring(2, 3760100, 38500100, 100, 5), ring(3, 3770000, 38500000, 200, 9)
    source = read(write_text(HEAD + parcel(OUTER, hole, apart)))
    assert source.geometry[0].geom_type == "MultiPolygon"
    assert source.geometry[0].area == 1000**2 - 100**2 + 200**2


@pytest.mark.parametrize(
    "second",
    [
        ring(2, 3760900, 38500900, 1000, 5),  # across the outline
        ring(2, 3759000, 38499000, 5000, 5),  # round it
        "J5,2,3760100,38500100\nJ6,2,3760200,38500200\nJ7,2,3760200,38500100\nJ8,2,3760100,38500200\n",
    ],
)
def test_ring_that_is_neither_is_refused(write_text, second):
    with pytest.raises(FormatError, match="line 16: ring 2"):
        read(write_text(HEAD + parcel(OUTER, second)))


def test_hole_across_a_hole(write_text):
    holes = ring(2, 3760100, 38500100, 100, 5) + ring(3, 3760150, 38500150, 100, 9)
    with pytest.raises(FormatError, match="ring 3"):
        read(write_text(HEAD + parcel(OUTER, holes)))


def test_wrong_closing_point_names_the_line(write_text):
    bad = SQUARE.rsplit("J1", 1)[0] + "J1,1,3760000.000,38500000.001\n"
    with pytest.raises(FormatError, match="line 16: closing point J1 differs from line 12"):
        read(write_text(HEAD + bad))
    bad = SQUARE.rsplit("J1", 1)[0] + "J1,1,3760000.000,3760000.000\n"  # X in place of Y
    with pytest.raises(FormatError, match="line 16"):
        read(write_text(HEAD + bad))


def test_swapped_axes_are_turned_with_a_warning(write_text):
    lines = SQUARE.splitlines()
    turned = [lines[0]] + [
        ",".join([a, b, y, x]) for a, b, x, y in (line.split(",") for line in lines[1:])
    ]
    source = read(write_text(HEAD + "\n".join(turned)))
    assert source.geometry[0].bounds == (38500000, 3760000, 38501000, 3761000)
    assert codes(source) == ["axes_swapped"]


def test_masked_digit_and_odd_number(write_text):
    with pytest.raises(FormatError, match="line 13: masked digits"):
        read(write_text(HEAD + SQUARE.replace("3761000.000", "37*1000.000", 1)))
    with pytest.raises(FormatError, match="line 13: not a number"):
        read(write_text(HEAD + SQUARE.replace("3761000.000", "1_000", 1)))


def test_area_that_differs_by_more_than_one_percent(write_text):
    assert read(write_text(HEAD + SQUARE.replace("100.0000", "101.0"))).issues == ()
    source = read(write_text(HEAD + SQUARE.replace("100.0000", "101.1")))
    assert codes(source) == ["area_differs"]
    assert source.issues[0].feature == "地块 1（一号地块）"


@pytest.mark.parametrize(
    ("old", "new", "epsg"),
    [
        ("带号=38", "带号=", 4526),
        ("几度分带=3", "几度分带=", 4526),
        ("2000国家大地坐标系", "某大地坐标系", None),
        ("2000国家大地坐标系", "80国家大地坐标系", 2362),
        ("2000国家大地坐标系", "80坐标系", 2362),
        ("2000国家大地坐标系", "新北京54坐标系", 4774),
        ("2000国家大地坐标系", "1980西安坐标系", 2362),
        ("2000国家大地坐标系", "80西安", 2362),
        ("2000国家大地坐标系", "54北京", 2414),
        ("2000国家大地坐标系", "CGCS2000", 4526),
        ("坐标系=2000国家大地坐标系", "坐标系=", 0),
    ],
)
def test_crs_of_the_header(write_text, old, new, epsg):
    path = write_text(HEAD.replace(old, new) + SQUARE)
    if epsg is None:
        with pytest.raises(FormatError, match="is not understood"):
            read(path)
        return
    source = read(path)
    assert (source.crs.to_epsg() if source.crs else 0) == epsg


def test_six_degree_zone_and_no_prefix(write_text):
    six = HEAD.replace("带号=38", "带号=19").replace("几度分带=3", "几度分带=6")
    assert read(write_text(six + SQUARE.replace(",38", ",19"))).crs.to_epsg() == 4497
    bare = SQUARE.replace(",38500000", ",500000").replace(",38501000", ",501000")
    assert read(write_text(HEAD + bare)).crs.to_epsg() == 4547  # zone 38: 114 E, no prefix
    unknown = read(write_text(HEAD.replace("带号=38", "带号=") + bare))
    assert unknown.crs is None and "meridian unknown" in unknown.crs_note


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("带号=38", "带号=40", "eastings tell zone 38"),
        ("几度分带=3", "几度分带=6", "contradicts zone 38"),
        ("带号=38", "带号=三十八", "not an integer"),
        ("计量单位=米", "计量单位=公里", "计量单位=公里"),
        ("投影类型=高斯克吕格", "投影类型=墨卡托", "墨卡托"),
        ("几度分带=3\n", "几度分带=3\n几度分带=6\n", "given twice"),
        ("[地块坐标]", "无关文字", "line 10 does not fit|line 10: does not fit"),
    ],
)
def test_contradictions_are_refused(write_text, old, new, said):
    with pytest.raises(FormatError, match=said):
        read(write_text(HEAD.replace(old, new) + SQUARE))


def test_degrees(write_text):
    text = HEAD + "4,,1,甲,面,,,,@\nJ1,1,33.9,114\nJ2,1,34,114\nJ3,1,34,114.1\nJ4,1,33.9,114.1\n"
    source = read(write_text(text))
    assert source.crs.to_epsg() == 4490
    assert source.geometry[0].bounds == (114, 33.9, 114.1, 34)
    assert codes(source) == ["unit_contradicted"]


def test_degrees_that_may_be_packed(write_text):
    text = HEAD + "3,,1,甲,面,,,,@\nJ1,1,38.0605,113.5959\nJ2,1,38.0605,114.01\nJ3,1,38.07,114.01\n"
    with pytest.raises(FormatError, match=r"may be D\.MMSS or decimal degrees"):
        read(write_text(text))
    said = text.replace("计量单位=米", "计量单位=度")
    assert said != text and read(write_text(said)).geometry[0].bounds[0] == 113.5959


def test_other_refusals(write_text):
    for bad in (
        "J9,1,3760000,38500000\n" + SQUARE,  # a corner before any parcel
        SQUARE.replace(",面,", ",线,"),
        SQUARE.replace(",@", ",,@"),
        SQUARE.replace("J2,1,", "J2,0,"),
        SQUARE.replace("J2,1,", "J2,一,"),
        SQUARE.replace("J2,1,", "J2,2,"),
        "5,100.0000,1,空,面,,,,@\n" + SQUARE,
        SQUARE.replace("J2,1,3761000.000,38500000.000", "J2,1,3761000.000,39500000.000"),
        SQUARE + "汇总行\n",
    ):
        with pytest.raises(FormatError) as caught:
            read(write_text(HEAD + bad))
        assert "第" in caught.value.zh and "line" in caught.value.en


def test_several_parcels(write_text):
    other = parcel(ring(1, 3780000, 38500000, 100)).replace(",1,甲", ",2,乙")
    source = read(write_text(HEAD + SQUARE + "\n" + other))
    assert source.labels == ("地块 1（一号地块）", "地块 2（乙）")
    assert shapely.area(source.geometry).tolist() == [1e6, 1e4]
    assert source.columns["声明面积_公顷"].to_pylist() == [100.0, None]


def test_nonzero_parameters_are_not_applied_in_silence(write_text):
    head = HEAD.replace("转换参数=,,,,,,", "转换参数=0,0,1.5,0,0,0,0")
    assert codes(read(write_text(head + SQUARE))) == ["parameters_ignored"]
    head = HEAD.replace("转换参数=,,,,,,", "转换参数=0,0,0,0,0,0,0")
    assert codes(read(write_text(head + SQUARE))) == []


def test_header_without_parcels(write_text):
    assert read(write_text(HEAD)).declared == 0
    with pytest.raises(FormatError, match=r"has no \[地块坐标\]"):
        read(write_text(HEAD.replace("[地块坐标]\n", "")))


@pytest.mark.parametrize(
    ("names", "en"),
    [
        ("J1 J2 J3 J4 J1", None),
        ("J1 J2 J3 J4 J5", None),  # a closing point of its own number
        ("J17 J18 J19 J20 J17", None),  # numbers run on from another parcel
        ("A B C D A", None),
        (
            "J1 J2 J4 J5 J1",
            "parcel 1（一号地块） line 14: in ring 1, corner numbers jump from J2 to J4",
        ),
        (
            "J1 J2 J2 J4 J1",
            "parcel 1（一号地块） line 14: in ring 1, corner number J2 is given twice",
        ),
        ("A B C B A", "parcel 1（一号地块） line 15: in ring 1, corner number B is given twice"),
    ],
)
def test_corner_numbers_that_do_not_run_on(write_text, names, en):
    parcel, *corners = SQUARE.splitlines()
    rows = [
        f"{name},{corner.split(',', 1)[1]}"
        for name, corner in zip(names.split(), corners, strict=True)
    ]
    source = read(write_text(HEAD + "\n".join([parcel, *rows]) + "\n"))
    assert source.geometry[0].area == 1e6
    assert [(i.severity, i.code, i.en) for i in source.issues] == (
        [("warning", "corner_numbers", en)] if en else []
    )


# -- rings of one number -------------------------------------------------------------------------


def closed(number, x, y, size, first=1):
    lines = ring(number, x, y, size, first)
    return lines + lines.splitlines()[0] + "\n"


def test_closed_outlines_of_one_number_stay_apart(write_text):
    rings = [closed(1, 3760000, 38500000 + 2000 * k, 1000, 1 + 4 * k) for k in range(3)]
    source = read(write_text(HEAD + parcel(*rings)))
    assert source.geometry[0].geom_type == "MultiPolygon"
    assert [g.bounds for g in source.geometry[0].geoms] == [
        (38500000 + 2000 * k, 3760000, 38501000 + 2000 * k, 3761000) for k in range(3)
    ]
    assert source.issues == ()


@pytest.mark.parametrize(
    ("second", "line"),
    [
        (ring(1, 3770000, 38500000, 200, 1), 16),  # not closed, numbers begin again
        ("J5,1,3760000,38500000\n" + ring(1, 3770000, 38500000, 200, 6), 16),  # own number
    ],
)
def test_outlines_of_one_number_that_are_not_closed_are_refused(write_text, second, line):
    with pytest.raises(FormatError, match=f"line {line}: ring 1 comes back to .* of line 12"):
        read(write_text(HEAD + parcel(OUTER, second)))


def test_a_ring_within_another_of_its_number_is_refused(write_text):
    rings = [closed(1, 3760000, 38500000, 1000), closed(1, 3760100, 38500100, 100, 5)]
    with pytest.raises(FormatError, match=r"line 17: ring 1 .* has the number of one round it"):
        read(write_text(HEAD + parcel(*rings)))


# -- words of the header -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "epsg"),
    [
        ("坐标系=", "坐标系统=", 4526),
        ("坐标系=", "坐 标 系 = ", 4526),
        ("计量单位=", "坐标单位=", 4526),
        ("坐标系=", "- 坐标系=", 4526),
        ("2000国家大地坐标系", "2000国家大地坐标系 3度带 第38带", 4526),
        ("2000国家大地坐标系", "CGCS2000_3_Degree_GK_Zone_38", 4526),
        ("2000国家大地坐标系", "CGCS2000 / 3-degree Gauss-Kruger CM 114E", 4526),
        ("2000国家大地坐标系", "2000国家大地坐标系，1985国家高程基准", 4526),
        ("2000国家大地坐标系", "Xian_1980_3_Degree_GK_Zone_38", 2362),
        ("2000国家大地坐标系", "中国大地坐标系2000（CGCS2000）", 4526),
        ("2000国家大地坐标系", "1980西安坐标系", 2362),
        ("投影类型=高斯克吕格", "投影类型=Gauss-Kruger", 4526),
        ("投影类型=高斯克吕格", "投影类型=高斯—克吕格投影", 4526),
        ("计量单位=米", "计量单位=Meter", 4526),
    ],
)
def test_other_words_for_the_same(write_text, old, new, epsg):
    source = read(write_text(HEAD.replace(old, new) + SQUARE + "\x1a"))
    assert source.crs.to_epsg() == epsg and source.issues == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2000国家大地坐标系", "广州2000坐标系", "广州2000坐标系 is not understood"),
        ("2000国家大地坐标系", "北京2000坐标系", "北京2000坐标系 is not understood"),
        ("2000国家大地坐标系", "CGCS2000_3_Degree_GK_Zone_39", "eastings tell zone 38"),
        ("2000国家大地坐标系", "2000国家大地坐标系39带", "eastings tell zone 38"),
        ("2000国家大地坐标系", "CGCS2000_3_Degree_GK_CM_117E", "eastings tell zone 38"),
        ("坐标系=2000", "坐标系统=1980西安坐标系\n坐标系=2000", "坐标系 is given twice"),
        ("精度=0.001", "X平移=500", "X平移=500 is not understood"),
        ("精度=0.001", "椭球=克拉索夫斯基", "椭球=克拉索夫斯基 is not understood"),
        ("精度=0.001", "东坐标加常数=0", "东坐标加常数=0 is not understood"),
        ("计量单位=米", "坐标单位=毫米", "计量单位=毫米 contradicts the numbers"),
        ("计量单位=米", "计量单位=度", "计量单位=度 contradicts the numbers"),
    ],
)
def test_what_the_header_says_of_places_is_understood_or_refused(write_text, old, new, said):
    with pytest.raises(FormatError, match=said):
        read(write_text(HEAD.replace(old, new) + SQUARE))


def test_other_unknown_keys_are_told(write_text):
    head = HEAD.replace("精度=0.001", "项目名称=甲\n高程基准=1985国家高程基准\n测绘单位=乙\n备注=")
    source = read(write_text(head + SQUARE))
    assert [(i.code, i.en) for i in source.issues] == [
        ("header_ignored", "项目名称=甲 is not understood and not used"),
        ("header_ignored", "高程基准=1985国家高程基准 is not understood and not used"),
        ("header_ignored", "测绘单位=乙 is not understood and not used"),
    ]
    assert source.crs.to_epsg() == 4526


# -- degrees and digits --------------------------------------------------------------------------

DEGREES = "3,,1,甲,面,,,,@\nJ1,1,38.1,113.5\nJ2,1,38.15,113.5\nJ3,1,38.15,113.55\n"


@pytest.mark.parametrize("unit", ["米", "", "m"])
def test_few_decimals_may_be_minutes(write_text, unit):
    head = HEAD.replace("计量单位=米", f"计量单位={unit}")
    with pytest.raises(FormatError, match=r"may be D\.MMSS or decimal degrees"):
        read(write_text(head + DEGREES))
    source = read(write_text(HEAD.replace("计量单位=米", "计量单位=度") + DEGREES))
    assert source.geometry[0].bounds == (113.5, 38.1, 113.55, 38.15) and source.issues == ()


def test_whole_degrees_are_the_same_either_way(write_text):
    text = "3,,1,甲,面,,,,@\nJ1,1,38,113\nJ2,1,39,113\nJ3,1,39,114\n"
    assert read(write_text(HEAD + text)).geometry[0].bounds == (113, 38, 114, 39)


@pytest.mark.parametrize("unit", ["度分秒", "DMS", "度分", "D.MMSS", "弧度"])
def test_other_units_than_degrees_are_refused(write_text, unit):
    head = HEAD.replace("计量单位=米", f"计量单位={unit}")
    with pytest.raises(FormatError, match=f"计量单位={unit} is not read"):
        read(write_text(head + DEGREES.replace("38.1,", "38.123456,")))


def test_dashes_before_lines_and_full_width_digits(write_text):
    listed = "".join(f"- {line}\n" for line in SQUARE.splitlines())
    listed = listed.replace("J2,1,3761000.000", "J2,1,３７６１０００．０００")
    source = read(write_text(HEAD + listed))
    assert source.geometry[0].bounds == (38500000, 3760000, 38501000, 3761000)
    assert source.issues == ()
    with pytest.raises(FormatError, match="line 13: does not fit"):
        read(write_text(HEAD + SQUARE.replace("J2,1,", "J2，1，")))


def test_the_first_line_may_be_missing(write_text):
    whole = read(write_text(HEAD + SQUARE))
    source = read(write_text(HEAD.partition("\n")[2] + SQUARE, name="无首行.txt"))
    assert source.crs == whole.crs and source.geometry[0].equals_exact(whole.geometry[0], 0)


INNER = """5,4.0000,2,{name},面,,{use},,@
J5,1,3760200.000,38500200.000
J6,1,3760400.000,38500200.000
J7,1,3760400.000,38500400.000
J8,1,3760200.000,38500400.000
J5,1,3760200.000,38500200.000
"""


@pytest.mark.parametrize(
    ("name", "use", "area"),
    [("扣除区", "采矿", "4"), ("二号", "扣除", "4"), ("二号", "采矿", "-4")],
)
def test_a_parcel_that_is_taken_out_is_refused(write_text, name, use, area):
    inner = INNER.format(name=name, use=use).replace("5,4.", f"5,{area}.", 1)
    with pytest.raises(FormatError, match=r"line 17: parcel 2.*is taken out of another"):
        read(write_text(HEAD + SQUARE + inner))


def test_a_parcel_inside_another_or_given_twice_is_told(write_text):
    source = read(write_text(HEAD + SQUARE + INNER.format(name="二号", use="采矿")))
    assert codes(source) == ["parcel_inside"] and source.issues[0].feature == "地块 2（二号）"
    assert codes(read(write_text(HEAD + SQUARE + SQUARE))) == ["parcel_repeated"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("几度分带=3\n", "几度分带=3度分带\n"), ("几度分带=3\n", "几度分带=三度分带\n"),
        ("几度分带=3\n", "几度分带=3°带\n"), ("带号=38", "带号=第38带"),
        ("坐标系=2000国家大地坐标系", "坐标系=CGCS_2000"),
        ("坐标系=2000国家大地坐标系", "坐标系=GCS_China_Geodetic_Coordinate_System_2000"),
        ("00.000\n", "00.000,\n"), ("@\n", "@,\n"), (",1,37", ",01,37"),
        ("[属性描述]", "［属性描述］"), ("[地块坐标]", "【地块坐标】"),
    ],
)  # fmt: skip
def test_ways_of_writing_the_form(write_text, old, new):
    source = read(write_text((HEAD + SQUARE).replace(old, new)))
    assert source.format == "national corner text" and source.crs.to_epsg() == 4526
    assert source.geometry[0].bounds == (38500000, 3760000, 38501000, 3761000)
    assert source.issues == () and source.columns["用途"].to_pylist() == ["采矿"]


def test_tabs_part_the_fields_as_well(write_text):
    source = read(write_text(HEAD + SQUARE.replace(",", "\t")))
    assert source.geometry[0].area == 1e6 and source.columns["地类编码"].to_pylist() == ["0602"]


@pytest.mark.parametrize("width", ["3度6", "三又", "36", "六"])
def test_another_width_of_zones_is_refused(write_text, width):
    with pytest.raises(FormatError, match="几度分带"):
        read(write_text((HEAD + SQUARE).replace("几度分带=3\n", f"几度分带={width}\n")))


@pytest.mark.parametrize("words", ["坐标经脱密处理", "坐标来自高德地图", "坐标系待核实"])
def test_words_that_the_numbers_are_not_true(write_text, words):
    text = (HEAD + SQUARE).replace("带号=38\n", f"带号=38\n备注={words}\n")
    assert read(write_text(text)).crs is None
    for wrong in ("坐标有误", "坐标待核实"):
        with pytest.raises(FormatError, match="they cannot be used"):
            read(write_text(text.replace(words, wrong)))
