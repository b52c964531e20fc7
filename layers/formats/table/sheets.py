"""Tables as text: the cells of a CSV file or of the sheets of a workbook, row by row.

Numbers of a workbook come as the shortest decimal that stands for them (what was typed), dates as
ISO 8601, cells of a merged range with the range's value.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from layers.account import Issue
from layers.formats.encoding import read_any_text
from layers.formats.source import refusal
from layers.formats.table.number_formats import as_shown
from layers.formats.table.sheet import Sheet, squeezed
from layers.formats.table.workbook_marks import Box, Marker, Marks
from layers.formats.table.workbook_parts import MOST_CELLS, rebuilt
from layers.formats.table.xls_marks import marks_of
from layers.issues import listed, warning

_DELIMITERS = ",;\t|，"
_SAMPLE = 200
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_ISO_TIME = re.compile(r"^PT(\d+)H(\d\d)M(\d\d(?:\.\d+)?)S$")  # of OpenDocument
_OPENING = re.compile(' *"')
_QUOTES = re.compile('"+')
_LINE_END = re.compile(r"\r\n|\r|\n")
_AS_TEXT = re.compile(r"=\s*\"([^\"]*)\"|'(?=[+-]?\d)([^']*)")


def read_csv(path: Path, encoding: str | None) -> tuple[Sheet, str]:
    """Return the table of a text file and its encoding.

    Raises
    ------
    FormatError
        The text is in no known encoding, or its quotes do not close.
    """
    text, found = read_any_text(path, encoding)
    sign = _delimiter(text)
    try:
        rows, lines = _rows(path, text, sign)
    except csv.Error as fault:
        rows, lines = _with_odd_quotes(path, text, sign, fault)
    return Sheet(path.stem, tuple(rows), tuple(lines)), found


def _rows(path: Path, text: str, sign: str) -> tuple[list[tuple[str, ...]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    rows: list[tuple[str, ...]] = []
    lines = []
    over_lines = []
    before = 0
    for cells in reader:
        rows.append(tuple(map(_said, cells)))
        lines.append(before + 1)
        if reader.line_num > before + 1:
            over_lines.append((before, reader.line_num, cells))
        before = reader.line_num
    _refuse_swallowed(path, text, sign, rows, over_lines)
    return rows, lines


def _refuse_swallowed(
    path: Path,
    text: str,
    sign: str,
    rows: Sequence[tuple[str, ...]],
    over_lines: Sequence[tuple[int, int, Sequence[str]]],
) -> None:
    """Refuse a quote that makes whole rows the text of one cell.

    A cell may have several lines. One that has a line as wide as the table holds other rows.
    """
    if not over_lines:
        return
    width = Counter(map(len, rows)).most_common(1)[0][0]
    written = list(io.StringIO(text, newline=""))
    for first, last, cells in over_lines:
        at = first
        for cell in cells:
            for piece in _LINE_END.split(cell)[1:]:
                at += 1
                if sign in piece and written[at].count(sign) >= width - 1:
                    raise refusal(
                        path,
                        f"第 {first + 1} 行的引号到第 {last} 行才结束，中间各行被并入一格",
                        f"a quote in line {first + 1} closes in line {last} only and swallows the "
                        "rows between",
                    )


def _with_odd_quotes(
    path: Path, text: str, sign: str, fault: csv.Error
) -> tuple[list[tuple[str, ...]], list[int]]:
    """Read a table with quotes inside quoted cells; its rows must all be of one width."""
    rows: list[tuple[str, ...]] = []
    lines = []
    for number, line in enumerate(io.StringIO(text), 1):
        try:
            cells: list[str] | None = [
                _said(c) for c in next(csv.reader([line], delimiter=sign, strict=True))
            ]
        except csv.Error:
            cells = _cells(line.rstrip("\r\n"), sign)
        if cells is None or len(line) > csv.field_size_limit():
            raise refusal(path, f"第 {number} 行的引号或分隔符有误",
                          f"quotes or separators of line {number} are odd: {fault}")  # fmt: skip
        rows.append(tuple(cells))
        lines.append(number)
    if len({len(row) for row in rows if any(row)}) != 1:
        raise refusal(path, "引号或分隔符有误", f"quotes or separators are odd: {fault}") from fault
    return rows, lines


def _cells(line: str, sign: str) -> list[str] | None:
    """Return the cells of a line, None where a quote does not close.

    A quote closes where the separator or the end follows; any other is part of the text.
    """
    cells = []
    ends = re.compile(rf" *(?:({re.escape(sign)})|$)")
    at = 0
    while True:
        start = _OPENING.match(line, at)
        found = _quoted(line, start.end(), ends) if start else None
        if start and found is None:
            return None
        if found is None:
            stop = line.find(sign, at)
            found = line[at : stop if stop >= 0 else len(line)], stop if stop >= 0 else len(line)
        cells.append(_said(found[0]))
        if found[1] >= len(line):
            return cells
        at = found[1] + 1


def _said(cell: str) -> str:
    """Return a cell without what makes a spreadsheet keep a number as text: ="387", '387."""
    cell = cell.strip()
    found = _AS_TEXT.fullmatch(cell)
    return (found[1] or found[2] or "") if found else cell


