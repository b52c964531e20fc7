"""Tables of corners and of places: CSV and workbooks."""

import pyproj
import pytest
import shapely
import xlsxwriter

from layers.errors import FormatError
from layers.formats import list_layers, read

SQUARE = [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)]
BOX = shapely.box(38500000, 3760000, 38501000, 3761000)


@pytest.fixture
def table(tmp_path):
    def table(text, encoding="gbk", name="界址点.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return read(path)

    return table


@pytest.fixture
def workbook(tmp_path):
    def workbook(sheets, merged=()):
        path = tmp_path / "坐标.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for r, row in enumerate(rows):
                    sheet.write_row(r, 0, row)
                for cells, value in merged:
                    sheet.merge_range(cells, value)
        return path

    return workbook


def lines(*rows, title="", head="点号,X坐标,Y坐标"):
    told = [title] if title else []
    return "\n".join([*told, head, *(",".join(map(str, r)) for r in rows)]) + "\n"


def corners(places=SQUARE, start=1):
    return [(f"J{k}", x, y) for k, (x, y) in enumerate(places, start)]


def codes(source):
    return [i.code for i in source.issues]


def test_x_is_north(table):
    source = table(lines(*corners(), title="坐标系：2000国家大地坐标系"))
    assert source.geometry[0].equals(BOX)
    assert source.crs.to_epsg() == 4526  # CGCS2000, 3-degree zone 38 by the eastings' prefix
    assert (source.declared, source.encoding, source.issues) == (1, "GB18030", ())


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "，"])
def test_separators(table, sign):
    assert table(lines(*corners()).replace(",", sign)).geometry[0].equals(BOX)


@pytest.mark.parametrize(
    "head",
    ["点号,X,Y", "序号,X坐标（m）,Y坐标（m）", "拐点编号,纵坐标X,横坐标Y", "界址点号,北坐标,东坐标",
     "点 号,Ｘ,Ｙ", "no,northing,easting", "拐点,X(米),Y(米)"],
)  # fmt: skip
def test_headers(table, head):
    assert table(lines(*corners(), head=head)).geometry[0].equals(BOX)


def test_swapped_columns_are_told_by_their_size(table):
    source = table(lines(*[(n, y, x) for n, x, y in corners()]))
    assert source.geometry[0].equals(BOX)
    assert codes(source) == ["axes_swapped"]


def test_metres_under_longitude_and_latitude(table):
    source = table(lines(*corners(), head="序号,经度,纬度"))
    assert source.geometry[0].equals(BOX)
    assert codes(source) == ["header_contradicted"]


def test_a_closing_point_closes(table):
    closed = [*corners(), ("J1", *SQUARE[0])]
    source = table(lines(*closed))
    assert source.geometry[0].equals(BOX)
    assert codes(source) == []


def test_numbers_that_begin_again_are_a_new_ring(table):
    inner = [(3760200, 38500200), (3760200, 38500400), (3760400, 38500400)]
    source = table(lines(*corners(), *corners(inner)))
    assert source.geometry[0].area == 1_000_000 - 20_000  # a hole
    far = [(x + 5000, y) for x, y in SQUARE]
    assert table(lines(*corners(), *corners(far))).geometry[0].area == 2_000_000  # a part


def test_a_missing_corner_is_told(table):
    rows = corners()
    source = table(lines(rows[0], rows[1], ("J4", *SQUARE[2]), ("J5", *SQUARE[3])))
    assert [(i.code, i.zh) for i in source.issues] == [
        ("corner_numbers", "第 1 个地块 第 4 行：点号由 J2 跳到 J4")
    ]


def test_headings_and_depths(table):
    text = lines(
        ("一采区",), *corners(), ("开采深度由1250米至980米标高",),
        ("二采区",), *corners([(x + 5000, y) for x, y in SQUARE]),
    )  # fmt: skip
    source = table(text)
    assert source.labels == ("地块 一采区", "地块 二采区")
    assert source.columns["块段名称"].to_pylist() == ["一采区", "二采区"]
    assert source.columns["top_elevation_m"].to_pylist() == ["1250", None]
    assert source.columns["bottom_elevation_m"].to_pylist() == ["980", None]


def test_parcels_by_a_column_that_is_written_once(table):
    rows = [(k if n == 0 else "", *c) for k, dx in (("甲", 0), ("乙", 5000))
            for n, c in enumerate(corners([(x + dx, y) for x, y in SQUARE]))]  # fmt: skip
    source = table(lines(*rows, head="地块名称,点号,X,Y"))
    assert source.labels == ("地块 甲", "地块 乙")
    assert source.columns["地块名称"].to_pylist() == ["甲", "乙"]
    assert [g.area for g in source.geometry] == [1_000_000, 1_000_000]


def test_of_two_systems_cgcs2000_is_taken(table):
    old = [(n, x - 10, y - 110, x, y) for n, x, y in corners()]
    head = "点号,X,Y,X,Y"
    source = table(lines(*old, title=",1980西安坐标系,,2000国家大地坐标系,", head=head))
    assert source.geometry[0].equals(BOX)
    assert source.crs.to_epsg() == 4526
    # A heading that stands over the wrong column would give the old pair the new name.
    with pytest.raises(FormatError, match="two pairs of columns of one system disagree"):
        table(lines(*old, title=",2000国家大地坐标系,,,1980西安坐标系", head=head))
    with pytest.raises(FormatError, match="two pairs of columns of one system disagree"):
        table(lines(*old, head=head))


