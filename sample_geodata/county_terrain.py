"""The ground of the invented county: loess hills carved by streams, and the truth about them.

The terrain is the steady state of a landscape that rises everywhere at one pace and is cut by
its streams (slope of a stream = roughness / square root of what drains to it; Hack 1957, Braun &
Willett 2013), solved on the elevation grid itself. So every cell drains along ``Terrain.receiver``
to a river bed without a pit, and ridges lie where neighbouring cells part for different streams.

Only +, -, *, / and square roots are used on the way: they are rounded alike on every processor,
and the same bytes come out everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from county_courses import rivers
from shapely import Polygon

SEED = 20_260_101
CELL = 30.0
ROWS, COLUMNS = 980, 1140
WEST, SOUTH = 500_100.0, 4_370_400.0  # metres in zone 37 without prefix (EPSG:4546)
NODATA = -9999.0
EAST_OF_MERIDIAN = WEST - 500_000.0

# Beyond the rim the grid has no data; the hills there drain out over it.
NO_DATA_CORNER = Polygon(
    [(30050, -100), (30800, 900), (30500, 1700), (31900, 2300), (32300, 3400), (33400, 3700),
     (34300, 4900), (34300, -100)]
)  # fmt: skip
SOUTH_RIM = (23800.0, 30000.0)  # the hills of this stretch drain out over the grid's south edge


def centres() -> tuple[np.ndarray, np.ndarray]:
    """Return local easting (columns) and northing (rows, north first) of cell centres."""
    east = (np.arange(COLUMNS) + 0.5) * CELL
    north = (ROWS - 0.5 - np.arange(ROWS)) * CELL
    return east, north


def fractal(rng: np.random.Generator, longest: float, octaves: int) -> np.ndarray:
    """Return (ROWS, COLUMNS) smooth noise about 0, the longest waves ``longest`` metres."""
    east, north = centres()
    total, weight = np.zeros((ROWS, COLUMNS)), 1.0
    for octave in range(octaves):
        step = longest / 2**octave
        values = rng.random((int(ROWS * CELL / step) + 3, int(COLUMNS * CELL / step) + 3)) - 0.5
        rows, columns = north / step, east / step
        r, c = rows.astype(int), columns.astype(int)
        v, u = rows - r, columns - c
        v, u = (v * v * (3 - 2 * v))[:, None], (u * u * (3 - 2 * u))[None, :]
        corner = values[np.ix_(r, c)], values[np.ix_(r, c + 1)]
        upper = values[np.ix_(r + 1, c)], values[np.ix_(r + 1, c + 1)]
        low = corner[0] + (corner[1] - corner[0]) * u
        high = upper[0] + (upper[1] - upper[0]) * u
        total += weight * (low + (high - low) * v)
        weight *= 0.55
    return total


NEIGHBOURS = [(-1, 0), (0, 1), (1, 0), (0, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)]
DIAGONAL = CELL * np.sqrt(2.0)


@dataclass(frozen=True, eq=False)
class Terrain:
    """The finished ground.

    Attributes
    ----------
    z : (ROWS, COLUMNS) metres, rounded to 0.1, NODATA beyond the rim
    receiver : flat index of the cell each cell drains to, itself for river floors and rims
    area : number of cells draining through each, itself included
    """

    z: np.ndarray
    receiver: np.ndarray
    area: np.ndarray

    def cell(self, east: float, north: float) -> int:
        """Return the flat index of the cell that holds a local position."""
        return int(ROWS - 1 - int(north // CELL)) * COLUMNS + int(east // CELL)

    def centre(self, cell: int) -> tuple[float, float]:
        """Return the local position of a cell's centre."""
        row, column = divmod(int(cell), COLUMNS)
        return (column + 0.5) * CELL, (ROWS - 0.5 - row) * CELL

    def height(self, east: float, north: float) -> float:
        """Return the elevation of the cell at a local position."""
        return float(self.z.ravel()[self.cell(east, north)])

    def downstream(self, cell: int, metres: float) -> np.ndarray:
        """Return local positions (k, 2) of the cells drained through from ``cell`` on."""
        path, length = [cell], 0.0
        while length < metres and self.receiver[path[-1]] != path[-1]:
            nxt = int(self.receiver[path[-1]])
            a, b = self.centre(path[-1]), self.centre(nxt)
            length += float(np.hypot(a[0] - b[0], a[1] - b[1]))
            path.append(nxt)
        return np.array([self.centre(c) for c in path])

    def void(self, shape: Polygon) -> None:
        """Take away the elevations of the cells whose centres lie in a local shape."""
        east, north = centres()
        x, y = np.meshgrid(east, north)
        self.z[shapely.contains_xy(shape, x, y)] = NODATA

    @cached_property
    def donors(self) -> tuple[np.ndarray, np.ndarray]:
        """Return cells sorted by receiver, and where each receiver's donors start."""
        order = np.argsort(self.receiver, kind="stable")
        starts = np.searchsorted(self.receiver[order], np.arange(ROWS * COLUMNS + 1))
        return order, starts

    def upstream(self, cell: int) -> np.ndarray:
        """Return all cells that drain through ``cell``, itself included."""
        order, starts = self.donors
        found, front = [np.array([cell])], np.array([cell])
        while len(front):
            parts = [order[starts[c] : starts[c + 1]] for c in front]
            front = np.concatenate(parts)
            front = front[self.receiver[front] != front]
            found.append(front)
        return np.concatenate(found)


