"""Geometries as GDAL delivers them: those that can be had, and why the others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gis.ragged import Shapes
from layers.account import Issue
from layers.formats.curves import straight
from layers.formats.source import row_labels
from layers.issues import info, label_en

#: Codes of issues that say why a row's geometry could not be had.
LOST_GEOMETRY = frozenset(
    {"curved_geometry", "unreadable_geometry", "crs_contradicted", "axes_differ"}
)
_CURVES = (8, 9, 10, 11, 12, 13, 14)


def from_wkb(values: pa.Array, labels: Sequence[str] | None = None) -> tuple[Shapes, list[Issue]]:
    """Return 2-D shapely geometries, None where there is none or it cannot be read.

    Curves without an arc are lines and polygons. Arcs, surfaces of triangles and damaged
    geometries become None, each with an error issue: straight edges would be a guess.
    """
    raw = np.array(values.to_pylist(), dtype=object)
    curved = np.array([v is not None and _is_curve(v) for v in raw], bool)
    plain = {row: straight(raw[row]) for row in np.flatnonzero(curved).tolist()}
    raw[curved] = None
    # GEOS compares coordinates; one that is no number is the loader's to refuse, not to warn of.
    with np.errstate(invalid="ignore"):
        try:
            shapes: Shapes = shapely.from_wkb(raw, on_invalid="ignore")
        except NotImplementedError:  # a curve inside a collection
            shapes = np.array([_or_none(v) for v in raw], dtype=object)
        high = _high(shapes)
        shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    for row, shape in plain.items():
        shapes[row] = shape
    lost = np.asarray(shapely.is_missing(shapes)) & ~np.asarray(values.is_null())
    if labels is None or len(labels) != len(raw):
        labels = row_labels(len(raw))
    issues = [
        _lost(labels[row], bool(curved[row]), raw[row]) for row in np.flatnonzero(lost).tolist()
    ]
    if high:
        zh, en = f"{high} 行的坐标带有高程，未用", f"the altitudes of {high} rows are not used"
        issues.append(info("altitude_unused", zh, en))
    return shapes, issues


def _high(shapes: Shapes) -> int:
    """Return how many geometries have a height other than 0."""
    spatial = shapes[np.asarray(shapely.has_z(shapes))]
    xyz, row = shapely.get_coordinates(spatial, include_z=True, return_index=True)
    return len(np.unique(row[np.isfinite(xyz[:, 2]) & (xyz[:, 2] != 0)]))


def with_corners(
    shape: shapely.Geometry | None, corners: Sequence[tuple[float, float]]
) -> shapely.Geometry | None:
    """Return a geometry with the numbers of the text, None where it has other corners than that.

    GDAL's own reading of a number may be off by its last bit.
    """
    if shape is None or not corners:
        return None
    written, found = np.array(corners), shapely.get_coordinates(shape)
    if not np.isfinite(written).all():  # 1e999
        return None
    near = 4 * np.spacing(np.abs(written).max())
    if written.shape == found.shape and (np.abs(written - found) <= near).all():
        return shapely.set_coordinates(shape, written)
    # Rings may come in another order, pieces of a curve share corners, some run backwards.
    ours, theirs = np.unique(written, axis=0), np.unique(found, axis=0)
    return shape if ours.shape == theirs.shape and (np.abs(ours - theirs) <= near).all() else None


def _is_curve(wkb: bytes) -> bool:
    order = "little" if wkb[:1] == b"\1" else "big"
    code = int.from_bytes(wkb[1:5], order) & 0x1FFFFFFF  # type: ignore[arg-type]
    return code % 1000 in _CURVES


def _or_none(wkb: bytes | None) -> Any:
    try:
        return shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        return None


def _lost(label: str, curved: bool, wkb: bytes | None) -> Issue:
    if curved:
        return curved_geometry(label)
    return open_ring(label) if _is_open(wkb) else unreadable_geometry(label)


def curved_geometry(label: str) -> Issue:
    """Return the error that a row's geometry has arcs, of which chords would be a guess."""
    zh, en = f"{label}：含圆弧，请先转换为折线", f"{label_en(label)}: has arcs; convert to lines"
    return Issue("error", "curved_geometry", label, zh, en)


def _is_open(wkb: bytes | None) -> bool:
    try:
        shapely.from_wkb(wkb)
    except (shapely.GEOSException, NotImplementedError) as why:
        return "closed linestring" in str(why)
    return False


def open_ring(label: str) -> Issue:
    """Return the error that a ring of a row's geometry has ends that differ."""
    zh = f"{label}：有不闭合的环（首尾点不同）"
    en = f"{label_en(label)}: a ring is not closed (its ends differ)"
    return Issue("error", "unreadable_geometry", label, zh, en)


def unreadable_geometry(label: str) -> Issue:
    """Return the error that a row's geometry is there but cannot be read."""
    zh, en = f"{label}：几何无法读取", f"{label_en(label)}: geometry cannot be read"
    return Issue("error", "unreadable_geometry", label, zh, en)
