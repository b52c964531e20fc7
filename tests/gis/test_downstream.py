"""Flow paths and corridors in valleys whose thalweg is known, in every direction."""

from dataclasses import dataclass

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from gis.downstream import corridor, trace
from gis.flow import route

CELL, N = 30.0, 150
START_M, PATH_M = 1700.0, 1000.0  # along the thalweg, of which some 900 m lie outside the window
SEEDS = range(6)


@dataclass
class Valley:
    """A valley about a thalweg that runs across the window, at any angle.

    ``along`` and ``aside`` are each cell's chainage of, and distance from, the thalweg, metres.
    """

    line: shapely.LineString
    along: np.ndarray
    aside: np.ndarray
    x: np.ndarray
    y: np.ndarray
    slope: float
    side: float

    def heights(self, floor_m=0.0):
        return 900 - self.slope * self.along + self.side * np.maximum(self.aside - floor_m / 2, 0)

    def cell_of(self, chainage):
        point = self.line.interpolate(chainage)
        return (N - 1) / 2 - point.y / CELL, point.x / CELL + (N - 1) / 2

    def place_of(self, row, column):
        return (column - (N - 1) / 2) * CELL, ((N - 1) / 2 - row) * CELL


def valley(seed, bends):
    rng = np.random.default_rng(seed)
    s = np.arange(-3500.0, 3500.0, 3.0)
    off = np.zeros_like(s)
    if bends:
        wave = rng.uniform(900, 2000)
        off = wave * rng.uniform(0.05, 0.18) * np.sin(2 * np.pi * s / wave + rng.uniform(0, 6))
    turn = rng.uniform(0, 2 * np.pi)
    x = s * np.cos(turn) - off * np.sin(turn) + rng.uniform(-15, 15)
    y = s * np.sin(turn) + off * np.cos(turn) + rng.uniform(-15, 15)
    chain = np.concatenate([[0.0], np.hypot(np.diff(x), np.diff(y)).cumsum()])
    rows, columns = np.indices((N, N))
    east, north = (columns - (N - 1) / 2) * CELL, ((N - 1) / 2 - rows) * CELL
    aside, nearest = cKDTree(np.column_stack([x, y])).query(
        np.column_stack([east.ravel(), north.ravel()])
    )
    line = shapely.LineString(np.column_stack([x, y]))
    shape = (N, N)
    return Valley(
        line, chain[nearest].reshape(shape), aside.reshape(shape), east, north,
        rng.uniform(0.01, 0.06), rng.uniform(0.15, 0.6),
    )  # fmt: skip


def followed(land, z, seed, start_m):
    noise = np.random.default_rng(1000 + seed).normal(0, 0.3, z.shape)
    z = (z + noise).astype(np.float32)
    flow = route(z, CELL)
    path = trace(z, flow, *land.cell_of(start_m), PATH_M)
    ground = corridor(z, flow, path, depth_m=10, floor_m=2, pit_m=30)
    points = shapely.points(*land.place_of(path.row, path.column))
    off = shapely.distance(points, land.line).max()
    walked = shapely.line_locate_point(land.line, points[-1]) - start_m
    return path, ground, off, walked


def start_of(land):
    """400 m above the thalweg's point nearest to the middle of the window."""
    return land.line.project(shapely.Point(0, 0)) - 400


def missed(land, ground, start_m, floor_m=0.0):
    """Share of the true corridor, ground at most 10 m above the thalweg beside it, left out."""
    true = (land.along >= start_m) & (land.along <= start_m + PATH_M)
    true &= land.heights(floor_m) <= 900 - land.slope * land.along + 10
    return (true & ~ground.mask).sum() / true.sum()


