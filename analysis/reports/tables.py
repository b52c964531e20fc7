"""The Parquet tables: subjects, findings, evidence. They are the truth of a run.

Nothing in them depends on when, where or by which path a run was made: the same inputs,
rulebook, version and dependencies give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from analysis.model import Objects, Verdict
from analysis.reports.frame import VERDICTS, EvidenceRows, Frame
from analysis.reports.text import public_source
from gis.ragged import Floats
from layers.layer import Provenance

# A viewer filters by bbox, so that groups of rows should be small enough to skip.
ROW_GROUP = 65_536
BBOX = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])


def subjects_table(frame: Frame) -> pa.Table:
    """Return one row per subject; counts are named ``n_fail`` … ``n_not_applicable``.

    ``area_km2`` is null for points and lines; ``bbox`` is EPSG:4490 degrees.
    """
    columns: dict[str, Any] = {
        "subject": pa.array(np.arange(len(frame.feature_id), dtype=np.int32)),
        "feature_id": pa.array(frame.feature_id, pa.string()),
        "source_id": pa.array(frame.source_id, pa.string()),
        "layer": coded(frame.results.subject_layer),
        "name": pa.array(frame.name, pa.string()),
        "verdict": verdict_column(frame.results.subject_verdict),
    }
    for k, verdict in enumerate(VERDICTS):
        columns[f"n_{verdict.name.lower()}"] = pa.array(frame.verdict_counts[:, k])
    columns["area_km2"] = pa.array(frame.area_km2, pa.float64(), from_pandas=True)
    columns["county_code"] = pa.array(frame.county_code, pa.string())
    columns["bbox"] = bbox_column(frame.bounds)
    return pa.table(columns)


def findings_table(frame: Frame) -> pa.Table:
    """Return one row per finding; its metadata key ``minezone`` explains the numbers."""
    f = frame.results.findings
    table = pa.table(
        {
            "finding_id": id_column(frame.results.finding_id),
            "subject": pa.array(f.subject.astype(np.int32)),
            "rule": coded(frame.results.rule),
            "verdict": verdict_column(f.verdict),
            "reason": coded(f.reason),
            "measured": pa.array(_one_nan(f.measured)),
            "threshold": pa.array(_one_nan(f.threshold)),
            "uncertainty": pa.array(_one_nan(f.uncertainty)),
            "unit": coded(f.unit),
            "comparison": coded(f.comparison),
            "related": pa.array(frame.related_snapshot_row),
            "related_layer": coded(f.related_layer),
            "law": pa.array(frame.results.law.astype(np.int16)),
            "args": pa.array(f.args, pa.string()),
        }
    )
    return table.replace_schema_metadata({"minezone": orjson.dumps(metadata(frame))})


def evidence_table(frame: Frame, rows: EvidenceRows) -> pa.Table:
    """Return one row per piece of evidence, as GeoParquet 1.1 (WKB, EPSG:4490).

    Z of a flow path is the ground's elevation.
    """
    columns = {
        "finding_id": id_column(frame.results.finding_id[rows.finding]),
        "role": coded(rows.role),
        "label": pa.array(rows.label, pa.string()),
    }
    return with_geometry(columns, rows.geometry)


def with_geometry(columns: dict[str, Any], geometry: npt.NDArray[np.object_]) -> pa.Table:
    """Return ``columns`` with ``geometry`` (WKB, EPSG:4490) and ``bbox``, as GeoParquet 1.1."""
    bounds = shapely.bounds(geometry).reshape(-1, 4)
    whole = {**columns, "geometry": pa.array(wkb(geometry), pa.binary())}
    table = pa.table({**whole, "bbox": bbox_column(bounds)})
    return table.replace_schema_metadata({"geo": orjson.dumps(_geo(geometry, bounds))})


def write_table(table: pa.Table, path: Path) -> None:
    """Write ``table`` to ``path`` as Parquet."""
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP)


def metadata(frame: Frame) -> dict[str, Any]:
    """Return what a reader needs to resolve ``law``, ``related`` and ``verdict``.

    ``related`` counts through the parts of its layer in the order listed: the registered
    snapshot's rows first, vetted rows after them.
    """
    r = frame.results
    return {
        "jurisdiction": r.rulebook.jurisdiction,
        "as_of": r.as_of.isoformat(),
        "rulebook": {"version": r.rulebook.version, "sha256": r.rulebook.sha256},
        "rules": list(r.rules),
        "verdicts": [v.name for v in VERDICTS],
        "parameters": [
            {
                "rule": p.rule,
                "name": p.name,
                "value": p.value,
                "unit": p.unit,
                "effective_from": p.effective_from.isoformat() if p.effective_from else None,
                "reference": p.reference,
            }
            for p in r.resolved
        ],
        "layers": {
            name: [_part(p) for p in r.layers[name].provenance] for name in sorted(r.layers)
        },
    }


def _part(p: Provenance) -> dict[str, Any]:
    # Only the file's own name: the same data in another folder must give the same bytes.
    name = public_source(p.source).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return {
        "source": name,
        "snapshot": p.snapshot,
        "sha256": p.sha256,
        "rows": p.read - p.refused,
    }


def coded(values: Objects) -> pa.DictionaryArray:
    """Return texts as a dictionary column, its words sorted; None stays null."""
    texts = pa.array(values, pa.string())
    words = pc.unique(texts).drop_null()
    words = words.take(pc.array_sort_indices(words))
    return pa.DictionaryArray.from_arrays(pc.index_in(texts, value_set=words), words)


def verdict_column(verdicts: npt.NDArray[np.int8]) -> pa.DictionaryArray:
    """Return verdicts as a dictionary column, worst first."""
    words = pa.array([v.name for v in VERDICTS], pa.string())
    codes = (int(Verdict.FAIL) - verdicts).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), words)


def id_column(ids: npt.NDArray[np.uint8]) -> pa.Array:
    """Return (n, 16) bytes as a fixed binary[16] column."""
    data = np.ascontiguousarray(ids, np.uint8)
    return pa.Array.from_buffers(pa.binary(16), len(data), [None, pa.py_buffer(data)])


def bbox_column(bounds: Floats) -> pa.StructArray:
    """Return (k, 4) bounds as a struct column."""
    sides = [pa.array(np.ascontiguousarray(bounds[:, k])) for k in range(4)]
    return pa.StructArray.from_arrays(sides, fields=list(BBOX))


def wkb(shapes: Sequence[Any] | npt.NDArray[np.object_]) -> Any:
    """Return little-endian ISO WKB of shapely geometries, Z included."""
    return shapely.to_wkb(shapes, byte_order=1, flavor="iso")


def _one_nan(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    # NaNs differ in sign and payload by the sum that made them; a file must not.
    return np.where(np.isnan(values), values.dtype.type(np.nan), values)


def _geo(geometry: npt.NDArray[np.object_], bounds: Floats) -> dict[str, Any]:
    from pyproj import CRS

    pairs = zip(shapely.get_type_id(geometry).tolist(), shapely.has_z(geometry), strict=True)
    names = sorted(_TYPE_NAMES[kind] + (" Z" if z else "") for kind, z in set(pairs))
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": names,
        "crs": CRS.from_epsg(4490).to_json_dict(),
        "edges": "planar",
        "covering": {"bbox": {side.name: ["bbox", side.name] for side in BBOX}},
    }
    if len(bounds):
        column["bbox"] = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


_TYPE_NAMES = {
    0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
    6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip
