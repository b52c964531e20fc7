"""Headings of tables: groups over their parts, second headers, forms and places above them."""

import pytest

from layers import formats
from layers.errors import FormatError

from .corner_rows import BOX, FAR, FAR_BOX, HEAD, SQUARE, codes, ring

C1, C2 = "C4100002010013110000001", "C4100002010013110000002"


def values(source, row=0):
    """Return the attributes of a row by name, blank ones left out."""
    said = {name: column[row].as_py() for name, column in source.columns.items()}
    return {name: value for name, value in said.items() if value is not None}


def once(attributes, places=SQUARE):
    """Return corners with attributes beside the first, as merged cells are saved."""
    blank = [""] * len(attributes)
    return [(*(attributes if k == 0 else blank), *r) for k, r in enumerate(ring(places))]


# -- groups and parts ------------------------------------------------------------------------------

GROUPED = {
    "开采标高(m)": {"上限": 1250, "下限": 980},
    "有效期限": {"起": "2020-01-01", "止": "2030-12-31"},
    "生产规模": {"(万吨/年)": 30},
}
NAMED = {
    "开采标高上限(m)": "1250", "开采标高下限(m)": "980", "有效期限起": "2020-01-01",
    "有效期限止": "2030-12-31", "生产规模(万吨/年)": "30",
}  # fmt: skip


def two_rows(groups, *, merged):
    """Return the two rows of a heading, and the values below it."""
    upper, lower, cells = [], [], []
    for group, parts in groups.items():
        upper += [group if merged or k == 0 else "" for k in range(len(parts))]
        lower += parts
        cells += parts.values()
    return upper, lower, cells


@pytest.mark.parametrize("merged", [True, False])
def test_a_column_is_called_by_its_group_and_its_part(table, merged):
    upper, lower, cells = two_rows(GROUPED, merged=merged)
    places = ["拐点坐标"] * 3 if merged else ["拐点坐标", "", ""]
    name = "矿山名称" if merged else ""
    rows = [(name, *lower, *HEAD), *once(["甲矿", *cells])]
    source = table(*rows, head=("矿山名称", *upper, *places))
    assert values(source) == {"矿山名称": "甲矿", **NAMED}
    assert source.geometry[0].equals(BOX)


@pytest.mark.parametrize("merged", [True, False])
def test_parts_stand_below_the_row_of_the_coordinates(table, merged):
    upper, lower, cells = two_rows(GROUPED, merged=merged)
    name = "矿山名称" if merged else ""
    below = (name, *lower, "", "(m)", "(m)")
    rows = [below, *once(["甲矿", *cells]), below, *once(["乙矿", *cells], FAR)]
    source = table(*rows, head=("矿山名称", *upper, *HEAD))
    assert [values(source, k) for k in (0, 1)] == [
        {"矿山名称": "甲矿", **NAMED}, {"矿山名称": "乙矿", **NAMED},
    ]  # fmt: skip
    assert [g.equals(b) for g, b in zip(source.geometry, (BOX, FAR_BOX), strict=True)] == [1, 1]


@pytest.mark.parametrize(
    ("group", "part", "name"),
    [
        ("安全生产许可证", "证号", "安全生产许可证号"),
        ("采矿许可证", "证号", "采矿许可证号"),
        ("原采矿许可证", "许可证号", "原采矿许可证号"),
        ("现采矿许可证", "许可证号", "许可证号"),
        ("资源储量估算标高(m)", "上限标高", "资源储量估算上限标高(m)"),
        ("准采标高", "上限标高(m)", "准采上限标高(m)"),
        ("坝高（m）", "设计", "设计坝高（m）"),
        ("开采标高(m)", "起", "开采标高上限(m)"),
        ("标高", "最低", "标高下限"),
        ("现状", "坝高(m)", "现状坝高(m)"),
        ("坝高", "m", "坝高(m)"),
        ("矿山", "名称", "矿山名称"),
        ("企业", "名称", "企业名称"),
        ("基本情况", "生产规模(万吨/年)", "生产规模(万吨/年)"),
        ("生产情况", "开采方式", "开采方式"),
        ("开采", "方式", "开采方式"),
        ("相邻矿权", "许可证号", "相邻矿权许可证号"),
        ("矿山开采情况", "生产规模(万吨/年)", "生产规模(万吨/年)"),
        ("拟设采矿权", "名称", "采矿权名称"),
        ("拟设采矿权", "许可证号", "许可证号"),
        ("尾矿库", "等别", "等别"),
        ("甲铁矿", "生产规模(万吨/年)", "生产规模(万吨/年)"),
    ],
)
def test_what_a_part_is_called_under_its_group(table, group, part, name):
    rows = [(part, "备注", *HEAD), *once(["甲", "无"])]
    source = table(*rows, head=(group, "", "拐点坐标", "", ""))
    assert values(source)[name] == "甲"


def test_a_group_does_not_go_on_over_a_name(table):
    rows = [(*HEAD, "上限", "下限", "矿山名称"), *[(*r, 1250, 980, "甲矿") for r in ring()]]
    source = table(*rows, head=("拐点坐标", "", "", "开采标高", "", ""))
    assert values(source) == {"开采标高上限": "1250", "开采标高下限": "980", "矿山名称": "甲矿"}


