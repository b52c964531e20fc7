"""GeoJSON: strict, and never metres taken for degrees."""

import json

import pyproj
import pytest

from layers.errors import FormatError
from layers.formats import read

SQUARE = [[[110.0, 35.0], [111.0, 35.0], [111.0, 36.0], [110.0, 35.0]]]


def collection(*geometries, **extra):
    features = [
        {"type": "Feature", "properties": {"licence_no": f"00{k}", "n": k}, "geometry": g}
        for k, g in enumerate(geometries)
    ]
    return {"type": "FeatureCollection", "features": features, **extra}


def polygon(rings=SQUARE):
    return {"type": "Polygon", "coordinates": rings}


@pytest.fixture
def write_json(write_text):
    def write(document):
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
        return write_text(text, "t.geojson")

    return write


def test_plain(write_json):
    source = read(write_json(collection(polygon(), None)))
    assert source.declared == 2 and source.geometry[1] is None
    assert source.columns["licence_no"].to_pylist() == ["000", "001"]
    assert source.columns["n"].to_pylist() == [0, 1]
    assert source.geometry[0].area == 0.5
    assert source.crs == pyproj.CRS.from_user_input("OGC:CRS84")
    assert source.issues == ()


def test_feature_geometry_and_empty(write_json):
    assert len(read(write_json(polygon()))) == 1
    feature = {"type": "Feature", "properties": None, "geometry": polygon()}
    assert len(read(write_json(feature))) == 1
    assert read(write_json(collection())).declared == 0


METRES = [[[37510000, 3875000], [37511000, 3875000], [37511000, 3876000], [37510000, 3875000]]]


def test_metres_are_refused_with_advice(write_json):
    path = write_json(collection(polygon(), polygon(METRES)))
    with pytest.raises(FormatError, match=r"feature 2 .*37510000, 3875000.*--crs") as caught:
        read(path)
    assert str(path) in caught.value.zh and "投影坐标" in caught.value.zh


def test_metres_with_a_given_crs(write_json):
    source = read(write_json(collection(polygon(METRES))), crs=pyproj.CRS.from_epsg(4525))
    assert source.crs.to_epsg() == 4525
    assert source.geometry[0].bounds == (37510000, 3875000, 37511000, 3876000)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("EPSG:4490", 4490),
        ("urn:ogc:def:crs:EPSG::4525", 4525),
    ],
)
def test_named_crs_is_honoured_and_axes_stay(write_json, name, code):
    crs = {"type": "name", "properties": {"name": name}}
    rings = METRES if code == 4525 else SQUARE
    source = read(write_json(collection(polygon(rings), crs=crs)))
    assert source.crs.to_epsg() == code
    assert source.geometry[0].exterior.coords[0] == tuple(map(float, rings[0][0]))


def test_named_crs_against_given_one(write_json):
    crs = {"type": "name", "properties": {"name": "EPSG:4490"}}
    with pytest.raises(FormatError, match="states its own CRS"):
        read(write_json(collection(polygon(), crs=crs)), crs=pyproj.CRS.from_epsg(4326))


def test_degrees_crs_with_metres(write_json):
    crs = {"type": "name", "properties": {"name": "EPSG:4490"}}
    with pytest.raises(FormatError, match="projected"):
        read(write_json(collection(polygon(METRES), crs=crs)))


