"""From rings of corners to polygons, where holes are told by position only."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import shapely

from gis.ragged import Floats


def assemble(
    outlines: Sequence[Floats], cut: Collection[int] = (), kept: Collection[int] = ()
) -> tuple[shapely.Geometry | None, int]:
    """Return one geometry from open rings ((n, 2) each); the first is an outer one.

    A later ring inside an outer ring is its hole; one apart from all outer rings is a further
    part. Rings at the positions ``cut`` must be holes; those at ``kept`` none, but perhaps an
    island in one.

    Returns
    -------
    The geometry, or None with the position of the first ring that is neither, that crosses
    itself (positions cannot be told then), that repeats an outer one, or meets another hole.
    """
    rings = [shapely.Polygon(o) for o in outlines]
    if len(rings) == 1:
        return rings[0], 0  # a lone outline goes to the repair as it is
    outer: list[shapely.Polygon] = []
    holes: list[list[shapely.Polygon]] = []
    for position, ring in enumerate(rings):
        if not ring.is_valid:
            return None, position
        home = next((k for k, shell in enumerate(outer) if shell.covers(ring)), None)
        meets = any(_share_area(ring, shell) for shell in outer)
        island = position in kept and home is not None and any(h.covers(ring) for h in holes[home])
        if island or not (meets or position in cut):
            outer.append(ring)
            holes.append([])
        elif (
            home is None
            or position in kept
            or _same(ring, outer[home])
            or any(_share_area(ring, hole) for hole in holes[home])
        ):
            return None, position
        else:
            holes[home].append(ring)
    parts = [
        shapely.Polygon(shell.exterior, [h.exterior for h in inside])
        for shell, inside in zip(outer, holes, strict=True)
    ]
    return (parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)), 0


def _share_area(a: shapely.Polygon, b: shapely.Polygon) -> bool:
    return bool(shapely.intersects(a, b)) and not bool(shapely.touches(a, b))


def _same(a: shapely.Polygon, b: shapely.Polygon) -> bool:
    return bool(shapely.equals(a, b))
