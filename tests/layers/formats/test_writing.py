"""What is written is read back: exact to the precision of each form."""

import json
from dataclasses import replace

import geopandas
import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely

from gis.errors import CRSError
from layers import source_transfer
from layers.errors import FormatError, LayerError
from layers.formats import read, target, writing

X, Y = 38500123.456, 3760123.456


def ring(dx, dy, size):
    x, y = X + dx, Y + dy
    return [(x, y), (x, y + size), (x + size, y + size), (x + size, y)]


PLAIN = shapely.Polygon(ring(0, 0, 1000))
HOLED = shapely.Polygon(ring(2000, 0, 1000), [ring(2200, 200, 100)])
PARTS = shapely.MultiPolygon(
    [
        shapely.Polygon(ring(4000, 0, 500)),
        shapely.Polygon(ring(5000, 0, 500), [ring(5100, 100, 50)]),
    ]
)


@pytest.fixture
def source(tmp_path):
    columns = {
        "许可证号": ["C1", "C2", "C3"],
        "矿山名称": ["甲矿", "乙矿", "丙矿"],
        "规模_万吨": [30.5, 50, 1e-3],
    }
    frame = geopandas.GeoDataFrame(columns, geometry=[PLAIN, HOLED, PARTS], crs=4526)
    frame.to_file(tmp_path / "in.gpkg", layer="矿权")
    return read(tmp_path / "in.gpkg")


def corners(shape):
    return np.sort(shapely.get_coordinates(shape), axis=0)


@pytest.mark.parametrize("form", ["gpkg", "shp", "txt", "xlsx"])
def test_outlines_come_back(source, tmp_path, form):
    folder = tmp_path / "出 口"
    folder.mkdir()
    out = writing.write(source, folder / f"矿权.{form}")
    again = read(next(f for f in out.files if f.suffix == f".{form}"))
    assert again.crs.to_epsg() == 4526
    assert again.declared == 3
    for before, after in zip(source.geometry, again.geometry, strict=True):
        assert shapely.hausdorff_distance(before, after) <= 0.0005000001
        assert after.area == pytest.approx(before.area, abs=2.0)
        assert shapely.get_num_geometries(after) == shapely.get_num_geometries(before)
        holes = [len(p.interiors) for p in shapely.get_parts(before)]
        assert [len(p.interiors) for p in shapely.get_parts(after)] == holes


@pytest.mark.parametrize("form", ["geojson", "kml"])
def test_degrees(source, tmp_path, form):
    out = writing.write(source, tmp_path / f"a.{form}")
    again = read(out.files[0])
    way = pyproj.Transformer.from_crs(4526, 4490, always_xy=True)
    for before, after in zip(source.geometry, again.geometry, strict=True):
        lonlat = shapely.transform(before, lambda xy: np.column_stack(way.transform(*xy.T)))
        assert shapely.hausdorff_distance(lonlat, after) < 1e-8  # a millimetre


def test_attributes_of_a_gbk_shapefile(source, tmp_path):
    out = writing.write(source, tmp_path / "a.shp", encoding="GBK")
    again = read(tmp_path / "a.shp")
    assert again.encoding == "GB18030"
    assert again.columns["矿山名称"].to_pylist() == ["甲矿", "乙矿", "丙矿"]
    assert again.columns["规模_万吨"].to_pylist() == [30.5, 50.0, 0.001]
    assert out.issues == ()
    utf8 = writing.write(source, tmp_path / "b.shp", encoding="UTF-8")
    assert [i.zh for i in utf8.issues] == [
        "字段 许可证号 写作 XKZH", "字段 矿山名称 写作 矿山名", "字段 规模_万吨 写作 规模_万"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["某县㙟山铁矿", "𠮷山铁矿"])
