"""Ellipsoidal areas against closed forms and geodesic truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from gis.area import area_km2, area_m2, length_m

E2 = (2 - 1 / 298.257222101) / 298.257222101
MINOR = 6378137.0 * (1 - 1 / 298.257222101)


def zone_area(south: float, north: float) -> float:
    """Exact area between two parallels, per radian of longitude (Snyder 1987, eq. 3-12)."""

    def until(lat: float) -> float:
        s, e = math.sin(math.radians(lat)), math.sqrt(E2)
        return s / (1 - E2 * s * s) + math.atanh(e * s) / e

    return MINOR**2 / 2 * (until(north) - until(south))


@pytest.mark.parametrize("south", [3.0, 20.0, 38.0, 53.0])
def test_a_cell_of_the_graticule_has_the_exact_area(south):
    # 0.002 degrees about the zone's meridian: sides bend from the plane's straight lines by
    # 1e-10 of the area (a cell of 0.02 degrees: 1e-8, as seen on its meridians).
    cell = shapely.box(110.999, south, 111.001, south + 0.002)
    expected = zone_area(south, south + 0.002) * math.radians(0.002)
    assert area_m2([cell])[0] == pytest.approx(expected, rel=1e-9)


def test_plane_area_and_scale_give_the_same_by_hand(plane):
    # On the meridian the plane's scale is 1 + x2/2R2: 1e-8 for 1 km.
    assert area_m2([plane.box(-500, 0, 500, 1000)])[0] == pytest.approx(1e6, rel=1e-8)
    # 100 km east: k = 1 + x2 / 2R2 with R = 6 371 km at 38 N (radii 6360.3 and 6386.2 km).
    off = area_m2([plane.box(99_500, 0, 100_500, 1000)])[0]
    assert off == pytest.approx(1e6 / (1 + 1e10 / (6.3732e6**2)), rel=3e-7)


def test_holes_parts_direction_and_start_corner(plane):
    shell, hole = plane.box(0, 0, 1000, 1000), plane.box(100, 100, 300, 300)
    outer, inner = shapely.get_coordinates(shell), shapely.get_coordinates(hole)
    holed = shapely.Polygon(outer, [inner])
    whole, part, cut = area_m2([shell, hole, holed])
    assert cut == pytest.approx(whole - part, rel=1e-12)
    turned = shapely.Polygon(outer[::-1], [inner])
    started = shapely.Polygon(np.vstack([outer[2:-1], outer[:3]]), [inner[::-1]])
    assert area_m2([turned, started]) == pytest.approx([cut, cut], rel=1e-12)
    away = plane.box(5000, 0, 6000, 1000)
    two = shapely.MultiPolygon([holed, away])
    assert area_m2([two])[0] == pytest.approx(cut + area_m2([away])[0], rel=1e-11)


def test_only_polygons_have_area(plane):
    line = plane.degrees(shapely.LineString([(0, 0), (3000, 4000)]))
    shapes = [plane.point(0, 0), plane.box(0, 0, 100, 100), line]
    assert area_m2(shapes).tolist() == [0, pytest.approx(1e4, rel=1e-6), 0]
    assert length_m(shapes) == pytest.approx([0, 400, 5000], rel=1e-6)
    assert area_m2([]).tolist() == []
    assert length_m([]).tolist() == []


def test_length_on_the_meridian_is_the_geodesic(geodesic):
    line = shapely.LineString([(111, 38), (111, 38.5)])
    expected = geodesic.inv(111, 38, 111, 38.5)[2]
    assert length_m([line])[0] == pytest.approx(expected, abs=1e-6)


def test_registered_areas_have_four_decimals(plane):
    assert area_km2([plane.box(0, 0, 1234.5, 1000)]).tolist() == [1.2345]


def test_moving_by_a_whole_zone_changes_nothing(plane, other_plane):
    shape = shapely.Polygon([(90_000, 0), (93_000, 200), (92_000, 2500), (91_000, 900)])
    here, there = plane.degrees(shape), other_plane.degrees(shape)
    moved = shapely.transform(here, lambda c: c + np.array([3, 0]))
    assert area_m2([there, moved]) == pytest.approx(area_m2([here]).repeat(2), rel=1e-10)


def test_kilometre_edges_are_straight_in_the_plane_not_in_degrees(plane):
    """The pieces matter: corner to corner in degrees misses 1e-6 of a 3 km triangle."""
    triangle = shapely.Polygon([(100_000, 0), (103_000, 0), (100_000, 3000)])
    halves = shapely.Polygon(
        [(100_000, 0), (101_500, 0), (103_000, 0), (101_500, 1500), (100_000, 3000)]
    )
    one, other = area_m2([plane.degrees(triangle), plane.degrees(halves)])
    assert one == pytest.approx(other, rel=1e-11)
