"""Rows of parsed GeoJSON features: fields and geometries without GDAL.

An upload's body is read by this alone, so that text from outside never reaches GDAL, which
follows links in such documents; files take the same way, so that both give the same rows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from gis.ragged import Shapes
from layers.account import Issue
from layers.formats import ogr

_INT64 = range(-(2**63), 2**63)
_LARGEST = sys.float_info.max
_SCALARS = (str, bool, int, float, type(None))


Record = dict[str, Any]


def fields_of(features: Sequence[Record]) -> list[str]:
    """Return the names of all fields in order of first appearance."""
    return list(dict.fromkeys(name for feature in features for name in _record(feature)))


def rows_of(features: Sequence[Record], fields: Sequence[str], sound: Sequence[bool]) -> ogr.Rows:
    """Return the fields as columns and 2-D geometries, None where not ``sound``.

    A field holds flags, whole numbers, numbers, or text; one that mixes them holds text, each
    value as JSON writes it. Lists and objects are left out with an info issue. A feature's
    own text ``id`` is the field ``id`` where its properties have none.
    """
    records = [_record(feature) for feature in features]
    columns: dict[str, pa.Array] = {}
    issues: list[Issue] = []
    for name in fields:
        values = [record.get(name) for record in records]
        if all(isinstance(v, _SCALARS) for v in values):
            columns[name] = _column(values)
        else:
            zh, en = (
                f"字段 {name} 含有列表或对象，已略去",
                f"field {name} of lists or objects left out",
            )
            issues.append(Issue("info", "column_ignored", None, zh, en))
    return ogr.Rows(columns, _shapes(features, sound), None, tuple(issues))


def _record(feature: Record) -> Record:
    properties = feature.get("properties")
    record = properties if isinstance(properties, dict) else {}
    own = feature.get("id")
    return {"id": own, **record} if isinstance(own, str) else record


def _column(values: list[Any]) -> pa.Array:
    kinds = {type(v) for v in values if v is not None}
    if kinds <= {str}:
        return pa.array(values, pa.string())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(v is None or v in _INT64 for v in values):
        return pa.array(values, pa.int64())
    if kinds <= {int, float} and not any(v is not None and abs(v) > _LARGEST for v in values):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([_text(v) for v in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # of any size
    return orjson.dumps(value).decode()


def open_ring(geometry: Any) -> bool:
    """Return whether a sound polygon geometry has a ring whose ends differ."""
    coordinates = geometry.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(geometry["type"], [])
    return any(ring[:1] != ring[-1:] for rings in polygons for ring in rings)


def _shapes(features: Sequence[Record], sound: Sequence[bool]) -> Shapes:
    texts = np.array(
        [
            orjson.dumps(_flat(feature["geometry"])).decode()
            if good and feature.get("geometry") is not None
            else None
            for feature, good in zip(features, sound, strict=True)
        ],
        dtype=object,
    )
    with np.errstate(invalid="ignore"):
        return np.asarray(shapely.from_geojson(texts, on_invalid="ignore"), dtype=object)


def _flat(geometry: Record) -> Record:
    """Return the geometry without elevations and foreign members."""
    if geometry["type"] == "GeometryCollection":
        return {"type": geometry["type"], "geometries": [_flat(g) for g in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _plane(geometry["coordinates"])}


def _plane(values: list[Any]) -> list[Any]:
    if not values or not isinstance(values[0], list):
        return values[:2]
    if not isinstance(values[0][0] if values[0] else None, list):
        return [position[:2] for position in values]
    return [_plane(part) for part in values]
