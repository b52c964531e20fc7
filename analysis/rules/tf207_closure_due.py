"""TF207: a tailings facility that is full, finished, long out of use or ownerless is closed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from analysis.model import FindingTable, Objects, Rule, RuleContext, Verdict
from analysis.subjects import is_new_pond, is_unknown_pond
from analysis.verdict import Verdicts, decide, is_past, must_be_at_most, years_since
from gis.ragged import Bools, Floats
from layers.layer import Layer


def evaluate(subjects: Layer, context: RuleContext) -> FindingTable:
    """Look for each ground on which an existing facility must be closed.

    Any one suffices: the final level is reached, tailings are no longer discharged, out of use
    for longer than the limit, no operator. Facilities under closure or closed meet the duty.

    Limits: a facility is ownerless only where the data say so.
    """
    ponds = _Ponds(subjects, context)
    verdict, reason = _judge(ponds)
    by_years = np.isin(reason.astype(str), ("stopped_too_long", "dates_contradict", "not_due"))
    return FindingTable.build(
        np.arange(len(subjects)),
        verdict,
        reason,
        measured=np.where(by_years, ponds.years, np.nan),
        threshold=np.where(by_years & ~np.isnan(ponds.years), ponds.limit, np.nan),
        unit=np.where(by_years, "a", "").astype(object),
        comparison=np.where(by_years, "<=", "").astype(object),
        law=np.where(np.equal(reason, "ownerless"), "ownerless_closure", "stop_years_limit").astype(
            object
        ),
        args={"column": ponds.missing(), "since": ponds.since()},
    )


class _Ponds:
    """What decides about each facility, (n,) each."""

    def __init__(self, layer: Layer, context: RuleContext) -> None:
        self.layer = layer
        self.limit = context.value("stop_years_limit")
        self.unknown: Bools = is_unknown_pond(layer)
        self.new: Bools = is_new_pond(layer)
        self.no_status: Bools = layer.is_null("status")
        self.met: Bools = layer.is_code("status", "under_closure", "closed")
        self.stopped: Bools = layer.is_code("status", "stopped")
        self.final = layer.flag("at_final_level")
        self.discharging = layer.flag("discharging")
        # Who has an operator is not ownerless; who names none need not be.
        flag = layer.flag("ownerless")
        by_operator = np.where(layer.is_null("operator"), flag, 0)
        unsaid = np.equal(flag, -1) & ~layer.is_unread("ownerless")
        # Where the operator's cell says that nobody is left, "no" is contradicted.
        open_ = np.equal(flag, 0) & layer.is_unread("operator")
        self.ownerless = np.select([open_, unsaid], [-1, by_operator], flag)
        self.ownerless_counts = context.optional_value("ownerless_closure") is not None
        stop, last = (
            self._past(layer.day(c), context) for c in ("stopped_on", "last_discharge_on")
        )
        self.no_stop: Bools = layer.is_unread("stopped_on")
        self.no_last: Bools = np.isnat(stop) & layer.is_unread("last_discharge_on")
        self.day = np.where(np.isnat(stop), last, stop)
        self.day[self.no_stop] = np.datetime64("NaT")
        self.years: Floats = years_since(self.day, context.as_of)
        self.long: Bools = np.equal(must_be_at_most(self.years, self.limit), Verdict.FAIL)

    @staticmethod
    def _past(days: npt.NDArray[np.datetime64], context: RuleContext) -> npt.NDArray[np.datetime64]:
        """Return days without those still to come: they say nothing of a time out of use."""
        past = is_past(days, context.as_of + timedelta(days=1))
        return np.where(past, days, np.datetime64("NaT"))

    def missing(self) -> Objects:
        """Return the first column whose lack leaves a ground open."""
        lacking = [self.unknown, self.no_status, *self._open()]
        names = ["project_type", "status", "at_final_level", "discharging", "ownerless"]
        names += ["stopped_on", "last_discharge_on"]
        return np.select(lacking, names, "").astype(object)

    def undecided(self) -> Bools:
        """Return where a ground cannot be excluded for want of data."""
        return np.asarray(np.any(self._open(), axis=0), np.bool_)

    def since(self) -> Objects:
        """Return the day since which the facility is out of use, None where unknown."""
        out = np.full(len(self.day), None, dtype=object)
        known = ~np.isnat(self.day)
        out[known] = self.day[known].astype(str)
        return out

    def _open(self) -> list[Bools]:
        """Return where each flag is not stated, and where a date could not be read."""
        flags = (self.final, self.discharging, self.ownerless)
        return [*(np.equal(v, -1) for v in flags), self.no_stop, self.no_last]


def _judge(ponds: _Ponds) -> tuple[Verdicts, Objects]:
    # A date stands as it is stated, unless it is also stated that tailings come in again.
    out_of_use = ponds.stopped | ~np.equal(ponds.discharging, 1)
    ownerless = np.equal(ponds.ownerless, 1) & ponds.ownerless_counts
    return decide(
        len(ponds.layer),
        [
            (ponds.unknown, Verdict.NO_DATA, "attribute_missing"),
            (ponds.new, Verdict.NOT_APPLICABLE, "new_facility"),
            (ponds.no_status, Verdict.NO_DATA, "attribute_missing"),
            (ponds.met, Verdict.PASS, "closing_or_closed"),
            (ownerless, Verdict.FAIL, "ownerless"),
            (np.equal(ponds.final, 1), Verdict.FAIL, "final_level_reached"),
            (ponds.long & out_of_use, Verdict.FAIL, "stopped_too_long"),
            (np.equal(ponds.discharging, 0), Verdict.FAIL, "no_longer_discharging"),
            (ponds.stopped & np.isnan(ponds.years), Verdict.REVIEW, "stop_date_missing"),
            (ponds.long, Verdict.REVIEW, "dates_contradict"),
            (ponds.undecided(), Verdict.NO_DATA, "attribute_missing"),
        ],
        (Verdict.PASS, "not_due"),
    )


RULE = Rule(
    code="TF207",
    subjects=("tailings_facility",),
    needs={},
    parameters=("stop_years_limit",),
    optional_parameters=("ownerless_closure",),
    evaluate=evaluate,
)
