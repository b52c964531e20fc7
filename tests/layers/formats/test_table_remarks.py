"""What titles, headings and remarks of a table say of its system and of its coordinates."""

import pytest

from layers.errors import FormatError

from .corner_rows import BOX, FAR, areas, codes, ring


def test_a_second_table_of_another_system(table):
    with pytest.raises(FormatError, match="row 6: a second header differs from the first"):
        table(*ring(), ("点号", "X（1980西安坐标系）", "Y"), *ring(FAR))
    with pytest.raises(FormatError, match="row 6: a second header differs from the first"):
        table(*ring(), ("点号", "备注", "X坐标", "Y坐标"), *ring(FAR))
    with pytest.raises(FormatError, match="a second header differs"):
        table(*ring(), ("点号", "X2000", "Y2000"), *ring(FAR), head=("点号", "X80", "Y80"))
    again = table(*ring(), ("点号", "X80", "Y80"), *ring(FAR), head=("点号", "X80", "Y80"))
    assert areas(again) == [1_000_000, 1_000_000]


def test_corners_below_a_heading_of_another_datum(table):
    rows = [*ring(), ("2000国家大地坐标系", "", ""), *ring(FAR)]
    with pytest.raises(FormatError, match="row 6: what stands below is in another datum"):
        table(*rows, head=("点号", "西安80坐标X", "西安80坐标Y"))


@pytest.mark.parametrize(
    ("first", "second", "epsg"),
    [
        ("X80", "Y80", 2362), ("X2000", "Y2000", 4526), ("X(2000)", "Y(2000)", 4526),
        ("X1954", "Y1954", 2414), ("北(X)", "东(Y)", None), ("北坐标X", "东坐标Y", None),
        ("X80坐标", "Y80坐标", 2362), ("拐点X坐标", "拐点Y坐标", None),
    ],
)  # fmt: skip
def test_headings_of_eastings_and_northings(table, first, second, epsg):
    source = table(*ring(), head=("点号", first, second))
    assert areas(source) == [1_000_000]
    assert (source.crs.to_epsg() if source.crs else None) == epsg


def test_b_and_l(table):
    places = [(35.127777778, 113.577777778), (35.127777778, 113.597777778), (35.18, 113.59)]
    source = table(*ring(places), head=("点号", "B", "L"))
    assert source.geometry[0].exterior.coords[0] == (113.577777778, 35.127777778)


@pytest.mark.parametrize(
    ("above", "below", "epsg"),
    [
        ("2000国家大地坐标系", "注：坐标系为1980西安坐标系", None),
        ("1980西安坐标系", "注：坐标系为2000国家大地坐标系", None),
        ("2000国家大地坐标系", "注：由1980西安坐标系转换而来", 4526),
        ("2000国家大地坐标系", "注：由1980西安坐标系转换为2000国家大地坐标系", 4526),
        ("2000国家大地坐标系", "注：由1980西安坐标系，尚未转换", None),
        ("2000国家大地坐标系", "高程采用1985国家高程基准", 4526),
    ],
)
def test_a_title_and_a_remark(table, above, below, epsg):
    source = table(*ring(), (below,), above=[(above,)])
    assert (source.crs.to_epsg() if source.crs else None) == epsg
    assert "depth_unread" not in codes(source)


@pytest.mark.parametrize(
    "words",
    ["以上坐标已偏移", "以上坐标经脱密处理", "脱敏", "坐标已作保密处理", "坐标单位：公里",
     "以上坐标加常数X+3000000", "X坐标省略前两位", "坐标系待核实", "坐标系不详",
     "中央子午线未确定", "坐标系暂定", "坐标系可能为1980西安坐标系"],
)  # fmt: skip
def test_words_that_say_that_numbers_were_changed(table, words):
    title = ("2000国家大地坐标系",)
    for source in (
        table(*ring(), (words,), above=[title]),
        table(*ring(), above=[title, (words,)]),
    ):
        assert source.crs is None
        assert "of its coordinates" in source.crs_note


@pytest.mark.parametrize(
    "words",
    ["坐标已核实", "坐标无需复核", "如坐标需核实请联系我局", "坐标系已核实，无误",
     "坐标经现场实测确定", "已核实坐标", "以上坐标，未经核准不得变更", "未经核准不得变更坐标",
     "坐标见附图，采矿权人待定", "坐标示意图", "矿区范围示意图",
     # conditions, and what a form says of them
     "如发现坐标有误，请及时与我局联系", "若发现拐点坐标错误请反馈", "坐标有误的，不予受理",
     "凡坐标不准确的，退回重报", "坐标错误由申请人承担", "坐标不实，后果自负",
     "坐标未经审核的，不予登记", "施工单位如发现坐标有误请反馈", "请核对坐标无误后签字",
     "本表坐标由系统导出，未经单位盖章确认无效", "以上坐标加盖公章有效，涂改无效",
     # questions and denials
     "拐点坐标是否有误：否", "坐标是否准确：是", "坐标是否有误：", "坐标待核实事项：无",
     "坐标未见错误", "坐标不存在偏差", "坐标无任何错误",
     # other things
     "邻矿坐标仅供参考", "相邻矿权拐点坐标仅供参考", "井口坐标待实测", "当地最低侵蚀基准面待核实",
     "矿区中心点地理坐标大约为东经114°00′30″", "原采矿许可证已注销", "变更前后坐标对照表",
     # checked, an office has still to consent
     "坐标核对无误，待省厅确认", "坐标已由市局确认，待省厅核准登记"],
)  # fmt: skip
def test_words_that_say_that_nothing_is_wrong(table, words):
    source = table(*ring(), (words,), above=[("2000国家大地坐标系",)])
    assert source.crs.to_epsg() == 4526


