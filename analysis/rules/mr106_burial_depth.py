"""MR106: an orebody near the surface is not mined underground."""

from __future__ import annotations

import numpy as np

from analysis.ground_heights import PARAMETERS, Under, ground_under
from analysis.model import (
    Evidence,
    FindingTable,
    Objects,
    Rule,
    RuleContext,
    Verdict,
    Window,
    Within,
)
from analysis.subjects import (
    is_given,
    is_lapsed,
    is_new_right,
    is_underground,
    is_unknown_right,
    scope,
)
from analysis.verdict import (
    Verdicts,
    combined_sigma,
    decide,
    is_overlap,
    is_within,
    must_be_at_least,
    positive,
)
from analysis.voids import unseen, worst_rows
from gis.overlay import overlap_shapes, overlaps
from gis.ragged import Bools, Floats, Ints, Ragged, Shapes
from layers.layer import Layer

DECIDING = ("right_type", "status", "method", "mineral_class")
NON_METAL = ("building_stone", "building_sand", "clay", "dimension_stone", "other_nonmetal")


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Compare the least depth of the orebody with the limit.

    The stated depth decides; else it is the lowest ground over what right and orebody share,
    less the top of the orebody.

    Limits: top and ground are taken at their extremes, wherever each lies, so that the depth
    read is no more than the true one; a stated depth is not compared with the terrain.
    """
    other_mineral = ~subjects.is_null("mineral_class") & ~subjects.is_code(
        "mineral_class", *NON_METAL
    )
    judged, rest = scope(
        subjects,
        [
            (subjects.is_code("right_type", "exploration"), "exploration"),
            (is_lapsed(subjects), "not_in_force"),
            (~subjects.is_null("method") & ~is_underground(subjects), "open_pit"),
            (other_mineral, "no_nonmetal"),
            (~is_new_right(subjects) & ~is_unknown_right(subjects), "not_new"),
        ],
        DECIDING,
        unread=("project_type",),
    )
    stated = ~subjects.is_null("burial_depth_m")[judged]
    return FindingTable.concat(
        [
            rest,
            _by_statement(subjects, judged[stated], context),
            _by_terrain(subjects, judged[~stated], context),
        ]
    )


def _against(
    subjects: Layer, rows: Ints, depth: Floats, least: Floats, sigma: float, context: RuleContext
) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of depths of the orebody below subjects ``rows``.

    ``least`` is how little the depth may be by the shape of the ground within its cells.
    """
    k, limit = context.value("k_sigma"), context.value("burial_depth_m")
    # 0 stands for no ban of the jurisdiction's own.
    ban = context.value("stone_burial_depth_m")
    stone = subjects.is_code("mineral_class", "building_stone")[rows] & bool(ban)
    general, least_general = (must_be_at_least(d, limit, sigma, k) for d in (depth, least))
    banned, least_banned = (must_be_at_least(d, ban, sigma, k) for d in (depth, least))
    near = np.equal(general, Verdict.REVIEW) | (stone & np.equal(banned, Verdict.REVIEW))
    end = ~np.equal(least_general, Verdict.PASS) | (stone & ~np.equal(least_banned, Verdict.PASS))
    return decide(
        len(rows),
        [
            (np.isnan(depth), Verdict.NO_DATA, "depth_unknown"),
            (stone & np.equal(banned, Verdict.FAIL), Verdict.FAIL, "too_shallow"),
            (near, Verdict.REVIEW, "near_threshold"),
            (np.equal(general, Verdict.FAIL), Verdict.REVIEW, "shallow_in_principle"),
            (end, Verdict.REVIEW, "near_threshold"),
        ],
        (Verdict.PASS, "deep_enough"),
    )


def _by_statement(subjects: Layer, rows: Ints, context: RuleContext) -> FindingTable:
    # 0 is a depth: the orebody crops out. Below 0 the number is no depth, and nothing else may
    # stand in for it.
    depth = positive(subjects.number("burial_depth_m"))[rows]
    verdict, reason = _against(subjects, rows, depth, depth, np.nan, context)
    reason[np.isnan(depth)] = "depth_negative"
    return _table(rows, verdict, reason, depth, np.nan, context)


