"""Rows of parsed GeoJSON features: fields and geometries without GDAL.

An upload's body is read by this alone, so that text from outside never reaches GDAL, which
follows links in such documents; files take the same way, so that both give the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from gis.ragged import Ints, Shapes
from layers.account import Issue
from layers.formats import ogr
from layers.formats.source import row_labels
from layers.issues import info, label_en, warning

EXACT = 2**53
"""Whole numbers from here on are not all floats."""
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it is written, which no float or whole number of the machine holds."""

    text: str


_SCALARS = (str, bool, int, float, Literal, type(None))
Record = dict[str, Any]


def records_of(features: Sequence[Record]) -> list[Record]:
    """Return the properties of each feature.

    The features' own ``id`` is the field ``id`` where the properties of none have one.
    """
    records = [feature.get("properties") or {} for feature in features]
    if any("id" in record for record in records):
        return records
    owns = [feature.get("id") for feature in features]
    pairs = zip(owns, records, strict=True)
    return [record if own is None else {"id": own, **record} for own, record in pairs]


def fields_of(records: Sequence[Record]) -> list[str]:
    """Return the names of all fields in order of first appearance."""
    return list(dict.fromkeys(name for record in records for name in record))


def rows_of(
    features: Sequence[Record],
    records: Sequence[Record],
    fields: Sequence[str],
    sound: Sequence[bool],
) -> ogr.Rows:
    """Return the fields as columns and 2-D geometries, None where not ``sound``.

    A field holds flags, whole numbers, numbers, or text; one that mixes them holds text, each
    value as JSON writes it, and so does one whose numbers are too large for the machine's. Lists
    and objects are not read; a field that holds nothing else is left out.
    """
    columns: dict[str, pa.Array] = {}
    lost: dict[str, Ints] = {}
    issues: list[Issue] = []
    for name in fields:
        values = [record.get(name) for record in records]
        nested = np.flatnonzero([not isinstance(v, _SCALARS) for v in values])
        if len(nested):
            lost[name] = nested
            held = sum(v is not None for v in values)
            issues.append(_nested(name, nested, whole=len(nested) == held))
            if len(nested) == held:
                continue
        columns[name] = _column([v if isinstance(v, _SCALARS) else None for v in values])
    return ogr.Rows(columns, _shapes(features, sound), None, tuple(issues), lost)


def _nested(name: str, rows: Ints, *, whole: bool) -> Issue:
    """Tell of a field that is left out, or of the rows in which it is not read."""
    if whole:
        zh = f"字段 {name} 含有列表或对象，已略去"
        return info("column_ignored", zh, f"field {name} of lists or objects left out")
    label = row_labels(int(rows[0]) + 1)[-1]
    return warning(
        "bad_value",
        f"{label}等 {len(rows)} 行：字段 {name} 是列表或对象，不是单个的值，按空值",
        f"{label_en(label)}, {len(rows)} in all: {name} holds a list or object, no single value; "
        "taken as null",
        label,
    )


def _column(values: list[Any]) -> pa.Array:
    kinds = {type(v) for v in values if v is not None}
    if kinds <= {str}:
        return pa.array(values, pa.string())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(v is None or v in _INT64 for v in values):
        return pa.array(values, pa.int64())
    if kinds == {float} or (kinds == {int, float} and all(map(_is_exact, values))):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([_text(v) for v in values], pa.string())


def _is_exact(value: float | None) -> bool:
    """Return whether a number keeps its digits as a float."""
    return not isinstance(value, int) or abs(value) <= EXACT


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Literal):
        return value.text
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
