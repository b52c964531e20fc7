"""Days and instants of any unit as days in China."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from gis.ragged import Ints

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EPOCH = date(1970, 1, 1)
# 1899-12-30 is the empty cell of databases; from 10000 on a year is no year.
_FIRST = (date(1900, 1, 1) - _EPOCH).days
_LAST = (date(9999, 12, 31) - _EPOCH).days
_CHINA_S = 8 * 3600


def days_in_china(array: pa.Array) -> tuple[pa.Array, Ints]:
    """Return days, null where there is none, and the rows that hold something that is no day.

    An instant with a time zone is dated where the mines are: China keeps one time, UTC+8. What
    has no zone is dated as written. A day before 1900 or after 9999 is none.

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
        days += (raw - days * per_day + _CHINA_S * (per_day // 86_400)) // per_day
    valid = np.asarray(array.is_valid())
    good = valid & (days >= _FIRST) & (days <= _LAST)
    made = pa.array(np.where(good, days, 0).astype(np.int32), pa.int32(), mask=~good)
    return made.cast(pa.date32()), np.flatnonzero(valid & ~good)


def _per_day(kind: pa.DataType) -> int:
    if pa.types.is_date32(kind):
        return 1
    return 86_400 * (1000 if pa.types.is_date64(kind) else _PER_SECOND[kind.unit])
