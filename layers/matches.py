"""What has been found of a source's fields: which column each is, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.account import Issue


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
    ``untold``: those of them that are told only where that makes a row unread.
    ``extremes``: fields that speak of the same as a column which is the extreme of them; it is
    none where they say more, or less.
    ``rivals``: fields that say the same as a column in other words; where they say another thing,
    neither is believed.
    """

    matches: Mapping[str, tuple[Match, ...]]
    units: Mapping[str, tuple[str, ...]]
    issues: tuple[Issue, ...]
    doubtful: Mapping[str, tuple[str, ...]]
    untold: frozenset[str]
    extremes: Mapping[str, tuple[Match, ...]]
    rivals: Mapping[str, tuple[Match, ...]]
