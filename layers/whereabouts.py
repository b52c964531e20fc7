"""Coordinates that lie where they cannot: abroad, in another zone, in another kind of system."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyproj

from gis import crs as gis_crs
from gis.ragged import Bools, Floats, Ints
from gis.zone_numbers import twin
from layers.account import Issue
from layers.errors import LayerError
from layers.issues import label_en, listed, warning
from layers.settings import Extent

Reason = tuple[str, str]
"""Why a row is refused, in Chinese and in English."""

Labels = tuple[str, ...]

SOUTHERNMOST = 15.0
"""Degrees north, south of which China has sea and reefs."""

_NAMED = 5


@lru_cache(maxsize=64)
def crs_name(system: pyproj.CRS) -> str:
    """Return the code of a system where it has one, else its name."""
    authority = system.to_authority(min_confidence=100)
    return f"{authority[0]}:{authority[1]}" if authority else str(system.name)


def outside(rows: Ints, lonlat: Floats, counts: Ints, extent: Extent) -> dict[int, Reason]:
    """Return rows with a coordinate outside China (or off the globe), and where it lies."""
    if not len(rows):
        return {}
    with np.errstate(invalid="ignore"):
        on_globe = np.abs(lonlat[:, 0]) <= 180.0
        on_globe &= np.abs(lonlat[:, 1]) <= 90.0
    good = gis_crs.in_china(lonlat) if extent == "china" else on_globe
    place_zh, place_en = ("中国", "China") if extent == "china" else ("地球", "the globe")
    out = {}
    for row, k in _firsts(rows, counts, ~good):
        x, y = lonlat[k]
        zh, en = _hint(lonlat[[k]]) or ("", "")
        out[row] = (
            f"坐标 ({x:.6g}, {y:.6g}) 不在{place_zh}范围内" + (zh and f"，{zh}"),
            f"coordinate ({x:.6g}, {y:.6g}) lies outside {place_en}" + (en and f": {en}"),
        )
    return out


def _hint(lonlat: Floats) -> Reason | None:
    """Return what would bring coordinates into China, None where none of the usual mistakes."""
    if gis_crs.in_china(lonlat[:, ::-1]).all():
        return "经纬度似乎写反", "longitude and latitude seem swapped"
    if gis_crs.in_china(lonlat * (1.0, -1.0)).all():
        return "纬度为负（南半球），似乎写错符号", "the latitude is negative; is its sign wrong?"
    if gis_crs.in_china(lonlat * (-1.0, 1.0)).all():
        return "经度为负（西半球），似乎写错符号", "the longitude is negative; is its sign wrong?"
    return None


def _firsts(rows: Ints, counts: Ints, strange: Bools) -> Iterator[tuple[int, int]]:
    """Yield each row with a strange vertex, and the first of these among all vertices."""
    at = np.flatnonzero(strange)
    found, first = np.unique(np.repeat(rows, counts)[at], return_index=True)
    yield from zip(found.tolist(), at[first].tolist(), strict=True)


def other_zones(rows: Ints, xy: Floats, counts: Ints, system: pyproj.CRS) -> dict[int, Reason]:
    """Return rows with an easting of another zone than the system's, X and Y not swapped."""
    strange = gis_crs.other_zone(xy, system) & ~gis_crs.transposed(xy, system)
    own = gis_crs.zone_prefix(system)
    return {
        row: (
            f"坐标 ({xy[k, 0]:.10g}, {xy[k, 1]:.10g}) 的带号与坐标系的第 {own} 带不符",
            f"coordinate ({xy[k, 0]:.10g}, {xy[k, 1]:.10g}) does not begin with {own}, the zone of "
            "its CRS",
        )
        for row, k in _firsts(rows, counts, strange)
    }