def test_parts_of_one_name_keep_their_groups(table):
    rows = [("名称", "地址", "名称", "地址", *HEAD), *once(["甲公司", "城关镇", "甲矿", "北山"])]
    source = table(*rows, head=("企业", "", "矿山", "", "拐点坐标", "", ""))
    assert values(source) == {
        "企业名称": "甲公司", "企业地址": "城关镇", "矿山名称": "甲矿", "矿山地址": "北山",
    }  # fmt: skip


@pytest.mark.parametrize(
    "above", [("甲矿拐点坐标表",), ("采矿许可证号", C1, "矿山名称", "甲矿"), ("", "甲矿", "", "")]
)
def test_titles_and_forms_above_are_no_groups(table, above):
    rows = [(*HEAD, "生产规模(万吨/年)"), *[(*r, 30) for r in ring()]]
    assert values(table(*rows, head=above))["生产规模(万吨/年)"] == "30"


def test_what_is_taken_out_is_no_part_of_a_heading(table):
    rows = [("", "", "", "（扣除）"), *[(*r, "") for r in ring()]]
    with pytest.raises(FormatError, match="without a parcel above"):
        table(*rows, head=(*HEAD, "备注"))


def test_a_title_over_corners_and_attributes_is_no_group(table):
    rows = [("许可证号", *HEAD, "矿种"), *[(C1, *r, "铁矿") for r in ring()]]
    source = table(*rows, head=("甲", "", "2000国家大地坐标系", "", ""))
    assert values(source) == {"许可证号": C1, "矿种": "铁矿"}


# -- a second header -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("许可证号", "矿山名称"), ("矿山名称", "许可证号")),
        (("开采标高上限", "开采标高下限"), ("开采标高下限", "开采标高上限")),
        (("开采标高上限", "开采标高下限"), ("估算标高上限", "估算标高下限")),
        (("生产规模(万吨/年)", "开采矿种"), ("生产规模(吨/年)", "开采矿种")),
        (("备注", "矿山名称"), ("村名", "")),
    ],
)
def test_a_second_header_of_other_columns_is_refused(table, first, second):
    rows = [(*r, "a", "b") for r in ring()]
    below = [("乙矿",), (*HEAD, *second), *[(*r, "a", "b") for r in ring(FAR)]]
    with pytest.raises(FormatError, match="row 7: a second header differs from the first"):
        table(*rows, *below, head=(*HEAD, *first))


@pytest.mark.parametrize(
    "second",
    [
        ("拐点号", "X坐标", "Y坐标", "许可证号", "说明"),
        ("点号", "X", "Y", "许可证号 ", ""),
        ("序号", "X坐标", "Y坐标", "许可证号", ""),
    ],
)
def test_a_second_header_in_other_words(table, second):
    rows = [(*r, c, "") for c, at in ((C1, SQUARE), (C2, FAR)) for r in ring(at)]
    source = table(*rows[:4], second, *rows[4:], head=(*HEAD, "许可证号", "备注"))
    assert source.columns["许可证号"].to_pylist() == [C1, C2]
    assert codes(source) == []


@pytest.mark.parametrize("between", [[()], [], [("周边村庄",)], [(), ("2000国家大地坐标系",)]])
@pytest.mark.parametrize("what", ["村名", "井口", "敏感点", "控制点号"])
@pytest.mark.parametrize("numbers", [True, False])
def test_a_table_of_other_things_below_is_set_aside(table, between, what, numbers):
    names = [str(n) for n in range(5, 9)] if numbers else ["甲村", "乙村", "丙村", "丁村"]
    below = [(what, "X坐标", "Y坐标"), *[(n, *p) for n, p in zip(names, FAR, strict=True)]]
    again = [("二采区",), HEAD, *ring(FAR)]
    source = table(*ring(), *between, *below, *again, above=[("2000国家大地坐标系",)])
    assert [g.equals(b) for g, b in zip(source.geometry, (BOX, FAR_BOX), strict=True)] == [1, 1]
    lines = "、".join(str(7 + len(between) + k) for k in range(5))
    assert f"第 {lines} 行不是拐点，未读：{what} X坐标 Y坐标" in [i.zh for i in source.issues]


def test_a_table_of_other_corners_below_is_refused(table):
    with pytest.raises(FormatError, match="row 6: a second header differs from the first"):
        table(*ring(), ("采空区点号", "X坐标", "Y坐标"), *ring(FAR, start=5))


def test_a_list_of_places_with_a_second_header(tmp_path):
    path = tmp_path / "t.csv"
    rows = ["村名,人口,X坐标,Y坐标", "甲村,80,3760000,38500000", "校名,学生数,X坐标,Y坐标"]
    path.write_text("\n".join([*rows, "一小,200,3761000,38500000"]), encoding="utf-8")
    with pytest.raises(FormatError, match="row 3: a second header differs from the first"):
        formats.read(path)


