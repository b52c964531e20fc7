"""The numbers in a table's coordinate columns: metres, degrees in every spelling, or neither."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from layers.errors import FormatError
from layers.formats.angles import clean, packed, packed_whole, spelled, unit_of
from layers.formats.source import refusal
from layers.formats.table.header import Header, Pair
from layers.formats.table.sheet import Sheet
from layers.issues import listed
from layers.parse import FORMULA_ERROR
from layers.whereabouts import Reason

_SLIPS = 0.2
"""Share of numbers that a table of D.MMSS may have wrong and still be one."""
_MOST_PLACES = 10
"""Decimals that surveyors write of packed degrees; programs write more of decimal ones."""
_DIGITS = 8
"""Digits that a coordinate in metres has at least: 38500000."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_NAMED = re.compile(
    r"(?:(?:[xyenbl]|东经|北纬|经度|纬度)\s*[=:]\s*|[en](?=\d)|东经|北纬)?(\d{1,8}(?:\.\d+)?)\s*[en]?",
    re.IGNORECASE,
)


def is_number_like(text: str) -> bool:
    """Tell whether a cell was meant as a number, whole or damaged; a remark was not."""
    text = clean(text)
    if re.match(FORMULA_ERROR, text):
        return True
    return any(c.isdecimal() for c in text) and not re.search(r"[一-鿿]{2}", text)


def numeric_rows(sheet: Sheet, header: Header) -> list[int]:
    """Return the rows in which all coordinate columns hold numbers."""
    columns = header.coordinates
    return [
        row
        for row in header.below(sheet)
        if all(is_number_like(sheet.cell(row, c)) for c in columns)
    ]


def why_not(text: str) -> Reason:
    """Say why a cell is no coordinate."""
    if "*" in text:
        return f"数字被遮盖：{text[:30]}", f"masked digits: {text[:30]}"
    if _scientific(text):
        return (
            f"科学计数法 {text[:30]} 已丢失位数，请以完整数字导出",
            f"{text[:30]} has lost its digits; export the number in full",
        )
    if not text:
        return "缺少一个坐标", "one coordinate is missing"
    return f"不是坐标：{text[:30]!r}", f"no coordinate: {text[:30]!r}"