def off_planes(rows: Ints, xy: Floats, counts: Ints, system: pyproj.CRS) -> dict[int, Reason]:
    """Return rows with a coordinate that the plane cannot hold, or with X and Y swapped."""
    swapped = gis_crs.transposed(xy, system)
    out = {}
    for row, k in _firsts(rows, counts, swapped | gis_crs.off_plane(xy, system)):
        (x, y), (zh, en) = xy[k], _OFF[bool(swapped[k])]
        out[row] = (
            f"坐标 ({x:.10g}, {y:.10g}) {zh}",
            f"coordinate ({x:.10g}, {y:.10g}) {en}",
        )
    return out


class Located(NamedTuple):
    """Rows with a place.

    Attributes
    ----------
    rows : (n,) their numbers
    counts : (n,) vertices of each
    xy, lonlat : (m, 2) all vertices as given and in degrees
    system : what they are given in
    """

    rows: Ints
    counts: Ints
    xy: Floats
    lonlat: Floats
    system: pyproj.CRS

    def without(self, gone: Collection[int]) -> Located:
        """Return the others."""
        left = np.isin(self.rows, list(gone), invert=True)
        there = np.repeat(left, self.counts)
        return Located(
            self.rows[left], self.counts[left], self.xy[there], self.lonlat[there], self.system
        )


def doubtful(located: Located, labels: Labels, extent: Extent) -> list[Issue]:
    """Tell which rows lie where hardly any mine of China does, though nothing forbids it."""
    owners, system = np.repeat(located.rows, located.counts), located.system
    beside = np.unique(owners[gis_crs.beside_zone(located.xy, system)])
    china = extent == "china"
    south = np.unique(owners[(located.lonlat[:, 1] < SOUTHERNMOST) & china])
    unused = np.unique(owners[_unused(located.lonlat, system)]) if not china else south[:0]
    name = crs_name(system)
    told = (
        (beside, "beside_zone",
         f"离坐标系 {name} 的中央子午线 420 千米以上，超出一带：横坐标、中央子午线是否有误",
         f"over 420 km from the central meridian of {name}, beyond any zone; are easting and "
         "meridian right?"),
        (south, "far_south",
         f"在北纬 {SOUTHERNMOST:g} 度以南的海上：坐标是否漏位、X 与 Y 是否写反",
         f"at sea, south of {SOUTHERNMOST:g} N; does a coordinate lack a digit, are X and Y "
         "swapped?"),
        (unused, "outside_area_of_use",
         f"不在坐标系 {name} 的适用范围内：经纬度是否写反、符号是否有误",
         f"outside the area that {name} is used in; are longitude and latitude swapped, is a sign "
         "wrong?"),
    )  # fmt: skip
    return [_warn(code, rows, labels, zh, en) for rows, code, zh, en in told if len(rows)]


def _unused(lonlat: Floats, system: pyproj.CRS) -> Bools:
    """Return (n,) bool: over a degree outside the area that a system in degrees is meant for."""
    area = system.area_of_use
    if area is None or not system.is_geographic or area.west > area.east:
        return np.zeros(len(lonlat), np.bool_)
    low, high = (area.west - 1, area.south - 1), (area.east + 1, area.north + 1)
    return np.asarray(((lonlat < low) | (lonlat > high)).any(axis=1), np.bool_)


def _warn(code: str, rows: Ints, labels: Labels, zh: str, en: str) -> Issue:
    names = [labels[k] for k in rows]
    return warning(
        code,
        f"{listed(names, shown=_NAMED)}{zh}",
        f"{listed([label_en(n) for n in names], 'en', _NAMED)}: {en}",
    )


_OFF = {
    True: ("的 X、Y 似乎写反", "seems to have X and Y swapped"),
    False: (
        "离中央子午线 3000 千米以上，或越过极点：单位、带号或坐标轴有误",
        "lies over 3,000 km from the central meridian, or past a pole: is its unit, zone or "
        "order of axes wrong?",
    ),
}


