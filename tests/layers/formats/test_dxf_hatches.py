"""Polygons as GDAL and QGIS write them into drawings: hatches, read where nothing else is there."""

import ezdxf
import numpy as np
import pyogrio.raw
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import list_layers, read

X, Y = 38500000.0, 3760000.0


def box(x, y, size):
    return shapely.box(X + x, Y + y, X + x + size, Y + y + size)


def ring(area, reverse=False):
    corners = list(area.exterior.coords)[:-1]
    return corners[::-1] if reverse else corners


@pytest.fixture
def drawing(tmp_path):
    def drawing(*hatches, draw=None, style=0):
        document = ezdxf.new("R2010")
        space = document.modelspace()
        for rings in hatches:
            hatch = space.add_hatch(dxfattribs={"layer": "矿界", "hatch_style": style})
            for corners in rings:
                hatch.paths.add_polyline_path(corners)
        if draw:
            draw(space)
        path = tmp_path / "a.dxf"
        document.saveas(path)
        return path

    return drawing


def told(source):
    return [i.code for i in source.issues]


def test_what_gdal_writes_comes_back(tmp_path):
    holed = shapely.Polygon(ring(box(0, 0, 1000)), [ring(box(100, 100.25, 300), reverse=True)])
    parts = shapely.MultiPolygon([box(5000, 0, 10), box(6000, 0, 20)])
    path = tmp_path / "a.dxf"
    pyogrio.raw.write(
        path, np.array(shapely.to_wkb([holed, parts]), object), [], [], driver="DXF",
        geometry_type="Unknown", crs="EPSG:4526", encoding="UTF-8",
    )  # fmt: skip
    source = read(path)
    assert [shape.normalize() for shape in source.geometry] == [
        shape.normalize() for shape in (holed, *parts.geoms)
    ]
    assert source.columns["实体"].to_pylist() == ["HATCH"] * 3
    (issue,) = [i for i in source.issues if i.code == "hatches_read"]
    assert (issue.severity, issue.en) == (
        "warning",
        "the drawing has no closed line; the boundaries of 3 hatches are read as outlines",
    )


def test_texts_label_hatches(drawing):
    def draw(space):
        space.add_text("甲矿").set_placement((X + 10, Y + 10))

    source = read(drawing([ring(box(0, 0, 100))], draw=draw))
    assert (source.layer, source.columns["文字"].to_pylist()) == ("矿界", ["甲矿"])


@pytest.mark.parametrize("line", ["closed", "open", "point"])
def test_hatches_beside_anything_else_are_not_read(drawing, line):
    def draw(space):
        if line == "point":
            space.add_point((X, Y))
        else:
            space.add_lwpolyline(ring(box(0, 0, 50)), close=line == "closed")

    path = drawing([ring(box(0, 0, 100))], draw=draw)
    assert list_layers(path) == ["0"]
    source = read(path)
    assert source.declared == 1 and "hatches_read" not in told(source)


def test_areas_inside_holes(drawing):
    rings = [ring(box(k, k, 100 - 2 * k)) for k in (20, 0, 10)]
    source = read(drawing(rings))
    assert sorted(shape.area for shape in source.geometry) == [60**2, 100**2 - 80**2]
    with pytest.raises(FormatError, match="it has: HATCH 1; the boundaries of its hatches"):
        read(drawing(rings, style=1))
    with pytest.raises(FormatError, match="it has: HATCH 1; the boundaries of its hatches"):
        read(drawing(rings[1:], style=2))
    assert [s.area for s in read(drawing(rings[1:], style=1)).geometry] == [100**2 - 80**2]


def test_areas_with_a_side_in_common(drawing):
    other = [(x - 2e-8, y) for x, y in ring(box(100.1, 0, 50))]
    source = read(drawing([ring(box(0, 0, 100.1)), other]))
    assert [list(s.exterior.coords)[:-1] for s in source.geometry] == [
        ring(box(0, 0, 100.1)), other
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rings",
    [
        [ring(box(0, 0, 100)), ring(box(50, 50, 100))],  # they cross
        [ring(box(0, 0, 100)), ring(box(0, 0, 100))],
        [[(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)]],
        [[(X, Y), (X + 100, Y)]],
        [[(X, Y, 0.3), (X + 100, Y), (X + 100, Y + 100)]],
    ],
)
def test_boundaries_that_are_not_sure_are_not_read(drawing, rings):
    with pytest.raises(FormatError, match="it has: HATCH 1; the boundaries of its hatches"):
        read(drawing(rings))
    source = read(drawing(rings, [ring(box(500, 0, 10))]))
    assert source.declared == 1 and source.geometry[0].area == 100
    assert "entities_ignored" in told(source)


def test_a_boundary_of_edges_is_not_read(drawing):
    def draw(space):
        path = space.add_hatch().paths.add_edge_path()
        path.add_arc((X, Y), 100, 0, 360)

    with pytest.raises(FormatError, match="it has: HATCH 1; the boundaries of its hatches"):
        read(drawing(draw=draw))


@pytest.mark.parametrize("lost", [" 10\n38500100.0\n 20\n3760000.0\n", " 93\n4\n"])
def test_a_boundary_that_lost_a_corner_is_not_read(drawing, lost):
    path = drawing([ring(box(0, 0, 100))])
    text = path.read_text(encoding="utf-8")
    assert lost in text
    path.write_text(text.replace(lost, " 93\n5\n" if "93" in lost else "", 1), encoding="utf-8")
    with pytest.raises(FormatError):
        read(path)
