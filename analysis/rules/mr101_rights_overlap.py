"""MR101: no mining or exploration right may be granted over another."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import lapsed_on, same_holder
from analysis.verdict import (
    Verdicts,
    decide,
    is_overlap,
    is_touch,
    sliver_limit,
    worst_by,
)
from gis.overlay import covered, overlap_shapes, overlaps
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

PAPERS = ("different_mineral", "oil_gas", "same_holder_gap", "same_holder_depth")
"""Exception codes; each has a reason of its own that names the paper it needs."""

EXPLORATION = "exploration_limit_km2"
"""In force where the law counts exploration rights too."""

M2_PER_KM2 = 1e6


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Overlay each right in force with every other right in force.

    The test is on the vertical projection: elevations are reported and never excuse. An overlap
    no wider than the survey can tell is a sliver, one of no width a touch. One finding per
    neighbour, and one per subject over the union of its overlaps. Where the law of the day speaks
    of mining rights only, a right of another type, or of none stated, is not judged, neither as
    subject nor as neighbour.

    Limits: whether a named exception is truly met is for the officer: its paper is printed.
    """
    rights = context.layer("mining_right")
    covered_by_law = ~_beyond_law(subjects, context)
    in_force = subjects.is_code("status", "granted", "applied")
    judged = in_force & covered_by_law
    i, j, area, width = overlaps(subjects, rights, context.rows)
    live = rights.is_code("status", "granted", "applied") | rights.is_null("status")
    keep = judged[i] & live[j]
    pairs = _Pairs(subjects, rights, i[keep], j[keep], area[keep], width[keep])
    verdict, reason = _judge(pairs, context)
    neighbours = _neighbour_findings(pairs, verdict, reason, context)
    summary = _subject_findings(pairs, verdict, reason, context, np.flatnonzero(judged))
    return FindingTable.concat([neighbours, summary, _rest(subjects, in_force, ~covered_by_law)])


def _beyond_law(rights: Layer, context: RuleContext) -> Bools:
    """Return rights of which the law of the day does not speak."""
    all_rights = context.optional_value(EXPLORATION) is not None
    return ~rights.is_code("right_type", "mining") & (not all_rights)


def _rest(subjects: Layer, in_force: Bools, lawless: Bools) -> FindingTable:
    """Return the findings on rights that are not judged."""
    rest = np.flatnonzero(~in_force | lawless)
    cases: list[tuple[Bools, Verdict, str]] = [
        (subjects.is_null("status")[rest], Verdict.NO_DATA, "status_missing"),
        (~in_force[rest], Verdict.NOT_APPLICABLE, "not_in_force"),
        (subjects.is_null("right_type")[rest], Verdict.NO_DATA, "attribute_missing"),
    ]
    verdict, reason = decide(len(rest), cases, (Verdict.NO_DATA, "law_missing"))
    return FindingTable.build(
        rest,
        verdict,
        reason,
        args={"column": ["right_type"] * len(rest), "parameter": [EXPLORATION] * len(rest)},
    )


class _Pairs:
    """Overlapping pairs with what decides about them, (k,) each."""

    def __init__(
        self, subjects: Layer, rights: Layer, i: Ints, j: Ints, area: Floats, width: Floats
    ) -> None:
        self.subjects, self.rights = subjects, rights
        self.i, self.j, self.area, self.width = i, j, area, width
        self.sigma = (subjects.sigma_m[i], rights.sigma_m[j])
        self.same_holder = same_holder(subjects, i, rights, j)
        self.exception = self._named("overlap_exception")
        self.replaced: Bools = np.array(
            [v is not None for v in self._named("replaces_licences")], bool
        )

    def _named(self, column: str) -> Objects:
        """Return the code the subject names for the neighbour, None where it names it not.

        An entry is ``licence`` or ``code:licence``. Of several codes for one neighbour the first
        counts, unless one is unknown: a claim that does not exist is no better beside another.
        """
        rows, entries = self.subjects.entries(column)
        named: dict[tuple[int, str], str] = {}
        for row, entry in zip(rows, entries, strict=True):
            code, _, licence = entry.replace("：", ":").rpartition(":")
            key, code = (int(row), licence.strip()), code.strip()
            if key not in named or (named[key] in PAPERS and code not in PAPERS):
                named[key] = code
        out = np.empty(len(self.i), dtype=object)
        if named:
            licences = self.rights.text("licence_no")
            for pair in np.flatnonzero(np.isin(self.i, rows)):
                out[pair] = named.get((int(self.i[pair]), licences[self.j[pair]]))
        return out


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    k = context.value("k_sigma")
    touch = is_touch(pairs.width, context.value("touch_width_m"))
    sliver = ~is_overlap(
        pairs.width, sliver_limit(context.value("sliver_width_m"), k, *pairs.sigma)
    )
    applied = pairs.subjects.is_code("status", "applied")[pairs.i]
    other_applied = pairs.rights.is_code("status", "applied")[pairs.j]
    lawless = _beyond_law(pairs.rights, context)[pairs.j]
    no_type = pairs.rights.is_null("right_type")[pairs.j]
    named = np.array([v is not None for v in pairs.exception], bool)
    known = np.isin(pairs.exception.astype(str), PAPERS)
    by_holder = np.array([str(v).startswith("same_holder") for v in pairs.exception], bool)
    cases: list[tuple[Bools, Verdict, str]] = [
        (touch, Verdict.PASS, "touch"),
        (pairs.replaced & pairs.same_holder, Verdict.PASS, "replaced"),
        (pairs.replaced, Verdict.REVIEW, "replacement_consent"),
        (lawless & no_type, Verdict.NO_DATA, "attribute_missing"),
        (lawless, Verdict.NO_DATA, "law_missing"),
        (pairs.rights.is_null("status")[pairs.j], Verdict.NO_DATA, "neighbour_status_missing"),
        (sliver, Verdict.REVIEW, "sliver"),
        (~applied & other_applied, Verdict.REVIEW, "overlapped_by_application"),
        (~applied, Verdict.REVIEW, "registered_overlap"),
        (named & ~known, Verdict.FAIL, "exception_unknown"),
        (named & by_holder & ~pairs.same_holder, Verdict.FAIL, "exception_holder"),
        *((pairs.exception == p, Verdict.REVIEW, f"exception_{p}") for p in PAPERS),
    ]
    return decide(len(pairs.i), cases, (Verdict.FAIL, "overlap"))


