"""What texts say of their system, in full or in part, and what may then be given."""

import pyproj
import pytest

from layers.errors import FormatError
from layers.formats import read
from layers.formats.planes import datums_named, plane
from layers.formats.stated import stated_in

PLAIN = [(3760000, 500000), (3761000, 500000), (3761000, 501000), (3760000, 501000)]
ZONED = [(x, y + 38_000_000) for x, y in PLAIN]
DEGREES = [(34.5, 114.5), (34.6, 114.5), (34.6, 114.6)]


@pytest.fixture
def table(tmp_path):
    def table(places, title="", head="点号,X坐标,Y坐标", crs=None, more=""):
        rows = [f"J{k},{x},{y}{more}" for k, (x, y) in enumerate(places, 1)]
        path = tmp_path / "界址点.csv"
        path.write_text("\n".join([*filter(None, [title]), head, *rows]) + "\n", "utf-8")
        return read(path, crs=pyproj.CRS.from_user_input(crs) if crs else None)

    return table


@pytest.fixture
def national(tmp_path):
    def national(head, places=PLAIN, crs=None):
        rows = [f"J{k},1,{x},{y}" for k, (x, y) in enumerate(places, 1)]
        text = f"[属性描述]\n{head}\n[地块坐标]\n4,100,1,甲,面,,,,@\n" + "\n".join(rows) + "\n"
        path = tmp_path / "地块.txt"
        path.write_text(text, "utf-8")
        return read(path, crs=pyproj.CRS.from_user_input(crs) if crs else None)

    return national


@pytest.mark.parametrize(
    ("text", "datums"),
    [
        ("比例尺1:2000 坐标系统", []),
        ("1：2000 坐标图 西安80", ["Xian 1980"]),
        ("比例尺 2000 坐标", []),
        ("编制年份2000\n坐标", []),
        ("2000年西安80坐标", ["Xian 1980"]),
        ("80坐标系", ["Xian 1980"]),
        ("西安坐标系", ["Xian 1980"]),
        ("XA80", ["Xian 1980"]),
        ("X坐标(80)", ["Xian 1980"]),
        ("面积(80)", []),
        ("第80坐标点", []),
        ("54坐标系", ["Beijing 1954"]),
        ("北京坐标系", ["Beijing 1954"]),
        ("BJ54", ["Beijing 1954"]),
        ("Y（54）", ["Beijing 1954"]),
        ("北京市54号", []),
        ("新北京54坐标系", ["New Beijing"]),
        ("新1954年北京坐标系", ["New Beijing"]),
        ("New_Beijing", ["New Beijing"]),
        ("WGS-84", ["WGS 84"]),
        ("西安80与2000国家大地坐标系", ["CGCS2000", "Xian 1980"]),
    ],
)
def test_words_of_datums(text, datums):
    assert datums_named(text) == datums


def test_new_beijing_has_planes_of_its_own():
    assert plane("New Beijing", 3, 38, True).to_epsg() == 4774
    assert plane("New Beijing", 3, 38, False).to_epsg() == 4795
    assert plane("New Beijing", 6, 19, True).to_epsg() == 4574
    assert plane("New Beijing", 6, 19, False).to_epsg() == 4585


@pytest.mark.parametrize(
    ("words", "epsg"),
    [
        ("西安80", 4547),
        ("80坐标系", 4547),
        ("中央子午线114°30′", 4547),
        ("中央子午线117°", 4547),
        ("带号38", 4548),
        ("独立坐标系", 4547),
        ("城市坐标系", 4547),
        ("任意带", 4547),
        ("2000国家大地坐标系", 2362),
    ],
)
def test_what_is_said_in_part_is_not_contradicted(words, epsg):
    crs = pyproj.CRS.from_epsg(epsg)
    assert stated_in(words).contradiction(crs) is not None


@pytest.mark.parametrize(
    ("words", "epsg"),
    [
        ("", 4547),
        ("带号38", 4547),
        ("带号19", 4546),  # zone 19 of 6 degrees lies on 111 degrees
        ("中央子午线114°00′00″", 4526),
        ("2000国家大地坐标系，由独立坐标系转换", 4547),
        ("西安80，已转换为2000国家大地坐标系", 4547),
        ("WGS84", 4547),
        ("2000国家大地坐标系", 4326),
    ],
)
def test_what_agrees_may_be_given(words, epsg):
    assert stated_in(words).contradiction(pyproj.CRS.from_epsg(epsg)) is None


def test_a_datum_without_a_zone(table):
    assert table(PLAIN, title="西安80坐标系").crs is None
    assert table(PLAIN, title="西安80坐标系", crs="EPSG:2383").crs.to_epsg() == 2383
    with pytest.raises(FormatError, match="names Xian 1980, not what is given: CGCS2000"):
        table(PLAIN, title="西安80坐标系", crs="EPSG:4547")


