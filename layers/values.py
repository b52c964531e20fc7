"""Source columns as typed columns of the contract.

Works on the distinct values of a column. A value that cannot be read becomes null, never a
default, and an issue names where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Ints
from layers import parse, term
from layers.account import Issue
from layers.cells import as_text, bare_numbers, flat, is_readable, without
from layers.days import days_in_china
from layers.formats.angles import packed, spelled
from layers.identity import named_only, whole_numbers_only
from layers.issues import bad_values, no_day, unreadable
from layers.keys import is_key, is_list, matchable
from layers.layer import ARROW_TYPES
from layers.schema import Column


@dataclass(frozen=True, eq=False)
class Values:
    """A typed column, one value per source row, and what reading it had to say.

    ``unread``: rows, ascending, whose cell held something that could not be read; null there.
    """

    array: pa.Array
    issues: tuple[Issue, ...] = ()
    unread: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


def convert(
    array: pa.Array,
    column: Column,
    field: str,
    labels: Sequence[str],
    *,
    unit: pa.Array | str | None = None,
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
    array = flat(array)
    if not is_readable(array.type):
        issue = unreadable(column, field, array.type)
        held = np.flatnonzero(np.asarray(array.is_valid()))
        return Values(pa.nulls(len(array), ARROW_TYPES[column.dtype]), (issue,), held)
    if elevation_range and column.dtype == "date":
        return _term_end(array, column, field, labels)
    if elevation_range:
        if unit is not None and parse.factor_of(parse.as_unit(str(unit)), column.unit) != 1:
            return _all_bad(array, column, field, labels)
        side, depths = int(not column.name.startswith("top")), parse.is_of_depths(field)

        def one_end(word: str) -> float | None:
            ends = parse.elevations(word, may_be_depths=depths)
            return None if ends is None else ends[side]

        text, kind = as_text(array), "downwards" if depths else "range"
        read = _parsed(text, one_end, column, field, labels, expected=kind)
        return _sound(read, text, column, field, labels)
    if column.codes and column.dtype != "flag":
        return _codes(as_text(array), column, field, labels)
    return _CONVERTERS[column.dtype](array, column, field, labels, unit)


def _text(array: pa.Array, column: Column, field: str, labels: Sequence[str], unit: Any) -> Values:
    text = as_text(array)
    word = pc.utf8_lower(pc.utf8_trim_whitespace(pc.utf8_normalize(text, form="NFKC")))
    blank = pc.is_in(word, value_set=pa.array(sorted(parse.BLANK)))
    text = pc.if_else(blank, pa.scalar(None, pa.string()), text)
    said = _formula_errors(text, column, field, labels)
    lost = np.zeros(0, np.int64)
    if said:
        broken = pc.match_substring_regex(text, parse.FORMULA_ERROR)
        lost = np.flatnonzero(np.asarray(broken.fill_null(False)))
        text = pc.if_else(broken, pa.scalar(None, pa.string()), text)
    if is_key(column):
        text, rounded, rows = whole_numbers_only(array, text, column, field, labels)
        said, lost = (*said, *rounded), np.union1d(lost, rows)
        text = matchable(text, listed=is_list(column))
    text, empty = named_only(text, column, field, labels, several=is_list(column))
    return Values(text, (*said, *empty), lost)


def _formula_errors(
    text: pa.Array, column: Column, field: str, labels: Sequence[str]
) -> tuple[Issue, ...]:
    """Tell of words such as #REF!, which name nothing."""
    broken = pc.match_substring_regex(text, parse.FORMULA_ERROR).fill_null(False)
    rows = np.flatnonzero(np.asarray(broken))
    return bad_values(text, rows, column, field, labels, kind="formula") if len(rows) else ()


# Columns of which files often give both ends, and seldom a number of thousands.
_FROM_TO = ("depth", "height", "thickness")
_LARGEST = 1e30
# What GIS programs write for null. Esri: -1.797e308 and -3.4e38; rasters and old tables: the rest,
# and nines as far as the field is wide.
_NINES = r"^9{4,}(?:\.[09]*)?$"
_NULL_MARKS = (-999.0, -9999.0, -99999.0, -999999.0, -32768.0, -2147483648.0)


def _number(
    array: pa.Array, column: Column, field: str, labels: Sequence[str], unit: Any
) -> Values:
    read = _any_number(array, column, field, labels, unit)
    return _sound(read, as_text(array), column, field, labels)


