"""Overlay of polygons: what two features share, what lies outside, with true areas and widths.

Every pair is laid over one another in a transverse Mercator plane between the two, with the
outlines densified in the features' own Gauss-Krueger planes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import shapely

from gis.nearest import outline_shapes
from gis.plane import (
    meridian_near,
    middles,
    overlay,
    plane_shapes,
    polygon_rows,
    to_degrees,
    true_area,
)
from gis.projection import densified, own_meridian
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes, as_ragged
from gis.width import widths

TOUCH_M = 1e-6  # computed shared edges lie apart by rounding only
SLIVER_M = 0.05  # overlaps narrower than this across zones are judged again in one plane
_NEAR_DEG = 1e-6  # about 10 cm: wider than any gap that one common plane could close
_CHUNK = 20_000


@dataclass(frozen=True)
class _Result:
    """Overlay of pairs: polygons in the planes of ``lon0``, their width, whether they meet."""

    shapes: Shapes
    lon0: Floats
    width: Floats
    meets: Bools

    @property
    def area(self) -> Floats:
        return true_area(self.shapes, self.lon0)

    def replace(self, rows: Ints, other: _Result) -> None:
        self.shapes[rows] = other.shapes
        self.lon0[rows] = other.lon0
        self.width[rows] = other.width
        self.meets[rows] = other.meets


def overlaps(a: object, b: object) -> tuple[Ints, Ints, Floats, Floats]:
    """Return every pair of polygons that shares at least a point.

    Parameters
    ----------
    a, b : features in EPSG:4490 degrees; only polygons take part

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
    i, j = _near_pairs(left, right, same)
    area, width = np.zeros(len(i)), np.zeros(len(i))
    meets = np.zeros(len(i), bool)
    for run in _runs(len(i)):
        result = _shared(left, right, i[run], j[run])
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
        result = _shared(left, right, rows[at], others[at])
        out[at] = to_degrees(result.shapes, result.lon0)
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
    return rows, *_measures(results)


def outside_shapes(a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]) -> Shapes:
    """Return the parts outside as polygons in degrees, one per distinct i; may be empty."""
    _, results = _against_unions(a, b, pairs, shapely.difference)
    return _in_degrees(results)


def covered(
    a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]
) -> tuple[Ints, Floats]:
    """Return (i, area_m2): area of a[i] covered by the union of its listed polygons of ``b``.

    Parameters and order as for :func:`outside`.
    """
    rows, results = _against_unions(a, b, pairs, shapely.intersection)
    return rows, _measures(results)[0]


def covered_shapes(a: object, b: object, pairs: tuple[npt.ArrayLike, npt.ArrayLike]) -> Shapes:
    """Return the covered parts as polygons in degrees, one per distinct i; may be empty."""
    _, results = _against_unions(a, b, pairs, shapely.intersection)
    return _in_degrees(results)


def _runs(count: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, count, _CHUNK)]


def _near_pairs(left: Ragged, right: Ragged, same: bool) -> tuple[Ints, Ints]:
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


def _shared(left: Ragged, right: Ragged, i: Ints, j: Ints) -> _Result:
    """Return what the pairs share, with doubtful pairs of two zones judged in one plane."""
    first = _intersected(densified(left), densified(right), i, j)
    east, west = own_meridian(left)[i], own_meridian(right)[j]
    again = np.flatnonzero((east != west) & (first.width < SLIVER_M))
    if not len(again):
        return first
    rows = np.arange(len(again))
    one, other = left.take(i[again]), right.take(j[again])
    # Either zone's plane is a lawful one: the narrower answer counts, touching before a gap.
    answers = [
        _intersected(densified(one, lon0=zone), densified(other, lon0=zone), rows, rows)
        for zone in (east[again], west[again])
    ]
    gap = [np.where(r.meets, r.width, np.inf) for r in answers]
    choice = np.asarray(gap[1] < gap[0])
    for pick, answer in zip((~choice, choice), answers, strict=True):
        some = np.flatnonzero(pick)
        first.replace(again[some], _rows_of(answer, some))
    return first


def _rows_of(result: _Result, rows: Ints) -> _Result:
    return _Result(result.shapes[rows], result.lon0[rows], result.width[rows], result.meets[rows])