# -- what stands above the header ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "aside"),
    [
        (("地理坐标", "经度", "113°46′08″", "纬度", "34°58′46″"), False),
        (("经度范围", "113°46′08″～113°47′00″", "纬度范围", "34°58′～34°59′"), False),
        (("中心坐标", "X", "3760500.0", "Y", "38500500.0"), True),
        (("中心点", "经度：", "113.7685", "纬度：", "34.9795"), True),
    ],
)
def test_a_place_above_the_header_is_no_header(table, row, aside):
    source = table(*ring(), above=[("2000国家大地坐标系",), row])
    assert source.geometry[0].equals(BOX)
    assert source.crs.to_epsg() == 4526
    assert codes(source) == ["rows_aside"] * aside


def test_a_row_with_values_is_the_header_where_there_is_no_other(table):
    rows = [(*r, "") for r in ring()]
    assert table(*rows, head=(*HEAD, "12.5")).geometry[0].equals(BOX)


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(
    "row",
    [
        ("权利状态", "注销"), ("开采矿种", "铁矿", "权利状态", "注销"),
        ("采矿权人", "甲（集团）公司"),
        ("生产规模（万吨/年）", "三十"),
    ],
)  # fmt: skip
def test_attributes_in_cells_of_a_form_are_told(table, row, below):
    source = table(*ring(), row) if below else table(*ring(), above=[row])
    issue = next(i for i in source.issues if i.code == "rows_ignored")
    assert f"第 {6 if below else 1} 行没有拐点，未读：{row[0]} {row[1]}" in issue.zh


def test_a_row_of_groups_is_no_form(table):
    upper = ("开采方式", "有效期限", "", "生产规模", "拐点坐标", "", "")
    rows = [("", "起", "止", "(万吨/年)", *HEAD), *once(["露天", "2020-01-01", "2030-12-31", 30])]
    assert codes(table(*rows, head=upper)) == []


# -- attributes beside the corners -----------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_value_beside_a_middle_corner_is_told(table, at):
    rows = [(*r, 1250 if k == at else "", C1, "界桩" if k == at else "")
            for k, r in enumerate(ring())]  # fmt: skip
    source = table(*rows, head=(*HEAD, "开采标高上限", "许可证号", "备注"))
    assert values(source) == {"许可证号": C1}
    (issue,) = source.issues
    assert issue.code == "field_conflict"
    assert f"列 开采标高上限 只写在第 {at + 2} 行的拐点旁" in issue.zh
    assert source.lost["开采标高上限"].tolist() == [0]


def test_names_and_values_beside_the_corners(table):
    beside = [("", "矿山名称", "甲矿"), ("", "开采矿种", "铁矿"), (), ()]
    source = table(*[(*r, *b) for r, b in zip(ring(), beside, strict=True)])
    assert codes(source) == ["column_ignored"]
    assert "第 2 行起：矿山名称 甲矿" in source.issues[0].zh


def test_columns_of_one_name_that_differ(table):
    rows = [(*r, c, c2, "a", "b") for r, c, c2 in zip(ring(), [C1] * 4, [C2] * 4, strict=True)]
    source = table(*rows, head=(*HEAD, "矿山名称", "矿山名称", "备注", "备注"))
    assert values(source)["矿山名称_2"] == C2 and "矿山名称" not in values(source)
    assert [i.code for i in source.issues] == ["field_conflict"]
    assert "两列都叫 矿山名称" in source.issues[0].zh


def test_columns_of_one_name_in_a_list_of_places(tmp_path):
    path = tmp_path / "t.csv"
    rows = ["村名,人口,人口,X坐标,Y坐标", "甲村,80,80,3760000,38500000"]
    path.write_text("\n".join([*rows, "乙村,60,1200,3761000,38500000"]), encoding="utf-8")
    source = formats.read(path)
    assert source.columns["人口"].to_pylist() == ["80", None]
    assert source.lost["人口"].tolist() == [1]
    assert codes(source) == ["field_conflict"]


def test_two_places_of_one_thing_are_no_columns_of_one_name(tmp_path):
    path = tmp_path / "t.csv"
    rows = ["2000国家大地坐标系,,,,", "尾矿库名称,坝顶坐标,,坝脚坐标,", ",经度,纬度,经度,纬度"]
    path.write_text("\n".join([*rows, "甲库,113.75,34.97,113.76,34.98"]), encoding="utf-8")
    source = formats.read(path)
    assert source.columns["经度"].to_pylist() == ["113.75"]
    assert codes(source) == ["coordinates_disagree"]


@pytest.mark.parametrize(
    ("north", "east"),
    [
        ("坐标(X)", "坐标（Y）"),
        ("X=", "Y＝"),
        ("N坐标", "E坐标"),
        ("北方向", "东方向"),
        ("X-2000", "Y-2000"),
    ],
)
def test_other_words_for_the_coordinates(table, north, east):
    assert table(*ring(), head=("点号", north, east)).geometry[0].equals(BOX)


def test_a_zone_in_a_heading_that_is_not_understood_is_no_heading(table):
    with pytest.raises(FormatError):
        table(*ring(), head=("点号", "X坐标39带", "Y坐标39带"))