def test_a_letter_that_gbk_has_not_is_not_left_out(tmp_path, name):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=["C1", "C2"], 矿山名称=["é铁矿", name])
    with pytest.raises(FormatError) as fault:
        writing.write(rows, tmp_path / "a.shp")
    letter = next(c for c in name if c in "㙟𠮷")
    assert fault.value.en == (
        f"{rows.path}: row 2: field 矿山名称 holds '{letter}', which GBK has not; "
        "--to-encoding UTF-8 keeps it"
    )
    assert not (tmp_path / "a.shp").exists()
    writing.write(rows, tmp_path / "b.shp", encoding="UTF-8")
    assert read(tmp_path / "b.shp").columns["矿山名"].to_pylist() == ["é铁矿", name]


def test_field_names_stay_apart_when_cut(source, tmp_path):
    frame = geopandas.GeoDataFrame({"采矿许可证照片一": ["a"], "采矿许可证照片二": ["b"]},
                                   geometry=[PLAIN], crs=4526)  # fmt: skip
    frame.to_file(tmp_path / "n.gpkg")
    writing.write(read(tmp_path / "n.gpkg"), tmp_path / "n.shp")
    again = read(tmp_path / "n.shp")
    assert {k: v.to_pylist() for k, v in again.columns.items()} == {
        "fid": [1], "FIELD_2": ["a"], "采矿许可2": ["b"]
    }  # fmt: skip


def test_a_text_too_long_for_a_shapefile_is_told(tmp_path):
    frame = geopandas.GeoDataFrame({"备注": ["长" * 200]}, geometry=[PLAIN], crs=4526)
    frame.to_file(tmp_path / "n.gpkg")
    out = writing.write(read(tmp_path / "n.gpkg"), tmp_path / "n.shp")
    assert "text_cut" in [i.code for i in out.issues]


def test_numbers_and_names_of_the_national_text(source, tmp_path):
    writing.write(source, tmp_path / "a.txt")
    text = (tmp_path / "a.txt").read_bytes().decode("gb18030")
    assert "带号=38\r\n" in text and "几度分带=3\r\n" in text
    lines = text.split("\r\n")
    at = lines.index("[地块坐标]") + 1
    assert lines[at] == "5,100.0000,C1,甲矿,面,,,,@"
    assert lines[at + 1] == "J1,1,3760123.456,38500123.456"
    assert lines[at + 5] == "J1,1,3760123.456,38500123.456"  # closed


def test_registration_strings(source, tmp_path):
    writing.write(source, tmp_path / "a.txt", form="registration")
    again = read(tmp_path / "a.txt")
    assert again.columns["licence_no"].to_pylist() == ["C1", "C2", "C3"]
    parts = again.companions["right_part"]
    assert parts.columns["sign"].to_pylist() == [1, 1, -1, 1, 1, -1]
    assert parts.columns["parent_licence_no"].to_pylist() == ["C1", "C2", "C2", "C3", "C3", "C3"]


def test_a_registration_string_keeps_its_own_parts(tmp_path):
    text = (
        "2000国家大地坐标系\n许可证号：C9\n2,"
        "3,1,3760000,38500000,2,3761000,38500000,3,3761000,38501000,285,8.25,,1,"
        "3,1,3760800,38500200,2,3760900,38500200,3,3760900,38500300,192,185,扣除,-1,\n"
    )
    (tmp_path / "in.txt").write_text(text, encoding="gbk")
    before = read(tmp_path / "in.txt")
    writing.write(before, tmp_path / "out.txt", form="registration")
    after = read(tmp_path / "out.txt")
    one, two = before.companions["right_part"], after.companions["right_part"]
    assert {k: v.to_pylist() for k, v in one.columns.items()} == {
        k: v.to_pylist() for k, v in two.columns.items()
    }
    assert shapely.equals(one.geometry, two.geometry).all()


def test_a_drawing(source, tmp_path):
    out = writing.write(source, tmp_path / "a.dxf")
    told = {i.code: i.en for i in out.issues}
    assert told["holes_as_outlines"].startswith("row 2, row 3: holes are written as closed lines")
    assert told["parts_as_outlines"].startswith("row 3: parts are written as closed lines")
    again = read(tmp_path / "a.dxf")
    assert again.declared == 6  # six rings: a drawing has no holes
    assert (
        again.geometry[0].equals(PLAIN.normalize())
        or shapely.hausdorff_distance(again.geometry[0], PLAIN) <= 0.0005
    )
    assert again.columns["文字"].to_pylist()[0] == "C1 甲矿"


