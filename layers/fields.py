"""Which source field is which column of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from layers.account import Issue
from layers.catalog import ENDS, nearest
from layers.errors import LayerError
from layers.headings import Heading, Rest, heading, is_measured, may_be_other, unit_of
from layers.issues import info, listed, warning
from layers.near_names import near_names
from layers.parse import as_unit, factor_of, folded
from layers.schema import Column, Schema

_DBF_NAME_BYTES = 10
# Behind a name that the Shapefile reader knows to be cut, with a number where several are alike.
_CUT_MARK = re.compile(r"(?:…|\.\.\.)\d*$")
# Row numbers that programs add; nobody misses them.
ROW_NUMBERS = frozenset({"fid", "ogc_fid", "objectid"})


@dataclass(frozen=True, slots=True)
class Match:
    """A source field that holds a column.

    ``unit`` is the one in the field's own name ("生产规模（万吨/年）"); ``unclear`` where the name
    says nothing of a unit that bureaus write differently; ``both`` where the field holds the top
    and the bottom elevation, or the beginning and the end of a term; ``generic`` where the name is
    used for other things too.
    """

    field: str
    unit: str | None = None
    unclear: bool = False
    both: bool = False
    stated: bool = False
    generic: bool = False


@dataclass(frozen=True, eq=False)
class Mapped:
    """Matches of each column, best first; the fields that hold units; what is left over.

    ``doubtful``: fields that may hold a column or something else, by column. They are not read,
    and where no match has a value the column is unread, not empty.
    """

    matches: Mapping[str, tuple[Match, ...]]
    units: Mapping[str, tuple[str, ...]]
    issues: tuple[Issue, ...]
    doubtful: Mapping[str, tuple[str, ...]]


class _Mapping:
    """The fields of one source while they find their columns."""

    def __init__(
        self, fields: Sequence[str], schema: Schema, file: str, rests: Mapping[str, Rest]
    ) -> None:
        self.names = {f: _heading(f, rests.get(f)) for f in fields}
        # What is cut inside a bracket has its name before it.
        self.rests = {f: rest for f, rest in rests.items() if not self.names[f].is_cut}
        self.schema = schema
        self.file = file
        self.matches: dict[str, tuple[Match, ...]] = {}
        self.doubtful: dict[str, tuple[str, ...]] = {}
        self.issues: list[Issue] = []
        self.cut: list[tuple[str, str]] = []  # field, and the alias of which it is the beginning
        self.ranges: frozenset[str] = frozenset()
        self.words = [
            (c.name, w) for c in schema.columns for w in (c.name, *map(folded, c.aliases))
        ]

    @property
    def matched(self) -> set[str]:
        """Fields that have found a column."""
        return {m.field for found in self.matches.values() for m in found}

    @property
    def taken(self) -> set[str]:
        """Fields that have found a column, or may be one."""
        return self.matched | {f for found in self.doubtful.values() for f in found}


def map_fields(
    fields: Sequence[str],
    schema: Schema,
    stated: Mapping[str, str],
    *,
    file: str,
    cut: bool = False,
    used: Sequence[str] = (),
    rests: Mapping[str, Rest] | None = None,
) -> Mapped:
    """Return the source fields of each column: stated first, then by name, then by alias.

    Parameters
    ----------
    stated : column -> source field, the user's word; nothing else is then asked for the column
    cut : field names may be cut at 10 bytes (dBase): a name of that length is also taken as the
        beginning of an alias where it begins the aliases of one column only; elsewhere it may have
        been cut before and is doubtful
    used : fields with another use (the id), not reported as ignored
    rests : field -> what is left of the letter in the middle of which its name was cut; it tells
        which aliases may have been meant

    Raises
    ------
    LayerError
        ``stated`` names a field the source lacks.
    """
    found = _Mapping(fields, schema, file, rests or {})
    found.ranges = _range_words(schema, stated)
    for column in schema.columns:
        if column.name in stated:
            found.matches[column.name] = (_stated(stated[column.name], column, found),)
        else:
            found.matches[column.name] = _named(column, found)
    # A field that the user states for one column is no doubtful one of another.
    _tell_doubts(found, set(stated.values()) | set(used))
    _match_cut(found, used, cut=cut)
    free = {f: h for f, h in found.names.items() if f not in {*found.taken, *used}}
    wanted = [c for c in schema.columns if not found.matches[c.name]]
    near, told = near_names(free, wanted, file)
    found.doubtful |= {c: (*found.doubtful.get(c, ()), *fields) for c, fields in near.items()}
    found.issues += told
    found.issues += [_cut(file, found.cut)] if found.cut else []
    units = _unit_fields(found, cut=cut)
    taken = found.matched | {f for names in units.values() for f in names}
    rest = [f for f in fields if f not in taken and f not in used]
    ignored = [f for f in rest if folded(f) not in ROW_NUMBERS]
    if ignored:
        found.issues.append(_ignored(file, ignored))
    matches = {k: v for k, v in found.matches.items() if v}
    return Mapped(matches, units, tuple(found.issues), found.doubtful)


def _range_words(schema: Schema, stated: Mapping[str, str]) -> frozenset[str]:
    """Return the names of both ends of a range, and a field stated for both."""
    columns = {c.name: c for c in schema.columns}
    words: set[str] = set()
    for pair in ENDS:
        if not set(pair) <= set(columns):
            continue
        named = [{*columns[c].aliases, *columns[c].whole_names} for c in pair]
        words |= set(map(folded, named[0] & named[1]))
        fields = {stated.get(name) for name in pair}
        if len(fields) == 1 and (field := fields.pop()):
            words.add(heading(field).base)
    return frozenset(words)


def _stated(field: str, column: Column, found: _Mapping) -> Match:
    if field not in found.names:
        zh, en = nearest(field, found.names)
        raise LayerError(
            f"{found.file}：没有字段“{field}”（{column.name} 指定的来源）{zh}；"
            f"现有字段：{listed(list(found.names))}",
            f"{found.file}: no field '{field}', stated as the source of {column.name}{en}; "
            f"fields: {listed(list(found.names), 'en')}",
        )
    return replace(_match(column, field, found), stated=True)


def _named(column: Column, found: _Mapping) -> tuple[Match, ...]:
    """Return the fields of a column's names; those that may be others become doubtful."""
    names = {f: h for f, h in found.names.items() if f not in found.rests}
    fields = [f for f in names if f == column.name]
    wanted = [column.name, *map(folded, (*column.aliases, *column.whole_names, column.en))]
    # A name with brackets may be an alias as a whole: "改（扩）建".
    for word in wanted:
        fields += [f for f, h in names.items() if h.whole == word and f not in fields]
    for word in wanted:
        fields += [f for f, h in names.items() if _base(h, column) == word and f not in fields]
    doubts = tuple(f for f in fields if not is_measured(column) and may_be_other(names[f], column))
    if doubts:
        found.doubtful[column.name] = doubts
    sure = [f for f in fields if f not in doubts]
    matches = tuple(_match(column, f, found) for f in sure)
    found.issues += [_cut_bracket(found.file, m, column) for m in matches if names[m.field].is_cut]
    return matches


