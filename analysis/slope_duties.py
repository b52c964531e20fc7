"""What high slopes must have: online monitoring, a yearly stability analysis, a safety factor.

Used by the rules on open pits (SL401) and dumps (SL402), whose duties are alike. Each duty has a
finding of its own unless all are met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.ground_heights import PARAMETERS as READING
from analysis.ground_heights import Heights, site_heights
from analysis.model import FindingTable, Need, Objects, RuleContext, Verdict, Window
from analysis.verdict import (
    Verdicts,
    above_zero,
    decide,
    is_past,
    must_be_at_least,
    must_be_at_most,
    must_be_less,
    years_since,
)
from gis.ragged import Bools, Ints
from layers.layer import Layer

NEEDS: dict[str, Need] = {"terrain": Window(optional=True)}

PARAMETERS = (*READING, "cells_across_least")
LAW = (
    "monitoring_height_m", "monitoring_included", "analysis_height_m", "analysis_included",
    "analysis_years", "safety_factor_least",
)  # fmt: skip
"""Values that may not be in force: then the duty cannot be judged."""

HEIGHT = ("height_m", "top_elevation_m", "bottom_elevation_m")
"""Columns of a site that say its height; the terrain stands in where they are empty."""


# -- where a height lies ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Band:
    """Heights against the lower end of a band, (n,) each; ``name`` of the parameter."""

    name: str
    limit: float
    comparison: str
    above: Bools
    below: Bools
    straddles: Bools

    @staticmethod
    def of(name: str, heights: Heights, context: RuleContext) -> _Band | None:
        """Return where heights lie, None where the law has no such band on that day."""
        limit = context.optional_value(f"{name}_height_m")
        included = context.optional_value(f"{name}_included")
        if limit is None or included is None:
            return None
        beyond = must_be_less if included else must_be_at_most
        least, most = beyond(heights.least, limit), beyond(heights.most, limit)
        above = np.equal(least, Verdict.FAIL)
        below = np.equal(least, Verdict.PASS) & np.equal(most, Verdict.PASS)
        straddles = np.equal(least, Verdict.PASS) & np.equal(most, Verdict.FAIL)
        return _Band(f"{name}_height_m", limit, "<" if included else "<=", above, below, straddles)


# -- the duties ------------------------------------------------------------------------------------


def judge_slopes(sites: Layer, context: RuleContext) -> FindingTable:
    """Return a finding for each duty that is not certainly met, else one PASS a site."""
    heights = site_heights(sites, context)
    tables = [
        _monitoring(sites, heights, context),
        _analysis(sites, heights, context),
        _safety(sites, heights, context),
    ]
    found = FindingTable.concat([_only_findings(t) for t in tables])
    clear = np.setdiff1d(np.arange(len(sites)), found.subject)
    return FindingTable.concat([found, _clear(clear, heights, context)])


def _only_findings(table: FindingTable) -> FindingTable:
    rows = np.flatnonzero(~np.equal(table.verdict, Verdict.PASS))
    return FindingTable(**{name: getattr(table, name)[rows] for name in FindingTable.columns()})


def _monitoring(sites: Layer, heights: Heights, context: RuleContext) -> FindingTable:
    band = _Band.of("monitoring", heights, context)
    if band is None:
        return _lawless(sites, "monitoring_height_m")
    flag = sites.flag("online_monitoring")
    met, broken = np.equal(flag, 1), np.equal(flag, 0)
    verdict, reason = _by_band(heights, band, met, broken, "not_monitored")
    return _table(sites, heights, band, verdict, reason, column="online_monitoring")


def _analysis(sites: Layer, heights: Heights, context: RuleContext) -> FindingTable:
    band = _Band.of("analysis", heights, context)
    limit = context.optional_value("analysis_years")
    if band is None or limit is None:
        return _lawless(sites, "analysis_height_m")
    day = _past(sites.day("stability_analysed_on"), context)
    years = years_since(day, context.as_of)
    kept = must_be_at_most(years, limit)
    met, broken = np.equal(kept, Verdict.PASS), np.equal(kept, Verdict.FAIL)
    verdict, reason = _by_band(heights, band, met, broken, "analysis_overdue")
    on = np.full(len(day), None, dtype=object)
    on[~np.isnat(day)] = day[~np.isnat(day)].astype(str)
    table = _table(sites, heights, band, verdict, reason, column="stability_analysed_on", on=on)
    overdue = np.equal(reason, "analysis_overdue")
    # What is measured against its limit here is the time, not the height.
    table.measured[overdue], table.threshold[overdue] = years[overdue], limit
    table.uncertainty[overdue] = np.nan
    table.unit[overdue], table.comparison[overdue] = "a", "<="
    table.law[overdue] = "analysis_years"
    return table


def _safety(sites: Layer, heights: Heights, context: RuleContext) -> FindingTable:
    least = context.optional_value("safety_factor_least")
    if least is None:
        return _lawless(sites, "safety_factor_least")
    factor = above_zero(sites.number("safety_factor"))
    against = must_be_at_least(factor, least)
    verdict, reason = decide(
        len(sites),
        [
            (np.equal(against, Verdict.FAIL), Verdict.FAIL, "unsafe"),
            (np.equal(against, Verdict.NO_DATA), Verdict.NO_DATA, "attribute_missing"),
        ],
        (Verdict.PASS, "duties_met"),
    )
    known = ~np.isnan(factor)
    return FindingTable.build(
        np.arange(len(sites)),
        verdict,
        reason,
        measured=factor,
        threshold=np.where(known, least, np.nan),
        unit=np.where(known, "1", "").astype(object),
        comparison=np.where(known, ">=", "").astype(object),
        law="safety_factor_least",
        args={"column": ["safety_factor"] * len(sites)},
    )


def _past(days: npt.NDArray[np.datetime64], context: RuleContext) -> npt.NDArray[np.datetime64]:
    """Return days without those still to come: an analysis to come is none."""
    return np.where(is_past(days, context.as_of + timedelta(days=1)), days, np.datetime64("NaT"))


def _by_band(
    heights: Heights, band: _Band, met: Bools, broken: Bools, fault: str
) -> tuple[Verdicts, Objects]:
    """Return verdict and reason of a duty of all that is higher than the band's lower end."""
    verdict, reason = decide(
        len(met),
        [
            (band.above & met, Verdict.PASS, "duties_met"),
            (band.above & broken, Verdict.FAIL, fault),
            (band.above, Verdict.REVIEW, "flag_missing"),
            (band.below, Verdict.PASS, "below_bands"),
            (band.straddles & met, Verdict.PASS, "duties_met"),
            (band.straddles, Verdict.REVIEW, "near_threshold"),
        ],
        (Verdict.NO_DATA, "height_unknown"),
    )
    unknown = np.equal(verdict, Verdict.NO_DATA)
    reason[unknown] = heights.gap[unknown]
    return verdict, reason


