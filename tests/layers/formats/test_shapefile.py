"""Shapefiles: sidecars must agree, text must come out right, nothing may become a value."""

import datetime
import struct
import time

import geopandas
import numpy as np
import pyproj
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import digest, read
from layers.formats.shapefile import winding
from layers.headings import Rest

TEXT = [("名称".encode("gbk"), "C", 10)]


def names(*values, codec="gbk"):
    return [[v.encode(codec)] for v in values]


def codes(source):
    return [i.code for i in source.issues]


def test_rows_columns_and_account(write_shapefile):
    fields = [(b"NO", "C", 4), (b"CAP", "N", 8), (b"DAY", "D", 8), (b"OK", "L", 1)]
    path = write_shapefile([[b"007", b"30", b"20240131", b"T"], [b"", b"", b"", b""]], fields)
    source = read(path)
    assert source.declared == len(source) == 2
    assert source.format == "ESRI Shapefile"
    assert {k: v.to_pylist() for k, v in source.columns.items()} == {
        "NO": ["007", None],
        "CAP": [30, None],
        "DAY": [datetime.date(2024, 1, 31), None],
        "OK": [True, None],  # GDAL reads an empty logical cell as false
    }
    assert source.geometry[1].coords[0] == (111.0, 35.0)
    assert source.labels == ("第 1 行", "第 2 行")
    assert source.crs is None and "no .prj" in source.crs_note
    assert source.issues == ()


def test_gbk_without_cpg(write_shapefile):
    source = read(write_shapefile(names("灵山铁矿", "红旗采石场"), TEXT))
    assert source.columns["名称"].to_pylist() == ["灵山铁矿", "红旗采石场"]
    assert source.encoding == "GB18030"


def test_utf8_without_cpg(write_shapefile):
    fields = [("名称".encode(), "C", 30)]
    source = read(write_shapefile(names("灵山铁矿", "红旗", codec="utf-8"), fields))
    assert source.columns["名称"].to_pylist() == ["灵山铁矿", "红旗"]
    assert source.encoding == "UTF-8"
    assert source.issues == ()


@pytest.mark.parametrize(
    ("codec", "cpg", "ldid"), [("gbk", "UTF-8", 0), ("utf-8", "GBK", 0), ("utf-8", None, 0x4D)]
)
def test_wrong_declaration_is_overruled_and_said(write_shapefile, codec, cpg, ldid):
    fields = [("名称".encode(codec), "C", 30)]
    path = write_shapefile(names("灵山铁矿", "红旗采石场", codec=codec), fields, cpg=cpg, ldid=ldid)
    source = read(path)
    assert source.columns["名称"].to_pylist() == ["灵山铁矿", "红旗采石场"]
    assert codes(source) == ["encoding_contradicted"]


def test_character_cut_by_the_width_is_dropped(write_shapefile):
    cut_gbk = "灵山铁矿厂".encode("gbk")[:9]
    source = read(write_shapefile([[cut_gbk]], [(b"NAME", "C", 9)], stem="a"))
    assert source.columns["NAME"].to_pylist() == ["灵山铁矿"]
    field = ("矿山名称".encode()[:10], "C", 10)  # three characters and one byte of the fourth
    source = read(write_shapefile([["灵山铁矿".encode()[:10]]], [field], stem="b"))
    assert {k: v.to_pylist() for k, v in source.columns.items()} == {"矿山名": ["灵山铁"]}


def test_rare_gbk_bytes_survive(write_shapefile):
    source = read(write_shapefile(names("镕堃昇矿业"), TEXT), encoding="GBK")
    assert source.columns["名称"].to_pylist() == ["镕堃昇矿业"]


def test_given_encoding_wins_but_must_fit(write_shapefile):
    path = write_shapefile(names("灵山铁矿", "红旗"), TEXT)
    with pytest.raises(FormatError, match="UTF-8") as caught:
        read(path, encoding="UTF-8")
    assert str(path) in caught.value.zh
    path = write_shapefile([[b"a"], [b"\xff\xff x"]], [(b"NAME", "C", 9)], stem="bad")
    with pytest.raises(FormatError, match=r"row 2, field NAME"):
        read(path, encoding="GBK")
    with pytest.raises(FormatError, match="EBCDIC-X"):
        read(path, encoding="EBCDIC-X")


def test_text_of_no_encoding_is_refused(write_shapefile):
    rows = [*names("灵山铁矿", "红旗采石场"), [b"\xff\xfe\xff\xfe"]]
    with pytest.raises(FormatError, match="fits no encoding"):
        read(write_shapefile(rows, TEXT))


