"""DXF drawings, written with ezdxf in the tests."""

import math
import re
from itertools import pairwise

import ezdxf
import numpy as np
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import list_layers, read
from layers.formats.dxf import drawn as dxf_drawn
from layers.formats.dxf import within as dxf_within

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


def test_circles_round_corners_are_marks(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "矿界"})
        for at in CORNERS:
            space.add_circle(at, 2, dxfattribs={"layer": "矿界"})
            space.add_circle(at, 30, dxfattribs={"layer": "JZD"})
            space.add_line(at, (at[0] + 31, at[1]), dxfattribs={"layer": "JZD"})
            x, y = at
            ring = [(x - 1, y, 1), (x + 1, y, 1)]
            space.add_lwpolyline(ring, format="xyb", close=True, dxfattribs={"layer": "矿界"})
        space.add_circle((X + 500, Y + 500), 200, dxfattribs={"layer": "矿界"})

    path = drawing(draw)
    assert list_layers(path) == ["矿界"]
    source = read(path)
    assert source.geometry[0].equals(shapely.box(X, Y, X + 1000, Y + 1000))
    assert source.columns["实体"].to_pylist() == ["LWPOLYLINE", "CIRCLE"]
    (marks,), (kept,) = told(source, "circles_ignored"), told(source, "circles_read")
    assert (marks.severity, kept.severity) == ("warning", "warning")
    assert marks.en.startswith("8 circles are marks and not read (radius up to 10 m, or round a")
    assert kept.en == (
        "1 circles are read as outlines; a mining right is bounded by corners, not by a circle: "
        f"handles {source.columns['句柄'][1]}"
    )
    assert told(source, "layers_not_read")[0].en.endswith("not read: JZD (CIRCLE 4, LINE 4)")


def test_a_circle_beside_no_corner_is_read_and_told(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "矿界"})
        space.add_circle((X + 3, Y), 30, dxfattribs={"layer": "矿界"})
        space.add_circle((X + 5000, Y), 10.5, dxfattribs={"layer": "矿界"})

    source = read(drawing(draw))
    assert (source.declared, told(source, "circles_ignored")) == (3, [])


HALF, QUARTER, THIRD = 1.0, math.tan(math.pi / 8), math.tan(math.pi / 6)
ON_CIRCLE = [(X + 50 * math.cos(t), Y + 50 * math.sin(t)) for t in np.radians([0, 120, 240])]
AROUND = [(X + 50, Y), (X, Y + 50), (X - 50, Y), (X, Y - 50)]


@pytest.mark.parametrize("kind", ["lwpolyline", "polyline2d"])
@pytest.mark.parametrize(
    ("corners", "close", "found"),
    [
        ([(X, Y, HALF), (X + 100, Y, HALF)], True, True),
        ([(X, Y, HALF), (X + 100, Y, HALF), (X, Y, 0)], False, True),
        ([(X, Y, HALF), (X + 100, Y, HALF), (X, Y, 0)], True, True),
        ([(*at, QUARTER) for at in AROUND], True, True),
        ([*((*at, QUARTER) for at in AROUND), (*AROUND[0], 0)], False, True),
        ([(*at, THIRD) for at in ON_CIRCLE], True, True),
        ([(*at, -QUARTER) for at in AROUND], True, False),  # bent inwards
        ([*((*at, QUARTER) for at in AROUND[:3]), (*AROUND[3], 0)], True, False),
        ([(X, Y, HALF), (X + 100, Y, 0), (X + 50, Y, 0)], True, False),  # half a disc
    ],
)
def test_circles_drawn_as_polylines_are_told(drawing, kind, corners, close, found):
    path = drawing(lambda s: getattr(s, f"add_{kind}")(corners, format="xyb", close=close))
    source = read(path)
    assert source.geometry[0].geom_type == "Polygon"
    assert [i.code for i in source.issues] == ["arcs_as_chords", *["circles_read"] * found]


