"""The attribute table of a Shapefile: header, raw text, cells that are not what they say.

GDAL reads the values; this module looks at the bytes first, because GDAL believes the record
count, guesses the encoding, and reads text in a number cell as 0.

Source of the layout: dBASE level 5 table file, as described for the Shapefile format by ESRI
(Shapefile Technical Description, 1998) and the Shapefile C library.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gis.ragged import Bools
from layers.formats.encoding import Text
from layers.formats.source import refusal

Bytes = npt.NDArray[np.uint8]
_FRACTION = re.compile(rb"[.eE]")
_INT64_WIDTH = 18  # wider whole numbers are floats to GDAL
_EXACT_DIGITS = 15
_ZEROS = re.compile(rb"\.0*$")
_KINDS = "CNFDL"
_FOXPRO = (0x30, 0x31, 0x32)  # versions that keep the name of a database after the header
_TRUTHS = {**dict.fromkeys((b"T", b"t", b"Y", b"y", b"1"), True),
           **dict.fromkeys((b"F", b"f", b"N", b"n", b"0"), False)}  # fmt: skip
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


_NAME_BYTES = 10
_NUMBERED = re.compile(rb"_\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: name as bytes, type letter, place in the record, decimals."""

    name: bytes
    kind: str
    start: int
    width: int
    decimals: int

    @property
    def name_parts(self) -> tuple[Text, str]:
        """Return the name and the number behind it, where GDAL made one of two long names.

        It cuts a name to ten bytes, and the second of its kind to eight before ``_1``: a character
        of several bytes may be cut in the middle of the name.
        """
        end = _NUMBERED.search(self.name) if len(self.name) >= _NAME_BYTES else None
        if end is None:
            return Text(self.name, len(self.name) >= _NAME_BYTES), ""
        return Text(self.name[: end.start()], True), end[0].decode("ascii")

    @property
    def is_text(self) -> bool:
        """Return whether the column holds characters."""
        return self.kind == "C"

    @property
    def is_read(self) -> bool:
        """Return whether its cells hold their values: memos and binaries lie in other files."""
        return self.kind in _KINDS


@dataclass(frozen=True, eq=False)
class Table:
    """Header and records of a DBF; ``cells`` is (n, record length) uint8, deletion mark first."""

    path: Path
    fields: tuple[Field, ...]
    language_id: int
    cells: Bytes

    @property
    def deleted(self) -> Bools:
        """Return (n,) bool: the record is marked as deleted."""
        return np.asarray(self.cells[:, 0] == ord("*"))

    def column(self, field: Field) -> Bytes:
        """Return (n, width) uint8, the raw cells of a column."""
        return self.cells[:, field.start : field.start + field.width]

    def texts(self) -> list[Text]:
        """Return all field names and every distinct text value that holds non-ASCII bytes."""
        out = [f.name_parts[0] for f in self.fields]
        for field in self.fields:
            if field.is_text and field.width and len(self.cells):
                cells = self.column(field)
                marked = cells[(cells > 0x7F).any(axis=1)]
                values = np.unique(np.ascontiguousarray(marked).view(f"S{field.width}"))
                out += [_text(bytes(v), field.width) for v in values]
        return out

    def misread(self, field: Field) -> Bools:
        """Return (n,) bool: the cell holds something that is no value of its type.

        GDAL reads text in a number cell as 0 (``12 kt`` as 12) and an impossible date as
        1970-01-01.
        """
        return self._are(field, lambda value: not _CHECKS.get(field.kind, _anything)(value))

    def overflowed(self, field: Field) -> Bools:
        """Return (n,) bool: the number was too long for its cell, and asterisks stand for it."""
        return self._are(field, lambda value: field.kind in "NF" and value[:1] == b"*")

    def truths(self, field: Field) -> list[bool | None]:
        """Return a logical column; GDAL reads ``1`` as false, and so an empty cell."""
        values, inverse = self._distinct(field)
        made = [_TRUTHS.get(value) for value in values]
        return [made[k] for k in inverse]

    def restored(self, field: Field) -> list[float | str | None] | None:
        """Return a number column whose cells say more than GDAL reads, None where it is right.

        GDAL cuts ``1.5`` to 1 where the header declares no decimals, and rounds numbers of more
        than 15 digits in wide fields; the former become floats, the latter text.
        """
        if field.kind not in "NF" or not field.width:
            return None
        values, inverse = self._distinct(field)
        fine = [v if _is_number(v) and v[:1] != b"*" else b"" for v in values]
        made: list[float | str | None]
        wide = field.decimals or field.width > _INT64_WIDTH or field.kind == "F"
        if wide and any(_digits_lost(v) for v in fine):
            made = [_ZEROS.sub(b"", v).decode("ascii") if v else None for v in fine]
        elif not field.decimals and any(_FRACTION.search(v) for v in fine):
            made = [float(v) if v else None for v in fine]
        else:
            return None
        return [made[k] for k in inverse]

    def _are(self, field: Field, test: Callable[[bytes], bool]) -> Bools:
        if not field.width:
            return np.zeros(len(self.cells), bool)
        values, inverse = self._distinct(field)
        return np.array([test(v) for v in values], bool)[inverse]

    def _distinct(self, field: Field) -> tuple[list[bytes], npt.NDArray[np.intp]]:
        cells = np.ascontiguousarray(self.column(field)).view(f"S{field.width}").ravel()
        values, inverse = np.unique(cells, return_inverse=True)
        return [bytes(v).strip(b" \0") for v in values], inverse


