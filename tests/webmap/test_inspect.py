"""``inspect`` on files from abroad: the check of China is lifted only where asked."""

import json

import pytest

from webmap import cli

SQUARE = [[[-66, -23], [-65.99, -23], [-65.99, -22.99], [-66, -22.99], [-66, -23]]]


@pytest.fixture
def abroad(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"licence_no": "12-A-1990"},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    path = tmp_path / "abroad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return str(path)


def test_data_abroad_are_refused_with_the_way_out(abroad, capsys):
    assert cli.main(["inspect", abroad, "--lang", "en"]) == 2
    assert "(inspect: --extent any)" in capsys.readouterr().err


def test_data_abroad_are_read_where_asked(abroad, capsys):
    assert cli.main(["inspect", abroad, "--extent", "any", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "declared 1 = read 1 = kept 1 + refused 0" in said
    assert "longitude -66.000000 to -65.990000, latitude -23.000000 to -22.990000" in said


def test_another_extent_is_refused(abroad, capsys):
    assert cli.main(["inspect", abroad, "--extent", "asia", "--lang", "en"]) == 2
    assert "extent must be china or any, not 'asia'" in capsys.readouterr().err


def many(folder, without):
    """Write ten rights of which the last ``without`` have no outline."""
    rows = [
        {
            "type": "Feature",
            "properties": {"许可证号": f"C{n}", "权利状态": "有效", "矿业权类型": "采矿权"},
            "geometry": None
            if n >= 10 - without
            else {
                "type": "Polygon",
                "coordinates": [[[x + 111 + n / 50, y + 39] for x, y in CORNERS]],
            },
        }
        for n in range(10)
    ]
    path = folder / "十宗.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    return str(path)


CORNERS = [(0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01), (0, 0)]


def test_rows_refused_are_warned_about_and_the_like_is_told_once(tmp_path, capsys):
    assert cli.main(["inspect", many(tmp_path, 7)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "错误 7 条、警告 0 条、提示 0 条:" in said
    assert "警告: 读入的 10 行中有 7 行未采用，不参与判定；附近的要素可能因此缺数据" in said
    assert sum(line.startswith("错误: ") for line in said) == 5
    assert "……同类的还有 2 条，--json 列出全部" in said
    assert said[0].startswith("图层 矿业权 (mining_right): 声明 10 = 读入 10 = 保留 3 + 拒绝 7")
    assert "有值的列: 许可证号、矿业权类型、权利状态" in said


def test_nothing_is_warned_about_where_all_is_read(tmp_path, capsys):
    assert cli.main(["inspect", many(tmp_path, 0)]) == 0
    assert "警告" not in capsys.readouterr().out


PARTS = (
    "2000国家大地坐标系\n许可证号：C1400002011117110119999\n2,"
    "4,1,4380000.00,37500000.00,2,4381000.00,37500000.00,3,4381000.00,37501000.00,"
    "4,4380000.00,37501000.00,300,100,,1,"
    "4,1,4380400.00,37500400.00,2,4380600.00,37500400.00,3,4380600.00,37500600.00,"
    "4,4380400.00,37500600.00,300,100,扣除,-1,\n"
)


def test_ground_taken_out_is_not_counted_as_ground(tmp_path, capsys):
    path = tmp_path / "配号.txt"
    path.write_text(PARTS, "utf-8")
    assert cli.main(["inspect", str(path), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "total area without what is deducted: 0.9600 km² (96.0" in said


def test_json_says_what_is_to_be_checked(tmp_path, capsys):
    assert cli.main(["inspect", many(tmp_path, 0), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["check"]["zh"].startswith("请核对来源: 坐标按 WGS 84 读")
    (layer,) = told["layers"]
    assert layer["crs_note"] == "GeoJSON: WGS 84 (RFC 7946)"
    plane = tmp_path / "拐点.csv"
    plane.write_text("2000国家大地坐标系\n点号,X,Y\n1,3760000,38500000\n2,3761000,38500000\n"
                     "3,3761000,38501000\n", encoding="gbk")  # fmt: skip
    assert cli.main(["inspect", str(plane), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["check"] is None
