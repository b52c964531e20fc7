"""findings.gpkg: subjects, open findings and their evidence as tables that QGIS opens.

Table and column names are contracts in English; titles that people read stand beside them, in
``gpkg_contents`` for tables and in ``gpkg_data_columns`` (GeoPackage schema extension) for columns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from analysis.io import OutputError
from analysis.model import Objects, Verdict
from analysis.reports import geopackage_titles as titles
from analysis.reports import qgis_tables
from analysis.reports.frame import EvidenceRows, Frame
from analysis.reports.tables import wkb
from analysis.style import ROLE_LABELS, VERDICT_STYLES
from gis.ragged import Ints, Shapes
from layers.formats.gdal_names import written

BATCH = 16_384
CRS = "EPSG:4490"
# Evidence is split by dimension: a QGIS layer has one kind of geometry.
EVIDENCE = {"evidence_areas": 2, "evidence_lines": 1, "evidence_points": 0}
_MULTI = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
_TYPE = {0: "MultiPoint", 1: "MultiLineString", 2: "MultiPolygon"}


def write_geopackage(frame: Frame, rows: EvidenceRows, path: Path, lang: str) -> None:
    """Write the tables to ``path``, which must not exist; all geometry EPSG:4490.

    ``findings`` holds one row per FAIL, REVIEW and NO_DATA; its geometry is the first areal
    evidence of the finding (so that the layer has one kind of geometry), else the subject's
    outline. Lines and points of evidence are in their own tables. Styles and a project for
    QGIS stand beside them.

    Raises
    ------
    OutputError
        GDAL or SQLite could not write.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    try:
        with written(path) as made:
            _write_all(frame, rows, made.place, lang)
    except (
        DataLayerError, DataSourceError, FieldError, GeometryError, sqlite3.Error
    ) as cause:  # fmt: skip
        raise OutputError.of(path, cause) from cause


def _write_all(frame: Frame, rows: EvidenceRows, path: Path, lang: str) -> None:
    with _settings(frame):
        tables = [_write_subjects(frame, path, lang), _write_findings(frame, rows, path, lang)]
        tables += _write_evidence(frame, rows, path, lang)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("PRAGMA synchronous=OFF")
        titles.write_column_titles(base, tables, lang)
        qgis_tables.write(base, frame, rows, tables, lang)


@contextmanager
def _settings(frame: Frame) -> Iterator[None]:
    """Fix GDAL's clock, and spare its flushing: the file is flushed once, before it is renamed.

    The settings are the process's; they are put back afterwards.
    """
    from pyogrio import get_gdal_config_option, set_gdal_config_options

    ours = {
        "OGR_CURRENT_DATE": f"{frame.results.as_of.isoformat()}T00:00:00.000Z",
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
        # A second thread would make the order of pages a matter of timing.
        "OGR_GPKG_ALLOW_THREADED_RTREE": "NO",
    }
    before = {name: get_gdal_config_option(name) for name in ours}
    set_gdal_config_options(ours)
    try:
        yield
    finally:
        set_gdal_config_options(before)


# -- the tables ----------------------------------------------------------------------------


def _write_subjects(frame: Frame, path: Path, lang: str) -> str:
    r = frame.results
    n = len(r.subject_layer)
    columns: dict[str, Any] = {
        "subject": pa.array(np.arange(n, dtype=np.int32)),
        "feature_id": _texts(frame.feature_id),
        "source_id": _texts(frame.source_id),
        "name": _texts(frame.name),
        "layer": _texts(r.subject_layer),
        "layer_title": _texts(_layer_titles(frame, r.subject_layer, lang)),
        "verdict": _words(r.subject_verdict),
        "verdict_label": _words(r.subject_verdict, lang),
        "decided": _words(frame.decided),
    }
    for k, verdict in enumerate(VERDICT_STYLES):
        columns[f"n_{verdict.name.lower()}"] = pa.array(frame.verdict_counts[:, k])
    columns["area_km2"] = _numbers(frame.area_km2)
    columns["county_code"] = _texts(frame.county_code)
    kind, dimension = _common_type(frame)
    _write(path, "subjects", kind, columns, lambda a, b: frame.outlines(np.arange(a, b)), dimension)
    return "subjects"


def _write_findings(frame: Frame, rows: EvidenceRows, path: Path, lang: str) -> str:
    f = frame.results.findings
    at = np.flatnonzero(f.verdict >= Verdict.NO_DATA)
    kind, dimension = _common_type(frame)
    # Where subjects are points or lines, areas would not fit the table's kind.
    fits = shapely.get_dimensions(rows.geometry) == (2 if dimension == 2 else -9)
    areal = np.flatnonzero(fits)
    shown = np.full(len(f), -1, np.int64)
    # The first row wins: evidence stands in the order of what matters most.
    shown[rows.finding[areal][::-1]] = areal[::-1]

    def shapes(start: int, stop: int) -> Shapes:
        part = at[start:stop]
        out = frame.outlines(f.subject[part])
        proven = shown[part] >= 0
        out[proven] = rows.geometry[shown[part][proven]]
        return out

    _write(path, "findings", kind, _finding_columns(frame, at, lang), shapes, dimension)
    return "findings"


