"""MR105: one orebody, one right."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import (
    is_given,
    is_lapsed,
    is_new_right,
    lapsed_on,
    near_rights,
    one_licence,
    replaces,
    same_holder,
    scope,
)
from analysis.verdict import (
    Verdicts,
    combined_sigma,
    decide,
    is_overlap,
    is_within,
    must_be_at_most,
)
from analysis.voids import codes, has, matches, unseen, worst_rows
from gis.overlay import overlap_shapes, overlaps
from gis.ragged import Bools, Floats, Ints
from layers import orebodies
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Count the rights in force that carry an orebody's number or cross its outline.

    One finding for each other right on one of the subject's orebodies; else one PASS.

    Limits: the crossing is judged in plan; that an orebody is two may be a matter of survey.
    """
    rights = context.layer("mining_right")
    judged, rest = scope(subjects, [(is_lapsed(subjects), "not_in_force")], ("status",))
    seats = _Seats(rights, context)
    pairs = _Pairs(subjects, rights, seats, judged, context)
    verdict, reason = _judge(pairs, context)
    hits = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    # Two rights may meet on several orebodies: the worst, then the most crowded, speaks.
    key = pairs.i[hits] * max(len(rights), 1) + pairs.j[hits]
    shown = hits[worst_rows(key, verdict[hits], -pairs.count[hits])]
    seated = np.isin(context.rows, seats.right)
    clear = np.setdiff1d(judged[seated[judged]], pairs.i[hits])
    without = judged[~seated[judged]]
    return FindingTable.concat(
        [
            rest,
            _findings(pairs, seats, shown, verdict[shown], reason[shown], context),
            _clear(subjects, clear, seats, context),
            _without(subjects, without, context),
        ]
    )


class _Seats:
    """Rights in force (or of unknown status) on orebodies, one row for each, (s,) each.

    Attributes
    ----------
    right : row of the right
    body : number of the orebody, equal where the orebody is
    sure : by its own word, or crossing by more than accuracies explain
    outline : row of an outline that is crossed, -1 = by its own word only
    undrawn : (r,) for each right, whether it names an orebody whose outline the layer lacks
    lost : (r,) whether an outline of what it names was, or may have been, refused
    """

    def __init__(self, rights: Layer, context: RuleContext) -> None:
        orebody = context.layer("orebody")
        live = np.flatnonzero(~is_lapsed(rights))
        row, names = rights.entries("orebody_id")
        written = orebody.text("orebody_id")
        named, drawn = codes(orebodies.keys(names), orebodies.keys(written))
        unnamed = np.flatnonzero(~has(drawn))
        drawn[unnamed] = max(named.max(initial=-1), drawn.max(initial=-1)) + 1 + unnamed
        right, outline, sure = _crossings(rights, live, orebody, context)
        own = np.isin(row, live)
        self.undrawn: Bools = np.zeros(len(rights), bool)
        self.undrawn[row[~np.isin(named, drawn)]] = True
        # The outline of what it names may be among those refused, wherever they lie.
        gone = np.array([*orebody.refused.numbers, None], dtype=object)[:-1]
        lost = np.isin(orebodies.keys(names).astype(str), orebodies.keys(gone).astype(str))
        self.lost: Bools = self.undrawn & (None in orebody.refused.numbers)
        self.lost[row[lost]] = True
        self.drawn: Ints = drawn
        self.right: Ints = np.concatenate([row[own], right])
        self.body: Ints = np.concatenate([named[own], drawn[outline]])
        self.sure: Bools = np.concatenate([np.ones(int(own.sum()), bool), sure])
        self.outline: Ints = np.concatenate([np.full(int(own.sum()), -1), outline])
        self.name: Objects = np.concatenate([names[own], written[outline]])
        self._once()

    def _once(self) -> None:
        """Keep one row for each right and orebody, a sure one if there is any."""
        order = np.lexsort((-self.outline, ~self.sure, self.body, self.right))
        right, body = self.right[order], self.body[order]
        first = np.ones(len(order), bool)
        first[1:] = (right[1:] != right[:-1]) | (body[1:] != body[:-1])
        keep = order[first]
        self.right, self.body, self.sure = self.right[keep], self.body[keep], self.sure[keep]
        self.outline, self.name = self.outline[keep], self.name[keep]


