"""findings.gpkg as GDAL and SQLite read it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import shapely

from analysis.io import OutputError
from analysis.model import Evidence
from analysis.reports import write
from analysis.reports.frame import Frame
from analysis.reports.geopackage import write_geopackage
from gis.ragged import Ragged


@pytest.fixture
def gpkg(results, tmp_path):
    write(results, tmp_path, {"gpkg"})
    return tmp_path / "findings.gpkg"


def rows(path, table):
    meta, _, geometry, fields = pyogrio.raw.read(path, layer=table)
    columns = dict(zip(meta["fields"], fields, strict=True))
    return meta, columns, shapely.from_wkb(geometry)


def test_tables_kinds_and_readable_names(gpkg):
    assert pyogrio.list_layers(gpkg).tolist() == [
        ["subjects", "MultiPolygon"], ["findings", "MultiPolygon"],
        ["evidence_areas", "MultiPolygon"], ["evidence_lines", "MultiLineString"],
        ["layer_styles", None],
    ]  # fmt: skip
    with closing(sqlite3.connect(gpkg)) as base:
        contents = base.execute(
            "SELECT table_name, identifier, srs_id FROM gpkg_contents WHERE data_type = 'features'"
        )
        assert contents.fetchall() == [
            ("subjects", "判定对象 Subjects", 4490), ("findings", "判定结果 Findings", 4490),
            ("evidence_areas", "证据（面） Evidence, areas", 4490),
            ("evidence_lines", "证据（线） Evidence, lines", 4490),
        ]  # fmt: skip
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        aliases = base.execute(
            "SELECT name FROM gpkg_data_columns WHERE table_name = 'findings'"
            " AND column_name = 'message'"
        )
        assert aliases.fetchall() == [("说明",)]
        counts = base.execute("SELECT table_name, feature_count FROM gpkg_ogr_contents")
        assert dict(counts.fetchall())["findings"] == 5


def test_a_folder_whose_name_gdal_would_take_apart(results, tmp_path, monkeypatch):
    (tmp_path / "y").mkdir()
    monkeypatch.chdir(tmp_path)  # GDAL looks here for what follows "!"
    folder = tmp_path / "x!y"
    folder.mkdir()
    write(results, folder, {"gpkg"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x!y", "y"]
    assert [p.name for p in folder.glob("*.gpkg")] == ["findings.gpkg"]
    assert not any((tmp_path / "y").iterdir())
    with closing(sqlite3.connect(folder / "findings.gpkg")) as base:
        assert base.execute("SELECT count(*) FROM subjects").fetchone() == (4,)


def test_english_titles(results, tmp_path):
    write(results, tmp_path, {"gpkg"}, lang="en")
    with closing(sqlite3.connect(tmp_path / "findings.gpkg")) as base:
        aliases = base.execute("SELECT column_name, name FROM gpkg_data_columns")
        assert dict(aliases.fetchall())["n_no_data"] == "No data: findings"
    _, columns, _ = rows(tmp_path / "findings.gpkg", "findings")
    assert columns["verdict_label"].tolist() == ["Fail", "Fail", "No data", "Review", "No data"]
    assert columns["message"][0] == "message 0"


def test_subjects(gpkg, results):
    meta, columns, shapes = rows(gpkg, "subjects")
    assert meta["crs"] == "EPSG:4490"
    assert columns["verdict"].tolist() == ["FAIL", "REVIEW", "NO_DATA", "NOT_APPLICABLE"]
    assert columns["verdict_label"].tolist() == ["不符合", "待核", "缺数据", "不适用"]
    # Right 3 passes what could be judged and lacks data for the rest.
    assert columns["decided"].tolist() == ["FAIL", "REVIEW", "PASS", "NOT_APPLICABLE"]
    assert columns["n_no_data"].tolist() == [1, 0, 1, 0]
    assert columns["layer_title"].tolist() == ["矿业权"] * 3 + ["尾矿库"]
    assert columns["name"].tolist() == ["青石梁\n矿", "@SUM(1+1)", None, "大沟尾矿库"]
    assert columns["area_km2"][0] == 0.9616
    outlines = results.layers["mining_right"].geometry
    assert all(a.equals(b) for a, b in zip(shapes[:3], outlines, strict=True))


def test_findings_are_those_that_are_open_drawn_as_their_areal_evidence(gpkg, results):
    _, columns, shapes = rows(gpkg, "findings")
    assert columns["verdict"].tolist() == ["FAIL", "FAIL", "NO_DATA", "REVIEW", "NO_DATA"]
    assert columns["rule"].tolist() == ["MR101", "MR101", "TF203", "MR101", "TF203"]
    assert columns["rule_title"][0] == "规则MR101"
    assert columns["message"].tolist() == [f"说明 {k}" for k in (0, 1, 2, 3, 5)]
    assert columns["measured"][3] == 1 / 3
    assert np.isnan(columns["measured"][2])
    assert columns["related"].tolist() == [None, "=cmd()", None, "C1", None]
    assert columns["article"][0] == "中华人民共和国矿产资源法 第二十三条"
    assert columns["quote"][0] == "不得重叠"
    assert columns["finding_id"][1] == bytes(range(16, 32)).hex()
    overlap = shapely.box(111.005, 39, 111.01, 39.01)
    outlines = results.layers["mining_right"].geometry
    drawn = [overlap, overlap, outlines[0], outlines[1], outlines[2]]
    assert [a.equals(b) for a, b in zip(shapes, drawn, strict=True)] == [True] * 5


def test_evidence_says_what_it_shows(gpkg):
    _, columns, shapes = rows(gpkg, "evidence_lines")
    assert columns["role"].tolist() == ["shortest_line"]
    assert columns["role_label"].tolist() == ["最短距离线"]
    assert columns["label"].tolist() == ["0 m"]
    assert columns["rule"].tolist() == ["MR101"]
    assert shapes[0].geom_type == "MultiLineString"
    _, columns, _ = rows(gpkg, "evidence_areas")
    assert columns["message"].tolist() == ["说明 0", "说明 1"]


def test_points_of_evidence_and_the_first_area_wins(results, tmp_path):
    small, large = shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 2)
    evidence = (
        Evidence("flow_path", np.array([0]), np.array([shapely.Point(111, 39)], dtype=object)),
        Evidence("void", np.array([0]), np.array([large], dtype=object)),
        Evidence("overlap", np.array([0]), np.array([small], dtype=object)),
    )
    write(
        replace(results, findings=replace(results.findings, evidence=evidence)), tmp_path, {"gpkg"}
    )
    path = tmp_path / "findings.gpkg"
    assert rows(path, "evidence_points")[2][0].equals(shapely.Point(111, 39))
    assert rows(path, "findings")[2][0].equals(small)


def test_subjects_of_several_kinds_keep_their_own(results, tmp_path):
    layer = results.layers["tailings_facility"]
    points = Ragged.from_shapely([shapely.Point(111, 39.1)])
    layers = {**results.layers, "tailings_facility": replace(layer, shapes=points)}
    write(replace(results, layers=layers), tmp_path, {"gpkg"})
    _, columns, shapes = rows(tmp_path / "findings.gpkg", "subjects")
    assert [s.geom_type for s in shapes] == ["Polygon"] * 3 + ["Point"]
    assert np.isnan(columns["area_km2"][3])


def test_more_rows_than_one_batch(many, tmp_path):
    n = 20_000
    write_geopackage(Frame(many(n)), Frame(many(n)).evidence, tmp_path / "a.gpkg", "zh")
    _, columns, shapes = rows(tmp_path / "a.gpkg", "findings")
    assert columns["source_id"].tolist() == [f"C{k}" for k in range(n)]
    assert shapes[n - 1].bounds[0] == 100 + 0.001 * (n - 1)


def test_gdal_settings_are_put_back(results, tmp_path):
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2001-02-03T00:00:00Z"})
    try:
        write(results, tmp_path, {"gpkg"})
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2001-02-03T00:00:00Z"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    assert pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS") is None


def test_a_path_that_cannot_be_written_is_one_clear_line(results, tmp_path):
    with pytest.raises(OutputError, match="missing"):
        write_geopackage(
            Frame(results), Frame(results).evidence, tmp_path / "missing" / "a.gpkg", "zh"
        )
