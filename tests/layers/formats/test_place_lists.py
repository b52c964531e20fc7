"""Tables that list places, one in every row: never one outline of villages."""

import pytest
import shapely

from layers.errors import FormatError
from layers.formats import read

PLACES = [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)]
NAMES = ["王庄", "李庄", "东村", "西村"]


@pytest.fixture
def table(tmp_path):
    def table(title, head, columns, name="表.csv"):
        rows = [(*(c[k] for c in columns), x, y) for k, (x, y) in enumerate(PLACES)]
        text = "\n".join(",".join(map(str, row)) for row in ((title,), (*head, "X", "Y"), *rows))
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return read(path)

    return table


def kinds(source):
    return [g.geom_type for g in source.geometry]


@pytest.mark.parametrize(
    ("title", "head", "columns"),
    [
        ("村庄位置一览表（2000国家大地坐标系）", ("点号", "村名"), ([1, 2, 3, 4], NAMES)),
        ("2000国家大地坐标系", ("点号", "名称", "类别"), ([1, 2, 3, 4], NAMES, ["村"] * 4)),
        ("2000国家大地坐标系", ("点号", "居民点编号"), ([1, 2, 3, 4], ["M1", "M2", "M3", "M4"])),
        ("2000国家大地坐标系", ("点号", "名称"), ([1, 2, 3, 4], ["王庄", "王庄", "李庄", "东村"])),
        ("矿区周边村庄一览表", ("序号", "村名", "距矿区距离"), ([1, 2, 3, 4], NAMES, [9, 8, 7, 6])),
        ("矿区300米范围内居民点", ("点号",), ([1, 2, 3, 4],)),
        ("村庄位置（2000国家大地坐标系）", ("序号",), ([1, 2, 3, 4],)),
    ],
)
def test_each_row_of_a_list_is_a_place(table, title, head, columns):
    source = table(title, head, columns)
    assert kinds(source) == ["Point"] * 4
    assert [(g.y, g.x) for g in source.geometry] == PLACES
    named = len(head) > 1  # else nothing but the title tells
    assert [i.code for i in source.issues] == ([] if named else ["places_by_title"])
    if "名称" in head:
        assert source.columns["名称"].to_pylist() == columns[1]


def test_a_sheet_or_file_may_be_called_what_it_lists(table):
    assert (
        kinds(table("2000国家大地坐标系", ("序号",), ([1, 2, 3, 4],), "居民点.csv"))
        == ["Point"] * 4
    )


@pytest.mark.parametrize(
    ("title", "head", "columns"),
    [
        ("2000国家大地坐标系", ("点号",), ([1, 2, 3, 4],)),
        ("2000国家大地坐标系", ("序号", "名称"), ([1, 2, 3, 4], ["J1", "J2", "J3", "J4"])),
        ("2000国家大地坐标系", ("点号", "名称"), ([1, 2, 3, 4], ["甲矿"] * 4)),
        ("2000国家大地坐标系", ("点号", "名称"), ([1, 2, 3, 4], ["甲矿", "", "", ""])),
        ("2000国家大地坐标系", ("拐点号", "位置名称"), ([1, 2, 3, 4], NAMES)),
        ("某村居民点搬迁范围", ("点号",), ([1, 2, 3, 4],)),
        ("大村庄采石场坐标表", ("点号",), ([1, 2, 3, 4],)),
        ("2000国家大地坐标系", ("点号", "原编号"), ([1, 2, 3, 4], ["A1", "A2", "A3", "A4"])),
        ("2000国家大地坐标系", ("点号", "界桩编号"), ([1, 2, 3, 4], ["甲", "乙", "丙", "丁"])),
    ],
)  # fmt: skip
def test_corners_stay_one_outline(table, title, head, columns):
    if head[0] == "序号":
        title = f"{title} 界址点"
    source = table(title, head, columns)
    assert [
        g.equals(shapely.box(38500000, 3760000, 38501000, 3761000)) for g in source.geometry
    ] == [True]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((38500500, 3760500), "are the two swapped"),
        ((3760500, 39500500), "another zone"),
        ((3760500, 500500), "another zone"),
        ((0, 0), "not in China"),
        ((37605000, 38500500), "not in China"),
        ((34.5, 113.5), "degrees among plane coordinates"),
    ],
)
@pytest.mark.parametrize("at", [0, 2])
def test_one_spoilt_row_leaves_the_others_where_they_are(tmp_path, row, said, at):
    rows = [*PLACES]
    rows[at] = row
    text = "村庄一览表（2000国家大地坐标系）\n村名,X,Y\n" + "\n".join(
        f"{name},{x},{y}" for name, (x, y) in zip(NAMES, rows, strict=True)
    )
    path = tmp_path / "村庄.csv"
    path.write_text(text, "utf-8")
    source = read(path)
    assert source.crs.to_epsg() == 4526
    assert [g is None for g in source.geometry] == [k == at for k in range(4)]
    assert all((g.y, g.x) == PLACES[k] for k, g in enumerate(source.geometry) if g)
    assert [(i.code, i.feature) for i in source.issues] == [
        ("unreadable_geometry", f"第 {at + 3} 行")
    ]
    assert said in source.issues[0].en


