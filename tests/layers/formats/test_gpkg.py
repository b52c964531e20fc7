"""GeoPackages: the table is counted, not the declaration."""

import sqlite3
import zipfile
from datetime import UTC, date, datetime

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


def test_a_deleted_row_that_the_declared_count_still_holds(write_gpkg):
    path = write_gpkg(6)
    change(path, "DELETE FROM rights WHERE fid = 3")
    change(path, "UPDATE gpkg_ogr_contents SET feature_count = 6")
    source = read(path)
    assert source.columns["fid"].to_pylist() == [1, 2, 4, 5, 6]
    assert source.columns["licence_no"].to_pylist() == ["C0", "C1", "C3", "C4", "C5"]
    assert [g.x for g in source.geometry] == [110, 111, 113, 114, 115]
    assert [i.code for i in source.issues] == ["count_contradicted"]


def test_incomplete_spatial_index_hides_nothing(write_gpkg):
    path = write_gpkg(5)
    change(path, "DELETE FROM rtree_rights_geom WHERE id > 2")
    assert len(read(path)) == 5


@pytest.mark.parametrize("tiles", [True, False])
def test_the_triggers_of_a_table_of_tiles(write_gpkg, tiles):
    path = write_gpkg()
    database = sqlite3.connect(path)
    if tiles:
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('底图', 'tiles')"
        )
    database.execute("CREATE TABLE 底图 (id INTEGER PRIMARY KEY, zoom_level INTEGER)")
    database.execute("CREATE TRIGGER 底图_zoom_insert BEFORE INSERT ON 底图 BEGIN SELECT 1; END")
    database.commit()
    database.close()
    if tiles:
        assert len(read(path)) == 3
    else:
        with pytest.raises(FormatError, match="holds a trigger"):
            read(path)


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


def add(path, declared, cells):
    """Add a column x of a declared type to the layer and fill it, SQL values by row."""
    change(
        path,
        f"ALTER TABLE rights ADD COLUMN x {declared}",
        *(f"UPDATE rights SET x = {value} WHERE fid = {k}" for k, value in enumerate(cells, 1)),
    )
    return path


@pytest.mark.parametrize(
    ("declared", "cells", "read_as"),
    [
        ("DATE", ["'2024-01-31'", "'2024-02-30'", "'待定'"], ["2024-01-31", "2024-02-30", "待定"]),
        ("DATE", ["'2024-01-31'", "20240131", "''"], ["2024-01-31", "20240131", ""]),
        (
            "DATETIME",
            ["'2024-01-31T20:00:00Z'", "'2024-01-31T25:61:00Z'", "'2024-01-31T20:00:00+05:00'"],
            ["2024-01-31T20:00:00Z", "2024-01-31T25:61:00Z", "2024-01-31T20:00:00+05:00"],
        ),
        (
            "DATETIME",
            ["'2024-01-31T20:00:00'", "'2024-01-31'", "NULL"],
            ["2024-01-31T20:00:00", "2024-01-31", None],
        ),
        ("TEXT", ["'甲'", "'甲' || char(0) || '乙'", "'丙'"], ["甲", "甲\0乙", "丙"]),
    ],
)
def test_what_is_not_of_the_declared_type_is_read_as_it_is_written(
    write_gpkg, declared, cells, read_as
):
    source = read(add(write_gpkg(), declared, cells))
    assert source.columns["x"].to_pylist() == read_as
    assert [(i.code, i.feature) for i in source.issues] == [("stored_otherwise", "第 2 行")]
    assert "row 2" in source.issues[0].en and "row 1" not in source.issues[0].en


def test_dates_and_instants_of_the_standard_keep_their_type(write_gpkg):
    source = read(add(write_gpkg(), "DATE", ["'2024-02-29'", "NULL", "'1999-12-31'"]))
    assert source.columns["x"].to_pylist() == [date(2024, 2, 29), None, date(1999, 12, 31)]
    source = read(add(write_gpkg(name="i.gpkg"), "DATETIME", ["'2024-01-31T20:00:00.000Z'"]))
    assert source.columns["x"][0].as_py() == datetime(2024, 1, 31, 20, tzinfo=UTC)
    assert source.issues == ()


def test_instants_of_other_zones_and_of_none_keep_what_they_say(write_gpkg):
    cells = ["2024-01-31T20:00:00+08:00", "2024-01-31T20:00:00", "2024-01-31T20:00:00.5Z"]
    source = read(add(write_gpkg(), "DATETIME", [f"'{cell}'" for cell in cells]))
    assert source.columns["x"].to_pylist() == cells
    assert source.issues == ()


