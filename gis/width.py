"""Greatest width of polygons: the diameter of the largest circle that fits in."""

from __future__ import annotations

from typing import cast

import numpy as np
import shapely

from gis.projection import edge_starts
from gis.ragged import Floats, Ints, Ragged, Shapes, offsets_of, spans

RELATIVE = 8e-4
FLOOR_M = 5e-7
_FAT = 0.35  # area / perimeter over the radius of the circle of equal area; a circle has 0.5
_ROUNDS = 80
_ROWS = 150_000  # cell-edge distances computed at a time
# Corners 0 1 2 and middles 3 (of 0-1), 4 (of 1-2), 5 (of 2-0) of a triangle, and the two
# halves that each cut from a middle to the opposite corner leaves.
_HALVES = np.array([[[0, 3, 2], [3, 1, 2]], [[0, 1, 4], [0, 4, 2]], [[0, 1, 5], [5, 1, 2]]])


def widths(shapes: Shapes) -> Floats:
    """Return (n,) diameters in metres of the largest inscribed circles; 0 for empty polygons.

    Parameters
    ----------
    shapes : polygons in a plane in metres; of several parts the widest counts

    Right to 1e-3 of the width or 1e-6 m, whichever is larger. Compact polygons are searched
    by square cells (GEOS), which does not end on slivers. Slivers are cut into triangles that
    are halved until no triangle can hold a better centre (:func:`_branch_and_bound`). The inward
    buffer of GEOS is not used: it drops small remainders and is off by up to 12 %.
    """
    out = np.zeros(len(shapes))
    area, length = shapely.area(shapes), shapely.length(shapes)
    rows = np.flatnonzero((area > 0) & (length > 0))
    if not len(rows):
        return out
    least = area[rows] / length[rows]
    fat = least > _FAT * np.sqrt(area[rows] / np.pi)
    moved = _to_origin(shapes[rows])
    radius = np.zeros(len(rows))
    if fat.any():
        circle = shapely.maximum_inscribed_circle(moved[fat], tolerance=least[fat] * RELATIVE)
        radius[fat] = shapely.length(circle)
    if not fat.all():
        radius[~fat] = _branch_and_bound(moved[~fat])
    # Without a triangulation: area / perimeter, doubled, as of a wedge (a strip has the half).
    lost = radius == 0
    radius[lost] = 2 * least[lost]
    out[rows] = 2 * radius
    return out


def _to_origin(shapes: Shapes) -> Shapes:
    """Move each shape to its lower left corner, where coordinates have digits to spare."""
    corner = shapely.bounds(shapes)[:, :2]
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    return cast(Shapes, shapely.set_coordinates(shapes.copy(), xy - corner[row]))


def _branch_and_bound(shapes: Shapes) -> Floats:
    """Return the inradii of polygons by halving triangles.

    The distance to one edge is convex, so within a triangle it is largest at a corner; the
    least over all edges of these largest distances bounds what any centre in the triangle can
    have. The triangle is cut from the middle of the side for which the two halves have the
    lowest bounds: in a sliver that is along its length, however long it is. Corners and
    middles of the triangles are themselves centres and give the answer from below.
    """
    outline = Ragged.from_shapely(shapes)
    start = np.flatnonzero(edge_starts(outline))
    edges = np.stack([outline.xy[start], outline.xy[start + 1]], axis=1)
    per_shape = np.bincount(outline.feature_of_vertex[start], minlength=len(shapes))
    offsets = offsets_of(per_shape.astype(np.int64))
    cells, owner = _triangles(shapes)
    radius, rest = np.zeros((2, len(shapes)))
    for _ in range(_ROUNDS):
        if not len(cells):
            break
        centre, bound, halves = _judged(cells, owner, edges, offsets)
        np.maximum.at(radius, owner, centre)
        owner = np.repeat(owner, 2)
        keep = bound > radius[owner] * (1 + RELATIVE) + FLOOR_M
        cells, owner, bound = halves[keep], owner[keep], bound[keep]
    # Cells are left only where rounding keeps bounds from closing; the bound still holds.
    if len(cells):
        np.maximum.at(rest, owner, bound)
    return cast(Floats, np.maximum(radius, rest))


