"""MR112: workings and open pits stay within the licence, in plan and in elevation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.model import Evidence, FindingTable, Objects, Rule, RuleContext, Same, Verdict
from analysis.subjects import is_given
from analysis.verdict import (
    Verdicts,
    decide,
    in_order,
    is_overlap,
    is_touch,
    is_within,
    must_be_at_most,
    sliver_limit,
)
from analysis.workings import OWNER, Licences, Workings
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer

LAYERS = ("working", "open_pit")
AREA, LENGTH, ELEVATION = "outside_limit_m2", "outside_limit_m", "elevation_limit_m"


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Measure what of each licence's workings and open pits lies outside it.

    Plan and elevation are two findings. In plan the rows in force of one licence number count
    together; polygons are measured by area, lines by length. What passes is said once per
    licence, and only where no row without an owner could be a trespass of that licence.

    Limits: elevations of the parts of a licence (registration strings) are not read; a stated
    positional accuracy is taken to hold for elevations too, as no other is stated. A row without
    an owner is taken to belong to a right within the search distance, if there is one; so is one
    that lies on the licence and states an owner in no layer.
    """
    judged = np.flatnonzero(subjects.is_code("right_type", "mining"))
    licences = Licences(subjects, context.layer("mining_right"))
    found = [Workings.owned(licences, judged, context.layer(name)) for name in LAYERS]
    plan = FindingTable.concat([_plan(one, _missing(one, found), context) for one in found])
    elevation = FindingTable.concat([_elevation(one, context) for one in found])
    return FindingTable.concat(
        [
            _beyond(subjects),
            plan,
            elevation,
            *_rest(licences, judged, found, plan, elevation, context),
        ]
    )


def _beyond(subjects: Layer) -> FindingTable:
    rest = np.flatnonzero(~subjects.is_code("right_type", "mining"))
    unknown = subjects.is_null("right_type")[rest]
    return FindingTable.build(
        rest,
        np.where(unknown, Verdict.NO_DATA, Verdict.NOT_APPLICABLE),
        np.where(unknown, "attribute_missing", "exploration_right").astype(object),
        args={"column": ["right_type"] * len(rest)},
    )


def _missing(one: Workings, found: Sequence[Workings]) -> str | None:
    """Return the name of the other layer where there is none to look at."""
    return next((o.layer.name for o in found if o is not one and o.lacking), None)


def _plan(one: Workings, missing: str | None, context: RuleContext) -> FindingTable:
    """Return the findings on workings of which some part lies outside in plan."""
    area, width = one.area_outside()
    length = one.length_outside(_touch(one, context))
    verdict, reason = _judge_plan(one, np.where(one.line, length, width), context)
    hit = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    line, touch = one.line[hit], context.value("touch_width_m")
    return FindingTable.build(
        one.i[hit],
        verdict[hit],
        reason[hit],
        measured=np.where(line, length[hit], area[hit]),
        threshold=0,
        uncertainty=np.where(line, one.sigma[hit], np.nan),
        unit=np.where(line, "m", "m2").astype(object),
        comparison="<=",
        related=one.j[hit],
        related_layer=one.layer.name,
        law=np.where(line, LENGTH, AREA).astype(object),
        args={"width": np.where(line, np.nan, width[hit]), "missing": [missing] * len(hit)},
        evidence=[Evidence("outside_part", np.arange(len(hit)), one.shapes_outside(hit, touch))],
    )


def _touch(one: Workings, context: RuleContext) -> Floats:
    return np.full(len(one.j), context.value("touch_width_m"))


