"""Sheets of a workbook beside the one that is read: pages that go on, and notes on its system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from layers.account import Issue
from layers.formats import disclaimers
from layers.formats.row_datums import into_2000
from layers.formats.source import Source, refusal
from layers.formats.stated import stated_in
from layers.formats.table.header import find_header
from layers.formats.table.numbers import is_number_like
from layers.formats.table.sheet import Sheet
from layers.formats.text.corner_numbers import plain_number
from layers.issues import info, listed, warning
from layers.whereabouts import crs_name

_NEAR_M = 20_000.0


def with_others(source: Source, sheets: Sequence[Sheet]) -> Source:
    """Return a table's source with what the sheets without a table of their own say of it.

    A note that contradicts its system sets this aside: it is asked for.

    Raises
    ------
    FormatError
        A sheet holds corners near those of the table, or a note calls these wrong.
    """
    left = [s for s in sheets if find_header(s) is None]
    for sheet in left:
        if _goes_on(source, sheet):
            raise refusal(
                source.path,
                f"工作表 {sheet.name} 有坐标而没有表头，若是 {source.layer} 的续页，请合并为一个表",
                f"sheet {sheet.name} holds coordinates and no header: if {source.layer} goes on "
                "there, make one table of them",
            )
    return _heard(replace(source, issues=(*source.issues, *_told(left))), left)


def _told(left: Sequence[Sheet]) -> list[Issue]:
    """Tell of visible sheets in which no columns of coordinates were found."""
    issues = []
    for numbers, tell in ((True, warning), (False, info)):
        names = [s.name for s in left if _holds_numbers(s) == numbers]
        if names:
            zh, en = listed(names), listed(names, "en")
            issues.append(
                tell(
                    "sheets_unread",
                    f"工作表没有写明坐标列，未读：{zh}",
                    f"sheets without named coordinate columns are not read: {en}",
                )
            )
    return issues


def _holds_numbers(sheet: Sheet) -> bool:
    """Return whether a sheet may hold corners: three rows of two numbers."""
    rows = (sum(is_number_like(c) for c in cells) for cells in sheet.rows)
    return sum(n >= 2 for n in rows) >= 3


def _goes_on(source: Source, sheet: Sheet) -> bool:
    """Return whether a sheet has two numbers in a row that lie near outlines in a plane."""
    outlines = source.geometry[shapely.get_dimensions(source.geometry) == 2]
    if not len(outlines):
        return False
    west, south, east, north = shapely.total_bounds(outlines)
    if not np.isfinite(west) or abs(west) <= 360:
        return False
    for cells in sheet.rows:
        numbers = [v for v in map(plain_number, cells) if v is not None]
        northing = any(south - _NEAR_M <= v <= north + _NEAR_M for v in numbers)
        easting = any(west - _NEAR_M <= v <= east + _NEAR_M for v in numbers)
        if northing and easting:
            return True
    return False


def _heard(source: Source, left: Sequence[Sheet]) -> Source:
    """Return a source without its system where a note on another sheet contradicts it."""
    for sheet in left:
        words = "\n".join(c for cells in sheet.rows for c in cells if c)
        if (said := disclaimers.wrong(words)) is not None:
            raise refusal(
                source.path, f"工作表 {sheet.name} {said[0]}", f"sheet {sheet.name} {said[1]}"
            )
        if source.crs is None:
            continue
        stated = stated_in(into_2000(words))
        other = stated.contradiction(source.crs)
        if other is None and stated.unsettled:
            other = f"写有“{stated.unsettled}”", f"says {stated.unsettled!r}"
        if other is not None:
            system = crs_name(source.crs)
            zh = f"工作表 {sheet.name} {other[0]}，与表中的坐标系 {system} 不同"
            en = f"sheet {sheet.name} {other[1]}, not {system} as the table has"
            source = replace(source, crs=None, crs_note=f"{zh} / {en}")
    return source
