"""Files as bureaus and other programs really wrote them; skipped where they are absent."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read
from layers.formats.encoding import guess
from layers.formats.shapefile import dbf


def test_pengbu_reads_alike_in_both_encodings(shared_data):
    folder = shared_data("awkward/txt_coords")
    sources = [
        read(folder / f"pengbu_B_R-14_national_format_zone40_{kind}.txt")
        for kind in ("utf8", "gb18030_crlf")
    ]
    assert [s.encoding for s in sources] == ["UTF-8", "GB18030"]
    for source in sources:
        assert source.crs.to_epsg() == 4528 and source.issues == ()
        assert source.columns["声明面积_公顷"].to_pylist() == [5.7089]
        assert shapely.get_num_coordinates(source.geometry[0]) in (66, 67)
        assert source.geometry[0].area / 1e4 == pytest.approx(5.7089, abs=1e-4)
    assert sources[0].geometry[0].equals_exact(sources[1].geometry[0], 0)
    assert sources[0].labels == sources[1].labels == ("地块 1（彭埠单元B/R-14地块）",)


@pytest.mark.parametrize(
    ("name", "column", "rows", "value"),
    [
        ("gbk_noprj/hyd1_4p.shp", "NAME", 550, "呼伦湖"),
        ("gbk_noprj/bou2_4p.shp", "NAME", 925, "黑龙江省"),
        ("gbk_noprj/huangheziliuyu.shp", "Name", 11, "府谷至龙门"),
        ("nts/chinese_encoding.shp", "NAME99", 78, "天长市"),
    ],
)
def test_chinese_without_cpg(shared_data, name, column, rows, value):
    source = read(shared_data(f"awkward/{name}"))
    assert source.declared == rows and source.crs is None
    assert source.encoding == "GB18030" and value in source.columns[column].to_pylist()
    assert source.issues == ()


@pytest.mark.parametrize(
    ("name", "encoding", "value"),
    [("gbk", "GB18030", "简体国语"), ("gb2312", "GB18030", "简体国语"), ("big5", "Big5", "國語")],
)
def test_tables_of_four_characters(shared_data, name, encoding, value):
    table = dbf.read_table(shared_data(f"awkward/mapshaper/{name}.dbf"))
    found = guess(table.texts(), None)
    assert found.encoding == encoding
    assert [t.raw.decode(encoding) for t in table.texts() if not t.raw.isascii()] == [value]


def test_big5_with_cpg(shared_data):
    source = read(shared_data("awkward/mapshaper/big5.shp"))
    assert source.encoding == "Big5" and source.issues == ()


def test_spanish_table_is_not_taken_for_chinese(shared_data):
    source = read(shared_data("tailings/relaves_2018.shp"))
    assert source.encoding == "ISO-8859-1" and source.declared == 742
    values = {v for c in source.columns.values() for v in c.to_pylist() if isinstance(v, str)}
    assert "CIA. MINERA DOÑA INES DE COLLAHUASI" in values


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("awkward/nts/line_ed50_utm36.shp", "line_ed50_utm36.shx"),
        ("awkward/gdal_shp/buggymultipoly.shp", "buggymultipoly.dbf"),
        ("awkward/shapefilejs/bad.shp", "content"),
        ("awkward/shapelib/3dpoints.shp", "declares 164 bytes, the file has 276"),
        ("awkward/gdal_kml/geometries.kml", "26 placemarks, 25 can be read"),
        ("awkward/gdal_kml/truncated.kml", "not valid XML"),
    ],
)
def test_refused_by_name(shared_data, name, said):
    path = shared_data(name)
    with pytest.raises(FormatError, match=said) as caught:
        read(path)
    assert str(path.with_suffix("")) in caught.value.zh


def test_a_coordinate_beyond_all_numbers_is_an_error_of_its_row(shared_data):
    source = read(shared_data("awkward/mapshaper/invalid_coordinates.json"))
    assert source.geometry[0] is None
    (issue,) = source.issues
    assert (issue.severity, issue.code) == ("error", "unreadable_geometry")
    assert issue.en == "row 1: the coordinate -1.7976931348623157e+308 is out of range"


def test_a_table_of_corners_that_names_no_zone(shared_data):
    source = read(shared_data("awkward/txt_coords/htoooth_TEST1.txt"))
    assert (source.declared, source.crs) == (1, None)
    (shape,) = source.geometry
    assert shapely.get_num_coordinates(shape) == 429 + 1


@pytest.mark.parametrize(
    ("name", "kind", "corners"),
    [
        ("curve", "LineString", 2),
        ("curvepolygon", "Polygon", 4),
        ("multisurface", "MultiPolygon", 4),
    ],
)
def test_curves_without_an_arc(shared_data, name, kind, corners):
    source = read(shared_data(f"awkward/pyogrio/{name}.gpkg"))
    (shape,) = source.geometry
    assert (shape.geom_type, shapely.get_num_coordinates(shape)) == (kind, corners)
    assert source.issues == ()


def test_layers_with_their_own_crs(shared_data):
    path = shared_data("awkward/mapshaper/mixed_crs.gpkg")
    assert read(path, layer="oregon_2269").crs.to_epsg() == 2269
    assert read(path, layer="oregon_4326").crs.to_epsg() == 4326
    assert read(shared_data("awkward/mapshaper/null_crs_gdal.gpkg")).crs is None


def test_registers(shared_data):
    jujuy = read(shared_data("tenements/jujuy_catastro.gpkg"))
    assert jujuy.declared == 1599 and jujuy.issues == ()
    tenements = read(shared_data("tenements/philippines_tenements_cadt_protected.gpkg"))
    assert tenements.declared == 3349 and not shapely.has_z(tenements.geometry).any()
