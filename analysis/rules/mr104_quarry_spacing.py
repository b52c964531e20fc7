"""MR104: small quarries keep apart from one another."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import (
    first_null,
    is_given,
    is_lapsed,
    is_open_pit,
    lapsed_on,
    names_licence,
    near_rights,
    replaces,
    same_holder,
    scope,
)
from analysis.verdict import (
    Verdicts,
    above_zero,
    combined_sigma,
    decide,
    is_within,
    must_exceed,
)
from gis.distance import shortest_lines
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

DECIDING = ("right_type", "status", "method", "mineral_class")


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure the shortest distance between the licence boundaries of neighbouring quarries.

    One finding for each neighbour that is too near or undecided; else one for the nearest.

    Limits: whether a quarry lies on a hillside is not in the data, and is taken as given.
    """
    rights = context.layer("mining_right")
    other_mineral = ~subjects.is_null("mineral_class") & ~_is_quarry_mineral(subjects)
    judged, rest = scope(
        subjects,
        [
            (subjects.is_code("right_type", "exploration"), "exploration"),
            (is_lapsed(subjects), "not_in_force"),
            (~subjects.is_null("method") & ~is_open_pit(subjects), "no_quarry"),
            (other_mineral, "no_quarry"),
            (_is_large(subjects, context), "large_quarry"),
        ],
        DECIDING,
    )
    i, j, distance = near_rights(
        subjects,
        judged,
        context.rows,
        rights,
        _may_be_quarry(rights) & ~_is_large(rights, context),
        context.value("neighbour_search_m"),
    )
    replaced = replaces(subjects, i, rights, j)
    keep = ~(replaced & same_holder(subjects, i, rights, j))
    pairs = _Pairs(subjects, rights, i[keep], j[keep], distance[keep], replaced[keep])
    verdict, reason = _judge(pairs, context)
    hit = ~np.equal(verdict, Verdict.PASS)
    clear = np.flatnonzero(~hit & ~np.isin(pairs.i, pairs.i[hit]))
    nearest = clear[np.lexsort((pairs.j[clear], pairs.distance[clear], pairs.i[clear]))]
    nearest = nearest[np.unique(pairs.i[nearest], return_index=True)[1]]
    shown = np.concatenate([np.flatnonzero(hit), nearest])
    alone = np.setdiff1d(judged, pairs.i)
    return FindingTable.concat(
        [
            rest,
            _findings(pairs, shown, verdict[shown], reason[shown], context),
            FindingTable.build(alone, Verdict.NOT_APPLICABLE, "no_neighbour"),
        ]
    )


def _is_quarry_mineral(rights: Layer) -> Bools:
    return rights.is_code("mineral_class", "building_stone", "building_sand", "clay")


def _may_be_quarry(rights: Layer) -> Bools:
    """Return rights that are quarries in force as far as is known."""
    return (
        ~rights.is_code("right_type", "exploration")
        & ~is_lapsed(rights)
        & (is_open_pit(rights) | rights.is_null("method"))
        & (_is_quarry_mineral(rights) | rights.is_null("mineral_class"))
    )


def _is_large(rights: Layer, context: RuleContext) -> Bools:
    capacity = above_zero(rights.number("capacity_kt_a"))
    return ~np.isnan(capacity) & ~is_within(capacity, context.value("small_quarry_kt_a"))


class _Pairs:
    """Quarries and their neighbours with what decides about them, (k,) each."""

    def __init__(
        self, subjects: Layer, rights: Layer, i: Ints, j: Ints, distance: Floats, replaced: Bools
    ) -> None:
        self.subjects, self.rights = subjects, rights
        self.i, self.j, self.distance, self.replaced = i, j, distance, replaced
        self.sigma = combined_sigma(subjects.sigma_m[i], rights.sigma_m[j])
        self.named = names_licence(subjects, i, rights.text("licence_no")[j])
        self.missing: Objects = first_null(rights, DECIDING)[j]
        own, other = (
            above_zero(layer.number("capacity_kt_a"))[rows]
            for layer, rows in ((subjects, i), (rights, j))
        )
        self.no_capacity: Bools = np.isnan(own) | np.isnan(other)


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    apart = must_exceed(
        pairs.distance, context.value("quarry_spacing_m"), pairs.sigma, context.value("k_sigma")
    )
    cases: list[tuple[Bools, Verdict, str]] = [
        (pairs.named, Verdict.REVIEW, "replacement_consent"),
        (np.equal(apart, Verdict.PASS), Verdict.PASS, "apart"),
        (pairs.replaced, Verdict.REVIEW, "replacement_consent"),
        (is_given(pairs.missing), Verdict.NO_DATA, "attribute_missing"),
        (pairs.no_capacity, Verdict.REVIEW, "capacity_missing"),
        (np.equal(apart, Verdict.REVIEW), Verdict.REVIEW, "near_threshold"),
    ]
    return decide(len(pairs.i), cases, (Verdict.FAIL, "too_near"))


def _findings(
    pairs: _Pairs, rows: Ints, verdict: Verdicts, reason: Objects, context: RuleContext
) -> FindingTable:
    drawn = np.flatnonzero(np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    i, j = pairs.i[rows], pairs.j[rows]
    lines = shortest_lines(pairs.subjects, pairs.rights, i[drawn], j[drawn])
    return FindingTable.build(
        i,
        verdict,
        reason,
        measured=pairs.distance[rows],
        threshold=context.value("quarry_spacing_m"),
        uncertainty=pairs.sigma[rows],
        unit="m",
        comparison=">",
        related=j,
        related_layer="mining_right",
        law="quarry_spacing_m",
        args={
            "column": pairs.missing[rows],
            "layer": ["mining_right"] * len(rows),
            "lapsed_on": lapsed_on(pairs.rights, j, context.as_of),
        },
        evidence=[Evidence("shortest_line", drawn, lines)],
    )


RULE = Rule(
    code="MR104",
    subjects=("mining_right",),
    needs={"mining_right": Within(parameters=("neighbour_search_m",))},
    parameters=("quarry_spacing_m", "small_quarry_kt_a"),
    empty_tells={"mining_right": ("licence_no", "replaces_licences")},
    evaluate=evaluate,
)
