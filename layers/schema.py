"""What a layer may hold: columns, units, codes and the names bureaus give them.

The schemas themselves are data, in ``layers/schemas.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gis.ragged import Kind
from layers.parse import folded

Dtype = Literal["text", "number", "integer", "flag", "date", "code"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layer.

    Attributes
    ----------
    name : contract name; its suffix is its unit
    dtype : ``code`` is one of the keys of ``codes``
    unit : unit as printed, or None
    nullable : whether a kept row may lack a value
    zh, en : titles
    aliases : other field names for it, as found in bureaus' files
    codes : code -> spellings found in files (the code itself is always one)
    derived : whether the loader works it out where the source lacks it
    whole_names : further names; what begins one of them and was cut is not taken for it
    unclear_aliases : those of ``aliases`` that say nothing of the unit and are used with several
    bare_units : units in which a bare number under one of them may have been written
    generic_aliases : those of ``aliases`` that files use for other things too (状态, 编号); they
        are not asked where a field of another name has a value
    unit_fields : other source fields that hold the unit of the values
    bounds : (lowest, highest) that a number may be, in ``unit``; what lies beyond is no value
    """

    name: str
    dtype: Dtype
    zh: str
    en: str
    unit: str | None = None
    nullable: bool = True
    aliases: tuple[str, ...] = ()
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    derived: bool = False
    unclear_aliases: tuple[str, ...] = ()
    bare_units: tuple[str, ...] = ()
    unit_fields: tuple[str, ...] = ()
    generic_aliases: frozenset[str] = frozenset()
    whole_names: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None

    def spellings(self) -> dict[str, str]:
        """Return folded word -> code, of all words for the codes and of the codes themselves."""
        return {folded(w): code for code, words in self.codes.items() for w in (code, *words)}


@dataclass(frozen=True, slots=True)
class Schema:
    """One layer of the contract: its geometry kinds, its number column and its columns."""

    name: str
    zh: str
    en: str
    kinds: frozenset[Kind]
    number: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if the schema has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    def bit(self, name: str) -> int:
        """Return the mask of the column called ``name`` in a row's bits (``Layer.unread``)."""
        return 1 << self.columns.index(self.column(name))
