"""Numbers of features in the one form in which layers are matched."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.schema import Column

_KEY_ENDS = ("_no", "_id", "_code")
_LIST_ENDS = ("_licences", "_facility", "_exception")
_WHOLE = r"[A-Za-z]{0,3}[0-9][A-Za-z0-9-]{7,}"
_LONG = r"[A-Za-z]{0,3}[0-9][A-Za-z0-9-]{12,}"
_BETWEEN = (
    r"([A-Za-z0-9)])\s*(?:以及|和|及|与|并)\s*([A-Za-z0-9])",
    # Twice: the first time leaves every second one.
    *(2 * (rf"({_WHOLE})\s*[/\\]\s*({_WHOLE})",)),
    *(2 * (rf"({_LONG})\s+({_LONG})",)),
    r"([A-Za-z0-9)])\s+([A-Za-z]{1,3}[0-9]{6})",
)
_DASHES = "[‐‑‒–—―−]"
# 号 behind a number says that it is one; 1号 and 1 are one number, 主井号 is a word.
_NUMBER_SIGN = r"([0-9A-Za-z)])号$"
# What the number of a claim stands behind in a list of them: same_holder_gap:C140...
_CLAIM = r"^(?P<claim>(?:.*:)?)(?P<number>[^:]*)$"


def is_key(column: Column) -> bool:
    """Return whether rows are matched by the column: numbers and lists of numbers."""
    return column.dtype == "text" and column.name.endswith((*_KEY_ENDS, *_LIST_ENDS))


def is_list(column: Column) -> bool:
    """Return whether each value of the column may list several numbers."""
    listed = column.name.endswith(_LIST_ENDS) or lists_orebodies(column)
    return column.dtype == "text" and listed


def lists_orebodies(column: Column) -> bool:
    """Return whether the column names the orebodies of a right; the layer's own number is one."""
    return column.name == "orebody_id" and column.nullable


def matchable(text: pa.Array, *, listed: bool = False) -> pa.Array:
    """Return numbers of features in the one form in which layers are matched.

    Half-width, plain hyphens, without blanks or invisible characters; letter case stays as
    given (see :func:`folded_numbers`). A number that no longer holds anything is null.

    Parameters
    ----------
    text : (n,) string
    listed : each value lists several numbers; whatever parts them becomes ``;``
    """
    text = pc.utf8_normalize(text, form="NFKC")
    if listed:
        text = pc.replace_substring_regex(text, r"[,、;|\t\r\n]+", ";")
        # Words, strokes and blanks part what is whole on both sides, and belong to it elsewhere.
        for pattern in _BETWEEN:
            text = pc.replace_substring_regex(text, pattern, r"\1;\2")
    text = pc.replace_substring_regex(text, r"[\s\p{Z}\p{Cc}\p{Cf}]+", "")
    text = pc.replace_substring_regex(text, _DASHES, "-")
    # 'C1 and ="C1" are what people type that a spreadsheet keeps a number as text.
    text = pc.replace_substring_regex(text, r"^'([^']*)$", r"\1")
    text = pc.replace_substring_regex(text, r"""^="([^"']*)"$""", r"\1")
    # An accent may stand beside its letter only now.
    text = pc.utf8_normalize(text, form="NFKC")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def compared(values: pa.Array, column: Column) -> pa.Array:
    """Return the values of a column as rules compare them: numbers as :func:`folded_numbers`.

    ``source_id`` alone stays as written.
    """
    return folded_numbers(values, listed=is_list(column)) if is_key(column) else values


def folded_numbers(text: pa.Array, *, listed: bool = False) -> pa.Array:
    """Return :func:`matchable` numbers as they are compared: two that are one number are equal.

    Letters are capital, and there is no 号 behind the number. In a list a claim before a number
    (``code:number``) stays as it is.

    Parameters
    ----------
    text : (n,) string
    listed : each value lists several numbers, parted by ``;``
    """
    if not listed or text.null_count == len(text):
        return _one_number(text)
    lists = pc.split_pattern(text, ";")
    parts = pc.extract_regex(pc.list_flatten(lists), _CLAIM)
    numbers = _one_number(pc.struct_field(parts, "number"))
    entries = pc.binary_join_element_wise(pc.struct_field(parts, "claim"), numbers, "")
    sizes = np.asarray(pc.list_value_length(lists).fill_null(0), np.int64)
    ends = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    joined = pc.binary_join(pa.ListArray.from_arrays(ends, entries), ";")
    return pc.if_else(pc.is_valid(text), joined, pa.scalar(None, pa.string()))


def _one_number(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.utf8_upper(text), _NUMBER_SIGN, r"\1")
