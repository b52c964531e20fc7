"""The attribute columns of a layer from the fields of its source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.errors import MineZoneError
from gis.ragged import Bools, Ints
from layers import column_issues, contested, minerals, null_marks, stated_accuracy
from layers.account import Issue
from layers.catalog import ENDS, nearest
from layers.cells import as_text, by_word, is_blank, rows_where, take_out, without
from layers.errors import LayerError
from layers.fields import map_fields
from layers.formats.table.numbers import may_be_packed
from layers.headings import Rest
from layers.issues import warning
from layers.layer import ARROW_TYPES
from layers.matches import Mapped
from layers.merging import read_column
from layers.schema import Schema
from layers.settings import LayerSettings
from layers.values import convert


@dataclass(frozen=True, eq=False)
class Built:
    """Typed columns by name (all of the schema), those without a source, and what was said.

    ``unread``: column -> rows whose cell held something that could not be read.
    """

    columns: dict[str, pa.Array]
    absent: frozenset[str]
    constants: dict[str, str]
    issues: tuple[Issue, ...]
    errors: tuple[MineZoneError, ...]
    unread: Mapping[str, Ints] = field(default_factory=dict)


def build_columns(
    fields: Mapping[str, pa.Array],
    labels: Sequence[str],
    schema: Schema,
    settings: LayerSettings,
    *,
    file: str,
    cut: bool,
    lost: Mapping[str, Ints] | None = None,
    rests: Mapping[str, Rest] | None = None,
) -> Built:
    """Return every column of ``schema`` from the source ``fields`` and the user's constants.

    Errors that make the file unusable are collected in ``errors``, not raised.

    Parameters
    ----------
    lost : field -> rows that are null because the reader could not make anything of the cell;
        also of fields that it left out of ``fields``
    rests : field -> what is left of the letter in the middle of which its name was cut
    """
    n = len(labels)
    used = [*([settings.id] if settings.id else []), *stated_accuracy.fields_of(list(fields))]
    # A field that the reader left out is there all the same: its column is not empty.
    left_out = [f for f, rows in (lost or {}).items() if len(rows) and f not in fields]
    fields = {**fields, **{f: pa.nulls(n, pa.string()) for f in left_out}}
    try:
        mapped = map_fields(
            list(fields),
            schema,
            settings.fields,
            file=file,
            cut=cut,
            used=used,
            rests=rests,
            cells=fields,
        )
    except LayerError as fault:
        return Built({}, frozenset(), {}, (), (fault,))
    issues = list(mapped.issues)
    fields, broad = _without_broad_classes(mapped, fields, n)
    columns: dict[str, pa.Array] = {}
    unread: dict[str, Ints] = {}
    for name, matches in mapped.matches.items():
        if name in settings.constants and all(m.generic for m in matches):
            column, generic = schema.column(name), [m.field for m in matches]
            issues.append(column_issues.declared(column, generic, file))
            continue
        column = schema.column(name)
        values = read_column(column, matches, mapped, fields, labels, file, lost or {})
        columns[name], unread[name] = values.array, values.unread
        issues += () if _is_told(name, mapped, unread) else values.issues
    issues += contested.settle(mapped, fields, columns, unread, schema, labels, file)
    issues += _doubted(mapped, fields, columns, unread, settings.constants, schema, file)
    blank = _blank_fields(mapped, fields) if n else {}
    blank = {k: v for k, v in blank.items() if k in columns and not len(unread[k])}
    issues += column_issues.empty(schema, blank, settings.constants, file)
    # A field that says nothing in any row is no source: the user may declare what it lacks.
    written = {k: v for k, v in columns.items() if k not in blank}
    issues += null_marks.clear(written, unread, labels, schema, file, shapefile=cut)
    constants, errors = _constants(settings.constants, written, schema, n, file)
    columns |= written
    issues += _derive(columns, schema, unread, broad, labels, file)
    absent = [c.name for c in schema.columns if c.name not in columns]
    for name in absent:
        columns[name] = pa.nulls(n, ARROW_TYPES[schema.column(name).dtype])
    issues += column_issues.missing(schema, absent, file)
    issues += column_issues.upside_down(columns, labels)
    issues += column_issues.unknown_words(schema, columns, file)
    issues += _degrees_assumed(mapped, fields, file)
    return Built(columns, frozenset(absent), constants, tuple(issues), tuple(errors), unread)


def _blank_fields(mapped: Mapped, fields: Mapping[str, pa.Array]) -> dict[str, list[str]]:
    """Return column -> its source fields, where no row has a value in any of them."""
    found = {k: [m.field for m in matches] for k, matches in mapped.matches.items()}
    return {k: names for k, names in found.items() if all(is_blank(fields[n]) for n in names)}


def _is_told(name: str, mapped: Mapped, unread: Mapping[str, Ints]) -> bool:
    """Return whether the other end of the same ranges has told what could not be read in them."""
    matches, first = mapped.matches[name], {last: first for first, last in ENDS}.get(name, "")
    same = len(matches) == 1 and matches[0].both and mapped.matches.get(first) == matches
    return same and np.array_equal(unread.get(first, ()), unread[name])


def _doubted(
    mapped: Mapped,
    fields: Mapping[str, pa.Array],
    columns: Mapping[str, pa.Array],
    unread: dict[str, Ints],
    constants: Mapping[str, Any],
    schema: Schema,
    file: str,
) -> list[Issue]:
    """Have rows be unread where only a doubtful field has a value; say which, if nobody has."""
    said = []
    for name, doubts in mapped.doubtful.items():
        if name in constants and name not in columns:
            continue  # the user's word
        held = np.any([np.asarray(as_text(fields[f]).is_valid()) for f in doubts], axis=0)
        if name in columns:
            held &= np.asarray(columns[name].is_null())
        rows = np.setdiff1d(np.flatnonzero(held), unread.get(name, ()))
        unread[name] = np.union1d(unread.get(name, ()), rows).astype(np.int64)
        untold = [f for f in doubts if f in mapped.untold]
        if len(rows) and untold:
            said.append(column_issues.doubted(schema.column(name), untold, len(rows), file))
    return said


def _without_broad_classes(
    mapped: Mapped, fields: Mapping[str, pa.Array], n: int
) -> tuple[Mapping[str, pa.Array], Bools]:
    """Return the fields with null for mineral classes such as 非金属矿产, and (n,) those rows."""
    broad = np.zeros(n, np.bool_)
    changed = {}
    for match in mapped.matches.get("mineral_class", ()):
        text = as_text(fields[match.field])
        rows = rows_where(by_word(text, minerals.is_any_non_metal, pa.bool_()))
        if len(rows):
            changed[match.field] = without(text, rows)
            broad[rows] = True
    return {**fields, **changed}, broad


def _derive(
    columns: dict[str, pa.Array],
    schema: Schema,
    unread: dict[str, Ints],
    broad: Bools,
    labels: Sequence[str],
    file: str,
) -> list[Issue]:
    """Fill the mineral class where the source gives none; what it gives may be unreadable.

    A stated class that is not that of the mineral contradicts it: neither is believed.

    Parameters
    ----------
    broad : (n,) rows whose class is stated as one of the non-metals, and not which
    """
    if "mineral" not in columns or all(c.name != "mineral_class" for c in schema.columns):
        return []
    found, issues = minerals.derive(columns["mineral"])
    stated = columns.get("mineral_class")
    found = without(found, unread.get("mineral_class", ()))
    if stated is None:
        columns["mineral_class"] = found
        return list(issues)
    differs = pc.not_equal(stated, found)
    metal = pc.invert(pc.is_in(found, value_set=pa.array(sorted(minerals.NON_METAL))))
    differs = pc.if_else(pa.array(broad & found.is_valid()), metal, differs)
    clash = rows_where(differs)
    columns["mineral_class"] = pc.coalesce(stated, found)
    said = []
    if len(clash):
        take_out(columns, unread, "mineral_class", clash)
        column, mineral = schema.column("mineral_class"), schema.column("mineral")
        said.append(
            column_issues.class_conflict(column, mineral, columns, stated, clash, labels, file)
        )
    # Of a mineral of no class it is told where a row has no other word for it.
    lacking = columns["mineral_class"].null_count > len(clash)
    return [*issues, *said] if lacking else said


def _degrees_assumed(
    mapped: Mapped, fields: Mapping[str, pa.Array], file: str
) -> tuple[Issue, ...]:
    """Return the warning about toes in degrees that may as well be degrees, minutes, seconds."""
    found = [m for name in ("toe_lon", "toe_lat") for m in mapped.matches.get(name, ())]
    asked = [m.field for m in found if m.unit is None and re.search("[经纬]", m.field)]
    words = [w for field in asked for w in as_text(fields[field]).drop_null().to_pylist()]
    if not asked or not may_be_packed([w for w in words if re.fullmatch(r"\d+\.\d+", w)]):
        return ()
    return (
        warning(
            "degrees_assumed",
            f"{file}：字段 {'、'.join(asked)} 的数可能是度分秒（D.MMSS），按十进制度读取；"
            "请在字段名中写明（度分秒）或（度）",
            f"{file}: the numbers of {', '.join(asked)} may be D.MMSS and are read as decimal "
            "degrees; say which in the field's name: (度分秒) or (度)",
        ),
    )


def _constants(
    constants: Mapping[str, Any],
    columns: dict[str, pa.Array],
    schema: Schema,
    n: int,
    file: str,
) -> tuple[dict[str, str], list[MineZoneError]]:
    """Fill ``columns`` with the user's constants; return them as text, and what is wrong."""
    words: dict[str, str] = {}
    errors: list[MineZoneError] = []
    known = [c.name for c in schema.columns]
    for name, value in constants.items():
        if name not in known:
            zh, en = nearest(name, known)
            errors.append(
                LayerError(
                    f"{file}：常量 {name}：图层 {schema.name} 没有这一列{zh}",
                    f"{file}: constant {name}: {schema.name} has no such column{en}",
                )
            )
        elif name in columns:
            errors.append(
                LayerError(
                    f"{file}：常量 {name}：数据源已有这一列，不能用常量代替",
                    f"{file}: constant {name}: the source has this column; "
                    "a constant cannot replace it",
                )
            )
        else:
            word = str(value).lower() if isinstance(value, bool) else str(value)
            read = convert(pa.array([word]), schema.column(name), name, [name])
            if read.array.null_count:
                errors.append(_bad_constant(file, name, word))
            columns[name] = read.array.take(pa.array(np.zeros(n, np.int64)))
            words[name] = str(read.array[0].as_py())
    return words, errors


def _bad_constant(file: str, name: str, word: str) -> LayerError:
    return LayerError(
        f"{file}：常量 {name} 的值“{word}”无法识别",
        f"{file}: constant {name}: cannot read '{word}'",
    )
