"""MapInfo tables: what they say is what comes out, and what they do not say is null."""

import datetime
import struct

import numpy as np
import pyogrio.raw
import pyproj
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read
from layers.formats.mapinfo import system

ZONE = 'CoordSys Earth Projection 8, 104, "m", 114, 0, 1, 500000, 0'
RING = "  4\n500000 4000000\n501000 4000000\n501000.25 4001000\n500000 4000000\n"
REGION = f"Region 1\n{RING}  Pen (1,2,0)\n  Brush (1,0,16777215)\n  Center 500500 4000500\n"
TRIANGLE = shapely.Polygon([(500000, 4000000), (501000, 4000000), (501000.25, 4001000)])
NAME = "name Char(40)"
DAY = datetime.date(2024, 1, 31)


@pytest.fixture
def mif(tmp_path):
    def mif(
        body=REGION, rows='"甲矿"\n', columns=(NAME,), system=ZONE, charset="WindowsSimpChinese",
        delimiter=",", encoding="gbk",
    ):  # fmt: skip
        path = tmp_path / "a.mif"
        fields = "".join(f"  {field}\n" for field in columns)
        head = f'Version 300\nCharset "{charset}"\nDelimiter "{delimiter}"\n{system}\n'
        text = f"{head}Columns {len(columns)}\n{fields}Data\n\n{body}"
        path.write_bytes(text.encode(encoding))
        path.with_suffix(".mid").write_bytes(rows.encode(encoding))
        return path

    return mif


@pytest.fixture
def tab(tmp_path):
    """Return a function that writes a native table through GDAL."""

    def tab(columns, encoding="CP936", crs="EPSG:4326", at=(111, 37)):
        arrays = [np.asarray(values) for values in columns.values()]
        x, y = at
        boxes = [shapely.box(x + k, y, x + 0.01 + k, y + 0.01) for k in range(len(arrays[0]))]
        path = tmp_path / "a.tab"
        pyogrio.raw.write(
            path, shapely.to_wkb(boxes), arrays, list(columns), driver="MapInfo File",
            geometry_type="Polygon", crs=crs, encoding="UTF-8", ENCODING=encoding,
        )  # fmt: skip
        return path

    return tab


def told(source):
    return [(i.code, i.feature) for i in source.issues]


def test_a_region(mif):
    source = read(mif())
    assert source.geometry[0].equals(TRIANGLE)
    assert source.columns["name"].to_pylist() == ["甲矿"]
    assert (source.encoding, source.issues, source.labels) == ("GB18030", (), ("第 1 行",))


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Integer", "7", 7), ("Integer", "", None), ("Integer", "abc", "told"),
        ("Integer", "3.5", "told"), ("Integer", "3000000000", "told"),
        ("SmallInt", "40000", "told"), ("LargeInt", "9007199254740993", 9007199254740993),
        ("Float", "1.25", 1.25), ("Float", "", None), ("Float", "12,5", "told"),
        ("Float", "nan", "told"), ("Decimal(8,2)", "-.5", -0.5), ("Decimal(8,2)", "1.5km", "told"),
        ("Date", "20240131", DAY), ("Date", "20240231", "told"),
        ("Date", "2024-01-31", DAY), ("Date", "", None),
        ("Date", "01/02/2024", "told"), ("Date", "长期", "told"), ("Date", "0", "told"),
        ("Logical", "T", True), ("Logical", "F", False), ("Logical", "", None),
        ("Logical", "是", "told"), ("Logical", "X", "told"),
        ("DateTime", "20240131235958", datetime.datetime.combine(DAY, datetime.time(23, 59, 58))),
        ("DateTime", "20240131995958", "told"), ("Time", "235958", "235958"),
    ],
)  # fmt: skip
def test_values_of_a_text(mif, kind, text, value):
    source = read(mif(columns=(NAME, f"v {kind}"), rows=f'"甲","{text}"\n'))
    assert source.columns["name"].to_pylist() == ["甲"]
    assert source.columns["v"].to_pylist() == [None if value == "told" else value]
    assert told(source) == ([("bad_value", "第 1 行")] if value == "told" else [])


