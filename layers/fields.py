"""Which source field is which column of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from layers import field_issues, near_names, rivals
from layers.account import Issue
from layers.catalog import ENDS, nearest
from layers.cut_names import beginning, begins, cut_heading, may_be_cut, tells
from layers.errors import LayerError
from layers.fitting import are_days, fits, may_hold
from layers.headings import Heading, Rest, heading, is_measured, may_be_other, unit_of
from layers.issues import listed
from layers.matches import Mapped, Match
from layers.parse import folded
from layers.schema import Column, Schema

# Row numbers that programs add; nobody misses them.
ROW_NUMBERS = frozenset({"fid", "ogc_fid", "objectid"})


class _Mapping:
    """The fields of one source while they find their columns."""

    def __init__(
        self,
        fields: Sequence[str],
        schema: Schema,
        file: str,
        rests: Mapping[str, Rest],
        cells: Mapping[str, pa.Array] | None,
    ) -> None:
        self.names = {f: cut_heading(f, rests.get(f)) for f in fields}
        # What is cut inside a bracket has its name before it.
        self.rests = {f: rest for f, rest in rests.items() if not self.names[f].is_cut}
        self.schema = schema
        self.file = file
        self.cells = cells
        self.matches: dict[str, tuple[Match, ...]] = {}
        self.doubtful: dict[str, tuple[str, ...]] = {}
        self.untold: set[str] = set()
        self.issues: list[Issue] = []
        self.cut: list[tuple[str, str]] = []  # field, and the alias of which it is the beginning
        self.ranges: frozenset[str] = frozenset()
        self._days: dict[str, bool] = {}
        # Of each column: a name, and whether it is an alias, which a cut name may stand for.
        self.words = [
            (column, folded(word), word not in column.whole_names)
            for column in schema.columns
            for word in (*column.whole_names, column.name, *column.aliases)
        ]

    @property
    def matched(self) -> set[str]:
        """Fields that have found a column."""
        return {m.field for found in self.matches.values() for m in found}

    @property
    def taken(self) -> set[str]:
        """Fields that have found a column, or may be one."""
        return self.matched | {f for found in self.doubtful.values() for f in found}

    def begins(self, field: str, word: str) -> bool:
        """Return whether the field's name, if cut, begins ``word``."""
        return begins(self.names[field], self.rests.get(field), word)

    def may_be_cut(self, field: str) -> bool:
        """Return whether the field's name may be the beginning of a longer one."""
        return may_be_cut(field, self.rests.get(field))

    def holds_days(self, field: str) -> bool:
        """Return whether each value of the field is known to be one day."""
        if self.cells is None:
            return False
        if field not in self._days:
            self._days[field] = are_days(self.cells[field])
        return self._days[field]

    def is_alone(self, field: str) -> bool:
        """Return whether no other field's name was cut at the same place."""
        return field not in self.rests or self.rests[field].alone

    def doubt(self, field: str, columns: Iterable[str], *, told: bool = True) -> None:
        """Have a field be one that may hold the columns."""
        for name in columns:
            self.doubtful[name] = (*self.doubtful.get(name, ()), field)
            self.untold |= set() if told else {field}


def map_fields(
    fields: Sequence[str],
    schema: Schema,
    stated: Mapping[str, str],
    *,
    file: str,
    cut: bool = False,
    used: Sequence[str] = (),
    rests: Mapping[str, Rest] | None = None,
    cells: Mapping[str, pa.Array] | None = None,
) -> Mapped:
    """Return the source fields of each column: stated first, then by name, then by alias.

    Parameters
    ----------
    stated : column -> source field, the user's word; nothing else is then asked for the column
    cut : field names may be cut at 10 bytes (dBase): a name of that length is also taken as the
        beginning of an alias of a column that has no field, where it begins names of that column
        only; elsewhere it may have been cut before and is doubtful
    used : fields with another use (the id), not reported as ignored
    rests : field -> what is left of the letter in the middle of which its name was cut; it tells
        which aliases may have been meant
    cells : field -> its values; they tell which column a cut name is, where these show it

    Raises
    ------
    LayerError
        ``stated`` names a field the source lacks.
    """
    found = _Mapping(fields, schema, file, rests or {}, cells)
    found.ranges = _range_words(schema, stated)
    for column in schema.columns:
        if column.name in stated:
            found.matches[column.name] = (_stated(stated[column.name], column, found),)
        else:
            found.matches[column.name] = _named(column, found)
    # A field that the user states for one column is no doubtful one of another.
    _tell_doubts(found, set(stated.values()) | set(used))
    _match_cut(found, used, cut=cut)
    units = _unit_fields(found, cut=cut)
    used = [*used, *(f for names in units.values() for f in names)]
    _match_near(found, used)
    found.issues += [field_issues.cut(file, found.cut)] if found.cut else []
    rest = [f for f in fields if f not in found.matched and f not in used]
    ignored = [f for f in rest if folded(f) not in ROW_NUMBERS]
    if ignored:
        found.issues.append(field_issues.ignored(file, ignored))
    matches = {k: v for k, v in found.matches.items() if v}
    untold = frozenset(found.untold)
    free = {f: h for f, h in found.names.items() if f not in used}
    match = partial(_match, found=found)
    beside = rivals.Beside(free, matches, found.doubtful, match)
    return Mapped(
        matches,
        units,
        tuple(found.issues),
        found.doubtful,
        untold,
        rivals.extremes(beside, schema),
        rivals.rivals(beside, schema),
    )


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
    found.issues += [
        field_issues.cut_bracket(found.file, m.field, m.unit, column)
        for m in matches
        if names[m.field].is_cut
    ]
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
        field_issues.remarked(
            found.file, field, found.names[field], [found.schema.column(c) for c in names]
        )
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
    if field not in found.rests:
        own = [_base(found.names[m.field], column) for m in found.matches[column.name]]
        if name.whole in words or name.base in words or near_names.holds_unit(name, own, column):
            return True
    return cut and found.may_be_cut(field) and any(found.begins(field, w) for w in words)


