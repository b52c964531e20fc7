"""SL401: an open pit's slopes are monitored and analysed as their height asks for."""

from __future__ import annotations

from analysis.model import FindingTable, Rule, RuleContext
from analysis.slope_duties import HEIGHT, LAW, NEEDS, PARAMETERS, judge_slopes
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Judge each duty of each pit.

    Limits: the terrain rounds steep walls, and what it may hide within its cells keeps a pit from
    passing; that it is older than the pit, or shows the water in it, does not.
    """
    return judge_slopes(subjects, context)


RULE = Rule(
    code="SL401",
    subjects=("open_pit",),
    needs=NEEDS,
    parameters=PARAMETERS,
    optional_parameters=LAW,
    empty_tells={"open_pit": HEIGHT},
    evaluate=evaluate,
)
