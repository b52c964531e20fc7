"""KML: one layer per folder; the placemarks of the text must all come out of GDAL."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyproj
import shapely

from layers.formats import ogr
from layers.formats.source import Source, digest_file, refusal, row_labels, warning
from layers.layer import Issue

_DRAWING = {"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}
_IGNORED = {
    "NetworkLink": ("网络链接", "network links"),
    "GroundOverlay": ("地面叠加图", "ground overlays"),
    "Model": ("三维模型", "models"),
}


def list_layers(path: Path) -> list[str]:
    """Return the names of all folders that hold placemarks."""
    _count_tags(path)
    return ogr.layer_names(path, path.resolve())


def read(path: Path, layer: str) -> Source:
    """Read one folder; every placemark of the file must be in one of GDAL's layers."""
    tags = _count_tags(path)
    target = path.resolve()
    names = ogr.layer_names(path, target)
    counts = {name: ogr.count_rows(path, target, name) for name in names}
    held = tags.get("Placemark", 0)
    if sum(counts.values()) != held:
        raise refusal(
            path,
            f"有 {held} 个地标，只能读出 {sum(counts.values())} 个",
            f"holds {held} placemarks, {sum(counts.values())} can be read",
        )
    rows = ogr.read_rows(path, target, layer)
    if len(rows.geometry) != counts[layer]:
        raise refusal(
            path,
            f"文件夹 {layer} 有 {counts[layer]} 个地标，读出 {len(rows.geometry)} 个",
            f"folder {layer} has {counts[layer]} placemarks, {len(rows.geometry)} were read",
        )
    columns = {
        name: values
        for name, values in rows.columns.items()
        if name not in _DRAWING and values.null_count < len(values)
    }
    return Source(
        path=path,
        format="KML",
        layer=layer,
        sha256=digest_file(path),
        encoding=None,
        crs=pyproj.CRS.from_user_input("OGC:CRS84"),
        crs_note="KML: WGS 84 (OGC 12-007r2)",
        declared=len(rows.geometry),
        columns=columns,
        geometry=shapely.force_2d(rows.geometry),
        labels=row_labels(len(rows.geometry)),
        issues=(*rows.issues, *_ignored(tags)),
    )


def _count_tags(path: Path) -> dict[str, int]:
    """Return how often each element occurs; entities are refused before the text is parsed."""
    raw = path.read_bytes()
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", raw, re.IGNORECASE):
        raise refusal(path, "含有 DOCTYPE，不予读取", "has a DOCTYPE, which is not read")
    counts: dict[str, int] = {}
    try:
        for element in ElementTree.fromstring(raw).iter():
            tag = element.tag.rsplit("}", 1)[-1]
            counts[tag] = counts.get(tag, 0) + 1
    except (ElementTree.ParseError, ValueError) as error:
        raise refusal(path, f"不是合法的 XML：{error}", f"is not valid XML: {error}") from error
    if "kml" not in counts:
        raise refusal(path, "不是 KML（没有 kml 元素）", "is not KML (no kml element)")
    return counts


def _ignored(tags: dict[str, int]) -> list[Issue]:
    return [
        warning("kml_ignored", None, f"忽略了 {tags[tag]} 个{zh}", f"{tags[tag]} {en} were ignored")
        for tag, (zh, en) in _IGNORED.items()
        if tags.get(tag)
    ]