def test_what_is_no_number_is_null_and_said(write_shapefile):
    fields = [(b"N", "N", 8), (b"D", "D", 8), (b"F", "F", 8)]
    rows = [[b"12 kt", b"20241399", b"1,5"], [b"********", b"00000000", b"-1.5e3"]]
    source = read(write_shapefile(rows, fields))
    assert source.columns["N"].to_pylist() == [None, None]
    assert source.columns["D"].to_pylist() == [None, None]
    assert source.columns["F"].to_pylist() == [None, -1500.0]
    assert [(i.code, i.feature) for i in source.issues] == [
        ("bad_value", "第 1 行"), ("bad_value", "第 1 行"), ("bad_value", "第 1 行"),
        ("number_overflow", "第 2 行"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "cells", "read_as"),
    [
        ("L", [b"T", b"n", b"?", b" "], [True, False, None, None]),
        ("L", [b"1", b"0", b"y", b"F"], [True, False, True, False]),
        ("N", [b"00012", b"+7", b"-0.5", b" 3 "], [12.0, 7.0, -0.5, 3.0]),
        (
            "D",
            [b"20240229", b"00000000", b"        ", b"0"],
            [datetime.date(2024, 2, 29), None, None, None],
        ),
    ],
)
def test_cells_are_what_they_say(write_shapefile, kind, cells, read_as):
    source = read(write_shapefile([[c] for c in cells], [(b"X", kind, 8 if kind != "L" else 1)]))
    assert source.columns["X"].to_pylist() == read_as
    assert source.issues == ()


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("L", b"x"), ("N", b"1 2"), ("N", b"1e999"), ("N", b"nan"), ("D", b"20230229")],
)
def test_a_cell_of_no_value_is_null_and_its_row_named(write_shapefile, kind, cell):
    source = read(write_shapefile([[b""], [cell]], [(b"X", kind, 1 if kind == "L" else 8)]))
    assert source.columns["X"].to_pylist() == [None, None]
    assert [(i.code, i.feature) for i in source.issues] == [("bad_value", "第 2 行")]


def test_asterisks_are_told_once_for_a_file(write_shapefile):
    cells = [[b"***", b"1"], [b"12", b"***"], [b"*", b"2"], [b"  ", b" "]]
    source = read(write_shapefile(cells, [(b"N", "N", 3), (b"M", "N", 3)]))
    assert source.columns["N"].to_pylist() == [None, 12, None, None]
    assert source.columns["M"].to_pylist() == [1, None, 2, None]
    assert [(i.severity, i.code) for i in source.issues] == [("info", "number_overflow")]
    assert source.issues[0].en.endswith("taken as null: N (row 1, row 3); M (row 2)")


@pytest.mark.parametrize("kind", "MGBPIYT@+OVWQ0")
def test_a_field_whose_values_lie_elsewhere_is_left_out_by_name(write_shapefile, kind):
    rows = [[b"a", b"\1\0\0\0", b"1"], [b"b", b"      7", b"2"]]
    source = read(write_shapefile(rows, [(b"T", "C", 3), (b"X", kind, 10), (b"N", "N", 3)]))
    assert list(source.columns) == ["T", "N"]
    assert source.columns["N"].to_pylist() == [1, 2]
    assert [(i.severity, i.code) for i in source.issues] == [("info", "column_ignored")]
    assert "field X" in source.issues[0].en
    assert source.lost["X"].tolist() == [0, 1]


def test_a_name_cut_inside_a_letter_is_not_the_one_it_looks_like(write_shapefile):
    whole, cut = "总库容".encode(), "总库容单位".encode()[:10]
    rows = [[b"12", "万立方米".encode()]]
    for order in (1, -1):
        fields = [(whole, "N", 8), (cut, "C", 20)][::order]
        source = read(write_shapefile([rows[0][::order]], fields, cpg="UTF-8"))
        assert {name: c.to_pylist() for name, c in source.columns.items()} == {
            "总库容": [12], "总库容…": ["万立方米"],
        }  # fmt: skip
    with pytest.raises(FormatError, match="two fields are called 总库容"):
        read(write_shapefile(rows, [(whole, "N", 8), (whole, "C", 20)], cpg="UTF-8"))


def utf8(*names):
    return [(name.encode()[:10], "C", 12) for name in names]


