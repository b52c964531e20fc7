"""Terms of rights: their two ends in one cell, and ends that name no more than a month or year."""

from __future__ import annotations

import calendar
import re
from datetime import date

from layers import parse

_DAY = r"\d{4}(?:年(?:(?:\d{1,2}|元)月份?(?:\d{1,2}[日号]?)?)?|[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{4})"
_BOTH = re.compile(rf"(?:自|从|由)?({_DAY})起?(?:至|到|~|—{{1,2}}|–|-)({_DAY})(?:止|为止)?。?")
_AROUND_END = re.compile(r"^(?:有效期)?(?:截止|截至|止于|至|到)?[:]?(.+?)(?:为止|止)?。?$")
_MONTH = re.compile(r"(\d{4})(?:年(?:(\d{1,2}|元)月份?)?|[-/](\d{1,2})|\.(\d{2}|[2-9]))")
_LONGEST = 64


def last_day(word: str) -> date | None:
    """Return the last day of a term, by whatever reading the latest.

    A month or a year is its last day; of both ends of a term, the second counts.

    >>> last_day("2019年3月"), last_day("2009年至2019年"), last_day("2019.3.15止")
    (datetime.date(2019, 3, 31), datetime.date(2019, 12, 31), datetime.date(2019, 3, 15))
    >>> last_day("2019.1"), last_day("长期"), last_day("2019年13月")
    (None, None, None)
    """
    day = parse.day(word)
    if day is not None or len(word) > _LONGEST:
        return day
    both = ends(word)
    if both is not None:
        return both[1]
    found = _AROUND_END.match(parse.folded(word))
    return _last(found[1]) if found else None


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
    start, end = _first(found[1]), _last(found[2])
    return None if start is None or end is None or start > end else (start, end)


def _first(word: str) -> date | None:
    day = parse.day(word)
    months = None if day else _months(word)
    return months[0] if months else day


def _last(word: str) -> date | None:
    day = parse.day(word)
    months = None if day else _months(word)
    return months[1] if months else day


def _months(word: str) -> tuple[date, date] | None:
    """Return the first and last day of a month or year; ``2019.1`` may be October."""
    found = _MONTH.fullmatch(word)
    if not found:
        return None
    year, month = int(found[1]), found[2] or found[3] or found[4]
    first = 1 if month in (None, "元") else int(month)
    last = 12 if month is None else first
    if not (1900 <= year < 2200 and 1 <= first <= 12):
        return None
    end = date(year, last, calendar.monthrange(year, last)[1])
    return date(year, first, 1), end
