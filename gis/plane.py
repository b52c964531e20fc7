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
_FAR_M, _WIDE_M = 250_000.0, 50_000.0  # beyond, an area is taken on the ellipsoid


def common_boxes(a: Ragged, b: Ragged, i: Ints, j: Ints) -> Floats:
    """Return (k, 4) the common part of the pairs' envelopes (of what is between, if apart)."""
    one, other = a.bounds[i], b.bounds[j]
    low = np.maximum(one[:, :2], other[:, :2])
    high = np.minimum(one[:, 2:], other[:, 2:])
    return np.column_stack([np.minimum(low, high), np.maximum(low, high)])


def meridian_near(boxes: Floats) -> Floats:
    """Return the meridian of the shared plane next to the middle of boxes, within 1.1 km."""
    return np.round((boxes[:, 0] + boxes[:, 2]) / 2 / _GRID_DEG) * _GRID_DEG


def zone_shapes(shapes: Ragged, rows: Ints, lon0: Floats, boxes: Floats | None) -> Shapes:
    """Return features ``rows`` as polygons with straight edges in the planes of ``lon0``.

    Parameters
    ----------
    shapes : features as given, degrees: ``lon0`` is the meridian of the zone in whose plane
        the edges between their corners are straight
    boxes : (k, 4) degrees; features of more than ``BIG`` vertices are cut to a window that
        holds the box with ``MARGIN_M`` around it; None leaves all whole
    """
    chosen, back = _distinct(rows, lon0)
    flat = local_plane(shapes.take(rows[chosen]), lon0[chosen])
    out = flat.to_shapely()[back]
    if boxes is not None:
        large = np.flatnonzero(np.diff(flat.vertex_offsets)[back] > BIG)
        if len(large):
            around = _plane_boxes(boxes[large], lon0[large])
            out[large] = window_shapes(flat, back[large], around)
    return out


def between_shapes(outline: Ragged, rows: Ints, lon0: Floats, boxes: Floats | None) -> Shapes:
    """Return features ``rows`` as polygons in the planes of ``lon0``, whatever their zone.

    As :func:`zone_shapes`, for densified features; windows are cut in degrees, so that a
    feature across many planes is never projected whole.
    """
    out = np.empty(len(rows), object)
    big = np.zeros(len(rows), bool)
    if boxes is not None:
        big = np.diff(outline.vertex_offsets)[rows] > BIG
        large = np.flatnonzero(big)
        if len(large):
            around = widened(boxes[large], np.full(len(large), MARGIN_M))
            out[large] = to_plane(window_shapes(outline, rows[large], around), lon0[large])
    small = np.flatnonzero(~big)
    chosen, back = _distinct(rows[small], lon0[small])
    at = small[chosen]
    out[small] = local_plane(outline.take(rows[at]), lon0[at]).to_shapely()[back]
    return out


def _distinct(rows: Ints, lon0: Floats) -> tuple[Ints, Ints]:
    """Return where each distinct (row, plane) first stands, and the way back to all."""
    steps = np.round(lon0 / _GRID_DEG).astype(np.int64)
    _, first, back = np.unique(rows * 100_000 + steps, return_index=True, return_inverse=True)
    return first, back.ravel()


