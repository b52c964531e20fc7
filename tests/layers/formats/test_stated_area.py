"""An area beside an outline tells of a lost corner; one that fits is passed over in silence."""

import re

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from layers import formats

# 600 m by 400 m: 0.24 km², 24 ha, 360 mu. In zone 38, central meridian 114°E.
WHOLE = [
    ("1", 4380000, 38500000),
    ("2", 4380000, 38500600),
    ("3", 4380400, 38500600),
    ("4", 4380400, 38500000),
]
LOST = WHOLE[:3]  # half the area


def told(source):
    return [i for i in source.issues if i.code == "area_differs"]


def csv(folder, title, corners, heading="点号,X坐标,Y坐标", cells=""):
    rows = [f"{n},{x},{y}{cells}" for n, x, y in corners]
    path = folder / "拐点.csv"
    text = "\n".join([*([title] if title else []), heading, *rows])
    path.write_text(text, encoding="utf-8")
    return path


def write(path, shapes, areas, crs):
    kind = shapes[0].geom_type
    wkb, fields = shapely.to_wkb(np.array(shapes)), [np.array(areas)]
    pyogrio.raw.write(path, wkb, fields, ["矿区面积"], geometry_type=kind, crs=crs)


@pytest.mark.parametrize(
    "title",
    [
        "某铜矿 矿区面积：0.24平方公里 2000国家大地坐标系",
        "矿区面积 0.2400 km²",
        "申请矿区面积为24.0公顷",
        "登记面积：360亩",
        "拐点范围面积240000平方米",
        "面积（km²）：0.24",
        "矿区面积(平方公里)：0.24",
        "矿区面积：0.24",
        "面积：24万平方米",
        "核定面积 0.24km2",
        "批复面积 0.24km2",
        "开采面积为0.24平方公里",
        "出让面积：0.24km²",
        "划定矿区范围面积：0.24km²",
        "矿区面积：,0.24,平方公里",
        "S=240000.00平方米",
        "面积S=0.2400km²",
        "面积（S）=0.24km2",
        "圈定面积0.24km²",
        "拐点圈定面积0.24km²",
        "围成面积0.24平方千米",
        "面积合计,0.24,km2",
        "合计面积（公顷）：24.00",
        "面 积：0.24km²",
        "矿山面积 0.24km²",
        "采区面积0.24km²",
        "库区面积24公顷",
    ],
)
def test_an_area_in_the_title_that_lacks_a_corner_is_told(tmp_path, title):
    assert not told(formats.read(csv(tmp_path, title, WHOLE)))
    (issue,) = told(formats.read(csv(tmp_path, title, LOST)))
    assert issue.severity == "warning" and re.search(r"enclose (0?\.?12|180)", issue.en)


@pytest.mark.parametrize(
    "title",
    [
        "资源量估算面积：0.05平方公里",
        "建筑面积 300平方米",
        "原矿区面积 0.5km²",
        "面积精度 0.01 km2",
        "用地面积：0.05平方公里",
        "勘查区面积5.2平方公里，本次矿区面积0.24平方公里",
        "占地面积：15亩",
        "其中露天采场 面积0.12平方公里",
    ],
)
def test_areas_of_other_things_are_passed_over(tmp_path, title):
    assert not told(formats.read(csv(tmp_path, title, WHOLE)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("矿区面积（km²）", "0.24"),
        ("面积", "24"),
        ("面积(亩)", "360.0"),
        ("矿区面积", "0.24平方公里"),
        ("KQMJ", "0.240"),
        ("MJ", "0.240"),
        ("发证面积", "0.240"),
        ("采区面积（km²）", "0.240"),
        ("面积/km2", "0.24"),
        ("面积（单位：km2）", "0.24"),
        ("面积_公顷", "24"),
    ],
)
def test_an_area_beside_the_corners(tmp_path, name, value):
    heading = f"点号,X坐标,Y坐标,{name}"
    assert not told(formats.read(csv(tmp_path, "", WHOLE, heading, f",{value}")))
    (issue,) = told(formats.read(csv(tmp_path, "", LOST, heading, f",{value}")))
    assert issue.feature == "第 1 个地块" and "第 1 个地块" in issue.zh


def test_the_area_of_all_parcels_may_stand_beside_each(tmp_path):
    path = tmp_path / "两块.csv"
    rows = [f"{p},{n},{x + 1000 * k},{y},0.48" for k, p in enumerate("甲乙") for n, x, y in WHOLE]
    path.write_text("\n".join(["地块名称,点号,X坐标,Y坐标,矿区面积", *rows]), encoding="utf-8")
    source = formats.read(path)
    assert len(source) == 2 and not told(source)


@pytest.mark.parametrize("crs", ["EPSG:4526", "EPSG:4490", "EPSG:3857", "EPSG:2362"])
def test_the_area_of_a_layer_is_that_of_the_ground_in_any_system(tmp_path, crs):
    square = shapely.Polygon([(y, x) for _, x, y in WHOLE])
    same_datum = "EPSG:2362" if crs == "EPSG:2362" else "EPSG:4526"
    to = pyproj.Transformer.from_crs(same_datum, crs, always_xy=True)
    shape = shapely.transform(square, to.transform, interleaved=False)
    path = tmp_path / "矿区.gpkg"
    write(path, [shape, shape], [0.24, 0.3], crs)
    (issue,) = told(formats.read(path))
    assert "0.3" in issue.zh and "0.240" in issue.zh


