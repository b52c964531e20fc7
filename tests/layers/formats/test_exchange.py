"""MapInfo and GML, written by GDAL in the tests or by hand."""

import geopandas
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import digest, list_layers, read

BOXES = [shapely.box(111, 37, 111.01, 37.01), shapely.box(112, 37, 112.01, 37.01)]


@pytest.fixture
def frame():
    return geopandas.GeoDataFrame({"name": ["甲矿", "乙矿"]}, geometry=BOXES, crs=4326)


@pytest.mark.parametrize("suffix", [".mif", ".tab"])
def test_mapinfo(tmp_path, frame, suffix):
    path = tmp_path / f"矿权{suffix}"
    frame.to_file(path, driver="MapInfo File", FORMAT=suffix[1:].upper(), ENCODING="CP936")
    assert list_layers(path) == ["矿权"]
    source = read(path)
    assert source.columns["name"].to_pylist() == ["甲矿", "乙矿"]
    assert shapely.equals_exact(source.geometry, BOXES, tolerance=1e-6).all()
    assert source.crs.to_epsg() == 4326 or source.crs.name.startswith("WGS 84")
    assert source.sha256 == digest(path)


@pytest.mark.parametrize("lost", [".dat", ".map", ".id"])
def test_a_table_without_a_part(tmp_path, frame, lost):
    path = tmp_path / "a.tab"
    frame.to_file(path, driver="MapInfo File", ENCODING="CP936")
    (tmp_path / f"a{lost}").unlink()
    with pytest.raises(FormatError, match=rf"its \{lost} file is missing"):
        read(path)


@pytest.mark.parametrize(
    ("main", "part"), [("a.tab", "a.DAT"), ("a.tab", "a.TAB"), ("a.mif", "a.MID")]
)
def test_a_part_that_is_there_twice(tmp_path, frame, main, part):
    path = tmp_path / main
    frame.to_file(path, driver="MapInfo File", ENCODING="CP936")
    own = part[:2] + part[2:].lower()
    (tmp_path / part).write_bytes((tmp_path / own).read_bytes())
    with pytest.raises(FormatError, match=rf"there twice \(({own}, {part}|{part}, {own})\)"):
        read(path)
    with pytest.raises(FormatError, match="there twice"):
        digest(path)


def test_a_record_more_than_rows(tmp_path, frame):
    path = tmp_path / "a.mif"
    frame.to_file(path, driver="MapInfo File", FORMAT="MIF", ENCODING="CP936")
    with (tmp_path / "a.mid").open("ab") as stream:
        stream.write(b'"three"\r\n')
    with pytest.raises(FormatError, match="declares 3 records, holds 2 shapes"):
        read(path)


@pytest.mark.parametrize(
    "text",
    [
        '!table\nDefinition Table\n  File "/etc/passwd"\n  Type NATIVE\n  Fields 1\n',
        '!table\nDefinition Table\n  Type "RASTER"\n  File "a.tif"\n',
        '!table\nOpen Table "b" Hide\nCreate View a As Select * From b\n',
    ],
)
def test_a_table_that_names_other_files(tmp_path, text):
    path = tmp_path / "a.tab"
    path.write_text(text)
    with pytest.raises(FormatError, match="no native MapInfo table"):
        read(path)


GML = """<?xml version="1.0" encoding="UTF-8"?>
<c:Collection xmlns:c="urn:c" xmlns:gml="http://www.opengis.net/gml"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/1999/xlink"
  xsi:schemaLocation="urn:c {schema}">
{members}
</c:Collection>"""
MEMBER = """<gml:featureMember><c:矿权><c:name>{name}</c:name><c:geom>
<gml:Polygon srsName="{srs}"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>{ring}
</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></c:geom></c:矿权>
</gml:featureMember>"""
LON_LAT = "111,37 111.01,37 111.01,37.01 111,37.01 111,37"
LAT_LON = "37,111 37,111.01 37.01,111.01 37.01,111 37,111"