def _base(name: Heading, column: Column) -> str:
    return name.base if is_measured(column) else name.stem


def _match(column: Column, field: str, found: _Mapping, word: str = "") -> Match:
    """Return the match of a field; ``word`` is the alias of which its name is the beginning."""
    name = found.names[field]
    base = word or _base(name, column)
    unit = unit_of(name, column) if is_measured(column) and not word else None
    unclear = unit is None and base in map(folded, column.unclear_aliases)
    both = base in found.ranges and any(column.name in pair for pair in ENDS)
    generic = base in map(folded, column.generic_aliases)
    return Match(field, unit, unclear, both, generic=generic)


def _tell_doubts(found: _Mapping, used: set[str]) -> None:
    """Say which fields may hold a column or something else, each once."""
    known = found.matched | used
    kept = {
        name: tuple(f for f in fields if f not in known) for name, fields in found.doubtful.items()
    }
    found.doubtful = {name: fields for name, fields in kept.items() if fields}
    columns: dict[str, list[str]] = {}
    for name, fields in found.doubtful.items():
        for field in fields:
            columns.setdefault(field, []).append(name)
    found.issues += [
        _remarked(found.file, field, found.names[field], [found.schema.column(c) for c in names])
        for field, names in columns.items()
    ]


def _unit_fields(found: _Mapping, *, cut: bool) -> dict[str, tuple[str, ...]]:
    """Return the fields that hold the unit of each column which has a field beside them."""
    free = [f for f in found.names if f not in found.taken]
    units = {
        column.name: tuple(f for f in free if _holds_unit(f, found, column, cut=cut))
        for column in found.schema.columns
        if found.matches[column.name]
    }
    return {name: fields for name, fields in units.items() if fields}


def _holds_unit(field: str, found: _Mapping, column: Column, *, cut: bool) -> bool:
    words = [folded(u) for u in column.unit_fields]
    name = found.names[field]
    if field not in found.rests and (name.whole in words or name.base in words):
        return True
    return cut and _may_be_cut(field, found) and any(_begins(field, w, found) for w in words)


def _match_cut(found: _Mapping, used: Sequence[str], *, cut: bool) -> None:
    """Add the fields whose names can only be the cut name of one column."""
    sure = [column for column in found.schema.columns if found.matches[column.name]]
    taken = {*found.taken, *used}
    open_fields = [f for f in found.names if f not in taken and _may_be_cut(f, found)]
    # What is certain first: a column that has a field is not left open by another that may be it.
    for field in sorted(open_fields, key=lambda f: _meant(f, found)[1]):
        # 生产规 may be 生产规模单位 only where the capacity has a field already.
        if not any(_holds_unit(field, found, column, cut=True) for column in sure):
            _match_beginning(field, found, cut=cut)


