"""Greatest width of polygons: the diameter of the largest circle that fits in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from gis.projection import edge_starts
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes, offsets_of, spans
from gis.triangles import triangles_of

WIDTH_ERROR = 1e-3
"""Of the width, or 1e-6 m: whichever is larger."""

RELATIVE = 8e-4
FLOOR_M = 5e-7
_FAT = 0.35  # area / perimeter over the radius of the circle of equal area; a circle has 0.5
_ROUNDS = 80
_MANY_EDGES = 64
_CELLS = 500  # asked for their edges at a time
_ROWS = 150_000  # cell-edge distances computed at a time
MOST_PAIRS = 4_000_000
"""Of cells and edges looked at for one outline; with more its width is only bounded."""

# Corners 0 1 2 and middles 3 (of 0-1), 4 (of 1-2), 5 (of 2-0) of a triangle, and the two
# halves that each cut from a middle to the opposite corner leaves.
_HALVES = np.array([[[0, 3, 2], [3, 1, 2]], [[0, 1, 4], [0, 4, 2]], [[0, 1, 5], [5, 1, 2]]])


def widths(shapes: Shapes, *, least: bool = False) -> Floats:
    """Return (n,) diameters in metres of the largest inscribed circles; 0 for empty polygons.

    Parameters
    ----------
    shapes : polygons in a plane in metres; of several parts the widest counts
    least : where an outline asks for too much work (:data:`MOST_PAIRS`; a comb of ten thousand
        teeth), give what the width is at least, else what it is at most. What is shared is
        dangerous where it is wide, an outline to be seen on a terrain where it is narrow

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
    # No point is farther from the outline than the radius: area <= perimeter * radius.
    low = area[rows] / length[rows]
    fat = low > _FAT * np.sqrt(area[rows] / np.pi)
    moved = _to_origin(shapes[rows])
    radius = np.zeros(len(rows))
    if fat.any():
        circle = shapely.maximum_inscribed_circle(moved[fat], tolerance=low[fat] * RELATIVE)
        radius[fat] = shapely.length(circle)
    if not fat.all():
        radius[~fat] = _branch_and_bound(moved[~fat], least=least)
    # Without a triangulation: area / perimeter, doubled, as of a wedge (a strip has the half).
    lost = radius == 0
    radius[lost] = 2 * low[lost]
    out[rows] = 2 * radius
    return out


def _to_origin(shapes: Shapes) -> Shapes:
    """Move each shape to its lower left corner, where coordinates have digits to spare."""
    corner = shapely.bounds(shapes)[:, :2]
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    return cast(Shapes, shapely.set_coordinates(shapes.copy(), xy - corner[row]))


def _branch_and_bound(shapes: Shapes, *, least: bool = False) -> Floats:
    """Return the inradii of polygons by halving triangles.

    The distance to one edge is convex, so within a triangle it is largest at a corner; the
    least over all edges of these largest distances bounds what any centre in the triangle can
    have. The triangle is cut from the middle of the side for which the two halves have the
    lowest bounds: in a sliver that is along its length, however long it is. Corners and
    middles of the triangles are themselves centres and give the answer from below.
    """
    cells, owner = triangles_of(shapes)
    edges, near, heavy = _edges_near(shapes, cells, owner)
    light = ~heavy[owner]
    cells, owner, near = cells[light], owner[light], near.take(light)
    radius, rest = np.zeros((2, len(shapes)))
    area, length = shapely.area(shapes[heavy]), shapely.length(shapes[heavy])
    radius[heavy] = area / length if least else np.sqrt(area / np.pi)
    bound = np.empty(0)
    for _ in range(_ROUNDS):
        if not len(cells):
            break
        best, bound, cells, near = _halved(cells, edges, near)
        np.maximum.at(radius, owner, best)
        owner = np.repeat(owner, 2)
        keep = bound > radius[owner] * (1 + RELATIVE) + FLOOR_M
        near = near.take(keep)
        cells, owner, bound = cells[keep], owner[keep], bound[keep]
    # Cells are left only where rounding keeps bounds from closing; the bound still holds.
    if len(cells) and not least:
        np.maximum.at(rest, owner, bound)
    return cast(Floats, np.maximum(radius, rest))


@dataclass(frozen=True)
class _Near:
    """For each cell the edges that may be nearest to a point in it: a flat list and counts."""

    edge: Ints
    counts: Ints

    def take(self, keep: Bools) -> _Near:
        return _Near(self.edge[np.repeat(keep, self.counts)], self.counts[keep])


