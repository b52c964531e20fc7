"""Headers that stand again below the first one of a table: the same, or another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layers.formats.table.corner_names import folded
from layers.formats.table.endings import without_continued
from layers.formats.table.header import PLACES, Header, datums_of, name_a_pair, role_of, roles_of
from layers.formats.table.numbers import is_number_like
from layers.formats.table.sheet import Sheet

OTHER_HEADER = (
    "第二个表头与第一个不同，请分成两个表",
    "a second header differs from the first; make two tables",
)
_NOTE = re.compile(r"备注|说明|附注|列\d+|")
_TWIN = re.compile(r".*_\d{1,2}")


def is_header(sheet: Sheet, row: int, header: Header) -> bool | None:
    """Tell whether a row repeats the header; None where it is another one.

    Columns in another order, or of another unit, would give values under the wrong name. What
    follows the header at once is the same in other words: 许可证号 over XKZH.
    """
    cells = sheet.rows[row]
    roles = roles_of(cells)
    if not name_a_pair(roles):
        return False
    here = {c: r for c, r in roles.items() if r in PLACES}
    there = {c: r for c, r in header.roles.items() if r in PLACES}
    same = here == there and datums_of(cells) <= {d for p in header.pairs for d in p.datums}
    if row > header.row + 1:
        same = same and not [*renamed(sheet, row, header)]
    return True if same else None


def renamed(sheet: Sheet, row: int, header: Header) -> Iterator[int]:
    """Yield the columns that a second header calls otherwise than the first."""
    for c, cell in enumerate(sheet.rows[row]):
        if not cell or c in header.coordinates:
            continue
        first = sheet.cell(header.row, c) or next(iter(header.names[c : c + 1]), "")
        words = {"".join(folded(without_continued(w)).split()) for w in (first, cell)}
        is_corner = all(role_of(w) == "corner" or w == "序号" for w in (cell, first))
        note = _NOTE.fullmatch(cell) and _NOTE.fullmatch(first)
        if not is_corner and not note and (len(words) > 1 or _regrouped(sheet, row, header, c)):
            yield c


def _regrouped(sheet: Sheet, row: int, header: Header, column: int) -> bool:
    """Tell whether a part stands under another group than in the first header."""
    part = sheet.cell(header.row, column)
    if header.row == 0 or not part:
        return False
    name = header.names[column]
    if name == part or _TWIN.fullmatch(name):
        return False
    group, other = sheet.cell(header.row - 1, column), sheet.cell(row - 1, column)
    return "" not in (group, other) and group != other and not is_number_like(other)
