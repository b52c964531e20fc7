"""TF203: tailings facilities keep away from the Yellow River, the Yangtze and their tributaries."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import (
    Verdicts,
    above_zero,
    combined_sigma,
    decide,
    is_within,
    must_exceed,
)
from gis.distance import pairs_within, shortest_lines
from gis.overlay import overlap_shapes, overlaps
from gis.ragged import Bools, Floats, Ints, Kind, Ragged
from layers.layer import Layer

BASINS = ("yellow", "yangtze")
CLASSES = {"main_stem": "main_stem_m", "important_tributary": "tributary_m"}
LARGEST = "yellow_main_stem_m"
"""The figure that is never smaller than any other: used where class or basin is unknown."""


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure the shortest distance of each new, rebuilt or expanded pond to the rivers.

    A published control zone decides for its own river in the Yellow River basin; else the
    distance to the shoreline does, and a centre line counts with half the river's width.

    Limits: only rivers that the layer classes as main stem or important tributary count; the
    shoreline is taken as drawn.
    """
    applies, exempt, unknown = _scope(subjects)
    rest = np.flatnonzero(~applies)
    scope = FindingTable.build(
        rest,
        np.where(unknown[rest], Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
        np.select(
            [unknown[rest], exempt[rest]], ["project_type_missing", "exempt_rebuild"], "existing"
        ).astype(object),
        args={"column": ["project_type"] * len(rest)},
    )
    ponds = np.flatnonzero(applies)
    rivers = _Rivers(context.layer("river"), context, subjects.worst_sigma_m)
    chosen = subjects.shapes.take(ponds)
    i, j, distance = pairs_within(chosen, rivers.layer.shapes, rivers.reach)
    pairs = _Pairs(
        ponds[i],
        j,
        distance,
        combined_sigma(subjects.sigma_m[ponds[i]], rivers.layer.sigma_m[j]),
        _depth(chosen, rivers, i, j),
    )
    verdict, reason = _judge(pairs, rivers, context)
    hit = np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW, Verdict.NO_DATA))
    hits = _hits(subjects, rivers, pairs.take(np.flatnonzero(hit)), verdict[hit], reason[hit])
    clear = np.setdiff1d(ponds, hits.subject)
    counted = np.flatnonzero(np.isin(pairs.pond, clear) & rivers.counted[j])
    return FindingTable.concat([scope, hits, _clear(clear, pairs.take(counted), rivers, context)])


def _scope(subjects: Layer) -> tuple[Bools, Bools, Bools]:
    """Return where the rule applies, where the rebuild is exempt, and where neither is known."""
    rebuilt = subjects.is_code("project_type", "rebuilt")
    exempt = rebuilt & subjects.is_code("rebuild_purpose", "safety", "ecology")
    expanded = subjects.is_code("project_type", "expanded")
    applies = is_new_pond(subjects) | (rebuilt & ~exempt) | expanded
    return applies, exempt, is_unknown_pond(subjects)


