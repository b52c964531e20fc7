"""Columns of a table of corners that name its parcels, told by what they hold."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from layers.formats.table import corner_names, deductions
from layers.formats.table.header import Header, Role, role_of
from layers.formats.table.numbers import numeric_rows
from layers.formats.table.places import Places
from layers.formats.table.sheet import Sheet

_OWNER = re.compile(
    r"(尾矿库|库区|库|设施|坝体|坝|排土场|矿山|矿井|采空区|渣场|采场|矿体|矿段|地块|项目|许可证|采矿证)"
    r"(统一)?(编号|编码|代码|名称|号|名)"
)
_OUTLINE = re.compile(
    r"(?:矿区|矿权|采区|开采|库区|勘查区?|用地|地块)范围|范围坐标|矿界|边界|界线|红线"
)
_BESIDE = re.compile(
    r"备注|说明|列\d+|高程|标高|[HZhz]|边长|距离|方位角?|角度|坡度|界桩.{0,4}|标[石志].{0,4}"
)
_NAMING = re.compile(r".*(编号|编码|代码|名称?|证号)|name|code")


def completed(sheet: Sheet, header: Header) -> Header:
    """Return a header with the cells of a row above that stand over its blank ones.

    A header of two rows has 点号 in the upper one; a column of J1, J2, ... without any heading
    counts the corners.
    """
    names, roles = list(header.names), dict(header.roles)
    cells = sheet.rows[header.row]
    for column in range(max(map(len, sheet.rows), default=0)):
        known = column < len(names) and names[column][:1] != "列"
        if known or (column < len(cells) and cells[column]):
            continue
        title = _upper(sheet, header.row, column)
        if title and column < len(names):
            names[column] = title
        role = role_of(title) if title else _counts(sheet, header, column)
        if role in ("corner", "number", "ring", "group", "top", "bottom"):
            roles.setdefault(column, role)
    return replace(header, names=tuple(names), roles=roles)


def with_corners(sheet: Sheet, header: Header) -> Header:
    """Take a column that counts the rows for corners' numbers where an outline is titled.

    矿区范围 over 序号 X Y 备注: nothing else than what is said of corners stands beside them.
    """
    titles = "".join("".join(cells) for cells in sheet.rows[: header.row])
    if _OUTLINE.search(titles) is None or {"corner", "ring", "group"} & set(header.roles.values()):
        return header
    rest = [
        c
        for c, title in enumerate(header.names)
        if header.roles.get(c, "number") == "number" and not _BESIDE.fullmatch(title)
    ]
    if len(rest) != 1 or not _counts_corners(sheet, header, rest[0]):
        return header
    return replace(header, roles={**header.roles, rest[0]: "corner"})


def _upper(sheet: Sheet, row: int, column: int) -> str:
    """Return the heading above a blank header cell, blank where only a title stands there."""
    if row < 1 or column >= len(sheet.rows[row - 1]):
        return ""
    cell = " ".join(sheet.rows[row - 1][column].split())
    several = len(set(filter(None, sheet.rows[row - 1]))) > 1
    return cell if several or role_of(cell) is not None else ""


def _counts(sheet: Sheet, header: Header, column: int) -> Role | None:
    """Tell whether a column without heading numbers the corners, where no other does."""
    if {"corner", "number"} & set(header.roles.values()):
        return None
    return "corner" if _counts_corners(sheet, header, column) else None


def _counts_corners(sheet: Sheet, header: Header, column: int) -> bool:
    """Return whether a column numbers the corners of rings: 1 2 3 4 1, J1 J2 J3."""
    found = [sheet.cell(row, column) for row in numeric_rows(sheet, header)]
    numbers = [corner_names.numbered(name) for name in found]
    if len(found) < 3 or not all(corner_names.names_a_corner(n, frozenset()) for n in found):
        return False
    return all(b in (a + 1, 1) for a, b in pairwise(n[1] for n in numbers if n))


def with_group(sheet: Sheet, header: Header, places: Places) -> Header:
    """Take columns that stay the same over the corners of a ring as those of the parcels.

    A column 编号 may count corners or name parcels; what it holds tells which.
    """
    names = header.column("corner")
    group = header.column("group")
    if group is not None:
        return _with_finer(sheet, header, places, len(_runs(sheet, group, places)))
    for column, title in enumerate(header.names):
        role = header.roles.get(column)
        owner = role is None and _OWNER.fullmatch(title) is not None
        if role != "number" and not (role is None and (owner or _NAMING.fullmatch(title))):
            continue
        runs = _runs(sheet, column, places)
        distinct = len({value for value, _ in runs}) == len(runs)
        if not runs or not distinct or "" in dict(runs) or min(n for _, n in runs) < 3:
            continue
        if role == "number" or (len(runs) > 1 and (owner or _restart(sheet, names, places, runs))):
            return replace(header, roles={**header.roles, column: "group"})
    return header


def _with_finer(sheet: Sheet, header: Header, places: Places, parcels: int) -> Header:
    """Take a column 序号 too that stays the same over rings and parts more of them than the key."""
    for column, role in header.roles.items():
        runs = _runs(sheet, column, places) if role == "number" else []
        distinct = len(dict(runs)) == len(runs) > parcels
        if distinct and "" not in dict(runs) and min(n for _, n in runs) >= 3:
            return replace(header, roles={**header.roles, column: "group"})
    return header


def spelt_once(sheet: Sheet, header: Header, places: Places) -> Sheet:
    """Return a sheet whose keys and rings have one spelling each, the first."""
    marks = [c for c, role in header.roles.items() if role in ("group", "ring")]
    rows = list(sheet.rows)
    first: dict[tuple[int, str], str] = {}
    for row in sorted(places.at):
        for column in marks:
            said = sheet.cell(row, column)
            spelt = first.setdefault((column, corner_names.alike(said)), said)
            if spelt != said:
                rows[row] = (*rows[row][:column], spelt, *rows[row][column + 1 :])
    return replace(sheet, rows=tuple(rows))


def with_sign(sheet: Sheet, header: Header, places: Places) -> Header:
    """Take a column of plus and minus, whatever heads it, as that of what is taken out."""
    if header.column("sign") is not None:
        return header
    for column in range(len(header.names)):
        if column in header.roles:
            continue
        cells = {c for row in places.at if (c := sheet.cell(row, column))}
        if (
            all(map(deductions.is_sign, cells))
            and len({deductions.sign_of("", c) for c in cells}) == 2
        ):
            return replace(header, roles={**header.roles, column: "sign"})
    return header


def _runs(sheet: Sheet, column: int, places: Places) -> list[tuple[str, int]]:
    """Return the values of a column down the corners and how often each stands; blanks go on."""
    runs: list[tuple[str, int]] = []
    for row in sorted(places.at):
        before, count = runs[-1] if runs else ("", 0)
        value = sheet.cell(row, column) or before
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
        pair = (sheet.cell(rows[k], names) for k in (at - 1, at))
        last, here = (corner_names.numbered(name or "") for name in pair)
        if last is None or here is None or here[1] > last[1]:
            return False
    return True