def test_xian_1980_alone_is_said_to_be_so(table):
    source = table(lines(*corners(), title="1980西安坐标系"))
    assert source.crs.to_epsg() == 2362  # Xian 1980 zone 38: the loader then asks for parameters


def test_two_datums_for_one_pair_say_nothing(table):
    source = table(lines(*corners(), title="1980西安坐标系 2000国家大地坐标系"))
    assert source.crs is None


@pytest.mark.parametrize("told", ["中央子午线114度", "带号：38", "高斯投影 3度带 第38带"])
def test_zone_from_the_title(table, told):
    rows = [(n, x, y - 38_000_000) for n, x, y in corners()]
    source = table(lines(*rows, title=f"2000国家大地坐标系 {told}"))
    assert source.crs.to_epsg() == 4547  # CGCS2000 3-degree, CM 114E
    assert source.geometry[0].equals(shapely.box(500000, 3760000, 501000, 3761000))


def test_without_zone_no_crs(table):
    rows = [(n, x, y - 38_000_000) for n, x, y in corners()]
    assert table(lines(*rows, title="2000国家大地坐标系")).crs is None


def test_a_stated_zone_that_contradicts_the_eastings(table):
    with pytest.raises(FormatError, match="zone 37 is stated, but the eastings tell zone 38"):
        table(lines(*corners(), title="2000国家大地坐标系 带号37"))


def test_degrees_minutes_seconds(table):
    rows = [("1", "113°59′59.6″", "38°06′05″"), ("2", "114°00′59.6″", "38°06′05″"),
            ("3", "114°00′59.6″", "38°07′05″")]  # fmt: skip
    west, south, east, north = table(lines(*rows, head="点号,经度,纬度")).geometry[0].bounds
    assert (west, south) == (
        pytest.approx(113 + 59 / 60 + 59.6 / 3600), pytest.approx(38 + 6 / 60 + 5 / 3600)
    )  # fmt: skip
    assert (east - west, north - south) == (pytest.approx(1 / 60), pytest.approx(1 / 60))


def test_packed_degrees_need_a_word(table):
    rows = [
        ("1", "113.5959", "38.0605"),
        ("2", "114.0059", "38.0605"),
        ("3", "114.0059", "38.0705"),
    ]
    with pytest.raises(FormatError, match=r"may be D.MMSS or decimal degrees"):
        table(lines(*rows, head="点号,经度,纬度"))
    packed = table(lines(*rows, head="点号,经度(度分秒),纬度(度分秒)")).geometry[0]
    assert packed.bounds[0] == pytest.approx(113 + 59 / 60 + 59 / 3600)
    decimal = table(lines(*rows, head="点号,经度(度),纬度(度)")).geometry[0]
    assert decimal.bounds[0] == 113.5959


def test_packed_whole_degrees(table):
    rows = [("1", "1135959", "380605"), ("2", "1140059", "380605"), ("3", "1140059", "380705")]
    source = table(lines(*rows, head="点号,经度,纬度"))
    assert source.geometry[0].bounds[0] == pytest.approx(113 + 59 / 60 + 59 / 3600)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("J2", "", ""), "row 3: a corner without coordinates"),
        (("J2", "3761000", ""), "row 3: one coordinate is missing"),
        (("J2", "37610**", "38500000"), "row 3: masked digits: 37610"),
        (("J2", "3761000", "385OOOOO"), "row 3: no coordinate: '385OOOOO'"),
        (("J2", "3761000", "39500000"), "row 3: 3761000, 39500000 fits not the others"),
        (("J2", "38.1", "114.0"), "row 3: 38.1, 114 fits not the others"),
        (("J2", "nan", "38500000"), "row 3: no coordinate: 'nan'"),
    ],
)
def test_a_bad_corner_refuses_the_table(table, row, said):
    rows = corners()
    with pytest.raises(FormatError, match=said):
        table(lines(rows[0], row, *rows[2:]))


def test_corners_of_a_parcel_that_are_not_together(table):
    rows = (
        [("甲", *c) for c in corners()] + [("乙", *c) for c in corners()] + [("甲", *corners()[0])]
    )
    with pytest.raises(FormatError, match="corners of 甲 are split"):
        table(lines(*rows, head="地块名称,点号,X,Y"))


def test_two_corners_are_no_ring(table):
    with pytest.raises(FormatError, match="row 2: a ring of fewer than 3 corners"):
        table(lines(*corners(SQUARE[:2])))


def test_a_place_in_every_row(table):
    text = "名称,经度,纬度,人口\n李家村,110.5,37.5,120\n王家村,110.6,37.6,80\n无坐标村,,,5\n"
    source = table(text)
    assert [g and g.wkt for g in source.geometry] == [
        "POINT (110.5 37.5)",
        "POINT (110.6 37.6)",
        None,
    ]
    assert source.columns["人口"].to_pylist() == ["120", "80", "5"]
    assert source.declared == 3


