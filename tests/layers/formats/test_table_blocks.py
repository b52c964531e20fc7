"""Blocks of columns side by side, and places given in two systems."""

import pyproj
import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

from .corner_rows import BOX, FAR, FAR_BOX, HEAD, INNER, SIX, SQUARE, areas, codes, csv_bytes, ring

BLANK = ("", "", "")


@pytest.fixture
def table(tmp_path):
    def table(*rows):
        path = tmp_path / "界址点.csv"
        path.write_bytes(csv_bytes(rows))
        return read(path)

    return table


def beside(left, right):
    rows = max(len(left), len(right))
    left, right = ([*part, *[BLANK] * (rows - len(part))] for part in (left, right))
    return [(*a, *b) for a, b in zip(left, right, strict=True)]


def test_corners_go_on_in_the_next_block(table):
    six = ring(SIX)
    outline = shapely.Polygon([(y, x) for x, y in SIX])
    for rows in (beside(six[:3], six[3:]), beside(six[:4], six[4:]), beside(six[::2], six[1::2])):
        source = table((*HEAD, *HEAD), *rows)
        assert (source.declared, source.issues) == (1, ())
        assert source.geometry[0].equals(outline)
        assert len(source.geometry[0].exterior.coords) == 7
    spaced = [(*r[:3], "", *r[3:]) for r in beside(six[:3], six[3:])]
    assert table((*HEAD, "", *HEAD), *spaced).geometry[0].equals(outline)


def test_blocks_over_two_pages(table):
    places = [(3760000 + 10 * k, 38500000) for k in range(6)]
    places += [(3760000 + 10 * k, 38500100) for k in range(5, -1, -1)]
    twelve = ring(places)
    source = table((*HEAD, *HEAD), *beside(twelve[:3], twelve[3:6]), ("续表",), (*HEAD, *HEAD),
                   *beside(twelve[6:9], twelve[9:]))  # fmt: skip
    assert (source.declared, source.issues) == (1, ())
    assert [c[1] for c in source.geometry[0].exterior.coords[:-1]] == [x for x, _ in places]


def test_blocks_with_headings_are_parcels(table):
    rows = beside(ring(SQUARE), ring(FAR))
    for head in (
        [("一采区", "", "", "二采区"), (*HEAD, *HEAD)],
        [(*HEAD, *HEAD), ("一采区", "", "", "二采区", "", "")],
    ):
        source = table(*head, *rows)
        assert source.labels == ("地块 一采区", "地块 二采区")
        assert [g.bounds[1] for g in source.geometry] == [3760000, 3765000]
        assert [g.area for g in source.geometry] == [1e6, 1e6]


def test_blocks_that_name_the_same_corners(table):
    with pytest.raises(FormatError, match="two pairs of columns of one system disagree"):
        table((*HEAD, *HEAD), *beside(ring(SQUARE), ring(FAR)))
    old = [(x - 10, y - 110) for x, y in SQUARE]
    heads = [("1980西安坐标系", "", "", "2000国家大地坐标系"), (*HEAD, *HEAD)]
    source = table(*heads, *beside(ring(old), ring(SQUARE)))
    assert source.geometry[0].bounds[1] == 3760000
    with pytest.raises(FormatError, match="blocks of columns in several systems name other"):
        table(*heads, *beside(ring(old[:2]), ring(SQUARE[2:], 3)))


def test_a_block_with_a_column_of_its_parcels(table):
    rows = [("甲", *r[:3], "乙", *r[3:]) for r in beside(ring(SQUARE), ring(FAR))]
    source = table(("地块", *HEAD, "地块", *HEAD), *rows)
    assert source.columns["地块"].to_pylist() == ["甲", "乙"]


# -- two systems -----------------------------------------------------------------------------------


def degrees(places, epsg, plane):
    way = pyproj.Transformer.from_crs(plane, epsg, always_xy=True)
    return [tuple(reversed(way.transform(y, x))) for x, y in places]


