"""A centre that a text states beside corners, held against where these lie.

Notices give both; where they are far apart the zone of the corners is wrong, or the centre is.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pyproj
import shapely

from layers.account import Issue
from layers.formats.angles import clean, spelled
from layers.formats.source import Source
from layers.issues import warning

_ANGLE = (
    r"\d{1,3}\s{0,2}°\s{0,2}\d{1,2}(?:\.\d{1,9})?\s{0,2}′"
    r"(?:\s{0,2}\d{1,2}(?:\.\d{1,9})?\s{0,2}(?:″|′′))?|\d{1,3}\.\d{3,12}"
)
_CENTRE = re.compile(
    rf"中心(?!线)[^\d\n]{{0,20}}\n?[^\d\n]{{0,12}}({_ANGLE})[^\d\n]{{0,12}}\n?[^\d\n]{{0,12}}({_ANGLE})"
)
# Minutes alone are some 2 km; a centre may be that of a whole mine of several parts.
_NEAR_M = 3_000.0
_DEGREE_M = 111_320.0


def centre_issues(source: Source) -> list[Issue]:
    """Return a warning where a stated centre lies far from all outlines of a source."""
    if source.crs is None or "中心" not in source.prose:
        return []
    shapes = source.geometry[~(shapely.is_missing(source.geometry))]
    places = [*map(_place, _CENTRE.finditer(clean(source.prose)))]
    if not len(shapes) or not any(places):
        return []
    west, south, east, north = _bounds(shapely.total_bounds(shapes), source.crs)
    if not all(map(math.isfinite, (west, south, east, north))):
        return []
    reach = _NEAR_M + _metres(east - west, north - south, south)
    for place in filter(None, places):
        lon, lat = place
        away = _metres(max(west - lon, lon - east, 0), max(south - lat, lat - north, 0), lat)
        if away > reach:
            return [_told(lon, lat, away)]
    return []


def _place(match: re.Match[str]) -> tuple[float, float] | None:
    """Return longitude and latitude of two angles, None where they are not one of each."""
    angles = [spelled(text) if "°" in text else float(text) for text in match.groups()]
    low, high = sorted(a if a is not None else math.nan for a in angles)
    return (high, low) if 3 <= low <= 54 and 73 <= high <= 136 else None


def _bounds(
    box: np.ndarray[tuple[int], np.dtype[np.float64]], crs: pyproj.CRS
) -> tuple[float, ...]:
    """Return west, south, east, north in degrees of the system's own datum."""
    if crs.is_geographic:
        return tuple(float(v) for v in box)
    to = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    return tuple(float(v) for v in to.transform_bounds(*box))


def _metres(lon: float, lat: float, at: float) -> float:
    return math.hypot(lon * math.cos(math.radians(at)), lat) * _DEGREE_M


def _told(lon: float, lat: float, away: float) -> Issue:
    place, km = f"{lon:.4f}°, {lat:.4f}°", f"{away / 1000:.0f}"
    zh = f"写明的中心点（{place}）距拐点约 {km} 千米，请核对带号、坐标系和中心点"
    en = f"the centre that is stated ({place}) lies some {km} km from the corners: check zone, " \
         "system and centre"  # fmt: skip
    return warning("centre_elsewhere", zh, en)
