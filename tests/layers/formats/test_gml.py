"""GML: coordinate systems, order of axes, references, numbers and words as the text has them."""

import re

import pyproj
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import list_layers, read
from layers.formats.markup import gml as gml_reader

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


ZONE_38 = "38500000 4096000 38501000 4096000 38501000 4097000 38500000 4096000"


@pytest.mark.parametrize(
    ("srs", "right", "wrong", "said"),
    [
        ("Xian_1980_3_Degree_GK_Zone_38", 2362, 4526, "names Xian 1980"),
        ("CGCS2000_3_Degree_GK_Zone_38", 4526, 4527, "central meridian 114°"),
        ("CGCS2000_3_Degree_GK_CM_114E", 4547, 4527, "central meridian 114°"),
        ("西安80坐标系 3度带 带号38", 2362, 4526, "names Xian 1980"),
        ("GCS_Beijing_1954", 4214, 4490, "names Beijing 1954"),
        ("4610", 4610, 4490, "writes the axis 6378140"),
        ("urn:EPSG:geographicCRS:4610", 4610, 4490, "writes the axis 6378140"),
        ("4490", 4490, 4526, "writes the projection longitude, latitude"),
        ("由1980西安坐标系转换为2000国家大地坐标系", 4526, 2362, "names CGCS2000"),
        ("独立坐标系", None, 4526, "names a local plane"),
        ("KQ", 4526, None, ""),
    ],
)
def test_a_name_in_words_is_a_statement(gml, srs, right, wrong, said):
    path = gml(member(polygon(srs, ZONE_38)))
    source = read(path)
    assert source.crs is None
    assert source.geometry[0].bounds == (38500000, 4096000, 38501000, 4097000)
    assert [(i.code, i.severity, i.en) for i in source.issues] == [
        ("crs_unreadable", "warning", f"unreadable CRS: {srs}")
    ]
    if right:
        given = pyproj.CRS.from_epsg(right)
        assert read(path, crs=given).crs == given
    if wrong:
        with pytest.raises(FormatError, match=said):
            read(path, crs=pyproj.CRS.from_epsg(wrong))


@pytest.mark.parametrize(
    "srs",
    [
        "urn:ogc:def:crs,crs:EPSG::4490,crs:EPSG::5737",
        "urn:ogc:def:crs,crs:EPSG:6.12:4490,crs:EPSG:6.12:5737",
        "http://www.opengis.net/def/crs-compound?1=http://www.opengis.net/def/crs/EPSG/0/4490"
        "&amp;2=http://www.opengis.net/def/crs/EPSG/0/5737",
    ],
)
def test_a_compound_of_a_level_and_heights_is_the_level_one(gml, srs):
    places = " ".join(f"{p} 1200" for p in re.findall(r"\S+ \S+", NORTH_FIRST))
    source = read(gml(member(polygon(srs, places, ' srsDimension="3"'))))
    assert source.crs.to_epsg() == 4490 and source.geometry[0].equals(BOX)
    assert [i.code for i in source.issues] == ["altitude_unused"]


def test_a_compound_of_two_level_systems_is_none(gml):
    source = read(gml(member(polygon("urn:ogc:def:crs,crs:EPSG::4490,crs:EPSG::4610"))))
    assert source.crs is None


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
    assert source.lost["name"].tolist() == [0]


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


# -- fields ----------------------------------------------------------------------------------------


def cells(source):
    return {name: column.to_pylist() for name, column in source.columns.items()}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("<c:QLR><c:KSMC>张三</c:KSMC></c:QLR>", {"QLR|KSMC": ["张三"]}),
        ("<c:QLR><c:KSMC>张三</c:KSMC></c:QLR><c:KSMC>青山</c:KSMC>",
         {"QLR|KSMC": ["张三"], "KSMC": ["青山"]}),
        ("<c:ksmc>青山</c:ksmc><c:KSMC>甲</c:KSMC>", {"ksmc": ["青山"], "KSMC": ["甲"]}),
        ("<c:Q><c:P><c:no>1</c:no></c:P></c:Q><c:T><c:no>2</c:no></c:T>",
         {"Q|P|no": ["1"], "T|no": ["2"]}),
        ('<c:area uom="ha">12</c:area>', {"area": ["12"], "area_uom": ["ha"]}),
        ("<c:a> 甲\n</c:a><c:b/><c:c> </c:c><c:d><![CDATA[<b>&]]></c:d>",
         {"a": ["甲"], "d": ["<b>&"]}),
        ('<c:no>7</c:no><c:day xmlns:x="urn:x" x:nil="true"/>', {"no": ["7"], "day": [None]}),
        ("<c:words>甲<c:b>乙</c:b>丙</c:words>", {"words|b": ["乙"], "words": ["甲丙"]}),
        ("<c:no>7</c:no><c:no>7</c:no>", {"no": ["7"]}),
    ],
)  # fmt: skip
def test_fields_have_the_names_of_the_text(gml, fields, expected):
    source = read(gml(member(polygon(), fields)))
    assert cells(source) == expected
    assert source.issues == ()


