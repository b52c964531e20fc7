"""Overlaps, what lies outside, and buffers: by hand, across zones, and under symmetries."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.area import area_m2
from gis.overlay import (
    buffers,
    covered,
    covered_shapes,
    outside,
    outside_shapes,
    overlap_shapes,
    overlaps,
)
from gis.ragged import Ragged


def rows(found):
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


def test_boxes_by_hand(plane):
    a = [plane.box(-500, 0, 500, 1000)]
    b = [
        plane.box(400, 900, 700, 1200),  # shares 100 m x 100 m
        plane.box(500, 0, 900, 1000),  # shares an edge
        plane.box(500, 1000, 900, 1200),  # shares a corner
        plane.box(501, 0, 900, 1000),  # 1 m away
        plane.box(-100, 100, 100, 200),  # lies inside
        plane.box(-500, 0, 500, 1000),  # the same
        plane.box(499.98, 0, 900, 1000),  # shares a strip of 2 cm
        plane.point(0, 10),
    ]
    found = overlaps(a, b)
    assert rows(found) == [(0, 0), (0, 1), (0, 2), (0, 4), (0, 5), (0, 6)]
    assert found[2] == pytest.approx([1e4, 0, 0, 2e4, 1e6, 20], rel=2e-8, abs=1e-4)
    assert found[3] == pytest.approx([100, 0, 0, 100, 1000, 0.02], rel=1e-3, abs=2e-6)
    shapes = overlap_shapes(a, b, [0, 0, 0, 0], [6, 0, 3, 7])
    assert area_m2(shapes[[0, 1]]) == pytest.approx([20, 1e4], rel=1e-6)
    assert shapely.is_empty(shapes).tolist() == [False, False, True, True]


def test_a_layer_with_itself_gives_both_orders_and_no_self(plane):
    layer = Ragged.from_shapely(
        [plane.box(0, 0, 10, 10), plane.box(5, 5, 15, 15), plane.box(10, 0, 20, 5)]
    )
    found = overlaps(layer, layer)
    assert rows(found) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    assert found[2] == pytest.approx([25, 0, 25, 0, 0, 0], abs=1e-4)
    assert [len(v) for v in overlaps([], layer)] == [0, 0, 0, 0]
    assert [len(v) for v in overlaps(layer, [])] == [0, 0, 0, 0]


def test_corners_on_a_long_common_edge_make_no_overlap(plane):
    """T-junctions: the neighbour's corners lie on the straight edge in the plane."""
    one = plane.box(100_000, 0, 103_000, 3000)
    steps = [(103_000, 0), (103_000, 700), (103_000, 1234.5), (103_000, 3000), (105_000, 1500)]
    other = plane.degrees(shapely.Polygon(steps))
    found = overlaps([one], [other])
    assert rows(found) == [(0, 0)]
    assert found[3][0] <= 1e-6
    assert found[2][0] <= 1e-3


@pytest.mark.parametrize("shift", [0.0, 0.02, -0.02])
def test_a_common_border_across_zones_stays_one(plane, other_plane, shift):
    """A border of 3 km on 112.5 E bends by millimetres from one zone's plane to the other's."""
    x = plane.proj(112.5, 38.0)[0]
    border = shapely.LineString([(x - 40, 0), (x - 10, 3000)])
    (x0, y0), (x1, y1) = shapely.get_coordinates(plane.degrees(border))
    degrees = shift / 87_800
    west = shapely.Polygon([(x0, y0), (x1, y1), (112.46, y1), (112.46, y0)])
    east = shapely.Polygon([(x0 - degrees, y0), (x1 - degrees, y1), (112.56, y1), (112.56, y0)])
    found = overlaps([west], [east])
    back = overlaps([east], [west])
    if shift < 0:
        assert rows(found) == []
        return
    assert rows(found) == [(0, 0)]
    assert found[3][0] == pytest.approx(shift, abs=2e-4)
    assert back[3] == pytest.approx(found[3], abs=1e-6)
    assert found[2][0] == pytest.approx(3000 * shift, rel=2e-3, abs=1e-3)
    _, area, width = outside([west], [west, east], ([0, 0], [0, 1]))
    assert (area[0], width[0]) == (pytest.approx(0, abs=1e-3), pytest.approx(0, abs=1e-6))
    assert other_plane.lon0 == 114


