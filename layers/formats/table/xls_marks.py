"""What the records of an old workbook (XLS) say of its cells beside their values.

The parser gives blanks for errors and knows neither hidden rows nor what formats show. A workbook
that cannot be followed here has no marks; whether it can be read is for the parser to tell.

Sources: MS-CFB 2.2 to 2.6 (compound files), MS-XLS 2.4 (records).
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator

from layers.formats.table.number_formats import BUILT_IN, shown_as
from layers.formats.table.workbook_marks import MOST_MARKS, Marks

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # numbers of sectors end before
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!",
           42: "#N/A"}  # fmt: skip
_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_ROW, _COLINFO, _BOOLERR, _FORMULA = 0x0208, 0x007D, 0x0205, 0x0006
_NUMBER, _RK, _MULRK = 0x0203, 0x027E, 0x00BD
_BIFF8 = 0x0600


def marks_of(data: bytes) -> dict[str, Marks]:
    """Return the marks of each sheet of an XLS file, by its name; none where it is no such file."""
    if not data.startswith(_MAGIC):
        return {}
    try:
        stream = _workbook(data)
        return _marks(stream) if stream else {}
    except (struct.error, IndexError, UnicodeDecodeError):
        return {}


# -- compound files --------------------------------------------------------------------------------


def _workbook(data: bytes) -> bytes:
    """Return the stream of the workbook, empty where there is none of this version."""
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 12)
    difat = list(struct.unpack_from("<109I", data, 76))
    at, left = struct.unpack_from("<II", data, 68)
    while at < _LAST and left and len(difat) <= len(data) // size:
        more = struct.unpack_from(f"<{size // 4}I", data, (at + 1) * size)
        difat += more[:-1]
        at, left = more[-1], left - 1
    fat: list[int] = []
    for sector in difat[: len(data) // size]:
        if sector < _LAST:
            fat += struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
    folder = _chain(data, fat, struct.unpack_from("<I", data, 48)[0], size, 1)
    root = b""
    for k in range(0, len(folder) - 127, 128):
        length, kind = struct.unpack_from("<HB", folder, k + 64)
        name = folder[k : k + max(0, min(length, 64) - 2)].decode("utf-16-le")
        start, count = struct.unpack_from("<II", folder, k + 116)
        if kind == 5:
            root = _chain(data, fat, start, size, 1)
        elif kind == 2 and name == "Workbook":
            if count >= struct.unpack_from("<I", data, 56)[0]:
                return _chain(data, fat, start, size, 1)[:count]
            at = struct.unpack_from("<I", data, 60)[0]
            raw = _chain(data, fat, at, size, 1)
            small = struct.unpack(f"<{len(raw) // 4}I", raw)
            return _chain(root, small, start, 64, 0)[:count]
    return b""


def _chain(data: bytes, fat: list[int] | tuple[int, ...], at: int, size: int, before: int) -> bytes:
    """Return the sectors of a chain; ``before`` of them stand in front of the first."""
    out: list[bytes] = []
    while at < len(fat) and len(out) <= len(data) // size:
        out.append(data[(at + before) * size : (at + before + 1) * size])
        at = fat[at]
    return b"".join(out)


# -- records ---------------------------------------------------------------------------------------


def _records(stream: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one substream: kind and body."""
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _marks(stream: bytes) -> dict[str, Marks]:
    codes = dict(BUILT_IN)
    styles: list[int] = []
    sheets: dict[str, int] = {}
    for kind, body in _records(stream, 0, len(stream)):
        if kind == _BOF and struct.unpack_from("<H", body)[0] != _BIFF8:
            return {}
        if kind == _BOUNDSHEET:
            sheets[_text(body, 6, "<B")] = struct.unpack_from("<I", body)[0]
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2, "<H")
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    shown = [shown_as(codes[k]) if codes.get(k) else None for k in styles]
    # No substream reaches into the next: nothing is read twice.
    starts = [*sorted(set(sheets.values())), len(stream)]
    return {
        name: _sheet(stream, at, starts[bisect_right(starts, at, 0, len(starts) - 1)], shown)
        for name, at in sheets.items()
    }


def _text(body: bytes, at: int, width: str) -> str:
    count = struct.unpack_from(width, body, at)[0]
    at += struct.calcsize(width)
    wide = body[at] & 1
    raw = body[at + 1 : at + 1 + count * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1")


def _sheet(stream: bytes, at: int, end: int, shown: list[str | None]) -> Marks:
    marks = Marks()
    for kind, body in _records(stream, at, end):
        if kind == _ROW and body[12] & 0x20:
            marks.rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            marks.columns |= set(range(first, min(last, 255) + 1))
        elif kind in (_BOOLERR, _FORMULA, _NUMBER, _RK):
            _cell(kind, body, marks, shown)
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for k in range((len(body) - 6) // 6):
                _show(marks, row, first + k, struct.unpack_from("<H", body, 4 + 6 * k)[0], shown)
    return marks


def _cell(kind: int, body: bytes, marks: Marks, shown: list[str | None]) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    code = None
    if kind == _BOOLERR and body[7]:
        code = body[6]
    elif kind == _FORMULA and body[12:14] == b"\xff\xff":
        code = body[8] if body[6] == 2 else None
    else:
        _show(marks, row, column, style, shown)
    if code is not None:
        marks.errors[row, column] = _ERRORS.get(code, "#ERROR!")


def _show(marks: Marks, row: int, column: int, style: int, shown: list[str | None]) -> None:
    what = shown[style] if style < len(shown) else None
    if what and len(marks.shown) < MOST_MARKS:
        marks.shown[row, column] = what
