"""Pairs of rights that touch in plain overlay, and what MR101 says of each.

The plain overlay is what any program does: outlines in one plane, ``intersects``, area of the
intersection. Nothing of minezone takes part in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from analysis.model import Verdict
from analysis.results import Results
from gis.distance import pairs_within
from gis.width import widths

CLASSES = ("overlap", "sliver", "touch", "apart", "refused")
REASONS = {
    "registered_overlap": "overlap",
    "overlap": "overlap",
    "sliver": "sliver",
    "touch": "touch",
}
ELLIPSOID = pyproj.Geod(ellps="GRS80")
STEP_M = 20.0
Pair = tuple[int, int]
Shapes = np.ndarray


def in_plane(shapes: Shapes, crs: object) -> Shapes:
    """Return degrees of EPSG:4326 in another system, straight edges between the same corners."""
    move = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform
    return shapely.transform(shapes, lambda c: np.column_stack(move(c[:, 0], c[:, 1])))


def plain_overlay(degrees: Shapes, crs: int) -> dict[Pair, float]:
    """Return pairs (i < j) that intersect in the plane of ``crs``, and the area shared, m2.

    For EPSG:4326 the shapes stay in degrees and areas are geodesic.
    """
    shapes = degrees if crs == 4326 else in_plane(degrees, crs)
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = i < j
    i, j = i[once], j[once]
    shared = shapely.intersection(shapes[i], shapes[j])
    area = geodesic_areas(shared) if crs == 4326 else shapely.area(shared)
    return dict(zip(zip(i.tolist(), j.tolist(), strict=True), area.tolist(), strict=True))


def plain_width(degrees: Shapes, crs: int, pairs: Sequence[Pair]) -> float:
    """Return the greatest width of what any of ``pairs`` shares in the plane of ``crs``, m."""
    if not pairs:
        return 0.0
    shapes = in_plane(degrees, crs)
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    i, j = np.array(pairs, np.int64).T
    parts = shapely.get_parts(shapely.intersection(shapes[i], shapes[j]))
    return float(widths(parts[shapely.get_type_id(parts) == 3]).max(initial=0.0))


def meeting(left: Shapes, right: Shapes) -> set[Pair]:
    """Return pairs that share a point in degrees."""
    one, other = (np.where(shapely.is_valid(s), s, shapely.make_valid(s)) for s in (left, right))
    i, j = shapely.STRtree(other).query(one, predicate="intersects")
    return set(zip(i.tolist(), j.tolist(), strict=True))


def geodesic_areas(shapes: Shapes) -> np.ndarray:
    """Return areas on the ellipsoid in m2, of the polygons in each shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_type_id(parts) == 3
    single = [abs(ELLIPSOID.geometry_area_perimeter(p)[0]) for p in parts[areal]]
    return np.bincount(owner[areal], weights=single, minlength=len(shapes))


@dataclass(frozen=True, eq=False)
class Said:
    """What MR101 says of pairs of source rows: class, area in m2, and what it left out.

    Attributes
    ----------
    classes, areas : by pair (i < j)
    gap_m : own-plane distance of pairs within 5 m
    refused : rows of the source that are not in the layer
    """

    classes: dict[Pair, str]
    areas: dict[Pair, float]
    gap_m: dict[Pair, float]
    refused: frozenset[int]

    def of(self, pair: Pair) -> str:
        """Return the one class that a pair belongs to."""
        if self.refused.intersection(pair):
            return "refused"
        return self.classes.get(pair, "apart")