def decimal(text: str) -> float | None:
    """Return a plain number, with or without thousands and the unit metre; None if it is none."""
    plain = re.sub(r"\s*(米|m)$", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    return float(plain) if _NUMBER.fullmatch(plain) and not _scientific(plain) else None


def _scientific(text: str) -> bool:
    """Tell whether a spreadsheet cut a number to what its column showed: 3.85E+07."""
    found = re.fullmatch(r"[+-]?(\d*)\.?(\d*)[eE]\+?\d+", text)
    return found is not None and len(found[1] + found[2]) < _DIGITS


def is_degrees(text: str) -> bool:
    """Tell whether a cell holds an angle or a number of its size, or nothing that is a number."""
    if not is_number_like(text) or spelled(text) is not None:
        return True
    return bool(_NUMBER.fullmatch(text)) and abs(float(text)) <= 180


def overlong_lines(sheet: Sheet, header: Header) -> frozenset[int]:
    """Return the lines with more cells than others: a separator stands inside a cell.

    What follows it stands under the wrong heading. Cells of a spreadsheet are never shifted, and
    a last column without heading is as wide in most rows.
    """
    rows = header.below(sheet)
    if not rows:
        return frozenset()
    filled = ([c for c, cell in enumerate(sheet.rows[r], 1) if cell] for r in rows)
    usual = Counter(columns[-1] for columns in filled if columns).most_common(1)
    width = max(len(sheet.rows[header.row]), *(n for n, _ in usual), 0)
    return frozenset(sheet.lines[r] for r in rows if any(sheet.rows[r][width:]))


def comma_lines(sheet: Sheet, header: Header) -> frozenset[int]:
    """Return the lines of a CSV in which a coordinate may have lost its decimals to the next cell.

    38500234,567 with a comma for a point: whole metres, and digits under no heading behind them.
    """
    behind = {
        c: c + 1
        for pair in header.pairs
        for c in (pair.first, pair.second)
        if c + 1 >= len(header.names) or header.names[c + 1][:1] == "列"
    }
    return frozenset(
        sheet.lines[r]
        for r in header.below(sheet)
        for c, after in behind.items()
        if after < len(cells := sheet.rows[r])
        and re.fullmatch(r"[+-]?\d+", clean(cells[c]))
        and re.fullmatch(r"\d{1,9}", clean(cells[after]))
    )


def may_be_packed(texts: Sequence[str]) -> bool:
    """Return whether plain numbers may be D.MMSS as well as decimal degrees.

    Programs drop zeros at the end: 113.4 may be 113 degrees 40 minutes. One slip (61 seconds) does
    not make decimal degrees of a table: where nearly all numbers pack, the others are doubtful.

    >>> may_be_packed(["113.59", "35.4"]), may_be_packed(["113.59", "35.61"])
    (True, False)
    """
    broken = [t for t in texts if t.partition(".")[2].strip("0")]
    odd = _unpackable(broken)
    if odd and sum(len(t.partition(".")[2]) > _MOST_PLACES for t in broken) > len(broken) / 2:
        return False
    return bool(broken) and len(odd) <= _SLIPS * len(broken)


def _unpackable(texts: Sequence[str]) -> list[str]:
    return [t for t in texts if packed(t) is None]


class PackedError(FormatError):
    """Angles that may be D.MMSS as well as decimal degrees."""


def unit_written(texts: Sequence[str], parse: Callable[[str], float | None]) -> float:
    """Return the unit of the last digit in which numbers are written, the finest of all.

    Packed angles have two decimals of minutes and two of seconds.
    """
    units = [unit_of(t) for t in texts if parse(t) is not None]
    finest = min(units, default=1.0)
    if parse is packed_whole:
        return finest / 3600
    return max(finest * 1e4, 1e-4) / 3600 if parse is _packed and finest <= 1e-2 else finest


def with_plain_numbers(sheet: Sheet, header: Header) -> Sheet:
    """Return a table whose coordinates say no more which they are: X=387…, 113.77E."""
    columns = header.coordinates
    rows = [
        tuple(
            found[1] if c in columns and (found := _NAMED.fullmatch(clean(cell))) else cell
            for c, cell in enumerate(cells)
        )
        for cells in sheet.rows[header.row + 1 :]
    ]
    return replace(sheet, rows=(*sheet.rows[: header.row + 1], *rows))


def broken_angles(raw: Mapping[int, tuple[str, str]]) -> dict[int, Reason]:
    """Return rows with whole degrees and no sign among angles with seconds: the rest was lost."""
    texts = [t for two in raw.values() for t in two]
    if not any(spelled(t) is not None and unit_of(t) < 1 / 60 for t in texts):
        return {}
    bad = {row: next((t for t in two if t.isdecimal()), None) for row, two in raw.items()}
    return {
        row: (
            f"角度不完整：{text}，其余都写有分秒（单元格中有换行？）",
            f"{text} is no whole angle, the others have minutes and seconds (a cell broken over "
            "two lines?)",
        )
        for row, text in bad.items()
        if text is not None
    }


def angles_of(
    path: Path, pair: Pair, raw: Mapping[int, tuple[str, str]]
) -> Callable[[str], float | None]:
    """Return how the angles of a pair are read: all of them in one way."""
    texts = [t for two in raw.values() for t in two if _NUMBER.fullmatch(t)]
    numbers = [float(t) for t in texts]
    if pair.packed:
        return _packed
    metres = [n for n in numbers if abs(n) > 180]
    whole = [packed_whole(t) or 0.0 for t in texts]
    if numbers and len(metres) == len(numbers) and 3 <= min(whole) <= max(whole) <= 136:
        return packed_whole
    # Programs abroad write decimal degrees; few numbers under such a heading need no question.
    asked = len(texts) >= 6 or re.search(r"[经纬]|[xy]", pair.title, re.IGNORECASE) is not None
    if pair.packed is None and asked and not metres and may_be_packed(texts):
        raise _question(path, pair.title, _unpackable(texts))
    return lambda t: spelled(t) if spelled(t) is not None else decimal(t)


def _packed(text: str) -> float | None:
    """Read an angle under a heading that says 度分秒: D.MMSS, or DDDMMSS of five digits or more."""
    ways = (spelled, packed, packed_whole)
    return next((angle for way in ways if (angle := way(text)) is not None), None)


def _question(path: Path, title: str, odd: Sequence[str]) -> PackedError:
    """Return the refusal that asks how degrees are written, naming the numbers that do not pack."""
    but_zh, but_en = "", ""
    if odd:
        but_zh = f"其中 {listed(odd, shown=3)} 不合度分秒（分、秒应小于 60）；"
        but_en = f"; {listed(odd, 'en', 3)} cannot be D.MMSS"
    said = refusal(
        path,
        f"{title} 下的数可能是度分秒（D.MMSS），也可能是十进制度；{but_zh}"
        "请在表头写明（度分秒）或（度）",
        f"the numbers under {title} may be D.MMSS or decimal degrees{but_en}; say which in the "
        "header: (DMS) or (decimal)",
    )
    return PackedError(said.zh, said.en)