def test_outside_of_a_union_across_zones(plane):
    """Two grounds of two zones with a common border cover what lies across it."""
    x = plane.proj(112.5, 38.0)[0]
    (x0, y0), (x1, y1) = shapely.get_coordinates(
        plane.degrees(shapely.LineString([(x, 0), (x, 3000)]))
    )
    west = shapely.Polygon([(x0, y0), (x1, y1), (112.4, y1), (112.4, y0)])
    east = shapely.Polygon([(x0, y0), (x1, y1), (112.6, y1), (112.6, y0)])
    inner = plane.box(x - 500, 500, x + 400, 2500)
    i, area, width = outside([inner], [west, east], ([0, 0], [0, 1]))
    assert i.tolist() == [0]
    assert area[0] < 1e-3
    assert width[0] < 1e-6
    assert outside([inner], [west], ([0], [0]))[1][0] > 1e5


def test_overlaps_of_many_parts_take_the_widest(plane):
    comb = plane.degrees(
        shapely.union_all(
            [shapely.box(0, 0, 10, 100), shapely.box(30, 0, 34, 100), shapely.box(0, 90, 40, 100)]
        )
    )
    bar = plane.box(-10, 10, 50, 20)
    found = overlaps([comb], [bar])
    assert found[2][0] == pytest.approx(140, rel=1e-7)
    assert found[3][0] == pytest.approx(10, rel=1e-3)


def test_outside_and_covered_by_a_union(plane):
    goafs = [plane.box(0, 0, 100, 100), plane.box(0, 0, 100, 100), plane.box(200, 0, 300, 100)]
    rights = [
        plane.box(-10, -10, 50, 110),
        plane.box(50, -10, 90, 110),
        plane.box(40, -10, 60, 110),
        plane.box(900, 0, 950, 10),
        plane.point(250, 50),
    ]
    pairs = ([2, 0, 0, 1, 2, 0], [3, 1, 0, 0, 4, 2])
    i, area, width = outside(goafs, rights, pairs)
    assert i.tolist() == [0, 1, 2]
    assert area == pytest.approx([1000, 5000, 1e4], rel=1e-6)
    assert width == pytest.approx([10, 50, 100], rel=1e-3)
    shapes = outside_shapes(goafs, rights, pairs)
    assert area_m2(shapes) == pytest.approx(area, rel=1e-6)
    i, cover = covered(goafs, rights, pairs)
    assert i.tolist() == [0, 1, 2]
    assert cover == pytest.approx([9000, 5000, 0], rel=1e-6)
    shapes = covered_shapes(goafs, rights, pairs)
    assert area_m2(shapes[:2]) == pytest.approx(cover[:2], rel=1e-6)
    assert shapes[2].is_empty
    nothing = outside(goafs, rights, ([], []))
    assert [len(v) for v in nothing] == [0, 0, 0]


def test_adjoining_grounds_leave_nothing_between_them(plane):
    goaf = plane.box(10, 10, 2990, 990)
    rights = [plane.box(1000 * k, 0, 1000 * k + 1000, 1000) for k in range(3)]
    _, area, width = outside([goaf], rights, ([0] * 3, [0, 1, 2]))
    assert area[0] == pytest.approx(0, abs=1e-4)
    assert width[0] < 1e-6


def ragged_ground(plane, corners=5000):
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = 30_000 + 500 * np.sin(97 * angle) + np.random.default_rng(3).normal(0, 3, corners)
    ring = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    return plane.degrees(
        shapely.Polygon(ring, [shapely.Point(3000, 0).buffer(900).exterior.coords])
    )


@pytest.mark.parametrize("east", [0, 120_000])
def test_windows_of_large_polygons_change_nothing(plane, monkeypatch, east):
    ground = shapely.transform(ragged_ground(plane), lambda c: c + np.array([east / 87_800, 0]))
    rng = np.random.default_rng(4)
    at = rng.uniform(-31_000, 31_000, (300, 2)) + np.array([east, 0])
    size = rng.uniform(50, 1500, 300)
    rights = [plane.box(x, y, x + s, y + s) for (x, y), s in zip(at, size, strict=True)]
    monkeypatch.setattr("gis.plane.BIG", 10**9)
    whole = overlaps([ground], rights)
    left = outside(rights, [ground], (whole[1], whole[0]))
    monkeypatch.setattr("gis.plane.BIG", 1000)
    cut = overlaps([ground], rights)
    assert len(whole[0]) > 100
    assert rows(cut) == rows(whole)
    assert cut[2] == pytest.approx(whole[2], rel=1e-9, abs=1e-3)
    assert cut[3] == pytest.approx(whole[3], rel=2e-3, abs=1e-5)
    again = outside(rights, [ground], (whole[1], whole[0]))
    assert again[1] == pytest.approx(left[1], rel=1e-9, abs=1e-3)


