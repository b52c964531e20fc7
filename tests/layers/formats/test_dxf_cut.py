"""Drawings that break off, and ends of lines as transfers leave them."""

import ezdxf
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

X, Y = 38500000.0, 3760000.0
CORNERS = [(X, Y), (X + 1000, Y), (X + 1000, Y + 1000), (X, Y + 1000)]


@pytest.fixture
def path(tmp_path):
    document = ezdxf.new("R2000")
    for k in range(3):
        corners = [(x + 2000 * k, y) for x, y in CORNERS]
        document.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "矿界"})
    document.saveas(tmp_path / "a.dxf")
    return tmp_path / "a.dxf"


def test_a_drawing_cut_between_two_outlines(path):
    text = path.read_text(encoding="gbk", errors="surrogateescape")
    path.write_text(text[: text.rindex("  0\nLWPOLYLINE\n")], encoding="gbk")
    with pytest.raises(FormatError, match=r"not whole: its section ENTITIES does not end \(no EN"):
        read(path)


def test_a_section_that_runs_into_the_next(path):
    text = path.read_text(encoding="gbk", errors="surrogateescape")
    head, _, tail = text.partition("  0\nLWPOLYLINE\n")
    path.write_text(head + tail[tail.index("  0\nSECTION\n") :], encoding="gbk")
    with pytest.raises(FormatError, match="its section ENTITIES does not end"):
        read(path)


def test_a_drawing_without_its_end_mark_is_told(path):
    raw = path.read_bytes()
    assert raw.endswith(b"  0\nEOF\n")
    path.write_bytes(raw[: -len(b"  0\nEOF\n")])
    source = read(path)
    assert source.declared == 3
    assert [(i.code, i.en) for i in source.issues] == [
        ("drawing_mended", "1 faults of the file mended: no EOF at its end")
    ]


@pytest.mark.parametrize("end", [b"\r\n", b"\r\r\n", b"\r"])
def test_other_ends_of_lines(path, end):
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", end))
    source = read(path)
    assert (source.layer, source.issues) == ("矿界", ())
    assert source.geometry[0].equals(shapely.Polygon(CORNERS))
