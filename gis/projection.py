"""Transverse Mercator planes in metres, and outlines that are straight in the Gauss-Krueger plane.

The planes have scale 1 on their meridian and no false easting; the ellipsoid is that of
CGCS2000 (GB 22021-2008: a = 6378137 m, 1/f = 298.257222101).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from gis.ragged import Bools, Floats, Ints, Kind, Ragged, as_ragged, offsets_of

if TYPE_CHECKING:
    from pyproj import Geod

SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257222101
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
STEP_M = 250.0

_BLOCK = 16384
_N = FLATTENING / (2 - FLATTENING)
_RECTIFYING_M = SEMI_MAJOR_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)

# Krueger's series to order 6 in the third flattening (Karney 2011, J. Geodesy 85, eq. 35, 36)
# and the series between geodetic and conformal latitude of the same order.
_FORWARD = (
    np.polyval([7891 / 37800, -127 / 288, 41 / 180, 5 / 16, -2 / 3, 1 / 2, 0], _N),
    np.polyval([-1983433 / 1935360, 281 / 630, 557 / 1440, -3 / 5, 13 / 48, 0, 0], _N),
    np.polyval([167603 / 181440, 15061 / 26880, -103 / 140, 61 / 240, 0, 0, 0], _N),
    np.polyval([6601661 / 7257600, -179 / 168, 49561 / 161280, 0, 0, 0, 0], _N),
    np.polyval([-3418889 / 1995840, 34729 / 80640, 0, 0, 0, 0, 0], _N),
)
_INVERSE = (
    np.polyval([96199 / 604800, -81 / 512, -1 / 360, 37 / 96, -2 / 3, 1 / 2, 0], _N),
    np.polyval([-1118711 / 3870720, 46 / 105, -437 / 1440, 1 / 15, 1 / 48, 0, 0], _N),
    np.polyval([5569 / 90720, -209 / 4480, -37 / 840, 17 / 480, 0, 0, 0], _N),
    np.polyval([-830251 / 7257600, -11 / 504, 4397 / 161280, 0, 0, 0, 0], _N),
    np.polyval([-108847 / 3991680, 4583 / 161280, 0, 0, 0, 0, 0], _N),
)
_CONFORMAL = (
    np.polyval([4642 / 4725, 32 / 45, -82 / 45, 4 / 3, 2 / 3, -2, 0], _N),
    np.polyval([-1522 / 945, 904 / 315, -13 / 9, -16 / 15, 5 / 3, 0, 0], _N),
    np.polyval([-12686 / 2835, 8 / 5, 34 / 21, -26 / 15, 0, 0, 0], _N),
    np.polyval([-24832 / 14175, -12 / 5, 1237 / 630, 0, 0, 0, 0], _N),
    np.polyval([109598 / 31185, -734 / 315, 0, 0, 0, 0, 0], _N),
    np.polyval([444337 / 155925, 0, 0, 0, 0, 0, 0], _N),
)
_LATITUDE = (
    np.polyval([-2854 / 675, 26 / 45, 116 / 45, -2, -2 / 3, 2, 0], _N),
    np.polyval([2323 / 945, 2704 / 315, -227 / 45, -8 / 5, 7 / 3, 0, 0], _N),
    np.polyval([73814 / 2835, -1262 / 105, -136 / 35, 56 / 15, 0, 0, 0], _N),
    np.polyval([-399572 / 14175, -332 / 35, 4279 / 630, 0, 0, 0, 0], _N),
    np.polyval([-144838 / 6237, 4174 / 315, 0, 0, 0, 0, 0], _N),
    np.polyval([601676 / 22275, 0, 0, 0, 0, 0, 0], _N),
)

Key = TypeVar("Key")


def remember(shapes: Ragged, key: str, build: Callable[[], Key]) -> Key:
    """Return what ``build`` makes, kept on ``shapes`` for the next call with the same key.

    Ragged coordinates are never changed in place, so what follows from them stays true.
    """
    store = shapes.__dict__.setdefault("_derived", {})
    if key not in store:
        store[key] = build()
    return cast(Key, store[key])


@cache
def geod() -> Geod:
    """Return the geodesic calculator of the CGCS2000 ellipsoid."""
    from pyproj import Geod

    return Geod(a=SEMI_MAJOR_M, rf=1 / FLATTENING)


def geodesic_m(start: Floats, end: Floats) -> Floats:
    """Return the geodesic length in metres between (n, 2) longitudes/latitudes, row by row."""
    if not len(start):
        return np.empty(0)
    _, _, metres = geod().inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return np.asarray(metres, np.float64)


def gauss_kruger(
    lon: npt.ArrayLike, lat: npt.ArrayLike, lon0: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Project to the transverse Mercator plane of ``lon0`` (scale 1, no false easting).

    Parameters
    ----------
    lon, lat, lon0 : degrees, broadcast together; ``lon0`` may differ per point

    Returns
    -------
    x, y : float64 metres, east of the meridian and north of the equator

    Limits: below 1e-7 m within 5 degrees of the meridian, 1e-5 m within 30; not for points
    90 degrees away.
    """
    return _by_blocks(_project, lon, lat, lon0)


