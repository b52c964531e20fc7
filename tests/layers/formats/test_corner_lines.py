"""Corners as they are pasted, without a header: found whole, or the unclear line is named."""

import contextlib
import re
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import FormatError
from layers.formats import read

PLACES = [
    (4380000.123, 38500000.456),
    (4380000.5, 38500600.25),
    (4380400.75, 38500600.111),
    (4380400.25, 38500000.5),
]
OUTLINE = shapely.Polygon([(y, x) for x, y in PLACES])
DEGREES = [(113.5, 35.125), (113.51, 35.125), (113.51, 35.13)]


@pytest.fixture
def pasted(tmp_path):
    def pasted(text, name="拐点.txt", encoding="gb18030"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return read(path)

    return pasted


def lines(form, places=PLACES):
    return "\n".join(form.format(i=i, x=x, y=y) for i, (x, y) in enumerate(places, 1))


def codes(source):
    return [i.code for i in source.issues]


@pytest.mark.parametrize(
    "form",
    [
        "{i} {x} {y}", "{i}\t{x}\t{y}", "{i};{x};{y}", "{i}. {x}, {y}",
        "{i}、{x}　{y}", "{i}、X={x}，Y={y}；", "({i}) X:{x} Y:{y}", "（{i}）X＝{x}，Y＝{y}。",
        "J{i} {x} {y}", "拐点{i}：X坐标{x}，Y坐标{y}", "拐点{i}：X{x}米，Y{y}米", "{i}号点 {x} {y}",
        "{i},,{x},{y}", "{i} Y={y} X={x}", "{i} {y} {x}", "X={x}, Y={y}", "{x} {y}", "{x},{y}",
        "{i} 北坐标{x} 东坐标{y}", "点{i}（{x}，{y}）", "{i}({x},{y})",
        "{i}号拐点 X：{x} Y：{y}", "{i}号拐点（{x}，{y}）", "X{i}={x}，Y{i}={y}；",
        "X{i}={x} Y{i}={y}", "第{i}拐点 {x} {y}", "第{i}点：X={x}，Y={y}", "{i} N{x} E{y}",
        "{i} 纵{x} 横{y}", "{i} 横{y} 纵{x}", "{i} E{y} N{x}", "{i} ({x}) ({y})",
        "{i}（{x}）（{y}）",
        "{i}|{x}|{y}", "{i} {x}/{y}",
    ],
)  # fmt: skip
def test_corners_in_lines(pasted, form):
    source = pasted(f"2000国家大地坐标系\n{lines(form)}\n")
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    assert source.crs.to_epsg() == 4526
    assert codes(source)[0] == "header_missing"


LETTERS = ("", "J", "拐点", "界址点")
FORMS = ("{n} {x} {y}", "{n}、X={x}，Y={y}；", "({n}) {x}, {y}", "{n}：X {x}米 Y {y}米")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    radii=st.lists(st.integers(100_000, 900_000), min_size=3, max_size=12),
    decimals=st.integers(0, 4),
    zone=st.booleans(),
    letter=st.sampled_from(LETTERS),
    form=st.sampled_from(FORMS),
    one_line=st.booleans(),
    closed=st.booleans(),
)
def test_any_outline_comes_back(radii, decimals, zone, letter, form, one_line, closed):
    angles = np.arange(len(radii)) * 2 * np.pi / len(radii)
    north = np.round(4_380_000 + np.array(radii) / 1000 * np.cos(angles), decimals)
    east = np.round(500_000 + np.array(radii) / 1000 * np.sin(angles), decimals)
    east += 38_000_000 if zone else 0
    words = [(f"{a:.{decimals}f}", f"{b:.{decimals}f}") for a, b in zip(north, east, strict=True)]
    told = [form.format(n=f"{letter}{k}", x=x, y=y) for k, (x, y) in enumerate(words, 1)]
    if closed:
        told.append(form.format(n=f"{letter}1", x=words[0][0], y=words[0][1]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "拐点.txt"
        path.write_text(("" if one_line and "；" in form else "\n").join(told), encoding="utf-8")
        source = read(path)
    expected = shapely.Polygon([(float(y), float(x)) for x, y in words])
    assert len(source) == 1 and shapely.equals_exact(source.geometry[0], expected)


def test_corners_in_one_sentence(pasted):
    text = "矿区由4个拐点圈定（西安80，3度带）：" + lines("{i}、X={x}，Y={y}；").replace("\n", "")
    source = pasted(text)
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    assert source.crs.to_epsg() == 2362


@pytest.mark.parametrize(
    "form",
    [
        "{i} {lon} {lat}", "{i}、东经{lon}，北纬{lat}；", "{i} 北纬{lat} 东经{lon}",
        "{i}：{lat}，{lon}",
        "{i} E{lon} N{lat}", "{lon}，{lat}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("signs", ["°′″", "度分秒", "°'\"", "º´″", "˚`″"])
def test_corners_in_degrees(pasted, form, signs):
    def word(value):
        seconds = round(value * 3600)
        parts = seconds // 3600, seconds // 60 % 60, seconds % 60
        return "{}{}{:02d}{}{:02d}.00{}".format(*sum(zip(parts, signs, strict=True), ()))

    text = "\n".join(
        form.format(i=i, lon=word(lon), lat=word(lat)) for i, (lon, lat) in enumerate(DEGREES, 1)
    )
    source = pasted("CGCS2000\n" + text)
    found = shapely.get_coordinates(source.geometry[0])[:3]
    assert np.abs(found - DEGREES).max() < 1e-12
    assert source.crs.to_epsg() == 4490


@pytest.mark.parametrize("form", ["{i},,{x},{y},1250.3", "J{i} {x} {y} 1250.5", "{i} {x} {y} 0"])
def test_heights_are_told_and_not_used(pasted, form):
    source = pasted(lines(form), name="南方.csv")
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    assert codes(source)[:2] == ["header_missing", "column_ignored"]


def test_headings_part_parcels_and_deductions_are_taken_out(pasted):
    inner = [(4380100, 38500100), (4380200, 38500100), (4380200, 38500200)]
    far = [(x + 5000, y) for x, y in PLACES]
    text = "\n".join(
        ["一采区", lines("{i} {x} {y}"), "扣除范围", lines("{i} {x} {y}", inner),
         "二采区", lines("{i} {x} {y}", far)]
    )  # fmt: skip
    source = pasted(text)
    assert [g.area for g in source.geometry] == pytest.approx([OUTLINE.area - 5000, OUTLINE.area])
    assert source.columns["块段名称"].to_pylist() == ["一采区", "二采区"]


def test_a_deduction_in_the_same_sentence(pasted):
    inner = [(4380100, 38500100), (4380200, 38500100), (4380200, 38500200)]
    form = "{i}、X={x}，Y={y}；"
    text = f"{lines(form)}扣除范围：{lines(form, inner)}".replace("\n", "")
    source = pasted(text)
    assert [g.area for g in source.geometry] == pytest.approx([OUTLINE.area - 5000])


def test_an_area_and_a_licence_number_above(pasted):
    above = "采矿许可证号：C4100002020017130000001\n矿区面积：0.5平方公里\n"
    source = pasted(above + lines("{i} {x} {y}"))
    assert source.columns["采矿许可证号"].to_pylist() == ["C4100002020017130000001"]
    assert "area_differs" in codes(source)


@pytest.mark.parametrize(
    ("place", "line", "said"),
    [
        (2, "3、X=438O400.75，Y=38500600.111", "words or numbers beside"),  # the letter O
        (0, "1、X=438O000.1，Y=38500000.456", "words or numbers beside"),
        (2, "3 4380400.75", "without coordinates"),
        (2, "3 4380400.75 38500600.111 4380400.75", "words or numbers beside"),
        (2, "中心点 4380200.75 38500300.111", "'中心' is no corner"),
        (2, "甲库 4380200.75 38500300.111", "words or numbers beside"),
        (2, "3 113°30′00″ 35°07′30″", "mixes plane coordinates and degrees"),
        (2, "3、", "or a corner's name, without coordinates"),
        (2, "拐点3 缺", "."),
        (2, "3 4380400.75 38500600.111 1250.5 C12", "words or numbers beside"),
    ],
)
def test_a_line_that_may_hold_a_corner_is_never_passed_over(pasted, place, line, said):
    text = lines("{i} {x} {y}").splitlines()
    text[place] = line
    with pytest.raises(FormatError, match=said):
        pasted("\n".join(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 4380000.1 38500000.4 3 4380400.7 38500600.1\n"
         "2 4380000.5 38500600.2 4 4380400.2 38500000.9", "numbers do not run on"),
        (lines("{i} {x} {y} 4380003.5 38500110.5"), "numbers do not run on"),  # 80 beside 2000
        (lines("{i} {x} {y},25", [(4380000, 38500000), (4380000, 38500600), (4380400, 38500600)]),
         "may be a decimal point"),
        (lines("{i} {x} {y}") + "\n5 4380200.5 38499900.5 25", "some corners are followed"),
        (f"西安80\n{lines('{i} {x} {y}')}\n2000坐标\n{lines('{i} {x} {y}')}", "in another datum"),
    ],
)  # fmt: skip
def test_what_stands_side_by_side_or_in_two_datums(pasted, text, said):
    with pytest.raises(FormatError, match=said):
        pasted(text)


def test_minutes_with_decimals_and_without_seconds(pasted):
    whole = pasted("1 113°30′ 35°10′\n2 113°33′ 35°10′\n3 113°33′ 35°13′")
    assert whole.geometry[0].bounds == (113.5, 35 + 10 / 60, 113.55, 35 + 13 / 60)
    parts = pasted("1 113°30.6′ 35°10.2′\n2 113°33.3′ 35°10.2′\n3 113°33.3′ 35°13.5′")
    assert parts.geometry[0].bounds == pytest.approx((113.51, 35.17, 113.555, 35.225), abs=1e-12)


def test_a_corner_left_out_shows_in_the_numbers(pasted):
    six = [*PLACES[:2], (4380200.5, 38500700.5), *PLACES[2:]]
    text = lines("{i} {x} {y}", six).splitlines()
    source = pasted("\n".join([*text[:2], *text[3:]]))
    assert "corner_numbers" in codes(source)


def test_places_with_names_are_no_outline(pasted):
    text = "\n".join(f"{n}尾矿库,{x},{y}" for n, (x, y) in zip("甲乙丙丁", PLACES, strict=True))
    with pytest.raises(FormatError, match="words or numbers beside the corners"):
        pasted(text, name="尾矿库.csv")


@pytest.mark.parametrize("form", ["{i},{x},{y}", "{i}，{x}，{y}", "J{i},{x},{y},"])
def test_a_published_list_without_its_end_may_be_cut_short(pasted, form):
    with pytest.raises(FormatError, match="may be cut short"):
        pasted(lines(form))


def test_what_ends_a_registered_part_is_never_passed_over(pasted):
    text = "许可证号：T1,1,4," + lines("{i},{x},{y},").replace("\n", "") + "1300,900,扣除,-1,"
    with pytest.raises(FormatError, match="words or numbers beside"):
        pasted(text)


def test_two_places_are_none(pasted):
    with pytest.raises(FormatError, match="fits no known corner text"):
        pasted(lines("{i} {x} {y}", PLACES[:2]))


# -- nothing is passed over ------------------------------------------------------------------------


SPOILT = [
    "4380***.25 38500***.5", "4380 400.25 38500 000.5", "438O400.25 385OOOOO.5", "43804 38500",
    "4380.40 38500.00", "—— ——", "/ /", "113 35", "113.5 35.13", "拐点6：坐标见附图", "J6 见附图",
    "界址点 6 待测", "……", "...", "点5（缺）", "第5点 缺", "同上", "略",
    ".", "⋮", "：", "（中略）", "此处省略3点",
]  # fmt: skip


@pytest.mark.parametrize("place", [0, 2, 3])
@pytest.mark.parametrize("line", SPOILT)
@pytest.mark.parametrize("number", ["", "{i} "])
def test_a_spoilt_corner_is_never_passed_over(pasted, number, line, place):
    text = lines(number + "{x} {y}").splitlines()
    text[place] = number.format(i=place + 1) + line
    with pytest.raises(FormatError):
        pasted("\n".join(text))


def test_pages_dates_rules_and_counts_are_no_corners(pasted):
    text = f"2024年5月10日\n第1页 共2页\n------\n界址点4个\n{lines('{i} {x} {y}')}\n2024-05-10\n2/2"
    source = pasted(text)
    assert shapely.equals_exact(source.geometry[0], OUTLINE)


@pytest.mark.parametrize(
    ("thirds", "decimals"), [((1, 1, -1, -1), 0), ((1, 1, 2, 2), 0), ((1, 2, 3, 4), 0),
                             ((1, 1, -1, -1), 1), ((1250, 1251, 1250, 1249), 0)],
)  # fmt: skip
def test_whole_third_numbers_may_be_anything(pasted, thirds, decimals):
    text = "\n".join(
        f"{i} {x} {y} {n:.{decimals}f}"
        for i, ((x, y), n) in enumerate(zip(PLACES, thirds, strict=True), 1)
    )
    with pytest.raises(FormatError, match="the third numbers are whole"):
        pasted(text)


@pytest.mark.parametrize("first", ["扣除区", "扣除范围：", "内圈"])
def test_a_text_that_begins_with_a_deduction(pasted, first):
    inner = [(4380100, 38500100), (4380200, 38500100), (4380200, 38500200)]
    text = "\n".join([first, lines("{i} {x} {y}", inner), "矿区范围", lines("{i} {x} {y}")])
    with pytest.raises(FormatError, match="a deduction without a parcel above it"):
        pasted(text)


@pytest.mark.parametrize(
    "first", ["控制点坐标：", "矿区中心点坐标", "钻孔坐标", "井口坐标：", "已知点"]
)
def test_a_text_that_begins_with_other_places(pasted, first):
    with pytest.raises(FormatError, match="stand no corners"):
        pasted(f"{first}\n{lines('{i} {x} {y}')}")


@pytest.mark.parametrize("letters", ["ZK", "KZ", "GPS"])
def test_lists_of_boreholes(pasted, letters):
    with pytest.raises(FormatError, match="no place is a corner by its name"):
        pasted(lines(letters + "{i} {x} {y}"))


def test_the_first_heading_names_its_parcel(pasted):
    far = [(x + 5000, y) for x, y in PLACES]
    text = "\n".join(
        ["采矿许可证号：C1 矿山名称：甲矿", lines("{i} {x} {y}"),
         "采矿许可证号：C2 矿山名称：乙矿", lines("{i} {x} {y}", far)]
    )  # fmt: skip
    source = pasted(text)
    assert source.columns["采矿许可证号"].to_pylist() == ["C1", "C2"]
    assert source.columns["矿山名称"].to_pylist() == ["甲矿", "乙矿"]


@pytest.mark.parametrize("form", ["{i} 350730 1133000", "{i} 123456.7 456789.1"])
def test_numbers_of_no_plane(pasted, form):
    with pytest.raises(FormatError, match="in no national plane"):
        pasted("2000国家大地坐标系\n" + lines(form))


@pytest.mark.parametrize("head", ["大地纬度B,大地经度L", "B80,L80", "X84,Y84", "东X,北Y"])
def test_a_heading_that_is_not_understood_is_named(pasted, head):
    with pytest.raises(FormatError, match=f"a header that is not understood: {re.escape(head)}"):
        pasted(f"{head}\n{lines('{x},{y}')}", name="拐点.csv")


def test_two_datums_around(pasted):
    text = f"2000国家大地坐标系\n{lines('{i} {x} {y}')}\n注：坐标系为1980西安坐标系"
    source = pasted(text)
    assert source.crs is None and "同时写有" in source.crs_note


@pytest.mark.parametrize(
    ("head", "form"), [("点号 80X 80Y", "{i} {x} {y}"), ("序号  Y_1980  X_1980", "{i} {y} {x}")]
)
def test_a_header_between_blanks(pasted, head, form):
    page = f"{head}\n{lines(form)}"
    source = pasted(page)
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    assert source.crs.to_epsg() == 2362
    assert "块段名称" not in source.columns and "header_missing" not in codes(source)
    with pytest.raises(FormatError, match="a second header differs from the first"):
        pasted(f"{page}\n点号 X2000 Y2000\n{lines(form)}")


def test_a_header_tells_heights(pasted):
    source = pasted(f"点号 X坐标 Y坐标 高程\n{lines('{i} {x} {y} 1250')}")
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    with pytest.raises(FormatError, match=re.escape("other columns (圈号); separate columns")):
        pasted(f"点号 X坐标 Y坐标 圈号\n{lines('{i} {x} {y} 1')}")


@pytest.mark.parametrize(
    ("place", "line"), [(0, "1 见附图"), (3, "4 见附图"), (3, "(4) 坐标同前一点")]
)
def test_a_number_that_is_due_without_its_corner(pasted, place, line):
    text = lines("{i} {x} {y}").splitlines()
    text[place] = line
    with pytest.raises(FormatError, match="without coordinates"):
        pasted("\n".join(text))


@pytest.mark.parametrize("sign", ["1", " ", "1.", "（", "甲", "-", "1 ", "*"])
def test_a_long_line_is_read_at_once(pasted, sign):
    began = time.perf_counter()
    with contextlib.suppress(FormatError):
        pasted(f"{lines('{i} {x} {y}')}\n{sign * 30_000}\n乙")
    assert time.perf_counter() - began < 5


def test_an_inner_ring_numbered_with_primes(pasted):
    inner = [(4380100, 38500100), (4380200, 38500100), (4380200, 38500200)]
    source = pasted(lines("{i} {x} {y}") + "\n" + lines("{i}′ {x} {y}", inner))
    assert [g.area for g in source.geometry] == pytest.approx([OUTLINE.area - 5000])


def test_a_sentence_over_lines_is_named_as_such(pasted):
    text = lines("{i}、X={x}，Y={y}；").replace("，Y", "，\nY")
    with pytest.raises(FormatError, match="join the lines of a sentence"):
        pasted(text)


def test_two_zones_are_told(pasted):
    far = [(x, y + 1_000_000) for x, y in PLACES]
    with pytest.raises(FormatError, match="another zone"):
        pasted(lines("{i} {x} {y}") + "\n" + lines("{i} {x} {y}", far))


def test_circled_numbers(pasted):
    text = "\n".join(f"{chr(0x2460 + k)}{x} {y}" for k, (x, y) in enumerate(PLACES))
    source = pasted(text)
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    assert "corner_numbers" not in codes(source)


def test_a_date_in_chinese_numerals_is_no_name(pasted):
    source = pasted(f"二〇二〇年五月六日\n{lines('{i} {x} {y}')}")
    assert "块段名称" not in source.columns


@pytest.mark.parametrize(
    "line",
    [
        "生产规模：300000吨/年", "成交价：123456元", "注册资本：5000000元",
        "评估值：12345678元", "储量：1234567.89立方米", "发布日期：20240506",
        "联系人：张三 13812345678", "传真：65905679", "资质证书编号：甲测资字4100123",
        "网址：http://www.example.cn/1234567", "图幅：I49G001001", "矿区面积（平方公里）：0.2400",
        "面积（km²）：0.2400", "矿区面积：0.2400Km2", "面积 0.2400",
        "5、矿区面积：0.2400平方公里", "5、乙矿另行公示", "文号：豫自然资发〔2023〕15号",
    ],
)  # fmt: skip
@pytest.mark.parametrize("above", [True, False])
def test_ordinary_lines_of_notices(pasted, line, above):
    text = lines("{i} {x} {y}")
    source = pasted(f"{line}\n{text}" if above else f"{text}\n{line}")
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    told = {"header_missing", "rows_ignored", "heading_without_corners"}
    assert set(codes(source)) <= told
    assert "块段名称" not in source.columns or "编号" in line or "乙矿" in line


def test_a_lost_corner_shows_in_an_area_with_its_unit_before(pasted):
    text = f"矿区面积（平方公里）：0.2400\n{lines('{i} {x} {y}', PLACES[:3])}"
    assert "area_differs" in codes(pasted(text))


def test_a_line_that_begins_with_a_star_names_nothing(pasted):
    two = [(x + 2000, y) for x, y in PLACES]
    form = "{i} {x} {y}"
    notes = "* 甲矿区范围", "*注：矿区范围"
    text = "\n".join((lines(form), notes[0], lines(form, two), notes[1]))
    source = pasted(f"2000国家大地坐标系\n{text}\n")
    assert len(source) == 2 and "块段名称" not in source.columns
    assert source.crs.to_epsg() == 4526 and "heading_without_corners" not in codes(source)
    with pytest.raises(FormatError, match=r"line 5: .*close a part of a published list"):
        pasted(f"{lines(form)}\n* 229.5 某采区 1\n{lines(form, two)}\n")


@pytest.mark.parametrize(
    "corner",
    ["5 4380700.123 38500300.45*", "5 4380700.123 38500300.4…", "5 4380700.123 38500300.4?",
     "5 4380700.123 38500300.4x", "5 4380700.12x 38500300.45x", "5 4380700.1* 38500300.45"],
)  # fmt: skip
def test_one_masked_digit_is_refused(pasted, corner):
    with pytest.raises(FormatError, match="line 5"):
        pasted(f"{lines('{i} {x} {y}')}\n{corner}\n")


@pytest.mark.parametrize(
    "line",
    [
        "开户行：中国银行某县支行 账号：41001234567890123", "电子邮箱：abc123456@163.com",
        "邮政编码：450000", "保证金3,760,500.00", "图幅号：I49G001001、I49G001002",
        "1:50000图幅：I49E001001",
        "矿区北距县城约25公里，东经114°00′～114°02′，北纬39°30′～39°31′",
        "地理坐标：东经114°00′12″-114°02′30″；北纬39°30′10″-39°32′20″",
        "矿区中心点坐标：东经114°01′12″，北纬39°31′10″",
        "咨询电话：（0371）65905679", "X为纵坐标，Y为横坐标", "办公电话：0371-65905679，65905680",
    ],
)  # fmt: skip
def test_numbers_of_a_notice_are_no_corners(pasted, line):
    for text in (f"{line}\n{lines('{i} {x} {y}')}", f"{lines('{i} {x} {y}')}\n{line}"):
        source = pasted(f"2000国家大地坐标系\n{text}\n")
        assert shapely.equals_exact(source.geometry[0], OUTLINE) and len(source) == 1


@pytest.mark.parametrize(
    "line",
    ["第五点 4380700.123", "五号点 4380700 385003oo", "东角 438O7OO.1 385003OO.45",
     "电话：4380700.1 38500300.4", "角点五 东经114.12345 北纬39.5", "五 43807001234 385003004567",
     "五号点 4 380 700.0 38 500 300.0", "东北角 X=4380.7km", "东角：114°00′10″～39°30′20″"],
)  # fmt: skip
def test_words_do_not_hide_a_spoilt_corner(pasted, line):
    with pytest.raises(FormatError):
        pasted(f"{lines('{i} {x} {y}')}\n{line}\n")


def test_two_numbers_behind_the_letters_of_one_corner(pasted):
    text = "\n".join(f"X{i}={x} Y{i}={y}" for i, (x, y) in enumerate(PLACES, 1))
    with pytest.raises(FormatError):
        pasted(text.replace("Y3", "Y4"))
    assert "corner_numbers" in codes(pasted(text.replace("4=", "5=")))


def test_corners_in_a_chain_as_data_bases_keep_them(pasted):
    chain = ";".join(f"{x},{y}" for x, y in PLACES)
    for text in (chain, f"{chain};"):
        source = pasted(f"2000国家大地坐标系\n{text}\n")
        assert shapely.equals_exact(source.geometry[0], OUTLINE) and len(source) == 1
    with pytest.raises(FormatError, match="side by side"):
        pasted(chain.replace(";", "  "))


@pytest.mark.parametrize(
    "head",
    ["OBJECTID,NAME,x_pos,y_pos", "FID,Id,ORIG_FID,x_pos,y_pos", "id,x_pos,y_pos"],
)
def test_a_header_that_a_program_wrote_is_quoted(pasted, head):
    rows = "\n".join(f"{i},{y},{x}" for i, (x, y) in enumerate(PLACES, 1))
    with pytest.raises(FormatError, match=f"not understood: {head}; write 点号"):
        pasted(f"{head}\n{rows}\n", name="a.csv", encoding="utf-8")


@pytest.mark.parametrize(
    ("above", "below"),
    [("矿区范围拐点坐标：", "开采深度：由1250米至980米标高"), ("点号 X坐标 Y坐标", ""),
     ("", "共有4个拐点圈定")],
)  # fmt: skip
@pytest.mark.parametrize("comma", [",", "，", ", "])
def test_commas_below_a_title_or_header_are_no_published_list(pasted, above, below, comma):
    text = lines(f"{{i}}{comma}{{x}}{comma}{{y}}")
    source = pasted(f"2000国家大地坐标系\n{above}\n{text}\n{below}\n")
    assert shapely.equals_exact(source.geometry[0], OUTLINE) and len(source) == 1
    with pytest.raises(FormatError, match="published list without the line that ends"):
        pasted(f"2000国家大地坐标系\n{lines('{i},{x},{y},')}\n")


@pytest.mark.parametrize(
    "line",
    ["二、拐点坐标", "你公司报来的申请资料收悉。经研究，现批复如下：", "拐点坐标（CGCS2000）",
     "START", "豫自然资规〔2024〕3号", "表1 矿区范围拐点坐标表", "中华人民共和国",
     "占用林地0.0512公顷"],
)  # fmt: skip
def test_titles_and_sentences_name_no_parcel(pasted, line):
    source = pasted(f"2000国家大地坐标系\n{line}\n{lines('{i} {x} {y}')}\n")
    assert "块段名称" not in source.columns and codes(source) == ["header_missing"]
    two = lines("{i} {x} {y}", [(x + 2000, y) for x, y in PLACES])
    source = pasted(f"{line}\n一采区\n{lines('{i} {x} {y}')}\n二采区\n{two}\n")
    assert source.columns["块段名称"].to_pylist() == ["一采区", "二采区"]


@pytest.mark.parametrize(
    "line",
    ["1号矿体长350米，宽40米", "矿体倾角35°～40°，厚度2.50～12.30米",
     "拐点1至拐点4顺次连线圈定", "共有4个拐点圈定", "三、请你公司按有关规定办理采矿登记手续。",
     "某自然资矿划字〔2024〕第003号"],
)  # fmt: skip
def test_prose_below_the_corners_heads_nothing(pasted, line):
    source = pasted(f"2000国家大地坐标系\n{lines('{i} {x} {y}')}\n{line}\n")
    assert "heading_without_corners" not in codes(source) and len(source) == 1


@pytest.mark.parametrize(
    "line", ["J5 东经114°01′12″ 北纬39°31′10″", "第五点 东经114°01′12″，北纬39°31′10″"]
)
def test_a_corner_in_degrees_below_a_plane_is_refused(pasted, line):
    with pytest.raises(FormatError):
        pasted(f"{lines('{i} {x} {y}')}\n{line}\n")


def test_what_a_licence_says_of_the_right_is_told_not_to_be_read(pasted):
    # A copy of a licence, as it is sent by message.
    text = (
        "采矿许可证号：C1400002011117110119999\n采矿权人：某县青山矿业有限公司\n"
        "矿山名称：青山铁矿\n开采矿种：铁矿\n生产规模：30万吨/年\n"
        "矿区范围拐点坐标（2000国家大地坐标系，3度带）：\n"
        + lines("{i}，{x}，{y}")
        + "\n开采深度：由1250米至980米标高\n共有4个拐点圈定\n"
    )
    source = pasted(text)
    assert source.geometry[0].equals(OUTLINE)
    assert source.columns["采矿许可证号"].to_pylist() == ["C1400002011117110119999"]
    assert source.columns["矿山名称"].to_pylist() == ["青山铁矿"]
    (ignored,) = [i for i in source.issues if i.code == "rows_ignored"]
    assert ignored.zh == "第 2、4、5、12 行没有拐点，未读：采矿权人:某县青山矿业有限公司"


NAMED = "2000国家大地坐标系\n许可证号：C4100002010053120065431\n矿山名称：某铁矿\n"


@pytest.mark.parametrize("head", ["一采区", "点号 X坐标 Y坐标\n一采区", "矿区范围"])
def test_a_number_above_headings_of_parts_is_of_every_part(pasted, head):
    far = [(x + 9000, y) for x, y in PLACES]
    form = "{i} {x} {y}"
    source = pasted(f"{NAMED}{head}\n{lines(form)}\n二采区\n{lines(form, far)}\n")
    assert source.columns["许可证号"].to_pylist() == ["C4100002010053120065431"] * 2
    assert source.columns["矿山名称"].to_pylist() == ["某铁矿"] * 2
    other = pasted(f"{NAMED}{lines(form)}\n矿山名称：乙矿\n{lines(form, far)}\n", "b.txt")
    assert other.columns["矿山名称"].to_pylist() == ["某铁矿", "乙矿"]


def test_a_bare_licence_number_is_a_key(pasted):
    far = [(x + 9000, y) for x, y in PLACES]
    one, two = "C4100002010053120065431", "C4100002010053120065432"
    rings = lines("{i},{x},{y}"), lines("{i},{x},{y}", far)
    head = "2000国家大地坐标系\n点号,X坐标,Y坐标\n"
    source = pasted(f"{head}{one}\n{rings[0]}\n{two}\n{rings[1]}\n", "a.csv")
    assert source.columns["许可证号"].to_pylist() == [one, two]
    with pytest.raises(FormatError, match="写在拐点之上还是之下分不清"):
        pasted(f"{head}{rings[0]}\n{one}\n{rings[1]}\n{two}\n", "b.csv")


@pytest.mark.parametrize("bar", ["|", " | ", "｜"])
@pytest.mark.parametrize("head", ["序号|经度|纬度", "点号|X坐标|Y坐标"])
@pytest.mark.parametrize("between", ["\n", " "])
def test_a_flattened_table_on_one_line(pasted, bar, head, between):
    corners = "|".join(lines("{i}|{x}|{y}").split("\n")).strip("|")
    text = f"{head}|{corners}|".replace("|", bar)
    source = pasted(f"2000国家大地坐标系{between}{text}\n")
    assert shapely.equals_exact(source.geometry[0], OUTLINE)
    assert source.crs.to_epsg() == 4526
