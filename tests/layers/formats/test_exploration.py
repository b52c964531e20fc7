"""The exploration string; seconds are worked out by hand."""

import pytest

from layers.errors import FormatError
from layers.formats import read

OUTER = [("113.5930", "38.0600"), ("114.0030", "38.0600"), ("114.0030", "38.0700"),
         ("113.5930", "38.0700")]  # fmt: skip
INNER = [("113.5945", "38.0615"), ("114.0000", "38.0615"), ("114.0000", "38.0630"),
         ("113.5945", "38.0630")]  # fmt: skip


def ring(places, flag="0", swap=False):
    pairs = [(b, a) if swap else (a, b) for a, b in places]
    return f"{len(places)}," + "".join(f"{a},{b}," for a, b in pairs) + f"{flag},0,0,"


@pytest.fixture
def string(tmp_path):
    def string(text):
        path = tmp_path / "探矿权.txt"
        path.write_text(text, encoding="gbk")
        return read(path)

    return string


@pytest.mark.parametrize("swap", [False, True])
def test_packed_degrees_in_either_order(string, swap):
    source = string(f"2000国家大地坐标系\n1,{ring(OUTER, swap=swap)}")
    west, south, east, north = source.geometry[0].bounds
    assert west == pytest.approx(113 + 59 / 60 + 30 / 3600, abs=1e-12)
    assert east == pytest.approx(114 + 30 / 3600, abs=1e-12)
    assert (south, north) == (pytest.approx(38.1, abs=1e-12), pytest.approx(38 + 7 / 60, abs=1e-12))
    assert source.crs.to_epsg() == 4490
    assert source.columns["right_type"].to_pylist() == ["exploration"]


def test_a_ring_that_is_taken_out(string):
    source = string(f"2,{ring(OUTER)}{ring(INNER, '-1')}")
    assert source.crs is None
    whole = (1 / 60) * (1 / 60)
    assert source.geometry[0].area == pytest.approx(whole - (15 / 3600) ** 2, rel=1e-9)
    assert len(source.geometry[0].interiors) == 1


def test_several_rights_by_licence(string):
    source = string(f"许可证号：T1\n1,{ring(OUTER)}\n许可证号：T2\n1,{ring(INNER)}\n")
    assert source.columns["licence_no"].to_pylist() == ["T1", "T2"]
    assert source.labels == ("许可证 T1", "许可证 T2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"1,{ring([('113.6930', '38.0600'), *OUTER[1:]])}", "is no D.MMSS"),
        (f"1,{ring(OUTER)}7", "something follows the last ring"),
        (f"2,{ring(OUTER)}", "the corner count of ring 2 '' is no positive integer"),
        (f"1,{ring(OUTER, '1')}", "0,0,0 or -1,0,0 is due"),
        (f"1,{ring(OUTER[:2])}", "fewer than 3 corners"),
        (f"1,{ring(OUTER, '-1')}", "no ring is added"),
        (f"2,{ring(INNER)}{ring(OUTER, '-1')}", "deducted ring 1 does not lie in an added one"),
        (f"1,{ring([OUTER[0][::-1], *OUTER[1:]])}", "not like the others"),
        (f"1,{ring([('13.5930', '38.0600'), *OUTER[1:]])}", "is not in China"),
    ],
)
def test_what_breaks_the_grammar(string, text, said):
    with pytest.raises(FormatError, match=said):
        string(text)


def test_whole_degrees_are_degrees(string):
    places = [("113", "38"), ("113", "38.3000"), ("113.3000", "38.3000"), ("113.3000", "38")]
    source = string(f"1,{ring(places)}")
    assert source.format == "exploration string"
    assert source.geometry[0].bounds == (113, 38, 113.5, 38.5)
    assert source.issues == ()


def test_minutes_without_seconds_are_said_to_be_minutes(string):
    places = [("113", "38"), ("113", "38.3"), ("113.30", "38.30"), ("113.30", "38")]
    source = string(f"1,{ring(places)}")
    assert source.geometry[0].bounds == (113, 38, 113.5, 38.5)
    assert [i.code for i in source.issues] == ["angles_without_seconds"]


def test_an_added_ring_within_another_is_told(string):
    source = string(f"2,{ring(OUTER)}{ring(INNER)}")
    assert [i.code for i in source.issues] == ["part_without_effect"]
    assert source.geometry[0].interiors[:] == []


@pytest.mark.parametrize("sign", ["-", "W", "S"])
def test_other_hemispheres_are_refused(string, sign):
    with pytest.raises(FormatError):
        string(f"1,{ring([(sign + a, b) for a, b in OUTER])}")


def test_a_datum_in_doubt_is_none(string):
    source = string(f"2000国家大地坐标系（坐标未转换）\n1,{ring(OUTER)}")
    assert source.crs is None and "conversion is still due" in source.crs_note
    assert source.stated.datums == ("CGCS2000",)


@pytest.mark.parametrize(
    "words", ["（十进制度）", "（单位：度）", "坐标为小数度", "区域坐标（度.小数）"]
)
def test_words_of_decimal_degrees_contradict_the_form(string, words):
    title = f"2000国家大地坐标系 {words}"
    with pytest.raises(FormatError, match="写明坐标是十进制度"):
        string(f"{title}\n1,{ring(OUTER)}")
    assert string(f"2000国家大地坐标系（单位：度分秒）\n1,{ring(OUTER)}").crs.to_epsg() == 4490


def test_a_datum_that_the_coordinates_came_from_is_no_second_one(string):
    source = string(f"坐标采用CGCS2000，由1980西安坐标系转换而来\n1,{ring(OUTER)}")
    assert source.crs.to_epsg() == 4490