def test_a_drawing_of_marks_alone_has_no_layer(drawing):
    path = drawing(lambda space: space.add_circle((X, Y), 10))
    with pytest.raises(FormatError, match=r"it has: CIRCLE 1$"):
        list_layers(path)


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
    ignored, blocks = source.issues
    assert ignored.code == "entities_ignored"
    assert re.fullmatch(r"未读的图元（句柄）：INSERT 3 \((\w+, ){2}\w+\)", ignored.zh)
    assert (blocks.severity, blocks.code) == ("warning", "blocks_not_read")
    assert blocks.zh == "图块中有闭合线，未读，请先分解：B"


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
        hatch.paths.add_polyline_path([(0, 0, 0.5), (1, 0), (1, 1)])
    made.saveas(tmp_path / "a.dxf")
    end = "$" if kind == "text" else "; the boundaries of its hatches have curves, cross or lack"
    with pytest.raises(FormatError, match=f"it has: {kind.upper()} 1{end}"):
        read(tmp_path / "a.dxf")


@pytest.mark.parametrize("lost", [" 10\n38500000.5\n 20\n3761000.0\n", " 90\n3\n"])
def test_a_polyline_that_lost_a_corner(tmp_path, lost):
    new = "" if "10\n" in lost else " 90\n4\n"
    declared, held = (3, 2) if not new else (4, 3)
    said = rf"polyline \w+ declares {declared} corners, it has {held}$"
    with pytest.raises(FormatError, match=said):
        read(_broken(tmp_path, lost, new))


# -- which axis is which ---------------------------------------------------------------------------


def square(dx=0, dy=0, size=1000):
    x, y = X + dx, Y + dy
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]


def turned(corners):
    return [(y, x) for x, y in corners]


def told(source, code):
    return [i for i in source.issues if i.code == code]


def test_each_outline_is_read_by_its_own_axes(drawing):
    east = [(500_000, 2_000_000), (501_000, 2_000_000), (501_000, 2_001_000)]

    def draw(space):
        space.add_lwpolyline(east, close=True)
        space.add_lwpolyline([(y, x) for x, y in east], close=True)
        space.add_text("乙").set_placement((2_000_100, 500_800))

    source = read(drawing(draw))
    assert source.geometry[0].equals(source.geometry[1])
    assert source.columns["文字"].to_pylist() == ["乙", "乙"]
    (issue,) = told(source, "axes_swapped")
    handle = source.columns["句柄"][1]
    assert issue.en == (
        f"1 entities have north along x, unlike the others; swapped: handles {handle}"
    )


def test_one_swapped_corner_refuses_its_outline(drawing):
    def draw(space):
        space.add_lwpolyline(square(), close=True)
        space.add_lwpolyline([*square()[:3], turned(square())[3]], close=True)

    source = read(drawing(draw))
    assert [g is None for g in source.geometry] == [False, True]
    (issue,) = told(source, "axes_differ")
    handle = source.columns["句柄"][1]
    assert (issue.severity, issue.feature) == ("error", "第 2 行")
    assert issue.zh == (f"第 2 行：图元 {handle} 的一些顶点横轴是东，另一些是北，X、Y 似乎写反")


def test_a_stray_outline_does_not_hide_that_the_others_are_swapped(drawing):
    def draw(space):
        space.add_lwpolyline(turned(square()), close=True)
        space.add_lwpolyline([(0, 0), (420, 0), (420, 297), (0, 297)], close=True)  # a frame
        space.add_text("甲矿").set_placement((Y + 10, X + 10))

    source = read(drawing(draw))
    assert source.geometry[0].equals(shapely.box(X, Y, X + 1000, Y + 1000))
    assert source.geometry[1].equals(shapely.box(0, 0, 420, 297))
    assert source.columns["文字"].to_pylist() == ["甲矿", None]
    assert len(told(source, "axes_swapped")) == 1


def test_numbers_of_a_sheet_are_no_degrees(drawing):
    sheet, degrees = [(30, 80), (40, 80), (40, 120)], [(34, 114), (34.1, 114), (34.1, 114.1)]

    def draw(space):
        space.add_lwpolyline(sheet, close=True)
        space.add_lwpolyline([(0, 0), (420, 0), (420, 297)], close=True)

    assert read(drawing(draw)).geometry[0].equals(shapely.Polygon(sheet))
    source = read(drawing(lambda space: space.add_lwpolyline(degrees, close=True)))
    assert source.geometry[0].equals(shapely.Polygon(turned(degrees)))


# -- outlines in outlines --------------------------------------------------------------------------


