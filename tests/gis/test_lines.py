"""Length of lines outside polygons: by hand, along borders, across zones, under symmetries."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.area import length_m
from gis.lines import length_outside, line_parts_outside


def line(plane, *points):
    return plane.degrees(shapely.LineString(points))


def test_lines_by_hand(plane):
    a = [
        line(plane, (100, 100), (900, 100)),  # inside
        line(plane, (900, 100), (1130, 100)),  # 130 m stick out
        line(plane, (-30, 500), (1040, 500)),  # 30 m and 40 m
        line(plane, (3000, 0), (3000, 250)),  # wholly outside
        line(plane, (0, 0), (0, 1000)),  # along the border
        plane.box(0, 0, 10, 10),  # no line
        line(plane, (450, 500), (550, 500)),  # across a hole of 50 m
    ]
    hole = shapely.box(475, 450, 525, 550).exterior.coords
    b = [
        plane.degrees(shapely.Polygon(shapely.box(0, 0, 1000, 1000).exterior.coords, [hole])),
        plane.box(0, 0, 1000, 1000),
    ]
    rows, length = length_outside(a, b, (np.arange(6), np.ones(6, int)))
    assert rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert length == pytest.approx([0, 130, 70, 250, 0, 0], rel=2e-7, abs=1e-6)
    assert length_outside(a, b, ([6], [0]))[1] == pytest.approx([50], rel=1e-8)
    assert length_outside(a, b, ([6, 6], [0, 1]))[1].tolist() == [0]  # the union counts


def test_polygons_of_one_line_count_together(plane):
    a = [line(plane, (0, 50), (300, 50))]
    b = [plane.box(0, 0, 100, 100), plane.box(100, 0, 200, 100), plane.point(250, 50)]
    assert length_outside(a, b, ([0, 0], [1, 0]))[1] == pytest.approx([100], rel=1e-8)
    assert length_outside(a, b, ([0], [2]))[1] == pytest.approx([300], rel=1e-8)


def test_a_part_counts_whole_once_it_goes_beyond_the_margin(plane):
    a = [
        line(plane, (0, 0.9), (0, 0.5), (100, 0.5), (100, -10)),  # half a metre beside the border
        line(plane, (0, 1.1), (0, -10)),
        line(plane, (0, 0.9), (0, -10), (50, -10), (50, 2)),  # 0.9 m and 2 m
    ]
    b = [plane.box(-500, -500, 500, 0)]
    pairs = (np.arange(3), np.zeros(3, int))
    assert length_outside(a, b, pairs)[1] == pytest.approx([100.9, 1.1, 2.9], rel=1e-7)
    assert length_outside(a, b, pairs, 1.0)[1] == pytest.approx([0, 1.1, 2.0], abs=1e-6)
    assert length_outside(a, b, pairs, np.array([0.0, 2.0, 2.1]))[1] == pytest.approx(
        [100.9, 0, 0], abs=1e-6
    )


def test_the_parts_are_what_was_measured(plane):
    a = [line(plane, (-30, 500), (1040, 500)), line(plane, (1, 1), (2, 2))]
    b = [plane.box(0, 0, 1000, 1000)]
    parts = line_parts_outside(a, b, ([0, 1], [0, 0]))
    assert shapely.is_empty(parts).tolist() == [False, True]
    assert length_m(parts[:1]) == pytest.approx([70], rel=1e-8)
    west, east = shapely.get_parts(parts[0])
    assert west.distance(plane.point(-30, 500)) < 1e-9
    assert east.distance(plane.point(1040, 500)) < 1e-9


def test_no_pairs(plane):
    rows, length = length_outside([line(plane, (0, 0), (1, 1))], [], ([], []))
    assert len(rows) == len(length) == 0


def test_a_gallery_along_a_border_across_zones_stays_inside(plane):
    """3 km along an edge near 112.5 E: straight in one zone, it bends by millimetres in the other.

    The licences lie in zone 38 (114 E) and zone 37 (111 E), the galleries in the other one.
    """
    x = plane.proj(112.5, 38.0)[0]
    north = shapely.LineString([(x, 0), (x, 3000)])
    (lon, south), (_, top) = shapely.get_coordinates(plane.degrees(north))
    west, east = lon - 1e-4, lon + 1e-4
    licences = [
        shapely.Polygon([(west, south), (112.7, south), (112.7, top), (west, top)]),
        shapely.Polygon([(east, south), (112.3, south), (112.3, top), (east, top)]),
    ]
    galleries = [shapely.LineString([(v, south), (v, top)]) for v in (west, east)]
    pairs = ([0, 1], [0, 1])
    assert length_outside(galleries, licences, pairs, 0.001)[1].tolist() == [0, 0]
    # A metre beside the border is no bend.
    degree = 1 / 87_800
    moved = [
        shapely.LineString([(west - degree, south), (west - degree, top)]),
        shapely.LineString([(east + degree, south), (east + degree, top)]),
    ]
    assert length_outside(moved, licences, pairs, 0.001)[1] == pytest.approx(
        length_m(moved), abs=0.01
    )


def test_across_zones_lengths_stay_true(plane, other_plane):
    """A licence of zone 38 and a gallery whose middle lies in zone 37."""
    x, y = other_plane.proj(112.5, 38.0)
    y -= other_plane.north
    licence = other_plane.degrees(shapely.box(x - 100, y, x + 4000, y + 1000))
    gallery = other_plane.degrees(shapely.LineString([(x - 400, y + 500), (x + 100, y + 500)]))
    piece = other_plane.degrees(shapely.LineString([(x - 400, y + 500), (x - 100, y + 500)]))
    rows, length = length_outside([gallery], [licence], ([0], [0]))
    assert rows.tolist() == [0]
    assert length == pytest.approx(length_m([piece]), abs=2e-3)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    points=st.lists(
        st.tuples(st.integers(-200, 200), st.integers(-200, 200)),
        min_size=2,
        max_size=6,
        unique=True,
    ),
    margin=st.sampled_from([0.0, 0.1, 5.0, 60.0]),
)
def test_no_more_than_the_line_and_less_with_a_margin(plane, points, margin):
    a, b = [line(plane, *points)], [plane.box(-100, -100, 100, 100)]
    whole = length_m(a)[0]
    free = length_outside(a, b, ([0], [0]))[1][0]
    kept = length_outside(a, b, ([0], [0]), margin)[1][0]
    back = length_outside([line(plane, *points[::-1])], b, ([0], [0]), margin)[1][0]
    assert -1e-9 <= kept <= free + 1e-6 <= whole * (1 + 1e-8) + 2e-6
    assert back == pytest.approx(kept, abs=1e-5)
    exact = shapely.LineString(points).difference(shapely.box(-100, -100, 100, 100)).length
    assert free == pytest.approx(exact, rel=1e-7, abs=1e-5)