def test_a_place_that_cannot_be_read_is_told_of_its_row(table):
    source = table("名称,经度,纬度\n甲,110.75,37.75\n乙,110°61′00″,37.75\n")
    assert [(i.code, i.feature) for i in source.issues] == [("unreadable_geometry", "第 3 行")]
    assert source.geometry[1] is None


def test_plane_and_degrees_that_disagree(table):
    # 114E 34N in zone 38 is easting 38500000 by definition; its northing from the meridian arc.
    import pyproj

    x, y = pyproj.Transformer.from_crs(4490, 4526, always_xy=True).transform(114.0, 34.0)
    rows = [("甲", f"{y + d:.3f}", f"{x:.3f}", 114.0, 34.0) for d in (0, 50)]
    source = table(lines(*rows, title="2000国家大地坐标系", head="名称,X,Y,经度,纬度"))
    (issue,) = source.issues
    assert issue.code == "coordinates_disagree"
    assert "1 行" in issue.zh and "第 4 行起" in issue.zh


def test_latin_tables_are_read(table):
    source = table("Município;Latitude;Longitude;Nível\nGoiânia;-16°40'00'';-49°15'00'';Alto\n" * 1
                   + "São João;-16°41'00'';-49°16'00'';Não\n", "latin-1")  # fmt: skip
    assert source.columns["Município"].to_pylist() == ["Goiânia", "São João"]


def test_a_workbook_with_its_header_below_a_title(workbook):
    rows = [["某矿采矿权拐点坐标表"], ["2000国家大地坐标系"], [], ["点号", "X", "Y"],
            *[[n, x + 0.125, y] for n, x, y in corners()]]  # fmt: skip
    path = workbook({"说明": [["没有坐标"]], "拐点": rows})
    assert list_layers(path) == ["拐点"]
    source = read(path)
    assert source.layer == "拐点"
    assert source.geometry[0].bounds == (38500000, 3760000.125, 38501000, 3761000.125)


def test_merged_cells_stand_for_all_their_rows(workbook):
    rows = [["矿区", "点号", "X", "Y"], *[["", *c] for c in corners()]]
    path = workbook({"表": rows}, merged=[("A2:A5", "北矿区")])
    assert read(path).columns["矿区"].to_pylist() == ["北矿区"]


def test_several_sheets_need_a_choice(workbook):
    rows = [["点号", "X", "Y"], *map(list, corners())]
    path = workbook({"甲": rows, "乙": rows})
    with pytest.raises(FormatError, match="has several layers: 甲、乙"):
        read(path)
    assert read(path, layer="乙").layer == "乙"


def test_a_damaged_workbook(tmp_path):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    with pytest.raises(FormatError, match="damaged or encrypted"):
        read(path)


def test_quotes_inside_quotes(table):
    source = table('名称,经度,纬度\n"甲 "老" 村",110.75,37.75\n"3"" 管"旁",110.75,37.75\n')
    assert source.columns["名称"].to_pylist() == ['甲 "老" 村', '3" 管"旁']
    # A separator between quotes, in a line with a quote too many, and in another line.
    source = table('名称,经度,纬度\n"甲 "老, 村",110.75,37.75\n"乙, 村",110.75,37.75\n')
    assert source.columns["名称"].to_pylist() == ['甲 "老, 村', "乙, 村"]
    with pytest.raises(FormatError, match="quotes or separators are odd"):
        table('名称,经度,纬度\n"甲 "老村",110.75,37.75\n"乙 "村,110.75,"37.75"\n')
    with pytest.raises(FormatError, match="separators of line 3 are odd"):
        table('名称,经度,纬度\n"甲 "老村",110.75,37.75\n"乙 "村,110.75,37.75\n')


def test_quotes_that_are_not_doubled(table):
    names = ['"甲 "老" 村"', '"3"" 管"旁"', '"甲 "老, 村"', '"甲 村"', '甲"乙', "", '""']
    text = "".join(f"{n},110.75,37.75\n" for n in names)
    assert table(f"名称,经度,纬度\n{text}").columns["名称"].to_pylist() == [
        '甲 "老" 村', '3" 管"旁', '甲 "老, 村', "甲 村", '甲"乙', None, None,
    ]  # fmt: skip
    with pytest.raises(FormatError, match="quotes or separators are odd"):
        table('名称,经度,纬度\n"甲 "老", 村",110.75,37.75\n')
    with pytest.raises(FormatError, match="separators of line 2 are odd"):
        table('名称,经度,纬度\n"甲 "老,110.75,37.75\n')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Two lone quotes: the second and third corner would become a remark of the first.
        ('J1,3760000,38500000,"\nJ2,3761000,38500000,\nJ3,3761000,38501000,"\n'
         "J4,3760000,38501000,\n", "a quote in line 2 closes in line 4 only"),
        ('J1,3760000,38500000,"甲\nJ2,3761000,38500000,乙"\nJ3,3761000,38501000,\n'
         "J4,3760000,38501000,\n", "a quote in line 2 closes in line 3 only"),
        # One that is never closed.
        ('J1,3760000,38500000,\nJ2,3761000,38500000,"甲\nJ3,3761000,38501000,\n'
         "J4,3760000,38501000,\n", "separators of line 3 are odd"),
    ],
)  # fmt: skip
def test_a_quote_swallows_no_rows(table, text, said):
    with pytest.raises(FormatError, match=said):
        table("点号,X,Y,备注\n" + text)


