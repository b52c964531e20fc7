"""Spikes of outlines: where a boundary goes far out and comes back beside itself.

A slip of one corner makes them. They are valid, hold next to no ground and reach over others'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis.ragged import Bools, Floats, Ints, Shapes

LEAST_LENGTH_M = 100.0
MOST_ANGLE_DEG = 0.1
MOST_TIP_M = 0.5
"""A tip may be cut off by an edge as short as this."""

_A, _E2 = 6_378_137.0, 0.006_694_380_022_9  # CGCS2000 (GB 22021-2008)


@dataclass(frozen=True, eq=False)
class Spikes:
    """Spikes of polygons, (k,) each, in the order of the outlines.

    Attributes
    ----------
    row : of the polygon
    place : (k, 2) longitude and latitude of the tip
    length_m, width_m : of the shorter side; how far the sides are apart at its end
    """

    row: Ints
    place: Floats
    length_m: Floats
    width_m: Floats


def spikes(shapes: Shapes) -> Spikes:
    """Return the spikes of polygons in EPSG:4490 degrees.

    Two sides of at least :data:`LEAST_LENGTH_M` that meet, or that an edge of at most
    :data:`MOST_TIP_M` joins, and go back the same way to :data:`MOST_ANGLE_DEG`, with the ground
    between them. A slit, with the ground to both sides, is none: holes are often drawn so.
    """
    areal = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    parts, part_of = shapely.get_parts(shapes[areal], return_index=True)
    rings, row = shapely.get_rings(parts, return_index=True)
    # Corners run with the ground on their left.
    first = np.append(True, row[1:] != row[:-1])[: len(row)]
    turn = np.where(shapely.is_ccw(rings) == first, 1.0, -1.0)
    row = part_of[row]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True)[: len(ring)]
    xy, ring = xy[~last], ring[~last]  # the first corner comes again
    if not len(xy):
        nothing = np.zeros(0)
        return Spikes(np.zeros(0, np.int64), np.zeros((0, 2)), nothing, nothing)
    following = _following(ring)
    preceding = np.empty_like(following)
    preceding[following] = np.arange(len(following))
    # A tip is one corner, or two at the ends of a short edge.
    found = [
        _at(xy, np.arange(len(xy)), end, (preceding, following), turn[ring], areal[row[ring]])
        for end in (np.arange(len(xy)), following)
    ]
    order = np.argsort(np.concatenate([f.row for f in found]), kind="stable")
    return Spikes(*(np.concatenate(v)[order] for v in zip(*map(_columns, found), strict=True)))


def _columns(one: Spikes) -> tuple[Ints, Floats, Floats, Floats]:
    return one.row, one.place, one.length_m, one.width_m


def _following(ring: Ints) -> Ints:
    """Return (n,) the next corner of each ring, cyclically."""
    following = np.arange(1, len(ring) + 1)
    ends = np.flatnonzero(np.append(ring[1:] != ring[:-1], True))
    following[ends] = np.append(0, ends[:-1] + 1)
    return following


def _at(
    xy: Floats, begin: Ints, end: Ints, beside: tuple[Ints, Ints], turn: Floats, row: Ints
) -> Spikes:
    """Return the spikes whose tip goes from corner ``begin`` to ``end``, which may be the same."""
    scale = _metres_a_degree(xy[:, 1])
    back = (xy[beside[0][begin]] - xy[begin]) * scale
    forth = (xy[beside[1][end]] - xy[end]) * scale
    over = (xy[end] - xy[begin]) * scale
    tip, one, other = (np.hypot(*v.T) for v in (over, back, forth))
    angle = np.degrees(np.arctan2(np.abs(_cross(back, forth)), (back * forth).sum(axis=1)))
    length = np.minimum(one, other)
    hit: Bools = (length >= LEAST_LENGTH_M) & (angle <= MOST_ANGLE_DEG)
    hit &= (begin == end) | (tip <= MOST_TIP_M)
    # The way back is left of the way out.
    left = np.where(tip > 0, _cross(over, back), _cross(forth, back))
    hit &= left * turn >= 0
    at = np.flatnonzero(hit)
    width = np.maximum(tip, length * np.radians(angle))
    return Spikes(row[at], xy[at], length[at], width[at])


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], np.float64)


def _metres_a_degree(lat: Floats) -> Floats:
    """Return (n, 2) metres that a degree of longitude and of latitude is."""
    sine = np.sin(np.radians(lat))
    bent = 1 - _E2 * sine * sine
    east = _A / np.sqrt(bent) * np.cos(np.radians(lat))
    return np.radians(np.stack([east, _A * (1 - _E2) / bent**1.5], axis=1))
