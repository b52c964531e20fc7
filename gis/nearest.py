"""Nearest points of pairs of features: the kernel under distances and shortest lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from gis.pieces import Pieces, least_m, most_m, pieces_of
from gis.projection import (
    densified,
    geodesic_m,
    inverse_gauss_kruger,
    is_polygon,
    local_plane,
    remember,
)
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes, offsets_of, spans

# Outlines closer than this are judged again as whole polygons in the plane: point-in-polygon
# in degrees is off by up to 1.2 mm from an edge of 250 m that is straight in the plane.
CONTACT_M = 0.005
_MEASURED = 50_000  # piece pairs measured at a time
_LISTED = 2_000_000  # piece pairs of listed feature pairs held at a time


@dataclass(frozen=True)
class Witnesses:
    """Nearest points of feature pairs: rows ``i``, ``j``, metres and degrees ((k, 2))."""

    i: Ints
    j: Ints
    metres: Floats
    start: Floats
    end: Floats

    def take(self, rows: Ints | Bools) -> Witnesses:
        """Return the pairs at ``rows``."""
        return Witnesses(
            self.i[rows], self.j[rows], self.metres[rows], self.start[rows], self.end[rows]
        )

    @staticmethod
    def concat(blocks: list[Witnesses]) -> Witnesses:
        """Return all pairs of ``blocks``."""
        if not blocks:
            none = np.empty(0, np.int64)
            return Witnesses(none, none, np.empty(0), np.empty((0, 2)), np.empty((0, 2)))
        return Witnesses(
            np.concatenate([w.i for w in blocks]),
            np.concatenate([w.j for w in blocks]),
            np.concatenate([w.metres for w in blocks]),
            np.concatenate([w.start for w in blocks]),
            np.concatenate([w.end for w in blocks]),
        )

    def nearest(self) -> Witnesses:
        """Return one row per pair, that of the least distance, sorted by (i, j)."""
        order = np.lexsort((self.metres, self.j, self.i))
        first = np.ones(len(order), bool)
        i, j = self.i[order], self.j[order]
        first[1:] = (i[1:] != i[:-1]) | (j[1:] != j[:-1])
        return self.take(order[first])


def boundary_witnesses(
    a: Pieces, b: Pieces, chunks: Iterable[tuple[Ints, Ints]], metres: Floats
) -> Witnesses:
    """Return the nearest points between the outlines of the features of the given pieces.

    Parameters
    ----------
    chunks : piece pairs (p of ``a``, q of ``b``)
    metres : (len(a.outline),) pairs that are certainly farther apart are left out; a pair a
        little farther may remain
    """
    found = []
    for p, q in chunks:
        p, q = _pruned(a, b, p, q, metres)
        for start in range(0, len(p), _MEASURED):
            run = slice(start, start + _MEASURED)
            found.append(_measured(a, b, p[run], q[run], metres))
    return Witnesses.concat(found).nearest()


def _pruned(a: Pieces, b: Pieces, p: Ints, q: Ints, metres: Floats) -> tuple[Ints, Ints]:
    """Drop piece pairs that cannot hold the nearest points of their feature pair."""
    least = least_m(a.bounds[p], b.bounds[q])
    keep = least <= metres[a.feature[p]] + CONTACT_M
    p, q, least = p[keep], q[keep], least[keep]
    if not len(p):
        return p, q
    most = most_m(a.middle[p], b.middle[q])
    pair = a.feature[p] * len(b.outline) + b.feature[q]
    order = np.argsort(pair, kind="stable")
    p, q, least, most, pair = p[order], q[order], least[order], most[order], pair[order]
    runs = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]])
    bound = np.repeat(np.minimum.reduceat(most, runs), np.diff(np.r_[runs, len(pair)]))
    keep = least <= bound
    return p[keep], q[keep]


def _measured(a: Pieces, b: Pieces, p: Ints, q: Ints, metres: Floats) -> Witnesses:
    """Measure piece pairs in the plane between them; keep what may be a pair's nearest."""
    lon0 = (a.bounds[p, 0] + a.bounds[p, 2] + b.bounds[q, 0] + b.bounds[q, 2]) / 4
    one, other = a.lines(p, lon0), b.lines(q, lon0)
    plane = shapely.distance(one, other)
    i, j = a.feature[p], b.feature[q]
    pair = i * len(b.outline) + j
    order = np.argsort(pair, kind="stable")
    sorted_pair = pair[order]
    runs = np.flatnonzero(np.r_[True, sorted_pair[1:] != sorted_pair[:-1]])
    least = np.empty(len(pair))
    least[order] = np.repeat(
        np.minimum.reduceat(plane[order], runs), np.diff(np.r_[runs, len(pair)])
    )
    # The plane's scale varies by less than 1e-6 + 1e-8 per km, squared, over a piece pair.
    slack = plane * (1e-6 + (plane / 6e6) ** 2) + 1e-6
    keep = (plane <= least + slack) & (plane - slack <= metres[i] + CONTACT_M)
    start, end = _ends(one[keep], other[keep], lon0[keep])
    metres_of = np.where(plane[keep] > 0, geodesic_m(start, end), 0.0)
    return Witnesses(i[keep], j[keep], metres_of, start, end)


def _ends(one: Shapes, other: Shapes, lon0: Floats) -> tuple[Floats, Floats]:
    """Return the nearest points (k, 2) in degrees of geometries in the planes of ``lon0``."""
    xy = shapely.get_coordinates(shapely.shortest_line(one, other))
    lon, lat = inverse_gauss_kruger(xy[:, 0], xy[:, 1], np.repeat(lon0, 2))
    degrees = np.column_stack([lon, lat])
    return degrees[0::2], degrees[1::2]


