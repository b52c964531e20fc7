"""Kernels of overlay: pairs of polygons, and polygons against unions of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import shapely

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
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes
from gis.width import widths

TOUCH_M = 1e-6  # computed shared edges lie apart by rounding only
SLIVER_M = 0.05  # overlaps narrower than this across zones are judged again in one plane


@dataclass(frozen=True)
class Overlaid:
    """Overlay of pairs: polygons in the planes of ``lon0`` ((k,)), and whether the two meet."""

    shapes: Shapes
    lon0: Floats
    meets: Bools

    @cached_property
    def area(self) -> Floats:
        """Return (k,) true areas in square metres."""
        return true_area(self.shapes, self.lon0)

    @cached_property
    def width(self) -> Floats:
        """Return (k,) greatest widths in metres."""
        return widths(self.shapes)

    @property
    def degrees(self) -> Shapes:
        """Return (k,) the polygons in degrees."""
        return to_degrees(self.shapes, self.lon0)

    def take(self, rows: Ints) -> Overlaid:
        """Return the pairs at ``rows``."""
        return Overlaid(self.shapes[rows], self.lon0[rows], self.meets[rows])

    def replaced(self, rows: Ints, other: Overlaid) -> Overlaid:
        """Return the pairs with those at ``rows`` taken from ``other``."""
        shapes, lon0, meets = self.shapes.copy(), self.lon0.copy(), self.meets.copy()
        shapes[rows], lon0[rows], meets[rows] = other.shapes, other.lon0, other.meets
        return Overlaid(shapes, lon0, meets)


def shared(left: Ragged, right: Ragged, i: Ints, j: Ints) -> Overlaid:
    """Return what the pairs share; slivers and gaps across zones are judged in one plane.

    Either zone's plane is a lawful one for a border between two zones: the narrower overlap
    counts, and touching counts before a gap.
    """
    first = _intersected(densified(left), densified(right), i, j)
    zones = own_meridian(left)[i], own_meridian(right)[j]
    across = np.flatnonzero(zones[0] != zones[1])
    again = across[first.take(across).width < SLIVER_M]
    if not len(again):
        return first
    rows = np.arange(len(again))
    one, other = left.take(i[again]), right.take(j[again])
    answers = [
        _intersected(densified(one, lon0=z[again]), densified(other, lon0=z[again]), rows, rows)
        for z in zones
    ]
    rank = [np.where(r.meets, r.width, np.inf) for r in answers]
    second = np.flatnonzero(rank[1] < rank[0])
    best = answers[0].replaced(second, answers[1].take(second))
    return first.replaced(again, best)


def _intersected(one: Ragged, other: Ragged, i: Ints, j: Ints) -> Overlaid:
    common, lon0 = middles(one, other, i, j)
    left = plane_shapes(one, i, lon0, common)
    right = plane_shapes(other, j, lon0, common)
    shapes = overlay(shapely.intersection, left, right)
    meets = ~shapely.is_empty(shapes)
    apart = np.flatnonzero(~meets)
    meets[apart] = shapely.dwithin(left[apart], right[apart], TOUCH_M)
    return Overlaid(shapes, lon0, meets)


@dataclass(frozen=True)
class AgainstUnion:
    """Rows of ``left``, each with a group of rows ``j`` of ``right`` (``group`` ascending)."""

    left: Ragged
    right: Ragged
    rows: Ints
    group: Ints
    j: Ints

    def judged(self, operation: Callable[..., Any]) -> Overlaid:
        """Overlay; slivers with partners of another zone are judged again in one plane."""
        first = self._overlaid(densified(self.left), densified(self.right), operation)
        own, partners = own_meridian(self.left)[self.rows], own_meridian(self.right)[self.j]
        across = np.unique(self.group[own[self.group] != partners])
        width = first.take(across).width
        again = across[(width > 0) & (width < SLIVER_M)]
        if not len(again):
            return first
        keep = np.isin(self.group, again)
        group = np.searchsorted(again, self.group[keep])
        left, right = self.left.take(self.rows[again]), self.right.take(self.j[keep])
        block = AgainstUnion(left, right, np.arange(len(left)), group, np.arange(len(right)))
        zone = own[again]
        second = block._overlaid(
            densified(left, lon0=zone), densified(right, lon0=zone[group]), operation
        )
        narrower = np.flatnonzero(second.width < first.take(again).width)
        return first.replaced(again[narrower], second.take(narrower))

    def _overlaid(self, left: Ragged, right: Ragged, operation: Callable[..., Any]) -> Overlaid:
        boxes = left.bounds[self.rows]
        lon0 = meridian_near((boxes[:, 0] + boxes[:, 2]) / 2)
        one = plane_shapes(left, self.rows, lon0, None)
        one[~polygon_rows(left, self.rows)] = shapely.Polygon()
        parts = plane_shapes(right, self.j, lon0[self.group], boxes[self.group])
        parts[~polygon_rows(right, self.j)] = shapely.Polygon()
        union = _unions(parts, self.group, len(self.rows))
        shapes = overlay(operation, one, union)
        return Overlaid(shapes, lon0, ~shapely.is_empty(shapes))


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