def test_cells_of_several_lines_are_read(table):
    source = table('名称,经度,纬度,地址\n"甲\n村",110.75,37.75,"县\n镇,村"\n乙,110.85,37.75,\n')
    assert source.columns["名称"].to_pylist() == ["甲\n村", "乙"]
    assert source.columns["地址"].to_pylist() == ["县\n镇,村", None]


# -- rows that are not corners, and columns that say several things --------------------------------

PARTS = [[(f"J{k}", x + dx, y) for k, (x, y) in enumerate(SQUARE, 1)] for dx in (0, 5000)]


def elevations(source):
    names = ("top_elevation_m", "bottom_elevation_m")
    return list(zip(*(source.columns[n].to_pylist() for n in names), strict=True))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("由100米至-50米标高", ("100", "-50")),
        ("开采标高：１２５０米—９８０米", ("1250", "980")),
        ("开采深度 1250 至 980 米", ("1250", "980")),
        ("100～-50标高", ("100", "-50")),
    ],
)
def test_a_row_states_elevations(table, told, found):
    for text in (lines(*corners(), (told,)), lines((told,), *corners()),
                 lines(*corners(), title=told)):  # fmt: skip
        assert elevations(table(text)) == [found]


def test_elevations_that_can_be_read_two_ways_are_told(table):
    source = table(lines(*corners(), ("100-50--20标高",)))
    assert "top_elevation_m" not in source.columns
    assert codes(source) == ["depth_unread"]
    assert "100-50--20标高" in source.issues[0].zh


def test_elevations_above_the_corners_of_each_part(table):
    source = table(lines(("一采区",), ("由1250米至980米标高",), *PARTS[0],
                         ("二采区",), ("由900米至700米标高",), *PARTS[1]))  # fmt: skip
    assert elevations(source) == [("1250", "980"), ("900", "700")]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [*PARTS[0], ("由9米至7米标高",), ("由8米至6米标高",)],
            "elevations of a parcel given twice",
        ),
        (
            [("由9米至7米标高",), ("由8米至6米标高",), *PARTS[0]],
            "elevations of a parcel given twice",
        ),
        ([("由9米至7米标高",), *PARTS[0], ("由8米至6米标高",)], "elevations of no corners"),
        (
            [
                ("一采区",),
                *PARTS[0],
                ("由9米至7米标高",),
                ("二采区",),
                ("由8米至6米标高",),
                *PARTS[1],
            ],
            "of which parcel",
        ),
    ],
)
def test_elevations_of_no_certain_parcel(table, rows, said):
    with pytest.raises(FormatError, match=said):
        table(lines(*rows))


def test_numbers_that_stay_the_same_name_the_parcels(table):
    rows = [
        (name if k == 0 else "", *corner)
        for name, part in zip("甲乙", PARTS, strict=True)
        for k, corner in enumerate(part)
    ]
    source = table(lines(*rows, head="编号,点号,X,Y"))
    assert source.columns["编号"].to_pylist() == ["甲", "乙"]
    assert [g.area for g in source.geometry] == [1_000_000, 1_000_000]
    alone = table(lines(*(("甲", *c[1:]) for c in PARTS[0]), head="编号,X,Y"))
    assert alone.columns["编号"].to_pylist() == ["甲"]


def test_numbers_that_count_rows_name_nothing(table):
    counted = [(k, *corner) for k, corner in enumerate([*PARTS[0], *PARTS[1]], 1)]
    source = table(lines(*counted, head="序号,点号,X,Y"))
    assert source.declared == 1 and "序号" not in source.columns
    again = [(k % 4 + 1, *corner) for k, corner in enumerate([*PARTS[0], *PARTS[1]])]
    assert table(lines(*again, head="序号,点号,X,Y")).declared == 1


def test_a_header_repeated_on_the_next_page(table):
    six = corners([*SQUARE[:2], (3761500, 38500500), (3761200, 38500900), *SQUARE[2:]])
    source = table(lines(*six[:3], ("续表",), ("点号", "X坐标", "Y坐标"), *six[3:]))
    assert (source.declared, len(source.geometry[0].exterior.coords)) == (1, 7)
    assert source.issues == ()


def test_numbers_that_run_on_after_a_blank_row_are_told(table):
    six = corners([*SQUARE[:2], (3761500, 38500500), (3764000, 38504000), (3765000, 38504000),
                   (3765000, 38505000)])  # fmt: skip
    source = table(lines(*six[:3], ("", "", ""), *six[3:]))
    assert codes(source) == ["ring_by_blank_row"]
    assert "第 6 行" in source.issues[0].zh


