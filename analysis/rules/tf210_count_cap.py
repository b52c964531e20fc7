"""TF210: where their number is capped, a new tailings facility replaces an old one."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Rule, RuleContext, Verdict
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import decide
from gis.ragged import Bools
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Ask of each new facility which one it replaces, where the jurisdiction caps the number.

    Limits: that the facility named exists and is struck off is for the officer to check; the
    count itself is an item of the county assessment.
    """
    new, unknown = is_new_pond(subjects), is_unknown_pond(subjects)
    strictness = context.value("count_cap")
    capped = np.full(len(subjects), not np.equal(strictness, 0))
    strict = np.full(len(subjects), np.equal(strictness, 2))
    verdict, reason = decide(
        len(subjects),
        [
            (~capped, Verdict.NOT_APPLICABLE, "no_cap"),
            (unknown, Verdict.NO_DATA, "attribute_missing"),
            (~new, Verdict.NOT_APPLICABLE, "existing"),
            (_replaces_another(subjects), Verdict.PASS, "replaces"),
            (strict, Verdict.FAIL, "no_replacement"),
        ],
        (Verdict.REVIEW, "cap_in_principle"),
    )
    return FindingTable.build(
        np.arange(len(subjects)),
        verdict,
        reason,
        law="count_cap",
        args={"column": ["project_type"] * len(subjects)},
    )


def _replaces_another(subjects: Layer) -> Bools:
    """Return where a facility other than itself is named as replaced."""
    rows, entries = subjects.entries("replaces_facility")
    known = ~subjects.is_null("facility_no")[rows]
    other = known & ~np.equal(entries, subjects.text("facility_no")[rows])
    out = np.zeros(len(subjects), bool)
    out[rows[other]] = True
    return out


RULE = Rule(
    code="TF210",
    subjects=("tailings_facility",),
    needs={},
    parameters=("count_cap",),
    evaluate=evaluate,
)
