"""Words of drawings: what they say of the system, which must agree; how they are encoded."""

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


def lettered(path, page, layer, *texts):
    """Write a drawing of 2000 whose header names ``page``, with texts as bytes."""
    document = ezdxf.new("R2000")
    document.header["$DWGCODEPAGE"] = "ANSI_1252"
    space = document.modelspace()
    space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "LLLL"})
    for k, _ in enumerate(texts):
        space.add_text(f"TTTT{k}").set_placement((X + 100, Y + 100 + k))
    document.saveas(path)
    raw = path.read_bytes().replace(b"ANSI_1252", page).replace(b"LLLL", layer)
    for k, words in enumerate(texts):
        raw = raw.replace(f"TTTT{k}".encode(), words)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("page", [b"ANSI_1252", b"ANSI_936", b"ANSI_950"])
@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_damaged_text_does_not_spoil_the_others(tmp_path, page, encoding):
    layer, name = "矿区范围".encode(encoding), "青山铁矿".encode(encoding)
    source = read(lettered(tmp_path / "a.dxf", page, layer, name, b"\xff\xff"))
    assert (source.layer, source.encoding) == ("矿区范围", encoding)
    assert source.columns["文字"].to_pylist() == ["青山铁矿 \ufffd\ufffd"]
    assert [i.code for i in source.issues] == ["text_damaged", "texts_joined"]


def test_a_damaged_text_in_a_drawing_that_must_be_mended(tmp_path):
    layer, name = "矿区范围".encode("gbk"), "青山铁矿".encode("gbk")
    path = lettered(tmp_path / "a.dxf", b"ANSI_1252", layer, name, b"\xff")
    raw = path.read_bytes()
    assert raw.count(b"\nLWPOLYLINE\n") == 1
    path.write_bytes(raw.replace(b"\nLWPOLYLINE\n", b"\nLWPOLYLINE\n 62\n77Q\n"))
    source = read(path)
    assert [i.code for i in source.issues] == ["text_damaged", "drawing_mended", "texts_joined"]
    assert (source.layer, source.encoding) == ("矿区范围", "GB18030")
    assert source.columns["文字"].to_pylist() == ["青山铁矿 \ufffd"]


def test_a_label_in_another_encoding(tmp_path):
    layer, name = "矿区范围".encode("gbk"), "青山铁矿".encode()
    assert name.decode("gbk") == "闈掑北閾佺熆"
    source = read(lettered(tmp_path / "a.dxf", b"ANSI_936", layer, name, "鑫磊矿业".encode("gbk")))
    assert source.columns["文字"].to_pylist() == ["青山铁矿 鑫磊矿业"]
    assert [(i.code, i.en) for i in source.issues][:1] == [
        (
            "encoding_mixed",
            "1 texts are not in GB18030 but in the other of UTF-8 and GB18030; read as such",
        )
    ]


def test_a_western_drawing_with_a_damaged_text_is_not_chinese(tmp_path):
    path = lettered(tmp_path / "a.dxf", b"ANSI_1252", b"Stra\xdfe", b"M\xfcller \x81", b"90\xb0C")
    source = read(path)
    assert source.layer == "Straße"
    assert source.columns["文字"].to_pylist()[0].startswith("Müller")


@pytest.mark.parametrize("state", ["off", "freeze"])
def test_a_text_on_a_layer_that_is_not_shown_labels_nothing(drawing, state):
    def draw(document):
        getattr(document.layers.add("旧注记"), state)()
        space = document.modelspace()
        space.add_text("旧名", dxfattribs={"layer": "旧注记"}).set_placement((X + 10, Y + 10))
        space.add_text("新名").set_placement((X + 10, Y + 20))

    source = read(drawing(draw))
    assert source.columns["文字"].to_pylist() == ["新名"]
    (told,) = [i for i in source.issues if i.code == "texts_hidden"]
    assert told.en == "1 texts are invisible and label nothing"
