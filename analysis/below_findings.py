"""From what lies below places to findings: one per neighbour hit, one per thing not decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from analysis.below import Below
from analysis.below_neighbours import WHERE, Hits, Neighbours
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


_Key = tuple[int, str, Any]
"""Row of the facility; layer and row of the neighbour, or "" and the reason."""


@dataclass(frozen=True, eq=False)
class _Row:
    """One finding; ``rank`` orders it among those on the same neighbour, the least stays."""

    rank: tuple[Any, ...]
    toe: int
    verdict: Verdict
    reason: str
    args: dict[str, Any]
    metres: float = np.nan
    sigma: float = np.nan
    line: shapely.Geometry | None = None


class Rows:
    """Findings as they come up; of several places the worst finding on a neighbour stays.

    Nothing of a place is kept but its findings and what is drawn of them: places may come in any
    order and in any number. The rows come in the order of the places' numbers.

    Parameters
    ----------
    told : what the messages say of a place, by its number
    """

    def __init__(self, context: RuleContext, told: Callable[[Below], Mapping[str, Any]]) -> None:
        self.context, self._told = context, told
        self._best: dict[_Key, _Row] = {}
        self._place: dict[_Key, tuple[int, int]] = {}
        self._noted = 0
        self._drawn: dict[int, tuple[shapely.Geometry, shapely.Geometry]] = {}

    def add(
        self,
        below: Below,
        hits: Sequence[Hits],
        neighbours: Sequence[Neighbours],
        strictest: Verdict,
        reason: str,
    ) -> None:
        """Note what the terrain leaves open below a place, and who lives there.

        Parameters
        ----------
        hits : of each of ``neighbours``
        strictest, reason : verdict and reason of a neighbour in the corridor
        """
        self._add_ground(below)
        for near, found in zip(neighbours, hits, strict=True):
            self.add_hits(below, near, found, strictest, reason)

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
            rank = (-verdict, WHERE.index(where), np.nan_to_num(metres, nan=np.inf), below.toe)
            sigma = float(near.sigma[pair])
            found = _Row(rank, below.toe, verdict, why, args, metres, sigma, hits.lines[h])
            self._keep(key, found, below)

    def note(self, below: Below, verdict: Verdict, reason: str, args: dict[str, Any]) -> None:
        """Note what is not decided about a place."""
        row = _Row((below.toe,), below.toe, verdict, reason, args)
        self._keep((below.subject, "", reason), row, below)

    def _keep(self, key: _Key, row: _Row, below: Below) -> None:
        self._noted += 1
        place = (row.toe, self._noted)
        self._place[key] = min(self._place.get(key, place), place)
        if key in self._best and row.rank >= self._best[key].rank:
            return
        line = None
        if row.verdict >= Verdict.REVIEW and below.path is not None:
            line = None if row.line is None else below.place(row.line)
            if row.toe not in self._drawn:
                area = below.reach(self.context.value("downstream_m"))
                self._drawn[row.toe] = below.course(), below.place(area)
        told = {**self._told(below), "depth": self.context.value("corridor_depth_m")}
        self._best[key] = replace(row, line=line, args={**told, **row.args})

    def table(self) -> FindingTable:
        """Return all findings so far."""
        if not self._best:
            return FindingTable.empty()
        keys = sorted(self._best, key=self._place.__getitem__)
        found = [self._best[key] for key in keys]
        verdicts = np.array([int(row.verdict) for row in found], np.int8)
        hit = np.array([bool(key[1]) for key in keys])
        names = sorted({name for row in found for name in row.args})
        layers = np.array([key[1] or None for key in keys], dtype=object)
        return FindingTable.build(
            np.array([key[0] for key in keys]),
            verdicts,
            np.array([row.reason for row in found], dtype=object),
            measured=[row.metres for row in found],
            threshold=np.where(hit, self.context.value("downstream_m"), np.nan),
            uncertainty=[row.sigma for row in found],
            unit=np.where(hit, "m", "").astype(object),
            comparison=np.where(hit, ">", "").astype(object),
            related=[key[2] if key[1] else -1 for key in keys],
            related_layer=layers,
            law="downstream_m",
            args={name: [row.args.get(name) for row in found] for name in names},
            evidence=self._evidence(found, verdicts),
        )

    def _evidence(self, found: list[_Row], verdicts: Any) -> list[Evidence]:
        """Return path and corridor once per place, a line for each neighbour."""
        shown: set[int] = set()
        paths: list[tuple[int, shapely.Geometry]] = []
        areas: list[tuple[int, shapely.Geometry]] = []
        lines: list[tuple[int, shapely.Geometry]] = []
        for n in np.argsort(-verdicts.astype(int), kind="stable").tolist():
            row = found[n]
            if row.verdict < Verdict.REVIEW or row.toe not in self._drawn:
                continue
            if row.line is not None:
                lines.append((n, row.line))
            if row.toe not in shown:
                shown.add(row.toe)
                course, area = self._drawn[row.toe]
                paths.append((n, course))
                areas.append((n, area))
        roles = {"flow_path": paths, "corridor": areas, "shortest_line": lines}
        return [_drawn(role, items) for role, items in roles.items() if items]


def _drawn(role: str, items: list[tuple[int, shapely.Geometry]]) -> Evidence:
    shapes = np.empty(len(items), dtype=object)
    shapes[:] = [shape for _, shape in items]
    return Evidence(role, np.array([n for n, _ in items], np.int64), shapes)