def _quoted(line: str, at: int, ends: re.Pattern[str]) -> tuple[str, int] | None:
    """Return the text of a quoted cell and where its separator stands, None if it goes on."""
    text = ""
    for run in _QUOTES.finditer(line, at):
        text += line[at : run.start()]
        after = ends.match(line, run.end())
        if after:
            return text + '"' * (len(run[0]) // 2), after.start(1) if after[1] else len(line)
        text += '"' * ((len(run[0]) + 1) // 2)
        at = run.end()
    return None


def rough_csv(path: Path, encoding: str | None) -> Sheet:
    """Return the lines of a text file split at their separators, whatever its quotes."""
    text, _ = read_any_text(path, encoding)
    sign = _delimiter(text)
    cut = (line.split(sign) for line in text.splitlines())
    rows = tuple(tuple(cell.strip().strip('"') for cell in cells) for cells in cut)
    return Sheet(path.stem, rows, tuple(range(1, len(rows) + 1)))


def _delimiter(text: str) -> str:
    """Return the sign that stands equally often in most lines, the comma where none does."""
    sample = [line for line in text.splitlines()[: 5 * _SAMPLE] if line.strip()][:_SAMPLE]

    def score(sign: str) -> tuple[int, int]:
        counts = Counter(line.count(sign) for line in sample)
        counts.pop(0, None)
        most, lines = counts.most_common(1)[0] if counts else (0, 0)
        return lines, most

    best = max(_DELIMITERS, key=score)
    return best if score(best) > (0, 0) else ","


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """Return the visible sheets of an XLSX, XLS or ODS file that hold anything.

    Raises
    ------
    FormatError
        The file is damaged, protected by a password, or larger than can be read.
    """
    about = path.stat()
    return _workbook(path, (about.st_mtime_ns, about.st_size, about.st_ino))


@lru_cache(maxsize=1)  # its sheets are listed first, then one is read
def _workbook(path: Path, _stamp: tuple[int, int, int]) -> tuple[Sheet, ...]:
    parts = rebuilt(path)
    try:
        return _sheets(path, parts)
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # of the parser, no Exception by its class
            raise
        raise refusal(path, "工作簿无法读取（已损坏）", "cannot be read (damaged)") from fault


def _sheets(path: Path, parts: tuple[io.BytesIO, Marker] | None) -> tuple[Sheet, ...]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    stream, marker = parts or (io.BytesIO(path.read_bytes()), Marker())
    if parts is None:
        marker.tables = marks_of(stream.getvalue())
    sheets = []
    hidden = []
    try:
        with CalamineWorkbook.from_filelike(stream) as book:
            for about in book.sheets_metadata:
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue
                if about.visible != SheetVisibleEnum.Visible:
                    hidden.append(about.name)
                    continue
                sheet = book.get_sheet_by_name(about.name)
                # The parser's end is the last row and column, not how many there are.
                rows, columns = (n + 1 for n in sheet.end or (-1, -1))
                if rows * columns > MOST_CELLS:
                    raise refusal(
                        path,
                        f"工作表 {about.name} 过大（{rows} 行 {columns} 列）",
                        f"sheet {about.name} is too large ({rows} x {columns})",
                    )
                cells = sheet.to_python(skip_empty_area=False)
                marks = marker.of(about.name)
                ranges = [*(sheet.merged_cell_ranges or []), *marks.merged]
                merged = _merged(path, about.name, ranges, rows, columns)
                sheets.append(_sheet(about.name, cells, merged, marks))
    except CalamineError as fault:
        said = "工作簿无法读取（已损坏，或不是本格式）"
        raise refusal(path, said, f"cannot be read: {fault}") from fault
    filled = [s for s in sheets if any(any(row) for row in s.rows)]
    beside = _beside(sorted(marker.beside))
    return tuple(replace(s, hidden=tuple(hidden), told=(*s.told, *beside)) for s in filled)


def _beside(kinds: Sequence[str]) -> list[Issue]:
    """Tell of texts that stand in no cell."""
    if not kinds:
        return []
    zh = f"工作簿中的{'、'.join(kinds)}未读，请核对其中有无拐点、扣除范围或说明"
    en = "comments or text boxes of the workbook are not read: do they hold corners or remarks?"
    return [warning("texts_beside_cells", zh, en)]


def _merged(path: Path, name: str, ranges: Sequence[Box], rows: int, columns: int) -> list[Box]:
    """Return the merged ranges as far as the sheet reaches; they never lie on each other."""
    cut = [((t, left), (min(b, rows - 1), min(r, columns - 1))) for (t, left), (b, r) in ranges]
    area = sum(max(0, b - t + 1) * max(0, r - left + 1) for (t, left), (b, r) in cut)
    if area > rows * columns:
        raise refusal(
            path, f"工作表 {name} 的合并单元格互相重叠", f"merged cells of sheet {name} overlap"
        )
    return cut


def _sheet(
    name: str, cells: Sequence[Sequence[object]], merged: Sequence[Box], marks: Marks
) -> Sheet:
    rows = [[_text(cell) if cell != "" else "" for cell in row] for row in cells]
    for (row, column), word in marks.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = word
    for (row, column), shown in marks.shown.items():
        if row < len(rows) and column < len(rows[row]) and _NUMBER.fullmatch(rows[row][column]):
            rows[row][column] = as_shown(rows[row][column], shown)
    covered = [at for (top, left), last in merged if (at := _fill(rows, top, left, *last))]
    numbers = tuple(range(1, len(rows) + 1))
    told = (*_unseen(name, rows, marks), *_covered(name, covered))
    return squeezed(Sheet(name, tuple(map(tuple, rows)), numbers, told=told))


def _fill(rows: list[list[str]], top: int, left: int, bottom: int, right: int) -> str:
    """Give the cells of a merged range its value; return the first that holds another.

    Programs leave values in cells that a range covers. Of two numbers nobody can tell which is
    meant, so that such a cell holds both, and is none.
    """
    value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
    first = ""
    for r in range(top, bottom + 1):
        for c in range(left, right + 1):
            own = rows[r][c]
            rows[r][c] = value
            if own and own != value:
                first = first or f"{_letters(c)}{r + 1}"
                numbers = _NUMBER.fullmatch(own) or _NUMBER.fullmatch(value)
                rows[r][c] = f"{value} / {own}" if numbers else value
    return first


def _covered(name: str, cells: Sequence[str]) -> list[Issue]:
    """Tell of merged cells under which other values stand."""
    if not cells:
        return []
    zh = f"工作表 {name} 的合并单元格下另有不同的值（{listed(cells)}），请核对或取消合并"
    en = f"sheet {name}: other values stand under merged cells ({listed(cells, 'en')}): check them"
    return [warning("merged_values", zh, en)]


def _unseen(name: str, rows: Sequence[Sequence[str]], marks: Marks) -> list[Issue]:
    """Tell of hidden rows and columns that hold something: they are read like the others."""
    lines = [str(r + 1) for r in sorted(marks.rows) if r < len(rows) and any(rows[r])]
    filled = {c for row in rows for c, cell in enumerate(row) if cell}
    letters = [_letters(c) for c in sorted(marks.columns & filled)]
    out = []
    struck = [str(r + 1) for r in sorted(marks.struck) if r < len(rows) and any(rows[r])]
    if struck:
        zh = f"工作表 {name} 的第 {listed(struck)} 行有删除线，照常读取，请核对是否作废"
        en = f"sheet {name}: rows struck through are read: {listed(struck, 'en')}"
        out.append(warning("struck_cells", zh, en))
    if lines:
        zh = f"工作表 {name} 的第 {listed(lines)} 行被隐藏（或被筛选掉），照常读取"
        en = f"sheet {name}: hidden (or filtered) rows are read: {listed(lines, 'en')}"
        out.append(warning("hidden_cells", zh, en))
    if letters:
        zh = f"工作表 {name} 的 {listed(letters)} 列被隐藏，照常读取"
        en = f"sheet {name}: hidden columns are read: {listed(letters, 'en')}"
        out.append(warning("hidden_cells", zh, en))
    return out


def _letters(column: int) -> str:
    word = ""
    while column >= 0:
        word = chr(65 + column % 26) + word
        column = column // 26 - 1
    return word


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        plain = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if plain else cell.isoformat(sep=" ")
    if isinstance(cell, timedelta):
        return _duration(cell)
    if isinstance(cell, (date, time)):
        return str(cell)
    return _ISO_TIME.sub(r"\1:\2:\3", str(cell).strip())


def _number(cell: float) -> str:
    """Return the shortest decimal; one of more digits than a spreadsheet keeps tells so."""
    if not cell.is_integer():
        return repr(cell)
    return str(int(cell)) if abs(cell) < 1e15 else f"{Decimal(repr(cell)).normalize():E}"


def _duration(cell: timedelta) -> str:
    """Return hours, minutes and seconds as they were typed: spreadsheets make 113:45:30 a time."""
    parts = divmod(abs(cell), timedelta(seconds=1))
    minutes, seconds = divmod(parts[0], 60)
    hours, minutes = divmod(minutes, 60)
    rest = f".{parts[1].microseconds:06}".rstrip("0") if parts[1] else ""
    return f"{'-' * (cell < timedelta())}{hours}:{minutes:02}:{seconds:02}{rest}"
