"""MR114: the workings of two licences are not connected with each other."""

from __future__ import annotations

import numpy as np

from analysis.hidden_voids import Field, facing, hidden
from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import is_given, is_lapsed, is_underground, lapsed_on, same_holder, scope
from analysis.verdict import Verdicts, decide, is_overlap, must_exceed
from analysis.voids import VoidPairs, Voids, claims, has, matches, worst_rows
from gis.overlay import overlaps
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

DECIDING = ("right_type", "status", "method", "licence_no")


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Look for workings and goafs of a mine that touch or overlap those of another licence.

    One finding for each other licence that is connected or may be; else one for the nearest.
    Workings of a licence that the mine replaces are its own; those of a lapsed licence belong to
    the right in force that replaces it.

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
    dug = np.intersect1d(judged, pairs.mine.row[np.isin(pairs.mine.code, pairs.owner)])
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
    """A subject (row ``i``), one of its voids ``p`` and a void ``q`` of another, (k,) each.

    ``consent``: the other is a licence to be replaced whose holder is not surely the subject's.
    """

    def __init__(self, subjects: Layer, judged: Ints, context: RuleContext) -> None:
        self.rights = context.layer("mining_right")
        self.voids = voids = Voids(context.layer("working"), context.layer("goaf"))
        self.mine, self.theirs, self.owner = claims(subjects, self.rights, voids)
        dug = self.mine.code[np.isin(self.mine.row, judged)]
        reach = context.value("neighbour_search_m") + voids.blur(context.value("k_sigma"))
        near = voids.near(np.flatnonzero(np.isin(self.owner, dug)), reach)
        near = near.take(np.flatnonzero(~np.equal(self.owner[near.p], self.owner[near.q])))
        at, code = self.mine.of(judged)
        claim, pair = matches(code, self.owner[near.p])
        i, near = judged[at[claim]], near.take(pair)
        self.right = self._owners(self.owner[near.q])
        own, foreign = self._own(subjects, i, near)
        # What the subject itself is to replace is named by its own number.
        self.right[foreign] = self._owners(self.owner[near.q[foreign]], heirs=False)
        keep = np.flatnonzero(~own | foreign)
        near = near.take(keep)
        self.i, self.p, self.q = i[keep], near.p, near.q
        self.distance, self.sigma, self.in_plan = near.distance, near.sigma, near.in_plan
        self.consent: Bools = foreign[keep]
        self.code, self.right = self.owner[near.q], self.right[keep]
        listed, row = has(self.right), self.right
        self.lapsed: Bools = listed & np.append(is_lapsed(self.rights), False)[row]
        self.no_status: Bools = listed & np.append(self.rights.is_null("status"), False)[row]

    def _owners(self, code: Ints, *, heirs: bool = True) -> Ints:
        """Return (k,) the right that each licence is, or that has replaced it; -1 = none."""
        lapsed = is_lapsed(self.rights)[self.theirs.row]
        unsure = self.rights.is_null("status")[self.theirs.row]
        heir = ~self.theirs.own
        # The licence itself if it is in force, then who replaces it, then what has lapsed.
        order = np.lexsort((self.theirs.row, heir, unsure, lapsed))
        order = order[~(heir & (lapsed | (not heirs)))[order]]
        found = _first(self.theirs.code[order], code)
        return np.where(has(found), np.append(self.theirs.row[order], -1)[found], -1)

    def _own(self, subjects: Layer, i: Ints, near: VoidPairs) -> tuple[Bools, Bools]:
        """Return (k,) whether void q is the subject's own too, and whether not surely so."""
        mine, q = self.mine, self.owner[near.q]
        width = int(max(mine.code.max(initial=0), self.owner.max(initial=0))) + 1
        claimed = mine.row * width + mine.code
        foreign = claimed[~mine.own & ~self._same_holder(subjects)]
        own = has(q) & np.isin(i * width + q, claimed)
        doubt = np.isin(i * width + q, foreign)
        listed = np.flatnonzero(has(self.right))
        numbers = self.rights.text("licence_no")[self.right[listed]]
        own[listed] |= is_given(numbers) & (numbers == subjects.text("licence_no")[i[listed]])
        return own, own & doubt

    def _same_holder(self, subjects: Layer) -> Bools:
        """Return (c,) whether every row of the claimed licence has the subject's holder."""
        named = np.flatnonzero(self.theirs.own)
        claim, at = matches(self.mine.code, self.theirs.code[named])
        right = self.theirs.row[named[at]]
        equal = same_holder(subjects, self.mine.row[claim], self.rights, right)
        count = len(self.mine.row)
        rows = np.bincount(claim, minlength=count)
        held = np.bincount(claim[equal], minlength=count)
        return rows.astype(bool) & np.equal(rows, held)


