"""SL402: a dump is monitored and analysed as its height asks for."""

from __future__ import annotations

from analysis.model import FindingTable, Rule, RuleContext
from analysis.slope_duties import HEIGHT, LAW, NEEDS, PARAMETERS, judge_slopes
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Judge each duty of each dump.

    Limits: on a slope, highest less lowest ground overstates the height of the dump; a dump
    built after the terrain was measured is not in it.
    """
    return judge_slopes(subjects, context)


RULE = Rule(
    code="SL402",
    subjects=("waste_dump",),
    needs=NEEDS,
    parameters=PARAMETERS,
    optional_parameters=LAW,
    empty_tells={"waste_dump": HEIGHT},
    evaluate=evaluate,
)