def _match_beginning(field: str, found: _Mapping, *, cut: bool) -> None:
    words, several = _meant(field, found)
    if not cut and (several or not words or any(found.matches[c] for c in words)):
        return  # 采空区 is an ordinary heading
    if several or not cut:
        found.issues.append(_ambiguous(found.file, field, sorted(words)))
        for column in map(found.schema.column, words):
            # A text column answers for nothing where it is empty.
            if column.dtype != "text" and not found.matches[column.name]:
                doubts = found.doubtful.get(column.name, ())
                found.doubtful[column.name] = (*doubts, field)
        return
    for column_name, word in words.items():
        column = found.schema.column(column_name)
        if not any(m.stated for m in found.matches[column_name]):
            match = _match(column, field, found, word)
            found.matches[column_name] = (*found.matches[column_name], match)
            found.cut.append((field, word))


def _meant(field: str, found: _Mapping) -> tuple[dict[str, str], bool]:
    """Return column -> alias that a cut name may be, and whether it is left open which it is."""
    words = {name: word for name, word in found.words if _begins(field, word, found)}
    if words:
        rest = found.rests.get(field)
        several = len(set(words.values())) > 1 and len(words) > 1
        return words, several or (rest is not None and not rest.alone)
    # 总库容 and one byte more is some other word, of which nobody knows what it adds.
    begin = folded(_beginning(field)) if field in found.rests else None
    words = {name: word for name, word in found.words if word == begin}
    return words, bool(words)


def _heading(field: str, rest: Rest | None) -> Heading:
    """Return the heading; a bracket of full width that was cut itself is one cut inside."""
    found = heading(field)
    if rest is None or found.is_cut or not rest.begins("("):
        return found
    return heading(f"{_beginning(field)}(")


def _beginning(field: str) -> str:
    """Return a field's name without the mark of one that was cut."""
    return _CUT_MARK.sub("", field)


def _begins(field: str, word: str, found: _Mapping) -> bool:
    whole = found.names[field].whole
    begin = _CUT_MARK.sub("", whole)
    if not word.startswith(begin):
        return False
    if field in found.rests:
        return len(word) > len(begin) and found.rests[field].begins(word[len(begin)])
    return word != begin or begin == whole


def _may_be_cut(field: str, found: _Mapping) -> bool:
    """Return whether the name fills a dBase field name, in GBK or UTF-8 characters."""
    if field in found.rests or _CUT_MARK.search(field):
        return True
    widths = {len(field.encode(code, "replace")) for code in ("utf-8", "gb18030")}
    full = {_DBF_NAME_BYTES, _DBF_NAME_BYTES - 1}
    return bool(widths & full) and (not field.isascii() or len(field) == _DBF_NAME_BYTES)


def _cut(file: str, cut: Sequence[tuple[str, str]]) -> Issue:
    taken = [f"{field}（{word}）" for field, word in cut]
    return info(
        "field_cut",
        f"{file}：{len(cut)} 个字段名似被截断，按其本名采用：{listed(taken)}",
        f"{file}: {len(cut)} field names seem cut and are taken as what they begin: "
        f"{listed(taken, 'en')}",
    )


def _cut_bracket(file: str, match: Match, column: Column) -> Issue:
    zh, en = f"{column.zh}（{column.name}）", column.name
    if match.unit is not None and factor_of(as_unit(match.unit), column.unit) is not None:
        return info(
            "field_cut",
            f"{file}：字段名“{match.field}”在括号内被截断，按{zh}采用，单位按 {match.unit}",
            f"{file}: the field name '{match.field}' is cut inside its bracket; it is taken as "
            f"{en} in {match.unit}",
        )
    return warning(
        "field_cut",
        f"{file}：字段名“{match.field}”在括号内被截断，按{zh}采用，括号内的单位或说明无从得知",
        f"{file}: the field name '{match.field}' is cut inside its bracket; it is taken as "
        f"{en}, and what unit or remark the bracket holds is not known",
    )


def _remarked(file: str, field: str, name: Heading, columns: Sequence[Column]) -> Issue:
    zh, en = "、".join(f"{c.zh}（{c.name}）" for c in columns), ", ".join(c.name for c in columns)
    why_zh = "在括号内被截断" if name.is_cut else f"带有“{name.remark}”"
    why_en = "is cut inside its bracket" if name.is_cut else f"says '{name.remark}' besides"
    word = columns[0].zh
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”{why_zh}，不能认定就是{zh}，未采用；"
        f"如果是，请把字段改名为“{word}”或 {columns[0].name}",
        f"{file}: the field name '{field}' {why_en} and may not be {en}; not used. "
        f"If it is, rename the field to '{word}' or '{columns[0].name}'",
    )


def _ambiguous(file: str, field: str, columns: list[str]) -> Issue:
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”似被截断，可能是 {'、'.join(columns)}，未采用；请把字段改名，"
        "或从原数据另存为 GeoPackage 或 GBK 编码的 Shapefile",
        f"{file}: the field name '{field}' seems cut and may be {', '.join(columns)}; not used. "
        "Rename the field, or save the data as GeoPackage or as a Shapefile in GBK",
    )


def _ignored(file: str, ignored: list[str]) -> Issue:
    return info(
        "fields_ignored",
        f"{file}：{len(ignored)} 个字段未使用：{listed(ignored)}",
        f"{file}: {len(ignored)} fields not used: {listed(ignored, 'en')}",
    )