@pytest.mark.parametrize(
    ("declared", "cells", "read_as"),
    [
        ("VARCHAR(20)", ["'C14'", "NULL", "'乙'"], ["C14", None, "乙"]),
        ("BIGINT", ["1400002020017120142", "NULL", "-1"], [1400002020017120142, None, -1]),
        ("DECIMAL(10,2)", ["2.25", "3", "NULL"], [2.25, 3.0, None]),
        ("NUMERIC", ["9007199254740993", "0.5", "NULL"], ["9007199254740993", "0.5", None]),
        ("BOOL", ["1", "0", "NULL"], [1, 0, None]),
        ("TIMESTAMP", ["'2024-01-31 20:00'", "NULL", "NULL"], ["2024-01-31 20:00", None, None]),
        ("", ["5", "'a'", "2.5"], ["5", "a", "2.5"]),
    ],
)  # fmt: skip
def test_types_that_gdal_does_not_know_are_read(write_gpkg, declared, cells, read_as):
    source = read(add(write_gpkg(), declared, cells))
    assert list(source.columns) == ["fid", "licence_no", "x"]
    assert source.columns["x"].to_pylist() == read_as
    assert source.issues == ()


def test_bytes_in_a_text_column_are_no_text(write_gpkg):
    source = read(add(write_gpkg(), "VARCHAR", ["'甲'", "x'C4E3FF'", "NULL"]))
    assert source.columns["x"].to_pylist() == ["甲", None, None]
    assert [(i.code, i.feature) for i in source.issues] == [("bad_value", "第 2 行")]


@pytest.mark.parametrize("declared", ["TEXT", "VARCHAR(9)"])
def test_text_of_another_encoding_is_refused_by_row(write_gpkg, declared):
    path = add(write_gpkg(), declared, ["'甲'", "'乙'", "CAST(x'C4E3BAC3' AS TEXT)"])
    with pytest.raises(FormatError, match="row 3, field x: the text is not UTF-8"):
        read(path)


def test_what_is_left_out_is_told(write_gpkg):
    path = add(write_gpkg(), "BLOB", ["x'00'", "x'01'", "NULL"])
    change(path, "ALTER TABLE rights ADD COLUMN other POLYGON")
    source = read(path)
    assert list(source.columns) == ["fid", "licence_no"]
    assert [(i.severity, i.code) for i in source.issues] == [("info", "column_ignored")] * 2
    assert source.lost["x"].tolist() == [0, 1] and source.lost["other"].tolist() == []


@pytest.mark.parametrize("declared", ["VARCHAR(9)", "DOUBLE"])
def test_bytes_in_a_column_of_text_or_numbers_are_lost(write_gpkg, declared):
    source = read(add(write_gpkg(), declared, ["'甲'", "x'ff'", "NULL"]))
    assert source.columns["x"].to_pylist() == ["甲", None, None]
    assert source.lost["x"].tolist() == [1]


def test_cells_that_are_no_geometry_are_errors_of_their_rows(write_gpkg):
    path = write_gpkg()
    change(
        path,
        "UPDATE rights SET geom = x'00112233445566778899' WHERE fid = 1",
        "UPDATE rights SET geom = 'POINT(110 35)' WHERE fid = 3",
    )
    source = read(path)
    assert [g is None for g in source.geometry] == [True, False, True]
    told = [(i.code, i.feature) for i in source.issues]
    assert told == [("unreadable_geometry", "第 1 行"), ("unreadable_geometry", "第 3 行")]


GEOM_4326 = "CAST(substr(geom, 1, 4) || x'e6100000' || substr(geom, 9) AS BLOB)"
GEOM_NONE = "CAST(substr(geom, 1, 4) || x'00000000' || substr(geom, 9) AS BLOB)"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gpkg_contents SET srs_id = 4326",
        "UPDATE gpkg_geometry_columns SET srs_id = 4326",
        f"UPDATE rights SET geom = {GEOM_4326}",
    ],
)
def test_statements_of_the_system_that_contradict_each_other_count_for_none(write_gpkg, statement):
    path = write_gpkg()
    change(path, statement)
    source = read(path)
    assert source.crs is None
    assert [i.code for i in source.issues] == ["crs_disbelieved"]
    assert "4490" in source.crs_note and "4326" in source.crs_note
    assert read(path, crs=pyproj.CRS.from_epsg(4490)).crs.to_epsg() == 4490


