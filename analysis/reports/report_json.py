"""report.json: the whole run in one document, for machines and for the map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import shapely

from analysis.model import Verdict
from analysis.reports.columns import finite, shortest
from analysis.reports.frame import VERDICTS, EvidenceRows, Frame
from analysis.reports.text import public_source
from gis.__about__ import __version__
from gis.ragged import Floats, Shapes
from layers.layer import Issue, Layer, Provenance

SCHEMA_VERSION = "1.0"
TOOL = "minezone"
# Above this, findings are only in the Parquet tables.
MOST_FINDINGS = 50_000
# Below this, the document is indented for people.
MOST_INDENTED = 2_000
# Decimals of degrees: 0.1 mm on the ground; of elevations: 1 cm.
DECIMALS, Z_DECIMALS = 9, 2

Json = dict[str, Any]


def build(
    frame: Frame,
    rows: EvidenceRows,
    tables: Sequence[Json],
    errors: Sequence[str] = (),
) -> Json:
    """Return the document; ``tables`` are its entries ``{"file", "rows", "sha256"}``."""
    r = frame.results
    complete = len(r.findings) <= MOST_FINDINGS
    return {
        "schema_version": SCHEMA_VERSION,
        "report_id": r.report_id,
        "created_at": _instant(r.created_at),
        "as_of": r.as_of.isoformat(),
        "jurisdiction": r.rulebook.jurisdiction,
        "complete": complete,
        "tool": {"name": TOOL, "version": __version__},
        "rulebook": {"version": r.rulebook.version, "sha256": r.rulebook.sha256},
        "inputs": _inputs(frame),
        "subjects": _subjects(frame),
        "findings": _findings(frame, rows) if complete else [],
        "references": _references(frame),
        "counts": r.counts(),
        "tables": list(tables),
        "errors": list(errors),
    }


def dumps(document: Json) -> bytes:
    """Return the document as UTF-8 JSON, always the same bytes for the same content."""
    indented = len(document["findings"]) < MOST_INDENTED
    option = orjson.OPT_INDENT_2 if indented and document["complete"] else 0
    return orjson.dumps(document, option=option | orjson.OPT_APPEND_NEWLINE)


def _instant(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- inputs --------------------------------------------------------------------------------


def _inputs(frame: Frame) -> list[Json]:
    r = frame.results
    out = [_input(p, []) for p in r.inputs]
    for name in sorted(r.layers):
        out += _layer_inputs(r.layers[name])
    return out


def _layer_inputs(layer: Layer) -> list[Json]:
    """Return one entry per source; every issue of the layer stands under exactly one."""
    entries = [_input(p, []) for p in layer.provenance]
    if entries:
        for issue in layer.issues:
            entries[_source_of(issue, layer.provenance)]["issues"].append(
                {
                    "severity": issue.severity,
                    "code": issue.code,
                    "feature": issue.feature,
                    "message": issue.message,
                }
            )
    return entries


def _source_of(issue: Issue, sources: Sequence[Provenance]) -> int:
    """Return the source that the issue is about; a layer of one source signs none of them."""
    return next((k for k, p in enumerate(sources) if p.source == issue.source), 0)


def _input(p: Provenance, issues: list[Json]) -> Json:
    return {
        "role": p.role,
        "source": public_source(p.source),
        "sha256": p.sha256,
        "crs": p.crs,
        "transformation": p.transformation,
        "coverage": p.coverage,
        "declared": p.declared,
        "read": p.read,
        "repaired": p.repaired,
        "refused": p.refused,
        "issues": issues,
    }


# -- subjects ------------------------------------------------------------------------------


def _subjects(frame: Frame) -> list[Json]:
    r = frame.results
    words = [v.name for v in VERDICTS]
    columns = zip(
        r.subject_layer.tolist(),
        frame.feature_id.tolist(),
        frame.source_id.tolist(),
        frame.name.tolist(),
        r.subject_verdict.tolist(),
        frame.verdict_counts.tolist(),
        finite(frame.area_km2),
        strict=True,
    )
    return [
        {
            "subject_id": feature,
            "layer": layer,
            "feature_id": feature,
            "source_id": source,
            "name": name,
            "verdict": Verdict(verdict).name,
            "counts": dict(zip(words, counts, strict=True)),
            "area_km2": area,
        }
        for layer, feature, source, name, verdict, counts, area in columns
    ]


# -- findings ------------------------------------------------------------------------------


def _findings(frame: Frame, rows: EvidenceRows) -> list[Json]:
    r, f = frame.results, frame.results.findings
    evidence = _evidence(rows, len(f))
    related = _related(frame)
    subject = frame.feature_id[f.subject].tolist()
    zh, en = frame.messages("zh"), frame.messages("en")
    measured, threshold = finite(f.measured), finite(f.threshold)
    uncertainty = finite(shortest(f.uncertainty))
    return [
        {
            "finding_id": frame.finding_hex[k],
            "rule": r.rule[k],
            "subject_id": subject[k],
            "verdict": Verdict(f.verdict[k]).name,
            "reason": f.reason[k],
            "message": {"zh": zh[k], "en": en[k]},
            "measured": _measured(measured[k], f.unit[k], uncertainty[k]),
            "threshold": _threshold(threshold[k], f.unit[k], f.comparison[k]),
            "related": related[k],
            "evidence": evidence[k],
            "reference_ids": list(frame.citations.ids[frame.citations.of[k]]),
        }
        for k in range(len(f))
    ]


def _measured(value: float | None, unit: str, uncertainty: float | None) -> Json | None:
    if value is None:
        return None
    return {"value": value, "unit": unit, "uncertainty": uncertainty}


def _threshold(value: float | None, unit: str, comparison: str) -> Json | None:
    if value is None:
        return None
    return {"value": value, "unit": unit, "comparison": comparison}


def _related(frame: Frame) -> list[list[Json]]:
    f = frame.results.findings
    out: list[list[Json]] = [[] for _ in range(len(f))]
    for k in np.flatnonzero(f.related >= 0).tolist():
        out[k].append(
            {
                "layer": f.related_layer[k],
                "feature_id": frame.related_feature_id[k],
                "source_id": frame.related_source_id[k],
                "name": frame.related_name[k],
            }
        )
    return out


def _evidence(rows: EvidenceRows, n: int) -> list[list[Json]]:
    out: list[list[Json]] = [[] for _ in range(n)]
    if not len(rows.finding):
        return out
    # RFC 7946 wants shells anticlockwise.
    texts = shapely.to_geojson(shapely.orient_polygons(_rounded(rows.geometry)))
    columns = zip(
        rows.finding.tolist(), rows.role.tolist(), rows.label.tolist(), texts, strict=True
    )
    for finding, role, label, text in columns:
        out[finding].append({"role": role, "label": label, "geometry": orjson.loads(text)})
    return out


def _rounded(shapes: Shapes) -> Shapes:
    out = shapes.copy()
    for deep in (False, True):
        at = shapely.has_z(shapes) == deep
        out[at] = shapely.transform(shapes[at], _round, include_z=deep)
    return out


def _round(xyz: Floats) -> Floats:
    return np.hstack([np.round(xyz[:, :2], DECIMALS), np.round(xyz[:, 2:], Z_DECIMALS)])


def _references(frame: Frame) -> Json:
    return {
        key: {
            "instrument": ref.instrument,
            "article": ref.article,
            "quote": ref.quote,
            "jurisdiction": ref.jurisdiction,
            "effective_from": ref.effective_from.isoformat(),
        }
        for key, ref in frame.citations.references.items()
    }