def write(tmp_path, members, schema="http://127.0.0.1:9/x.xsd"):
    path = tmp_path / "矿权.gml"
    path.write_text(GML.format(schema=schema, members=members), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("srs", "ring"),
    [("EPSG:4490", LON_LAT), ("urn:ogc:def:crs:EPSG::4490", LAT_LON)],
)
def test_gml_in_both_orders(tmp_path, srs, ring):
    path = write(tmp_path, MEMBER.format(name="甲矿", srs=srs, ring=ring))
    assert list_layers(path) == ["矿权"]
    source = read(path)
    assert source.geometry[0].normalize().equals(BOXES[0].normalize())
    assert source.columns["name"].to_pylist() == ["甲矿"]
    assert source.crs.to_epsg() == 4490
    assert [p.name for p in tmp_path.iterdir()] == ["矿权.gml"]  # no .gfs beside it


def test_gml_does_not_open_the_schema_it_names(tmp_path):
    (tmp_path / "x.xsd").write_text("no schema")
    path = write(tmp_path, MEMBER.format(name="甲", srs="EPSG:4490", ring=LON_LAT), "x.xsd")
    assert read(path).declared == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "has a DOCTYPE"),
        ("<a><b></a>", "is not valid XML"),
        ("<a/>", "holds no featureMember"),
    ],
)
def test_gml_that_is_refused(tmp_path, text, said):
    path = tmp_path / "a.gml"
    path.write_text(text)
    with pytest.raises(FormatError, match=said):
        read(path)


def test_a_member_that_gdal_leaves_out(tmp_path):
    one = MEMBER.format(name="甲", srs="EPSG:4490", ring=LON_LAT)
    path = write(tmp_path, one + "<gml:featureMember><c:村><c:n>1</c:n></c:村></gml:featureMember>")
    with pytest.raises(FormatError, match="holds 2 members, 1 can be read"):
        read(path)


def test_gml_with_two_geometries_in_a_feature(tmp_path):
    point = (
        '<gml:Point srsName="urn:ogc:def:crs:EPSG::4490" gml:id="{}"><gml:pos>39 111</gml:pos>'
        "</gml:Point>"
    )
    text = (
        '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:a="http://a">'
        '<gml:featureMember><a:R gml:id="r"><a:at>{}</a:at>{}</a:R></gml:featureMember>'
        "</gml:FeatureCollection>"
    )
    path = tmp_path / "a.gml"
    path.write_text(text.format(point.format("p"), ""), encoding="utf-8")
    assert read(path).declared == 1
    path.write_text(text.format(point.format("p"), f"<a:of>{point.format('q')}</a:of>"))
    with pytest.raises(FormatError, match="line 1, feature 1: a feature has two geometries"):
        read(path)


@pytest.mark.parametrize(
    ("charset", "written", "found"),
    [("WindowsLatin1", "gbk", "青山铁矿"), ("WindowsSimpChinese", "gbk", "青山铁矿")],
)
def test_a_charset_that_is_not_what_the_table_says(tmp_path, charset, written, found):
    path = tmp_path / "a.mif"
    path.write_text(
        f'Version 300\nCharset "{charset}"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
        "Columns 1\n  name Char(40)\nData\n\nRegion 1\n  4\n111 39\n111 39.01\n111.01 39.01\n"
        "111 39\n"
    )
    (tmp_path / "a.mid").write_bytes('"青山铁矿"\n'.encode(written))
    source = read(path)
    assert source.columns["name"].to_pylist() == [found]
    told = [i.code for i in source.issues]
    assert told == (["encoding_contradicted"] if charset == "WindowsLatin1" else [])


def test_western_text_of_a_western_table(tmp_path):
    path = tmp_path / "a.mif"
    frame = geopandas.GeoDataFrame({"name": ["Mineração São José"]}, geometry=BOXES[:1], crs=4326)
    frame.to_file(path, driver="MapInfo File", FORMAT="MIF", ENCODING="CP1252")
    source = read(path)
    assert source.columns["name"].to_pylist() == ["Mineração São José"] and source.issues == ()