def test_a_column_that_differs_within_a_parcel(table):
    rows = [(*c, size) for c, size in zip(corners(), (30, 30, 30, 60), strict=True)]
    source = table(lines(*rows, head="点号,X,Y,生产规模"))
    assert source.columns["生产规模"].to_pylist() == [None]
    assert [(i.code, i.en) for i in source.issues] == [
        ("field_conflict", "第 1 个地块: rows of 生产规模 differ (30、60); taken as null")
    ]
    sides = [(*c, size) for c, size in zip(corners(), (1, 2, 3, 4), strict=True)]
    source = table(lines(*sides, head="点号,X,Y,边长"))
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("info", "column_ignored", "columns that differ from corner to corner are left out: 边长")
    ]


def test_hidden_sheets_are_told(tmp_path):
    path = tmp_path / "坐标.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("拐点", "旧拐点"):
            sheet = book.add_worksheet(name)
            for r, row in enumerate([("点号", "X", "Y"), *corners()]):
                sheet.write_row(r, 0, row)
        sheet.hide()
    assert list_layers(path) == ["拐点"]
    assert [(i.code, i.en) for i in read(path).issues] == [
        ("hidden_sheets", "hidden sheets are not read: 旧拐点")
    ]


@pytest.mark.parametrize(
    "title",
    [
        "第40勘查院编制",
        "中央子午线114°30′",
        "中央子午线114°00′30″",
        "带号38 中央子午线 111度",
        "37带或38带",
        "36号带状矿体",
        "38带式输送机",
        "矿体带号38",
        "五龙矿36带矿段",
        "6度带 第38带",
    ],
)
def test_words_that_tell_no_zone(table, title):
    places = [(x, y - 38000000) for x, y in SQUARE]
    assert table(lines(*corners(places), title=f"CGCS2000 {title}")).crs is None


@pytest.mark.parametrize(
    "title",
    [
        "中央子午线114°",
        "第38带",
        "带号：38",
        "38号带 中央经线114度00分",
        "3度带38带",
        "三度分带第38带",
        "坐标系38带，36号带状矿体",
        "（38带）",
        "高斯投影38带坐标",
        "3度带 中央子午线114°",
    ],
)
def test_words_that_tell_the_zone(table, title):
    places = [(x, y - 38000000) for x, y in SQUARE]
    source = table(lines(*corners(places), title=f"2000国家大地坐标系 {title}"))
    assert source.crs.to_epsg() == 4547  # CGCS2000, central meridian 114 E, without prefix


@pytest.mark.parametrize(
    "text",
    [
        "名称,经度,纬度\n甲,113.591,38.0605\n",
        "点号,X,Y\nJ1,38.0605,113.591\nJ2,38.0605,114.0059\nJ3,38.0705,114.0059\n",
    ],
)
def test_degrees_that_may_be_packed_are_asked_about(table, text):
    with pytest.raises(FormatError, match=r"may be D\.MMSS or decimal degrees"):
        table(text)


def test_x_and_y_said_to_be_packed(table):
    source = table("点号,X(度分秒),Y(度分秒)\nJ1,38.0605,113.5959\nJ2,38.0605,114.0059\n"
                   "J3,38.0705,114.0059\n")  # fmt: skip
    x, y = source.geometry[0].exterior.coords[0]
    assert (x, y) == pytest.approx((113 + 3599 / 3600, 38 + 365 / 3600), abs=1e-12)


def test_a_zone_of_6_degrees_and_its_meridian_agree(table):
    places = [(x, y - 18_000_000) for x, y in SQUARE]
    for told in ("中央子午线117°", "6度带 第20带 中央子午线117度"):
        source = table(lines(*corners(places), title=f"CGCS2000 {told}"))
        assert source.crs.to_epsg() == 4498  # CGCS2000, 6-degree zone 20
    plain = [(x, y - 38_000_000) for x, y in SQUARE]
    source = table(lines(*corners(plain), title="CGCS2000 6度带 第20带 中央子午线117度"))
    assert source.crs.to_epsg() == 4509  # CGCS2000 Gauss-Krueger, CM 117E


def test_a_workbook_without_columns_of_coordinates(workbook):
    rows = [["尾矿库名称", "中心坐标"], ["甲库", "东经113°46′08″，北纬34°58′46″"]]
    with pytest.raises(FormatError, match="no sheet names columns of coordinates") as refused:
        read(workbook({"库": rows}))
    assert "X坐标 Y坐标，或 经度 纬度" in refused.value.zh


def test_sheets_without_a_header_are_told(workbook):
    rows = [["点号", "X", "Y"], *map(list, corners())]
    other = [[n, float(x) + 50_000, y] for n, x, y in rows[1:]]
    path = workbook({"拐点": rows, "西区": other, "说明": [["没有坐标"]]})
    assert [(i.severity, i.code, i.en) for i in read(path).issues] == [
        ("warning", "sheets_unread", "sheets without named coordinate columns are not read: 西区"),
        ("info", "sheets_unread", "sheets without named coordinate columns are not read: 说明"),
    ]


def test_a_page_on_another_sheet_is_no_table_that_may_be_left(workbook):
    rows = [["点号", "X", "Y"], *map(list, corners())]
    for page in (rows[4:], [["续", *rows[4]]]):
        with pytest.raises(FormatError, match="sheet 第2页 holds coordinates and no header"):
            read(workbook({"第1页": rows[:4], "第2页": page}))