def test_a_meridian_without_a_datum(table):
    with pytest.raises(FormatError, match=r"states the central meridian 114\.5°"):
        table(PLAIN, title="中央子午线114°30′", crs="EPSG:4547")
    own = "+proj=tmerc +lon_0=114.5 +x_0=500000 +ellps=GRS80 +type=crs"
    assert table(PLAIN, title="中央子午线114°30′", crs=own).crs is not None


def test_columns_say_it_too(table):
    head = "点号,X坐标,Y坐标,带号,坐标系"
    source = table(PLAIN, head=head, more=",38,CGCS2000")
    assert source.crs.to_epsg() == 4547
    with pytest.raises(FormatError, match=r"zone 39 is stated, but the eastings tell zone 38"):
        table(ZONED, head=head, more=",39,CGCS2000")
    head = "点号,X坐标,Y坐标,中央子午线(°)"
    assert table(PLAIN, head=head, more=",117").crs is None
    with pytest.raises(FormatError, match="states the central meridian 117°"):
        table(PLAIN, head=head, more=",117", crs="EPSG:4547")


def test_eastings_of_another_zone_are_refused_without_a_datum_too(table):
    with pytest.raises(FormatError, match="zone 39 is stated, but the eastings tell zone 38"):
        table(ZONED, title="带号39", crs="EPSG:4526")
    with pytest.raises(FormatError, match="6-degree zones are stated, but zone 38"):
        table(ZONED, title="CGCS2000 6度带")
    with pytest.raises(FormatError, match=r"central meridian 114\.5° is stated"):
        table(ZONED, title="CGCS2000 中央子午线114.5°")


def test_local_planes_and_conversions_due_are_asked_for(table):
    for title in ("CGCS2000 独立坐标系", "2000国家大地坐标系（未转换）", "GCJ-02", "火星坐标"):
        assert table(ZONED, title=title).crs is None, title
    assert table(ZONED, title="西安80坐标系（未转换）").crs.to_epsg() == 2362
    assert table(ZONED, title="2000国家大地坐标系（无需转换）").crs.to_epsg() == 4526
    with pytest.raises(FormatError, match="names a local plane"):
        table(ZONED, title="矿区独立坐标系", crs="EPSG:4526")


OTHER_PLANES = (
    "UTM投影", "UTM 49N", "投影面大地高1200m", "投影面高程1200米", "抵偿高程面1200米",
    "抵偿坐标系", "任意投影带", "墨卡托投影", "兰伯特投影", "比例因子0.9996", "测区坐标系",
    "矿区坐标系", "施工坐标系", "郑州坐标系", "北移5米",
)  # fmt: skip


@pytest.mark.parametrize("words", OTHER_PLANES)
def test_words_of_another_plane_beside_a_datum_ask_for_the_system(table, tmp_path, words):
    title = f"2000国家大地坐标系 {words}"
    assert table(ZONED, title=title).crs is None
    assert table(PLAIN, title=f"CGCS2000 中央子午线114度，{words}").crs is None
    assert table(ZONED, title=title, crs="EPSG:4526").crs.to_epsg() == 4526
    corners = [f"{k},{x},{y}" for k, (x, y) in enumerate(ZONED, 1)]
    for name, lines in {
        "pasted": [title, *(f"{k}、X={x}，Y={y}；" for k, (x, y) in enumerate(ZONED, 1))],
        "string": [title, f"1,4,{','.join(corners)},1200,900,,1,"],
        "published": [title, *(f"{c}," for c in corners), "*,1200,900,,1,"],
    }.items():
        path = tmp_path / f"{name}.txt"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        assert read(path).crs is None, name


@pytest.mark.parametrize("words", ["X+3000000", "Y减去38000000"])
def test_words_of_shortened_numbers_ask_for_the_system(table, words):
    assert table(ZONED, title=f"2000国家大地坐标系 {words}").crs is None


@pytest.mark.parametrize(
    "words",
    ["投影面：参考椭球面", "矿区坐标系：CGCS2000", "比例因子1.0", "东偏500km", "投影面积0.36km2",
     "由独立坐标系转换而来", "采用的坐标系", "X-2000", "矿区范围拐点坐标系"],
)  # fmt: skip
def test_words_that_mean_the_plane_of_the_datum(table, words):
    assert table(ZONED, title=f"2000国家大地坐标系 {words}").crs.to_epsg() == 4526


