"""Remarks that name a system of another thing, or of another time, settle nothing."""

import pyproj
import pytest

from layers.errors import FormatError
from layers.formats import read
from layers.formats.clauses import of_numbers
from layers.formats.stated import stated_in

PLACES = [(3760000, 500000), (3761000, 500000), (3761000, 501000), (3760000, 501000)]
TITLED = "矿区范围拐点坐标表（2000国家大地坐标系）"


def epsg(source):
    return source.crs and source.crs.to_epsg()


def rows(zoned):
    return [(k, x, y + 38_000_000 * zoned) for k, (x, y) in enumerate(PLACES, 1)]


@pytest.fixture(params=["table", "pasted", "string", "published", "exploration"])
def reading(request, tmp_path):
    """Read corners with a zone number in each form, a remark below or above them."""

    def read_it(words, title="矿区范围"):
        form, corners = request.param, rows(zoned=True)
        comma = [f"{k},{x},{y}" for k, x, y in corners]
        angles = "113.5930,38.0600,114.0030,38.0600,114.0030,38.0700,113.5930,38.0700"
        lines = {
            "table": [f"{title},,", "点号,X坐标,Y坐标", *comma, f'"{words}",,'],
            "pasted": [title, *(f"{k}、X={x}，Y={y}；" for k, x, y in corners), words],
            "string": [title, words, f"1,4,{','.join(comma)},1200,900,,1,"],
            "published": [title, words, *(f"{c}," for c in comma), "*,1200,900,,1,"],
            "exploration": [title, words, f"1,4,{angles},0,0,0,"],
        }[form]
        path = tmp_path / ("拐点.csv" if form == "table" else "拐点.txt")
        path.write_text("\n".join(lines) + "\n", "utf-8")
        source = read(path)
        return source.crs and source.crs.to_epsg() in (4526, 4490)

    return read_it


@pytest.fixture
def table(tmp_path):
    def table(*below, title=TITLED, above=(), zoned=False, **options):
        lines = [w if w[0].isdigit() else f'"{w}",,' for w in below]
        over = [f"{w},," for w in (title, *above)]
        body = [f"{k},{x},{y}" for k, x, y in rows(zoned)]
        path = tmp_path / "拐点.csv"
        path.write_text("\n".join([*over, "点号,X坐标,Y坐标", *body, *lines]) + "\n", "utf-8")
        return read(path, **options)

    return table


@pytest.mark.parametrize(
    "words",
    [
        "备注：资源储量估算范围采用2000国家大地坐标系",
        "注：2000国家大地坐标系坐标另附",
        "注：2000国家大地坐标系坐标（另附）",
        "注：2000坐标见附件",
        "注：CGCS2000坐标详见转换成果表",
        "注：2000国家大地坐标正在转换中",
        "注：2000国家大地坐标系坐标由省厅统一转换",
        "注：换证时统一转换为2000国家大地坐标系",
        "注：本矿尚无2000国家大地坐标系坐标",
        "注：缺2000坐标",
        "注：控制点采用2000国家大地坐标系",
        "注：储量核实报告采用2000国家大地坐标系，1985国家高程基准",
        "注：三调数据采用2000国家大地坐标系",
        "注：井口坐标采用2000国家大地坐标系",
        "注：邻矿坐标为2000国家大地坐标系",
        "注：附图坐标系：2000国家大地坐标系",
        "备注：生态保护红线数据为2000国家大地坐标系，经套合无重叠",
        "注：已与2000国家大地坐标系的三区三线数据套合，无重叠",
        "注：根据国土资源部公告，全面使用2000国家大地坐标系",
        "填写说明：坐标系为2000国家大地坐标系的，Y坐标应带带号",
        "注：以上为转换前坐标，转换后为2000国家大地坐标系",
        "注：工业广场范围采用2000国家大地坐标系",
        "注：尾矿库采用2000国家大地坐标系",
    ],
)
def test_a_datum_of_something_else_is_not_that_of_the_corners(reading, words):
    assert reading(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "坐标系：2000国家大地坐标系",
        "采用2000国家大地坐标系，1985国家高程基准",
        "本次申请范围拐点坐标采用2000国家大地坐标系",
        "说明：1、坐标系为2000国家大地坐标系；2、附图另附",
        "注：以上坐标为2000国家大地坐标系，附图另附",
        "注：2000国家大地坐标系",
        "平面坐标系：2000国家大地坐标系；高程系统：1985国家高程基准",
        "坐标系：2000国家大地坐标系 附图比例尺1:2000",
        "矿区范围拐点坐标见下表（2000国家大地坐标系）",
        "按要求，坐标采用2000国家大地坐标系",
        "填报单位：某公司，坐标系：2000国家大地坐标系",
        "坐标已由1980西安坐标系转换为2000国家大地坐标系",
    ],
)
def test_a_datum_of_the_corners_is_meant(reading, words):
    assert reading(words)


