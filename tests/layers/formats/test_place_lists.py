"""Tables that list places, one in every row: never one outline of villages."""

import pytest
import shapely

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
    ],
)  # fmt: skip
def test_corners_stay_one_outline(table, title, head, columns):
    if head[0] == "序号":
        title = f"{title} 界址点"
    source = table(title, head, columns)
    assert [
        g.equals(shapely.box(38500000, 3760000, 38501000, 3761000)) for g in source.geometry
    ] == [True]
