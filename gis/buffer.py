"""Buffers in true metres."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import shapely

from gis.nearest import outline_shapes
from gis.pieces import pieces_of
from gis.plane import meridian_near, to_degrees, to_plane
from gis.projection import densified
from gis.ragged import Floats, Ints, Kind, Ragged, Shapes, as_ragged

_EXTENT_DEG = 0.15  # larger features are buffered piece by piece
_CHORD_M = 0.05  # how far the polygon may stay inside the true circle


def buffers(a: object, metres: npt.ArrayLike) -> Shapes:
    """Return (n,) polygons in degrees that hold all within ``metres`` of each feature.

    Parameters
    ----------
    metres : positive, one for all or (n,)

    Circles are polygons at most 5 cm (or 1e-4 of the radius) inside the true circle. Features
    larger than some 15 km are buffered in pieces, each in its own plane, and joined.
    """
    shapes = as_ragged(a)
    reach = np.broadcast_to(np.asarray(metres, np.float64), len(shapes))
    if not (np.isfinite(reach) & (reach > 0)).all():
        raise ValueError("metres must be finite and positive")
    outline = densified(shapes)
    out = np.empty(len(shapes), object)
    extent = (outline.bounds[:, 2:] - outline.bounds[:, :2]).max(axis=1, initial=0)
    small = np.flatnonzero(extent <= _EXTENT_DEG)
    whole = outline_shapes(shapes)
    out[small] = _buffered(whole[small], outline.bounds[small], reach[small])
    large = np.flatnonzero(extent > _EXTENT_DEG)
    if len(large):
        _join_pieces(shapes, whole, large, reach, out)
    return out


def _buffered(degrees: Shapes, bounds: Floats, reach: Floats) -> Shapes:
    """Buffer shapes in the planes next to their middles."""
    if not len(degrees):
        return np.empty(0, object)
    lon0 = meridian_near(bounds)
    # The arc between two corners stays r (1 - cos(angle / 2)) outside its chord.
    largest = float(reach.max())
    angle = 2 * np.arccos(1 - max(_CHORD_M / max(largest, 1.0), 1e-4))
    segments = int(np.clip(np.ceil(np.pi / 2 / angle), 8, 128))
    plane = shapely.buffer(to_plane(degrees, lon0), reach, quad_segs=segments)
    return to_degrees(plane, lon0)


def _join_pieces(shapes: Ragged, whole: Shapes, rows: Ints, reach: Floats, out: Shapes) -> None:
    """Buffer each piece of the outlines of ``rows`` and join them with the features."""
    pieces = pieces_of(shapes.take(rows))
    lon0 = meridian_near(pieces.bounds)
    lines = to_degrees(pieces.lines(np.arange(len(pieces)), lon0), lon0)
    strips = _buffered(lines, pieces.bounds, reach[rows][pieces.feature])
    for row, low, high in zip(rows, pieces.offsets[:-1], pieces.offsets[1:], strict=True):
        parts = list(strips[low:high])
        if shapes.kinds[row] == Kind.POLYGON:
            parts.append(whole[row])
        out[row] = cast(shapely.Geometry, shapely.union_all(parts))
