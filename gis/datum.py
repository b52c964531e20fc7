"""From Xian 1980 or Beijing 1954 to CGCS2000 by parameters that the user has.

No public parameters exist; a survey office gives out its own, or points known in both systems.
Sources: EPSG Guidance Note 7-2 (Helmert, position vector and coordinate frame); the similarity of
a plane as GB/T and textbooks of Chinese surveying write it, X being north.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pyproj
import shapely

from gis.errors import DatumError
from gis.ragged import Floats

OldDatum = Literal["Xian 1980", "Beijing 1954"]
Convention = Literal["position_vector", "coordinate_frame"]

# Semi-major axis and inverse flattening: EPSG 7049 (IAG 1975), 7024 (Krassowsky 1940).
ELLIPSOIDS: dict[OldDatum, tuple[float, float]] = {
    "Xian 1980": (6378140.0, 298.257),
    "Beijing 1954": (6378245.0, 298.3),
}
CGCS2000 = (6378137.0, 298.257222101)
_SECOND = np.pi / 180 / 3600
_FEWEST_POINTS = 3
FARTHEST_M = 1000.0
"""No old datum of China is so far from CGCS2000: the shift is of the order of 100 m."""
_SAME_POINT_M = 0.1
_THINNEST = 0.01
"""Breadth of control points to their length, below which they lie in one line."""
_OUTSIDE_M = 1.0


class Shift(Protocol):
    """A way from an old datum to CGCS2000."""

    @property
    def datum(self) -> OldDatum:
        """Return the datum it starts from."""
        ...

    @property
    def accuracy_m(self) -> float:
        """Return one sigma of a place it gives, metres."""
        ...

    @property
    def description(self) -> str:
        """Return what it is, for the provenance."""
        ...

    def accuracy_at(self, lonlat: Floats) -> float:
        """Return one sigma in metres of the least certain of (n, 2) places."""
        ...

    def outside_m(self, lonlat: Floats) -> Floats:
        """Return (n,) metres by which places lie outside the points that told the parameters."""
        ...

    def forward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) CGCS2000 degrees of (n, 2) degrees on the old datum."""
        ...

    def backward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) degrees on the old datum of (n, 2) CGCS2000 degrees."""
        ...


# -- seven parameters ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SevenParameters:
    """Helmert's transformation between the ellipsoids, heights taken as 0.

    Attributes
    ----------
    dx, dy, dz : metres
    rx, ry, rz : seconds of arc, in the sense that ``convention`` says
    scale_ppm : parts per million
    """

    datum: OldDatum
    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    scale_ppm: float
    convention: Convention
    accuracy_m: float

    @property
    def description(self) -> str:
        """Return the parameters in one line."""
        return (
            f"{self.datum} -> CGCS2000, seven parameters ({self.convention}): "
            f"{self.dx:g} {self.dy:g} {self.dz:g} m, {self.rx:g} {self.ry:g} {self.rz:g} s, "
            f"{self.scale_ppm:g} ppm"
        )

    def accuracy_at(self, lonlat: Floats) -> float:
        """Return the accuracy that was stated: nothing says where it does not hold."""
        return self.accuracy_m

    def outside_m(self, lonlat: Floats) -> Floats:
        """Return zeros: where the parameters were found is not known."""
        return np.zeros(len(lonlat))

    def forward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) CGCS2000 degrees of (n, 2) degrees on the old datum."""
        return self._run(lonlat, "FORWARD")

    def backward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) degrees on the old datum of (n, 2) CGCS2000 degrees."""
        return self._run(lonlat, "INVERSE")

    def _run(self, lonlat: Floats, direction: str) -> Floats:
        a, rf = ELLIPSOIDS[self.datum]
        new_a, new_rf = CGCS2000
        way = pyproj.Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
            f"+step +proj=cart +a={a!r} +rf={rf!r} "
            f"+step +proj=helmert +x={self.dx!r} +y={self.dy!r} +z={self.dz!r} "
            f"+rx={self.rx!r} +ry={self.ry!r} +rz={self.rz!r} +s={self.scale_ppm!r} "
            f"+convention={self.convention} +exact "
            f"+step +inv +proj=cart +a={new_a!r} +rf={new_rf!r} "
            "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
        )
        lon, lat, _ = way.transform(
            lonlat[:, 0], lonlat[:, 1], np.zeros(len(lonlat)), direction=direction
        )
        return np.column_stack([lon, lat])


# -- four parameters -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Control:
    """Where the control points of a fit lie, on the old plane: north, east in metres.

    Attributes
    ----------
    count : points
    centre : their mean
    spread_m2 : sum of their squared distances from it
    hull : corners of the area that they enclose
    """

    count: int
    centre: tuple[float, float]
    spread_m2: float
    hull: tuple[tuple[float, float], ...]

    def outside_m(self, xy: Floats) -> Floats:
        """Return (n,) metres from the area that the points enclose, 0 within."""
        area = shapely.Polygon(self.hull)
        return np.asarray(shapely.distance(shapely.points(xy), area), np.float64)

    def growth(self, xy: Floats) -> Floats:
        """Return (n,) factors of the sigma of a place: 1 within, by leverage outside.

        A place that least squares predicts has the variance ``1 + 1 / n + d² / sum d²`` in
        units of that of an observed one, ``d`` from the centre of the points.
        """
        d2 = ((xy - np.array(self.centre)) ** 2).sum(axis=1)
        leverage = np.sqrt(1 + 1 / self.count + d2 / self.spread_m2)
        return np.where(self.outside_m(xy) > _OUTSIDE_M, leverage, 1.0)


@dataclass(frozen=True, slots=True)
class FourParameters:
    """A similarity between the Gauss-Krüger planes of one meridian on both datums.

    ``X2 = dx + (1 + m) (X1 cos t - Y1 sin t)``, ``Y2 = dy + (1 + m) (X1 sin t + Y1 cos t)``, with
    X north and Y east, both without zone prefix, easting 500 km on the meridian.

    Attributes
    ----------
    meridian : central meridian of both planes, degrees
    dx, dy : metres
    rotation_s : t, seconds of arc
    scale_ppm : m, parts per million
    control : the points that they were fitted to, None where that is not known
    """

    datum: OldDatum
    meridian: float
    dx: float
    dy: float
    rotation_s: float
    scale_ppm: float
    accuracy_m: float
    control: Control | None = None

    @property
    def description(self) -> str:
        """Return the parameters in one line."""
        return (
            f"{self.datum} -> CGCS2000, four parameters on meridian {self.meridian:g}: "
            f"{self.dx:.4f} {self.dy:.4f} m, {self.rotation_s:.6f} s, {self.scale_ppm:.6f} ppm"
        )

    def accuracy_at(self, lonlat: Floats) -> float:
        """Return one sigma in metres of the least certain of (n, 2) degrees on the old datum."""
        if self.control is None or not len(lonlat):
            return self.accuracy_m
        xy = _plane(lonlat, self.meridian, ELLIPSOIDS[self.datum])
        return self.accuracy_m * float(self.control.growth(xy).max())

    def outside_m(self, lonlat: Floats) -> Floats:
        """Return (n,) metres by which places lie outside the control points."""
        if self.control is None:
            return np.zeros(len(lonlat))
        return self.control.outside_m(_plane(lonlat, self.meridian, ELLIPSOIDS[self.datum]))

    def forward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) CGCS2000 degrees of (n, 2) degrees on the old datum."""
        xy = _plane(lonlat, self.meridian, ELLIPSOIDS[self.datum])
        matrix, shift = self._similarity()
        return _degrees(xy @ matrix.T + shift, self.meridian, CGCS2000)

    def backward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) degrees on the old datum of (n, 2) CGCS2000 degrees."""
        matrix, shift = self._similarity()
        xy = (_plane(lonlat, self.meridian, CGCS2000) - shift) @ np.linalg.inv(matrix).T
        return _degrees(xy, self.meridian, ELLIPSOIDS[self.datum])

    def _similarity(self) -> tuple[Floats, Floats]:
        """Return matrix and shift for (north, east)."""
        scale, turn = 1 + self.scale_ppm * 1e-6, self.rotation_s * _SECOND
        cos, sin = scale * np.cos(turn), scale * np.sin(turn)
        return np.array([[cos, -sin], [sin, cos]]), np.array([self.dx, self.dy])


def _projection(meridian: float, ellipsoid: tuple[float, float]) -> pyproj.Proj:
    a, rf = ellipsoid
    return pyproj.Proj(f"+proj=tmerc +lat_0=0 +lon_0={meridian!r} +k=1 +x_0=500000 "
                       f"+a={a!r} +rf={rf!r} +units=m")  # fmt: skip


def _plane(lonlat: Floats, meridian: float, ellipsoid: tuple[float, float]) -> Floats:
    """Return (n, 2) north, east."""
    east, north = _projection(meridian, ellipsoid)(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([north, east])


def _degrees(xy: Floats, meridian: float, ellipsoid: tuple[float, float]) -> Floats:
    lon, lat = _projection(meridian, ellipsoid)(xy[:, 1], xy[:, 0], inverse=True)
    return np.column_stack([lon, lat])


# -- control points --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Fit:
    """Four parameters from points known in both systems.

    Attributes
    ----------
    shift : the similarity
    residuals : (n, 2) metres north and east, new minus transformed old
    """

    shift: FourParameters
    residuals: Floats


def fit_points(datum: OldDatum, meridian: float, old: Floats, new: Floats) -> Fit:
    """Return the similarity that fits control points best (least squares).

    Its accuracy is the standard deviation of unit weight, ``sqrt(sum v² / (2 n - 4))``, of a
    coordinate, times the square root of 2: of a place.

    Parameters
    ----------
    old, new : (n, 2) north, east in metres on the meridian's planes, without zone prefix

    Raises
    ------
    DatumError
        Fewer than three points, or all in one place.
    """
    _check_points(old, new)
    middle_old, middle_new = old.mean(axis=0), new.mean(axis=0)
    u, v = old - middle_old, new - middle_new
    size = float((u**2).sum())
    cos = float((u * v).sum() / size)
    sin = float((u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() / size)
    matrix = np.array([[cos, -sin], [sin, cos]])
    shift = middle_new - matrix @ middle_old
    residuals = new - (old @ matrix.T + shift)
    sigma = float(np.sqrt((residuals**2).sum() / (2 * len(old) - 4)))
    similarity = FourParameters(
        datum=datum,
        meridian=meridian,
        dx=float(shift[0]),
        dy=float(shift[1]),
        rotation_s=float(np.arctan2(sin, cos) / _SECOND),
        scale_ppm=float((np.hypot(cos, sin) - 1) * 1e6),
        accuracy_m=sigma * float(np.sqrt(2)),
        control=Control(len(old), (float(middle_old[0]), float(middle_old[1])), size, _hull(old)),
    )
    return Fit(similarity, residuals)


def _hull(xy: Floats) -> tuple[tuple[float, float], ...]:
    corners = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(xy)))
    return tuple((float(x), float(y)) for x, y in corners)


def _check_points(old: Floats, new: Floats) -> None:
    """Refuse points that do not tell a similarity, or that are no pairs."""
    n = len(old)
    if n < _FEWEST_POINTS:
        raise DatumError(
            f"控制点只有 {n} 个，至少要 {_FEWEST_POINTS} 个",
            f"{n} control points; at least {_FEWEST_POINTS} are needed",
        )
    for xy in (old, new):
        length, breadth = np.linalg.svd(xy - xy.mean(axis=0), compute_uv=False)
        if length < 1.0:
            raise DatumError("控制点都在一处", "all control points lie in one place")
        one, other = np.triu_indices(n, 1)
        same = np.flatnonzero(np.hypot(*(xy[one] - xy[other]).T) < _SAME_POINT_M)
        if len(same):
            first, second = one[same[0]] + 1, other[same[0]] + 1
            raise DatumError(
                f"第 {first} 个和第 {second} 个控制点在同一处",
                f"control points {first} and {second} lie in one place",
            )
        if breadth < _THINNEST * length:
            raise DatumError("控制点几乎在一条直线上", "the control points lie in one line")
    moved = np.hypot(*(new - old).T)
    if moved.max() > FARTHEST_M:
        far = int(moved.argmax())
        raise DatumError(
            f"第 {far + 1} 个控制点新旧坐标相差 {moved[far]:.0f} 米，超过 {FARTHEST_M:.0f} 米",
            f"control point {far + 1}: old and new differ by {moved[far]:.0f} m, more than "
            f"{FARTHEST_M:.0f} m",
        )
