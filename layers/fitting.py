"""Whether the values of a field are such as a column holds: what a cut name leaves open."""

from __future__ import annotations

import re

import pyarrow as pa

from layers import days
from layers.cells import as_text, is_readable
from layers.identity import is_placeholder
from layers.keys import is_key, is_list
from layers.schema import Column
from layers.values import convert

# 晋K-012 is a number; 晋自然资采划字[2019]12号 is the title of a letter, 2031年2月 a date.
_ASIDE = re.compile("[第号]")
_LETTERS = re.compile("[\u3400-\u9fff]")
_NOT_IN_NUMBERS = re.compile(r"\d\.\d|[年月日]")
_MOST_LETTERS = 2
_ASKED = 1000


def fits(array: pa.Array, column: Column, *, alone: bool) -> bool:
    """Return whether a field whose cut name may be ``column`` holds such values.

    Parameters
    ----------
    alone : it may be no other: words are then taken as they stand, and what cannot be read is
        told value by value; of several columns, words that none of them reads show none
    """
    if is_key(column) and not is_list(column):
        return _are_numbers(array)
    if alone or column.dtype == "text":
        return alone
    read = convert(array, column, "", [""] * len(array)) if is_readable(array.type) else None
    return read is not None and not len(read.unread)


def may_hold(array: pa.Array, column: Column) -> bool:
    """Return whether any value may be one of the column: of no date is 山西省自然资源厅 a day."""
    if is_key(column) and not is_list(column):
        return _are_numbers(array)
    if column.dtype not in ("date", "number"):
        return True
    text = as_text(array) if is_readable(array.type) else pa.array([], pa.string())
    read = days.ends if column.dtype == "date" else re.compile(r"\d").search
    words = text.drop_null().unique()[:_ASKED].to_pylist()
    return not words or any(days.day(word) or read(word) for word in words)


def are_days(array: pa.Array) -> bool:
    """Return whether every value is one day, and none a term."""
    text = as_text(array) if is_readable(array.type) else pa.nulls(len(array), pa.string())
    words = text.drop_null().unique().to_pylist()
    return bool(words) and all(days.day(word) for word in words)


def _are_numbers(array: pa.Array) -> bool:
    """Return whether most values look like numbers of features, by which rows may be told apart.

    A field without any value looks like whatever it may be.
    """
    if not is_readable(array.type) or pa.types.is_date(array.type):
        return False
    distinct = as_text(array).drop_null().unique()[:_ASKED].to_pylist()
    words = [word for word in distinct if not is_placeholder(word)]
    return not words or 2 * sum(map(_is_number, words)) > len(words)


def _is_number(word: str) -> bool:
    core = _ASIDE.sub("", word)
    return (
        re.search(r"\d", core) is not None
        and _NOT_IN_NUMBERS.search(core) is None
        and len(_LETTERS.findall(core)) <= _MOST_LETTERS
        and days.day(word) is None
        and days.ends(word) is None
    )