def test_an_outline_inside_another_and_one_drawn_twice_are_told(drawing):
    def draw(space):
        for corners in (square(), square(100, 100, 50), square(5000), square(5000)[::-1]):
            space.add_lwpolyline(corners, close=True)

    source = read(drawing(draw))
    (inside,), (twice,) = told(source, "outline_inside"), told(source, "outline_twice")
    assert inside.en == (
        "1 outlines lie inside another; a hole or ground of its own? read as ground: row 2 in row 1"
    )
    assert twice.zh == "1 个图形重复：第 4 行同第 3 行"
    assert source.declared == 4


def test_a_text_belongs_to_the_smallest_outline_round_it(drawing):
    def draw(space):
        space.add_lwpolyline(square(), close=True)
        space.add_lwpolyline(square(100, 100, 50), close=True)
        space.add_text("乙矿").set_placement((X + 110, Y + 110))
        space.add_text("甲矿").set_placement((X + 500, Y + 500))
        space.add_text("C1").set_placement((X + 500, Y + 400))
        space.add_text(" ").set_placement((X + 500, Y + 300))

    source = read(drawing(draw))
    assert source.columns["文字"].to_pylist() == ["甲矿 C1", "乙矿"]
    (several,), (joined,) = told(source, "text_in_several"), told(source, "texts_joined")
    assert several.en.endswith("each belongs to the smallest: “乙矿”")
    assert joined.en == "1 outlines hold several texts, joined in the order of the drawing: row 1"


def test_many_outlines_inside_one_another_end(drawing):
    def draw(space):
        for k in range(1500):
            box = shapely.box(X + k, Y + k, X + 9000 - k, Y + 9000 - k)
            space.add_lwpolyline(list(box.exterior.coords), close=True)

    (issue,) = told(read(drawing(draw)), "outline_inside")
    assert issue.en.startswith("1499 outlines lie inside another")


def boxes(n, step):
    return np.array([shapely.box(-k * step, -k, n + k, n + k) for k in range(n)], dtype=object)


def test_what_is_compared_is_bounded(monkeypatch):
    names = tuple(map(str, range(40)))
    full = dxf_within.doubtful_pairs(boxes(40, 1), names)
    assert [i.code for i in full] == ["outline_inside"]
    assert full[0].en.startswith("39 outlines lie inside")
    monkeypatch.setattr(dxf_within, "MOST_PAIRS", 900)
    short = dxf_within.doubtful_pairs(boxes(40, 1), names)
    assert [i.code for i in short] == ["outlines_not_compared", "outline_inside"]
    spots = np.full((40, 2), 1.0)
    texts = dxf_within.Texts(spots, ["a"] * 40, np.ones(40))
    found = dxf_within.labels(boxes(40, 1), texts, names)
    assert found.words == [None] * 40
    assert [i.code for i in found.issues] == ["texts_unplaced"]


# -- texts -----------------------------------------------------------------------------------------


def test_a_text_stands_where_it_is_fastened(drawing):
    outside = (X - 5000, Y)

    def draw(space):
        for k in range(4):
            space.add_lwpolyline(square(2000 * k), close=True)
        middle = {"insert": outside, "halign": 4, "align_point": (X + 500, Y + 500)}
        space.add_text("中", dxfattribs=middle)
        aligned = {"insert": (X + 1900, Y + 500), "halign": 3, "align_point": (X + 3100, Y + 500)}
        space.add_text("两点", dxfattribs=aligned)
        mirrored = {"insert": (-(X + 4500), Y + 500), "extrusion": (0, 0, -1)}
        space.add_text("镜像", dxfattribs=mirrored)
        space.add_text("左", dxfattribs={"insert": (X + 6500, Y + 500), "align_point": outside})

    source = read(drawing(draw))
    assert source.columns["文字"].to_pylist() == ["中", "两点", "镜像", "左"]


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


def test_a_licence_number_inside_an_outline_is_its_number(drawing):
    numbers = [f"C41000020200111101234{k}" for k in (10, 11, 12)]

    def draw(space):
        for k in range(3):
            x = 38500000 + 2000 * k
            ring = [(x, 3760000), (x + 1000, 3760000), (x + 1000, 3761000), (x, 3761000)]
            space.add_lwpolyline(ring, close=True)
        space.add_text(f"{numbers[0]} 一号铁矿").set_placement((38500400, 3760500))
        space.add_text("二号铁矿").set_placement((38502400, 3760500))
        # Which of two it is nobody knows; what stands beside a word is part of a remark.
        space.add_text(f"{numbers[1]} {numbers[2]}").set_placement((38504400, 3760500))
        space.add_text(f"与{numbers[1]}相邻").set_placement((38502400, 3760300))

    source = read(drawing(draw))
    assert source.columns["许可证号"].to_pylist() == [numbers[0], None, None]
    assert source.columns["文字"].to_pylist() == [
        "一号铁矿", f"二号铁矿 与{numbers[1]}相邻", f"{numbers[1]} {numbers[2]}",
    ]  # fmt: skip