def listed(a: Pieces, b: Pieces, i: Ints, j: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield, in bounded chunks, piece pairs that may hold the nearest points of pairs (i, j).

    Runs of pieces are compared first: a long outline has few runs near its partner.
    """
    first_a, number_a, offsets_a, bounds_a = a.runs
    first_b, number_b, offsets_b, bounds_b = b.runs
    many, each = np.diff(offsets_a)[i], np.diff(offsets_b)[j]
    for pairs in _limited(many * each, _LISTED):
        p, q = _product(offsets_a[i[pairs]], many[pairs], offsets_b[j[pairs]], each[pairs])
        pair = np.repeat(np.arange(len(many[pairs])), many[pairs] * each[pairs])
        starts = offsets_of(many[pairs] * each[pairs])[:-1]
        most = most_m(a.middle[first_a[p]], b.middle[first_b[q]])
        near = least_m(bounds_a[p], bounds_b[q]) <= np.minimum.reduceat(most, starts)[pair]
        p, q = p[near], q[near]
        for runs in _limited(number_a[p] * number_b[q], _LISTED):
            yield _product(first_a[p[runs]], number_a[p[runs]], first_b[q[runs]], number_b[q[runs]])


def _limited(sizes: Ints, limit: int) -> Iterator[slice]:
    """Yield slices of consecutive sizes whose sum stays within ``limit`` (or of one size)."""
    total = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = int(total[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + limit, side="right")))
        yield slice(start, stop)
        start = stop


def _product(first: Ints, many: Ints, other: Ints, each: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of ``many`` rows from ``first`` on and ``each`` rows from ``other`` on."""
    row = spans(first, many)
    wide = np.repeat(each, many)
    return np.repeat(row, wide), spans(np.repeat(other, many), wide)


def part_points(shapes: Ragged) -> tuple[Floats, Ints]:
    """Return a vertex (p, 2) of every part and the row of its feature (p,)."""
    parts = np.diff(shapes.feature_offsets)
    owner = np.repeat(np.arange(len(shapes), dtype=np.int64), parts)
    return shapes.xy[shapes.ring_offsets[shapes.part_offsets[:-1]]], owner


def outline_shapes(shapes: Ragged) -> Shapes:
    """Return the densified features as shapely geometries in degrees; kept on ``shapes``."""
    return remember(shapes, "outline_shapes", lambda: densified(shapes).to_shapely())


def contained(a: Ragged, b: Ragged) -> Witnesses:
    """Return pairs where a part of b[j] starts inside polygon a[i]: distance 0 at that point."""
    rows = np.flatnonzero(is_polygon(a))
    if not len(rows) or not len(b):
        return Witnesses.concat([])
    points, owner = part_points(b)
    tree = remember(b, "part_tree", lambda: shapely.STRtree(shapely.points(points)))
    polygons = outline_shapes(a)[rows]
    found = []
    for start in range(0, len(rows), 20_000):
        hit, point = tree.query(polygons[start : start + 20_000], predicate="intersects")
        xy = points[point]
        found.append(Witnesses(rows[hit + start], owner[point], np.zeros(len(xy)), xy, xy))
    return Witnesses.concat(found).nearest()


def contained_pairs(a: Ragged, b: Ragged, i: Ints, j: Ints) -> Witnesses:
    """Return those of the pairs (i, j) where a part of b[j] starts inside polygon a[i]."""
    points, owner = part_points(b)
    offsets = offsets_of(np.bincount(owner, minlength=len(b)).astype(np.int64))
    rows = np.flatnonzero(is_polygon(a)[i])
    counts = np.diff(offsets)[j[rows]]
    point = spans(offsets[j[rows]], counts)
    pair = np.repeat(rows, counts)
    polygons = outline_shapes(a)
    shapely.prepare(polygons[np.unique(i[rows])])
    xy = points[point]
    hit = shapely.intersects_xy(polygons[i[pair]], xy[:, 0], xy[:, 1])
    pair, xy = pair[hit], xy[hit]
    return Witnesses(i[pair], j[pair], np.zeros(len(pair)), xy, xy).nearest()


def remeasured(a: Ragged, b: Ragged, near: Witnesses) -> Witnesses:
    """Return the nearest points of whole features for pairs that all but touch."""
    if not len(near.i):
        return near
    lon0 = near.start[:, 0]
    one = local_plane(densified(a).take(near.i), lon0).to_shapely()
    other = local_plane(densified(b).take(near.j), lon0).to_shapely()
    start, end = _ends(one, other, lon0)
    metres = np.where(shapely.distance(one, other) > 0, geodesic_m(start, end), 0.0)
    return Witnesses(near.i, near.j, metres, start, end)


def reversed_pairs(pairs: Witnesses) -> Witnesses:
    """Return the pairs seen from the other side, sorted by (i, j)."""
    turned = Witnesses(pairs.j, pairs.i, pairs.metres, pairs.end, pairs.start)
    return turned.take(np.lexsort((turned.j, turned.i)))


def finished(a: Ragged, b: Ragged, boundary: Witnesses, inside: Witnesses) -> Witnesses:
    """Join distances between outlines with containment; pairs in contact are judged whole."""
    touching = (boundary.metres > 0) & (boundary.metres < CONTACT_M)
    contact = remeasured(a, b, boundary.take(touching))
    width = max(len(b), 1)
    known = np.isin(inside.i * width + inside.j, contact.i * width + contact.j)
    blocks = [boundary.take(~touching), contact, inside.take(~known)]
    return Witnesses.concat(blocks).nearest()


def all_pieces(a: Ragged, b: Ragged) -> tuple[Pieces, Pieces]:
    """Return the pieces of both sides."""
    return pieces_of(a), pieces_of(b)