def _finding_columns(frame: Frame, at: Ints, lang: str) -> dict[str, Any]:
    r, f = frame.results, frame.results.findings
    subject = f.subject[at]
    return {
        "finding_id": _texts(np.array(frame.finding_hex, dtype=object)[at]),
        "subject": pa.array(subject.astype(np.int32)),
        "source_id": _texts(frame.source_id[subject]),
        "name": _texts(frame.name[subject]),
        "layer": _texts(r.subject_layer[subject]),
        "rule": _texts(r.rule[at]),
        "rule_title": _texts(frame.titles(lang)[at]),
        "verdict": _words(f.verdict[at]),
        "verdict_label": _words(f.verdict[at], lang),
        "reason": _texts(f.reason[at]),
        "message": _texts(np.array(frame.messages(lang), dtype=object)[at]),
        "measured": _numbers(f.measured[at]),
        "threshold": _numbers(f.threshold[at]),
        "unit": _texts(f.unit[at]),
        "comparison": _texts(f.comparison[at]),
        "uncertainty": _numbers(f.uncertainty[at].astype(np.float64)),
        "related_layer": _texts(f.related_layer[at]),
        "related": _texts(frame.related_source_id[at]),
        "related_name": _texts(frame.related_name[at]),
        "article": _texts(frame.citations.article()[at]),
        "quote": _texts(frame.citations.quote()[at]),
    }


def _write_evidence(frame: Frame, rows: EvidenceRows, path: Path, lang: str) -> list[str]:
    dimensions = shapely.get_dimensions(rows.geometry)
    written = []
    for table, dimension in EVIDENCE.items():
        at = np.flatnonzero(dimensions == dimension)
        if len(at):
            columns = _evidence_columns(frame, rows, at, lang)
            kind = _TYPE[dimension]
            _write(
                path, table, kind, columns, lambda a, b, at=at: rows.geometry[at[a:b]], dimension
            )
            written.append(table)
    return written


def _evidence_columns(frame: Frame, rows: EvidenceRows, at: Ints, lang: str) -> dict[str, Any]:
    finding = rows.finding[at]
    whole = _finding_columns(frame, finding, lang)
    role_labels = {role: text.of(lang) for role, text in ROLE_LABELS.items()}
    labels = np.array([role_labels[role] for role in rows.role[at].tolist()], dtype=object)
    kept = ("finding_id", "source_id", "name", "layer", "rule", "rule_title", "verdict",
            "verdict_label", "related_layer", "related", "message")  # fmt: skip
    return {
        "role": _texts(rows.role[at]),
        "role_label": _texts(labels),
        "label": _texts(rows.label[at]),
        **{name: whole[name] for name in kept},
    }


# -- columns -------------------------------------------------------------------------------


def _texts(values: Objects) -> pa.Array:
    return pa.array(values, pa.string())


def _numbers(values: Any) -> pa.Array:
    # An infinite measurement (none within reach) has no place in a table for planners.
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _words(verdicts: Any, lang: str | None = None) -> pa.Array:
    words = [VERDICT_STYLES[v].label.of(lang) if lang else v.name for v in Verdict]
    return pa.array(words, pa.string()).take(pa.array(verdicts))


def _layer_titles(frame: Frame, names: Objects, lang: str) -> Objects:
    known = {
        name: layer.schema.en if lang == "en" else layer.schema.zh
        for name, layer in frame.results.layers.items()
    }
    return np.array([known[name] for name in names.tolist()], dtype=object)


# -- writing -------------------------------------------------------------------------------


def _common_type(frame: Frame) -> tuple[str, int | None]:
    """Return the type of the subjects' geometries; ``Unknown``, None where they differ."""
    r = frame.results
    kinds: set[int] = set()
    for name in sorted(set(r.subject_layer.tolist())):
        own = r.subject_row[r.subject_layer == name]
        kinds |= set(np.unique(r.layers[name].shapes.kinds[own]).tolist())
    if len(kinds) > 1:
        return "Unknown", None
    dimension = kinds.pop() if kinds else 2
    return _TYPE[dimension], dimension


def _write(
    path: Path, table: str, kind: str, columns: dict[str, Any], shapes: Any, dimension: int | None
) -> None:
    """Append a table; ``shapes(start, stop)`` gives a batch of its geometries."""
    from pyogrio import write_arrow

    plain = pa.table(columns)
    schema = plain.schema.append(pa.field("geom", pa.binary()))

    def batches() -> Iterator[pa.RecordBatch]:
        for start in range(0, plain.num_rows, BATCH):
            part = plain.slice(start, BATCH)
            flat = shapely.force_2d(shapes(start, start + part.num_rows))
            geometry = wkb(_multi(flat, dimension))
            whole = part.append_column("geom", pa.array(geometry, pa.binary()))
            yield from whole.cast(schema).combine_chunks().to_batches()

    write_arrow(
        pa.RecordBatchReader.from_batches(schema, batches()),
        str(path),
        layer=table,
        driver="GPKG",
        geometry_name="geom",
        geometry_type=kind,
        crs=CRS,
        append=path.exists(),
        # QGIS 3.22 knows no later version of the format.
        dataset_options=None if path.exists() else {"VERSION": "1.3"},
        layer_options={
            "IDENTIFIER": titles.table_title(table),
            "DESCRIPTION": titles.table_description(table),
            "FID": "fid",
            "GEOMETRY_NAME": "geom",
        },
    )


def _multi(shapes: Shapes, dimension: int | None) -> Shapes:
    """Return multi-part geometries: a table of a multi type must hold nothing else."""
    if dimension is None:
        return shapes
    out = shapes.copy()
    single = shapely.get_type_id(shapes) < 4
    if single.any():
        out[single] = _MULTI[dimension](shapes[single][:, None])
    return out
