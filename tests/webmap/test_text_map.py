"""Outlines as text: a square looks square, the north is up."""

import numpy as np
import pytest
import shapely

from gis.ragged import Ragged
from webmap import text_map

DEGREE = 111_320.0


def ragged(*shapes):
    return Ragged.from_shapely(np.array(shapes, dtype=object))


def box(width_m, height_m, lat=60.0):
    half = np.degrees(height_m / DEGREE) * np.pi / 180
    east = width_m / (DEGREE * np.cos(np.radians(lat)))
    return shapely.box(111, lat - half / 2, 111 + east, lat + half / 2)


@pytest.mark.parametrize("environ", [{}, {"LANG": "zh_CN.GBK"}])
def test_a_square_is_as_wide_as_high(environ):
    drawn = text_map.draw([ragged(box(1000, 1000))], environ)
    rows, columns = len(drawn.lines), max(map(len, drawn.lines))
    # A letter is half as wide as high; a full-width square is as wide as high.
    assert columns == (rows if environ else 2 * rows)
    assert rows == text_map.ROWS
    assert drawn.east_m == pytest.approx(1000) and drawn.north_m == pytest.approx(1000)
    assert drawn.dot_m == pytest.approx(1000 / ((16 if environ else 64) - 1))


def test_a_long_strip_fills_the_width():
    drawn = text_map.draw([ragged(box(10_000, 100))], {})
    assert max(map(len, drawn.lines)) == text_map.COLUMNS and len(drawn.lines) == 1


def test_the_outline_is_drawn_and_nothing_else():
    (top, *_, bottom) = text_map.draw([ragged(box(1000, 1000))], {"LC_ALL": "zh_CN.gb18030"}).lines
    assert set(top) == set(bottom) == {"■"} and len(top) == 16
    middle = text_map.draw([ragged(box(1000, 1000))], {"LANG": "gbk"}).lines[8]
    assert middle == "■" + "\u3000" * 14 + "■"


def test_north_is_up():
    triangle = shapely.Polygon([(111, 39), (111.01, 39), (111.005, 39.01)])
    lines = text_map.draw([ragged(triangle)], {"LANG": "GBK"}).lines
    assert lines[0].count("■") == 1 and lines[-1].count("■") == len(lines[-1])


def test_points_lines_and_nothing():
    assert text_map.draw([ragged()], {}) is None
    point = text_map.draw([ragged(shapely.Point(111, 39))], {})
    assert point.lines == ("\u2801",)
    line = text_map.draw([ragged(shapely.LineString([(111, 39), (111.01, 39)]))], {})
    assert len(line.lines) == 1 and len(line.lines[0]) == text_map.COLUMNS


def test_the_locale_that_counts_is_the_first_stated():
    assert text_map.only_gbk({"LC_ALL": "zh_CN.GBK", "LANG": "C.UTF-8"})
    assert not text_map.only_gbk({"LC_ALL": "zh_CN.UTF-8", "LANG": "zh_CN.GBK"})
    assert not text_map.only_gbk({})


def test_outlines_of_many_corners_are_drawn_a_part_at_a_time(monkeypatch):
    """400,000 corners took 9 GB at once; what is drawn is the same, however few at a time."""
    turn = np.linspace(0, 2 * np.pi, 5_001)
    ring = np.column_stack([111 + np.cos(turn), 39 + np.sin(turn)])
    shapes = [Ragged.from_shapely([shapely.Polygon(ring)])]
    counts = []
    passed = text_map._passed

    def told(starts, ends):
        counts.append(len(starts))
        return passed(starts, ends)

    monkeypatch.setattr(text_map, "_passed", told)
    whole = text_map.draw(shapes, {})
    assert counts == [5_000]
    monkeypatch.setattr(text_map, "_EDGES", 700)
    assert text_map.draw(shapes, {}) == whole
    assert counts[1:] == [700] * 7 + [100]
