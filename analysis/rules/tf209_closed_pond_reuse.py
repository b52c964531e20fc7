"""TF209: a closed tailings facility takes no tailings again."""

from __future__ import annotations

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Verdict, Within
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import (
    Verdicts,
    combined_sigma,
    decide,
    is_overlap,
    is_touch,
    is_within,
    sliver_limit,
)
from gis.distance import near_boxes
from gis.overlay import overlap_shapes, overlaps
from gis.ragged import Bools, Ints
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Overlay each new or expanded facility with every closed one, and look up its own number.

    A registered facility that is closed stays so where an application under its number has taken
    its place: its outline still counts, and the number alone is put to review.

    Limits: the same facility under two numbers is seen only by its outline.
    """
    ponds = context.layer("tailings_facility")
    replaced = _predecessors(ponds)
    applies = is_new_pond(subjects) | subjects.is_code("project_type", "expanded")
    registered = _Overlaps(subjects, ponds, applies, context, context.rows)
    earlier = _Overlaps(subjects, replaced, applies, context, None)
    earlier.drop_told(registered)
    by_number = _by_number(subjects, ponds, replaced, applies, context)
    decided = np.concatenate([registered.decided(), earlier.decided()])
    # What the ground shows says more than the number.
    by_number = _without(by_number, decided)
    clear = np.setdiff1d(np.flatnonzero(applies), np.append(decided, by_number.subject))
    return FindingTable.concat(
        [
            registered.table("tailings_facility"),
            earlier.table(None),
            by_number,
            FindingTable.build(
                clear,
                Verdict.PASS,
                "clear",
                measured=0.0,
                threshold=context.value("reuse_limit_m2"),
                unit="m2",
                comparison="<=",
                law="reuse_limit_m2",
            ),
            _beyond(subjects, applies),
        ]
    )


def _predecessors(ponds: Layer) -> Layer:
    return Layer.missing(ponds.schema) if ponds.predecessors is None else ponds.predecessors


def _beyond(subjects: Layer, applies: Bools) -> FindingTable:
    rest = np.flatnonzero(~applies)
    unknown = is_unknown_pond(subjects)[rest]
    return FindingTable.build(
        rest,
        np.where(unknown, Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
        np.where(unknown, "attribute_missing", "existing").astype(object),
        args={"column": ["project_type"] * len(rest)},
    )


class _Overlaps:
    """Subjects over other facilities that are closed or may be, (k,) pairs.

    ``own`` is the row of each subject in ``ponds``, None where it is not among them.
    """

    def __init__(
        self,
        subjects: Layer,
        ponds: Layer,
        applies: Bools,
        context: RuleContext,
        own: Ints | None,
    ) -> None:
        self.subjects, self.ponds, self.context = subjects, ponds, context
        i, j, area, width = overlaps(subjects, ponds, own)
        may_be = ponds.is_code("status", "closed") | ponds.is_null("status")
        keep = applies[i] & may_be[j] & ~is_touch(width, context.value("touch_width_m"))
        self.i, self.j, self.area, self.width = i[keep], j[keep], area[keep], width[keep]
        self.verdict, self.reason = self._judge()

    def _judge(self) -> tuple[Verdicts, Objects]:
        k = self.context.value("k_sigma")
        sigma = (self.subjects.sigma_m[self.i], self.ponds.sigma_m[self.j])
        least = self.context.value("sliver_width_m")
        real = is_overlap(self.width, sliver_limit(least, k, *sigma))
        # What the stated accuracies cannot tell from nothing is undecided.
        unsure = is_within(self.width, k * combined_sigma(*sigma))
        unknown = self.ponds.is_null("status")[self.j]
        cases: list[tuple[Bools, Verdict, str]] = [
            (unknown & (real | unsure), Verdict.NO_DATA, "neighbour_status_missing"),
            (real, Verdict.FAIL, "reuse"),
            (unsure, Verdict.REVIEW, "near_threshold"),
        ]
        return decide(len(self.i), cases, (Verdict.PASS, "sliver"))

    def drop_told(self, others: _Overlaps) -> None:
        """Leave out facilities of which ``others`` says as much by what took their places."""
        present, at = self.ponds.matches("facility_no", others.ponds, "facility_no")
        heir = np.full(len(self.ponds) + 1, -1, np.int64)
        heir[present] = at
        told = dict(zip(zip(others.i, others.j, strict=True), others.verdict, strict=True))
        same = [told.get(pair) for pair in zip(self.i, heir[self.j], strict=True)]
        said = np.array([Verdict.NOT_APPLICABLE if v is None else v for v in same], np.int8)
        keep = np.flatnonzero(~np.equal(said, Verdict.FAIL) & ~np.equal(said, self.verdict))
        self.i, self.j = self.i[keep], self.j[keep]
        self.area, self.width = self.area[keep], self.width[keep]
        self.verdict, self.reason = self.verdict[keep], self.reason[keep]

    def decided(self) -> Ints:
        """Return the subjects of which an overlap says something other than PASS."""
        return self.i[~np.equal(self.verdict, Verdict.PASS)]

    def table(self, related_layer: str | None) -> FindingTable:
        """Return the findings; facilities outside the layer are told by their number."""
        i, j = self.i, self.j
        shown = np.flatnonzero(np.isin(self.verdict, (Verdict.FAIL, Verdict.REVIEW)))
        shapes = overlap_shapes(self.subjects, self.ponds, i[shown], j[shown])
        named = related_layer is not None
        sigma = combined_sigma(self.subjects.sigma_m[i], self.ponds.sigma_m[j])
        number = self.ponds.text("facility_no")[j]
        return FindingTable.build(
            i,
            self.verdict,
            self.reason,
            measured=self.area,
            threshold=self.context.value("reuse_limit_m2"),
            unit="m2",
            comparison="<=",
            related=j if named else -1,
            related_layer=related_layer,
            law="reuse_limit_m2",
            args={
                "width": self.width,
                "sigma": sigma,
                "number": np.full(len(i), None, dtype=object) if named else number,
            },
            evidence=[Evidence("overlap", shown, shapes)],
        )


def _by_number(
    subjects: Layer, ponds: Layer, replaced: Layer, applies: Bools, context: RuleContext
) -> FindingTable:
    """Return what the own status and the own number say of closure, apart from any outline."""
    expanded = applies & subjects.is_code("project_type", "expanded")
    closed, unknown, known = _namesakes(subjects, ponds, replaced, context.rows)
    refused = _is_refused(subjects, ponds)
    nameless = _is_nameless(subjects, (ponds, replaced), context.rows)
    open_status = (subjects.is_null("status") & ~known) | subjects.is_unread("status")
    verdict, reason = decide(
        len(subjects),
        [
            (applies & closed, Verdict.REVIEW, "closed_number"),
            (expanded & subjects.is_code("status", "closed"), Verdict.REVIEW, "closed_itself"),
            (applies & (unknown | refused), Verdict.NO_DATA, "registered_status_missing"),
            (applies & _in_doubt(subjects, replaced), Verdict.NO_DATA, "doubtful_outline"),
            (expanded & open_status, Verdict.NO_DATA, "attribute_missing"),
            (applies & nameless, Verdict.NO_DATA, "attribute_missing"),
        ],
        (Verdict.PASS, ""),
    )
    rows = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    return FindingTable.build(
        rows,
        verdict[rows],
        reason[rows],
        law="reuse_limit_m2",
        args={
            "number": subjects.text("facility_no")[rows],
            "column": np.where(expanded & open_status, "status", "facility_no")[rows],
            "layer": [subjects.name] * len(rows),
        },
    )


def _namesakes(
    subjects: Layer, ponds: Layer, replaced: Layer, own: Ints
) -> tuple[Bools, Bools, Bools]:
    """Return (n,) whether others of the same number are closed, may be, or were not (registered).

    The last is true only of a registered facility whose place the subject has taken: what it was
    stands in for a status that the application does not state.
    """
    n = len(subjects)
    closed, unknown, known = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    for layer, itself in ((ponds, own), (replaced, None)):
        i, j = subjects.matches("facility_no", layer, "facility_no")
        if itself is not None:
            other = ~np.equal(itself[i], j)
            i, j = i[other], j[other]
        null = layer.is_null("status")[j]
        closed[i[layer.is_code("status", "closed")[j]]] = True
        unknown[i[null]] = True
        if itself is None:
            known[i[~null]] = True
    return closed, unknown, known


def _is_nameless(subjects: Layer, layers: tuple[Layer, Layer], own: Ints) -> Bools:
    """Return (n,) whether the number of another that may be closed could not be read."""
    ponds, replaced = (
        layer.is_unread("facility_no")
        & (layer.is_code("status", "closed") | layer.is_null("status"))
        for layer in layers
    )
    others = int(ponds.sum()) - ponds[own].astype(np.int64)
    return np.asarray(others.astype(bool) | replaced.any(), np.bool_)


def _is_refused(subjects: Layer, ponds: Layer) -> Bools:
    """Return where a refused row carries the subject's own number."""
    refused = np.array([n for n in ponds.refused.numbers if n is not None], dtype=str)
    own = subjects.text("facility_no").astype(str)
    return np.asarray(~subjects.is_null("facility_no") & np.isin(own, refused), np.bool_)


def _in_doubt(subjects: Layer, replaced: Layer) -> Bools:
    """Return where a replaced facility, closed perhaps, may reach farther than it is drawn."""
    may_be = replaced.is_code("status", "closed") | replaced.is_null("status")
    bounds = replaced.shapes.bounds[replaced.doubtful & may_be]
    return near_boxes(subjects, bounds, 0.0)


def _without(table: FindingTable, subjects: Ints) -> FindingTable:
    """Return the findings, none of which has evidence, of all other subjects."""
    keep = ~np.isin(table.subject, subjects)
    return FindingTable(**{n: getattr(table, n)[keep] for n in FindingTable.columns()})


RULE = Rule(
    code="TF209",
    subjects=("tailings_facility",),
    needs={"tailings_facility": Within()},
    parameters=("reuse_limit_m2",),
    empty_tells={"tailings_facility": ("facility_no",)},
    evaluate=evaluate,
)