@pytest.mark.parametrize(("geographic", "plane"), [(4490, 4526), (4610, 2362), (4214, 2414)])
def test_plane_and_degrees_of_no_datum_that_agree(table, geographic, plane):
    both = zip(ring(SQUARE), degrees(SQUARE, geographic, plane), strict=True)
    rows = [(*r, f"{lat:.8f}", f"{lon:.8f}") for r, (lat, lon) in both]
    assert table((*HEAD, "纬度", "经度"), *rows).issues == ()
    plain = [(n, x, y - 38_000_000, *more) for n, x, y, *more in rows]
    assert table((*HEAD, "纬度", "经度"), *plain).issues == ()


def test_plane_and_degrees_of_no_datum_that_disagree(table):
    moved = [(x + 50, y) for x, y in SQUARE]
    both = zip(ring(SQUARE), degrees(moved, 4490, 4526), strict=True)
    rows = [(*r, f"{lat:.8f}", f"{lon:.8f}") for r, (lat, lon) in both]
    (issue,) = table((*HEAD, "纬度", "经度"), *rows).issues
    assert issue.code == "coordinates_disagree"
    assert "disagree in 4 rows (from row 2, up to" in issue.en


def test_two_datums_that_lie_too_far_apart(table):
    heads = ("", "2000国家大地坐标系", "", "1980西安坐标系"), (*HEAD, "X坐标", "Y坐标")
    near = [(*r, r[1] + 100, r[2]) for r in ring(SQUARE)]
    assert table(*heads, *near).issues == ()
    one = [*near[:2], (*near[2][:3], near[2][1] + 5000, near[2][2]), near[3]]
    assert [i.code for i in table(*heads, *one).issues] == ["coordinates_disagree"]
    # All of them: of another mine, which would be lost.
    with pytest.raises(FormatError, match="row 3: two pairs of columns are too far apart"):
        table(*heads, *[(*r, r[1] + 5000, r[2]) for r in ring(SQUARE)])


def test_degrees_of_wgs84_beside_a_plane(table):
    both = zip(ring(SQUARE), degrees(SQUARE, 4490, 4526), strict=True)
    rows = [(*r, f"{lat:.8f}", f"{lon:.8f}") for r, (lat, lon) in both]
    head = (*HEAD, "纬度(WGS84)", "经度(WGS84)")
    assert [i.code for i in table(head, *rows).issues] == []
    wrong = [(*r[:3], f"{float(r[3]) + 0.001:.8f}", r[4]) for r in rows]
    assert [i.code for i in table(head, *wrong).issues] == ["coordinates_disagree"]


def test_unlike_blocks_that_name_other_corners(table):
    degree = [(f"J{k}", 34 + k / 7, 114 + k / 7) for k in range(5, 9)]
    with pytest.raises(FormatError, match="row 2: columns side by side name other corners"):
        table((*HEAD, "点号", "纬度", "经度"), *beside(ring(SQUARE), degree))


def test_footers_below_blocks(table):
    six = ring(SIX)
    footer = ("制表：张三", "", "", "审核：李四", "", "2024-05-01")
    source = table((*HEAD, *HEAD), *beside(six[:3], six[3:]), footer)
    assert len(source.geometry[0].exterior.coords) == 7
    assert [i.code for i in source.issues] == ["rows_ignored"]
    assert set(source.columns) == set()


def test_a_heading_in_one_block(table):
    # Of the left block by the numbers: the right one goes on with the corners of 二采区.
    left = [("一采区", "", ""), *ring(SQUARE), ("二采区", "", ""), *ring(FAR[:2])]
    source = table((*HEAD, *HEAD), *beside(left, ring(FAR[2:], 3)))
    assert source.labels == ("地块 一采区", "地块 二采区")
    assert [g.area for g in source.geometry] == [1e6, 1e6]
    # Of both blocks by the numbers: it stands over the whole width.
    rows = [*beside(ring(SQUARE[:2]), ring(SQUARE[2:], 3))]
    rows += [("二采区",), *beside(ring(FAR[:2]), ring(FAR[2:], 3))]
    source = table((*HEAD, *HEAD), ("一采区",), *rows)
    assert source.labels == ("地块 一采区", "地块 二采区")
    assert [g.area for g in source.geometry] == [1e6, 1e6]


