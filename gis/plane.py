"""Polygons of feature pairs in a plane between them: overlay, true areas, and back to degrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import shapely

from gis.area import area_m2
from gis.clip import window_shapes
from gis.pieces import widened
from gis.projection import (
    ECCENTRICITY_2,
    SEMI_MAJOR_M,
    edge_starts,
    gauss_kruger,
    inverse_gauss_kruger,
    local_plane,
)
from gis.ragged import Bools, Floats, Ints, Kind, Ragged, Shapes

BIG = 2_000  # vertices from which a feature is cut to the neighbourhood of its partner
MARGIN_M = 300.0  # no edge (at most 250 m) that meets the neighbourhood itself is cut
_GRID_DEG = 0.02  # planes are shared by pairs whose middles lie this close
_FAR_M = 60_000.0  # beyond this from its meridian an area is taken on the ellipsoid


def middles(a: Ragged, b: Ragged, i: Ints, j: Ints) -> tuple[Floats, Floats]:
    """Return the common part (k, 4) of the pairs' envelopes and their planes' meridians."""
    one, other = a.bounds[i], b.bounds[j]
    low = np.maximum(one[:, :2], other[:, :2])
    high = np.minimum(one[:, 2:], other[:, 2:])
    common = np.column_stack([np.minimum(low, high), np.maximum(low, high)])
    return common, meridian_near((common[:, 0] + common[:, 2]) / 2)


def meridian_near(lon: Floats) -> Floats:
    """Return the meridian of the shared plane next to each longitude, at most 1.1 km away."""
    return np.round(lon / _GRID_DEG) * _GRID_DEG


def plane_shapes(outline: Ragged, rows: Ints, lon0: Floats, boxes: Floats | None) -> Shapes:
    """Return features ``rows`` as shapely polygons in the planes of ``lon0``.

    Parameters
    ----------
    outline : densified features, degrees
    boxes : (k, 4) degrees; features of more than ``BIG`` vertices are cut to a window that
        holds the box with ``MARGIN_M`` around it; None leaves all whole
    """
    big = np.zeros(len(rows), bool)
    if boxes is not None:
        big = np.diff(outline.vertex_offsets)[rows] > BIG
    out = np.empty(len(rows), object)
    small = np.flatnonzero(~big)
    if len(small):
        # A feature with several partners nearby is projected once per plane.
        steps = np.round(lon0[small] / _GRID_DEG).astype(np.int64)
        pair = np.stack([rows[small], steps], axis=1)
        _, first, back = np.unique(
            pair[:, 0] * 100_000 + pair[:, 1], return_index=True, return_inverse=True
        )
        chosen = small[first]
        out[small] = local_plane(outline.take(rows[chosen]), lon0[chosen]).to_shapely()[
            back.ravel()
        ]
    large = np.flatnonzero(big)
    if len(large) and boxes is not None:
        around = widened(boxes[large], np.full(len(large), MARGIN_M))
        out[large] = to_plane(window_shapes(outline, rows[large], around), lon0[large])
    return out


def to_plane(shapes: Shapes, lon0: Floats) -> Shapes:
    """Project shapely geometries in degrees to the planes of ``lon0`` ((n,))."""
    return _moved(shapes, lon0, gauss_kruger)


def to_degrees(shapes: Shapes, lon0: Floats) -> Shapes:
    """Return shapely geometries in the planes of ``lon0`` ((n,)) in degrees."""
    return _moved(shapes, lon0, inverse_gauss_kruger)


def _moved(shapes: Shapes, lon0: Floats, transform: Callable[..., tuple[Floats, Floats]]) -> Shapes:
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    moved = np.column_stack(transform(xy[:, 0], xy[:, 1], lon0[row]))
    return cast(Shapes, shapely.set_coordinates(shapes.copy(), moved))


def overlay(operation: Callable[..., Any], one: Shapes, other: Shapes) -> Shapes:
    """Return the polygons of an overlay, row by row; invalid input is mended and tried again."""
    try:
        return areal(operation(one, other))
    except shapely.GEOSException:
        mended = [np.where(shapely.is_valid(g), g, shapely.make_valid(g)) for g in (one, other)]
    try:
        return areal(operation(*mended))
    except shapely.GEOSException:
        # Snapping to 0.1 micrometre always ends; the rows are few.
        return areal(operation(*mended, grid_size=1e-7))


def areal(shapes: Shapes) -> Shapes:
    """Return only the polygons of each geometry; an empty polygon where there are none."""
    types = shapely.get_type_id(shapes)
    mixed = np.flatnonzero((types != 3) & (types != 6))
    if not len(mixed):
        return shapes
    out = shapes.copy()
    out[mixed] = shapely.Polygon()
    parts, owner = shapely.get_parts(shapes[mixed], return_index=True)
    nested, inner = shapely.get_parts(parts, return_index=True)
    keep = shapely.get_type_id(nested) == 3
    polygons, owner = nested[keep], owner[inner[keep]]
    if len(polygons):
        rows, index = np.unique(owner, return_inverse=True)
        out[mixed[rows]] = shapely.multipolygons(polygons, indices=index)
    return out


def true_area(shapes: Shapes, lon0: Floats) -> Floats:
    """Return (n,) true areas in square metres of polygons in the planes of ``lon0``.

    The plane's scale k grows from its meridian as 1 + x2 / 2R2 (R2 = product of the principal
    radii of curvature), so the true area is the plane area less the second moment about the
    meridian over R2. Polygons that reach beyond 60 km are measured on the ellipsoid.
    """
    out = np.zeros(len(shapes))
    rows = np.flatnonzero(shapely.area(shapes) > 0)
    if not len(rows):
        return out
    plane = Ragged.from_shapely(shapes[rows])
    reach = np.abs(plane.bounds[:, [0, 2]]).max(axis=1)
    out[rows] = _moment_area(plane)
    far = rows[reach > _FAR_M]
    if len(far):
        out[far] = area_m2(to_degrees(shapes[far], lon0[far]))
    return out


def _moment_area(plane: Ragged) -> Floats:
    start = np.flatnonzero(edge_starts(plane))
    ring = np.repeat(np.arange(len(plane.ring_offsets) - 1), np.diff(plane.ring_offsets))[start]
    base = plane.xy[plane.ring_offsets[:-1]][ring]
    x0, x1 = plane.xy[start, 0], plane.xy[start + 1, 0]
    (u0, v0), (u1, v1) = (plane.xy[start] - base).T, (plane.xy[start + 1] - base).T
    cross = u0 * v1 - u1 * v0
    _, lat = inverse_gauss_kruger(0.0, plane.centres[:, 1], 0.0)
    sine = np.sin(np.radians(lat))
    radius_2 = SEMI_MAJOR_M**2 * (1 - ECCENTRICITY_2) / (1 - ECCENTRICITY_2 * sine**2) ** 2
    # Triangle (base, p0, p1): the integral of x2 over it is its area times the mean of the
    # squares and products of its corners' x (sum over all six pairs, over 6).
    xb = base[:, 0]
    mean = (xb * xb + x0 * x0 + x1 * x1 + xb * x0 + xb * x1 + x0 * x1) / 6
    terms = cross / 2 * (1 - mean / radius_2[plane.feature_of_vertex[start]])
    rings = np.abs(np.bincount(ring, weights=terms, minlength=len(plane.ring_offsets) - 1))
    hole = np.ones(len(rings), bool)
    hole[plane.part_offsets[:-1]] = False
    owner = np.repeat(np.arange(len(plane)), np.diff(plane.part_offsets[plane.feature_offsets]))
    return np.asarray(
        np.bincount(owner, weights=np.where(hole, -rings, rings), minlength=len(plane)), np.float64
    )


def polygon_rows(shapes: Ragged, rows: Ints) -> Bools:
    """Return (k,) bool: the feature at each of ``rows`` is a polygon."""
    return cast(Bools, shapes.kinds[rows] == Kind.POLYGON)
