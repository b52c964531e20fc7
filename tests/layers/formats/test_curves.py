"""Curve geometries are lines and polygons where they have no arc, and refused where they have."""

import struct

import pyarrow as pa
import pytest
import shapely

from layers.formats.curves import straight
from layers.formats.geometries import from_wkb, with_corners

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
HOLE = [(2, 2), (4, 2), (4, 4), (2, 4), (2, 2)]


def wkb(kind, *parts, code=0):
    return struct.pack("<BII", 1, kind + code, len(parts)) + b"".join(parts)


def line(corners, kind=2, code=0):
    flat = [value for corner in corners for value in corner]
    return struct.pack(f"<BII{len(flat)}d", 1, kind + code, len(corners), *flat)


@pytest.mark.parametrize(
    ("raw", "shape"),
    [
        (wkb(10, line(SQUARE), line(HOLE)), shapely.Polygon(SQUARE, [HOLE])),
        (wkb(10, wkb(9, line(SQUARE[:3]), line(SQUARE[2:]))), shapely.Polygon(SQUARE)),
        (wkb(12, wkb(10, line(SQUARE)), shapely.to_wkb(shapely.Polygon(HOLE))),
         shapely.MultiPolygon([(SQUARE, ()), (HOLE, ())])),
        (wkb(11, line(SQUARE[:2]), wkb(9, line(HOLE[:3]))),
         shapely.MultiLineString([SQUARE[:2], HOLE[:3]])),
        (wkb(10, line([(*c, 5) for c in SQUARE], code=1000), code=1000), shapely.Polygon(SQUARE)),
    ],
)  # fmt: skip
def test_curves_without_arcs(raw, shape):
    assert shapely.equals_exact(straight(raw), shape)
    shapes, issues = from_wkb(pa.array([raw], pa.binary()))
    assert shapely.equals_exact(shapes[0], shape) and issues == []


@pytest.mark.parametrize(
    "raw",
    [
        wkb(10, line(SQUARE, kind=8)),
        wkb(10, wkb(9, line(SQUARE[:3]), line(SQUARE[2:], kind=8))),
        wkb(12, wkb(10, line(SQUARE)), wkb(10, line(HOLE, kind=8))),
        wkb(10, wkb(9, line(SQUARE[:2]), line(SQUARE[2:]))),  # the pieces do not meet
        wkb(10, line(SQUARE[:4])),  # not closed
        wkb(10, line(SQUARE))[:-8],
        wkb(10, line(SQUARE)) + b"x",
        wkb(9, *[wkb(9)] * 3),
        struct.pack("<BII", 1, 12, 2**32 - 1),
        b"\1\n",
    ],
)
def test_arcs_and_damage(raw):
    assert straight(raw) is None


def test_arcs_are_told():
    shapes, issues = from_wkb(pa.array([wkb(10, line(SQUARE, kind=8))], pa.binary()))
    assert shapes[0] is None and [i.code for i in issues] == ["curved_geometry"]


def test_many_boxes_in_boxes():
    raw = line(SQUARE[:2])
    for _ in range(2000):
        raw = wkb(11, raw)
    assert straight(raw) is None


def test_the_corners_of_the_text():
    square = shapely.Polygon(SQUARE)
    near = [(x + (x * 2**-53), y) for x, y in SQUARE]
    assert shapely.get_coordinates(with_corners(square, near)).tolist() == [list(c) for c in near]
    assert with_corners(square, SQUARE[2:] + SQUARE[:2]).equals(square)  # begun elsewhere
    assert with_corners(square, [*SQUARE[:3], (0, 11), (0, 0)]) is None
    assert with_corners(square, SQUARE[:3]) is None
    assert with_corners(None, SQUARE) is None and with_corners(square, []) is None
    endless = [(float("inf"), 0), *SQUARE[1:]]
    assert with_corners(shapely.Polygon(endless), endless) is None