@pytest.mark.parametrize(
    ("footer", "depth"),
    [
        (("开采标高：1250米至980米",), "1250"),
        (("面积：1平方公里；标高：1250～980米",), "1250"),
        (("矿区面积：1平方公里", "", "", "标高：1250～980米"), "1250"),
        (("开采标高", "1250～980米", "", "矿区面积", "1平方公里"), "1250"),
        (("某县自然资源局", "", "", "2024年5月6日"), None),
        (("备注：无扣除范围",), None),
    ],
)
def test_footers_of_a_licence_whose_corners_go_on(table, footer, depth):
    source = table((*HEAD, *HEAD), *beside(ring(SQUARE[:2]), ring(SQUARE[2:], 3)), footer)
    assert [g.area for g in source.geometry] == [1e6]
    tops = source.columns.get("top_elevation_m")
    assert (tops.to_pylist() if tops else [None]) == [depth]


def test_elevations_below_one_of_two_outlines_side_by_side(table):
    others = [("K" + name[1:], *place) for name, *place in ring(FAR)]
    rows = [(*HEAD, *HEAD), *beside(ring(SQUARE), others)]
    with pytest.raises(FormatError, match="of which corners"):
        table(*rows, ("开采标高：1250米至980米",))
    source = table(*rows, ("标高：1250～980米", "", "", "标高：900～800米"))
    assert source.columns["top_elevation_m"].to_pylist() == ["1250", "900"]


def test_zones_of_both_widths_beside_each_other(table):
    above = ("点号", "2000国家大地坐标系（3度带）", "", "2000国家大地坐标系（6度带）", "")
    head = ("", "X", "Y", "X", "Y")
    three = [(3872345.123, 38478901.456), (3872501.87, 38479480.002), (3872098.34, 38479702.915)]
    to_six = pyproj.Transformer.from_crs(4526, 4497, always_xy=True)
    assert pyproj.CRS(4497).name.endswith("zone 19")
    rows = []
    for k, (x, y) in enumerate(three, 1):
        east, north = to_six.transform(y, x)
        rows.append((k, x, y, round(north, 3), round(east, 3)))
    source = table(above, head, *rows)
    assert (source.crs.to_epsg(), source.issues) == (4526, ())
    rows[1] = (*rows[1][:3], rows[1][3] + 5, rows[1][4])
    assert [i.code for i in table(above, head, *rows).issues] == ["coordinates_disagree"]


@pytest.mark.parametrize(
    ("above", "told"),
    [
        ([("许可证号：C1", "许可证号：C2"), ("甲矿", "乙矿")], {"许可证号": ["C1", "C2"]}),
        (
            [("矿山名称：甲矿", "矿山名称：乙矿"), ("许可证号：C1", "许可证号：C2")],
            {"矿山名称": ["甲矿", "乙矿"], "许可证号": ["C1", "C2"]},
        ),
        (
            [("甲矿", "乙矿"), ("开采标高：1250～980m", "开采标高：1150～900m")],
            {"top_elevation_m": ["1250", "1150"], "bottom_elevation_m": ["980", "900"]},
        ),
    ],
)
def test_all_rows_above_the_blocks_are_theirs(table, above, told):
    heads = [(one, "", "", other, "", "") for one, other in above]
    source = table(("2000国家大地坐标系",), *heads, (*HEAD, *HEAD), *beside(ring(), ring(FAR)))
    assert [g.equals(b) for g, b in zip(source.geometry, (BOX, FAR_BOX), strict=True)] == [1, 1]
    assert {name: source.columns[name].to_pylist() for name in told} == told
    assert codes(source) == []


def test_outer_and_inner_rings_side_by_side(table):
    rows = beside(ring(), ring(INNER))
    source = table(("外圈", "", "", "内圈", "", ""), (*HEAD, *HEAD), *rows)
    assert areas(source) == [1_000_000 - 40_000]


def test_a_word_below_both_blocks(table):
    rows = beside(ring(), ring(FAR))
    heads = ("甲矿", "", "", "乙矿", "", "")
    source = table(heads, (*HEAD, *HEAD), *rows, ("合计", "", "", "合计", "", ""))
    assert areas(source) == [1_000_000, 1_000_000]


def test_units_and_pages_above_blocks_head_nothing(table):
    heads = [("单位：米", "", "", "第1页", "", ""), ("甲矿", "", "", "乙矿", "", "")]
    source = table(*heads, (*HEAD, *HEAD), *beside(ring(), ring(FAR)))
    assert source.labels == ("地块 甲矿", "地块 乙矿")