def test_the_number_of_a_corner_is_no_label(drawing):
    def draw(space):
        space.add_lwpolyline(square(), close=True)
        space.add_lwpolyline(square(2000), close=True)
        for k, (dx, dy) in enumerate([(3, 3), (990, 3), (2003, 3), (990, 990)]):
            space.add_text(f"J{k + 1}", height=5).set_placement((X + dx, Y + dy))
        space.add_mtext("12", dxfattribs={"insert": (X + 3, Y + 990), "char_height": 5})
        space.add_text("青山铁矿", height=5).set_placement((X + 3, Y + 20))
        space.add_text("C1", height=5).set_placement((X + 500, Y + 500))

    source = read(drawing(draw))
    assert source.columns["文字"].to_pylist() == ["青山铁矿 C1", "J3"]
    (left,), (doubtful,) = told(source, "corner_numbers"), told(source, "label_doubtful")
    assert left.severity == "info"
    assert left.en == "4 texts are numbers of the corners beside them, not labels: J1, J2, J4, 12"
    assert doubtful.severity == "warning"
    assert doubtful.en == (
        "1 outlines hold no text but what may be numbers of corners; read as labels: row 2"
    )


def test_characters_as_autocad_escapes_them(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True)
        space.add_text(r"\M+5BCD7\U+77FF").set_placement((X + 10, Y + 10))
        space.add_mtext(r"\M+5D2D2", dxfattribs={"insert": (X + 20, Y + 20)})

    assert read(drawing(draw)).columns["文字"].to_pylist() == ["甲矿 乙"]


@pytest.mark.parametrize("version", ["R2000", "R2010"])
def test_characters_by_their_codes(drawing, version):
    def draw(space):
        space.add_lwpolyline(square(), close=True, dxfattribs={"layer": "A"})
        space.add_lwpolyline(square(2000), close=True, dxfattribs={"layer": "A"})
        space.add_text("QQ1").set_placement((X + 10, Y + 10))
        space.add_mtext(
            "{\\fSimSun|b0|i0;QQ2}\\PC1\\~2", dxfattribs={"insert": (X + 2500, Y + 500)}
        )

    path = drawing(draw, version)
    text = path.read_text(encoding="utf-8")
    text = text.replace("QQ1", "\\M+5BCD7\\U+7532%%d").replace("QQ2", "\\M+5BFF3\\U+4E59")
    path.write_text(text, encoding="utf-8")
    assert read(path).columns["文字"].to_pylist() == ["甲甲°", "矿乙 C1 2"]


def test_a_line_break_by_its_code_does_not_break_the_file(drawing):
    def draw(space):
        space.add_lwpolyline(square(), close=True)
        space.add_text("QQ").set_placement((X + 10, Y + 10))

    path = drawing(draw)
    hostile = "a\\U+000A 10\\U+000A1\\M+50A0A"
    path.write_text(path.read_text(encoding="utf-8").replace("QQ", hostile), encoding="utf-8")
    assert read(path).columns["文字"].to_pylist() == [hostile]


def test_attributes_of_a_block_are_texts(drawing):
    def draw(space):
        space.doc.blocks.new("注")
        space.add_lwpolyline(square(), close=True)
        block = space.add_blockref("注", (X + 500, Y + 500))
        block.add_attrib("NAME", "甲矿", (X + 500, Y + 500))
        block.add_attrib("NOTE", "暗", (X + 500, Y + 400)).is_invisible = True

    assert read(drawing(draw)).columns["文字"].to_pylist() == ["甲矿"]


