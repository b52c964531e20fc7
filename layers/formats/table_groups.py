"""Columns of a table of corners that name its parcels, told by what they hold."""

from __future__ import annotations

import re
from dataclasses import replace

from layers.formats import table_rows as words
from layers.formats.sheets import Sheet
from layers.formats.table_header import Header
from layers.formats.table_places import Places
from layers.formats.table_rings import cell_of, column_of

_OWNER = re.compile(
    r"(尾矿库|库区|库|设施|坝体|坝|排土场|矿山|矿井|采空区|渣场|采场|矿体|矿段|地块|项目|许可证|采矿证)"
    r"(统一)?(编号|编码|代码|名称|号|名)"
)
_NAMING = re.compile(r".*(编号|编码|代码|名称|证号)|name|code")


def with_group(sheet: Sheet, header: Header, places: Places) -> Header:
    """Take columns that stay the same over the corners of a ring as those of the parcels.

    A column 编号 may count corners or name parcels; what it holds tells which.
    """
    if column_of(header, "group") is not None:
        return header
    names = column_of(header, "corner")
    for column, title in enumerate(header.names):
        role = header.roles.get(column)
        owner = role is None and _OWNER.fullmatch(title) is not None
        if role != "number" and not (role is None and (owner or _NAMING.fullmatch(title))):
            continue
        runs = _runs(sheet, column, places)
        distinct = len({value for value, _ in runs}) == len(runs)
        if not distinct or "" in dict(runs) or min(n for _, n in runs) < 3:
            continue
        if role == "number" or (len(runs) > 1 and (owner or _restart(sheet, names, places, runs))):
            return replace(header, roles={**header.roles, column: "group"})
    return header


def _runs(sheet: Sheet, column: int, places: Places) -> list[tuple[str, int]]:
    """Return the values of a column down the corners and how often each stands; blanks go on."""
    runs: list[tuple[str, int]] = []
    for row in sorted(places.at):
        before, count = runs[-1] if runs else ("", 0)
        value = cell_of(sheet, row, column) or before
        if runs and value == before:
            runs[-1] = (before, count + 1)
        else:
            runs.append((value, 1))
    return runs


def _restart(sheet: Sheet, names: int | None, places: Places, runs: list[tuple[str, int]]) -> bool:
    """Return whether the corners' numbers begin again with every run."""
    if names is None:
        return True
    rows = sorted(places.at)
    at = 0
    for _, count in runs[:-1]:
        at += count
        pair = (cell_of(sheet, rows[k], names) for k in (at - 1, at))
        last, here = (words.numbered(name or "") for name in pair)
        if last is None or here is None or here[1] > last[1]:
            return False
    return True
