"""GeoPackage: the database is questioned read-only before GDAL trusts its declared counts.

GDAL believes ``gpkg_ogr_contents.feature_count`` and the R-tree, both of which other programs
leave wrong. Rows are therefore counted in the table itself, and no spatial filter is ever used.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from gis.crs_names import difference
from gis.ragged import Bools, Ints, Shapes
from layers.account import Issue
from layers.errors import FormatError
from layers.formats import domains, geometries, ogr
from layers.formats.gpkg import cells as gpkg_cells
from layers.formats.gpkg import systems as gpkg_systems
from layers.formats.gpkg.cells import rows_of
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import warning
from layers.web_maps import claimed_by

_OWN_TRIGGERS = re.compile(r"(rtree_|gpkg_|trigger_(insert|delete)_feature_count_|fg[ts][iu]_)")
_OLD_VIEWS = {"spatial_ref_sys", "st_spatial_ref_sys", "geometry_columns", "st_geometry_columns"}
_NEEDED = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_STEPS = 20_000_000  # of SQLite's machine: a hostile schema must not hang the reader


def list_layers(path: Path) -> list[str]:
    """Return the feature tables."""
    with _database(path) as database:
        return [name for name, _ in _feature_tables(database)]


def read(path: Path, layer: str) -> Source:
    """Read all rows of a feature table, as many as the table itself holds."""
    with _database(path) as database:
        geometry = dict(_feature_tables(database))[layer]
        held = _one(database, f"SELECT count(*) FROM {rows_of(layer)}")
        miscounted = _miscounted(database, layer, held)
        issues = [*miscounted, *_left_open(path)]
        systems = gpkg_systems.stated(path, database, layer, geometry)
        with ogr.feature_by_feature("GPKG") if miscounted else nullcontext():
            rows, columns, lost = _rows(path, database, layer, geometry)
        columns = domains.with_words(columns, domains.of_geopackage(database, layer))
        definition, prose = _definition(database, layer), _description(database, layer)
    if len(rows.geometry) != held or len(systems.stored) != held:
        raise refusal(
            path,
            f"图层 {layer} 有 {held} 行，只读出 {len(rows.geometry)} 行",
            f"layer {layer} holds {held} rows, {len(rows.geometry)} were read",
        )
    shapes = rows.geometry.copy()
    shapes[systems.foreign] = None
    issues = [*issues, *rows.issues, *systems.issues]
    crs, note = ogr.parse_stated_crs(rows.crs)
    defined, _ = ogr.parse_stated_crs(definition)
    return Source(
        path=path,
        format="GPKG",
        layer=layer,
        sha256=digest_file(path),
        encoding=None,
        crs=crs,
        crs_note=note or ("来自 GeoPackage / from the GeoPackage" if crs else "没有说明 / none"),
        declared=held,
        columns=columns,
        geometry=shapes,
        labels=row_labels(held),
        lost=lost,
        prose=prose,
        issues=(*issues, *_unread(systems.stored, shapes, issues)),
        # GDAL goes by the code alone.
        crs_doubt=systems.conflict
        or claimed_by(defined)
        or (difference(crs, defined) if crs and defined else None),
    )


def _rows(
    path: Path, database: sqlite3.Connection, layer: str, geometry: str
) -> tuple[ogr.Rows, dict[str, pa.Array], dict[str, Ints]]:
    """Return what GDAL reads of a table, and its columns with what GDAL would make up set right.

    The last are, by column, the rows that hold something which is not read.
    """
    columns = gpkg_cells.columns_of(database, layer, geometry)
    file = path.resolve()
    key = ogr.key_column(path, file, layer, IMMUTABLE="YES")
    try:
        rows = ogr.read_rows(path, file, layer, row_number=key is not None, IMMUTABLE="YES")
    except FormatError:
        gpkg_cells.check_text(path, database, layer, columns)
        raise
    if key is not None and not _in_order(rows.columns.get(key)):
        raise refusal(
            path,
            f"图层 {layer} 的各行没有按主键 {key} 的次序读出",
            f"layer {layer}: its rows do not come in the order of their key {key}",
        )
    read, lost, said = gpkg_cells.read_columns(path, database, layer, columns, rows.columns)
    heard = [i for i in rows.issues if not gpkg_cells.is_noise(i)]
    return replace(rows, issues=(*heard, *said)), read, lost


def _in_order(keys: pa.Array | None) -> bool:
    """Return whether rows came as SQLite numbers them, which is how its cells are read here."""
    if keys is None:
        return True
    return keys.null_count == 0 and bool((np.diff(keys.to_numpy()) > 0).all())


def _miscounted(database: sqlite3.Connection, layer: str, held: int) -> list[Issue]:
    stated = _stated_count(database, layer)
    if stated is None or stated == held:
        return []
    return [
        warning(
            "count_contradicted",
            f"图层 {layer} 登记为 {stated} 行，表中实有 {held} 行，全部读入",
            f"layer {layer} is registered with {stated} rows but holds {held}; all were read",
        )
    ]


def _unread(stored: Bools, shapes: Shapes, issues: list[Issue]) -> list[Issue]:
    """Return an error for each row that has a geometry which GDAL did not deliver."""
    lost = stored & np.asarray(shapely.is_missing(shapes))
    said = {i.feature for i in issues if i.code in geometries.LOST_GEOMETRY}
    labels = row_labels(len(shapes))
    missed = [labels[k] for k in np.flatnonzero(lost)]
    return [geometries.unreadable_geometry(label) for label in missed if label not in said]


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    for log in _logs(path):
        raise refusal(
            path,
            f"另一程序正在写入或没有正常关闭（有 {log.name}），其中可能有尚未并入的数据；"
            "请在该程序中关闭文件后再试",
            f"is being written or was not closed ({log.name} is there), which may hold data not "
            "yet in it; close the file in the program that has it open",
        )
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    steps = iter(range(_STEPS // 10_000))
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.set_progress_handler(lambda: next(steps, None) is None, 10_000)
        _check_schema(path, database)
        database.set_progress_handler(None, 0)
        yield database
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise refusal(
            path, f"数据库已损坏：{error}", f"the database is damaged: {error}"
        ) from error
    finally:
        database.close()


def _left_open(path: Path) -> list[Issue]:
    """Warn of a database in write-ahead mode: its log may have been left behind when copied."""
    with path.open("rb") as stream:
        head = stream.read(20)
    if head[18:20] != b"\2\2":
        return []
    zh = "文件仍处于 WAL 方式：若是在打开时复制的，最近的修改可能不在其中，请关闭后重新复制"
    en = (
        "the file is still in write-ahead mode: if it was copied while open, the latest changes "
        "may not be in it; close it and copy it again"
    )
    return [warning("wal_mode", zh, en)]


def _logs(path: Path) -> Iterator[Path]:
    """Yield the logs beside a database, or beside what its link leads to, that hold changes."""
    for file in dict.fromkeys((path, path.resolve())):
        for suffix in ("-wal", "-journal"):
            log = file.with_name(file.name + suffix)
            if log.exists() and log.stat().st_size and not _is_void(log):
                yield log


def _is_void(log: Path) -> bool:
    """Return whether a journal was left behind with its header wiped, as PERSIST does."""
    if not log.name.endswith("-journal"):
        return False
    try:
        with log.open("rb") as stream:
            return not stream.read(28).strip(b"\0")
    except PermissionError:  # it is not among the files that this process may open
        return False


def _check_schema(path: Path, database: sqlite3.Connection) -> None:
    rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    tiled = _tile_triggers(database)
    for kind, name, sql in rows:
        if kind == "view" and name not in _OLD_VIEWS:  # made by GDAL 1.11 and 2.0
            raise refusal(path, f"含有视图 {name}，不予读取", f"holds a view ({name})")
        if kind == "trigger" and not _OWN_TRIGGERS.match(name) and name not in tiled:
            raise refusal(path, f"含有触发器 {name}，不予读取", f"holds a trigger ({name})")
        if re.match(r"\s*create\s+virtual", sql or "", re.I) and not re.search(
            r"\busing\s+\"?rtree\b", sql, re.I
        ):
            raise refusal(path, f"含有虚拟表 {name}，不予读取", f"holds a virtual table ({name})")
    _check_tables(path, database, {name for kind, name, _ in rows if kind == "table"})
    state = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise refusal(path, f"数据库已损坏：{state}", f"the database is damaged: {state}")


def _tile_triggers(database: sqlite3.Connection) -> set[str]:
    """Return the names of the triggers that the standard gives to tables of tiles (annex D)."""
    query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'tiles'"
    try:
        tables = [str(name) for (name,) in database.execute(query)]
    except sqlite3.Error:  # which is told of below
        return set()
    parts = ("zoom", "tile_column", "tile_row")
    return {f"{t}_{part}_{what}" for t in tables for part in parts for what in ("insert", "update")}


def _check_tables(path: Path, database: sqlite3.Connection, tables: set[str]) -> None:
    for name in _NEEDED:
        if name not in tables:
            raise refusal(path, f"不是 GeoPackage（没有 {name}）", f"not a GeoPackage (no {name})")
    _check_letters(path, database)
    named = [name for name, _ in _feature_tables(database)]
    for name in named:
        if name not in tables:
            raise refusal(path, f"没有所登记的表 {name}", f"registers a missing table ({name})")
        if named.count(name) > 1:
            raise refusal(path, f"表 {name} 登记了两次", f"registers the table {name} twice")


def _check_letters(path: Path, database: sqlite3.Connection) -> None:
    """Refuse a layer registered in other letters than its geometry: it would not be listed."""
    row = database.execute(
        "SELECT c.table_name, g.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g "
        "ON lower(g.table_name) = lower(c.table_name) AND g.table_name <> c.table_name "
        "WHERE lower(c.data_type) = 'features'"
    ).fetchone()
    if row is not None:
        raise refusal(
            path,
            f"图层登记的名称大小写不一（{row[0]}、{row[1]}）",
            f"registers a layer in different letters ({row[0]}, {row[1]})",
        )


def _feature_tables(database: sqlite3.Connection) -> list[tuple[str, str]]:
    return database.execute(
        "SELECT c.table_name, g.column_name FROM gpkg_contents c "
        "JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
        "WHERE c.data_type = 'features' ORDER BY c.rowid"
    ).fetchall()


def _definition(database: sqlite3.Connection, layer: str) -> str:
    """Return the text that defines a table's system beside its code."""
    row = database.execute(
        "SELECT s.definition FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s "
        "ON s.srs_id = g.srs_id WHERE lower(g.table_name) = lower(?)",
        (layer,),
    ).fetchone()
    return str(row[0] or "") if row else ""


def _description(database: sqlite3.Connection, layer: str) -> str:
    """Return what is registered of a table beside its name, a line for each column."""
    held = {row[1] for row in database.execute("PRAGMA table_info(gpkg_contents)")}
    told = [name for name in ("identifier", "description") if name in held]
    query = f"SELECT {', '.join(told)} FROM gpkg_contents WHERE lower(table_name) = lower(?)"
    row = database.execute(query, (layer,)).fetchone() if told else None
    lines = zip(told, map(str, row or ()), strict=False)
    return "\n".join(f"{name}：{' '.join(words.split())}" for name, words in lines if words)


def _stated_count(database: sqlite3.Connection, layer: str) -> int | None:
    if not _one(database, "SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_ogr_contents'"):
        return None
    row = database.execute(
        "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)", (layer,)
    ).fetchone()
    return row[0] if row else None


def _one(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])
