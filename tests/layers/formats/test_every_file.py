"""Every file of other people is read as docs/formats.md says; a few are checked by hand."""

import math
import struct

import numpy as np
import pyproj
import pytest
import shapely

from gis.crs import to_cgcs2000
from gis.errors import DatumError
from layers.formats import read
from layers.formats.shapefile import dbf

from . import every_file


def test_the_page_says_what_every_file_gives():
    root = every_file.data_folder()
    lacking = [f for f in every_file.FOLDERS if not (root / f).is_dir()]
    if lacking:
        pytest.skip(f"real test data absent: {', '.join(lacking)}")
    page = every_file.PAGE.read_text(encoding="utf-8")
    assert page == every_file.page_with(page, every_file.table(root)), (
        "run python tests/layers/formats/every_file.py"
    )


def test_the_page_names_no_folder_of_a_machine():
    page = every_file.PAGE.read_text(encoding="utf-8")
    assert str(every_file.data_folder()) not in page and "/tmp/" not in page


def test_brazilian_degrees_minutes_seconds(shared_data):
    source = read(shared_data("tailings/brazil_anm_sigbm_barragens_latin1_dms.csv"))
    assert (source.declared, len(source.columns), source.encoding) == (909, 94, "cp1252")
    assert source.columns["Município"][1].as_py() == "SÃO FÉLIX DO XINGU"
    # -10°39'12.400'', -37°01'50.100''
    here = source.geometry[0]
    assert here.y == -(10 + 39 / 60 + 12.4 / 3600) and here.x == -(37 + 1 / 60 + 50.1 / 3600)
    assert source.crs is None  # the register names no datum
    # Three places have more than sixty seconds: refused, with their rows.
    assert [i.en for i in source.issues] == [
        "row 564: no coordinate: '00°50′71.400′′'",
        "row 565: no coordinate: '00°51′80.200′′'",
        "row 657: no coordinate: '-18°55′68.000′′'",
    ]
    assert shapely.is_missing(source.geometry).sum() == 3
    north = np.array(
        [v == "Norte do Equador" for v in source.columns["Posicionamento"].to_pylist()]
    )
    known = ~shapely.is_missing(source.geometry)
    assert ((shapely.get_y(source.geometry) > 0) == north)[known].all() and north.sum() == 15


def test_chilean_workbook_with_its_header_in_row_seven(shared_data):
    source = read(shared_data("tailings/RELAVES_CHILE_OCT2025.xlsx"))
    assert (source.declared, source.labels[0], source.labels[-1]) == (836, "第 8 行", "第 843 行")
    column = {name: values.to_pylist() for name, values in source.columns.items()}
    assert set(column["HUSO"]) == {"19S"} and set(column["DATUM"]) == {"WGS84"}
    lonlat = shapely.get_coordinates(source.geometry)
    way = pyproj.Transformer.from_crs(4326, 32719, always_xy=True)
    utm = np.array([column["UTM_ESTE"], column["UTM_NORTE"]], float)
    away = np.hypot(*(np.array(way.transform(*lonlat.T)) - utm))
    # The register's own projection differs from PROJ's where the zone is left by degrees.
    assert (away < 1e-6).sum() == 830 and away.max() < 5e-6
    stored = read(shared_data("tailings/chile_tailings_oct2025.gpkg"))
    assert stored.columns["ID"].to_pylist() == column["ID"]
    assert (shapely.get_coordinates(stored.geometry) == lonlat).all()


def test_a_geodatabase_in_zone_38(shared_data):
    name = "awkward/gdal_fgdb/arc_segment_interior_point_but_line.gdb.zip"
    source = read(shared_data(name))
    assert (source.layer, len(source), source.crs.to_epsg()) == ("testCurve", 1, 4526)
    # The curve's middle point lies on the line between its ends: nothing is lost.
    assert source.geometry[0].wkt == (
        "MULTILINESTRING ((37252520.1717 7431529.915399998, 38549084.9654 758964.7573000006))"
    )


@pytest.mark.parametrize("name", ["outlet_beijing1954", "thiessen_meteo", "thiessen_pcp"])
def test_beijing_1954_zone_39(shared_data, name):
    path = shared_data(f"awkward/beijing54_gk39/{name}.shp")
    source = read(path)
    assert source.crs.to_epsg() == 2415 and source.crs.name.startswith("Beijing 1954 / 3-degree")
    (shape,) = source.geometry
    stated = struct.unpack("<4d", path.read_bytes()[36:68])  # the box in the header
    assert shape.bounds == stated and stated[0] // 1e6 == 39
    with pytest.raises(DatumError, match="no public transformation leads to CGCS2000"):
        to_cgcs2000(shapely.get_coordinates(shape), source.crs)


def test_a_drawing_in_zone_40_keeps_its_arcs_to_the_millimetre(shared_data):
    source = read(shared_data("awkward/gdal_dxf/closed_polyline_with_bulge.dxf"))
    corners = np.array([
        (40585366.70650577, 3433935.538090975), (40585329.92564863, 3433998.440817071),
        (40585297.73920335, 3434017.254552271), (40585271.13131783, 3434017.686781913),
        (40585252.16981492, 3433885.990375476), (40585256.74147, 3433885.916111596),
        (40585329.65156154, 3433905.365607637), (40585364.24837356, 3433925.992208718),
    ])  # fmt: skip
    bulges = {1: 0.2621272319479089, 5: 0.1393571566538866, 7: 0.4117239835866821}
    exact = shapely.Polygon(corners).area
    length = 0.0
    for k, bulge in bulges.items():
        chord = math.dist(corners[k], corners[(k + 1) % 8])
        angle = 4 * math.atan(bulge)
        radius = chord / (2 * math.sin(angle / 2))
        exact += radius**2 / 2 * (angle - math.sin(angle))
        length += radius * angle
    (shape,) = source.geometry
    # Chords lie inside arcs that bend outwards, by at most a millimetre.
    assert exact - 0.001 * length < shape.area < exact
    assert all(shape.boundary.distance(shapely.Point(c)) < 1e-6 for c in corners)
    assert source.crs is None and "40" in source.crs_note


def test_encodings_side_by_side(shared_data):
    """Tables in GBK, UTF-8, Big5, Latin-1 without or with a word on it, each read as it is."""
    folder = shared_data("awkward/gbk_noprj").parent
    raw = dbf.read_table(folder / "gbk_noprj/huangheziliuyu.dbf").cells.tobytes()
    assert "青铜峡至府谷".encode("gbk") in raw
    found = {
        name: read(folder / f"{name}.shp").encoding
        for name in (
            "gbk_noprj/huangheziliuyu", "mapshaper/chinese", "mapshaper/big5", "fiona/gre",
            "nts/chinese_encoding", "shapefilejs/codepage",
        )
    }  # fmt: skip
    assert found == {
        "gbk_noprj/huangheziliuyu": "GB18030", "mapshaper/chinese": "GB18030",
        "mapshaper/big5": "Big5", "fiona/gre": "UTF-8", "nts/chinese_encoding": "GB18030",
        "shapefilejs/codepage": "cp1250",
    }  # fmt: skip
    island = read(folder / "fiona/gre.shp").columns
    assert island["name_ta"].to_pylist() == ["கிரெனடா"]
