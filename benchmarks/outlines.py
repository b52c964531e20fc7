"""Outlines for an invented country: ragged stars, meandering lines, edges of limited length.

Everything is longitude and latitude in degrees on the CGCS2000 ellipsoid, rounded to 1e-8 degree
(about a millimetre) as registries give it. Rings are open: no corner is repeated. Polygons and
lines come with their edges cut to 200 m at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

SEMI_MAJOR_M, FLATTENING = 6378137.0, 1 / 298.257222101
ECCENTRICITY2 = FLATTENING * (2 - FLATTENING)
DECIMALS = 8
LONGEST_EDGE_M = 200.0
SWELLS = (2, 3, 4)  # waves round an outline that make it ragged


@dataclass(frozen=True)
class Drawn:
    """One layer: geometries and columns, (n,) each."""

    shapes: np.ndarray
    columns: dict[str, np.ndarray]

    def __len__(self):
        return len(self.shapes)


def metres_per_radian(lat):
    """Return the radius of the meridian and of the parallel at latitudes in degrees, metres."""
    sine2 = np.sin(np.radians(lat)) ** 2
    bend = np.sqrt(1 - ECCENTRICITY2 * sine2)
    along_meridian = SEMI_MAJOR_M * (1 - ECCENTRICITY2) / bend**3
    return along_meridian, SEMI_MAJOR_M / bend * np.cos(np.radians(lat))


def moved(origin, east, north):
    """Return (n, 2) degrees at metres east and north of (n, 2) or (2,) origins."""
    origin = np.asarray(origin, np.float64)
    meridian, parallel = metres_per_radian(origin[..., 1])
    lon = origin[..., 0] + np.degrees(east / parallel)
    lat = origin[..., 1] + np.degrees(north / meridian)
    return np.round(np.stack([lon, lat], axis=-1), DECIMALS)


def stars(rng, centres, corners, radius, rough=0.3):
    """Return a list of rings, star-shaped about their centres.

    Parameters
    ----------
    centres : (n, 2) degrees; corners : (n,) numbers of corners; radius : (n,) mean, metres
    rough : share of the radius by which three long waves together may push the outline
    """
    count = len(centres)
    start = np.concatenate([[0], np.cumsum(corners)])
    owner = np.repeat(np.arange(count), corners)
    step = np.arange(start[-1]) - start[owner] + rng.uniform(-0.35, 0.35, start[-1])
    angle = 2 * np.pi * step / corners[owner]
    phase = rng.uniform(0, 2 * np.pi, (len(SWELLS), count))
    height = rng.uniform(0, rough / 2, (len(SWELLS), count))
    reach = 1 + rng.uniform(-0.06, 0.06, start[-1])
    for k, waves in enumerate(SWELLS):
        reach += height[k][owner] * np.cos(waves * angle + phase[k][owner])
    reach *= np.asarray(radius)[owner]
    xy = moved(np.asarray(centres)[owner], reach * np.cos(angle), reach * np.sin(angle))
    return np.split(xy, start[1:-1])


def scaled(ring, centre, factor, shift=(0.0, 0.0)):
    """Return a ring shrunk or blown up about a centre, then shifted by degrees."""
    return np.round(centre + np.asarray(shift) + (ring - centre) * factor, DECIMALS)


def cut(xy, start, closed):
    """Return coordinates and starts of the same rings or lines, no edge beyond LONGEST_EDGE_M.

    Points between two corners are counted from the corner that comes first by longitude and
    latitude, so that a border drawn from both sides gets the same floats on both.
    """
    following = np.arange(1, len(xy) + 1)
    last = start[1:] - 1
    following[last] = start[:-1] if closed else last
    one, other = xy, xy[following]
    turned = (other[:, 0] < one[:, 0]) | ((other[:, 0] == one[:, 0]) & (other[:, 1] < one[:, 1]))
    low = np.where(turned[:, None], other, one)
    high = np.where(turned[:, None], one, other)
    meridian, parallel = metres_per_radian((low[:, 1] + high[:, 1]) / 2)
    span = np.radians(high - low)
    length = np.hypot(span[:, 0] * parallel, span[:, 1] * meridian)
    pieces = np.maximum(1, np.ceil(length / LONGEST_EDGE_M)).astype(np.int64)
    edge = np.repeat(np.arange(len(xy)), pieces)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.where(turned[edge], pieces[edge] - step, step) / pieces[edge]
    out = low[edge] + (high[edge] - low[edge]) * share[:, None]
    out[step == 0] = xy
    return out, np.concatenate([[0], np.cumsum(pieces)])[start]


def joined(parts: Sequence[np.ndarray]):
    """Return the coordinates of rings or lines in one array, and where each starts."""
    return np.vstack(parts), np.concatenate([[0], np.cumsum([len(p) for p in parts])])


def polygons(rings):
    """Return (n,) polygons of open rings, their edges cut."""
    if not len(rings):
        return np.empty(0, dtype=object)
    xy, start = cut(*joined(rings), closed=True)
    corners = np.diff(start)
    ends = np.concatenate([[0], np.cumsum(corners + 1)])
    take = np.arange(ends[-1]) - np.repeat(np.arange(len(corners)), corners + 1)
    take[ends[1:] - 1] = start[:-1]
    each = np.arange(len(corners) + 1)
    return shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy[take], (ends, each))


def lines(courses):
    """Return (n,) lines, their edges cut."""
    xy, start = cut(*joined(courses), closed=False)
    return shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xy, (start,))


def pierced(shells, holes):
    """Return polygons with one hole each."""
    return np.array(
        [
            shapely.Polygon(shell.exterior, [hole.exterior])
            for shell, hole in zip(shells, holes, strict=True)
        ],
        dtype=object,
    )


def meander(rng, points, levels, amplitude, lat):
    """Return a course whose every piece is bent sideways at its middle, ``levels`` times over.

    ``amplitude`` is the standard deviation of the bend as a share of the piece's length.
    """
    squeeze = np.array([np.cos(np.radians(lat)), 1.0])
    xy = np.asarray(points, np.float64) * squeeze
    for _ in range(levels):
        step = np.diff(xy, axis=0)
        bend = amplitude * rng.standard_normal(len(step))
        finer = np.empty((2 * len(xy) - 1, 2))
        finer[::2] = xy
        finer[1::2] = (xy[:-1] + xy[1:]) / 2
        finer[1::2] += np.column_stack([-step[:, 1], step[:, 0]]) * bend[:, None]
        xy = finer
    return np.round(xy / squeeze, DECIMALS)


def length_m(xy):
    """Return the length of a finely cut line, metres."""
    meridian, parallel = metres_per_radian((xy[1:, 1] + xy[:-1, 1]) / 2)
    span = np.radians(np.diff(xy, axis=0))
    return float(np.hypot(span[:, 0] * parallel, span[:, 1] * meridian).sum())


def course_of_length(points, levels, metres, seed, lat):
    """Return a meandering course of a given length: the amplitude is found by halving."""
    low, high = 0.0, 0.5
    while True:
        middle = (low + high) / 2
        xy = meander(np.random.default_rng(seed), points, levels, middle, lat)
        excess = length_m(xy) - metres
        if abs(excess) < 1 or high - low < 1e-9:
            return xy
        low, high = (middle, high) if excess < 0 else (low, middle)
