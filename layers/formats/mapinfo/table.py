"""Native MapInfo tables: the values of a ``.dat`` and the kinds of objects of a ``.map``.

Source: the layout of native files as documented by the MITAB library.
"""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers.account import Issue
from layers.formats.encoding import Text, decode
from layers.formats.mapinfo.fields import (
    Field,
    NoValueError,
    column,
    definition,
    encoding_of,
    flag,
    names_of,
    number,
)  # fmt: skip
from layers.formats.source import refusal
from layers.issues import listed, warning

_ARC, _TEXT = (0x0A, 0x0B), (0x10, 0x11)
_ROUND = frozenset({*_ARC, 0x16, 0x17, 0x19, 0x1A})  # round rectangles and ellipses
_STORED = {"smallint": "<h", "integer": "<i", "largeint": "<q", "float": "<d"}
_WIDTHS = {"date": 4, "time": 4, "datetime": 8, "logical": 1}
_BITS = {b"\0": False, b"\1": True}
_AFFINE, _VERSION, _FIRST_BLOCK = 0x200, 0x104, 0x130


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of a ``.dat``: one tuple of cells each, without those marked as deleted."""

    cells: list[tuple[bytes, ...]]
    numbers: list[int]
    deleted: int


def read_fields(path: Path, raw: bytes) -> tuple[str, list[Field]]:
    """Return charset and fields that a ``.tab`` defines.

    Raises
    ------
    FormatError
        It defines other fields than it says.
    """
    charset = re.search(rb'charset\s+"([^"]*)"', raw, re.IGNORECASE)
    lines = re.split(rb"\r\n|\n|\r", raw)
    start = next((k for k, s in enumerate(lines) if re.match(rb"\s*fields\s+\d+", s, re.I)), None)
    if start is None:
        raise refusal(path, "没有 Fields 一行", "has no line Fields")
    count = int(lines[start].split()[1])
    found = [definition(line) for line in lines[start + 1 : start + 1 + count]]
    fields = [f for f in found if f]
    if len(fields) != count:
        raise refusal(
            path,
            f"应有 {count} 个字段，只认出 {len(fields)} 个",
            f"says it has {count} fields, {len(fields)} are understood",
        )
    return charset[1].decode("latin-1") if charset else "", fields


def read_records(path: Path, raw: bytes, fields: Sequence[Field]) -> Records:
    """Return the rows of a ``.dat``, which must have the length it declares.

    Raises
    ------
    FormatError
        It is cut, or its fields are not those of the ``.tab``.
    """
    count, head, size = struct.unpack_from("<ihH", raw.ljust(12, b"\0"), 4)
    if not 32 < head <= len(raw) or count < 0 or len(raw) < head + count * size:
        raise refusal(
            path,
            f".dat 声明 {count} 条记录，文件不足",
            f"its .dat declares {count} records and is cut",
        )
    descriptors = [raw[k : k + 32] for k in range(32, head - 31, 32)]
    widths = [d[16] for d in descriptors if d[0] != 0x0D and len(d) == 32]
    stated = [_width(f) or w for f, w in zip(fields, widths, strict=False)]
    if len(widths) != len(fields) or widths != stated or sum(widths) + 1 != size:
        raise refusal(
            path, ".dat 的字段与 .tab 不符", "the fields of its .dat are not those of the .tab"
        )
    shape = struct.Struct("c" + "".join(f"{w}s" for w in widths))
    rows = list(shape.iter_unpack(raw[head : head + count * size])) if count else []
    kept = [k for k, row in enumerate(rows) if row[0] != b"*"]
    return Records([rows[k][1:] for k in kept], [k + 1 for k in kept], count - len(kept))


def _width(field: Field) -> int:
    if field.kind in _STORED:
        return struct.calcsize(_STORED[field.kind])
    return _WIDTHS.get(field.kind, field.width)


def read_values(
    path: Path,
    charset: str,
    fields: Sequence[Field],
    records: Records,
    labels: Sequence[str],
    asked: str | None,
) -> tuple[dict[str, pa.Array], str, list[Issue]]:
    """Return the columns, their encoding and what had to be said.

    Raises
    ------
    FormatError
        A text is not in the encoding.
    """
    texts = [
        _trimmed(row[k]) for k, f in enumerate(fields) if f.kind == "char" for row in records.cells
    ]
    encoding, issues = encoding_of(path, charset, [f.name for f in fields], texts, asked)
    columns: dict[str, pa.Array] = {}
    names, damaged = names_of(path, fields, encoding)
    issues += damaged
    for k, name in enumerate(names):
        kind = fields[k].kind
        cells = [row[k] for row in records.cells]
        if kind == "char":
            columns[name] = pa.array(_decoded(path, name, cells, labels, encoding), pa.string())
            continue
        columns[name], told = column(name, kind, cells, labels, _of_bytes(kind))
        issues += told
    issues += _maybe_unfilled(fields, columns)
    return columns, encoding, issues


def _maybe_unfilled(fields: Sequence[Field], columns: Mapping[str, pa.Array]) -> list[Issue]:
    """Tell which truth values are false in every row: what is not filled in is stored as false."""
    names = [name for field, name in zip(fields, columns, strict=True) if field.kind == "logical"]
    bare = [name for name in names if set(columns[name].to_pylist()) == {False}]
    if not bare:
        return []
    zh = "MapInfo 表的逻辑字段没有空值，未填写的也存作“否”；这些字段全为“否”，请核对：" \
         f"{listed(bare)}"  # fmt: skip
    en = "a MapInfo table stores a truth value that was not filled in as false; these fields are " \
         f"false in every row, check them: {listed(bare, 'en')}"  # fmt: skip
    return [warning("maybe_unfilled", zh, en)]


def _trimmed(cell: bytes) -> bytes:
    return cell.split(b"\0", 1)[0].rstrip(b" ")


def _decoded(
    path: Path, name: str, cells: Sequence[bytes], labels: Sequence[str], encoding: str
) -> list[str]:
    known: dict[bytes, str] = {}
    for label, cell in zip(labels, cells, strict=True):
        if cell in known:
            continue
        trimmed = _trimmed(cell)
        text = decode(Text(trimmed, len(trimmed) == len(cell)), encoding)
        if text is None:
            raise refusal(
                path,
                f"{label}字段 {name} 的文字不是 {encoding}",
                f"{label}, field {name}: the text is not {encoding}",
            )
        known[cell] = text
    return [known[cell] for cell in cells]


def _of_bytes(kind: str) -> Callable[[bytes], Any]:
    if kind in _STORED:
        return lambda cell: struct.unpack(_STORED[kind], cell)[0]
    readers: dict[str, Callable[[bytes], Any]] = {
        "date": _date, "datetime": _moment, "time": _clock, "logical": _flag, "decimal": _decimal,
    }  # fmt: skip
    return readers[kind]


def _decimal(cell: bytes) -> float | None:
    text = _trimmed(cell).decode("latin-1").strip()
    return number(text) if text else None


def _flag(cell: bytes) -> bool | None:
    """Return a truth value: a byte 0 or 1 in native tables, a letter where another program wrote.

    There is no mark for null: what was not filled in is 0 too.
    """
    if cell in _BITS:
        return _BITS[cell]
    text = cell.decode("latin-1").strip(" ")
    return flag(text) if text else None


def _date(cell: bytes) -> datetime.date | None:
    year, month, day = struct.unpack("<hBB", cell)
    return datetime.date(year, month, day) if any(cell) else None


def _moment(cell: bytes) -> datetime.datetime | None:
    day, (passed,) = _date(cell[:4]), struct.unpack("<i", cell[4:])
    if day is None:
        return None
    if not 0 <= passed < 86_400_000:
        raise NoValueError(str(passed))
    midnight = datetime.datetime.combine(day, datetime.time())
    return midnight + datetime.timedelta(milliseconds=passed)


def _clock(cell: bytes) -> str | None:
    (passed,) = struct.unpack("<i", cell)
    if passed < 0:
        return None
    return str(datetime.timedelta(milliseconds=passed))


# -- the map ---------------------------------------------------------------------------------------


def is_affine(raw: bytes) -> bool:
    """Tell whether a ``.map`` moves its coordinates once more, which GDAL leaves out."""
    if len(raw) <= _AFFINE or struct.unpack_from("<h", raw, _VERSION)[0] < 500:
        return False
    first = struct.unpack_from("<i", raw, _FIRST_BLOCK)[0]
    return not 0 < first < 2 * _AFFINE and raw[_AFFINE] != 0


def kinds_of(path: Path, index: bytes, drawn: bytes, rows: Sequence[int]) -> list[int]:
    """Return the kind of object of each row, by its number; 0 where it has none.

    Raises
    ------
    FormatError
        ``.id`` and ``.map`` do not fit together.
    """
    kinds: list[int] = []
    for row in rows:
        place = struct.unpack_from("<i", index, 4 * row - 4)[0] if 4 * row <= len(index) else -1
        if place == 0:
            kinds.append(0)
            continue
        inside = 0 < place <= len(drawn) - 5
        if not inside or struct.unpack_from("<i", drawn, place + 1)[0] & 0x3FFFFFFF != row:
            raise refusal(
                path,
                f"第 {row} 行的图形在 .map 中找不到",
                f"the shape of row {row} is not in the .map",
            )
        kinds.append(drawn[place])
    return kinds


def has_arc(kind: int) -> bool:
    """Tell whether a kind of object is drawn with arcs."""
    return kind in _ROUND


def is_text(kind: int) -> bool:
    """Tell whether a kind of object is a text."""
    return kind in _TEXT
