"""What lies below a place on the ground: the flow path, its corridor, and who is in it.

Used by the rules on tailings facilities (TF201, TF202) and on waste dumps (SL403).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from analysis.model import Objects, RuleContext
from analysis.verdict import combined_sigma, is_within
from gis import downstream
from gis.distance import pairs_within
from gis.downstream import Corridor, Path
from gis.flow import Flow
from gis.projection import densified
from gis.ragged import Bools, Floats, Ints, Kind, Ragged, Shapes
from gis.terrain import Window
from layers.layer import Layer

LAYERS = ("settlement", "building")
PARAMETERS = (
    "downstream_m", "point_radius_m", "corridor_depth_m", "floor_height_m", "floor_width_m",
    "pit_depth_m", "dem_cell_most_m", "window_margin_m",
)  # fmt: skip
"""What every rule on ground below needs of its rulebook."""


@dataclass(frozen=True, eq=False)
class Below:
    """What the terrain says below one place: the toe of a dam, a place on the rim of a dump.

    Attributes
    ----------
    toe : number of the place
    subject : row of the facility
    window : elevations around it
    allowance_m : how much farther than the law's length the path is followed
    path : None where the place lies on no data
    corridor : along the whole path
    outside_dem : where there is no data, no file reaches either
    gap : there is no data beside the corridor, as far as it matters
    """

    toe: int
    subject: int
    window: Window
    allowance_m: float = 0.0
    flow: Flow | None = None
    path: Path | None = None
    corridor: Corridor | None = None
    outside_dem: bool = False
    gap: bool = False

    def place(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape of fractional (column, row) in degrees, EPSG:4490."""

        def move(xy: Floats) -> Floats:
            return np.column_stack(self.window.places(xy[:, 1], xy[:, 0]))

        return shapely.transform(shape, move)

    def cells(self, shapes: Ragged) -> Shapes:
        """Return shapes of degrees in fractional (column, row)."""
        row, column = self.window.cells(shapes.xy[:, 0], shapes.xy[:, 1])
        return shapes.with_xy(np.column_stack([column, row])).to_shapely()

    def line(self) -> shapely.Geometry:
        """Return the smoothed path in fractional (column, row)."""
        assert self.path is not None
        return downstream.line(self.path)

    def course(self) -> shapely.Geometry:
        """Return the smoothed path in degrees, the elevation of each cell passed as its Z.

        A path of one cell is a point and has no profile.
        """
        assert self.path is not None
        if len(self.path.row) < 2:
            return self.place(self.line())
        _, height = downstream.profile(self.window.elevation, self.path)
        places = self.window.places(self.path.row, self.path.column)
        return shapely.linestrings(np.column_stack([*places, height]))

    def reach(self, length_m: float) -> shapely.Geometry:
        """Return the corridor along the first ``length_m``, in fractional (column, row)."""
        assert self.corridor is not None
        with np.errstate(invalid="ignore"):
            mask = self.corridor.along <= length_m
        return downstream.outline(mask)


