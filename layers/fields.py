"""Which source field is which column of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from layers.account import Issue
from layers.catalog import nearest
from layers.errors import LayerError
from layers.issues import info, listed, warning
from layers.parse import folded
from layers.schema import Column, Schema

_UNIT = re.compile(r"^(.+?)[(\[]([^()\[\]]*)[)\]]$")
_DBF_NAME_BYTES = 10
# Row numbers that programs add; nobody misses them.
_ROW_NUMBERS = frozenset({"fid", "ogc_fid", "objectid"})


@dataclass(frozen=True, slots=True)
class Match:
    """A source field that holds a column.

    ``unit`` is the one in the field's own name ("生产规模（万吨/年）"); ``unclear`` where the name
    says nothing of a unit that bureaus write differently; ``both`` where the field holds the top
    and the bottom elevation.
    """

    field: str
    unit: str | None = None
    unclear: bool = False
    both: bool = False
    stated: bool = False


@dataclass(frozen=True, eq=False)
class Mapped:
    """Matches of each column, best first; the fields that hold units; what is left over."""

    matches: Mapping[str, tuple[Match, ...]]
    units: Mapping[str, tuple[str, ...]]
    issues: tuple[Issue, ...]


def map_fields(
    fields: Sequence[str],
    schema: Schema,
    stated: Mapping[str, str],
    *,
    file: str,
    cut: bool = False,
    used: Sequence[str] = (),
) -> Mapped:
    """Return the source fields of each column: stated first, then by name, then by alias.

    Parameters
    ----------
    stated : column -> source field, the user's word; nothing else is then asked for the column
    cut : field names may be cut at 10 bytes (dBase): a name of that length is also taken as the
        beginning of an alias where it begins the aliases of one column only
    used : fields with another use (the id), not reported as ignored

    Raises
    ------
    LayerError
        ``stated`` names a field the source lacks.
    """
    names = {f: _spelling(f) for f in fields}
    ranges = _range_words(schema, stated)
    matches: dict[str, tuple[Match, ...]] = {}
    for column in schema.columns:
        if column.name in stated:
            matches[column.name] = (_stated(stated[column.name], column, names, ranges, file),)
        else:
            matches[column.name] = _named(column, names, ranges)
    units = {
        column.name: tuple(f for f in names if _holds_unit(f, names[f][0], column, cut=cut))
        for column in schema.columns
    }
    taken = {m.field for found in matches.values() for m in found}
    taken |= {f for found in units.values() for f in found}
    issues: list[Issue] = []
    if cut:
        for field in fields:
            if field not in taken and field not in used:
                _match_cut(field, schema, ranges, matches, issues, file)
    taken |= {m.field for found in matches.values() for m in found}
    rest = [f for f in fields if f not in taken and f not in used]
    ignored = [f for f in rest if folded(f) not in _ROW_NUMBERS]
    if ignored:
        issues.append(_ignored(file, ignored))
    found_units = {k: v for k, v in units.items() if v}
    return Mapped({k: v for k, v in matches.items() if v}, found_units, tuple(issues))


def _spelling(field: str) -> tuple[str, str | None]:
    name = folded(field)
    match = _UNIT.match(name)
    return (match[1], match[2]) if match else (name, None)


def _range_words(schema: Schema, stated: Mapping[str, str]) -> frozenset[str]:
    """Return the aliases of both elevations, and a field stated for both."""
    ends = [c for c in schema.columns if c.name in ("top_elevation_m", "bottom_elevation_m")]
    if len(ends) < 2:
        return frozenset()
    words = set(map(folded, ends[0].aliases)) & set(map(folded, ends[1].aliases))
    fields = {stated.get(c.name) for c in ends}
    if len(fields) == 1 and (field := fields.pop()):
        words.add(_spelling(field)[0])
    return frozenset(words)


def _stated(
    field: str,
    column: Column,
    names: Mapping[str, tuple[str, str | None]],
    ranges: frozenset[str],
    file: str,
) -> Match:
    if field not in names:
        zh, en = nearest(field, names)
        raise LayerError(
            f"{file}：没有字段“{field}”（{column.name} 指定的来源）{zh}；"
            f"现有字段：{listed(list(names))}",
            f"{file}: no field '{field}', stated as the source of {column.name}{en}; "
            f"fields: {listed(list(names), 'en')}",
        )
    return replace(_match(column, field, *names[field], ranges), stated=True)


def _named(
    column: Column, names: Mapping[str, tuple[str, str | None]], ranges: frozenset[str]
) -> tuple[Match, ...]:
    found = [f for f in names if f == column.name]
    wanted = [column.name, *map(folded, column.aliases)]
    for word in wanted:
        found += [f for f, (base, _) in names.items() if base == word and f not in found]
    # A name with brackets may be an alias as a whole: "改（扩）建".
    found += [f for f in names if folded(f) in wanted and f not in found]
    return tuple(_match(column, f, *names[f], ranges) for f in found)


def _match(
    column: Column, field: str, base: str, unit: str | None, ranges: frozenset[str]
) -> Match:
    has_unit = column.dtype in ("number", "integer") and bool(unit)
    unclear = not has_unit and base in map(folded, column.unclear_aliases)
    both = column.name.endswith("_elevation_m") and base in ranges
    return Match(field, unit if has_unit else None, unclear, both)


def _holds_unit(field: str, base: str, column: Column, *, cut: bool) -> bool:
    words = [folded(u) for u in column.unit_fields]
    if base in words:
        return True
    return cut and _may_be_cut(field) and any(w.startswith(folded(field)) for w in words)


def _match_cut(
    field: str,
    schema: Schema,
    ranges: frozenset[str],
    matches: dict[str, tuple[Match, ...]],
    issues: list[Issue],
    file: str,
) -> None:
    """Add ``field`` to ``matches`` where it can only be the cut name of one thing."""
    if not _may_be_cut(field):
        return
    begin = folded(field)
    found = {
        column.name: word
        for column in schema.columns
        for word in (column.name, *map(folded, column.aliases))
        if word.startswith(begin)
    }
    if len(set(found.values())) > 1 and len(found) > 1:
        issues.append(_ambiguous(file, field, sorted(found)))
        return
    for name, word in found.items():
        if not any(m.stated for m in matches[name]):
            match = _match(schema.column(name), field, word, None, ranges)
            matches[name] = (*matches[name], match)


def _may_be_cut(field: str) -> bool:
    """Return whether the name fills a dBase field name, in GBK or UTF-8 characters."""
    widths = {len(field.encode(code, "replace")) for code in ("utf-8", "gb18030")}
    full = {_DBF_NAME_BYTES, _DBF_NAME_BYTES - 1}
    return bool(widths & full) and (not field.isascii() or len(field) == _DBF_NAME_BYTES)


def _ambiguous(file: str, field: str, columns: list[str]) -> Issue:
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”似被截断，可能是 {'、'.join(columns)}，未采用；可用 fields 指定",
        f"{file}: the field name '{field}' seems cut and may be {', '.join(columns)}; "
        "not used, state it by fields",
    )


def _ignored(file: str, ignored: list[str]) -> Issue:
    return info(
        "fields_ignored",
        f"{file}：{len(ignored)} 个字段未使用：{listed(ignored)}",
        f"{file}: {len(ignored)} fields not used: {listed(ignored, 'en')}",
    )