@pytest.mark.parametrize(
    ("words", "said"),
    [("本次坐标为1980西安坐标系", "sheet 说明 names Xian 1980"), ("中央子午线117°", "117"),
     ("坐标经脱密处理", "脱密")],
)  # fmt: skip
def test_a_note_on_another_sheet_is_heard(workbook, words, said):
    rows = [["2000国家大地坐标系"], ["点号", "X", "Y"], *map(list, corners())]
    source = read(workbook({"拐点": rows, "说明": [["说明"], [words]]}))
    assert source.crs is None and said in source.crs_note
    with pytest.raises(FormatError, match="sheet 说明 says of its coordinates '坐标作废'"):
        read(workbook({"拐点": rows, "说明": [["坐标作废"]]}))
    for plain in (
        "坐标系为2000国家大地坐标系",
        "由1980西安坐标系转换为2000国家大地坐标系",
        "单位：米",
    ):
        source = read(workbook({"拐点": rows, "说明": [["说明"], [plain]]}))
        assert source.crs.to_epsg() == 4526


@pytest.mark.parametrize(
    "text",
    [
        # Whole minutes, zeros at the end dropped.
        "名称,经度,纬度\n甲,113.59,35.4\n乙,113.3,35.25\n",
        # One slip of seconds among packed numbers.
        "点号,经度,纬度\nJ1,113.5910,38.0605\nJ2,113.5940,38.0605\nJ3,113.5940,38.0661\n",
        "点号,经度(度分秒转十进制度),纬度\nJ1,113.591,38.061\nJ2,113.594,38.061\nJ3,113.594,38.064\n",
    ],
)
def test_degrees_are_judged_by_the_whole_column(table, text):
    with pytest.raises(FormatError, match=r"may be D\.MMSS or decimal degrees"):
        table(text)


def test_the_number_that_is_no_packed_angle_is_named(table):
    text = "点号,经度,纬度\nJ1,113.5910,38.0605\nJ2,113.5940,38.0605\nJ3,113.5940,38.0661\n"
    with pytest.raises(FormatError, match=r"degrees; 38\.0661 cannot be D\.MMSS; say which"):
        table(text)
    said = text.replace("经度", "经度(度分秒)")
    with pytest.raises(FormatError, match=r"row 4: no coordinate: '38\.0661'"):
        table(said)


def test_decimal_degrees_of_many_places_need_no_question(table):
    rows = [("1", 113.51234567891, 38.01234567891), ("2", 113.52345678912, 38.01234567891),
            ("3", 113.52345678912, 38.01634567891)]  # fmt: skip
    assert table(lines(*rows, head="点号,经度,纬度")).geometry[0].bounds[0] == 113.51234567891


@pytest.mark.parametrize("unit", ["度分秒，保留2位小数", "度分秒，小数位2", "D.MMSS 小数点后4位"])
def test_packed_with_a_number_of_places(table, unit):
    text = f"点号,经度（{unit}）,纬度\nJ1,113.59,38.06\nJ2,114.01,38.06\nJ3,114.01,38.07\n"
    assert table(text).geometry[0].bounds == pytest.approx(
        (113 + 59 / 60, 38.1, 114 + 1 / 60, 38 + 7 / 60), abs=1e-12
    )


def test_decimal_degrees_said_so(table):
    text = "点号,经度(小数),纬度(小数)\nJ1,113.591,38.061\nJ2,113.594,38.061\nJ3,113.594,38.064\n"
    assert table(text).geometry[0].bounds == (113.591, 38.061, 113.594, 38.064)


@pytest.mark.parametrize(
    "head",
    [
        "点号,东经,,,北纬,,\n,度,分,秒,度,分,秒",
        "点号,东经,,,北纬\n,度,分,秒,度,分,秒",
        "点号,东经,北纬\n,度,分,秒,度,分,秒",
        "点号,经度度,经度分,经度秒,纬度度,纬度分,纬度秒",
        "点号,经度(°),(′),(″),纬度(°),(′),(″)",
        "点号,经度,分,秒,纬度,分,秒",
    ],
)
def test_degrees_minutes_and_seconds_in_columns_of_their_own(table, head):
    rows = [(1, 113, 59, 59.6, 38, 6, 5), (2, 114, 0, 59.6, 38, 6, 5), (3, 114, 0, 59.6, 38, 7, 5)]
    bounds = table(lines(*rows, head=head)).geometry[0].bounds
    assert bounds == pytest.approx(
        (113 + 3599.6 / 3600, 38 + 365 / 3600, 114 + 59.6 / 3600, 38 + 425 / 3600), abs=1e-12
    )


def test_angles_in_columns_that_cannot_be_read(table):
    rows = [("甲", 113, 35, 12.5, 35, 24, 6), ("乙", 113, 36, 0, 35, 25, ""),
            ("丙", 113, 61, 0, 35, 25, 0), ("丁", "", "", "", "", "", "")]  # fmt: skip
    source = table(lines(*rows, head="名称,东经,,,北纬,,\n,度,分,秒,度,分,秒"))
    assert [g is None for g in source.geometry] == [False, True, True, True]
    assert [i.en for i in source.issues] == [
        "row 4: no coordinate: '35°25′″'", "row 5: no coordinate: '113°61′0″'",
    ]  # fmt: skip