def test_names_cut_in_letters_that_begin_alike_are_two_fields(write_shapefile):
    row = [b"2020-01-01", b"2030-01-01", b"x"]
    source = read(write_shapefile([row], utf8("有效期起", "有效期止", "许可证号"), cpg="UTF-8"))
    assert {name: c.to_pylist() for name, c in source.columns.items()} == {
        "有效期…1": ["2020-01-01"], "有效期…2": ["2030-01-01"], "许可证": ["x"],
    }  # fmt: skip
    assert source.rests == {
        "有效期…1": Rest(b"\xe8", "UTF-8"),
        "有效期…2": Rest(b"\xe6", "UTF-8"),
        "许可证": Rest(b"\xe5", "UTF-8"),
    }


def test_names_cut_at_the_same_place_are_told_apart_and_known_to_be_so(write_shapefile):
    numbered = ("许可证备注".encode()[:8] + b"_1", "C", 12)
    source = read(write_shapefile([[b"a", b"b"]], [*utf8("许可证号"), numbered], cpg="UTF-8"))
    assert source.rests == {"许可证": Rest(b"\xe5", "UTF-8", alone=False)}
    with pytest.raises(FormatError, match="two fields are called 许可证…"):
        read(write_shapefile([[b"a", b"b"]], utf8("许可证号", "许可证备注"), cpg="UTF-8"))
    many = [(name.encode()[:8] + b"_1", "C", 12) for name in ("采矿权", "采矿许")]
    assert list(read(write_shapefile([[b"a", b"b"]], many, cpg="UTF-8")).columns) == [
        "采矿_1…1", "采矿_1…2",
    ]  # fmt: skip


def test_blank_cells_of_a_field_that_is_left_out_are_empty(write_shapefile):
    source = read(write_shapefile([[b"      7"], [b""], [b"\0" * 10]], [(b"X", "M", 10)]))
    assert source.lost["X"].tolist() == [0]


@pytest.mark.parametrize(
    ("kind", "decimals", "cells", "read_as"),
    [
        ("N", 2, [b"1400002020017120142.00", b"1.5"], ["1400002020017120142", "1.5"]),
        ("F", 0, [b"1234567890123456789.0", b""], ["1234567890123456789", None]),
        ("F", 0, [b"-1.797693134862315e+308", b"2.25"], [-1.797693134862315e308, 2.25]),
        ("N", 0, [b"140000202001712014", b"1"], [140000202001712014, 1]),
    ],
)
def test_long_numbers_keep_their_digits(write_shapefile, kind, decimals, cells, read_as):
    width = 18 if len(cells[0]) == 18 else 24
    path = write_shapefile([[c] for c in cells], [(b"X", kind, width)])
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    table.write_bytes(data[:49] + bytes([decimals]) + data[50:])
    source = read(path)
    assert source.columns["X"].to_pylist() == read_as
    assert source.issues == ()


@pytest.mark.parametrize("shift", [-1, 1, 2])
def test_records_that_do_not_begin_where_the_header_says(write_shapefile, shift):
    path = write_shapefile([[b"ab", b"cd"]] * 3, [(b"A", "C", 3), (b"B", "C", 3)])
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[8:10] = (int.from_bytes(data[8:10], "little") + shift).to_bytes(2, "little")
    table.write_bytes(bytes(data) + bytes(max(shift - 1, 0)))
    with pytest.raises(FormatError, match=r"no valid mark|its fields end at 97"):
        read(path)


def test_zeros_after_the_list_of_fields_are_usual(write_shapefile):
    path = write_shapefile([[b"ab"]], [(b"A", "C", 3)])
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    table.write_bytes(data[:8] + bytes([66, 0]) + data[10:65] + b"\0" + data[65:])
    assert read(path).columns["A"].to_pylist() == ["ab"]


def test_whole_numbers_that_gdal_would_cut_or_round(write_shapefile):
    fields = [(b"A", "N", 8), (b"B", "N", 20), (b"C", "N", 10)]
    rows = [[b"1.5", b"12345678901234567891", b"7"], [b"2", b"", b""]]
    source = read(write_shapefile(rows, fields))
    assert source.columns["A"].to_pylist() == [1.5, 2.0]
    assert source.columns["B"].to_pylist() == ["12345678901234567891", None]
    assert source.columns["C"].to_pylist() == [7, None]
    assert source.issues == ()


