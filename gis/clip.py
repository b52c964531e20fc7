"""Windows of large polygons, so that an overlay with a small partner stays small."""

from __future__ import annotations

import numpy as np
import shapely

from gis.ragged import Floats, Ints, Ragged, Shapes

_DEEPEST = 14
_SMALL = 500  # vertices below which cutting further saves nothing


def window_shapes(outline: Ragged, rows: Ints, boxes: Floats) -> Shapes:
    """Return features ``rows`` cut to windows that hold ``boxes``.

    Windows are squares of a quadtree, twice as wide as its cells, so that every box lies
    wholly in the window of the cell of its lower corner. Each is cut from the next larger
    one, and boxes that share a window share the cut.

    Parameters
    ----------
    outline : features in degrees or in a plane
    boxes : (k, 4) in the same coordinates; what lies outside its box may or may not be cut off
    """
    extent = outline.bounds[rows]
    origin = extent[:, :2]
    side = np.maximum((extent[:, 2:] - origin).max(axis=1), 1e-9)
    low = np.clip(boxes[:, :2], origin, extent[:, 2:])
    high = np.clip(boxes[:, 2:], origin, extent[:, 2:])
    size = np.maximum((high - low).max(axis=1), side / 2.0**_DEEPEST)
    depth = np.clip(np.floor(np.log2(side / size)), 0, _DEEPEST).astype(np.int64)
    cell = np.floor((low - origin) / (side / 2.0**depth)[:, None]).astype(np.int64)
    unique, back = np.unique(rows, return_inverse=True)
    whole = outline.take(unique).to_shapely()
    return _descend(whole[back.ravel()], rows, origin, side, depth, cell)


def _descend(
    shapes: Shapes, rows: Ints, origin: Floats, side: Floats, depth: Ints, cell: Ints
) -> Shapes:
    out = shapes.copy()
    for level in range(1, int(depth.max(initial=0)) + 1):
        deep = np.flatnonzero(depth >= level)
        at = cell[deep] >> (depth[deep] - level)[:, None]
        key = np.column_stack([rows[deep], at])
        _, first, back = np.unique(key, axis=0, return_index=True, return_inverse=True)
        chosen = deep[first]
        width = side[chosen] / 2.0**level
        corner = origin[chosen] + at[first] * width[:, None]
        out[deep] = _cut(out[chosen], corner, 2 * width)[back.ravel()]
    return out


def _cut(shapes: Shapes, corner: Floats, width: Floats) -> Shapes:
    large = np.flatnonzero(shapely.get_num_coordinates(shapes) > _SMALL)
    out = shapes.copy()
    if len(large):
        # A hair wider, so that rounding never takes anything off the box itself.
        edge = width[large] * 1e-9
        x, y = corner[large, 0] - edge, corner[large, 1] - edge
        boxes = shapely.box(x, y, x + width[large] + 2 * edge, y + width[large] + 2 * edge)
        try:
            out[large] = shapely.intersection(out[large], boxes)
        except shapely.GEOSException:
            out[large] = shapely.intersection(shapely.make_valid(out[large]), boxes)
    return out
