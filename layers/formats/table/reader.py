"""Tables of coordinates: corners of outlines (界址点、拐点坐标表), or one place in every row.

A table whose columns name corners, or that holds nothing but coordinates, gives outlines: rows of
one parcel belong together, a blank row, a heading or numbers that begin again start a new ring.
Any other table gives one point per row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from gis.ragged import Ints
from layers.account import Issue
from layers.errors import FormatError
from layers.formats.rings import assemble
from layers.formats.source import Source, digest_file, refusal
from layers.formats.table.blocks import unrolled
from layers.formats.table.columns import columns_of, twins
from layers.formats.table.corner_doubts import corner_doubts
from layers.formats.table.doubts import outline_issues, unread_rows
from layers.formats.table.groups import (
    completed,
    spelt_once,
    with_corners,
    with_group,
    with_sign,
)
from layers.formats.table.header import Header, find_header
from layers.formats.table.header_rows import with_groups
from layers.formats.table.mixtures import refuse_mixtures
from layers.formats.table.numbers import (
    comma_lines,
    is_number_like,
    overlong_lines,
    with_plain_numbers,
)
from layers.formats.table.other_sheets import with_others
from layers.formats.table.parcels import parcels_of
from layers.formats.table.place_lists import (
    lists_places,
    outline_title_issues,
    refuse_lines,
    rows_without_place,
    title_issues,
)
from layers.formats.table.places import Places, find_places
from layers.formats.table.rings import Parcel
from layers.formats.table.rows import aside_rows, footer_rows
from layers.formats.table.second_headers import OTHER_HEADER, is_header
from layers.formats.table.sexagesimal import joined_angles
from layers.formats.table.sheet import Sheet, bad_row, squeezed
from layers.formats.table.sheets import read_csv, read_workbook, rough_csv
from layers.formats.table.told_rings import check_told
from layers.issues import error, info, label_en, warning

FORMAT, WORKBOOK = "coordinate table", "workbook"

_CORNERS = re.compile(r"拐点|界址点|角点坐标")


def read(path: Path, encoding: str | None) -> Source:
    """Read the table of a text file.

    Raises
    ------
    FormatError
        No row names coordinate columns; a corner's coordinates are missing, masked, of two kinds,
        or could be read in two ways; a ring has fewer than three corners or crosses another.
    """
    sheet, found = read_csv(path, encoding)
    return source_of(path, sheet, FORMAT, encoding=found)


def is_table(path: Path, encoding: str | None) -> bool:
    """Return whether a text file is a table that names coordinate columns."""
    try:
        return find_header(read_csv(path, encoding)[0]) is not None
    except FormatError:
        # What is wrong with it is told where it is read.
        return find_header(rough_csv(path, encoding)) is not None


def list_tables(path: Path) -> list[str]:
    """Return the names of a workbook's sheets that hold coordinates."""
    return [s.name for s in read_workbook(path) if find_header(s)]


def read_sheet(path: Path, name: str) -> Source:
    """Read one sheet of a workbook; as :func:`read`."""
    sheets = read_workbook(path)
    sheet = next(s for s in sheets if s.name == name)
    return with_others(source_of(path, sheet, WORKBOOK, layer=name), sheets)


def source_of(
    path: Path, sheet: Sheet, kind: str, *, layer: str | None = None, encoding: str | None = None
) -> Source:
    """Read a table of any form; as :func:`read`."""
    sheet = _trimmed(joined_angles(sheet))
    header = find_header(sheet)
    if header is None:
        raise refusal(
            path,
            "没有一行写明坐标列（如 X坐标 Y坐标，或 经度 纬度）",
            "no row names coordinate columns (such as X坐标 Y坐标, or 经度 纬度)",
        )
    sheet, header = with_groups(sheet, header)
    header = with_corners(sheet, completed(sheet, header))
    sheet = with_plain_numbers(sheet, header)
    long = overlong_lines(sheet, header)
    corners = _is_corner_table(sheet, header)
    aside = skip = frozenset[int]()
    if corners:
        sheet, header = unrolled(path, sheet, header)
        refuse_lines(path, sheet, header)
        aside = aside_rows(sheet, header)
        _refuse_no_corners(path, sheet, header, aside)
        skip = aside | footer_rows(sheet, header)
    places = find_places(path, sheet, header, corners=corners, skip=skip)
    places = _without(places, {r for r in places.at if sheet.lines[r] in long})
    commas = _comma_issues(sheet, header) if kind == FORMAT else []
    if corners:
        header = with_sign(sheet, with_group(sheet, header, places), places)
        rows = _outlines(path, sheet, header, places, aside)
    else:
        rows = _points(path, sheet, header, places)
    return Source(
        path=path,
        format=kind,
        layer=layer,
        sha256=digest_file(path),
        encoding=encoding,
        crs=places.crs,
        crs_note=places.note,
        stated=places.stated,
        prose=places.words,
        declared=len(rows.labels),
        columns=rows.columns,
        geometry=rows.geometry,
        labels=rows.labels,
        lost=rows.lost,
        issues=(*_hidden(sheet), *commas, *places.issues, *rows.issues),
    )