def test_a_feature_a_line_is_told_as_such(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(2 * '{"type": "Feature", "properties": {}, "geometry": null}\n')
    with pytest.raises(FormatError, match=r"begins at line 2 \(GeoJSONSeq"):
        read(path)
    path.write_text('{"type": "FeatureCollection", "features": []} x')
    with pytest.raises(FormatError, match="is not valid JSON"):
        read(path)


@pytest.mark.parametrize("crs", [None, {}])
def test_crs_null_states_nothing(write_json, crs):
    path = write_json(collection(polygon(), crs=crs))
    assert read(path).crs is None
    assert read(path, crs=pyproj.CRS.from_epsg(4490)).crs.to_epsg() == 4490


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "EPSG", "properties": {"code": 4490}},
        {"type": "EPSG", "properties": {"code": "4490"}},
        {"type": "name",
         "properties": {"name": "http://www.opengis.net/gml/srs/epsg.xml#4490"}},
        "EPSG:4490",
    ],
)  # fmt: skip
def test_forms_of_a_crs_that_older_programs_write(write_json, crs):
    assert read(write_json(collection(polygon(), crs=crs))).crs.to_epsg() == 4490


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://localhost/x", "type": "proj4"}},
        {"type": "name", "properties": {"name": "urn:x:nonsense"}},
        {"type": "EPSG", "properties": {"code": "x"}},
        "here",
    ],
)
def test_other_crs_members_are_refused(write_json, crs):
    with pytest.raises(FormatError, match="crs"):
        read(write_json(collection(polygon(), crs=crs)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"type": "FeatureCollection", "features": [], "features": []}',
            "'features' appears twice",
        ),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "NaN"),
        ('{"type": "FeatureCollection",\n "features": [}', "line 2 column 15"),
        ('{"type": "Topology", "objects": {}}', "Topology"),
        ('{"type": "FeatureCollection", "features": [{"type": "Point"}]}', "feature 1"),
        ('{"x": ' * 100_000, "nested too deep"),
        ('{"a": ' + "[" * 64 + "]" * 64 + "}", "nested too deep"),
        (r'{"type": "Point", "coordinates": [1, 2], "id": "\ud800x"}', "surrogate"),
        ('{"x": []}', "None"),
        ('{"rings": []}', "Esri JSON"),
    ],
)
def test_refused_in_one_line(write_json, text, said):
    with pytest.raises(FormatError) as caught:
        read(write_json(text))
    assert said in caught.value.en and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "MultiPolygon", "coordinates": [SQUARE, [[[110, "x"], [111, 35], [111, 36]]]]},
        {"type": "MultiPolygon", "coordinates": [SQUARE, None]},
        {"type": "MultiPolygon", "coordinates": [SQUARE, []]},
        {"type": "Polygon", "coordinates": [*SQUARE, [[110.5], [111, 35], [111, 36], [110.5]]]},
        {"type": "Polygon", "coordinates": [*SQUARE, []]},
        {"type": "Polygon", "coordinates": [*SQUARE, None]},
        {"type": "Polygon", "coordinates": SQUARE[0]},
        {"type": "Polygon", "coordinates": [SQUARE[0][:3]]},
        {"type": "Polygon"},
        {"type": "Curve", "coordinates": SQUARE},
        {"type": "Point", "coordinates": [110, True]},
        {"type": "Point", "coordinates": ["110", "35"]},
        {"type": "GeometryCollection", "geometries": [polygon(), {"type": "Curve"}]},
    ],
)
def test_geometry_that_gdal_would_read_in_part_is_an_error_of_its_row(write_json, broken):
    source = read(write_json(collection(polygon(), broken)))
    assert source.declared == 2
    assert source.geometry[0] is not None and source.geometry[1] is None
    errors = [(i.code, i.feature) for i in source.issues if i.severity == "error"]
    assert errors == [("unreadable_geometry", "第 2 行")]


@pytest.mark.parametrize(
    "number", ["1e999", "-1.797693134862315e+308", "1e10", "9" * 400, "9" * 5000]
)
def test_a_coordinate_beyond_all_bounds_is_an_error_of_its_row(write_json, number):
    text = json.dumps(collection(polygon(), {"type": "Point", "coordinates": [110, 12345]}))
    source = read(write_json(text.replace("12345", number)))
    assert source.geometry[0].area == 0.5 and source.geometry[1] is None
    assert [(i.code, i.feature) for i in source.issues] == [("unreadable_geometry", "第 2 行")]
    assert "out of range" in source.issues[0].en and len(source.issues[0].en) < 80


def test_a_height_that_stands_for_none_is_no_fault(write_json):
    point = {"type": "Point", "coordinates": [110, 35, -1.79e308]}
    assert read(write_json(collection(point))).geometry[0].coords[:] == [(110, 35)]