def _crossings(
    rights: Layer, live: Ints, orebody: Layer, context: RuleContext
) -> tuple[Ints, Ints, Bools]:
    """Return rights, the orebodies they cross by more than a sliver, and whether for sure."""
    i, j, _, width = overlaps(rights.shapes.take(live), orebody.shapes)
    i = live[i]
    wide = is_overlap(width, context.value("sliver_width_m"))
    i, j, width = i[wide], j[wide], width[wide]
    sigma = combined_sigma(rights.sigma_m[i], orebody.sigma_m[j])
    return i, j, ~is_within(width, context.value("k_sigma") * sigma)


class _Pairs:
    """A subject (``i``), another right (``j``) and their seats on one orebody, (k,) each."""

    def __init__(
        self, subjects: Layer, rights: Layer, seats: _Seats, judged: Ints, context: RuleContext
    ) -> None:
        self.subjects, self.rights = subjects, rights
        at, own = matches(context.rows[judged], seats.right)
        left, other = matches(seats.body[own], seats.body)
        i, own = judged[at[left]], own[left]
        j = seats.right[other]
        keep = ~np.equal(context.rows[i], j) & ~one_licence(subjects, i, rights, j)
        self.replaced = replaces(subjects, i, rights, j)
        keep &= ~(self.replaced & same_holder(subjects, i, rights, j))
        self.i, self.j, self.replaced = i[keep], j[keep], self.replaced[keep]
        self.own, self.other = own[keep], other[keep]
        self.sure: Bools = seats.sure[self.own] & seats.sure[self.other]
        self.no_status: Bools = rights.is_null("status")[self.j]
        # How many rights the orebody has: the subject's and those that certainly are its others.
        seat = np.bincount(self.own, weights=self.sure, minlength=len(seats.right))
        self.count: Floats = 1.0 + np.maximum(seat[self.own], 1.0)


