"""Names and descriptions of files and layers that have another datum than the stated system."""

import json
import sqlite3
import zipfile
from dataclasses import replace

import geopandas as gpd
import pyproj
import pytest
import shapely

from gis.errors import CRSError
from layers.catalog import schema
from layers.errors import FormatError
from layers.formats import read, writing
from layers.loader import load
from layers.settings import LayerSettings

BOX = shapely.box(38500000, 3760000, 38500500, 3760500)
DEGREES = shapely.box(114.0, 34.0, 114.01, 34.01)
CGCS, XIAN, DATUM_ONLY = "EPSG:4526", "EPSG:2362", "EPSG:4490"
WKT = (
    'GEOGCS["{}",DATUM["{}",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def written(path, crs=CGCS, shape=BOX, **keys):
    frame = gpd.GeoDataFrame({"XKZH": ["C1"]}, geometry=[shape], crs=crs)
    frame.to_file(path, **keys)
    return path


def document(**members):
    feature = {
        "type": "Feature",
        "properties": {"XKZH": "C1"},
        "geometry": shapely.geometry.mapping(DEGREES),
    }
    return json.dumps({"type": "FeatureCollection", **members, "features": [feature]})


OTHERS = ["采矿权_西安80", "矿界_xian80", "矿界54坐标", "1980西安坐标系矿界", "kq_BJ54"]
PLAIN = [
    "采矿权", "采矿权_2000坐标", "矿界_CGCS2000", "矿界WGS84", "采矿权_西安80转2000",
    "由西安80转换为2000国家大地坐标系", "原西安80矿界", "80平面图", "1954年矿界", "38号带",
]  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_called_after_another_datum_is_asked_for_its_system(tmp_path, name):
    path = written(tmp_path / f"{name}.shp")
    source = read(path)
    assert source.crs is None
    assert source.crs_note.endswith(f"not {CGCS} as stated") and f"'{name}'" in source.crs_note
    given = read(path, crs=pyproj.CRS(CGCS))
    assert [(i.severity, i.code) for i in given.issues] == [("warning", "stated_in_name")]
    assert given.crs == pyproj.CRS(CGCS) and given.geometry[0].equals(BOX)


def test_the_other_datum_may_be_meant_but_no_other_plane(tmp_path):
    path = written(tmp_path / "矿界_西安80.shp")
    meant = read(path, crs=pyproj.CRS(XIAN))
    assert meant.issues == () and meant.crs == pyproj.CRS(XIAN)
    with pytest.raises(FormatError, match="writes the meridian 114"):
        read(path, crs=pyproj.CRS("EPSG:2363"))


@pytest.mark.parametrize("name", PLAIN)
def test_other_names_say_nothing_against_the_file(tmp_path, name):
    source = read(written(tmp_path / f"{name}.shp"))
    assert source.issues == () and source.crs is not None


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("a.gpkg", {"layer": "采矿权_西安80"}),
        ("a.fgb", {"layer": "采矿权_西安80"}),
        ("a.gdb", {"layer": "采矿权_西安80", "driver": "OpenFileGDB"}),
    ],
)
def test_a_layer_called_after_another_datum(tmp_path, name, keys):
    source = read(written(tmp_path / name, **keys))
    assert source.crs is None
    assert source.crs_note.endswith(
        f"the layer's name '采矿权_西安80' names Xian 1980, not {CGCS} as stated"
    )


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("坐标系：西安80，未转换", True),
        ("坐标系：CGCS2000，由西安80转换", False),
        ("采矿权", False),
    ],
)
def test_the_description_of_a_geopackage(tmp_path, words, asked):
    path = written(tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_contents SET description = ?", (words,))
    assert (read(path).crs is None) is asked


def test_the_name_of_an_archive_and_of_the_file_in_it(tmp_path):
    for outer, inner in (("矿界_西安80", "a"), ("a", "矿界_西安80")):
        path = written(tmp_path / f"{inner}.shp")
        packed = tmp_path / f"{outer}.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for part in path.parent.glob(f"{inner}.*"):
                if part.suffix != ".zip":
                    archive.write(part, part.name)
        assert "'矿界_西安80' names Xian 1980" in read(packed).crs_note
        given = read(packed, crs=pyproj.CRS(CGCS))
        assert [i.code for i in given.issues] == ["stated_in_name"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"name": "矿界_西安80"}, "name：矿界_西安80"),
        ({"coordinateReferenceSystem": DATUM_ONLY.replace("4490", "4610")},
         "coordinateReferenceSystem：EPSG:4610"),
        ({"srid": 4610}, "srid：4610"),
        ({"spatialReference": {"wkid": 4610}}, "wkid：4610"),
        ({"metadata": {"crs": "西安80坐标系"}}, "crs：西安80坐标系"),
        ({"metadata": {"crs": {"name": "EPSG:4214"}}}, "name：EPSG:4214"),
        ({"坐标系": "80"}, "坐标系：80"),
    ],
)  # fmt: skip
def test_what_a_geojson_says_of_its_system_beside_crs(tmp_path, members, said):
    path = tmp_path / "a.geojson"
    path.write_text(document(**members), "utf-8")
    source = read(path)
    assert source.crs is None and f"its own '{said}' names" in source.crs_note
    assert read(path, crs=pyproj.CRS("EPSG:4490")).issues[-1].code == "stated_in_name"


