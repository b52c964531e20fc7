"""Where voids that nobody owns, or that were not read, could still break a rule.

A void of no owner may be that of a mine near it. It can matter only beside the mine itself,
beside what the mine has dug, or beside what others have, or may have, dug: there it would be too
near if it were the mine's. Voids that were refused, or lie beyond the coverage, are no different.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.model import FindingTable, Objects, Verdict
from analysis.subjects import is_given
from analysis.verdict import Verdicts
from analysis.voids import VoidPairs, Voids, has, matches, unseen
from gis.distance import pairs_within
from gis.ragged import Ints, Ragged
from layers.layer import Layer

Sides = tuple[Ints, Ints]
"""Places in a list of mines, and voids: one row for each two that go together."""


@dataclass(frozen=True, eq=False)
class Field:
    """What is known about a list of mines, each of which would pass.

    Attributes
    ----------
    mines : (n,) outlines of their licences
    own, facing : the voids of each mine, and those near it that are or may be of others
    loose : voids of no known owner
    reach : metres beyond which no void matters to another
    search : metres about a mine within which every void should have been read
    judge : the rule's verdicts on pairs of voids; what is not PASS is too near
    reason : what the rule says of a loose void
    """

    mines: Ragged
    voids: Voids
    own: Sides
    facing: Sides
    loose: Ints
    reach: float
    search: float
    judge: Callable[[VoidPairs], Verdicts]
    reason: str


def hidden(rows: Ints, field: Field, layers: Mapping[str, Layer]) -> FindingTable:
    """Return NO_DATA for those of the subjects ``rows`` ((n,)) about which a void may hide."""
    voids, count = field.voids, len(rows)
    why, layer = np.full((2, count), None, dtype=object)
    related = np.full(count, -1)
    at = np.concatenate([field.own[0], field.facing[0]])
    void = np.concatenate([field.own[1], field.facing[1]])
    places = Ragged.concat([field.mines, voids.shapes.take(void)])
    mine = np.concatenate([np.arange(count), at])
    metres = np.repeat([field.search, field.reach], [count, len(void)])
    for name, source in layers.items():
        gap = unseen(places, source, metres)
        given = is_given(gap)
        why[mine[given]], layer[mine[given]] = gap[given], name
    inside, stray, _ = pairs_within(field.mines, voids.shapes.take(field.loose), field.reach)
    dug, beside = _beside(field, np.unique(void))
    for hit, found in (_owners(at, void, dug, beside), (inside, field.loose[stray])):
        why[hit] = field.reason
        layer[hit], related[hit] = voids.layer[found], voids.row[found]
    shown = np.flatnonzero(is_given(why))
    named: Objects = layer.copy()
    named[~has(related)] = None
    return FindingTable.build(
        rows[shown],
        Verdict.NO_DATA,
        why[shown],
        related=related[shown],
        related_layer=named[shown],
        args={"layer": layer[shown]},
    )


def _beside(field: Field, dug: Ints) -> tuple[Ints, Ints]:
    """Return the voids ``dug`` and the loose ones that are too near to them."""
    near = field.voids.near(dug, field.reach)
    near = near.take(np.flatnonzero(np.isin(near.q, field.loose)))
    hit = np.flatnonzero(~np.equal(field.judge(near), Verdict.PASS))
    return near.p[hit], near.q[hit]


def _owners(at: Ints, void: Ints, dug: Ints, beside: Ints) -> tuple[Ints, Ints]:
    place, pair = matches(void, dug)
    return at[place], beside[pair]


def facing(mines: Ragged, others: Sides | None, loose: Ints, voids: Voids, metres: float) -> Sides:
    """Return those of ``others``, and of the loose voids, within ``metres`` of the mine.

    None for ``others`` stands for all voids.
    """
    at, void, _ = pairs_within(mines, voids.shapes, metres)
    if others is None:
        return at, void
    size = max(len(voids), 1)
    keep = np.isin(at * size + void, others[0] * size + others[1]) | np.isin(void, loose)
    return at[keep], void[keep]
