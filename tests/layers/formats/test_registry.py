"""One way in: suffix, magic, layers, and the formats GDAL or Arrow read as they are."""

import json
import os
import shutil
import struct
import tempfile
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely
from shapely import Point

from layers.errors import FormatError
from layers.formats import SUPPORTED, digest, is_dataset, layers_in, list_layers, read


def test_missing_empty_and_unknown(tmp_path):
    with pytest.raises(FormatError, match="no such file") as caught:
        read(tmp_path / "没有.gpkg")
    assert "没有.gpkg" in caught.value.zh and "没有.gpkg" in caught.value.en
    for suffix in SUPPORTED:
        path = tmp_path / f"空{suffix}"
        path.touch()
        with pytest.raises(FormatError, match=r"0 bytes"):
            read(path)
    odd = tmp_path / "a.xyz"
    odd.write_text("1")
    with pytest.raises(FormatError, match=r"unknown type of file \.xyz"):
        read(odd)
    side = tmp_path / "a.dbf"
    side.write_text("1")
    with pytest.raises(FormatError, match=r"give the \.shp file"):
        read(side)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.dwg", "DXF"),
        ("a.wt", "MapGIS"),
        ("a.WP", "MapGIS"),
        ("a.mpj", "MapGIS"),
        ("a.dgn", r"\.dgn is not supported yet; convert it to GeoPackage or Shapefile"),
        ("a.mdb", "GeoPackage"),
        ("a.mxd", "export its data"),
        ("a.docx", "corner text"),
        ("a.pdf", "corner text"),
        ("a.tar.gz", "unpack it first"),
        ("a.7z", "unpack it first"),
    ],
)
def test_formats_to_convert(tmp_path, name, advice):
    (tmp_path / name).write_bytes(b"AC1032")
    with pytest.raises(FormatError, match=advice):
        read(tmp_path / name)


def test_formats_to_convert_in_an_archive_and_under_another_suffix(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("图/矿界.dwg", b"AC1032")
    with pytest.raises(FormatError, match=r"图/矿界\.dwg in the archive: .* save it as DXF"):
        read(tmp_path / "a.zip")
    (tmp_path / "a.dxf").write_bytes(b"AC1032\0\0\0")
    with pytest.raises(FormatError, match="it is a DWG: save it as DXF"):
        read(tmp_path / "a.dxf")


@pytest.mark.parametrize(
    "suffix", [".gpkg", ".shp", ".geojson", ".kml", ".fgb", ".parquet", ".txt"]
)
def test_content_against_suffix(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"PK\x03\x04\0\0" if suffix != ".kml" else b"<OGRVRTDataSource/>")
    with pytest.raises(FormatError):
        read(path)
    vrt = b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>"
    path.write_bytes(vrt)
    with pytest.raises(FormatError):
        read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html><table>", "网页（HTML）"),
        ('<?xml version="1.0"?><Workbook>', " XML 表格"),
        ("点号\tX\tY\n", "文本"),
        ("\0", ""),
    ],
)
def test_a_workbook_that_is_none_is_called_what_it_is(tmp_path, content, said):
    path = tmp_path / "a.xls"
    path.write_text(content, "utf-8")
    with pytest.raises(FormatError) as told:
        read(path)
    advice = f"，而是{said}；请在 Excel 或 WPS 中打开，另存为 .xlsx" if said else ""
    assert told.value.zh.endswith(f"内容与后缀 .xls 不符，不是 workbook 文件{advice}")


def test_unknown_corner_text_names_the_line(write_text):
    with pytest.raises(FormatError, match="line 2 fits no known corner text: id,x,z"):
        read(write_text("\nid,x,z\n1,3505480.372,526656.982\n", "a.csv"))