@pytest.mark.parametrize(
    "members",
    [
        {"name": "采矿权_西安80转2000"}, {"srid": 4490}, {"srid": 4326}, {"title": "采矿权"},
        {"coordinateReferenceSystem": "EPSG:4490"}, {"metadata": {"crs": "CGCS2000"}},
        {"metadata": {"总数": 4610}}, {"totalFeatures": 1}, {"timeStamp": "2010-01-01"},
    ],
)  # fmt: skip
def test_members_that_say_nothing_against_it(tmp_path, members):
    path = tmp_path / "a.geojson"
    path.write_text(document(**members), "utf-8")
    assert read(path).crs is not None and read(path).issues == ()


NAMED = [
    (WKT.format("GCJ02", "D_WGS_1984"), "GCJ-02"),
    (WKT.format("GCS_WGS_1984", "D_GCJ02"), "GCJ-02"),
    (WKT.format("BD09", "D_WGS_1984"), "BD-09"),
    (WKT.format("GCS_BD_09", "D_WGS_1984"), "BD-09"),
]
PLANE = (
    'PROJCS["GCJ02",' + WKT.format("GCS_WGS_1984", "D_WGS_1984") + ',PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",113.9],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def refused_as_web_map(path, name, known):
    assert read(path).crs is None
    mining, keys = schema("mining_right"), {"source": path.name, "ids": "row"}
    with pytest.raises(CRSError, match=f"the name of its system says .* coordinates are {name}"):
        load(read(path), mining, LayerSettings(**keys))
    source = read(path, crs=pyproj.CRS(known))
    assert len(load(source, mining, LayerSettings(**keys, crs=known))) == 1


@pytest.mark.parametrize(("text", "name"), NAMED)
def test_a_system_called_after_a_web_map_is_refused_as_one(tmp_path, text, name):
    path = written(tmp_path / "a.shp", DATUM_ONLY, DEGREES)
    path.with_suffix(".prj").write_text(text)
    refused_as_web_map(path, name, DATUM_ONLY)


def test_a_definition_called_after_a_web_map_beside_a_code(tmp_path):
    path = written(tmp_path / "a.gpkg", "EPSG:4326", DEGREES)
    with sqlite3.connect(path) as database:
        query = "UPDATE gpkg_spatial_ref_sys SET definition = ? WHERE srs_id = 4326"
        database.execute(query, (NAMED[0][0],))
    refused_as_web_map(path, "GCJ-02", DATUM_ONLY)


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "gdb", "parquet"])
def test_a_plane_called_after_a_web_map_is_refused_in_every_format(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    box = shapely.box(500000, 3760000, 500500, 3760500)
    frame = gpd.GeoDataFrame({"XKZH": ["C1"]}, geometry=[box], crs=PLANE)
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, **({"driver": "OpenFileGDB"} if ending == "gdb" else {}))
    assert read(path).crs is None
    with pytest.raises(CRSError, match=r"the name of its system says .* coordinates are GCJ-02"):
        load(read(path), schema("mining_right"), LayerSettings(source=path.name, ids="row"))


def test_what_cannot_be_read_back_as_written_is_told(tmp_path):
    source = read(written(tmp_path / "a.shp"))
    issues = writing.write(source, tmp_path / "矿界_西安80.gpkg").issues
    (issue,) = [i for i in issues if i.code == "crs_not_written"]
    assert "it is not believed again: the file's name '矿界_西安80' names Xian 1980" in issue.en
    frame = gpd.GeoDataFrame({"备注": ["西安80坐标系"]}, geometry=[DEGREES], crs="EPSG:4610")
    frame.to_file(tmp_path / "b.gpkg")
    moved = replace(read(tmp_path / "b.gpkg"), crs=pyproj.CRS(DATUM_ONLY))
    with pytest.raises(FormatError, match="not believed when read again: row 1: field 备注 names"):
        writing.write(moved, tmp_path / "c.gpkg")
