"""Workings and open pits of mining rights: whose they are, what leaves the licence, what is unseen.

The rows in force of one licence number count together; rows that have lapsed widen nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import shapely

from analysis.subjects import is_lapsed, is_number_shared
from analysis.verdict import combined_sigma, in_order
from analysis.voids import beyond, matches
from gis.distance import inside, near_boxes, pairs_within
from gis.lines import length_outside, line_parts_outside
from gis.overlay import outside, outside_shapes
from gis.ragged import Bools, Floats, Ints, Kind, Ragged, Shapes
from layers.between import has_unknown_owner
from layers.layer import Layer

OWNER = "owner_licence_no"
UNKNOWN, LAPSED, APPLIED, GRANTED = range(4)

_SHELL_DEG = 1e-9
"""What makes an area of the box of a point; a tenth of a millimetre."""


class Licences:
    """Mining rights (``subjects``), each with the rows of ``rights`` that are its licence.

    Of the rows of one number those granted count; where there are none those applied for; where
    there are none of these either, the lapsed ones. Exploration rights never count. Rows whose
    status or type is not stated count beside them and make a licence of several rows ``unsure``.

    Attributes
    ----------
    i, r : (p,) subject, row of ``rights``; sorted by subject
    unsure : (n,) bool, the extent rests on rows of which it is not stated what they are
    shared : (n,) bool, two holders have rows of the number
    """

    def __init__(self, subjects: Layer, rights: Layer) -> None:
        self.subjects, self.rights = subjects, rights
        rank = np.full(len(rights), UNKNOWN)
        for value, hit in (
            (LAPSED, is_lapsed(rights)),
            (APPLIED, rights.is_code("status", "applied")),
            (GRANTED, rights.is_code("status", "granted")),
        ):
            rank[hit & rights.is_code("right_type", "mining")] = value
        i, r = subjects.matches("licence_no", rights, "licence_no")
        mine = ~rights.is_code("right_type", "exploration")[r]
        i, r = i[mine], r[mine]
        best = np.zeros(len(subjects), np.int64)
        np.maximum.at(best, i, rank[r])
        unstated = np.equal(rank[r], UNKNOWN)
        keep = unstated | np.equal(rank[r], best[i])
        self.unsure: Bools = np.zeros(len(subjects), bool)
        self.unsure[i[unstated]] = True
        self.unsure &= np.bincount(i, minlength=len(subjects)) > 1
        self.i, self.r = i[keep], r[keep]
        self.shared: Bools = np.zeros(len(subjects), bool)
        self.shared[self.i] = is_number_shared(rights)[self.r]

    def of(self, subject: Ints) -> tuple[Ints, Ints]:
        """Return (k, row of rights) for each of ``subject``, which may repeat."""
        k, at = matches(subject, self.i)
        return k, self.r[at]

    def elevations(self) -> tuple[Floats, Floats]:
        """Return tops and bottoms, (2, n) each: the widest and the narrowest of the rows.

        NaN where a row states none, or states them upside down.
        """
        high, low = in_order(
            self.rights.number("top_elevation_m"), self.rights.number("bottom_elevation_m")
        )
        top, bottom = np.full((2, 2, len(self.subjects)), np.nan)
        for out, column, first in ((top, high, 1), (bottom, low, -1)):
            value = first * column[self.r]
            widest, narrowest = np.full((2, len(self.subjects)), np.inf)
            widest = -widest
            np.fmax.at(widest, self.i, value)
            np.fmin.at(narrowest, self.i, value)
            out[:] = first * np.stack([widest, narrowest])
            out[:, self.i[np.isnan(value)]] = np.nan
        return top, bottom


class Workings:
    """Licences, each with rows of one layer that are, or may be, its own.

    Attributes
    ----------
    i, j : (k,) subject, row of the layer; all arrays below are (k,) too
    line : the row is a line, measured by length
    driven : it is a drive or shaft, which may lawfully lead from outside
    sigma : joint accuracy of the outlines, NaN where none is stated
    """

    def __init__(self, licences: Licences, layer: Layer, i: Ints, j: Ints) -> None:
        self.licences, self.layer, self.i, self.j = licences, layer, i, j
        self._shapes = layer.shapes.take(j)
        self._k, self._right = licences.of(i)
        self.line: Bools = np.equal(self._shapes.kinds, Kind.LINE)
        driven = np.zeros(len(layer), bool)
        if layer.name == "working":
            driven = layer.is_code("kind", "development", "shaft")
        self.driven = driven[j]
        worst = np.full(len(i), np.nan)
        np.fmax.at(worst, self._k, licences.rights.sigma_m[self._right])
        self.sigma = combined_sigma(layer.sigma_m[j], worst)

    @staticmethod
    def owned(licences: Licences, judged: Ints, layer: Layer) -> Workings:
        """Return the rows that name a ``judged`` subject's licence as theirs."""
        i, j = licences.subjects.matches("licence_no", layer, OWNER)
        keep = np.isin(i, judged)
        return Workings(licences, layer, i[keep], j[keep])

    @staticmethod
    def nobodys(licences: Licences, judged: Ints, layer: Layer, metres: float) -> Workings:
        """Return the rows within ``metres`` of a ``judged`` subject that name no owner.

        So do those on the subject itself that name an owner nobody knows.
        """
        shapes = licences.subjects.shapes.take(judged)
        found = []
        for reach, nobodys in (
            (metres, layer.is_null(OWNER)),
            (0.0, has_unknown_owner(layer, licences.rights)),
        ):
            rows = np.flatnonzero(nobodys)
            i, j, _ = pairs_within(shapes, layer.shapes.take(rows), reach)
            found.append((judged[i], rows[j]))
        i, j = (np.concatenate(side) for side in zip(*found, strict=True))
        return Workings(licences, layer, i, j)

    @property
    def lacking(self) -> bool:
        """Return whether the layer is not there, or is empty without meaning that none exist."""
        empty = not len(self.layer) and not self.layer.empty_means_none
        return empty or not self.layer.registered

    def area_outside(self) -> tuple[Floats, Floats]:
        """Return the area in m2 and the greatest width in m of what lies outside; 0 of lines."""
        return self._outside

    @cached_property
    def _outside(self) -> tuple[Floats, Floats]:
        found = np.zeros((2, len(self.j)))
        rows, area, width = outside(self._shapes, self.licences.rights, (self._k, self._right))
        found[:, rows] = area, width
        return found[0], found[1]

    def length_outside(self, margin: Floats) -> Floats:
        """Return the length in m of what lies outside and leaves the margin ((k,), m)."""
        length = np.zeros(len(self.j))
        pairs = self._pairs(np.flatnonzero(self.line))
        rows, metres = length_outside(self._shapes, self.licences.rights, pairs, margin)
        length[rows] = metres
        return length

    def shapes_outside(self, hit: Ints, margin_m: float) -> Shapes:
        """Return what lies outside for the pairs ``hit`` (ascending), in degrees."""
        pairs, lines = self._pairs(hit), self.line[hit]
        parts = outside_shapes(self._shapes, self.licences.rights, pairs)
        drawn = line_parts_outside(self._shapes, self.licences.rights, pairs, margin_m)
        parts[lines] = drawn[lines]
        return parts

    def _pairs(self, rows: Ints) -> tuple[Ints, Ints]:
        keep = np.isin(self._k, rows)
        return self._k[keep], self._right[keep]

    def gaps(self, metres: float) -> Iterator[tuple[str, Bools]]:
        """Yield (reason, (n,) subjects) of which workings of the layer may be unseen."""
        layer, subjects = self.layer, self.licences.subjects
        if len(layer.refused):
            near = near_boxes(subjects, layer.refused.bounds, metres)
            yield "refused_neighbours", near | self._strays(_boxes(layer.refused.bounds), metres)
        doubt = np.zeros(len(subjects), bool)
        doubt[self.i[layer.doubtful[self.j]]] = True
        yield "doubtful_outline", doubt
        if layer.coverage is not None:
            yield beyond(layer), ~inside(subjects, layer.coverage, metres)
        rows = np.flatnonzero(layer.is_null(OWNER))
        strays = self._strays(layer.shapes.take(rows), metres)
        yield "owner_missing", np.full(len(subjects), strays, np.bool_)

    def _strays(self, shapes: Ragged, metres: float) -> bool:
        """Return whether one of ``shapes`` has no right within reach: it may be anyone's."""
        near = pairs_within(shapes, self.licences.rights.shapes, metres)[0]
        return len(np.unique(near)) < len(shapes)


def _boxes(bounds: Floats) -> Ragged:
    """Return boxes (k, 4), degrees, as shapes; those of unknown place are left out."""
    low, high = bounds[:, :2] - _SHELL_DEG, bounds[:, 2:] + _SHELL_DEG
    known = ~np.isnan(bounds).any(axis=1)
    return Ragged.from_shapely(shapely.box(*low[known].T, *high[known].T))
