"""Planes against PROJ, and outlines that are straight in their own plane."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from gis.projection import (
    densified,
    from_plane,
    gauss_kruger,
    inverse_gauss_kruger,
    local_plane,
    own_meridian,
)
from gis.ragged import Ragged


@pytest.mark.parametrize(("reach", "tolerance"), [(5, 1e-7), (30, 1e-5)])
def test_plane_agrees_with_proj(reach, tolerance):
    rng = np.random.default_rng(1)
    lon, lat = 105 + rng.uniform(-reach, reach, 5000), rng.uniform(-80, 80, 5000)
    tmerc = pyproj.Proj("+proj=tmerc +lon_0=105 +a=6378137 +rf=298.257222101 +units=m")
    expected = np.column_stack(tmerc(lon, lat))
    x, y = gauss_kruger(lon, lat, 105.0)
    assert np.abs(np.column_stack([x, y]) - expected).max() < tolerance
    back = np.column_stack(inverse_gauss_kruger(x, y, 105.0))
    assert np.abs(back - np.column_stack([lon, lat])).max() * 111_320 < tolerance


def test_meridian_may_differ_per_point_and_blocks_do_not_show():
    rng = np.random.default_rng(2)
    lon, lat, lon0 = rng.uniform(75, 135, (3, 40_000))
    lat, lon0 = lat / 3, lon + rng.uniform(-2, 2, 40_000)
    x, y = gauss_kruger(lon, lat, lon0)
    for k in (0, 16_383, 16_384, 39_999):
        assert (x[k], y[k]) == tuple(float(v) for v in gauss_kruger(lon[k], lat[k], lon0[k]))


def test_scale_is_one_on_the_meridian_and_there_is_no_false_easting():
    x, y = gauss_kruger([105.0, 105.0], [0.0, 90.0], 105.0)
    assert x.tolist() == pytest.approx([0, 0], abs=1e-9)
    # Quarter meridian of GRS 80: 10 001 965.7293 m (Moritz 2000).
    assert y.tolist() == pytest.approx([0, 10_001_965.7293], abs=1e-4)


@pytest.mark.parametrize(
    ("lon", "meridian"), [(111.2, 111), (112.49, 111), (112.5, 114), (115.5, 117), (-112.4, -111)]
)
def test_own_meridian_is_the_nearest_multiple_of_three(lon, meridian):
    assert own_meridian([shapely.Point(lon, 40)]).tolist() == [meridian]


def test_own_meridian_goes_by_the_middle_of_the_bounds():
    line = shapely.LineString([(112.4, 40), (112.8, 40), (112.41, 41)])
    assert own_meridian([line]).tolist() == [114]


def test_densified_points_lie_on_the_plane_line_and_corners_stay(plane):
    triangle = plane.degrees(shapely.Polygon([(0, 0), (3000, 0), (0, 4000)]))
    outline = densified([triangle])
    given = shapely.get_coordinates(triangle)
    assert {tuple(c) for c in given} <= {tuple(c) for c in outline.xy}
    x, y = plane.proj(outline.xy[:, 0], outline.xy[:, 1])
    y = np.asarray(y) - plane.north
    edge = np.hypot(np.diff(x), np.diff(y))
    assert edge.max() <= 250
    assert len(edge) <= (3000 + 4000 + 5000) / 250 * 1.03 + 3
    far = np.minimum.reduce([np.abs(x), np.abs(y), np.abs(4 * np.asarray(x) + 3 * y - 12_000) / 5])
    assert far.max() < 1e-7


def test_shared_edges_get_the_same_points_from_both_sides(plane):
    left, right = plane.box(0, 0, 1000, 2000), plane.box(1000, 0, 2000, 2000)
    ends = [c for c in shapely.get_coordinates(left) if c[0] > 111.005]
    right = shapely.Polygon([ends[0], ends[1], *shapely.get_coordinates(right)[[2, 1]]])
    right = (
        right
        if right.is_valid
        else shapely.Polygon([ends[0], ends[1], *shapely.get_coordinates(right)[[1, 2]]])
    )
    both = densified([left, right.reverse()])
    one = {tuple(c) for c in both.xy[: both.vertex_offsets[1]]}
    other = {tuple(c) for c in both.xy[both.vertex_offsets[1] :]}
    assert len(one & other) == 2000 / 250 + 2  # both corners and what lies between


def test_short_edges_are_left_alone_and_the_result_is_kept(plane):
    ragged = Ragged.from_shapely([plane.box(0, 0, 200, 100), plane.point(5, 5)])
    assert densified(ragged) is ragged
    long = Ragged.from_shapely([plane.box(0, 0, 2000, 100)])
    assert densified(long) is densified(long)


def test_edges_of_hundreds_of_kilometres_are_cut_far_from_their_meridian():
    sheet = shapely.box(100, 30, 120, 45)
    outline = densified([sheet])
    geod = pyproj.Geod(a=6378137.0, rf=298.257222101)
    _, _, metres = geod.inv(
        outline.xy[:-1, 0], outline.xy[:-1, 1], outline.xy[1:, 0], outline.xy[1:, 1]
    )
    assert np.max(metres) <= 250
    x, y = gauss_kruger(outline.xy[:, 0], outline.xy[:, 1], 111.0)
    corners = shapely.get_coordinates(sheet)
    cx, cy = gauss_kruger(corners[:, 0], corners[:, 1], 111.0)
    ring = shapely.LineString(np.column_stack([cx, cy]))
    assert shapely.distance(shapely.points(x, y), ring).max() < 1e-5


def test_local_plane_and_back():
    rng = np.random.default_rng(3)
    shapes = [shapely.Point(p).buffer(0.01) for p in rng.uniform([75, 20], [134, 53], (50, 2))]
    ragged = Ragged.from_shapely(shapes)
    plane = local_plane(ragged, ragged.centres[:, 0])
    assert np.abs(plane.xy[:, 0]).max() < 1200
    back = from_plane(plane, ragged.centres[:, 0])
    assert np.abs(back.xy - ragged.xy).max() < 1e-13 * 180
