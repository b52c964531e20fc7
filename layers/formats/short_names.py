"""Names of at most ten bytes for the fields of a Shapefile, by which its reader knows them again.

A name that is cut may be the beginning of several columns, or become the name of another. Where
it is not read for what the whole name is, a short alias of the column stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from layers.catalog import catalog
from layers.fields import map_fields
from layers.formats.source import Source
from layers.matches import Mapped
from layers.schema import Column, Schema
from layers.stated_accuracy import FIELD, SHORT

_BYTES = 10
_SHAPEFILE = "ESRI Shapefile"
_TAKEN = frozenset({"ogc_fid"})

Meaning = frozenset[tuple[str, ...]]
"""What a field is read for: columns and units of values, units of other fields, doubts."""


@dataclass(frozen=True, slots=True)
class Short:
    """Field as written -> field of the source; those that are not read for the same any more."""

    fields: dict[str, str]
    unknown: tuple[str, ...]


def shorten(source: Source, encoding: str) -> Short:
    """Return the names under which the fields of a source stand in a Shapefile."""
    names = list(source.columns)
    plain = _cut_all(names, encoding)
    schema = _schema_of(source)
    due = _meanings(names, schema, cut=source.format == _SHAPEFILE, source=source)
    found = _meanings(plain, schema, cut=True)
    for k, name in enumerate(names):
        if plain[k] == name or found[k] == due[k]:
            continue
        taken = {p.casefold() for p in plain} | _TAKEN
        for other in _others(name, due[k], k, schema, encoding):
            changed = [*plain[:k], other, *plain[k + 1 :]]
            if other.casefold() in taken:
                continue
            now = _meanings(changed, schema, cut=True)
            if now[k] == due[k]:
                plain, found = changed, now
                break
    unknown = tuple(n for n, a, b in zip(names, due, found, strict=True) if a != b)
    return Short(dict(zip(plain, names, strict=True)), unknown)


def cut_to(text: str, encoding: str, size: int) -> str:
    """Return the beginning of a text that has at most ``size`` bytes."""
    return text.encode(encoding, "replace")[:size].decode(encoding, "ignore")


def _cut_all(names: Sequence[str], encoding: str) -> list[str]:
    """Return the names cut, those that would be the same told apart by numbers."""
    out: list[str] = []
    for name in names:
        full = SHORT if name.casefold() == FIELD else name
        full = f"{full}_" if full.casefold() in _TAKEN else full
        short, number = cut_to(full, encoding, _BYTES), 1
        while short.casefold() in {other.casefold() for other in out}:
            number += 1
            short = cut_to(full, encoding, _BYTES - len(f"{number}")) + f"{number}"
        out.append(short)
    return out


def _schema_of(source: Source) -> Schema:
    """Return the layer of the contract that the source is: by its name, number, most fields."""
    layers = catalog()
    if source.layer is not None and source.layer in layers:
        return layers[source.layer]
    names, cut = list(source.columns), source.format == _SHAPEFILE

    def known(schema: Schema) -> tuple[bool, int]:
        found = map_fields(names, schema, {}, file="", cut=cut, rests=source.rests).matches
        return schema.number in found, len({m.field for ms in found.values() for m in ms})

    # Parts come with their rights, in no Shapefile.
    return max((s for s in layers.values() if s.name != "right_part"), key=known)


def _meanings(
    names: Sequence[str], schema: Schema, *, cut: bool, source: Source | None = None
) -> list[Meaning]:
    rests = source.rests if source else None
    mapped = map_fields(list(names), schema, {}, file="", cut=cut, rests=rests)
    found = _found(mapped, schema)
    return [frozenset(found.get(name, ())) for name in names]


def _found(mapped: Mapped, schema: Schema) -> Mapping[str, set[tuple[str, ...]]]:
    out: dict[str, set[tuple[str, ...]]] = {}
    for column, matches in mapped.matches.items():
        usual = schema.column(column).unit
        for m in matches:
            unit = m.unit or ("?" if m.unclear else usual or "")
            told = ("is", column, unit, "both" * m.both, "generic" * m.generic)
            out.setdefault(m.field, set()).add(told)
    for role, fields in (("unit", mapped.units), ("may be", mapped.doubtful)):
        for column, names in fields.items():
            for name in names:
                out.setdefault(name, set()).add((role, column))
    return out


def _others(name: str, due: Meaning, k: int, schema: Schema, encoding: str) -> Iterator[str]:
    """Yield short names that may be read for what a field is; one of no meaning for one of none."""
    for told in sorted(due):
        if told[0] in ("is", "unit"):
            yield from _short(_words(schema.column(told[1]), told[0]), encoding)
    if not due:
        yield f"FIELD_{k + 1}"
        yield f"{cut_to(name, encoding, _BYTES - 4)}_{k + 1}"


def _words(column: Column, role: str) -> Sequence[str]:
    if role == "unit":
        return column.unit_fields or [f"{alias}单位" for alias in column.aliases]
    return (*column.aliases, column.name, *column.whole_names)


def _short(words: Sequence[str], encoding: str) -> list[str]:
    """Return the words that fit, Chinese ones first as they say what they are; then cut ones."""
    fit = [w for w in words if len(w.encode(encoding, "replace")) <= _BYTES]
    whole = sorted((w for w in fit if w), key=lambda w: w.isascii())
    return [*whole, *(cut_to(w, encoding, _BYTES) for w in words if w not in fit)]
