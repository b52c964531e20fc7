"""Words of a deduction: in plan, between elevations, behind its corners; the rest is told."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

OUTER = [(4380000.1, 38500000.4), (4380000.5, 38500600.2), (4380400.8, 38500600.1),
         (4380400.2, 38500000.5)]  # fmt: skip
INNER = [(4380150.1, 38500150.2), (4380150.3, 38500300.4), (4380300.5, 38500300.6),
         (4380300.7, 38500150.8)]  # fmt: skip


def ring(places):
    return [(east, north) for north, east in places]


HOLED = shapely.Polygon(ring(OUTER), [ring(INNER)])


def lines(places, form="{k} {x} {y}"):
    return "\n".join(form.format(k=k, x=x, y=y) for k, (x, y) in enumerate(places, 1))


def sentence(places):
    return "；".join(f"{k}，{x}，{y}" for k, (x, y) in enumerate(places, 1))


@pytest.fixture
def reading(tmp_path):
    def reading(text, name="扣除.txt"):
        path = tmp_path / name
        path.write_text("2000国家大地坐标系\n" + text, encoding="utf-8")
        return read(path)

    return reading


@pytest.mark.parametrize(
    "heading",
    [
        "扣除950米以上部分", "扣除+950m水平以上范围", "扣除950米以下", "扣除地表至950米范围",
        "扣除950m以浅", "扣除区（1000-950m）", "扣除上部（950米以上）", "扣除950中段以上",
        "扣除范围，深度0～50米", "扣除（地面以下50米）", "扣除1号煤层", "扣除3煤", "扣除深部",
    ],
)  # fmt: skip
def test_a_deduction_between_levels_is_no_hole_in_plan(reading, heading):
    with pytest.raises(FormatError, match="空间扣除"):
        reading(f"{lines(OUTER)}\n{heading}\n{lines(INNER)}\n")
    comma = "{k},{x},{y}"
    with pytest.raises(FormatError, match="空间扣除"):
        reading(
            f"点号,X坐标,Y坐标\n{lines(OUTER, comma)}\n{heading}\n{lines(INNER, comma)}\n", "a.csv"
        )
    said = heading.replace("，", "、")
    beside = f"{lines(OUTER, comma + ',')}\n{lines(INNER, comma + ',' + said)}\n"
    with pytest.raises(FormatError, match="空间扣除"):
        reading(f"点号,X坐标,Y坐标,备注\n{beside}", "b.csv")


@pytest.mark.parametrize(
    "heading",
    [
        "扣除公路两侧50米", "扣除区1-1", "扣除范围（拐点1-4）", "扣除地面建筑", "扣除下部村保护区",
        "扣除前庄村保护范围", "扣除后山林场范围", "扣除区（变更后）", "扣 除 范 围", "不含区",
        "其中不包括", "但不包括下列4点圈定的范围：", "挖空", "洞1", "扣除红线后再扣除以下范围",
        "其中包含扣除区", "扣除区10", "扣除面积：0.04平方公里", "扣除：", "扣除外围村庄",
        "扣除以下范围", "其中扣除以下4个拐点圈定的范围", "不含以下范围", "减去范围", "除去范围",
    ],
)  # fmt: skip
def test_a_deduction_in_plan_is_a_hole(reading, heading):
    source = reading(f"{lines(OUTER)}\n{heading}\n{lines(INNER)}\n")
    assert [shapely.equals_exact(g, HOLED) for g in source.geometry] == [True]


@pytest.mark.parametrize(
    "words",
    [
        "扣除重叠区后的矿区范围",
        "扣除前矿区范围",
        "扣除重叠后",
        "不含农田的矿区范围",
        "不包括基本农田后的范围",
    ],
)
def test_what_is_left_after_a_deduction_is_none(reading, words):
    assert reading(f"{words}\n{lines(OUTER)}\n").geometry[0].area == pytest.approx(240_000, abs=1)


LEFT = [
    "扣除生态红线后采矿权范围", "剔除重叠部分后拟设采矿权范围", "扣减后拟出让范围",
    "核减后拟设范围", "扣除红线后新范围", "扣除基本农田后申请范围", "扣除重叠后保留范围",
    "剔除后出让范围", "扣除后登记范围", "扣除后批准", "扣除（生态红线）后最终界线",
    "减去红线后拟设范围", "扣除红线、基本农田，公益林后拟设采矿权范围",
    "扣除红线后王庄铁矿采矿权", "扣除红线剩余范围",
    "扣除前拟设范围",
]  # fmt: skip
NOTHING = [
    "无需扣除", "不需扣除", "未作扣除", "无须扣除部分", "不存在扣除区", "含扣除区",
    "包含扣除区的范围", "扣除区外", "扣除范围以外部分", "免予扣除", "扣除：不涉及",
]  # fmt: skip
ZERO = ["扣除面积：0", "扣除面积为0.00公顷", "扣除面积：0平方公里。", "扣除：/", "扣除情况：无"]


@pytest.mark.parametrize("words", [*LEFT, *NOTHING])
def test_what_is_left_inside_another_parcel_is_a_parcel(reading, words):
    comma = "{k},{x},{y}"
    beside = "{{k}},{{x}},{{y}},{}"
    texts = {
        "a.csv": f"点号,X坐标,Y坐标\n踏勘\n{lines(OUTER, comma)}\n{words}\n{lines(INNER, comma)}\n",
        "b.csv": f"点号,X坐标,Y坐标,地块名称\n{lines(OUTER, beside.format('踏勘'))}\n"
        f"{lines(INNER, beside.format(words.replace('，', '、')))}\n",
        "c.txt": f"踏勘\n{lines(OUTER)}\n{words}\n{lines(INNER)}\n",
    }
    for name, text in texts.items():
        source = reading(text, name)
        found = [shapely.Polygon(ring(places)) for places in (OUTER, INNER)]
        assert list(map(shapely.equals_exact, source.geometry, found)) == [True, True], name
        assert "parcel_inside" in [issue.code for issue in source.issues]


@pytest.mark.parametrize("words", ZERO)
def test_a_deduction_of_nothing_makes_no_hole(reading, words):
    with pytest.raises(FormatError, match="这一圈在另一地块之内"):
        reading(f"甲矿\n{lines(OUTER)}\n{words}\n{lines(INNER)}\n")
    source = reading(f"甲矿\n{lines(OUTER)}\n{words}\n")
    assert shapely.equals_exact(source.geometry[0], shapely.Polygon(ring(OUTER)))


@pytest.mark.parametrize(
    "words", ["围成的范围扣除。", "圈定的范围予以扣除。", "不在矿区内。", "圈定范围除外。"]
)
def test_a_deduction_said_behind_its_corners_is_refused(reading, words):
    inner = sentence(INNER).replace("；", "、")
    with pytest.raises(FormatError, match=r"第 2 行的扣除写在拐点之后|第 2 行除拐点外"):
        reading(f"矿区范围：{sentence(OUTER)}。其中由{inner}{words}\n")


@pytest.mark.parametrize(
    ("right", "typed"),
    [
        ("38500000.5", "385000000.5"), ("38500000.5", "38500000·5"), ("38500000.5", "38500000/5"),
        ("38500000.5", "38500000′5"), ("38500000.5", "3850000012.5"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["。", "）", "。开采标高由1200米至900米。", "。其中扣除："])
def test_a_number_is_never_cut(reading, right, typed, end):
    spoilt = sentence(OUTER).replace(right, typed)
    with pytest.raises(FormatError, match="第 2 行"):
        reading(f"矿区范围由4个拐点圈定：{spoilt}{end}\n")
    end = end[:1]
    each = "\n".join(f"{line}{end}" for line in lines(OUTER, "{k}、X={x}，Y={y}").split("\n"))
    with pytest.raises(FormatError, match="第 5 行"):
        reading(each.replace(right, typed))


ANGLES = [("113°30′07.35″", "39°34′05.12″"), ("113°30′40.50″", "39°34′05.22″"),
          ("113°30′41.08″", "39°34′25.40″"), ("113°30′08.25″", "39°34′21.75″")]  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["39°34′2 5.4″", "39°34′025.4″", "39°34′25·4″", "39°3′4′25.4″", "39°34″25.4′", "39°34′-25.4″"],
)
@pytest.mark.parametrize("form", ["{k} {x} {y}", "{k}、{x}，{y}。", "拐点{k}（{x}，{y}）"])
def test_an_angle_is_never_cut(reading, form, typed):
    spoilt = lines(ANGLES, form).replace("39°34′25.40″", typed)
    with pytest.raises(FormatError, match="第 4 行"):
        reading(f"{spoilt}\n")


@pytest.mark.parametrize(
    "tail",
    [
        "”。", "。2、开采标高由1200米至900米。", "，面积0.24平方公里，共4个拐点。",
        "，开采标高1200～900米。",
        "。2020年1月1日", "。（比例尺1:2000）", "。中央子午线114°，3度带。",
        "（2000国家大地坐标系）",
    ],
)  # fmt: skip
def test_what_ordinary_sentences_say_behind_their_corners(reading, tail):
    source = reading(f"矿区范围由4个拐点圈定：“{sentence(OUTER)}{tail}\n")
    assert shapely.equals_exact(source.geometry[0], shapely.Polygon(ring(OUTER)))
    assert source.crs.to_epsg() == 4526