# -- what is not seen, and not read ----------------------------------------------------------------


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
    (issue,) = told(source, "hidden_entities")
    assert issue.en.startswith("1 entities cannot be seen")
    assert issue.en.endswith(f"like the others: {source.columns['句柄'][1]}")
    for layer in ("废", "冻"):
        (issue,) = told(read(path, layer=layer), "hidden_entities")
        assert issue.en.startswith("1 entities cannot be seen")


def test_a_text_that_cannot_be_seen_labels_nothing(drawing):
    def draw(space):
        space.add_lwpolyline(CORNERS, close=True)
        space.add_text("旧", dxfattribs={"invisible": 1}).set_placement((X + 10, Y + 10))

    source = read(drawing(draw))
    assert source.columns["文字"].to_pylist() == [None]
    assert told(source, "texts_hidden")[0].en == "1 texts are invisible and label nothing"


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


@pytest.mark.parametrize(
    ("radius", "side", "inner", "scale", "told_of"),
    [
        (0.5, 2, 1, 1, False),
        (10, 10, 1, 1, False),
        (10.5, 2, 1, 1, True),
        (0.5, 12, 1, 1, True),
        (0.5, 2, 1, 25, True),
        (0.5, 2, 0.1, 40, False),
        (0.5, 2, 40, 0.1, True),
        (0.5, 2, 6, 1, True),
    ],
)
def test_symbols_are_no_outlines(drawing, radius, side, inner, scale, told_of):
    def draw(space):
        space.doc.blocks.new("点").add_circle((0, 0), radius)
        space.doc.blocks["点"].add_lwpolyline(square(-X, -Y, side), close=True)
        grown = {"xscale": inner, "yscale": -inner}
        space.doc.blocks.new("界址点").add_blockref("点", (0, 0), dxfattribs=grown)
        space.doc.blocks["点"].add_blockref("界址点", (0, 0), dxfattribs={"xscale": 0, "yscale": 0})
        space.add_lwpolyline(CORNERS, close=True)
        for corner in CORNERS:
            grown = {"xscale": scale, "yscale": scale}
            space.add_blockref("界址点", corner, dxfattribs=grown)

    source = read(drawing(draw))
    said = [i.zh for i in told(source, "blocks_not_read")]
    assert said == (["图块中有闭合线，未读，请先分解：界址点"] if told_of else [])
    assert "INSERT 4" in told(source, "entities_ignored")[0].en


def test_blocks_that_grow_in_one_another_end(drawing):
    def draw(space):
        space.doc.blocks.new("A").add_circle((0, 0), 1e-300)
        grown = {"xscale": 1.0000001, "yscale": 1.0000001}
        space.doc.blocks["A"].add_blockref("A", (0, 0), dxfattribs=grown)
        space.add_lwpolyline(CORNERS, close=True)
        space.add_blockref("A", (X, Y))

    assert len(told(read(drawing(draw)), "blocks_not_read")) == 1


def test_layers_whose_names_differ_in_capitals_are_one(drawing):
    def draw(space):
        space.add_lwpolyline(square(), close=True, dxfattribs={"layer": "Mine"})
        space.add_lwpolyline(square(2000), close=True, dxfattribs={"layer": "MINE"})

    path = drawing(draw)
    assert list_layers(path) == ["Mine"]
    assert read(path).declared == 2


def test_outlines_deep_in_blocks_and_in_layouts_are_told(drawing):
    def draw(space):
        blocks = [space.doc.blocks.new(f"B{k}") for k in range(3000)]
        for one, other in pairwise(blocks):
            one.add_blockref(other.name.lower(), (0, 0))
        blocks[-1].add_lwpolyline(square(), close=True)
        blocks[-1].add_blockref("B0", (0, 0))  # and back
        space.doc.blocks.new("EMPTY").add_line((0, 0), (1, 1))
        space.add_lwpolyline(square(), close=True)
        space.add_blockref("b0", (0, 0))
        space.add_blockref("EMPTY", (0, 0))
        space.doc.layout("Layout1").add_lwpolyline(square(), close=True)

    source = read(drawing(draw))
    assert source.declared == 1
    (blocks,) = told(source, "blocks_not_read")
    assert blocks.zh == "图块中有闭合线，未读，请先分解：b0"
    (sheets,) = told(source, "outlines_in_layouts")
    assert sheets.en == "closed lines of the paper space are not read: Layout1 (1)"


