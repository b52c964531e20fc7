"""Curve geometries that have no arc: GDAL makes all of a layer curves where one of it has arcs.

Source: ISO 19125-1 and SQL/MM part 3, well-known binary; the flags of PostGIS for Z and M.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

_LINE, _POLYGON, _COMPOUND, _CURVE_POLYGON = 2, 3, 9, 10
_MANY = {
    4: shapely.multipoints,
    5: shapely.multilinestrings,
    6: shapely.multipolygons,
    7: shapely.geometrycollections,
    11: shapely.multilinestrings,
    12: shapely.multipolygons,
}
_DEEPEST = 8


class _ArcError(ValueError):
    """The geometry has an arc, or is none that can be taken apart."""


def straight(wkb: bytes) -> shapely.Geometry | None:
    """Return a curve geometry as plain lines and polygons, None where it has an arc.

    Z and M are left out. Pieces of a compound curve must meet.
    """
    try:
        reader = _Reader(wkb)
        shape = reader.geometry()
        return shape if reader.at == len(wkb) else None
    except (_ArcError, struct.error, ValueError, TypeError, shapely.GEOSException):
        return None


@dataclass(slots=True)
class _Reader:
    raw: bytes
    at: int = 0
    depth: int = 0

    def geometry(self) -> Any:
        """Read one geometry, or the corners of a curve inside another."""
        order = "<" if self._take("B") == 1 else ">"
        code = self._take(f"{order}I")
        kind = (code & 0x1FFFFFFF) % 1000
        extra = (code & 0x1FFFFFFF) // 1000
        size = 2 + (extra in (1, 3) or bool(code & 0x80000000))
        size += extra in (2, 3) or bool(code & 0x40000000)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _ArcError
        shape = self._body(kind, order, size)
        self.depth -= 1
        return shape

    def _body(self, kind: int, order: str, size: int) -> Any:
        if kind == 1:
            return shapely.Point(self._corners(order, size, 1)[0])
        count = self._take(f"{order}I")
        if kind == _LINE:
            return shapely.LineString(self._corners(order, size, count))
        if kind == _POLYGON:
            return _polygon(
                [self._corners(order, size, self._take(f"{order}I")) for _ in range(count)]
            )
        if kind not in (_COMPOUND, _CURVE_POLYGON, *_MANY) or count > len(self.raw):
            raise _ArcError
        parts = [self.geometry() for _ in range(count)]
        if kind == _COMPOUND:
            return _joined(parts)
        if kind == _CURVE_POLYGON:
            return _polygon([shapely.get_coordinates(part) for part in parts])
        return _MANY[kind](parts)

    def _corners(self, order: str, size: int, count: int) -> np.ndarray:
        stop = self.at + 8 * size * count
        if stop > len(self.raw):
            raise _ArcError
        found = np.frombuffer(self.raw[self.at : stop], f"{order}f8").reshape(count, size)
        self.at = stop
        return found[:, :2].astype(float)

    def _take(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self.raw, self.at)
        self.at += struct.calcsize(form)
        return int(value)


def _polygon(rings: list[np.ndarray]) -> shapely.Polygon:
    if not all(len(ring) > 3 and (ring[0] == ring[-1]).all() for ring in rings):
        raise _ArcError  # it would be closed in silence
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _joined(parts: list[Any]) -> shapely.LineString:
    corners = [shapely.get_coordinates(part) for part in parts]
    if not all(len(part) > 1 for part in corners) or not corners:
        raise _ArcError
    if not all((a[-1] == b[0]).all() for a, b in itertools.pairwise(corners)):
        raise _ArcError
    rest = [part[1:] for part in corners[1:]]
    return shapely.LineString(np.concatenate([corners[0], *rest]))