def follow(
    below: Below,
    flow: Flow,
    start: tuple[float, float],
    length_m: float,
    context: RuleContext,
    steepest: float = np.inf,
) -> Below:
    """Return the place with its path from ``start``, fractional (row, column), and its corridor.

    Where the path falls more than ``steepest`` it runs on no floor.
    """
    window = below.window
    z = window.elevation
    path = downstream.trace(z, flow, *start, length_m)
    area = downstream.corridor(
        z, flow, path,
        depth_m=context.value("corridor_depth_m"), floor_m=context.value("floor_height_m"),
        pit_m=context.value("pit_depth_m"), steepest=steepest,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        near = area.along <= context.value("downstream_m") + below.allowance_m
    empty = downstream.beside_nodata(z, near)
    outside = False
    if empty.any():
        assert context.ground is not None
        lon, lat = window.places(*np.nonzero(empty))
        outside = not bool(context.ground.terrain.holds(lon, lat).any())
    gap = bool(empty.any())
    return replace(below, flow=flow, path=path, corridor=area, outside_dem=outside, gap=gap)


def rim(layer: Layer, row: int, window: Window) -> tuple[Floats, Floats]:
    """Return places along an outline, half a cell apart, in fractional (row, column)."""
    outline = densified(layer.shapes.take([row]), window.cell_m / 2)
    return window.cells(outline.xy[:, 0], outline.xy[:, 1])


def heights(window: Window, row: Floats, column: Floats) -> Floats:
    """Return the elevation of the cell that each place lies in, NaN outside the window."""
    ny, nx = window.elevation.shape
    r, c = np.round(row).astype(int), np.round(column).astype(int)
    within = (r >= 0) & (c >= 0) & (r < ny) & (c < nx)
    out = np.full(len(r), np.nan)
    out[within] = window.elevation[r[within], c[within]]
    return out


# -- who is there ----------------------------------------------------------------------------------


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
    """Return who lies within ``metres``, (n,), of facilities ``judged``, ascending, by layer."""
    out = []
    for name in LAYERS:
        layer = context.layer(name)
        i, j, _ = pairs_within(subjects.shapes.take(judged), layer.shapes, metres)
        i = judged[i]
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


def find_hits(below: Below, neighbours: Neighbours, context: RuleContext) -> Hits:
    """Return who of the facility's neighbours lies below one of its places, and where."""
    pairs = neighbours.of(below.subject)
    nothing = Hits(pairs[:0], np.empty(0, object), np.empty(0), np.empty(0, object))
    if not len(pairs) or below.path is None:
        return nothing
    cell, limit = below.window.cell_m, context.value("downstream_m")
    shapes = below.cells(neighbours.shapes.take(pairs))
    sigma = np.nan_to_num(neighbours.sigma[pairs])
    point = np.equal(neighbours.shapes.kinds[pairs], Kind.POINT)
    line = below.line()
    blur = context.value("k_sigma") * sigma / cell
    radius = np.where(point, context.value("point_radius_m") / cell, 0.0)
    whole = below.reach(np.inf)
    chain = _chainage(shapes, whole, line) * cell
    allowance = below.allowance_m
    within = is_within(chain, limit)
    first = below.reach(limit)
    aside = shapely.distance(shapes, first)
    start = shapely.Point(below.path.column[0], below.path.row[0])
    sector = _sector(below.path, limit, cell)
    straight = shapely.distance(shapes, start) * cell
    low, hidden = _on_low_ground(below, shapes, straight, limit, context)
    cases: list[tuple[Bools, str]] = [
        (within, "corridor"),
        (is_within(chain, limit + allowance) & (allowance > 0), "allowance"),
        (point & is_within(chain, limit + context.value("point_radius_m")), "point_beyond"),
        (point & (aside <= radius + blur), "point_beside"),
        ((chain <= limit + blur * cell) | (aside <= blur), "near_corridor"),
        (shapely.intersects(shapes, shapely.buffer(sector, 1e-9)), "sector"),
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


def _sector(path: Path, limit_m: float, cell_m: float) -> shapely.Geometry:
    """Return the sector of 45 degrees to both sides of the way to where the limit ends."""
    column, row = path.column, path.row
    last = min(int(np.searchsorted(path.chainage, limit_m)), len(row) - 1)
    bearing = np.arctan2(row[last] - row[0], column[last] - column[0])
    turn = bearing + np.radians(np.linspace(-45, 45, 181))
    radius = limit_m / cell_m
    rim = np.column_stack([column[0] + radius * np.cos(turn), row[0] + radius * np.sin(turn)])
    return shapely.Polygon(np.vstack([[column[0], row[0]], rim]))


def _on_low_ground(
    below: Below, shapes: Shapes, straight: Floats, limit_m: float, context: RuleContext
) -> tuple[Bools, Bools]:
    """Return who stands within the limit on ground not above the toe, and who on unknown ground."""
    low, hidden = np.zeros((2, len(shapes)), bool)
    near = np.flatnonzero(is_within(straight, limit_m))
    if not len(near):
        return low, hidden
    assert below.path is not None and context.ground is not None
    z, cell = below.window.elevation, below.window.cell_m
    toe = float(z.ravel()[below.path.cells[0]])
    blur = context.value("k_sigma") * np.nan_to_num(context.ground.sigma_m)
    rows, columns = np.indices(z.shape)
    away = np.hypot(rows - below.path.row[0], columns - below.path.column[0]) * cell
    with np.errstate(invalid="ignore"):
        ground = downstream.outline((away <= limit_m + cell) & is_within(z, toe + blur))
    disc = shapely.Point(below.path.column[0], below.path.row[0]).buffer(limit_m / cell, 64)
    inner = shapely.intersection(shapes[near], disc)
    low[near] = shapely.intersects(inner, ground)
    hidden[near] = on_nodata(below.window, inner)
    return low, hidden


def on_nodata(window: Window, shapes: Shapes) -> Bools:
    """Return which shapes, fractional (column, row), touch a cell without an elevation."""
    empty = np.isnan(window.elevation)
    if not empty.any():
        return np.zeros(len(shapes), bool)
    return np.asarray(shapely.intersects(shapes, downstream.outline(empty)), bool)
