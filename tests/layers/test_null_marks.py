"""0 and -99 among elevations: true near the sea, marks for null elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from layers.catalog import schema
from layers.loader import load

WORKING, OREBODY = schema("working"), schema("orebody")


@pytest.fixture
def read(make_source, settings):
    def make(shape, form="GPKG", **columns):
        """Return the elevations, the unread rows of each column, and the warnings."""
        n = len(next(iter(columns.values())))
        fields = {shape.number: [f"A{k}" for k in range(n)], **columns}
        layer = load(replace(make_source(fields), format=form), shape, settings())
        ends = [c.name for c in shape.columns if c.name.endswith("_elevation_m")]
        values = [[None if np.isnan(v) else v for v in layer.number(e).tolist()] for e in ends]
        rows = [np.flatnonzero(layer.is_unread(e)).tolist() for e in ends]
        return values, rows, [i for i in layer.issues if i.code == "unreadable_value"]

    return make


@pytest.mark.parametrize("mark", [0, 0.0, -99, "0", "-99.0", "-99"])
def test_top_and_bottom_alike_are_no_elevations(read, mark):
    kind = str if isinstance(mark, str) else float
    top, bottom = [kind(120), mark, kind(90)], [kind(60), mark, kind(-99)]
    values, rows, said = read(WORKING, 上限标高=top, 下限标高=bottom)
    assert values == [[120.0, None, 90.0], [60.0, None, -99.0]]
    assert rows == [[1], [1]]
    assert [(i.severity, i.feature) for i in said] == [("warning", "第 2 行")]
    assert f"第 2 行：上限标高、下限标高的值“{float(mark):g}”是空值的标记" in said[0].zh
    assert f"row 2: the elevation {float(mark):g} is a mark for null" in said[0].en


@pytest.mark.parametrize("mark", [0.0, -99.0])
def test_far_from_every_other_elevation(read, mark):
    top, bottom = [1250.0, mark, 1180.0], [mark, 980.0, 940.0]
    values, rows, said = read(WORKING, 上限标高=top, 下限标高=bottom)
    assert values == [[1250.0, None, 1180.0], [None, 980.0, 940.0]]
    assert rows == [[1], [0]] and len(said) == 1
    assert "第 1 行、第 2 行" in said[0].zh


@pytest.mark.parametrize("mark", [0.0, -99.0])
def test_a_column_of_nothing_else(read, mark):
    values, rows, said = read(OREBODY, 矿体顶标高=[mark, mark])
    assert values == [[None, None]] and rows == [[0, 1]] and len(said) == 1


def test_near_the_sea(read):
    values, rows, said = read(WORKING, 上限标高=[0.0, 350.0, -50.0], 下限标高=[-60.0, 0.0, -99.0])
    assert values == [[0.0, 350.0, -50.0], [-60.0, 0.0, -99.0]]
    assert rows == [[], []] and not said


def test_a_single_row_does_not_speak_against_itself(read):
    values, rows, said = read(WORKING, 上限标高=[350.0], 下限标高=[0.0])
    assert values == [[350.0], [0.0]] and rows == [[], []] and not said


@pytest.mark.parametrize("mark", [0.0, -99.0])
def test_a_shapefile_has_no_other_null_for_numbers(read, mark):
    values, rows, said = read(WORKING, form="ESRI Shapefile", 上限标高=[650.0], 下限标高=[mark])
    assert values == [[650.0], [None]] and rows == [[], [0]] and len(said) == 1
    near = read(WORKING, form="ESRI Shapefile", 上限标高=[150.0], 下限标高=[0.0])
    assert near == ([[150.0], [0.0]], [[], []], [])


def test_ranges_hold_marks_too(read):
    values, rows, _ = read(WORKING, 标高范围=["0~0", "1250~980"])
    assert values == [[None, 1250.0], [None, 980.0]] and rows == [[0], [0]]
