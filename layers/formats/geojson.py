"""GeoJSON, read strictly and without GDAL, which calls everything WGS 84 and follows links.

Source: RFC 7946; the ``crs`` member of the format's 2008 specification is honoured.
"""

from __future__ import annotations

import json
import math
import re
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import pyproj
import shapely

from gis.ragged import Shapes
from layers.account import Issue
from layers.errors import FormatError
from layers.formats import ogr
from layers.formats.encoding import read_text
from layers.formats.geojson_rows import fields_of, open_ring, rows_of
from layers.formats.source import Source, digest_file, refusal, row_labels

_DEPTH = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
_DEEPEST = 64
_MOST_FIELDS = 1_000
_NO_DEGREES = 1_000  # what is larger was never meant as an angle
# Escapes one by one, so that a backslash written twice begins none; group 1: half a pair.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_GEOMETRIES = {*_DEPTH, "GeometryCollection"}


class _WrongValueError(ValueError):
    """A value that JSON, or GeoJSON, does not allow."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read(path: Path, encoding: str | None, crs: pyproj.CRS | None) -> Source:
    """Read a feature collection, one feature or one geometry.

    ``crs`` is the user's word for a file that names none; without it RFC 7946 applies, and
    coordinates that are no degrees are refused.
    """
    text, found = read_text(path, encoding)
    document = _parse(path, text)
    features = _features(path, document)
    stated, note, explicit = _crs(path, document)
    if crs is not None and not explicit:
        stated, note = crs, "由使用者给出 / given by the user"
    fields = fields_of(features)
    if len(fields) > _MOST_FIELDS:
        raise refusal(
            path,
            f"有 {len(fields)} 个字段，超过 {_MOST_FIELDS} 个",
            f"has {len(fields)} fields, more than {_MOST_FIELDS}",
        )
    rows = rows_of(features, fields, [_is_sound(feature.get("geometry")) for feature in features])
    _check_degrees(path, stated, rows.geometry)
    labels = row_labels(len(features))
    stated_shapes = [feature.get("geometry") is not None for feature in features]
    lost = np.flatnonzero(shapely.is_missing(rows.geometry) & np.array(stated_shapes, bool))
    broken = [_lost(labels[k], features[k]["geometry"]) for k in lost.tolist()]
    return Source(
        path=path,
        format="GeoJSON",
        layer=None,
        sha256=digest_file(path),
        encoding=found,
        crs=stated,
        crs_note=note,
        declared=len(features),
        columns=rows.columns,
        geometry=rows.geometry,
        labels=labels,
        issues=(*rows.issues, *broken),
    )


def _lost(label: str, geometry: Any) -> Issue:
    if _is_sound(geometry) and open_ring(geometry):
        return ogr.open_ring(label)
    return ogr.unreadable_geometry(label)


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        if _depth(text) > _DEEPEST:
            raise RecursionError
        _check_escapes(text)
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite
        )
    except _WrongValueError as error:
        raise refusal(path, error.zh, error.en) from error
    except json.JSONDecodeError as error:
        raise refusal(
            path,
            f"第 {error.lineno} 行第 {error.colno} 字不是合法的 JSON",
            f"line {error.lineno} column {error.colno} is not valid JSON ({error.msg})",
        ) from error
    except ValueError as error:  # Python's bound on the digits of a whole number
        raise refusal(
            path, "含有位数过多的整数", "holds a whole number of too many digits"
        ) from error
    except RecursionError as error:
        raise refusal(path, "JSON 嵌套过深", "JSON is nested too deep") from error
    if not isinstance(document, dict):
        raise refusal(path, "不是 GeoJSON 对象", "is no GeoJSON object")
    return document


def _depth(text: str) -> int:
    """Return how deep brackets stand in one another, texts in quotes left out."""
    bare = re.sub(r"[^\[\]{}]+", "", _QUOTED.sub("", text)).encode("ascii")
    codes = np.frombuffer(bare, np.uint8)
    opens = np.isin(codes, np.frombuffer(b"[{", np.uint8))
    return int(np.cumsum(np.where(opens, 1, -1)).max(initial=0))


def _check_escapes(text: str) -> None:
    if "\\u" in text and any(m.group(1) for m in _ESCAPE.finditer(text)):
        raise _WrongValueError(
            "含有不成对的 Unicode 代理项", "holds half a surrogate pair, which is no text"
        )


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _WrongValueError(f"数值 {text} 超出范围", f"holds {text}, which is out of range")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise _WrongValueError(
            f"键 {twice!r} 在同一对象中出现两次", f"key {twice!r} appears twice in an object"
        )
    return made


def _no_constant(name: str) -> float:
    raise _WrongValueError(f"含有非法数值 {name}", f"holds {name}, which is no JSON number")


def _features(path: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    kind = document.get("type")
    if kind == "Feature":
        return [document]
    if isinstance(kind, str) and kind in _GEOMETRIES:
        return [{"type": "Feature", "geometry": document}]
    features = document.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise refusal(
            path,
            f"type 为 {str(kind)[:40]!r}，不是 FeatureCollection",
            f"type is {str(kind)[:40]!r}, not FeatureCollection",
        )
    for row, feature in enumerate(features, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise refusal(path, f"第 {row} 个要素不是 Feature", f"feature {row} is no Feature")
        if not isinstance(feature.get("properties"), dict | NoneType):
            raise refusal(
                path,
                f"第 {row} 个要素的 properties 不是对象",
                f"feature {row}: its properties are no object",
            )
    return features


def _crs(path: Path, document: dict[str, Any]) -> tuple[pyproj.CRS | None, str, bool]:
    """Return the CRS, where it comes from, and whether the file itself names it."""
    if "crs" not in document:
        return pyproj.CRS.from_user_input("OGC:CRS84"), "GeoJSON: WGS 84 (RFC 7946)", False
    member = document["crs"]
    if member is None:
        return None, '"crs": null', False
    name = _crs_name(member)
    if name is None:
        raise refusal(
            path,
            "crs 不是按名称给出（链接等形式不接受）",
            "its crs member gives no name (links are not followed)",
        )
    # A string of PROJ's parameters can name files; a name of a system cannot.
    crs = None if "+" in name else ogr.parse_stated_crs(name)[0]
    if crs is None:
        raise refusal(path, f"crs {name[:60]!r} 不能识别", f"unknown crs {name[:60]!r}")
    return crs, f"GeoJSON crs: {name}", True


def _crs_name(member: object) -> str | None:
    if not isinstance(member, dict) or member.get("type") != "name":
        return None
    properties = member.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else None


def _check_degrees(path: Path, crs: pyproj.CRS | None, shapes: Shapes) -> None:
    if crs is None or not crs.is_geographic or not len(shapes):
        return
    bounds = shapely.bounds(shapes)
    wrong = (np.abs(bounds[:, ::2]) > 180).any(axis=1) | (np.abs(bounds[:, 1::2]) > 90).any(axis=1)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        x, y = bounds[row, 0], bounds[row, 1]
        if _is_swapped(shapes[wrong]):
            raise _swapped(path, row + 1, x, y)
        large = np.abs(bounds[wrong]).max() > _NO_DEGREES
        raise (_metres if large else _off)(path, row + 1, x, y)


def _is_swapped(shapes: Shapes) -> bool:
    """Tell whether all coordinates are degrees once latitude and longitude change places."""
    low, high = np.array([-90.0, -180.0]), np.array([90.0, 180.0])
    xy = shapely.get_coordinates(shapes)
    return bool(((xy >= low) & (xy <= high)).all())


def _swapped(path: Path, row: int, x: float, y: float) -> FormatError:
    return refusal(
        path,
        f"第 {row} 个要素的坐标 ({x:.10g}, {y:.10g}) 似乎经纬度写反：GeoJSON 应经度在前、纬度在后",
        f"feature {row} has coordinates ({x:.10g}, {y:.10g}): longitude and latitude seem swapped; "
        "GeoJSON puts the longitude first",
    )


def _off(path: Path, row: int, x: float, y: float) -> FormatError:
    return refusal(
        path,
        f"第 {row} 个要素的坐标 ({x:.10g}, {y:.10g}) 超出经纬度的范围",
        f"feature {row} has coordinates ({x:.10g}, {y:.10g}), off the globe",
    )


def _metres(path: Path, row: int, x: float, y: float) -> FormatError:
    return refusal(
        path,
        f"第 {row} 个要素的坐标 ({x:.10g}, {y:.10g}) 不是经纬度而像投影坐标（米），"
        '请写明坐标系，如 --crs EPSG:4526 或 workspace.toml 中 crs = "EPSG:4526"',
        f"feature {row} has coordinates ({x:.10g}, {y:.10g}), which are no degrees but look like "
        'projected metres; state the CRS, e.g. --crs EPSG:4526 or crs = "EPSG:4526"',
    )


def _is_sound(geometry: object) -> bool:
    """Tell whether a geometry has the structure that its type asks for, down to the numbers."""
    if not isinstance(geometry, dict):
        return False
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        return isinstance(members, list) and all(map(_is_sound, members))
    return (
        isinstance(kind, str)
        and kind in _DEPTH
        and _is_nested(geometry.get("coordinates"), _DEPTH[kind])
    )


def _is_nested(values: object, depth: int) -> bool:
    if not isinstance(values, list):
        return False
    if depth == 0:
        return not values or _are_positions([values])
    if depth > 1:
        return all(_is_nested(v, depth - 1) and v for v in values)
    return _are_positions(values)


def _are_positions(points: list[Any]) -> bool:
    if not set(map(type, points)) <= {list} or not set(map(len, points)) <= {2, 3, 4}:
        return False
    numbers = list(chain.from_iterable(points))
    return set(map(type, numbers)) <= {int, float} and all(map(math.isfinite, numbers))
