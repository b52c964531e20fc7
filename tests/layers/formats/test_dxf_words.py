"""What drawings say in words of their coordinate system: what is given must agree with it."""

import ezdxf
import pyproj
import pytest

from layers.errors import FormatError
from layers.formats import read

X, Y = 38500000.0, 3760000.0
CORNERS = [(X, Y), (X + 1000, Y), (X + 1000, Y + 1000), (X, Y + 1000)]


@pytest.fixture
def drawing(tmp_path):
    def drawing(draw, layer="矿界"):
        document = ezdxf.new("R2010")
        document.modelspace().add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": layer})
        draw(document)
        path = tmp_path / "a.dxf"
        document.saveas(path)
        return path

    return drawing


def crs(code):
    return pyproj.CRS.from_epsg(code)


def text(words, spot=(X, Y - 50)):
    return lambda document: document.modelspace().add_text(words).set_placement(spot)


def in_a_block(document):
    inner = document.blocks.new("签")
    inner.add_text("1980西安坐标系")
    outer = document.blocks.new("图框")
    outer.add_blockref("签", (0, 0))
    document.modelspace().add_blockref("图框", (X, Y))


def on_the_sheet(document):
    document.paperspace().add_mtext("1980西安坐标系\\P1985国家高程基准")


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (text("1980西安坐标系，1985国家高程基准"), "“1980西安坐标系，1985国家高程基准”"),
        (text("西安80坐标系", (X + 500, Y + 500)), "“西安80坐标系”"),
        (in_a_block, "“1980西安坐标系”"),
        (on_the_sheet, "“1980西安坐标系 1985国家高程基准”"),
    ],
)
def test_a_datum_that_a_drawing_names(drawing, draw, words):
    path = drawing(draw)
    source = read(path)
    assert source.crs is None and f"it says {words}" in source.crs_note
    with pytest.raises(FormatError, match="names Xian 1980") as caught:
        read(path, crs=crs(4526))
    assert f"写明 Xian 1980（{words}）" in str(caught.value.zh)
    assert read(path, crs=crs(2362)).crs == crs(2362)


@pytest.mark.parametrize(
    ("words", "right", "wrong", "said"),
    [
        ("中央子午线114°", 4526, 4527, "states the central meridian 114°"),
        ("3度带 带号：38", 4526, 4527, "states the central meridian 114°"),
        ("由1980西安坐标系转换为2000国家大地坐标系", 4526, 2362, "names CGCS2000"),
        ("独立坐标系", None, 4526, "names a local plane"),
    ],
)
def test_other_words_of_a_system(drawing, words, right, wrong, said):
    path = drawing(text(words))
    with pytest.raises(FormatError, match=said):
        read(path, crs=crs(wrong))
    if right:
        assert read(path, crs=crs(right)).crs == crs(right)


def test_words_that_stand_apart_are_not_one(drawing):
    def draw(document):
        for k, words in enumerate(["西安", "80", "1985国家高程基准", "1:2000", "2000"]):
            document.modelspace().add_text(words).set_placement((X + 100, Y + 100 * k))

    path = drawing(draw)
    assert read(path).stated.datums == ()
    assert read(path, crs=crs(4526)).crs == crs(4526)


def test_of_two_datums_either_may_be_given(drawing):
    def draw(document):
        for k, words in enumerate(["1980西安坐标系", "2000国家大地坐标系"]):
            text(words, (X, Y - 100 * k))(document)

    path = drawing(draw)
    assert read(path, crs=crs(4526)).crs == crs(4526)
    with pytest.raises(FormatError, match="names Xian 1980, CGCS2000"):
        read(path, crs=crs(21453))


def test_a_layer_that_names_a_datum_goes_before_the_sheet(drawing):
    path = drawing(text("2000国家大地坐标系"), layer="矿区范围（西安80坐标系）")
    with pytest.raises(FormatError, match="names Xian 1980"):
        read(path, crs=crs(4526))
    path = drawing(text("1980西安坐标系"), layer="CGCS2000矿界")
    assert read(path, crs=crs(4526)).crs == crs(4526)
