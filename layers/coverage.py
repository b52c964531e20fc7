"""Whether a layer lies where it is said to be complete, or anywhere near the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely

from gis.ragged import Bools, Ragged
from layers.account import Issue
from layers.issues import warning
from layers.layer import Layer

# About 100 m: neighbours draw their common border no better, and a river may be that border.
SLACK_DEG = 0.001
# About 10 km. A wrong zone or another county is farther off; sparse neighbours may be near it.
APART_DEG = 0.1
# About 100 km. The next zone of 3 degrees is at least 200 km off in China.
FAR_DEG = 1.0
_AT_ONCE = 4_096

NOWHERE = Ragged.concat([])
"""The coverage of a layer that is complete nowhere."""


def holds_one(coverage: Ragged, shapes: Ragged) -> bool:
    """Return whether one of ``shapes`` lies in the coverage, touches it or all but does."""
    area = shapely.union_all(coverage.to_shapely())
    west, south, east, north = shapely.buffer(shapely.box(*area.bounds), SLACK_DEG).bounds
    low, high = shapes.bounds[:, :2], shapes.bounds[:, 2:]
    apart = (high < (west, south)).any(axis=1) | (low > (east, north)).any(axis=1)
    near = shapes.take(np.flatnonzero(~apart))
    return _any_meets(area, near) or _any_beside(area, near)


def _any_meets(area: shapely.Geometry, shapes: Ragged) -> bool:
    shapely.prepare(area)
    # The first few tell of nearly every layer.
    return any(
        shapely.intersects(area, shapes.take(rows).to_shapely()).any()
        for at in range(0, len(shapes), _AT_ONCE)
        for rows in [np.arange(at, min(at + _AT_ONCE, len(shapes)))]
    )


def _any_beside(area: shapely.Geometry, shapes: Ragged) -> bool:
    """Return whether a shape outside the area comes within the slack of its border."""
    xy, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(area)), return_index=True
    )
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    a, b = xy[edge], xy[edge + 1]
    low, high = np.minimum(a, b) - SLACK_DEG, np.maximum(a, b) + SLACK_DEG
    border = shapely.STRtree(shapely.box(*low.T, *high.T))
    rows, edges = border.query(shapely.box(*shapes.bounds.T))
    lines = shapely.linestrings(np.stack([a[edges], b[edges]], axis=1))
    return bool(shapely.dwithin(shapes.to_shapely()[rows], lines, SLACK_DEG).any())


def astray(file: str, rows: int, coverage: str) -> Issue:
    """Return the warning about a layer none of whose ``rows`` lies within its coverage."""
    return warning(
        "layer_astray",
        f"{file}：{rows} 个要素无一位于所声明的完整范围（coverage = {coverage}）之内，"
        "不能据以认定没有冲突；是带号（坐标系）有误，还是放错了文件？",
        f"{file}: none of {rows} features lies within the stated coverage ({coverage}), so that "
        "nothing can be told from its silence; is the zone (CRS) wrong, or the file another?",
    )


def checked(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return the layers of a run; what lies far from all else is told, as a wrong zone puts it.

    No verdict changes: a layer without a stated coverage counts as complete.
    """
    boxes = {name: box for name, layer in layers.items() if (box := _box(layer)) is not None}
    if not boxes:
        return dict(layers)
    near = shapely.union_all([_around(box) for box in boxes.values()])
    out = {}
    for name, layer in layers.items():
        said = _files_apart(layer, near)
        alone = len(boxes) > 1 and not _meets_another(name, boxes) if name in boxes else False
        if alone and layer.coverage is None:
            said.append(_apart(layer, boxes[name]))
        out[name] = replace(layer, issues=(*layer.issues, *said)) if said else layer
    return out


def _box(layer: Layer) -> shapely.Polygon | None:
    """Return what the registered rows span and half the distance that sets layers apart."""
    own = _of_role(layer, "workspace")
    if not own.any() or layer.astray:
        return None
    bounds = layer.shapes.bounds[own]
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return shapely.box(*(low - APART_DEG / 2), *(high + APART_DEG / 2))


def _of_role(layer: Layer, role: str) -> Bools:
    return np.array([p.role == role for p in layer.provenance], bool)[layer.part]


def _meets_another(name: str, boxes: Mapping[str, shapely.Polygon]) -> bool:
    others = [other for key, other in boxes.items() if key != name]
    return bool(shapely.intersects(boxes[name], others).any())


def _around(box: shapely.Polygon) -> shapely.Polygon:
    west, south, east, north = box.bounds
    return shapely.box(west - FAR_DEG, south - FAR_DEG, east + FAR_DEG, north + FAR_DEG)


def _files_apart(layer: Layer, anywhere: shapely.Geometry) -> list[Issue]:
    """Return a warning for each vetted file of which features lie far from all that is known."""
    rows = np.flatnonzero(_of_role(layer, "vetted"))
    far = rows[~shapely.covers(anywhere, shapely.box(*layer.shapes.bounds[rows].T))]
    issues = []
    for part in np.unique(layer.part[far]).tolist():
        own = far[layer.part[far] == part]
        source, (x, y) = layer.provenance[part].source, layer.shapes.centres[own[0]]
        said = warning(
            "file_apart",
            f"{source}：{len(own)} 个要素（如东经 {x:.2f}°、北纬 {y:.2f}°）约 100 km 内没有任何"
            "登记要素，没有冲突不足为凭；坐标系（带号）或工作区是否有误？",
            f"{source}: no registered feature lies within about 100 km of {len(own)} features (one "
            f"is at {x:.2f}° E {y:.2f}° N), so that absence of conflict means little; is the CRS "
            "(zone) wrong, or the workspace another?",
            str(layer.source_id[own[0]]),
        )
        issues.append(replace(said, source=source))
    return issues


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
