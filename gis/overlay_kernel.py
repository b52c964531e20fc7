"""Kernels of overlay: pairs of polygons, and polygons against unions of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import shapely

from gis.plane import (
    between_shapes,
    common_boxes,
    meridian_near,
    overlay,
    polygon_rows,
    scale,
    to_degrees,
    true_area,
    zone_shapes,
)
from gis.projection import densified, own_meridian
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes
from gis.width import WIDTH_ERROR, widths

TOUCH_M = 1e-6  # computed shared edges lie apart by rounding only
BETWEEN_STEP_M = 40.0  # edges of this length stay within 1 micrometre in the next zone's plane
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
        return widths(self.shapes) / scale(self.shapes)

    def narrow(self, rows: Ints) -> Ints:
        """Return those of ``rows`` whose width is below :data:`SLIVER_M`.

        A circle about an inner point is a lower bound; only where it does not settle the
        question is the width worked out, which takes long for outlines of many corners.
        """
        chosen = self.shapes[rows]
        inner = shapely.point_on_surface(chosen)
        room = 2 * shapely.distance(inner, shapely.boundary(chosen)) / scale(chosen)
        unsettled = np.flatnonzero(~(room > SLIVER_M * (1 + WIDTH_ERROR)))
        width = widths(chosen[unsettled]) / scale(chosen[unsettled])
        return rows[unsettled[width < SLIVER_M]]

    @property
    def degrees(self) -> Shapes:
        """Return (k,) the polygons in degrees."""
        return to_degrees(self.shapes, self.lon0)

    @staticmethod
    def empty(count: int) -> Overlaid:
        """Return pairs that do not meet."""
        shapes = np.full(count, shapely.Polygon(), object)
        return Overlaid(shapes, np.zeros(count), np.zeros(count, bool))

    def take(self, rows: Ints) -> Overlaid:
        """Return the pairs at ``rows``."""
        return Overlaid(self.shapes[rows], self.lon0[rows], self.meets[rows])

    def replaced(self, rows: Ints, other: Overlaid) -> Overlaid:
        """Return the pairs with those at ``rows`` taken from ``other``."""
        shapes, lon0, meets = self.shapes.copy(), self.lon0.copy(), self.meets.copy()
        shapes[rows], lon0[rows], meets[rows] = other.shapes, other.lon0, other.meets
        return Overlaid(shapes, lon0, meets)


def shared(left: Ragged, right: Ragged, i: Ints, j: Ints) -> Overlaid:
    """Return what the pairs share.

    Two features of one zone are laid over one another in the plane of that zone, where the
    edges of both are straight. Features of two zones are densified in their own planes and
    meet in a plane between them; an overlap narrower than 5 cm, or a gap, is then judged again
    with both outlines straight in the plane of either zone. Either is a lawful reading of a
    border between two zones: the narrower overlap counts, and touching counts before a gap.
    """
    own, partner = own_meridian(left)[i], own_meridian(right)[j]
    same = np.flatnonzero(own == partner)
    out = Overlaid.empty(len(i)).replaced(same, _in_zone(left, right, i[same], j[same], own[same]))
    across = np.flatnonzero(own != partner)
    if not len(across):
        return out
    rows, others = i[across], j[across]
    between = _between(*_fine(left, rows), *_fine(right, others))
    again = between.narrow(np.arange(len(rows)))
    answers = [
        _in_zone(left, right, rows[again], others[again], zone[across[again]])
        for zone in (own, partner)
    ]
    rank = [np.where(r.meets, r.width, np.inf) for r in answers]
    second = np.flatnonzero(rank[1] < rank[0])
    best = answers[0].replaced(second, answers[1].take(second))
    return out.replaced(across, between.replaced(again, best))


def _in_zone(left: Ragged, right: Ragged, i: Ints, j: Ints, lon0: Floats) -> Overlaid:
    boxes = common_boxes(densified(left), densified(right), i, j)
    return _intersected(zone_shapes(left, i, lon0, boxes), zone_shapes(right, j, lon0, boxes), lon0)


def _fine(shapes: Ragged, rows: Ints) -> tuple[Ragged, Ints]:
    """Return the features at ``rows`` densified for another zone's plane, and their rows there."""
    distinct, back = np.unique(rows, return_inverse=True)
    return densified(shapes.take(distinct), BETWEEN_STEP_M), back.ravel()


def _between(one: Ragged, i: Ints, other: Ragged, j: Ints) -> Overlaid:
    boxes = common_boxes(one, other, i, j)
    lon0 = meridian_near(boxes)
    return _intersected(
        between_shapes(one, i, lon0, boxes), between_shapes(other, j, lon0, boxes), lon0
    )


def _intersected(one: Shapes, other: Shapes, lon0: Floats) -> Overlaid:
    shapes = overlay(shapely.intersection, one, other)
    meets = ~shapely.is_empty(shapes)
    apart = np.flatnonzero(~meets)
    meets[apart] = shapely.dwithin(one[apart], other[apart], TOUCH_M)
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
        """Overlay in the plane of the row's zone, or between zones where partners differ.

        Slivers between zones are judged again with all outlines straight in the row's zone; the
        narrower answer counts.
        """
        own, partners = own_meridian(self.left)[self.rows], own_meridian(self.right)[self.j]
        mixed = np.zeros(len(self.rows), bool)
        mixed[self.group[own[self.group] != partners]] = True
        plain, across = np.flatnonzero(~mixed), np.flatnonzero(mixed)
        out = Overlaid.empty(len(self.rows))
        out = out.replaced(plain, self._of(plain)._in_zone(operation, own[plain]))
        if not len(across):
            return out
        block = self._of(across)
        between = block._between(operation)
        again = between.narrow(np.flatnonzero(between.meets))
        first = between.take(again).width
        again, first = again[first > 0], first[first > 0]
        second = block._of(again)._in_zone(operation, own[across[again]])
        narrower = np.flatnonzero(second.width < first)
        between = between.replaced(again[narrower], second.take(narrower))
        return out.replaced(across, between)

    def _of(self, some: Ints) -> AgainstUnion:
        """Return the block of some of the rows (ascending) and their partners."""
        keep = np.isin(self.group, some)
        group = np.searchsorted(some, self.group[keep])
        return AgainstUnion(self.left, self.right, self.rows[some], group, self.j[keep])

    def _in_zone(self, operation: Callable[..., Any], lon0: Floats) -> Overlaid:
        boxes = densified(self.left).bounds[self.rows[self.group]]
        one = zone_shapes(self.left, self.rows, lon0, None)
        parts = zone_shapes(self.right, self.j, lon0[self.group], boxes)
        return self._overlaid(operation, one, parts, lon0)

    def _between(self, operation: Callable[..., Any]) -> Overlaid:
        left, rows = _fine(self.left, self.rows)
        right, others = _fine(self.right, self.j)
        boxes = left.bounds[rows]
        lon0 = meridian_near(boxes)
        one = between_shapes(left, rows, lon0, None)
        parts = between_shapes(right, others, lon0[self.group], boxes[self.group])
        return self._overlaid(operation, one, parts, lon0)

    def _overlaid(
        self, operation: Callable[..., Any], one: Shapes, parts: Shapes, lon0: Floats
    ) -> Overlaid:
        one[~polygon_rows(self.left, self.rows)] = shapely.Polygon()
        parts[~polygon_rows(self.right, self.j)] = shapely.Polygon()
        union = unions(parts, self.group, len(self.rows))
        shapes = overlay(operation, one, union)
        return Overlaid(shapes, lon0, ~shapely.is_empty(shapes))


def unions(parts: Shapes, group: Ints, count: int) -> Shapes:
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