def test_a_geometry_of_another_system_is_an_error_of_its_row(write_gpkg):
    path = write_gpkg()
    change(path, f"UPDATE rights SET geom = {GEOM_4326} WHERE fid = 2")
    source = read(path)
    assert [g is None for g in source.geometry] == [False, True, False]
    assert source.crs.to_epsg() == 4490
    assert [(i.severity, i.feature) for i in source.issues] == [("error", "第 2 行")]
    assert "srs_id 4326" in source.issues[0].en
    change(path, "UPDATE gpkg_geometry_columns SET srs_id = 0")
    with pytest.raises(FormatError, match="several systems"):
        read(path)


def test_other_numbers_of_the_same_system_and_none_are_no_contradiction(write_gpkg):
    path = write_gpkg()
    change(path, f"UPDATE rights SET geom = {GEOM_NONE} WHERE fid = 2")
    assert read(path).crs.to_epsg() == 4490 and read(path).issues == ()
    change(
        path,
        "INSERT INTO gpkg_spatial_ref_sys SELECT srs_name, 99, organization, "
        "organization_coordsys_id, definition, '' FROM gpkg_spatial_ref_sys WHERE srs_id = 4490",
        "UPDATE gpkg_contents SET srs_id = 99",
    )
    assert read(path).crs.to_epsg() == 4490 and read(path).issues == ()


HOT = bytes.fromhex("d9d505f920a163d7") + bytes(20)


@pytest.mark.parametrize(("suffix", "log"), [("-wal", b"x" * 32), ("-journal", HOT)])
def test_a_log_beside_the_file_is_refused(write_gpkg, tmp_path, suffix, log):
    path = write_gpkg()
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "l.gpkg"
    link.symlink_to(path)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(path, "a/t.gpkg")
        archive.writestr(f"a/t.gpkg{suffix}", log)
    path.with_name(f"t.gpkg{suffix}").write_bytes(log)
    for name in (path, link, tmp_path / "z.zip"):
        with pytest.raises(FormatError, match=f"not closed \\(t.gpkg{suffix} is there\\)"):
            read(name)


def test_a_log_that_holds_nothing_is_no_obstacle(write_gpkg):
    path = write_gpkg()
    path.with_name("t.gpkg-journal").write_bytes(bytes(512))
    path.with_name("t.gpkg-wal").write_bytes(b"")
    assert len(read(path)) == 3


def test_a_file_still_in_write_ahead_mode_is_told(write_gpkg):
    path = write_gpkg()
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE x (y)")
    database.commit()
    database.close()
    source = read(path)
    assert len(source) == 3
    assert [(i.severity, i.code) for i in source.issues] == [("warning", "wal_mode")]


def test_a_column_called_like_the_row_number_changes_no_order(write_gpkg):
    path = write_gpkg(rowid=[3, 1, 2], code=["c", "a", "b"])
    change(path, "ALTER TABLE rights ADD COLUMN x VARCHAR", "UPDATE rights SET x = code")
    change(path, "CREATE INDEX backwards ON rights (x DESC, rowid, code)")
    source = read(path)
    assert source.columns["fid"].to_pylist() == [1, 2, 3]
    assert source.columns["x"].to_pylist() == source.columns["code"].to_pylist() == ["c", "a", "b"]
    assert source.columns["rowid"].to_pylist() == [3, 1, 2]


def test_a_table_registered_twice_is_refused(write_gpkg):
    path = write_gpkg()
    change(
        path,
        "ALTER TABLE rights ADD COLUMN other BLOB",
        "ALTER TABLE gpkg_geometry_columns RENAME TO old",
        "CREATE TABLE gpkg_geometry_columns AS SELECT * FROM old",
        "INSERT INTO gpkg_geometry_columns SELECT table_name, 'other', geometry_type_name, "
        "srs_id, z, m FROM old",
    )
    with pytest.raises(FormatError, match="registers the table rights twice"):
        read(path)


@pytest.mark.parametrize("catalogue", ["gpkg_contents", "gpkg_geometry_columns"])
def test_a_layer_registered_in_other_letters_is_not_hidden(write_gpkg, catalogue):
    path = write_gpkg(layer="rights")
    write_gpkg(2, layer="ponds")
    change(path, f"UPDATE {catalogue} SET table_name = 'RIGHTS' WHERE table_name = 'rights'")
    with pytest.raises(FormatError, match="registers a layer in different letters"):
        list_layers(path)
