"""Greatest width of polygons: the diameter of the largest circle that fits in."""

from __future__ import annotations

from typing import cast

import numpy as np
import shapely

from gis.ragged import Bools, Floats, Ints, Shapes

_FAT = 0.1
_RELATIVE = 2e-4
_FLOOR_M = 2e-7
_STEPS = 9


def widths(shapes: Shapes) -> Floats:
    """Return (n,) diameters in metres of the largest inscribed circles; 0 for empty polygons.

    Parameters
    ----------
    shapes : polygons in a plane in metres; of several parts the widest counts

    Right to 1e-3 of the width or 1e-5 m. Compact polygons are searched cell by cell (GEOS),
    which never ends on slivers; slivers are eroded to nothing: their radius lies between
    area / perimeter and that of the circle of equal area, and is bisected.
    """
    out = np.zeros(len(shapes))
    area, length = shapely.area(shapes), shapely.length(shapes)
    rows = np.flatnonzero((area > 0) & (length > 0))
    if not len(rows):
        return out
    least = area[rows] / length[rows]
    most = np.sqrt(area[rows] / np.pi)
    fat = (least > _FAT * most) & (least > _FLOOR_M)
    moved = _to_origin(shapes[rows])
    radius = np.zeros(len(rows))
    radius[fat] = _searched(moved[fat], least[fat])
    unsure = np.flatnonzero(fat)[~_eroded(moved[fat], radius[fat] * 1.02)]
    slivers = np.sort(np.concatenate([np.flatnonzero(~fat), unsure]))
    radius[slivers] = _bisected(moved[slivers], least[slivers], most[slivers])
    out[rows] = 2 * radius
    return out


def _to_origin(shapes: Shapes) -> Shapes:
    """Move each shape to its lower left corner, where coordinates have digits to spare."""
    corner = shapely.bounds(shapes)[:, :2]
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    return cast(Shapes, shapely.set_coordinates(shapes.copy(), xy - corner[row]))


def _searched(shapes: Shapes, least: Floats) -> Floats:
    if not len(shapes):
        return np.empty(0)
    circle = shapely.maximum_inscribed_circle(shapes, tolerance=least * _RELATIVE)
    return cast(Floats, shapely.length(circle))


def _eroded(shapes: Shapes, radius: Floats) -> Bools:
    """Return (n,) bool: nothing is left after erosion by ``radius``."""
    return cast(Bools, shapely.is_empty(shapely.buffer(shapes, -radius, quad_segs=32)))


def _bisected(shapes: Shapes, least: Floats, most: Floats) -> Floats:
    """Return inradii by erosion.

    GEOS drops vertices less than 1 % of the erosion distance deep, so the first bracket is
    only right to 1 %. Nine tenths of it are then taken off in small steps, whose 1 % is small,
    and the bisection is finished on what is left.
    """
    low, high = _bracket(shapes, least, most, 0.03)
    base = np.zeros(len(shapes))
    rest = shapes.copy()
    for _ in range(_STEPS):
        smaller = shapely.buffer(rest, -low / (_STEPS + 1), quad_segs=32)
        alive = ~shapely.is_empty(smaller)
        rest[alive] = smaller[alive]
        base[alive] += (low / (_STEPS + 1))[alive]
    left_low, left_high = _bracket(
        rest, np.maximum(low - base, _FLOOR_M), high * 1.02 - base, _RELATIVE * _STEPS
    )
    return cast(Floats, base + (left_low + left_high) / 2)


def _bracket(
    shapes: Shapes, least: Floats, most: Floats, relative: float
) -> tuple[Floats, Floats]:
    """Bisect the radius at which erosion leaves nothing, from a first guess upward.

    ``most`` is certain; ``least`` is only the first guess, doubled while something is left.
    """
    low, high = np.zeros(len(shapes)), np.maximum(most, _FLOOR_M)
    probe = np.minimum(least, high)
    open_rows: Ints = np.arange(len(shapes))
    for _ in range(60):
        open_rows = open_rows[
            high[open_rows] - low[open_rows]
            > np.maximum(relative * low[open_rows], _FLOOR_M)
        ]
        if not len(open_rows):
            break
        gone = _eroded(shapes[open_rows], probe[open_rows])
        high[open_rows[gone]] = probe[open_rows[gone]]
        low[open_rows[~gone]] = probe[open_rows[~gone]]
        doubled = np.where(low > 0, 2 * low, high / 4)
        probe = np.where(high > 3 * low, np.minimum(doubled, (low + high) / 2), (low + high) / 2)
    return low, high