def _judge_plan(one: Workings, size: Floats, context: RuleContext) -> tuple[Verdicts, Objects]:
    k, touch = context.value("k_sigma"), context.value("touch_width_m")
    blur = k * np.nan_to_num(one.sigma)
    # A line along the border goes far without ever going out by more than the survey can tell.
    strays = np.where(one.line, one.length_outside(np.maximum(blur, touch)), size)
    blurred = ~np.isnan(one.sigma) & (is_within(size, blur) | is_touch(strays, touch))
    sliver = ~is_overlap(size, sliver_limit(context.value("sliver_width_m"), k, one.sigma))
    cases: list[tuple[Bools, Verdict, str]] = [
        (is_touch(size, touch), Verdict.PASS, ""),
        (blurred, Verdict.REVIEW, "near_threshold"),
        (sliver, Verdict.PASS, ""),
        (one.driven, Verdict.REVIEW, "development_outside"),
    ]
    return decide(len(size), cases, (Verdict.FAIL, "outside"))


def _elevation(one: Workings, context: RuleContext) -> FindingTable:
    """Return the findings on workings that leave the licence's elevations, or may."""
    verdict, reason, excess = _judge_elevation(one, context)
    hit = np.flatnonzero(~np.equal(verdict, Verdict.PASS))
    return FindingTable.build(
        one.i[hit],
        verdict[hit],
        reason[hit],
        measured=np.where(reason == "elevation_missing", np.nan, excess)[hit],
        threshold=context.value(ELEVATION),
        uncertainty=one.sigma[hit],
        unit="m",
        comparison="<=",
        related=one.j[hit],
        related_layer=one.layer.name,
        law=ELEVATION,
    )


def _judge_elevation(one: Workings, context: RuleContext) -> tuple[Verdicts, Objects, Floats]:
    """Return verdict, reason and how far in metres each row goes beyond the elevations."""
    top, bottom = one.licences.elevations()
    high, low = in_order(
        one.layer.number("top_elevation_m")[one.j], one.layer.number("bottom_elevation_m")[one.j]
    )
    above, below = high - top[:, one.i], bottom[:, one.i] - low
    limit, k = context.value(ELEVATION), context.value("k_sigma")
    sides = [must_be_at_most(excess, limit, one.sigma, k) for excess in (*above, *below)]
    wide, narrow = np.stack(sides[0::2]), np.stack(sides[1::2])
    out = (wide == Verdict.FAIL).any(axis=0)
    unknown = (wide == Verdict.NO_DATA).any(axis=0)
    cases: list[tuple[Bools, Verdict, str]] = [
        (out & one.driven, Verdict.REVIEW, "development_beyond_elevations"),
        (out, Verdict.FAIL, "beyond_elevations"),
        ((wide == Verdict.REVIEW).any(axis=0), Verdict.REVIEW, "elevation_near_limit"),
        (unknown, Verdict.REVIEW, "elevation_missing"),
        ((narrow != Verdict.PASS).any(axis=0), Verdict.REVIEW, "elevation_parts_differ"),
    ]
    verdict, reason = decide(len(one.j), cases, (Verdict.PASS, ""))
    return verdict, reason, np.fmax(above[0], below[0])


# -- what passes, and what is not known ----------------------------------------------------------


def _rest(
    licences: Licences,
    judged: Ints,
    found: Sequence[Workings],
    plan: FindingTable,
    elevation: FindingTable,
    context: RuleContext,
) -> list[FindingTable]:
    """Return the findings on licences of which no working is out, or none is known."""
    n = len(licences.subjects)
    owned = np.isin(np.arange(n), np.concatenate([one.i for one in found]))
    why = _unseen(licences, judged, found, owned, context)
    known = ~is_given(why.reason)
    none = judged[~owned[judged]]
    inside = np.full(n, "inside", dtype=object)
    for one in found:
        if one.lacking:
            inside[:] = f"inside_no_{one.layer.name}"
    tables = []
    area, length = _slivers(found, n, context)
    for hits, reason, law, unit in (
        (plan, inside, AREA, "m2"),
        (elevation, np.full(n, "within_elevations", dtype=object), ELEVATION, "m"),
    ):
        rows = np.setdiff1d(judged[owned[judged]], hits.subject)
        tables.append(
            FindingTable.build(
                rows,
                np.where(known[rows], Verdict.PASS, Verdict.NO_DATA),
                np.where(known, reason, why.reason)[rows],
                measured=np.where(known & (unit == "m2"), area, np.nan)[rows],
                threshold=0,
                unit=unit,
                comparison="<=",
                law=law,
                args={
                    "layer": why.layer[rows],
                    "column": why.column[rows],
                    "sliver": [m or None for m in area[rows].tolist()],
                    "stray": [m or None for m in length[rows].tolist()],
                },
            )
        )
    tables.append(
        FindingTable.build(
            none,
            np.where(known[none], Verdict.NOT_APPLICABLE, Verdict.NO_DATA),
            np.where(known, "no_workings", why.reason)[none],
            args={"layer": why.layer[none], "column": why.column[none]},
        )
    )
    return tables


