"""Days: of words, of the two ends of a term, of Arrow's days and instants; all as in China."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers import parse

# 1899-12-30 is the empty cell of databases; nothing said here reaches beyond 2199.
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
"""What words may say; beside it :data:`ENDLESS`."""
ENDLESS = date(9999, 12, 31)
"""What databases write for a term without end."""

_CHINA = timedelta(hours=8)
_FARTHEST = timedelta(hours=14)  # clocks of Kiribati
_DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|\s*年\s*(\d{1,2}|元)\s*月\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))"
    r"(?:[t\s](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<zone>z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_DAY = r"\d{4}(?:年(?:(?:\d{1,2}|元)月份?(?:\d{1,2}[日号]?)?)?|[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{4})"
_BOTH = re.compile(rf"(?:自|从|由)?({_DAY})起?(?:至|到|~|—{{1,2}}|–|-)({_DAY})(?:止|为止)?。?")
_AROUND_END = re.compile(r"^(?:有效期)?(?:截止|截至|止于|至|到)?[:]?(.+?)(?:为止|止)?。?$")
_MONTH = re.compile(r"(\d{4})(?:年(?:(\d{1,2}|元)月份?)?|[-/](\d{1,2})|\.(\d{2}|[2-9]))")
_LONGEST = 64
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EPOCH = date(1970, 1, 1)


def day(word: str) -> date | None:
    """Return the day ``word`` names, None for anything but a whole date from 1900 to 2199.

    The last day of 9999 is read too: databases write it for a term without end.

    An instant with a time zone is dated where the mines are: in China, UTC+8.

    >>> day("2024年1月31日"), day("20240131"), day("2024-02-30")
    (datetime.date(2024, 1, 31), datetime.date(2024, 1, 31), None)
    >>> day("2024-01-31T20:00:00Z"), day("2024-01-31 20:00"), day("2024-01-31 25:61")
    (datetime.date(2024, 2, 1), datetime.date(2024, 1, 31), None)
    """
    match = _DATE.fullmatch(parse.plain(word).casefold())
    if not match or parse.runs_together(word):
        return None
    parts = (1 if g == "元" else int(g) for g in match.groups()[:8] if g and g[0] not in "-/.")
    try:
        read = date(*parts)
    except ValueError:
        return None
    if not (FIRST <= read <= LAST or read == ENDLESS):
        return None
    return read if match["hour"] is None else _day_in_china(read, match)


def _day_in_china(read: date, match: re.Match[str]) -> date | None:
    """Return the day in China of a time of day, as its zone tells; without zone, as written."""
    hour, minute, second = (int(match[k] or 0) for k in ("hour", "minute", "second"))
    if (hour, minute, second, match["zone"]) == (24, 0, 0, None):
        return read  # its end
    if hour > 23 or minute > 59 or second > 60:
        return None
    if match["zone"] is None:
        return read
    offset = _offset(match["zone"])
    if offset is None:
        return None
    written = datetime(read.year, read.month, read.day, hour, minute, tzinfo=UTC)
    at = written - offset + _CHINA
    return at.date()


def _offset(zone: str) -> timedelta | None:
    """Return how far clocks are ahead of UTC, None where no clock is."""
    if zone == "z":
        return timedelta()
    minutes = int(zone[-2:]) if len(zone) > 3 else 0
    size = timedelta(hours=int(zone[1:3]), minutes=minutes)
    if minutes > 59 or size > _FARTHEST:
        return None
    return -size if zone[0] == "-" else size


def last_day(word: str) -> date | None:
    """Return the last day of a term, by whatever reading the latest.

    A month or a year is its last day; of both ends of a term, the second counts.

    >>> last_day("2019年3月"), last_day("2009年至2019年"), last_day("2019.3.15止")
    (datetime.date(2019, 3, 31), datetime.date(2019, 12, 31), datetime.date(2019, 3, 15))
    >>> last_day("2019.1"), last_day("长期"), last_day("2019年13月")
    (None, None, None)
    """
    read = day(word)
    if read is not None or len(word) > _LONGEST:
        return read
    both = ends(word)
    if both is None:
        found = _AROUND_END.match(parse.folded(word))
        both = _span(found[1]) if found else None
    return both[1] if both else None


def ends(word: str) -> tuple[date, date] | None:
    """Return the first and last day of a term such as ``2020年3月至2030年3月``.

    >>> ends("2020-03-01~2030-02-28")
    (datetime.date(2020, 3, 1), datetime.date(2030, 2, 28))
    >>> ends("2020年3月至2030年3月")
    (datetime.date(2020, 3, 1), datetime.date(2030, 3, 31))
    >>> ends("10年"), ends("2030-03-01至2020-03-01")
    (None, None)
    """
    text = parse.folded(word).translate(parse.WAVE)
    found = _BOTH.fullmatch(text) if len(word) <= _LONGEST else None
    if not found:
        return None
    start, end = _span(found[1]), _span(found[2])
    return (start[0], end[1]) if start and end and start[0] <= end[1] else None


def _span(word: str) -> tuple[date, date] | None:
    """Return the first and last of the days that a day, a month or a year names."""
    whole = day(word)
    return (whole, whole) if whole else _months(word)


def _months(word: str) -> tuple[date, date] | None:
    """Return the first and last day of a month or year; ``2019.1`` may be October."""
    found = _MONTH.fullmatch(word)
    if not found:
        return None
    year, month = int(found[1]), found[2] or found[3] or found[4]
    first = 1 if month in (None, "元") else int(month)
    last = 12 if month is None else first
    if not (FIRST.year <= year <= LAST.year and 1 <= first <= 12):
        return None
    end = date(year, last, calendar.monthrange(year, last)[1])
    return date(year, first, 1), end


def days_in_china(array: pa.Array) -> tuple[pa.Array, Ints]:
    """Return days, null where there is none, and the rows that hold something that is no day.

    An instant with a time zone is dated where the mines are: China keeps one time, UTC+8. What
    has no zone is dated as written. No other days are read than those of words.

    Parameters
    ----------
    array : (n,) date32, date64 or timestamp
    """
    per_day = _per_day(array.type)
    width = pa.int32() if pa.types.is_date32(array.type) else pa.int64()
    raw = np.asarray(array.cast(width).fill_null(0), np.int64)
    days = raw // per_day
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        # The time of day first: the count since 1970 may be as large as its type allows.
        days += (raw - days * per_day + _CHINA.seconds * (per_day // 86_400)) // per_day
    valid = np.asarray(array.is_valid())
    said = (days >= (FIRST - _EPOCH).days) & (days <= (LAST - _EPOCH).days)
    good = valid & (said | (days == (ENDLESS - _EPOCH).days))
    made = pa.array(np.where(good, days, 0).astype(np.int32), pa.int32(), mask=~good)
    return made.cast(pa.date32()), np.flatnonzero(valid & ~good)


def _per_day(kind: pa.DataType) -> int:
    if pa.types.is_date32(kind):
        return 1
    return 86_400 * (1000 if pa.types.is_date64(kind) else _PER_SECOND[kind.unit])
