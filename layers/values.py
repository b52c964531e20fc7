"""Source columns as typed columns of the contract.

Works on the distinct values of a column. A value that cannot be read becomes null, never a
default, and an issue names where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Ints
from layers import days, null_marks, orebodies, parse
from layers.account import Issue
from layers.cells import as_text, bare_numbers, by_word, flat, is_readable, rows_where, without
from layers.formats.angles import packed, spelled
from layers.identity import digits_lost, named_only, nobody_left
from layers.issues import Origin, bad_values, no_day, one_level, unreadable
from layers.keys import is_key, is_list, lists_orebodies, matchable
from layers.layer import ARROW_TYPES
from layers.schema import Column

Unit: TypeAlias = pa.Array | str | None
"""The unit of values that state none: one for all or one per row; None = the column's own."""


@dataclass(frozen=True, eq=False)
class Values:
    """A typed column, one value per source row, and what reading it had to say.

    ``unread``: rows, ascending, whose cell held something that could not be read; null there.
    """

    array: pa.Array
    issues: tuple[Issue, ...] = ()
    unread: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def losing(self, rows: Ints, *said: Issue) -> Values:
        """Return the values with further rows that could not be read, and what is said of them."""
        if not len(rows):
            return replace(self, issues=(*self.issues, *said)) if said else self
        unread = np.union1d(self.unread, rows)
        return Values(without(self.array, rows), (*self.issues, *said), unread)


def convert(
    array: pa.Array,
    column: Column,
    field: str,
    labels: Sequence[str],
    *,
    unit: Unit = None,
    elevation_range: bool = False,
) -> Values:
    """Return ``array`` as the type of ``column``.

    Parameters
    ----------
    array : (n,) source values of any Arrow type
    field : the source's name for them
    labels : (n,) how to name a row to a human
    unit : unit of values that state none, one for all or one per row; None = the column's own
    elevation_range : the field holds both ends: of elevations ("1250~980"), of a term
    """
    array, origin = flat(array), Origin(column, field, labels)
    if not is_readable(array.type):
        nothing = pa.nulls(len(array), ARROW_TYPES[column.dtype])
        return Values(nothing).losing(rows_where(array.is_valid()), unreadable(origin, array.type))
    if elevation_range:
        read = _term_end if column.dtype == "date" else _elevation_end
        return read(array, origin, unit)
    if column.codes and column.dtype != "flag":
        return _codes(array, origin, unit)
    return _CONVERTERS[column.dtype](array, origin, unit)


# -- words ---------------------------------------------------------------------------------------


