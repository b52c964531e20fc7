"""GF303: who lives, and what stands, on ground that moves above a goaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.goaf_zones import (
    PARAMETERS,
    TERRAIN,
    Zones,
    find_zones,
    narrowest,
    strip_names,
    strips,
    widest,
    zone_evidence,
)
from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import is_given
from analysis.verdict import Verdicts, combined_sigma, decide, is_within
from analysis.voids import unseen
from gis.distance import pairs_within, shortest_lines
from gis.ragged import Bools, Floats, Ints, Kind
from layers.layer import Layer

LAYERS = ("settlement", "building")
RADIUS, SEARCH = "point_radius_m", "neighbour_search_m"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Compute each goaf's zone of ground movement and see who is in it or in its safety strip.

    The strip is that of the more important of the two protection classes stated, of goaf and
    neighbour.

    Limits: the whole outline is taken to lie at the goaf's lowest elevation; one angle counts
    all around; treated goafs are judged like others.
    """
    zones, doubts = find_zones(subjects, np.arange(len(subjects)), context)
    pairs = [_Pairs(subjects, zones, context.layer(name), context) for name in LAYERS]
    hits = FindingTable.concat([_hits(subjects, zones, p, context) for p in pairs])
    told = np.concatenate([doubts.subject, hits.subject])
    clear = _clear(subjects, zones, pairs, np.setdiff1d(zones.rows, told), context)
    drawn = np.where(np.equal(hits.verdict, Verdict.REVIEW), hits.subject, -1)
    shown = zone_evidence(subjects, zones, drawn, context)
    hits = replace(hits, evidence=(*hits.evidence, shown))
    return FindingTable.concat([hits, doubts, clear])


class _Pairs:
    """Neighbours near the zones, (p,) pairs of a zone and a row of the layer.

    Attributes
    ----------
    zone, row : of the zone, of the layer
    metres, least : from the zone to the neighbour; the same with the ground as high as it may be
    strip : width of the safety strip, the least it can be where no class is stated
    radius : of what is drawn as a point, else 0
    sigma : joint accuracy of both outlines, metres, NaN = not stated
    open_class : the neighbour's own class is not stated, and could ask for a wider strip
    """

    def __init__(self, goafs: Layer, zones: Zones, layer: Layer, context: RuleContext) -> None:
        self.layer = layer
        reach = context.value(SEARCH)
        self.zone, self.row, self.least = pairs_within(zones.bare_most, layer.shapes, reach)
        self.metres: Floats = self.least
        if zones.bare_most is not zones.bare:
            i, j, metres = pairs_within(zones.bare, layer.shapes, reach)
            # The zone on higher ground holds the other, and its pairs are in the same order.
            width = max(len(layer), 1)
            both = np.isin(self.zone * width + self.row, i * width + j)
            self.metres = np.full(len(both), np.nan)
            self.metres[both] = metres
        goaf = zones.rows[self.zone]
        stated, own = strips(goafs, context)[goaf], np.full(len(goaf), np.nan)
        classed = layer.name == "building"
        if classed:
            own = strips(layer, context)[self.row]
        stated = np.fmax(stated, own)
        self.strip: Floats = np.where(np.isnan(stated), narrowest(context), stated)
        self.open_class: Bools = np.isnan(own) & classed
        point = np.equal(layer.shapes.kinds[self.row], Kind.POINT)
        self.radius: Floats = np.where(point, context.value(RADIUS), 0.0)
        self.sigma: Floats = combined_sigma(goafs.sigma_m[goaf], layer.sigma_m[self.row])


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    blur = context.value("k_sigma") * np.nan_to_num(pairs.sigma)
    near = pairs.strip + pairs.radius + blur
    cases: list[tuple[Bools, Verdict, str]] = [
        (is_within(pairs.metres, 0.0), Verdict.REVIEW, "in_zone"),
        (is_within(pairs.metres, pairs.strip), Verdict.REVIEW, "in_strip"),
        (is_within(pairs.metres, pairs.strip + pairs.radius), Verdict.REVIEW, "point_beside"),
        (is_within(pairs.least, near), Verdict.REVIEW, "near_threshold"),
        (
            pairs.open_class & is_within(pairs.least, near - pairs.strip + widest(context)),
            Verdict.NO_DATA,
            "attribute_missing",
        ),
    ]
    return decide(len(pairs.zone), cases, (Verdict.PASS, "clear"))


