"""Workings and goafs as one list: what has been dug underground, whose it is, how far apart.

Used by the rules on pillars (MR103) and connected systems (MR114).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.model import Objects
from analysis.subjects import is_given
from analysis.verdict import Verdicts, combined_sigma
from gis.distance import inside, near_boxes, pairs_within
from gis.ragged import Bools, Floats, Ints, Ragged
from layers.layer import Layer


@dataclass(frozen=True, eq=False)
class VoidPairs:
    """Voids p and q with their distance, (k,) each.

    Attributes
    ----------
    distance : metres; hypot of the plan distance and the gap between the elevation intervals,
        the plan distance alone where ``in_plan``
    in_plan : an elevation of either is not known
    sigma : one sigma in metres, NaN = not stated
    """

    p: Ints
    q: Ints
    distance: Floats
    in_plan: Bools
    sigma: Floats

    def take(self, rows: Ints) -> VoidPairs:
        """Return the pairs at ``rows``."""
        return VoidPairs(
            self.p[rows], self.q[rows], self.distance[rows], self.in_plan[rows], self.sigma[rows]
        )


class Voids:
    """The rows of ``working`` and ``goaf``, one after the other, (v,) each.

    Attributes
    ----------
    shapes : EPSG:4490 degrees
    owner : licence number or None
    top, bottom : metres, 1985 height datum; NaN where unknown or upside down
    layer, row, number : where each void comes from
    """

    def __init__(self, *layers: Layer) -> None:
        self.shapes = Ragged.concat([layer.shapes for layer in layers])
        self.owner: Objects = np.concatenate([v.text("owner_licence_no") for v in layers])
        top = np.concatenate([v.number("top_elevation_m") for v in layers])
        bottom = np.concatenate([v.number("bottom_elevation_m") for v in layers])
        sound = top >= bottom
        self.top: Floats = np.where(sound, top, np.nan)
        self.bottom: Floats = np.where(sound, bottom, np.nan)
        self.sigma: Floats = np.concatenate([v.sigma_m for v in layers])
        self.number: Objects = np.concatenate([v.source_id for v in layers])
        self.layer: Objects = np.concatenate(
            [np.full(len(v), v.name, dtype=object) for v in layers]
        )
        self.row: Ints = np.concatenate([np.arange(len(v), dtype=np.int64) for v in layers])

    def __len__(self) -> int:
        """Return the number of voids."""
        return len(self.owner)

    def near(self, own: Ints, metres: float) -> VoidPairs:
        """Return voids ``own`` with all other voids within ``metres`` in plan."""
        p, q, plan = pairs_within(self.shapes.take(own), self.shapes, metres)
        p = own[p]
        keep = ~np.equal(p, q)
        p, q, plan = p[keep], q[keep], plan[keep]
        gap = np.maximum(self.bottom[p] - self.top[q], self.bottom[q] - self.top[p])
        in_plan = np.isnan(gap)
        distance = np.where(in_plan, plan, np.hypot(plan, np.maximum(gap, 0.0)))
        return VoidPairs(p, q, distance, in_plan, combined_sigma(self.sigma[p], self.sigma[q]))

    def blur(self, k: float) -> float:
        """Return metres that cover the accuracy band of any two voids, 0 where none is stated."""
        return 2 * k * float(np.nanmax(np.append(self.sigma, 0.0)))


class Claims:
    """Licences whose voids are a right's own: its number, and those that it replaces.

    Whoever holds a licence that is to be replaced: its voids come with it.

    Attributes
    ----------
    row, code : (c,) right, number of the licence; each pair once, sorted by right
    own : (c,) bool, the number is that of the right itself
    """

    def __init__(self, number: Ints, rows: Ints, replaced: Ints) -> None:
        row = np.concatenate([np.arange(len(number)), rows])
        code = np.concatenate([number, replaced])
        own = np.arange(len(row)) < len(number)
        order = np.lexsort((~own, code, row))
        order = order[has(code[order])]
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(row[order]) != 0) | (np.diff(code[order]) != 0)
        order = order[first]
        self.row, self.code, self.own = row[order], code[order], own[order]

    def of(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return (place in ``rows``, licence) of each claim of ``rows``, which may repeat."""
        at, claim = matches(rows, self.row)
        return at, self.code[claim]


