"""Columns held against the fields beside them that are not read for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers import column_issues, near_names, units
from layers.account import Issue
from layers.cells import as_text, by_word, take_out
from layers.headings import heading
from layers.matches import Mapped, Match
from layers.merging import differing
from layers.parse import folded
from layers.schema import Column, Schema

# Words that say no to a flag without being one of its own.
_NOT_YET = "[未尚待拟不无没]|计划"
_ONLY_BEGUN = {"treated": "部分|正在|进行|[治处]理中"}
_LONGEST = 64  # letters of a cell that tells a state


def settle(
    mapped: Mapped,
    fields: Mapping[str, pa.Array],
    columns: dict[str, pa.Array],
    unread: dict[str, Ints],
    schema: Schema,
    labels: Sequence[str],
    file: str,
) -> list[Issue]:
    """Have a column be unread where another field of the row contradicts it; say which."""
    given = (mapped, fields, columns, unread, schema, labels, file)
    return [*_extremes(*given), *_rivals(*given)]


def _extremes(
    mapped: Mapped,
    fields: Mapping[str, pa.Array],
    columns: dict[str, pa.Array],
    unread: dict[str, Ints],
    schema: Schema,
    labels: Sequence[str],
    file: str,
) -> list[Issue]:
    said: list[Issue] = []
    # A column that only the user declares is the user's word.
    for name, others in mapped.extremes.items():
        if name not in columns:
            continue
        column = schema.column(name)
        values = np.asarray(columns[name].fill_null(np.nan), np.float64)
        for match in others:
            other = units.read(column, match, mapped, fields, labels, file).array
            number = np.asarray(other.fill_null(np.nan), np.float64)
            beyond = number > values if near_names.is_greatest(column) else number < values
            if len(rows := np.flatnonzero(beyond)):
                take_out(columns, unread, name, rows)
                said.append(column_issues.not_extreme(column, match.field, rows, labels, file))
    return said


def _rivals(
    mapped: Mapped,
    fields: Mapping[str, pa.Array],
    columns: dict[str, pa.Array],
    unread: dict[str, Ints],
    schema: Schema,
    labels: Sequence[str],
    file: str,
) -> list[Issue]:
    said: list[Issue] = []
    for name, others in mapped.rivals.items():
        if name not in columns:
            continue
        column = schema.column(name)
        for match in others:
            cells = {**fields, match.field: _answers(fields[match.field], column, match)}
            other = units.read(column, match, mapped, cells, labels, file)
            rows = differing(column, columns[name], other.array)
            if not near_names.tells_state(heading(match.field), column):
                # The same field twice: what cannot be read in one of them is no agreement.
                held = other.unread[np.asarray(columns[name].is_valid(), np.bool_)[other.unread]]
                rows = np.union1d(rows, held)
            if len(rows):
                take_out(columns, unread, name, rows)
                names = [m.field for m in mapped.matches[name]] + [match.field]
                clash = np.isin(np.arange(len(labels)), rows)
                said.append(column_issues.contradiction(column, names, clash, labels, file))
    return said


def _answers(array: pa.Array, column: Column, match: Match) -> pa.Array:
    """Return the cells of a field that tells of a flag's state, as words of the flag."""
    name = heading(match.field)
    if column.dtype != "flag" or not near_names.tells_state(name, column):
        return array
    pattern = "|".join(filter(None, (_NOT_YET, _ONLY_BEGUN.get(column.name))))
    share = near_names.tells_share(name)
    return by_word(as_text(array), _answer(column, pattern, share=share), pa.string())


def _answer(column: Column, pattern: str, *, share: bool) -> Callable[[str], str]:
    own = column.spellings()

    def answer(word: str) -> str:
        spelling = folded(word)
        number = _number(spelling.removesuffix("%"))
        if number is not None and (share or spelling.endswith("%")):
            return "true" if number in (1.0, 100.0) else "false"
        known = spelling in own or len(spelling) < 2 or len(spelling) > _LONGEST
        return word if known or re.search(pattern, spelling) is None else "false"

    return answer


def _number(word: str) -> float | None:
    return float(word) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", word) else None