def _sound(
    read: Values, text: pa.Array, column: Column, field: str, labels: Sequence[str]
) -> Values:
    """Return numbers without marks for null, and without what lies beyond the column's bounds."""
    numbers = np.asarray(read.array.fill_null(0.0))
    mark = (np.abs(numbers) >= _LARGEST) | np.isin(numbers, _NULL_MARKS)
    if column.unit is not None:  # 9999 people may live in a village
        nines = pc.match_substring_regex(text, _NINES).fill_null(False)
        mark |= np.asarray(nines, np.bool_) & np.asarray(read.array.is_valid(), np.bool_)
    low, high = column.bounds or (-np.inf, np.inf)
    beyond = ~mark & ~np.asarray(read.array.is_null()) & ((numbers < low) | (numbers > high))
    bad = mark | beyond
    if not bad.any():
        return read
    span = (f"数值（{low:g} 至 {high:g} {column.unit or ''}".rstrip() + "）",
            f"a number ({low:g} to {high:g} {column.unit or ''}".rstrip() + ")")  # fmt: skip
    told = bad_values(text, np.flatnonzero(mark), column, field, labels, kind="null_mark")
    told += bad_values(text, np.flatnonzero(beyond), column, field, labels, kind=span)
    rows = np.flatnonzero(bad)
    return Values(without(read.array, rows), read.issues + told, np.union1d(read.unread, rows))


def _any_number(
    array: pa.Array, column: Column, field: str, labels: Sequence[str], unit: Any
) -> Values:
    kind = array.type
    direct = pa.types.is_integer(kind) or pa.types.is_float64(kind) or pa.types.is_decimal(kind)
    if direct and unit is None:
        return _finite(pc.cast(array, pa.float64(), safe=False), column, field, labels)
    if pa.types.is_boolean(kind):
        return _all_bad(array, column, field, labels)
    if column.unit == "deg" and isinstance(unit, str) and "分" in unit:
        return _parsed(as_text(array), _packed_angle, column, field, labels)
    text = as_text(array)
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
    return _parsed(text, read, column, field, labels, kind=pa.float64(), expected=wanted)


def _packed_angle(word: str) -> float | None:
    """Return an angle under a heading that says 度分秒."""
    angle = spelled(word)
    return packed(word) if angle is None else angle


def _with_unit(text: pa.Array, unit: pa.Array | str) -> pa.Array:
    bare = bare_numbers(text)
    if isinstance(unit, pa.Array):
        coded = pc.dictionary_encode(pc.coalesce(as_text(unit), ""))
        words = [parse.as_unit(w) for w in coded.dictionary.to_pylist()]
        units = pa.array(words, pa.string()).take(coded.indices)
    else:
        units = parse.as_unit(unit)
    # The blank keeps apart what would run together: 50 and 104t/a, 1250 and 1985国家高程基准.
    return pc.if_else(bare, pc.binary_join_element_wise(text, units, " "), text)


def _finite(values: pa.Array, column: Column, field: str, labels: Sequence[str]) -> Values:
    good = pc.is_finite(values)
    bad = np.flatnonzero(np.asarray(pc.invert(good).fill_null(False)))
    if not len(bad):
        return Values(values)
    kept = pc.if_else(good, values, pa.scalar(None, pa.float64()))
    words = as_text(values)
    return Values(kept, bad_values(words, bad, column, field, labels), bad)


def _integer(
    array: pa.Array, column: Column, field: str, labels: Sequence[str], unit: Any
) -> Values:
    numbers = _number(array, column, field, labels, unit)
    values = numbers.array
    exact = pc.and_(pc.equal(values, pc.trunc(values)), pc.less(pc.abs(values), 2.0**53))
    bad = np.flatnonzero(np.asarray(pc.invert(exact).fill_null(False)))
    whole = pc.cast(pc.if_else(exact, values, pa.scalar(None, pa.float64())), pa.int64())
    issues = bad_values(as_text(array), bad, column, field, labels)
    return Values(whole, numbers.issues + issues, np.union1d(numbers.unread, bad))


def _flag(array: pa.Array, column: Column, field: str, labels: Sequence[str], unit: Any) -> Values:
    if pa.types.is_boolean(array.type):
        return Values(array)
    negated = parse.is_negated(field)
    own = {parse.folded(w): code == "true" for code, words in column.codes.items() for w in words}

    def read(word: str) -> bool | None:
        return own.get(parse.folded(word), parse.flag(word, negated=negated))

    # 无 is no empty cell below a heading that says no itself: it may be the answer.
    blanks = parse.BLANK - {"无"} if negated else parse.BLANK
    return _parsed(as_text(array), read, column, field, labels, blanks=blanks)