@pytest.mark.parametrize(
    "title",
    [
        TITLED,
        "河南省某县某石灰石矿（2000国家大地坐标系）",
        "资源储量估算范围拐点坐标（2000国家大地坐标系）",
        "附表1 矿区范围拐点坐标表（2000国家大地坐标系）",
        "矿区坐标转换成果表（2000国家大地坐标系）",
    ],
)
def test_a_title_says_what_the_numbers_are_of(reading, title):
    assert reading("注：控制点采用2000国家大地坐标系", title)


def test_what_is_told_of_something_else_is_cited(table):
    source = table("注：控制点采用CGCS2000", title="矿区范围", zoned=True)
    assert source.crs_note.startswith("“注：控制点采用CGCS2000”说的不是这些坐标，没有写明坐标系")
    given = pyproj.CRS.from_epsg(2362)
    assert epsg(table("控制点采用CGCS2000", title="矿区范围", zoned=True, crs=given)) == 2362


def test_another_datum_of_something_else_is_still_a_doubt(table):
    assert table("换证时转换为CGCS2000", title="西安80坐标系", zoned=True).crs is None
    source = table("注：控制点采用1980西安坐标系", zoned=True)
    assert source.crs is None and "names CGCS2000, Xian 1980" in source.crs_note


@pytest.mark.parametrize(
    "above",
    [
        ("1980西安坐标系转2000国家大地坐标系，转换前",),
        ("1980西安坐标系转2000国家大地坐标系", "转换前"),
        ("2000国家大地坐标系坐标另附",),
    ],
)
def test_headings_of_what_is_before_a_conversion(table, above):
    source = table(title=f"矿区坐标（{above[0]}）", above=above[1:], zoned=True)
    assert source.crs is None


def test_lists_of_before_and_after_one_below_the_other(table):
    title = "某矿1980西安坐标系转换为2000国家大地坐标系成果表"
    again = [f"{k},{x + 3},{y + 116}" for k, x, y in rows(zoned=True)]
    source = table("转换后", *again, title=title, above=["转换前"], zoned=True)
    assert source.crs is None
    assert "转换前、转换后" in stated_in("1980西安坐标系\n转换前\n转换后").doubt(None)


def test_systems_before_and_after_side_by_side(tmp_path):
    head = ",转换前,,转换后,\n点号,X(80),Y(80),X(2000),Y(2000)\n"
    body = [f"{k},{x - 3},{y - 116},{x},{y}" for k, x, y in rows(zoned=True)]
    path = tmp_path / "拐点.csv"
    path.write_text(head + "\n".join(body) + "\n", "utf-8")
    assert epsg(read(path)) == 4526


@pytest.mark.parametrize(
    "words",
    [
        "附图中央子午线117°",
        "原6度带第19带坐标已转换",
        "底图中央子午线111°",
        "生态红线数据为39带",
        "控制点位于第39带",
        "邻省采用中央子午线117°",
        "1:1万地形图为3度带37带",
        "图幅采用6度带，中央子午线117°",
        "地形图：1:10000，3°带，中央子午线111°",
        "换证时转换为39带",
        "拟改为39带",
        "旧坐标中央子午线117°",
        "尾矿库位于39带",
        "带号39，现改为38",
    ],
)
def test_a_zone_of_something_else_is_not_that_of_the_corners(table, words):
    assert table(words).crs is None
    assert epsg(table(words, "3度带，中央子午线114°")) in (None, 4547)


@pytest.mark.parametrize(
    "words",
    [
        "原中央子午线117°，现改为114°",
        "由中央子午线117°转换为中央子午线114°",
        "由6度带19带换算为3度带38带",
        "高斯投影，3度带，中央子午线为114°",
        "说明：1、控制点采用静态测量；2、3度带，带号38",
        "投影带：3度带38带",
        "本矿区位于3度带第38带",
    ],
)
def test_a_zone_of_the_corners_is_meant(table, words):
    assert epsg(table(words)) == 4547


def test_a_zone_of_something_else_still_contradicts(table):
    with pytest.raises(FormatError, match="central meridian 117° is stated"):
        table("附图中央子午线117°", zoned=True)
    with pytest.raises(FormatError, match="states the central meridian 117°"):
        table("附图中央子午线117°", crs=pyproj.CRS.from_epsg(4547))


def test_many_clauses_are_soon_judged():
    words = "，".join(["控制点采用2000国家大地坐标系（原）"] * 2000)
    assert not of_numbers(words).strip("，（） ")
    assert of_numbers("（" * 2000 + "CGCS2000") == "（" * 2000 + "CGCS2000"
