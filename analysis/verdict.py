"""The only place where numbers become verdicts.

Each function takes measured values and a limit and answers PASS, FAIL, REVIEW (the limit lies
within k sigma of stated accuracies) or NO_DATA (nothing was measured). The relation in the name
is the one that must hold for PASS; equality is decided exactly as the name says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.model import Objects, Verdict
from gis.ragged import Bools, Floats, Ints

Verdicts = npt.NDArray[np.int8]

_LEAP_YEAR_DAYS = 366

SAME = 1e-6
"""Numbers this close are the same number: a thousandth of a millimetre, where the arithmetic of
degrees ends. It keeps a distance drawn as exactly 3,000 m from passing at 3,000.0000000002."""

WIDTH_SHARE = 1e-3
"""Widths of overlaps are right to this share of themselves (``gis.width``)."""


def must_be_at_most(
    measured: npt.ArrayLike, limit: npt.ArrayLike, sigma: npt.ArrayLike = np.nan, k: float = 0.0
) -> Verdicts:
    """PASS where ``measured <= limit`` (the text says 不超过, 不大于)."""
    return _judge(lambda gap, same: same | (gap < 0), measured, limit, sigma, k)


def must_be_less(
    measured: npt.ArrayLike, limit: npt.ArrayLike, sigma: npt.ArrayLike = np.nan, k: float = 0.0
) -> Verdicts:
    """PASS where ``measured < limit`` (the limit itself is barred: 以上 is forbidden)."""
    return _judge(lambda gap, same: ~same & (gap < 0), measured, limit, sigma, k)


def must_be_at_least(
    measured: npt.ArrayLike, limit: npt.ArrayLike, sigma: npt.ArrayLike = np.nan, k: float = 0.0
) -> Verdicts:
    """PASS where ``measured >= limit`` (不小于, 不少于, 以上)."""
    return _judge(lambda gap, same: same | (gap > 0), measured, limit, sigma, k)


def must_exceed(
    measured: npt.ArrayLike, limit: npt.ArrayLike, sigma: npt.ArrayLike = np.nan, k: float = 0.0
) -> Verdicts:
    """PASS where ``measured > limit`` (大于; or barred 范围内, which includes the number)."""
    return _judge(lambda gap, same: ~same & (gap > 0), measured, limit, sigma, k)


def _judge(
    holds: Callable[[Floats, Bools], Bools],
    measured: npt.ArrayLike,
    limit: npt.ArrayLike,
    sigma: npt.ArrayLike,
    k: float,
) -> Verdicts:
    gap = np.asarray(np.asarray(measured, np.float64) - np.asarray(limit, np.float64))
    gap, spread = np.broadcast_arrays(gap, np.asarray(sigma, np.float64))
    same = np.abs(gap) <= SAME
    out = np.where(holds(gap, same), Verdict.PASS, Verdict.FAIL).astype(np.int8)
    out[np.abs(gap) <= k * spread] = Verdict.REVIEW
    out[np.isnan(gap)] = Verdict.NO_DATA
    return out


def sliver_limit(least: float, k: float, *sigmas: npt.ArrayLike) -> Floats:
    """Return the width in metres up to which an overlap is a sliver.

    ``max(least, k * sigma)``, where sigma joins the stated accuracies of both layers (root of
    the sum of squares); a layer that states none adds nothing.
    """
    return np.maximum(least, k * np.nan_to_num(combined_sigma(*sigmas), nan=0.0))


def combined_sigma(*sigmas: npt.ArrayLike) -> Floats:
    """Return the root of the sum of squares of stated accuracies, NaN where none is stated."""
    stacked = np.stack(np.broadcast_arrays(*[np.asarray(s, np.float64) for s in sigmas]))
    total = np.sqrt(np.nansum(stacked**2, axis=0))
    return np.asarray(np.where(np.isnan(stacked).all(axis=0), np.nan, total), np.float64)


def is_overlap(width_m: npt.ArrayLike, sliver_m: npt.ArrayLike) -> Bools:
    """Return where an overlap is wider than a sliver."""
    limit = np.asarray(sliver_m) * (1 + WIDTH_SHARE) + SAME
    return np.asarray(np.asarray(width_m) > limit, np.bool_)


def is_touch(width_m: npt.ArrayLike, touch_m: float) -> Bools:
    """Return where an overlap is no wider than a touch."""
    return ~is_overlap(width_m, touch_m)


def is_within(distance_m: npt.ArrayLike, limit_m: npt.ArrayLike) -> Bools:
    """Return where a distance is within a limit, the limit included."""
    return np.asarray(np.asarray(distance_m) <= np.asarray(limit_m) + SAME, np.bool_)


def is_reached(measured: npt.ArrayLike, limit: npt.ArrayLike) -> Bools:
    """Return where a measure reaches a limit, the limit included."""
    return np.asarray(np.asarray(measured) >= np.asarray(limit) - SAME, np.bool_)


def positive(values: npt.ArrayLike) -> Floats:
    """Return numbers with the negative ones unknown (NaN): no height is below nothing."""
    given = np.asarray(values, np.float64)
    return np.asarray(np.where(given < 0, np.nan, given), np.float64)


def above_zero(values: npt.ArrayLike) -> Floats:
    """Return numbers with zero and below unknown (NaN): what has been measured is more.

    In a table of numbers 0 stands for an empty cell where nothing can be of size nought.
    """
    given = np.asarray(values, np.float64)
    return np.asarray(np.where(given > 0, given, np.nan), np.float64)


def acute(degrees: npt.ArrayLike) -> Floats:
    """Return angles with those not between 0 and 90 degrees unknown (NaN)."""
    given = np.asarray(degrees, np.float64)
    return np.asarray(np.where((given > 0) & (given < 90), given, np.nan), np.float64)


def in_order(top: npt.ArrayLike, bottom: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return elevations (top, bottom), both unknown (NaN) where the top lies below the bottom."""
    high, low = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    upside_down = high < low
    return np.where(upside_down, np.nan, high), np.where(upside_down, np.nan, low)


