"""What is so of overlaps, distances and broken outlines: slow, plain, and without ``gis``.

Candidates come from generous boxes in degrees. What they share, and where they come nearest, is
found in PROJ's transverse Mercator plane centred within 0.025 degrees of the pair, in which a
200 m edge and the geodesic between its ends differ by less than a micrometre. The answer goes
back to degrees; areas and distances are the geodesic ones of ``pyproj.Geod``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

SEMI_MAJOR_M, INVERSE_FLATTENING = 6378137.0, 298.257222101
GEOD = pyproj.Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)

CELL_DEG = 0.05
EDGE_M = 2e-5
"""How far an edge of 200 m that is straight in its licence's 3-degree Gauss-Krueger plane strays
from the geodesic: l^2 x / (8 R^2) with x <= 160 km, the half-width of a zone at 20 N."""

GEOD_M2 = 0.001
"""Noise of geodesic polygon areas, with a margin: some 1e-4 m2 were seen."""

WIDTHS_M = (0.001, 0.10)
"""Touch and sliver, the widths of verdicts.md for layers that state no accuracy."""
TOUCH, SLIVER, OVERLAP = range(3)

DOUBTFUL_SHARE = 1e-3
AMBIGUOUS_SHARE = 1e-3
"""Two readings of a broken outline that differ by more of its area leave it unread."""
READ, UNREAD, UNDECIDED = range(3)


class Plane:
    """A transverse Mercator plane on the CGCS2000 ellipsoid."""

    def __init__(self, meridian: float) -> None:
        self.proj = pyproj.Proj(
            proj="tmerc", lon_0=float(meridian), a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING
        )

    def flat(self, shapes):
        """Return shapes in degrees as valid shapes in metres."""
        out = shapely.transform(shapes, lambda xy: np.column_stack(self.proj(*xy.T)))
        return np.where(shapely.is_valid(out), out, shapely.make_valid(out))

    def degrees(self, shapes):
        return shapely.transform(shapes, lambda xy: np.column_stack(self.proj(*xy.T, inverse=True)))

    def areas(self, shapes):
        """Return the geodesic areas, m2, of shapes in metres; lines and points have none."""
        return np.array([geodesic_area(shape) for shape in self.degrees(shapes)])


def geodesic_area(shape) -> float:
    """Return the area of polygons; holes count by size, which way round they run is not asked.

    A hole a tenth of a millimetre wide may cross itself once its corners are rounded.
    """
    total = 0.0
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            total += ring_area(part.exterior) - sum(ring_area(hole) for hole in part.interiors)
    return total


def ring_area(ring) -> float:
    return abs(GEOD.polygon_area_perimeter(*shapely.get_coordinates(ring).T)[0])


def planes(lon) -> Iterator[tuple[Plane, np.ndarray]]:
    """Yield a plane for each cell of longitude, and the rows in it."""
    cell = np.round(np.asarray(lon) / CELL_DEG).astype(np.int64)
    order = np.argsort(cell, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
        if len(rows):
            yield Plane(cell[rows[0]] * CELL_DEG), rows


def middle(*shapes):
    bounds = np.stack([shapely.bounds(s) for s in shapes])
    return (bounds[..., 0].min(axis=0) + bounds[..., 2].max(axis=0)) / 2


def areal(shapes):
    """Return the polygons among what an overlay left; lines and points have no width."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    areas = shapely.get_type_id(parts) == 3
    parts, owner = parts[areas], owner[areas]
    out = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    rows = np.unique(owner)
    first, last = (np.searchsorted(owner, rows, side) for side in ("left", "right"))
    for row, start, end in zip(rows, first, last, strict=True):
        out[row] = shapely.MultiPolygon(list(parts[start:end]))
    return out


# -- broken outlines ---------------------------------------------------------------------------


