"""MR103: a pillar is left between underground mines of different holders."""

from __future__ import annotations

import numpy as np

from analysis.hidden_voids import Field, facing, hidden
from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import (
    first_null,
    is_given,
    is_lapsed,
    is_underground,
    lapsed_on,
    names_licence,
    near_rights,
    replaces,
    same_holder,
    scope,
)
from analysis.verdict import Verdicts, combined_sigma, decide, must_be_at_least
from analysis.voids import VoidPairs, Voids, claims, has, matches, opposed, worst_rows
from gis.distance import shortest_lines
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

DECIDING = ("right_type", "status", "method")
BY_VOIDS = (
    "workings_too_near",
    "workings_too_near_in_plan",
    "workings_near_threshold",
    "workings_apart",
)
"""Reasons whose distance is that between workings, not between boundaries."""


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure between licence boundaries, and between what is known to be dug.

    Workings and goafs decide wherever they are known on both sides; boundaries far enough apart
    decide where they are not.

    The workings of a licence that a right replaces are its own.

    Limits: one known working or goaf makes a side known; only voids with an owner count, and
    one without an owner that could break the rule keeps the mine from passing.
    """
    rights = context.layer("mining_right")
    judged, rest = scope(
        subjects,
        [
            (subjects.is_code("right_type", "exploration"), "exploration"),
            (is_lapsed(subjects), "not_in_force"),
            (~subjects.is_null("method") & ~is_underground(subjects), "not_underground"),
        ],
        DECIDING,
    )
    others = (
        ~rights.is_code("right_type", "exploration")
        & ~is_lapsed(rights)
        & (is_underground(rights) | rights.is_null("method"))
    )
    i, j, distance = near_rights(
        subjects, judged, context.rows, rights, others, context.value("neighbour_search_m")
    )
    keep = ~same_holder(subjects, i, rights, j)
    voids = Voids(context.layer("working"), context.layer("goaf"))
    pairs = _Pairs(subjects, rights, i[keep], j[keep], distance[keep], voids, context)
    verdict, reason = _judge(pairs, context)
    hit = ~np.equal(verdict, Verdict.PASS)
    clear = np.flatnonzero(~hit & ~np.isin(pairs.i, pairs.i[hit]))
    away = np.where(np.isin(reason, BY_VOIDS), pairs.depth, pairs.distance)
    order = clear[np.lexsort((pairs.j[clear], away[clear], pairs.i[clear]))]
    nearest = order[np.unique(pairs.i[order], return_index=True)[1]]
    blind = _blind(subjects, pairs.i[nearest], pairs, context)
    shown = np.concatenate(
        [np.flatnonzero(hit), nearest[~np.isin(pairs.i[nearest], blind.subject)]]
    )
    alone = np.setdiff1d(judged, pairs.i)
    return FindingTable.concat(
        [
            rest,
            _findings(pairs, shown, verdict[shown], reason[shown], context),
            blind,
            FindingTable.build(alone, Verdict.NOT_APPLICABLE, "no_neighbour"),
        ]
    )


class _Pairs:
    """Neighbouring mines with what decides about them, (k,) each.

    ``depth`` is the least distance between known workings (``voids``, see there), NaN where none
    of the two come within the search; ``between`` the verdict on it; ``known`` whether both
    sides have some.
    """

    def __init__(
        self,
        subjects: Layer,
        rights: Layer,
        i: Ints,
        j: Ints,
        distance: Floats,
        voids: Voids,
        context: RuleContext,
    ) -> None:
        self.subjects, self.rights, self.voids = subjects, rights, voids
        self.i, self.j, self.distance = i, j, distance
        self.sigma = combined_sigma(subjects.sigma_m[i], rights.sigma_m[j])
        self.missing: Objects = first_null(rights, DECIDING)[j]
        self.replaced = replaces(subjects, i, rights, j)
        self.named = names_licence(subjects, i, rights.text("licence_no")[j])
        self.mine, self.theirs, self.owner = claims(subjects, rights, voids)
        dug = [np.isin(side.code, self.owner) for side in (self.mine, self.theirs)]
        self.known: Bools = np.isin(i, self.mine.row[dug[0]]) & np.isin(j, self.theirs.row[dug[1]])
        # Where either layer is not there, nobody can say that what is known is all.
        self.lacking = [n for n in ("working", "goaf") if not _is_there(context.layer(n))]
        self._measure_voids(context)

    def _measure_voids(self, context: RuleContext) -> None:
        # Beyond the pillar: as far as accuracies blur it, and to show what PASS rests on.
        reach = context.value("neighbour_search_m") + self.voids.blur(context.value("k_sigma"))
        pair, own, other, self.contested = opposed(self.mine, self.i, self.theirs, self.j)
        mine = self.mine.code[np.isin(self.mine.row, self.i)]
        self.near: VoidPairs = self.voids.near(np.flatnonzero(np.isin(self.owner, mine)), reach)
        self.near_verdict = _on_voids(self.near, context)
        width = int(max(side.max(initial=0) for side in (self.owner, own, other))) + 2
        key = self.owner[self.near.p] * width + self.owner[self.near.q]
        owned = np.flatnonzero(has(self.owner[self.near.q]))
        least = owned[worst_rows(key[owned], self.near_verdict[owned], self.near.distance[owned])]
        wanted = own * width + other
        place = np.searchsorted(key[least], wanted)
        rows = np.flatnonzero(np.append(key[least], -1)[place] == wanted)
        at = least[place[rows]]
        worst = worst_rows(pair[rows], self.near_verdict[at], self.near.distance[at])
        self.at: Ints = np.full(len(self.i), -1)
        self.at[pair[rows[worst]]] = at[worst]
        found = has(self.at)
        self.depth: Floats = np.where(found, np.append(self.near.distance, np.nan)[self.at], np.nan)
        self.between: Verdicts = np.where(
            found, np.append(self.near_verdict, np.int8(0))[self.at], np.int8(Verdict.PASS)
        ).astype(np.int8)
        vague = self.contested & np.equal(self.between, Verdict.PASS)
        self.between[~self.known | vague] = Verdict.NO_DATA
        self.in_plan: Bools = found & np.append(self.near.in_plan, False)[self.at]


def _is_there(layer: Layer) -> bool:
    there = bool(len(layer)) or layer.empty_means_none
    return layer.registered and there and not layer.astray


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    boundary = must_be_at_least(
        pairs.distance, context.value("pillar_m"), pairs.sigma, context.value("k_sigma")
    )
    close = np.equal(pairs.between, Verdict.FAIL)
    unsure = np.equal(pairs.between, Verdict.REVIEW)
    unchecked = np.full(len(pairs.i), bool(pairs.lacking))
    apart = np.equal(pairs.between, Verdict.PASS) & ~unchecked
    far = np.equal(boundary, Verdict.PASS) & ~close & ~unsure
    clear = (far & ~pairs.contested) | apart
    cases: list[tuple[Bools, Verdict, str]] = [
        (pairs.named, Verdict.REVIEW, "replacement_consent"),
        (clear & far & unchecked, Verdict.PASS, "boundaries_apart_unchecked"),
        (clear & far, Verdict.PASS, "boundaries_apart"),
        (clear, Verdict.PASS, "workings_apart"),
        (pairs.replaced, Verdict.REVIEW, "replacement_consent"),
        (is_given(pairs.missing), Verdict.NO_DATA, "attribute_missing"),
        (close & pairs.in_plan, Verdict.FAIL, "workings_too_near_in_plan"),
        (close, Verdict.FAIL, "workings_too_near"),
        (unsure, Verdict.REVIEW, "workings_near_threshold"),
        (far, Verdict.NO_DATA, "predecessor_shared"),
        (np.equal(boundary, Verdict.REVIEW), Verdict.REVIEW, "near_threshold"),
    ]
    return decide(len(pairs.i), cases, (Verdict.REVIEW, "workings_unknown"))


def _blind(subjects: Layer, clear: Ints, pairs: _Pairs, context: RuleContext) -> FindingTable:
    """Return NO_DATA for those of the passing subjects near which voids may hide."""
    voids, mines = pairs.voids, subjects.shapes.take(clear)
    at, code = pairs.mine.of(clear)
    claim, own = matches(code, pairs.owner)
    side, pair = matches(clear, pairs.i)
    other, code = pairs.theirs.of(pairs.j[pair])
    owned, theirs = matches(code, pairs.owner)
    known = np.concatenate([pairs.theirs.code, pairs.mine.code])
    loose = np.flatnonzero(~np.isin(pairs.owner, known))
    search = context.value("neighbour_search_m")
    field = Field(
        mines,
        voids,
        own=(at[claim], own),
        facing=facing(mines, (side[other[owned]], theirs), loose, voids, search),
        loose=loose,
        reach=context.value("pillar_m") + voids.blur(context.value("k_sigma")),
        search=search,
        judge=lambda near: _on_voids(near, context),
        reason="void_owner_unknown",
    )
    return hidden(clear, field, {name: context.layer(name) for name in ("goaf", "working")})


def _on_voids(near: VoidPairs, context: RuleContext) -> Verdicts:
    return must_be_at_least(
        near.distance, context.value("pillar_m"), near.sigma, context.value("k_sigma")
    )


def _findings(
    pairs: _Pairs, rows: Ints, verdict: Verdicts, reason: Objects, context: RuleContext
) -> FindingTable:
    voids, near = pairs.voids, pairs.near
    by_voids = np.isin(reason, BY_VOIDS) & has(pairs.at[rows])
    at = pairs.at[rows]
    drawn = np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW))
    deep, flat = np.flatnonzero(drawn & by_voids), np.flatnonzero(drawn & ~by_voids)
    own, other = np.full((2, len(rows)), None, dtype=object)
    own[by_voids] = voids.number[near.p[at[by_voids]]]
    other[by_voids] = voids.number[near.q[at[by_voids]]]
    sigma = np.where(by_voids, np.append(near.sigma, np.nan)[at], pairs.sigma[rows])
    return FindingTable.build(
        pairs.i[rows],
        verdict,
        reason,
        measured=np.where(np.isin(reason, BY_VOIDS), pairs.depth[rows], pairs.distance[rows]),
        threshold=context.value("pillar_m"),
        uncertainty=sigma,
        unit="m",
        comparison=">=",
        related=pairs.j[rows],
        related_layer="mining_right",
        law="pillar_m",
        args={
            "own": own,
            "other": other,
            "column": pairs.missing[rows],
            "layer": ["mining_right"] * len(rows),
            "lapsed_on": lapsed_on(pairs.rights, pairs.j[rows], context.as_of),
            "no_working": ["working" if "working" in pairs.lacking else None] * len(rows),
            "no_goaf": ["goaf" if "goaf" in pairs.lacking else None] * len(rows),
        },
        evidence=[
            Evidence(
                "shortest_line",
                deep,
                shortest_lines(voids.shapes, voids.shapes, near.p[at[deep]], near.q[at[deep]]),
            ),
            Evidence(
                "shortest_line",
                flat,
                shortest_lines(
                    pairs.subjects, pairs.rights, pairs.i[rows[flat]], pairs.j[rows[flat]]
                ),
            ),
        ],
    )


RULE = Rule(
    code="MR103",
    subjects=("mining_right",),
    needs={
        "mining_right": Within(parameters=("neighbour_search_m",)),
        "working": Within(parameters=("neighbour_search_m",), optional=True),
        "goaf": Within(parameters=("neighbour_search_m",), optional=True),
    },
    parameters=("pillar_m",),
    empty_tells={"mining_right": ("licence_no", "replaces_licences")},
    evaluate=evaluate,
)
