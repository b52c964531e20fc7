"""The outline of an area as samples with directions, and what share of it has a property.

Used to ask how much of a boundary runs along something, and for how long without a break.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.projection import densified, gauss_kruger, inverse_gauss_kruger
from gis.ragged import Bools, Floats, Ints, Ragged

BASELINE_M = 30.0
"""A boundary's direction is that of a chord so far to either side; a straight edge of twice
that length has its own, so that no corner bends it."""

Pairs = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Boundary:
    """Samples along the closed rings of one feature, (k,) each, ring after ring.

    Attributes
    ----------
    xy : (k, 2) metres in the transverse Mercator plane of ``lon0``
    along : (k, 2) unit vectors in that plane, the way the boundary runs
    ring : number of the ring
    step_m : (r,) length that one sample of each ring stands for
    lon0 : degrees
    """

    xy: Pairs
    along: Pairs
    ring: Ints
    step_m: Floats
    lon0: float

    @property
    def length_m(self) -> Floats:
        """Return (r,) length of each ring."""
        return np.bincount(self.ring) * self.step_m

    def degrees(self) -> tuple[Floats, Floats]:
        """Return longitude and latitude of the samples, (k,) each, EPSG:4490."""
        return inverse_gauss_kruger(self.xy[:, 0], self.xy[:, 1], self.lon0)

    def of_ring(self, ring: int) -> Ints:
        """Return the samples of one ring, in order."""
        return np.flatnonzero(self.ring == ring)


def sample(shape: Ragged, step_m: float, lon0: float) -> Boundary:
    """Return samples about every ``step_m`` along all rings of a polygon feature.

    Edges are straight in the feature's own Gauss-Krueger plane (ADR 2).

    Parameters
    ----------
    shape : one feature, EPSG:4490 degrees
    """
    outline = densified(shape)
    x, y = gauss_kruger(outline.xy[:, 0], outline.xy[:, 1], lon0)
    plane = np.column_stack([x, y])
    xy, along, ring, step = [], [], [], []
    pieces = zip(outline.ring_offsets[:-1], outline.ring_offsets[1:], strict=True)
    for number, (first, last) in enumerate(pieces):
        here, way, one = _ring(plane[first:last], step_m)
        xy.append(here)
        along.append(way)
        ring.append(np.full(len(here), number, np.int64))
        step.append(one)
    return Boundary(
        np.concatenate(xy), np.concatenate(along), np.concatenate(ring), np.array(step), lon0
    )


def _ring(corners: Pairs, step_m: float) -> tuple[Pairs, Pairs, float]:
    """Return places, directions and step of a closed ring whose last corner is its first."""
    edge = np.hypot(*np.diff(corners, axis=0).T)
    chain = np.concatenate([[0.0], np.cumsum(edge)])
    total = float(chain[-1])
    n = max(8, round(total / step_m))
    at = (np.arange(n) + 0.5) * total / n

    def place(s: Floats) -> Pairs:
        s = s % total
        return np.column_stack([np.interp(s, chain, corners[:, k]) for k in range(2)])

    way = place(at + BASELINE_M) - place(at - BASELINE_M)
    own = np.clip(np.searchsorted(chain, at, side="right") - 1, 0, len(edge) - 1)
    long = edge[own] >= 2 * BASELINE_M
    way[long] = (corners[own + 1] - corners[own])[long]
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    return place(at), way, total / n


def line_pieces(lines: Ragged, lon0: float) -> tuple[Pairs, Pairs, Pairs, Ints]:
    """Return start, end, direction (all (s, 2), plane of ``lon0``) and feature of all segments.

    The direction of a short segment is that of a chord ``BASELINE_M`` to either side, as along
    a boundary; at the ends of its line the chord is shorter.
    """
    outline = densified(lines)
    x, y = gauss_kruger(outline.xy[:, 0], outline.xy[:, 1], lon0)
    plane = np.column_stack([x, y])
    empty: Pairs = np.empty((0, 2))
    starts, ends, ways = [empty], [empty], [empty]
    pieces = list(zip(outline.ring_offsets[:-1], outline.ring_offsets[1:], strict=True))
    for first, last in pieces:
        corners = plane[first:last]
        edge = np.hypot(*np.diff(corners, axis=0).T)
        chain = np.concatenate([[0.0], np.cumsum(edge)])
        middle = (chain[1:] + chain[:-1]) / 2
        ahead, behind = (
            np.column_stack([np.interp(middle + s, chain, corners[:, k]) for k in range(2)])
            for s in (BASELINE_M, -BASELINE_M)
        )
        way = np.where((edge >= 2 * BASELINE_M)[:, None], np.diff(corners, axis=0), ahead - behind)
        starts.append(corners[:-1])
        ends.append(corners[1:])
        ways.append(way / np.maximum(np.hypot(*way.T), 1e-9)[:, None])
    feature = outline.feature_of_vertex[outline.ring_offsets[:-1]] if pieces else np.empty(0, int)
    count = np.diff(outline.ring_offsets) - 1
    return (
        np.concatenate(starts), np.concatenate(ends), np.concatenate(ways),
        np.repeat(feature, count),
    )  # fmt: skip


# -- shares and runs -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a boundary has a property.

    Attributes
    ----------
    share : of its length, 0 to 1
    run_m : longest stretch without a break
    """

    share: float
    run_m: float


def extents(boundary: Boundary, hit: Bools, gap_m: float) -> Iterator[Extent]:
    """Yield the extent over the whole boundary, then, if there are several, over each ring."""
    length = boundary.length_m
    share = np.bincount(boundary.ring, hit, len(length)) * boundary.step_m / length
    run = np.zeros(len(length))
    for ring in range(len(length)):
        step = float(boundary.step_m[ring])
        _, count = runs(hit[boundary.ring == ring], round(gap_m / step))
        run[ring] = count.max(initial=0) * step
    yield Extent(float(share @ length / length.sum()), float(run.max()))
    if len(length) > 1:
        yield from (Extent(float(s), float(r)) for s, r in zip(share, run, strict=True))


def runs(hit: Bools, gap: int) -> tuple[Ints, Ints]:
    """Return first sample and number of samples of each run along a closed ring.

    Gaps of up to ``gap`` samples do not break a run and are counted in it. A run may pass over
    the last sample to the first.
    """
    n = len(hit)
    if not hit.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if hit.all():
        return np.zeros(1, np.int64), np.full(1, n)
    shift = int(np.argmin(hit))  # starts in a gap, so that no run is cut
    edges = np.diff(np.concatenate([[0], np.roll(hit, -shift).astype(np.int8), [0]]))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    gaps = np.append(first[1:] - last[:-1], first[0] + n - last[-1])
    joined = gaps <= gap
    if joined.all():
        return np.zeros(1, np.int64), np.full(1, n)
    # Begin after a gap that stays, then join runs over the short ones.
    lead = int(np.flatnonzero(~joined)[-1]) + 1
    first = np.concatenate([first[lead:], first[:lead] + n])
    last = np.concatenate([last[lead:], last[:lead] + n])
    joined = np.roll(joined, -lead)
    begin = first[np.concatenate([[True], ~joined[:-1]])]
    end = last[~joined]
    return (begin + shift) % n, end - begin
