"""TF202: an existing tailings facility with people or facilities within 1 km below is 头顶库."""

from __future__ import annotations

from analysis.below_dam import PARAMETERS
from analysis.below_dam_findings import NEEDS, judge_below
from analysis.model import FindingTable, Rule, RuleContext, Verdict
from analysis.subjects import is_new_pond, scope
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Ask of existing facilities what TF201 asks of new ones; the answer carries duties.

    Limits: as of TF201; whether people can be moved is for the officer to find out.
    """
    judged, rest = scope(
        subjects,
        [(is_new_pond(subjects), "new"), (subjects.is_code("status", "closed"), "closed")],
        ("status",),
        unread=("project_type",),
    )
    below = judge_below(subjects, judged, context, Verdict.REVIEW, "overhead_pond")
    return FindingTable.concat([rest, below])


RULE = Rule(
    code="TF202",
    subjects=("tailings_facility",),
    needs=NEEDS,
    parameters=PARAMETERS,
    evaluate=evaluate,
)
