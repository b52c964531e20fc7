"""The parcels of a table of corners: which rows belong together, and what stands between them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path

from layers.account import Issue
from layers.formats.corner_numbers import first_break
from layers.formats.sheets import Sheet
from layers.formats.source import refusal
from layers.formats.table_header import Header
from layers.formats.table_places import Places
from layers.issues import warning

_KEY_ROLES = ("group",)
_NUMBER = r"([+-]?\d+(?:\.\d+)?)\s*(?:米|m)?\s*"
_RANGE = rf"{_NUMBER}(至|到|~|—{{1,2}}|–|-)\s*{_NUMBER}"
_DEPTH = re.compile(rf"{_RANGE}标高|(?:标高|开采深度)[^\d+-]{{0,8}}{_RANGE}")
_ABOUT_DEPTH = re.compile(r"标高|开采深度")
_CONTINUED = re.compile(
    r"[（(]?(续表?\s*\d*|接上页|第\s*\d+\s*页(\s*[,，]?\s*共\s*\d+\s*页)?)[）)]?"
)
_DASHES = ("-", "–", "—", "——")


@dataclass
class Ring:
    """Rows of the sheet that are one ring's corners, and the corners' names."""

    rows: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass
class Parcel:
    """One outline: its key columns' values, the heading above it, rings, top and bottom.

    ``run_on`` are rows that begin a ring though their numbers follow those of the ring before.
    """

    key: tuple[str, ...]
    heading: str
    rings: list[Ring] = field(default_factory=list)
    depth: tuple[str, str] | None = None
    run_on: list[int] = field(default_factory=list)

    @property
    def rows(self) -> list[int]:
        """Return the rows of all corners."""
        return [row for ring in self.rings for row in ring.rows]


def with_group(sheet: Sheet, header: Header, places: Places) -> Header:
    """Take numbers that stay the same over the corners of a ring as those of the parcels.

    A column 编号 may count corners or name parcels; what it holds tells which.
    """
    column = column_of(header, "number")
    if column is None or column_of(header, "group") is not None:
        return header
    runs: list[tuple[str, int]] = []
    for row in sorted(places.at):
        before, count = runs[-1] if runs else ("", 0)
        value = cell_of(sheet, row, column) or before
        if runs and value == before:
            runs[-1] = (before, count + 1)
        else:
            runs.append((value, 1))
    names = {value for value, _ in runs}
    if len(names) < len(runs) or "" in names or min(n for _, n in runs) < 3:
        return header
    return replace(header, roles={**header.roles, column: "group"})


def parcels_of(path: Path, sheet: Sheet, header: Header, places: Places) -> list[Parcel]:
    """Return the parcels in the order of the sheet.

    Raises
    ------
    FormatError
        The corners of a parcel are not together, a corner has no coordinates, or elevations are
        given twice or to no certain parcel.
    """
    keys = [c for c, role in sorted(header.roles.items()) if role in _KEY_ROLES]
    named = column_of(header, "corner")
    names = named if named is not None else column_of(header, "number")
    rings = column_of(header, "ring")
    parcels: list[Parcel] = []
    heading, fresh, ring_before = "", True, ""
    above = ("",) * len(keys)
    depths = _Depths(path, sheet)
    depths.above(header)
    page_heads = {tuple(filter(None, cells)) for cells in sheet.rows[: header.row + 1]}
    for row in range(header.row + 1, len(sheet.rows)):
        if row not in places.at:
            if names is not None and re.fullmatch(
                r"[A-Za-z]{0,3}\d+", cell_of(sheet, row, names) or ""
            ):
                raise bad_row(path, sheet, row, "有点号而没有坐标", "a corner without coordinates")
            cells = tuple(filter(None, sheet.rows[row]))
            text = " ".join(dict.fromkeys(cells))
            if cells and (cells in page_heads or _CONTINUED.fullmatch(text)):
                continue  # the table goes on over the page
            fresh = True
            if depths.take(row, text, parcels, heading):
                continue
            heading = _heading(text) or heading if text else heading
            continue
        # A cell that stands for several rows is written in the first.
        key = tuple(cell_of(sheet, row, c) or a for c, a in zip(keys, above, strict=True))
        above = key
        name = cell_of(sheet, row, names) or "" if names is not None else ""
        ring = cell_of(sheet, row, rings) or "" if rings is not None else ""
        same = bool(parcels) and (parcels[-1].key, parcels[-1].heading) == (key, heading)
        if not same:
            if any((p.key, p.heading) == (key, heading) for p in parcels):
                raise bad_row(path, sheet, row, f"{'、'.join(key)} 的拐点不连续",
                               f"corners of {', '.join(key)} are split")  # fmt: skip
            parcels.append(Parcel(key, heading))
        parcel = parcels[-1]
        if same and fresh and ring == ring_before and _runs_on(parcel.rings[-1].names, name):
            parcel.run_on.append(row)
        if (
            not same
            or fresh
            or ring != ring_before
            or _begins_again(parcel.rings[-1], name, row, places)
        ):
            parcel.rings.append(Ring())
        depths.give(row, parcel)
        parcel.rings[-1].rows.append(row)
        parcel.rings[-1].names.append(name)
        fresh, ring_before = False, ring
    depths.finish(parcels)
    return parcels


def _runs_on(before: list[str], name: str) -> bool:
    """Return whether a corner's number follows that of the ring before."""
    return bool(name) and bool(before) and first_break([before[-1], name]) is None


