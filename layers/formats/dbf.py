"""The attribute table of a Shapefile: header, raw text, cells that are not what they say.

GDAL reads the values; this module looks at the bytes first, because GDAL believes the record
count, guesses the encoding, and reads text in a number cell as 0.

Source of the layout: dBASE level 5 table file, as described for the Shapefile format by ESRI
(Shapefile Technical Description, 1998) and the Shapefile C library.
"""

from __future__ import annotations

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
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: name as bytes, type letter, place in the record, decimals."""

    name: bytes
    kind: str
    start: int
    width: int
    decimals: int

    @property
    def is_text(self) -> bool:
        """Return whether the column holds characters."""
        return self.kind == "C"


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
        out = [Text(f.name, len(f.name) >= 10) for f in self.fields]
        for field in self.fields:
            if field.is_text and field.width and len(self.cells):
                cells = self.column(field)
                marked = cells[(cells > 0x7F).any(axis=1)]
                values = np.unique(np.ascontiguousarray(marked).view(f"S{field.width}"))
                out += [_text(bytes(v), field.width) for v in values]
        return out

    def misread(self, field: Field) -> Bools:
        """Return (n,) bool: GDAL would make a value of a cell that holds none.

        It reads text in a number cell as 0 (``12 kt`` as 12), an impossible date as 1970-01-01
        and an empty logical cell as false.
        """
        check = _CHECKS.get(field.kind)
        if check is None or not field.width:
            return np.zeros(len(self.cells), bool)
        values, inverse = self._distinct(field)
        return np.array([not check(v) for v in values], bool)[inverse]

    def restored(self, field: Field) -> list[float | str | None] | None:
        """Return a column declared as whole numbers whose cells say more, None where GDAL is right.

        GDAL cuts ``1.5`` to 1 where the header declares no decimals, and rounds whole numbers
        of more than 15 digits in wide fields; the former become floats, the latter text.
        """
        if field.kind not in "NF" or field.decimals or not field.width:
            return None
        values, inverse = self._distinct(field)
        fine = [v if _is_number(v) and v[:1] != b"*" else b"" for v in values]
        made: list[float | str | None]
        if any(_FRACTION.search(v) for v in fine):
            made = [float(v) if v else None for v in fine]
        elif field.width > _INT64_WIDTH and any(len(v) > _EXACT_DIGITS for v in fine):
            made = [v.decode("ascii") if v else None for v in fine]
        else:
            return None
        return [made[k] for k in inverse]

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
    body = np.frombuffer(raw, np.uint8, declared * length, header)
    return Table(path, fields, raw[29], body.reshape(declared, length))


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
    return _NUMBER.fullmatch(text) is not None


def _is_flag(text: bytes) -> bool:
    return text in b"TtYyFfNn10" and len(text) == 1


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "N": _is_number,
    "F": _is_number,
    "D": _is_date,
    "L": _is_flag,
}