def _first(known: Ints, wanted: Ints) -> Ints:
    """Return the first place of each wanted code in ``known``, -1 where there is none."""
    code, place = np.unique(known, return_index=True)
    at = np.minimum(np.searchsorted(code, wanted), max(len(code) - 1, 0))
    out = np.full(len(wanted), -1, np.int64)
    if len(code):
        found = (code[at] == wanted) & has(wanted)
        out[found] = place[at[found]]
    return out


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair of voids."""
    apart = _apart(pairs.distance, pairs.sigma, context)
    near = np.equal(apart, Verdict.REVIEW) & ~_deep(pairs, apart, context)
    cases: list[tuple[Bools, Verdict, str]] = [
        (np.equal(apart, Verdict.PASS), Verdict.PASS, "apart"),
        (~has(pairs.code), Verdict.NO_DATA, "void_owner_missing"),
        (pairs.consent, Verdict.REVIEW, "replacement_consent"),
        (pairs.no_status, Verdict.NO_DATA, "attribute_missing"),
        (near, Verdict.REVIEW, "near_threshold"),
        (pairs.in_plan, Verdict.REVIEW, "elevation_missing"),
        (pairs.lapsed, Verdict.REVIEW, "old_workings"),
    ]
    return decide(len(pairs.i), cases, (Verdict.FAIL, "connected"))


def _deep(pairs: _Pairs, apart: Verdicts, context: RuleContext) -> Bools:
    """Return where two voids share more of the ground than the accuracies explain.

    Both ways: the height they have in common, and the width of what they share in plan. A line
    has no width.
    """
    voids, p, q = pairs.voids, pairs.p, pairs.q
    blur = context.value("k_sigma") * np.nan_to_num(pairs.sigma)
    height = np.minimum(voids.top[p], voids.top[q]) - np.maximum(voids.bottom[p], voids.bottom[q])
    hit = np.flatnonzero(np.equal(apart, Verdict.REVIEW) & is_overlap(height, blur))
    rows, at = np.unique(np.concatenate([p[hit], q[hit]]), return_inverse=True)
    shapes = voids.shapes.take(rows)
    i, j, _, width = overlaps(shapes, shapes)
    known = i * len(rows) + j
    wanted = at[: len(hit)] * len(rows) + at[len(hit) :]
    place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    deep = np.zeros(len(p), bool)
    if len(known):
        deep[hit] = np.equal(known[place], wanted) & is_overlap(width[place], blur[hit])
    return deep


def _apart(distance: Floats, sigma: Floats, context: RuleContext) -> Verdicts:
    limit = context.value("connection_gap_m") + context.value("touch_width_m")
    return must_exceed(distance, limit, sigma, context.value("k_sigma"))


def _findings(
    pairs: _Pairs, rows: Ints, verdict: Verdicts, reason: Objects, context: RuleContext
) -> FindingTable:
    voids, q = pairs.voids, pairs.q[rows]
    listed = has(pairs.right[rows])
    layer = voids.layer[q]
    layer[listed] = "mining_right"
    ends = np.full(len(rows), None, dtype=object)
    ends[listed] = lapsed_on(pairs.rights, pairs.right[rows][listed], context.as_of)
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
            "lapsed_on": ends,
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
    voids, mines = pairs.voids, subjects.shapes.take(clear)
    at, code = pairs.mine.of(clear)
    claim, own = matches(code, pairs.owner)
    reach = context.value("touch_width_m") + voids.blur(context.value("k_sigma"))
    loose = np.flatnonzero(~has(pairs.owner))
    field = Field(
        mines,
        voids,
        own=(at[claim], own),
        facing=facing(mines, None, loose, voids, context.value("neighbour_search_m")),
        loose=loose,
        reach=reach,
        search=reach,
        judge=lambda near: _apart(near.distance, near.sigma, context),
        reason="void_owner_missing",
    )
    return hidden(clear, field, {name: context.layer(name) for name in ("goaf", "working")})


RULE = Rule(
    code="MR114",
    subjects=("mining_right",),
    needs={
        "working": Within(),
        "goaf": Within(),
        "mining_right": Within(parameters=("neighbour_search_m",), optional=True),
    },
    parameters=("connection_gap_m",),
    empty_tells={"mining_right": ("licence_no", "replaces_licences")},
    evaluate=evaluate,
)
