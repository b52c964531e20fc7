"""GeoJSON written: RFC 7946, degrees to nine places, every field under its own name.

GDAL's own writer joins fields whose names differ by case, shortens numbers, and turns text that
looks like JSON into objects.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.formats.source import Source

_TWO_BYTES = "\u07ff"
"""The last letter of two bytes; a few of those alone might be taken for GBK, and are escaped."""
PLACES = 9
"""Decimals of a degree: 0.1 mm."""


def write_geojson(source: Source, path: Path) -> None:
    """Write the rows of a source in degrees; numbers that are none are null."""
    fields = {name: values.to_pylist() for name, values in source.columns.items()}
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write('{"type": "FeatureCollection", "features": [')
        for row, shape in enumerate(source.geometry):
            feature = {
                "type": "Feature",
                "properties": {name: _value(values[row]) for name, values in fields.items()},
                "geometry": _geometry(shape),
            }
            stream.write(",\n" if row else "\n")
            text = json.dumps(feature, ensure_ascii=False, allow_nan=False)
            stream.write(text if max(text) > _TWO_BYTES else json.dumps(feature))
        stream.write("\n]}\n")


def _value(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _geometry(shape: shapely.Geometry) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda xy: np.round(xy, PLACES))
    # Outer rings run counterclockwise, as the format asks.
    turned = shapely.orient_polygons(rounded, exterior_cw=False)
    return dict(shapely.geometry.mapping(turned))