class _Depths:
    """Gives each parcel the elevations that a row without coordinates states.

    Some tables state them below the corners, some above; the first statement tells which.
    """

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self.path, self.sheet = path, sheet
        self.before: bool | None = None
        self.waiting: tuple[str, str] | None = None
        self.said_in = 0
        self.title: tuple[str, str] | None = None

    def above(self, header: Header) -> None:
        """Look for one statement above the header, which holds where the table has one parcel."""
        rows = (" ".join(dict.fromkeys(filter(None, r))) for r in self.sheet.rows[: header.row])
        found = [depth for text in rows if (depth := _depth(text))]
        self.title = found[0] if len(found) == 1 else None

    def take(self, row: int, text: str, parcels: list[Parcel], heading: str) -> bool:
        """Return whether a row states elevations, and keep them."""
        depth = _depth(text)
        if depth is None:
            return False
        if self.before is None:
            self.before = not parcels
        if self.before:
            if self.waiting is not None:
                raise self._two(row)
            self.waiting, self.said_in = depth, row
        elif heading != parcels[-1].heading:
            raise bad_row(
                self.path,
                self.sheet,
                row,
                "标高写在标题之后、拐点之前，分不清属于哪个地块",
                "elevations between a heading and its corners: of which parcel?",
            )
        else:
            self._set(row, parcels[-1], depth)
        return True

    def give(self, row: int, parcel: Parcel) -> None:
        """Give what was stated above to the parcel whose corners begin."""
        if self.waiting is not None:
            self._set(row, parcel, self.waiting)
            self.waiting = None

    def finish(self, parcels: list[Parcel]) -> None:
        """Give the statement above the header to the only parcel; none is left over."""
        if self.waiting is not None:
            raise bad_row(
                self.path, self.sheet, self.said_in, "标高之后没有拐点", "elevations of no corners"
            )
        if self.title is not None and len(parcels) == 1 and parcels[0].depth is None:
            parcels[0].depth = self.title

    def _set(self, row: int, parcel: Parcel, depth: tuple[str, str]) -> None:
        if parcel.depth is not None:
            raise self._two(row)
        parcel.depth = depth

    def _two(self, row: int) -> Exception:
        return bad_row(
            self.path, self.sheet, row, "一个地块有两处标高", "elevations of a parcel given twice"
        )


def _depth(text: str) -> tuple[str, str] | None:
    """Return top and bottom as a row states them, None where it does not or can be read twice."""
    found = _DEPTH.search(unicodedata.normalize("NFKC", text).replace("\u2212", "-"))
    if found is None:
        return None
    first, sign, second = (g for g in found.groups() if g is not None)
    if sign in _DASHES and (first[0] in "+-" or second[0] in "+-"):
        return None
    return first, second


def unread_depths(sheet: Sheet, header: Header, parcels: list[Parcel]) -> list[Issue]:
    """Tell of rows about elevations from which none were taken."""
    corners = {row for p in parcels for row in p.rows}
    issues = []
    for row, cells in enumerate(sheet.rows):
        text = " ".join(dict.fromkeys(filter(None, cells)))
        if row == header.row or row in corners or not _ABOUT_DEPTH.search(text):
            continue
        used = _depth(text) is not None and (row > header.row or len(parcels) == 1)
        if not used and any(c.isdecimal() for c in text):
            line, said = sheet.lines[row], text[:60]
            zh = f"第 {line} 行的标高未能读取：{said}"
            issues.append(
                warning("depth_unread", zh, f"row {line}: elevations not understood: {said}")
            )
    return issues


def column_of(header: Header, role: str) -> int | None:
    """Return the first column of a role."""
    return next((c for c, r in sorted(header.roles.items()) if r == role), None)


def _heading(text: str) -> str:
    """Return the name of the part that a row without coordinates begins, blank if it is none."""
    if len(text) > 40 or re.search(r"合计|面积|备注|说明|标高|坐标系|单位|[:：]", text):
        return ""
    return text


def _begins_again(ring: Ring, name: str, row: int, places: Places) -> bool:
    """Return whether a corner is the first of a new ring: the one before closed, or numbers fell.

    A closing point repeats the first corner's place.
    """
    if len(ring.rows) > 3 and places.at[ring.rows[-1]] == places.at[ring.rows[0]]:
        return True
    if not name or not ring.names or name != ring.names[0]:
        return False
    return len(ring.rows) >= 3 and places.at[row] != places.at[ring.rows[0]]


def cell_of(sheet: Sheet, row: int, column: int) -> str | None:
    """Return what a cell holds, None where it is blank or the row is shorter."""
    cells = sheet.rows[row]
    return (cells[column] or None) if column < len(cells) else None


def bad_row(path: Path, sheet: Sheet, row: int, zh: str, en: str) -> Exception:
    """Return the error that refuses a table, naming the row as the file counts it."""
    line = sheet.lines[row]
    return refusal(path, f"第 {line} 行：{zh}", f"row {line}: {en}")