def test_a_bad_value_is_told_with_its_row(mif):
    source = read(mif(REGION * 2, '"甲",20240101\n"乙",20241301\n', (NAME, "到期 Date")))
    assert source.columns["到期"].to_pylist() == [datetime.date(2024, 1, 1), None]
    assert [i.en for i in source.issues] == [
        "row 2: 到期 holds '20241301', no value of its type; taken as null"
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_quotes(mif, delimiter):
    rows = delimiter.join(['"甲,乙;丙|丁"', '"他说""好"""', '"一\\n二"', "裸"]) + "\r\n"
    columns = ("a Char(40)", "b Char(40)", "c Char(40)", "d Char(40)")
    source = read(mif(rows=rows, columns=columns, delimiter=delimiter))
    assert [column.to_pylist() for column in source.columns.values()] == [
        ["甲,乙;丙|丁"], ['他说"好"'], ["一\n二"], ["裸"]
    ]  # fmt: skip


def test_a_character_whose_second_byte_is_a_backslash_or_a_bar(mif):
    word = "昞誠憒"  # in GBK each ends in 0x7C or 0x5C
    assert set(word.encode("gbk")) & {0x5C, 0x7C}
    source = read(mif(rows=f'"{word}"|"a"\n', columns=(NAME, "b Char(4)"), delimiter="|"))
    assert source.columns["name"].to_pylist() == [word]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('"甲"\n"乙"\n', "declares 2 records, holds 1 shapes"),
        ("", "declares 0 records, holds 1 shapes"),
        ('"甲","乙"\n', "line 1 of its .mid has 2 values or unpaired quotes, not 1"),
        ('"甲\n', "line 1 of its .mid has 0 values or unpaired quotes, not 1"),
    ],
)
def test_rows_that_do_not_fit(mif, rows, said):
    with pytest.raises(FormatError, match=said):
        read(mif(rows=rows))


def test_blank_values_of_a_single_column(mif):
    source = read(mif(REGION * 3, "1\n\n3\n", ("n Integer",)))
    assert source.columns["n"].to_pylist() == [1, None, 3]


# -- encodings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "encoding", "codes"),
    [
        ("WindowsSimpChinese", "gbk", []), ("WindowsLatin1", "gbk", ["encoding_contradicted"]),
        ("Neutral", "gbk", []), ("UTF-8", "utf-8", []),
        ("WindowsSimpChinese", "utf-8", ["encoding_contradicted"]),
        ("WindowsTradChinese", "big5", []),
    ],
)  # fmt: skip
def test_names_and_values_are_decoded_by_their_bytes(mif, charset, encoding, codes):
    word = "東山礦業股份公司" if encoding == "big5" else "青山铁矿有限公司"
    field = "名稱" if encoding == "big5" else "矿山名称"
    path = mif(rows=f'"{word}"\n', columns=(f"{field} Char(40)",), charset=charset,
               encoding=encoding)  # fmt: skip
    source = read(path)
    assert {name: column.to_pylist() for name, column in source.columns.items()} == {field: [word]}
    assert [i.code for i in source.issues] == codes, source.issues


def test_the_encoding_that_is_asked_for(mif):
    path = mif(rows='"東山礦業"\n', charset="Neutral", encoding="big5")
    source = read(path, encoding="Big5")
    assert source.columns["name"].to_pylist() == ["東山礦業"]
    assert (source.encoding, source.issues) == ("Big5", ())
    with pytest.raises(FormatError, match=r"line 1 of its \.mid is not UTF-8 text"):
        read(path, encoding="UTF-8")


@pytest.mark.parametrize("word", ["青山铁矿有限公司", "é", "mine"])
@pytest.mark.parametrize("charset", ["UTF-8", "Neutral", "WindowsLatin1"])
def test_a_byte_order_mark_is_no_text(mif, word, charset):
    path = mif(rows=f'"{word}"\n', charset=charset, encoding="utf-8")
    values = path.with_suffix(".mid")
    values.write_bytes(b"\xef\xbb\xbf" + values.read_bytes())
    source = read(path)
    assert source.columns["name"].to_pylist() == [word]
    assert (source.encoding, source.issues) == ("UTF-8", ())


def test_a_field_name_that_gdal_spoilt(mif):
    # GDAL writes "_" for a byte that is no letter where it runs: 许可证号, 系统数 as found there.
    path = mif(
        rows='"甲矿山有限公司","乙"\n', columns=("甲 Char(9)", "乙 Char(9)"), charset="Neutral"
    )
    raw = path.read_bytes()
    damaged = bytes.fromhex("d0ed5fc9d65f5fc5")
    path.write_bytes(raw.replace("乙 Char".encode("gbk"), damaged + b" Char"))
    source = read(path)
    assert {n: v.to_pylist() for n, v in source.columns.items()} == {
        "甲": ["甲矿山有限公司"],
        "字段2": ["乙"],
    }
    (issue,) = source.issues
    assert issue.code == "field_name_damaged" and "字段2" in issue.zh


