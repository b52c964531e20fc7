"""Which coordinate system a GeoPackage's geometries are in: it is stated three times.

Each geometry carries an ``srs_id``, its table has one in ``gpkg_geometry_columns`` and one in
``gpkg_contents``. GDAL reads the second only. Source: OGC 12-128r19, 2.1.3 and requirement 146.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj

from gis.crs_names import Reason, difference
from gis.ragged import Bools, Ints
from layers.account import Issue
from layers.errors import FormatError
from layers.formats import ogr
from layers.formats.gpkg.cells import quoted, row_number, rows_of
from layers.formats.source import refusal, row_labels
from layers.issues import error, label_en, listed

_UNDEFINED = frozenset({0, -1})
_GEOMETRIES = "图形", "its geometries"
_CONTENTS = "gpkg_contents ", "gpkg_contents"


@dataclass(frozen=True, eq=False)
class Stated:
    """What the statements come to.

    Attributes
    ----------
    conflict : why no system counts as stated, None where the statements agree
    stored : (n,) bool, the row has something in its geometry cell
    foreign : (n,) bool, the row's geometry names another system than the table
    """

    conflict: Reason | None
    stored: Bools
    foreign: Bools
    issues: tuple[Issue, ...] = ()


def stated(path: Path, database: sqlite3.Connection, layer: str, geometry: str) -> Stated:
    """Compare the statements about a feature table.

    Raises
    ------
    FormatError
        Its geometries are of several systems, none of them the table's.
    """
    table = _of_table(database, "gpkg_geometry_columns", layer)
    contents = _of_table(database, "gpkg_contents", layer)
    ids, stored = _of_rows(database, layer, geometry)
    named = {int(k) for k in np.unique(ids)} - _UNDEFINED
    first = _first_alike(database, {table, contents, *named})
    systems = {first[k] for k in named}
    if len(systems) > 1 and first[table] not in systems:
        raise _mixed(path, layer, named)
    odd = {k for k in named if first[k] != first[table]} if table not in _UNDEFINED else set()
    if len(systems) == 1 and odd:
        return Stated(_conflict(table, _GEOMETRIES, odd), stored, np.zeros(len(ids), bool))
    foreign = np.isin(ids, list(odd))
    conflict = None
    if not {table, contents} & _UNDEFINED and first[table] != first[contents]:
        conflict = _conflict(table, _CONTENTS, {contents})
    labels = row_labels(len(ids))
    issues = tuple(_foreign(labels[k], int(ids[k]), table) for k in np.flatnonzero(foreign))
    return Stated(conflict, stored, foreign, issues)


def _of_table(database: sqlite3.Connection, catalogue: str, layer: str) -> int:
    row = database.execute(
        f"SELECT srs_id FROM {catalogue} WHERE table_name = ?",
        (layer,),
    ).fetchone()
    return row[0] if row and isinstance(row[0], int) else 0


def _of_rows(database: sqlite3.Connection, layer: str, geometry: str) -> tuple[Ints, Bools]:
    """Return the ``srs_id`` in each geometry, 0 where there is none, and where cells hold any."""
    name = quoted(geometry)
    rows = database.execute(
        f"SELECT {name} IS NOT NULL, typeof({name}) = 'blob', substr({name}, 1, 8) "
        f"FROM {rows_of(layer)} ORDER BY {row_number(database, layer)}"
    ).fetchall()
    stored = np.array([bool(held) for held, _, _ in rows], bool)
    return np.array([_id_of(head) if blob else 0 for _, blob, head in rows], np.int64), stored


def _id_of(head: bytes | None) -> int:
    if head is None or len(head) < 8 or head[:2] != b"GP":
        return 0
    return int.from_bytes(head[4:8], "little" if head[3] & 1 else "big", signed=True)


def _first_alike(database: sqlite3.Connection, ids: set[int]) -> dict[int, int]:
    """Return for each ``srs_id`` the first one that is defined as the same system."""
    known: dict[int, pyproj.CRS | None] = {k: _defined(database, k) for k in sorted(ids)}
    out: dict[int, int] = {}
    for one, crs in known.items():
        out[one] = next((k for k in out if _are_same(crs, known[k])), one)
    return out


def _are_same(one: pyproj.CRS | None, other: pyproj.CRS | None) -> bool:
    return one is not None and other is not None and difference(one, other) is None


def _defined(database: sqlite3.Connection, srs_id: int) -> pyproj.CRS | None:
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None or srs_id in _UNDEFINED:
        return None
    named = f"EPSG:{row[1]}" if str(row[0]).upper() == "EPSG" else None
    return ogr.parse_stated_crs(named)[0] or ogr.parse_stated_crs(row[2])[0]


def _conflict(table: int, where: Reason, others: set[int]) -> Reason:
    names = ", ".join(map(str, sorted(others)))
    return (
        f"坐标系说法不一：gpkg_geometry_columns 为 srs_id {table}，{where[0]}为 {names}",
        f"gpkg_geometry_columns states srs_id {table}, {where[1]} {names}",
    )


def _mixed(path: Path, layer: str, ids: set[int]) -> FormatError:
    names = [str(k) for k in sorted(ids)]
    return refusal(
        path,
        f"图层 {layer} 的图形分属多个坐标系（srs_id {listed(names)}），均与图层所注不同",
        f"layer {layer}: its geometries are of several systems (srs_id {listed(names, 'en')}), "
        "none of them the layer's",
    )


def _foreign(label: str, own: int, table: int) -> Issue:
    return error(
        "unreadable_geometry",
        f"{label}：图形注明的坐标系（srs_id {own}）不是图层的（{table}）",
        f"{label_en(label)}: its geometry is of srs_id {own}, the layer of {table}",
        label,
    )