def test_a_field_within_another_is_not_the_row_s_own(gml):
    first = "<c:DW><c:XKZH>B2</c:XKZH></c:DW>"
    source = read(gml(member(polygon(), first), member(polygon(), "<c:XKZH>C1</c:XKZH>")))
    assert cells(source) == {"DW|XKZH": ["B2", None], "XKZH": [None, "C1"]}


def test_identifiers(gml):
    one = member(polygon()).replace("<c:R>", '<c:R gml:id="r.1">')
    assert cells(read(gml(one))) == {"gml_id": ["r.1"], "no": ["007"]}
    old = member(polygon()).replace("<c:R>", '<c:R fid="r.1">')
    assert cells(read(gml(old))) == {"fid": ["r.1"], "no": ["007"]}
    field = member(polygon(), "<c:fid>12</c:fid>").replace("<c:R>", '<c:R fid="r.1">')
    assert cells(read(gml(field))) == {"fid (@)": ["r.1"], "fid": ["12"]}


def test_an_envelope_is_no_field(gml):
    source = read(gml(member(polygon(), before=envelope())))
    assert cells(source) == {"no": ["007"]}


def test_names_that_gml_gives_to_every_feature(gml):
    own = "<gml:name>甲</gml:name><gml:description>乙</gml:description>"
    source = read(gml(member(polygon(), own)))
    assert cells(source) == {"name": ["甲"], "description": ["乙"]}
    assert source.issues == ()


# -- answers of servers ----------------------------------------------------------------------------

WFS = (
    '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:c="urn:c" '
    'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:ows="http://www.opengis.net/ows/1.1" {}>{}'
    "</wfs:FeatureCollection>"
)
EACH, TOGETHER = "<wfs:member>{}</wfs:member>", "<gml:featureMembers>{}</gml:featureMembers>"
REPORT = (
    "<ows:ExceptionReport><ows:Exception><ows:ExceptionText>out of memory</ows:ExceptionText>"
    "</ows:Exception></ows:ExceptionReport>"
)


@pytest.fixture
def wfs(tmp_path):
    def wfs(stated, tail="", members=2, holder=EACH):
        feature = f"<c:R><c:no>7</c:no><c:geom>{polygon()}</c:geom></c:R>"
        inside = holder.format(feature) * members
        if holder == TOGETHER:
            inside = holder.format(feature * members)
        path = tmp_path / "a.gml"
        path.write_text(WFS.format(stated, inside + tail), encoding="utf-8")
        return path

    return wfs


@pytest.mark.parametrize("holder", [EACH, TOGETHER, EACH.replace("wfs:m", "gml:featureM")])
@pytest.mark.parametrize(
    "stated",
    [
        "",
        'numberMatched="2" numberReturned="2"',
        'numberMatched="unknown" numberReturned="2"',
        'numberMatched="unknown" numberReturned="0"',  # deegree, which does not count beforehand
        'numberOfFeatures="2" timeStamp="2024-01-01T00:00:00Z"',
        'numberMatched="2" numberReturned="2" next=""',
    ],
)
def test_an_answer_that_is_whole(wfs, stated, holder):
    source = read(wfs(stated, holder=holder))
    assert source.declared == 2 and source.issues == ()


@pytest.mark.parametrize("holder", [EACH, TOGETHER])
@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ('numberMatched="5" numberReturned="3"', r"states 3 features \(numberReturned\)"),
        ('numberMatched="unknown" numberReturned="1"', r"states 1 features \(numberReturned\)"),
        ('numberOfFeatures="9"', r"states 9 features \(numberOfFeatures\)"),
    ],
)
def test_an_answer_of_another_number_of_features(wfs, stated, said, holder):
    path = wfs(stated, holder=holder)
    for opened in (read, list_layers):
        with pytest.raises(FormatError, match=f"line 1 {said}, the file holds 2"):
            opened(path)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ('numberMatched="500" numberReturned="2"',
         r"line 1 states that 500 features match \(numberMatched\), the file holds 2, which is"),
        ('numberMatched="500" numberReturned="2" next="http://x/wfs?startIndex=2"',
         r"line 1 states that 500 features match \(numberMatched\), the file holds 2, which is"),
        ('numberMatched="unknown" numberReturned="2" next="http://x/wfs?startIndex=2"',
         r"is one page of several \(2 features; next: http://x/wfs\?startIndex=2\), which is not"),
        ('numberMatched="unknown" numberReturned="2" previous="http://x/wfs?startIndex=0"',
         r"is one page of several \(2 features; previous: http://x/wfs\?startIndex=0\), which is"),
    ],
)  # fmt: skip
def test_an_answer_that_is_a_part_is_refused(wfs, stated, said):
    path = wfs(stated)
    for opened in (read, list_layers):
        with pytest.raises(FormatError, match=said) as refused:
            opened(path)
        assert "the whole; fetch all in one answer" in refused.value.en
        assert "数据不全；请一次取全" in refused.value.zh


