"""Who lives and what stands below a place: settlements and buildings, and where each of them is.

Used with :mod:`analysis.below`, by the rules on tailings facilities and on waste dumps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from analysis.below import Below
from analysis.model import Objects, RuleContext
from analysis.verdict import combined_sigma, is_within
from gis import downstream
from gis.distance import pairs_within
from gis.ragged import Bools, Floats, Ints, Kind, Ragged, Shapes
from gis.terrain import Window
from layers.layer import Layer

LAYERS = ("settlement", "building")


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Settlements and buildings near enough to matter, (n,) pairs with a subject.

    Attributes
    ----------
    subject, row : of the facility, ascending; of the layer
    layer : name
    sigma : joint accuracy of facility and neighbour, metres, NaN = not stated
    """

    layer: str
    subject: Ints
    row: Ints
    sigma: Floats
    shapes: Ragged

    def of(self, subject: int) -> Ints:
        """Return the pairs of one facility."""
        return np.arange(*np.searchsorted(self.subject, [subject, subject + 1]))


def find_neighbours(
    subjects: Layer, judged: Ints, metres: Floats, context: RuleContext
) -> tuple[Neighbours, ...]:
    """Return who lies within ``metres``, (n,), of the facilities ``judged``, by layer."""
    out = []
    for name in LAYERS:
        layer = context.layer(name)
        i, j, _ = pairs_within(subjects.shapes.take(judged), layer.shapes, metres)
        order = np.argsort(judged[i], kind="stable")  # ``of`` finds nobody among others
        i, j = judged[i][order], j[order]
        sigma = combined_sigma(subjects.sigma_m[i], layer.sigma_m[j])
        out.append(Neighbours(name, i, j, sigma, layer.shapes.take(j)))
    return tuple(out)


WHERE = (
    "corridor", "allowance", "point_beyond", "point_beside", "near_corridor", "sector", "low",
    "hidden",
)  # fmt: skip
"""From what is worst to what is least; ``hidden``: it could be low, the ground is not known."""


@dataclass(frozen=True, eq=False)
class Hits:
    """Neighbours below one place, (h,) each.

    Attributes
    ----------
    pair : row of :class:`Neighbours`
    where : one of ``WHERE``
    metres : path distance, NaN where none is defined
    lines : from the neighbour to the path, fractional (column, row)
    """

    pair: Ints
    where: Objects
    metres: Floats
    lines: Shapes

    def only(self, where: str) -> Hits:
        """Return those that lie there."""
        keep = np.equal(self.where, where)
        return Hits(self.pair[keep], self.where[keep], self.metres[keep], self.lines[keep])


def find_hits(below: Below, neighbours: Neighbours, context: RuleContext) -> Hits:
    """Return who of the facility's neighbours lies below one of its places, and where."""
    pairs = neighbours.of(below.subject)
    nothing = Hits(pairs[:0], np.empty(0, object), np.empty(0), np.empty(0, object))
    if not len(pairs) or below.path is None:
        return nothing
    cell, allowance = below.window.cell_m, below.allowance_m
    limit, beyond = context.value("downstream_m"), context.value("point_radius_m")
    shapes = below.cells(neighbours.shapes.take(pairs))
    sigma = np.nan_to_num(neighbours.sigma[pairs])
    point = np.equal(neighbours.shapes.kinds[pairs], Kind.POINT)
    line = below.line
    blur = context.value("k_sigma") * sigma / cell
    radius = np.where(point, beyond / cell, 0.0)
    whole = below.reach(np.inf)
    chain = _chainage(shapes, whole, line) * cell
    # Wherever on the allowance the toe stands, it must not be better for not being known.
    farthest = limit + allowance
    aside = shapely.distance(shapes, below.reach(farthest))
    low, hidden = _on_low_ground(below, shapes, limit, context)
    cases: list[tuple[Bools, str]] = [
        (is_within(chain, limit), "corridor"),
        (is_within(chain, farthest) & (allowance > 0), "allowance"),
        (point & is_within(chain, farthest + beyond), "point_beyond"),
        (point & (aside <= radius + blur), "point_beside"),
        ((chain <= farthest + blur * cell) | (aside <= blur), "near_corridor"),
        (_in_sectors(below, shapes, limit), "sector"),
        (low, "low"),
        (hidden, "hidden"),
    ]
    where = np.full(len(pairs), None, dtype=object)
    for condition, name in reversed(cases):
        where[condition] = name
    hit = np.flatnonzero(np.array([w is not None for w in where], bool))
    metres = np.where(np.isin(where, ("sector", "low", "hidden", "point_beside")), np.nan, chain)
    lines = shapely.shortest_line(shapes[hit], line)
    return Hits(pairs[hit], where[hit], metres[hit], lines)


