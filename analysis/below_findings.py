"""From what lies below places to findings: one per neighbour hit, one per thing not decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from analysis.below import WHERE, Below, Hits, Neighbours
from analysis.model import Evidence, FindingTable, RuleContext, Verdict
from analysis.verdict import is_within, must_exceed

_REASONS = {
    "allowance": "in_allowance",
    "point_beyond": "point_beyond",
    "point_beside": "point_beside",
    "near_corridor": "near_threshold",
    "sector": "in_sector",
    "low": "on_low_ground",
    "hidden": "nodata_at_neighbour",
}


@dataclass(frozen=True, eq=False)
class Seen:
    """A place and who lies below it, layer by layer."""

    below: Below
    hits: Sequence[Hits]


class Rows:
    """Findings as they come up; of several places the worst finding on a neighbour stays.

    Parameters
    ----------
    told : what the messages say of a place, by its number
    """

    def __init__(self, context: RuleContext, told: Callable[[Below], Mapping[str, Any]]) -> None:
        self.context, self._told = context, told
        self._best: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._drawn: dict[int, Below] = {}

    def add(
        self, seen: Seen, neighbours: Sequence[Neighbours], strictest: Verdict, reason: str
    ) -> None:
        """Note what the terrain leaves open below a place, and who lives there.

        Parameters
        ----------
        strictest, reason : verdict and reason of a neighbour in the corridor
        """
        self._add_ground(seen.below)
        for near, hits in zip(neighbours, seen.hits, strict=True):
            self.add_hits(seen.below, near, hits, strictest, reason)

    def _add_ground(self, below: Below) -> None:
        context = self.context
        cell = below.window.resolution_m
        no_path = below.path is None
        cases: list[tuple[bool, Verdict, str, dict[str, Any]]] = [
            (bool(np.isnan(cell)), Verdict.NO_DATA, "no_elevation", {}),
            (not is_within(cell, context.value("dem_cell_most_m")), Verdict.NO_DATA, "dem_coarse",
             {"cell": cell}),
            (no_path and below.outside_dem, Verdict.NO_DATA, "no_elevation", {}),
            (no_path, Verdict.NO_DATA, "nodata_at_toe", {}),
        ]  # fmt: skip
        found = next((c for c in cases if c[0]), None)
        if found is not None:
            self.note(below, *found[1:])
            return
        for condition, verdict, reason, args in self._on_the_way(below):
            if condition:
                self.note(below, verdict, reason, args)

    def _on_the_way(self, below: Below) -> list[tuple[bool, Verdict, str, dict[str, Any]]]:
        assert below.path is not None and below.corridor is not None
        context, ended = self.context, below.path.end != "length"
        pit, floor = below.path.pit_m, below.corridor.floor_width_m
        return [
            (ended and below.outside_dem, Verdict.REVIEW, "path_leaves", {}),
            (ended and not below.outside_dem, Verdict.NO_DATA, "nodata_on_path", {}),
            (not ended and below.gap, Verdict.NO_DATA, "nodata_beside_path", {}),
            (not is_within(pit, context.value("pit_depth_m")), Verdict.REVIEW, "pit",
             {"pit": pit}),
            (not is_within(floor, context.value("floor_width_m")), Verdict.REVIEW,
             "wide_floor", {"floor": floor}),
        ]  # fmt: skip

    def add_hits(
        self, below: Below, near: Neighbours, hits: Hits, strictest: Verdict, reason: str
    ) -> None:
        """Note neighbours below a place."""
        limit, k_sigma = self.context.value("downstream_m"), self.context.value("k_sigma")
        layer = self.context.layer(near.layer)
        kinds = layer.text("kind")
        for h in range(len(hits.pair)):
            pair, where, metres = int(hits.pair[h]), hits.where[h], float(hits.metres[h])
            row = int(near.row[pair])
            verdict, why = Verdict.REVIEW, _REASONS.get(where, "")
            if where == "hidden":
                verdict = Verdict.NO_DATA
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

    def note(self, below: Below, verdict: Verdict, reason: str, args: dict[str, Any]) -> None:
        """Note what is not decided about a place."""
        key = (below.subject, "", reason)
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
        return {**self._told(below), "depth": self.context.value("corridor_depth_m")}

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