def _by_terrain(subjects: Layer, rows: Ints, context: RuleContext) -> FindingTable:
    if not len(rows):
        return FindingTable.empty()
    orebody = context.layer("orebody")
    bodies = _Bodies(subjects, rows, orebody, context)
    first = worst_rows(bodies.i, bodies.verdict, bodies.depth)
    best = np.full(len(subjects), -1)
    best[bodies.i[first]] = first
    pair = best[rows]
    met = ~np.equal(pair, -1)
    verdict = np.full(len(rows), Verdict.PASS, np.int8)
    reason = np.full(len(rows), None, dtype=object)
    verdict[met], reason[met] = bodies.verdict[pair[met]], bodies.reason[pair[met]]
    why, named = _unsure(subjects, rows, orebody, bodies)
    blind = np.equal(verdict, Verdict.PASS) & is_given(why)
    verdict[blind], reason[blind] = Verdict.NO_DATA, why[blind]
    shown = np.flatnonzero(met & ~blind)
    depth, related, cell = (
        np.full(len(rows), np.nan),
        np.full(len(rows), -1),
        np.full(len(rows), np.nan),
    )
    depth[shown], related[shown] = bodies.depth[pair[shown]], bodies.j[pair[shown]]
    cell[shown] = bodies.under.cell_m[pair[shown]]
    drawn = np.flatnonzero(np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    sigma = context.ground.sigma_m if context.ground is not None else np.nan
    return _table(
        rows, verdict, reason, depth, sigma, context,
        related=related, named=named, cell=cell,
        evidence=(Evidence("overlap", drawn, bodies.shapes[pair[drawn]]),),
    )  # fmt: skip


class _Bodies:
    """Subjects (``i``) and orebodies (``j``) that they overlap by more than a sliver, (k,) each.

    Attributes
    ----------
    sure : the overlap is wider than the accuracies of both outlines explain
    depth : least depth of the orebody below ground, metres; of the known part of the ground
    """

    def __init__(self, subjects: Layer, rows: Ints, orebody: Layer, context: RuleContext) -> None:
        i, j, _, width = overlaps(subjects.shapes.take(rows), orebody.shapes)
        wide = is_overlap(width, context.value("sliver_width_m"))
        self.i, self.j = rows[i[wide]], j[wide]
        sigma = combined_sigma(subjects.sigma_m[self.i], orebody.sigma_m[self.j])
        self.sure: Bools = ~is_within(width[wide], context.value("k_sigma") * sigma)
        self.shapes: Shapes = overlap_shapes(subjects.shapes, orebody.shapes, self.i, self.j)
        self.under: Under = ground_under(Ragged.from_shapely(self.shapes), sigma, context)
        top = orebody.number("top_elevation_m")[self.j]
        self.depth: Floats = self.under.lowest - top
        self._judge(subjects, top, context)

    def _judge(self, subjects: Layer, top: Floats, context: RuleContext) -> None:
        sigma = context.ground.sigma_m if context.ground is not None else np.nan
        least = self.under.may_be_lowest - top
        verdict, reason = _against(subjects, self.i, self.depth, least, sigma, context)
        # What is known already lies too near the surface, or else the rest decides.
        open_rows = np.isin(verdict, (Verdict.PASS, Verdict.NO_DATA)) & is_given(self.under.gap)
        verdict[open_rows], reason[open_rows] = Verdict.NO_DATA, self.under.gap[open_rows]
        topless = np.isnan(top)
        verdict[topless], reason[topless] = Verdict.NO_DATA, "top_missing"
        doubt = ~self.sure & np.equal(verdict, Verdict.FAIL)
        verdict[doubt], reason[doubt] = Verdict.REVIEW, "overlap_in_doubt"
        self.verdict, self.reason = verdict, reason


def _unsure(
    subjects: Layer, rows: Ints, orebody: Layer, bodies: _Bodies
) -> tuple[Objects, Objects]:
    """Return why no other orebody can be excluded below each subject, and the one it names."""
    n = len(subjects)
    why = np.full(n, None, dtype=object)
    why[rows] = unseen(subjects.shapes.take(rows), orebody, 0.0)
    found = set(zip(bodies.i.tolist(), orebody.text("orebody_id")[bodies.j], strict=True))
    missing = np.full(n, None, dtype=object)
    for row, name in zip(*subjects.entries("orebody_id"), strict=True):
        if (int(row), name) not in found:
            missing[row], why[row] = name, "orebody_elsewhere"
    unmet = np.setdiff1d(rows, bodies.i[bodies.sure])
    why[unmet[~is_given(missing[unmet]) & ~is_given(why[unmet])]] = "no_orebody"
    if not orebody.registered:
        why[rows] = "layer_missing"
    elif not len(orebody) and not len(orebody.refused) and not orebody.empty_means_none:
        why[rows] = "layer_empty"
    return why[rows], missing[rows]


def _table(
    rows: Ints,
    verdict: Verdicts,
    reason: Objects,
    depth: Floats,
    sigma: float,
    context: RuleContext,
    *,
    related: Ints | int = -1,
    named: Objects | None = None,
    cell: Floats | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> FindingTable:
    banned = np.equal(reason, "too_shallow")
    known = ~np.isnan(depth)
    limit = np.where(banned, context.value("stone_burial_depth_m"), context.value("burial_depth_m"))
    layer = np.full(len(rows), None, dtype=object)
    layer[~np.equal(related, -1)] = "orebody"
    args: dict[str, Objects | Floats | list[str]] = {"layer": ["orebody"] * len(rows)}
    if named is not None and cell is not None:
        args |= {"orebody": named, "cell": cell}
    return FindingTable.build(
        rows,
        verdict,
        reason,
        measured=depth,
        threshold=np.where(known, limit, np.nan),
        uncertainty=np.where(known, sigma, np.nan),
        unit=np.where(known, "m", "").astype(object),
        comparison=np.where(known, ">=", "").astype(object),
        related=related,
        related_layer=layer,
        law=np.where(banned, "stone_burial_depth_m", "burial_depth_m").astype(object),
        args=args,
        evidence=evidence,
    )


RULE = Rule(
    code="MR106",
    subjects=("mining_right",),
    needs={"orebody": Within(optional=True), "terrain": Window(optional=True)},
    parameters=("burial_depth_m", "stone_burial_depth_m", *PARAMETERS),
    empty_tells={"mining_right": ("burial_depth_m", "orebody_id")},
    evaluate=evaluate,
)
