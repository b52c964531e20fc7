"""MR112: workings and open pits stay within the licence, in plan and in elevation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Same, Verdict
from analysis.verdict import (
    Verdicts,
    decide,
    in_order,
    is_overlap,
    is_touch,
    is_within,
    must_be_at_most,
    sliver_limit,
)
from analysis.workings import OWNER, Workings, licensed_elevations
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

LAYERS = ("working", "open_pit")
AREA, LENGTH, ELEVATION = "outside_limit_m2", "outside_limit_m", "elevation_limit_m"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure what of each licence's workings and open pits lies outside it.

    Plan and elevation are two findings. In plan the rows of one licence number count together;
    polygons are measured by area, lines by length. What passes is said once per licence.

    Limits: elevations of the parts of a licence (registration strings) are not read; a stated
    positional accuracy is taken to hold for elevations too, as no other is stated.
    """
    judged = np.flatnonzero(subjects.is_code("right_type", "mining"))
    found = [Workings(subjects, judged, context, name) for name in LAYERS]
    plan = FindingTable.concat([_plan(one, _missing(one, found), context) for one in found])
    elevation = FindingTable.concat([_elevation(one, context) for one in found])
    return FindingTable.concat(
        [
            _beyond(subjects),
            plan,
            elevation,
            *_rest(subjects, judged, found, plan, elevation, context),
        ]
    )