def test_areas_far_from_the_meridian_are_true(plane):
    """At 160 km from the meridian the plane exaggerates areas by 6e-4."""
    shape = shapely.Polygon([(155_000, 0), (165_000, 500), (161_000, 9000), (156_000, 5000)])
    found = overlaps([plane.degrees(shape)], [plane.degrees(shape.reverse())])
    assert found[2][0] == pytest.approx(area_m2([plane.degrees(shape)])[0], rel=1e-8)
    huge = shapely.box(109, 30, 114, 35)
    found = overlaps([huge], [huge])
    assert found[2][0] == pytest.approx(area_m2([huge])[0], rel=1e-8)


# -- laws --------------------------------------------------------------------------------------


@st.composite
def stars(draw):
    n = draw(st.integers(3, 9))
    x, y = draw(st.integers(-900, 900)), draw(st.integers(-900, 900))
    reach = draw(st.lists(st.integers(50, 900), min_size=n, max_size=n))
    turn = draw(st.integers(0, 359))
    angle = np.radians(turn) + np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(stars(), stars(), st.integers(-150_000, 150_000), st.integers(0, 8))
def test_laws_of_overlaps(plane, one, other, east, start):
    shift = np.array([east, 0])
    a = plane.degrees(shapely.Polygon(one + shift))
    b = plane.degrees(shapely.Polygon(other + shift))
    found = overlaps([a], [b])
    area = found[2].sum()
    assert area <= area_m2([a, b]).min() * (1 + 1e-7)
    back = overlaps([b], [a])
    assert back[2].sum() == pytest.approx(area, rel=1e-7, abs=1e-4)
    turn = np.roll(one, -(start % len(one)), axis=0)[::-1] + shift
    assert overlaps([plane.degrees(shapely.Polygon(turn))], [b])[2].sum() == pytest.approx(
        area, rel=1e-9, abs=1e-5
    )
    moved = [shapely.transform(g, lambda c: c + np.array([3.0, 0])) for g in (a, b)]
    assert overlaps(moved[:1], moved[1:])[2].sum() == pytest.approx(area, rel=1e-9, abs=1e-5)
    if len(found[0]):
        i, left, _ = outside([a], [b], (found[0], found[1]))
        assert left[0] + area == pytest.approx(area_m2([a])[0], rel=1e-7)
        assert covered([a], [b], (found[0], found[1]))[1][0] == pytest.approx(area, rel=1e-7)
        assert i.tolist() == [0]


# -- buffers -----------------------------------------------------------------------------------


def test_buffers_are_true_metres(plane, geodesic):
    point = plane.point(120_000, 0)
    (circle,) = buffers([point], 3000.0)
    ring = shapely.get_coordinates(circle)
    n = len(ring)
    metres = geodesic.inv(np.full(n, point.x), np.full(n, point.y), *ring.T)[2]
    assert metres == pytest.approx(np.full(n, 3000.0), abs=2e-3)
    assert area_m2([circle])[0] == pytest.approx(np.pi * 9e6, rel=3e-4)
    small = buffers([plane.box(0, 0, 100, 100)] * 2, [10.0, 20.0])
    expected = [1e4 + 400 * r + np.pi * r * r for r in (10, 20)]
    assert area_m2(small) == pytest.approx(expected, rel=3e-4)
    with pytest.raises(ValueError, match="metres"):
        buffers([point], 0.0)


def test_buffers_of_long_features_are_joined_from_pieces(plane, geodesic):
    river = shapely.LineString([(109, 38), (113, 38.2)])
    (strip,) = buffers([river], 1000.0)
    assert strip.geom_type == "Polygon"
    assert not strip.interiors
    # Straight in the plane of 111 E: 2 x 1,000 m beside its true length, and two half discs.
    from gis.area import length_m

    expected = 2000 * length_m([river])[0] + np.pi * 1e6
    assert area_m2([strip])[0] == pytest.approx(expected, rel=1e-5)
    (ground,) = buffers([plane.box(0, 0, 40_000, 40_000)], 1000.0)
    assert area_m2([ground])[0] == pytest.approx(42_000**2 - (4 - np.pi) * 1e6, rel=2e-5)


def test_a_feature_is_never_laid_over_itself(monkeypatch):
    from gis import overlay

    laid = []

    def told(left, right, i, j):
        laid.extend(zip(i.tolist(), j.tolist(), strict=True))
        return overlay_kernel_shared(left, right, i, j)

    overlay_kernel_shared = overlay.shared
    monkeypatch.setattr(overlay, "shared", told)
    boxes = [shapely.box(111 + k / 200, 39, 111.006 + k / 200, 39.01) for k in range(4)]
    every = Ragged.from_shapely(np.array(boxes, dtype=object))
    own = np.array([2, 0])
    i, j, area, _ = overlay.overlaps(every.take(own), every, own)
    pairs = [(0, 1), (0, 3), (1, 1)]
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == laid == pairs
    assert (area > 0).all()
