"""TF204: a new tailings facility is no higher than the cap on total dam height."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Rule, RuleContext, Verdict
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import above_zero, decide, must_be_at_most
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Compare the total dam height of each new facility with the cap.

    Limits: the height is the designer's figure; it is not measured on the terrain.
    """
    new, unknown = is_new_pond(subjects), is_unknown_pond(subjects)
    height = np.where(new, above_zero(subjects.number("total_dam_height_m")), np.nan)
    limit = context.value("dam_height_cap_m")
    against = must_be_at_most(height, limit)
    verdict, reason = decide(
        len(subjects),
        [
            (unknown, Verdict.NO_DATA, "attribute_missing"),
            (~new, Verdict.NOT_APPLICABLE, "existing"),
            (np.equal(against, Verdict.FAIL), Verdict.FAIL, "too_high"),
            (np.equal(against, Verdict.PASS), Verdict.PASS, "within_cap"),
        ],
        (Verdict.NO_DATA, "attribute_missing"),
    )
    return FindingTable.build(
        np.arange(len(subjects)),
        verdict,
        reason,
        measured=height,
        threshold=np.where(new, limit, np.nan),
        unit="m",
        comparison="<=",
        law="dam_height_cap_m",
        args={"column": np.where(unknown, "project_type", "total_dam_height_m").astype(object)},
    )


RULE = Rule(
    code="TF204",
    subjects=("tailings_facility",),
    needs={},
    parameters=("dam_height_cap_m",),
    evaluate=evaluate,
)