def test_walk(tmp_path, write_shapefile):
    write_shapefile([[b"a"]], [(b"T", "C", 3)])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.gdb").mkdir()
    (tmp_path / "b" / "x.gdb" / "a00000001.gdbtable").touch()
    for name in (".hidden.gpkg", "note.md", "b/y.dwg", "b/图.GPKG", "a.gpkg-wal"):
        (tmp_path / name).touch()
    (tmp_path / ".minezone" / "snapshots").mkdir(parents=True)
    (tmp_path / ".minezone" / "snapshots" / "goaf-0.parquet").touch()
    found = [p.relative_to(tmp_path).as_posix() for p in layers_in(tmp_path)]
    assert found == ["b/x.gdb", "b/y.dwg", "b/图.GPKG", "t.shp"]
    assert not is_dataset(tmp_path / "t.dbf") and not is_dataset(tmp_path)


def names(folder):
    return [p.relative_to(folder).as_posix() for p in layers_in(folder)]


def test_walk_lists_what_cannot_be_read_yet(tmp_path):
    sent = ["a.dgn", "e.mdb", "h.docx", "i.doc",
            "j.pdf", "k.rar", "l.7z", "m.tar", "n.gz", "o.vct", "p.mpj", "q.wl", "r.wt", "s.wp",
            "t.mxd"]  # fmt: skip
    plain = ["a.png", "b.jpg", "c.xml", "c.gpkg.aux.xml", "d.tfw", "e.qmd", "f.md", "g.toml",
             "dem.tif", "dem.tif.aux.json", "r.gpkg.json", "r.gpkg-journal", "r.gpkg-wal", "f.dat",
             ".x.dxf"]  # fmt: skip
    for name in [*sent, *plain]:
        (tmp_path / name).write_text("x")
    assert names(tmp_path) == sent
    for name in sent:
        with pytest.raises(FormatError, match="is not supported yet; ") as caught:
            read(tmp_path / name)
        assert f"尚不支持 {(tmp_path / name).suffix} 文件" in caught.value.zh


@pytest.mark.parametrize("lost", [".shp", ".shx", ".dbf"])
def test_walk_names_a_shapefile_that_lost_a_part(tmp_path, write_shapefile, lost):
    path = write_shapefile([[b"a"]], [(b"T", "C", 3)], stem="宗地", cpg="UTF-8", prj="")
    path.with_suffix(".sbn").touch()
    path.with_suffix(lost).unlink()
    assert names(tmp_path) == ["宗地.shp"]
    said = {
        ".shp": r"the \.shp file is missing while its companions exist "
        r"\(\.cpg, \.dbf, \.prj, \.sbn, \.shx\)",
        ".shx": r"its \.shx file is missing",
        ".dbf": r"its \.dbf file is missing",
    }[lost]
    for opened in (read, digest):
        with pytest.raises(FormatError, match=said) as caught:
            opened(path)
        assert str(path) in caught.value.zh and "缺少" in caught.value.zh


def test_walk_tells_parts_of_a_shapefile_from_parts_of_other_files(tmp_path):
    for name in ("dem.tif", "dem.prj", "dem.tif.vat.dbf", "权.csv", "权.cpg", "m.tab", "m.dbf"):
        (tmp_path / name).touch()
    assert names(tmp_path) == ["m.tab", "权.csv"]
    for name in ("alone.prj", "权.dbf", "UP.DBF"):
        (tmp_path / name).touch()
    assert names(tmp_path) == ["UP.shp", "alone.shp", "m.tab", "权.csv", "权.shp"]


