"""Sound files of each text format, and how they are spoilt."""

from __future__ import annotations

import json

from hypothesis import strategies as st

CORNERS = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
4,1.0000,1,甲,面,I49G001,采矿,0602,@
J1,1,3760123.456,38500123.456
J2,1,3761123.456,38500123.456
J3,1,3761123.456,38501123.456
J4,1,3760123.456,38501123.456
4,0.0100,2,乙,面,I49G001,采矿,0602,@
J1,1,3762123.456,38502123.456
J2,1,3762223.456,38502123.456
J3,1,3762223.456,38502223.456
J4,1,3762123.456,38502223.456
"""
REGISTRATION = (
    "1,4,1,4371000.00,37504000.00,2,4371000.00,37505000.00,3,4370000.00,37505000.00,"
    "4,4370000.00,37504000.00,1300,900,采矿权范围,1,"
)
PUBLISHED = """1,4371000.00,37504000.00
2,4371000.00,37505000.00
3,4370000.00,37505000.00
4,4370000.00,37504000.00
*,1300,900,,1,
1,4370600.00,37504400.00
2,4370600.00,37504600.00
3,4370400.00,37504600.00
*,1200,1000,扣除,-1,
"""
EXPLORATION = "1,4,111.3000,39.1500,111.3030,39.1500,111.3030,39.1430,111.3000,39.1430,0,0,0,"
LINES = """采矿许可证号：C1 2000国家大地坐标系
1、X=3760123.456，Y=38500123.456；2、X=3761123.456，Y=38500123.456；
拐点3：X3761123.456 Y38501123.456
J4 3760123.456 38501123.456
"""
TABLE = """点号,X,Y,备注
J1,3760123.456,38500123.456,
J2,3761123.456,38500123.456,起点
J3,3761123.456,38501123.456,
J4,3760123.456,38501123.456,"含,逗号"
"""
DEGREES = """许可证号,序号,经度,纬度
C1,1,111°30′00.00″,39°15′00.00″
C1,2,111°30′30.00″,39°15′00.00″
C1,3,111°30′30.00″,39°14′30.00″
"""
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"licence_no": "C1", "规模": "30万吨/年", "n": 5},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[111, 39], [111.01, 39], [111.01, 39.01], [111, 39]]],
                },
            }
        ],
    },
    ensure_ascii=False,
)
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>甲</name><Polygon>
<outerBoundaryIs><LinearRing><coordinates>111,39,0 111.01,39,0 111.01,39.01,0 111,39,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>
"""
GML = """<?xml version="1.0" encoding="UTF-8"?>
<c:All xmlns:c="urn:c" xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><c:矿权>
<c:编号>007</c:编号><c:geom><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4490"><gml:exterior>
<gml:LinearRing><gml:posList>39 111 39 111.01 39.01 111.01 39 111</gml:posList></gml:LinearRing>
</gml:exterior></gml:Polygon></c:geom></c:矿权></gml:featureMember></c:All>
"""
MIF = """Version 300
Charset "UTF-8"
Delimiter ","
CoordSys Earth Projection 1, 104
Columns 0
Data

Region 1
  4
111 39
111.01 39
111.01 39.01
111 39
  Pen (1,2,0)
Pline 2
111 39
111.01 39
Point 111 39
"""
DXF = """0 SECTION 2 ENTITIES
0 POLYLINE 8 矿界 66 1 70 1
0 VERTEX 8 矿界 10 500123.4 20 3760123.4
0 VERTEX 8 矿界 10 500223.4 20 3760123.4
0 VERTEX 8 矿界 10 500223.4 20 3760223.4 42 0.5
0 VERTEX 8 矿界 10 500123.4 20 3760223.4
0 SEQEND 8 矿界
0 TEXT 8 矿界 10 500150 20 3760150 40 5 1 甲矿
0 ENDSEC 0 EOF
"""
DXF = "\n".join(DXF.split()) + "\n"

SEEDS = {
    "corners.txt": CORNERS,
    "registration.txt": REGISTRATION,
    "published.txt": PUBLISHED,
    "exploration.txt": EXPLORATION,
    "lines.txt": LINES,
    "table.csv": TABLE,
    "degrees.csv": DEGREES,
    "feature.geojson": GEOJSON,
    "places.kml": KML,
    "features.gml": GML,
    "shapes.mif": MIF,
    "drawing.dxf": DXF,
}
"""File name -> sound text."""

WORDS = [
    "", ",", ",,", ";", "\t", "\n", "\r\n", "\n\n", "*", "@", "-", "-1", "0", "1", "999999999999",
    "1e400", "nan", "inf", "J1", "[地块坐标]", "带号=", "带号=99", "，", "。", "°", "′", "″",
    "１２", "\x00", "\ufeff", "\u2028", '"', "'", "{", "}", "[", "]", "<", ">", "&", "null", "true",
    "\\u0000", "\ud800", "扣除", "=SUM(A1)", "111.6000", "0.0000000001", "38500123.456",
    "3760123.456", "/", "//", "K", "㎡", "𠀀",
]  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> bytes:
    """Draw the text with some cuts, words put in, pieces doubled or swapped, and an encoding."""
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 1, 1, 2, 5, 20]))
        piece = text[at : at + length]
        word = draw(
            st.one_of(
                st.sampled_from([*WORDS, piece * 2, piece[::-1]]),
                st.text(max_size=3),
                st.floats().map(str),
                st.integers().map(str),
            )
        )
        text = text[:at] + word + text[at + length :]
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "gb18030", "utf-8-sig", "utf-16"]))
    data = text.encode(encoding, "replace" if encoding == "gb18030" else "surrogatepass")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=2)) + data[at + draw(st.integers(0, 2)) :]
    return data