def _match_cut(found: _Mapping, used: Sequence[str], *, cut: bool) -> None:
    """Add the fields whose names can only be the cut name of one column."""
    sure = [column for column in found.schema.columns if found.matches[column.name]]
    taken = {*found.taken, *used}
    open_fields = [f for f in found.names if f not in taken and found.may_be_cut(f)]
    # What is certain first: a column that has a field is not left open by another that may be it.
    for field in sorted(open_fields, key=lambda f: _meant(f, found)[1]):
        # 生产规 may be 生产规模单位 only where the capacity has a field already.
        if not any(_holds_unit(field, found, column, cut=True) for column in sure):
            _match_beginning(field, found, cut=cut)


def _match_beginning(field: str, found: _Mapping, *, cut: bool) -> None:
    words, several = _meant(field, found)
    if not cut and (several or not words or any(found.matches[name] for name in words)):
        return  # 采空区 is an ordinary heading
    if found.cells is not None and len(words) > 1:
        cells = found.cells[field]
        words = {n: w for n, w in words.items() if may_hold(cells, found.schema.column(n))}
        # What no other column could hold is of the one that is left.
        several &= len(words) > 1 or "" in words.values() or not found.is_alone(field)
    cuts = {f for f, _ in found.cut}
    named = {
        name
        for name in words
        if any(not m.generic and m.field not in cuts for m in found.matches[name])
    }
    chosen = _chosen(field, words, found, several=several) if cut else ()
    # What has a field of its own name is not contested.
    for name in set(chosen) - named:
        match = _match(found.schema.column(name), field, found, words[name])
        found.matches[name] = (*found.matches[name], match)
        found.cut.append((field, words[name]))
    told = not chosen and named < set(words)
    if told:
        found.issues.append(field_issues.ambiguous(found.file, field, sorted(words)))
    cut_ones = {name for name in words if any(m.field in cuts for m in found.matches[name])}
    open_columns = named & set(chosen) if chosen else set(words) - cut_ones
    # A text column answers for nothing where it is empty.
    doubts = [name for name in open_columns if found.schema.column(name).dtype != "text"]
    found.doubt(field, sorted(doubts), told=told)


def _chosen(
    field: str, words: Mapping[str, str], found: _Mapping, *, several: bool
) -> tuple[str, ...]:
    """Return the column, or the columns of one word, that a cut name is; none if that is open."""
    if several and (found.cells is None or not found.is_alone(field)):
        return ()
    fitting = [
        name
        for name in words
        if found.cells is None
        or fits(found.cells[field], found.schema.column(name), alone=not several)
    ]
    sure = len({words[name] for name in fitting}) == 1 and "" not in map(words.get, fitting)
    return tuple(fitting) if sure else ()


def _meant(field: str, found: _Mapping) -> tuple[dict[str, str], bool]:
    """Return column -> alias that a cut name may be, and whether it is left open which it is.

    The alias is "" where the name begins names of the column and does not tell that it is one.
    """
    name = found.names[field]
    begun = [
        (column, word, alias)
        for column, word, alias in found.words
        # A day is no 有效期起止.
        if found.begins(field, word) and not (word in found.ranges and found.holds_days(field))
    ]
    if begun:
        told = [
            (column.name, word, alias, tells(name, word, alias=alias, length=column.unit == "m"))
            for column, word, alias in begun
        ]
        # 许可证有效 may be 许可证有效期, and 许可证有效期起 as well.
        left_open = {column for column, _, alias, sure in told if not (alias or sure)}
        words = {column.name: "" for column, _, _ in begun}
        words |= {c: w for c, w, alias, sure in told if sure and (alias or c not in left_open)}
        several = "" in words.values() or len(set(words.values())) > 1
        return words, several or not found.is_alone(field)
    # 总库容 and one byte more is some other word, of which nobody knows what it adds.
    begin = folded(beginning(field)) if field in found.rests else None
    words = {column.name: "" for column, word, alias in found.words if word == begin and alias}
    return words, bool(words)


def _match_near(found: _Mapping, used: Sequence[str]) -> None:
    """Doubt the fields that are called nearly like a column whose emptiness is an answer."""
    free = {f: h for f, h in found.names.items() if f not in {*found.taken, *used}}
    for column in found.schema.columns:
        lacks = not found.matches[column.name]
        for field in near_names.near(free, column):
            found.doubt(field, [column.name], told=lacks)
            found.issues += [field_issues.near(found.file, field, column)] if lacks else []
