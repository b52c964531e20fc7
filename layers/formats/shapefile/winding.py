"""Rings of a Shapefile whose direction and place contradict each other.

Outer rings run clockwise, holes against. GDAL goes by the place where the direction cannot be
right, and so makes ground of a hole that lies outside of every outer ring.

Source of the layout: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    found = (k for k, rings in _records(path, index) if _has_stray(rings))
    return np.fromiter(found, np.int64)


def inside_out(path: Path, index: Path) -> dict[int, shapely.Geometry]:
    """Return record -> outline of those in which every ring runs the wrong way round.

    Every ring that is an outer one by its direction lies in one that is a hole: read as drawn,
    the record would be all holes of nothing. Other forms (OGC) wind their rings like this.
    """
    found = ((k, _turned(rings)) for k, rings in _records(path, index))
    return {k: shape for k, shape in found if shape is not None}


def _records(path: Path, index: Path) -> Iterator[tuple[int, list[Floats]]]:
    """Yield the number of each record of several rings, and the rings."""
    data = path.read_bytes()
    starts = np.frombuffer(index.read_bytes()[_HEADER:], ">i4").reshape(-1, 2)[:, 0].astype(int) * 2
    whole = np.flatnonzero((starts >= 0) & (starts + 8 + 44 <= len(data)))
    words = np.frombuffer(data, np.uint8)[(starts[whole] + 44)[:, None] + np.arange(4)]
    several = words.copy().view("<i4")[:, 0] > 1 if len(whole) else np.zeros(0, bool)
    for k in whole[several].tolist():
        if rings := _rings(data, int(starts[k]) + 8):
            yield k, rings


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


def _sorted(rings: list[Floats]) -> tuple[list[shapely.Polygon], list[shapely.Polygon]]:
    """Return rings that are outer ones and holes by their direction, each as a polygon."""
    shapes = [
        shapely.linearrings(r) for r in rings if np.isfinite(r).all() and (r[0] == r[-1]).all()
    ]
    ccw = [bool(shapely.is_ccw(s)) for s in shapes]
    outer = [shapely.polygons(s) for s, is_hole in zip(shapes, ccw, strict=True) if not is_hole]
    holes = [shapely.polygons(s) for s, is_hole in zip(shapes, ccw, strict=True) if is_hole]
    return outer, holes


def _has_stray(rings: list[Floats]) -> bool:
    outer, holes = _sorted(rings)
    if not holes or not outer:
        return False
    ground = shapely.union_all(shapely.make_valid(outer))
    return any(not shapely.intersects(ground, shapely.make_valid(h)) for h in holes)


def _turned(rings: list[Floats]) -> shapely.Geometry | None:
    """Return the outline of rings that all run the wrong way, None where that is not sure."""
    inner, shells = _sorted(rings)
    if not inner or not shells or len(inner) + len(shells) != len(rings):
        return None
    grounds, holes = shapely.STRtree(shells), shapely.STRtree(inner)
    # Where an outer ring lies in no other, as it should, thousands need not be compared.
    if not grounds.query(inner[0], predicate="covered_by").size:
        return None
    if not shapely.is_valid([*inner, *shells]).all():
        return None
    ring, home = grounds.query(inner, predicate="covered_by")
    if not _alternate(inner, shells, grounds, holes, np.bincount(ring, minlength=len(inner))):
        return None
    # An island in a hole may have holes itself: the smallest ground around a hole is its own.
    area = shapely.area(shells)
    order = np.lexsort((area[home], ring))
    first = order[np.unique(ring[order], return_index=True)[1]]
    own: dict[int, list[shapely.LinearRing]] = {}
    for r, h in zip(ring[first].tolist(), home[first].tolist(), strict=True):
        own.setdefault(h, []).append(inner[r].exterior)
    parts = [shapely.Polygon(s.exterior, own.get(k, [])) for k, s in enumerate(shells)]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _alternate(
    inner: list[shapely.Polygon],
    shells: list[shapely.Polygon],
    grounds: shapely.STRtree,
    holes: shapely.STRtree,
    around: Ints,
) -> bool:
    """Return whether every hole lies in one ground more than in holes, every ground in as many.

    ``around``: the grounds around each hole.
    """

    def others(tree: shapely.STRtree, shapes: list[shapely.Polygon], own: int) -> Ints:
        found = np.bincount(tree.query(shapes, predicate="covered_by")[0], minlength=len(shapes))
        return found - own  # each covers itself

    return bool(
        (around == others(holes, inner, 1) + 1).all()
        and (others(holes, shells, 0) == others(grounds, shells, 1)).all()
    )
