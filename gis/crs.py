"""Coordinate reference systems: which one coordinates are in, and the way to CGCS2000.

Everything is measured in EPSG:4490 (CGCS2000 longitude, latitude in degrees). No datum shift is
ever made up: PROJ's ballpark operations, which return Xian 1980 coordinates almost unchanged
where the true shift is of the order of 100 m, are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.crs import GeographicCRS
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from gis.datum import Shift
from gis.datum_limits import check_moved
from gis.datum_names import datum_name, may_be_cgcs2000, old_datum, on_cgcs2000, on_wgs84
from gis.errors import CRSError, DatumError
from gis.ragged import Bools, Floats

CHINA = (73.0, 3.0, 136.0, 54.0)
"""Least and greatest longitude and latitude of China's land and islands, degrees."""

WIDEST_M = 3e6
"""Distance from the central meridian up to which a transverse Mercator plane is believed."""

_WIDEST_ZONE_M = 4.2e5
_POLE_M = 10_002_000.0  # from the equator along a meridian

WGS84_ACCURACY_M = 1.0
"""One sigma of taking WGS 84 for CGCS2000: the frames differ by plate motion since 2000."""

# First EPSG code of the CGCS2000 Gauss-Krueger systems: (width in degrees, zone in the easting).
_FIRST_CODE = {(6, True): 4491, (6, False): 4502, (3, True): 4513, (3, False): 4534}
ZONES = {6: range(13, 24), 3: range(25, 46)}
"""The zones of China by their width in degrees."""