def _lawless(sites: Layer, parameter: str) -> FindingTable:
    """Return that the law of the day has no such duty: not judged, and not met by that."""
    return FindingTable.build(
        np.arange(len(sites)),
        Verdict.NO_DATA,
        "law_missing",
        args={"parameter": [parameter] * len(sites)},
    )


def _table(
    sites: Layer,
    heights: Heights,
    band: _Band,
    verdict: Verdicts,
    reason: Objects,
    *,
    column: str,
    on: Objects | None = None,
) -> FindingTable:
    known = ~np.isnan(heights.height)
    args: dict[str, Sequence[Any] | npt.NDArray[Any]] = {
        "column": [column] * len(sites),
        "height": heights.height,
        "cell": heights.cell_m,
        "span": heights.span_m,
    }
    if on is not None:
        args["day"] = on
    return FindingTable.build(
        np.arange(len(sites)),
        verdict,
        reason,
        measured=heights.height,
        threshold=np.where(known, band.limit, np.nan),
        uncertainty=heights.sigma,
        unit=np.where(known, "m", "").astype(object),
        comparison=np.where(known, band.comparison, "").astype(object),
        law=band.name,
        args=args,
    )


def _clear(rows: Ints, heights: Heights, context: RuleContext) -> FindingTable:
    """Return PASS: below the lower band, or all that is asked for is there."""
    bands = [_Band.of(name, heights, context) for name in ("analysis", "monitoring")]
    band = min((b for b in bands if b is not None), key=lambda b: b.limit, default=None)
    if band is None or not len(rows):
        return FindingTable.empty()
    below = np.all([b.below[rows] for b in bands if b is not None], axis=0)
    on_terrain = ~np.isnan(heights.cell_m[rows])
    reason = np.where(
        below, np.where(on_terrain, "below_bands_on_terrain", "below_bands"), "duties_met"
    )
    return FindingTable.build(
        rows,
        Verdict.PASS,
        reason.astype(object),
        measured=heights.height[rows],
        threshold=band.limit,
        uncertainty=heights.sigma[rows],
        unit="m",
        comparison=band.comparison,
        law=band.name,
    )
