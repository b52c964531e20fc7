"""What cells beside coordinates say of where these lie, and places given in two ways."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

RINGS = {
    "C1": [(3872345.123, 478901.456), (3872501.870, 479480.002), (3872098.340, 479702.915)],
    "C2": [(3875012.300, 481200.110), (3875100.040, 481900.500), (3874655.815, 481499.333)],
}
DEGREES = [
    ("113°46′08.2″", "34°58′46.3″", 113.7689, 34.9795, "113.460818", "34.584627"),
    ("113°46′31.0″", "34°58′51.4″", 113.7753, 34.9809, "113.463097", "34.585140"),
    ("113°46′39.8″", "34°58′38.3″", 113.7777, 34.9773, "113.463979", "34.583832"),
]


@pytest.fixture
def write(tmp_path):
    def write(*rows):
        path = tmp_path / "界址点.csv"
        path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")
        return read(path)

    return write


def corners(*, zone="", said=None, column="备注"):
    """Return rows of two rights; ``said`` stands beside the second corner of the last."""
    yield "许可证号", "点号", "X坐标", "Y坐标", column
    for licence, ring in RINGS.items():
        for k, (x, y) in enumerate(ring, 1):
            beside = said if said and (licence, k) == ("C2", 2) else ""
            yield licence, k, x, f"{zone}{y}", beside


def test_the_number_of_a_right_says_nothing_of_its_system(write):
    head, *rows = corners(zone=38)
    named = [("一坐标系" if no == "C2" else no, *row) for no, *row in rows]
    assert write(("2000国家大地坐标系",), head, *named).crs.to_epsg() == 4526


@pytest.mark.parametrize("said", ["39带", "中央子午线117°"])
def test_another_zone_beside_a_corner_leaves_the_zone_open(write, said):
    assert write(("CGCS2000 38带",), *corners()).crs.to_epsg() == 4547
    assert write(("CGCS2000 38带",), *corners(said=said)).crs is None
    assert write(("CGCS2000 38带",), *corners(said="38带")).crs.to_epsg() == 4547


@pytest.mark.parametrize(
    "said",
    [
        "1980西安坐标系",
        "西安80坐标",
        "54坐标系",
        "未转换2000",
        "独立坐标系",
        "坐标已偏移",
        "UTM投影",
    ],
)
def test_another_system_beside_a_corner_leaves_it_open(write, said):
    title = ("2000国家大地坐标系",)
    assert write(title, *corners(zone=38)).crs.to_epsg() == 4526
    assert write(title, *corners(zone=38, said="由西安80转换")).crs.to_epsg() == 4526
    assert write(title, *corners(zone=38, said=said)).crs is None


@pytest.mark.parametrize("said", ["坐标有误", "作废"])
def test_a_corner_that_is_called_wrong_is_refused(write, said):
    with pytest.raises(FormatError, match=f"第 7 行：写有“{said}”，坐标不能采用"):
        write(("2000国家大地坐标系",), *corners(zone=38, said=said))


@pytest.mark.parametrize("column", ["备注", ""])
@pytest.mark.parametrize(
    "said",
    ["更正为3760612.018", "应为X=3760612.018", "删除", "该点删去", "废点", "不用", "中间省略3点",
     "以下略", "缺3个点", "至5号点为弧线", "至1号点沿省界"],
)  # fmt: skip
def test_a_corner_that_its_remark_undoes_is_refused(write, column, said):
    with pytest.raises(FormatError, match=f"第 7 行：写有“{said}”，该点或其后的边不能"):
        write(("2000国家大地坐标系",), *corners(zone=38, said=said, column=column))


@pytest.mark.parametrize("said", ["此点有误", "X有误", "有误", "待核", "该点待核实"])
def test_a_corner_that_its_remark_calls_wrong_is_refused(write, said):
    with pytest.raises(FormatError, match=f"第 7 行：写有“{said}”，坐标不能采用"):
        write(("2000国家大地坐标系",), *corners(zone=38, said=said))


@pytest.mark.parametrize(
    "said",
    ["同上", "略", "水泥桩", "不用换证", "未删除", "至5号点为直线", "省略带号", "矿名更正为甲矿"],
)
def test_remarks_that_leave_a_corner_as_it_is(write, said):
    source = write(("2000国家大地坐标系",), *corners(zone=38, said=said))
    assert source.crs.to_epsg() == 4526 and len(source) == 2


@pytest.mark.parametrize(
    ("column", "said"),
    [("投影带", "39"), ("带", "39"), ("分带号", "39"), ("度带", "39"), ("3度带带号", "39"),
     ("中央经度", "117"), ("坐标类型", "西安80"), ("空间参考", "西安80"), ("投影坐标系", "西安80")],
)  # fmt: skip
def test_columns_of_the_system_are_held_against_the_title(write, column, said):
    rows = corners(said=said, column=column)
    assert write(("2000国家大地坐标系 38带",), *rows).crs is None


def test_a_village_of_another_system_is_refused_alone(write):
    source = write(
        ("村庄位置（2000国家大地坐标系）",),
        ("村名", "X坐标", "Y坐标", "备注"),
        ("甲村", 3872345.123, 38478901.456, ""),
        ("乙村", 3872501.870, 38479480.002, "西安80坐标"),
        ("丙村", 3872098.340, 38479702.915, "坐标有误"),
        ("丁村", 3872098.340, 38479702.915, "更正为3872198.340"),
    )
    assert source.crs.to_epsg() == 4526
    assert [g is None for g in source.geometry] == [False, True, True, True]
    assert [i.zh for i in source.issues] == [
        "第 4 行：写明 Xian 1980",
        "第 5 行：写有“坐标有误”，坐标不能采用",
        "第 6 行：写有“更正为3872198.340”，该点或其后的边不能按所写坐标采用",
    ]


def test_shafts_below_a_title_that_doubts_them(write):
    rows = ("井口", "X坐标", "Y坐标", "备注"), ("主井", 3872345.123, 38478901.456, "")
    assert write(("井口坐标（2000国家大地坐标系）",), *rows).crs.to_epsg() == 4526
    with pytest.raises(FormatError, match="they cannot be used"):
        write(("井口坐标待实测（2000国家大地坐标系）",), *rows)


@pytest.mark.parametrize("form", [0, 2])
def test_degrees_beside_a_plane_may_be_rounded_as_they_are_written(write, form):
    title, head = ("2000国家大地坐标系",), ("点号", "X坐标", "Y坐标", "经度", "纬度")
    places = list(zip(RINGS["C1"], DEGREES, strict=True))
    rows = [(k, x, f"38{y}", d[form], d[form + 1]) for k, ((x, y), d) in enumerate(places, 1)]
    source = write(title, head, *rows)
    assert (source.crs.to_epsg(), source.issues) == (4526, ())
    moved = [(k, x - 25, *rest) for k, x, *rest in rows]
    assert [i.code for i in write(title, head, *moved).issues] == ["coordinates_disagree"]


def test_packed_degrees_are_told_by_the_plane_beside_them(write):
    title, head = ("2000国家大地坐标系",), ("点号", "X坐标", "Y坐标", "经度", "纬度")
    places = list(zip(RINGS["C1"], DEGREES, strict=True))
    rows = [(k, x, f"38{y}", d[4], d[5]) for k, ((x, y), d) in enumerate(places, 1)]
    source = write(title, head, *rows)
    assert (source.crs.to_epsg(), source.issues) == (4526, ())
    with pytest.raises(FormatError, match=r"may be D\.MMSS or decimal degrees"):
        write(title, head, *((k, x - 4e5, *rest) for k, x, *rest in rows))


def test_villages_with_one_pair_or_the_other(write):
    source = write(
        ("村庄位置（2000国家大地坐标系）",),
        ("村名", "X坐标", "Y坐标", "经度", "纬度"),
        ("甲村", "", "", 113.7689375, 34.9795190),
        ("乙村", 3872501.870, 38479480.002, "", ""),
        ("丙村", "", "", 113.7777207, 34.9773110),
    )
    assert source.crs.to_epsg() == 4490
    lon, lat = shapely.get_coordinates(source.geometry[1])[0]
    assert (lon, lat) == pytest.approx((113.7752696, 34.9809438), abs=1e-7)


def test_corners_with_one_pair_or_the_other_are_refused(write):
    rows = [[1, 3872345.1, 38478901.4, "", ""], [2, 3872501.8, 38479480.0, "", ""]]
    with pytest.raises(FormatError, match="第 4 行：只有 80X 80Y，而表按 2000X 2000Y 读"):
        write(("点号", "2000X", "2000Y", "80X", "80Y"), *rows, [3, "", "", 3872098.3, 38479702.9])


@pytest.mark.parametrize("form", ['="{}"', "'{}", "{}"])
@pytest.mark.parametrize("named", [("", ""), ("X=", "Y=")])
def test_numbers_kept_as_text(write, form, named):
    rows = [
        (k, form.format(f"{named[0]}{x:.3f}"), form.format(f"{named[1]}38{y:.3f}"))
        for k, (x, y) in enumerate(RINGS["C1"], 1)
        if form != "'{}" or named == ("", "")
    ]
    if not rows:
        return
    source = write(("2000国家大地坐标系",), ("点号", "X坐标", "Y坐标"), *rows)
    assert shapely.get_coordinates(source.geometry[0])[0].tolist() == [38478901.456, 3872345.123]


def test_degrees_with_letters_and_no_sign(write):
    rows = [(k, f"{d[2]}E", f"{d[3]}N") for k, d in enumerate(DEGREES, 1)]
    source = write(("CGCS2000",), ("点号", "经度(度)", "纬度(度)"), *rows)
    assert shapely.get_coordinates(source.geometry[0])[0].tolist() == [113.7689, 34.9795]


def test_signs_as_headings_of_degrees_minutes_and_seconds(write):
    head = ("点号", "经度°", "经度′", "经度″", "纬度°", "纬度′", "纬度″")
    rows = [(k, 113, 46, 8.175 + 9 * k, 34, 58, 46.268 - k * k) for k in (1, 2, 3)]
    source = write(("CGCS2000",), head, *rows)
    lon, lat = shapely.get_coordinates(source.geometry[0])[0]
    assert (lon, lat) == pytest.approx((113 + 46 / 60 + 17.175 / 3600, 34.97924111), abs=1e-8)


def test_an_angle_broken_over_two_lines_is_refused(write):
    head = ("点号", "经度", "纬度")
    rows = [(k, d[0], d[1]) for k, d in enumerate(DEGREES, 1)]
    broken = (rows[2][0], rows[2][1], "34"), ("°58′38.3″",)
    with pytest.raises(FormatError, match="第 5 行：角度不完整：34"):
        write(("CGCS2000",), head, *rows[:2], *broken)


@pytest.mark.parametrize(
    ("column", "said"),
    [("矿体", "39号带"), ("学校", "北京54中学"), ("备注", "面积0.48"),
     ("备注", "由1980西安坐标系转换"), ("坐标来源", "2000国家大地坐标系成果")],
)  # fmt: skip
def test_what_says_nothing_of_the_places_beside_it(write, column, said):
    rows = corners(zone=38, said=said, column=column)
    assert write(("2000国家大地坐标系",), *rows).crs.to_epsg() == 4526
    source = write(
        ("村庄位置（2000国家大地坐标系）",),
        ("村名", "X坐标", "Y坐标", column),
        ("甲村", 3872345.123, 38478901.456, said),
    )
    assert source.geometry[0] is not None and source.issues == ()