def _slivers(found: Sequence[Workings], n: int, context: RuleContext) -> tuple[Floats, Floats]:
    """Return (n,) how much lies outside each licence: square metres and, of lines, metres.

    More than a touch; of licences that pass it is too narrow to be a trespass.
    """
    area, length = np.zeros((2, n))
    for one in found:
        out, width = one.area_outside()
        far = one.length_outside(_touch(one, context))
        more = ~is_touch(np.where(one.line, far, width), context.value("touch_width_m"))
        np.add.at(area, one.i, np.where(more & ~one.line, out, 0.0))
        np.add.at(length, one.i, np.where(more & one.line, far, 0.0))
    return area, length


class _Unseen:
    """Why workings of each licence may be unseen, (n,) each; None where nothing hides."""

    def __init__(self, n: int) -> None:
        self.reason: Objects = np.full(n, None, dtype=object)
        self.layer, self.column = self.reason.copy(), self.reason.copy()

    def add(self, where: Bools, reason: str, layer: str, column: str | None = None) -> None:
        """Give ``reason`` where none has been given before."""
        new = where & ~is_given(self.reason)
        self.reason[new], self.layer[new], self.column[new] = reason, layer, column


def _unseen(
    licences: Licences,
    judged: Ints,
    found: Sequence[Workings],
    owned: Bools,
    context: RuleContext,
) -> _Unseen:
    subjects, reach = licences.subjects, context.value("neighbour_search_m")
    out = _Unseen(len(subjects))
    for one in found:
        name = one.layer.name
        if one.lacking:
            out.add(~owned, "layer_empty" if one.layer.registered else "layer_missing", name)
        for reason, where in one.gaps(reach):
            out.add(where, reason, name)
        out.add(_may_trespass(one, judged, owned, context), "owner_missing", name)
    out.add(subjects.is_null("licence_no"), "attribute_missing", subjects.name, "licence_no")
    out.add(licences.shared, "number_shared", subjects.name)
    out.add(licences.unsure, "attribute_missing", subjects.name, "status")
    return out


def _may_trespass(one: Workings, judged: Ints, owned: Bools, context: RuleContext) -> Bools:
    """Return (n,) subjects near which a row without an owner would not pass as theirs.

    A row wholly within the licence passes whoever it belongs to. Where the licence has no row
    of its own, any such row decides whether it has one.
    """
    reach = context.value("neighbour_search_m")
    maybe = Workings.nobodys(one.licences, judged, one.layer, reach)
    size = np.where(
        maybe.line, maybe.length_outside(_touch(maybe, context)), maybe.area_outside()[1]
    )
    passes = np.equal(_judge_plan(maybe, size, context)[0], Verdict.PASS)
    passes &= np.equal(_judge_elevation(maybe, context)[0], Verdict.PASS)
    passes &= owned[maybe.i] & ~maybe.layer.doubtful[maybe.j]
    out = np.zeros(len(owned), bool)
    out[maybe.i[~passes]] = True
    return out


RULE = Rule(
    code="MR112",
    subjects=("mining_right",),
    needs={
        "working": Same(OWNER, own="licence_no", optional=True),
        "open_pit": Same(OWNER, own="licence_no", optional=True),
        "mining_right": Same("licence_no", own="licence_no"),
    },
    parameters=(AREA, LENGTH, ELEVATION),
    empty_tells={"mining_right": ("licence_no",)},
    evaluate=evaluate,
)