def misplaced(
    xy: Floats, lonlat: Floats, system: pyproj.CRS, extent: Extent, file: str
) -> LayerError:
    """Return the error that no row lies where it could, with what is probably wrong."""
    found = gis_crs.recognise(xy).kind
    name = crs_name(system)
    if system.is_projected and found == "degrees":
        return LayerError(
            f"{file}：坐标系 {name} 是平面坐标（米），而坐标像经纬度（{_box(xy)}）",
            f"{file}: {name} is a plane in metres, but the coordinates look like degrees "
            f"({_box(xy)})",
        )
    if system.is_geographic and found == "gauss_kruger":
        return LayerError(
            f"{file}：坐标系 {name} 是经纬度，而坐标像平面坐标（{_box(xy)}）",
            f"{file}: {name} is longitude and latitude, but the coordinates look like metres of a "
            f"plane ({_box(xy)})",
        )
    if gis_crs.transposed(xy, system).all():
        return LayerError(
            f"{file}：坐标（{_box(xy)}）在坐标系 {name} 中 X、Y 似乎写反",
            f"{file}: X and Y seem swapped in {name} ({_box(xy)})",
        )
    if (other := twin(system, xy)) is not None:
        return _with_zone_number(xy, name, other, file)
    if gis_crs.other_zone(xy, system).any():
        own = gis_crs.zone_prefix(system)
        return LayerError(
            f"{file}：坐标（{_box(xy)}）的带号与坐标系 {name} 的第 {own} 带不符",
            f"{file}: the eastings ({_box(xy)}) do not begin with {own}, the zone of {name}",
        )
    if gis_crs.off_plane(xy, system).all():
        return LayerError(
            f"{file}：坐标（{_box(xy)}）在坐标系 {name} 中{_OFF[False][0]}",
            f"{file}: {name} ({_box(xy)}): {_OFF[False][1]}",
        )
    return _all_outside(lonlat, extent, file)


def _with_zone_number(xy: Floats, name: str, other: pyproj.CRS, file: str) -> LayerError:
    has, meant = gis_crs.zone_prefix(other), crs_name(other)
    zh, en = f"没有带号，而坐标系 {name} 带有", f"have no zone in front, but {name} has one"
    if has:
        zh, en = (
            f"带有带号 {has}，而坐标系 {name} 不带",
            f"begin with {has}, but {name} has no zone",
        )
    return LayerError(
        f"{file}：横坐标（{_box(xy)}）{zh}，似应为 {meant}；"
        f"请核对后给出 crs = {meant}，或改正 .prj",
        f"{file}: the eastings ({_box(xy)}) {en}; {meant} seems meant: check it and give "
        f"crs = {meant}, or mend the .prj",
    )


def _box(xy: Floats) -> str:
    low, high = np.nanmin(xy, axis=0), np.nanmax(xy, axis=0)
    return f"{low[0]:.10g}–{high[0]:.10g}, {low[1]:.10g}–{high[1]:.10g}"


def _all_outside(lonlat: Floats, extent: Extent, file: str) -> LayerError:
    low, high = np.nanmin(lonlat, axis=0), np.nanmax(lonlat, axis=0)
    box = f"{low[0]:.6g}–{high[0]:.6g}, {low[1]:.6g}–{high[1]:.6g}"
    if extent != "china":
        return LayerError(
            f"{file}：全部坐标都不是地球上的经纬度（{box}）",
            f"{file}: no coordinate is a longitude and latitude on the globe ({box})",
        )
    hint_zh, hint_en = _hint(lonlat) or (
        "坐标系、带号或中央子午线可能有误，东坐标可能多写或漏写带号，或 X、Y 写反",
        "the CRS, zone or central meridian may be wrong, the easting may have or lack a "
        "zone prefix, or X and Y may be swapped",
    )
    return LayerError(
        f"{file}：全部坐标都不在中国范围内（经度、纬度 {box}）：{hint_zh}；"
        '境外数据请在工作区设 extent = "any"（inspect 用 --extent any）',
        f"{file}: all coordinates lie outside China (longitude, latitude {box}): {hint_en}; "
        'for data abroad set extent = "any" in the workspace (inspect: --extent any)',
    )