def said_by_mr101(results: Results, rows: np.ndarray, count: int) -> Said:
    """Return what a ``screen`` says; ``rows`` are the source rows of the layer's features.

    Both rights of a pair must tell the same.
    """
    table, layer = results.findings, results.layers["mining_right"]
    about = np.flatnonzero((results.rule == "MR101") & (table.related >= 0))
    own = rows[results.subject_row[table.subject[about]]]
    other = rows[table.related[about]]
    seen: dict[Pair, set[tuple[str, float]]] = {}
    for k, i, j in zip(about, own.tolist(), other.tolist(), strict=True):
        word = REASONS[str(table.reason[k])]
        pair = (min(i, j), max(i, j))
        seen.setdefault(pair, set()).add((word, round(float(table.measured[k]) * 1e6, 6)))
        assert word != "touch" or table.verdict[k] == Verdict.PASS, pair
    assert all(len(told) == 1 for told in seen.values()), "one pair, two answers"
    a, b, gap = pairs_within(layer, layer, 5.0)
    near = dict(zip(zip(rows[a].tolist(), rows[b].tolist(), strict=True), gap, strict=True))
    return Said(
        {pair: next(iter(told))[0] for pair, told in seen.items()},
        {pair: next(iter(told))[1] for pair, told in seen.items()},
        near,
        frozenset(set(range(count)) - set(rows.tolist())),
    )


@dataclass(frozen=True)
class Account:
    """Touching pairs by class; ``large`` of them share more than 1 m2 in plain overlay."""

    total: Counter[str]
    large: Counter[str]
    beyond: Counter[str]
    widest_gap_m: float
    far: int


def account(plain: Mapping[Pair, float], said: Said, left_out: frozenset[int]) -> Account:
    """Put every pair of the plain overlay into one class; rows ``left_out`` are not counted.

    ``beyond`` are the pairs that MR101 names and the plain overlay does not know; ``far`` those
    apart that are not within 5 m of one another.
    """
    counted = {p: a for p, a in plain.items() if not left_out.intersection(p)}
    classes = {p: said.of(p) for p in counted}
    apart = [said.gap_m.get(p) for p, word in classes.items() if word == "apart"]
    near = [float(gap) for gap in apart if gap is not None]
    more = (p for p in said.classes if p not in plain and not left_out.intersection(p))
    return Account(
        Counter(classes.values()),
        Counter(classes[p] for p, area in counted.items() if area > 1.0),
        Counter(said.classes[p] for p in more),
        max(near, default=0.0),
        len(apart) - len(near),
    )


def checked_areas(degrees: Shapes, said: Said, skip: frozenset[int]) -> dict[str, float]:
    """Compare every overlap's area with one reached by pyproj, shapely and geodesics alone.

    Each outline is densified in the plane of its own 3-degree zone by PROJ, brought back to
    degrees, intersected there by GEOS, and measured on the ellipsoid.
    """
    pairs = [p for p, w in said.classes.items() if w == "overlap" and not skip.intersection(p)]
    i, j = np.array(pairs, np.int64).T
    dense = densified(degrees)
    truth = geodesic_areas(shapely.intersection(dense[i], dense[j]))
    plain = geodesic_areas(shapely.intersection(degrees[i], degrees[j]))
    found = np.array([said.areas[p] for p in pairs])
    big = truth > 1e4
    return {
        "pairs": len(pairs),
        "m2": float(np.abs(found - truth).max()),
        "share": float((np.abs(found - truth) / truth)[big].max()),
        "plain_m2": float(np.abs(plain - truth).max()),
        "area_km2": float(found.sum() / 1e6),
    }


def densified(degrees: Shapes) -> Shapes:
    """Return outlines in degrees whose edges are straight in their own Gauss-Krueger zone."""
    bounds = shapely.bounds(degrees)
    meridian = 3.0 * np.round((bounds[:, 0] + bounds[:, 2]) / 6.0)
    out = degrees.copy()
    for lon in np.unique(meridian[~np.isnan(meridian)]):
        rows = meridian == lon
        zone = f"+proj=tmerc +lat_0=0 +lon_0={lon} +k=1 +x_0=500000 +ellps=GRS80"
        back = pyproj.Transformer.from_crs(zone, "+proj=longlat +ellps=GRS80", always_xy=True)
        there = pyproj.Transformer.from_crs("+proj=longlat +ellps=GRS80", zone, always_xy=True)
        plane = shapely.transform(
            degrees[rows], lambda c, t=there: np.column_stack(t.transform(c[:, 0], c[:, 1]))
        )
        dense = shapely.segmentize(plane, STEP_M)
        out[rows] = shapely.transform(
            dense, lambda c, t=back: np.column_stack(t.transform(c[:, 0], c[:, 1]))
        )
    return np.where(shapely.is_valid(out), out, shapely.make_valid(out))