def test_a_published_list_that_lacks_a_corner_is_told(tmp_path):
    path = tmp_path / "公示.txt"
    lines = [f"{n},{x},{y}" for n, x, y in WHOLE]
    text = "采矿权人：某公司\n矿区面积：0.24平方公里\n2000国家大地坐标系\n{}\n*,100,50,,1\n"
    path.write_text(text.format("\n".join(lines)), encoding="utf-8")
    source = formats.read(path)
    assert not told(source)
    (remark,) = [i for i in source.issues if i.code == "remark_unread"]
    assert remark.zh == "文字说明未采用：采矿权人：某公司"
    path.write_text(text.format("\n".join(lines[:3])), encoding="utf-8")
    assert len(told(formats.read(path))) == 1


def test_many_areas_of_a_column_are_told_in_one_line(tmp_path):
    square = shapely.box(111, 39, 111.01, 39.01)  # 0.96 km²
    write(tmp_path / "a.gpkg", [square] * 40, np.arange(100.0, 140.0) + 0.5, "EPSG:4490")
    (issue,) = told(formats.read(tmp_path / "a.gpkg"))
    assert issue.zh.startswith("40 个要素的字段 矿区面积")
    assert "另有 20 个" in issue.zh


@pytest.mark.parametrize("stated", ["0.24", "0.2300"])
def test_a_stated_area_may_leave_deductions_out(tmp_path, stated):
    inner = [(1, 4380100, 38500100), (2, 4380200, 38500100), (3, 4380200, 38500300)]  # 0.01 km²
    path = tmp_path / "公示.txt"
    lines = [",".join(map(str, corner)) for corner in WHOLE] + ["*,100,50,,1"]
    lines += [",".join(map(str, corner)) for corner in inner] + ["*,100,80,扣除,-1"]
    path.write_text("\n".join([f"矿区面积：{stated}平方公里", *lines]), encoding="utf-8")
    assert not told(formats.read(path))


@pytest.mark.parametrize("value", ["9" * 400, "1" + "0" * 30, "0", "0.0", "-1", "约", "1e999"])
def test_numbers_that_are_no_area(tmp_path, value):
    heading = "点号,X坐标,Y坐标,面积"
    assert len(formats.read(csv(tmp_path, "", WHOLE, heading, f",{value}"))) == 1


def test_points_have_no_area_to_compare(tmp_path):
    path = tmp_path / "尾矿库.gpkg"
    write(path, [shapely.Point(111, 39)], [1.5], "EPSG:4490")
    assert not told(formats.read(path))


def test_a_whole_number_does_not_stand_for_half_of_it(tmp_path):
    wide = [
        (n, 4380000 + (x - 4380000) * 2.5, 38500000 + (y - 38500000) * 5 / 3) for n, x, y in WHOLE
    ]
    title = "面积：1平方公里"
    assert not told(formats.read(csv(tmp_path, title, wide)))
    assert len(told(formats.read(csv(tmp_path, title, wide[:3])))) == 1


def test_an_exploration_string_is_held_against_its_area(tmp_path):
    corners = "113.3000,35.0730,113.3100,35.0730,113.3100,35.0800,113.3000,35.0800"
    path = tmp_path / "探矿权.txt"
    text = (
        "勘查面积：{}平方公里\n图幅号：I49E001001\n2000国家大地坐标系\n1,4," + corners + ",0,0,0,"
    )
    path.write_text(text.format("1.41"), encoding="utf-8")
    source = formats.read(path)
    assert not told(source)
    assert [i.zh for i in source.issues if i.code == "remark_unread"] == [
        "文字说明未采用：图幅号：I49E001001"
    ]
    path.write_text(text.format("5.00"), encoding="utf-8")
    assert len(told(formats.read(path))) == 1


@pytest.mark.parametrize("row", ["面积,0.24,平方公里", "面积,,0.24", "批准矿区面积（公顷）,24.00,"])
def test_an_area_in_cells_below_the_corners(tmp_path, row):
    path = csv(tmp_path, "", WHOLE)
    path.write_text(path.read_text(encoding="utf-8") + f"\n{row}", encoding="utf-8")
    assert not told(formats.read(path))
    path = csv(tmp_path, "", LOST)
    path.write_text(path.read_text(encoding="utf-8") + f"\n{row}", encoding="utf-8")
    assert len(told(formats.read(path))) == 1


def test_areas_of_headings_that_stand_the_wrong_way_round(tmp_path):
    far = [(n, x + 5000, y) for n, x, y in LOST]
    for one, two, count in (("0.24", "0.12", 0), ("0.12", "0.24", 2)):
        rows = [f"{n},{x},{y}" for n, x, y in WHOLE], [f"{n},{x},{y}" for n, x, y in far]
        path = tmp_path / "拐点.csv"
        text = ["点号,X坐标,Y坐标", f"甲矿 面积{one}km2", *rows[0], f"乙矿 面积{two}km2", *rows[1]]
        path.write_text("\n".join([*text, "甲矿等2个矿区总面积0.36平方公里"]), "utf-8")
        issues = told(formats.read(path))
        assert [i.feature for i in issues] == ["地块 甲矿", "地块 乙矿"][:count]
    assert "stated area is 0.12km2, the corners enclose 0.24" in issues[0].en


def test_many_areas_of_headings_are_told_at_once(tmp_path):
    lines = ["点号,X坐标,Y坐标"]
    for k in range(9):
        lines.append(f"第{k}采石场 面积0.5km2")
        lines += [f"{n},{x + 5000 * k},{y}" for n, x, y in WHOLE]
    path = tmp_path / "拐点.csv"
    path.write_text("\n".join(lines), "utf-8")
    (issue,) = told(formats.read(path))
    assert issue.zh.startswith("9 个地块标题旁的面积与其轮廓相差超过 1%：地块 第0采石场")
