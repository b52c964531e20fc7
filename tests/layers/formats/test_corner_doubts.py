"""Corners copied twice, rings that words make, outlines of no right: told or refused."""

import re

import pytest

from layers.errors import FormatError
from layers.formats import read
from layers.formats.stated_area import area_issues

OUTER = [(4380000.1, 38500000.4), (4380000.5, 38500600.2), (4380400.8, 38500600.1),
         (4380600.4, 38500300.2), (4380450.2, 38499900.7)]  # fmt: skip
FAR = [(4382000.1, 38502000.2), (4382000.3, 38502400.4), (4382400.5, 38502400.6),
       (4382400.7, 38502000.8)]  # fmt: skip
HEAD = "2000国家大地坐标系\n点号,X坐标,Y坐标\n"


def lines(places, start=1, form="{k},{x},{y}"):
    return "\n".join(form.format(k=k, x=x, y=y) for k, (x, y) in enumerate(places, start))


@pytest.fixture
def reading(tmp_path):
    def reading(text, name="拐点.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read(path)

    return reading


def told(source, code="corner_numbers"):
    return [i.zh for i in source.issues if i.code == code]


COPIED = [OUTER[0], OUTER[1], OUTER[1], *OUTER[3:]]
FIELDS = ",".join(f"{k},{x},{y}" for k, (x, y) in enumerate(COPIED, 1))
NATIONAL = "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n5,,1,甲,面,,采矿,,@\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", HEAD + lines(COPIED)),
        ("a.txt", "2000国家大地坐标系\n" + lines(COPIED, form="{k} {x} {y}")),
        ("b.txt", f"2000国家大地坐标系\n1,5,{FIELDS},1200,900,,1,"),
        ("c.txt", "2000国家大地坐标系\n拐点,X(起标高),Y(止标高)\n"
         + lines(COPIED, form="{k},{x},{y},,,") + "\n*,1200,900,采区,1,"),
        ("d.txt", NATIONAL + lines(COPIED, form="{k},1,{x},{y}")),
    ],
)  # fmt: skip
def test_a_row_copied_under_the_next_number_is_told(reading, name, text):
    said = told(reading(text, name))
    assert len(said) == 1
    assert "点号 2 与 3 坐标相同" in said[0]


def test_a_copied_angle_of_an_exploration_string_is_told(reading):
    angles = ["113.3007,39.3405", "113.3040,39.3405", "113.3040,39.3405", "113.3041,39.3425"]
    source = reading(f"2000国家大地坐标系\n1,4,{','.join(angles)},0,0,0,", "e.txt")
    assert "点号 2 与 3 坐标相同" in told(source)[0]


def test_a_last_corner_copied_from_the_first_is_told_where_the_count_takes_it(reading):
    places = [*OUTER[:4], OUTER[0]]
    text = "2000国家大地坐标系\n矿区范围由{}个拐点圈定\n" + lines(places, form="{k} {x} {y}")
    assert "点号 1 与 5" in told(reading(text.format(5), "a.txt"))[0]
    assert told(reading(text.format(4), "b.txt")) == []
    fields = ",".join(f"{k},{x},{y}" for k, (x, y) in enumerate(places, 1))
    assert "点号 1 与 5" in told(reading(f"2000国家大地坐标系\n1,5,{fields},9,8,,1,", "c.txt"))[0]
    national = reading(NATIONAL + lines(places, form="{k},1,{x},{y}"), "d.txt")
    assert told(national) == []  # the form's count may take it or not


def test_closing_points_and_shared_names_are_none_of_these(reading):
    assert told(reading(HEAD + lines([*OUTER, OUTER[0]]))) == []
    assert told(reading(f"{HEAD}{lines(OUTER)}\n1,{OUTER[0][0]},{OUTER[0][1]}\n")) == []


@pytest.mark.parametrize(
    "words",
    [
        "1～5为Ⅰ号矿段，6～9为Ⅱ号矿段", "矿区由一采区（拐点1-5）、二采区（拐点6-9）组成",
        "注：1-5号拐点为一采区，6-9号拐点为二采区", "由两个区块组成：1-5点、6-9点",
        "拐点1、2、3、4、5、1圈闭，6、7、8、9、6圈闭", "5、6两点不相连",
        "注：6-9号拐点圈定范围为扣除区", "其中拐点6、7、8、9圈定范围扣除",
    ],
)  # fmt: skip
def test_words_that_make_other_rings_refuse(reading, words):
    text = HEAD.replace("点号,", f"{words}\n点号,") if words[0] in "1矿" else HEAD
    below = "" if words[0] in "1矿" else f"\n{words}"
    with pytest.raises(FormatError, match="与拐点的次序不符"):
        reading(f"{text}{lines([*OUTER, *FAR])}{below}\n".replace("，6～9", "、6～9"))