def _judge(pairs: _Pairs, context: RuleContext) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of each pair."""
    allowed = must_be_at_most(pairs.count, context.value("rights_per_orebody"))
    crowded = np.equal(allowed, Verdict.FAIL)
    new = is_new_right(pairs.subjects)[pairs.i]
    cases: list[tuple[Bools, Verdict, str]] = [
        (~crowded, Verdict.PASS, "alone"),
        (pairs.replaced, Verdict.REVIEW, "replacement_consent"),
        (pairs.no_status, Verdict.NO_DATA, "attribute_missing"),
        (~pairs.sure, Verdict.REVIEW, "near_threshold"),
        (new, Verdict.FAIL, "orebody_taken"),
    ]
    return decide(len(pairs.i), cases, (Verdict.REVIEW, "consolidate"))


def _findings(
    pairs: _Pairs,
    seats: _Seats,
    rows: Ints,
    verdict: Verdicts,
    reason: Objects,
    context: RuleContext,
) -> FindingTable:
    other = seats.outline[pairs.other[rows]]
    drawn = np.flatnonzero(has(other) & np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    shapes = overlap_shapes(
        pairs.rights, context.layer("orebody"), pairs.j[rows[drawn]], other[drawn]
    )
    body = seats.name[pairs.own[rows]]
    return FindingTable.build(
        pairs.i[rows],
        verdict,
        reason,
        measured=pairs.count[rows],
        threshold=context.value("rights_per_orebody"),
        unit="1",
        comparison="<=",
        related=pairs.j[rows],
        related_layer="mining_right",
        law="rights_per_orebody",
        args={
            "orebody": body,
            "lapsed_on": lapsed_on(pairs.rights, pairs.j[rows], context.as_of),
            "column": ["status"] * len(rows),
            "layer": ["mining_right"] * len(rows),
        },
        evidence=[Evidence("overlap", drawn, shapes, body[drawn])],
    )


def _clear(subjects: Layer, clear: Ints, seats: _Seats, context: RuleContext) -> FindingTable:
    """Return PASS for rights alone on their orebodies, unless another may hide."""
    rights = context.layer("mining_right")
    # By its word alone a right is on an orebody of unknown extent: any neighbour that names
    # none may be on it too.
    silent = ~is_lapsed(rights) & rights.is_null("orebody_id")
    blind = clear[seats.undrawn[context.rows[clear]]]
    i, j, away = near_rights(
        subjects, blind, context.rows, rights, silent, context.value("neighbour_search_m")
    )
    keep = ~(replaces(subjects, i, rights, j) & same_holder(subjects, i, rights, j))
    i, j, away = i[keep], j[keep], away[keep]
    first = worst_rows(i, np.zeros(len(i), np.int8), away)
    hidden = unseen(subjects.shapes.take(clear), context.layer("orebody"), 0.0)
    hidden[seats.lost[context.rows[clear]]] = "refused_neighbours"
    hidden[np.isin(clear, i)] = "neighbour_orebody_missing"
    layer = np.full(len(clear), "orebody", dtype=object)
    # Another right may lie anywhere on the orebody, however far from the subject.
    at, seat = matches(context.rows[clear], seats.right)
    which, outline = matches(seats.body[seat], seats.drawn)
    why = unseen(context.layer("orebody").shapes.take(outline), rights, 0.0)
    far = np.flatnonzero(is_given(why))
    hidden[at[which[far]]], layer[at[which[far]]] = why[far], "mining_right"
    related = np.full(len(clear), -1)
    related[np.searchsorted(clear, i[first])] = j[first]
    others = np.flatnonzero(~is_lapsed(rights) & rights.is_unread("orebody_id"))
    own = subjects.is_unread("orebody_id")[clear]
    # What a right names and could not be read may be what another is on, however far away.
    by_other = np.isin(clear, blind) & ~is_given(hidden) & bool(len(others))
    hidden[own | by_other] = "attribute_missing"
    related[by_other], related[own] = others[:1].max(initial=-1), -1
    known = ~is_given(hidden)
    neighbour = np.full(len(clear), None, dtype=object)
    neighbour[has(related)] = "mining_right"
    reason = hidden.copy()
    reason[known] = "alone"
    return FindingTable.build(
        clear,
        np.where(known, Verdict.PASS, Verdict.NO_DATA),
        reason,
        measured=np.where(known, 1.0, np.nan),
        threshold=context.value("rights_per_orebody"),
        unit="1",
        comparison="<=",
        related=related,
        related_layer=neighbour,
        law="rights_per_orebody",
        args={"layer": layer, "column": ["orebody_id"] * len(clear)},
    )


def _without(subjects: Layer, rows: Ints, context: RuleContext) -> FindingTable:
    """Return NOT_APPLICABLE for rights on no orebody, NO_DATA where that is not known."""
    orebody = context.layer("orebody")
    hidden = unseen(subjects.shapes.take(rows), orebody, 0.0)
    if not orebody.registered:
        hidden[:] = "layer_missing"
    elif not len(orebody) and not len(orebody.refused) and not orebody.empty_means_none:
        hidden[:] = "layer_empty"
    hidden[subjects.is_unread("orebody_id")[rows]] = "attribute_missing"
    known = ~is_given(hidden)
    hidden[known] = "no_orebody"
    return FindingTable.build(
        rows,
        np.where(known, Verdict.NOT_APPLICABLE, Verdict.NO_DATA),
        hidden,
        args={"layer": ["orebody"] * len(rows), "column": ["orebody_id"] * len(rows)},
    )


RULE = Rule(
    code="MR105",
    subjects=("mining_right",),
    needs={
        "mining_right": Within(parameters=("neighbour_search_m",)),
        "orebody": Within(optional=True),
    },
    parameters=("rights_per_orebody",),
    empty_tells={"mining_right": ("orebody_id",), "orebody": ("orebody_id",)},
    evaluate=evaluate,
)