def test_field_names_that_gdal_spoilt_and_that_are_words_all_the_same(mif):
    names = ["有效期止", "起止", "面", "安全", "name", "设计规模_年", "生产规模"]
    spoilt = [
        b"".join(b"_" if 0x80 <= b < 0xC0 else bytes([b]) for b in name.encode("gbk"))
        for name in names
    ]
    assert spoilt[0].decode("gbk") == "有衉期謃"
    path = mif(
        rows=",".join(f'"甲{k}"' for k in range(7)) + "\n",
        columns=[f"N{k} Char(9)" for k in range(7)],
    )
    raw = path.read_bytes()
    for k, name in enumerate(spoilt):
        raw = raw.replace(f"N{k} ".encode(), name + b" ")
    path.write_bytes(raw)
    source = read(path)
    assert list(source.columns) == [
        "字段1", "字段2", "面", "字段4", "name", "字段6", "字段7",
    ]  # fmt: skip
    assert [v.to_pylist() for v in source.columns.values()] == [[f"甲{k}"] for k in range(7)]
    (issue,) = source.issues
    assert issue.zh.startswith("5 个字段的名称已损坏")


def test_names_with_lines_below_are_not_spoilt(mif):
    columns = ("矿区_编号 Char(9)", "_ Char(9)")
    assert list(read(mif(rows='"甲","乙"\n', columns=columns)).columns) == ["矿区_编号", "_"]


def test_a_native_table_in_another_encoding(tab):
    path = tab({"name": np.array(["青山铁矿有限公司"], object)})
    path.write_bytes(path.read_bytes().replace(b"WindowsSimpChinese", b"WindowsLatin1"))
    source = read(path)
    assert source.columns["name"].to_pylist() == ["青山铁矿有限公司"]
    assert [i.code for i in source.issues] == ["encoding_contradicted"]
    assert read(path, encoding="GBK").issues == ()


# -- coordinate systems ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "system",
    [
        f'{ZONE} Affine Units "m", 1, 0, 10, 0, 1, 10',
        f'{ZONE}\n  Affine Units "m", 1, 0, 10, 0, 1, 10',
        f"{ZONE}, 7, 1, 0, 5000, 0, 1, 0".replace("8,", "1008,"),
        f"{ZONE}, 7, 1, 0, 0, 0, 1, 0, 0, 0, 9, 9".replace("8,", "3008,"),
    ],
)
def test_an_affine_system(mif, system):
    with pytest.raises(FormatError, match="its CoordSys has an Affine clause"):
        read(mif(system=system))


def test_bounds_behind_a_projection_move_nothing(mif):
    bounded = f"{ZONE}, 0, 0, 1000000, 9000000".replace("8,", "2008,")
    assert read(mif(system=bounded)).geometry[0].equals(TRIANGLE)


def test_an_affine_native_table(tab):
    path = tab({"name": np.array(["甲"], object)})
    drawn = path.with_suffix(".map")
    raw = bytearray(drawn.read_bytes())
    assert struct.unpack_from("<h", raw, 0x104) == (500,)
    raw[0x200] = 1
    drawn.write_bytes(raw)
    with pytest.raises(FormatError, match="its CoordSys has an Affine clause"):
        read(path)


@pytest.mark.parametrize("system", ['CoordSys NonEarth Units "m" Bounds (0,0) (1,1)', ""])
def test_no_system_is_asked_for(mif, system):
    source = read(mif(system=system))
    assert source.crs is None and source.geometry[0].equals(TRIANGLE)


def test_a_datum_that_nobody_knows_is_not_wgs84(mif):
    source = read(mif(system=ZONE.replace("104", "7777")))
    assert source.crs is None and source.crs_note.endswith("unknown MapInfo datum 7777")
    assert read(mif()).crs.geodetic_crs.datum.name == "World Geodetic System 1984"


PREFIXED = '8, {}"m", 114, 0, 1, 38500000, 0'


