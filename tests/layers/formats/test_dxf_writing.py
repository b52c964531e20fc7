"""Drawings written: what is read back is what went in, and what is lost is told."""

import geopandas
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read, writing

X, Y = 38500000.0, 3760000.0


def box(x, y, size):
    return shapely.box(X + x, Y + y, X + x + size, Y + y + size)


@pytest.fixture
def drawn(tmp_path):
    """Return a function that writes outlines as a drawing and reads it: rows and codes."""

    def drawn(shapes, numbers=None, layer="矿权"):
        columns = {"许可证号": numbers or [f"C{k}" for k in range(len(shapes))]}
        frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs=4526)
        frame.to_file(tmp_path / "in.gpkg", layer=layer)
        out = writing.write(read(tmp_path / "in.gpkg"), tmp_path / "a.dxf")
        told = {i.code: i.en for i in out.issues if i.code != "fields_not_written"}
        return read(tmp_path / "a.dxf"), told

    return drawn


def test_the_text_of_an_outline_stands_outside_those_inside_it(drawn):
    back, told = drawn([box(0, 0, 1000), box(400, 400, 200), box(480, 480, 40)])
    assert back.columns["文字"].to_pylist() == ["C0", "C1", "C2"]
    assert [g.area for g in back.geometry] == [1_000_000, 40_000, 1600]
    assert told == {}


def test_texts_of_adjoining_outlines_off_whole_millimetres(drawn):
    # Rounded to millimetres a line may enclose less than its outline: it is no smaller one in it.
    size = 800.00037
    shapes = [box(size * (k % 4), size * (k // 4), size) for k in range(16)]
    back, told = drawn(shapes)
    assert back.columns["文字"].to_pylist() == [f"C{k}" for k in range(16)]
    assert told == {}


def test_every_part_has_the_text_and_a_hole_has_none(drawn):
    holed = shapely.Polygon(box(500, 0, 100).exterior, [box(540, 40, 20).exterior])
    back, told = drawn([shapely.MultiPolygon([box(0, 0, 100), holed]), box(545, 45, 5)])
    assert back.columns["文字"].to_pylist() == ["C0", "C0", None, "C1"]
    assert told == {
        "holes_as_outlines": "row 1: holes are written as closed lines; read back they are "
        "outlines of their own",
        "parts_as_outlines": "row 1: parts are written as closed lines, each with the text; read "
        "back they are rows of their own",
    }


def test_rows_that_cannot_have_their_own_text_are_named(drawn):
    back, told = drawn([box(0, 0, 100), box(0, 0, 100), box(500, 0, 100)])
    assert back.columns["文字"].to_pylist() == ["C0 C1", "C0 C1", "C2"]
    assert told["texts_unplaced"].startswith("row 1, row 2: outlines overlap")


def test_marks_that_a_drawing_would_take_for_other_characters(drawn):
    numbers = ["50%%d%", "\\U+7532", "\\M+5BCD7", "A^I", "\\P{1}"]
    back, told = drawn([box(200 * k, 0, 100) for k in range(5)], numbers)
    assert back.columns["文字"].to_pylist() == [
        "50％％d%",
        "＼U+7532",
        "＼M+5BCD7",
        "A＾I",
        "\\P{1}",
    ]
    assert told["text_changed"].startswith("4 numbers or names hold marks")


def test_a_layer_name_that_no_drawing_allows(drawn):
    back, told = drawn([box(0, 0, 100)], layer="a/b:c*|<>矿")
    assert back.layer == "a_b_c____矿"
    assert told == {"layer_renamed": "layer a/b:c*|<>矿 is written as a_b_c____矿"}


def test_an_outline_that_is_none_in_whole_millimetres_is_refused(drawn, tmp_path):
    with pytest.raises(FormatError, match="row 2: too small to be an outline in whole millim"):
        drawn([box(0, 0, 100), box(0, 0, 0.0004)])
    assert not (tmp_path / "a.dxf").exists()