def _without(places: Places, long: set[int]) -> Places:
    """Return places without those of rows that are too long, whose cells stand in wrong columns."""
    why = ("比表头多出单元格（文字中有分隔符？），各列可能错位",
           "it has more cells than the header (a separator in a text?)")  # fmt: skip
    at = {r: p for r, p in places.at.items() if r not in long}
    return replace(places, at=at, bad={**places.bad, **dict.fromkeys(sorted(long), why)})


def _comma_issues(sheet: Sheet, header: Header) -> list[Issue]:
    lines = sorted(comma_lines(sheet, header))
    if not lines:
        return []
    zh = f"第 {lines[0]} 行起 {len(lines)} 行：整数坐标之后有一列无表头的数字，未采用；"
    en = f"from row {lines[0]} on, {len(lines)} rows: digits under no heading follow whole metres "
    zh, en = zh + "若是用逗号作小数点，请改用小数点", en + "and are not used; are they decimals?"
    return [warning("decimal_comma", zh, en)]


def _trimmed(sheet: Sheet) -> Sheet:
    """Return a sheet without the blank rows at its end; there may be a million."""
    end = len(sheet.rows)
    while end and not any(sheet.rows[end - 1]):
        end -= 1
    return squeezed(replace(sheet, rows=sheet.rows[:end], lines=sheet.lines[:end]))


def _refuse_no_corners(path: Path, sheet: Sheet, header: Header, aside: frozenset[int]) -> None:
    """Refuse a table whose every place is, by its name, something else than a corner."""
    pair = header.pairs[0]
    rows = [row for row in header.below(sheet) if is_number_like(sheet.cell(row, pair.first))]
    if rows and aside.issuperset(rows):
        line = sheet.lines[rows[0]]
        raise refusal(
            path,
            f"第 {line} 行起各点都不是拐点（控制点、中心点、井口等）；若是拐点，请改点号",
            f"from row {line} on no place is a corner by its name (control points, centres, "
            "shafts); name corners as such",
        )


def _hidden(sheet: Sheet) -> list[Issue]:
    if not sheet.hidden:
        return [*sheet.told]
    zh, en = "、".join(sheet.hidden), ", ".join(sheet.hidden)
    return [
        warning("hidden_sheets", f"隐藏的工作表未读：{zh}", f"hidden sheets are not read: {en}"),
        *sheet.told,
    ]


@dataclass(frozen=True, eq=False)
class _Rows:
    columns: dict[str, pa.Array]
    geometry: np.ndarray[tuple[int], np.dtype[np.object_]]
    labels: tuple[str, ...]
    issues: tuple[Issue, ...]
    lost: dict[str, Ints] = field(default_factory=dict)


def _is_corner_table(sheet: Sheet, header: Header) -> bool:
    """Tell outlines from places: by a column of corners, the title, or for want of attributes."""
    roles = set(header.roles.values())
    if lists_places(sheet, header):
        return False
    if "corner" in roles or "ring" in roles:
        return True
    others = [n for c, n in enumerate(header.names) if c not in header.roles and n[:1] != "列"]
    if not others:
        return True
    titles = "".join("".join(cells) for cells in sheet.rows[: header.row + 1])
    return "number" in roles and _CORNERS.search(titles) is not None


# -- one place in every row ------------------------------------------------------------------------


