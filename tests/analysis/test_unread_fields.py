"""A field that is not read is no empty one: a verdict that would follow from that is not given."""

import json
import sqlite3
from datetime import date

import geopandas as gpd
import pytest
import shapely

from analysis import api
from analysis.model import Verdict

SOUND = {
    "许可证号": "甲", "权利类型": "采矿权", "权利状态": "有效", "建设性质": "新建",
    "开采方式": "地下开采", "开采矿种": "石膏", "矿体埋深": 150.0,
}  # fmt: skip


@pytest.fixture
def verdict(tmp_path):
    """Return what MR106 says of each right of a file."""
    box = shapely.box(112.3, 37.5, 112.31, 37.51)
    kept = gpd.GeoDataFrame({"许可证号": ["乙"]}, geometry=[box], crs="EPSG:4490")
    kept.to_file(tmp_path / "登记.gpkg")
    workspace = tmp_path / "workspace.toml"
    workspace.write_text('[layers.mining_right]\nsource = "登记.gpkg"\n', encoding="utf-8")

    def of(path):
        found = api.vet(
            [path], workspace, tmp_path / "out", rules=("MR106",), as_of=date(2026, 1, 1)
        )
        table = found.results.findings
        return [(Verdict(int(v)).name, r) for v, r in zip(table.verdict, table.reason, strict=True)]

    return of


def rights(path, fields, rows=1, **more):
    boxes = [shapely.box(112.5 + 0.02 * k, 37.5, 112.51 + 0.02 * k, 37.51) for k in range(rows)]
    columns = {name: [value] * rows for name, value in fields.items()}
    columns["许可证号"] = ["甲", "丙"][:rows]
    gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:4490").to_file(path, **more)
    return path


def renamed(field, name):
    return {name if k == field else k: v for k, v in SOUND.items()}


def test_what_is_read_decides(verdict, tmp_path):
    sound = rights(tmp_path / "申请.gpkg", SOUND)
    assert verdict(sound) == [("REVIEW", "shallow_in_principle")]
    lacking = {k: v for k, v in SOUND.items() if k != "建设性质"}
    assert verdict(rights(tmp_path / "无.gpkg", lacking)) == [("NOT_APPLICABLE", "not_new")]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("建设性质", "建设性"),
        ("建设性质", "建设性质（原）"),
        ("开采方式", "开采方式（变更前）"),
        ("开采方式", "开采方式【现状】"),
    ],
)
def test_a_heading_with_a_remark_is_not_taken_for_the_column(verdict, tmp_path, field, name):
    fields = {**renamed(field, name), name: "露天开采" if field == "开采方式" else "新建"}
    file = rights(tmp_path / "申请.gpkg", fields)
    assert verdict(file) == [("NO_DATA", "attribute_missing")]


@pytest.mark.parametrize(
    "name", ["建设性质（新建/改扩建）", "项目性质（必填）", "建设性质（项目性质）"]
)
def test_a_remark_that_only_explains_leaves_the_column(verdict, tmp_path, name):
    file = rights(tmp_path / "申请.gpkg", renamed("建设性质", name))
    assert verdict(file) == [("REVIEW", "shallow_in_principle")]


@pytest.mark.parametrize("name", ["建设性质（", "建设性质("])
def test_a_heading_cut_inside_its_bracket_is_not_empty(verdict, tmp_path, name):
    file = rights(tmp_path / "申请.shp", renamed("建设性质", name), encoding="GBK")
    assert verdict(file) == [("NO_DATA", "attribute_missing")]


def test_a_list_in_one_row_takes_that_row_alone(verdict, tmp_path):
    file = rights(tmp_path / "申请.geojson", SOUND, rows=2)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["features"][1]["properties"]["建设性质"] = ["新建"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert sorted(verdict(file)) == [
        ("NO_DATA", "attribute_missing"),
        ("REVIEW", "shallow_in_principle"),
    ]


def test_bytes_and_lists_that_are_left_out_are_not_empty(verdict, tmp_path):
    lacking = {k: v for k, v in SOUND.items() if k != "建设性质"}
    file = rights(tmp_path / "申请.gpkg", lacking, SPATIAL_INDEX="NO")
    with sqlite3.connect(file) as database:
        database.execute("ALTER TABLE 申请 ADD COLUMN 建设性质 BLOB")
        database.execute("UPDATE 申请 SET 建设性质 = '新建'")
    database.close()
    assert verdict(file) == [("NO_DATA", "attribute_missing")]
    box = shapely.box(112.5, 37.5, 112.51, 37.51)
    frame = gpd.GeoDataFrame([{**lacking, "建设性质": ["新建"]}], geometry=[box], crs="EPSG:4490")
    frame.to_parquet(tmp_path / "申请.parquet")
    assert verdict(tmp_path / "申请.parquet") == [("NO_DATA", "attribute_missing")]