def claims(subjects: Layer, rights: Layer, voids: Voids) -> tuple[Claims, Claims, Ints]:
    """Return the claims of subjects and of rights, and the licence of each void, -1 = none."""
    row, named = subjects.entries("replaces_licences")
    right_row, right_named = rights.entries("replaces_licences")
    own, other, owner, old, other_old = codes(
        subjects.text("licence_no"), rights.text("licence_no"), voids.owner, named, right_named
    )
    return Claims(own, row, old), Claims(other, right_row, other_old), owner


def opposed(mine: Claims, i: Ints, theirs: Claims, j: Ints) -> tuple[Ints, Ints, Ints, Bools]:
    """Return whose voids face each other in pairs of a right i and a right j.

    Returns
    -------
    pair, own, other : one row for each two licences, of i and of j
    contested : (k,) bool, both are to replace one licence, or carry one number: whose its voids
        are is not known

    A licence that one of the two replaces and the other holds is the other's.
    """
    k, a = matches(i, mine.row)
    at, b = matches(j[k], theirs.row)
    pair, a = k[at], a[at]
    own, other = mine.code[a], theirs.code[b]
    width = max(mine.code.max(initial=0), theirs.code.max(initial=0)) + 1
    shared = np.equal(own, other)
    contested = np.zeros(len(i), bool)
    contested[pair[shared & np.equal(mine.own[a], theirs.own[b])]] = True
    common = pair[shared] * width + own[shared]
    doubt = np.isin(pair * width + own, common) & ~mine.own[a]
    doubt |= np.isin(pair * width + other, common) & ~theirs.own[b]
    keep = ~shared & ~doubt
    return pair[keep], own[keep], other[keep], contested


def has(values: Ints) -> Bools:
    """Return where a row or code is given; -1 stands for none."""
    return np.asarray(~np.equal(values, -1), np.bool_)


def codes(*columns: Objects) -> list[Ints]:
    """Return numbers that are equal where the texts are, in all columns alike; -1 for None."""
    texts = np.concatenate([np.empty(0, dtype=object), *columns])
    given = is_given(texts)
    out = np.full(len(texts), -1, np.int64)
    out[given] = np.unique(texts[given].astype(str), return_inverse=True)[1]
    return np.split(out, np.cumsum([len(c) for c in columns])[:-1])


def matches(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Return (i, j) where ``left[i] == right[j]``, both not -1; sorted by i."""
    rows = np.flatnonzero(right >= 0)
    rows = rows[np.argsort(right[rows], kind="stable")]
    first = np.searchsorted(right[rows], left, side="left")
    count = np.searchsorted(right[rows], left, side="right") - first
    count[left < 0] = 0
    i = np.repeat(np.arange(len(left)), count)
    step = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    return i, rows[first[i] + step]


def worst_rows(key: Ints, verdict: Verdicts, distance: Floats) -> Ints:
    """Return one row for each key, ascending: the worst verdict, of those the least distance."""
    order = np.lexsort((distance, -verdict.astype(np.int64), key))
    first: Ints = order[np.unique(key[order], return_index=True)[1]]
    return first


def beyond(layer: Layer) -> str:
    """Return why nothing is known beyond what the layer covers."""
    return "layer_astray" if layer.astray else "outside_coverage"


def unseen(shapes: Ragged, layer: Layer, metres: npt.ArrayLike) -> Objects:
    """Return (n,) why rows of ``layer`` within ``metres`` may be missing, None where not.

    ``metres`` is one for all or (n,). The reason is that of the engine; nothing is said of a
    layer that is not there.
    """
    out = np.full(len(shapes), None, dtype=object)
    if layer.coverage is not None:
        out[~inside(shapes, layer.coverage, metres)] = beyond(layer)
    if layer.doubtful.any():
        bounds = layer.shapes.bounds[layer.doubtful]
        out[near_boxes(shapes, bounds, metres)] = "doubtful_outline"
    if len(layer.refused):
        out[near_boxes(shapes, layer.refused.bounds, metres)] = "refused_neighbours"
    return out
