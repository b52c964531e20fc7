"""GF301: a goaf lies inside the licence of its owner."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Same, Verdict
from analysis.verdict import (
    Verdicts,
    combined_sigma,
    decide,
    is_overlap,
    is_touch,
    is_within,
    sliver_limit,
)
from gis.overlay import outside, outside_shapes
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure the part of each goaf that lies outside its owner's licence, in plan.

    Several rows of one licence number count together. A part no wider than the survey can tell
    does not count as outside.

    Limits: elevations are judged by MR112, not here.
    """
    rights = context.layer("mining_right")
    i, j = subjects.matches("owner_licence_no", rights, "licence_no")
    owned = np.zeros(len(subjects), bool)
    owned[i] = True
    rows, area, width = outside(subjects, rights, (i, j))
    owners = _Owners(subjects, rights, i, j, rows)
    verdict, reason = _judge(owners, width, context)
    shown = np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)) & ~_none(width, context)
    shapes = outside_shapes(subjects, rights, _only(i, j, rows[shown]))
    unowned = np.flatnonzero(~owned)
    no_owner = subjects.is_null("owner_licence_no")[unowned]
    return FindingTable.concat(
        [
            FindingTable.build(
                rows,
                verdict,
                reason,
                measured=area,
                threshold=context.value("outside_limit_m2"),
                unit="m2",
                comparison="<=",
                related=owners.first,
                related_layer="mining_right",
                law="outside_limit_m2",
                args={"width": width, "status": rights.text("status")[owners.first]},
                evidence=[Evidence("outside_part", np.flatnonzero(shown), shapes)],
            ),
            FindingTable.build(
                unowned,
                Verdict.NO_DATA,
                np.where(no_owner, "owner_missing", "owner_not_found").astype(object),
                args={"owner": subjects.text("owner_licence_no")[unowned]},
            ),
        ]
    )


class _Owners:
    """What is known of the owners of each goaf, (k,) each."""

    def __init__(self, goafs: Layer, rights: Layer, i: Ints, j: Ints, rows: Ints) -> None:
        place = np.searchsorted(rows, i)
        first = np.full(len(rows), -1, np.int64)
        first[place[::-1]] = j[::-1]
        self.first = first
        self.lapsed = _any(place, rights.is_code("status", "expired", "cancelled")[j], len(rows))
        self.unknown = _any(place, rights.is_null("status")[j], len(rows))
        worst = np.full(len(rows), np.nan)
        np.fmax.at(worst, place, rights.sigma_m[j])
        self.sigma: tuple[Floats, Floats] = (goafs.sigma_m[rows], worst)


def _judge(owners: _Owners, width: Floats, context: RuleContext) -> tuple[Verdicts, Objects]:
    k = context.value("k_sigma")
    least = context.value("sliver_width_m")
    none = _none(width, context)
    out = is_overlap(width, sliver_limit(least, k, *owners.sigma))
    # A part that the stated accuracies cannot tell from nothing is undecided.
    unsure = ~none & is_within(width, k * combined_sigma(*owners.sigma))
    cases: list[tuple[Bools, Verdict, str]] = [
        (out, Verdict.FAIL, "outside"),
        (owners.lapsed, Verdict.REVIEW, "owner_not_in_force"),
        (unsure, Verdict.REVIEW, "near_threshold"),
        (owners.unknown, Verdict.NO_DATA, "owner_status_missing"),
        (~none, Verdict.PASS, "sliver"),
    ]
    return decide(len(width), cases, (Verdict.PASS, "inside"))


def _none(width: Floats, context: RuleContext) -> Bools:
    return is_touch(width, context.value("touch_width_m"))


def _any(place: Ints, flag: Bools, n: int) -> Bools:
    out = np.zeros(n, bool)
    np.logical_or.at(out, place, flag)
    return out


def _only(i: Ints, j: Ints, rows: Ints) -> tuple[Ints, Ints]:
    keep = np.isin(i, rows)
    return i[keep], j[keep]


RULE = Rule(
    code="GF301",
    subjects=("goaf",),
    needs={"mining_right": Same("licence_no", own="owner_licence_no")},
    parameters=("outside_limit_m2",),
    evaluate=evaluate,
)