def test_a_drawing_whose_outlines_are_all_in_blocks_says_so(drawing):
    def draw(space):
        space.doc.blocks.new("B").add_lwpolyline(square(), close=True)
        space.add_blockref("B", (0, 0))

    with pytest.raises(FormatError, match=r"blocks hold closed lines, .* first: B$"):
        read(drawing(draw))


def test_a_reference_to_another_drawing_is_told(drawing):
    def draw(space):
        space.add_lwpolyline(square(), close=True)
        space.doc.add_xref_def("other.dwg", "XR")
        space.add_blockref("XR", (0, 0))

    (issue,) = told(read(drawing(draw)), "blocks_elsewhere")
    assert issue.en == "blocks that refer to other drawings are not read: XR"


# -- polylines -------------------------------------------------------------------------------------


def test_a_mirrored_polyline_with_an_arc(drawing):
    corners = [(-X, Y, 0), (-X - 100, Y, 0), (-X - 100, Y + 100, 0), (-X, Y + 100, 1)]

    def draw(space):
        mirrored = {"extrusion": (0, 0, -1)}
        space.add_lwpolyline(corners, format="xyb", close=True, dxfattribs=mirrored)

    (outline,) = read(drawing(draw)).geometry
    exact = 100**2 - math.pi * 50**2 / 2  # against the clock from top to bottom: inwards
    assert outline.area == pytest.approx(exact, abs=0.001 * math.pi * 50)
    assert outline.bounds == pytest.approx((X, Y, X + 100, Y + 100), abs=0.001)
    assert not outline.contains(shapely.Point(X + 49, Y + 50))


def test_the_frame_of_a_fitted_spline_is_no_outline(drawing):
    def draw(space):
        corners = [(X - 500, Y - 500), *square(), (X + 3000, Y + 3000)]
        line = space.add_polyline2d(corners, close=True)
        line.dxf.flags |= 4
        for k, vertex in enumerate(line.vertices):
            vertex.dxf.flags = 16 if k in (0, 5) else 8

    assert read(drawing(draw)).geometry[0].equals(shapely.box(X, Y, X + 1000, Y + 1000))


def test_a_polyline_in_space(drawing):
    def draw(space):
        corners = [(x, y, 900 + k) for k, (x, y) in enumerate(square())]
        space.add_polyline3d(corners, close=True)

    source = read(drawing(draw))
    assert source.geometry[0].equals(shapely.box(X, Y, X + 1000, Y + 1000))
    assert source.columns["标高"].to_pylist() == [None]


def test_heights_that_are_not_used_are_told(drawing):
    def draw(space):
        space.add_polyline3d([(x, y, 800 + k) for k, (x, y) in enumerate(square())], close=True)
        space.add_polyline3d([(x, y, 803) for x, y in square(2000)], close=True)

    source = read(drawing(draw))
    assert source.columns["标高"].to_pylist() == [None, 803.0]
    (issue,) = told(source, "altitude_unused")
    assert (issue.severity, issue.en) == ("info", "the altitudes of 1 rows are not used")


@pytest.mark.parametrize("kind", ["LWPOLYLINE", "POLYLINE"])
@pytest.mark.parametrize("bulge", [1e-9, -1.9e-6, 1e-15])
def test_a_bulge_of_less_than_a_millimetre_is_a_straight_side(drawing, kind, bulge):
    # On a side of 1,000 m the arc stays within bulge · 500 m of its chord.
    def draw(space):
        corners = [(x, y, bulge if k == 1 else 0) for k, (x, y) in enumerate(square())]
        add = space.add_lwpolyline if kind == "LWPOLYLINE" else space.add_polyline2d
        add(corners, format="xyb", close=True)

    source = read(drawing(draw))
    assert source.issues == ()
    assert source.geometry[0].normalize() == shapely.box(X, Y, X + 1000, Y + 1000).normalize()


def test_a_flat_arc_is_an_arc(drawing):
    # Bulge 1e-5 on 1,000 m: 5 mm off the chord, of a radius of 25,000 km; 2/3 · 1,000 · 0.005.
    def draw(space):
        corners = [(x, y, 1e-5 if k == 1 else 0) for k, (x, y) in enumerate(square())]
        space.add_lwpolyline(corners, format="xyb", close=True)

    source = read(drawing(draw))
    assert source.geometry[0].area - 1_000_000 == pytest.approx(10 / 3, abs=0.7)
    assert [i.code for i in source.issues] == ["arcs_as_chords"]