HEAD = "编号,村名,人口,X,Y"


@pytest.fixture
def villages(tmp_path):
    def villages(*rows, at=4):
        own = [
            f"JM{k},{n},9,{x},{y}" for k, (n, (x, y)) in enumerate(zip(NAMES, PLACES, strict=True))
        ]
        path = tmp_path / "村庄.csv"
        path.write_text(
            "\n".join(["2000国家大地坐标系", HEAD, *own[:at], *rows, *own[at:]]), "utf-8"
        )
        return read(path)

    return villages


@pytest.mark.parametrize(
    "row",
    ["合计,4,36,,", "合 计,,36,,5", "一、东乡,,,,", "东乡,,,,", "（二）西乡,,,,", HEAD,
     "第2页 共3页,,,,", "备注：坐标为村中心点,,,,", "制表人：张三,,,审核：李四,",
     "填表单位（盖章）：,,,,", "2024年5月6日,,,,"],
)  # fmt: skip
@pytest.mark.parametrize("at", [0, 2, 4])
def test_rows_of_a_list_that_are_no_places(villages, row, at):
    source = villages(row, at=at)
    assert kinds(source) == ["Point"] * 4
    assert [(i.severity, i.code) for i in source.issues] == [("info", "rows_ignored")]
    assert f"第 {at + 3} 行不是地点" in source.issues[0].zh


@pytest.mark.parametrize("row", ["JM9,南村,9,,", ",南村,,,", "9,测绘队家属院,,,", ",一、南村,9,,"])
def test_a_place_that_is_not_known_stays_one(villages, row):
    source = villages(row)
    assert len(source.geometry) == 5
    assert source.geometry[4] is None


def test_a_closing_point_makes_an_outline(tmp_path):
    rows = [f"{k},{x},{y}" for k, (x, y) in enumerate([*PLACES, PLACES[0]], 1)]
    path = tmp_path / "村庄.csv"
    path.write_text("\n".join(["2000国家大地坐标系", "点号,X,Y", *rows]), "utf-8")
    assert kinds(read(path)) == ["Polygon"]


@pytest.mark.parametrize(
    ("names", "told"),
    [(NAMES, ["corner_numbers"]), (["东角", "南角", "西角", "北角"], []),
     (["甲", "乙", "丙", "丁"], [])],
)  # fmt: skip
def test_corners_that_are_called_as_villages_are_told(table, names, told):
    source = table("2000国家大地坐标系", ("点名",), (names,))
    assert kinds(source) == ["Polygon"]
    assert [i.code for i in source.issues] == told


@pytest.mark.parametrize(
    "thing", ["坝脚点", "某库下游坝脚", "水井", "取水口", "塔基", "矿区范围内敏感点"]
)
@pytest.mark.parametrize("what", ["坐标（2000国家大地坐标系）", "位置一览表"])
def test_a_title_of_single_places(table, thing, what):
    source = table(thing + what, ("点号",), ([1, 2, 3, 4],))
    assert kinds(source) == ["Point"] * 4
    assert [i.code for i in source.issues] == ["places_by_title"]


@pytest.mark.parametrize(
    "thing",
    ["河道中心线", "公路中线", "坝轴线", "勘探线端点", "断层线", "溢洪道", "公路中线拐点"],
)
def test_corners_of_a_line_are_no_outline(table, thing):
    with pytest.raises(FormatError, match="is a line"):
        table(f"{thing}坐标（2000国家大地坐标系）", ("点号",), ([1, 2, 3, 4],))


@pytest.mark.parametrize("thing", ["矿界线", "采矿权边界线", "用地红线", "占地线", "公路范围线"])
def test_lines_that_bound_an_outline(table, thing):
    assert kinds(table(f"{thing}坐标", ("点号",), ([1, 2, 3, 4],))) == ["Polygon"]


