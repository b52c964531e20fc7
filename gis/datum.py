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

from gis.errors import DatumError
from gis.ragged import Floats

OldDatum = Literal["Xian 1980", "Beijing 1954"]
Convention = Literal["position_vector", "coordinate_frame"]

# Semi-major axis and inverse flattening: EPSG 7049 (IAG 1975), 7024 (Krassowsky 1940).
ELLIPSOIDS: dict[OldDatum, tuple[float, float]] = {
    "Xian 1980": (6378140.0, 298.257),
    "Beijing 1954": (6378245.0, 298.3),
}
_CGCS2000 = (6378137.0, 298.257222101)
_SECOND = np.pi / 180 / 3600
_FEWEST_POINTS = 3


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

    def forward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) CGCS2000 degrees of (n, 2) degrees on the old datum."""
        return self._run(lonlat, "FORWARD")

    def backward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) degrees on the old datum of (n, 2) CGCS2000 degrees."""
        return self._run(lonlat, "INVERSE")

    def _run(self, lonlat: Floats, direction: str) -> Floats:
        a, rf = ELLIPSOIDS[self.datum]
        new_a, new_rf = _CGCS2000
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
    """

    datum: OldDatum
    meridian: float
    dx: float
    dy: float
    rotation_s: float
    scale_ppm: float
    accuracy_m: float

    @property
    def description(self) -> str:
        """Return the parameters in one line."""
        return (
            f"{self.datum} -> CGCS2000, four parameters on meridian {self.meridian:g}: "
            f"{self.dx:.4f} {self.dy:.4f} m, {self.rotation_s:.6f} s, {self.scale_ppm:.6f} ppm"
        )

    def forward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) CGCS2000 degrees of (n, 2) degrees on the old datum."""
        xy = _plane(lonlat, self.meridian, ELLIPSOIDS[self.datum])
        matrix, shift = self._similarity()
        return _degrees(xy @ matrix.T + shift, self.meridian, _CGCS2000)

    def backward(self, lonlat: Floats) -> Floats:
        """Return (n, 2) degrees on the old datum of (n, 2) CGCS2000 degrees."""
        matrix, shift = self._similarity()
        xy = (_plane(lonlat, self.meridian, _CGCS2000) - shift) @ np.linalg.inv(matrix).T
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
    if len(old) < _FEWEST_POINTS:
        raise DatumError(
            f"控制点只有 {len(old)} 个，至少要 {_FEWEST_POINTS} 个",
            f"{len(old)} control points; at least {_FEWEST_POINTS} are needed",
        )
    middle_old, middle_new = old.mean(axis=0), new.mean(axis=0)
    u, v = old - middle_old, new - middle_new
    size = float((u**2).sum())
    if size < 1.0:
        raise DatumError("控制点都在一处", "all control points lie in one place")
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
    )
    return Fit(similarity, residuals)
