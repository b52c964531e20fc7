"""The two tables that make findings.gpkg look right in QGIS: ``layer_styles``, ``qgis_projects``.

QGIS reads the default style of a table that is opened by itself from the first, and offers the
project of the second when the GeoPackage is opened as a project.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from analysis.reports import geopackage_titles as titles
from analysis.reports.frame import EvidenceRows, Frame
from analysis.reports.qgis_project import PROJECT, ProjectLayer, packed, project_xml
from analysis.reports.qgis_styles import (
    Style,
    evidence_style,
    findings_style,
    qml,
    subjects_style,
)
from gis.ragged import Floats

# As QGIS 3.22 makes them.
_LAYER_STYLES = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
_PROJECTS = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"


def write(
    base: sqlite3.Connection, frame: Frame, rows: EvidenceRows, tables: Sequence[str], lang: str
) -> None:
    """Write both tables for those of the GeoPackage's ``tables`` that hold what can be styled."""
    own = _styles(frame, rows, tables)
    _write_styles(base, own, frame.results.as_of.isoformat(), lang)
    _write_project(base, frame, own)


def _styles(frame: Frame, rows: EvidenceRows, tables: Sequence[str]) -> dict[str, Style]:
    """Return the style of each table; none for subjects that are not areas."""
    dimensions = shapely.get_dimensions(rows.geometry)
    known = {
        "evidence_points": evidence_style("marker", rows.role[dimensions == 0]),
        "evidence_lines": evidence_style("line", rows.role[dimensions == 1]),
        "evidence_areas": evidence_style("fill", rows.role[dimensions == 2]),
    }
    if frame.areal:
        known["findings"] = findings_style()
        known["subjects"] = subjects_style()
    # Uppermost first: what proves lies on what it proves.
    return {table: style for table, style in known.items() if table in tables}


def _write_styles(
    base: sqlite3.Connection, styles: Mapping[str, Style], day: str, lang: str
) -> None:
    """Write one default style per table; ``day`` is the ISO date that each bears."""
    base.execute(_LAYER_STYLES)
    base.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
        "ui, update_time) VALUES ('', '', ?, 'geom', ?, ?, NULL, 1, ?, 'minezone', NULL, ?)",
        [
            (
                table,
                titles.TABLES[table][0].of(lang),
                qml(style),
                titles.table_title(table),
                f"{day}T00:00:00.000Z",
            )
            for table, style in styles.items()
        ],
    )
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "srs_id) VALUES ('layer_styles', 'attributes', 'layer_styles', ?, ?, 0)",
        (titles.STYLES, f"{day}T00:00:00.000Z"),
    )


def _write_project(base: sqlite3.Connection, frame: Frame, styles: Mapping[str, Style]) -> None:
    """Write the project that holds all the tables of ``styles``, uppermost first."""
    # Subjects and evidence show together what findings would draw a second time; their table is
    # there to be read.
    layers = [
        ProjectLayer(table, titles.table_title(table), style, shown=table != "findings")
        for table, style in styles.items()
    ]
    xml = project_xml(titles.project_title(frame.results.title), layers, _extent(frame))
    base.execute(_PROJECTS)
    note = {
        "last_modified_time": f"{frame.results.as_of.isoformat()}T00:00:00",
        "last_modified_user": "minezone",
    }
    base.execute(
        "INSERT INTO qgis_projects (name, metadata, content) VALUES (?, ?, ?)",
        (PROJECT, json.dumps(note), packed(xml)),
    )


def _extent(frame: Frame) -> Floats:
    bounds = frame.bounds
    if not len(bounds):
        return np.full(4, np.nan)
    return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])