def test_degrees_go_to_the_zone_they_lie_in(tmp_path):
    box = shapely.box(110.9, 37, 110.91, 37.01)
    geopandas.GeoDataFrame({"a": [1]}, geometry=[box], crs=4490).to_file(tmp_path / "d.gpkg")
    out = writing.write(read(tmp_path / "d.gpkg"), tmp_path / "d.txt")
    assert read(out.files[0]).crs.to_epsg() == 4525  # zone 37, central meridian 111


def test_what_is_there_is_not_overwritten(source, tmp_path):
    before = (tmp_path / "in.gpkg").read_bytes()
    with pytest.raises(FormatError, match="exists already"):
        writing.write(source, tmp_path / "in.gpkg")
    assert (tmp_path / "in.gpkg").read_bytes() == before


def test_what_cannot_be_written(source, tmp_path):
    with pytest.raises(FormatError, match="cannot write docx"):
        writing.write(source, tmp_path / "a.docx")
    points = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(X, Y)], crs=4526)
    points.to_file(tmp_path / "p.gpkg")
    with pytest.raises(FormatError, match="only polygons"):
        writing.write(read(tmp_path / "p.gpkg"), tmp_path / "p.txt")
    mixed = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=[PLAIN, shapely.Point(X, Y)], crs=4526)
    mixed.to_file(tmp_path / "m.gpkg")
    with pytest.raises(FormatError, match="holds Point, Polygon; a Shapefile has room for one"):
        writing.write(read(tmp_path / "m.gpkg"), tmp_path / "m.shp")
    (tmp_path / "m.gpkg").unlink()
    abroad = geopandas.GeoDataFrame(
        {"a": [1]}, geometry=[shapely.box(10, 50, 10.1, 50.1)], crs=4326
    )
    abroad.to_file(tmp_path / "m.gpkg")
    with pytest.raises(FormatError, match="is not in China; no zone of its own"):
        writing.write(read(tmp_path / "m.gpkg"), tmp_path / "m.txt")
    (tmp_path / "m.gpkg").unlink()
    wide = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.box(100, 37, 110, 38)], crs=4490)
    wide.to_file(tmp_path / "w.gpkg")
    with pytest.raises(FormatError, match="too much for one 3-degree zone"):
        writing.write(read(tmp_path / "w.gpkg"), tmp_path / "w.txt")
    old = geopandas.GeoDataFrame({"a": [1]}, geometry=[PLAIN], crs=2362)
    old.to_file(tmp_path / "o.gpkg")
    with pytest.raises(CRSError, match="no public transformation"):
        writing.write(read(tmp_path / "o.gpkg"), tmp_path / "o.geojson")
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".gpkg"] * 4


@pytest.mark.parametrize("form", writing.TARGETS)
def test_rows_without_a_place_are_named_and_nothing_is_written(source, tmp_path, form):
    wild = shapely.Polygon([(X, Y), (np.inf, Y), (X, Y + 100)])
    for shapes, rows, why in (
        ([PLAIN, wild, wild], "row 2, row 3", "a coordinate that is not a finite number"),
        ([None, PLAIN, shapely.Polygon()], "row 1, row 3", "no outline that can be read"),
    ):
        spoilt = replace(source, geometry=np.array([*shapes], dtype=object))
        with pytest.raises(FormatError, match=f"{rows}: {why}"):
            writing.write(spoilt, tmp_path / f"out{target.SUFFIXES[form][0]}", form=form)
    assert [p.name for p in tmp_path.iterdir()] == ["in.gpkg"]


def test_places_that_the_target_system_does_not_hold(source, tmp_path):
    albers = pyproj.CRS.from_user_input("ESRI:102025")
    shapes = shapely.transform(source.geometry, lambda xy: xy * 1e4)
    far = replace(source, geometry=shapes, crs=albers)
    with pytest.raises(FormatError, match="row 1, row 2, row 3: a place that the target's"):
        writing.write(far, tmp_path / "out.geojson")


