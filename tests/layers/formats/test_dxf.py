"""DXF drawings, written with ezdxf in the tests."""

import math

import ezdxf
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import list_layers, read

X, Y = 38500000.0, 3760000.0  # CGCS2000 zone 38: x of a drawing is east
CORNERS = [(X, Y), (X + 1000, Y), (X + 1000, Y + 1000), (X, Y + 1000)]


@pytest.fixture
def drawing(tmp_path):
    def drawing(draw, version="R2010", encoding=None, name="矿界.dxf"):
        document = ezdxf.new(version)
        if encoding:
            document.encoding = encoding
            document.header["$DWGCODEPAGE"] = {"gbk": "ANSI_936"}[encoding]
        draw(document.modelspace())
        path = tmp_path / name
        document.saveas(path)
        return path

    return drawing


def test_a_closed_polyline_is_an_outline_with_its_text(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "矿界", "elevation": 1250})
        space.add_text("甲矿", dxfattribs={"layer": "注记"}).set_placement((X + 10, Y + 10))
        space.add_mtext("面积\\P1.0", dxfattribs={"insert": (X + 20, Y + 500), "layer": "注记"})
        space.add_text("界外", dxfattribs={"layer": "注记"}).set_placement((X - 10, Y))
        space.add_line((X, Y), (X + 5, Y), dxfattribs={"layer": "图框"})

    path = drawing(draw)
    assert list_layers(path) == ["矿界"]
    source = read(path)
    assert source.geometry[0].equals(shapely.box(X, Y, X + 1000, Y + 1000))
    assert source.columns["文字"].to_pylist() == ["甲矿 面积 1.0"]
    assert source.columns["标高"].to_pylist() == [1250.0]
    assert source.crs is None and "带号 38" in source.crs_note
    assert read(path, layer="矿界").declared == 1


@pytest.mark.parametrize(
    ("version", "encoding"), [("R2000", "gbk"), ("R2000", None), ("R12", "gbk")]
)
def test_old_drawings_in_chinese(drawing, version, encoding):
    def draw(space):
        space.add_polyline2d(CORNERS, close=True, dxfattribs={"layer": "采矿权界线"})

    path = drawing(draw, version, encoding)
    assert list_layers(path) == ["采矿权界线"]
    source = read(path)
    assert source.geometry[0].area == 1_000_000
    if encoding:
        assert source.encoding == "GB18030"


def test_bytes_of_no_character_are_replaced_and_told(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "0"})
        space.add_text("QQQQ mine").set_placement((X + 10, Y + 10))

    path = drawing(draw, "R2000", "gbk")
    path.write_bytes(path.read_bytes().replace(b"QQQQ", b"\xff\xff\xfe\xfe"))
    source = read(path)
    assert source.encoding is None
    assert source.columns["文字"].to_pylist() == ["\ufffd\ufffd\ufffd\ufffd mine"]
    (told,) = [i for i in source.issues if i.code == "text_damaged"]
    assert told.en == "1 texts have bytes of no character, replaced by \ufffd"


def test_an_encoding_that_the_format_settles_itself_is_not_used(drawing):
    path = drawing(lambda space: space.add_lwpolyline(CORNERS, close=True))
    (told,) = [i for i in read(path, encoding="GBK").issues if i.code == "encoding_unused"]
    assert "GBK was not used" in told.en


def test_a_bulge_is_an_arc(drawing):
    # A square of 100 m whose last side is a half circle (bulge 1): 100² + π 50² / 2.
    corners = [(X, Y, 0), (X + 100, Y, 0), (X + 100, Y + 100, 0), (X, Y + 100, 1)]
    path = drawing(lambda s: s.add_lwpolyline(corners, format="xyb", close=True))
    source = read(path)
    exact = 100**2 + math.pi * 50**2 / 2
    assert source.geometry[0].area == pytest.approx(exact, abs=0.001 * math.pi * 50)
    assert [i.code for i in source.issues] == ["arcs_as_chords"]