@pytest.mark.parametrize(
    "words",
    ["以上坐标有误，以批复为准", "作废", "（本表作废）", "坐标待核实", "拐点坐标未经现场复核",
     "以上坐标仅供参考", "坐标须重新实测后再报", "待核实坐标", "概略坐标", "示意性拐点坐标",
     "矿区范围拐点坐标（暂定）", "坐标，待核实", "坐标由设计单位提供，未经实测", "（待核实）",
     "注：仅供参考", "坐标没有核实过", "坐标尚未最终确定", "坐标需业主确认", "坐标存疑",
     "以上坐标无效", "本坐标已失效", "坐标已废止", "该采矿权已注销", "坐标须更正", "坐标存在偏差",
     "以上为变更前坐标，变更后坐标见附件", "坐标待测", "坐标待核", "坐标未核", "坐标待审核",
     "坐标待测量", "坐标未经审核", "请核实坐标", "草测坐标", "手绘坐标", "坐标系有误",
     # no conditions, no questions, of these coordinates as well
     "若羌县某矿坐标待核实", "如图所示坐标待核实", "如上坐标待核实", "倘甸铜矿坐标待核实",
     "凡口铅锌矿坐标待核实", "坐标是否准确：否", "坐标是否有误：是", "坐标是否有误待核实",
     "本表坐标是错误的，以批复为准", "坐标是作废的，另行通知", "坐标是待核实的，以批复为准",
     "坐标待核实，如有疑问请联系",
     "如有疑问请联系我局，坐标待核实", "如有出入，以上坐标仅供参考", "坐标有误的点见附件",
     "坐标有误，更正后坐标见附件", "本矿与相邻矿山坐标均待核实", "矿区坐标及井口坐标待实测",
     "红星斜井坐标待核实", "省测绘中心坐标待核实", "坐标未经批准，无效", "坐标已实测，待核实"],
)  # fmt: skip
def test_words_that_say_that_the_coordinates_are_wrong(table, words):
    with pytest.raises(FormatError, match="they cannot be used"):
        table(*ring(), (words.replace(",", "，"),), above=[("2000国家大地坐标系",)])


@pytest.mark.parametrize(
    "words",
    ["坐标准确无误", "坐标未作偏移", "坐标单位：米", "原许可证作废", "注：Y坐标省略带号38",
     "如坐标有误的，请于十日内更正", "以上坐标如有错误，以批复为准"],
)  # fmt: skip
def test_words_that_leave_the_coordinates_as_they_are(table, words):
    source = table(*ring(), (words.replace(",", "，"),), above=[("2000国家大地坐标系",)])
    assert source.crs.to_epsg() == 4526
    assert source.geometry[0].equals(BOX)


@pytest.mark.parametrize(
    ("first", "second", "title", "epsg"),
    [
        ("X_1980", "Y_1980", "", 2362), ("80X", "80Y", "", 2362), ("2000X", "2000Y", "", 4526),
        ("X_1980", "Y_1980", "2000国家大地坐标系", None), ("X80", "Y2000", "", None),
    ],
)  # fmt: skip
def test_years_beside_x_and_y(table, first, second, title, epsg):
    source = table(*ring(), head=("点号", first, second), above=[(title,)])
    assert (source.crs.to_epsg() if source.crs else None) == epsg


def test_a_table_below_a_title_in_another_datum(table):
    with pytest.raises(FormatError, match="row 2: what stands below is in another datum"):
        table(("1980西安坐标系",), *ring(), head=("点号", "X2000", "Y2000"))


def test_degrees_packed_by_a_remark(table):
    places = [(35.0730, 113.3000), (35.0730, 113.3100), (35.0800, 113.3100)]
    rows = [(f"J{k}", f"{lat:.4f}", f"{lon:.4f}") for k, (lat, lon) in enumerate(places, 1)]
    source = table(*rows, ("注：坐标格式为度分秒",), head=("点号", "纬度", "经度"))
    assert source.geometry[0].bounds == pytest.approx((113.5, 35.125, 113 + 31 / 60, 35 + 8 / 60))


def test_an_area_in_words_is_told(table):
    source = table(*ring(), ("面积：零点四平方公里",))
    assert [(i.severity, i.code) for i in source.issues] == [("info", "rows_ignored")]