@pytest.mark.parametrize("form", ["gpkg", "txt"])
@pytest.mark.parametrize(
    ("crs", "corner"), [(4526, (39_500_000, 4e6)), (4547, (4e6, 500_000)), (4547, (39.5e6, 4e6))]
)
def test_rows_of_another_zone_or_with_axes_swapped_are_not_written(tmp_path, form, crs, corner):
    shapes = [shapely.box(*corner, corner[0] + 100, corner[1] + 100)]
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=shapes, crs=crs)
    frame.to_file(tmp_path / "in.gpkg")
    with pytest.raises(FormatError, match="row 1: a coordinate of another zone or off the plane"):
        writing.write(
            read(tmp_path / "in.gpkg"), tmp_path / f"out{target.SUFFIXES[form][0]}", form=form
        )


@pytest.mark.parametrize("form", [f for f in writing.TARGETS if f not in ("gpkg", "shp")])
def test_places_off_the_globe(source, tmp_path, form):
    for far in ((1e308, 1e308), (500.0, 30.0), (110.0, 91.0)):
        shape = shapely.Polygon([(111, 39), (111, 39.1), far])
        off = replace(source, geometry=np.array([shape] * 3), crs=pyproj.CRS.from_epsg(4490))
        out = tmp_path / f"out{target.SUFFIXES[form][0]}"
        with pytest.raises(FormatError, match=r"row 1, row 2, row 3: (a place|degrees where)"):
            writing.write(off, out, form=form)


def test_old_datums_are_kept_where_the_format_can(tmp_path):
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[PLAIN], crs=2362)
    frame.to_file(tmp_path / "o.gpkg")
    writing.write(read(tmp_path / "o.gpkg"), tmp_path / "o.shp")
    again = read(tmp_path / "o.shp")
    assert "Xian" in again.crs.name
    assert again.geometry[0].equals(PLAIN)


@pytest.mark.parametrize("form", ["gpkg", "geojson", "shp"])
def test_gaps_in_numbers_and_flags_stay_gaps(tmp_path, form):
    ring = [[111, 39], [111, 39.01], [111.01, 39.01], [111, 39]]
    rows = ({"n": 7, "big": 2**53 + 1, "flag": True, "real": 0.5}, dict.fromkeys(FOUR))
    features = [
        {"type": "Feature", "properties": p,
         "geometry": {"type": kind, "coordinates": [ring] if kind == "Polygon" else [[ring]]}}
        for p, kind in zip(rows, ("Polygon", "MultiPolygon"), strict=True)
    ]  # fmt: skip
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    out = tmp_path / f"b.{form}"
    assert writing.write(read(path), out).issues == ()
    back = read(out)
    found = {name: back.columns[name].to_pylist() for name in FOUR}
    assert found == {"n": [7, None], "big": [2**53 + 1, None], "flag": [True, None],
                     "real": [0.5, None]}  # fmt: skip
    assert [g.area for g in back.geometry] == [g.area for g in read(path).geometry]


FOUR = ("n", "big", "flag", "real")


# -- nothing else is touched ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("a.shp", "a.dbf"), ("a.shp", "a.prj"), ("a.shp", "A.CPG"), ("a.shp", "a.sbn"),
        ("a.gpkg", "a.gpkg-wal"), ("a.gpkg", "A.GPKG"),
    ],
)  # fmt: skip
def test_files_that_would_become_a_part_of_it_are_in_the_way(source, tmp_path, name, other):
    place = tmp_path / "out"
    place.mkdir()
    (place / other).write_bytes(b"another's")
    with pytest.raises(FormatError, match=rf"{other} beside it would be taken for a part of it"):
        writing.write(source, place / name)
    assert [(p.name, p.read_bytes()) for p in place.iterdir()] == [(other, b"another's")]


def test_links_and_folders_are_not_written_over(source, tmp_path):
    (tmp_path / "a.gpkg").symlink_to(tmp_path / "nowhere.gpkg")
    (tmp_path / "b.geojson").mkdir()
    for name in ("a.gpkg", "b.geojson"):
        with pytest.raises(FormatError, match="exists already"):
            writing.write(source, tmp_path / name)
    with pytest.raises(FormatError, match="there is no such folder"):
        writing.write(source, tmp_path / "nowhere" / "c.gpkg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gpkg", "b.geojson", "in.gpkg"]


