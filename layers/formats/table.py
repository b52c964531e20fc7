"""Tables of coordinates: corners of outlines (界址点、拐点坐标表), or one place in every row.

A table whose columns name corners, or that holds nothing but coordinates, gives outlines: rows of
one parcel belong together, a blank row, a heading or numbers that begin again start a new ring.
Any other table gives one point per row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from layers.account import Issue
from layers.errors import FormatError
from layers.formats.corner_numbers import break_told, first_break
from layers.formats.rings import assemble
from layers.formats.sheets import Sheet, read_csv, read_workbook
from layers.formats.source import Source, digest_file, refusal
from layers.formats.table_header import Header, find_header
from layers.formats.table_places import Places, find_places
from layers.issues import error, label_en, warning

FORMAT, WORKBOOK = "coordinate table", "workbook"
_KEY_ROLES = ("group",)
_OWN_ROLES = frozenset({"north", "east", "lon", "lat", "corner", "number", "ring"})
_DEPTH = re.compile(r"由?\s*([+-]?\d+(?:\.\d+)?)\s*(?:米|m)?\s*(?:至|到|～|~|—|-)+\s*"
                    r"([+-]?\d+(?:\.\d+)?)\s*(?:米|m)?\s*标高")  # fmt: skip


def read(path: Path, encoding: str | None) -> Source:
    """Read the table of a text file.

    Raises
    ------
    FormatError
        No row names coordinate columns; a corner's coordinates are missing, masked, of two kinds,
        or could be read in two ways; a ring has fewer than three corners or crosses another.
    """
    sheet, found = read_csv(path, encoding)
    return _source(path, sheet, FORMAT, None, found)


def is_table(path: Path, encoding: str | None) -> bool:
    """Return whether a text file is a table that names coordinate columns."""
    try:
        return find_header(read_csv(path, encoding)[0]) is not None
    except FormatError:
        return False


def list_tables(path: Path) -> list[str]:
    """Return the names of a workbook's sheets that hold coordinates."""
    return [s.name for s in read_workbook(path) if find_header(s)]


def read_sheet(path: Path, name: str) -> Source:
    """Read one sheet of a workbook; as :func:`read`."""
    sheet = next(s for s in read_workbook(path) if s.name == name)
    return _source(path, sheet, WORKBOOK, name, None)


