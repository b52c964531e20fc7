"""Corner forms written: national text, registration string, workbook and drawing.

Northing is X and stands first; millimetres throughout, which is the forms' own precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from gis.ragged import Floats
from layers.account import Issue
from layers.catalog import schema
from layers.fields import map_fields
from layers.formats.dxf import writing as dxf_writing
from layers.formats.source import Source, refusal
from layers.issues import label_en, listed, warning

_NUMBERS = ("地块编号", "许可证号", "licence_no", "facility_no", "编号", "source_id", "id")
_NAMES = ("地块名称", "矿山名称", "名称", "name", "块段名称")
_LICENCES = (
    "licence_no", "许可证号", "采矿许可证号", "采矿许可证编号", "许可证编号", "勘查许可证号",
)  # fmt: skip
_CONTRACT = {
    _NUMBERS: (("mining_right", "licence_no"), ("tailings_facility", "facility_no")),
    _NAMES: (("mining_right", "name"), ("tailings_facility", "name")),
    _LICENCES: (("mining_right", "licence_no"),),
}
"""Layers and columns of the contract that hold the same."""
_ELEVATIONS = ("top_elevation_m", "bottom_elevation_m")
_LICENCE = re.compile(r"[^\s:：=,，;；、。]+")
_ELEVATION = re.compile(r"([+-]?(\d+(\.\d*)?|\.\d+))?", re.ASCII)
_TEXT = "gb18030"


@dataclass(frozen=True, slots=True)
class Zone:
    """A Gauss-Krüger zone of CGCS2000 whose number the eastings carry."""

    number: int
    width: int

    @property
    def meridian(self) -> int:
        """Return the central meridian, degrees."""
        return 3 * self.number if self.width == 3 else 6 * self.number - 3


@dataclass(frozen=True, slots=True)
class _Parcel:
    number: str
    name: str
    area_ha: float
    rings: tuple[Floats, ...]
    """Closed rings of (east, north); of each part the outer one first."""


def written(source: Source, form: str) -> set[str | None]:
    """Return the fields of a source that a corner form holds."""
    if form == "registration":
        return {_first(source, _LICENCES), *_ELEVATIONS}
    return {_first(source, _NUMBERS), _first(source, _NAMES)}


def as_read(source: Source, form: str) -> Source:
    """Return the rows as a written form gives them: a registration string has no holes."""
    if form != "registration" or "right_part" in source.companions:
        return source
    shapes = source.geometry.copy()
    for row, shape in enumerate(shapes):
        whole = [shapely.Polygon(part.exterior) for part in shapely.get_parts(shape)]
        shapes[row] = whole[0] if len(whole) == 1 else shapely.union_all(whole)
    return replace(source, geometry=shapes)


def national_text(source: Source, path: Path, zone: Zone) -> list[Issue]:
    """Write the national corner text; holes and further parts as further rings."""
    lines = [
        "[属性描述]", "格式版本号=1.00版本", "坐标系=2000国家大地坐标系",
        f"几度分带={zone.width}", "投影类型=高斯克吕格", "计量单位=米", f"带号={zone.number}",
        "精度=0.001", "转换参数=,,,,,,", "[地块坐标]",
    ]  # fmt: skip
    parcels, issues = _parcels(source)
    for parcel in parcels:
        count = sum(map(len, parcel.rings))
        lines.append(f"{count},{parcel.area_ha:.4f},{parcel.number},{parcel.name},面,,,,@")
        for ring, name, (east, north) in _numbered(parcel):
            lines.append(f"J{name},{ring},{north:.3f},{east:.3f}")
    _write_text(path, lines)
    return issues


def registration_string(source: Source, path: Path, zone: Zone) -> list[Issue]:
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
    tops, bottoms = (_elevations(source, name) for name in _ELEVATIONS)
    registered = _registered(source)
    for row, licence in enumerate(licences):
        parts = registered.get(licence) or [
            (ring, tops[row], bottoms[row], "" if sign > 0 else "扣除", sign)
            for ring, sign in _signed(source.geometry[row])
        ]
        text = f"{len(parts)},"
        for ring, top, bottom, remark, sign in parts:
            text += f"{len(ring) - 1},"
            text += "".join(
                f"{k},{north:.3f},{east:.3f}," for k, (east, north) in enumerate(ring[:-1], 1)
            )
            text += f"{top},{bottom},{_plain(remark)},{sign},"
            changed += _plain(remark) != remark
        lines += [f"许可证号：{licence}", text] if licence else [text]
    _write_text(path, lines)
    return issues + _changed_text(changed, "个备注", "remarks")


def workbook(source: Source, path: Path, zone: Zone) -> list[Issue]:
    """Write one sheet of corners below a line that states system and zone."""
    import xlsxwriter

    parcels, issues = _parcels(source)
    title = (
        f"2000国家大地坐标系 高斯克吕格投影 {zone.width}度带 第{zone.number}带 "
        f"中央子午线{zone.meridian}度"
    )
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("界址点")
        metres = book.add_format({"num_format": "0.000"})
        sheet.write_string(0, 0, title)
        sheet.write_row(
            1, 0, ["地块编号", "地块名称", "圈号", "点号", "X坐标（米）", "Y坐标（米）"]
        )
        row = 2
        for parcel in parcels:
            for ring, name, (east, north) in _numbered(parcel):
                sheet.write_string(row, 0, parcel.number)
                sheet.write_string(row, 1, parcel.name)
                sheet.write_number(row, 2, ring)
                sheet.write_string(row, 3, f"J{name}")
                sheet.write_number(row, 4, round(float(north), 3), metres)
                sheet.write_number(row, 5, round(float(east), 3), metres)
                row += 1
        sheet.set_column(0, 1, 24)
        sheet.set_column(4, 5, 16)
        sheet.freeze_panes(2, 0)
    return issues


def drawing(source: Source, path: Path, zone: Zone) -> list[Issue]:
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
    numbers, names = (_column(source, _first(source, of)) for of in (_NUMBERS, _NAMES))
    parcels, changed = [], 0
    for row, shape in enumerate(source.geometry):
        own = str(row + 1) if str(row + 1) not in numbers else f"行{row + 1}"
        words = [_plain(numbers[row] or own), _plain(names[row] or "")]
        changed += words[0] != (numbers[row] or words[0]) or words[1] != (names[row] or "")
        rings = tuple(ring for ring, _ in _signed(shape))
        parcels.append(_Parcel(words[0], words[1], float(shape.area) / 1e4, rings))
    issues = _changed_text(changed, "行的编号或名称", "numbers or names")
    bare = numbers.count("")
    if bare:
        zh, en = (
            f"{bare} 行没有编号，以行号代替",
            f"{bare} rows have no number; that of the row is used",
        )
        issues.append(warning("numbers_by_row", zh, en))
    return parcels, issues


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
    numbers = _column(source, _first(source, _LICENCES))
    first = {number: row for row, number in reversed([*enumerate(numbers)])}
    for row, number in enumerate(numbers):
        if first[number] != row or (not number and len(numbers) > 1):
            zh = f"许可证号 {number} 重复" if number else "没有许可证号"
            en = f"licence {number} is given twice" if number else "has no licence number"
        elif number and not _LICENCE.fullmatch(number):
            zh, en = (
                f"许可证号 {number!r} 含空格或标点",
                f"licence {number!r} holds blanks or marks",
            )
        else:
            continue
        label = source.labels[row]
        raise refusal(source.path, f"{label}：{zh}", f"{label_en(label)}: {en}")
    return numbers


def _elevations(source: Source, name: str) -> list[str]:
    """Return elevations as they are written; FormatError where one is no plain number."""
    words = _column(source, name)
    odd = [source.labels[k] for k, word in enumerate(words) if not _ELEVATION.fullmatch(word)]
    if odd:
        zh = f"{listed(odd, shown=3)}：{name} 不是数值"
        en = f"{listed([label_en(n) for n in odd], 'en', 3)}: {name} is no number"
        raise refusal(source.path, zh, en)
    return words


def _plain(word: str) -> str:
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
    tops, bottoms = (_elevations(parts, name) for name in _ELEVATIONS)
    remarks, signs = _column(parts, "remark"), parts.columns["sign"].to_pylist()
    out: dict[str, list[_RegisteredPart]] = {}
    for k, owner in enumerate(_column(parts, "parent_licence_no")):
        ring = shapely.get_coordinates(parts.geometry[k])
        out.setdefault(owner, []).append((ring, tops[k], bottoms[k], remarks[k], signs[k]))
    return out


def _column(source: Source, name: str | None) -> list[str]:
    """Return a column as words, blank where there is nothing."""
    if name is None or name not in source.columns:
        return [""] * len(source)
    return [_word(value) for value in source.columns[name].to_pylist()]


def _word(value: object) -> str:
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _first(source: Source, names: tuple[str, ...]) -> str | None:
    """Return the first of the fields that the source has, None where it has none.

    Under other names the field is that which the contract's layers would take.
    """
    if (found := next((n for n in names if n in source.columns), None)) is not None:
        return found
    columns = _CONTRACT[names]
    for layer, column in columns:
        cut = source.format == "ESRI Shapefile"
        fields = map_fields(
            [*source.columns], schema(layer), {}, file="", cut=cut, rests=source.rests
        )
        if column in fields.matches:
            return fields.matches[column][0].field
    return None


def _write_text(path: Path, lines: list[str]) -> None:
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(_TEXT))
