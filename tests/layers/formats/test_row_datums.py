"""Rows that say they are in another system than their file, or whose numbers say so."""

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import pytest
import shapely

from layers.catalog import schema
from layers.errors import FormatError
from layers.formats import read, writing
from layers.formats.row_datums import kinds_of
from layers.loader import load
from layers.settings import LayerSettings

BOX = shapely.box(38500000, 3760000, 38500500, 3760500)
PLAIN = shapely.box(500000, 3760000, 500500, 3760500)
DEGREES = shapely.box(114.0, 34.0, 114.01, 34.01)


@pytest.fixture
def write(tmp_path):
    def write(columns, shapes=(BOX, BOX), crs="EPSG:4526"):
        path = tmp_path / "权.gpkg"
        frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
        frame.to_file(path, layer="mining_right")
        return path

    return write


def rows(source, **keys):
    keys = {"extent": "any", **keys}
    return load(source, schema("mining_right"), LayerSettings(source="权.gpkg", ids="row"), **keys)


@pytest.mark.parametrize(
    ("field", "own", "other", "said"),
    [
        ("坐标系", "CGCS2000", "西安80", "names Xian 1980"),
        ("坐标系统", "2000国家大地坐标系", "1954年北京坐标系", "names Beijing 1954"),
        ("CRS", "EPSG:4490", "EPSG:4610", "names Xian 1980"),
        ("epsg_code", 4526, 2362, "names Xian 1980"),
        ("CRS", "EPSG:4526", "EPSG:4527", "states the central meridian 117°"),
        ("大地基准", "WGS84", "新北京54", "names New Beijing"),
        ("带号", 38, 39, "states the central meridian 117°"),
        ("中央子午线", 114.0, 117.0, "states the central meridian 117°"),
        ("坐标系名称", "2000坐标38带", "2000坐标 带号39", "states the central meridian 117°"),
        ("坐标系", "2000", "80", "names Xian 1980"),
        ("坐标系统", "2000", "1954", "names Beijing 1954"),
        ("大地基准", 2000, 1980, "names Xian 1980"),
        ("坐标系", "CGCS2000", "54年", "names Beijing 1954"),
        ("坐标系", "C2000", "GDZ80", "names Xian 1980"),
        ("ZBX", "2000", "西安80", "names Xian 1980"),
        ("ZBXT", "2000国家大地坐标系", "1980西安坐标系", "names Xian 1980"),
        ("zbxmc", "CGCS2000", "80", "names Xian 1980"),
        ("DDJZ", "CGCS2000", "54", "names Beijing 1954"),
        ("ZYZWX", "114", "117", "states the central meridian 117°"),
        ("ZYJX", 114.0, 117.0, "states the central meridian 117°"),
        ("DH", "38", "39", "states the central meridian 117°"),
        ("DH", 38.0, 39.0, "states the central meridian 117°"),
        ("srid", 4490, 4610, "names Xian 1980"),
    ],
)
def test_a_row_whose_field_names_another_system_is_refused(write, field, own, other, said):
    path = write({field: [own, other]})
    source = read(path)
    (issue,) = source.issues
    assert (issue.severity, issue.code, issue.feature) == ("error", "crs_contradicted", "第 2 行")
    assert issue.en == (
        f"row 2: field {field} {said}, the file is in CGCS2000 / 3-degree Gauss-Kruger zone 38"
    )
    assert source.geometry[0].equals(BOX) and source.geometry[1] is None
    layer = rows(source)
    assert len(layer) == 1 and layer.provenance[0].refused == 1
    with pytest.raises(FormatError, match="row 2: no outline"):
        writing.write(source, path.with_suffix(".geojson"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("坐标系", None),
        ("坐标系", "WGS84"),  # a metre apart
        ("坐标系", "EPSG:4490"),
        ("原坐标系", "西安80"),
        ("坐标系统", "西安80转2000"),
        ("坐标系统", "西安80转换为2000"),
        ("矿带号", 39),
        ("坐标系", "平面"),
        ("坐标系", "1985"),
        ("坐标系", "2"),
        ("带号", "80"),
        ("DH", "0371-65905679"),
        ("DH", "1"),
        ("BZX", "西安80"),
        ("备注", "由西安80转换而来"),
        ("备注", "原西安80坐标系"),
        ("备注", "坐标系为2000国家大地坐标系，由1980西安坐标系转换"),
        ("BZ", "西安80转2000"),
        ("说明", "坐标已核实"),
        ("备注", "+80平面图，38号带矿体"),
        ("备注", "林地需转换用途"),
        ("原坐标说明", "西安80坐标系"),
        ("采矿权人", "北京54中学"),
    ],
)
def test_other_fields_and_frames_refuse_nothing(write, field, value):
    source = read(write({field: [value, value]}))
    assert source.issues == () and source.geometry[1].equals(BOX)


@pytest.mark.parametrize("field", ["带号", "DH"])
def test_a_zone_says_nothing_of_degrees(write, field):
    source = read(write({field: [38, 39]}, [DEGREES, DEGREES], "EPSG:4490"))
    assert source.issues == ()


def test_numbers_of_plots_are_no_zones(write):
    assert read(write({"DH": ["39", "112"]})).issues == ()


