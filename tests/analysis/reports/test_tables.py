"""The Parquet tables against values worked out by hand."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from analysis.model import Evidence
from analysis.reports import write

WORST_FIRST = ["FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE"]


@pytest.fixture
def folder(results, tmp_path):
    write(results, tmp_path / "out", {"json"})
    return tmp_path / "out"


def test_subjects_hold_ids_counts_and_bounds(folder):
    table = pq.read_table(folder / "subjects.parquet")
    rows = table.to_pylist()
    assert table.schema.field("subject").type == pa.int32()
    assert pa.types.is_dictionary(table.schema.field("layer").type)
    assert pa.types.is_dictionary(table.schema.field("verdict").type)
    assert [r["subject"] for r in rows] == [0, 1, 2, 3]
    assert [r["feature_id"] for r in rows] == [
        "mining_right:C1", "mining_right:=cmd()", "mining_right:-5", "tailings_facility:W-1",
    ]  # fmt: skip
    assert [r["verdict"] for r in rows] == ["FAIL", "REVIEW", "NO_DATA", "NOT_APPLICABLE"]
    counts = [[r[f"n_{v.lower()}"] for v in WORST_FIRST] for r in rows]
    assert counts == [[2, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 2]]
    assert table.schema.field("n_fail").type == pa.int32()
    assert [r["county_code"] for r in rows] == ["140100", None, None, "140100"]
    assert rows[0]["bbox"] == {"xmin": 111.0, "ymin": 39.0, "xmax": 111.01, "ymax": 39.01}
    # pyproj.Geod on the CGCS2000 ellipsoid: 961,620 m2.
    assert rows[0]["area_km2"] == 0.9616


def test_findings_have_the_contract_dtypes(folder):
    schema = pq.read_schema(folder / "findings.parquet")
    plain = {
        "finding_id": pa.binary(16), "subject": pa.int32(), "measured": pa.float64(),
        "threshold": pa.float64(), "uncertainty": pa.float32(), "related": pa.int32(),
        "law": pa.int16(), "args": pa.string(),
    }  # fmt: skip
    coded = {"rule", "verdict", "reason", "unit", "comparison", "related_layer"}
    assert set(schema.names) == set(plain) | coded
    assert {name: schema.field(name).type for name in plain} == plain
    assert all(pa.types.is_dictionary(schema.field(name).type) for name in coded)


def test_findings_keep_order_numbers_and_snapshot_rows(folder):
    table = pq.read_table(folder / "findings.parquet")
    columns = table.to_pydict()
    assert columns["subject"] == [0, 0, 0, 1, 2, 2, 3, 3]
    assert columns["finding_id"][1] == bytes(range(16, 32))
    assert columns["measured"][3] == 1 / 3
    assert columns["measured"][4] == np.inf
    assert np.isnan(columns["measured"][2])
    # Related rows 1 and 0 of the joined layer are rows 3 and 7 of its snapshot.
    assert columns["related"] == [-1, 3, -1, 7, -1, -1, -1, -1]
    assert columns["related_layer"][0] is None
    assert columns["related_layer"][1] == "mining_right"
    assert columns["args"][0] == '{"width": 430.5}'
    assert columns["args"][4] is None
    assert table.column("measured").null_count == 0


def test_metadata_resolves_law_and_related(folder):
    meta = json.loads(pq.read_schema(folder / "findings.parquet").metadata[b"minezone"])
    assert meta["verdicts"] == WORST_FIRST
    assert meta["jurisdiction"] == "CN-14"
    assert meta["as_of"] == "2025-08-01"
    assert meta["rulebook"] == {"version": "2026.11", "sha256": "f" * 64}
    assert meta["parameters"][1] == {
        "rule": "MR101", "name": "overlap_limit_km2", "value": 0.0, "unit": "km2",
        "effective_from": "2025-07-01", "reference": "mineral_law_23",
    }  # fmt: skip
    assert meta["layers"]["mining_right"] == [
        {"source": "rights.gpkg", "snapshot": "ab12", "sha256": "0" * 64, "rows": 3},
        {"source": "new.txt", "snapshot": None, "sha256": "0" * 64, "rows": 1},
    ]


def test_no_machine_nor_secret_in_any_table(folder):
    for name in ("subjects", "findings", "evidence"):
        meta = pq.read_schema(folder / f"{name}.parquet").metadata
        text = b"".join((meta or {}).values())
        assert b"/home" not in text
        assert b"secret" not in text
        assert b"11111111-1111" not in text


def test_evidence_is_geoparquet_in_the_order_of_findings(folder):
    table = pq.read_table(folder / "evidence.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert geo["version"] == "1.1.0"
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["LineString", "Polygon"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert column["bbox"] == [111.0, 39.0, 111.01, 39.01]
    # The empty overlap of finding 3 shows nothing.
    rows = table.to_pydict()
    assert rows["finding_id"] == [bytes(range(16)), *[bytes(range(16, 32))] * 2]
    assert rows["role"] == ["overlap", "overlap", "shortest_line"]
    assert rows["label"] == [None, None, "0 m"]
    shape = shapely.from_wkb(rows["geometry"][0])
    assert shape.equals(shapely.box(111.005, 39, 111.01, 39.01))
    assert rows["bbox"][0] == {"xmin": 111.005, "ymin": 39.0, "xmax": 111.01, "ymax": 39.01}


def test_evidence_opens_as_geoparquet(folder):
    import geopandas as gpd

    frame = gpd.read_parquet(folder / "evidence.parquet", bbox=(111.0, 39.0, 111.001, 39.001))
    assert frame.crs.to_epsg() == 4490
    assert list(frame["role"]) == ["shortest_line"]


def test_a_flow_path_is_a_line_with_heights_in_the_parquet_and_flat_in_the_geopackage(
    results, tmp_path
):
    import geopandas as gpd
    import pyogrio

    line = np.array([shapely.LineString([(111, 39, 986.7), (111.01, 39, 953)])], dtype=object)
    evidence = (Evidence("flow_path", np.array([0]), line),)
    write(
        replace(results, findings=replace(results.findings, evidence=evidence)),
        tmp_path,
        {"json", "gpkg"},
    )
    table = pq.read_table(tmp_path / "evidence.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["columns"]["geometry"]["geometry_types"] == ["LineString Z"]
    # ISO WKB, as GeoParquet has it: type 1002.
    assert table["geometry"][0].as_py()[1:5] == (1002).to_bytes(4, "little")
    (path,) = gpd.read_parquet(tmp_path / "evidence.parquet").geometry
    assert shapely.get_coordinates(path, include_z=True)[:, 2].tolist() == [986.7, 953]
    drawn = pyogrio.read_dataframe(tmp_path / "findings.gpkg", layer="evidence_lines")
    assert not drawn.has_z.any()


def test_without_evidence_the_table_is_empty_but_there(results, tmp_path):
    write(results, tmp_path, {"json", "gpkg"}, evidence=False)
    assert pq.read_table(tmp_path / "evidence.parquet").num_rows == 0
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert all(f["evidence"] == [] for f in report["findings"])
