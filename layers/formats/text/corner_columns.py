"""Which fields of a source a corner form takes: number, name, licence and elevations."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from layers.catalog import schema
from layers.columns import build_columns
from layers.fields import map_fields
from layers.formats.source import Source, refusal
from layers.issues import label_en, listed
from layers.settings import LayerSettings

NUMBERS = ("地块编号", "许可证号", "licence_no", "facility_no", "编号", "source_id", "id")
NAMES = ("地块名称", "矿山名称", "名称", "name", "块段名称")
LICENCES = (
    "licence_no", "许可证号", "采矿许可证号", "采矿许可证编号", "许可证编号", "勘查许可证号",
)  # fmt: skip
_CONTRACT = {
    NUMBERS: (("mining_right", "licence_no"), ("tailings_facility", "facility_no")),
    NAMES: (("mining_right", "name"), ("tailings_facility", "name")),
    LICENCES: (("mining_right", "licence_no"),),
}
"""Layers and columns of the contract that hold the same."""
_PARCELS = ("地块编号", "编号")
"""Fields in which the corner forms give back a licence number, or another."""
_SURE = re.compile(r"[CT]\d{16,23}", re.ASCII)
"""A licence number of today: mining or exploration, and digits."""
_ELEVATIONS = ("top_elevation_m", "bottom_elevation_m")
_ELEVATION = re.compile(r"([+-]?(\d+(\.\d*)?|\.\d+))?", re.ASCII)
_SHAPEFILE = "ESRI Shapefile"


@dataclass(frozen=True, slots=True)
class Elevations:
    """Elevations of each row as they are written, blank where there is none; their fields."""

    top: list[str]
    bottom: list[str]
    fields: frozenset[str]


def first_field(source: Source, names: tuple[str, ...]) -> str | None:
    """Return the first of the fields that the source has, None where it has none.

    Under other names the field is that which the contract's layers would take; a licence number
    may stand where corner forms have the number of a parcel, if all of these can be nothing else.
    """
    if (found := next((n for n in names if n in source.columns), None)) is not None:
        return found
    for layer, column in _CONTRACT[names]:
        fields = map_fields(
            [*source.columns], schema(layer), {}, file="", cut=source.format == _SHAPEFILE,
            rests=source.rests, cells=source.columns,
        )  # fmt: skip
        if column in fields.matches:
            return fields.matches[column][0].field
    if names is LICENCES:
        return next((n for n in _PARCELS if _all_licences(column_of(source, n))), None)
    return None


def is_licence_number(word: str) -> bool:
    """Return whether a word can be nothing but the number of a licence of today.

    >>> [is_licence_number(word) for word in ("C4100002020011110123456", "C1", "1")]
    [True, False, False]
    """
    return _SURE.fullmatch(word) is not None


def column_of(source: Source, name: str | None) -> list[str]:
    """Return a column as words, blank where there is nothing."""
    if name is None or name not in source.columns:
        return [""] * len(source)
    return [_word(value) for value in source.columns[name].to_pylist()]


def elevations(source: Source) -> Elevations:
    """Return the elevations of rights, or of their parts, under whatever name the fields have.

    Raises
    ------
    FormatError
        One is no number, or cannot be told.
    """
    found = [_elevations(source, name) for name in _ELEVATIONS]
    return Elevations(found[0][0], found[1][0], found[0][1] | found[1][1])


def _elevations(source: Source, name: str) -> tuple[list[str], frozenset[str]]:
    if name in source.columns:  # digits as they stand
        words, fields, unread = column_of(source, name), frozenset({name}), frozenset[int]()
    else:
        words, fields, unread = _of_contract(source, name)
    odd = [
        source.labels[k]
        for k, word in enumerate(words)
        if k in unread or not _ELEVATION.fullmatch(word)
    ]
    if odd:
        title = f"{'、'.join(sorted(fields))} " if fields else ""
        zh = f"{listed(odd, shown=3)}：标高 {title}不是数值（{name}）"
        en = f"{listed([label_en(n) for n in odd], 'en', 3)}: {name} is no number"
        raise refusal(source.path, zh, en)
    return words, fields


def _of_contract(source: Source, name: str) -> tuple[list[str], frozenset[str], frozenset[int]]:
    """Return words, fields and unreadable rows of a column as vetting would read it."""
    file, cut, right = str(source.path), source.format == _SHAPEFILE, schema("mining_right")
    rests = source.rests
    built = build_columns(
        source.columns, source.labels, right, LayerSettings(source=file), file=file, cut=cut,
        lost=source.lost, rests=rests,
    )  # fmt: skip
    mapped = map_fields(
        [*source.columns], right, {}, file=file, cut=cut, rests=rests, cells=source.columns
    )
    fields = frozenset(match.field for match in mapped.matches.get(name, ()))
    words = [_word(value) for value in built.columns[name].to_pylist()]
    return words, fields, frozenset(map(int, built.unread.get(name, np.empty(0, np.int64))))


def _all_licences(numbers: list[str]) -> bool:
    return all(map(is_licence_number, numbers))


def _word(value: object) -> str:
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)
