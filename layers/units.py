"""The units of a source's numbers: in headings, in fields of their own, or not stated at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Bools, Ints
from layers import parse
from layers.account import Issue
from layers.cells import as_text, bare_numbers, by_word, without
from layers.headings import heading
from layers.issues import label_en, warning
from layers.matches import Mapped, Match
from layers.schema import Column
from layers.values import Values, convert

_ZH = {"kt/a": "千吨/年", "m3": "立方米"}


def read(
    column: Column,
    match: Match,
    mapped: Mapped,
    fields: Mapping[str, pa.Array],
    labels: Sequence[str],
    file: str,
) -> Values:
    """Return the values of the field ``match``, each in the unit that is stated for it.

    A bare number without one is read only where no other unit is possible.
    """
    array = fields[match.field]
    unit = _unit(column, match, mapped, fields)
    if not match.unclear or match.unit is not None:
        return convert(array, column, match.field, labels, unit=unit, elevation_range=match.both)
    bare = np.asarray(bare_numbers(array), np.bool_)
    if isinstance(unit, pa.Array):
        # Only rows whose unit cell is empty have a number of a unit nobody stated.
        bare &= np.asarray(unit.is_null(), np.bool_)
    numbers = by_word(as_text(array), lambda word: parse.number(word, column.unit), pa.float64())
    another = bare & _may_be_another(column, numbers)
    # 400000 is no thousand tonnes, and yet a number.
    beyond = another & ~_is_within(column, numbers, 1.0)
    known = without(array, np.flatnonzero(beyond))
    values = convert(known, column, match.field, labels, unit=unit, elevation_range=match.both)
    # What could not be read at all has been told.
    bare &= np.asarray(values.array.is_valid(), np.bool_) | beyond
    if not bare.any():
        return values
    open_rows = np.flatnonzero(bare & another)
    said = []
    if len(open_rows) < np.count_nonzero(bare):
        said.append(_assumed(column, match.field, file))
    if len(open_rows):
        said.append(_not_stated(column, match.field, open_rows, labels, file))
    return values.losing(open_rows, *said)


def _may_be_another(column: Column, array: pa.Array) -> Bools:
    """Return (n,) bool: the number is a possible one in a unit other than the column's own too.

    Nought is nought in every unit.
    """
    numbers = np.asarray(array.fill_null(0.0), np.float64)
    out = np.zeros(len(numbers), np.bool_)
    for word in column.bare_units:
        factor = float(parse.factor_of(word, column.unit) or 1)
        if factor != 1.0:
            out |= _is_within(column, array, factor)
    return np.asarray(out & (numbers != 0.0), np.bool_)


def _is_within(column: Column, array: pa.Array, factor: float) -> Bools:
    """Return (n,) bool: the number times ``factor`` is within the bounds of the column."""
    numbers = np.asarray(array.fill_null(np.nan), np.float64) * factor
    low, high = column.bounds or (-np.inf, np.inf)
    return np.asarray((numbers >= low) & (numbers <= high), np.bool_)


def _unit(
    column: Column, match: Match, mapped: Mapped, fields: Mapping[str, pa.Array]
) -> pa.Array | str | None:
    """Return the unit of all values, or of each row's; None where none is stated."""
    beside = mapped.units.get(column.name, ())
    if match.unit is None:
        return _each(match.field, beside, fields) if beside else None
    others = [m.field for m in mapped.matches[column.name] if m.field != match.field]
    unit: Any = match.unit
    for field in beside:
        if not any(_speaks_for(field, other) for other in others):
            unit = _joined(unit, as_text(fields[field]), column)
    return unit


def _speaks_for(unit_field: str, field: str) -> bool:
    """Return whether a unit field is that of ``field``: 生产规模单位, of 生产规模（千吨）."""
    return parse.folded(unit_field).startswith(heading(field).base)


def _joined(unit: pa.Array | str, cells: pa.Array, column: Column) -> pa.Array | str:
    """Return the heading's unit, with cells that state another joined to it: nobody reads that."""
    own = unit if isinstance(unit, pa.Array) else pa.array([unit] * len(cells), pa.string())
    factors = {
        w: parse.factor_of(parse.as_unit(w), column.unit)
        for w in pc.unique(pa.concat_arrays([own, cells])).to_pylist()
        if w is not None
    }
    pairs = zip(own.to_pylist(), cells.to_pylist(), strict=True)
    clash = pa.array([b is not None and factors[a] != factors[b] for a, b in pairs], pa.bool_())
    if not pc.any(clash).as_py():
        return unit
    return pc.if_else(clash, pc.binary_join_element_wise(own, cells, "≠"), own)


def _each(field: str, unit_fields: Sequence[str], fields: Mapping[str, pa.Array]) -> pa.Array:
    """Return (n,) the unit of each row's value; one that nothing reads where fields disagree.

    A unit field that begins like ``field`` (生产规模, 生产规模单位) speaks for it alone.
    """
    own = [u for u in unit_fields if _speaks_for(u, field)] or unit_fields
    unit = as_text(fields[own[0]])
    for other in own[1:]:
        text = as_text(fields[other])
        clash = pc.not_equal(unit, text).fill_null(False)
        unit = pc.if_else(clash, pc.binary_join_element_wise(unit, text, "≠"), unit)
        unit = pc.coalesce(unit, text)
    return unit


def _assumed(column: Column, field: str, file: str) -> Issue:
    """Return the warning about bare numbers that can be of the column's own unit alone."""
    return warning(
        "unit_assumed",
        f"{file}：字段“{field}”未注明单位，其中无单位的数值按"
        f"{_ZH.get(column.unit or '', '')}（{column.unit}）理解",
        f"{file}: field '{field}' states no unit; its bare numbers are taken as {column.unit}",
    )


def _not_stated(column: Column, field: str, rows: Ints, labels: Sequence[str], file: str) -> Issue:
    """Return the warning about bare numbers that may be of several units."""
    n, first, units = len(rows), labels[int(rows[0])], column.bare_units
    named, beside = f"{heading(field).base}（{units[1]}）", min(column.unit_fields, key=len)
    return warning(
        "unit_missing",
        f"{file}：字段“{field}”未注明单位，其中 {n} 个数值的单位可能是 {'、'.join(units)}，"
        f"按空值处理，首见于{first}；请写明单位，如 {named}，或另设单位字段 {beside}",
        f"{file}: field '{field}' states no unit; {n} of its numbers may be in "
        f"{', '.join(units)} and are taken as missing, first {label_en(first)}; state the unit, "
        f"as in {named}, or in a field of its own, {beside}",
        first,
    )