@pytest.mark.parametrize(
    ("datum", "like", "right", "wrong"),
    [
        ("999, 0, 0, 0, 0, ", "CGCS2000", 4526, 2414),
        ("9999, 0, 0, 0, 0, 0, 0, 0, 0, 0, ", "CGCS2000", 4526, 2362),
        ("33, ", "CGCS2000", 4526, 2414),
        ("999, 3, 0, 0, 0, ", "Beijing 1954", 2414, 4526),
        ("1001, ", "Beijing 1954", 2414, 2362),
        ("9999, 3, 24, -123, -94, -0.02, 0.25, 0.13, 1.1, 0, ", "Beijing 1954", 2414, 4526),
        ("9999, 31, 0, 0, 0, 0, 0, 0, 0, 0, ", "Xian 1980", 2362, 2414),
    ],
)
def test_a_datum_that_mapinfo_cannot_name_is_asked_for(mif, datum, like, right, wrong):
    line = f"CoordSys Earth Projection {PREFIXED.format(datum)}"
    path = mif(system=line)
    source = read(path)
    assert (source.crs, source.issues) == (None, ())
    assert source.crs_note.endswith(
        f"the file's '{line}' names no datum of China; it has the ellipsoid of {like}"
    )
    assert read(path, crs=pyproj.CRS.from_epsg(right)).crs.to_epsg() == right
    with pytest.raises(FormatError, match="writes the axis 63"):
        read(path, crs=pyproj.CRS.from_epsg(wrong))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4527, "writes the meridian 114, not what is given"),
        (4547, "writes the east 38500000, not what is given"),
        (4490, "writes the projection Transverse Mercator, not what is given"),
    ],
)
def test_what_is_given_agrees_with_the_plane_that_is_written(mif, code, said):
    path = mif(system=f"CoordSys Earth Projection {PREFIXED.format('999, 0, 0, 0, 0, ')}")
    with pytest.raises(FormatError, match=said):
        read(path, crs=pyproj.CRS.from_epsg(code))


@pytest.mark.parametrize(
    ("words", "right", "wrong", "said"),
    [
        ("1, 0", (4490, 4326, 4610), 4526, "writes the projection longitude, latitude"),
        (PREFIXED.format("0, "), (4526, 2362, 2414), 4527, "writes the meridian 114"),
    ],
)
def test_datum_0_is_none(mif, words, right, wrong, said):
    path = mif(system=f"CoordSys Earth Projection {words}")
    source = read(path)
    assert (source.crs, source.issues) == (None, ())
    assert source.crs_note.endswith(f"'CoordSys Earth Projection {words}' names no datum")
    for code in right:
        assert read(path, crs=pyproj.CRS.from_epsg(code)).crs.to_epsg() == code
    with pytest.raises(FormatError, match=said):
        read(path, crs=pyproj.CRS.from_epsg(wrong))


@pytest.mark.parametrize(("ellipsoid", "like"), [(0, "CGCS2000"), (3, "Beijing 1954")])
def test_datum_0_of_a_native_table_has_an_ellipsoid(tab, ellipsoid, like):
    path = tab({"name": np.array(["甲"], object)})
    raw = bytearray(path.with_suffix(".map").read_bytes())
    assert struct.unpack_from("<h", raw, 0x16A) == (104,)
    struct.pack_into("<h", raw, 0x16A, 0)
    raw[0x16E] = ellipsoid
    path.with_suffix(".map").write_bytes(raw)
    source = read(path)
    assert source.crs is None and source.crs_note.endswith(f"it has the ellipsoid of {like}")


def test_kilometres_are_no_metres_of_the_same_plane(mif):
    words = PREFIXED.format("999, 0, 0, 0, 0, ").replace('"m"', '"km"').replace("38500000", "38500")
    path = mif(system=f"CoordSys Earth Projection {words}")
    with pytest.raises(FormatError, match="writes the unit 1000, not what is given"):
        read(path, crs=pyproj.CRS.from_epsg(4526))


def test_a_datum_with_shifts_of_its_own_is_no_other(mif):
    source = read(mif(system=ZONE.replace("104", "999, 3, 10, 20, 30")))
    assert source.crs is not None and source.crs.is_bound


def test_a_system_is_called_as_the_file_writes_it(mif, tab):
    assert read(mif()).crs.name == ZONE
    assert read(mif()).crs.equals(pyproj.CRS("+proj=tmerc +lon_0=114 +x_0=500000 +datum=WGS84"))
    path = tab({"name": np.array(["甲"], object)}, crs="+proj=tmerc +lon_0=114 +x_0=500000")
    assert read(path).crs.name == "Projection 8, 104, 114, 0, 1, 500000, 0, 0"