@pytest.mark.parametrize("close", [True, False])
def test_a_bulge_on_the_first_side_inwards(drawing, close):
    # The south side bends inwards by a half circle (bulge -1): 100² - π 50² / 2.
    corners = [(X, Y, -1), (X + 100, Y, 0), (X + 100, Y + 100, 0), (X, Y + 100, 0)]
    if not close:
        corners.append((X, Y, 0))
    path = drawing(lambda s: s.add_lwpolyline(corners, format="xyb", close=close))
    exact = 100**2 - math.pi * 50**2 / 2
    (outline,) = read(path).geometry
    assert outline.area == pytest.approx(exact, abs=0.001 * math.pi * 50)
    assert outline.is_valid


def test_a_circle_and_a_point(drawing):
    def draw(space):
        space.add_circle((X, Y), 100, dxfattribs={"layer": "井"})
        space.add_point((X, Y, 900), dxfattribs={"layer": "村"})

    path = drawing(draw)
    assert list_layers(path) == ["井"]  # layers with outlines come alone
    assert read(path, layer="井").geometry[0].area == pytest.approx(math.pi * 100**2, rel=1e-4)


def test_points_and_lines_where_there_are_no_outlines(drawing):
    def draw(space):
        space.add_point((X, Y, 900), dxfattribs={"layer": "村"})
        space.add_lwpolyline(CORNERS[:3], dxfattribs={"layer": "河"})

    path = drawing(draw)
    assert list_layers(path) == ["村", "河"]
    assert read(path, layer="村").geometry[0].equals(shapely.Point(X, Y))
    assert read(path, layer="河").geometry[0].geom_type == "LineString"


def test_an_open_polyline_stays_a_line_unless_its_ends_meet(drawing):
    def draw(space):
        space.add_lwpolyline([*CORNERS, CORNERS[0]], dxfattribs={"layer": "合"})
        space.add_lwpolyline([*CORNERS, (X, Y + 0.0005)], dxfattribs={"layer": "近"})
        space.add_lwpolyline([*CORNERS, (X, Y + 0.5)], dxfattribs={"layer": "开"})

    path = drawing(draw)
    assert list_layers(path) == ["合", "近"]
    (told,) = read(path, layer="合").issues  # the outline that was meant may be the open one
    assert told.code == "layers_not_read" and told.en.endswith("not read: 开 (LWPOLYLINE 1)")
    assert [i.code for i in read(path, layer="近").issues] == ["nearly_closed", "layers_not_read"]


def test_north_along_x_is_told_by_the_numbers(drawing):
    path = drawing(lambda s: s.add_lwpolyline([(y, x) for x, y in CORNERS], close=True))
    source = read(path)
    assert source.geometry[0].equals(shapely.box(X, Y, X + 1000, Y + 1000))
    assert [i.code for i in source.issues] == ["axes_swapped"]


def test_blocks_are_counted_not_opened(drawing):
    def draw(space):
        block = space.doc.blocks.new("B")
        block.add_lwpolyline(CORNERS, close=True)
        space.add_lwpolyline(CORNERS, close=True)
        for _ in range(3):
            space.add_blockref("B", (0, 0), dxfattribs={"row_count": 30000, "column_count": 30000})

    source = read(drawing(draw))
    assert source.declared == 1
    blocks, ignored = source.issues
    assert blocks.zh == "图块中有闭合线，未读，请先分解：B"
    assert ignored.zh == "未读的图元：INSERT 3"


def test_a_list_of_entities_without_header(tmp_path):
    text = ["0", "SECTION", "2", "ENTITIES", "0", "LWPOLYLINE", "5", "1A", "100", "AcDbEntity", "8",
            "界", "100", "AcDbPolyline", "90", "4", "70", "1"]  # fmt: skip
    for x, y in CORNERS:
        text += ["10", str(x), "20", str(y)]
    path = tmp_path / "裸.dxf"
    path.write_text("\n".join([*text, "0", "ENDSEC", "0", "EOF", ""]), encoding="gbk")
    assert list_layers(path) == ["界"]
    assert read(path).geometry[0].area == 1_000_000