@pytest.mark.parametrize("members", [0, 2])
@pytest.mark.parametrize(
    ("report", "name"),
    [
        (REPORT, "ExceptionReport"),
        (REPORT.replace("ows:ExceptionR", "ows:ServiceExceptionR"), "ServiceExceptionReport"),
        (f"<wfs:truncatedResponse>{REPORT}</wfs:truncatedResponse>", "truncatedResponse"),
    ],
)
def test_an_answer_that_ends_in_an_error(wfs, report, name, members):
    path = wfs('numberMatched="2" numberReturned="2"', report, members)
    said = rf"line 1: the server reports an error \({name}\); the data are not whole: out of memory"
    with pytest.raises(FormatError, match=said):
        read(path)


def test_the_features_of_two_queries_are_counted_apart(tmp_path):
    feature = EACH.format(f"<c:R><c:no>7</c:no><c:geom>{polygon()}</c:geom></c:R>")
    extra = (
        f'<wfs:SimpleFeatureCollection numberReturned="1">{feature}</wfs:SimpleFeatureCollection>'
    )
    inside = feature + f"<wfs:additionalObjects>{extra}</wfs:additionalObjects>"
    path = tmp_path / "a.gml"
    path.write_text(WFS.format('numberMatched="1" numberReturned="1"', inside), encoding="utf-8")
    assert read(path).declared == 2
    path.write_text(path.read_text("utf-8").replace('d="1">' + EACH[:8], 'd="2">' + EACH[:8], 1))
    with pytest.raises(FormatError, match="states 2 features"):
        read(path)


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        ('<gml:featureMember xlink:href="http://127.0.0.1:9/x#a"/>',
         "line 3: a member is given by reference"),
        (f"<c:R><c:geom>{polygon()}</c:geom></c:R>",
         "line 3: a Polygon stands in no featureMember"),
    ],
)  # fmt: skip
def test_a_feature_that_is_no_member_is_not_lost(gml, tail, said):
    with pytest.raises(FormatError, match=said):
        read(gml(member(polygon()), tail))


def test_the_place_of_a_collection_is_no_feature(gml):
    point = '<gml:Point srsName="EPSG:4490"><gml:pos>1 2</gml:pos></gml:Point>'
    place = f"<gml:location>{point}</gml:location>"
    assert read(gml(place, member(polygon()))).declared == 1


def test_a_ring_whose_curves_do_not_meet_is_an_error_of_its_row(gml):
    def ring(*places):
        pieces = "".join(
            f"<gml:curveMember><gml:LineString><gml:posList>{p}</gml:posList></gml:LineString>"
            "</gml:curveMember>"
            for p in places
        )
        return (
            f'<gml:Polygon srsName="{URN}"><gml:exterior><gml:Ring>{pieces}</gml:Ring>'
            "</gml:exterior></gml:Polygon>"
        )

    open_ring = ring("37 111 37 111.01", "37.01 111 37.01 111.01", "37 111.01 37.01 111.01",
                     "37.01 111 37 111")  # fmt: skip
    # One piece runs the other way: its ends still meet those of the others.
    turned = ring("37 111 37 111.01", "37.01 111.01 37 111.01", "37.01 111.01 37 111")
    source = read(gml(member(polygon()), member(open_ring), member(turned)))
    assert cells(source) == {"no": ["007"] * 3}
    assert source.geometry[0].equals(BOX) and source.geometry[1] is None
    assert source.geometry[2].equals(shapely.Polygon([(111, 37), (111.01, 37), (111.01, 37.01)]))
    assert [(i.severity, i.code, i.feature, i.en) for i in source.issues] == [
        ("error", "unreadable_geometry", "第 2 行",
         "row 2: the curves of the ring at line 3 do not follow on one another")
    ]  # fmt: skip
    assert read(gml(member(open_ring))).geometry[0] is None


def test_a_file_is_parsed_once(gml, monkeypatch):
    parsed = []
    whole = gml_reader.Scan

    def scan(path, data):
        parsed.append(path)
        return whole(path, data)

    monkeypatch.setattr(gml_reader, "Scan", scan)
    path = gml(member(polygon()))
    assert list_layers(path) == ["R"]
    assert read(path).columns["no"].to_pylist() == ["007"]
    assert parsed == [path]
    gml(member(polygon(), fields="<c:no>008</c:no>"))
    assert read(path).columns["no"].to_pylist() == ["008"]
    assert parsed == [path, path]
