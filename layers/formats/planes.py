"""National planes of China, and what a column of corner numbers can be.

EPSG codes: registry of the EPSG Geodetic Parameter Dataset, checked with pyproj in the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyproj

from gis.ragged import Floats, Ints

Datum = Literal["CGCS2000", "WGS 84", "Xian 1980", "Beijing 1954", "New Beijing"]

# datum -> geographic; 3-degree from zone 25, without prefix from 75E; 6-degree from zone 13, same
_CODES: dict[Datum, tuple[int, int, int, int, int]] = {
    "CGCS2000": (4490, 4513, 4534, 4491, 4502),
    "Xian 1980": (4610, 2349, 2370, 2327, 2338),
    "Beijing 1954": (4214, 2401, 2422, 21413, 21453),
}
_ZONES = {3: range(25, 46), 6: range(13, 24)}
_NORTHING = (1.7e6, 6.1e6)  # 15-55 N, which holds all land of China
_EASTING = (1e5, 9e5)  # within 4 degrees of the meridian, whose easting is 500 km
# A scale or a number of a sheet is no year of a datum; a heading may shorten it to "X(80)".
_SCALE = re.compile(r"比例尺\D{0,4}[\d,]+(\s*[:：∶/]\s*[\d,]+)?|(?<!\d)1\s*[:：∶/]\s*[\d,]+")
# New Beijing is an adjustment of its own; its words hold those of Beijing 1954.
_NEW = re.compile(
    r"新\s*(?:(?:19)?54\s*年?\s*(?:北京)?|北京\s*(?:(?:19)?54)?)\s*(?:坐标系?)?"
    r"|new[\s_-]*beijing(?:[\s_-]*(?:19)?54)?",
    re.IGNORECASE,
)
_GAP = r"[^\S\n]*"  # a year stands in one cell with what it is the year of
_SYSTEM = rf"{_GAP}(国家|中国)?{_GAP}(大地|平面|直角|坐标)"
_SHORT = (
    r"(坐标[系值]?|(?<![a-z])[xy]|[经纬]度)\s*[(（]\s*(19)?{0}\s*(年|系|坐标系?)?\s*[)）]"
    r"|[(（]\s*(19)?{0}\s*(年|系)?\s*[)）]\s*坐标"
)
_OLD = r"(?<![\d第])(19)?{0}" + _GAP + "年?" + _GAP + r"({1}|系|" + _SYSTEM + r")|{1}" + _GAP + \
       r"(大地|坐标系?)?" + _GAP + r"((19)?{0}(?!\d)|坐标)|国家\s*(19)?{0}(?!\d)|" + _SHORT + \
       r"|(?<!\d)(19)?{0}(?={2}坐标)"  # fmt: skip
_DATUM_WORDS: tuple[tuple[Datum, str], ...] = (
    ("CGCS2000", rf"CGCS[\s_-]*2000|(?<!\d)2000({_SYSTEM}|(?=(西安|北京)坐标))"
     r"|国家\s*2000|(大地|坐标系)\s*2000"
     r"|China[\s_]Geodetic[\s_]Coordinate[\s_]System[\s_]2000|(?:GCS|D)_China_2000"),
    ("WGS 84", r"wgs[\s_-]*(19)?84|world\s+geodetic\s+system\s+(19)?84"),
    ("Xian 1980", r"xi'?an[\s_-]*(19)?80|(?<![a-z])xa[\s_-]?80|"
     + _OLD.format("80", "西安", "北京")),
    ("Beijing 1954", r"beijing[\s_-]*(19)?54|(?<![a-z])bj[\s_-]?54|"
     + _OLD.format("54", "北京", "西安")),
)  # fmt: skip


def datums_named(text: str) -> list[Datum]:
    """Return the datums that a text names, those of China and WGS 84.

    Examples
    --------
    >>> datums_named("比例尺 1:2000 坐标系：西安80")
    ['Xian 1980']
    """
    plain = _SCALE.sub(" / ", text)
    old = _NEW.sub(" / ", plain)
    named = [d for d, pattern in _DATUM_WORDS if re.search(pattern, old, re.IGNORECASE)]
    return [*named, "New Beijing"] if old != plain else named


DATUMS: tuple[Datum, ...] = (*(d for d, _ in _DATUM_WORDS), "New Beijing")


def with_marks(text: str, first: int) -> str:
    """Return a text in which the character ``first`` + k stands for each mention of ``DATUMS[k]``.

    >>> [hex(ord(c)) for c in with_marks("CGCS2000转WGS84", 0xE000) if ord(c) >= 0xE000]
    ['0xe000', '0xe001']
    """
    text = _NEW.sub(chr(first + len(_DATUM_WORDS)), _SCALE.sub(" / ", text))
    for k, (_, pattern) in enumerate(_DATUM_WORDS):
        text = re.sub(pattern, chr(first + k), text, flags=re.IGNORECASE)
    return text


def geographic(datum: Datum) -> pyproj.CRS:
    """Return the geographic system of a datum."""
    others = {"WGS 84": 4326, "New Beijing": 4555}
    return pyproj.CRS.from_epsg(others[datum] if datum in others else _CODES[datum][0])


def plane(datum: Datum, width: int, zone: int, prefixed: bool) -> pyproj.CRS:
    """Return the Gauss-Krüger zone; KeyError where there is no such zone, or none of the datum.

    Parameters
    ----------
    width : 3 or 6 degrees
    zone : zone number (3 degrees: 25-45; 6 degrees: 13-23)
    prefixed : whether the easting starts with the zone number
    """
    if zone not in _ZONES[width]:
        raise KeyError(zone)
    if datum == "New Beijing":  # its codes follow no order
        kind = "3-degree Gauss-Kruger" if width == 3 else "Gauss-Kruger"
        ending = f"zone {zone}" if prefixed else f"CM {meridian_of(zone)}E"
        return pyproj.CRS.from_user_input(f"{datum} / {kind} {ending}")
    _, three, three_plain, six, six_plain = _CODES[datum]
    base = {(3, True): three, (3, False): three_plain, (6, True): six, (6, False): six_plain}
    return pyproj.CRS.from_epsg(base[width, prefixed] + zone - _ZONES[width].start)


def width_of(zone: int) -> int | None:
    """Return the width a zone number tells: the ranges of 3° and 6° zones do not meet."""
    return next((w for w, zones in _ZONES.items() if zone in zones), None)


def meridian_of(zone: int) -> int:
    """Return the central meridian of a zone of either width, degrees."""
    return 3 * zone if width_of(zone) == 3 else 6 * zone - 3


@dataclass(frozen=True, slots=True)
class Axes:
    """What the two numbers of each corner are.

    ``swapped`` = easting (or longitude) stands first, against the Chinese X = north. ``zone``
    is the prefix of the eastings, None without one.
    """

    kind: Literal["plane", "degrees"]
    swapped: bool
    zone: int | None

    def east_north(self, first: Floats, second: Floats) -> Floats:
        """Return (n, 2) easting and northing, or longitude and latitude."""
        pair = (first, second) if self.swapped else (second, first)
        return np.column_stack(pair)

    def note(self) -> str:
        """Say what the coordinates tell, in both languages."""
        if self.kind == "degrees":
            return "坐标为经纬度 / coordinates are longitude and latitude"
        if self.zone is None:
            return "横坐标不带带号，中央子午线未知 / eastings without zone: meridian unknown"
        width = width_of(self.zone)
        zh = f"横坐标带号 {self.zone}，为 {width} 度带"
        return f"{zh} / eastings tell {width}-degree zone {self.zone}"


def codes_of(first: Floats, second: Floats) -> Ints:
    """Return (n,) what each pair can be: -1 neither degrees nor a plane of China, else a code.

    0 is latitude first, 1 longitude first; in a plane 100 plus twice the zone of the easting (0
    without one), and one more where the easting stands first.
    """
    codes = np.full(len(first), -1, np.int64)
    codes[_is_lon_lat(second, first)] = 0
    codes[_is_lon_lat(first, second)] = 1
    for swapped, north, east in ((0, first, second), (1, second, first)):
        fits = (north >= _NORTHING[0]) & (north <= _NORTHING[1])
        # An infinite number has no zone, nor has the largest.
        with np.errstate(invalid="ignore", over="ignore"):
            zone = np.floor_divide(east, 1e6)
            rest = east - zone * 1e6
        fits &= (rest >= _EASTING[0]) & (rest <= _EASTING[1])
        fits &= np.isin(zone, (0, *_ZONES[3], *_ZONES[6]))
        codes[fits] = 100 + zone[fits].astype(np.int64) * 2 + swapped
    return codes


def axes_of(first: Floats, second: Floats) -> tuple[Axes | None, int]:
    """Tell from their size what corner numbers are.

    Returns
    -------
    The common reading of all corners, or None with the row of the first corner that fits none
    or not that of the first corner.
    """
    codes = codes_of(first, second)
    wrong = (codes < 0) | (codes != codes[0])
    if wrong.any():
        return None, int(np.flatnonzero(wrong)[0])
    code = int(codes[0])
    if code < 2:
        return Axes("degrees", bool(code), None), 0
    return Axes("plane", bool(code % 2), (code - 100) // 2 or None), 0


def _is_lon_lat(lon: Floats, lat: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (lon >= 73) & (lon <= 136) & (lat >= 3) & (lat <= 54)
