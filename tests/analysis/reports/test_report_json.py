"""report.json: keys, values, schema."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from analysis.errors import RuleError
from analysis.reports import report_json, schema, write
from analysis.reports.frame import Frame

DOCS = Path(__file__).parents[3] / "docs" / "report.schema.json"


def checked(path):
    """Read a report strictly (no NaN, no Infinity) and validate it."""

    def refuse(token):
        raise AssertionError(token)

    report = json.loads(path.read_bytes(), parse_constant=refuse)
    validator = jsonschema.Draft202012Validator(schema.schema())
    assert [e.message for e in validator.iter_errors(report)] == []
    return report


@pytest.fixture
def report(results, tmp_path):
    write(results, tmp_path, {"json"}, errors=("坏文件 / bad file",))
    return checked(tmp_path / "report.json")


def test_top_level_keys_and_order(report):
    assert list(report) == [
        "schema_version", "report_id", "created_at", "as_of", "jurisdiction", "complete", "tool",
        "rulebook", "inputs", "subjects", "findings", "references", "counts", "tables", "errors",
    ]  # fmt: skip
    assert report["schema_version"] == "1.0"
    assert report["created_at"] == "2026-11-22T01:02:03.000Z"
    assert report["complete"] is True
    assert report["tool"]["name"] == "minezone"
    assert report["errors"] == ["坏文件 / bad file"]


def test_every_source_is_an_input_and_every_issue_stands_once(report):
    inputs = report["inputs"]
    assert [i["source"] for i in inputs] == [
        "workspace.toml", "/home/a/rights.gpkg", "applications/new.txt",
        "postgresql://me:***@db/gis#ponds",
    ]  # fmt: skip
    assert [[issue["code"] for issue in i["issues"]] for i in inputs] == [
        [], ["repaired"], ["refused"], [],
    ]  # fmt: skip
    assert inputs[1]["issues"][0]["message"] == "要素 C1 已修复 / feature C1 repaired"
    assert inputs[1]["declared"] == inputs[1]["read"] == 4
    assert inputs[2]["role"] == "vetted"


def test_subject(report):
    assert report["subjects"][0] == {
        "subject_id": "mining_right:C1", "layer": "mining_right",
        "feature_id": "mining_right:C1", "source_id": "C1", "name": "青石梁\n矿",
        "verdict": "FAIL", "area_km2": 0.9616,
        "counts": {"FAIL": 2, "REVIEW": 0, "NO_DATA": 1, "PASS": 0, "NOT_APPLICABLE": 0},
    }  # fmt: skip


def test_finding_with_neighbour_and_evidence(report):
    finding = report["findings"][1]
    assert [e["role"] for e in finding["evidence"]] == ["overlap", "shortest_line"]
    ring = finding["evidence"][0]["geometry"]["coordinates"][0]
    area2 = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    assert area2 > 0  # anticlockwise
    assert {k: v for k, v in finding.items() if k != "evidence"} == {
        "finding_id": bytes(range(16, 32)).hex(), "rule": "MR101",
        "subject_id": "mining_right:C1", "verdict": "FAIL", "reason": "overlap",
        "message": {"zh": "说明 1", "en": "message 1"},
        "measured": {"value": 0.479, "unit": "km2", "uncertainty": 0.1},
        "threshold": {"value": 0.0, "unit": "km2", "comparison": "<="},
        "related": [{"layer": "mining_right", "feature_id": "mining_right:=cmd()",
                     "source_id": "=cmd()", "name": "@SUM(1+1)"}],
        "reference_ids": ["mineral_law_23"],
    }  # fmt: skip


def test_nothing_measured_is_null_and_infinity_never_written(report):
    assert report["findings"][2]["measured"] is None
    assert report["findings"][2]["threshold"] is None
    assert report["findings"][4]["measured"] is None  # infinite: none within reach
    assert report["findings"][4]["threshold"] == {"value": 0.0, "unit": "km2", "comparison": "<="}
    assert report["findings"][3]["measured"] == {"value": 1 / 3, "unit": "m", "uncertainty": None}


def test_references_of_reason_and_of_the_deciding_parameter(report):
    # "sliver" cites nothing itself; the sliver width decided.
    assert report["findings"][3]["reference_ids"] == ["technical_sliver"]
    assert report["findings"][2]["reference_ids"] == []
    assert set(report["references"]) == {"mineral_law_23", "technical_sliver"}
    assert report["references"]["mineral_law_23"] == {
        "instrument": "中华人民共和国矿产资源法", "article": "第二十三条", "quote": "不得重叠",
        "jurisdiction": "CN", "effective_from": "2025-07-01",
    }  # fmt: skip


def test_counts_by_rule(report):
    zero = {"FAIL": 0, "REVIEW": 0, "NO_DATA": 0, "PASS": 0, "NOT_APPLICABLE": 0}
    assert report["counts"] == {
        "MR101": zero | {"FAIL": 2, "REVIEW": 1, "PASS": 1},
        "TF203": zero | {"NO_DATA": 2, "NOT_APPLICABLE": 2},
    }


def test_tables_are_listed_with_rows_and_digest(report, tmp_path):
    import hashlib

    assert [(t["file"], t["rows"]) for t in report["tables"]] == [
        ("subjects.parquet", 4), ("findings.parquet", 8), ("evidence.parquet", 3),
        ("outlines.parquet", 4),
    ]  # fmt: skip
    for entry in report["tables"]:
        data = (tmp_path / entry["file"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()


def test_coordinates_are_rounded_to_a_tenth_of_a_millimetre(results, tmp_path):
    import shapely

    from analysis.model import Evidence

    line = np.array([shapely.LineString([(111.12345678949, 39), (112, 39.5)])], dtype=object)
    evidence = (Evidence("flow_path", np.array([0]), line),)
    write(
        replace(results, findings=replace(results.findings, evidence=evidence)), tmp_path, {"json"}
    )
    found = checked(tmp_path / "report.json")["findings"][0]["evidence"][0]["geometry"]
    assert found == {"type": "LineString", "coordinates": [[111.123456789, 39.0], [112.0, 39.5]]}


def test_a_flow_path_alone_keeps_its_heights(results, tmp_path):
    import shapely

    from analysis.model import Evidence

    line = shapely.LineString([(111.12345678949, 39, 986.70499), (112, 39.5, 953)])
    evidence = tuple(
        Evidence(role, np.array([0]), np.array([line], dtype=object))
        for role in ("flow_path", "shortest_line")
    )
    write(
        replace(results, findings=replace(results.findings, evidence=evidence)), tmp_path, {"json"}
    )
    found = checked(tmp_path / "report.json")["findings"][0]["evidence"]
    assert {e["role"]: e["geometry"]["coordinates"] for e in found} == {
        "flow_path": [[111.123456789, 39.0, 986.7], [112.0, 39.5, 953.0]],
        "shortest_line": [[111.123456789, 39.0], [112.0, 39.5]],
    }


def test_above_the_limit_findings_are_only_in_the_tables(many, tmp_path, monkeypatch):
    monkeypatch.setattr(report_json, "MOST_FINDINGS", 30)
    write(many(30), tmp_path / "a", {"json"})
    write(many(31), tmp_path / "b", {"json"})
    full, short = checked(tmp_path / "a/report.json"), checked(tmp_path / "b/report.json")
    assert (full["complete"], len(full["findings"])) == (True, 30)
    assert (short["complete"], short["findings"]) == (False, [])
    assert short["tables"][1]["rows"] == 31
    assert short["counts"]["MR101"]["NO_DATA"] == 31
    assert len(short["subjects"]) == 31


def test_small_reports_are_indented_large_ones_compact(many, tmp_path):
    write(many(3), tmp_path / "a", {"json"})
    write(many(2000), tmp_path / "b", {"json"})
    assert (tmp_path / "a/report.json").read_bytes().startswith(b'{\n  "schema_version"')
    assert (tmp_path / "b/report.json").read_bytes().count(b"\n") == 1


def test_no_findings_at_all(many, tmp_path):
    write(many(0), tmp_path, {"json", "csv", "gpkg"})
    report = checked(tmp_path / "report.json")
    assert report["findings"] == report["subjects"] == []
    assert report["complete"] is True


def test_published_schema_is_fresh():
    if not DOCS.exists():
        pytest.skip("docs/ is not beside the tests (installed wheel)")
    assert DOCS.read_bytes() == schema.dumps()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r.update(extra=1),
        lambda r: r.pop("errors"),
        lambda r: r["findings"][0].update(verdict="OK"),
        lambda r: r["findings"][0]["evidence"][0]["geometry"].update(type="Circle"),
        lambda r: r["findings"][3].update(measured=0.5),
        lambda r: r["subjects"][0]["counts"].pop("FAIL"),
    ],
)
def test_schema_refuses_what_is_no_report(report, spoil):
    spoil(report)
    assert not jsonschema.Draft202012Validator(schema.schema()).is_valid(report)


def test_unknown_reason_is_a_fault_not_a_blank(results):
    findings = replace(results.findings, reason=np.array(["nonsense"] * 8, dtype=object))
    with pytest.raises(RuleError, match="nonsense"):
        _ = Frame(replace(results, findings=findings)).citations


def test_unknown_reference_is_a_fault(results):
    page = results.rulebook.rules["MR101"]
    rules = {**results.rulebook.rules, "MR101": replace(page, references={})}
    with pytest.raises(RuleError, match="mineral_law_23"):
        _ = Frame(replace(results, rulebook=replace(results.rulebook, rules=rules))).citations


@pytest.mark.parametrize(
    "changes",
    [
        {"law": np.zeros(7, np.int16)},
        {"rule": np.array(["MR101"] * 9, dtype=object)},
        {"subject_row": np.array([0, 1, 2])},
    ],
)
def test_columns_that_disagree_are_refused(results, changes):
    with pytest.raises(RuleError):
        Frame(replace(results, **changes))


def test_unsorted_findings_are_refused(results):
    backwards = replace(results.findings, subject=results.findings.subject[::-1].copy())
    with pytest.raises(RuleError):
        Frame(replace(results, findings=backwards))