@pytest.mark.parametrize(
    ("name", "form"), [("a.gpkg", "kml"), ("a", "shp"), ("a.csv", "registration"), ("a.shp", "txt")]
)
def test_a_suffix_of_another_form(source, tmp_path, name, form):
    with pytest.raises(FormatError, match=f"a {form} file is called"):
        writing.write(source, tmp_path / name, form=form)


def test_no_rows(source, tmp_path):
    empty = replace(source, declared=0, labels=(), geometry=source.geometry[:0],
                    columns={k: v[:0] for k, v in source.columns.items()})  # fmt: skip
    for form in writing.TARGETS:
        out = tmp_path / f"a{target.SUFFIXES[form][0]}"
        with pytest.raises(FormatError, match="holds no rows to write"):
            writing.write(empty, out, form=form)


# -- what is told --------------------------------------------------------------------------------


def told(written):
    return [(i.code, i.en) for i in written.issues]


def rows_of(tmp_path, shapes, crs=4526, **columns):
    path = tmp_path / f"rows{len(list(tmp_path.iterdir()))}.gpkg"
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return read(path)


def test_fields_that_a_corner_form_has_no_place_for(source, tmp_path):
    lost = ("fields_not_written", "fields not written: 规模_万吨")
    assert told(writing.write(source, tmp_path / "a.txt")) == [lost]
    assert told(writing.write(source, tmp_path / "a.xlsx")) == [lost]
    string = told(writing.write(source, tmp_path / "b.txt", form="registration"))
    assert string[0] == ("fields_not_written", "fields not written: 矿山名称, 规模_万吨")


def test_fields_without_a_word_are_not_missed(tmp_path):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=["C1", "C2"], 备注=[None, ""], 编码=["", "9"])
    lost = ("fields_not_written", "fields not written: 编码")
    assert told(writing.write(rows, tmp_path / "a.xlsx")) == [lost]


@pytest.mark.parametrize(
    ("columns", "written", "lost"),
    [
        (
            {"开采标高上限": [1250.5, 300], "开采标高下限": [980, -50.25]},
            ("1250.5,980", "300,-50.25"),
            "",
        ),
        (
            {"上限标高（米）": ["1250.5", "300"], "下限标高": ["980", "-50.25"]},
            ("1250.5,980", "300,-50.25"),
            "",
        ),
        ({"开采标高": ["1250.5~980", "300至-50.25"]}, ("1250.5,980", "300,-50.25"), ""),
        ({"开采标高上限": [1250.5, None], "备注": ["甲", "乙"]}, ("1250.5,", ","), "备注"),
    ],
)
def test_elevations_under_the_names_of_bureaus(tmp_path, columns, written, lost):
    source = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=["C1", "C2"], **columns)
    out = writing.write(source, tmp_path / "a.txt", form="registration")
    text = (tmp_path / "a.txt").read_bytes().decode("gb18030").split("\r\n")
    assert text[2].endswith(f",{written[0]},,1,") and text[4].endswith(f",{written[1]},扣除,-1,")
    said = dict(told(out))
    assert said.get("fields_not_written", "").removeprefix("fields not written: ") == lost
    assert ("elevations_missing" in said) == ("备注" in columns)
    if "备注" in columns:
        assert said["elevations_missing"].startswith("2 rights have no top or bottom elevation")


def test_an_elevation_that_cannot_be_told_is_not_left_blank(tmp_path):
    rows = rows_of(tmp_path, [PLAIN], 许可证号=["C1"], 开采标高=["见附图"])
    with pytest.raises(FormatError, match="row 1: top_elevation_m is no number"):
        writing.write(rows, tmp_path / "a.txt", form="registration")


LONG = ["C1400002011117110119999", "T1400002011117110118888"]