REMARKS = [
    ("备注", "西安80坐标系，未转换", "names Xian 1980"),
    ("说明", "坐标系为1980西安坐标系", "names Xian 1980"),
    ("备注", "西安80坐标系", "names Xian 1980"),
    ("BZ", "矿界采用1954年北京坐标系", "names Beijing 1954"),
    ("remarks", "本图斑为西安80坐标系38带", "names Xian 1980"),
    ("备注1", "坐标采用独立坐标系", "names a local plane (坐标采用独立坐标系)"),
    ("备注", "坐标仅供参考", "says of its coordinates '坐标仅供参考': they cannot be used"),
    ("BZ", "图斑坐标作废", "says of its coordinates '坐标作废': they cannot be used"),
    ("备注", "作废", "says of its coordinates '作废': they cannot be used"),
    ("备注", "坐标待核实", "says of its coordinates '坐标待核实': they cannot be used"),
    ("备注", "坐标经脱密处理", "says '脱密' of its coordinates"),
    ("备注", "坐标未转换", "says '未转换' of its coordinates"),
]
"""Field, words, and what they say of the coordinates of their row."""


@pytest.mark.parametrize(("field", "words", "said"), REMARKS)
def test_a_row_whose_remark_disowns_its_coordinates_is_refused(write, field, words, said):
    source = read(write({field: ["变更采矿权人", words]}))
    (issue,) = source.issues
    assert (issue.severity, issue.code, issue.feature) == ("error", "crs_contradicted", "第 2 行")
    assert issue.en == (
        f"row 2: field {field} {said}; the file is in CGCS2000 / 3-degree Gauss-Kruger zone 38"
    )
    assert source.geometry[0].equals(BOX) and source.geometry[1] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("参照西安80坐标系图件编制", "names Xian 1980"),
        ("储量核实报告采用西安80坐标系", "names Xian 1980"),
        ("面积以西安80坐标计算", "names Xian 1980"),
        ("中央子午线117度", "states the central meridian 117°"),
        ("数据已脱密", "says '脱密'"),
        ("待核实", "says '待核实'"),
        ("仅供参考", "says '仅供参考'"),
    ],
)
def test_a_datum_that_a_remark_names_in_passing_is_told(write, words, said):
    source = read(write({"备注": [words, words]}))
    (issue,) = source.issues
    assert (issue.severity, issue.code, issue.feature) == (
        "warning", "stated_in_remark", "第 1 行",
    )  # fmt: skip
    assert issue.en == (
        f"row 1, row 2: field 备注 {said}, "
        "the file is in CGCS2000 / 3-degree Gauss-Kruger zone 38: check it"
    )
    assert source.geometry[1].equals(BOX)


def test_a_remark_that_agrees_with_the_file_says_nothing_against_it(write):
    source = read(write({"备注": ["西安80坐标系，未转换"] * 2}, crs="EPSG:2362"))
    assert source.issues == () and source.geometry[1].equals(BOX)


def test_degrees_in_a_plane_and_metres_in_degrees_are_refused_by_row(write):
    path = write({"n": [1, 2]}, [PLAIN, DEGREES], "EPSG:4547")
    layer = rows(read(path))
    assert (len(layer), layer.provenance[0].refused) == (1, 1)
    (issue,) = [i for i in layer.issues if i.code == "row_refused"]
    assert "CGCS2000 / 3-degree Gauss-Kruger CM 114E is a plane in metres, but (114.01, 34)" in (
        issue.en
    )
    with pytest.raises(FormatError, match="row 2: degrees where metres should be"):
        writing.write(read(path), path.with_suffix(".shp"))
    path = write({"n": [1, 2]}, [DEGREES, PLAIN], "EPSG:4490")
    layer = rows(read(path))
    (issue,) = [i for i in layer.issues if i.code == "row_refused"]
    assert "China Geodetic Coordinate System 2000 is in degrees, (500500, 3760000) is not" in (
        issue.en
    )
    assert kinds_of(read(path)).tolist() == [1]


def test_a_longitude_is_not_wrapped_into_china(write):
    shapes = [shapely.transform(DEGREES, lambda xy: xy + np.array([360.0, 0.0])), DEGREES]
    layer = rows(read(write({"n": [1, 2]}, shapes, "EPSG:4490")), extent="china")
    assert layer.provenance[0].refused == 1


def test_rows_in_a_given_system_are_held_to_it(tmp_path):
    path = tmp_path / "界址点.csv"
    head = "地块,点号,X坐标,Y坐标,坐标系"
    corners = [(3760000, 500000), (3761000, 500000), (3761000, 501000)]
    body = [f"{p},J{k},{x},{y},{d}" for p, d in (("甲", "CGCS2000"), ("乙", "西安80"))
            for k, (x, y) in enumerate(corners)]  # fmt: skip
    path.write_text("\n".join([head, *body]) + "\n", "utf-8")
    assert read(path).crs is None
    source = read(path, crs=pyproj.CRS.from_epsg(4547))
    assert [s is None for s in source.geometry] == [False, True]
    assert [i.code for i in source.issues] == ["parcel_repeated", "crs_contradicted"]


@pytest.mark.parametrize(("driver", "name"), [("FlatGeobuf", "a.fgb"), ("OpenFileGDB", "a.gdb")])
@pytest.mark.parametrize(("zone", "believed"), [(4526, True), (4527, False)])
def test_a_code_beside_the_text_of_another_zone(tmp_path, driver, name, zone, believed):
    text = pyproj.CRS.from_epsg(zone).to_wkt("WKT1_GDAL").replace(f'"{zone}"', '"4526"')
    table = pa.table({"n": ["x"], "geom": pa.array([BOX.wkb], pa.binary())})
    keys = {"geometry_name": "geom", "geometry_type": "Polygon", "crs": text}
    pyogrio.write_arrow(table, tmp_path / name, layer="a", driver=driver, **keys)
    source = read(tmp_path / name)
    assert (source.crs is not None) is believed
    assert [i.code for i in source.issues if i.severity == "warning"] == (
        [] if believed else ["crs_disbelieved"]
    )
    if not believed:
        assert "zone 38 (114°) and also" in source.crs_note and "(117°)" in source.crs_note