def _beyond(subjects: Layer) -> FindingTable:
    rest = np.flatnonzero(~subjects.is_code("right_type", "mining"))
    unknown = subjects.is_null("right_type")[rest]
    return FindingTable.build(
        rest,
        np.where(unknown, Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
        np.where(unknown, "attribute_missing", "exploration_right").astype(object),
        args={"column": ["right_type"] * len(rest)},
    )


def _missing(one: Workings, found: Sequence[Workings]) -> str | None:
    """Return the name of the other layer where there is none to look at."""
    return next((o.layer.name for o in found if o is not one and o.lacking), None)


def _plan(one: Workings, missing: str | None, context: RuleContext) -> FindingTable:
    """Return the findings on workings of which some part lies outside in plan."""
    touch = context.value("touch_width_m")
    area, width = one.area_outside()
    length = one.length_outside(np.full(len(one.j), touch))
    size = np.where(one.line, length, width)
    verdict, reason = _judge_plan(one, size, context)
    hit = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    line = one.line[hit]
    return FindingTable.build(
        one.i[hit],
        verdict[hit],
        reason[hit],
        measured=np.where(line, length[hit], area[hit]),
        threshold=0,
        uncertainty=np.where(line, one.sigma[hit], np.nan),
        unit=np.where(line, "m", "m2").astype(object),
        comparison="<=",
        related=one.j[hit],
        related_layer=one.layer.name,
        law=np.where(line, LENGTH, AREA).astype(object),
        args={"width": np.where(line, np.nan, width[hit]), "missing": [missing] * len(hit)},
        evidence=[Evidence("outside_part", np.arange(len(hit)), one.shapes_outside(hit, touch))],
    )


def _judge_plan(one: Workings, size: Floats, context: RuleContext) -> tuple[Verdicts, Objects]:
    k, touch = context.value("k_sigma"), context.value("touch_width_m")
    blur = k * np.nan_to_num(one.sigma)
    # A line along the border goes far without ever going out by more than the survey can tell.
    strays = np.where(one.line, one.length_outside(np.maximum(blur, touch)), size)
    blurred = ~np.isnan(one.sigma) & (is_within(size, blur) | is_touch(strays, touch))
    sliver = ~is_overlap(size, sliver_limit(context.value("sliver_width_m"), k, one.sigma))
    cases: list[tuple[Bools, Verdict, str]] = [
        (is_touch(size, touch), Verdict.PASS, ""),
        (blurred, Verdict.REVIEW, "near_threshold"),
        (sliver, Verdict.PASS, ""),
        (one.driven, Verdict.REVIEW, "development_outside"),
    ]
    return decide(len(size), cases, (Verdict.FAIL, "outside"))


def _elevation(one: Workings, context: RuleContext) -> FindingTable:
    """Return the findings on workings that leave the licence's elevations, or may."""
    top, bottom = licensed_elevations(one.subjects, context.layer("mining_right"))
    high, low = in_order(
        one.layer.number("top_elevation_m")[one.j], one.layer.number("bottom_elevation_m")[one.j]
    )
    above, below = high - top[:, one.i], bottom[:, one.i] - low
    limit, k = context.value(ELEVATION), context.value("k_sigma")
    sides = [must_be_at_most(excess, limit, one.sigma, k) for excess in (*above, *below)]
    wide, narrow = np.stack(sides[0::2]), np.stack(sides[1::2])
    out = (wide == Verdict.FAIL).any(axis=0)
    unknown = (wide == Verdict.NO_DATA).any(axis=0)
    cases: list[tuple[Bools, Verdict, str]] = [
        (out & one.driven, Verdict.REVIEW, "development_beyond_elevations"),
        (out, Verdict.FAIL, "beyond_elevations"),
        ((wide == Verdict.REVIEW).any(axis=0), Verdict.REVIEW, "elevation_near_limit"),
        (unknown, Verdict.REVIEW, "elevation_missing"),
        ((narrow != Verdict.PASS).any(axis=0), Verdict.REVIEW, "elevation_parts_differ"),
    ]
    verdict, reason = decide(len(one.j), cases, (Verdict.PASS, ""))
    hit = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    excess = np.fmax(above[0], below[0])
    return FindingTable.build(
        one.i[hit],
        verdict[hit],
        reason[hit],
        measured=np.where(reason == "elevation_missing", np.nan, excess)[hit],
        threshold=limit,
        uncertainty=one.sigma[hit],
        unit="m",
        comparison="<=",
        related=one.j[hit],
        related_layer=one.layer.name,
        law=ELEVATION,
    )


# -- what passes, and what is not known ----------------------------------------------------------


def _rest(
    subjects: Layer,
    judged: Ints,
    found: Sequence[Workings],
    plan: FindingTable,
    elevation: FindingTable,
    context: RuleContext,
) -> list[FindingTable]:
    """Return the findings on licences of which no working is out, or none is known."""
    n = len(subjects)
    owned = np.isin(np.arange(n), np.concatenate([one.i for one in found]))
    unseen, layer = _unseen(subjects, found, owned, context)
    known = np.array([v is None for v in unseen], bool)
    none = judged[~owned[judged]]
    inside = np.full(n, "inside", dtype=object)
    for one in found:
        if one.lacking:
            inside[:] = f"inside_no_{one.layer.name}"
    tables = []
    for hits, reason, law, unit in (
        (plan, inside, AREA, "m2"),
        (elevation, np.full(n, "within_elevations", dtype=object), ELEVATION, "m"),
    ):
        rows = np.setdiff1d(judged[owned[judged]], hits.subject)
        tables.append(
            FindingTable.build(
                rows,
                np.where(known[rows], Verdict.PASS, Verdict.NO_DATA),
                np.where(known, reason, unseen)[rows],
                measured=np.where(known & (unit == "m2"), 0, np.nan)[rows],
                threshold=0,
                unit=unit,
                comparison="<=",
                law=law,
                args={"layer": layer[rows]},
            )
        )
    tables.append(
        FindingTable.build(
            none,
            np.where(known[none], Verdict.NOT_APPLICABLE, Verdict.NO_DATA),
            np.where(known, "no_workings", unseen)[none],
            args={"layer": layer[none], "column": ["licence_no"] * len(none)},
        )
    )
    return tables


def _unseen(
    subjects: Layer, found: Sequence[Workings], owned: Bools, context: RuleContext
) -> tuple[Objects, Objects]:
    """Return why workings of a licence may be unseen, (n,) reason or None, and the layer."""
    reason, layer = np.full((2, len(subjects)), None, dtype=object)
    cases: list[tuple[str, str, Bools]] = []
    for one in found:
        name = one.layer.name
        if one.lacking:
            why = "layer_empty" if one.layer.registered else "layer_missing"
            cases.append((why, name, ~owned))
        reach = context.value("neighbour_search_m")
        cases.extend((why, name, near) for why, near in one.gaps(reach))
        cases.append(("owner_missing", name, one.nobodys_near(reach)))
    cases.append(("attribute_missing", subjects.name, subjects.is_null("licence_no")))
    for why, name, where in reversed(cases):
        reason[where], layer[where] = why, name
    return reason, layer


RULE = Rule(
    code="MR112",
    subjects=("mining_right",),
    needs={
        "working": Same(OWNER, own="licence_no", optional=True),
        "open_pit": Same(OWNER, own="licence_no", optional=True),
        "mining_right": Same("licence_no", own="licence_no"),
    },
    parameters=(AREA, LENGTH, ELEVATION),
    evaluate=evaluate,
)