def test_a_title_that_gives_a_place_is_no_header(table):
    text = "中心点,经度：113°30′,纬度：35°20′\n" + lines(*corners())
    assert table(text).geometry[0].equals(BOX)


def test_numbers_cut_by_a_spreadsheet_are_refused(table):
    rows = [("J1", 3760000, "3.85E+07"), *corners()[1:]]
    with pytest.raises(FormatError, match=r"row 2: 3\.85E\+07 has lost its digits"):
        table(lines(*rows))
    whole = [(n, f"{x:.8e}", f"{y:.8e}") for n, x, y in corners()]
    assert table(lines(*whole)).geometry[0].equals(BOX)


def test_characters_that_nobody_sees(table):
    text = lines(*corners(), head="点\u200b号,X\u00a0坐标,Y\u200b坐标")
    text = text.replace("3761000", "\u200e3761\u200b000\u202c").replace(
        "38501000", "\u00a038501000"
    )
    assert table("\ufeff" + text, "utf-8").geometry[0].equals(BOX)


@pytest.mark.parametrize("number", ["3，761，000", "3,761,000.0", "３７６１０００", "+3761000"])
def test_spellings_of_one_number(table, number):
    rows = [(n, number if x == 3761000 else x, y) for n, x, y in corners()]
    text = "\n".join(["点号;X;Y", *(";".join(map(str, r)) for r in rows)])
    assert table(text).geometry[0].equals(BOX)


@pytest.mark.parametrize("number", ["3761000,5", "3 761 000", "3.761.000", "3761,000", "3761⁰⁰⁰"])
def test_numbers_of_no_certain_reading_are_refused(table, number):
    rows = [(n, number if x == 3761000 else x, y) for n, x, y in corners()]
    text = "\n".join(["点号;X;Y", *(";".join(map(str, r)) for r in rows)])
    with pytest.raises(FormatError, match="row 3: no coordinate: "):
        table(text, "utf-8")


def test_columns_of_one_kind_side_by_side(table):
    rows = [("甲", "113.3015", 113.50416667, "35.2415", 35.40416667),
            ("乙", "113.3515", 113.5875, "35.4415", 35.7375)]  # fmt: skip
    head = "名称,经度(度分秒),经度(十进制),纬度(度分秒),纬度(十进制)"
    source = table(lines(*rows, head=head))
    assert [(g.x, g.y) for g in source.geometry] == [
        pytest.approx((113.50416667, 35.40416667), abs=1e-8), pytest.approx((113.5875, 35.7375)),
    ]  # fmt: skip
    old_new = [(n, x, x + 1, y, y + 112) for n, x, y in corners()]
    with pytest.raises(FormatError, match="two pairs of columns of one system disagree"):
        table(lines(*old_new, head="点号,X坐标,X坐标,Y坐标,Y坐标"))


def test_a_row_with_more_cells_than_the_header_is_refused(table):
    text = "名称,经度,纬度,地址,人数\n甲,113.75,35.75,县,10\n乙,113.76,35.75,县,镇,12\n"
    text += "丙,113.77,35.75,县,7,\n"
    source = table(text)
    assert [g is None for g in source.geometry] == [False, True, False]
    assert [(i.code, i.en) for i in source.issues] == [
        ("unreadable_geometry",
         "row 3: it has more cells than the header (a separator in a text?)"),
    ]  # fmt: skip
    # A remark without heading in most rows shifts nothing.
    assert (
        table("名称,经度,纬度\n甲,113.75,35.75,好\n乙,113.76,35.75,好\n丙,113.7,35.7\n").issues
        == ()
    )
    rows = [*corners()[:3], ("J4", 3760000, 38501000, "注")]
    with pytest.raises(FormatError, match="row 5: it has more cells than the header"):
        table(lines(*rows))


def test_a_title_says_that_the_rows_are_corners(table):
    rows = "".join(f"{k},{x},{y},\n" for k, (y, x) in enumerate(
        [(38500000, 3760000), (38500000, 3761000), (38501000, 3761000), (38501000, 3760000)], 1
    ))  # fmt: skip
    (outline,) = table(f"序号,矿区拐点坐标,,备注\n,X,Y,\n{rows}").geometry
    assert outline.area == 1_000_000
    places = table(f"序号,村庄坐标,,备注\n,X,Y,\n{rows}").geometry
    assert [shape.geom_type for shape in places] == ["Point"] * 4


@pytest.mark.parametrize(
    "title",
    ["拐点名称", "矿界拐点", "矿区拐点", "界点", "矿界点号", "拐点代号", "折点号", "折点"],
)
def test_other_names_of_corners(table, title):
    source = table(lines(*corners(), head=f"{title},X坐标,Y坐标"))
    assert source.declared == 1 and source.geometry[0].equals(BOX)


