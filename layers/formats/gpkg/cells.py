"""Cells of a GeoPackage's table as SQLite stores them, where GDAL would make them something else.

SQLite stores anything in any column. GDAL takes the first digits of a text for a number, the low
bits of a number that is too large, 1970-01-01 for what is no date, a text up to its first zero
byte, and leaves out columns of types that OGC 12-128r19, table 1, does not list (VARCHAR, BIGINT).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers.account import Issue
from layers.errors import FormatError
from layers.formats.source import refusal, row_labels
from layers.issues import SHOWN, info, label_en, listed, warning

_REALS = frozenset({"FLOAT", "DOUBLE", "REAL"})
_WHOLES = {"BOOLEAN": 2, "TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 32, "INT": 64, "INTEGER": 64}
"""Bits of the whole numbers of table 1; a truth value is 0 or 1, from Access -1."""
_SHAPES = re.compile(r"(MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOM(ETRY|COLLECTION).*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?)(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?")
_EXACT = 2**53  # whole numbers beyond it are not all floats


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name and the type it was declared with, in capitals."""

    name: str
    declared: str

    @property
    def kind(self) -> str:
        """Return the declared type without its length."""
        return self.declared.partition("(")[0].strip()

    @property
    def is_opaque(self) -> bool:
        """Return whether it holds bytes or further geometries, which are not read."""
        return self.kind == "BLOB" or _SHAPES.fullmatch(self.kind) is not None


class _NoText(bytes):
    """Text of a database that is not UTF-8."""


def columns_of(database: sqlite3.Connection, table: str, geometry: str) -> list[Column]:
    """Return the columns of a table beside its geometry, also computed ones."""
    rows = database.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
    return [
        Column(name, str(declared).upper().strip())
        for _, name, declared, *_rest in rows
        if name.lower() != geometry.lower()
    ]


def read_columns(
    path: Path,
    database: sqlite3.Connection,
    table: str,
    columns: Sequence[Column],
    delivered: dict[str, pa.Array],
) -> tuple[dict[str, pa.Array], dict[str, Ints], list[Issue]]:
    """Return all columns in the order of the table, and what had to be said of them.

    Between the two, by column, the rows that hold something which is not read.

    Parameters
    ----------
    delivered : what GDAL read; kept where every cell is what its column declares
    """
    known = {c.name for c in columns}
    out = {name: values for name, values in delivered.items() if name not in known}
    lost: dict[str, Ints] = {}
    issues: list[Issue] = []
    for column in columns:
        fits = _fits(column)
        if column.is_opaque:
            said = (
                [] if column.kind == "BLOB" and column.name not in delivered else [_opaque(column)]
            )
            issues += said
            lost[column.name] = _held(database, table, column)
        elif fits is None or column.name not in delivered:
            cells = _cells(path, database, table, column)
            out[column.name] = _by_storage(cells, column, issues)
            lost[column.name] = _unlike_text(cells)
        elif _is_plain(database, table, column, fits):
            out[column.name] = delivered[column.name]
        else:
            cells = _cells(path, database, table, column)
            if not all(value is None or fits(value) for value in cells):
                issues.append(_stored_otherwise(column, cells, fits))
            out[column.name] = pa.array(_texts(cells, column, issues), pa.string())
            lost[column.name] = _unlike_text(cells)
    return out, lost, issues


def check_text(
    path: Path, database: sqlite3.Connection, table: str, columns: Sequence[Column]
) -> None:
    """Refuse text that is not UTF-8, naming its row and field.

    Raises
    ------
    FormatError
        There is such a text.
    """
    for column in columns:
        _cells(path, database, table, column)


def rows_of(table: str) -> str:
    """Return what stands after FROM: the table itself, since an index need not agree with it."""
    return f"{quoted(table)} NOT INDEXED"


def row_number(database: sqlite3.Connection, table: str) -> str:
    """Return a name of SQLite's own row number that no column of the table has taken."""
    rows = database.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
    taken = {str(name).lower() for _, name, *_ in rows}
    free = [name for name in ("rowid", "_rowid_", "oid") if name not in taken]
    return free[0] if free else "rowid"


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def is_noise(issue: Issue) -> bool:
    """Return whether GDAL complains of what is read here, or told better here."""
    return issue.code == "gdal" and _NOISE.search(issue.en) is not None


_NOISE = re.compile(
    r"Field format '.*' not supported|geometry column '.*' of type '.*' ignored"
    r"|has multiple geometry fields|(Invalid|Non-conformant) content for record"
)


def _fits(column: Column) -> Callable[[Any], bool] | None:
    """Return the test of a cell's value for a type that GDAL knows, None for another type."""
    kind = column.kind
    if kind in _REALS:
        return lambda value: isinstance(value, int | float)
    if kind in _WHOLES and column.declared == kind:
        most = 1 << (_WHOLES[kind] - 1)
        return lambda value: isinstance(value, int) and -most <= value < most
    if kind == "TEXT":
        return lambda value: isinstance(value, str) and "\0" not in value
    if column.declared == "DATE":
        return _is_day
    return _is_instant if column.declared == "DATETIME" else None


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_instant(value: Any) -> bool:
    """Return whether a text is an instant: as the standard writes it, with ``Z``, or as GDAL does.

    GDAL writes another zone than UTC as it is, and none where it knows none.
    """
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    try:
        datetime.fromisoformat(match[1])
    except ValueError:
        return False
    return True