def _base(wide: np.ndarray) -> np.ndarray:
    """Return the elevation of cells on river floors and outer rims, NaN elsewhere.

    ``wide`` is noise about 0 that widens and narrows the floors.
    """
    east, north = centres()
    x, y = (a.ravel() for a in np.meshgrid(east, north))
    points = shapely.points(x, y)
    base = np.full(ROWS * COLUMNS, np.nan)
    for river in rivers().values():
        near = np.flatnonzero(shapely.contains_xy(river.line.buffer(river.floor_m * 0.7), x, y))
        away = shapely.distance(points[near], river.line)
        floor = away <= river.floor_m * np.clip(0.5 + 0.5 * wide[near], 0.3, 0.7)
        near, away = near[floor], away[floor]
        along = shapely.line_locate_point(river.line, points[near])
        bed = river.bed(along) + away * 0.012
        base[near] = np.fmin(base[near], bed)
    outside = shapely.contains_xy(NO_DATA_CORNER, x, y).reshape(ROWS, COLUMNS)
    grown = outside.copy()
    near_corner = ((x > 27_000.0) & (y < 6_000.0)).reshape(ROWS, COLUMNS)
    for dr, dc in NEIGHBOURS:
        grown |= np.roll(outside, (dr, dc), (0, 1)) & near_corner
    rim = grown & ~outside
    rim[-1, (east > SOUTH_RIM[0]) & (east < SOUTH_RIM[1])] = True
    low = np.isnan(base) & rim.ravel()
    base[low] = 985.0 + 0.004 * (x[low] - 27000.0)
    base[outside.ravel()] = np.inf
    return base


