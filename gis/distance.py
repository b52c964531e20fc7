"""Distances between features in metres, and what lies inside a region."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import shapely

from gis.nearest import (
    CONTACT_M,
    Witnesses,
    boundary_witnesses,
    contained,
    contained_pairs,
    finished,
    listed,
    reversed_pairs,
)
from gis.pieces import candidates, chunked, envelopes_of, pieces_of, widened
from gis.projection import is_polygon
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes, as_ragged
from gis.region import Region

RESOLUTION_M = 1e-6  # a distance this little beyond a limit is the limit itself


def pairs_within(a: object, b: object, metres: npt.ArrayLike) -> tuple[Ints, Ints, Floats]:
    """Return every pair of features whose distance is at most ``metres``.

    Parameters
    ----------
    a, b : features in EPSG:4490 degrees (Ragged, layer, GeoSeries, shapely geometries)
    metres : the limit, one for all or (len(a),); a distance equal to it counts

    Returns
    -------
    i, j : (k,) int64 rows of ``a`` and ``b``, sorted by (i, j). If ``a`` and ``b`` are the
        same object, no feature is paired with itself and each pair is given both ways round
    distance_m : (k,) float64, ellipsoidal geodesic between the two nearest points; 0 where
        features touch or one lies in the other

    Raises
    ------
    ValueError
        A limit is negative or not a number.

    Limits: nearest points are found in a transverse Mercator plane between the two, which is
    right to 1 mm up to some 10 km; features do not reach across the 180th meridian.
    """
    left, right = as_ragged(a), as_ragged(b)
    limit = _limits(metres, len(left))
    same = left is right
    mirror = same and len(left) > 0 and bool((limit == limit[0]).all())
    one, other = pieces_of(left), pieces_of(right)
    chunks = candidates(one, other, limit + CONTACT_M)
    if same:
        chunks = (
            (p[keep], q[keep])
            for p, q in chunks
            for keep in [_apart(one.feature[p], other.feature[q], mirror)]
        )
    boundary = boundary_witnesses(one, other, chunks, limit)
    inside = _containment(left, right)
    if same:
        inside = inside.take(_apart(inside.i, inside.j, mirror))
    found = finished(left, right, boundary, inside)
    if mirror:
        found = Witnesses.concat([found, reversed_pairs(found)]).nearest()
    reach = limit[found.i]
    keep = found.metres <= reach + RESOLUTION_M
    return found.i[keep], found.j[keep], np.minimum(found.metres, reach)[keep]


def shortest_lines(a: object, b: object, i: npt.ArrayLike, j: npt.ArrayLike) -> Shapes:
    """Return the shortest line from each a[i] to b[j], in degrees.

    Lines of two points; where features meet, both points are one common point.

    Parameters
    ----------
    i, j : (k,) rows; the lines come in their order
    """
    found = _between(as_ragged(a), as_ragged(b), np.asarray(i, np.int64), np.asarray(j, np.int64))
    return cast(Shapes, shapely.linestrings(np.stack([found.start, found.end], axis=1)))


def distances(a: object, b: object, i: npt.ArrayLike, j: npt.ArrayLike) -> Floats:
    """Return the distance from each a[i] to b[j] in metres, as :func:`pairs_within` measures it.

    Parameters
    ----------
    i, j : (k,) rows; the distances come in their order
    """
    return _between(
        as_ragged(a), as_ragged(b), np.asarray(i, np.int64), np.asarray(j, np.int64)
    ).metres


def _between(left: Ragged, right: Ragged, rows: Ints, others: Ints) -> Witnesses:
    """Return the nearest points of given pairs, in their order."""
    if not len(rows):
        return Witnesses.concat([])
    pair, back = np.unique(rows * len(right) + others, return_inverse=True)
    i1, j1 = pair // len(right), pair % len(right)
    one, other = pieces_of(left), pieces_of(right)
    everywhere = np.full(len(left), np.inf)
    boundary = boundary_witnesses(one, other, listed(one, other, i1, j1), everywhere)
    inside = Witnesses.concat(
        [contained_pairs(left, right, i1, j1), reversed_pairs(contained_pairs(right, left, j1, i1))]
    ).nearest()
    return finished(left, right, boundary, inside).take(back.ravel())


def inside(a: object, region: object, metres: npt.ArrayLike) -> Bools:
    """Return (len(a),) bool: a[k] lies in the region and at least ``metres`` from its border.

    Parameters
    ----------
    region : polygons; adjoining ones count as one area (gaps below 2 cm between them are
        closed), holes are outside
    metres : one for all or (len(a),); 0 asks for mere cover, and sharing the border is inside

    Limits: 1 mm beyond the border still counts as covered (computed borders of neighbours
    differ by less).
    """
    left, ground = as_ragged(a), as_ragged(region)
    limit = _limits(metres, len(left))
    out = np.zeros(len(left), bool)
    if not is_polygon(ground).any() or not len(left):
        return out
    area = Region.of(ground)
    out = area.covers(left)
    deep = np.flatnonzero(out & (limit > 0))
    if len(deep):
        rows, _, near = pairs_within(left.take(deep), area.border, limit[deep])
        out[deep[rows[near < limit[deep][rows] - RESOLUTION_M]]] = False
    return out


def near_boxes(a: object, boxes: npt.ArrayLike, metres: npt.ArrayLike) -> Bools:
    """Return (len(a),) bool: some box may come within ``metres`` of the feature.

    Parameters
    ----------
    boxes : (k, 4) min lon, min lat, max lon, max lat in degrees; a box that is not known (any
        NaN) may be anywhere

    Envelope against envelope: never False where the true distance is within ``metres``.
    """
    left = as_ragged(a)
    limit = _limits(metres, len(left))
    given = np.asarray(boxes, np.float64).reshape(-1, 4)
    out = np.zeros(len(left), bool)
    if not len(given) or not len(left):
        return out
    if np.isnan(given).any():
        out[:] = True
        return out
    reach = envelopes_of(widened(pieces_bounds(left), limit))
    for rows, _ in chunked(shapely.STRtree(envelopes_of(given)), reach):
        out[rows] = True
    return out


def pieces_bounds(shapes: Ragged) -> Floats:
    """Return (f, 4) bounds in degrees of the densified features."""
    return pieces_of(shapes).outline.bounds


def _limits(metres: npt.ArrayLike, count: int) -> Floats:
    limit = np.broadcast_to(np.asarray(metres, np.float64), count)
    if not (np.isfinite(limit) & (limit >= 0)).all():
        raise ValueError("metres must be finite and not negative")
    return limit


def _apart(i: Ints, j: Ints, mirror: bool) -> Bools:
    """Return which pairs of one layer with itself to measure."""
    return cast(Bools, i < j if mirror else i != j)


def _containment(left: Ragged, right: Ragged) -> Witnesses:
    forward = contained(left, right)
    backward = forward if left is right else contained(right, left)
    return Witnesses.concat([forward, reversed_pairs(backward)]).nearest()
