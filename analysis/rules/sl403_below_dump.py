"""SL403: nobody lives and nothing important stands below a waste dump."""

from __future__ import annotations

import numpy as np

from analysis.below import PARAMETERS
from analysis.below_dump import GROUND, REACH, judge_dumps
from analysis.below_neighbours import find_neighbours
from analysis.model import FindingTable, Rule, RuleContext, Verdict, Window, Within
from analysis.verdict import is_within
from gis.terrain import half_diagonals
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Follow the flow paths from all around each dump's rim and see who is below.

    Limits: the distance is this program's own, no text gives one; a path is no analysis of how
    far a slide runs; a dump that is newer than the terrain is not in it.
    """
    size = half_diagonals(subjects.shapes.bounds)
    small = is_within(size, context.value("outline_most_m"))
    judged, large = np.flatnonzero(small), np.flatnonzero(~small)
    reach = sum(context.value(name) for name in REACH)
    sigma = context.value("k_sigma") * np.nan_to_num(subjects.sigma_m[judged])
    worst = max(context.layer(name).worst_sigma_m for name in ("settlement", "building"))
    metres = reach + sigma + context.value("k_sigma") * float(np.nan_to_num(worst))
    neighbours = find_neighbours(subjects, judged, metres, context)
    found = judge_dumps(subjects, judged, neighbours, context, "below_dump")
    too_large = FindingTable.build(large, Verdict.NO_DATA, "dump_too_large")
    return FindingTable.concat([found, too_large])


RULE = Rule(
    code="SL403",
    subjects=("waste_dump",),
    needs={
        "settlement": Within(parameters=REACH),
        "building": Within(parameters=REACH, optional=True),
        "terrain": Window(parameters=GROUND),
    },
    parameters=(*PARAMETERS, "floor_slope", "outline_most_m"),
    evaluate=evaluate,
)
