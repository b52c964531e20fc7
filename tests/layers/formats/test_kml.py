"""KML: fields under their own names, corners as the text has them, nothing kept of two values."""

import re

import pytest
import shapely
import shapely.affinity

from layers.errors import FormatError
from layers.formats import list_layers, read
from layers.formats.markup import kml_folders
from layers.vetted import load_vetted

SPACES = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"'
WHOLE = '<?xml version="1.0" encoding="{}"?><kml {}><Document>{}</Document></kml>'
PLACES = "111,37 111.01,37 111.01,37.01 111,37"
TRIANGLE = shapely.Polygon([(111, 37), (111.01, 37), (111.01, 37.01)])
SCHEMA = (
    '<Schema name="s" id="s"><SimpleField name="面积" type="double"/>'
    '<SimpleField name="编号" type="int"/><SimpleField name="有效" type="bool"/></Schema>'
)


def polygon(places=PLACES):
    ring = f"<LinearRing><coordinates>{places}</coordinates></LinearRing>"
    return f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"


def mark(shape=None, fields="", name="甲"):
    return f"<Placemark><name>{name}</name>{fields}{shape or polygon()}</Placemark>"


def data(*pairs):
    cells = "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in pairs)
    return f"<ExtendedData>{cells}</ExtendedData>"


def simple(*pairs):
    cells = "".join(f'<SimpleData name="{k}">{v}</SimpleData>' for k, v in pairs)
    return f'<ExtendedData><SchemaData schemaUrl="#s">{cells}</SchemaData></ExtendedData>'


@pytest.fixture
def kml(tmp_path):
    def kml(*inside, encoding="UTF-8"):
        path = tmp_path / "t.kml"
        path.write_bytes(WHOLE.format(encoding, SPACES, "".join(inside)).encode(encoding))
        return path

    return kml


def columns(source):
    return {name: column.to_pylist() for name, column in source.columns.items()}


def test_fields_keep_their_names_and_words(kml):
    pairs = ("许可证号", "007"), ("矿山 名称", "青山"), ("a.b", "1"), ("有限公司", "x")
    source = read(kml(mark(fields=data(*pairs)), mark()))
    assert columns(source) == {
        **{k: [v, None] for k, v in pairs}, "Name (Placemark)": ["甲", "甲"]
    }  # fmt: skip
    assert source.issues == ()


def test_declared_types_change_no_value(kml):
    full, blank = ("1.50", "007", "1"), ("", " ", "")
    names = "面积", "编号", "有效"
    marks = [mark(fields=simple(*zip(names, row, strict=True))) for row in (full, blank)]
    source = read(kml(SCHEMA, *marks))
    assert columns(source) == {
        "Name": ["甲", "甲"], "面积": ["1.50", None], "编号": ["007", None], "有效": ["1", None]
    }  # fmt: skip
    source = read(kml(SCHEMA, mark(fields=simple(("面积", "1.5km"), ("有效", "是")))))
    assert columns(source) == {"Name": ["甲"], "面积": ["1.5km"], "有效": ["是"]}
    assert source.issues == ()


@pytest.mark.parametrize(
    "fields",
    [
        data(("k", "1"), ("k", "2")),
        simple(("k", "1")) + data(("k", "2")),
        simple(("k", "2"), ("k", "1")),
    ],
)
def test_two_values_of_one_name(kml, fields):
    source = read(kml(SCHEMA, mark(fields=data(("k", "3"))), mark(fields=fields)))
    assert columns(source)["k"] == ["3", None]
    assert [(i.code, i.feature, i.en) for i in source.issues] == [
        ("bad_value", "第 2 行", "row 2: k has several values (1, 2); taken as null")
    ]
    twice = read(kml(mark(fields=data(("k", "1"), ("k", "1")))))
    assert columns(twice)["k"] == ["1"] and twice.issues == ()


def test_two_names_of_a_placemark(kml):
    source = read(kml(mark(fields="<name>乙</name>"), mark()))
    assert columns(source) == {"Name": [None, "甲"]}
    assert [i.en for i in source.issues] == [
        "row 1: Name has several values (乙, 甲); taken as null"
    ]


