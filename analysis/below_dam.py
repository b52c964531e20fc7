"""What lies below the dams of tailings facilities: paths, corridors, and who is in them.

Used by the rules on new facilities (TF201) and on overhead ponds 头顶库 (TF202), which ask the
same question of different facilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from analysis.model import Objects, RuleContext
from analysis.verdict import combined_sigma, is_within, positive
from gis import downstream
from gis.distance import pairs_within
from gis.downstream import Corridor, Path
from gis.flow import Flow, route
from gis.projection import densified
from gis.ragged import Bools, Floats, Ints, Kind, Ragged, Shapes
from gis.terrain import Window
from layers.layer import Layer

LAYERS = ("settlement", "building")
PARAMETERS = (
    "downstream_m", "point_radius_m", "toe_allowance_m", "toe_allowance_heights",
    "toe_allowance_most_m", "corridor_depth_m", "floor_height_m", "floor_width_m", "pit_depth_m",
    "dem_cell_most_m", "window_margin_m",
)  # fmt: skip
REACH = ("downstream_m", "point_radius_m", "toe_allowance_most_m")
GROUND = (*REACH, "window_margin_m")


@dataclass(frozen=True, eq=False)
class Toes:
    """Where the flow paths of facilities start, (t,) each.

    Attributes
    ----------
    subject : row of the facility
    lon, lat : degrees
    rim : the toe is not known; the place is the middle of the footprint, and the path starts at
        the lowest point of the footprint's rim
    allowance_m : how much farther the path is followed for that, NaN where it would have to be
        more than the law's own allowance
    number : of the dam toe, None where it has none
    off_m : distance from the footprint, metres
    """

    subject: Ints
    lon: Floats
    lat: Floats
    rim: Bools
    allowance_m: Floats
    number: Objects
    off_m: Floats


def find_toes(ponds: Layer, judged: Ints, context: RuleContext) -> Toes:
    """Return the starter-dam toes of the facilities ``judged``.

    Points of the layer dam_toe come first, all of them; else the facility's own toe_lon and
    toe_lat; else none is known.
    """
    layer = context.layer("dam_toe")
    i, j = ponds.matches("facility_no", layer, "facility_no")
    keep = np.isin(i, judged)
    i, points = i[keep], layer.shapes.take(j[keep])
    of_point = points.feature_of_vertex
    lon, lat = ponds.number("toe_lon"), ponds.number("toe_lat")
    rest = np.setdiff1d(judged, i)
    own = rest[~np.isnan(lon[rest]) & ~np.isnan(lat[rest])]
    unknown = np.setdiff1d(rest, own)
    middle = ponds.shapes.take(unknown).centres
    subject = np.concatenate([i[of_point], own, unknown])
    places = np.concatenate(
        [points.xy, np.column_stack([lon[own], lat[own]]), middle.reshape(-1, 2)]
    )
    rim = np.isin(np.arange(len(subject)), np.arange(len(subject) - len(unknown), len(subject)))
    number = np.full(len(subject), None, dtype=object)
    number[: len(of_point)] = layer.text("toe_no")[j[keep]][of_point]
    allowance = np.where(rim, _allowance(ponds, context)[subject], 0.0)
    off = _off(ponds, subject, places, rim)
    return Toes(subject, places[:, 0], places[:, 1], rim, allowance, number, off)


def _allowance(ponds: Layer, context: RuleContext) -> Floats:
    height = positive(ponds.number("total_dam_height_m"))
    by_height = context.value("toe_allowance_heights") * height
    wanted = np.where(np.isnan(height), context.value("toe_allowance_m"), by_height)
    return np.where(is_within(wanted, context.value("toe_allowance_most_m")), wanted, np.nan)


def _off(ponds: Layer, subject: Ints, places: Floats, rim: Bools) -> Floats:
    """Return how far toes lie from their footprints, infinite beyond 100 km."""
    off = np.where(rim, 0.0, np.inf)
    given = np.flatnonzero(~rim)
    if len(given):
        points = Ragged.from_shapely(list(shapely.points(places[given])))
        toe, pond, metres = pairs_within(points, ponds.shapes, 100_000.0)
        mine = subject[given[toe]] == pond
        off[given[toe[mine]]] = metres[mine]
    return off


# -- one toe ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Below:
    """What the terrain says below one toe.

    Attributes
    ----------
    toe : row of :class:`Toes`
    window : elevations around it
    path : None where the toe lies on no data
    corridor : along the whole path
    outside_dem : where there is no data, no file reaches either
    """

    toe: int
    window: Window
    flow: Flow | None = None
    path: Path | None = None
    corridor: Corridor | None = None
    outside_dem: bool = False
    gap: bool = False
    _shapes: dict[str, shapely.Geometry] = field(default_factory=dict)

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


def look_below(ponds: Layer, toes: Toes, context: RuleContext) -> Iterator[Below]:
    """Yield what lies below each toe, in the order in which the terrain is stored."""
    ground = context.ground
    if ground is None:
        return
    length = context.value("downstream_m") + context.value("point_radius_m")
    size = _sizes(ponds, toes)
    most = context.value("toe_allowance_most_m")
    allowance = np.where(np.isnan(toes.allowance_m), most, toes.allowance_m)
    # A footprint larger than the allowance leaves less margin; the reach is what was declared.
    half = np.minimum(length + context.value("window_margin_m") + allowance + size, ground.reach_m)
    for k, window in ground.windows(toes.lon, toes.lat, half):
        yield _below(ponds, toes, k, window, length + allowance[k], context)


def _sizes(ponds: Layer, toes: Toes) -> Floats:
    """Return half the diagonal of the footprints whose rim is searched, metres, else 0."""
    bounds = ponds.shapes.bounds[toes.subject]
    height = (bounds[:, 3] - bounds[:, 1]) * 111_700.0
    width = (bounds[:, 2] - bounds[:, 0]) * 111_700.0 * np.cos(np.radians(bounds[:, 1]))
    return np.where(toes.rim, np.hypot(width, height) / 2, 0.0)


def _below(
    ponds: Layer, toes: Toes, k: int, window: Window, length_m: float, context: RuleContext
) -> Below:
    start = _start(ponds, toes, k, window)
    if start is None:
        assert context.ground is not None
        held = context.ground.terrain.holds(toes.lon[k], toes.lat[k])
        return Below(k, window, outside_dem=not bool(held[0]))
    z = window.elevation
    flow = route(z, window.cell_m)
    path = downstream.trace(z, flow, *start, length_m)
    area = downstream.corridor(
        z, flow, path,
        depth_m=context.value("corridor_depth_m"), floor_m=context.value("floor_height_m"),
        pit_m=context.value("pit_depth_m"),
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        near = area.along <= context.value("downstream_m") + float(
            np.nan_to_num(toes.allowance_m[k])
        )
    empty = downstream.beside_nodata(z, near)
    outside = False
    if empty.any():
        assert context.ground is not None
        lon, lat = window.places(*np.nonzero(empty))
        outside = not bool(context.ground.terrain.holds(lon, lat).any())
    return Below(k, window, flow, path, area, outside, bool(empty.any()))


def _start(ponds: Layer, toes: Toes, k: int, window: Window) -> tuple[float, float] | None:
    """Return the path's start in fractional (row, column), None on no data."""
    if toes.rim[k]:
        outline = densified(ponds.shapes.take([toes.subject[k]]), window.cell_m / 2)
        row, column = window.cells(outline.xy[:, 0], outline.xy[:, 1])
    else:
        row, column = window.cells(toes.lon[k : k + 1], toes.lat[k : k + 1])
    ny, nx = window.elevation.shape
    r, c = np.round(row).astype(int), np.round(column).astype(int)
    within = (r >= 0) & (c >= 0) & (r < ny) & (c < nx)
    heights = np.full(len(r), np.nan)
    heights[within] = window.elevation[r[within], c[within]]
    # A rim of which a part is not known may be lowest there.
    if np.isnan(heights).any():
        return None
    lowest = int(np.argmin(heights))
    return float(row[lowest]), float(column[lowest])