def test_deleted_records_keep_the_numbers_of_the_others(write_shapefile):
    rows = [[b"a", b"1"], [b"b", b"x"], [b"c", b"?"]]
    source = read(write_shapefile(rows, [(b"T", "C", 3), (b"N", "N", 3)], deleted=(0,)))
    assert source.columns["T"].to_pylist() == ["b", "c"]
    assert source.labels == ("第 2 行", "第 3 行")
    assert source.declared == 2
    assert [(i.code, i.feature) for i in source.issues] == [
        ("deleted_records", None), ("bad_value", "第 2 行"), ("bad_value", "第 3 行"),
    ]  # fmt: skip


def test_null_shape_is_kept_as_none(write_shapefile):
    source = read(write_shapefile([[b"a"], [b"b"]], [(b"T", "C", 3)], null=(1,)))
    assert source.geometry[0] is not None and source.geometry[1] is None
    assert source.declared == 2 and source.issues == ()


def test_empty_set_is_legal(write_shapefile):
    source = read(write_shapefile([], [(b"T", "C", 3)]))
    assert source.declared == 0 and source.columns["T"].to_pylist() == []


def test_dbf_that_declares_one_of_three(write_shapefile):
    path = write_shapefile([[b"a"], [b"b"], [b"c"]], [(b"T", "C", 3)])
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[4:8] = struct.pack("<I", 1)
    table.write_bytes(raw)
    with pytest.raises(FormatError, match=r"declares 1 records, the file holds 3") as caught:
        read(path)
    assert "t.dbf" in caught.value.zh


def test_truncations_are_refused(write_shapefile):
    for suffix, cut in ((".shp", 28), (".shp", 5), (".shx", 8), (".shx", 3), (".dbf", 6)):
        path = write_shapefile([[b"a"], [b"b"], [b"c"]], [(b"T", "C", 3)])
        part = path.with_suffix(suffix)
        part.write_bytes(part.read_bytes()[:-cut])
        with pytest.raises(FormatError):
            read(path)


def test_index_that_lists_fewer_shapes(write_shapefile):
    path = write_shapefile([[b"a"], [b"b"], [b"c"]], [(b"T", "C", 3)])
    index = path.with_suffix(".shx")
    raw = bytearray(index.read_bytes()[:-8])
    raw[24:28] = struct.pack(">i", len(raw) // 2)
    index.write_bytes(raw)
    with pytest.raises(FormatError, match="lists 2 shapes; 28 bytes"):
        read(path)


def test_more_shapes_than_records(write_shapefile):
    path = write_shapefile([[b"a"], [b"b"]], [(b"T", "C", 3)])
    other = write_shapefile([[b"a"]], [(b"T", "C", 3)], stem="o")
    path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())
    with pytest.raises(FormatError, match="2 shapes but 1 attribute records"):
        read(path)


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_missing_part_is_named(write_shapefile, suffix):
    path = write_shapefile([[b"a"]], [(b"T", "C", 3)])
    path.with_suffix(suffix).unlink()
    with pytest.raises(FormatError, match=rf"t\{suffix}"):
        read(path)


def test_prj_is_the_crs(write_shapefile):
    import pyproj

    wkt = pyproj.CRS.from_epsg(4490).to_wkt("WKT1_ESRI")
    source = read(write_shapefile([[b"a"]], [(b"T", "C", 3)], prj=wkt))
    assert source.crs.is_geographic and "prj" in source.crs_note
    bad = read(write_shapefile([[b"a"]], [(b"T", "C", 3)], prj="<html>", stem="bad"))
    assert bad.crs is None and codes(bad) == ["crs_unreadable"]


def test_hash_changes_with_each_part_only(write_shapefile):
    path = write_shapefile([[b"a"]], [(b"T", "C", 3)])
    first = read(path).sha256
    assert digest(path) == first
    (path.parent / "t.sbn").write_bytes(b"index")
    assert read(path).sha256 == first
    path.with_suffix(".cpg").write_text("GBK")
    assert read(path).sha256 != first


def test_two_fields_of_one_name(write_shapefile):
    path = write_shapefile([[b"a", b"b"]], [(b"T", "C", 3), (b"T", "C", 3)])
    with pytest.raises(FormatError, match="two fields"):
        read(path)


def test_a_prj_that_gdal_stumbles_over_states_nothing(write_shapefile):
    path = write_shapefile([[b"a"]], [(b"T", "C", 3)])
    path.with_suffix(".prj").write_bytes(b"PROJCS[\x00\xff\xfe garbage")
    source = read(path)
    assert source.crs is None and source.columns["T"].to_pylist() == ["a"]
    assert [i.code for i in source.issues] == ["crs_unreadable"]
    assert read(path, crs=pyproj.CRS.from_epsg(4490)).crs.to_epsg() == 4490
    path.with_suffix(".prj").write_text("no such system", encoding="ascii")
    assert codes(read(path)) == ["crs_unreadable"]