@pytest.mark.parametrize("bends", [False, True], ids=["straight", "meandering"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_path_keeps_to_the_thalweg_and_is_as_long_as_it(seed, bends):
    land = valley(seed, bends)
    start = start_of(land)
    path, ground, off, walked = followed(land, land.heights(), seed, start)
    assert (path.end, path.length_m) == ("length", PATH_M)
    assert off < CELL
    assert walked == pytest.approx(PATH_M, rel=0.03)
    assert missed(land, ground, start) <= 0.05
    assert ground.floor_width_m < 100  # no wide floor is seen where there is none


@pytest.mark.parametrize("what", ["pit", "level road", "raised road"])
@pytest.mark.parametrize("seed", SEEDS)
def test_neither_pit_nor_embankment_stops_or_diverts_a_path(seed, what):
    land = valley(seed, bends=seed % 2 == 1)
    start = start_of(land)
    at = start + np.random.default_rng(seed).uniform(200, 800)
    z, near = land.heights(), np.abs(land.along - at) < 25
    if what == "pit":
        middle = land.line.interpolate(at)
        z = z - 25 * np.exp(-((land.x - middle.x) ** 2 + (land.y - middle.y) ** 2) / 60**2)
    elif what == "level road":  # an embankment 8 m high over the stream, level from side to side
        z = np.where(near, np.maximum(z, 900 - land.slope * at + 8), z)
    else:
        z = np.where(near & (land.aside < 200), z + 8, z)
    path, ground, off, walked = followed(land, z, seed, start)
    assert (path.end, path.length_m) == ("length", PATH_M)
    assert off < CELL
    assert walked == pytest.approx(PATH_M, rel=0.03)
    assert missed(land, ground, start) <= 0.05
    assert path.pit_m < 30


@pytest.mark.parametrize("bends", [False, True], ids=["straight", "meandering"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_floor_of_300_m_is_flagged_and_its_corridor_is_whole(seed, bends):
    land = valley(seed, bends)
    start = start_of(land)
    path, ground, off, _ = followed(land, land.heights(300.0), seed, start)
    assert path.end == "length"
    assert ground.floor_width_m > 200  # what the rules call too wide
    assert off <= 150 + CELL
    assert missed(land, ground, start, 300.0) <= 0.05


def bowl(depth):
    """A closed basin, its lowest point south of the middle, its only gate in the north."""
    rows, columns = np.indices((N, N))
    y, x = ((N - 1) / 2 - rows) * CELL, (columns - (N - 1) / 2) * CELL
    z = 500 + np.hypot(x, y + 300) * depth / 1200
    z = np.minimum(z, 500 + 2 * depth)
    gate = (np.abs(x) < 60) & (y > 900)
    return np.where(gate, np.minimum(z, 500 + depth - 0.01 * (y - 900)), z).astype(np.float32)


@pytest.mark.parametrize("depth", [20, 120])
def test_a_basin_without_a_way_out_is_as_deep_as_its_water(depth):
    """The path climbs but little in its first kilometre; the water would have to fill it all."""
    z = bowl(depth)
    path = trace(z, route(z, CELL), (N - 1) / 2, (N - 1) / 2, PATH_M)
    assert path.end == "length"
    at_start = 300 * depth / 1200  # the start lies so far above the bottom
    assert path.pit_m == pytest.approx(depth - at_start, abs=0.1 * depth)


def test_heights_in_a_pit_count_from_its_water():
    """A bench 6 m above the stream is as near where there is a pit 25 m deep in the stream."""
    rows, columns = np.indices((N, N))
    x, y = np.abs(columns - 75) * CELL, rows * CELL
    z = 800 - 0.03 * y + 0.1 * x  # 60 m aside: 6 m up
    z[60:63, 74:77] -= 25
    z = z.astype(np.float32)
    flow = route(z, CELL)
    path = trace(z, flow, 40.0, 75.0, PATH_M)
    filled = corridor(z, flow, path, depth_m=10, floor_m=2, pit_m=30)
    deep = corridor(z, flow, path, depth_m=10, floor_m=2, pit_m=10)
    assert filled.mask[61, 73:78].all()
    assert not deep.mask[61, 73] and not deep.mask[61, 77]