# Only a term may be without end; elsewhere the last day of databases stands for an empty cell.
_MAY_BE_ENDLESS = "valid_to"
_LAST_DAY = date(2199, 12, 31)


def _date(array: pa.Array, column: Column, field: str, labels: Sequence[str], unit: Any) -> Values:
    read = _any_date(array, column, field, labels)
    if column.name == _MAY_BE_ENDLESS:
        return read
    late = pc.greater(read.array, pa.scalar(_LAST_DAY)).fill_null(False)
    rows = np.flatnonzero(np.asarray(late, np.bool_))
    told = bad_values(as_text(read.array), rows, column, field, labels)
    return Values(without(read.array, rows), read.issues + told, np.union1d(read.unread, rows))


def _any_date(array: pa.Array, column: Column, field: str, labels: Sequence[str]) -> Values:
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        days, bad = days_in_china(array)
        words = as_text(array) if len(bad) else array
        return Values(days, bad_values(words, bad, column, field, labels), bad)
    if pa.types.is_boolean(array.type):
        return _all_bad(array, column, field, labels)
    if column.name != _MAY_BE_ENDLESS:
        return _parsed(as_text(array), parse.day, column, field, labels)
    read = _parsed(as_text(array), term.last_day, column, field, labels)
    return replace(read, issues=(*read.issues, *_rounded(as_text(array), read, field, column)))


def _term_end(array: pa.Array, column: Column, field: str, labels: Sequence[str]) -> Values:
    """Return one end of terms that a field holds whole."""
    side = 1 if column.name == _MAY_BE_ENDLESS else 0

    def one_end(word: str) -> date | None:
        both = term.ends(word)
        return None if both is None else both[side]

    text = as_text(array)
    return _parsed(text, one_end, column, field, labels, expected="term")


def _rounded(text: pa.Array, read: Values, field: str, column: Column) -> tuple[Issue, ...]:
    """Tell of ends of a term that name no day: the last one they may mean is taken."""
    words = text.filter(read.array.is_valid()).unique().to_pylist()
    rounded = [word for word in words if parse.day(word) is None]
    return (no_day(rounded, column, field),) if rounded else ()


_CONVERTERS: dict[str, Callable[..., Values]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "flag": _flag,
    "date": _date,
}


def _codes(text: pa.Array, column: Column, field: str, labels: Sequence[str]) -> Values:
    known = {parse.folded(code): code for code in column.codes}
    for code, words in column.codes.items():
        known.update({parse.folded(word): code for word in words})
    cast: Callable[[str], Any] = int if column.dtype == "integer" else str

    def look_up(word: str) -> Any:
        code = known.get(parse.folded(word))
        if code is None:
            return word if column.dtype == "text" else None
        return cast(code)

    return _parsed(text, look_up, column, field, labels, issue_code="unknown_code", expected="code")


def _parsed(
    text: pa.Array,
    read: Callable[[str], Any],
    column: Column,
    field: str,
    labels: Sequence[str],
    *,
    issue_code: str = "unreadable_value",
    kind: pa.DataType | None = None,
    expected: str | None = None,
    blanks: frozenset[str] = parse.BLANK,
) -> Values:
    """Return what ``read`` makes of each distinct word; None of a word that is not blank is bad."""
    encoded = pc.dictionary_encode(text)
    words = encoded.dictionary.to_pylist()
    blank = [parse.folded(word) in blanks for word in words]
    values = [read(word) for word in words]
    bad_word = np.array([v is None for v in values], np.bool_) & ~np.array(blank, np.bool_)
    # A word kept as it is may still stand for an empty cell.
    values = [
        None if empty and value == word else value
        for word, value, empty in zip(words, values, blank, strict=True)
    ]
    array = pa.array(values, kind or ARROW_TYPES[column.dtype]).take(encoded.indices)
    if not bad_word.any():
        return Values(array)
    index = np.asarray(encoded.indices.fill_null(-1), np.int64)
    bad = np.flatnonzero(np.append(bad_word, False)[index])
    issues = bad_values(text, bad, column, field, labels, issue_code, expected)
    return Values(array, issues, bad)


def _all_bad(array: pa.Array, column: Column, field: str, labels: Sequence[str]) -> Values:
    text = as_text(array)
    bad = np.flatnonzero(np.asarray(text.is_valid()))
    issues = bad_values(text, bad, column, field, labels)
    return Values(pa.nulls(len(array), ARROW_TYPES[column.dtype]), issues, bad)
