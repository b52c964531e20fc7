"""outlines.parquet: what is drawn, in which role, how far around, and what is left out."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import Geod

from analysis.reports import outlines, write
from analysis.reports.frame import Frame

# The fixture's subjects: rights C1, =cmd(), -5 (the last a degree east) and pond W-1 to the
# north. (0, 0) of made layers is the south-west corner of C1.
WGS84 = Geod(ellps="GRS80")
SUBJECTS = [
    "mining_right:C1", "mining_right:=cmd()", "mining_right:-5", "tailings_facility:W-1",
]  # fmt: skip


def table_of(results):
    frame = Frame(results)
    return outlines.outlines_table(frame, frame.evidence)


def rows_of(table):
    return list(zip(*(table[n].to_pylist() for n in ("role", "feature_id")), strict=True))


def said_by(table):
    return json.loads(table.schema.metadata[b"minezone"])


def shape_of(table, feature_id):
    at = table["feature_id"].to_pylist().index(feature_id)
    return shapely.from_wkb(table["geometry"][at].as_py())


def test_subjects_stand_in_order_with_their_attributes(results):
    table = table_of(results)
    assert rows_of(table) == [("subject", name) for name in SUBJECTS]
    assert table.column_names == [
        "role", "layer", "feature_id", "source_id", "name", "facts", "geometry", "bbox",
    ]  # fmt: skip
    assert table["layer"].to_pylist() == ["mining_right"] * 3 + ["tailings_facility"]
    assert table["source_id"].to_pylist() == ["C1", "=cmd()", "-5", "W-1"]
    assert table["name"].to_pylist() == ["青石梁\n矿", "@SUM(1+1)", None, "大沟尾矿库"]
    assert [json.loads(f) for f in table["facts"].to_pylist()] == [
        {"licence_no": "C1", "name": "青石梁\n矿", "county_code": "140100"},
        {"licence_no": "=cmd()", "name": "@SUM(1+1)"},
        {"licence_no": "-5"},
        {"facility_no": "W-1", "name": "大沟尾矿库", "county_code": "140100"},
    ]
    assert shape_of(table, "mining_right:C1").equals(shapely.box(111.0, 39.0, 111.01, 39.01))
    assert table["bbox"][2].as_py() == {"xmin": 112, "ymin": 39, "xmax": 112.01, "ymax": 39.01}


def test_the_metadata_says_what_a_map_says_besides(results):
    said = said_by(table_of(results))
    assert said["title"] == "某县矿区"
    assert said["rules"] == {
        code: {"title": {"zh": f"规则{code}", "en": f"Rule {code}"}, "strength": "veto"}
        for code in ("MR101", "TF203")
    }
    assert (said["left_out"], said["unread"]) == ({}, {})
    # Subjects and their evidence, the shortest line of the second among them.
    assert said["focus"] == [111.0, 39.0, 112.01, 39.11]
    west, south, east, north = said["view"]
    for away, at in [
        (111.0 - west, WGS84.inv(west, 39.0, 111.0, 39.0)[2]),
        (39.0 - south, WGS84.inv(111.0, south, 111.0, 39.0)[2]),
        (east - 112.01, WGS84.inv(112.01, 39.11, east, 39.11)[2]),
        (north - 39.11, WGS84.inv(111.0, 39.11, 111.0, north)[2]),
    ]:
        assert away > 0
        assert 3000 <= at < 3035  # an upper bound, for the least radius of the earth


def test_a_named_feature_is_related_and_drawn_up_to_ten_kilometres(results, make_layer):
    river = make_layer("river", [{"river_no": "R1", "line": [(-60_000, 500), (60_000, 500)]}])
    far = make_layer("goaf", [{"goaf_no": "G1", "box": [0, 90_000, 10, 90_010]}])
    table = results.findings
    layer, row = table.related_layer.copy(), table.related.copy()
    layer[4], row[4] = "river", 0
    layer[6], row[6] = "goaf", 0
    findings = replace(table, related=row, related_layer=layer)
    layers = {**results.layers, "river": river, "goaf": far}
    drawn = table_of(replace(results, findings=findings, layers=layers))
    assert rows_of(drawn) == [
        *(("subject", name) for name in SUBJECTS), ("related", "river:R1"), ("related", "goaf:G1"),
    ]  # fmt: skip
    west = shape_of(drawn, "river:R1").bounds[0]
    assert 10_000 <= WGS84.inv(west, 39.0, 111.0, 39.0)[2] < 10_115
    # Beyond that it is still the one that was named, whole.
    assert shapely.area(shape_of(drawn, "goaf:G1")) == shapely.area(far.geometry[0])


def test_what_lies_within_three_kilometres_is_context(results, make_layer):
    settlement = make_layer(
        "settlement",
        [
            {"settlement_no": "near", "kind": "village", "point": (-2900, 500)},
            {"settlement_no": "far", "kind": "village", "point": (-3100, 500)},
            {"settlement_no": "next", "kind": "village", "point": (-10, 500)},
        ],
    )
    county = make_layer(
        "county", [{"county_code": "140100", "box": [-200_000, -9_000, 300_000, 30_000]}]
    )
    touching = make_layer("river", [{"river_no": "R", "box": [-9_000, -9_000, -8_000, 9_000]}])
    parts = make_layer("right_part", [{"parent_licence_no": "C1", "box": [0, 0, 10, 10]}])
    context = {"settlement": settlement, "county": county, "river": touching}
    found = replace(results, context=context, layers={**results.layers, "right_part": parts})
    table = table_of(found)
    assert rows_of(table)[4:] == [
        ("context", "settlement:near"), ("context", "settlement:next"),
        ("context", "county:140100"),
    ]  # fmt: skip
    drawn = shape_of(table, "county:140100")
    assert shapely.box(*said_by(table)["view"]).buffer(1e-12).covers(drawn)
    assert shapely.area(drawn) == pytest.approx(
        shapely.area(shapely.box(*said_by(table)["view"])), rel=1e-9
    )


def test_the_nearest_are_drawn_and_the_rest_counted(results, make_layer, monkeypatch):
    rows = [
        {"settlement_no": str(k), "kind": "village", "point": (-100 * k, 500)} for k in (3, 1, 2)
    ]
    line = [(-50, 100 * k) for k in range(9)]
    context = {
        "settlement": make_layer("settlement", rows),
        "river": make_layer("river", [{"river_no": "R", "line": line}]),
    }
    monkeypatch.setattr(outlines, "MOST_CONTEXT", 3)
    table = table_of(replace(results, context=context))
    assert rows_of(table)[4:] == [
        ("context", "settlement:1"), ("context", "settlement:2"), ("context", "river:R"),
    ]  # fmt: skip
    assert said_by(table)["left_out"] == {"settlement": 1}
    monkeypatch.setattr(outlines, "MOST_CORNERS", 10)  # nine of the river, one village
    table = table_of(replace(results, context=context))
    assert rows_of(table)[4:] == [("context", "settlement:1"), ("context", "river:R")]
    assert said_by(table)["left_out"] == {"settlement": 2}


def test_a_polygon_that_only_touches_the_view_is_not_drawn():
    view = np.array([0.0, 0.0, 1.0, 1.0])
    shapes = np.array(
        [
            shapely.box(1, 0, 2, 1),
            shapely.from_wkt("POLYGON ((0.5 0.5, 2 0.5, 2 2, 1 1.5, 1 1, 0.5 1, 0.5 0.5))"),
            shapely.from_wkt("LINESTRING (0.5 0.5, 3 0.5, 3 1, 1 1)"),
            shapely.Point(5, 5),
        ],
        dtype=object,
    )
    cut = outlines.clipped(shapes, view)
    assert [shapely.is_empty(c) for c in cut] == [True, False, False, True]
    assert cut[1].equals(shapely.box(0.5, 0.5, 1, 1))
    assert cut[2].equals(shapely.LineString([(0.5, 0.5), (1, 0.5)]))


def test_a_run_too_large_to_draw_leaves_none_and_none_of_an_earlier_run(
    results, tmp_path, monkeypatch
):
    write(results, tmp_path)
    assert pq.read_table(tmp_path / "outlines.parquet").num_rows == 4
    monkeypatch.setattr(outlines, "MOST_SUBJECTS", 3)
    write(results, tmp_path)
    assert not (tmp_path / "outlines.parquet").exists()
    tables = json.loads((tmp_path / "report.json").read_bytes())["tables"]
    assert "outlines.parquet" not in {t["file"] for t in tables}


def test_geopandas_reads_it_with_its_coordinate_system(results, tmp_path):
    import geopandas as gpd

    write(results, tmp_path)
    frame = gpd.read_parquet(tmp_path / "outlines.parquet")
    assert frame.crs == "EPSG:4490"
    assert frame.geometry.iloc[3].equals(shapely.box(111, 39.1, 111.01, 39.11))
