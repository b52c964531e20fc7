"""The page of a file that ``inspect`` read: its features on the map, and how they were read.

No verdict stands on it: nothing was judged. It needs nothing beside it and runs its own scripts
alone, as the page of a result does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from analysis.api import Inspection
from analysis.io import write_bytes
from gis.area import area_m2
from gis.ragged import Kind
from layers.layer import Layer
from webmap import looks, maps
from webmap.cli_text import SEVERITY
from webmap.facts import facts_of
from webmap.result_folder import TooLargeError
from webmap.scene import MOST_SUBJECTS, geojson

Json = dict[str, Any]
# Issues beyond this many are counted; ``inspect --json`` has them all.
MOST_ISSUES = 500


def write(found: Inspection, target: Path, lang: str = "zh") -> None:
    """Write the page of what was read.

    Raises
    ------
    TooLargeError
        There are more features than one page carries.
    OutputError
        The file cannot be written.
    """
    write_bytes(target, maps.page(document(found, lang), maps.LOOK).encode("utf-8"))


def document(found: Inspection, lang: str = "zh") -> Json:
    """Return all that the page shows, as one JSON document: places in EPSG:4490 degrees."""
    layers = list(found.layers.values())
    count = sum(map(len, layers))
    if count > MOST_SUBJECTS:
        raise TooLargeError(
            f"{found.file}：{count} 个要素，一个网页放不下；请用 QGIS 查看",
            f"{found.file}: {count} features are too many for one page; see them in QGIS",
        )
    names = frozenset(layer.name for layer in layers)
    return {
        "title": found.file.name,
        "lang": lang,
        "total": count,
        "notes": list(_notes(layers)),
        "styles": looks.styles_of(names, names),
        "issues": list(_issues(found)),
        "features": [feature for layer in layers for feature in _features(layer)],
        "bounds": _bounds(layers),
    }


def _notes(layers: list[Layer]) -> Iterator[Json | str]:
    """Yield what the file is: formats, systems, and how many rows were read and refused."""
    parts = [part for layer in layers for part in layer.provenance]
    yield from dict.fromkeys(part.format for part in parts)
    yield from dict.fromkeys(part.crs for part in parts)
    read, refused = sum(part.read for part in parts), sum(part.refused for part in parts)
    yield {
        "zh": f"读入 {read} 个要素，拒绝 {refused} 个",
        "en": f"{read} features read, {refused} refused",
    }


def _issues(found: Inspection) -> Iterator[Json]:
    """Yield what reading had to say, the gravest first, and how much of it is left out.

    The page is that of one file: where that lies is not said again in each.
    """
    issues = [issue for layer in found.layers.values() for issue in layer.issues]
    order = sorted(issues, key=lambda issue: list(SEVERITY).index(issue.severity))
    for issue in order[:MOST_ISSUES]:
        word = SEVERITY[issue.severity]
        yield {
            "severity": issue.severity,
            "word": {"zh": word.zh, "en": word.en},
            "text": {
                "zh": issue.zh.removeprefix(f"{found.file}："),
                "en": issue.en.removeprefix(f"{found.file}: "),
            },
        }
    if (rest := len(order) - MOST_ISSUES) > 0:
        yield {
            "severity": "info",
            "word": "…",
            "text": {"zh": f"另有 {rest} 条", "en": f"{rest} more"},
        }


def _features(layer: Layer) -> Iterator[Json]:
    """Yield features as the page draws and names them, with their values."""
    columns = [c.name for c in layer.schema.columns]
    rows = layer.table.select(columns).to_pylist()
    outline = layer.shapes.kinds == Kind.POLYGON
    areas = np.where(outline, area_m2(layer.shapes), np.nan) / 1e6
    texts = geojson(layer.geometry)
    ids, numbers = layer.feature_id, layer.source_id
    for row, values in enumerate(rows):
        yield {
            "layer": layer.name,
            "id": ids[row],
            "name": values["name"],
            "number": numbers[row],
            "area_km2": float(areas[row]) if outline[row] else None,
            "facts": facts_of(layer.name, values),
            "geometry": orjson.loads(texts[row]),
        }


def _bounds(layers: list[Layer]) -> list[float]:
    """Return west, south, east, north of all features; China where there are none."""
    shapes = np.concatenate([np.empty(0, object), *(layer.geometry for layer in layers)])
    return shapely.total_bounds(shapes).tolist() if len(shapes) else [73.0, 18.0, 135.0, 54.0]