class _Rivers:
    """The river layer's rows with the figure that each carries, (m,) each."""

    def __init__(self, layer: Layer, context: RuleContext, pond_sigma: float) -> None:
        self.layer = layer
        kind = layer.text("source_kind")
        polygon = layer.shapes.kinds == Kind.POLYGON
        self.zone: Bools = (kind == "control_zone") & polygon
        self.centreline: Bools = kind == "centreline"
        self.zone_decides = context.optional_value("yellow_control_zone") is not None
        self.yellow = layer.is_code("basin", "yellow")
        # A control zone drawn as a line bounds nothing, and one that does not decide says not
        # where the shoreline is: as unknown as a missing kind.
        lone = self.zone & ~(self.yellow & self.zone_decides) & self._without_shore(kind)
        self.unknown_kind: Bools = (
            layer.is_null("source_kind") | ((kind == "control_zone") & ~polygon) | lone
        )
        self.no_basin = layer.is_null("basin")
        self.no_class = layer.is_null("river_class") & ~self.zone
        main = layer.is_code("river_class", "main_stem")
        tributary = layer.is_code("river_class", "important_tributary")
        in_basin = layer.is_code("basin", *BASINS) | self.no_basin
        unclassed = layer.is_null("river_class") & (~self.zone | lone)
        self.counted = in_basin & (main | tributary | unclassed) & (~self.zone | lone)
        self.law = _law_names(layer)
        self.figure: Floats = np.array([context.value(name) for name in self.law], np.float64)
        default = np.where(
            tributary,
            context.value("centreline_half_width_tributary_m"),
            context.value("centreline_half_width_main_m"),
        )
        width = above_zero(layer.number("width_m")) / 2
        half = np.where(np.isnan(width), default, width)
        # A width that could not be read may be any.
        wide = self.counted & (self.centreline | self.unknown_kind) & layer.is_unread("width_m")
        self.endless = bool(wide.any())
        self.half: Floats = np.where(self.centreline | self.unknown_kind, half, 0.0)
        self.own_zone = self._with_zone()
        # Beyond the figures: as far as the accuracies blur them, and to show what PASS rests on.
        worst = combined_sigma(layer.worst_sigma_m, pond_sigma)
        self.reach = float(
            np.max(self.figure + self.half, initial=0.0)
            + context.value("k_sigma") * worst
            + context.value("neighbour_search_m")
        )

    def _without_shore(self, kind: Objects) -> Bools:
        """Return rows of rivers that the layer draws neither by shoreline nor by centre line."""
        numbers = self.layer.text("river_no")
        lines = np.isin(kind.astype(str), ("shoreline", "centreline"))
        drawn = {n for n in numbers[lines] if n is not None}
        return np.array([n not in drawn for n in numbers], bool)

    def _with_zone(self) -> Bools:
        """Return rows of Yellow River basin rivers for which a control zone is published."""
        numbers = self.layer.text("river_no")
        zoned = {n for n in numbers[self.zone & self.yellow] if n is not None}
        has = np.array([n in zoned for n in numbers], bool)
        return has & self.yellow & self.zone_decides


def _law_names(layer: Layer) -> Objects:
    """Return the rulebook parameter that holds each row's figure."""
    names = np.full(len(layer), LARGEST, dtype=object)
    for basin in BASINS:
        for river_class, suffix in CLASSES.items():
            own = layer.is_code("basin", basin) & layer.is_code("river_class", river_class)
            names[own] = f"{basin}_{suffix}"
    unplaced = layer.is_null("basin") & layer.is_code("river_class", "important_tributary")
    names[unplaced] = "yellow_tributary_m"
    return names


def _depth(ponds: Ragged, rivers: _Rivers, i: Ints, j: Ints) -> Floats:
    """Return (k,) the greatest width of what ponds[i] shares with the zone j, metres; else 0."""
    depth = np.zeros(len(i))
    zones = np.flatnonzero(rivers.zone)
    p, q, _, width = overlaps(ponds, rivers.layer.shapes.take(zones))
    size = len(rivers.layer)
    # Pairs come sorted by pond and river, and those that meet are among those within reach.
    depth[np.searchsorted(i * size + j, p * size + zones[q])] = width
    return depth


class _Pairs:
    """Ponds and rivers within reach of each other, (k,) each."""

    def __init__(
        self, pond: Ints, river: Ints, distance: Floats, sigma: Floats, depth: Floats
    ) -> None:
        self.pond, self.river = pond, river
        self.distance, self.sigma, self.depth = distance, sigma, depth

    def take(self, rows: Ints) -> _Pairs:
        """Return the pairs at ``rows``."""
        return _Pairs(
            self.pond[rows],
            self.river[rows],
            self.distance[rows],
            self.sigma[rows],
            self.depth[rows],
        )