@pytest.mark.parametrize(("form", "numbers"), [("txt", LONG), ("xlsx", LONG), ("xlsx", ["7", "8"])])
def test_licences_come_back_from_corner_forms(tmp_path, form, numbers):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=numbers)
    writing.write(rows, tmp_path / f"b.{form}")
    out = writing.write(read(tmp_path / f"b.{form}"), tmp_path / "c.txt", form="registration")
    assert read(tmp_path / "c.txt").columns["licence_no"].to_pylist() == numbers
    assert ("licence_assumed" in dict(told(out))) == (form == "txt")


def test_the_number_of_a_parcel_is_no_licence(tmp_path):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 编号=["7", LONG[0]])
    writing.write(rows, tmp_path / "b.txt")
    again = read(tmp_path / "b.txt")
    assert again.labels == ("地块 7", f"地块 {LONG[0]}")
    with pytest.raises(FormatError) as fault:
        writing.write(again, tmp_path / "c.txt", form="registration")
    assert fault.value.en == (
        f"{tmp_path / 'b.txt'}: parcel 7: has no licence number (地块编号 may be others; call it "
        "许可证号 if not)"
    )


def test_registered_parts_that_a_form_has_no_place_for(tmp_path):
    (tmp_path / "in.txt").write_text(
        "2000国家大地坐标系\n许可证号：C9\n1,"
        "3,1,3760000,38500000,2,3761000,38500000,3,3761000,38501000,285,8.25,,1,\n"
    )
    right = read(tmp_path / "in.txt")
    assert told(writing.write(right, tmp_path / "a.gpkg")) == [
        ("parts_not_written",
         "1 registered parts (signs, elevations of their own) are not written"),
    ]  # fmt: skip
    back = read(tmp_path / "a.gpkg").columns
    assert back["top_elevation_m"].to_pylist() == [285.0]


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "kml", "txt", "xlsx"])
def test_an_outline_that_crosses_itself_is_told(tmp_path, form):
    bow = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    out = writing.write(rows_of(tmp_path, [bow], 许可证号=["C1"]), tmp_path / f"a.{form}")
    assert ("outline_invalid", "row 1: crosses itself; written as it is") in told(out)


@pytest.mark.parametrize("form", ["txt", "xlsx"])
def test_what_a_form_cannot_hold_is_refused(tmp_path, form):
    outer = ring(0, 0, 1000)
    island = shapely.MultiPolygon(
        [shapely.Polygon(outer, [ring(200, 200, 600)]), shapely.Polygon(ring(400, 400, 200))]
    )
    flat = shapely.Polygon(ring(0, 0, 1e-5))
    for shape in (island, flat) if form == "txt" else (flat,):
        with pytest.raises(FormatError, match=r"row|cannot be read again.*nothing was written"):
            writing.write(rows_of(tmp_path, [shape], 许可证号=["C1"]), tmp_path / f"a.{form}")
    assert not (tmp_path / f"a.{form}").exists()


def test_two_rows_of_one_number_are_not_one_parcel(tmp_path):
    twins = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=["C1", "C1"])
    with pytest.raises(FormatError, match="of 2 rows 1 come back; nothing was written"):
        writing.write(twins, tmp_path / "a.xlsx")
    assert told(writing.write(twins, tmp_path / "a.txt")) == []
    assert read(tmp_path / "a.txt").columns["地块编号"].to_pylist() == ["C1", "C1"]


# -- licence numbers and elevations of a registration string -------------------------------------


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (["C1", "C1"], "row 2: licence C1 is given twice"),
        (["C1", None], "row 2: has no licence number"),
        (["C1", "C2,3"], "row 2: licence 'C2,3' holds blanks or marks"),
        (["C1", "C2 甲"], "row 2: licence 'C2 甲' holds blanks or marks"),
        (["C1", "待办"], "row 2: licence '待办' is no number"),
    ],
)
def test_licence_numbers_are_not_made_up_or_changed(tmp_path, numbers, said):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=numbers, id=["x", "y"])
    with pytest.raises(FormatError, match=said):
        writing.write(rows, tmp_path / "a.txt", form="registration")


