"""MR102: quarries on ordinary building stone and sand are not bounded along a ridge."""

from __future__ import annotations

from analysis.model import FindingTable, Rule, RuleContext, Window, Within
from analysis.ridge_boundary import MARGIN_M, PARAMETERS, REACH
from analysis.ridge_findings import judge_ridges
from analysis.subjects import is_lapsed, is_open_pit, scope
from layers.layer import Layer

DECIDING = ("right_type", "status", "method", "mineral_class")


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure how much of each quarry's boundary runs along a ridge, and for how long.

    Limits: a ridge lower than the rulebook's drop, or narrower than the terrain's smoothing, is
    not seen; beside the terrain a place is right to about a cell.
    """
    ordinary = subjects.is_code("mineral_class", "building_stone", "building_sand")
    judged, rest = scope(
        subjects,
        [
            (subjects.is_code("right_type", "exploration"), "exploration"),
            (is_lapsed(subjects), "not_in_force"),
            (~subjects.is_null("method") & ~is_open_pit(subjects), "no_quarry"),
            (~subjects.is_null("mineral_class") & ~ordinary, "no_quarry"),
        ],
        DECIDING,
    )
    return FindingTable.concat([rest, judge_ridges(subjects, judged, context)])


RULE = Rule(
    code="MR102",
    subjects=("mining_right",),
    needs={
        "ridge_line": Within(parameters=("tolerance_m", "near_band_m"), optional=True),
        "terrain": Window(MARGIN_M, parameters=REACH),
    },
    parameters=PARAMETERS,
    evaluate=evaluate,
)