def test_an_arc_without_end_names_its_polyline(drawing):
    def draw(space):
        corners = [(x, y, 1e9 if k == 1 else 0) for k, (x, y) in enumerate(square())]
        space.add_lwpolyline(corners, format="xyb", close=True)

    with pytest.raises(
        FormatError, match=r"an arc of polyline \w+ is too wide to be read$"
    ) as said:
        read(drawing(draw))
    assert "的一段弧过大" in said.value.zh


@pytest.mark.parametrize(
    ("units", "metres", "said"),
    [(4, 0.001, "millimetres"), (7, 1000, "kilometres"), (2, 0.3048, "feet")],
)
def test_a_drawing_in_another_unit_is_refused_by_its_unit(drawing, units, metres, said):
    def draw(space):
        space.doc.header["$INSUNITS"] = units
        space.add_lwpolyline([(x / metres, y / metres) for x, y in CORNERS], close=True)

    with pytest.raises(FormatError, match=rf"is in {said} \(\$INSUNITS = {units}\)"):
        read(drawing(draw))


def test_the_unit_of_a_template_counts_for_nothing(drawing):
    def draw(space):
        space.doc.header["$INSUNITS"] = 4
        space.add_lwpolyline(CORNERS, close=True)

    assert read(drawing(draw)).geometry[0].area == 1_000_000


def test_a_drawing_is_parsed_once(drawing, monkeypatch):
    parsed = []
    entities_of = dxf_drawn.entities_of
    monkeypatch.setattr(dxf_drawn, "entities_of", lambda p: parsed.append(p) or entities_of(p))
    path = drawing(lambda space: space.add_lwpolyline(square(), close=True))
    assert list_layers(path) == ["0"]
    assert read(path).geometry[0].area == read(path, layer="0").geometry[0].area == 1_000_000
    assert parsed == [path]
    drawing(lambda space: space.add_lwpolyline(square(0, 0, 2000), close=True))
    assert read(path).geometry[0].area == 4_000_000
    assert parsed == [path, path]


@pytest.mark.parametrize("kind", ["LWPOLYLINE", "POLYLINE"])
@pytest.mark.parametrize("bulge", ["nan", "inf"])
def test_a_bulge_that_is_no_number_does_not_cut_a_corner_off(drawing, kind, bulge):
    def draw(space):
        corners = [(x, y, 0.1234 if k == 1 else 0) for k, (x, y) in enumerate(square())]
        add = space.add_lwpolyline if kind == "LWPOLYLINE" else space.add_polyline2d
        add(corners, format="xyb", close=True)

    path = drawing(draw)
    path.write_text(path.read_text(encoding="utf-8").replace("0.1234", bulge), encoding="utf-8")
    with pytest.raises(FormatError, match="cannot be read"):
        read(path)


@pytest.mark.parametrize("texts", ["ascii", "of two encodings"])
def test_a_corner_without_its_second_number_is_not_dropped(tmp_path, texts):
    made = ezdxf.new("R2000")
    made.modelspace().add_lwpolyline([*square(), (X + 7, Y + 1777.5)], close=True)
    handle = made.modelspace()[0].dxf.handle
    made.modelspace().add_text("QQQQ")
    made.saveas(tmp_path / "a.dxf")
    raw = (tmp_path / "a.dxf").read_bytes()
    assert raw.count(b" 20\n3761777.5\n") == 1
    raw = raw.replace(b" 20\n3761777.5\n", b"")
    if texts != "ascii":
        raw = raw.replace(b"QQQQ", b"\xff\xff\xfe\xfe")
    (tmp_path / "a.dxf").write_bytes(raw)
    with pytest.raises(FormatError, match=f"entity {handle}: a place lacks its second number"):
        read(tmp_path / "a.dxf")


@pytest.mark.parametrize("subclass", ["100\nAcDbEntity\n", ""])
def test_an_entity_of_another_program_is_told_not_refused(drawing, subclass):
    path = drawing(lambda space: space.add_lwpolyline(square(), close=True))
    odd = f"  0\nTCH_WALL\n  5\nFFF1\n{subclass}  8\n墙\n100\nTDbWall\n 10\n1.0\n 20\n1.0\n"
    head, rest = path.read_text(encoding="utf-8").split("  0\nLWPOLYLINE\n")
    path.write_text(f"{head}{odd}  0\nLWPOLYLINE\n{rest}", encoding="utf-8")
    source = read(path)
    assert source.declared == 1
    (issue,) = source.issues
    assert issue.en == "layers without a closed line are not read: 墙 (TCH_WALL 1)"


