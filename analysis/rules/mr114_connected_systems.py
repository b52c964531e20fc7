"""MR114: the workings of two licences are not connected with each other."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import is_given, is_lapsed, is_underground, scope
from analysis.verdict import Verdicts, decide, must_exceed
from analysis.voids import Voids, codes, has, matches, unseen, worst_rows
from gis.distance import pairs_within
from gis.ragged import Bools, Floats, Ints, Ragged
from layers.layer import Layer

DECIDING = ("right_type", "status", "method", "licence_no")


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Look for workings and goafs of a mine that touch or overlap those of another licence.

    One finding for each other licence that is connected or may be; else one for the nearest.

    Limits: what joins without touching on the plans (fissures, water) is not seen; a mine
    without a known working or goaf cannot be judged.
    """
    judged, rest = scope(
        subjects,
        [
            (subjects.is_code("right_type", "exploration"), "exploration"),
            (is_lapsed(subjects), "not_in_force"),
            (~subjects.is_null("method") & ~is_underground(subjects), "not_underground"),
        ],
        DECIDING,
    )
    pairs = _Pairs(subjects, judged, context)
    verdict, reason = _judge(pairs, context)
    hit = ~np.equal(verdict, Verdict.PASS)
    hits = np.flatnonzero(hit)
    # An owner is one neighbour; a void of no owner stands for itself.
    other = np.where(has(pairs.code), pairs.code, -1 - pairs.q)
    worst = worst_rows(_key(pairs.i[hits], other[hits]), verdict[hits], pairs.distance[hits])
    dug = judged[np.isin(pairs.own_code[judged], pairs.owner)]
    clear = np.setdiff1d(dug, pairs.i[hits])
    rows = np.flatnonzero(np.isin(pairs.i, clear))
    nearest = rows[worst_rows(pairs.i[rows], verdict[rows], pairs.distance[rows])]
    blind = _blind(subjects, clear, pairs, context)
    clear = np.setdiff1d(clear, blind.subject)
    nearest = nearest[np.isin(pairs.i[nearest], clear)]
    alone = np.setdiff1d(clear, pairs.i[nearest])
    shown = np.concatenate([hits[worst], nearest])
    return FindingTable.concat(
        [
            rest,
            _findings(pairs, shown, verdict[shown], reason[shown], context),
            _alone(alone, context),
            blind,
            FindingTable.build(np.setdiff1d(judged, dug), Verdict.NO_DATA, "workings_missing"),
        ]
    )


def _key(i: Ints, other: Ints) -> Ints:
    """Return one number for each pair of a subject and another owner."""
    return np.unique(np.stack([i, other]), axis=1, return_inverse=True)[1].ravel()


class _Pairs:
    """A subject (row ``i``), one of its voids ``p`` and a void ``q`` of another, (k,) each."""

    def __init__(self, subjects: Layer, judged: Ints, context: RuleContext) -> None:
        rights = context.layer("mining_right")
        self.voids = voids = Voids(context.layer("working"), context.layer("goaf"))
        licences = subjects.text("licence_no"), rights.text("licence_no")
        self.own_code, right_code, self.owner = codes(*licences, voids.owner)
        mine = np.flatnonzero(np.isin(self.owner, self.own_code[judged]) & has(self.owner))
        reach = context.value("neighbour_search_m") + voids.blur(context.value("k_sigma"))
        near = voids.near(mine, reach)
        near = near.take(np.flatnonzero(~np.equal(self.owner[near.p], self.owner[near.q])))
        at, pair = matches(self.own_code[judged], self.owner[near.p])
        near = near.take(pair)
        self.i, self.p, self.q = judged[at], near.p, near.q
        self.distance, self.sigma, self.in_plan = near.distance, near.sigma, near.in_plan
        self.code = self.owner[near.q]
        self.right = _first_right(right_code, self.code)
        listed, row = has(self.right), self.right
        self.lapsed: Bools = listed & np.append(is_lapsed(rights), False)[row]
        self.no_status: Bools = listed & np.append(rights.is_null("status"), False)[row]


