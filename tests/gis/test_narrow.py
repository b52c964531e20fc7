"""Which overlaps are slivers, without the width of all the others being worked out."""

import numpy as np
import shapely

from gis import overlay_kernel
from gis.overlay_kernel import Overlaid

STRIPS = [
    shapely.box(0, 0, 3000, 0.049),
    shapely.box(0, 0, 3000, 0.051),
    shapely.box(0, 0, 3000, 800),
    shapely.MultiPolygon([shapely.box(0, 0, 3000, 0.02), shapely.box(0, 9, 9, 9.06)]),
    shapely.Polygon(),
    # A frame one centimetre wide about a ground of a square kilometre.
    shapely.box(0, 0, 1000, 1000) - shapely.box(0.01, 0.01, 999.99, 999.99),
]


def overlaid(shapes):
    count = len(shapes)
    moved = [shapely.transform(s, lambda c: c + np.array([5e5, 4.2e6])) for s in shapes]
    return Overlaid(np.array(moved, object), np.full(count, 111.0), np.ones(count, bool))


def test_those_below_five_centimetres_are_narrow():
    found = overlaid(STRIPS).narrow(np.arange(len(STRIPS)))
    assert found.tolist() == [0, 4, 5]
    assert overlaid(STRIPS).narrow(np.array([1, 2, 5])).tolist() == [5]


def test_wide_ones_are_settled_by_one_circle(monkeypatch):
    asked = []
    widths = overlay_kernel.widths

    def recorded(shapes):
        asked.extend(shapes)
        return widths(shapes)

    monkeypatch.setattr(overlay_kernel, "widths", recorded)
    overlaid(STRIPS).narrow(np.arange(len(STRIPS)))
    assert max(shapely.area(asked)) < 60  # the frame's 40 m2 and the strips, not 2.4 km2
