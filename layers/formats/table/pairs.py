"""One place given by several pairs of columns: whether they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj

from gis.ragged import Floats
from layers.account import Issue
from layers.formats.planes import Axes, Datum, geographic, plane, width_of
from layers.formats.stated import Stated
from layers.formats.table.header import Pair
from layers.formats.table.sheet import Sheet
from layers.issues import warning
from layers.whereabouts import Reason

_AGREE_M = 1.0
_UNSAID_AGREE_M = 5.0
_DATUMS_APART_M = 300.0  # the three datums of China lie less than this apart
_DEGREE_M = 111_000.0
_MOST_ROUNDED_M = 30.0  # whole seconds; a place written in minutes is none to compare with
_DATUMS: tuple[Datum, ...] = ("CGCS2000", "Xian 1980", "Beijing 1954")
_LIKE: dict[Datum, Datum] = {"WGS 84": "CGCS2000", "New Beijing": "Beijing 1954"}
"""The datum whose planes are the same, or of the same ellipsoid."""


@dataclass(frozen=True, eq=False)
class PairRead:
    """What the rows of one pair of columns give.

    Attributes
    ----------
    at : row of the sheet -> easting and northing, or longitude and latitude
    bad : row that names a place which cannot be read -> why
    axes : how the two numbers were read, None where they fit no reading of China
    crs : None where the table does not tell it
    note : where that was found
    stated : what the titles state
    unit : that of the last digit written, in degrees or metres
    """

    pair: Pair
    at: dict[int, tuple[float, float]]
    bad: dict[int, Reason]
    axes: Axes | None
    crs: pyproj.CRS | None
    note: str
    stated: Stated
    unit: float = 0.0


def disagreements(sheet: Sheet, best: PairRead, held: Sequence[PairRead]) -> list[Issue]:
    """Tell where another pair gives another place than the one that is used.

    Of a pair without a datum the Chinese datum that fits best is taken for the comparison.
    """
    issues = []
    for other in held:
        rows = sorted(best.at.keys() & other.at.keys())
        if other is best or not rows:
            continue
        issues += _unread(sheet, best, other)
        one, two = (np.array([r.at[row] for row in rows]) for r in (best, other))
        found = _apart(best, other, one, two)
        if found is None:
            continue
        metres, limit = found
        limit += _rounded(best, other)
        far = [r for r, m in zip(rows, metres, strict=True) if not m <= limit]
        if far:
            issues.append(_told(sheet, best, other, far, float(metres.max())))
    return issues


def elsewhere(one: PairRead, other: PairRead) -> bool:
    """Tell whether two pairs give other places in most rows, whatever datums they are in."""
    rows = sorted(one.at.keys() & other.at.keys())
    if other is one or not rows:
        return False
    found = _apart(one, other, *(np.array([r.at[row] for row in rows]) for r in (one, other)))
    return found is not None and bool(_DATUMS_APART_M < np.median(found[0]) < np.inf)


def agree(one: PairRead, other: PairRead) -> bool:
    """Tell whether two pairs give one place in all rows of both, of which there must be some."""
    rows = sorted(one.at.keys() & other.at.keys())
    if not rows or one.bad or other.bad:
        return False
    found = _apart(one, other, *(np.array([r.at[row] for row in rows]) for r in (one, other)))
    return found is not None and bool((found[0] <= found[1] + _rounded(one, other)).all())


def moved_to(best: PairRead, other: PairRead) -> dict[int, tuple[float, float]]:
    """Return the places of rows that have only another pair, where that is in the same datum."""
    rows = sorted(other.at.keys() - best.at.keys() - best.bad.keys())
    mine, theirs = best.crs, other.crs
    same = mine is not None and theirs is not None and mine.geodetic_crs == theirs.geodetic_crs
    if not rows or not same:
        return {}
    way = pyproj.Transformer.from_crs(theirs, mine, always_xy=True)
    x, y = way.transform(*np.array([other.at[row] for row in rows]).T)
    return dict(zip(rows, zip(x.tolist(), y.tolist(), strict=True), strict=True))


def _rounded(*pairs: PairRead) -> float:
    """Return the metres by which places differ because their last digits are rounded."""
    metres = (r.unit * (_DEGREE_M if _is_degrees(r) else 1.0) for r in pairs)
    return min(0.75 * sum(metres), _MOST_ROUNDED_M)


def _unread(sheet: Sheet, best: PairRead, other: PairRead) -> list[Issue]:
    """Tell of rows in which the pair that is not used holds no place, or one far from others."""
    rows = [r for r in sorted(other.bad) if r in best.at]
    if not rows:
        return []
    line, (why_zh, why_en) = sheet.lines[rows[0]], other.bad[rows[0]]
    zh = f"{len(rows)} 行的 {other.pair.title} 无法与 {best.pair.title} 核对" \
         f"（第 {line} 行起：{why_zh}），采用后者"  # fmt: skip
    en = f"{other.pair.title} cannot be compared with {best.pair.title} in {len(rows)} rows " \
         f"(from row {line}: {why_en}); the second is used"  # fmt: skip
    return [warning("coordinates_disagree", zh, en)]


def _told(sheet: Sheet, best: PairRead, other: PairRead, far: list[int], worst: float) -> Issue:
    line = sheet.lines[far[0]]
    zh = f"{len(far)} 行的 {best.pair.title} 与 {other.pair.title} 不一致" \
         f"（第 {line} 行起，最多 {worst:.1f} 米），采用前者"  # fmt: skip
    en = f"{best.pair.title} and {other.pair.title} disagree in {len(far)} rows (from " \
         f"row {line}, up to {worst:.1f} m); the first is used"  # fmt: skip
    return warning("coordinates_disagree", zh, en)


def _apart(
    best: PairRead, other: PairRead, one: Floats, two: Floats
) -> tuple[Floats, float] | None:
    """Return metres between the places of two pairs and what they may be, None if unknown."""
    mine, theirs = best.crs, other.crs
    if mine is not None and theirs is not None and mine.geodetic_crs == theirs.geodetic_crs:
        return _metres(mine, theirs, one, two), _AGREE_M
    if best.axes is None or other.axes is None:
        return None
    datums = {_LIKE.get(d, d) for r in (best, other) for d in r.pair.datums}
    limit = _UNSAID_AGREE_M if len(datums) < 2 else _DATUMS_APART_M
    ways = [
        _metres(first, second, one, two)
        for datum in datums or _DATUMS
        for first, second in _systems(datum, best, other, one, two)
    ]
    return min(ways, key=lambda m: float(m.max()), default=np.full(len(one), np.inf)), limit


def _systems(
    datum: Datum, best: PairRead, other: PairRead, one: Floats, two: Floats
) -> Iterator[tuple[pyproj.CRS, pyproj.CRS]]:
    """Yield the systems of one datum that two pairs may be in."""
    degrees = next((p for r, p in ((best, one), (other, two)) if _is_degrees(r)), None)
    lon = float(degrees[0, 0]) if degrees is not None else 111.0
    for zone in (round(lon / 3), int(lon // 6) + 1):
        systems = [_system(datum, r.axes, zone) for r in (best, other)]
        if None not in systems:
            yield systems[0], systems[1]  # type: ignore[misc]


def _is_degrees(read: PairRead) -> bool:
    return read.axes is not None and read.axes.kind == "degrees"


def _system(datum: Datum, axes: Axes | None, zone: int) -> pyproj.CRS | None:
    if axes is None or axes.kind == "degrees":
        return geographic(datum)
    number = axes.zone or zone
    width = width_of(number)
    return plane(datum, width, number, prefixed=axes.zone is not None) if width else None


def _metres(mine: pyproj.CRS, theirs: pyproj.CRS, one: Floats, two: Floats) -> Floats:
    way = pyproj.Transformer.from_crs(theirs, mine, always_xy=True)
    x, y = way.transform(*two.T)
    away: Floats = np.hypot(x - one[:, 0], y - one[:, 1])
    return away * (_DEGREE_M if mine.is_geographic else 1.0)
