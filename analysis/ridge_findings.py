"""From how boundaries lie to ridges to findings: one per right, with the runs as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from analysis.model import Evidence, FindingTable, RuleContext, Verdict
from analysis.ridge_boundary import Beside, Surveyed, look_beside, surveyed_beside
from analysis.subjects import is_existing_right, is_new_right
from analysis.verdict import is_reached, is_within
from gis.boundary import Boundary, Extent, Pairs, extents, runs
from gis.distance import near_boxes
from gis.ragged import Bools, Ints
from gis.ridges import HIDDEN, YES
from layers.layer import Layer

BOUNDARY_LABEL, RIDGE_LABEL = "矿界 boundary", "山脊 ridge"

_SMOOTH = 7  # samples of the drawn ridge are joined by a running median


@dataclass(frozen=True, eq=False)
class _Answer:
    """The finding on one right."""

    subject: int
    verdict: Verdict
    reason: str
    extent: Extent | None = None
    args: dict[str, Any] | None = None
    boundary: Boundary | None = None
    hit: Bools | None = None
    place: Pairs | None = None
    related: int = -1
    sigma: float = float("nan")


def judge_ridges(rights: Layer, judged: Ints, context: RuleContext) -> FindingTable:
    """Return one finding for each right of ``judged``.

    A surveyed line decides where it is followed; elsewhere the terrain speaks.
    """
    judge = _Judge(rights, judged, context)
    lines = {one.subject: judge.of_lines(one) for one in surveyed_beside(rights, judged, context)}
    sure = {row: a for row, a in lines.items() if a is not None}
    rest = np.array([row for row in judged.tolist() if row not in sure], np.int64)
    ground = {one.subject: judge.of_ground(one) for one in look_beside(rights, rest, context)}
    answers = [
        sure.get(row) or ground.get(row) or _Answer(row, Verdict.NO_DATA, "terrain_missing")
        for row in judged.tolist()
    ]
    return judge.table(answers)


class _Judge:
    def __init__(self, rights: Layer, judged: Ints, context: RuleContext) -> None:
        self.context = context
        self.gap = context.value("gap_m")
        self.new, self.existing = is_new_right(rights), is_existing_right(rights)
        self.limits = context.value("ridge_share"), context.value("ridge_run_m")
        # What the terrain shows is not known better than this.
        blur = context.value("share_error"), context.value("run_error_m")
        self.nearly = self.limits[0] - blur[0], self.limits[1] - blur[1]
        self.unread = np.zeros(len(rights), bool)
        refused = context.layer("ridge_line").refused
        if len(refused):
            reach = context.value("tolerance_m") + context.value("near_band_m")
            self.unread[judged] = near_boxes(rights.shapes.take(judged), refused.bounds, reach)

    # -- surveyed lines --------------------------------------------------------------------

    def of_lines(self, one: Surveyed) -> _Answer | None:
        """Return the answer where a surveyed line is followed or nearly so, else None."""
        context = self.context
        blur = context.value("near_band_m") + context.value("k_sigma") * float(
            np.nan_to_num(one.sigma_m)
        )
        limit = context.value("tolerance_m")
        with np.errstate(invalid="ignore"):
            within = [is_within(one.aside_m, limit + d) for d in (-blur, blur)]
        surely, perhaps = (self._follows(one.boundary, hit) for hit in within)
        if perhaps is None:
            return None
        verdict, reason = Verdict.REVIEW, "surveyed_near"
        if surely is not None:
            verdict, reason = self._strictness(one.subject, Verdict.FAIL, "surveyed")
        hit = within[0] if surely is not None else within[1]
        lines, counts = np.unique(one.line[hit], return_counts=True)
        return _Answer(
            one.subject, verdict, reason, surely or perhaps,
            self._args(limit, one.aside_m[hit], surely or perhaps),
            one.boundary, hit, one.place, int(lines[np.argmax(counts)]), one.sigma_m,
        )  # fmt: skip

    # -- terrain ---------------------------------------------------------------------------

    def of_ground(self, one: Beside) -> _Answer:
        """Return the answer by the terrain."""
        context = self.context
        sigma = context.ground.sigma_m if context.ground else np.nan
        blur = context.value("k_sigma") * float(np.nan_to_num(sigma))
        if np.isnan(one.cell_m):
            return _Answer(one.subject, Verdict.NO_DATA, "no_elevation")
        if not is_within(one.cell_m, context.value("dem_cell_most_m")):
            return _Answer(one.subject, Verdict.NO_DATA, "dem_coarse", args={"cell": one.cell_m})
        found = self._followed(one)
        if found is not None:
            return found
        if is_reached(blur, context.value("drop_m")):
            return _Answer(one.subject, Verdict.NO_DATA, "dem_inaccurate", args={"blur": blur})
        if one.blind or self._hidden(one):
            return _Answer(one.subject, Verdict.NO_DATA, "nodata_beside")
        if self.unread[one.subject]:
            args = {"layer": "ridge_line"}
            return _Answer(one.subject, Verdict.NO_DATA, "refused_neighbours", args=args)
        whole = next(extents(one.boundary, one.follows, self.gap))
        return _Answer(one.subject, Verdict.PASS, "clear", whole)

    def _followed(self, one: Beside) -> _Answer | None:
        """Return the answer where the terrain has a ridge that is followed or nearly so."""
        hit, near = one.follows, one.near == YES
        divide, crest = one.by_divide == YES, one.by_crest == YES
        each = [self._follows(one.boundary, h) for h in (divide, crest)]
        extent = self._follows(one.boundary, hit)
        verdict, reason = self._strictness(one.subject, Verdict.REVIEW, "suspected")
        if extent is None:
            reason = "near_tolerance"
            extent = self._follows(one.boundary, hit, self.nearly)
            if extent is None:
                extent, hit = self._follows(one.boundary, near), near
        elif None in each:
            reason = "methods_disagree"
        if extent is None:
            extent, reason = self._small(one.boundary, hit), "small_outline"
        if extent is None:
            return None
        args = self._args(one.tolerance_m, one.aside_m[hit], extent)
        by = [next(extents(one.boundary, h, self.gap)).share for h in (divide, crest)]
        drop = [np.nan, np.nan]
        if hit.any() and not np.isnan(one.drop_m[hit]).all():
            drop = np.nanmedian(one.drop_m[hit], axis=0).tolist()
        args |= {
            "by_divide": _percent(by[0]), "by_crest": _percent(by[1]),
            "left": drop[0], "right": drop[1], "beyond": one.near_m,
            "percentile": None if np.isnan(one.percentile) else f"{one.percentile:.0f}%",
        }  # fmt: skip
        return _Answer(
            one.subject, verdict, reason, extent, args, one.boundary, hit, one.place
        )  # fmt: skip

    def _hidden(self, one: Beside) -> bool:
        """Return whether a ridge wherever nodata may hide one would change the answer."""
        unknown = (one.by_divide == HIDDEN) | (one.by_crest == HIDDEN)
        near = unknown | (one.near == HIDDEN) | (one.near == YES)
        found = (
            self._follows(one.boundary, one.follows | unknown, self.nearly),
            self._follows(one.boundary, near),
            self._small(one.boundary, near),
        )
        return any(extent is not None for extent in found)

    def _small(self, boundary: Boundary, near: Bools) -> Extent | None:
        """Return the extent along rings too small for a run, where a ridge is beside them.

        Only where such rings make up the share, so that a small hole in a large right does not.
        """
        small = ~is_reached(boundary.length_m, 2 * self.limits[1])
        whole = next(extents(boundary, near & small[boundary.ring], self.gap))
        return whole if is_reached(whole.share, self.limits[0]) else None

    # -- common ----------------------------------------------------------------------------

    def _follows(
        self, boundary: Boundary, hit: Bools, limits: tuple[float, float] | None = None
    ) -> Extent | None:
        """Return the extent of the boundary, or of one of its rings, that follows; else None."""
        share, run = limits or self.limits
        for extent in extents(boundary, hit, self.gap):
            if is_reached(extent.share, share) and is_reached(extent.run_m, run):
                return extent
        return None

    def _strictness(self, row: int, strictest: Verdict, reason: str) -> tuple[Verdict, str]:
        if self.new[row]:
            return strictest, reason
        return Verdict.REVIEW, "consolidation" if self.existing[row] else "changed_right"

    def _args(self, limit_m: float, aside: Any, extent: Extent) -> dict[str, Any]:
        known = aside[~np.isnan(aside)]
        return {
            "share": _percent(extent.share),
            "run": extent.run_m,
            "tolerance": limit_m,
            "angle": self.context.value("angle_deg"),
            "aside": round(float(np.median(known)), 1) if len(known) else None,
        }

    def table(self, answers: Sequence[_Answer]) -> FindingTable:
        """Return the answers as findings."""
        given = [a.extent for a in answers]
        share = np.array([np.nan if e is None else e.share for e in given])
        run = np.array([np.nan if e is None else e.run_m for e in given])
        # A share that would do is told by the run that does not.
        short = is_reached(share, self.limits[0]) & ~is_reached(run, self.limits[1])
        args = [a.args or {} for a in answers]
        names = sorted({name for record in args for name in record})
        known = ~np.isnan(share)
        return FindingTable.build(
            np.array([a.subject for a in answers], np.int64),
            np.array([int(a.verdict) for a in answers], np.int8),
            np.array([a.reason for a in answers], dtype=object),
            measured=np.where(short, run, share),
            threshold=np.where(known, np.where(short, self.limits[1], self.limits[0]), np.nan),
            uncertainty=[a.sigma if u else np.nan for a, u in zip(answers, short, strict=True)],
            unit=np.where(known, np.where(short, "m", "1"), "").astype(object),
            comparison=np.where(known, "<", "").astype(object),
            related=[a.related for a in answers],
            related_layer=np.array(
                ["ridge_line" if a.related >= 0 else None for a in answers], dtype=object
            ),
            law=np.where(short, "ridge_run_m", "ridge_share").astype(object),
            args={name: [record.get(name) for record in args] for name in names},
            evidence=self._evidence(answers),
        )

    def _evidence(self, answers: Sequence[_Answer]) -> list[Evidence]:
        rows: list[int] = []
        shapes: list[Any] = []
        labels: list[str] = []
        for number, one in enumerate(answers):
            if one.boundary is None or one.hit is None or one.place is None:
                continue
            for line, label in _drawn(one.boundary, one.hit, one.place, self.gap):
                rows.append(number)
                shapes.append(line)
                labels.append(label)
        if not rows:
            return []
        drawn, names = np.empty((2, len(rows)), dtype=object)
        drawn[:], names[:] = shapes, labels
        return [Evidence("ridge_run", np.array(rows, np.int64), drawn, names)]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _drawn(
    boundary: Boundary, hit: Bools, place: Pairs, gap_m: float
) -> list[tuple[shapely.Geometry, str]]:
    """Return the runs on the boundary and the ridge beside each, in degrees, longest first."""
    lon, lat = boundary.degrees()
    own = np.column_stack([lon, lat])
    found = []
    for ring, step in enumerate(boundary.step_m.tolist()):
        rows = boundary.of_ring(ring)
        for first, count in zip(*runs(hit[rows], round(gap_m / step)), strict=True):
            if is_within(count * step, gap_m):
                continue
            at = rows[(first + np.arange(count)) % len(rows)]
            found.append((count * step, own[at], _median(place[at])))
    found.sort(key=lambda run: -run[0])
    out = []
    for _, run, ridge in found:
        out.append((shapely.LineString(run), BOUNDARY_LABEL))
        if len(ridge) > 1:
            out.append((shapely.LineString(ridge), RIDGE_LABEL))
    return out


def _median(place: Pairs) -> Pairs:
    """Return the known places, each the median of its neighbours along the run."""
    known = place[~np.isnan(place).any(axis=1)]
    if len(known) < _SMOOTH:
        return known
    padded = np.pad(known, ((_SMOOTH // 2, _SMOOTH // 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH, axis=0)
    return np.asarray(np.median(windows, axis=-1))