def test_a_program_s_own_element(kml):
    own = '<ExtendedData xmlns:p="urn:p"><p:许可证号>007</p:许可证号></ExtendedData>'
    assert columns(read(kml(mark(fields=own)))) == {"Name": ["甲"], "许可证号": ["007"]}


def test_an_element_within_a_program_s_own(kml):
    own = (
        '<ExtendedData xmlns:p="urn:p"><p:QLR><p:KSMC>张三</p:KSMC><p:DH>139</p:DH></p:QLR>'
        '<p:ZH>7</p:ZH><Data name="d"><displayName>D</displayName><value>1</value></Data>'
        "</ExtendedData>"
    )
    assert columns(read(kml(mark(fields=own)))) == {
        "Name": ["甲"], "QLR|KSMC": ["张三"], "QLR|DH": ["139"], "ZH": ["7"], "d": ["1"]
    }  # fmt: skip


def test_a_field_that_is_called_like_the_placemark_s_own(kml):
    source = read(kml(mark(fields=data(("Name", "青山铁矿")), name="1")))
    assert columns(source) == {"Name (Placemark)": ["1"], "Name": ["青山铁矿"]}
    assert [i.code for i in source.issues] == ["field_renamed"]
    source = read(kml(mark(fields=data(("name", "青山铁矿"), ("begin", "2024")), name="1")))
    assert columns(source) == {
        "Name (Placemark)": ["1"], "name": ["青山铁矿"], "begin": ["2024"]
    }  # fmt: skip
    source = read(kml(mark(fields=data(("Name", "甲")))))
    assert columns(source) == {"Name": ["甲"]} and source.issues == ()


@pytest.mark.parametrize("field", ["矿山名称", "尾矿库名称", "KSMC", "矿业权 名称"])
def test_what_the_map_shows_does_not_go_before_the_name_of_the_mine(kml, field):
    path = kml(mark(fields=data((field, "青山铁矿")), name="1"), mark(name="丁"))
    source = read(path)
    assert columns(source) == {"Name (Placemark)": ["1", "丁"], field: ["青山铁矿", None]}
    assert source.issues == ()
    layer = "tailings_facility" if field == "尾矿库名称" else "mining_right"
    vetted = load_vetted(path, layer)[layer]
    assert vetted.table["name"].to_pylist() == ["青山铁矿", "丁"]


def test_placemarks_that_are_switched_off_are_told(kml):
    off = "<visibility>0</visibility>"
    folder = f"<Folder><name>旧</name>{off}{mark(name='丙')}</Folder>"
    source = read(kml(mark(fields=off, name="甲"), mark(fields="<visibility>1</visibility>")))
    (told,) = source.issues
    assert (told.code, told.severity) == ("hidden_entities", "warning")
    assert told.en == "1 placemarks are switched off (visibility 0) and read like the others; " \
                      "are they superseded? row 1 “甲”"  # fmt: skip
    (told,) = read(kml(mark(), folder), layer="旧").issues
    assert told.en.endswith("row 1 “丙”")
    assert read(kml(mark(), folder), layer="t").issues == ()


def test_what_a_placemark_says_of_itself(kml):
    own = (
        "<description>甲 <b>乙</b> 丙</description><address>某县</address>"
        "<TimeSpan><begin>2020-01-01</begin><end>2030-01-01</end></TimeSpan>"
    )
    assert columns(read(kml(mark(fields=own)))) == {
        "Name": ["甲"], "description": ["甲 乙 丙"], "address": ["某县"],
        "begin": ["2020-01-01"], "end": ["2030-01-01"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "declared", "codes"),
    [
        ("GBK", "GBK", []), ("GBK", "GB2312", []), ("GBK", "UTF-8", ["encoding_contradicted"]),
        ("GBK", None, ["encoding_contradicted"]), ("UTF-16", "UTF-16", []), ("UTF-8", "UTF-8", []),
    ],
)  # fmt: skip
def test_encodings(tmp_path, encoding, declared, codes):
    text = WHOLE.format(declared, SPACES, mark(fields=data(("名称", "青山铁矿有限公司"))))
    if declared is None:
        text = text.replace(' encoding="None"', "")
    path = tmp_path / "t.kml"
    path.write_bytes(text.encode(encoding))
    source = read(path)
    assert columns(source) == {"Name (Placemark)": ["甲"], "名称": ["青山铁矿有限公司"]}
    assert [i.code for i in source.issues] == codes