def _points(path: Path, sheet: Sheet, header: Header, places: Places) -> _Rows:
    passed = rows_without_place(sheet, header, places.at)
    rows = header.below(sheet)
    left = set(passed)
    used = [r for r in rows if any(sheet.rows[r]) and r not in left]
    for row in used:
        if row not in places.at and is_header(sheet, row, header) is None:
            raise bad_row(path, sheet, row, *OTHER_HEADER)
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
        name: pa.array([sheet.cell(r, c) or None for r in used], pa.string())
        for c, name in enumerate(header.names)
    }
    if passed:
        issues.append(unread_rows(info, "rows_ignored", sheet, passed, "不是地点", "are no places"))
    lost: dict[str, Ints] = {}
    issues += title_issues(sheet, header) + twins(header, columns, lost, labels)
    return _Rows(columns, geometry, labels, tuple(issues), lost)


def _named(label: str, zh: str, en: str) -> tuple[str, str]:
    return f"{label}：{zh}", f"{label_en(label)}: {en}"


# -- corners ---------------------------------------------------------------------------------------


def _outlines(
    path: Path, sheet: Sheet, header: Header, places: Places, aside: frozenset[int]
) -> _Rows:
    for row, (zh, en) in places.bad.items():
        raise bad_row(path, sheet, row, zh, en)
    sheet = spelt_once(sheet, header, places)
    parcels, issues = parcels_of(path, sheet, header, places, aside)
    if not parcels:
        raise refusal(path, "表中没有一个拐点", "the table holds no corner")
    geometry = np.full(len(parcels), None, dtype=object)
    for k, parcel in enumerate(parcels):
        parcel.label = _label(parcel, k + 1)
        parcel.shape = geometry[k] = _polygon(path, sheet, parcel, places)
    refuse_mixtures(path, sheet, header, parcels, places)
    issues += check_told(path, sheet, parcels)
    issues += outline_issues(path, sheet, parcels, places)
    issues += corner_doubts(sheet, header, parcels, places)
    issues += outline_title_issues(sheet, header)
    columns, lost, more = columns_of(sheet, header, parcels)
    return _Rows(columns, geometry, tuple(p.label for p in parcels), (*issues, *more), lost)


def _label(parcel: Parcel, number: int) -> str:
    name = " ".join(w for w in (*parcel.key, parcel.heading) if w)
    return f"地块 {name}" if name else f"第 {number} 个地块"


def _polygon(path: Path, sheet: Sheet, parcel: Parcel, places: Places) -> shapely.Geometry:
    outlines = []
    for ring in parcel.rings:
        corners = [places.at[row] for row in ring.rows]
        opened = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
        if len(opened) < 3:
            again = f"（点号 {ring.names[0]}）" if ring.names[0] else ""
            of = f" (from {ring.names[0]})" if ring.names[0] else ""
            if ring.cut and ring.marked:
                again += "：“扣除”请写在这一圈的每个点旁，或写在圈上单独一行"
                of += ": write 扣除 beside each of its corners or in a row above them"
            raise bad_row(path, sheet, ring.rows[0], f"一圈不足 3 个点{again}",
                           f"a ring of fewer than 3 corners{of}")  # fmt: skip
        outlines.append(np.array(opened))
    cut = {k for k, ring in enumerate(parcel.rings) if ring.cut}
    kept = {k for k, ring in enumerate(parcel.rings) if ring.kept}
    shape, wrong = assemble(outlines, cut, kept)
    if shape is None and wrong in cut:
        raise bad_row(path, sheet, parcel.rings[wrong].rows[0],
                       "扣除范围不完全在上面的地块之内，或与另一扣除范围重叠",
                       "what is taken out does not lie within the parcel above")  # fmt: skip
    if shape is None and wrong in kept:
        raise bad_row(path, sheet, parcel.rings[wrong].rows[0], "写明不扣除，却与另一圈重叠",
                       "what is not to be taken out overlaps another ring")  # fmt: skip
    if shape is None:
        raise bad_row(path, sheet, parcel.rings[wrong].rows[0],
                       "这一圈自交，或既不在外圈之内也不与它相离，或在扣除圈之内"
                       "（另立地块，或以加减号写明）",
                       "this ring crosses itself or another ring, or lies within one that is taken "
                       "out (make it a parcel of its own, or say so by signs)")  # fmt: skip
    return shape
