"""Words that say what coordinates were converted from, and to."""

import pyproj
import pytest

from layers.errors import FormatError
from layers.formats import read

CORNERS = "\n".join(
    f"{k},{x},{y}"
    for k, (x, y) in enumerate(
        [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)], 1
    )
)


@pytest.fixture
def table(tmp_path):
    def table(words, *, below=False, **options):
        path = tmp_path / "拐点.csv"
        above = "矿区范围" if below else words
        path.write_text(f"{above},,\n点号,X,Y\n{CORNERS}\n" + f"说明：{words},,\n" * below, "utf-8")
        return read(path, **options)

    return table


def epsg(source):
    return source.crs and source.crs.to_epsg()


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("坐标由1980西安坐标系转换为2000国家大地坐标系", 4526),
        ("原1980西安坐标系坐标转换成2000国家大地坐标系", 4526),
        ("2000国家大地坐标系（由1980西安坐标系转换）", 4526),
        ("2000国家大地坐标系（转换前为1980西安坐标系）", 4526),
        ("2000国家大地坐标系坐标（由原采矿许可证1980西安坐标转换）", 4526),
        ("1980西安坐标系转2000国家大地坐标系", 4526),
        ("1980西安坐标系已统一转换为国家2000坐标", 4526),
        ("西安80，已转换为2000国家大地坐标系", 4526),
        ("采用2000国家大地坐标系，原许可证为1980西安坐标系", 4526),
        ("2000国家大地坐标系，不是1980西安坐标系", 4526),
        ("2000国家大地坐标系转1980西安坐标系", 2362),
        ("1980西安坐标系（未转换）", 2362),
        ("1980西安坐标系采矿权转让", 2362),
        ("1980西安坐标系，转换参数见附件", 2362),
        ("原采矿许可证坐标（1980西安坐标系）", 2362),
        ("西安80转2000成果表", None),
        ("坐标已由1980西安坐标系转换", None),
        ("1980西安坐标系转换成果表", None),
        ("原为1980西安坐标系", None),
        ("原西安80坐标系", None),
        ("1980西安坐标系（需转换为2000国家大地坐标系）", None),
        ("非2000国家大地坐标系", None),
        ("未采用2000国家大地坐标系", None),
        ("应转换为2000国家大地坐标系", None),
        ("拟转为CGCS2000", None),
        ("换算成2000坐标系前", None),
        ("请按2000国家大地坐标系提交", None),
        ("依据《2000国家大地坐标系推广使用技术指南》", None),
        ("1980西安坐标系，依据《2000国家大地坐标系推广使用技术指南》", 2362),
        ("原采矿许可证采用1980西安坐标系", None),
        ("附图采用1980西安坐标系", None),
        ("坐标系：2000西安坐标系", None),
        ("申请采用2000国家大地坐标系", 4526),
        ("按要求采用2000国家大地坐标系", 4526),
        ("矿区坐标均应用2000国家大地坐标系", 4526),
        ("由矿区独立坐标系转换为2000国家大地坐标系", 4526),
    ],
)
def test_what_coordinates_were_converted_to_is_meant(table, words, code, below):
    assert epsg(table(words, below=below)) == code


def test_what_coordinates_are_no_longer_in_is_told_and_not_given(table):
    source = table("坐标已由1980西安坐标系转换")
    assert source.crs_note.startswith("写明由 Xian 1980 转换（或原为），没有写明坐标系")
    assert epsg(table("坐标已由1980西安坐标系转换", crs=pyproj.CRS.from_epsg(4526))) == 4526
    with pytest.raises(FormatError, match="was Xian 1980, not what is given: Xian 1980"):
        table("坐标已由1980西安坐标系转换", crs=pyproj.CRS.from_epsg(2362))
