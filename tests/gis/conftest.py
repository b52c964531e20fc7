"""Shapes given in metres in a Gauss-Krueger plane, so that results can be computed by hand."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

ELLIPSOID = "+a=6378137 +rf=298.257222101 +units=m +no_defs"


class Plane:
    """The plane of one meridian, by PROJ (independent of the code under test)."""

    def __init__(self, lon0: float, north: float = 4_200_000.0) -> None:
        self.lon0 = lon0
        self.north = north
        self.proj = pyproj.Proj(f"+proj=tmerc +lon_0={lon0} {ELLIPSOID}")

    def degrees(self, shape):
        """A shape in metres east of the meridian and north of ``north``, in degrees."""

        def turn(xy):
            return np.column_stack(self.proj(xy[:, 0], xy[:, 1] + self.north, inverse=True))

        return shapely.transform(shape, turn)

    def box(self, x0, y0, x1, y1):
        return self.degrees(shapely.box(x0, y0, x1, y1))

    def point(self, x, y):
        return self.degrees(shapely.Point(x, y))


@pytest.fixture(scope="session")
def plane():
    return Plane(111.0)


@pytest.fixture(scope="session")
def other_plane():
    return Plane(114.0)


@pytest.fixture(scope="session")
def geodesic():
    return pyproj.Geod(a=6378137.0, rf=298.257222101)