def _grow(base: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return first receivers: least-cost ways to the rivers (Dial's algorithm).

    ``cost`` is the whole number of steps it takes to enter each cell; valleys form along the
    cheap cells and join there.
    """
    receiver = np.where(np.isnan(base), -1, np.arange(len(base)))
    arrival = np.where(np.isfinite(base), 0, np.iinfo(np.int32).max)
    arrival[np.isinf(base)] = -1
    waiting: dict[int, list[np.ndarray]] = {0: [np.flatnonzero(np.isfinite(base))]}
    now = 0
    while waiting:
        front = np.unique(np.concatenate(waiting.pop(now, [np.empty(0, np.int64)])))
        front = front[arrival[front] == now]
        for dr, dc in NEIGHBOURS:
            r, c = front // COLUMNS + dr, front % COLUMNS + dc
            ok = (r >= 0) & (r < ROWS) & (c >= 0) & (c < COLUMNS)
            to, source = r[ok] * COLUMNS + c[ok], front[ok]
            at = now + cost[to] * (3 if dr and dc else 2)
            better = at < arrival[to]
            to, source, at = to[better], source[better], at[better]
            arrival[to], receiver[to] = at, source
            for when in np.unique(at):
                waiting.setdefault(int(when), []).append(to[at == when])
        now += 1
    return receiver


def _levels(receiver: np.ndarray) -> list[np.ndarray]:
    """Return cells by their number of steps from their outlet, outlets first."""
    depth = (receiver != np.arange(len(receiver))).astype(np.int64)
    jump = receiver.copy()
    while True:
        more = depth[jump]
        if not more.any():
            break
        depth, jump = depth + more, jump[jump]
    order = np.argsort(depth, kind="stable")
    ends = np.cumsum(np.bincount(depth))
    return np.split(order, ends[:-1])


def _drain(receiver: np.ndarray, levels: list[np.ndarray]) -> np.ndarray:
    area = np.ones(len(receiver), np.int64)
    for cells in levels[:0:-1]:
        np.add.at(area, receiver[cells], area[cells])
    return area


def _raise(
    base: np.ndarray, receiver: np.ndarray, levels: list[np.ndarray], slope: np.ndarray
) -> np.ndarray:
    z = base.copy()
    row, column = np.divmod(np.arange(len(z)), COLUMNS)
    diagonal = (row != row[receiver]) & (column != column[receiver])
    rise = slope * np.where(diagonal, DIAGONAL, CELL)
    for cells in levels[1:]:
        z[cells] = z[receiver[cells]] + rise[cells]
    return z


def _steepest(z: np.ndarray, base: np.ndarray) -> np.ndarray:
    grid = z.reshape(ROWS, COLUMNS)
    padded = np.pad(grid, 1, constant_values=np.inf)
    best = np.zeros((ROWS, COLUMNS))
    own = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    receiver = own.copy()
    for dr, dc in NEIGHBOURS:
        step = DIAGONAL if dr and dc else CELL
        other = padded[1 + dr : 1 + dr + ROWS, 1 + dc : 1 + dc + COLUMNS]
        drop = (
            np.where(np.isfinite(grid), grid, -np.inf) - np.where(np.isfinite(other), other, 1e9)
        ) / step
        lower = drop > best
        best[lower] = drop[lower]
        receiver[lower] = own[lower] + dr * COLUMNS + dc
    receiver = receiver.ravel()
    fixed = ~np.isnan(base)
    receiver[fixed] = np.flatnonzero(fixed)
    return receiver


ROUGHNESS = 0.85


def make_terrain(rounds: int = 14) -> Terrain:
    """Return the ground of the county; the same every time."""
    rng = np.random.default_rng(SEED)
    base = _base(fractal(rng, 1900.0, 5).ravel())
    rough = ROUGHNESS * (1.0 + 0.8 * fractal(rng, 5400.0, 6).ravel())
    hard = np.maximum(fractal(rng, 2600.0, 7).ravel() + 0.55, 0.0)
    steps = (24.0 * hard * hard).astype(np.int64) + rng.integers(0, 7, len(base))
    receiver = _grow(base, 1 + steps)
    for _ in range(rounds):
        levels = _levels(receiver)
        area = _drain(receiver, levels)
        slope = rough / np.sqrt(area + 5.0) + 0.004
        z = _raise(base, receiver, levels, slope)
        receiver = _steepest(z, base)
    levels = _levels(receiver)
    area = _drain(receiver, levels)
    z = _raise(base, receiver, levels, rough / np.sqrt(area + 5.0) + 0.004)
    z[np.isinf(base)] = NODATA
    z = np.rint(z * 10.0) / 10.0
    return Terrain(z.reshape(ROWS, COLUMNS), receiver, area)