def test_a_lone_row_without_a_number_stays_so(tmp_path):
    rows = rows_of(tmp_path, [PLAIN], id=["7"])
    writing.write(rows, tmp_path / "a.txt", form="registration")
    assert "licence_no" not in read(tmp_path / "a.txt").columns


def test_numbers_and_elevations_keep_their_digits(tmp_path):
    rows = rows_of(
        tmp_path, [PLAIN], 许可证号=[410000123456789.0], top_elevation_m=[1234.56789012345],
        bottom_elevation_m=[-0.5],
    )  # fmt: skip
    writing.write(rows, tmp_path / "a.txt", form="registration")
    again = read(tmp_path / "a.txt").columns
    assert {k: v.to_pylist() for k, v in again.items()} == {
        "licence_no": ["410000123456789"],
        "top_elevation_m": [1234.56789012345],
        "bottom_elevation_m": [-0.5],
    }
    words = rows_of(tmp_path, [PLAIN], 许可证号=["C1"], top_elevation_m=["1250~980米"])
    with pytest.raises(FormatError, match="row 1: top_elevation_m is no number"):
        writing.write(words, tmp_path / "b.txt", form="registration")


# -- names of fields -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson", "kml"])
def test_names_that_differ_by_case_or_mean_something_to_gdal(source, tmp_path, form):
    names = ("Name", "name", "fid", "FID", "geom", "GEOM", "OGC_FID", "id")
    values = {name: pa.array([f"{name}{k}" for k in range(3)]) for name in names}
    odd = replace(source, columns=values)
    out = writing.write(odd, tmp_path / f"a.{form}")
    back = read(tmp_path / f"a.{form}").columns
    renamed = {i.en.split()[1]: i.en.split()[-1] for i in out.issues}
    assert {i.code for i in out.issues} <= {"field_renamed"}
    assert {n: back[renamed.get(n, n)].to_pylist() for n in values} == {
        n: v.to_pylist() for n, v in values.items()
    }
    if form == "geojson":
        assert out.issues == () and list(back) == list(values)


def test_writing_changes_nothing_in_memory(source, tmp_path):
    numbers = pa.array([3, None, 3], pa.int64())
    given = replace(source, columns={"fid": numbers})
    writing.write(given, tmp_path / "a.gpkg")
    assert numbers.to_pylist() == [3, None, 3]
    assert read(tmp_path / "a.gpkg").columns["fid"].to_pylist() == [3, None, 3]


def test_a_value_that_a_shapefile_cannot_hold_is_told(source, tmp_path):
    words = replace(source, columns={"t": pa.array(["😀矿", "乙", None])})
    out = writing.write(words, tmp_path / "a.shp")
    said = "field t: row 1 cannot be written as they are (😀矿 comes back as 矿)"
    assert ("value_changed", said) in told(out)
    assert writing.write(words, tmp_path / "b.shp", encoding="UTF-8").issues == ()
    assert read(tmp_path / "b.shp").columns["t"].to_pylist() == ["😀矿", "乙", None]


@pytest.mark.parametrize("form", ["txt", "xlsx", "dxf"])
def test_numbers_that_are_those_of_the_rows_are_told(tmp_path, form):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=["C7", None])
    out = writing.write(rows, tmp_path / f"a.{form}")
    assert ("numbers_by_row", "1 rows have no number; that of the row is used") in told(out)
    if form != "dxf":
        assert read(tmp_path / f"a.{form}").columns["地块编号"].to_pylist() == ["C7", "2"]


ISLAND = shapely.MultiPolygon(
    [
        shapely.Polygon(ring(8040, 40, 20)),
        shapely.Polygon(ring(8000, 0, 100), [ring(8020, 20, 60)]),
        shapely.Polygon(ring(8200, 0, 10)),
    ]
)


@pytest.mark.parametrize("form", ["xlsx", "gpkg", "shp", "geojson", "kml"])
def test_an_island_in_a_hole_comes_back(tmp_path, form):
    rows = rows_of(tmp_path, [ISLAND, HOLED, PLAIN], 许可证号=["C1", "C2", "C3"])
    writing.write(rows, tmp_path / f"a.{form}")
    again = read(tmp_path / f"a.{form}")
    parts = [shapely.get_num_geometries(shape) for shape in again.geometry]
    assert parts == [3, 1, 1]
    if form in ("xlsx", "gpkg", "shp"):
        assert [shape.area for shape in again.geometry] == pytest.approx([6900, 990000, 1e6])


