"""Rings of a Shapefile whose direction and place contradict each other.

Outer rings run clockwise, holes against. GDAL goes by the place where the direction cannot be
right, and so makes ground of a hole that lies outside of every outer ring.

Source of the layout: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from gis.ragged import Floats, Ints

_HEADER = 100
_POLYGONS = (5, 15, 25)


def stray_holes(path: Path, index: Path) -> Ints:
    """Return the records in which a ring is a hole by its direction and lies in no outer ring.

    Records all of whose rings are holes by their direction are drawn the other way round
    throughout: those are not meant.
    """
    data = path.read_bytes()
    starts = np.frombuffer(index.read_bytes()[_HEADER:], ">i4").reshape(-1, 2)[:, 0].astype(int) * 2
    return np.array(
        [k for k, start in enumerate(starts.tolist()) if _has_stray(_rings(data, start + 8))],
        np.int64,
    )


def _rings(data: bytes, at: int) -> list[Floats]:
    """Return the rings of one record, (n, 2) each; none of another shape or of a cut record."""
    if at + 44 > len(data) or np.frombuffer(data, "<i4", 1, at)[0] not in _POLYGONS:
        return []
    parts, points = np.frombuffer(data, "<i4", 2, at + 36).tolist()
    if parts < 2 or points < 0 or at + 44 + 4 * parts + 16 * points > len(data):
        return []
    firsts = np.frombuffer(data, "<i4", parts, at + 44)
    xy = np.frombuffer(data, "<f8", 2 * points, at + 44 + 4 * parts).reshape(-1, 2)
    return [ring for ring in np.split(xy, firsts[1:]) if len(ring) >= 4]


def _has_stray(rings: list[Floats]) -> bool:
    shapes = [
        shapely.linearrings(r) for r in rings if np.isfinite(r).all() and (r[0] == r[-1]).all()
    ]
    holes = [r for r in shapes if shapely.is_ccw(r)]
    outer = [shapely.polygons(r) for r in shapes if not shapely.is_ccw(r)]
    if not holes or not outer:
        return False
    ground = shapely.union_all(shapely.make_valid(outer))
    return any(
        not shapely.intersects(ground, shapely.make_valid(shapely.polygons(h))) for h in holes
    )