# -- who is there ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Settlements and buildings near enough to matter, (n,) pairs with a subject.

    Attributes
    ----------
    subject, row : of the facility, of the layer
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
        return np.flatnonzero(self.subject == subject)


def find_neighbours(
    ponds: Layer, judged: Ints, toes: Toes, context: RuleContext
) -> tuple[Neighbours, ...]:
    """Return who may lie within reach of any toe, by layer."""
    reach = sum(context.value(name) for name in REACH)
    off = np.zeros(len(ponds))
    np.maximum.at(off, toes.subject, np.minimum(toes.off_m, 100_000.0))
    out = []
    for name in LAYERS:
        layer = context.layer(name)
        i, j, _ = pairs_within(ponds.shapes.take(judged), layer.shapes, reach + off[judged])
        i = judged[i]
        sigma = combined_sigma(ponds.sigma_m[i], layer.sigma_m[j])
        out.append(Neighbours(name, i, j, sigma, layer.shapes.take(j)))
    return tuple(out)


WHERE = ("corridor", "allowance", "point_beyond", "point_beside", "near_corridor", "sector", "low")


@dataclass(frozen=True, eq=False)
class Hits:
    """Neighbours below one toe, (h,) each.

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


def find_hits(below: Below, toes: Toes, neighbours: Neighbours, context: RuleContext) -> Hits:
    """Return who of the facility's neighbours lies below one of its toes, and where."""
    pairs = neighbours.of(int(toes.subject[below.toe]))
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
    allowance = float(np.nan_to_num(toes.allowance_m[below.toe]))
    within = is_within(chain, limit)
    first = below.reach(limit)
    aside = shapely.distance(shapes, first)
    start = shapely.Point(below.path.column[0], below.path.row[0])
    sector = _sector(below.path, limit, cell)
    straight = shapely.distance(shapes, start) * cell
    low = _on_low_ground(below, shapes, straight, limit, context)
    cases: list[tuple[Bools, str]] = [
        (within, "corridor"),
        (is_within(chain, limit + allowance) & (allowance > 0), "allowance"),
        (point & is_within(chain, limit + context.value("point_radius_m")), "point_beyond"),
        (point & (aside <= radius + blur), "point_beside"),
        ((chain <= limit + blur * cell) | (aside <= blur), "near_corridor"),
        (shapely.intersects(shapes, shapely.buffer(sector, 1e-9)), "sector"),
        (low, "low"),
    ]
    where = np.full(len(pairs), None, dtype=object)
    for condition, name in reversed(cases):
        where[condition] = name
    hit = np.flatnonzero(np.array([w is not None for w in where], bool))
    metres = np.where(np.isin(where, ("sector", "low", "point_beside")), np.nan, chain)
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
) -> Bools:
    """Return where a neighbour stands within the limit on ground not above the toe."""
    out = np.zeros(len(shapes), bool)
    near = np.flatnonzero(is_within(straight, limit_m))
    if not len(near):
        return out
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
    out[near] = shapely.intersects(inner, ground)
    return out
