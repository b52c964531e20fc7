"""outlines.parquet: what a map needs to draw a run without its workspace.

Subjects, the features their findings name, and what lies around them, each with its attributes.
It is a picture's source, nothing more: no verdict rests on it, and what it leaves out is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import shapely

from analysis.reports import tables
from analysis.reports.frame import EvidenceRows, Frame
from gis.pieces import chunked, envelopes_of, least_m, widened
from gis.ragged import Bools, Floats, Ints, Shapes
from layers.catalog import catalog
from layers.layer import Layer

NAME = "outlines.parquet"
ROLES = ("subject", "related", "context")
# A picture of more is tiles, and a national screen must not wait for it.
MOST_SUBJECTS = 20_000
MOST_CONTEXT = 4_000
MOST_CORNERS = 400_000
# How far around subjects and evidence the context goes.
REACH_M = 3_000.0
# How far from the subjects evidence widens the picture, and named features are drawn.
FAR_M = 10_000.0
# The rings of a registration string lie inside their right's own outline.
NO_CONTEXT = frozenset({"right_part"})

Strings = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Picked:
    """Rows of one layer in one role, with the geometry that is drawn."""

    role: str
    layer: Layer
    rows: Ints
    geometry: Shapes


def fits(frame: Frame) -> bool:
    """Return whether the run is small enough to be drawn from its folder."""
    return 0 < len(frame.feature_id) <= MOST_SUBJECTS


def outlines_table(frame: Frame, evidence: EvidenceRows) -> pa.Table:
    """Return one row per subject, related and context feature, as GeoParquet 1.1.

    A feature has one row, in the first of its roles. ``facts`` is a JSON object of the schema's
    columns that have a value. The metadata key ``minezone`` holds what a map says besides.
    """
    focus = focus_of(frame, evidence)
    view = union(wider(focus, REACH_M))
    taken: dict[str, Ints] = {}
    picked = list(_subjects(frame, taken))
    picked += _related(frame, taken)
    context, left_out = _context(frame, taken, focus, view)
    picked += context
    said = {
        "title": frame.results.title,
        "focus": union(focus).tolist(),
        "view": view.tolist(),
        "left_out": left_out,
        "unread": frame.results.unread,
        "rules": rules_of(frame),
    }
    return _table(picked, said)


def rules_of(frame: Frame) -> dict[str, Any]:
    """Return title and strength of each rule of the run."""
    pages = frame.results.rulebook.rules
    return {
        code: {
            "title": {"zh": pages[code].title.zh, "en": pages[code].title.en},
            "strength": pages[code].strength,
        }
        for code in frame.results.rules
    }


# -- where to look -------------------------------------------------------------------------------


def focus_of(frame: Frame, evidence: EvidenceRows) -> Floats:
    """Return (s, 4) degrees: each subject with its evidence.

    Evidence farther than ``FAR_M`` from the subject counts up to there: the whole course of a
    river must not make the picture.
    """
    focus = frame.bounds.copy()
    subject = frame.results.findings.subject[evidence.finding]
    boxes = shapely.bounds(evidence.geometry).reshape(-1, 4)
    most = wider(frame.bounds, FAR_M)[subject]
    low = np.maximum(boxes[:, :2], most[:, :2])
    high = np.minimum(boxes[:, 2:], most[:, 2:])
    near = (low <= high).all(axis=1)
    for side in (0, 1):
        np.minimum.at(focus[:, side], subject[near], low[near, side])
        np.maximum.at(focus[:, side + 2], subject[near], high[near, side])
    return focus


def wider(boxes: Floats, metres: float) -> Floats:
    """Return ``boxes`` ((k, 4) degrees) widened by ``metres`` to all sides."""
    return widened(boxes, np.full(len(boxes), metres))


def union(boxes: Floats) -> Floats:
    """Return (4,) the box that holds all ``boxes`` ((k, 4))."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


# -- what to draw --------------------------------------------------------------------------------


def _in_order(groups: list[tuple[Layer, Ints, Ints]]) -> Iterator[tuple[Layer, Ints]]:
    """Yield each layer with its distinct rows, in the order of the catalogue."""
    order = list(catalog())
    for layer, _, rows in sorted(groups, key=lambda g: order.index(g[0].name)):
        yield layer, np.unique(rows)


def _subjects(frame: Frame, taken: dict[str, Ints]) -> Iterator[Picked]:
    for layer, rows in _in_order(frame.subject_groups):
        taken[layer.name] = rows
        yield Picked("subject", layer, rows, layer.shapes.take(rows).to_shapely())


def _related(frame: Frame, taken: dict[str, Ints]) -> Iterator[Picked]:
    ground = union(wider(frame.bounds, FAR_M))
    for layer, named in _in_order(frame.related_groups):
        known = taken.get(layer.name, np.empty(0, np.int64))
        rows = np.setdiff1d(named, known)
        if len(rows):
            taken[layer.name] = np.union1d(known, rows)
            shapes = layer.shapes.take(rows).to_shapely()
            cut = clipped(shapes, ground)
            # A feature far away is still the one that was named.
            far = shapely.is_empty(cut)
            cut[far] = shapes[far]
            yield Picked("related", layer, rows, cut)