def _chainage(shapes: Shapes, corridor: shapely.Geometry, line: shapely.Geometry) -> Floats:
    """Return the least distance along the path, in cells, of what lies in the corridor; inf."""
    out = np.full(len(shapes), np.inf)
    touching = np.flatnonzero(shapely.intersects(shapes, corridor))
    for k in touching.tolist():
        common = shapely.intersection(shapes[k], corridor)
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(common, 0.25)))
        out[k] = shapely.line_locate_point(line, points).min()
    return out


def _in_sectors(below: Below, shapes: Shapes, limit_m: float) -> Bools:
    """Return who is touched by the sector below a place of the path where the toe may stand.

    A sector reaches 45 degrees to both sides of the way to where the limit ends.
    """
    assert below.path is not None
    path = below.path
    place = np.column_stack([path.column, path.row])
    first = below.toe_places(0.0)
    last = np.searchsorted(path.chainage, path.chainage[first] + limit_m)
    way = place[np.minimum(last, len(place) - 1)] - place[first]
    turn = np.arctan2(way[:, 1:], way[:, :1]) + np.radians(np.linspace(-45, 45, 181))
    radius = limit_m / below.window.cell_m / np.cos(np.radians(0.25))  # chords lie inside
    rim = place[first, None] + radius * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    sectors = shapely.polygons(np.concatenate([place[first, None], rim], axis=1))
    return np.asarray(shapely.dwithin(shapes[:, None], sectors, 1e-9).any(axis=1), bool)


_TOE_STEP_M = 50.0  # between places of an unknown toe for which the low ground is looked at


def _on_low_ground(
    below: Below, shapes: Shapes, limit_m: float, context: RuleContext
) -> tuple[Bools, Bools]:
    """Return who stands within the limit on ground not above the toe, and who on unknown ground.

    Where the toe is not known, each place counts for the steps to the next one too.
    """
    low, hidden = np.zeros((2, len(shapes)), bool)
    assert below.path is not None and context.ground is not None
    path, cell = below.path, below.window.cell_m
    first = below.toe_places(_TOE_STEP_M)
    starts = shapely.multipoints(np.column_stack([path.column[first], path.row[first]]))
    limit_m += below.toe_gap(first)
    near = np.flatnonzero(is_within(shapely.distance(shapes, starts) * cell, limit_m))
    if not len(near):
        return low, hidden
    blur = context.value("k_sigma") * float(np.nan_to_num(context.ground.sigma_m))
    ground = below.low_ground(first, limit_m + cell, blur)
    # Chords lie inside a circle; drawn this much larger, none does.
    radius = limit_m / cell / np.cos(np.pi / 256)
    inner = shapely.intersection(shapes[near], shapely.buffer(starts, radius, quad_segs=64))
    low[near] = shapely.intersects(inner, ground)
    hidden[near] = on_nodata(below.window, inner)
    return low, hidden


def on_nodata(window: Window, shapes: Shapes) -> Bools:
    """Return which shapes, fractional (column, row), touch a cell without an elevation."""
    empty = np.isnan(window.elevation)
    if not empty.any():
        return np.zeros(len(shapes), bool)
    return np.asarray(shapely.intersects(shapes, downstream.outline(empty)), bool)
