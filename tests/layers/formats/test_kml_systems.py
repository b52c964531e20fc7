"""What a KML says of its coordinates: ovKML's own element, descriptions of folders and rows."""

import pyproj
import pytest

from gis.errors import CRSError, MineZoneError
from layers.errors import FormatError, LayerError
from layers.formats import read
from layers.formats.notes import lines_in
from layers.vetted import load_vetted

WHOLE = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
RING = "<LinearRing><coordinates>111,37 111.01,37 111.01,37.01 111,37</coordinates></LinearRing>"
OUTLINE = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"


def mark(inside="", number=1):
    data = '<ExtendedData><Data name="许可证号"><value>C{}</value></Data></ExtendedData>'
    return f"<Placemark>{inside}{data.format(number)}{OUTLINE}</Placemark>"


def folder(*inside):
    return f"<Folder><name>矿界</name>{''.join(inside)}</Folder>"


def ov(system):
    return f"<OvCoordType>{system}</OvCoordType>"


def told(words):
    return f"<description><![CDATA[{words}]]></description>"


@pytest.fixture
def kml(tmp_path):
    def kml(*inside):
        path = tmp_path / "t.ovkml"
        path.write_text(WHOLE.format("".join(inside)), encoding="utf-8")
        return path

    return kml


def vetted(path, **keys):
    return load_vetted(path, "mining_right", **keys)["mining_right"]


# -- OvCoordType -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "name"),
    [("GCJ02", "GCJ-02"), ("GCJ-02", "GCJ-02"), (" gcj02\n", "GCJ-02"), ("BD09", "BD-09")],
)
@pytest.mark.parametrize("at", ["placemark", "geometry", "folder", "document", "behind", "one"])
def test_a_web_map_s_system_is_refused(kml, system, name, at):
    said = ov(system)
    path = kml(*{
        "placemark": (mark(said),),
        "geometry": (mark().replace("<Polygon>", f"<Polygon>{said}"),),
        "folder": (folder(said, folder(mark(ov("WGS84")))),),
        "document": (said, folder(mark())),
        "behind": (mark(), said),
        "one": (mark(ov("CGCS2000")), mark(said, 2), mark(number=3)),
    }[at])  # fmt: skip
    with pytest.raises(CRSError, match=f"field OvCoordType, says that the coordinates are {name}"):
        vetted(path)
    assert read(path).crs is None  # nor is it converted
    known = vetted(path, crs="EPSG:4490")
    assert len(known) == known.provenance[0].declared


@pytest.mark.parametrize("system", ["Xian80", "BJ54", "1", "未知", "WGS84、Xian80"])
def test_another_system_is_asked_for(kml, system):
    path = kml(mark(ov(system)), mark(ov("WGS84"), 2))
    source = read(path)
    assert source.crs is None and [i.code for i in source.issues] == ["crs_disbelieved"]
    with pytest.raises(CRSError, match=f"OvCoordType is {system}, not WGS 84 or not known"):
        vetted(path)


def test_a_datum_that_is_named_is_not_overruled(kml):
    path = kml(mark(ov("Xian80")))
    with pytest.raises(FormatError, match="names Xian 1980, not what is given"):
        read(path, crs=pyproj.CRS.from_epsg(4490))
    assert read(path, crs=pyproj.CRS.from_epsg(4610)).geometry[0] is not None


@pytest.mark.parametrize("system", ["CGCS2000", "WGS84", "WGS-84", ""])
def test_systems_that_are_wgs_84_to_a_metre(kml, system):
    source = read(kml(folder(ov("CGCS2000"), mark(ov(system)), mark(number=2))))
    assert source.crs == pyproj.CRS.from_user_input("OGC:CRS84") and source.issues == ()
    assert len(vetted(kml(mark(ov(system))))) == 1


def test_another_folder_may_be_in_another_system(kml):
    path = kml(folder(mark()), f"<Folder><name>底图</name>{ov('GCJ02')}{mark(number=2)}</Folder>")
    assert read(path, layer="矿界").crs is not None
    assert read(path, layer="底图").crs is None


# -- descriptions ----------------------------------------------------------------------------------