@dataclass(frozen=True, slots=True)
class Transformation:
    """How coordinates came to CGCS2000, and the one-sigma accuracy of that in metres."""

    description: str
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What plane or degree coordinates look like; the datum is never told by numbers.

    ``zone`` and ``width`` are known only where the easting carries its zone (``prefix``).
    ``axis`` is ``xy`` for east (longitude) first, ``yx`` for north (latitude) first.
    """

    kind: Literal["degrees", "gauss_kruger", "unknown"]
    axis: Literal["xy", "yx"] = "xy"
    zone: int | None = None
    width: int | None = None
    prefix: bool = False


def parse_crs(text: object) -> pyproj.CRS:
    """Return a CRS from an EPSG code, WKT, PROJJSON or a pyproj CRS.

    Raises
    ------
    CRSError
        PROJ cannot make sense of it.
    """
    try:
        return pyproj.CRS.from_user_input(text)
    except ProjCRSError:
        shown = str(text)[:80]
        raise CRSError(f"无法识别的坐标系：{shown}", f"unknown CRS: {shown}") from None


def gauss_kruger_crs(zone: int, width: int = 3, prefix: bool = True) -> pyproj.CRS:
    """Return the CGCS2000 Gauss-Krueger system of a zone (13-23 of 6, 25-45 of 3 degrees).

    Raises
    ------
    CRSError
        China has no such zone.
    """
    if width not in ZONES or zone not in ZONES[width]:
        raise CRSError(f"没有 {width} 度带第 {zone} 带", f"no zone {zone} of {width} degrees")
    return pyproj.CRS.from_epsg(_FIRST_CODE[width, prefix] + zone - ZONES[width].start)


def in_china(lonlat: Floats) -> Bools:
    """Return (n,) bool: longitude and latitude lie within :data:`CHINA`; NaN does not."""
    low, high = np.array(CHINA[:2]), np.array(CHINA[2:])
    with np.errstate(invalid="ignore"):
        return np.asarray(((lonlat >= low) & (lonlat <= high)).all(axis=1), np.bool_)


def zone_prefix(crs: object) -> int | None:
    """Return the zone number that a transverse Mercator system's eastings begin with, or None.

    A false easting of 37,500,000 m means 37; one below a million has no prefix.
    """
    return _prefix(parse_crs(crs))


def _prefix(crs: pyproj.CRS) -> int | None:
    origin = _false_origin(crs)
    return int(origin[0] // 1e6) or None if origin is not None else None


@lru_cache(maxsize=64)
def _false_origin(crs: pyproj.CRS) -> tuple[float, float, float] | None:
    """Return false easting and northing of a transverse Mercator plane, and its unit, in metres."""
    plane = _horizontal(crs)
    operation = plane.coordinate_operation
    if operation is None or not operation.method_name.startswith("Transverse Mercator"):
        return None
    named = {p.name: float(p.value) * p.unit_conversion_factor for p in operation.params}
    unit = plane.axis_info[0].unit_conversion_factor if plane.axis_info else 1.0
    return named.get("False easting", 0.0), named.get("False northing", 0.0), unit


def other_zone(xy: Floats, crs: object) -> Bools:
    """Return (n,) bool: the easting begins with another number than the system's own zone.

    Such a coordinate would land a thousand kilometres or more from where it belongs, and maybe
    still in China. Where the system has no prefix nothing can be told.
    """
    prefix = zone_prefix(crs)
    if prefix is None:
        return np.zeros(len(xy), np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.floor(xy[:, 0] / 1e6) != prefix, np.bool_)


def off_plane(xy: Floats, crs: object) -> Bools:
    """Return (n,) bool: no transverse Mercator plane holds such a coordinate.

    It lies past a pole, or farther from the central meridian than :data:`WIDEST_M`: a number too
    many, another unit, a zone in front where the system has none. False for other projections.
    """
    origin = _false_origin(parse_crs(crs))
    if origin is None:
        return np.zeros(len(xy), np.bool_)
    with np.errstate(invalid="ignore"):
        off = np.abs(xy * origin[2] - origin[:2]) > (WIDEST_M, _POLE_M)
    return np.asarray(off.any(axis=1), np.bool_)


def beside_zone(xy: Floats, crs: object) -> Bools:
    """Return (n,) bool: farther than 420 km from the central meridian of a transverse Mercator.

    No zone is as wide: half of six degrees and one of overlap are 420 km in Hainan, less in
    the north.
    """
    origin = _false_origin(parse_crs(crs))
    if origin is None:
        return np.zeros(len(xy), np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(xy[:, 0] * origin[2] - origin[0]) > _WIDEST_ZONE_M, np.bool_)


def transposed(xy: Floats, crs: object) -> Bools:
    """Return (n,) bool: northing and easting stand in each other's place, as it seems.

    As given the coordinate lies over a thousand kilometres from the central meridian of a
    transverse Mercator plane, the other way round it lies within a zone. A swapped coordinate of
    the south of China (2,000,000 500,000) would lie in the South China Sea, and in China.
    """
    origin = _false_origin(parse_crs(crs))
    if origin is None:
        return np.zeros(len(xy), np.bool_)
    metres = xy * origin[2]
    with np.errstate(invalid="ignore"):
        far = np.abs(metres[:, 0] - origin[0]) > 1e6
        near = np.abs(metres[:, 1] - origin[0]) <= 5e5
        near &= np.abs(metres[:, 0] - origin[1]) <= _POLE_M
    return np.asarray(far & near, np.bool_)


def is_cgcs2000(crs: object) -> bool:
    """Return whether a system is one on the datum CGCS2000."""
    return on_cgcs2000(_horizontal(parse_crs(crs)))


def degrees_of(crs: object) -> pyproj.CRS:
    """Return the system of degrees from Greenwich on the datum of a system."""
    plane = _horizontal(parse_crs(crs))
    geodetic = plane.geodetic_crs
    if geodetic is None:
        raise CRSError(f"坐标系 {plane.name} 没有大地基准", f"{plane.name} has no geodetic datum")
    return pyproj.CRS(GeographicCRS(name=geodetic.name, datum=geodetic.datum))


def check_computable(crs: object) -> None:
    """Refuse a system whose coordinates cannot be brought to degrees on its own datum.

    PROJ parses the names of many projections that it cannot compute.

    Raises
    ------
    CRSError
        It is no horizontal system, or PROJ has no such projection, or lacks its parameters.
    """
    _to_own_datum(_horizontal(parse_crs(crs)))


def to_cgcs2000(
    xy: Floats, crs: object, shift: Shift | None = None
) -> tuple[Floats, Transformation]:
    """Return longitude and latitude (n, 2) in EPSG:4490 of coordinates (n, 2), east first.

    Parameters
    ----------
    shift : the user's own way from an old Chinese datum; used for that datum alone

    Raises
    ------
    DatumError
        No exact operation leads from the datum of ``crs`` to CGCS2000, or ``shift`` starts from
        another old one, or moves a place by more than a kilometre.
    CRSError
        ``crs`` is not a horizontal system in degrees, metres or another unit of length.
    """
    source = _horizontal(parse_crs(crs))
    xy = np.asarray(xy, np.float64).reshape(-1, 2)
    if on_cgcs2000(source):
        return _unprojected(xy, source), Transformation("CGCS2000", 0.0)
    if on_wgs84(source):
        return _taken_from_wgs84(xy, source)
    if shift is not None and old_datum(source):
        _check_datum(source, shift)
        old = _unprojected(xy, source)
        within = old[in_china(old)]  # what lies elsewhere is no place, and is refused as such
        check_moved(within, shift)
        return shift.forward(old), Transformation(shift.description, shift.accuracy_at(within))
    transformer, transformation = _operation(source)
    return _run(transformer, xy), transformation


def from_cgcs2000(lonlat: Floats, crs: object) -> tuple[Floats, Transformation]:
    """Return coordinates (n, 2), east first, in ``crs`` of longitude, latitude in EPSG:4490.

    Raises as :func:`to_cgcs2000` does.
    """
    transformer, inverse, transformation = _outward(parse_crs(crs))
    lonlat = np.asarray(lonlat, np.float64).reshape(-1, 2)
    return _run(transformer, lonlat, inverse=inverse), transformation


# Asked twice for each window of terrain; what it takes to answer is more than the answer.
@lru_cache(maxsize=64)
def _outward(crs: pyproj.CRS) -> tuple[pyproj.Transformer, bool, Transformation]:
    """Return PROJ's way between a system and EPSG:4490, and whether it is to be run backwards."""
    target = _horizontal(crs)
    if on_cgcs2000(target) or on_wgs84(target):
        transformer = _way(target.geodetic_crs or target, target, target.name)
        note = "CGCS2000" if on_cgcs2000(target) else WGS84_NOTE
        accuracy = 0.0 if on_cgcs2000(target) else WGS84_ACCURACY_M
        return transformer, False, Transformation(note, accuracy)
    transformer, transformation = _operation(target)
    return transformer, True, transformation