def mended(shapes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return valid outlines, whether each can be READ, is UNREAD or UNDECIDED, and its doubt.

    A broken outline is read by its crossings and by its structure. Where the readings agree the
    ground of either counts; where they do not the outline says nothing. The doubt is 1 where
    mending changed the area by more than DOUBTFUL_SHARE, 0 where not, 0.5 too near to tell.
    """
    out, state = shapes.copy(), np.full(len(shapes), READ)
    doubt = np.zeros(len(shapes))
    for row in np.flatnonzero(~shapely.is_valid(shapes)):
        plane = Plane(middle(shapes[row : row + 1])[0])
        broken = shapely.transform(shapes[row], lambda xy, p=plane: np.column_stack(p.proj(*xy.T)))
        by_crossings, by_structure = areal(
            np.array(
                [
                    shapely.make_valid(broken, method="linework"),
                    shapely.make_valid(broken, method="structure", keep_collapsed=False),
                ]
            )
        )
        either = shapely.union(by_crossings, by_structure)
        apart = shapely.symmetric_difference(by_crossings, by_structure).area / either.area
        out[row] = plane.degrees(either if apart > 0 else by_crossings)
        limits = np.array([0.99, 1.01])
        state[row] = (READ, UNDECIDED, UNREAD)[np.searchsorted(AMBIGUOUS_SHARE * limits, apart)]
        # GEOS takes each ring's signed area as it is drawn, crossings or not.
        changed = abs(either.area - broken.area) / either.area
        doubt[row] = (0, 0.5, 1)[np.searchsorted(DOUBTFUL_SHARE * limits, changed)]
    return out, state, doubt


# -- overlaps ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shared:
    """Ground that pairs share, or that is left over, (k,) each.

    ``slack_m2`` bounds what the choice of straight edges can change. ``least`` and ``most`` are
    TOUCH, SLIVER or OVERLAP; they differ where the width is too near its limit to tell.
    """

    i: np.ndarray
    j: np.ndarray
    area_m2: np.ndarray
    slack_m2: np.ndarray
    least: np.ndarray
    most: np.ndarray


def overlaps(shapes, margin_deg=1e-4) -> Shared:
    """Return what every two shapes share, i < j; those whose boxes stay apart share nothing."""
    bounds = shapely.bounds(shapes) + margin_deg * np.array([-1, -1, 1, 1])
    i, j = shapely.STRtree(shapes).query(shapely.box(*bounds.T))
    i, j = i[i < j], j[i < j]
    return laid_over(shapely.intersection, shapes, shapes, i, j)


def outside(goafs, rights, owner) -> Shared:
    """Return the part of each goaf outside its right; ``owner`` -1 is left out."""
    i = np.flatnonzero(owner >= 0)
    return laid_over(shapely.difference, goafs, rights, i, owner[i])


def laid_over(operation, a, b, i, j) -> Shared:
    area, slack = np.zeros(len(i)), np.zeros(len(i))
    least, most = np.zeros(len(i), np.int8), np.zeros(len(i), np.int8)
    for plane, rows in planes(middle(a[i], b[j])):
        left = areal(operation(plane.flat(a[i[rows]]), plane.flat(b[j[rows]])))
        rows, left = rows[~shapely.is_empty(left)], left[~shapely.is_empty(left)]
        area[rows] = plane.areas(left)
        slack[rows] = slack_m2(left)
        for limit in WIDTHS_M:
            doubt = 0.01 * limit + 2 * EDGE_M
            least[rows] += wider(left, limit + doubt)
            most[rows] += wider(left, limit - doubt)
    return Shared(i, j, area, slack, least, most)


def slack_m2(flat):
    """Return by how much areas may differ: every edge strays, and Geod has its noise."""
    return GEOD_M2 + EDGE_M * shapely.length(flat)


def wider(flat, width_m):
    """Return whether a circle of more than this diameter fits in."""
    return ~shapely.is_empty(shapely.buffer(flat, -width_m / 2, join_style="mitre"))


def covered(shapes, i, j) -> dict[int, tuple[float, float]]:
    """Return row -> (m2, slack) of what its neighbours ``j`` cover of it together."""
    found = {}
    for plane, rows in planes(middle(shapes[i])):
        for row in np.unique(i[rows]):
            others = plane.flat(shapes[j[rows][i[rows] == row]])
            own = plane.flat(shapes[row : row + 1])
            left = areal(shapely.intersection(own, shapely.union_all(others)))
            found[int(row)] = (plane.areas(left)[0], slack_m2(left)[0])
    return found


# -- distances ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Near:
    """Least geodesic distances, m, of every pond and river that come near, (k,) each."""

    pond: np.ndarray
    river: np.ndarray
    metres: np.ndarray


def near(ponds, rivers, limit_m) -> Near:
    """Return all pairs up to 5 % beyond ``limit_m``, (rivers,)."""
    pieces, owner = cut_up(rivers)
    found = [np.empty((0, 3))]
    for limit in np.unique(limit_m):
        chosen = np.flatnonzero(limit_m[owner] == limit)
        i, j = shapely.STRtree(pieces[chosen]).query(widened(ponds, 1.1 * limit))
        j = chosen[j]
        for plane, rows in planes(middle(ponds[i])):
            found.append(nearest(plane, ponds, pieces, i[rows], j[rows], owner))
    table = np.concatenate(found)
    table = table[table[:, 2] <= 1.05 * limit_m[table[:, 1].astype(np.int64)]]
    return Near(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])


def nearest(plane, ponds, pieces, i, j, owner):
    """Return (k, 3): pond, river, metres, of the piece of each river that comes nearest."""
    own, at = np.unique(i, return_inverse=True)
    drawn, to = np.unique(j, return_inverse=True)
    one, other = plane.flat(ponds[own])[at], plane.flat(pieces[drawn])[to]
    order = np.lexsort((shapely.distance(one, other), owner[j], i))
    key = np.column_stack([i, owner[j]])[order]
    first = order[np.r_[True, (np.diff(key, axis=0) != 0).any(axis=1)]]
    ends = plane.degrees(shapely.shortest_line(one[first], other[first]))
    xy = shapely.get_coordinates(ends).reshape(-1, 4)
    metres = np.abs(GEOD.inv(*xy.T)[2])
    return np.column_stack([i[first], owner[j[first]], metres])


def widened(shapes, metres):
    """Return boxes that hold everything within a distance, and more."""
    x0, y0, x1, y1 = shapely.bounds(shapes).T
    north = metres / 110_000
    east = north / np.cos(np.radians(np.abs([y0, y1]).max(axis=0) + north))
    return shapely.box(x0 - east, y0 - north, x1 + east, y1 + north)


def cut_up(courses, edges=16):
    """Return pieces of lines, ``edges`` edges each, and the line each comes from."""
    pieces, owner = [], []
    for row, course in enumerate(courses):
        xy = shapely.get_coordinates(course)
        for start in range(0, len(xy) - 1, edges):
            pieces.append(xy[start : start + edges + 1])
            owner.append(row)
    index = np.repeat(np.arange(len(pieces)), [len(p) for p in pieces])
    return shapely.linestrings(np.vstack(pieces), indices=index), np.array(owner)
