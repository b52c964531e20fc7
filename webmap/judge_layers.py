"""Answers about the layers of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from gis.ragged import Bools, Floats, Ints
from layers.catalog import catalog
from layers.frames import Frame
from layers.layer import Layer
from webmap.desk import Desk
from webmap.judge_reports import scene_of
from webmap.scene import VERDICTS

_KINDS = ("point", "line", "polygon")
# Decimals of degrees: 1 mm.
_DECIMALS = 8
_RANK = {verdict.name: k for k, verdict in enumerate(VERDICTS)} | {None: len(VERDICTS)}


def _layers(desk: Desk, question: dict[str, Any]) -> Frame:
    names = sorted(desk.session().workspace.layers)
    return Frame({}, orjson.dumps({"layers": [_summary(desk.layer(name)) for name in names]}))


def _summary(layer: Layer) -> dict[str, Any]:
    bounds, schema = layer.shapes.bounds, layer.schema
    bbox = None
    if len(bounds):
        bbox = [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()]
    found = [i.severity for i in layer.issues]
    return {
        "name": layer.name,
        "title": {"zh": schema.zh, "en": schema.en},
        "geometry": [k for k in _KINDS if k in {kind.name.lower() for kind in schema.kinds}],
        "features": len(layer),
        "refused": len(layer.refused),
        "bbox": bbox,
        "coverage_stated": layer.coverage is not None,
        "warnings": found.count("warning"),
        "errors": found.count("error"),
        "columns": [
            {"name": c.name, "title": {"zh": c.zh, "en": c.en}, "unit": c.unit, "type": c.dtype}
            for c in schema.columns
        ],
    }


def _features(desk: Desk, question: dict[str, Any]) -> Frame:
    """Return GeoJSON of the features in a box, ``limit`` of them from number ``after`` on.

    In the order of the file, or worst verdict first where ``judged`` names the folder of the
    judged workspace: then each feature has its verdict.
    """
    if question["layer"] not in catalog():
        desk.layer("")  # not found, like a layer that the workspace lacks
    layer = desk.layer(question["layer"])
    rows = np.flatnonzero(_within(layer.shapes.bounds, question["bbox"]))
    verdicts = _verdicts(layer, rows, question["judged"])
    if verdicts:
        rows = np.array(sorted(rows.tolist(), key=lambda row: _RANK[verdicts[row]]), np.int64)
    chosen = rows[question["after"] :][: question["limit"]]
    following = question["after"] + len(chosen)
    left = following < len(rows)
    document = {
        "type": "FeatureCollection",
        "coordinate_system": "EPSG:4490",
        "layer": layer.name,
        "numberMatched": len(rows),
        "numberReturned": len(chosen),
        "truncated": left,
        "next": following if left else None,
        "features": _geojson(layer, chosen, question["tolerance"], verdicts),
    }
    return Frame({"next": document["next"]}, orjson.dumps(document))


def _verdicts(layer: Layer, rows: Ints, judged: str | None) -> dict[int, str | None]:
    """Return the verdict of each row, None where it was not judged; nothing if none are asked."""
    if judged is None:
        return {}
    whole = scene_of(judged)
    found = {s["subject_id"]: s["verdict"] for s in whole.report["subjects"]}
    ids = layer.feature_id[rows].tolist()
    return {row: found.get(name) for row, name in zip(rows.tolist(), ids, strict=True)}


def _within(bounds: Floats, bbox: list[float] | None) -> Bools:
    if bbox is None:
        return np.ones(len(bounds), np.bool_)
    west, south, east, north = bbox
    return np.asarray(
        (bounds[:, 0] <= east)
        & (bounds[:, 2] >= west)
        & (bounds[:, 1] <= north)
        & (bounds[:, 3] >= south),
        np.bool_,
    )


def _geojson(
    layer: Layer, rows: Ints, tolerance: float, verdicts: dict[int, str | None]
) -> list[dict[str, Any]]:
    shapes = layer.shapes.take(rows).to_shapely()
    if tolerance > 0:
        shapes = shapely.simplify(shapes, tolerance)
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, _DECIMALS))
    texts = shapely.to_geojson(shapely.orient_polygons(shapes))
    records = layer.table.take(pa.array(rows)).to_pylist()
    return [
        {
            "type": "Feature",
            "id": record["feature_id"],
            "geometry": orjson.loads(text),
            "properties": {k: v for k, v in record.items() if v is not None},
            **({"verdict": verdicts[row]} if verdicts else {}),
        }
        for record, text, row in zip(records, texts, rows.tolist(), strict=True)
    ]


HANDLERS: dict[str, Callable[[Desk, dict[str, Any]], Frame]] = {
    "layers": _layers,
    "features": _features,
}