@pytest.mark.parametrize(
    "text", ["0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n", "0\nEOF\n", "0\n0\n0\n"]
)
def test_a_broken_drawing_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "坏.dxf"
    path.write_text(text)
    with pytest.raises(FormatError) as told:
        read(path)
    assert "\n" not in str(told.value)


def _broken(tmp_path, old, new):
    made = ezdxf.new()
    corners = [(38500000.5, 3760000), (38500000.5, 3761000), (38501000, 3761000)]
    made.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"color": 77})
    made.saveas(tmp_path / "a.dxf")
    text = (tmp_path / "a.dxf").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "a.dxf").write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path / "a.dxf"


def test_a_number_that_breaks_off_is_not_cut_there(tmp_path, caplog):
    with pytest.raises(FormatError, match=r'a number is damaged: .*"38500000x5"'):
        read(_broken(tmp_path, "38500000.5", "38500000x5"))


def test_what_was_mended_is_told(tmp_path, capfd):
    source = read(_broken(tmp_path, "\n 62\n77\n", "\n 62\n77Q\n"))
    (issue,) = source.issues
    assert (issue.severity, issue.code) == ("warning", "drawing_mended")
    assert source.geometry[0].area == pytest.approx(0.5 * 1000 * 999.5, rel=1e-12)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["text", "hatch"])
def test_a_drawing_without_outlines_says_what_it_holds(tmp_path, kind):
    made = ezdxf.new()
    if kind == "text":
        made.modelspace().add_text("矿界")
    else:
        hatch = made.modelspace().add_hatch()
        hatch.paths.add_polyline_path([(0, 0), (1, 0), (1, 1)])
    made.saveas(tmp_path / "a.dxf")
    with pytest.raises(FormatError, match=f"it has: {kind.upper()} 1$"):
        read(tmp_path / "a.dxf")


@pytest.mark.parametrize("lost", [" 10\n38500000.5\n 20\n3761000.0\n", " 90\n3\n"])
def test_a_polyline_that_lost_a_corner(tmp_path, lost):
    new = "" if "10\n" in lost else " 90\n4\n"
    declared, held = (3, 2) if not new else (4, 3)
    said = rf"polyline \w+ declares {declared} corners, it has {held}$"
    with pytest.raises(FormatError, match=said):
        read(_broken(tmp_path, lost, new))


def told(source, code):
    (issue,) = [i for i in source.issues if i.code == code]
    return issue.en


def test_each_outline_is_read_by_its_own_axes(drawing):
    east = [(500_000, 2_000_000), (501_000, 2_000_000), (501_000, 2_001_000)]

    def draw(space):
        space.add_lwpolyline(east, close=True)
        space.add_lwpolyline([(y, x) for x, y in east], close=True)
        space.add_text("乙").set_placement((2_000_100, 500_800))

    source = read(drawing(draw))
    assert source.geometry[0].equals(source.geometry[1])
    assert source.columns["文字"].to_pylist() == ["乙", "乙"]
    assert told(source, "axes_swapped").startswith("1 entities have north along x, unlike")


def test_a_text_stands_at_its_alignment_point(drawing):
    from ezdxf.enums import TextEntityAlignment as Align

    inside = (X + 500, Y + 500)

    def draw(space):
        space.add_lwpolyline(CORNERS, close=True)
        for word, align in (("甲", Align.MIDDLE_CENTER), ("乙", Align.TOP_RIGHT)):
            space.add_text(word).set_placement(inside, align=align)
            space[-1].dxf.insert = (0, 0)
        space.add_text("丙").set_placement((X - 400, Y + 9), (X + 500, Y + 9), Align.FIT)
        mirrored = space.add_text("丁", dxfattribs={"extrusion": (0, 0, -1)})
        mirrored.set_placement((-inside[0], inside[1]))
        space.add_text("外", dxfattribs={"extrusion": (0, 0, -1)}).set_placement(inside)

    assert read(drawing(draw)).columns["文字"].to_pylist() == ["甲 乙 丙 丁"]