def test_the_encoding_that_is_asked_for(tmp_path):
    path = tmp_path / "t.kml"
    path.write_bytes(WHOLE.format("UTF-8", SPACES, mark(name="東山礦業")).encode("big5"))
    source = read(path, encoding="Big5")
    assert columns(source) == {"Name": ["東山礦業"]}
    assert (source.encoding, source.issues) == ("Big5", ())


def test_folders_are_named_in_the_encoding_that_is_asked_for(tmp_path):
    path = tmp_path / "t.kml"
    inside = folder("東山", mark(name="礦業")) + folder("乙", mark())
    path.write_bytes(WHOLE.format("UTF-8", SPACES, inside).encode("big5"))
    assert list_layers(path, "Big5") == ["東山", "乙"]
    assert columns(read(path, layer="東山", encoding="Big5")) == {"Name": ["礦業"]}


# -- geometry --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (polygon("111, 37 111.01, 37 111.01, 37.01 111, 37"), TRIANGLE),
        (polygon("111 ,37,0 111.01 ,37,0 111.01 ,37.01,0\n111 ,37,0"), TRIANGLE),
        (f"<MultiGeometry>{polygon()}{polygon(PLACES.replace('111', '112'))}</MultiGeometry>",
         shapely.MultiPolygon([TRIANGLE, shapely.affinity.translate(TRIANGLE, 1)])),
        (f"<LinearRing><coordinates>{PLACES}</coordinates></LinearRing>",
         shapely.LineString([(111, 37), (111.01, 37), (111.01, 37.01), (111, 37)])),
        ("<gx:Track><when>2020-01-01T00:00:00Z</when><gx:coord>111 37 0</gx:coord>"
         "<when>2020-01-02T00:00:00Z</when><gx:coord>112 37 0</gx:coord></gx:Track>",
         shapely.LineString([(111, 37), (112, 37)])),
        ("<gx:MultiTrack><gx:Track><gx:coord>111 37 0</gx:coord><gx:coord>112 37 0</gx:coord>"
         "</gx:Track></gx:MultiTrack>", shapely.MultiLineString([[(111, 37), (112, 37)]])),
    ],
)  # fmt: skip
def test_geometries(kml, shape, expected):
    source = read(kml(mark(shape)))
    assert shapely.equals_exact(source.geometry[0], expected, 1e-12)
    assert source.issues == ()


def test_altitudes_are_told(kml):
    high = polygon("111,37,100 111.01,37,100 111.01,37.01,100 111,37,100")
    source = read(kml(mark(high), mark()))
    assert [shape.equals(TRIANGLE) for shape in source.geometry] == [True, True]
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("info", "altitude_unused", "the altitudes of 1 rows are not used")
    ]


def test_a_ring_within_several_geometries_is_not_lost(kml):
    ring = f"<LinearRing><coordinates>{PLACES.replace('111', '112')}</coordinates></LinearRing>"
    source = read(kml(mark(), mark(f"<MultiGeometry>{polygon()}{ring}</MultiGeometry>")))
    assert [shape is None for shape in source.geometry] == [False, True]
    assert [(i.code, i.feature) for i in source.issues] == [("unreadable_geometry", "第 2 行")]


def test_a_hole_without_an_outline(kml):
    hole = polygon().replace("outerBoundaryIs", "innerBoundaryIs")
    with pytest.raises(FormatError, match="line 1: a polygon has no outer boundary"):
        read(kml(mark(hole)))
    inner = hole.removeprefix("<Polygon>").removesuffix("</Polygon>").replace("111.01", "111.001")
    inner = inner.replace("37.01", "37.001")
    both = read(kml(mark(polygon().replace("<Polygon>", f"<Polygon>{inner}"))))
    assert both.geometry[0].interiors[0].bounds == (111, 37, 111.001, 37.001)


def test_north_before_east_lies_nowhere(kml):
    swapped = " ".join(",".join(reversed(p.split(","))) for p in PLACES.split())
    assert read(kml(mark(polygon(swapped)))).geometry[0].bounds == (37, 111, 37.01, 111.01)