def read_table(path: Path) -> Table:
    """Read a DBF whose header, record count and size agree.

    Raises
    ------
    FormatError
        The file is cut off, or holds more records than it declares.
    """
    raw = path.read_bytes()
    if len(raw) < 33:
        raise refusal(path, "属性表文件头不完整", "the table's header is cut off")
    declared = int.from_bytes(raw[4:8], "little")
    header = int.from_bytes(raw[8:10], "little")
    length = int.from_bytes(raw[10:12], "little")
    fields = _fields(path, raw, header, length)
    _check_size(path, len(raw), declared, header, length)
    _check_start(path, raw, header, 32 + 32 * len(fields))
    body = np.frombuffer(raw, np.uint8, declared * length, header)
    table = Table(path, fields, raw[29], body.reshape(declared, length))
    _check_marks(path, table)
    return table


def _fields(path: Path, raw: bytes, header: int, length: int) -> tuple[Field, ...]:
    out: list[Field] = []
    start = 1
    for at in range(32, min(header, len(raw)) - 31, 32):
        if raw[at] == 0x0D:
            break
        name = raw[at : at + 11].split(b"\0")[0].rstrip()
        kind = chr(raw[at + 11])
        # a text field may be wider than 255: its decimals byte is then the high byte
        width = raw[at + 16] + (raw[at + 17] << 8 if kind == "C" else 0)
        out.append(Field(name, kind, start, width, raw[at + 17]))
        start += width
    if start != length or header > len(raw):
        raise refusal(
            path,
            f"属性表字段总宽 {start} 与记录长度 {length} 不符",
            f"the fields are {start} bytes wide, the records {length}",
        )
    return tuple(out)


def _check_size(path: Path, size: int, declared: int, header: int, length: int) -> None:
    held = (size - header) // length
    if held < declared:
        raise refusal(
            path,
            f"属性表声明 {declared} 条记录，文件只有 {held} 条（被截断）",
            f"the table declares {declared} records, the file holds {held} (cut off)",
        )
    if held > declared:
        raise refusal(
            path,
            f"属性表声明 {declared} 条记录，文件里却有 {held} 条",
            f"the table declares {declared} records, the file holds {held}",
        )


def _check_start(path: Path, raw: bytes, header: int, end: int) -> None:
    """Refuse a table whose records do not begin where its list of fields ends."""
    if raw[0] not in _FOXPRO and raw[end + 1 : header].strip(b"\0"):
        raise refusal(
            path,
            f"属性表文件头声明 {header} 字节，字段表却止于 {end + 1} 字节",
            f"the table's header declares {header} bytes, its fields end at {end + 1}",
        )


def _check_marks(path: Path, table: Table) -> None:
    """Refuse a table with a record that begins with neither a blank nor an asterisk."""
    odd = np.flatnonzero(~np.isin(table.cells[:, 0], (ord(" "), ord("*"))))
    if len(odd):
        row = int(odd[0]) + 1
        raise refusal(
            path,
            f"属性表第 {row} 条记录的标记不对（文件头或记录长度有误）",
            f"the table's record {row} has no valid mark (header or record length is wrong)",
        )


def _text(raw: bytes, width: int) -> Text:
    trimmed = raw.rstrip(b" \0")
    return Text(trimmed, len(trimmed) == width)


def _is_date(text: bytes) -> bool:
    if not text.strip(b"0"):
        return True  # empty: GDAL reads it as null
    if len(text) != 8 or not text.isdigit():
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _is_number(text: bytes) -> bool:
    if not text or text.startswith(b"*"):
        return True  # empty, or overflowed its width: GDAL reads both as null
    return _NUMBER.fullmatch(text) is not None and math.isfinite(float(text))


def _digits_lost(number: bytes) -> bool:
    """Return whether a float would not hold all digits before the point.

    No number of a thing has more than 30 digits; what is larger stands for no value (-1.79e308).
    """
    return bool(number) and 10**_EXACT_DIGITS <= abs(float(number)) < 1e30


def _is_flag(text: bytes) -> bool:
    return text in _TRUTHS or not text or text == b"?"


def _anything(_: bytes) -> bool:
    return True


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "N": _is_number,
    "F": _is_number,
    "D": _is_date,
    "L": _is_flag,
}
