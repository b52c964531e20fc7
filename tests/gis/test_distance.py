"""Distances, shortest lines and regions: exact by construction or against brute force."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.distance import distances, inside, near_boxes, pairs_within, shortest_lines
from gis.ragged import Ragged


def points_at(geodesic, lon, lat, azimuths, metres):
    n = len(azimuths)
    x, y, _ = geodesic.fwd(np.full(n, lon), np.full(n, lat), azimuths, np.full(n, metres))
    return shapely.points(x, y)


@pytest.mark.parametrize("lat", [20.0, 38.0, 53.0, -35.0])
@pytest.mark.parametrize("lon", [111.0, 112.5, 113.9])
def test_points_at_a_known_distance(geodesic, lon, lat):
    ring = points_at(geodesic, lon, lat, np.arange(0, 360, 10.0), 3000.0)
    i, j, metres = pairs_within([shapely.Point(lon, lat)], ring, 3000.0)
    assert i.tolist() == [0] * 36
    assert j.tolist() == list(range(36))
    assert metres == pytest.approx(np.full(36, 3000.0), abs=1e-6)
    assert (metres <= 3000.0).all()
    assert not len(pairs_within([shapely.Point(lon, lat)], ring, 2999.99)[0])


def test_the_limit_counts_for_outlines_too(plane):
    # On the meridian the plane's lengths are true.
    one = plane.box(-0.5, 0, 0.5, 100)
    other = plane.box(-0.5, 400, 0.5, 500)
    i, j, metres = pairs_within([one], [other], 300.0)
    assert (i.tolist(), j.tolist()) == ([0], [0])
    assert metres[0] == pytest.approx(300.0, abs=1e-6)
    assert not len(pairs_within([one], [other], 299.999)[0])


def test_contact_cover_and_holes_have_distance_zero(plane):
    ground = shapely.Polygon(
        [(0, 0), (5000, 0), (5000, 5000), (0, 5000)],
        [[(1000, 1000), (4000, 1000), (4000, 4000), (1000, 4000)]],
    )
    a = [plane.degrees(ground)]
    b = [
        plane.point(500, 500),  # inside
        plane.point(2500, 1200),  # in the hole, 200 m from its rim
        plane.box(100, 100, 200, 200),  # inside
        plane.box(-100, -100, 10_000, 10_000),  # holds it
        plane.box(4900, 4900, 6000, 6000),  # overlaps
        plane.degrees(shapely.LineString([(-500, 2000), (-100, 2000), (-500, 3000)])),
        plane.point(0, 0),  # the corner itself
    ]
    _, j, metres = pairs_within(a, b, 300.0)
    assert j.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert metres == pytest.approx([0, 200, 0, 0, 0, 100, 0], abs=1e-4)
    assert metres[[0, 2, 3, 4, 6]].tolist() == [0] * 5
    back = pairs_within(b, a, 300.0)
    assert back[0].tolist() == j.tolist()
    assert back[2] == pytest.approx(metres, abs=1e-9)


def test_a_part_inside_counts(plane):
    two = shapely.MultiPoint([plane.point(-9000, 0), plane.point(500, 500)])
    assert pairs_within([plane.box(0, 0, 1000, 1000)], [two], 0.0)[2].tolist() == [0.0]


@pytest.mark.parametrize("gap", [0.0003, -0.0003])
def test_millimetres_beside_a_long_edge_are_judged_in_the_plane(plane, gap):
    # 124 m along a piece of 248 m the chord in degrees misses the edge by a millimetre.
    ground = plane.box(100_000, 0, 104_960, 5000)
    spots = [plane.point(100_124 + 248 * k, -gap) for k in range(20)]
    _, j, metres = pairs_within([ground], spots, 1.0)
    assert len(j) == 20
    assert metres == pytest.approx(np.full(20, max(gap, 0)), abs=3e-5)
    assert (metres == 0).all() == (gap < 0)


def test_one_layer_with_itself(plane):
    boxes = Ragged.from_shapely([plane.box(k * 1000, 0, k * 1000 + 800, 10) for k in range(4)])
    i, j, metres = pairs_within(boxes, boxes, 250.0)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [
        (0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2),
    ]  # fmt: skip
    assert metres == pytest.approx(np.full(6, 200.0), abs=1e-3)
    i, j, _ = pairs_within(boxes, boxes, [250.0, 0, 0, 250.0])
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(0, 1), (3, 2)]


def test_limits_per_feature_and_wrong_limits(plane):
    near = [plane.point(0, 0), plane.point(0, 0)]
    assert pairs_within(near, [plane.point(0, 50)], [49.0, 51.0])[0].tolist() == [1]
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="metres"):
            pairs_within(near, near, wrong)
    assert [len(v) for v in pairs_within([], near, 1.0)] == [0, 0, 0]
    assert [len(v) for v in pairs_within(near, [], 1.0)] == [0, 0, 0]


def test_across_a_zone_edge(plane):
    # The box has its middle west of 112.5 E, the edge of the zone, the point lies east of it.
    x = plane.proj(112.5, 38.0)[0]
    one = plane.box(x - 800, 0, x - 400, 400)
    lon, lat = plane.proj(x - 100, plane.north + 200, inverse=True)
    assert shapely.centroid(one).x < 112.5
    _, _, metres = pairs_within([one], [shapely.Point(lon, lat)], 1000.0)
    scale = 1 + (x - 250) ** 2 / (2 * 6.3732e6**2)
    assert metres[0] == pytest.approx(300 / scale, abs=1e-4)


def winding(plane, n, seed):
    rng = np.random.default_rng(seed)
    steps = np.column_stack([rng.uniform(20, 60, n), rng.normal(0, 80, n)])
    return plane.degrees(shapely.LineString(np.cumsum(steps, axis=0) - [80_000, 0]))


def test_a_long_river_against_brute_force(plane, geodesic):
    river = winding(plane, 3000, 4)
    rng = np.random.default_rng(5)
    track = shapely.get_coordinates(river)[rng.integers(0, 3000, 60)]
    ponds = [
        plane.degrees(shapely.transform(shapely.Point(p).buffer(100, 4), lambda c: c))
        for p in np.column_stack(plane.proj(track[:, 0], track[:, 1]))
        + rng.normal(0, 2500, (60, 2))
        - [0, plane.north]
    ]
    i, j, metres = pairs_within(ponds, [river], 3000.0)
    assert set(j.tolist()) == {0}
    expected = {}
    for k, pond in enumerate(ponds):
        middle = shapely.get_coordinates(pond.centroid)[0]
        local = shapely.transform(np.array([pond, river]), _azimuthal(middle[0], middle[1]))
        if local[0].distance(local[1]) <= 3000:
            expected[k] = local[0].distance(local[1])
    assert i.tolist() == list(expected)
    assert metres == pytest.approx(list(expected.values()), abs=1e-3)
    flipped = pairs_within([river], ponds, 3000.0)
    assert flipped[1].tolist() == i.tolist()
    assert flipped[2] == pytest.approx(metres, abs=1e-6)
    lines = shortest_lines(ponds, [river], i, j)
    ends = shapely.get_coordinates(lines)
    assert geodesic.inv(*ends[0::2].T, *ends[1::2].T)[2] == pytest.approx(metres, abs=1e-6)


def _azimuthal(lon, lat):
    import pyproj

    proj = pyproj.Proj(
        f"+proj=aeqd +lon_0={float(lon)!r} +lat_0={float(lat)!r} +a=6378137 +rf=298.257222101"
    )
    return lambda c: np.column_stack(proj(c[:, 0], c[:, 1]))


def test_results_do_not_depend_on_chunks(plane, monkeypatch):
    river = Ragged.from_shapely([winding(plane, 500, 6), winding(plane, 500, 7)])
    spots = [
        plane.point(x, y)
        for x, y in np.random.default_rng(8).normal(0, 9000, (200, 2)) - [70_000, 0]
    ]
    whole = pairs_within(river, spots, 2500.0)
    monkeypatch.setattr("gis.pieces._RESULTS", 50)
    monkeypatch.setattr("gis.nearest._MEASURED", 7)
    again = pairs_within(river, spots, 2500.0)
    assert len(whole[0]) > 50
    for one, other in zip(whole, again, strict=True):
        assert one.tolist() == other.tolist()


def test_shortest_lines_keep_the_order_asked_for(plane, monkeypatch):
    a = [plane.box(0, 0, 100, 100), plane.box(1000, 0, 1100, 100)]
    b = [plane.point(50, 300), plane.point(50, 50), plane.box(90, 90, 200, 200)]
    monkeypatch.setattr("gis.nearest._LISTED", 2)
    lines = shortest_lines(a, b, [1, 0, 0, 0, 0], [1, 2, 1, 0, 0])
    geometry = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    x, y = plane.proj(geometry[..., 0], geometry[..., 1])
    metres = np.hypot(np.diff(x, axis=1), np.diff(y, axis=1)).ravel()
    assert metres == pytest.approx([950, 0, 0, 200, 200], abs=1e-4)
    start = np.column_stack([np.asarray(x)[3], np.asarray(y)[3] - plane.north])
    assert start == pytest.approx(np.array([[50, 100], [50, 300]]), abs=1e-4)
    assert shapely.covers(shapely.buffer(a[0], 1e-9), lines[2])
    assert shapely.covers(shapely.buffer(b[2], 1e-9), lines[1])
    assert len(shortest_lines(a, b, [], [])) == 0


# -- regions -----------------------------------------------------------------------------------


def test_inside_a_region_of_adjoining_polygons(plane):
    region = [
        plane.box(0, 0, 5000, 5000),
        plane.box(5000, 0, 9000, 2400),
        plane.box(5000, 2400, 9000, 5000),  # a T-junction on the common edge
    ]
    features = [
        plane.box(4000, 1000, 6000, 4000),  # across both inner borders: 1,000 m to the rim
        plane.box(0, 0, 5000, 5000),  # shares the rim
        plane.box(-1, 100, 50, 200),  # 1 m over the rim
        plane.point(2000, 300),
        plane.degrees(shapely.LineString([(4500, 4500), (8800, 4500)])),
        plane.point(20_000, 0),
    ]
    assert inside(features, region, 0.0).tolist() == [True, True, False, True, True, False]
    assert inside(features, region, 299.9).tolist() == [True, False, False, True, False, False]
    assert inside(features, region, 300.1).tolist() == [True, False, False, False, False, False]
    assert inside(features, region, [999.5, 0, 0, 0, 199.5, 0]).tolist() == [
        True, True, False, True, True, False,
    ]  # fmt: skip
    assert not inside(features, region, 1000.5).any()
    assert not inside(features, [plane.point(0, 0)], 0.0).any()
    assert not inside(features, [], 0.0).any()


def test_a_hole_of_the_region_is_outside(plane):
    ring = plane.degrees(shapely.box(0, 0, 9000, 9000) - shapely.box(4000, 4000, 5000, 5000))
    spots = [plane.box(3900, 3900, 5100, 5100), plane.point(4500, 4500), plane.point(3800, 4500)]
    assert inside(spots, [ring], 0.0).tolist() == [False, False, True]
    assert inside(spots, [ring], 250.0).tolist() == [False, False, False]


def test_near_boxes(plane):
    spots = [plane.point(0, 0), plane.point(50_000, 0)]
    box = shapely.bounds(plane.box(1000, 0, 1100, 100))
    assert near_boxes(spots, [box], 1000.1).tolist() == [True, False]
    assert near_boxes(spots, [box], 900.0).tolist() == [False, False]
    assert near_boxes(spots, [box, [np.nan] * 4], 1.0).tolist() == [True, True]
    assert near_boxes(spots, np.empty((0, 4)), 1.0).tolist() == [False, False]


def test_near_boxes_never_misses(geodesic):
    rng = np.random.default_rng(9)
    for lat in (0.0, 25.0, 53.0, 80.0):
        ring = points_at(geodesic, 110.0, lat, rng.uniform(0, 360, 200), 4999.999)
        boxes = np.tile(shapely.get_coordinates(ring), 2)
        for box in boxes:
            assert near_boxes([shapely.Point(110, lat)], [box], 5000.0).all()


def test_distances_of_given_pairs_are_those_that_a_search_finds(plane):
    """Apart, touching, inside a polygon, on its outline; in the order asked for, repeats too."""
    points = [plane.point(x, 50) for x in (-300, 0, 40, 100, 1250)]
    areas = [plane.box(0, 0, 100, 100), plane.box(1000, 0, 1100, 100)]
    i, j, metres = pairs_within(points, areas, 5000.0)
    known = dict(zip(zip(i.tolist(), j.tolist(), strict=True), metres.tolist(), strict=True))
    asked = [(4, 1), (0, 0), (2, 0), (3, 0), (4, 0), (1, 0), (4, 1), (0, 1)]
    found = distances(points, areas, *np.transpose(asked))
    assert found.tolist() == [known[pair] for pair in asked]
    assert found == pytest.approx([150, 300, 0, 0, 1150, 0, 150, 1300], abs=1e-3)
    assert len(distances(points, areas, [], [])) == 0
