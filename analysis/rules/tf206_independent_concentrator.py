"""TF206: no new tailings facility for a concentrator that has no mine of its own."""

from __future__ import annotations

import numpy as np

from analysis.model import FindingTable, Rule, RuleContext, Verdict
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import decide
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Ask of each new facility whether it belongs to an independent concentrator.

    Limits: whether a concentrator is independent is read from the data, never guessed.
    """
    new, unknown = is_new_pond(subjects), is_unknown_pond(subjects)
    independent = subjects.flag("independent_concentrator")
    forbidden = np.equal(context.value("independent_forbidden"), 1)
    hit = np.equal(independent, 1)
    verdict, reason = decide(
        len(subjects),
        [
            (unknown, Verdict.NO_DATA, "attribute_missing"),
            (~new, Verdict.NOT_APPLICABLE, "existing"),
            (hit & forbidden, Verdict.FAIL, "independent"),
            (hit, Verdict.REVIEW, "independent_controlled"),
            (np.equal(independent, 0), Verdict.PASS, "own_mine"),
        ],
        (Verdict.NO_DATA, "attribute_missing"),
    )
    columns = np.where(unknown, "project_type", "independent_concentrator").astype(object)
    return FindingTable.build(
        np.arange(len(subjects)),
        verdict,
        reason,
        law="independent_forbidden",
        args={"column": columns},
    )


RULE = Rule(
    code="TF206",
    subjects=("tailings_facility",),
    needs={},
    parameters=("independent_forbidden",),
    evaluate=evaluate,
)