def test_sidecars_of_files_with_a_longer_name_are_not_taken(write_shapefile):
    write_shapefile([[b"a"]], [(b"T", "C", 3)], stem="t.1")
    path = write_shapefile([[b"b"]], [(b"T", "C", 3)])
    path.with_suffix(".dbf").unlink()
    with pytest.raises(FormatError, match=r"its \.dbf file is missing \(t\.dbf\)"):
        read(path)


def test_rings_the_wrong_way_round_are_told_without_the_folder(tmp_path):
    folder = tmp_path / "涉密" / ".." / "data"
    (tmp_path / "涉密").mkdir()
    folder.mkdir()
    ccw = [shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.MultiPolygon(ccw)], crs=4490)
    frame.to_file(folder / "t.shp")
    shp = bytearray((folder / "t.shp").read_bytes())
    rings = len(shp) - 2 * 5 * 16
    for start in (rings, rings + 80):  # both rings the other way round: no shell among them
        points = [bytes(shp[start + 16 * k : start + 16 * k + 16]) for k in range(5)]
        shp[start : start + 80] = b"".join(reversed(points))
    (folder / "t.shp").write_bytes(shp)
    source = read(folder / "t.shp")
    assert codes(source) == ["ring_direction"]
    assert source.geometry[0].equals(shapely.MultiPolygon(ccw))
    assert "涉密" not in str(source.issues)


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf", ".prj", ".cpg"])
def test_a_part_that_is_there_twice(write_shapefile, suffix):
    path = write_shapefile([[b"a"]], [(b"N", "C", 4)], cpg="UTF-8", prj="")
    path.with_suffix(suffix.upper()).write_bytes(path.with_suffix(suffix).read_bytes())
    for act in (read, digest):
        with pytest.raises(FormatError, match=r"there twice \(t\.\w+, t\.\w+\)"):
            act(path)


def test_a_prj_whose_name_is_of_another_zone_is_not_believed(write_shapefile):
    prj = pyproj.CRS.from_epsg(4527).to_wkt("WKT1_ESRI").replace("Zone_39", "Zone_38")
    path = write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=prj)
    source = read(path)
    assert source.crs is None
    assert "has the central meridian 114°, but 117° is written" in source.crs_note
    assert [i.code for i in source.issues] == ["crs_disbelieved"]
    given = read(path, crs=pyproj.CRS.from_epsg(4527))
    assert given.crs.to_epsg() == 4527
    assert [i.code for i in given.issues] == ["crs_disbelieved"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("298.257222101]", "298.257222101],TOWGS84[10,20,30,0,0,0,0]", "TOWGS84[10, 20, 30"),
        ('"Greenwich",0.0', '"Paris",2.33722917', "its prime meridian is 'Paris'"),
    ],
)
def test_a_prj_whose_datum_is_moved_is_not_believed(write_shapefile, old, new, said):
    prj = pyproj.CRS.from_epsg(4526).to_wkt("WKT1_ESRI").replace(old, new)
    source = read(write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=prj))
    assert source.crs is None and said in source.crs_note
    assert [i.code for i in source.issues] == ["crs_disbelieved"]


@pytest.mark.parametrize("method", ["Transverse_Mercator_South_Orientated", "Bonne", "Local"])
def test_a_prj_of_a_projection_that_cannot_be_computed_is_refused(write_shapefile, method):
    prj = pyproj.CRS.from_epsg(4526).to_wkt("WKT1_ESRI").replace("Gauss_Kruger", method)
    path = write_shapefile([[b"9"]], [(b"AREA", "N", 4)], prj=prj)
    with pytest.raises(FormatError, match="zone 38 cannot be computed") as caught:
        read(path)
    assert str(path) in caught.value.zh


def test_a_prj_on_a_frame_like_cgcs2000_is_taken_for_it_where_the_user_says_so(write_shapefile):
    zone = pyproj.CRS.from_epsg(4526)
    own = zone.to_wkt("WKT1_ESRI")
    prj = own.replace("D_China_2000", "D_ITRF_2000").replace("CGCS2000_3_Degree", "ITRF_3_Degree")
    prj = prj.replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_ITRF_2000")
    path = write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=prj)
    source = read(path)
    assert "ITRF" in source.crs.name and source.issues == ()
    source = read(path, crs=zone)
    assert source.crs.to_epsg() == 4526
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "datum_as_given")]
    with pytest.raises(FormatError, match="not the given CGCS2000"):
        read(path, crs=pyproj.CRS.from_epsg(4527))
    # What is CGCS2000 already, however it is written, needs no word.
    path = write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=own)
    assert read(path, crs=zone).issues == ()