def _plane_boxes(boxes: Floats, lon0: Floats) -> Floats:
    """Return plane envelopes of boxes in degrees with ``MARGIN_M`` (and curvature) around."""
    wide = widened(boxes, np.full(len(boxes), MARGIN_M))
    share = np.linspace(0, 1, 5)
    lon = wide[:, [0]] + (wide[:, [2]] - wide[:, [0]]) * share
    lat = wide[:, [1]] + (wide[:, [3]] - wide[:, [1]]) * share
    grid = np.ones((len(boxes), 5, 5))
    x, y = gauss_kruger(lon[:, :, None] * grid, lat[:, None, :] * grid, lon0[:, None, None] * grid)
    x, y = x.reshape(len(boxes), -1), y.reshape(len(boxes), -1)
    # Between five points a parallel bends by less than 2 % of the box's extent.
    slack = 0.02 * np.maximum(np.ptp(x, axis=1), np.ptp(y, axis=1))[:, None]
    low = np.column_stack([x.min(axis=1), y.min(axis=1)]) - slack
    high = np.column_stack([x.max(axis=1), y.max(axis=1)]) + slack
    return np.column_stack([low, high])


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

    The plane's scale k grows from its meridian: 1 / k2 = 1 - u + 2/3 u2 with u = x2 / R2 (R2 =
    product of the principal radii of curvature). The mean of u over a polygon is its second
    moment about the meridian. Right to 1e-8 up to 250 km from the meridian; polygons farther
    off or wider than 50 km are measured on the ellipsoid.
    """
    out = np.zeros(len(shapes))
    rows = np.flatnonzero(shapely.area(shapes) > 0)
    if not len(rows):
        return out
    plane = Ragged.from_shapely(shapes[rows])
    flat, moment = _moments(plane)
    u = moment / (flat * _radius_2(plane.centres[:, 1]))
    out[rows] = flat * (1 - u + 2 / 3 * u * u)
    extent = plane.bounds
    reach = np.abs(extent[:, [0, 2]]).max(axis=1)
    far = rows[(reach > _FAR_M) | ((extent[:, 2:] - extent[:, :2]).max(axis=1) > _WIDE_M)]
    if len(far):
        out[far] = area_m2(to_degrees(shapes[far], lon0[far]))
    return out


def scale(shapes: Shapes) -> Floats:
    """Return (n,) the plane's scale at the middle of each shape; 1 where it is empty."""
    bounds = shapely.bounds(shapes)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    u = np.where(np.isnan(x), 0.0, x * x / _radius_2(np.nan_to_num(y)))
    return 1 + u / 2 + u * u / 24


def _radius_2(north: Floats) -> Floats:
    _, lat = inverse_gauss_kruger(0.0, north, 0.0)
    sine = np.sin(np.radians(lat))
    return np.asarray(
        SEMI_MAJOR_M**2 * (1 - ECCENTRICITY_2) / (1 - ECCENTRICITY_2 * sine**2) ** 2, np.float64
    )


def _moments(plane: Ragged) -> tuple[Floats, Floats]:
    """Return plane areas (n,) and their second moments about the meridian."""
    start = np.flatnonzero(edge_starts(plane))
    count = len(plane.ring_offsets) - 1
    ring = np.repeat(np.arange(count), np.diff(plane.ring_offsets))[start]
    base = plane.xy[plane.ring_offsets[:-1]][ring]
    x0, x1, xb = plane.xy[start, 0], plane.xy[start + 1, 0], base[:, 0]
    (u0, v0), (u1, v1) = (plane.xy[start] - base).T, (plane.xy[start + 1] - base).T
    triangle = (u0 * v1 - u1 * v0) / 2
    # Over triangle (base, p0, p1) the mean of x2 is the mean of the corners' six products.
    mean = (xb * xb + x0 * x0 + x1 * x1 + xb * x0 + xb * x1 + x0 * x1) / 6
    area = np.bincount(ring, weights=triangle, minlength=count)
    moment = np.bincount(ring, weights=triangle * mean, minlength=count)
    sign = -np.sign(area)
    sign[plane.part_offsets[:-1]] *= -1
    owner = np.repeat(np.arange(len(plane)), np.diff(plane.part_offsets[plane.feature_offsets]))
    return (
        np.asarray(np.bincount(owner, weights=area * sign, minlength=len(plane)), np.float64),
        np.asarray(np.bincount(owner, weights=moment * sign, minlength=len(plane)), np.float64),
    )


def polygon_rows(shapes: Ragged, rows: Ints) -> Bools:
    """Return (k,) bool: the feature at each of ``rows`` is a polygon."""
    return cast(Bools, shapes.kinds[rows] == Kind.POLYGON)