def _is_plain(
    database: sqlite3.Connection, table: str, column: Column, fits: Callable[[Any], bool]
) -> bool:
    """Return whether all cells are what the column declares; SQLite sorts out most of them."""
    name = quoted(column.name)
    kind = f"typeof({name})"
    if column.kind in _REALS:
        odd = f"{kind} NOT IN ('real', 'integer', 'null')"
    elif column.kind in _WHOLES:
        most = 1 << (_WHOLES[column.kind] - 1)
        odd = f"{kind} NOT IN ('integer', 'null') OR {kind} = 'integer' " \
              f"AND ({name} < -{most} OR {name} > {most - 1})"  # fmt: skip
    else:
        # A zero byte ends what length() counts, not the bytes.
        odd = f"{kind} NOT IN ('text', 'null') OR instr(CAST({name} AS BLOB), x'00')"
    if database.execute(f"SELECT count(*) FROM {rows_of(table)} WHERE {odd}").fetchone()[0]:
        return False
    if column.kind not in ("DATE", "DATETIME"):
        return True
    cells = database.execute(f"SELECT DISTINCT {name} FROM {rows_of(table)}").fetchall()
    if column.kind == "DATE":
        return all(value is None or fits(value) for (value,) in cells)
    # Of several zones, or none, GDAL makes UTC.
    return all(value is None or (fits(value) and value.endswith("Z")) for (value,) in cells)


def _cells(path: Path, database: sqlite3.Connection, table: str, column: Column) -> list[Any]:
    """Return a column's cells by row: None, int, float, str, bytes."""
    before, database.text_factory = database.text_factory, _text_or_not
    try:
        order = row_number(database, table)
        query = f"SELECT {quoted(column.name)} FROM {rows_of(table)} ORDER BY {order}"
        cells = [value for (value,) in database.execute(query).fetchall()]
    finally:
        database.text_factory = before
    for row, value in enumerate(cells, 1):
        if isinstance(value, _NoText):
            raise _not_utf8(path, row, column)
    return cells


def _text_or_not(raw: bytes) -> str | _NoText:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _NoText(raw)


def _not_utf8(path: Path, row: int, column: Column) -> FormatError:
    return refusal(
        path,
        f"第 {row} 行字段 {column.name} 的文字不是 UTF-8",
        f"row {row}, field {column.name}: the text is not UTF-8",
    )


def _held(database: sqlite3.Connection, table: str, column: Column) -> Ints:
    """Return the rows in which a column that is not read holds anything."""
    query = (
        f"SELECT {quoted(column.name)} IS NOT NULL FROM {rows_of(table)} "
        f"ORDER BY {row_number(database, table)}"
    )
    return np.flatnonzero([bool(held) for (held,) in database.execute(query).fetchall()])


def _unlike_text(cells: Sequence[Any]) -> Ints:
    return np.flatnonzero([v is not None and _as_text(v) is None for v in cells])


def _by_storage(cells: Sequence[Any], column: Column, issues: list[Issue]) -> pa.Array:
    """Return a column of a type that GDAL does not know by what its cells are."""
    held = {type(value) for value in cells if value is not None}
    if held == {int}:
        return pa.array(cells, pa.int64())
    wide = any(isinstance(value, int) and abs(value) > _EXACT for value in cells)
    if held and held <= {int, float} and not wide:
        return pa.array([None if v is None else float(v) for v in cells], pa.float64())
    return pa.array(_texts(cells, column, issues), pa.string())


def _texts(cells: Sequence[Any], column: Column, issues: list[Issue]) -> list[str | None]:
    out = []
    for label, value in zip(row_labels(len(cells)), cells, strict=True):
        text = _as_text(value)
        if text is None and value is not None:
            zh = f"{label}：字段 {column.name} 存有字节，不是文字，按空值"
            en = f"{label_en(label)}: {column.name} holds bytes, no text; taken as null"
            issues.append(warning("bad_value", zh, en, label))
        out.append(text)
    return out


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return repr(value)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _stored_otherwise(column: Column, cells: Sequence[Any], fits: Callable[[Any], bool]) -> Issue:
    labels = row_labels(len(cells))
    odd = [label for label, v in zip(labels, cells, strict=True) if v is not None and not fits(v)]
    zh, en = listed(odd[:SHOWN]), listed([label_en(v) for v in odd[:SHOWN]], "en")
    more = ("等", " and others") if len(odd) > SHOWN else ("", "")
    name, kind = column.name, column.declared
    return warning(
        "stored_otherwise",
        f"字段 {name} 声明为 {kind}，{zh}{more[0]}所存的不是，该字段按文字读",
        f"field {name} is declared {kind}, which {en}{more[1]} do not hold; read as text",
        odd[0] if odd else None,
    )


def _opaque(column: Column) -> Issue:
    name, kind = column.name, column.declared
    return info(
        "column_ignored",
        f"字段 {name} 的类型 {kind} 不用，已略去",
        f"field {name} of type {kind} left out",
    )
