"""Outlines cut into short pieces, and safe bounds for the distance between envelopes.

A tree over whole rivers or borders prunes nothing; one over pieces of a few edges does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import shapely

from gis.projection import densified, gauss_kruger, remember
from gis.ragged import Floats, Ints, Ragged, Shapes, offsets_of, spans

SEGMENTS = 16
_LEAST_RADIUS_M = 6.335e6  # less than any radius of curvature of the ellipsoid
_LARGEST_RADIUS_M = 6.4e6  # more than any
_RESULTS = 500_000  # candidates that one chunk should yield


@dataclass(frozen=True, eq=False)
class Pieces:
    """Runs of at most ``SEGMENTS`` edges of a densified outline; a point is a piece by itself.

    Attributes
    ----------
    outline : the densified features, degrees
    start, count : (k,) int64, first vertex in ``outline.xy`` and number of vertices
    feature : (k,) int64, row of the feature; pieces are in the order of the features
    bounds : (k, 4) float64 degrees
    """

    outline: Ragged
    start: Ints
    count: Ints
    feature: Ints
    bounds: Floats

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.start)

    @cached_property
    def offsets(self) -> Ints:
        """Return (f + 1,) offsets of each feature's pieces."""
        counts = np.bincount(self.feature, minlength=len(self.outline))
        return offsets_of(counts.astype(np.int64))

    @cached_property
    def envelopes(self) -> Shapes:
        """Return (k,) geometries that have the pieces' envelopes."""
        return envelopes_of(self.bounds)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return the tree over the pieces' envelopes."""
        return shapely.STRtree(self.envelopes)

    @property
    def middle(self) -> Floats:
        """Return (k, 2) the middle vertex of each piece."""
        middle: Floats = self.outline.xy[self.start + self.count // 2]
        return middle

    @cached_property
    def runs(self) -> tuple[Ints, Ints, Ints, Floats]:
        """Return runs of up to ``SEGMENTS`` pieces of one feature.

        First piece and number of pieces (r,), offsets of each feature's runs (f + 1,), and
        bounds (r, 4): a coarse look at features of thousands of pieces.
        """
        each = -(-np.diff(self.offsets) // SEGMENTS)
        feature = np.repeat(np.arange(len(each)), each)
        offsets = offsets_of(each)
        first = self.offsets[feature] + (np.arange(len(feature)) - offsets[feature]) * SEGMENTS
        number = np.minimum(first + SEGMENTS, self.offsets[feature + 1]) - first
        low = np.minimum.reduceat(self.bounds[:, :2], first)
        high = np.maximum.reduceat(self.bounds[:, 2:], first)
        return first, number, offsets, np.column_stack([low, high])

    def lines(self, rows: Ints, lon0: Floats) -> Shapes:
        """Return pieces ``rows`` as line strings in the planes of ``lon0`` ((len(rows),)).

        A point becomes a line of no length.
        """
        single = self.count[rows] == 1
        counts = self.count[rows] + single
        vertex = spans(self.start[rows], counts)
        offsets = offsets_of(counts)
        vertex[offsets[1:][single] - 1] -= 1
        xy = self.outline.xy[vertex]
        x, y = gauss_kruger(xy[:, 0], xy[:, 1], np.repeat(lon0, counts))
        kind = shapely.GeometryType.LINESTRING
        return cast(Shapes, shapely.from_ragged_array(kind, np.column_stack([x, y]), (offsets,)))


def pieces_of(shapes: Ragged) -> Pieces:
    """Return the pieces of ``shapes``; kept on it."""
    return remember(shapes, "pieces", lambda: _cut(densified(shapes)))


def _cut(outline: Ragged) -> Pieces:
    first, after = outline.ring_offsets[:-1], outline.ring_offsets[1:]
    number = np.maximum(1, -(-(after - first - 1) // SEGMENTS))
    ring = np.repeat(np.arange(len(first)), number)
    index = np.arange(len(ring)) - np.repeat(np.cumsum(number) - number, number)
    start = first[ring] + index * SEGMENTS
    count = np.minimum(start + SEGMENTS, after[ring] - 1) - start + 1
    bounds = np.empty((0, 4))
    if len(start):
        xy = outline.xy[spans(start, count)]
        runs = offsets_of(count)[:-1]
        bounds = np.column_stack([np.minimum.reduceat(xy, runs), np.maximum.reduceat(xy, runs)])
    return Pieces(outline, start, count, outline.feature_of_vertex[start], bounds)


def envelopes_of(bounds: Floats) -> Shapes:
    """Return geometries whose envelopes are ``bounds`` ((k, 4)): points, or diagonals."""
    if len(bounds) and (bounds[:, :2] == bounds[:, 2:]).all():
        return cast(Shapes, shapely.points(bounds[:, :2]))
    return cast(Shapes, shapely.linestrings(bounds.reshape(-1, 2, 2)))


def widened(bounds: Floats, metres: Floats) -> Floats:
    """Return ``bounds`` (k, 4) in degrees widened so that all within ``metres`` touches them.

    Limits: the 180th meridian is a border; near a pole every longitude is within reach.
    """
    north = np.degrees(metres / _LEAST_RADIUS_M) + 1e-9
    far = np.minimum(np.abs(bounds[:, [1, 3]]).max(axis=1, initial=0) + north, 90)
    sine = np.sin(metres / (2 * _LEAST_RADIUS_M)) / np.maximum(np.cos(np.radians(far)), 1e-9)
    east = np.degrees(2 * np.arcsin(np.minimum(sine, 1))) + 1e-9
    wide: Floats = bounds + np.column_stack([-east, -north, east, north])
    return wide


def least_m(one: Floats, other: Floats) -> Floats:
    """Return a lower bound of the distance between envelopes ((k, 4) degrees), in metres."""
    gap = np.maximum(np.maximum(one[:, :2] - other[:, 2:], other[:, :2] - one[:, 2:]), 0)
    far = np.maximum(np.abs(one[:, [1, 3]]).max(axis=1), np.abs(other[:, [1, 3]]).max(axis=1))
    chord = 2 * np.sin(np.radians(gap) / 2)
    return cast(
        Floats, _LEAST_RADIUS_M * np.hypot(chord[:, 0] * np.cos(np.radians(far)), chord[:, 1])
    )


def most_m(one: Floats, other: Floats) -> Floats:
    """Return an upper bound of the distance between points ((k, 2) degrees), in metres."""
    sine = np.sin(np.radians(one - other) / 2)
    near = np.cos(np.radians(one[:, 1])) * np.cos(np.radians(other[:, 1]))
    chord = np.sqrt(sine[:, 1] ** 2 + near * sine[:, 0] ** 2)
    return cast(Floats, 2 * _LARGEST_RADIUS_M * np.arcsin(np.minimum(chord, 1)))


def candidates(a: Pieces, b: Pieces, metres: Floats) -> Iterator[tuple[Ints, Ints]]:
    """Yield chunks of piece pairs (p of ``a``, q of ``b``) that may be within reach.

    Parameters
    ----------
    metres : (len(a.outline),) reach of each feature of ``a``
    """
    if not len(a) or not len(b):
        return
    boxes = widened(a.bounds, metres[a.feature])
    if len(a) <= len(b):
        for query, found in chunked(b.tree, envelopes_of(boxes)):
            yield query, found
    else:
        for query, found in chunked(shapely.STRtree(envelopes_of(boxes)), b.envelopes):
            yield found, query


def chunked(tree: shapely.STRtree, queries: Shapes) -> Iterator[tuple[Ints, Ints]]:
    """Yield (row of ``queries``, row of the tree) of meeting envelopes, in bounded chunks."""
    start, size = 0, 256
    while start < len(queries):
        rows, found = tree.query(queries[start : start + size])
        if len(rows):
            yield rows.astype(np.int64) + start, found.astype(np.int64)
        start += size
        size = int(np.clip(size * _RESULTS / max(len(rows), 1), 1, 64 * size))
