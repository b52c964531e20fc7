"""Coordinates of GeoJSON: whether they have the structure of their type, and are degrees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from gis.ragged import Bools, Floats, Ints, Shapes
from layers.account import Issue
from layers.errors import FormatError
from layers.formats.geojson.rows import Literal
from layers.formats.source import refusal
from layers.issues import error, label_en

_DEPTH = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
KINDS = frozenset({*_DEPTH, "GeometryCollection"})
_NO_DEGREES = 1_000  # what is larger was never meant as an angle
_NO_PLACE = 1e9  # what is larger lies nowhere on Earth in any system; metres or degrees
Number = int | float | Literal


def is_sound(geometry: object) -> bool:
    """Tell whether a geometry has the structure that its type asks for, down to the numbers."""
    if not isinstance(geometry, dict):
        return False
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        return isinstance(members, list) and all(map(is_sound, members))
    return (
        isinstance(kind, str)
        and kind in _DEPTH
        and _is_nested(geometry.get("coordinates"), _DEPTH[kind])
    )


def beyond_bounds(geometry: object) -> Number | None:
    """Return the first number among the coordinates that lies nowhere on Earth."""
    return next((v for v in _numbers(geometry) if isinstance(v, Literal) or not _is_near(v)), None)


def huge(label: str, value: Number) -> Issue:
    """Return the error that a row has a coordinate that lies nowhere on Earth."""
    said = value.text if isinstance(value, Literal) else repr(value)
    said = said if len(said) <= 30 else f"{said[:27]}…"
    return _unreadable(label, f"坐标 {said} 超出范围", f"the coordinate {said} is out of range")


def in_degrees(
    path: Path, crs: pyproj.CRS | None, shapes: Shapes, labels: Sequence[str]
) -> tuple[Shapes, list[Issue]]:
    """Return ``shapes`` without those that lie off the globe, each told by an error of its row.

    Raises
    ------
    FormatError
        None lies on it, or some look like metres: the file is of another system or order.
    """
    if crs is None or not crs.is_geographic or not len(shapes):
        return shapes, []
    bounds = shapely.bounds(shapes)
    wrong = (np.abs(bounds[:, ::2]) > 180).any(axis=1) | (np.abs(bounds[:, 1::2]) > 90).any(axis=1)
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return shapes, []
    _check_file(path, shapes, bounds, wrong, rows)
    kept = shapes.copy()
    kept[rows] = None
    return kept, [_off_globe(labels[k], shapes[k]) for k in rows.tolist()]


def _check_file(path: Path, shapes: Shapes, bounds: Floats, wrong: Bools, rows: Ints) -> None:
    row = int(rows[0])
    x, y = bounds[row, 0], bounds[row, 1]
    large = np.abs(bounds[rows]).max() > _NO_DEGREES
    if not large and (~wrong & ~np.asarray(shapely.is_missing(shapes))).any():
        return
    if all(_is_swapped(shape) for shape in shapes[rows]):
        raise _swapped(path, row + 1, x, y)
    raise (_metres if large else _off)(path, row + 1, x, y)


def _is_swapped(shape: Any) -> bool:
    """Tell whether all coordinates are degrees once latitude and longitude change places."""
    xy = np.abs(shapely.get_coordinates(shape))
    return bool((xy <= np.array([90.0, 180.0])).all())


def _off_globe(label: str, shape: Any) -> Issue:
    xy = shapely.get_coordinates(shape)
    off = (np.abs(xy) > np.array([180.0, 90.0])).any(axis=1)
    x, y = xy[np.flatnonzero(off)[0]]
    if _is_swapped(shape):
        return _unreadable(
            label,
            f"坐标 ({x:.10g}, {y:.10g}) 似乎经纬度写反",
            f"coordinate ({x:.10g}, {y:.10g}): longitude and latitude seem swapped",
        )
    return _unreadable(
        label,
        f"坐标 ({x:.10g}, {y:.10g}) 超出经纬度的范围",
        f"coordinate ({x:.10g}, {y:.10g}) lies off the globe",
    )


def _unreadable(label: str, zh: str, en: str) -> Issue:
    return error("unreadable_geometry", f"{label}：{zh}", f"{label_en(label)}: {en}", label)


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
    if not set(map(type, numbers)) <= {int, float}:
        return False
    # Heights may be a number that stands for none; they are not read.
    return all(map(_is_near, numbers)) or all(_is_near(v) for p in points for v in p[:2])


def _is_near(value: float) -> bool:
    return -_NO_PLACE <= value <= _NO_PLACE and math.isfinite(value)


def _numbers(geometry: object) -> Iterator[Number]:
    if not isinstance(geometry, dict):
        return
    members = geometry.get("geometries")
    for member in members if isinstance(members, list) else ():
        yield from _numbers(member)
    yield from _flat(geometry.get("coordinates"))


def _flat(values: object) -> Iterator[Number]:
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    elif isinstance(values, int | float | Literal) and not isinstance(values, bool):
        yield values