def _first_right(right_code: Ints, wanted: Ints) -> Ints:
    """Return the first row of rights that has each code, -1 where none has."""
    known, row = np.unique(right_code, return_index=True)
    place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    out = np.full(len(wanted), -1, np.int64)
    if len(known):
        found = (known[place] == wanted) & has(wanted)
        out[found] = row[place[found]]
    return out


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair of voids."""
    limit = context.value("connection_gap_m") + context.value("touch_width_m")
    apart = must_exceed(pairs.distance, limit, pairs.sigma, context.value("k_sigma"))
    cases: list[tuple[Bools, Verdict, str]] = [
        (np.equal(apart, Verdict.PASS), Verdict.PASS, "apart"),
        (~has(pairs.code), Verdict.NO_DATA, "void_owner_missing"),
        (pairs.no_status, Verdict.NO_DATA, "attribute_missing"),
        (np.equal(apart, Verdict.REVIEW), Verdict.REVIEW, "near_threshold"),
        (pairs.in_plan, Verdict.REVIEW, "elevation_missing"),
        (pairs.lapsed, Verdict.REVIEW, "old_workings"),
    ]
    return decide(len(pairs.i), cases, (Verdict.FAIL, "connected"))


def _findings(
    pairs: _Pairs, rows: Ints, verdict: Verdicts, reason: Objects, context: RuleContext
) -> FindingTable:
    voids, q = pairs.voids, pairs.q[rows]
    listed = has(pairs.right[rows])
    layer = voids.layer[q]
    layer[listed] = "mining_right"
    drawn = np.flatnonzero(np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    return FindingTable.build(
        pairs.i[rows],
        verdict,
        reason,
        measured=pairs.distance[rows],
        threshold=context.value("connection_gap_m"),
        uncertainty=pairs.sigma[rows],
        unit="m",
        comparison=">",
        related=np.where(listed, pairs.right[rows], voids.row[q]),
        related_layer=layer,
        law="connection_gap_m",
        args={
            "own": voids.number[pairs.p[rows]],
            "other": voids.number[q],
            "licence": voids.owner[q],
            "column": ["status"] * len(rows),
            "layer": ["mining_right"] * len(rows),
        },
        evidence=[Evidence("void", drawn, voids.shapes.take(q[drawn]).to_shapely())],
    )


def _alone(rows: Ints, context: RuleContext) -> FindingTable:
    nothing: Floats = np.full(len(rows), np.nan)
    return FindingTable.build(
        rows,
        Verdict.PASS,
        "apart",
        measured=nothing,
        threshold=context.value("connection_gap_m"),
        unit="m",
        comparison=">",
        law="connection_gap_m",
    )


def _blind(subjects: Layer, clear: Ints, pairs: _Pairs, context: RuleContext) -> FindingTable:
    """Return NO_DATA for those of the passing subjects whose connections may be hidden."""
    voids = pairs.voids
    reach = context.value("touch_width_m") + voids.blur(context.value("k_sigma"))
    shapes = subjects.shapes.take(clear)
    digger, own = matches(pairs.own_code[clear], pairs.owner)
    everything = Ragged.concat([shapes, voids.shapes.take(own)])
    subject = np.concatenate([np.arange(len(clear)), digger])
    why, layer = np.full((2, len(clear)), None, dtype=object)
    for name in ("goaf", "working"):
        hidden = unseen(everything, context.layer(name), reach)
        given = is_given(hidden)
        why[subject[given]], layer[subject[given]] = hidden[given], name
    # A void of no one inside the licence may be the mine's own, and touch another's.
    loose = np.flatnonzero(~has(pairs.owner))
    at, void, _ = pairs_within(shapes, voids.shapes.take(loose), reach)
    related = np.full(len(clear), -1)
    why[at], layer[at] = "void_owner_missing", voids.layer[loose[void]]
    related[at] = voids.row[loose[void]]
    related_layer = layer.copy()
    related_layer[~has(related)] = None
    shown = np.flatnonzero(is_given(why))
    return FindingTable.build(
        clear[shown],
        Verdict.NO_DATA,
        why[shown],
        related=related[shown],
        related_layer=related_layer[shown],
        args={"layer": layer[shown]},
    )


RULE = Rule(
    code="MR114",
    subjects=("mining_right",),
    needs={
        "working": Within(),
        "goaf": Within(),
        "mining_right": Within(parameters=("neighbour_search_m",), optional=True),
    },
    parameters=("connection_gap_m",),
    evaluate=evaluate,
)