def _written(tmp_path, version="R2000"):
    """Write a drawing of a POLYLINE, a CIRCLE, an ARC, a LINE and a text; give its lines."""
    made = ezdxf.new(version)
    space = made.modelspace()
    space.add_polyline2d(square(), close=True)
    space.add_circle((X + 3000, Y), 50)
    space.add_arc((X + 5000, Y), 50, 10, 80)
    space.add_line((X, Y), (X + 1, Y))
    space.add_text("T")
    made.saveas(tmp_path / "a.dxf")
    return (tmp_path / "a.dxf").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("version", ["R12", "R2000"])
@pytest.mark.parametrize("kind", ["POLYLINE", "VERTEX", "CIRCLE", "ARC", "LINE"])
def test_two_entities_that_ran_into_one_are_refused(tmp_path, kind, version):
    lines = _written(tmp_path, version)
    entities = [line.strip() for line in lines].index("ENTITIES")
    for at in [k for k in range(entities, len(lines)) if lines[k].strip() == kind]:
        assert lines[at - 1].strip() == "0"
        text = "\n".join(lines[: at - 1] + lines[at + 1 :])
        (tmp_path / "b.dxf").write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match="runs into the next: group 0 is missing"):
            read(tmp_path / "b.dxf")


@pytest.mark.parametrize(
    ("kind", "group"),
    [("CIRCLE", "40"), ("ARC", "50"), ("ARC", "51"), ("CIRCLE", "10"), ("TEXT", "10")],
)
def test_an_entity_without_what_it_needs_is_refused(tmp_path, kind, group):
    lines = _written(tmp_path)
    at = [line.strip() for line in lines].index(kind)
    at = next(k for k in range(at + 1, len(lines), 2) if lines[k].strip() == group)
    lost = 6 if group == "10" else 2
    text = "\n".join(lines[:at] + lines[at + lost :])
    (tmp_path / "b.dxf").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=rf"\({kind}\) lacks group {group}"):
        read(tmp_path / "b.dxf")


@pytest.mark.parametrize("corner", range(4))
@pytest.mark.parametrize("word", ["nan", "inf"])
def test_a_corner_that_is_no_number_is_no_area(tmp_path, corner, word):
    lines = _written(tmp_path)
    at = [k for k, line in enumerate(lines) if line.strip() == "VERTEX"][corner]
    at = next(k for k in range(at + 1, len(lines), 2) if lines[k].strip() == "10")
    lines[at + 1] = word
    (tmp_path / "b.dxf").write_text("\n".join(lines), encoding="utf-8")
    outline = read(tmp_path / "b.dxf").geometry[0]
    assert outline.geom_type == "LineString"
    assert not np.isfinite(shapely.get_coordinates(outline)).all()


@pytest.mark.parametrize("version", ["R2000", "R2010"])
def test_a_binary_drawing_is_checked_too(tmp_path, version):
    made = ezdxf.new(version)
    made.modelspace().add_lwpolyline(square(), close=True)
    made.saveas(tmp_path / "a.dxf", fmt="bin")
    assert read(tmp_path / "a.dxf").geometry[0].area == 1_000_000
    raw = (tmp_path / "a.dxf").read_bytes()
    count = b"AcDbPolyline\x00\x5a\x00\x04\x00\x00\x00"
    assert raw.count(count) == 1
    (tmp_path / "a.dxf").write_bytes(raw.replace(count, count.replace(b"\x04", b"\x05")))
    with pytest.raises(FormatError, match=r"declares 5 corners, it has 4$"):
        read(tmp_path / "a.dxf")


def test_outlines_without_a_text_beside_those_with_one_are_told(drawing):
    def draw(space):
        for k in range(3):
            space.add_lwpolyline(square(2000 * k), close=True)
        space.add_text("C1").set_placement((X + 10, Y + 10))

    (issue,) = told(read(drawing(draw)), "texts_missing")
    assert (issue.severity, issue.en) == ("info", "2 outlines hold no text: row 2, row 3")
