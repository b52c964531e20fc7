"""A small run made by hand: two rights that overlap, a pond, and every kind of verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
import shapely

from analysis.law import Parameter, Reason, Reference, Resolved, Rulebook, RuleLaw, Text, Value
from analysis.model import Evidence, FindingTable, Verdict
from analysis.reports import frame as frame_module
from analysis.results import Results
from gis.ragged import Kind, Ragged
from layers.layer import Issue, Layer, Provenance, Refused
from layers.schema import Column, Schema

DAY = date(2025, 8, 1)
ART_23 = Reference(
    "mineral_law_23", "中华人民共和国矿产资源法", "第二十三条", "不得重叠", "CN", date(2025, 7, 1)
)
PLANE = Reference("technical_sliver", "minezone 技术约定", "1", "0.10 m", "CN", date(1900, 1, 1))
UNCITED = Reference("uncited", "从未引用", "第一条", "无", "CN", date(2020, 1, 1))
BOX = shapely.box(111.0, 39.0, 111.01, 39.01)
RIGHTS = [BOX, shapely.box(111.005, 39.0, 111.015, 39.01), shapely.box(112, 39, 112.01, 39.01)]


def make_schema(name, number, zh, en):
    columns = (
        Column(number, "text", "编号", "Number", nullable=False),
        Column("name", "text", "名称", "Name"),
        Column("county_code", "text", "县码", "County code"),
    )
    return Schema(name, zh, en, frozenset({Kind.POLYGON}), number, columns)


def make_provenance(source, rows, role="workspace", snapshot="ab12"):
    return Provenance(
        role, source, None, "0" * 64, "GPKG", "UTF-8", "EPSG:4490", "none", 0.0, 1.0, None,
        rows + 1, rows + 1, 0, 1, snapshot=snapshot,
    )  # fmt: skip


def make_layer(schema, numbers, names, shapes, provenance, issues=(), snapshot_row=None):
    n = len(numbers)
    table = pa.table(
        {
            "feature_id": pa.array([f"{schema.name}:{v}" for v in numbers], pa.string()),
            "source_id": pa.array(numbers, pa.string()),
            schema.number: pa.array(numbers, pa.string()),
            "name": pa.array(names, pa.string()),
            "county_code": pa.array((["140100"] + [None] * n)[:n], pa.string()),
        }
    )
    rows = np.arange(n) if snapshot_row is None else np.asarray(snapshot_row)
    return Layer(
        schema, table, Ragged.from_shapely(shapes), provenance, np.zeros(n, np.int16),
        tuple(issues), Refused.none(), frozenset(), None, True, False, rows.astype(np.int32),
    )  # fmt: skip


def make_page(code, reasons, references=(), parameters=None):
    return RuleLaw(
        code, Text(f"规则{code}", f"Rule {code}"), "veto", Text("全部", "all"), Text("法", "how"),
        {r.id: r for r in references}, parameters or {},
        {k: Reason((), Text("文", "text"), refs) for k, refs in reasons.items()}, {},
    )  # fmt: skip


def make_rulebook():
    limit = Parameter(
        "overlap_limit_km2", Text("限", "limit"), "km2", DAY,
        (Value(date(2025, 7, 1), 0.0, "mineral_law_23"),),
    )  # fmt: skip
    pages = {
        "MR101": make_page(
            "MR101",
            {"clear": ("mineral_law_23",), "overlap": ("mineral_law_23",), "sliver": ()},
            [ART_23, UNCITED],
            {"overlap_limit_km2": limit},
        ),
        "TF203": make_page("TF203", {"existing": ()}),
    }
    common = make_page("COMMON", {"layer_missing": ()}, [PLANE])
    return Rulebook("CN-14", ("CN", "CN-14"), "2026.11", "f" * 64, pages, common)


RESOLVED = (
    Resolved("COMMON", "sliver_width_m", 0.1, "m", date(1900, 1, 1), "technical_sliver"),
    Resolved("MR101", "overlap_limit_km2", 0.0, "km2", date(2025, 7, 1), "mineral_law_23"),
)


def make_findings():
    """Eight findings on four subjects: FAIL, FAIL, REVIEW, PASS, NO_DATA …, in final order."""
    overlap = RIGHTS[0].intersection(RIGHTS[1])
    return FindingTable(
        subject=np.array([0, 0, 0, 1, 2, 2, 3, 3]),
        verdict=np.array(
            [Verdict.FAIL, Verdict.FAIL, Verdict.NO_DATA, Verdict.REVIEW, Verdict.PASS,
             Verdict.NO_DATA, Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE], np.int8,
        ),
        reason=np.array(
            ["overlap", "overlap", "layer_missing", "sliver", "clear", "layer_missing",
             "existing", "existing"], dtype=object,
        ),
        measured=np.array([0.479, 0.479, np.nan, 1 / 3, np.inf, np.nan, np.nan, np.nan]),
        threshold=np.array([0.0, 0.0, np.nan, 0.1, 0.0, np.nan, np.nan, np.nan]),
        uncertainty=np.array([np.nan, 0.1, *[np.nan] * 6], np.float32),
        unit=np.array(["km2", "km2", "", "m", "km2", "", "", ""], dtype=object),
        comparison=np.array(["<=", "<=", "", "<=", "<=", "", "", ""], dtype=object),
        related=np.array([-1, 1, -1, 0, -1, -1, -1, -1]),
        related_layer=np.array(
            [None, "mining_right", None, "mining_right", None, None, None, None], dtype=object
        ),
        law=np.array([None] * 8, dtype=object),
        args=np.array(['{"width": 430.5}', *[None] * 7], dtype=object),
        evidence=(
            Evidence(
                "shortest_line", np.array([1]),
                np.array([shapely.LineString([(111, 39), (111.01, 39)])], dtype=object),
                np.array(["0 m"], dtype=object),
            ),
            Evidence(
                "overlap", np.array([1, 0, 3]),
                np.array([overlap, overlap, shapely.Polygon()], dtype=object),
            ),
        ),
    )  # fmt: skip


def make_results(source="/home/a/rights.gpkg", **changes):
    right = make_schema("mining_right", "licence_no", "矿业权", "Mining rights")
    pond = make_schema("tailings_facility", "facility_no", "尾矿库", "Tailings facilities")
    issues = (
        Issue("warning", "repaired", "mining_right:C1", "要素 C1 已修复", "feature C1 repaired"),
        Issue(
            "error",
            "refused",
            None,
            "applications/new.txt 第 3 行",
            "applications/new.txt 3",
            "applications/new.txt",
        ),
    )
    rights = make_layer(
        right, ["C1", "=cmd()", "-5"], ["青石梁\n矿", "@SUM(1+1)", None], RIGHTS,
        (make_provenance(source, 3), make_provenance("applications/new.txt", 1, "vetted", None)),
        issues, [7, 3, 5],
    )  # fmt: skip
    ponds = make_layer(
        pond, ["W-1"], ["大沟尾矿库"], [shapely.box(111, 39.1, 111.01, 39.11)],
        (make_provenance("postgresql://me:secret@db/gis#ponds", 1),),
    )  # fmt: skip
    findings = make_findings()
    values = {
        "report_id": "11111111-1111-4111-8111-111111111111",
        "created_at": datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC),
        "title": "某县矿区",
        "as_of": DAY,
        "rulebook": make_rulebook(),
        "layers": {"tailings_facility": ponds, "mining_right": rights},
        "subject_layer": np.array(["mining_right"] * 3 + ["tailings_facility"], dtype=object),
        "subject_row": np.array([0, 1, 2, 0]),
        "rule": np.array(
            ["MR101", "MR101", "TF203", "MR101", "MR101", "TF203", "TF203", "TF203"], dtype=object
        ),
        "findings": findings,
        "finding_id": np.arange(8 * 16, dtype=np.uint8).reshape(8, 16),
        "resolved": RESOLVED,
        "law": np.array([1, 1, -1, 0, 1, -1, -1, -1], np.int16),
        "rules": ("MR101", "TF203"),
        "inputs": (make_provenance("workspace.toml", 0),),
    }
    return Results(**{**values, **changes})


def render_stub(results, lang):
    word = "说明" if lang == "zh" else "message"
    return [f"{word} {k}" for k in range(len(results.findings))]


@pytest.fixture
def results(monkeypatch):
    # The wording has its own tests; here only its place in the files matters.
    monkeypatch.setattr(frame_module, "render_all", render_stub)
    return make_results()


@pytest.fixture
def other_run(results):
    """The same inputs judged another day from another folder."""
    return replace(
        make_results("D:\\data\\rights.gpkg"),
        report_id="22222222-2222-4222-8222-222222222222",
        created_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


@pytest.fixture
def many(results):
    """Make a run of ``n`` subjects with one NO_DATA finding each."""

    def make(n):
        right = make_schema("mining_right", "licence_no", "矿业权", "Mining rights")
        x = 100 + 0.001 * np.arange(n)
        shapes = shapely.box(x, 30, x + 0.0005, 30.0005)
        numbers = [f"C{k}" for k in range(n)]
        layer = make_layer(right, numbers, numbers, shapes, (make_provenance("a.gpkg", n),))
        ids = np.zeros((n, 16), np.uint8)
        ids[:, :8] = np.arange(n, dtype=">i8").view(np.uint8).reshape(n, 8)
        table = FindingTable.build(np.arange(n), Verdict.NO_DATA, "layer_missing")
        return replace(
            results,
            layers={"mining_right": layer},
            subject_layer=np.array(["mining_right"] * n, dtype=object),
            subject_row=np.arange(n),
            rule=np.array(["MR101"] * n, dtype=object),
            findings=table,
            finding_id=ids,
            law=np.full(n, -1, np.int16),
        )

    return make
