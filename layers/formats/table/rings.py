"""Rings and parcels of a table of corners, by the rows of the sheet that hold their corners."""

from __future__ import annotations

from dataclasses import dataclass, field

import shapely

from layers.formats.table import corner_names
from layers.formats.table.depths import Depth
from layers.formats.table.places import Places
from layers.formats.table.sheet import Sheet


@dataclass
class Ring:
    """Rows of the sheet that are one ring's corners, the corners' names, and whether it is cut out.

    ``label`` is what a ring column says, ``labelled`` in how many rows;
    ``twins`` counts rows that gave the corner above again;
    ``kept`` where the table says that it is not cut out, ``marked`` where its own rows say which.
    ``first`` is the number of the first corner, ``last`` that of the last that has one; ``kinds``
    tells whether names are numbers, ``distinct`` holds them once.
    """

    rows: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    label: str = ""
    labelled: int = 0
    cut: bool = False
    twins: int = 0
    kept: bool = False
    marked: bool = False
    first: tuple[str, int] | None = None
    last: tuple[str, int] | None = None
    kinds: set[bool] = field(default_factory=set)
    distinct: set[str] = field(default_factory=set)

    def add(self, row: int, name: str) -> None:
        """Add a corner; what its number tells is kept, a digitised ring has thousands."""
        number = corner_names.numbered(name)
        if not self.rows:
            self.first = number
        self.rows.append(row)
        self.names.append(name)
        self.last = number or self.last
        self.distinct.add(name)
        if name:
            self.kinds.add(number is not None)

    def runs_on(self, name: str) -> bool:
        """Return whether a corner's number follows that of the last one."""
        here = corner_names.numbered(name)
        return self.last is not None and here == (self.last[0], self.last[1] + 1)

    def give_last(self, ring: Ring) -> None:
        """Give the last corner, which has the name of the first, to a ring that it begins."""
        row, name = self.rows.pop(), self.names.pop()
        self.last = next((n for m in reversed(self.names) if (n := corner_names.numbered(m))), None)
        ring.add(row, name)


@dataclass
class Parcel:
    """One outline: its key columns' values, the heading above it, rings, top and bottom.

    Attributes
    ----------
    label : how messages call it
    shape : the outline that its rings make, in the coordinates of the table
    doubts : row, code and words of what is uncertain about where its rings begin
    told : names and numbers that its heading gives
    parted_by : row without coordinates that alone parts it from the parcel above, None where a
        name or number does
    filled : whether every row names it, None for a parcel of one row
    """

    key: tuple[str, ...]
    heading: str
    label: str = ""
    shape: shapely.Geometry | None = None
    rings: list[Ring] = field(default_factory=list)
    depth: Depth | None = None
    doubts: list[tuple[int, str, str, str]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    parted_by: int | None = None
    filled: bool | None = None

    @property
    def rows(self) -> list[int]:
        """Return the rows of all corners."""
        return [row for ring in self.rings for row in ring.rows]


def is_closed(ring: Ring, places: Places) -> bool:
    """Return whether a closing point repeats the first corner's place."""
    return len(ring.rows) > 3 and places.at[ring.rows[-1]] == places.at[ring.rows[0]]


def begins_again(ring: Ring, name: str, row: int, places: Places) -> bool:
    """Return whether a corner is the first of a new ring: the one before closed, or numbers fell.

    Numbers fall to that of the first corner, or to 1 under other letters (A1 A2 A3 B1 ...).
    """
    if is_closed(ring, places):
        return True
    if not name or not ring.names[0] or places.at[row] == places.at[ring.rows[0]]:
        return False
    here, first, last = corner_names.numbered(name), ring.first, ring.last
    if here and here[0].rstrip("-_.~") == corner_names.folded(ring.names[-1]):
        return False  # J3-1 after J3 was put in later
    enough = len(ring.rows) >= 3
    if here is None or first is None or last is None:
        same = corner_names.folded(name) == corner_names.folded(ring.names[0])
        return same and enough and len(ring.distinct) > 1
    if here == first:
        return True
    return enough and here[0] != last[0] and here[1] < last[1] and here[1] in (1, first[1])


def take_back(before: Ring, ring: Ring, name: str, places: Places) -> None:
    """Give a new ring its first corner where the ring before took it for its closing point.

    J1 J2 J3 J4 J1 J2 ...: the second J1 begins a ring that shares the corner, or repeats the first.
    """
    if len(before.names) < 2 or not name or not is_closed(before, places):
        return
    if (
        corner_names.folded(name) == corner_names.folded(before.names[1])
        and before.names[0] == before.names[-1]
    ):
        before.give_last(ring)


def is_spaced(sheet: Sheet, places: Places) -> bool:
    """Return whether a blank row follows every corner: then it says nothing."""
    rows = sorted(places.at)[:-1]
    return len(rows) > 1 and not any(any(sheet.rows[row + 1]) for row in rows)
