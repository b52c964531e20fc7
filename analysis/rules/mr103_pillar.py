"""MR103: a pillar is left between underground mines of different holders."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import (
    first_null,
    is_given,
    is_lapsed,
    is_underground,
    near_rights,
    replaces,
    same_text,
    scope,
)
from analysis.verdict import Verdicts, combined_sigma, decide, must_be_at_least
from analysis.voids import VoidPairs, Voids, codes, has, matches, unseen, worst_rows
from gis.distance import pairs_within, shortest_lines
from gis.ragged import Bools, Floats, Ints, Ragged
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

    Limits: one known working or goaf makes a side known; only voids with an owner count, and
    one without an owner near the mine keeps it from passing.
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
    keep = ~same_text(subjects, i, rights, j, "holder")
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
        licences = subjects.text("licence_no"), rights.text("licence_no")
        self.own_code, self.code, self.owner = codes(*licences, voids.owner)
        own, other = self.own_code[i], self.code[j]
        self.known: Bools = np.isin(own, self.owner[has(self.owner)]) & np.isin(
            other, self.owner[has(self.owner)]
        )
        # Where either layer is not there, nobody can say that what is known is all.
        self.complete = all(_is_there(context.layer(name)) for name in ("working", "goaf"))
        self._measure_voids(own, other, context)

    def _measure_voids(self, own: Ints, other: Ints, context: RuleContext) -> None:
        k = context.value("k_sigma")
        # Beyond the pillar: as far as accuracies blur it, and to show what PASS rests on.
        reach = context.value("neighbour_search_m") + self.voids.blur(k)
        mine = np.flatnonzero(np.isin(self.owner, self.own_code[np.unique(self.i)]))
        mine = mine[has(self.owner[mine])]
        self.near: VoidPairs = self.voids.near(mine, reach)
        self.near_verdict = must_be_at_least(
            self.near.distance, context.value("pillar_m"), self.near.sigma, k
        )
        width = int(max(self.owner.max(initial=0), self.code.max(initial=0))) + 2
        key = self.owner[self.near.p] * width + self.owner[self.near.q]
        owned = np.flatnonzero(has(self.owner[self.near.q]))
        least = owned[worst_rows(key[owned], self.near_verdict[owned], self.near.distance[owned])]
        wanted = own * width + other
        place = np.searchsorted(key[least], wanted)
        found = np.append(key[least], -1)[place] == wanted
        found &= self.known
        self.at: Ints = np.where(found, np.append(least, -1)[place], -1)
        self.depth: Floats = np.where(found, np.append(self.near.distance, np.nan)[self.at], np.nan)
        self.between: Verdicts = np.where(
            found, np.append(self.near_verdict, np.int8(0))[self.at], np.int8(Verdict.PASS)
        ).astype(np.int8)
        self.between[~self.known] = Verdict.NO_DATA
        self.in_plan: Bools = found & np.append(self.near.in_plan, False)[self.at]


def _is_there(layer: Layer) -> bool:
    return layer.registered and (bool(len(layer)) or layer.empty_means_none)


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    boundary = must_be_at_least(
        pairs.distance, context.value("pillar_m"), pairs.sigma, context.value("k_sigma")
    )
    close = np.equal(pairs.between, Verdict.FAIL)
    unsure = np.equal(pairs.between, Verdict.REVIEW)
    apart = np.equal(pairs.between, Verdict.PASS) & pairs.complete
    far = np.equal(boundary, Verdict.PASS) & ~close & ~unsure
    cases: list[tuple[Bools, Verdict, str]] = [
        (far, Verdict.PASS, "boundaries_apart"),
        (apart, Verdict.PASS, "workings_apart"),
        (pairs.replaced, Verdict.REVIEW, "replacement_consent"),
        (is_given(pairs.missing), Verdict.NO_DATA, "attribute_missing"),
        (close & pairs.in_plan, Verdict.FAIL, "workings_too_near_in_plan"),
        (close, Verdict.FAIL, "workings_too_near"),
        (unsure, Verdict.REVIEW, "workings_near_threshold"),
        (np.equal(boundary, Verdict.REVIEW), Verdict.REVIEW, "near_threshold"),
    ]
    return decide(len(pairs.i), cases, (Verdict.REVIEW, "workings_unknown"))


def _blind(subjects: Layer, clear: Ints, pairs: _Pairs, context: RuleContext) -> FindingTable:
    """Return NO_DATA for those of the passing subjects near which voids may hide."""
    voids, near = pairs.voids, pairs.near
    reach = context.value("pillar_m") + voids.blur(context.value("k_sigma"))
    shapes = subjects.shapes.take(clear)
    why, layer = np.full((2, len(clear)), None, dtype=object)
    related = np.full(len(clear), -1)
    digger, own = matches(pairs.own_code[clear], pairs.owner)
    everything = Ragged.concat([shapes, voids.shapes.take(own)])
    subject = np.concatenate([np.arange(len(clear)), digger])
    for name in ("goaf", "working"):
        hidden = unseen(everything, context.layer(name), reach)
        given = is_given(hidden)
        why[subject[given]], layer[subject[given]] = hidden[given], name
    # Voids of no one, or of no licence in the layer: beside the mine, or beside what it has dug.
    orphan = ~np.isin(pairs.owner, pairs.code[has(pairs.code)])
    loose = np.flatnonzero(orphan)
    at, void, _ = pairs_within(shapes, voids.shapes.take(loose), reach)
    beside = np.flatnonzero(orphan[near.q] & ~np.equal(pairs.near_verdict, Verdict.PASS))
    dug_by, pair = matches(pairs.own_code[clear], pairs.owner[near.p[beside]])
    for rows, found in ((dug_by, near.q[beside[pair]]), (at, loose[void])):
        why[rows] = "void_owner_unknown"
        layer[rows], related[rows] = voids.layer[found], voids.row[found]
    shown = np.flatnonzero(is_given(why))
    related_layer = layer.copy()
    related_layer[~has(related)] = None
    return FindingTable.build(
        clear[shown],
        Verdict.NO_DATA,
        why[shown],
        related=related[shown],
        related_layer=related_layer[shown],
        args={"layer": layer[shown]},
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
    evaluate=evaluate,
)
