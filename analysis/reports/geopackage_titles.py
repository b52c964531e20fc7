"""Titles of the GeoPackage's tables and columns, in Chinese and English."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from analysis.law import Text
from analysis.style import VERDICT_STYLES

TABLES = {
    "subjects": (
        Text("判定对象", "Subjects"),
        Text("每个判定对象一行，附各结论的条数", "One row per subject, with its verdicts counted"),
    ),
    "findings": (
        Text("判定结果", "Findings"),
        Text(
            "不符合、待核、缺数据的判定结果；图形为证据范围，无证据时为对象范围",
            "Findings that fail, need review or lack data; drawn as evidence, else as the subject",
        ),
    ),
    "evidence_areas": (
        Text("证据（面）", "Evidence, areas"),
        Text("重叠、越界等范围", "Overlaps, parts outside and other areas"),
    ),
    "evidence_lines": (
        Text("证据（线）", "Evidence, lines"),
        Text("最短距离线、流径等", "Shortest lines, flow paths and other lines"),
    ),
    "evidence_points": (
        Text("证据（点）", "Evidence, points"),
        Text("证据所在的点", "Points of evidence"),
    ),
}

COLUMNS = {
    "subject": Text("对象行号", "Subject row"),
    "feature_id": Text("要素标识", "Feature id"),
    "source_id": Text("编号", "Number"),
    "name": Text("名称", "Name"),
    "layer": Text("图层代码", "Layer code"),
    "layer_title": Text("图层", "Layer"),
    "verdict": Text("结论代码", "Verdict code"),
    "verdict_label": Text("结论", "Verdict"),
    "decided": Text("已判最差结论", "Worst decided verdict"),
    "area_km2": Text("面积（km²）", "Area (km²)"),
    "county_code": Text("县级行政区代码", "County code"),
    "finding_id": Text("结果标识", "Finding id"),
    "rule": Text("规则", "Rule"),
    "rule_title": Text("规则名称", "Rule title"),
    "reason": Text("理由代码", "Reason code"),
    "message": Text("说明", "Message"),
    "measured": Text("量测值", "Measured"),
    "threshold": Text("限值", "Threshold"),
    "unit": Text("单位", "Unit"),
    "comparison": Text("应满足的关系", "Relation that must hold"),
    "uncertainty": Text("不确定度（1σ）", "Uncertainty (1σ)"),
    "related_layer": Text("相关图层代码", "Related layer code"),
    "related": Text("相关对象编号", "Related number"),
    "related_name": Text("相关对象名称", "Related name"),
    "article": Text("依据条款", "Article"),
    "quote": Text("条款原文", "Quoted clause"),
    "role": Text("证据类型代码", "Evidence code"),
    "role_label": Text("证据类型", "Evidence"),
    "label": Text("证据说明", "Evidence label"),
    **{
        f"n_{verdict.name.lower()}": Text(f"{style.label.zh}条数", f"{style.label.en}: findings")
        for verdict, style in VERDICT_STYLES.items()
    },
}

STYLES = "QGIS 图层样式 / layer styles for QGIS"
_PROJECT = Text("判定结果", "Findings")

# OGC 12-128r18 (GeoPackage 1.3), annex F.9.
SCHEMA_EXTENSION = (
    """CREATE TABLE gpkg_data_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
        description TEXT, mime_type TEXT, constraint_name TEXT,
        CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
        CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE gpkg_data_column_constraints (
        constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
        min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
        CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
    """INSERT INTO gpkg_extensions
        (table_name, column_name, extension_name, definition, scope) VALUES
        ('gpkg_data_columns', NULL, 'gpkg_schema',
         'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
        ('gpkg_data_column_constraints', NULL, 'gpkg_schema',
         'http://www.geopackage.org/spec/#extension_schema', 'read-write')""",
)


def table_title(table: str) -> str:
    """Return the title of a table, both languages."""
    title = TABLES[table][0]
    return f"{title.zh} {title.en}"


def table_description(table: str) -> str:
    """Return what a table holds, both languages."""
    text = TABLES[table][1]
    return f"{text.zh} / {text.en}"


def project_title(title: str | None) -> str:
    """Return what the QGIS project is called: the workspace's title and what is shown."""
    return " · ".join(filter(None, (title, f"{_PROJECT.zh} {_PROJECT.en}")))


def write_column_titles(base: sqlite3.Connection, tables: Iterable[str], lang: str) -> None:
    """Give columns the titles that QGIS shows; the key and the geometry have none."""
    for statement in SCHEMA_EXTENSION:
        base.execute(statement)
    for table in tables:
        names = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
        base.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name) VALUES (?, ?, ?)",
            [(table, c, COLUMNS[c].of(lang)) for c in names if c in COLUMNS],
        )