def test_attributes_of_a_block_are_texts(drawing):
    def draw(space):
        space.doc.blocks.new("标签").add_attdef("号")
        space.add_lwpolyline(CORNERS, close=True)
        space.add_blockref("标签", (X, Y)).add_attrib("号", "C1", (X + 10, Y + 10))

    source = read(drawing(draw))
    assert source.columns["文字"].to_pylist() == ["C1"]


def test_characters_as_autocad_escapes_them(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True)
        space.add_text(r"\M+5BCD7\U+77FF").set_placement((X + 10, Y + 10))
        space.add_mtext(r"\M+5D2D2", dxfattribs={"insert": (X + 20, Y + 20)})

    assert read(drawing(draw)).columns["文字"].to_pylist() == ["甲矿 乙"]


def test_names_of_layers_that_differ_by_case_are_one(drawing):
    def draw(space):
        for layer, dx in (("KJ", 0), ("kj", 2000)):
            corners = [(x + dx, y) for x, y in CORNERS]
            space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})

    path = drawing(draw)
    assert list_layers(path) == ["KJ"]
    assert read(path).declared == 2


def test_what_cannot_be_seen_is_read_and_told(drawing):
    def draw(space):
        space.doc.layers.add("废").off()
        space.doc.layers.add("冻").freeze()
        space.add_lwpolyline(CORNERS, close=True)
        for layer in ("废", "冻"):
            space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": layer})
        space.add_lwpolyline([(x, y + 5000) for x, y in CORNERS], close=True,
                             dxfattribs={"invisible": 1})  # fmt: skip

    path = drawing(draw)
    source = read(path, layer="0")
    assert source.declared == 2
    assert told(source, "hidden_entities").startswith("1 entities cannot be seen")
    assert told(read(path, layer="废"), "hidden_entities").startswith("1 entities cannot be seen")


@pytest.mark.parametrize("closed", ["flag", "ends", "circle", "open"])
def test_closed_lines_in_blocks_are_named(drawing, closed):
    def draw(space):
        inner = space.doc.blocks.new("界")
        if closed == "circle":
            inner.add_circle((0, 0), 5)
        else:
            corners = CORNERS + CORNERS[:1] if closed == "ends" else CORNERS
            inner.add_lwpolyline(corners, close=closed == "flag")
        space.doc.blocks.new("外").add_blockref("界", (0, 0))
        space.doc.blocks["外"].add_blockref("外", (0, 0))  # turns in a circle
        space.add_lwpolyline(CORNERS, close=True)
        space.add_blockref("外", (0, 0))

    codes = [i.code for i in read(drawing(draw)).issues]
    assert ("blocks_not_read" in codes) == (closed != "open")
    assert "entities_ignored" in codes


def test_blocks_three_thousand_deep(drawing):
    def draw(space):
        for k in range(3000):
            space.doc.blocks.new(f"B{k}").add_blockref(f"B{k + 1}", (0, 0))
        space.doc.blocks.new("B3000").add_lwpolyline(CORNERS, close=True)
        space.add_lwpolyline(CORNERS, close=True)
        space.add_blockref("B0", (0, 0))

    assert told(read(drawing(draw)), "blocks_not_read").endswith("explode them first: B0")


def test_an_outline_inside_another_is_told(drawing):
    def draw(space):
        for x0, size in ((0, 1000), (200, 100), (5000, 10), (200, 100)):
            box = shapely.box(X + x0, Y + 200, X + x0 + size, Y + 200 + size)
            space.add_lwpolyline(list(box.exterior.coords), close=True)

    source = read(drawing(draw))
    a, b, _, d = source.columns["句柄"].to_pylist()
    assert source.declared == 4
    said = told(source, "outline_inside")
    assert said.startswith("3 closed lines lie inside another, or are the same")
    assert said.endswith(f"handles {b} ⊂ {a}, {d} ⊂ {a}, {d} ⊂ {b}")


def test_many_outlines_inside_one_another_end(drawing):
    def draw(space):
        for k in range(1500):
            box = shapely.box(X + k, Y + k, X + 9000 - k, Y + 9000 - k)
            space.add_lwpolyline(list(box.exterior.coords), close=True)

    assert told(read(drawing(draw)), "outline_inside").startswith("1000+ closed lines")