@pytest.mark.parametrize(
    "head",
    ["X轴,Y轴", "坐标X,坐标Y", "X坐标/m,Y坐标/m", "直角坐标X,直角坐标Y", "X/纵坐标,Y/横坐标",
     "平面坐标X,平面坐标Y", "XZB,YZB", "X坐标2000,Y坐标_2000", "国家2000X,国家2000Y",
     "大地坐标X,大地坐标Y", "矿界坐标X,矿界坐标Y", "X/北坐标,Y/东坐标", "纬距X,经距Y"],
)  # fmt: skip
def test_other_headings_of_coordinates(table, head):
    source = table(lines(*corners(), head=f"点号,{head}", title="2000国家大地坐标系"))
    assert source.geometry[0].equals(BOX)
    assert (source.crs.to_epsg(), source.issues) == (4526, ())


@pytest.mark.parametrize("head", ["POINT_X,POINT_Y", "X_COORD,Y_COORD", "xcoord,ycoord"])
def test_programs_call_the_easting_x(table, head):
    swapped = [(n, y, x) for n, x, y in corners()]
    source = table(lines(*swapped, head=f"点号,{head}", title="2000国家大地坐标系"))
    assert source.geometry[0].equals(BOX)
    assert (source.crs.to_epsg(), source.issues) == (4526, ())


@pytest.mark.parametrize(
    "head",
    ["中心经度,中心纬度", "库区中心经度,库区中心纬度", "尾矿库经度,尾矿库纬度",
     "坝中心经度,坝中心纬度", "地理坐标经度,地理坐标纬度", "GPS经度,GPS纬度",
     "企业经度,企业纬度", "JD,WD"],
)  # fmt: skip
def test_degrees_of_the_middle_of_a_thing_are_places(table, head):
    source = table(f"尾矿库名称,{head}\n甲库,113.768944,34.979527\n乙库,113.771944,34.989527\n")
    places = [(113.768944, 34.979527), (113.771944, 34.989527)]
    assert [(g.x, g.y) for g in source.geometry] == places


@pytest.mark.parametrize(
    "head",
    ["起点经度,起点纬度", "左上角经度,左上角纬度", "最小经度,最小纬度",
     "企业经度,尾矿库纬度", "库经度,库纬度,坝经度,坝纬度", "东边界,北边界", "高德经度,高德纬度"],
)  # fmt: skip
def test_degrees_of_one_end_are_no_places(table, head):
    with pytest.raises(FormatError, match="fits no known corner text"):
        table(f"名称,{head}\n甲库,113.768944,34.979527,113.77,34.98\n")


@pytest.mark.parametrize("head", ["1980西安X坐标,1980西安Y坐标", "X坐标1980,Y坐标1980"])
def test_the_year_in_a_heading_is_its_datum(table, head):
    assert table(lines(*corners(), head=f"点号,{head}")).crs.to_epsg() == 2362


@pytest.mark.parametrize(
    ("head", "code"),
    [("CGCS2000_X,CGCS2000_Y", 4526), ("2000坐标X,2000坐标Y", 4526),
     ("西安80坐标X,西安80坐标Y", 2362), ("54坐标X,54坐标Y", 2414)],
)  # fmt: skip
def test_a_datum_before_the_letters_of_the_axes(table, head, code):
    source = table(lines(*corners(), head=f"点号,{head}"))
    assert source.geometry[0].equals(BOX) and source.crs.to_epsg() == code


def test_the_zone_in_the_heading_of_a_column(table, tmp_path):
    plain = [(n, x, y - 38_000_000) for n, x, y in corners()]
    head = "点号,X坐标（3度带38带）,Y坐标（3度带38带）"
    text = lines(*plain, head=head, title="2000国家大地坐标系")
    assert table(text).crs.to_epsg() == 4547  # CGCS2000, 3-degree, central meridian 114
    with pytest.raises(FormatError, match="CM 111E"):
        read(tmp_path / "界址点.csv", crs=pyproj.CRS.from_epsg(4546))
    with pytest.raises(FormatError, match="zone 37 is stated"):
        table(lines(*corners(), head=head.replace("38", "37"), title="2000国家大地坐标系"))


def test_packed_degrees_without_a_point(table):
    rows = [("1", "1140000.00", "340000.00"), ("2", "1140130.00", "340000.00"),
            ("3", "1140130.00", "340036.00"), ("4", "1140000.00", "340036.00")]  # fmt: skip
    head = "点号,经度(DDDMMSS.SS),纬度(DDMMSS.SS)"
    source = table(lines(*rows, head=head, title="2000国家大地坐标系"))
    assert source.geometry[0].bounds == (114.0, 34.0, 114.025, 34.01)


@pytest.mark.parametrize("odd", ["-3761000", "376100.0", "3*61000"])
def test_another_pair_that_cannot_be_read_is_told(table, odd):
    angles = [("114.000000", "33.966990"), ("114.000000", "33.976006"),
              ("114.010822", "33.976006"), ("114.010821", "33.966990")]  # fmt: skip
    rows = [(*c, *a) for c, a in zip(corners(), angles, strict=True)]
    rows[1] = (rows[1][0], odd, *rows[1][2:])
    head = (
        "点号,1980西安坐标系X,1980西安坐标系Y,2000国家大地坐标系经度(度),2000国家大地坐标系纬度(度)"
    )
    source = table(lines(*rows, head=head))
    assert source.crs.to_epsg() == 4490
    assert "coordinates_disagree" in codes(source)
    assert any("X" in i.message and "第 3 行" in i.message for i in source.issues)