def recognise(xy: npt.ArrayLike) -> Recognition:
    """Return what coordinates (n, 2) look like: degrees, or a Gauss-Krueger plane and its zone.

    Eight-digit eastings begin with their zone; 13-23 are zones of 6 degrees and 25-45 of 3, so
    the prefix tells the width. The order of the axes shows in the size of the numbers.
    """
    points = np.asarray(xy, np.float64).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return Recognition("unknown")
    if (np.abs(points) <= (180.0, 90.0)).all():
        swapped = bool(in_china(points[:, ::-1]).all()) and not in_china(points).any()
        return Recognition("degrees", "yx" if swapped else "xy")
    if in_china(points[:, ::-1]).all():
        return Recognition("degrees", "yx")
    as_given, swapped_axes = _plane(points, "xy"), _plane(points[:, ::-1], "yx")
    return as_given or swapped_axes or Recognition("unknown")


def _plane(points: Floats, axis: Literal["xy", "yx"]) -> Recognition | None:
    """Return the recognition of (easting, northing), None where the numbers forbid it."""
    east, north = points.T
    zones = np.unique(np.floor(east / 1e6))
    within = east - np.floor(east / 1e6) * 1e6
    if not ((north > 3e5) & (north < 6e6) & (within > 1e5) & (within < 9e5)).all():
        return None
    if len(zones) != 1:
        return None
    zone = int(zones[0])
    if zone == 0:
        return Recognition("gauss_kruger", axis)
    for width, known in ZONES.items():
        if zone in known:
            return Recognition("gauss_kruger", axis, zone, width, True)
    return None