def _intersected(one: Ragged, other: Ragged, i: Ints, j: Ints) -> _Result:
    common, lon0 = middles(one, other, i, j)
    left = plane_shapes(one, i, lon0, common)
    right = plane_shapes(other, j, lon0, common)
    shapes = overlay(shapely.intersection, left, right)
    width = widths(shapes)
    meets = ~shapely.is_empty(shapes)
    apart = np.flatnonzero(~meets)
    meets[apart] = shapely.dwithin(left[apart], right[apart], TOUCH_M)
    return _Result(shapes, lon0, width, meets)


def _measures(results: list[_Result]) -> tuple[Floats, Floats]:
    return (
        np.concatenate([np.empty(0), *[r.area for r in results]]),
        np.concatenate([np.empty(0), *[r.width for r in results]]),
    )


def _in_degrees(results: list[_Result]) -> Shapes:
    blocks = [to_degrees(r.shapes, r.lon0) for r in results]
    return np.concatenate([np.empty(0, object), *blocks])


def _against_unions(
    a: object,
    b: object,
    pairs: tuple[npt.ArrayLike, npt.ArrayLike],
    operation: Callable[..., Any],
) -> tuple[Ints, list[_Result]]:
    """Lay each listed a[i] over the union of its b[j]; chunks in the order of the distinct i."""
    left, right = as_ragged(a), as_ragged(b)
    i, j = (np.asarray(side, np.int64) for side in pairs)
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    rows, group = np.unique(i, return_inverse=True)
    results = []
    for run in _runs(len(rows)):
        low, high = np.searchsorted(group, [run.start, run.stop])
        block = _Block(left, right, rows[run], group[low:high] - run.start, j[low:high])
        results.append(block.judged(operation))
    return rows, results


@dataclass(frozen=True)
class _Block:
    """Rows of ``left``, each with a group of rows ``j`` of ``right`` (``group`` ascending)."""

    left: Ragged
    right: Ragged
    rows: Ints
    group: Ints
    j: Ints

    def judged(self, operation: Callable[..., Any]) -> _Result:
        """Overlay; slivers with partners of another zone are judged again in one plane."""
        first = self._overlaid(densified(self.left), densified(self.right), operation)
        own, partners = own_meridian(self.left)[self.rows], own_meridian(self.right)[self.j]
        mixed = np.zeros(len(self.rows), bool)
        mixed[self.group[own[self.group] != partners]] = True
        again = np.flatnonzero(mixed & (first.width > 0) & (first.width < SLIVER_M))
        if not len(again):
            return first
        keep = np.isin(self.group, again)
        group = np.searchsorted(again, self.group[keep])
        left, right = self.left.take(self.rows[again]), self.right.take(self.j[keep])
        block = _Block(left, right, np.arange(len(left)), group, np.arange(len(right)))
        zone = own[again]
        second = block._overlaid(
            densified(left, lon0=zone), densified(right, lon0=zone[group]), operation
        )
        narrower = np.flatnonzero(second.width < first.width[again])
        first.replace(again[narrower], _rows_of(second, narrower))
        return first

    def _overlaid(self, left: Ragged, right: Ragged, operation: Callable[..., Any]) -> _Result:
        boxes = left.bounds[self.rows]
        lon0 = meridian_near((boxes[:, 0] + boxes[:, 2]) / 2)
        one = plane_shapes(left, self.rows, lon0, None)
        one[~polygon_rows(left, self.rows)] = shapely.Polygon()
        parts = plane_shapes(right, self.j, lon0[self.group], boxes[self.group])
        parts[~polygon_rows(right, self.j)] = shapely.Polygon()
        union = _unions(parts, self.group, len(self.rows))
        shapes = overlay(operation, one, union)
        return _Result(shapes, lon0, widths(shapes), ~shapely.is_empty(shapes))


def _unions(parts: Shapes, group: Ints, count: int) -> Shapes:
    """Return (count,) unions of the parts of each group (ascending), in one call per size."""
    out = np.full(count, shapely.Polygon(), object)
    sizes = np.bincount(group, minlength=count)
    start = np.cumsum(sizes) - sizes
    single = np.flatnonzero(sizes == 1)
    out[single] = parts[start[single]]
    for size in np.unique(sizes[sizes > 1]):
        some = np.flatnonzero(sizes == size)
        table = parts[start[some][:, None] + np.arange(size)]
        out[some] = shapely.union_all(table, axis=1)
    return cast(Shapes, out)
