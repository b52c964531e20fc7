"""GF301: a goaf lies inside the licence of its owner."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Same, Verdict
from analysis.subjects import is_lapsed, is_number_shared
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

    The licence is what the rows of its number that are granted mining rights cover together.
    Where a goaf leaves these, or there are none, all rows of the number are its ground: what
    lies outside them fails, the rest rests on rows that are lapsed, applied for, for exploration
    or unknown. A part no wider than the survey can tell does not count as outside.

    Limits: elevations are judged by MR112, not here.
    """
    rights = context.layer("mining_right")
    i, j = subjects.matches("owner_licence_no", rights, "licence_no")
    owners = _Owners(subjects, rights, i, j, context)
    verdict, reason = _judge(owners, context)
    rows, width = owners.rows, owners.width
    shown = np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)) & ~_none(width, context)
    shapes = outside_shapes(subjects, rights, _only(*owners.ground, rows[shown]))
    unowned = np.setdiff1d(np.arange(len(subjects)), i)
    no_owner = subjects.is_null("owner_licence_no")[unowned]
    return FindingTable.concat(
        [
            FindingTable.build(
                rows,
                verdict,
                reason,
                measured=owners.area,
                threshold=context.value("outside_limit_m2"),
                unit="m2",
                comparison="<=",
                related=owners.first,
                related_layer="mining_right",
                law="outside_limit_m2",
                args={
                    "width": width,
                    "column": np.where(owners.no_type, "right_type", "status").astype(object),
                },
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
    """The goafs whose licence is known (``rows`` of the layer), and their grounds, (k,) each.

    Attributes
    ----------
    area, width : what lies outside, m2 and greatest width in m
    ground : pairs (goaf, right) that it was measured by
    first : a row of the licence, of those in the ground
    granted : the ground is that of granted mining rights alone
    lapsed, unknown, no_type : it holds a row that has lapsed; whose status or type is not
        stated; whose type is not stated
    shared : rows of the number have two holders
    sigma : accuracies of goaf and ground, m
    """

    def __init__(self, goafs: Layer, rights: Layer, i: Ints, j: Ints, context: RuleContext) -> None:
        self.rows = np.unique(i)
        sure = rights.is_code("status", "granted") & rights.is_code("right_type", "mining")
        in_force = sure[j]
        rows, _, width = outside(goafs, rights, (i[in_force], j[in_force]))
        within = rows[~is_overlap(width, context.value("sliver_width_m"))]
        keep = in_force | ~np.isin(i, within)
        self.ground = i[keep], j[keep]
        _, self.area, self.width = outside(goafs, rights, self.ground)
        self._describe(goafs, rights, sure)

    def _describe(self, goafs: Layer, rights: Layer, sure: Bools) -> None:
        i, j = self.ground
        place, count = np.searchsorted(self.rows, i), len(self.rows)
        self.first: Ints = np.full(count, -1, np.int64)
        self.first[place[::-1]] = j[::-1]
        self.granted: Bools = ~_any(place, ~sure[j], count)
        self.no_type = _any(place, rights.is_null("right_type")[j], count)
        self.unknown = self.no_type | _any(place, rights.is_null("status")[j], count)
        self.shared = _any(place, is_number_shared(rights)[j], count)
        self.lapsed = _any(place, is_lapsed(rights)[j], count)
        worst = np.full(count, np.nan)
        np.fmax.at(worst, place, rights.sigma_m[j])
        self.sigma: tuple[Floats, Floats] = (goafs.sigma_m[self.rows], worst)


def _judge(owners: _Owners, context: RuleContext) -> tuple[Verdicts, Objects]:
    k = context.value("k_sigma")
    width, none = owners.width, _none(owners.width, context)
    out = is_overlap(width, sliver_limit(context.value("sliver_width_m"), k, *owners.sigma))
    # A part that the stated accuracies cannot tell from nothing is undecided.
    unsure = ~none & is_within(width, k * combined_sigma(*owners.sigma))
    cases: list[tuple[Bools, Verdict, str]] = [
        (out, Verdict.FAIL, "outside"),
        (unsure, Verdict.REVIEW, "near_threshold"),
        (owners.shared, Verdict.NO_DATA, "number_shared"),
        (~owners.granted & owners.unknown, Verdict.NO_DATA, "owner_status_missing"),
        (~owners.granted & owners.lapsed, Verdict.REVIEW, "owner_not_in_force"),
        (~owners.granted, Verdict.REVIEW, "owner_right_not_granted"),
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
    empty_tells={"mining_right": ("licence_no",)},
    evaluate=evaluate,
)
