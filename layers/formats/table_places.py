"""The places that a table's coordinate columns give, and the coordinate system they are in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj

from layers.account import Issue
from layers.formats.angles import clean
from layers.formats.planes import Axes, Datum, axes_of, datums_named, geographic, plane, width_of
from layers.formats.sheets import Sheet
from layers.formats.source import refusal
from layers.formats.table_header import Header, Pair
from layers.formats.table_numbers import angles_of, decimal, is_degrees, is_number_like, why_not
from layers.issues import warning
from layers.whereabouts import Reason

_MERIDIAN = re.compile(
    r"中央(?:子午线|经线)\D{0,6}(\d{2,3}(?:\.\d+)?)\s*[°º度]?\s*(?:(\d{1,2})\s*[′'’分])?"
    r"\s*(?:(\d{1,2})(?:\.\d+)?\s*[″\"”秒])?"
)
# 带 is also a vein or a belt: a zone stands alone, beside other words of the projection.
_FOLLOWS = r"(?=$|[^一-鿿0-9]|高斯|投影|坐标|中央|平面)"
_ZONE = re.compile(
    r"(?<![矿皮脉层体])带号\s*[:：=为是]?\s*(\d{2})(?![\d.])|"
    r"(?:^|[^一-鿿\d.A-Za-z~～—–、-]|(?:度|°)\s*分?带|[为于在属系影格准])"
    rf"第?\s*(\d{{2}})\s*(?:号\s*)?带{_FOLLOWS}"
)
_WIDTH = re.compile(r"(?<![\d.])([36三六])\s*(?:度|°)\s*分?带")
_RANK: dict[Datum | None, int] = {"CGCS2000": 0, None: 1, "Xian 1980": 2, "Beijing 1954": 3}
_AGREE_M = 1.0


@dataclass(frozen=True, eq=False)
class Places:
    """Where the rows of a table lie.

    Attributes
    ----------
    at : row of the sheet -> easting and northing, or longitude and latitude
    bad : row that names a place which cannot be read -> why
    crs : None where the table does not tell it
    note : where that was found
    """

    at: Mapping[int, tuple[float, float]]
    bad: Mapping[int, Reason]
    crs: pyproj.CRS | None
    note: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, eq=False)
class _Read:
    pair: Pair
    at: dict[int, tuple[float, float]]
    bad: dict[int, Reason]
    axes: Axes | None
    crs: pyproj.CRS | None
    note: str


def find_places(
    path: Path,
    sheet: Sheet,
    header: Header,
    *,
    corners: bool,
    skip: frozenset[int] = frozenset(),
) -> Places:
    """Read the pair of coordinate columns that tells most.

    CGCS2000 comes before a pair without a datum, and that before older datums; of corners the
    plane comes first, of single places the degrees. Rows ``skip`` are left aside.

    Raises
    ------
    FormatError
        No row gives a place, the table names several datums for one pair, or a number may be
        decimal degrees as well as packed degrees, minutes and seconds.
    """
    words = _words(sheet, header)
    read = [_read(path, sheet, header, pair, words, skip) for pair in header.pairs]
    held = [r for r in read if r.at]
    if not held:
        bad = next(iter(read[0].bad.items()), None)
        at = (
            f"第 {sheet.lines[bad[0]]} 行：" if bad else "",
            f"row {sheet.lines[bad[0]]}: " if bad else "",
        )
        why = bad[1] if bad else ("坐标列下没有坐标", "no coordinates under their header")
        raise refusal(path, at[0] + why[0], at[1] + why[1])
    best = min(held, key=lambda r: _rank(r, corners))
    if corners:
        _refuse_doubles(path, sheet, best, held)
    issues = [*_disagreements(path, sheet, best, held), *_heading_issues(best)]
    return Places(best.at, best.bad, best.crs, best.note, tuple(issues))


def _refuse_doubles(path: Path, sheet: Sheet, best: _Read, held: Sequence[_Read]) -> None:
    """Refuse corners given twice in one system, in two ways: one of the headings must be wrong."""
    for other in held:
        alike = (other.pair.kind, other.pair.datums) == (best.pair.kind, best.pair.datums)
        row = next((r for r in best.at if other.at.get(r, best.at[r]) != best.at[r]), None)
        if alike and row is not None:
            line = sheet.lines[row]
            raise refusal(
                path,
                f"第 {line} 行：同一坐标系的两组坐标列不一致，请写明各组的坐标系",
                f"row {line}: two pairs of columns of one system disagree; say what each is in",
            )


def _rank(read: _Read, corners: bool) -> tuple[int, int, int]:
    datum = _RANK[read.pair.datums[0] if read.pair.datums else None]
    plane_told = read.axes is not None and read.axes.kind == "plane" and read.crs is not None
    first = plane_told if corners else read.pair.kind == "degrees"
    return datum, int(not first), -len(read.at)


def _words(sheet: Sheet, header: Header) -> str:
    """Return what a table says outside its columns: titles and remarks."""
    pairs = {c for p in header.pairs for c in (p.first, p.second)}
    out = []
    for row, cells in enumerate(sheet.rows):
        data = row > header.row and any(_looks_numeric(cells, c) for c in pairs)
        if row != header.row and not data:
            out += [c for c in cells if c]
    return " ".join(dict.fromkeys(out))


def _looks_numeric(cells: Sequence[str], column: int) -> bool:
    return column < len(cells) and cells[column][:1] in "+-−.0123456789*" and cells[column] != ""


# -- numbers ---------------------------------------------------------------------------------------


def _read(
    path: Path, sheet: Sheet, header: Header, pair: Pair, words: str, skip: frozenset[int]
) -> _Read:
    raw: dict[int, tuple[str, str]] = {}
    for row in range(header.row + 1, len(sheet.rows)):
        cells = sheet.rows[row]
        two = tuple(clean(cells[c]) if c < len(cells) else "" for c in (pair.first, pair.second))
        if any(two) and row not in skip:
            raw[row] = (two[0], two[1])
    angles = pair.kind == "degrees" or all(
        map(is_degrees, (t for two in raw.values() for t in two))
    )
    parse = angles_of(path, pair, raw) if angles else decimal
    values: dict[int, tuple[float, float]] = {}
    bad: dict[int, Reason] = {}
    for row, two in raw.items():
        first, second = parse(two[0]), parse(two[1])
        if first is None or second is None:
            bad[row] = why_not(two[0] if first is None else two[1])
        else:
            values[row] = (first, second)
    for row in [r for r in bad if not any(map(is_number_like, raw[r]))]:
        del bad[row]  # a heading or remark that reaches over the columns
    return _placed(path, pair, values, bad, words)


# -- places ----------------------------------------------------------------------------------------


def _placed(
    path: Path,
    pair: Pair,
    values: dict[int, tuple[float, float]],
    bad: dict[int, Reason],
    words: str,
) -> _Read:
    if not values:
        return _Read(pair, {}, bad, None, None, "")
    rows = list(values)
    first, second = np.array([values[r] for r in rows]).T
    axes, odd = axes_of(first, second)
    if axes is None and _in_china(first, second):
        bad[rows[odd]] = (
            f"坐标 {first[odd]:.10g}, {second[odd]:.10g} 与其余点不一致",
            f"{first[odd]:.10g}, {second[odd]:.10g} fits not the others",
        )
    places = axes.east_north(first, second) if axes else np.column_stack([second, first])
    at = {r: (float(x), float(y)) for r, (x, y) in zip(rows, places, strict=True) if r not in bad}
    crs, note = _crs(path, pair, axes, words)
    return _Read(pair, at, bad, axes, crs, note)


def _in_china(first: np.ndarray, second: np.ndarray) -> bool:
    """Return whether most places fit a reading of China."""
    fits = sum(axes_of(first[k : k + 1], second[k : k + 1])[0] is not None
               for k in range(min(len(first), 50)))  # fmt: skip
    return 2 * fits > min(len(first), 50)


def _crs(path: Path, pair: Pair, axes: Axes | None, words: str) -> tuple[pyproj.CRS | None, str]:
    named = list(pair.datums) or datums_named(words)
    told = axes.note() if axes else ("坐标不在中国 / no coordinates of China")
    if len(named) != 1 or axes is None:
        several = f"同时写有 {'、'.join(named)} / names {', '.join(named)}" if named else \
            "没有写明坐标系 / names no datum"  # fmt: skip
        return None, f"{several}；{told}"
    note = f"{named[0]}；{told}"
    if axes.kind == "degrees":
        return geographic(named[0]), note
    zone = axes.zone or _zone(words)
    width = width_of(zone) if zone else None
    if zone is None or width is None:
        return None, note
    stated = _zone(words)
    if axes.zone and stated and stated != axes.zone and not _on_meridian(axes.zone, 3 * stated):
        raise refusal(
            path,
            f"写明带号 {stated}，但横坐标的带号是 {axes.zone}",
            f"zone {stated} is stated, but the eastings tell zone {axes.zone}",
        )
    return plane(named[0], width, zone, prefixed=axes.zone is not None), note


def _zone(words: str) -> int | None:
    """Return the zone that titles and remarks name, by number or central meridian.

    None also where they name several, or a meridian that no zone of the country has.
    """
    zones = {int(m[1] or m[2]) for m in _ZONE.finditer(words)}
    for m in _MERIDIAN.finditer(words):
        on = _zone_on(float(m[1]) + int(m[2] or 0) / 60 + int(m[3] or 0) / 3600)
        if not any(_on_meridian(zone, 3 * on) for zone in zones):
            zones.add(on)
    zone = zones.pop() if len(zones) == 1 else 0
    widths = {3 if m[1] in "3三" else 6 for m in _WIDTH.finditer(words)}
    if _ZONE.search(words) is None:
        widths = set()  # on one meridian the 3-degree and 6-degree planes are the same
    width = width_of(zone)
    return zone if width and (not widths or width in widths) else None


def _on_meridian(zone: int, meridian: int) -> bool:
    """Return whether a zone, of either width, has this central meridian, degrees."""
    width = width_of(zone)
    return width is not None and meridian == (3 * zone if width == 3 else 6 * zone - 3)


def _zone_on(meridian: float) -> int:
    """Return the zone of a central meridian, 0 if there is none."""
    # On one meridian the 3-degree and 6-degree planes are the same.
    return int(meridian) // 3 if meridian % 3 == 0 else 0


def _disagreements(path: Path, sheet: Sheet, best: _Read, held: Sequence[_Read]) -> list[Issue]:
    """Tell where another pair of the same datum gives another place."""
    issues = []
    for other in held:
        if other is best or other.crs is None or best.crs is None:
            continue
        if other.crs.geodetic_crs != best.crs.geodetic_crs:
            continue
        rows = sorted(best.at.keys() & other.at.keys())
        if not rows:
            continue
        way = pyproj.Transformer.from_crs(other.crs, best.crs, always_xy=True)
        x, y = way.transform(*np.array([other.at[r] for r in rows]).T)
        away = np.hypot(x - [best.at[r][0] for r in rows], y - [best.at[r][1] for r in rows])
        metres = away * (111_000.0 if best.crs.is_geographic else 1.0)
        far = [r for r, m in zip(rows, metres, strict=True) if m > _AGREE_M]
        if far:
            line, worst = sheet.lines[far[0]], float(metres.max())
            zh = f"{len(far)} 行的 {best.pair.title} 与 {other.pair.title} 不一致" \
                 f"（第 {line} 行起，最多 {worst:.1f} 米），采用前者"  # fmt: skip
            en = f"{best.pair.title} and {other.pair.title} disagree in {len(far)} rows (from " \
                 f"row {line}, up to {worst:.1f} m); the first is used"  # fmt: skip
            issues.append(warning("coordinates_disagree", zh, en))
    return issues


def _heading_issues(best: _Read) -> list[Issue]:
    if best.axes is None or (best.axes.kind == best.pair.kind and not best.axes.swapped):
        return []
    title = best.pair.title
    if best.axes.kind != best.pair.kind:
        is_plane = best.axes.kind == "plane"
        zh, en = ("平面坐标", "plane coordinates") if is_plane else ("经纬度", "degrees")
        return [
            warning(
                "header_contradicted",
                f"表头写 {title}，而数字是{zh}，按数字读",
                f"the header says {title}, the numbers are {en}; read as such",
            )
        ]
    zh = f"{title} 的数值与表头相反（横坐标在前），已对调"
    return [warning("axes_swapped", zh, f"{title}: easting stands before northing; swapped")]