def _triangles(shapes: Shapes) -> tuple[Floats, Ints]:
    """Return triangles (m, 3, 2) that cover the polygons, and the row of each one's polygon.

    A polygon whose triangulation loses area (edges closer than rounding) has none.
    """
    parts, owner = shapely.get_parts(
        shapely.constrained_delaunay_triangles(shapes), return_index=True
    )
    covered = np.bincount(owner, weights=shapely.area(parts), minlength=len(shapes))
    sound = np.abs(covered - shapely.area(shapes)) <= 1e-6 * shapely.area(shapes)
    keep = sound[owner]
    corners = shapely.get_coordinates(parts[keep]).reshape(-1, 4, 2)[:, :3]
    return corners, owner[keep].astype(np.int64)


def _judged(
    cells: Floats, owner: Ints, edges: Floats, offsets: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return per cell the best centre's radius (m,), and the halves' bounds (2m,) and corners."""
    counts = np.diff(offsets)[owner]
    total = np.cumsum(counts)
    best, bound, halves = np.empty(len(cells)), np.empty((len(cells), 2)), []
    start = 0
    while start < len(cells):
        before = int(total[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + _ROWS, side="right")))
        run = slice(start, stop)
        corners = cells[run]
        points = np.concatenate([corners, (corners + corners[:, [1, 2, 0]]) / 2], axis=1)
        edge = edges[spans(offsets[owner[run]], counts[run])]
        best[run], bound[run], chosen = _bounds(points, edge, counts[run])
        halves.append(points[np.arange(stop - start)[:, None, None], chosen])
        start = stop
    return best, bound.ravel(), np.concatenate(halves).reshape(-1, 3, 2)


def _bounds(points: Floats, edge: Floats, counts: Ints) -> tuple[Floats, Floats, Ints]:
    """Return the best radius (m,), the halves' bounds (m, 2) and which points they have."""
    runs = offsets_of(counts)[:-1]
    away = _distances(np.repeat(points, counts, axis=0), edge)
    near = np.repeat(away[_first_least(away[:, :3].max(axis=1), runs, counts)], counts, axis=0)
    mean = (away + near) / 2
    worst = np.stack(
        [
            np.minimum.reduceat(np.minimum(_most(away, half), _most(mean, half)), runs)
            for half in _HALVES.reshape(-1, 3)
        ],
        axis=1,
    ).reshape(-1, 3, 2)
    side = points[:, [1, 2, 0]] - points[:, :3]
    length = np.hypot(side[..., 0], side[..., 1])
    # Cuts that gain about as much: the longest side, or needles pile up beside a bend.
    tie = 1 - 0.15 * length / np.maximum(length.max(axis=1, keepdims=True), 1e-300)
    choice = (worst.sum(axis=2) * tie).argmin(axis=1)
    bound = worst[np.arange(len(points)), choice]
    least = np.minimum.reduceat(away, runs)
    return least.max(axis=1), bound, _HALVES[choice]


def _most(values: Floats, half: Ints) -> Floats:
    """Return the largest of three columns."""
    first, second, third = (values[:, k] for k in half)
    return cast(Floats, np.maximum(np.maximum(first, second), third))


def _first_least(values: Floats, runs: Ints, counts: Ints) -> Ints:
    """Return the index of the first least value of each run."""
    least = np.repeat(np.minimum.reduceat(values, runs), counts)
    where = np.where(values == least, np.arange(len(values)), len(values))
    return cast(Ints, np.minimum.reduceat(where, runs))


def _distances(points: Floats, edge: Floats) -> Floats:
    """Return (r, 6) distances of points (r, 6, 2) to segments (r, 2, 2)."""
    along = edge[:, 1] - edge[:, 0]
    x = points[:, :, 0] - edge[:, None, 0, 0]
    y = points[:, :, 1] - edge[:, None, 0, 1]
    ax, ay = along[:, :1], along[:, 1:]
    size = np.maximum(ax * ax + ay * ay, 1e-300)
    share = np.clip((x * ax + y * ay) / size, 0, 1)
    return cast(Floats, np.hypot(x - share * ax, y - share * ay))