# -- folders ---------------------------------------------------------------------------------------


def folder(name, *inside):
    title = f"<name>{name}</name>" if name is not None else ""
    return f"<Folder>{title}{''.join(inside)}</Folder>"


def test_folders_in_folders(kml):
    path = kml(folder("A", mark(), folder("空"), folder("B", mark(name="乙")), mark(name="丁")),
               mark(name="丙"), folder("A", mark(name="戊")))  # fmt: skip
    assert list_layers(path) == ["t", "A", "B"]
    found = {n: columns(read(path, layer=n))["Name"] for n in [*list_layers(path), "A (#2)"]}
    assert found == {"t": ["丙"], "A": ["甲", "丁", "戊"], "B": ["乙"], "A (#2)": ["戊"]}


def test_folders_without_a_name(kml):
    path = kml(folder(None, mark()), folder("t", mark(name="乙")), mark(name="丙"))
    assert list_layers(path) == ["t (#2)", "Layer0", "t"]
    assert columns(read(path, layer="t"))["Name"] == ["乙"]
    assert columns(read(path, layer="t (#2)"))["Name"] == ["丙"]


def test_the_outermost_folder(tmp_path):
    path = tmp_path / "t.kml"
    path.write_text(f"<kml {SPACES}>{folder('F', folder('G', mark()))}</kml>", encoding="utf-8")
    assert list_layers(path) == ["G"] and read(path).declared == 1
    path.write_text(f"<kml {SPACES}>{mark()}</kml>", encoding="utf-8")
    assert list_layers(path) == ["t"] and read(path).declared == 1


def test_two_documents_of_which_gdal_reads_one(tmp_path):
    path = tmp_path / "t.kml"
    whole = f"<Document><name>A</name>{mark()}</Document>"
    path.write_text(f"<kml {SPACES}>{whole}{whole}</kml>", encoding="utf-8")
    with pytest.raises(FormatError, match="holds 2 folders, 1 can be read"):
        read(path)


def test_links_are_not_followed(kml, tmp_path):
    (tmp_path / "x.kml").write_text(WHOLE.format("UTF-8", SPACES, mark(name="不")))
    source = read(kml(mark(), "<NetworkLink><Link><href>x.kml</href></Link></NetworkLink>"))
    assert columns(source) == {"Name": ["甲"]}
    assert [i.code for i in source.issues] == ["kml_ignored"]


POINT = "<Point><coordinates>111,37</coordinates></Point>"


def line(places):
    return f"<LineString><coordinates>{places}</coordinates></LineString>"


def test_folders_without_an_outline_are_passed_over_and_told(kml):
    marks = mark(POINT), mark(POINT), mark("<description/>")
    path = kml(folder("矿界", mark()), folder("拐点", *marks), folder("路", mark(line("1,2 3,4"))))
    assert list_layers(path) == ["矿界"]
    source = read(path)
    assert source.layer == "矿界" and source.geometry[0].equals(TRIANGLE)
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("warning", "layers_not_read", "folders without an area or closed line are not read: "
         "拐点 (- 1, Point 2), 路 (LineString 1)")
    ]  # fmt: skip
    points = read(path, layer="拐点")  # who asks for it gets it
    assert points.declared == 3 and points.issues == ()


@pytest.mark.parametrize(
    "shape",
    [
        polygon(),
        f"<LinearRing><coordinates>{PLACES}</coordinates></LinearRing>",
        line(PLACES),
        line(PLACES[:-6] + "111.00001,37"),  # left open by a metre
        f"<MultiGeometry>{POINT}{polygon()}</MultiGeometry>",
        "<Polygon/>",
    ],
)
def test_folders_that_may_hold_an_outline_are_not_passed_over(kml, shape):
    path = kml(folder("甲", mark()), folder("乙", mark(POINT), mark(shape)))
    assert list_layers(path) == ["甲", "乙"]
    with pytest.raises(FormatError, match="has several layers: 甲、乙"):
        read(path)
    assert [i.code for i in read(path, layer="甲").issues] == []


