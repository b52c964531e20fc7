"""From what lies below the dams to findings: one per neighbour hit, one per thing not decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from analysis.below_dam import (
    LAYERS,
    PARAMETERS,
    REACH,
    WHERE,
    Below,
    Hits,
    Neighbours,
    Toes,
    find_hits,
    find_neighbours,
    find_toes,
    look_below,
)
from analysis.model import Evidence, FindingTable, Need, RuleContext, Same, Verdict, Window, Within
from analysis.verdict import is_within, must_exceed
from gis.distance import inside, near_boxes
from gis.ragged import Ints, Ragged
from layers.layer import Layer

NEEDS: dict[str, Need] = {
    "dam_toe": Same("facility_no", own="facility_no", optional=True),
    "settlement": Within(parameters=REACH, own_extent=True),
    "building": Within(parameters=REACH, optional=True),
    "terrain": Window(parameters=("downstream_m", "downstream_m", *PARAMETERS[-1:], *REACH)),
}
"""What a rule on the ground below dams needs; it looks itself where coverage ends."""

_REASONS = {
    "allowance": "in_allowance",
    "point_beyond": "point_beyond",
    "point_beside": "point_beside",
    "near_corridor": "near_threshold",
    "sector": "in_sector",
    "low": "on_low_ground",
}


def judge_below(
    ponds: Layer, judged: Ints, context: RuleContext, strictest: Verdict, reason: str
) -> FindingTable:
    """Return the findings on what lies below each facility ``judged``.

    Parameters
    ----------
    strictest, reason : verdict and reason of a neighbour in the corridor
    """
    toes = find_toes(ponds, judged, context)
    neighbours = find_neighbours(ponds, judged, toes, context)
    seen = [
        _Seen(below, [find_hits(below, toes, n, context) for n in neighbours])
        for below in look_below(ponds, toes, context)
    ]
    rows = _Rows(ponds, toes, context)
    for one in sorted(seen, key=lambda s: s.below.toe):
        rows.add_ground(one.below)
        for n, hits in zip(neighbours, one.hits, strict=True):
            rows.add_hits(one.below, n, hits, strictest, reason)
    table = rows.table()
    clear = np.setdiff1d(judged, table.subject)
    return FindingTable.concat([table, _clear(ponds, clear, toes, seen, context)])


@dataclass(frozen=True, eq=False)
class _Seen:
    below: Below
    hits: Sequence[Hits]


class _Rows:
    """Findings as they come up; of several dams the worst finding on a neighbour stays."""

    def __init__(self, ponds: Layer, toes: Toes, context: RuleContext) -> None:
        self.ponds, self.toes, self.context = ponds, toes, context
        self._best: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._drawn: dict[int, Below] = {}

    def add_ground(self, below: Below) -> None:
        """Note what the terrain leaves open below one toe."""
        context, k = self.context, below.toe
        subject = int(self.toes.subject[k])
        cell = below.window.resolution_m
        no_path = below.path is None or below.corridor is None
        pit = below.path.pit_m if below.path else 0.0
        floor = below.corridor.floor_width_m if below.corridor else 0.0
        off = float(self.toes.off_m[k])
        ended = below.path is not None and below.path.end != "length"
        cases: list[tuple[bool, Verdict, str, dict[str, Any]]] = [
            (bool(np.isnan(cell)), Verdict.NO_DATA, "no_elevation", {}),
            (not is_within(cell, context.value("dem_cell_most_m")), Verdict.NO_DATA, "dem_coarse",
             {"cell": cell}),
            (no_path and below.outside_dem, Verdict.NO_DATA, "no_elevation", {}),
            (no_path, Verdict.NO_DATA, "nodata_at_toe", {}),
        ]  # fmt: skip
        found = next((c for c in cases if c[0]), None)
        if found is None:
            later: list[tuple[bool, Verdict, str, dict[str, Any]]] = [
                (ended and below.outside_dem, Verdict.REVIEW, "path_leaves", {}),
                (ended and not below.outside_dem, Verdict.NO_DATA, "nodata_on_path", {}),
                (not ended and below.gap, Verdict.NO_DATA, "nodata_beside_path", {}),
                (not is_within(pit, context.value("pit_depth_m")), Verdict.REVIEW, "pit",
                 {"pit": pit}),
                (not is_within(floor, context.value("floor_width_m")), Verdict.REVIEW,
                 "wide_floor", {"floor": floor}),
            ]  # fmt: skip
            for condition, verdict, reason, args in later:
                if condition:
                    self._note(subject, below, verdict, reason, args)
        else:
            self._note(subject, below, *found[1:])
        if not is_within(off, context.value("toe_allowance_most_m")):
            away = {"away": off if np.isfinite(off) else None}
            self._note(subject, below, Verdict.REVIEW, "toe_far", away)
        if np.isnan(self.toes.allowance_m[k]):
            self._note(subject, below, Verdict.REVIEW, "toe_unknown", {})

    def add_hits(
        self, below: Below, near: Neighbours, hits: Hits, strictest: Verdict, reason: str
    ) -> None:
        """Note neighbours below one toe."""
        limit, k_sigma = self.context.value("downstream_m"), self.context.value("k_sigma")
        layer = self.context.layer(near.layer)
        kinds = layer.text("kind")
        for h in range(len(hits.pair)):
            pair, where, metres = int(hits.pair[h]), hits.where[h], float(hits.metres[h])
            row = int(near.row[pair])
            verdict, why = Verdict.REVIEW, _REASONS.get(where, "")
            if where == "corridor":
                sure = must_exceed(metres, limit, near.sigma[pair], k_sigma)
                blurred = np.equal(sure, Verdict.REVIEW)
                verdict = Verdict.REVIEW if blurred else strictest
                why = "near_threshold" if blurred else reason
            args = {"kind": kinds[row]}
            key = (int(near.subject[pair]), near.layer, row)
            rank = (-verdict, WHERE.index(where), np.nan_to_num(metres, nan=np.inf))
            line = hits.lines[h]
            self._keep(key, rank, below, verdict, why, args, metres, float(near.sigma[pair]), line)

    def _note(
        self, subject: int, below: Below, verdict: Verdict, reason: str, args: dict[str, Any]
    ) -> None:
        key = (subject, "", reason)
        self._keep(key, (0, below.toe, 0.0), below, verdict, reason, args, np.nan, np.nan, None)

    def _keep(self, key: tuple[Any, ...], rank: tuple[Any, ...], *rest: Any) -> None:
        if key not in self._best or rank < self._best[key][0]:
            self._best[key] = (rank, *rest)

    def table(self) -> FindingTable:
        """Return all findings so far."""
        if not self._best:
            return FindingTable.empty()
        keys = list(self._best)
        found = [self._best[key] for key in keys]
        belows = [f[1] for f in found]
        verdicts = np.array([int(f[2]) for f in found], np.int8)
        hit = np.array([bool(key[1]) for key in keys])
        args = [{**self._args(b), **f[4]} for b, f in zip(belows, found, strict=True)]
        names = sorted({name for record in args for name in record})
        layers = np.array([key[1] or None for key in keys], dtype=object)
        return FindingTable.build(
            np.array([key[0] for key in keys]),
            verdicts,
            np.array([f[3] for f in found], dtype=object),
            measured=[f[5] for f in found],
            threshold=np.where(hit, self.context.value("downstream_m"), np.nan),
            uncertainty=[f[6] for f in found],
            unit=np.where(hit, "m", "").astype(object),
            comparison=np.where(hit, ">", "").astype(object),
            related=[key[2] if key[1] else -1 for key in keys],
            related_layer=layers,
            law="downstream_m",
            args={name: [record.get(name) for record in args] for name in names},
            evidence=self._evidence(keys, found, verdicts),
        )

    def _args(self, below: Below) -> dict[str, Any]:
        """Return where the path starts, and the parameters of the corridor."""
        k = below.toe
        out: dict[str, Any] = {
            "toe": self.toes.number[k],
            "depth": self.context.value("corridor_depth_m"),
        }
        if below.path is not None and self.toes.rim[k]:
            out["rim"] = float(below.window.elevation.ravel()[below.path.cells[0]])
        return out

    def _evidence(
        self, keys: list[tuple[Any, ...]], found: list[tuple[Any, ...]], verdicts: Any
    ) -> list[Evidence]:
        """Return path and corridor once per facility and toe, a line for each neighbour."""
        drawn: set[int] = set()
        paths: list[tuple[int, shapely.Geometry]] = []
        areas: list[tuple[int, shapely.Geometry]] = []
        lines: list[tuple[int, shapely.Geometry]] = []
        limit = self.context.value("downstream_m")
        order = np.argsort(-verdicts.astype(int), kind="stable")
        for n in order.tolist():
            below, line = found[n][1], found[n][7]
            if verdicts[n] < Verdict.REVIEW or below.path is None:
                continue
            if line is not None:
                lines.append((n, below.place(line)))
            if below.toe not in drawn:
                drawn.add(below.toe)
                paths.append((n, below.course()))
                areas.append((n, below.place(below.reach(limit))))
        roles = {"flow_path": paths, "corridor": areas, "shortest_line": lines}
        return [_drawn(role, items) for role, items in roles.items() if items]


def _drawn(role: str, items: list[tuple[int, shapely.Geometry]]) -> Evidence:
    shapes = np.empty(len(items), dtype=object)
    shapes[:] = [shape for _, shape in items]
    return Evidence(role, np.array([n for n, _ in items], np.int64), shapes)


# -- nothing found ---------------------------------------------------------------------------------


def _clear(
    ponds: Layer, clear: Ints, toes: Toes, seen: Sequence[_Seen], context: RuleContext
) -> FindingTable:
    """Return PASS, or NO_DATA where a neighbour could not have been seen."""
    why, layer = np.full((2, len(ponds)), None, dtype=object)
    mine = np.flatnonzero(np.isin(toes.subject, clear))
    radius = sum(context.value(n) for n in ("downstream_m", "point_radius_m"))
    starts = _starts(toes, seen)
    known = mine[[k in starts for k in mine.tolist()]] if len(mine) else mine
    if len(known):
        points = Ragged.from_shapely([shapely.Point(starts[int(k)]) for k in known])
        reach = radius + np.nan_to_num(toes.allowance_m[known])
        for name in LAYERS:
            for reason, gap in _gaps(points, context.layer(name), reach):
                rows = toes.subject[known[gap]]
                why[rows], layer[rows] = reason, name
    toes_known = context.layer("dam_toe")
    if len(toes_known):
        # Which of the toes are its own cannot be told.
        numberless = clear[ponds.is_null("facility_no")[clear]]
        why[numberless] = "attribute_missing"
    refused = toes_known.refused
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
        args={"layer": layer[clear], "column": ["facility_no"] * len(clear)},
    )


def _starts(toes: Toes, seen: Sequence[_Seen]) -> dict[int, tuple[float, float]]:
    """Return where each path starts, degrees."""
    out = {}
    for one in seen:
        path = one.below.path
        if path is not None:
            lon, lat = one.below.window.places(path.row[:1], path.column[:1])
            out[one.below.toe] = (float(lon[0]), float(lat[0]))
    return out


def _gaps(points: Ragged, layer: Layer, reach: Any) -> list[tuple[str, Any]]:
    gaps: list[tuple[str, Any]] = []
    if layer.doubtful.any():
        bounds = layer.shapes.bounds[layer.doubtful]
        gaps.append(("doubtful_outline", near_boxes(points, bounds, reach)))
    if len(layer.refused):
        gaps.append(("refused_neighbours", near_boxes(points, layer.refused.bounds, reach)))
    if layer.coverage is not None:
        gaps.append(("outside_coverage", ~inside(points, layer.coverage, reach)))
    return gaps
