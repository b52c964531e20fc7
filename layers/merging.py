"""One column from the several fields of a source that hold it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Bools, Ints
from layers import column_issues, minerals, units
from layers.catalog import ENDS
from layers.cells import as_text, is_blank, is_readable, rows_where, without
from layers.matches import Mapped, Match
from layers.parse import BLANK, folded
from layers.schema import Column
from layers.values import Values

# What fields hold that are called like a column and are of another thing: 生产规模 小型,
# 库状态 病库 (the grade of safety), 建设类型 山谷型, 有效期限 10年.
_YEARS = r"[\d一二三四五六七八九十壹贰叁伍拾]{1,3}(?:\.\d)?(?:年整?|个?月)?"
_OF_ANOTHER = {
    "capacity_kt_a": r"(?:特?大|中|小)型?(?:矿山?|规模)?",
    "status": r"正常库|[病险危]库|头顶库|[一二三四五]等库?",
    "project_type": r"(?:山谷|傍山|平地|截河)型(?:尾矿)?库?",
    "valid_from": _YEARS,
    "valid_to": _YEARS,
}
# Ends of a term; the day of a status may well be another than that of the data.
_TERM = ENDS[1]
# What is only one way of what a flag asks: a void that is not filled may be treated otherwise.
_ONE_WAY_OF = {"treated": "充填"}

_Read = Callable[[Sequence[Match], Bools], Values]
"""What reads a column from some of its fields, in the rows (n,) that are asked."""


def read_column(
    column: Column,
    matches: tuple[Match, ...],
    mapped: Mapped,
    fields: Mapping[str, pa.Array],
    labels: Sequence[str],
    file: str,
    lost: Mapping[str, Ints],
) -> Values:
    """Return the values of a column from all its fields; where these contradict, none.

    A field that says another thing in every row spoils no other; where these are empty it leaves
    the column open.
    """

    def read(found: Sequence[Match], asked: Bools) -> Values:
        cells = {**fields, **{m.field: _only(fields[m.field], asked) for m in found}}
        values = []
        for match in found:
            rows = np.asarray(_lost_rows(column, match, mapped, lost), np.int64)
            one = units.read(column, match, mapped, cells, labels, file)
            values.append(one.losing(rows[asked[rows]]))
        return _merged(column, found, values, labels, file)

    others = tuple(m for m in matches if _is_of_another(column, fields[m.field]))
    own = tuple(m for m in matches if m not in others)
    if not others or all(is_blank(fields[m.field]) for m in own):
        return _named_first(column, matches, read, labels, file)
    values = _named_first(column, own, read, labels, file)
    said = [column_issues.of_another(column, m.field, fields[m.field], file) for m in others]
    held = np.any([np.asarray(as_text(fields[m.field]).is_valid()) for m in others], axis=0)
    return values.losing(np.flatnonzero(held & np.asarray(values.array.is_null())), *said)


def _is_of_another(column: Column, array: pa.Array) -> bool:
    """Return whether every cell that is not blank tells of another thing than the column."""
    pattern = _OF_ANOTHER.get(column.name)
    if pattern is None or is_blank(array) or not is_readable(array.type):
        return False
    words = map(folded, as_text(array).drop_null().unique().to_pylist())
    return all(word in BLANK or re.fullmatch(pattern, word) for word in words)


def _named_first(
    column: Column, matches: Sequence[Match], read: _Read, labels: Sequence[str], file: str
) -> Values:
    """Return the values of a column from fields that hold it.

    Fields of generic names (状态, 编号) are asked only where none of another name has a value.
    """
    every = np.ones(len(labels), np.bool_)
    named = [m for m in matches if not m.generic]
    generic = [m for m in matches if m.generic]
    if not named or not generic:
        return read(matches, every)
    best = read(named, every)
    held = np.asarray(best.array.is_valid(), np.bool_)
    held[best.unread] = True
    if not held.any():
        return read(matches, every)
    rest = read(generic, ~held)
    names = [m.field for m in named], [m.field for m in generic]
    said = (*best.issues, *rest.issues, column_issues.set_aside(column, *names, file))
    array = pc.coalesce(best.array, rest.array)
    joined = Values(array, said, np.union1d(best.unread, rest.unread))
    part = _ONE_WAY_OF.get(column.name)
    against = [m for m in generic if part is None or part not in m.field]
    if not against or not (column.dtype in ("code", "flag") or column.name in _TERM):
        return joined
    # 权利状态 有效 and 状态 注销: what the generic field says in known words is not passed over.
    return _without_clash(joined, read(against, held).array, names, column, labels, file)


def _only(array: pa.Array, rows: Bools) -> pa.Array:
    """Return the array with null but in ``rows``."""
    if rows.all():
        return array
    return array.take(pa.array(np.arange(len(rows)), pa.int64(), mask=~rows))


def _without_clash(
    values: Values,
    others: pa.Array,
    names: tuple[list[str], list[str]],
    column: Column,
    labels: Sequence[str],
    file: str,
) -> Values:
    clash = np.asarray(pc.not_equal(values.array, others).fill_null(False), np.bool_)
    if not clash.any():
        return values
    rows = np.flatnonzero(clash)
    said = column_issues.contradiction(column, [*names[0], *names[1]], clash, labels, file)
    return values.losing(rows, said)


def _merged(
    column: Column,
    matches: Sequence[Match],
    read: list[Values],
    labels: Sequence[str],
    file: str,
) -> Values:
    if len(read) == 1:
        return read[0]
    issues = tuple(i for values in read for i in values.issues)
    arrays = _known_first(column, [values.array for values in read])
    array = arrays[0]
    clash = np.zeros(len(labels), np.bool_)
    for other in arrays[1:]:
        clash[differing(column, array, other)] = True
        array = pc.coalesce(array, other)
    names = [m.field for m in matches]
    # A name is a label and decides nothing: the first field's is as good as any.
    if column.name == "name":
        return Values(array, (*issues, column_issues.double(column, names, file)))
    unread = _spoilt(read, matches, array)
    array = without(array, unread)
    clash[unread] = False
    if not clash.any():
        said = column_issues.double(column, names, file, len(unread))
        return Values(array, (*issues, said), unread)
    rows = np.flatnonzero(clash)
    said = column_issues.contradiction(column, names, clash, labels, file)
    return Values(array, issues, unread).losing(rows, said)


def _known_first(column: Column, arrays: list[pa.Array]) -> list[pa.Array]:
    """Return the arrays of a text column with the words of no known class behind all classes.

    类别 生态保护红线 and 类型 核心区 contradict nothing.
    """
    if column.dtype != "text" or not column.codes:
        return arrays
    classes = pa.array(list(column.codes), pa.string())
    known = [without(a, rows_where(pc.invert(pc.is_in(a, value_set=classes)))) for a in arrays]
    found = pc.coalesce(*known)
    return [*known, pc.coalesce(found, *arrays)]


def differing(column: Column, array: pa.Array, other: pa.Array) -> Ints:
    """Return the rows in which two fields of a column contradict each other."""
    rows = rows_where(pc.not_equal(array, other))
    if column.name != "mineral":
        return rows
    pairs = pa.table({"one": array, "other": other}).take(pa.array(rows)).to_pydict()
    told = zip(pairs["one"], pairs["other"], strict=True)
    return rows[[not minerals.agree(*pair) for pair in told]]


def _spoilt(read: list[Values], matches: Sequence[Match], array: pa.Array) -> Ints:
    """Return rows in which a field says something that cannot be read, whatever others say.

    The text of a range of elevations often says more than these; beside it the ends count that
    have fields of their own.
    """
    null = np.asarray(array.is_null(), np.bool_)
    rows = [
        v.unread[null[v.unread]] if m.both else v.unread for v, m in zip(read, matches, strict=True)
    ]
    return np.unique(np.concatenate(rows))


def _lost_rows(
    column: Column, match: Match, mapped: Mapped, lost: Mapping[str, Ints]
) -> Sequence[int] | Ints:
    """Return the rows whose cell, or that of its unit, the reader could not make anything of."""
    units = mapped.units.get(column.name, ()) if match.unit is None else ()
    found = [lost[f] for f in (match.field, *units) if f in lost]
    return np.unique(np.concatenate(found)) if found else ()
