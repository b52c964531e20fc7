"""TF205: a new tailings facility of a low grade is dammed in one step."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Objects, Rule, RuleContext, Verdict
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import (
    Verdicts,
    above_zero,
    decide,
    must_be_at_least,
    must_be_at_most,
    must_be_less,
)
from gis.ragged import Bools, Floats
from layers.layer import Layer

VOLUMES = ("grade_2_volume_m3", "grade_3_volume_m3", "grade_4_volume_m3")
HEIGHTS = ("grade_2_height_m", "grade_3_height_m", "grade_4_height_m")


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Judge the dam method of each new facility by its grade, as given and as computed.

    The grade given in the data and the one computed from total volume and total dam height both
    count: a facility that is of a low grade by either needs a dam built in one step.

    Limits: the table knows grades 2 to 5, since the bounds of grade 1 are not confirmed; the
    raising of a grade by one for what lies downstream is not computed.
    """
    ponds = _Ponds(subjects, context)
    verdict, reason = _judge(ponds)
    return FindingTable.build(
        np.arange(len(subjects)),
        verdict,
        reason,
        measured=np.where(ponds.new, np.fmax(ponds.given, ponds.computed), np.nan),
        threshold=np.where(ponds.new, ponds.limit, np.nan),
        unit="1",
        law="one_step_from_grade",
        args={
            "column": ponds.missing(),
            "given": _whole(ponds.given),
            "computed": _whole(ponds.computed),
        },
    )


class _Ponds:
    """What decides about each facility, (n,) each."""

    def __init__(self, layer: Layer, context: RuleContext) -> None:
        self.layer = layer
        self.new: Bools = is_new_pond(layer)
        self.unknown: Bools = is_unknown_pond(layer)
        self.limit = context.value("one_step_from_grade")
        self.given: Floats = _listed(layer.number("grade"), context.value("lowest_grade"))
        self.computed: Floats = computed_grade(layer, context)
        self.no_given: Bools = np.isnan(self.given)
        self.no_computed: Bools = np.isnan(self.computed)
        self.low: Bools = self._is_low(self.given) | self._is_low(self.computed)
        self.no_method: Bools = layer.is_null("dam_method")
        self.one_step: Bools = layer.is_code("dam_method", "one_step")

    def _is_low(self, grade: Floats) -> Bools:
        return np.equal(must_be_less(grade, self.limit), Verdict.FAIL)

    def missing(self) -> Objects:
        """Return the column whose lack leaves each facility undecided."""
        no_volume = np.isnan(_volume(self.layer))
        return np.select(
            [self.unknown, self.low, no_volume],
            ["project_type", "dam_method", "total_volume_m3"],
            "total_dam_height_m",
        ).astype(object)


def _volume(layer: Layer) -> Floats:
    return above_zero(layer.number("total_volume_m3"))


def _listed(grade: Floats, lowest: float) -> Floats:
    """Return grades as given, unknown (NaN) where the number is none of the standard's grades."""
    known = np.equal(must_be_at_least(grade, 1), Verdict.PASS)
    known &= np.equal(must_be_at_most(grade, lowest), Verdict.PASS)
    return np.where(known, grade, np.nan)


def computed_grade(layer: Layer, context: RuleContext) -> Floats:
    """Return (n,) the grade by volume and height, 2 to 5; NaN where either is unknown.

    The more important of the two counts, lowered by one where they lie further apart than the
    standard allows.
    """
    lowest = context.value("lowest_grade")
    volume, height = _volume(layer), above_zero(layer.number("total_dam_height_m"))
    by_volume = lowest - _reached(volume, VOLUMES, context)
    by_height = lowest - _reached(height, HEIGHTS, context)
    gap = must_be_at_most(np.abs(by_volume - by_height), context.value("grade_gap"))
    grade = np.minimum(by_volume, by_height) + np.equal(gap, Verdict.FAIL)
    return np.where(np.isnan(volume) | np.isnan(height), np.nan, grade)


def _reached(values: Floats, bounds: tuple[str, ...], context: RuleContext) -> Floats:
    """Return how many of the bounds each value reaches."""
    steps = [
        np.equal(must_be_at_least(values, context.value(name)), Verdict.PASS) for name in bounds
    ]
    return np.asarray(np.sum(steps, axis=0), np.float64)


def _whole(grade: Floats) -> Objects:
    """Return grades as whole numbers for the message, None where unknown."""
    out = np.full(len(grade), None, dtype=object)
    known = ~np.isnan(grade)
    out[known] = grade[known].astype(np.int64)
    return out


def _judge(ponds: _Ponds) -> tuple[Verdicts, Objects]:
    differ = ~ponds.no_given & ~ponds.no_computed & ~np.equal(ponds.given, ponds.computed)
    # The table ends at grade 2: a given grade 1 can neither be confirmed nor denied.
    top = np.equal(ponds.given, 1) & np.equal(ponds.computed, 2)
    unproved = ponds.no_computed & ~ponds.one_step & ~ponds.low
    return decide(
        len(ponds.layer),
        [
            (ponds.unknown, Verdict.NO_DATA, "attribute_missing"),
            (~ponds.new, Verdict.NOT_APPLICABLE, "existing"),
            (ponds.low & ~ponds.one_step & ~ponds.no_method, Verdict.FAIL, "not_one_step"),
            (differ & top, Verdict.REVIEW, "grade_one_unconfirmed"),
            (differ, Verdict.REVIEW, "grade_differs"),
            (ponds.no_given & ponds.no_computed, Verdict.NO_DATA, "grade_missing"),
            (ponds.low & ponds.no_method, Verdict.NO_DATA, "attribute_missing"),
            (unproved, Verdict.NO_DATA, "attribute_missing"),
            (ponds.one_step, Verdict.PASS, "one_step"),
        ],
        (Verdict.PASS, "larger_grade"),
    )


RULE = Rule(
    code="TF205",
    subjects=("tailings_facility",),
    needs={},
    parameters=("one_step_from_grade", "lowest_grade", "grade_gap", *VOLUMES, *HEIGHTS),
    empty_tells={"tailings_facility": ("grade", "total_volume_m3", "total_dam_height_m")},
    evaluate=evaluate,
)