def test_outlines_of_villages_by_their_names(tmp_path):
    far = [(x + 5000, y) for x, y in PLACES]
    rows = [
        (n, k, *p) for n, part in (("甲村", PLACES), ("乙村", far)) for k, p in enumerate(part, 1)
    ]
    text = "\n".join(",".join(map(str, r)) for r in (("村名", "点号", "X坐标", "Y坐标"), *rows))
    path = tmp_path / "t.csv"
    path.write_text("村庄范围拐点\n" + text, "utf-8")
    source = read(path)
    assert kinds(source) == ["Polygon"] * 2
    assert source.columns["村名"].to_pylist() == ["甲村", "乙村"]


@pytest.mark.parametrize(
    "row", ["项目名称,某高速公路", "位置：紧邻某铁路", "水源,取水口", "名称：某民井"]
)
def test_a_line_or_place_in_a_form_is_no_title(tmp_path, row):
    corners = [(k, *place) for k, place in enumerate(PLACES, 1)]
    path = tmp_path / "t.csv"
    head = f"{row}\n点号,X坐标,Y坐标\n"
    path.write_text(head + "\n".join(",".join(map(str, c)) for c in corners), "utf-8")
    assert kinds(read(path)) == ["Polygon"]


def test_a_line_that_closes_is_an_outline(table, tmp_path):
    corners = [(k, *place) for k, place in enumerate([*PLACES, PLACES[0]], 1)]
    path = tmp_path / "公路.csv"
    path.write_text(
        "点号,X坐标,Y坐标\n" + "\n".join(",".join(map(str, c)) for c in corners), "utf-8"
    )
    assert kinds(read(path)) == ["Polygon"]


def test_corners_beside_a_list_of_villages_are_no_villages(tmp_path):
    rows = [
        ("矿区范围拐点", "", "", "", "村庄", "", ""),
        ("点号", "X坐标", "Y坐标", "", "村名", "X坐标", "Y坐标"),
    ]
    rows += [(k, *p, "", NAMES[k], p[0] + 9000, p[1]) for k, p in enumerate(PLACES)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(",".join(map(str, r)) for r in rows), "utf-8")
    with pytest.raises(FormatError, match="make two tables where two stand side by side"):
        read(path)


@pytest.mark.parametrize(
    ("title", "told"),
    [("塔吊坐标（2000国家大地坐标系）", True), ("烟囱位置坐标", True), ("甲石料厂坐标", False),
     ("塔吊拐点坐标", False),
     ("2000国家大地坐标系坐标表", False), ("高斯平面坐标", False), ("坐标一览表", False)],
)  # fmt: skip
def test_an_outline_whose_title_tells_of_none(table, title, told):
    source = table(title, ("点号",), ([1, 2, 3, 4],))
    assert kinds(source) == ["Polygon"]
    assert [i.code for i in source.issues] == (["outline_by_title"] if told else [])


@pytest.mark.parametrize("head", ["坝脚X,坝脚Y", "坝脚点X坐标,坝脚点Y坐标"])
def test_columns_that_say_of_which_thing_they_are(tmp_path, head):
    rows = [f"{k},尾{k}库,{x},{y}" for k, (x, y) in enumerate(PLACES)]
    path = tmp_path / "t.csv"
    path.write_text(f"2000国家大地坐标系\n序号,尾矿库名称,{head}\n" + "\n".join(rows), "utf-8")
    source = read(path)
    assert [(g.y, g.x) for g in source.geometry] == PLACES
    assert source.columns["尾矿库名称"].to_pylist() == ["尾0库", "尾1库", "尾2库", "尾3库"]
    path.write_text(f"序号,尾矿库名称,起点{head[:3]},终点{head[-3:]}\n" + "\n".join(rows), "utf-8")
    with pytest.raises(FormatError):
        read(path)


def test_corners_of_a_thing_are_no_places(tmp_path):
    rows = [f"{k},{x},{y}" for k, (x, y) in enumerate(PLACES)]
    path = tmp_path / "t.csv"
    path.write_text("2000国家大地坐标系\n点号,塌陷坑X,塌陷坑Y\n" + "\n".join(rows), "utf-8")
    with pytest.raises(FormatError):
        read(path)


def test_stations_along_a_line_are_no_corners(table):
    stations = ["K0+000", "K0+120.5", "K1+003", "K1+200"]
    with pytest.raises(FormatError, match="is a line"):
        table("2000国家大地坐标系", ("桩号",), (stations,))
    assert kinds(table("2000国家大地坐标系", ("桩号",), ([1, 2, 3, 4],))) == ["Polygon"]