def test_eastings_with_the_zone_number_that_the_prj_lacks(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"n": [1]}, geometry=[shapely.box(38499000, 3900000, 38500000, 3901000)], crs=4547
    )
    frame.to_file(tmp_path / "a.shp")
    with pytest.raises(FormatError, match="not the given"):
        read(tmp_path / "a.shp", crs=pyproj.CRS.from_epsg(4527))
    source = read(tmp_path / "a.shp", crs=pyproj.CRS.from_epsg(4526))
    assert source.crs.to_epsg() == 4526
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "zone_as_given")]
    # Where the coordinates fit what is stated, another plane is another place.
    frame.set_crs(4526, allow_override=True).to_file(tmp_path / "b.shp")
    with pytest.raises(FormatError, match="not the given"):
        read(tmp_path / "b.shp", crs=pyproj.CRS.from_epsg(4547))


def number_shapes(path, numbers):
    """Give the point records of a .shp other numbers."""
    data = bytearray(path.read_bytes())
    for k, number in enumerate(numbers):
        data[100 + 28 * k : 104 + 28 * k] = struct.pack(">i", number)
    path.write_bytes(bytes(data))


def test_shapes_numbered_in_another_order_than_listed(write_shapefile):
    path = write_shapefile([[b"a"], [b"b"], [b"c"]], [(b"T", "C", 3)])
    for numbers in ((0, 0, 0), (5, 6, 7), (0, 1, 2)):  # kept by nobody
        number_shapes(path, numbers)
        assert read(path).geometry[0].x == 110
    number_shapes(path, (1, 3, 2))
    with pytest.raises(FormatError, match=r"shape 2 of the .shx has the number 3"):
        read(path)
    # An index in another order than the records is right where their numbers say so.
    index = path.with_suffix(".shx")
    data = index.read_bytes()
    index.write_bytes(data[:108] + data[116:124] + data[108:116])
    assert [g.x for g in read(path).geometry] == [110, 112, 111]
    number_shapes(path, (0, 0, 0))
    with pytest.raises(FormatError, match="may not belong together"):
        read(path)


def test_a_prj_in_gbk(write_shapefile):
    path = write_shapefile([[b"a"], [b"b"]], [(b"T", "C", 3)])
    prj = path.with_suffix(".prj")
    text = pyproj.CRS.from_epsg(4490).to_wkt("WKT1_ESRI")
    assert "GCS_China_Geodetic_Coordinate_System_2000" in text
    prj.write_bytes(
        text.replace("GCS_China_Geodetic_Coordinate_System_2000", "国家2000").encode("gbk")
    )
    source = read(path)
    assert source.crs.name == "国家2000" and source.crs.is_geographic
    assert [g.x for g in source.geometry] == [110, 111]
    assert source.columns["T"].to_pylist() == ["a", "b"] and source.issues == ()
    prj.write_bytes(b"\xff\xfe\xfd")
    source = read(path)
    assert source.crs is None and [i.code for i in source.issues] == ["crs_unreadable"]


@pytest.mark.parametrize("cpg", ["UTF-8", None])
def test_a_name_that_was_cut_in_the_middle_of_a_character(write_shapefile, cpg):
    # GDAL makes two names of 生产规模 and 生产规模单位 in UTF-8: ten bytes, and eight with _1.
    long = "生产规模".encode()
    fields = [(long[:10], "C", 30), (long[:8] + b"_1", "C", 30)]
    source = read(write_shapefile([[b"30", "万吨/年".encode()]], fields, cpg=cpg))
    assert {n: v.to_pylist() for n, v in source.columns.items()} == {
        "生产规": ["30"],
        "生产_1": ["万吨/年"],
    }
    assert source.encoding == "UTF-8"


def with_hole(tmp_path, shift, reverse=False):
    """Write a square with a hole whose ring is then moved, or both rings turned round."""
    hole = shapely.box(38500100, 4380100, 38500200, 4380200)
    square = shapely.Polygon(
        shapely.box(38500000, 4380000, 38501000, 4381000).exterior, [hole.exterior]
    )
    path = tmp_path / "矿区.shp"
    geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[square.buffer(0), square], crs=4526).to_file(
        path
    )
    data = bytearray(path.read_bytes())
    points = np.frombuffer(bytes(data[-160:]), "<f8").reshape(2, 5, 2).copy()
    points[1, :, 0] += shift
    if reverse:
        points = points[:, ::-1]
    data[-160:] = points.tobytes()
    path.write_bytes(bytes(data))
    return path


