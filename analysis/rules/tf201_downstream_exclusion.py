"""TF201: nobody lives and nothing important stands within 1 km below a new tailings facility."""

from __future__ import annotations

from analysis.below_dam import PARAMETERS
from analysis.below_dam_findings import NEEDS, judge_below
from analysis.model import FindingTable, Rule, RuleContext, Verdict
from analysis.subjects import is_existing_pond, is_unknown_pond, scope
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Follow the flow path below each new facility's dam and see who is in its corridor.

    Limits: a new dam is not in the terrain; where the toe is not given, the path starts at the
    lowest point of the footprint's rim and is followed farther by an allowance.
    """
    judged, rest = scope(subjects, [(is_existing_pond(subjects), "existing")], ())
    unknown = is_unknown_pond(subjects)[judged]
    missing = FindingTable.build(
        judged[unknown],
        Verdict.NO_DATA,
        "attribute_missing",
        args={"column": ["project_type"] * int(unknown.sum())},
    )
    below = judge_below(subjects, judged[~unknown], context, Verdict.FAIL, "in_corridor")
    return FindingTable.concat([rest, missing, below])


RULE = Rule(
    code="TF201",
    subjects=("tailings_facility",),
    needs=NEEDS,
    parameters=PARAMETERS,
    evaluate=evaluate,
)