def _context(
    frame: Frame, taken: Mapping[str, Ints], focus: Floats, view: Floats
) -> tuple[list[Picked], dict[str, int]]:
    """Return what lies around, nearest first as far as it may, and how much is left out."""
    layers = {**frame.results.context, **frame.results.layers}
    names = [n for n in catalog() if n in layers and n not in NO_CONTEXT]
    found = [_around(layers[n], taken.get(n), focus, view) for n in names]
    distance = np.concatenate([np.empty(0), *(f[1] for f in found)])
    corners = np.concatenate(
        [np.empty(0, np.int64), *(shapely.get_num_coordinates(f[2]) for f in found)]
    )
    order = np.argsort(distance, kind="stable")
    shown: Bools = np.zeros(len(order), np.bool_)
    shown[order[:MOST_CONTEXT]] = np.cumsum(corners[order[:MOST_CONTEXT]]) <= MOST_CORNERS
    picked, left_out, start = [], {}, 0
    for name, (rows, _, shapes) in zip(names, found, strict=True):
        keep = shown[start : start + len(rows)]
        start += len(rows)
        if keep.any():
            picked.append(Picked("context", layers[name], rows[keep], shapes[keep]))
        if not keep.all():
            left_out[name] = int((~keep).sum())
    return picked, left_out


def _around(
    layer: Layer, taken: Ints | None, focus: Floats, view: Floats
) -> tuple[Ints, Floats, Shapes]:
    """Return rows of ``layer`` near a focus, how near in metres, and their shapes in the view."""
    bounds = layer.shapes.bounds
    beyond: Bools = (bounds[:, :2] > view[2:]) | (bounds[:, 2:] < view[:2])
    inside: Bools = np.logical_not(beyond.any(axis=1))
    if taken is not None:
        inside[taken] = False
    rows = np.flatnonzero(inside)
    tree = shapely.STRtree(envelopes_of(bounds[rows]))
    gap = np.full(len(rows), np.inf)
    for near, at in chunked(tree, envelopes_of(wider(focus, REACH_M))):
        np.minimum.at(gap, at, least_m(focus[near], bounds[rows[at]]))
    rows, gap = rows[np.isfinite(gap)], gap[np.isfinite(gap)]
    shapes = clipped(layer.shapes.take(rows).to_shapely(), view)
    seen = ~shapely.is_empty(shapes)
    return rows[seen], gap[seen], shapes[seen]


def clipped(shapes: Shapes, view: Floats) -> Shapes:
    """Return the shapes cut to the view ((4,) degrees) where they reach beyond it; may be empty.

    A shape keeps its dimension: where a polygon only touches the view, nothing is left of it.
    """
    out = shapes.copy()
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    beyond = (bounds[:, :2] < view[:2]).any(axis=1) | (bounds[:, 2:] > view[2:]).any(axis=1)
    for row in np.flatnonzero(beyond):
        cut = shapely.intersection(shapes[row], shapely.box(*view))
        parts = shapely.get_parts(cut)
        same = shapely.get_dimensions(parts) == shapely.get_dimensions(shapes[row])
        out[row] = cut if same.all() and len(parts) else shapely.union_all(parts[same])
    return out


# -- the table -----------------------------------------------------------------------------------


def _table(picked: list[Picked], said: dict[str, Any]) -> pa.Table:
    geometry = np.concatenate([p.geometry for p in picked])
    columns = {
        "role": tables.coded(_spread([(p.role, p) for p in picked])),
        "layer": tables.coded(_spread([(p.layer.name, p) for p in picked])),
        "feature_id": pa.array(np.concatenate([_texts(p, "feature_id") for p in picked])),
        "source_id": pa.array(np.concatenate([_texts(p, "source_id") for p in picked])),
        "name": pa.array(np.concatenate([_texts(p, "name") for p in picked]), pa.string()),
        "facts": pa.array([f for p in picked for f in _facts(p)], pa.string()),
    }
    table = tables.with_geometry(columns, geometry)
    metadata = dict(table.schema.metadata)
    metadata[b"minezone"] = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return table.replace_schema_metadata(metadata)


def _spread(words: list[tuple[str, Picked]]) -> Strings:
    return np.concatenate([np.full(len(p.rows), word, dtype=object) for word, p in words])


def _texts(picked: Picked, column: str) -> Strings:
    return picked.layer.text(column)[picked.rows]


def _facts(picked: Picked) -> Iterator[str]:
    """Yield the columns of the schema that have a value, as a JSON object per row."""
    names = [c.name for c in picked.layer.schema.columns]
    rows = picked.layer.table.select(names).take(pa.array(picked.rows)).to_pylist()
    for row in rows:
        yield orjson.dumps({k: v for k, v in row.items() if v is not None}).decode()