def is_past(days: npt.NDArray[np.datetime64], as_of: date) -> Bools:
    """Return where a day lies before ``as_of``; an unknown day does not."""
    return np.asarray(days < np.datetime64(as_of, "D"), np.bool_)


def years_since(days: npt.NDArray[np.datetime64], as_of: date) -> Floats:
    """Return the years from each day to ``as_of``, NaN where the day is unknown.

    Whole calendar years are whole numbers: three years to the day are exactly 3, one day more is
    more than 3. Days in between count as parts of a leap year. The anniversary of 29 February is
    the last day of February.
    """
    start = np.asarray(days, "datetime64[D]")
    end = np.datetime64(as_of, "D")
    known = ~np.isnat(start)
    start = np.where(known, start, end)
    years = (end.astype("datetime64[Y]") - start.astype("datetime64[Y]")).astype(np.int64)
    years = years - (_anniversary(start, years) > end)
    rest = (end - _anniversary(start, years)).astype(np.int64)
    return np.where(known, years + rest / _LEAP_YEAR_DAYS, np.nan)


def _anniversary(
    start: npt.NDArray[np.datetime64], years: npt.NDArray[np.int64]
) -> npt.NDArray[np.datetime64]:
    month = start.astype("datetime64[M]")
    moved = month + 12 * years
    last = (moved + 1).astype("datetime64[D]") - 1
    same = moved.astype("datetime64[D]") + (start - month.astype("datetime64[D]"))
    return np.asarray(np.minimum(same, last), "datetime64[D]")


def decide(
    n: int, cases: Sequence[tuple[Bools, Verdict, str]], otherwise: tuple[Verdict, str]
) -> tuple[Verdicts, Objects]:
    """Return (n,) verdicts and reasons: the first case whose condition holds decides."""
    verdict = np.full(n, otherwise[0], np.int8)
    reason = np.full(n, otherwise[1], dtype=object)
    for condition, answer, name in reversed(cases):
        verdict[condition] = answer
        reason[condition] = name
    return verdict, reason


def worst_by(subject: Ints, verdict: Verdicts, n: int) -> Verdicts:
    """Return (n,) the combined verdict of each subject: FAIL > REVIEW > NO_DATA > PASS > N/A."""
    out = np.zeros(n, np.int8)
    np.maximum.at(out, subject, verdict)
    return out


def combine(verdicts: Any) -> Verdict:
    """Return the combined verdict of an iterable; NOT_APPLICABLE of nothing."""
    return Verdict(max((int(v) for v in verdicts), default=Verdict.NOT_APPLICABLE))
