"""Outlines out of hatches, where a drawing holds nothing else: so GDAL and QGIS write polygons.

Their boundaries are closed polylines, holes among them, corner for corner. A boundary with arcs or
curves, one that says another number of corners than it has, or whose rings cross, is not read.

Source: DXF Reference, HATCH and "Boundary Path Data".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.formats.dxf.check import groups_in, groups_of, unified
from layers.formats.dxf.places import NEARLY

_TEXT_BOX = 8  # bit of the kind of a path
_EACH_SECOND, _ALL_INSIDE = 0, 2  # styles of a hatch: what it does with its inner rings
_MOST_RINGS = 200
_ROUNDING_M2 = 1e-4
"""By no more than this do areas overlap that have a side in common."""
_UP = (0.0, 0.0, 1.0)


def outlines_of(hatch: Any, miscounted: frozenset[str]) -> list[shapely.Polygon]:
    """Return the areas that a hatch covers, with their holes; none where it is not sure.

    Parameters
    ----------
    miscounted : handles of hatches that have other corners than they say
    """
    paths = list(hatch.paths.paths)
    if str(hatch.dxf.handle) in miscounted or not 0 < len(paths) <= _MOST_RINGS:
        return []
    if tuple(hatch.dxf.extrusion) != _UP or (hatch.dxf.hatch_style == _ALL_INSIDE and paths[1:]):
        return []
    rings = [_ring(path) for path in paths]
    sound = [ring for ring in rings if ring is not None]
    return _nested(sound, hatch.dxf.hatch_style == _EACH_SECOND) if len(sound) == len(rings) else []


def _ring(path: Any) -> shapely.Polygon | None:
    """Return a boundary of straight sides as an area, None of any other."""
    vertices = getattr(path, "vertices", None)
    if vertices is None or path.path_type_flags & _TEXT_BOX:
        return None
    corners = np.array([tuple(v) for v in vertices], float).reshape(-1, 3)
    meets = len(corners) > 0 and np.hypot(*(corners[0, :2] - corners[-1, :2])) <= NEARLY
    if len(corners) < 3 or corners[:, 2].any() or not (path.is_closed or meets):
        return None
    ring = shapely.Polygon(corners[:, :2]) if np.isfinite(corners).all() else None
    return ring if ring is not None and ring.is_valid and ring.area > 0 else None


def _nested(rings: list[shapely.Polygon], deep: bool) -> list[shapely.Polygon]:
    """Return the areas between rings, each second inner one a hole; none where rings cross.

    Parameters
    ----------
    deep : rings within holes are areas again
    """
    around: list[list[int]] = [[] for _ in rings]
    for a, b in combinations(range(len(rings)), 2):
        if rings[a].covers(rings[b]):
            around[b].append(a)
        elif rings[b].covers(rings[a]):
            around[a].append(b)
        elif rings[a].intersection(rings[b]).area > _ROUNDING_M2:
            return []
    if not deep and any(len(outer) > 1 for outer in around):
        return []
    holes: dict[int, list[shapely.LinearRing]] = {
        k: [] for k, outer in enumerate(around) if len(outer) % 2 == 0
    }
    for k, outer in enumerate(around):
        if len(outer) % 2:
            holes[min(outer, key=lambda o: rings[o].area)].append(rings[k].exterior)
    areas = [shapely.Polygon(rings[k].exterior, inner) for k, inner in holes.items()]
    return areas if all(area.is_valid for area in areas) else []


def miscounted(path: Path) -> frozenset[str]:
    """Return the handles of hatches of which a boundary has other corners than it says."""
    raw = path.read_bytes()
    binary = raw.startswith(b"AutoCAD Binary DXF")
    text = "" if binary else unified(raw.decode("latin-1"))
    return frozenset(_miscounted(groups_in(raw) if binary else groups_of(text)))


def _miscounted(groups: Iterable[tuple[str, str]]) -> Iterator[str]:
    kind, handle, due, held = "", "", 0, 0
    for code, value in groups:
        group, word = code.strip(), value.strip()
        if group == "0":
            kind, handle, due, held = word, "", 0, 0
        elif kind != "HATCH":
            continue
        elif group == "5" and not handle:
            handle = word
        elif group == "93":
            due, held = int(word) if word.isdigit() else -1, 0
        elif group == "10" and due:
            held += 1
        elif group == "97" and due:
            if held != due:
                yield handle
            due = 0
