"""Lines against polygons: how much of a line lies outside, in the planes that overlays use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import shapely

from gis.overlay_kernel import BETWEEN_STEP_M, SLIVER_M, unions
from gis.plane import between_shapes, meridian_near, scale, to_degrees, zone_shapes
from gis.projection import densified, own_meridian
from gis.ragged import Floats, Ints, Kind, Ragged, Shapes, as_ragged

_CHUNK = 20_000


def length_outside(
    a: object,
    b: object,
    pairs: tuple[npt.ArrayLike, npt.ArrayLike],
    margin_m: npt.ArrayLike = 0.0,
) -> tuple[Ints, Floats]:
    """Return the length of lines of ``a`` outside the union of their listed polygons of ``b``.

    Parameters
    ----------
    a, b : features in EPSG:4490 degrees; only lines of ``a`` and polygons of ``b`` take part
    pairs : rows (i, j): b[j] counts for a[i]
    margin_m : one for all or (len(a),) float64; an unbroken part outside counts, whole, only
        where it goes farther than this from the union (a line drawn along a border wavers
        about it by rounding)

    Returns
    -------
    i : (k,) int64, the distinct rows of ``a`` in ``pairs``, ascending
    length_m : (k,) float64 true length; 0 for what is no line

    As in :func:`gis.overlay.outside`, features of one zone meet in its plane; those of two zones
    in a plane between them, and what lies outside by less than 5 cm there is measured again with
    all edges straight in the line's own zone: the shorter answer counts.

    Limits: margins up to some 250 m; at convex corners they are rounded within 0.2 %.
    """
    rows, parts, _ = _parts_outside(a, b, pairs, margin_m)
    return rows, cast(Floats, shapely.length(parts) / scale(parts))


def line_parts_outside(
    a: object,
    b: object,
    pairs: tuple[npt.ArrayLike, npt.ArrayLike],
    margin_m: npt.ArrayLike = 0.0,
) -> Shapes:
    """Return the parts that :func:`length_outside` measures, in degrees; may be empty."""
    _, parts, lon0 = _parts_outside(a, b, pairs, margin_m)
    return to_degrees(parts, lon0)


def _parts_outside(
    a: object,
    b: object,
    pairs: tuple[npt.ArrayLike, npt.ArrayLike],
    margin_m: npt.ArrayLike,
) -> tuple[Ints, Shapes, Floats]:
    """Return rows of ``a``, the parts outside in the planes of ``lon0``, and ``lon0``."""
    left, right = as_ragged(a), as_ragged(b)
    margin = np.broadcast_to(np.asarray(margin_m, np.float64), len(left))
    i, j = (np.asarray(side, np.int64) for side in pairs)
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    rows, group = np.unique(i, return_inverse=True)
    parts, lon0 = np.full(len(rows), shapely.LineString(), object), own_meridian(left)[rows]
    for start in range(0, len(rows), _CHUNK):
        run = slice(start, min(start + _CHUNK, len(rows)))
        low, high = np.searchsorted(group, [run.start, run.stop])
        block = _Block(
            left, right, rows[run], group[low:high] - run.start, j[low:high], margin[rows[run]]
        )
        parts[run], lon0[run] = block.outside()
    return rows, parts, lon0


@dataclass(frozen=True)
class _Block:
    """Lines ``rows`` of ``left``, each with a group of rows ``j`` of ``right`` (ascending)."""

    left: Ragged
    right: Ragged
    rows: Ints
    group: Ints
    j: Ints
    margin: Floats

    def outside(self) -> tuple[Shapes, Floats]:
        """Return the parts outside, each in the plane that decided, and its meridian."""
        own, partners = own_meridian(self.left)[self.rows], own_meridian(self.right)[self.j]
        first, lon0 = self._in_zone(own), own.copy()
        across = np.unique(self.group[own[self.group] != partners])
        if len(across):
            # The zone's own answer stands only for what is no more than a border's bend.
            between, meridian = self._only(across, self.margin)._between()
            wide, _ = self._only(across, np.maximum(self.margin, SLIVER_M))._between()
            shorter = shapely.length(first[across]) < shapely.length(between)
            keep = np.flatnonzero(~(shapely.is_empty(wide) & shorter))
            first[across[keep]], lon0[across[keep]] = between[keep], meridian[keep]
        return first, lon0

    def _only(self, some: Ints, margin: Floats) -> _Block:
        keep = np.isin(self.group, some)
        group = np.searchsorted(some, self.group[keep])
        return _Block(self.left, self.right, self.rows[some], group, self.j[keep], margin[some])

    def _in_zone(self, lon0: Floats) -> Shapes:
        boxes = densified(self.left).bounds[self.rows[self.group]]
        lines = zone_shapes(self.left, self.rows, lon0, None)
        return self._cut(lines, zone_shapes(self.right, self.j, lon0[self.group], boxes))

    def _between(self) -> tuple[Shapes, Floats]:
        left = densified(self.left.take(self.rows), BETWEEN_STEP_M)
        right = densified(self.right.take(self.j), BETWEEN_STEP_M)
        lon0 = meridian_near(left.bounds)
        lines = between_shapes(left, np.arange(len(left)), lon0, None)
        boxes = left.bounds[self.group]
        polygons = between_shapes(right, np.arange(len(right)), lon0[self.group], boxes)
        return self._cut(lines, polygons), lon0

    def _cut(self, lines: Shapes, polygons: Shapes) -> Shapes:
        lines, polygons = lines.copy(), polygons.copy()
        lines[self.left.kinds[self.rows] != Kind.LINE] = shapely.LineString()
        polygons[self.right.kinds[self.j] != Kind.POLYGON] = shapely.Polygon()
        union = unions(polygons, self.group, len(self.rows))
        # Plane metres are longer than true ones by the scale.
        reach = self.margin * scale(lines)
        near = shapely.buffer(union, reach, quad_segs=16)
        return _joined(len(lines), *_straying(_difference(lines, union), near))


def _difference(lines: Shapes, union: Shapes) -> Shapes:
    try:
        return cast(Shapes, shapely.difference(lines, union))
    except shapely.GEOSException:
        mended = np.where(shapely.is_valid(union), union, shapely.make_valid(union))
        return cast(Shapes, shapely.difference(lines, mended))


def _straying(outside: Shapes, near: Shapes) -> tuple[Shapes, Ints]:
    """Return the unbroken parts that leave ``near`` somewhere, and the row of each."""
    parts, owner = shapely.get_parts(shapely.line_merge(outside), return_index=True)
    filled = ~shapely.is_empty(parts)
    parts, owner = parts[filled], owner[filled]
    covers: Callable[[Shapes, Shapes], npt.NDArray[np.bool_]] = shapely.covers
    keep = ~covers(near[owner], parts)
    return parts[keep], owner[keep]


def _joined(count: int, parts: Shapes, owner: Ints) -> Shapes:
    """Return (count,) multi-lines of the parts of each row; empty where there are none."""
    out = np.full(count, shapely.LineString(), object)
    if len(parts):
        rows, index = np.unique(owner, return_inverse=True)
        out[rows] = shapely.multilinestrings(parts, indices=index)
    return out
