import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.ragged import Ragged
from layers.wkb import ragged_from_wkb

HOLED = shapely.Polygon(
    [(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2)], [(4, 4), (5, 4), (5, 5), (4, 5)]]
)
SHAPES = [
    shapely.box(0, 0, 1, 1),
    HOLED,
    shapely.Point(3, 4),
    shapely.LineString([(0, 0), (1, 2), (3, 4)]),
    shapely.MultiPolygon([HOLED, shapely.box(20, 20, 21, 21)]),
    shapely.MultiPoint([(1, 2), (3, 4)]),
]


def same(shapes, column):
    read, wanted = ragged_from_wkb(column), Ragged.from_shapely(np.array(shapes, dtype=object))
    for name in ("xy", "ring_offsets", "part_offsets", "feature_offsets", "kinds"):
        a, b = getattr(read, name), getattr(wanted, name)
        assert np.array_equal(a, b) and a.dtype == b.dtype, name


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.lists(st.sampled_from(SHAPES), max_size=12), st.sampled_from([0, 1]))
def test_as_geos_reads_them(shapes, order):
    same(shapes, pa.array([shapely.to_wkb(s, byte_order=order) for s in shapes], pa.binary()))


def test_slices_and_chunks():
    data = [shapely.to_wkb(s) for s in SHAPES]
    same(SHAPES[1:3], pa.array(data, pa.binary())[1:3])
    same(SHAPES, pa.chunked_array([data[:2], data[2:]], pa.binary()))


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_a_geometry_cut_short_is_an_error(cut):
    data = shapely.to_wkb(HOLED)[:-cut]
    with pytest.raises(ValueError, match="WKB"):
        ragged_from_wkb(pa.array([data, shapely.to_wkb(HOLED)], pa.binary()))