def inverse_gauss_kruger(
    x: npt.ArrayLike, y: npt.ArrayLike, lon0: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return longitude and latitude in degrees; the inverse of :func:`gauss_kruger`."""
    return _by_blocks(_unproject, x, y, lon0)


def _by_blocks(
    kernel: Callable[[Floats, Floats, Floats], tuple[Floats, Floats]], *given: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Run a kernel over blocks whose temporaries stay in the processor's cache."""
    arrays = np.broadcast_arrays(*[np.asarray(v, np.float64) for v in given])
    first, second, third = (v.ravel() for v in arrays)
    one, two = np.empty(len(first)), np.empty(len(first))
    for start in range(0, len(first), _BLOCK):
        run = slice(start, start + _BLOCK)
        one[run], two[run] = kernel(first[run], second[run], third[run])
    return one.reshape(arrays[0].shape), two.reshape(arrays[0].shape)


def _project(lon: Floats, lat: Floats, lon0: Floats) -> tuple[Floats, Floats]:
    geodetic = np.radians(lat)
    conformal = geodetic + _sines(2 * geodetic, _CONFORMAL)
    offset = np.radians(lon - lon0)
    cosine = np.cos(conformal)
    xi = np.arctan2(np.sin(conformal), cosine * np.cos(offset))
    eta = np.arctanh(cosine * np.sin(offset))
    xi, eta = _series(xi, eta, _FORWARD, 1.0)
    return _RECTIFYING_M * eta, _RECTIFYING_M * xi


def _unproject(x: Floats, y: Floats, lon0: Floats) -> tuple[Floats, Floats]:
    xi, eta = _series(y / _RECTIFYING_M, x / _RECTIFYING_M, _INVERSE, -1.0)
    sinh, cosine = np.sinh(eta), np.cos(xi)
    conformal = np.arctan2(np.sin(xi), np.hypot(sinh, cosine))
    lat = conformal + _sines(2 * conformal, _LATITUDE)
    return np.degrees(np.arctan2(sinh, cosine)) + lon0, np.degrees(lat)


def _series(xi: Floats, eta: Floats, terms: Sequence[Any], sign: float) -> tuple[Floats, Floats]:
    """Add ``sign * sum(terms[k] sin(2 (k + 1) (xi + i eta)))`` by Clenshaw's recurrence."""
    sine, cosine = np.sin(2 * xi), np.cos(2 * xi)
    sinh = np.sinh(2 * eta)
    cosh = np.sqrt(1 + sinh * sinh)
    twice = 2 * (cosine * cosh - 1j * (sine * sinh))
    later = np.zeros_like(twice)
    current = np.full_like(twice, terms[-1])
    for term in terms[-2::-1]:
        current, later = term + twice * current - later, current
    total = current * (sine * cosh + 1j * (cosine * sinh))
    return xi + sign * total.real, eta + sign * total.imag


def _sines(angle: Floats, terms: Sequence[Any]) -> Floats:
    """Return ``sum(terms[k] sin((k + 1) angle))``."""
    twice = 2 * np.cos(angle)
    later: Floats = np.zeros_like(twice)
    current: Floats = np.full_like(twice, terms[-1])
    for term in terms[-2::-1]:
        current, later = term + twice * current - later, current
    return current * np.sin(angle)


def own_meridian(shapes: object) -> Floats:
    """Return (n,) the 3-degree zone meridian nearest to the centre of each feature's bounds."""
    ragged = as_ragged(shapes)
    return 3.0 * np.floor(ragged.centres[:, 0] / 3 + 0.5)


def local_plane(shapes: object, lon0: npt.ArrayLike) -> Ragged:
    """Return the vertices in the transverse Mercator plane of each feature's own ``lon0``.

    Parameters
    ----------
    shapes : features in EPSG:4490 degrees, already densified where edges are long
    lon0 : degrees, one for all or (n,)
    """
    ragged = as_ragged(shapes)
    meridian = np.broadcast_to(np.asarray(lon0, np.float64), len(ragged))
    per_vertex = meridian[ragged.feature_of_vertex]
    x, y = gauss_kruger(ragged.xy[:, 0], ragged.xy[:, 1], per_vertex)
    return ragged.with_xy(np.column_stack([x, y]))


def from_plane(shapes: Ragged, lon0: npt.ArrayLike) -> Ragged:
    """Return degrees for shapes in the plane of ``lon0``; the inverse of :func:`local_plane`."""
    meridian = np.broadcast_to(np.asarray(lon0, np.float64), len(shapes))
    per_vertex = meridian[shapes.feature_of_vertex]
    lon, lat = inverse_gauss_kruger(shapes.xy[:, 0], shapes.xy[:, 1], per_vertex)
    return shapes.with_xy(np.column_stack([lon, lat]))


def densified(shapes: object, step_m: float = STEP_M, lon0: npt.ArrayLike | None = None) -> Ragged:
    """Return the outlines with points added so that no edge is longer than ``step_m``.

    The added points lie on the straight line between the corners in the feature's own
    Gauss-Krueger plane (or that of ``lon0``, degrees, one for all or (n,)); corners stay as
    given. An edge that two features of one plane share gets the same points in both,
    whichever way round they run. The result for the default arguments is kept.
    """
    ragged = as_ragged(shapes)
    if lon0 is not None:
        meridian = np.broadcast_to(np.asarray(lon0, np.float64), len(ragged))
        return split_edges(ragged, meridian, edge_pieces(ragged, meridian, step_m))
    if step_m != STEP_M:
        return densified(ragged, step_m, own_meridian(ragged))
    return remember(ragged, "densified", lambda: densified(ragged, step_m, own_meridian(ragged)))


def edge_starts(shapes: Ragged) -> Bools:
    """Return (n,) bool: an edge leads from this vertex to the next one of its ring."""
    starts = np.ones(len(shapes.xy), bool)
    starts[shapes.ring_offsets[1:] - 1] = False
    return starts


def edge_pieces(shapes: Ragged, lon0: Floats, step_m: float) -> Ints:
    """Return (n,) into how many pieces of at most ``step_m`` the edge after a vertex is cut.

    1 for the last vertex of a ring. Lengths are upper bounds, at most a few per cent too
    long, and the same from both ends.
    """
    starts = np.flatnonzero(edge_starts(shapes))
    pieces = np.ones(len(shapes.xy), np.int64)
    lon, lat = np.radians(shapes.xy[:, 0]), np.radians(shapes.xy[:, 1])
    here, after = starts, starts + 1
    cosine = np.cos(np.minimum(np.abs(lat[here]), np.abs(lat[after])))
    # 6,400 km: more than the largest radius of curvature of the ellipsoid.
    bound = 6.4e6 * np.hypot(lat[after] - lat[here], (lon[after] - lon[here]) * cosine)
    meridian = np.radians(lon0)[shapes.feature_of_vertex[here]]
    away = np.maximum(np.abs(lon[here] - meridian), np.abs(lon[after] - meridian))
    away = np.sin(np.minimum(away, np.radians(80))) * cosine
    bound /= np.sqrt(1 - away * away)
    pieces[starts] = np.maximum(1, np.ceil(bound / step_m)).astype(np.int64)
    return pieces


def split_edges(shapes: Ragged, lon0: Floats, pieces: Ints) -> Ragged:
    """Cut the edge after each vertex into equal pieces in the plane of the feature's ``lon0``.

    Parameters
    ----------
    pieces : (n,) int64, 1 for the last vertex of a ring
    """
    if int(pieces.max(initial=1)) == 1:
        return shapes
    vertex = np.repeat(np.arange(len(pieces)), pieces)
    offsets = offsets_of(pieces)
    step = np.arange(len(vertex)) - offsets[vertex]
    xy = shapes.xy[vertex]
    new = np.flatnonzero(step)
    xy[new] = _between(shapes, lon0, pieces, vertex[new], step[new])
    return Ragged(
        xy,
        offsets[shapes.ring_offsets],
        shapes.part_offsets,
        shapes.feature_offsets,
        shapes.kinds,
    )


def _between(shapes: Ragged, lon0: Floats, pieces: Ints, vertex: Ints, step: Ints) -> Floats:
    """Return the points ``step`` pieces after ``vertex``, computed from the edge's lower end."""
    cut = np.flatnonzero(pieces > 1)
    meridian = lon0[shapes.feature_of_vertex[cut]]
    start, end = shapes.xy[cut], shapes.xy[cut + 1]
    swap = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    low = np.where(swap[:, None], end, start)
    high = np.where(swap[:, None], start, end)
    low_plane = np.column_stack(gauss_kruger(low[:, 0], low[:, 1], meridian))
    high_plane = np.column_stack(gauss_kruger(high[:, 0], high[:, 1], meridian))
    edge = np.searchsorted(cut, vertex)
    count = pieces[vertex]
    share = np.where(swap[edge], count - step, step) / count
    plane = low_plane[edge] + (high_plane - low_plane)[edge] * share[:, None]
    return np.column_stack(inverse_gauss_kruger(plane[:, 0], plane[:, 1], meridian[edge]))


def is_polygon(shapes: Ragged) -> Bools:
    """Return (n,) bool: the feature is a polygon."""
    return np.asarray(shapes.kinds == Kind.POLYGON, np.bool_)
