"""Greatest widths of shapes whose inscribed circle is known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.width import widths


def turned(shape, angle=0.3):
    c, s = np.cos(angle), np.sin(angle)
    return shapely.transform(shape, lambda xy: xy @ np.array([[c, s], [-s, c]]) + [5e5, 4.2e6])


@pytest.mark.parametrize("length", [0.5, 10.0, 3000.0, 50_000.0])
@pytest.mark.parametrize("width", [0.0005, 0.001, 0.0998, 0.1, 0.2, 40.0])
def test_strips(length, width):
    found = widths(np.array([turned(shapely.box(0, 0, length, width))]))[0]
    assert found == pytest.approx(min(length, width), rel=1e-3, abs=2e-6)


@pytest.mark.parametrize("height", [0.01, 0.3, 30.0, 2000.0])
def test_triangles(height):
    """Incircle of a triangle: radius = 2 area / perimeter."""
    triangle = shapely.Polygon([(0, 0), (3000, 0), (700, height)])
    expected = 4 * triangle.area / triangle.length
    assert widths(np.array([turned(triangle)]))[0] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("width", [0.01, 0.1, 1.0])
def test_lenses(width):
    x = np.linspace(0, 3000, 13)
    arc = width / 2 * (1 - ((x - 1500) / 1500) ** 2)
    lens = shapely.Polygon([*zip(x, arc, strict=True), *list(zip(x, -arc, strict=True))[-2:0:-1]])
    assert widths(np.array([turned(lens)]))[0] == pytest.approx(width, rel=1e-3)


def test_a_winding_strip_and_a_ring_have_their_own_width():
    line = shapely.LineString([(0, 0), (40, 0), (40, 60), (300, 60), (300, 400)])
    strip = line.buffer(0.05, cap_style="flat", join_style="mitre")
    disc = shapely.Point(0, 0)
    ring = disc.buffer(100, 512) - disc.buffer(99.9, 512)
    found = widths(np.array([turned(strip), turned(ring)]))
    # Where the strip turns square the circle may move into the corner: 0.1 * 4 / (2 + sqrt 2).
    assert found[0] == pytest.approx(0.1 * 4 / (2 + np.sqrt(2)), rel=2e-3)
    assert found[1] == pytest.approx(0.1, rel=5e-3)


def test_the_widest_part_counts_and_empty_shapes_have_none():
    parts = shapely.MultiPolygon([shapely.box(0, 0, 500, 0.02), shapely.box(0, 9, 10, 12)])
    bow = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 3, 3)
    found = widths(np.array([shapely.Polygon(), parts, bow]))
    # In the frame the circle sits in a corner: diagonal to the hole's corner, r (1 + sqrt 2) = 1.
    assert found == pytest.approx([0, 3, 2 * np.sqrt(2) / (1 + np.sqrt(2))], rel=1e-3)
    assert widths(np.empty(0, object)).tolist() == []


def test_both_methods_agree_on_random_shapes():
    from gis.width import _branch_and_bound

    rng = np.random.default_rng(1)
    shapes = []
    for _ in range(60):
        n = rng.integers(3, 20)
        at = np.sort(rng.uniform(0, 2 * np.pi, n))
        reach = rng.uniform(20, 100, n)
        star = shapely.Polygon(np.column_stack([reach * np.cos(at), reach * np.sin(at)]))
        if star.is_valid and star.area > 0:
            shapes.append(star)
    shapes = np.array(shapes)
    circle = shapely.maximum_inscribed_circle(shapes, tolerance=1e-4)
    assert _branch_and_bound(shapes) == pytest.approx(shapely.length(circle), rel=1e-3, abs=2e-4)
    assert widths(shapes) == pytest.approx(2 * shapely.length(circle), rel=1e-3, abs=4e-4)


def test_slivers_of_many_corners_are_no_harder():
    """A border of 8,000 corners: found in a second, where squares of that would take minutes."""
    strip = shapely.segmentize(shapely.box(0, 0, 40_000, 0.1), 10.0)
    bump = shapely.box(20_000, 0, 20_001, 0.12)
    found = widths(np.array([turned(strip), turned(shapely.union(strip, bump))]))
    assert found == pytest.approx([0.1, 0.12], rel=1e-3)


def comb(teeth):
    """Return teeth 1 m wide and 100 m long, 1 m apart, on a back of 1 m: 1.25 m at the roots."""
    corners = [(0, -1)]
    for k in range(teeth):
        corners += [(2 * k, 0), (2 * k, 100), (2 * k + 1, 100), (2 * k + 1, 0)]
    return shapely.Polygon([*corners, (2 * teeth - 1, -1)])


def test_too_many_teeth_are_bounded_from_both_sides(monkeypatch):
    from gis import width

    shapes = np.array([comb(60), shapely.box(0, 0, 100, 1)])
    assert widths(shapes) == pytest.approx([1.25, 1.0], rel=1e-3)
    monkeypatch.setattr(width, "MOST_PAIRS", 2_000)
    monkeypatch.setattr(width, "_CELLS", 10)
    asked = []
    halved = width._halved

    def told(cells, edges, near):
        asked.append(len(near.edge))
        return halved(cells, edges, near)

    monkeypatch.setattr(width, "_halved", told)
    most, least = widths(shapes), widths(shapes, least=True)
    assert least[0] < 1.25 < most[0]
    assert least[0] == pytest.approx(2 * shapes[0].area / shapes[0].length)
    assert most[0] == pytest.approx(2 * np.sqrt(shapes[0].area / np.pi))
    # The strip beside it is worked out as ever, and nothing of the comb is.
    assert most[1] == pytest.approx(1.0, rel=1e-3) and least[1] == most[1]
    assert max(asked) < 100