def test_a_native_table_of_an_ellipsoid_alone(tab):
    crs = "+proj=tmerc +lon_0=114 +x_0=38500000 +ellps=krass +towgs84=0,0,0"
    path = tab({"name": np.array(["甲"], object)}, crs=crs, at=(38500000, 4000000))
    source = read(path)
    assert source.crs is None
    assert "'Projection 8, 9999, 3, 0, 0, 0, " in source.crs_note
    assert source.crs_note.endswith("it has the ellipsoid of Beijing 1954")
    assert read(path, crs=pyproj.CRS.from_epsg(2414)).crs.to_epsg() == 2414


def test_no_ellipsoid_is_said_to_be_written_where_none_is(mif):
    path = mif(system="CoordSys Earth Projection 1, 1017")
    source = read(path)
    assert source.crs is None and "6378137" not in source.crs_note
    (issue,) = source.issues
    assert (issue.severity, issue.code) == ("warning", "crs_disbelieved")
    assert issue.en == (
        "the file's 'CoordSys Earth Projection 1, 1017': datum 1017 is read as Xian 1980, "
        "without its ellipsoid; set aside"
    )
    assert read(path, crs=pyproj.CRS.from_epsg(4610)).crs.to_epsg() == 4610
    with pytest.raises(FormatError, match="names Xian 1980, not what is given"):
        read(path, crs=pyproj.CRS.from_epsg(4490))


@pytest.mark.parametrize(
    "own", ["999, 1e999, 0, 0, 0, ", "9999, ", "999, 3, ", "999, -3, 0, 0, 0, "]
)
def test_a_damaged_datum_does_not_break_off(mif, own):
    try:
        source = read(mif(system=f"CoordSys Earth Projection {PREFIXED.format(own)}"))
    except FormatError:
        return
    assert source.geometry[0].equals(TRIANGLE)


def test_a_native_datum_that_nobody_knows(tab):
    path = tab({"name": np.array(["甲"], object)})
    drawn = path.with_suffix(".map")
    raw = bytearray(drawn.read_bytes())
    assert struct.unpack_from("<h", raw, 0x16A) == (104,)
    struct.pack_into("<h", raw, 0x16A, 7777)
    drawn.write_bytes(raw)
    source = read(path)
    assert source.crs is None or "1984" not in source.crs.geodetic_crs.datum.name


def test_a_transform(mif):
    with pytest.raises(FormatError, match="has a Transform"):
        read(mif(system=f"{ZONE}\nTransform 1000, 1000, 0, 0"))
    assert read(mif(system=f"{ZONE}\nTransform 1,1,0,0")).geometry[0].equals(TRIANGLE)


# -- shapes ----------------------------------------------------------------------------------------

HOLED = (
    "Region 2\n  5\n0 0\n10 0\n10 10\n0 10\n0 0\n  5\n2 2\n4 2\n4 4\n2 4\n2 2\n"
    "  Brush (1,0,16777215)\n"
)


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (HOLED, shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 4, 4)),
        ("Point 1 2\n  Symbol (35,0,12)\n", shapely.Point(1, 2)),
        ("Line 0 1 2 3\n", shapely.LineString([(0, 1), (2, 3)])),
        ("Pline\n  2\n0 1\n2 3\n", shapely.LineString([(0, 1), (2, 3)])),
        ("PLINE 2\n0 1\n2 3\n  SMOOTH\n", shapely.LineString([(0, 1), (2, 3)])),
        ("Pline Multiple 2\n 2\n0 1\n2 3\n 2\n5 5\n6 6\n",
         shapely.MultiLineString([[(0, 1), (2, 3)], [(5, 5), (6, 6)]])),
        ("Rect 0 0 4 2\n", shapely.box(0, 0, 4, 2)),
        ("MultiPoint 2\n0 1\n2 3\n", shapely.MultiPoint([(0, 1), (2, 3)])),
        ("none\n", None),
    ],
)  # fmt: skip
def test_shapes(mif, body, shape):
    source = read(mif(body, system='CoordSys NonEarth Units "m"'))
    assert source.issues == ()
    if shape is None:
        assert source.geometry[0] is None
    else:
        assert source.geometry[0].equals(shape)


