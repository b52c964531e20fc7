"""Polygons cut into triangles."""

from __future__ import annotations

import numpy as np
import shapely

from gis.ragged import Floats, Ints, Shapes

_PIECE = 200


def triangles_of(shapes: Shapes) -> tuple[Floats, Ints]:
    """Return triangles (m, 3, 2) that cover the polygons, and the row of each one's polygon.

    A polygon whose triangulation loses area (edges closer than rounding) has none.
    """
    pieces, whose = _pieces(shapes)
    parts, piece = shapely.get_parts(
        shapely.constrained_delaunay_triangles(pieces), return_index=True
    )
    owner = whose[piece]
    covered = np.bincount(owner, weights=shapely.area(parts), minlength=len(shapes))
    sound = np.abs(covered - shapely.area(shapes)) <= 1e-6 * shapely.area(shapes)
    keep = sound[owner]
    corners = shapely.get_coordinates(parts[keep]).reshape(-1, 4, 2)[:, :3]
    return corners, owner[keep].astype(np.int64)


def _pieces(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Return pieces of at most ``_PIECE`` vertices and the rows (k,) of their polygons.

    The triangulation takes the square of the number of vertices.
    """
    done, rows = [], []
    parts, owner = shapes, np.arange(len(shapes))
    for _ in range(40):
        large = shapely.get_num_coordinates(parts) > _PIECE
        done.append(parts[~large])
        rows.append(owner[~large])
        parts, owner = parts[large], owner[large]
        if not len(parts):
            break
        parts, index = shapely.get_parts(_halves(parts), return_index=True)
        owner = np.tile(owner, 2)[index]
        flat = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        parts, owner = parts[flat], owner[flat]
    return np.concatenate([*done, parts]), np.concatenate([*rows, owner])


def _halves(parts: Shapes) -> Shapes:
    """Return the left (lower) halves of the parts, then the right (upper) ones."""
    x0, y0, x1, y1 = shapely.bounds(parts).T
    wide = x1 - x0 > y1 - y0
    xm, ym = (x0 + x1) / 2, (y0 + y1) / 2
    low = shapely.box(x0, y0, np.where(wide, xm, x1), np.where(wide, y1, ym))
    high = shapely.box(np.where(wide, xm, x0), np.where(wide, y0, ym), x1, y1)
    return np.concatenate([shapely.intersection(parts, low), shapely.intersection(parts, high)])
