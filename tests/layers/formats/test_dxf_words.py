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


@pytest.mark.parametrize(
    "words",
    [
        "坐标有误，请勿使用", "本图坐标作废", "坐标仅供参考", "坐标存疑", "本图作废",
        "说明：1、坐标待核实",
    ],
)  # fmt: skip
def test_words_that_coordinates_are_wrong_refuse_whatever_is_given(drawing, words):
    path = drawing(text(words))
    for given in (None, crs(4526)):
        with pytest.raises(FormatError, match=r"says of its coordinates .*: they cannot be used"):
            read(path, crs=given)


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("坐标已加密", "坐标已加密"),
        ("本图坐标经脱密处理", "本图坐标经脱密处理"),
        ("X+3000000", "X+3000000"),
        ("1、2000国家大地坐标系。2、坐标经平移", "2、坐标经平移"),
    ],
)
def test_words_that_coordinates_were_shifted_or_shortened(drawing, words, quoted):
    path = drawing(text(words))
    (said,) = [i for i in read(path).issues if i.code == "words_of_doubt"]
    assert said.severity == "warning"
    assert said.en == (
        f"the drawing says “{quoted}”: check that its coordinates, and the system given, can be "
        "used"
    )
    with pytest.raises(FormatError, match="of its coordinates, not what is given: CGCS2000") as bad:
        read(path, crs=crs(4526))
    assert f"写有“{quoted}”，与所给的" in bad.value.zh


@pytest.mark.parametrize(
    "words",
    [
        "坐标系待核实", "中央子午线不详", "作废", "仅供参考", "地形图已脱密", "坐标：GCJ-02",
        "2000国家大地坐标系，坐标未转换",
    ],
)  # fmt: skip
def test_doubts_that_a_given_system_may_answer_are_told(drawing, words):
    source = read(drawing(text(words)), crs=crs(4526))
    assert source.crs == crs(4526)
    assert [i.code for i in source.issues] == ["words_of_doubt"]


@pytest.mark.parametrize(
    ("words", "right", "wrong"),
    [
        ("坐标系：WGS84 UTM 49N", 32649, 4526),
        ("UTM投影 WGS84", 32649, 4526),
        ("WGS_1984_UTM_Zone_49N", 32649, 32650),
        ("投影面高程1200米", None, 4526),
        ("2000国家大地坐标系，抵偿高程面1200m", None, 4526),
        ("兰勃特投影", None, 4526),
    ],
)
def test_another_plane_contradicts_a_gauss_plane(drawing, words, right, wrong):
    path = drawing(text(words))
    with pytest.raises(FormatError, match=f"names another plane \\({words}\\)"):
        read(path, crs=crs(wrong))
    if right:
        assert read(path, crs=crs(right)).crs == crs(right)


def test_a_plane_of_ones_own_answers_words_of_a_height(drawing):
    raised = pyproj.CRS.from_wkt(
        crs(4526).to_wkt("WKT1_GDAL", False)
        .replace('"CGCS2000 / 3-degree Gauss-Kruger zone 38"', '"矿区"')
        .replace(',AUTHORITY["EPSG","4526"]', "").replace("38500000", "38500010")
    )  # fmt: skip
    path = drawing(text("投影面高程1200米"))
    assert read(path, crs=raised).crs == raised


def test_a_plane_of_another_map_is_told_beside_a_datum_alone(drawing):
    def draw(document):
        for k, words in enumerate(["2000国家大地坐标系", "影像来源：WGS84 UTM 49N"]):
            text(words, (X, Y - 100 * k))(document)

    def of_one_datum(document):
        for k, words in enumerate(["2000国家大地坐标系", "UTM投影"]):
            text(words, (X, Y - 100 * k))(document)

    source = read(drawing(draw), crs=crs(4526))
    assert source.crs == crs(4526)
    path = drawing(of_one_datum)
    with pytest.raises(FormatError, match=r"names another plane \(UTM投影\)"):
        read(path, crs=crs(4526))


@pytest.mark.parametrize(
    "words",
    [
        "CM=114", "L0=114°", "L0＝114°00′", "Central Meridian: 114", "2000国家大地坐标系 114°",
        "CGCS2000坐标系（114°）", "2000国家大地坐标系，114度",
    ],
)  # fmt: skip
def test_symbols_of_a_central_meridian(drawing, words):
    path = drawing(text(words))
    with pytest.raises(FormatError, match="states the central meridian 114°"):
        read(path, crs=crs(4527))
    assert read(path, crs=crs(4526)).issues == ()


PLAIN = [
    "2000国家大地坐标系，高斯-克吕格投影，3度带，中央子午线114°", "1985国家高程基准，等高距1米",
    "坐标单位：米", "坐标网间距100米", "X=3760000.000 Y=38500000.000", "X:3760000.000",
    "点号 X坐标 Y坐标", "比例尺 1:2000", "scale 1:2000", "GB/T 20257.1-2017 图式",
    "水平投影面积 1.2345km2", "I号矿体垂直纵投影面", "采空区投影范围", "1350高程面", "推测断层",
    "产状 320°∠45°", "L0=120", "LS=40 L0=120.5", "CM20", "钻孔ZK1404 117°", "117°30′",
    "2000国家大地坐标系 东经117°20′", "移民新村", "东移村", "密云水库", "待拆", "原采矿权范围",
    "+1350m水平", "K0+120", "磁偏角：偏西3°20′", "加密控制点", "坐标北", "审核", "核对",
    "校核：王五",
    "本图未经测绘主管部门批准不得公开", "比例因子 1:1", "底图：高德地图", "系数 0.85",
    "采用RTK测量，经坐标转换到2000国家大地坐标系", "本次测量控制点经复核无误",
    "坐标系：CGCS2000 3 Degree GK CM 114E", "平面坐标系统：CGCS2000；高程系统：1985国家高程基准",
]  # fmt: skip


def test_a_plain_drawing_stays_readable(drawing):
    def draw(document):
        for k, words in enumerate(PLAIN):
            text(words, (X - 50, Y - 100 * k))(document)

    source = read(drawing(draw), crs=crs(4526))
    assert (source.crs, source.issues) == (crs(4526), ())
