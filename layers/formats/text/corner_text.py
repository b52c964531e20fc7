"""The national corner text: ``[属性描述]`` with keys, ``[地块坐标]`` with parcels and corners.

A parcel line gives corners, area in hectares, number, name, kind, map sheet, use, land class
and ``@``; a corner line gives name, ring (1 outer), X (north) and Y (east with zone prefix).

Source: the Ministry's report form for construction and mining land (勘测定界界址点坐标成果表),
as its published examples show it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from gis.area import area_m2
from gis.ragged import Floats
from layers.account import Issue
from layers.formats.angles import packed
from layers.formats.encoding import read_text
from layers.formats.planes import Axes, axes_of
from layers.formats.rings import assemble
from layers.formats.source import Source, digest_file, refusal
from layers.formats.text.corner_header import (
    check_counts,
    check_header,
    header_issues,
    key_of,
    says_degrees,
    stated_crs,
)
from layers.formats.text.corner_numbers import (
    break_told,
    first_break,
    plain_number,
    repeated,
    repeated_told,
)
from layers.formats.text.corner_parcels import nested_issues, taken_out
from layers.issues import label_en, warning

FORMAT = "national corner text"
HEADER, BODY = "[属性描述]", "[地块坐标]"
_WIDE_BRACKETS = str.maketrans("［］【】", "[][]")
_DASH = re.compile(r"^-\s+")  # some programs list their lines
_TEXT_COLUMNS = {"地块编号": 2, "地块名称": 3, "图幅号": 5, "用途": 6, "地类编码": 7}


@dataclass
class _Parcel:
    line: int
    fields: list[str]
    corners: list[_Corner] = field(default_factory=list)

    @property
    def label(self) -> str:
        name = f"（{self.fields[3]}）" if self.fields[3] else ""
        return f"地块 {self.fields[2]}{name}"


@dataclass(frozen=True, slots=True)
class _Corner:
    line: int
    name: str
    ring: str
    first: float
    second: float


def read(path: Path, encoding: str | None) -> Source:
    """Read a national corner text; one row per parcel.

    Raises
    ------
    FormatError
        A line does not fit the form; the message names it.
    """
    text, found = read_text(path, encoding)
    keys, parcels = _parse(path, text)
    axes = _axes(path, parcels)
    issues = check_header(path, keys, axes)
    if axes.kind == "degrees" and not says_degrees(keys):
        _refuse_packed(path, parcels)
    crs, note, stated = stated_crs(path, keys, axes)
    issues += header_issues(keys, axes)
    shapes = np.empty(len(parcels), dtype=object)
    distinct = 0
    for row, parcel in enumerate(parcels):
        if (reason := taken_out(parcel)) is not None:
            raise _bad_line(path, parcel.line, *reason)
        rings = _rings(path, parcel)
        distinct += sum(map(len, rings))
        shapes[row] = _polygon(path, rings, axes)
        issues += _number_issues(parcel, rings)
        issues += _area_issues(path, parcel, shapes[row], axes)
    issues += nested_issues(parcels, list(shapes))
    check_counts(path, keys, len(parcels), {distinct, sum(len(p.corners) for p in parcels)})
    columns = {
        name: pa.array([p.fields[at] or None for p in parcels], pa.string())
        for name, at in _TEXT_COLUMNS.items()
    }
    columns["声明面积_公顷"] = pa.array([_area(path, p) for p in parcels], pa.float64())
    return Source(
        path=path,
        format=FORMAT,
        layer=None,
        sha256=digest_file(path),
        encoding=found,
        crs=crs,
        crs_note=note,
        stated=stated,
        declared=len(parcels),
        columns=columns,
        geometry=shapes,
        labels=tuple(p.label for p in parcels),
        issues=tuple(issues),
    )


def is_section(line: str) -> bool:
    """Tell whether a line begins a section of the form; its brackets may be wide ones."""
    return line.translate(_WIDE_BRACKETS) in (HEADER, BODY)


def _parse(path: Path, text: str) -> tuple[dict[str, str], list[_Parcel]]:
    keys: dict[str, str] = {}
    parcels: list[_Parcel] = []
    section = ""
    for number, raw in enumerate(text.rstrip("\x1a\r\n").splitlines(), 1):
        line = _DASH.sub("", raw.strip())
        if is_section(line):
            line = line.translate(_WIDE_BRACKETS)
        if line in (HEADER, BODY):
            if section in (line, BODY):
                raise _bad_line(path, number, f"{line} 再次出现", f"{line} appears again")
            section = line
        elif not line:
            continue
        elif section == BODY:
            _take(path, number, line, parcels)
        elif section != BODY and "=" in line:  # the first line may be missing
            key, value = (part.strip() for part in line.split("=", 1))
            key = key_of(key)
            if key in keys:
                raise _bad_line(path, number, f"{key} 出现两次", f"{key} is given twice")
            keys[key] = value
        else:
            raise _bad_line(path, number, f"不合格式：{line[:40]}", f"does not fit: {line[:40]}")
    if section != BODY:
        raise refusal(path, f"没有 {BODY}", f"has no {BODY}")
    return keys, parcels


def _take(path: Path, number: int, line: str, parcels: list[_Parcel]) -> None:
    fields = _fields(line)
    if fields[-1] == "@":
        if len(fields) != 9:
            raise _bad_line(
                path,
                number,
                f"地块行应有 9 项，实有 {len(fields)} 项",
                f"a parcel line has 9 fields, this one {len(fields)}",
            )
        if fields[4] not in ("面", ""):
            raise _bad_line(
                path, number, f"图形属性 {fields[4]} 不是面", f"{fields[4]} is not an area (面)"
            )
        parcels.append(_Parcel(number, fields))
        return
    if len(fields) != 4 or not parcels:
        raise _bad_line(path, number, f"不合格式：{line[:40]}", f"does not fit: {line[:40]}")
    name, ring, first, second = fields
    ring = ring.lstrip("0") if ring.isdecimal() else ring  # 01
    if not ring.isdecimal() or int(ring) < 1:
        raise _bad_line(path, number, f"圈号 {ring!r} 不是正整数", f"ring {ring!r} is no number")
    corner = _Corner(
        number, name, ring, _number(path, number, first), _number(path, number, second)
    )
    parcels[-1].corners.append(corner)


def _fields(line: str) -> list[str]:
    """Return the fields of a line; programs write tabs, or a comma after the last."""
    parted = line if "," in line else line.replace("，", ",").replace("\t", ",")
    fields = [f.strip() for f in parted.split(",")]
    ended = fields.index("@") + 1 if "@" in fields else 4
    return fields if any(fields[ended:]) else fields[:ended]


def _number(path: Path, line: int, text: str) -> float:
    """Return a plain decimal number; a masked (``*``) or otherwise odd one is refused."""
    if "*" in text:
        raise _bad_line(path, line, f"数字被遮盖：{text}", f"masked digits: {text}")
    if (number := plain_number(text)) is None:
        raise _bad_line(path, line, f"不是数字：{text[:30]!r}", f"not a number: {text[:30]!r}")
    return number


def _axes(path: Path, parcels: list[_Parcel]) -> Axes:
    corners = [c for p in parcels for c in p.corners]
    for parcel in parcels:
        if not parcel.corners:
            raise _bad_line(path, parcel.line, "地块没有界址点", "the parcel has no corners")
    if not corners:
        return Axes("plane", False, None)
    axes, row = axes_of(np.array([c.first for c in corners]), np.array([c.second for c in corners]))
    if axes is None:
        raise _bad_line(
            path,
            corners[row].line,
            f"坐标 {corners[row].first}, {corners[row].second} 不像坐标，或与其余点不一致",
            f"{corners[row].first}, {corners[row].second} fits no plane of China or not the others",
        )
    return axes


def _refuse_packed(path: Path, parcels: list[_Parcel]) -> None:
    """Refuse degrees that may be packed (D.MMSS); whole degrees are the same either way."""
    values = [v for p in parcels for c in p.corners for v in (c.first, c.second)]
    if any(v % 1 for v in values) and all(packed(repr(v)) is not None for v in values):
        raise refusal(
            path,
            "坐标可能是度分秒（D.MMSS），也可能是十进制度；若为后者，请写明 计量单位=度",
            "the coordinates may be D.MMSS or decimal degrees; if decimal, state 计量单位=度",
        )


def _rings(path: Path, parcel: _Parcel) -> list[list[_Corner]]:
    """Return the corners of each ring, without closing points.

    A ring ends where its number changes, or with a closing point that is its first in name and
    place: some programs give the number 1 to every outer ring.
    """
    rings: list[list[_Corner]] = []
    for corner in parcel.corners:
        if not rings or rings[-1][0].ring != corner.ring:
            if any(r[0].ring == corner.ring for r in rings):
                raise _bad_line(
                    path, corner.line, f"圈号 {corner.ring} 不连续", f"ring {corner.ring} is split"
                )
            rings.append([])
        elif _ends(path, rings[-1]):
            rings.append([])
        rings[-1].append(corner)
    if rings[0][0].ring != "1":
        raise _bad_line(path, rings[0][0].line, "第一圈的圈号不是 1", "the first ring is not 1")
    opened = [_opened(path, ring) for ring in rings]
    _check_count(path, parcel, len(parcel.corners), sum(map(len, opened)))
    return opened


def _ends(path: Path, ring: list[_Corner]) -> bool:
    """Tell whether a ring after which corners of its number follow is closed; refuse a doubt."""
    first, last = ring[0], ring[-1]
    if len(ring) == 1:
        return False
    same_name = bool(first.name) and first.name == last.name
    same_place = (first.first, first.second) == (last.first, last.second)
    if same_name != same_place and first.name:
        raise _bad_line(
            path,
            last.line,
            f"圈号 {last.ring} 回到第 {first.line} 行的点号或坐标，其后还有点：每圈应有自己的圈号",
            f"ring {last.ring} comes back to the name or place of line {first.line}, and goes on; "
            "each ring needs its own number",
        )
    return same_place


def _number_issues(parcel: _Parcel, rings: Sequence[Sequence[_Corner]]) -> list[Issue]:
    issues = []
    for ring in rings:
        names = [c.name for c in ring]
        at = first_break(names)
        if at is not None:
            (zh, en), line, number = break_told(names, at), ring[at].line, ring[at].ring
            zh = f"{parcel.label} 第 {line} 行：圈号 {number} 的{zh}"
            en = f"{label_en(parcel.label)} line {line}: in ring {number}, {en}"
            issues.append(warning("corner_numbers", zh, en, parcel.label))
        if (pair := repeated(names, [(c.first, c.second) for c in ring])) is not None:
            issues.append(_copied(parcel, ring[pair[0]], ring[pair[1]]))
    return issues


def _copied(parcel: _Parcel, one: _Corner, other: _Corner) -> Issue:
    zh, en = repeated_told(one.name, other.name)
    zh, en = f"{parcel.label} 第 {other.line} 行：{zh}", f"line {other.line}: {en}"
    return warning("corner_numbers", zh, f"{label_en(parcel.label)} {en}", parcel.label)


def _polygon(path: Path, opened: list[list[_Corner]], axes: Axes) -> shapely.Geometry:
    outlines = [
        axes.east_north(np.array([c.first for c in r]), np.array([c.second for c in r]))
        for r in opened
    ]
    shape, wrong = assemble(outlines)
    shape = None if shape is not None and (wrong := _nested(opened, outlines)) else shape
    if shape is None:
        raise _bad_line(
            path,
            opened[wrong][0].line,
            f"圈号 {opened[wrong][0].ring} 自交，或既不在外圈之内也不与它相离，或与外圈同号，"
            "或在扣除圈之内（请改作另一地块）",
            f"ring {opened[wrong][0].ring} crosses itself or another ring, has the number of one "
            "round it, or lies within one that is taken out (make it a parcel of its own)",
        )
    return shape


def _nested(opened: Sequence[Sequence[_Corner]], outlines: Sequence[Floats]) -> int:
    """Return the position of a ring within another of its own number, 0 where there is none."""
    numbers = [ring[0].ring for ring in opened]
    shapes = [shapely.Polygon(o) for o in outlines] if len(set(numbers)) < len(numbers) else []
    for k, shape in enumerate(shapes):
        if any(numbers[j] == numbers[k] and shapes[j].covers(shape) for j in range(k)):
            return k
    return 0


def _opened(path: Path, ring: list[_Corner]) -> list[_Corner]:
    """Return the ring without its closing point; a closing point must repeat the first."""
    first, last = ring[0], ring[-1]
    same = (first.first, first.second) == (last.first, last.second)
    if len(ring) > 1 and first.name == last.name and not same:
        raise _bad_line(
            path,
            last.line,
            f"闭合点 {last.name} 与第 {first.line} 行坐标不同",
            f"closing point {last.name} differs from line {first.line}",
        )
    opened = ring[:-1] if len(ring) > 1 and same else ring
    if len(opened) < 3:
        raise _bad_line(path, first.line, "一圈不足 3 个点", "a ring of fewer than 3 corners")
    return opened


def _check_count(path: Path, parcel: _Parcel, all_corners: int, distinct: int) -> None:
    stated = parcel.fields[0]
    if stated.isdecimal() and int(stated) in (all_corners, distinct):
        return
    raise _bad_line(
        path,
        parcel.line,
        f"声明 {stated or '空'} 个界址点，实有 {distinct} 个（含闭合点 {all_corners} 个）",
        f"declares {stated or 'no'} corners, has {distinct} ({all_corners} with closing points)",
    )


def _area(path: Path, parcel: _Parcel) -> float | None:
    return _number(path, parcel.line, parcel.fields[1]) if parcel.fields[1] else None


def _area_issues(path: Path, parcel: _Parcel, shape: shapely.Geometry, axes: Axes) -> list[Issue]:
    stated = _area(path, parcel)
    if not stated:
        return []
    square_metres = shape.area if axes.kind == "plane" else float(area_m2([shape])[0])
    found = square_metres / 1e4
    if abs(found - stated) <= 0.01 * stated:
        return []
    zh = f"{parcel.label}：声明面积 {stated} 公顷，按坐标为 {found:.4f} 公顷"
    en = f"{parcel.label}: declared {stated} ha, its corners enclose {found:.4f} ha"
    return [warning("area_differs", zh, en, parcel.label)]


def _bad_line(path: Path, line: int, zh: str, en: str) -> Exception:
    return refusal(path, f"第 {line} 行：{zh}", f"line {line}: {en}")
