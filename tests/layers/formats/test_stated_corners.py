"""Words that say how many corners there are, which, and joined how, held against those read."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read
from layers.formats.table.stated_corners import corners_told, differences

PLACES = [(3760123.452, 38500213.117), (3761045.331, 38500188.904), (3761102.87, 38501234.556),
          (3760512.018, 38501502.333), (3760087.945, 38501022.741)]  # fmt: skip
ANGLES = [(113.3007, 39.3405), (113.3040, 39.3405), (113.3041, 39.3425), (113.3008, 39.3421),
          (113.3005, 39.3412)]  # fmt: skip
DATUM = "XX石灰石矿（2000国家大地坐标系）\n"


def published(words, places):
    corners = "".join(f"{k},{x},{y}, , ,\n" for k, (x, y) in enumerate(places, 1))
    return f"{DATUM}{words}\n拐点,X(起标高),Y(止标高)\n{corners}*,1250,980,,1,\n"


def registration(words, places):
    corners = "".join(f"{k},{x},{y}," for k, (x, y) in enumerate(places, 1))
    return f"{DATUM}{words}\n1,{len(places)},{corners}1250,980,,1,\n"


def exploration(words, places):
    corners = "".join(f"{lon:.4f}15,{lat:.4f}15," for lon, lat in ANGLES[: len(places)])
    return f"{DATUM}{words}\n1,{len(places)},{corners}0,0,0,\n"


def pasted(words, places):
    corners = "".join(f"{k}、X={x}，Y={y}；\n" for k, (x, y) in enumerate(places, 1))
    return f"{DATUM}{words}\n{corners}"


def table(words, places):
    corners = "".join(f"J{k},{x},{y}\n" for k, (x, y) in enumerate(places, 1))
    return f"{DATUM}{words}\n点号,X坐标,Y坐标\n{corners}"


FORMS = [published, registration, exploration, pasted, table]


@pytest.fixture
def reading(tmp_path):
    def reading(text, name="拐点.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read(path)

    return reading


def told(source):
    return [i.code for i in source.issues if i.code in ("corner_count", "corner_order")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "words",
    [
        "矿区范围由5个拐点圈定", "共五个拐点", "拐点总数5", "拐点数：5个", "由5点顺次连线圈定",
        "矿区由1～5号拐点圈定", "由拐点1至拐点5圈定", "范围由1-5号点连线围成",
        "由1、2、3、4、5号拐点依次连线圈定", "拐点连线顺序：1-2-3-4-5-1",
    ],
)  # fmt: skip
def test_a_corner_that_is_stated_and_was_not_read(reading, form, words):
    name = "拐点.csv" if form is table else "拐点.txt"
    assert told(reading(form(words, PLACES[:4]), name)) == ["corner_count"]
    whole = reading(form(words, PLACES), f"全{name}")
    assert told(whole) == [] and len(shapely.get_coordinates(whole.geometry[0])) == 6


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "words",
    ["拐点连线顺序：1-3-2-4-5-1", "由1、3、2、4、5点依次连线圈定", "界线按J1→J3→J2→J4→J5→J1"],
)
def test_corners_that_are_to_be_joined_in_another_order(reading, form, words):
    name = "拐点.csv" if form is table else "拐点.txt"
    with pytest.raises(FormatError, match="1-3-2-4-5"):
        reading(form(words, PLACES), name)


ONE, TWO = [["1", "2", "3", "4", "5"]], [["J1", "J2", "J3", "J4", "J1"], ["J5", "J6", "J7", "J8"]]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (ONE, "每天9点至17点"), (ONE, "上午8-12点"), (ONE, "1-9号煤层"), (ONE, "电话400-123-4567"),
        (ONE, "拐点坐标（2024-1-13）"), (ONE, "附表3-12拐点坐标"), (ONE, "图2-4-1 拐点"),
        (ONE, "监测点1-12"), (ONE, "钻孔ZK1-ZK9"), (ONE, "标高1250-980米"),
        (ONE, "1号拐点至3号拐点为公路"),
        (ONE, "3-4-5-1-2-3连线"), (ONE, "5-4-3-2-1-5连线"), (ONE, "4-5-1段连线与乙矿相邻"),
        (ONE, "1、3、2号矿体"), (TWO, "1-2-3-4-1，5-6-7-8-5"), (TWO, "由1～4号、5～8号拐点圈定"),
        (TWO, "由1～8号拐点圈定"), (TWO, "1-2-3-4-5-6-7-8连线圈定"),
        (TWO, "由1～4号拐点圈定"),
        ([["J1", "J2", "J2-1"]], "J1-J2-J4连线"),
        ([["东角", "西角", "北角"]], "由1～4号拐点圈定"),
    ],
)  # fmt: skip
def test_words_that_say_nothing_else_of_corners(names, words):
    assert list(differences([words], names)) == []


@pytest.mark.parametrize(
    ("names", "words", "code"),
    [
        (ONE, "由1～4号拐点圈定", "corner_count"), (ONE, "1-2-3-4-1连线", "corner_order"),
        (TWO, "由1～9号拐点圈定", "corner_count"), (TWO, "1-2-3-5-1连线圈定", "corner_order"),
        (ONE, "由1、2、3、4号拐点圈定", "corner_order"),
    ],
)  # fmt: skip
def test_words_that_doubt_what_was_read(names, words, code):
    (found,) = differences([words], names)
    assert (found.code, found.refused) == (code, False)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("拐点总数6", 6), ("拐点数（个）：7", 7), ("拐点个数为五个", 5), ("共5点圈定", 5),
        ("总点数 12", 12), ("拐点合计4个", 4), ("拐点6个", 6), ("合计6点", 6), ("共6点。", 6),
        ("拐点数据2000", None), ("第4个拐点", None),
        ("由4点至6点", None), ("8个监测点", None),
    ],
)  # fmt: skip
def test_counts_of_corners(words, count):
    assert corners_told(words) == count


def test_counts_of_several_rights_and_rings(reading):
    body = published("", PLACES).split("\n", 2)[2]
    short = published("", PLACES[:4]).split("\n", 2)[2]
    words = "甲矿由5个拐点圈定\n乙矿由4个拐点圈定\n"
    text = f"{DATUM}{words}许可证号：C001\n{body}许可证号：C002\n"
    assert told(reading(text + short)) == []
    assert told(reading(text + body, "b.txt")) == ["corner_count"]