def test_words_that_make_the_same_rings_are_a_remark(reading):
    rings = f"一采区\n{lines(OUTER)}\n二采区\n{lines(FAR, 6)}\n"
    source = reading(f"{HEAD}{rings}注：1-5号拐点为一采区、6-9号拐点为二采区\n")
    assert len(source) == 2
    assert len(reading(f"{HEAD}{lines(OUTER)}\n注：矿区范围由拐点1-5圈定\n")) == 1
    assert len(reading(f"{HEAD}{lines(OUTER)}\n注：1-3点在甲县，扣除1-3号矿体资源量\n")) == 1


@pytest.mark.parametrize("cell", ["39°34′", "39°34"])
def test_an_angle_without_seconds_among_hundredths_is_told(reading, cell):
    angles = ["113°30′07.35″,39°34′05.12″", "113°30′40.50″,39°34′05.22″",
              f"113°30′41.08″,{cell}", "113°30′08.25″,39°34′21.75″"]  # fmt: skip
    rows = "\n".join(f"{k},{angle}" for k, angle in enumerate(angles, 1))
    source = reading(f"2000国家大地坐标系\n点号,经度,纬度\n{rows}\n")
    assert cell in told(source, "angles_without_seconds")[0]
    coarse = re.sub(r"\d\d\.\d\d″", "", rows)
    source = reading(f"2000国家大地坐标系\n点号,经度,纬度\n{coarse}\n", "b.csv")
    assert told(source, "angles_without_seconds") == []


@pytest.mark.parametrize(
    "name", ["原矿区范围", "相邻乙矿范围", "工业场地范围", "排土场范围", "尾矿库范围", "红线范围"]
)
def test_an_outline_that_may_be_of_no_right_is_told(reading, name):
    source = reading(f"{HEAD}矿区范围\n{lines(OUTER)}\n{name}\n{lines(FAR)}\n")
    assert len(source) == 2
    assert name in told(source, "parcel_of_another")[0]
    ponds = reading(f"{HEAD}一号尾矿库\n{lines(OUTER)}\n大沟\n{lines(FAR)}\n", "b.csv")
    assert told(ponds, "parcel_of_another") == []


@pytest.mark.parametrize(
    "title",
    ["变更前矿区范围拐点坐标表", "调整前范围拐点坐标", "甲矿相邻矿权范围拐点坐标", "邻矿拐点坐标",
     "原采矿许可证范围拐点坐标表", "已注销采矿权范围拐点坐标"],
)  # fmt: skip
def test_a_lone_outline_below_the_title_of_another_is_told(reading, title):
    source = reading(f"{title}\n{HEAD}{lines(OUTER)}\n")
    assert told(source, "parcel_of_another") == [
        f"第 1 个地块 第 4 行：标题“{title}”像是以前的范围或别的矿权的范围，"
        "不能当作本矿权现在的范围"
    ]


@pytest.mark.parametrize(
    "title",
    ["变更后矿区范围拐点坐标表", "矿区范围变更前后拐点坐标对照表", "原平市甲矿矿区范围拐点坐标",
     "相邻矿山：无", "与乙矿相邻，矿区范围拐点坐标", "排土场范围拐点坐标"],
)  # fmt: skip
def test_titles_of_the_outline_itself(reading, title):
    source = reading(f"{title}\n{HEAD}{lines(OUTER)}\n")
    assert told(source, "parcel_of_another") == []


@pytest.mark.parametrize("count", ["地块数=3", "界址点数=9"])
def test_a_count_in_the_header_that_is_not_what_was_read_refuses(reading, count):
    text = NATIONAL.replace("\n[地块坐标]", f"\n{count}\n[地块坐标]")
    text += lines(OUTER, form="{k},1,{x},{y}")
    with pytest.raises(FormatError, match=f"{count}，读到"):
        reading(text, "a.txt")
    right = text.replace("地块数=3", "地块数=1").replace("界址点数=9", "界址点数=5")
    assert len(reading(right, "b.txt")) == 1


def test_count_and_area_of_a_deduction_are_not_those_of_the_right(reading):
    inner = [(4380150.1, 38500150.2), (4380150.3, 38500300.4), (4380300.5, 38500300.6)]
    source = reading(f"{HEAD}{lines(OUTER)}\n扣除区：3个拐点\n{lines(inner)}\n")
    assert told(source, "corner_count") == []
    source = reading(f"{HEAD}{lines(OUTER)}\n扣除区，面积0.0226km2\n{lines(inner)}\n", "b.csv")
    assert area_issues(source) == []
    whole = reading(f"{HEAD}{lines(OUTER)}\n矿区面积0.0226km2\n", "c.csv")
    assert len(area_issues(whole)) == 1


def test_a_distance_to_a_village_makes_no_list_of_places(reading):
    assert len(reading(HEAD.replace("点号,", "距村庄2000米\n点号,") + lines(OUTER))) == 1
