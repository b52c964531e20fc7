"""Ground above voids: circles, ellipses and corners that can be worked out by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.subsidence import Movement, moved_ground

PLAIN = Movement(bottom_m=900.0, rock=45.0, soil=45.0, soil_m=0.0)
"""100 m below ground of 1,000 m, this reaches 100 m out."""


def level(x, y):
    return np.full(np.broadcast_shapes(np.shape(x), np.shape(y)), 1000.0)


def moved(outline, movement=PLAIN, height=level, step_m=5.0, most_m=2000.0):
    return moved_ground(outline, movement, height, step_m=step_m, most_m=most_m)


def radii(area, x=0.0, y=0.0):
    xy = shapely.get_coordinates(area) - (x, y)
    return np.hypot(xy[:, 0], xy[:, 1])


# -- how far a line comes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rock", "soil", "soil_m", "ground", "reach"),
    [
        (45.0, 45.0, 0.0, 1000.0, 100.0),
        (60.0, 45.0, 20.0, 1000.0, 20 + 80 / 3**0.5),
        (65.0, 45.0, 15.0, 1030.0, 15 + 115 / 2.1445069205),
        (80.0, 45.0, 300.0, 1000.0, 100.0),  # all of it soil
        (45.0, 45.0, 0.0, 890.0, -10.0),
    ],
)
def test_reach_of_a_line(rock, soil, soil_m, ground, reach):
    line = Movement(900.0, rock, soil, soil_m)
    assert float(line.reach(ground)) == pytest.approx(reach, abs=1e-8)


# -- level ground --------------------------------------------------------------------------------


def test_a_round_void_under_level_ground_has_a_round_zone():
    movement = Movement(900.0, 65.0, 45.0, 15.0)
    found = moved(shapely.Point(7, -3).buffer(50, quad_segs=256), movement)
    radius = 50 + 15 + 85 / np.tan(np.radians(65))
    away = radii(found.area, 7, -3)
    assert away.min() > radius - 0.001  # never less
    assert away.max() < radius + 0.01
    assert found.reach_m == pytest.approx(radius - 50, abs=0.001)
    assert (found.unknown, found.cut, found.open) == (False, False, False)


@pytest.mark.parametrize("segments", [8, 50, 333])
def test_no_piece_of_a_zone_is_lost(segments):
    """Plain overlays lost strips of a third of a metre between lines that nearly coincide."""
    for radius in (3.0, 50.0, 700.0):
        void = shapely.Point(412_345.6, 4_317_890.1).buffer(radius, quad_segs=segments)
        assert moved(void, step_m=25.0).area.covers(void.buffer(99.99, quad_segs=90))


def test_a_square_has_a_zone_with_round_corners():
    found = moved(shapely.box(-50, -50, 50, 50))
    assert found.area.area == pytest.approx(100**2 + 4 * 100 * 100 + np.pi * 100**2, rel=5e-5)
    assert found.area.bounds == pytest.approx((-150, -150, 150, 150), abs=0.006)
    corner = 50 + 100 / 2**0.5
    assert found.area.covers(shapely.Point(corner, corner))
    assert not found.area.covers(shapely.Point(corner + 0.01, corner + 0.01))


def test_a_notch_is_filled_as_far_as_its_edges_reach():
    void = shapely.Polygon([(0, 0), (600, 0), (600, 600), (450, 600), (450, 200), (150, 200),
                            (150, 600), (0, 600)])  # fmt: skip
    found = moved(void).area
    # 300 m wide: 100 m from either side and from below, 100 m of it left in the middle.
    assert found.covers(shapely.box(150, 200, 450, 299.99))
    assert found.covers(shapely.box(150, 300, 249.99, 600))
    assert not found.intersects(shapely.box(250.02, 300.02, 349.98, 600))
    assert found.area == pytest.approx(void.buffer(100, quad_segs=90).area, rel=5e-5)


def test_holes_are_entered_from_their_rim():
    outer, inner = shapely.box(-500, -500, 500, 500), shapely.box(-300, -300, 300, 300)
    (hole,) = moved(outer - inner).area.interiors
    assert shapely.Polygon(hole).bounds == pytest.approx((-200, -200, 200, 200), abs=0.002)
    assert len(moved(outer - shapely.box(-99, -99, 99, 99)).area.interiors) == 0


def test_each_part_of_a_void_has_its_zone_and_they_grow_together():
    near = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(299, 0, 399, 100)])
    far = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(301, 0, 401, 100)])
    assert moved(near).area.geom_type == "Polygon"
    assert shapely.get_num_geometries(moved(far).area) == 2


def test_the_way_round_of_a_ring_does_not_matter():
    ring = [(0, 0), (300, 40), (250, 300), (120, 90)]
    one, other = moved(shapely.Polygon(ring)), moved(shapely.Polygon(ring[::-1]))
    assert one.area.symmetric_difference(other.area).area < 0.01


# -- ground that is not level --------------------------------------------------------------------


@pytest.mark.parametrize(("slope", "rock"), [(0.3, 60.0), (-0.5, 45.0), (0.8, 70.0)])
def test_under_a_slope_a_point_has_an_ellipse(slope, rock):
    """A cone meets a plane: r = depth / (tan - slope cos), focus above the void."""
    found = moved(
        shapely.Point(0, 0).buffer(0.001, quad_segs=64),
        Movement(900.0, rock, rock, 0.0),
        lambda x, y: 1000.0 + slope * x + 0 * y,
        step_m=2.0,
    )
    steep = np.tan(np.radians(rock))
    eccentricity = abs(slope) / steep
    half = 100 / steep / (1 - eccentricity**2)
    ends = sorted([-np.sign(slope) * 100 / (steep + abs(slope)),
                   np.sign(slope) * 100 / (steep - abs(slope))])  # fmt: skip
    wide = half * np.sqrt(1 - eccentricity**2)
    assert found.area.bounds == pytest.approx((ends[0], -wide, ends[1], wide), rel=2e-4)
    assert found.area.area == pytest.approx(np.pi * half * wide, rel=1e-3)


def test_depth_counts_where_the_line_meets_the_ground():
    """Ground 40 m higher from x = 120 on, where no part of the void lies."""
    found = moved(
        shapely.box(-50, -50, 50, 50), height=lambda x, y: 1000.0 + 40 * (x > 120) + 0 * y
    )
    assert found.area.bounds[2] == pytest.approx(190, abs=0.01)
    assert found.area.bounds[0] == pytest.approx(-150, abs=0.01)


def test_beyond_a_gully_the_farthest_place_counts():
    gully = moved(
        shapely.box(-50, -50, 50, 50),
        height=lambda x, y: 1000.0 - 150 * (abs(x - 90) < 12) + 0 * y,
    )
    assert gully.area.bounds[2] == pytest.approx(150, abs=0.01)


def test_ground_at_or_below_the_bottom_is_told():
    cut_into = moved(
        shapely.box(0, 0, 100, 100), height=lambda x, y: 1000.0 - 120 * (x < 40) + 0 * y
    )
    assert cut_into.open
    assert not moved(shapely.box(0, 0, 100, 100)).open


def test_a_line_that_does_not_meet_the_ground_is_cut():
    """Ground as steep as the line."""
    found = moved(
        shapely.box(0, 0, 100, 100), height=lambda x, y: 1000.0 + 1.1 * abs(x) + 0 * y, most_m=500.0
    )
    assert found.cut
    assert found.reach_m == 500.0


# -- ground that is not known --------------------------------------------------------------------


def unknown_where(condition):
    return lambda x, y: np.where(condition(x + 0 * y, y + 0 * x), np.nan, 1000.0)


@pytest.mark.parametrize(
    ("condition", "unknown"),
    [
        (lambda x, y: x > 149, True),  # within the zone's last metre
        (lambda x, y: x > 160, False),
        (lambda x, y: (abs(x - 100) < 6) & (abs(y) < 6), True),
        (lambda x, y: (abs(x) < 20) & (abs(y) < 20), False),  # above the void: nothing to learn
        (lambda x, y: x < 0, True),
    ],
)
def test_gaps_in_the_ground(condition, unknown):
    assert moved(shapely.box(-50, -50, 50, 50), height=unknown_where(condition)).unknown == unknown


def test_what_is_known_of_the_zone_stays():
    found = moved(shapely.box(-50, -50, 50, 50), height=unknown_where(lambda x, y: x > 0))
    assert found.area.covers(shapely.box(-149.9, -50, -50, 50))
    assert found.area.bounds[2] < 51
    assert moved(
        shapely.box(0, 0, 9, 9), height=unknown_where(lambda x, y: x == x)
    ).area.equals(shapely.box(0, 0, 9, 9))  # fmt: skip


# -- any void ------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-200, 200), st.integers(-200, 200)), min_size=3, max_size=7),
    st.floats(20, 85),
)
def test_under_level_ground_a_zone_is_a_buffer(points, angle):
    void = shapely.MultiPoint(points).convex_hull
    if void.geom_type != "Polygon":
        return
    found = moved(void, Movement(960.0, angle, angle, 0.0), step_m=20.0).area
    reach = 40 / np.tan(np.radians(angle))
    assert found.covers(void.buffer(reach - 0.001, quad_segs=90))
    assert void.buffer(reach * 1.00005 + 0.002, quad_segs=180).covers(found)