def test_walk_lists_links_that_it_does_not_follow(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.gpkg").touch()
    (tmp_path / "gone.gpkg").symlink_to(tmp_path / "nothing.gpkg")
    (tmp_path / "folder").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert names(tmp_path) == ["folder", "gone.gpkg", "loop", "real/a.gpkg"]
    for name, said in [
        ("folder", "is a link to a folder, not followed"),
        ("gone.gpkg", "is a link to a file that does not exist"),
        ("loop", "is a link that leads back to itself"),
    ]:
        with pytest.raises(FormatError, match=said):
            read(tmp_path / name)
    assert names(tmp_path / "folder") == ["a.gpkg"]  # named by the user, it is followed


def test_walk_leaves_out_results_of_our_own_runs(tmp_path):
    results = ["subjects.parquet", "findings.parquet", "evidence.parquet", "report.json",
               "findings.gpkg", "findings.csv", "outlines.parquet", "map.html"]  # fmt: skip
    (tmp_path / "one").mkdir()
    for name in ["summary.csv", "summary.json", *(f"one/{n}" for n in results), "one/申请.gpkg"]:
        (tmp_path / name).touch()
    assert names(tmp_path) == ["one/申请.gpkg"]
    (tmp_path / "one" / "report.json").unlink()
    (tmp_path / "summary.json").unlink()
    assert names(tmp_path) == [
        "one/evidence.parquet", "one/findings.csv", "one/findings.gpkg", "one/findings.parquet",
        "one/outlines.parquet", "one/subjects.parquet", "one/申请.gpkg", "summary.csv",
    ]  # fmt: skip


# -- what may not be opened ----------------------------------------------------------------------


@pytest.fixture
def unprivileged():
    """Give a folder to a user who has no right to read everything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no user ids here")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)

        def give_up(*paths):
            for path in paths:
                path.chmod(0)
            if os.geteuid() == 0:
                os.seteuid(65534)

        before = os.geteuid()
        try:
            yield folder, give_up
        finally:
            os.seteuid(before)
            for path in folder.rglob("*"):
                path.chmod(0o700)


@pytest.mark.parametrize("suffix", SUPPORTED)
def test_a_file_that_may_not_be_read(unprivileged, suffix):
    folder, give_up = unprivileged
    path = folder / f"密{suffix}"
    if suffix == ".gdb":
        path.mkdir()
        (path / "a00000001.gdbtable").touch()
    else:
        path.write_text("x")
        (folder / "密.shx").write_text("x")
        (folder / "密.dbf").write_text("x")
    give_up(path)
    for opened in (read, digest, list_layers):
        with pytest.raises(FormatError) as caught:
            opened(path)
        assert f"{path}：无法打开：没有读取权限" in caught.value.zh
        assert f"{path}: cannot be opened: permission denied" in caught.value.en


def test_a_part_of_a_shapefile_that_may_not_be_read(unprivileged, write_shapefile):
    folder, give_up = unprivileged
    made = write_shapefile([[b"a"]], [(b"T", "C", 3)])
    for suffix in (".shp", ".shx", ".dbf"):
        shutil.copy(made.with_suffix(suffix), folder)
    give_up(folder / "t.dbf")
    for opened in (read, digest):
        with pytest.raises(FormatError, match=r"cannot be opened: t\.dbf: permission denied"):
            opened(folder / "t.shp")


def test_a_folder_that_may_not_be_opened(unprivileged):
    folder, give_up = unprivileged
    (folder / "a.gpkg").touch()
    (folder / "密").mkdir()
    (folder / "密" / "b.gpkg").touch()
    give_up(folder / "密")
    assert names(folder) == ["a.gpkg", "密"]
    for opened in (layers_in, read):
        with pytest.raises(FormatError, match="密: cannot be opened: permission denied"):
            opened(folder / "密")
    for opened in (read, digest, list_layers):
        with pytest.raises(FormatError, match=r"b\.gpkg: cannot be opened: permission denied"):
            opened(folder / "密" / "b.gpkg")


def test_single_layer_formats_have_one_layer(write_shapefile):
    path = write_shapefile([[b"a"]], [(b"T", "C", 3)])
    assert list_layers(path) == ["t"] and len(read(path, layer="t")) == 1
    with pytest.raises(FormatError, match="no layer x"):
        read(path, layer="x")


# -- KML ---------------------------------------------------------------------------------------

MARK = "<Placemark><name>{}</name><Point><coordinates>110,35,7</coordinates></Point></Placemark>"
KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    "<Document>{}</Document></kml>"
)


def test_kml(write_text):
    folder = "<Folder><name>矿区</name>" + MARK.format("甲") + MARK.format("乙") + "</Folder>"
    path = write_text(KML.format(folder), "t.kml")
    source = read(path)
    assert source.layer == "矿区" and source.declared == 2
    assert source.columns["Name"].to_pylist() == ["甲", "乙"]
    assert not shapely.has_z(source.geometry[0])
    assert source.crs == pyproj.CRS.from_user_input("OGC:CRS84")
    two = folder + "<Folder><name>库</name>" + MARK.format("丙") + "</Folder>"
    path = write_text(KML.format(two), "t2.kml")
    assert list_layers(path) == ["矿区", "库"] and len(read(path, layer="库")) == 1
    with pytest.raises(FormatError, match="several layers"):
        read(path)


def test_kml_links_are_said(write_text):
    link = "<NetworkLink><Link><href>http://localhost/a.kml</href></Link></NetworkLink>"
    source = read(write_text(KML.format(MARK.format("甲") + link), "t.kml"))
    assert [i.code for i in source.issues] == ["kml_ignored", "altitude_unused"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KML.format(MARK)[:-9], "not valid XML"),
        ('<!DOCTYPE kml [<!ENTITY a "b">]>' + KML.split("?>")[1], "DOCTYPE"),
        ("<html></html>", "not KML"),
        (
            KML.format("<Placemark><MultiGeometry><Model/></MultiGeometry></Placemark>"),
            "3-D models",
        ),
        (KML.format(MARK.replace("110,35,7", "110,x")), "line 1: coordinates do not fit: 110,x"),
        (KML.format(MARK.replace("110,35,7", "110,35, 111,36")), "do not fit"),
        (KML.format(MARK.replace("110,35,7", "110 35")), "do not fit"),
        (KML.format(MARK.replace("110,35,7", "110;35")), "do not fit"),
    ],
)
def test_kml_refusals(write_text, text, said):
    with pytest.raises(FormatError, match=said):
        read(write_text(text, "t.kml"))


# -- GeoParquet ----------------------------------------------------------------------------------


@pytest.fixture
def write_parquet(tmp_path):
    def write(geo=None, **column):
        table = pa.table(
            {
                "licence_no": ["001", "002"],
                "sizes": [[1], [2]],
                "geometry": [Point(110, 35).wkb, None],
            }
        )
        column = {"encoding": "WKB", "geometry_types": ["Point"], **column}
        meta = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        geo = json.dumps(meta if geo is None else geo)
        path = tmp_path / "t.parquet"
        pq.write_table(table.replace_schema_metadata({"geo": geo} if geo != "0" else None), path)
        return path

    return write


def test_parquet(write_parquet):
    source = read(write_parquet(crs=pyproj.CRS.from_epsg(4490).to_json_dict()))
    assert source.format == "GeoParquet" and source.declared == 2
    assert source.geometry[0] == Point(110, 35) and source.geometry[1] is None
    assert list(source.columns) == ["licence_no"]
    assert [(i.severity, i.code) for i in source.issues] == [("info", "column_ignored")]
    assert [rows.tolist() for rows in source.lost.values()] == [[0, 1]]
    assert source.crs.to_epsg() == 4490


def test_parquet_crs_null_and_absent(write_parquet):
    assert read(write_parquet(crs=None)).crs is None
    assert read(write_parquet()).crs == pyproj.CRS.from_user_input("OGC:CRS84")


def test_parquet_refusals(write_parquet):
    with pytest.raises(FormatError, match="geometry encoding point"):
        read(write_parquet(encoding="point"))
    with pytest.raises(FormatError, match="spherical"):
        read(write_parquet(edges="spherical"))
    with pytest.raises(FormatError, match="not GeoParquet"):
        read(write_parquet(geo={}))
    path = write_parquet(geo=0)
    with pytest.raises(FormatError, match="not GeoParquet"):
        read(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FormatError, match="damaged"):
        read(path)


@pytest.fixture
def write_columns(tmp_path):
    """Return a function that writes named columns beside two points, and what ``geo`` says."""

    def write(names, columns, points=None, **geometry):
        points = points or [Point(110, 35).wkb, Point(111, 35).wkb]
        said = {"encoding": "WKB", "geometry_types": [], **geometry}
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": said}}
        geo["columns"] |= {n: {"encoding": "WKB", "geometry_types": []} for n in names if n == "g2"}
        table = pa.table([*columns, pa.array(points)], names=[*names, "geometry"])
        pq.write_table(
            table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "c.parquet"
        )
        return tmp_path / "c.parquet"

    return write


@pytest.mark.parametrize(
    ("kind", "cells", "read_as"),
    [
        (pa.decimal128(19, 0), ["1400002020017120142", None], [1400002020017120142, None]),
        (pa.decimal128(38, 0), ["14000020200171201420", "1"], ["14000020200171201420", "1"]),
        (pa.decimal128(22, 2), ["1400002020017120142.00", "1.5"], ["1400002020017120142", "1.50"]),
        (pa.decimal128(10, 2), ["1.25", None], [1.25, None]),
        (pa.decimal256(60, 1), ["3.0", None], [3, None]),
    ],
)
def test_parquet_decimals_keep_their_digits(write_columns, kind, cells, read_as):
    array = pa.array([None if c is None else Decimal(c) for c in cells], kind)
    source = read(write_columns(["n"], [array]))
    assert source.columns["n"].to_pylist() == read_as and source.issues == ()


@pytest.mark.parametrize("name", ["x", "geometry"])
def test_parquet_columns_of_one_name_are_refused(write_columns, name):
    columns = [pa.array(["a", "b"]), pa.array([b"c", b"d"])]
    with pytest.raises(FormatError, match=f"two fields are called {name}"):
        read(write_columns(["x", name], columns))


@pytest.mark.parametrize(
    "covering",
    [None, [], "x", {"bbox": None}, {"bbox": {"xmin": []}}, {"bbox": {"xmin": ["licence_no", "x"]}},
     {"bbox": {"xmin": [5], "ymin": "bbox"}}],
)  # fmt: skip
def test_parquet_coverings_that_are_none_hide_nothing(write_columns, covering):
    path = write_columns(["licence_no"], [pa.array(["C1", "C2"])], covering=covering)
    assert read(path).columns["licence_no"].to_pylist() == ["C1", "C2"]
    box = pa.array([{"xmin": 1.0}, {"xmin": 2.0}])
    path = write_columns(["bbox"], [box], covering={"bbox": {"xmin": ["bbox", "xmin"]}})
    assert dict(read(path).columns) == {} and read(path).issues == ()


def test_parquet_pages_are_checked_against_their_sums(write_columns):
    path = write_columns(["licence_no"], [pa.array(["C1234", "C5678"])])
    pq.write_table(
        pq.read_table(path), path, write_page_checksum=True, compression="none",
        use_dictionary=False, write_statistics=False,
    )  # fmt: skip
    assert read(path).columns["licence_no"].to_pylist() == ["C1234", "C5678"]
    data = path.read_bytes()
    assert data.count(b"C5678") == 1
    path.write_bytes(data.replace(b"C5678", b"C5679"))
    with pytest.raises(FormatError, match="damaged Parquet"):
        read(path)


def test_parquet_with_two_geometries(write_columns):
    source = read(write_columns(["g2"], [pa.array([Point(1, 2).wkb] * 2)]))
    assert [g.x for g in source.geometry] == [110, 111]
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "column_ignored")]
    assert "field g2" in source.issues[0].en


def test_parquet_geometry_of_another_system_is_an_error_of_its_row(write_columns):
    points = [
        shapely.to_wkb(shapely.set_srid(Point(110, 35), k), include_srid=True) for k in (4490, 4610)
    ]
    path = write_columns([], [], points, crs=pyproj.CRS.from_epsg(4490).to_json_dict())
    source = read(path)
    assert [g is None for g in source.geometry] == [False, True]
    assert [(i.code, i.feature) for i in source.issues] == [("unreadable_geometry", "第 2 行")]
    assert "SRID 4610" in source.issues[0].en


@pytest.mark.parametrize("crs", [{}, 4490, [], "", "+proj=longlat +nadgrids=a.gsb", {"type": "X"}])
def test_parquet_systems_that_are_none_are_refused(write_columns, crs):
    with pytest.raises(FormatError, match="unusable CRS"):
        read(write_columns([], [], crs=crs))


# -- FlatGeobuf and geodatabases ---------------------------------------------------------------


@pytest.fixture
def frame():
    import geopandas as gpd

    points = [Point(110 + k, 35) for k in range(3)]
    return gpd.GeoDataFrame({"矿山名称": ["甲", "乙", None]}, geometry=points, crs="EPSG:4490")


def test_flatgeobuf(tmp_path, frame):
    path = tmp_path / "矿.fgb"
    frame.to_file(path, driver="FlatGeobuf", spatial_index="NO")
    source = read(path)
    assert source.declared == 3 and source.crs.to_epsg() == 4490
    assert source.columns["矿山名称"].to_pylist() == ["甲", "乙", None]
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(FormatError):
        read(path)


def test_file_geodatabase(tmp_path, frame):
    path = tmp_path / "t.gdb"
    frame.to_file(path, driver="OpenFileGDB", layer="rights")
    source = read(path)
    assert source.layer == "rights" and source.declared == 3 and source.crs.to_epsg() == 4490
    assert source.columns["矿山名称"].to_pylist() == ["甲", "乙", None]
    assert source.columns["OBJECTID"].to_pylist() == [1, 2, 3]
    (path / "PC.1.sr.lock").touch()
    assert read(path).sha256 == source.sha256
    packed = tmp_path / "t.gdb.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in path.iterdir():
            archive.write(file, f"t.gdb/{file.name}")
    assert read(packed).columns["矿山名称"].to_pylist() == ["甲", "乙", None]
    assert (read(packed).layer, read(packed).format) == ("rights", "OpenFileGDB")
    assert list_layers(packed) == ["rights"] and read(packed).sha256 == digest(packed)
    with zipfile.ZipFile(packed, "a") as archive:  # while ArcGIS has it open
        archive.writestr("t.gdb/_gdb.张三 - PC.1234.5678.sr.lock", b"")
    assert read(packed).columns["矿山名称"].to_pylist() == ["甲", "乙", None]
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("t.gdb/A00000001.gdbtable", "x")
    with pytest.raises(FormatError, match="twice"):
        read(packed)
    with zipfile.ZipFile(packed, "w") as archive:
        for file in path.iterdir():
            archive.write(file, f"t.gdb/{file.name}")
    sound = packed.read_bytes()
    assert sound.count("甲".encode()) == 1
    packed.write_bytes(sound.replace("甲".encode(), "丙".encode()))
    with pytest.raises(FormatError, match="the archive is damaged"):
        read(packed)
    packed.write_bytes(sound)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("../evil", "x")
    with pytest.raises(FormatError, match="leads out"):
        read(packed)
    other = tmp_path / "other.gdb"
    other.mkdir()
    with pytest.raises(FormatError, match="not a file geodatabase"):
        read(other)


def test_days_of_a_geodatabase(tmp_path):
    import geopandas as gpd
    import pandas as pd

    days = pd.to_datetime(["2024-01-31T00:00:00", "2024-01-31T20:00:00", None])
    big = pd.array([1400002020017120142, None, 5], dtype="Int64")
    frame = gpd.GeoDataFrame(
        {"when": days, "big": big}, geometry=[Point(110, 35)] * 3, crs="EPSG:4490"
    )
    path = tmp_path / "t.gdb"
    frame.to_file(path, driver="OpenFileGDB", TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER")
    source = read(path)
    day, evening = datetime(2024, 1, 31), datetime(2024, 1, 31, 20)  # noqa: DTZ001
    assert source.columns["when"].to_pylist() == [day, evening, None]
    assert source.columns["big"].to_pylist() == [1400002020017120142, None, 5]
    assert source.issues == ()
    table = next(f for f in path.glob("*.gdbtable") if struct.pack("<d", 45322) in f.read_bytes())
    sound = table.read_bytes()

    def stored(number):
        table.write_bytes(sound.replace(struct.pack("<d", 45322), struct.pack("<d", number)))
        return read(path)

    # Days from 1899-12-30; what is none GDAL calls 1970-01-01, or writes as no day at all.
    doubtful = stored(float("nan"))
    assert doubtful.columns["when"][1].as_py() == evening
    assert [(i.code, i.feature) for i in doubtful.issues] == [("date_doubtful", "第 1 行")]
    assert stored(1e7).columns["when"].to_pylist()[1:] == ["2024-01-31T20:00:00", None]
    assert stored(1e7).columns["when"][0].as_py() == "1900-01-00T00:00:00"


def test_walk_lists_an_empty_folder_called_like_a_file(tmp_path):
    (tmp_path / "a.shp").mkdir()
    (tmp_path / "b.shp").mkdir()
    (tmp_path / "b.shp" / "c.gpkg").touch()
    (tmp_path / "d").mkdir()
    assert names(tmp_path) == ["a.shp", "b.shp/c.gpkg"]
    with pytest.raises(FormatError, match="is a folder, not a file"):
        read(tmp_path / "a.shp")


RING = "<LinearRing><coordinates>{0},38 {0},39 {1},39 {0},38</coordinates></LinearRing>"
OUTER = f"<outerBoundaryIs>{RING.format(110, 111)}</outerBoundaryIs>"
POLYGON = f"<Polygon>{OUTER}</Polygon>"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (POLYGON * 2, "a placemark holds two geometries"),
        (f"<Point><coordinates>110,38</coordinates></Point>{POLYGON}", "two geometries"),
        (f"<Polygon>{OUTER}{OUTER}</Polygon>", "two outer boundaries"),
        (
            f"<Polygon>{OUTER}<innerBoundaryIs>{RING.format(110.1, 110.2) * 2}</innerBoundaryIs>"
            "</Polygon>",
            "two rings in one innerBoundaryIs",
        ),
    ],
)
def test_kml_of_which_only_one_part_would_be_read(write_text, inside, said):
    with pytest.raises(FormatError, match=f"line 1: .*{said}"):
        read(write_text(KML.format(f"<Placemark>{inside}</Placemark>"), "t.kml"))
    many = f"<Placemark><MultiGeometry>{POLYGON * 2}</MultiGeometry></Placemark>"
    assert read(write_text(KML.format(many), "t.kml")).geometry[0].geom_type == "MultiPolygon"


def test_kml_text_in_a_number_field(write_text):
    field = '<SimpleData name="n">{}</SimpleData>'
    marks = "".join(
        f'<Placemark><ExtendedData><SchemaData schemaUrl="#s">{field.format(value)}</SchemaData>'
        f"</ExtendedData>{POLYGON}</Placemark>"
        for value in ("5", "1,250")
    )
    schema = '<Schema name="s" id="s"><SimpleField name="n" type="int"/></Schema>'
    source = read(write_text(KML.format(schema + marks), "t.kml"))
    assert source.columns["n"].to_pylist() == ["5", "1,250"]
    assert source.issues == ()
