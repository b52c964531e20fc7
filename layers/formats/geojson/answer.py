"""What a server's answer in GeoJSON says of itself: how many features it holds, whether all.

Source: OGC 17-069r4 (OGC API - Features 1.0), 7.15.5 and 7.16 (``numberMatched``,
``numberReturned``, ``links``); GeoServer's WFS (``totalFeatures``); Esri's REST interface
(``exceededTransferLimit``, at the root or among its ``properties``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers.formats import partial
from layers.formats.source import refusal

_NOWHERE = ("", "")
_MATCHED = ("numberMatched", "totalFeatures")
_HELD = "numberReturned"
_PAGES = ("next", "prev", "previous")


def check(path: Path, document: dict[str, Any], held: int) -> None:
    """Refuse a collection that says it is a part, or holds another number than it says.

    A zero beside features is what servers write that send them before they are counted.
    """
    stated = _number(document, _HELD)
    if stated and stated != held:
        raise partial.of_another_number(path, _NOWHERE, _HELD, stated, held)
    counted = [(name, n) for name in _MATCHED if (n := _number(document, name))]
    for name, matched in counted:
        if matched > held:
            raise partial.of_more(path, _NOWHERE, name, matched, held)
    properties = document.get("properties")
    if any(
        isinstance(place, dict) and place.get("exceededTransferLimit") is True
        for place in (document, properties)
    ):
        raise partial.limited(path, held)
    pages = list(_pages(document))
    if pages and not counted:
        raise partial.one_page(path, pages, held)


def check_no_esri(path: Path, document: dict[str, Any]) -> None:
    """Refuse Esri's own JSON by its name: it is no GeoJSON, whatever the file is called."""
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    if (
        str(document.get("geometryType", "")).startswith("esriGeometry")
        or "rings" in document
        or "paths" in document
        or (isinstance(first, dict) and "attributes" in first and "type" not in first)
    ):
        raise refusal(
            path,
            "是 Esri JSON，不是 GeoJSON；"
            "请从 ArcGIS 导出为 GeoJSON（服务查询用 f=geojson）或 Shapefile",
            "is Esri JSON, not GeoJSON; export it from ArcGIS as GeoJSON (f=geojson in a query) or "
            "as a Shapefile",
        )


def _number(document: dict[str, Any], name: str) -> int | None:
    """Return a count as written, number or digits, None where it is not stated or not known."""
    value = document.get(name)
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value // 1 else None


def _pages(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and address of the pages before and after."""
    for name in _PAGES:
        link = document.get(name)
        if isinstance(link, str) and link.strip():
            yield name, link
    links = document.get("links")
    for entry in links if isinstance(links, list) else ():
        if not isinstance(entry, dict):
            continue
        name, link = str(entry.get("rel", "")).lower(), entry.get("href")
        if name in _PAGES:
            yield name, link if isinstance(link, str) else ""