def test_a_hole_outside_of_every_outer_ring_is_no_ground(tmp_path):
    source = read(with_hole(tmp_path, 5000))
    assert source.geometry[1] is None and source.geometry[0].area == 990_000
    assert [(i.code, i.feature) for i in source.issues] == [
        ("ring_direction", None),
        ("unreadable_geometry", "第 2 行"),
    ]


def test_rings_that_all_run_the_wrong_way_are_no_stray_holes(tmp_path):
    source = read(with_hole(tmp_path, 0, reverse=True))
    assert source.geometry[1] is not None
    assert "unreadable_geometry" not in codes(source)


UNKNOWN = (
    'PROJCS["Gauss_Kruger",GEOGCS["GCS_Unknown",DATUM["{datum}",SPHEROID["{name}",{a},{f}]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",38500000],PARAMETER["False_Northing",0],'
    'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1],'
    'PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
)


@pytest.mark.parametrize("datum", ["D_Unknown", "D_User_Defined", "D_Unknown_based_on_GRS80"])
def test_a_prj_that_leaves_its_datum_open_is_asked_for(write_shapefile, datum):
    prj = UNKNOWN.format(datum=datum, name="GRS_1980", a=6378137, f=298.257222101, meridian=114)
    path = write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=prj)
    source = read(path)
    assert source.crs is None and "leaves its datum open" in source.crs_note
    assert read(path, crs=pyproj.CRS("EPSG:4526")).crs.to_epsg() == 4526
    for other in ("EPSG:4527", "EPSG:2362", "EPSG:4490"):
        with pytest.raises(FormatError, match="所写的"):
            read(path, crs=pyproj.CRS(other))


def test_a_prj_of_an_ellipsoid_alone_takes_the_datum_that_has_it(write_shapefile):
    prj = UNKNOWN.format(datum="D_Unknown", name="Krasovsky", a=6378245, f=298.3, meridian=114)
    path = write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=prj)
    assert read(path, crs=pyproj.CRS("EPSG:2414")).crs.to_epsg() == 2414
    with pytest.raises(FormatError, match="所写的椭球长半轴是 6378245"):
        read(path, crs=pyproj.CRS("EPSG:4526"))


@pytest.mark.parametrize("epsg", [4526, 4547, 4490, 2362])
def test_a_given_system_that_the_prj_writes_in_its_own_way(write_shapefile, epsg):
    prj = pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")
    path = write_shapefile([[b"x"]], [(b"name", "C", 4)], prj=prj)
    assert read(path, crs=pyproj.CRS.from_epsg(epsg)).crs.name == read(path).crs.name
    for other in {4526, 4527, 4547, 4490, 2362} - {epsg}:
        with pytest.raises(FormatError, match="not the given"):
            read(path, crs=pyproj.CRS.from_epsg(other))