def _source(path: Path, sheet: Sheet, kind: str, layer: str | None, found: str | None) -> Source:
    header = find_header(sheet)
    if header is None:
        raise refusal(
            path,
            "没有一行写明坐标列（如 X坐标 Y坐标，或 经度 纬度）",
            "no row names coordinate columns (such as X坐标 Y坐标, or 经度 纬度)",
        )
    corners = _is_corner_table(header)
    places = find_places(path, sheet, header, corners=corners)
    make = _outlines if corners else _points
    rows = make(path, sheet, header, places)
    return Source(
        path=path,
        format=kind,
        layer=layer,
        sha256=digest_file(path),
        encoding=found,
        crs=places.crs,
        crs_note=places.note,
        declared=len(rows.labels),
        columns=rows.columns,
        geometry=rows.geometry,
        labels=rows.labels,
        issues=(*places.issues, *rows.issues),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    columns: dict[str, pa.Array]
    geometry: np.ndarray[tuple[int], np.dtype[np.object_]]
    labels: tuple[str, ...]
    issues: tuple[Issue, ...]


def _is_corner_table(header: Header) -> bool:
    roles = set(header.roles.values())
    named = "corner" in roles or "ring" in roles
    others = [n for c, n in enumerate(header.names) if c not in header.roles and n[:1] != "列"]
    return named or not others


# -- one place in every row ------------------------------------------------------------------------


def _points(path: Path, sheet: Sheet, header: Header, places: Places) -> _Rows:
    used = [r for r in range(header.row + 1, len(sheet.rows)) if any(sheet.rows[r])]
    geometry = np.full(len(used), None, dtype=object)
    known = np.array([r in places.at for r in used], bool)
    if known.any():
        geometry[known] = shapely.points([places.at[r] for r in used if r in places.at])
    labels = tuple(f"第 {sheet.lines[r]} 行" for r in used)
    issues = [
        error("unreadable_geometry", *_named(label, *places.bad[r]), label)
        for r, label in zip(used, labels, strict=True)
        if r in places.bad
    ]
    columns = {
        name: pa.array([_cell(sheet, r, c) for r in used], pa.string())
        for c, name in enumerate(header.names)
    }
    return _Rows(columns, geometry, labels, tuple(issues))


def _named(label: str, zh: str, en: str) -> tuple[str, str]:
    return f"{label}：{zh}", f"{label_en(label)}: {en}"


def _cell(sheet: Sheet, row: int, column: int) -> str | None:
    cells = sheet.rows[row]
    return (cells[column] or None) if column < len(cells) else None


# -- corners ---------------------------------------------------------------------------------------


@dataclass
class _Ring:
    rows: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass
class _Parcel:
    key: tuple[str, ...]
    heading: str
    rings: list[_Ring] = field(default_factory=list)
    depth: tuple[str, str] | None = None

    @property
    def rows(self) -> list[int]:
        return [row for ring in self.rings for row in ring.rows]


def _outlines(path: Path, sheet: Sheet, header: Header, places: Places) -> _Rows:
    for row, (zh, en) in places.bad.items():
        raise _bad_row(path, sheet, row, zh, en)
    parcels = _parcels(path, sheet, header, places)
    if not parcels:
        raise refusal(path, "表中没有一个拐点", "the table holds no corner")
    labels = tuple(_label(p, k, len(parcels)) for k, p in enumerate(parcels, 1))
    geometry = np.full(len(parcels), None, dtype=object)
    issues: list[Issue] = []
    for k, (parcel, label) in enumerate(zip(parcels, labels, strict=True)):
        geometry[k] = _polygon(path, sheet, parcel, places)
        issues += _number_issues(sheet, parcel, label)
    columns = {
        name: pa.array([_common(sheet, p, c) for p in parcels], pa.string())
        for c, name in enumerate(header.names)
        if header.roles.get(c) not in _OWN_ROLES
    }
    if any(p.heading for p in parcels):
        columns.setdefault("块段名称", pa.array([p.heading or None for p in parcels], pa.string()))
    for at, name in enumerate(("top_elevation_m", "bottom_elevation_m")):
        if any(p.depth for p in parcels):
            values = [p.depth[at] if p.depth else None for p in parcels]
            columns[name] = pa.array(values, pa.string())
    return _Rows(columns, geometry, labels, tuple(issues))


def _label(parcel: _Parcel, number: int, of: int) -> str:
    name = " ".join(w for w in (*parcel.key, parcel.heading) if w)
    return f"地块 {name}" if name else f"第 {number} 个地块" if of > 1 else "第 1 个地块"


def _parcels(path: Path, sheet: Sheet, header: Header, places: Places) -> list[_Parcel]:
    keys = [c for c, role in sorted(header.roles.items()) if role in _KEY_ROLES]
    named = _column(header, "corner")
    names = named if named is not None else _column(header, "number")
    rings = _column(header, "ring")
    parcels: list[_Parcel] = []
    heading, fresh, ring_before = "", True, ""
    above = ("",) * len(keys)
    for row in range(header.row + 1, len(sheet.rows)):
        if row not in places.at:
            if names is not None and re.fullmatch(
                r"[A-Za-z]{0,3}\d+", _cell(sheet, row, names) or ""
            ):
                raise _bad_row(path, sheet, row, "有点号而没有坐标", "a corner without coordinates")
            fresh = True
            text = " ".join(dict.fromkeys(c for c in sheet.rows[row] if c))
            heading = _heading(text, parcels) or heading if text else heading
            continue
        # A cell that stands for several rows is written in the first.
        key = tuple(_cell(sheet, row, c) or a for c, a in zip(keys, above, strict=True))
        above = key
        name = _cell(sheet, row, names) or "" if names is not None else ""
        ring = _cell(sheet, row, rings) or "" if rings is not None else ""
        if not parcels or (parcels[-1].key, parcels[-1].heading) != (key, heading):
            if any((p.key, p.heading) == (key, heading) for p in parcels):
                raise _bad_row(path, sheet, row, f"{'、'.join(key)} 的拐点不连续",
                               f"corners of {', '.join(key)} are split")  # fmt: skip
            parcels.append(_Parcel(key, heading))
            fresh = True
        if fresh or ring != ring_before or _begins_again(parcels[-1].rings[-1], name, row, places):
            parcels[-1].rings.append(_Ring())
        parcels[-1].rings[-1].rows.append(row)
        parcels[-1].rings[-1].names.append(name)
        fresh, ring_before = False, ring
    return parcels


def _column(header: Header, role: str) -> int | None:
    return next((c for c, r in sorted(header.roles.items()) if r == role), None)


def _heading(text: str, parcels: list[_Parcel]) -> str:
    """Return the name of the part that a row without coordinates begins, blank if it is none."""
    depth = _DEPTH.search(text)
    if depth and parcels:
        parcels[-1].depth = (depth[1], depth[2])
    if depth or len(text) > 40 or re.search(r"合计|面积|备注|说明|标高|坐标系|单位|[:：]", text):
        return ""
    return text


def _begins_again(ring: _Ring, name: str, row: int, places: Places) -> bool:
    """Return whether a corner is the first of a new ring: the one before closed, or numbers fell.

    A closing point repeats the first corner's place.
    """
    if len(ring.rows) > 3 and places.at[ring.rows[-1]] == places.at[ring.rows[0]]:
        return True
    if not name or not ring.names or name != ring.names[0]:
        return False
    return len(ring.rows) >= 3 and places.at[row] != places.at[ring.rows[0]]


def _polygon(path: Path, sheet: Sheet, parcel: _Parcel, places: Places) -> shapely.Geometry:
    outlines = []
    for ring in parcel.rings:
        corners = [places.at[row] for row in ring.rows]
        opened = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
        if len(opened) < 3:
            raise _bad_row(path, sheet, ring.rows[0], "一圈不足 3 个点",
                           "a ring of fewer than 3 corners")  # fmt: skip
        outlines.append(np.array(opened))
    shape, wrong = assemble(outlines)
    if shape is None:
        raise _bad_row(path, sheet, parcel.rings[wrong].rows[0],
                       "这一圈自交，或既不在外圈之内也不与它相离",
                       "this ring crosses itself or another ring")  # fmt: skip
    return shape


def _number_issues(sheet: Sheet, parcel: _Parcel, label: str) -> list[Issue]:
    issues = []
    for ring in parcel.rings:
        names = ring.names[:-1] if len(ring.names) > 1 and ring.names[0] == ring.names[-1] \
            else ring.names  # fmt: skip
        at = first_break(names) if all(names) and names else None
        if at is not None:
            where = f"{label} 第 {sheet.lines[ring.rows[at]]} 行"
            told = _named(where, *break_told(names, at))
            issues.append(warning("corner_numbers", *told, label))
    return issues


def _common(sheet: Sheet, parcel: _Parcel, column: int) -> str | None:
    """Return what a column says of a parcel, None where its rows differ."""
    said = {cell for row in parcel.rows if (cell := _cell(sheet, row, column))}
    return said.pop() if len(said) == 1 else None


def _bad_row(path: Path, sheet: Sheet, row: int, zh: str, en: str) -> Exception:
    line = sheet.lines[row]
    return refusal(path, f"第 {line} 行：{zh}", f"row {line}: {en}")