def test_arcs_and_texts_are_errors_of_their_rows(mif):
    body = (
        f"{REGION}Ellipse 0 0 2 2\n  Pen (1,2,0)\nArc 0 0 2 2\n  0 90\nArc 0 0 2 2 0 90\n"
        'RoundRect 0 0 2 2 1\nText "Region 1"\n  0 0 1 1\n  Font ("a",0,0,0)\n'
        f'Text\n  "x"\n  0 0 1 1\n  Justify Center\n{REGION}'
    )
    source = read(mif(body, "".join(f'"{k}"\n' for k in range(8))))
    assert [shape is None for shape in source.geometry] == [False] + [True] * 6 + [False]
    curved = [("curved_geometry", f"第 {n} 行") for n in (2, 3, 4, 5)]
    texts = [("unreadable_geometry", f"第 {n} 行") for n in (6, 7)]
    assert told(source) == curved + texts
    assert source.issues[-1].en == "row 7: is a text, not a shape"


@pytest.mark.parametrize("suffix", [".mif", ".tab"])
def test_the_arcs_of_a_published_file(shared_data, suffix):
    source = read(shared_data(f"awkward/gdal_other/all_geoms{suffix}"))
    curved = [("curved_geometry", f"第 {n} 行") for n in (9, 10, 11, 12)]
    assert told(source) == [*curved, ("unreadable_geometry", "第 13 行")]
    assert source.declared == 16


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (REGION.replace("501000.25", "abc"), "line 13: no 2 numbers: abc 4001000"),
        (REGION.replace("501000.25 4001000", "501000"), "line 13: no 2 numbers: 501000"),
        (REGION.replace("501000.25", "501000,25"), "line 13: no 2 numbers"),
        (REGION.replace("  4\n", "  5\n"), "line 15: no 2 numbers: Pen"),
        (REGION.replace("  4\n", "  3\n"), "line 14: no shape: 500000"),
        (REGION.replace("  4\n", "  x\n"), "line 10: no count: x"),
        ("Spline 1 2\n", "line 9: no shape: Spline"),
    ],
)
def test_shapes_that_do_not_fit(mif, body, said):
    with pytest.raises(FormatError, match=said):
        read(mif(body))


# -- native tables ---------------------------------------------------------------------------------


DAYS = np.array(["2024-01-31", "2025-01-31"], "datetime64[D]")


def test_a_native_table(tab):
    columns = {"no": ["007", "8"], "n": [7, -8], "km2": [1.25, -0.5], "day": DAYS}
    source = read(
        tab({name: np.array(v, object) if name == "no" else v for name, v in columns.items()})
    )
    assert {name: column.to_pylist() for name, column in source.columns.items()} == {
        **columns, "no": ["007", "8"], "day": DAYS.tolist()
    }  # fmt: skip
    assert [round(shape.bounds[0], 6) for shape in source.geometry] == [111, 112]


def cells(path):
    """Return the bytes of a .dat, where its records begin, and how long each is."""
    raw = bytearray(path.with_suffix(".dat").read_bytes())
    _, head, size = struct.unpack_from("<ihH", raw, 4)
    return raw, head, size


def test_a_native_date_that_is_none(tab):
    path = tab({"day": DAYS})
    raw, head, size = cells(path)
    raw[head + size + 3] = 13  # month
    path.with_suffix(".dat").write_bytes(raw)
    source = read(path)
    assert source.columns["day"].to_pylist() == [datetime.date(2024, 1, 31), None]
    assert told(source) == [("bad_value", "第 2 行")]


def test_a_deleted_record(tab):
    path = tab({"name": np.array(["甲", "乙", "丙"], object)})
    raw, head, size = cells(path)
    raw[head + size] = ord("*")
    path.with_suffix(".dat").write_bytes(raw)
    with pytest.raises(FormatError, match="marked as deleted"):
        read(path)  # a deleted row that still has a shape
    index = bytearray(path.with_suffix(".id").read_bytes())
    struct.pack_into("<i", index, 4, 0)
    path.with_suffix(".id").write_bytes(index)
    source = read(path)
    assert source.columns["name"].to_pylist() == ["甲", "丙"]
    assert [round(shape.bounds[0], 6) for shape in source.geometry] == [111, 113]
    assert source.labels == ("第 1 行", "第 3 行")
    assert told(source) == [("deleted_records", None)]


