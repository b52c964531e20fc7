"""What lies below the dams of tailings facilities, as findings (TF201, TF202)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from analysis.below import Below
from analysis.below_dam import GROUND, REACH, Toes, doubtful_toes, find_toes, look_below
from analysis.below_findings import Rows
from analysis.below_neighbours import LAYERS, Neighbours, find_hits, find_neighbours
from analysis.model import FindingTable, Need, Objects, RuleContext, Same, Verdict, Window, Within
from analysis.subjects import is_given
from analysis.verdict import combined_sigma, is_within
from analysis.voids import beyond
from gis.distance import inside, near_boxes
from gis.ragged import Floats, Ints, Ragged
from layers.layer import Layer

NEEDS: dict[str, Need] = {
    "dam_toe": Same("facility_no", own="facility_no", optional=True),
    "settlement": Within(parameters=REACH, own_extent=True),
    "building": Within(parameters=REACH, optional=True),
    "terrain": Window(parameters=("downstream_m", "downstream_m", *GROUND)),
}
"""What a rule on the ground below dams needs; it looks itself where coverage ends."""


def judge_below(
    ponds: Layer, judged: Ints, context: RuleContext, strictest: Verdict, reason: str
) -> FindingTable:
    """Return the findings on what lies below each facility ``judged``.

    Parameters
    ----------
    strictest, reason : verdict and reason of a neighbour in the corridor
    """
    toes = find_toes(ponds, judged, context)
    off = np.zeros(len(ponds))
    np.maximum.at(off, toes.subject, np.minimum(toes.off_m, 100_000.0))
    reach = sum(context.value(name) for name in REACH)
    neighbours = find_neighbours(ponds, judged, reach + off[judged], context)
    rows = Rows(context, lambda below: _told(below, toes))
    starts: dict[int, tuple[float, float]] = {}
    rims = np.full(len(ponds), np.nan)
    for below in look_below(ponds, toes, context):
        hits = [find_hits(below, near, context) for near in neighbours]
        rows.add(below, hits, neighbours, strictest, reason)
        _add_toe(rows, below, toes, context)
        if below.path is not None:
            lon, lat = below.window.places(below.path.row[:1], below.path.column[:1])
            starts[below.toe] = float(lon[0]), float(lat[0])
            rims[below.subject] = _told(below, toes).get("rim", np.nan)
    table = rows.table()
    clear = np.setdiff1d(judged, table.subject)
    doubt = _below_rims(ponds, doubtful_toes(ponds, toes, clear, context), neighbours, context)
    table, clear = FindingTable.concat([table, doubt]), np.setdiff1d(clear, doubt.subject)
    return FindingTable.concat([table, _clear(ponds, clear, toes, starts, rims, context)])


def _below_rims(
    ponds: Layer, rims: Toes, neighbours: tuple[Neighbours, ...], context: RuleContext
) -> FindingTable:
    """Return who lies below the lowest rim of facilities of which the stated toe passed nobody."""
    rows = Rows(context, lambda below: _told(below, rims))
    for below in look_below(ponds, rims, context):
        for near in neighbours:
            hits = find_hits(below, near, context).only("corridor")
            rows.add_hits(below, near, hits, Verdict.REVIEW, "toe_doubtful")
    return rows.table()


def _add_toe(rows: Rows, below: Below, toes: Toes, context: RuleContext) -> None:
    """Note what is not known about the toe itself."""
    off = float(toes.off_m[below.toe])
    if not is_within(off, context.value("toe_allowance_most_m")):
        away = {"away": off if np.isfinite(off) else None}
        rows.note(below, Verdict.REVIEW, "toe_far", away)
    if np.isnan(toes.allowance_m[below.toe]):
        rows.note(below, Verdict.REVIEW, "toe_unknown", {})


def _told(below: Below, toes: Toes) -> dict[str, Any]:
    """Return the number of the toe, or how high the lowest point of the rim lies."""
    out: dict[str, Any] = {"toe": toes.number[below.toe]}
    if below.path is not None and toes.rim[below.toe]:
        out["rim"] = float(below.window.elevation.ravel()[below.path.cells[0]])
    return out


# -- nothing found ---------------------------------------------------------------------------------


def _clear(
    ponds: Layer,
    clear: Ints,
    toes: Toes,
    starts: Mapping[int, tuple[float, float]],
    rims: Floats,
    context: RuleContext,
) -> FindingTable:
    """Return PASS, or NO_DATA where a neighbour could not have been seen.

    Parameters
    ----------
    starts : number of the toe -> where its path starts, degrees
    rims : (n,) elevation of the lowest place of the rim where the toe is not known, else NaN
    """
    why, layer = np.full((2, len(ponds)), None, dtype=object)
    mine = np.flatnonzero(np.isin(toes.subject, clear))
    radius = sum(context.value(n) for n in ("downstream_m", "point_radius_m"))
    k_sigma = context.value("k_sigma")
    known = mine[[k in starts for k in mine.tolist()]] if len(mine) else mine
    if len(known):
        points = Ragged.from_shapely([shapely.Point(starts[int(k)]) for k in known])
        reach = radius + np.nan_to_num(toes.allowance_m[known])
        for name in LAYERS:
            near = context.layer(name)
            # A neighbour counts as far off as its accuracy may have moved it.
            blur = k_sigma * float(combined_sigma(ponds.worst_sigma_m, near.worst_sigma_m))
            for reason, gap in _gaps(points, near, reach + blur):
                rows = toes.subject[known[gap]]
                why[rows], layer[rows] = reason, name
    column = _unread(ponds, clear, toes, context)
    why[is_given(column)] = "attribute_missing"
    refused = context.layer("dam_toe").refused
    if len(refused):
        most = context.value("toe_allowance_most_m")
        rows = clear[near_boxes(ponds.shapes.take(clear), refused.bounds, most)]
        why[rows], layer[rows] = "refused_neighbours", "dam_toe"
    blind = np.array([w is not None for w in why], bool)[clear]
    return FindingTable.build(
        clear,
        np.where(blind, Verdict.NO_DATA, Verdict.PASS),
        np.where(blind, why[clear], "clear"),
        threshold=context.value("downstream_m"),
        unit="m",
        comparison=">",
        law="downstream_m",
        args={"layer": layer[clear], "column": column[clear], **_how(clear, toes, rims, context)},
    )


def _how(clear: Ints, toes: Toes, rims: Floats, context: RuleContext) -> dict[str, list[Any]]:
    """Return how it was looked: from where, where the toe is not known, and how high."""
    allowance = np.full(len(rims), np.nan)
    allowance[toes.subject[toes.rim]] = toes.allowance_m[toes.rim]
    return {
        "rim": [None if np.isnan(z) else float(z) for z in rims[clear]],
        "allowance": [None if np.isnan(m) else float(m) for m in allowance[clear]],
        "depth": [context.value("corridor_depth_m")] * len(clear),
    }


def _unread(ponds: Layer, clear: Ints, toes: Toes, context: RuleContext) -> Objects:
    """Return (n,) the column for whose lack the toe of a ``clear`` facility may be elsewhere."""
    column = np.full(len(ponds), None, dtype=object)
    # An empty toe is looked for on the rim; one that is stated and could not be read is not.
    rim = np.zeros(len(ponds), bool)
    rim[toes.subject[toes.rim]] = True
    for name in ("total_dam_height_m", "toe_lat", "toe_lon"):
        column[rim & ponds.is_unread(name)] = name
    known = context.layer("dam_toe")
    lost = known.is_unread("facility_no")
    if len(known):
        # Which of the toes are its own cannot be told.
        column[clear[ponds.is_null("facility_no")[clear]]] = "facility_no"
    if lost.any():
        most = context.value("toe_allowance_most_m")
        near = near_boxes(ponds.shapes.take(clear), known.shapes.bounds[lost], most)
        column[clear[near]] = "facility_no"
    return column


def _gaps(points: Ragged, layer: Layer, reach: Any) -> list[tuple[str, Any]]:
    gaps: list[tuple[str, Any]] = []
    if layer.doubtful.any():
        bounds = layer.shapes.bounds[layer.doubtful]
        gaps.append(("doubtful_outline", near_boxes(points, bounds, reach)))
    if len(layer.refused):
        gaps.append(("refused_neighbours", near_boxes(points, layer.refused.bounds, reach)))
    if layer.coverage is not None:
        gaps.append((beyond(layer), ~inside(points, layer.coverage, reach)))
    return gaps