def _edges_near(shapes: Shapes, cells: Floats, owner: Ints) -> tuple[Floats, _Near, Bools]:
    """Return the edges (e, 2, 2) of all polygons, those that matter to each cell, and heavy ones.

    The last are polygons (n,) with more than :data:`MOST_PAIRS`; their cells have no edges.
    """
    outline = Ragged.from_shapely(shapes)
    start = np.flatnonzero(edge_starts(outline))
    edges = np.stack([outline.xy[start], outline.xy[start + 1]], axis=1)
    per_shape = np.bincount(outline.feature_of_vertex[start], minlength=len(shapes))
    offsets = offsets_of(per_shape.astype(np.int64))
    few = np.flatnonzero(per_shape[owner] <= _MANY_EDGES)
    cell = [np.repeat(few, per_shape[owner[few]])]
    edge = [spans(offsets[owner[few]], per_shape[owner[few]].astype(np.int64))]
    # No point of a cell is farther from the outline than from the cell's corner, nor than the
    # radius of the circle of equal area; the few polygons of many edges are worth a tree.
    heavy = np.zeros(len(shapes), np.bool_)
    for shape in np.flatnonzero(per_shape > _MANY_EDGES):
        rows = np.flatnonzero(owner == shape)
        reach = np.minimum(_diameters(cells[rows]), np.sqrt(shapes[shape].area / np.pi))
        own = edges[offsets[shape] : offsets[shape + 1]]
        found = _pairs_near(cells[rows], own, reach + FLOOR_M)
        if found is None:
            heavy[shape] = True
            continue
        cell.append(rows[found[0]])
        edge.append(offsets[shape] + found[1])
    of_cell = np.concatenate(cell)
    order = np.argsort(of_cell, kind="stable")
    counts = np.bincount(of_cell, minlength=len(cells)).astype(np.int64)
    return edges, _Near(np.concatenate(edge)[order], counts), heavy


def _pairs_near(cells: Floats, edges: Floats, reach: Floats) -> tuple[Ints, Ints] | None:
    """Return (cell, edge) pairs within reach of one another, None where there are too many."""
    tree = shapely.STRtree(shapely.linestrings(edges))
    triangles = shapely.polygons(cells)
    rows, hits, count = [], [], 0
    for first in range(0, len(cells), _CELLS):
        run = slice(first, first + _CELLS)
        row, hit = tree.query(triangles[run], predicate="dwithin", distance=reach[run])
        rows.append(row + first)
        hits.append(hit)
        count += len(row)
        if count > MOST_PAIRS:
            return None
    return np.concatenate(rows), np.concatenate(hits)


def _diameters(cells: Floats) -> Floats:
    """Return (m,) longest sides of triangles (m, 3, 2)."""
    side = cells[:, [1, 2, 0]] - cells
    return cast(Floats, np.hypot(side[..., 0], side[..., 1]).max(axis=1))


def _halved(cells: Floats, edges: Floats, near: _Near) -> tuple[Floats, Floats, Floats, _Near]:
    """Return per cell the best centre's radius (m,), and bounds, corners, edges of the halves."""
    total = np.cumsum(near.counts)
    best, bound = np.empty(len(cells)), np.empty((len(cells), 2))
    halves, lists, counts = [], [], []
    start = 0
    while start < len(cells):
        before = int(total[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + _ROWS, side="right")))
        run = slice(start, stop)
        edge = near.edge[before : int(total[stop - 1])]
        points = np.concatenate([cells[run], (cells[run] + cells[run][:, [1, 2, 0]]) / 2], axis=1)
        away = _distances(np.repeat(points, near.counts[run], axis=0), edges[edge])
        least, bound[run], cut = _bounds(points, away, near.counts[run])
        best[run] = least.max(axis=1)
        children = points[np.arange(stop - start)[:, None, None], cut]
        kept, number = _relevant(
            away, least, cut, _diameters(children.reshape(-1, 3, 2)), near.counts[run]
        )
        halves.append(children.reshape(-1, 3, 2))
        lists.append(edge[kept])
        counts.append(number)
        start = stop
    return (
        best,
        bound.ravel(),
        np.concatenate(halves),
        _Near(np.concatenate(lists), np.concatenate(counts)),
    )


def _bounds(points: Floats, away: Floats, counts: Ints) -> tuple[Floats, Floats, Ints]:
    """Return distances (m, 6) of the points, the halves' bounds (m, 2) and their points.

    Besides the largest distance to one edge, half the largest sum of distances to two edges is
    a bound; it is the tight one between the long sides of a sliver.
    """
    runs = offsets_of(counts)[:-1]
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
    return np.minimum.reduceat(away, runs), bound, _HALVES[choice]


def _relevant(
    away: Floats, least: Floats, cut: Ints, size: Floats, counts: Ints
) -> tuple[Ints, Ints]:
    """Return rows of ``away`` whose edge may be nearest in each half, and how many (2m,).

    At two points of a half, distances to the edge and to the outline both differ by at most
    its diameter.
    """
    cell = np.repeat(np.arange(len(counts)), counts)
    rows, number = [], []
    for half in (0, 1):
        at = cut[cell, half]
        row = np.arange(len(away))[:, None]
        excess = (away[row, at] - least[cell[:, None], at]).max(axis=1)
        rows.append(np.flatnonzero(excess <= 2 * size[2 * cell + half] * (1 + 1e-9)))
        number.append(np.bincount(cell[rows[-1]], minlength=len(counts)))
    # Halves of one cell stand side by side.
    both = np.concatenate(rows)
    order = np.argsort(np.concatenate([2 * cell[rows[0]], 2 * cell[rows[1]] + 1]), kind="stable")
    return both[order], np.stack(number, axis=1).ravel().astype(np.int64)


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
