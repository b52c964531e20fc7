"""Fields beside those of a column that are not read for it, and may contradict it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from layers import near_names
from layers.headings import Heading, is_measured, unit_of
from layers.matches import Match
from layers.schema import Column, Schema

# Names and remarks decide nothing.
_FREE_TEXT = frozenset({"name", "remark"})


@dataclass(frozen=True, slots=True)
class Beside:
    """The fields of a source with what they were found to be.

    Attributes
    ----------
    names : all fields but those of another use
    matches, doubtful : as in :class:`layers.matches.Mapped`
    match : makes the match of a column and a field
    """

    names: Mapping[str, Heading]
    matches: Mapping[str, tuple[Match, ...]]
    doubtful: Mapping[str, tuple[str, ...]]
    match: Callable[[Column, str], Match]

    def others(self) -> dict[str, Heading]:
        """Return the fields that have found no column."""
        taken = {m.field for found in self.matches.values() for m in found}
        return {f: h for f, h in self.names.items() if f not in taken}


def extremes(beside: Beside, schema: Schema) -> dict[str, tuple[Match, ...]]:
    """Return column -> fields of today's or of other lengths beside those it is taken from."""
    out: dict[str, tuple[Match, ...]] = {}
    for column in filter(near_names.is_extreme, schema.columns):
        matches = beside.matches.get(column.name, ())
        if any(m.stated for m in matches):
            continue  # the user's word
        own = {m.field for m in [m for m in matches if not m.generic] or matches}
        named = near_names.of_the_same(beside.names, column)
        fields = dict.fromkeys([*named, *beside.doubtful.get(column.name, ())])
        elsewhere = {
            m.field for n, found in beside.matches.items() if n != column.name for m in found
        }
        out[column.name] = tuple(
            beside.match(column, f) for f in fields if f not in own and f not in elsewhere
        )
    return {name: others for name, others in out.items() if others and beside.matches.get(name)}


def rivals(beside: Beside, schema: Schema) -> dict[str, tuple[Match, ...]]:
    """Return column -> fields that say the same once more, or in other words."""
    free = beside.others()
    out: dict[str, tuple[Match, ...]] = {}
    for column in schema.columns:
        matches = beside.matches.get(column.name, ())
        if not matches or column.name in _FREE_TEXT or any(m.stated for m in matches):
            continue
        of_field = {m.field: m for m in matches}
        names = {f: beside.names[f] for f in of_field if f in beside.names}
        found = []
        for field, name in free.items():
            if (twin := near_names.twin_of(name, names, column)) is not None:
                found.append(_twin(of_field[twin], field, name, column))
            elif near_names.tells_state(name, column):
                found.append(Match(field))
        out[column.name] = tuple(found)
    return {name: others for name, others in out.items() if others}


def _twin(match: Match, field: str, name: Heading, column: Column) -> Match:
    """Return what a field holds that is called like that of ``match`` but for a number."""
    unit = unit_of(name, column) if is_measured(column) else None
    return replace(match, field=field, unit=match.unit if unit is None else unit)
