"""One table as text: its cells by row and column, and the lines of the file they stand in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from layers.account import Issue
from layers.errors import FormatError
from layers.formats.source import refusal


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; rows may differ in length, blank cells are empty strings.

    Attributes
    ----------
    name : of the sheet; of a CSV the file's stem
    rows : cells, stripped of white space
    lines : line or row number of each row in the file, counted from 1
    hidden : names of the hidden sheets of the workbook, which are not read
    told : what there is to say of its cells
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    hidden: tuple[str, ...] = ()
    told: tuple[Issue, ...] = ()

    def cell(self, row: int, column: int) -> str:
        """Return what a cell holds, blank where the row is shorter."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def text(self, row: int) -> str:
        """Return what a row says, each cell once."""
        return " ".join(dict.fromkeys(filter(None, self.rows[row])))


def bad_row(path: Path, sheet: Sheet, row: int, zh: str, en: str) -> FormatError:
    """Return the error that refuses a table, naming the row as the file counts it."""
    line = sheet.lines[row]
    return refusal(path, f"第 {line} 行：{zh}", f"row {line}: {en}")


def squeezed(sheet: Sheet) -> Sheet:
    """Return a sheet with at most two blank rows together: a stray cell may stand in row 1048576.

    >>> squeezed(Sheet("a", (("1",), ("",), ("",), ("",), ("2",)), (1, 2, 3, 4, 5))).lines
    (1, 2, 3, 5)
    """
    filled = [any(row) for row in sheet.rows]
    kept = [k for k, full in enumerate(filled) if full or k < 2 or filled[k - 1] or filled[k - 2]]
    rows, lines = tuple(sheet.rows[k] for k in kept), tuple(sheet.lines[k] for k in kept)
    return replace(sheet, rows=rows, lines=lines)