def test_folders_of_points_alone(kml):
    path = kml(folder("甲", mark(POINT)), folder("乙", mark(line(PLACES[:15]))))
    assert list_layers(path) == ["甲", "乙"]
    assert read(path, layer="乙").issues == ()


def test_a_folder_called_like_a_layer_is_not_passed_over(kml):
    path = kml(folder("mining_right", mark()), folder("tailings_facility", mark(POINT)))
    assert list_layers(path) == ["mining_right", "tailings_facility"]
    assert read(path, layer="mining_right").issues == ()


# -- what is no placemark --------------------------------------------------------------------------

BOX = "<LatLonBox><north>38</north><south>37</south><east>112</east><west>111</west></LatLonBox>"
QUAD = "<gx:LatLonQuad><coordinates>111,37 112,37 112,38 111,38</coordinates></gx:LatLonQuad>"


def overlay(inside=BOX, kind="GroundOverlay"):
    icon = "<Icon><href>a.png</href></Icon>"
    return f'<{kind} id="x"><name>图</name><description>d</description>{icon}{inside}</{kind}>'


@pytest.mark.parametrize(
    "image",
    [
        overlay(), overlay(QUAD), overlay("<LatLonBox><rotation>30</rotation></LatLonBox>"),
        overlay(POINT, "PhotoOverlay"), overlay("", "ScreenOverlay"), '<GroundOverlay id="x"/>',
        overlay().replace("</GroundOverlay>", "</GroundOverlay\n >"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "<Folder><name>图</name>{}</Folder>"])
def test_images_are_no_outlines(kml, image, around):
    source = read(kml(around.format(image), mark(), folder("空"), around.format(image)))
    assert source.declared == 1 and source.geometry[0].equals(TRIANGLE)
    assert columns(source) == {"Name": ["甲"]}
    assert [(i.severity, i.code, i.en) for i in source.issues] == [
        ("info", "kml_overlay", "2 overlays (images) are not read")
    ]


def test_an_image_between_placemarks(kml):
    source = read(
        kml(mark(name="甲"), overlay(), mark(polygon(PLACES.replace("111", "112")), name="乙"))
    )
    assert columns(source) == {"Name": ["甲", "乙"]}
    assert [shape.bounds[0] for shape in source.geometry] == [111, 112]


LINK = "<NetworkLink><Link><href>a.kml</href></Link></NetworkLink>"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (LINK + LINK, "holds no placemark, only 2 network links: the data are elsewhere"),
        (overlay(), "holds no placemark, only 1 images: draw the outlines"),
        ("<name>a</name>", "holds no placemark$"),
        (folder("a"), "holds no placemark$"),
        (overlay(mark()), "line 1: a Placemark stands in an overlay"),
        ('<Schema parent="Placemark" name="矿权"/>' + mark().replace("Placemark", "矿权"),
         "line 1: a Polygon stands in no Placemark but in 矿权"),
        (mark() + '<Schema parent="Placemark" name="S"/>' + mark().replace("Placemark", "S"),
         "line 1: a Polygon stands in no Placemark but in S"),
    ],
)  # fmt: skip
def test_files_without_the_data(kml, inside, said):
    path = kml(inside)
    for opened in (read, list_layers):
        with pytest.raises(FormatError, match=said):
            opened(path)


def test_a_tour_may_move_what_it_shows(kml):
    change = '<Update><targetHref/><Change><Point targetId="a"/></Change></Update>'
    tour = f"<gx:Tour><gx:AnimatedUpdate>{change}</gx:AnimatedUpdate></gx:Tour>"
    assert read(kml(mark(), tour)).issues == ()


def test_folders_without_a_name_can_be_asked_for(kml):
    def folder(name, inside):
        return f"<Folder><name>{name}</name>{inside}</Folder>"

    path = kml(
        folder("拐点", mark("<Point><coordinates>111,37</coordinates></Point>", name="J1")),
        folder("", mark(name="甲")),
        folder(" ", mark(name="乙")),
        folder("（未命名）", mark(name="丙")),
    )
    names = list_layers(path)
    assert names == ["（未命名） (#2)", "（未命名） (#3)", "（未命名）"]
    found = [columns(read(path, layer=name))["Name"] for name in names]
    assert found == [["甲"], ["乙"], ["丙"]]
    with pytest.raises(FormatError, match="no layer ; has"):
        read(path, layer="")


