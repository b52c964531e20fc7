"""Accuracy of areas, overlaps and distances against an independent truth, as Markdown.

    python benchmarks/accuracy.py [--pairs 1000] [--seed 1]

The truth shares no code with ``gis``: outlines are cut into pieces of at most 5 m along the
straight line in the feature's own Gauss-Krueger plane (PROJ's tmerc); areas of polygons are
geodesic polygon areas (pyproj.Geod, itself good to some 1e-4 m2); overlaps are laid over one
another in PROJ's equal-area projection (laea) centred on the pair; nearest points are found in
PROJ's azimuthal equidistant projection centred on the pair and measured by pyproj.Geod.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from gis.area import area_m2
from gis.distance import pairs_within
from gis.overlay import outside, overlaps

ELLIPSOID = "+a=6378137 +rf=298.257222101 +units=m +no_defs"
GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)
PIECE_M = 5.0


@dataclass(frozen=True)
class Sample:
    """Random polygons in pairs, and where they lie."""

    first: np.ndarray
    second: np.ndarray
    points: np.ndarray
    cross_zone: np.ndarray


def plane(kind: str, lon: float, lat: float = 0.0) -> pyproj.Proj:
    return pyproj.Proj(f"+proj={kind} +lon_0={float(lon)!r} +lat_0={float(lat)!r} {ELLIPSOID}")


def star(rng, lon, lat, radius, corners, holed):
    """A concave ring of random corners about a point, some with a hole, in degrees."""
    azimuth = np.linspace(0, 360, corners, endpoint=False) + rng.uniform(-90, 90) / corners
    reach = radius * rng.uniform(0.4, 1, corners)
    x, y, _ = GEOD.fwd(np.full(corners, lon), np.full(corners, lat), azimuth, reach)
    hx, hy, _ = GEOD.fwd(np.full(corners, lon), np.full(corners, lat), azimuth, reach * 0.3)
    hole = [np.column_stack([hx, hy])[::-1]] if holed else []
    return shapely.Polygon(np.column_stack([x, y]), hole)


def sample(pairs: int, seed: int) -> Sample:
    """Half of the pairs straddle the edge of a 3-degree zone; gaps are up to 3 km."""
    rng = np.random.default_rng(seed)
    first, second, points = [], [], []
    for k in range(pairs):
        lat = rng.uniform(20, 53)
        edge = 3 * rng.integers(25, 45) + 1.5
        lon = edge + rng.uniform(-0.02, 0.02) if k % 2 else rng.uniform(75, 134)
        one, other = np.exp(rng.uniform(np.log(50), np.log(3000), 2))
        apart = rng.uniform(0.3, 0.9) * (one + other) if k % 4 < 2 else one + other
        apart += 0 if k % 4 < 2 else rng.uniform(-0.3, 1) * min(3000, one + other)
        lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360), max(apart, 1.0))
        first.append(star(rng, lon, lat, one, rng.integers(3, 13), k % 3 == 0))
        second.append(star(rng, lon2, lat2, other, rng.integers(3, 13), k % 5 == 0))
        points.append(shapely.Point(lon2, lat2))
    first, second = np.array(first), np.array(second)
    own = [np.floor(shapely.bounds(g)[:, [0, 2]].mean(axis=1) / 3 + 0.5) for g in (first, second)]
    return Sample(first, second, np.array(points), own[0] != own[1])


def densified(shape):
    """The outline cut to 5 m pieces along straight lines of its own Gauss-Krueger plane."""
    x0, _, x1, _ = shape.bounds
    own = plane("tmerc", 3.0 * np.floor((x0 + x1) / 6 + 0.5))
    flat = shapely.transform(shape, lambda c: np.column_stack(own(c[:, 0], c[:, 1])))
    fine = shapely.segmentize(flat, PIECE_M)
    return shapely.transform(fine, lambda c: np.column_stack(own(c[:, 0], c[:, 1], inverse=True)))


def true_area(shape) -> float:
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0])


def on(kind, middle, *shapes):
    at = plane(kind, *middle)
    return at, [
        shapely.transform(g, lambda c: np.column_stack(at(c[:, 0], c[:, 1]))) for g in shapes
    ]


def middle_of(one, other):
    x0, y0, x1, y1 = shapely.union(shapely.box(*one.bounds), shapely.box(*other.bounds)).bounds
    return (x0 + x1) / 2, (y0 + y1) / 2


def true_distance(one, other) -> float:
    at, (p, q) = on("aeqd", middle_of(one, other), one, other)
    line = shapely.get_coordinates(shapely.shortest_line(p, q))
    lon, lat = at(line[:, 0], line[:, 1], inverse=True)
    return 0.0 if p.intersects(q) else abs(GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2])


def errors(pairs: int, seed: int) -> dict[str, dict[str, np.ndarray]]:
    """Return errors by row of the table: relative for areas, metres for distances."""
    s = sample(pairs, seed)
    fine = [np.array([densified(g) for g in side]) for side in (s.first, s.second)]
    out = {"area of a polygon": [], "area of an overlap": [], "area outside": []}
    out |= {"distance of two polygons, m": [], "distance of a point and a polygon, m": []}
    truth = [np.array([true_area(g) for g in side]) for side in fine]
    for side, known in zip((s.first, s.second), truth, strict=True):
        out["area of a polygon"].append((area_m2(side) / known - 1, s.cross_zone))
    _laid_over(s, fine, truth[0], out)
    _measured(s, fine, out)
    out["distance of two points, m"] = [_points(s.points)]
    return {
        name: {
            "one zone": np.concatenate([e[~c] for e, c in blocks]),
            "two zones": np.concatenate([e[c] for e, c in blocks]),
        }
        for name, blocks in out.items()
    }


def _laid_over(s, fine, area, out):
    shared, rest = np.empty(len(s.first)), np.empty(len(s.first))
    for k, (one, other) in enumerate(zip(*fine, strict=True)):
        _, (p, q) = on("laea", middle_of(one, other), one, other)
        shared[k] = shapely.intersection(p, q).area
        rest[k] = shapely.difference(p, q).area
    i, j, found, _ = overlaps(s.first, s.second)
    own = np.zeros(len(s.first))
    own[i[i == j]] = found[i == j]
    real = shared > 0.01 * area
    out["area of an overlap"].append((own[real] / shared[real] - 1, s.cross_zone[real]))
    rows = np.arange(len(s.first))
    _, left, _ = outside(s.first, s.second, (rows, rows))
    real = rest > 0.01 * area
    out["area outside"].append((left[real] / rest[real] - 1, s.cross_zone[real]))


def _measured(s, fine, out):
    for name, partner, line in (
        ("distance of two polygons, m", s.second, fine[1]),
        ("distance of a point and a polygon, m", s.points, s.points),
    ):
        known = np.array([true_distance(p, q) for p, q in zip(fine[0], line, strict=True)])
        i, j, metres = pairs_within(s.first, partner, 20_000.0)
        own = np.full(len(known), np.inf)
        own[i[i == j]] = metres[i == j]
        near = known <= 3000
        out[name].append((own[near] - known[near], s.cross_zone[near]))


def _points(start):
    """Return errors of points set out by pyproj.Geod, and which pairs lie in two zones."""
    lon, lat = shapely.get_coordinates(start).T
    turn = np.arange(len(lon))
    known = 3000.0 * (turn + 1) / len(turn)
    end = np.column_stack(GEOD.fwd(lon, lat, 137.5 * turn % 360, known)[:2])
    i, j, metres = pairs_within(start, shapely.points(end), 3000.0)
    own = np.full(len(known), np.inf)
    own[i[i == j]] = metres[i == j]
    return own - known, np.round(lon / 3) != np.round(end[:, 0] / 3)


def table(found) -> str:
    lines = [
        "| quantity | where | cases | largest error | 99th percentile |",
        "|---|---|---|---|---|",
    ]
    for name, places in found.items():
        for place, error in places.items():
            size = np.abs(error)
            tail = np.percentile(size, 99) if len(size) else 0.0
            most = size.max(initial=0.0)
            lines.append(f"| {name} | {place} | {len(size)} | {most:.1e} | {tail:.1e} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(table(errors(given.pairs, given.seed)))


if __name__ == "__main__":
    main()