def rings_file(folder, *rings, heights=None, count=1):
    """Write a Shapefile of polygons, all the same, whose rings run as they are given."""
    kind = 5 if heights is None else 15
    points = [p for ring in rings for p in ring]
    body = struct.pack("<i4d2i", kind, 0, 0, 9, 9, len(rings), len(points))
    body += struct.pack(f"<{len(rings)}i", *np.cumsum([0, *map(len, rings[:-1])]))
    body += b"".join(struct.pack("<2d", *p) for p in points)
    if heights is not None:
        body += struct.pack(f"<{2 + len(points)}d", 0, 0, *[heights] * len(points))
    words = len(body) // 2
    places = [50 + k * (4 + words) for k in range(count)]
    rest = struct.pack("<2i8d", 1000, kind, *[0.0] * 8)
    start = struct.pack(">6i", 9994, 0, 0, 0, 0, 0)
    records = b"".join(struct.pack(">2i", k, words) + body for k in range(1, count + 1))
    shp = start + struct.pack(">i", 50 + len(records) // 2) + rest + records
    index = b"".join(struct.pack(">2i", place, words) for place in places)
    (folder / "a.shp").write_bytes(shp)
    (folder / "a.shx").write_bytes(start + struct.pack(">i", 50 + 4 * count) + rest + index)
    field = b"N".ljust(11, b"\0") + b"C\0\0\0\0" + bytes([1, 0]) + b"\0" * 14
    dbf = struct.pack("<4BIHH20x", 3, 126, 1, 1, count, 65, 2) + field + b"\r" + b" x" * count
    (folder / "a.dbf").write_bytes(dbf)
    return folder / "a.shp"


def box(west, south, east, north, *, clockwise):
    ring = [(west, south), (west, north), (east, north), (east, south), (west, south)]
    return ring if clockwise else ring[::-1]


def test_rings_that_all_run_the_wrong_way(tmp_path):
    inside_out = [box(0, 0, 9, 9, clockwise=False), box(2, 2, 4, 4, clockwise=True)]
    source = read(rings_file(tmp_path, *inside_out))
    assert source.geometry[0].equals(shapely.box(0, 0, 9, 9) - shapely.box(2, 2, 4, 4))
    assert codes(source) == ["ring_direction"]
    far = [box(20, 0, 29, 9, clockwise=False), box(22, 2, 24, 4, clockwise=True)]
    source = read(rings_file(tmp_path, *inside_out, *far))
    assert source.geometry[0].area == 2 * 77


@pytest.mark.parametrize("order", [1, -1])
def test_islands_in_holes_that_run_the_wrong_way(tmp_path, order):
    rings = [box(0, 0, 9, 9, clockwise=False), box(1, 1, 8, 8, clockwise=True),
             box(2, 2, 7, 7, clockwise=False), box(3, 3, 6, 6, clockwise=True),
             box(20, 0, 29, 9, clockwise=False)][::order]  # fmt: skip
    source = read(rings_file(tmp_path, *rings))
    assert codes(source) == ["ring_direction"]
    inner = shapely.box(2, 2, 7, 7) - shapely.box(3, 3, 6, 6)
    outer = shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 8, 8)
    assert source.geometry[0].equals(outer | inner | shapely.box(20, 0, 29, 9))
    assert source.geometry[0].is_valid


def test_rings_of_which_not_all_run_the_wrong_way_are_left_to_their_place(tmp_path):
    twice = [box(0, 0, 9, 9, clockwise=False)] * 2 + [box(2, 2, 4, 4, clockwise=True)]
    assert winding.inside_out(*_both(rings_file(tmp_path, *twice))) == {}
    nested = [box(0, 0, 9, 9, clockwise=False), box(1, 1, 8, 8, clockwise=False),
              box(2, 2, 4, 4, clockwise=True)]  # fmt: skip
    assert winding.inside_out(*_both(rings_file(tmp_path, *nested))) == {}


def _both(path):
    return path, path.with_suffix(".shx")


@pytest.mark.parametrize("right", [True, False])
def test_thousands_of_shells_and_holes(tmp_path, right):
    rings = [
        ring
        for k in range(4000)
        for x, y in [(4 * (k % 80), 4 * (k // 80))]
        for ring in (box(x, y, x + 3, y + 3, clockwise=right),
                     box(x + 1, y + 1, x + 2, y + 2, clockwise=not right))
    ]  # fmt: skip
    begun = time.perf_counter()
    source = read(rings_file(tmp_path, *rings))
    assert source.geometry[0].area == 4000 * 8
    assert codes(source) == ([] if right else ["ring_direction"])
    assert time.perf_counter() - begun < 5


def test_what_gdal_says_of_rings_is_told_in_chinese_too(tmp_path):
    rings = [box(0, 0, 9, 9, clockwise=True), [(1, 1), (2, 2), (1, 1)]]
    (said,) = (i for i in read(rings_file(tmp_path, *rings)).issues if i.code == "gdal")
    assert said.zh.startswith("GDAL：有的环不足四个点，或不成面（organizePolygons() received")
    assert said.en.startswith("GDAL: organizePolygons() received an unexpected geometry")


def test_rings_as_they_are_due_are_left_alone(tmp_path):
    rings = [box(0, 0, 9, 9, clockwise=True), box(2, 2, 4, 4, clockwise=False)]
    source = read(rings_file(tmp_path, *rings))
    assert source.geometry[0].area == 77 and codes(source) == []
    island = [*rings, box(2.5, 2.5, 3, 3, clockwise=True)]
    assert read(rings_file(tmp_path, *island)).geometry[0].area == 77.25


def test_what_is_said_of_every_row_is_said_once(tmp_path):
    ring = box(0, 0, 9, 9, clockwise=True)
    source = read(rings_file(tmp_path, ring, heights=float("nan"), count=30))
    assert len(source) == 30 and len([i for i in source.issues if i.code == "gdal"]) <= 1