@pytest.mark.parametrize(
    ("numbers", "read_as"),
    [
        (["1400002020017120142", "null"], [1400002020017120142, None]),
        (["14000020200171201420", "1"], ["14000020200171201420", "1"]),
        (["1400002020017120142", "0.5"], ["1400002020017120142", "0.5"]),
        (["1400002020017120142.0", "null"], ["1400002020017120142.0", None]),
        (["1.400002020017120142e18", "1.5"], ["1.400002020017120142e18", "1.5"]),
        (["1e400", "7"], ["1e400", "7"]),
        (["9" * 5000, "7"], ["9" * 5000, "7"]),
        (["112.123456789012345678", "7"], [112.123456789012345678, 7.0]),
        (["9007199254740992", "0.5"], [9007199254740992.0, 0.5]),
    ],
)
def test_numbers_keep_their_digits(write_json, numbers, read_as):
    text = json.dumps(collection(polygon(), polygon()))
    for row, number in enumerate(numbers):
        text = text.replace(f'"n": {row}}}', f'"n": {number}}}')
    source = read(write_json(text))
    assert source.columns["n"].to_pylist() == read_as
    assert source.issues == ()


@pytest.mark.parametrize(
    ("ids", "read_as"),
    [
        ([7, 8], [7, 8]),
        ([14000020200171201420, None], ["14000020200171201420", None]),
        (["a", 8], ["a", "8"]),
    ],
)
def test_the_features_own_ids_are_a_field(write_json, ids, read_as):
    document = collection(polygon(), polygon())
    for feature, own in zip(document["features"], ids, strict=True):
        feature["id"] = own
    assert read(write_json(document)).columns["id"].to_pylist() == read_as
    document["features"][1]["properties"]["id"] = "own"
    assert read(write_json(document)).columns["id"].to_pylist() == [None, "own"]


def named(name):
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize("place", ["feature", "geometry", "part"])
def test_a_system_named_inside_counts_where_all_name_it(write_json, place):
    def document(*names, **more):
        shapes = [polygon(METRES) for _ in names]
        if place == "part":
            shapes = [{"type": "GeometryCollection", "geometries": [s]} for s in shapes]
        made = collection(*shapes, **more)
        for feature, name in zip(made["features"], names, strict=True):
            home = feature if place == "feature" else feature["geometry"]
            home = home["geometries"][0] if place == "part" else home
            if name:
                home["crs"] = named(name)
        return made

    source = read(write_json(document("EPSG:4525", "urn:ogc:def:crs:EPSG::4525")))
    assert source.crs.to_epsg() == 4525 and source.crs_note == "GeoJSON crs: EPSG:4525"
    same = document("EPSG:4525", None, crs=named("EPSG:4525"))
    assert read(write_json(same)).crs.to_epsg() == 4525
    for odd in (
        document("EPSG:4525", "EPSG:4526"),
        document(None, "EPSG:4525"),
        document(None, "EPSG:2362", crs=named("EPSG:4525")),
        document(None, "EPSG:4525", crs=None),
    ):
        with pytest.raises(FormatError, match="feature 2 names the system EPSG:"):
            read(write_json(odd))
    link = document("EPSG:4525")
    text = json.dumps(link).replace('"name", "properties"', '"link", "properties"')
    with pytest.raises(FormatError, match="links are not followed"):
        read(write_json(text))


def test_what_lies_off_the_globe_is_an_error_of_its_row(write_json):
    points = [(110.5, 35.5), (36.1, 114.0), (110.0, 350.5), (181.0, 35.0)]
    shapes = [{"type": "Point", "coordinates": list(xy)} for xy in points]
    source = read(write_json(collection(*shapes)))
    assert [g is None for g in source.geometry] == [False, True, True, True]
    assert [i.en for i in source.issues] == [
        "row 2: coordinate (36.1, 114): longitude and latitude seem swapped",
        "row 3: coordinate (110, 350.5) lies off the globe",
        "row 4: coordinate (181, 35) lies off the globe",
    ]
    assert {(i.severity, i.code) for i in source.issues} == {("error", "unreadable_geometry")}


def test_brackets_and_escapes_in_texts_are_no_structure(write_json):
    note = "[" * 100 + r"\ud800" + "\U00020bb7"
    feature = {"type": "Feature", "properties": {"note": note}, "geometry": polygon()}
    text = json.dumps(feature, ensure_ascii=True)
    assert read(write_json(text)).columns["note"].to_pylist() == [note]