def _hits(goafs: Layer, zones: Zones, pairs: _Pairs, context: RuleContext) -> FindingTable:
    verdict, reason = _judge(pairs, context)
    hit = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    zone, row = pairs.zone[hit], pairs.row[hit]
    goaf = zones.rows[zone]
    shown = np.flatnonzero(np.equal(verdict[hit], Verdict.REVIEW))
    lines = shortest_lines(goafs, pairs.layer, goaf[shown], row[shown])
    return FindingTable.build(
        goaf,
        verdict[hit],
        reason[hit],
        measured=pairs.metres[hit],
        threshold=pairs.strip[hit],
        uncertainty=combined_sigma(pairs.sigma[hit], zones.sigma_m[zone]),
        unit="m",
        comparison=">",
        related=row,
        related_layer=pairs.layer.name,
        law=strip_names(pairs.strip[hit], context),
        args={
            "kind": pairs.layer.text("kind")[row],
            "reach": zones.reach_m[zone],
            "column": ["protection_class"] * len(hit),
        },
        evidence=[Evidence("shortest_line", shown, lines)],
    )


def _clear(
    goafs: Layer, zones: Zones, pairs: Sequence[_Pairs], clear: Ints, context: RuleContext
) -> FindingTable:
    """Return PASS with the nearest neighbour, or NO_DATA where one could not have been seen."""
    at = np.flatnonzero(np.isin(zones.rows, clear))
    rows = zones.rows[at]
    why, layer = np.full((2, len(at)), None, dtype=object)
    places = zones.bare_most.take(at)
    for near in pairs:
        sigma = combined_sigma(goafs.sigma_m[rows], near.layer.worst_sigma_m)
        blur = context.value("k_sigma") * np.nan_to_num(sigma)
        gap = unseen(places, near.layer, widest(context) + context.value(RADIUS) + blur)
        blind = is_given(gap)
        why[blind], layer[blind] = gap[blind], near.layer.name
    metres, strip = _nearest(pairs, at)
    strip = np.where(np.isnan(metres), strips(goafs, context)[rows], strip)
    blind = is_given(why)
    return FindingTable.build(
        rows,
        np.where(blind, Verdict.NO_DATA, Verdict.PASS),
        np.where(blind, why, "clear").astype(object),
        measured=metres,
        threshold=strip,
        unit="m",
        comparison=">",
        law=strip_names(strip, context),
        args={"layer": layer},
    )


def _nearest(pairs: Sequence[_Pairs], zones: Ints) -> tuple[Floats, Floats]:
    """Return distance and strip of the neighbour nearest to its strip, NaN where there is none."""
    zone, metres, strip = (
        np.concatenate([getattr(p, name) for p in pairs]) for name in ("zone", "metres", "strip")
    )
    order = np.lexsort((metres - strip, zone))
    first = order[np.unique(zone[order], return_index=True)[1]]
    out = np.full((2, int(np.concatenate([zone, zones]).max(initial=-1)) + 1), np.nan)
    out[0, zone[first]], out[1, zone[first]] = metres[first], strip[first]
    return out[0, zones], out[1, zones]


RULE = Rule(
    code="GF303",
    subjects=("goaf",),
    needs={
        "settlement": Within(parameters=(SEARCH,), own_extent=True),
        "building": Within(parameters=(SEARCH,), own_extent=True),
        "terrain": TERRAIN,
    },
    parameters=(*PARAMETERS, RADIUS),
    evaluate=evaluate,
)