# -- datums ------------------------------------------------------------------------------------

WGS84_NOTE = "WGS 84 taken as coincident with CGCS2000"
"""The description of the way by which coordinates in WGS 84 came to CGCS2000."""


def _taken_from_wgs84(xy: Floats, crs: pyproj.CRS) -> tuple[Floats, Transformation]:
    """Take WGS 84 for CGCS2000, the one exception: PROJ has only a ballpark operation.

    Both frames follow the ITRF; they coincide to decimetres, and provenance says one metre.
    """
    return _unprojected(xy, crs), Transformation(WGS84_NOTE, WGS84_ACCURACY_M)


def _horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the horizontal part of a compound, bound or 3-D system."""
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_geocentric or not (crs.is_geographic or crs.is_projected):
        raise CRSError(
            f"坐标系 {crs.name} 不是平面或经纬度坐标系", f"{crs.name} is no horizontal CRS"
        )
    return crs.to_2d()


def _unprojected(xy: Floats, crs: pyproj.CRS) -> Floats:
    """Return longitude and latitude on the system's own datum, in degrees from Greenwich."""
    return _run(_to_own_datum(crs), xy)


@lru_cache(maxsize=64)
def _to_own_datum(crs: pyproj.CRS) -> pyproj.Transformer:
    """Return the way to degrees from Greenwich on the system's own datum; 25 ms to make."""
    return _way(crs, degrees_of(crs), crs.name)


def _way(source: pyproj.CRS, target: pyproj.CRS, name: str) -> pyproj.Transformer:
    """Return PROJ's way between systems on one datum, of which ``name`` is a plane."""
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError:
        raise CRSError(
            f"坐标系 {name} 的投影无法计算（PROJ 不支持其投影方法，或缺少参数）",
            f"the projection of {name} cannot be computed: PROJ has no such method, or parameters "
            "are missing",
        ) from None


def _check_datum(crs: pyproj.CRS, shift: Shift) -> None:
    name = datum_name(crs)
    if shift.datum.split()[0].lower() not in name or "newbeijing" in name:
        raise DatumError(
            f"{crs.name}：所给转换参数用于 {shift.datum}",
            f"{crs.name}: the given parameters are for {shift.datum}",
        )


# Bounded: a server meets any number of systems in its uploads.
@lru_cache(maxsize=64)
def _operation(crs: pyproj.CRS) -> tuple[pyproj.Transformer, Transformation]:
    """Return PROJ's best operation to EPSG:4490 that is no ballpark."""
    if old := old_datum(crs):
        raise DatumError(
            f"{crs.name}：{old}坐标系到 CGCS2000 没有公开的转换参数，"
            "请给出七参数、四参数或控制点文件，或先转换为 CGCS2000",
            f"{crs.name}: no public transformation leads to CGCS2000; give seven or four "
            "parameters or a control-point file, or convert the data first",
        )
    try:
        group = TransformerGroup(crs, "EPSG:4490", always_xy=True, allow_ballpark=False)
        usable = [t for t in group.transformers if t.accuracy is not None and t.accuracy >= 0]
    except ProjError:
        usable = []
    if not usable:
        way = ("；若坐标其实是 CGCS2000，请给出 crs", "; if it is CGCS2000 after all, state crs") \
            if may_be_cgcs2000(crs) else ("", "")  # fmt: skip
        raise DatumError(
            f"{crs.name}：没有到 CGCS2000 的准确转换（不采用近似平移）{way[0]}",
            f"{crs.name}: no exact operation leads to CGCS2000 (ballpark shifts are refused)"
            f"{way[1]}",
        )
    best = usable[0]
    return best, Transformation(best.description, float(best.accuracy))


def _run(transformer: pyproj.Transformer, xy: Floats, *, inverse: bool = False) -> Floats:
    direction = "INVERSE" if inverse else "FORWARD"
    moved = transformer.transform(xy[:, 0], xy[:, 1], direction=direction)
    out: Floats = np.column_stack(moved)
    return out