def _judge(pairs: _Pairs, rivers: _Rivers, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    j, k = pairs.river, context.value("k_sigma")
    plain = must_exceed(pairs.distance, rivers.figure[j], pairs.sigma, k)
    wide = must_exceed(pairs.distance, (rivers.figure + rivers.half)[j], pairs.sigma, k)
    zone = must_exceed(pairs.distance, context.value("touch_width_m"), pairs.sigma, k)
    within, near = np.equal(plain, Verdict.FAIL), np.equal(plain, Verdict.REVIEW)
    reached = ~np.equal(wide, Verdict.PASS)
    # What reaches farther in than the accuracies explain lies in the zone.
    deep = ~is_within(pairs.depth, k * np.nan_to_num(pairs.sigma))
    in_zone = np.equal(zone, Verdict.FAIL) | (np.equal(zone, Verdict.REVIEW) & deep)
    zone_near = np.equal(zone, Verdict.REVIEW)
    zoned = rivers.zone[j] & rivers.zone_decides
    river = rivers.counted[j]
    cases: list[tuple[Bools, Verdict, str]] = [
        (zoned & rivers.yellow[j] & in_zone, Verdict.FAIL, "inside_control_zone"),
        (zoned & rivers.yellow[j] & zone_near, Verdict.REVIEW, "near_threshold"),
        (zoned & rivers.no_basin[j] & (in_zone | zone_near), Verdict.REVIEW, "basin_missing"),
        (river & rivers.unknown_kind[j] & reached, Verdict.NO_DATA, "river_source_missing"),
        (river & rivers.no_class[j] & reached, Verdict.REVIEW, "river_class_missing"),
        (river & rivers.no_basin[j] & reached, Verdict.REVIEW, "basin_missing"),
        (river & rivers.own_zone[j] & reached, Verdict.REVIEW, "buffer_outside_zone"),
        (river & within, Verdict.FAIL, "within_setback"),
        (river & rivers.centreline[j] & reached, Verdict.REVIEW, "centreline_uncertain"),
        (river & near, Verdict.REVIEW, "near_threshold"),
    ]
    return decide(len(j), cases, (Verdict.PASS, "clear"))


def _hits(
    subjects: Layer, rivers: _Rivers, pairs: _Pairs, verdict: Verdicts, reason: Objects
) -> FindingTable:
    zone = (rivers.zone & ~rivers.unknown_kind)[pairs.river]
    inside = np.flatnonzero(reason == "inside_control_zone")
    lines = np.flatnonzero((reason != "inside_control_zone") & ~np.equal(verdict, Verdict.NO_DATA))
    shared = overlap_shapes(subjects, rivers.layer, pairs.pond[inside], pairs.river[inside])
    drawn = shortest_lines(subjects, rivers.layer, pairs.pond[lines], pairs.river[lines])
    return FindingTable.build(
        pairs.pond,
        verdict,
        reason,
        measured=pairs.distance,
        threshold=np.where(zone, 0.0, rivers.figure[pairs.river]),
        uncertainty=pairs.sigma,
        unit="m",
        comparison=">",
        related=pairs.river,
        related_layer="river",
        law=np.where(zone, "yellow_control_zone", rivers.law[pairs.river]).astype(object),
        args={
            "half_width": np.where(rivers.centreline, rivers.half, np.nan)[pairs.river],
            "river_class": rivers.layer.text("river_class")[pairs.river],
        },
        evidence=[
            Evidence("overlap", inside, shared),
            Evidence("shortest_line", lines, drawn),
        ],
    )


def _clear(clear: Ints, pairs: _Pairs, rivers: _Rivers, context: RuleContext) -> FindingTable:
    """Return the PASS of each pond, with the counted river that came nearest to its figure."""
    margin = pairs.distance - rivers.figure[pairs.river]
    order = np.lexsort((margin, pairs.pond))
    ponds, first = np.unique(pairs.pond[order], return_index=True)
    nearest = pairs.take(order[first])
    place = np.searchsorted(clear, ponds)
    measured, sigma = np.full((2, len(clear)), np.nan)
    measured[place], sigma[place] = nearest.distance, nearest.sigma
    threshold = np.full(len(clear), context.value(LARGEST))
    threshold[place] = rivers.figure[nearest.river]
    related = np.full(len(clear), -1)
    related[place] = nearest.river
    law = np.full(len(clear), LARGEST, dtype=object)
    law[place] = rivers.law[nearest.river]
    layer = np.full(len(clear), None, dtype=object)
    layer[place] = "river"
    return FindingTable.build(
        clear,
        Verdict.NO_DATA if rivers.endless else Verdict.PASS,
        "attribute_missing" if rivers.endless else "clear",
        measured=measured,
        threshold=threshold,
        uncertainty=sigma,
        unit="m",
        comparison=">",
        related=related,
        related_layer=layer,
        law=law,
        args={"column": ["width_m"] * len(clear), "layer": ["river"] * len(clear)},
    )


RULE = Rule(
    code="TF203",
    subjects=("tailings_facility",),
    needs={
        "river": Within(
            parameters=("yellow_main_stem_m", "centreline_half_width_main_m"),
            column="width_m",
            factor=0.5,
        )
    },
    parameters=(
        "yellow_main_stem_m",
        "yellow_tributary_m",
        "yangtze_main_stem_m",
        "yangtze_tributary_m",
        "centreline_half_width_main_m",
        "centreline_half_width_tributary_m",
    ),
    optional_parameters=("yellow_control_zone",),
    evaluate=evaluate,
)