def test_a_file_is_parsed_once(kml, monkeypatch):
    parsed = []
    whole = kml_folders.Scan

    def scan(path, data):
        parsed.append(path)
        return whole(path, data)

    monkeypatch.setattr(kml_folders, "Scan", scan)
    path = kml(mark(), f"<Folder><name>B</name>{mark(name='乙')}</Folder>")
    assert list_layers(path) == ["t", "B"]
    assert [columns(read(path, layer=n))["Name"] for n in ("t", "B")] == [["甲"], ["乙"]]
    assert parsed == [path]
    kml(mark(name="丙"))  # another content under the same name
    assert columns(read(path))["Name"] == ["丙"]
    assert parsed == [path, path]
    read(path, encoding="UTF-8")
    assert len(parsed) == 3
    path.write_bytes(b"<!DOCTYPE kml>" + path.read_bytes().split(b"?>", 1)[1])
    for _ in range(2):
        with pytest.raises(FormatError, match="DOCTYPE"):
            read(path)


def titled(name, title, value):
    inside = f"<displayName>{title}</displayName><value>{value}</value>"
    return f'<ExtendedData><Data name="{name}">{inside}</Data></ExtendedData>'


@pytest.mark.parametrize(
    "title", ["许可证号", "<![CDATA[<b>许可证号</b>：]]>", "生产规模（万吨/年）", "XKZH"]
)
def test_a_field_is_called_by_its_title_where_that_is_a_known_one(kml, title):
    called = "许可证号" if "许可证号" in title else title
    source = read(kml(mark(fields=titled("f1", title, "C14"))))
    assert columns(source) == {"Name": ["甲"], called: ["C14"]}
    assert [(i.code, i.en) for i in source.issues] == [
        ("field_titled", f"fields are called by their titles (displayName): f1 → {called}")
    ]


def test_a_field_of_a_schema_is_called_by_its_title(kml):
    schema = (
        '<Schema name="a" id="s"><SimpleField type="string" name="F1"><displayName>许可证号'
        '</displayName></SimpleField><SimpleField type="string" name="F2"/></Schema>'
    )
    source = read(kml(schema, mark(fields=simple(("F1", "C14"), ("F2", "x")))))
    assert columns(source) == {"Name": ["甲"], "许可证号": ["C14"], "F2": ["x"]}


@pytest.mark.parametrize(
    "marks",
    [
        (mark(fields=titled("f1", "备注甲", "1")),),  # no name of a column
        (mark(fields=titled("f1", "许可证号", "1")), mark(fields=titled("f1", "采矿权人", "2"))),
        (mark(fields=titled("f1", "许可证号", "1") + titled("f2", "许可证号", "2")),),
        (mark(fields=titled("f1", "许可证号", "1") + data(("许可证号", "2"))),),
        (mark(fields=titled("XKZH", "采矿权人", "1")),),
    ],
)
def test_titles_that_are_doubtful_rename_nothing(kml, marks):
    source = read(kml(*marks))
    assert {"f1", "XKZH"} & set(source.columns)
    assert "field_titled" not in [i.code for i in source.issues]


@pytest.mark.parametrize(
    ("name", "title", "called"),
    [
        ("ZBG", "总坝高(百米)", "ZBG(百米)"),
        ("总坝高", "总坝高（m）", "总坝高(m)"),
        ("ZBG", "总坝高/百米", "ZBG(百米)"),
        ("f1", "总坝高/百米", "总坝高/百米"),
        ("总坝高(m)", "总坝高（米）", "总坝高(m)"),
        ("ZBG", "总坝高", "ZBG"),
        ("ZBG", "备注(百米)", "ZBG"),
        ("XKZH", "许可证号（盖章）", "XKZH"),
    ],
)
def test_a_unit_in_the_title_of_a_known_name_is_kept(kml, name, title, called):
    source = read(kml(mark(fields=titled(name, title, "2.5"))))
    assert columns(source) == {"Name": ["甲"], called: ["2.5"]}


K = "http://www.opengis.net/kml/2.2"