def test_national_texts_hear_of_other_planes(national):
    head = "坐标系=2000国家大地坐标系\n带号=38"
    assert national(head, places=ZONED).crs.to_epsg() == 4526
    for more in ("投影面高程=1200", "抵偿高程面=1200", "高程面=1200", "数据说明=UTM投影"):
        assert national(f"{head}\n{more}", places=ZONED).crs is None, more


def test_national_texts_hear_of_another_datum(national):
    head = "坐标系=2000国家大地坐标系\n带号=38"
    source = national(f"{head}\n数据说明=坐标系为1980西安坐标系", places=ZONED)
    assert source.crs is None
    assert source.crs_note.startswith("同时写有 CGCS2000、Xian 1980")
    assert national(f"{head}\n备注=由1980西安坐标系转换", places=ZONED).crs.to_epsg() == 4526
    with pytest.raises(FormatError, match="长半轴=6378140 is not understood"):
        national(f"{head}\n长半轴=6378140", places=ZONED)


@pytest.mark.parametrize(("zone", "meridian"), [(38, 117), (39, 114)])
def test_zone_and_meridian_of_a_header_must_agree(national, zone, meridian):
    with pytest.raises(FormatError, match=f"central meridian {meridian}° is stated"):
        national(f"坐标系=CGCS2000\n带号={zone}\n中央子午线={meridian}")


@pytest.mark.parametrize(
    ("words", "plain", "zoned"),
    [
        ("中央经线114度、117度", None, 4526),
        ("中央子午线114°和117°", None, 4526),
        ("6度带 中央经线114度", None, "6-degree zones are stated"),
        ("6度带 中央经线117度", 4548, "6-degree zones are stated"),
        ("CGCS2000_3_Degree_GK_Zone_39", 4548, "zone 39 is stated"),
        ("CGCS2000_3_Degree_GK_CM_114E", 4547, 4526),
        ("CGCS2000_GK_CM_117E", 4548, "central meridian 117° is stated"),
    ],
)
def test_zones_and_meridians_of_titles(table, words, plain, zoned):
    source = table(PLAIN, title=f"CGCS2000 {words}")
    assert (source.crs and source.crs.to_epsg()) == plain
    if isinstance(zoned, int):
        assert table(ZONED, title=f"CGCS2000 {words}").crs.to_epsg() == zoned
        return
    with pytest.raises(FormatError, match=zoned):
        table(ZONED, title=f"CGCS2000 {words}")


def test_wgs84_is_honoured_in_degrees_and_asked_for_in_a_plane(table):
    head = "点号,纬度,经度"
    assert table(DEGREES, title="WGS84", head=head).crs.to_epsg() == 4326
    source = table(ZONED, title="WGS84")
    assert source.crs is None and "projection not told" in source.crs_note
    assert table(DEGREES, title="GCJ-02 坐标", head=head).crs is None


def test_headings_one_below_the_other(table):
    below = "点号,X坐标(80),Y坐标(80)"
    source = table(ZONED, title="2000国家大地坐标系", head=below)
    assert source.crs is None and "names Xian 1980, CGCS2000" in source.crs_note
    both = "西安80坐标系和2000国家大地坐标系"
    assert table(ZONED, title=both, head=below).crs.to_epsg() == 2362


def test_national_texts_keep_what_they_say(national):
    with pytest.raises(FormatError, match="names Xian 1980, not what is given"):
        national("坐标系=1980西安坐标系", crs="EPSG:4547")
    with pytest.raises(FormatError, match="states the central meridian 117°"):
        national("坐标系=\n带号=39", crs="EPSG:4547")
    assert national("坐标系=\n带号=38", crs="EPSG:4547").crs.to_epsg() == 4547
    assert national("坐标系=CGCS2000\n中央子午线=114").crs.to_epsg() == 4547
    with pytest.raises(FormatError, match="带号=39, but the eastings tell zone 38"):
        national("坐标系=\n带号=39", places=ZONED, crs="EPSG:4526")


def test_registration_strings_keep_what_they_say(tmp_path):
    path = tmp_path / "坐标.txt"
    rows = ",".join(f"{k},{x},{y}" for k, (x, y) in enumerate(PLAIN, 1))
    path.write_text(f"1980西安坐标系 中央子午线114°\n1,4,{rows},285,8,,1,\n", "utf-8")
    assert read(path).crs.to_epsg() == 2383
    path.write_text(f"1980西安坐标系\n1,4,{rows},285,8,,1,\n", "utf-8")
    assert read(path).crs is None
    assert read(path, crs=pyproj.CRS.from_epsg(2383)).crs.to_epsg() == 2383
    with pytest.raises(FormatError, match="names Xian 1980"):
        read(path, crs=pyproj.CRS.from_epsg(4547))
