"""Workings and open pits of mining rights: whose they are, what leaves the licence, what is unseen.

The rows of one licence number count together.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.model import RuleContext
from analysis.verdict import combined_sigma
from gis.distance import inside, near_boxes, pairs_within
from gis.lines import length_outside, line_parts_outside
from gis.overlay import outside, outside_shapes
from gis.ragged import Bools, Floats, Ints, Kind, Shapes
from layers.layer import Layer

OWNER = "owner_licence_no"


class Workings:
    """Mining rights, each with the rows of one layer that name it as owner.

    Attributes
    ----------
    i, j : (k,) subject, row of the layer; all arrays below are (k,) too
    line : the row is a line, measured by length
    driven : it is a drive or shaft, which may lawfully lead from outside
    sigma : joint accuracy of the outlines, NaN where none is stated
    lacking : the layer does not exist, or is empty without meaning that there are none
    """

    def __init__(self, subjects: Layer, judged: Ints, context: RuleContext, name: str) -> None:
        self.subjects, self.layer = subjects, context.layer(name)
        self._rights = context.layer("mining_right")
        i, j = subjects.matches("licence_no", self.layer, OWNER)
        keep = np.isin(i, judged)
        self.i, self.j = i[keep], j[keep]
        self._row, self._right = self.layer.matches(OWNER, self._rights, "licence_no")
        empty = not len(self.layer) and not self.layer.empty_means_none
        self.lacking = empty or not self.layer.registered
        self._lines: Bools = np.equal(self.layer.shapes.kinds, Kind.LINE)
        self.line = self._lines[self.j]
        driven = np.zeros(len(self.layer), bool)
        if name == "working":
            driven = self.layer.is_code("kind", "development", "shaft")
        self.driven = driven[self.j]
        worst = np.full(len(self.layer), np.nan)
        np.fmax.at(worst, self._row, self._rights.sigma_m[self._right])
        self.sigma = combined_sigma(self.layer.sigma_m, worst)[self.j]

    def area_outside(self) -> tuple[Floats, Floats]:
        """Return the area in m2 and the greatest width in m of what lies outside; 0 of lines."""
        found = np.zeros((2, len(self.layer)))
        rows, area, width = outside(self.layer, self._rights, (self._row, self._right))
        found[:, rows] = area, width
        return found[0, self.j], found[1, self.j]

    def length_outside(self, margin: Floats) -> Floats:
        """Return the length in m of what lies outside and leaves the margin ((k,), m)."""
        limit, length = np.zeros((2, len(self.layer)))
        np.maximum.at(limit, self.j, margin)
        pairs = self._pairs(np.flatnonzero(self._lines))
        rows, metres = length_outside(self.layer, self._rights, pairs, limit)
        length[rows] = metres
        return length[self.j]

    def shapes_outside(self, hit: Ints, margin_m: float) -> Shapes:
        """Return what lies outside for the pairs ``hit``, in degrees."""
        rows, back = np.unique(self.j[hit], return_inverse=True)
        pairs = self._pairs(rows)
        parts = outside_shapes(self.layer, self._rights, pairs)
        lines = self._lines[rows]
        parts[lines] = line_parts_outside(self.layer, self._rights, pairs, margin_m)[lines]
        return np.asarray(parts[back.ravel()], dtype=object)

    def _pairs(self, rows: Ints) -> tuple[Ints, Ints]:
        keep = np.isin(self._row, rows)
        return self._row[keep], self._right[keep]

    def gaps(self, metres: float) -> Iterator[tuple[str, Bools]]:
        """Yield (reason, (n,) subjects) near which workings of the layer may be unseen."""
        layer = self.layer
        if len(layer.refused):
            yield "refused_neighbours", near_boxes(self.subjects, layer.refused.bounds, metres)
        doubt = np.zeros(len(self.subjects), bool)
        doubt[self.i[layer.doubtful[self.j]]] = True
        yield "doubtful_outline", doubt
        if layer.coverage is not None:
            yield "outside_coverage", ~inside(self.subjects, layer.coverage, metres)

    def nobodys_near(self, metres: float) -> Bools:
        """Return (n,) subjects near which lies a row that names no owner."""
        nobodys = np.flatnonzero(self.layer.is_null(OWNER))
        near = np.zeros(len(self.subjects), bool)
        near[pairs_within(self.subjects, self.layer.shapes.take(nobodys), metres)[0]] = True
        return near


def licensed_elevations(subjects: Layer, rights: Layer) -> tuple[Floats, Floats]:
    """Return tops and bottoms, (2, n) each: the widest and the narrowest of a licence's rows.

    NaN where a row of the licence states none.
    """
    i, r = subjects.matches("licence_no", rights, "licence_no")
    top, bottom = np.full((2, 2, len(subjects)), np.nan)
    for out, column, first in ((top, "top_elevation_m", 1), (bottom, "bottom_elevation_m", -1)):
        value = first * rights.number(column)[r]
        widest, narrowest = np.full(len(subjects), -np.inf), np.full(len(subjects), np.inf)
        np.fmax.at(widest, i, value)
        np.fmin.at(narrowest, i, value)
        out[:] = first * np.stack([widest, narrowest])
        out[:, i[np.isnan(value)]] = np.nan
    return top, bottom
