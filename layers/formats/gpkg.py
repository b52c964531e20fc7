"""GeoPackage: the database is questioned read-only before GDAL trusts its declared counts.

GDAL believes ``gpkg_ogr_contents.feature_count`` and the R-tree, both of which other programs
leave wrong. Rows are therefore counted in the table itself, and no spatial filter is ever used.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from gis.crs_names import difference
from layers.formats import ogr
from layers.formats.source import Source, digest_file, refusal, row_labels
from layers.issues import warning

_OWN_TRIGGERS = re.compile(r"(rtree_|gpkg_|trigger_(insert|delete)_feature_count_|fg[ts][iu]_)")
_OLD_VIEWS = {"spatial_ref_sys", "st_spatial_ref_sys", "geometry_columns", "st_geometry_columns"}
_NEEDED = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_REALS = frozenset({"FLOAT", "DOUBLE", "REAL"})
_WHOLES = {"BOOLEAN": 2, "TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 32, "INT": 64, "INTEGER": 64}
"""Bits of the whole numbers of OGC 12-128r19, table 1; a truth value is 0 or 1, from Access -1."""
_STEPS = 20_000_000  # of SQLite's machine: a hostile schema must not hang the reader


def list_layers(path: Path) -> list[str]:
    """Return the feature tables."""
    with _database(path) as database:
        return [name for name, _ in _feature_tables(database)]


def read(path: Path, layer: str) -> Source:
    """Read all rows of a feature table, as many as the table itself holds."""
    with _database(path) as database:
        geometry = dict(_feature_tables(database))[layer]
        held = _one(database, f"SELECT count(*) FROM {_quoted(layer)}")
        stored = _one(database, f"SELECT count({_quoted(geometry)}) FROM {_quoted(layer)}")
        stated = _stated_count(database, layer)
        texts = _stored_otherwise(database, layer)
        definition = _definition(database, layer)
    options = {"IMMUTABLE": "YES"}
    key = ogr.key_column(path, path.resolve(), layer, **options)
    rows = ogr.read_rows(path, path.resolve(), layer, row_number=key is not None, **options)
    if len(rows.geometry) != held:
        raise refusal(
            path,
            f"图层 {layer} 有 {held} 行，只读出 {len(rows.geometry)} 行",
            f"layer {layer} holds {held} rows, {len(rows.geometry)} were read",
        )
    issues = list(rows.issues)
    for name, values in texts.items():
        rows.columns[name] = pa.array(values, pa.string())
        zh = f"字段 {name} 声明为数字，所存的不尽是，按文字读"
        en = f"field {name} is declared a number, not all it holds are; read as text"
        issues.append(warning("stored_otherwise", zh, en))
    if stated is not None and stated != held:
        issues.append(
            warning(
                "count_contradicted",
                f"图层 {layer} 登记为 {stated} 行，表中实有 {held} 行，全部读入",
                f"layer {layer} is registered with {stated} rows but holds {held}; all were read",
            )
        )
    lost = stored - sum(shape is not None for shape in rows.geometry)
    if lost > sum(i.code in ("curved_geometry", "unreadable_geometry") for i in issues):
        raise refusal(
            path,
            f"图层 {layer} 有 {lost} 个几何无法读取",
            f"layer {layer}: {lost} geometries cannot be read",
        )
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
        columns=rows.columns,
        geometry=rows.geometry,
        labels=row_labels(held),
        issues=tuple(issues),
        # GDAL goes by the code alone.
        crs_doubt=difference(crs, defined) if crs and defined else None,
    )


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise refusal(
            path,
            f"另一程序正在写入或没有正常关闭（有 {log.name}）",
            f"is being written or was not closed ({log.name} is there)",
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


def _check_schema(path: Path, database: sqlite3.Connection) -> None:
    rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    for kind, name, sql in rows:
        if kind == "view" and name not in _OLD_VIEWS:  # made by GDAL 1.11 and 2.0
            raise refusal(path, f"含有视图 {name}，不予读取", f"holds a view ({name})")
        if kind == "trigger" and not _OWN_TRIGGERS.match(name):
            raise refusal(path, f"含有触发器 {name}，不予读取", f"holds a trigger ({name})")
        if re.match(r"\s*create\s+virtual", sql or "", re.I) and not re.search(
            r"\busing\s+\"?rtree\b", sql, re.I
        ):
            raise refusal(path, f"含有虚拟表 {name}，不予读取", f"holds a virtual table ({name})")
    tables = {name for kind, name, _ in rows if kind == "table"}
    for name in _NEEDED:
        if name not in tables:
            raise refusal(path, f"不是 GeoPackage（没有 {name}）", f"not a GeoPackage (no {name})")
    for name, _ in _feature_tables(database):
        if name not in tables:
            raise refusal(path, f"没有所登记的表 {name}", f"registers a missing table ({name})")
    state = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise refusal(path, f"数据库已损坏：{state}", f"the database is damaged: {state}")


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


def _stated_count(database: sqlite3.Connection, layer: str) -> int | None:
    if not _one(database, "SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_ogr_contents'"):
        return None
    row = database.execute(
        "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)", (layer,)
    ).fetchone()
    return row[0] if row else None


def _stored_otherwise(database: sqlite3.Connection, layer: str) -> dict[str, list[str | None]]:
    """Return as text the number columns in which other things are stored, as SQLite allows.

    GDAL would take the first digits of a text, the whole part of a fraction in a column of whole
    numbers, and the low bits of a number that is too large.
    """
    table, out = _quoted(layer), {}
    for _, name, declared, *_rest in database.execute(f"PRAGMA table_info({table})").fetchall():
        kind, column = str(declared).upper().partition("(")[0].strip(), _quoted(name)
        if kind in _REALS:
            odd = f"typeof({column}) NOT IN ('real', 'integer', 'null')"
        elif kind in _WHOLES:
            most = 1 << (_WHOLES[kind] - 1)
            odd = (
                f"typeof({column}) NOT IN ('integer', 'null') OR typeof({column}) = 'integer' "
                f"AND ({column} < -{most} OR {column} > {most - 1})"
            )
        else:
            continue
        if _one(database, f"SELECT count(*) FROM {table} WHERE {odd}"):
            # Without an order SQLite may go along an index of the column; GDAL reads by row.
            cells = database.execute(f"SELECT {column} FROM {table} ORDER BY rowid").fetchall()
            out[name] = [_as_text(value) for (value,) in cells]
    return out


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)


def _one(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