def test_fields_keep_their_order_and_kinds(write_json):
    rows = [
        {"n": 1, "flag": True, "x": 1, "mixed": 1, "list": [1], "day": "2024-02-01", "big": 2**70},
        {"x": 2.5, "mixed": "a", "flag": None, "late": "z"},
    ]
    features = [
        {"type": "Feature", "id": f"f{k}", "properties": row, "geometry": polygon()}
        for k, row in enumerate(rows)
    ]
    source = read(write_json({"type": "FeatureCollection", "features": features}))
    assert {name: values.to_pylist() for name, values in source.columns.items()} == {
        "id": ["f0", "f1"],
        "n": [1, None],
        "flag": [True, None],
        "x": [1.0, 2.5],
        "mixed": ["1", "a"],
        "day": ["2024-02-01", None],
        "big": [str(2**70), None],
        "late": [None, "z"],
    }
    assert list(source.columns) == ["id", "n", "flag", "x", "mixed", "day", "big", "late"]
    assert [i.code for i in source.issues] == ["column_ignored"]
    assert {name: rows.tolist() for name, rows in source.lost.items()} == {"list": [0]}


def test_only_the_rows_of_a_list_or_object_are_not_read(write_json):
    values = ["新建", ["新建"], None, {"a": 1}, "扩建"]
    features = [
        {"type": "Feature", "properties": {"x": v, "y": 1}, "geometry": polygon()} for v in values
    ]
    source = read(write_json({"type": "FeatureCollection", "features": features}))
    assert source.columns["x"].to_pylist() == ["新建", None, None, None, "扩建"]
    assert {name: rows.tolist() for name, rows in source.lost.items()} == {"x": [1, 3]}
    (issue,) = source.issues
    assert (issue.severity, issue.code, issue.feature) == ("warning", "bad_value", "第 2 行")
    assert issue.en.startswith("row 2, 2 in all: x holds a list or object")


def test_elevations_are_left_out(write_json):
    ring = [[110.0, 35.0, 7], [111.0, 35.0, 7], [111.0, 36.0, 7, 0], [110.0, 35.0, 7]]
    parts = {"type": "GeometryCollection", "geometries": [polygon([ring])]}
    source = read(write_json(collection(polygon([ring]), parts)))
    assert not source.geometry[0].has_z
    assert source.geometry[0].wkt == source.geometry[1].geoms[0].wkt
    assert source.geometry[0].area == 0.5


def test_too_many_fields(write_json):
    feature = {"type": "Feature", "geometry": polygon()}
    feature["properties"] = {f"f{k}": k for k in range(1001)}
    with pytest.raises(FormatError, match="1001 fields"):
        read(write_json(feature))


def test_gbk_geojson(write_text):
    document = json.dumps(
        {"type": "Feature", "properties": {"名称": "灵山铁矿厂区"}, "geometry": polygon()},
        ensure_ascii=False,
    )
    source = read(write_text(document, "t.json", "gbk"))
    assert source.columns["名称"].to_pylist() == ["灵山铁矿厂区"]
    assert source.encoding == "GB18030"


@pytest.mark.parametrize("xy", [(36.1, 114.0), (-33.5, -150.25)])
def test_latitude_before_longitude_is_told(write_json, xy):
    ring = [[xy[0] + dx, xy[1] + dy] for dx, dy in [(0, 0), (0.1, 0), (0.1, 0.1), (0, 0)]]
    swapped = {"type": "Polygon", "coordinates": [ring]}
    with pytest.raises(FormatError) as caught:
        read(write_json(collection(swapped)))
    assert "feature 1 has coordinates (" in caught.value.en
    assert "longitude and latitude seem swapped" in caught.value.en
    assert "似乎经纬度写反" in caught.value.zh and "米" not in caught.value.zh


def test_metres_are_not_taken_for_swapped_degrees(write_json):
    plane = {"type": "Point", "coordinates": [38500000.0, 4000000.0]}
    with pytest.raises(FormatError, match="look like projected metres"):
        read(write_json(collection({"type": "Point", "coordinates": [36.1, 114.0]}, plane)))


