"""The JSON Schema of report.json; ``python -m analysis.reports.schema`` writes it to docs/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson

from analysis.reports.frame import ROLES, VERDICTS
from analysis.reports.report_json import MOST_FINDINGS, SCHEMA_VERSION

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
NUMBER: Json = {"type": "number"}
NUMBER_OR_NULL: Json = {"type": ["number", "null"]}
COUNT: Json = {"type": "integer", "minimum": 0}
DAY: Json = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
SHA256: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
VERDICT: Json = {"enum": [v.name for v in VERDICTS]}


def schema() -> Json:
    """Return the schema (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:minezone:report:{SCHEMA_VERSION}",
        "title": "minezone report",
        "description": "判定报告：输入、判定对象、判定结果、依据。"
        " A run of minezone: inputs, subjects, findings and what they rest on.",
        **_object(
            schema_version={"const": SCHEMA_VERSION},
            report_id=_said(TEXT, "随机生成。 Random; nothing else depends on it."),
            created_at=_said(
                {"type": "string", "format": "date-time", "pattern": "Z$"},
                "运行开始时刻（UTC）。 Start of the run, UTC.",
            ),
            as_of=_said(DAY, "适用法律的日期。 The day whose law was applied."),
            jurisdiction={"type": "string", "pattern": r"^CN(-\d{2,6})?$"},
            complete=_said(
                {"type": "boolean"},
                f"超过 {MOST_FINDINGS} 条时为 false，结果见 findings.parquet。"
                f" False above {MOST_FINDINGS} findings, which are then in findings.parquet only.",
            ),
            tool=_object(name=TEXT, version=TEXT),
            rulebook=_object(version=TEXT, sha256=TEXT),
            inputs=_list(_input()),
            subjects=_list(_subject()),
            findings=_list(_finding()),
            references=_map(_reference()),
            counts=_map(_counts()),
            tables=_list(_object(file=TEXT, rows=COUNT, sha256=SHA256)),
            errors=_list(TEXT),
        ),
    }


def dumps() -> bytes:
    """Return the schema as it is published."""
    return orjson.dumps(schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _input() -> Json:
    issue = _object(
        severity={"enum": ["error", "warning", "info"]},
        code=TEXT,
        feature=TEXT_OR_NULL,
        message=_said(TEXT, "中文 / English"),
    )
    return _said(
        _object(
            role={"enum": ["workspace", "vetted"]},
            source=TEXT,
            sha256=TEXT,
            crs=TEXT,
            transformation=TEXT,
            coverage=TEXT_OR_NULL,
            declared=COUNT,
            read=COUNT,
            repaired=COUNT,
            refused=COUNT,
            issues=_list(issue),
        ),
        "声明数 = 读取数 = 保留数 + 拒收数。 declared = read = kept + refused.",
    )


def _subject() -> Json:
    return _object(
        subject_id=TEXT,
        layer=TEXT,
        feature_id=TEXT,
        source_id=TEXT,
        name=TEXT_OR_NULL,
        verdict=VERDICT,
        counts=_counts(),
        area_km2=NUMBER_OR_NULL,
    )


def _finding() -> Json:
    measured = _object(value=NUMBER, unit=TEXT, uncertainty=NUMBER_OR_NULL)
    threshold = _object(value=NUMBER, unit=TEXT, comparison=TEXT)
    return _object(
        finding_id={"type": "string", "pattern": "^[0-9a-f]{32}$"},
        rule={"type": "string", "pattern": r"^[A-Z]{2}\d{3}$"},
        subject_id=TEXT,
        verdict=VERDICT,
        reason=TEXT,
        message=_object(zh=TEXT, en=TEXT),
        measured=_or_null(measured),
        threshold=_or_null(threshold),
        related=_list(_object(layer=TEXT, feature_id=TEXT, source_id=TEXT, name=TEXT_OR_NULL)),
        evidence=_list(
            _object(role={"enum": sorted(ROLES)}, label=TEXT_OR_NULL, geometry=_geometry())
        ),
        reference_ids=_list(TEXT),
    )


def _reference() -> Json:
    return _object(instrument=TEXT, article=TEXT, quote=TEXT, jurisdiction=TEXT, effective_from=DAY)


def _counts() -> Json:
    return _object(**{v.name: COUNT for v in VERDICTS})


def _geometry() -> Json:
    """Return GeoJSON geometries; coordinates are longitude and latitude, EPSG:4490."""
    position: Json = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
    profile = _said(
        _list({**position, "minItems": 3, "maxItems": 3}, 2),
        "下泄流径：第三个数为地面高程（米）。"
        " A flow path: the third number is the ground's elevation, metres.",
    )
    line, ring = _list(position, 2), _list(position, 4)
    shapes = {
        "Point": position,
        "LineString": {"anyOf": [line, profile]},
        "Polygon": _list(ring, 1),
        "MultiPoint": _list(position),
        "MultiLineString": _list(line),
        "MultiPolygon": _list(_list(ring, 1)),
    }
    simple = [_object(type={"const": name}, coordinates=c) for name, c in shapes.items()]
    collection = _object(type={"const": "GeometryCollection"}, geometries=_list({"anyOf": simple}))
    return {"anyOf": [*simple, collection]}


def _object(**properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _map(items: Json) -> Json:
    return {"type": "object", "additionalProperties": items}


def _list(items: Json, least: int = 0) -> Json:
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def _or_null(item: Json) -> Json:
    return {"anyOf": [item, {"type": "null"}]}


def _said(item: Json, description: str) -> Json:
    return {**item, "description": description}


def main(path: str = "docs/report.schema.json") -> None:
    """Write the schema to ``path``."""
    Path(path).write_bytes(dumps())


if __name__ == "__main__":
    main(*sys.argv[1:2])
