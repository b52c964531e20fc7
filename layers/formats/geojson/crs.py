"""The coordinate system of a GeoJSON document.

Source: RFC 7946, section 4; the ``crs`` member of the format's 2008 specification is honoured, in
the document and, as that allowed, in features and geometries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyproj

from layers.errors import FormatError
from layers.formats import ogr
from layers.formats.source import refusal

_USUAL = "OGC:CRS84"
_CODE = re.compile(r"EPSG:\d{4,6}|urn:ogc:def:crs:[\w:.]+", re.IGNORECASE)
_OLD_ADDRESS = re.compile(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#(?=\d{4,6}$)")


def stated(
    path: Path, document: dict[str, Any], features: Sequence[dict[str, Any]]
) -> tuple[pyproj.CRS | None, str, bool]:
    """Return the CRS, where it comes from, and whether the file itself names it.

    A member of features or geometries counts where it says what the document says, or where all
    that have coordinates say the same and the document says nothing.

    Raises
    ------
    FormatError
        A member is no name of a system, or two differ.
    """
    crs, note, explicit = _of_document(path, document)
    inner = [(row, _inside(path, row, feature)) for row, feature in enumerate(features, 1)]
    named = [(row, name) for row, name in inner if name is not None]
    if not named or (len(features) == 1 and features[0].get("geometry") is document):
        return crs, note, explicit
    systems = {name: _parsed(path, name) for _, name in named}
    if "crs" not in document:
        with_shape = {row for row, f in enumerate(features, 1) if f.get("geometry") is not None}
        first = named[0][1]
        if with_shape <= {row for row, _ in named}:
            crs, note, explicit = systems[first], f"GeoJSON crs: {first}", True
    for row, name in named:
        if crs is None or not systems[name].equals(crs, ignore_axis_order=True):
            raise _differs(path, row, name, note)
    return crs, note, explicit


def _of_document(path: Path, document: dict[str, Any]) -> tuple[pyproj.CRS | None, str, bool]:
    if "crs" not in document:
        return pyproj.CRS.from_user_input(_USUAL), "GeoJSON: WGS 84 (RFC 7946)", False
    member = document["crs"]
    if member is None or member == {}:
        return None, f'"crs": {"null" if member is None else "{}"}', False
    name = _name(path, member)
    return _parsed(path, name), f"GeoJSON crs: {name}", True


def _inside(path: Path, row: int, feature: dict[str, Any]) -> str | None:
    """Return the system that a feature or a geometry in it names.

    Raises
    ------
    FormatError
        It names two.
    """
    names = list(dict.fromkeys(_name(path, member) for member in _members(feature)))
    if len(names) > 1:
        raise _differs(path, row, names[1], f"crs: {names[0]}")
    return names[0] if names else None


def _members(thing: object) -> Iterator[object]:
    if not isinstance(thing, dict):
        return
    if thing.get("crs"):
        yield thing["crs"]
    yield from _members(thing.get("geometry"))
    parts = thing.get("geometries")
    for part in parts if isinstance(parts, list) else ():
        yield from _members(part)


def _name(path: Path, member: object) -> str:
    kind, properties = member, None
    if isinstance(member, dict):
        kind, properties = member.get("type"), member.get("properties")
    given = properties if isinstance(properties, dict) else {}
    if kind == "name" and isinstance(name := given.get("name"), str):
        return _OLD_ADDRESS.sub("EPSG:", name)
    # Drafts of the specification, and programs of that time, wrote the code by itself.
    if kind == "EPSG" and re.fullmatch(r"\d{4,6}", str(given.get("code"))):
        return f"EPSG:{given['code']}"
    if isinstance(member, str) and _CODE.fullmatch(member):
        return member
    raise refusal(
        path,
        "crs 不是按名称给出（链接等形式不接受）",
        "its crs member gives no name (links are not followed)",
    )


def _parsed(path: Path, name: str) -> pyproj.CRS:
    # A string of PROJ's parameters can name files; a name of a system cannot.
    crs = None if "+" in name else ogr.parse_stated_crs(name)[0]
    if crs is None:
        raise refusal(path, f"crs {name[:60]!r} 不能识别", f"unknown crs {name[:60]!r}")
    return crs


def _differs(path: Path, row: int, name: str, note: str) -> FormatError:
    return refusal(
        path,
        f"第 {row} 个要素注明坐标系 {name[:60]}，与文件其他处（{note[:80]}）不同",
        f"feature {row} names the system {name[:60]}, the rest of the file another ({note[:80]})",
    )
