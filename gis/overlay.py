"""Overlay of polygons: what two features share, what lies outside, with true areas and widths.

Every pair is laid over one another in a transverse Mercator plane between the two, with the
outlines densified in the features' own Gauss-Krueger planes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gis.buffer import buffers
from gis.nearest import outline_shapes
from gis.overlay_kernel import AgainstUnion, Overlaid, shared
from gis.plane import polygon_rows
from gis.projection import densified
from gis.ragged import Floats, Ints, Ragged, Shapes, as_ragged

__all__ = [
    "buffers",
    "covered",
    "covered_shapes",
    "outside",
    "outside_shapes",
    "overlap_shapes",
    "overlaps",
]

_NEAR_DEG = 1e-6  # about 10 cm: wider than any gap that one common plane could close
_CHUNK = 20_000


def overlaps(
    a: object, b: object, own: npt.ArrayLike | None = None
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return every pair of polygons that shares at least a point.

    Parameters
    ----------
    a, b : features in EPSG:4490 degrees; only polygons take part
    own : (n,) row of ``b`` that each feature of ``a`` is, -1 = none: not paired with it

    Returns
    -------
    i, j : (k,) int64 rows, sorted by (i, j). If ``a`` and ``b`` are the same object, no feature
        is paired with itself and each pair is given both ways round
    area_m2 : (k,) float64 true area shared; 0 for pairs that only touch (gap <= 1e-6 m)
    width_m : (k,) float64 greatest width of what is shared (diameter of the largest inscribed
        circle, the widest part counts); 0 for pairs that only touch

    An edge straight in one zone bends by millimetres in the next, so an overlap across two
    zones that is narrower than 5 cm is judged again with both outlines straight in the plane of
    either zone, and the narrower answer stands: a common border stays a common border.
    """
    left, right = as_ragged(a), as_ragged(b)
    same = left is right
    itself = None if own is None else np.asarray(own, np.int64)
    i, j = _near_pairs(left, right, same, itself)
    area, width = np.zeros(len(i)), np.zeros(len(i))
    meets = np.zeros(len(i), bool)
    for run in _runs(len(i)):
        result = shared(left, right, i[run], j[run])
        area[run], width[run], meets[run] = result.area, result.width, result.meets
    i, j, area, width = i[meets], j[meets], area[meets], width[meets]
    if same:
        i, j = np.concatenate([i, j]), np.concatenate([j, i])
        area, width = np.tile(area, 2), np.tile(width, 2)
    order = np.lexsort((j, i))
    return i[order], j[order], area[order], width[order]


def overlap_shapes(a: object, b: object, i: npt.ArrayLike, j: npt.ArrayLike) -> Shapes:
    """Return what a[i] and b[j] share as polygons in degrees; empty where there is none."""
    left, right = as_ragged(a), as_ragged(b)
    rows, others = np.asarray(i, np.int64), np.asarray(j, np.int64)
    out = np.full(len(rows), shapely.Polygon(), object)
    both = np.flatnonzero(polygon_rows(left, rows) & polygon_rows(right, others))
    for run in _runs(len(both)):
        at = both[run]
        result = shared(left, right, rows[at], others[at])
        out[at] = result.degrees
    return out


def outside(
    a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]
) -> tuple[Ints, Floats, Floats]:
    """Return the parts of polygons of ``a`` outside the union of their listed polygons of ``b``.

    Parameters
    ----------
    pairs : rows (i, j): b[j] counts for a[i]

    Returns
    -------
    i : (k,) int64, the distinct rows of ``a`` in ``pairs``, ascending
    area_m2, width_m : (k,) float64 true area and greatest width of the part outside; a[i] that
        is no polygon has 0
    """
    rows, results = _against_unions(a, b, pairs, shapely.difference)
    return rows, _joined([r.area for r in results]), _joined([r.width for r in results])


def outside_shapes(a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]) -> Shapes:
    """Return the parts outside as polygons in degrees, one per distinct i; may be empty."""
    _, results = _against_unions(a, b, pairs, shapely.difference)
    return np.concatenate([np.empty(0, object), *[r.degrees for r in results]])


def covered(
    a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]
) -> tuple[Ints, Floats]:
    """Return (i, area_m2): area of a[i] covered by the union of its listed polygons of ``b``.

    Parameters and order as for :func:`outside`.
    """
    rows, results = _against_unions(a, b, pairs, shapely.intersection)
    return rows, _joined([r.area for r in results])


def covered_shapes(a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]) -> Shapes:
    """Return the covered parts as polygons in degrees, one per distinct i; may be empty."""
    _, results = _against_unions(a, b, pairs, shapely.intersection)
    return np.concatenate([np.empty(0, object), *[r.degrees for r in results]])


def _runs(count: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, count, _CHUNK)]


def _near_pairs(left: Ragged, right: Ragged, same: bool, own: Ints | None) -> tuple[Ints, Ints]:
    """Return pairs of polygons that come within about 10 cm, judged in degrees."""
    one, other = outline_shapes(left), outline_shapes(right)
    tree = shapely.STRtree(other)
    found = []
    for run in _runs(len(one)):
        boxes = shapely.box(*(_outline_bounds(left)[run] + _NEAR_DEG * np.r_[-1, -1, 1, 1]).T)
        i, j = tree.query(boxes)
        i = i + run.start
        keep = polygon_rows(left, i) & polygon_rows(right, j)
        if same:
            keep &= i < j
        if own is not None:
            keep &= ~np.equal(own[i], j)
        i, j = i[keep], j[keep]
        swap = shapely.get_num_coordinates(one[i]) < shapely.get_num_coordinates(other[j])
        large, small = np.where(swap, other[j], one[i]), np.where(swap, one[i], other[j])
        shapely.prepare(large)
        found.append((i, j, shapely.dwithin(large, small, _NEAR_DEG)))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    near = np.concatenate([f[2] for f in found])
    return np.concatenate([f[0] for f in found])[near], np.concatenate([f[1] for f in found])[near]


def _outline_bounds(shapes: Ragged) -> Floats:
    return densified(shapes).bounds


def _joined(blocks: list[Floats]) -> Floats:
    return np.concatenate([np.empty(0), *blocks])


def _against_unions(
    a: object,
    b: object,
    pairs: tuple[npt.ArrayLike, npt.ArrayLike],
    operation: Callable[..., Any],
) -> tuple[Ints, list[Overlaid]]:
    """Lay each listed a[i] over the union of its b[j]; chunks in the order of the distinct i."""
    left, right = as_ragged(a), as_ragged(b)
    i, j = (np.asarray(side, np.int64) for side in pairs)
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    rows, group = np.unique(i, return_inverse=True)
    results = []
    for run in _runs(len(rows)):
        low, high = np.searchsorted(group, [run.start, run.stop])
        block = AgainstUnion(left, right, rows[run], group[low:high] - run.start, j[low:high])
        results.append(block.judged(operation))
    return rows, results
