"""Degrees, minutes and seconds in columns of their own (度 | 分 | 秒), brought into one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from layers.formats.table.header import find_header, role_of
from layers.formats.table.sheet import Sheet

_UNITS = {
    **dict.fromkeys(("度", "°", "d", "deg"), "°"),
    **dict.fromkeys(("分", "′", "m", "min"), "′"),
    **dict.fromkeys(("秒", "″", "s", "sec"), "″"),
}
_ONLY = re.compile(r"[(\[（【]?\s*(度|分|秒|°|′|″|deg|min|sec|d|m|s)\s*[)\]）】]?", re.IGNORECASE)
_END = re.compile(
    r"(.*[经纬]度(?=[度°′″])|.*[经纬]度?(?=[分秒])|.*[^度分](?=[分秒])|.+(?=[(\[（【_]))"
    r"[(\[（【_]?\s*(度|分|秒|°|′|″|deg|min|sec|d|m|s)\s*[)\]）】]?",
    re.IGNORECASE,
)


def joined_angles(sheet: Sheet) -> Sheet:
    """Return the table with each angle of two or three columns written out in the first of them.

    The units stand in the header, or in a row of their own below it.
    """
    header = find_header(sheet)
    if header is None:
        return sheet
    row = header.row
    below = sheet.rows[row + 1] if row + 1 < len(sheet.rows) else ()
    own_row = sum(_ONLY.fullmatch(c.strip()) is not None for c in below) >= 4
    units = _units(sheet.rows[row], below if own_row else ())
    rows = [list(cells) for cells in sheet.rows]
    rows[row] = _spread([*rows[row], *[""] * (len(units) - len(rows[row]))], units)
    found = [
        (c, n)
        for c, cell in enumerate(rows[row][: len(units)])
        if role_of(cell) in ("lon", "lat") and (n := _width(units, c))
    ]
    if not found:
        return sheet
    for column, width in found:
        ended = _END.fullmatch(rows[row][column])
        rows[row][column : column + width] = [ended[1] if ended else rows[row][column]] + [""] * (
            width - 1
        )
        for cells in rows[row + 1 :]:
            _join(cells, column, width)
    if own_row:
        rows[row + 1] = [""] * len(below)
    return replace(sheet, rows=tuple(map(tuple, rows)))


def _spread(cells: list[str], units: Sequence[str]) -> list[str]:
    """Return a header row with each angle's heading above its degrees.

    Written by hand, 经度,纬度 stand over 度,分,秒,度,分,秒 without blank cells between them.
    """
    heads = [c for c, cell in enumerate(cells) if role_of(cell) in ("lon", "lat")]
    starts = [c for c, unit in enumerate(units) if unit == "°" and _width(units, c)]
    aligned = not heads or len(heads) != len(starts) or heads[0] != starts[0]
    if aligned or any(cells[heads[-1] + 1 :]):
        return cells
    spread = [*cells[: heads[0]], *[""] * (len(cells) - heads[0])]
    for start, head in zip(starts, heads, strict=True):
        spread[start] = cells[head]
    return spread


def _units(cells: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return the unit that each column's heading gives, blank where it gives none."""
    units = []
    for column in range(max(len(cells), len(below))):
        over = cells[column].strip() if column < len(cells) else ""
        under = below[column].strip() if column < len(below) else ""
        found = _ONLY.fullmatch(under) or _ONLY.fullmatch(over) or _END.fullmatch(over)
        word = next((w for w in found.groups()[::-1] if w), "") if found else ""
        units.append(_UNITS.get(word.lower(), ""))
    return units


def _width(units: Sequence[str], column: int) -> int:
    """Return how many columns from ``column`` on are one angle, 0 where it is whole."""
    after = "".join(u or " " for u in units[column + 1 : column + 3])
    if units[column] not in ("", "°"):
        return 0
    return 3 if after == "′″" else 2 if after[:1] == "′" else 0


def _join(cells: list[str], column: int, width: int) -> None:
    parts = cells[column : column + width]
    if not any(parts[1:]):
        return  # a heading, or an angle that is written out in the first column
    filled = parts + [""] * (width - len(parts))
    whole = "".join(p + u for p, u in zip(filled, "°′″", strict=False))
    cells[column : column + width] = [whole] + [""] * (len(parts) - 1)
