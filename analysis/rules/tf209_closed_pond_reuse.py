"""TF209: a closed tailings facility takes no tailings again."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import (
    Verdicts,
    combined_sigma,
    decide,
    is_overlap,
    is_touch,
    is_within,
    sliver_limit,
)
from gis.overlay import overlap_shapes, overlaps
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Overlay each new or expanded facility with every closed one.

    Limits: an application that carries the number of a registered facility takes its place, and
    the registered one's status is then not seen.
    """
    ponds = context.layer("tailings_facility")
    unknown = is_unknown_pond(subjects)
    applies = is_new_pond(subjects) | subjects.is_code("project_type", "expanded")
    i, j, area, width = overlaps(subjects, ponds)
    closed = ponds.is_code("status", "closed") | ponds.is_null("status")
    touch = is_touch(width, context.value("touch_width_m"))
    keep = applies[i] & closed[j] & ~touch & ~np.equal(context.rows[i], j)
    i, j, area, width = i[keep], j[keep], area[keep], width[keep]
    verdict, reason = _judge(subjects, ponds, i, j, width, context)
    pairs = _pairs(subjects, ponds, i, j, area, width, verdict, reason, context)
    clear = np.setdiff1d(np.flatnonzero(applies), i[~np.equal(verdict, Verdict.PASS)])
    rest = np.flatnonzero(~applies)
    return FindingTable.concat(
        [
            pairs,
            FindingTable.build(
                clear,
                Verdict.PASS,
                "clear",
                measured=0.0,
                threshold=context.value("reuse_limit_m2"),
                unit="m2",
                comparison="<=",
                law="reuse_limit_m2",
            ),
            FindingTable.build(
                rest,
                np.where(unknown[rest], Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
                np.where(unknown[rest], "attribute_missing", "existing").astype(object),
                args={"column": ["project_type"] * len(rest)},
            ),
        ]
    )


def _judge(
    subjects: Layer, ponds: Layer, i: Ints, j: Ints, width: Floats, context: RuleContext
) -> tuple[Verdicts, Objects]:
    k = context.value("k_sigma")
    sigma = (subjects.sigma_m[i], ponds.sigma_m[j])
    real = is_overlap(width, sliver_limit(context.value("sliver_width_m"), k, *sigma))
    # What the stated accuracies cannot tell from nothing is undecided.
    unsure = is_within(width, k * combined_sigma(*sigma))
    unknown = ponds.is_null("status")[j]
    cases: list[tuple[Bools, Verdict, str]] = [
        (unknown & (real | unsure), Verdict.NO_DATA, "neighbour_status_missing"),
        (real, Verdict.FAIL, "reuse"),
        (unsure, Verdict.REVIEW, "near_threshold"),
    ]
    return decide(len(i), cases, (Verdict.PASS, "sliver"))


def _pairs(
    subjects: Layer,
    ponds: Layer,
    i: Ints,
    j: Ints,
    area: Floats,
    width: Floats,
    verdict: Verdicts,
    reason: Objects,
    context: RuleContext,
) -> FindingTable:
    shown = np.flatnonzero(np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    shapes = overlap_shapes(subjects, ponds, i[shown], j[shown])
    return FindingTable.build(
        i,
        verdict,
        reason,
        measured=area,
        threshold=context.value("reuse_limit_m2"),
        unit="m2",
        comparison="<=",
        related=j,
        related_layer="tailings_facility",
        law="reuse_limit_m2",
        args={"width": width, "sigma": combined_sigma(subjects.sigma_m[i], ponds.sigma_m[j])},
        evidence=[Evidence("overlap", shown, shapes)],
    )


RULE = Rule(
    code="TF209",
    subjects=("tailings_facility",),
    needs={"tailings_facility": Within()},
    parameters=("reuse_limit_m2",),
    evaluate=evaluate,
)
