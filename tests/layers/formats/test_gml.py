"""GML: coordinate systems, order of axes, references, numbers and words as the text has them."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import list_layers, read

URN = "urn:ogc:def:crs:EPSG::4490"
NORTH_FIRST = "37 111 37 111.01 37.01 111.01 37.01 111 37 111"
EAST_FIRST = "111 37 111.01 37 111.01 37.01 111 37.01 111 37"
BOX = shapely.box(111, 37, 111.01, 37.01)
WHOLE = (
    '<?xml version="1.0" encoding="{}"?><c:All xmlns:c="urn:c" '
    'xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink">{}</c:All>'
)


def polygon(srs=URN, places=NORTH_FIRST, attributes=""):
    stated = f' srsName="{srs}"' if srs else ""
    return (
        f"<gml:Polygon{stated}><gml:exterior><gml:LinearRing><gml:posList{attributes}>{places}"
        "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )


def member(shape, fields="<c:no>007</c:no>", before=""):
    place = f"<c:geom>{shape}</c:geom>\n"
    return f"<gml:featureMember><c:R>{before}{fields}{place}</c:R></gml:featureMember>\n"


def envelope(srs=URN):
    return (
        f'<gml:boundedBy><gml:Envelope srsName="{srs}"><gml:lowerCorner>37 111</gml:lowerCorner>'
        "<gml:upperCorner>37.01 111.01</gml:upperCorner></gml:Envelope></gml:boundedBy>"
    )


@pytest.fixture
def gml(tmp_path):
    def gml(*members, encoding="UTF-8"):
        path = tmp_path / "a.gml"
        path.write_bytes(WHOLE.format(encoding, "".join(members)).encode(encoding))
        return path

    return gml


@pytest.mark.parametrize(
    ("srs", "places", "epsg"),
    [
        (URN, NORTH_FIRST, 4490),
        ("urn:x-ogc:def:crs:EPSG:4490", NORTH_FIRST, 4490),
        ("urn:ogc:def:crs:EPSG:6.9:4490", NORTH_FIRST, 4490),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", NORTH_FIRST, 4490),
        ("EPSG:4490", EAST_FIRST, 4490),
        ("http://www.opengis.net/gml/srs/epsg.xml#4490", EAST_FIRST, 4490),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", EAST_FIRST, None),
        ("urn:ogc:def:crs:EPSG::3857", EAST_FIRST, 3857),  # whose register has east first
    ],
)
def test_the_form_of_the_name_gives_the_order(gml, srs, places, epsg):
    source = read(gml(member(polygon(srs, places))))
    assert source.geometry[0].normalize() == BOX.normalize()
    assert source.crs.to_epsg() == epsg
    assert source.crs_note == f"GML: srsName {srs}"


def test_a_zone_in_the_order_of_the_register(gml):
    places = "4096000 38500000 4096000 38501000 4097000 38501000 4096000 38500000"
    source = read(gml(member(polygon("urn:ogc:def:crs:EPSG::4526", places))))
    assert source.geometry[0].bounds == (38500000, 4096000, 38501000, 4097000)
    assert source.crs.to_epsg() == 4526


@pytest.mark.parametrize(
    "members",
    [
        (envelope(), member(polygon(None))),
        (member(polygon(None), before=envelope()),),
        (member(f"<gml:MultiSurface><gml:surfaceMember>{polygon()}</gml:surfaceMember>"
                "</gml:MultiSurface>"),),
        (member(f'<gml:MultiSurface srsName="EPSG:4490"><gml:surfaceMember>{polygon()}'
                "</gml:surfaceMember></gml:MultiSurface>"),),
        (envelope("EPSG:4214"), member(polygon(), before=envelope("EPSG:4214"))),
    ],
)  # fmt: skip
def test_where_the_system_may_be_stated(gml, members):
    source = read(gml(*members))
    assert source.geometry[0].equals(BOX)
    assert source.crs.to_epsg() == 4490


def test_no_system_at_all_is_asked_for(gml):
    source = read(gml(member(polygon(None, EAST_FIRST))))
    assert source.crs is None and source.geometry[0].equals(BOX)
    source = read(gml(member(polygon("urn:foo:bar", EAST_FIRST))))
    assert source.crs is None and source.crs_note.endswith("unreadable CRS: urn:foo:bar")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            (member(polygon()), member(polygon("urn:ogc:def:crs:EPSG::4214"))),
            "line 3: its system is urn:ogc:def:crs:EPSG::4214, that of line 1 "
            "urn:ogc:def:crs:EPSG::4490",
        ),
        ((member(polygon()), member(polygon("EPSG:4490"))), "line 3: its system is EPSG:4490"),
        ((member(polygon()), member(polygon(None))), "line 3: its system is not stated"),
        (
            (member(polygon(None), before=envelope()),
             member(polygon(None), before=envelope("urn:ogc:def:crs:EPSG::4214"))),
            "line 3: its system is urn:ogc:def:crs:EPSG::4214",
        ),
    ],
)  # fmt: skip
def test_several_systems(gml, members, said):
    with pytest.raises(FormatError, match=said):
        read(gml(*members))


def test_one_system_by_two_names(gml):
    other = "http://www.opengis.net/def/crs/EPSG/0/4490"
    source = read(gml(member(polygon()), member(polygon(other))))
    assert [shape.equals(BOX) for shape in source.geometry] == [True, True]


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (polygon(places=NORTH_FIRST.replace("111.01", "abc", 1)), "feature 2: no number: abc"),
        (polygon(places=NORTH_FIRST.replace("111.01", "nan", 1)), "feature 2: no number: nan"),
        (polygon(places=NORTH_FIRST + " 37"), "feature 2: 11 numbers make no corners"),
        (f'<gml:MultiSurface srsName="{URN}"><gml:surfaceMember xlink:href="#p"/>'
         f"<gml:surfaceMember>{polygon()}</gml:surfaceMember></gml:MultiSurface>",
         "feature 2: a part is given by reference"),
        (polygon().replace("gml:exterior", "gml:outside"), "feature 2: outside in a geometry"),
    ],
)  # fmt: skip
def test_a_feature_that_is_refused_with_its_line(gml, shape, said):
    path = gml(member(polygon()), member(shape))
    with pytest.raises(FormatError, match=f"line 3, {said}"):
        read(path)


def test_a_geometry_by_reference_is_an_error_of_its_row(gml):
    by_reference = member("").replace("<c:geom>", '<c:geom xlink:href="#p">')
    source = read(gml(member(polygon()), by_reference))
    assert [shape is None for shape in source.geometry] == [False, True]
    assert [(i.severity, i.code, i.feature) for i in source.issues] == [
        ("error", "unreadable_geometry", "第 2 行")
    ]


def test_arcs_are_refused_by_row(gml):
    circle = (
        f'<gml:Surface srsName="{URN}"><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring>'
        "<gml:curveMember><gml:Curve><gml:segments><gml:Circle><gml:posList>37 111 37.01 111.01 "
        "37.02 111</gml:posList></gml:Circle></gml:segments></gml:Curve></gml:curveMember>"
        "</gml:Ring></gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>"
    )
    source = read(gml(member(polygon()), member(circle)))
    assert source.geometry[0].equals(BOX)  # GDAL makes a curve of it, too
    assert source.geometry[1] is None
    assert [(i.code, i.feature) for i in source.issues] == [("curved_geometry", "第 2 行")]


def test_heights_and_separators(gml):
    high = " ".join(f"{place} 5" for place in ["37 111", "37 111.01", "37.01 111", "37 111"])
    old = (
        '<gml:Polygon srsName="EPSG:4490"><gml:outerBoundaryIs><gml:LinearRing>'
        "<gml:coordinates{}>{}</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"
    )
    coord = "".join(
        f"<gml:coord><gml:X>{x}</gml:X><gml:Y>{y}</gml:Y></gml:coord>"
        for x, y in [(111, 37), (111.01, 37), (111, 37.01), (111, 37)]
    )
    triangle = shapely.Polygon([(111, 37), (111.01, 37), (111, 37.01)])
    for shape in (
        polygon(places=high, attributes=' srsDimension="3"'),
        old.format(' cs=" " ts=";"', "111 37;111.01 37;111 37.01;111 37"),
        old.format("", "111,37 111.01,37 111,37.01 111,37"),
        old.format("", "111,37 111.01,37 111,37.01 111,37").replace(
            '<gml:coordinates>111,37 111.01,37 111,37.01 111,37</gml:coordinates>', coord),
    ):  # fmt: skip
        assert read(gml(member(shape))).geometry[0].equals(triangle)


def test_numbers_are_those_of_the_text_to_the_last_bit(gml):
    places = "39.6 111.2 39.6 111.21000000000001 39.61 111.21000000000001 39.6 111.2"
    source = read(gml(member(polygon(places=places))))
    assert shapely.get_coordinates(source.geometry[0]).tolist() == [
        [111.2, 39.6], [111.21000000000001, 39.6], [111.21000000000001, 39.61], [111.2, 39.6]
    ]  # fmt: skip


def test_curves_of_several_pieces(gml):
    pieces = "".join(
        f"<gml:curveMember><gml:LineString><gml:posList>{places}</gml:posList></gml:LineString>"
        "</gml:curveMember>"
        for places in ("37 111 37 111.01", "37 111.01 37.01 111 37 111")
    )
    shape = (
        f'<gml:Polygon srsName="{URN}"><gml:exterior><gml:Ring>{pieces}</gml:Ring></gml:exterior>'
        "</gml:Polygon>"
    )
    triangle = shapely.Polygon([(111, 37), (111.01, 37), (111, 37.01)])
    assert read(gml(member(shape))).geometry[0].equals(triangle)


def test_three_numbers_that_are_not_said_to_be_three(gml):
    high = " ".join(f"{place} 5" for place in ["37 111", "37 111.01", "37.01 111", "37 111"])
    source = read(gml(member(polygon(places=high))))
    assert source.geometry[0] is None
    assert "unreadable_geometry" in [i.code for i in source.issues]


def test_every_field_is_text(gml):
    fields = "<c:no>{}</c:no><c:day>2024-01-02</c:day><c:flag>true</c:flag><c:km2>1.50</c:km2>"
    source = read(gml(*(member(polygon(), fields.format(n)) for n in ("007", "8"))))
    assert {name: column.to_pylist() for name, column in source.columns.items()} == {
        "no": ["007", "8"],
        "day": ["2024-01-02"] * 2,
        "flag": ["true"] * 2,
        "km2": ["1.50"] * 2,
    }


def test_several_values_of_one_field(gml):
    source = read(gml(member(polygon(), "<c:no>7</c:no><c:name>甲</c:name><c:name>乙</c:name>")))
    assert {name: column.to_pylist() for name, column in source.columns.items()} == {"no": ["7"]}
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("warning", "column_ignored", "field name has several values in a feature; it is left out")
    ]


def test_schemas_and_templates_beside_it_change_nothing(gml):
    path = gml(member(polygon(), "<c:no>007</c:no><c:name>甲</c:name>"))
    alone = read(path)
    path.with_suffix(".gfs").write_text(
        "<GMLFeatureClassList><GMLFeatureClass><Name>R</Name><ElementPath>R</ElementPath>"
        "<PropertyDefn><Name>no</Name><ElementPath>no</ElementPath><Type>Integer</Type>"
        "</PropertyDefn></GMLFeatureClass></GMLFeatureClassList>"
    )
    path.with_suffix(".xsd").write_text(
        '<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="R"/></schema>'
    )
    again = read(path)
    assert (
        again.columns == alone.columns == {"no": alone.columns["no"], "name": alone.columns["name"]}
    )
    assert alone.columns["no"].to_pylist() == ["007"]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-16", "UTF-8"])
def test_encodings(gml, encoding):
    source = read(gml(member(polygon(), "<c:名称>青山铁矿</c:名称>"), encoding=encoding))
    assert source.columns["名称"].to_pylist() == ["青山铁矿"]
    assert source.issues == ()


def test_gbk_that_calls_itself_utf8(gml):
    path = gml(member(polygon(), "<c:name>青山铁矿有限公司</c:name>"), encoding="GBK")
    path.write_bytes(path.read_bytes().replace(b"GBK", b"UTF-8", 1))
    source = read(path)
    assert source.columns["name"].to_pylist() == ["青山铁矿有限公司"]
    assert [i.code for i in source.issues] == ["encoding_contradicted"]
    assert source.encoding == "GB18030"


def test_two_feature_types(gml):
    place = member(polygon()).replace("c:R>", "c:S>")
    path = gml(member(polygon()), place, member(polygon(places=NORTH_FIRST.replace("111", "112"))))
    assert list_layers(path) == ["R", "S"]
    assert [s.bounds[0] for s in read(path, layer="R").geometry] == [111, 112]
    assert read(path, layer="S").declared == 1
