"""Corner forms written: national text, registration string, workbook and drawing.

Northing is X and stands first; millimetres throughout, which is the forms' own precision. ``zone``
is that of CGCS2000 / Gauss-Krüger whose number the eastings carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from gis.ragged import Floats
from layers.account import Issue
from layers.formats.dxf import writing as dxf_writing
from layers.formats.planes import meridian_of, width_of
from layers.formats.source import Source, refusal
from layers.formats.table.naming import value_of
from layers.formats.text.corner_columns import (
    LICENCES,
    NAMES,
    NUMBERS,
    Elevations,
    column_of,
    elevations,
    first_field,
)
from layers.identity import is_placeholder
from layers.issues import label_en, listed, warning

_LICENCE = re.compile(r"[^\s:：=,，;；、。]+")
_TEXT = "gb18030"


@dataclass(frozen=True, slots=True)
class _Parcel:
    number: str
    name: str
    area_ha: float
    rings: tuple[Floats, ...]
    """Closed rings of (east, north); of each part the outer one first."""
    signs: tuple[int, ...]
    """Of each ring: 1 part of the right, -1 taken out."""
    island: bool
    """Whether a part lies within a hole of another; the larger one is then the first."""


def written(source: Source, form: str) -> set[str | None]:
    """Return the fields of a source that a corner form holds."""
    if form == "registration":
        return {first_field(source, LICENCES), *elevations(source).fields}
    return {first_field(source, NUMBERS), first_field(source, NAMES)}


def as_read(source: Source, form: str) -> Source:
    """Return the rows as a written form gives them: a registration string has no holes."""
    if form != "registration" or "right_part" in source.companions:
        return source
    shapes = source.geometry.copy()
    for row, shape in enumerate(shapes):
        whole = [shapely.Polygon(part.exterior) for part in shapely.get_parts(shape)]
        shapes[row] = whole[0] if len(whole) == 1 else shapely.union_all(whole)
    return replace(source, geometry=shapes)


def national_text(source: Source, path: Path, zone: int) -> list[Issue]:
    """Write the national corner text; holes and further parts as further rings."""
    lines = [
        "[属性描述]", "格式版本号=1.00版本", "坐标系=2000国家大地坐标系",
        f"几度分带={width_of(zone)}", "投影类型=高斯克吕格", "计量单位=米", f"带号={zone}",
        "精度=0.001", "转换参数=,,,,,,", "[地块坐标]",
    ]  # fmt: skip
    parcels, issues = _parcels(source)
    _refuse_islands(source, parcels)
    for parcel in parcels:
        count = sum(map(len, parcel.rings))
        lines.append(f"{count},{parcel.area_ha:.4f},{parcel.number},{parcel.name},面,,,,@")
        for ring, name, (east, north) in _numbered(parcel):
            lines.append(f"J{name},{ring},{north:.3f},{east:.3f}")
    _write_text(path, lines)
    return issues


def registration_string(source: Source, path: Path, zone: int) -> list[Issue]:
    """Write a registration string per row, led by its licence number.

    Parts with their own elevations come from ``right_part`` where the source has it; a hole is
    written as a deduction between the right's elevations.
    """
    del zone  # the eastings carry it
    lines = ["2000国家大地坐标系"]
    _refuse_others(source)
    issues: list[Issue] = []
    licences = _licences(source)
    holed = int((shapely.get_num_interior_rings(shapely.get_parts(source.geometry)) > 0).sum())
    if holed:
        zh = f"{holed} 个图形的内环写为扣除块：登记坐标串按标高扣除，读回时平面范围不扣除"
        en = f"holes of {holed} outlines are deductions between elevations, not in plan"
        issues.append(warning("holes_deducted", zh, en))
    changed = 0
    heights = elevations(source)
    registered = _registered(source)
    issues += _taken(source) + _without_heights(licences, heights, registered)
    for row, licence in enumerate(licences):
        parts = registered.get(licence) or [
            (ring, heights.top[row], heights.bottom[row], "" if sign > 0 else "扣除", sign)
            for ring, sign in _signed(source.geometry[row])
        ]
        text = f"{len(parts)},"
        for ring, top, bottom, remark, sign in parts:
            text += f"{len(ring) - 1},"
            text += "".join(
                f"{k},{north:.3f},{east:.3f}," for k, (east, north) in enumerate(ring[:-1], 1)
            )
            text += f"{top},{bottom},{_in_one_field(remark)},{sign},"
            changed += _in_one_field(remark) != remark
        lines += [f"许可证号：{licence}", text] if licence else [text]
    _write_text(path, lines)
    return issues + _changed_text(changed, "个备注", "remarks")


def workbook(source: Source, path: Path, zone: int) -> list[Issue]:
    """Write one sheet of corners below a line that states system and zone.

    Where a part lies within a hole, a column of signs says of every corner which it is of.
    """
    import xlsxwriter

    parcels, issues = _parcels(source)
    # A row's number that stands in for a missing licence is none.
    own = column_of(source, first_field(source, LICENCES)) == [p.number for p in parcels]
    title = (
        f"2000国家大地坐标系 高斯克吕格投影 {width_of(zone)}度带 第{zone}带 "
        f"中央子午线{meridian_of(zone)}度"
    )
    signed = any(parcel.island for parcel in parcels)
    # Rings that only 待办 or another placeholder would join are joined by a number of their own.
    numbered = any(is_placeholder(parcel.number) and len(parcel.rings) > 1 for parcel in parcels)
    heads = [
        "许可证号" if own else "地块编号",
        "地块名称",
        "圈号",
        "点号",
        "X坐标（米）",
        "Y坐标（米）",
        *(["加减号"] if signed else []),
        *(["地块"] if numbered else []),
    ]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("界址点")
        metres = book.add_format({"num_format": "0.000"})
        sheet.write_string(0, 0, title)
        sheet.write_row(1, 0, heads)
        row = 2
        for count, parcel in enumerate(parcels, 1):
            for ring, name, (east, north) in _numbered(parcel):
                sheet.write_string(row, 0, parcel.number)
                sheet.write_string(row, 1, parcel.name)
                sheet.write_number(row, 2, ring)
                sheet.write_string(row, 3, f"J{name}")
                sheet.write_number(row, 4, round(float(north), 3), metres)
                sheet.write_number(row, 5, round(float(east), 3), metres)
                if signed:
                    sheet.write_string(row, 6, f"{parcel.signs[ring - 1]:+d}")
                if numbered:
                    sheet.write_string(row, 6 + signed, str(count))
                row += 1
        sheet.set_column(0, 1, 24)
        sheet.set_column(4, 5, 16)
        sheet.freeze_panes(2, 0)
    return issues


def drawing(source: Source, path: Path, zone: int) -> list[Issue]:
    """Write closed polylines, x being east, with number and name as a text inside."""
    del zone
    parcels, issues = _parcels(source)
    words = [" ".join(w for w in (parcel.number, parcel.name) if w) for parcel in parcels]
    return [*issues, *dxf_writing.draw(source, words, path)]


# -- rows as parcels -------------------------------------------------------------------------------


def _refuse_others(source: Source) -> None:
    if not np.isin(shapely.get_type_id(source.geometry), (3, 6)).all():
        zh, en = "只有面可以写成界址点", "only polygons can be written as corners"
        raise refusal(source.path, zh, en)


def _parcels(source: Source) -> tuple[list[_Parcel], list[Issue]]:
    _refuse_others(source)
    numbers, names = (column_of(source, first_field(source, of)) for of in (NUMBERS, NAMES))
    parcels, changed = [], 0
    for row, shape in enumerate(source.geometry):
        own = str(row + 1) if str(row + 1) not in numbers else f"行{row + 1}"
        words = [_in_one_field(numbers[row] or own), _in_one_field(names[row] or "")]
        changed += words[0] != (numbers[row] or words[0]) or words[1] != (names[row] or "")
        island = _has_island(shape)
        found = [*_signed(_largest_first(shape) if island else shape)]
        rings, signs = tuple(r for r, _ in found), tuple(sign for _, sign in found)
        area_ha = float(shape.area) / 1e4
        parcels.append(_Parcel(words[0], words[1], area_ha, rings, signs, island))
    issues = _changed_text(changed, "行的编号或名称", "numbers or names")
    bare = numbers.count("")
    if bare:
        zh, en = (
            f"{bare} 行没有编号，以行号代替",
            f"{bare} rows have no number; that of the row is used",
        )
        issues.append(warning("numbers_by_row", zh, en))
    return parcels, issues


def _has_island(shape: shapely.Geometry) -> bool:
    """Tell whether a part of an outline lies within a hole of another part."""
    parts = shapely.get_parts(shape)
    holes = [shapely.Polygon(hole) for part in parts for hole in part.interiors]
    return len(parts) > 1 and any(hole.covers(part) for hole in holes for part in parts)


def _largest_first(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[np.argsort(-shapely.area(parts), kind="stable")])


def _refuse_islands(source: Source, parcels: list[_Parcel]) -> None:
    """Refuse parts within holes where a form cannot say that they are none themselves."""
    names = [source.labels[k] for k, parcel in enumerate(parcels) if parcel.island]
    if names:
        raise refusal(
            source.path,
            f"{listed(names, shown=3)}：内环之内又有一块，全国界址点文本无法写明它不是扣除；"
            "请改用 xlsx、gpkg、shp 或 geojson",
            f"{listed([label_en(n) for n in names], 'en', 3)}: a part lies within a hole, and the "
            "national text cannot say that it is none itself; use xlsx, gpkg, shp or geojson",
        )


def _changed_text(count: int, zh: str, en: str) -> list[Issue]:
    if not count:
        return []
    zh = f"{count} {zh}含逗号、换行或多余空格，已改写（逗号改为全角）"
    en = f"{count} {en} hold commas, line breaks or blanks and are rewritten (full-width commas)"
    return [warning("text_changed", zh, en)]


def _licences(source: Source) -> list[str]:
    """Return each row's licence number, blank where a lone row has none.

    Raises
    ------
    FormatError
        Several rows of which one has no number, two have the same, or one has a number that the
        form cannot hold: none is made up or changed.
    """
    field = first_field(source, LICENCES)
    numbers = column_of(source, field)
    none = _no_licence(source, field)
    first = {number: row for row, number in reversed([*enumerate(numbers)])}
    for row, number in enumerate(numbers):
        if first[number] != row or (not number and len(numbers) > 1):
            zh, en = (
                (f"许可证号 {number} 重复", f"licence {number} is given twice") if number else none
            )
        elif number and not _LICENCE.fullmatch(number):
            zh, en = (
                f"许可证号 {number!r} 含空格或标点",
                f"licence {number!r} holds blanks or marks",
            )
        elif number and value_of("许可证号", number) != number:
            zh, en = f"许可证号 {number!r} 不像编号", f"licence {number!r} is no number"
        else:
            continue
        label = source.labels[row]
        raise refusal(source.path, f"{label}：{zh}", f"{label_en(label)}: {en}")
    return numbers


def _no_licence(source: Source, field: str | None) -> tuple[str, str]:
    """Return that a row has no licence number, and what number it has instead."""
    parcels = first_field(source, NUMBERS)
    if field is not None or parcels is None:
        return "没有许可证号", "has no licence number"
    return (
        f"没有许可证号（字段 {parcels} 的编号不一定是许可证号，是则请改名为许可证号）",
        f"has no licence number ({parcels} may be others; call it 许可证号 if not)",
    )


def _taken(source: Source) -> list[Issue]:
    """Tell licence numbers that stood in a field of another name."""
    field = first_field(source, LICENCES)
    if field not in ("地块编号", "编号"):
        return []
    zh, en = f"字段 {field} 的编号作为许可证号", f"the numbers of {field} are taken as licences"
    return [warning("licence_assumed", zh, en)]


def _without_heights(
    licences: list[str], heights: Elevations, registered: Mapping[str, object]
) -> list[Issue]:
    """Tell rights whose rings are written without elevations."""
    rows = zip(licences, heights.top, heights.bottom, strict=True)
    n = sum(not (top and bottom) and licence not in registered for licence, top, bottom in rows)
    if not n:
        return []
    zh = f"{n} 个矿权没有上、下限标高，坐标串中的标高为空"
    en = f"{n} rights have no top or bottom elevation; their rings are written without"
    return [warning("elevations_missing", zh, en)]


def _in_one_field(word: str) -> str:
    return " ".join(word.replace(",", "，").split())


def _signed(shape: shapely.Geometry) -> Iterator[tuple[Floats, int]]:
    """Yield closed rings of each part, the outer one (1) first, then its holes (-1)."""
    for part in shapely.get_parts(shape):
        yield shapely.get_coordinates(part.exterior), 1
        for hole in part.interiors:
            yield shapely.get_coordinates(hole), -1


def _numbered(parcel: _Parcel) -> Iterator[tuple[int, int, Floats]]:
    """Yield ring, corner number and place; a closing point has its first's number."""
    start = 1
    for number, ring in enumerate(parcel.rings, 1):
        for k, place in enumerate(ring):
            yield number, start if k == len(ring) - 1 else start + k, place
        start += len(ring) - 1


_RegisteredPart = tuple[Floats, str, str, str, int]
"""Ring, top and bottom elevation, remark, sign."""


def _registered(source: Source) -> dict[str, list[_RegisteredPart]]:
    """Return licence number -> the right's own parts, blank for a right without number."""
    parts = source.companions.get("right_part")
    if parts is None:
        return {}
    heights = elevations(parts)
    remarks, signs = column_of(parts, "remark"), parts.columns["sign"].to_pylist()
    out: dict[str, list[_RegisteredPart]] = {}
    for k, owner in enumerate(column_of(parts, "parent_licence_no")):
        ring = shapely.get_coordinates(parts.geometry[k])
        out.setdefault(owner, []).append(
            (ring, heights.top[k], heights.bottom[k], remarks[k], signs[k])
        )
    return out


def _write_text(path: Path, lines: list[str]) -> None:
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(_TEXT))