def _neighbour_findings(
    pairs: _Pairs, verdict: Verdicts, reason: Objects, context: RuleContext
) -> FindingTable:
    shown = np.flatnonzero(np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    shapes = overlap_shapes(pairs.subjects, pairs.rights, pairs.i[shown], pairs.j[shown])
    top, bottom = _common_elevations(pairs)
    return FindingTable.build(
        pairs.i,
        verdict,
        reason,
        measured=pairs.area / M2_PER_KM2,
        threshold=context.value("overlap_limit_km2"),
        unit="km2",
        comparison="<=",
        related=pairs.j,
        related_layer="mining_right",
        law="overlap_limit_km2",
        args={
            "width": pairs.width,
            "exception": pairs.exception,
            "top_elevation": top,
            "bottom_elevation": bottom,
            "lapsed_on": lapsed_on(pairs.rights, pairs.j, context.as_of),
            "column": ["right_type"] * len(pairs.i),
            "parameter": [EXPLORATION] * len(pairs.i),
        },
        evidence=[Evidence("overlap", shown, shapes)],
    )


def _common_elevations(pairs: _Pairs) -> tuple[Floats, Floats]:
    """Return the elevations both rights share, NaN where unknown or none."""
    a, b = pairs.subjects, pairs.rights
    top = np.minimum(a.number("top_elevation_m")[pairs.i], b.number("top_elevation_m")[pairs.j])
    bottom = np.maximum(
        a.number("bottom_elevation_m")[pairs.i], b.number("bottom_elevation_m")[pairs.j]
    )
    apart = ~is_overlap(top, bottom)
    return np.where(apart, np.nan, top), np.where(apart, np.nan, bottom)


def _subject_findings(
    pairs: _Pairs,
    verdict: Verdicts,
    reason: Objects,
    context: RuleContext,
    judged: Ints,
) -> FindingTable:
    """Return one finding per judged subject: the union of its overlaps, the worst of its pairs."""
    n = len(pairs.subjects)
    worst = np.maximum(worst_by(pairs.i, verdict, n), Verdict.PASS).astype(np.int8)
    counts = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    area = np.zeros(n)
    rows, union = _union(pairs, counts)
    area[rows] = union
    why = np.full(n, "clear", dtype=object)
    # The widest overlap of the worst verdict gives the reason; written last, it stays.
    order = counts[np.lexsort((pairs.area[counts], verdict[counts], pairs.i[counts]))]
    why[pairs.i[order]] = reason[order]
    neighbours = np.bincount(pairs.i[counts], minlength=n)
    return FindingTable.build(
        judged,
        worst[judged],
        why[judged],
        measured=area[judged] / M2_PER_KM2,
        threshold=context.value("overlap_limit_km2"),
        unit="km2",
        comparison="<=",
        law="overlap_limit_km2",
        args={
            "neighbours": neighbours[judged],
            "column": ["right_type"] * len(judged),
            "parameter": [EXPLORATION] * len(judged),
        },
    )


def _union(pairs: _Pairs, counts: Ints) -> tuple[Ints, Floats]:
    """Return subjects and the area in m2 of the union of their counted overlaps."""
    i, j, area = pairs.i[counts], pairs.j[counts], pairs.area[counts]
    many = np.bincount(i, minlength=len(pairs.subjects))
    single = np.equal(many[i], 1)
    rows, union = covered(pairs.subjects, pairs.rights, (i[~single], j[~single]))
    return np.concatenate([i[single], rows]), np.concatenate([area[single], union])


RULE = Rule(
    code="MR101",
    subjects=("mining_right",),
    needs={"mining_right": Within()},
    parameters=("overlap_limit_km2",),
    optional_parameters=(EXPLORATION,),
    evaluate=evaluate,
)