def prefixed(text, prefix="k"):
    return re.sub(r"<(/?)(?=\w)(?!!)", rf"<\1{prefix}:", text)


def test_elements_with_a_prefix(tmp_path):
    path = tmp_path / "t.kml"
    inside = mark(fields=data(("说明", "<![CDATA[<k:b>粗</k:b>]]>")))
    body = prefixed(f"<Document>{mark(name='乙')}</Document>")
    path.write_text(f'<?xml version="1.0"?><k:kml xmlns:k="{K}">{body}</k:kml>', encoding="utf-8")
    source = read(path)
    assert source.geometry[0].equals(TRIANGLE) and columns(source) == {"Name": ["乙"]}
    body = f"<Document>{prefixed(mark(name='乙'))}{inside}</Document>"
    path.write_text(f'<kml xmlns="{K}" xmlns:k="{K}">{body}</kml>', encoding="utf-8")
    source = read(path)
    assert [shape.equals(TRIANGLE) for shape in source.geometry] == [True, True]
    assert columns(source) == {"Name": ["乙", "甲"], "说明": [None, "<k:b>粗</k:b>"]}


def test_a_prefix_of_something_else_is_kept(tmp_path):
    path = tmp_path / "t.kml"
    body = f'<Document xmlns:k="urn:else">{prefixed(mark())}</Document>'
    path.write_text(f'<kml xmlns="{K}" xmlns:k="{K}">{body}</kml>', encoding="utf-8")
    with pytest.raises(FormatError):
        read(path)


def township(name, number, fields="许可证号", inside=""):
    place = polygon(PLACES.replace("111", str(111 + number)))
    own = data((fields, f"C{number}")) if fields else ""
    return f"<Folder><name>{name}</name>{mark(place, own, name=f'矿{number}')}{inside}</Folder>"


def test_folders_of_outlines_with_the_same_fields_are_one_layer(kml):
    points = mark("<Point><coordinates>111,37</coordinates></Point>", name="J1")
    path = kml(
        township("甲乡", 0), township("乙乡", 1), township("丙乡", 2),
        f"<Folder><name>拐点</name>{points}</Folder>",
    )  # fmt: skip
    name = "甲乡、乙乡（另有 1 个）"
    assert list_layers(path) == [name]
    source = read(path)
    assert columns(source) == {
        "许可证号": ["C0", "C1", "C2"], "Name": ["矿0", "矿1", "矿2"],
        "文件夹": ["甲乡", "乙乡", "丙乡"],
    }  # fmt: skip
    assert [shape.bounds[0] for shape in source.geometry] == [111, 112, 113]
    assert source.labels == ("第 1 行", "第 2 行", "第 3 行")
    assert [(i.code, i.severity, i.en) for i in source.issues] == [
        (
            "layers_not_read",
            "warning",
            "folders without an area or closed line are not read: 拐点 (Point 1)",
        ),
        (
            "folders_joined",
            "warning",
            "3 folders have the same fields and are read as one layer: 甲乡, 乙乡, 丙乡",
        ),
    ]
    assert columns(read(path, layer="乙乡")) == {"许可证号": ["C1"], "Name": ["矿1"]}
    for layer in (None, "mining_right"):
        vetted = load_vetted(path, layer)["mining_right"]
        assert vetted.table["licence_no"].to_pylist() == ["C0", "C1", "C2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (township("甲乡", 0), township("乙乡", 1, "备注")),
        (township("甲乡", 0, ""), township("乙乡", 1, "")),  # nothing says that they are alike
        (township("甲乡", 0, "备注"), township("乙乡", 1, "备注")),
        (
            township("甲乡", 0),
            township("乙乡", 1, inside=mark("<Point><coordinates>111,37</coordinates></Point>")),
        ),
    ],
)
def test_other_folders_are_layers_of_their_own(kml, one, other):
    path = kml(one, other)
    assert list_layers(path) == ["甲乡", "乙乡"]
    with pytest.raises(FormatError, match="has several layers"):
        read(path)


def test_a_folder_called_like_a_layer_is_alone(kml):
    path = kml(township("mining_right", 0), township("protected_area", 1))
    assert list_layers(path) == ["mining_right", "protected_area"]
