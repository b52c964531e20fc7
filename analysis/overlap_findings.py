"""Findings on overlaps: one per neighbour, and one per subject over all that decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.model import Evidence, FindingTable, Objects, RuleContext, Verdict
from analysis.verdict import Verdicts, combined_sigma, is_overlap, is_touch, sliver_limit, worst_by
from gis.overlay import covered, overlap_shapes, overlaps
from gis.ragged import Bools, Floats, Ints
from layers.layer import Layer


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of subjects[i] and others[j] that share area or boundary, (k,) each.

    ``area`` is in square metres, ``width`` the greatest width of what is shared in metres.
    """

    subjects: Layer
    others: Layer
    i: Ints
    j: Ints
    area: Floats
    width: Floats

    @staticmethod
    def among(subjects: Layer, others: Layer, judged: Bools) -> Overlaps:
        """Return the pairs of the ``judged`` subjects ((n,) bool)."""
        i, j, area, width = overlaps(subjects, others)
        keep = judged[i]
        return Overlaps(subjects, others, i[keep], j[keep], area[keep], width[keep])

    def sigma(self) -> Floats:
        """Return (k,) the joint accuracy of both outlines, NaN where none is stated."""
        return combined_sigma(self.subjects.sigma_m[self.i], self.others.sigma_m[self.j])

    def touches(self, context: RuleContext) -> Bools:
        """Return which pairs only share a boundary."""
        return is_touch(self.width, context.value("touch_width_m"))

    def slivers(self, context: RuleContext) -> Bools:
        """Return which pairs share no more than surveying can tell from nothing."""
        sliver = sliver_limit(
            context.value("sliver_width_m"), context.value("k_sigma"), self.sigma()
        )
        return ~is_overlap(self.width, sliver)


def overlap_findings(
    pairs: Overlaps,
    verdict: Verdicts,
    reason: Objects,
    law: Objects,
    judged: Ints,
    *,
    clear: tuple[str, str],
    args: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
) -> FindingTable:
    """Return a finding per pair, and one per judged subject.

    A subject's own finding has the worst verdict of its pairs, and the union of the overlaps
    that have it, in square metres; the largest of them gives reason, law and arguments. Without
    a pair that counts it is PASS.

    Parameters
    ----------
    verdict, reason, law : (k,) of each pair
    judged : rows of the subjects that the rule judges, all those of ``pairs`` among them
    clear : reason of a subject without an overlap that counts, and the parameter it meets
    args : names for the message templates, one value per pair
    """
    shown = np.flatnonzero(np.isin(verdict, (Verdict.FAIL, Verdict.REVIEW)))
    shapes = overlap_shapes(pairs.subjects, pairs.others, pairs.i[shown], pairs.j[shown])
    each = FindingTable.build(
        pairs.i,
        verdict,
        reason,
        measured=pairs.area,
        threshold=0,
        unit="m2",
        comparison="<=",
        related=pairs.j,
        related_layer=pairs.others.name,
        law=law,
        args=args,
        evidence=[Evidence("overlap", shown, shapes)],
    )
    summary = _summary(pairs, each, judged, clear, args)
    return FindingTable.concat([each, summary])


def _summary(
    pairs: Overlaps,
    each: FindingTable,
    judged: Ints,
    clear: tuple[str, str],
    args: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
) -> FindingTable:
    n = len(pairs.subjects)
    worst = np.maximum(worst_by(pairs.i, each.verdict, n), Verdict.PASS).astype(np.int8)
    counts = np.flatnonzero(deciding(pairs.i, each.verdict))
    chosen = np.full(n, -1)
    order = counts[np.lexsort((pairs.area[counts], pairs.i[counts]))]
    chosen[pairs.i[order]] = order  # the largest is written last and stays
    pair = chosen[judged]
    hit = pair >= 0
    why, law = np.full(len(judged), clear[0], object), np.full(len(judged), clear[1], object)
    why[hit], law[hit] = each.reason[pair[hit]], each.law[pair[hit]]
    rows, union = covered(pairs.subjects, pairs.others, (pairs.i[counts], pairs.j[counts]))
    area = np.zeros(n)
    area[rows] = union
    return FindingTable.build(
        judged,
        worst[judged],
        why,
        measured=area[judged],
        threshold=0,
        unit="m2",
        comparison="<=",
        law=law,
        args={
            name: [values[k] if k >= 0 else None for k in pair.tolist()]
            for name, values in args.items()
        },
    )


def deciding(subject: Ints, verdict: Verdicts) -> Bools:
    """Return (k,) which pairs carry the worst verdict of their subject; never a PASS."""
    worst = worst_by(subject, verdict, int(subject.max(initial=-1)) + 1)
    return np.asarray((verdict == worst[subject]) & (verdict > Verdict.PASS), np.bool_)


def neighbours(subject: Ints, verdict: Verdicts) -> Ints:
    """Return (k,) how many pairs decide about the pair's subject."""
    counted = np.bincount(subject[deciding(subject, verdict)], minlength=subject.max(initial=0) + 1)
    return np.asarray(counted[subject], np.int64)
