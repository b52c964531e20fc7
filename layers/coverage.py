"""Whether a layer lies where it is said to be complete, or anywhere near the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely

from gis.ragged import Ragged
from layers.account import Issue
from layers.issues import warning
from layers.layer import Layer

# About 100 m: neighbours draw their common border no better, and a river may be that border.
SLACK_DEG = 0.001
# About 10 km. A wrong zone or another county is farther off; sparse neighbours may be near it.
APART_DEG = 0.1
_AT_ONCE = 4_096

NOWHERE = Ragged.concat([])
"""The coverage of a layer that is complete nowhere."""


def holds_one(coverage: Ragged, shapes: Ragged) -> bool:
    """Return whether one of ``shapes`` lies in the coverage, touches it or all but does."""
    area = shapely.union_all(coverage.to_shapely())
    west, south, east, north = shapely.buffer(shapely.box(*area.bounds), SLACK_DEG).bounds
    low, high = shapes.bounds[:, :2], shapes.bounds[:, 2:]
    apart = (high < (west, south)).any(axis=1) | (low > (east, north)).any(axis=1)
    near = np.flatnonzero(~apart)
    shapely.prepare(area)
    # The first few tell of nearly every layer.
    return any(
        shapely.dwithin(area, shapes.take(near[at : at + _AT_ONCE]).to_shapely(), SLACK_DEG).any()
        for at in range(0, len(near), _AT_ONCE)
    )


def astray(file: str, rows: int, coverage: str) -> Issue:
    """Return the warning about a layer none of whose ``rows`` lies within its coverage."""
    return warning(
        "layer_astray",
        f"{file}：{rows} 个要素无一位于所声明的完整范围（coverage = {coverage}）之内，"
        "不能据以认定没有冲突；是带号（坐标系）有误，还是放错了文件？",
        f"{file}: none of {rows} features lies within the stated coverage ({coverage}), so that "
        "nothing can be told from its silence; is the zone (CRS) wrong, or the file another?",
    )


def with_those_apart_told(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return the layers; one that lies nowhere near any other says so.

    Asked of registered rows where it is not stated in what area they are complete: all that a
    wrong zone can be told by.
    """
    boxes = {name: box for name, layer in layers.items() if (box := _box(layer)) is not None}
    out = dict(layers)
    for name, box in boxes.items():
        others = [other for key, other in boxes.items() if key != name]
        if layers[name].coverage is None and others and not shapely.intersects(box, others).any():
            out[name] = replace(
                layers[name], issues=(*layers[name].issues, _apart(layers[name], box))
            )
    return out


def _box(layer: Layer) -> shapely.Polygon | None:
    """Return what the registered rows span and half the distance that sets layers apart."""
    own = np.array([p.role == "workspace" for p in layer.provenance], bool)[layer.part]
    if not own.any() or layer.astray:
        return None
    bounds = layer.shapes.bounds[own]
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return shapely.box(*(low - APART_DEG / 2), *(high + APART_DEG / 2))


def _apart(layer: Layer, box: shapely.Polygon) -> Issue:
    source = next(p.source for p in layer.provenance if p.role == "workspace")
    x, y = box.centroid.coords[0]
    said = warning(
        "layer_apart",
        f"{source}：要素在东经 {x:.2f}°、北纬 {y:.2f}° 一带，附近没有其他图层的要素；"
        "是带号（坐标系）有误，还是放错了文件？可用 coverage 声明数据的完整范围",
        f"{source}: the features lie about {x:.2f}° E {y:.2f}° N, no other layer near them; is the "
        "zone (CRS) wrong, or the file another? State by coverage where the data are complete",
    )
    return replace(said, source=source)
