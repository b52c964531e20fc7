"""The cells of source columns, whatever their Arrow type: as text, blank, taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Ints
from layers import parse


def is_blank(array: pa.Array) -> bool:
    """Return whether no row says anything: every value is null or white space."""
    array = flat(array)
    if array.null_count == len(array) or not is_readable(array.type):
        return bool(array.null_count == len(array))
    return int(as_text(array).null_count) == len(array)


def as_text(array: pa.Array) -> pa.Array:
    """Return ``array`` as trimmed text; whole floats lose their ``.0``, blanks become null."""
    array = flat(array)
    if pa.types.is_floating(array.type):
        array = _float_text(array)
    text = pc.utf8_trim_whitespace(pc.cast(array, pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _float_text(array: pa.Array) -> pa.Array:
    text = pc.cast(array, pa.string())
    values = np.asarray(pc.cast(array, pa.float64()).fill_null(np.nan), np.float64)
    with np.errstate(invalid="ignore"):
        whole = (np.abs(values) < 2.0**63) & (np.trunc(values) == values)
    integers = pa.array(np.where(whole, values, 0).astype(np.int64), pa.int64(), mask=~whole)
    return pc.coalesce(pc.cast(integers, pa.string()), text)


def flat(array: pa.Array) -> pa.Array:
    """Return ``array`` in one piece and without a dictionary."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array


def is_readable(kind: pa.DataType) -> bool:
    """Return whether a column can be read from values of the type."""
    return any(
        test(kind)
        for test in (
            pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
            pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date,
            pa.types.is_timestamp, pa.types.is_null, pa.types.is_decimal,
        )
    )  # fmt: skip


def without(array: pa.Array, rows: Sequence[int] | Ints) -> pa.Array:
    """Return the array with null at ``rows``."""
    if not len(rows):
        return array
    mask = np.zeros(len(array), np.bool_)
    mask[np.asarray(rows, np.int64)] = True
    return pc.if_else(pa.array(mask), pa.scalar(None, array.type), array)


def take_out(columns: dict[str, pa.Array], unread: dict[str, Ints], name: str, rows: Ints) -> None:
    """Make the column null at ``rows``, and have these among its unread rows."""
    columns[name] = without(columns[name], rows)
    unread[name] = np.union1d(unread.get(name, rows), rows)


def rows_where(mask: pa.Array) -> Ints:
    """Return the rows, ascending, in which a boolean column is true; null is not."""
    return np.flatnonzero(np.asarray(mask.fill_null(False), np.bool_))


def bare_numbers(array: pa.Array) -> pa.Array:
    """Return (n,) bool: the cell holds a number without a unit; null is False."""
    return by_word(as_text(array), parse.is_bare, pa.bool_()).fill_null(False)


def by_word(text: pa.Array, read: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Return (n,) what ``read`` makes of each distinct word of ``text``; null stays null."""
    coded = pc.dictionary_encode(text)
    return pa.array([read(w) for w in coded.dictionary.to_pylist()], kind).take(coded.indices)