OLD = [
    "坐标系：西安80", "西安80坐标系，未转换", "本矿区坐标采用1980西安坐标系", "备注：西安80坐标系",
    "许可证号：C1<br>坐标系：西安80", "坐标系&nbsp;: <b>西安80</b>", "CRS: EPSG:4610",
    "坐标系：西安80\n原坐标系：CGCS2000",
    "<html><body><table><tr>\n<td>坐标系</td>\n<td>1980西安坐标系</td></tr></table></body></html>",
    "<table><tr><th>编号</th><th>坐标系</th></tr><tr><td>1</td><td>西安80</td></tr></table>",
]  # fmt: skip
PLAIN = [
    "坐标系：CGCS2000", "坐标系：WGS84", "原坐标系：西安80", "西安80转2000", "坐标系：国家2000",
    "由1980西安坐标系转换为2000国家大地坐标系", "1985国家高程基准", "北京路80号", "坐标已转换",
    "开采标高：1980米，80米；面积：0.54平方公里", "北京市中关村54号", "拐点坐标：111.3,39.6",
    "<table><tr><td>原坐标系</td><td>1980西安坐标系</td></tr>"
    "<tr><td>坐标系</td><td>2000国家大地坐标系</td></tr></table>",
]  # fmt: skip


@pytest.mark.parametrize("words", OLD)
def test_a_placemark_that_is_said_to_be_in_another_datum_is_refused(kml, words):
    path = kml(mark(told(words)), mark(number=2))
    source = read(path)
    assert [shape is None for shape in source.geometry] == [True, False]
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("error", "crs_contradicted",
         "row 1: field description names Xian 1980, the file is in WGS 84 (CRS84)")
    ]  # fmt: skip
    account = vetted(path).provenance[0]
    assert (account.declared, account.read, account.refused) == (2, 2, 1)
    with pytest.raises(LayerError, match="none of 1 features can be used"):
        vetted(kml(mark(told(words))))


@pytest.mark.parametrize("words", OLD)
@pytest.mark.parametrize("around", ["document", "folder"])
def test_a_file_that_is_said_to_be_in_another_datum_is_asked_for(kml, words, around):
    path = kml(told(words), mark()) if around == "document" else kml(folder(told(words), mark()))
    source = read(path)
    assert source.crs is None and [i.code for i in source.issues] == ["crs_disbelieved"]
    with pytest.raises(CRSError, match="its description names Xian 1980"):
        vetted(path)
    with pytest.raises(FormatError, match="names Xian 1980, not what is given"):
        read(path, crs=pyproj.CRS.from_epsg(4490))


@pytest.mark.parametrize("words", PLAIN)
def test_other_descriptions_refuse_nothing(kml, words):
    source = read(kml(told(words), mark(told(words))))
    assert source.crs is not None and source.geometry[0] is not None
    assert [i.code for i in source.issues if i.code.startswith("crs")] == []


@pytest.mark.parametrize(
    "words",
    ["坐标系：火星坐标（GCJ-02）", "高德地图坐标", "坐标来源：<b>百度地图</b>",
     "<table><tr><td>坐标来源</td><td>高德地图</td></tr></table>"],
)  # fmt: skip
def test_descriptions_that_name_a_web_map(kml, words):
    for path in (kml(told(words), mark()), kml(mark(told(words)), mark(number=2))):
        with pytest.raises(CRSError, match=r"says that the coordinates are (GCJ-02|BD-09)"):
            vetted(path)
    with pytest.raises(MineZoneError):
        vetted(kml(f"<name>{words}</name>" if "<" not in words else told(words), folder(mark())))


def test_a_file_of_a_web_map_is_not_converted_unasked(kml):
    path = kml(told("坐标系：GCJ-02"), mark())
    assert read(path).crs is None
    assert read(path, crs=pyproj.CRS.from_epsg(4490)).crs == pyproj.CRS.from_epsg(4490)


@pytest.mark.parametrize("text", ["<td " * 20000, " " * 100000 + "</td", "<" * 100000, "：" * 9999])
def test_lines_of_no_html(text):
    assert len(lines_in(text)) <= 1