def test_a_native_table_that_is_cut(tab):
    path = tab({"name": np.array(["甲", "乙"], object)})
    raw, _, size = cells(path)
    path.with_suffix(".dat").write_bytes(raw[: -2 * size])
    with pytest.raises(FormatError, match=r"its \.dat declares 2 records and is cut"):
        read(path)


def test_fields_that_the_table_does_not_have(tab):
    path = tab({"name": np.array(["甲"], object), "n": [1]})
    path.write_bytes(path.read_bytes().replace(b"LargeInt", b"SmallInt"))
    with pytest.raises(FormatError, match=r"the fields of its \.dat are not those of the \.tab"):
        read(path)


def test_truth_values_of_a_native_table_are_bytes(tab):
    path = tab({"在线": np.array([True, False]), "主": np.array([False, False])})
    raw, head, _ = cells(path)
    assert raw[head + 1 : head + 3] == b"\x01\x00"
    source = read(path)
    assert [c.to_pylist() for c in source.columns.values()] == [[True, False], [False, False]]
    assert [(i.code, i.severity, i.en) for i in source.issues] == [
        (
            "maybe_unfilled",
            "warning",
            "a MapInfo table stores a truth value that was not filled in as false; these fields "
            "are false in every row, check them: 主",
        )
    ]


@pytest.mark.parametrize(
    ("byte", "value"), [(b"T", True), (b"f", False), (b" ", None), (b"\x02", "told")]
)
def test_other_bytes_for_truth_values(tab, byte, value):
    path = tab({"在线": np.array([True, False])})
    raw, head, _ = cells(path)
    raw[head + 1 : head + 2] = byte
    path.with_suffix(".dat").write_bytes(raw)
    source = read(path)
    assert source.columns["在线"].to_pylist() == [None if value == "told" else value, False]
    assert (("bad_value", "第 1 行") in told(source)) is (value == "told")


def test_a_seamless_table_leads_to_others(tab):
    path = tab({"name": np.array(["甲"], object)})
    seamless = b'\nbegin_metadata\n"\\IsSeamless" = "%s"\nend_metadata\n'
    plain = path.read_bytes()
    path.write_bytes(plain + seamless % b"FALSE")
    assert read(path).declared == 1
    path.write_bytes(plain + seamless % b"TRUE")
    with pytest.raises(FormatError, match="seamless table: its shapes are in the tables that it"):
        read(path)


@pytest.mark.parametrize("folder", ["plain", "矿 区.zip"])
def test_parts_whose_names_differ_in_capitals(tab, folder):
    path = tab({"name": np.array(["甲"], object)})
    place = path.parent / folder
    place.mkdir()
    table = path.rename(place / "KQ.tab")
    for suffix in ("dat", "map", "id"):
        (path.parent / f"a.{suffix}").rename(place / f"kq.{suffix.upper()}")
    source = read(table)
    assert source.columns["name"].to_pylist() == ["甲"]
    assert source.geometry[0].bounds == pytest.approx((111, 37, 111.01, 37.01), abs=1e-6)
    (place / "Kq.dat").write_bytes(b"")
    with pytest.raises(FormatError, match=r"there twice \(Kq\.dat, kq\.DAT\)"):
        read(table)
    (place / "Kq.dat").write_bytes((place / "kq.DAT").read_bytes())
    for suffix in ("DAT", "MAP", "ID"):
        (place / f"kq.{suffix}").rename(place / f"KQ.{suffix}")
    assert read(table).declared == 1  # Kq.dat is another table's


def test_a_nul_in_the_line_of_the_system_ends_no_name(tmp_path):
    # Found by spoiling files: PROJ's own text of a system whose name holds a NUL is cut there.
    (tmp_path / "a.mif").write_bytes(
        b'Version 300\nCharset "UTF-8"\nDelimiter ","\nCoordSys Earth Projection 1:\x00 104\n'
        b"Columns 1\n  ID Char(4)\nData\n\nRegion 1\n  4\n111 39\n111.01 39\n111.01 39.01\n111 39\n"
    )
    (tmp_path / "a.mid").write_bytes(b'"1"\n')
    source = read(tmp_path / "a.mif")
    assert source.crs is None or source.crs.geodetic_crs.name.isprintable()
    assert system.of_text(b"Earth Projection 1,\x00\x1b104").words == "Earth Projection 1, 104"
