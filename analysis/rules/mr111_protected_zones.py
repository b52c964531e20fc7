"""MR111: new rights and new ponds keep out of protected zones and respect the mineral plan."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.overlap_findings import Overlaps, neighbours, overlap_findings
from analysis.subjects import is_new_pond, is_new_right, is_unknown_pond, is_unknown_right
from analysis.verdict import Verdicts, decide
from gis.ragged import Bools
from layers.layer import Layer

BANNED = ("nature_reserve", "permanent_basic_farmland", "water_source", "ecological_red_line")
RESTRICTED = "plan_restricted"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Overlay each new right and each new pond with the protected zones.

    One finding per zone, and one per subject over the union of the overlaps that decide.

    Limits: the exceptions of each law (approvals, kinds of activity, inner zoning) are not
    judged; a layer that lacks a class of zones shows no overlap with it.
    """
    new, unknown = _scope(subjects)
    zones = context.layer("protected_zone")
    pairs = Overlaps.among(subjects, zones, new)
    kind = zones.text("zone_class")[pairs.j]
    verdict, reason = _judge(pairs, kind, context)
    law = np.full(len(kind), None, dtype=object)
    for name in (*BANNED, RESTRICTED):
        law[(kind == name) & (reason != "law_missing")] = f"{name}_m2"
    rest = np.flatnonzero(~new)
    return FindingTable.concat(
        [
            overlap_findings(
                pairs,
                verdict,
                reason,
                law,
                np.flatnonzero(new),
                clear=("clear", f"{BANNED[0]}_m2"),
                args={
                    "neighbours": neighbours(pairs.i, verdict),
                    "width": pairs.width,
                    "zone_class": kind,
                    "parameter": [f"{v}_m2" for v in kind],
                    "column": ["zone_class"] * len(kind),
                    "layer": ["protected_zone"] * len(kind),
                },
            ),
            FindingTable.build(
                rest,
                np.where(unknown[rest], Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
                np.where(unknown[rest], "attribute_missing", "not_new").astype(object),
                args={"column": ["project_type"] * len(rest)},
            ),
        ]
    )


def _scope(subjects: Layer) -> tuple[Bools, Bools]:
    """Return where the subject is new, and where that is unknown."""
    if subjects.name == "mining_right":
        return is_new_right(subjects), is_unknown_right(subjects)
    return is_new_pond(subjects), is_unknown_pond(subjects)


def _judge(pairs: Overlaps, kind: Objects, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    sliver = pairs.slivers(context)
    lawless = np.zeros(len(kind), bool)
    for name in (*BANNED, RESTRICTED):
        if context.optional_value(f"{name}_m2") is None:
            lawless |= kind == name
    cases: list[tuple[Bools, Verdict, str]] = [
        (pairs.touches(context), Verdict.PASS, "touch"),
        (pairs.others.is_null("zone_class")[pairs.j], Verdict.NO_DATA, "attribute_missing"),
        (lawless, Verdict.NO_DATA, "law_missing"),
        (sliver, Verdict.REVIEW, "sliver"),
        *((kind == name, Verdict.FAIL, f"in_{name}") for name in BANNED),
        (kind == RESTRICTED, Verdict.REVIEW, "in_plan_restricted"),
    ]
    return decide(len(kind), cases, (Verdict.REVIEW, "unknown_class"))


RULE = Rule(
    code="MR111",
    subjects=("mining_right", "tailings_facility"),
    needs={"protected_zone": Within()},
    parameters=("nature_reserve_m2",),
    optional_parameters=(
        "permanent_basic_farmland_m2",
        "water_source_m2",
        "ecological_red_line_m2",
        "plan_restricted_m2",
    ),
    evaluate=evaluate,
)
