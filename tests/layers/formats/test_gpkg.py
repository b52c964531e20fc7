"""GeoPackages: the table is counted, not the declaration."""

import sqlite3

import pyproj
import pytest

from layers.errors import FormatError
from layers.formats import list_layers, read


def change(path, *statements):
    database = sqlite3.connect(path)
    try:
        # triggers of the R-tree call functions that plain SQLite lacks
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
        database.commit()
    finally:
        database.close()


def test_plain(write_gpkg):
    source = read(
        write_gpkg(licence_no=["001", None, "C2"], big=[2**60, 2, 3], flag=[True, False, True])
    )
    assert source.declared == len(source) == 3
    assert source.columns["licence_no"].to_pylist() == ["001", None, "C2"]
    assert source.columns["big"].to_pylist() == [2**60, 2, 3]
    assert source.columns["flag"].to_pylist() == [True, False, True]
    assert source.columns["fid"].to_pylist() == [1, 2, 3]
    assert source.crs.to_epsg() == 4490
    assert source.geometry[2].coords[0] == (112.0, 35.0)
    assert source.issues == ()


@pytest.mark.parametrize("stated", [0, 2, 9])
def test_declared_count_is_not_believed(write_gpkg, stated):
    path = write_gpkg(5)
    change(path, f"UPDATE gpkg_ogr_contents SET feature_count = {stated}")
    source = read(path)
    assert source.declared == len(source) == 5
    assert source.columns["licence_no"].to_pylist() == [f"C{k}" for k in range(5)]
    assert [i.code for i in source.issues] == ["count_contradicted"]
    assert f"{stated} 行" in source.issues[0].zh


def test_incomplete_spatial_index_hides_nothing(write_gpkg):
    path = write_gpkg(5)
    change(path, "DELETE FROM rtree_rights_geom WHERE id > 2")
    assert len(read(path)) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS SELECT * FROM rights",
        "CREATE TRIGGER evil AFTER INSERT ON rights BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE ft USING fts5(x)",
    ],
)
def test_views_triggers_and_virtual_tables(write_gpkg, statement):
    path = write_gpkg()
    change(path, statement)
    with pytest.raises(FormatError, match="holds a"):
        read(path)


def test_damaged_geometry_is_an_error_of_its_row(write_gpkg):
    path = write_gpkg()
    change(path, "UPDATE rights SET geom = substr(geom, 1, length(geom) - 4) WHERE fid = 2")
    source = read(path)
    assert source.declared == 3 and source.geometry[1] is None
    assert [(i.severity, i.feature) for i in source.issues] == [("error", "第 2 行")]


def test_truncated_and_empty(write_gpkg):
    path = write_gpkg()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(FormatError, match="damaged"):
        read(path)
    path.write_bytes(b"SQLite format 3\0" + bytes(84))
    with pytest.raises(FormatError):
        read(path)


def test_file_being_written(write_gpkg):
    path = write_gpkg()
    path.with_name("t.gpkg-wal").write_bytes(b"x" * 32)
    with pytest.raises(FormatError, match="being written"):
        read(path)


def test_several_layers(write_gpkg):
    path = write_gpkg(layer="rights")
    write_gpkg(2, layer="矿区")
    assert list_layers(path) == ["rights", "矿区"]
    assert len(read(path, layer="矿区")) == 2
    with pytest.raises(FormatError, match="several layers: rights、矿区"):
        read(path)
    with pytest.raises(FormatError, match="no layer ponds"):
        read(path, layer="ponds")


def test_no_crs_and_given_crs(write_gpkg):
    import pyproj

    with pytest.warns(UserWarning, match="crs"):
        path = write_gpkg(crs=None)
    assert read(path).crs is None
    beijing = pyproj.CRS.from_epsg(4490)
    assert read(path, crs=beijing).crs == beijing
    stated = write_gpkg(crs="EPSG:4326", name="wgs.gpkg")
    with pytest.raises(FormatError, match="states its own CRS, WGS 84"):
        read(stated, crs=beijing)


def test_empty_layer(write_gpkg):
    source = read(write_gpkg(0))
    assert source.declared == 0 and source.crs.to_epsg() == 4490


def test_file_is_not_touched(write_gpkg):
    path = write_gpkg()
    before = path.read_bytes()
    read(path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["t.gpkg"]


def test_other_things_in_number_columns_are_read_as_text(write_gpkg):
    path = write_gpkg(3, scale=[9.5, 2.0, 3.0], n=[1, 2, 3], flag=[True, False, True])
    change(
        path,
        f'CREATE INDEX by_scale ON "{list_layers(path)[0]}" (scale)',
        "UPDATE layer SET scale = '30万吨/年', n = 2.5, flag = '否' WHERE fid = 2".replace(
            "layer", f'"{list_layers(path)[0]}"'
        ),
    )
    source = read(path)
    assert source.columns["scale"].to_pylist() == ["9.5", "30万吨/年", "3.0"]
    assert source.columns["n"].to_pylist() == ["1", "2.5", "3"]
    assert source.columns["flag"].to_pylist() == ["1", "否", "1"]
    assert [i.code for i in source.issues] == ["stored_otherwise"] * 3


def test_a_definition_of_another_system_than_the_code(write_gpkg):
    path = write_gpkg(licence_no=["001", "002", "003"])
    assert read(path).crs.to_epsg() == 4490
    text = pyproj.CRS.from_epsg(4610).to_wkt("WKT1_GDAL")
    change(path, f"UPDATE gpkg_spatial_ref_sys SET definition = '{text}' WHERE srs_id = 4490")
    source = read(path)
    assert source.crs is None
    assert "it says China Geodetic Coordinate System 2000 and also Xian 1980" in source.crs_note
    assert [i.code for i in source.issues] == ["crs_disbelieved"]
    assert read(path, crs=pyproj.CRS.from_epsg(4490)).crs.to_epsg() == 4490
