"""Spikes: sides that go far out and come back beside themselves."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.spikes import spikes

EAST, NORTH = 1 / 86_628.0, 1 / 111_016.0  # degrees a metre at 39°


def outline(*corners):
    return shapely.Polygon([(111 + x * EAST, 39 + y * NORTH) for x, y in corners])


def found(*shapes):
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return spikes(array)


LONG = outline((0, 0), (500, 0), (500, 250), (21_500, 250), (500, 250.02), (500, 500), (0, 500))


def test_a_spike_of_21_km_and_2_cm_is_seen_with_its_place():
    assert LONG.is_valid
    one = found(LONG)
    assert one.row.tolist() == [0]
    assert one.length_m == pytest.approx([21_000], rel=1e-3)
    assert one.width_m == pytest.approx([0.02], rel=1e-2)
    assert one.place[0] == pytest.approx([111 + 21_500 * EAST, 39 + 250 * NORTH])


def test_a_spike_may_be_cut_off():
    tip = [(21_500, 250), (21_500, 250.02)]
    one = found(outline((0, 0), (500, 0), (500, 250), *tip, (500, 250.02), (500, 500), (0, 500)))
    assert one.row.tolist() == [0]
    assert one.length_m == pytest.approx([21_000], rel=1e-3)


def test_holes_and_parts_are_looked_at_and_slits_are_none():
    slit = outline((0, 0), (500, 0), (500, 250), (100, 250), (500, 250.02), (500, 500), (0, 500))
    box = outline((0, 0), (900, 0), (900, 900), (0, 900))
    square = outline((2000, 0), (2010, 0), (2010, 10), (2000, 10))
    ring = outline((100, 100), (400, 100), (100, 100.1)).exterior
    holed = shapely.Polygon(box.exterior, [ring])
    into = outline((100, 100), (400, 100), (400, 250), (200, 250), (400, 250.02), (400, 500))
    thorny = shapely.Polygon(box.exterior, [into.exterior])
    both = shapely.MultiPolygon([square, shapely.reverse(LONG)])
    assert found(square, slit, holed, thorny, both).row.tolist() == [3, 4]


@pytest.mark.parametrize("start", range(7))
def test_the_corner_that_comes_first_does_not_matter(start):
    ring = np.roll(shapely.get_coordinates(LONG)[:-1], start, axis=0)
    assert found(shapely.Polygon(ring)).length_m == pytest.approx([21_000], rel=1e-3)


def test_what_is_narrow_but_no_spike_goes_by():
    road = outline((0, 0), (5_000, 0), (5_000, 4), (0, 4))
    wedge = outline((0, 0), (500, 0), (500, 5))
    short = outline((0, 0), (50, 0), (50, 25), (140, 25), (50, 25.02), (50, 50), (0, 50))
    line = shapely.LineString([(111, 39), (112, 39), (111, 39.0000001)])
    assert not len(found(road, wedge, short, line, None, shapely.Polygon()).row)
    assert not len(found().row)