def _text(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    column, text = origin.column, as_text(array)
    word = pc.utf8_lower(pc.utf8_trim_whitespace(pc.utf8_normalize(text, form="NFKC")))
    blank = pc.is_in(word, value_set=pa.array(sorted(parse.BLANK)))
    text = without(text, rows_where(blank))
    errors = rows_where(pc.match_substring_regex(text, parse.FORMULA_ERROR))
    read = _without(Values(text), text, errors, origin, kind="formula")
    if is_key(column):
        rows, said = digits_lost(array, read.array, origin)
        read = read.losing(rows, *said)
        if lists_orebodies(column):
            read = _orebodies(read, origin)
        read = replace(read, array=matchable(read.array, listed=is_list(column)))
    named, said = named_only(read.array, origin, several=is_list(column))
    gone = nobody_left(read.array, origin)
    return replace(read, array=named).losing(gone, *said)


def _orebodies(read: Values, origin: Origin) -> Values:
    names = orebodies.lists(read.array)
    open_ = rows_where(pc.and_(read.array.is_valid(), names.is_null()))
    return _without(replace(read, array=names), read.array, open_, origin, kind="orebodies")


def _codes(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    column, known = origin.column, origin.column.spellings()
    cast: Callable[[str], Any] = int if column.dtype == "integer" else str

    def look_up(word: str) -> Any:
        code = known.get(parse.folded(word))
        if code is None:
            return word if column.dtype == "text" else None
        return cast(code)

    return _parsed(as_text(array), look_up, origin, code="unknown_code", expected="code")


def _flag(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    if pa.types.is_boolean(array.type):
        return Values(array)
    negated, own = parse.is_negated(origin.field), origin.column.spellings()

    def read(word: str) -> bool | None:
        code = own.get(parse.folded(word))
        return parse.flag(word, negated=negated) if code is None else code == "true"

    # 无 is no empty cell below a heading that says no itself: it may be the answer.
    blanks = parse.BLANK - {"无"} if negated else parse.BLANK
    return _parsed(as_text(array), read, origin, blanks=blanks)


# -- numbers -------------------------------------------------------------------------------------

# Columns of which files often give both ends, and seldom a number of thousands.
_FROM_TO = ("depth", "height", "thickness")


def _number(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    text = as_text(array)
    return _sound(_any_number(array, text, origin, unit), text, origin)


def _sound(read: Values, text: pa.Array, origin: Origin) -> Values:
    """Return numbers without marks for null, and without what lies beyond the column's bounds."""
    column = origin.column
    marks = null_marks.are_null(read.array, text, column)
    low, high = column.bounds or (-np.inf, np.inf)
    outside = pc.or_(pc.less(read.array, low), pc.greater(read.array, high))
    beyond = rows_where(pc.and_(outside, pa.array(~marks)))
    span = (f"数值（{low:g} 至 {high:g} {column.unit or ''}".rstrip() + "）",
            f"a number ({low:g} to {high:g} {column.unit or ''}".rstrip() + ")")  # fmt: skip
    read = _without(read, text, np.flatnonzero(marks), origin, kind="null_mark")
    return _without(read, text, beyond, origin, kind=span)


def _any_number(array: pa.Array, text: pa.Array, origin: Origin, unit: Unit) -> Values:
    column, kind = origin.column, array.type
    direct = pa.types.is_integer(kind) or pa.types.is_float64(kind) or pa.types.is_decimal(kind)
    if direct and unit is None:
        values = pc.cast(array, pa.float64(), safe=False)
        endless = rows_where(pc.invert(pc.is_finite(values)))
        return _without(Values(values), text, endless, origin)
    if pa.types.is_boolean(kind):
        return _all_bad(array, origin)
    if column.unit == "deg" and isinstance(unit, str) and "分" in unit:
        return _parsed(text, _packed_angle, origin)
    if unit is not None:
        text = _with_unit(text, unit)

    level = column.name.endswith("elevation_m")
    two = column.unit == "m" and any(word in column.name for word in _FROM_TO)

    def read(word: str) -> float | None:
        if two and parse.may_be_two(word):
            return None
        number = parse.number(parse.level(word) if level else word, column.unit)
        return spelled(word) if number is None and column.unit == "deg" else number

    # Arrow would cut 2.5 to 2 for an integer column: whole numbers are checked afterwards.
    volume = pc.any(pc.match_substring_regex(text, r"\d.*(?:方|m[3³])")).as_py()
    wanted = "mass" if volume and column.unit == "kt/a" else None
    return _parsed(text, read, origin, kind=pa.float64(), expected=wanted)


def _packed_angle(word: str) -> float | None:
    """Return an angle under a heading that says 度分秒."""
    angle = spelled(word)
    return packed(word) if angle is None else angle


def _with_unit(text: pa.Array, unit: pa.Array | str) -> pa.Array:
    if isinstance(unit, pa.Array):
        units = by_word(pc.coalesce(as_text(unit), ""), parse.as_unit, pa.string())
    else:
        units = parse.as_unit(unit)
    # The blank keeps apart what would run together: 50 and 104t/a, 1250 and 1985国家高程基准.
    return pc.if_else(bare_numbers(text), pc.binary_join_element_wise(text, units, " "), text)


def _integer(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    read = _number(array, origin, unit)
    values = read.array
    exact = pc.and_(pc.equal(values, pc.trunc(values)), pc.less(pc.abs(values), 2.0**53))
    whole = _without(read, as_text(array), rows_where(pc.invert(exact)), origin)
    return replace(whole, array=pc.cast(whole.array, pa.int64()))


def _elevation_end(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    """Return one end of elevations that a field holds both of."""
    column, text = origin.column, as_text(array)
    if isinstance(unit, str) and not _is_one(unit, column):
        return _all_bad(array, origin)
    if isinstance(unit, pa.Array):
        other = by_word(as_text(unit), lambda word: not _is_one(word, column), pa.bool_())
        bad = rows_where(pc.and_(other.fill_null(False), text.is_valid()))
        read = _elevation_end(without(text, bad), origin, None)
        return _without(read, text, bad, origin)
    side, depths = int(not column.name.startswith("top")), parse.is_of_depths(origin.field)
    single = rows_where(by_word(text, lambda w: parse.is_bare(parse.level(w)), pa.bool_()))
    single = single if len(text.take(pa.array(single)).unique()) > 1 else single[:0]

    def one_end(word: str) -> float | None:
        ends = parse.elevations(word, may_be_depths=depths)
        return None if ends is None else ends[side]

    ranges = without(text, single)
    read = _parsed(ranges, one_end, origin, expected="downwards" if depths else "range")
    said = [one_level(text, single, origin)] if len(single) else []
    return _sound(read, ranges, origin).losing(single, *said)


def _is_one(unit: str, column: Column) -> bool:
    """Return whether a unit is the column's own."""
    return parse.factor_of(parse.as_unit(unit), column.unit) == 1


# -- days ----------------------------------------------------------------------------------------

# Only a term may be without end; elsewhere the last day of databases stands for an empty cell.
_MAY_BE_ENDLESS = "valid_to"


def _date(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    read = _any_date(array, origin)
    if origin.column.name == _MAY_BE_ENDLESS:
        return read
    late = rows_where(pc.greater(read.array, pa.scalar(days.LAST)))
    return _without(read, as_text(read.array), late, origin)


def _any_date(array: pa.Array, origin: Origin) -> Values:
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        found, bad = days.days_in_china(array)
        return _without(Values(found), as_text(array) if len(bad) else array, bad, origin)
    if pa.types.is_boolean(array.type):
        return _all_bad(array, origin)
    text = as_text(array)
    if origin.column.name != _MAY_BE_ENDLESS:
        return _parsed(text, days.day, origin)
    read = _parsed(text, days.last_day, origin)
    return replace(read, issues=(*read.issues, *_rounded(text, read, origin)))


def _term_end(array: pa.Array, origin: Origin, unit: Unit) -> Values:
    """Return one end of terms that a field holds whole."""
    side = 1 if origin.column.name == _MAY_BE_ENDLESS else 0

    def one_end(word: str) -> date | None:
        both = days.ends(word)
        return None if both is None else both[side]

    return _parsed(as_text(array), one_end, origin, expected="term")


def _rounded(text: pa.Array, read: Values, origin: Origin) -> tuple[Issue, ...]:
    """Tell of ends of a term that name no day: the last one they may mean is taken."""
    words = text.filter(read.array.is_valid()).unique().to_pylist()
    rounded = [word for word in words if days.day(word) is None]
    return (no_day(rounded, origin),) if rounded else ()


_CONVERTERS: dict[str, Callable[[pa.Array, Origin, Unit], Values]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "flag": _flag,
    "date": _date,
}


# -- of all types --------------------------------------------------------------------------------


def _parsed(
    text: pa.Array,
    read: Callable[[str], Any],
    origin: Origin,
    *,
    code: str = "unreadable_value",
    kind: pa.DataType | None = None,
    expected: str | None = None,
    blanks: frozenset[str] = parse.BLANK,
) -> Values:
    """Return what ``read`` makes of each distinct word; None of a word that is not blank is bad."""

    def value(word: str) -> Any:
        found = read(word)
        # A word kept as it is may still stand for an empty cell.
        return None if found == word and parse.folded(word) in blanks else found

    array = by_word(text, value, kind or ARROW_TYPES[origin.column.dtype])
    if array.null_count == text.null_count:
        return Values(array)
    held = by_word(text, lambda word: parse.folded(word) not in blanks, pa.bool_())
    bad = rows_where(pc.and_(held, array.is_null()))
    return _without(Values(array), text, bad, origin, code=code, kind=expected)


def _all_bad(array: pa.Array, origin: Origin) -> Values:
    text = as_text(array)
    nothing = Values(pa.nulls(len(array), ARROW_TYPES[origin.column.dtype]))
    return _without(nothing, text, rows_where(text.is_valid()), origin)


def _without(
    read: Values,
    text: pa.Array,
    rows: Ints,
    origin: Origin,
    *,
    code: str = "unreadable_value",
    kind: str | tuple[str, str] | None = None,
) -> Values:
    """Return the values without those of ``rows``, which the words of their cells tell."""
    return read.losing(rows, *bad_values(text, rows, origin, code, kind))
