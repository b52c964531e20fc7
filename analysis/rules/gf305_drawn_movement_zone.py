"""GF305: a movement zone drawn on the plans holds the zone that follows from depth and angles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.goaf_zones import (
    PARAMETERS,
    TERRAIN,
    Zones,
    find_zones,
    goaf_strips,
    zone_evidence,
)
from analysis.model import Evidence, FindingTable, Rule, RuleContext, Same, Verdict
from analysis.verdict import combined_sigma, decide, is_overlap, is_touch, sliver_limit
from gis.overlay import outside, outside_shapes
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

OWNER = "owner_licence_no"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Lay each goaf's computed zone, safety strip included, over the zones drawn for its licence.

    All zones of the licence count together.

    Limits: as of GF303; which of several drawn zones was meant for a goaf is not known.
    """
    drawn = context.layer("movement_zone")
    i, j = subjects.matches(OWNER, drawn, OWNER)
    ownerless = np.flatnonzero(subjects.is_null(OWNER))
    bare = np.setdiff1d(np.arange(len(subjects)), np.append(i, ownerless))
    zones, doubts = find_zones(subjects, np.unique(i), context)
    told = np.isin(zones.rows, doubts.subject)
    return FindingTable.concat(
        [
            FindingTable.build(ownerless, Verdict.NO_DATA, "owner_missing"),
            FindingTable.build(bare, Verdict.NOT_APPLICABLE, "no_neighbour"),
            doubts,
            _compared(subjects, zones, told, (i, j), context),
        ]
    )


def _compared(
    goafs: Layer, zones: Zones, told: Bools, pairs: tuple[Ints, Ints], context: RuleContext
) -> FindingTable:
    """Return what lies outside; nothing where nothing does and the zone is in doubt (``told``)."""
    drawn, k = context.layer("movement_zone"), context.value("k_sigma")
    known = np.isin(pairs[0], zones.rows)
    pairs = np.searchsorted(zones.rows, pairs[0][known]), pairs[1][known]
    count, strip = len(zones.rows), goaf_strips(goafs, zones.rows, context)
    sigma = combined_sigma(goafs.sigma_m[zones.rows], _worst(drawn, pairs, count))
    blur = k * np.nan_to_num(sigma)
    full = zones.widened(zones.area, strip)
    _, area, width = outside(full, drawn, pairs)
    _, _, bare = outside(zones.bare, drawn, pairs)
    _, _, most = outside(zones.widened(zones.most, strip + blur), drawn, pairs)
    least = context.value("sliver_width_m")
    limit = sliver_limit(least, k, sigma)
    cases: list[tuple[Bools, Verdict, str]] = [
        (is_overlap(bare, limit), Verdict.REVIEW, "leaves_drawn"),
        (is_overlap(width, limit), Verdict.REVIEW, "strip_leaves_drawn"),
        (is_overlap(most, least), Verdict.REVIEW, "near_threshold"),
    ]
    verdict, reason = decide(count, cases, (Verdict.PASS, "inside"))
    kept = np.flatnonzero(np.equal(verdict, Verdict.REVIEW) | ~told)
    rows = zones.rows[kept]
    shown = np.equal(verdict, Verdict.REVIEW)[kept]
    parts = outside_shapes(full, drawn, pairs)[kept]
    there = np.flatnonzero(shown & ~is_touch(width[kept], context.value("touch_width_m")))
    table = FindingTable.build(
        rows,
        verdict[kept],
        reason[kept],
        measured=area[kept],
        threshold=context.value("outside_limit_m2"),
        unit="m2",
        comparison="<=",
        related=_first(pairs, count)[kept],
        related_layer="movement_zone",
        law="outside_limit_m2",
        args={"width": width[kept], "reach": zones.reach_m[kept], "strip": strip[kept]},
        evidence=[Evidence("outside_part", there, parts[there])],
    )
    zone = zone_evidence(goafs, zones, np.where(shown, rows, -1), context)
    return replace(table, evidence=(*table.evidence, zone))


def _worst(drawn: Layer, pairs: tuple[Ints, Ints], count: int) -> Floats:
    """Return the worst accuracy of the zones drawn for each computed one, NaN = not stated."""
    out = np.full(count, np.nan)
    np.fmax.at(out, pairs[0], drawn.sigma_m[pairs[1]])
    return out


def _first(pairs: tuple[Ints, Ints], count: int) -> Ints:
    out = np.full(count, -1, np.int64)
    out[pairs[0][::-1]] = pairs[1][::-1]
    return out


RULE = Rule(
    code="GF305",
    subjects=("goaf",),
    needs={"movement_zone": Same(OWNER, own=OWNER), "terrain": TERRAIN},
    parameters=(*PARAMETERS, "outside_limit_m2"),
    empty_tells={"movement_zone": ("owner_licence_no",)},
    evaluate=evaluate,
)
