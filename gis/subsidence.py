"""How far the ground moves above a void: lines at the angles of movement from its edge upwards.

From each point of the outline a line rises outwards, at the angle of movement of rock and, in
the soil, at that of soil, until it meets the ground. Everything is in metres of one plane.

Source: design practice of metal mines; the terms as in the standard on terms of rock mechanics
of mines (移动角). Drawn from the lowest edge of the void, which gives the widest zone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import shapely

from gis.ragged import Bools, Floats, Ints

Height = Callable[[Floats, Floats], Floats]
"""Elevation in metres at x, y (any shape), NaN where it is not known."""

_FAN = np.radians(1.0)  # between the rays about a corner: the chord cheats by 4e-5 of the reach
_HALVINGS = 16
_GRID_M = 1e-4


@dataclass(frozen=True, slots=True)
class Movement:
    """Where the lines start and how steeply they rise.

    Attributes
    ----------
    bottom_m : elevation of the void's lowest edge
    rock, soil : angles of movement, degrees, more than 0 and less than 90
    soil_m : thickness of the soil, 0 or more
    """

    bottom_m: float
    rock: float
    soil: float
    soil_m: float

    def reach(self, ground_m: npt.ArrayLike) -> Floats:
        """Return how far out, in metres, a line has come when it meets ground of this elevation.

        Negative where the ground lies below the void's bottom.
        """
        depth = np.asarray(ground_m, np.float64) - self.bottom_m
        in_soil = np.minimum(depth, self.soil_m)
        cot_soil, cot_rock = 1 / np.tan(np.radians([self.soil, self.rock]))
        return np.asarray(in_soil * cot_soil + (depth - in_soil) * cot_rock, np.float64)


@dataclass(frozen=True, eq=False)
class Moved:
    """Ground that moves above a void.

    Attributes
    ----------
    area : (multi)polygon in the plane, the void's outline included; the least that it can be
        where ``unknown`` or ``cut``
    reach_m : greatest way from the outline to the area's edge
    unknown : some line runs over ground without elevation before it has met the ground
    cut : some line was given up before it met the ground
    open : the ground lies at or below the void's bottom somewhere on the outline
    """

    area: shapely.Geometry
    reach_m: float
    unknown: bool
    cut: bool
    open: bool


def moved_ground(
    outline: shapely.Geometry, movement: Movement, height: Height, *, step_m: float, most_m: float
) -> Moved:
    """Return the ground that moves above a void.

    Parameters
    ----------
    outline : valid (multi)polygon in metres
    step_m : between the lines along an edge, and between the places where a line is compared
        with the ground
    most_m : a line is followed no farther than this

    Where a line meets the ground more than once (beyond a gully), the farthest place counts.
    Limits: between two lines the zone's edge is straight.
    """
    lines = _lines(outline, step_m)
    away = np.arange(0.0, most_m + step_m, step_m)
    if np.isnan(height(*lines.at(np.zeros(len(lines.group))))).all():
        return Moved(outline, 0.0, True, False, False)
    with np.errstate(invalid="ignore"):
        gap = movement.reach(height(*lines.at(away[:, None]))) - away[:, None]
        inside, beyond = gap >= 0, gap < 0
    first_beyond = _first(beyond)
    unknown = _first(np.isnan(gap)) < first_beyond
    last = np.where(inside.any(axis=0), len(away) - 1 - np.argmax(inside[::-1], axis=0), 0)
    cut = ~unknown & (last == len(away) - 1)
    length = away[last]
    column = np.arange(len(last))
    met = np.flatnonzero(inside[last, column] & beyond[np.minimum(last + 1, len(away) - 1), column])
    length[met] = _met(lines.take(met), length[met], step_m, movement, height)
    length = np.minimum(length, most_m)
    return Moved(
        _area(outline, lines, length),
        float(length.max()),
        bool(unknown.any()),
        bool(cut.any()),
        bool(beyond[0].any()),
    )


def _first(mask: Bools) -> Ints:
    """Return the first true row of each column, the number of rows where there is none."""
    return np.asarray(np.where(mask.any(axis=0), np.argmax(mask, axis=0), len(mask)), np.int64)


def _met(lines: _Lines, start: Floats, step_m: float, movement: Movement, height: Height) -> Floats:
    """Return where lines meet the ground, between ``start`` and one step farther."""
    low, high = start, start + step_m
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        with np.errstate(invalid="ignore"):
            under = movement.reach(height(*lines.at(middle))) >= middle
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return high


# -- lines and the area between them ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Lines:
    """Starts and unit directions of lines, (n,) each; those of a ``group`` follow one another."""

    x: Floats
    y: Floats
    dx: Floats
    dy: Floats
    group: Ints

    def at(self, metres: Floats) -> tuple[Floats, Floats]:
        """Return the places ``metres``, (n,) or (m, 1), along the lines."""
        return self.x + self.dx * metres, self.y + self.dy * metres

    def take(self, rows: Ints) -> _Lines:
        return _Lines(*(getattr(self, f.name)[rows] for f in fields(self)))


def _lines(outline: shapely.Geometry, step_m: float) -> _Lines:
    """Return the lines of an outline.

    An edge sends out lines square to it; a corner that points outwards, a fan.
    """
    starts, directions, groups = [], [], []
    for ring in _rings(outline):
        corner = ring[:-1]
        edge = np.diff(ring, axis=0)
        size = np.hypot(edge[:, 0], edge[:, 1])
        normal = np.column_stack([edge[:, 1], -edge[:, 0]]) / size[:, None]
        before = np.roll(normal, 1, axis=0)
        turn = np.arctan2(
            before[:, 0] * normal[:, 1] - before[:, 1] * normal[:, 0],
            (before * normal).sum(axis=1),
        )
        for k in range(len(corner)):
            if turn[k] > 0:
                fan = _fan(before[k], float(turn[k]))
                groups.append(len(fan))
                starts.append(np.repeat(corner[k : k + 1], len(fan), axis=0))
                directions.append(fan)
            share = np.linspace(0.0, 1.0, int(np.ceil(size[k] / step_m)) + 1)
            groups.append(len(share))
            starts.append(corner[k] + share[:, None] * edge[k])
            directions.append(np.repeat(normal[k : k + 1], len(share), axis=0))
    (x, y), (dx, dy) = np.concatenate(starts).T, np.concatenate(directions).T
    return _Lines(x, y, dx, dy, np.repeat(np.arange(len(groups)), groups))


def _rings(outline: shapely.Geometry) -> list[Floats]:
    """Return the rings with the void on the left, no two points of a ring the same."""
    out = []
    for part in shapely.get_parts(shapely.orient_polygons(outline)):
        for ring in (part.exterior, *part.interiors):
            xy = shapely.get_coordinates(shapely.remove_repeated_points(ring))
            if len(xy) > 3:
                out.append(xy)
    return out


def _fan(first: Floats, turn: float) -> Floats:
    """Return directions from ``first`` through an angle, a little longer than 1.

    The chords between them then lie outside the circle, not inside.
    """
    count = int(np.ceil(turn / _FAN))
    angle = np.arctan2(first[1], first[0]) + np.linspace(0.0, turn, count + 1)
    longer = 1 / np.cos(turn / count / 2)
    return np.column_stack([np.cos(angle) * longer, np.sin(angle) * longer])


def _area(outline: shapely.Geometry, lines: _Lines, length: Floats) -> shapely.Geometry:
    group = lines.group
    foot, tip = np.column_stack([lines.x, lines.y]), np.column_stack(lines.at(length))
    # A ring for each edge and each fan: from its first foot over all tips back to its last foot.
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    last = np.append(first[1:], len(group)) - 1
    ring = np.concatenate([group[first], group, group[last], group[first]])
    order = np.argsort(ring, kind="stable")
    corners = np.concatenate([foot[first], tip, foot[last], foot[first]])[order]
    pieces = shapely.polygons(shapely.linearrings(corners, indices=ring[order]))
    parts = shapely.get_parts(np.append(shapely.make_valid(pieces), outline))
    # On a grid no piece is lost to rounding; grown by a millimetre, hairlines between them close.
    whole = shapely.union_all(parts[shapely.area(parts) > 0], grid_size=_GRID_M)
    return shapely.buffer(whole, 1e-3, quad_segs=2)