def test_rings_of_a_right_without_number_come_back_in_a_workbook(tmp_path):
    two = shapely.MultiPolygon(
        [shapely.Polygon(ring(8000, 0, 100)), shapely.Polygon(ring(8400, 0, 50))]
    )
    rows = rows_of(tmp_path, [two, PLAIN, ISLAND], 许可证号=["待办", "C2", "TBA"])
    writing.write(rows, tmp_path / "a.xlsx")
    again = read(tmp_path / "a.xlsx")
    assert again.columns["许可证号"].to_pylist() == ["待办", "C2", "TBA"]
    assert [shape.area for shape in again.geometry] == pytest.approx([12500, 1e6, 6900])


def test_an_island_that_a_text_cannot_tell_from_a_hole(tmp_path):
    rows = rows_of(tmp_path, [PLAIN, ISLAND], 许可证号=["C1", "C2"])
    with pytest.raises(FormatError) as fault:
        writing.write(rows, tmp_path / "a.txt")
    assert fault.value.en == (
        f"{rows.path}: row 2: a part lies within a hole, and the national text cannot say that it "
        "is none itself; use xlsx, gpkg, shp or geojson"
    )
    writing.write(rows, tmp_path / "b.txt", form="registration")
    signs = read(tmp_path / "b.txt").companions["right_part"].columns["sign"].to_pylist()
    assert sorted(signs) == [-1, 1, 1, 1, 1]


def test_placemarks_show_the_names_of_rights(tmp_path):
    rows = rows_of(tmp_path, [PLAIN, HOLED], 许可证号=["C1", "C2"], 矿山名称=["甲 & 乙矿", None])
    out = writing.write(rows, tmp_path / "a.kml")
    text = (tmp_path / "a.kml").read_text(encoding="utf-8")
    assert text.count("<name>甲 &amp; 乙矿</name>") == 1
    again = read(tmp_path / "a.kml").columns
    assert again["矿山名称"].to_pylist() == ["甲 & 乙矿", None]
    assert again["Name (Placemark)"].to_pylist() == ["甲 & 乙矿", None]
    assert told(out) == []


def test_placemarks_of_unnamed_rights_show_nothing(tmp_path):
    rows = rows_of(tmp_path, [PLAIN], 许可证号=["C1"])
    writing.write(rows, tmp_path / "a.kml")
    assert "Name" not in "".join(read(tmp_path / "a.kml").columns)


@pytest.mark.parametrize("field", ["有效期止", "positional_accuracy_m"])
def test_cells_that_were_not_read_do_not_become_empty_ones(source, tmp_path, field):
    lost = {field: np.array([1]), "photo": np.array([], np.int64)}
    with pytest.raises(FormatError, match=f"row 2: field {field} holds what could not be read"):
        writing.write(replace(source, lost=lost), tmp_path / "a.gpkg")
    assert not (tmp_path / "a.gpkg").exists()


def test_cells_of_other_fields_that_were_not_read_are_told(source, tmp_path):
    rows = replace(source, lost={"photo": np.array([0, 2])})
    en = "row 1, row 3: field photo holds what could not be read; not written"
    assert told(writing.write(rows, tmp_path / "a.gpkg"))[0] == ("cell_not_written", en)
    left = told(writing.write(rows, tmp_path / "a.txt"))
    assert ("fields_not_written", "fields not written: 规模_万吨, photo") in left


def test_rows_between_processes_keep_what_was_not_read(source):
    rows = replace(source, lost={"photo": np.array([0, 2])})
    again = source_transfer.unpack(source_transfer.pack(rows), source.path)
    assert again.lost["photo"].tolist() == [0, 2]
    frame = source_transfer.pack(replace(source, lost={"photo": np.array([7])}))
    with pytest.raises(LayerError, match="cannot be trusted"):
        source_transfer.unpack(frame, source.path)