@pytest.mark.parametrize("kind", [["Polygon"], {"a": 1}, 3, None, True, "多边形", "x" * 500])
def test_a_type_of_any_kind_is_refused_or_its_row_told_of(tmp_path, kind):
    for document in (
        {"type": kind, "coordinates": [111, 39]},
        {"type": "FeatureCollection", "features": [{"type": kind, "geometry": None}]},
    ):
        path = tmp_path / "kinds.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(FormatError) as told:
            read(path)
        said = told.value.en
        assert "kinds.geojson" in said and len(said.replace(str(path), "")) < 80
    row = {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": [1, 2]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), encoding="utf-8")
    assert read(path).geometry[0] is None


# -- answers of servers ----------------------------------------------------------------------------


def link(rel, href="http://x/items?offset=2"):
    return {"rel": rel, "href": href}


@pytest.mark.parametrize(
    "stated",
    [
        {"numberMatched": 2, "numberReturned": 2},
        {"numberMatched": 2, "numberReturned": 2, "links": [link("next")]},
        {"numberMatched": "unknown", "numberReturned": 2, "totalFeatures": "unknown"},
        {"totalFeatures": 2, "numberMatched": 2, "numberReturned": 0},
        {"links": [link("self"), link("alternate"), link("collection"), "x", {"href": "next"}]},
        {"links": "next", "next": None, "previous": "", "properties": None},
        {"exceededTransferLimit": False, "properties": {"exceededTransferLimit": False}},
    ],
)
def test_an_answer_that_is_whole(write_json, stated):
    source = read(write_json(collection(polygon(), polygon(), **stated)))
    assert source.declared == 2 and source.issues == ()


MORE = r"states that {} features match \({}\), the file holds 2, which is not the whole; fetch all"
PAGE = r"is one page of several \(2 features; {}\), which is not the whole; fetch all in one answer"


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"numberMatched": 500, "numberReturned": 2}, MORE.format(500, "numberMatched")),
        ({"numberMatched": "500"}, MORE.format(500, "numberMatched")),
        ({"numberMatched": 2, "totalFeatures": 9}, MORE.format(9, "totalFeatures")),
        ({"totalFeatures": 500, "links": [link("next")]}, MORE.format(500, "totalFeatures")),
        ({"links": [link("self"), link("next")]}, PAGE.format(r"next: http://x/items\?offset=2")),
        ({"links": [link("PREV", None)]}, PAGE.format("prev")),
        ({"numberMatched": "unknown", "links": [link("previous", "/a")]},
         PAGE.format("previous: /a")),
        ({"count": 9, "next": "http://x/?page=2"}, PAGE.format(r"next: http://x/\?page=2")),
        ({"exceededTransferLimit": True}, "the server ended at its limit after 2 features"),
        ({"properties": {"exceededTransferLimit": True}}, r"\(exceededTransferLimit is true\)"),
        ({"numberReturned": 3}, r"states 3 features \(numberReturned\), the file holds 2"),
        ({"numberReturned": 1, "numberMatched": 1}, r"states 1 features \(numberReturned\)"),
    ],
)  # fmt: skip
def test_an_answer_that_is_a_part_is_refused(write_json, stated, said):
    path = write_json(collection(polygon(), polygon(), **stated))
    with pytest.raises(FormatError, match=said) as refused:
        read(path)
    assert str(path) in refused.value.zh
    assert "数据不全" in refused.value.zh or "请重新下载" in refused.value.zh


def test_a_cut_layer_of_no_features_is_none(write_json):
    with pytest.raises(FormatError, match="states that 7 features match"):
        read(write_json(collection(numberMatched=7, numberReturned=0)))


ESRI = {"attributes": {"n": 1}, "geometry": {"rings": SQUARE}}


@pytest.mark.parametrize(
    "document",
    [
        {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4490},
         "features": [ESRI]},
        {"geometryType": "esriGeometryPolygon", "features": []},
        {"displayFieldName": "", "features": [ESRI]},
        {"rings": SQUARE, "spatialReference": {"wkid": 4490}},
        {"paths": SQUARE},
    ],
)  # fmt: skip
def test_esris_own_json_is_refused_by_its_name(write_json, document):
    with pytest.raises(FormatError, match="is Esri JSON, not GeoJSON; export it from ArcGIS as"):
        read(write_json(document))
